"""Who is reminded of a report, from when on, and how often."""

from datetime import date, datetime, timedelta
from decimal import Decimal

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from marketplace.accounts.actions.organisations import seed_region
from marketplace.accounts.policy import Actor
from marketplace.impact.actions.goals import seed_goals
from marketplace.impact.actions.reminders import remind_municipality, remind_reviewers
from marketplace.impact.actions.reports import ask_for_report, report_material_use
from marketplace.impact.actions.review import adopt, send_back, start_review, submit
from marketplace.impact.queries.adopted import list_municipalities_to_remind, list_reports_to_remind
from marketplace.impact.rules.goals import Decision
from marketplace.impact.rules.material_use import UseRow
from marketplace.kernel import clock
from marketplace.notices.models import NoticeRow
from tests.factories import make_actor, seed_taxonomy

YEAR = 2026
MARCH = datetime(2027, 3, 1, tzinfo=clock.AMSTERDAM)


@pytest.fixture
def borne(session: Session) -> Actor:
    seed_region(session)
    seed_goals(session)
    seed_taxonomy(session)
    return make_actor(session, "borne", "coordinator")


@pytest.fixture
def reviewer(session: Session, borne: Actor) -> Actor:
    return make_actor(session, "regio-twente", "reviewer")


def submitted(session: Session, actor: Actor, when: datetime) -> int:
    with clock.frozen(when):
        rows = [UseRow("bestrating", "primary", Decimal(9_000_000))]
        slug = actor.organisation_slug
        report_material_use(session, actor, organisation_slug=slug, year=YEAR, rows=rows)
        submit(session, actor, organisation_slug=slug, year=YEAR)
    return actor.organisation_id or 0


def due(session: Session, when: datetime) -> list[int]:
    with clock.frozen(when):
        return list_municipalities_to_remind(session)


def remind(session: Session, organisation_id: int, when: datetime) -> bool:
    with clock.frozen(when):
        return remind_municipality(session, organisation_id=organisation_id)


def told(session: Session, kind: str) -> list[tuple[int | None, int | None, dict[str, str]]]:
    rows = session.scalars(select(NoticeRow).where(NoticeRow.kind == kind).order_by(NoticeRow.id))
    return [(row.person_id, row.organisation_id, row.facts) for row in rows]


def test_municipalities_are_reminded_from_the_first_of_march_on_and_once_a_month(session: Session, borne: Actor) -> None:
    own = borne.organisation_id or 0
    make_actor(session, "losser")  # nobody there who could submit anything
    assert due(session, MARCH - timedelta(seconds=1)) == []
    assert due(session, MARCH) == [own]
    assert remind(session, own, MARCH)
    assert not remind(session, own, datetime(2027, 3, 31, 23, 59, tzinfo=clock.AMSTERDAM))
    assert own not in due(session, datetime(2027, 3, 31, 23, 59, tzinfo=clock.AMSTERDAM))
    assert remind(session, own, datetime(2027, 4, 1, tzinfo=clock.AMSTERDAM))
    assert told(session, "report_not_submitted") == [(None, own, {"slug": "borne", "year": "2026"})] * 2


def test_who_has_submitted_is_not_reminded_and_whose_report_was_sent_back_is(
    session: Session, borne: Actor, reviewer: Actor
) -> None:
    own = submitted(session, borne, datetime(2027, 2, 1, tzinfo=clock.AMSTERDAM))
    assert own not in due(session, MARCH)
    with clock.frozen(MARCH):
        send_back(session, reviewer, organisation_slug="borne", year=YEAR, question="Waar is het hout?")
    assert own in due(session, MARCH)
    with clock.frozen(MARCH):
        submit(session, borne, organisation_slug="borne", year=YEAR)
        decision = Decision("College", date(2027, 3, 1), "Besluit 1")
        adopt(session, reviewer, organisation_slug="borne", year=YEAR, decision=decision)
    assert own not in due(session, MARCH)


def test_a_month_in_which_the_region_asked_needs_no_reminder(session: Session, borne: Actor, reviewer: Actor) -> None:
    own = borne.organisation_id or 0
    with clock.frozen(MARCH):
        ask_for_report(session, reviewer, organisation_slug="borne", year=YEAR)
    assert own not in due(session, MARCH + timedelta(days=20))
    assert own in due(session, MARCH + timedelta(days=31))


def test_the_ao_ce_is_reminded_of_what_waits_more_than_14_days_and_again_14_days_later(
    session: Session, borne: Actor, reviewer: Actor
) -> None:
    start = datetime(2027, 2, 1, 12, tzinfo=clock.AMSTERDAM)
    submitted(session, borne, start)
    with clock.frozen(start + timedelta(days=14, seconds=-1)):
        assert list_reports_to_remind(session) == []
    with clock.frozen(start + timedelta(days=14)):
        [report_id] = list_reports_to_remind(session)
        assert remind_reviewers(session, report_id=report_id)
        assert not remind_reviewers(session, report_id=report_id)
    facts = {"organisation": "Borne", "slug": "borne", "year": "2026", "since": "2027-02-01"}
    assert told(session, "report_waiting") == [(reviewer.person_id, None, facts)]
    with clock.frozen(start + timedelta(days=28)):
        assert list_reports_to_remind(session) == [report_id]
        start_review(session, reviewer, organisation_slug="borne", year=YEAR)
        assert list_reports_to_remind(session) == []
