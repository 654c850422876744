"""What the page of a demand says to one reader, as facts, and what the reader can do there."""

from decimal import Decimal

from marketplace.accounts.policy import Actor
from marketplace.exchange.queries.destination import total_under_way
from marketplace.http.written import Written
from marketplace.kernel.db import Session
from marketplace.kernel.formats import km, long_date, quantity
from marketplace.kernel.geo import Point, whole_km
from marketplace.kernel.language import Text, _
from marketplace.market.models import Demand
from marketplace.market.queries.demands import find_demand_spot
from marketplace.market.rules.demand import DemandStatus
from marketplace.market.rules.listing import CONDITION_LABELS, Condition
from marketplace.matching.queries.own_lots import list_fitting_lots
from marketplace.matching.queries.wanted import WantedRow
from marketplace.materials.rules.fields import format_wish
from marketplace.materials.rules.taxonomy import Taxonomy
from marketplace.web.ui.features import fields_said
from marketplace.web.ui.finder import home_of
from marketplace.web.ui.wants import Own, Want, own_of, want_of

Fact = tuple[Text | str, Text | str | None]
CHANGEABLE = (DemandStatus.OPEN, DemandStatus.DRAFT)


def facts_of(session: Session, demand: Demand, taxonomy: Taxonomy, actor: Actor, *, inside: bool) -> list[Fact]:
    """List the facts of a demand that the reader may see.

    Public facts for everybody, quality and place for members, the rest for its asker and the reviewer (`inside`).
    """
    first, last = long_date(demand.needed_from), long_date(demand.needed_until)
    material = taxonomy.material_by_id(demand.material_id)
    facts: list[Fact] = [
        (_("Material"), material.name),
        (_("Still needed"), quantity(demand.remaining, demand.unit)),
        (_("Asked for"), quantity(demand.quantity, demand.unit) if demand.fulfilled else None),
        (_("Period"), _("%(first)s to %(last)s", first=first, last=last)),
        (_("Asked by"), demand.organisation.name),
    ]
    if actor.is_member:
        spot = find_demand_spot(actor, demand)
        farthest = _("no limit") if demand.max_distance_km is None else km(demand.max_distance_km, None)
        facts += [
            (_("At least in this condition"), CONDITION_LABELS[Condition(demand.min_condition)]),
            *wishes_of(session, demand, taxonomy),
            (_("Place"), (spot.address if spot else None) or demand.place_name),
            (_("Coordinates"), f"{spot.lat:.5f}, {spot.lon:.5f}" if spot else None),
            (_("Maximum distance"), farthest),
        ]
    if inside:
        facts += [(_("Project"), Written(demand.project) or None), (_("Department"), demand.department or None)]
    return facts


def wishes_of(session: Session, demand: Demand, taxonomy: Taxonomy) -> list[Fact]:
    """What a demand asks of the fields of its material, in their order.

    In the words of the version in which it was asked.
    """
    fields = fields_said(session, demand, taxonomy)
    of_material = [row.slug for row in taxonomy.material_by_id(demand.material_id).fields]
    order = [slug for slug in (*of_material, *demand.fields) if slug in demand.fields and slug in fields]
    return [(fields[slug].name, format_wish(fields[slug], demand.fields[slug])) for slug in dict.fromkeys(order)]


def can_change(demand: Demand) -> bool:
    """Whether a demand can still be changed or withdrawn."""
    return demand.status in CHANGEABLE


def single_want(session: Session, actor: Actor, demand: Demand, taxonomy: Taxonomy) -> Want:
    """The head of the page: the same as the row in the list, from the reader's own place."""
    here = home_of(session, actor) if actor.organisation_id != demand.organisation_id else None
    away = None if here is None else whole_km(here.point, Point(demand.public_lat, demand.public_lon))
    to_find = max(demand.remaining - total_under_way(session, demand), Decimal(0))
    return want_of(WantedRow(demand, to_find, away, None), taxonomy, actor)


def owns_of(session: Session, actor: Actor, demand: Demand) -> list[Own]:
    """What others have lying for it, and can do with that."""
    return [own_of(fitting, demand.organisation_id, actor) for fitting in list_fitting_lots(session, actor, demand)]
