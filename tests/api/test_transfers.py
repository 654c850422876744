"""The new steps over the API: what they take, what they refuse, and in which words."""

from datetime import timedelta

from marketplace.kernel import clock
from tests.api.conftest import Api, published
from tests.api.test_scenarios import ask, counters, handed_over, step


def test_a_request_says_what_it_is_for_and_the_owner_reads_it(hengelo: Api, borne: Api) -> None:
    lot = published(hengelo, quantity=500)
    purpose = {
        "project": "Parkeerhof Bornsche Maten",
        "use": "Parkeervakken",
        "reusedAsIs": True,
        "sameGrade": False,
        "replacesPurchase": True,
        "purchasePriceCents": 1250000,
        "neededBy": (clock.today() + timedelta(days=20)).isoformat(),
    }
    made = ask(borne, lot, 400, **purpose)
    read = hengelo.get(f"/reservations/{made['id']}").get_json()
    assert {name: read[name] for name in purpose} == purpose
    assert (read["asked"], read["quantity"]) == ("400", "400")


def test_what_cannot_be_said_is_refused_at_its_property(hengelo: Api, borne: Api) -> None:
    lot = published(hengelo, quantity=500)
    past = (clock.today() - timedelta(days=1)).isoformat()
    for body, field in (
        ({"neededBy": past}, "neededBy"),
        ({"replacesPurchase": False, "purchasePriceCents": 5}, "purchasePriceCents"),
        ({"replacesPurchase": True, "purchasePriceCents": 5}, "confirmUnusual"),
        ({"project": "x" * 201}, "project"),
        ({"replacesPurchase": "ja"}, "replacesPurchase"),
        ({"reusedAsIs": "ja"}, "reusedAsIs"),
        ({"sameGrade": 1}, "sameGrade"),
    ):
        answer = borne.post(f"/listings/{lot['id']}/reservations", {"quantity": 1, "unit": "m2", **body})
        assert (answer.status_code, answer.get_json()["errors"][0]["field"]) == (422, field)
    assert counters(hengelo, lot)[1] == "0"


def test_a_part_is_approved_and_the_rest_is_free(hengelo: Api, borne: Api) -> None:
    lot = published(hengelo, quantity=500)
    made = ask(borne, lot, 400)
    assert step(hengelo, made, "approve", 422, quantity=401)["errors"][0]["field"] == "quantity"
    approved = step(hengelo, made, "approve", quantity="250.5")
    assert (approved["quantity"], approved["asked"]) == ("250.5", "400")
    assert counters(hengelo, lot) == ("500", "250.5", "0", "249.5")


def test_a_no_show_is_counted_and_belongs_to_the_owner(hengelo: Api, borne: Api) -> None:
    lot = published(hengelo, quantity=500)
    made = ask(borne, lot, 400)
    assert step(hengelo, made, "no-show", 409)["currentStatus"] == "requested"
    step(hengelo, made, "approve")
    assert step(borne, made, "no-show", 403)["status"] == 403
    assert "keptUntil" in step(hengelo, made, "no-show", 409)  # seconds after the approval nobody has failed to come
    with clock.frozen(clock.now() + timedelta(days=31)):
        ended = step(hengelo, made, "no-show")
    assert (ended["status"], ended["noShow"]) == ("cancelled", True)
    assert counters(hengelo, lot) == ("500", "0", "0", "500")


def test_confirming_without_a_body_takes_the_owners_figure(hengelo: Api, borne: Api) -> None:
    lot = published(hengelo, quantity=500)
    made = ask(borne, lot, 300)
    step(hengelo, made, "approve")
    given = step(hengelo, made, "hand-over", quantity=280, measuredBy="weighed", condition="fair", writeOffReason="20 kapot")
    assert (given["ownerMeasuredBy"], given["ownerCondition"], given["writtenOff"]) == ("weighed", "fair", "0")
    assert counters(hengelo, lot) == ("500", "300", "0", "200")  # what is missing is held until it is confirmed
    done = step(borne, made, "confirm")
    assert (done["quantity"], done["writtenOff"]) == ("280", "20")
    assert counters(hengelo, lot) == ("480", "0", "280", "200")


