"""Sheets through the API: sent, looked at, put right, applied, taken back."""

from collections.abc import Callable
from io import BytesIO
from typing import Any

import pytest
from flask import Flask

from marketplace.jobs import tasks
from marketplace.kernel import clock
from tests.api.conftest import Api, form, listing_body
from tests.imported import LMA, sheet


@pytest.fixture
def coordinator(somebody: Callable[..., Api]) -> Api:
    return somebody("borne", "coordinator")


def sent(client: Api, path: str, content: bytes, name: str = "gebruik.csv") -> Any:
    answer = client.post(path, data={"file": (BytesIO(content), name)})
    answer.close()
    return answer


def test_a_sheet_is_sent_put_right_applied_and_taken_back(coordinator: Api, app: Flask) -> None:
    rows = [(2024, "Hout", "primair", "1,5"), (2024, "Huot", "primair", "3")]
    answer = sent(coordinator, "/imports/material-use", sheet(rows))
    assert answer.status_code == 201
    loaded = answer.get_json()
    address = f"/imports/{loaded['id']}"
    assert answer.headers["Location"].endswith(address)
    assert (loaded["table"], loaded["status"], loaded["isMapped"]) == ("material_use", "preview", True)
    assert loaded["counts"] == {"ok": 1, "changed": 0, "unchanged": 0, "error": 1, "refused": 0, "ignored": 0}
    assert loaded["seen"] == "2024:0" and "sameAs" not in loaded
    [wrong] = coordinator.get(f"{address}/rows?state=error").get_json()["items"]
    assert (wrong["row"], list(wrong["messages"]), wrong["values"]["group"]) == (3, ["group"], "Huot")
    assert coordinator.post(f"{address}/apply", {}).status_code == 409
    mended = coordinator.post(f"{address}/rows", {"cells": [{"row": 3, "key": "group", "text": "Hout"}]}).get_json()
    assert mended["counts"]["ok"] == 2
    [change] = coordinator.get(f"{address}/changes").get_json()["changes"]
    assert (change["group"], change["origin"], change["oldMassKg"], change["newMassKg"], change["rows"]) == (
        "hout",
        "primary",
        None,
        4500,
        2,
    )
    task = coordinator.post(f"{address}/apply", {"seen": mended["seen"]}).get_json()
    assert task["kind"] == "import" and tasks.work_off(app) == 1
    applied = coordinator.get(address).get_json()
    assert applied["status"] == "applied" and applied["result"] == {"reports": [{"year": 2024, "version": 1, "before": 0}]}
    assert coordinator.get("/material-use/2024").get_json()["rows"][0]["massKg"] == 4500
    assert coordinator.get(f"{address}/changes").get_json()["changes"] == []
    assert coordinator.post(f"{address}/undo").get_json()["status"] == "undone"
    again = coordinator.post(f"{address}/apply", {})
    assert (again.status_code, "Laad het bestand opnieuw" in again.get_json()["detail"]) == (409, True)
    assert coordinator.get("/material-use/2024").get_json()["rows"] == []
    again = sent(coordinator, "/imports/material-use", sheet(rows)).get_json()
    assert again["sameAs"] == loaded["id"]
    assert [item["id"] for item in coordinator.get("/imports").get_json()["items"]] == [again["id"], loaded["id"]]


def test_columns_are_mapped_and_a_mended_file_is_taken(coordinator: Api) -> None:
    loaded = sent(coordinator, "/imports/material-use", sheet([(2024, "Huot", "primair", "1")], ("A", "B", "C", "D"))).get_json()
    address = f"/imports/{loaded['id']}"
    assert not loaded["isMapped"] and [column["name"] for column in loaded["columns"]] == ["A", "B", "C", "D"]
    columns = [{"key": key, "column": place} for place, key in enumerate(("year", "group", "origin", "tonnes"))]
    assert coordinator.post(f"{address}/mapping", {"columns": columns[:3]}).status_code == 422
    mapped = coordinator.post(f"{address}/mapping", {"columns": columns}).get_json()
    assert mapped["isMapped"] and mapped["counts"]["error"] == 1
    assert sent(coordinator, f"{address}/file", b"Regel;A;B;C;D\r\n2;2024;Hout;primair;7\r\n").get_json()["counts"]["ok"] == 1
    assert coordinator.post(f"{address}/rows", {"cells": [{"row": 9, "key": "year", "text": "2024"}]}).status_code == 422
    assert coordinator.post(f"{address}/rows", {"cells": [{"row": 2, "key": "onzin", "text": "2024"}]}).status_code == 422


