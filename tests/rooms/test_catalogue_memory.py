"""The catalogue's columns in memory: what they say is what the database says, whoever wrote it, and never what was rolled back."""

import random
from collections.abc import Callable, Iterator
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import delete, select, text, update
from sqlalchemy.orm import Session

from marketplace.accounts.policy import ANONYMOUS, Actor
from marketplace.catalogue.queries.memory import MANY, WORDS_KEPT, up_to_date
from marketplace.catalogue.queries.search import numbers
from marketplace.catalogue.rules.query import CatalogueQuery, Sort
from marketplace.kernel import clock
from marketplace.kernel.db import Database
from marketplace.kernel.geo import Point, ecef_m
from marketplace.market.actions.windows import bump_catalogue
from marketplace.market.models import Listing, Photo, PhotoFile
from marketplace.market.rules.listing import Condition
from tests.factories import KEI, make_actor, make_draft, make_listing, seed_taxonomy

TODAY = date(2026, 12, 15)
ALMELO = Point(52.3575, 6.6576)


@pytest.fixture
def owner(session: Session) -> Iterator[Actor]:
    with clock.frozen(datetime(2026, 12, 15, 12, tzinfo=clock.AMSTERDAM)):
        seed_taxonomy(session)
        yield make_actor(session, "hengelo")


@pytest.fixture
def lots(session: Session, owner: Actor) -> list[int]:
    made = [make_listing(session, owner).id for _number in range(3)]
    session.commit()
    return made


def seen(database: Database, actor: Actor = ANONYMOUS, **query: Any) -> list[int]:
    with database.read() as reader:
        return numbers(reader, actor, CatalogueQuery(**query))[0]


def change(number: int, **values: Any) -> Callable[[Session], object]:
    return lambda session: session.execute(update(Listing).where(Listing.id == number).values(**values))


def copied(session: Session, number: int, numbers: str) -> None:
    """Copies of a lot under these ids."""
    columns = ", ".join(column.name for column in Listing.__table__.columns if column.name not in ("id", "lot_id"))
    session.execute(
        text(f"INSERT INTO listing (id, {columns}) SELECT n, {columns} FROM listing, ({numbers}) AS number WHERE id = :id"),
        {"id": number},
    )


def placed(point: Point) -> dict[str, Any]:
    x, y, z = ecef_m(point)
    return {"public_lat": point.lat, "public_lon": point.lon, "public_x_m": x, "public_y_m": y, "public_z_m": z}


@pytest.mark.parametrize(
    ("values", "query"),
    [
        ({"status": "withdrawn"}, {}),
        ({"confirmed_on": date(2026, 1, 1)}, {}),
        ({"region_from": TODAY + timedelta(1)}, {}),
        ({"available_from": date(2026, 1, 1), "available_until": TODAY - timedelta(1)}, {}),
        ({"condition": "poor"}, {"conditions": (Condition.GOOD, Condition.NEW, Condition.FAIR)}),
        ({"organisation_id": 1}, {"organisations": ("hengelo",)}),
        ({"material_id": 2}, {"materials": (KEI,)}),
        ({"available_from": TODAY + timedelta(9), "available_until": None}, {"available_from": TODAY + timedelta(5)}),
        ({"search_text": "iets anders"}, {"q": "betonstraatstenen"}),
        (placed(ALMELO), {"point": Point(52.26583, 6.79306), "radius_km": 5, "sort": Sort.DISTANCE}),
    ],
)
@pytest.mark.parametrize("bumped", [True, False])
def test_every_change_is_seen_by_the_next_question(
    session: Session, database: Database, lots: list[int], values: dict[str, Any], query: dict[str, Any], bumped: bool
) -> None:
    before = seen(database, **query)
    assert sorted(before) == lots
    with database.transaction() as writer:
        change(lots[1], **values)(writer)
        if bumped:
            bump_catalogue(writer)
    after = seen(database, **query)
    other = Database(database.url)  # as another process would, which has to read everything
    assert seen(other, **query) == after == [number for number in before if number != lots[1]]
    other.dispose()


def test_a_writer_sees_its_own_changes_and_nobody_those_that_are_rolled_back(
    session: Session, database: Database, owner: Actor, lots: list[int]
) -> None:
    assert seen(database) == [lots[2], lots[1], lots[0]]
    change(lots[0], status="withdrawn")(session)
    bump_catalogue(session)
    assert numbers(session, ANONYMOUS, CatalogueQuery())[0] == [lots[2], lots[1]]
    assert seen(database) == [lots[2], lots[1], lots[0]]
    session.rollback()
    change(lots[2], status="withdrawn")(session)
    bump_catalogue(session)  # the same number as what was rolled back
    session.commit()
    assert seen(database) == [lots[1], lots[0]]


