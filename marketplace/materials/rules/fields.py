"""What is asked of a lot of one material, what is answered, and what a demand wishes.

Fields are rows of the reference files. An answer is kept as JSON has it: a number as a decimal string, a year as a whole number, a
choice by its slug, a day as YYYY-MM-DD. `unknown` may be said of every field and stays that word; what was not said is not there.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Any, Protocol

from marketplace.kernel.errors import FieldError, Invalid
from marketplace.kernel.language import Named, Text, _, current_locale, in_words, localize, ngettext
from marketplace.kernel.text import LONGEST_QUOTED, clean, find_length_faults, quoted
from marketplace.kernel.units import NO_BREAK_SPACE, format_number, plain, read_decimal

UNKNOWN = "unknown"
LINE_LENGTH_MAX = 120
YEARS_AHEAD = 5
_FIRST_DAY = date(1900, 1, 1)
_YEAR = re.compile(r"[0-9]{4}")
_ISO_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


class FieldKind(StrEnum):
    """What the answer to a field is. `answer` is yes or no."""

    NUMBER = "number"
    CHOICE = "choice"
    ANSWER = "answer"
    LINE = "line"
    YEAR = "year"
    DAY = "day"

    @property
    def has_order(self) -> bool:
        """Whether a demand may ask for at least or at most so much of it."""
        return self in (FieldKind.NUMBER, FieldKind.YEAR, FieldKind.DAY)


@dataclass(frozen=True, slots=True)
class FieldChoice(Named):
    """One of the answers to choose from."""


YES_OR_NO = (FieldChoice("yes", "Ja", "Yes"), FieldChoice("no", "Nee", "No"))
NOT_KNOWN = FieldChoice(UNKNOWN, "Onbekend", "Unknown")


@dataclass(frozen=True, slots=True)
class Field(Named):
    """Something that is asked of a lot. `is_needed`: a lot is not published without an answer, which may be unknown."""

    kind: FieldKind = FieldKind.LINE
    unit_nl: str = ""
    unit_en: str = ""
    choices: tuple[FieldChoice, ...] = ()  # yes and no where it is an answer
    minimum: Decimal | None = None
    maximum: Decimal | None = None
    places: int = 0  # decimals that a number may have
    is_needed: bool = False
    is_searchable: bool = False
    hint_nl: str = ""
    hint_en: str = ""
    source: str = ""
    dated_on: date | None = None

    @property
    def unit(self) -> str:
        """The unit in the reader's language; empty where it has none."""
        return self.unit_in(current_locale())

    def unit_in(self, locale: str) -> str:
        return in_words(self.unit_nl, self.unit_en, locale)

    @property
    def hint(self) -> str:
        """What helps to answer it, in the reader's language."""
        return in_words(self.hint_nl, self.hint_en)

    def choice(self, slug: object) -> FieldChoice | None:
        """The choice of that slug, unknown too."""
        return next((choice for choice in (*self.choices, NOT_KNOWN) if choice.slug == slug), None)


@dataclass(frozen=True, slots=True)
class FieldSet(Named):
    """The fields of a group of materials, in the order in which they are asked."""

    fields: tuple[Field, ...] = ()
    source: str = ""
    dated_on: date | None = None

    @property
    def needed_first(self) -> tuple[Field, ...]:
        """Its fields, those without which nothing is published before the others."""
        return tuple(sorted(self.fields, key=lambda field: not field.is_needed))


class HasFields(Protocol):
    """A material, as far as its fields go."""

    @property
    def fields(self) -> tuple[Field, ...]: ...


@dataclass(frozen=True, slots=True)
class Measure:
    """A number with the unit of a field. It writes itself in the reader's language."""

    amount: Decimal
    field: Field

    def localized(self, locale: str) -> str:
        written = str(self.amount) if self.field.kind is FieldKind.YEAR else format_number(self.amount, locale)
        return NO_BREAK_SPACE.join(filter(None, (written, self.field.unit_in(locale))))


@dataclass(frozen=True, slots=True)
class Names:
    """The names of things in a row. It writes itself in the reader's language."""

    of: tuple[Named, ...]

    def localized(self, locale: str) -> str:
        return ", ".join(item.name_in(locale) for item in self.of)


Reader = Callable[[HasFields, Mapping[str, Any]], dict[str, Any]]


def error_name(slug: str) -> str:
    """Where the sentence about a field stands."""
    return f"fields.{slug}"


def read_answers(material: HasFields, given: Mapping[str, Any], *, today: date) -> dict[str, Any]:
    """The answers in the order of the material's fields.

    Refused with everything that is wrong with them, each at its field. Null and empty are not said. A number comes as a number or as a decimal string.
    """
    return _read_all(material, given, lambda field, value: read_answer(field, value, today=today))


