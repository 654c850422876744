"""What is on offer within its own organisation only, until that opens it to others."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from marketplace.accounts.policy import ANONYMOUS, Actor
from marketplace.advice.actions.opinions import ask_for_opinion, give_opinion
from marketplace.advice.queries.findings import list_lots_to_judge
from marketplace.advice.queries.opinions import list_waiting_requests
from marketplace.advice.rules.opinions import OpinionDraft
from marketplace.catalogue.queries.feed import feed
from marketplace.catalogue.queries.map import search_map
from marketplace.catalogue.queries.search import search
from marketplace.catalogue.rules.query import CatalogueQuery
from marketplace.documents.rules import Verdict
from marketplace.exchange.actions.hand_over import confirm, hand_over, return_part
from marketplace.exchange.actions.reserve import reserve
from marketplace.exchange.queries.invariants import INVARIANTS
from marketplace.exchange.rules.reservation import HandoverDraft, ReservationDraft
from marketplace.exchange.rules.returns import ReturnDraft
from marketplace.kernel import clock
from marketplace.kernel.errors import Conflict, Missing
from marketplace.kernel.units import Quantity, Unit
from marketplace.market.actions.listings import create_listing, update_listing
from marketplace.market.models import Demand, Listing
from marketplace.market.queries.listings import get_listing, list_child_lots, stored_draft
from marketplace.market.rules.listing import Certainty, Condition
from marketplace.matching.actions.broker import offer_to_demand, propose
from marketplace.matching.actions.publish import open_to_others, publish
from marketplace.matching.queries.matches import list_listings_for_demand
from marketplace.matching.queries.survey import survey
from marketplace.materials.queries import get_taxonomy
from marketplace.memos.queries.search import count_stock
from marketplace.notices.models import NoticeRow
from marketplace.outlook.queries import OutlookFilter, get_outlook
from marketplace.plans.queries.columns import read_columns
from tests.factories import listing_draft, make_actor, make_demand, make_draft, seed_taxonomy

EVERYTHING = CatalogueQuery()
FINE = OpinionDraft(Verdict.POSITIVE, "De partijkeuring is in orde bevonden.", "environmental-declaration")


@pytest.fixture
def hengelo(session: Session) -> Actor:
    seed_taxonomy(session)
    return make_actor(session, "hengelo")


@pytest.fixture
def borne(session: Session, hengelo: Actor) -> Actor:
    return make_actor(session, "borne")


@pytest.fixture
def closed(session: Session, hengelo: Actor) -> Listing:
    today = clock.today()
    period = {"earliest": today + timedelta(days=20), "latest": today + timedelta(days=40)}
    draft = listing_draft(planned=True, certainty=Certainty.TENDERED, available_from=None, available_until=None, **period)
    made = create_listing(session, hengelo, draft)
    return publish(session, hengelo, listing_id=made.id, to_others=False)


def planned_kg(session: Session, actor: Actor) -> Decimal:
    return sum((row.planned_kg for row in get_outlook(session, actor, OutlookFilter()).totals), Decimal(0))


def served(session: Session, asker: Actor, demand: Demand) -> list[int]:
    return [match.listing.id for match in list_listings_for_demand(session, asker, demand).items]


def wrong(session: Session) -> list[str]:
    return [breach for _name, holds in INVARIANTS if (breach := holds(session))]


def test_those_who_judge_read_it_once_its_owner_asks_them(
    session: Session, hengelo: Actor, borne: Actor, closed: Listing
) -> None:
    adviser = make_actor(session, "omgevingsdienst", kind="adviser")
    broker = make_actor(session, "regio-twente", "coordinator")
    assert list_lots_to_judge(session, adviser).rows == []
    for reader in (adviser, broker, borne):
        with pytest.raises(Missing):
            get_listing(session, reader, closed.id)
    ask_for_opinion(session, hengelo, listing_id=closed.id, text="Mag dit zonder verklaring?")
    (waiting,), _total = list_waiting_requests(session, adviser)
    assert waiting.listing.id == closed.id
    assert [get_listing(session, reader, closed.id).id for reader in (adviser, broker)] == [closed.id, closed.id]
    with pytest.raises(Missing):
        get_listing(session, borne, closed.id)
    give_opinion(session, adviser, listing_id=closed.id, draft=FINE)
    assert list_waiting_requests(session, adviser) == ([], 0)
    open_to_others(session, hengelo, listing_id=closed.id)
    assert get_listing(session, borne, closed.id).id == closed.id


def test_its_own_organisation_finds_it_everywhere(session: Session, hengelo: Actor, closed: Listing) -> None:
    assert closed.is_closed_to_others
    assert (closed.region_from, closed.partners_from) == (None, None)
    assert search(session, hengelo, EVERYTHING).total == 1
    assert search_map(session, hengelo, EVERYTHING, zoom=10).total == 1
    assert (
        planned_kg(session, hengelo)
        == closed.quantity * get_taxonomy(session).material_by_id(closed.material_id).weights_kg[Unit.M2]
    )
    own = make_demand(session, hengelo, location=listing_draft().location)
    assert served(session, hengelo, own) == [closed.id]
    assert count_stock(session, hengelo, own).material.lots == 1
    assert wrong(session) == []


def test_nobody_else_finds_it_anywhere(session: Session, borne: Actor, closed: Listing) -> None:
    demand = make_demand(session, borne)
    partner = make_actor(session, "twentse-bouw", kind="partner")
    for other in (borne, partner, ANONYMOUS):
        assert search(session, other, EVERYTHING).total == 0
        assert search_map(session, other, EVERYTHING, zoom=10).total == 0
        assert planned_kg(session, other) == 0
        with pytest.raises(Missing):
            get_listing(session, other, closed.id)
    assert feed(session, EVERYTHING).listings == ()
    assert served(session, borne, demand) == []
    assert count_stock(session, borne, demand).material.lots == 0
    assert not session.scalars(select(NoticeRow).where(NoticeRow.organisation_id == borne.organisation_id)).all()


def test_the_broker_does_not_hold_it_against_what_others_seek(session: Session, borne: Actor, closed: Listing) -> None:
    make_demand(session, borne)
    broker = make_actor(session, "regio-twente", "coordinator")
    assert (survey(session, broker).listings, survey(session, broker).demands) == (0, 1)


def test_a_plan_of_the_region_counts_it_only_once_it_is_open(
    session: Session, hengelo: Actor, borne: Actor, closed: Listing
) -> None:
    make_demand(session, borne)
    before = read_columns(session, get_taxonomy(session)).supply
    open_to_others(session, hengelo, listing_id=closed.id)
    assert (len(before.units), len(read_columns(session, get_taxonomy(session)).supply.units)) == (0, 1)


def test_another_organisation_cannot_reserve_it_and_the_own_can(
    session: Session, hengelo: Actor, borne: Actor, closed: Listing
) -> None:
    draft = ReservationDraft(Quantity(Decimal(100), Unit.M2))
    with pytest.raises(Missing):
        reserve(session, borne, listing_id=closed.id, draft=draft)
    assert reserve(session, hengelo, listing_id=closed.id, draft=draft).status == "approved"


def test_a_change_leaves_it_closed(session: Session, hengelo: Actor, closed: Listing) -> None:
    draft = stored_draft(closed, get_taxonomy(session))
    changed = update_listing(
        session, hengelo, listing_id=closed.id, version=closed.version, draft=replace(draft, description="Ligt op zand.")
    )
    assert (changed.description, changed.is_closed_to_others, changed.region_from) == ("Ligt op zand.", True, None)


def test_opening_begins_the_turns_and_tells_whom_it_serves(
    session: Session, hengelo: Actor, borne: Actor, closed: Listing
) -> None:
    demand = make_demand(session, borne)
    opened = open_to_others(session, hengelo, listing_id=closed.id)
    today = clock.today()
    assert (opened.is_closed_to_others, opened.region_from, opened.partners_from) == (False, today, today + timedelta(days=14))
    assert search(session, borne, EVERYTHING).total == 1
    assert served(session, borne, demand) == [closed.id]
    kinds = select(NoticeRow.kind).where(NoticeRow.person_id == borne.person_id)
    assert list(session.scalars(kinds)) == ["new_match"]
    assert planned_kg(session, borne) > 0
    assert wrong(session) == []


def test_opening_twice_changes_nothing_and_a_draft_is_not_opened(session: Session, hengelo: Actor, closed: Listing) -> None:
    first = open_to_others(session, hengelo, listing_id=closed.id).published_at
    assert open_to_others(session, hengelo, listing_id=closed.id).published_at == first
    draft = create_listing(session, hengelo, listing_draft())
    with pytest.raises(Conflict):
        open_to_others(session, hengelo, listing_id=draft.id)


def test_nobody_else_opens_it(session: Session, borne: Actor, closed: Listing) -> None:
    with pytest.raises(Missing):
        open_to_others(session, borne, listing_id=closed.id)


def test_nobody_points_it_out_to_somebody_who_may_not_see_it(
    session: Session, hengelo: Actor, borne: Actor, closed: Listing
) -> None:
    demand, broker = make_demand(session, borne), make_actor(session, "regio-twente", "coordinator")
    ask_for_opinion(session, hengelo, listing_id=closed.id, text="Mag dit zonder verklaring?")
    with pytest.raises(Conflict, match="eigen organisatie"):
        offer_to_demand(session, hengelo, listing_id=closed.id, demand_id=demand.id)
    with pytest.raises(Conflict, match="eigen organisatie"):
        propose(session, broker, listing_id=closed.id, demand_id=demand.id, reason="Past goed bij deze vraag.")
    assert not session.scalars(select(NoticeRow).where(NoticeRow.organisation_id == borne.organisation_id)).all()
    open_to_others(session, hengelo, listing_id=closed.id)
    assert offer_to_demand(session, hengelo, listing_id=closed.id, demand_id=demand.id).listing_id == closed.id


def test_what_comes_back_of_it_is_closed_too(session: Session, hengelo: Actor, borne: Actor) -> None:
    lot = publish(session, hengelo, listing_id=make_draft(session, hengelo).id, to_others=False)
    hundred, forty = (Quantity(Decimal(amount), Unit.M2) for amount in (100, 40))
    number = reserve(session, hengelo, listing_id=lot.id, draft=ReservationDraft(hundred)).id
    hand_over(session, hengelo, reservation_id=number, draft=HandoverDraft(hundred, clock.today()))
    confirm(session, hengelo, reservation_id=number)
    back = ReturnDraft(forty, Condition.GOOD, clock.today(), "Over.")
    return_part(session, hengelo, reservation_id=number, draft=back)
    (child,) = list_child_lots(session, hengelo, lot.id)
    assert (child.is_closed_to_others, child.partners_from) == (True, None)
    assert [search(session, other, EVERYTHING).total for other in (borne, ANONYMOUS, hengelo)] == [0, 0, 2]
    open_to_others(session, hengelo, listing_id=child.id)
    assert [search(session, other, EVERYTHING).total for other in (borne, ANONYMOUS, hengelo)] == [1, 1, 2]
    assert wrong(session) == []
