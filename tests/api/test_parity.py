"""What a page can do and a program could not: a depot changes, an inbox is read, vehicles are listed."""

import csv
import hashlib
import io
import json
import re
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask

from marketplace.api.routing import OPERATIONS
from tests.api.conftest import Api, listing_body, published

# what a page does, by its endpoint, and the operation that does the same
STEPS = {
    "listings.create": "create_listing", "listings.edit": "edit_listing", "listings.photos": "add_photo",
    "papers.add": "add_paper", "papers.replace": "add_paper", "papers.remove": "remove_paper",
    "papers.add_to_lot": "add_lot_paper", "recalls.block": "block_lot", "recalls.release": "unblock_lot",
    "recalls.confirm": "confirm_recall",
    "listings.publish": "publish_listing", "listings.close": "close_listing",
    "listings.withdraw": "withdraw_listing", "listings.delete": "delete_listing", "listings.refresh": "refresh_listing",
    "listings.again": "create_listing", "demands.create": "create_demand", "demands.edit": "edit_demand",
    "demands.again": "create_demand", "demands.offer": "create_offer", "demands.withdraw": "withdraw_demand", "demands.refresh": "refresh_demand",
    "demands.request_all": "request_proposal", "broker.propose": "create_proposal", "broker.remind": "remind_sides",
    "bulk.change": "edit_listing",
    "planned.move": "move_listing_dates", "planned.there": "come_free", "planned.answer": "confirm_dates",
    "memos.search": "create_memo", "memos.conclude": "conclude_memo", "memos.ask": "create_demand_of_memo",
    "reservations.create": "create_reservation", "reservations.approve": "approve_reservation",
    "reservations.reject": "reject_reservation", "reservations.cancel": "cancel_reservation",
    "reservations.propose_cancel": "cancel_reservation", "reservations.agree_cancel": "agree_cancel",
    "reservations.hand_over": "hand_over_reservation", "reservations.hand_over_late": "hand_over_late",
    "reservations.confirm": "confirm_reservation", "reservations.dispute": "dispute_reservation",
    "reservations.resolve": "resolve_reservation", "reservations.return_part": "return_reservation",
    "reservations.no_show": "report_no_show", "reservations.object_to_no_show": "object_to_no_show",
    "reservations.decide_objection": "decide_objection", "reservations.accept_offer": "accept_offer",
    "reservations.propose_terms": "propose_terms", "reservations.accept_terms": "accept_terms",
    "reservations.decline_terms": "decline_terms", "reservations.propose_times": "propose_appointment",
    "reservations.agree_time": "agree_appointment", "reservations.add_photo": "add_reservation_photo",
    "inbox.read_all": "read_notices", "inbox.open_notice": "read_notice", "inbox.preferences": "change_preferences",
    "talk.questions_about": "ask_about_listing", "talk.answer": "answer_listing_question",
    "advice.give": "give_opinion", "advice.ask": "ask_for_opinion", "advice.lift": "lift_gate",
    "talk.withdraw": "withdraw_listing_question", "talk.thread": "send_message",
    "reports.edit": "report_year", "reports.check": "submit_report", "reports.start": "review_report",
    "reports.send_back": "send_back_report", "reports.adopt": "adopt_report", "reports.talk": "discuss_report",
    "work.ask_for_report": "ask_for_report", "goals.adopt": "adopt_goal", "goals.coverage": "set_coverage",
    "published.publish": "publish_annual_report", "exchanges.reverse": "reverse_exchange",
    "searches.create": "create_search", "searches.delete": "delete_search",
    "favourites.keep": "keep_listing", "favourites.drop": "drop_listing",
    "lots.announce": "announce", "lots.call_off": "call_off",
    "lots.bring_in": "take_in", "lots.take_in": "take_in", "lots.offer": "create_listing", "lots.photo": "add_lot_photo",
    "lots.offer_to_chain": "offer_lot_to_chain",
    "passports.create": "create_asset", "passports.edit": "edit_asset", "passports.add_item": "add_item",
    "passports.describe_item": "describe_item", "passports.change_item": "change_item", "passports.estimate": "set_owned",
    "lots.move": "move_lot", "lots.split": "split_lot", "lots.count": "count_lot",
    "lots.let_out": "take_out_lot", "lots.write_off": "write_off_lot",
    "releases.release": "release_item", "releases.receive": "add_item",
    "depots.create": "create_depot", "depots.edit_details": "edit_depot", "depots.edit_hours": "edit_depot",
    "depots.edit_room": "edit_depot", "depots.edit_storing": "edit_depot", "depots.edit_keepers": "edit_depot",
    "depots.edit_rates": "set_rate", "depots.withdraw_rate": "withdraw_rate", "depots.close": "close_depot",
    "depots.reopen": "reopen_depot", "depots.follow": "follow_depot", "depots.unfollow": "unfollow_depot",
    "admin.windows": "change_windows", "admin.person": "edit_person",
    "admin.deactivate": "edit_person", "admin.reactivate": "edit_person", "admin.invite": "create_invitation",
    "admin.withdraw_invitation": "delete_invitation", "admin.create_organisation": "create_organisation",
    "admin.edit_organisation": "edit_organisation", "admin.close_organisation": "edit_organisation",
    "admin.reopen_organisation": "edit_organisation", "admin.join_request": "accept_join_request",
    "admin.decline_join": "decline_join_request", "tasks.start": "create_task", "tasks.cancel": "stop_task",
    "tokens.create_token": "create_token", "tokens.revoke_token": "revoke_token",
    "tokens.create_machine": "create_machine_account", "tokens.create_machine_token": "create_token",
    "tokens.end_machine": "end_machine_account",
    "imports.load": "load_material_use", "imports.columns": "map_columns", "imports.mend": "mend_import_rows",
    "imports.mend_file": "mend_import_file", "imports.codes": "choose_import_codes", "imports.apply": "apply_import",
    "plans.make": "make_plan", "plans.accept": "request_plan_line", "plans.point_out": "request_plan_line",
    "plans.refuse": "refuse_plan_line",
    "papers.add_to_item": "add_item_paper", "papers.remove_from_item": "remove_item_paper",
    "valuations.start": "value_assets", "valuations.appraisals": "appraise_item",
    "prices.load": "load_price_table", "prices.use": "load_price_table",
    "imports.given": "say_once_of_import", "imports.read_again": "read_import_again", "listings.keep": "publish_listing", "listings.open_it": "open_listing",
    "materials.load": "load_factor_list", "materials.hand_in": "hand_in_factor_list", "materials.use": "use_factor_list",
    "materials.decline": "decline_factor_list", "materials.withdraw": "withdraw_factor_list", "materials.restore": "restore_factor_version",
    "imports.undo": "undo_an_import", "imports.take_over_outflow": "take_over_outflow",
}  # fmt: skip
# what is of a person before a screen and of no program: passwords, log-ins, links from a mail, half a form, the post of the platform
PAGES_ONLY = re.compile(
    r"account\.|signed\.|site\.join|listings\.(start|step)|device\.take|demands\.go_on|work\.discard|admin\..*_dead_letter"
)


