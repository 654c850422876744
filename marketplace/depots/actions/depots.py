"""Opening, describing and closing a storage place."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from marketplace.accounts.policy import Actor, Can, require
from marketplace.depots.models import Depot
from marketplace.depots.queries.depots import get_depot
from marketplace.depots.rules.depot import DepotDraft, check_place_basis, clean_address, clean_depot_name
from marketplace.kernel.errors import Taken
from marketplace.kernel.language import _
from marketplace.notices.actions import audit


def create_depot(session: Session, actor: Actor, *, draft: DepotDraft) -> Depot:
    """Open a storage place of the actor's own organisation. Its place stays what it is: lots that lie there are measured from it."""
    require(actor, Can.MANAGE_DEPOTS)
    check_place_basis(draft.place_basis)
    name = clean_depot_name(draft.name)
    _check_new_name(session, int(actor.organisation_id or 0), name, but=None)
    depot = Depot(
        organisation_id=actor.organisation_id,
        name=name,
        place_name=draft.place_name,
        municipality=draft.municipality,
        address=clean_address(draft.address),
        place_basis=draft.place_basis,
        lat=draft.point.lat,
        lon=draft.point.lon,
    )
    session.add(depot)
    session.flush()
    audit.record(session, actor, action="depot.create", object_type="depot", object_id=depot.id)
    return get_depot(session, depot.id)


def edit_depot(session: Session, actor: Actor, *, depot_id: int, name: str, address: str | None) -> Depot:
    """Change the name and the address. A depot does not move: another place is another depot."""
    depot = get_depot(session, depot_id)
    require(actor, Can.MANAGE_DEPOTS, depot)
    depot.name = clean_depot_name(name)
    _check_new_name(session, depot.organisation_id, depot.name, but=depot.id)
    depot.address = clean_address(address)
    audit.record(session, actor, action="depot.edit", object_type="depot", object_id=depot.id)
    return depot


def close_depot(session: Session, actor: Actor, *, depot_id: int) -> Depot:
    """Nobody chooses it for a new lot any more; what lies there stays there. Closed already: nothing changes."""
    return _switch(session, actor, depot_id, is_active=False, action="depot.close")


def reopen_depot(session: Session, actor: Actor, *, depot_id: int) -> Depot:
    """Let it be chosen again."""
    return _switch(session, actor, depot_id, is_active=True, action="depot.reopen")


def _switch(session: Session, actor: Actor, depot_id: int, *, is_active: bool, action: str) -> Depot:
    depot = get_depot(session, depot_id)
    require(actor, Can.MANAGE_DEPOTS, depot)
    if depot.is_active != is_active:
        depot.is_active = is_active
        audit.record(session, actor, action=action, object_type="depot", object_id=depot.id)
    return depot


def _check_new_name(session: Session, organisation_id: int, name: str, *, but: int | None) -> None:
    with session.no_autoflush:
        same = select(Depot.id).where(Depot.organisation_id == organisation_id, Depot.name == name)
        taken = session.scalars(same).all()
    if [item for item in taken if item != but]:
        raise Taken(_("There is a depot with this name already. Choose another name."), "name")
