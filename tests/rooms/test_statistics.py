"""The figures over the ledger add up in every direction, and the goals count the bank once."""

from datetime import date
from decimal import Decimal

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from marketplace.accounts.actions.organisations import seed_region
from marketplace.accounts.policy import ANONYMOUS, Actor
from marketplace.impact.actions.reports import report_material_use
from marketplace.impact.queries.reports import get_material_use
from marketplace.impact.queries.standings import GoalPlace, get_goals
from marketplace.impact.queries.statistics import get_statistics
from marketplace.impact.rules.material_use import UseRow
from marketplace.impact.rules.statistics import STATISTICS
from marketplace.kernel import clock
from marketplace.kernel.errors import Conflict, Forbidden, Invalid, Missing, Unauthorised
from marketplace.ledger.actions import rebuild_rollups
from marketplace.ledger.queries import find_rollup_breach
from marketplace.ledger.rules import Totals
from marketplace.notices.models import AuditRow
from tests.entries import append_entry, append_reversal
from tests.factories import make_actor, make_organisation, seed_taxonomy

YEAR = clock.today().year
SUMMED = ("exchanges", "mass_kg", "tonne_km", "avoided_kgco2e", "transport_kgco2e", "net_kgco2e", "unknown_factor_mass_kg")


@pytest.fixture
def bank(session: Session) -> Session:
    seed_region(session)
    seed_taxonomy(session)
    return session


def reviewer(session: Session) -> Actor:
    return make_actor(session, "regio-twente", "reviewer")


def place(session: Session, slug: str, year: int = YEAR) -> GoalPlace:
    return next(
        municipality
        for municipality in get_goals(session, reviewer(session), year=year).municipalities
        if municipality.slug == slug
    )


def report(session: Session, actor: Actor, *, included: int = 0, version: int | None = None, **masses: int):
    rows = [UseRow("bestrating", origin, Decimal(mass)) for origin, mass in masses.items()]
    return report_material_use(
        session,
        actor,
        organisation_slug=actor.organisation_slug,
        year=YEAR,
        includes_bank_kg=Decimal(included),
        includes_bank_as_of=clock.today(),
        rows=rows,
        version=version,
    )


def test_no_distance_can_be_worked_back_from_the_public_figures(bank: Session) -> None:
    """One exchange of 148 tonnes over 6.7 km: whoever may not know exact points gets whole kilometres, until it is one of five."""
    append_entry(bank, "hengelo", "borne", mass_kg="148000", distance_km="5.123", happened_on=clock.today())
    colleague, partner = make_actor(bank, "almelo"), make_actor(bank, "sloper-bv", kind="partner")
    exact = get_statistics(bank, colleague).totals
    average = exact.tonne_km / 148
    assert average % 1 != 0
    for stranger in (ANONYMOUS, partner):
        figures = get_statistics(bank, stranger)
        assert figures.in_whole_km
        sums = [figures.totals, *(row.totals for row in (*figures.by_month, *figures.by_material_group) if row.totals.mass_kg)]
        assert len(sums) == (1 if stranger is ANONYMOUS else 3)
        for totals in sums:
            assert totals.tonne_km == 148 * round(average)
            assert totals.transport_kgco2e == pytest.approx(
                exact.transport_kgco2e * totals.tonne_km / exact.tonne_km, abs=Decimal("0.001")
            )
            assert (totals.mass_kg, totals.avoided_kgco2e) == (exact.mass_kg, exact.avoided_kgco2e)
    for more in range(2, 6):
        assert get_statistics(bank, ANONYMOUS).totals != get_statistics(bank, colleague).totals
        append_entry(bank, "hengelo", "borne", mass_kg="1000", distance_km=f"{more}.123", happened_on=clock.today())
    assert get_statistics(bank, ANONYMOUS).totals == get_statistics(bank, colleague).totals


def test_nothing_exact_is_left_when_one_part_is_subtracted_from_another(bank: Session) -> None:
    """Five transfers in January and one in March: the total less January was March, and March one distance to the metre."""
    for more in range(5):
        append_entry(bank, "hengelo", "borne", mass_kg="1000", distance_km=f"{more + 2}.123", happened_on=date(2026, 1, 15))
    append_entry(bank, "hengelo", "borne", mass_kg="148000", distance_km="5.123", happened_on=date(2026, 3, 15))
    exact = get_statistics(bank, make_actor(bank, "almelo"))
    figures = get_statistics(bank, make_actor(bank, "sloper-bv", kind="partner"))
    january, _february, march = (row.totals for row in figures.by_month)
    assert figures.totals == exact.totals
    assert (january.tonne_km, march.tonne_km) == (5 * 5, 148 * 7)  # 5.36 and 6.66 km on the average
    assert abs(figures.totals.tonne_km - january.tonne_km - exact.by_month[2].totals.tonne_km) > Decimal("1.5")
    assert get_statistics(bank, ANONYMOUS).within.tonne_km == 0


