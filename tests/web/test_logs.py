"""What the log says of a request, and of what happens without one."""

import json
import logging
from datetime import UTC, datetime

from flask import Flask, g

from marketplace.http.logs import JsonLines

RECORD = logging.LogRecord("marketplace.jobs.pictures", logging.WARNING, __file__, 1, "no photo of lot %s", (12,), None)
RECORD.created = datetime(2026, 12, 1, 12, 0, 0, 500_000, UTC).timestamp()


def test_a_line_is_json_and_carries_the_id_of_the_request_that_is_answered(app: Flask) -> None:
    line = {
        "at": "2026-12-01T12:00:00.500+00:00",
        "level": "WARNING",
        "logger": "marketplace.jobs.pictures",
        "message": "no photo of lot 12",
    }
    assert json.loads(JsonLines().format(RECORD)) == line
    with app.test_request_context("/"):
        g.request_id = "5f0c"
        assert json.loads(JsonLines().format(RECORD)) == {**line, "requestId": "5f0c"}


def test_a_failure_stays_one_line() -> None:
    try:
        raise RuntimeError("out of order")
    except RuntimeError as error:
        failed = logging.LogRecord("marketplace", logging.ERROR, __file__, 1, "failed", (), (type(error), error, None))
    text = JsonLines().format(failed)
    assert "\n" not in text and json.loads(text)["exception"] == "RuntimeError: out of order"
