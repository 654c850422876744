"""What everybody reads of a municipality: adopted years only, each worked out by hand, and nothing that was booked since."""

import re
from collections.abc import Iterator
from datetime import UTC, date, datetime

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from marketplace.accounts.actions.organisations import seed_region
from marketplace.bench.statements import counted
from marketplace.impact.actions.goals import seed_goals
from marketplace.kernel import clock
from tests.adopting import adopt_year, report_year
from tests.entries import append_entry
from tests.factories import make_organisation, seed_taxonomy

pytestmark = pytest.mark.postgresql
NOW = datetime(2027, 3, 5, 12, tzinfo=UTC)


@pytest.fixture
def bank(session: Session) -> Iterator[Session]:
    """Borne adopted 2025 and 2026, Hengelo only reported; the bank brought Borne 200 kg that no report includes."""
    with clock.frozen(NOW):
        seed_region(session)
        seed_taxonomy(session)
        seed_goals(session)
        make_organisation(session, "sloper-bv", "partner")
        append_entry(session, "hengelo", "borne", mass_kg="200000", happened_on=date(2026, 5, 2), distance_km="10.3")
        append_entry(session, "borne", "losser", mass_kg="12000", happened_on=date(2026, 6, 2))
        append_entry(session, "borne", "borne", mass_kg="3000", happened_on=date(2026, 7, 2), carbon_factor=None)
        adopt_year(session, "borne", 2025, primary=3_000_000, reused=1_000_000)
        adopt_year(session, "borne", 2026, primary=6_000_000, biobased=500_000, reused=1_500_000, recycled=2_000_000)
        report_year(session, "hengelo", 2026, primary=1_000_000)
        session.commit()
        yield session


def words(client: FlaskClient, path: str) -> str:
    page = client.get(path)
    assert page.status_code == 200, path
    text = re.sub(r"<[^>]+>", " ", page.text.split('<main id="content"')[1].split("<footer")[0])
    return " ".join(text.replace("\u00a0", " ").split())


def test_a_council_reads_how_far_its_municipality_is(bank: Session, client: FlaskClient) -> None:
    page = words(client, "/gemeente/borne")
    # (500 + 1500 + 2000 + 203) / 10203 = 41.1938 %
    assert "Borne en de circulaire doelen Vastgestelde cijfers over 2026" in page
    assert "Borne: 41,2% in 2026, 8,8 procentpunt te gaan in 4 jaar." in page  # goal 2: 50 % in 2030
    assert "Borne: 41,2% in 2026, 58,8 procentpunt te gaan in 24 jaar." in page  # goal 1: 100 % in 2050
    assert "nog geen paspoorten" in page
    assert "Circulair aandeel per jaar: 2025 25,0%, 2026 41,2%." in page


def test_what_was_used_adds_up_by_origin(bank: Session, client: FlaskClient) -> None:
    page = words(client, "/gemeente/borne")
    assert "Nieuw, uit eindige bronnen 6.000,0 58,8%" in page
    assert "Via de materialenbank, niet in de opgave 203,0 2,0%" in page
    assert "Totaal 10.203,0 100,0%" in page
    assert "van wie: eigen organisatie" in page


def test_what_the_bank_brought_is_told_without_an_exact_distance(bank: Session, client: FlaskClient) -> None:
    page = words(client, "/gemeente/borne")
    assert "Gekregen van anderen: 200 ton, in één overdracht." in page
    assert "Gegeven aan anderen: 12 ton, in één overdracht." in page
    assert "Opnieuw gebruikt binnen de eigen organisatie: 3 ton, in één overdracht." in page
    # avoided 200 000 × 0.1188 = 23 760; driven 200 t × 13 km (13.39 in whole kilometres) × 0.2 = 520 and 3 t × 13 km × 0.2 = 7.8
    assert "bespaarde na vervoer: 23,2 ton CO₂e." in page
    assert "13,39" not in page and "13,4" not in page


def test_what_is_booked_after_adoption_changes_nothing(bank: Session, client: FlaskClient) -> None:
    before = client.get("/gemeente/borne").text
    append_entry(bank, "hengelo", "borne", mass_kg="70000", happened_on=date(2026, 12, 2), period="2027-03")
    append_entry(bank, "borne", "losser", mass_kg="50000", happened_on=date(2026, 12, 3))  # Losser has adopted nothing
    bank.commit()
    assert client.get("/gemeente/borne").text == before


def test_who_decided_and_from_what_is_told(bank: Session, client: FlaskClient) -> None:
    page = words(client, "/gemeente/borne")
    assert "College van B en W, 2 januari 2027: Besluit 2026-114." in page
    assert "tot en met regel 3 en versie 1 van de factoren" in page
    assert "Nog geen regionaal cijfer: 1 van de 14 gemeenten, 3,8% van de inwoners." in page


def test_an_earlier_year_stands_at_its_address_and_no_other_does(bank: Session, client: FlaskClient) -> None:
    page = words(client, "/gemeente/borne?jaar=2025")
    assert "Borne: 25% in 2025, 25 procentpunt te gaan in 5 jaar." in page
    assert "In 2025 gaf en kreeg Borne niets via de materialenbank." in page
    for path in ("/gemeente/borne?jaar=2024", "/gemeente/hengelo?jaar=2026", "/gemeente/sloper-bv", "/gemeente/niemand"):
        assert client.get(path).status_code == 404, path


def test_what_is_only_reported_is_not_shown(bank: Session, client: FlaskClient) -> None:
    page = words(client, "/gemeente/hengelo")
    assert "Hengelo heeft nog geen cijfers vastgesteld, ook niet over 2026." in page
    assert page.count("nog niet vastgesteld") == 2 and "Wat in" not in page
    every = words(client, "/gemeente")
    assert "Borne 2026 41,2%" in every and "Hengelo nog niets vastgesteld –" in every


def test_a_year_that_is_over_and_not_adopted_is_named(bank: Session, app: Flask, client: FlaskClient) -> None:
    with clock.frozen(datetime(2028, 1, 5, 12, tzinfo=UTC)):
        assert "Borne heeft over 2027 nog geen cijfers vastgesteld. Hieronder staan die over 2026." in words(
            client, "/gemeente/borne"
        )


def test_every_municipality_is_in_the_sitemap_and_found_from_the_figures(bank: Session, client: FlaskClient) -> None:
    sitemap = client.get("/sitemap.xml").text
    assert len(re.findall(r"<loc>[^<]*/gemeente/[a-z-]+</loc>", sitemap)) == 28  # in both languages
    assert ['href="/gemeente"' in client.get(path).text for path in ("/cijfers", "/doelen")] == [True, True]
    assert client.get("/gemeente").text.count('href="/gemeente/') == 14


def test_the_page_asks_no_more_of_the_database_for_more_years(bank: Session, app: Flask, client: FlaskClient) -> None:
    client.get("/gemeente/borne")
    with counted(app.extensions["database"]) as few:
        client.get("/gemeente/borne?jaar=2025")
    adopt_year(bank, "losser", 2026, primary=10_000, reused=4000)
    adopt_year(bank, "borne", 2024, primary=10_000, reused=4000)
    bank.commit()
    with counted(app.extensions["database"]) as more:
        client.get("/gemeente/borne?jaar=2025&x=1")
    assert len(more) <= len(few)
