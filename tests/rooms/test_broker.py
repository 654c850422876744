"""The broker sees the region at once, and points a lot out once."""

from datetime import timedelta
from decimal import Decimal

import pytest
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from marketplace.accounts.policy import Actor
from marketplace.exchange.actions.decide import approve, cancel
from marketplace.exchange.actions.reserve import reserve
from marketplace.exchange.models import Reservation
from marketplace.exchange.queries.watch import days_open, list_about_to_lapse, list_disputes, list_unwanted
from marketplace.exchange.rules.reservation import ReservationDraft
from marketplace.kernel import clock
from marketplace.kernel.errors import Conflict, Forbidden, Invalid
from marketplace.kernel.units import Quantity, Unit
from marketplace.market.actions.listings import close_listing
from marketplace.market.rules.listing import Condition
from marketplace.matching.actions.broker import propose
from marketplace.matching.models import ProposalMade
from marketplace.matching.queries import survey as survey_queries
from marketplace.matching.queries.broker import list_proposals, why_not
from marketplace.matching.queries.survey import survey
from marketplace.matching.rules.misses import Kind
from marketplace.notices.models import NoticeRow
from tests.factories import location, make_actor, make_demand, make_listing, seed_taxonomy


@pytest.fixture
def broker(session: Session) -> Actor:
    seed_taxonomy(session)
    return make_actor(session, "regio-twente", "coordinator")


@pytest.fixture
def hengelo(session: Session, broker: Actor) -> Actor:
    return make_actor(session, "hengelo")


@pytest.fixture
def borne(session: Session, broker: Actor) -> Actor:
    return make_actor(session, "borne")


def square_metres(amount: int) -> ReservationDraft:
    return ReservationDraft(Quantity(Decimal(amount), Unit.M2))


def test_supply_and_demand_without_each_other_are_told_apart_from_what_fits(
    session: Session, broker: Actor, hengelo: Actor, borne: Actor
) -> None:
    make_listing(session, hengelo)
    alone = make_listing(session, hengelo, material="teelaarde", quantity=Quantity(Decimal(40), Unit.TONNE))
    make_demand(session, borne)
    unserved = make_demand(session, borne, material="trottoirband-13-15x25", quantity=Quantity(Decimal(9), Unit.M))
    surveyed = survey(session, broker)
    assert [listing.id for listing in surveyed.supply_without_demand] == [alone.id]
    assert [demand.id for demand in surveyed.demand_without_supply] == [unserved.id]
    assert (surveyed.misses, surveyed.listings, surveyed.demands, surveyed.is_all) == ([], 2, 2, True)


def test_near_misses_say_which_one_thing_and_how_much_nearest_first(
    session: Session, broker: Actor, hengelo: Actor, borne: Actor
) -> None:
    """Hengelo to Borne is 5.0 km: 2 km was asked, so 3.0 km too far; Losser lies 19 km away."""
    far = make_listing(session, hengelo, title="Keien")
    demand = make_demand(session, borne, max_distance_km=Decimal(2))
    poor = make_listing(session, hengelo, condition=Condition.POOR, location=location("borne"))
    make_listing(session, hengelo, condition=Condition.POOR)  # two things at once
    surveyed = survey(session, broker)
    near = surveyed.near_misses()
    assert [(miss.listing.id, miss.demand.id, miss.kind) for miss in near] == [
        (poor.id, demand.id, Kind.CONDITION),
        (far.id, demand.id, Kind.DISTANCE),
    ]
    assert near[0].distance_km == 0 and Decimal("4.9") < near[1].distance_km < Decimal("5.1")
    assert "\u00a0km verder dan gevraagd" in str(near[1].sentence)
    assert surveyed.near_misses(page=2, page_size=1)[0].listing.id == far.id


def test_what_is_stale_over_or_all_taken_is_not_surveyed(session: Session, broker: Actor, hengelo: Actor, borne: Actor) -> None:
    taken = make_listing(session, hengelo)
    reserve(session, borne, listing_id=taken.id, draft=square_metres(1200))
    with clock.frozen(clock.now() - timedelta(days=62)):  # a day more than needed: late in the evening summer time is a day ahead
        make_listing(session, hengelo, available_until=None)
    with clock.frozen(clock.now() - timedelta(days=92)):
        make_demand(session, borne, needed_until=clock.today() + timedelta(days=300))
    surveyed = survey(session, broker)
    assert (surveyed.listings, surveyed.demands) == (0, 0)


