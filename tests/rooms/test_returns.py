"""What comes back: what it takes off, the way that it was driven, and the same return told twice."""

from datetime import timedelta
from decimal import Decimal

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from marketplace.depots.queries.lots import find_received
from marketplace.exchange.actions import decide, hand_over, reserve
from marketplace.exchange.models import Reservation
from marketplace.exchange.queries.destination import fetch_deals, total_under_way
from marketplace.exchange.rules.reservation import HandoverDraft, ReservationDraft
from marketplace.exchange.rules.returns import ReturnDraft
from marketplace.impact.queries.statistics import get_statistics
from marketplace.kernel import clock
from marketplace.kernel.errors import Conflict, Invalid
from marketplace.kernel.units import Quantity, Unit
from marketplace.ledger.models import Exchange
from marketplace.ledger.rules import RowKind
from marketplace.market.models import Demand, Listing
from marketplace.market.rules.listing import Condition, returned_title
from marketplace.matching.queries.matches import list_demands_for_listing, list_listings_for_demand
from marketplace.matching.queries.survey import survey
from marketplace.recalls.actions.block import block_lot
from marketplace.recalls.rules import RecallDraft
from tests.at_the_gate import m2, sound
from tests.factories import location, make_actor, make_demand, make_listing, seed_taxonomy

LORRY = "vrachtauto-zwaar-50"  # 0.25994 kg CO2e per tonne-km


@pytest.fixture
def cast(session: Session) -> dict:
    seed_taxonomy(session)
    return {slug: make_actor(session, slug) for slug in ("hengelo", "borne", "losser")}


def transferred(session: Session, cast: dict, amount: str = "240", *, lot: dict | None = None, **more) -> Reservation:
    """Pavers from Hengelo to Borne, driven over 6.5 km."""
    listing = make_listing(session, cast["hengelo"], quantity=m2("500"), **(lot or {}))
    draft = ReservationDraft(Quantity(Decimal(amount), Unit(listing.unit)), **more)
    reservation = reserve.reserve(session, cast["borne"], listing_id=listing.id, draft=draft)
    decide.approve(session, cast["hengelo"], reservation_id=reservation.id)
    given = HandoverDraft(draft.quantity, clock.today(), vehicle_class=LORRY, driven_km=Decimal("6.5"))
    hand_over.hand_over(session, cast["hengelo"], reservation_id=reservation.id, draft=given)
    return hand_over.confirm(session, cast["borne"], reservation_id=reservation.id)


def back(amount: str, **more) -> ReturnDraft:
    values = {"condition": Condition.FAIR, "returned_on": clock.today(), "reason": "Maat past niet"}
    return ReturnDraft(m2(amount), **{**values, **more})


def give_back(session: Session, cast: dict, reservation: Reservation, draft: ReturnDraft, side: str = "borne") -> bool:
    """Whether it had been told already."""
    return hand_over.return_part(session, cast[side], reservation_id=reservation.id, draft=draft)[1]


def rows(session: Session, kind: RowKind) -> list[Exchange]:
    return list(session.scalars(select(Exchange).where(Exchange.kind == kind).order_by(Exchange.seq)))


def test_40_of_240_m2_come_back_over_the_same_road(session: Session, cast: dict) -> None:
    """240 × 185 = 44 400 kg × 6.5 km = 288.6 tonne-km out, 7 400 kg × 6.5 = 48.1 back; 37 000 kg stay × 0.1188 = 4 395.6."""
    reservation = transferred(session, cast)
    give_back(session, cast, reservation, back("40", driven_km=Decimal("6.5"), vehicle_class=LORRY))
    totals = get_statistics(session, cast["borne"]).totals
    assert (totals.exchanges, totals.mass_kg) == (1, 37_000)
    assert totals.tonne_km == Decimal("336.700")
    assert totals.transport_kgco2e == Decimal("87.522")  # 75.019 + 12.503
    assert totals.avoided_kgco2e == Decimal("4395.600")
    assert totals.net_kgco2e == Decimal("4308.078")
    sound(session)


