"""One audit row per change, in the transaction of the change."""

from typing import Any, Protocol

from sqlalchemy import insert
from sqlalchemy.orm import Session

from marketplace.kernel import clock
from marketplace.notices.models import AuditRow

_ROW = insert(AuditRow.__table__).inline()  # type: ignore[arg-type]


class Doer(Protocol):
    """The acting person or job, as far as the audit records it."""

    @property
    def person_id(self) -> int | None: ...
    @property
    def organisation_id(self) -> int | None: ...
    @property
    def origin(self) -> str: ...
    @property
    def request_id(self) -> str | None: ...


def record(
    session: Session,
    doer: Doer,
    *,
    action: str,
    object_type: str,
    object_id: int | None = None,
    result: str = "done",
    **facts: Any,
) -> None:
    """Leave an audit row. `facts` are ids, states and figures; never a name, an address or a free text."""
    session.execute(
        _ROW,
        {
            "at": clock.now(),
            "action": action,
            "object_type": object_type,
            "object_id": object_id,
            "result": result,
            "origin": doer.origin,
            "person_id": doer.person_id,
            "organisation_id": doer.organisation_id,
            "request_id": doer.request_id,
            "facts": {
                name: value if isinstance(value, int | bool | str | list | dict | None) else str(value)
                for name, value in facts.items()
            },
        },
    )
