"""Writing down which lots a recall blocks, each as it stands. One statement, however many there are."""

from sqlalchemy import Select, insert, literal, select
from sqlalchemy.orm import Session

from marketplace.depots.models import Lot
from marketplace.market.models import Listing
from marketplace.market.rules.listing import ListingStatus
from marketplace.recalls.models import RecallLot


def write_lots(session: Session, recall_id: int, lots: Select[int]) -> None:
    """Write down these lots, each with its offer."""
    offer = (Listing.lot_id == Lot.id) & (Listing.status == ListingStatus.PUBLISHED.value)
    rows = select(literal(recall_id), Lot.id, Lot.quantity, Lot.owner_id, Lot.holder_id, Lot.depot_id, Listing.id)
    rows = rows.select_from(Lot).outerjoin(Listing, offer).where(Lot.id.in_(lots))
    names = ["recall_id", "lot_id", "quantity", "owner_id", "holder_id", "depot_id", "listing_id"]
    session.execute(insert(RecallLot).from_select(names, rows, include_defaults=False))
