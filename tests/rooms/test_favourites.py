"""Kept lots: whose they are, and what their people are told."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from marketplace.accounts.models import Person
from marketplace.accounts.policy import ANONYMOUS, Actor
from marketplace.catalogue.actions import favourites as verbs
from marketplace.catalogue.actions.favourites import drop_listing, keep_listing, notify_favourite
from marketplace.catalogue.queries.saved import favourite_ids, get_favourite, list_favourites, list_favourites_due
from marketplace.kernel import clock
from marketplace.kernel.errors import Conflict, Missing, Unauthorised
from marketplace.kernel.language import reading_in
from marketplace.kernel.units import Quantity, Unit
from marketplace.market.actions.listings import close_listing, mark_withdrawn
from marketplace.market.models import Listing
from marketplace.notices.models import NoticeRow
from marketplace.notices.rules.kinds import Notice
from marketplace.notices.rules.wording import WORDINGS, line, readable_facts, sentences
from tests.factories import make_actor, make_draft, make_listing, seed_taxonomy

NOON = datetime(2026, 12, 15, 12, tzinfo=clock.AMSTERDAM)


@pytest.fixture
def owner(session: Session) -> Iterator[Actor]:
    with clock.frozen(NOON):
        seed_taxonomy(session)
        yield make_actor(session, "hengelo")


@pytest.fixture
def borne(session: Session, owner: Actor) -> Actor:
    return make_actor(session, "borne")


def told(session: Session) -> list[NoticeRow]:
    kinds = ("favourite_changed", "favourite_gone")
    return list(session.scalars(select(NoticeRow).where(NoticeRow.kind.in_(kinds)).order_by(NoticeRow.id)))


def look(session: Session) -> int:
    return sum(notify_favourite(session, key=key) for key in list_favourites_due(session))


def change(session: Session, listing: Listing, **values: Any) -> None:
    """A minute after the last change."""
    with clock.frozen((listing.updated_at or NOON) + timedelta(minutes=1)):
        session.execute(update(Listing).where(Listing.id == listing.id).values(**values))
    session.expire_all()


def test_a_lot_is_kept_once_and_let_go(session: Session, owner: Actor, borne: Actor) -> None:
    first, second = make_listing(session, owner), make_listing(session, owner)
    for listing in (first, second, first):
        keep_listing(session, borne, listing_id=listing.id)
    assert favourite_ids(session, borne) == {first.id, second.id}
    assert [listing.id for _kept, listing in list_favourites(session, borne)] == [second.id, first.id]
    assert favourite_ids(session, make_actor(session, "losser")) == frozenset()
    assert favourite_ids(session, ANONYMOUS) == frozenset()
    for _twice in range(2):
        drop_listing(session, borne, listing_id=first.id)
    assert favourite_ids(session, borne) == {second.id}
    assert get_favourite(session, borne, second.id)[1].id == second.id
    with pytest.raises(Missing):
        get_favourite(session, borne, first.id)


def test_what_one_may_not_see_and_what_is_gone_cannot_be_kept(session: Session, owner: Actor, borne: Actor) -> None:
    draft, closed = make_draft(session, owner), make_listing(session, owner)
    close_listing(session, owner, listing_id=closed.id)
    with pytest.raises(Missing):
        keep_listing(session, borne, listing_id=draft.id)
    with pytest.raises(Conflict, match="niet meer aangeboden"):
        keep_listing(session, borne, listing_id=closed.id)
    with pytest.raises(Unauthorised):
        keep_listing(session, ANONYMOUS, listing_id=closed.id)


def test_no_more_are_kept_than_the_most(session: Session, owner: Actor, borne: Actor, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(verbs, "FAVOURITES_MAX", 1)
    keep_listing(session, borne, listing_id=make_listing(session, owner).id)
    with pytest.raises(Conflict, match="het maximum"):
        keep_listing(session, borne, listing_id=make_listing(session, owner).id)


def test_a_price_and_a_quantity_that_change_are_told_once(session: Session, owner: Actor, borne: Actor) -> None:
    listing = make_listing(session, owner, quantity=Quantity(Decimal(800), Unit.M2), price_cents_per_unit=250)
    keep_listing(session, borne, listing_id=listing.id)
    assert look(session) == 0
    change(session, listing, price_cents_per_unit=None, held=Decimal(300))
    assert look(session) == 1
    assert look(session) == 0
    [notice] = told(session)
    assert (notice.kind, notice.person_id, notice.facts["listing_id"]) == ("favourite_changed", borne.person_id, listing.id)
    with reading_in("nl"):
        values = readable_facts(notice.facts)
        texts = [str(item).replace("\u00a0", " ") for item in sentences(WORDINGS[Notice.FAVOURITE_CHANGED].before, values)]
        assert str(line(Notice.FAVOURITE_CHANGED, values)) == f"“{listing.title}”, die u bewaart, is veranderd"
    assert texts == ["De prijs is nu gratis. Dat was € 2,50 per m².", "Er is nu 500 m² vrij. Dat was 800 m²."]


def test_what_is_all_reserved_is_told_and_what_does_not_matter_is_not(session: Session, owner: Actor, borne: Actor) -> None:
    listing = make_listing(session, owner, quantity=Quantity(Decimal(800), Unit.M2))
    keep_listing(session, borne, listing_id=listing.id)
    change(session, listing, description="Anders")
    assert look(session) == 0
    assert list_favourites_due(session) == []  # it was looked at
    change(session, listing, held=Decimal(800))
    assert look(session) == 1
    with reading_in("nl"):
        texts = sentences(WORDINGS[Notice.FAVOURITE_CHANGED].before, readable_facts(told(session)[0].facts))
        assert [str(item).replace("\u00a0", " ") for item in texts] == ["Er is nu niets meer van vrij. Dat was 800 m²."]


def test_a_lot_that_is_withdrawn_is_told_and_stays_in_the_list(session: Session, owner: Actor, borne: Actor) -> None:
    listing = make_listing(session, owner)
    keep_listing(session, borne, listing_id=listing.id)
    with clock.frozen(NOON + timedelta(minutes=1)):
        mark_withdrawn(session, owner, listing_id=listing.id)
    assert look(session) == 1
    assert [notice.kind for notice in told(session)] == ["favourite_gone"]
    assert [row.status for _kept, row in list_favourites(session, borne)] == ["withdrawn"]
    change(session, listing, description="Nog iets")
    assert look(session) == 0


def test_whoever_has_left_is_told_nothing(session: Session, owner: Actor, borne: Actor) -> None:
    listing = make_listing(session, owner)
    keep_listing(session, borne, listing_id=listing.id)
    session.execute(update(Person).where(Person.id == borne.person_id).values(is_active=False))
    change(session, listing, held=Decimal(1))
    assert look(session) == 0
    assert told(session) == []
