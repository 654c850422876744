"""Figures that stand beside each other are of one moment, whoever books meanwhile; and what only reads cannot write."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import delete, func, insert, select, update
from sqlalchemy.orm import Session

from marketplace.accounts.models import Organisation, Person
from marketplace.cli import check
from marketplace.impact.queries import statistics
from marketplace.kernel.db import Database
from marketplace.kernel.language import _
from marketplace.ledger.models import Exchange
from tests.api.conftest import Api
from tests.entries import append_entry
from tests.factories import make_actor

TONNE = Decimal(1000)


def book(database: Database) -> None:
    """A tonne from Hengelo, as another worker of the site books it."""
    with database.transaction() as other:
        append_entry(other, "hengelo", "borne", mass_kg="1000")


@pytest.fixture
def booked_before(database: Database, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], None]:
    """Have a tonne booked just before a part of the figures is asked for: `booked_before("_by_group")`."""

    def arrange(part: str) -> None:
        ask = getattr(statistics, part)

        def meanwhile(*given: Any, **named: Any) -> Any:
            book(database)
            return ask(*given, **named)

        monkeypatch.setattr(statistics, part, meanwhile)

    return arrange


@pytest.mark.parametrize("part", ["_by_municipality", "_by_group", "_by_month"])
def test_every_split_adds_up_to_the_total_while_somebody_books(
    hengelo: Api, database: Database, booked_before: Callable[[str], None], part: str
) -> None:
    book(database)
    booked_before(part)
    statistics = hengelo.get("/statistics").get_json()
    splits = ("byMunicipality", "byMaterialGroup", "byMonth")
    assert [sum(Decimal(row["massKg"]) for row in statistics[name]) for name in splits] == [TONNE] * 3
    assert Decimal(statistics["totals"]["massKg"]) == TONNE
    assert Decimal(hengelo.get("/statistics").get_json()["totals"]["massKg"]) > TONNE


def test_the_total_of_a_list_of_rows_is_that_of_its_moment(hengelo: Api, database: Database, app: Flask) -> None:
    book(database)
    assert hengelo.get("/exchanges").get_json()["total"] == 1
    with database.read(one_moment=True) as reading:
        counted = select(func.count(Exchange.seq))
        assert reading.scalar(counted) == 1
        book(database)
        assert (reading.scalar(counted), len(reading.scalars(select(Exchange)).all())) == (1, 1)
    assert hengelo.get("/exchanges").get_json()["total"] == 2


def test_a_check_sees_no_breach_in_what_is_booked_while_it_asks(
    app: Flask, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    def counts_twice(session: Session) -> str | None:
        first = session.scalar(select(func.count(Exchange.seq)))
        book(database)
        return None if session.scalar(select(func.count(Exchange.seq))) == first else "another number of rows"

    book(database)
    monkeypatch.setattr(check, "INVARIANTS", ((_("Draft"), counts_twice),))
    outcome = app.test_cli_runner().invoke(args=["check"])
    assert (outcome.exit_code, outcome.output.splitlines()[-1]) == (0, "All 1 invariants hold.")


WRITES: dict[str, Callable[[Session], Any]] = {
    "execute": lambda session: session.execute(update(Organisation).values(name="x")),
    "scalars": lambda session: session.scalars(update(Organisation).values(name="x").returning(Organisation.id)),
    "scalar": lambda session: session.scalar(delete(Person).returning(Person.id)),
    "insert": lambda session: session.scalar(insert(Organisation).values(slug="x").returning(Organisation.id)),
    "flush": lambda session: setattr(session.scalars(select(Organisation)).first(), "name", "x") or session.flush(),
}


@pytest.mark.parametrize("one_moment", [False, True])
@pytest.mark.parametrize("way", WRITES)
def test_what_only_reads_cannot_write(database: Database, way: str, one_moment: bool) -> None:
    with database.transaction() as session:
        make_actor(session, "hengelo")
    with database.read(one_moment=one_moment) as reading, pytest.raises(RuntimeError, match="asked to write"):
        WRITES[way](reading)
    with database.read() as reading:
        assert "x" not in reading.scalars(select(Organisation.name)).all()
        assert reading.scalar(select(func.count(Person.id))) == 1
