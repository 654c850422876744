"""Supply that is not there yet, from its draft on."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from marketplace.accounts.policy import Actor
from marketplace.catalogue.queries.search import search
from marketplace.catalogue.rules.query import CatalogueQuery, Supply
from marketplace.catalogue.rules.saved_query import read_filters, read_query
from marketplace.exchange.actions.decide import withdraw
from marketplace.exchange.queries.invariants import INVARIANTS
from marketplace.kernel import clock
from marketplace.kernel.errors import Invalid
from marketplace.kernel.units import Quantity, Unit
from marketplace.market.actions.listings import create_listing, update_listing
from marketplace.market.models import Listing
from marketplace.market.queries.listings import get_listing, stored_draft
from marketplace.market.rules.freshness import Outcome
from marketplace.market.rules.listing import Certainty, Condition, ListingStatus
from marketplace.matching.actions.publish import publish
from marketplace.matching.queries.matches import list_demands_for_listing, list_listings_for_demand
from marketplace.materials.queries import get_taxonomy
from marketplace.places.queries.gazetteer import PlaceFinder
from marketplace.stock.actions.offering import draft_of_lot, offer_lot
from tests.factories import listing_draft, make_actor, make_demand, make_listing, seed_taxonomy


def plan(**changes: Any) -> dict[str, Any]:
    """A period from 60 to 90 days from now."""
    today = clock.today()
    period = {"earliest": today + timedelta(days=60), "latest": today + timedelta(days=90)}
    values = {"planned": True, "certainty": Certainty.BUDGETED, "available_from": None, "available_until": None}
    return {**values, **period, **changes}


@pytest.fixture
def hengelo(session: Session) -> Actor:
    seed_taxonomy(session)
    return make_actor(session, "hengelo")


def planned(session: Session, owner: Actor, **changes: Any) -> Listing:
    made = create_listing(session, owner, listing_draft(owner.organisation_slug, **plan(**changes)))
    return publish(session, owner, listing_id=made.id)


def wrong(session: Session) -> list[str]:
    return [fault for _name, holds in INVARIANTS if (fault := holds(session))]


def test_what_is_planned_is_published_without_a_photo_and_without_a_lot(session: Session, hengelo: Actor) -> None:
    listing = planned(session, hengelo)
    assert (listing.status, listing.lot_id, listing.planned, listing.certainty) == ("published", None, True, "budgeted")
    assert (listing.available_from, listing.available_until) == (listing.earliest, listing.latest)
    assert wrong(session) == []


def test_a_plan_comes_back_as_the_draft_that_it_was_written_from(session: Session, hengelo: Actor) -> None:
    listing = planned(session, hengelo)
    draft = stored_draft(listing, get_taxonomy(session))
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
    values = {"title": "Keien", "condition": listing_draft().condition}
    draft = draft_of_lot(session, hengelo, lot_id=lot_id, amount=None, **values, **plan())
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


def found(session: Session, actor: Actor, **filters: Any) -> tuple[list[int], dict[str, int]]:
    """The numbers that the catalogue finds, and how many it counts as there and as planned."""
    result = search(session, actor, CatalogueQuery(**filters))
    assert result.facets is not None
    return sorted(row.listing.id for row in result.rows), {value.key: value.count for value in result.facets.supplies}


def test_the_catalogue_knows_what_is_there_from_what_is_planned(session: Session, hengelo: Actor) -> None:
    there = make_listing(session, hengelo)
    assert found(session, hengelo) == ([there.id], {})  # nothing is planned, so nothing is asked
    later = planned(session, hengelo, condition=Condition.FAIR)
    session.commit()
    both = {"there": 1, "planned": 1}
    assert found(session, hengelo) == ([there.id, later.id], both)
    assert found(session, hengelo, supplies=(Supply.PLANNED,)) == ([later.id], both)
    assert found(session, hengelo, supplies=(Supply.THERE,)) == ([there.id], both)
    assert found(session, hengelo, supplies=tuple(Supply)) == ([there.id, later.id], both)
    assert found(session, hengelo, conditions=(Condition.GOOD,)) == ([there.id], {})
    assert found(session, hengelo, conditions=(Condition.FAIR,)) == ([later.id], {"there": 0, "planned": 1})


def test_a_planned_lot_leaves_the_catalogue_after_its_period(session: Session, hengelo: Actor) -> None:
    listing = planned(session, hengelo, earliest=clock.today(), latest=clock.today() + timedelta(days=3))
    session.commit()
    with clock.frozen(clock.now() + timedelta(days=3)):
        assert found(session, hengelo)[0] == [listing.id]
    with clock.frozen(clock.now() + timedelta(days=4)):
        assert found(session, hengelo)[0] == []


def test_a_saved_search_keeps_whether_it_asks_for_what_is_planned(session: Session, hengelo: Actor) -> None:
    later, there = planned(session, hengelo), make_listing(session, hengelo)
    session.commit()
    filters = read_filters("supply=planned&supply=anders&condition=good")
    assert (filters.supplies, filters.address()) == ((Supply.PLANNED,), "condition=good&supply=planned")

    def numbers(saved: str) -> list[int]:
        query = read_query(saved, PlaceFinder().find, get_taxonomy(session).fields_by_slug.get)
        assert query is not None
        return [row.listing.id for row in search(session, hengelo, query).rows]

    assert (numbers("supply=planned"), numbers("supply=there"), numbers("now=1")) == ([later.id], [there.id], [there.id])


@pytest.mark.parametrize(
    ("first", "last", "fits"), [(0, 59, False), (0, 60, True), (70, 80, True), (90, 400, True), (91, 400, False)]
)
def test_a_planned_lot_serves_a_demand_of_which_the_period_overlaps_its_own(
    session: Session, hengelo: Actor, first: int, last: int, *, fits: bool
) -> None:
    listing, today = planned(session, hengelo), clock.today()
    borne = make_actor(session, "borne")
    need = make_demand(session, borne, needed_from=today + timedelta(days=first), needed_until=today + timedelta(days=last))
    matches = list_listings_for_demand(session, borne, need)
    assert [match.listing.id for match in matches.items] == ([listing.id] if fits else [])
    others = list_demands_for_listing(session, hengelo, get_listing(session, hengelo, listing.id))
    assert [match.demand.id for match in others.items] == ([need.id] if fits else [])


@pytest.mark.parametrize(("last", "late"), [(90, ""), (89, "één dag"), (75, "15 dagen")])
def test_a_match_says_how_sure_it_is_and_how_late_it_may_be(session: Session, hengelo: Actor, last: int, late: str) -> None:
    planned(session, hengelo)
    borne, today = make_actor(session, "borne"), clock.today()
    need = make_demand(session, borne, needed_from=today, needed_until=today + timedelta(days=last))
    (match,) = list_listings_for_demand(session, borne, need).items
    reasons = [str(reason) for reason in match.reasons if "vrij" in str(reason) or "op het laatst" in str(reason)]
    assert "Zekerheid: Begroot." in reasons[0] and len(reasons) == (2 if late else 1)
    assert not late or f"dan is dat {late} nadat het nodig is" in reasons[1]


def test_the_demand_asks_for_what_is_there_or_for_what_is_planned(session: Session, hengelo: Actor) -> None:
    later, there = planned(session, hengelo), make_listing(session, hengelo, available_until=None)
    borne, today = make_actor(session, "borne"), clock.today()
    need = make_demand(session, borne, needed_from=today, needed_until=today + timedelta(days=100))
    matches = {choice: list_listings_for_demand(session, borne, need, planned=choice).items for choice in (None, True, False)}
    numbers = {choice: sorted(match.listing.id for match in items) for choice, items in matches.items()}
    assert numbers == {None: [later.id, there.id], True: [later.id], False: [there.id]}
