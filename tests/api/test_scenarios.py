"""Acceptance scenarios 4 to 7 and 10 over the API, as a client that knows nothing of the inside would live them."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask

from marketplace.jobs.worker import run_all
from marketplace.kernel import clock
from tests.api.conftest import Api, published

pytestmark = pytest.mark.slow


def ask(asker: Api, lot: dict, quantity: object, **more: object) -> dict:
    made = asker.post(f"/listings/{lot['id']}/reservations", {"quantity": quantity, "unit": "m2", **more})
    assert made.status_code == 201, made.get_json()
    reservation: dict = made.get_json()
    return reservation


def step(who: Api, reservation: dict, name: str, status: int = 200, **body: object) -> dict:
    answer = who.post(f"/reservations/{reservation['id']}/{name}", body or None)
    assert answer.status_code == status, answer.get_json()
    outcome: dict = answer.get_json()
    return outcome


def handed_over(hengelo: Api, borne: Api, ordered: object = 300) -> tuple[dict, dict]:
    lot = published(hengelo, quantity=500, availableUntil=None)
    reservation = ask(borne, lot, ordered)
    step(hengelo, reservation, "approve")
    return lot, step(hengelo, reservation, "hand-over")


def counters(who: Api, lot: dict) -> tuple[str, str, str, str]:
    now = who.get(f"/listings/{lot['id']}").get_json()
    return now["quantity"], now["held"], now["transferred"], now["available"]


def test_scenario_4_a_hold_until_friday_warns_lapses_once_and_goes_to_the_next(
    app: Flask, hengelo: Api, borne: Api, losser: Api
) -> None:
    lot = published(hengelo, quantity=500, availableUntil=None)
    held = ask(borne, lot, 500)
    friday = clock.today() + timedelta(days=6)
    assert step(hengelo, held, "approve", holdUntil=friday.isoformat())["status"] == "approved"
    waiting = ask(losser, lot, 300, joinWaitingList=True)
    assert waiting["status"] == "waiting"
    at = datetime(friday.year, friday.month, friday.day, 8, tzinfo=UTC)
    for days_before in (3, 1, 0):
        run_all(app, at - timedelta(days=days_before))
        run_all(app, at - timedelta(days=days_before))
    sent = sorted(path.name for path in (app.extensions["settings"].mail_path).glob("*reservation_expiring*"))
    assert len(sent) == 6  # three times, each side once
    for _twice in range(2):
        run_all(app, at + timedelta(days=1))
    assert borne.get(f"/reservations/{held['id']}").get_json()["status"] == "expired"
    offered = losser.get(f"/reservations/{waiting['id']}").get_json()
    assert offered["status"] == "offered"
    assert counters(hengelo, lot) == ("500", "300", "0", "200")
    with clock.frozen(at + timedelta(days=2)):
        assert step(losser, waiting, "accept-offer")["status"] == "requested"


def test_scenario_5_withdrawing_is_free_before_the_note_is_signed_and_together_after_it(hengelo: Api, borne: Api) -> None:
    lot = published(hengelo, quantity=500)
    before, after = ask(borne, lot, 100), ask(borne, lot, 100)
    step(hengelo, after, "approve")
    gone = hengelo.post(f"/listings/{lot['id']}/withdraw", {"reason": "Zelf nodig voor de Hasselerbaan"}).get_json()
    assert gone["status"] == "withdrawn"
    for reservation in (before, after):
        ended = borne.get(f"/reservations/{reservation['id']}").get_json()
        assert (ended["status"], ended["reason"]) == ("cancelled", "Zelf nodig voor de Hasselerbaan")
    signed_lot, signed = handed_over(hengelo, borne)
    assert hengelo.post(f"/listings/{signed_lot['id']}/withdraw", {"reason": "Toch niet"}).status_code == 409
    proposed = step(hengelo, signed, "cancel", reason="Verkeerde partij geladen")
    assert (proposed["status"], proposed["cancelProposedBy"]["slug"]) == ("handed_over", "hengelo")
    assert step(hengelo, signed, "agree-cancel", 409)["status"] == 409
    assert step(borne, signed, "agree-cancel")["status"] == "cancelled"
    assert counters(hengelo, signed_lot) == ("500", "0", "0", "500")
    assert hengelo.post(f"/listings/{signed_lot['id']}/withdraw", {"reason": "Toch niet"}).get_json()["status"] == "withdrawn"


def test_scenarios_6_and_7_measured_agreed_booked_and_partly_brought_back(hengelo: Api, borne: Api) -> None:
    lot, reservation = handed_over(hengelo, borne)
    disputed = step(borne, reservation, "confirm", quantity=276, measuredBy="counted", condition="good")
    assert (disputed["status"], disputed["ownerQuantity"], disputed["receiverQuantity"]) == ("disputed", "300", "276")
    settled = step(hengelo, reservation, "resolve", quantity=276, reason="Samen nageteld")
    assert (settled["status"], settled["quantity"]) == ("completed", "276")
    assert counters(hengelo, lot) == ("500", "0", "276", "224")  # the 24 are free again
    booked = hengelo.get("/exchanges").get_json()["items"][0]
    assert (booked["quantity"], booked["massKg"]) == ("276", 51060)  # 276 m² × 185 kg
    before = hengelo.get("/statistics").get_json()["totals"]
    with clock.frozen(clock.now() + timedelta(days=14)):
        returned = step(
            borne, reservation, "return", quantity=100, condition="poor", returnedOn=clock.today().isoformat(), reason="Te kapot"
        )
        month = clock.today().isoformat()[:7]
    assert (returned["status"], returned["returned"]) == ("completed", "100")
    haul, reversal, _booked = hengelo.get("/exchanges").get_json()["items"]
    assert (haul["kind"], haul["massKg"], haul["fromOrganisation"]["slug"]) == ("haul", 0, "borne")
    assert (reversal["quantity"], reversal["reverses"], reversal["happenedOn"][:7]) == ("-100", booked["seq"], month)
    after = hengelo.get("/statistics").get_json()["totals"]
    assert (before["massKg"] - after["massKg"], before["exchanges"], after["exchanges"]) == (18500, 1, 1)
    child = next(listing for listing in hengelo.get("/listings?mine=true").get_json()["items"] if listing["id"] != lot["id"])
    assert (child["quantity"], child["available"], child["condition"], child["status"]) == ("100", "100", "poor", "published")
    assert child["returnedFrom"] == lot["id"]
    assert child["lot"] == hengelo.get(f"/listings/{lot['id']}").get_json()["lot"] + 2  # after that of the receiver
    assert counters(hengelo, lot) == ("400", "0", "176", "224")


def test_scenario_6_within_tolerance_it_passes_and_a_surplus_only_if_nobody_holds_it(
    hengelo: Api, borne: Api, losser: Api
) -> None:
    _lot, close = handed_over(hengelo, borne)
    assert step(borne, close, "confirm", quantity="290")["quantity"] == "290"
    lot, over = handed_over(hengelo, borne)
    other = ask(losser, lot, 195)
    refused = step(borne, over, "confirm", 409, quantity=310)
    assert refused["available"] == "305"
    step(losser, other, "cancel", reason="Niet meer nodig")
    assert step(borne, over, "confirm", quantity=310)["quantity"] == "310"
    _again, gone = handed_over(hengelo, borne)
    step(borne, gone, "dispute", quantity=276, reason="24 m² gebroken")
    done = step(hengelo, gone, "resolve", quantity=276, reason="Klopt", writeOffReason="Gebroken bij het lossen")
    assert (done["writtenOff"], done["writeOffReason"]) == ("24", "Gebroken bij het lossen")


def test_scenario_10_three_claim_when_the_window_opens_and_the_owner_picks_the_second_with_a_reason(
    hengelo: Api, borne: Api, losser: Api, reviewer: Api, somebody: Callable[..., Api]
) -> None:
    opens = clock.today() + timedelta(days=2)
    lot = published(hengelo, quantity=500, regionFrom=opens.isoformat(), availableUntil=None)
    assert borne.get(f"/listings/{lot['id']}").status_code == 200  # all may look
    early = borne.post(f"/listings/{lot['id']}/reservations", {"quantity": 400, "unit": "m2"})
    assert (early.status_code, early.get_json()["reservableFrom"]) == (409, opens.isoformat())
    almelo = somebody("almelo")
    with clock.frozen(clock.now() + timedelta(days=2)):
        first = ask(borne, lot, 400, replacesPurchase=True, neededBy=(clock.today() + timedelta(days=10)).isoformat())
        second = ask(almelo, lot, 400, joinWaitingList=True)
        third = ask(losser, lot, 400, joinWaitingList=True, project="Dorpskern", use="Stoep")
        ranked = hengelo.get(f"/listings/{lot['id']}/requests").get_json()
        assert [request["rank"] for request in ranked["items"]] == [1, 2, 3]
        assert ranked["items"][0]["id"] == first["id"]
        assert ranked["items"][0]["score"] > ranked["items"][1]["score"]
        assert all(request["reasons"] for request in ranked["items"])
        silent = step(hengelo, second, "approve", 422)
        assert silent["errors"][0]["field"] == "reason"
        chosen = step(hengelo, second, "approve", reason="Almelo heeft het volgende week al nodig")
        assert chosen["status"] == "approved"
        states = [
            asker.get(f"/reservations/{made['id']}").get_json()["status"] for asker, made in ((borne, first), (losser, third))
        ]
        assert states == ["waiting", "waiting"]
        read = reviewer.get(f"/reservations/{second['id']}").get_json()
        assert read["choiceReason"] == "Almelo heeft het volgende week al nodig"
        assert (
            almelo.get(f"/reservations/{second['id']}").get_json()["choiceReason"] is None
        )  # for the owner and who answers for the region
        assert borne.get(f"/listings/{lot['id']}/requests").status_code == 403
