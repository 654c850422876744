"""The search in the demands: words, counts, orders, what one has lying that fits, and what nobody learns from it."""

import random
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from marketplace.accounts.actions.organisations import seed_region
from marketplace.accounts.models import Organisation
from marketplace.accounts.policy import ANONYMOUS, Actor
from marketplace.bench.generated import generate
from marketplace.bench.towns import towns
from marketplace.exchange.actions.reserve import reserve
from marketplace.exchange.rules.reservation import ReservationDraft
from marketplace.impact.actions.goals import seed_goals
from marketplace.kernel import clock
from marketplace.kernel.errors import Conflict, Forbidden
from marketplace.kernel.geo import Box, Point, distance_km
from marketplace.kernel.language import reading_in
from marketplace.kernel.units import Quantity, Unit
from marketplace.market.models import Demand
from marketplace.market.rules.listing import Condition
from marketplace.matching.actions.broker import offer_to_demand
from marketplace.matching.queries import own_lots
from marketplace.matching.queries.matches import need_of
from marketplace.matching.queries.own_lots import list_own_lots
from marketplace.matching.queries.wanted import WantedFound, map_wanted, nearest_wanted, search_wanted
from marketplace.matching.rules.misses import near_miss
from marketplace.matching.rules.pair import objections
from marketplace.matching.rules.wanted import Fit, WantedQuery, WantedSort
from marketplace.materials.queries import get_taxonomy
from marketplace.notices.models import NoticeRow
from tests.factories import location, make_actor, make_demand, make_draft, make_listing, seed_taxonomy

HENGELO = Point(52.26583, 6.79306)
TILES = "betontegel-30x30x4-5"


@pytest.fixture
def bank(session: Session) -> Session:
    seed_taxonomy(session)
    return session


def titles(result: WantedFound) -> list[str]:
    return [row.demand.title for row in result.rows]


def counts(facet: Any) -> dict[str, int]:
    return {item.key: item.count for item in facet}


def test_words_stand_in_the_title_the_material_and_for_members_the_description(bank: Session) -> None:
    asker = make_actor(bank, "borne")
    make_demand(bank, asker, title="Voor het plein", description="bij het dorpshuis")
    make_demand(bank, asker, title="Voor de stoep", material=TILES)
    for words, everybody, members in (
        ("plein", ["Voor het plein"], ["Voor het plein"]),
        ("tegels", ["Voor de stoep"], ["Voor de stoep"]),
        ("dorpshuis", [], ["Voor het plein"]),
        ("plein stoep", [], []),
        ("30x30 stoep", ["Voor de stoep"], ["Voor de stoep"]),
    ):
        assert titles(search_wanted(bank, ANONYMOUS, WantedQuery(q=words))) == everybody, words
        assert titles(search_wanted(bank, make_actor(bank, "losser"), WantedQuery(q=words))) == members, words


def test_every_count_is_of_the_other_filters(bank: Session) -> None:
    for slug, material in (("borne", TILES), ("borne", "teelaarde"), ("losser", TILES)):
        unit = Unit.M3 if material == "teelaarde" else Unit.M2
        make_demand(bank, make_actor(bank, slug), material=material, quantity=Quantity(Decimal(50), unit))
    result = search_wanted(bank, ANONYMOUS, WantedQuery(organisations=("losser",)))
    assert result.total == 1
    assert counts(result.facets.organisations) == {"borne": 2, "losser": 1}
    assert counts(result.facets.groups) == {"bestrating": 1}
    assert counts(result.facets.fits) == {}
    both = search_wanted(bank, ANONYMOUS, WantedQuery(organisations=("losser",), groups=("grond",)))
    assert (both.total, counts(both.facets.groups)) == (0, {"bestrating": 1, "grond": 0})
    assert search_wanted(bank, ANONYMOUS, WantedQuery(groups=("atlantis",))).total == 0


def test_the_orders(bank: Session) -> None:
    today, asker = clock.today(), make_actor(bank, "losser")
    for title, place, first in (
        ("Losser, later", "losser", 40),
        ("Borne, straks", "borne", 20),
        ("Losser, begonnen", "losser", -5),
    ):
        make_demand(bank, asker, title=title, location=location(place), needed_from=today + timedelta(days=first))
    expected = {
        WantedSort.NEWEST: ["Losser, begonnen", "Borne, straks", "Losser, later"],
        WantedSort.NEEDED_FROM: ["Losser, begonnen", "Borne, straks", "Losser, later"],
        WantedSort.DISTANCE: ["Borne, straks", "Losser, begonnen", "Losser, later"],
        WantedSort.FITS: ["Losser, begonnen", "Borne, straks", "Losser, later"],  # who has nothing: what is needed first
    }
    for sort, order in expected.items():
        assert titles(search_wanted(bank, asker, WantedQuery(sort=sort, point=HENGELO))) == order, sort
    assert search_wanted(bank, asker, WantedQuery(sort=WantedSort.DISTANCE)).sort is WantedSort.NEEDED_FROM


