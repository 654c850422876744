"""Supply that is not there yet, from its draft on."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from marketplace.accounts.policy import Actor
from marketplace.exchange.actions.decide import withdraw
from marketplace.exchange.queries.invariants import INVARIANTS
from marketplace.kernel import clock
from marketplace.kernel.errors import Invalid
from marketplace.kernel.units import Quantity, Unit
from marketplace.market.actions.listings import create_listing, update_listing
from marketplace.market.models import Listing
from marketplace.market.queries.listings import get_listing, stored_draft
from marketplace.market.rules.freshness import Outcome
from marketplace.market.rules.listing import Certainty, ListingStatus
from marketplace.matching.actions.publish import publish
from marketplace.materials.queries import taxonomy
from marketplace.stock.actions.offering import draft_of_lot, offer_lot
from tests.factories import listing_draft, make_actor, make_listing, seed_taxonomy


def plan(**changes: Any) -> dict[str, Any]:
    """A period from 60 to 90 days from now."""
    today = clock.today()
    period = {"earliest": today + timedelta(days=60), "latest": today + timedelta(days=90)}
    said = {"planned": True, "certainty": Certainty.BUDGETED, "available_from": None, "available_until": None}
    return {**said, **period, **changes}


@pytest.fixture
def hengelo(session: Session) -> Actor:
    seed_taxonomy(session)
    return make_actor(session, "hengelo")


def planned(session: Session, owner: Actor, **changes: Any) -> Listing:
    made = create_listing(session, owner, listing_draft(owner.organisation_slug, **plan(**changes)))
    return publish(session, owner, listing_id=made.id)


def wrong(session: Session) -> list[str]:
    return [found for _name, holds in INVARIANTS if (found := holds(session))]


def test_what_is_planned_is_published_without_a_photo_and_without_a_lot(session: Session, hengelo: Actor) -> None:
    listing = planned(session, hengelo)
    assert (listing.status, listing.lot_id, listing.planned, listing.certainty) == ("published", None, True, "budgeted")
    assert (listing.available_from, listing.available_until) == (listing.earliest, listing.latest)
    assert wrong(session) == []


def test_a_plan_comes_back_as_the_draft_that_it_was_written_from(session: Session, hengelo: Actor) -> None:
    listing = planned(session, hengelo)
    draft = stored_draft(listing, taxonomy(session))
    assert (draft.available_from, draft.available_until, draft.certainty) == (None, None, Certainty.BUDGETED)
    changed = update_listing(session, hengelo, listing_id=listing.id, version=listing.version, draft=draft)
    assert changed.version == listing.version


def test_a_draft_may_become_planned_and_be_there_again(session: Session, hengelo: Actor) -> None:
    made = create_listing(session, hengelo, listing_draft("hengelo"))
    later = update_listing(
        session, hengelo, listing_id=made.id, version=1, draft=listing_draft("hengelo", **plan(certainty=Certainty.IDEA))
    )
    assert (later.planned, later.certainty, later.available_from) == (True, "idea", clock.today() + timedelta(days=60))
    there = update_listing(session, hengelo, listing_id=made.id, version=2, draft=listing_draft("hengelo"))
    assert (there.planned, there.earliest, there.certainty, there.available_from) == (
        *(False, None, None),
        clock.today() - timedelta(days=7),
    )


def test_what_lies_there_does_not_become_planned(session: Session, hengelo: Actor) -> None:
    listing = make_listing(session, hengelo)
    with pytest.raises(Invalid, match="ligt er al"):
        update_listing(session, hengelo, listing_id=listing.id, version=listing.version, draft=listing_draft("hengelo", **plan()))


def test_a_lot_in_stock_is_not_offered_as_planned(session: Session, hengelo: Actor) -> None:
    lot_id = make_listing(session, hengelo).lot_id
    withdrawn(session, hengelo, session.scalars(select(Listing).where(Listing.lot_id == lot_id)).one())
    assert lot_id is not None
    said = {"title": "Keien", "condition": listing_draft().condition}
    draft = draft_of_lot(session, hengelo, lot_id=lot_id, amount=None, **said, **plan())
    with pytest.raises(Invalid) as refusal:
        offer_lot(session, hengelo, lot_id=lot_id, draft=draft)
    assert refusal.value.field == "planned"


def withdrawn(session: Session, owner: Actor, listing: Listing) -> Listing:
    return withdraw(session, owner, listing_id=listing.id, outcome=Outcome.LATER, reason="Later")


def test_the_database_keeps_a_plan_whole(session: Session, hengelo: Actor) -> None:
    number = planned(session, hengelo).id
    far = clock.today() + timedelta(days=400)
    for values in (
        *({"certainty": None}, {"certainty": "zeker"}, {"latest": None}, {"earliest": far}, {"available_from": far}),
        *({"available_until": None}, {"planned": False}, {"transferred": Decimal(1)}, {"lot_id": 1}),
    ):
        with pytest.raises(IntegrityError), session.begin_nested():
            session.execute(update(Listing).where(Listing.id == number).values(**values))


def test_a_plan_of_which_the_period_is_past_is_not_published(session: Session, hengelo: Actor) -> None:
    today = clock.today()
    made = create_listing(session, hengelo, listing_draft("hengelo", **plan(earliest=today, latest=today)))
    with clock.frozen(clock.now() + timedelta(days=1)), pytest.raises(Invalid) as refusal:
        publish(session, hengelo, listing_id=made.id)
    assert refusal.value.field == "available_until"


def test_a_planned_lot_that_is_withdrawn_leaves_nothing_in_stock(session: Session, hengelo: Actor) -> None:
    listing = withdrawn(session, hengelo, planned(session, hengelo, quantity=Quantity(Decimal(800), Unit.M2)))
    assert (listing.status, listing.lot_id) == (ListingStatus.WITHDRAWN, None)
    assert get_listing(session, hengelo, listing.id).planned
    assert wrong(session) == []