def test_the_reviewer_reads_a_dispute_and_settles_nothing(hengelo: Api, borne: Api, reviewer: Api, losser: Api) -> None:
    _lot, made = handed_over(hengelo, borne)
    assert step(borne, made, "dispute", 422)["errors"][0]["field"] == "reason"
    assert step(borne, made, "dispute", reason="Verkeerde kleur")["disputeReason"] == "Verkeerde kleur"
    assert reviewer.get(f"/reservations/{made['id']}").get_json()["status"] == "disputed"
    assert step(reviewer, made, "resolve", 403, quantity=300, reason="Zo")["status"] == 403
    assert step(losser, made, "resolve", 404, quantity=300, reason="Zo")["status"] == 404


def test_the_broker_settles_a_dispute(hengelo: Api, borne: Api, somebody) -> None:  # type: ignore[no-untyped-def]
    _lot, made = handed_over(hengelo, borne)
    step(borne, made, "confirm", quantity=200)
    broker = somebody("regio-twente", "coordinator")
    assert step(broker, made, "resolve", quantity=240, reason="Weegbon gezien")["quantity"] == "240"


def test_a_return_is_refused_at_its_property(hengelo: Api, borne: Api) -> None:
    _lot, made = handed_over(hengelo, borne)
    body = {"quantity": 10, "condition": "poor", "reason": "Maat past niet"}
    assert step(borne, made, "return", 409, **body)["currentStatus"] == "handed_over"
    step(borne, made, "confirm")
    tomorrow = (clock.today() + timedelta(days=1)).isoformat()
    assert step(borne, made, "return", 422, **body, returnedOn=tomorrow)["errors"][0]["field"] == "returnedOn"
    assert step(borne, made, "return", 409, **{**body, "quantity": 301})["available"] == "300"
    assert step(hengelo, made, "return", **body)["returned"] == "10"


def test_a_return_says_how_it_was_driven_back_and_where_it_lies_now(hengelo: Api, borne: Api) -> None:
    lot, made = handed_over(hengelo, borne)
    step(borne, made, "confirm")
    body = {
        "quantity": 40,
        "condition": "fair",
        "reason": "Maat past niet",
        "drivenKm": 20,
        "vehicleClass": "vrachtauto-zwaar-50",
    }
    assert step(borne, made, "return", 422, **{**body, "vehicleClass": "bakfiets"})["errors"][0]["field"] == "vehicleClass"
    assert step(borne, made, "return", 422, **body, place="Nergenshuizen")["errors"][0]["field"] == "place"
    refused = step(borne, made, "return", 422, **{**body, "drivenKm": 6.5}, place="Losser")
    assert (refused["errors"][0]["field"], refused["drivenKm"], refused["straightKm"]) == ("drivenKm", "6.5", "18.042")
    assert step(borne, made, "return", **body, place="Losser")["returned"] == "40"
    haul = borne.get("/exchanges").get_json()["items"][0]
    assert (haul["kind"], haul["quantity"], haul["massKg"], haul["roadKm"]) == ("haul", "40", 0, 20)
    assert (haul["tonneKm"], haul["transportKgCo2e"], haul["vehicleClass"]) == (148, 38.471, "vrachtauto-zwaar-50")
    assert (haul["avoidedKgCo2e"], haul["netKgCo2e"], haul["distanceBasis"]) == (0, -38.471, "return")
    child = next(listing for listing in hengelo.get("/listings?mine=true").get_json()["items"] if listing["id"] != lot["id"])
    assert child["placeName"] == "Losser"


def test_a_return_that_was_sent_twice_is_one_and_the_answer_says_so(hengelo: Api, borne: Api) -> None:
    _lot, made = handed_over(hengelo, borne)
    step(borne, made, "confirm")
    body = {"quantity": 40, "condition": "fair", "reason": "Maat past niet"}
    answers = [step(borne, made, "return", **body) for _twice in range(2)]
    assert [(answer["returned"], answer["repeated"]) for answer in answers] == [("40", False), ("40", True)]
    assert borne.get("/exchanges").get_json()["total"] == 3  # transfer, reversal, haul


