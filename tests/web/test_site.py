"""The addresses that an operator asks."""

import pytest
from flask.testing import FlaskClient

from marketplace.kernel import health
from marketplace.web.site import views


def test_a_working_site_is_alive_and_ready(client: FlaskClient) -> None:
    assert client.get("/healthz").get_data(as_text=True) == "ok\n"
    ready = client.get("/readyz")
    assert (ready.status_code, ready.get_json()) == (
        200,
        {"ready": True, "migrations": True, "database": True, "disk": True, "mail": True},
    )


def test_a_database_behind_the_code_is_not_ready(client: FlaskClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(health, "newest", lambda: "9999")
    answer = client.get("/readyz")
    assert (answer.status_code, answer.get_json()["migrations"]) == (503, False)
    assert client.get("/healthz").status_code == 200


def test_a_full_disk_is_not_ready(client: FlaskClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(views, "LEAST_FREE_BYTES", 10**18)
    assert client.get("/readyz").status_code == 503


def test_a_form_that_is_sent_after_the_session_ended_asks_to_log_in(client: FlaskClient) -> None:
    answer = client.post("/aanbod/nieuw/alles", data={"title": "Klinkers"})
    assert answer.status_code == 401
    assert "<h1>Inloggen</h1>" in answer.text
    assert "U was uitgelogd" in answer.text
