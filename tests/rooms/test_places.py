"""Places that nobody can work back: what anybody but a colleague learns of a lot or a demand stays within its public cell."""

import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from marketplace.accounts.policy import ANONYMOUS, Actor
from marketplace.catalogue.queries.search import search
from marketplace.catalogue.rules.query import CatalogueQuery, Sort
from marketplace.exchange.actions.reserve import reserve
from marketplace.exchange.queries.requests import list_requests
from marketplace.exchange.queries.reservations import find_spot
from marketplace.exchange.rules.reservation import ReservationDraft
from marketplace.kernel import clock
from marketplace.kernel.geo import (
    GRID_LAT_STEP,
    GRID_LON_STEP,
    Point,
    bounding_box,
    distance_km,
    ecef_m,
    public_point,
    whole_km,
)
from marketplace.kernel.units import Quantity, Unit
from marketplace.market.actions.demands import update_demand
from marketplace.market.actions.listings import update_listing
from marketplace.market.models import Demand, Listing
from marketplace.market.queries.demands import find_demand_spot
from marketplace.market.rules.listing import Location
from marketplace.matching.actions import publish
from marketplace.matching.actions.broker import propose
from marketplace.matching.queries.broker import list_proposals, why_not
from marketplace.matching.queries.matches import Matches, list_demands_for_listing, list_listings_for_demand
from marketplace.matching.queries.proposals import propose_parts
from marketplace.notices.models import NoticeRow
from marketplace.places.rules import PlaceBasis
from tests.factories import demand_draft, listing_draft, make_actor, make_demand, make_draft, make_listing, seed_taxonomy

LAT_STEP, LON_STEP = GRID_LAT_STEP / 10_000, GRID_LON_STEP / 10_000
CORNER = public_point(Point(52.27, 6.80))
METRE = Decimal("0.001")
FEW = Quantity(Decimal(10), Unit.M2)


@pytest.fixture
def hengelo(session: Session) -> Iterator[Actor]:
    with clock.frozen(datetime(2026, 12, 15, 12, tzinfo=clock.AMSTERDAM)):
        seed_taxonomy(session)
        yield make_actor(session, "hengelo")


@pytest.fixture
def borne(session: Session, hengelo: Actor) -> Actor:
    return make_actor(session, "borne")


@pytest.fixture
def water_board(session: Session, hengelo: Actor) -> Actor:
    """A partner."""
    return make_actor(session, "waterschap-vechtstromen", kind="partner")


def at(point: Point) -> Location:
    return Location("Ergens", "hengelo", point, PlaceBasis.POINT)


def beside(corner: Point, lat_cells: float, lon_cells: float) -> Point:
    """A point so many cells north and east of a corner of the grid; less than half a cell away the corner is its public point."""
    return Point(corner.lat + lat_cells * LAT_STEP, corner.lon + lon_cells * LON_STEP)


def open_to_partners(point: Point) -> dict[str, Any]:
    return {"location": at(point), "partners_from": clock.today(), "window_reason": "Alleen een partner kan het verwerken"}


def bisected(is_within: Callable[[Decimal], bool], most: int = 40_000) -> Decimal:
    """The least distance in km at which the answer is yes, to the metre: what an attacker learns by asking sixteen times."""
    least = -1
    while most - least > 1:
        middle = (least + most) // 2
        least, most = (least, middle) if is_within(max(middle, 1) * METRE) else (middle, most)
    return most * METRE