def test_only_the_asker_accepts_an_offer(hengelo: Api, borne: Api, losser: Api) -> None:
    lot = published(hengelo, quantity=500)
    first = ask(borne, lot, 500)
    waiting = ask(losser, lot, 200, joinWaitingList=True)
    step(borne, first, "cancel", reason="Te laat")
    assert step(hengelo, waiting, "accept-offer", 403)["status"] == 403
    assert step(borne, waiting, "accept-offer", 404)["status"] == 404
    assert step(losser, waiting, "accept-offer")["status"] == "requested"


def test_a_larger_lot_goes_to_who_waits_at_once(hengelo: Api, borne: Api, losser: Api) -> None:
    lot = published(hengelo, quantity=100)
    path, body = f"/listings/{lot['id']}", {"quantity": 80, "unit": "m2"}
    borne.post(f"{path}/reservations", {"quantity": 100, "unit": "m2"})
    waits = losser.post(f"{path}/reservations", {**body, "joinWaitingList": True}).get_json()
    larger = hengelo.patch(path, {"version": lot["version"], "quantity": 200}).get_json()
    assert (larger["held"], larger["available"]) == ("180", "20")
    assert losser.get(f"/reservations/{waits['id']}").get_json()["status"] == "offered"
    assert borne.post(f"{path}/reservations", body).get_json()["available"] == "20"


def test_a_reason_that_nobody_gave_stands_there_in_dutch_whoever_acts(hengelo: Api, borne: Api) -> None:
    lot, english = published(hengelo, quantity=500), {"Accept-Language": "en"}
    missed, withdrawn = ask(borne, lot, 100), ask(borne, lot, 100)
    step(hengelo, missed, "approve")
    with clock.frozen(clock.now() + timedelta(days=31)):
        hengelo.post(f"/reservations/{missed['id']}/no-show", headers=english)
    hengelo.post(f"/listings/{lot['id']}/withdraw", headers=english)
    reasons = [borne.get(f"/reservations/{reservation['id']}").get_json()["reason"] for reservation in (missed, withdrawn)]
    assert reasons == ["Niemand kwam het ophalen.", "De eigenaar heeft de partij ingetrokken."]


def test_a_figure_that_was_sent_twice_is_one_dispute_and_its_reason_may_follow(hengelo: Api, borne: Api) -> None:
    _lot, made = handed_over(hengelo, borne)
    for _twice in range(2):
        assert step(borne, made, "confirm", quantity=200)["status"] == "disputed"
    assert step(borne, made, "confirm", 409, quantity=210)["currentStatus"] == "disputed"
    disputed = step(borne, made, "dispute", quantity=205, reason="Eén pallet te weinig")
    assert (disputed["disputeReason"], disputed["receiverQuantity"], disputed["receiverAnswer"]) == (
        "Eén pallet te weinig",
        "200",
        "205",
    )
    assert step(borne, made, "dispute", reason="Nog een reden")["disputeReason"] == "Eén pallet te weinig"


def test_who_would_wait_for_more_than_the_lot_reads_what_is_free_now(hengelo: Api, borne: Api, losser: Api) -> None:
    lot = published(hengelo, quantity=500)
    ask(borne, lot, 400)
    body = {"quantity": 600, "unit": "m2", "joinWaitingList": True}
    refused = losser.post(f"/listings/{lot['id']}/reservations", body)
    assert refused.status_code == 409
    assert (refused.get_json()["available"], refused.get_json()["most"]) == ("100", "500")


def test_nobody_fails_to_come_before_the_first_day(hengelo: Api, borne: Api) -> None:
    first = (clock.today() + timedelta(days=10)).isoformat()
    made = ask(borne, published(hengelo, quantity=500, availableFrom=first), 100)
    step(hengelo, made, "approve")
    assert step(hengelo, made, "no-show", 409)["status"] == 409
