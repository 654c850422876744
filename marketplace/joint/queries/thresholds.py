"""The European thresholds, as the version in use of the reference data says them."""

from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from marketplace.joint.rules.thresholds import Contract, Threshold
from marketplace.kernel.language import Words
from marketplace.materials.models import ReferenceRow
from marketplace.materials.queries import get_taxonomy


def list_thresholds(session: Session) -> list[Threshold]:
    """All of them, in the order of the file."""
    rows = select(ReferenceRow).where(ReferenceRow.version_id == get_taxonomy(session).version, ReferenceRow.kind == "threshold")
    return [_threshold(row) for row in session.scalars(rows.order_by(ReferenceRow.position))]


def _threshold(row: ReferenceRow) -> Threshold:
    facts = row.facts
    return Threshold(
        row.slug,
        facts["name_nl"],
        facts["name_en"],
        contract=Contract(facts["contract"]),
        amount_cents=int(facts["amount_eur"]) * 100,
        first_on=date.fromisoformat(facts["first_on"]),
        last_on=date.fromisoformat(facts["last_on"]),
        law=Words(facts["law_nl"], facts["law_en"]),
        is_verified=facts["is_verified"],
        source=facts["source"],
        dated_on=date.fromisoformat(facts["dated_on"]),
    )
