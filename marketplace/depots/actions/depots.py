"""Opening, describing and closing a storage place."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from marketplace.accounts.policy import Actor, Can, require
from marketplace.depots.models import Depot
from marketplace.depots.queries.depots import details_of, get_depot, lock_depot
from marketplace.depots.rules.depot import (
    DepotDetails,
    DepotDraft,
    check_longest_stay,
    check_place_basis,
    clean_address,
    clean_collecting,
    clean_depot_name,
    clean_opening_note,
    stored_groups,
)
from marketplace.depots.rules.opening import stored_hours
from marketplace.kernel.errors import Invalid, Taken
from marketplace.kernel.language import _
from marketplace.kernel.text import quoted
from marketplace.materials.queries import get_taxonomy
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


def edit_depot(session: Session, actor: Actor, *, depot_id: int, details: DepotDetails) -> Depot:
    """Change what a depot says of itself. A depot does not move: another place is another depot."""
    lock_depot(session, depot_id)
    depot = get_depot(session, depot_id)
    require(actor, Can.MANAGE_DEPOTS, depot)
    before = details_of(depot)
    name = clean_depot_name(details.name)
    _check_new_name(session, depot.organisation_id, name, but=depot.id)
    check_longest_stay(details.longest_stay_days)
    _check_groups(session, details.takes)
    depot.opening = stored_hours(details.hours)
    depot.opening_note = clean_opening_note(details.opening_note)
    depot.collecting = clean_collecting(details.collecting)
    depot.takes = stored_groups(details.takes)
    depot.name, depot.address = name, clean_address(details.address)
    depot.storers, depot.is_public, depot.longest_stay_days = details.storers.value, details.is_public, details.longest_stay_days
    after = details_of(depot)
    changed = [field for field in DepotDetails.__dataclass_fields__ if getattr(before, field) != getattr(after, field)]
    audit.record(
        session,
        actor,
        action="depot.edit",
        object_type="depot",
        object_id=depot.id,
        changed=changed,
        takes=list(after.takes),
        storers=after.storers.value,
        longest_stay_days=after.longest_stay_days,
        is_public=after.is_public,
    )
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


def _check_groups(session: Session, slugs: tuple[str, ...]) -> None:
    taxonomy = get_taxonomy(session)
    for slug in slugs:
        if taxonomy.group(slug) is None:
            raise Invalid(_("There is no group of materials “%(slug)s”. Choose from the list.", slug=quoted(slug)), "takes")


def _check_new_name(session: Session, organisation_id: int, name: str, *, but: int | None) -> None:
    with session.no_autoflush:
        same = select(Depot.id).where(Depot.organisation_id == organisation_id, Depot.name == name)
        taken = session.scalars(same).all()
    if [item for item in taken if item != but]:
        raise Taken(_("There is a depot with this name already. Choose another name."), "name")
