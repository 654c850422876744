"""The base form: what every page asks with, in the way Dutch government asks.

A form asks only for shape (a number, a date, a choice) and ends in a draft; the rules of a room decide the rest and their
refusals are shown by `attach` at the field they speak of. No browser validation: a field says `aria-required`, never `required`.
What was typed stays as it was typed.
"""

import re
import secrets
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cache
from typing import Any

from flask_wtf import FlaskForm
from markupsafe import Markup
from werkzeug.datastructures import FileStorage
from wtforms import (
    Field,
    HiddenField,
    MultipleFileField,
    PasswordField,
    RadioField,
    SelectMultipleField,
    StringField,
    TextAreaField,
)
from wtforms.fields import SelectChoice  # type: ignore[attr-defined]  # newer than its stubs
from wtforms.i18n import get_translations
from wtforms.utils import unset_value
from wtforms.validators import StopValidation
from wtforms.widgets import TextInput

from marketplace.kernel.dates import parse_date
from marketplace.kernel.errors import Invalid, Refusal
from marketplace.kernel.formats import long_date, number
from marketplace.kernel.language import Text, _, current_locale
from marketplace.kernel.text import clean
from marketplace.kernel.units import Quantity, Unit, parse_number, read_unit, whole_cents
from marketplace.web.ui.returned import returned

BROWSER_CHECKS = ("required", "minlength", "maxlength", "min", "max", "step", "pattern")
KEY_SHAPE = re.compile(r"[A-Za-z0-9_-]{16,64}")


@dataclass(frozen=True, slots=True)
class Fault:
    """One line of the error summary. The id of the element to go to (None: the form as a whole) and the sentence."""

    anchor: str | None
    message: Text | str


class Required:
    """Refuses an empty field; the sentence says what to do, by default with the label in it."""

    field_flags = {"required": True}

    def __init__(self, message: Text | None = None) -> None:
        self.message = message

    def __call__(self, form: Any, field: Field) -> None:
        """Require an answer, judged by what was typed.

        So `0` counts as an answer and an unreadable number keeps its own sentence. A file without a name was not chosen.
        """
        typed = [item for item in field.raw_data or [] if (item.strip() if isinstance(item, str) else item)]
        if typed and (field.data not in (None, "", []) or field.errors):
            return
        field.errors = []
        choice = isinstance(field, RadioField | SelectMultipleField) or hasattr(field, "choices")
        by_itself = (
            _("Choose an answer for “%(label)s”.", label=field.label.text)
            if choice
            else _("Fill in “%(label)s”.", label=field.label.text)
        )
        raise StopValidation(self.message or by_itself)


class Form(FlaskForm):
    """A form with a CSRF token, cleaned texts and an error summary. Its sentences are in the reader's language."""

    class Meta(FlaskForm.Meta):
        """How fields are bound and drawn."""

        def wrap_formdata(self, form: Any, formdata: Any) -> Any:
            """Give what was sent, or what had been typed before the session ended.

            The latter in a form that is only looked at.
            """
            sent = super().wrap_formdata(form, formdata)
            return returned() if sent is None and formdata is not None else sent

        def get_translations(self, form: Any) -> Any:
            """WTForms' own sentences in the reader's language."""
            return _own_sentences(current_locale())

        def bind_field(self, form: Any, unbound_field: Any, options: dict[str, Any]) -> Any:
            """Clean every text that people type, except passwords."""
            kind = unbound_field.field_class
            if issubclass(kind, StringField) and not issubclass(kind, PasswordField | HiddenField):
                cleaner = _clean_lines if issubclass(kind, TextAreaField) else _clean_line
                options = {**options, "filters": [cleaner, *unbound_field.kwargs.get("filters", ())]}
            return unbound_field.bind(form=form, **options)

        def render_field(self, field: Any, render_kw: dict[str, Any]) -> Any:
            """Say in ARIA what the browser must not enforce."""
            drawn: dict[str, Any] = dict.fromkeys(BROWSER_CHECKS, False)
            if field.flags.required:
                drawn["aria-required"] = "true"
            if field.errors:
                drawn["aria-invalid"] = "true"
            described = describing(field)
            if described:
                drawn["aria-describedby"] = described
            drawn.update(field.render_kw or {})
            drawn.update(render_kw)
            return field.widget(field, **drawn)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        self.form_faults: list[Text | str] = []
        self.refusal: Refusal | None = None
        super().__init__(*args, **kwargs)

    def at_fields(self, refusal: Refusal) -> Refusal:
        """The same refusal at the fields of this form, where a rule calls them by another name."""
        return refusal

    def summary(self) -> list[Fault]:
        """List all that is wrong, in the order of the fields, one sentence a field. What belongs to no field comes first."""
        whole = [Fault(None, sentence) for sentence in self.form_faults]
        return whole + [Fault(anchor(field), field.errors[0]) for field in self if field.errors]


