"""The page, the file and the API of what depots save and cost."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from decimal import Decimal

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from marketplace.accounts.actions.organisations import seed_region
from marketplace.depots.rules.lots import Whereabouts
from marketplace.kernel import clock
from tests.factories import make_actor, make_token, seed_taxonomy
from tests.rooms.test_depot_figures import passed_through
from tests.rooms.test_movements import JUNE, make_lot
from tests.visitors import visit


@pytest.fixture(autouse=True)
def july() -> Iterator[None]:
    with clock.frozen(datetime(2026, 7, 1, 12, tzinfo=UTC)):
        yield


@pytest.fixture
def bank(session: Session) -> Session:
    seed_region(session)
    seed_taxonomy(session)
    return session


@pytest.fixture
def reader(app: Flask, bank: Session) -> FlaskClient:
    return visit(app, bank, make_actor(bank, "regio-twente", "reviewer"))


def words(client: FlaskClient, path: str) -> str:
    page = client.get(path)
    assert page.status_code == 200, path
    text = re.sub(r"<[^>]+>", " ", page.text.split('<main id="content"')[1].split("<footer")[0])
    return " ".join(text.replace("\u00a0", " ").split())


def test_every_figure_says_what_it_rests_on(bank: Session, reader: FlaskClient) -> None:
    passed_through(bank)
    bank.commit()
    page = words(reader, "/cijfers/depots")
    assert "Binnengekomen 51,1 ton" in page
    assert "Uitgegeven 18,5 ton 18,5 ton naar een afnemer, 0 kg naar eigen werk, 0 kg naar een andere plek" in page
    assert "Vond een bestemming 100% overgedragen of zelf gebruikt: 18,5 ton van 18,5 ton, de rest is afgeboekt" in page
    assert "Dagen in het depot 42,0 van de gemiddelde ton die wegging, 18,5 ton;" in page
    assert (
        "Kosten € 308,74 per dag die voorbij is, zoals in de afrekening van het depot; 100% van de tondagen heeft een prijs"
        in page
    )
    assert "Per ton en week € 0,81" in page
    assert "Nieuw, volgens afnemers € 162,16 per ton van 1 overdracht, samen 18,5 ton" in page
    assert "Prijs waarbij het gelijk is € 27,03 per ton en week" in page
    assert "de 6,0 weken dat deze er lagen" in page
    assert "Weken tot het gelijk is 200,0 zo lang mag een ton er liggen voor € 0,81 per ton en week" in page


def test_one_depot_and_one_year(bank: Session, reader: FlaskClient) -> None:
    yard, _row = passed_through(bank)
    owner = make_actor(bank, "almelo")
    make_lot(bank, owner, Whereabouts(yard.id), "10", JUNE)
    bank.commit()
    page = reader.get(f"/cijfers/depots?depot={yard.id}&jaar=2026")
    assert f'href="/cijfers/depots?depot={yard.id}&amp;jaar=2026"' in page.text
    assert "Binnengekomen 52,9 ton" in words(reader, f"/cijfers/depots?depot={yard.id}&jaar=2026")
    assert "In deze periode lag er niets in een depot" in words(reader, "/cijfers/depots?jaar=2025")
    assert words(reader, "/cijfers/depots?depot=x") == words(reader, "/cijfers/depots")


def test_unknown_is_a_word(bank: Session, reader: FlaskClient) -> None:
    yard, _row = passed_through(bank, purchase_cents=None)
    lot = make_lot(bank, make_actor(bank, "almelo"), Whereabouts(yard.id), "10", JUNE)
    lot.unit = "m3"
    bank.commit()
    page = words(reader, "/cijfers/depots")
    assert "Per ton onbekend dit zou te laag zijn: een deel heeft geen prijs" in page
    assert "Prijs waarbij het gelijk is onbekend geen afnemer zei wat nieuw kopen had gekost" in page


def test_the_file_holds_every_figure(bank: Session, reader: FlaskClient) -> None:
    passed_through(bank)
    bank.commit()
    answer = reader.get("/cijfers/depots.csv?jaar=2026")
    assert 'filename="materialenbank-depots-2026-2026-07-01.csv"' in answer.headers["Content-Disposition"]
    header, line = answer.get_data(as_text=True).lstrip("\ufeff").splitlines()
    cells = dict(zip(header.split(";"), line.split(";"), strict=True))
    assert (cells["Depot"], cells["Kwam binnen (kg)"], cells["Kosten (euro)"]) == ("Gemeentewerf", "51060", "308,74")
    assert cells["Prijs per ton en week waarbij het gelijk is (euro)"] == "27,027"


def test_others_have_no_page(app: Flask, bank: Session) -> None:
    for role in ("project_leader", "coordinator"):
        client = visit(app, bank, make_actor(bank, "borne", role))
        assert [client.get(path).status_code for path in ("/cijfers/depots", "/cijfers/depots.csv")] == [403, 403]
        assert "/cijfers/depots" not in client.get("/cijfers").text
    assert "/inloggen" in app.test_client().get("/cijfers/depots").location


def test_a_program_reads_the_same(app: Flask, bank: Session) -> None:
    yard, _row = passed_through(bank)
    reviewer, other = make_actor(bank, "regio-twente", "reviewer"), make_actor(bank, "borne", "coordinator")
    tokens = [make_token(bank, person) for person in (reviewer, other)]
    bank.commit()

    def ask(token: str, period: str = "") -> object:
        return app.test_client().get(f"/api/v1/depots/figures{period}", headers={"Authorization": f"Bearer {token}"})

    body = ask(tokens[0], "?from=2026-06&until=2026-06").get_json()  # type: ignore[attr-defined]
    assert [row["depot"]["id"] for row in body["items"]] == [yard.id]
    assert body["total"] == body["items"][0]["figures"]
    totals = {name: body["total"][name] for name in ("openingKg", "inKg", "transferredKg", "closingKg", "tonneDays", "costCents")}
    assert totals == {
        "openingKg": 51060, "inKg": 0, "transferredKg": 18500, "closingKg": 32560, "tonneDays": Decimal("1235.8"), "costCents": 14314,
    }  # fmt: skip
    assert (body["total"]["breakEvenPriceCents"], body["total"]["usedShare"]) == (Decimal("2702.703"), 1)
    assert ask(tokens[0], "?from=2026-13").status_code == 422  # type: ignore[attr-defined]
    assert ask(tokens[1]).status_code == 403  # type: ignore[attr-defined]
