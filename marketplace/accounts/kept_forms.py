"""What somebody had typed when their session had ended: kept from log-in until it was seen again, at most 24 hours."""

from datetime import timedelta

from sqlalchemy import delete
from sqlalchemy.orm import Session

from marketplace.accounts.models import KeptForm
from marketplace.accounts.policy import Actor
from marketplace.kernel import clock

KEPT_FOR = timedelta(hours=24)
Fields = dict[str, list[str]]


def keep_form(session: Session, *, person_id: int, path: str, fields: Fields) -> int:
    """Keep it for who has just logged in; the id under which it is found. Called at the door, before there is an actor."""
    kept = KeptForm(person_id=person_id, path=path, fields=fields, kept_at=clock.now())
    session.add(kept)
    session.flush()
    return kept.id


def find_form(session: Session, actor: Actor, *, form_id: int, path: str) -> Fields | None:
    """What this person had typed on this page; None where it is somebody else's, of another page, or too old."""
    kept = session.get(KeptForm, form_id)
    if kept is None or (kept.person_id, kept.path) != (actor.person_id, path) or kept.kept_at < clock.now() - KEPT_FOR:
        return None
    return kept.fields


def forget_forms(session: Session) -> int:
    """Drop what is older than 24 hours; how many."""
    outcome = session.execute(delete(KeptForm).where(KeptForm.kept_at < clock.now() - KEPT_FOR))
    return int(getattr(outcome, "rowcount", 0))
