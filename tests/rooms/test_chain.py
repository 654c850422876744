"""What lies too long is offered to the chain: one ordinary listing, open to partners at once, of which each hears once."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from marketplace.accounts.models import Organisation
from marketplace.accounts.policy import Actor
from marketplace.depots.models import Depot, Lot
from marketplace.exchange.actions.reserve import reserve
from marketplace.exchange.rules.reservation import ReservationDraft
from marketplace.kernel import clock
from marketplace.kernel.errors import Conflict, Forbidden, Missing
from marketplace.market.actions.listings import delete_draft
from marketplace.market.actions.photos import add_photo
from marketplace.market.models import Listing
from marketplace.market.rules.photos import StoredPicture
from marketplace.matching.actions.publish import publish
from marketplace.notices.models import AuditRow, NoticeRow
from marketplace.stock.actions.offering import offer_to_chain
from marketplace.stock.models import ChainOffer
from marketplace.stock.queries.lying import with_offers
from tests.at_the_gate import m2
from tests.factories import declare, location, make_actor, make_draft, make_listing
from tests.yards import make_lot, make_yard

WHY = "Het ligt hier te lang."


@pytest.fixture
def cast(session: Session) -> dict[str, Actor]:
    """Hengelo owns; Sloper, Verwerker and Aannemer are the chain, Vechtstromen is another partner."""
    made = {"hengelo": make_actor(session, "hengelo", "coordinator"), "borne": make_actor(session, "borne")}
    for slug, kind in (
        ("sloper", "demolition"),
        ("verwerker", "processor"),
        ("aannemer", "contractor"),
        ("vechtstromen", "water_board"),
    ):
        made[slug] = make_actor(session, slug, kind="partner")
        session.get_one(Organisation, made[slug].organisation_id).sub_kind = kind
    session.flush()
    return made


@pytest.fixture
def yard(session: Session, cast: dict[str, Actor]) -> Depot:
    return make_yard(session, cast["hengelo"], longest_stay_days=30)


def told(session: Session) -> list[str]:
    slugs = {row.id: row.slug for row in session.scalars(select(Organisation))}
    rows = session.scalars(select(NoticeRow).where(NoticeRow.kind == "chain_offered"))
    return sorted(slugs[row.organisation_id or 0] for row in rows)


def on_offer(session: Session, owner: Actor, lot: Lot, **changes: Any) -> Listing:
    """The lot as a listing on offer. Partners may reserve it fourteen days from now."""
    listing = make_listing(session, owner, quantity=m2("176"), location=None, depot_id=lot.depot_id, **changes)
    listing.lot_id = lot.id
    session.flush()
    return listing


def claim(session: Session, actor: Actor, listing: Listing, quantity: str = "10") -> None:
    reserve(session, actor, listing_id=listing.id, draft=ReservationDraft(m2(quantity), location=location("borne")))


def offer(session: Session, actor: Actor, lot: Lot) -> Listing:
    return offer_to_chain(session, actor, lot_id=lot.id, reason=WHY)


def test_what_is_on_offer_opens_to_partners_and_the_chain_is_told_once(
    session: Session, cast: dict[str, Actor], yard: Depot
) -> None:
    owner, today = cast["hengelo"], clock.today()
    lot = make_lot(session, yard, owner, days=31)
    listing = on_offer(session, owner, lot)
    version = listing.version
    with pytest.raises(Conflict):
        claim(session, cast["sloper"], listing)
    made = offer(session, owner, lot)
    assert (made.id, made.version, made.partners_from, made.window_reason) == (listing.id, version + 1, today, WHY)
    assert told(session) == ["aannemer", "sloper", "verwerker"]
    [row] = session.scalars(select(ChainOffer))
    assert (row.listing_id, row.lot_id, row.reason, row.told) == (listing.id, lot.id, WHY, 3)
    assert row.told_at is not None
    for slug in ("sloper", "vechtstromen", "borne"):  # every partner may, and the municipalities still
        claim(session, cast[slug], listing)
    assert offer(session, owner, lot).version == version + 1
    assert told(session) == ["aannemer", "sloper", "verwerker"]
    actions = session.scalars(select(AuditRow.action).where(AuditRow.object_id == listing.id, AuditRow.object_type == "listing"))
    assert {"listing.edit", "listing.windows", "listing.chain"} <= set(actions)


def test_what_is_not_on_offer_becomes_a_draft_and_the_chain_is_told_when_it_is_published(
    session: Session, cast: dict[str, Actor], yard: Depot
) -> None:
    owner = cast["hengelo"]
    lot = make_lot(session, yard, owner, days=31)
    draft = offer(session, owner, lot)
    assert (draft.status, draft.quantity, draft.lot_id, draft.partners_from) == ("draft", Decimal(176), lot.id, clock.today())
    assert told(session) == []
    picture = StoredPicture(dict.fromkeys(("webp-480", "webp-960", "webp-1600", "jpeg-1200"), (f"{7:064d}.webp", 480, 360)))
    add_photo(session, owner, listing_id=draft.id, picture=picture, alt="Stapel stenen")
    with clock.frozen(clock.now() + timedelta(days=3)):
        declare(session, owner, draft)
        publish(session, owner, listing_id=draft.id)
        assert draft.partners_from == clock.today()
        claim(session, cast["verwerker"], draft)
    assert told(session) == ["aannemer", "sloper", "verwerker"]
    publish(session, owner, listing_id=draft.id)
    assert len(told(session)) == 3


def test_a_draft_of_before_is_the_one_that_goes_to_the_chain(session: Session, cast: dict[str, Actor], yard: Depot) -> None:
    owner, today = cast["hengelo"], clock.today()
    lot = make_lot(session, yard, owner, days=31)
    turns = {"region_from": today + timedelta(days=5), "partners_from": today + timedelta(days=9)}
    draft = make_draft(session, owner, quantity=m2("176"), location=None, depot_id=yard.id, **turns)
    draft.lot_id = lot.id
    session.flush()
    made = offer(session, owner, lot)
    assert (made.id, made.region_from, made.partners_from) == (draft.id, today, today)
    assert told(session) == []
    declare(session, owner, draft)
    publish(session, owner, listing_id=draft.id)
    assert len(told(session)) == 3


def test_an_offer_without_the_chain_tells_it_nothing(session: Session, cast: dict[str, Actor], yard: Depot) -> None:
    draft = make_draft(session, cast["hengelo"])
    publish(session, cast["hengelo"], listing_id=draft.id)
    assert told(session) == []


def test_a_draft_that_is_thrown_away_was_never_offered(session: Session, cast: dict[str, Actor], yard: Depot) -> None:
    owner = cast["hengelo"]
    lot = make_lot(session, yard, owner, days=31)
    delete_draft(session, owner, listing_id=offer(session, owner, lot).id)
    assert session.scalars(select(ChainOffer)).all() == []
    assert offer(session, owner, lot).status == "draft"


def test_what_lies_not_too_long_is_blocked_or_reserved_is_refused(session: Session, cast: dict[str, Actor], yard: Depot) -> None:
    owner = cast["hengelo"]
    fresh, dirty, promised = (make_lot(session, yard, owner, days=days) for days in (30, 31, 31))
    elsewhere = make_lot(session, yard, owner, days=31, depot_id=None, in_depot_since=None, place_name="Hengelo")
    dirty.blocked_at = clock.now()
    claim(session, cast["borne"], on_offer(session, owner, promised), "176")
    over = on_offer(session, owner, make_lot(session, yard, owner, days=31))
    over.available_until = clock.today() - timedelta(days=1)
    session.flush()
    for lot in (fresh, dirty, promised, elsewhere, session.get_one(Lot, over.lot_id)):
        with pytest.raises(Conflict):
            offer(session, owner, lot)
    assert told(session) == []


def test_only_its_owner_offers_it(session: Session, cast: dict[str, Actor], yard: Depot) -> None:
    lot = make_lot(session, yard, cast["borne"], days=31)
    with pytest.raises(Forbidden):
        offer(session, cast["hengelo"], lot)  # keeps the depot, and owns it not
    with pytest.raises(Missing):
        offer(session, cast["sloper"], lot)
    assert offer(session, cast["borne"], lot).organisation_id == cast["borne"].organisation_id


def test_an_owner_of_the_chain_is_not_told_of_its_own_lot_and_who_left_is_not_told(
    session: Session, cast: dict[str, Actor], yard: Depot
) -> None:
    session.get_one(Organisation, cast["aannemer"].organisation_id).is_active = False
    yard.storers = "members"
    lot = make_lot(session, yard, cast["sloper"], days=31)
    on_offer(session, cast["sloper"], lot)
    offer(session, cast["sloper"], lot)
    assert told(session) == ["verwerker"]


def test_the_list_of_a_depot_says_what_is_meant_for_the_chain(session: Session, cast: dict[str, Actor], yard: Depot) -> None:
    owner = cast["hengelo"]
    lots = [make_lot(session, yard, owner, days=31) for _each in range(3)]
    on_offer(session, owner, lots[0])
    offer(session, owner, lots[0])
    offer(session, owner, lots[1])
    seen = with_offers(session, lots)
    assert [(lying.chain is not None, lying.chain is not None and lying.chain.told_at is not None) for lying in seen] == [
        (True, True),
        (True, False),
        (False, False),
    ]
