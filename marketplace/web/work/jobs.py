"""What waits for somebody: for the own organisation, or for another one.

Every open transfer, and the lots and demands to confirm.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from textwrap import shorten

from flask import url_for

from marketplace.accounts.policy import Actor
from marketplace.advice.queries.requirements import ToMend
from marketplace.exchange.models import Reservation
from marketplace.exchange.queries.gate import Call, newest
from marketplace.exchange.rules.reservation import BEFORE_HAND_OVER, BETWEEN_SIGNATURES, ReservationStatus
from marketplace.http.written import Written
from marketplace.impact.rules.reports import ReportStatus
from marketplace.kernel import clock
from marketplace.kernel.formats import quantity
from marketplace.kernel.language import Text, _
from marketplace.market.models import Demand, Listing
from marketplace.market.rules.freshness import demand_holds_until, listing_holds_until
from marketplace.materials.rules.taxonomy import Taxonomy
from marketplace.questions.models import Question
from marketplace.recalls.models import Recall
from marketplace.web.ui.freshness import DEMAND_ANSWERS, LOT_ANSWERS
from marketplace.web.ui.jobs import Job, NearDay, TimeOfDay, amount_of, day_of, of_transfer, picture_of, quantity_of

_S = ReservationStatus
QUESTION_SHOWN = 80
_ANSWER = _("%(asker)s asks for %(quantity)s of “%(title)s”")
_CONFIRM = _("%(owner)s has handed over %(quantity)s of “%(title)s”")
_HAND_OVER = _("%(asker)s collects %(quantity)s of “%(title)s”")
_ARRANGE = _("Arrange when you collect %(quantity)s of “%(title)s”")
_ACCEPT = _("%(quantity)s of “%(title)s” is free for you")
_SETTLE = _("%(owner)s and %(asker)s disagree about %(quantity)s of “%(title)s”")
_MEET = _("%(organisation)s proposes when “%(title)s” can be collected")
_CALL_OFF = _("%(organisation)s proposes to cancel the transfer of “%(title)s”")
_NEW_DATES = _("“%(title)s” comes free in another period. Does it suit you?")
_TERMS = _("%(organisation)s proposes other terms for “%(title)s”")


@dataclass(frozen=True, slots=True)
class Waiting:
    """The open transfers of an organisation, by whose turn it is."""

    ours: list[Job]
    theirs: list[Job]
    meetings: list[Job]


def transfers(actor: Actor, rows: list[Reservation]) -> Waiting:
    """Share them out: what to do, what waits for others, and when to be where. Each stands in one of the three."""
    ours: list[Job] = []
    theirs: list[Job] = []
    meetings: list[tuple[object, Job]] = []
    for row in rows:
        latest = newest(row)
        is_met = row.status == _S.APPROVED and latest is not None and latest.agreed_time is not None
        if job := _our_turn(actor, row):
            ours.append(job)
        elif is_met and latest is not None and latest.agreed_time is not None:
            at = latest.agreed_time
            meetings.append((at, _meeting(actor, row, TimeOfDay(at), latest.place)))
        elif job := _their_turn(actor, row):
            theirs.append(job)
    return Waiting(ours, theirs, [job for _at, job in sorted(meetings, key=lambda meeting: str(meeting[0]))])


def _our_turn(actor: Actor, row: Reservation) -> Job | None:
    own = actor.organisation_id
    owning, asking = row.owner_id == own, row.organisation_id == own
    if row.status in BETWEEN_SIGNATURES and row.cancel_asked_by_id not in (None, own):
        return _job(actor, row, _CALL_OFF, _("Answer the proposal"))
    if row.confirm_until is not None and asking and row.status in BEFORE_HAND_OVER:
        return _job(actor, row, _NEW_DATES, _("Answer the proposal"), until=row.confirm_until)
    pending = row.proposed_terms
    if row.status in (_S.APPROVED, *BETWEEN_SIGNATURES) and pending is not None and pending.proposed_by_id != own:
        return _job(actor, row, _TERMS, _("Answer the proposal"))
    if row.status == _S.REQUESTED and owning:
        return _job(actor, row, _ANSWER, _("Look and decide"))
    if row.status == _S.OFFERED and asking:
        return _job(actor, row, _ACCEPT, _("Look at the offer"))
    if row.status == _S.HANDED_OVER and asking:
        return _job(actor, row, _CONFIRM, _("Check and confirm"))
    if row.status == _S.DISPUTED:
        return _job(actor, row, _SETTLE, _("Settle it"))
    return _collecting(actor, row) if row.status == _S.APPROVED and not row.listing.planned else None


def _collecting(actor: Actor, row: Reservation) -> Job | None:
    """Between approval and hand-over: a time to agree on, or the hand-over itself."""
    latest, owning = newest(row), row.owner_id == actor.organisation_id
    if latest is None:
        return (
            _job(actor, row, _HAND_OVER, _("Enter the hand-over")) if owning else _job(actor, row, _ARRANGE, _("Propose a time"))
        )
    if latest.agreed_time is None:
        return None if latest.proposed_by_id == actor.organisation_id else _job(actor, row, _MEET, _("Choose a time"))
    is_over = day_of(latest.agreed_time) is not None and clock.now() >= latest.agreed_time
    return _job(actor, row, _HAND_OVER, _("Enter the hand-over")) if owning and is_over else None


def _job(actor: Actor, row: Reservation, sentence: Text, label: Text, *, until: datetime | None = None) -> Job:
    other = row.owner if row.organisation_id == actor.organisation_id else row.organisation
    what = _(
        sentence.message,
        asker=row.organisation.name,
        owner=row.owner.name,
        organisation=other.name,
        quantity=amount_of(row),
        title=Written(row.listing.title),
    )
    since = None if row.expires_at else day_of(row.disputed_at or row.unconfirmed_since)
    return of_transfer(row, what, until=day_of(until or row.expires_at), since=since, label=label)


def _their_turn(actor: Actor, row: Reservation) -> Job | None:
    owning, until = row.owner_id == actor.organisation_id, day_of(row.expires_at)
    other = (row.organisation if owning else row.owner).name
    if row.status == _S.WAITING:
        words = None if owning else _("on the waiting list since %(day)s", day=NearDay(day_of(row.waiting_since)))
    elif row.status == _S.REQUESTED:
        words = _("%(owner)s answers by %(day)s", owner=other, day=NearDay(until))
    elif row.status == _S.HANDED_OVER:
        words = (
            _("%(asker)s confirms by %(day)s", asker=other, day=NearDay(until))
            if until
            else _("%(asker)s has not confirmed", asker=other)
        )
    elif row.status == _S.OFFERED:
        words = _("%(asker)s answers by %(day)s", asker=other, day=NearDay(until))
    elif row.listing.planned:
        words = _("waits until it is there")
    else:
        words = _("%(organisation)s chooses a time", organisation=other)
    return None if words is None else of_transfer(row, quantity_of(row), also=(words,))


def _meeting(actor: Actor, row: Reservation, time: TimeOfDay, place: str) -> Job:
    if row.organisation_id == actor.organisation_id:
        what = _("%(time)s: you collect", time=time)
    else:
        what = _("%(time)s: %(organisation)s collects", time=time, organisation=row.organisation.name)
    return replace(
        of_transfer(row, what, also=(quantity_of(row), Written(place or row.listing.place_name))), on=day_of(time.at), picture=""
    )


def calls(actor: Actor, rows: Iterable[Call]) -> list[Job]:
    """Appointments of others at a depot that one keeps. One's own stand among the transfers already."""
    sides = ((call, {call.reservation.owner_id, call.reservation.organisation_id}) for call in rows)
    return [_call(call, call.at) for call, both in sides if call.at is not None and actor.organisation_id not in both]


