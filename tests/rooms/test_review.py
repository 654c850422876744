"""A report's way: submitted, reviewed, sent back with a question, adopted for good."""

from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import DatabaseError
from sqlalchemy.orm import Session

from marketplace.accounts.actions.organisations import seed_region
from marketplace.accounts.policy import Actor
from marketplace.impact.actions.coverage import set_coverage
from marketplace.impact.actions.goals import seed_goals
from marketplace.impact.actions.reports import report_material_use
from marketplace.impact.actions.review import add_remark, adopt, send_back, start_review, submit
from marketplace.impact.models import AdoptedYear, MaterialUseReport
from marketplace.impact.queries.adopted import (
    find_adopted,
    find_adopted_breach,
    get_coverage_minimum,
    is_adopted,
    list_adopted,
    list_coverage_settings,
    list_inputs,
)
from marketplace.impact.queries.reports import MaterialUseYear, get_material_use, get_reporting
from marketplace.impact.rules.goals import Decision, thawed
from marketplace.impact.rules.material_use import Origin, UseRow
from marketplace.impact.rules.reports import ReportStatus
from marketplace.kernel import clock
from marketplace.kernel.errors import Conflict, Forbidden, Invalid
from marketplace.notices.models import NoticeRow
from tests.entries import append_entry
from tests.factories import make_actor, seed_taxonomy

YEAR = 2025
DECISION = Decision("College van B en W", date(2026, 2, 3), "Besluit 2026-114", "Met dank.")


@pytest.fixture
def hengelo(session: Session) -> Actor:
    seed_region(session)
    seed_goals(session)
    seed_taxonomy(session)
    return make_actor(session, "hengelo", "coordinator")


@pytest.fixture
def reviewer(session: Session, hengelo: Actor) -> Actor:
    return make_actor(session, "regio-twente", "reviewer")


def report(session: Session, actor: Actor, year: int = YEAR, tonnes: int = 30_000, **values: Any) -> MaterialUseYear:
    """20 000 t new and 10 000 t reused for 82 000 people: nothing odd about it."""
    rows = values.pop("rows", None) or [
        UseRow("bestrating", "primary", Decimal(tonnes * 1000) * 2 / 3),
        UseRow("bestrating", "reused", Decimal(tonnes * 1000) / 3),
    ]
    return report_material_use(session, actor, organisation_slug=actor.organisation_slug, year=year, rows=rows, **values)


def submitted(session: Session, actor: Actor, year: int = YEAR) -> MaterialUseYear:
    return submit(session, actor, organisation_slug=actor.organisation_slug, year=year)


def adopted(session: Session, reviewer: Actor, slug: str = "hengelo", **values: Any) -> MaterialUseYear:
    return adopt(session, reviewer, organisation_slug=slug, year=YEAR, **{"decision": DECISION, **values})


def kinds(session: Session) -> list[tuple[str, int | None, int | None]]:
    return [(row.kind, row.person_id, row.organisation_id) for row in session.scalars(select(NoticeRow).order_by(NoticeRow.id))]


def test_a_report_goes_from_concept_to_adopted_and_each_side_is_told(session: Session, hengelo: Actor, reviewer: Actor) -> None:
    assert report(session, hengelo).status is ReportStatus.CONCEPT
    assert submitted(session, hengelo).status is ReportStatus.SUBMITTED
    assert start_review(session, reviewer, organisation_slug="hengelo", year=YEAR).status is ReportStatus.IN_REVIEW
    sent_back = send_back(session, reviewer, organisation_slug="hengelo", year=YEAR, question="Zit het asfalt erin?")
    assert sent_back.status is ReportStatus.SENT_BACK
    answered = add_remark(session, hengelo, organisation_slug="hengelo", year=YEAR, text="Ja, onder bestrating.")
    assert [(remark.kind, remark.organisation.slug, remark.text) for remark in answered.remarks] == [
        ("question", "regio-twente", "Zit het asfalt erin?"),
        ("remark", "hengelo", "Ja, onder bestrating."),
    ]
    assert submitted(session, hengelo).status is ReportStatus.SUBMITTED
    done = adopted(session, reviewer)
    assert (done.status, done.version, is_adopted(session, slug="hengelo", year=YEAR)) == (ReportStatus.ADOPTED, 1, True)
    region, town = (reviewer.person_id, None), (None, hengelo.organisation_id)
    assert kinds(session) == [
        ("report_submitted", *region),
        ("report_sent_back", *town),
        ("report_remark", *region),
        ("report_submitted", *region),
        ("report_adopted", *town),
    ]


