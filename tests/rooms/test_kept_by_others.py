"""What another keeps or holds: its owner offers it and says what becomes of it, whoever has it counts it and lets it out."""

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from marketplace.accounts.policy import Actor
from marketplace.depots.models import Depot, DepotKeeper, Lot
from marketplace.depots.queries.lots import list_movements, lock
from marketplace.exchange.actions.decide import withdraw
from marketplace.kernel import clock
from marketplace.kernel.errors import Conflict, Invalid
from marketplace.market.actions.freshness import record_listing_refresh
from marketplace.market.actions.listings import close_listing, mark_published, update_listing
from marketplace.market.models import Listing, SupplyLoss
from marketplace.market.queries.listings import stored_draft
from marketplace.market.rules.freshness import Outcome, Refreshed
from marketplace.market.rules.listing import Condition
from marketplace.materials.queries import get_taxonomy
from marketplace.notices.models import NoticeRow
from marketplace.stock.actions.changing import write_off_lot
from marketplace.stock.actions.offering import draft_of_lot, offer_lot
from marketplace.stock.actions.taking_in import take_in_lot
from marketplace.stock.rules.handling import ArrivalDraft, Going, Occasion
from tests.at_the_gate import m2, sound
from tests.factories import KEI, declare, location, make_actor, photograph, seed_taxonomy
from tests.yards import make_yard


@pytest.fixture
def keeper(session: Session) -> Actor:
    seed_taxonomy(session)
    return make_actor(session, "hengelo", "coordinator")


@pytest.fixture
def yard(session: Session, keeper: Actor) -> Depot:
    return make_yard(session, keeper)


@pytest.fixture
def borne(session: Session, keeper: Actor) -> Actor:
    return make_actor(session, "borne")


def offered(session: Session, keeper: Actor, yard: Depot, owner: Actor, *, weight: str | None = None) -> Listing:
    """176 m² of Borne's that the keeper took in, on offer."""
    kg = None if weight is None else Decimal(weight)
    draft = ArrivalDraft(KEI, m2("176"), Condition.GOOD, owner=owner.organisation_slug, kg_per_unit=kg)
    lot = take_in_lot(session, keeper, depot_id=yard.id, draft=draft, going=Going(), occasion=Occasion(clock.today()))
    return on_offer(session, owner, lot)


def on_offer(session: Session, owner: Actor, lot: Lot) -> Listing:
    values = {"title": "Grijze keien", "condition": Condition.GOOD, "available_from": clock.today()}
    listing = offer_lot(session, owner, lot_id=lot.id, draft=draft_of_lot(session, owner, lot_id=lot.id, amount=None, **values))
    photograph(session, owner, listing)
    declare(session, owner, listing)
    return mark_published(session, owner, listing_id=listing.id)


def lies(session: Session, listing: Listing) -> list[tuple[str, str]]:
    rows = list_movements(session, int(listing.lot_id or 0))
    return [(row.kind, f"{row.quantity:f}".removesuffix(".000")) for row in rows]


def notices(session: Session, kind: str) -> list[tuple[int | None, int | None, dict[str, Any]]]:
    rows = session.scalars(select(NoticeRow).where(NoticeRow.kind == kind).order_by(NoticeRow.id))
    return [(row.person_id, row.organisation_id, row.facts) for row in rows]


def refresh(session: Session, actor: Actor, *, listing_id: int, outcome: Outcome, reason: str) -> Listing:
    return record_listing_refresh(session, actor, listing_id=listing_id, answer=Refreshed.GONE, outcome=outcome, reason=reason)


ENDS = [close_listing, withdraw, refresh]
GONE = [Outcome.SOLD_ELSEWHERE, Outcome.OWN_USE, Outcome.RECYCLED, Outcome.DISPOSED, Outcome.MISTAKE]


@pytest.mark.parametrize("outcome", GONE)
@pytest.mark.parametrize("end", ENDS)
def test_an_owner_who_ends_an_offer_leaves_the_lot_in_the_depot(
    session: Session, keeper: Actor, yard: Depot, borne: Actor, end: Any, outcome: Outcome
) -> None:
    listing = offered(session, keeper, yard, borne)
    end(session, borne, listing_id=listing.id, outcome=outcome, reason="Wij halen het op")
    assert lies(session, listing) == [("in", "176")]
    lot = lock(session, int(listing.lot_id or 0))
    assert (lot.quantity, lot.depot_id) == (176, yard.id)
    sound(session)


def test_its_keeper_is_told_what_the_owner_said_and_books_it_out(
    session: Session, keeper: Actor, yard: Depot, borne: Actor
) -> None:
    listing = offered(session, keeper, yard, borne)
    close_listing(session, borne, listing_id=listing.id, outcome=Outcome.DISPOSED, reason="Gebroken")
    ((_person, organisation_id, facts),) = notices(session, "lot_said_gone")
    assert (organisation_id, facts["organisation"], facts["depot"]) == (keeper.organisation_id, "Borne", "Gemeentewerf")
    assert (facts["quantity"], facts["outcome"], facts["reason"]) == ({"amount": "176", "unit": "m2"}, "disposed", "Gebroken")
    loss = session.scalars(select(SupplyLoss)).one()
    assert (loss.quantity, loss.outcome) == (176, "disposed")  # what the owner said is kept with the offer
    lot_id = int(listing.lot_id or 0)
    write_off_lot(
        session, keeper, lot_id=lot_id, amount=None, pallets=None, occasion=Occasion(clock.today(), "Afgevoerd voor Borne")
    )
    assert lies(session, listing) == [("in", "176"), ("write_off", "-176")]
    sound(session)


