"""The catalogue search: who sees what, what the words find, where the radius ends, what the facets count, and in which order."""

import random
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from geopy.distance import geodesic
from sqlalchemy import update
from sqlalchemy.orm import Session

from marketplace.accounts.policy import ANONYMOUS, Actor
from marketplace.catalogue.queries.cards import CardRow
from marketplace.catalogue.queries.search import CataloguePage, browse, nearest_outside, search
from marketplace.catalogue.rules.query import CatalogueQuery, Sort
from marketplace.kernel import clock
from marketplace.kernel.db import Database
from marketplace.kernel.geo import Point, public_point
from marketplace.kernel.units import Quantity, Unit
from marketplace.market.actions.windows import bump_catalogue
from marketplace.market.models import Listing
from marketplace.market.rules.listing import Condition, ListingStatus, Location
from marketplace.places.rules import PlaceBasis
from tests.factories import make_actor, make_draft, make_listing, seed_taxonomy

HENGELO = Point(52.26583, 6.79306)
NEAREST = CatalogueQuery(point=HENGELO, sort=Sort.DISTANCE)


@pytest.fixture
def owner(session: Session) -> Iterator[Actor]:
    with clock.frozen(datetime(2026, 12, 15, 12, tzinfo=clock.AMSTERDAM)):
        seed_taxonomy(session)
        yield make_actor(session, "hengelo")


def at(lat: float, lon: float) -> Location:
    return Location("Ergens", "hengelo", Point(lat, lon), PlaceBasis.POINT)


def ids(page: CataloguePage[Listing] | CataloguePage[CardRow]) -> list[int]:
    return [row.listing.id for row in page.rows]


def find(
    session: Session, actor: Actor = ANONYMOUS, query: CatalogueQuery | None = None, **changes: Any
) -> CataloguePage[Listing]:
    return search(session, actor, replace(query or CatalogueQuery(), **changes))


def test_the_public_sees_a_listing_from_the_region_s_day_and_members_at_once(session: Session, owner: Actor) -> None:
    tomorrow = make_listing(session, owner, region_from=clock.today() + timedelta(days=1))
    borne, partner = make_actor(session, "borne"), make_actor(session, "bouwer", kind="partner")
    assert (ids(find(session)), find(session).total) == ([], 0)
    assert ids(find(session, borne)) == ids(find(session, partner)) == [tomorrow.id]
    with clock.frozen(datetime(2026, 12, 16, 0, 1, tzinfo=clock.AMSTERDAM)):
        assert ids(find(session)) == [tomorrow.id]


def test_drafts_stale_ended_closed_and_withdrawn_listings_are_not_in_the_catalogue(session: Session, owner: Actor) -> None:
    make_draft(session, owner)
    stale, last_day, ended, closed, withdrawn = (make_listing(session, owner) for _ in range(5))
    today = clock.today()
    for listing, values in (
        (stale, {"confirmed_on": today - timedelta(days=61)}),
        (last_day, {"confirmed_on": today - timedelta(days=60), "available_until": today}),
        (ended, {"available_until": today - timedelta(days=1)}),
        (closed, {"status": "closed"}),
        (withdrawn, {"status": "withdrawn"}),
    ):
        session.execute(update(Listing).where(Listing.id == listing.id).values(**values))
    assert ids(find(session)) == ids(find(session, owner)) == [last_day.id]


def test_a_lot_that_is_wholly_reserved_stays_in_sight(session: Session, owner: Actor) -> None:
    listing = make_listing(session, owner)
    session.execute(update(Listing).values(held=listing.quantity))
    assert ids(find(session)) == [listing.id]


