"""JSON properties: marshmallow fields with our sentences and their specification.

A body is strict: it is an object, a property that it does not take is refused by name, and `null` means that an optional one is
empty.
"""

import re
from collections.abc import Iterable
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any

from marshmallow import EXCLUDE, Schema, ValidationError, fields

from marketplace.http.errors import camel
from marketplace.kernel import units
from marketplace.kernel.clock import AMSTERDAM
from marketplace.kernel.errors import FieldError, Invalid
from marketplace.kernel.language import Text, _
from marketplace.kernel.text import clean
from marketplace.kernel.units import Unit

ID_MAX = 2**31 - 1
WHOLE_MAX = 10**12
_ISO_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_REQUIRED = _("This is required. Fill it in.")
_NOT_NULL = _("This is required and may not be null. Fill it in.")
_NOT_TEXT = _("This must be text, between quotes.")
_NOT_NUMBER = _("This must be a number, without quotes and with a point before decimals.")
_NOT_WHOLE = _("This must be a whole number of 0 or more, without quotes.")
_NOT_A_DAY = _("This is not a day. Write it as year, month and day, for example 2027-03-31.")
_NOT_YES_OR_NO = _("This must be true or false, without quotes.")
_NOT_AN_OBJECT = _("This must be an object with a value per name.")
_NOT_A_LIST = _("This must be a list.")
_NO_BODY = _("Send a JSON object, between { and }.")


def refuse(sentence: Text) -> ValidationError:
    """A sentence that marshmallow leaves as it is."""
    return ValidationError([sentence])


class Given(fields.Field[Any]):
    """The common part: our sentences for what is missing, and the JSON Schema of the value."""

    default_error_messages = {"required": [_REQUIRED], "null": [_NOT_NULL]}
    shape: dict[str, Any] = {}

    def __init__(self, meaning: str = "", **more: Any) -> None:
        shape = {**self.shape, **more.pop("shape", {})}
        super().__init__(metadata={**shape, **({"description": meaning} if meaning else {})}, **more)

    def _deserialize(self, value: Any, attr: str | None, data: Any, **more: Any) -> Any:
        try:
            return self.read(value)
        except Invalid as refusal:
            raise refuse(refusal.message) from refusal

    def read(self, value: Any) -> Any:
        """Read the value in its internal form, or raise Invalid."""
        raise NotImplementedError


class Line(Given):
    """One line of text, cleaned."""

    shape = {"type": "string"}
    lines = False

    def read(self, value: Any) -> str:
        """Text without invisible or forbidden characters."""
        if not isinstance(value, str):
            raise Invalid(_NOT_TEXT)
        return clean(value, lines=self.lines)


class Lines(Line):
    """Text of more than one line, cleaned."""

    lines = True


class Amount(Given):
    """A quantity: a decimal string or a JSON number. Its unit decides the rest, later."""

    shape = {"type": ["string", "number"], "example": "800"}

    def read(self, value: Any) -> Decimal:
        """An exact decimal."""
        return units.read_decimal(value)


class Number(Given):
    """A JSON number, read exactly, within bounds and with at most so many decimals."""

    shape = {"type": "number"}

    def __init__(self, meaning: str = "", *, places: int = 3, **more: Any) -> None:
        super().__init__(meaning, **more)
        self.places = places

    def read(self, value: Any) -> Decimal:
        """An exact decimal; a boolean or a string is no number."""
        if isinstance(value, bool) or not isinstance(value, int | float | Decimal):
            raise Invalid(_NOT_NUMBER)
        number = units.read_decimal(value)
        if abs(number) > WHOLE_MAX:
            raise Invalid(_("This number is too large. Use at most %(most)s.", most=WHOLE_MAX))
        if -int(number.normalize().as_tuple().exponent) > self.places:
            raise Invalid(_("This number has too many decimals. Use at most %(places)s.", places=self.places))
        return number


class Degrees(Given):
    """Latitude or longitude, as a JSON number."""

    shape = {"type": "number"}

    def read(self, value: Any) -> float:
        """Degrees as a float; whether they lie in the Netherlands is for Point to say."""
        if isinstance(value, bool) or not isinstance(value, int | float | Decimal):
            raise Invalid(_NOT_NUMBER)
        return float(units.read_decimal(value))


class Whole(Given):
    """A JSON integer of 0 or more."""

    shape = {"type": "integer", "minimum": 0}

    def __init__(self, meaning: str = "", *, most: int = ID_MAX, **more: Any) -> None:
        super().__init__(meaning, **more)
        self.most = most

    def read(self, value: Any) -> int:
        """An int; 3.0 is 3, 3.5 is refused."""
        if isinstance(value, Decimal) and abs(value) < WHOLE_MAX and value == int(value):
            value = int(value)
        if isinstance(value, bool) or not isinstance(value, int) or value < 0:
            raise Invalid(_NOT_WHOLE)
        if value > self.most:
            raise Invalid(_("This number is too large. Use at most %(most)s.", most=self.most))
        return value


