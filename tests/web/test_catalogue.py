"""The catalogue and the page of a lot: what everybody sees, and what only some do."""

import gzip
from concurrent.futures import ThreadPoolExecutor, wait
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from marketplace.accounts.policy import ANONYMOUS
from marketplace.catalogue.queries.search import browse
from marketplace.http import page_cache
from marketplace.kernel import clock
from marketplace.kernel.units import Quantity, Unit
from marketplace.market.rules.listing import Answer, Location
from marketplace.places.rules import PlaceBasis
from marketplace.web.catalogue import views
from marketplace.web.ui.finder import home_of
from marketplace.web.ui.search_results import away_from
from tests.factories import location, make_actor, make_draft, make_listing, seed_taxonomy

pytestmark = pytest.mark.postgresql

ADDRESS = "Dorpsstraat 12, 7551 AA Hengelo"


def test_a_lot_tells_what_there_is_where_and_from_when(client: FlaskClient, session: Session) -> None:
    seed_taxonomy(session)
    listing = make_listing(session, make_actor(session, "hengelo"), quantity=Quantity(Decimal("1234.5"), Unit.M2))
    session.commit()
    page = client.get(f"/aanbod/{listing.id}").text.replace("\u00a0", " ")
    assert "<h1>Grijze betonstraatstenen</h1>" in page
    assert "1.234,5 m²" in page
    assert "228,4 ton" in page  # 1 234.5 m² × 185 kg
    assert "27,1 ton CO₂e" in page  # × 0.1188 kg per kg
    assert "Betonstraatsteen keiformaat 8 cm" in page


def test_the_same_lot_in_english_is_english(client: FlaskClient, session: Session) -> None:
    seed_taxonomy(session)
    listing = make_listing(session, make_actor(session, "hengelo"))
    session.commit()
    page = client.get(f"/en/aanbod/{listing.id}").text.replace("\u00a0", " ")
    assert '<html lang="en">' in page
    assert "1,200 m²" in page
    assert "Concrete block paver" in page
    assert f'href="/aanbod/{listing.id}"' in page  # the way back to Dutch


def test_the_public_sees_no_address_no_person_and_no_exact_point(client: FlaskClient, session: Session) -> None:
    seed_taxonomy(session)
    owner = make_actor(session, "hengelo")
    exact = location("hengelo")
    place = Location(exact.place_name, exact.municipality, exact.point, PlaceBasis.ADDRESS, ADDRESS)
    listing = make_listing(session, owner, location=place, project="Geheim project", remarks="Bel Jan")
    session.commit()
    page = client.get(f"/aanbod/{listing.id}").text
    for secret in (ADDRESS, "52.26", "6.79", owner.name, "Geheim project", "Bel Jan"):
        assert secret not in page


def test_a_lot_tells_what_it_saves_for_the_place_in_the_address_with_the_arithmetic(
    client: FlaskClient, session: Session
) -> None:
    seed_taxonomy(session)
    listing = make_listing(session, make_actor(session, "hengelo"), quantity=Quantity(Decimal(800), Unit.M2))
    session.commit()
    page = client.get(f"/aanbod/{listing.id}?place=Borne").text.replace("\u00a0", " ")
    assert "17,6 ton CO₂e" in page  # 800 m² × 185 kg × 0.1188 kg per kg
    assert "− 250 kg CO₂e" in page  # 148 t × 5 km × 1.3 × 0.25994: from Borne it is 5.03 km, shown as 5
    assert "17,3 ton CO₂e" in page
    assert "Het bespaart CO₂ overal in Nederland" in page  # 17 582.4 kg ÷ (148 t × 0.25994 × 1.3) = 351.56 km
    assert "148.000 kg ÷ 1.000 × 0,25994 × 1,3) = 352 km" in page


def test_how_far_it_saves_is_told_in_kilometres_where_the_country_is_larger(client: FlaskClient, session: Session) -> None:
    seed_taxonomy(session)
    owner = make_actor(session, "hengelo")
    near = make_listing(session, owner, quantity=Quantity(Decimal(5), Unit.M2))  # by van: 0.1188 ÷ 0.78225 ÷ 1.3 × 1 000
    far = make_listing(session, owner, quantity=Quantity(Decimal(800), Unit.M2))
    session.commit()
    pages = [client.get(f"/aanbod/{lot.id}").text.replace("\u00a0", " ") for lot in (near, far)]
    assert ["overal in Nederland" in page for page in pages] == [False, True]
    assert ["Tot 117 km ver" in pages[0], "km ver, hemelsbreed" in pages[1]] == [True, False]


