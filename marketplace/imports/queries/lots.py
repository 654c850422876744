"""What the rows of a sheet of lots would make, and what became of its drafts."""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import cache
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session, selectinload

from marketplace.accounts.policy import Actor, Can, require
from marketplace.depots.queries.depots import list_depots
from marketplace.documents.queries import list_opinions_of, list_papers_of
from marketplace.imports.models import ImportRow, ImportRun
from marketplace.imports.rules.columns import plain_name
from marketplace.imports.rules.lots import KnownLot, Lot, LotWords, add_lots, read_lot
from marketplace.imports.rules.material_use import words_of_labels
from marketplace.imports.rules.tables import Faults, Record, RowState
from marketplace.kernel import clock
from marketplace.kernel.geo import Point
from marketplace.kernel.units import Amount, Unit
from marketplace.market.models import Listing
from marketplace.market.rules.listing import (
    BASIS_LABELS,
    CERTAINTY_LABELS,
    CONDITION_LABELS,
    Condition,
    ListingStatus,
    Location,
    QuantityBasis,
)
from marketplace.materials.queries import get_taxonomy
from marketplace.places.queries.gazetteer import PlaceFinder, gazetteer
from marketplace.places.rules import Place, PlaceBasis

_MORE_CONDITIONS = {
    Condition.NEW: ("ongebruikt", "unused"),
    Condition.GOOD: ("prima",),
    Condition.FAIR: ("gemiddeld",),
    Condition.POOR: ("slecht",),
}
_MORE_BASES = {QuantityBasis.ESTIMATED: ("schatting",), QuantityBasis.FROM_DRAWING: ("tekening", "drawing")}
FLAG_WORDS = {
    **dict.fromkeys(("ja", "j", "yes", "y", "1", "true", "waar", "x", "gepland", "planned"), "yes"),
    **dict.fromkeys(("nee", "n", "no", "0", "false", "onwaar"), "no"),
}
UNCHANGED_VERSION = 1  # of a lot that was made and not changed since


class LotJudge:
    """Lots: a row is a draft of its own."""

    def __init__(self, words: LotWords) -> None:
        self._words = words
        self._materials: set[str] = set()

    def meet(self, records: Sequence[Record]) -> None:
        """Which external ids stand there twice, and of which materials the rows are."""
        counted = Counter(record.cells.get("external_id", "") for record in records)
        twice = frozenset(name for name, number in counted.items() if name and number > 1)
        self._words = replace(self._words, twice=twice)
        named = {plain_name(record.cells.get("material", "")) for record in records}
        self._materials = {self._words.materials[name] for name in named if name in self._words.materials}

    def prepare(self, records: Sequence[Record]) -> None:
        """What stands there is known already."""

    def read(self, record: Record) -> tuple[Lot | None, Faults]:
        """One row as a draft."""
        return read_lot(record, self._words)

    def add(self, summary: dict[str, Any], values: Iterable[Lot]) -> dict[str, Any]:
        """How many drafts of each material, and how much."""
        lots = add_lots(summary.get("lots", {}), values)
        return {"lots": lots, "materials": sorted(self._materials), "twice": sorted(self._words.twice)}

    def state_of(self, value: Lot, summary: Mapping[str, Any]) -> RowState:
        """Whether it is a new lot or one that stands there."""
        return RowState.UNCHANGED if value.is_known else RowState.OK


def get_lot_words(session: Session, organisation_id: int, *, twice: Iterable[str]) -> LotWords:
    """What may be typed in a sheet of lots, and which external ids the organisation has."""
    taxonomy = get_taxonomy(session)
    materials: dict[str, str] = {}
    for material in taxonomy.materials:
        materials |= {plain_name(name): material.slug for name in (material.slug, material.name_nl, material.name_en)}
    depots: dict[str, int] = {}
    for depot in sorted(list_depots(session), key=lambda depot: depot.organisation_id != organisation_id):
        depots.setdefault(plain_name(depot.name), depot.id)
    finder = PlaceFinder()  # the list of the bank alone: no service is asked row by row
    return LotWords(
        taxonomy=taxonomy,
        materials=materials,
        conditions=words_of_labels(CONDITION_LABELS, _MORE_CONDITIONS),
        bases=words_of_labels(BASIS_LABELS, _MORE_BASES),
        certainties=words_of_labels(CERTAINTY_LABELS, {}),
        flags=FLAG_WORDS,
        depots=depots,
        known_lots=list_known_lots(session, organisation_id),
        twice=frozenset(twice),
        find_place=cache(lambda text: located(finder.find(text))),
        place_at=cache(place_at),
        today=clock.today(),
    )


def list_known_lots(session: Session, organisation_id: int) -> dict[str, KnownLot]:
    """The lots of an organisation that have an external id, and what they say."""
    taxonomy = get_taxonomy(session)
    rows = session.execute(
        select(
            *(Listing.id, Listing.external_id, Listing.title, Listing.material_id, Listing.quantity),
            *(Listing.unit, Listing.condition, Listing.fields),
        ).where(Listing.organisation_id == organisation_id, Listing.external_id.is_not(None))
    )
    return {
        row.external_id: KnownLot(
            row.id,
            (row.title, taxonomy.material_by_id(row.material_id).slug, row.quantity, row.unit, row.condition),
            row.fields,
        )
        for row in rows
    }


def place_at(point: Point) -> Location:
    """A point with the nearest place and the municipality that it lies in."""
    return located(gazetteer().at(point))


def located(place: Place) -> Location:
    """A place of the list as a lot keeps it."""
    address = place.label if place.basis is PlaceBasis.POSTCODE else None
    return Location(place.name, place.municipality_slug or "", place.point, place.basis, address)


@dataclass(frozen=True, slots=True)
class LotTotal:
    """The drafts of one material and unit that a sheet makes."""

    material: str
    name: str
    lots: int
    total: Amount

    @property
    def quantity(self) -> Decimal:
        """How much of it."""
        return self.total.amount

    @property
    def unit(self) -> Unit:
        """The unit of that."""
        return self.total.unit


def get_lots_preview(session: Session, actor: Actor, run: ImportRun) -> list[LotTotal]:
    """Get which drafts a sheet would make, by material."""
    require(actor, Can.IMPORT, run, hidden=True)
    taxonomy, totals = get_taxonomy(session), []
    for key, (lots, amount) in run.summary.get("lots", {}).items():
        slug, _bar, unit = key.partition("|")
        material = taxonomy.find_material(slug)
        name = slug if material is None else material.name
        totals.append(LotTotal(slug, name, int(lots), Amount(Decimal(amount), Unit(unit))))
    return sorted(totals, key=lambda total: (total.name, total.unit))


def list_made(session: Session, run: ImportRun) -> list[Listing]:
    """The lots of a sheet that are still there, with their photos, by number."""
    made = select(ImportRow.result_id).where(ImportRow.import_id == run.id, ImportRow.result_id.is_not(None))
    rows = select(Listing).where(Listing.id.in_(made)).options(selectinload(Listing.photos)).order_by(Listing.id)
    return list(session.scalars(rows))


def list_untouched(session: Session, listings: Collection[Listing]) -> list[Listing]:
    """Those that are drafts as they were made.

    Not changed or published, and without photo, paper or opinion.
    """
    numbers = [listing.id for listing in listings]
    papers = list_papers_of(session, numbers, with_removed=True)
    opinions = list_opinions_of(session, numbers)
    return [
        listing
        for listing in listings
        if (listing.status, listing.version) == (ListingStatus.DRAFT, UNCHANGED_VERSION)
        and not (listing.photos or papers[listing.id] or opinions[listing.id])
    ]
