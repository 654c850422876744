"""Requests to join over the API: the administrator reads them, accepts and declines, once each."""

from collections.abc import Callable

import pytest
from sqlalchemy import select

from marketplace.accounts.actions.organisations import ask_to_join
from marketplace.accounts.models import Invitation
from marketplace.accounts.policy import ANONYMOUS
from marketplace.accounts.rules.organisations import JoinDraft, SubKind
from marketplace.kernel.db import Database
from marketplace.notices.models import NoticeRow
from tests.api.conftest import Api

DRAFT = JoinDraft("Woningstichting Sint Joseph", SubKind.HOUSING_CORPORATION, "Almelo", "J. Joseph", "joseph@sintjoseph.nl")
SLUG = "woningstichting-sint-joseph"


@pytest.fixture
def admin(somebody: Callable[..., Api]) -> Api:
    """The administrator of the platform."""
    return somebody("regio-twente", "admin")


@pytest.fixture
def address(database: Database) -> str:
    """Where a request of a housing corporation is."""
    with database.transaction() as session:
        return f"/join-requests/{ask_to_join(session, ANONYMOUS, draft=DRAFT).id}"


def test_the_administrator_accepts_what_was_asked_for(admin: Api, database: Database, address: str) -> None:
    [join_request] = admin.get("/join-requests").get_json()["items"]
    assert (join_request["status"], join_request["organisationName"], join_request["subKind"]) == (
        "waiting",
        DRAFT.organisation,
        "housing_corporation",
    )
    assert admin.get(address).get_json() == join_request and join_request["organisation"] is None
    for _twice in range(2):
        accepted = admin.post(f"{address}/accept").get_json()
        assert (accepted["status"], accepted["organisation"]["slug"]) == ("accepted", SLUG)
    made = admin.get(f"/organisations/{SLUG}").get_json()
    assert (made["kind"], made["subKind"], made["mainPlace"], made["emailDomain"]) == (
        *("partner", "housing_corporation", "Almelo"),
        "sintjoseph.nl",
    )
    with database.read() as session:
        invited = session.scalars(select(Invitation)).one()
        assert (invited.email, invited.role) == (DRAFT.email, "coordinator")
    late = admin.post(f"{address}/decline", {"reason": "Toch niet"})
    assert (late.status_code, late.get_json()["currentStatus"]) == (409, "accepted")


def test_the_administrator_describes_what_joins_in_other_words(admin: Api, address: str) -> None:
    change = {"name": "Sint Joseph", "place": "Hengelo", "kind": "adviser", "slug": "joseph", "emailDomain": None}
    assert admin.post(f"{address}/accept", {"place": "Nergenshuizen"}).get_json()["errors"][0]["field"] == "place"
    assert admin.get(address).get_json()["status"] == "waiting"
    assert admin.post(f"{address}/accept", change).get_json()["organisation"] == {"slug": "joseph", "name": "Sint Joseph"}
    made = admin.get("/organisations/joseph").get_json()
    assert (made["kind"], made["subKind"], made["mainPlace"], made["emailDomain"]) == ("adviser", None, "Hengelo", None)


def test_a_request_is_declined_once_with_a_reason(admin: Api, database: Database, address: str) -> None:
    assert admin.post(f"{address}/decline", {"reason": " "}).get_json()["errors"][0]["field"] == "reason"
    for _twice in range(2):
        declined = admin.post(f"{address}/decline", {"reason": "Wij beginnen met gemeenten."}).get_json()
        assert (declined["status"], declined["reason"]) == ("declined", "Wij beginnen met gemeenten.")
    with database.read() as session:
        assert len(session.scalars(select(NoticeRow).where(NoticeRow.kind == "join_declined")).all()) == 1
    assert admin.post(f"{address}/accept").status_code == 409


@pytest.mark.parametrize(
    ("slug", "role"), [("hengelo", "coordinator"), ("regio-twente", "coordinator"), ("regio-twente", "reviewer")]
)
def test_nobody_else_reads_who_asks_to_join(somebody: Callable[..., Api], address: str, slug: str, role: str) -> None:
    client = somebody(slug, role)
    assert [client.get(path).status_code for path in ("/join-requests", address)] == [403, 403]
    assert client.post(f"{address}/accept").status_code == 403
