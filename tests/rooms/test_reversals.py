"""What the AO CE takes back in the ledger, with a reason; which rows lack something; what was saved."""

from dataclasses import replace
from decimal import Decimal

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from marketplace.exchange.actions import decide, hand_over, reserve
from marketplace.exchange.actions.booking import reverse_exchange
from marketplace.exchange.models import Reservation
from marketplace.exchange.rules.reservation import HandoverDraft, ReservationDraft
from marketplace.exchange.rules.returns import ReturnDraft
from marketplace.impact.queries.statistics import get_statistics
from marketplace.kernel import clock
from marketplace.kernel.errors import Conflict, Forbidden, Invalid, Missing
from marketplace.kernel.units import Quantity, Unit
from marketplace.ledger.models import Exchange
from marketplace.ledger.queries import ExchangeFilter, list_exchanges
from marketplace.ledger.rules import Lack
from marketplace.market.models import Demand, Listing
from marketplace.market.rules.listing import Condition
from marketplace.notices.models import AuditRow
from tests.at_the_gate import m2, sound
from tests.factories import make_actor, make_demand, make_listing, seed_taxonomy

LORRY = "vrachtauto-zwaar-50"
WHY = "Twee keer ingevoerd"


@pytest.fixture
def cast(session: Session) -> dict:
    seed_taxonomy(session)
    people = {slug: make_actor(session, slug) for slug in ("hengelo", "borne", "losser")}
    return people | {"reviewer": make_actor(session, "regio-twente", "reviewer")}


def transferred(session: Session, cast: dict, amount: str = "240", *, measured: str = "", lot: dict | None = None, **more):
    """Pavers from Hengelo to Borne, driven over 6.5 km, 185 kg a m²."""
    listing = make_listing(session, cast["hengelo"], quantity=m2("500"), **(lot or {}))
    draft = ReservationDraft(Quantity(Decimal(amount), Unit(listing.unit)), **more)
    reservation = reserve.reserve(session, cast["borne"], listing_id=listing.id, draft=draft)
    decide.approve(session, cast["hengelo"], reservation_id=reservation.id)
    given = HandoverDraft(m2(measured or amount), clock.today(), vehicle_class=LORRY, driven_km=Decimal("6.5"))
    hand_over.hand_over(session, cast["hengelo"], reservation_id=reservation.id, draft=given)
    return hand_over.confirm(session, cast["borne"], reservation_id=reservation.id)


def all_rows(session: Session) -> list[Exchange]:
    return list(session.scalars(select(Exchange).order_by(Exchange.seq)))


def test_what_is_taken_back_lowers_every_sum_but_the_kilometres_and_the_number(session: Session, cast: dict) -> None:
    """240 m² = 44 400 kg × 0.1188 = 5 274.72 kg avoided, at 2.50 euro; 44.4 t × 6.5 km = 288.6 tonne-km were driven."""
    reservation = transferred(session, cast, lot={"price_cents_per_unit": 250})
    row = reverse_exchange(session, cast["reviewer"], seq=1, reason=f" {WHY} ")
    assert (row.kind, row.reverses, row.quantity, row.mass_kg, row.price_cents) == ("reversal", 1, -240, -44_400, -60_000)
    assert (row.avoided_kgco2e, row.tonne_km, row.transport_kgco2e) == (Decimal("-5274.72"), 0, 0)
    assert (row.period, row.happened_on) == (f"{clock.today():%Y-%m}", clock.today())
    totals = get_statistics(session, cast["borne"]).totals
    assert (totals.exchanges, totals.mass_kg, totals.avoided_kgco2e, totals.price_cents) == (1, 0, 0, 0)
    assert (totals.avoided_low_kgco2e, totals.avoided_high_kgco2e) == (0, 0)
    assert totals.tonne_km == Decimal("288.6")
    lot = session.get_one(Listing, reservation.listing_id)
    assert (lot.quantity, lot.transferred, lot.available) == (260, 0, 260)  # nothing lies there again
    sound(session)


def test_only_what_has_not_come_back_is_taken_back_and_then_nothing_is_left(session: Session, cast: dict) -> None:
    reservation = transferred(session, cast)
    draft = ReturnDraft(m2("40"), Condition.FAIR, clock.today(), "Maat past niet")
    hand_over.return_part(session, cast["borne"], reservation_id=reservation.id, draft=draft)
    row = reverse_exchange(session, cast["reviewer"], seq=1, reason=WHY)
    assert (row.quantity, row.mass_kg, row.avoided_kgco2e) == (-200, -37_000, Decimal("-4395.6"))
    assert get_statistics(session, cast["borne"]).totals.mass_kg == 0
    for seq, kind in ((1, "transfer"), (2, "reversal"), (3, "haul"), (4, "reversal")):
        assert session.get_one(Exchange, seq).kind == kind
        with pytest.raises(Conflict):
            reverse_exchange(session, cast["reviewer"], seq=seq, reason=WHY)
    with pytest.raises(Conflict):
        hand_over.return_part(session, cast["borne"], reservation_id=reservation.id, draft=replace(draft, reason="Nog eens"))
    sound(session)


