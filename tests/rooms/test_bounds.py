"""Facts within bounds: on which day, how much, over how many kilometres, and what silence may confirm."""

from datetime import timedelta
from decimal import Decimal

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from marketplace.exchange.actions import deadlines, decide, hand_over, reserve, terms
from marketplace.exchange.models import Reservation
from marketplace.exchange.queries.invariants import INVARIANTS
from marketplace.exchange.queries.reservations import find_reservation
from marketplace.exchange.queries.watch import list_unconfirmed
from marketplace.exchange.rules.reservation import HandoverDraft, ReceiptDraft, ReservationDraft
from marketplace.exchange.rules.returns import ReturnDraft
from marketplace.exchange.rules.terms import TermsDraft
from marketplace.kernel import clock
from marketplace.kernel.errors import Conflict, Forbidden, Invalid
from marketplace.kernel.units import Quantity, Unit
from marketplace.ledger.models import Exchange
from marketplace.market.actions.listings import create_listing, update_listing
from marketplace.market.models import Listing
from marketplace.market.rules.listing import Condition
from marketplace.notices.models import NoticeRow
from marketplace.notices.rules.wording import readable_facts
from tests.factories import listing_draft, make_actor, make_demand, make_listing, seed_taxonomy


def m2(amount: str) -> Quantity:
    return Quantity(Decimal(amount), Unit.M2)


@pytest.fixture
def bank(session: Session) -> Session:
    seed_taxonomy(session)
    return session


@pytest.fixture
def cast(bank: Session) -> dict:
    return {
        **{slug: make_actor(bank, slug) for slug in ("hengelo", "borne", "losser")},
        "coordinator": make_actor(bank, "hengelo", "coordinator"),
        "broker": make_actor(bank, "regio-twente", "coordinator"),
    }


def approved(bank: Session, cast: dict, amount: str = "60", **changes) -> Reservation:
    lot = make_listing(bank, cast["hengelo"], **{"quantity": m2("100"), "available_until": None, **changes})
    made = reserve.reserve(bank, cast["borne"], listing_id=lot.id, draft=ReservationDraft(m2(amount)))
    return decide.approve(bank, cast["hengelo"], reservation_id=made.id)


def give(bank: Session, cast: dict, reservation: Reservation, amount: str = "60", **more) -> Reservation:
    draft = HandoverDraft(m2(amount), more.pop("on", clock.today()), **more)
    return hand_over.hand_over(bank, cast["hengelo"], reservation_id=reservation.id, draft=draft)


def after_silence(bank: Session, reservation: Reservation) -> Reservation:
    with clock.frozen(clock.now() + timedelta(days=15)):
        assert deadlines.expire(bank, reservation_id=reservation.id)
        assert not deadlines.expire(bank, reservation_id=reservation.id)
    return find_reservation(bank, reservation.id)


def counted(bank: Session, reservation: Reservation) -> tuple[Decimal, ...]:
    lot = bank.get_one(Listing, reservation.listing_id)
    bank.refresh(lot)
    return (lot.quantity, lot.held, lot.transferred, lot.available)


def kinds(bank: Session) -> list[str]:
    return [row.kind for row in bank.scalars(select(NoticeRow).order_by(NoticeRow.id))]


def sound(bank: Session) -> None:
    assert [(name, breach) for name, question in INVARIANTS if (breach := question(bank))] == []


def test_what_was_asked_for_today_was_not_handed_over_780_days_ago(bank: Session, cast: dict) -> None:
    reservation = approved(bank, cast, available_from=clock.today() - timedelta(days=900))
    for days_ago in (780, 1):
        with pytest.raises(Invalid) as refused:
            give(bank, cast, reservation, on=clock.today() - timedelta(days=days_ago))
        assert refused.value.field == "handed_over_on"
        assert refused.value.facts["approvedOn"] == clock.today().isoformat()
    assert give(bank, cast, reservation).status == "handed_over"