@pytest.mark.parametrize("came_back", ["0", "44000", "44400"])
def test_what_came_back_makes_no_distance_finer(came_back: str) -> None:
    """44.4 tonnes over 8.523 km by road, and the way back: of what is left, 0.4 tonnes, a whole kilometre would be 9 metres of it."""
    out, back = Decimal("44.4"), Decimal(came_back) / 1000
    totals = Totals(
        exchanges=1,
        mass_kg=(out - back) * 1000,
        moved_mass_kg=out * 1000,
        tonne_km=(out + back) * Decimal("8.523"),
        transport_kgco2e=Decimal(100),
    )
    assert totals.in_whole_km().tonne_km == (out + back) * 9


def test_legs_alone_tell_two_figures_of_their_tonne_kilometres() -> None:
    """148 tonnes over 12.347 km are 1 827.356 tonne-km; 1 800 tells nobody the distance. 100 kg CO2e shrinks as much: 98.503."""
    rounded = Totals(tonne_km=Decimal("1827.356"), transport_kgco2e=Decimal(100)).in_whole_km()
    assert (rounded.tonne_km, rounded.transport_kgco2e) == (Decimal(1800), Decimal("98.503"))
    assert Totals().in_whole_km() == Totals()


def test_the_avoided_is_told_by_what_was_said_of_a_purchase(bank: Session) -> None:
    """The net saved counts all of it; whoever reads it sees how much would have been bought."""
    masses = {"yes": "1000", "no": "200", "not_said": "50"}
    for answer, mass in masses.items():
        append_entry(bank, "hengelo", "borne", mass_kg=mass, happened_on=date(2026, 1, 31), replaces_purchase=answer)
    append_reversal(bank, seq=1, happened_on=date(2026, 2, 3))
    append_entry(bank, "hengelo", "borne", mass_kg="3000", happened_on=date(2026, 2, 5), replaces_purchase="yes")
    figures = get_statistics(bank, reviewer(bank))
    for totals in (figures.totals, figures.by_material_group[0].totals, get_statistics(bank, ANONYMOUS).totals):
        assert totals.avoided_replacing_kgco2e == Decimal("356.4")  # 3 000 kg × 0.1188
        assert totals.avoided_not_replacing_kgco2e == Decimal("23.76")
        assert totals.avoided_not_said_kgco2e == Decimal("5.94")
        assert totals.avoided_kgco2e == Decimal("386.1")
    assert find_rollup_breach(bank) is None
    rebuild_rollups(bank)
    assert get_statistics(bank, reviewer(bank)).totals == figures.totals


def test_a_municipality_that_received_granulates_reports_them_as_recycled(bank: Session) -> None:
    """They came through the bank, and are in the report: they count once."""
    append_entry(bank, "hengelo", "borne", mass_kg="300", happened_on=clock.today())
    coordinator = make_actor(bank, "borne", "coordinator")
    report(bank, coordinator, primary=700, recycled=300, included=300)
    assert place(bank, "borne").standings[1].indicator.share == Decimal("0.3")
    with pytest.raises(Invalid) as refused:
        report(bank, coordinator, primary=1000, recycled=299, included=300)
    assert "gerecycled" in str(refused.value.message) and refused.value.field == "includes_bank_kg"


def some_exchanges(session: Session) -> None:
    make_organisation(session, "sloper-bv", "partner")
    append_entry(session, "hengelo", "borne", mass_kg="1000", happened_on=date(2026, 1, 31))
    append_entry(
        session, "hengelo", "borne", mass_kg="250.5", happened_on=date(2026, 3, 1), material="zand-ophoog", group="grond"
    )
    append_entry(session, "borne", "borne", mass_kg="40", happened_on=date(2026, 3, 2))
    append_entry(session, "almelo", "sloper-bv", mass_kg="700", happened_on=date(2025, 12, 31), carbon_factor=None)


def test_each_table_adds_up_to_the_totals(bank: Session) -> None:
    some_exchanges(bank)
    figures = get_statistics(bank, reviewer(bank))
    assert (figures.totals.exchanges, figures.totals.mass_kg) == (4, Decimal("1990.5"))
    for rows in (figures.by_municipality, figures.by_material_group, figures.by_month):
        for name in SUMMED:
            assert sum(getattr(row.totals, name) for row in rows) == getattr(figures.totals, name), name
    assert sum(row.given_mass_kg or 0 for row in figures.by_municipality) == figures.totals.mass_kg


def test_a_municipality_counts_what_it_received_with_what_it_gave_beside_it(bank: Session) -> None:
    some_exchanges(bank)
    rows = {row.key: row for row in get_statistics(bank, reviewer(bank)).by_municipality}
    assert (rows["borne"].totals.mass_kg, rows["borne"].given_mass_kg) == (Decimal("1290.5"), 40)
    assert (rows["hengelo"].totals.mass_kg, rows["hengelo"].given_mass_kg) == (0, Decimal("1250.5"))
    assert rows["sloper-bv"].totals.mass_kg == 700
    assert len(rows) == 15  # the fourteen and the one partner that took part


def test_what_stayed_within_one_municipality_is_known_apart(bank: Session) -> None:
    some_exchanges(bank)
    assert get_statistics(bank, ANONYMOUS).within.mass_kg == 40


