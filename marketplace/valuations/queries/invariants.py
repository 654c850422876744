"""What always holds of runs. Answers with the first number that breaks it, or with nothing."""

from sqlalchemy import case, func, select
from sqlalchemy.orm import Session

from marketplace.valuations.models import ValuationLine, ValuationTotals


def find_wrong_total(session: Session) -> int | None:
    """A run whose totals are not the sums of its lines."""
    sums = (
        select(
            ValuationLine.run_id,
            func.count(case((ValuationLine.quantity > 0, 1))).label("parts"),
            func.coalesce(func.sum(ValuationLine.value_cents), 0).label("value_cents"),
            func.sum(ValuationLine.opening_cents).label("opening_cents"),
        )
        .group_by(ValuationLine.run_id)
        .subquery()
    )
    wrong = (
        (ValuationTotals.parts != func.coalesce(sums.c.parts, 0))
        | (ValuationTotals.value_cents != func.coalesce(sums.c.value_cents, 0))
        | (ValuationTotals.opening_cents != func.coalesce(sums.c.opening_cents, 0))
    )
    rows = select(ValuationTotals.run_id).outerjoin(sums, sums.c.run_id == ValuationTotals.run_id)
    return session.scalar(rows.where(wrong).order_by(ValuationTotals.run_id).limit(1))
