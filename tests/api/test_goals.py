"""Decisions about goals over the API: recorded, read back, and refused at the property that is wrong."""

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy.orm import Session

from marketplace.accounts.actions.organisations import seed_region
from marketplace.kernel import clock
from tests.api.conftest import Api

DECISION = {"body": "Gemeenteraad", "date": "2026-10-13", "document": "Raadsbesluit 2026-88"}


@pytest.fixture(autouse=True)
def region(session: Session) -> None:
    seed_region(session)
    session.commit()


def target(client: Api, slug: str = "", number: int = 2) -> dict[str, Any]:
    goals = client.get("/goals").get_json()
    place = goals["region"] if not slug else next(one for one in goals["municipalities"] if one["organisation"]["slug"] == slug)
    return next(one for one in place["goals"] if one["number"] == number)


def test_the_region_revises_a_goal_and_every_version_is_read_back(reviewer: Api, public: Api) -> None:
    made = reviewer.post("/goals", {"number": 2, "percent": 45, "year": 2032, "version": 1, "text": "Minder sloop.", **DECISION})
    assert (made.status_code, made.headers["Location"]) == (201, "/api/v1/goals/2/versions")
    assert (target(public)["targetPercent"], target(public)["targetYear"]) == (45, 2032)
    history = public.get("/goals/2/versions").get_json()
    assert (history["number"], history["name"], history["indicator"]) == (
        2,
        "De helft minder uit eindige bronnen",
        "renewable_share",
    )
    assert history["versions"][0] == made.get_json()
    assert {name: made.get_json()[name] for name in ("organisation", "version", "text", *DECISION)} == {
        "organisation": None, "version": 2, "text": "Minder sloop.", **DECISION,
    }  # fmt: skip
    first = history["versions"][1]
    assert (first["percent"], first["year"], first["date"]) == (50, 2030, None)
    assert first["document"] == "Koersdocument Circulaire Economie Twente"


def test_a_municipality_goes_at_its_own_pace_and_the_public_reads_the_region_only(
    somebody: Callable[..., Api], borne: Api, public: Api
) -> None:
    losser = somebody("losser", "coordinator")
    body = {"number": 1, "organisation": "losser", "percent": 100, "year": 2055, **DECISION}
    assert losser.post("/goals", body).get_json()["organisation"] == {"slug": "losser", "name": "Losser"}
    own = target(borne, "losser", 1)
    assert (own["targetYear"], own["isOwn"]) == (2055, True)
    assert (target(borne, "borne", 1)["targetYear"], target(public, number=1)["targetYear"]) == (2050, 2050)
    assert [one["organisation"] and one["organisation"]["slug"] for one in borne.get("/goals/1/versions").get_json()["versions"]] == [
        "losser", None,
    ]  # fmt: skip
    assert len(public.get("/goals/1/versions").get_json()["versions"]) == 1


@pytest.mark.parametrize(
    ("changes", "status", "field"),
    [
        ({"percent": 0}, 422, "percent"),
        ({"percent": 100.5}, 422, "percent"),
        ({"percent": 45.1234}, 422, "percent"),
        ({"percent": "45"}, 422, "percent"),
        ({"percent": 50, "year": 2030}, 422, "percent"),
        ({"year": clock.today().year - 1}, 422, "year"),
        ({"year": 2101}, 422, "year"),
        ({"body": " "}, 422, "body"),
        ({"document": ""}, 422, "document"),
        ({"date": "2999-01-01"}, 422, "date"),
        ({"date": None}, 422, "date"),
        ({"organisation": "sloper-bv"}, 422, "organisation"),
        ({"number": 9}, 422, "number"),
        ({"version": 7}, 409, None),
    ],
)
def test_what_cannot_be_decided_is_refused_where_it_is_wrong(
    reviewer: Api, changes: dict[str, Any], status: int, field: str | None
) -> None:
    refused = reviewer.post("/goals", {"number": 2, "percent": 45, "year": 2032, **DECISION, **changes})
    assert refused.status_code == status, refused.get_json()
    assert [one["field"] for one in refused.get_json().get("errors", [])] == ([field] if field else [])
    assert target(reviewer)["targetYear"] == 2030


def test_who_may_record_a_decision(somebody: Callable[..., Api], borne: Api, public: Api) -> None:
    body = {"number": 2, "percent": 45, "year": 2032, **DECISION}
    assert public.post("/goals", body).status_code == 401
    assert borne.post("/goals", {**body, "organisation": "borne"}).status_code == 403
    coordinator = somebody("borne", "coordinator")
    assert coordinator.post("/goals", body).status_code == 403
    assert coordinator.post("/goals", {**body, "organisation": "losser"}).status_code == 403
    assert coordinator.post("/goals", {**body, "organisation": "borne"}).status_code == 201
    assert public.get("/goals/9/versions").status_code == 404
