"""What is planned is reserved on a condition, its days move, its holders answer, and at last it is there."""

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import delete, select, update
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from marketplace.accounts.policy import Actor
from marketplace.depots.models import Lot, Movement
from marketplace.exchange.actions import deadlines, decide, gate, hand_over
from marketplace.exchange.models import Reservation
from marketplace.exchange.queries.reservations import find_reservation, list_listings_to_offer, list_waiting_to_expire
from marketplace.exchange.rules.gate import AppointmentDraft
from marketplace.exchange.rules.reservation import HandoverDraft
from marketplace.kernel import clock
from marketplace.kernel.errors import Conflict, Forbidden, Invalid
from marketplace.kernel.units import Amount, Unit
from marketplace.ledger.models import Exchange
from marketplace.market.actions.freshness import remind_of_listing, remind_of_plan
from marketplace.market.models import Listing
from marketplace.market.queries.freshness import list_overdue_plans
from marketplace.market.queries.listings import get_listing
from marketplace.market.rules.listing import Certainty, QuantityBasis
from marketplace.market.rules.photos import StoredPicture
from marketplace.matching.actions.publish import come_free, move_dates
from marketplace.notices.models import NoticeRow
from marketplace.planned.actions.dates import confirm_dates, decline_dates, release_unanswered
from marketplace.planned.models import DateChange
from marketplace.planned.queries import get_reliability, list_date_changes, list_sources, list_unanswered, plan_of
from marketplace.planned.rules import DatesDraft, Plan, ThereDraft
from tests.factories import declare, make_actor, seed_taxonomy
from tests.rooms.test_planned import planned
from tests.rooms.test_waiting import ask, m2, sound, status, told

PICTURE = StoredPicture(dict.fromkeys(("webp-480", "webp-960", "webp-1600", "jpeg-1200"), (f"{7:064d}.webp", 480, 360)))


@pytest.fixture
def bank(session: Session) -> Session:
    seed_taxonomy(session)
    return session


@pytest.fixture
def cast(bank: Session) -> dict[str, Actor]:
    return {slug: make_actor(bank, slug) for slug in ("hengelo", "borne", "almelo", "wierden")}


@pytest.fixture
def lot(bank: Session, cast: dict[str, Actor]) -> Listing:
    """800 m² that comes free between 60 and 90 days from now."""
    listing = planned(bank, cast["hengelo"], quantity=m2("800"))
    declare(bank, cast["hengelo"], listing)
    return listing


def ahead(days: int) -> date:
    return clock.today() + timedelta(days=days)


def shift(session: Session, cast: dict[str, Actor], lot: Listing, first: int, last: int, **more: Any) -> Listing:
    """Move its days to so many from now."""
    listing = get_listing(session, cast["hengelo"], lot.id)
    values = {"certainty": Certainty.BUDGETED, "reason": "De aannemer begint later", **more}
    draft = DatesDraft(Plan(ahead(first), ahead(last), values["certainty"]), values["reason"])
    return move_dates(session, cast["hengelo"], listing_id=lot.id, version=listing.version, draft=draft)


def there(session: Session, cast: dict[str, Actor], lot: Listing, amount: str = "800", **more: Any) -> Listing:
    """It is there today, with a photo."""
    draft = ThereDraft(
        Amount(Decimal(amount), Unit.M2), QuantityBasis.MEASURED, more.pop("came_on", clock.today()), more.pop("until", None)
    )
    return come_free(session, cast["hengelo"], listing_id=lot.id, draft=draft, pictures=more.get("pictures", [PICTURE]))


def days_of(session: Session, reservation: Reservation) -> tuple[date | None, date | None]:
    row = find_reservation(session, reservation.id)
    return row.agreed_earliest, row.agreed_latest


def test_what_is_planned_is_reserved_on_the_condition_of_its_period(bank: Session, cast: dict[str, Actor], lot: Listing) -> None:
    reservation = ask(bank, cast["borne"], lot, "500")
    assert (status(bank, reservation), days_of(bank, reservation)) == ("requested", (ahead(60), ahead(90)))
    approved = decide.approve(bank, cast["hengelo"], reservation_id=reservation.id)
    assert clock.local(approved.expires_at).date() == ahead(120)  # thirty days after its last day
    assert approved.terms.available_from == ahead(60)
    sound(bank)


