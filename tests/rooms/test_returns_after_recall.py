"""What a recall or a correction took back in the ledger has not come back: a free lot can still be returned, and is not counted twice."""

from decimal import Decimal

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from marketplace.accounts.policy import Actor
from marketplace.depots.queries.lots import find_received, list_movements, lock
from marketplace.exchange.actions import booking
from marketplace.exchange.models import Reservation
from marketplace.kernel.errors import Conflict
from marketplace.ledger.models import Exchange
from marketplace.ledger.rules import RowKind
from marketplace.market.models import Listing
from marketplace.recalls.actions.block import block_lot
from marketplace.recalls.actions.release import unblock_lot
from marketplace.recalls.rules import RecallDraft, ReleaseDraft
from tests.at_the_gate import m2, sound
from tests.factories import make_actor, make_demand, seed_taxonomy
from tests.rooms.test_recalls import CLEAN, PFAS, proof
from tests.rooms.test_returns import back, give_back, rows, transferred


@pytest.fixture
def cast(session: Session) -> dict[str, Actor]:
    seed_taxonomy(session)
    made = {slug: make_actor(session, slug) for slug in ("hengelo", "borne", "losser")}
    return made | {"odt": make_actor(session, "odt", kind="adviser")}


def recalled_and_free(session: Session, cast: dict[str, Actor], **more) -> Reservation:
    """240 m² (44 400 kg) went to Borne, were recalled, and are free again on a paper."""
    done = transferred(session, cast, **more)
    number = find_received(session, done.id) or 0
    block_lot(session, cast["borne"], lot_id=number, draft=PFAS)
    paper = proof(session, cast["borne"], lock(session, number))
    unblock_lot(session, cast["odt"], lot_id=number, draft=ReleaseDraft(paper.id, CLEAN))
    session.expire_all()
    return session.get_one(Reservation, done.id)


def mass_kg(session: Session) -> Decimal | None:
    return session.scalar(select(func.sum(Exchange.mass_kg)))


def test_what_was_recalled_and_is_free_again_can_come_back(session: Session, cast: dict[str, Actor]) -> None:
    """40 of 240 m² come back. The recall took all 44 400 kg off already: only the way back is added, 7 400 kg over 6.5 km = 48.1."""
    done = recalled_and_free(session, cast)
    assert (done.returned, done.reversed, mass_kg(session)) == (0, 240, 0)
    assert give_back(session, cast, done, back("40", driven_km=Decimal("6.5"))) is False
    session.expire_all()
    assert (done.returned, done.reversed, mass_kg(session)) == (40, 200, 0)
    assert [row.quantity for row in rows(session, RowKind.REVERSAL)] == [-240]
    assert [(row.quantity, row.mass_kg, row.tonne_km) for row in rows(session, RowKind.HAUL)] == [(40, 0, Decimal("48.1"))]
    child = session.scalars(select(Listing).where(Listing.parent_id == done.listing_id)).one()
    assert (child.quantity, child.status) == (40, "published")
    assert lock(session, find_received(session, done.id) or 0).quantity == 200
    sound(session)


def test_only_what_really_came_back_has_come_back(session: Session, cast: dict[str, Actor]) -> None:
    done = recalled_and_free(session, cast)
    give_back(session, cast, done, back("200"))
    with pytest.raises(Conflict, match="Er kan nog hoogstens 40") as refused:
        give_back(session, cast, done, back("41"))
    assert refused.value.facts == {"available": "40"}
    give_back(session, cast, done, back("40"))
    with pytest.raises(Conflict, match="Alles is al teruggekomen"):
        give_back(session, cast, done, back("1"))
    sound(session)


def test_a_part_that_came_back_before_the_recall_stays_come_back(session: Session, cast: dict[str, Actor]) -> None:
    """40 came back, 200 were recalled and are free: 200 can still come back, and a demand needs the 240 again once."""
    demand = make_demand(session, cast["borne"], quantity=m2("240"))
    done = transferred(session, cast, demand_id=demand.id)
    give_back(session, cast, done, back("40"))
    number = find_received(session, done.id) or 0
    block_lot(session, cast["borne"], lot_id=number, draft=PFAS)
    paper = proof(session, cast["borne"], lock(session, number))
    unblock_lot(session, cast["odt"], lot_id=number, draft=ReleaseDraft(paper.id, CLEAN))
    session.expire_all()
    assert (done.returned, done.reversed, demand.fulfilled) == (40, 200, 0)
    give_back(session, cast, done, back("200"))
    session.expire_all()
    assert (done.returned, done.reversed, demand.fulfilled) == (240, 0, 0)
    assert [row.quantity for row in rows(session, RowKind.REVERSAL)] == [-40, -200]
    sound(session)


def test_what_the_reviewer_corrected_is_not_there_to_come_back(session: Session, cast: dict[str, Actor]) -> None:
    """A correction says that it was never handed over as booked, and writes it off with the receiver: nothing has come back."""
    done = transferred(session, cast)
    seq = session.scalars(select(Exchange.seq).where(Exchange.reservation_id == done.id)).one()
    booking.reverse_exchange(session, make_actor(session, "regio-twente", "reviewer"), seq=seq, reason="Dubbel geboekt")
    with pytest.raises(Conflict, match="Bij de ontvanger ligt niets meer") as refused:
        give_back(session, cast, done, back("40"))
    assert refused.value.facts == {"available": "0"}
    assert [row.kind for row in list_movements(session, find_received(session, done.id) or 0)][-1] == "write_off"
    session.rollback()


def test_a_blocked_lot_says_that_it_is_blocked_also_where_all_was_taken_back(session: Session, cast: dict[str, Actor]) -> None:
    done = transferred(session, cast)
    block_lot(session, cast["borne"], lot_id=find_received(session, done.id) or 0, draft=RecallDraft("PFAS boven de norm"))
    with pytest.raises(Conflict, match="Deze partij is geblokkeerd"):
        give_back(session, cast, done, back("40"))
