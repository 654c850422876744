"""A leg: a lot drives to another place and stays its owner's. The ledger counts the kilometres, and no tonnes."""

from datetime import date
from decimal import Decimal

from sqlalchemy.orm import Session

from marketplace.accounts.models import Organisation
from marketplace.depots.models import Lot
from marketplace.impact.queries.adopted import is_adopted
from marketplace.impact.rules.impact import impact, mass_kg
from marketplace.kernel import clock
from marketplace.kernel.geo import Point, distance_km
from marketplace.ledger.actions import append
from marketplace.ledger.models import Exchange
from marketplace.ledger.queries import lock_head
from marketplace.ledger.rules import Cause, Entry, ReplacesPurchase, RowKind, Through
from marketplace.materials.queries import get_taxonomy
from marketplace.stock.rules.driving import Drive, check_drive, check_driven

NOTHING = Decimal(0)


def book_leg(
    session: Session, lot: Lot, *, start: Point, end: Point, day: date, drive: Drive, amount: Decimal | None = None
) -> Exchange | None:
    """Append the haul of a lot, or of this amount of it, from one place to another. None where nothing drove.

    Tonne-kilometres and transport of what was driven, by the factors of today; mass, avoided and processing are those of a transfer and
    stay nought. It belongs to no reservation and counts in the month of its day, as every row does.
    """
    taxonomy, straight = get_taxonomy(session), distance_km(start, end)
    check_drive(drive.vehicle_class, drive.driven_km, tuple(vehicle.slug for vehicle in taxonomy.vehicles))
    check_driven(drive.driven_km, straight_km=straight)
    driven = lot.quantity if amount is None else amount
    if not driven or not (straight or drive.driven_km):
        return None
    owner, material = session.get_one(Organisation, lot.owner_id), taxonomy.material_by_id(lot.material_id)
    carbon = material.carbon
    low, high = (carbon.low, carbon.high) if carbon else (None, None)
    figures = impact(
        mass_in_kg=mass_kg(driven, lot.kg_per_unit),
        distance_in_km=straight,
        vehicle_factors=taxonomy.vehicle_factors,
        carbon_factor=carbon.kgco2e_per_kg if carbon else None,
        processing_factor=material.processing_kgco2e_per_kg,
        vehicle_class=drive.vehicle_class,
        driven_km=drive.driven_km,
    )
    return append(
        session,
        Entry(
            kind=RowKind.HAUL.value,
            reservation_id=None,
            listing_id=None,
            demand_id=None,
            from_slug=owner.slug,
            from_name=owner.name,
            from_kind=owner.kind,
            to_slug=owner.slug,
            to_name=owner.name,
            to_kind=owner.kind,
            material_slug=material.slug,
            group_slug=material.group.slug,
            quantity=driven,
            unit=lot.unit,
            kg_per_unit=lot.kg_per_unit,
            kg_basis=lot.kg_basis,
            mass_kg=NOTHING,
            distance_km=figures.distance_km,
            distance_basis="depot",
            road_km=figures.road_km,
            road_basis=figures.road_basis.value,
            tonne_km=figures.tonne_km,
            vehicle_class=figures.vehicle_class,
            vehicle_basis=figures.vehicle_basis.value,
            vehicle_factor=figures.vehicle_factor,
            carbon_factor=figures.carbon_factor,
            carbon_confidence=carbon.confidence or None if carbon else None,
            carbon_low=low,
            carbon_high=high,
            transport_kgco2e=figures.transport_kgco2e,
            avoided_kgco2e=NOTHING,
            avoided_low_kgco2e=None if low is None else NOTHING,
            avoided_high_kgco2e=None if high is None else NOTHING,
            net_kgco2e=-figures.transport_kgco2e,
            factor_version=taxonomy.version,
            price_cents=0,
            happened_on=day,
            replaces_purchase=ReplacesPurchase.NOT_SAID.value,
            processing_factor=figures.processing_factor,
            processing_kgco2e=NOTHING,
            origin=material.origin.value,
            period=counting_month(session, owner.slug, f"{day:%Y-%m}"),
            through=Through.DEPOT.value,
            is_bulk=material.is_bulk,
            lot_id=lot.id,
            cause=Cause.DEPOT.value,
        ),
    )


def counting_month(session: Session, receiver: str, month: str) -> str:
    """The month in which a row counts: this one, unless the receiver's year is adopted. Then the month of the booking.

    Under the lock of the ledger's head, which whoever adopts a year holds too: either the row is in the copy, or it counts later.
    """
    lock_head(session)
    return f"{clock.today():%Y-%m}" if is_adopted(session, slug=receiver, year=int(month[:4])) else month