def test_what_fits_my_lots_comes_first_then_what_nearly_does(bank: Session) -> None:
    today, mine, asker = clock.today(), make_actor(bank, "hengelo"), make_actor(bank, "borne")
    make_listing(bank, mine, title="Mijn stapel")
    make_demand(bank, asker, title="Past niet", material="teelaarde", quantity=Quantity(Decimal(9), Unit.M3))
    make_demand(
        bank, asker, title="Bijna, te laat", needed_from=today + timedelta(days=76), needed_until=today + timedelta(days=90)
    )
    make_demand(bank, asker, title="Past")
    result = search_wanted(bank, mine, WantedQuery(sort=WantedSort.FITS, point=HENGELO))
    assert titles(result) == ["Past", "Bijna, te laat", "Past niet"]
    assert [row.own and (row.own.fit, row.own.own.title) for row in result.rows] == [
        (Fit.FITS, "Mijn stapel"),
        (Fit.NEARLY, "Mijn stapel"),
        None,
    ]
    near = result.rows[1].own
    with reading_in("nl"):
        assert near is not None and str(near.sentence).startswith("46 dagen te vroeg: het is er tot ")
    assert counts(result.facets.fits) == {"fits": 1, "nearly": 1}
    assert titles(search_wanted(bank, mine, WantedQuery(fits=(Fit.NEARLY,)))) == ["Bijna, te laat"]


def test_a_draft_counts_as_if_it_were_published_today_and_goes_behind_what_is_on_offer(bank: Session) -> None:
    mine = make_actor(bank, "hengelo")
    make_demand(bank, make_actor(bank, "borne"))
    make_draft(bank, mine, title="Nog een concept", quantity=Quantity(Decimal(9000), Unit.M2))
    [row] = search_wanted(bank, mine, WantedQuery()).rows
    assert row.own is not None and row.own.own.is_draft and row.own.fit is Fit.FITS
    make_listing(bank, mine, title="Al aangeboden", quantity=Quantity(Decimal(10), Unit.M2))
    [row] = search_wanted(bank, mine, WantedQuery()).rows
    assert row.own is not None and row.own.own.title == "Al aangeboden"


def test_nobody_sees_what_another_organisation_has_lying(bank: Session) -> None:
    make_demand(bank, make_actor(bank, "borne"))
    make_draft(bank, make_actor(bank, "hengelo"))
    for other in (make_actor(bank, "losser"), make_actor(bank, "aoce", "reviewer"), ANONYMOUS):
        result = search_wanted(bank, other, WantedQuery(fits=(), sort=WantedSort.FITS))
        assert (result.total, result.compared, result.rows[0].own, result.facets.fits) == (1, 0, None, ())
        assert search_wanted(bank, other, WantedQuery(fits=(Fit.FITS,))).total == 0


def test_what_is_under_way_is_not_to_be_found_any_more(bank: Session) -> None:
    mine, asker = make_actor(bank, "hengelo"), make_actor(bank, "borne")
    lot, demand = make_listing(bank, mine), make_demand(bank, asker)  # 800 m²
    reserve(bank, asker, listing_id=lot.id, draft=ReservationDraft(Quantity(Decimal(480), Unit.M2), demand.id))
    [row] = search_wanted(bank, mine, WantedQuery()).rows
    assert (row.to_find, row.own and row.own.fit) == (Decimal(320), Fit.FITS)
    reserve(bank, asker, listing_id=lot.id, draft=ReservationDraft(Quantity(Decimal(320), Unit.M2), demand.id))
    [row] = search_wanted(bank, mine, WantedQuery()).rows
    assert (row.to_find, row.own) == (Decimal(0), None)


@pytest.mark.slow
def test_the_columns_say_of_every_pair_what_the_rule_says(session: Session) -> None:
    seed_taxonomy(session)
    seed_region(session)
    seed_goals(session)
    generate(session, list(towns()), listings=400, demands=300, seed=11)
    session.expire_all()
    draw = random.Random(11)
    for demand in session.scalars(select(Demand)):
        if draw.random() < 0.3:
            demand.accepts_hazards = ["asbest", "pak", "chroom-6"]
    session.flush()
    taxonomy, today, seen = get_taxonomy(session), clock.today(), set[int]()
    for slug in ("hengelo", "enschede", "almelo", "twenterand"):
        actor = make_actor(session, slug)
        result = search_wanted(session, actor, WantedQuery(page_size=100, fits=(Fit.FITS, Fit.NEARLY)))
        lots = list_own_lots(session, actor)
        expected = {"fits": 0, "nearly": 0}
        for demand in session.scalars(select(Demand)):
            asker = session.get_one(Organisation, demand.organisation_id)
            need = need_of(demand, asker.kind, taxonomy, asker.slug, exact=True)
            away = [(own_lot, distance_km(own_lot.lot.point, need.point)) for own_lot in lots]
            if any(not objections(own_lot.lot, need, distance_km=km, today=today) for own_lot, km in away):
                expected["fits"] += 1
            elif any(near_miss(own_lot.lot, need, distance_km=km, today=today) for own_lot, km in away):
                expected["nearly"] += 1
        assert counts(result.facets.fits) == {key: count for key, count in expected.items() if count}, slug
        seen.add(sum(expected.values()))
    assert max(seen) > 20


