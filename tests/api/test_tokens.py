"""Tokens that reach as far as they say, and machine accounts that belong to an organisation and to nobody in person."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from marketplace.accounts.actions.people import deactivate
from marketplace.accounts.models import IdempotencyKey, Person
from marketplace.accounts.policy import OPERATOR
from marketplace.accounts.queries.people import find_contact, list_recipients
from marketplace.accounts.queries.sessions import find_actor
from marketplace.accounts.rules.tokens import Scope
from marketplace.kernel import clock
from marketplace.kernel.db import Database
from marketplace.market.models import Listing
from marketplace.notices.models import AuditRow
from tests.api.conftest import Api, Specification, demand_body, listing_body, published
from tests.factories import make_actor, make_token

SCOPE = "urn:materialenbank:problem:scope"
Somebody = Callable[..., Api]


@pytest.fixture
def with_token(app: Flask, database: Database, specification: Specification) -> Somebody:
    """A client whose token has terms: `with_token("hengelo", scope=Scope.READ)`."""

    def client_of(slug: str, role: str = "project_leader", kind: str = "", **terms: Any) -> Api:
        with database.transaction() as session:
            actor = make_actor(session, slug, role, kind)
            if terms.pop("own", False):
                terms["organisation_id"] = actor.organisation_id
            return Api(app.test_client(), specification, make_token(session, actor, **terms))

    return client_of


def machine_of(coordinator: Api, scope: str = "write", **more: Any) -> tuple[int, Api]:
    """A new machine account of this coordinator's organisation, and a client with its token."""
    account = coordinator.post("/machine-accounts", {"name": "Voorraadsysteem"}).get_json()["id"]
    body = {"name": "werf", "scope": scope, "machineAccount": account, **more}
    secret = coordinator.post("/tokens", body).get_json()["secret"]
    return account, Api(coordinator.client, coordinator.specification, secret)


def test_a_token_is_made_listed_and_revoked(hengelo: Api, borne: Api) -> None:
    last = (clock.today() + timedelta(days=30)).isoformat()
    answer = hengelo.post("/tokens", {"name": "werf", "scope": "read", "organisation": "hengelo", "expiresOn": last})
    made = answer.get_json()
    assert (answer.status_code, answer.headers["Location"]) == (201, f"/api/v1/tokens/{made['id']}")
    assert (made["scope"], made["expiresOn"], made["organisation"]["slug"]) == ("read", last, "hengelo")
    program = Api(hengelo.client, hengelo.specification, made["secret"])
    assert program.get("/me").get_json()["scope"] == "read"
    listed = hengelo.get("/tokens").get_json()["items"]
    assert [token["name"] for token in listed] == ["werf", "test"]
    assert listed[0]["lastUsedAt"] is not None and "secret" not in listed[0]
    assert borne.get(f"/tokens/{made['id']}").status_code == 404
    assert borne.delete(f"/tokens/{made['id']}").status_code == 404
    assert [hengelo.delete(f"/tokens/{made['id']}").status_code for _twice in range(2)] == [200, 200]
    assert program.get("/me").status_code == 401


def test_a_token_that_only_reads_is_told_so_when_it_writes(with_token: Somebody, hengelo: Api) -> None:
    reader = with_token("hengelo", scope=Scope.READ)
    listing_id = published(hengelo)["id"]
    assert reader.get(f"/listings/{listing_id}").get_json()["exact"] is not None
    for answer in (reader.post("/listings", listing_body()), reader.post(f"/listings/{listing_id}/withdraw")):
        assert (answer.status_code, answer.get_json()["type"]) == (403, SCOPE)
    assert hengelo.get("/listings?mine=true").get_json()["total"] == 1


def test_the_secret_of_a_token_is_not_kept_with_the_answer(hengelo: Api, database: Database) -> None:
    key = {"Idempotency-Key": "een keer"}
    first, again = (hengelo.post("/tokens", {"name": "werf", "scope": "read"}, headers=key).get_json() for _twice in range(2))
    assert first["secret"].startswith("tmb_")
    assert again == {**first, "secret": ""}
    with database.read() as session:
        stored = session.scalars(select(IdempotencyKey.body)).one()
        assert stored is not None and first["secret"].encode() not in stored


