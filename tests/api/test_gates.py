"""The rules over the API: what a refusal names, and who reads what of a lot and a reservation."""

from collections.abc import Callable

from tests.api.conftest import Api, listing_body, published

SOIL = {
    "material": "teelaarde",
    "quantity": 100,
    "unit": "m3",
    "fields": {"soil-class": "residential", "proof": "batch-inspection", "pfas": "agriculture-nature"},
}


def rules(answer: dict) -> list[str]:
    return [gate["rule"] for gate in answer["gates"]]


def test_a_refused_publication_names_the_rule_its_source_and_where_to_go(hengelo: Api) -> None:
    body = listing_body(material="asfaltgranulaat", unit="tonne", fields={"pak10-mg-per-kg": 80, "tar": "no"})
    lot = hengelo.post("/listings", body).get_json()
    assert "pak-limit" in rules(lot)
    published_lot = published(hengelo, material="asfaltgranulaat", unit="tonne", fields={"pak10-mg-per-kg": 75, "tar": "no"})
    assert (published_lot["status"], "pak-limit" in rules(published_lot)) == ("published", False)
    answer = hengelo.patch(f"/listings/{published_lot['id']}", {"version": 1, "fields": {"pak10-mg-per-kg": 76, "tar": "no"}})
    problem = answer.get_json()
    assert (answer.status_code, problem["errors"][0]["field"]) == (422, "fields.pak10-mg-per-kg")
    gate = problem["gates"][0]
    assert (gate["rule"], gate["severity"], gate["moment"], gate["source"]) == ("pak-limit", "blocks", "publish", "TAG-EURAL")
    assert "Afvoeren, 17 03 01*" in gate["sentence"] and gate["date"]


def test_soil_is_reserved_with_the_classes_of_the_place(hengelo: Api, borne: Api) -> None:
    lot = published(hengelo, **SOIL)
    path, body = f"/listings/{lot['id']}/reservations", {"quantity": 10, "unit": "m3"}
    refused = borne.post(path, body)
    assert (refused.status_code, rules(refused.get_json())) == (422, ["soil-destination"])
    assert refused.get_json()["errors"][0]["field"] == "receivingSoil"
    nature = borne.post(path, {**body, "receivingSoil": "industry", "functionClass": "agriculture-nature"})
    assert "functieklasse" in nature.get_json()["detail"]
    made = borne.post(path, {**body, "receivingSoil": "residential", "functionClass": "industry"})
    assert made.status_code == 201
    reservation = made.get_json()
    assert (reservation["receivingSoil"], reservation["functionClass"]) == ("residential", "industry")


def test_both_sides_read_what_is_still_needed_before_the_hand_over(hengelo: Api, borne: Api, losser: Api) -> None:
    lot = published(hengelo, is_declared=False)
    made = borne.post(f"/listings/{lot['id']}/reservations", {"quantity": 10, "unit": "m2"}).get_json()
    path = f"/reservations/{made['id']}"
    assert rules(borne.get(path).get_json()) == rules(hengelo.post(f"{path}/approve").get_json()) == ["environmental-declaration"]
    refused = hengelo.post(f"{path}/hand-over", {"quantity": 10})
    assert (refused.status_code, rules(refused.get_json())) == (422, ["environmental-declaration"])
    assert rules(losser.get(f"/listings/{lot['id']}").get_json()) == ["environmental-declaration"]


def test_the_public_reads_no_findings(hengelo: Api, public: Api, somebody: Callable[..., Api]) -> None:
    lot = published(hengelo, is_declared=False)
    assert "gates" not in public.get(f"/listings/{lot['id']}").get_json()
    reviewer = somebody("regio-twente", "reviewer").get(f"/listings/{lot['id']}").get_json()
    assert rules(reviewer) == ["environmental-declaration"]
