"""The own pace of two municipalities of the demonstration: one is slower, one faster."""

from datetime import UTC, datetime, time, timedelta
from decimal import Decimal

from marketplace.accounts.policy import Actor
from marketplace.cli.demo_lots import Cast
from marketplace.cli.demo_reports import Step
from marketplace.impact.actions.goals import adopt_goal
from marketplace.kernel import clock
from marketplace.kernel.db import Session

SLOWER = "De raad kiest voor een haalbaar tempo: tot 2040 ligt er veel onderhoud dat al is gegund."
FASTER = "De raad wil in de aanbestedingen van de komende jaren voorop lopen."


def list_decisions(cast: Cast) -> list[Step]:
    """Everything that was decided, in order of time."""
    return [
        _decided(cast["coordinator.borne"], 300, number=2, percent=55, year=2030, text=FASTER),
        _decided(cast["coordinator.losser"], 60, number=1, percent=100, year=2055, text=SLOWER),
    ]


def _decided(actor: Actor, days_ago: int, *, number: int, percent: int, year: int, text: str) -> Step:
    at = datetime.combine((clock.now() - timedelta(days=days_ago)).date(), time(9), UTC)

    def run(session: Session) -> None:
        adopt_goal(
            session,
            actor,
            number=number,
            organisation_slug=actor.organisation_slug,
            percent=Decimal(percent),
            year=max(year, clock.today().year),
            body="Gemeenteraad",
            decided_on=clock.today(),
            document=f"Raadsbesluit {clock.today().year}-{days_ago:03d}",
            text=text,
        )

    return Step(at, run)
