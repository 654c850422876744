"""What is told of the goals: adopted years to everybody, concepts to members and marked, always by how many, and with what was in force."""

from datetime import date
from decimal import Decimal

import pytest
from sqlalchemy.orm import Session

from marketplace.accounts.actions.organisations import seed_region
from marketplace.accounts.policy import ANONYMOUS, Actor
from marketplace.impact.actions.coverage import set_coverage
from marketplace.impact.actions.goals import adopt_goal
from marketplace.impact.queries.standings import GoalPlace, GoalsOverview, Standing, get_goals
from marketplace.impact.rules.material_use import Indicator, Scope
from marketplace.impact.rules.path import Path, Way
from marketplace.kernel import clock
from tests.adopting import COLLEGE, adopt_year, report_year
from tests.entries import append_entry
from tests.factories import make_actor, seed_taxonomy

THIS_YEAR = clock.today().year
LAST_YEAR = THIS_YEAR - 1
NOTHING = Indicator(asked_of=14, inhabitants_asked=638_897)


@pytest.fixture
def bank(session: Session) -> Session:
    seed_region(session)
    seed_taxonomy(session)
    return session


def told(session: Session, actor: Actor = ANONYMOUS, year: int | None = None) -> tuple[int, Indicator]:
    """Which year this reader is shown, and what of goal 2."""
    overview = get_goals(session, actor, year=year)
    return overview.year, overview.region.standings[1].indicator


def seen(session: Session, year: int | None = None) -> GoalsOverview:
    return get_goals(session, make_actor(session, "borne"), year=year)


def place(session: Session, slug: str, year: int = LAST_YEAR) -> GoalPlace:
    return next(municipality for municipality in seen(session, year).municipalities if municipality.slug == slug)


def goal(place: GoalPlace, number: int) -> Standing:
    return place.standings[number - 1]


def decide(session: Session, number: int, percent: int, year: int, slug: str | None = None) -> None:
    adopt_goal(
        session,
        make_actor(session, "regio-twente", "reviewer"),
        number=number,
        organisation_slug=slug,
        percent=Decimal(percent),
        year=year,
        body=COLLEGE.body or "",
        decided_on=COLLEGE.decided_on,
        document=COLLEGE.document or "",
    )


@pytest.mark.parametrize("year", [THIS_YEAR, LAST_YEAR])
def test_four_tonnes_of_a_concept_are_told_to_members_marked_and_to_nobody_else(bank: Session, year: int) -> None:
    before = get_goals(bank, ANONYMOUS)
    report_year(bank, "hengelo", year, primary=1000, reused=3000)
    after = get_goals(bank, ANONYMOUS)
    assert (after.year, after.years, after.trend, told(bank)) == (before.year, before.years, (), (LAST_YEAR, NOTHING))
    concept = place(bank, "hengelo", year)
    assert (concept.used.share, concept.is_adopted) == (Decimal("0.75"), False)
    member = seen(bank)
    assert (member.year, member.region.used.reported, member.region.adopted_by, member.region.adopted) == (year, 1, 0, NOTHING)
    assert place(bank, "losser", year).is_adopted is None


def test_a_year_that_one_municipality_adopted_has_no_regional_share_and_says_of_how_many(bank: Session) -> None:
    adopt_year(bank, "hengelo", LAST_YEAR, primary=1000, reused=3000)
    year, region = told(bank)
    assert (year, region.share, region.reported, region.asked_of) == (LAST_YEAR, None, 1, 14)
    assert region.inhabitants_share is not None and round(region.inhabitants_share, 3) == Decimal("0.129")
    assert goal(get_goals(bank, ANONYMOUS).region, 2).path == Path(Way.TOO_FEW)
    assert place(bank, "hengelo").is_adopted is True


