"""Places are found offline; PDOK's troubles end in a sentence and a way on."""

import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

import pytest
from geopy.geocoders.base import Geocoder

from marketplace.kernel.errors import Invalid
from marketplace.kernel.geo import Point
from marketplace.places.queries import pdok
from marketplace.places.queries.boundaries import municipality_of
from marketplace.places.queries.gazetteer import PlaceFinder, gazetteer
from marketplace.places.queries.pdok import PdokGeocoder
from marketplace.places.queries.region import areas
from marketplace.places.rules import Place, PlaceBasis

DOCUMENT = {
    "weergavenaam": "Dorpsstraat 1, 7551AB Hengelo",
    "type": "adres",
    "centroide_ll": "POINT(6.8001 52.2701)",
    "woonplaatsnaam": "Hengelo",
    "postcode": "7551AB",
}


def test_a_place_is_found_whatever_the_case() -> None:
    place = PlaceFinder().find(" hengelo ")
    assert (place.name, place.municipality_slug, place.basis) == ("Hengelo", "hengelo", PlaceBasis.PLACE)


@pytest.mark.parametrize(
    "typed", ["7551", "7551AB", "7551 ab", "7551 Hengelo", "7551AB Hengelo", "Dorpsstraat 1, 7551 AB Hengelo"]
)
def test_a_postcode_resolves_to_its_four_digits_and_says_so(typed: str) -> None:
    place = PlaceFinder().find(typed)
    assert (place.basis, place.postcode, place.point) == (PlaceBasis.POSTCODE, "7551", Point(52.2656, 6.7922))
    assert str(place.status) == "7551 Hengelo, midden van het postcodegebied"


@pytest.mark.parametrize("typed", ["52.26, 6.79", "52.26,6.79", "52.26 6.79", "52,26 6,79", "52,26; 6,79", "52,26, 6,79"])
def test_coordinates_are_read_in_both_notations(typed: str) -> None:
    place = PlaceFinder().find(typed)
    assert (place.point, place.basis, place.municipality_slug, place.name) == (
        Point(52.26, 6.79),
        PlaceBasis.POINT,
        "hengelo",
        "Hengelo",
    )


def test_swapped_coordinates_are_refused_at_the_field() -> None:
    with pytest.raises(Invalid, match="breedtegraad") as refusal:
        PlaceFinder().find("6.79, 52.26", field="near")
    assert refusal.value.errors[0].field == "near"


def test_namesakes_are_asked_about_and_never_guessed() -> None:
    with pytest.raises(Invalid, match=r"Haarle \(Hellendoorn\), Haarle \(Tubbergen\)"):
        PlaceFinder().find("Haarle")
    assert PlaceFinder().find("Haarle (Tubbergen)").municipality_slug == "tubbergen"


def test_a_municipality_without_a_town_of_its_name_is_its_main_place() -> None:
    assert PlaceFinder().find("Dinkelland").name == "Denekamp"
    assert PlaceFinder().find("Hof van Twente").name == "Goor"


@pytest.mark.parametrize("typed", ["", "  ", "Amsterdam", "1011", "x" * 200, "Dorpsstraat 1"])
def test_what_is_not_known_is_refused_with_what_to_type(typed: str) -> None:
    with pytest.raises(Invalid, match=r"(?i)typ een plaats"):
        PlaceFinder().find(typed)


def test_suggestions_begin_with_what_was_typed_towns_first() -> None:
    assert [place.label for place in gazetteer().suggest("ha")][:3] == [
        "Haaksbergen",
        "Haarle (Hellendoorn)",
        "Haarle (Tubbergen)",
    ]
    assert [place.label for place in gazetteer().suggest("755", 2)] == ["7551 Hengelo", "7552 Hengelo"]
    assert gazetteer().suggest("  ") == []


def test_the_gazetteer_is_a_geopy_geocoder() -> None:
    assert isinstance(gazetteer(), Geocoder)
    location = gazetteer().geocode("Borne")
    assert (location.latitude, location.longitude) == (52.30136, 6.7482)
    assert gazetteer().geocode("Haarle") is None
    assert len(gazetteer().geocode("Haarle", exactly_one=False)) == 2
    assert gazetteer().reverse("52.301, 6.748").raw.name == "Borne"


def test_every_place_lies_in_its_own_municipality() -> None:
    assert all(municipality_of(place.point) == place.municipality_slug for place in gazetteer().places)
    assert all(municipality_of(place.point) == place.municipality_slug for place in gazetteer().postcodes.values())
    assert all(municipality_of(area.main_point) == area.slug for area in areas())
    assert municipality_of(Point(52.37, 4.90)) is None