def test_each_named_keeper_is_told(session: Session, keeper: Actor, yard: Depot, borne: Actor) -> None:
    actors = [make_actor(session, "hengelo"), make_actor(session, "hengelo")]
    session.add_all(DepotKeeper(depot_id=yard.id, person_id=actor.person_id) for actor in actors)
    session.flush()
    session.expire(yard)
    listing = offered(session, keeper, yard, borne)
    close_listing(session, borne, listing_id=listing.id, outcome=Outcome.OWN_USE)
    rows = notices(session, "lot_said_gone")
    assert [person for person, _organisation, _facts in rows] == sorted(actor.person_id or 0 for actor in actors)


@pytest.mark.parametrize("outcome", [Outcome.LATER, None])
def test_a_keeper_hears_nothing_of_what_stays_or_was_not_said(
    session: Session, keeper: Actor, yard: Depot, borne: Actor, outcome: Outcome | None
) -> None:
    listing = offered(session, keeper, yard, borne)
    close_listing(session, borne, listing_id=listing.id, outcome=outcome)
    assert (lies(session, listing), notices(session, "lot_said_gone")) == ([("in", "176")], [])


def test_an_owner_who_keeps_the_depot_books_it_out_by_closing(session: Session, keeper: Actor, yard: Depot) -> None:
    listing = offered(session, keeper, yard, keeper)
    close_listing(session, keeper, listing_id=listing.id, outcome=Outcome.OWN_USE, reason="Dorpsstraat")
    assert (lies(session, listing), notices(session, "lot_said_gone")) == ([("in", "176"), ("out", "-176")], [])
    sound(session)


def held_by(session: Session, keeper: Actor, yard: Depot, owner: Actor, holder: Actor) -> Listing:
    """176 m² of one organisation that another has in no depot, on offer."""
    listing = offered(session, keeper, yard, owner)
    lot = session.get_one(Lot, int(listing.lot_id or 0))
    lot.depot_id, lot.in_depot_since, lot.place_name, (lot.lat, lot.lon) = None, None, "Almelo", (52.3567, 6.6625)
    lot.holder_id = int(holder.organisation_id or 0)
    listing.depot_id = None
    session.flush()
    session.expire_all()
    return listing


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"quantity": m2("170")}, "quantity"),
        ({"kg_per_unit": Decimal(190), "confirm_unusual": True}, "kg_per_unit"),
        ({"location": location("losser")}, "place"),
    ],
)
def test_what_another_has_is_counted_weighed_and_moved_by_them(
    session: Session, keeper: Actor, yard: Depot, borne: Actor, changes: dict[str, Any], field: str
) -> None:
    listing = held_by(session, keeper, yard, borne, make_actor(session, "almelo"))
    draft = replace(stored_draft(listing, get_taxonomy(session)), **changes)
    with pytest.raises((Conflict, Invalid)) as refused:
        update_listing(session, borne, listing_id=listing.id, version=listing.version, draft=draft)
    assert refused.value.errors[0].field == field
    assert "Almelo" in str(refused.value.errors[0].message)
    renamed = replace(stored_draft(listing, get_taxonomy(session)), title="Keien uit Borne")
    assert (
        update_listing(session, borne, listing_id=listing.id, version=listing.version, draft=renamed).title == "Keien uit Borne"
    )


def test_an_owner_who_ends_the_offer_of_what_another_has_leaves_it_there(
    session: Session, keeper: Actor, yard: Depot, borne: Actor
) -> None:
    almelo = make_actor(session, "almelo")
    listing = held_by(session, keeper, yard, borne, almelo)
    withdraw(session, borne, listing_id=listing.id, outcome=Outcome.SOLD_ELSEWHERE, reason="Aan een aannemer")
    assert lock(session, int(listing.lot_id or 0)).quantity == 176
    ((_person, organisation_id, facts),) = notices(session, "lot_said_gone")
    assert (organisation_id, facts["outcome"]) == (almelo.organisation_id, "sold_elsewhere")


@pytest.mark.parametrize(("kg_per_unit", "words"), [(None, "gewogen"), (Decimal("185.5"), "190")])
def test_a_weighed_lot_keeps_its_weight_and_says_which(
    session: Session, keeper: Actor, yard: Depot, borne: Actor, kg_per_unit: Decimal | None, words: str
) -> None:
    listing = offered(session, keeper, yard, borne, weight="190")
    draft = replace(stored_draft(listing, get_taxonomy(session)), kg_per_unit=kg_per_unit)
    with pytest.raises(Invalid) as refused:
        update_listing(session, borne, listing_id=listing.id, version=listing.version, draft=draft)
    (error,) = refused.value.errors
    assert (error.field, "Laat het weg" in str(error.message)) == ("kg_per_unit", False)
    assert words in str(error.message)
