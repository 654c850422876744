"""Rows with a picture in front, drawn by `macros/jobs.html`.

What it is, what belongs to it, until when, and the answers at hand.
"""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from babel.dates import format_time
from flask import url_for

from marketplace.depots.models import Arrival
from marketplace.depots.rules.number import lot_number
from marketplace.exchange.models import Reservation
from marketplace.http.written import Written
from marketplace.kernel import clock
from marketplace.kernel.formats import near_date
from marketplace.kernel.language import Text, _
from marketplace.kernel.units import Amount, Unit
from marketplace.market.models import Demand, Listing
from marketplace.market.rules.listing import ListingStatus
from marketplace.materials.rules.taxonomy import Taxonomy
from marketplace.web.ui.freshness import Answers
from marketplace.web.ui.lots import picture

Words = Text | str
PERCENT = 100


@dataclass(frozen=True, slots=True)
class TimeOfDay:
    """A time in a sentence, as the clock of Twente shows it."""

    at: datetime

    def localized(self, locale: str) -> str:
        return format_time(clock.local(self.at), format="HH:mm", locale=locale)


@dataclass(frozen=True, slots=True)
class NearDay:
    """A day in a sentence, at most some months away: `ma 7 dec`."""

    day: date | None

    def localized(self, locale: str) -> str:
        return near_date(self.day)


@dataclass(frozen=True, slots=True)
class Left:
    """How much of a whole is free, or still needed: in words, and as a bar where it is a part."""

    words: Words
    figure: Words
    percent: int | None


@dataclass(frozen=True, slots=True)
class Job:
    """One row. `until`: the day by which it must be done; `since`: since when it waits, for what has no such day.

    `label`: the words of its button; without one the whole row is a link. With `answers` it is a question, answered at `asks`, and `title`
    tells a screen reader of what. `near`: the one thing in the way. `on`: a day in the place of the picture. `group`: whose drawing
    stands in front where there is no picture.
    """

    what: Words
    href: str
    picture: str = ""
    also: tuple[Words, ...] = ()
    until: date | None = None
    since: date | None = None
    label: Text | None = None
    asks: str = ""
    answers: Answers = ()
    title: Words = ""
    near: Text | None = None
    on: date | None = None
    left: Left | None = None
    group: str = ""

    @property
    def late_days(self) -> int:
        """For how many days it is too late."""
        return max(0, (clock.today() - self.until).days) if self.until else 0

    @property
    def is_today(self) -> bool:
        """Whether today is the last day."""
        return self.until == clock.today()

    @property
    def order(self) -> date:
        """What comes first: late, then what waits longest, then by day."""
        return self.until or self.since or self.on or date.max


def picture_of(listing: Listing) -> str:
    """The address of the first photo of a lot, or nothing."""
    return picture(listing.photos[0], "").small if listing.photos else ""


def amount_of(reservation: Reservation) -> Amount:
    """What a transfer is about, with its unit."""
    return Amount(reservation.quantity, Unit(reservation.unit))


def sides_of(reservation: Reservation) -> str:
    """From whom to whom."""
    return f"{reservation.owner.name} → {reservation.organisation.name}"


def taking_in(arrival: Arrival) -> str:
    """Where a keeper takes in what was announced: by its number, or as something new."""
    if arrival.announced_lot_id is not None:
        return url_for("lots.bring_in", depot_id=arrival.depot_id, nummer=lot_number(arrival.announced_lot_id))
    return url_for("lots.take_in", depot_id=arrival.depot_id, aankomst=arrival.id)


def facts_of(arrival: Arrival) -> tuple[Text | str, ...]:
    """The organisation that brings it, the number of the lot, and what was said of it."""
    number = None if arrival.announced_lot_id is None else lot_number(arrival.announced_lot_id)
    return tuple(filter(None, (arrival.organisation.name, number, Written(arrival.words) if arrival.words else "")))


def of_transfer(reservation: Reservation, what: Words, **more: object) -> Job:
    """A row about a transfer: its lot's photo, and its own page."""
    href = url_for("reservations.show", reservation_id=reservation.id)
    return Job(what, href, picture_of(reservation.listing), title=Written(reservation.listing.title), **more)  # type: ignore[arg-type]


def quantity_of(reservation: Reservation) -> Text:
    """How much of which lot."""
    return _("%(quantity)s of “%(title)s”", quantity=amount_of(reservation), title=Written(reservation.listing.title))


def day_of(at: datetime | None) -> date | None:
    """The day that a moment has in Twente."""
    return None if at is None else clock.local(at).date()


def part_of(part: Decimal, whole: Amount) -> Text:
    """How much of how much, with the unit once."""
    return _("%(part)s of %(whole)s", part=part, whole=whole)


def lot_job(listing: Listing) -> Job:
    """A lot of one's own, with what is free of it. Only what is on offer is free to anybody."""
    free, total = Amount(listing.available, Unit(listing.unit)), Amount(listing.quantity, Unit(listing.unit))
    href = url_for("catalogue.show_listing", listing_id=listing.id)
    if listing.status == ListingStatus.DRAFT:
        return Job(Written(listing.title), href, picture_of(listing), (_("%(total)s, not on offer yet", total=total),))
    if listing.status != ListingStatus.PUBLISHED:
        left_over = total if free.amount == total.amount else part_of(free.amount, total)
        words = _("%(quantity)s, not on offer any more", quantity=left_over)
        return Job(Written(listing.title), href, picture_of(listing), (words,))
    if free.amount == total.amount:
        return Job(Written(listing.title), href, picture_of(listing), (_("%(total)s, all free", total=total),))
    left = Left(_("free"), part_of(free.amount, total), int(PERCENT * free.amount / total.amount))
    return Job(Written(listing.title), href, picture_of(listing), left=left)


def demand_job(demand: Demand, taxonomy: Taxonomy) -> Job:
    """A demand of one's own, with what is still needed of it."""
    needed, total = Amount(demand.remaining, Unit(demand.unit)), Amount(demand.quantity, Unit(demand.unit))
    href, group = url_for("demands.show", demand_id=demand.id), taxonomy.group_slugs[demand.material_id]
    if needed.amount == total.amount:
        return Job(Written(demand.title), href, group=group, also=(_("%(total)s, nothing found yet", total=total),))
    left = Left(
        _("found"),
        part_of(demand.fulfilled, total),
        int(PERCENT * demand.fulfilled / total.amount),
    )
    return Job(Written(demand.title), href, group=group, left=left)
