"""Asking for part of a lot: held at once, or on the waiting list. Several parts are asked for in one stroke, all or none."""

from collections.abc import Collection
from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import insert, select
from sqlalchemy.orm import Session, make_transient_to_detached

from marketplace.accounts.models import Organisation
from marketplace.accounts.policy import Actor, Can, require
from marketplace.depots.models import Depot
from marketplace.depots.queries.depots import get_depot
from marketplace.exchange.actions.terms import freeze
from marketplace.exchange.actions.transitions import begin, move, notify_side
from marketplace.exchange.models import Reservation
from marketplace.exchange.queries.destination import covered, total_under_way
from marketplace.exchange.queries.reservations import find_reservation
from marketplace.exchange.rules import deadlines as deadline_rules
from marketplace.exchange.rules import measure
from marketplace.exchange.rules import reservation as reservation_rules
from marketplace.exchange.rules.reservation import ReservationDraft, ReservationStatus, Step
from marketplace.kernel import clock
from marketplace.kernel.errors import Conflict, Invalid
from marketplace.kernel.language import _
from marketplace.kernel.units import Amount, Quantity, Unit
from marketplace.market.actions import counters, lots
from marketplace.market.actions.windows import bump_catalogue
from marketplace.market.models import Demand, Listing
from marketplace.market.queries.demands import get_demand
from marketplace.market.queries.gates import check_gates
from marketplace.market.queries.listings import get_bare_listing
from marketplace.market.rules.demand import DemandStatus
from marketplace.market.rules.listing import ListingStatus, find_mass_faults, is_stale
from marketplace.market.rules.windows import Asker, has_turn, turn_from
from marketplace.materials.queries import get_taxonomy
from marketplace.materials.rules.gates import Moment
from marketplace.materials.rules.soil import Destination
from marketplace.materials.rules.taxonomy import convert
from marketplace.notices.actions import audit
from marketplace.notices.rules.kinds import Notice
from marketplace.stock.actions.places import check_fits

_ROW = insert(Reservation.__table__).returning(Reservation.__table__.c.id)  # type: ignore[arg-type]


def reserve(session: Session, actor: Actor, *, listing_id: int, draft: ReservationDraft) -> Reservation:
    """Claim part of a listing, held at once by one conditional UPDATE.

    So two people never hold the same stone. A listing of the actor's own organisation is approved at once. Where less is left
    than was asked it is refused with what is left, unless the asker chose to wait.

    What comes back is the reservation without both sides and photos: a door that shows it asks `get_reservation`.
    """
    listing = get_bare_listing(session, actor, listing_id)
    require(actor, Can.RESERVE, listing)
    check_reservable_by(actor, listing)
    reservation_rules.check_quantity(draft.quantity, unit=listing.unit, proposal=_proposal(session, listing, draft.quantity))
    reservation_rules.check_words(draft, clock.today())
    check_asked_mass(session, listing, draft.quantity.amount)
    _check_purchase(session, listing, draft)
    demand = _demand_served(session, actor, listing, draft)
    _check_destination(actor, draft)
    depot = _depot(session, actor, listing, draft)
    check_gates(session, listing, moment=Moment.RESERVE, destination=_destination(actor, listing, draft))
    if demand is not None:
        _check_under_way(session, listing, demand, draft)
    status = _take(session, actor, listing, draft)
    now = clock.now()
    is_approved = status is ReservationStatus.APPROVED
    until = _until(listing, status, now)
    reservation = _insert(
        session,
        listing_id=listing_id,
        demand_id=demand.id if demand else None,
        organisation_id=actor.organisation_id,
        owner_id=listing.organisation_id,
        person_id=actor.person_id,
        quantity=draft.quantity.amount,
        asked=draft.quantity.amount,
        unit=listing.unit,
        status=status.value,
        purpose=draft.purpose,
        project=draft.project,
        use=draft.use,
        reused_as_is=draft.reused_as_is,
        same_grade=draft.same_grade,
        replaces_purchase=draft.replaces_purchase,
        purchase_price_cents=draft.purchase_price_cents,
        receiving_soil=draft.receiving_soil.value if draft.receiving_soil else None,
        function_class=draft.function_class.value if draft.function_class else None,
        needed_by=draft.needed_by,
        depot_id=draft.depot_id,
        **_place_of(session, actor, draft, depot),
        requested_at=now,
        waiting_since=now if status is ReservationStatus.WAITING else None,
        approved_at=now if is_approved else None,
        ordered=draft.quantity.amount if is_approved else None,
        expires_at=until,
        agreed_earliest=listing.earliest,
        agreed_latest=listing.latest,
        reminded_days=None if until is None else reservation_rules.reminder(clock.local(until).date(), clock.today()),
        surplus=Decimal(0),
        written_off=Decimal(0),
        returned=Decimal(0),
        kept=Decimal(0),
        reason="",
    )
    audit.record(
        session,
        actor,
        action="reservation.wait" if status is ReservationStatus.WAITING else "reservation.request",
        object_type="reservation",
        object_id=reservation.id,
        quantity=reservation.quantity,
    )
    if is_approved:
        freeze(session, find_reservation(session, reservation.id))
    else:
        waits = status is ReservationStatus.WAITING
        notify_side(
            session,
            Notice.RESERVATION_WAITING if waits else Notice.RESERVATION_REQUESTED,
            reservation,
            owner=True,
            other_name=actor.organisation_name,
        )
    bump_catalogue(session)
    return reservation


