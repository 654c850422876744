"""Write notices, in the transaction of the change."""

from typing import Any

from sqlalchemy import insert
from sqlalchemy.orm import Session

from marketplace.kernel import clock
from marketplace.notices.models import NoticeRow
from marketplace.notices.rules.kinds import Notice

_ROW = insert(NoticeRow.__table__).inline()  # type: ignore[arg-type]


def notify(
    session: Session,
    kind: Notice,
    *,
    person_id: int | None = None,
    organisation_id: int | None = None,
    email: str | None = None,
    locale: str = "nl",
    **facts: Any,
) -> None:
    """Write one notice, to be delivered after commit. `facts` are ids and plain values, never a secret."""
    session.execute(
        _ROW,
        {
            "kind": kind.value,
            "facts": facts,
            "person_id": person_id,
            "organisation_id": organisation_id,
            "email": email,
            "locale": locale,
            "created_at": clock.now(),
        },
    )