@pytest.mark.slow
def test_a_coordinator_books_late_paperwork_and_says_why(bank: Session, cast: dict) -> None:
    reservation = approved(bank, cast)
    earlier = clock.today() - timedelta(days=40)
    draft = HandoverDraft(m2("60"), earlier)
    with pytest.raises(Forbidden):
        hand_over.hand_over_late(bank, cast["hengelo"], reservation_id=reservation.id, draft=draft, reason="Bon zoek")
    with pytest.raises(Invalid) as refused:
        hand_over.hand_over_late(bank, cast["coordinator"], reservation_id=reservation.id, draft=draft, reason=" ")
    assert refused.value.field == "reason"
    for day in (clock.today(), clock.today() - timedelta(days=6 * 365)):
        with pytest.raises(Invalid) as refused:
            hand_over.hand_over_late(
                bank, cast["coordinator"], reservation_id=reservation.id, draft=HandoverDraft(m2("60"), day), reason="Bon zoek"
            )
        assert refused.value.field == "handed_over_on"
    late = hand_over.hand_over_late(bank, cast["coordinator"], reservation_id=reservation.id, draft=draft, reason="Bon zoek")
    assert (late.status, late.handed_over_on, late.late_reason) == ("handed_over", earlier, "Bon zoek")
    hand_over.confirm(bank, cast["borne"], reservation_id=reservation.id)
    assert bank.scalars(select(Exchange)).one().happened_on == earlier
    sound(bank)


def test_what_comes_back_did_so_between_the_hand_over_and_today(bank: Session, cast: dict) -> None:
    reservation = approved(bank, cast)
    give(bank, cast, reservation)
    hand_over.confirm(bank, cast["borne"], reservation_id=reservation.id)
    for days in (-1, 1):
        draft = ReturnDraft(m2("10"), Condition.POOR, clock.today() + timedelta(days=days), "Maat past niet")
        with pytest.raises(Invalid) as refused:
            hand_over.return_part(bank, cast["borne"], reservation_id=reservation.id, draft=draft)
        assert refused.value.field == "returned_on"


def test_60_000_for_60_is_asked_again_and_only_the_broker_enters_more_than_ten_times_what_was_listed(
    bank: Session, cast: dict
) -> None:
    reservation = approved(bank, cast)
    with pytest.raises(Invalid, match="Do you mean 70|Bedoelt u 70") as refused:
        give(bank, cast, reservation, "70")
    assert refused.value.field == "confirm_unusual"
    for amount in ("1000.001", "60000"):
        with pytest.raises(Invalid) as refused:
            give(bank, cast, reservation, amount, confirm_unusual=True)
        assert refused.value.facts["most"] == "1000"
    give(bank, cast, reservation, "70", confirm_unusual=True)
    hand_over.confirm(bank, cast["borne"], reservation_id=reservation.id, draft=ReceiptDraft(m2("1200")))
    with pytest.raises(Invalid):
        hand_over.resolve(bank, cast["hengelo"], reservation_id=reservation.id, quantity=m2("1200"), confirm_unusual=True)
    done = hand_over.resolve(bank, cast["broker"], reservation_id=reservation.id, quantity=m2("1200"), reason="Weegbon gezien")
    assert (done.status, done.quantity) == ("completed", Decimal(1200))
    sound(bank)


def test_no_figure_of_a_transfer_weighs_more_than_100_000_tonnes_not_even_the_brokers(bank: Session, cast: dict) -> None:
    """Of 185 kg, 540 540.54 m² are 99 999.999 9 t, and 0.001 more are 100 000.000 085 t."""
    reservation = approved(bank, cast, "50000", quantity=m2("60000"))
    too_much, most = m2("540540.541"), m2("540540.54")
    give(bank, cast, reservation, "50000")
    step = {"reservation_id": reservation.id, "reason": "Weegbon gezien"}
    for refuse in (
        lambda: hand_over.dispute(bank, cast["borne"], **step, quantity=too_much),
        lambda: hand_over.confirm(bank, cast["borne"], reservation_id=reservation.id, draft=ReceiptDraft(too_much)),
    ):
        with pytest.raises(Invalid) as refused:
            refuse()
        assert refused.value.errors[0].field == "quantity"
    hand_over.dispute(bank, cast["borne"], **step, quantity=most)
    for who in ("hengelo", "broker"):
        with pytest.raises(Invalid) as refused:
            hand_over.resolve(bank, cast[who], **step, quantity=too_much, confirm_unusual=True)
        assert refused.value.errors[0].field == "quantity"
    done = hand_over.resolve(bank, cast["broker"], **step, quantity=most)
    assert done.quantity == Decimal("540540.54")
    sound(bank)


