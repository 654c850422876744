"""A year that is adopted, the way people do it: reported, submitted, reviewed, adopted."""

from datetime import date
from decimal import Decimal

from sqlalchemy.orm import Session

from marketplace.impact.actions.reports import report_material_use
from marketplace.impact.actions.review import adopt, submit
from marketplace.impact.rules.goals import Decision
from marketplace.impact.rules.material_use import Scope, UseRow
from tests.factories import make_actor

COLLEGE = Decision("College van B en W", date(2026, 2, 3), "Besluit 2026-114")


def report_year(
    session: Session, slug: str, year: int, *, scope: Scope = Scope.ORGANISATION, included: int = 0, **kg: int
) -> None:
    """A concept: so many kilograms of paving by origin, and why they look odd."""
    rows = [UseRow("bestrating", origin, Decimal(mass), scope=scope.value) for origin, mass in kg.items()]
    report_material_use(
        session,
        make_actor(session, slug, "coordinator"),
        organisation_slug=slug,
        year=year,
        rows=rows,
        scope=scope.value,
        includes_bank_kg=Decimal(included),
        includes_bank_as_of=date(year, 12, 31) if included else None,
        explanation="Zo staat het in de boeken.",
    )


def adopt_year(
    session: Session, slug: str, year: int, *, scope: Scope = Scope.ORGANISATION, included: int = 0, **kg: int
) -> None:
    """The same, adopted."""
    report_year(session, slug, year, scope=scope, included=included, **kg)
    submit(session, make_actor(session, slug, "coordinator"), organisation_slug=slug, year=year)
    reviewer = make_actor(session, "regio-twente", "reviewer")
    decision = Decision(COLLEGE.body, max(COLLEGE.decided_on or date.min, date(year + 1, 1, 2)), COLLEGE.document)
    adopt(session, reviewer, organisation_slug=slug, year=year, decision=decision)
