"""Matches in both directions over the real database, who is told of them, and what a partner gets to see."""

import random
from collections.abc import Iterator
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from geopy.distance import geodesic
from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from marketplace.accounts.policy import Actor
from marketplace.kernel import clock
from marketplace.kernel.errors import Forbidden
from marketplace.kernel.geo import Point
from marketplace.kernel.units import Quantity, Unit
from marketplace.market.models import Demand, Listing
from marketplace.market.rules.listing import Answer, Condition, Location
from marketplace.matching.actions import publish
from marketplace.matching.models import MatchNotified
from marketplace.matching.queries.matches import list_demands_for_listing, list_listings_for_demand
from marketplace.notices.models import NoticeRow
from marketplace.places.rules import PlaceBasis
from tests.factories import demand_draft, listing_draft, make_actor, make_demand, make_draft, make_listing, seed_taxonomy

PIPE = "pvc-buis-125"


@pytest.fixture
def hengelo(session: Session) -> Iterator[Actor]:
    with clock.frozen(datetime(2026, 12, 15, 12, tzinfo=clock.AMSTERDAM)):
        seed_taxonomy(session)
        yield make_actor(session, "hengelo")


@pytest.fixture
def borne(session: Session, hengelo: Actor) -> Actor:
    return make_actor(session, "borne")


def at(lat: float, lon: float) -> Location:
    return Location("Ergens", "hengelo", Point(lat, lon), PlaceBasis.POINT)


def found(session: Session, actor: Actor, demand: Demand) -> list[int]:
    return [match.listing.id for match in list_listings_for_demand(session, actor, demand).items]


def test_the_figures_of_a_match_are_those_of_the_part_that_it_covers(session: Session, hengelo: Actor, borne: Actor) -> None:
    listing, demand = make_listing(session, hengelo), make_demand(session, borne)
    (match,) = list_listings_for_demand(session, borne, demand).items
    (mirror,) = list_demands_for_listing(session, hengelo, listing).items
    exact = geodesic((listing.lat, listing.lon), (demand.lat, demand.lon)).km
    assert abs(float(match.distance_km) - exact) < 0.0006
    assert match.road_km == (match.distance_km * Decimal("1.3")).quantize(Decimal("0.001"))
    assert (match.covers.amount, match.covers.unit, match.takes.amount, match.impact.mass_kg) == (800, Unit.M2, 800, 148000)
    assert match.tonne_km == 148 * match.road_km
    assert match.transport_kgco2e == (148 * match.road_km * Decimal("0.25994")).quantize(Decimal("0.001"))
    assert match.avoided_kgco2e == Decimal("17582.400")
    assert match.net_kgco2e == Decimal("17582.400") - match.transport_kgco2e
    assert (mirror.listing.id, mirror.demand.id, mirror.impact) == (listing.id, demand.id, match.impact)
    assert len(match.reasons) >= 5


def test_only_the_asker_the_owner_and_the_reviewer_read_matches(session: Session, hengelo: Actor, borne: Actor) -> None:
    listing, demand = make_listing(session, hengelo), make_demand(session, borne)
    reviewer = make_actor(session, "regio-twente", "reviewer")
    assert (
        list_listings_for_demand(session, reviewer, demand).total
        == list_demands_for_listing(session, reviewer, listing).total
        == 1
    )
    with pytest.raises(Forbidden):
        list_listings_for_demand(session, hengelo, demand)
    with pytest.raises(Forbidden):
        list_demands_for_listing(session, borne, listing)


LISTINGS: list[tuple[dict[str, Any], dict[str, Any]]] = [  # what differs in the draft, and what is set afterwards
    ({}, {}),
    ({"condition": Condition.POOR}, {}),
    ({"condition": Condition.NEW}, {}),
    ({"material": "betonstraatsteen-kei-10cm"}, {}),
    ({"available_from": timedelta(61), "available_until": None}, {}),
    ({"available_from": timedelta(60), "available_until": None}, {}),
    ({"available_until": timedelta(0)}, {}),
    ({"region_from": timedelta(1)}, {}),
    ({"partners_from": timedelta(0), "window_reason": "Alleen een partner kan het verwerken"}, {}),
    ({"circle": ("borne",), "region_from": timedelta(5)}, {}),
    ({"circle": ("borne", "losser"), "circle_from": timedelta(1), "region_from": timedelta(5)}, {}),
    ({"circle": ("losser",), "region_from": timedelta(5)}, {}),
    ({"minimum_part": Decimal(800)}, {}),
    ({"minimum_part": Decimal(900)}, {}),
    ({"minimum_part": Decimal(900)}, {"held": Decimal(500)}),
    ({"minimum_part": Decimal(10)}, {}),
    ({"minimum_part": Decimal(12)}, {}),
    ({}, {"held": Decimal(1200)}),
    ({}, {"confirmed_on": timedelta(-61)}),
    ({"kg_per_unit": Decimal(190)}, {"hazards_unknown": True}),
    ({}, {"hazards_yes": "|asbest|", "hazards": {"asbest": "yes"}}),
    ({}, {"hazards_yes": "|asbest|pak|", "hazards": {"asbest": "yes", "pak": "yes"}}),
    ({"quantity": Quantity(Decimal("0.02"), Unit.M2)}, {}),
    ({"location": at(52.44, 6.9)}, {}),
]
DEMANDS: list[dict[str, Any]] = [
    {},
    {"min_condition": Condition.NEW},
    {"max_distance_km": None},
    {"accepts_hazards": ("asbest",), "accepts_unknown_hazards": False},
    {"quantity": Quantity(Decimal(500), Unit.PIECE)},
    {"needed_until": timedelta(3), "needed_from": timedelta(1)},
    {"material": "betonstraatsteen-kei-10cm"},
    {"draft": True},
]


