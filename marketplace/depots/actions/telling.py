"""Whoever keeps a depot, or has a lot, hears what others say of it."""

from typing import Any

from sqlalchemy.orm import Session

from marketplace.accounts.policy import Actor, Can, may
from marketplace.depots.models import Depot, Lot
from marketplace.notices.actions.notify import notify
from marketplace.notices.rules.kinds import Notice


def tell_keepers(session: Session, actor: Actor, depot: Depot, kind: Notice, **facts: Any) -> None:
    """Tell each named keeper of a depot, but not the actor; without any its coordinators."""
    told = {"organisation_id": depot.organisation_id, "depot": depot.name, "organisation": actor.organisation_name, **facts}
    for person_id in depot.keeper_ids:
        if person_id != actor.person_id:
            notify(session, kind, person_id=person_id, **told)
    if not depot.keeper_ids and not may(actor, Can.KEEP_DEPOT, depot):
        notify(session, kind, **told)


def tell_whoever_has(session: Session, actor: Actor, lot: Lot, kind: Notice, **facts: Any) -> None:
    """Tell the keepers of the depot where a lot lies; of one that lies in none, its holder."""
    facts |= {"lot_id": lot.id, "listing_title": lot.title}
    if lot.depot is not None:
        tell_keepers(session, actor, lot.depot, kind, **facts)
    else:
        notify(session, kind, organisation_id=lot.holder_id, organisation=actor.organisation_name, **facts)