def test_outflow_is_read_by_code_and_taken_over(coordinator: Api, app: Flask) -> None:
    rows: list[list[object]] = [
        ["s", "o", "h", "v", code, "naam", "B04", "2025-02", kg, 1, "x"]
        for code, kg in (("17 03 02", "1500,5"), ("17 01 01", 250))
    ]
    loaded = sent(coordinator, "/imports/outflow", sheet(rows, LMA)).get_json()
    address = f"/imports/{loaded['id']}"
    codes = {code["eural"]: code["certainty"] for code in coordinator.get(f"{address}/changes").get_json()["codes"]}
    assert codes == {"17 03 02": "mapped", "17 01 01": "uncertain"}
    assert coordinator.post(f"{address}/codes", {"codes": [{"eural": "170101", "group": "bestrating"}]}).status_code == 200
    coordinator.post(f"{address}/apply", {})
    assert tasks.work_off(app) == 1
    year = coordinator.get("/outflow/2025").get_json()
    assert (year["totalMassKg"], year["mappedMassKg"], year["unknownMassKg"], year["lines"]) == (1750.5, 1750.5, 0, 2)
    assert year["imports"] == [loaded["id"]]
    over = coordinator.post("/outflow/2025/take-over", {"scope": "organisation"})
    assert over.status_code == 201 and over.get_json()["table"] == "material_use"
    assert coordinator.post("/outflow/2025/take-over", {"scope": "wereld"}).status_code == 422
    assert coordinator.post("/outflow/2023/take-over", {"scope": "organisation"}).status_code == 409


def test_what_is_no_sheet_is_refused(coordinator: Api, hengelo: Api) -> None:
    assert sent(coordinator, "/imports/outflow", b"%PDF").status_code == 422
    assert coordinator.post("/imports/outflow", **form("file", b"x" * (5 * 1024 * 1024 + 1))).status_code == 413
    assert coordinator.post("/imports/outflow", {"file": "x"}).status_code == 415
    assert coordinator.post("/imports/outflow", data={"other": (BytesIO(b"x"), "x.csv")}).status_code == 422
    assert sent(hengelo, "/imports/outflow", b"a;b\r\n").status_code == 403
    assert coordinator.post("/tasks", {"kind": "import"}).status_code == 422


def test_a_price_of_thirty_digits_is_a_wrong_cell_and_no_fault_of_ours(coordinator: Api) -> None:
    head = ("Titel", "Materiaal", "Hoeveelheid", "Eenheid", "Kwaliteit", "Vrij vanaf", "Plaats", "Prijs per eenheid (euro)")
    row = ("Keien", "betonstraatsteen-kei-8cm", "12,5", "m2", "goed", "2027-03-01", "Borne")
    loaded = sent(coordinator, "/imports/listings", sheet([(*row, "9" * 30), (*row, "1000000")], head), "aanbod.csv")
    assert (loaded.status_code, loaded.get_json()["counts"]["error"], loaded.get_json()["counts"]["ok"]) == (201, 1, 1)
    wrong = coordinator.get(f"/imports/{loaded.get_json()['id']}/rows?state=error").get_json()["items"]
    assert [list(row["messages"]) for row in wrong] == [["price"]]