def test_a_colleague_knows_the_point_and_the_exact_kilometres_and_no_house_number(
    session: Session, hengelo: Actor, borne: Actor, water_board: Actor
) -> None:
    there, here = beside(CORNER, 0.4, 0.4), beside(CORNER, 9.6, 3.3)
    yard = Location("Hengelo", "hengelo", there, PlaceBasis.ADDRESS, "Dorpsstraat 12")
    listing = make_listing(session, hengelo, location=yard)
    demand = make_demand(session, borne, location=replace(yard, point=here))
    spot = find_spot(session, borne, listing)
    assert spot is not None and (spot.lat, spot.lon, spot.address) == (there.lat, there.lon, None)
    spot = find_demand_spot(hengelo, demand)
    assert spot is not None and (spot.lat, spot.lon, spot.address) == (here.lat, here.lon, None)
    (match,) = list_listings_for_demand(session, borne, demand).items
    (mirror,) = list_demands_for_listing(session, hengelo, listing).items
    assert match.distance_km == mirror.distance_km == distance_km(there, here)
    for stranger in (water_board, make_actor(session, "adviesbureau", kind="adviser"), ANONYMOUS):
        assert find_spot(session, stranger, listing) is find_demand_spot(stranger, demand) is None
    own = find_spot(session, hengelo, listing)
    assert own is not None and own.address == "Dorpsstraat 12"


def test_a_draft_and_a_withdrawn_demand_show_their_point_to_no_colleague(session: Session, hengelo: Actor, borne: Actor) -> None:
    assert find_spot(session, borne, make_draft(session, hengelo)) is None
    demand = make_demand(session, borne)
    demand.status = "withdrawn"
    assert find_demand_spot(hengelo, demand) is None


def test_a_partner_who_moves_the_farthest_distance_of_three_demands_finds_the_public_point_of_a_lot(
    session: Session, hengelo: Actor, water_board: Actor
) -> None:
    there = beside(CORNER, 0.45, -0.4)
    listing = make_listing(session, hengelo, **open_to_partners(there))
    for own in (beside(CORNER, 7.3, 2.2), beside(CORNER, -5.4, 6.4), beside(CORNER, 1.45, -9.3)):
        demand = make_demand(session, water_board, location=at(own))

        def is_within(km: Decimal, own: Point = own, demand: Demand = demand) -> bool:
            draft = demand_draft(location=at(own), max_distance_km=km)
            update_demand(session, water_board, demand_id=demand.id, version=demand.version, draft=draft)
            matches = list_listings_for_demand(session, water_board, demand)
            assert all(match.distance_km == whole_km(public_point(own), CORNER) for match in matches.items)
            return listing.id in [match.listing.id for match in matches.items]

        learned = bisected(is_within)
        assert learned == distance_km(public_point(own), CORNER)
        assert abs(learned - distance_km(own, there)) > Decimal("0.02")  # the exact one would have given it away


def test_a_partner_who_moves_a_lot_of_its_own_finds_the_public_point_of_a_demand(
    session: Session, borne: Actor, water_board: Actor
) -> None:
    """Northwards until the demand is out of reach: that happens where the lot's public point leaves, on a line of the grid."""
    demand = make_demand(session, borne, location=at(beside(CORNER, 0.4, 0.4)), max_distance_km=Decimal(5))
    own = make_listing(session, water_board, location=at(CORNER))

    def is_beyond(km: Decimal) -> bool:
        draft = listing_draft(location=at(Point(CORNER.lat + float(km) / 111.25, CORNER.lon)))
        update_listing(session, water_board, listing_id=own.id, version=own.version, draft=draft)
        return demand.id not in [match.demand.id for match in list_demands_for_listing(session, water_board, own).items]

    turning = CORNER.lat + float(bisected(is_beyond)) / 111.25
    cells = (turning - CORNER.lat) / LAT_STEP
    assert abs(cells - 9.5) < 0.005  # nine steps of 500.7 m reach 4.5 km, ten 5.0 and a bit


