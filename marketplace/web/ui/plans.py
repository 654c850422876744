"""In which period supply comes free that is not there yet, and how sure that is."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date
from typing import Protocol

from marketplace.accounts.policy import Actor, Can, may
from marketplace.catalogue.rules.query import SUPPLY_LABELS
from marketplace.exchange.models import Reservation
from marketplace.exchange.rules.reservation import OPEN
from marketplace.kernel import clock
from marketplace.kernel.formats import NO_BREAK_SPACE, long_date, short_date
from marketplace.kernel.language import Text, _
from marketplace.market.models import Listing
from marketplace.market.rules.listing import CERTAINTY_LABELS, Certainty
from marketplace.planned.models import DateChange
from marketplace.planned.queries import plan_of
from marketplace.planned.rules import Reliability, condition_of


def supply_choices(chosen: str) -> list[tuple[str, Text, bool]]:
    """All, what is there, what is planned.

    Of each its value in an address, its name, and whether it is chosen.
    """
    words = {"": _("Now and planned"), **{supply.value: name for supply, name in SUPPLY_LABELS.items()}}
    return [(value, name, value == chosen) for value, name in words.items()]


class Planned(Protocol):
    """A listing, or as much of it as is asked here."""

    @property
    def planned(self) -> bool:
        """Whether it is not there yet."""

    @property
    def earliest(self) -> date | None:
        """The first day of its period."""

    @property
    def latest(self) -> date | None:
        """The last day of its period."""

    @property
    def certainty(self) -> str | None:
        """How sure that period is."""


def find_certainty(listing: Planned) -> Certainty | None:
    """How sure its period is; None of what is there."""
    return Certainty(listing.certainty) if listing.planned and listing.certainty else None


def certainty_of(listing: Planned) -> Text | str:
    """The same in a word; nothing of what is there."""
    sure = find_certainty(listing)
    return "" if sure is None else CERTAINTY_LABELS[sure]


def period_of(listing: Planned) -> Text:
    """The period in which it comes free, in full."""
    return _("between %(first)s and %(last)s", first=long_date(listing.earliest), last=long_date(listing.latest))


def short_period_of(listing: Planned) -> str:
    """The same for a card: `1 jul 2028 – 30 sep 2028`; of one year, the year once."""
    first, last = short_date(listing.earliest), short_date(listing.latest)
    if listing.earliest and listing.latest and listing.earliest.year == listing.latest.year:
        first = first.replace(str(listing.earliest.year), "").rstrip(f", {NO_BREAK_SPACE}")
    return f"{first} – {last}"


@dataclass(frozen=True, slots=True)
class Change:
    """One time that the days moved: when, from what to what, and why."""

    when: str
    sentence: Text
    reason: str


def changes_of(rows: Iterable[DateChange]) -> list[Change]:
    """How the days of a lot moved, each in a sentence; the last one may be that it came."""
    return [Change(short_date(clock.local(row.at).date()), _moved(row), row.reason) for row in rows]


def _moved(row: DateChange) -> Text:
    old = {"first": short_date(row.old_earliest), "last": short_date(row.old_latest)}
    if row.came_on is not None:
        return _("It is there from %(day)s; the period was %(first)s to %(last)s.", day=short_date(row.came_on), **old)
    if (row.new_earliest, row.new_latest) == (row.old_earliest, row.old_latest):
        sure = CERTAINTY_LABELS[Certainty(row.new_certainty)] if row.new_certainty else ""
        return _("Certainty: %(certainty)s. The period stays the same.", certainty=sure)
    new = {"new_first": short_date(row.new_earliest), "new_last": short_date(row.new_latest)}
    return _("From %(first)s to %(last)s it became %(new_first)s to %(new_last)s.", **old, **new)


@dataclass(frozen=True, slots=True)
class Condition:
    """On what condition something is reserved.

    `moved`: that its period did; `asks`: whether this reader answers that.
    """

    sentence: Text
    moved: Text | None = None
    asks: bool = False


def condition_of_listing(listing: Listing) -> Text | None:
    """The condition on which a lot can be reserved; None where there is none."""
    return condition_of(plan_of(listing)) if listing.planned else None


def condition_of_reservation(actor: Actor, reservation: Reservation) -> Condition | None:
    """The same of a reservation, as the reader sees it."""
    listing = reservation.listing
    if (
        not listing.planned
        or reservation.status not in OPEN
        or reservation.agreed_earliest is None
        or reservation.agreed_latest is None
    ):
        return None
    agreed = replace(plan_of(listing), earliest=reservation.agreed_earliest, latest=reservation.agreed_latest)
    if reservation.dates_declined:
        moved = _(
            "It was let go because of the period %(period)s. It waits for other days, in the place that it had.",
            period=period_of(listing),
        )
        return Condition(condition_of(agreed), moved)
    if reservation.confirm_until is None:
        return Condition(condition_of(agreed))
    last = long_date(clock.local(reservation.confirm_until).date())
    moved = _(
        "The period moved: it comes free %(period)s now. The answer is asked by %(last)s.", period=period_of(listing), last=last
    )
    return Condition(condition_of(agreed), moved, may(actor, Can.CONFIRM, reservation))


def reliability_of(reliability: Reliability) -> Text:
    """How reliable the plans of whoever offers it have been, in a sentence."""
    if not reliability.is_known:
        return _("No plan of this organisation was due before, so how reliable its periods are is not known.")
    words = {"within": reliability.within, "due": reliability.due}
    return _("Of this organisation’s plans, %(within)s of %(due)s came within the period that was first given.", **words)


def state_of_plan(listing: Planned) -> Text:
    """The word on a card."""
    return _("Planned: %(certainty)s", certainty=str(certainty_of(listing)).lower())
