"""What was decided about the goals: by whom, every version kept, and what counts for whom."""

import threading
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from marketplace.accounts.actions.organisations import seed_region
from marketplace.accounts.policy import ANONYMOUS, Actor
from marketplace.accounts.queries.organisations import get_organisation_by_slug
from marketplace.impact.actions.goals import adopt_goal, seed_goals
from marketplace.impact.models import Goal, GoalVersion
from marketplace.impact.queries.goals import GoalDecision, get_goal_history, targets_in_force
from marketplace.impact.queries.standings import get_goals
from marketplace.impact.rules.goals import Decision, InForce, Target, thawed
from marketplace.kernel import clock
from marketplace.kernel.db import Database
from marketplace.kernel.errors import Conflict, Forbidden, Invalid, Missing, Unauthorised
from marketplace.notices.models import AuditRow
from tests.factories import make_actor, make_organisation

THIS_YEAR = clock.today().year
RAAD = Decision("Gemeenteraad", date(2026, 10, 13), "Raadsbesluit 2026-88", "Minder sloop dan verwacht.")


@pytest.fixture
def bank(session: Session) -> Session:
    seed_region(session)
    return session


def reviewer(session: Session) -> Actor:
    return make_actor(session, "regio-twente", "reviewer")


def adopt(
    session: Session, actor: Actor, number: int, percent: int, year: int, slug: str | None = None, **more: Any
) -> GoalDecision:
    decision = {"body": RAAD.body, "decided_on": RAAD.decided_on, "document": RAAD.document, "text": RAAD.text, **more}
    return adopt_goal(session, actor, number=number, organisation_slug=slug, percent=Decimal(percent), year=year, **decision)


def counts(session: Session, slug: str, number: int) -> InForce:
    """What counts for a municipality, as a member reads it."""
    places = get_goals(session, reviewer(session)).municipalities
    return next(place for place in places if place.slug == slug).standings[number - 1].counts


def test_the_goals_of_the_region_are_rows_with_where_they_stand_and_no_day_that_nobody_knows(bank: Session) -> None:
    assert seed_goals(bank) == 0
    goals = bank.execute(select(Goal.number, Goal.indicator).order_by(Goal.number)).all()
    assert [tuple(row) for row in goals] == [(1, "renewable_share"), (2, "renewable_share"), (3, "valued_share")]
    versions = bank.scalars(select(GoalVersion).order_by(GoalVersion.number)).all()
    assert [(row.target_percent, row.target_year, row.version) for row in versions] == [
        (100, 2050, 1),
        (50, 2030, 1),
        (50, 2035, 1),
    ]
    assert {(row.body, row.document, row.decided_on) for row in versions} == {
        ("Bestuurlijk overleg", "Koersdocument Circulaire Economie Twente", None)
    }


def test_a_goal_that_is_added_as_a_row_is_shown_and_decided_about_as_any_other(bank: Session) -> None:
    bank.add(Goal(number=4, indicator="renewable_share", name_nl="Asfalt", name_en="Asphalt"))
    bank.flush()
    bank.add(GoalVersion(number=4, version=1, target_percent=Decimal(30), target_year=2032, text="", set_at=clock.now()))
    bank.flush()
    assert adopt(bank, reviewer(bank), 4, 35, 2032).target.version == 2
    region = get_goals(bank, ANONYMOUS).region
    assert [(standing.goal.number, standing.goal.name, standing.target.percent) for standing in region.standings][3:] == [
        (4, "Asfalt", 35)
    ]


def test_the_region_revises_goal_2_and_every_version_stays(bank: Session) -> None:
    targets = targets_in_force(bank, get_organisation_by_slug(bank, "hengelo").id)
    revised = adopt(bank, reviewer(bank), 2, 45, 2032)
    assert revised.target == Target(2, Decimal(45), 2032, 2, decision=RAAD)
    assert get_goals(bank, ANONYMOUS).region.standings[1].target == revised.target
    assert counts(bank, "almelo", 2) == InForce(revised.target)
    assert [
        (version.target.version, version.target.percent, version.target.year)
        for version in get_goal_history(bank, ANONYMOUS, number=2).versions
    ] == [
        (2, 45, 2032),
        (1, 50, 2030),
    ]
    before = thawed(targets)[2].target
    assert (before.percent, before.year) == (50, 2030)  # what a year that was adopted before that keeps