def test_a_sheet_of_lots_is_sent_put_right_and_becomes_drafts(coordinator: Api, app: Flask) -> None:
    head = ("Titel", "Materiaal", "Hoeveelheid", "Eenheid", "Kwaliteit", "Vrij vanaf", "Plaats", "Dikte (cm)")
    row = ("Keien", "betonstraatsteen-kei-8cm", "12,5", "m2", "goed", "2027-03-01", "Borne")
    loaded = sent(coordinator, "/imports/listings", sheet([(*row, "8"), (*row, "dik")], head), "aanbod.csv").get_json()
    address = f"/imports/{loaded['id']}"
    assert (loaded["table"], loaded["isMapped"], loaded["counts"]["error"]) == ("listings", True, 1)
    [wrong] = coordinator.get(f"{address}/rows?state=error").get_json()["items"]
    assert list(wrong["messages"]) == ["fields.thickness-cm"]
    cell = {"row": 3, "key": "fields.thickness-cm", "text": "onbekend"}
    assert coordinator.post(f"{address}/rows", {"cells": [cell]}).get_json()["counts"]["ok"] == 2
    [made] = coordinator.get(f"{address}/changes").get_json()["lots"]
    assert made == {"material": "betonstraatsteen-kei-8cm", "lots": 2, "quantity": 25, "unit": "m2"}
    assert coordinator.post(f"{address}/apply", {}).status_code == 201 and tasks.work_off(app) == 1
    numbers = [row["resultId"] for row in coordinator.get(f"{address}/rows").get_json()["items"]]
    answers = [coordinator.get(f"/listings/{number}").get_json() for number in numbers]
    assert [(draft["status"], draft["fields"]) for draft in answers] == [
        ("draft", {"thickness-cm": 8}),
        ("draft", {"thickness-cm": "unknown"}),
    ]
    assert coordinator.post(f"{address}/undo", {}).get_json()["status"] == "undone"
    assert coordinator.get(f"/listings/{numbers[0]}").status_code == 404


ASSETS = ("objectnummer", "systeem", "naam", "soort", "plaats", "materiaal", "hoeveelheid", "eenheid")


def test_a_sheet_of_passports_is_explained_applied_and_taken_back(coordinator: Api, app: Flask) -> None:
    """1 200 m² of 185 kg is 222 000 kg; then 100 m² less of it, 203 500 kg."""
    street = ("W-1", "GBI", "Dorpsstraat", "weg", "Borne")
    answer = sent(
        coordinator,
        "/imports/passports",
        sheet([(*street, "BSS kei", "1.200", "m2"), ("W-9", *street[1:4], "", "Ophoogzand", "1", "m3")], ASSETS),
    )
    assert answer.status_code == 201
    loaded = answer.get_json()
    address = f"/imports/{loaded['id']}"
    assert (loaded["table"], loaded["counts"]["error"]) == ("passports", 2)
    wrong = coordinator.get(f"{address}/rows?state=error").get_json()["items"]
    assert [list(row["messages"]) for row in wrong] == [["material"], ["place"]]
    passports = coordinator.get(f"{address}/changes").get_json()["passports"]
    assert [(row["name"], row["rows"], row["material"], row["how"]) for row in passports["names"]] == [
        ("BSS kei", 1, None, "unknown")
    ]
    codes = {"codes": [{"name": "BSS kei", "material": "betonstraatsteen-kei-8cm"}]}
    assert coordinator.post(f"{address}/codes", codes).get_json()["counts"] == {
        "ok": 1,
        "changed": 0,
        "unchanged": 0,
        "error": 1,
        "refused": 0,
        "ignored": 0,
    }
    passports = coordinator.get(f"{address}/changes").get_json()["passports"]
    assert (passports["assets"]["ok"], passports["parts"]["ok"], passports["massKg"], passports["estimates"]) == (
        1,
        1,
        222_000,
        0,
    )
    assert coordinator.post(f"{address}/codes", {"codes": [{"name": "Iets", "material": "zand"}]}).status_code == 422
    assert coordinator.post(f"{address}/apply", {}).status_code == 409
    assert coordinator.post(f"{address}/apply", {"onlyGood": True}).status_code == 201
    assert tasks.work_off(app) == 1
    assert coordinator.get(address).get_json()["result"] == {"assets": 1, "parts": 1}
    [asset] = coordinator.get("/assets").get_json()["items"]
    assert (asset["name"], asset["externalId"], asset["massKg"]) == ("Dorpsstraat", "W-1", 222_000)
    less = sent(coordinator, "/imports/passports", sheet([(*street, "BSS kei", "1.100", "m2")], ASSETS)).get_json()
    assert less["counts"]["changed"] == 1
    assert coordinator.post(f"/imports/{less['id']}/apply", {"existing": "update"}).status_code == 201
    assert tasks.work_off(app) == 1
    assert coordinator.get("/assets").get_json()["items"][0]["massKg"] == 203_500
    assert coordinator.post(f"{address}/undo").status_code == 409
    for number in (less["id"], loaded["id"]):
        assert coordinator.post(f"/imports/{number}/undo").get_json()["status"] == "undone"
    assert coordinator.get("/assets").get_json()["items"] == []