def test_from_half_the_inhabitants_on_the_region_has_a_share_of_those_that_adopted(bank: Session) -> None:
    for slug in ("enschede", "hengelo"):
        adopt_year(bank, slug, LAST_YEAR, primary=1000, reused=3000)
    assert told(bank)[1].share is None  # 243 546 of 638 897
    adopt_year(bank, "almelo", LAST_YEAR, primary=4000)
    year, region = told(bank)
    assert (year, region.share, region.reported, region.inhabitants) == (LAST_YEAR, None, 3, 317_495)
    report_year(bank, "borne", LAST_YEAR, primary=4000)
    assert told(bank)[1].share is None  # of Borne it is a concept
    with_concept = seen(bank, LAST_YEAR)
    assert (with_concept.region.used.share, with_concept.region.adopted_by) == (Decimal("0.375"), 3)  # 6 000 of 16 000
    assert (with_concept.region.is_adopted, with_concept.region.adopted.share) == (False, None)
    adopt_year(bank, "borne", LAST_YEAR, primary=4000)
    assert told(bank)[1].share == Decimal("0.375")


def test_the_share_of_two_municipalities_and_of_the_region_by_hand(bank: Session) -> None:
    append_entry(bank, "losser", "enschede", mass_kg="200000", happened_on=date(LAST_YEAR, 3, 3))
    append_entry(bank, "losser", "hengelo", mass_kg="259000", happened_on=date(LAST_YEAR, 5, 3))
    adopt_year(bank, "enschede", LAST_YEAR, primary=6_000_000, biobased=500_000, reused=1_500_000, recycled=2_000_000)
    adopt_year(bank, "hengelo", LAST_YEAR, primary=3_000_000, reused=1_000_000, recycled=1_000_000, included=259_000)
    assert place(bank, "enschede").used.share == Decimal("0.411765")  # 4 200 of 10 200
    assert place(bank, "hengelo").used.share == Decimal("0.4")  # 2 000 of 5 000
    assert told(bank)[1].share is None  # 38,1 % of the inhabitants
    set_coverage(bank, make_actor(bank, "regio-twente", "reviewer"), Decimal(38), "Zolang de grootste twee meedoen.")
    region = get_goals(bank, ANONYMOUS).region
    assert region.used.share == Decimal("0.407895")  # 6 200 of 15 200
    assert region.bank_kg == 459_000
    path = goal(region, 2).path
    assert (path.way, path.years) == (Way.UNDERWAY, 2030 - LAST_YEAR)
    assert path.points is not None and round(path.points, 4) == Decimal("9.2105")


def test_what_is_booked_after_the_adoption_leaves_the_adopted_year_alone(bank: Session) -> None:
    adopt_year(bank, "hengelo", LAST_YEAR, primary=1000, reused=1000)
    append_entry(bank, "losser", "hengelo", mass_kg="5000", happened_on=date(LAST_YEAR, 5, 3), period=f"{THIS_YEAR}-01")
    hengelo = place(bank, "hengelo")
    assert (hengelo.used.share, hengelo.bank_kg) == (Decimal("0.5"), 0)


def test_an_adopted_year_keeps_the_goal_that_was_in_force_and_later_years_have_the_new_one(bank: Session) -> None:
    adopt_year(bank, "hengelo", LAST_YEAR, primary=1000, reused=1000)
    decide(bank, 2, 45, 2032)
    for standing in (goal(get_goals(bank, ANONYMOUS, year=LAST_YEAR).region, 2), goal(place(bank, "hengelo"), 2)):
        assert (standing.target.percent, standing.target.year, standing.target.version) == (50, 2030, 1)
        assert standing.target.decision.document == "Koersdocument Circulaire Economie Twente"
    now = goal(seen(bank, THIS_YEAR).region, 2).target
    assert (now.percent, now.year, now.decision.body) == (45, 2032, "College van B en W")
    assert goal(place(bank, "borne"), 2).target.percent == 45  # has not adopted the year
    adopt_year(bank, "borne", LAST_YEAR, primary=1000, reused=1000)
    assert goal(get_goals(bank, ANONYMOUS, year=LAST_YEAR).region, 2).target.percent == 45  # the last one that adopted it
    assert goal(place(bank, "hengelo"), 2).target.percent == 50


def test_a_municipality_that_deviates_keeps_its_own_goal_in_an_adopted_year(bank: Session) -> None:
    decide(bank, 1, 100, 2055, "losser")
    adopt_year(bank, "losser", LAST_YEAR, primary=1000, reused=1000)
    decide(bank, 1, 100, 2045, "losser")
    adopted, now = goal(place(bank, "losser"), 1).counts, goal(place(bank, "losser", THIS_YEAR), 1).counts
    assert (adopted.target.year, adopted.deviates, adopted.target.decision.body) == (2055, True, "College van B en W")
    assert (now.target.year, now.region.year) == (2045, 2050)
    assert goal(get_goals(bank, ANONYMOUS, year=LAST_YEAR).region, 1).counts.deviates is False


