"""European thresholds lie in the versions of the reference data: added to, never changed."""

from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import update
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from marketplace.accounts.policy import OPERATOR
from marketplace.joint.queries.thresholds import list_thresholds
from marketplace.joint.rules.thresholds import Contract, find_threshold
from marketplace.kernel.files import SHIPPED
from marketplace.materials.actions import sync
from marketplace.materials.models import ReferenceRow
from tests.factories import seed_taxonomy

LATER = "leveringen-2028,Leveringen 2028,Supplies 2028,leveringen,220000,2028-01-01,2029-12-31,Later besluit,Later decision,0,ongeverifieerd,2026-11-29\n"


def test_a_later_file_adds_a_period_and_leaves_the_others(session: Session, tmp_path: Path) -> None:
    seed_taxonomy(session)
    assert find_threshold(list_thresholds(session), Contract.SUPPLIES, date(2028, 3, 1)) is None
    text = (SHIPPED / "thresholds.csv").read_text(encoding="utf-8") + LATER
    (tmp_path / "thresholds.csv").write_text(text, encoding="utf-8")
    sync(session, OPERATOR, source=tmp_path)
    thresholds = list_thresholds(session)
    later, now = (find_threshold(thresholds, Contract.SUPPLIES, day) for day in (date(2028, 3, 1), date(2026, 11, 29)))
    assert later is not None and (later.amount_cents, later.is_verified) == (22_000_000, False)
    assert now is not None and (now.amount_cents, now.is_verified) == (21_600_000, True)


def test_a_threshold_that_was_loaded_is_never_changed(session: Session) -> None:
    seed_taxonomy(session)
    with pytest.raises(DBAPIError, match="append-only"), session.begin_nested():
        session.execute(update(ReferenceRow).where(ReferenceRow.kind == "threshold").values(facts={}))