def test_without_a_place_only_what_is_avoided_is_told_and_an_unknown_one_is_told_at_the_field(
    client: FlaskClient, session: Session
) -> None:
    seed_taxonomy(session)
    listing = make_listing(session, make_actor(session, "hengelo"))
    session.commit()
    page = client.get(f"/aanbod/{listing.id}").text
    assert "Waar zou het naartoe gaan?" in page
    assert "Netto bespaard" not in page
    page = client.get(f"/aanbod/{listing.id}?place=Atlantis").text
    assert "<title>Fout: " in page
    assert 'id="place-error"' in page


def test_a_card_tells_the_weight_and_the_state_beside_the_quantity(client: FlaskClient, session: Session) -> None:
    seed_taxonomy(session)
    make_listing(session, make_actor(session, "hengelo"), quantity=Quantity(Decimal("1234.5"), Unit.M2))
    session.commit()
    page = looking(client, "/aanbod")
    assert "≈ 228,4 ton" in page
    assert "Beschikbaar" in page


def test_an_unknown_hazard_is_said_to_be_unknown(client: FlaskClient, session: Session) -> None:
    seed_taxonomy(session)
    listing = make_listing(session, make_actor(session, "hengelo"), asbestos_suspected=Answer.UNKNOWN)
    session.commit()
    assert "Onbekend" in client.get(f"/aanbod/{listing.id}").text


def test_a_draft_is_not_there_for_the_public(client: FlaskClient, session: Session) -> None:
    seed_taxonomy(session)
    listing = make_draft(session, make_actor(session, "hengelo"))
    session.commit()
    assert client.get(f"/aanbod/{listing.id}").status_code == 404


def test_what_comes_free_later_says_from_when(client: FlaskClient, session: Session) -> None:
    seed_taxonomy(session)
    first = clock.today() + timedelta(days=40)
    listing = make_listing(session, make_actor(session, "hengelo"), available_from=first, available_until=None)
    session.commit()
    assert f"{first.day}\u00a0" in client.get(f"/aanbod/{listing.id}").text


def test_a_photo_of_a_draft_is_not_for_the_public(client: FlaskClient, session: Session) -> None:
    seed_taxonomy(session)
    draft = make_draft(session, make_actor(session, "hengelo"))
    session.commit()
    assert client.get(f"/media/{draft.id:064d}.webp").status_code == 404
    assert client.get("/media/../../etc/passwd").status_code == 404


def looking(client: FlaskClient, address: str) -> str:
    answer = client.get(address)
    assert answer.status_code == 200
    return answer.text.replace("\u00a0", " ")


def test_the_catalogue_counts_and_shows_what_is_on_offer(client: FlaskClient, session: Session) -> None:
    seed_taxonomy(session)
    make_listing(session, make_actor(session, "hengelo"), title="Rode klinkers")
    make_draft(session, make_actor(session, "almelo"), title="Nog niet klaar")
    session.commit()
    page = looking(client, "/aanbod")
    assert "1 partij<" in page
    assert "Rode klinkers" in page
    assert "Nog niet klaar" not in page
    assert "Fout: " not in page


def test_from_a_place_the_nearest_comes_first_with_whole_kilometres(client: FlaskClient, session: Session) -> None:
    seed_taxonomy(session)
    make_listing(session, make_actor(session, "losser"), title="Ver weg")
    make_listing(session, make_actor(session, "hengelo"), title="Dichtbij")
    session.commit()
    page = looking(client, "/aanbod?place=Borne")
    assert page.index("Dichtbij") < page.index("Ver weg")
    assert "5 km" in page  # Borne to Hengelo: 5.03 km
    assert "Dichtbij" in looking(client, "/aanbod?place=Borne&radiusKm=10")
    assert "Ver weg" not in looking(client, "/aanbod?place=Borne&radiusKm=10")


def test_a_place_that_nobody_knows_is_told_at_the_field_and_the_rest_still_searches(
    client: FlaskClient, session: Session
) -> None:
    seed_taxonomy(session)
    make_listing(session, make_actor(session, "hengelo"), title="Rode klinkers")
    session.commit()
    page = looking(client, "/aanbod?place=Atlantis&q=klinkers")
    assert "<title>Fout: " in page
    assert 'id="place-error"' in page
    assert 'value="Atlantis"' in page
    assert "Rode klinkers" in page


def test_what_was_chosen_is_a_chip_that_takes_it_away(client: FlaskClient, session: Session) -> None:
    seed_taxonomy(session)
    make_listing(session, make_actor(session, "hengelo"))
    session.commit()
    page = looking(client, "/aanbod?q=betonstraatstenen&condition=good&materialGroup=bestrating&now=1")
    assert 'href="/aanbod?q=betonstraatstenen&amp;materialGroup=bestrating&amp;now=1"' in page
    assert 'href="/aanbod?materialGroup=bestrating&amp;condition=good&amp;now=1"' in page
    assert "1 partij<" in page