def test_a_municipality_takes_its_own_pace_and_the_region_stays_as_it_was(bank: Session) -> None:
    losser = make_actor(bank, "losser", "coordinator")
    own = adopt(bank, losser, 1, 100, 2055, "losser").target
    assert (own.version, own.is_own, own.decision) == (1, True, RAAD)
    assert (counts(bank, "losser", 1).target, counts(bank, "losser", 1).deviates) == (own, True)
    assert (counts(bank, "borne", 1).target.year, counts(bank, "borne", 1).deviates) == (2050, False)
    assert get_goals(bank, ANONYMOUS).region.standings[0].target.year == 2050
    faster = adopt(bank, losser, 1, 100, 2045, "losser").target
    assert (faster.version, counts(bank, "losser", 1).target) == (2, faster)
    adopt(bank, losser, 1, 100, 2050, "losser")
    assert not counts(bank, "losser", 1).deviates
    frozen = targets_in_force(bank, get_organisation_by_slug(bank, "losser").id)
    assert [(target["number"], target["year"], target["version"], target["isOwn"]) for target in frozen] == [
        (1, 2050, 1, False), (1, 2050, 3, True), (2, 2030, 1, False), (3, 2035, 1, False),
    ]  # fmt: skip


def test_what_is_in_force_already_is_refused(bank: Session) -> None:
    for slug in (None, "losser"):
        with pytest.raises(Invalid, match="zoals het nu is"):
            adopt(bank, reviewer(bank), 2, 50, 2030, slug)
    assert len(bank.scalars(select(GoalVersion)).all()) == 3


def test_who_may_record_a_decision(bank: Session) -> None:
    borne = make_actor(bank, "borne", "coordinator")
    adopt(bank, borne, 2, 60, 2030, "borne")
    for actor in (reviewer(bank), make_actor(bank, "regio-twente", "admin")):
        adopt(bank, actor, 2, 60, 2031 + (actor.role == "admin"), "losser")
    for slug in (None, "regio-twente", "losser"):
        with pytest.raises(Forbidden):
            adopt(bank, borne, 2, 55, 2030, slug)
    for actor in (make_actor(bank, "borne"), make_actor(bank, "losser", "coordinator")):
        with pytest.raises(Forbidden):
            adopt(bank, actor, 2, 55, 2030, "borne")
    with pytest.raises(Unauthorised):
        adopt(bank, ANONYMOUS, 2, 55, 2030)
    rows = bank.scalars(select(AuditRow).where(AuditRow.action == "goal.adopt")).all()
    assert [row.facts["version"] for row in rows] == [1, 1, 2]


def test_only_goals_and_municipalities_that_exist_get_a_decision(bank: Session) -> None:
    make_organisation(bank, "sloper-bv", "partner")
    with pytest.raises(Missing, match="doel 4"):
        adopt(bank, reviewer(bank), 4, 50, 2040)
    with pytest.raises(Missing):
        adopt(bank, reviewer(bank), 2, 50, 2040, "nergens")
    with pytest.raises(Invalid) as refused:
        adopt(bank, reviewer(bank), 2, 50, 2040, "sloper-bv")
    assert refused.value.field == "organisation"


def test_whoever_looked_at_an_older_version_looks_again(bank: Session) -> None:
    adopt(bank, reviewer(bank), 2, 45, 2032, version=1)
    with pytest.raises(Conflict, match="ondertussen"):
        adopt(bank, reviewer(bank), 2, 48, 2031, version=1)
    adopt(bank, reviewer(bank), 2, 48, 2031, "losser", version=0)


def test_the_public_reads_the_versions_of_the_region_and_members_all(bank: Session) -> None:
    adopt(bank, reviewer(bank), 2, 45, 2032)
    adopt(bank, reviewer(bank), 2, 40, 2035, "losser")
    assert [version.organisation for version in get_goal_history(bank, ANONYMOUS, number=2).versions] == [None, None]
    read = get_goal_history(bank, make_actor(bank, "borne"), number=2).versions
    assert [(version.organisation and version.organisation.slug, version.target.version) for version in read] == [
        ("losser", 1),
        (None, 2),
        (None, 1),
    ]


@pytest.mark.parametrize("statement", ["UPDATE goal_version SET target_year = 2051", "DELETE FROM goal_version"])
def test_a_version_never_changes_or_goes(bank: Session, statement: str) -> None:
    with pytest.raises(DBAPIError, match="append-only"), bank.begin_nested():
        bank.execute(text(statement))


def test_two_decisions_in_the_same_second_get_a_version_each_and_the_same_one_none(bank: Session, database: Database) -> None:
    actor = reviewer(bank)
    bank.commit()
    start, answers = threading.Barrier(3), []

    def decide(percent: int) -> None:
        start.wait()
        try:
            answers.append(database.run(lambda session: adopt(session, actor, 2, percent, 2032).target.version))
        except Invalid as refusal:
            answers.append(str(refusal)[:14])

    threads = [threading.Thread(target=decide, args=[percent]) for percent in (45, 45, 48)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    versions = [row.version for row in bank.scalars(select(GoalVersion).where(GoalVersion.number == 2).order_by(GoalVersion.id))]
    assert versions == list(range(1, len(versions) + 1))
    assert sorted(map(str, answers)) in (["2", "3", "Dit is het doe"], ["2", "3", "4"])  # 45, 48, 45 are three decisions