@cache
def _own_sentences(locale: str) -> Any:
    """WTForms looks for its catalogue on the disk each time."""
    return get_translations([locale])


def describing(field: Any) -> str | None:
    """The ids of the hint and the error that tell about a field, for `aria-describedby`."""
    ids = [f"{field.id}-hint"] if field.description else []
    ids += [f"{field.id}-error"] if field.errors else []
    return " ".join(ids) or None


def anchor(field: Any) -> str:
    """Give the id of the element that takes the focus. The first choice of a group, else the field itself."""
    return f"{field.id}-0" if isinstance(field, RadioField | ChecksField) else str(field.id)


def attach(form: Form, refusal: Refusal) -> None:
    """Show a refusal's sentences at their fields. What belongs to no field of this form stands above it."""
    placed = refusal.errors
    for item in placed:
        field = _field_for(form, item.field)
        if field is None:
            form.form_faults.append(item.message)
        else:
            field.errors = [*field.errors, item.message]
    if not placed:
        form.form_faults.append(refusal.message)


def _field_for(form: Form, name: str) -> Any:
    first = re.split(r"[.\[]", name, maxsplit=1)[0]
    for attribute, field in zip(form.data, form, strict=True):
        if first in (attribute, field.short_name, getattr(field, "unit_name", None)):
            return None if isinstance(field, HiddenField) else field
    return None


def _clean_line(value: Any) -> Any:
    return or_value_error(lambda: clean(value)) if isinstance(value, str) else value


def _clean_lines(value: Any) -> Any:
    return or_value_error(lambda: clean(value, lines=True)) if isinstance(value, str) else value


def options(pairs: Iterable[tuple[str, Text | str]], *, empty: Text | str | None = None) -> list[SelectChoice]:
    """List the choices of a list, radios or boxes from (value, label). `empty` goes first and counts as no answer."""
    first = [] if empty is None else [SelectChoice("", empty)]
    return first + [SelectChoice(value, label) for value, label in pairs]


class DecimalField(Field):
    """One exact number as the reader writes it.

    `1.234,5` in Dutch, `1,234.5` in English; refused when it can be read in two ways.
    """

    widget = TextInput()
    data: Decimal | None

    def _value(self) -> str:
        if self.raw_data:
            return str(self.raw_data[0])
        return "" if self.data is None else number(self.data)

    def process_formdata(self, valuelist: list[Any]) -> None:
        """Read what was typed; nothing typed is None."""
        self.data = None
        if valuelist and str(valuelist[0]).strip():
            self.data = or_value_error(lambda: parse_number(str(valuelist[0]), current_locale()))


class CentsField(DecimalField):
    """An amount typed in euro (`2,50`), stored in whole cents; parts of a cent are refused."""

    def _value(self) -> str:
        return str(self.raw_data[0]) if self.raw_data else "" if self.data is None else number(Decimal(self.data) / 100, 2)

    def process_formdata(self, valuelist: list[Any]) -> None:
        """Read euro, keep cents."""
        super().process_formdata(valuelist)
        if (euros := self.data) is not None:
            self.data = or_value_error(lambda: whole_cents(euros))


