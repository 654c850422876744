"""The demonstration goes into an empty database once, and leaves every invariant whole."""

from decimal import Decimal

import pytest
from flask import Flask
from PIL import Image
from sqlalchemy import select
from sqlalchemy.orm import joinedload

from marketplace.accounts.policy import ANONYMOUS, OPERATOR, Actor
from marketplace.cli import demo
from marketplace.cli.demo_freshness import AGED, LOST
from marketplace.cli.demo_lots import rows
from marketplace.exchange.queries.invariants import INVARIANTS
from marketplace.joint.queries.groups import list_joint_needs
from marketplace.joint.rules.question import JointQuestion
from marketplace.kernel.files import SHIPPED
from marketplace.ledger.queries import get_head
from marketplace.market.queries.demands import list_demands
from marketplace.memos.models import Memo
from marketplace.notices.queries import list_due
from marketplace.plans.queries.lines import explain_lines
from marketplace.plans.queries.runs import find_last_run, list_lines
from marketplace.plans.queries.together import list_rounds

pytestmark = pytest.mark.slow


def test_an_empty_database_is_filled_once(demonstration: Flask) -> None:
    app = demonstration
    assert not demo.load(app)
    assert demo.is_loaded(app)
    with app.extensions["database"].read() as session:
        assert {name: breach for name, question in INVARIANTS if (breach := question(session))} == {}
        assert get_head(session)[0] == 41  # forty exchanges, and a leg from a depot to a street
        assert list_demands(session, ANONYMOUS)[1] == 29
        assert len(list_due(session)) < 60
        memos = session.scalars(select(Memo).options(joinedload(Memo.conclusion)).order_by(Memo.number)).all()
        assert [(memo.fitting, memo.conclusion and memo.conclusion.reason) for memo in memos] == [
            (2, None),
            (0, None),
            (1, "quality"),
        ]


def test_the_regional_plan_of_the_demonstration_saves_something(demonstration: Flask) -> None:
    """74 t of stones. First come drives 5 and 22 km, the plan 8 and 9: 74 x 1.3 x 10 = 962 tonne-km less, at equal tonnes.

    Hengelo's stones go to Enschede and Enschede's bricks to Hengelo, 9 km each: one round of 2 x 11.7 km instead of two times out and back.
    """
    with demonstration.extensions["database"].read() as session:
        run = find_last_run(session, OPERATOR)
        assert run is not None and run.result is not None
        assert run.result.base_tonne_km - run.result.even_tonne_km == 962
        assert run.result.mass_kg - run.result.base_mass_kg == 27_600  # what waits for its need in a depot
        lines, _total = list_lines(session, run, offset=0, limit=100)
        less = [told_line for told_line in explain_lines(session, lines) if told_line.line.why == "less"]
        assert {(told_line.line.owner.slug, told_line.line.asker.slug) for told_line in less} == {
            ("almelo", "borne"),
            ("hengelo", "enschede"),
        }
        assert "van Hengelo gaat naar Enschede en niet naar Borne: samen 962,0 tonkm minder." in " ".join(
            str(told_line.sentence) for told_line in less
        )
        [stored] = [
            told_line
            for told_line in explain_lines(session, lines)
            if told_line.line.journey and told_line.line.journey.is_through_depot
        ]
        assert (stored.line.owner.slug, stored.line.asker.slug, stored.line.mass_kg) == ("twenterand", "enschede", 27_600)
        assert str(stored.way).startswith("Via depot ") and "De opslag kost €" in str(stored.way)
        [round_trip] = list_rounds(session, run, offset=0, limit=10)[0]
        assert (round_trip.plan_return.apart_km, round_trip.plan_return.together_km) == (Decimal("46.8"), Decimal("23.4"))


def test_every_lot_has_a_picture_of_its_own_and_no_picture_is_left_over() -> None:
    lots = {row["id"] for row in rows("demo_aanbod.csv")} | {f"{lot_id}-2" for lot_id, *_columns in (*AGED, *LOST)}
    assert {file.stem for file in (SHIPPED / "demo").glob("*.webp")} == lots


def test_the_pictures_are_small_files_of_one_size() -> None:
    files = list((SHIPPED / "demo").glob("*.webp"))
    assert sum(file.stat().st_size for file in files) <= 3_000_000
    for file in files:
        with Image.open(file) as picture:
            assert (picture.format, picture.size) == ("WEBP", (960, 720)), file.name


def test_the_demonstration_has_a_joint_need_with_a_rest_and_one_that_is_covered_whole(demonstration: Flask) -> None:
    """Granulate: 250, 400 and 500 t less 300 under way are 850 t; 260 and 320 t lie within 25 km, so 270 t are to buy."""
    leader = Actor(person_id=0, organisation_id=1, organisation_kind="municipality", role="project_leader")
    with demonstration.extensions["database"].read() as session:
        needs = {row.group.material.slug: row for row in list_joint_needs(session, leader, JointQuestion())[0]}
        granulate, slabs = needs["menggranulaat-0-31-5"], needs["stelconplaat-2x2"]
        assert (granulate.group.amount, granulate.covered, granulate.rest) == (850, 580, 270)
        assert {asker.slug for asker in granulate.askers} == {"haaksbergen", "hengelo", "hof-van-twente"}
        assert (slabs.group.amount, slabs.rest) == (80, 0)
