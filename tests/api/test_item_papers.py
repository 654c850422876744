"""Papers of a part of an asset: added, read by owner, maintainer and the AO CE, and taken away."""

import io
from collections.abc import Callable
from datetime import timedelta

import pytest
from pypdf import PdfReader
from sqlalchemy import text
from sqlalchemy.exc import DatabaseError

from marketplace.kernel import clock
from marketplace.kernel.db import Database
from tests.api.conftest import Api, add_paper, published
from tests.pdfs import WORDS

pytestmark = pytest.mark.slow
Somebody = Callable[..., Api]


@pytest.fixture
def keeper(somebody: Somebody) -> Api:
    return somebody("hengelo", "coordinator")


@pytest.fixture
def part(keeper: Api, borne: Api) -> str:
    """A part of a public road of Hengelo's, which Borne maintains."""
    road = {"name": "Spoorstraat", "kind": "road", "place": "Hengelo", "maintainer": "borne", "isPublic": True}
    asset = keeper.post("/assets", road).get_json()["id"]
    body = {"material": "betontegel-30x30x6", "quantity": 100, "unit": "m2"}
    return f"/assets/{asset}/items/{keeper.post(f'/assets/{asset}/items', body).get_json()['number']}"


def test_a_paper_stands_with_its_part_and_is_read_by_whoever_has_the_asset(
    keeper: Api, part: str, borne: Api, losser: Api, reviewer: Api
) -> None:
    made = add_paper(keeper, part)
    assert made.status_code == 201, made.get_json()
    paper = made.get_json()
    assert (paper["kind"], paper["number"], paper["listingId"], paper["lotId"]) == ("soil-declaration", "25-0413", None, None)
    for reader in (keeper, borne, reviewer):
        assert [row["id"] for row in reader.get(f"{part}/papers").get_json()["items"]] == [paper["id"]]
        file = reader.get(f"/papers/{paper['id']}/file")
        assert [page.extract_text() for page in PdfReader(io.BytesIO(file.data)).pages] == list(WORDS)
    assert losser.get(part.rpartition("/items")[0]).status_code == 200  # the passport is public, its papers are not
    assert losser.get(f"{part}/papers").status_code == 403
    for address in (f"/papers/{paper['id']}", f"/papers/{paper['id']}/file"):
        assert losser.get(address).status_code == 404


def test_only_whoever_keeps_the_passport_adds_and_takes_away(
    keeper: Api, part: str, borne: Api, hengelo: Api, somebody: Somebody
) -> None:
    number = add_paper(keeper, part).get_json()["id"]
    for other in (borne, hengelo, somebody("borne", "coordinator")):
        assert add_paper(other, part).status_code == 403
        assert other.call("DELETE", f"{part}/papers/{number}").status_code == 403
    assert keeper.call("DELETE", f"{part}/papers/{number}").status_code == 200
    assert keeper.get(f"{part}/papers").get_json()["total"] == 0
    assert keeper.call("DELETE", f"{part}/papers/{number}").status_code == 404
    listing = published(hengelo, is_declared=False)["id"]
    of_lot = add_paper(hengelo, listing).get_json()["id"]
    assert keeper.call("DELETE", f"{part}/papers/{of_lot}").status_code == 404  # it stands elsewhere


def test_a_paper_stands_in_one_place(keeper: Api, part: str, hengelo: Api, database: Database) -> None:
    listing = published(hengelo, is_declared=False)["id"]
    number = add_paper(keeper, part).get_json()["id"]
    for change in (f"listing_id = {listing}", "item_id = NULL"):
        with pytest.raises(DatabaseError, match="one_place"), database.transaction() as session:
            session.execute(text(f"UPDATE paper SET {change} WHERE id = {number}"))


def test_what_comes_free_takes_its_papers_along(keeper: Api, part: str) -> None:
    """Two papers of a part, one of them expired yesterday: the planned lot has the other."""
    yesterday = (clock.today() - timedelta(days=1)).isoformat()
    number = add_paper(keeper, part, number="PK-1").get_json()["id"]
    add_paper(keeper, part, number="PK-2", validUntil=yesterday)
    first, last = ((clock.today() + timedelta(days=days)).isoformat() for days in (100, 130))
    body = {"quantity": 60, "earliest": first, "latest": last, "certainty": "budgeted", "condition": "good"}
    listing = keeper.post(f"{part}/release", body)
    assert listing.status_code == 201, listing.get_json()
    papers = keeper.get(f"/listings/{listing.get_json()['id']}/papers").get_json()["items"]
    assert [(paper["number"], paper["itemId"]) for paper in papers] == [("PK-1", None)]
    assert papers[0]["digest"] == keeper.get(f"/papers/{number}").get_json()["digest"]
    assert keeper.get(f"{part}/papers").get_json()["total"] == 2