@pytest.mark.parametrize(
    ("typed", "is_found"),
    [
        ("klinkers", True),
        ("klink", True),
        ("betonklinkers", True),
        ("KLINKERS van beton", True),
        ("steen", True),
        ("straatstenen", True),
        ("cafe", True),
        ("café klinker", True),
        ("8", True),
        ("80", False),
        ("dakpan", False),
        ("bestrating", True),
        ("klinkers dakpan", False),
        ('") OR * NEAR', False),
        ("", True),
    ],
)
def test_words_are_found_folded_by_their_beginning_and_in_compounds(
    session: Session, owner: Actor, typed: str, is_found: bool
) -> None:
    make_listing(session, owner, title="Grijze betonklinkers", description="Van het terras bij Café De Hoek")
    for query in (
        CatalogueQuery(q=typed),
        CatalogueQuery(q=typed, materials=("betonstraatsteen-kei-8cm",)),
        replace(NEAREST, q=typed, radius_km=Decimal(5)),
    ):
        assert find(session, query=query).total == len(find(session, query=query).rows) == is_found


def test_new_words_are_found_and_old_ones_are_not_after_an_edit(session: Session, owner: Actor) -> None:
    listing = make_listing(session, owner, title="Oude stoeptegels")
    session.execute(update(Listing).where(Listing.id == listing.id).values(search_text="hardhout"))
    assert (find(session, q="stoeptegel").total, find(session, q="hardhout").total) == (0, 1)
    session.execute(update(Listing).values(held=1))
    assert find(session, q="hardhout").total == 1


@pytest.mark.slow
def test_the_radius_is_right_at_its_edge_within_two_metres(session: Session, owner: Actor) -> None:
    source = random.Random(4)
    made = [
        make_listing(session, owner, location=at(52.26583 + source.uniform(-0.4, 0.4), 6.79306 + source.uniform(-0.6, 0.6)))
        for _ in range(40)
    ]
    for listing in made:
        point = Point(listing.public_lat, listing.public_lon)
        assert point == public_point(Point(listing.lat, listing.lon))
        metres = geodesic((HENGELO.lat, HENGELO.lon), (point.lat, point.lon)).m
        inside, outside = (replace(NEAREST, radius_km=Decimal(str((metres + step) / 1000))) for step in (2, -2))
        assert listing.id in ids(find(session, query=inside, page_size=100))
        assert listing.id not in ids(find(session, query=outside, page_size=100))


def test_distances_are_whole_kilometres_to_the_public_point_nearest_first(session: Session, owner: Actor) -> None:
    far, near = make_listing(session, owner, location=at(52.4, 6.9)), make_listing(session, owner, location=at(52.3, 6.8))
    page = find(session, query=NEAREST)
    assert ids(page) == [near.id, far.id]
    for row in page.rows:
        exact = geodesic((HENGELO.lat, HENGELO.lon), (row.listing.public_lat, row.listing.public_lon)).km
        assert row.distance_km == int(exact + 0.5)
    assert [row.distance_km for row in find(session).rows] == [None, None]


def test_each_facet_counts_with_the_other_filters_and_not_its_own(session: Session, owner: Actor) -> None:
    borne = make_actor(session, "borne")
    make_listing(session, owner, condition=Condition.NEW)
    make_listing(session, owner, condition=Condition.POOR)
    make_listing(session, borne, condition=Condition.NEW, material="dakpan-keramisch", quantity=Quantity(Decimal(10), Unit.M2))
    page = find(session, conditions=(Condition.NEW,), organisations=("hengelo",))
    facets = page.facets
    assert facets is not None
    assert page.total == 1
    assert [(value.key, value.count) for value in facets.conditions] == [("new", 1), ("poor", 1)]
    assert [(value.key, str(value.name), value.count) for value in facets.organisations] == [
        ("borne", "Borne", 1),
        ("hengelo", "Hengelo", 1),
    ]
    assert [(value.key, value.count) for value in facets.groups] == [("bestrating", 1)]
    none = find(session, groups=("bestrating",), organisations=("borne",))
    assert none.total == 0
    assert none.facets is not None
    assert [(value.key, value.count) for value in none.facets.groups] == [("bestrating", 0), ("gebouw", 1)]


def test_slugs_that_nobody_knows_find_nothing(session: Session, owner: Actor) -> None:
    make_listing(session, owner)
    for changes in (
        {"groups": ("x",)},
        {"materials": ("x",)},
        {"organisations": ("x",)},
        {"groups": ("gebouw",), "materials": ("betonstraatsteen-kei-8cm",)},
    ):
        assert find(session, **changes).total == 0


