"""An owner hears once what a keeper of another organisation took in, counted down or wrote off; and says why a quantity is corrected."""

from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from marketplace.accounts.policy import Actor
from marketplace.depots.actions.depots import close_depot
from marketplace.depots.models import Depot, Lot
from marketplace.depots.queries.lots import list_movements
from marketplace.kernel import clock
from marketplace.kernel.errors import Conflict, Invalid
from marketplace.kernel.units import Quantity, Unit
from marketplace.market.actions.listings import create_listing, update_listing
from marketplace.market.models import Listing
from marketplace.market.queries.listings import stored_draft
from marketplace.market.rules.listing import Condition
from marketplace.materials.queries import get_taxonomy
from marketplace.notices.models import NoticeRow
from marketplace.stock.actions.changing import count_lot, take_out_lot, write_off_lot
from marketplace.stock.actions.offering import draft_of_lot, offer_lot
from marketplace.stock.actions.taking_in import bring_in_lot, take_in_lot
from marketplace.stock.rules.handling import ArrivalDraft, Going, Occasion
from tests.at_the_gate import m2
from tests.factories import KEI, listing_draft, make_actor, make_listing, seed_taxonomy
from tests.yards import announce, make_lot, make_yard

SAID = {"condition": Condition.GOOD, "title": "Uit het depot"}


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


def told(session: Session, kind: str) -> list[tuple[int | None, dict]]:
    rows = session.scalars(select(NoticeRow).where(NoticeRow.kind == kind).order_by(NoticeRow.id))
    return [(row.organisation_id, row.facts) for row in rows]


def occasion(reason: str = "") -> Occasion:
    return Occasion(clock.today(), reason)


def test_an_owner_hears_what_was_taken_in_of_theirs(session: Session, keeper: Actor, yard: Depot, borne: Actor) -> None:
    for owner in ("borne", "hengelo"):
        draft = ArrivalDraft(KEI, Quantity(Decimal(276), Unit.M2), Condition.GOOD, owner=owner)
        lot = take_in_lot(session, keeper, depot_id=yard.id, draft=draft, going=Going(), occasion=occasion())
    ((organisation_id, facts),) = told(session, "lot_taken_in")
    assert organisation_id == borne.organisation_id
    assert (facts["organisation"], facts["depot"], facts["quantity"]) == (
        "Hengelo",
        "Gemeentewerf",
        {"amount": "276", "unit": "m2"},
    )
    assert facts["lot_id"] == lot.id - 1


def test_an_owner_hears_that_an_announced_lot_came_in(session: Session, keeper: Actor, yard: Depot, borne: Actor) -> None:
    lot = make_lot(session, yard, borne, depot_id=None, in_depot_since=None, lat=52.35, lon=6.79, place_name="Borne")
    arrival = announce(session, yard, borne, days=0, quantity=Decimal(100))
    given = {"depot_id": yard.id, "lot_id": lot.id, "going": Going(), "occasion": occasion()}
    bring_in_lot(session, keeper, amount=Decimal(100), arrival_id=arrival.id, **given)
    ((organisation_id, facts),) = told(session, "lot_taken_in")
    assert (organisation_id, facts["quantity"]["amount"], facts["lot_id"]) == (borne.organisation_id, "100", lot.id + 1)


Act = Callable[[Session, Actor, int], object]


def count(counted: str) -> Act:
    def act(session: Session, actor: Actor, lot_id: int) -> object:
        return count_lot(session, actor, lot_id=lot_id, counted=Decimal(counted), pallets=None, occasion=occasion("Gebroken"))

    return act


def write_off(session: Session, actor: Actor, lot_id: int) -> object:
    return write_off_lot(session, actor, lot_id=lot_id, amount=Decimal(2), pallets=None, occasion=occasion("Gestolen"))


def take_out(session: Session, actor: Actor, lot_id: int) -> object:
    return take_out_lot(session, actor, lot_id=lot_id, amount=Decimal(2), pallets=None, occasion=occasion("Dorpsstraat"))


@pytest.mark.parametrize(
    ("act", "kind", "reason"), [(count("174"), "lot_counted_down", "Gebroken"), (write_off, "lot_written_off", "Gestolen")]
)
def test_an_owner_hears_once_what_is_less_and_why(
    session: Session, keeper: Actor, yard: Depot, borne: Actor, act: Act, kind: str, reason: str
) -> None:
    theirs, own = make_lot(session, yard, borne), make_lot(session, yard, keeper)
    for lot in (theirs, own):
        act(session, keeper, lot.id)
    ((organisation_id, facts),) = told(session, kind)
    assert (organisation_id, facts["lot_id"], facts["reason"]) == (borne.organisation_id, theirs.id, reason)
    assert facts["quantity"] == {"amount": "2", "unit": "m2"}  # 176 − 174


@pytest.mark.parametrize("act", [count("176"), count("177"), take_out])
def test_an_owner_hears_nothing_of_what_is_right_more_or_their_own_use(
    session: Session, keeper: Actor, yard: Depot, borne: Actor, act: Act
) -> None:
    act(session, keeper, make_lot(session, yard, borne).id)
    assert session.scalars(select(NoticeRow)).all() == []


def test_why_an_owner_corrects_a_quantity_stays_with_the_lot(session: Session, keeper: Actor) -> None:
    listing = make_listing(session, keeper, quantity=m2("500"))
    draft = stored_draft(listing, get_taxonomy(session))

    def correct(amount: str, reason: str) -> Listing:
        changed = {"quantity": m2(amount)}
        return update_listing(
            session, keeper, listing_id=listing.id, version=listing.version, draft=replace(draft, **changed), reason=reason
        )

    lot_id = int(correct("480", " Hergeteld op de werf ").lot_id or 0)
    last = list_movements(session, lot_id)[-1]
    assert (last.kind, last.quantity, last.reason) == ("count", -20, "Hergeteld op de werf")
    with pytest.raises(Invalid) as refused:
        correct("470", "x" * 501)
    assert refused.value.errors[0].field == "correction_reason"


def test_what_lies_in_a_closed_depot_is_offered_and_its_draft_is_changed(session: Session, keeper: Actor, yard: Depot) -> None:
    lot = make_lot(session, yard, keeper)
    close_depot(session, keeper, depot_id=yard.id)
    draft = draft_of_lot(session, keeper, lot_id=lot.id, amount=Decimal(100), available_from=clock.today(), **SAID)
    listing = offer_lot(session, keeper, lot_id=lot.id, draft=draft)
    assert (listing.depot_id, listing.quantity, session.get_one(Lot, int(listing.lot_id or 0)).quantity) == (yard.id, 100, 100)
    changed = stored_draft(listing, get_taxonomy(session))
    renamed = update_listing(
        session, keeper, listing_id=listing.id, version=listing.version, draft=replace(changed, title="Grijze keien")
    )
    assert (renamed.title, renamed.depot_id) == ("Grijze keien", yard.id)


def test_something_new_is_not_said_to_lie_in_a_closed_depot(session: Session, keeper: Actor, yard: Depot) -> None:
    close_depot(session, keeper, depot_id=yard.id)
    with pytest.raises((Invalid, Conflict)) as refused:
        create_listing(session, keeper, listing_draft(location=None, depot_id=yard.id))
    assert refused.value.errors[0].field == "depot"
