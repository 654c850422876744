"""The keeper's half of a depot's page: what lies there, what comes and goes, how full it is."""

from dataclasses import dataclass
from datetime import datetime

from flask import request, url_for

from marketplace.accounts.policy import Actor, Can, may
from marketplace.depots.models import Arrival, Depot
from marketplace.depots.queries.costs import costs_of
from marketplace.depots.queries.feeds import find_feeds
from marketplace.depots.queries.stock import sum_stock
from marketplace.depots.rules.number import lot_number, read_lot_number
from marketplace.exchange.queries.gate import Call, get_depot_week
from marketplace.http.depot_calendar import feed_address
from marketplace.http.written import Written
from marketplace.kernel import clock
from marketplace.kernel.db import Session
from marketplace.kernel.errors import Invalid
from marketplace.kernel.language import Text, _, ngettext
from marketplace.kernel.units import Amount, Unit
from marketplace.materials.queries import get_taxonomy
from marketplace.stock.queries.lying import Ending, Show, list_lying
from marketplace.stock.queries.warnings import Trouble, fills, trouble_of
from marketplace.web.ui.fills import Room, room_of
from marketplace.web.ui.jobs import Job, NearDay, TimeOfDay, day_of, facts_of, of_transfer, picture_of, quantity_of, taking_in
from marketplace.web.ui.lying import Row, depot_rows
from marketplace.web.ui.paging import PAGE_SIZE, paged

SHOWN: dict[Show, tuple[str, Text]] = {
    Show.ALL: ("", _("Everything")),
    Show.TOO_LONG: ("te-lang", _("Too long")),
    Show.UNOFFERED: ("niet-aangeboden", _("Not on offer")),
    Show.BLOCKED: ("geblokkeerd", _("Blocked")),
}
BY_WORD = {word: show for show, (word, _label) in SHOWN.items()}


@dataclass(frozen=True, slots=True)
class Week:
    """What comes and goes in the next seven days, what is late, and what has no day yet. `later`: how much comes after that.

    `ending`: on which days something begins to lie here too long, in words.
    """

    coming: list[Job]
    going: list[Job]
    later: int
    ending: list[Text]


@dataclass(frozen=True, slots=True)
class StockPage:
    """All of it. `follows`: whether the reader may follow it in a calendar; `feed`: the address that they made for that."""

    lots: int
    rooms: list[Room]
    trouble: Trouble
    week: Week
    rows: list[Row]
    place: dict[str, int]
    choices: list[tuple[str, Text, bool]]
    show: str
    words: str
    keeps: bool
    follows: bool
    feed: str | None

    def address(self, number: int) -> str:
        """Where another page of the list stands."""
        depot_id, show, words = self.trouble.depot.id, self.show or None, self.words or None
        return url_for("depots.show", depot_id=depot_id, toon=show, q=words, page=number, _anchor="stock")


def stock_page(session: Session, actor: Actor, depot: Depot) -> StockPage:
    """Gather it for whoever may read the stock.

    It asks the same number of questions, however much lies there.
    """
    show, words = BY_WORD.get(request.args.get("toon", ""), Show.ALL), request.args.get("q", "").strip()
    sums = sum_stock(session, [depot.id])[depot.id]
    number, feed = _number_in(words), find_feeds(session, actor, [depot]).get(depot.id)
    lying, place = paged(
        lambda page: list_lying(
            session, actor, depot, show=show, words=words, number=number, lies=sums.lots, page=page, page_size=PAGE_SIZE
        )
    )
    return StockPage(
        lots=sums.lots,
        rooms=[room_of(fill) for fill in fills(depot, sums)],
        trouble=trouble_of(session, depot, sums),
        week=_week(session, actor, depot),
        rows=depot_rows(actor, depot, lying, costs_of(session, [row.lot.id for row in lying], clock.today())),
        place=place,
        choices=[(word, label, choice is show) for choice, (word, label) in SHOWN.items()],
        show=SHOWN[show][0],
        words=words,
        keeps=may(actor, Can.KEEP_DEPOT, depot),
        follows=may(actor, Can.FOLLOW_DEPOT, depot),
        feed=feed_address(feed) if feed else None,
    )


def _number_in(words: str) -> int | None:
    """The lot whose number was typed; None where it is another word."""
    try:
        return read_lot_number(words)
    except Invalid:
        return None


def _week(session: Session, actor: Actor, depot: Depot) -> Week:
    week, taxonomy, keeps = (
        get_depot_week(session, actor, depot, clock.today()),
        get_taxonomy(session),
        may(actor, Can.KEEP_DEPOT, depot),
    )
    coming = [_arrival(arrival, str(taxonomy.material_by_id(arrival.material_id).name), keeps) for arrival in week.arrivals]
    coming += [_call(actor, call) for call in week.calls if call.is_bringing]
    going = [_call(actor, call) for call in week.calls if not call.is_bringing]
    return Week(sorted(coming, key=lambda job: job.order), going, week.later, [_ending(ending) for ending in week.endings])


def _ending(ending: Ending) -> Text:
    """What may lie here until this day."""
    lots = ngettext("%(num)s lot", "%(num)s lots", ending.lots)
    what = Written(f"{lot_number(ending.lot.id)} {ending.lot.title}") if ending.lot else lots
    return _("%(day)s: %(what)s", day=NearDay(ending.on), what=what)


def _arrival(arrival: Arrival, material: str, keeps: bool) -> Job:
    """Something that was announced, for a keeper with the way to take it in."""
    is_late = arrival.expected_on < clock.today()
    return Job(
        _("%(quantity)s %(material)s", quantity=Amount(arrival.quantity, Unit(arrival.unit)), material=material),
        taking_in(arrival) if keeps else "",
        also=facts_of(arrival),
        until=arrival.expected_on if is_late else None,
        on=None if is_late else arrival.expected_on,
        label=_("Take in") if keeps else None,
        title=material,
    )


def _call(actor: Actor, call: Call) -> Job:
    """A transfer for which somebody comes. A link only for whoever may follow it."""
    row = call.reservation
    when = _("at %(time)s", time=TimeOfDay(call.at)) if call.at else _without_time(row.expires_at)
    who = _("for %(organisation)s", organisation=row.organisation.name) if call.is_bringing else row.organisation.name
    if may(actor, Can.READ_RESERVATION, row):
        return of_transfer(row, quantity_of(row), also=(when, who), on=day_of(call.at))
    lot = row.listing
    href = (
        url_for("lots.show", lot_id=lot.lot_id)
        if lot.lot_id and not call.is_bringing
        else url_for("catalogue.show_listing", listing_id=lot.id)
    )
    return Job(quantity_of(row), href, picture_of(lot), also=(when, who), on=day_of(call.at), title=Written(lot.title))


def _without_time(expires_at: datetime | None) -> Text:
    """No time was agreed: until which day it is held."""
    day = day_of(expires_at)
    return _("no time agreed yet, at the latest %(day)s", day=NearDay(day)) if day else _("no time agreed yet")
