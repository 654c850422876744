"""What people had typed when their session ended, stored until they see it again. Kept from log-in on, for at most 24 hours."""

from sqlalchemy import delete
from sqlalchemy.orm import Session

from marketplace.accounts.models import KeptForm
from marketplace.accounts.queries.kept_forms import Fields
from marketplace.accounts.rules.accounts import KEPT_FOR
from marketplace.kernel import clock


def keep_form(session: Session, *, person_id: int, path: str, fields: Fields) -> int:
    """Store a form for the person who has just logged in; returns its id. Called at the door, before there is an actor."""
    stored = KeptForm(person_id=person_id, path=path, fields=fields, kept_at=clock.now())
    session.add(stored)
    session.flush()
    return stored.id


def forget_forms(session: Session) -> int:
    """Drop what is older than 24 hours; how many."""
    outcome = session.execute(delete(KeptForm).where(KeptForm.kept_at < clock.now() - KEPT_FOR))
    return int(getattr(outcome, "rowcount", 0))
