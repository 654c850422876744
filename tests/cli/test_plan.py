"""`plan run`: the regional plan from the console."""

from decimal import Decimal

from flask import Flask
from sqlalchemy.orm import Session

from marketplace.kernel.units import Quantity, Unit
from tests.factories import make_actor, make_demand, make_listing, seed_taxonomy
from tests.rooms.test_regional_plan import north


def test_a_plan_by_cost_is_made_and_told_in_one_line(app: Flask, session: Session) -> None:
    """800 m2 of 185 kg over 9 km: 148 t x 11.7 km = 1 731.6 tonne-km at 0.15, and one transfer of 60: 319.74 euro."""
    seed_taxonomy(session)
    m2 = Quantity(Decimal(800), Unit.M2)
    make_listing(session, make_actor(session, "almelo"), quantity=m2, location=north(0))
    make_demand(session, make_actor(session, "borne"), quantity=m2, location=north(9))
    session.commit()
    result = app.test_cli_runner().invoke(args=["plan", "run", "--objective", "cost"])
    assert result.exit_code == 0, result.output
    assert result.output.startswith(
        "Plan 1: 1 transfers, 148.000 t, 1731.600 tonne-km, 319.74 euro (proven); first come, first served: 148.000 t"
    )
