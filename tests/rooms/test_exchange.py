"""From request to ledger: the life of a reservation, and what the counters, the demand and the book say of it."""

import hashlib
import json
from datetime import datetime, timedelta
from decimal import Decimal

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import DatabaseError
from sqlalchemy.orm import Session

from marketplace.exchange.actions import deadlines, decide, hand_over, reserve
from marketplace.exchange.models import Reservation
from marketplace.exchange.queries.invariants import INVARIANTS
from marketplace.exchange.rules.reservation import HandoverDraft, ReservationDraft
from marketplace.kernel import clock
from marketplace.kernel.errors import Conflict, Forbidden, Invalid, Missing
from marketplace.kernel.units import Quantity, Unit
from marketplace.ledger.actions import rebuild_rollups
from marketplace.ledger.models import ROLLUP_SIDE, ROLLUPS, Exchange
from marketplace.ledger.queries import find_breach, find_rollup_breach
from marketplace.market.actions.listings import update_listing
from marketplace.market.models import Listing
from tests.factories import listing_draft, location, make_actor, make_demand, make_listing, seed_taxonomy


def m2(amount: str) -> Quantity:
    return Quantity(Decimal(amount), Unit.M2)


@pytest.fixture
def bank(session: Session) -> Session:
    seed_taxonomy(session)
    return session


def counters(session: Session, listing: Listing) -> tuple[Decimal, Decimal, Decimal]:
    session.refresh(listing)
    return listing.held, listing.transferred, listing.available


def ask(session: Session, actor, listing: Listing, amount: str, **more) -> Reservation:
    return reserve.reserve(session, actor, listing_id=listing.id, draft=ReservationDraft(m2(amount), **more))


def handover(amount: str, **more) -> HandoverDraft:
    return HandoverDraft(m2(amount), clock.today(), **more)


def complete(session: Session, owner, asker, listing: Listing, amount: str, **more) -> Reservation:
    reservation = ask(session, asker, listing, amount, **more)
    decide.approve(session, owner, reservation_id=reservation.id)
    hand_over.hand_over(session, owner, reservation_id=reservation.id, draft=handover(amount))
    return hand_over.confirm(session, asker, reservation_id=reservation.id)


def test_scenario_1_is_counted_to_the_gram(bank: Session) -> None:
    hengelo, borne = make_actor(bank, "hengelo"), make_actor(bank, "borne")
    listing = make_listing(bank, hengelo)
    demand = make_demand(bank, borne)
    complete(bank, hengelo, borne, listing, "800", demand_id=demand.id)
    row = bank.scalars(select(Exchange)).one()
    assert counters(bank, listing) == (Decimal(0), Decimal(800), Decimal(400))
    bank.refresh(demand)
    assert (demand.status, demand.fulfilled) == ("fulfilled", Decimal(800))
    assert row.mass_kg == Decimal(148000)  # 800 m² × 185 kg
    assert row.distance_basis == "demand"
    assert row.road_km == (row.distance_km * Decimal("1.3")).quantize(Decimal("0.001"))
    assert row.avoided_kgco2e == Decimal("17582.4")  # 148 000 kg × 0.1188
    assert row.vehicle_class == "vrachtauto-zwaar-50"
    assert find_breach(bank) is None
    assert find_rollup_breach(bank) is None


def test_the_last_square_metre_can_be_reserved_once(bank: Session) -> None:
    hengelo, borne, almelo = (make_actor(bank, slug) for slug in ("hengelo", "borne", "almelo"))
    listing = make_listing(bank, hengelo, quantity=m2("500"))
    ask(bank, borne, listing, "400")
    with pytest.raises(Conflict) as refused:
        ask(bank, almelo, listing, "400")
    assert refused.value.facts["available"] == "100"
    ask(bank, almelo, listing, "100")
    with pytest.raises(Conflict) as nothing:
        ask(bank, almelo, listing, "0.001")
    assert nothing.value.facts["available"] == "0"


def test_the_database_itself_refuses_to_oversell(bank: Session) -> None:
    listing = make_listing(bank, make_actor(bank, "hengelo"))
    with pytest.raises(DatabaseError):
        bank.execute(text("UPDATE listing SET held = quantity + 1 WHERE id = :id"), {"id": listing.id})