def _insert(session: Session, **facts: Any) -> Reservation:
    """Write the row by one statement, without a flush, and hold it as if it had been read.

    Whatever else the row has is read when it is asked for.
    """
    reservation = Reservation(id=session.scalar(_ROW, facts), **facts)
    make_transient_to_detached(reservation)
    session.add(reservation)
    return reservation


def _take(session: Session, actor: Actor, listing: Listing, draft: ReservationDraft) -> ReservationStatus:
    """Hold the quantity where it fits, else put the reservation on the waiting list.

    Held, it is requested, or approved when the listing is the asker's own. Refused where it does not fit and the asker does not
    wait.
    """
    requested = Amount(draft.quantity.amount, Unit(listing.unit))
    fits = requested.amount <= listing.available
    reservation_rules.check_part(
        requested,
        minimum=listing.minimum_part,
        most=listing.available if fits else listing.quantity - listing.transferred,
        waits=False,
    )
    if counters.hold(session, listing.id, requested.amount):
        is_own = actor.organisation_id == listing.organisation_id
        return ReservationStatus.APPROVED if is_own else ReservationStatus.REQUESTED
    lots.check_free(session, listing)
    if not draft.join_waiting_list:
        raise _too_much(session, listing)
    session.refresh(listing, ["quantity", "held", "transferred", "status"])
    if listing.status != ListingStatus.PUBLISHED:
        raise _too_much(session, listing)
    most = listing.quantity - listing.transferred
    reservation_rules.check_part(requested, minimum=listing.minimum_part, most=most, waits=True, available=listing.available)
    return ReservationStatus.WAITING


def _until(listing: Listing, status: ReservationStatus, now: datetime) -> datetime | None:
    if status is ReservationStatus.WAITING:
        return None
    return collect_until(listing, None) if status is ReservationStatus.APPROVED else deadline_rules.answer_until(now)


def _proposal(session: Session, listing: Listing, quantity: Quantity) -> Quantity | None:
    """What was asked in another unit, in the listing's, where the material goes by both."""
    unit = Unit(listing.unit)
    if quantity.unit == unit:
        return None
    material = get_taxonomy(session).material_by_id(listing.material_id)
    if not material.takes(quantity.unit):
        return None
    amount = convert(quantity.amount, quantity.unit, unit, material, listing.kg_per_unit, unit)
    return Quantity(amount, unit) if amount > 0 else None


def check_reservable_by(actor: Actor, listing: Listing) -> None:
    """Refuse where this organisation cannot reserve from this listing now, with what to do.

    How much is left is another question.
    """
    today = clock.today()
    asker = Asker(actor.organisation_id, actor.organisation_slug, actor.organisation_kind)
    reservation_rules.check_reservable(
        status=listing.status,
        has_turn=has_turn(listing.rings, asker, today),
        turn_from=turn_from(listing.rings, asker),
        is_stale=listing.confirmed_on is not None and is_stale(listing.confirmed_on, today),
        available_until=listing.available_until,
        today=today,
    )


def _demand_served(session: Session, actor: Actor, listing: Listing, draft: ReservationDraft) -> Demand | None:
    if draft.demand_id is None:
        return None
    demand = get_demand(session, actor, draft.demand_id)
    if demand.organisation_id != actor.organisation_id:
        raise Invalid(_("A reservation serves a demand of your own organisation. Choose one of those, or none."), "demand_id")
    if demand.status != DemandStatus.OPEN:
        raise Conflict(_("This demand is not open any more. Choose another one, or none."), "demand_id")
    taxonomy = get_taxonomy(session)
    wanted, offered = taxonomy.material_by_id(demand.material_id), taxonomy.material_by_id(listing.material_id)
    if offered.slug not in {material.slug for material in taxonomy.serving(wanted)}:
        raise Invalid(
            _(
                "This listing is %(offered)s, and the demand asks for %(wanted)s. Choose another demand, or none.",
                offered=offered,
                wanted=wanted,
            ),
            "demand_id",
        )
    return demand


def _check_under_way(session: Session, listing: Listing, demand: Demand, draft: ReservationDraft) -> None:
    """What is asked for a demand is held against what is on its way to it already."""
    unit = Unit(demand.unit)
    measure.check_demand_under_way(
        Amount(draft.quantity.amount, Unit(listing.unit)),
        asked_of_demand=Amount(covered(session, listing, demand, draft.quantity.amount), unit),
        under_way=Amount(total_under_way(session, demand), unit),
        remaining=Amount(demand.remaining, unit),
        confirmed=draft.confirm_unusual,
    )


def check_asked_mass(session: Session, listing: Listing, amount: Decimal) -> None:
    """Refuse to ask for, or to approve, more than a transfer may weigh. More may be on offer: it goes in parts."""
    weights_kg = get_taxonomy(session).material_by_id(listing.material_id).weights_kg
    faults = find_mass_faults(amount, listing.kg_per_unit or weights_kg.get(Unit(listing.unit)))
    if faults:
        raise Invalid.all(faults)


