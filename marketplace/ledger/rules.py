"""What a ledger row says, its permanent written form, and its link to the previous row."""

import hashlib
import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass, fields, replace
from datetime import date, datetime
from decimal import ROUND_HALF_UP, Decimal
from enum import StrEnum
from operator import attrgetter
from typing import Any

from marketplace.kernel.units import THOUSANDTH, plain

FIRST_HASH = "0" * 64


class RowKind(StrEnum):
    """What a row books: a transfer, what it takes back of one, or kilometres without tonnes."""

    TRANSFER = "transfer"
    REVERSAL = "reversal"
    HAUL = "haul"


class Cause(StrEnum):
    """Why something was taken back or driven."""

    RETURN = "return"
    CORRECTION = "correction"
    RECALL = "recall"
    DEPOT = "depot"


class ReplacesPurchase(StrEnum):
    """Whether a transfer took the place of a purchase, as the receiver said."""

    YES = "yes"
    NO = "no"
    NOT_SAID = "not_said"

    @classmethod
    def of(cls, answer: bool | None) -> "ReplacesPurchase":
        """The word for an answer."""
        return cls.NOT_SAID if answer is None else cls.YES if answer else cls.NO


class Through(StrEnum):
    """Whether a lot went to its receiver from where it came free, or lay in a depot first."""

    DIRECT = "direct"
    DEPOT = "depot"


class Lack(StrEnum):
    """What a transfer may lack.

    A carbon factor, an answer about its use, what new would cost, a measured weight.
    """

    FACTOR = "factor"
    USE = "use"
    PRICE = "price"
    WEIGHT = "weight"


