"""One transfer as its page shows it to one reader, and the steps that this reader can take.

Figures, place and people as far as the reader may see them.
"""

from dataclasses import dataclass
from decimal import Decimal

from marketplace.accounts.models import Person
from marketplace.accounts.policy import Actor, Can, may
from marketplace.exchange.models import Reservation
from marketplace.exchange.queries.destination import find_not_back
from marketplace.exchange.queries.gate import newest
from marketplace.exchange.queries.requests import CLAIMING, WAITING, rank_requests
from marketplace.exchange.queries.reservations import find_contact, sees_names
from marketplace.exchange.queries.signatures import list_history
from marketplace.exchange.queries.terms import may_read_terms_place, terms_of
from marketplace.exchange.rules.deadlines import has_failed_to_come, is_beyond_lot
from marketplace.exchange.rules.history import last_word, settled_by
from marketplace.exchange.rules.reservation import BETWEEN_SIGNATURES, STEPS, ReservationStatus, Step
from marketplace.exchange.rules.terms import Terms
from marketplace.http.papers import statements_of
from marketplace.http.written import Written
from marketplace.impact.rules.impact import Impact, impact, mass_kg
from marketplace.kernel.clock import now
from marketplace.kernel.db import Session
from marketplace.kernel.formats import long_date, moment, money, quantity
from marketplace.kernel.geo import apart_km
from marketplace.kernel.language import Text, _
from marketplace.kernel.units import Amount, Unit
from marketplace.ledger.models import Exchange
from marketplace.ledger.queries import find_exchange, list_later_rows
from marketplace.market.models import Listing
from marketplace.market.queries.listings import list_child_lots
from marketplace.materials.queries import get_taxonomy
from marketplace.materials.rules.taxonomy import Material
from marketplace.sheets.handover_note import Figure as Stated
from marketplace.web.reservations.parts import Head, Line, Result, Versus, later_rows, lines, needs_yes, results, stages
from marketplace.web.ui.driving import Driven, driven_of
from marketplace.web.ui.journeys import JourneyInWords, journey_of
from marketplace.web.ui.next_step import Circumstances, Next, next_step

Fact = tuple[Text, Text | str | None]


@dataclass(frozen=True, slots=True)
class Figure:
    """A figure of one side that the others can agree with."""

    who: str
    quantity: Amount


@dataclass(frozen=True, slots=True)
class Queue:
    """Who else asks for the lot. `place` of `total` on its list; `passed_over`: how many higher ones would go without.

    `rivals` and `free` are for the owner, who decides.
    """

    place: int = 0
    total: int = 0
    rivals: int = 0
    passed_over: int = 0
    free: Amount | None = None


@dataclass(frozen=True, slots=True)
class Transfer:
    """What the page of a reservation shows beside the reservation itself. `booked` is its row in the ledger, once there is one."""

    material: Material
    quantity: Amount
    mass_kg: Decimal
    head: Head
    upcoming: Next
    stages: list[tuple[Text, str]]
    versus: Versus | None
    results: list[Result]
    history: list[Line]
    possible: set[str]
    exact: Terms | None
    names: bool
    owner_contact: Person | None
    asker_contact: Person | None
    booked: Exchange | None
    later: list[Text]
    journey: JourneyInWords | None
    driven: Driven | None
    figures: list[tuple[Text | str, Stated]]
    to_agree_with: list[Figure]
    queue: Queue
    saves: Impact
    child_lots: list[Listing]
    sides: list[Fact]
    facts: list[Fact]
    not_back: Text | None

    @classmethod
    def of(cls, session: Session, actor: Actor, reservation: Reservation) -> "Transfer":
        """Gather it for this reader."""
        taxonomy, unit = get_taxonomy(session), Unit(reservation.unit)
        material = taxonomy.material_by_id(reservation.listing.material_id)
        vehicles = {vehicle.slug: vehicle.name for vehicle in taxonomy.vehicles}
        terms, queue = terms_of(session, reservation), _queue(session, actor, reservation)
        booked = find_exchange(session, reservation_id=reservation.id)
        later = list_later_rows(session, reservation_id=reservation.id) if reservation.taken_back else []
        rows = [booked, *later] if booked else []
        events = list_history(session, actor, reservation)
        upcoming = next_step(
            actor,
            reservation,
            Circumstances(
                needs_yes=needs_yes(session, reservation),
                spoke_last=last_word(events),
                settled_by=settled_by(events),
                place=queue.place,
                total=queue.total,
                free=queue.free,
            ),
        )
        can = possible(actor, reservation)
        not_back = find_not_back(session, reservation) if "return" in can else None
        exact = terms if may_read_terms_place(session, actor, reservation) else None
        knows_points = exact is not None or may(actor, Can.READ_POINTS)
        saves = impact(
            mass_in_kg=mass_kg(reservation.quantity, terms.kg_per_unit),
            distance_in_km=apart_km(terms.lot, terms.destination, exact=knows_points),
            vehicle_factors=taxonomy.vehicle_factors,
            carbon_factor=material.carbon.kgco2e_per_kg if material.carbon else None,
            processing_factor=material.processing_kgco2e_per_kg,
        )
        return cls(
            material=material,
            quantity=Amount(reservation.quantity, unit),
            mass_kg=saves.mass_kg,
            head=Head.of(reservation, terms, saves, booked, exact=knows_points),
            upcoming=upcoming,
            stages=stages(reservation, upcoming),
            versus=Versus.of(reservation, terms),
            results=results(reservation, rows) if rows else [],
            history=lines(actor, reservation, events, rows),
            possible=can - {"return"} if not_back else can,
            exact=exact,
            names=sees_names(session, actor, reservation.listing),
            owner_contact=find_contact(session, reservation, actor, of_owner=True),
            asker_contact=find_contact(session, reservation, actor, of_owner=False),
            booked=booked,
            later=later_rows(reservation, later),
            journey=journey_of(session, actor, booked) if booked else None,
            driven=driven_of(booked, vehicles.get(booked.vehicle_class, booked.vehicle_class)) if booked else None,
            figures=_figures(session, actor, reservation),
            to_agree_with=_to_agree_with(actor, reservation, unit),
            queue=queue,
            saves=saves,
            child_lots=list_child_lots(session, actor, reservation.listing_id) if reservation.returned else [],
            sides=_sides(reservation),
            facts=_facts(actor, reservation, terms),
            not_back=not_back,
        )