def test_every_step_of_a_page_is_an_operation_too(app: Flask) -> None:
    steps = {
        rule.endpoint
        for rule in app.url_map.iter_rules()
        if "POST" in (rule.methods or ()) and not rule.endpoint.startswith("api.") and not PAGES_ONLY.match(rule.endpoint)
    }
    assert steps == set(STEPS)
    assert set(STEPS.values()) <= {operation.name for operation in OPERATIONS}


@pytest.mark.slow
def test_a_depot_is_renamed_closed_and_opened_again(hengelo: Api, borne: Api, somebody: Callable[..., Api]) -> None:
    coordinator = somebody("hengelo", "coordinator")
    depot = coordinator.post("/depots", {"name": "Werf", "place": "Hengelo", "address": "Industriestraat 1"}).get_json()
    address = f"/depots/{depot['id']}"
    renamed = coordinator.patch(address, {"name": "Werf Noord"}).get_json()
    assert (renamed["name"], renamed["exact"]["address"], renamed["isActive"]) == ("Werf Noord", "Industriestraat 1", True)
    assert coordinator.patch(address, {"address": None}).get_json()["exact"]["address"] is None
    assert coordinator.patch(address, {"isActive": False}).get_json()["isActive"] is False
    assert hengelo.post("/listings", listing_body(place=None, depot=depot["id"])).status_code == 422
    assert coordinator.patch(address, {"isActive": True}).get_json()["isActive"] is True
    assert hengelo.post("/listings", listing_body(place=None, depot=depot["id"])).status_code == 201
    assert coordinator.patch(address, {"name": ""}).status_code == 422
    assert somebody("borne", "coordinator").patch(address, {}).status_code == 403


