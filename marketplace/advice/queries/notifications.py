"""What must be reported to an authority, as the version in use says it."""

from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from marketplace.advice.rules.notifications import WORKS, Notification
from marketplace.materials.models import ReferenceRow
from marketplace.materials.queries import get_taxonomy


def list_notifications(session: Session) -> list[Notification]:
    """All duties to report, in the order of the file."""
    rows = select(ReferenceRow).where(
        ReferenceRow.version_id == get_taxonomy(session).version, ReferenceRow.kind == "notification"
    )
    return [_notification(row) for row in session.scalars(rows.order_by(ReferenceRow.position))]


def _notification(row: ReferenceRow) -> Notification:
    facts = row.facts
    return Notification(
        row.slug,
        facts["name_nl"],
        facts["name_en"],
        work=WORKS[facts["werk"]],
        what_nl=facts["wat_nl"],
        what_en=facts["wat_en"],
        to_nl=facts["aan_nl"],
        to_en=facts["aan_en"],
        where=facts["waar"],
        days_before=facts["dagen_vooraf"],
        unless_nl=facts["uitzondering_nl"],
        unless_en=facts["uitzondering_en"],
        field_sets=frozenset(facts["sets"]),
        materials=frozenset(facts["materialen"]),
        law=facts["rechtsgrond"],
        source=facts["source"],
        dated_on=date.fromisoformat(facts["dated_on"]),
        is_verified=facts["geverifieerd"],
    )
