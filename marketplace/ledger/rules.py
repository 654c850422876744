"""What a ledger row says, its permanent written form, and its link to the previous row."""

import hashlib
import json
from dataclasses import dataclass, fields
from datetime import date, datetime
from decimal import Decimal

from marketplace.kernel.units import plain

FIRST_HASH = "0" * 64


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One exchange with everything that its figures came from.

    Ids and organisations, never a person, a free text or an address.

    A reversing row has `kind` reversal, names the row that it `reverses`, and carries every sum with the opposite sign.
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

    @property
    def month(self) -> str:
        """The period in which it counts, `YYYY-MM`."""
        return self.happened_on.strftime("%Y-%m")


ENTRY_FIELDS = tuple(field.name for field in fields(Entry))


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


def _camel(name: str) -> str:
    head, *tail = name.split("_")
    return head + "".join("KgCo2e" if part == "kgco2e" else part.capitalize() for part in tail)


def canonical(entry: Entry, *, seq: int, booked_at: datetime) -> str:
    """Write the row as canonical JSON.

    Keys sorted, no blanks, numbers as decimal strings without needless zeros, moments in UTC.
    """
    values: dict[str, str | None] = {_camel(name): _written(getattr(entry, name)) for name in ENTRY_FIELDS}
    values |= {"seq": str(seq), "bookedAt": _written(booked_at)}
    return json.dumps(values, sort_keys=True, ensure_ascii=False, separators=(",", ":"))


def chained(previous_hash: str, text: str) -> str:
    """SHA-256 over the hash of the row before and this row's canonical JSON, in lower-case hex."""
    return hashlib.sha256(f"{previous_hash}\n{text}".encode()).hexdigest()
