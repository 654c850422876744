"""One transfer as its page tells it to one reader: figures, place and people only as far as the reader may see them."""

from dataclasses import dataclass
from typing import Any

from marketplace.accounts.policy import Actor, Can, may
from marketplace.exchange.queries.requests import list_requests
from marketplace.exchange.queries.reservations import find_contact, sees_exact_place
from marketplace.exchange.rules.reservation import MEASURED_LABELS, STEPS, MeasuredBy, ReservationStatus, Step
from marketplace.kernel.language import Text
from marketplace.kernel.units import Amount, Unit
from marketplace.ledger.queries import find_exchange
from marketplace.market.queries.listings import list_child_lots
from marketplace.market.rules.listing import CONDITION_LABELS, Condition
from marketplace.materials.queries import taxonomy
from marketplace.web.reservations import progress
from marketplace.web.states import RESERVATION_BADGES, Badge


@dataclass(frozen=True, slots=True)
class Figure:
    """What one side measured at the gate, in words."""

    who: str
    quantity: Amount | None
    measured_by: Text | None
    condition: Text | None


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
    figures: list[Figure]
    rivals: int
    passed_over: int
    child_lots: list[Any]

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
            figures=_figures(reservation, unit),
            child_lots=list_child_lots(session, actor, reservation.listing_id) if reservation.returned else [],
            **_rivals(session, actor, reservation),
        )


def _figures(reservation: Any, unit: Unit) -> list[Figure]:
    """The owner's figure, and the receiver's where there is one."""
    told = []
    for side, name in (("owner", reservation.owner.name), ("receiver", reservation.organisation.name)):
        quantity = getattr(reservation, f"{side}_quantity")
        how, state = getattr(reservation, f"{side}_measured_by"), getattr(reservation, f"{side}_condition")
        if quantity is not None:
            told.append(
                Figure(
                    name,
                    Amount(quantity, unit),
                    MEASURED_LABELS[MeasuredBy(how)] if how else None,
                    CONDITION_LABELS[Condition(state)] if state else None,
                )
            )
    return told


def _rivals(session: Any, actor: Actor, reservation: Any) -> dict[str, int]:
    """How many others ask for the same lot, and how many stand higher and would go without: for the owner who decides."""
    undecided = ReservationStatus(reservation.status) in STEPS[Step.APPROVE][0]
    if not undecided or not may(actor, Can.READ_REQUESTS, reservation.listing):
        return {"rivals": 0, "passed_over": 0}
    queue = list_requests(session, actor, reservation.listing_id)
    return {"rivals": len(queue.claims) - 1, "passed_over": len(queue.passed_over(reservation, reservation.quantity))}
