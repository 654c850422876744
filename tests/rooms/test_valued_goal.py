"""Goal 3: what municipalities had valued in twelve months, of what they own or maintain. Worked out by hand."""

from datetime import date, datetime
from decimal import Decimal

import pytest
from sqlalchemy.orm import Session

from marketplace.accounts.policy import Actor
from marketplace.impact.queries.standings import GoalPlace, Standing, get_goals
from marketplace.kernel import clock
from marketplace.kernel.geo import Point
from marketplace.kernel.units import Quantity, Unit
from marketplace.passports.actions.assets import create_asset
from marketplace.passports.actions.items import add_item
from marketplace.passports.actions.owned import set_owned_mass
from marketplace.passports.models import AssetItem
from marketplace.passports.rules.assets import AssetDraft, AssetKind
from marketplace.passports.rules.items import ItemDraft
from marketplace.passports.rules.owned import OwnedDraft
from marketplace.valuations.actions.appraisals import appraise
from marketplace.valuations.actions.runs import finish_run, fix_prices, start_run, value_chunk
from marketplace.valuations.models import ValuationTotals
from marketplace.valuations.queries.invariants import find_wrong_total
from marketplace.valuations.rules.appraisals import AppraisalDraft
from tests.factories import make_actor, seed_taxonomy

STEEL = "stalen-profiel"
DAY = datetime(2027, 3, 31, 12, tzinfo=clock.AMSTERDAM)


@pytest.fixture
def hengelo(session: Session) -> Actor:
    seed_taxonomy(session)
    return make_actor(session, "hengelo", "coordinator")


def steel(session: Session, actor: Actor, tonnes: int, *, maintainer: str = "") -> AssetItem:
    """A bridge of so many tonnes."""
    draft = AssetDraft("Brug", AssetKind.BRIDGE, Point(52.26, 6.79), municipality="hengelo", maintainer=maintainer)
    asset = create_asset(session, actor, draft=draft)
    quantity = Quantity(Decimal(tonnes), Unit.TONNE)
    return add_item(session, actor, asset_id=asset.id, draft=ItemDraft(STEEL, quantity, confirm_unusual=True))


def appraised(session: Session, actor: Actor, item: AssetItem) -> None:
    draft = AppraisalDraft(1_000_000, "J. de Boer", clock.today(), "Rapport 12")
    appraise(session, actor, asset_id=item.asset_id, number=item.number, draft=draft)


def run(session: Session, actor: Actor, task_id: int, as_of: date | None = None) -> ValuationTotals:
    organisation_id = int(actor.organisation_id or 0)
    row = start_run(session, actor, organisation_id=organisation_id, as_of=as_of or clock.today(), task_id=task_id)
    fix_prices(session, actor, run_id=row.id, exchanges=[])
    after: int | None = 0
    while after is not None:
        after, _count = value_chunk(session, actor, run_id=row.id, after=after)
    return finish_run(session, actor, run_id=row.id)


def estimated(session: Session, actor: Actor, tonnes: int) -> None:
    rows = [OwnedDraft(AssetKind.BRIDGE, Decimal(tonnes), "Beheersysteem", 2026)]
    set_owned_mass(session, actor, year=clock.today().year, rows=rows)


def place(session: Session, actor: Actor, slug: str = "hengelo", year: int | None = None) -> GoalPlace:
    overview = get_goals(session, actor, year=year or clock.today().year)
    return (
        next(municipality for municipality in overview.municipalities if municipality.slug == slug) if slug else overview.region
    )


def third(of: GoalPlace) -> Standing:
    return next(standing for standing in of.standings if standing.goal.number == 3)


def test_90_000_of_500_000_tonnes_are_18_percent_and_75_of_what_has_a_passport(session: Session, hengelo: Actor) -> None:
    with clock.frozen(DAY):
        for tonnes in (90_000, 30_000):
            item = steel(session, hengelo, tonnes)
            if tonnes == 90_000:
                appraised(session, hengelo, item)
        estimated(session, hengelo, 500_000)
        assert third(place(session, hengelo)).indicator.share == 0  # nothing is valued yet, which is known
        totals = run(session, hengelo, 1)
        assert (totals.mass_kg, totals.valued_mass_kg) == (120_000_000, 90_000_000)
        goal_place = place(session, hengelo)
        assert third(goal_place).indicator.share == Decimal("0.18")
        assert goal_place.worth is not None and goal_place.worth.has_estimate
        assert goal_place.worth.share_of_passports == Decimal("0.75")