def test_nothing_found_offers_the_nearest_and_a_way_on(client: FlaskClient, session: Session) -> None:
    seed_taxonomy(session)
    make_listing(session, make_actor(session, "losser"), title="Ver weg")
    session.commit()
    page = looking(client, "/aanbod?place=Almelo&radiusKm=5")
    assert "Niets gevonden" in page
    assert "Ver weg" in page


def test_words_that_find_nothing_are_named_and_the_nearest_shown(client: FlaskClient, session: Session) -> None:
    seed_taxonomy(session)
    session.commit()
    assert "Niets gevonden voor “xqzwk”<" in looking(client, "/aanbod?q=xqzwk")  # an empty bank
    make_listing(session, make_actor(session, "losser"), title="Ver weg")
    make_listing(session, make_actor(session, "almelo"), title="Dichtbij")
    session.commit()
    page = looking(client, "/aanbod?q=xqzwk&place=Almelo")
    assert "Niets gevonden voor “xqzwk”; dit ligt het dichtst bij" in page
    assert 0 < page.index("Dichtbij") < page.index("Ver weg")
    assert "Vraag plaatsen" in page and "/gezocht/nieuw?title=xqzwk&amp;place=Almelo" in page
    assert "Bewaar als zoekopdracht" in page
    assert "Niets gevonden voor “xqzwk”; dit is het nieuwste" in looking(client, "/aanbod?q=xqzwk")


def test_nonsense_in_the_address_is_no_failure(client: FlaskClient, session: Session) -> None:
    seed_taxonomy(session)
    session.commit()
    for nonsense in ("page=-1", "page=99999999999999999999", "page=²", "sort=price", "radiusKm=-3", "condition=best", "place=%00", "q=%f0%9f%98%80",
                     "materialGroup=nope", "availableFrom=31-2-2027", "q=" + "a" * 5000):  # fmt: skip
        looking(client, f"/aanbod?{nonsense}")


def test_what_comes_free_first_stands_first_when_that_is_asked(client: FlaskClient, session: Session) -> None:
    seed_taxonomy(session)
    owner = make_actor(session, "hengelo")
    for days, title in ((9, "Later vrij"), (3, "Eerder vrij")):
        make_listing(session, owner, title=title, available_from=clock.today() + timedelta(days=days), available_until=None)
    session.commit()
    page = looking(client, "/aanbod?sort=availableFrom")
    assert page.index("Eerder vrij") < page.index("Later vrij")
    assert 'sort=availableFrom" aria-current="true"' in page


def test_the_second_page_has_an_address_of_its_own(client: FlaskClient, session: Session) -> None:
    seed_taxonomy(session)
    owner = make_actor(session, "hengelo")
    for number in range(25):
        make_listing(session, owner, title=f"Partij {number:02d}")
    session.commit()
    first, second = looking(client, "/aanbod?sort=newest"), looking(client, "/aanbod?sort=newest&page=2")
    assert "Partij 24" in first
    assert "Partij 00" not in first
    assert "Partij 00" in second
    assert 'href="/aanbod?sort=newest"' in second


def test_the_whole_catalogue_is_english_on_its_english_address(client: FlaskClient, session: Session) -> None:
    seed_taxonomy(session)
    make_listing(session, make_actor(session, "hengelo"))
    session.commit()
    page = looking(client, "/en/aanbod?place=Borne")
    assert "1 lot<" in page
    assert "Building material from Twente" in page
    assert 'href="/en/aanbod/1?place=Borne"' in page


def test_a_page_that_did_not_change_is_not_sent_again(client: FlaskClient, session: Session) -> None:
    seed_taxonomy(session)
    owner = make_actor(session, "hengelo")
    make_listing(session, owner)
    session.commit()
    etag = client.get("/aanbod").headers["ETag"]
    assert client.get("/aanbod", headers={"If-None-Match": etag}).status_code == 304
    assert client.get("/en/aanbod", headers={"If-None-Match": etag}).status_code == 200
    assert client.get("/aanbod?q=kei", headers={"If-None-Match": etag}).status_code == 200
    make_listing(session, owner)
    session.commit()
    assert client.get("/aanbod", headers={"If-None-Match": etag}).status_code == 200


def test_a_kept_page_is_the_same_page_packed_or_not_and_gone_with_the_next_change(client: FlaskClient, session: Session) -> None:
    seed_taxonomy(session)
    owner = make_actor(session, "hengelo")
    make_listing(session, owner, title="Eerste partij")
    session.commit()
    fresh = client.get("/aanbod").data
    packed = client.get("/aanbod", headers={"Accept-Encoding": "gzip"})
    assert packed.headers["Content-Encoding"] == "gzip"
    assert gzip.decompress(packed.data) == fresh == client.get("/aanbod").data
    make_listing(session, owner, title="Tweede partij")
    session.commit()
    assert "Tweede partij" in client.get("/aanbod").text


