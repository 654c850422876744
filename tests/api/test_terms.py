"""Terms, late paperwork and objections over the API, by the names that are promised."""

from datetime import timedelta
from typing import Any

from marketplace.kernel import clock
from tests.api.conftest import Api, demand_body, published


def ask(borne: Api, lot: dict[str, Any], quantity: int = 60, **more: Any) -> int:
    made = borne.post(f"/listings/{lot['id']}/reservations", {"quantity": quantity, "unit": "m2", **more})
    assert made.status_code == 201, made.get_json()
    return int(made.get_json()["id"])


def step(who: Api, number: int, name: str, status: int = 200, **body: Any) -> dict[str, Any]:
    answer = who.post(f"/reservations/{number}/{name}", body or None)
    assert answer.status_code == status, answer.get_json()
    outcome: dict[str, Any] = answer.get_json()
    return outcome


def test_what_the_owner_patches_after_the_approval_is_not_booked(hengelo: Api, borne: Api) -> None:
    lot = published(hengelo, quantity=100)
    number = ask(borne, lot)
    assert step(hengelo, number, "approve")["terms"]["priceCentsPerUnit"] == 0
    patch = {"version": lot["version"], "priceCentsPerUnit": 900, "kgPerUnit": 600, "confirmUnusual": True, "place": "Losser"}
    assert hengelo.patch(f"/listings/{lot['id']}", patch).status_code == 200
    step(hengelo, number, "hand-over")
    step(borne, number, "confirm")
    row = hengelo.get("/exchanges").get_json()["items"][0]
    assert (row["priceCents"], row["massKg"], row["distanceKm"]) == (0, 11100, 5)
    terms = borne.get(f"/reservations/{number}").get_json()["terms"]
    assert (terms["kgPerUnit"], terms["kgBasis"], terms["placeName"], terms["exact"]["lat"]) == (
        185,
        "taxonomy",
        "Hengelo",
        52.26583,
    )


def test_other_terms_are_proposed_accepted_and_declined(hengelo: Api, borne: Api, losser: Api) -> None:
    number = ask(borne, published(hengelo, quantity=100))
    assert step(hengelo, number, "propose-terms", 409, priceCentsPerUnit=100, reason="Te vroeg")["currentStatus"] == "requested"
    step(hengelo, number, "approve")
    proposed = step(
        hengelo, number, "propose-terms", priceCentsPerUnit=100, destination="Almelo", reason="Telefonisch afgesproken"
    )
    assert proposed["terms"]["priceCentsPerUnit"] == 0
    assert proposed["proposedTerms"]["priceCentsPerUnit"] == 100
    assert proposed["proposedTerms"]["destinationName"] == "Almelo"
    assert (proposed["proposedTerms"]["proposedBy"]["slug"], proposed["proposedTerms"]["reason"]) == (
        "hengelo",
        "Telefonisch afgesproken",
    )
    assert step(losser, number, "accept-terms", 404)["status"] == 404
    assert step(hengelo, number, "accept-terms", 409)["status"] == 409
    declined = step(borne, number, "decline-terms", reason="Gratis is gratis")
    assert (declined["proposedTerms"], declined["terms"]["priceCentsPerUnit"]) == (None, 0)
    step(borne, number, "propose-terms", kgPerUnit=190, reason="Gewogen")
    accepted = step(hengelo, number, "accept-terms")
    assert (accepted["terms"]["kgPerUnit"], accepted["terms"]["kgBasis"], accepted["proposedTerms"]) == (190, "measured", None)


def test_a_proposal_is_refused_at_its_property(hengelo: Api, borne: Api) -> None:
    number = ask(borne, published(hengelo, quantity=100))
    step(hengelo, number, "approve")
    for body, field in (
        ({"priceCentsPerUnit": 100}, "reason"),
        ({"kgPerUnit": 700, "reason": "Gewogen"}, "confirmUnusual"),
        ({"destination": "Timboektoe", "reason": "Ver"}, "destination"),
        ({"destinationLat": 52.3, "reason": "Half"}, "destinationLon"),
    ):
        assert step(hengelo, number, "propose-terms", 422, **body)["errors"][0]["field"] == field