@pytest.mark.slow
def test_both_directions_and_the_rule_agree_about_every_pair(session: Session, hengelo: Actor, borne: Actor) -> None:
    """Whatever the SQL finds is what the rule alone would say, pair by pair, for a municipality, the owner itself and a partner."""
    from marketplace.kernel.geo import distance_km
    from marketplace.matching.queries.matches import lot_of, need_of
    from marketplace.matching.rules.pair import objections
    from marketplace.materials.queries import get_taxonomy

    def dated(values: dict[str, Any]) -> dict[str, Any]:
        return {name: clock.today() + value if isinstance(value, timedelta) else value for name, value in values.items()}

    listings = []
    make_actor(session, "losser")
    for drafted, changed in LISTINGS:
        listing = make_listing(session, hengelo, **dated(drafted))
        if changed:
            session.execute(update(Listing).where(Listing.id == listing.id).values(**dated(changed)))
        listings.append(listing)
    partner = make_actor(session, "bouwer", kind="partner")
    place = at(52.30136, 6.7482)
    demands = [
        make_demand(session, asker, **{"location": place, **dated(changes)})
        for asker in (borne, hengelo, partner)
        for changes in DEMANDS
    ]
    session.expire_all()
    askers = {asker.organisation_id: asker for asker in (borne, hengelo, partner)}
    taxonomy, reviewer = get_taxonomy(session), make_actor(session, "regio-twente", "reviewer")
    pairs = {
        (listing.id, demand.id)
        for listing in listings
        for demand in demands
        if not objections(
            lot := lot_of(listing, taxonomy, exact=True),
            need := need_of(
                demand,
                askers[demand.organisation_id].organisation_kind,
                taxonomy,
                askers[demand.organisation_id].organisation_slug,
                exact=True,
            ),
            distance_km=distance_km(lot.point, need.point),
            today=clock.today(),
        )
    }
    assert len(pairs) > 50
    assert pairs == {(listing_id, demand.id) for demand in demands for listing_id in found(session, reviewer, demand)}
    by_listing = {
        (listing.id, match.demand.id)
        for listing in listings
        for match in list_demands_for_listing(session, reviewer, listing).items
    }
    assert pairs == by_listing


@pytest.mark.slow
def test_the_farthest_distance_is_decided_by_the_geodesic_at_its_edge(session: Session, hengelo: Actor, borne: Actor) -> None:
    source = random.Random(2)
    for _number in range(8):
        listing = make_listing(session, hengelo, location=at(52.27 + source.uniform(-0.2, 0.2), 6.8 + source.uniform(-0.3, 0.3)))
        exact = Decimal(str(round(geodesic((listing.lat, listing.lon), (52.30136, 6.7482)).km, 3)))
        inside, outside = (
            make_demand(session, borne, max_distance_km=exact + step) for step in (Decimal("0.001"), Decimal("-0.001"))
        )
        assert listing.id in found(session, borne, inside)
        assert listing.id not in found(session, borne, outside)
        served = {match.demand.id for match in list_demands_for_listing(session, hengelo, listing).items}
        assert inside.id in served
        assert outside.id not in served
        assert list_listings_for_demand(session, borne, outside).total == len(found(session, borne, outside))


def test_the_nearest_comes_first_then_the_better_condition_and_pages_hold_each_once(
    session: Session, hengelo: Actor, borne: Actor
) -> None:
    far = make_listing(session, hengelo, location=at(52.35, 6.8))
    fair, new = (make_listing(session, hengelo, condition=condition) for condition in (Condition.FAIR, Condition.NEW))
    small = make_listing(session, hengelo, condition=Condition.FAIR, quantity=Quantity(Decimal(10), Unit.M2))
    demand = make_demand(session, borne)
    assert found(session, borne, demand) == [new.id, fair.id, small.id, far.id]
    pages = [list_listings_for_demand(session, borne, demand, page=page, page_size=3) for page in (1, 2, 3)]
    assert [(len(page.items), page.total) for page in pages] == [(3, 4), (1, 4), (0, 4)]