def test_the_adopted_year_is_a_copy_of_everything_its_figures_came_from(
    session: Session, hengelo: Actor, reviewer: Actor
) -> None:
    report(session, hengelo)
    submitted(session, hengelo)
    adopted(session, reviewer)
    adopted_year = find_adopted(session, organisation_id=hengelo.organisation_id or 0, year=YEAR)
    assert adopted_year is not None and [adopted_year] == list(list_adopted(session, year=YEAR))
    assert (adopted_year.primary_kg, adopted_year.reused_kg, adopted_year.recycled_kg, adopted_year.biobased_kg) == (
        20_000_000,
        10_000_000,
        0,
        0,
    )
    assert (adopted_year.scope, adopted_year.inhabitants, adopted_year.ledger_seq, adopted_year.ledger_hash) == (
        "organisation",
        82_311,
        0,
        "0" * 64,
    )
    assert (adopted_year.body, adopted_year.decided_on, adopted_year.document, adopted_year.text) == (
        "College van B en W",
        date(2026, 2, 3),
        "Besluit 2026-114",
        "Met dank.",
    )
    assert (thawed(adopted_year.targets)[2].target.percent, thawed(adopted_year.targets)[2].target.year) == (50, 2030)
    assert find_adopted_breach(session) is None


def test_what_was_done_already_changes_nothing_when_it_is_done_again(session: Session, hengelo: Actor, reviewer: Actor) -> None:
    report(session, hengelo)
    for _twice in range(2):
        assert submitted(session, hengelo).status is ReportStatus.SUBMITTED
    for _twice in range(2):
        assert start_review(session, reviewer, organisation_slug="hengelo", year=YEAR).status is ReportStatus.IN_REVIEW
    for _twice in range(2):
        back = send_back(session, reviewer, organisation_slug="hengelo", year=YEAR, question="Waarom?")
        assert (back.status, len(back.remarks)) == (ReportStatus.SENT_BACK, 1)
    submitted(session, hengelo)
    for _twice in range(2):
        assert adopted(session, reviewer).status is ReportStatus.ADOPTED
    assert len(kinds(session)) == 4
    with pytest.raises(Conflict):
        adopted(session, reviewer, decision=Decision("Raad", date(2026, 3, 1), "Besluit 9"))


def test_steps_that_cannot_be_taken(session: Session, hengelo: Actor, reviewer: Actor) -> None:
    for step in (start_review, adopted):
        with pytest.raises(Conflict, match="niets ingediend"):
            step(session, reviewer, **({} if step is adopted else {"organisation_slug": "hengelo", "year": YEAR}))
    with pytest.raises(Invalid, match="Vul ten minste één massa in"):
        submitted(session, hengelo)  # nothing there
    with pytest.raises(Conflict):
        submit(session, hengelo, organisation_slug="hengelo", year=YEAR, version=1)
    with pytest.raises(Invalid, match="Kies een gemeente"):
        adopted(session, reviewer, "regio-twente")
    report(session, hengelo)
    with pytest.raises(Conflict):
        submit(session, hengelo, organisation_slug="hengelo", year=YEAR, version=2)
    submitted(session, hengelo)
    with pytest.raises(Conflict):
        adopted(session, reviewer, version=2)
    start_review(session, reviewer, organisation_slug="hengelo", year=YEAR)
    with pytest.raises(Conflict, match="In beoordeling"):
        submitted(session, hengelo)
    adopted(session, reviewer)
    for refused in (lambda: report(session, hengelo), lambda: submitted(session, hengelo)):
        with pytest.raises(Conflict, match="[Vv]astgesteld"):
            refused()
    with pytest.raises(Conflict):
        send_back(session, reviewer, organisation_slug="hengelo", year=YEAR, question="Toch nog iets?")


def test_who_may_do_what(session: Session, hengelo: Actor, reviewer: Actor) -> None:
    report(session, hengelo)
    borne, leader = make_actor(session, "borne", "coordinator"), make_actor(session, "hengelo")
    for actor in (borne, leader, reviewer, make_actor(session, "regio-twente", "coordinator")):
        with pytest.raises(Forbidden):
            submit(session, actor, organisation_slug="hengelo", year=YEAR)
    submitted(session, hengelo)
    for actor in (borne, leader, hengelo, make_actor(session, "regio-twente", "admin")):
        with pytest.raises(Forbidden):
            adopted(session, actor)
        with pytest.raises(Forbidden):
            send_back(session, actor, organisation_slug="hengelo", year=YEAR, question="Waarom?")
    with pytest.raises(Forbidden):
        add_remark(session, borne, organisation_slug="hengelo", year=YEAR, text="Dag")