def test_late_paperwork_is_the_coordinators_with_a_reason(hengelo: Api, borne: Api, somebody) -> None:  # type: ignore[no-untyped-def]
    number = ask(borne, published(hengelo, quantity=100))
    step(hengelo, number, "approve")
    earlier = (clock.today() - timedelta(days=40)).isoformat()
    assert step(hengelo, number, "hand-over", 422, handedOverOn=earlier)["errors"][0]["field"] == "handedOverOn"
    assert step(hengelo, number, "late-hand-over", 403, handedOverOn=earlier, reason="Bon zoek")["status"] == 403
    coordinator = somebody("hengelo", "coordinator")
    assert step(coordinator, number, "late-hand-over", 422, handedOverOn=earlier)["errors"][0]["field"] == "reason"
    late = step(coordinator, number, "late-hand-over", handedOverOn=earlier, reason="Bon zoek")
    assert (late["handedOverOn"], late["lateReason"]) == (earlier, "Bon zoek")


def test_60_000_for_60_is_422_unless_it_is_confirmed(hengelo: Api, borne: Api) -> None:
    number = ask(borne, published(hengelo, quantity=100))
    step(hengelo, number, "approve")
    refused = step(hengelo, number, "hand-over", 422, quantity=70)
    assert refused["errors"][0]["field"] == "confirmUnusual"
    assert "most" in step(hengelo, number, "hand-over", 422, quantity=60000, confirmUnusual=True)
    assert step(hengelo, number, "hand-over", quantity=70, confirmUnusual=True)["quantity"] == "70"


def test_an_objection_is_the_askers_and_the_brokers_decision_ends_it(hengelo: Api, borne: Api, somebody) -> None:  # type: ignore[no-untyped-def]
    number = ask(borne, published(hengelo, quantity=100))
    step(hengelo, number, "approve")
    with clock.frozen(clock.now() + timedelta(days=31)):
        step(hengelo, number, "no-show")
    assert step(hengelo, number, "object", 403, reason="Nee")["status"] == 403
    assert step(borne, number, "object", reason="Wij stonden er")["objection"] == "Wij stonden er"
    broker = somebody("regio-twente", "coordinator")
    assert broker.get("/broker/gaps").get_json()["objections"]["total"] == 1
    decided = step(broker, number, "decide-objection", upheld=True, reason="Foto met tijd")
    assert (decided["objectionUpheld"], decided["objectionAnswer"]) == (True, "Foto met tijd")


def test_a_second_hold_for_one_need_is_422_unless_it_is_confirmed(hengelo: Api, borne: Api) -> None:
    need = borne.post("/demands", demand_body(quantity=100)).get_json()["id"]
    first, second = published(hengelo, quantity=80), published(hengelo, quantity=80)
    ask(borne, first, 80, demandId=need)
    body = {"quantity": 80, "unit": "m2", "demandId": need}
    refused = borne.post(f"/listings/{second['id']}/reservations", body)
    assert (refused.status_code, refused.get_json()["errors"][0]["field"]) == (422, "confirmUnusual")
    ask(borne, second, 80, demandId=need, confirmUnusual=True)


def test_naming_anothers_depot_does_not_tell_its_spot(hengelo: Api, borne: Api, somebody) -> None:  # type: ignore[no-untyped-def]
    """It stands before the depot until a keeper takes it in: at the corner of the grid that is nearest to 52.30136, 6.7482."""
    there = {"name": "Werf Borne", "lat": 52.30136, "lon": 6.7482, "address": "Europastraat 1"}
    depot = somebody("borne", "coordinator").post("/depots", there).get_json()["id"]
    listing = published(hengelo, quantity=100, place=None, depot=depot)
    number = ask(borne, listing)
    spot = {"lat": 52.3035, "lon": 6.7452, "address": None}  # 11623 × 0.0045 and 924 × 0.0073 degrees
    assert hengelo.get(f"/listings/{listing['id']}").get_json()["exact"] == spot
    assert step(hengelo, number, "approve")["terms"]["exact"] == spot
