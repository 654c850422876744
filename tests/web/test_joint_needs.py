"""The pages of joint needs. The example is that of tests/rooms/test_joint_needs.py: 120 and 80 t needed, 150 t at 12 km, 100 t at 40 km."""

import io

import pytest
from flask import Flask
from flask.testing import FlaskClient
from pypdf import PdfReader
from sqlalchemy.orm import Session

from marketplace.accounts.policy import Actor
from tests.factories import KEI, make_actor, seed_taxonomy
from tests.rooms.test_joint_needs import GRANULATE, need, two_needs
from tests.visitors import visit

ADDRESS = f"/gezocht/samen/{GRANULATE}"


@pytest.fixture
def leader(session: Session) -> Actor:
    seed_taxonomy(session)
    return make_actor(session, "hengelo")


@pytest.fixture
def hengelo(app: Flask, session: Session, leader: Actor) -> FlaskClient:
    """Somebody of Hengelo, with the example on the bank."""
    two_needs(session)
    session.commit()
    return visit(app, session, leader)


def page(client: FlaskClient, address: str) -> str:
    answer = client.get(address)
    assert answer.status_code == 200, answer.status
    return " ".join(answer.text.replace("\u00a0", " ").split())


def test_the_list_names_who_needs_what_and_what_is_left_to_buy(hengelo: FlaskClient) -> None:
    html = page(hengelo, "/gezocht/samen")
    assert "1 gezamenlijke behoefte" in html and "Borne, Hengelo" in html
    assert ">200 ton<" in html and ">150 ton<" in html and ">50 ton<" in html
    assert "geheel gedekt" in page(hengelo, "/gezocht/samen?km=50")
    assert "Niemand heeft hetzelfde in dezelfde tijd nodig" in page(hengelo, f"/gezocht/samen?materiaal={KEI}")


def test_the_page_shows_its_arithmetic(hengelo: FlaskClient) -> None:
    html = page(hengelo, ADDRESS)
    assert "Nodig: 80 + 120 = 200 ton. Daarvan 150 ton van de bank binnen 25 km: 50 ton te kopen." in html
    assert "Almelo → " in html and "2.340" in html  # 150 t over 12 km x 1,3
    assert "Nodig: 80 + 120 = 200 ton. Daarvan 200 ton van de bank binnen 50 km: 0 ton te kopen." in page(
        hengelo, f"{ADDRESS}?km=50"
    )
    assert "Maar één gemeente heeft dit in deze periode nodig" in page(hengelo, f"{ADDRESS}?gemeente=borne")


def test_the_clause_has_the_distance_by_road_in_both_languages(hengelo: FlaskClient) -> None:
    html = page(hengelo, f"{ADDRESS}?km=40")
    assert "over ten hoogste 52 km over de weg vervoerd" in html and "at most 52 km of road" in html
    assert "13,52 kg CO₂e per ton" in html  # 52 x 0,25994 = 13,51688
    assert "minder dan drie organisaties" in html
    assert "geen juridisch advies" in html
    assert "passende partijen 2 (250 ton), organisaties die ze hebben 2, partners van de bank 0." in html
    assert "De partijen dekken 200 ton van 200 ton." in html


def test_the_threshold_is_compared_with_what_the_reader_says(hengelo: FlaskClient) -> None:
    html = page(hengelo, ADDRESS)
    assert "€ 216.000,00" in html and "€ 5.404.000,00" in html
    assert "Zonder raming is niet te zeggen of € 216.000,00 wordt gehaald." in html
    assert "Een inkoop splitsen om onder de drempel te blijven mag niet" in html
    assert "De raming haalt € 216.000,00" in page(hengelo, f"{ADDRESS}?waarde=216.000")
    below = page(hengelo, f"{ADDRESS}?waarde=215999,99")
    assert "De raming blijft onder € 216.000,00." in below and 'value="215999,99"' in below
    assert "(EU) 2025/2152, van 1 januari 2026 tot en met 31 december 2027" in below


