"""A reported year over the API: a concept, submitted, sent back, adopted, each by whoever may."""

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest

from marketplace.kernel import clock
from marketplace.kernel.db import Database
from tests.api.conftest import Api
from tests.entries import append_entry

Somebody = Callable[..., Api]
YEAR = clock.today().year - 1
ADDRESS = f"/material-use/{YEAR}"
OF_BORNE = "?organisation=borne"
DECISION = {"body": "College van B en W", "date": f"{YEAR + 1}-02-03", "document": "Besluit 2026-114"}
ROWS = [
    {"group": "bestrating", "origin": "primary", "massKg": 6_000_000},
    {"group": "bestrating", "origin": "recycled", "massKg": 2_000_000},
    {"group": "bestrating", "origin": "unknown", "massKg": 5, "scope": "territory", "flow": "out"},
]


@pytest.fixture
def coordinator(somebody: Somebody) -> Api:
    return somebody("borne", "coordinator")


def reported(coordinator: Api, **more: Any) -> dict[str, Any]:
    answer = coordinator.put(ADDRESS, {"includesBankKg": 0, "rows": ROWS, **more})
    assert answer.status_code == 200, answer.text
    body: dict[str, Any] = answer.get_json()
    return body


def test_a_year_is_reported_submitted_sent_back_answered_and_adopted(coordinator: Api, reviewer: Api) -> None:
    concept = reported(coordinator)
    assert (concept["version"], concept["status"], concept["findings"], concept["earlier"]) == (1, "concept", [], [])
    assert concept["rows"][-1] == {
        "group": "bestrating",
        "origin": "unknown",
        "massKg": 5,
        "scope": "territory",
        "flow": "out",
    }
    for _twice in range(2):
        assert coordinator.post(f"{ADDRESS}/submit", {"version": 1}).get_json()["status"] == "submitted"
    assert reviewer.post(f"{ADDRESS}/review{OF_BORNE}", {}).get_json()["status"] == "in_review"
    back = reviewer.post(f"{ADDRESS}/send-back{OF_BORNE}", {"question": "Waar is het asfalt?"}).get_json()
    assert (back["status"], back["remarks"][0]["kind"]) == ("sent_back", "question")
    report = coordinator.post(f"{ADDRESS}/remarks", {"text": "Er was geen asfalt."}).get_json()
    assert [(remark["organisation"]["slug"], remark["text"]) for remark in report["remarks"]] == [
        ("regio-twente", "Waar is het asfalt?"),
        ("borne", "Er was geen asfalt."),
    ]
    coordinator.post(f"{ADDRESS}/submit", {})
    for _twice in range(2):
        adopted = reviewer.post(f"{ADDRESS}/adopt{OF_BORNE}", DECISION)
        assert adopted.status_code == 200
    adoption = adopted.get_json()["adoption"]
    assert {name: adoption[name] for name in DECISION} == DECISION
    assert adoption["massKg"] == {"primary": 6_000_000, "biobased": 0, "reused": 0, "recycled": 2_000_000}
    assert (adoption["ledgerSeq"], adoption["inhabitants"], adoption["targets"][0]["year"]) == (0, 24_524, 2050)
    assert coordinator.put(ADDRESS, {"includesBankKg": 0, "rows": ROWS}).status_code == 409
    assert reviewer.post(f"{ADDRESS}/adopt{OF_BORNE}", {**DECISION, "body": "Raad"}).status_code == 409


def test_every_version_is_there_to_read(coordinator: Api, reviewer: Api, losser: Api) -> None:
    reported(coordinator)
    reported(coordinator, rows=ROWS[:1], explanation="Alleen nieuw.")
    listed = reviewer.get(f"{ADDRESS}/versions{OF_BORNE}").get_json()
    assert [(version["version"], version["massKg"], version["explanation"]) for version in listed["versions"]] == [
        (2, 6_000_000, "Alleen nieuw."),
        (1, 8_000_000, ""),
    ]
    first = reviewer.get(f"{ADDRESS}{OF_BORNE}&version=1").get_json()
    assert (first["version"], len(first["rows"])) == (1, 3)
    assert reviewer.get(f"{ADDRESS}{OF_BORNE}&version=3").status_code == 404
    for path in (ADDRESS, f"{ADDRESS}/versions"):
        assert losser.get(path + OF_BORNE).status_code == 404


