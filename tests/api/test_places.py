"""Who reads exact points over the API, and what an attacker without a right to them can work back."""

from collections.abc import Callable

import pytest
from sqlalchemy import update

from marketplace.kernel import clock
from marketplace.kernel.db import Database
from marketplace.kernel.geo import GRID_LAT_STEP, GRID_LON_STEP, Point, distance_km, ecef_m, public_point
from marketplace.market.models import Listing
from tests.api.conftest import Api, demand_body, published

CORNER = public_point(Point(52.27, 6.80))
THERE = Point(CORNER.lat + 0.4 * GRID_LAT_STEP / 10_000, CORNER.lon - 0.4 * GRID_LON_STEP / 10_000)
ELSEWHERE = Point(CORNER.lat - 0.4 * GRID_LAT_STEP / 10_000, CORNER.lon + 0.45 * GRID_LON_STEP / 10_000)
PLACED = {"place": None, "lat": THERE.lat, "lon": THERE.lon}
EXACT = {"lat": THERE.lat, "lon": THERE.lon, "address": None}


@pytest.fixture
def partner(somebody: Callable[..., Api]) -> Api:
    return somebody("waterschap-vechtstromen", kind="partner")


def test_a_colleague_reads_the_exact_point_of_a_lot_and_of_a_demand(hengelo: Api, borne: Api, partner: Api, public: Api) -> None:
    lot = f"/listings/{published(hengelo, **PLACED)['id']}"
    demand = f"/demands/{hengelo.post('/demands', demand_body(**PLACED)).get_json()['id']}"
    for path in (lot, demand):
        assert borne.get(path).get_json()["exact"] == pytest.approx(EXACT)
        for stranger in (partner, public):
            assert "exact" not in stranger.get(path).get_json()
    for path, number in (("/listings", lot), ("/demands", demand)):
        assert borne.get(path).get_json()["items"][0]["exact"] == pytest.approx(EXACT), number
        assert "exact" not in partner.get(path).get_json()["items"][0]
    assert (partner.get(lot).get_json()["lat"], partner.get(lot).get_json()["lon"]) == pytest.approx((CORNER.lat, CORNER.lon))


def test_a_lot_of_a_partner_shows_a_colleague_its_point_and_its_owner_all(borne: Api, partner: Api) -> None:
    lot = f"/listings/{published(partner, **PLACED)['id']}"
    assert borne.get(lot).get_json()["exact"] == partner.get(lot).get_json()["exact"] == pytest.approx(EXACT)


@pytest.mark.slow
def test_whoever_moves_a_radius_finds_the_public_point(hengelo: Api, partner: Api, public: Api) -> None:
    """Fourteen questions from a place find the kilometre at which a lot comes in: that of its public point, to the metre."""
    lot = published(hengelo, **PLACED)["id"]
    here = Point(52.31, 6.71)
    for client in (public, partner):
        least, most = 1, 20_000
        while most - least > 1:
            middle = (least + most) // 2
            listings = client.get(f"/listings?near={here.lat},{here.lon}&radiusKm={middle / 1000}").get_json()["items"]
            least, most = (least, middle) if lot in [item["id"] for item in listings] else (middle, most)
        assert abs(most / 1000 - float(distance_km(here, CORNER))) < 0.003
        assert abs(most / 1000 - float(distance_km(here, THERE))) > 0.05


def test_an_answer_and_its_etag_stay_the_same_wherever_in_its_cell_a_lot_lies(
    database: Database, hengelo: Api, partner: Api, public: Api
) -> None:
    lot = published(hengelo, **PLACED)["id"]
    with database.transaction() as session:
        session.get_one(Listing, lot).partners_from = clock.today()
    demand = partner.post("/demands", demand_body()).get_json()["id"]
    questions = [
        *((client, f"/listings{query}") for client in (partner, public) for query in ("", "?near=52.31,6.71&radiusKm=8")),
        *((client, f"/listings/{lot}?near=52.31,6.71") for client in (partner, public)),
        *((partner, f"/demands/{demand}/{what}") for what in ("matches", "proposal")),
    ]

    def answers() -> list[tuple[str, str | None]]:
        responses = [client.get(path) for client, path in questions]
        return [(response.get_data(as_text=True), response.headers.get("ETag")) for response in responses]

    before = answers()
    assert partner.get(f"/demands/{demand}/matches").get_json()["items"][0]["distanceKm"] == 5
    with database.transaction() as session:
        x_m, y_m, z_m = ecef_m(ELSEWHERE)
        moved = {"lat": ELSEWHERE.lat, "lon": ELSEWHERE.lon, "x_m": x_m, "y_m": y_m, "z_m": z_m}
        session.execute(update(Listing).where(Listing.id == lot).values(**moved, updated_at=Listing.updated_at))
    assert answers() == before