@dataclass(frozen=True, slots=True)
class StoredAnswers:
    """What is kept of the fields of a lot or a demand, and the version that types it.

    No version: nothing was asked yet.
    """

    values: Mapping[str, Any]
    version: int | None = None


def say(material: HasFields, given: Mapping[str, Any] | None, before: StoredAnswers, version: int, read: Reader) -> StoredAnswers:
    """What is kept when somebody says `given`, or says nothing of it (None).

    Whoever says what was there leaves it in the words of its own version. Whoever changes something says all of it in the words of
    the version in use; what that one does not ask any more falls away.
    """
    if given is None or (given == before.values and before.version is not None):
        return before
    slugs = {field.slug for field in material.fields}
    values = {slug: value for slug, value in given.items() if slug in slugs or before.values.get(slug) != value}
    return StoredAnswers(read(material, values), version)


def _read_all(material: HasFields, given: Mapping[str, Any], read: Callable[[Field, Any], Any]) -> dict[str, Any]:
    fields = {field.slug: field for field in material.fields}
    errors = [FieldError(error_name(slug[:LONGEST_QUOTED]), _not_asked(slug)) for slug in given if slug not in fields]
    answers: dict[str, Any] = {}
    for slug, field in fields.items():
        if given.get(slug) in (None, "", {}):
            continue
        try:
            answers[slug] = read(field, given[slug])
        except Invalid as refusal:
            errors.append(FieldError(error_name(slug), refusal.message))
    if errors:
        raise Invalid.all(errors)
    return answers


def _not_asked(slug: str) -> Text:
    return _("“%(field)s” is not asked of this material. Leave it out, or choose the other material.", field=quoted(slug))


def read_answer(field: Field, value: Any, *, today: date) -> Any:
    """One answer as it is kept. Refused with what can be answered."""
    if value == UNKNOWN:
        return UNKNOWN
    match field.kind:
        case FieldKind.NUMBER:
            return plain(read_number(field, value))
        case FieldKind.YEAR:
            return _read_year(field, value, today)
        case FieldKind.DAY:
            return _read_day(field, value, today).isoformat()
        case FieldKind.LINE:
            return _read_line(field, value)
    return _read_choice(field, value)


def read_number(field: Field, value: Any) -> Decimal:
    """A number within the bounds of its field."""
    try:
        number = read_decimal(value)
    except Invalid as refusal:
        raise Invalid(
            _(
                "“%(typed)s” is no number for %(name)s. Enter a number, for example %(example)s, or say that it is unknown.",
                typed=quoted(value),
                name=field,
                example=Measure(field.minimum or Decimal(1), field),
            )
        ) from refusal
    check_bounds(field, number)
    if number != round(number, field.places):
        if not field.places:
            raise Invalid(_("%(name)s is a whole number. Enter it without decimals.", name=field))
        raise Invalid(
            ngettext(
                "%(name)s has at most one decimal. Round it.",
                "%(name)s has at most %(num)s decimals. Round it.",
                field.places,
                name=field,
            )
        )
    return number


def check_bounds(field: Field, number: Decimal) -> None:
    """Refuse a number outside the bounds of its field."""
    least, most = field.minimum, field.maximum
    if (least is None or number >= least) and (most is None or number <= most):
        return
    if most is None:
        raise Invalid(_("%(name)s is at least %(least)s. Check the number.", name=field, least=Measure(least or number, field)))
    raise Invalid(
        _(
            "%(name)s is between %(least)s and %(most)s. Check the number, and its unit.",
            name=field,
            least=Measure(Decimal(0) if least is None else least, field),
            most=Measure(most, field),
        )
    )


def _read_year(field: Field, value: Any, today: date) -> int:
    is_whole = isinstance(value, int | Decimal) and not isinstance(value, bool) and value == int(value)
    if not is_whole and not (isinstance(value, str) and _YEAR.fullmatch(value)):
        raise Invalid(
            _("“%(typed)s” is no year for %(name)s. Enter four digits, for example 2008.", typed=quoted(value), name=field)
        )
    least = int(field.minimum) if field.minimum is not None else _FIRST_DAY.year
    most = int(field.maximum) if field.maximum is not None else today.year + YEARS_AHEAD
    if not least <= int(value) <= most:
        raise Invalid(
            _(
                "%(name)s is between %(least)s and %(most)s. Enter the year in four digits.",
                name=field,
                least=str(least),
                most=str(most),
            )
        )
    return int(value)


def _read_day(field: Field, value: Any, today: date) -> date:
    day = value if isinstance(value, date) else None
    if isinstance(value, str) and _ISO_DAY.fullmatch(value):
        try:
            day = date.fromisoformat(value)
        except ValueError:
            day = None
    if day is None:
        raise Invalid(
            _(
                "“%(typed)s” is no day for %(name)s. Write it as 2027-01-12, or say that it is unknown.",
                typed=quoted(value),
                name=field,
            )
        )
    if not _FIRST_DAY <= day <= today:  # what is said of a lot by a day has been
        facts = {"name": field, "least": _FIRST_DAY, "most": today}
        raise Invalid(_("%(name)s is between %(least)s and %(most)s. Check the year.", **facts))
    return day


