"""Saved searches over the API: the same ones as on the pages, and of oneself alone."""

from typing import Any

import pytest
from flask import Flask

from marketplace.catalogue.actions.saved_searches import save_search
from marketplace.kernel.db import Database
from tests.api.conftest import Api, Specification
from tests.factories import KEI, make_actor, make_token

FILTERS = {
    "q": "keien",
    "materialGroup": ["bestrating"],
    "material": [KEI],
    "condition": ["new", "good"],
    "organisation": ["hengelo", "borne"],
    "supply": ["planned"],
    "field": ["colour:red", "colour:grey", "thickness-cm:min:7.5"],
    "place": "Borne",
    "radiusKm": 15,
    "availableNow": False,
    "availableFrom": "2049-03-31",
    "sort": "distance",
}
NONE = {
    **dict.fromkeys(("q", "place", "radiusKm", "availableFrom", "sort")),
    **{key: [] for key in ("materialGroup", "material", "condition", "organisation", "supply", "field")},
    "availableNow": False,
}


def without(answer: dict[str, Any], *names: str) -> dict[str, Any]:
    return {name: value for name, value in answer.items() if name not in names}


def test_a_search_is_saved_with_every_filter_and_has_its_page(hengelo: Api, borne: Api) -> None:
    answer = borne.post("/saved-searches", {"name": "Keien bij Borne", **FILTERS})
    made = answer.get_json()
    assert (answer.status_code, answer.headers["Location"]) == (201, f"/api/v1/saved-searches/{made['id']}")
    assert without(made, "id", "createdAt", "url") == {"name": "Keien bij Borne", **FILTERS}
    assert borne.get(f"/saved-searches/{made['id']}").get_json() == made
    assert borne.get("/saved-searches").get_json()["items"] == [made]
    page = borne.client.get(made["url"]).text
    for words in ("“keien”", "Kleur: Rood", "Dikte: minstens 7,5 cm", "Binnen 15 km van Borne", "Vrij op 31", "Hengelo"):
        assert words in page.replace("\u00a0", " ")


def test_what_a_page_saved_is_read_here(app: Flask, database: Database, specification: Specification) -> None:
    with database.transaction() as session:
        actor = make_actor(session, "losser")
        save_search(session, actor, name="Vanaf de pagina", query="q=tegel&now=1&availableFrom=12+January+2049&sort=anders")
        save_search(session, actor, name="Onleesbaar", query="availableFrom=ooit&radiusKm=ver")
        losser = Api(app.test_client(), specification, make_token(session, actor, name="test"))
    unreadable, made = losser.get("/saved-searches").get_json()["items"]
    assert without(made, "id", "createdAt", "url") == {
        **NONE,
        "name": "Vanaf de pagina",
        "q": "tegel",
        "availableNow": True,
        "availableFrom": "2049-01-12",
    }
    assert without(unreadable, "id", "createdAt", "url") == {**NONE, "name": "Onleesbaar"}


def test_a_change_leaves_what_is_not_sent(borne: Api) -> None:
    address = f"/saved-searches/{borne.post('/saved-searches', {'name': 'Keien', **FILTERS}).get_json()['id']}"
    renamed = borne.patch(address, {"name": "Andere keien"}).get_json()
    assert without(renamed, "id", "createdAt", "url") == {"name": "Andere keien", **FILTERS}
    fewer = borne.patch(
        address, {"material": [], "place": None, "radiusKm": None, "availableFrom": None, "availableNow": True}
    ).get_json()
    assert without(fewer, "id", "createdAt", "url") == {
        "name": "Andere keien",
        **FILTERS,
        "material": [],
        "place": None,
        "radiusKm": None,
        "availableFrom": None,
        "availableNow": True,
    }
    assert borne.patch(address, {}).get_json() == borne.get(address).get_json() == fewer


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"name": ""}, "name"),
        ({"name": "x" * 121}, "name"),
        ({"name": None}, "name"),
        ({"materialGroup": ["nergens"]}, "materialGroup"),
        ({"material": ["nergens"]}, "material"),
        ({"organisation": ["nergens"]}, "organisation"),
        ({"condition": ["stuk"]}, "condition"),
        ({"place": "Nergenshuizen"}, "place"),
        ({"place": None}, "radiusKm"),
        ({"radiusKm": 12}, "radiusKm"),
        ({"availableFrom": "31-3-2049"}, "availableFrom"),
        ({"availableFrom": "2199-03-31"}, "availableFrom"),
        ({"sort": "prijs"}, "sort"),
        ({"materialgroup": []}, "materialgroup"),
    ],
)
def test_what_is_no_search_is_refused_at_its_property(borne: Api, change: dict[str, Any], field: str) -> None:
    body = {"name": "Keien", **FILTERS}
    address = f"/saved-searches/{borne.post('/saved-searches', body).get_json()['id']}"
    for refused in (borne.post("/saved-searches", {**body, **change}), borne.patch(address, change)):
        assert (refused.status_code, [error["field"] for error in refused.get_json()["errors"]]) == (422, [field])
    assert borne.get("/saved-searches").get_json()["total"] == 1
    assert without(borne.get(address).get_json(), "id", "createdAt", "url") == body


def test_a_saved_search_is_of_one_person(borne: Api, losser: Api, reviewer: Api) -> None:
    made = borne.post("/saved-searches", {"name": "Keien"}).get_json()
    address = f"/saved-searches/{made['id']}"
    for other in (losser, reviewer):
        assert other.get("/saved-searches").get_json()["total"] == 0
        answers = [other.get(address), other.patch(address, {"name": "Van mij"}), other.delete(address)]
        assert [answer.status_code for answer in answers] == [404, 404, 404]
    assert borne.delete(address).get_json() == made
    assert [borne.get(address).status_code, borne.delete(address).status_code] == [404, 404]


def test_fifty_searches_are_kept(borne: Api) -> None:
    made = [borne.post("/saved-searches", {"name": f"Zoekopdracht {number}"}).status_code for number in range(51)]
    assert made == [*[201] * 50, 409]
    assert borne.get("/saved-searches?pageSize=20&page=3").get_json()["items"][-1]["name"] == "Zoekopdracht 0"
