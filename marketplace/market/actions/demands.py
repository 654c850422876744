"""The verbs of demands. Opening one that notifies of the listings that serve it is `matching.actions.ask`."""

from decimal import Decimal
from functools import partial
from typing import Any

from sqlalchemy import case, select, update
from sqlalchemy.orm import Session

from marketplace.accounts.policy import Actor, Can, require
from marketplace.kernel import clock
from marketplace.kernel.errors import Conflict, Invalid
from marketplace.kernel.geo import chord2_m2
from marketplace.kernel.language import _
from marketplace.market.actions.listings import answers_before
from marketplace.market.models import Demand
from marketplace.market.queries.changes import changed_since, differences, version_conflict
from marketplace.market.queries.demands import get_demand
from marketplace.market.rules import demand as demand_rules
from marketplace.market.rules.demand import DemandDraft, DemandStatus
from marketplace.market.rules.listing import OFFER_KG_MAX, find_mass_faults
from marketplace.market.rules.values import place_columns
from marketplace.materials.queries import get_taxonomy
from marketplace.materials.rules.fields import read_wishes, say
from marketplace.notices.actions import audit

NO_LIMIT_CHORD2_M2 = 4.0e14  # more than across the earth
EDGE_KM = 0.005  # the SQL search reaches this much farther; the geodesic decides at the edge


def _columns(session: Session, draft: DemandDraft, stored: Demand | None = None) -> dict[str, Any]:
    taxonomy = get_taxonomy(session)
    material = taxonomy.material(draft.material)
    fields = answers_before(stored, material)
    faults = find_mass_faults(draft.quantity.amount, material.weights_kg.get(draft.quantity.unit), OFFER_KG_MAX)
    try:
        fields = say(material, draft.fields, fields, taxonomy.version, partial(read_wishes, today=clock.today()))
    except Invalid as refusal:
        faults += refusal.errors
    demand_rules.check_demand(
        draft, units=material.units, hazards=tuple(hazard.slug for hazard in taxonomy.hazards), today=clock.today(), also=faults
    )
    if draft.location is None:
        raise Invalid(_("Say where the material is needed: a place, a postcode or coordinates."), "place")
    farthest = draft.max_distance_km
    return {
        "title": draft.title,
        "description": draft.description,
        "material_id": material.id,
        "quantity": draft.quantity.amount,
        "unit": draft.quantity.unit.value,
        "min_condition": draft.min_condition.value,
        "needed_from": draft.needed_from,
        "needed_until": draft.needed_until,
        "max_distance_km": farthest,
        "reach_chord2_m2": NO_LIMIT_CHORD2_M2 if farthest is None else chord2_m2(float(farthest) + EDGE_KM),
        "accepts_hazards": sorted(set(draft.accepts_hazards)),
        "accepts_unknown_hazards": draft.accepts_unknown_hazards,
        "fields": dict(fields.values),
        "fields_version": fields.version,
        "project": draft.project,
        "department": draft.department,
        **place_columns(draft.location),
    }


def unsaved_demand(session: Session, actor: Actor, draft: DemandDraft) -> Demand:
    """The demand that a draft would become, checked and not stored."""
    require(actor, Can.ASK)
    return Demand(
        **_columns(session, draft),
        status=(DemandStatus.DRAFT if draft.draft else DemandStatus.OPEN).value,
        organisation_id=actor.organisation_id,
        created_by_id=actor.person_id,
        created_at=clock.now(),
        fulfilled=Decimal(0),
        confirmed_on=None if draft.draft else clock.today(),
    )


def store_demand(session: Session, actor: Actor, draft: DemandDraft) -> Demand:
    """Ask for a material: open from the moment it is made, unless it is a draft."""
    demand = unsaved_demand(session, actor, draft)
    session.add(demand)
    session.flush()
    audit.record(session, actor, action="demand.create", object_type="demand", object_id=demand.id)
    return get_demand(session, actor, demand.id)


