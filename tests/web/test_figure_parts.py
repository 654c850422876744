"""What is folded under the charts of the figures: three parts, certainty, distance, euros, and what was booked later. Worked out by hand."""

import re
from collections.abc import Iterator
from datetime import UTC, date, datetime
from decimal import Decimal
from io import BytesIO

import pytest
from flask import Flask
from flask.testing import FlaskClient
from openpyxl import load_workbook
from sqlalchemy.orm import Session

from marketplace.accounts.actions.organisations import seed_region
from marketplace.kernel import clock
from tests.entries import append_entry, append_reversal
from tests.factories import make_actor, make_organisation, seed_taxonomy
from tests.visitors import visit

NOW = datetime(2026, 11, 27, 12, tzinfo=UTC)


@pytest.fixture
def bank(session: Session) -> Iterator[Session]:
    """170 tonnes of 2026 in three answers, a price, a partner, a row of 2025 that was booked in 2026, and one that counts later."""
    with clock.frozen(NOW):
        seed_region(session)
        seed_taxonomy(session)
        make_organisation(session, "sloper-bv", "partner")
        ranged = {"carbon_range": ("0.1", "0.15")}
        for giver, receiver, kg, day, more in (
            ("hengelo", "borne", "100000", date(2026, 1, 15), {**ranged, "replaces_purchase": "yes", "confidence": "A"}),
            ("wierden", "losser", "50000", date(2026, 2, 3), {**ranged, "replaces_purchase": "no", "price_cents": 120_000}),
            (
                "sloper-bv",
                "enschede",
                "20000",
                date(2026, 3, 6),
                {"confidence": "C", "price_cents": 5_050, "purchase_cents": 20_000},
            ),
            ("almelo", "almelo", "6000", date(2026, 4, 4), {"material": "zand", "group": "grond", "carbon_factor": None}),
            ("borne", "wierden", "4000", date(2026, 5, 4), {"period": "2026-07", "price_cents": 30_000}),
            ("losser", "hengelo", "7000", date(2025, 12, 30), {}),
            ("losser", "borne", "9000", date(2025, 12, 29), {"period": "2026-11"}),
        ):
            append_entry(session, giver, receiver, mass_kg=kg, happened_on=day, **more)
        session.commit()
        yield session


@pytest.fixture
def reviewer(bank: Session, app: Flask) -> FlaskClient:
    return visit(app, bank, make_actor(bank, "regio-twente", "reviewer"))


def words(client: FlaskClient, path: str) -> str:
    page = client.get(path)
    assert page.status_code == 200, path
    text = re.sub(r"<[^>]+>", " ", page.text.split('<main id="content"')[1].split("<footer")[0])
    return " ".join(text.replace("\u00a0", " ").split())


def test_what_was_avoided_stands_in_three_parts_and_the_first_is_the_headline(reviewer: FlaskClient) -> None:
    page = words(reviewer, "/cijfers?jaar=2026")
    assert "Vermeden, vervangt een aankoop 11,9 ton CO₂e" in page  # the tile: 100 t × 0.1188 = 11.88
    # of 11.88 + 5.94 + (20 + 4 + 9) × 0.1188 = 3.9204: 21.7404
    assert "Vermeden, vervangt een aankoop 11,9 10,0 tot 15,0 55%" in page
    assert "Vermeden, vervangt geen aankoop 5,9 5,0 tot 7,5 27%" in page
    assert "Vermeden, niet gezegd 3,9 3,9 tot 3,9 18%" in page  # nobody gave a range


def test_a_headline_of_which_nobody_said_anything_is_unknown(bank: Session, reviewer: FlaskClient) -> None:
    append_entry(bank, "hengelo", "borne", mass_kg="3000", happened_on=date(2024, 1, 15))
    bank.commit()
    assert "Vermeden, vervangt een aankoop onbekend" in words(reviewer, "/cijfers?jaar=2024")


def test_how_sure_the_factors_are_is_a_part_of_the_tonnes(reviewer: FlaskClient) -> None:
    page = words(reviewer, "/cijfers?jaar=2026")  # of 189 tonnes: A 100, B 50 + 4 + 9, C 20, unknown 6
    assert "A: voor precies dit product 53% van de tonnen" in page
    assert "B: voor dit soort materiaal 33% van de tonnen" in page
    assert "C: een schatting 11% van de tonnen" in page
    assert "onbekend 3% van de tonnen" in page


def test_where_it_stayed_and_how_far_is_told(reviewer: FlaskClient) -> None:
    page = words(reviewer, "/cijfers?jaar=2026")  # each over 10 km × 1.3
    assert "Binnen één organisatie 6,0 3% 13,0 km" in page
    assert "Tussen gemeenten van de regio 163,0 86% 13,0 km" in page
    assert "Van of naar een partner 20,0 11% 13,0 km" in page