def _read_line(field: Field, value: Any) -> str:
    if not isinstance(value, str):
        raise Invalid(_("%(name)s is a text. Write it between quotes.", name=field))
    text = clean(value)
    if faults := find_length_faults(field.slug, text, LINE_LENGTH_MAX):
        raise Invalid.all(faults)
    return text


def _read_choice(field: Field, value: Any) -> str:
    if isinstance(value, str) and (chosen := field.choice(value)) is not None:
        return chosen.slug
    raise Invalid(
        _(
            "“%(typed)s” is not in the list of %(name)s. Choose one of: %(choices)s.",
            typed=quoted(value),
            name=field,
            choices=Names((*field.choices, NOT_KNOWN)),
        )
    )


def find_missing(material: HasFields, answers: Mapping[str, Any]) -> list[FieldError]:
    """A sentence for every field without whose answer a lot of this material is not published. Unknown is an answer."""
    return [
        FieldError(
            error_name(field.slug),
            _("Fill in “%(name)s”, or say that it is unknown. Without it a lot of this material is not published.", name=field),
        )
        for field in material.fields
        if field.is_needed and field.slug not in answers
    ]


def read_wishes(material: HasFields, given: Mapping[str, Any], *, today: date) -> dict[str, dict[str, Any]]:
    """What a demand asks of its fields: at least, at most, or one of.

    Refused with everything that is wrong with it, each at its field.
    """
    return _read_all(material, given, lambda field, wish: _read_wish(field, wish, today))


def _read_wish(field: Field, wish: Any, today: date) -> dict[str, Any]:
    words = ("min", "max") if field.kind.has_order else ("oneOf",)
    if field.kind is FieldKind.LINE or not field.is_searchable:
        raise Invalid(_("%(name)s cannot be asked for. Say it in the description.", name=field))
    if not isinstance(wish, Mapping) or not set(wish) <= set(words):
        raise Invalid(_("Ask for %(name)s with: %(words)s.", name=field, words=", ".join(words)))
    if not field.kind.has_order:
        return _read_list(field, wish.get("oneOf"))
    read = {word: _bound(field, wish[word], today) for word in words if wish.get(word) not in (None, "")}
    if len(read) == len(words) and _is_later(field, read["min"], read["max"]):
        raise Invalid(_("For %(name)s the most is less than the least. Exchange them, or leave one empty.", name=field))
    if not read:
        raise Invalid(_("Ask for %(name)s with: %(words)s.", name=field, words=", ".join(words)))
    return read


def _bound(field: Field, value: Any, today: date) -> str:
    if value == UNKNOWN:
        raise Invalid(_("Unknown cannot be asked for. Leave %(name)s out.", name=field))
    return str(read_answer(field, value, today=today))


def _is_later(field: Field, least: str, most: str) -> bool:
    return least > most if field.kind is FieldKind.DAY else Decimal(least) > Decimal(most)


def _read_list(field: Field, values: Any) -> dict[str, Any]:
    if not isinstance(values, list | tuple) or not values:
        raise Invalid(_("Choose one or more for %(name)s: %(choices)s.", name=field, choices=Names(field.choices)))
    if UNKNOWN in values:
        raise Invalid(_("Unknown cannot be asked for. Leave %(name)s out.", name=field))
    chosen = {_read_choice(field, value) for value in values}
    return {"oneOf": [choice.slug for choice in field.choices if choice.slug in chosen]}


def format_answer(field: Field, value: Any) -> str:
    """An answer as a page says it, in the reader's language."""
    if value == UNKNOWN:
        return NOT_KNOWN.name
    match field.kind:
        case FieldKind.NUMBER | FieldKind.YEAR:
            return localize(Measure(Decimal(value), field))
        case FieldKind.DAY:
            return localize(date.fromisoformat(value))
    chosen = field.choice(value)
    return str(value) if chosen is None else chosen.name


def format_wish(field: Field, wish: Mapping[str, Any]) -> Text | str:
    """What a demand asks of a field, as a page says it."""
    if "oneOf" in wish:
        return localize(Names(tuple(choice for choice in field.choices if choice.slug in wish["oneOf"])))
    least, most = wish.get("min"), wish.get("max")
    if least is not None and least == most:
        return format_answer(field, least)
    if least is not None and most is not None:
        return _("%(least)s to %(most)s", least=format_answer(field, least), most=format_answer(field, most))
    if least is not None:
        return _("at least %(least)s", least=format_answer(field, least))
    return _("at most %(most)s", most=format_answer(field, most))
