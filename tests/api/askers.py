"""One process of many that ask for the same stone over HTTP. Run by `test_competition.py`, never by itself."""

import threading
from pathlib import Path

from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from tests.databases import settings


def ask_at_once(url: str, instance: Path, token: str, listing_id: int, amount: str, threads: int) -> list[int]:
    """The status that each thread was answered, through every layer of the application.

    They all ask at once; the process answers as many of them at a time as the server that ships does, and the others queue. Whoever
    is told 503 asks again, as `Retry-After` says: on a machine that is busy with other tests a lock takes longer than a request waits.
    """
    from marketplace.app import create_app
    from marketplace.cli.serve import THREADS

    app, answers, start = create_app(settings(url, instance)), [], threading.Barrier(threads)
    turn = threading.Semaphore(THREADS)
    path, who = f"/api/v1/listings/{listing_id}", {"Authorization": f"Bearer {token}"}
    assert app.test_client().get(path, headers=who).status_code == 200  # so that nothing is compiled fifty times

    def ask_once(client: FlaskClient) -> TestResponse:
        return client.post(f"{path}/reservations", json={"quantity": amount, "unit": "m2"}, headers=who)

    def ask() -> None:
        client = app.test_client()
        client.get(path, headers=who)  # a process that is awake
        start.wait()
        with turn:
            while (answer := ask_once(client)).status_code == 503:
                assert int(answer.headers["Retry-After"]) > 0
        answers.append(answer.status_code)

    askers = [threading.Thread(target=ask) for _ in range(threads)]
    for asker in askers:
        asker.start()
    for asker in askers:
        asker.join()
    app.extensions["database"].dispose()
    return answers
