"""At the gate: short and over, within the tolerance and outside it, agreed on and settled, cancelled together, and brought back."""

from datetime import timedelta
from decimal import Decimal

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from marketplace.exchange.actions import deadlines, decide, hand_over, reserve
from marketplace.exchange.models import Reservation
from marketplace.exchange.rules.reservation import HandoverDraft, MeasuredBy, ReceiptDraft, ReservationDraft
from marketplace.kernel import clock
from marketplace.kernel.errors import Conflict, Forbidden, Invalid
from marketplace.kernel.units import Quantity, Unit
from marketplace.ledger.models import Exchange
from marketplace.ledger.queries import find_breach, find_rollup_breach
from marketplace.market.models import Demand, Listing, Photo, PhotoFile
from marketplace.market.rules.listing import Condition
from marketplace.notices.models import NoticeRow
from tests.at_the_gate import approved, back, counted, handed_over, m2, sound
from tests.factories import make_actor, make_demand, make_listing, seed_taxonomy


@pytest.fixture
def bank(session: Session) -> Session:
    seed_taxonomy(session)
    return session


@pytest.fixture
def cast(bank: Session) -> dict:
    return {slug: make_actor(bank, slug) for slug in ("hengelo", "borne", "almelo")}


def confirm(session: Session, cast: dict, reservation: Reservation, amount: str, **more) -> Reservation:
    draft = ReceiptDraft(m2(amount), **more)
    return hand_over.confirm(session, cast["borne"], reservation_id=reservation.id, draft=draft)


def kinds(session: Session) -> list[str]:
    return list(session.scalars(select(NoticeRow.kind).order_by(NoticeRow.id)))


def test_within_five_percent_the_receivers_figure_counts(bank: Session, cast: dict) -> None:
    lot, reservation = handed_over(bank, cast)
    done = confirm(bank, cast, reservation, "285", measured_by=MeasuredBy.COUNTED, condition=Condition.FAIR)  # 15 of 300 is 5 %
    assert (done.status, done.quantity, done.receiver_measured_by, done.receiver_condition) == (
        "completed",
        Decimal(285),
        "counted",
        "fair",
    )
    assert counted(bank, lot) == ("500", "0", "285", "215")  # the 15 are free again
    assert bank.scalars(select(Exchange)).one().quantity == Decimal(285)
    sound(bank)


def test_outside_the_tolerance_nothing_counts_until_both_agree_on_one_figure(bank: Session, cast: dict) -> None:
    lot, reservation = handed_over(bank, cast)
    disputed = confirm(bank, cast, reservation, "276")  # 24 of 300 is 8 %
    assert (disputed.status, disputed.quantity, disputed.receiver_quantity) == ("disputed", Decimal(300), Decimal(276))
    assert counted(bank, lot) == ("500", "300", "0", "200")
    assert bank.scalars(select(Exchange)).all() == []
    sound(bank)
    with clock.frozen(clock.now() + timedelta(days=40)):
        assert not deadlines.expire(bank, reservation_id=reservation.id)  # people end a dispute, not the clock
    done = hand_over.resolve(bank, cast["hengelo"], reservation_id=reservation.id, quantity=m2("276"))
    assert (done.status, done.quantity) == ("completed", Decimal(276))
    assert counted(bank, lot) == ("500", "0", "276", "224")
    assert bank.scalars(select(Exchange)).one().quantity == Decimal(276)
    sound(bank)


def test_the_missing_are_written_off_with_a_reason(bank: Session, cast: dict) -> None:
    lot, reservation = handed_over(bank, cast)
    confirm(bank, cast, reservation, "276")
    done = hand_over.resolve(
        bank, cast["hengelo"], reservation_id=reservation.id, quantity=m2("276"), write_off_reason="24 m² gebroken bij het laden"
    )
    assert (done.written_off, done.write_off_reason) == (Decimal(24), "24 m² gebroken bij het laden")
    assert counted(bank, lot) == ("476", "0", "276", "200")
    sound(bank)


