"""One transfer as its page shows it to one reader, and where it stands.

Figures, place and people as far as the reader may see them.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from marketplace.accounts.models import Person
from marketplace.accounts.policy import Actor, Can, may
from marketplace.exchange.models import Reservation
from marketplace.exchange.queries.gate import newest
from marketplace.exchange.queries.requests import list_requests
from marketplace.exchange.queries.reservations import find_contact, sees_names
from marketplace.exchange.queries.terms import is_confirmed_by_silence, may_read_terms_place, terms_of
from marketplace.exchange.rules.deadlines import has_failed_to_come, is_beyond_lot
from marketplace.exchange.rules.reservation import (
    BETWEEN_SIGNATURES,
    STEPS,
    ReservationStatus,
    Step,
)
from marketplace.exchange.rules.terms import Terms
from marketplace.http.papers import statements_of
from marketplace.http.written import Written
from marketplace.impact.rules.impact import mass_kg
from marketplace.kernel.clock import local, now
from marketplace.kernel.db import Session
from marketplace.kernel.formats import long_date, moment, money, quantity
from marketplace.kernel.language import Text, _
from marketplace.kernel.units import Amount, Unit
from marketplace.ledger.models import Exchange
from marketplace.ledger.queries import find_exchange, list_later_rows
from marketplace.market.models import Listing
from marketplace.market.queries.listings import list_child_lots
from marketplace.materials.queries import taxonomy
from marketplace.materials.rules.taxonomy import Material
from marketplace.sheets.handover_note import Figure as Stated
from marketplace.web.ui.states import RESERVATION_BADGES, Badge

Fact = tuple[Text, Text | str | None]


@dataclass(frozen=True, slots=True)
class Figure:
    """A figure of one side that the others can agree with."""

    who: str
    quantity: Amount


@dataclass(frozen=True, slots=True)
class Transfer:
    """What the page of a reservation shows beside the reservation itself. `booked` is its row in the ledger, once there is one."""

    material: Material
    quantity: Amount
    mass_kg: Decimal
    badge: Badge
    upcoming: "Next"
    possible: set[str]
    exact: Terms | None
    names: bool
    owner_contact: Person | None
    asker_contact: Person | None
    booked: Exchange | None
    booked_later: list[Exchange]
    vehicle: str
    figures: list[tuple[Text | str, Stated]]
    to_agree_with: list[Figure]
    rivals: int
    passed_over: int
    child_lots: list[Listing]
    sides: list[Fact]
    facts: list[Fact]
    place_waits: bool

    @classmethod
    def of(cls, session: Session, actor: Actor, reservation: Reservation) -> "Transfer":
        """Gather it for this reader."""
        materials, unit = taxonomy(session), Unit(reservation.unit)
        material = materials.material_by_id(reservation.listing.material_id)
        vehicles = {vehicle.slug: vehicle.name for vehicle in materials.vehicles}
        terms = terms_of(session, reservation)
        booked = find_exchange(session, reservation_id=reservation.id)
        return cls(
            material=material,
            quantity=Amount(reservation.quantity, unit),
            mass_kg=mass_kg(reservation.quantity, terms.kg_per_unit),
            badge=RESERVATION_BADGES[reservation.status],
            upcoming=upcoming(actor, reservation, needs_yes=_needs_yes(session, reservation)),
            possible=possible(actor, reservation),
            exact=terms if may_read_terms_place(session, actor, reservation) else None,
            names=sees_names(session, actor, reservation.listing),
            owner_contact=find_contact(session, reservation, actor, of_owner=True),
            asker_contact=find_contact(session, reservation, actor, of_owner=False),
            booked=booked,
            booked_later=list_later_rows(session, reservation_id=reservation.id) if reservation.returned else [],
            vehicle=vehicles.get(booked.vehicle_class, booked.vehicle_class) if booked else "",
            figures=_figures(session, actor, reservation),
            to_agree_with=_to_agree_with(actor, reservation, unit),
            sides=_sides(reservation),
            facts=_facts(actor, reservation, terms),
            place_waits=reservation.status in UNDECIDED,
            child_lots=list_child_lots(session, actor, reservation.listing_id) if reservation.returned else [],
            **_rivals(session, actor, reservation),
        )


def _figures(session: Session, actor: Actor, reservation: Reservation) -> list[tuple[Text | str, Stated]]:
    """List what the owner stated, what the receiver stated, and what counts. Each as far as it is there."""
    names: tuple[Text | str, ...] = (
        reservation.owner.name,
        reservation.organisation.name,
        _("What both agreed, and what counts"),
    )
    said = zip(names, statements_of(session, actor, reservation), strict=True)
    return [(name, figure) for name, figure in said if figure.quantity]


def _to_agree_with(actor: Actor, reservation: Reservation, unit: Unit) -> list[Figure]:
    """The latest figures of the others, each of which this reader can agree with."""
    latest = {reservation.owner.name: reservation.owner_figure, reservation.organisation.name: reservation.receiver_figure}
    return [
        Figure(name, Amount(figure, unit))
        for name, figure in latest.items()
        if figure is not None and name != actor.organisation_name
    ]


def _needs_yes(session: Session, reservation: Reservation) -> bool:
    """Whether silence does not confirm what was handed over."""
    return reservation.status == ReservationStatus.HANDED_OVER and not is_confirmed_by_silence(session, reservation)


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
        (_("Used again as it is"), _said(reservation.reused_as_is)),
        (_("For what it was made for, or better"), _said(reservation.same_grade)),
        (_("Replaces a new purchase"), None if reservation.terms else _said(terms.replaces_purchase)),
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
        (_("Kept until"), _kept_until(reservation) if status is ReservationStatus.APPROVED else None),
        (_("Booked afterwards, because"), Written(reservation.late_reason) or None),
        (_("Objection of %(asker)s", asker=reservation.organisation.name), Written(reservation.objection) or None),
        (_("Decision of the broker"), _decision(reservation)),
    ]


def _said(answer: bool | None) -> Text | None:
    return None if answer is None else _("yes") if answer else _("no")


def _kept_until(reservation: Reservation) -> Text | str:
    until, last = reservation.expires_at, reservation.listing.available_until
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


def _rivals(session: Session, actor: Actor, reservation: Reservation) -> dict[str, int]:
    """Count how many others ask for the same lot, and how many higher ones would go without. For the owner who decides."""
    undecided = ReservationStatus(reservation.status) in STEPS[Step.APPROVE][0]
    if not undecided or not may(actor, Can.READ_REQUESTS, reservation.listing):
        return {"rivals": 0, "passed_over": 0}
    queue = list_requests(session, actor, reservation.listing_id)
    return {"rivals": len(queue.claims) - 1, "passed_over": len(queue.passed_over(reservation, reservation.quantity))}


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

UNDECIDED = (ReservationStatus.REQUESTED, ReservationStatus.WAITING, ReservationStatus.OFFERED)


@dataclass(frozen=True, slots=True)
class Next:
    """What comes next: one sentence, and whether the reader is the one who does it. `over`: nothing comes next."""

    sentence: Text
    mine: bool
    over: bool = False


def possible(actor: Actor, reservation: Reservation) -> set[str]:
    """The steps that this reader can take now, by the names of their forms. Who can reject has no need to cancel as well."""
    status = ReservationStatus(reservation.status)
    steps = {step for step, right in RIGHTS.items() if status in STEPS[step][0] and may(actor, right, reservation)}
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


def day_of(at: datetime | None) -> date | None:
    return None if at is None else local(at).date()


def upcoming(actor: Actor, reservation: Reservation, *, needs_yes: bool = False) -> Next:
    """Say what comes next, and whose step it is. `needs_yes`: silence does not confirm what was handed over."""
    status = ReservationStatus(reservation.status)
    owns, asks = actor.organisation_id == reservation.owner_id, actor.organisation_id == reservation.organisation_id
    who = {"owner": reservation.owner.name, "asker": reservation.organisation.name, "until": day_of(reservation.expires_at)}
    if reservation.cancel_asked_by_id is not None and status in BETWEEN_SIGNATURES:
        return _called_off(reservation, owns=owns, asks=asks)
    if reservation.no_show:
        return _missed(actor, reservation, asks=asks)
    if needs_yes:
        waits = _YOUR_YES if asks else _NEEDS_YES
        sentence = _UNCONFIRMED if reservation.unconfirmed_since else waits
        return Next(_(sentence.message, **who), asks)
    if status not in _NEXT:
        return Next(_ENDINGS[status], False, over=True)
    if status is ReservationStatus.DISPUTED and may(actor, Can.BROKER) and not (owns or asks):
        return Next(_(_JUDGED.message, **who), True)
    sentence, mine = _NEXT[status](owns, asks)
    return Next(_(sentence.message, **who), mine)


def _called_off(reservation: Reservation, *, owns: bool, asks: bool) -> Next:
    by_owner = reservation.cancel_asked_by_id == reservation.owner_id
    proposer, other = (reservation.owner, reservation.organisation) if by_owner else (reservation.organisation, reservation.owner)
    mine = asks if by_owner else owns
    yours = _("%(proposer)s proposes to call this transfer off. Agree, or go on with it.", proposer=proposer.name)
    theirs = _(
        "%(proposer)s proposes to call this transfer off. %(other)s has to agree.", proposer=proposer.name, other=other.name
    )
    return Next(yours if mine else theirs, mine)


def _missed(actor: Actor, reservation: Reservation, *, asks: bool) -> Next:
    """Say that nobody came, according to the owner, and what became of the objection."""
    who = {"owner": reservation.owner.name, "asker": reservation.organisation.name}
    if reservation.objected_at is None:
        said = _("%(owner)s says that nobody came to collect it. Is that not right? You can object once.", **who)
        told = _("%(owner)s says that nobody came to collect it. What was held is free again.", **who)
        return Next(said if asks else told, asks, over=not asks)
    if reservation.objection_upheld is None:
        opened = _("%(asker)s objects to the no-show. The broker of the region decides; until then it does not count.", **who)
        return Next(opened, may(actor, Can.BROKER))
    clears = _("The broker has decided: the no-show does not count against %(asker)s.", **who)
    counts = _("The broker has decided: the no-show of %(asker)s counts.", **who)
    return Next(clears if reservation.objection_upheld else counts, False, over=True)


def _waiting(owns: bool, asks: bool) -> tuple[Text, bool]:
    return _(
        "%(asker)s is on the waiting list: nothing is held. When something is free that fits, the highest on the list is offered it."
    ), False


def _offered(owns: bool, asks: bool) -> tuple[Text, bool]:
    if asks:
        return _("This is free for you until %(until)s. Accept the offer, or else it goes to the next on the list."), True
    return _("Offered to %(asker)s from the waiting list, until %(until)s. You may approve it at once."), False


def _requested(owns: bool, asks: bool) -> tuple[Text, bool]:
    if owns:
        return _("You decide. Answer by %(until)s; without an answer this request lapses and the material is free again."), True
    return _("%(owner)s decides, by %(until)s at the latest. Without an answer this request lapses."), False


def _approved(owns: bool, asks: bool) -> tuple[Text, bool]:
    if owns:
        return _(
            "Agree on a time with %(asker)s. After the hand-over you enter how much it was. It is kept until %(until)s."
        ), True
    return _("%(asker)s collects it by %(until)s. After that %(owner)s enters how much was handed over."), False


def _handed_over(owns: bool, asks: bool) -> tuple[Text, bool]:
    if asks:
        return _("Check what you received and confirm it. Without an answer it counts as confirmed on %(until)s."), True
    return _("%(asker)s confirms what was received. Without an answer it counts as confirmed on %(until)s."), False


def _disputed(owns: bool, asks: bool) -> tuple[Text, bool]:
    return _("The two figures differ. %(owner)s and %(asker)s agree on one, or the broker of the region decides."), owns or asks


_JUDGED = _("The two figures differ. As long as %(owner)s and %(asker)s do not agree, you decide which one counts.")
_NEEDS_YES = _("%(asker)s checks what was received and confirms it. It counts only after that yes.")
_YOUR_YES = _("Check what you received and confirm it. Without your yes it does not count.")
_UNCONFIRMED = _(
    "Nobody answered within 14 days, and it differs too much from what was agreed to count by itself. %(asker)s can still confirm or "
    "dispute it; the broker of the region has been notified."
)
_NEXT: dict[ReservationStatus, Callable[[bool, bool], tuple[Text, bool]]] = {
    ReservationStatus.WAITING: _waiting,
    ReservationStatus.OFFERED: _offered,
    ReservationStatus.REQUESTED: _requested,
    ReservationStatus.APPROVED: _approved,
    ReservationStatus.HANDED_OVER: _handed_over,
    ReservationStatus.DISPUTED: _disputed,
}
_ENDINGS = {
    ReservationStatus.COMPLETED: _("This transfer is completed and counted."),
    ReservationStatus.REJECTED: _("The owner rejected this request. What was held is free again."),
    ReservationStatus.CANCELLED: _("This reservation was cancelled. What was held is free again."),
    ReservationStatus.EXPIRED: _("This reservation lapsed, because its time was over. What was held is free again."),
}
