"""What a form asks about one material. Which fields those are is known once the material is chosen, so they are bound then.

A lot answers them, a demand sets bounds to them. The page says of which set the fields were that it showed (`field_set`): without
scripts somebody may choose a material whose fields never stood there.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

from wtforms import RadioField, SelectField, StringField

from marketplace.kernel import clock
from marketplace.kernel.errors import FieldError, Invalid, Refusal
from marketplace.kernel.language import Named, _
from marketplace.materials.rules.fields import (
    NOT_KNOWN,
    UNKNOWN,
    Field,
    FieldKind,
    error_name,
    find_missing,
    read_answer,
    read_answers,
)
from marketplace.materials.rules.taxonomy import Material
from marketplace.web.ui.choices import SelectChoice
from marketplace.web.ui.drafts import Answers, displayed_text
from marketplace.web.ui.drafts import in_reader_language as turned_in
from marketplace.web.ui.forms import ChecksField, DecimalField, DutchDateField, Form, attach
from marketplace.web.ui.numbers import YearField
from marketplace.web.ui.returned import submitted_values

ANSWERED, WISHED = "field-", "wish-"
SET = "field_set"  # the set whose fields stood on the page
PILLS_MAX = 4
SHOWN_MAX = 6
TYPED_MAX = 200
VALUES_MAX, NAME_MAX, CHOSEN_MAX = 60, 80, 40  # of what a request may say
MEANS_UNKNOWN = (UNKNOWN, "onbekend")
SPOKEN = (FieldKind.NUMBER, FieldKind.DAY)


class OrUnknown:
    """What is typed, or that it is not known: a box beside it (`has_box`), or the word itself."""

    is_unknown = False
    data: Any
    raw_data: Any

    def __init__(self, *args: Any, has_box: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.has_box = has_box

    @property
    def answer(self) -> Any:
        """The answer; None where nothing was said."""
        return UNKNOWN if self.is_unknown else self.data

    def process_data(self, value: Any) -> None:
        """What is stored."""
        self.is_unknown = value == UNKNOWN
        super().process_data(None if self.is_unknown else value)  # type: ignore[misc]

    def process_formdata(self, valuelist: list[Any]) -> None:
        """Read both; one of them is an answer, both together are none."""
        typed = [item for item in valuelist if str(item).strip().lower() not in MEANS_UNKNOWN]
        self.is_unknown, self.raw_data = len(typed) < len(valuelist), typed  # the box says nothing where it is not ticked
        super().process_formdata(typed)  # type: ignore[misc]
        if self.is_unknown and any(str(item).strip() for item in typed):
            raise ValueError(_("Fill in what you know, or tick that you do not know it. Not both."))

    def _value(self) -> str:
        if self.is_unknown and not self.raw_data:
            return "" if self.has_box else NOT_KNOWN.name.lower()
        return str(super()._value())  # type: ignore[misc]


class AnswerNumber(OrUnknown, DecimalField):
    """A number, or unknown."""


class AnswerYear(OrUnknown, YearField):
    """A year, or unknown."""


class AnswerDay(OrUnknown, DutchDateField):
    """A day, or unknown."""


class AnswerLine(OrUnknown, StringField):
    """A line of text, or unknown."""


def needed(form: Any, field: Any) -> None:
    """Mark a field as needed; the rule knows from when."""


needed.field_flags = {"required": True}  # type: ignore[attr-defined]
SHORT = (AnswerNumber, AnswerYear, AnswerDay, SelectField)
TYPED = {FieldKind.NUMBER: AnswerNumber, FieldKind.YEAR: AnswerYear, FieldKind.DAY: AnswerDay, FieldKind.LINE: AnswerLine}


@dataclass(frozen=True, slots=True)
class FieldEntry:
    """One field of the material with its input; of a demand the other bound (`upto`) too."""

    row: Field
    input: Any
    upto: Any = None

    @property
    def is_short(self) -> bool:
        """Whether two of these stand side by side.

        What is typed in few signs and lists do, with nothing else above or below.
        """
        is_alone = self.row.hint or self.row.is_needed or isinstance(self.input, RadioField)
        return isinstance(self.input, SHORT) and not is_alone

    @property
    def inputs(self) -> tuple[Any, ...]:
        """Its one input, or both."""
        return (self.input,) if self.upto is None else (self.input, self.upto)

    @property
    def is_filled(self) -> bool:
        """Whether something stands in it, right or wrong."""
        return any(_answer(field) not in (None, "", []) or field.errors for field in self.inputs)


Lines = list[list[FieldEntry]]


def lines_of(entries: Sequence[FieldEntry]) -> Lines:
    """Lay the fields out: two short ones that follow each other share a line."""
    lines: Lines = []
    for entry in entries:
        if lines and entry.is_short and len(lines[-1]) == 1 and lines[-1][0].is_short:
            lines[-1].append(entry)
        else:
            lines.append([entry])
    return lines


class MaterialForm(Form):
    """A form that asks more about the material that is chosen in it."""

    sent: Any = None
    entries: tuple[FieldEntry, ...] = ()
    about: Material | None = None

    def process(self, formdata: Any = None, *args: Any, **kwargs: Any) -> None:
        """Remember what was sent: what depends on the material is read from it later."""
        self.sent = self.meta.wrap_formdata(self, formdata)
        super().process(formdata, *args, **kwargs)

    @property
    def was_asked(self) -> bool:
        """Whether the fields of this material stood on the page that was sent."""
        return self.sent is not None and self.sent.get(SET, "") == self.field_set

    @property
    def field_set(self) -> str:
        """The set of the material that is chosen."""
        return self.about.field_set if self.about else ""

    def ask_answers(self, material: Material | None, stored: Mapping[str, Any], *, before: str) -> None:
        """Ask what a lot of this material is like. `stored`: what the lot says already; `before`: the field that follows in the form."""
        if material is None or material is self.about:
            return
        self.about = material
        self.entries = tuple(
            FieldEntry(row, self._bound(ANSWERED + row.slug, answer_input(row), _typed_value(row, stored.get(row.slug))))
            for row in material.fields
        )
        self._move_to_end(before)

    def ask_wishes(self, material: Material | None, wished: Mapping[str, Any], *, before: str) -> None:
        """Ask which bounds a demand sets to lots of this material."""
        if material is None or material is self.about:
            return
        self.about = material
        rows = [row for row in material.fields if row.is_searchable and row.kind is not FieldKind.LINE]
        self.entries = tuple(self._wish(row, wished.get(row.slug, {})) for row in rows)
        self._move_to_end(before)

    def _wish(self, row: Field, wish: Mapping[str, Any]) -> FieldEntry:
        name = WISHED + row.slug
        if row.kind.has_order:
            bounds = ((f"{name}-{word}", bound_input(row, word), _typed_value(row, wish.get(word))) for word in ("min", "max"))
            return FieldEntry(row, *(self._bound(*bound) for bound in bounds))
        chosen = [value for value in wish.get("oneOf", ()) if row.choice(value)]
        return FieldEntry(
            row, self._bound(name, ChecksField(row.name, choices=options(row.choices), validate_choice=False), chosen)
        )

    def _bound(self, name: str, unbound: Any, value: Any) -> Any:
        options = {"name": name, "prefix": self._prefix, "translations": self.meta.get_translations(self)}
        field = self.meta.bind_field(self, unbound, options)
        self._fields[name] = field
        field.process(self.sent if self.was_asked else None, value)
        if self.was_asked:
            field.validate(self)
        return field

    def _move_to_end(self, first: str) -> None:
        """Put this field of the form, and all that follow it, behind those of the material."""
        names = list(self._fields)
        for name in [name for name in names[names.index(first) :] if name not in self.own_names]:
            self._fields.move_to_end(name)

    def displayed_answers(self) -> dict[str, str]:
        """What the inputs show: as somebody would have typed it."""
        texts = {
            entry.row.slug: UNKNOWN if _answer(entry.input) == UNKNOWN else displayed_text(entry.input) for entry in self.entries
        }
        return {slug: text for slug, text in texts.items() if text}

    def displayed_wishes(self) -> dict[str, Any]:
        """What the bounds and boxes show, by what comes after the prefix of their names."""
        inputs = [field for entry in self.entries for field in entry.inputs]
        typed = {field.name: field.data if isinstance(field, ChecksField) else displayed_text(field) for field in inputs}
        return {name.removeprefix(WISHED): value for name, value in typed.items() if value}

    @property
    def own_names(self) -> list[str]:
        """The inputs of the fields of the material, by their names."""
        return [field.name for entry in self.entries for field in entry.inputs]

    def inputs_named(self, names: Iterable[str]) -> list[str]:
        """The inputs that a rule means by these names."""
        own = {error_name(entry.row.slug): [field.name for field in entry.inputs] for entry in self.entries}
        return [input_name for name in names for input_name in own.get(name, [name])]

    @property
    def translated_names(self) -> list[str]:
        """Those whose answers are written in another way in another language."""
        return [field.name for entry in self.entries if entry.row.kind in SPOKEN for field in entry.inputs]

    @property
    def fields_are_right(self) -> bool:
        """Whether what was typed in the fields of the material can be read."""
        return not any(field.errors for entry in self.entries for field in entry.inputs)

    def needed_lines(self) -> Lines:
        """What must be answered before the lot is published."""
        return lines_of([entry for entry in self.entries if entry.row.is_needed])

    def other_lines(self) -> Lines:
        """What may be left empty."""
        return lines_of([entry for entry in self.entries if not entry.row.is_needed])

    @property
    def others_are_folded(self) -> bool:
        """Whether all of it is too much to show at once: what may be left empty is folded then."""
        return len(self.entries) > SHOWN_MAX

    @property
    def others_are_filled(self) -> bool:
        """Whether something of it is filled in or wrong."""
        return any(entry.is_filled for entry in self.entries if not entry.row.is_needed)

    def own_answers(self) -> dict[str, Any]:
        """What was answered, by field: a number, a day, a word; UNKNOWN where that was the answer. What was not said is absent."""
        answers = {entry.row.slug: _answer(entry.input) for entry in self.entries}
        return {slug: value for slug, value in answers.items() if value not in (None, "")}

    def stated_answers(self) -> dict[str, Any]:
        """What was answered, as it would be stored; what cannot be is left out."""
        stated = {}
        for entry in self.entries:
            with suppress(Invalid):
                if (value := _answer(entry.input)) not in (None, ""):
                    stated[entry.row.slug] = read_answer(entry.row, value, today=clock.today())
        return stated

    def check_answers(self) -> bool:
        """Whether the rules take what was answered, with an answer to all that is needed. If not, it stands at the fields."""
        if self.about is None:
            return True
        try:
            read_answers(self.about, self.own_answers(), today=clock.today())
            faults = find_missing(self.about, self.own_answers())
        except Invalid as refusal:
            faults = list(refusal.errors)
        unread = {error_name(entry.row.slug) for entry in self.entries if any(field.errors for field in entry.inputs)}
        faults = [fault for fault in faults if fault.field not in unread]  # that it cannot be read says it already
        if faults:
            attach(self, self.at_fields(Invalid.all(faults)))
        return not faults

    def own_wishes(self) -> dict[str, dict[str, Any]]:
        """Which bounds were set, by field."""
        wished = {}
        for entry in self.entries:
            if entry.upto is None:
                wish = {"oneOf": list(entry.input.data or ())}
            else:
                wish = {word: field.data for word, field in (("min", entry.input), ("max", entry.upto)) if field.data is not None}
            if any(wish.values()) or Decimal(0) in wish.values():
                wished[entry.row.slug] = wish
        return wished

    def at_fields(self, refusal: Refusal) -> Refusal:
        """What a rule refuses about a field of the material, at its input."""
        inputs = {error_name(entry.row.slug): entry.input.name for entry in self.entries}
        if not any(error.field in inputs for error in refusal.errors):
            return refusal
        return Invalid.all([FieldError(inputs.get(error.field, error.field), error.message) for error in refusal.errors])


def typed_fields(prefix: str) -> dict[str, list[str]]:
    """What this request says in the fields of a material, by what comes after the prefix.

    An input and its box share a name.
    """
    values = submitted_values()
    names = [name for name in values if name.startswith(prefix)][:VALUES_MAX]
    return {
        name.removeprefix(prefix)[:NAME_MAX]: [typed[:TYPED_MAX] for typed in values.getlist(name)[:CHOSEN_MAX]] for name in names
    }


def own_typed(answers: Answers, prefix: str) -> Answers:
    """What was typed in the fields of the material, by the names of their inputs."""
    return {prefix + name: typed for name, typed in answers.get("fields", {}).items()}


def in_reader_language(answers: Answers, prefix: str, form_of: Callable[[Answers], MaterialForm], names: list[str]) -> Answers:
    """What was typed in the other language, in this one; also in the fields of the material."""
    own = own_typed(answers, prefix)
    turned = turned_in({**answers, **own}, lambda _answers: form_of(answers), [*names, *form_of(answers).translated_names])
    others = {name: text for name, text in turned.items() if not name.startswith(prefix)}
    return others | {"fields": {name.removeprefix(prefix): turned[name] for name in own}}


def answer_input(row: Field) -> Any:
    """The input that asks for an answer.

    Pills for a few choices, a list for many, else what is typed.
    """
    given: dict[str, Any] = {"label": row.name, "validators": [needed] if row.is_needed else [], "description": row.hint}
    if row.kind in TYPED:
        extra = {"is_past": True} if row.kind is FieldKind.DAY else {}
        return TYPED[row.kind](**given, **extra, has_box=row.is_needed)
    given |= {"validate_choice": False}  # the rule has a sentence that names them
    if len(row.choices) <= PILLS_MAX:
        return RadioField(choices=options((*row.choices, NOT_KNOWN)), **given)
    return SelectField(choices=[SelectChoice("", _("Not filled in")), *options((*row.choices, NOT_KNOWN))], default="", **given)


def bound_input(row: Field, word: str) -> Any:
    """The input of the least or the most that a demand takes."""
    kind = {FieldKind.NUMBER: DecimalField, FieldKind.YEAR: YearField, FieldKind.DAY: DutchDateField}[row.kind]
    return kind(_("%(field)s: at least", field=row.name) if word == "min" else _("%(field)s: at most", field=row.name))


def options(named: Iterable[Named]) -> list[Any]:
    """What can be chosen, each by its slug with its name."""
    return [SelectChoice(choice.slug, choice.name) for choice in named]


def _answer(field: Any) -> Any:
    return field.answer if isinstance(field, OrUnknown) else field.data


def _typed_value(row: Field, value: Any) -> Any:
    """A stored value as its input has it; nothing for one that can no longer be said."""
    if value in (None, "", UNKNOWN):
        return value
    try:
        match row.kind:
            case FieldKind.NUMBER:
                return Decimal(str(value))
            case FieldKind.YEAR:
                return int(value)
            case FieldKind.DAY:
                return date.fromisoformat(str(value))
            case FieldKind.LINE:
                return str(value)
    except (ValueError, InvalidOperation):  # said when it was another kind of field
        return None
    return value if row.choice(value) else None
