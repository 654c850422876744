"""In which period supply comes free that is not there yet, and how sure that is."""

from datetime import date
from typing import Protocol

from marketplace.catalogue.rules.query import SUPPLY_LABELS
from marketplace.kernel.formats import NO_BREAK_SPACE, long_date, short_date
from marketplace.kernel.language import Text, _
from marketplace.market.rules.listing import CERTAINTY_LABELS, Certainty


def supply_choices(chosen: str) -> list[tuple[str, Text, bool]]:
    """All, what is there, what is planned.

    Of each its value in an address, its name, and whether it is chosen.
    """
    words = {"": _("Now and planned"), **{one.value: name for one, name in SUPPLY_LABELS.items()}}
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


def state_of_plan(listing: Planned) -> Text:
    """The word on a card."""
    return _("Planned: %(certainty)s", certainty=str(certainty_of(listing)).lower())
