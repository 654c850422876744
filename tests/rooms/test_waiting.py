"""When more is asked than there is: waiting, being offered, being chosen, and being passed over with a sentence."""

from datetime import time, timedelta
from decimal import Decimal

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from marketplace.exchange.actions import deadlines, decide, reserve
from marketplace.exchange.models import Reservation
from marketplace.exchange.queries.invariants import INVARIANTS
from marketplace.exchange.queries.requests import list_requests
from marketplace.exchange.queries.reservations import (
    list_choices,
    list_due,
    list_listings_to_offer,
    list_to_remind,
    list_waiting_to_expire,
)
from marketplace.exchange.rules.reservation import ReservationDraft
from marketplace.kernel import clock
from marketplace.kernel.dates import at_the_clock
from marketplace.kernel.errors import Conflict, Forbidden, Invalid
from marketplace.kernel.units import Quantity, Unit
from marketplace.market.actions.listings import close_listing, update_listing
from marketplace.market.models import Listing
from marketplace.matching.actions.publish import edit_listing
from marketplace.notices.models import NoticeRow
from tests.factories import listing_draft, make_actor, make_listing, seed_taxonomy


def m2(amount: str) -> Quantity:
    return Quantity(Decimal(amount), Unit.M2)


@pytest.fixture
def bank(session: Session) -> Session:
    seed_taxonomy(session)
    return session


@pytest.fixture
def cast(bank: Session) -> dict:
    return {slug: make_actor(bank, slug) for slug in ("hengelo", "borne", "almelo", "wierden")}


def ask(session: Session, actor, listing: Listing, amount: str, *, wait: bool = False, **more) -> Reservation:
    draft = ReservationDraft(m2(amount), join_waiting_list=wait, **more)
    return reserve.reserve(session, actor, listing_id=listing.id, draft=draft)


def status(session: Session, reservation: Reservation) -> str:
    return session.scalar(select(Reservation.status).where(Reservation.id == reservation.id))


def told(session: Session, kind: str) -> list[int]:
    rows = session.scalars(select(NoticeRow).where(NoticeRow.kind == kind).order_by(NoticeRow.id))
    return [row.facts["reservation_id"] for row in rows]


def sound(session: Session) -> None:
    session.flush()
    assert [(name, fault) for name, question in INVARIANTS if (fault := question(session))] == []


def test_what_does_not_fit_is_refused_unless_the_asker_chooses_to_wait(bank: Session, cast: dict) -> None:
    lot = make_listing(bank, cast["hengelo"], quantity=m2("500"))
    ask(bank, cast["borne"], lot, "400")
    with pytest.raises(Conflict) as refused:
        ask(bank, cast["almelo"], lot, "400")
    assert refused.value.facts["available"] == "100"
    waiting = ask(bank, cast["almelo"], lot, "400", wait=True)
    assert told(bank, "reservation_waiting") == [waiting.id]
    bank.refresh(lot)
    assert (waiting.status, waiting.expires_at, lot.held) == ("waiting", None, Decimal(400))
    assert ask(bank, cast["wierden"], lot, "100", wait=True).status == "requested"  # it fits: no need to wait
    sound(bank)


def test_nobody_waits_for_more_than_the_lot_has(bank: Session, cast: dict) -> None:
    lot = make_listing(bank, cast["hengelo"], quantity=m2("500"))
    with pytest.raises(Conflict) as refused:
        ask(bank, cast["borne"], lot, "501", wait=True)
    assert refused.value.facts["available"] == "500"


def test_the_smallest_part_holds_for_requests_and_all_that_is_left_is_always_a_part(bank: Session, cast: dict) -> None:
    lot = make_listing(bank, cast["hengelo"], quantity=m2("150"), minimum_part=Decimal(100))
    with pytest.raises(Invalid) as refused:
        ask(bank, cast["borne"], lot, "99.999")
    assert (refused.value.field, refused.value.facts["minimum"]) == ("quantity", "100")
    ask(bank, cast["borne"], lot, "100")
    with pytest.raises(Invalid):
        ask(bank, cast["almelo"], lot, "49")
    assert ask(bank, cast["almelo"], lot, "50").status == "requested"