def test_the_order_of_matches_and_the_proposal_tell_a_partner_nothing_either(
    session: Session, hengelo: Actor, borne: Actor, water_board: Actor
) -> None:
    """By exact points the second lot is the nearest; in the public ones they lie on the same spot, and the lower number comes first."""
    own = beside(CORNER, 12, 0)
    first, second = (
        make_listing(session, hengelo, **open_to_partners(beside(CORNER, cells, 0)), quantity=FEW) for cells in (-0.4, 0.4)
    )
    demand = make_demand(session, water_board, location=at(own), quantity=FEW)
    matches = list_listings_for_demand(session, water_board, demand).items
    assert [match.listing.id for match in matches] == [first.id, second.id]
    (part,) = propose_parts(session, water_board, demand).parts
    assert (part.listing.id, part.distance_km) == (first.id, whole_km(own, CORNER))
    colleagues = make_demand(session, borne, location=at(own), quantity=FEW)
    matches = list_listings_for_demand(session, borne, colleagues).items
    assert [match.listing.id for match in matches] == [second.id, first.id]
    assert [item.listing.id for item in propose_parts(session, borne, colleagues).parts] == [second.id]


@pytest.mark.parametrize(("cells", "is_told"), [(0.4, True), (-0.4, False)])
def test_a_notice_tells_a_partner_only_on_which_side_the_public_points_lie(
    session: Session, hengelo: Actor, borne: Actor, water_board: Actor, cells: float, *, is_told: bool
) -> None:
    """Whether the exact points lie within the farthest distance decides nothing between a municipality and a partner."""
    own = beside(CORNER, 10, 0)
    farthest = distance_km(own, CORNER) + (Decimal("0.05") if is_told else Decimal("-0.05"))
    there = beside(CORNER, -cells, 0)
    assert (distance_km(own, there) <= farthest) is not is_told
    theirs, ours = (make_demand(session, asker, location=at(own), max_distance_km=farthest) for asker in (water_board, borne))
    publish.publish(session, hengelo, listing_id=make_draft(session, hengelo, **open_to_partners(there)).id)
    notified = set(session.scalars(select(NoticeRow.organisation_id).where(NoticeRow.kind == "new_match")))
    assert (water_board.organisation_id in notified) is is_told
    assert (borne.organisation_id in notified) is not is_told
    assert theirs.organisation_id != ours.organisation_id


def test_requests_are_ranked_by_public_points_as_soon_as_a_partner_takes_part(
    session: Session, hengelo: Actor, borne: Actor, water_board: Actor
) -> None:
    there = beside(CORNER, 0.45, 0)
    where = at(beside(CORNER, 12.6, 0))
    listing = make_listing(session, hengelo, **open_to_partners(there))

    def told(actor: Actor) -> list[str]:
        reserve(session, actor, listing_id=listing.id, draft=ReservationDraft(FEW, location=where))
        claims = list_requests(session, hengelo, listing.id).claims
        return [str(reason).split(" ")[0] for claim in claims for reason in claim.score.reasons if " km" in str(reason)]

    exact, public = distance_km(there, where.point), distance_km(CORNER, public_point(where.point))
    assert told(borne) == [f"{exact:.1f}".replace(".", ",")]
    assert told(water_board) == [f"{public:.1f}".replace(".", ",")] * 2
    assert f"{exact:.1f}" != f"{public:.1f}"


