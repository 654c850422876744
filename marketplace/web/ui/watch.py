"""Rows of what the broker and the reviewer watch: what stands still, and what nearly fits."""

from datetime import date, datetime

from flask import url_for

from marketplace.depots.rules.number import lot_number
from marketplace.exchange.models import Reservation
from marketplace.exchange.queries.watch import find_reminders
from marketplace.exchange.rules.reservation import CONFIRM_WITHIN
from marketplace.http.written import Written
from marketplace.kernel.clock import today
from marketplace.kernel.db import Session
from marketplace.kernel.formats import km, near_date
from marketplace.kernel.language import Text, _, ngettext
from marketplace.kernel.units import Amount, Unit
from marketplace.market.models import Demand, Listing
from marketplace.matching.actions.remind import REMIND_AGAIN_AFTER
from marketplace.matching.queries.survey import NearMiss
from marketplace.materials.rules.taxonomy import Taxonomy
from marketplace.recalls.models import Recall
from marketplace.recalls.queries.recalls import Standing
from marketplace.stock.queries.warnings import Trouble
from marketplace.web.ui.fills import room_of
from marketplace.web.ui.jobs import Job, Words, day_of, of_transfer, picture_of, quantity_of, sides_of

READ, DECIDE = _("Read"), _("Read and decide")


def dispute(row: Reservation, label: Text = READ) -> Job:
    """Two figures that do not agree."""
    unit, title = Unit(row.unit), Written(row.listing.title)
    owner_figure, receiver_figure = row.owner_figure, row.receiver_figure
    what = quantity_of(row)
    if owner_figure is not None and receiver_figure is not None:
        what = _(
            "%(one)s or %(other)s of “%(title)s”",
            one=Amount(owner_figure, unit),
            other=Amount(receiver_figure, unit),
            title=title,
        )
    return of_transfer(row, what, also=(sides_of(row),), since=day_of(row.disputed_at), label=label)


def silent(session: Session, unconfirmed: list[Reservation], unmet: list[Reservation]) -> list[Job]:
    """What nobody acts on, each with a reminder to send, or the day on which it was sent."""
    reminded = find_reminders(session, [row.id for row in (*unconfirmed, *unmet)])
    return [
        *(_silent(row, _unconfirmed_for(row), _("Remind"), reminded.get(row.id)) for row in unconfirmed),
        *(_silent(row, _unmet_for(row), _("Remind both"), reminded.get(row.id)) for row in unmet),
    ]


def _silent(row: Reservation, words: Text, label: Text, reminded: date | None) -> Job:
    also: tuple[Words, ...] = (sides_of(row), words)
    if reminded is not None and reminded + REMIND_AGAIN_AFTER > today():
        return of_transfer(row, quantity_of(row), also=(*also, _("reminded on %(day)s", day=near_date(reminded))))
    asks = url_for("broker.remind", reservation_id=row.id)
    return of_transfer(row, quantity_of(row), also=also, asks=asks, answers=(("remind", label),))


def _unconfirmed_for(row: Reservation) -> Text:
    return _("not confirmed for %(days)s days", days=_days(row.unconfirmed_since) + CONFIRM_WITHIN.days)


def _unmet_for(row: Reservation) -> Text:
    days = _days(row.approved_at)
    return ngettext("approved, one day without a time", "approved, %(num)s days without a time", days)


def objection(row: Reservation) -> Job:
    what = _("%(asker)s objects to a no-show for “%(title)s”", asker=row.organisation.name, title=Written(row.listing.title))
    return of_transfer(row, what, also=(Written(row.objection),), since=day_of(row.objected_at), label=DECIDE)


def choice(row: Reservation) -> Job:
    what = _(
        "%(owner)s chose %(asker)s for “%(title)s”",
        owner=row.owner.name,
        asker=row.organisation.name,
        title=Written(row.listing.title),
    )
    return of_transfer(row, what, also=(Written(row.choice_reason),))