def _figures(session: Session, actor: Actor, reservation: Reservation) -> list[tuple[Text | str, Stated]]:
    """List what the owner stated, what the receiver stated, and what counts. Each as far as it is there."""
    names: tuple[Text | str, ...] = (
        reservation.owner.name,
        reservation.organisation.name,
        _("What both agreed, and what counts"),
    )
    statements = zip(names, statements_of(session, actor, reservation), strict=True)
    return [(name, figure) for name, figure in statements if figure.quantity]


def _to_agree_with(actor: Actor, reservation: Reservation, unit: Unit) -> list[Figure]:
    """The latest figures of the others, each of which this reader can agree with."""
    latest = {reservation.owner.name: reservation.owner_figure, reservation.organisation.name: reservation.receiver_figure}
    return [
        Figure(name, Amount(figure, unit))
        for name, figure in latest.items()
        if figure is not None and name != actor.organisation_name
    ]


def _sides(reservation: Reservation) -> list[Fact]:
    """List how much was asked for where less is held, and the giver and the receiver."""
    is_whole = reservation.asked == reservation.quantity
    return [
        (_("Asked for"), None if is_whole else quantity(Amount(reservation.asked, Unit(reservation.unit)))),
        (_("From"), reservation.owner.name),
        (_("To"), reservation.organisation.name),
    ]


def _facts(actor: Actor, reservation: Reservation, terms: Terms) -> list[Fact]:
    """List what was asked, and until when the next step may wait. Approved terms stand apart.

    The reason of a choice only for whoever sees all requests.
    """
    price, status = terms.price_cents(reservation.quantity), ReservationStatus(reservation.status)
    sees_choice = may(actor, Can.READ_REQUESTS, reservation.listing)
    until = reservation.expires_at
    return [
        (_("Destination"), None if reservation.terms else terms.destination_name),
        (_("Project"), Written(reservation.project) or None),
        (_("Use"), Written(reservation.use) or None),
        (_("Used again as it is"), _yes_or_no(reservation.reused_as_is)),
        (_("For what it was made for, or better"), _yes_or_no(reservation.same_grade)),
        (_("Replaces a new purchase"), None if reservation.terms else _yes_or_no(terms.replaces_purchase)),
        (
            _("Estimated price of that purchase"),
            money(reservation.purchase_price_cents) if reservation.purchase_price_cents else None,
        ),
        (_("Needed by"), long_date(reservation.needed_by) if reservation.needed_by else None),
        (_("Purpose"), Written(reservation.purpose) or None),
        (_("Why this request was chosen"), Written(reservation.choice_reason or "") or None if sees_choice else None),
        (_("Price"), money(price) if price else None if reservation.terms else _("free of charge")),
        (_("Asked on"), moment(reservation.requested_at)),
        (_("Offered until"), moment(until) if status is ReservationStatus.OFFERED else None),
        (_("Answer by"), long_date(until) if status is ReservationStatus.REQUESTED else None),
        (_("Kept until"), _held_until(reservation) if status is ReservationStatus.APPROVED else None),
        (_("Booked afterwards, because"), Written(reservation.late_reason) or None),
        (_("Objection of %(asker)s", asker=reservation.organisation.name), Written(reservation.objection) or None),
        (_("Decision of the broker"), _decision(reservation)),
    ]


def _yes_or_no(answer: bool | None) -> Text | None:
    return None if answer is None else _("yes") if answer else _("no")


