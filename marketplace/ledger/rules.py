"""What a ledger row says, its permanent written form, and its link to the previous row."""

import hashlib
import json
from dataclasses import dataclass, fields
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum

from marketplace.kernel.units import plain

FIRST_HASH = "0" * 64


class RowKind(StrEnum):
    """What a row books: a transfer, what it takes back of one, or kilometres without tonnes."""

    TRANSFER = "transfer"
    REVERSAL = "reversal"
    HAUL = "haul"


class ReplacesPurchase(StrEnum):
    """Whether a transfer took the place of a purchase, as the receiver said."""

    YES = "yes"
    NO = "no"
    NOT_SAID = "not_said"

    @classmethod
    def of(cls, answer: bool | None) -> "ReplacesPurchase":
        """The word for an answer."""
        return cls.NOT_SAID if answer is None else cls.YES if answer else cls.NO


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One exchange with everything that its figures came from.

    Ids and organisations, never a person, a free text or an address.

    A reversal names the row that it `reverses` and carries mass, price, avoided and processing with the opposite sign, and no kilometres.
    A haul has no mass: `quantity` × `kg_per_unit` tells what was driven, which is in the tonne-kilometres and the transport only.
    """

    kind: str
    reservation_id: int
    listing_id: int
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
    row_version: int = 2
    replaces_purchase: str | None = None
    processing_factor: Decimal | None = None
    processing_kgco2e: Decimal | None = None
    origin: str | None = None
    period: str | None = None

    @property
    def month(self) -> str:
        """The period in which it counts, `YYYY-MM`.

        The month in which it happened, unless it was booked late on purpose.
        """
        return self.period or self.happened_on.strftime("%Y-%m")

    @property
    def is_booked_late(self) -> bool:
        """Whether it counts in a later period than that in which it happened."""
        return self.month > self.happened_on.strftime("%Y-%m")


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
FIELDS_OF_VERSION = {1: VERSION_1, 2: VERSION_2}
NEWEST_VERSION = max(FIELDS_OF_VERSION)
ENTRY_FIELDS = tuple(field.name for field in fields(Entry))


def misplaced(entry: Entry) -> tuple[str, ...]:
    """The fields that have a value though the row's version does not know them.

    No hash guards those.
    """
    known = {*FIELDS_OF_VERSION[entry.row_version], "row_version"}
    return tuple(name for name in ENTRY_FIELDS if name not in known and getattr(entry, name) is not None)


def _written(value: object) -> str | None:
    if value is None:
        return None
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