def test_the_months_have_no_gap(bank: Session) -> None:
    some_exchanges(bank)
    months = get_statistics(bank, reviewer(bank)).by_month
    assert [(row.key, row.totals.exchanges) for row in months] == [
        ("2025-12", 1), ("2026-01", 1), ("2026-02", 0), ("2026-03", 2),
    ]  # fmt: skip


def test_a_reversing_row_lowers_the_sums_and_not_the_exchanges(bank: Session) -> None:
    some_exchanges(bank)
    append_reversal(bank, seq=1, happened_on=date(2026, 4, 1))
    figures = get_statistics(bank, reviewer(bank))
    assert (figures.totals.exchanges, figures.totals.mass_kg) == (4, Decimal("990.5"))
    for rows in (figures.by_municipality, figures.by_material_group, figures.by_month):
        assert sum(row.totals.mass_kg for row in rows) == Decimal("990.5")


def test_carbon_that_nobody_knows_is_not_zero(bank: Session) -> None:
    append_entry(bank, "almelo", "borne", mass_kg="700", carbon_factor=None)
    totals = get_statistics(bank, ANONYMOUS).totals
    values = {statistic.name: statistic.figure(totals) for statistic in STATISTICS}
    assert (values["avoided_kgco2e"], values["net_kgco2e"], values["unknown_factor_mass_kg"]) == (None, None, 700)


def test_the_public_sees_totals_and_the_region_only(bank: Session) -> None:
    some_exchanges(bank)
    figures, goals = get_statistics(bank, ANONYMOUS), get_goals(bank, ANONYMOUS)
    assert figures.totals.exchanges == 4
    assert (figures.by_municipality, figures.by_material_group, figures.by_month) == ((), (), ())
    assert goals.municipalities == ()
    assert [standing.target.percent for standing in goals.region.standings] == [100, 50, 50]


def test_the_bank_counts_once_whichever_way_the_report_was_made(bank: Session) -> None:
    borne = make_actor(bank, "borne", "coordinator")
    append_entry(bank, "hengelo", "borne", mass_kg="200", happened_on=date(YEAR, 1, 2))
    append_entry(bank, "hengelo", "borne", mass_kg="900", happened_on=date(YEAR - 1, 12, 31))  # another year
    report(bank, borne, primary=600, reused=300, recycled=100)
    assert place(bank, "borne").standings[1].indicator.share == Decimal("0.5")  # (400 + 200) / (1 000 + 200)
    report(bank, borne, included=200, primary=600, reused=300, recycled=100)
    assert place(bank, "borne").standings[1].indicator.share == Decimal("0.4")
    assert (place(bank, "borne").bank_kg, place(bank, "borne").includes_bank_kg) == (200, 200)
    append_entry(bank, "hengelo", "borne", mass_kg="100", happened_on=date(YEAR, 1, 3))  # after the report
    assert place(bank, "borne").standings[1].indicator.renewable_kg == 500


def test_a_report_is_replaced_and_audited_and_can_be_emptied(bank: Session) -> None:
    borne = make_actor(bank, "borne", "coordinator")
    append_entry(bank, "hengelo", "borne", mass_kg="200", happened_on=date(YEAR, 1, 2))
    assert get_material_use(bank, borne, year=YEAR).version == 0
    report(bank, borne, included=100, version=0, primary=300, reused=100)
    replaced = report(bank, borne, version=1, primary=200)
    assert (replaced.version, replaced.includes_bank_kg, replaced.includes_bank_as_of) == (2, 0, None)
    assert replaced.rows == (UseRow("bestrating", "primary", Decimal(200)),)
    emptied = report(bank, borne, version=2)
    assert place(bank, "borne").standings[0].indicator.share is None
    assert [(version.version, version.mass_kg, version.reused_kg, version.includes_bank_kg) for version in emptied.earlier] == [
        (2, 200, 0, 0),
        (1, 400, 100, 100),
    ]
    actions = bank.scalars(select(AuditRow.action).where(AuditRow.object_type == "material_use_report")).all()
    assert list(actions) == ["material_use.report"] * 3


def test_the_second_of_two_who_report_is_told(bank: Session) -> None:
    borne = make_actor(bank, "borne", "coordinator")
    report(bank, borne, version=0, primary=300)
    with pytest.raises(Conflict) as refused:
        report(bank, borne, version=0, primary=400)
    assert refused.value.facts["current"] == 1


def test_a_municipality_reports_for_itself_by_its_coordinator(bank: Session) -> None:
    rows = [UseRow("bestrating", "primary", Decimal(1))]
    for actor in (make_actor(bank, "losser", "coordinator"), make_actor(bank, "borne"), reviewer(bank)):
        with pytest.raises(Forbidden):
            report_material_use(bank, actor, organisation_slug="borne", year=YEAR, rows=rows)
    with pytest.raises(Unauthorised):
        report_material_use(bank, ANONYMOUS, organisation_slug="borne", year=YEAR, rows=rows)
    with pytest.raises(Missing):
        get_material_use(bank, make_actor(bank, "losser", "coordinator"), year=YEAR, organisation_slug="borne")
    assert get_material_use(bank, reviewer(bank), year=YEAR, organisation_slug="borne").version == 0
