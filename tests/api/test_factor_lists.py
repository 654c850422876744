"""Lists of factors over the API: loaded, handed in, taken into use, declined, brought back; and what a licence keeps in."""

from collections.abc import Callable
from typing import Any

import pytest

from tests.api.conftest import Api, form

KEI = "betonstraatsteen-kei-8cm"
HEAD = "slug;co2_nieuw_kg_per_kg;co2_laag;co2_hoog;co2_bron;co2_conf;mki_eur_per_kg;mki_source;factor_licence;factor_public"
NMD = f"{KEI};0,09;0,07;0,12;NMD 3.8;A;0,0123;NMD 3.8;Nationale Milieudatabase;nee"


@pytest.fixture
def coordinator(somebody: Callable[..., Api]) -> Api:
    return somebody("hengelo", "coordinator")


def loaded(client: Api, *lines: str) -> dict[str, Any]:
    answer = client.post("/factor-lists", **form("file", "\r\n".join((HEAD, *lines)).encode()))
    assert answer.status_code == 201, answer.text
    body: dict[str, Any] = answer.get_json()
    assert answer.headers["Location"].endswith(f"/factor-lists/{body['id']}")
    return body


def test_a_list_goes_from_a_coordinator_into_use(coordinator: Api, reviewer: Api, public: Api) -> None:
    row = loaded(coordinator, NMD)
    address = f"/factor-lists/{row['id']}"
    assert (row["state"], row["seen"], row["madeVersion"]) == ("draft", 1, None)
    assert row["changes"][0] == {
        "material": KEI, "figure": "co2_hoog", "before": "0.165", "after": "0.12", "isMuch": False,
    }  # fmt: skip
    assert reviewer.get(address).status_code == 404
    assert coordinator.post(f"{address}/use", {"seen": 1}).status_code == 403
    assert coordinator.post(f"{address}/hand-in").get_json()["state"] == "waiting"
    assert reviewer.get("/factor-lists").get_json()["total"] == 1
    assert reviewer.post(f"{address}/use", {"seen": 2}).status_code == 409
    used = reviewer.post(f"{address}/use", {"seen": 1}).get_json()
    assert (used["state"], used["madeVersion"]) == ("used", 2)
    versions = public.get(f"/materials/{KEI}/versions").get_json()
    assert [version["number"] for version in versions["items"]] == [2, 1]
    assert (versions["items"][0]["carbonFactor"], versions["items"][0]["isPublic"]) == (None, False)
    assert "mki" in versions["items"][0]["changed"]


def test_a_licensed_figure_is_for_its_holder(coordinator: Api, reviewer: Api, public: Api, borne: Api) -> None:
    address = f"/factor-lists/{loaded(coordinator, NMD)['id']}"
    coordinator.post(f"{address}/hand-in")
    reviewer.post(f"{address}/use", {"seen": 1})
    own, other = (reader.get(f"/materials/{KEI}").get_json() for reader in (coordinator, borne))
    assert (own["avoidedKgCo2ePerKg"], own["carbonLow"], own["mkiEurPerKg"]) == (
        0.09, 0.07, 0.0123,
    )  # fmt: skip
    assert (other["avoidedKgCo2ePerKg"], other["carbonLow"], other["mkiEurPerKg"]) == (None, None, None)
    assert (other["factorSource"], other["factorLicence"], other["isFactorPublic"], other["imbor"]) == (
        "NMD 3.8", "Nationale Milieudatabase", False, None,
    )  # fmt: skip
    assert public.get(f"/materials/{KEI}").get_json()["mkiEurPerKg"] is None


def test_what_does_not_fit_is_named_by_row_and_column(coordinator: Api) -> None:
    answer = coordinator.post("/factor-lists", **form("file", f"{HEAD}\r\nklei;1;1;1;x;A;;;y;ja\r\n{KEI};veel;;;;;;;;".encode()))
    assert answer.status_code == 422
    assert [error["field"] for error in answer.get_json()["errors"]] == ["rows[2].slug", "rows[3].co2NieuwKgPerKg"]
    assert coordinator.get("/factor-lists").get_json()["total"] == 0
    assert coordinator.post("/factor-lists", {}).status_code == 415


def test_a_list_is_declined_withdrawn_and_a_version_brought_back(coordinator: Api, reviewer: Api) -> None:
    first, second = (f"/factor-lists/{loaded(coordinator, NMD)['id']}" for _each in "ab")
    coordinator.post(f"{first}/hand-in")
    assert reviewer.post(f"{first}/decline", {"reason": ""}).status_code == 422
    assert reviewer.post(f"{first}/decline", {"reason": "Verkeerde eenheid."}).get_json()["reason"] == "Verkeerde eenheid."
    assert coordinator.post(f"{second}/withdraw").get_json()["state"] == "withdrawn"
    own = loaded(reviewer, NMD.replace("0,09;0,07;0,12", "0,5;0,4;0,6"))
    used = f"/factor-lists/{own['id']}/use"
    assert reviewer.post(used, {"seen": 1}).status_code == 422
    assert reviewer.post(used, {"seen": 1, "sure": True}).get_json()["madeVersion"] == 2
    back = reviewer.post("/factor-versions/1/restore")
    assert (back.status_code, back.get_json()["restores"]) == (201, 1)
    again = f"/factor-lists/{back.get_json()['id']}/use"
    assert reviewer.post(again, {"seen": 2, "sure": True}).get_json()["madeVersion"] == 3
    assert reviewer.get(f"/materials/{KEI}").get_json()["avoidedKgCo2ePerKg"] == 0.1188
