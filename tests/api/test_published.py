"""Annual reports over the API: listed, published, and their files."""

import hashlib

import pytest
from sqlalchemy.orm import Session

from tests.adopted import YEAR, four_years
from tests.api.conftest import Api

pytestmark = [pytest.mark.postgresql, pytest.mark.slow]


def test_a_report_is_published_listed_and_read_by_everybody(session: Session, reviewer: Api, public: Api, hengelo: Api) -> None:
    four_years(session)
    session.commit()
    assert public.get("/reports").get_json()["total"] == 0
    assert hengelo.post("/reports", {"year": YEAR}).status_code == 403
    assert public.post("/reports", {"year": YEAR}).status_code == 401
    made = reviewer.post("/reports", {"year": YEAR})
    assert made.status_code == 201
    report = made.get_json()
    assert (report["year"], report["organisation"], report["number"], report["adoptedBy"]) == (YEAR, None, 1, 4)
    assert report["address"].endswith(f"/rapport/{YEAR}/1")
    own = reviewer.post("/reports", {"year": YEAR, "organisation": "hengelo"}).get_json()
    assert own["organisation"]["slug"] == "hengelo"
    assert [item["id"] for item in public.get("/reports").get_json()["items"]] == [report["id"], own["id"]]
    assert public.get("/reports?pageSize=1&page=2").get_json()["items"] == [own]
    assert public.get(f"/reports/{report['id']}").get_json() == report
    for suffix in ("pdf", "xlsx"):
        file = public.get(f"/reports/{report['id']}/report.{suffix}")
        assert hashlib.sha256(file.data).hexdigest() == report[f"{suffix}Sha256"]


def test_what_cannot_be_published_is_refused_with_what_to_do(session: Session, reviewer: Api, public: Api) -> None:
    four_years(session)
    session.commit()
    for body, status, words in (
        ({"year": YEAR + 1}, 422, "jaar dat voorbij is"),
        ({"year": YEAR - 1}, 409, "nog van geen gemeente vastgesteld"),
        ({"year": YEAR, "organisation": "borne"}, 409, "Borne is nog niet vastgesteld"),
        ({"year": YEAR, "organisation": "nergens"}, 422, "nergens"),
        ({}, 422, ""),
    ):
        answer = reviewer.post("/reports", body)
        assert answer.status_code == status, body
        assert words in answer.text
    assert public.get("/reports/9").status_code == 404
