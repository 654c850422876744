"""Making the planned lots and the lines of outflow of a RAW contract, and taking them back."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import delete, insert, select
from sqlalchemy.orm import Session

from marketplace.accounts.policy import Actor
from marketplace.exchange.actions.decide import withdraw
from marketplace.exchange.models import Reservation
from marketplace.imports.models import ImportRow, ImportRun, OutflowEstimate
from marketplace.imports.queries.lots import list_made, list_untouched
from marketplace.imports.rules.raw import Fate, Post
from marketplace.imports.rules.tables import RowState
from marketplace.kernel.errors import Refusal
from marketplace.kernel.language import _, in_default_locale
from marketplace.market.actions.drafts import delete_drafts
from marketplace.market.actions.listings import create_listing, set_external_id
from marketplace.market.models import Listing
from marketplace.market.rules.freshness import Outcome
from marketplace.market.rules.listing import ListingStatus
from marketplace.matching.actions.publish import publish

FIRST_VERSION = 1  # of a lot that nobody changed since it was made


def make_posts(session: Session, actor: Actor, run: ImportRun, rows: Sequence[ImportRow], values: Mapping[int, Post]) -> None:
    """Make the lot or the line of each post, unless that was done or the same stands there."""
    lines = []
    for row in rows:
        post = values[row.row_number]
        if post.is_known:
            continue
        if post.fate is Fate.OUTFLOW:
            lines.append(_line(run, row.row_number, post))
        elif row.result_id is None:
            row.result_id = _make_lot(session, actor, post).id
    if lines:
        session.execute(insert(OutflowEstimate), lines)
    session.flush()


def _make_lot(session: Session, actor: Actor, post: Post) -> Listing:
    """A planned lot within the own organisation. What a rule stops stays a draft, which nobody else sees either."""
    assert post.draft is not None
    listing = create_listing(session, actor, post.draft)
    set_external_id(session, actor, listing, post.external_id)
    try:
        with session.begin_nested():
            return publish(session, actor, listing_id=listing.id, to_others=False)
    except Refusal:
        return listing


def _line(run: ImportRun, row_number: int, post: Post) -> dict[str, Any]:
    assert post.quantity is not None
    return {
        "import_id": run.id,
        "organisation_id": run.organisation_id,
        "row_number": row_number,
        "contract": post.contract,
        "post": post.number,
        "description": post.description,
        "material_id": None if post.material is None else post.material.id,
        "quantity": post.quantity.amount,
        "unit": post.quantity.unit.value,
        "mass_kg": post.mass_kg,
        "earliest": post.earliest,
        "latest": post.latest,
    }


def drop_lines(session: Session, run: ImportRun) -> None:
    """Drop the lines of a task that ended half-way; they never counted."""
    session.execute(delete(OutflowEstimate).where(OutflowEstimate.import_id == run.id))


def count_posts_made(session: Session, run: ImportRun) -> dict[str, Any]:
    """How many lots and lines were made. And how many lots wait for an answer, and posts were not taken."""
    made = list_made(session, run)
    lines = session.scalars(select(OutflowEstimate.id).where(OutflowEstimate.import_id == run.id)).all()
    return {
        "lots": len(made),
        "drafts": sum(listing.status == ListingStatus.DRAFT for listing in made),
        "lines": len(lines),
        "refused": run.counts.get(RowState.REFUSED, 0),
        "ignored": run.counts.get(RowState.IGNORED, 0),
    }


def take_posts_back(session: Session, actor: Actor, run: ImportRun) -> list[int]:
    """Take away the lots of a contract that nobody worked on. Gives the numbers of those that stay."""
    made = list_made(session, run)
    gone = delete_drafts(session, actor, listing_ids={listing.id for listing in list_untouched(session, made)})
    remaining = [listing for listing in list_made(session, run) if listing.id not in gone]
    reserved_ids = set(
        session.scalars(select(Reservation.listing_id).where(Reservation.listing_id.in_([listing.id for listing in remaining])))
    )
    stays = []
    for listing in remaining:
        if is_as_made(listing) and listing.id not in reserved_ids:
            reason = in_default_locale(_("The contract that it came from was taken back."))
            withdraw(session, actor, listing_id=listing.id, reason=reason, outcome=Outcome.MISTAKE)
            set_external_id(session, actor, listing, None)
        else:
            stays.append(listing.id)
    return stays


def is_as_made(listing: Listing) -> bool:
    """Whether a lot is on offer within its own organisation as the import made it."""
    return listing.status == ListingStatus.PUBLISHED and listing.is_closed_to_others and listing.version == FIRST_VERSION
