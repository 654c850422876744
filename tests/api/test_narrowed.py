"""The filters `mine` and `status`, for whoever may not look inside an organisation too."""

from collections.abc import Callable

import pytest

from tests.api.conftest import Api, demand_body, published

Somebody = Callable[..., Api]


@pytest.mark.parametrize("role", ["public", "admin", "adviser", "partner"])
def test_who_has_nothing_inside_is_not_answered_with_the_whole_catalogue(
    somebody: Somebody, hengelo: Api, public: Api, role: str
) -> None:
    readers = {"admin": ("regio-twente", "admin"), "adviser": ("omgevingsdienst",), "partner": ("waterschap",)}
    kinds = {"admin": "region"}
    reader = public if role == "public" else somebody(*readers[role], kind=kinds.get(role, role))
    lot = published(hengelo)
    queries = ("mine=true", "status=draft", "status=withdrawn&status=closed", "mine=true&status=published")
    assert [reader.get(f"/listings?{query}").get_json()["total"] for query in queries] == [0, 0, 0, 0]
    assert reader.get("/listings?mine=true&updatedSince=2020-01-01T00:00:00Z").get_json()["total"] == 0
    for query in ("status=published", "mine=false"):
        assert [item["id"] for item in reader.get(f"/listings?{query}").get_json()["items"]] == [lot["id"]]


@pytest.mark.parametrize("role", ["public", "admin"])
def test_who_asks_nothing_is_not_answered_with_the_demands_of_others(
    borne: Api, public: Api, somebody: Somebody, role: str
) -> None:
    reader = public if role == "public" else somebody("regio-twente", "admin")
    wanted, gone = (borne.post("/demands", demand_body()).get_json()["id"] for _one in range(2))
    borne.post(f"/demands/{gone}/withdraw")
    total = {
        query: reader.get(f"/demands?{query}").get_json()["total"]
        for query in ("mine=true", "status=draft", "status=open", "mine=false")
    }
    assert total == {"mine=true": 0, "status=draft": 0, "status=open": 1, "mine=false": 1}
    assert reader.get("/demands?mine=true&updatedSince=2020-01-01T00:00:00Z").get_json()["total"] == 0
    seen = [demand["id"] for demand in reader.get("/demands?status=withdrawn&status=open").get_json()["items"]]
    assert seen == ([wanted] if role == "public" else [gone, wanted])
