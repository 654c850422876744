"""An address at which somebody's calendar follows a depot: made, replaced, withdrawn."""

import secrets

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from marketplace.accounts.policy import Actor, Can, require
from marketplace.depots.models import DepotFeed
from marketplace.depots.queries.depots import get_depot, lock_depot
from marketplace.kernel import clock
from marketplace.notices.actions import audit

NONCE_BYTES = 24


def renew_feed(session: Session, actor: Actor, *, depot_id: int) -> DepotFeed:
    """Make the actor's own address for a depot. The one that there was stops working at once."""
    lock_depot(session, depot_id)
    require(actor, Can.FOLLOW_DEPOT, get_depot(session, depot_id))
    assert actor.person_id is not None
    own = select(DepotFeed).where(DepotFeed.depot_id == depot_id, DepotFeed.person_id == actor.person_id)
    feed = session.scalars(own).one_or_none()
    if feed is None:
        feed = DepotFeed(depot_id=depot_id, person_id=actor.person_id)
        session.add(feed)
    feed.nonce, feed.made_at = secrets.token_urlsafe(NONCE_BYTES), clock.now()
    session.flush()
    audit.record(session, actor, action="depot.follow", object_type="depot", object_id=depot_id)
    return feed


def withdraw_feed(session: Session, actor: Actor, *, depot_id: int) -> None:
    """Let the actor's own address for a depot stop working. There is none: nothing changes."""
    require(actor, Can.FOLLOW_DEPOT, get_depot(session, depot_id))
    own = delete(DepotFeed).where(DepotFeed.depot_id == depot_id, DepotFeed.person_id == actor.person_id)
    if session.scalars(own.returning(DepotFeed.id)).all():
        audit.record(session, actor, action="depot.unfollow", object_type="depot", object_id=depot_id)