def test_a_year_is_submitted_when_it_is_over_and_when_something_came_in(session: Session, hengelo: Actor) -> None:
    with clock.frozen(datetime(2026, 12, 31, 23, 59, tzinfo=clock.AMSTERDAM)):
        report(session, hengelo, 2026)
        with pytest.raises(Invalid, match="Het jaar 2026 is nog niet voorbij. Dien het in vanaf 1 januari 2027."):
            submitted(session, hengelo, 2026)
    with clock.frozen(datetime(2027, 1, 1, tzinfo=clock.AMSTERDAM)):
        assert submitted(session, hengelo, 2026).status is ReportStatus.SUBMITTED
    for rows in ([], [UseRow("grond", "unknown", Decimal(5), flow="out"), UseRow("grond", "primary", Decimal(5), "territory")]):
        report_material_use(session, hengelo, organisation_slug="hengelo", year=YEAR, rows=rows)
        with pytest.raises(Invalid, match="niets dat binnenkwam"):
            submitted(session, hengelo)


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"body": ""}, "body"),
        ({"body": "x" * 121}, "body"),
        ({"document": ""}, "document"),
        ({"document": "x" * 301}, "document"),
        ({"decided_on": date(2025, 12, 31)}, "decided_on"),
        ({"text": "x" * 2001}, "text"),
    ],
)
def test_a_decision_says_who_when_and_where(
    session: Session, hengelo: Actor, reviewer: Actor, wrong: dict[str, Any], field: str
) -> None:
    report(session, hengelo)
    submitted(session, hengelo)
    whole = {"body": "Raad", "decided_on": date(2026, 1, 1), "document": "Besluit 1"}
    with pytest.raises(Invalid) as refused:
        adopted(session, reviewer, decision=Decision(**{**whole, **wrong}))
    assert [error.field for error in refused.value.errors] == [field]
    tomorrow = clock.today() + timedelta(days=1)
    with pytest.raises(Invalid):
        adopted(session, reviewer, decision=Decision("Raad", tomorrow, "Besluit 1"))
    assert adopted(session, reviewer, decision=Decision(**whole)).status is ReportStatus.ADOPTED


def test_a_later_version_takes_the_place_of_the_one_that_lies_with_the_reviewer(
    session: Session, hengelo: Actor, reviewer: Actor
) -> None:
    report(session, hengelo)
    submitted(session, hengelo)
    report(session, hengelo, tonnes=33_000)
    both = get_material_use(session, reviewer, year=YEAR, organisation_slug="hengelo")
    assert [(version.version, version.status.value, version.mass_kg) for version in both.versions] == [
        (2, "concept", 33_000_000),
        (1, "submitted", 30_000_000),
    ]
    assert [state.status for state in get_reporting(session, reviewer, year=YEAR).states if state.report] == [
        ReportStatus.SUBMITTED
    ]
    submitted(session, hengelo)
    first = get_material_use(session, hengelo, year=YEAR, version=1)
    assert (first.status, sum(row.mass_kg for row in first.rows)) == (ReportStatus.SUPERSEDED, 30_000_000)
    adopted(session, reviewer, version=2)
    [adopted_year] = list_adopted(session)
    assert adopted_year.as_input.total_kg == 33_000_000


def test_what_counts_is_apart_from_what_is_only_reported(session: Session, hengelo: Actor, reviewer: Actor) -> None:
    rows = [
        UseRow("hout", "biobased", Decimal(400), "territory"),
        UseRow("hout", "biobased", Decimal(100)),
        UseRow("hout", "biobased", Decimal(7), "territory", "stock"),
    ]
    report(session, hengelo, rows=rows, scope="territory", explanation="Alleen hout is geteld.")
    key = (hengelo.organisation_id or 0, YEAR)
    concept = list_inputs(session)
    assert (concept.adopted, concept.reported[key].by_origin) == ({}, {Origin.BIOBASED: 400})
    submitted(session, hengelo)
    adopted(session, reviewer)
    now = list_inputs(session)
    assert (now.reported, now.adopted[key].renewable_kg, now.adopted[key].total_kg) == ({}, 400, 400)


def test_the_database_itself_keeps_what_was_reported_and_adopted(session: Session, hengelo: Actor, reviewer: Actor) -> None:
    report(session, hengelo)
    with_remark = "UPDATE material_use_remark SET text = 'anders'"
    submitted(session, hengelo)
    add_remark(session, hengelo, organisation_slug="hengelo", year=YEAR, text="Dag")
    rewriting = ("UPDATE material_use_report SET explanation = 'anders'", "UPDATE material_use_report SET includes_bank_kg = 1")
    before = (*rewriting, "DELETE FROM material_use_report", "DELETE FROM material_use", with_remark)
    _all_are_refused(session, *before, "UPDATE material_use SET mass_kg = 1", "DELETE FROM material_use_remark")
    adopted(session, reviewer)
    _all_are_refused(
        session,
        "UPDATE material_use_report SET status = 'concept'",
        "UPDATE material_use_report SET submitted_by_id = 1",
        "UPDATE adopted_year SET primary_kg = 1",
        "DELETE FROM adopted_year",
    )
    if session.get_bind().dialect.name == "postgresql":
        tables = ("adopted_year", "material_use", "material_use_remark", "material_use_report", "figure_setting")
        _all_are_refused(session, *(f"TRUNCATE {table} CASCADE" for table in tables))


