"""A page that failed on our side names its request, so that whoever keeps the bank can find it in the log."""

import logging
import re
from functools import wraps

import pytest
from flask import Flask, g

SHOWN = re.compile(r'<code class="mp-request">([0-9a-f]{32})</code>')


def failing(app: Flask, monkeypatch: pytest.MonkeyPatch, endpoint: str) -> None:
    """A view that breaks down, with the same permission as before."""

    @wraps(app.view_functions[endpoint])
    def fail() -> str:
        raise RuntimeError("out of order")

    monkeypatch.setitem(app.view_functions, endpoint, fail)


@pytest.mark.parametrize(
    ("address", "sentence"),
    [
        ("/contact", "Blijft dit gebeuren? Stuur ons dan dit nummer, dan kunnen wij opzoeken wat er misging:"),
        ("/en/contact", "Does it keep happening? Send us this number, so that we can look up what went wrong:"),
    ],
)
def test_it_shows_the_number_that_stands_in_the_log(
    app: Flask, monkeypatch: pytest.MonkeyPatch, address: str, sentence: str
) -> None:
    ids = []

    class Keep(logging.Filter):
        def filter(self, record: logging.LogRecord) -> bool:
            ids.append(g.request_id)
            return True

    keep = Keep()
    failing(app, monkeypatch, "site.contact")
    logger = logging.getLogger("marketplace.http.errors")
    logger.addFilter(keep)
    try:
        answer = app.test_client().get(address)
    finally:
        logger.removeFilter(keep)
    assert answer.status_code == 500 and sentence in answer.text
    assert SHOWN.findall(answer.text) == ids


def test_a_page_that_is_not_there_names_none(app: Flask) -> None:
    answer = app.test_client().get("/bestaat-niet")
    assert answer.status_code == 404 and "mp-request" not in answer.text
