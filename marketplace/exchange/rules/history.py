"""What happened in a transfer, in order: who did what, and the figure that it left. Pure, over its audit rows."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from enum import StrEnum

from marketplace.kernel.language import Text, _


class By(StrEnum):
    """Who did it: one of the two sides, the broker of the region, or the clock."""

    OWNER = "owner"
    ASKER = "asker"
    BROKER = "broker"
    CLOCK = "clock"


class Mark(StrEnum):
    """What a step means: it went on, it was stopped or contested, or both agree on the figure."""

    PLAIN = "plain"
    STOP = "stop"
    AGREED = "agreed"


@dataclass(frozen=True, slots=True)
class Record:
    """An audit row of a transfer. `figure`: what was said, else what was held from then on; `times`: moments that were proposed or chosen."""

    at: datetime
    action: str
    by: By
    figure: Decimal | None = None
    times: tuple[datetime, ...] = ()


@dataclass(frozen=True, slots=True)
class Event:
    """One line of the history. `is_replaced`: a figure that does not count any more; `time`: stands where others have a figure."""

    at: datetime
    action: str
    by: By
    sentence: Text
    figure: Decimal | None
    time: datetime | None
    mark: Mark
    is_replaced: bool = False


PROPOSED, AGREED = "appointment_proposed", "appointment_agreed"
MEETING = (PROPOSED, AGREED)
STATED = ("hand-over", "late-hand-over", "dispute", "answer-dispute")
SETTLED = ("confirm", "resolve")
ENDED = ("reject", "cancel", "agree-cancel", "no-show", "expire", "recall")
_WITH_FIGURE = ("request", "wait", "approve", "return", *STATED, *SETTLED)
_SENTENCES: dict[str, Text] = {
    "request": _("%(who)s asked for it"),
    "wait": _("%(who)s joined the waiting list"),
    "offer": _("It was offered to %(asker)s"),
    "accept-offer": _("%(who)s accepted the offer"),
    "displace": _("%(asker)s went back to the waiting list"),
    "dates-moved": _("%(who)s moved the period in which it comes free"),
    "confirm-dates": _("%(who)s agreed with the new period"),
    "release-dates": _("%(who)s let it go because of the new period"),
    "came-free": _("%(who)s said that it is there"),
    "approve": _("%(who)s approved it"),
    PROPOSED: _("%(who)s proposed a time"),
    AGREED: _("%(who)s chose a time"),
    "propose-terms": _("%(who)s proposed other terms"),
    "accept-terms": _("%(who)s accepted the other terms"),
    "decline-terms": _("%(who)s declined the other terms"),
    "hand-over": _("%(who)s entered the hand-over"),
    "late-hand-over": _("%(who)s booked the hand-over afterwards"),
    "confirm": _("%(who)s confirmed it"),
    "dispute": _("%(who)s disputed it"),
    "answer-dispute": _("%(who)s answered"),
    "resolve": _("%(who)s agreed to it"),
    "unconfirmed": _("Nobody answered within 14 days"),
    "propose-cancel": _("%(who)s proposed to call it off"),
    "agree-cancel": _("%(who)s agreed to call it off"),
    "cancel": _("%(who)s cancelled it"),
    "reject": _("%(who)s rejected it"),
    "no-show": _("%(who)s reported that nobody came"),
    "object": _("%(who)s objected to that"),
    "decide-objection": _("%(who)s decided on the objection"),
    "expire": _("It lapsed: its time was over"),
    "return": _("%(who)s entered what came back"),
    "recall": _("It ended: the lot was recalled"),
    "reverse": _("It was taken back in the ledger"),
}
_BY_CLOCK = {
    "confirm": _("It counted as confirmed after 14 days"),
    "cancel": _("It was cancelled"),
    "release-dates": _("Nobody agreed with the new period in time"),
}
_BY_BROKER = {"resolve": _("%(who)s decided")}


def history(records: Sequence[Record], *, with_meeting: bool) -> list[Event]:
    """Tell what happened, oldest first. `with_meeting`: whether the reader may know when the two sides meet.

    Once a figure counts, every other figure that a side stated for the gate is replaced. What the bank did by itself without
    changing anything, such as a reminder, is left out.
    """
    events = [
        _event(record) for record in records if record.action in _SENTENCES and (with_meeting or record.action not in MEETING)
    ]
    counts = next((event.figure for event in reversed(events) if event.action in SETTLED), None)
    if counts is None:
        return events
    return [replace(event, is_replaced=event.action in STATED and event.figure not in (None, counts)) for event in events]


def _event(record: Record) -> Event:
    words = {By.CLOCK: _BY_CLOCK, By.BROKER: _BY_BROKER}.get(record.by, {})
    return Event(
        record.at,
        record.action,
        record.by,
        words.get(record.action, _SENTENCES[record.action]),
        record.figure if record.action in _WITH_FIGURE else None,
        record.times[0] if record.times else None,
        _mark(record.action),
    )


def _mark(action: str) -> Mark:
    if action in SETTLED:
        return Mark.AGREED
    return Mark.STOP if action in ("dispute", "unconfirmed", "propose-cancel", "object", *ENDED) else Mark.PLAIN


def last_word(events: Sequence[Event]) -> By | None:
    """Which side spoke last about how much it was: the other one answers. None while nobody did."""
    return next((event.by for event in reversed(events) if event.action in STATED), None)


def settled_by(events: Sequence[Event]) -> By | None:
    """Who made the figure count: the side that confirmed or agreed, the broker, or the clock. None while nothing counts."""
    return next((event.by for event in reversed(events) if event.action in SETTLED), None)
