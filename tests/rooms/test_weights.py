"""What a lot weighs: as it came, as it was agreed when it was handed over, as its owner weighed it. Each change is a movement."""

from collections.abc import Iterator
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from sqlalchemy import insert, select, text
from sqlalchemy.orm import Session

from marketplace.accounts.policy import Actor
from marketplace.depots.actions.movements import By, change, move, weigh
from marketplace.depots.models import DepotRate, Lot, Movement
from marketplace.depots.queries.costs import costs_of
from marketplace.depots.queries.lots import find_received, list_movements, lock
from marketplace.depots.rules.lots import MovementKind, Whereabouts
from marketplace.depots.rules.quarter import Quarter
from marketplace.exchange.actions import hand_over, terms
from marketplace.exchange.models import Reservation
from marketplace.exchange.queries.invariants import INVARIANTS
from marketplace.exchange.rules.reservation import HandoverDraft
from marketplace.exchange.rules.terms import TermsDraft
from marketplace.impact.rules.cut import Cut
from marketplace.kernel import clock
from marketplace.ledger.models import Exchange
from marketplace.market.models import Listing
from marketplace.stock.queries.figures import get_depot_figures
from marketplace.stock.queries.settlement import get_settlement
from tests.at_the_gate import approved, back, m2, sound
from tests.factories import make_actor, make_listing, seed_taxonomy
from tests.rooms.test_movements import STREET, make_yard
from tests.rooms.test_movements import make_lot as make_stored
from tests.rooms.test_offered_lots import edit, lot_of

AGREED = Decimal("190.5")


@pytest.fixture
def cast(session: Session) -> dict[str, Actor]:
    seed_taxonomy(session)
    return {slug: make_actor(session, slug) for slug in ("hengelo", "borne")}


def given(session: Session, cast: dict[str, Actor], amount: str = "300") -> tuple[Listing, Reservation, Lot]:
    """Of 500 m² of 185 kg so much goes to Borne at an agreed 190.5 kg: the offer, the transfer, and what Borne has."""
    listing, reservation = approved(session, cast, amount, lot=make_listing(session, cast["hengelo"], quantity=m2("500")))
    draft = TermsDraft("Gewogen op de brug", kg_per_unit=AGREED)
    terms.propose_terms(session, cast["hengelo"], reservation_id=reservation.id, draft=draft)
    terms.accept_terms(session, cast["borne"], reservation_id=reservation.id)
    hand_over.hand_over(session, cast["hengelo"], reservation_id=reservation.id, draft=HandoverDraft(m2(amount), clock.today()))
    done = hand_over.confirm(session, cast["borne"], reservation_id=reservation.id)
    return listing, done, lock(session, find_received(session, done.id) or 0)


def told(session: Session, lot: Lot) -> list[tuple[str, int, Decimal]]:
    return [(row.kind, int(row.quantity), row.kg_per_unit) for row in list_movements(session, lot.id)]


def broken(session: Session) -> list[str]:
    session.flush()
    session.expire_all()
    return [fault for _name, question in INVARIANTS if (fault := question(session))]


def alter(session: Session, statement: str, **values: object) -> None:
    session.flush()
    session.execute(text(statement), values)


def test_a_part_weighs_with_its_receiver_what_was_agreed(session: Session, cast: dict[str, Actor]) -> None:
    """300 × 190.5 = 57 150 kg in the ledger and with Borne; the 200 that are left weigh what they weighed."""
    listing, done, part = given(session, cast)
    row = session.scalars(select(Exchange).where(Exchange.reservation_id == done.id)).one()
    assert (part.kg_per_unit, part.kg_basis, part.quantity * part.kg_per_unit) == (AGREED, "measured", Decimal(57150))
    assert (row.kg_per_unit, row.mass_kg, row.lot_id) == (AGREED, Decimal(57150), part.id)
    assert told(session, part) == [("split", 300, Decimal(185)), ("count", -300, Decimal(185)), ("count", 300, AGREED)]
    rest = lot_of(session, listing)
    assert (rest.kg_per_unit, rest.kg_basis, rest.quantity) == (Decimal(185), "taxonomy", 200)
    sound(session)


