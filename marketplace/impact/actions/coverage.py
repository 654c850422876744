"""How much of the inhabitants a regional figure asks for."""

from decimal import Decimal

from sqlalchemy.orm import Session

from marketplace.accounts.policy import Actor, Can, require
from marketplace.impact.models import FigureSetting
from marketplace.impact.queries.adopted import COVERAGE, get_coverage_minimum
from marketplace.impact.rules.reports import check_percent, check_words
from marketplace.kernel import clock
from marketplace.kernel.language import _
from marketplace.kernel.units import plain
from marketplace.market.actions.windows import bump_catalogue
from marketplace.notices.actions import audit


def set_coverage(session: Session, actor: Actor, percent: Decimal, reason: str) -> Decimal:
    """Set how many percent of the inhabitants a regional figure asks for, with a reason. The settings before it stay."""
    require(actor, Can.SET_COVERAGE)
    check_percent(percent)
    why = check_words(reason, field="reason", missing=_("Write why. Whoever reads the figures later sees the reason."))
    before = get_coverage_minimum(session)
    if percent == before:
        return before
    row = FigureSetting(key=COVERAGE, value=plain(percent), reason=why, set_at=clock.now(), set_by_id=actor.person_id)
    session.add(row)
    session.flush()
    audit.record(
        session,
        actor,
        action="coverage.set",
        object_type="figure_setting",
        object_id=row.id,
        percent=percent,
        percent_before=before,
    )
    bump_catalogue(session)
    return percent
