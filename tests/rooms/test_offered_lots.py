"""The lot behind a listing, from publication to what its receivers do with it. All figures by hand."""

from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from marketplace.accounts.policy import Actor
from marketplace.depots.actions.depots import create_depot
from marketplace.depots.actions.movements import By, move, split_off
from marketplace.depots.models import Depot, Lot
from marketplace.depots.queries.lots import list_movements, lock, tree_of
from marketplace.depots.rules.depot import DepotDraft
from marketplace.depots.rules.lots import Whereabouts
from marketplace.exchange.actions import booking, decide, hand_over, reserve
from marketplace.exchange.models import Reservation
from marketplace.exchange.rules.reservation import HandoverDraft, ReceiptDraft, ReservationDraft
from marketplace.kernel import clock
from marketplace.kernel.errors import Conflict, Invalid
from marketplace.kernel.geo import Point
from marketplace.kernel.units import Quantity, Unit
from marketplace.ledger.models import Exchange
from marketplace.market.actions.listings import close_listing, mark_published, update_listing
from marketplace.market.models import Listing
from marketplace.market.rules.freshness import Outcome
from marketplace.market.rules.listing import Answer, Condition
from marketplace.materials.rules.soil import SoilClass
from tests.at_the_gate import approved, back, handed_over, m2, sound
from tests.factories import declare, listing_draft, location, make_actor, make_draft, make_listing
from tests.yards import keep

SOIL: dict[str, Any] = {
    "material": "grond-schoon",
    "asbestos_suspected": Answer.NO,
    "hazards": {"asbest": Answer.NO},
}
YARD = DepotDraft("Gemeentewerf", "Borne", "borne", Point(52.3001, 6.7480), "point", "Industriestraat 1")


@pytest.fixture
def cast(session: Session) -> dict[str, Actor]:
    return {slug: make_actor(session, slug) for slug in ("hengelo", "borne", "almelo", "losser")}


@pytest.fixture
def yard(session: Session) -> Depot:
    return create_depot(session, make_actor(session, "borne", "coordinator"), draft=YARD)


def m3(amount: str) -> Quantity:
    return Quantity(Decimal(amount), Unit.M3)


def lot_of(session: Session, listing: Listing) -> Lot:
    session.refresh(listing)
    assert listing.lot_id is not None
    return lock(session, listing.lot_id)


def told(session: Session, lot: Lot) -> list[tuple[str, str]]:
    return [(row.kind, f"{row.quantity:f}".removesuffix(".000")) for row in list_movements(session, lot.id)]


def edit(session: Session, owner: Actor, listing: Listing, **changes: Any) -> Listing:
    session.refresh(listing)
    draft = listing_draft("hengelo", **{"quantity": m2("500"), **changes})
    return update_listing(session, owner, listing_id=listing.id, version=listing.version, draft=draft)


def transfer(session: Session, listing: Listing, owner: Actor, taker: Actor, amount: Quantity, **more: Any) -> Reservation:
    """The part goes from the owner to the taker, each of whom does what is theirs."""
    place = SoilClass.INDUSTRY if amount.unit == Unit.M3 else None
    draft = ReservationDraft(amount, receiving_soil=place, function_class=place, **more)
    reservation = reserve.reserve(session, taker, listing_id=listing.id, draft=draft)
    if reservation.status != "approved":
        decide.approve(session, owner, reservation_id=reservation.id)
    hand_over.hand_over(session, owner, reservation_id=reservation.id, draft=HandoverDraft(amount, clock.today()))
    return hand_over.confirm(session, taker, reservation_id=reservation.id)


def test_a_listing_gets_its_lot_when_it_is_published(session: Session, cast: dict) -> None:
    owner = cast["hengelo"]
    draft = make_draft(session, owner, quantity=m2("500"))
    assert draft.lot_id is None
    lot = lot_of(session, mark_published(session, owner, listing_id=draft.id))
    assert (lot.title, lot.quantity, lot.unit, lot.condition) == ("Grijze betonstraatstenen", Decimal(500), "m2", "good")
    assert (lot.kg_per_unit, lot.kg_basis, lot.place_name, lot.lat) == (Decimal(185), "taxonomy", "Hengelo", 52.26583)
    assert (lot.owner_id, lot.holder_id, lot.parent_id) == (owner.organisation_id, owner.organisation_id, None)
    (row,) = list_movements(session, lot.id)
    assert (row.kind, row.quantity, row.listing_id, row.person_id) == ("in", Decimal(500), draft.id, owner.person_id)
    sound(session)