def test_the_highest_of_the_waiting_that_fits_is_offered_for_48_hours_and_then_it_passes_on(bank: Session, cast: dict) -> None:
    lot = make_listing(bank, cast["hengelo"], quantity=m2("500"))
    first = ask(bank, cast["borne"], lot, "500")
    plain = ask(bank, cast["almelo"], lot, "300", wait=True)
    urgent = ask(bank, cast["wierden"], lot, "400", wait=True, replaces_purchase=True)
    decide.cancel(bank, cast["borne"], reservation_id=first.id, reason="Project uitgesteld")
    assert (status(bank, urgent), status(bank, plain)) == ("offered", "waiting")
    offered = bank.get(Reservation, urgent.id)
    bank.refresh(offered)
    assert offered.expires_at - offered.offered_at == timedelta(hours=48)
    assert told(bank, "reservation_offered") == [urgent.id]
    sound(bank)
    with clock.frozen(offered.expires_at + timedelta(minutes=1)):
        assert list_due(bank) == [urgent.id]
        assert deadlines.expire(bank, reservation_id=urgent.id)
        assert not deadlines.expire(bank, reservation_id=urgent.id)
        assert (status(bank, urgent), status(bank, plain)) == ("expired", "offered")
    assert told(bank, "reservation_offered") == [urgent.id, plain.id]
    sound(bank)


def test_who_accepts_an_offer_asks_again_and_the_owner_decides(bank: Session, cast: dict) -> None:
    lot = make_listing(bank, cast["hengelo"], quantity=m2("500"))
    first = ask(bank, cast["borne"], lot, "500")
    waiting = ask(bank, cast["almelo"], lot, "300", wait=True)
    with pytest.raises(Conflict):
        reserve.accept_offer(bank, cast["almelo"], reservation_id=waiting.id)
    decide.reject(bank, cast["hengelo"], reservation_id=first.id, reason="Verkeerde maat")
    with pytest.raises(Forbidden):
        reserve.accept_offer(bank, cast["hengelo"], reservation_id=waiting.id)
    for _again in range(2):
        assert reserve.accept_offer(bank, cast["almelo"], reservation_id=waiting.id).status == "requested"
    assert decide.approve(bank, cast["hengelo"], reservation_id=waiting.id).status == "approved"
    sound(bank)


def test_requests_are_ranked_with_every_score_spelled_out(bank: Session, cast: dict) -> None:
    lot = make_listing(bank, cast["hengelo"], quantity=m2("500"))
    first = ask(bank, cast["borne"], lot, "400")
    second = ask(bank, cast["almelo"], lot, "400", wait=True, replaces_purchase=True)
    queue = list_requests(bank, cast["hengelo"], lot.id)
    assert [claim.reservation.id for claim in queue.claims] == [second.id, first.id]
    assert queue.free == Decimal(500)
    # 40 for the purchase; Almelo lies 13.453 km from Hengelo: 20 × 36.547/50 = 14.6, 15; fit 20 × 400/500 = 16
    assert queue.claims[0].score.points == 71
    assert all(len(claim.score.reasons) == 5 for claim in queue.claims)
    with pytest.raises(Forbidden):
        list_requests(bank, cast["borne"], lot.id)
    assert list_requests(bank, make_actor(bank, "regio-twente", "reviewer"), lot.id).claims


def test_a_waiting_one_is_chosen_and_who_was_not_approved_waits_and_is_told(bank: Session, cast: dict) -> None:
    lot = make_listing(bank, cast["hengelo"], quantity=m2("500"))
    first = ask(bank, cast["borne"], lot, "400", replaces_purchase=True)
    second = ask(bank, cast["almelo"], lot, "400", wait=True)
    with pytest.raises(Invalid) as silent:
        decide.approve(bank, cast["hengelo"], reservation_id=second.id)
    assert (silent.value.field, silent.value.facts["passedOver"]) == ("reason", 1)
    assert status(bank, first) == "requested"
    decide.approve(bank, cast["hengelo"], reservation_id=second.id, reason="Almelo haalt het morgen al op")
    assert (status(bank, first), status(bank, second)) == ("waiting", "approved")
    assert told(bank, "reservation_displaced") == [first.id]
    bank.refresh(lot)
    assert lot.held == Decimal(400)
    reviewer = make_actor(bank, "regio-twente", "reviewer")
    choices, total = list_choices(bank, reviewer)
    assert (total, choices[0].id, choices[0].choice_reason) == (1, second.id, "Almelo haalt het morgen al op")
    with pytest.raises(Forbidden):
        list_choices(bank, cast["borne"])
    sound(bank)


def test_what_still_fits_beside_the_chosen_one_keeps_its_hold(bank: Session, cast: dict) -> None:
    lot = make_listing(bank, cast["hengelo"], quantity=m2("500"))
    small, large = ask(bank, cast["borne"], lot, "100"), ask(bank, cast["wierden"], lot, "400")
    chosen = ask(bank, cast["almelo"], lot, "350", wait=True, replaces_purchase=True)
    decide.approve(bank, cast["hengelo"], reservation_id=chosen.id)  # the highest: no sentence asked
    assert [status(bank, reservation) for reservation in (small, large, chosen)] == ["requested", "waiting", "approved"]
    sound(bank)


