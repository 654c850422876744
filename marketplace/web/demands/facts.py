"""What the page of a demand says to one reader, as facts, and what the reader can do there."""

from marketplace.accounts.policy import Actor
from marketplace.http.written import Written
from marketplace.kernel.formats import km, long_date, quantity
from marketplace.kernel.language import Text, _
from marketplace.market.models import Demand
from marketplace.market.queries.demands import find_demand_spot
from marketplace.market.rules.demand import DemandStatus
from marketplace.market.rules.listing import CONDITION_LABELS, Condition
from marketplace.materials.rules.taxonomy import Material

Fact = tuple[Text, Text | str | None]
CHANGEABLE = (DemandStatus.OPEN, DemandStatus.DRAFT)


def facts_of(demand: Demand, material: Material, actor: Actor, *, inside: bool) -> list[Fact]:
    """List the facts of a demand that the reader may see.

    Public facts for everybody, quality and place for members, the rest for its asker and the reviewer (`inside`).
    """
    first, last = long_date(demand.needed_from), long_date(demand.needed_until)
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
            (_("Place"), (spot.address if spot else None) or demand.place_name),
            (_("Coordinates"), f"{spot.lat:.5f}, {spot.lon:.5f}" if spot else None),
            (_("Maximum distance"), farthest),
        ]
    if inside:
        facts += [(_("Project"), Written(demand.project) or None), (_("Department"), demand.department or None)]
    return facts


def can_change(demand: Demand) -> bool:
    """Whether a demand can still be changed or withdrawn."""
    return demand.status in CHANGEABLE