def _held_until(reservation: Reservation) -> Text | str:
    until, lot = reservation.expires_at, reservation.listing
    last = None if lot.planned else lot.available_until
    if is_beyond_lot(until, last):
        return _(
            "%(until)s, longer than the lot itself is on offer (until %(last)s)", until=long_date(until), last=long_date(last)
        )
    return long_date(until)


def _decision(reservation: Reservation) -> Text | None:
    if reservation.objected_at is None:
        return None
    if reservation.objection_upheld is None:
        return _("not yet; until then it does not count")
    sentence = _("It does not count: %(why)s") if reservation.objection_upheld else _("It counts: %(why)s")
    return _(sentence.message, why=Written(reservation.objection_answer))


def _queue(session: Session, actor: Actor, reservation: Reservation) -> Queue:
    """The place among all who ask for the lot, and for the owner who they are. Nothing once it is decided."""
    if reservation.status not in (*CLAIMING, WAITING):
        return Queue()
    ranked = rank_requests(session, reservation.listing)
    place = next((claim.place for claim in ranked.claims if claim.reservation.id == reservation.id), 0)
    if not may(actor, Can.READ_REQUESTS, reservation.listing):
        return Queue(place, len(ranked.claims))
    passed_over = len(ranked.passed_over(reservation, reservation.quantity))
    free = Amount(ranked.free, Unit(reservation.unit)) if ranked.free > 0 else None
    return Queue(place, len(ranked.claims), len(ranked.claims) - 1, passed_over, free)


RIGHTS = {
    Step.APPROVE: Can.DECIDE_RESERVATION,
    Step.REJECT: Can.DECIDE_RESERVATION,
    Step.ACCEPT_OFFER: Can.CONFIRM,
    Step.CANCEL: Can.CANCEL_RESERVATION,
    Step.NO_SHOW: Can.HAND_OVER,
    Step.HAND_OVER: Can.HAND_OVER,
    Step.LATE_HAND_OVER: Can.HAND_OVER_LATE,
    Step.CONFIRM: Can.CONFIRM,
    Step.DISPUTE: Can.CONFIRM,
    Step.RESOLVE: Can.RESOLVE,
    Step.RETURN: Can.RETURN,
}


def possible(actor: Actor, reservation: Reservation) -> set[str]:
    """The steps that this reader can take now, by the names of their forms. Who can reject has no need to cancel as well."""
    status = ReservationStatus(reservation.status)
    steps = {step for step, permission in RIGHTS.items() if status in STEPS[step][0] and may(actor, permission, reservation)}
    if Step.REJECT in steps:
        steps -= {Step.CANCEL}
    if not _may_be_missed(actor, reservation):
        steps -= {Step.NO_SHOW}
    elif status is ReservationStatus.EXPIRED:
        steps |= {Step.NO_SHOW}
    if status is ReservationStatus.HANDED_OVER and not _waits_for_broker(actor, reservation):
        steps -= {Step.RESOLVE}
    if reservation.returned >= reservation.quantity:
        steps -= {Step.RETURN}
    if reservation.listing.planned:
        steps -= {Step.HAND_OVER, Step.LATE_HAND_OVER, Step.NO_SHOW}
    return {step.name.lower() for step in steps} | _calling_off(actor, reservation, status) | _objecting(actor, reservation)


def _may_be_missed(actor: Actor, reservation: Reservation) -> bool:
    """Whether the owner can say that nobody came.

    An agreed time or the hold has passed, and it has not been said.
    """
    if reservation.is_internal or reservation.no_show or not may(actor, Can.HAND_OVER, reservation):
        return False
    if reservation.status == ReservationStatus.EXPIRED:
        return reservation.approved_at is not None
    latest = newest(reservation)
    return has_failed_to_come(agreed=latest.agreed_time if latest else None, until=reservation.expires_at, now=now())


def _waits_for_broker(actor: Actor, reservation: Reservation) -> bool:
    is_side = actor.organisation_id in (reservation.owner_id, reservation.organisation_id)
    return reservation.unconfirmed_since is not None and not is_side


def _objecting(actor: Actor, reservation: Reservation) -> set[str]:
    """To a no-show: the asker objects once, the broker decides."""
    if not reservation.no_show or reservation.objection_upheld is not None:
        return set()
    if reservation.objected_at is None:
        return {"object"} if may(actor, Can.CONFIRM, reservation) else set()
    return {"decide_objection"} if may(actor, Can.BROKER, reservation) else set()


def _calling_off(actor: Actor, reservation: Reservation, status: ReservationStatus) -> set[str]:
    """Give the step to cancel between the two signatures. Propose to cancel, or agree with the other side's proposal."""
    if status not in BETWEEN_SIGNATURES or not may(actor, Can.CANCEL_RESERVATION, reservation):
        return set()
    if reservation.cancel_asked_by_id is None:
        return {"propose_cancel"}
    return set() if reservation.cancel_asked_by_id == actor.organisation_id else {"agree_cancel"}