def test_a_lot_in_a_depot_of_its_keeper_stays_there_from_the_day_of_publication(
    session: Session, cast: dict, yard: Depot
) -> None:
    keep(session, yard, cast["hengelo"])
    lot = lot_of(session, make_listing(session, cast["hengelo"], location=None, depot_id=yard.id))
    assert (lot.depot_id, lot.in_depot_since, lot.place_name, lot.lat) == (yard.id, clock.today(), "", None)
    sound(session)


def test_what_its_owner_corrects_is_counted(session: Session, cast: dict) -> None:
    listing = make_listing(session, cast["hengelo"], quantity=m2("500"))
    edit(session, cast["hengelo"], listing, quantity=m2("430.5"))
    edit(session, cast["hengelo"], listing, quantity=m2("612"))
    assert told(session, lot_of(session, listing)) == [("in", "500"), ("count", "-69.500"), ("count", "181.500")]
    sound(session)


def test_soil_does_not_become_more_than_measuring_explains(session: Session, cast: dict) -> None:
    """600 m³ at 5 %: 630 is a better measurement, a thousandth more is another lot."""
    owner = cast["hengelo"]
    listing = make_listing(session, owner, quantity=m3("600"), **SOIL)
    with pytest.raises(Invalid, match="Omgevingsdienst Twente") as refused:
        edit(session, owner, listing, quantity=m3("630.001"), **SOIL, fields=listing.fields)
    assert refused.value.errors[0].field == "quantity"


def test_soil_is_measured_again_within_its_tolerance(session: Session, cast: dict) -> None:
    owner = cast["hengelo"]
    listing = make_listing(session, owner, quantity=m3("600"), **SOIL)
    edit(session, owner, listing, quantity=m3("630"), **SOIL, fields=listing.fields)
    assert told(session, lot_of(session, listing)) == [("in", "600"), ("count", "30")]
    sound(session)


def test_the_lot_is_what_its_owner_says_of_it(session: Session, cast: dict, yard: Depot) -> None:
    owner = cast["hengelo"]
    listing = make_listing(session, owner, quantity=m2("500"))
    changes = {"title": "Rode stenen", "condition": Condition.FAIR, "kg_per_unit": Decimal("190.5")}
    keep(session, yard, owner)
    edit(session, owner, listing, **changes, location=None, depot_id=yard.id)
    lot = lot_of(session, listing)
    assert (lot.title, lot.condition, lot.kg_per_unit, lot.kg_basis) == ("Rode stenen", "fair", Decimal("190.5"), "measured")
    weighed, moved = [("count", "-500"), ("count", "500")], [("move", "-500"), ("move", "500")]
    assert (lot.depot_id, told(session, lot)) == (yard.id, [("in", "500"), *weighed, *moved])
    edit(session, owner, listing, **changes, location=location("almelo"))
    assert (lot_of(session, listing).place_name, lot.depot_id, lot.in_depot_since) == ("Almelo", None, None)
    sound(session)


def test_another_material_is_another_lot(session: Session, cast: dict) -> None:
    owner = cast["hengelo"]
    listing = make_listing(session, owner, quantity=m2("500"))
    before = lot_of(session, listing)
    edit(session, owner, listing, quantity=Quantity(Decimal(800), Unit.PIECE))
    lot = lot_of(session, listing)
    assert (told(session, before), told(session, lot)) == ([("in", "500"), ("count", "-500")], [("in", "800")])
    assert (lot.unit, before.unit, lot.id > before.id) == ("piece", "m2", True)
    sound(session)


def test_a_lot_with_a_history_stays_what_it_is(session: Session, cast: dict) -> None:
    """What was transferred and taken back in the ledger leaves nothing claimed; the part that was split off still came from here."""
    owner = cast["hengelo"]
    listing = make_listing(session, owner, quantity=m2("500"))
    done = transfer(session, listing, owner, cast["borne"], m2("300"))
    seq = session.scalars(select(Exchange.seq).where(Exchange.reservation_id == done.id)).one()
    booking.reverse_exchange(session, make_actor(session, "regio-twente", "reviewer"), seq=seq, reason="Dubbel geboekt")
    with pytest.raises(Conflict):
        edit(session, owner, listing, quantity=Quantity(Decimal(200), Unit.PIECE))


