"""Who may not: every address without a token, and every change by somebody whose it is not; and that nothing changes then."""

from collections.abc import Callable
from datetime import timedelta
from functools import cache
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import Engine, MetaData, Table, select

from config import Config
from marketplace.accounts.actions.organisations import ask_to_join
from marketplace.accounts.policy import ANONYMOUS
from marketplace.accounts.rules.organisations import JoinDraft, SubKind
from marketplace.api import WRITES_ALLOWED
from marketplace.api.routing import OPERATIONS, Operation
from marketplace.app import create_app
from marketplace.impact.actions.goals import seed_goals
from marketplace.kernel import clock
from marketplace.kernel.db import Database
from tests.adopted import adopt_year
from tests.api.conftest import Api, Specification, add_paper, demand_body, form, listing_body, picture, published
from tests.factories import make_actor, make_token

pytestmark = pytest.mark.slow

PUBLIC = {
    ("GET", "/listings"),
    ("GET", "/listings/<int:listing_id>"),
    ("GET", "/listings/<int:listing_id>/dates"),
    ("GET", "/plans/reliability"),
    ("GET", "/listings/<int:listing_id>/photos/<int:photo_id>"),
    ("GET", "/demands"),
    ("GET", "/demands/<int:demand_id>"),
    ("GET", "/statistics"),
    ("GET", "/outlook"),
    ("GET", "/outlook.csv"),
    ("GET", "/goals"),
    ("GET", "/goals/<int:number>/versions"),
    ("GET", "/reports"),
    ("GET", "/reports/<int:report_id>"),
    ("GET", "/reports/<int:report_id>/report.pdf"),
    ("GET", "/reports/<int:report_id>/report.xlsx"),
    ("GET", "/assets"),
    ("GET", "/assets/<int:asset_id>"),
    ("GET", "/assets/<int:asset_id>/passport.pdf"),
    ("GET", "/assets/<int:asset_id>/items"),
    ("GET", "/assets/<int:asset_id>/items/<int:number>"),
    ("GET", "/materials"),
    ("GET", "/paper-kinds"),
    ("GET", "/materials/<slug>"),
    ("GET", "/materials/<slug>/versions"),
    ("GET", "/places"),
    ("GET", "/vehicle-classes"),
}
FACTORS = b"slug;co2_bron\r\nbetonstraatsteen-kei-8cm;EPD\r\n"
SHEET = b"Jaar;Materiaalgroep;Herkomst;Ton\r\n2024;Hout;primair;1\r\n"
LOT = {"material": "betontegel-30x30x6", "quantity": 12, "unit": "m2", "condition": "good"}
UNCOUNTED = ("api_token", "failed_attempt")  # when a token was last seen is no change of anything


