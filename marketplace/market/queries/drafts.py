"""Questions about unfinished listings and demands."""

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from marketplace.accounts.policy import Actor
from marketplace.kernel.errors import Missing
from marketplace.kernel.language import _
from marketplace.market.models import Demand, Listing, Photo, Sketch
from marketplace.market.rules.demand import DemandStatus
from marketplace.market.rules.drafts import SketchKind
from marketplace.market.rules.listing import ListingStatus


def get_sketch(session: Session, actor: Actor, sketch_id: int, kind: SketchKind | None = None) -> Sketch:
    """Get a sketch of the actor's own (of this kind), or Missing.

    Also when its lot has left the drafts meanwhile, or its demand is over.
    """
    row = session.scalars(_sketches(actor).where(Sketch.id == sketch_id)).one_or_none()
    if row is None or (kind is not None and row.kind != kind):
        raise Missing(_("This draft does not exist any more. Look at My work to see what you are working on."))
    return row


def find_sketch_of_demand(session: Session, actor: Actor, demand_id: int) -> Sketch | None:
    """What this person was changing of a demand."""
    return session.scalars(_sketches(actor).where(Sketch.demand_id == demand_id).order_by(Sketch.id.desc())).first()


def list_sketches(session: Session, actor: Actor) -> list[Sketch]:
    """What this person is still telling of, the last touched first."""
    return list(session.scalars(_sketches(actor).order_by(Sketch.updated_at.desc(), Sketch.id.desc())))


def list_sketch_photos(session: Session, sketch: Sketch) -> list[Photo]:
    """The photos of an unfinished lot in their order, or those of its draft listing."""
    owner = Photo.sketch_id == sketch.id if sketch.listing_id is None else Photo.listing_id == sketch.listing_id
    return list(session.scalars(select(Photo).where(owner, Photo.removed_at.is_(None)).order_by(Photo.position, Photo.id)))


def find_covers(session: Session, sketches: list[Sketch]) -> dict[int, Photo]:
    """The first photo of each of these unfinished lots, by the number of the sketch."""
    lots = {sketch.listing_id: sketch.id for sketch in sketches if sketch.listing_id is not None}
    owned = Photo.sketch_id.in_([sketch.id for sketch in sketches]) | Photo.listing_id.in_(list(lots))
    rows = session.scalars(
        select(Photo).where(owned, Photo.removed_at.is_(None)).order_by(Photo.position.desc(), Photo.id.desc())
    )
    return {photo.sketch_id or lots[photo.listing_id or 0]: photo for photo in rows}


def _sketches(actor: Actor) -> Select[Sketch]:
    rows = select(Sketch).outerjoin(Listing, Sketch.listing_id == Listing.id).outerjoin(Demand, Sketch.demand_id == Demand.id)
    mine = (Sketch.person_id == actor.person_id) & (Sketch.organisation_id == actor.organisation_id)
    lots = (Listing.id.is_(None)) | (Listing.status == ListingStatus.DRAFT)
    return rows.where(mine, lots, (Demand.id.is_(None)) | Demand.status.in_((DemandStatus.DRAFT, DemandStatus.OPEN)))
