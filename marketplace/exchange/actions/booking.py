"""From a completed reservation to one row of the ledger. Where the material went, what it weighed, what it saved."""

from dataclasses import replace
from datetime import date
from decimal import ROUND_HALF_UP, Decimal

from sqlalchemy.orm import Session

from marketplace.accounts.policy import Actor, Can, require
from marketplace.exchange.models import Reservation
from marketplace.exchange.queries.destination import destination
from marketplace.impact.rules.impact import impact, mass_kg, net_kgco2e, rounded
from marketplace.kernel import clock
from marketplace.kernel.geo import Point, distance_km
from marketplace.kernel.units import Unit
from marketplace.ledger.actions import append
from marketplace.ledger.actions import rebuild_month as count_again
from marketplace.ledger.queries import find_exchange
from marketplace.ledger.rules import ENTRY_FIELDS, Entry
from marketplace.materials.queries import taxonomy
from marketplace.materials.rules.taxonomy import convert
from marketplace.notices.actions.audit import record


def book(session: Session, reservation: Reservation) -> Decimal:
    """Append the transfer row of a completed reservation.

    Returns what it covers of its demand, in the demand's unit (zero without a demand).
    """
    reference = taxonomy(session)
    listing, demand = reservation.listing, reservation.demand
    material = reference.material_by_id(listing.material_id)
    unit = Unit(reservation.unit)
    kg_per_unit = listing.kg_per_unit or material.kg_per_unit(unit)
    point, basis = destination(reservation, demand, reservation.organisation)
    carbon = material.carbon.kgco2e_per_kg if material.carbon else None
    figures = impact(
        mass_in_kg=mass_kg(reservation.quantity, kg_per_unit),
        distance_in_km=distance_km(Point(listing.lat, listing.lon), point),
        vehicle_factors={vehicle.slug: vehicle.kgco2e_per_tonne_km for vehicle in reference.vehicles},
        carbon_factor=carbon,
        vehicle_class=reservation.vehicle_class,
        driven_km=reservation.driven_km,
    )
    price = _cents(reservation.quantity * (listing.price_cents_per_unit or 0))
    append(
        session,
        Entry(
            kind="transfer",
            reservation_id=reservation.id,
            listing_id=listing.id,
            demand_id=demand.id if demand else None,
            from_slug=reservation.owner.slug,
            from_name=reservation.owner.name,
            from_kind=reservation.owner.kind,
            to_slug=reservation.organisation.slug,
            to_name=reservation.organisation.name,
            to_kind=reservation.organisation.kind,
            material_slug=material.slug,
            group_slug=material.group.slug,
            quantity=reservation.quantity,
            unit=unit.value,
            kg_per_unit=kg_per_unit,
            kg_basis="measured" if listing.kg_per_unit else "taxonomy",
            mass_kg=figures.mass_kg,
            distance_km=figures.distance_km,
            distance_basis=basis,
            road_km=figures.road_km,
            road_basis=figures.road_basis.value,
            tonne_km=figures.tonne_km,
            vehicle_class=figures.vehicle_class,
            vehicle_basis=figures.vehicle_basis.value,
            vehicle_factor=figures.vehicle_factor,
            carbon_factor=figures.carbon_factor,
            transport_kgco2e=figures.transport_kgco2e,
            avoided_kgco2e=figures.avoided_kgco2e,
            net_kgco2e=figures.net_kgco2e,
            factor_version=reference.version,
            price_cents=int(price),
            happened_on=reservation.handed_over_on or clock.today(),
        ),
    )
    return _covered(session, reservation, reservation.quantity)


def _covered(session: Session, reservation: Reservation, amount: Decimal) -> Decimal:
    """Work out what an amount of this lot covers of its demand, in the demand's unit. Zero without a demand."""
    listing, demand, unit = reservation.listing, reservation.demand, Unit(reservation.unit)
    if demand is None or amount <= 0:
        return Decimal(0)
    reference = taxonomy(session)
    material, wanted = reference.material_by_id(listing.material_id), reference.material_by_id(demand.material_id)
    requested = Unit(demand.unit)
    return convert(amount, unit, requested, material if material.takes(requested) else wanted, listing.kg_per_unit, unit)


def book_return(session: Session, reservation: Reservation, *, before: Decimal, after: Decimal, on: date) -> Decimal:
    """Append the row that reverses part of a transfer, on the day of the return.

    Returns what the demand needs again, in its own unit.

    Every sum is lowered in proportion, by the difference between what had come back `after` and `before`: when all has come back
    the reversing rows take off exactly what was booked. The way back itself is not counted, for nobody entered it.
    """
    booked = find_exchange(session, reservation_id=reservation.id)
    if booked is None:
        raise RuntimeError(f"reservation {reservation.id} is complete and has no row in the ledger")
    was = Entry(**{name: getattr(booked, name) for name in ENTRY_FIELDS})
    whole = reservation.quantity

    def part(total: Decimal) -> Decimal:
        return rounded(total * before / whole) - rounded(total * after / whole)

    def part_cents(total: int) -> int:
        return int(_cents(total * before / whole) - _cents(total * after / whole))

    avoided, transport = None if was.avoided_kgco2e is None else part(was.avoided_kgco2e), part(was.transport_kgco2e)
    append(
        session,
        replace(
            was,
            kind="reversal",
            quantity=before - after,
            mass_kg=part(was.mass_kg),
            tonne_km=part(was.tonne_km),
            transport_kgco2e=transport,
            avoided_kgco2e=avoided,
            net_kgco2e=net_kgco2e(avoided, transport),
            price_cents=part_cents(was.price_cents),
            happened_on=on,
            reverses=booked.seq,
        ),
    )
    return _covered(session, reservation, whole - before) - _covered(session, reservation, whole - after)


def _cents(amount: Decimal) -> Decimal:
    return amount.quantize(Decimal(1), rounding=ROUND_HALF_UP)


def rebuild_month(session: Session, actor: Actor, *, month: str) -> int:
    """Count one month of the ledger again into the roll-ups; how many rows it has."""
    require(actor, Can.MAINTAIN)
    rows = count_again(session, month=month)
    record(session, actor, action="rollup.rebuild", object_type="ledger", month=month, rows=rows)
    return rows
