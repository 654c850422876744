"""What `check` proves of a lot's quantity: what was listed and corrected, less what is gone or came back, plus surpluses."""

from decimal import Decimal

import pytest
from sqlalchemy import insert, select, text
from sqlalchemy.orm import Session

from marketplace.depots.models import Movement
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
    return [fault for _name, question in INVARIANTS if (fault := question(session))]


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
    child = bank.scalars(select(Listing.id).where(Listing.parent_id == number)).one()
    assert broken(bank) == [f"listing {number}", f"listing {child}"]


def test_a_lot_that_shrinks_without_a_write_off_is_found(bank: Session, cast: dict) -> None:
    lot, _reservation = handed_over(bank, cast)
    number = lot.id
    alter(bank, "UPDATE listing SET quantity = quantity - 50000 WHERE id = :id", id=number)
    assert broken(bank) == [f"listing {number}"] * 2


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


def transferred(bank: Session, cast: dict) -> tuple[int, int, int]:
    """500 of which 300 went to Borne and 100 came back: the numbers of the three lots."""
    listing, reservation = handed_over(bank, cast)
    hand_over.confirm(bank, cast["borne"], reservation_id=reservation.id)
    hand_over.return_part(bank, cast["borne"], reservation_id=reservation.id, draft=back("100"))
    sound(bank)
    first = bank.scalars(select(Listing.lot_id).where(Listing.id == listing.id)).one()
    return first or 0, (first or 0) + 1, (first or 0) + 2


@pytest.mark.parametrize(
    ("statement", "of"),
    [
        ("UPDATE lot SET quantity = quantity + 1 WHERE id = :second", ["lot {second}"]),
        ("UPDATE lot SET owner_id = holder_id, holder_id = 1 WHERE id = :second", ["lot {second}"]),
        ("UPDATE lot SET unit = 'piece' WHERE id = :third", ["lot {third}", "listing 2"]),
        ("UPDATE lot SET origin_id = :second WHERE id = :third", ["lot {third}"]),
        ("UPDATE lot SET parent_id = :first WHERE id = :third", ["lot {third}"]),
        ("UPDATE listing SET lot_id = NULL WHERE id = 2", ["listing 2"]),
        ("UPDATE reservation SET returned = 0, reversed = 100000", ["listing 1", "reservation 1"]),
    ],
)
def test_a_lot_that_is_not_what_its_movements_say_is_found(bank: Session, cast: dict, statement: str, of: list[str]) -> None:
    first, second, third = transferred(bank, cast)
    alter(bank, "UPDATE lot SET bay = bay WHERE id = :first", first=first)
    numbers = {"first": first, "second": second, "third": third}
    alter(bank, statement, **{name: number for name, number in numbers.items() if f":{name}" in statement})
    assert broken(bank) == [name.format(**numbers) for name in of]


@pytest.mark.parametrize("kind", ["count", "split"])
def test_a_movement_too_many_is_found(bank: Session, cast: dict, kind: str) -> None:
    _first, second, _third = transferred(bank, cast)
    row = {**_row(bank, second), "kind": kind, "quantity": Decimal(5), "reservation_id": None}
    bank.execute(insert(Movement), row)
    assert broken(bank) == [f"lot {second}"] * (2 if kind == "split" else 1)


def _row(bank: Session, lot_id: int) -> dict[str, object]:
    row = bank.scalars(select(Movement).where(Movement.lot_id == lot_id).order_by(Movement.id)).first()
    return {column.name: getattr(row, column.name) for column in Movement.__table__.columns if column.name != "id"}
