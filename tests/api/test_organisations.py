"""A water board is made, invited, waits for its turn, reserves and counts; and it can be closed again."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from marketplace.accounts.actions.people import accept, invite
from marketplace.accounts.models import Invitation
from marketplace.accounts.policy import OPERATOR, Actor
from marketplace.accounts.queries.organisations import get_organisation_by_slug
from marketplace.accounts.rules.accounts import InvitationDraft, Role
from marketplace.kernel import clock
from marketplace.kernel.db import Database
from marketplace.notices.models import AuditRow
from tests.api.conftest import Api, Specification, listing_body, published
from tests.factories import make_token

SLUG = "waterschap-vechtstromen"


def body(**changes: Any) -> dict[str, Any]:
    """Waterschap Vechtstromen, in Almelo."""
    made = {
        "name": "Waterschap Vechtstromen",
        "kind": "partner",
        "subKind": "water_board",
        "place": "Almelo",
        "emailDomain": "vechtstromen.nl",
    }
    return {name: value for name, value in (made | changes).items() if value is not None}


@pytest.fixture
def admin(somebody: Callable[..., Api]) -> Api:
    """The administrator of the platform."""
    return somebody("regio-twente", "admin")


@pytest.fixture
def water_board(admin: Api, app: Flask, database: Database, specification: Specification) -> Api:
    """The coordinator of a water board that the administrator made and invited."""
    assert admin.post("/organisations", body()).status_code == 201
    with database.transaction() as session:
        organisation = get_organisation_by_slug(session, SLUG)
        invite(session, OPERATOR, draft=InvitationDraft("dijkgraaf@vechtstromen.nl", organisation.id, Role.COORDINATOR))
        seat = session.scalars(select(Invitation)).one()
        person = accept(session, OPERATOR, invitation_id=seat.id, nonce=seat.nonce, name="D. Dijkgraaf", password_hash="!")
        token = make_token(session, Actor(person_id=person.id, organisation_id=organisation.id, role=person.role), name="test")
    return Api(app.test_client(), specification, token)


def test_a_water_board_is_made_with_a_short_name_of_its_own(admin: Api, borne: Api) -> None:
    answer = admin.post("/organisations", body())
    made = answer.get_json()
    assert (answer.status_code, answer.headers["Location"]) == (201, f"/api/v1/organisations/{SLUG}")
    assert (made["slug"], made["kind"], made["subKind"], made["mainPlace"]) == (SLUG, "partner", "water_board", "Almelo")
    assert (made["isActive"], made["version"]) == (True, 1)
    assert SLUG in [organisation["slug"] for organisation in borne.get("/organisations").get_json()["items"]]


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"name": ""}, "name"),
        ({"name": "x" * 121}, "name"),
        ({"name": "---"}, "name"),
        ({"kind": "club"}, "kind"),
        ({"subKind": None}, "subKind"),
        ({"subKind": "bakery"}, "subKind"),
        ({"kind": "adviser"}, "subKind"),
        ({"kind": "municipality", "subKind": None}, "code"),
        ({"code": "GM0164"}, "code"),
        ({"slug": "Met Hoofdletters"}, "slug"),
        ({"slug": "x" * 61}, "slug"),
        ({"emailDomain": "geen adres"}, "emailDomain"),
        ({"emailDomain": "-b.nl"}, "emailDomain"),
        ({"place": None}, "place"),
        ({"place": "Verweggistan"}, "place"),
    ],
)
def test_what_an_organisation_cannot_be_is_refused_at_its_field(admin: Api, change: dict[str, Any], field: str) -> None:
    refused = admin.post("/organisations", body(**change))
    assert refused.status_code == 422
    assert [error["field"] for error in refused.get_json()["errors"]] == [field]


@pytest.mark.parametrize(
    "change", [{"slug": "een-ander"}, {"name": "Een ander", "slug": SLUG}, {"kind": "region", "subKind": None}]
)
def test_a_name_or_short_name_is_given_once_and_there_is_one_region(admin: Api, change: dict[str, Any]) -> None:
    assert admin.post("/organisations", body()).status_code == 201
    assert admin.post("/organisations", body(**change)).status_code == 409


@pytest.mark.slow
def test_a_water_board_waits_for_its_turn_reserves_and_stands_in_the_figures(hengelo: Api, water_board: Api, borne: Api) -> None:
    listing = published(hengelo, partnersFrom=(clock.today() + timedelta(days=14)).isoformat())
    body = {"quantity": 100, "unit": "m2", "place": "Almelo"}
    early = water_board.post(f"/listings/{listing['id']}/reservations", body)
    assert early.status_code == 409
    with clock.frozen(clock.now() + timedelta(days=14)):
        reservation = water_board.post(f"/listings/{listing['id']}/reservations", body)
        assert reservation.status_code == 201
        path = f"/reservations/{reservation.get_json()['id']}"
        assert hengelo.post(f"{path}/approve").status_code == 200
        assert hengelo.post(f"{path}/hand-over", {"quantity": 100}).status_code == 200
        assert water_board.post(f"{path}/confirm", {}).status_code == 200
    rows = {row["key"]: row for row in borne.get("/statistics").get_json()["byMunicipality"]}
    assert (rows[SLUG]["name"], rows[SLUG]["massKg"]) == ("Waterschap Vechtstromen", 18_500)


def test_an_organisation_is_described_anew_at_the_version_that_was_read(admin: Api, database: Database) -> None:
    admin.post("/organisations", body())
    changed = admin.patch(
        f"/organisations/{SLUG}", {"version": 1, "name": "Vechtstromen", "emailDomain": None, "place": "Hengelo"}
    )
    made = changed.get_json()
    assert (made["slug"], made["name"], made["mainPlace"], made["emailDomain"], made["version"]) == (
        SLUG, "Vechtstromen", "Hengelo", None, 2,
    )  # fmt: skip
    late = admin.patch(f"/organisations/{SLUG}", {"version": 1, "name": "Te laat"})
    assert (late.status_code, late.get_json()["current"]["name"]) == (409, "Vechtstromen")
    with database.read() as session:
        actions = session.scalars(
            select(AuditRow.action).where(AuditRow.object_type == "organisation", AuditRow.result == "done")
        )
        assert list(actions) == ["organisation.create", "organisation.edit"]


def test_a_closed_organisation_is_out_and_what_it_had_open_is_withdrawn(
    admin: Api, water_board: Api, hengelo: Api, borne: Api, public: Api
) -> None:
    lot = published(water_board)
    asked_of_it = borne.post(f"/listings/{lot['id']}/reservations", {"quantity": 8, "unit": "m2"}).get_json()
    assert public.get(f"/listings/{lot['id']}").get_json()["status"] == "published"
    closed = admin.patch(f"/organisations/{SLUG}", {"version": 1, "isActive": False})
    assert (closed.status_code, closed.get_json()["isActive"], closed.get_json()["version"]) == (200, False, 2)
    assert water_board.get("/me").status_code == 401
    assert lot["id"] not in [listing["id"] for listing in public.get("/listings").get_json()["items"]]
    after = borne.get(f"/reservations/{asked_of_it['id']}").get_json()
    assert after["status"] == "cancelled"
    assert SLUG not in [organisation["slug"] for organisation in borne.get("/organisations").get_json()["items"]]
    assert SLUG in [organisation["slug"] for organisation in admin.get("/organisations").get_json()["items"]]
    opened = admin.patch(f"/organisations/{SLUG}", {"version": 2, "isActive": True})
    assert opened.get_json()["isActive"] is True
    assert water_board.get("/me").status_code == 401  # the token ended


def test_an_organisation_with_a_transfer_under_way_is_not_closed(admin: Api, water_board: Api, borne: Api) -> None:
    lot = published(water_board, place="Almelo")
    reservation = borne.post(f"/listings/{lot['id']}/reservations", {"quantity": 8, "unit": "m2"}).get_json()
    water_board.post(f"/reservations/{reservation['id']}/approve")
    refused = admin.patch(f"/organisations/{SLUG}", {"version": 1, "isActive": False})
    assert (refused.status_code, refused.get_json()["running"]) == (409, 1)
    assert water_board.get("/me").status_code == 200
    assert borne.get(f"/listings/{lot['id']}").get_json()["status"] == "published"


@pytest.mark.parametrize("slug", ["hengelo", "regio-twente"])
def test_a_municipality_and_the_region_stay(admin: Api, hengelo: Api, slug: str) -> None:
    assert admin.patch(f"/organisations/{slug}", {"version": 1, "isActive": False}).status_code == 409


@pytest.mark.parametrize(
    ("slug", "role"), [("borne", "coordinator"), ("regio-twente", "reviewer"), ("regio-twente", "coordinator")]
)
def test_only_the_administrator_makes_or_closes_one(admin: Api, somebody: Callable[..., Api], slug: str, role: str) -> None:
    admin.post("/organisations", body())
    other = somebody(slug, role)
    assert other.post("/organisations", body(name="Nog een", slug="nog-een")).status_code == 403
    assert other.patch(f"/organisations/{SLUG}", {"version": 1, "isActive": False}).status_code == 403


def test_an_adviser_reads_along_and_reserves_nothing(admin: Api, hengelo: Api, somebody: Callable[..., Api]) -> None:
    assert admin.post("/organisations", body(name="Raad", kind="adviser", subKind=None, slug="raad")).status_code == 201
    adviser = somebody("raad", "coordinator", "adviser")
    lot = published(hengelo)
    assert adviser.get("/demands").status_code == 200
    assert (
        adviser.post(f"/listings/{lot['id']}/reservations", {"quantity": 8, "unit": "m2", "place": "Almelo"}).status_code == 403
    )
    assert adviser.post("/listings", listing_body()).status_code == 403


def test_where_a_recall_is_mailed_is_said_of_an_adviser_and_read_by_few(
    admin: Api, hengelo: Api, somebody: Callable[..., Api]
) -> None:
    made = admin.post(
        "/organisations", {"name": "Omgevingsdienst", "kind": "adviser", "place": "Almelo", "alertEmail": "Meldpunt@ODT.nl"}
    )
    assert (made.status_code, made.get_json()["alertEmail"]) == (201, "meldpunt@odt.nl")
    address = "/organisations/omgevingsdienst"
    assert somebody("omgevingsdienst", "coordinator").get(address).get_json()["alertEmail"] == "meldpunt@odt.nl"
    assert "alertEmail" not in hengelo.get(address).get_json()
    assert all("alertEmail" not in organisation for organisation in hengelo.get("/organisations").get_json()["items"])
    renamed = admin.patch(address, {"version": 1, "name": "Omgevingsdienst Twente"}).get_json()
    assert renamed["alertEmail"] == "meldpunt@odt.nl"
    refused = admin.patch(address, {"version": 2, "alertEmail": "meldpunt"})
    assert (refused.status_code, [error["field"] for error in refused.get_json()["errors"]]) == (422, ["alertEmail"])
    assert "alertEmail" not in admin.patch(address, {"version": 2, "alertEmail": None}).get_json()
    wrong = admin.patch("/organisations/hengelo", {"version": 1, "alertEmail": "meldpunt@hengelo.nl"})
    assert (wrong.status_code, [error["field"] for error in wrong.get_json()["errors"]]) == (422, ["alertEmail"])
