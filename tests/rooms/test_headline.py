"""What the public is told of the goals: of finished years, of enough inhabitants, and always by how many."""

from decimal import Decimal

import pytest
from sqlalchemy.orm import Session

from marketplace.accounts.actions.organisations import seed_region
from marketplace.accounts.policy import ANONYMOUS, Actor
from marketplace.impact.actions.goals import seed_goals
from marketplace.impact.actions.reports import report_material_use
from marketplace.impact.queries.goals import get_goals
from marketplace.impact.rules.material_use import Indicator, UseRow
from marketplace.kernel import clock
from tests.factories import make_actor, seed_taxonomy

THIS_YEAR = clock.today().year
LAST_YEAR = THIS_YEAR - 1


@pytest.fixture
def bank(session: Session) -> Session:
    seed_region(session)
    seed_taxonomy(session)
    seed_goals(session)
    return session


def report(session: Session, slug: str, year: int, *, primary: int = 1000, reused: int = 3000) -> None:
    rows = [UseRow("bestrating", "primary", Decimal(primary)), UseRow("bestrating", "reused", Decimal(reused))]
    coordinator = make_actor(session, slug, "coordinator")
    report_material_use(session, coordinator, organisation_slug=slug, year=year, rows=rows)


def told(session: Session, actor: Actor = ANONYMOUS, year: int | None = None) -> tuple[int, Indicator]:
    """Which year this reader is shown, and what of goal 2."""
    overview = get_goals(session, actor, year=year)
    return overview.year, overview.region.standings[1].indicator


def test_four_tonnes_that_one_coordinator_typed_for_this_year_are_no_headline(bank: Session) -> None:
    report(bank, "hengelo", THIS_YEAR)
    assert told(bank) == (LAST_YEAR, Indicator(asked=14, inhabitants_asked=638_897))
    assert told(bank, year=THIS_YEAR)[0] == LAST_YEAR
    overview = get_goals(bank, ANONYMOUS)
    assert THIS_YEAR not in overview.years
    assert overview.trend == ()


def test_a_member_sees_this_year_and_the_share_of_a_municipality_but_none_of_the_region(bank: Session) -> None:
    report(bank, "hengelo", THIS_YEAR)
    borne = make_actor(bank, "borne")
    year, region = told(bank, borne)
    assert (year, region.share, region.reported, region.asked) == (THIS_YEAR, None, 1, 14)
    hengelo = next(one for one in get_goals(bank, borne).municipalities if one.slug == "hengelo")
    assert hengelo.standings[1].indicator.share == Decimal("0.75")


def test_the_public_hears_of_a_finished_year_by_how_many_it_was_reported_and_no_share_of_too_few(bank: Session) -> None:
    report(bank, "hengelo", LAST_YEAR)
    _year, region = told(bank)
    assert (region.share, region.reported, region.asked) == (None, 1, 14)
    assert region.inhabitants_share is not None and round(region.inhabitants_share, 3) == Decimal("0.129")


def test_from_half_the_inhabitants_on_the_region_has_a_share_of_those_that_reported(bank: Session) -> None:
    for slug in ("enschede", "hengelo"):
        report(bank, slug, LAST_YEAR)
    assert told(bank)[1].share is None  # 243 546 of 638 897
    report(bank, "almelo", LAST_YEAR, primary=4000, reused=0)
    year, region = told(bank)
    assert (year, region.share, region.reported, region.inhabitants) == (LAST_YEAR, None, 3, 317_495)
    report(bank, "borne", LAST_YEAR, primary=4000, reused=0)
    assert told(bank)[1].share == Decimal("0.375")  # 6 000 of 16 000


def test_a_year_of_too_few_does_not_take_the_place_of_the_year_before(bank: Session) -> None:
    for slug in ("enschede", "hengelo", "almelo", "borne"):
        report(bank, slug, LAST_YEAR - 1)
    report(bank, "losser", LAST_YEAR)
    assert told(bank)[0] == LAST_YEAR - 1
    assert [(when, one.share) for when, one in get_goals(bank, ANONYMOUS).trend] == [
        (LAST_YEAR - 1, Decimal("0.75")),
        (LAST_YEAR, None),
    ]
    assert told(bank, year=LAST_YEAR)[1].reported == 1


def test_the_third_goal_is_asked_of_fourteen(bank: Session) -> None:
    worth = get_goals(bank, ANONYMOUS).region.standings[2].indicator
    assert (worth.share, worth.reported, worth.asked) == (None, 0, 14)