def test_a_region_with_more_than_is_looked_at_says_so(
    session: Session, broker: Actor, hengelo: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(survey_queries, "LOOKED_AT_MOST", 2)
    lots = [make_listing(session, hengelo).id for _number in range(3)]
    surveyed = survey(session, broker)
    assert (surveyed.is_all, surveyed.listings) == (False, 2)
    assert [listing.id for listing in surveyed.supply_without_demand] == lots[1:]


def test_nobody_but_the_broker_reads_the_list_or_proposes(session: Session, broker: Actor, hengelo: Actor, borne: Actor) -> None:
    listing, demand = make_listing(session, hengelo), make_demand(session, borne)
    for other in (hengelo, make_actor(session, "hengelo", "coordinator"), make_actor(session, "regio-twente", "reviewer")):
        for question in (survey, list_about_to_lapse, list_disputes, list_unwanted):
            with pytest.raises(Forbidden):
                question(session, other)
        with pytest.raises(Forbidden):
            propose(session, other, listing_id=listing.id, demand_id=demand.id, reason="Dichtbij")


def test_holds_that_end_within_seven_days_are_listed_the_first_to_end_first(
    session: Session, broker: Actor, hengelo: Actor, borne: Actor
) -> None:
    listing = make_listing(session, hengelo, available_until=None)
    later = reserve(session, borne, listing_id=listing.id, draft=square_metres(10))  # answered within 10 days
    held = reserve(session, borne, listing_id=listing.id, draft=square_metres(10))
    approve(session, hengelo, reservation_id=held.id, hold_until=clock.now() + timedelta(days=5))
    assert [reservation.id for reservation in list_about_to_lapse(session, broker)[0]] == [held.id]
    with clock.frozen(clock.now() + timedelta(days=4)):
        reservations, total = list_about_to_lapse(session, broker, most=1)
        assert ([reservation.id for reservation in reservations], total) == ([held.id], 2)
        cancel(session, borne, reservation_id=later.id, reason="Niet nodig")
        assert list_about_to_lapse(session, broker)[1] == 1


def test_a_dispute_tells_for_how_many_days_it_is_open(session: Session, broker: Actor, hengelo: Actor, borne: Actor) -> None:
    listing = make_listing(session, hengelo)
    reservation = reserve(session, borne, listing_id=listing.id, draft=square_metres(10))
    assert list_disputes(session, broker) == ([], 0) and days_open(reservation) is None
    since = clock.now() - timedelta(days=4)
    session.execute(update(Reservation).values(status="disputed", disputed_at=since, expires_at=None))
    session.expire_all()
    [disputed], total = list_disputes(session, broker)
    assert (disputed.id, total, days_open(disputed)) == (reservation.id, 1, 4)


def test_a_lot_that_nobody_asked_for_in_thirty_days_is_unwanted(
    session: Session, broker: Actor, hengelo: Actor, borne: Actor
) -> None:
    with clock.frozen(clock.now() - timedelta(days=40)):
        never, once, lately, held = (make_listing(session, hengelo, available_until=None) for _number in range(4))
        reserve(session, borne, listing_id=held.id, draft=square_metres(10))
        old = reserve(session, borne, listing_id=once.id, draft=square_metres(10))
        cancel(session, borne, reservation_id=old.id, reason="Toch niet")
    with clock.frozen(clock.now() - timedelta(days=5)):
        new = reserve(session, borne, listing_id=lately.id, draft=square_metres(10))
        cancel(session, borne, reservation_id=new.id, reason="Toch niet")
    make_listing(session, hengelo)
    listings, total = list_unwanted(session, broker)
    assert ([listing.id for listing in listings], total) == ([never.id, once.id], 2)


def test_a_proposal_is_told_once_and_stands_with_the_demand(
    session: Session, broker: Actor, hengelo: Actor, borne: Actor
) -> None:
    listing = make_listing(session, hengelo, title="Keien")
    demand = make_demand(session, borne, title="Hof", max_distance_km=Decimal(2))
    for reason in ("Vervoer is geregeld", "Nog een keer"):
        made = propose(session, broker, listing_id=listing.id, demand_id=demand.id, reason=reason)
        assert made.reason == "Vervoer is geregeld"
    [notice] = session.scalars(select(NoticeRow).where(NoticeRow.kind == "proposal")).all()
    assert notice.person_id == borne.person_id
    assert notice.facts == {
        "listing_id": listing.id,
        "listing_title": "Keien",
        "demand_id": demand.id,
        "demand_title": "Hof",
        "organisation": "Hengelo",
        "reason": "Vervoer is geregeld",
    }
    assert len(session.scalars(select(ProposalMade.id)).all()) == 1
    [proposal] = list_proposals(session, borne, demand)
    away, objections = why_not(session, borne, proposal)
    assert proposal.id == made.id and Decimal("4.9") < away < Decimal("5.1") and len(objections) == 1
    assert survey(session, broker).near_misses()[0].proposed
    with pytest.raises(Forbidden):
        list_proposals(session, hengelo, demand)
    close_listing(session, hengelo, listing_id=listing.id)
    assert list_proposals(session, borne, demand) == []


def test_what_cannot_serve_is_not_proposed(session: Session, broker: Actor, hengelo: Actor, borne: Actor) -> None:
    soil = make_listing(session, hengelo, material="teelaarde", quantity=Quantity(Decimal(40), Unit.TONNE))
    stones, demand = make_listing(session, hengelo), make_demand(session, borne)
    with pytest.raises(Invalid):
        propose(session, broker, listing_id=soil.id, demand_id=demand.id, reason="Misschien")
    with pytest.raises(Invalid):
        propose(session, broker, listing_id=stones.id, demand_id=demand.id, reason=" ")
    close_listing(session, hengelo, listing_id=stones.id)
    with pytest.raises(Conflict):
        propose(session, broker, listing_id=stones.id, demand_id=demand.id, reason="Dichtbij")
