"""The verbs of sketches: an unfinished lot or demand, as it was typed. And of many drafts at once."""

from collections.abc import Collection
from typing import Any

from sqlalchemy import delete, exists, func, select, update
from sqlalchemy.orm import Session

from marketplace.accounts.policy import Actor, Can, require
from marketplace.kernel import clock
from marketplace.kernel.errors import Conflict, Invalid
from marketplace.kernel.language import _
from marketplace.market.models import Demand, Listing, Photo, Sketch
from marketplace.market.queries.drafts import get_sketch, list_sketches
from marketplace.market.rules.demand import DemandStatus
from marketplace.market.rules.drafts import ANSWERS_LENGTH_MAX, SKETCH_KEPT, SKETCHES_MAX, SketchKind
from marketplace.market.rules.listing import ListingStatus
from marketplace.notices.actions import audit

AT_ONCE = 500  # drafts in one statement
Answers = dict[str, Any]


def _checked(answers: Answers) -> Answers:
    if sum(len(str(value)) for value in answers.values()) > ANSWERS_LENGTH_MAX:
        raise Invalid(_("This is too much text to store. Make the description and the remarks shorter."))
    return answers


def start_sketch(
    session: Session, actor: Actor, answers: Answers, *, kind: SketchKind = SketchKind.LISTING, demand: Demand | None = None
) -> Sketch:
    """Begin to enter a lot or a demand, or what is to change in one. Refused when there are fifty such drafts already."""
    if demand is not None:
        require(actor, Can.EDIT_DEMAND, demand)
        if demand.status not in (DemandStatus.DRAFT, DemandStatus.OPEN):
            raise Conflict(_("This demand is over and cannot be changed any more. Place a new one."))
    require(actor, Can.OFFER if kind == SketchKind.LISTING else Can.ASK)
    if len(list_sketches(session, actor)) >= SKETCHES_MAX:
        raise Conflict(_("You have %(most)s drafts that are not finished. Finish or delete one first.", most=SKETCHES_MAX))
    sketch = Sketch(
        kind=kind.value,
        organisation_id=actor.organisation_id,
        person_id=actor.person_id,
        demand_id=demand.id if demand else None,
        answers=_checked(answers),
        updated_at=clock.now(),
    )
    session.add(sketch)
    session.flush()
    audit.record(session, actor, action="sketch.start", object_type="sketch", object_id=sketch.id)
    return sketch


def save_sketch(session: Session, actor: Actor, *, sketch_id: int, answers: Answers, version: int | None = None) -> Sketch:
    """Keep what was typed, whatever it is worth.

    With the version that the sender looked at it is refused where the answers are newer; who presses the button means it.
    """
    require(actor, Can.OFFER)
    sketch = get_sketch(session, actor, sketch_id)
    if version is not None:
        session.refresh(sketch, with_for_update=True)
        if version != sketch.version:
            raise Conflict(_("This draft was changed in another window. What you typed stays here, and is not saved by itself."))
    if answers != sketch.answers:
        sketch.answers, sketch.is_settled, sketch.version = _checked(answers), False, sketch.version + 1
    sketch.updated_at = clock.now()
    session.flush()
    return sketch


def attach_listing(session: Session, actor: Actor, *, sketch_id: int, listing: Listing, answers: Answers) -> Sketch:
    """The answers are whole: they stand in this draft listing now, and so do the photos."""
    require(actor, Can.EDIT_LISTING, listing)
    sketch = get_sketch(session, actor, sketch_id)
    sketch.listing_id, sketch.listing_version = listing.id, listing.version
    sketch.answers, sketch.is_settled, sketch.updated_at = answers, True, clock.now()
    session.flush()
    behind = session.scalar(select(func.max(Photo.position)).where(Photo.listing_id == listing.id)) or 0
    moved = update(Photo).where(Photo.sketch_id == sketch_id)
    session.execute(
        moved.values(sketch_id=None, listing_id=listing.id, position=Photo.position + behind),
        execution_options={"synchronize_session": False},
    )
    session.expire(listing, ["photos"])
    return sketch


def discard_sketch(session: Session, actor: Actor, sketch: Sketch) -> None:
    """Stop telling; a draft listing that was made of it stays."""
    require(actor, Can.OFFER)
    session.delete(get_sketch(session, actor, sketch.id))
    session.flush()
    audit.record(session, actor, action="sketch.discard", object_type="sketch", object_id=sketch.id)


def forget_sketches(session: Session) -> int:
    """Drop old sketches; returns how many.

    Those that nobody touched for 90 days, and those of a lot that is a draft no more. Called by the clock.
    """
    over = select(Listing.id).where(Listing.status != ListingStatus.DRAFT)
    outcome = session.execute(
        delete(Sketch).where((Sketch.updated_at < clock.now() - SKETCH_KEPT) | Sketch.listing_id.in_(over)),
        execution_options={"synchronize_session": False},
    )
    return int(getattr(outcome, "rowcount", 0))


def delete_drafts(session: Session, actor: Actor, *, listing_ids: Collection[int]) -> set[int]:
    """Remove many drafts of the own organisation that nobody changed, and that have no photo. Gives the numbers of those that went."""
    require(actor, Can.OFFER)
    gone: set[int] = set()
    for first in range(0, len(listing_ids), AT_ONCE):
        some = sorted(listing_ids)[first : first + AT_ONCE]
        statement = delete(Listing).where(
            Listing.id.in_(some),
            Listing.organisation_id == actor.organisation_id,
            Listing.status == ListingStatus.DRAFT,
            Listing.published_at.is_(None),
            Listing.version == 1,
            ~exists().where(Photo.listing_id == Listing.id),
        )
        gone |= set(session.scalars(statement.returning(Listing.id).execution_options(synchronize_session=False)))
    session.expire_all()
    for listing_id in sorted(gone):
        audit.record(session, actor, action="listing.delete", object_type="listing", object_id=listing_id)
    return gone
