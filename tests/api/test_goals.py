"""Decisions about goals over the API: recorded, read back, and refused at the property that is wrong."""

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy.orm import Session

from marketplace.accounts.actions.organisations import seed_region
from marketplace.impact.rules.material_use import Scope
from marketplace.kernel import clock
from tests.adopting import adopt_year, report_year
from tests.api.conftest import Api

LAST = clock.today().year - 1
DECISION = {"body": "Gemeenteraad", "date": "2026-10-13", "document": "Raadsbesluit 2026-88"}


@pytest.fixture(autouse=True)
def region(session: Session) -> None:
    seed_region(session)
    session.commit()


def target(client: Api, slug: str = "", number: int = 2) -> dict[str, Any]:
    goals = client.get("/goals").get_json()
    place = (
        goals["region"]
        if not slug
        else next(municipality for municipality in goals["municipalities"] if municipality["organisation"]["slug"] == slug)
    )
    return next(goal for goal in place["goals"] if goal["number"] == number)


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
    versions = borne.get("/goals/1/versions").get_json()["versions"]
    assert [version["organisation"] and version["organisation"]["slug"] for version in versions] == ["losser", None]
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
        ({"organisation": ""}, 422, "organisation"),
        ({"number": 9}, 422, "number"),
        ({"version": 7}, 409, None),
    ],
)
def test_what_cannot_be_decided_is_refused_where_it_is_wrong(
    reviewer: Api, changes: dict[str, Any], status: int, field: str | None
) -> None:
    refused = reviewer.post("/goals", {"number": 2, "percent": 45, "year": 2032, **DECISION, **changes})
    assert refused.status_code == status, refused.get_json()
    assert [error["field"] for error in refused.get_json().get("errors", [])] == ([field] if field else [])
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


def figure(client: Api, slug: str = "", query: str = "") -> dict[str, Any]:
    goals = client.get(f"/goals{query}").get_json()
    place = (
        goals["region"]
        if not slug
        else next(municipality for municipality in goals["municipalities"] if municipality["organisation"]["slug"] == slug)
    )
    return next(goal for goal in place["goals"] if goal["number"] == 2)


def test_every_figure_says_how_much_of_it_is_known_and_adopted(session: Session, borne: Api, public: Api) -> None:
    for slug in ("enschede", "hengelo", "almelo", "borne"):
        adopt_year(session, slug, LAST - 1, primary=3000, reused=1000)
        adopt_year(session, slug, LAST, primary=2500, reused=1500)
    report_year(session, "losser", LAST, scope=Scope.TERRITORY, primary=1000, reused=3000)
    session.commit()
    visitor = figure(public)
    names = (
        "sharePercent",
        "adopted",
        "adoptedSharePercent",
        "reportedBy",
        "adoptedBy",
        "coverage",
        "low",
        "high",
        "pointsToGo",
        "yearsToGo",
        "pointsPerYear",
    )
    assert {name: visitor[name] for name in names} == {
        "sharePercent": 37.5, "adopted": True, "adoptedSharePercent": 37.5, "reportedBy": 4, "adoptedBy": 4, "coverage": 53.533,
        "low": None, "high": None, "pointsToGo": 12.5, "yearsToGo": 2030 - LAST, "pointsPerYear": round(12.5 / (2030 - LAST), 3),
    }  # fmt: skip
    assert visitor["scopes"] == [{"scope": "organisation", "municipalities": 4}]
    assert visitor["change"] == {"sinceYear": LAST - 1, "points": 12.5, "municipalities": 4}
    member = figure(borne)
    assert (member["sharePercent"], member["adopted"], member["adoptedSharePercent"], member["adoptedBy"]) == (45, False, 37.5, 4)
    assert member["scopes"] == [{"scope": "organisation", "municipalities": 4}, {"scope": "territory", "municipalities": 1}]
    assert member["change"] == visitor["change"]  # of what was adopted
    losser, wierden = figure(borne, "losser"), figure(borne, "wierden")
    assert [losser[name] for name in ("adopted", "coverage", "low", "high", "change")] == [False, 100, 75, 75, None]
    assert [wierden[name] for name in ("adopted", "coverage", "low", "sharePercent", "pointsToGo")] == [None, 0, None, None, None]


def test_goals_of_some_municipalities(borne: Api, public: Api) -> None:
    some = borne.get("/goals?municipality=losser&municipality=borne").get_json()
    assert [municipality["organisation"]["slug"] for municipality in some["municipalities"]] == ["borne", "losser"]
    assert "municipalities" not in public.get("/goals?municipality=losser").get_json()
    refused = borne.get("/goals?municipality=nergens")
    assert (refused.status_code, refused.get_json()["errors"][0]["field"]) == (422, "municipality")


def test_the_ao_ce_sets_how_much_of_the_inhabitants_a_figure_asks_for(
    session: Session, reviewer: Api, borne: Api, public: Api
) -> None:
    adopt_year(session, "hengelo", LAST, primary=1000, reused=3000)
    session.commit()
    assert reviewer.get("/goals/coverage").get_json() == {"percent": 50, "settings": []}
    assert figure(public)["sharePercent"] is None
    made = reviewer.put("/goals/coverage", {"percent": 12.5, "reason": "Zolang er één meedoet."}).get_json()
    assert (made["percent"], [setting["reason"] for setting in made["settings"]]) == (12.5, ["Zolang er één meedoet."])
    assert figure(public)["sharePercent"] == 75
    assert reviewer.put("/goals/coverage", {"percent": 101, "reason": "x"}).status_code == 422
    assert reviewer.put("/goals/coverage", {"percent": 50, "reason": " "}).status_code == 422
    assert (
        borne.get("/goals/coverage").status_code == borne.put("/goals/coverage", {"percent": 0, "reason": "x"}).status_code == 403
    )


def test_a_revised_goal_leaves_the_adopted_year_as_it_was(session: Session, reviewer: Api, public: Api) -> None:
    adopt_year(session, "hengelo", LAST, primary=1000, reused=3000)
    session.commit()
    before = public.get(f"/goals?year={LAST}").data
    assert reviewer.post("/goals", {"number": 2, "percent": 45, "year": 2032, **DECISION}).status_code == 201
    assert public.get(f"/goals?year={LAST}").data == before
    assert [target(public)[name] for name in ("targetPercent", "targetYear", "targetVersion")] == [50, 2030, 1]
    now = next(goal for goal in reviewer.get(f"/goals?year={LAST + 1}").get_json()["region"]["goals"] if goal["number"] == 2)
    assert [now[name] for name in ("targetPercent", "targetYear", "targetVersion")] == [45, 2032, 2]