def test_years_are_compared_over_those_that_adopted_both(bank: Session) -> None:
    for slug in ("enschede", "hengelo", "almelo", "borne"):
        adopt_year(bank, slug, LAST_YEAR - 1, primary=3000, reused=1000)
        adopt_year(bank, slug, LAST_YEAR, primary=2000, reused=2000)
    adopt_year(bank, "losser", LAST_YEAR, reused=16_000)
    region = get_goals(bank, ANONYMOUS).region
    assert region.used.share == Decimal("0.75")  # 24 000 of 32 000
    assert region.change is not None
    assert (region.change.year_before, region.change.reporters, region.change.points) == (LAST_YEAR - 1, 4, 25)  # 25 % and 50 %
    losser, almelo = place(bank, "losser"), place(bank, "almelo")
    assert losser.change is None
    assert almelo.change is not None and almelo.change.points == 25


def test_a_change_of_too_few_is_no_change_of_the_region(bank: Session) -> None:
    for slug in ("enschede", "hengelo", "almelo", "borne"):
        adopt_year(bank, slug, LAST_YEAR, primary=2000, reused=2000)
    adopt_year(bank, "hengelo", LAST_YEAR - 1, primary=3000, reused=1000)
    change = get_goals(bank, ANONYMOUS, year=LAST_YEAR).region.change
    assert change is not None
    assert (change.reporters, change.points) == (1, None)
    report_year(bank, "borne", LAST_YEAR - 1, primary=3000, reused=1000)
    assert place(bank, "borne").change is None  # the year before is a concept


def test_a_year_of_too_few_does_not_take_the_place_of_the_year_before(bank: Session) -> None:
    for slug in ("enschede", "hengelo", "almelo", "borne"):
        adopt_year(bank, slug, LAST_YEAR - 1, primary=1000, reused=3000)
    adopt_year(bank, "losser", LAST_YEAR, primary=1000, reused=3000)
    assert told(bank)[0] == LAST_YEAR - 1
    assert [(when, region.used.share) for when, region in get_goals(bank, ANONYMOUS).trend] == [
        (LAST_YEAR - 1, Decimal("0.75")),
        (LAST_YEAR, None),
    ]
    assert told(bank, year=LAST_YEAR)[1].reported == 1


def test_the_years_of_one_municipality_are_for_members(bank: Session) -> None:
    adopt_year(bank, "losser", LAST_YEAR - 1, primary=1000, reused=3000)
    report_year(bank, "losser", LAST_YEAR, primary=1000, reused=1000)
    adopt_year(bank, "hengelo", LAST_YEAR, primary=1000)
    own = get_goals(bank, make_actor(bank, "borne"), municipality="losser").trend
    assert [(when, municipality.used.share, municipality.is_adopted) for when, municipality in own] == [
        (LAST_YEAR - 1, Decimal("0.75"), True),
        (LAST_YEAR, Decimal("0.5"), False),
    ]
    assert [municipality.slug for _when, municipality in get_goals(bank, ANONYMOUS, municipality="losser").trend] == ["", ""]


def test_every_figure_says_whose_material_it_counts(bank: Session) -> None:
    adopt_year(bank, "losser", LAST_YEAR, primary=1000)
    adopt_year(bank, "borne", LAST_YEAR, scope=Scope.TERRITORY, primary=1000)
    report_year(bank, "almelo", LAST_YEAR, scope=Scope.TERRITORY, primary=1000)
    assert get_goals(bank, ANONYMOUS).region.scopes == {Scope.ORGANISATION: 1, Scope.TERRITORY: 1}
    assert seen(bank, LAST_YEAR).region.scopes == {Scope.ORGANISATION: 1, Scope.TERRITORY: 2}
    assert place(bank, "borne").scopes == {Scope.TERRITORY: 1}


def test_the_third_goal_is_asked_of_fourteen(bank: Session) -> None:
    worth = get_goals(bank, ANONYMOUS).region.standings[2].indicator
    assert (worth.share, worth.reported, worth.asked_of) == (None, 0, 14)