def test_a_lot_that_is_new_or_gone_or_past_the_room_there_was(
    session: Session, database: Database, owner: Actor, lots: list[int]
) -> None:
    assert len(seen(database)) == 3
    copied(session, make_draft(session, owner).id, "SELECT 5000 AS n")
    for table in (PhotoFile, Photo):
        session.execute(delete(table))
    session.execute(delete(Listing).where(Listing.id == lots[0]))
    session.commit()
    assert seen(database) == [lots[2], lots[1]]
    assert seen(database, owner, mine=True) == [5_000, 4, lots[2], lots[1]]


def test_of_two_writers_at_once_the_one_that_began_first_and_ends_last_is_seen(database: Database, lots: list[int]) -> None:
    if database.is_sqlite:
        pytest.skip("SQLite has one writer at a time")
    with database.transaction() as slow:
        change(lots[0], status="withdrawn")(slow)
        with database.transaction() as quick:
            change(lots[1], status="withdrawn")(quick)
            bump_catalogue(quick)
        assert seen(database) == [lots[2], lots[0]]
        bump_catalogue(slow)
    assert seen(database) == [lots[2]]


def test_a_reader_of_an_older_moment_takes_nothing_back(database: Database, lots: list[int]) -> None:
    with database.transaction() as writer:
        change(lots[0], condition="poor")(writer)  # noted, and not yet numbered
    with database.read() as old:
        assert len(numbers(old, ANONYMOUS, CatalogueQuery())[0]) == 3  # on SQLite it stays at this moment
        with database.transaction() as writer:
            change(lots[0], status="withdrawn", search_text="zeldzaam")(writer)
            change(lots[1], search_text="zeldzaam")(writer)
            bump_catalogue(writer)
        assert seen(database) == [lots[2], lots[1]]
        assert numbers(old, ANONYMOUS, CatalogueQuery())[0] == [lots[2], lots[1]]
        numbers(old, ANONYMOUS, CatalogueQuery(q="zeldzaam"))
    assert seen(database) == [lots[2], lots[1]]
    assert seen(database, q="zeldzaam") == [lots[1]]


def test_words_are_kept_up_and_the_one_that_was_asked_longest_ago_leaves(
    session: Session, database: Database, owner: Actor, lots: list[int]
) -> None:
    words = [first + second + "qx" for first in "bcdfghjk" for second in "bcdfghjklm"]
    for word in words[: WORDS_KEPT + 5]:
        seen(database, q=word)
    change(lots[0], search_text=f"{words[3]} {words[40]} 12")(session)
    bump_catalogue(session)
    session.commit()
    with database.read() as reader, up_to_date(reader) as columns:
        assert list(columns.words) == words[5 : WORDS_KEPT + 5]
        assert columns.words[words[40]].sum() == 1
    assert seen(database, q=words[3]) == seen(database, q=words[40][:3]) == seen(database, q="12") == [lots[0]]
    assert seen(database, q="1") == seen(database, q=words[41]) == []


def test_many_changes_at_once(session: Session, database: Database, owner: Actor, lots: list[int]) -> None:
    assert len(seen(database, q="klinker")) + len(seen(database, q="betonstraatstenen")) >= 3
    copied(
        session,
        lots[0],
        f"WITH RECURSIVE number(n) AS (SELECT 100 UNION ALL SELECT n + 1 FROM number WHERE n < {100 + MANY}) SELECT n FROM number",
    )
    session.commit()
    with database.read() as reader:
        assert numbers(reader, ANONYMOUS, CatalogueQuery(q="betonstraatstenen"))[1] == 3 + MANY + 1


@pytest.mark.parametrize("seed", range(3))
def test_whatever_happens_every_process_says_what_the_database_says(
    session: Session, database: Database, owner: Actor, lots: list[int], seed: int
) -> None:
    draw, other = random.Random(seed), Database(database.url)
    for _step in range(60):
        writer = database.session(write=True)
        for _change in range(draw.randint(1, 3)):
            values = draw.choice(
                [
                    {"status": draw.choice(("published", "withdrawn", "draft"))},
                    {"condition": draw.choice(("poor", "good"))},
                    {"region_from": TODAY + timedelta(draw.choice((0, 1)))},
                    {"search_text": draw.choice(("rood", "blauw rood", "blauw"))},
                ]
            )
            change(draw.choice(lots), **values)(writer)
        if draw.random() < 0.7:
            bump_catalogue(writer)
        if draw.random() < 0.3:
            numbers(writer, ANONYMOUS, CatalogueQuery(q="rood"))
        writer.rollback() if draw.random() < 0.3 else writer.commit()
        writer.close()
        if draw.random() < 0.5:
            continue
        asker = draw.choice((database, other))
        assert seen(asker, q="rood", conditions=(Condition.GOOD,)) == red_and_good(asker)
    other.dispose()


def red_and_good(database: Database) -> list[int]:
    fits = select(Listing.id).where(
        Listing.status == "published",
        Listing.condition == "good",
        Listing.region_from <= TODAY,
        Listing.search_text.like("%rood%"),
    )
    with database.read() as reader:
        return list(reader.scalars(fits.order_by(Listing.published_at.desc(), Listing.id.desc())))