def _call(call: Call, at: datetime) -> Job:
    row, time = call.reservation, TimeOfDay(at)
    if call.is_bringing:
        what = _("%(time)s: something comes in for %(organisation)s", time=time, organisation=row.organisation.name)
    else:
        what = _("%(time)s: %(organisation)s collects", time=time, organisation=row.organisation.name)
    return Job(
        what,
        url_for("depots.show", depot_id=call.depot.id, _anchor="week"),
        also=(quantity_of(row), Written(call.depot.name)),
        on=day_of(at),
        title=Written(row.listing.title),
    )


def refresh(listing: Listing) -> Job:
    """Whether a lot is still there, answered at once."""
    return Job(
        _("Is “%(title)s” still there?", title=Written(listing.title)),
        url_for("catalogue.show_listing", listing_id=listing.id),
        picture_of(listing),
        also=(quantity(listing.available, listing.unit),),
        until=listing_holds_until(listing.confirmed_on) if listing.confirmed_on else None,
        asks=url_for("listings.refresh", listing_id=listing.id),
        answers=LOT_ANSWERS,
        title=Written(listing.title),
    )


def still_needed(demand: Demand, taxonomy: Taxonomy) -> Job:
    """Whether a demand still stands, answered at once."""
    return Job(
        _("Do you still need “%(title)s”?", title=Written(demand.title)),
        url_for("demands.show", demand_id=demand.id),
        group=taxonomy.group_slugs[demand.material_id],
        also=(quantity(demand.remaining, demand.unit),),
        until=demand_holds_until(demand.confirmed_on) if demand.confirmed_on else None,
        asks=url_for("demands.refresh", demand_id=demand.id),
        answers=DEMAND_ANSWERS,
        title=Written(demand.title),
    )