def test_another_unit_is_refused_with_the_converted_figure(bank: Session) -> None:
    hengelo, borne = make_actor(bank, "hengelo"), make_actor(bank, "borne")
    listing = make_listing(bank, hengelo)
    with pytest.raises(Invalid) as refused:
        reserve.reserve(bank, borne, listing_id=listing.id, draft=ReservationDraft(Quantity(Decimal(4400), Unit.PIECE)))
    assert refused.value.facts["proposal"] == {"quantity": "100", "unit": "m2"}  # 4400 pieces / 44 per m²


def test_ones_own_listing_is_approved_at_once(bank: Session) -> None:
    hengelo = make_actor(bank, "hengelo")
    reservation = ask(bank, hengelo, make_listing(bank, hengelo), "10")
    assert (reservation.status, reservation.is_internal) == ("approved", True)


def test_a_rejection_and_a_cancellation_say_why_and_give_back(bank: Session) -> None:
    hengelo, borne = make_actor(bank, "hengelo"), make_actor(bank, "borne")
    listing = make_listing(bank, hengelo)
    first, second = ask(bank, borne, listing, "100"), ask(bank, borne, listing, "50")
    with pytest.raises(Invalid):
        decide.reject(bank, hengelo, reservation_id=first.id, reason=" ")
    assert decide.reject(bank, hengelo, reservation_id=first.id, reason="Toch zelf nodig").status == "rejected"
    assert decide.cancel(bank, borne, reservation_id=second.id, reason="Plan gewijzigd").status == "cancelled"
    assert counters(bank, listing) == (Decimal(0), Decimal(0), Decimal(1200))


def test_a_step_repeated_changes_nothing_and_out_of_order_is_refused(bank: Session) -> None:
    hengelo, borne = make_actor(bank, "hengelo"), make_actor(bank, "borne")
    listing = make_listing(bank, hengelo)
    reservation = ask(bank, borne, listing, "100")
    with pytest.raises(Conflict):
        hand_over.confirm(bank, borne, reservation_id=reservation.id)
    decide.approve(bank, hengelo, reservation_id=reservation.id)
    until = decide.approve(bank, hengelo, reservation_id=reservation.id).expires_at
    assert decide.approve(bank, hengelo, reservation_id=reservation.id).expires_at == until
    hand_over.hand_over(bank, hengelo, reservation_id=reservation.id, draft=handover("90"))
    hand_over.hand_over(bank, hengelo, reservation_id=reservation.id, draft=handover("80"))
    hand_over.confirm(bank, borne, reservation_id=reservation.id)
    hand_over.confirm(bank, borne, reservation_id=reservation.id)
    assert counters(bank, listing) == (Decimal(0), Decimal(90), Decimal(1110))
    assert len(bank.scalars(select(Exchange)).all()) == 1


def test_each_step_belongs_to_its_side(bank: Session) -> None:
    hengelo, borne, almelo = (make_actor(bank, slug) for slug in ("hengelo", "borne", "almelo"))
    reviewer = make_actor(bank, "regio-twente", "reviewer")
    reservation = ask(bank, borne, make_listing(bank, hengelo), "100")
    with pytest.raises(Forbidden):
        decide.approve(bank, borne, reservation_id=reservation.id)
    with pytest.raises(Missing):
        decide.approve(bank, almelo, reservation_id=reservation.id)
    with pytest.raises(Forbidden):
        decide.approve(bank, reviewer, reservation_id=reservation.id)
    with pytest.raises(Forbidden):
        ask(bank, reviewer, make_listing(bank, hengelo), "1")


def test_a_measured_surplus_takes_what_is_free_and_then_raises_the_lot_if_nobody_holds_it(bank: Session) -> None:
    hengelo, borne, almelo = (make_actor(bank, slug) for slug in ("hengelo", "borne", "almelo"))
    listing = make_listing(bank, hengelo, quantity=m2("300"))
    mine, other = ask(bank, borne, listing, "250"), ask(bank, almelo, listing, "40")
    decide.approve(bank, hengelo, reservation_id=mine.id)
    with pytest.raises(Conflict) as refused:
        hand_over.hand_over(bank, hengelo, reservation_id=mine.id, draft=handover("261"))
    assert refused.value.facts["available"] == "260"
    decide.cancel(bank, almelo, reservation_id=other.id, reason="Niet meer nodig")
    hand_over.hand_over(bank, hengelo, reservation_id=mine.id, draft=handover("320", confirm_unusual=True))
    hand_over.confirm(bank, borne, reservation_id=mine.id)
    assert counters(bank, listing) == (Decimal(0), Decimal(320), Decimal(0))
    assert (listing.quantity, listing.status) == (Decimal(320), "closed")