def test_a_sheet_of_which_a_part_is_on_offer_stays(coordinator: Api, app: Flask) -> None:
    head = (*ASSETS, "komt vrij vanaf", "kwaliteit")
    row = ("W-1", "GBI", "Dorpsstraat", "weg", "Borne", "Ophoogzand", "240", "m3", "2028", "goed")
    loaded = sent(coordinator, "/imports/passports", sheet([row], head)).get_json()
    assert coordinator.post(f"/imports/{loaded['id']}/apply", {}).status_code == 201
    assert tasks.work_off(app) == 1
    [asset] = coordinator.get("/assets").get_json()["items"]
    assert (asset["earliest"], asset["latest"], asset["certainty"]) == ("2028-01-01", "2028-12-31", "idea")
    assert coordinator.post(f"/assets/{asset['id']}/items/1/release", {"quantity": 100}).status_code == 201
    refused = coordinator.post(f"/imports/{loaded['id']}/undo")
    assert refused.status_code == 409
    assert "Onderdeel 1 van “Dorpsstraat” staat in het aanbod: trek dat eerst in." in refused.get_json()["detail"]


RAW = sheet(
    [
        ("210110", "Opbreken stenen, vervoeren naar depot", "m²", "1.200", "H", "Betonstraatsteen keiformaat 8 cm"),
        ("230010", "Opbreken fundering, afvoeren", "ton", "530", "R", "Menggranulaat 0/31,5"),
        ("210230", "Opbreken banden. De aannemer wordt eigenaar van de vrijgekomen materialen.", "m", "310", "", ""),
        ("100010", "Inrichten werkterrein", "EUR", "1", "", ""),
    ],
    ("Bestekspostnummer", "Omschrijving", "Eenheid", "Hoeveelheid", "Kenmerk", "Materiaal"),
)


def test_a_contract_is_counted_said_once_applied_and_its_lot_opened(
    coordinator: Api, somebody: Callable[..., Api], app: Flask
) -> None:
    loaded = sent(coordinator, "/imports/raw", RAW, "bestek.csv").get_json()
    address = f"/imports/{loaded['id']}"
    assert loaded["counts"] == {"ok": 2, "changed": 0, "unchanged": 0, "error": 0, "refused": 1, "ignored": 1}
    assert loaded["given"] == dict.fromkeys(("contract", "place", "earliest", "latest", "certainty", "condition"))
    [refused] = coordinator.get(f"{address}/rows?state=refused").get_json()["items"]
    assert refused["messages"] == {"description": refused["messages"]["description"]}
    raw = coordinator.get(f"{address}/changes").get_json()["raw"]
    assert [raw[name] for name in ("posts", "lots", "lines", "refused", "ignored", "known", "wrong")] == [4, 1, 1, 1, 1, 0, 0]
    assert raw["lotTotals"] == [{"material": "betonstraatsteen-kei-8cm", "lots": 1, "quantity": 1200, "unit": "m2"}]
    assert raw["lineTotals"] == [{"material": "menggranulaat-0-31-5", "lines": 1, "quantity": 530, "unit": "tonne"}]
    assert coordinator.post(f"{address}/apply", {}).status_code == 409
    year = clock.today().year + 1
    details = {"contract": "BOR-7", "place": "Borne", "earliest": f"{year}-07-01", "latest": f"{year}-12-31"}
    stored = coordinator.post(f"{address}/given", {**details, "certainty": "tendered", "condition": "good"}).get_json()
    assert stored["given"] == {**details, "certainty": "tendered", "condition": "good"}
    coordinator.post(f"{address}/apply", {})
    assert tasks.work_off(app) == 1
    applied = coordinator.get(address).get_json()
    assert applied["result"] == {"lots": 1, "drafts": 0, "lines": 1, "refused": 1, "ignored": 1}
    [line] = coordinator.get("/outflow-estimates").get_json()["items"]
    assert (line["contract"], line["post"], line["material"], line["massKg"]) == (
        "BOR-7",
        "230010",
        "menggranulaat-0-31-5",
        530_000,
    )
    [lot] = coordinator.get("/listings").get_json()["items"]
    assert (lot["closedToOthers"], lot["planned"], lot["externalId"]) == (True, True, "BOR-7/210110")
    other = somebody("losser", "coordinator")
    assert other.get("/listings").get_json()["total"] == 0
    copied = f"/listings?updatedSince={clock.today().year - 1}-01-01T00:00:00Z"
    assert [item["id"] for item in coordinator.get(copied).get_json()["items"]] == [lot["id"]]
    assert (other.get(copied).get_json()["items"], other.get(copied).get_json()["gone"]) == ([], [])
    assert other.get(f"/listings/{lot['id']}").status_code == 404
    assert other.post(f"/listings/{lot['id']}/open").status_code == 404
    assert coordinator.post(f"/listings/{lot['id']}/open").get_json()["closedToOthers"] is False
    assert other.get("/listings").get_json()["total"] == 1


