"""The depots for everybody: where they are, when they are open, what can be collected."""

from dataclasses import dataclass
from datetime import date

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue

from marketplace.accounts.policy import Actor, Can, may
from marketplace.catalogue.queries.cards import list_card_rows
from marketplace.depots.models import Depot
from marketplace.depots.queries.depots import get_visible_depot, list_visible_depots
from marketplace.depots.rules.depot import STORER_LABELS, Storers, may_store
from marketplace.depots.rules.opening import Weekday, hours_of
from marketplace.http.request import current_actor, current_session, public
from marketplace.kernel import clock
from marketplace.kernel.db import Session
from marketplace.kernel.geo import Point, public_point
from marketplace.kernel.language import Text, _
from marketplace.market.queries.listings import list_public_ids_in_depot
from marketplace.materials.queries import get_taxonomy
from marketplace.web.depots import following, manage
from marketplace.web.depots.stock import stock_page
from marketplace.web.ui.lots import Lot, address_of, lot_of
from marketplace.web.ui.region_spots import spot_map

OFFERED_MOST = 12
blueprint = Blueprint("depots", __name__)
manage.register(blueprint)
following.register(blueprint)


@dataclass(frozen=True, slots=True)
class DayHours:
    """One day of the week and its hours; `hours` empty: closed."""

    day: Text
    hours: str
    is_today: bool


@dataclass(frozen=True, slots=True)
class PublicPage:
    """What everybody may know of a depot. Never who keeps it, a phone number or its address.

    `point` is the public one; `groups` are what it takes, none: everything.
    """

    depot: Depot
    point: Point
    week: tuple[DayHours, ...]
    groups: tuple[str, ...]
    storers: Text
    lots: tuple[Lot, ...]


def public_page(session: Session, depot: Depot, today: date) -> PublicPage:
    """Collect what the page of a depot shows to everybody."""
    taxonomy, address = get_taxonomy(session), address_of()
    rows = list_card_rows(session, list_public_ids_in_depot(session, depot.id, OFFERED_MOST))
    hours = hours_of(depot.opening)
    return PublicPage(
        depot=depot,
        point=public_point(Point(depot.lat, depot.lon)),
        week=tuple(DayHours(day.label, ", ".join(map(str, hours[day])), day.number == today.isoweekday()) for day in Weekday)
        if depot.opening
        else (),
        groups=tuple(group.name for slug in depot.taken_groups if (group := taxonomy.group(slug))),
        storers=STORER_LABELS[Storers(depot.storers)],
        lots=tuple(lot_of(row, taxonomy, address=address) for row in rows),
    )


@blueprint.get("/depots")
@public
def index() -> str:
    """List the depots, with their numbers on a map of the region."""
    depots = list_visible_depots(current_session(), current_actor())
    drawn = spot_map(public_point(Point(depot.lat, depot.lon)) for depot in depots)
    today = {depot.id: _open_on(depot, clock.today()) for depot in depots if depot.opening and depot.is_active}
    return render_template("depots/index.html", depots=depots, today=today, drawn=drawn)


def _open_on(depot: Depot, today: date) -> Text:
    """When a depot that told its hours is open today."""
    spans = next(spans for day, spans in hours_of(depot.opening).items() if day.number == today.isoweekday())
    return _("today %(hours)s", hours=", ".join(map(str, spans))) if spans else _("closed today")


@blueprint.get("/depots/<int:depot_id>")
@public
def show(depot_id: int) -> ResponseReturnValue:
    """One depot: when it is open and what can be collected; for its keepers what lies there."""
    session, actor = current_session(), current_actor()
    depot = get_visible_depot(session, actor, depot_id)
    stock = stock_page(session, actor, depot) if may(actor, Can.READ_STOCK, depot) else None
    open_page = public_page(session, depot, clock.today())
    return render_template("depots/show.html", page=open_page, stock=stock, bring=may_bring(actor, depot))


def may_bring(actor: Actor, depot: Depot) -> bool:
    """Whether the reader may announce something to this depot.

    It takes new lots, and of that organisation.
    """
    if not may(actor, Can.STORE) or not depot.is_active:
        return False
    owner_id, kind = actor.organisation_id, actor.organisation_kind
    return may_store(depot.storers, owner_id=owner_id, owner_kind=kind, depot_owner_id=depot.organisation_id)