def near(miss: NearMiss, *, whole: bool = False) -> Job:
    """A lot that would serve a demand but for one thing, with the way to propose it. `whole`: with the sentence of it."""
    lot, demand = miss.listing, miss.demand
    what = _(
        "%(owner)s %(lot)s → %(asker)s %(demand)s",
        owner=lot.organisation.name,
        lot=Written(lot.title),
        asker=demand.organisation.name,
        demand=Written(demand.title),
    )
    also: tuple[Words, ...] = (km(miss.distance_km),) if whole else ()
    if miss.proposed:
        return Job(
            what,
            url_for("demands.show", demand_id=demand.id),
            picture_of(lot),
            (*also, _("Proposed")),
            near=miss.sentence if whole else miss.brief,
        )
    return Job(
        what,
        url_for("broker.propose", lot=lot.id, vraag=demand.id),
        picture_of(lot),
        also,
        near=miss.sentence if whole else miss.brief,
    )


def _days(at: datetime | None) -> int:
    day = day_of(at)
    return 0 if day is None else (today() - day).days


def lapsing(row: Reservation) -> Job:
    """A hold that ends soon unless one of the two sides acts."""
    return of_transfer(row, quantity_of(row), also=(sides_of(row),), until=day_of(row.expires_at))


def on_offer(listing: Listing, taxonomy: Taxonomy) -> Job:
    """A lot that nobody looks for, with the way to point it out."""
    also = (
        taxonomy.material_by_id(listing.material_id).name,
        listing.organisation.name,
        _("on offer since %(day)s", day=near_date(day_of(listing.published_at))),
    )
    what = _("%(lot)s, %(quantity)s", lot=Written(listing.title), quantity=Amount(listing.available, Unit(listing.unit)))
    return Job(what, url_for("broker.propose", lot=listing.id), picture_of(listing), also)


def wanted(demand: Demand, taxonomy: Taxonomy) -> Job:
    """A demand that nothing serves, with the way to point a lot out."""
    also = (
        taxonomy.material_by_id(demand.material_id).name,
        demand.organisation.name,
        _("from %(day)s", day=near_date(demand.needed_from)),
    )
    what = _("%(lot)s, %(quantity)s", lot=Written(demand.title), quantity=Amount(demand.remaining, Unit(demand.unit)))
    group = taxonomy.group_slugs[demand.material_id]
    return Job(what, url_for("broker.propose", vraag=demand.id), group=group, also=also)


def depot_trouble(row: Trouble) -> Job:
    """A depot that needs somebody: what is too much, what lies too long, what never came."""
    parts: list[Words] = [_("%(much)s more than fits", much=room_of(fill).too_much) for fill in row.over]
    if row.too_long:
        parts.append(ngettext("%(num)s lot has been there too long", "%(num)s lots have been there too long", row.too_long))
    if row.missing:
        parts.append(ngettext("%(num)s announced lot has not come", "%(num)s announced lots have not come", row.missing))
    name, href = Written(row.depot.name), url_for("depots.show", depot_id=row.depot.id)
    return Job(name, href, also=tuple(parts), since=row.longest, label=_("View"), title=name)


def confirmed_of(standing: Standing) -> Text:
    """How many of those who were told of a recall have confirmed."""
    return _("%(done)s of %(total)s have confirmed", done=standing.confirmed, total=standing.notified)


def recall(row: Recall, standing: Standing) -> Job:
    """A recall that still blocks something, and who has to confirm yet."""
    title = Written(row.lot.title)
    lots = ngettext("%(num)s lot blocked", "%(num)s lots blocked", standing.blocked)
    what = _("%(number)s %(title)s", number=lot_number(row.lot_id), title=title)
    also: tuple[Words, ...] = (row.organisation.name, lots, confirmed_of(standing))
    return Job(what, url_for("recalls.show", recall_id=row.id), also=also, since=row.found_on, label=READ, title=title)