def test_approving_in_order_asks_for_no_sentence(bank: Session, cast: dict) -> None:
    lot = make_listing(bank, cast["hengelo"], quantity=m2("500"))
    low = ask(bank, cast["borne"], lot, "100")
    ask(bank, cast["almelo"], lot, "300", replaces_purchase=True)
    assert decide.approve(bank, cast["hengelo"], reservation_id=low.id).choice_reason == ""  # both fit


def test_a_part_may_be_approved_and_the_rest_goes_to_who_waits(bank: Session, cast: dict) -> None:
    lot = make_listing(bank, cast["hengelo"], quantity=m2("500"))
    first = ask(bank, cast["borne"], lot, "500")
    second = ask(bank, cast["almelo"], lot, "200", wait=True)
    with pytest.raises(Invalid):
        decide.approve(bank, cast["hengelo"], reservation_id=first.id, quantity=Decimal(501))
    approved = decide.approve(bank, cast["hengelo"], reservation_id=first.id, quantity=Decimal(300))
    assert (approved.quantity, approved.asked) == (Decimal(300), Decimal(500))
    assert status(bank, second) == "offered"
    sound(bank)


def test_approved_quantity_is_never_taken_from_its_holder(bank: Session, cast: dict) -> None:
    lot = make_listing(bank, cast["hengelo"], quantity=m2("500"))
    first = ask(bank, cast["borne"], lot, "400")
    decide.approve(bank, cast["hengelo"], reservation_id=first.id)
    second = ask(bank, cast["almelo"], lot, "400", wait=True)
    with pytest.raises(Conflict) as refused:
        decide.approve(bank, cast["hengelo"], reservation_id=second.id)
    assert refused.value.facts["available"] == "100"
    assert decide.approve(bank, cast["hengelo"], reservation_id=second.id, quantity=Decimal(100)).quantity == Decimal(100)
    sound(bank)


def test_an_earlier_no_show_costs_ten_points(bank: Session, cast: dict) -> None:
    lot = make_listing(bank, cast["hengelo"], quantity=m2("500"))
    missed = ask(bank, cast["borne"], lot, "400")
    decide.approve(bank, cast["hengelo"], reservation_id=missed.id)
    with pytest.raises(Forbidden):
        decide.no_show(bank, cast["borne"], reservation_id=missed.id)
    with clock.frozen(clock.now() + timedelta(days=31)):  # the hold is over, and the clock is late
        for _again in range(2):
            ended = decide.no_show(bank, cast["hengelo"], reservation_id=missed.id)
            assert (ended.status, ended.no_show) == ("cancelled", True)
    again, other = ask(bank, cast["borne"], lot, "250"), ask(bank, cast["borne"], lot, "250")
    scores = {claim.reservation.id: claim.score.points for claim in list_requests(bank, cast["hengelo"], lot.id).claims}
    # Borne lies 5.012 km from Hengelo: 20 × 44.99/50 = 18; fit 20 × 250/500 = 10; one no-show: − 10
    assert scores == {again.id: 18, other.id: 18}
    assert told(bank, "no_show") == [missed.id]


def test_a_hold_until_friday_warns_at_three_days_and_one_and_on_the_day_lapses_once_and_goes_on(
    bank: Session, cast: dict
) -> None:
    lot = make_listing(bank, cast["hengelo"], quantity=m2("500"), available_until=None)
    held = ask(bank, cast["borne"], lot, "500")
    friday = at_the_clock(clock.today() + timedelta(days=5), time(12))
    decide.approve(bank, cast["hengelo"], reservation_id=held.id, hold_until=friday)
    next_one = ask(bank, cast["almelo"], lot, "300", wait=True)
    warned = {}
    for days_before in (4, 3, 2, 1, 0):
        with clock.frozen(friday - timedelta(days=days_before, minutes=5)):
            for _twice in range(2):
                for number in list_to_remind(bank):
                    deadlines.remind(bank, reservation_id=number)
            warned[days_before] = len(told(bank, "reservation_expiring"))
    assert warned == {4: 0, 3: 2, 2: 2, 1: 4, 0: 6}  # both sides each time
    with clock.frozen(friday + timedelta(minutes=1)):
        assert [deadlines.expire(bank, reservation_id=held.id) for _twice in range(2)] == [True, False]
        assert (status(bank, held), status(bank, next_one)) == ("expired", "offered")
    sound(bank)