def test_free_from_a_day_means_to_be_had_on_that_day(session: Session, owner: Actor) -> None:
    today = clock.today()
    now = make_listing(session, owner, available_from=today, available_until=today + timedelta(days=10))
    later = make_listing(session, owner, available_from=today + timedelta(days=20), available_until=None)
    assert ids(find(session, available_from=today)) == [now.id]
    assert ids(find(session, available_from=today + timedelta(days=10))) == [now.id]
    assert ids(find(session, available_from=today + timedelta(days=20))) == [later.id]
    assert ids(find(session, sort=Sort.AVAILABLE_FROM)) == [now.id, later.id]


def test_pages_hold_every_listing_once_in_every_order(session: Session, owner: Actor) -> None:
    made = {make_listing(session, owner, title=f"Partij {number}").id for number in range(7)}
    for query in (
        NEAREST,
        CatalogueQuery(),
        CatalogueQuery(sort=Sort.AVAILABLE_FROM),
        CatalogueQuery(q="partij"),
        replace(NEAREST, radius_km=Decimal(9)),
    ):
        pages = [find(session, query=query, page=page, page_size=3) for page in (1, 2, 3, 4)]
        assert [len(page.rows) for page in pages] == [3, 3, 1, 0]
        assert [page.total for page in pages] == [7] * 4
        assert {number for page in pages for number in ids(page)} == made
        assert pages[0].pages == 3
    without = [
        browse(
            session, ANONYMOUS, CatalogueQuery(materials=("betonstraatsteen-kei-8cm",), page=page, page_size=4), with_facets=False
        )
        for page in (1, 2, 3)
    ]
    assert [(len(page.rows), page.total) for page in without] == [(4, 7), (3, 7), (0, 7)]


@pytest.mark.slow
def test_the_nearest_stand_in_the_order_of_the_geodesic_over_all_pages(session: Session, owner: Actor) -> None:
    source = random.Random(9)
    made = [make_listing(session, owner, location=at(source.uniform(51.5, 53), source.uniform(5, 7))) for _ in range(30)]
    distance = {listing.id: geodesic((HENGELO.lat, HENGELO.lon), (listing.public_lat, listing.public_lon)).m for listing in made}
    order = [number for page in (1, 2, 3, 4) for number in ids(find(session, query=NEAREST, page=page, page_size=8))]
    assert order == sorted(distance, key=lambda number: (distance[number], number))


def test_members_look_inside_their_own_organisation_and_the_reviewer_everywhere(session: Session, owner: Actor) -> None:
    draft, published = make_draft(session, owner), make_listing(session, owner)
    borne, reviewer = make_actor(session, "borne"), make_actor(session, "regio-twente", "reviewer")
    assert ids(find(session, owner, mine=True)) == [published.id, draft.id]
    assert (
        ids(find(session, owner, statuses=(ListingStatus.DRAFT,)))
        == ids(find(session, reviewer, statuses=(ListingStatus.DRAFT,)))
        == [draft.id]
    )
    assert ids(find(session, borne, mine=True)) == ids(find(session, borne, statuses=(ListingStatus.DRAFT,))) == []
    assert ids(find(session, ANONYMOUS, mine=True, statuses=(ListingStatus.DRAFT,))) == []


def test_where_nothing_is_found_the_nearest_outside_is_named(session: Session, owner: Actor) -> None:
    make_listing(session, owner, location=at(52.5, 6.9))
    nearest = make_listing(session, owner, location=at(52.36, 6.8))
    query = replace(NEAREST, radius_km=Decimal(2))
    assert find(session, query=query).total == 0
    outside = nearest_outside(session, ANONYMOUS, query)
    assert (outside[0].listing.id, outside[0].distance_km) == (nearest.id, 11)  # 52.362 on the grid: 10.7 km
    assert len(outside) == 2