@pytest.fixture
def ids(hengelo: Api, borne: Api, somebody: Callable[..., Api], database: Database) -> dict[str, int]:
    """A published listing with a photo, a demand, a reservation, a depot, and whoever works there or is invited."""
    coordinator = somebody("hengelo", "coordinator")
    depot = coordinator.post("/depots", {"name": "Werf", "place": "Hengelo"}).get_json()
    lot = coordinator.post(f"/depots/{depot['id']}/lots", LOT).get_json()
    depot = coordinator.post(f"/depots/{depot['id']}/rates", BODIES["set_rate"]).get_json()
    dirty = coordinator.post(f"/depots/{depot['id']}/lots", LOT).get_json()
    coordinator.post(f"/lots/{dirty['id']}/block", {"reason": "PFAS gevonden"})
    asset = coordinator.post("/assets", BODIES["create_asset"]).get_json()
    for _twice in range(2):
        coordinator.post(f"/assets/{asset['id']}/items", BODIES["add_item"])
    valuation = coordinator.post("/valuation-runs", {}).get_json()
    account = coordinator.post("/machine-accounts", {"name": "Voorraadsysteem"}).get_json()
    token = coordinator.post("/tokens", {"name": "werf", "scope": "read", "machineAccount": account["id"]}).get_json()
    listing = published(hengelo)
    demand_id = borne.post("/demands", demand_body()).get_json()["id"]
    body = {"quantity": 8, "unit": "m2", "demandId": demand_id}
    reservation = borne.post(f"/listings/{listing['id']}/reservations", body).get_json()
    question = borne.post(f"/listings/{listing['id']}/questions", {"text": "Op pallets?"}).get_json()
    message = borne.post(f"/reservations/{reservation['id']}/messages", {"text": "Op pallets?"}).get_json()
    admin = somebody("regio-twente", "admin")
    task = admin.post("/tasks", {"kind": "check"}).get_json()
    invitation = admin.post("/invitations", {"email": "nieuw@hengelo.nl", "organisation": "hengelo"}).get_json()
    with database.transaction() as session:
        draft = JoinDraft("Sloper BV", SubKind.CONTRACTOR, "Almelo", "S. Sloper", "sloper@sloper.nl")
        request_id = ask_to_join(session, ANONYMOUS, draft=draft).id
    return {
        "person_id": hengelo.get("/people").get_json()["items"][0]["id"],
        "invitation_id": invitation["id"],
        "request_id": request_id,
        "search_id": hengelo.post("/saved-searches", {"name": "Keien", "q": "keien"}).get_json()["id"],
        "task_id": task["id"],
        "notice_id": hengelo.get("/notices").get_json()["items"][0]["id"],
        "listing_id": listing["id"],
        "photo_id": listing["photos"][0]["id"],
        "paper_id": add_paper(hengelo, listing["id"]).get_json()["id"],
        "demand_id": demand_id,
        "reservation_id": reservation["id"],
        "question_id": question["id"],
        "message_id": message["id"],
        "depot_id": depot["id"],
        "lot_id": lot["id"],
        "asset_id": asset["id"],
        "valuation_id": valuation["id"],
        "plan_id": admin.post("/plans", {}).get_json()["id"],
        "before_id": 1,
        "table_id": 1,
        "arrival_id": coordinator.post(f"/depots/{depot['id']}/arrivals", BODIES["announce"]).get_json()["id"],
        "rate_id": depot["rates"][0]["id"],
        "recall_id": hengelo.get("/recalls").get_json()["items"][0]["id"],
        "account_id": account["id"],
        "import_id": coordinator.post("/imports/material-use", **form("file", SHEET)).get_json()["id"],
        "token_id": token["id"],
        "memo_id": hengelo.post("/memos", demand_body()).get_json()["id"],
        "year": 2025,
        "number": 2,
        "seq": 1,
        "report_id": 1,
        "list_id": coordinator.post("/factor-lists", **form("file", FACTORS)).get_json()["id"],
        "version": 1,
    }