def _check_purchase(session: Session, listing: Listing, draft: ReservationDraft) -> None:
    """What a new purchase would cost is held against what is asked for weighs."""
    if draft.purchase_price_cents is None:
        return
    material, unit = get_taxonomy(session).material_by_id(listing.material_id), Unit(listing.unit)
    weight = material.mass_kg(draft.quantity.amount, unit, listing.kg_per_unit)
    measure.check_purchase_price(draft.purchase_price_cents, mass_kg=weight, confirmed=draft.confirm_unusual)


def _place_of(session: Session, actor: Actor, draft: ReservationDraft, depot: Depot | None) -> dict[str, Any]:
    """The columns of the place that was given. Classes that were said without one are those of the main place as it is now."""
    at = draft.location
    if depot is not None:
        return {"place_name": depot.name, "lat": depot.lat, "lon": depot.lon}
    if at is not None:
        return {"place_name": at.place_name, "lat": at.point.lat, "lon": at.point.lon}
    if draft.receiving_soil is None or draft.demand_id is not None:
        return {}
    receiver = session.get_one(Organisation, actor.organisation_id)
    return {"place_name": receiver.main_place, "lat": receiver.main_lat, "lon": receiver.main_lon}


def _depot(session: Session, actor: Actor, listing: Listing, draft: ReservationDraft) -> Depot | None:
    """The depot where it goes, where that takes this material of this receiver. That it is full is no reason."""
    if draft.depot_id is None:
        return None
    if draft.location is not None:
        raise Invalid(_("Say one place: a depot, or another place. Leave one of the two empty."), "depot")
    depot = get_depot(session, draft.depot_id)
    receiver = session.get_one(Organisation, actor.organisation_id)
    check_fits(depot, get_taxonomy(session).material_by_id(listing.material_id), receiver)
    return depot


def _check_destination(actor: Actor, draft: ReservationDraft) -> None:
    if actor.is_partner and draft.demand_id is None and draft.location is None and draft.depot_id is None:
        raise Invalid(_("Say where the material goes: a place, a postcode or coordinates."), "place")


def _destination(actor: Actor, listing: Listing, draft: ReservationDraft) -> Destination:
    """Where it goes, as the rules ask it."""
    return Destination(actor.organisation_id != listing.organisation_id, draft.receiving_soil, draft.function_class)


def _too_much(session: Session, listing: Listing) -> Conflict:
    session.refresh(listing, ["quantity", "held", "transferred", "status"])
    if listing.status != ListingStatus.PUBLISHED:
        return reservation_rules.too_much(None, listing.unit)
    free = Amount(max(listing.available, Decimal(0)), Unit(listing.unit))
    return reservation_rules.too_much(free, listing.unit, minimum=listing.minimum_part)


def collect_until(listing: Listing, hold_until: datetime | None) -> datetime:
    """Until when it is kept: 30 days, at most until the lot's last day, or what the owner set. What is planned: 30 days after its period."""
    first, last = (
        (listing.latest or listing.available_from, None) if listing.planned else (listing.available_from, listing.available_until)
    )
    return deadline_rules.collect_until(clock.now(), first_day=first, last_day=last, hold_until=hold_until)


def accept_offer(session: Session, actor: Actor, *, reservation_id: int) -> Reservation:
    """Accept what is offered from the waiting list. It is an ordinary request again, and the owner has 10 days to answer."""
    reservation, done = begin(session, actor, reservation_id, Step.ACCEPT_OFFER, Can.CONFIRM)
    if done:
        return reservation
    if reservation.expires_at is not None and reservation.expires_at <= clock.now():
        raise Conflict(_("The 48 hours of this offer are over: it goes to the next on the list. Ask again if you still need it."))
    until = deadline_rules.answer_until(clock.now())
    reservation = move(session, actor, reservation, Step.ACCEPT_OFFER, expires_at=until, reminded_days=None)
    notify_side(session, Notice.RESERVATION_REQUESTED, reservation, owner=True)
    return reservation


def lock_listings(session: Session, actor: Actor, *, listing_ids: Collection[int], demand_id: int) -> None:
    """Lock listings by number, then the demand that they serve, until the transaction ends.

    What was read before is read again. Whoever asks for the same demand at the same moment waits, and then sees these requests.
    """
    require(actor, Can.RESERVE)
    listings = select(Listing.id).where(Listing.id.in_(listing_ids)).order_by(Listing.id)
    session.execute(listings.with_for_update(key_share=True)).all()
    session.execute(select(Demand.id).where(Demand.id == demand_id).with_for_update(key_share=True)).all()
    session.expire_all()


def reserve_all(session: Session, actor: Actor, *, drafts: dict[int, ReservationDraft]) -> list[Reservation]:
    """Reserve from several listings (by their ids), in the order given. The first refusal is everybody's: the door rolls all of it back."""
    return [reserve(session, actor, listing_id=listing_id, draft=draft) for listing_id, draft in drafts.items()]
