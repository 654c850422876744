"""What measuring explains of soil counts over the lot that it came from: parts together grow no more than that. Figures by hand, at 5 %."""

import re
from decimal import Decimal

import pytest
from sqlalchemy.orm import Session

from marketplace.accounts.policy import Actor
from marketplace.depots.actions.movements import By, change
from marketplace.depots.models import Lot
from marketplace.depots.queries.invariants import find_overgrown
from marketplace.depots.queries.lots import find_received, lock
from marketplace.depots.rules.lots import MovementKind
from marketplace.exchange.actions import decide, hand_over, reserve
from marketplace.exchange.rules.reservation import HandoverDraft, ReceiptDraft, ReservationDraft
from marketplace.kernel import clock
from marketplace.kernel.errors import Conflict, Invalid
from marketplace.kernel.units import Quantity, Unit
from marketplace.market.rules.listing import Condition
from marketplace.materials.rules.soil import SoilClass
from marketplace.recalls.actions.block import block_lot
from marketplace.recalls.rules import RecallDraft
from marketplace.stock.actions.changing import count_lot
from marketplace.stock.actions.moving import split_lot
from marketplace.stock.actions.taking_in import take_in_lot
from marketplace.stock.rules.handling import ArrivalDraft, Going, Occasion
from tests.at_the_gate import sound
from tests.factories import make_actor, make_listing
from tests.rooms.test_offered_lots import SOIL, edit, m3, transfer
from tests.yards import make_yard


@pytest.fixture
def keeper(session: Session) -> Actor:
    return make_actor(session, "hengelo", "coordinator")


@pytest.fixture
def heap(session: Session, keeper: Actor) -> Lot:
    """600 m³ of soil in a depot: with 5 % at most 630 m³, 30 more."""
    draft = ArrivalDraft("grond-schoon", m3("600"), Condition.GOOD)
    return take_in_lot(
        session, keeper, depot_id=make_yard(session, keeper).id, draft=draft, going=Going(), occasion=Occasion(clock.today())
    )


def counted(session: Session, keeper: Actor, lot: Lot, amount: str) -> str:
    """What the lot is afterwards, or what the refusal says it can become at most."""
    occasion = Occasion(clock.today(), "Nagemeten")
    try:
        counted_lot = count_lot(session, keeper, lot_id=lot.id, counted=Decimal(amount), pallets=None, occasion=occasion)
    except Invalid as refused:
        most = re.search(r"meer worden dan ([0-9,.]+)\sm³", str(refused.message))
        return f"at most {most[1] if most else refused.message}"
    return f"{counted_lot.quantity:f}".removesuffix(".000")


def split(session: Session, keeper: Actor, lot: Lot, amount: str) -> Lot:
    return split_lot(session, keeper, lot_id=lot.id, amount=Decimal(amount), going=Going(), occasion=Occasion(clock.today()))


def test_a_part_does_not_grow_by_what_the_whole_has_grown_already(session: Session, keeper: Actor, heap: Lot) -> None:
    """All 30 m³ are counted up in the whole. Then it is split, and neither part has any left."""
    assert counted(session, keeper, heap, "630") == "630"
    part = split(session, keeper, heap, "330")
    assert counted(session, keeper, part, "330.001") == "at most 330"
    assert counted(session, keeper, heap, "300.001") == "at most 300"
    sound(session)


def test_parts_together_grow_by_the_tolerance_of_the_whole(session: Session, keeper: Actor, heap: Lot) -> None:
    """300 + 300 may become 315 + 315 = 630. A part of one of them has nothing left: 315 is all that 300 explains."""
    part = split(session, keeper, heap, "300")
    assert counted(session, keeper, part, "315") == "315"
    assert counted(session, keeper, heap, "315") == "315"
    deeper = split(session, keeper, part, "150")
    assert counted(session, keeper, deeper, "150.001") == "at most 150"
    assert counted(session, keeper, part, "165.001") == "at most 165"
    sound(session)


def test_a_part_does_not_grow_again_with_every_split(session: Session, keeper: Actor, heap: Lot) -> None:
    """Of 100 of the 600 m³ come 105. Half of those may not begin again, though the whole has 25 left."""
    part = split(session, keeper, heap, "100")
    assert counted(session, keeper, part, "105") == "105"
    deeper = split(session, keeper, part, "50")
    assert counted(session, keeper, deeper, "52") == "at most 50"
    assert counted(session, keeper, heap, "525") == "525"
    assert counted(session, keeper, heap, "525.001") == "at most 525"
    sound(session)