def question(unanswered: Question, taxonomy: Taxonomy) -> Job:
    """A question about a lot or a demand of one's own that nobody has answered."""
    about, group = unanswered.subject, taxonomy.group_slugs[unanswered.subject.material_id]
    if isinstance(about, Listing):
        href, picture = url_for("catalogue.show_listing", listing_id=about.id, _anchor="questions"), picture_of(about)
    else:
        href, picture = url_for("demands.show", demand_id=about.id, _anchor="questions"), ""
    text = Written(shorten(unanswered.text, QUESTION_SHOWN, placeholder=" …"))
    what = _("%(organisation)s asks: “%(question)s”", organisation=unanswered.organisation.name, question=text)
    title = Written(about.title)
    return Job(what, href, picture, (title,), since=day_of(unanswered.asked_at), label=_("Answer"), title=title, group=group)


def requirement(row: ToMend) -> Job:
    """A lot of one's own that a rule stops which came after it was published."""
    return Job(
        _("“%(title)s” does not meet a new rule", title=Written(row.listing.title)),
        url_for("advice.list_requirements"),
        picture_of(row.listing),
        until=row.requirement.until,
        label=_("See what to do"),
        title=Written(row.listing.title),
    )


def recall(row: Recall) -> Job:
    """A recall of which the own organisation has not confirmed yet that it knows."""
    return Job(
        _("“%(title)s” is recalled: a contamination was found", title=Written(row.lot.title)),
        url_for("recalls.show", recall_id=row.id),
        also=(_("reported by %(organisation)s", organisation=row.organisation.name),),
        since=day_of(row.blocked_at),
        label=_("Look and confirm"),
        title=Written(row.lot.title),
    )


def report(year: int, status: ReportStatus | None) -> Job:
    """A year of the own municipality that is not reported, not submitted, or sent back."""
    there = url_for("reports.edit", year=year)
    if status is ReportStatus.SENT_BACK:
        what = _("The AO CE has a question about your report for %(year)s", year=str(year))
        return Job(what, there, also=(_("answer it, and submit again"),), label=_("Answer"))
    if status is ReportStatus.CONCEPT:
        what = _("Your report for %(year)s is not submitted yet", year=str(year))
        return Job(what, url_for("reports.check", year=year), also=(_("it counts once it is adopted"),), label=_("Check"))
    return Job(
        _("Your municipality has not reported %(year)s", year=str(year)),
        there,
        also=(_("what was put to use, by group and origin"),),
        label=_("Report it"),
    )
