"""A depot in somebody's own calendar.

Its signed address, and what is expected there in the coming weeks.
"""

from datetime import date, datetime, time, timedelta
from urllib.parse import urlsplit

from flask import Response, current_app, make_response, request

from marketplace.accounts.policy import Actor
from marketplace.accounts.rules import links
from marketplace.depots.models import Arrival, Depot, DepotFeed
from marketplace.depots.queries.feeds import get_followed
from marketplace.depots.rules.number import lot_number
from marketplace.exchange.queries.gate import Call, list_depot_calls, newest
from marketplace.http.request import site_address
from marketplace.kernel import clock
from marketplace.kernel.db import Session
from marketplace.kernel.formats import long_date, quantity
from marketplace.kernel.language import DEFAULT_LOCALE, _, current_locale, ngettext
from marketplace.materials.queries import get_taxonomy
from marketplace.sheets.calendar_file import MEDIA_TYPE
from marketplace.sheets.depot_calendar import DepotCalendar, Entry, depot_calendar
from marketplace.stock.queries.lying import Ending, list_endings
from marketplace.stock.queries.warnings import list_arrivals

AHEAD = timedelta(weeks=8)
PAGE = "/depots/{}"
FEED = "/depots/{}/agenda/{}.ics"
PRIVATE = "private, no-cache"


def feed_address(feed: DepotFeed) -> str:
    """The whole address of a feed, in the language in which it will be read."""
    token = links.sign(_secret_key(), links.DEPOT_FEED, feed.id, feed.nonce)
    return _site() + FEED.format(feed.depot_id, token)


def feed_answer(session: Session, depot_id: int, token: str) -> Response:
    """The calendar behind a signed address; what has not changed is not sent again. Missing where the address works no more."""
    feed_id, nonce = links.read(_secret_key(), links.DEPOT_FEED, token)
    actor, depot = get_followed(session, depot_id=depot_id, feed_id=feed_id, nonce=nonce, locale=current_locale())
    answer = make_response(depot_calendar(calendar_of(session, actor, depot)))
    answer.headers["Content-Type"] = MEDIA_TYPE
    answer.headers["Content-Disposition"] = f'inline; filename="depot-{depot.id}.ics"'
    answer.headers["Cache-Control"] = PRIVATE
    answer.add_etag()
    answer.make_conditional(request)
    return answer


def calendar_of(session: Session, actor: Actor, depot: Depot) -> DepotCalendar:
    """Everything that is expected in the coming weeks, for whoever reads the page of the depot. It names no person, and no note."""
    last = clock.today() + AHEAD
    taxonomy = get_taxonomy(session)
    entries = [
        _arriving(arrival, str(taxonomy.material_by_id(arrival.material_id).name))
        for arrival in list_arrivals(session, depot.id)
        if arrival.expected_on <= last
    ]
    calls = [_called(call) for call in list_depot_calls(session, actor, [depot])]
    entries += [entry for entry in calls if entry and _day(entry) <= last]
    entries += [_ending(depot, ending) for ending in list_endings(session, actor, depot, until=last)]
    return DepotCalendar(
        name=str(_("%(depot)s: comes in and goes out", depot=depot.name)),
        place=f"{depot.name}, {depot.place_name}",
        host=urlsplit(site_address()).hostname or "localhost",
        locale=current_locale(),
        entries=sorted(entries, key=lambda entry: (_day(entry), entry.uid)),
    )


def _arriving(arrival: Arrival, material: str) -> Entry:
    """What was announced, on its day. What is late stands on today, until it comes or is called off."""
    today = clock.today()
    is_late = arrival.expected_on < today
    what = quantity(arrival.quantity, arrival.unit)
    summary = _("Late: %(quantity)s %(material)s", quantity=what, material=material) if is_late else None
    facts = [arrival.organisation.name, _("expected on %(day)s", day=long_date(arrival.expected_on))]
    return Entry(
        uid=f"depot-{arrival.depot_id}-arrival-{arrival.id}",
        at=today if is_late else arrival.expected_on,
        is_sure=not is_late,
        changed_at=arrival.announced_at,
        summary=str(summary or _("Comes in: %(quantity)s %(material)s", quantity=what, material=material)),
        description="\n".join(map(str, facts)),
        address=_page(arrival.depot_id),
    )


def _called(call: Call) -> Entry | None:
    """A transfer for which somebody comes: at the agreed time, else on its last day. None where it has neither."""
    row, latest = call.reservation, newest(call.reservation)
    at: date | datetime | None = call.at
    if at is None and row.expires_at is not None:
        at = clock.local(row.expires_at).date()
    if at is None:
        return None
    what = {"quantity": quantity(row.quantity, row.unit), "title": row.listing.title}
    summary = (
        _("Comes in: %(quantity)s of %(title)s", **what)
        if call.is_bringing
        else _("Is collected: %(quantity)s of %(title)s", **what)
    )
    who = _("for %(organisation)s", organisation=row.organisation.name) if call.is_bringing else row.organisation.name
    facts = [who, *([] if call.at else [_("No time agreed yet. This is the last day.")])]
    changed_at = (latest.agreed_at or latest.created_at) if latest else None
    return Entry(
        uid=f"depot-{call.depot.id}-transfer-{row.id}-{'in' if call.is_bringing else 'out'}",
        at=at,
        is_sure=call.at is not None,
        changed_at=changed_at or row.approved_at or row.requested_at,
        summary=str(summary),
        description="\n".join(map(str, facts)),
        address=_page(call.depot.id),
    )


def _ending(depot: Depot, ending: Ending) -> Entry:
    """The last day on which something may lie here. One entry for each day, however many lots."""
    lots = ngettext("%(num)s lot", "%(num)s lots", ending.lots)
    what = f"{lot_number(ending.lot.id)} {ending.lot.title}" if ending.lot else lots
    stay = depot.longest_stay_days or 0
    return Entry(
        uid=f"depot-{depot.id}-stay-{ending.on.isoformat()}",
        at=ending.on,
        is_sure=True,
        changed_at=datetime.combine(ending.on - timedelta(days=stay), time(), clock.AMSTERDAM),
        summary=str(_("Longest stay ends: %(what)s", what=what)),
        description=str(ngettext("Something may stay here for %(num)s day.", "Something may stay here for %(num)s days.", stay)),
        address=_page(depot.id),
    )


def _day(entry: Entry) -> date:
    return clock.local(entry.at).date() if isinstance(entry.at, datetime) else entry.at


def _page(depot_id: int) -> str:
    return _site() + PAGE.format(depot_id)


def _site() -> str:
    language = "" if current_locale() == DEFAULT_LOCALE else f"/{current_locale()}"
    return f"{site_address()}{language}"


def _secret_key() -> str:
    return str(current_app.config["SECRET_KEY"])
