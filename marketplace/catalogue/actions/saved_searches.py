"""The verbs of saved searches: save, delete, and notify the owner of what is new."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from marketplace.accounts.policy import Actor, Can, require
from marketplace.accounts.queries.sessions import find_actor
from marketplace.catalogue.models import SavedSearch
from marketplace.catalogue.queries.saved import EVERY, SETTLED, get_saved_search
from marketplace.catalogue.queries.search import numbers
from marketplace.catalogue.rules.query import CatalogueQuery
from marketplace.catalogue.rules.saved_query import read_query
from marketplace.kernel import clock
from marketplace.kernel.errors import Conflict, Invalid
from marketplace.kernel.language import _
from marketplace.kernel.paging import PAGE_SIZE_MAX
from marketplace.kernel.text import clean
from marketplace.market.models import Listing
from marketplace.materials.queries import get_taxonomy
from marketplace.notices.actions import audit
from marketplace.notices.actions.notify import notify
from marketplace.notices.rules.kinds import Notice
from marketplace.places.rules import Place

NAME_LENGTH_MAX = 120
QUERY_LENGTH_MAX = 4000
SEARCHES_MAX = 50


def save_search(session: Session, actor: Actor, *, name: str, query: str) -> SavedSearch:
    """Keep a search under a name. Refused: no name, a name or an address that is too long, and more than fifty."""
    require(actor, Can.OWN_ACCOUNT)
    called = _checked(name, query)
    stored = session.scalar(select(func.count()).where(SavedSearch.person_id == actor.person_id)) or 0
    if stored >= SEARCHES_MAX:
        raise Conflict(_("You have saved %(most)s searches, which is the maximum. Delete one first.", most=SEARCHES_MAX))
    search = SavedSearch(person_id=actor.person_id, name=called, query=query, created_at=clock.now())
    session.add(search)
    session.flush()
    audit.record(session, actor, action="search.save", object_type="saved_search", object_id=search.id)
    return search


def edit_search(session: Session, actor: Actor, *, search_id: int, name: str, query: str) -> SavedSearch:
    """Change the name or the filters of one of the actor's saved searches. The same again changes nothing."""
    require(actor, Can.OWN_ACCOUNT)
    search, called = get_saved_search(session, actor, search_id), _checked(name, query)
    if (search.name, search.query) != (called, query):
        search.name, search.query = called, query
        session.flush()
        audit.record(session, actor, action="search.edit", object_type="saved_search", object_id=search.id)
    return search


def _checked(name: str, query: str) -> str:
    """The name, cleaned."""
    called = clean(name)
    if not called:
        raise Invalid(_("Give the search a name, for example “Pavers near Borne”."), "name")
    if len(called) > NAME_LENGTH_MAX:
        raise Invalid(_("Use at most %(most)s characters for the name.", most=NAME_LENGTH_MAX), "name")
    if len(query) > QUERY_LENGTH_MAX:
        raise Invalid(_("This search is too long to save. Choose fewer filters."), "name")
    return called


def delete_search(session: Session, actor: Actor, *, search_id: int) -> None:
    """Delete one of the actor's saved searches. Another person's does not exist for the actor."""
    require(actor, Can.OWN_ACCOUNT)
    search = get_saved_search(session, actor, search_id)
    audit.record(session, actor, action="search.delete", object_type="saved_search", object_id=search.id)
    session.delete(search)


PAGES_MAX = 10


def notify_saved_search(session: Session, *, search_id: int, find: Callable[[str], Place]) -> bool:
    """Notify the owner of a saved search of what is new, in one notice; whether it did.

    New is what was published since the last look, and is not of the owner's own organisation. Looked at less than a day ago:
    nothing.
    """
    search = session.get(SavedSearch, search_id, with_for_update=True, populate_existing=True)
    now = clock.now()
    if search is None or (search.looked_until or search.created_at) > now - EVERY:
        return False
    since, search.looked_until = search.looked_until or search.created_at, now - SETTLED
    actor = find_actor(session, search.person_id, origin="job")
    query = read_query(search.query, find, get_taxonomy(session).fields_by_slug.get)
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
    result: list[int] = []
    for page in range(1, PAGES_MAX + 1):
        ids, _total = numbers(session, actor, replace(query, page=page, page_size=PAGE_SIZE_MAX))
        rows = select(Listing.id, Listing.published_at, Listing.organisation_id).where(Listing.id.in_(ids))
        published = {row.id: row for row in session.execute(rows)}
        newer = [number for number in ids if published[number].published_at > since]
        result += [
            number
            for number in newer
            if published[number].published_at <= until and published[number].organisation_id != actor.organisation_id
        ]
        if len(newer) < PAGE_SIZE_MAX:
            break
    return result
