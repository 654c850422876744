"""Who has not reported a year, and asking for it once in 14 days."""

import threading
from datetime import timedelta
from decimal import Decimal

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from marketplace.accounts.actions.organisations import seed_region
from marketplace.accounts.policy import ANONYMOUS, Actor
from marketplace.impact.actions.reports import ask_for_report, report_material_use
from marketplace.impact.actions.review import send_back, submit
from marketplace.impact.queries.reports import get_reporting, last_year, list_own_unfinished
from marketplace.impact.rules.material_use import UseRow
from marketplace.impact.rules.reports import ReportStatus
from marketplace.kernel import clock
from marketplace.kernel.db import Database
from marketplace.kernel.errors import Conflict, Forbidden, Invalid, Missing, Unauthorised
from marketplace.notices.models import NoticeRow
from tests.factories import make_actor, seed_taxonomy


@pytest.fixture
def broker(session: Session) -> Actor:
    seed_region(session)
    seed_taxonomy(session)
    return make_actor(session, "regio-twente", "coordinator")


def report(session: Session, slug: str, mass_kg: int) -> None:
    rows = [UseRow("bestrating", "primary", Decimal(mass_kg))] if mass_kg else []
    coordinator = make_actor(session, slug, "coordinator")
    report_material_use(session, coordinator, organisation_slug=slug, year=last_year(), rows=rows)


def test_whoever_reported_something_is_not_missing_and_an_emptied_report_counts_as_none(session: Session, broker: Actor) -> None:
    assert last_year() == clock.today().year - 1
    report(session, "borne", 1000)
    report(session, "hengelo", 1000)
    report(session, "hengelo", 0)
    reporting = get_reporting(session, broker)
    assert (reporting.year, reporting.municipalities, reporting.reported, len(reporting.missing)) == (last_year(), 14, 1, 13)
    slugs = [state.organisation.slug for state in reporting.missing]
    assert "borne" not in slugs and "hengelo" in slugs and slugs == sorted(slugs)
    assert len(get_reporting(session, broker, year=last_year() - 1).missing) == 14


def test_a_municipality_is_asked_once_in_14_days_and_its_people_are_told(session: Session, broker: Actor) -> None:
    hengelo = make_actor(session, "hengelo", "coordinator")
    reporting = ask_for_report(session, broker, organisation_slug="hengelo", year=last_year())
    [missing] = [state for state in reporting.missing if state.organisation.slug == "hengelo"]
    assert (missing.asked_on, missing.may_be_asked) == (clock.today(), False)
    [notice] = session.scalars(select(NoticeRow).where(NoticeRow.kind == "report_asked"))
    assert (notice.organisation_id, notice.facts) == (hengelo.organisation_id, {"year": str(last_year())})
    start = clock.now()
    with clock.frozen(start + timedelta(days=13)), pytest.raises(Conflict):
        ask_for_report(session, broker, organisation_slug="hengelo", year=last_year())
    with clock.frozen(start + timedelta(days=14)):
        year = last_year()
        again = ask_for_report(session, broker, organisation_slug="hengelo", year=year)
        assert [state.asked_on for state in again.missing if state.organisation.slug == "hengelo"] == [clock.today()]


def test_what_cannot_be_asked(session: Session, broker: Actor) -> None:
    report(session, "borne", 1000)
    for slug, year, refusal in (
        ("borne", last_year(), Conflict),
        ("regio-twente", last_year(), Invalid),
        ("atlantis", last_year(), Missing),
        ("hengelo", last_year() + 1, Invalid),
        ("hengelo", 2014, Invalid),
    ):
        with pytest.raises(refusal):
            ask_for_report(session, broker, organisation_slug=slug, year=year)
    with pytest.raises(Forbidden):
        ask_for_report(session, make_actor(session, "borne", "coordinator"), organisation_slug="hengelo", year=last_year())
    ask_for_report(session, broker, organisation_slug="hengelo", year=last_year())
    of_member = get_reporting(session, make_actor(session, "borne", "coordinator"))
    assert of_member.reported == 1 and {state.asked_on for state in of_member.states} == {None}
    with pytest.raises(Unauthorised):
        get_reporting(session, ANONYMOUS)


def test_the_coordinator_of_a_municipality_finds_what_waits_for_it(session: Session, broker: Actor) -> None:
    hengelo, reviewer, year = (
        make_actor(session, "hengelo", "coordinator"),
        make_actor(session, "regio-twente", "reviewer"),
        last_year(),
    )
    assert list_own_unfinished(session, hengelo) == [(year, None)]
    assert list_own_unfinished(session, make_actor(session, "hengelo")) == list_own_unfinished(session, broker) == []
    for when in (year, year - 1):
        rows = [UseRow("bestrating", "primary", Decimal(100_000_000))]
        report_material_use(session, hengelo, organisation_slug="hengelo", year=when, rows=rows)
    assert list_own_unfinished(session, hengelo) == [(year, ReportStatus.CONCEPT)]  # a concept of long ago is no work of today
    for when in (year, year - 1):
        submit(session, hengelo, organisation_slug="hengelo", year=when)
    assert list_own_unfinished(session, hengelo) == []
    send_back(session, reviewer, organisation_slug="hengelo", year=year - 1, question="Waar is het asfalt?")
    rows = [UseRow("bestrating", "primary", Decimal(90_000_000))]
    report_material_use(session, hengelo, organisation_slug="hengelo", year=year - 1, rows=rows)  # changed, not submitted yet
    assert list_own_unfinished(session, hengelo) == [(year - 1, ReportStatus.SENT_BACK)]


def test_of_two_who_ask_at_once_one_is_heard(session: Session, database: Database, broker: Actor) -> None:
    session.commit()
    refused: list[Conflict] = []
    start = threading.Barrier(6)

    def click() -> None:
        start.wait()
        try:
            database.run(lambda writing: ask_for_report(writing, broker, organisation_slug="hengelo", year=last_year()) and None)
        except Conflict as refusal:
            refused.append(refusal)

    clicks = [threading.Thread(target=click) for _number in range(6)]
    for thread in clicks:
        thread.start()
    for thread in clicks:
        thread.join()
    notice_ids = session.scalars(select(NoticeRow.id).where(NoticeRow.kind == "report_asked")).all()
    assert (len(refused), len(notice_ids)) == (5, 1)