def test_the_owner_writes_off_at_the_gate_and_an_empty_lot_closes(bank: Session, cast: dict) -> None:
    lot, reservation = approved(bank, cast, lot=make_listing(bank, cast["hengelo"], quantity=m2("300")))
    draft = HandoverDraft(m2("290"), clock.today(), write_off_reason="Tien stuks kapot")
    hand_over.hand_over(bank, cast["hengelo"], reservation_id=reservation.id, draft=draft)
    hand_over.confirm(bank, cast["borne"], reservation_id=reservation.id)
    assert counted(bank, lot) == ("290", "0", "290", "0")
    assert lot.status == "closed"
    sound(bank)


def test_a_surplus_passes_only_where_nobody_holds_it(bank: Session, cast: dict) -> None:
    lot, reservation = handed_over(bank, cast)
    other = reserve.reserve(bank, cast["almelo"], listing_id=lot.id, draft=ReservationDraft(m2("190")))
    confirm(bank, cast, reservation, "320")  # 20 of 300 is 6.7 %: first they agree
    with pytest.raises(Conflict) as refused:
        hand_over.resolve(bank, cast["hengelo"], reservation_id=reservation.id, quantity=m2("320"), confirm_unusual=True)
    assert refused.value.facts["available"] == "310"
    decide.cancel(bank, cast["almelo"], reservation_id=other.id, reason="Niet meer nodig")
    done = hand_over.resolve(bank, cast["hengelo"], reservation_id=reservation.id, quantity=m2("320"), confirm_unusual=True)
    assert (done.status, done.quantity) == ("completed", Decimal(320))
    assert counted(bank, lot) == ("500", "0", "320", "180")
    sound(bank)


def test_a_third_figure_is_a_proposal_until_the_other_says_the_same(bank: Session, cast: dict) -> None:
    _lot, reservation = handed_over(bank, cast)
    hand_over.dispute(bank, cast["borne"], reservation_id=reservation.id, reason="Een pallet was leeg")
    with pytest.raises(Invalid):
        hand_over.resolve(bank, cast["hengelo"], reservation_id=reservation.id, quantity=m2("290"))
    first = hand_over.resolve(bank, cast["hengelo"], reservation_id=reservation.id, quantity=m2("290"), reason="Nageteld")
    assert (first.status, first.owner_answer, first.settled_reason) == ("disputed", Decimal(290), "Nageteld")
    assert first.owner_quantity == Decimal(300)  # what was signed for at the gate is never replaced
    done = hand_over.resolve(bank, cast["borne"], reservation_id=reservation.id, quantity=m2("290"))
    assert (done.status, done.quantity, done.settled_reason) == ("completed", Decimal(290), "Nageteld")
    assert kinds(bank)[-4:] == ["disputed", "dispute_to_decide", "dispute_answered", "completed"]
    sound(bank)


def test_the_broker_settles_with_a_reason_and_others_may_not(bank: Session, cast: dict) -> None:
    _lot, reservation = handed_over(bank, cast)
    confirm(bank, cast, reservation, "200")
    broker, reviewer = make_actor(bank, "regio-twente", "coordinator"), make_actor(bank, "regio-twente", "reviewer")
    with pytest.raises(Forbidden):
        hand_over.resolve(bank, reviewer, reservation_id=reservation.id, quantity=m2("250"), reason="Midden")
    with pytest.raises(Invalid):
        hand_over.resolve(bank, broker, reservation_id=reservation.id, quantity=m2("250"))
    done = hand_over.resolve(bank, broker, reservation_id=reservation.id, quantity=m2("250"), reason="Foto’s laten 250 zien")
    assert (done.status, done.quantity, done.owner_quantity, done.receiver_quantity) == (
        "completed",
        Decimal(250),
        Decimal(300),
        Decimal(200),
    )
    assert kinds(bank)[-2:] == ["completed", "completed"]  # both sides
    sound(bank)