class QuantityField(Field):
    """A number and its unit, side by side: two inputs, one `Quantity`.

    `units` are the choices (one: it is only shown). The unit's input is called `unit` beside `quantity`, else `<name>_unit`.
    """

    widget = TextInput()
    data: Quantity | None

    def __init__(self, label: Any = None, validators: Any = None, *, units: Iterable[Unit] = tuple(Unit), **kwargs: Any) -> None:
        self.units = tuple(units)
        self.typed_unit: str | None = None
        super().__init__(label, validators, **kwargs)

    @property
    def unit_name(self) -> str:
        """The name and id of the unit's input."""
        stem = self.name.removesuffix("quantity")
        return f"{stem}unit" if stem != self.name else f"{self.name}_unit"

    @property
    def unit(self) -> str:
        """The unit that is chosen now."""
        return self.typed_unit or (self.data.unit.value if isinstance(self.data, Quantity) else self.units[0].value)

    def _value(self) -> str:
        if self.raw_data:
            return str(self.raw_data[0])
        return number(self.data.amount) if isinstance(self.data, Quantity) else ""

    def process(self, formdata: Any, data: Any = unset_value, extra_filters: Any = None) -> None:
        """Read the unit first: the number is nothing without it."""
        if formdata is not None and self.unit_name in formdata:
            self.typed_unit = formdata.getlist(self.unit_name)[0]
        super().process(formdata, data, extra_filters)

    def process_formdata(self, valuelist: list[Any]) -> None:
        """A Quantity, None for nothing typed, or the sentence of the rule that refused."""
        self.data = None
        if valuelist and str(valuelist[0]).strip():
            self.data = or_value_error(lambda: Quantity(parse_number(str(valuelist[0]), current_locale()), self._chosen()))

    def _chosen(self) -> Unit:
        chosen = read_unit(self.unit)
        if chosen not in self.units:
            raise Invalid(_("Choose one of the units in the list."), self.short_name)
        return chosen


class DutchDateField(Field):
    """A day, typed as people write it. `12-1-2027`, `12 jan`, `morgen`, `2027-01-12`; English words too.

    `is_past`: it has been, so a day without a year is the last one.
    """

    widget = TextInput()
    data: date | None

    def __init__(self, label: Any = None, validators: Any = None, *, is_past: bool = False, **kwargs: Any) -> None:
        self.is_past = is_past
        super().__init__(label, validators, **kwargs)

    def _value(self) -> str:
        if self.raw_data:
            return str(self.raw_data[0])
        return "" if self.data is None else long_date(self.data).replace("\u00a0", " ")

    def process_formdata(self, valuelist: list[Any]) -> None:
        """Read what was typed; nothing typed is None."""
        self.data = None
        if valuelist and str(valuelist[0]).strip():
            self.data = or_value_error(lambda: parse_date(str(valuelist[0]), current_locale(), is_past=self.is_past))


def or_value_error(read: Callable[[], Any]) -> Any:
    """What is read; what refuses it becomes the error of a field."""
    try:
        return read()
    except Refusal as refusal:
        raise ValueError(refusal.message) from refusal


class ChecksField(SelectMultipleField):
    """A list of boxes of which any number may be ticked; drawn by the macro `checks`."""

    widget = staticmethod(lambda field, **kwargs: Markup(""))


class PhotosField(MultipleFileField):
    """Pictures from the camera and from the gallery. Two inputs of one name; empty ones are left out."""

    data: list[FileStorage]

    def process_formdata(self, valuelist: list[Any]) -> None:
        """Only what is a file with a name."""
        self.data = [item for item in valuelist if isinstance(item, FileStorage) and item.filename]


class IdempotencyField(HiddenField):
    """A random key that stands in the form once: the same form sent twice does its work once."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(default=lambda: secrets.token_urlsafe(18), **kwargs)

    def process_formdata(self, valuelist: list[Any]) -> None:
        """A key of another shape than ours is replaced by a fresh one."""
        sent = str(valuelist[0]) if valuelist else ""
        self.data = sent if KEY_SHAPE.fullmatch(sent) else secrets.token_urlsafe(18)