def test_a_token_works_until_its_last_day_is_over(with_token: Somebody) -> None:
    program = with_token("hengelo", expires_on=clock.today() + timedelta(days=3))
    with clock.frozen(clock.now() + timedelta(days=3)):
        assert program.get("/me").status_code == 200
    with clock.frozen(clock.now() + timedelta(days=4)):
        assert program.get("/me").status_code == 401


def test_a_token_makes_none_that_reaches_further(with_token: Somebody) -> None:
    today = clock.today()
    program = with_token("hengelo", own=True, expires_on=today + timedelta(days=3))
    for expires_on in (None, (today + timedelta(days=4)).isoformat()):
        answer = program.post("/tokens", {"name": "langer", "scope": "write", "expiresOn": expires_on})
        assert (answer.status_code, answer.get_json()["errors"][0]["field"]) == (422, "expiresOn")
    made = program.post("/tokens", {"name": "even lang", "scope": "write", "expiresOn": (today + timedelta(days=3)).isoformat()})
    assert made.get_json()["organisation"]["slug"] == "hengelo"
    over = program.post("/tokens", {"name": "voorbij", "scope": "write", "expiresOn": (today - timedelta(days=1)).isoformat()})
    assert over.status_code == 422


def test_a_token_is_not_kept_to_an_organisation_for_which_its_owner_does_not_act(
    hengelo: Api, borne: Api, somebody: Somebody
) -> None:
    body = {"name": "van hen", "scope": "read", "organisation": "borne"}
    assert hengelo.post("/tokens", body).get_json()["errors"][0]["field"] == "organisation"
    assert somebody("regio-twente", "admin").post("/tokens", body).get_json()["errors"][0]["field"] == "organisation"
    writing = somebody("regio-twente", "reviewer").post("/tokens", {**body, "scope": "write"})
    assert writing.get_json()["errors"][0]["field"] == "scope"


def test_a_reviewers_token_that_is_kept_to_one_organisation_reads_of_that_one_only(
    reviewer: Api, hengelo: Api, borne: Api, losser: Api
) -> None:
    lot, other = published(hengelo)["id"], published(losser)["id"]
    for listing_id in (lot, other):
        assert borne.post(f"/listings/{listing_id}/reservations", {"quantity": 8, "unit": "m2"}).status_code == 201
    body = {"name": "rekenkamer", "scope": "read", "organisation": "hengelo"}
    program = Api(reviewer.client, reviewer.specification, reviewer.post("/tokens", body).get_json()["secret"])
    assert reviewer.get("/reservations").get_json()["total"] == 2
    assert [reservation["listing"]["id"] for reservation in program.get("/reservations").get_json()["items"]] == [lot]
    assert program.get("/reservations/2").status_code == 404
    assert program.get("/me").get_json()["organisation"]["slug"] == "hengelo"
    refused = program.post("/listings", listing_body())
    assert (refused.status_code, refused.get_json()["type"]) == (403, SCOPE)


def test_a_machine_account_of_a_municipality_trades_under_its_own_name(
    somebody: Somebody, borne: Api, database: Database
) -> None:
    account, program = machine_of(somebody("hengelo", "coordinator"))
    listing = published(program)
    reservation = borne.post(f"/listings/{listing['id']}/reservations", {"quantity": 8, "unit": "m2"}).get_json()
    assert program.post(f"/reservations/{reservation['id']}/approve").get_json()["status"] == "approved"
    profile = program.get("/me").get_json()
    assert (profile["name"], profile["isMachine"], profile["organisation"]["slug"]) == ("Voorraadsysteem", True, "hengelo")
    with database.read() as session:
        signed = select(AuditRow.person_id).where(AuditRow.action.in_(("listing.publish", "reservation.approve")))
        assert session.scalars(signed).all() == [account, account]


def test_a_machine_account_of_a_partner_waits_for_its_turn_and_knows_public_points(somebody: Somebody, hengelo: Api) -> None:
    _account, program = machine_of(somebody("waterschap-vechtstromen", "coordinator", "partner"))
    listing = published(hengelo)
    body = {"quantity": 8, "unit": "m2", "place": "Almelo"}
    refused = program.post(f"/listings/{listing['id']}/reservations", body)
    assert (refused.status_code, refused.get_json()["status"]) == (409, 409)
    assert program.get(f"/listings/{listing['id']}").get_json().get("exact") is None
    assert program.post("/depots", {"name": "Werf", "place": "Almelo"}).status_code == 403
    with clock.frozen(clock.now() + timedelta(days=15)):
        assert program.post(f"/listings/{listing['id']}/reservations", body).status_code == 201