@contextmanager
def service(answer: object = None, status: int = 200, wait_s: float = 0, drip_s: float = 0) -> Iterator[tuple[str, list[str]]]:
    requests: list[str] = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            requests.append(self.path)
            time.sleep(wait_s)
            body = (answer if isinstance(answer, str) else json.dumps(answer)).encode()
            try:
                self.send_response(status)
                self.send_header("Retry-After", "30")
                self.end_headers()
                for start in range(0, len(body), 10 if drip_s else len(body) or 1):
                    self.wfile.write(body[start : start + (10 if drip_s else len(body))])
                    self.wfile.flush()
                    time.sleep(drip_s)
            except OSError:
                return

        def log_message(self, *args: object) -> None:
            """Quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    server.block_on_close = False
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}/v3_1", requests
    finally:
        server.shutdown()
        server.server_close()


def test_pdok_answers_an_address_with_its_exact_point() -> None:
    with service({"response": {"docs": [DOCUMENT]}}) as (url, requests):
        place = PlaceFinder(url).find("Dorpsstraat 1, 7551 AB Hengelo")
    assert (place.point, place.basis, place.name) == (Point(52.2701, 6.8001), PlaceBasis.ADDRESS, "Hengelo")
    assert place.address == "Dorpsstraat 1, 7551AB Hengelo"
    assert set(parse_qs(urlsplit(requests[0]).query)) == {"q", "rows", "fl"}


def test_pdok_is_not_asked_what_the_list_knows() -> None:
    with service({"response": {"docs": [DOCUMENT]}}) as (url, requests):
        for typed in ("Hengelo", "7551", "52.26, 6.79"):
            PlaceFinder(url).find(typed)
    assert requests == []


@pytest.mark.parametrize(
    ("answer", "status", "words"),
    [
        ({"error": "busy"}, 429, "te druk"),
        ({"error": "broken"}, 500, "antwoordt nu niet"),
        ({"error": "away"}, 503, "antwoordt nu niet"),
        ("<html>", 200, "antwoordt nu niet"),
        ({"other": []}, 200, "antwoordt nu niet"),
        ({"response": {"docs": [{"centroide_ll": "POINT(x y)", "weergavenaam": "?"}]}}, 200, "antwoordt nu niet"),
        ({"response": {"docs": []}}, 200, "kennen we niet"),
    ],
)
def test_pdoks_troubles_end_in_a_sentence_and_a_way_on(answer: object, status: int, words: str) -> None:
    with service(answer, status) as (url, _requests), pytest.raises(Invalid, match=words) as refusal:
        PlaceFinder(url).find("Dorpsstraat 1")
    assert "Typ een plaats" in str(refusal.value)


def test_a_service_that_is_down_is_said() -> None:
    with service() as (url, _requests):
        pass
    with pytest.raises(Invalid, match="antwoordt nu niet"):
        PlaceFinder(url).find("Dorpsstraat 1")


@pytest.mark.parametrize(("wait_s", "drip_s"), [(1.0, 0.0), (0.0, 0.1)])
@pytest.mark.slow
def test_a_slow_or_dripping_service_is_left_in_time(monkeypatch: pytest.MonkeyPatch, wait_s: float, drip_s: float) -> None:
    monkeypatch.setattr(pdok, "READ_TIMEOUT_S", 0.3)
    answer = {"response": {"docs": [DOCUMENT]}, "rest": "x" * 500}  # fifty pieces and more: five seconds of dripping
    with service(answer, wait_s=wait_s, drip_s=drip_s) as (url, _requests), pytest.raises(Invalid, match="te traag"):
        PlaceFinder(url).find("Dorpsstraat 1")


def test_without_pdok_a_postcode_still_ends_in_its_area() -> None:
    with service({"error": "away"}, 503) as (url, _requests):
        assert PlaceFinder(url).find("7551 AB").basis is PlaceBasis.POSTCODE


def test_pdok_speaks_longitude_first() -> None:
    with service({"response": {"docs": [DOCUMENT]}}) as (url, _requests):
        location = PdokGeocoder(url).geocode("Dorpsstraat 1")
    assert (location.latitude, location.longitude) == (52.2701, 6.8001)


@pytest.mark.parametrize(("address", "name"), [("Markt 1, Hengelo", "Markt 1, Hengelo"), (None, "Hengelo (Overijssel)")])
def test_an_address_says_that_it_is_one(address: str | None, name: str) -> None:
    place = Place("Hengelo", "hengelo", Point(52.26583, 6.79306), PlaceBasis.ADDRESS, "Hengelo (Overijssel)", address=address)
    assert str(place.status).startswith(f"{name}, ")