def test_the_place_in_the_row_is_right_on_every_page(session: Session, hengelo: Actor, borne: Actor) -> None:
    """Of six lots the two nearest serve nothing (0.02 m² is 0.88 of a piece, 12 m² is more than 500 pieces): four serve, two to a page."""
    near = {"location": at(52.3, 6.7482), "condition": Condition.NEW}
    make_listing(session, hengelo, **near, quantity=Quantity(Decimal("0.02"), Unit.M2))
    make_listing(session, hengelo, **near, minimum_part=Decimal(12))
    lots = [make_listing(session, hengelo, location=at(52.3 - number / 100, 6.7482)).id for number in range(1, 5)]
    demand = make_demand(session, borne, quantity=Quantity(Decimal(500), Unit.PIECE), max_distance_km=None)
    pages = [list_listings_for_demand(session, borne, demand, page=number, page_size=2) for number in (1, 2, 3)]
    assert [match.listing.id for page in pages for match in page.items] == lots
    assert [page.total for page in pages] == [4, 4, 4]
    reasons = [str(match.reasons[0]).split(":")[0] for page in pages for match in page.items]
    assert reasons == [f"Nummer {place} van 4" for place in (1, 2, 3, 4)]


def test_the_place_in_the_row_of_demands_is_right_on_every_page(session: Session, hengelo: Actor, borne: Actor) -> None:
    listing = make_listing(session, hengelo, quantity=Quantity(Decimal("0.02"), Unit.M2))
    pieces = [make_demand(session, borne, quantity=Quantity(Decimal(5), Unit.PIECE)).id for _each in range(3)]
    metres = [make_demand(session, borne).id for _each in range(3)]
    pages = [list_demands_for_listing(session, hengelo, listing, page=number, page_size=2) for number in (1, 2)]
    assert [match.demand.id for page in pages for match in page.items] == metres
    assert [page.total for page in pages] == [3, 3]
    assert str(pages[1].items[0].reasons[0]).startswith("Nummer 3 van 3")
    assert set(pieces).isdisjoint(metres)


def test_a_partner_gets_whole_kilometres_and_figures_that_follow_from_them(
    session: Session, hengelo: Actor, borne: Actor
) -> None:
    partner = make_actor(session, "bouwer", kind="partner")
    make_listing(session, hengelo, partners_from=clock.today(), window_reason="Alleen een partner kan het verwerken")
    (match,) = list_listings_for_demand(session, partner, make_demand(session, partner, location=at(52.30136, 6.7482))).items
    assert match.distance_km == 5  # 5.0 km
    assert (match.road_km, match.tonne_km) == (Decimal("6.5"), Decimal("962"))


def test_publishing_tells_the_asker_of_each_pair_once(session: Session, hengelo: Actor, borne: Actor) -> None:
    demand = make_demand(session, borne)
    listing = publish.publish(session, hengelo, listing_id=make_draft(session, hengelo).id)
    publish.publish(session, hengelo, listing_id=listing.id)
    notices = session.scalars(select(NoticeRow).where(NoticeRow.kind == "new_match").order_by(NoticeRow.id)).all()
    assert [(row.organisation_id, row.person_id) for row in notices] == [
        (borne.organisation_id, borne.person_id),
        (hengelo.organisation_id, hengelo.person_id),
    ]
    assert notices[0].facts["listing_id"] == listing.id
    assert (notices[0].facts["demand_id"], notices[0].facts["organisation"]) == (demand.id, "Hengelo")
    edited = publish.edit_listing(
        session, hengelo, listing_id=listing.id, version=listing.version, draft=listing_draft(title="Andere naam")
    )
    assert edited.title == "Andere naam"
    assert session.scalar(select(func.count()).select_from(NoticeRow)) == 2
    assert session.scalar(select(func.count()).select_from(MatchNotified)) == 1


def test_asking_tells_the_owners_and_a_draft_tells_nobody_until_it_opens(session: Session, hengelo: Actor, borne: Actor) -> None:
    make_listing(session, hengelo)
    make_listing(session, borne)
    draft = publish.ask(session, borne, demand_draft(draft=True))
    assert session.scalar(select(func.count()).select_from(NoticeRow)) == 0
    publish.edit_demand(session, borne, demand_id=draft.id, version=draft.version, draft=demand_draft())
    notified = session.scalars(select(NoticeRow.organisation_id).order_by(NoticeRow.id)).all()
    assert sorted(filter(None, notified)) == sorted(filter(None, [hengelo.organisation_id, borne.organisation_id]))


def test_a_hazard_declared_yes_is_matched_by_its_whole_code(session: Session, hengelo: Actor, borne: Actor) -> None:
    codes = {"rioolslib": Answer.YES}
    listing = make_listing(session, hengelo, material=PIPE, quantity=Quantity(Decimal(20), Unit.M), hazards=codes)
    values = {"material": PIPE, "quantity": Quantity(Decimal(10), Unit.M)}
    assert found(session, borne, make_demand(session, borne, **values, accepts_hazards=("lood_cadmium",))) == []
    assert found(session, borne, make_demand(session, borne, **values, accepts_hazards=("rioolslib",))) == [listing.id]
