"""What has been told long enough ago."""

from datetime import timedelta

from sqlalchemy import delete, exists
from sqlalchemy.orm import Session

from marketplace.kernel import clock
from marketplace.notices.models import DeliveryRow, NoticeRow
from marketplace.notices.rules import State

NOTICES_KEPT = timedelta(days=365)


def forget_notices(session: Session) -> int:
    """Drop what was told more than a year ago, with its deliveries and who read it; how many. What waits or was given up stays."""
    unsettled = exists().where(
        DeliveryRow.notice_id == NoticeRow.id, DeliveryRow.state.in_([State.WAITING.value, State.DEAD.value])
    )
    old = delete(NoticeRow).where(NoticeRow.spread_at < clock.now() - NOTICES_KEPT, ~unsettled)
    return int(getattr(session.execute(old.execution_options(synchronize_session=False)), "rowcount", 0))
