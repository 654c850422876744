"""Questions about saved searches: whose they are, and which are due."""

from datetime import timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from marketplace.accounts.policy import Actor, Can, require
from marketplace.catalogue.models import SavedSearch
from marketplace.kernel import clock
from marketplace.kernel.errors import Missing
from marketplace.kernel.language import _


def list_saved_searches(session: Session, actor: Actor) -> list[SavedSearch]:
    """The searches that somebody keeps, newest first."""
    require(actor, Can.OWN_ACCOUNT)
    own = select(SavedSearch).where(SavedSearch.person_id == actor.person_id)
    return list(session.scalars(own.order_by(SavedSearch.id.desc())))


def get_saved_search(session: Session, actor: Actor, search_id: int) -> SavedSearch:
    """One's own search, or Missing."""
    search = session.get(SavedSearch, search_id)
    if search is None or search.person_id != actor.person_id:
        raise Missing(_("You have no such saved search. Look at your saved searches."))
    return search


EVERY = timedelta(days=1)
SETTLED = timedelta(minutes=1)  # a lot that is being published right now is seen the next time


def list_searches_due(session: Session, limit: int = 1000) -> list[int]:
    """Ids of searches that were not looked at for a day, the longest waiting first."""
    looked = func.coalesce(SavedSearch.looked_until, SavedSearch.created_at)
    due = select(SavedSearch.id).where(looked <= clock.now() - EVERY)
    return list(session.scalars(due.order_by(looked, SavedSearch.id).limit(limit)))
