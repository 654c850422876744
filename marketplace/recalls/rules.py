"""What may be said of a recall, which lots it covers, and what sets them free again."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from enum import StrEnum
from itertools import groupby

from marketplace.kernel.dates import FIRST_DAY
from marketplace.kernel.errors import FieldError, Invalid
from marketplace.kernel.language import Text, _
from marketplace.kernel.text import clean, find_length_faults

REASON_LENGTH_MAX = 1000
LETTERS_MIN = 3
STAYS_TAKEN_BACK = _(
    "What the recall took back from the reuse figures stays taken back: the lot counts again when it is used again."
)
NO_PAPER = _(
    "A blocked lot is only free again on a paper. Add the paper that shows that it is clean to the lot, and name it here. "
    "Check with Omgevingsdienst Twente (the regional environmental service)."
)

Days = tuple[date, date | None]  # from and until; None: it still is so


class PartyRole(StrEnum):
    """Why an organisation was told of a recall."""

    OWNER = "owner"
    HOLDER = "holder"
    KEEPER = "keeper"
    FORMER = "former"
    ASKER = "asker"
    ADVISER = "adviser"


ROLE_LABELS: dict[PartyRole, Text] = {
    PartyRole.OWNER: _("Owner"),
    PartyRole.HOLDER: _("Holder"),
    PartyRole.KEEPER: _("Keeps the depot where it is"),
    PartyRole.FORMER: _("Owned, had or kept it before"),
    PartyRole.ASKER: _("Had asked for it"),
    PartyRole.ADVISER: _("Adviser"),
}


@dataclass(frozen=True, slots=True)
class RecallDraft:
    """Why a lot is recalled, as somebody says it. `found_on` None: today."""

    reason: str
    found_on: date | None = None


@dataclass(frozen=True, slots=True)
class ReleaseDraft:
    """Why a lot is free again, and on which paper. None: no paper was named. `recall_id` None: the one recall that blocks it."""

    paper_id: int | None
    reason: str
    recall_id: int | None = None


def check_recall(draft: RecallDraft, today: date, *, first_on: date | None) -> tuple[str, date]:
    """What was found, tidy, and its day; or a sentence for each fault.

    `first_on`: the day on which the lot, or what it came from, came in.
    """
    reason, found_on = clean(draft.reason, lines=True, field="reason"), draft.found_on or today
    faults = _find_faults(
        reason, _("Say what was found and by whom, for example: PFAS above the limit, found by the laboratory.")
    )
    if found_on > today:
        sentence = _("This day has not come yet. Enter the day on which it was found.")
        faults = [*faults, FieldError("found_on", sentence)]
    if found_on < FIRST_DAY:
        sentence = _("This day is too long ago. Enter the day on which it was found; check the year.")
        faults = [*faults, FieldError("found_on", sentence)]
    elif first_on is not None and found_on < first_on:
        sentence = _("This lot has been known since %(first)s. Enter that day or a later one; check the year.", first=first_on)
        faults = [*faults, FieldError("found_on", sentence)]
    if faults:
        raise Invalid.all(faults)
    return reason, found_on


def check_release(draft: ReleaseDraft) -> tuple[int, str]:
    """The paper and the reason. Nothing is free again without a paper that shows that it is clean."""
    reason = clean(draft.reason, lines=True, field="reason")
    faults = _find_faults(reason, _("Say why this lot is free again: what was examined, by whom, and the outcome."))
    if draft.paper_id is None:
        raise Invalid.all([FieldError("paper", NO_PAPER), *faults])
    if faults:
        raise Invalid.all(faults)
    return draft.paper_id, reason


def _find_faults(reason: str, sentence: Text) -> list[FieldError]:
    """Somebody reads it five years from now: a dot is no reason."""
    faults = find_length_faults("reason", reason, REASON_LENGTH_MAX)
    return [*faults, FieldError("reason", sentence)] if sum(sign.isalpha() for sign in reason) < LETTERS_MIN else faults


def descendants(parents: Mapping[int, int | None], top: int) -> list[int]:
    """The lot and everything that came from it, each after its parent. `parents`: of every lot of the tree."""
    children: dict[int | None, list[int]] = {}
    for lot, parent in parents.items():
        children.setdefault(parent, []).append(lot)
    lots, waiting = [], [top]
    while waiting:
        lot = waiting.pop()
        lots.append(lot)
        waiting.extend(reversed(children.get(lot, [])))
    return lots


def blocking(parents: Mapping[int, int | None], rows: Iterable[tuple[int, int, bool]]) -> dict[int, frozenset[int]]:
    """Which recalls block each lot of a tree.

    `rows`: lot, recall, and whether that recall still blocks it. What was split off after a recall is blocked by what blocks its parent.
    """
    recorded: dict[int, dict[int, bool]] = {}
    for lot, recall, is_blocked in rows:
        recorded.setdefault(lot, {})[recall] = is_blocked
    blocked_by: dict[int, frozenset[int]] = {}
    for top in (lot for lot, parent in parents.items() if parent not in parents):
        for lot in descendants(parents, top):
            own, parent = recorded.get(lot, {}), parents[lot]
            above = frozenset[int]() if parent is None else blocked_by.get(parent, frozenset())
            blocked_by[lot] = frozenset(recall for recall, is_blocked in own.items() if is_blocked) | (above - own.keys())
    return blocked_by


def in_words(roles: Iterable[PartyRole]) -> str:
    """Why an organisation was told, as it is stored."""
    present = set(roles)
    return f"|{'|'.join(role.value for role in PartyRole if role in present)}|"


@dataclass(frozen=True, slots=True)
class Step:
    """A movement of a lot: what it gained or lost, whose it was, who had it and in which depot."""

    lot_id: int
    quantity: Decimal
    day: date
    owner_id: int
    holder_id: int
    depot_id: int | None


@dataclass(frozen=True, slots=True)
class Period:
    """How long a lot was of one owner with one holder, and in one depot or in none. `until` None: so it is now.

    `quantity`: what there was of it when that began.
    """

    lot_id: int
    quantity: Decimal
    since: date
    until: date | None
    owner_id: int
    holder_id: int
    depot_id: int | None


def find_periods(steps: Iterable[Step]) -> list[Period]:
    """Who owned and had each lot, one after the other. `steps`: lot by lot, in the order in which they were entered.

    A day that was entered later than it was is no end before the beginning.
    """
    periods: list[Period] = []
    for _lot, rows in groupby(steps, key=lambda step: step.lot_id):
        there, emptied_on, now = Decimal(0), None, None
        for row in rows:
            there += row.quantity
            if row.quantity:
                emptied_on = None if there else row.day
            if now is None or (row.owner_id, row.holder_id, row.depot_id) != (now.owner_id, now.holder_id, now.depot_id):
                periods.extend([] if now is None else [_ended(now, row.day)])
                now = Period(row.lot_id, there, row.day, None, row.owner_id, row.holder_id, row.depot_id)
        periods.extend([] if now is None else [now if emptied_on is None else _ended(now, emptied_on)])
    return periods


def _ended(period: Period, day: date) -> Period:
    return replace(period, until=max(period.since, day))
