"""The search in what is wanted: the page for everybody, and what members with lots see on it."""

import re
from datetime import timedelta
from decimal import Decimal

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import event, select
from sqlalchemy.orm import Session

from marketplace.exchange.actions.reserve import reserve
from marketplace.exchange.rules.reservation import ReservationDraft
from marketplace.kernel import clock
from marketplace.kernel.db import Database
from marketplace.kernel.units import Quantity, Unit
from marketplace.matching.actions.broker import offer_to_demand
from marketplace.matching.models import ProposalMade
from tests.factories import location, make_actor, make_demand, make_draft, make_listing, seed_taxonomy
from tests.visitors import send, visit

TILES = "betontegel-30x30x4-5"
LATE = {"needed_from": clock.today() + timedelta(days=76), "needed_until": clock.today() + timedelta(days=90)}


@pytest.fixture
def bank(session: Session) -> Session:
    seed_taxonomy(session)
    return session


def read(client: FlaskClient, address: str) -> str:
    answer = client.get(address)
    assert answer.status_code == 200
    return re.sub(r"\s+", " ", answer.text.replace("\u00a0", " "))


def strip(page: str) -> str:
    """The first strip under a demand, without its markup."""
    match = re.search(r'<div class="mp-own[^>]*>(.*?)</div>', page)
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", "", match[1])).strip() if match else ""


def test_a_visitor_searches_counts_and_orders_and_sees_nothing_of_members(client: FlaskClient, bank: Session) -> None:
    make_demand(bank, make_actor(bank, "borne"), title="Voor het plein")
    make_demand(bank, make_actor(bank, "losser"), title="Voor de stoep", material=TILES)
    bank.commit()
    page = read(client, "/gezocht?place=Hengelo&radiusKm=50")
    assert "2 vragen" in page and "Borne <span" in page and "5 km" in page
    assert page.index("Voor het plein") < page.index("Voor de stoep")  # the nearest first
    assert "Dichtbij" in page and "Eerst nodig" in page and "Binnen 50 km van Hengelo" in page
    for hidden in ("Past bij u", "Past bij wat ik heb", "minstens", "Vraag plaatsen", "Onze vragen"):
        assert hidden not in page, hidden
    assert "Voor het plein" not in read(client, "/gezocht?q=tegels")
    assert "img/groups/bestrating.svg" in page


def test_what_lies_at_home_is_offered_with_one_tap_and_one_comes_back(app: Flask, bank: Session) -> None:
    mine, asker = make_actor(bank, "hengelo"), make_actor(bank, "borne")
    make_listing(bank, mine, title="Onze stapel")
    demand = make_demand(bank, asker)
    client = visit(app, bank, mine)
    address = "/gezocht?organisation=borne"
    page = read(client, address)
    assert strip(page) == "U hebt dit liggen: Onze stapel, 1.200 m² Bied aan: Onze stapel"
    here = re.search(r'name="here" value="([^"]+)"', page)
    assert here is not None and here[1] == address
    answer = send(client, address, {"listing_id": "1", "here": here[1]}, to=f"/gezocht/{demand.id}/aanbieden")
    assert (answer.status_code, answer.location) == (303, f"{address}#vraag-{demand.id}")
    page = read(client, address)
    assert "Aangeboden. Borne heeft bericht gekregen." in page and strip(page).endswith("1.200 m² Aangeboden")
    assert bank.scalars(select(ProposalMade.listing_id)).all() == [1]


@pytest.mark.parametrize(
    "here", ["https://example.org/gezocht", "//example.org", "/werk", "/gezocht?weergave=kaart&kwaad=1", "x" * 9000]
)
def test_one_comes_back_to_the_search_and_to_nothing_else(app: Flask, bank: Session, here: str) -> None:
    mine = make_actor(bank, "hengelo")
    make_listing(bank, mine)
    demand = make_demand(bank, make_actor(bank, "borne"))
    answer = send(visit(app, bank, mine), "/gezocht", {"listing_id": "1", "here": here}, to=f"/gezocht/{demand.id}/aanbieden")
    assert answer.location in (f"/gezocht#vraag-{demand.id}", f"/gezocht?weergave=kaart#vraag-{demand.id}")


@pytest.mark.parametrize("number", ["", "twee", "0", "-1", "99", "9" * 30, "٣"])
def test_a_lot_that_is_not_there_cannot_be_offered(app: Flask, bank: Session, number: str) -> None:
    demand = make_demand(bank, make_actor(bank, "borne"))
    client = visit(app, bank, make_actor(bank, "hengelo"))
    assert send(client, "/gezocht", {"listing_id": number}, to=f"/gezocht/{demand.id}/aanbieden").status_code == 404
    assert bank.scalars(select(ProposalMade)).all() == []


