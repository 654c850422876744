"""What several municipalities need together, over the API. The example is that of tests/rooms/test_joint_needs.py."""

import csv
import io
from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy.orm import Session

from tests.api.conftest import Api
from tests.rooms.test_joint_needs import GRANULATE, need, two_needs

pytestmark = pytest.mark.slow

ADDRESS = f"/joint-needs/{GRANULATE}"


@pytest.fixture
def example(session: Session) -> None:
    """120 and 80 t needed; 150 t at 12 km and 100 t at 40 km."""
    two_needs(session)
    session.commit()


def sums(row: dict[str, Any]) -> tuple[int, int, int]:
    return int(row["needed"]), int(row["covered"]), int(row["rest"])


def test_the_list_and_one_of_it_say_the_same(example: None, losser: Api) -> None:
    listed = losser.get("/joint-needs").get_json()
    assert listed["total"] == 1
    row = listed["items"][0]
    assert (sums(row), row["unit"]) == ((200, 150, 50), "tonne")
    assert [organisation["slug"] for organisation in row["organisations"]] == ["borne", "hengelo"]
    dates = f"from={row['neededFrom']}&until={row['neededUntil']}"
    joint_need = losser.get(f"{ADDRESS}?{dates}").get_json()
    assert (sums(joint_need), joint_need["joint"], joint_need["withinKm"], joint_need["restMassKg"]) == (
        (200, 150, 50),
        True,
        25,
        50_000,
    )
    assert joint_need["tonneKm"] == 2340  # 150 t over 12 km x 1.3
    assert sum(int(part["takes"]) for need in joint_need["needs"] for part in need["lots"]) == 150
    assert [(circle["withinKm"], circle["lots"], int(circle["covered"])) for circle in joint_need["circles"]] == [
        (10, 0, 0),
        (25, 1, 150),
        (50, 2, 200),
    ]


def test_a_wider_circle_covers_all(example: None, losser: Api) -> None:
    assert sums(losser.get(f"{ADDRESS}?withinKm=50").get_json()) == (200, 200, 0)
    assert sums(losser.get("/joint-needs?withinKm=50").get_json()["items"][0]) == (200, 200, 0)
    assert sums(losser.get(f"{ADDRESS}?organisation=borne").get_json())[0] == 80
    assert losser.get(f"/joint-needs?material={GRANULATE}").get_json()["total"] == 1
    assert losser.get("/joint-needs?material=betontegel-30x30x6").get_json()["total"] == 0


def test_the_threshold_of_today_stands_beside_what_was_estimated(example: None, losser: Api) -> None:
    unknown = losser.get(ADDRESS).get_json()
    assert unknown["estimate"] is None and [row["standing"] for row in unknown["thresholds"]] == [None, None]
    estimated = losser.get(f"{ADDRESS}?estimateCents=21600000", headers={"Accept-Language": "en"}).get_json()
    assert estimated["estimate"] == {"lowCents": 21_600_000, "highCents": 21_600_000, "typed": True}
    supplies, works = estimated["thresholds"]
    assert (supplies["contract"], supplies["standing"]) == ("supplies", "reached")
    assert (works["contract"], works["standing"], works["amountCents"]) == ("works", "below", 540_400_000)
    assert "a European tender is needed" in supplies["sentence"]


def test_the_clause_comes_in_both_languages(example: None, losser: Api) -> None:
    clause = losser.get(ADDRESS).get_json()["clause"]
    assert "ten hoogste 32,5 km over de weg" in clause["nl"] and "at most 32.5 km of road" in clause["en"]
    assert (clause["roadKm"], clause["kgCo2ePerTonne"]) == (32.5, 8.45)


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("withinKm=0", "withinKm"),
        ("withinKm=201", "withinKm"),
        ("withinKm=ver", "withinKm"),
        ("withinKm=12.5", "withinKm"),
        ("from=2027-03-02&until=2027-03-01", "until"),
        ("from=1989-12-31", "from"),
        ("until=2999-01-01", "until"),
        ("organisation=atlantis", "organisation"),
        ("estimateCents=0", "estimateCents"),
        ("estimateCents=100000000001", "estimateCents"),
    ],
)
def test_what_lies_past_its_bounds_is_refused_at_its_name(example: None, losser: Api, query: str, field: str) -> None:
    for address in (ADDRESS, "/joint-needs"):
        if field == "estimateCents" and address != ADDRESS:
            continue
        answer = losser.get(f"{address}?{query}")
        assert answer.status_code == 422
        assert [error["field"] for error in answer.get_json()["errors"]] == [field]


def test_a_material_that_is_not_there_and_one_that_nobody_needs(example: None, losser: Api) -> None:
    assert losser.get("/joint-needs/bestaat-niet").status_code == 404
    assert losser.get("/joint-needs?material=bestaat-niet").status_code == 422
    empty = losser.get("/joint-needs/betontegel-30x30x6").get_json()
    assert (sums(empty), empty["joint"], empty["needs"]) == ((0, 0, 0), False, [])
    for file in ("needs.csv", "paper.pdf"):
        assert losser.get(f"/joint-needs/betontegel-30x30x6/{file}").status_code == 404


def test_a_company_an_adviser_and_visitors_do_not_read_it(example: None, public: Api, somebody: Callable[..., Api]) -> None:
    company = somebody("sloopbedrijf", kind="partner")
    adviser = somebody("omgevingsdienst", "coordinator", "adviser")
    for address in (ADDRESS, "/joint-needs", f"{ADDRESS}/needs.csv", f"{ADDRESS}/paper.pdf"):
        assert public.get(address).status_code == 401
        assert company.get(address).status_code == 403 and adviser.get(address).status_code == 403
    assert somebody("regio-twente", "reviewer").get(ADDRESS).status_code == 200


def test_the_files_hold_the_same(example: None, losser: Api, session: Session) -> None:
    text = losser.get(f"{ADDRESS}/needs.csv", headers={"Accept-Language": "en"}).data.decode("utf-8-sig")
    table = list(csv.DictReader(io.StringIO(text)))
    assert [(row["Municipality"], row["Still to be found"]) for row in table] == [("Borne", "80"), ("Hengelo", "120")]
    assert sum(float(row["Covered by the bank"]) for row in table) == 150
    assert sum(float(row["To buy"]) for row in table) == 50
    paper = losser.get(f"{ADDRESS}/paper.pdf")
    assert paper.content_type == "application/pdf" and paper.data.startswith(b"%PDF-")
    need(session, "wierden", "10")
    session.commit()
    assert len(losser.get(f"{ADDRESS}/needs.csv").data.splitlines()) == 4