def test_a_return_takes_back_no_kilometres_and_the_haul_carries_no_tonnes(session: Session, cast: dict) -> None:
    reservation = transferred(session, cast, lot={"price_cents_per_unit": 250})
    give_back(session, cast, reservation, back("40", driven_km=Decimal("7.25"), vehicle_class=LORRY))
    (reversal,), (haul,) = rows(session, RowKind.REVERSAL), rows(session, RowKind.HAUL)
    assert (reversal.quantity, reversal.mass_kg, reversal.price_cents) == (-40, -7400, -10_000)
    assert (reversal.road_km, reversal.tonne_km, reversal.transport_kgco2e) == (0, 0, 0)
    assert reversal.net_kgco2e == reversal.avoided_kgco2e == Decimal("-879.120")
    assert (haul.quantity, haul.kg_per_unit, haul.mass_kg, haul.price_cents) == (40, 185, 0, 0)
    assert (haul.road_km, haul.road_basis, haul.vehicle_class, haul.vehicle_basis) == (
        Decimal("7.25"),
        "driven",
        LORRY,
        "entered",
    )
    assert (haul.tonne_km, haul.transport_kgco2e) == (Decimal("53.650"), Decimal("13.946"))
    assert (haul.avoided_kgco2e, haul.processing_kgco2e, haul.net_kgco2e) == (0, 0, Decimal("-13.946"))
    assert (haul.from_slug, haul.to_slug, haul.reverses) == ("borne", "hengelo", None)
    assert {reversal.happened_on, haul.happened_on} == {clock.today()}


def test_without_a_word_about_the_way_back_it_is_the_way_that_it_came_times_1_3(session: Session, cast: dict) -> None:
    reservation = transferred(session, cast)
    give_back(session, cast, reservation, back("4"))
    (transfer,), (haul,) = rows(session, RowKind.TRANSFER), rows(session, RowKind.HAUL)
    assert (haul.distance_km, haul.distance_basis) == (transfer.distance_km, transfer.distance_basis)
    assert (haul.road_km, haul.road_basis) == ((transfer.distance_km * Decimal("1.3")).quantize(Decimal("0.001")), "estimated")
    assert (haul.vehicle_class, haul.vehicle_basis) == ("bestelbus-diesel", "default")  # 740 kg fit in a van


def test_the_way_back_is_no_shorter_than_the_straight_line(session: Session, cast: dict) -> None:
    reservation = transferred(session, cast)
    with pytest.raises(Invalid) as refused:
        give_back(session, cast, reservation, back("40", location=location("losser"), driven_km=Decimal("18")))
    assert refused.value.facts == {"drivenKm": "18", "straightKm": "18.042"}
    give_back(session, cast, reservation, back("40", location=location("losser"), driven_km=Decimal("18.1")))
    assert [haul.road_km for haul in rows(session, RowKind.HAUL)] == [Decimal("18.1")]


def test_what_is_brought_elsewhere_is_on_offer_there(session: Session, cast: dict) -> None:
    reservation = transferred(session, cast)
    give_back(session, cast, reservation, back("40", location=location("losser")))
    child = session.scalars(select(Listing).where(Listing.parent_id == reservation.listing_id)).one()
    assert (child.place_name, child.municipality, child.lat, child.quantity) == ("Losser", "losser", 52.26083, 40)
    (haul,) = rows(session, RowKind.HAUL)
    assert (haul.distance_km, haul.distance_basis) == (Decimal("18.042"), "return")  # Borne to Losser, not to Hengelo
    sound(session)


@pytest.mark.parametrize(
    ("changes", "field"), [({"vehicle_class": "bakfiets"}, "vehicle_class"), ({"driven_km": Decimal("-1")}, "driven_km")]
)
def test_the_way_back_is_driven_with_a_known_vehicle_over_real_kilometres(
    session: Session, cast: dict, changes: dict, field: str
) -> None:
    reservation = transferred(session, cast)
    with pytest.raises(Invalid) as refused:
        give_back(session, cast, reservation, back("40", **changes))
    assert refused.value.field == field


@pytest.mark.parametrize(("place", "straight"), [(None, Decimal(5)), ("losser", Decimal("18.042"))])
def test_nobody_drives_back_less_than_the_straight_line(
    session: Session, cast: dict, place: str | None, straight: Decimal
) -> None:
    reservation = transferred(session, cast)
    to = {} if place is None else {"location": location(place)}
    with pytest.raises(Invalid) as refused:
        give_back(session, cast, reservation, back("40", driven_km=straight - Decimal("0.001"), **to))
    assert (refused.value.field, refused.value.facts["straightKm"]) == ("driven_km", f"{straight.normalize():f}")
    give_back(session, cast, reservation, back("40", driven_km=straight, **to))
    (haul,) = rows(session, RowKind.HAUL)
    assert (haul.road_km, haul.road_basis) == (straight, "driven")
    sound(session)


