"""What `check` proves of a lot's quantity: what was listed and corrected, less what is gone or came back, plus surpluses."""

from decimal import Decimal

import pytest
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from marketplace.exchange.actions import decide, hand_over
from marketplace.exchange.queries.invariants import INVARIANTS
from marketplace.exchange.rules.reservation import HandoverDraft
from marketplace.kernel import clock
from marketplace.market.actions.listings import update_listing
from marketplace.market.models import Listing
from tests.at_the_gate import approved, back, counted, handed_over, m2, sound
from tests.factories import listing_draft, make_actor, make_listing, seed_taxonomy


@pytest.fixture
def bank(session: Session) -> Session:
    seed_taxonomy(session)
    return session


@pytest.fixture
def cast(bank: Session) -> dict:
    return {slug: make_actor(bank, slug) for slug in ("hengelo", "borne")}


def alter(session: Session, statement: str, **values: object) -> None:
    session.flush()
    session.execute(text(statement), values)
    session.expire_all()


def broken(session: Session) -> list[str]:
    return [found for _name, question in INVARIANTS if (found := question(session))]


@pytest.mark.parametrize("column", ["quantity", "listed", "corrected"])
def test_a_child_lot_of_which_there_is_suddenly_twice_as_much_is_found(bank: Session, cast: dict, column: str) -> None:
    lot, reservation = handed_over(bank, cast)
    hand_over.confirm(bank, cast["borne"], reservation_id=reservation.id)
    hand_over.return_part(bank, cast["borne"], reservation_id=reservation.id, draft=back("100"))
    sound(bank)
    child = bank.scalars(select(Listing.id).where(Listing.parent_id == lot.id)).one()
    alter(bank, f"UPDATE listing SET {column} = {column} + 100000 WHERE id = :id", id=child)
    assert f"listing {child}" in broken(bank)


def test_a_child_lot_doubled_in_all_its_columns_is_found_by_what_came_back(bank: Session, cast: dict) -> None:
    lot, reservation = handed_over(bank, cast)
    hand_over.confirm(bank, cast["borne"], reservation_id=reservation.id)
    hand_over.return_part(bank, cast["borne"], reservation_id=reservation.id, draft=back("100"))
    number = lot.id
    alter(bank, "UPDATE listing SET quantity = 200000, listed = 200000 WHERE parent_id = :id", id=number)
    assert broken(bank) == [f"listing {number}"]


def test_a_lot_that_shrinks_without_a_write_off_is_found(bank: Session, cast: dict) -> None:
    lot, _reservation = handed_over(bank, cast)
    number = lot.id
    alter(bank, "UPDATE listing SET quantity = quantity - 50000 WHERE id = :id", id=number)
    assert broken(bank) == [f"listing {number}"]


def test_what_its_owner_makes_of_a_lot_is_a_correction_and_what_was_listed_stays(bank: Session, cast: dict) -> None:
    lot = make_listing(bank, cast["hengelo"], quantity=m2("500"))
    draft = listing_draft("hengelo", quantity=m2("430.5"))
    update_listing(bank, cast["hengelo"], listing_id=lot.id, version=lot.version, draft=draft)
    bank.refresh(lot)
    assert (lot.quantity, lot.listed, lot.corrected) == (Decimal("430.5"), Decimal(500), Decimal("-69.5"))
    sound(bank)


def test_a_surplus_of_what_is_called_off_was_never_there(bank: Session, cast: dict) -> None:
    lot, reservation = approved(bank, cast, lot=make_listing(bank, cast["hengelo"], quantity=m2("300")))
    hand_over.hand_over(bank, cast["hengelo"], reservation_id=reservation.id, draft=HandoverDraft(m2("310"), clock.today()))
    sound(bank)
    decide.cancel(bank, cast["borne"], reservation_id=reservation.id, reason="Verkeerde stenen geladen")
    done = decide.agree_cancel(bank, cast["hengelo"], reservation_id=reservation.id)
    assert (done.status, done.surplus) == ("cancelled", 0)
    assert counted(bank, lot) == ("300", "0", "0", "300")
    sound(bank)
