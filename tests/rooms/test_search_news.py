"""Saved searches tell once what is new, a day at most, and only of what others published."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from marketplace.accounts.models import Person
from marketplace.accounts.policy import Actor
from marketplace.catalogue.actions.saved_searches import notify_saved_search, save_search
from marketplace.catalogue.queries.saved import list_searches_due
from marketplace.catalogue.rules.saved_query import read_query
from marketplace.kernel import clock
from marketplace.materials.rules.fields import Field
from marketplace.notices.models import NoticeRow
from marketplace.places.queries.gazetteer import PlaceFinder
from tests.factories import make_actor, make_listing, seed_taxonomy

FIND = PlaceFinder().find
nothing_by_field = dict[str, Field]().get
DAY = timedelta(days=1, minutes=2)


@pytest.fixture
def borne(session: Session) -> Actor:
    seed_taxonomy(session)
    return make_actor(session, "borne")


def looked(session: Session) -> int:
    return sum(notify_saved_search(session, search_id=number, find=FIND) for number in list_searches_due(session))


def told(session: Session) -> list[dict[str, Any]]:
    rows = session.scalars(select(NoticeRow).where(NoticeRow.kind == "saved_search").order_by(NoticeRow.id))
    return [row.facts for row in rows]


def test_new_lots_are_told_once_in_one_notice(session: Session, borne: Actor) -> None:
    hengelo, begun = make_actor(session, "hengelo"), clock.now()
    with clock.frozen(begun):
        make_listing(session, hengelo)
        search = save_search(session, borne, name="Stenen", query="q=betonstraatstenen&place=Hengelo&radiusKm=10")
    with clock.frozen(begun + timedelta(hours=1)):
        make_listing(session, hengelo)
        make_listing(session, hengelo)
        make_listing(session, borne)
        assert looked(session) == 0
    with clock.frozen(begun + DAY):
        assert (looked(session), looked(session)) == (1, 0)
    expected = {"search_id": search.id, "search_name": "Stenen", "query": search.query, "count": 2}
    assert told(session) == [expected]
    with clock.frozen(begun + 2 * DAY):
        assert looked(session) == 0
    assert told(session) == [expected]


def test_a_lot_outside_the_circle_is_not_told(session: Session, borne: Actor) -> None:
    begun = clock.now()
    with clock.frozen(begun):
        save_search(session, borne, name="Dichtbij", query="place=Losser&radiusKm=5")
    with clock.frozen(begun + timedelta(hours=1)):
        make_listing(session, make_actor(session, "hengelo"))
    with clock.frozen(begun + DAY):
        assert looked(session) == 0


def test_who_left_hears_nothing(session: Session, borne: Actor) -> None:
    begun = clock.now()
    with clock.frozen(begun):
        save_search(session, borne, name="Alles", query="")
    with clock.frozen(begun + timedelta(hours=1)):
        make_listing(session, make_actor(session, "hengelo"))
    session.get_one(Person, borne.person_id).is_active = False
    with clock.frozen(begun + DAY):
        assert looked(session) == 0


def test_the_address_is_read_as_the_page_reads_it() -> None:
    query = read_query(
        "q=keien&material=betonstraatsteen-kei-8cm&condition=good&condition=broken&place=Hengelo&radiusKm=15&availableFrom=12+jan+2027",
        FIND,
        nothing_by_field,
    )
    assert query and query.point and query.available_from
    assert (query.q, query.materials, [str(condition) for condition in query.conditions]) == (
        "keien",
        ("betonstraatsteen-kei-8cm",),
        ["good"],
    )
    assert (str(query.radius_km), query.available_from.isoformat(), query.sort.value) == ("15", "2027-01-12", "newest")


@pytest.mark.parametrize("query", ["place=Nergenshuizen", "availableFrom=ooit"])
def test_what_cannot_be_read_any_more_finds_nothing(query: str) -> None:
    assert read_query(query, FIND, nothing_by_field) is None


def test_a_radius_without_a_place_means_nothing() -> None:
    query = read_query("radiusKm=15", FIND, nothing_by_field)
    assert query and query.radius_km is None