class Reach(StrEnum):
    """Whether it stayed within one organisation, or within the region, or a partner took part."""

    WITHIN = "within"
    REGION = "region"
    OUTSIDE = "outside"


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One exchange with everything that its figures came from.

    Ids and organisations, never a person, a free text or an address.

    A reversal names the row that it `reverses` and carries mass, price, avoided and processing with the opposite sign, and no kilometres.
    A haul has no mass: `quantity` × `kg_per_unit` tells what was driven, which is in the tonne-kilometres and the transport only.
    A haul of a lot to, from or between depots belongs to no reservation: it names the lot.
    """

    kind: str
    reservation_id: int | None
    listing_id: int | None
    demand_id: int | None
    from_slug: str
    from_name: str
    from_kind: str
    to_slug: str
    to_name: str
    to_kind: str
    material_slug: str
    group_slug: str
    quantity: Decimal
    unit: str
    kg_per_unit: Decimal
    kg_basis: str
    mass_kg: Decimal
    distance_km: Decimal
    distance_basis: str
    road_km: Decimal
    road_basis: str
    tonne_km: Decimal
    vehicle_class: str
    vehicle_basis: str
    vehicle_factor: Decimal
    carbon_factor: Decimal | None
    transport_kgco2e: Decimal
    avoided_kgco2e: Decimal | None
    net_kgco2e: Decimal | None
    factor_version: int
    price_cents: int
    happened_on: date
    reverses: int | None = None
    row_version: int = 4
    replaces_purchase: str | None = None
    processing_factor: Decimal | None = None
    processing_kgco2e: Decimal | None = None
    origin: str | None = None
    period: str | None = None
    carbon_confidence: str | None = None
    carbon_low: Decimal | None = None
    carbon_high: Decimal | None = None
    avoided_low_kgco2e: Decimal | None = None
    avoided_high_kgco2e: Decimal | None = None
    through: str | None = None
    purchase_cents: int | None = None
    saved_cents: int | None = None
    is_bulk: bool | None = None
    lot_id: int | None = None
    cause: str | None = None
    recall_id: int | None = None

    @property
    def month(self) -> str:
        """The period in which it counts, `YYYY-MM`.

        The month in which it happened, unless it was booked late on purpose.
        """
        return self.period or self.happened_on.strftime("%Y-%m")


# What a row of each version says, in its canonical text. A version once written never changes: its rows verify for ever.
VERSION_1 = (
    *(
        "kind",
        "reservation_id",
        "listing_id",
        "demand_id",
        "from_slug",
        "from_name",
        "from_kind",
        "to_slug",
        "to_name",
        "to_kind",
    ),
    *("material_slug", "group_slug", "quantity", "unit", "kg_per_unit", "kg_basis", "mass_kg", "distance_km", "distance_basis"),
    *(
        "road_km",
        "road_basis",
        "tonne_km",
        "vehicle_class",
        "vehicle_basis",
        "vehicle_factor",
        "carbon_factor",
        "transport_kgco2e",
    ),
    *("avoided_kgco2e", "net_kgco2e", "factor_version", "price_cents", "happened_on", "reverses"),
)
VERSION_2 = (*VERSION_1, "row_version", "replaces_purchase", "processing_factor", "processing_kgco2e", "origin", "period")
VERSION_3 = (
    *VERSION_2,
    *("carbon_confidence", "carbon_low", "carbon_high", "avoided_low_kgco2e", "avoided_high_kgco2e"),
    *("through", "purchase_cents", "saved_cents", "is_bulk"),
)
VERSION_4 = (*VERSION_3, "lot_id", "cause", "recall_id")
FIELDS_OF_VERSION = {1: VERSION_1, 2: VERSION_2, 3: VERSION_3, 4: VERSION_4}
NEWEST_VERSION = max(FIELDS_OF_VERSION)
FREEZES_FACTORS = 3  # the first version that says how sure its factors are
ENTRY_FIELDS = tuple(field.name for field in fields(Entry))


def misplaced(entry: Entry) -> tuple[str, ...]:
    """The fields that have a value though the row's version does not know them.

    No hash guards those.
    """
    hashed = {*FIELDS_OF_VERSION[entry.row_version], "row_version"}
    return tuple(name for name in ENTRY_FIELDS if name not in hashed and getattr(entry, name) is not None)


def _written(value: object) -> str | None:
    if value is None:
        return None
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, Decimal):
        return plain(value) if value else "0"
    if isinstance(value, datetime):
        return value.strftime("%Y-%m-%dT%H:%M:%S.%fZ")
    if isinstance(value, date):
        return value.isoformat()
    return str(value)


def camel(name: str) -> str:
    """Write a name as the canonical JSON has it: `mass_kg` becomes `massKg`."""
    head, *tail = name.split("_")
    return head + "".join("KgCo2e" if part == "kgco2e" else part.capitalize() for part in tail)


def canonical(entry: Entry, *, seq: int, booked_at: datetime) -> str:
    """Write the row as canonical JSON, with the fields of its version.

    Keys sorted, no blanks, numbers as decimal strings without needless zeros, moments in UTC.
    """
    names = FIELDS_OF_VERSION[entry.row_version]
    values: dict[str, str | None] = {camel(name): _written(getattr(entry, name)) for name in names}
    values |= {"seq": str(seq), "bookedAt": _written(booked_at)}
    return json.dumps(values, sort_keys=True, ensure_ascii=False, separators=(",", ":"))


def chained(previous_hash: str, text: str) -> str:
    """SHA-256 over the hash of the row before and this row's canonical JSON, in lower-case hex."""
    return hashlib.sha256(f"{previous_hash}\n{text}".encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class Totals:
    """Sums over the book. What rests on a factor is of the mass whose factor is known; how much is not stands beside it.

    `late_…`: of what counts in a later month than that in which it happened. `moved_mass_kg`: of the transfers, with what came back later.
    `avoided_…`: all, and the parts that replaced a purchase and that did not, as was said; `_low` and `_high` by the range of the factor, and
    by the factor itself where it has none (`no_range_mass_kg`). `confidence_…`: the mass whose factor is of that quality. `saved_cents` is of
    the `saved_exchanges` of which the receiver said what a new purchase would have cost.
    """

    exchanges: int = 0
    mass_kg: Decimal = Decimal(0)
    moved_mass_kg: Decimal = Decimal(0)
    replacing_mass_kg: Decimal = Decimal(0)
    not_replacing_mass_kg: Decimal = Decimal(0)
    reused_mass_kg: Decimal = Decimal(0)
    recycled_mass_kg: Decimal = Decimal(0)
    biobased_mass_kg: Decimal = Decimal(0)
    late_mass_kg: Decimal = Decimal(0)
    late_rows: int = 0
    tonne_km: Decimal = Decimal(0)
    transport_kgco2e: Decimal = Decimal(0)
    avoided_kgco2e: Decimal = Decimal(0)
    avoided_low_kgco2e: Decimal = Decimal(0)
    avoided_high_kgco2e: Decimal = Decimal(0)
    avoided_replacing_kgco2e: Decimal = Decimal(0)
    avoided_replacing_low_kgco2e: Decimal = Decimal(0)
    avoided_replacing_high_kgco2e: Decimal = Decimal(0)
    avoided_not_replacing_kgco2e: Decimal = Decimal(0)
    avoided_not_replacing_low_kgco2e: Decimal = Decimal(0)
    avoided_not_replacing_high_kgco2e: Decimal = Decimal(0)
    unknown_factor_mass_kg: Decimal = Decimal(0)
    no_range_mass_kg: Decimal = Decimal(0)
    confidence_a_mass_kg: Decimal = Decimal(0)
    confidence_b_mass_kg: Decimal = Decimal(0)
    confidence_c_mass_kg: Decimal = Decimal(0)
    processing_kgco2e: Decimal = Decimal(0)
    unknown_processing_mass_kg: Decimal = Decimal(0)
    price_cents: int = 0
    saved_cents: int = 0
    saved_exchanges: int = 0

    @classmethod
    def over(cls, rows: Iterable["Totals"]) -> "Totals":
        """These together, column by column: there may be thousands."""
        columns = [sum(column) for column in zip(*map(_VALUES, rows), strict=True)]
        return cls(*columns) if columns else cls()

    @property
    def avoided_not_said_kgco2e(self) -> Decimal:
        """The part of the avoided of which nobody said whether it replaces a purchase."""
        return self.avoided_kgco2e - self.avoided_replacing_kgco2e - self.avoided_not_replacing_kgco2e

    @property
    def avoided_not_said_low_kgco2e(self) -> Decimal:
        """The same by the low end of the factors."""
        return self.avoided_low_kgco2e - self.avoided_replacing_low_kgco2e - self.avoided_not_replacing_low_kgco2e

    @property
    def avoided_not_said_high_kgco2e(self) -> Decimal:
        """The same by the high end of the factors."""
        return self.avoided_high_kgco2e - self.avoided_replacing_high_kgco2e - self.avoided_not_replacing_high_kgco2e

    @property
    def confidence_unknown_mass_kg(self) -> Decimal:
        """The mass without a factor, or with one of which nobody wrote down how sure it is."""
        return self.mass_kg - self.confidence_a_mass_kg - self.confidence_b_mass_kg - self.confidence_c_mass_kg

    @property
    def emitted_kgco2e(self) -> Decimal:
        """All transport and all processing that is known."""
        return self.transport_kgco2e + self.processing_kgco2e

    @property
    def net_kgco2e(self) -> Decimal:
        """Avoided less all transport and all processing that is known."""
        return self.avoided_kgco2e - self.emitted_kgco2e

    @property
    def net_low_kgco2e(self) -> Decimal:
        """The same by the low end of the factors."""
        return self.avoided_low_kgco2e - self.emitted_kgco2e

    @property
    def net_high_kgco2e(self) -> Decimal:
        """The same by the high end of the factors."""
        return self.avoided_high_kgco2e - self.emitted_kgco2e

    @property
    def driven_tonnes(self) -> Decimal:
        """All that was on the road: what moved, and what came back once more."""
        return (self.moved_mass_kg * 2 - self.mass_kg) / 1000

    @property
    def average_km(self) -> Decimal | None:
        """How far a tonne was driven on the average; None where nothing was."""
        return self.tonne_km / self.driven_tonnes if self.driven_tonnes > 0 else None

    def in_whole_km(self) -> "Totals":
        """The same with an average distance in whole kilometres.

        Over all that was driven. For whoever may not know exact ones, since of a single transfer the distance could be worked back. Legs
        alone have no tonnes to divide by: two figures are left of their tonne-kilometres.
        """
        tonnes = self.driven_tonnes
        if not self.tonne_km:
            return self
        if tonnes > 0:
            coarse = (self.tonne_km / tonnes).quantize(Decimal(1), rounding=ROUND_HALF_UP) * tonnes
        else:
            coarse = round(self.tonne_km, 1 - self.tonne_km.adjusted())
        transport = self.transport_kgco2e * coarse / self.tonne_km
        return replace(
            self,
            tonne_km=coarse.quantize(THOUSANDTH, rounding=ROUND_HALF_UP),
            transport_kgco2e=transport.quantize(THOUSANDTH, rounding=ROUND_HALF_UP),
        )


SUM_NAMES = tuple(field.name for field in fields(Totals))
_VALUES: Callable[[Totals], tuple[Any, ...]] = attrgetter(*SUM_NAMES)