BODIES: dict[str, Any] = {
    "create_listing": listing_body(),
    "create_demand": demand_body(),
    "create_memo": demand_body(),
    "conclude_memo": {"decision": "waits"},
    "edit_listing": {"version": 1, "title": "Van mij"},
    "edit_demand": {"version": 1, "title": "Van mij"},
    "edit_photo": {"alt": "Van mij"},
    "create_reservation": {"quantity": 1, "unit": "m2"},
    "reject_reservation": {"reason": "Daarom"},
    "refuse_plan_line": {"reason": "Daarom"},
    "cancel_reservation": {"reason": "Daarom"},
    "hand_over_reservation": {"quantity": 8},
    "propose_appointment": {"times": ["2099-01-12T10:00:00Z"]},
    "agree_appointment": {"time": "2099-01-12T10:00:00Z"},
    "report_year": {"includesBankKg": 0, "rows": []},
    "create_depot": {"name": "Werf", "place": "Losser"},
    "create_machine_account": {"name": "Van mij"},
    "create_token": {"name": "van mij", "scope": "read"},
    "edit_depot": {"name": "Van mij"},
    "take_in": LOT,
    "move_lot": {"place": "Losser"},
    "block_lot": {"reason": "Daarom"},
    "unblock_lot": {"paper": 1, "reason": "Daarom"},
    "split_lot": {"quantity": 1},
    "offer_lot_to_chain": {"reason": "Daarom"},
    "count_lot": {"quantity": 1, "reason": "Daarom"},
    "write_off_lot": {"reason": "Daarom"},
    "announce": {"material": "betonstraatsteen-kei-8cm", "quantity": 1, "unit": "m2", "expectedOn": clock.today().isoformat()},
    "create_asset": {"name": "Dorpsstraat", "kind": "road", "place": "Hengelo", "isPublic": True},
    "edit_asset": {"version": 1, "name": "Van mij"},
    "add_item": {"material": "betontegel-30x30x6", "quantity": 12, "unit": "m2"},
    "describe_item": {"element": "Van mij"},
    "change_item": {"kind": "taken_out", "quantity": 1},
    "release_item": {"condition": "good"},
    "appraise_item": {"valueCents": 1, "appraiser": "J. de Boer", "source": "Rapport"},
    "value_assets": {"organisation": "hengelo"},
    "set_owned": {"rows": [{"kind": "road", "tonnes": 1, "source": "Beheersysteem", "sourceYear": 2025}]},
    "set_rate": {"unit": "m2", "eurosPerWeek": "0.15", "fromOn": (clock.today() + timedelta(days=1)).isoformat()},
    "read_notices": {"until": 1},
    "create_task": {"kind": "check"},
    "change_windows": {"regionDays": 0, "partnersDays": 14},
    "create_organisation": {"name": "Van mij", "kind": "partner", "subKind": "contractor", "place": "Losser"},
    "edit_organisation": {"version": 1, "name": "Van mij"},
    "edit_person": {"role": "coordinator", "isActive": False},
    "create_invitation": {"email": "een.ander@hengelo.nl", "organisation": "hengelo"},
    "decline_join_request": {"reason": "Daarom"},
    "create_search": {"name": "Van mij"},
    "edit_search": {"name": "Van mij"},
    "map_columns": {"columns": [{"key": "year", "column": 0}]},
    "mend_import_rows": {"cells": [{"row": 2, "key": "year", "text": "2023"}]},
    "choose_import_codes": {"codes": [{"eural": "17 01 01", "group": "hout"}]},
    "apply_import": {"onlyGood": True},
    "take_over_outflow": {"scope": "territory"},
    "ask_for_opinion": {"text": "Van mij"},
}
MAKES_ITS_OWN = (
    "create_listing",
    "create_demand",
    "create_memo",
    "create_depot",
    "create_asset",
    "set_owned",
    "announce",
    "create_machine_account",
    "create_reservation",
    "report_year",
    "load_material_use",
    "load_outflow",
    "take_over_outflow",
    "change_windows",
)
ONES_OWN = ("change_preferences", "read_notices", "create_search", "create_token")  # of nobody else, and for everybody
UPKEEP = (  # for every administrator
    *("create_task", "stop_task", "create_organisation", "edit_organisation"),
    *("edit_person", "create_invitation", "delete_invitation", "accept_join_request", "decline_join_request"),
    *("create_machine_account", "end_machine_account", "revoke_token"),
)
JUDGEMENTS = ("give_opinion", "lift_gate", "block_lot", "unblock_lot", "add_lot_paper")  # for every adviser
FINDINGS = ("block_lot", "unblock_lot", "add_lot_paper", "follow_depot", "unfollow_depot")  # for the reviewer
FIGURES = ("load_factor_list", "restore_factor_version", "load_price_table")  # for the reviewer and the administrator
CHANGES = [operation for operation in OPERATIONS if operation.method != "GET" and operation.name not in ONES_OWN]


def path_of(operation: Operation, ids: dict[str, int]) -> str:
    path = operation.path
    for name, number in ids.items():
        path = path.replace(f"<int:{name}>", str(number)).replace(f"<{name}:{name}>", str(number))
    path = path.replace("/materials/<slug>", "/materials/betontegel-30x30x6").replace("<slug>", "hengelo")
    path = path.replace("<material>", "betontegel-30x30x6")
    assert "<" not in path
    return path


def send(client: Api, operation: Operation, ids: dict[str, int]) -> int:
    if operation.upload:
        content = picture() if operation.upload == "photo" else SHEET
        return client.post(
            path_of(operation, ids), **form("photo" if operation.upload == "photo" else "file", content)
        ).status_code
    return client.call(operation.method, path_of(operation, ids), BODIES.get(operation.name)).status_code


def everything(database: Database) -> dict[str, list[tuple[Any, ...]]]:
    """Every row of every table."""
    with database.engine.connect() as connection:
        return {table.name: sorted(map(repr, connection.execute(select(table)))) for table in tables_of(database.engine)}