def test_a_near_miss_says_what_is_missing_and_leads_to_whoever_asks(app: Flask, bank: Session) -> None:
    mine = make_actor(bank, "hengelo")
    make_draft(bank, mine, title="Tegels Lansinkesweg")
    demand = make_demand(bank, make_actor(bank, "borne"), **LATE)
    page = read(visit(app, bank, mine), "/gezocht")
    assert strip(page).startswith("Bijna: uw Tegels Lansinkesweg (concept)46 dagen te vroeg: het is er tot")
    assert f'href="/gezocht/{demand.id}/vragen"' in page and "Bied aan" not in page
    assert "Bijna <span" in page and "Alles wat past <span" not in page


def test_a_draft_that_fits_is_finished_first_and_an_own_demand_is_served_by_reserving(app: Flask, bank: Session) -> None:
    mine = make_actor(bank, "hengelo")
    draft = make_draft(bank, mine)
    own = make_demand(bank, mine)
    client = visit(app, bank, mine)
    page = read(client, "/gezocht")
    assert strip(page).endswith("Afmaken: Grijze betonstraatstenen") and f'href="/aanbod/{draft.id}/bewerken"' in page
    lot = make_listing(bank, mine)
    bank.commit()
    assert f'href="/aanbod/{lot.id}/reserveren?demand={own.id}"' in read(client, "/gezocht")


def test_a_part_that_is_found_is_a_bar(app: Flask, bank: Session) -> None:
    owner, asker = make_actor(bank, "losser"), make_actor(bank, "borne")
    lot, demand = make_listing(bank, owner), make_demand(bank, asker, max_distance_km=None)
    reserve(bank, asker, listing_id=lot.id, draft=ReservationDraft(Quantity(Decimal(480), Unit.M2), demand.id))
    page = read(visit(app, bank, make_actor(bank, "almelo")), "/gezocht")
    assert "nog 320 van 800 m²" in page and 'class="mp-left__part" width="60"' in page


def test_nothing_found_says_what_to_do_and_what_is_like_it(app: Flask, bank: Session) -> None:
    make_demand(bank, make_actor(bank, "borne"), title="Voor het plein")
    page = read(visit(app, bank, make_actor(bank, "hengelo")), "/gezocht?q=teelaarde&materialGroup=grond")
    assert "Geen vraag naar “teelaarde”" in page and "Hebt u “teelaarde” liggen?" in page
    assert 'href="/aanbod/nieuw?material=teelaarde' in page and "Lijkt erop" in page and "Voor het plein" in page


def test_our_own_demands_stand_together_with_their_state(app: Flask, bank: Session) -> None:
    mine = make_actor(bank, "hengelo")
    make_demand(bank, mine, title="Al gevonden").status = "fulfilled"
    make_demand(bank, make_actor(bank, "borne"), title="Van Borne")
    client = visit(app, bank, mine)
    page = read(client, "/gezocht?mine=1")
    assert "Al gevonden" in page and "Vervuld" in page and "Van Borne" not in page
    assert "Al gevonden" not in read(client, "/gezocht")


def test_what_cannot_be_read_is_told_and_the_rest_still_searches(client: FlaskClient, bank: Session) -> None:
    make_demand(bank, make_actor(bank, "borne"), title="Voor het plein")
    bank.commit()
    page = client.get("/gezocht?neededBy=soms&place=Atlantis&sort=gek&fits=alles&radiusKm=3&page=x").text
    assert 'href="#neededBy"' in page or 'href="#needed_by"' in page
    assert 'href="#place"' in page and "Voor het plein" in page
    first = (clock.today() - timedelta(days=1)).strftime("%d-%m-%Y")
    assert "Geen vragen" in client.get(f"/gezocht?neededBy={first}").text


def test_the_map_tells_everybody_no_more_than_the_list(app: Flask, client: FlaskClient, bank: Session) -> None:
    make_demand(bank, make_actor(bank, "borne"), location=location("losser"))
    bank.commit()
    body = client.get("/gezocht/kaart.json?bbox=6,52,7.5,53&zoom=10").get_json()
    assert (body["total"], body["heading"]) == (1, "1 vraag in beeld")
    assert (float(body["clusters"][0]["lat"]), body["clusters"][0]["lot"]["place"]) == (
        52.30136,
        "Borne",
    )  # the main place of the asker
    member = visit(app, bank, make_actor(bank, "almelo"))
    assert member.get("/gezocht/kaart.json?zoom=10").get_json()["clusters"][0]["lon"] > 6.9
    page = read(client, "/gezocht?weergave=kaart")
    assert 'data-marks="/gezocht/kaart.json"' in page and "1 vraag" in page
    assert client.get("/gezocht/kaart.json?bbox=1,2").status_code == 422