def test_what_looks_odd_is_told_and_not_submitted_without_an_explanation(coordinator: Api) -> None:
    few = [{"group": "bestrating", "origin": "primary", "massKg": 1000}]
    [finding] = reported(coordinator, rows=few)["findings"]
    assert finding["rule"] == "out_of_band" and "24.524 inwoners" in finding["sentence"]
    refused = coordinator.post(f"{ADDRESS}/submit", {})
    assert (refused.status_code, refused.get_json()["errors"][0]["field"]) == (422, "explanation")
    assert "24.524 inwoners" in refused.get_json()["errors"][0]["message"]
    reported(coordinator, rows=few, explanation="De rest volgt uit de administratie van de aannemer.")
    submitted = coordinator.post(f"{ADDRESS}/submit", {}).get_json()
    assert (submitted["status"], submitted["findings"]) == ("submitted", [finding])


def test_only_who_may_takes_a_step(coordinator: Api, reviewer: Api, borne: Api, losser: Api, public: Api) -> None:
    reported(coordinator)
    for who, status in ((borne, 403), (losser, 403), (public, 401)):
        assert who.post(f"{ADDRESS}/submit", {}).status_code == status
    assert reviewer.post(f"{ADDRESS}/submit", {}).status_code == 403
    coordinator.post(f"{ADDRESS}/submit", {})
    steps = {"review": {}, "send-back": {"question": "?"}, "adopt": DECISION}
    for who, status in ((coordinator, 403), (losser, 403), (public, 401)):
        for step, body in steps.items():
            assert who.post(f"{ADDRESS}/{step}{OF_BORNE}", body).status_code == status
    assert losser.post(f"{ADDRESS}/remarks{OF_BORNE}", {"text": "Dag"}).status_code == 403


def test_a_decision_is_refused_at_the_property_that_is_wrong(coordinator: Api, reviewer: Api) -> None:
    reported(coordinator)
    coordinator.post(f"{ADDRESS}/submit", {})
    for wrong, field in (
        ({"body": ""}, "body"),
        ({"document": ""}, "document"),
        ({"date": f"{YEAR}-12-31"}, "date"),
        ({"date": "2199-01-01"}, "date"),
    ):
        refused = reviewer.post(f"{ADDRESS}/adopt{OF_BORNE}", {**DECISION, **wrong})
        assert (refused.status_code, [error["field"] for error in refused.get_json()["errors"]]) == (422, [field])


def test_the_region_sees_how_far_each_municipality_is(coordinator: Api, reviewer: Api) -> None:
    reported(coordinator)
    coordinator.post(f"{ADDRESS}/submit", {})
    states = {state["organisation"]["slug"]: state for state in reviewer.get(f"{ADDRESS}/missing").get_json()["states"]}
    assert (states["borne"]["status"], states["borne"]["version"]) == ("submitted", 1)
    assert {state["status"] for slug, state in states.items() if slug != "borne"} <= {None}


def test_what_the_bank_adds_is_told_by_origin_unless_a_part_of_it_is_included(
    database: Database, coordinator: Api, reviewer: Api
) -> None:
    """300 000 kg of pavers came through the bank, all reused."""
    with database.transaction() as session:
        append_entry(session, "losser", "borne", mass_kg="300000", happened_on=date(YEAR, 5, 1))
    rows = [*ROWS, {"group": "bestrating", "origin": "reused", "massKg": 300_000}]
    nothing = {"primary": 0, "biobased": 0, "reused": 0, "recycled": 0}
    for included, added in ((0, {**nothing, "reused": 300_000}), (100_000, None), (300_000, nothing)):
        answer = reported(coordinator, rows=rows, includesBankKg=included, includesBankAsOf=f"{YEAR}-12-31")
        assert answer["bankMassByOrigin"] == {**nothing, "reused": 300_000}
        assert answer.get("addedMassByOrigin") == added
    coordinator.post(f"{ADDRESS}/submit", {})
    adoption = reviewer.post(f"{ADDRESS}/adopt{OF_BORNE}", DECISION).get_json()["adoption"]
    assert (adoption["bankMassKg"]["reused"], adoption["addedMassKg"], adoption["ledgerSeq"]) == (300_000, nothing, 1)