def test_a_closed_depot_is_found_by_whoever_asks_for_it(somebody: Callable[..., Api], borne: Api) -> None:
    coordinator = somebody("hengelo", "coordinator")
    depot = coordinator.post("/depots", {"name": "Werf", "place": "Hengelo"}).get_json()
    coordinator.patch(f"/depots/{depot['id']}", {"isActive": False})
    assert borne.get("/depots").get_json()["total"] == 0
    [closed] = borne.get("/depots?withClosed=true").get_json()["items"]
    assert (closed["id"], closed["isActive"]) == (depot["id"], False)


def ledger(client: Api, locale: str = "nl") -> list[dict[str, str]]:
    """The rows of the ledger as a table."""
    answer = client.get("/ledger.csv", headers={"Accept-Language": locale})
    assert (answer.status_code, answer.mimetype) == (200, "text/csv")
    assert "attachment" in answer.headers["Content-Disposition"]
    text = io.StringIO(answer.data.decode("utf-8-sig"), newline="")
    return list(csv.DictReader(text, delimiter=";" if locale == "nl" else ","))


def test_the_ledger_is_a_table_for_those_who_may_read_its_rows(
    exchanged: dict[str, Any], hengelo: Api, borne: Api, losser: Api, reviewer: Api, public: Api, somebody: Callable[..., Api]
) -> None:
    [row] = ledger(hengelo)
    assert (row["seq"], row["from_slug"], row["to_slug"], row["quantity"]) == ("1", "hengelo", "borne", "800")
    written = borne.get("/exchanges").get_json()["items"][0]
    assert (row["hash"], row["mass_kg"]) == (written["hash"], str(written["massKg"]))
    assert ledger(borne) == ledger(reviewer) == [row]
    assert ledger(losser) == ledger(somebody("waterschap-vechtstromen", kind="partner")) == []
    assert public.get("/ledger.csv").status_code == 401
    assert ledger(hengelo, "en")[0]["distance_km"] == row["distance_km"].replace(",", ".")


def test_the_ledger_as_json_lines_is_what_was_hashed(exchanged: dict[str, Any], hengelo: Api, public: Api) -> None:
    answer = hengelo.get("/ledger.jsonl")
    assert (answer.status_code, answer.mimetype) == (200, "application/x-ndjson")
    assert answer.headers["Content-Disposition"].endswith('.jsonl"')
    [row] = [json.loads(line) for line in answer.text.splitlines()]
    before, digest = row.pop("previousHash"), row.pop("hash")
    text = json.dumps(row, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    assert digest == hashlib.sha256(f"{before}\n{text}".encode()).hexdigest()
    assert (before, row["seq"], row["fromSlug"]) == ("0" * 64, "1", "hengelo")
    assert public.get("/ledger.jsonl").status_code == 401


def test_an_inbox_is_read_up_to_a_notice(hengelo: Api, borne: Api) -> None:
    lot = published(hengelo)
    for _twice in range(2):
        borne.post(f"/listings/{lot['id']}/reservations", {"quantity": 10, "unit": "m2"})
    newest, *older = [notice["id"] for notice in hengelo.get("/notices?unread=true").get_json()["items"]]
    assert older
    left = hengelo.post("/notices/read", {"until": older[0]}).get_json()
    assert [notice["id"] for notice in left["items"]] == [newest]
    assert hengelo.post("/notices/read", {"until": newest}).get_json()["total"] == 0


def test_the_classes_of_vehicles_are_the_ones_that_a_hand_over_takes(hengelo: Api, borne: Api, public: Api) -> None:
    vehicles = public.get("/vehicle-classes").get_json()
    assert vehicles["total"] == len(vehicles["items"]) > 1
    assert all(vehicle["kgCo2ePerTonneKm"] > 0 for vehicle in vehicles["items"])
    lot = published(hengelo)
    number = borne.post(f"/listings/{lot['id']}/reservations", {"quantity": 10, "unit": "m2"}).get_json()["id"]
    hengelo.post(f"/reservations/{number}/approve")
    given = hengelo.post(f"/reservations/{number}/hand-over", {"vehicleClass": vehicles["items"][0]["slug"]})
    assert given.get_json()["vehicleClass"] == vehicles["items"][0]["slug"]


def test_a_material_names_those_that_may_stand_in_for_it(public: Api) -> None:
    materials = {item["slug"]: item for item in public.get("/materials?pageSize=100").get_json()["items"]}
    named = [other for item in materials.values() for other in item["substitutes"]]
    assert named and all(isinstance(other, str) for other in named)
