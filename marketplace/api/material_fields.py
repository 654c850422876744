"""`fields` of a listing and of a demand as JSON, and how the document describes them."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from marketplace.api.fields import CODE_LENGTH_MAX, LISTED_MAX, WHOLE_MAX, Given, Number
from marketplace.http.request import current_session
from marketplace.kernel.errors import Invalid
from marketplace.kernel.language import _
from marketplace.kernel.text import clean
from marketplace.market.models import Demand, Listing
from marketplace.materials.queries import fields_of_version
from marketplace.materials.rules.fields import LINE_LENGTH_MAX, UNKNOWN, Field, FieldKind

_NOT_AN_OBJECT = _("This must be an object with a value per field.")
_NUMBERS = (FieldKind.NUMBER, FieldKind.YEAR)
_ANSWER: dict[str, Any] = {
    "type": ["string", "number", "null"],
    "maxLength": LINE_LENGTH_MAX,
    "minimum": -WHOLE_MAX,
    "maximum": WHOLE_MAX,
}
_WISH: dict[str, Any] = {
    "type": ["object", "null"],
    "additionalProperties": False,
    "properties": {
        "min": _ANSWER,
        "max": _ANSWER,
        "oneOf": {"type": "array", "items": {"type": "string", "maxLength": CODE_LENGTH_MAX}, "maxItems": LISTED_MAX},
    },
}


class Answers(Given):
    """What is said of a lot, by the slugs of the fields of its material."""

    shape = {"type": "object", "additionalProperties": _ANSWER, "maxProperties": LISTED_MAX}

    def read(self, value: Any) -> dict[str, Any]:
        """Slug to answer; what an answer can be is for the field to say."""
        return {slug: _plain(answer) for slug, answer in _read_object(value).items()}


class Wishes(Given):
    """What a demand asks, by the slugs of the fields of its material."""

    shape = {"type": "object", "additionalProperties": _WISH, "maxProperties": LISTED_MAX}

    def read(self, value: Any) -> dict[str, Any]:
        """Slug to min and max, or oneOf; what they can be is for the field to say."""
        wishes = _read_object(value)
        if not all(wish is None or isinstance(wish, dict) for wish in wishes.values()):
            raise Invalid(_NOT_AN_OBJECT)
        return {slug: wish and {word: _plain(bound) for word, bound in wish.items()} for slug, wish in wishes.items()}


def _read_object(value: Any) -> dict[str, Any]:
    if not isinstance(value, dict) or len(value) > LISTED_MAX:
        raise Invalid(_NOT_AN_OBJECT)
    return {clean(slug): item for slug, item in value.items()}


def _plain(value: Any) -> Any:
    return clean(value) if isinstance(value, str) else value


def changed_fields(before: Mapping[str, Any] | None, sent: Mapping[str, Any] | None) -> dict[str, Any]:
    """What is said after a change.

    What is left out stays, null is no longer said, and null for all of them says nothing.
    """
    if sent is None:
        return {}
    return {slug: value for slug, value in {**(before or {}), **sent}.items() if value is not None}


def given_answers(listing: Listing) -> dict[str, Any]:
    """What is said of a lot, each answer as the version that types it has it."""
    fields = fields_of_version(current_session(), listing.fields_version)
    return {slug: _written(fields.get(slug), value) for slug, value in listing.fields.items()}


def given_wishes(demand: Demand) -> dict[str, Any]:
    """What a demand asks of the fields of its material."""
    fields = fields_of_version(current_session(), demand.fields_version)
    return {
        slug: {word: bound if word == "oneOf" else _written(fields.get(slug), bound) for word, bound in wish.items()}
        for slug, wish in demand.fields.items()
    }


def _written(field: Field | None, value: Any) -> Any:
    if field is None or value == UNKNOWN or field.kind not in _NUMBERS:
        return value
    return Number().write(Decimal(value))


def described_answer(field: Field) -> dict[str, Any]:
    """An answer to a field in the document, which is made of the rows in use."""
    return {**_described(field), "description": _label(field)}


def described_wish(field: Field) -> dict[str, Any]:
    """What may be asked of a field in the document."""
    schema = _described(field)
    words = (
        {"min": schema, "max": schema}
        if field.kind.has_order
        else {"oneOf": {"type": "array", "items": schema, "maxItems": LISTED_MAX}}
    )
    return {"type": ["object", "null"], "description": _label(field), "additionalProperties": False, "properties": words}


def _label(field: Field) -> str:
    return f"{field.name} ({field.unit})" if field.unit else field.name


def _described(field: Field) -> dict[str, Any]:
    if field.choices:
        return {"type": ["string", "null"], "enum": [*(choice.slug for choice in field.choices), UNKNOWN, None]}
    if field.kind not in _NUMBERS:
        return {"type": ["string", "null"], "maxLength": LINE_LENGTH_MAX}
    least, most = field.minimum or Decimal(0), field.maximum or Decimal(WHOLE_MAX)
    return {**_ANSWER, "minimum": Number().write(least), "maximum": Number().write(most)}