def test_only_the_newest_of_many_lots_are_compared(bank: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(own_lots, "LOTS_MAX", 2)
    mine = make_actor(bank, "hengelo")
    for number in range(3):
        make_listing(bank, mine, title=f"Stapel {number}")
    assert [own.title for own in list_own_lots(bank, mine)] == ["Stapel 2", "Stapel 1"]


def test_visitors_measure_to_the_main_place_of_whoever_asks(bank: Session) -> None:
    asker = make_actor(bank, "borne")
    make_demand(bank, asker, location=location("losser"))
    main = Point(52.30136, 6.7482)
    near = WantedQuery(point=HENGELO, radius_km=Decimal(10))
    [row] = search_wanted(bank, ANONYMOUS, near).rows
    assert row.distance_km == round(distance_km(HENGELO, main))
    assert search_wanted(bank, make_actor(bank, "almelo"), near).total == 0


def test_the_map_counts_what_the_list_counts(bank: Session) -> None:
    for slug in ("borne", "borne", "losser"):
        make_demand(bank, make_actor(bank, slug), title=f"In {slug}")
    member = make_actor(bank, "almelo")
    result = map_wanted(bank, member, WantedQuery(), zoom=10)
    assert (result.total, result.outside, sorted(cluster.count for cluster in result.clusters)) == (3, 0, [1, 2])
    assert [demand.title for demand in result.alone.values()] == ["In losser"]
    box = Box(52.2, 52.35, 6.95, 7.05)
    inside = map_wanted(bank, member, WantedQuery(box=box), zoom=10)
    assert (inside.total, inside.outside) == (1, 2)
    assert [(row.demand.title, key) for row, key in inside.rows] == [("In losser", inside.clusters[0].key)]


def test_where_nothing_fits_what_is_like_it_is_there(bank: Session) -> None:
    make_demand(bank, make_actor(bank, "losser"), title="Tegels in Losser", material=TILES, location=location("losser"))
    query = WantedQuery(q="tegels", point=HENGELO, radius_km=Decimal(5))
    assert search_wanted(bank, ANONYMOUS, query).total == 0
    assert [row.demand.title for row in nearest_wanted(bank, ANONYMOUS, query)] == ["Tegels in Losser"]
    assert [row.demand.title for row in nearest_wanted(bank, ANONYMOUS, WantedQuery(q="kinderkoppen"))] == ["Tegels in Losser"]


def test_an_owner_offers_once_and_only_what_is_its_own(bank: Session) -> None:
    mine, asker = make_actor(bank, "hengelo"), make_actor(bank, "borne")
    lot, demand = make_listing(bank, mine), make_demand(bank, asker)
    for _twice in range(2):
        made = offer_to_demand(bank, mine, listing_id=lot.id, demand_id=demand.id)
    assert made.is_from_owner
    [row] = search_wanted(bank, mine, WantedQuery()).rows
    assert row.own is not None and row.own.is_offered
    assert len(bank.scalars(select(NoticeRow).where(NoticeRow.kind == "lot_offered")).all()) == 1
    with pytest.raises(Forbidden):
        offer_to_demand(bank, make_actor(bank, "losser"), listing_id=lot.id, demand_id=demand.id)
    own = make_demand(bank, mine)
    with pytest.raises(Conflict):
        offer_to_demand(bank, mine, listing_id=lot.id, demand_id=own.id)
    with pytest.raises(Conflict):
        offer_to_demand(bank, mine, listing_id=make_draft(bank, mine).id, demand_id=demand.id)


def test_an_advisers_people_have_nothing_to_offer(bank: Session) -> None:
    adviser: Actor = make_actor(bank, "bureau", kind="adviser")
    make_demand(bank, make_actor(bank, "borne"), min_condition=Condition.POOR)
    result = search_wanted(bank, adviser, WantedQuery(sort=WantedSort.FITS))
    assert (result.total, result.compared, result.sort) == (1, 0, WantedSort.NEEDED_FROM)


def test_a_lot_that_came_back_from_a_demand_is_not_held_against_it_again(bank: Session) -> None:
    mine, asker = make_actor(bank, "hengelo"), make_actor(bank, "borne")
    first, second = make_demand(bank, asker, title="Bracht terug"), make_demand(bank, asker, title="Nog niet")
    parent = make_listing(bank, mine, quantity=Quantity(Decimal(10), Unit.M2))
    made = reserve(bank, asker, listing_id=parent.id, draft=ReservationDraft(Quantity(Decimal(10), Unit.M2), first.id))
    made.status, made.returned, parent.status = "completed", Decimal(10), "closed"
    make_listing(bank, mine, title="Retour").parent_id = parent.id
    bank.flush()
    result = search_wanted(bank, mine, WantedQuery(fits=(Fit.FITS,)))
    assert titles(result) == ["Nog niet"] and second.id == result.rows[0].demand.id
