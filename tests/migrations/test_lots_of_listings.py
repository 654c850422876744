"""The lots of what was listed before there were lots are those that the verbs make, but for what nobody wrote down."""

from collections.abc import Callable
from typing import TypeVar

from alembic import command
from sqlalchemy import select
from sqlalchemy.orm import Session

from marketplace.cli.migrations import alembic_config
from marketplace.depots.models import Lot, Movement
from marketplace.exchange.actions import booking, hand_over
from marketplace.exchange.rules.reservation import HandoverDraft
from marketplace.kernel import clock
from marketplace.kernel.db import Database
from marketplace.ledger.models import Exchange
from marketplace.market.actions.listings import close_listing, update_listing
from marketplace.market.models import Listing
from marketplace.market.rules.freshness import Outcome
from tests.at_the_gate import approved, back, handed_over, m2, sound
from tests.factories import listing_draft, make_actor, make_draft, make_listing, seed_taxonomy

T = TypeVar("T")
Row = tuple[object, ...]


def live(session: Session) -> None:
    """Everything that can have happened to a lot before there were lots."""
    cast = {slug: make_actor(session, slug) for slug in ("hengelo", "borne")}
    owner, taker = cast["hengelo"], cast["borne"]
    make_draft(session, owner)
    lot = make_listing(session, owner, quantity=m2("450"))
    update_listing(session, owner, listing_id=lot.id, version=lot.version, draft=listing_draft("hengelo", quantity=m2("500")))
    session.refresh(lot)
    _lot, part = approved(session, cast, lot=lot)  # 300 of 500, of which 20 are gone
    gone = HandoverDraft(m2("280"), clock.today(), write_off_reason="Gebroken")
    hand_over.hand_over(session, owner, reservation_id=part.id, draft=gone)
    hand_over.confirm(session, taker, reservation_id=part.id)
    hand_over.return_part(session, taker, reservation_id=part.id, draft=back("100"))
    hand_over.return_part(session, taker, reservation_id=part.id, draft=back("30"))
    whole = make_listing(session, owner, quantity=m2("300"))
    _lot, all_of_it = approved(session, cast, lot=whole)  # and 10 more than was thought
    hand_over.hand_over(session, owner, reservation_id=all_of_it.id, draft=HandoverDraft(m2("310"), clock.today()))
    hand_over.confirm(session, taker, reservation_id=all_of_it.id)
    _lot, twice = handed_over(session, cast)
    hand_over.confirm(session, taker, reservation_id=twice.id)
    hand_over.return_part(session, taker, reservation_id=twice.id, draft=back("40"))
    seq = session.scalars(select(Exchange.seq).where(Exchange.reservation_id == twice.id, Exchange.kind == "transfer")).one()
    booking.reverse_exchange(session, make_actor(session, "regio-twente", "reviewer"), seq=seq, reason="Dubbel geboekt")
    _lot, on_its_way = approved(session, cast, lot=make_listing(session, owner, quantity=m2("300")))
    hand_over.hand_over(session, owner, reservation_id=on_its_way.id, draft=HandoverDraft(m2("305"), clock.today()))
    for outcome in (*Outcome, None):
        ended = make_listing(session, owner, quantity=m2("60"))
        close_listing(session, owner, listing_id=ended.id, outcome=outcome, reason="Het plein is klaar")
    sound(session)


def lots_by_listing(session: Session) -> dict[int, Row]:
    """Of every listing, its lot: what it is, where, whose, how much, and out of how much of what it came."""
    by_listing: dict[int, Row] = {}
    for number, lot_id in session.execute(select(Listing.id, Listing.lot_id)).all():
        lot = session.get(Lot, lot_id or 0)
        if lot is not None:
            by_listing[number] = (*described(lot), [described(row) for row in parts(session, lot)], moved(session, lot))
    return by_listing


def described(lot: Lot) -> Row:
    return lot.title, lot.unit, lot.quantity, lot.kg_per_unit, lot.kg_basis, lot.condition, lot.owner_id, lot.place_name, lot.lat


def parts(session: Session, lot: Lot) -> list[Lot]:
    return list(session.scalars(select(Lot).where(Lot.parent_id == lot.id).order_by(Lot.id)))


def moved(session: Session, lot: Lot) -> list[Row]:
    rows = session.scalars(select(Movement).where(Movement.lot_id == lot.id))
    return sorted((row.kind, row.quantity, row.happened_on, row.owner_id, row.listing_id, row.reservation_id) for row in rows)


def again(database: Database, url: str) -> None:
    database.dispose()
    command.downgrade(alembic_config(url), "0030_legs")
    command.upgrade(alembic_config(url), "head")


def within(database: Database, question: Callable[[Session], T]) -> T:
    with database.transaction() as session:
        return question(session)


def test_what_was_listed_before_has_the_lots_that_the_verbs_would_have_made(database: Database, database_url: str) -> None:
    with database.transaction() as session:
        seed_taxonomy(session)
        live(session)
    before = within(database, lots_by_listing)
    assert len(before) == 14
    again(database, database_url)
    within(database, sound)
    after = within(database, lots_by_listing)
    assert {number: row for number, row in after.items() if row != before[number]} == {}


def test_a_draft_gets_no_lot(database: Database, database_url: str) -> None:
    with database.transaction() as session:
        seed_taxonomy(session)
        draft = make_draft(session, make_actor(session, "hengelo")).id
    again(database, database_url)
    assert within(database, lambda session: session.get_one(Listing, draft).lot_id) is None
    assert within(database, lambda session: session.scalars(select(Lot)).all()) == []


def test_the_next_lot_has_a_number_of_its_own(database: Database, database_url: str) -> None:
    with database.transaction() as session:
        seed_taxonomy(session)
        first = make_listing(session, make_actor(session, "hengelo")).lot_id or 0
    again(database, database_url)
    with database.transaction() as session:
        assert make_listing(session, make_actor(session, "hengelo")).lot_id == first + 1
