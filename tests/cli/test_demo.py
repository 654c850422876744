"""The demonstration goes into an empty database once, and leaves every invariant whole."""

import pytest
from flask import Flask
from PIL import Image
from sqlalchemy import select
from sqlalchemy.orm import joinedload

from marketplace.accounts.policy import ANONYMOUS
from marketplace.cli import demo
from marketplace.cli.demo_freshness import AGED, LOST
from marketplace.cli.demo_lots import rows
from marketplace.exchange.queries.invariants import INVARIANTS
from marketplace.kernel.files import SHIPPED
from marketplace.ledger.queries import get_head
from marketplace.market.queries.demands import list_demands
from marketplace.memos.models import Memo
from marketplace.notices.queries import list_due

pytestmark = pytest.mark.slow


def test_an_empty_database_is_filled_once(app: Flask) -> None:
    assert demo.load(app)
    assert not demo.load(app)
    assert demo.is_loaded(app)
    with app.extensions["database"].read() as session:
        assert {name: found for name, question in INVARIANTS if (found := question(session))} == {}
        assert get_head(session)[0] == 41  # forty exchanges, and a leg from a depot to a street
        assert list_demands(session, ANONYMOUS)[1] == 22
        assert len(list_due(session)) < 60
        memos = session.scalars(select(Memo).options(joinedload(Memo.conclusion)).order_by(Memo.number)).all()
        assert [(memo.fitting, memo.conclusion and memo.conclusion.reason) for memo in memos] == [
            (2, None),
            (0, None),
            (1, "quality"),
        ]


def test_every_lot_has_a_picture_of_its_own_and_no_picture_is_left_over() -> None:
    lots = {row["id"] for row in rows("demo_aanbod.csv")} | {f"{lot_id}-2" for lot_id, *_told in (*AGED, *LOST)}
    assert {file.stem for file in (SHIPPED / "demo").glob("*.webp")} == lots


def test_the_pictures_are_small_files_of_one_size() -> None:
    files = list((SHIPPED / "demo").glob("*.webp"))
    assert sum(file.stat().st_size for file in files) <= 3_000_000
    for file in files:
        with Image.open(file) as picture:
            assert (picture.format, picture.size) == ("WEBP", (960, 720)), file.name
