"""Commands about people, tokens and jobs."""

import re
from pathlib import Path

import pytest
from flask import Flask

from marketplace.app import create_app
from marketplace.kernel.db import Database
from marketplace.kernel.errors import Missing
from tests.databases import settings
from tests.visitors import log_in, newcomer, send

pytestmark = pytest.mark.postgresql


def output(app: Flask, *arguments: str) -> str:
    ended = app.test_cli_runner().invoke(args=list(arguments), catch_exceptions=False)
    assert ended.exit_code == 0, ended.output
    return str(ended.output)


def test_an_empty_installation_starts_with_an_invitation(app: Flask) -> None:
    lines = output(
        app, "people", "invite", "beheer@twente.example", "--role", "admin", "--organisation", "regio-twente"
    ).splitlines()
    path = lines[-1].removeprefix("http://localhost")
    assert path.startswith("/uitnodiging/")
    client = app.test_client()
    assert send(client, path, name="Beheerder", password="vier heel andere woorden").status_code == 303
    assert client.get("/beheer?organisatie=almelo").status_code == 200
    assert re.search(r"beheer@twente.example +admin +regio-twente +active", output(app, "people", "list"))


@pytest.mark.slow
def test_an_invitation_can_be_the_very_first_command_of_an_installation(instance: Path) -> None:
    app = create_app(settings(f"sqlite:///{instance / 'new.sqlite3'}", instance))
    arguments = ("people", "invite", "beheer@twente.example", "--role", "admin", "--organisation", "regio-twente")
    assert "/uitnodiging/" in output(app, *arguments).splitlines()[-1]
    app.extensions["database"].dispose()


@pytest.mark.slow
def test_made_up_listings_go_into_an_installation_that_was_never_started(instance: Path) -> None:
    app = create_app(settings(f"sqlite:///{instance / 'new.sqlite3'}", instance))
    with app.app_context():
        message = output(app, "demo", "generate", "--listings", "20", "--seed", "7")
    assert message.startswith("Generated 20 listings and 2 demands")
    app.extensions["database"].dispose()


def test_an_unknown_organisation_is_refused_in_a_sentence(app: Flask) -> None:
    with pytest.raises(Missing, match="zwolle"):
        app.test_cli_runner().invoke(args=["people", "invite", "a@b.nl", "--organisation", "zwolle"], catch_exceptions=False)


def test_a_token_is_the_last_word_and_works(app: Flask, database: Database) -> None:
    email = newcomer(database)
    secret = output(app, "tokens", "create", email, "--name", "werf").split()[-1]
    answer = app.test_client().get("/api/v1/me", headers={"Authorization": f"Bearer {secret}"})
    assert answer.status_code == 200
    assert answer.get_json()["organisation"]["slug"] == "borne"


@pytest.mark.slow
def test_a_person_is_switched_off(app: Flask, database: Database) -> None:
    email = newcomer(database)
    client = app.test_client()
    log_in(client, email)
    output(app, "people", "deactivate", email)
    assert client.get("/account").status_code == 303
    with pytest.raises(Missing):
        app.test_cli_runner().invoke(args=["tokens", "create", email], catch_exceptions=False)


def test_the_jobs_tell_what_they_did(app: Flask) -> None:
    lines = output(app, "jobs", "run", "--at", "2027-01-15T08:00").splitlines()
    plans = ["plans to be there: 0", "plans to agree with: 0", "regional plan: 1"]
    freshness = ["matches: 0", "listings to confirm: 0", *plans, "listings gone stale: 0"]
    freshness += ["demands to confirm: 0", "demands gone stale: 0"]
    waiting = ["waiting lists: 0", "offers: 0", "reminders: 0"]
    news = ["searches: 0", "kept lots: 0", "long tasks: 0", "post: 0"]
    upkeep = ["papers to renew: 0", "lots to check: 0", "depot settlements: 0", "lots to mend: 0"]
    reports = [*upkeep, "reports to submit: 0", "reports to review: 0"]
    assert lines == [
        "reservations: 0",
        *waiting,
        "demands: 0",
        *freshness,
        *reports,
        *news,
        "photos: 0",
        "forget: 0",
        "ledger head: 1",
    ]


def test_a_moment_that_is_none_is_refused(app: Flask) -> None:
    ended = app.test_cli_runner().invoke(args=["jobs", "run", "--at", "morgen"])
    assert ended.exit_code == 2
    assert "2026-12-15T08:00" in ended.output


def test_tokens_are_made_listed_and_revoked_at_the_console(app: Flask, database: Database) -> None:
    email = newcomer(database, "almelo")
    made = output(app, "tokens", "create", email, "--scope", "read", "--organisation", "almelo", "--expires-on", "2099-12-31")
    header = {"Authorization": f"Bearer {made.split()[-1]}"}
    assert app.test_client().get("/api/v1/me", headers=header).get_json()["scope"] == "read"
    line = output(app, "tokens", "list")
    assert re.search(rf"^\d+ +{email} +read +almelo +2099-12-31 ", line)
    assert output(app, "tokens", "revoke", line.split()[0]).strip().endswith("is revoked: command line")
    assert app.test_client().get("/api/v1/me", headers=header).status_code == 401


def test_a_machine_account_is_made_and_ended_at_the_console(app: Flask) -> None:
    number = output(app, "tokens", "machine", "Voorraadsysteem", "--organisation", "almelo").split()[-1]
    header = {"Authorization": f"Bearer {output(app, 'tokens', 'create', number).split()[-1]}"}
    assert app.test_client().get("/api/v1/me", headers=header).get_json()["isMachine"] is True
    output(app, "tokens", "end-machine", number)
    assert app.test_client().get("/api/v1/me", headers=header).status_code == 401
