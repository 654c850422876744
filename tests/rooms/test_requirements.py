"""Lots that were published before a rule came: found, told once, mended in time or withdrawn, by one worker or two."""

import csv
import io
from collections.abc import Iterator
from datetime import datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from marketplace.accounts.policy import OPERATOR, Actor
from marketplace.advice.actions.requirements import check_lot, settle_requirement, tell_owner
from marketplace.advice.models import GateCheck, Requirement
from marketplace.advice.queries.requirements import (
    list_lots_to_check,
    list_lots_to_mend,
    list_owners_to_tell,
    list_requirements_to_settle,
)
from marketplace.exchange.actions import hand_over
from marketplace.exchange.actions.decide import approve, withdraw
from marketplace.exchange.actions.reserve import reserve
from marketplace.exchange.models import Reservation
from marketplace.exchange.rules.reservation import HandoverDraft, ReservationDraft
from marketplace.kernel import clock
from marketplace.kernel.errors import Conflict, Forbidden
from marketplace.kernel.files import SHIPPED
from marketplace.kernel.units import Quantity, Unit
from marketplace.market.models import Listing
from marketplace.materials.actions import sync
from marketplace.notices.models import NoticeRow
from tests.factories import declare, make_actor, make_listing

NEW_RULE = "nieuwe-eis"
MORNING = datetime(2027, 1, 11, 9, tzinfo=clock.AMSTERDAM)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The files that ship, with one rule more: pavers need a certificate before they are published."""
    text = (SHIPPED / "gates.csv").read_text(encoding="utf-8")
    rows = list(csv.DictReader(io.StringIO(text)))
    model = next(row for row in rows if row["slug"] == "environmental-declaration")
    new = model | {
        "slug": NEW_RULE,
        "moment": "plaatsen",
        "bewijsstukken": "certificate",
        "andere_eigenaar": "",
        "advies_telt": "1",
    }
    out = io.StringIO()
    writer = csv.DictWriter(out, list(model), lineterminator="\n")
    writer.writeheader()
    writer.writerows([*rows, new])
    (tmp_path / "gates.csv").write_text(out.getvalue(), encoding="utf-8")
    return tmp_path


@pytest.fixture
def owner(session: Session) -> Actor:
    sync(session, OPERATOR)
    return make_actor(session, "hengelo")


@pytest.fixture
def lots(session: Session, owner: Actor) -> Iterator[list[Listing]]:
    """Two lots of pavers that were published on 11 January under the rules of before, with all that these asked."""
    with clock.frozen(MORNING):
        yield [make_listing(session, owner, available_until=None) for _number in range(2)]


def at(day: int) -> datetime:
    """Nine in the morning, so many days after 11 January 2027."""
    return MORNING + timedelta(days=day)


def check_all(session: Session) -> int:
    return sum(check_lot(session, listing_id=number) for number in list_lots_to_check(session))


def tell_all(session: Session) -> int:
    return sum(tell_owner(session, organisation_id=number) for number in list_owners_to_tell(session))


def settle_all(session: Session) -> int:
    return sum(settle_requirement(session, requirement_id=number) for number in list_requirements_to_settle(session))


def told(session: Session, kind: str) -> list[tuple[int | None, dict[str, Any]]]:
    rows = session.scalars(select(NoticeRow).where(NoticeRow.kind == kind).order_by(NoticeRow.id))
    return [(row.organisation_id, row.facts) for row in rows]


def endings(session: Session) -> list[tuple[int, str | None]]:
    session.expire_all()
    return [(row.listing_id, row.ending) for row in session.scalars(select(Requirement).order_by(Requirement.listing_id))]


def status_of(session: Session, listing: Listing) -> str:
    session.expire_all()
    return session.get_one(Listing, listing.id).status


def test_lots_that_meet_the_rules_are_looked_at_once_and_nobody_hears_of_it(session: Session, lots: list[Listing]) -> None:
    assert list_lots_to_check(session) == [lot.id for lot in lots]
    assert check_all(session) == 2
    assert list_lots_to_check(session) == [] and check_lot(session, listing_id=lots[0].id) is False
    assert tell_all(session) == 0 and endings(session) == []


def test_a_rule_that_comes_later_is_told_once_for_all_lots_with_thirty_days(
    session: Session, owner: Actor, lots: list[Listing], folder: Path
) -> None:
    check_all(session)
    version = sync(session, OPERATOR, source=folder).version
    assert list_lots_to_check(session) == [lot.id for lot in lots]
    check_lot(session, listing_id=lots[0].id)
    assert list_owners_to_tell(session) == []  # a lot is still to be looked at: nobody hears in parts
    assert tell_owner(session, organisation_id=owner.organisation_id or 0) is False
    check_lot(session, listing_id=lots[1].id)
    assert list_owners_to_tell(session) == [owner.organisation_id]
    assert tell_all(session) == 1 and tell_all(session) == 0
    assert told(session, "requirement_new") == [(owner.organisation_id, {"count": 2, "until": "2027-02-10"})]
    rows = session.scalars(select(Requirement)).all()
    assert [(row.rules, row.version_id, row.until.isoformat()) for row in rows] == [([NEW_RULE], version, "2027-02-10")] * 2
    assert set(session.scalars(select(GateCheck.version_id))) == {version}
    assert [status_of(session, lot) for lot in lots] == ["published"] * 2


def test_two_workers_find_and_tell_once(session: Session, owner: Actor, lots: list[Listing], folder: Path) -> None:
    sync(session, OPERATOR, source=folder)
    due = list_lots_to_check(session)  # both workers asked before either did it
    assert [check_lot(session, listing_id=number) for number in (*due, *due)] == [True, True, False, False]
    owners = list_owners_to_tell(session)
    assert [tell_owner(session, organisation_id=number) for number in (*owners, *owners)] == [True, False]
    assert len(told(session, "requirement_new")) == 1 and len(endings(session)) == 2


def test_the_owner_has_a_list_with_the_rules_and_whoever_else_has_none(
    session: Session, owner: Actor, lots: list[Listing], folder: Path
) -> None:
    sync(session, OPERATOR, source=folder)
    check_all(session)
    tell_all(session)
    rows = list_lots_to_mend(session, owner)
    assert [(row.listing.id, [finding.rule for finding in row.findings]) for row in rows] == [
        (lot.id, [NEW_RULE]) for lot in lots
    ]
    assert list_lots_to_mend(session, make_actor(session, "borne")) == []
    with pytest.raises(Forbidden):
        list_lots_to_mend(session, make_actor(session, "omgevingsdienst", kind="adviser"))


def test_a_lot_that_was_mended_leaves_the_list_by_itself_and_the_other_is_withdrawn_after_thirty_days(
    session: Session, owner: Actor, lots: list[Listing], folder: Path
) -> None:
    sync(session, OPERATOR, source=folder)
    check_all(session)
    tell_all(session)
    mended, left = lots
    declare(session, owner, mended, kind="certificate")
    assert [row.listing.id for row in list_lots_to_mend(session, owner)] == [left.id]
    with clock.frozen(at(30)):  # the last day
        assert settle_all(session) == 1
        assert endings(session) == [(mended.id, "mended"), (left.id, None)]
        assert status_of(session, left) == "published"
    with clock.frozen(at(31)):
        assert settle_all(session) == 1 and settle_all(session) == 0
    assert endings(session) == [(mended.id, "mended"), (left.id, "withdrawn")]
    assert [status_of(session, lot) for lot in lots] == ["published", "withdrawn"]
    ((organisation, facts),) = told(session, "requirement_missed")
    assert (organisation, facts["listing_id"]) == (owner.organisation_id, left.id)
    assert facts["reason"] == f"De partij voldeed niet aan een regel die na het plaatsen kwam ({NEW_RULE})."
    assert list_lots_to_mend(session, owner) == []


def test_two_workers_withdraw_once(session: Session, owner: Actor, lots: list[Listing], folder: Path) -> None:
    sync(session, OPERATOR, source=folder)
    check_all(session)
    tell_all(session)
    with clock.frozen(at(31)):
        due = list_requirements_to_settle(session)
        assert [settle_requirement(session, requirement_id=number) for number in (*due, *due)] == [True, True, False, False]
    assert len(told(session, "requirement_missed")) == 2


def test_whoever_reserved_before_hears_why_the_lot_goes(
    session: Session, owner: Actor, lots: list[Listing], folder: Path
) -> None:
    asker = make_actor(session, "borne")
    reservation = reserve(session, asker, listing_id=lots[0].id, draft=ReservationDraft(Quantity(Decimal(40), Unit.M2)))
    approve(session, owner, reservation_id=reservation.id, hold_until=at(200))
    sync(session, OPERATOR, source=folder)
    check_all(session)
    tell_all(session)
    with clock.frozen(at(31)):
        settle_all(session)
    assert session.get_one(Reservation, reservation.id).status == "cancelled"
    cancelled = [
        facts["reason"] for organisation, facts in told(session, "reservation_cancelled") if organisation == asker.organisation_id
    ]
    assert cancelled == [f"De partij voldeed niet aan een regel die na het plaatsen kwam ({NEW_RULE})."]


def test_a_lot_between_two_signatures_waits_for_the_second_one(
    session: Session, owner: Actor, lots: list[Listing], folder: Path
) -> None:
    asker = make_actor(session, "borne")
    amount = Quantity(Decimal(40), Unit.M2)
    reservation = reserve(session, asker, listing_id=lots[0].id, draft=ReservationDraft(amount))
    approve(session, owner, reservation_id=reservation.id)
    hand_over.hand_over(session, owner, reservation_id=reservation.id, draft=HandoverDraft(amount, clock.today()))
    sync(session, OPERATOR, source=folder)
    check_all(session)
    tell_all(session)
    with clock.frozen(at(31)), pytest.raises(Conflict):
        settle_requirement(session, requirement_id=list_requirements_to_settle(session)[0])


def test_a_lot_that_its_owner_withdrew_is_no_longer_looked_after(
    session: Session, owner: Actor, lots: list[Listing], folder: Path
) -> None:
    sync(session, OPERATOR, source=folder)
    check_all(session)
    tell_all(session)
    withdraw(session, owner, listing_id=lots[0].id)
    assert [row.listing.id for row in list_lots_to_mend(session, owner)] == [lots[1].id]
    assert settle_all(session) == 1
    assert endings(session)[0] == (lots[0].id, "left")
    assert told(session, "requirement_missed") == []