@pytest.mark.parametrize(
    ("query", "sentence", "typed"),
    [
        ("km=0", "Typ een heel aantal kilometers van 1 tot en met 200.", 'value="0"'),
        ("km=12,5", "Typ een heel aantal kilometers van 1 tot en met 200.", 'value="12,5"'),
        ("van=onzin", "“onzin” is geen datum.", 'value="onzin"'),
        ("van=2-3-2027&tot=1-3-2027", "De laatste dag ligt voor de eerste dag.", 'value="1-3-2027"'),
        ("gemeente=atlantis", "Er is geen gemeente “atlantis”.", "atlantis"),
        ("waarde=0", "Typ een bedrag van meer dan nul", 'value="0"'),
        ("waarde=veel", "Controleer dit veld", 'value="veel"'),
    ],
)
def test_what_cannot_be_asked_is_told_at_its_field_and_stays_there(
    hengelo: FlaskClient, query: str, sentence: str, typed: str
) -> None:
    html = page(hengelo, f"{ADDRESS}?{query}")
    assert "Controleer dit veld" in html and sentence in html and typed in html


def test_a_period_and_an_estimate_mean_the_same_in_the_other_language(hengelo: FlaskClient) -> None:
    """On an English page 216.000 is two hundred and sixteen euros, and 1-12-2027 may be a day in January."""
    html = page(hengelo, f"{ADDRESS}?van=1-12-2027&tot=30+juni+2028&km=25&waarde=216.000,50")
    assert f'href="/en{ADDRESS}?van=2027-12-01&amp;tot=2028-06-30&amp;km=25&amp;waarde=216000.5"' in html


def test_nobody_else_reads_it(app: Flask, session: Session, hengelo: FlaskClient) -> None:
    company = visit(app, session, make_actor(session, "sloopbedrijf", kind="partner"))
    for address in ("/gezocht/samen", ADDRESS, f"{ADDRESS}/behoeften.csv", f"{ADDRESS}/onderbouwing.pdf"):
        assert company.get(address).status_code == 403
        assert app.test_client().get(address).status_code in (302, 303, 401)
    assert "/gezocht/samen" not in company.get("/gezocht").text and "/gezocht/samen" in hengelo.get("/gezocht").text
    assert hengelo.get("/gezocht/samen/bestaat-niet").status_code == 404


def test_a_demand_says_who_looks_for_the_same(session: Session, hengelo: FlaskClient) -> None:
    html = page(hengelo, "/gezocht/1")
    assert "1 andere gemeente zoekt dit ook: Borne." in html and f"{ADDRESS}?van=" in html
    need(session, "losser", "5")
    session.commit()
    assert "2 andere gemeenten zoeken dit ook: Borne, Losser." in page(hengelo, "/gezocht/1")


def test_where_nobody_needs_it_the_page_says_so(hengelo: FlaskClient) -> None:
    assert "Geen gemeente heeft dit nu nodig" in page(hengelo, f"/gezocht/samen/{KEI}")
    later = page(hengelo, f"{ADDRESS}?van=1-1-2040")
    assert "Geen gemeente heeft dit nu nodig" in later and "Meerdere gemeenten hebben het ook nodig in:" in later
    assert hengelo.get(f"{ADDRESS}/onderbouwing.pdf?van=1-1-2040").status_code == 404


def test_the_paper_says_what_the_page_says(hengelo: FlaskClient) -> None:
    answer = hengelo.get(f"{ADDRESS}/onderbouwing.pdf?waarde=250000")
    reader = PdfReader(io.BytesIO(answer.data))
    text = " ".join(" ".join(page.extract_text().replace("\u00a0", " ").split()) for page in reader.pages)
    for sentence in (
        "Gezamenlijke behoefte: Menggranulaat 0/31,5",
        "80 + 120 = 200 ton. Daarvan 150 ton van de bank binnen 25 km: 50 ton te kopen.",
        "Volgens uw eigen raming: € 250.000,00 exclusief btw.",
        "De raming haalt € 216.000,00",
        "ten hoogste 32,5 km over de weg",
    ):
        assert sentence in text, sentence
    assert reader.trailer["/Root"]["/Lang"] == "nl-NL" and reader.trailer["/Root"]["/MarkInfo"]["/Marked"]


def test_it_reads_in_english_too(hengelo: FlaskClient) -> None:
    html = page(hengelo, f"/en{ADDRESS}")
    assert "Joint need: Mixed recycled aggregate 0/31.5" in html
    assert "Needed: 80 + 120 = 200 tonnes. Less 150 tonnes from the bank within 25 km: 50 tonnes to buy." in html
    assert "1 joint need" in page(hengelo, "/en/gezocht/samen") and f'href="/en{ADDRESS}?van=' in page(
        hengelo, "/en/gezocht/samen"
    )