def test_a_longer_list_asks_the_database_no_more(app: Flask, bank: Session, database: Database) -> None:
    mine, asker = make_actor(bank, "hengelo"), make_actor(bank, "borne")
    for _each in range(3):
        make_listing(bank, mine)
    client = visit(app, bank, mine)

    def asked() -> int:
        statements: list[str] = []
        listen = lambda _conn, _cursor, statement, *_rest: statements.append(statement)
        event.listen(database.engine, "before_cursor_execute", listen)
        read(client, "/gezocht")
        event.remove(database.engine, "before_cursor_execute", listen)
        return len(statements)

    make_demand(bank, asker)
    bank.commit()
    asked()
    few = asked()
    for _each in range(9):
        make_demand(bank, asker)
    bank.commit()
    assert asked() == few


def test_on_the_page_of_a_demand_what_one_has_stands_first_and_one_button_is_filled(app: Flask, bank: Session) -> None:
    mine, asker = make_actor(bank, "hengelo"), make_actor(bank, "borne")
    small = make_listing(bank, mine, title="Restje", quantity=Quantity(Decimal(20), Unit.M2))
    make_listing(bank, mine, title="Grote stapel")
    demand = make_demand(bank, asker)
    client = visit(app, bank, mine)
    page = read(client, f"/gezocht/{demand.id}")
    strips = re.findall(r'<div class="mp-own"> <p><b>.*?</b> <a href="[^"]+">([^<]+)</a>.*?<button class="([^"]+)"', page)
    assert strips == [("Grote stapel", "mp-button"), ("Restje", "mp-button mp-button--second")]
    answer = send(client, f"/gezocht/{demand.id}", {"listing_id": str(small.id)}, to=f"/gezocht/{demand.id}/aanbieden")
    assert answer.location == f"/gezocht/{demand.id}"
    assert page.count("Iets passends aanbieden") == 0


def test_the_asker_sees_who_offered_and_what_nearly_fits_among_it(app: Flask, bank: Session) -> None:
    mine, asker = make_actor(bank, "hengelo"), make_actor(bank, "borne")
    fits, late = (
        make_listing(bank, mine),
        make_listing(bank, mine, title="Te laat", available_from=clock.today() + timedelta(days=90), available_until=None),
    )
    demand = make_demand(bank, asker)
    for lot in (fits, late):
        offer_to_demand(bank, mine, listing_id=lot.id, demand_id=demand.id)
    page = read(visit(app, bank, asker), f"/gezocht/{demand.id}")
    offered, served = page.split('id="matches"')
    assert "Te laat" in offered and "Aangeboden door de eigenaar op" in offered and "De periodes overlappen niet." in offered
    assert "Grijze betonstraatstenen" not in offered.split("<h1>")[1]
    assert "1 partij past" in served and "U aangeboden" in served
    assert page.count('class="mp-button" href') == 1  # one is filled


def test_a_visitor_logs_in_from_a_demand_and_comes_back_to_it(client: FlaskClient, bank: Session) -> None:
    demand = make_demand(bank, make_actor(bank, "borne"))
    bank.commit()
    page = client.get(f"/en/gezocht/{demand.id}").text
    assert f'href="/en/inloggen?next=%2Fen%2Fgezocht%2F{demand.id}"' in page.replace("%2F", "%2F")
    assert "Small map" not in page and "Coordinates" not in page and "<details open>" in page


def test_what_is_found_is_not_asked_for_any_more(app: Flask, bank: Session) -> None:
    owner, asker = make_actor(bank, "losser"), make_actor(bank, "borne")
    lot, demand = make_listing(bank, owner), make_demand(bank, asker, max_distance_km=None)
    reserve(bank, asker, listing_id=lot.id, draft=ReservationDraft(Quantity(Decimal(800), Unit.M2), demand.id))
    page = read(visit(app, bank, make_actor(bank, "almelo")), f"/gezocht/{demand.id}")
    assert "alle 800 m² zijn gevonden" in page and "Iets passends aanbieden" not in page


def test_a_mistyped_word_finds_what_it_means_and_says_so(client: FlaskClient, bank: Session) -> None:
    make_demand(bank, make_actor(bank, "borne"), title="Voor de stoep", material=TILES)
    bank.commit()
    page = read(client, "/gezocht?q=trotoirtegel")
    assert "Voor de stoep" in page and "Niets gevonden voor “trotoirtegel”" in page and 'value="trottoirtegel"' in page
    assert "literal=1" in page and "Geen vraag naar “trotoirtegel”" in read(client, "/gezocht?q=trotoirtegel&literal=1")
