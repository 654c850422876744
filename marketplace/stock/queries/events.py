"""What happened to a lot, and what offers it. Whoever asks has got the lot, so may see it."""

from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from marketplace.accounts.models import Organisation
from marketplace.accounts.policy import Actor, Can, is_broker, may
from marketplace.accounts.rules.accounts import Role
from marketplace.depots.models import Lot, Movement
from marketplace.depots.queries.lots import list_movements
from marketplace.depots.rules.lots import MovementKind
from marketplace.market.models import Listing
from marketplace.market.rules.listing import ListingStatus
from marketplace.stock.models import ChainOffer

_SAFETY = (MovementKind.BLOCK, MovementKind.UNBLOCK)
LIVE = (ListingStatus.DRAFT, ListingStatus.PUBLISHED)


@dataclass(frozen=True, slots=True)
class LotEvent:
    """A movement, with whose the lot was and who had it.

    And why, and where exactly it stood, as far as the reader may know: `bay` and `pallets` are None where that is not for the reader.
    """

    movement: Movement
    owner: Organisation
    holder: Organisation
    reason: str
    bay: str | None
    pallets: int | None


def list_events(session: Session, actor: Actor, lot: Lot) -> list[LotEvent]:
    """The movements of a lot in the order in which they were entered, each with its parties. Two questions."""
    rows = list_movements(session, lot.id)
    ids = {number for row in rows for number in (row.owner_id, row.holder_id)}
    organisations = {
        organisation.id: organisation for organisation in session.scalars(select(Organisation).where(Organisation.id.in_(ids)))
    }
    reads = may(actor, Can.READ_LOT, lot)
    return [
        LotEvent(
            row,
            organisations[row.owner_id],
            organisations[row.holder_id],
            reason_of(actor, lot, row),
            *((row.bay, row.pallets) if reads or _is_theirs(actor, row) else (None, None)),
        )
        for row in rows
    ]


def reason_of(actor: Actor, lot: Lot, movement: Movement) -> str:
    """Why something happened to a lot, as far as this reader may know.

    A reason is for whose the lot was then or became, who had it, who entered it, and the keepers of the depot where it lies; and for whoever
    answers for the region. A later owner reads what happened, not why. Why a lot was blocked or set free is for everybody who sees it.
    """
    reads_all = actor.role == Role.REVIEWER or is_broker(actor) or actor.judges
    theirs = _is_theirs(actor, movement)
    keeps = lot.depot is not None and movement.depot_id == lot.depot_id and may(actor, Can.KEEP_DEPOT, lot.depot)
    return movement.reason if reads_all or theirs or keeps or movement.kind in _SAFETY else ""


def _is_theirs(actor: Actor, movement: Movement) -> bool:
    return actor.organisation_id in (movement.owner_id, movement.holder_id, movement.organisation_id)


def find_offers(session: Session, lot_ids: Iterable[int]) -> dict[int, int]:
    """The listing that offers each of these lots now, or is a draft of it, by the lot.

    Those that nothing offers are left out.
    """
    rows = select(Listing.lot_id, Listing.id).where(Listing.lot_id.in_(list(lot_ids)), Listing.status.in_(LIVE))
    return {int(lot_id or 0): listing_id for lot_id, listing_id in session.execute(rows)}


def find_chain_offers(session: Session, listing_ids: Iterable[int]) -> dict[int, ChainOffer]:
    """Which of these listings are meant for the chain, by the listing."""
    rows = select(ChainOffer).where(ChainOffer.listing_id.in_(list(listing_ids)))
    return {offer.listing_id: offer for offer in session.scalars(rows)}