def test_a_demand_needs_again_what_was_taken_back(session: Session, cast: dict) -> None:
    demand = make_demand(session, cast["borne"])
    transferred(session, cast, demand_id=demand.id)
    session.refresh(demand)
    assert demand.fulfilled == 240
    reverse_exchange(session, cast["reviewer"], seq=1, reason=WHY)
    session.expire_all()
    assert session.get_one(Demand, demand.id).fulfilled == 0
    sound(session)


def test_the_ao_ce_takes_back_a_row_that_is_there_and_says_why(session: Session, cast: dict) -> None:
    transferred(session, cast)
    for actor in (cast["hengelo"], cast["borne"], make_actor(session, "borne", "coordinator")):
        with pytest.raises(Forbidden):
            reverse_exchange(session, actor, seq=1, reason=WHY)
    with pytest.raises(Missing):
        reverse_exchange(session, cast["reviewer"], seq=2, reason=WHY)
    with pytest.raises(Invalid):
        reverse_exchange(session, cast["reviewer"], seq=1, reason="  ")
    reverse_exchange(session, cast["reviewer"], seq=1, reason=WHY)
    written = session.scalars(select(AuditRow).where(AuditRow.action == "exchange.reverse")).one()
    assert (written.object_id, written.facts["reason"], written.facts["row"]) == (1, WHY, 2)
    assert all(WHY not in row.canonical for row in all_rows(session))


def test_money_saved_is_what_new_would_have_cost_for_what_was_measured_less_the_price(session: Session, cast: dict) -> None:
    """4 000 euro for 240 m²; 230 m² were measured: 3 833.33 euro, at 2.50 a m² 575 euro; 40 m² back take off a part of each."""
    reservation = transferred(
        session, cast, measured="230", lot={"price_cents_per_unit": 250}, replaces_purchase=True, purchase_price_cents=400_000
    )
    row = all_rows(session)[0]
    assert (row.purchase_cents, row.price_cents, row.saved_cents) == (383_333, 57_500, 325_833)
    draft = ReturnDraft(m2("40"), Condition.FAIR, clock.today(), "Maat past niet")
    hand_over.return_part(session, cast["borne"], reservation_id=reservation.id, draft=draft)
    back = all_rows(session)[1]
    assert (back.purchase_cents, back.price_cents, back.saved_cents) == (-66_667, -10_000, -56_667)
    reverse_exchange(session, cast["reviewer"], seq=1, reason=WHY)
    assert sum(row.saved_cents or 0 for row in all_rows(session)) == 0
    assert get_statistics(session, cast["borne"]).totals.saved_exchanges == 1


def test_nothing_is_saved_where_nobody_said_what_new_would_cost(session: Session, cast: dict) -> None:
    transferred(session, cast, replaces_purchase=True)
    row = all_rows(session)[0]
    assert (row.purchase_cents, row.saved_cents) == (None, None)


def lacking(session: Session, cast: dict, *lacks: Lack) -> list[int]:
    exchanges, total = list_exchanges(session, cast["reviewer"], page=1, page_size=50, wanted=ExchangeFilter(lacks=lacks))
    assert total == len(exchanges)
    return [row.seq for row in exchanges]


def test_rows_that_lack_something_are_found_until_they_are_taken_back(session: Session, cast: dict) -> None:
    transferred(session, cast, replaces_purchase=True, purchase_price_cents=400_000)
    transferred(session, cast)
    transferred(session, cast, replaces_purchase=False, lot={"kg_per_unit": Decimal(190)})
    assert lacking(session, cast, Lack.USE) == [2]
    assert lacking(session, cast, Lack.PRICE) == [2]  # what replaces no purchase saves none
    assert lacking(session, cast, Lack.WEIGHT) == [2, 1]  # the third was weighed
    assert lacking(session, cast, Lack.FACTOR) == []
    assert lacking(session, cast, Lack.USE, Lack.WEIGHT) == [2, 1]
    reverse_exchange(session, cast["reviewer"], seq=2, reason=WHY)
    assert lacking(session, cast, Lack.USE) == []


def test_the_way_it_came_is_frozen_into_the_row(session: Session, cast: dict) -> None:
    reservation = transferred(session, cast)
    assert isinstance(reservation, Reservation)
    row = all_rows(session)[0]
    assert (row.through, row.is_bulk, row.carbon_confidence) == ("direct", False, "B")
    assert (row.carbon_low, row.avoided_low_kgco2e) == (Decimal("0.081"), Decimal("3596.4"))  # 44 400 kg × 0.081
    assert (row.carbon_high, row.avoided_high_kgco2e) == (Decimal("0.165"), 7_326)
