"""Walking the chain: whatever was done to a row, the walk names it and does not stumble over it."""

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from marketplace.ledger.queries import find_breach
from tests.entries import append_entry
from tests.factories import seed_taxonomy


@pytest.fixture
def book(session: Session) -> Session:
    """Three rows, and nobody to stop whoever changes them."""
    seed_taxonomy(session)
    for mass_kg in ("100", "200", "300"):
        append_entry(session, "hengelo", "borne", mass_kg=mass_kg)
    session.commit()
    if session.get_bind().dialect.name == "sqlite":
        session.execute(text("DROP TRIGGER exchange_no_update"))
    else:
        session.execute(text("ALTER TABLE exchange DISABLE TRIGGER ALL"))
    session.expire_all()
    return session


def test_a_day_that_is_no_day_any_more_is_named(book: Session) -> None:
    assert find_breach(book) is None
    day = "'nonsense'" if book.get_bind().dialect.name == "sqlite" else "DATE '1999-01-01'"  # PostgreSQL refuses nonsense itself
    book.execute(text(f"UPDATE exchange SET happened_on = {day} WHERE seq = 2"))
    book.expire_all()
    assert find_breach(book).seq == 2


def test_a_row_before_an_unreadable_one_is_named_first(book: Session) -> None:
    book.execute(text("UPDATE exchange SET to_name = 'Elders' WHERE seq = 1"))
    if book.get_bind().dialect.name == "sqlite":
        book.execute(text("UPDATE exchange SET mass_kg = 'veel' WHERE seq = 3"))
    book.expire_all()
    assert find_breach(book).seq == 1


def test_a_ledger_without_its_head_is_a_breach(book: Session) -> None:
    book.execute(text("DELETE FROM ledger_head"))
    assert find_breach(book).seq == 4