def test_what_was_booked_late_goes_back_in_no_period_before_that_booking(session: Session, cast: dict) -> None:
    """Handed over two years ago and booked today: a return of last year would take mass off a year that never had it."""
    listing = make_listing(session, cast["hengelo"], quantity=m2("500"))
    requested = reserve.reserve(session, cast["borne"], listing_id=listing.id, draft=ReservationDraft(m2("240")))
    decide.approve(session, cast["hengelo"], reservation_id=requested.id)
    long_ago = HandoverDraft(m2("240"), clock.today() - timedelta(days=730))
    coordinator = make_actor(session, "hengelo", role="coordinator")
    hand_over.hand_over_late(session, coordinator, reservation_id=requested.id, draft=long_ago, reason="Bon zoek")
    reservation = hand_over.confirm(session, cast["borne"], reservation_id=requested.id)
    last_year = clock.today() - timedelta(days=365)
    give_back(session, cast, reservation, back("40", returned_on=last_year))
    booked = [*rows(session, RowKind.REVERSAL), *rows(session, RowKind.HAUL)]
    assert [(row.happened_on, row.month) for row in booked] == [(last_year, f"{clock.today():%Y-%m}")] * 2
    sound(session)


def test_the_same_return_within_a_minute_is_one_return_whoever_tells_it(session: Session, cast: dict) -> None:
    reservation = transferred(session, cast)
    assert give_back(session, cast, reservation, back("40")) is False
    assert give_back(session, cast, reservation, back("40", reason=" Maat  past niet ")) is True
    assert give_back(session, cast, reservation, back("40"), side="hengelo") is True
    session.refresh(reservation)
    assert (reservation.returned, len(rows(session, RowKind.REVERSAL)), len(rows(session, RowKind.HAUL))) == (40, 1, 1)
    assert len(session.scalars(select(Listing.id).where(Listing.parent_id == reservation.listing_id)).all()) == 1


@pytest.mark.parametrize(
    "changes",
    [
        {"condition": Condition.POOR},
        {"reason": "Nog een pallet"},
        {"driven_km": Decimal(7)},
        {"vehicle_class": LORRY},
        {"location": location("losser")},
    ],
)
def test_another_return_within_a_minute_is_another(session: Session, cast: dict, changes: dict) -> None:
    reservation = transferred(session, cast)
    give_back(session, cast, reservation, back("40"))
    assert give_back(session, cast, reservation, back("40", **changes)) is False
    assert len(rows(session, RowKind.REVERSAL)) == 2
    sound(session)


def test_after_a_minute_the_same_words_are_another_return(session: Session, cast: dict) -> None:
    reservation, draft = transferred(session, cast), back("40")
    give_back(session, cast, reservation, draft)
    with clock.frozen(clock.now() + timedelta(seconds=61)):
        assert give_back(session, cast, reservation, draft) is False
    session.refresh(reservation)
    assert reservation.returned == 80


@pytest.mark.slow
def test_three_thirds_of_100_m2_fulfil_a_need_of_4_400_pieces(session: Session, cast: dict) -> None:
    """44 pieces to the m²: 1 466.652 + 1 466.652 + 1 466.696 = 4 400, summed first and rounded once."""
    demand = make_demand(session, cast["borne"], quantity=Quantity(Decimal(4400), Unit.PIECE))
    done = [transferred(session, cast, amount, demand_id=demand.id) for amount in ("33.333", "33.333", "33.334")]
    session.refresh(demand)
    assert (demand.fulfilled, demand.status) == (4400, "fulfilled")
    give_back(session, cast, done[0], back("0.01"))  # 4 399.56 pieces are left
    assert session.execute(select(Demand.fulfilled, Demand.status)).one() == (4399, "open")
    sound(session)