def test_no_more_is_asked_for_or_approved_than_a_transfer_may_weigh(bank: Session, cast: dict) -> None:
    """What is on offer may weigh 2 million tonnes and goes in parts: more than could ever be handed over is agreed on by nobody."""
    too_much, most = m2("540540.541"), m2("540540.54")  # of 185 kg: 100 000.000 085 and 99 999.999 9 t
    lot = make_listing(bank, cast["hengelo"], quantity=m2("1200000"), available_until=None)
    for who in ("borne", "hengelo"):  # of one's own too, which is approved at once
        with pytest.raises(Invalid, match=r"100.000 ton") as refused:
            reserve.reserve(bank, cast[who], listing_id=lot.id, draft=ReservationDraft(too_much))
        assert refused.value.errors[0].field == "quantity"
    reservation = reserve.reserve(bank, cast["borne"], listing_id=lot.id, draft=ReservationDraft(most))
    weighed = listing_draft(quantity=m2("1200000"), available_until=None, kg_per_unit=Decimal(370), confirm_unusual=True)
    update_listing(bank, cast["hengelo"], listing_id=lot.id, draft=weighed, version=lot.version)
    with pytest.raises(Invalid, match=r"100.000 ton"):
        decide.approve(bank, cast["hengelo"], reservation_id=reservation.id)
    done = decide.approve(bank, cast["hengelo"], reservation_id=reservation.id, quantity=Decimal("270270.27"))  # half of it
    assert (done.status, done.quantity) == ("approved", Decimal("270270.27"))
    sound(bank)


@pytest.mark.parametrize(
    ("lot", "given", "is_confirmed"),
    [
        ({}, {"amount": "60"}, True),
        ({}, {"amount": "58"}, True),  # within the five percent
        ({}, {"amount": "62"}, True),
        ({}, {"amount": "50"}, False),  # beyond the tolerance
        ({}, {"amount": "70", "confirm_unusual": True}, False),
        ({"price_cents_per_unit": 100}, {"amount": "60"}, True),
        ({"price_cents_per_unit": 100}, {"amount": "62"}, False),  # priced above what was agreed
        ({"quantity": m2("60")}, {"amount": "62"}, False),  # a surplus
    ],
)
def test_silence_confirms_only_what_was_agreed(bank: Session, cast: dict, lot: dict, given: dict, is_confirmed: bool) -> None:
    reservation = approved(bank, cast, **lot)
    give(bank, cast, reservation, **given)
    silent = after_silence(bank, reservation)
    assert silent.status == ("completed" if is_confirmed else "handed_over")
    assert (silent.unconfirmed_since is None) is is_confirmed
    assert [row.id for row in list_unconfirmed(bank, cast["broker"])[0]] == ([] if is_confirmed else [reservation.id])
    assert ("unconfirmed_to_decide" in kinds(bank)) is not is_confirmed
    sound(bank)


def test_what_silence_did_not_confirm_waits_for_a_yes_or_the_broker(bank: Session, cast: dict) -> None:
    first, second = approved(bank, cast), approved(bank, cast)
    for reservation in (first, second):
        give(bank, cast, reservation, "50")
        with pytest.raises(Conflict):  # nobody was silent for 14 days yet
            hand_over.resolve(bank, cast["broker"], reservation_id=reservation.id, quantity=m2("50"), reason="Gezien")
        after_silence(bank, reservation)
    with pytest.raises(Conflict):
        hand_over.resolve(bank, cast["hengelo"], reservation_id=first.id, quantity=m2("50"))
    assert hand_over.confirm(bank, cast["borne"], reservation_id=first.id).status == "completed"
    settled = hand_over.resolve(bank, cast["broker"], reservation_id=second.id, quantity=m2("50"), reason="Gezien")
    assert (settled.status, settled.unconfirmed_since) == ("completed", None)
    assert list_unconfirmed(bank, cast["broker"]) == ([], 0)
    sound(bank)


def test_silence_does_not_confirm_while_other_terms_are_proposed(bank: Session, cast: dict) -> None:
    reservation = approved(bank, cast)
    draft = TermsDraft("Toch een prijs", price_cents_per_unit=100)
    terms.propose_terms(bank, cast["borne"], reservation_id=reservation.id, draft=draft)
    give(bank, cast, reservation)
    assert after_silence(bank, reservation).status == "handed_over"


@pytest.mark.slow
def test_what_is_missing_at_the_gate_stays_held_until_it_is_confirmed(bank: Session, cast: dict) -> None:
    reservation = approved(bank, cast)
    give(bank, cast, reservation, "58")
    assert counted(bank, reservation) == (100, 60, 0, 40)
    other = reserve.reserve(bank, cast["losser"], listing_id=reservation.listing_id, draft=ReservationDraft(m2("40")))
    decide.approve(bank, cast["hengelo"], reservation_id=other.id)
    receipt = ReceiptDraft(m2("60"))  # all came after all
    done = hand_over.confirm(bank, cast["borne"], reservation_id=reservation.id, draft=receipt)
    assert (done.status, done.quantity, done.kept) == ("completed", Decimal(60), Decimal(0))
    assert counted(bank, reservation) == (100, 40, 60, 0)
    sound(bank)


