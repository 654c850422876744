"""The people of an organisation over the API: who works there, who is invited, and who may change that."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from marketplace.accounts.actions import people as actions
from marketplace.accounts.actions.people import accept
from marketplace.accounts.models import Invitation
from marketplace.accounts.policy import ANONYMOUS
from marketplace.kernel import clock
from marketplace.kernel.db import Database
from tests.api.conftest import Api

INVITED = {"email": "Nieuw@Hengelo.nl"}


@pytest.fixture
def coordinator(somebody: Callable[..., Api]) -> Api:
    """The coordinator of Hengelo."""
    return somebody("hengelo", "coordinator")


@pytest.fixture
def admin(somebody: Callable[..., Api]) -> Api:
    """The administrator of the platform."""
    return somebody("regio-twente", "admin")


def people(client: Api, query: str = "") -> list[dict[str, Any]]:
    items: list[dict[str, Any]] = client.get(f"/people{query}").get_json()["items"]
    return items


def test_colleagues_see_each_other_and_nobody_of_another_organisation(
    hengelo: Api, borne: Api, coordinator: Api, reviewer: Api, admin: Api
) -> None:
    mine = people(hengelo)
    assert {person["role"] for person in mine} == {"project_leader", "coordinator"}
    assert {person["organisation"]["slug"] for person in mine} == {"hengelo"} and all(person["isActive"] for person in mine)
    assert hengelo.get(f"/people/{mine[1]['id']}").get_json() == mine[1]
    for other in (reviewer, admin):
        assert people(other, "?organisation=hengelo") == mine
    assert borne.get("/people?organisation=hengelo").status_code == 404
    assert borne.get(f"/people/{mine[0]['id']}").status_code == 404
    assert borne.get("/people?organisation=nergens").get_json()["errors"][0]["field"] == "organisation"
    assert len(people(hengelo, "?pageSize=1&page=2")) == 1


def test_a_coordinator_gives_a_colleague_another_role_and_switches_the_account_off_and_on(hengelo: Api, coordinator: Api) -> None:
    leader = next(person for person in people(coordinator) if person["role"] == "project_leader")
    address = f"/people/{leader['id']}"
    for _twice in range(2):
        assert coordinator.patch(address, {"isActive": False}).get_json() == {**leader, "isActive": False}
    assert hengelo.get("/me").status_code == 401
    changed = coordinator.patch(address, {"role": "coordinator", "isActive": True}).get_json()
    assert changed == {**leader, "role": "coordinator", "isActive": True}
    assert coordinator.patch(address, {}).get_json() == changed


def test_a_role_that_a_coordinator_has_not_to_give_is_refused(coordinator: Api, hengelo: Api, admin: Api) -> None:
    mine = {person["role"]: f"/people/{person['id']}" for person in people(coordinator)}
    assert coordinator.patch(mine["project_leader"], {"role": "reviewer"}).status_code == 403
    assert coordinator.patch(mine["project_leader"], {"role": "baas"}).get_json()["errors"][0]["field"] == "role"
    for change in ({"role": "project_leader"}, {"isActive": False}):
        assert coordinator.patch(mine["coordinator"], change).status_code == 409  # nobody changes their own seat
    assert hengelo.patch(mine["coordinator"], {"isActive": False}).status_code == 403
    assert admin.patch(mine["project_leader"], {"role": "reviewer"}).get_json()["role"] == "reviewer"


def test_a_coordinator_invites_a_project_leader_who_takes_the_seat(coordinator: Api, hengelo: Api, database: Database) -> None:
    answer = coordinator.post("/invitations", INVITED)
    made = answer.get_json()
    assert (answer.status_code, answer.headers["Location"]) == (201, f"/api/v1/invitations/{made['id']}")
    assert (made["email"], made["role"], made["organisation"]["slug"]) == ("nieuw@hengelo.nl", "project_leader", "hengelo")
    assert hengelo.get("/invitations").get_json()["items"] == [made]
    assert hengelo.get(f"/invitations/{made['id']}").get_json() == made
    with database.transaction() as session:
        seat = session.get_one(Invitation, made["id"])
        accept(session, ANONYMOUS, invitation_id=seat.id, nonce=seat.nonce, name="N. Nieuw", password_hash="!")
    assert coordinator.get("/invitations").get_json()["total"] == 0
    assert "nieuw@hengelo.nl" in [person["email"] for person in people(coordinator)]
    assert coordinator.post("/invitations", INVITED).status_code == 409
    assert coordinator.delete(f"/invitations/{made['id']}").status_code == 404


def test_an_invitation_is_withdrawn_by_whoever_looks_after_the_people(coordinator: Api, hengelo: Api, reviewer: Api) -> None:
    made = coordinator.post("/invitations", INVITED).get_json()
    address = f"/invitations/{made['id']}"
    assert [client.delete(address).status_code for client in (hengelo, reviewer)] == [403, 403]
    assert coordinator.delete(address).get_json() == made
    assert coordinator.get(address).status_code == coordinator.delete(address).status_code == 404
    assert coordinator.get("/invitations").get_json()["total"] == 0


@pytest.mark.parametrize(
    "body", [{**INVITED, "organisation": "borne"}, {**INVITED, "role": "coordinator"}, {**INVITED, "role": "admin"}]
)
def test_a_coordinator_invites_project_leaders_of_the_own_organisation_only(
    coordinator: Api, borne: Api, admin: Api, body: dict[str, str]
) -> None:
    assert coordinator.post("/invitations", body).status_code == 403
    assert coordinator.get("/invitations").get_json()["total"] == 0
    assert admin.post("/invitations", {"organisation": "hengelo", "language": "en", **body}).status_code == 201


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "email"),
        ({"email": "geen adres"}, "email"),
        ({**INVITED, "organisation": "nergens"}, "organisation"),
        ({**INVITED, "role": "baas"}, "role"),
        ({**INVITED, "language": "fr"}, "language"),
    ],
)
def test_what_is_no_invitation_is_refused_at_its_property(admin: Api, body: dict[str, str], field: str) -> None:
    refused = admin.post("/invitations", body)
    assert (refused.status_code, [error["field"] for error in refused.get_json()["errors"]]) == (422, [field])


def test_a_partner_sees_and_invites_its_own_people(somebody: Callable[..., Api], hengelo: Api) -> None:
    partner = somebody("waterschap-vechtstromen", "coordinator", "partner")
    assert [person["organisation"]["slug"] for person in people(partner)] == ["waterschap-vechtstromen"]
    assert partner.post("/invitations", {"email": "dijk@vechtstromen.nl"}).status_code == 201
    assert partner.get("/people?organisation=hengelo").status_code == 404
    assert partner.get("/invitations?organisation=hengelo").status_code == 404


def test_an_address_gets_three_invitations_a_day(coordinator: Api, admin: Api) -> None:
    for _letter in range(3):
        assert coordinator.post("/invitations", INVITED).status_code == 201
    for other in (coordinator, admin):
        refused = other.post("/invitations", {**INVITED, "organisation": "hengelo"})
        assert (refused.status_code, refused.headers["Retry-After"]) == (429, "86400")
    with clock.frozen(clock.now() + timedelta(days=1, minutes=1)):
        assert coordinator.post("/invitations", INVITED).status_code == 201


def test_whoever_tries_addresses_is_stopped_also_at_those_that_have_an_account(
    coordinator: Api, hengelo: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(actions, "INVITES_PER_DAY", 2)
    existing = {"email": people(hengelo)[0]["email"]}
    assert coordinator.post("/invitations", existing).status_code == 409
    for name in ("een", "twee"):
        assert coordinator.post("/invitations", {"email": f"{name}@hengelo.nl"}).status_code == 201
    for body in (existing, {"email": "drie@hengelo.nl"}):
        assert coordinator.post("/invitations", body).status_code == 429
