"""What fits the own organisation and nearly does, what its neighbours look for, and what a new member has done."""

from datetime import timedelta
from decimal import Decimal

import pytest
from sqlalchemy.orm import Session

from marketplace.accounts.models import Person
from marketplace.accounts.policy import Actor
from marketplace.exchange.actions.decide import approve
from marketplace.exchange.actions.gate import propose_times
from marketplace.exchange.actions.reserve import reserve
from marketplace.exchange.models import Reservation
from marketplace.exchange.queries.reservations import list_own_open
from marketplace.exchange.queries.watch import SILENT_AFTER, list_silent
from marketplace.exchange.rules.gate import AppointmentDraft
from marketplace.exchange.rules.reservation import ReservationDraft
from marketplace.kernel import clock
from marketplace.kernel.errors import Forbidden
from marketplace.kernel.geo import Point
from marketplace.kernel.units import Quantity, Unit
from marketplace.market.rules.listing import Condition
from marketplace.matching.queries import own
from marketplace.matching.queries.own import get_first_steps, list_neighbours, list_own_fits
from tests.factories import PLACES, location, make_actor, make_demand, make_listing, seed_taxonomy


@pytest.fixture
def hengelo(session: Session) -> Actor:
    seed_taxonomy(session)
    return make_actor(session, "hengelo")


@pytest.fixture
def borne(session: Session, hengelo: Actor) -> Actor:
    return make_actor(session, "borne")


def part(amount: int) -> ReservationDraft:
    return ReservationDraft(Quantity(Decimal(amount), Unit.M2))


def test_both_sides_find_the_same_lot_and_demand(session: Session, hengelo: Actor, borne: Actor) -> None:
    lot, demand = make_listing(session, hengelo), make_demand(session, borne)
    for actor in (hengelo, borne):
        own_fits = list_own_fits(session, actor)
        assert [(fit.listing.id, fit.demand.id, fit.distance_km) for fit in own_fits.fits] == [(lot.id, demand.id, 5)]
        assert own_fits.misses == ()
        assert own_fits.fits[0].listing.photos
    assert list_own_fits(session, make_actor(session, "losser")).fits == ()


def test_what_nearly_fits_says_the_one_thing_in_the_way(session: Session, hengelo: Actor, borne: Actor) -> None:
    make_listing(session, hengelo, condition=Condition.POOR)
    make_demand(session, borne)
    own_fits = list_own_fits(session, borne)
    assert own_fits.fits == () and [str(miss.miss.brief) for miss in own_fits.misses if miss.miss] == ["kwaliteit één stap lager"]


def test_what_nearly_serves_is_left_out_where_something_does(session: Session, hengelo: Actor, borne: Actor) -> None:
    make_listing(session, hengelo)
    make_listing(session, hengelo, condition=Condition.POOR)
    make_demand(session, borne)
    for actor in (hengelo, borne):
        assert (len(list_own_fits(session, actor).fits), list_own_fits(session, actor).misses) == (1, ())


def test_a_demand_of_another_stands_there_once_and_every_lot_for_ones_own(session: Session, hengelo: Actor, borne: Actor) -> None:
    lots = [make_listing(session, hengelo, title=title).id for title in ("Oud", "Nieuw")]
    make_demand(session, borne)
    assert [fit.listing.id for fit in list_own_fits(session, hengelo).fits] == lots[1:]
    assert [fit.listing.id for fit in list_own_fits(session, borne).fits] == lots[::-1]


def test_what_is_asked_for_already_is_left_out(session: Session, hengelo: Actor, borne: Actor) -> None:
    lot = make_listing(session, hengelo)
    make_demand(session, borne)
    reserve(session, borne, listing_id=lot.id, draft=part(10))
    assert list_own_fits(session, borne).fits == list_own_fits(session, hengelo).fits == ()


def test_an_own_lot_for_an_own_demand_stands_there_once(session: Session, hengelo: Actor) -> None:
    make_listing(session, hengelo)
    make_demand(session, hengelo)
    assert len(list_own_fits(session, hengelo).fits) == 1


def test_no_more_pairs_are_looked_at_than_a_page_can_wait_for(
    session: Session, hengelo: Actor, borne: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(own, "PAIRS_MOST", 2)
    for _time in range(3):
        make_listing(session, hengelo)
    make_demand(session, borne)
    assert len(list_own_fits(session, borne).fits) == 2


def test_matches_are_not_for_those_who_do_not_trade(session: Session, hengelo: Actor) -> None:
    with pytest.raises(Forbidden):
        list_own_fits(session, make_actor(session, "regio-twente", "admin"))


def test_neighbours_come_nearest_first_within_the_radius_and_never_oneself(
    session: Session, hengelo: Actor, borne: Actor
) -> None:
    losser, almelo = make_actor(session, "losser"), make_actor(session, "almelo")
    for actor in (hengelo, almelo, losser, borne):
        make_demand(session, actor)
    here = Point(*PLACES["hengelo"][1:])
    rows, total = list_neighbours(session, hengelo, here, Decimal(15), most=5)
    assert [(row.demand.organisation.slug, row.distance_km) for row in rows] == [("borne", 5), ("almelo", 13), ("losser", 14)]
    assert total == 3
    nearest, total = list_neighbours(session, hengelo, here, Decimal(13), most=1)
    assert ([row.demand.organisation.slug for row in nearest], total) == (["borne"], 1)


def test_a_new_member_has_done_nothing_and_then_each_of_the_five(session: Session, hengelo: Actor) -> None:
    assert get_first_steps(session, hengelo) == own.FirstSteps(clock.today(), *[False] * 5)
    make_listing(session, hengelo)
    make_demand(session, hengelo, location=location("hengelo"))
    make_actor(session, "hengelo", "coordinator")
    session.get_one(Person, hengelo.person_id).phone = "+31655551234"
    session.flush()
    done = get_first_steps(session, hengelo)
    assert (done.has_offered, done.has_asked, done.has_colleague, done.has_phone) == (True,) * 4
    assert not done.has_search


def test_open_transfers_of_both_sides_come_by_their_last_day(session: Session, hengelo: Actor, borne: Actor) -> None:
    lot, other = make_listing(session, hengelo), make_listing(session, borne)
    later = reserve(session, borne, listing_id=lot.id, draft=part(10))
    approve(session, hengelo, reservation_id=later.id)
    sooner = reserve(session, hengelo, listing_id=other.id, draft=part(10))
    reserve(session, make_actor(session, "losser"), listing_id=lot.id, draft=part(10))
    assert [row.id for row in list_own_open(session, borne)] == [sooner.id, later.id]
    assert [row.id for row in list_own_open(session, borne, most=1)] == [sooner.id]


@pytest.mark.parametrize(("days", "silent"), [(13, 0), (14, 1)])
def test_a_transfer_is_silent_when_14_days_bring_no_time(
    session: Session, hengelo: Actor, borne: Actor, days: int, silent: int
) -> None:
    broker = make_actor(session, "regio-twente", "coordinator")
    lot = make_listing(session, hengelo)
    for _time in range(2):
        row = reserve(session, borne, listing_id=lot.id, draft=part(10))
        approve(session, hengelo, reservation_id=row.id)
    moment = clock.now() + timedelta(days=2)
    propose_times(session, hengelo, reservation_id=1, draft=AppointmentDraft((moment,)))
    session.get_one(Reservation, 2).approved_at = clock.now() - timedelta(days=days)
    session.flush()
    assert timedelta(days=14) == SILENT_AFTER
    rows, total = list_silent(session, broker)
    assert ([row.id for row in rows], total) == ([2] * silent, silent)