def end_of(moment: datetime) -> datetime:
    """The last second of the day of a moment: a last day counts whole."""
    return clock.last_moment(clock.local(moment).date())


def test_a_request_lapses_after_ten_days_and_an_approval_after_thirty(bank: Session) -> None:
    hengelo, borne = make_actor(bank, "hengelo"), make_actor(bank, "borne")
    listing = make_listing(bank, hengelo, available_until=None)
    requested, held = ask(bank, borne, listing, "100"), ask(bank, borne, listing, "200")
    decide.approve(bank, hengelo, reservation_id=held.id)
    now = clock.now()
    with clock.frozen(end_of(now + timedelta(days=10)) - timedelta(minutes=1)):
        assert not deadlines.expire(bank, reservation_id=requested.id)
    with clock.frozen(end_of(now + timedelta(days=10))):
        assert deadlines.expire(bank, reservation_id=requested.id)
        assert not deadlines.expire(bank, reservation_id=requested.id)
        assert not deadlines.expire(bank, reservation_id=held.id)
    with clock.frozen(end_of(now + timedelta(days=30))):
        assert deadlines.expire(bank, reservation_id=held.id)
    assert counters(bank, listing) == (Decimal(0), Decimal(0), Decimal(1200))


def test_fourteen_days_after_hand_over_it_counts_as_confirmed(bank: Session) -> None:
    hengelo, borne = make_actor(bank, "hengelo"), make_actor(bank, "borne")
    listing = make_listing(bank, hengelo, available_until=None)
    reservation = ask(bank, borne, listing, "100")
    decide.approve(bank, hengelo, reservation_id=reservation.id)
    hand_over.hand_over(bank, hengelo, reservation_id=reservation.id, draft=handover("100"))
    with clock.frozen(end_of(clock.now() + timedelta(days=14))):
        assert deadlines.expire(bank, reservation_id=reservation.id)
    assert bank.get(Reservation, reservation.id).status == "completed"
    assert bank.scalars(select(Exchange)).one().distance_basis == "main_place"


def test_what_comes_free_later_is_reserved_now_and_handed_over_from_its_first_day(bank: Session) -> None:
    hengelo, borne = make_actor(bank, "hengelo"), make_actor(bank, "borne")
    first = clock.today() + timedelta(days=20)
    listing = make_listing(bank, hengelo, available_from=first, available_until=None)
    reservation = ask(bank, borne, listing, "100")
    approved = decide.approve(bank, hengelo, reservation_id=reservation.id)
    assert clock.local(approved.expires_at).date() == first + timedelta(days=30)  # 30 days from the first free day
    with pytest.raises(Invalid, match="free from|vrij vanaf"):
        hand_over.hand_over(bank, hengelo, reservation_id=reservation.id, draft=handover("100"))
    with clock.frozen(clock.now() + timedelta(days=20)):
        assert hand_over.hand_over(bank, hengelo, reservation_id=reservation.id, draft=handover("100")).status == "handed_over"


def test_withdrawing_cancels_the_open_ones_but_not_what_was_handed_over(bank: Session) -> None:
    hengelo, borne = make_actor(bank, "hengelo"), make_actor(bank, "borne")
    listing = make_listing(bank, hengelo)
    open_one, away = ask(bank, borne, listing, "100"), ask(bank, borne, listing, "100")
    decide.approve(bank, hengelo, reservation_id=away.id)
    hand_over.hand_over(bank, hengelo, reservation_id=away.id, draft=handover("100"))
    with pytest.raises(Conflict):
        decide.withdraw(bank, hengelo, listing_id=listing.id)
    hand_over.confirm(bank, borne, reservation_id=away.id)
    assert decide.withdraw(bank, hengelo, listing_id=listing.id, reason="Zelf nodig").status == "withdrawn"
    assert bank.get(Reservation, open_one.id).status == "cancelled"
    assert counters(bank, listing)[:2] == (Decimal(0), Decimal(100))


def test_a_lot_lowered_to_what_was_handed_over_is_closed(bank: Session) -> None:
    hengelo, borne = make_actor(bank, "hengelo"), make_actor(bank, "borne")
    listing = make_listing(bank, hengelo)
    complete(bank, hengelo, borne, listing, "100")
    lowered = update_listing(
        bank, hengelo, listing_id=listing.id, version=listing.version, draft=listing_draft(quantity=m2("100"))
    )
    assert (lowered.status, lowered.available) == ("closed", Decimal(0))


