"""Saved searches tell: once a day at most each one is looked at, and its owner hears of the lots that were published since."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from marketplace.accounts.policy import Actor
from marketplace.accounts.queries import find_actor
from marketplace.kernel import clock
from marketplace.kernel.geocoder import Place
from marketplace.market.models import Listing, SavedSearch
from marketplace.market.rules import PAGE_SIZE_MAX, CatalogueQuery
from marketplace.market.saved_query import read_query
from marketplace.market.search import numbers
from marketplace.notices.actions import notify
from marketplace.notices.rules import Notice

EVERY = timedelta(days=1)
SETTLED = timedelta(minutes=1)  # a lot that is being published right now is seen the next time
PAGES_MAX = 10


def list_searches_due(session: Session, limit: int = 1000) -> list[int]:
    """Ids of searches that were not looked at for a day, the longest waiting first."""
    looked = func.coalesce(SavedSearch.looked_until, SavedSearch.created_at)
    due = select(SavedSearch.id).where(looked <= clock.now() - EVERY)
    return list(session.scalars(due.order_by(looked, SavedSearch.id).limit(limit)))


def tell_search(session: Session, *, search_id: int, find: Callable[[str], Place]) -> bool:
    """Look whether there is anything new for one search, and tell its owner in one notice; whether there was.

    New is what was published since the last look, and is not of the owner's own organisation. Looked at less than a day ago: nothing.
    """
    search = session.get(SavedSearch, search_id, with_for_update=True, populate_existing=True)
    now = clock.now()
    if search is None or (search.looked_until or search.created_at) > now - EVERY:
        return False
    since, search.looked_until = search.looked_until or search.created_at, now - SETTLED
    actor = find_actor(session, search.person_id, origin="job")
    query = read_query(search.query, find)
    if actor is None or query is None:
        return False
    new = _published(session, actor, query, since, search.looked_until)
    if new:
        notify(
            session,
            Notice.SAVED_SEARCH,
            person_id=search.person_id,
            search_id=search.id,
            search_name=search.name,
            query=search.query,
            count=len(new),
        )
    return bool(new)


def _published(session: Session, actor: Actor, query: CatalogueQuery, since: datetime, until: datetime) -> list[int]:
    """What fits and was published in that time, newest first; a thousand at most."""
    found: list[int] = []
    for page in range(1, PAGES_MAX + 1):
        ids, _total = numbers(session, actor, replace(query, page=page, page_size=PAGE_SIZE_MAX))
        rows = select(Listing.id, Listing.published_at, Listing.organisation_id).where(Listing.id.in_(ids))
        published = {row.id: row for row in session.execute(rows)}
        newer = [number for number in ids if published[number].published_at > since]
        found += [
            number
            for number in newer
            if published[number].published_at <= until and published[number].organisation_id != actor.organisation_id
        ]
        if len(newer) < PAGE_SIZE_MAX:
            break
    return found