def test_a_row_says_what_it_replaces_what_processing_emits_and_as_what_it_counts(session: Session, cast: dict) -> None:
    """Mixed aggregate: 0.00221 kg CO2e per kg to make it fit for reuse; it was crushed, so it is recycled."""
    lot = {"material": "menggranulaat-0-31-5", "quantity": Quantity(Decimal(50), Unit.TONNE)}
    listing = make_listing(session, cast["hengelo"], **lot)
    for amount, replaces in (("10", True), ("10", False), ("10", None)):
        draft = ReservationDraft(Quantity(Decimal(amount), Unit.TONNE), replaces_purchase=replaces)
        reservation = reserve.reserve(session, cast["borne"], listing_id=listing.id, draft=draft)
        decide.approve(session, cast["hengelo"], reservation_id=reservation.id)
        given = HandoverDraft(draft.quantity, clock.today())
        hand_over.hand_over(session, cast["hengelo"], reservation_id=reservation.id, draft=given)
        hand_over.confirm(session, cast["borne"], reservation_id=reservation.id)
    transfers = rows(session, RowKind.TRANSFER)
    assert [row.replaces_purchase for row in transfers] == ["yes", "no", "not_said"]
    assert {(row.row_version, row.origin, row.processing_factor, row.processing_kgco2e) for row in transfers} == {
        (4, "recycled", Decimal("0.00221"), Decimal("22.1"))
    }
    assert {row.net_kgco2e for row in transfers} == {
        transfers[0].avoided_kgco2e - transfers[0].transport_kgco2e - Decimal("22.1")
    }
    assert {row.period for row in transfers} == {clock.today().strftime("%Y-%m")}
    sound(session)


def test_the_lot_that_came_back_says_so_and_is_not_offered_to_the_demand_that_gave_it_back(session: Session, cast: dict) -> None:
    demand = make_demand(session, cast["borne"], quantity=m2("240"), min_condition=Condition.POOR)
    other = make_demand(session, cast["losser"], quantity=m2("240"), min_condition=Condition.POOR, max_distance_km=None)
    reservation = transferred(session, cast, demand_id=demand.id)
    parent = session.get_one(Listing, reservation.listing_id)
    decide.withdraw(session, cast["hengelo"], listing_id=parent.id, reason="De rest is weg")
    give_back(session, cast, reservation, back("60"))
    child = session.scalars(select(Listing).where(Listing.parent_id == parent.id)).one()
    session.refresh(demand)
    assert child.title == "Retour: Grijze betonstraatstenen"
    assert demand.remaining == Decimal(60)
    assert list_listings_for_demand(session, cast["borne"], demand).items == ()
    assert [match.listing.id for match in list_listings_for_demand(session, cast["losser"], other).items] == [child.id]
    assert [match.demand.id for match in list_demands_for_listing(session, cast["hengelo"], child).items] == [other.id]
    overview = survey(session, make_actor(session, "regio-twente", "coordinator"))
    assert [row.id for row in overview.demand_without_supply] == [demand.id]


def test_what_is_under_way_to_a_demand_and_what_it_gave_back_come_together(session: Session, cast: dict) -> None:
    demand, other = (make_demand(session, cast["borne"], quantity=m2("400"), min_condition=Condition.POOR) for _one in "ab")
    given = transferred(session, cast, demand_id=demand.id)
    give_back(session, cast, given, back("60"))
    for amount in ("25", "10"):
        lot = make_listing(session, cast["hengelo"], quantity=m2("500"))
        reserve.reserve(session, cast["borne"], listing_id=lot.id, draft=ReservationDraft(m2(amount), demand.id))
    refused = reserve.reserve(session, cast["borne"], listing_id=given.listing_id, draft=ReservationDraft(m2("5"), other.id))
    decide.reject(session, cast["hengelo"], reservation_id=refused.id, reason="Toch zelf nodig")
    session.flush()
    assert fetch_deals(session, demand) == (Decimal(35), [given.listing_id])
    assert fetch_deals(session, demand)[0] == total_under_way(session, demand)
    assert fetch_deals(session, other) == (Decimal(0), [])


def test_what_comes_back_twice_is_marked_once_and_a_long_title_is_cut() -> None:
    assert returned_title(returned_title("Keien")) == "Retour: Keien"
    assert returned_title("K" * 120) == "Retour: " + "K" * 112


def test_what_is_recalled_does_not_come_back_and_it_says_why(session: Session, cast: dict) -> None:
    reservation = transferred(session, cast)
    lot_id = find_received(session, reservation.id)
    block_lot(session, cast["borne"], lot_id=lot_id, draft=RecallDraft("PFAS boven de norm"))
    for side in ("borne", "hengelo"):
        with pytest.raises(Conflict, match="Deze partij is geblokkeerd"):
            give_back(session, cast, reservation, back("40"), side)
    sound(session)