def test_without_an_estimate_what_has_a_passport_is_all_that_there_is(session: Session, hengelo: Actor) -> None:
    with clock.frozen(DAY):
        appraised(session, hengelo, steel(session, hengelo, 300))
        steel(session, hengelo, 100)
        run(session, hengelo, 1)
        goal_place = place(session, hengelo)
    assert third(goal_place).indicator.share == Decimal("0.75")
    assert goal_place.worth is not None and not goal_place.worth.has_estimate


def test_where_there_is_neither_an_estimate_nor_a_passport_nothing_is_known(session: Session, hengelo: Actor) -> None:
    goal_place = place(session, hengelo)
    assert (third(goal_place).indicator.share, third(goal_place).indicator.reported, goal_place.worth) == (None, 0, None)


@pytest.mark.parametrize(("then", "share"), [(date(2028, 3, 31), 1), (date(2028, 4, 1), 0)])
def test_a_value_counts_for_twelve_months(session: Session, hengelo: Actor, then: date, share: int) -> None:
    with clock.frozen(DAY):
        appraised(session, hengelo, steel(session, hengelo, 300))
        run(session, hengelo, 1)
    with clock.frozen(datetime(then.year, then.month, then.day, 12, tzinfo=clock.AMSTERDAM)):
        assert third(place(session, hengelo)).indicator.share == share
        assert third(place(session, hengelo, year=2027)).indicator.share == 1  # of a year that is over: up to its last day


def test_the_newest_run_counts_and_one_without_totals_never_does(session: Session, hengelo: Actor) -> None:
    with clock.frozen(DAY):
        item = steel(session, hengelo, 300)
        steel(session, hengelo, 100)
        run(session, hengelo, 1)
        assert third(place(session, hengelo)).indicator.share == 0
        appraised(session, hengelo, item)
        start_run(session, hengelo, organisation_id=int(hengelo.organisation_id or 0), as_of=clock.today(), task_id=2)
        assert third(place(session, hengelo)).indicator.share == 0
        run(session, hengelo, 3)
        assert third(place(session, hengelo)).indicator.share == Decimal("0.75")


def test_what_a_municipality_maintains_for_another_counts_once(session: Session, hengelo: Actor) -> None:
    """Of a company's 200 t Hengelo has the care: it is Hengelo's. Of Borne's 50 t too, but those are Borne's."""
    company = make_actor(session, "welbions", "coordinator", "partner")
    borne = make_actor(session, "borne", "coordinator")
    with clock.frozen(DAY):
        appraised(session, company, steel(session, company, 200, maintainer="hengelo"))
        appraised(session, borne, steel(session, borne, 50, maintainer="hengelo"))
        steel(session, hengelo, 200)
        run(session, company, 1)
        run(session, borne, 2)
        for slug, valued, passported in (("hengelo", 200_000, 400_000), ("borne", 50_000, 50_000)):
            worth = place(session, hengelo, slug).worth
            assert worth is not None and (worth.valued_kg, worth.passported_kg) == (valued, passported)
        region = place(session, hengelo, "").worth
        assert region is not None and (region.valued_kg, region.passported_kg, region.without_estimate) == (250_000, 450_000, 2)


def test_the_region_has_no_share_while_too_few_are_known(session: Session, hengelo: Actor) -> None:
    """Hengelo alone holds less than half of the inhabitants of the fourteen."""
    with clock.frozen(DAY):
        appraised(session, hengelo, steel(session, hengelo, 300))
        run(session, hengelo, 1)
        indicator = third(place(session, hengelo, "")).indicator
    assert (indicator.share, indicator.reported, indicator.asked_of, indicator.renewable_kg) == (None, 1, 14, 300_000)


def test_totals_that_are_not_the_sums_of_their_lines_are_found(session: Session, hengelo: Actor) -> None:
    with clock.frozen(DAY):
        appraised(session, hengelo, steel(session, hengelo, 300))
        sound = run(session, hengelo, 1)
        assert find_wrong_total(session) is None
        row = start_run(session, hengelo, organisation_id=int(hengelo.organisation_id or 0), as_of=clock.today(), task_id=2)
        values = {name: getattr(sound, name) for name in ValuationTotals.__table__.columns.keys()}  # noqa: SIM118
        session.add(ValuationTotals(**(values | {"run_id": row.id})))
        session.flush()
        assert find_wrong_total(session) == row.id