def test_what_is_not_there_is_neither_collected_nor_handed_over(bank: Session, cast: dict[str, Actor], lot: Listing) -> None:
    reservation = ask(bank, cast["borne"], lot, "500")
    decide.approve(bank, cast["hengelo"], reservation_id=reservation.id)
    with pytest.raises(Conflict, match="ligt er nog niet"):
        hand_over.hand_over(bank, cast["hengelo"], reservation_id=reservation.id, draft=HandoverDraft(m2("500"), clock.today()))
    meeting = AppointmentDraft((clock.now() + timedelta(days=70),))
    with pytest.raises(Conflict, match="ligt er nog niet"):
        gate.propose_times(bank, cast["hengelo"], reservation_id=reservation.id, draft=meeting)


def test_every_move_is_kept_with_its_reason(bank: Session, cast: dict[str, Actor], lot: Listing) -> None:
    shift(bank, cast, lot, 70, 100)
    moved = shift(bank, cast, lot, 70, 100, certainty=Certainty.TENDERED, reason="Gegund")
    assert (moved.available_from, moved.available_until, moved.certainty) == (ahead(70), ahead(100), "tendered")
    first, second = list_date_changes(bank, cast["borne"], lot.id)
    assert (first.old_earliest, first.old_latest, first.new_earliest, first.new_latest) == (
        *(ahead(60), ahead(90)),
        *(ahead(70), ahead(100)),
    )
    assert (first.reason, first.person_id) == ("De aannemer begint later", cast["hengelo"].person_id)
    assert (second.old_certainty, second.new_certainty, second.reason) == ("budgeted", "tendered", "Gegund")


def test_the_same_days_again_change_nothing(bank: Session, cast: dict[str, Actor], lot: Listing) -> None:
    before = get_listing(bank, cast["hengelo"], lot.id).version
    assert shift(bank, cast, lot, 60, 90, reason="").version == before
    assert list_date_changes(bank, cast["hengelo"], lot.id) == []


def test_days_do_not_move_without_a_reason_by_others_or_from_an_old_page(
    bank: Session, cast: dict[str, Actor], lot: Listing
) -> None:
    with pytest.raises(Invalid) as refusal:
        shift(bank, cast, lot, 70, 100, reason=" ")
    assert refusal.value.field == "reason"
    draft = DatesDraft(Plan(ahead(70), ahead(100), Certainty.IDEA), "Later")
    with pytest.raises(Forbidden):
        move_dates(bank, cast["borne"], listing_id=lot.id, version=lot.version, draft=draft)
    with pytest.raises(Conflict):
        move_dates(bank, cast["hengelo"], listing_id=lot.id, version=lot.version + 1, draft=draft)
    assert list_date_changes(bank, cast["hengelo"], lot.id) == []


@pytest.mark.parametrize("statement", [update(DateChange).values(reason="Anders"), delete(DateChange)])
def test_what_was_kept_of_the_days_is_never_changed(bank: Session, cast: dict[str, Actor], lot: Listing, statement: Any) -> None:
    shift(bank, cast, lot, 70, 100)
    with pytest.raises(DBAPIError, match="append-only"), bank.begin_nested():
        bank.execute(statement)


def test_a_holder_is_asked_again_and_agrees(bank: Session, cast: dict[str, Actor], lot: Listing) -> None:
    approved = ask(bank, cast["borne"], lot, "500")
    decide.approve(bank, cast["hengelo"], reservation_id=approved.id)
    requested = ask(bank, cast["almelo"], lot, "300")
    shift(bank, cast, lot, 100, 130)
    assert told(bank, "dates_moved") == [approved.id, requested.id]
    row = find_reservation(bank, approved.id)
    assert clock.local(row.confirm_until).date() == ahead(10) and clock.local(row.expires_at).date() == ahead(160)
    assert days_of(bank, approved) == (ahead(60), ahead(90))  # what was agreed still stands
    for _twice in range(2):
        confirm_dates(bank, cast["borne"], reservation_id=approved.id)
    assert (days_of(bank, approved), told(bank, "dates_confirmed")) == ((ahead(100), ahead(130)), [approved.id])
    confirmed = find_reservation(bank, approved.id)
    assert (confirmed.confirm_until, confirmed.terms.available_from, len(confirmed.terms_versions)) == (None, ahead(100), 2)
    assert status(bank, approved) == "approved"
    sound(bank)