def test_a_whole_lot_weighs_what_was_agreed_and_what_was_before_stays(session: Session, cast: dict[str, Actor]) -> None:
    _listing, _done, lot = given(session, cast, "500")
    assert (lot.kg_per_unit, lot.kg_basis) == (AGREED, "measured")
    assert told(session, lot) == [
        ("in", 500, Decimal(185)),
        ("out", -500, Decimal(185)),
        ("in", 500, Decimal(185)),
        ("count", -500, Decimal(185)),
        ("count", 500, AGREED),
    ]
    sound(session)


def test_what_comes_back_weighs_what_was_agreed_and_is_offered_so(session: Session, cast: dict[str, Actor]) -> None:
    listing, done, _part = given(session, cast)
    hand_over.return_part(session, cast["borne"], reservation_id=done.id, draft=back("40"))
    child = session.scalars(select(Listing).where(Listing.parent_id == listing.id)).one()
    assert (child.kg_per_unit, lot_of(session, child).kg_per_unit) == (AGREED, AGREED)
    sound(session)


def test_without_other_terms_nothing_is_weighed_anew(session: Session, cast: dict[str, Actor]) -> None:
    listing, reservation = approved(session, cast)
    hand_over.hand_over(session, cast["hengelo"], reservation_id=reservation.id, draft=HandoverDraft(m2("300"), clock.today()))
    hand_over.confirm(session, cast["borne"], reservation_id=reservation.id)
    assert told(session, lock(session, find_received(session, reservation.id) or 0)) == [("split", 300, Decimal(185))]
    assert told(session, lot_of(session, listing))[-1] == ("split", -300, Decimal(185))


def test_what_its_owner_weighs_is_a_movement(session: Session, cast: dict[str, Actor]) -> None:
    listing = make_listing(session, cast["hengelo"], quantity=m2("500"))
    edit(session, cast["hengelo"], listing, kg_per_unit=AGREED)
    assert told(session, lot_of(session, listing)) == [
        ("in", 500, Decimal(185)),
        ("count", -500, Decimal(185)),
        ("count", 500, AGREED),
    ]
    sound(session)


@pytest.fixture
def july() -> Iterator[None]:
    with clock.frozen(datetime(2026, 7, 1, 12, tzinfo=UTC)):
        yield


def test_a_weighing_changes_no_cost_and_no_figure_of_before(session: Session, july: None) -> None:
    """100 m² at € 7 per tonne and week: ten days of 18.5 t are 185.00, and from 11 to 15 June five days of 20 t are 100.00.

    In the figures 18 500 kg came in, counting added 1 500, and 20 000 went out.
    """
    owner, yard = make_actor(session, "almelo"), make_yard(session)
    reviewer = make_actor(session, "regio-twente", "reviewer")
    session.add(DepotRate(depot_id=yard.id, unit="tonne", euros_per_week=Decimal(7), from_on=date(2026, 1, 1)))
    lot = make_stored(session, owner, quantity="100")
    move(session, By(owner, date(2026, 6, 1)), lot, Whereabouts(yard.id, pallets=4))
    weigh(session, By(owner, date(2026, 6, 11), "Weegbrug"), lot, Decimal(200), "measured")
    assert (lot.quantity, lot.pallets, lot.kg_per_unit) == (100, 4, 200)
    move(session, By(owner, date(2026, 6, 16)), lot, STREET)
    settlement = get_settlement(session, reviewer, yard.id, Quarter(2026, 2))
    assert [(row.charge.days, row.charge.amount_days, row.charge.cents) for row in settlement.rows] == [
        (15, Decimal(285), 28_500)
    ]
    assert costs_of(session, [lot.id], clock.today())[lot.id].cents == 28_500
    (depot_row,) = get_depot_figures(session, reviewer, Cut()).rows
    figures = depot_row.figures
    assert (figures.in_kg, figures.counted_kg, figures.moved_kg, figures.closing_kg) == (18_500, 1_500, 20_000, 0)
    assert (figures.tonne_days, figures.cost_cents) == (285, 28_500)
    sound(session)


def test_a_weighing_of_what_weighs_that_already_says_only_how_it_is_known(session: Session, cast: dict[str, Actor]) -> None:
    lot = make_stored(session, cast["hengelo"])
    weigh(session, By(cast["hengelo"], clock.today()), lot, Decimal(185), "measured")
    assert (told(session, lot), lot.kg_basis) == ([("in", 276, Decimal(185))], "measured")


# what `check` finds