@pytest.mark.parametrize(
    ("outcome", "rows"),
    [
        (Outcome.DISPOSED, [("write_off", "-500")]),
        (Outcome.RECYCLED, [("write_off", "-500")]),
        (Outcome.SOLD_ELSEWHERE, [("write_off", "-500")]),
        (Outcome.OWN_USE, [("out", "-500")]),
        (Outcome.MISTAKE, [("count", "-500")]),
        (Outcome.LATER, []),
        (None, []),
    ],
)
@pytest.mark.parametrize("end", [close_listing, decide.withdraw])
def test_what_is_left_goes_as_its_owner_says_and_else_it_lies_there(
    session: Session, cast: dict, end: Any, outcome: Outcome | None, rows: list[tuple[str, str]]
) -> None:
    owner = cast["hengelo"]
    listing = make_listing(session, owner, quantity=m2("500"))
    end(session, owner, listing_id=listing.id, outcome=outcome, reason="Het plein is klaar")
    lot = lot_of(session, listing)
    assert told(session, lot) == [("in", "500"), *rows]
    assert [row.reason for row in list_movements(session, lot.id)] == ["", *["Het plein is klaar"] * len(rows)]
    sound(session)


def test_whoever_takes_all_takes_the_lot_itself_along(session: Session, cast: dict) -> None:
    owner, taker = cast["hengelo"], cast["borne"]
    listing = make_listing(session, owner, quantity=m2("500"))
    number = lot_of(session, listing).id
    done = transfer(session, listing, owner, taker, m2("500"))
    lot = lock(session, number)
    assert (lot.owner_id, lot.holder_id, lot.place_name) == (taker.organisation_id, taker.organisation_id, "Borne")
    assert told(session, lot) == [("in", "500"), ("out", "-500"), ("in", "500")]
    assert [row.reservation_id for row in list_movements(session, lot.id)] == [None, done.id, done.id]
    assert list_movements(session, lot.id)[1].owner_id == owner.organisation_id
    sound(session)


def test_whoever_takes_a_part_gets_a_lot_of_their_own(session: Session, cast: dict, yard: Depot) -> None:
    owner, taker = cast["hengelo"], cast["borne"]
    listing = make_listing(session, owner, quantity=m2("500"))
    keep(session, yard, taker)
    lot, reservation = approved(session, cast, lot=listing)
    going = session.get_one(Reservation, reservation.id)
    going.depot_id, (going.lat, going.lon) = yard.id, (going.terms.destination.lat, going.terms.destination.lon)
    session.flush()
    hand_over.hand_over(session, owner, reservation_id=reservation.id, draft=HandoverDraft(m2("300"), clock.today()))
    hand_over.confirm(session, taker, reservation_id=reservation.id)
    first, child = tree_of(session, lot_of(session, lot))
    assert (first.quantity, child.quantity, child.owner_id) == (Decimal(200), Decimal(300), taker.organisation_id)
    assert (child.depot_id, child.in_depot_since, child.parent_id) == (yard.id, clock.today(), first.id)
    sound(session)


def test_soil_to_three_and_a_part_of_one_to_a_fourth_is_five_lots(session: Session, cast: dict, yard: Depot) -> None:
    """A gives 200 each to B, C and D; B splits 100 off, which goes into a depot and from there to a fourth: 960 + 160 t."""
    owner, b = cast["hengelo"], cast["borne"]
    listing = make_listing(session, owner, quantity=m3("600"), **SOIL)
    for taker in ("borne", "almelo", "losser"):
        transfer(session, listing, owner, cast[taker], m3("200"))
    root = lot_of(session, listing)
    assert [str(lot.quantity.normalize()) for lot in tree_of(session, root)] == ["0", "2E+2", "2E+2", "2E+2"]
    lot_b = tree_of(session, root)[1]
    lot_e = split_off(session, By(b, clock.today()), lot_b, Decimal(100))
    assert lot_e is not None
    move(session, By(b, clock.today()), lot_e, Whereabouts(yard.id, "A1"))
    offer = make_draft(session, b, quantity=m3("100"), location=None, depot_id=yard.id, **SOIL)
    offer.lot_id = lot_e.id
    session.flush()
    mark_published(session, b, listing_id=offer.id)
    session.expire_all()
    declare(session, b, offer)
    fourth = make_actor(session, "wierden")
    transfer(session, offer, b, fourth, m3("100"))
    lots = tree_of(session, lot_of(session, listing))
    assert [(lot.parent_id, int(lot.quantity), lot.owner_id) for lot in lots] == [
        (None, 0, owner.organisation_id),
        (root.id, 100, b.organisation_id),
        (root.id, 200, cast["almelo"].organisation_id),
        (root.id, 200, cast["losser"].organisation_id),
        (lot_b.id, 100, fourth.organisation_id),
    ]
    assert lots[-1].id == lot_e.id
    assert sum(row.mass_kg for row in session.scalars(select(Exchange))) == Decimal(1_120_000)
    sound(session)


