"""What was agreed at approval is what is booked, whatever is edited later; other terms take two."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from marketplace.exchange.actions import decide, hand_over, reserve, terms
from marketplace.exchange.models import Reservation
from marketplace.exchange.queries.reservations import find_reservation
from marketplace.exchange.queries.terms import count_fixed_terms
from marketplace.exchange.rules.reservation import HandoverDraft, ReservationDraft
from marketplace.exchange.rules.terms import TermsDraft
from marketplace.kernel import clock
from marketplace.kernel.errors import Conflict, Forbidden, Invalid
from marketplace.kernel.units import Quantity, Unit
from marketplace.ledger.models import Exchange
from marketplace.market.actions.demands import update_demand
from marketplace.market.actions.listings import update_listing
from marketplace.market.models import Listing
from marketplace.market.rules.listing import Condition
from marketplace.notices.models import NoticeRow
from tests.factories import demand_draft, listing_draft, location, make_actor, make_demand, make_listing, seed_taxonomy

HUNDRED = Quantity(Decimal(100), Unit.M2)


@pytest.fixture
def bank(session: Session) -> Session:
    seed_taxonomy(session)
    return session


@pytest.fixture
def cast(bank: Session) -> dict:
    return {slug: make_actor(bank, slug) for slug in ("hengelo", "borne", "losser")}


def approved(bank: Session, cast: dict, *, asker: str = "borne", demand_id: int | None = None, **changes) -> Reservation:
    lot = make_listing(bank, cast["hengelo"], **changes)
    draft = ReservationDraft(HUNDRED, demand_id=demand_id, replaces_purchase=True)
    made = reserve.reserve(bank, cast[asker], listing_id=lot.id, draft=draft)
    return decide.approve(bank, cast["hengelo"], reservation_id=made.id) if asker != "hengelo" else made


def change_lot(bank: Session, cast: dict, reservation: Reservation, **changes) -> Listing:
    lot = bank.get_one(Listing, reservation.listing_id)
    draft = replace(listing_draft("hengelo", available_until=lot.available_until), **changes)
    return update_listing(bank, cast["hengelo"], listing_id=lot.id, version=lot.version, draft=draft)


def booked(bank: Session, cast: dict, reservation: Reservation) -> Exchange:
    draft = HandoverDraft(HUNDRED, clock.today())
    hand_over.hand_over(bank, cast["hengelo"], reservation_id=reservation.id, draft=draft)
    hand_over.confirm(bank, cast["borne"], reservation_id=reservation.id)
    return bank.scalars(select(Exchange).order_by(Exchange.seq.desc()).limit(1)).one()


def test_a_lot_free_of_charge_is_booked_free_of_charge_whatever_its_owner_types_after_the_approval(
    bank: Session, cast: dict
) -> None:
    wanted = make_demand(bank, cast["borne"])
    reservation = approved(bank, cast, demand_id=wanted.id)
    change_lot(
        bank,
        cast,
        reservation,
        price_cents_per_unit=540,
        kg_per_unit=Decimal(600),
        confirm_unusual=True,
        location=location("losser"),
        condition=Condition.POOR,
        available_from=clock.today() + timedelta(days=5),
    )
    update_demand(
        bank,
        cast["borne"],
        demand_id=wanted.id,
        version=wanted.version,
        draft=demand_draft("borne", location=location("almelo"), max_distance_km=None),
    )
    row = booked(bank, cast, reservation)
    assert (row.price_cents, row.kg_per_unit, row.kg_basis, row.mass_kg) == (0, Decimal(185), "taxonomy", Decimal(18500))
    assert (row.distance_km, row.distance_basis) == (Decimal("5.000"), "demand")  # Hengelo to Borne, not Losser to Almelo


def test_an_agreed_price_stays_when_the_owner_takes_it_off_the_lot(bank: Session, cast: dict) -> None:
    reservation = approved(bank, cast, price_cents_per_unit=250)
    change_lot(bank, cast, reservation, price_cents_per_unit=None)
    assert booked(bank, cast, reservation).price_cents == 25_000


def test_later_edits_count_for_later_reservations_and_the_owner_reads_how_many_they_do_not(bank: Session, cast: dict) -> None:
    first = approved(bank, cast)
    change_lot(bank, cast, first, price_cents_per_unit=300)
    later = reserve.reserve(bank, cast["losser"], listing_id=first.listing_id, draft=ReservationDraft(HUNDRED))
    later = decide.approve(bank, cast["hengelo"], reservation_id=later.id)
    assert (find_reservation(bank, first.id).terms.price_cents_per_unit, later.terms.price_cents_per_unit) == (0, 300)
    assert count_fixed_terms(bank, first.listing_id) == 2
    assert later.terms.replaces_purchase is None
    assert first.terms.replaces_purchase is True


def test_a_reservation_within_ones_own_organisation_freezes_its_terms_at_once(bank: Session, cast: dict) -> None:
    own = approved(bank, cast, asker="hengelo", price_cents_per_unit=100)
    assert (own.status, own.terms.price_cents_per_unit, own.terms.destination_basis) == ("approved", 100, "main_place")


def test_other_terms_take_the_other_sides_yes(bank: Session, cast: dict) -> None:
    reservation = approved(bank, cast)
    draft = TermsDraft("Prijs afgesproken aan de telefoon", price_cents_per_unit=200, kg_per_unit=Decimal(190))
    proposed = terms.propose_terms(bank, cast["hengelo"], reservation_id=reservation.id, draft=draft)
    assert (proposed.terms.price_cents_per_unit, proposed.proposed_terms.terms.price_cents_per_unit) == (0, 200)
    with pytest.raises(Conflict, match="other side|andere kant"):
        terms.accept_terms(bank, cast["hengelo"], reservation_id=reservation.id)
    with pytest.raises(Exception) as refused:
        terms.accept_terms(bank, cast["losser"], reservation_id=reservation.id)
    assert type(refused.value).__name__ == "Missing"
    for _twice in range(2):
        accepted = terms.accept_terms(bank, cast["borne"], reservation_id=reservation.id)
        assert (accepted.terms.price_cents_per_unit, accepted.proposed_terms) == (200, None)
    row = booked(bank, cast, reservation)
    assert (row.price_cents, row.kg_per_unit, row.kg_basis) == (20_000, Decimal(190), "measured")
    kinds = [notice.kind for notice in bank.scalars(select(NoticeRow).order_by(NoticeRow.id))]
    assert [kind for kind in kinds if kind.startswith("terms")] == ["terms_proposed", "terms_accepted"]


def test_what_the_other_side_declines_changes_nothing(bank: Session, cast: dict) -> None:
    reservation = approved(bank, cast)
    draft = TermsDraft("Toch liever betaald", price_cents_per_unit=200)
    terms.propose_terms(bank, cast["hengelo"], reservation_id=reservation.id, draft=draft)
    for _twice in range(2):
        declined = terms.decline_terms(bank, cast["borne"], reservation_id=reservation.id, reason="Gratis was gratis")
        assert (declined.terms.price_cents_per_unit, declined.proposed_terms) == (0, None)
    with pytest.raises(Conflict):
        terms.accept_terms(bank, cast["borne"], reservation_id=reservation.id)
    assert booked(bank, cast, reservation).price_cents == 0


def test_a_counter_proposal_takes_the_place_of_the_first_and_the_same_proposal_twice_is_one(bank: Session, cast: dict) -> None:
    reservation = approved(bank, cast)
    draft = TermsDraft("Voorstel", price_cents_per_unit=200)
    for _twice in range(2):
        terms.propose_terms(bank, cast["hengelo"], reservation_id=reservation.id, draft=draft)
    counter = replace(draft, price_cents_per_unit=100)
    answered = terms.propose_terms(bank, cast["borne"], reservation_id=reservation.id, draft=counter)
    assert [version.status for version in answered.terms_versions] == ["agreed", "fallen", "proposed"]
    with pytest.raises(Conflict):
        terms.accept_terms(bank, cast["borne"], reservation_id=reservation.id)
    assert terms.accept_terms(bank, cast["hengelo"], reservation_id=reservation.id).terms.price_cents_per_unit == 100


def test_a_proposal_that_nobody_answered_falls_when_the_transfer_is_confirmed(bank: Session, cast: dict) -> None:
    reservation = approved(bank, cast)
    draft = TermsDraft("Voorstel", price_cents_per_unit=200)
    terms.propose_terms(bank, cast["hengelo"], reservation_id=reservation.id, draft=draft)
    assert booked(bank, cast, reservation).price_cents == 0
    done = find_reservation(bank, reservation.id)
    assert (done.terms_versions[-1].status, done.proposed_terms) == ("fallen", None)
    with pytest.raises(Conflict, match="cannot change|niet meer"):
        terms.propose_terms(bank, cast["hengelo"], reservation_id=reservation.id, draft=draft)


def test_a_first_day_that_moves_past_the_hold_moves_its_end_with_it(bank: Session, cast: dict) -> None:
    reservation = approved(bank, cast, available_until=None)
    first = clock.today() + timedelta(days=45)
    before = reservation.expires_at
    draft = TermsDraft("Het werk loopt uit", available_from=first)
    assert terms.propose_terms(bank, cast["hengelo"], reservation_id=reservation.id, draft=draft).expires_at == before
    accepted = terms.accept_terms(bank, cast["borne"], reservation_id=reservation.id)
    assert accepted.expires_at == clock.last_moment(first + timedelta(days=30))
    near = TermsDraft("Een week later", available_from=first + timedelta(days=7))
    terms.propose_terms(bank, cast["hengelo"], reservation_id=reservation.id, draft=near)
    second = terms.accept_terms(bank, cast["borne"], reservation_id=reservation.id)
    assert second.expires_at == accepted.expires_at  # it still fits


@pytest.mark.parametrize(
    ("draft", "field"),
    [
        (TermsDraft("Zo maar"), "price_cents_per_unit"),
        (TermsDraft("Zo maar", price_cents_per_unit=0), "price_cents_per_unit"),  # as it is
        (TermsDraft(" ", price_cents_per_unit=100), "reason"),
        (TermsDraft("Fors", price_cents_per_unit=100_000_001), "price_cents_per_unit"),
        (TermsDraft("Gewogen", kg_per_unit=Decimal(600)), "confirm_unusual"),
        (TermsDraft("Gewogen", kg_per_unit=Decimal(0)), "kg_per_unit"),
        (TermsDraft("Gewogen", price_cents_per_unit=100, kg_per_unit=Decimal(0)), "kg_per_unit"),
    ],
)
def test_a_proposal_that_cannot_be_is_refused_at_its_field(bank: Session, cast: dict, draft: TermsDraft, field: str) -> None:
    reservation = approved(bank, cast)
    with pytest.raises(Invalid) as refused:
        terms.propose_terms(bank, cast["hengelo"], reservation_id=reservation.id, draft=draft)
    assert refused.value.errors[0].field == field


def test_no_terms_make_a_transfer_weigh_more_than_100_000_tonnes(bank: Session, cast: dict) -> None:
    lot = make_listing(bank, cast["hengelo"])
    made = reserve.reserve(
        bank,
        cast["borne"],
        listing_id=lot.id,
        draft=ReservationDraft(Quantity(Decimal("100.5"), Unit.M2), replaces_purchase=True),
    )
    reservation = decide.approve(bank, cast["hengelo"], reservation_id=made.id)
    draft = TermsDraft("Gewogen", kg_per_unit=Decimal(1_000_000))  # 100 500 tonnes
    with pytest.raises(Invalid) as refused:
        terms.propose_terms(bank, cast["hengelo"], reservation_id=reservation.id, draft=draft, confirm_unusual=True)
    assert refused.value.errors[0].field == "kg_per_unit"


@pytest.mark.parametrize(
    ("changes", "is_refused"),
    [
        ({"price_cents_per_unit": 100_000_000}, False),  # € 5 405 for a kilogram of 185
        ({"price_cents_per_unit": 70_000_000, "kg_per_unit": Decimal(70)}, False),
        ({"price_cents_per_unit": 70_000_001, "kg_per_unit": Decimal(70)}, True),
    ],
)
def test_no_agreed_price_is_more_than_ten_thousand_euro_for_a_kilogram(
    bank: Session, cast: dict, changes: dict, is_refused: bool
) -> None:
    reservation, draft = approved(bank, cast), TermsDraft("Afgesproken", **changes)
    if not is_refused:
        terms.propose_terms(bank, cast["hengelo"], reservation_id=reservation.id, draft=draft)
        return
    with pytest.raises(Invalid) as refused:
        terms.propose_terms(bank, cast["hengelo"], reservation_id=reservation.id, draft=draft)
    assert refused.value.errors[0].field == "price_cents_per_unit"


def test_only_the_two_sides_change_terms(bank: Session, cast: dict) -> None:
    reservation = approved(bank, cast)
    draft = TermsDraft("Voorstel", price_cents_per_unit=200)
    for role in ("coordinator", "reviewer"):
        with pytest.raises(Forbidden):
            terms.propose_terms(bank, make_actor(bank, "regio-twente", role), reservation_id=reservation.id, draft=draft)


def test_within_one_organisation_other_terms_count_at_once(bank: Session, cast: dict) -> None:
    own = approved(bank, cast, asker="hengelo")
    draft = TermsDraft("Interne verrekening", price_cents_per_unit=75)
    assert terms.propose_terms(bank, cast["hengelo"], reservation_id=own.id, draft=draft).terms.price_cents_per_unit == 75