@cache
def tables_of(engine: Engine) -> list[Table]:
    """As the database itself tells them: looked up once for all tests of this worker."""
    metadata = MetaData()
    metadata.reflect(engine)
    return [table for table in metadata.sorted_tables if table.name not in UNCOUNTED and not table.name.startswith("listing_fts")]


@pytest.fixture
def report(ids: dict[str, int], somebody: Callable[..., Api], database: Database) -> None:
    """A published report of an adopted year."""
    with database.transaction() as session:
        seed_goals(session)
        adopt_year(session, "hengelo", primary=5000, reused=5000, year=2024)
    made = somebody("regio-twente", "reviewer").post("/reports", {"year": 2024})
    assert made.get_json()["id"] == ids["report_id"]


def test_without_a_token_only_the_public_part_answers(ids: dict[str, int], report: None, public: Api) -> None:
    for operation in OPERATIONS:
        status = send(public, operation, ids)
        assert status == (200 if (operation.method, operation.path) in PUBLIC else 401), operation


def test_the_specification_says_the_same(ids: dict[str, int]) -> None:
    assert {(operation.method, operation.path) for operation in OPERATIONS if operation.is_public} == PUBLIC


@pytest.mark.parametrize(("slug", "role"), [("regio-twente", "reviewer"), ("regio-twente", "admin")])
def test_who_only_reads_changes_nothing(
    ids: dict[str, int], somebody: Callable[..., Api], database: Database, slug: str, role: str
) -> None:
    client = somebody(slug, role)
    before = everything(database)
    for operation in CHANGES:
        if operation.name not in (*FIGURES, *(UPKEEP if role == "admin" else FINDINGS)):
            assert send(client, operation, ids) in (403, 404), operation
    assert everything(database) == before


@pytest.mark.parametrize(
    ("slug", "role", "kind"),
    [
        ("losser", "project_leader", "municipality"),
        ("waterschap-vechtstromen", "project_leader", "partner"),
        ("waterschap-vechtstromen", "coordinator", "partner"),
        ("raad", "coordinator", "adviser"),
    ],
)
def test_another_organisation_changes_nothing_of_somebody_elses(
    ids: dict[str, int], somebody: Callable[..., Api], database: Database, slug: str, role: str, kind: str
) -> None:
    client = somebody(slug, role, kind)
    before = everything(database)
    for operation in CHANGES:
        makes_its_own = operation.name in MAKES_ITS_OWN and (kind != "adviser" or operation.name == "create_machine_account")
        if not makes_its_own and not (kind == "adviser" and operation.name in JUDGEMENTS):
            assert send(client, operation, ids) in (403, 404), operation
    assert everything(database) == before


@pytest.mark.parametrize("operation", ["create_depot", "report_year"])
def test_a_partner_has_no_depot_and_no_year_to_report(
    ids: dict[str, int], somebody: Callable[..., Api], database: Database, operation: str
) -> None:
    client = somebody("waterschap-vechtstromen", "coordinator", "partner")
    before = everything(database)
    assert send(client, next(candidate for candidate in OPERATIONS if candidate.name == operation), ids) == 403
    assert {**everything(database), "audit": []} == {**before, "audit": []}  # that it was refused is noted


def test_a_cookie_opens_nothing_here(ids: dict[str, int], public: Api, app: Flask) -> None:
    public.client.set_cookie("session", "anything")
    assert public.get("/me").status_code == 401


def test_six_hundred_writes_a_minute_are_taken() -> None:
    number, _per, period = WRITES_ALLOWED.split()
    assert (int(number) >= 600, period) == (True, "minute")


def test_too_many_writes_are_told_when_to_come_back(
    config: Config, database: Database, specification: Specification, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("marketplace.api.WRITES_ALLOWED", "2 per minute")
    with database.transaction() as session:
        tokens = [make_token(session, make_actor(session, "borne"), name="test") for _each in range(2)]
    app = create_app(config)
    first, second = (Api(app.test_client(), specification, token) for token in tokens)
    answers = [first.post("/demands", {}) for _time in range(3)]
    assert [answer.status_code for answer in answers] == [422, 422, 429]
    assert 0 < int(answers[2].headers["Retry-After"]) <= 60
    assert first.get("/demands").status_code == 200
    assert second.post("/demands", {}).status_code == 422
    app.extensions["database"].dispose()
