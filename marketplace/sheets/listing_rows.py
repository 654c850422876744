"""Lots as a table: what every lot says, and a column for each field of their materials."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from marketplace.kernel.language import Text, _
from marketplace.market.models import Listing
from marketplace.market.rules.listing import BASIS_LABELS, CERTAINTY_LABELS, CONDITION_LABELS, Certainty, Condition, QuantityBasis
from marketplace.materials.rules.fields import UNKNOWN, Field, FieldKind, format_answer
from marketplace.materials.rules.taxonomy import Taxonomy
from marketplace.sheets.workbook import Column
from marketplace.sheets.writing import Cell

Fields = Mapping[str, Field]


@dataclass(frozen=True, slots=True)
class Lots:
    """Lots for a table. `fields_by_version`: in whose words each of them was answered; `address`: of the page of a lot."""

    listings: Sequence[Listing]
    taxonomy: Taxonomy
    fields_by_version: Mapping[int | None, Fields]
    address: Callable[[Listing], str]

    @property
    def fields(self) -> tuple[Field, ...]:
        """What is asked of these materials, in that order; then what is not asked any more."""
        materials = {self.taxonomy.material_by_id(listing.material_id): None for listing in self.listings}
        fields = {field.slug: field for material in materials for field in material.fields}
        for listing in self.listings:
            version_fields = self.fields_by_version[listing.fields_version]
            fields |= {slug: version_fields[slug] for slug in listing.fields if slug in version_fields and slug not in fields}
        return tuple(fields.values())

    @property
    def header(self) -> list[Text | Column]:
        """The names of the columns, each field with its unit."""
        return [*_HEADER, *(_column(field) for field in self.fields)]

    def lines(self) -> Iterator[list[Cell]]:
        """A line for each lot. What was not said is empty; what is not known says so."""
        fields = self.fields
        for listing in self.listings:
            version_fields = self.fields_by_version[listing.fields_version]
            answers = [_answer(version_fields.get(field.slug), listing.fields.get(field.slug)) for field in fields]
            yield [*self._common(listing), *answers]

    def _common(self, listing: Listing) -> list[Cell]:
        material, price = self.taxonomy.material_by_id(listing.material_id), listing.price_cents_per_unit
        return [
            listing.id,
            listing.title,
            material.name,
            material.group.name,
            listing.available,
            str(listing.unit_of.label),
            str(BASIS_LABELS[QuantityBasis(listing.quantity_basis)]),
            str(CONDITION_LABELS[Condition(listing.condition)]),
            listing.available_from,
            listing.available_until,
            str(_("yes") if listing.planned else _("no")),
            listing.earliest,
            listing.latest,
            None if listing.certainty is None else str(CERTAINTY_LABELS[Certainty(listing.certainty)]),
            listing.place_name,
            listing.organisation.name,
            Decimal(price or 0) / 100,
            listing.year_of_construction,
            self.address(listing),
        ]


_HEADER = (
    _("Number"),
    _("Title"),
    _("Material"),
    _("Material group"),
    _("Available"),
    _("Unit"),
    _("How the quantity is known"),
    _("Condition"),
    _("Free from"),
    _("Free until"),
    _("Planned"),
    _("Comes free from"),
    _("Comes free until"),
    _("How sure that is"),
    _("Place"),
    _("Organisation"),
    Column(_("Price per unit"), _("euro"), 2),
    _("Year of construction"),
    _("Page"),
)


def _answer(field: Field | None, value: object) -> Cell:
    if field is None or value is None:
        return None
    if field.kind in (FieldKind.NUMBER, FieldKind.YEAR) and value != UNKNOWN:
        return Decimal(str(value))
    return format_answer(field, value)


def _column(field: Field) -> Column:
    return Column(field.name, field.unit, field.places if field.kind is FieldKind.NUMBER else None)