@dataclass
class Region:
    """Lots and demands of municipalities all over the region, and what a partner asks of them with one demand and one lot of its own."""

    session: Session
    partner: Actor
    demand: Demand
    lot: Listing
    source: random.Random

    def moved(self) -> None:
        """Everything that is not the partner's lies elsewhere within its public cell."""
        for table in (Listing, Demand):
            for row in self.session.execute(
                select(table.id, table.public_lat, table.public_lon).where(table.organisation_id != self.partner.organisation_id)
            ).all():
                there = beside(Point(row[1], row[2]), self.source.uniform(-0.49, 0.49), self.source.uniform(-0.49, 0.49))
                x, y, z = ecef_m(there)
                values = {"lat": there.lat, "lon": there.lon, "x_m": x, "y_m": y, "z_m": z}
                self.session.execute(update(table).where(table.id == row[0]).values(values))
        self.session.expire_all()

    def answers(self, places: list[Point], distances: list[Decimal | None]) -> list[object]:
        """Every answer to every question that holds a point or a distance."""
        session, partner, rows = self.session, self.partner, list[object]()
        for point in places:
            wanted = demand_draft(location=at(point))
            update_demand(session, partner, demand_id=self.demand.id, version=self.demand.version, draft=wanted)
            draft = listing_draft(location=at(point))
            update_listing(session, partner, listing_id=self.lot.id, version=self.lot.version, draft=draft)
            rows.append(_said(list_demands_for_listing(session, partner, self.lot, page_size=100)))
            for km in distances:
                wanted = demand_draft(location=at(point), max_distance_km=km)
                update_demand(session, partner, demand_id=self.demand.id, version=self.demand.version, draft=wanted)
                rows.append(_said(list_listings_for_demand(session, partner, self.demand, page_size=100)))
                proposal = propose_parts(session, partner, self.demand)
                rows += [proposal.amounts, [(part.distance_km, part.tonne_km) for part in proposal.parts]]
                rows.append([why_not(session, partner, made) for made in list_proposals(session, partner, self.demand)])
                rows += [self._catalogue(actor, point, km) for actor in (partner, ANONYMOUS)]
        return [str(row) for row in rows]

    def _catalogue(self, actor: Actor, point: Point, km: Decimal | None) -> object:
        near = CatalogueQuery(point=point, radius_km=km, sort=Sort.DISTANCE, page_size=100)
        boxed = CatalogueQuery(box=bounding_box(point, float(km or 9)), page_size=100)
        return [
            (page.total, [(row.listing.id, row.distance_km) for row in page.rows])
            for page in (search(self.session, actor, near), search(self.session, actor, boxed))
        ]


def _said(matches: Matches) -> object:
    return matches.total, [
        (match.listing.id, match.demand.id, match.distance_km, match.impact, [str(reason) for reason in match.reasons])
        for match in matches.items
    ]


def region_of(session: Session, hengelo: Actor, borne: Actor, partner: Actor, each: int) -> Region:
    """So many lots and so many demands in it."""
    source = random.Random(8)

    def anywhere() -> Point:
        return Point(52.3 + source.uniform(-0.15, 0.15), 6.75 + source.uniform(-0.25, 0.25))

    lots = [make_listing(session, hengelo, **open_to_partners(anywhere())) for _each in range(each)]
    for _each in range(each):
        make_demand(session, borne, location=at(anywhere()), max_distance_km=Decimal(source.randint(2, 30)))
    demand, lot = make_demand(session, partner), make_listing(session, partner)
    broker = make_actor(session, "regio-twente", "coordinator")
    propose(session, broker, listing_id=lots[0].id, demand_id=demand.id, reason="Kijk hier eens naar")
    return Region(session, partner, demand, lot, source)


def compare(region: Region, places: int, distances: int) -> None:
    """Ask everything, move everything within its cell, and ask again."""
    source = random.Random(9)
    points = [Point(52.3 + source.uniform(-0.15, 0.15), 6.75 + source.uniform(-0.25, 0.25)) for _each in range(places)]
    farthest: list[Decimal | None] = [None, *(Decimal(source.randint(1, 25_000)) * METRE for _each in range(distances))]
    before = region.answers(points, farthest)
    region.moved()
    assert region.answers(points, farthest) == before
    assert any("Decimal" in answer for answer in before)


@pytest.mark.slow
def test_every_answer_is_the_same_wherever_in_its_cell_a_lot_or_a_demand_lies(
    session: Session, hengelo: Actor, borne: Actor, water_board: Actor
) -> None:
    compare(region_of(session, hengelo, borne, water_board, each=20), places=2, distances=2)


@pytest.mark.slow
def test_two_hundred_lots_and_demands_stay_within_their_cells(
    session: Session, hengelo: Actor, borne: Actor, water_board: Actor
) -> None:
    compare(region_of(session, hengelo, borne, water_board, each=200), places=3, distances=2)
