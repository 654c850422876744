"""A token that has ended stays ended, and one for an organisation does not reach what is its owner's own."""

from collections.abc import Callable
from io import BytesIO

import pytest
from flask import Flask
from sqlalchemy import func, select

from marketplace.accounts.actions import people, sessions
from marketplace.accounts.actions.tokens import revoke_token
from marketplace.accounts.models import ApiToken, PasswordReset, Person
from marketplace.accounts.policy import ANONYMOUS, OPERATOR
from marketplace.accounts.queries.sessions import get_actor
from marketplace.kernel.db import Database, Session
from tests.api.conftest import Api

Somebody = Callable[..., Api]


class SlowBody(BytesIO):
    """A body that comes only when something else has happened, as from somebody who holds the line."""

    def __init__(self, content: bytes, meanwhile: Callable[[], None]) -> None:
        super().__init__(content)
        self.meanwhile = meanwhile

    def readinto(self, buffer: bytearray) -> int:  # type: ignore[override]
        if self.tell() == 0:
            self.meanwhile()
        return super().readinto(buffer)


def reset_password(session: Session, person_id: int) -> None:
    email = session.get_one(Person, person_id).email
    people.request_reset(session, ANONYMOUS, email=email or "")
    reset = session.scalars(select(PasswordReset)).one()
    people.reset_password(session, ANONYMOUS, reset_id=reset.id, nonce=reset.nonce, password_hash="!!")


ENDS: dict[str, Callable[[Session, int], object]] = {
    "the password is reset": reset_password,
    "logged out everywhere": lambda session, person_id: sessions.close_all_sessions(session, get_actor(session, person_id)),
    "switched off": lambda session, person_id: people.deactivate(session, OPERATOR, person_id=person_id),
    "revoked": lambda session, _person_id: revoke_token(session, OPERATOR, token_id=session.scalars(select(ApiToken.id)).one()),
}


@pytest.mark.parametrize("end", ENDS)
def test_a_token_that_ends_while_the_body_still_comes_makes_no_other(
    app: Flask, hengelo: Api, database: Database, end: str
) -> None:
    with database.read() as reading:
        person_id = reading.scalars(select(ApiToken.person_id)).one()

    def ended() -> None:
        with database.transaction() as session:
            ENDS[end](session, person_id)

    content = b'{"name": "blijft", "scope": "write"}'
    answer = app.test_client().post(
        "/api/v1/tokens",
        input_stream=SlowBody(content, ended),
        content_length=len(content),
        headers={"Authorization": f"Bearer {hengelo.token}", "Content-Type": "application/json"},
    )
    assert answer.status_code == 401
    with database.read() as session:
        assert session.scalar(select(func.count()).where(ApiToken.revoked_at.is_(None))) == 0


def test_a_reviewers_token_for_a_partner_ends_with_the_partner(somebody: Somebody, reviewer: Api) -> None:
    slug = "waterschap-vechtstromen"
    somebody(slug, "coordinator", "partner")
    admin = somebody("regio-twente", "admin")
    body = {"name": "rekenkamer", "scope": "read", "organisation": slug}
    program = Api(reviewer.client, reviewer.specification, reviewer.post("/tokens", body).get_json()["secret"])
    assert program.get("/me").status_code == 200
    for is_active in (False, True):
        version = admin.get(f"/organisations/{slug}").get_json()["version"]
        change = {"version": version, "subKind": "water_board", "isActive": is_active}
        assert admin.patch(f"/organisations/{slug}", change).status_code == 200
        assert program.get("/me").status_code == 401
    assert reviewer.get("/me").status_code == 200


def test_a_reviewers_token_for_one_organisation_does_not_reach_what_is_the_reviewers_own(reviewer: Api, hengelo: Api) -> None:
    body = {"name": "rekenkamer", "scope": "read", "organisation": "hengelo"}
    program = Api(reviewer.client, reviewer.specification, reviewer.post("/tokens", body).get_json()["secret"])
    reviewer.post("/saved-searches", {"name": "Klinkers", "q": "klinker"})
    for path in ("/tokens", "/saved-searches", "/notices", "/tasks"):
        assert (reviewer.get(path).status_code, program.get(path).status_code) == (200, 403), path
    assert program.get("/me").get_json()["organisation"]["slug"] == "hengelo"
    assert hengelo.get("/people").get_json() == program.get("/people").get_json()
