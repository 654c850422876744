"""The demonstration shows every state of a report, and its adopted years hold what was booked by then."""

from collections import Counter
from datetime import datetime

import pytest
from flask import Flask
from sqlalchemy import func, select

from marketplace.accounts.policy import Actor
from marketplace.accounts.rules.accounts import Role
from marketplace.cli import demo
from marketplace.exchange.queries.invariants import INVARIANTS
from marketplace.impact.models import MaterialUseReport
from marketplace.impact.queries.adopted import list_adopted
from marketplace.impact.queries.reports import get_reporting, inhabitants_of
from marketplace.impact.rules.reports import ReportStatus
from marketplace.kernel import clock
from marketplace.ledger.models import Exchange
from marketplace.places.queries.region import areas

OVERSEER = Actor(person_id=0, role=Role.REVIEWER)


@pytest.mark.slow
@pytest.mark.parametrize(
    "now",
    [datetime(2026, 11, 28, 12, tzinfo=clock.AMSTERDAM), datetime(2027, 1, 1, 0, 30, tzinfo=clock.AMSTERDAM)],
    ids=["november", "new year"],
)
def test_every_state_of_a_report_is_seen(app: Flask, now: datetime) -> None:
    with clock.frozen(now):
        assert demo.load(app)
        with app.extensions["database"].read() as session:
            last = now.year - 1
            states = Counter(state.status for state in get_reporting(session, OVERSEER, year=last).states)
            seen = set(session.scalars(select(MaterialUseReport.status).distinct()))
            assert seen == {status.value for status in ReportStatus} and set(states) == {None, *ReportStatus} - {
                ReportStatus.SUPERSEDED
            }
            everybody = sum(area.inhabitants for area in areas())
            shares = {
                year: sum(inhabitants_of(report.organisation_slug) for report in list_adopted(session, year=year)) / everybody
                for year in (last - 2, last - 1, last)
            }
            assert [share >= 0.5 for share in shares.values()] == [False, True, False] and min(shares.values()) > 0
            for report in list_adopted(session):
                assert datetime(report.year + 1, 1, 1, tzinfo=clock.AMSTERDAM) <= report.adopted_at <= now
                booked = select(func.max(Exchange.booked_at)).where(Exchange.seq <= report.ledger_seq)
                assert report.ledger_seq == 0 or session.scalars(booked).one() <= report.adopted_at
            assert [(name, breach) for name, question in INVARIANTS if (breach := question(session))] == []
