"""JSON properties: how each is read and refused, how it is written, and its JSON Schema.

marshmallow's own fields are lenient (`true` is 1, `2027-3-1` is a day); these refuse what is not exactly right, in our sentences.
"""

from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any

from marshmallow import ValidationError, fields

from marketplace.api.moments import read_day, read_moment
from marketplace.kernel import units
from marketplace.kernel.clock import local, today
from marketplace.kernel.dates import find_day_faults
from marketplace.kernel.errors import Invalid
from marketplace.kernel.language import Text, _
from marketplace.kernel.text import clean
from marketplace.kernel.units import Unit

ID_MAX = 2**31 - 1
WHOLE_MAX = 10**12
LISTED_MAX = 100
CODE_LENGTH_MAX = 60  # of slugs of materials, groups and organisations, and of the codes of hazards and of ways to drive
_REQUIRED = _("This is required. Fill it in.")
_NOT_NULL = _("This is required and may not be null. Fill it in.")
_NOT_TEXT = _("This must be text, between quotes.")
_NOT_NUMBER = _("This must be a number, without quotes and with a point before decimals.")
_NOT_WHOLE = _("This must be a whole number of 0 or more, without quotes.")
_NOT_YES_OR_NO = _("This must be true or false, without quotes.")
_NOT_AN_OBJECT = _("This must be an object with a value per name.")
_NOT_A_LIST = _("This must be a list.")


def refuse(sentence: Text) -> ValidationError:
    """A sentence that marshmallow leaves as it is."""
    return ValidationError([sentence])


def with_null(shape: Mapping[str, Any]) -> dict[str, Any]:
    """The same JSON Schema for what may be null: an enum names null too."""
    if None in shape.get("enum", [None]):
        return dict(shape)
    return {**shape, "enum": [*shape["enum"], None]}


class Property(fields.Field[Any]):
    """A JSON property, its meaning and its JSON Schema. `get` finds what is written, or `attribute` names it; without them its name does.

    An `optional` property is left out of an answer where it is missing, and where it is None though it may not be null.
    """

    shape: dict[str, Any] = {}

    def __init__(
        self, meaning: str = "", *, get: Callable[[Any], Any] | None = None, optional: bool = False, **more: Any
    ) -> None:
        shape = {**self.shape, **more.pop("shape", {}), **({"description": meaning} if meaning else {})}
        super().__init__(metadata=with_null(shape) if more.get("allow_none") else shape, **more)
        self.get, self.optional = get, optional

    @property
    def turns(self) -> bool:
        """Whether JSON has the value in another form."""
        return type(self).write is not Property.write

    def write(self, value: Any) -> Any:
        """The value as JSON has it; None never comes here."""
        return value


class Given(Property):
    """A property that is taken too, and refused in our sentences."""

    default_error_messages = {"required": [_REQUIRED], "null": [_NOT_NULL]}

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

    def __init__(self, meaning: str = "", *, longest: int | None = None, **more: Any) -> None:
        if longest is not None:
            more["shape"] = {"maxLength": longest, **more.get("shape", {})}
        super().__init__(meaning, **more)

    def read(self, value: Any) -> str:
        """Text without invisible or forbidden characters."""
        if not isinstance(value, str):
            raise Invalid(_NOT_TEXT)
        return clean(value, lines=self.lines)


class Lines(Line):
    """Text of more than one line, cleaned."""

    lines = True


class LineOrNull(Line):
    """Text that is null where it is empty."""

    def __init__(self, meaning: str = "", **more: Any) -> None:
        super().__init__(meaning, allow_none=True, **more)

    def write(self, value: str) -> str | None:
        """The text, or None."""
        return value or None


class Sentence(Property):
    """A sentence in the language of the reader."""

    shape = {"type": "string"}

    def write(self, value: Text | str) -> str:
        """The words."""
        return str(value)


class Quantity(Property):
    """A quantity as it is written; its unit stands beside it."""

    shape = {
        "type": "string",
        "pattern": r"^-?[0-9]+(\.[0-9]{1,3})?$",
        "description": "a decimal string without needless zeros",
    }

    def write(self, value: Decimal) -> str:
        """`1200`, `0.5`."""
        return units.plain(value)


class Amount(Given):
    """A quantity as it is read: a decimal string or a JSON number. Its unit decides the rest, later."""

    shape = {
        "type": ["string", "number"],
        "example": "800",
        "exclusiveMinimum": 0,
        "maximum": float(units.LARGEST),
        "maxLength": units.LONGEST_NUMBER,
    }

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

    def write(self, value: Decimal | float) -> int | float:
        """Whole where it is whole."""
        return int(value) if value == int(value) else float(value)


class Degrees(Given):
    """Latitude or longitude, as a JSON number."""

    shape = {"type": "number", "minimum": -180, "maximum": 180}

    def read(self, value: Any) -> float:
        """Degrees as a float; whether they lie in the Netherlands is for Point to say."""
        if isinstance(value, bool) or not isinstance(value, int | float | Decimal):
            raise Invalid(_NOT_NUMBER)
        return float(units.read_decimal(value))