def test_only_the_holder_answers_and_only_when_asked(bank: Session, cast: dict[str, Actor], lot: Listing) -> None:
    reservation = ask(bank, cast["borne"], lot, "500")
    with pytest.raises(Conflict):
        decline_dates(bank, cast["borne"], reservation_id=reservation.id)
    shift(bank, cast, lot, 100, 130)
    for verb in (confirm_dates, decline_dates):
        with pytest.raises(Forbidden):
            verb(bank, cast["hengelo"], reservation_id=reservation.id)


def test_days_that_move_back_ask_nothing_any_more(bank: Session, cast: dict[str, Actor], lot: Listing) -> None:
    reservation = ask(bank, cast["borne"], lot, "500")
    shift(bank, cast, lot, 100, 130)
    shift(bank, cast, lot, 60, 90)
    assert find_reservation(bank, reservation.id).confirm_until is None
    assert told(bank, "dates_moved") == [reservation.id]


def test_how_sure_it_is_asks_nobody(bank: Session, cast: dict[str, Actor], lot: Listing) -> None:
    reservation = ask(bank, cast["borne"], lot, "500")
    shift(bank, cast, lot, 60, 90, certainty=Certainty.IN_EXECUTION)
    assert (find_reservation(bank, reservation.id).confirm_until, told(bank, "dates_moved")) == (None, [])


def test_whoever_lets_go_keeps_the_place_and_waits_for_other_days(bank: Session, cast: dict[str, Actor], lot: Listing) -> None:
    first = ask(bank, cast["borne"], lot, "800")
    decide.approve(bank, cast["hengelo"], reservation_id=first.id)
    second = ask(bank, cast["almelo"], lot, "800", wait=True)
    asked_at = find_reservation(bank, first.id).requested_at
    shift(bank, cast, lot, 100, 130)
    for _twice in range(2):
        decline_dates(bank, cast["borne"], reservation_id=first.id)
    row = find_reservation(bank, first.id)
    assert (row.status, row.requested_at, row.dates_declined, row.expires_at) == ("waiting", asked_at, True, None)
    assert (status(bank, second), told(bank, "dates_declined")) == ("offered", [first.id])  # the next one gets it
    with pytest.raises(Conflict, match="losgelaten"):
        decide.approve(bank, cast["hengelo"], reservation_id=first.id)
    decide.cancel(bank, cast["almelo"], reservation_id=second.id, reason="Toch niet")
    assert (status(bank, first), list_listings_to_offer(bank)) == ("waiting", [])  # not with these days
    shift(bank, cast, lot, 60, 95)
    assert (status(bank, first), days_of(bank, first)) == ("offered", (ahead(60), ahead(95)))
    sound(bank)


def test_the_place_is_that_of_the_first_request(bank: Session, cast: dict[str, Actor], lot: Listing) -> None:
    began = clock.now()
    with clock.frozen(began + timedelta(minutes=1)):
        first = ask(bank, cast["borne"], lot, "800")
    with clock.frozen(began + timedelta(minutes=2)):
        second = ask(bank, cast["borne"], lot, "800", wait=True)  # as far away, later asked
    with clock.frozen(began + timedelta(minutes=3)):
        shift(bank, cast, lot, 100, 130)
        decline_dates(bank, cast["borne"], reservation_id=first.id)
        decide.cancel(bank, cast["borne"], reservation_id=second.id, reason="Toch niet")
        third = ask(bank, cast["borne"], lot, "800")
        fourth = ask(bank, cast["borne"], lot, "800", wait=True)
        shift(bank, cast, lot, 60, 95)
        decide.cancel(bank, cast["borne"], reservation_id=third.id, reason="Toch niet")
    assert (status(bank, first), status(bank, fourth)) == ("offered", "waiting")


