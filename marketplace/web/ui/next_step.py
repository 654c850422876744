"""Whose step it is in a transfer: what a reader has to do, or for whom it waits, by when."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from marketplace.accounts.policy import Actor, Can, may
from marketplace.exchange.models import Reservation
from marketplace.exchange.queries.gate import newest
from marketplace.exchange.rules.history import By
from marketplace.exchange.rules.reservation import BETWEEN_SIGNATURES, ReservationStatus
from marketplace.kernel.clock import local
from marketplace.kernel.formats import near_date
from marketplace.kernel.language import Text, _
from marketplace.kernel.units import Amount, Unit

_S = ReservationStatus


class Tone(StrEnum):
    """Whose step it is: the reader's or somebody else's; or it is stopped, or done."""

    MINE = "mine"
    OTHER = "other"
    STOP = "stop"
    DONE = "done"


@dataclass(frozen=True, slots=True)
class Circumstances:
    """What the words need beside the reservation.

    `needs_yes`: silence does not confirm what was handed over. `spoke_last`, `settled_by`: of the two figures. `place`, `total`: on
    the waiting list.
    """

    needs_yes: bool = False
    spoke_last: By | None = None
    settled_by: By | None = None
    place: int = 0
    total: int = 0
    free: Amount | None = None


@dataclass(frozen=True, slots=True)
class Next:
    """What comes next.

    `badge`: who must do what before when. `heading` and `sentence`: the same to this reader, in full. `mine`: whether the reader does it. `over`:
    nothing comes next.
    """

    badge: Text
    heading: Text
    sentence: Text
    tone: Tone
    mine: bool
    over: bool = False


NOTHING_TO_DO = _("You do not have to do anything now")
StepWords = tuple[Text, Text, Text, bool]  # badge, heading, sentence, whether it is the reader's step


def next_step(actor: Actor, reservation: Reservation, circumstances: Circumstances) -> Next:
    """Say what comes next, and whose step it is."""
    status, case = _S(reservation.status), _Case(actor, reservation, circumstances)
    if reservation.cancel_asked_by_id is not None and status in BETWEEN_SIGNATURES:
        return case.called_off()
    if reservation.no_show:
        return case.missed()
    if status is _S.COMPLETED:
        return case.completed()
    if status in _ENDINGS:
        badge, sentence = _ENDINGS[status]
        return Next(_(badge.message, **case.words), _("How it ended"), sentence, Tone.STOP, mine=False, over=True)
    if reservation.confirm_until is not None and case.asks:
        return case.answer_dates()
    pending = reservation.proposed_terms if status is not _S.DISPUTED else None
    if pending is not None and case.is_side and pending.proposed_by_id != actor.organisation_id:
        return case.answer_terms()
    badge, heading, sentence, mine = _OPEN[status](case)
    step = Next(badge, heading, sentence, Tone.MINE if mine else Tone.OTHER, mine)
    return replace(step, tone=Tone.STOP) if status is _S.DISPUTED or reservation.unconfirmed_since else step


class _Case:
    """One transfer to one reader, with the words that its sentences are filled with."""

    def __init__(self, actor: Actor, reservation: Reservation, circumstances: Circumstances) -> None:
        self.reservation, self.circumstances = reservation, circumstances
        self.actor = actor
        self.owns, self.asks = actor.organisation_id == reservation.owner_id, actor.organisation_id == reservation.organisation_id
        self.is_side = self.owns or self.asks
        self.decides = may(actor, Can.BROKER) and not self.is_side
        unit = Unit(reservation.unit)
        self.words: dict[str, Any] = {
            "owner": reservation.owner.name,
            "asker": reservation.organisation.name,
            "until": _day(reservation.expires_at),
            "by": near_date(reservation.expires_at) if reservation.expires_at else "",
            "quantity": Amount(reservation.quantity, unit),
            "ordered": Amount(reservation.ordered or reservation.quantity, unit),
            "ended": near_date(reservation.completed_at or reservation.ended_at),
            "place": circumstances.place,
            "total": circumstances.total,
            "free": circumstances.free,
        }

    def words_of(self, badge: Text, sentence: Text, *, mine: bool, heading: Text | None = None) -> StepWords:
        """The three sentences, filled in. Without a heading there is nothing to do."""
        fill = self.words
        title = _(heading.message, **fill) if heading is not None else NOTHING_TO_DO
        return _(badge.message, **fill), title, _(sentence.message, **fill), mine

    def quantity_heading(self) -> Text | None:
        """How much is asked for, to the owner, who may decide on it."""
        if not self.owns:
            return None
        if self.circumstances.free is None:
            return _("%(asker)s asks for %(quantity)s")
        return _("%(asker)s asks for %(quantity)s of your %(free)s")

    def called_off(self) -> Next:
        """One side proposes to cancel after the first signature."""
        row = self.reservation
        by_owner = row.cancel_asked_by_id == row.owner_id
        proposer, other = (row.owner, row.organisation) if by_owner else (row.organisation, row.owner)
        who = {"proposer": proposer.name, "other": other.name}
        if self.asks if by_owner else self.owns:
            return Next(
                _("Your turn: agree to call it off, or go on"),
                _("Call it off together?"),
                _("%(proposer)s proposes to call this transfer off. Agree, or go on with it.", **who),
                Tone.MINE,
                mine=True,
            )
        return Next(
            _("Waiting for %(other)s: agree to call it off", **who),
            NOTHING_TO_DO,
            _("%(proposer)s proposes to call this transfer off. %(other)s has to agree.", **who),
            Tone.OTHER,
            mine=False,
        )

    def missed(self) -> Next:
        """Nobody came, according to the owner; and what became of the objection."""
        row, who = self.reservation, self.words
        if row.objected_at is None:
            if self.asks:
                sentence = _("%(owner)s says that nobody came to collect it. Is that not right? You can object once.", **who)
                return Next(
                    _("Not collected, says %(owner)s: object if that is not right", **who),
                    _("Were you there?"),
                    sentence,
                    Tone.STOP,
                    mine=True,
                )
            sentence = _("%(owner)s says that nobody came to collect it. What was held is free again.", **who)
            return Next(_("Not collected by %(asker)s", **who), _("How it ended"), sentence, Tone.STOP, mine=False, over=True)
        if row.objection_upheld is None:
            opened = _("%(asker)s objects to the no-show. The broker of the region decides; until then it does not count.", **who)
            if self.decides:
                return Next(_("You decide: does the no-show count?"), _("Does the no-show count?"), opened, Tone.MINE, mine=True)
            return Next(_("Waiting for the broker: does the no-show count?"), NOTHING_TO_DO, opened, Tone.OTHER, mine=False)
        upheld = row.objection_upheld
        clears = _("The broker has decided: the no-show does not count against %(asker)s.", **who)
        counts = _("The broker has decided: the no-show of %(asker)s counts.", **who)
        badge = _("Decided: the no-show does not count") if upheld else _("Decided: the no-show counts")
        return Next(
            badge, _("How it ended"), clears if upheld else counts, Tone.DONE if upheld else Tone.STOP, mine=False, over=True
        )

    def completed(self) -> Next:
        """Counted, and by whom; what of it came back, or that it counts no more."""
        row, unit = self.reservation, Unit(self.reservation.unit)
        words = self.words | {"returned": Amount(row.returned, unit)}
        sentence = _("This transfer is completed and counted.")
        if row.reversed:  # by a correction or a recall: nothing of it lies anywhere again
            badge = _("Completed, and no longer counted", **words)
            sentence = _("This transfer is completed. It no longer counts in the figures; what was driven stays counted.")
        elif row.returned >= row.quantity:
            badge = _("Completed, and all of it came back", **words)
        elif row.returned:
            badge = _("Completed, and %(returned)s of %(quantity)s came back", **words)
        else:
            by = self.circumstances.settled_by
            badge = _((_DONE if by is None else _COMPLETED.get(by, _AGREED)).message, **words)
        return Next(badge, _("What this exchange saved"), sentence, Tone.DONE, mine=False, over=True)

    def answer_dates(self) -> Next:
        """The period of what is planned moved, and the reader agrees or lets go."""
        by = near_date(self.reservation.confirm_until)
        return Next(
            _("Your turn: agree with the new period by %(by)s", by=by),
            _("Does the new period suit you?"),
            _("Without an answer it is let go. Then you keep your place on the waiting list."),
            Tone.MINE,
            mine=True,
        )

    def answer_terms(self) -> Next:
        """The other side proposes other terms, and the reader answers."""
        pending = self.reservation.proposed_terms
        who = pending.proposed_by.name if pending is not None and pending.proposed_by else ""
        return Next(
            _("Your turn: answer to the other terms"),
            _("%(organisation)s proposes other terms", organisation=who),
            _("Until you accept, the terms stay as they were agreed."),
            Tone.MINE,
            mine=True,
        )


def _day(at: datetime | None) -> date | None:
    return None if at is None else local(at).date()


_DONE = _("Completed on %(ended)s")
_AGREED = _("Completed on %(ended)s: both sides agree on %(quantity)s")
_COMPLETED = {
    By.CLOCK: _("Completed on %(ended)s: no answer in 14 days, so %(quantity)s counts"),
    By.BROKER: _("Completed on %(ended)s: the broker decided on %(quantity)s"),
}
_ENDINGS = {
    _S.REJECTED: (_("Rejected by %(owner)s on %(ended)s"), _("The owner rejected this request. What was held is free again.")),
    _S.CANCELLED: (_("Cancelled on %(ended)s"), _("This reservation was cancelled. What was held is free again.")),
    _S.EXPIRED: (_("Lapsed on %(ended)s"), _("This reservation lapsed, because its time was over. What was held is free again.")),
}


def _waiting(case: _Case) -> StepWords:
    if case.reservation.dates_declined:
        sentence = _(
            "%(asker)s let it go because of its days, and keeps the place on the waiting list. It is offered again with other days."
        )
        return case.words_of(_("%(asker)s waits for other days"), sentence, mine=False)
    badge = (
        _("Waiting until something is free: number %(place)s of %(total)s on the list")
        if case.asks and case.circumstances.place
        else _("%(asker)s waits until something is free")
    )
    sentence = _(
        "%(asker)s is on the waiting list: nothing is held. When something is free that fits, the highest on the list is offered it."
    )
    return case.words_of(badge, sentence, mine=False, heading=case.quantity_heading())


def _offered(case: _Case) -> StepWords:
    if case.asks:
        sentence = _("This is free for you until %(until)s. Accept the offer, or else it goes to the next on the list.")
        heading = _("%(quantity)s is free for you")
        return case.words_of(_("Your turn: accept the offer by %(by)s"), sentence, mine=True, heading=heading)
    sentence = _("Offered to %(asker)s from the waiting list, until %(until)s. You may approve it at once.")
    return case.words_of(
        _("Waiting for %(asker)s: accept the offer by %(by)s"), sentence, mine=False, heading=case.quantity_heading()
    )


def _requested(case: _Case) -> StepWords:
    if case.owns:
        sentence = _("You decide. Answer by %(until)s; without an answer this request lapses and the material is free again.")
        return case.words_of(_("You decide: approve by %(by)s"), sentence, mine=True, heading=case.quantity_heading())
    sentence = _("%(owner)s decides, by %(until)s at the latest. Without an answer this request lapses.")
    return case.words_of(_("Waiting for %(owner)s: approve by %(by)s"), sentence, mine=False)


def _planned(case: _Case) -> StepWords:
    """Approved, and not there yet."""
    yours = _("Say on the page of the lot that it is there, once it is. Then you agree on a time with %(asker)s.")
    theirs = _("%(owner)s says when it is there. Then you agree on a time. It is kept until %(until)s.")
    return case.words_of(_("Waiting until it is there"), yours if case.owns else theirs, mine=False)


def _approved(case: _Case) -> StepWords:
    if case.reservation.listing.planned:
        return _planned(case)
    latest = newest(case.reservation)
    if latest is not None and case.is_side and latest.agreed_time is None:
        return _proposed(case, is_mine=latest.proposed_by_id != case.actor.organisation_id)
    agreed = latest.agreed_time if latest is not None and case.is_side else None
    case.words["agreed"] = near_date(agreed) if agreed else ""
    if case.owns:
        badge = _("Your turn: enter the hand-over after %(agreed)s") if agreed else _("Your turn: enter the hand-over by %(by)s")
        sentence = _("Agree on a time with %(asker)s. After the hand-over you enter how much it was. It is kept until %(until)s.")
        when_agreed = _("%(asker)s collects it on %(agreed)s. After that you enter how much it was. It is kept until %(until)s.")
        return case.words_of(badge, when_agreed if agreed else sentence, mine=True, heading=_("Enter the hand-over"))
    if case.asks and not agreed:
        sentence = _("%(asker)s collects it by %(until)s. After that %(owner)s enters how much was handed over.")
        return case.words_of(
            _("Your turn: propose a time, and collect it by %(by)s"), sentence, mine=True, heading=_("When can you collect it?")
        )
    badge = (
        _("Waiting for %(owner)s: enter the hand-over after %(agreed)s")
        if agreed
        else _("Waiting for %(owner)s: enter the hand-over by %(by)s")
    )
    return case.words_of(
        badge, _("%(asker)s collects it by %(until)s. After that %(owner)s enters how much was handed over."), mine=False
    )


def _proposed(case: _Case, *, is_mine: bool) -> StepWords:
    """One side proposed times and the other has not chosen yet. Within one organisation anyone chooses."""
    latest = newest(case.reservation)
    case.words["other"] = case.words["asker"] if case.owns else case.words["owner"]
    case.words["organisation"] = latest.proposed_by.name if latest is not None else ""
    if is_mine or case.reservation.is_internal:
        return case.words_of(
            _("Your turn: choose a time"),
            _("%(organisation)s proposes a time. Choose one, or propose others."),
            mine=True,
            heading=_("Which time suits you?"),
        )
    return case.words_of(
        _("Waiting for %(other)s: choose a time"),
        _("%(organisation)s proposed these times. The other side chooses one."),
        mine=False,
    )


def _handed_over(case: _Case) -> StepWords:
    row, circumstances = case.reservation, case.circumstances
    heading = _("Did %(quantity)s arrive?") if case.asks else None
    is_as_ordered = row.ordered in (None, row.quantity)
    if not circumstances.needs_yes:
        yours = (
            _("Check what you received and confirm it. Without an answer it counts as confirmed on %(until)s.")
            if is_as_ordered
            else _(
                "%(ordered)s was agreed. Check what you received and confirm it. Without an answer it counts as confirmed on %(until)s."
            )
        )
        theirs = _("%(asker)s confirms what was received. Without an answer it counts as confirmed on %(until)s.")
        badge = _("Your turn: confirm by %(by)s") if case.asks else _("Waiting for %(asker)s: confirm by %(by)s")
        return case.words_of(badge, yours if case.asks else theirs, mine=case.asks, heading=heading)
    if row.unconfirmed_since is None:
        yours = (
            _("Check what you received and confirm it. Without your yes it does not count.")
            if is_as_ordered
            else _("%(ordered)s was agreed. Check what you received and confirm it. Without your yes it does not count.")
        )
        theirs = _("%(asker)s checks what was received and confirms it. It counts only after that yes.")
        badge = _("Your turn: confirm what you received") if case.asks else _("Waiting for %(asker)s: confirm what was received")
        return case.words_of(badge, yours if case.asks else theirs, mine=case.asks, heading=heading)
    sentence = _(
        "Nobody answered within 14 days, and it differs too much from what was agreed to count by itself. %(asker)s can still confirm or "
        "dispute it; the broker of the region has been notified."
    )
    if case.decides:
        return case.words_of(
            _("You decide: nobody answered in 14 days"), sentence, mine=True, heading=_("Which quantity counts?")
        )
    badge = _("Your turn: confirm, for 14 days have passed") if case.asks else _("Waiting for %(asker)s: 14 days have passed")
    return case.words_of(badge, sentence, mine=case.asks, heading=heading)


def _disputed(case: _Case) -> StepWords:
    if case.decides:
        sentence = _("The two figures differ. As long as %(owner)s and %(asker)s do not agree, you decide which one counts.")
        return case.words_of(_("You decide: which quantity counts?"), sentence, mine=True, heading=_("Which quantity counts?"))
    sentence = _("The two figures differ. %(owner)s and %(asker)s agree on one, or the broker of the region decides.")
    heading = _("How much was it?")
    spoke = case.circumstances.spoke_last
    has_spoken = (case.owns and spoke is By.OWNER) or (case.asks and spoke is By.ASKER)
    if case.is_side and (not has_spoken or case.reservation.is_internal):
        return case.words_of(_("Your turn: agree on a quantity"), sentence, mine=True, heading=heading)
    badge = (
        _("Waiting for %(owner)s: agree on a quantity") if spoke is By.ASKER else _("Waiting for %(asker)s: agree on a quantity")
    )
    return case.words_of(badge, sentence, mine=False, heading=heading)


_OPEN: dict[ReservationStatus, Callable[[_Case], StepWords]] = {
    _S.WAITING: _waiting,
    _S.OFFERED: _offered,
    _S.REQUESTED: _requested,
    _S.APPROVED: _approved,
    _S.HANDED_OVER: _handed_over,
    _S.DISPUTED: _disputed,
}
