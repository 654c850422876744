"""How often a client may write: counted over all workers of a machine."""

import subprocess
import sys
from pathlib import Path

import pytest
from flask import Flask

from config import PROJECT, Config
from marketplace.api import limits
from marketplace.api.limits import SharedCounts
from marketplace.app import create_app
from tests.api.conftest import Api, listing_body

pytestmark = pytest.mark.slow

WORKER = """
import sys, threading
from types import SimpleNamespace
from pathlib import Path
from marketplace.api import limits
from marketplace.api.limits import SharedCounts
limits.WAIT_S *= 10  # sixty-four at once on a busy machine
counts = SharedCounts(app=SimpleNamespace(extensions={"settings": SimpleNamespace(instance_path=Path(sys.argv[1]))}))
threads = [threading.Thread(target=lambda: [counts.incr("one", 600) for _ in range(25)]) for _ in range(16)]
[thread.start() for thread in threads]
[thread.join() for thread in threads]
"""


@pytest.fixture
def counts(app: Flask) -> SharedCounts:
    return SharedCounts(app=app)


def test_four_workers_of_sixteen_threads_count_every_write(counts: SharedCounts, instance: Path) -> None:
    """The storage in memory counted for each worker alone, and died under threads."""
    workers = [subprocess.Popen([sys.executable, "-c", WORKER, str(instance)], cwd=PROJECT) for _ in range(4)]
    assert [worker.wait(timeout=120) for worker in workers] == [0] * 4
    assert counts.get("one") == 4 * 16 * 25


def test_a_window_that_is_over_counts_anew(counts: SharedCounts, monkeypatch: pytest.MonkeyPatch) -> None:
    assert [counts.incr("one", 60), counts.incr("one", 60), counts.incr("other", 60)] == [1, 2, 1]
    over = counts.get_expiry("one") + 0.1
    monkeypatch.setattr(limits.time, "time", lambda: over)
    assert counts.get("one") == 0
    assert counts.incr("one", 60) == 1


def test_a_torn_file_is_thrown_away_and_counting_goes_on(counts: SharedCounts) -> None:
    counts.file.write_bytes(b"not a database" * 100)
    assert counts.incr("one", 60) == 1
    assert counts.incr("one", 60) == 2


def test_what_one_worker_counted_another_refuses(app: Flask, config: Config, hengelo: Api) -> None:
    other = create_app(config)
    assert hengelo.post("/listings", listing_body()).status_code == 201
    storage = other.extensions["limiter"].copy().pop()._storage
    with limits.sqlite3.connect(storage.file) as connection:
        connection.execute("UPDATE hits SET hits = 1200")
    connection.close()
    client = other.test_client()
    refused = client.post("/api/v1/listings", json=listing_body(), headers={"Authorization": f"Bearer {hengelo.token}"})
    assert refused.status_code == 429 and refused.headers["Retry-After"]
    other.extensions["database"].dispose()


def test_a_token_is_counted_once_however_its_header_is_written(app: Flask, hengelo: Api) -> None:
    """A blank more, or another case, made another key of the same token: its writes were as many as one liked."""
    storage = app.extensions["limiter"].copy().pop()._storage
    client = app.test_client()
    for scheme in ("Bearer ", "bearer ", "BEARER  ", "Bearer    "):
        written = client.post("/api/v1/listings", json=listing_body(), headers={"Authorization": scheme + str(hengelo.token)})
        assert written.status_code == 201
    with limits.sqlite3.connect(storage.file) as connection:
        counts = connection.execute("SELECT hits FROM hits").fetchall()
    connection.close()
    assert counts == [(4,)]