def test_euros_are_told_by_organisation_and_settled_as_a_file(reviewer: FlaskClient) -> None:
    page = words(reviewer, "/cijfers?jaar=2026")
    assert "Waarde : € 1.550,50." in page
    assert "Bespaard geld : € 149,50, gezegd bij 1 van de 6 uitwisselingen." in page
    assert "Wierden € 1.200,00 € 300,00 € 900,00" in page
    assert "Losser € 0,00 € 1.200,00 € −1.200,00" in page
    lines = reviewer.get("/cijfers/verrekening.csv?jaar=2026").data.decode("utf-8-sig").splitlines()
    by_name = {line.split(";")[0]: line.split(";")[1:] for line in lines[1:]}
    assert by_name["Wierden"] == ["1200", "300", "900", "50000", "4000", "46000"]
    assert [sum(Decimal(row[column].replace(",", ".")) for row in by_name.values()) for column in (2, 5)] == [0, 0]
    book = load_workbook(BytesIO(reviewer.get("/cijfers/verrekening.xlsx?jaar=2026").data))
    assert book.sheetnames == ["Saldo", "Betalingen per paar"]
    pairs = {(row[0].value, row[1].value): row[4].value for row in book["Betalingen per paar"].iter_rows(min_row=2)}
    assert pairs["Wierden", "Losser"] == 1200 and pairs["Borne", "Wierden"] == 300 and pairs["Hengelo", "Borne"] == 0


def test_what_an_organisation_paid_to_itself_is_not_settled(bank: Session, reviewer: FlaskClient) -> None:
    append_entry(bank, "almelo", "almelo", mass_kg="1000", happened_on=date(2026, 4, 5), price_cents=40_000)
    for _again in range(3):  # with what almelo kept already there are five: enough for a balance
        append_entry(bank, "wierden", "wierden", mass_kg="500", happened_on=date(2026, 4, 5), price_cents=7_000)
    bank.commit()
    page = words(reviewer, "/cijfers?jaar=2026")
    assert "Wierden € 1.200,00 € 300,00 € 900,00" in page
    assert "Almelo € " not in page
    own = words(reviewer, "/cijfers?jaar=2026&bereik=binnen")
    assert "Alleen afdelingen van één organisatie betaalden elkaar: tussen organisaties is niets te verrekenen." in own
    assert "Alles was gratis" not in own
    lines = reviewer.get("/cijfers/verrekening.csv?jaar=2026").data.decode("utf-8-sig").splitlines()
    by_name = {line.split(";")[0]: line.split(";")[1:] for line in lines[1:]}
    assert by_name["Wierden"] == ["1200", "300", "900", "50000", "4000", "46000"]
    assert by_name["Almelo"] == ["0", "0", "0", "0", "0", "0"]
    book = load_workbook(BytesIO(reviewer.get("/cijfers/verrekening.xlsx?jaar=2026").data))
    paid = {(row[0].value, row[1].value): row[4].value for row in book["Betalingen per paar"].iter_rows(min_row=2)}
    assert ("Almelo", "Almelo") not in paid and paid["Wierden", "Losser"] == 1200


def test_the_settlement_is_for_the_region(bank: Session, app: Flask, client: FlaskClient) -> None:
    partner = visit(app, bank, make_actor(bank, "sloper-bv", kind="partner"))
    for suffix in ("csv", "xlsx"):
        assert partner.get(f"/cijfers/verrekening.{suffix}").status_code == 403
        assert "/inloggen" in client.get(f"/cijfers/verrekening.{suffix}").location
    assert "verrekening" not in partner.get("/cijfers").text


def test_what_was_booked_later_stands_with_its_year(reviewer: FlaskClient) -> None:
    year = words(reviewer, "/cijfers?jaar=2025")
    assert "Gebeurd in 2025 en geboekt toen dat jaar voorbij was:" in year
    assert "Losser → naar Hengelo , 7,00 ton, 30 dec 2025: telt mee in 2025" in year
    assert "Losser → naar Borne , 9,00 ton, 29 dec 2025: telt mee in november 2026" in year
    this = words(reviewer, "/cijfers?jaar=2026")
    assert "Telt mee in deze periode en gebeurde in een eerdere maand:" in this
    assert "Borne → naar Wierden , 4,00 ton, 4 mei 2026: telt mee in juli 2026" in this
    assert "Later geboekt 2 regels" in this


def test_what_was_taken_back_later_stands_with_the_year_that_keeps_its_figures(bank: Session, reviewer: FlaskClient) -> None:
    append_reversal(bank, seq=6, happened_on=date(2026, 3, 3))  # the 7 tonnes of 30 December
    bank.commit()
    year = words(reviewer, "/cijfers?jaar=2025")
    assert "Neemt iets terug van 2025 en telt later mee, dus de cijfers van 2025 blijven zoals ze zijn:" in year
    assert "Losser → naar Hengelo , −7,00 ton, 3 mrt 2026: telt mee in maart 2026" in year
    assert "Later geboekt 3 regels" in year
    assert "Neemt iets terug van" not in words(reviewer, "/cijfers?jaar=2026")


def test_whoever_is_no_side_of_a_row_does_not_read_that_it_was_booked_later(
    bank: Session, app: Flask, client: FlaskClient
) -> None:
    other = visit(app, bank, make_actor(bank, "tubbergen"))
    assert "Later geboekt" not in words(other, "/cijfers?jaar=2025")
    assert "Later geboekt" not in words(client, "/cijfers")
