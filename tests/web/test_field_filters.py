"""Filters by what owners answer on the page of the catalogue: when they appear, what stands in the address, and what is refused."""

from collections.abc import Iterator
from datetime import datetime

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from marketplace.kernel import clock
from marketplace.market.models import Listing
from tests.factories import KEI, make_actor, make_demand, make_listing, seed_taxonomy
from tests.visitors import visit


@pytest.fixture
def bank(session: Session) -> Iterator[Session]:
    with clock.frozen(datetime(2026, 12, 15, 12, tzinfo=clock.AMSTERDAM)):
        seed_taxonomy(session)
        owner = make_actor(session, "hengelo")
        for title, fields in (
            ("Rode keien", {"thickness-cm": "8", "colour": "red"}),
            ("Dikke keien", {"thickness-cm": "10.5", "colour": "grey"}),
            ("Keien zonder meer", {}),
        ):
            make_listing(session, owner, title=title, fields=fields)
        session.commit()
        yield session


def shown(client: FlaskClient, query: str, path: str = "/aanbod") -> str:
    answer = client.get(f"{path}?{query}")
    assert answer.status_code == 200
    return answer.text.replace("\u00a0", " ")


def test_they_appear_where_a_material_or_a_group_is_chosen(client: FlaskClient, bank: Session) -> None:
    assert "veld-" not in shown(client, "")
    for query in (f"material={KEI}", "materialGroup=bestrating"):
        page = shown(client, query)
        assert 'name="veld-colour" value="red"' in page and 'name="veld-colour" value="purple"' not in page
        assert 'id="veld-thickness-cm-min" name="veld-thickness-cm-min"' in page
        assert "Dikte (cm)" in page and "Hier: 8 cm tot en met 10,5 cm" in page
    assert "veld-" not in shown(client, "materialGroup=bestrating&materialGroup=grond")


def test_a_filter_narrows_says_what_it_is_and_how_many_are_silent(client: FlaskClient, bank: Session) -> None:
    page = shown(client, f"material={KEI}&veld-thickness-cm-min=8,5")
    assert "Dikke keien" in page and "Rode keien" not in page and "Keien zonder meer" not in page
    assert "1 partij zegt niets over “Dikte” en staat hier niet bij." in page
    assert "Dikte: minstens 8,5 cm" in page
    assert f'class="mp-chip" href="/aanbod?material={KEI}"' in page  # takes this filter away
    assert 'value="8,5"' in page
    both = shown(client, f"material={KEI}&veld-colour=red&veld-colour=grey&veld-thickness-cm-max=8")
    assert "Rode keien" in both and "Dikke keien" not in both and "Kleur: Grijs" in both


def test_what_was_typed_stays_and_is_explained_at_its_field(client: FlaskClient, bank: Session) -> None:
    page = shown(client, f"material={KEI}&veld-thickness-cm-min=dik")
    assert 'href="#veld-thickness-cm-min"' in page
    assert page.count("“dik” is geen getal.") == 2  # in the summary and at the field
    assert 'value="dik"' in page and 'aria-invalid="true"' in page
    assert "Rode keien" in page and "Dikke keien" in page  # the rest still searches
    unknown = shown(client, "veld-nergens=1")
    assert "Er is geen eigenschap “nergens” om op te zoeken. Laat die weg." in unknown and "Rode keien" in unknown
    assert "“paars” is geen keuze bij Kleur." in shown(client, "veld-colour=paars")


def test_the_filter_goes_along_to_other_pages_the_feed_and_the_map(client: FlaskClient, bank: Session) -> None:
    page = shown(client, f"material={KEI}&veld-colour=red")
    assert f"/aanbod.atom?material={KEI}&amp;veld-colour=red" in page
    assert "veld-colour=red" in page.split('href="/zoekopdrachten/nieuw?')[1].split('"')[0]
    feed = client.get("/aanbod.atom?veld-colour=red").text
    assert "Rode keien" in feed and "Dikke keien" not in feed
    answer = client.get("/aanbod/kaart.json?veld-colour=red&bbox=6,52,7.5,53&zoom=10").get_json()
    assert answer["total"] == 1
    on_map = shown(client, f"material={KEI}&veld-colour=red&weergave=kaart")
    assert 'name="veld-colour" value="red" checked' in on_map


def test_a_demand_for_what_was_not_found_asks_the_same(app: Flask, bank: Session) -> None:
    client = visit(app, bank, make_actor(bank, "borne"))
    nothing = shown(client, f"material={KEI}&veld-thickness-cm-min=11,5&veld-colour=red&veld-colour=grey")
    [address] = [part.split('"')[0] for part in nothing.split('href="')[1:] if part.startswith("/gezocht/nieuw?")]
    form = client.get(address.replace("&amp;", "&")).text
    assert 'name="wish-thickness-cm-min"' in form and 'value="11,5"' in form
    for colour, is_chosen in (("red", True), ("grey", True), ("black", False)):
        box = form.split(f'value="{colour}"')[1].split(">")[0]
        assert ("checked" in box) is is_chosen, colour


def test_an_english_reader_types_a_point_and_shares_the_address(client: FlaskClient, bank: Session) -> None:
    english = shown(client, f"material={KEI}&veld-thickness-cm-min=8.5", "/en/aanbod")
    assert "Dikke keien" in english and "Rode keien" not in english and "Thickness: at least 8.5 cm" in english
    dutch = shown(client, f"material={KEI}&veld-thickness-cm-min=8.5")
    assert "Dikke keien" in dutch and "Rode keien" not in dutch and "Dikte: minstens 8,5 cm" in dutch


def test_a_demand_shows_what_fits_and_what_is_in_doubt_to_both_sides(app: Flask, bank: Session) -> None:
    asker = make_actor(bank, "borne")
    demand = make_demand(bank, asker, fields={"thickness-cm": {"min": "8"}})
    page = visit(app, bank, asker).get(f"/gezocht/{demand.id}").text.replace("\u00a0", " ")
    assert page.count("Twijfel: dikte niet opgegeven.") == 1
    assert page.index("Dikke keien") < page.index("Keien zonder meer") and page.index("Rode keien") < page.index(
        "Keien zonder meer"
    )
    assert "Dikte: 10,5 cm; minstens 8 cm gevraagd." in page
    assert "Dikte: niet zeker bekend, en minstens 8 cm is gevraagd. Vraag het de eigenaar voor u reserveert." in page
    silent = bank.scalars(select(Listing).where(Listing.title == "Keien zonder meer")).one()
    owner = visit(app, bank, make_actor(bank, "hengelo"))
    assert "Twijfel: dikte niet opgegeven." in owner.get(f"/aanbod/{silent.id}/matches").text