def test_a_machine_account_makes_no_token_no_account_and_invites_nobody(somebody: Somebody) -> None:
    account, program = machine_of(somebody("hengelo", "coordinator"))
    assert program.get("/tokens").status_code == 403
    assert program.post("/tokens", {"name": "meer", "scope": "write", "machineAccount": account}).status_code == 403
    assert program.post("/machine-accounts", {"name": "nog een"}).status_code == 403
    assert program.delete(f"/machine-accounts/{account}").status_code == 403


def test_only_the_coordinator_and_the_administrator_look_after_machine_accounts(somebody: Somebody, hengelo: Api) -> None:
    account, _program = machine_of(somebody("hengelo", "coordinator"))
    strangers = [somebody("borne", "coordinator"), somebody("waterschap-vechtstromen", "coordinator", "partner")]
    for stranger in strangers:
        assert stranger.get(f"/machine-accounts/{account}").status_code == 404
        assert stranger.post("/tokens", {"name": "x", "scope": "read", "machineAccount": account}).status_code == 404
        assert stranger.post("/machine-accounts", {"name": "x", "organisation": "hengelo"}).status_code == 403
        assert [token["account"]["isMachine"] for token in stranger.get("/tokens").get_json()["items"]] == [False]
    for below in (hengelo, somebody("regio-twente", "reviewer")):
        assert below.get("/machine-accounts").status_code == 403
        assert below.post("/tokens", {"name": "x", "scope": "read", "machineAccount": account}).status_code == 404
    admin = somebody("regio-twente", "admin")
    assert [item["id"] for item in admin.get("/machine-accounts").get_json()["items"]] == [account]
    made = admin.post("/machine-accounts", {"name": "Register", "organisation": "borne"})
    assert (made.status_code, made.get_json()["organisation"]["slug"]) == (201, "borne")


def test_an_administrator_makes_no_token_in_a_persons_name(somebody: Somebody, database: Database) -> None:
    with database.transaction() as session:
        person_id = make_actor(session, "hengelo").person_id
    body = {"name": "x", "scope": "read", "machineAccount": person_id}
    assert somebody("regio-twente", "admin").post("/tokens", body).status_code == 404


def test_a_machine_account_stays_when_its_maker_leaves(somebody: Somebody, database: Database) -> None:
    coordinator = somebody("hengelo", "coordinator")
    account, program = machine_of(coordinator)
    with database.transaction() as session:
        maker = session.scalars(select(Person.id).where(Person.role == "coordinator")).one()
        deactivate(session, OPERATOR, person_id=maker)
    assert coordinator.get("/me").status_code == 401
    assert program.post("/listings", listing_body()).status_code == 201
    assert somebody("hengelo", "coordinator").delete(f"/machine-accounts/{account}").get_json()["isActive"] is False
    assert program.get("/me").status_code == 401


def test_a_machine_account_ends_with_its_organisation(somebody: Somebody, database: Database) -> None:
    account, program = machine_of(somebody("waterschap-vechtstromen", "coordinator", "partner"))
    admin = somebody("regio-twente", "admin")
    for is_active in (False, True):
        version = admin.get("/organisations/waterschap-vechtstromen").get_json()["version"]
        changed = admin.patch(
            "/organisations/waterschap-vechtstromen", {"version": version, "subKind": "water_board", "isActive": is_active}
        )
        assert changed.status_code == 200
        assert program.get("/me").status_code == 401
    assert admin.get(f"/machine-accounts/{account}").get_json()["isActive"] is False
    with database.read() as session:
        assert find_actor(session, account, origin="job") is None


def test_what_concerns_a_machine_account_is_told_to_the_coordinators(somebody: Somebody, borne: Api, database: Database) -> None:
    account, program = machine_of(somebody("hengelo", "coordinator"))
    demand = program.post("/demands", demand_body()).get_json()
    assert demand["organisation"]["slug"] == "hengelo"
    lot = published(program)["id"]
    with database.read() as session:
        coordinator = session.scalars(select(Person).where(Person.role == "coordinator")).one()
        listing = session.get_one(Listing, lot)
        assert listing.created_by_id == account
        recipients = list_recipients(session, person_id=account, organisation_id=listing.organisation_id)
        assert [recipient.person_id for recipient in recipients] == [coordinator.id]
        assert find_contact(session, account) == coordinator