class Integer(Property):
    """A JSON integer."""

    shape = {"type": "integer"}


class Whole(Given):
    """A JSON integer of 0 or more."""

    shape = {"type": "integer", "minimum": 0}

    def __init__(self, meaning: str = "", *, most: int = ID_MAX, **more: Any) -> None:
        super().__init__(meaning, shape={"maximum": most, **more.pop("shape", {})}, **more)
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
    """A calendar day, no earlier and no later than a day on a form can be."""

    shape = {"type": "string", "format": "date"}

    def read(self, value: Any) -> date:
        """YYYY-MM-DD, within what a day here can be."""
        return _possible(read_day(value))

    def write(self, value: date) -> str:
        """YYYY-MM-DD."""
        return value.isoformat()


class Moment(Given):
    """A moment, ISO 8601, with its offset from UTC."""

    shape = {"type": "string", "format": "date-time"}

    def read(self, value: Any) -> datetime:
        """An aware moment on a day that can be one here."""
        return _possible_moment(value)

    def write(self, value: datetime) -> str:
        """In UTC, to the second."""
        return value.astimezone(UTC).isoformat()[:19] + "Z"


class Moments(Given):
    """A list of moments."""

    shape = {"type": "array", "items": Moment.shape, "maxItems": LISTED_MAX}

    def read(self, value: Any) -> tuple[datetime, ...]:
        """Each of them; how many there may be is for the rule to say."""
        return tuple(_possible_moment(item) for item in _read_list(value))


class DayOrMoment(Given):
    """A calendar day, or a moment with its offset from UTC."""

    shape = {"type": "string", "anyOf": [{"format": "date"}, {"format": "date-time"}]}

    def read(self, value: Any) -> date | datetime:
        """YYYY-MM-DD, or ISO 8601 with a time."""
        return _possible_moment(value) if isinstance(value, str) and "T" in value else _possible(read_day(value))


class Choice(Given):
    """One of a few words."""

    def __init__(self, words: Iterable[StrEnum], meaning: str = "", **more: Any) -> None:
        self.words = tuple(words)
        shape = {"type": "string", "enum": [word.value for word in self.words], **more.pop("shape", {})}
        super().__init__(meaning, shape=shape, **more)

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
        word_schema = {"type": "string", "enum": [word.value for word in words]}
        shape = {"type": "object", "additionalProperties": word_schema, "maxProperties": LISTED_MAX}
        super().__init__(meaning, shape=shape, **more)
        self.words = words

    def read(self, value: Any) -> dict[str, StrEnum]:
        """Code to word; at most a hundred."""
        if not isinstance(value, dict) or len(value) > LISTED_MAX:
            raise Invalid(_NOT_AN_OBJECT)
        return {clean(code): read_choice(word, self.words) for code, word in value.items()}


class Codes(Given):
    """A list of words."""

    shape = {"type": "array", "items": {"type": "string", "maxLength": CODE_LENGTH_MAX}, "maxItems": LISTED_MAX}

    def read(self, value: Any) -> tuple[str, ...]:
        """Without doubles, in the order given; at most a hundred."""
        codes = _read_list(value)
        if not all(isinstance(code, str) for code in codes):
            raise Invalid(_NOT_TEXT)
        return tuple(dict.fromkeys(clean(code) for code in codes))

    def write(self, value: Iterable[str]) -> list[str]:
        """The words."""
        return list(value)


class Ids(Given):
    """A list of numbers of things."""

    shape = {"type": "array", "items": {"type": "integer", "minimum": 1, "maximum": ID_MAX}, "maxItems": LISTED_MAX}

    def read(self, value: Any) -> tuple[int, ...]:
        """Without doubles, in the order given; at most a hundred."""
        return tuple(dict.fromkeys(Whole(most=ID_MAX).read(item) for item in _read_list(value)))


def _possible(day: date) -> date:
    """The same day. Refused before 1990 and more than thirty years ahead, as on a form (docs/domain.md)."""
    for fault in find_day_faults("", day, today()):
        raise Invalid(fault.message)
    return day


def _possible_moment(value: Any) -> datetime:
    moment = read_moment(value)
    _possible(local(moment).date())
    return moment


def _read_list(value: Any) -> list[Any]:
    if not isinstance(value, list):
        raise Invalid(_NOT_A_LIST)
    if len(value) > LISTED_MAX:
        raise Invalid(_("Send at most %(most)s at once.", most=LISTED_MAX))
    return value


def read_choice(value: Any, words: Iterable[StrEnum], field: str | None = None) -> StrEnum:
    """The member whose value this is; the refusal names them all."""
    members = list(words)
    for member in members:
        if isinstance(value, str) and value == member.value:
            return member
    raise Invalid(_("Choose one of: %(words)s.", words=", ".join(member.value for member in members)), field)
