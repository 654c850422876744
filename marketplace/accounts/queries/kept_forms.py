"""What somebody had typed when their session had ended."""

from sqlalchemy.orm import Session

from marketplace.accounts.models import KeptForm
from marketplace.accounts.policy import Actor
from marketplace.accounts.rules.accounts import KEPT_FOR
from marketplace.kernel import clock

Fields = dict[str, list[str]]


def find_form(session: Session, actor: Actor, *, form_id: int, path: str) -> Fields | None:
    """Find what this person had typed on this page. None where it is somebody else's, belongs to another page, or is too old."""
    stored = session.get(KeptForm, form_id)
    if stored is None or (stored.person_id, stored.path) != (actor.person_id, path) or stored.kept_at < clock.now() - KEPT_FOR:
        return None
    return stored.fields