def test_a_confirmation_without_a_figure_takes_the_owners(bank: Session, cast: dict) -> None:
    lot, reservation = handed_over(bank, cast, "280", measured_by=MeasuredBy.WEIGHED, condition=Condition.GOOD)
    done = hand_over.confirm(bank, cast["borne"], reservation_id=reservation.id)
    assert (done.quantity, done.owner_measured_by, done.owner_condition) == (Decimal(280), "weighed", "good")
    assert counted(bank, lot) == ("500", "0", "280", "220")


def test_another_unit_at_the_gate_is_refused(bank: Session, cast: dict) -> None:
    _lot, reservation = handed_over(bank, cast)
    draft = ReceiptDraft(Quantity(Decimal(10), Unit.PIECE))
    with pytest.raises(Invalid) as refused:
        hand_over.confirm(bank, cast["borne"], reservation_id=reservation.id, draft=draft)
    assert refused.value.field == "unit"


def test_between_the_two_signatures_it_is_called_off_together(bank: Session, cast: dict) -> None:
    lot, reservation = handed_over(bank, cast)
    for _again in range(2):
        pending = decide.cancel(bank, cast["borne"], reservation_id=reservation.id, reason="Verkeerde stenen geladen")
        assert (pending.status, pending.cancel_asked_by_id) == ("handed_over", cast["borne"].organisation_id)
    with pytest.raises(Conflict):
        decide.agree_cancel(bank, cast["borne"], reservation_id=reservation.id)
    done = decide.agree_cancel(bank, cast["hengelo"], reservation_id=reservation.id)
    assert (done.status, done.reason) == ("cancelled", "Verkeerde stenen geladen")
    assert counted(bank, lot) == ("500", "0", "0", "500")
    assert bank.scalars(select(Exchange)).all() == []
    assert kinds(bank)[-2:] == ["cancel_proposed", "reservation_cancelled"]
    sound(bank)


def test_agreeing_needs_a_proposal_and_a_confirmation_overrides_it(bank: Session, cast: dict) -> None:
    _lot, reservation = handed_over(bank, cast)
    with pytest.raises(Conflict):
        decide.agree_cancel(bank, cast["hengelo"], reservation_id=reservation.id)
    decide.cancel(bank, cast["hengelo"], reservation_id=reservation.id, reason="Toch zelf nodig")
    assert hand_over.confirm(bank, cast["borne"], reservation_id=reservation.id).status == "completed"
    with pytest.raises(Conflict):
        decide.agree_cancel(bank, cast["borne"], reservation_id=reservation.id)


def test_a_hundred_of_the_276_come_back_in_worse_condition(bank: Session, cast: dict) -> None:
    demand = make_demand(bank, cast["borne"], quantity=m2("276"))
    lot, reservation = approved(bank, cast, "276", demand_id=demand.id)
    draft = HandoverDraft(m2("276"), clock.today())
    hand_over.hand_over(bank, cast["hengelo"], reservation_id=reservation.id, draft=draft)
    hand_over.confirm(bank, cast["borne"], reservation_id=reservation.id)
    assert bank.scalar(select(Demand.status).where(Demand.id == demand.id)) == "fulfilled"
    with clock.frozen(clock.now() + timedelta(days=14)):
        done, _is_repeated = hand_over.return_part(bank, cast["borne"], reservation_id=reservation.id, draft=back("100"))
        today = clock.today()
    assert (done.status, done.quantity, done.returned) == ("completed", Decimal(276), Decimal(100))
    assert counted(bank, lot) == ("400", "0", "176", "224")  # 500 − 100 on the books, 276 − 100 transferred: 224 free as before
    child = bank.scalars(select(Listing).where(Listing.parent_id == lot.id)).one()
    assert (child.quantity, child.condition, child.status, child.organisation_id, child.place_name) == (
        Decimal(100),
        "poor",
        "published",
        lot.organisation_id,
        lot.place_name,
    )
    photos = bank.scalars(select(Photo.id).where(Photo.listing_id == child.id)).all()
    assert len(photos) == 1
    assert bank.scalars(select(PhotoFile.name).where(PhotoFile.photo_id == photos[0])).all()
    booked, reversed_row, haul = bank.scalars(select(Exchange).order_by(Exchange.seq))
    assert (haul.kind, haul.reverses, haul.mass_kg, haul.happened_on) == ("haul", None, 0, today)
    assert (reversed_row.kind, reversed_row.reverses, reversed_row.happened_on) == ("reversal", booked.seq, today)
    assert (reversed_row.quantity, reversed_row.mass_kg) == (Decimal(-100), Decimal(-18500))  # 100 m² × 185 kg
    assert reversed_row.avoided_kgco2e == Decimal("-2197.8")  # 18 500 kg × 0.1188
    assert reversed_row.net_kgco2e == reversed_row.avoided_kgco2e
    assert (reversed_row.road_km, reversed_row.tonne_km, reversed_row.transport_kgco2e) == (0, 0, 0)
    row = bank.execute(select(Demand.status, Demand.fulfilled).where(Demand.id == demand.id)).one()
    assert tuple(row) == ("open", Decimal(176))
    assert (find_breach(bank), find_rollup_breach(bank)) == (None, None)
    sound(bank)