def test_words_that_find_nothing_are_left_out_last_and_the_material_after_them(session: Session, owner: Actor) -> None:
    assert nearest_outside(session, ANONYMOUS, CatalogueQuery(q="xqzwk")) == ()  # an empty bank has nothing to show
    far = make_listing(session, owner, location=at(52.5, 6.9))
    near = make_listing(session, owner, location=at(52.36, 6.8))

    def outside(query: CatalogueQuery) -> list[int]:
        return [row.listing.id for row in nearest_outside(session, ANONYMOUS, query)]

    assert outside(replace(NEAREST, q="xqzwk", radius_km=Decimal(2))) == [near.id, far.id]
    assert outside(CatalogueQuery(q="xqzwk")) == [near.id, far.id]  # without a place the newest
    assert outside(replace(NEAREST, q="xqzwk", groups=("hout",))) == [near.id, far.id]
    board = make_listing(session, owner, title="Xqzwk", condition=Condition.POOR, location=at(52.5, 6.9))
    assert outside(replace(NEAREST, q="xqzwk", conditions=(Condition.NEW,))) == [board.id]  # the words are kept while they find


def test_where_only_the_condition_keeps_everything_out_the_others_are_named(session: Session, owner: Actor) -> None:
    good = make_listing(session, owner, condition=Condition.GOOD)
    outside = nearest_outside(session, ANONYMOUS, CatalogueQuery(conditions=(Condition.NEW,)))
    assert [row.listing.id for row in outside] == [good.id]


def test_a_reader_s_counts_follow_the_catalogue(session: Session, owner: Actor, database: Database) -> None:
    make_listing(session, owner)
    session.commit()
    for number in (1, 2):
        with database.read() as reader:
            assert find(reader).total == number
            assert find(reader).total == number
        make_listing(session, owner)
        session.commit()


def test_a_typing_error_finds_what_is_meant_and_says_so(session: Session, owner: Actor) -> None:
    pavers = make_listing(session, owner, title="Rode klinkers van de Marktstraat")
    make_listing(session, owner, title="Zwerfkeien", material="zwerfkeien", quantity=Quantity(Decimal(3), Unit.TONNE))
    result = find(session, q="rode klinkker")
    assert (ids(result), result.total, result.corrected) == ([pavers.id], 1, "rode klinker")
    assert browse(session, ANONYMOUS, CatalogueQuery(q="marktstrat")).corrected == "marktstraat"
    assert find(session, q="klinkers").corrected is None
    literal = find(session, q="rode klinkker", is_literal=True)
    assert (literal.total, literal.corrected) == (0, None)


def test_a_word_that_only_stands_on_what_one_may_not_see_is_not_told(session: Session, owner: Actor) -> None:
    listing = make_listing(session, owner, title="Geheimzinnige partij", region_from=clock.today() + timedelta(days=1))
    make_draft(session, owner, title="Verborgenheid")
    assert find(session, q="geheimzinige").corrected is None
    assert find(session, q="verborgenheit").corrected is None
    assert ids(find(session, make_actor(session, "borne"), q="geheimzinige")) == [listing.id]


def test_places_and_words_of_the_list_of_materials_are_no_typing_errors(session: Session, owner: Actor) -> None:
    make_listing(session, owner, title="Gaten boren, zelf doen")
    assert find(session, q="Borne").corrected is None
    assert find(session, q="boern").corrected == "boren"
    assert find(session, q="dakpan").corrected is None


def test_a_title_that_changes_brings_its_new_words(session: Session, owner: Actor, database: Database) -> None:
    listing = make_listing(session, owner, title="Oude naam")
    session.commit()
    assert find(session, q="nieuwernaam").corrected is None
    session.execute(update(Listing).values(title="Splinternieuw", search_text="splinternieuw"))
    bump_catalogue(session)
    session.commit()
    another = database.session(write=False)
    assert ids(find(another, q="splinterniew")) == [listing.id]
    another.close()


def test_what_is_left_of_nothing_stays_nothing(session: Session, owner: Actor) -> None:
    make_listing(session, owner, title="Rode klinkers")
    result = find(session, q="klinkker", organisations=("borne",))
    assert (result.total, result.corrected) == (0, None)
