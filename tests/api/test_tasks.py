"""Long work through the API: started by the administrator, followed and cancelled by whoever started it."""

from collections.abc import Callable

import pytest
from flask import Flask

from marketplace.exchange.queries.invariants import INVARIANTS
from marketplace.jobs import tasks
from marketplace.kernel.db import Database
from tests.api.conftest import Api


@pytest.fixture
def admin(somebody: Callable[..., Api]) -> Api:
    return somebody("regio-twente", "admin")


def test_a_check_is_started_followed_and_read(admin: Api, app: Flask) -> None:
    answer = admin.post("/tasks", {"kind": "check"})
    task = answer.get_json()
    assert (answer.status_code, answer.headers["Location"]) == (201, f"/api/v1/tasks/{task['id']}")
    assert (task["state"], task["percent"], task["total"], task["startedAt"]) == ("queued", 0, None, None)
    tasks.work_off(app)
    task = admin.get(f"/tasks/{task['id']}").get_json()
    assert (task["state"], task["percent"], task["error"], task["cancelRequested"]) == ("done", 100, None, False)
    assert task["result"] == {"invariants": len(INVARIANTS), "breaches": [], "ledgerRows": 0, "ledgerHead": "0" * 64}
    assert task["done"] == task["total"] and task["finishedAt"] is not None


def test_asked_twice_it_is_the_same_work(admin: Api) -> None:
    assert [admin.post("/tasks", {"kind": "rebuild"}).get_json()["id"] for _twice in range(2)] == [1, 1]


def test_a_task_is_cancelled_once_and_what_is_over_is_a_conflict(admin: Api, app: Flask) -> None:
    for kind in ("check", "rebuild"):
        admin.post("/tasks", {"kind": kind})
    for _twice in range(2):
        task = admin.post("/tasks/1/cancel").get_json()
        assert (task["state"], task["cancelRequested"]) == ("cancelled", True)
    tasks.work_off(app)
    assert admin.post("/tasks/2/cancel").status_code == 409


def test_the_list_is_ones_own_newest_first(admin: Api, somebody: Callable[..., Api]) -> None:
    for kind in ("check", "rebuild"):
        admin.post("/tasks", {"kind": kind})
    listed = admin.get("/tasks?pageSize=1").get_json()
    assert ([task["kind"] for task in listed["items"]], listed["total"]) == (["rebuild"], 2)
    assert somebody("regio-twente", "admin").get("/tasks").get_json()["total"] == 0


def test_another_administrator_follows_and_cancels_it_and_nobody_else(
    admin: Api, somebody: Callable[..., Api], reviewer: Api, hengelo: Api, database: Database
) -> None:
    admin.post("/tasks", {"kind": "check"})
    for client in (reviewer, hengelo):
        assert client.post("/tasks", {"kind": "check"}).status_code == 403
        assert [client.get("/tasks/1").status_code, client.post("/tasks/1/cancel").status_code] == [404, 404]
    other = somebody("regio-twente", "admin")
    assert other.get("/tasks/1").get_json()["state"] == "queued"
    assert other.post("/tasks/1/cancel").get_json()["state"] == "cancelled"


def test_another_word_than_a_kind_is_refused_by_name(admin: Api) -> None:
    problem = admin.post("/tasks", {"kind": "everything"}).get_json()
    assert (problem["status"], problem["errors"][0]["field"]) == (422, "kind")
    assert admin.post("/tasks", {}).status_code == 422