def test_when_all_has_come_back_in_parts_only_the_driving_is_left(bank: Session, cast: dict) -> None:
    _lot, reservation = handed_over(bank, cast)
    hand_over.confirm(bank, cast["borne"], reservation_id=reservation.id)
    for amount in ("33.333", "66.667", "200"):
        hand_over.return_part(bank, cast["hengelo"], reservation_id=reservation.id, draft=back(amount))
    transfer, *after = bank.scalars(select(Exchange).order_by(Exchange.seq))
    assert [row.kind for row in after] == ["reversal", "haul"] * 3
    for name in ("mass_kg", "avoided_kgco2e", "price_cents"):
        assert sum(getattr(row, name) for row in (transfer, *after)) == 0, name
    hauled = [row for row in after if row.kind == "haul"]
    assert sum(row.quantity for row in hauled) == 300
    assert sum(row.tonne_km for row in hauled) == pytest.approx(transfer.tonne_km, abs=Decimal("0.002"))  # all of it, both ways
    assert sum(row.net_kgco2e for row in (transfer, *after)) == -sum(row.transport_kgco2e for row in (transfer, *hauled))
    with pytest.raises(Conflict):
        hand_over.return_part(bank, cast["borne"], reservation_id=reservation.id, draft=back("1"))
    sound(bank)


def test_what_cannot_come_back_is_refused_at_its_field(bank: Session, cast: dict) -> None:
    _lot, reservation = handed_over(bank, cast)
    with pytest.raises(Conflict):
        hand_over.return_part(bank, cast["borne"], reservation_id=reservation.id, draft=back("10"))  # not confirmed yet
    hand_over.confirm(bank, cast["borne"], reservation_id=reservation.id)
    for draft, field in (
        (back("10", returned_on=clock.today() + timedelta(days=1)), "returned_on"),
        (back("10", returned_on=clock.today() - timedelta(days=1)), "returned_on"),
        (back("10", reason=" "), "reason"),
    ):
        with pytest.raises(Invalid) as refused:
            hand_over.return_part(bank, cast["borne"], reservation_id=reservation.id, draft=draft)
        assert refused.value.field == field
    with pytest.raises(Conflict) as too_much:
        hand_over.return_part(bank, cast["borne"], reservation_id=reservation.id, draft=back("300.001"))
    assert too_much.value.facts["available"] == "300"