def test_what_is_missing_is_free_once_the_transfer_is_confirmed_or_called_off(bank: Session, cast: dict) -> None:
    first, second = approved(bank, cast), approved(bank, cast)
    for reservation in (first, second):
        give(bank, cast, reservation, "50")
    hand_over.confirm(bank, cast["borne"], reservation_id=first.id)
    assert counted(bank, first) == (100, 0, 50, 50)
    decide.cancel(bank, cast["borne"], reservation_id=second.id, reason="Verkeerde kleur")
    decide.agree_cancel(bank, cast["hengelo"], reservation_id=second.id)
    assert counted(bank, second) == (100, 0, 0, 100)
    sound(bank)


def test_what_the_owner_wrote_off_at_the_gate_comes_back_when_all_came_after_all(bank: Session, cast: dict) -> None:
    first, second = approved(bank, cast), approved(bank, cast)
    for reservation in (first, second):
        give(bank, cast, reservation, "58", write_off_reason="Gebroken")
    gone = hand_over.confirm(bank, cast["borne"], reservation_id=first.id, draft=ReceiptDraft(m2("57")))
    assert (gone.written_off, gone.write_off_reason) == (Decimal(2), "Gebroken")  # the third is free: nobody broke it
    assert counted(bank, first) == (98, 0, 57, 41)
    back = hand_over.confirm(bank, cast["borne"], reservation_id=second.id, draft=ReceiptDraft(m2("60")))
    assert (back.written_off, back.write_off_reason) == (Decimal(0), "")
    assert counted(bank, second) == (100, 0, 60, 40)
    sound(bank)


def test_nobody_drives_less_than_the_straight_line(bank: Session, cast: dict) -> None:
    reservation = approved(bank, cast)  # from Hengelo to the main place of Borne
    with pytest.raises(Invalid) as refused:
        give(bank, cast, reservation, driven_km=Decimal("4.9"))
    assert refused.value.field == "driven_km"
    assert (refused.value.facts["drivenKm"], refused.value.facts["straightKm"]) == ("4.9", "5")
    assert give(bank, cast, reservation, driven_km=Decimal(5)).driven_km == Decimal(5)


@pytest.mark.parametrize("unit", [Unit.TONNE, Unit.KG])
def test_a_tonne_and_a_kilogram_have_a_weight_of_their_own(bank: Session, cast: dict, unit: Unit) -> None:
    draft = listing_draft(quantity=Quantity(Decimal(10), unit), kg_per_unit=Decimal(900))
    with pytest.raises(Invalid) as refused:
        create_listing(bank, cast["hengelo"], draft)
    assert refused.value.errors[0].field == "kg_per_unit"


@pytest.mark.parametrize(("kg", "is_asked"), [("61", True), ("62", False), ("555", False), ("556", True)])
def test_a_weight_far_from_the_taxonomys_185_is_asked_again(bank: Session, cast: dict, kg: str, is_asked: bool) -> None:
    draft = listing_draft(kg_per_unit=Decimal(kg))
    if is_asked:
        with pytest.raises(Invalid) as refused:
            create_listing(bank, cast["hengelo"], draft)
        assert refused.value.errors[0].field == "confirm_unusual"
    confirmed = listing_draft(kg_per_unit=Decimal(kg), confirm_unusual=is_asked)
    lot = create_listing(bank, cast["hengelo"], confirmed)
    again = listing_draft(kg_per_unit=Decimal(kg), title="Andere titel")  # a yes is asked once
    assert update_listing(bank, cast["hengelo"], listing_id=lot.id, version=lot.version, draft=again).title == "Andere titel"


def test_a_second_hold_for_the_same_need_is_asked_again(bank: Session, cast: dict) -> None:
    wanted = make_demand(bank, cast["borne"], quantity=m2("100"))
    lots = [make_listing(bank, cast["hengelo"], quantity=m2("80")) for _number in range(2)]
    draft = ReservationDraft(m2("80"), demand_id=wanted.id)
    reserve.reserve(bank, cast["borne"], listing_id=lots[0].id, draft=draft)
    with pytest.raises(Invalid) as refused:
        reserve.reserve(bank, cast["borne"], listing_id=lots[1].id, draft=draft)
    assert (refused.value.field, refused.value.facts["underWay"]) == ("confirm_unusual", "80")
    reserve.reserve(bank, cast["borne"], listing_id=lots[1].id, draft=ReservationDraft(m2("20"), demand_id=wanted.id))
    both = ReservationDraft(m2("60"), demand_id=wanted.id, confirm_unusual=True)
    assert reserve.reserve(bank, cast["borne"], listing_id=lots[1].id, draft=both).status == "requested"


