"""Making the drafts of a sheet of lots, and removing those that nobody worked on."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy.orm import Session

from marketplace.accounts.policy import Actor
from marketplace.imports.models import ImportRow, ImportRun
from marketplace.imports.queries.lots import list_made, list_untouched
from marketplace.imports.rules.lots import Lot
from marketplace.kernel.language import Text, _
from marketplace.market.actions.drafts import delete_drafts
from marketplace.market.actions.listings import create_listing, set_external_id

LOTS_CHUNK = 50


def make_drafts(session: Session, actor: Actor, rows: Sequence[ImportRow], values: Mapping[int, Lot]) -> None:
    """Make a draft of each row, unless that was done or the lot stands there already. The row keeps its number."""
    for row in rows:
        lot = values[row.row_number]
        if row.result_id is not None or lot.is_known:
            continue
        listing = create_listing(session, actor, lot.draft)
        if lot.external_id is not None:
            set_external_id(session, actor, listing, lot.external_id)
        row.result_id = listing.id
    session.flush()


def count_drafts_made(session: Session, run: ImportRun) -> dict[str, Any]:
    """How many drafts were made."""
    return {"lots": len(list_made(session, run))}


def take_drafts_back(session: Session, actor: Actor, run: ImportRun) -> list[int]:
    """Remove the drafts of a sheet that nobody worked on. Gives the numbers of those that stay."""
    made = list_made(session, run)
    untouched = {listing.id for listing in list_untouched(session, made)}
    numbers = [listing.id for listing in made]
    gone = delete_drafts(session, actor, listing_ids=untouched)
    return [number for number in numbers if number not in gone]


def why_drafts_stay(session: Session, run: ImportRun) -> list[Text]:
    """Why nothing can be removed: somebody worked on every draft, or they are gone."""
    if list_untouched(session, list_made(session, run)):
        return []
    return [_("Every draft of it was changed, published or removed since. Change or withdraw those lots themselves.")]
