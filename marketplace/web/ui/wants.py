"""A demand as a row: what is wanted, how much still, when, and what one has for it."""

from decimal import ROUND_HALF_UP, Decimal
from typing import NamedTuple

from flask import url_for

from marketplace.accounts.policy import Actor
from marketplace.kernel.formats import period, quantity
from marketplace.kernel.language import Text, _
from marketplace.kernel.units import Amount, Unit
from marketplace.market.rules.demand import DemandStatus
from marketplace.market.rules.listing import CONDITION_LABELS, Condition
from marketplace.matching.queries.own_lots import OwnFit
from marketplace.matching.queries.wanted import WantedRow
from marketplace.matching.rules.wanted import Fit
from marketplace.materials.rules.taxonomy import Taxonomy
from marketplace.web.ui.states import DEMAND_BADGES, Badge


class Left(NamedTuple):
    """How much is still to be found, as a figure in words. `percent`: the part that is found, None where that is none."""

    figure: Text | str
    percent: int | None


class Own(NamedTuple):
    """The lot of one's own under a demand. What can be done with it (`act`) is offer, reserve, finish, ask or done."""

    title: str
    href: str
    listing_id: int
    amount: Amount
    is_draft: bool
    fits: bool
    sentence: Text | None
    act: str
    doubts: tuple[Text, ...] = ()


class Want(NamedTuple):
    """What a row shows. `condition` is for members."""

    id: int
    title: str
    href: str
    group: str
    organisation: str
    distance_km: int | None
    left: Left
    period: str
    condition: Text | None
    badge: Badge | None
    own: Own | None


def left_of(quantity_asked: Decimal, to_find: Decimal, unit: Unit) -> Left:
    """Write how much is to be found. `600 m²`, `320 of 800 m² to go`, or that all of it is found."""
    whole = Amount(quantity_asked, unit)
    if to_find >= quantity_asked:
        return Left(quantity(whole), None)
    percent = int(((quantity_asked - to_find) / quantity_asked * 100).quantize(Decimal(1), rounding=ROUND_HALF_UP))
    if to_find <= 0:
        return Left(_("all of %(whole)s is found", whole=whole), 100)
    return Left(_("%(left)s of %(whole)s to go", left=to_find, whole=whole), min(max(percent, 1), 99))


def own_of(own: OwnFit, organisation_id: int, actor: Actor) -> Own:
    """What can be done with a lot of one's own. The own organisation's demand is served by reserving it."""
    lot = own.own
    if lot.is_draft and own.fit is Fit.FITS:
        act = "finish"
    elif own.fit is Fit.NEARLY:
        act = "ask"
    elif organisation_id == actor.organisation_id:
        act = "reserve"
    else:
        act = "done" if own.is_offered else "offer"
    path = "listings.edit" if lot.is_draft else "catalogue.show_listing"
    href = url_for(path, listing_id=lot.listing_id)
    fits = own.fit is Fit.FITS
    return Own(lot.title, href, lot.listing_id, lot.available, lot.is_draft, fits, own.sentence, act, own.doubts)


def _least(condition: Condition) -> Text:
    label = str(CONDITION_LABELS[condition]).lower()
    return _("only new") if condition is Condition.NEW else _("at least %(condition)s", condition=label)


def want_of(row: WantedRow, taxonomy: Taxonomy, actor: Actor, *, with_state: bool = False) -> Want:
    """The row of a demand. `with_state`: also whether it is open, for a list in which not all are."""
    demand = row.demand
    is_open = demand.status == DemandStatus.OPEN
    return Want(
        id=demand.id,
        title=demand.title,
        href=url_for("demands.show", demand_id=demand.id),
        group=taxonomy.group_slugs[demand.material_id],
        organisation=demand.organisation.name,
        distance_km=row.distance_km,
        left=left_of(demand.quantity, row.to_find if is_open else demand.quantity, Unit(demand.unit)),
        period=period(demand.needed_from, demand.needed_until),
        condition=_least(Condition(demand.min_condition)) if actor.is_member else None,
        badge=DEMAND_BADGES[demand.status] if with_state else None,
        own=own_of(row.own, demand.organisation_id, actor) if row.own else None,
    )
