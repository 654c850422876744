"""The demonstration goes into an empty database once, and leaves every invariant whole."""

import io
from collections.abc import Iterator, Sequence

import pytest
from flask import Flask
from PIL import Image

from marketplace.accounts.policy import ANONYMOUS
from marketplace.cli import demo, demo_lots
from marketplace.cli.pictures.album import Subject
from marketplace.exchange.queries.invariants import INVARIANTS
from marketplace.kernel.images import Photo, develop
from marketplace.ledger.queries import get_head
from marketplace.market.queries.demands import list_demands
from marketplace.notices.queries import list_due


@pytest.fixture
def plain_pictures(monkeypatch: pytest.MonkeyPatch) -> None:
    """Drawing is tested elsewhere and takes its time."""

    def plain(subjects: Sequence[Subject]) -> Iterator[Photo]:
        for number, _subject in enumerate(subjects):
            jpeg = io.BytesIO()
            Image.new("RGB", (64, 48), (number * 5, 90, 80)).save(jpeg, "JPEG")
            yield develop(jpeg.getvalue())

    monkeypatch.setattr(demo_lots, "photos_of", plain)


def test_an_empty_database_is_filled_once(app: Flask, plain_pictures: None) -> None:
    assert demo.load(app)
    assert not demo.load(app)
    assert demo.is_loaded(app)
    with app.extensions["database"].read() as session:
        assert {name: found for name, question in INVARIANTS if (found := question(session))} == {}
        assert get_head(session)[0] == 40
        assert list_demands(session, ANONYMOUS)[1] == 22
        assert len(list_due(session)) < 60