@pytest.mark.parametrize(
    ("statement", "names"),
    [
        ("UPDATE lot SET kg_per_unit = 100000000 WHERE id = :part", ["lot {part}", "lot {part}"]),
        ("UPDATE lot SET kg_per_unit = 100000000 WHERE id = :rest", ["lot {rest}", "lot {rest}"]),
        ("UPDATE lot SET kg_basis = 'measured' WHERE id = :rest", ["listing 1"]),
        ("UPDATE listing SET kg_per_unit = 100000000 WHERE lot_id = :rest", ["listing 1"]),
    ],
)
def test_a_weight_that_nothing_recorded_is_found(
    session: Session, cast: dict[str, Actor], statement: str, names: list[str]
) -> None:
    listing, _done, part = given(session, cast)
    numbers = {"part": part.id, "rest": lot_of(session, listing).id}
    alter(session, statement, **{name: number for name, number in numbers.items() if f":{name}" in statement})
    assert broken(session) == [name.format(**numbers) for name in names]


def test_an_empty_lot_weighs_what_its_last_movement_says(session: Session, cast: dict[str, Actor]) -> None:
    lot = make_stored(session, cast["hengelo"])
    assert change(session, By(cast["hengelo"], clock.today()), lot, MovementKind.OUT, Decimal(-276))
    sound(session)
    alter(session, "UPDATE lot SET kg_per_unit = 100000000 WHERE id = :id", id=lot.id)
    assert broken(session) == [f"lot {lot.id}"]


def _row(session: Session, lot: Lot, **changes: object) -> dict[str, object]:
    row = session.scalars(select(Movement).where(Movement.lot_id == lot.id).order_by(Movement.id.desc())).first()
    values = {column.name: getattr(row, column.name) for column in Movement.__table__.columns if column.name != "id"}
    return {**values, **changes}


def test_a_part_that_weighs_otherwise_than_what_it_came_from_is_found(session: Session, cast: dict[str, Actor]) -> None:
    """Somebody writes a split of 10 m² into the book, of which the part is suddenly 200 kg per m²."""
    lot = make_stored(session, cast["hengelo"])
    alter(session, "UPDATE lot SET quantity = quantity - 10000 WHERE id = :id", id=lot.id)
    session.expire_all()
    values = {column.name: getattr(lot, column.name) for column in Lot.__table__.columns if column.name != "id"}
    part = Lot(**{**values, "parent_id": lot.id, "origin_id": lot.id, "quantity": Decimal(10), "kg_per_unit": Decimal(200)})
    session.add(part)
    session.flush()
    left = _row(session, lot, kind="split", quantity=Decimal(-10), other_lot_id=part.id)
    came = {**left, "lot_id": part.id, "quantity": Decimal(10), "other_lot_id": lot.id}
    for row in (left, {**came, "kg_per_unit": Decimal(200)}):
        session.execute(insert(Movement), row)
    assert broken(session) == [f"lot {lot.id}"]


def test_a_weight_that_changes_on_the_way_is_found(session: Session, cast: dict[str, Actor]) -> None:
    """It leaves at 185 and comes in at 200 kg per m², without anybody having weighed it."""
    lot = make_stored(session, cast["hengelo"])
    alter(session, "UPDATE lot SET kg_per_unit = 200000000 WHERE id = :id", id=lot.id)
    session.expire_all()
    for quantity, kg in ((Decimal(-276), Decimal(185)), (Decimal(276), Decimal(200))):
        session.execute(insert(Movement), _row(session, lot, kind="move", quantity=quantity, kg_per_unit=kg))
    assert broken(session) == [f"lot {lot.id}"]


def test_a_transfer_that_weighs_otherwise_in_the_ledger_is_found(session: Session, cast: dict[str, Actor]) -> None:
    _listing, done, part = given(session, cast)
    weigh(session, By(cast["borne"], clock.today(), "Zelf gewogen"), part, Decimal(200), "measured")
    sound(session)  # what Borne weighs later is its own
    weigh(session, By(cast["borne"], clock.today()), part, Decimal(201), "measured", reservation_id=done.id)
    assert broken(session) == [f"reservation {done.id}"]


def test_a_listing_of_an_unweighed_lot_says_no_weight(session: Session, cast: dict[str, Actor]) -> None:
    listing = make_listing(session, cast["hengelo"], quantity=m2("500"), kg_per_unit=AGREED)
    sound(session)
    alter(session, "UPDATE listing SET kg_per_unit = NULL WHERE id = :id", id=listing.id)
    assert broken(session) == [f"listing {listing.id}"]