class YesNo(Given):
    """A JSON boolean."""

    shape = {"type": "boolean"}

    def read(self, value: Any) -> bool:
        """True or false and nothing that looks like it."""
        if not isinstance(value, bool):
            raise Invalid(_NOT_YES_OR_NO)
        return value


class Day(Given):
    """A calendar day."""

    shape = {"type": "string", "format": "date"}

    def read(self, value: Any) -> date:
        """YYYY-MM-DD."""
        return read_day(value)


class DayOrMoment(Given):
    """A calendar day, or a moment; a moment without a zone is Amsterdam's."""

    shape = {"type": "string", "anyOf": [{"format": "date"}, {"format": "date-time"}]}

    def read(self, value: Any) -> date | datetime:
        """YYYY-MM-DD, or ISO 8601 with a time."""
        if not isinstance(value, str) or "T" not in value:
            return read_day(value)
        try:
            at = datetime.fromisoformat(value)
        except ValueError:
            raise Invalid(_NOT_A_DAY) from None
        if not 1900 <= at.year <= 2200:
            raise Invalid(_NOT_A_DAY)
        return at if at.tzinfo else at.replace(tzinfo=AMSTERDAM)


class Choice(Given):
    """One of a few words."""

    def __init__(self, words: Iterable[StrEnum], meaning: str = "", **more: Any) -> None:
        self.words = tuple(words)
        super().__init__(meaning, shape={"type": "string", "enum": [word.value for word in self.words]}, **more)

    def read(self, value: Any) -> StrEnum:
        """The member of that value."""
        return read_choice(value, self.words)


class UnitChoice(Given):
    """A unit by its name in the API."""

    shape = {"type": "string", "enum": [unit.value for unit in Unit]}

    def read(self, value: Any) -> Unit:
        """A Unit."""
        return units.read_unit(value)


class Answers(Given):
    """An object that gives one word per code."""

    def __init__(self, words: type[StrEnum], meaning: str = "", **more: Any) -> None:
        shape = {"type": "object", "additionalProperties": {"type": "string", "enum": [word.value for word in words]}}
        super().__init__(meaning, shape=shape, **more)
        self.words = words

    def read(self, value: Any) -> dict[str, StrEnum]:
        """Code to word; at most a hundred."""
        if not isinstance(value, dict) or len(value) > 100:
            raise Invalid(_NOT_AN_OBJECT)
        return {clean(code): read_choice(word, self.words) for code, word in value.items()}


class Codes(Given):
    """A list of words."""

    shape = {"type": "array", "items": {"type": "string"}}

    def read(self, value: Any) -> tuple[str, ...]:
        """Without doubles, in the order given; at most a hundred."""
        if not isinstance(value, list) or len(value) > 100:
            raise Invalid(_NOT_A_LIST)
        if not all(isinstance(code, str) for code in value):
            raise Invalid(_NOT_TEXT)
        return tuple(dict.fromkeys(clean(code) for code in value))


def read_day(value: Any, field: str | None = None) -> date:
    """A day written YYYY-MM-DD, between the years 1900 and 2200."""
    if isinstance(value, str) and _ISO_DATE.fullmatch(value):
        try:
            day = date.fromisoformat(value)
        except ValueError:
            pass
        else:
            if 1900 <= day.year <= 2200:
                return day
    raise Invalid(_NOT_A_DAY, field)


def read_choice(value: Any, words: Iterable[StrEnum], field: str | None = None) -> StrEnum:
    """The member whose value this is; the refusal names them all."""
    members = list(words)
    for member in members:
        if isinstance(value, str) and value == member.value:
            return member
    raise Invalid(_("Choose one of: %(words)s.", words=", ".join(member.value for member in members)), field)


class Body(Schema):
    """A JSON object. Properties are the camelCase of the names here; an optional one may be null."""

    class Meta:
        """What it does not take is refused in `take`, by name."""

        unknown = EXCLUDE

    def on_bind_field(self, field_name: str, field_obj: fields.Field[Any]) -> None:
        """The name in JSON, and null for what may be left out."""
        field_obj.data_key = camel(field_name)
        if not field_obj.required:
            field_obj.allow_none = True


def take(body: Body, given: Any, *, partial: tuple[str, ...] = ()) -> tuple[dict[str, Any], list[FieldError]]:
    """Take the values by their internal names, and everything that is wrong with them. Those in `partial` may be left out."""
    if not isinstance(given, dict):
        return {}, [FieldError("body", _NO_BODY)]
    existing = {field.data_key for field in body.fields.values()}
    errors = [
        FieldError(name[:60], _("“%(name)s” is not accepted here. Leave it out.", name=name[:60]))
        for name in given
        if name not in existing
    ]
    try:
        values: dict[str, Any] = body.load(given, partial=partial)
    except ValidationError as error:
        errors += [FieldError(name, _first(sentences)) for name, sentences in error.messages_dict.items()]
        valid: Any = error.valid_data
        values = dict(valid or {})
    return values, errors


def _first(sentences: Any) -> Text:
    while not isinstance(sentences, Text):
        sentences = sentences[0] if isinstance(sentences, list) else next(iter(sentences.values()))
    return sentences