def update_demand(session: Session, actor: Actor, *, demand_id: int, version: int, draft: DemandDraft) -> Demand:
    """Change a draft or an open demand; a draft opens when the new text says that it is none. Not below what was fulfilled."""
    demand = get_demand(session, actor, demand_id)
    require(actor, Can.EDIT_DEMAND, demand)
    if demand.status not in (DemandStatus.DRAFT, DemandStatus.OPEN):
        raise Conflict(_("This demand is over and cannot be changed any more. Place a new one."))
    if version != demand.version:
        raise version_conflict(demand.version, changed_since(session, "demand", demand_id, version))
    columns = _columns(session, draft, demand)
    if demand.fulfilled > 0 and (columns["material_id"], columns["unit"]) != (demand.material_id, demand.unit):
        raise Conflict(_("Part of this demand has been fulfilled. The material and the unit cannot change any more."), "material")
    if demand.status == DemandStatus.DRAFT and not draft.draft:
        columns |= {"status": DemandStatus.OPEN.value, "confirmed_on": clock.today()}
    changed = differences(demand, columns)
    if not changed:
        return demand
    outcome = session.scalar(
        update(Demand)
        .where(Demand.id == demand_id, Demand.version == version, Demand.fulfilled < columns["quantity"])
        .values(**columns, version=Demand.version + 1)
        .returning(Demand.id)
        .execution_options(synchronize_session=False)
    )
    session.expire(demand)
    demand = get_demand(session, actor, demand_id)
    if outcome is None:
        if demand.version != version:
            raise version_conflict(demand.version, changed_since(session, "demand", demand_id, version))
        raise Conflict(_("More than that has been fulfilled already. Enter a larger quantity."), "quantity")
    audit.record(
        session,
        actor,
        action="demand.edit",
        object_type="demand",
        object_id=demand_id,
        version=demand.version,
        fields=sorted(changed),
    )
    return demand


def _end(session: Session, actor: Actor, demand: Demand, status: DemandStatus) -> bool:
    allowed = (DemandStatus.DRAFT, DemandStatus.OPEN) if status == DemandStatus.WITHDRAWN else (DemandStatus.OPEN,)
    statement = (
        update(Demand).where(Demand.id == demand.id, Demand.status.in_(allowed)).values(status=status.value).returning(Demand.id)
    )
    ended = session.scalar(statement.execution_options(synchronize_session=False)) is not None
    session.expire(demand)
    if ended:
        audit.record(session, actor, action=f"demand.{status.value}", object_type="demand", object_id=demand.id)
    return ended


def withdraw_demand(session: Session, actor: Actor, *, demand_id: int) -> Demand:
    """Take a demand away; reservations that serve it go on."""
    demand = get_demand(session, actor, demand_id)
    require(actor, Can.EDIT_DEMAND, demand)
    if demand.status != DemandStatus.WITHDRAWN and not _end(session, actor, demand, DemandStatus.WITHDRAWN):
        raise Conflict(_("This demand is over and cannot be changed any more. Place a new one."))
    return get_demand(session, actor, demand_id)


def lapse_demand(session: Session, actor: Actor, *, demand_id: int) -> bool:
    """End an open demand whose period is over; whether it was open still. Called by the clock."""
    demand = session.get(Demand, demand_id)
    return demand is not None and demand.needed_until < clock.today() and _end(session, actor, demand, DemandStatus.LAPSED)


def fulfil(session: Session, demand_id: int, amount: Decimal) -> None:
    """Lower what an open demand still needs, in its own unit; at nothing left it is fulfilled. Called at confirmation."""
    session.execute(
        update(Demand)
        .where(Demand.id == demand_id)
        .values(
            fulfilled=Demand.fulfilled + amount,
            status=case(
                (
                    (Demand.fulfilled + amount >= Demand.quantity) & (Demand.status == DemandStatus.OPEN),
                    DemandStatus.FULFILLED.value,
                ),
                else_=Demand.status,
            ),
        )
        .execution_options(synchronize_session=False)
    )
    demand = session.identity_map.get(session.identity_key(Demand, demand_id))
    if demand is not None:
        session.expire(demand)


def need_again(session: Session, demand_id: int, amount: Decimal) -> None:
    """Raise the demand by what came back, in its unit. A fulfilled demand opens again, or lapses where its period is over."""
    demand = session.scalars(
        select(Demand).where(Demand.id == demand_id).with_for_update().execution_options(populate_existing=True)
    ).one()
    demand.fulfilled = max(demand.fulfilled - amount, Decimal(0))
    if demand.status == DemandStatus.FULFILLED and demand.remaining > 0:
        demand.status = (DemandStatus.OPEN if demand.needed_until >= clock.today() else DemandStatus.LAPSED).value
    session.flush()
