"""A row of the ledger line by line: each figure on the page is worked out once more here, by hand."""

import re
from datetime import date
from decimal import Decimal

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from marketplace.accounts.actions.organisations import seed_region
from tests.entries import append_entry, append_reversal
from tests.factories import make_actor, make_organisation, seed_taxonomy
from tests.visitors import visit


@pytest.fixture
def bank(session: Session) -> Session:
    """Four rows: a transfer, one without a factor, one booked two months later, and one that takes back the first."""
    seed_region(session)
    seed_taxonomy(session)
    append_entry(session, "hengelo", "borne", mass_kg="1000.5", processing_factor=Decimal("0.002"), replaces_purchase="yes",
                 carbon_range=("0.081", "0.165"), price_cents=25_000, purchase_cents=90_000)  # fmt: skip
    append_entry(session, "wierden", "losser", mass_kg="400", material="zand", group="grond", carbon_factor=None)
    append_entry(session, "hengelo", "losser", mass_kg="5000", happened_on=date(2026, 1, 20), period="2026-03")
    append_reversal(session, seq=1, happened_on=date(2026, 4, 1))
    session.commit()
    return session


@pytest.fixture
def reviewer(bank: Session, app: Flask) -> FlaskClient:
    return visit(app, bank, make_actor(bank, "regio-twente", "reviewer"))


def lines(client: FlaskClient, seq: int) -> dict[str, list[str]]:
    """What stands on the page of a row: the label, then the result, how it follows, and the notes."""
    page = client.get(f"/cijfers/uitwisselingen/{seq}").text.split('<dl class="mp-sums">')[1].split("</dl>")[0]
    texts = {}
    for part in page.split("<div>")[1:]:
        label, *rest = re.findall(r"<d[td][^>]*>(.*?)</d[td]>", part, re.DOTALL)
        texts[re.sub(r"<[^>]+>", "", label).strip()] = [text.strip().replace("\u00a0", " ") for text in rest]
    return texts


def test_every_figure_of_a_row_follows_from_the_ones_above_it(reviewer: FlaskClient) -> None:
    sums = lines(reviewer, 1)
    assert sums["Massa"][:2] == ["1.000,5 kg", "1.000,5 kg × 1 kg"]
    assert sums["Afstand"][0] == "10 km"
    assert sums["Weg"][:2] == ["13 km", "10 km × 1,3"]
    assert sums["Vervoersprestatie"][:2] == ["13,007 tonkm", "1,0005 ton × 13 km"]  # 13.0065
    assert sums["Vervoer"][:2] == ["2,601 kg CO₂e", "1,0005 ton × 13 km × 0,2"]  # 2.6013
    assert sums["Vermeden"][:2] == ["118,859 kg CO₂e", "1.000,5 kg × 0,1188"]  # 118.8594
    assert "De ontvanger zei: het vervangt een aankoop." in sums["Vermeden"]
    assert sums["Bewerking"][:2] == ["2,001 kg CO₂e", "1.000,5 kg × 0,002"]
    assert sums["Netto bespaard"] == ["114,257 kg CO₂e", "118,859 − 2,601 − 2,001"]
    assert sums["Prijs"][0].startswith("€ 250")
    assert sums["Bespaard geld"][0].startswith("€ 650")  # 900 − 250
    between = "Bronnen noemen tussen 0,081 en 0,165: van 81,041 kg CO₂e tot 165,083 kg CO₂e."  # 81.0405 and 165.0825
    assert between in sums["Vermeden"]
    assert lines(reviewer, 2)["Prijs"][0] == "gratis"


def test_what_has_no_factor_is_unknown_and_never_zero(reviewer: FlaskClient) -> None:
    sums = lines(reviewer, 2)
    assert [sums[name][0] for name in ("Vermeden", "Bewerking", "Netto bespaard")] == ["onbekend"] * 3
    assert sums["Vervoer"][0] == "4,16 kg CO₂e"  # 0.4 t × 13 km × 0.8


def test_a_row_that_takes_back_names_the_row_and_its_part(reviewer: FlaskClient) -> None:
    sums, page = lines(reviewer, 4), reviewer.get("/cijfers/uitwisselingen/4").text
    assert sums["Hoeveelheid"][1] == "Teruggenomen van regel 1."
    assert sums["Massa"][:2] == ["−1.000,5 kg", "1.000,5 kg × -1.000,5 kg ⁄ 1.000,5 kg"]
    assert sums["Netto bespaard"] == ["−114,257 kg CO₂e", "(−118,859) − (−2,601) − (−2,001)"]
    assert 'href="/cijfers/uitwisselingen/1"' in page
    assert 'href="/cijfers/uitwisselingen/4"' in reviewer.get("/cijfers/uitwisselingen/1").text


def test_a_row_says_in_which_month_it_counts_and_why(reviewer: FlaskClient) -> None:
    late, same = (reviewer.get(f"/cijfers/uitwisselingen/{seq}").text.replace("\u00a0", " ") for seq in (3, 1))
    assert "maart 2026" in late and "Het is later geboekt dan het gebeurde" in late
    assert "januari 2026" in same and "De maand waarin het gebeurde." in same


def test_a_row_shows_its_link_in_the_chain_worked_out_again(
    bank: Session, reviewer: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second = (reviewer.get(f"/cijfers/uitwisselingen/{seq}").text for seq in (1, 2))
    own = re.findall(r"<code>([0-9a-f]{64})</code>", first)
    assert own[0] == "0" * 64 and own[1] == re.findall(r"<code>([0-9a-f]{64})</code>", second)[0]
    assert "past bij de tekst van deze regel" in first
    monkeypatch.setattr("marketplace.web.exchanges.views.chained", lambda previous, text: "0" * 64)
    assert "past niet bij de tekst" in reviewer.get("/cijfers/uitwisselingen/1").text


@pytest.mark.parametrize(
    ("slug", "seq", "status"), [("borne", 1, 200), ("borne", 2, 404), ("losser", 2, 200), ("borne", 99, 404)]
)
def test_a_row_is_for_its_two_sides(bank: Session, app: Flask, slug: str, seq: int, status: int) -> None:
    assert visit(app, bank, make_actor(bank, slug)).get(f"/cijfers/uitwisselingen/{seq}").status_code == status


def test_a_row_is_not_for_the_public_nor_for_a_partner_beside_it(bank: Session, app: Flask, client: FlaskClient) -> None:
    assert "/inloggen" in client.get("/cijfers/uitwisselingen/1").location
    make_organisation(bank, "sloper-bv", "partner")
    partner = visit(app, bank, make_actor(bank, "sloper-bv", kind="partner"))
    assert partner.get("/cijfers/uitwisselingen/1").status_code == 404


def test_the_list_leads_to_each_row(reviewer: FlaskClient) -> None:
    page = reviewer.get("/cijfers/uitwisselingen").text
    assert [f'href="/cijfers/uitwisselingen/{seq}"' in page for seq in (1, 2, 3, 4)] == [True] * 4