def test_who_waits_for_a_lot_that_will_not_come_is_told(bank: Session, cast: dict) -> None:
    lot = make_listing(bank, cast["hengelo"], quantity=m2("500"))
    first = ask(bank, cast["borne"], lot, "500")
    late = ask(bank, cast["almelo"], lot, "300", wait=True, needed_by=clock.today() + timedelta(days=3))
    rest = ask(bank, cast["wierden"], lot, "400", wait=True)
    assert list_waiting_to_expire(bank) == []
    with clock.frozen(clock.now() + timedelta(days=4)):
        assert list_waiting_to_expire(bank) == [late.id]
        assert [deadlines.expire_waiting(bank, reservation_id=late.id) for _twice in range(2)] == [True, False]
    with clock.frozen(clock.now() + timedelta(days=31)):  # the lot's period is over
        assert list_waiting_to_expire(bank) == [rest.id]
        decide.cancel(bank, cast["borne"], reservation_id=first.id, reason="Te laat")
        assert status(bank, rest) == "waiting"  # nothing is offered after the last day
        assert deadlines.expire_waiting(bank, reservation_id=rest.id)
    assert told(bank, "waiting_ended") == [late.id, rest.id]


def test_what_comes_free_by_an_edit_is_offered_by_the_clock(bank: Session, cast: dict) -> None:
    lot = make_listing(bank, cast["hengelo"], quantity=m2("500"))
    ask(bank, cast["borne"], lot, "500")
    waiting = ask(bank, cast["almelo"], lot, "100", wait=True)
    bank.refresh(lot)
    draft = listing_draft("hengelo", quantity=m2("600"))
    update_listing(bank, cast["hengelo"], listing_id=lot.id, version=lot.version, draft=draft)
    assert list_listings_to_offer(bank) == [lot.id]
    assert [deadlines.offer(bank, listing_id=lot.id) for _twice in range(2)] == [True, False]
    assert status(bank, waiting) == "offered"
    sound(bank)


def test_withdrawing_ends_who_waits_too_and_closing_leaves_them_to_the_clock(bank: Session, cast: dict) -> None:
    lot = make_listing(bank, cast["hengelo"], quantity=m2("500"))
    first = ask(bank, cast["borne"], lot, "500")
    waiting = ask(bank, cast["almelo"], lot, "300", wait=True)
    decide.withdraw(bank, cast["hengelo"], listing_id=lot.id, reason="Zelf nodig")
    assert (status(bank, first), status(bank, waiting)) == ("cancelled", "cancelled")
    assert told(bank, "reservation_offered") == []
    other = make_listing(bank, cast["hengelo"], quantity=m2("500"))
    held = ask(bank, cast["borne"], other, "500")
    still = ask(bank, cast["almelo"], other, "300", wait=True)
    bank.refresh(other)
    decide.reject(bank, cast["hengelo"], reservation_id=held.id, reason="Kapot")
    decide.reject(bank, cast["hengelo"], reservation_id=still.id, reason="Kapot")
    assert close_listing(bank, cast["hengelo"], listing_id=other.id).status == "closed"
    sound(bank)


def test_what_somebody_waits_for_stays_the_same_material_in_the_same_unit(bank: Session, cast: dict) -> None:
    lot = make_listing(bank, cast["hengelo"], quantity=m2("500"))
    held = ask(bank, cast["borne"], lot, "500")
    ask(bank, cast["almelo"], lot, "300", wait=True, needed_by=clock.today())
    with clock.frozen(clock.now() + timedelta(days=1)):  # too late for those who wait: nothing is offered, nothing is held
        decide.cancel(bank, cast["borne"], reservation_id=held.id, reason="Niet nodig")
    bank.refresh(lot)
    assert lot.held == 0
    changed = listing_draft(quantity=Quantity(Decimal(22000), Unit.PIECE))
    with pytest.raises(Conflict) as refused:
        edit_listing(bank, cast["hengelo"], listing_id=lot.id, version=lot.version, draft=changed)
    assert refused.value.field == "material"


def test_an_offer_that_is_over_cannot_be_accepted_even_before_the_clock_has_come(bank: Session, cast: dict) -> None:
    lot = make_listing(bank, cast["hengelo"], quantity=m2("500"))
    first = ask(bank, cast["borne"], lot, "500")
    waiting = ask(bank, cast["almelo"], lot, "300", wait=True)
    decide.cancel(bank, cast["borne"], reservation_id=first.id, reason="Te laat")
    with clock.frozen(clock.now() + timedelta(hours=49)), pytest.raises(Conflict):
        reserve.accept_offer(bank, cast["almelo"], reservation_id=waiting.id)