def test_what_was_counted_down_may_be_found_again(session: Session, keeper: Actor, heap: Lot) -> None:
    """100 of 600 is counted as 90 and found again; 105 is the most, wherever the part was split from."""
    part = split(session, keeper, heap, "100")
    assert [counted(session, keeper, part, amount) for amount in ("90", "100", "105", "105.001")] == [
        "90",
        "100",
        "105",
        "at most 105",
    ]


def test_a_receiver_does_not_count_up_what_the_owner_corrected(session: Session) -> None:
    """The owner corrects 600 on offer to 625. Of the 30 m³ 5 are left, wherever they turn up: 200 may become 205, and then no more."""
    owner, taker = make_actor(session, "hengelo"), make_actor(session, "borne")
    listing = make_listing(session, owner, quantity=m3("600"), **SOIL)
    edit(session, owner, listing, quantity=m3("625"), **SOIL, fields=listing.fields)
    done = transfer(session, listing, owner, taker, m3("200"))
    part = lock(session, find_received(session, done.id) or 0)
    assert counted(session, taker, part, "205.001") == "at most 205"
    assert counted(session, taker, part, "205") == "205"
    sound(session)
    with pytest.raises(Invalid) as refused:
        edit(session, owner, listing, quantity=m3("625.001"), **SOIL, fields=listing.fields)
    assert refused.value.errors[0].field == "quantity"


def test_a_receiver_does_not_measure_on_top_of_what_the_owner_measured(session: Session) -> None:
    """Of 600 m³ the owner hands over 630: that is 5 %. The receiver's 661 is 5 % of that again, and would be other soil."""
    owner, taker = make_actor(session, "hengelo"), make_actor(session, "borne")
    listing = make_listing(session, owner, quantity=m3("600"), **SOIL)
    draft = ReservationDraft(m3("600"), receiving_soil=SoilClass.INDUSTRY, function_class=SoilClass.INDUSTRY)
    reservation = reserve.reserve(session, taker, listing_id=listing.id, draft=draft)
    decide.approve(session, owner, reservation_id=reservation.id)
    given = HandoverDraft(m3("630"), clock.today(), confirm_unusual=True)
    hand_over.hand_over(session, owner, reservation_id=reservation.id, draft=given)
    with pytest.raises(Invalid, match=r"630\sm³") as refused:
        hand_over.confirm(session, taker, reservation_id=reservation.id, draft=ReceiptDraft(Quantity(Decimal(661), Unit.M3)))
    assert refused.value.errors[0].field == "quantity"
    session.rollback()


@pytest.mark.parametrize("amount", ["90", "100.5"])
def test_a_blocked_lot_is_counted_neither_up_nor_down(session: Session, keeper: Actor, heap: Lot, amount: str) -> None:
    part = split(session, keeper, heap, "100")
    block_lot(session, keeper, lot_id=part.id, draft=RecallDraft("PFAS boven de norm, gevonden door Keurlab Oost"))
    with pytest.raises(Conflict, match="(?i)geblokkeerd") as refused:
        counted(session, keeper, part, amount)
    assert refused.value.errors[0].field == "quantity"
    assert counted(session, keeper, part, "100") == "100"  # what is right is written down


def test_a_count_of_soil_that_nothing_explains_is_found(session: Session, keeper: Actor, heap: Lot) -> None:
    """Somebody writes 30.001 m³ into the book, behind every rule. The whole is named, as its parts may be right."""
    part = split(session, keeper, heap, "100")
    assert counted(session, keeper, part, "105") == "105"
    assert change(session, By(keeper, clock.today(), "Erbij gestort"), heap, MovementKind.COUNT, Decimal(25))
    sound(session)
    assert change(session, By(keeper, clock.today(), "Nog iets"), heap, MovementKind.COUNT, Decimal("0.001"))
    assert find_overgrown(session) == heap.id
    assert change(session, By(keeper, clock.today(), "Toch niet"), heap, MovementKind.COUNT, Decimal("-10"))
    sound(session)
    assert change(session, By(keeper, clock.today(), "In het deel"), part, MovementKind.COUNT, Decimal("0.001"))
    assert find_overgrown(session) == part.id