def test_what_came_back_can_be_reserved_by_the_next(bank: Session, cast: dict) -> None:
    lot, reservation = handed_over(bank, cast)
    hand_over.confirm(bank, cast["borne"], reservation_id=reservation.id)
    hand_over.return_part(bank, cast["borne"], reservation_id=reservation.id, draft=back("100"))
    child = bank.scalars(select(Listing).where(Listing.parent_id == lot.id)).one()
    taken = reserve.reserve(bank, cast["almelo"], listing_id=child.id, draft=ReservationDraft(m2("100")))
    assert taken.status == "requested"
    sound(bank)


def test_within_one_organisation_there_is_no_other_side_to_wait_for(bank: Session, cast: dict) -> None:
    lot = make_listing(bank, cast["hengelo"], quantity=m2("500"))
    reservations = [
        reserve.reserve(bank, cast["hengelo"], listing_id=lot.id, draft=ReservationDraft(m2("100"))) for _twice in range(2)
    ]
    for reservation in reservations:
        hand_over.hand_over(bank, cast["hengelo"], reservation_id=reservation.id, draft=HandoverDraft(m2("100"), clock.today()))
        hand_over.dispute(bank, cast["hengelo"], reservation_id=reservation.id, reason="Er ontbreekt een pallet")
    called_off = decide.cancel(bank, cast["hengelo"], reservation_id=reservations[0].id, reason="Toch niet")
    settled = hand_over.resolve(bank, cast["hengelo"], reservation_id=reservations[1].id, quantity=m2("90"), reason="Nageteld")
    assert (called_off.status, settled.status, settled.quantity) == ("cancelled", "completed", Decimal(90))
    assert counted(bank, lot) == ("500", "0", "90", "410")


def test_a_proposal_to_cancel_that_nobody_took_leaves_no_reason_behind(bank: Session, cast: dict) -> None:
    _lot, reservation = handed_over(bank, cast)
    decide.cancel(bank, cast["hengelo"], reservation_id=reservation.id, reason="Verkeerde partij geladen")
    completed = confirm(bank, cast, reservation, "300")
    assert (completed.status, completed.reason, completed.cancel_asked_by_id) == ("completed", "", None)


def test_a_surplus_that_was_never_there_leaves_nothing_behind(bank: Session, cast: dict) -> None:
    lot, reservation = approved(bank, cast, lot=make_listing(bank, cast["hengelo"], quantity=m2("300")))
    draft = HandoverDraft(m2("320"), clock.today(), confirm_unusual=True)
    hand_over.hand_over(bank, cast["hengelo"], reservation_id=reservation.id, draft=draft)
    assert counted(bank, lot) == ("320", "320", "0", "0")
    confirm(bank, cast, reservation, "308")  # 12 of 320 is 3.75 %: 8 more than the lot had, not 20
    assert counted(bank, lot) == ("308", "0", "308", "0")
    assert lot.status == "closed"
    sound(bank)


def test_a_surplus_goes_with_a_transfer_that_is_called_off(bank: Session, cast: dict) -> None:
    lot, reservation = approved(bank, cast, lot=make_listing(bank, cast["hengelo"], quantity=m2("310")))
    draft = HandoverDraft(m2("330"), clock.today(), confirm_unusual=True)  # 10 that were free, and 20 that the books did not know
    hand_over.hand_over(bank, cast["hengelo"], reservation_id=reservation.id, draft=draft)
    assert counted(bank, lot) == ("330", "330", "0", "0")
    decide.cancel(bank, cast["borne"], reservation_id=reservation.id, reason="Verkeerde stenen")
    decide.agree_cancel(bank, cast["hengelo"], reservation_id=reservation.id)
    assert counted(bank, lot) == ("310", "0", "0", "310")
    sound(bank)


def test_only_the_owner_and_the_broker_write_off(bank: Session, cast: dict) -> None:
    _lot, reservation = handed_over(bank, cast)
    confirm(bank, cast, reservation, "276")
    with pytest.raises(Invalid) as refused:
        hand_over.resolve(
            bank, cast["borne"], reservation_id=reservation.id, quantity=m2("276"), reason="Weg", write_off_reason="Kapot"
        )
    assert refused.value.field == "write_off_reason"