def test_what_is_said_once_belongs_to_a_contract_and_is_checked(coordinator: Api) -> None:
    use = sent(coordinator, "/imports/material-use", sheet([(2024, "Hout", "primair", "1,5")])).get_json()
    assert coordinator.post(f"/imports/{use['id']}/given", {"contract": "BOR-7"}).status_code == 409
    assert use["given"] is None
    raw = sent(coordinator, "/imports/raw", RAW, "bestek.csv").get_json()
    answer = coordinator.post(f"/imports/{raw['id']}/given", {"place": "Nergenshuizen", "certainty": "misschien"})
    assert answer.status_code == 422
    assert {error["field"] for error in answer.get_json()["errors"]} == {"place", "certainty"}


@pytest.mark.parametrize(
    ("post", "detail"),
    [
        ("1;Opbreken;m²;x;H;", "Er is geen goede regel"),  # it carries an H, and what is wrong is its quantity
        ("1;Opbreken;m²;12;H;aannemer", "wordt eigendom van de aannemer"),
        ("1;Opbreken;m²;12;;", "Geen enkele post heeft een H of een R"),
    ],
)
def test_why_nothing_of_a_contract_can_be_taken_is_what_is_so(coordinator: Api, post: str, detail: str) -> None:
    head = "Bestekspostnummer;Omschrijving;Eenheid;Hoeveelheid;Kenmerk;Eigenaar van wat vrijkomt"
    raw = sent(coordinator, "/imports/raw", f"{head}\n{post}\n".encode(), "bestek.csv").get_json()
    answer = coordinator.post(f"/imports/{raw['id']}/apply", {"onlyGood": True}, headers={"Accept-Language": "nl"})
    assert answer.status_code == 409
    assert detail in answer.get_json()["detail"]


def test_a_draft_is_published_for_its_own_organisation_only(coordinator: Api, somebody: Callable[..., Api]) -> None:
    year = clock.today().year + 1
    plan = {"planned": True, "earliest": f"{year}-03-01", "latest": f"{year}-06-30", "certainty": "budgeted"}
    body = {name: value for name, value in listing_body().items() if name not in ("availableFrom", "availableUntil")}
    made = coordinator.post("/listings", {**body, **plan}).get_json()
    listing = coordinator.post(f"/listings/{made['id']}/publish", {"toOthers": False}).get_json()
    assert (listing["status"], listing["closedToOthers"], listing["regionFrom"]) == ("published", True, None)
    assert somebody("losser").get(f"/listings/{made['id']}").status_code == 404
