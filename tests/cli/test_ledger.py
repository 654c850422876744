"""Commands about the ledger: its head is logged, and a ledger cut short is named."""

import pytest
from flask import Flask
from sqlalchemy import text

from marketplace.kernel.db import Database
from tests.entries import append_entry

pytestmark = pytest.mark.postgresql


def run(app: Flask, *arguments: str) -> tuple[int, str]:
    ended = app.test_cli_runner().invoke(args=["ledger", *arguments], catch_exceptions=False)
    return ended.exit_code, str(ended.output).strip()


@pytest.fixture
def cut(app: Flask, database: Database) -> str:
    """The head of three rows, of which the last was then cut off together with head and roll-ups."""
    with database.transaction() as session:
        for mass_kg in ("100", "200", "300"):
            append_entry(session, "hengelo", "borne", mass_kg=mass_kg)
    with database.transaction() as session:
        if session.get_bind().dialect.name == "sqlite":
            session.execute(text("DROP TRIGGER exchange_no_delete"))
        else:
            session.execute(text("ALTER TABLE exchange DISABLE TRIGGER ALL"))
    code, head = run(app, "head")
    assert code == 0
    with database.transaction() as session:
        session.execute(text("DELETE FROM exchange WHERE seq = 3"))
        session.execute(text("UPDATE ledger_head SET seq = 2, hash = (SELECT hash FROM exchange WHERE seq = 2)"))
    assert run(app, "rebuild")[0] == 0
    return head


def test_a_head_that_was_printed_is_logged_and_a_shorter_ledger_is_named(app: Flask, cut: str) -> None:
    assert cut.startswith("3 ")
    assert run(app, "verify") == (1, "seq 3: the chain is shorter than the head that was logged: this row is gone")


def test_a_head_that_was_kept_on_paper_names_it_when_the_audit_lost_it_too(app: Flask, database: Database, cut: str) -> None:
    with database.transaction() as session:
        if session.get_bind().dialect.name == "sqlite":
            session.execute(text("DROP TRIGGER audit_no_delete"))
        else:
            session.execute(text("ALTER TABLE audit DISABLE TRIGGER ALL"))
        session.execute(text("DELETE FROM audit WHERE action = 'ledger.head'"))
    code, output = run(app, "verify")
    assert (code, output.split(",")[0]) == (0, "The ledger holds: 2 rows")
    assert run(app, "verify", "--head", cut) == (1, "seq 3: the chain is shorter than the head that was logged: this row is gone")


@pytest.mark.parametrize("head", ["drie", "3", "3 abc", "x " + "0" * 64])
def test_a_head_that_is_none_is_refused(app: Flask, head: str) -> None:
    code, output = run(app, "verify", "--head", head)
    assert code == 2
    assert "as `ledger head` prints them" in output
