"""A word holds for so long: who is asked, when, and how often; what leaves, and how it comes back; what became of the rest."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from decimal import Decimal

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from marketplace.accounts.policy import ANONYMOUS, Actor
from marketplace.catalogue.queries.search import search
from marketplace.catalogue.rules.query import CatalogueQuery
from marketplace.exchange.actions.decide import approve, withdraw
from marketplace.exchange.actions.reserve import reserve
from marketplace.exchange.rules.reservation import ReservationDraft
from marketplace.kernel import clock
from marketplace.kernel.errors import Conflict, Forbidden, Invalid
from marketplace.kernel.units import Quantity, Unit
from marketplace.market.actions import freshness
from marketplace.market.actions.listings import close_listing, create_listing
from marketplace.market.models import SupplyLoss
from marketplace.market.queries import freshness as freshness_queries
from marketplace.market.queries.demands import list_demands
from marketplace.market.queries.listings import list_listings_to_refresh
from marketplace.market.queries.losses import get_losses
from marketplace.market.rules.freshness import Outcome, Refreshed
from marketplace.market.rules.listing import Certainty
from marketplace.matching.actions.publish import publish, refresh_demand, refresh_listing
from marketplace.matching.queries.matches import list_demands_for_listing, list_listings_for_demand
from marketplace.notices.models import AuditRow, NoticeRow
from tests.factories import listing_draft, make_actor, make_demand, make_draft, make_listing, seed_taxonomy


@pytest.fixture
def hengelo(session: Session) -> Actor:
    seed_taxonomy(session)
    return make_actor(session, "hengelo")


@pytest.fixture
def borne(session: Session, hengelo: Actor) -> Actor:
    return make_actor(session, "borne")


@contextmanager
def days_later(days: int) -> Iterator[None]:
    with clock.frozen(clock.now() + timedelta(days=days)):
        yield


def told(session: Session, kind: str) -> list[NoticeRow]:
    return list(session.scalars(select(NoticeRow).where(NoticeRow.kind == kind).order_by(NoticeRow.id)))


def square_metres(amount: int) -> ReservationDraft:
    return ReservationDraft(Quantity(Decimal(amount), Unit.M2))


def test_an_owner_is_reminded_on_day_forty_five_and_once(session: Session, hengelo: Actor) -> None:
    listing = make_listing(session, hengelo, title="Keien")
    last = (clock.today() + timedelta(days=60)).isoformat()
    with days_later(44):
        assert freshness_queries.list_listings_to_remind(session) == []
        assert not freshness.remind_of_listing(session, listing_id=listing.id)
    for day, is_first in ((45, True), (45, False), (52, False)):
        with days_later(day):
            assert freshness_queries.list_listings_to_remind(session) == ([listing.id] if is_first else [])
            assert freshness.remind_of_listing(session, listing_id=listing.id) is is_first
    [notice] = told(session, "listing_freshness")
    assert notice.facts == {"listing_id": listing.id, "listing_title": "Keien", "until": last}
    assert (notice.person_id, notice.organisation_id) == (hengelo.person_id, hengelo.organisation_id)


def test_a_confirmation_begins_a_new_round(session: Session, hengelo: Actor) -> None:
    listing = make_listing(session, hengelo, available_until=None)
    with days_later(46):
        assert freshness.remind_of_listing(session, listing_id=listing.id)
        refresh_listing(session, hengelo, listing_id=listing.id, answer=Refreshed.STILL)
        assert list_listings_to_refresh(session, hengelo) == []
    with days_later(90):
        assert not freshness.remind_of_listing(session, listing_id=listing.id)
    with days_later(91):
        assert freshness.remind_of_listing(session, listing_id=listing.id)
    assert len(told(session, "listing_freshness")) == 2


def test_what_nobody_confirmed_leaves_the_catalogue_and_its_owner_hears_it_once(session: Session, hengelo: Actor) -> None:
    listing = make_listing(session, hengelo, available_until=None)
    with days_later(60):
        assert search(session, ANONYMOUS, CatalogueQuery()).total == 1
        assert freshness_queries.list_listings_gone_stale(session) == []
    with days_later(61):
        assert search(session, ANONYMOUS, CatalogueQuery()).total == 0
        assert freshness_queries.list_listings_to_remind(session) == []
        assert freshness_queries.list_listings_gone_stale(session) == [listing.id]
        assert freshness.notify_listing_stale(session, listing_id=listing.id)
        assert not freshness.notify_listing_stale(session, listing_id=listing.id)
        refresh_listing(session, hengelo, listing_id=listing.id, answer=Refreshed.CHANGED)
        assert search(session, ANONYMOUS, CatalogueQuery()).total == 1
    assert len(told(session, "listing_stale")) == 1


def test_who_asked_while_a_lot_was_stale_hears_of_it_when_it_comes_back(session: Session, hengelo: Actor, borne: Actor) -> None:
    listing = make_listing(session, hengelo, available_until=None)
    with days_later(61):
        make_demand(session, borne)
        assert told(session, "new_match") == []
        refresh_listing(session, hengelo, listing_id=listing.id, answer=Refreshed.STILL)
        assert {row.organisation_id for row in told(session, "new_match")} == {hengelo.organisation_id, borne.organisation_id}


def test_a_repeated_answer_changes_nothing(session: Session, hengelo: Actor) -> None:
    listing = make_listing(session, hengelo)
    with days_later(50):
        for _time in range(2):
            refresh_listing(session, hengelo, listing_id=listing.id, answer=Refreshed.STILL)
    rows = session.scalars(select(AuditRow).where(AuditRow.action == "listing.refresh")).all()
    assert [row.facts for row in rows] == [{"answer": "still"}]


def test_only_its_owner_answers_and_only_for_what_is_on_offer(session: Session, hengelo: Actor, borne: Actor) -> None:
    listing, draft = make_listing(session, hengelo), make_draft(session, hengelo)
    with pytest.raises(Forbidden):
        refresh_listing(session, borne, listing_id=listing.id, answer=Refreshed.STILL)
    with pytest.raises(Conflict):
        refresh_listing(session, hengelo, listing_id=draft.id, answer=Refreshed.STILL)


def test_gone_closes_the_lot_and_keeps_what_became_of_the_rest(session: Session, hengelo: Actor) -> None:
    listing = make_listing(session, hengelo)  # 1 200 m² at 185 kg
    closed = refresh_listing(
        session, hengelo, listing_id=listing.id, answer=Refreshed.GONE, outcome=Outcome.RECYCLED, reason="Te veel breuk"
    )
    loss = session.get(SupplyLoss, listing.id)
    assert closed.status == "closed" and loss is not None
    assert (loss.quantity, loss.mass_kg, loss.outcome, loss.reason) == (1200, 222_000, "recycled", "Te veel breuk")
    close_listing(session, hengelo, listing_id=listing.id, outcome=Outcome.DISPOSED)
    assert session.scalars(select(SupplyLoss.outcome)).all() == ["recycled"]


def test_a_lot_of_which_something_is_held_is_not_gone(session: Session, hengelo: Actor, borne: Actor) -> None:
    listing = make_listing(session, hengelo)
    reserve(session, borne, listing_id=listing.id, draft=square_metres(100))
    with pytest.raises(Conflict):
        refresh_listing(session, hengelo, listing_id=listing.id, answer=Refreshed.GONE, outcome=Outcome.OWN_USE)
    assert session.get(SupplyLoss, listing.id) is None


def test_withdrawing_loses_what_was_held_too_and_a_draft_loses_nothing(session: Session, hengelo: Actor, borne: Actor) -> None:
    listing, draft = make_listing(session, hengelo), make_draft(session, hengelo)
    reserved = reserve(session, borne, listing_id=listing.id, draft=square_metres(300))
    approve(session, hengelo, reservation_id=reserved.id)
    withdraw(session, hengelo, listing_id=listing.id, reason="Zelf nodig", outcome=Outcome.OWN_USE)
    withdraw(session, hengelo, listing_id=draft.id)
    [loss] = session.scalars(select(SupplyLoss)).all()
    assert (loss.listing_id, loss.quantity, loss.outcome) == (listing.id, 1200, "own_use")


def test_losses_add_up_by_outcome_and_by_group_and_silence_is_counted(session: Session, hengelo: Actor, borne: Actor) -> None:
    outcomes: list[tuple[int, Outcome | None]] = [(10, Outcome.RECYCLED), (20, Outcome.RECYCLED), (30, None)]
    for amount, outcome in outcomes:
        lot = make_listing(session, hengelo, quantity=Quantity(Decimal(amount), Unit.M2))
        close_listing(session, hengelo, listing_id=lot.id, outcome=outcome)
    kerbs = make_listing(session, borne, material="trottoirband-13-15x25", quantity=Quantity(Decimal(2), Unit.TONNE))
    close_listing(session, borne, listing_id=kerbs.id, outcome=Outcome.SOLD_ELSEWHERE)
    losses = get_losses(session, make_actor(session, "regio-twente", "reviewer"))
    assert (losses.total.lots, losses.total.mass_kg) == (4, 60 * 185 + 2000)
    assert (losses.by_outcome[Outcome.RECYCLED].lots, losses.by_outcome[Outcome.RECYCLED].mass_kg) == (2, 5550)
    assert (losses.by_outcome[None].lots, losses.by_outcome[None].mass_kg) == (1, 5550)
    assert sum(loss.mass_kg for loss in losses.by_outcome.values()) == losses.total.mass_kg
    assert sum(loss.mass_kg for loss in losses.by_group.values()) == losses.total.mass_kg
    with pytest.raises(Forbidden):
        get_losses(session, hengelo)


def test_an_asker_is_reminded_on_day_seventy_five_and_once_a_round(session: Session, borne: Actor) -> None:
    far = clock.today() + timedelta(days=400)
    demand = make_demand(session, borne, needed_until=far, title="Stenen")
    with days_later(74):
        assert freshness_queries.list_demands_to_remind(session) == []
    with days_later(75):
        assert freshness_queries.list_demands_to_remind(session) == [demand.id]
        assert freshness.remind_of_demand(session, demand_id=demand.id)
        assert not freshness.remind_of_demand(session, demand_id=demand.id)
        assert [row.id for row in freshness_queries.list_demands_to_refresh(session, borne)] == [demand.id]
    [notice] = told(session, "demand_freshness")
    last = (clock.today() + timedelta(days=90)).isoformat()
    assert notice.facts == {"demand_id": demand.id, "demand_title": "Stenen", "until": last}


def test_a_stale_demand_is_seen_by_its_own_people_only_and_comes_back_with_one_answer(
    session: Session, hengelo: Actor, borne: Actor
) -> None:
    far = clock.today() + timedelta(days=400)
    demand = make_demand(session, borne, needed_until=far)
    with days_later(91):
        listing = make_listing(session, hengelo)
        reviewer = make_actor(session, "regio-twente", "reviewer")
        for stranger in (ANONYMOUS, hengelo):
            assert list_demands(session, stranger)[1] == 0
        assert list_demands(session, borne, mine=True, statuses=())[1] == list_demands(session, reviewer)[1] == 1
        assert (
            list_listings_for_demand(session, borne, demand).total
            == list_demands_for_listing(session, hengelo, listing).total
            == 0
        )
        assert freshness_queries.list_demands_to_remind(session) == []
        assert freshness_queries.list_demands_gone_stale(session) == [demand.id]
        assert freshness.notify_demand_stale(session, demand_id=demand.id)
        assert not freshness.notify_demand_stale(session, demand_id=demand.id)
        refresh_demand(session, borne, demand_id=demand.id, answer=Refreshed.STILL)
        assert list_demands(session, ANONYMOUS)[1] == 1
        assert (
            list_listings_for_demand(session, borne, demand).total
            == list_demands_for_listing(session, hengelo, listing).total
            == 1
        )
        assert len(told(session, "new_match")) == 2
    assert len(told(session, "demand_stale")) == 1


def test_a_demand_that_is_not_needed_any_more_is_withdrawn(session: Session, borne: Actor) -> None:
    demand = make_demand(session, borne)
    with pytest.raises(Invalid):
        refresh_demand(session, borne, demand_id=demand.id, answer=Refreshed.CHANGED)
    assert refresh_demand(session, borne, demand_id=demand.id, answer=Refreshed.GONE).status == "withdrawn"
    with pytest.raises(Conflict):
        refresh_demand(session, borne, demand_id=demand.id, answer=Refreshed.STILL)


def test_a_draft_demand_has_no_round_until_it_opens(session: Session, borne: Actor) -> None:
    from marketplace.matching.actions.publish import edit_demand
    from tests.factories import demand_draft

    far = clock.today() + timedelta(days=400)
    draft = make_demand(session, borne, draft=True, needed_until=far)
    assert draft.confirmed_on is None
    with days_later(100):
        assert freshness_queries.list_demands_gone_stale(session) == []
        change = demand_draft(needed_until=far)
        opened = edit_demand(session, borne, demand_id=draft.id, version=draft.version, draft=change)
        assert opened.confirmed_on == clock.today()


@pytest.mark.parametrize("outcome", [Outcome.MISTAKE, Outcome.LATER])
def test_a_mistake_and_what_comes_later_are_no_lost_supply(session: Session, hengelo: Actor, outcome: Outcome) -> None:
    closed, withdrawn = make_listing(session, hengelo), make_listing(session, hengelo)
    close_listing(session, hengelo, listing_id=closed.id, outcome=outcome, reason="Verkeerde straat")
    withdraw(session, hengelo, listing_id=withdrawn.id, outcome=outcome)
    losses = get_losses(session, make_actor(session, "regio-twente", role="reviewer"))
    assert (losses.rows, losses.total.lots, outcome in losses.by_outcome) == ((), 0, False)
    facts = [row.facts for row in session.scalars(select(AuditRow).where(AuditRow.action == "listing.close"))]
    assert facts == [{"outcome": outcome.value}]


@pytest.mark.parametrize(
    ("latest", "kinds"), [(43, ["plan_overdue"]), (44, ["plan_overdue"]), (45, ["plan_freshness", "plan_overdue"])]
)
def test_of_a_plan_whose_period_is_over_it_is_asked_whether_it_is_there(
    session: Session, hengelo: Actor, latest: int, kinds: list[str]
) -> None:
    today = clock.today()
    period = {"earliest": today + timedelta(days=10), "latest": today + timedelta(days=latest)}
    draft = listing_draft(planned=True, certainty=Certainty.BUDGETED, available_from=None, available_until=None, **period)
    publish(session, hengelo, listing_id=create_listing(session, hengelo, draft).id)
    for day in range(43, 60):  # in the order of the timetable
        with days_later(day):
            for number in freshness_queries.list_listings_to_remind(session):
                freshness.remind_of_listing(session, listing_id=number)
            for number in freshness_queries.list_overdue_plans(session):
                freshness.remind_of_plan(session, listing_id=number)
    rows = session.scalars(select(NoticeRow.kind).where(NoticeRow.kind.startswith("plan_")).order_by(NoticeRow.id))
    assert list(rows) == kinds