def test_a_surplus_is_counted_and_what_is_missing_is_written_off(session: Session, cast: dict) -> None:
    owner = cast["hengelo"]
    more = make_listing(session, owner, quantity=m2("300"))
    _lot, reservation = approved(session, cast, lot=more)
    hand_over.hand_over(session, owner, reservation_id=reservation.id, draft=HandoverDraft(m2("310"), clock.today()))
    sound(session)
    hand_over.confirm(session, cast["borne"], reservation_id=reservation.id)
    assert told(session, lot_of(session, more)) == [("in", "300"), ("count", "10"), ("out", "-310"), ("in", "310")]
    less = make_listing(session, owner, quantity=m2("500"))
    _lot, reservation = approved(session, cast, lot=less)
    draft = HandoverDraft(m2("280"), clock.today(), write_off_reason="Gebroken bij het opladen")
    hand_over.hand_over(session, owner, reservation_id=reservation.id, draft=draft)
    hand_over.confirm(session, cast["borne"], reservation_id=reservation.id)
    lot = lot_of(session, less)
    assert told(session, lot) == [("in", "500"), ("write_off", "-20"), ("split", "-280")]
    assert list_movements(session, lot.id)[1].reason == "Gebroken bij het opladen"
    sound(session)


def test_what_comes_back_is_a_lot_out_of_what_the_receiver_got(session: Session, cast: dict) -> None:
    owner, taker = cast["hengelo"], cast["borne"]
    listing, reservation = handed_over(session, cast)
    hand_over.confirm(session, taker, reservation_id=reservation.id, draft=ReceiptDraft())
    hand_over.return_part(session, taker, reservation_id=reservation.id, draft=back("100"))
    child = session.scalars(select(Listing).where(Listing.parent_id == listing.id)).one()
    first, got, returned = tree_of(session, lot_of(session, child))
    assert (int(first.quantity), int(got.quantity), int(returned.quantity)) == (200, 200, 100)
    assert (returned.parent_id, returned.owner_id, returned.condition) == (got.id, owner.organisation_id, "poor")
    assert (child.lot_id, returned.title, returned.place_name) == (returned.id, child.title, "Hengelo")
    assert told(session, got) == [("split", "300"), ("return", "-100")]
    assert list_movements(session, returned.id)[0].reason == "Maat past niet"
    sound(session)


def test_what_the_receiver_passed_on_does_not_come_back(session: Session, cast: dict) -> None:
    """Borne got 300, offers them, gives 200 to Almelo and holds 60 for Losser: 40 can come back, and the offer is that much less."""
    taker = cast["borne"]
    listing, reservation = handed_over(session, cast)
    hand_over.confirm(session, taker, reservation_id=reservation.id)
    got = tree_of(session, lot_of(session, listing))[1]
    offer = make_draft(session, taker, quantity=m2("300"))
    offer.lot_id = got.id
    session.flush()
    mark_published(session, taker, listing_id=offer.id)
    declare(session, taker, offer)
    transfer(session, offer, taker, cast["almelo"], m2("200"))
    reserve.reserve(session, cast["losser"], listing_id=offer.id, draft=ReservationDraft(m2("60")))
    with pytest.raises(Conflict) as refused:
        hand_over.return_part(session, taker, reservation_id=reservation.id, draft=back("40.001"))
    assert refused.value.facts["available"] == "40"
    hand_over.return_part(session, taker, reservation_id=reservation.id, draft=back("40"))
    session.refresh(offer)
    assert (offer.quantity, offer.held, offer.transferred, offer.corrected) == tuple(map(Decimal, (260, 60, 200, -40)))
    sound(session)


def test_what_is_reversed_is_written_off_where_it_lies(session: Session, cast: dict) -> None:
    listing, reservation = handed_over(session, cast)
    hand_over.confirm(session, cast["borne"], reservation_id=reservation.id)
    seq = session.scalars(select(Exchange.seq).where(Exchange.reservation_id == reservation.id)).one()
    booking.reverse_exchange(session, make_actor(session, "regio-twente", "reviewer"), seq=seq, reason="Dubbel geboekt")
    first, got = tree_of(session, lot_of(session, listing))
    assert (int(first.quantity), told(session, got)) == (200, [("split", "300"), ("write_off", "-300")])
    assert list_movements(session, got.id)[-1].reason == "Dubbel geboekt"
    sound(session)
