"""Rows for the ledger without the life of a reservation before them: for tests of what is counted over it."""

from dataclasses import replace
from datetime import date
from decimal import Decimal
from itertools import count

from sqlalchemy.orm import Session

from marketplace.impact.rules.impact import avoided_kgco2e, impact
from marketplace.ledger.actions import append
from marketplace.ledger.models import Exchange
from marketplace.ledger.rules import ENTRY_FIELDS, Entry
from tests.factories import KEI, make_organisation

_numbers = count(1_000_000)
FACTOR = Decimal("0.1188")
LORRY_FACTOR = {"vrachtauto-zwaar-50": Decimal("0.2"), "bestelbus-diesel": Decimal("0.8")}


def append_entry(
    session: Session,
    giver: str,
    receiver: str,
    *,
    mass_kg: str,
    distance_km: str = "10",
    happened_on: date = date(2026, 1, 15),
    material: str = KEI,
    group: str = "bestrating",
    carbon_factor: Decimal | None = FACTOR,
    processing_factor: Decimal | None = None,
    period: str | None = None,
    replaces_purchase: str = "not_said",
    carbon_range: tuple[str, str] | None = None,
    confidence: str | None = "B",
    through: str = "direct",
    is_bulk: bool = False,
    price_cents: int = 0,
    purchase_cents: int | None = None,
    lot_id: int | None = None,
) -> Exchange:
    """One transfer of so many kilograms over 10 km, or another distance."""
    gives, takes = make_organisation(session, giver), make_organisation(session, receiver)
    figures = impact(
        mass_in_kg=Decimal(mass_kg),
        distance_in_km=Decimal(distance_km),
        vehicle_factors=LORRY_FACTOR,
        carbon_factor=carbon_factor,
        processing_factor=processing_factor,
    )
    low, high = (Decimal(end) for end in carbon_range) if carbon_range else (None, None)
    number = next(_numbers)
    entry = Entry(
        kind="transfer", reservation_id=number, listing_id=number, demand_id=None,
        from_slug=gives.slug, from_name=gives.name, from_kind=gives.kind, to_slug=takes.slug, to_name=takes.name, to_kind=takes.kind,
        material_slug=material, group_slug=group, quantity=Decimal(mass_kg), unit="kg", kg_per_unit=Decimal(1), kg_basis="taxonomy",
        mass_kg=figures.mass_kg, distance_km=figures.distance_km, distance_basis="main_place", road_km=figures.road_km,
        road_basis=figures.road_basis, tonne_km=figures.tonne_km, vehicle_class=figures.vehicle_class,
        vehicle_basis=figures.vehicle_basis, vehicle_factor=figures.vehicle_factor, carbon_factor=figures.carbon_factor,
        transport_kgco2e=figures.transport_kgco2e, avoided_kgco2e=figures.avoided_kgco2e, net_kgco2e=figures.net_kgco2e,
        factor_version=1, price_cents=price_cents, happened_on=happened_on, replaces_purchase=replaces_purchase,
        processing_factor=figures.processing_factor, processing_kgco2e=figures.processing_kgco2e, origin="reused", period=period,
        carbon_confidence=confidence if carbon_factor is not None else None, carbon_low=low, carbon_high=high,
        avoided_low_kgco2e=avoided_kgco2e(figures.mass_kg, low), avoided_high_kgco2e=avoided_kgco2e(figures.mass_kg, high),
        through=through, is_bulk=is_bulk, purchase_cents=purchase_cents,
        saved_cents=None if purchase_cents is None else purchase_cents - price_cents, lot_id=lot_id,
    )  # fmt: skip
    return append(session, entry)


def append_reversal(session: Session, *, seq: int, happened_on: date) -> Exchange:
    """The row that takes back every sum of this one."""
    row = session.get_one(Exchange, seq)
    entry = Entry(**{name: getattr(row, name) for name in ENTRY_FIELDS})
    turned = {
        name: None if getattr(entry, name) is None else -getattr(entry, name)
        for name in (
            *("quantity", "mass_kg", "tonne_km", "transport_kgco2e", "avoided_kgco2e", "processing_kgco2e", "net_kgco2e"),
            *("price_cents", "purchase_cents", "saved_cents", "avoided_low_kgco2e", "avoided_high_kgco2e"),
        )
    }
    return append(session, replace(entry, **turned, kind="reversal", reverses=seq, happened_on=happened_on, period=None))


def append_haul(session: Session, *, seq: int, mass_kg: str, happened_on: date) -> Exchange:
    """The way back of so many kilograms of this row: as far as it came."""
    row = session.get_one(Exchange, seq)
    entry = Entry(**{name: getattr(row, name) for name in ENTRY_FIELDS})
    driven = impact(
        mass_in_kg=Decimal(mass_kg), distance_in_km=entry.distance_km, vehicle_factors=LORRY_FACTOR, carbon_factor=None
    )
    turned = {"from_slug": entry.to_slug, "from_name": entry.to_name, "from_kind": entry.to_kind}
    turned |= {"to_slug": entry.from_slug, "to_name": entry.from_name, "to_kind": entry.from_kind}
    return append(
        session,
        replace(
            entry,
            **turned,
            kind="haul",
            quantity=Decimal(mass_kg) / entry.kg_per_unit,
            mass_kg=Decimal(0),
            road_km=driven.road_km,
            tonne_km=driven.tonne_km,
            vehicle_class=driven.vehicle_class,
            vehicle_factor=driven.vehicle_factor,
            transport_kgco2e=driven.transport_kgco2e,
            avoided_kgco2e=Decimal(0),
            processing_kgco2e=Decimal(0),
            net_kgco2e=-driven.transport_kgco2e,
            price_cents=0,
            happened_on=happened_on,
            period=None,
        ),
    )
