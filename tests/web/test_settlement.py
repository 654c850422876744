"""The settlement of a depot: rows of a quarter, sums by organisation, and who sees whose."""

import csv
import io
from datetime import date

import pytest
from flask import Flask
from openpyxl import load_workbook
from sqlalchemy.orm import Session

from marketplace.accounts.policy import Actor
from marketplace.depots.models import Depot
from marketplace.depots.rules.lots import Whereabouts
from tests.factories import make_actor
from tests.stored import make_lot, make_yard
from tests.visitors import visit

JULY = date(2026, 7, 1)
HEAD = [
    *("Organisatie", "Partij", "Titel", "Van", "Laatste dag", "Dagen", "Hoeveelheid × dagen", "Eenheid"),
    *("Prijs per eenheid en week (euro)", "Bedrag (euro)", "Opmerking"),
]


@pytest.fixture
def keeper(session: Session) -> Actor:
    return make_actor(session, "borne", "coordinator")


@pytest.fixture
def yard(session: Session, keeper: Actor) -> Depot:
    """176 m² of Almelo's for the last 42 days of a quarter, and 70 m² of Hengelo's for its last week."""
    yard = make_yard(session, keeper, "Gemeentewerf", ("m2", "0.15", JULY))
    make_lot(session, make_actor(session, "almelo"), Whereabouts(yard.id), "176", date(2026, 8, 20))
    make_lot(session, make_actor(session, "hengelo"), Whereabouts(yard.id), "70", date(2026, 9, 24), title="=Tegels")
    session.commit()
    return yard


def table(app: Flask, session: Session, actor: Actor, path: str) -> list[list[str]]:
    answer = visit(app, session, actor).get(path)
    assert (answer.status_code, answer.mimetype) == (200, "text/csv")
    return list(csv.reader(io.StringIO(answer.data.decode("utf-8-sig")), delimiter=";"))


def test_the_depot_sees_every_lot_and_the_sum_of_each_organisation(
    app: Flask, session: Session, keeper: Actor, yard: Depot
) -> None:
    """176 × 42 = 7 392 and × 0.15 / 7 = 158.40; 70 × 7 = 490 and 70 × 0.15 = 10.50."""
    rows = table(app, session, keeper, f"/depots/{yard.id}/afrekening/2026-K3.csv")
    assert rows == [
        HEAD,
        ["Almelo", "P1-95", "Grijze betonstraatstenen", "2026-08-20", "2026-09-30", "42", "7392", "m²", "0,15", "158,4", ""],
        ["Hengelo", "P2-92", "'=Tegels", "2026-09-24", "2026-09-30", "7", "490", "m²", "0,15", "10,5", ""],
        ["Almelo", "Totaal", "", "", "", "42", "", "", "", "158,4", ""],
        ["Hengelo", "Totaal", "", "", "", "7", "", "", "", "10,5", ""],
    ]


def test_another_organisation_sees_its_own_lots_only(app: Flask, session: Session, yard: Depot) -> None:
    hengelo = make_actor(session, "hengelo")
    rows = table(app, session, hengelo, f"/depots/{yard.id}/afrekening/2026-K3.csv")
    assert [row[0] for row in rows[1:]] == ["Hengelo", "Hengelo"]
    page = visit(app, session, hengelo).get(f"/depots/{yard.id}/afrekening?kwartaal=2026-K3").text
    assert "partijen van uw eigen organisatie" in page and "Almelo" not in page


def test_the_workbook_has_the_rows_and_the_sums_beside_them(app: Flask, session: Session, keeper: Actor, yard: Depot) -> None:
    answer = visit(app, session, keeper).get(f"/depots/{yard.id}/afrekening/2026-K3.xlsx")
    book = load_workbook(io.BytesIO(answer.data))
    lots, sums = book.worksheets
    assert [[cell.value for cell in row] for row in sums.iter_rows(min_row=2)] == [
        ["Almelo", 1, 42, 158.4, None],
        ["Hengelo", 1, 7, 10.5, None],
    ]
    assert [cell.value for cell in lots[2]][5:10] == [42, 7392, "m²", 0.15, 158.4]


def test_a_lot_without_a_price_is_unknown_and_makes_the_sum_incomplete(app: Flask, session: Session, keeper: Actor) -> None:
    yard = make_yard(session, keeper, "Werf", ("m2", "0.15", date(2026, 9, 24)))
    make_lot(session, keeper, Whereabouts(yard.id), "70", date(2026, 9, 1))
    bare = make_yard(session, keeper, "Werf zonder prijs")
    make_lot(session, keeper, Whereabouts(bare.id), "70", date(2026, 9, 1))
    session.commit()
    first, second, total = table(app, session, keeper, f"/depots/{yard.id}/afrekening/2026-K3.csv")[1:]
    assert (first[5], first[8], first[9], first[10]) == ("23", "", "", "geen prijs voor deze eenheid op deze dagen")
    assert (second[5], second[9]) == ("7", "10,5")
    assert (total[9], total[10]) == ("10,5", "niet volledig: regels zonder prijs: 1")
    assert table(app, session, keeper, f"/depots/{bare.id}/afrekening/2026-K3.csv")[-1][9] == ""
    page = visit(app, session, keeper).get(f"/depots/{bare.id}/afrekening?kwartaal=2026-K3").text
    assert "onbekend" in page and "Niet volledig: sommige partijen hebben geen prijs." in page


def test_the_page_leads_to_the_files_and_to_other_quarters(app: Flask, session: Session, keeper: Actor, yard: Depot) -> None:
    page = visit(app, session, keeper).get(f"/depots/{yard.id}/afrekening?kwartaal=2026-K3").text
    for part in (
        "Almelo",
        "€\u00a0158,40",
        f"/depots/{yard.id}/afrekening/2026-K3.csv",
        f"/depots/{yard.id}/afrekening/2026-K3.xlsx",
    ):
        assert part in page, part
    empty = visit(app, session, keeper).get(f"/depots/{yard.id}/afrekening?kwartaal=2025-K1").text
    assert "In dit kwartaal lagen hier geen partijen." in empty


def test_who_may_not_settle(app: Flask, session: Session, yard: Depot, keeper: Actor) -> None:
    path = f"/depots/{yard.id}/afrekening/2026-K3.csv"
    assert visit(app, session, make_actor(session, "regio-twente", "reviewer")).get(path).status_code == 200
    assert visit(app, session, make_actor(session, "regio-twente", "admin")).get(path).status_code == 403
    assert app.test_client().get(path).status_code in (302, 303, 401)
    client = visit(app, session, keeper)
    for missing in (f"/depots/{yard.id}/afrekening/2099-K1.csv", f"/depots/{yard.id}/afrekening?kwartaal=gisteren"):
        assert client.get(missing).status_code == 404, missing