def test_no_answer_in_ten_days_lets_go_once(bank: Session, cast: dict[str, Actor], lot: Listing) -> None:
    reservation = ask(bank, cast["borne"], lot, "500")
    decide.approve(bank, cast["hengelo"], reservation_id=reservation.id)
    shift(bank, cast, lot, 100, 130)
    with clock.frozen(clock.now() + timedelta(days=10)):
        assert list_unanswered(bank) == [] and not release_unanswered(bank, reservation_id=reservation.id)
    with clock.frozen(clock.now() + timedelta(days=11)):
        assert list_unanswered(bank) == [reservation.id]
        assert [release_unanswered(bank, reservation_id=reservation.id) for _twice in range(2)] == [True, False]
        assert list_unanswered(bank) == []
    assert (status(bank, reservation), get_listing(bank, cast["hengelo"], lot.id).held) == ("waiting", 0)
    assert told(bank, "dates_unanswered") == [reservation.id, reservation.id]  # both sides
    sound(bank)


def test_it_is_there_as_measured_and_becomes_a_lot(bank: Session, cast: dict[str, Actor], lot: Listing) -> None:
    came_on = clock.today() - timedelta(days=3)
    for _twice in range(2):
        listing = there(bank, cast, lot, "780", came_on=came_on, until=ahead(40))
    assert (listing.planned, listing.earliest, listing.certainty, listing.status) == (False, None, None, "published")
    assert (listing.quantity, listing.listed, listing.corrected, listing.quantity_basis) == (780, 800, -20, "measured")
    assert (listing.available_from, listing.available_until) == (came_on, ahead(40))
    stock = bank.get_one(Lot, listing.lot_id)
    assert (stock.quantity, stock.unit) == (780, "m2")
    [row] = bank.scalars(select(Movement).where(Movement.lot_id == stock.id))
    assert (row.kind, row.happened_on, row.listing_id) == ("in", came_on, listing.id)
    [change] = list_date_changes(bank, cast["hengelo"], lot.id)
    assert (change.old_earliest, change.new_earliest, change.came_on) == (ahead(60), None, came_on)
    sound(bank)


def test_it_is_there_only_with_a_photo(bank: Session, cast: dict[str, Actor], lot: Listing) -> None:
    with pytest.raises(Invalid) as refusal:
        there(bank, cast, lot, pictures=[])
    assert refusal.value.field == "photos"


def test_a_reservation_goes_on_without_a_condition_and_is_handed_over(
    bank: Session, cast: dict[str, Actor], lot: Listing
) -> None:
    reservation = ask(bank, cast["borne"], lot, "500")
    decide.approve(bank, cast["hengelo"], reservation_id=reservation.id)
    shift(bank, cast, lot, 100, 130)
    there(bank, cast, lot, "780")
    row = find_reservation(bank, reservation.id)
    assert (row.agreed_earliest, row.confirm_until, clock.local(row.expires_at).date()) == (None, None, ahead(30))
    assert (row.terms.available_from, told(bank, "plan_came")) == (clock.today(), [reservation.id])
    draft = HandoverDraft(m2("500"), clock.today())
    hand_over.hand_over(bank, cast["hengelo"], reservation_id=reservation.id, draft=draft)
    hand_over.confirm(bank, cast["borne"], reservation_id=reservation.id)
    [booked] = bank.scalars(select(Exchange))
    assert (booked.quantity, status(bank, reservation)) == (500, "completed")
    assert get_listing(bank, cast["hengelo"], lot.id).available == 280
    sound(bank)


def test_less_than_planned_goes_to_what_is_approved_first(bank: Session, cast: dict[str, Actor], lot: Listing) -> None:
    firm = ask(bank, cast["borne"], lot, "500")
    decide.approve(bank, cast["hengelo"], reservation_id=firm.id)
    requested = ask(bank, cast["almelo"], lot, "300")
    with pytest.raises(Conflict) as refusal:
        there(bank, cast, lot, "499")
    assert refusal.value.facts["minimum"] == "500"
    listing = there(bank, cast, lot, "600")
    assert (status(bank, firm), status(bank, requested), told(bank, "plan_short")) == ("approved", "waiting", [requested.id])
    assert (listing.held, listing.available) == (500, 100)
    sound(bank)


def test_whoever_let_go_is_offered_it_when_it_is_there(bank: Session, cast: dict[str, Actor], lot: Listing) -> None:
    reservation = ask(bank, cast["borne"], lot, "500")
    shift(bank, cast, lot, 100, 130)
    decline_dates(bank, cast["borne"], reservation_id=reservation.id)
    there(bank, cast, lot)
    assert status(bank, reservation) == "offered"
    sound(bank)


