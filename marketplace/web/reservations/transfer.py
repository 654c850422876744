"""One transfer as its page tells it to one reader: figures, place and people only as far as the reader may see them."""

from dataclasses import dataclass
from typing import Any

from marketplace.accounts.policy import Actor
from marketplace.exchange.queries import find_contact, sees_exact_place
from marketplace.kernel.units import Amount, Unit
from marketplace.ledger.queries import find_exchange
from marketplace.materials.queries import taxonomy
from marketplace.web.reservations import progress
from marketplace.web.states import RESERVATION_BADGES, Badge


@dataclass(frozen=True, slots=True)
class Transfer:
    """What the page of a reservation shows beside the reservation itself. `booked` is its row in the ledger, once there is one."""

    material: Any
    quantity: Amount
    asked: Amount
    mass_kg: Any
    price_cents: int
    badge: Badge
    timeline: list[Any]
    upcoming: progress.Next
    possible: set[str]
    exact: bool
    owner_contact: Any
    asker_contact: Any
    booked: Any
    vehicle: str

    @classmethod
    def of(cls, session: Any, actor: Actor, reservation: Any) -> "Transfer":
        """Gather it for this reader."""
        known, unit = taxonomy(session), Unit(reservation.unit)
        material = known.material_by_id(reservation.listing.material_id)
        vehicles = {vehicle.slug: vehicle.name for vehicle in known.vehicles}
        booked = find_exchange(session, reservation_id=reservation.id)
        return cls(
            material=material,
            quantity=Amount(reservation.quantity, unit),
            asked=Amount(reservation.asked, unit),
            mass_kg=material.mass_kg(reservation.quantity, unit, reservation.listing.kg_per_unit),
            price_cents=progress.price_cents(reservation),
            badge=RESERVATION_BADGES[reservation.status],
            timeline=progress.timeline(reservation),
            upcoming=progress.upcoming(actor, reservation),
            possible=progress.possible(actor, reservation),
            exact=sees_exact_place(session, actor, reservation.listing),
            owner_contact=find_contact(session, reservation, actor, of_owner=True),
            asker_contact=find_contact(session, reservation, actor, of_owner=False),
            booked=booked,
            vehicle=vehicles.get(booked.vehicle_class, booked.vehicle_class) if booked else "",
        )
