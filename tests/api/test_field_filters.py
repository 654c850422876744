"""Listings and matches by what owners answered, over the API: filters, counts, sentences, and doubts."""

from tests.api.conftest import Api, demand_body, published
from tests.factories import KEI


def titles(client: Api, query: str) -> list[str]:
    return sorted(item["title"] for item in client.get(f"/listings?{query}").get_json()["items"])


def test_listings_are_filtered_and_counted_by_field(hengelo: Api, public: Api) -> None:
    published(hengelo, title="Rood, 8", fields={"thickness-cm": 8, "colour": "red"})
    published(hengelo, title="Grijs, 10", fields={"thickness-cm": "10", "colour": "grey"})
    published(hengelo, title="Niets")
    assert titles(public, "field=thickness-cm:min:8") == ["Grijs, 10", "Rood, 8"]
    assert titles(public, "field=thickness-cm:min:8.5") == ["Grijs, 10"]
    assert titles(public, "field=colour:red&field=colour:grey&field=thickness-cm:max:8") == ["Rood, 8"]
    assert public.get("/listings").get_json()["fieldFacets"] == []
    counted = public.get(f"/listings?material={KEI}&field=colour:red").get_json()
    assert counted["total"] == 1
    thickness, colour = counted["fieldFacets"]
    assert thickness == {
        "slug": "thickness-cm",
        "name": "Dikte",
        "choices": [],
        "minimum": "8",
        "maximum": "8",
        "silent": 0,
    }
    assert [(choice["key"], choice["name"], choice["count"]) for choice in colour["choices"]] == [
        ("grey", "Grijs", 1),
        ("red", "Rood", 1),
    ]
    assert (colour["minimum"], colour["maximum"], colour["silent"]) == (None, None, 1)


def test_what_is_no_filter_is_refused_with_a_sentence(public: Api) -> None:
    for value in (
        "dikte:8",
        "thickness-cm:8",
        "thickness-cm:min:7,5",
        "thickness-cm:min:",
        "colour:paars",
        "colour",
        "brick-size:20",
    ):
        refused = public.get(f"/listings?field={value}")
        assert refused.status_code == 422, value
        [error] = refused.get_json()["errors"]
        assert error["field"] == "field" and error["message"].endswith("."), value


def test_a_match_says_what_fits_and_what_is_in_doubt(hengelo: Api, borne: Api) -> None:
    published(hengelo, title="Zegt niets")
    published(hengelo, title="Past", fields={"thickness-cm": 8, "whole-percent": 92.5})
    published(hengelo, title="Te dun", fields={"thickness-cm": 6, "whole-percent": 92.5})
    wishes = {"thickness-cm": {"min": 8}, "whole-percent": {"min": 90}}
    demand = borne.post("/demands", demand_body(fields=wishes)).get_json()
    certain, unsure = borne.get(f"/demands/{demand['id']}/matches").get_json()["items"]
    assert (certain["listing"]["title"], certain["doubts"]) == ("Past", [])
    assert "Dikte: 8 cm; minstens 8 cm gevraagd." in [reason.replace("\u00a0", " ") for reason in certain["reasons"]]
    assert unsure["listing"]["title"] == "Zegt niets"
    assert unsure["doubts"] == ["Twijfel: dikte niet opgegeven.", "Twijfel: aandeel heel niet opgegeven."]
    [back] = hengelo.get(f"/listings/{unsure['listing']['id']}/matches").get_json()["items"]
    assert back["doubts"] == unsure["doubts"]
    wanted = hengelo.get("/demands").get_json()["items"][0]
    assert (wanted["own"]["fits"], wanted["own"]["doubts"], wanted["own"]["inTheWay"]) == ("fits", [], None)
