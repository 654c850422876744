"""Blocked lots go to nobody, and what is offered from stock is the lot that lies there."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy.orm import Session

from marketplace.accounts.policy import Actor
from marketplace.depots.actions.movements import By, split_off
from marketplace.depots.models import Lot
from marketplace.depots.queries.lots import list_movements, lock
from marketplace.exchange.actions import decide, hand_over, reserve
from marketplace.exchange.models import Reservation
from marketplace.exchange.rules.reservation import HandoverDraft, ReservationDraft
from marketplace.kernel import clock
from marketplace.kernel.errors import Conflict
from marketplace.market.actions import counters
from marketplace.market.actions.listings import close_listing, delete_draft, mark_published, update_listing
from marketplace.market.models import Listing
from marketplace.market.rules.freshness import Outcome
from tests.at_the_gate import approved, handed_over, m2, sound
from tests.factories import listing_draft, make_actor, make_draft, make_listing


@pytest.fixture
def cast(session: Session) -> dict[str, Actor]:
    return {slug: make_actor(session, slug) for slug in ("hengelo", "borne", "almelo", "losser")}


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


def block(session: Session, listing: Listing) -> None:
    lot_of(session, listing).blocked_at = clock.now()
    session.flush()


def test_a_blocked_lot_goes_to_nobody(session: Session, cast: dict) -> None:
    owner, taker = cast["hengelo"], cast["borne"]
    listing, first = approved(session, cast)
    requested = reserve.reserve(session, cast["almelo"], listing_id=listing.id, draft=ReservationDraft(m2("50")))
    block(session, listing)
    handing = HandoverDraft(m2("300"), clock.today())
    refused = [
        lambda: reserve.reserve(session, cast["losser"], listing_id=listing.id, draft=ReservationDraft(m2("10"))),
        lambda: decide.approve(session, owner, reservation_id=requested.id),
        lambda: hand_over.hand_over(session, owner, reservation_id=first.id, draft=handing),
        lambda: close_listing(session, owner, listing_id=make_blocked(session, owner).id, outcome=Outcome.OWN_USE),
        lambda: close_listing(session, owner, listing_id=make_blocked(session, owner).id, outcome=Outcome.MISTAKE),
    ]
    for verb in refused:
        with pytest.raises(Conflict, match="Omgevingsdienst Twente"):
            verb()
    gone = make_blocked(session, owner)
    close_listing(session, owner, listing_id=gone.id, outcome=Outcome.DISPOSED)
    assert lot_of(session, gone).quantity == 0
    assert taker.organisation_id is not None


def make_blocked(session: Session, owner: Actor) -> Listing:
    listing = make_listing(session, owner, quantity=m2("20"))
    block(session, listing)
    return listing


def test_nothing_is_confirmed_of_a_lot_that_was_blocked_on_the_way(session: Session, cast: dict) -> None:
    listing, reservation = handed_over(session, cast)
    block(session, listing)
    with pytest.raises(Conflict, match="Omgevingsdienst Twente"):
        hand_over.confirm(session, cast["borne"], reservation_id=reservation.id)
    hand_over.complete_by_clock(session, session.get_one(Reservation, reservation.id))
    assert session.get_one(Reservation, reservation.id).unconfirmed_since is not None


def test_a_draft_of_what_is_in_stock_offers_that_very_lot(session: Session, cast: dict) -> None:
    owner = cast["hengelo"]
    first = make_listing(session, owner, quantity=m2("500"))
    close_listing(session, owner, listing_id=first.id, outcome=Outcome.LATER)
    draft = make_draft(session, owner, quantity=m2("500"), title="Nog eens")
    draft.lot_id = first.lot_id
    session.flush()
    with pytest.raises(Conflict):
        edit(session, owner, draft, quantity=m2("499"), title="Nog eens")
    mark_published(session, owner, listing_id=draft.id)
    lot = lot_of(session, draft)
    assert (lot.id, lot.title, told(session, lot)) == (first.lot_id, "Nog eens", [("in", "500")])
    sound(session)


def test_a_draft_of_stock_that_changed_meanwhile_is_not_published(session: Session, cast: dict) -> None:
    owner = cast["hengelo"]
    first = make_listing(session, owner, quantity=m2("500"))
    close_listing(session, owner, listing_id=first.id, outcome=Outcome.LATER)
    draft = make_draft(session, owner, quantity=m2("500"))
    draft.lot_id = first.lot_id
    split_off(session, By(owner, clock.today()), lot_of(session, first), Decimal(1))
    with pytest.raises(Conflict):
        mark_published(session, owner, listing_id=draft.id)


def test_a_draft_that_is_deleted_leaves_the_stock_alone(session: Session, cast: dict) -> None:
    owner = cast["hengelo"]
    first = make_listing(session, owner, quantity=m2("500"))
    close_listing(session, owner, listing_id=first.id, outcome=Outcome.LATER)
    draft = make_draft(session, owner, quantity=m2("500"))
    draft.lot_id = first.lot_id
    session.flush()
    delete_draft(session, owner, listing_id=draft.id)
    assert lot_of(session, first).quantity == Decimal(500)


def test_a_live_listing_follows_the_count_of_its_lot_and_closes_at_nought(session: Session, cast: dict) -> None:
    listing = make_listing(session, cast["hengelo"], quantity=m2("500"))
    assert not counters.correct(session, listing.id, Decimal("-500.001"))
    assert counters.correct(session, listing.id, Decimal(-100))
    session.refresh(listing)
    assert (listing.quantity, listing.corrected, listing.status) == (Decimal(400), Decimal(-100), "published")
    assert counters.correct(session, listing.id, Decimal(-400))
    session.refresh(listing)
    assert (listing.quantity, listing.status) == (Decimal(0), "closed")
    assert counters.lock_offer(session, listing.lot_id or 0) is None


def test_a_day_before_today_is_the_day_of_the_lot_too(session: Session, cast: dict) -> None:
    listing, reservation = approved(session, cast)
    reservation.approved_at = clock.now() - timedelta(days=3)
    session.flush()
    day = clock.today() - timedelta(days=2)
    hand_over.hand_over(session, cast["hengelo"], reservation_id=reservation.id, draft=HandoverDraft(m2("300"), day))
    hand_over.confirm(session, cast["borne"], reservation_id=reservation.id)
    assert [row.happened_on for row in list_movements(session, listing.lot_id or 0)] == [clock.today(), day]