def test_waiting_for_a_plan_does_not_end_with_its_period(bank: Session, cast: dict[str, Actor], lot: Listing) -> None:
    ask(bank, cast["borne"], lot, "800")
    waiting = ask(bank, cast["almelo"], lot, "800", wait=True)
    with clock.frozen(clock.now() + timedelta(days=91)):
        assert list_waiting_to_expire(bank) == []
        assert not deadlines.expire_waiting(bank, reservation_id=waiting.id)


def test_the_owner_is_asked_once_when_the_period_is_over(bank: Session, cast: dict[str, Actor], lot: Listing) -> None:
    with clock.frozen(clock.now() + timedelta(days=90)):
        assert list_overdue_plans(bank) == []
    with clock.frozen(clock.now() + timedelta(days=91)):
        assert list_overdue_plans(bank) == [lot.id]
        assert [remind_of_plan(bank, listing_id=lot.id) for _twice in range(2)] == [True, False]
        assert plan_of(get_listing(bank, cast["hengelo"], lot.id)).latest == ahead(-1)
        shift(bank, cast, lot, 10, 20)
    with clock.frozen(clock.now() + timedelta(days=112)):
        assert list_overdue_plans(bank) == [lot.id]  # of the other period it is asked again
    kinds = [row.kind for row in bank.scalars(select(NoticeRow)) if row.kind == "plan_overdue"]
    assert len(kinds) == 1


def test_a_plan_is_confirmed_in_words_of_its_own(bank: Session, cast: dict[str, Actor], lot: Listing) -> None:
    with clock.frozen(clock.now() + timedelta(days=45)):
        assert remind_of_listing(bank, listing_id=lot.id)
    assert [row.kind for row in bank.scalars(select(NoticeRow)) if "freshness" in row.kind] == ["plan_freshness"]


def test_nobody_failed_to_collect_what_never_came(bank: Session, cast: dict[str, Actor], lot: Listing) -> None:
    reservation = ask(bank, cast["borne"], lot, "500")
    decide.approve(bank, cast["hengelo"], reservation_id=reservation.id)
    with clock.frozen(clock.now() + timedelta(days=121)):
        assert deadlines.expire(bank, reservation_id=reservation.id)
        assert status(bank, reservation) == "expired"
        with pytest.raises(Conflict, match="ligt er nog niet"):
            decide.no_show(bank, cast["hengelo"], reservation_id=reservation.id)


def test_a_plan_is_held_against_what_was_first_said_however_it_moved(bank: Session, cast: dict[str, Actor], lot: Listing) -> None:
    own = cast["hengelo"]
    assert get_reliability(bank, cast["borne"], own.organisation_id or 0).due == 0
    shift(bank, cast, lot, 100, 130, certainty=Certainty.TENDERED)
    with clock.frozen(clock.now() + timedelta(days=91)):
        overdue = get_reliability(bank, cast["borne"], own.organisation_id or 0)  # of 60 to 90 days, not of 100 to 130
        assert (overdue.due, overdue.within, overdue.late) == (1, 0, 1)
    with clock.frozen(clock.now() + timedelta(days=110)):
        there(bank, cast, lot)
        together, [source] = list_sources(bank, cast["borne"])
    assert (together.due, together.late, together.median_slip_days) == (1, 1, 20)  # day 110 is 20 days after day 90
    assert (source.organisation.slug, source.together) == ("hengelo", together)
    assert [(certainty.value, reliability.due) for certainty, reliability in source.by_certainty] == [
        ("budgeted", 1)
    ]  # as first said


def test_a_plan_within_its_period_and_one_withdrawn(bank: Session, cast: dict[str, Actor], lot: Listing) -> None:
    other = planned(bank, cast["hengelo"])
    decide.withdraw(bank, cast["hengelo"], listing_id=other.id, reason="Gaat niet door")
    with clock.frozen(clock.now() + timedelta(days=60)):
        there(bank, cast, lot)
    reliability = get_reliability(bank, cast["borne"], cast["hengelo"].organisation_id or 0)
    assert (reliability.due, reliability.within, reliability.withdrawn, reliability.median_slip_days) == (1, 1, 1, 0)