def test_a_partner_waits_fourteen_days_and_says_where_it_goes(bank: Session) -> None:
    hengelo, partner = make_actor(bank, "hengelo"), make_actor(bank, "bouwbedrijf", kind="partner")
    listing = make_listing(bank, hengelo)
    with pytest.raises(Conflict):
        ask(bank, partner, listing, "10", location=location("losser"))
    with clock.frozen(clock.now() + timedelta(days=14)):
        with pytest.raises(Invalid):
            ask(bank, partner, listing, "10")
        assert ask(bank, partner, listing, "10", location=location("losser")).status == "requested"


def test_the_ledger_refuses_every_change_and_names_an_altered_row(bank: Session) -> None:
    hengelo, borne = make_actor(bank, "hengelo"), make_actor(bank, "borne")
    listing = make_listing(bank, hengelo)
    for amount in ("10", "20", "30"):
        complete(bank, hengelo, borne, listing, amount)
    bank.commit()
    for statement in ("UPDATE exchange SET mass_kg = 0 WHERE seq = 2", "DELETE FROM exchange WHERE seq = 2"):
        with pytest.raises(DatabaseError):
            bank.execute(text(statement))
        bank.rollback()
    if bank.get_bind().dialect.name == "sqlite":
        bank.execute(text("DROP TRIGGER exchange_no_update"))
    else:
        bank.execute(text("ALTER TABLE exchange DISABLE TRIGGER ALL"))
    bank.execute(text("UPDATE exchange SET mass_kg = mass_kg + 1 WHERE seq = 2"))
    bank.expire_all()
    assert find_breach(bank).seq == 2


def test_rollups_rebuilt_say_the_same(bank: Session) -> None:
    hengelo, borne = make_actor(bank, "hengelo"), make_actor(bank, "borne")
    listing = make_listing(bank, hengelo)
    complete(bank, hengelo, borne, listing, "10")
    complete(bank, hengelo, borne, listing, "20")
    before = {table.name: set(bank.execute(select(table)).all()) for table in ROLLUPS}
    assert rebuild_rollups(bank) == 2
    assert {table.name: set(bank.execute(select(table)).all()) for table in ROLLUPS} == before
    sums = bank.execute(select(ROLLUP_SIDE.c.side, ROLLUP_SIDE.c.mass_kg)).all()
    assert {tuple(row) for row in sums} == {(side, Decimal(5550)) for side in ("", "borne", "hengelo")}  # 30 m² × 185 kg


def test_a_demand_asked_in_pieces_is_fulfilled_by_square_metres(bank: Session) -> None:
    hengelo, borne = make_actor(bank, "hengelo"), make_actor(bank, "borne")
    demand = make_demand(bank, borne, quantity=Quantity(Decimal(10000), Unit.PIECE))
    complete(bank, hengelo, borne, make_listing(bank, hengelo), "150", demand_id=demand.id)
    bank.refresh(demand)
    assert (demand.fulfilled, demand.status) == (Decimal(6600), "open")  # 150 m² × 44 pieces


def test_every_invariant_holds_after_a_life_and_a_forged_counter_is_named(bank: Session) -> None:
    hengelo, borne = make_actor(bank, "hengelo"), make_actor(bank, "borne")
    listing = make_listing(bank, hengelo)
    complete(bank, hengelo, borne, listing, "100")
    ask(bank, borne, listing, "40")
    bank.flush()
    assert {name: breach for name, question in INVARIANTS if (breach := question(bank))} == {}
    bank.execute(text("UPDATE listing SET held = held + 1 WHERE id = :id"), {"id": listing.id})
    assert [breach for _name, question in INVARIANTS if (breach := question(bank))] == [f"listing {listing.id}"]


def test_a_client_can_redo_the_hash_of_a_row_from_what_it_is_given(bank: Session) -> None:
    hengelo, borne = make_actor(bank, "hengelo"), make_actor(bank, "borne")
    complete(bank, hengelo, borne, make_listing(bank, hengelo), "100")
    row = bank.scalars(select(Exchange)).one()
    body = json.loads(row.canonical)
    assert (body["massKg"], body["avoidedKgCo2e"], body["reverses"]) == ("18500", "2197.8", None)  # 100 × 185, × 0.1188
    assert list(body) == sorted(body)
    assert row.canonical == json.dumps(body, ensure_ascii=False, separators=(",", ":"))
    assert row.hash == hashlib.sha256(("0" * 64 + "\n" + row.canonical).encode()).hexdigest()
