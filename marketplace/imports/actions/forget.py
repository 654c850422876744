"""Dropping sheets that were loaded and never applied."""

from datetime import timedelta

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from marketplace.imports.models import ImportRow, ImportRun, Outflow
from marketplace.imports.rules.tables import ImportStatus
from marketplace.kernel import clock

PREVIEWS_KEPT = timedelta(days=30)


def forget_previews(session: Session) -> int:
    """Drop sheets that were loaded a month ago and not applied, with their rows; how many."""
    old = select(ImportRun.id).where(ImportRun.status == ImportStatus.PREVIEW, ImportRun.made_at < clock.now() - PREVIEWS_KEPT)
    dropped = session.scalars(old).all()
    for table, column in ((Outflow, Outflow.import_id), (ImportRow, ImportRow.import_id), (ImportRun, ImportRun.id)):
        session.execute(delete(table).where(column.in_(dropped)).execution_options(synchronize_session=False))
    return len(dropped)
