"""Opinions, requests for one and lifted rules over the API: the same rules and sentences as the pages."""

from collections.abc import Callable

import pytest

from marketplace.kernel.db import Database
from marketplace.market.models import Listing
from tests.api.conftest import Api, published

OPINION = {"verdict": "positive", "rule": "environmental-declaration", "text": "De partijkeuring is in orde bevonden."}


@pytest.fixture
def adviser(somebody: Callable[..., Api]) -> Api:
    return somebody("omgevingsdienst", "project_leader", "adviser")


def test_an_opinion_is_asked_for_given_and_read(hengelo: Api, borne: Api, adviser: Api, database: Database) -> None:
    lot = published(hengelo)["id"]
    answer = hengelo.post(f"/listings/{lot}/opinion-requests", {"text": "Het rapport komt nog."})
    assert answer.status_code == 201
    assert (answer.get_json()["listingId"], answer.get_json()["text"], answer.get_json()["answeredAt"]) == (
        lot,
        "Het rapport komt nog.",
        None,
    )
    assert [request["listingId"] for request in adviser.get("/opinion-requests").get_json()["items"]] == [lot]
    made = adviser.post(f"/listings/{lot}/opinions", OPINION)
    assert made.status_code == 201
    body = made.get_json()
    assert (body["verdict"], body["rule"], body["isCurrent"]) == ("positive", "environmental-declaration", True)
    assert body["givenBy"] and body["organisation"]["slug"] == "omgevingsdienst"
    assert adviser.get("/opinion-requests").get_json()["items"] == []
    (read,) = borne.get(f"/listings/{lot}/opinions").get_json()["items"]
    assert read["givenBy"] is None and read["text"] == OPINION["text"]
    (own,) = hengelo.get(f"/listings/{lot}/opinions").get_json()["items"]
    assert own["givenBy"] == body["givenBy"]
    again = adviser.post(
        f"/listings/{lot}/opinions", {"verdict": "negative", "text": "Bij nader inzien niet in orde."}
    ).get_json()
    assert (again["rule"], again["isCurrent"]) == (None, True)


def test_what_is_wrong_with_an_opinion_is_said_at_once(hengelo: Api, borne: Api, adviser: Api) -> None:
    lot = published(hengelo)["id"]
    refused = adviser.post(f"/listings/{lot}/opinions", {"verdict": "positive", "rule": "verzonnen", "text": "kort"})
    assert refused.status_code == 422
    assert {error["field"] for error in refused.get_json()["errors"]} == {"text", "rule"}
    assert adviser.post(f"/listings/{lot}/opinions", {"verdict": "misschien", "text": OPINION["text"]}).status_code == 422
    for other in (hengelo, borne):
        assert other.post(f"/listings/{lot}/opinions", OPINION).status_code == 403
        assert other.get("/opinion-requests").status_code == 403
    assert borne.post(f"/listings/{lot}/opinion-requests", {}).status_code == 403


def test_a_rule_is_not_lifted_without_a_paper_of_the_lot(hengelo: Api, adviser: Api, database: Database) -> None:
    lot = published(hengelo)["id"]
    body = {"rule": "environmental-declaration", "paperId": 999, "reason": "Het rapport laat zien dat het in orde is."}
    refused = adviser.post(f"/listings/{lot}/lifts", body)
    assert refused.status_code == 422 and refused.get_json()["errors"][0]["field"] == "paperId"
    assert hengelo.post(f"/listings/{lot}/lifts", body).status_code == 403
    assert adviser.get(f"/listings/{lot}/lifts").get_json()["items"] == []
    with database.read() as session:
        assert session.get_one(Listing, lot).status == "published"