def test_what_two_readers_ask_for_at_once_is_made_once(app: Flask, session: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    seed_taxonomy(session)
    make_listing(session, make_actor(session, "hengelo"), title="Een partij")
    session.commit()
    made: list[str] = []

    def counted(*given: Any) -> Any:
        made.append("a page")
        return browse(*given)

    monkeypatch.setattr(views, "browse", counted)
    monkeypatch.setattr(page_cache, "PATIENCE_S", 30)
    pages = app.extensions["kept_pages"]
    with ThreadPoolExecutor(2) as readers:
        with pages.turn():
            answers = [readers.submit(lambda: app.test_client().get("/aanbod").text) for _reader in range(2)]
            wait(answers, timeout=0.2)
            assert made == []
        first, second = (answer.result() for answer in answers)
    assert made == ["a page"]
    assert first == second
    assert "Een partij" in first


def test_a_page_that_does_not_get_ready_holds_up_no_other(
    app: Flask, client: FlaskClient, session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    seed_taxonomy(session)
    session.commit()
    monkeypatch.setattr(page_cache, "PATIENCE_S", 0.01)
    with app.extensions["kept_pages"].turn():
        assert client.get("/aanbod").status_code == 200


def test_a_member_reads_how_far_a_lot_is_from_home(client: FlaskClient, session: Session) -> None:
    seed_taxonomy(session)
    listing = make_listing(session, make_actor(session, "hengelo"))
    asker = make_actor(session, "borne")
    assert away_from(home_of(session, asker), listing) == "ongeveer 5 km van Borne, hemelsbreed"  # 5.03 km
    assert away_from(home_of(session, ANONYMOUS), listing) is None


def test_a_typing_error_is_mended_and_said_with_a_way_to_search_literally(client: FlaskClient, session: Session) -> None:
    seed_taxonomy(session)
    make_listing(session, make_actor(session, "hengelo"), title="Rode klinkers")
    session.commit()
    page = client.get("/aanbod?q=klinkkers&sort=newest").text
    assert "Niets gevonden voor “klinkkers”. U ziet “klinkers”." in page
    assert 'value="klinkers"' in page
    assert 'href="/aanbod?q=klinkkers&amp;sort=newest&amp;literal=1"' in page
    assert 'href="/zoekopdrachten/nieuw?q=klinkers&amp;sort=newest"' in page  # what is kept finds something
    literal = client.get("/aanbod?q=klinkkers&literal=1").text
    assert "Niets gevonden voor “klinkkers”; dit is het nieuwste" in literal
    assert 'name="literal"' in literal  # a filter keeps it
    assert literal.count('name="literal"') == 1  # other words do not
    assert "Niets gevonden voor" not in client.get("/aanbod?q=klinkers").text


def test_the_map_shows_what_is_meant_too(client: FlaskClient, session: Session) -> None:
    seed_taxonomy(session)
    make_listing(session, make_actor(session, "hengelo"), title="Rode klinkers")
    session.commit()
    assert client.get("/aanbod/kaart.json?q=klinkkers&zoom=10").get_json()["total"] == 1
    assert client.get("/aanbod/kaart.json?q=klinkkers&zoom=10&literal=1").get_json()["total"] == 0
    assert "U ziet “klinkers”" in client.get("/aanbod?q=klinkkers&weergave=kaart").text


def test_a_day_is_a_word_too_and_what_is_kept_of_it_is_a_date(client: FlaskClient, session: Session) -> None:
    seed_taxonomy(session)
    soon = make_listing(
        session, make_actor(session, "hengelo"), title="Morgen vrij", available_from=clock.today() + timedelta(days=1)
    )
    session.commit()
    page = client.get("/aanbod?availableFrom=morgen").text
    assert f'href="/aanbod/{soon.id}"' in page
    assert f"availableFrom={clock.today() + timedelta(days=1)}" in page  # saved
    assert "0 partijen" in client.get("/aanbod?availableFrom=vandaag").text
    assert "Typ een dag van 1990 tot en met" in client.get("/aanbod?availableFrom=1-1-1900").text


def test_a_page_past_the_last_one_is_the_last_one(client: FlaskClient, session: Session) -> None:
    seed_taxonomy(session)
    owner = make_actor(session, "hengelo")
    for _number in range(25):
        make_listing(session, owner)
    session.commit()
    past = client.get("/aanbod?q=keien&page=99")
    assert (past.status_code, past.location) == (303, "/aanbod?q=keien&page=2")
    assert client.get(past.location).status_code == 200
    assert client.get("/aanbod?q=niets-daarvan&page=99").location == "/aanbod?q=niets-daarvan"
