"""The addresses at which people follow a depot in their own calendar."""

from collections.abc import Collection
from dataclasses import replace

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from marketplace.accounts.models import Person
from marketplace.accounts.policy import Actor, Can, may
from marketplace.accounts.queries.sessions import find_actor
from marketplace.depots.models import Depot, DepotFeed
from marketplace.depots.queries.depots import get_depot
from marketplace.kernel.errors import Missing
from marketplace.kernel.language import _


def find_feeds(session: Session, actor: Actor, depots: Collection[Depot]) -> dict[int, DepotFeed]:
    """The actor's own addresses for these depots that work, by the depot."""
    ids = [depot.id for depot in depots if may(actor, Can.FOLLOW_DEPOT, depot)]
    if not ids:
        return {}
    rows = _working().where(DepotFeed.depot_id.in_(ids), DepotFeed.person_id == actor.person_id)
    return {feed.depot_id: feed for feed in session.scalars(rows)}


def get_followed(session: Session, *, depot_id: int, feed_id: int, nonce: str, locale: str) -> tuple[Actor, Depot]:
    """Whom an address was made for, as they are now, and the depot that they follow.

    Missing as soon as the address was replaced or withdrawn, or the person may not read any more what lies there.
    """
    rows = _working().where(DepotFeed.id == feed_id, DepotFeed.nonce == nonce, DepotFeed.depot_id == depot_id)
    feed = session.scalars(rows).one_or_none()
    actor = None if feed is None else find_actor(session, feed.person_id, origin="calendar")
    depot = None if actor is None else get_depot(session, depot_id)
    if actor is None or depot is None or not may(actor, Can.FOLLOW_DEPOT, depot):
        raise Missing(_("This address does not work any more. Make a new one on the page of the depot."))
    return replace(actor, locale=locale), depot


def _working() -> Select[DepotFeed]:
    """A new password ends what was made before it, as it ends every session."""
    return select(DepotFeed).join(Person, Person.id == DepotFeed.person_id).where(DepotFeed.made_at >= Person.password_changed_at)