def _all_are_refused(session: Session, *statements: str) -> None:
    for statement in statements:
        with pytest.raises(DatabaseError, match="append-only|says what it said"), session.begin_nested():
            session.execute(text(statement))


def test_an_adopted_year_that_was_changed_behind_the_triggers_is_found(session: Session, hengelo: Actor, reviewer: Actor) -> None:
    report(session, hengelo)
    submitted(session, hengelo)
    adopted(session, reviewer)
    session.commit()
    for wrong in ({"reused_kg": Decimal(1)}, {"bank_reused_kg": Decimal(1)}, {"includes_bank_kg": Decimal(1)}):
        [adopted_year] = session.scalars(select(AdoptedYear))
        values = {column.name: getattr(adopted_year, column.name) for column in AdoptedYear.__table__.columns}
        other = make_actor(session, "borne", "coordinator")
        copy = MaterialUseReport(
            organisation_id=other.organisation_id,
            year=YEAR,
            version=1,
            status="adopted",
            includes_bank_kg=Decimal(0),
            reported_at=clock.now(),
            submitted_at=clock.now(),
        )
        session.add(copy)
        session.flush()
        names = {"organisation_id": other.organisation_id, "organisation_slug": "borne", "report_id": copy.id}
        empty = dict.fromkeys(("primary_kg", "reused_kg", "recycled_kg", "biobased_kg"), Decimal(0))
        session.add(AdoptedYear(**{**values, **names, **empty, **wrong, "id": None}))
        session.flush()
        assert "borne 2025" in str(find_adopted_breach(session))
        session.rollback()


def test_ten_kilograms_with_the_banks_259_tonnes_in_it_are_refused_and_with_an_explanation_kept(
    session: Session, hengelo: Actor, reviewer: Actor
) -> None:
    append_entry(session, "borne", "hengelo", mass_kg="259000", happened_on=date(YEAR, 5, 1))
    report(session, hengelo)
    odd = {"rows": [UseRow("bestrating", "reused", Decimal(10))], "includes_bank_kg": Decimal(259_000)}
    odd |= {"includes_bank_as_of": date(YEAR, 12, 31)}
    with pytest.raises(Invalid, match="259\xa0ton van de materialenbank"):
        report(session, hengelo, **odd)
    second = report(session, hengelo, **odd, explanation="De rest staat nog bij de aannemer.")
    assert (second.version, second.findings[0].rule.value) == (2, "bank_not_in_it")
    assert get_material_use(session, hengelo, year=YEAR, version=1).rows[0].mass_kg == 20_000_000
    seen = get_material_use(session, reviewer, year=YEAR, organisation_slug="hengelo")
    assert ([version.version for version in seen.versions], seen.explanation) == ([2, 1], "De rest staat nog bij de aannemer.")
    assert submitted(session, hengelo).status is ReportStatus.SUBMITTED


def test_what_looked_odd_when_it_was_submitted_stays_as_it_was_said(session: Session, hengelo: Actor, reviewer: Actor) -> None:
    report(session, hengelo, year=YEAR - 1, tonnes=9_000)
    report(session, hengelo, explanation="Er kwam een wijk bij.")
    submitted(session, hengelo)
    report(session, hengelo, year=YEAR - 1, tonnes=30_000)
    [finding] = get_material_use(session, reviewer, year=YEAR, organisation_slug="hengelo").findings
    assert (finding.rule.value, finding.facts["before_kg"]) == ("much_changed", "9000000")


def test_the_minimum_of_the_inhabitants_is_the_ao_ces_and_every_setting_stays(
    session: Session, hengelo: Actor, reviewer: Actor
) -> None:
    assert get_coverage_minimum(session) == 50
    for percent in ("12.5", "12.5", "40"):
        set_coverage(session, reviewer, Decimal(percent), "Het eerste jaar doen er nog weinig mee.")
    assert get_coverage_minimum(session) == 40
    assert [setting.value for setting in list_coverage_settings(session)] == ["40", "12.5"]
    for wrong, why in (("101", "Waarom"), ("40.5", " ")):
        with pytest.raises(Invalid):
            set_coverage(session, reviewer, Decimal(wrong), why)
    with pytest.raises(Forbidden):
        set_coverage(session, hengelo, Decimal(10), "Ik wil een cijfer.")
    _all_are_refused(session, "UPDATE figure_setting SET value = '1'", "DELETE FROM figure_setting")
