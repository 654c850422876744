"""Rings of a lot over the real database: who may reserve when, what an organisation agreed, and what a change leaves alone."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from marketplace.accounts.policy import Actor
from marketplace.exchange.actions import decide
from marketplace.exchange.actions import reserve as reserve_actions
from marketplace.exchange.models import Reservation
from marketplace.exchange.queries.invariants import published_is_complete
from marketplace.exchange.rules.reservation import ReservationDraft
from marketplace.kernel import clock
from marketplace.kernel.errors import Conflict, Forbidden, Invalid
from marketplace.kernel.units import Quantity, Unit
from marketplace.market.actions.listings import update_listing
from marketplace.market.actions.windows import set_windows
from marketplace.market.models import Listing
from marketplace.market.queries.listings import get_listing
from marketplace.market.queries.windows import get_window_defaults
from marketplace.market.rules.windows import WindowDefaults
from marketplace.matching.actions.publish import list_turns_to_notify, notify_turn, publish
from marketplace.notices.models import AuditRow, NoticeRow
from tests.factories import listing_draft, location, make_actor, make_demand, make_draft, make_listing, seed_taxonomy

NOON = datetime(2026, 12, 1, 12, tzinfo=clock.AMSTERDAM)
WHY = "Alleen een partner kan het verwerken"


@pytest.fixture
def hengelo(session: Session) -> Iterator[Actor]:
    with clock.frozen(NOON):
        seed_taxonomy(session)
        for slug in ("almelo", "borne", "losser"):
            make_actor(session, slug)
        yield make_actor(session, "hengelo")


def december(day: int) -> date:
    return date(2026, 12, day)


def reserve(session: Session, actor: Actor, listing: Listing, amount: str = "10") -> Reservation:
    draft = ReservationDraft(Quantity(Decimal(amount), Unit.M2), location=listing_draft().location)
    return reserve_actions.reserve(session, actor, listing_id=listing.id, draft=draft)


def windows(listing: Listing) -> tuple[Any, ...]:
    return listing.chosen_circle, listing.circle_from, listing.region_from, listing.partners_from


def logged(session: Session, action: str = "listing.windows") -> list[dict[str, Any]]:
    return list(session.scalars(select(AuditRow.facts).where(AuditRow.action == action).order_by(AuditRow.id)))


def test_a_municipality_outside_the_ring_sees_the_lot_and_cannot_claim_it_yet(session: Session, hengelo: Actor) -> None:
    listing = make_listing(session, hengelo, circle=("almelo",), circle_from=december(1), region_from=december(6))
    almelo, losser, partner = (
        make_actor(session, "almelo"),
        make_actor(session, "losser"),
        make_actor(session, "bouwer", kind="partner"),
    )
    assert get_listing(session, losser, listing.id).title == listing.title
    with pytest.raises(Conflict) as refused:
        reserve(session, losser, listing)
    assert refused.value.facts["reservableFrom"] == "2026-12-06"
    assert reserve(session, almelo, listing).status == "requested"
    assert reserve(session, hengelo, listing).status == "approved"
    with clock.frozen(NOON + timedelta(days=5)):
        assert reserve(session, losser, listing).status == "requested"
        with pytest.raises(Conflict) as refused:
            reserve(session, partner, listing)
        assert refused.value.facts["reservableFrom"] == listing.partners_from.isoformat()
    assert published_is_complete(session) is None


def test_publishing_fills_in_what_was_agreed(session: Session, hengelo: Actor) -> None:
    coordinator = make_actor(session, "hengelo", "coordinator")
    assert get_window_defaults(session, hengelo.organisation_id) == WindowDefaults()
    agreed = WindowDefaults(("borne", "almelo", "hengelo"), 0, 5, 10)
    set_windows(session, coordinator, agreed)
    set_windows(session, coordinator, agreed)
    assert get_window_defaults(session, hengelo.organisation_id) == WindowDefaults(("almelo", "borne"), 0, 5, 10)
    free = {"available_until": None}
    assert windows(make_listing(session, hengelo, **free)) == (("almelo", "borne"), december(1), december(6), december(16))
    assert windows(make_listing(session, hengelo, **free, circle=())) == ((), None, december(6), december(16))
    chosen = {"circle": ("losser",), "region_from": december(3)}
    assert windows(make_listing(session, hengelo, **free, **chosen)) == (("losser",), december(1), december(3), december(13))
    assert windows(make_listing(session, make_actor(session, "borne"), **free)) == ((), None, december(1), december(15))
    assert [facts["region_days"] for facts in logged(session, "windows.set")] == [5, 5]


def test_a_draft_keeps_what_was_said_and_no_days(session: Session, hengelo: Actor) -> None:
    chosen = make_draft(session, hengelo, circle=("losser", "hengelo"))
    silent, none = make_draft(session, hengelo), make_draft(session, hengelo, circle=())
    assert [draft.chosen_circle for draft in (chosen, silent, none)] == [("losser",), None, ()]
    assert (chosen.circle_from, chosen.region_from) == (None, None)


def test_a_short_period_shrinks_what_was_not_chosen(session: Session, hengelo: Actor) -> None:
    short = make_listing(session, hengelo, available_until=december(14))
    assert windows(short)[2:] == (december(1), december(8))
    chosen = make_listing(session, hengelo, available_until=december(14), partners_from=december(14))
    assert windows(chosen)[2:] == (december(1), december(14))


def test_only_a_coordinator_agrees_and_not_without_a_reason(session: Session, hengelo: Actor) -> None:
    with pytest.raises(Forbidden):
        set_windows(session, hengelo, WindowDefaults())
    coordinator = make_actor(session, "hengelo", "coordinator")
    with pytest.raises(Invalid) as refused:
        set_windows(session, coordinator, WindowDefaults(partners_days=0))
    assert refused.value.field == "reason"
    set_windows(session, coordinator, WindowDefaults(partners_days=0, reason=WHY))
    listing = make_listing(session, hengelo)
    assert (listing.partners_from, listing.window_reason) == (december(1), WHY)


def test_skipping_a_ring_needs_a_reason_when_it_is_said_and_when_it_is_published(session: Session, hengelo: Actor) -> None:
    with pytest.raises(Invalid) as refused:
        make_draft(session, hengelo, partners_from=december(1))
    assert refused.value.field == "window_reason"
    make_listing(session, hengelo, partners_from=december(1), window_reason=WHY)
    draft = make_draft(session, hengelo, partners_from=december(3))
    with clock.frozen(NOON + timedelta(days=4)), pytest.raises(Invalid) as refused:
        make_published(session, hengelo, draft)
    assert refused.value.field == "window_reason"


def make_published(session: Session, actor: Actor, draft: Listing) -> Listing:
    from marketplace.market.actions.listings import mark_published

    return mark_published(session, actor, listing_id=draft.id)


def changed(session: Session, actor: Actor, listing: Listing, **changes: Any) -> Listing:
    values = {
        "circle": listing.chosen_circle,
        "circle_from": listing.circle_from,
        "region_from": listing.region_from,
        "partners_from": listing.partners_from,
        "window_reason": listing.window_reason,
    }
    draft = listing_draft(**{**values, **changes})
    return update_listing(session, actor, listing_id=listing.id, version=listing.version, draft=draft)


def test_a_changed_window_is_logged_and_cuts_nobody_off(session: Session, hengelo: Actor) -> None:
    borne, almelo = make_actor(session, "borne"), make_actor(session, "almelo")
    listing = make_listing(session, hengelo)
    reservation = reserve(session, borne, listing, "100")
    listing = changed(
        session,
        hengelo,
        listing,
        circle=("almelo",),
        circle_from=december(1),
        region_from=december(20),
        partners_from=december(24),
    )
    assert logged(session) == [
        {
            "before": {"circle": [], "circle_from": None, "region_from": "2026-12-01", "partners_from": "2026-12-15"},
            "after": {
                "circle": ["almelo"],
                "circle_from": "2026-12-01",
                "region_from": "2026-12-20",
                "partners_from": "2026-12-24",
            },
        }
    ]
    with pytest.raises(Conflict):
        reserve(session, borne, listing)
    assert reserve(session, almelo, listing).status == "requested"
    assert (reservation.status, listing.held) == ("requested", Decimal(110))
    assert decide.approve(session, hengelo, reservation_id=reservation.id).status == "approved"


def test_what_is_left_alone_stays_as_it_was_promised(session: Session, hengelo: Actor) -> None:
    listing = make_listing(session, hengelo, available_until=december(1))
    assert (
        listing.region_from == listing.partners_from == december(1)
    )  # a period of one day: no ring waits, and nobody skipped one
    with clock.frozen(NOON + timedelta(hours=1)):
        listing = changed(session, hengelo, listing, title="Andere naam", available_until=december(30))
    assert (listing.title, listing.partners_from) == ("Andere naam", december(1))
    assert logged(session) == []


def test_a_window_of_a_lot_on_offer_is_refused_like_any_other(session: Session, hengelo: Actor) -> None:
    listing = make_listing(session, hengelo)
    with pytest.raises(Invalid) as refused:
        changed(session, hengelo, listing, partners_from=december(1))
    assert refused.value.field == "window_reason"
    with pytest.raises(Invalid) as refused:
        changed(session, hengelo, listing, region_from=december(20))
    assert refused.value.field == "partners_from"
    changed(session, hengelo, listing, partners_from=december(1), window_reason=WHY)
    assert logged(session)[0]["after"]["partners_from"] == "2026-12-01"


def test_a_smallest_part_is_kept_and_is_no_more_than_there_is(session: Session, hengelo: Actor) -> None:
    listing = make_listing(session, hengelo, minimum_part=Decimal(100))
    assert listing.minimum_part == 100
    with pytest.raises(Invalid) as refused:
        changed(session, hengelo, listing, minimum_part=Decimal("1200.5"))
    assert refused.value.field == "minimum_part"
    assert changed(session, hengelo, listing, minimum_part=None).minimum_part is None


def test_who_gets_a_turn_later_hears_of_the_match_then_and_once(session: Session) -> None:
    seed_taxonomy(session)
    hengelo, partner = make_actor(session, "hengelo"), make_actor(session, "bouwbedrijf", kind="partner")
    demand = make_demand(session, partner, location=location("borne"))
    lot = publish(session, hengelo, listing_id=make_draft(session, hengelo, available_until=None).id)

    def told() -> list[int]:
        rows = select(NoticeRow).where(NoticeRow.kind == "new_match", NoticeRow.organisation_id == partner.organisation_id)
        return [row.facts["demand_id"] for row in session.scalars(rows)]

    assert (told(), list_turns_to_notify(session)) == ([], [])
    with clock.frozen(clock.now() + timedelta(days=13)):
        assert list_turns_to_notify(session) == []
    with clock.frozen(clock.now() + timedelta(days=14)):
        assert list_turns_to_notify(session) == [lot.id]
        assert [notify_turn(session, listing_id=lot.id) for _twice in range(2)] == [True, False]
        assert list_turns_to_notify(session) == []
    assert told() == [demand.id]
