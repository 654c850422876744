"""The verbs of saved searches: a person keeps what stood in the address of the catalogue, and lets it go again."""

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from marketplace.accounts.policy import Actor, Can, require
from marketplace.kernel import clock
from marketplace.kernel.errors import Conflict, Invalid
from marketplace.kernel.language import _
from marketplace.kernel.text import clean
from marketplace.market.models import SavedSearch
from marketplace.market.queries import get_saved_search
from marketplace.notices import audit

NAME_LENGTH_MAX = 120
QUERY_LENGTH_MAX = 4000
SEARCHES_MAX = 50


def save_search(session: Session, actor: Actor, *, name: str, query: str) -> SavedSearch:
    """Keep a search under a name. Refused: no name, a name or an address that is too long, and more than fifty."""
    require(actor, Can.OWN_ACCOUNT)
    called = clean(name)
    if not called:
        raise Invalid(_("Give the search a name, for example “Pavers near Borne”."), "name")
    if len(called) > NAME_LENGTH_MAX:
        raise Invalid(_("Use at most %(most)s characters for the name.", most=NAME_LENGTH_MAX), "name")
    if len(query) > QUERY_LENGTH_MAX:
        raise Invalid(_("This search holds too much to keep. Choose fewer filters."), "name")
    kept = session.scalar(select(func.count()).where(SavedSearch.person_id == actor.person_id)) or 0
    if kept >= SEARCHES_MAX:
        raise Conflict(_("You keep %(most)s searches, and that is the most. Delete one first.", most=SEARCHES_MAX))
    search = SavedSearch(person_id=actor.person_id, name=called, query=query, created_at=clock.now())
    session.add(search)
    session.flush()
    audit.record(session, actor, action="search.save", object_type="saved_search", object_id=search.id)
    return search


def delete_search(session: Session, actor: Actor, *, search_id: int) -> None:
    """Let one's own search go. Another person's does not exist for the actor."""
    require(actor, Can.OWN_ACCOUNT)
    search = get_saved_search(session, actor, search_id)
    audit.record(session, actor, action="search.delete", object_type="saved_search", object_id=search.id)
    session.delete(search)
