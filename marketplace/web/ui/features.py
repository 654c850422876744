"""The fields of a lot as facts for a page, in the reader's language. Each is a name and what the lot says."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from marketplace.http.written import Written
from marketplace.kernel.db import Session
from marketplace.kernel.formats import NO_BREAK_SPACE, long_date, money, number, quantity
from marketplace.kernel.language import Text, _
from marketplace.market.models import Demand, Listing
from marketplace.market.rules.fields import Kind, ListingField
from marketplace.market.rules.values import plain_fields, stored_value
from marketplace.materials.queries import fields_of_version
from marketplace.materials.rules.fields import UNKNOWN, Field, FieldKind, format_answer
from marketplace.materials.rules.taxonomy import Taxonomy

YES_OR_NO = {True: _("Yes"), False: _("No")}
NOT_FILLED = _("not filled in")


@dataclass(frozen=True, slots=True)
class Feature:
    """What a lot says in one field. `is_inside`: not for everybody; `slug`: of a field of the material."""

    name: Text | str
    value: str
    is_inside: bool = False
    slug: str = ""


def features_of(listing: Listing) -> tuple[Feature, ...]:
    """What the page of a lot shows under its features; what was left empty is none."""
    return _features(listing, [row for row in plain_fields() if row.is_feature])


def checked_of(listing: Listing, step: int) -> list[tuple[Text | str, str]]:
    """What of a step is shown once more before publishing."""
    rows = [row for row in plain_fields() if row.is_checked and row.step == step]
    return [(feature.name, feature.value) for feature in _features(listing, rows)]


def answers_of(session: Session, listing: Listing, taxonomy: Taxonomy) -> tuple[Feature, ...]:
    """What a lot says in the fields of its material.

    In the words of the version in which it was said and the order of the material; then what is no longer asked of it. What was not
    said is left out, except where it is needed to publish.
    """
    fields = fields_said(session, listing, taxonomy)
    material_fields = taxonomy.material_by_id(listing.material_id).fields
    order = [row.slug for row in material_fields] + [
        slug for slug in listing.fields if slug not in {row.slug for row in material_fields}
    ]
    missing = {row.slug: row for row in material_fields if row.is_needed and row.slug not in listing.fields}
    return tuple(
        Feature(missing[slug].name, str(NOT_FILLED), slug=slug)
        if slug in missing
        else Feature(fields[slug].name, answer_words(fields[slug], listing.fields[slug]), slug=slug)
        for slug in order
        if slug in missing or (slug in listing.fields and slug in fields)
    )


def fields_said(session: Session, row: Listing | Demand, taxonomy: Taxonomy) -> Mapping[str, Field]:
    """The fields of materials as they were when this lot or demand spoke of them."""
    return taxonomy.fields_by_slug if row.fields_version == taxonomy.version else fields_of_version(session, row.fields_version)


def answer_words(field: Field, answer: Any) -> str:
    """An answer as a page says it; what somebody wrote in the language in which it was written."""
    return Written(answer) if field.kind is FieldKind.LINE and answer != UNKNOWN else format_answer(field, answer)


def _features(listing: Listing, rows: list[ListingField]) -> tuple[Feature, ...]:
    values = [(row, stored_value(listing, row)) for row in rows]
    return tuple(
        Feature(row.heading or row.label, _words(row, value, listing.unit), row.is_inside)
        for row, value in values
        if value not in (None, "")
    )


def _words(row: ListingField, value: Any, unit: str) -> str:
    match row.kind:
        case Kind.LINE | Kind.TEXT:
            return Written(value)
        case Kind.NUMBER:
            return f"{number(value)}{NO_BREAK_SPACE}{row.unit}" if row.unit else number(value)
        case Kind.AMOUNT:
            return quantity(value, unit)
        case Kind.CENTS:
            return money(value)
        case Kind.DAY:
            return long_date(value)
        case Kind.CHOICE:
            return str((row.choices or {})[value])
        case Kind.YES_NO:
            return str((row.spoken_as or row.choices or YES_OR_NO)[value])
    return str(value)