def test_a_hold_lasts_until_the_end_of_its_last_day_and_warns_on_it(bank: Session, cast: dict) -> None:
    first = clock.today() + timedelta(days=20)
    reservation = approved(bank, cast, available_from=first)
    last_day = first + timedelta(days=30)
    assert reservation.expires_at == clock.last_moment(last_day)
    with clock.frozen(clock.last_moment(last_day) - timedelta(hours=12)):
        assert not deadlines.expire(bank, reservation_id=reservation.id)
        assert deadlines.remind(bank, reservation_id=reservation.id)
    with clock.frozen(clock.last_moment(last_day) + timedelta(seconds=1)):
        assert deadlines.expire(bank, reservation_id=reservation.id)


@pytest.mark.parametrize(("handed_over", "ordered"), [("63", None), ("63.001", "60 m2")])
def test_the_last_reminder_says_whether_silence_confirms(
    bank: Session, cast: dict, handed_over: str, ordered: str | None
) -> None:
    reservation = approved(bank, cast)
    give(bank, cast, reservation, handed_over, confirm_unusual=True)
    with clock.frozen(clock.now() + timedelta(days=12)):
        assert deadlines.remind(bank, reservation_id=reservation.id)
    row = bank.scalars(select(NoticeRow).where(NoticeRow.kind == "reservation_expiring")).one()
    facts = readable_facts(row.facts)
    assert (facts["status"], str(facts["ordered"]) if "ordered" in facts else None) == ("handed_over", ordered)


def test_a_hold_ends_with_the_lots_own_last_day_unless_the_owner_says_otherwise(bank: Session, cast: dict) -> None:
    last = clock.today() + timedelta(days=10)
    assert approved(bank, cast, available_until=last).expires_at == clock.last_moment(last)


def test_matching_knows_what_is_under_way(bank: Session, cast: dict) -> None:
    from marketplace.matching.queries.matches import list_listings_for_demand

    wanted = make_demand(bank, cast["borne"], quantity=m2("100"))
    lots = [make_listing(bank, cast["hengelo"], quantity=m2("80")) for _number in range(2)]
    draft = ReservationDraft(m2("70"), demand_id=wanted.id)
    reserve.reserve(bank, cast["borne"], listing_id=lots[0].id, draft=draft)
    matches = {match.listing.id: match.covers for match in list_listings_for_demand(bank, cast["borne"], wanted).items}
    assert matches[lots[1].id].amount == Decimal(30)  # 70 of the 100 are on their way
    rest = ReservationDraft(m2("30"), demand_id=wanted.id)
    reserve.reserve(bank, cast["borne"], listing_id=lots[1].id, draft=rest)
    assert list_listings_for_demand(bank, cast["borne"], wanted).items == ()


def internal(bank: Session, cast: dict, handed_over: str) -> Reservation:
    """60 m² of the own organisation's lot, handed over by the project leader who asked for it."""
    lot = make_listing(bank, cast["hengelo"], quantity=m2("100"), available_until=None)
    reservation = reserve.reserve(bank, cast["hengelo"], listing_id=lot.id, draft=ReservationDraft(m2("60")))
    return give(bank, cast, reservation, handed_over, confirm_unusual=True)


def test_within_one_organisation_nobody_confirms_their_own_unusual_figure_alone(bank: Session, cast: dict) -> None:
    reservation = internal(bank, cast, "64")  # 60 × 1.05 = 63
    with pytest.raises(Conflict, match=r"64.m² is meer.*collega"):
        hand_over.confirm(bank, cast["hengelo"], reservation_id=reservation.id)
    assert hand_over.confirm(bank, cast["coordinator"], reservation_id=reservation.id).status == "completed"
    usual = internal(bank, cast, "63")
    assert hand_over.confirm(bank, cast["hengelo"], reservation_id=usual.id).status == "completed"
    sound(bank)


@pytest.mark.parametrize("handed_over", ["64", "60"])
def test_nor_by_way_of_a_dispute_with_themselves(bank: Session, cast: dict, handed_over: str) -> None:
    reservation = internal(bank, cast, handed_over)
    hand_over.dispute(bank, cast["hengelo"], reservation_id=reservation.id, reason="Toch niet.")
    settled = {"reservation_id": reservation.id, "quantity": m2("64"), "reason": "Nageteld.", "confirm_unusual": True}
    with pytest.raises(Conflict, match=r"64.m² is meer.*collega"):
        hand_over.resolve(bank, cast["hengelo"], **settled)
    assert hand_over.resolve(bank, cast["coordinator"], **settled).status == "completed"
    sound(bank)
