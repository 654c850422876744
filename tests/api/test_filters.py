"""Demands, the ledger and its figures, each cut to what is asked for."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from marketplace.kernel import clock
from tests.api.conftest import Api, demand_body


@pytest.fixture
def demands(borne: Api, losser: Api) -> dict[str, int]:
    """One of Borne for this month, and one of Losser for the month after."""
    later = clock.today() + timedelta(days=90)
    next_month = {"neededFrom": later.isoformat(), "neededUntil": (later + timedelta(days=20)).isoformat()}
    made = {
        "borne": borne.post("/demands", demand_body(description="Voor de oprit van het dorpshuis")),
        "losser": losser.post("/demands", demand_body(title="Klinkers", place="Losser", **next_month)),
    }
    return {name: answer.get_json()["id"] for name, answer in made.items()}


def found(client: Api, query: str) -> list[int]:
    return [item["id"] for item in client.get(f"/demands?{query}").get_json()["items"]]


def test_demands_are_found_by_words_period_organisation_and_place(hengelo: Api, demands: dict[str, int]) -> None:
    first = (clock.today() + timedelta(days=80)).isoformat()
    assert found(hengelo, "q=parkeer") == found(hengelo, "q=DORPSHUIS oprit") == [demands["borne"]]
    assert found(hengelo, "q=dorpshuis tegels") == []
    assert found(hengelo, f"from={first}") == [demands["losser"]]
    assert found(hengelo, f"until={first}") == [demands["borne"]]
    assert found(hengelo, "organisation=losser") == found(hengelo, "municipality=losser") == [demands["losser"]]
    assert found(hengelo, "place=Losser&radiusKm=5") == found(hengelo, "near=52.26,7.00&radiusKm=5") == [demands["losser"]]
    assert set(found(hengelo, "place=Losser&radiusKm=60")) == set(demands.values())


def test_a_period_that_ends_before_it_begins_is_refused(hengelo: Api) -> None:
    for address in ("/demands", "/exchanges"):
        refused = hengelo.get(f"{address}?from=2027-03-02&until=2027-03-01")
        assert [error["field"] for error in refused.get_json()["errors"]] == ["until"]


def test_the_public_does_not_learn_where_or_what_for_by_filters(public: Api, demands: dict[str, int]) -> None:
    assert found(public, "q=dorpshuis") == [] and found(public, "q=parkeerhof") == [demands["borne"]]
    for query in ("municipality=borne", "near=52.30,6.75&radiusKm=1", "place=Borne"):
        assert public.get(f"/demands?{query}").status_code == 401


def test_rows_of_the_ledger_are_found_by_day_side_group_and_material(exchanged: dict[str, Any], reviewer: Api) -> None:
    row = reviewer.get("/exchanges").get_json()["items"][0]
    tomorrow = (clock.today() + timedelta(days=1)).isoformat()
    for query, total in {
        f"from={row['happenedOn']}&until={row['happenedOn']}": 1,
        f"from={tomorrow}": 0,
        "until=2020-01-01": 0,
        "organisation=borne": 1,
        "organisation=losser": 0,
        f"material={row['material']['slug']}": 1,
        f"materialGroup={row['material']['group']}": 1,
        "municipality=hengelo": 1,
        "municipality=losser": 0,
        "municipality=hengelo&organisation=borne": 1,
        "kind=transfer": 1,
        "kind=reversal&kind=haul": 0,
        "q=betonstraatsteen BORNE": 1,
        "q=betonstraatsteen losser": 0,
        "q=asfalt": 0,
        "place=Hengelo&radiusKm=5": 1,
        "place=Losser&radiusKm=5": 0,
    }.items():
        assert reviewer.get(f"/exchanges?{query}").get_json()["total"] == total, query
    for unknown in ("organisation=atlantis", "municipality=atlantis", "kind=gift", "place=Hengelo"):
        assert reviewer.get(f"/exchanges?{unknown}").status_code == 422


def test_figures_of_a_period_are_for_the_region(
    exchanged: dict[str, Any], hengelo: Api, public: Api, somebody: Callable[..., Api]
) -> None:
    month = clock.today().strftime("%Y-%m")
    whole = hengelo.get("/statistics").get_json()
    assert hengelo.get(f"/statistics?from={month}&until={month}").get_json()["totals"] == whole["totals"]
    before = hengelo.get("/statistics?until=2020-01").get_json()
    assert (before["totals"]["massKg"], before["byMonth"], before["byMaterialGroup"]) == (0, [], [])
    assert hengelo.get("/statistics?from=2027-13").status_code == 422
    assert public.get(f"/statistics?from={month}").status_code == 401
    assert somebody("waterschap", kind="partner").get(f"/statistics?from={month}").status_code == 403


def test_figures_of_a_municipality_a_group_and_a_kind_are_sums_of_the_same_rows(exchanged: dict[str, Any], hengelo: Api) -> None:
    whole = hengelo.get("/statistics").get_json()
    group = whole["byMaterialGroup"][0]["key"]
    for query in (f"materialGroup={group}", "municipality=borne", f"municipality=hengelo&materialGroup={group}&kind=transfer"):
        cut = hengelo.get(f"/statistics?{query}").get_json()
        assert [cut[part] for part in ("totals", "byMonth", "byMaterialGroup", "byMunicipality")] == [
            whole[part] for part in ("totals", "byMonth", "byMaterialGroup", "byMunicipality")
        ], query
    for query in ("materialGroup=asfalt", "municipality=losser", "kind=haul"):
        nothing = hengelo.get(f"/statistics?{query}").get_json()
        assert (nothing["totals"]["exchanges"], nothing["totals"]["massKg"], nothing["byMonth"]) == (0, 0, []), query
    for query in ("materialGroup=goud", "municipality=atlantis", "kind=gift"):
        assert hengelo.get(f"/statistics?{query}").status_code == 422


@pytest.mark.parametrize("query", ["municipality=borne", "materialGroup=bestrating", "kind=transfer"])
def test_few_transfers_cannot_be_cut_out_of_the_figures_by_whoever_knows_public_points(
    exchanged: dict[str, Any], public: Api, somebody: Callable[..., Api], query: str
) -> None:
    assert public.get(f"/statistics?{query}").status_code == 401
    for kind in ("partner", "adviser"):
        assert somebody(f"een-{kind}", kind=kind).get(f"/statistics?{query}").status_code == 403


@pytest.mark.parametrize(
    ("query", "exchanges"),
    [
        ("q=borne", 1),
        ("q=HENGELO betonsteen", 1),  # a side, and a word for the material
        ("q=borne kozijn", 0),
        ("q=losser", 0),
        ("place=Hengelo&radiusKm=2", 1),
        ("near=52.26583,6.79306&radiusKm=2", 1),
        ("place=Borne&radiusKm=2", 0),  # where it went: the lot lay in Hengelo
        ("place=Hengelo&radiusKm=2&q=borne&materialGroup=bestrating&municipality=hengelo", 1),
        ("place=Hengelo&radiusKm=2&municipality=losser", 0),
    ],
)
def test_the_figures_are_of_the_rows_that_the_same_words_and_place_find(
    exchanged: dict[str, Any], borne: Api, query: str, exchanges: int
) -> None:
    """800 m² of pavers of 185 kg from Hengelo to Borne: 148 tonnes."""
    figures = borne.get(f"/statistics?{query}").get_json()
    assert borne.get(f"/exchanges?{query}").get_json()["total"] == exchanges
    assert (figures["totals"]["exchanges"], figures["totals"]["massKg"]) == (exchanges, exchanges * 148_000)
    for part in ("byMonth", "byMaterialGroup", "byMunicipality", "byReach", "byPair"):
        assert sum(row["massKg"] for row in figures[part]) == exchanges * 148_000, part


def test_what_stands_beside_the_ledger_follows_no_words_and_no_place_and_says_so(exchanged: dict[str, Any], borne: Api) -> None:
    for query in ("q=borne", "place=Hengelo&radiusKm=2"):
        beside = borne.get(f"/statistics?{query}").get_json()["beside"]
        assert [beside[name] for name in ("offered", "wanted", "lost", "competition")] == [None] * 4
        assert {row["figure"] for row in beside["notTold"]} == {"offered", "wanted", "lost", "competition"}
        assert beside["days"]["count"] == 1


def test_figures_of_words_and_of_a_place_are_for_the_region(
    exchanged: dict[str, Any], public: Api, somebody: Callable[..., Api]
) -> None:
    partner = somebody("waterschap", kind="partner")
    for query in ("q=borne", "place=Hengelo&radiusKm=2"):
        assert (public.get(f"/statistics?{query}").status_code, partner.get(f"/statistics?{query}").status_code) == (401, 403)


@pytest.mark.parametrize(
    ("query", "field"), [("place=Hengelo", "radiusKm"), ("radiusKm=5", "radiusKm"), ("place=Atlantis&radiusKm=5", "place")]
)
def test_a_place_of_the_figures_has_a_radius_and_is_known(borne: Api, query: str, field: str) -> None:
    refused = borne.get(f"/statistics?{query}")
    assert (refused.status_code, refused.get_json()["errors"][0]["field"]) == (422, field)
