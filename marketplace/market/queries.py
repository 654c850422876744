"""Questions about listings and demands one by one; searching the catalogue is `search.py`."""

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session, joinedload, selectinload

from marketplace.accounts.policy import Actor, Can, may, require
from marketplace.accounts.rules import Role
from marketplace.kernel import clock
from marketplace.kernel.errors import Missing
from marketplace.kernel.language import _
from marketplace.market.freshness_queries import fresh_demands_since
from marketplace.market.models import Demand, Listing, Photo, PhotoFile, SavedSearch, Sketch, WindowDefault
from marketplace.market.rules import STALE_AFTER, DemandStatus, ListingStatus, SketchKind
from marketplace.market.staleness import REMIND_AFTER
from marketplace.market.windows import WindowDefaults, read_circle


def _missing_listing() -> Missing:
    return Missing(_("This listing does not exist, or you may not see it. Look in the catalogue."))


def _missing_demand() -> Missing:
    return Missing(_("This demand does not exist, or you may not see it. Look at what is sought."))


def is_visible(actor: Actor, listing: Listing) -> bool:
    """Published listings to members at once and to the public from the region's day; closed and withdrawn ones stay known to members by
    their address; a draft to its own organisation and the reviewer."""
    if may(actor, Can.READ_LISTING_INSIDE, listing):
        return True
    if listing.status == ListingStatus.DRAFT or listing.published_at is None:
        return False
    if actor.is_member:
        return True
    return listing.status == ListingStatus.PUBLISHED and listing.region_from is not None and listing.region_from <= clock.today()


def get_listing(session: Session, actor: Actor, listing_id: int) -> Listing:
    """A listing with its organisation and photos, or Missing: also when the actor may not see it."""
    statement = (
        select(Listing).where(Listing.id == listing_id).options(joinedload(Listing.organisation), selectinload(Listing.photos))
    )
    listing = session.scalars(statement).one_or_none()
    if listing is None or not is_visible(actor, listing):
        raise _missing_listing()
    return listing


def may_see_photo(session: Session, actor: Actor, file_name: str) -> bool:
    """Whether some listing that shows this picture is visible to the actor."""
    rows = select(Listing).join(Photo, Photo.listing_id == Listing.id).join(PhotoFile, PhotoFile.photo_id == Photo.id)
    rows = rows.where(PhotoFile.name == file_name)
    public = rows.where(Listing.status == ListingStatus.PUBLISHED, Listing.region_from <= clock.today()).limit(1)
    if session.scalars(public).first() is not None:  # most pictures; and one picture may belong to very many listings
        return True
    return any(is_visible(actor, listing) for listing in session.scalars(rows))


def list_photo_files(session: Session) -> set[str]:
    """Every file name in use: what the sweep of orphans must leave alone."""
    return set(session.scalars(select(PhotoFile.name).distinct()))


def _listings() -> Select[Listing]:
    return select(Listing).options(joinedload(Listing.organisation), selectinload(Listing.photos))


def list_own_listings(
    session: Session, actor: Actor, *, statuses: tuple[str, ...] = (), page: int = 1, page_size: int = 25
) -> tuple[list[Listing], int]:
    """The own organisation's listings, newest first, and their number. The reviewer gets everybody's."""
    rows = _listings()
    if actor.role != Role.REVIEWER:
        rows = rows.where(Listing.organisation_id == actor.organisation_id)
    if statuses:
        rows = rows.where(Listing.status.in_(statuses))
    total = session.scalar(select(func.count()).select_from(rows.with_only_columns(Listing.id).order_by(None).subquery())) or 0
    return list(session.scalars(rows.order_by(Listing.id.desc()).limit(page_size).offset((page - 1) * page_size))), total


def list_child_lots(session: Session, actor: Actor, listing_id: int) -> list[Listing]:
    """The lots that came back from this one, oldest first, as far as the actor may see them."""
    rows = session.scalars(_listings().where(Listing.parent_id == listing_id).order_by(Listing.id))
    return [listing for listing in rows if is_visible(actor, listing)]


def list_listings_to_refresh(session: Session, actor: Actor) -> list[Listing]:
    """The own organisation's published listings that nobody has confirmed for 45 days, oldest first."""
    limit = clock.today() - REMIND_AFTER
    rows = _listings().where(
        Listing.organisation_id == actor.organisation_id, Listing.status == ListingStatus.PUBLISHED, Listing.confirmed_on <= limit
    )
    return list(session.scalars(rows.order_by(Listing.confirmed_on, Listing.id)))


def is_demand_visible(actor: Actor, demand: Demand) -> bool:
    """Open demands to everybody, the public view of them; fulfilled and lapsed ones to members; a draft to its own organisation."""
    if may(actor, Can.READ_LISTING_INSIDE, demand):
        return True
    if demand.status == DemandStatus.DRAFT:
        return False
    return actor.is_member or demand.status == DemandStatus.OPEN


def get_demand(session: Session, actor: Actor, demand_id: int) -> Demand:
    """A demand with its organisation, or Missing: also when the actor may not see it."""
    demand = session.scalars(select(Demand).where(Demand.id == demand_id).options(joinedload(Demand.organisation))).one_or_none()
    if demand is None or not is_demand_visible(actor, demand):
        raise _missing_demand()
    return demand


def list_demands(
    session: Session,
    actor: Actor,
    *,
    statuses: tuple[str, ...] = (DemandStatus.OPEN,),
    mine: bool = False,
    material_ids: tuple[int, ...] = (),
    page: int = 1,
    page_size: int = 25,
) -> tuple[list[Demand], int]:
    """Demands, newest first, and their number. Of other organisations never a draft; the public gets open ones only. What nobody has
    confirmed for 90 days is seen by its own organisation (`mine`) and the reviewer."""
    rows = select(Demand).options(joinedload(Demand.organisation))
    if mine:
        rows = rows.where(Demand.organisation_id == actor.organisation_id)
    elif actor.role != Role.REVIEWER:
        rows = rows.where((Demand.status != DemandStatus.DRAFT) | (Demand.organisation_id == (actor.organisation_id or -1)))
        rows = rows.where((Demand.status != DemandStatus.OPEN) | (Demand.confirmed_on >= fresh_demands_since()))
    if not actor.is_member:
        statuses = (DemandStatus.OPEN,)
    if statuses:
        rows = rows.where(Demand.status.in_(statuses))
    if DemandStatus.OPEN in statuses and len(statuses) == 1:
        rows = rows.where(Demand.needed_until >= clock.today())
    if material_ids:
        rows = rows.where(Demand.material_id.in_(material_ids))
    total = session.scalar(select(func.count()).select_from(rows.with_only_columns(Demand.id).order_by(None).subquery())) or 0
    return list(session.scalars(rows.order_by(Demand.id.desc()).limit(page_size).offset((page - 1) * page_size))), total


def get_sketch(session: Session, actor: Actor, sketch_id: int, kind: SketchKind | None = None) -> Sketch:
    """A sketch of one's own (of this kind), or Missing; also when its lot has left the drafts meanwhile, or its demand is over."""
    found = session.scalars(_sketches(actor).where(Sketch.id == sketch_id)).one_or_none()
    if found is None or (kind is not None and found.kind != kind):
        raise Missing(_("This draft does not exist any more. Look at My work to see what you are working on."))
    return found


def find_sketch_of_demand(session: Session, actor: Actor, demand_id: int) -> Sketch | None:
    """What this person was changing of a demand."""
    return session.scalars(_sketches(actor).where(Sketch.demand_id == demand_id).order_by(Sketch.id.desc())).first()


def list_sketches(session: Session, actor: Actor) -> list[Sketch]:
    """What this person is still telling of, the last touched first."""
    return list(session.scalars(_sketches(actor).order_by(Sketch.updated_at.desc(), Sketch.id.desc())))


def _sketches(actor: Actor) -> Select[Sketch]:
    rows = select(Sketch).outerjoin(Listing, Sketch.listing_id == Listing.id).outerjoin(Demand, Sketch.demand_id == Demand.id)
    mine = (Sketch.person_id == actor.person_id) & (Sketch.organisation_id == actor.organisation_id)
    lots = (Listing.id.is_(None)) | (Listing.status == ListingStatus.DRAFT)
    return rows.where(mine, lots, (Demand.id.is_(None)) | Demand.status.in_((DemandStatus.DRAFT, DemandStatus.OPEN)))


def list_usual_materials(session: Session, actor: Actor, most: int = 6) -> list[int]:
    """Ids of the materials that the own organisation offered most, the most usual first."""
    rows = select(Listing.material_id).where(Listing.organisation_id == actor.organisation_id).group_by(Listing.material_id)
    return list(session.scalars(rows.order_by(func.count().desc(), Listing.material_id).limit(most)))


def find_last_project(session: Session, actor: Actor) -> str:
    """The project of the last lot that this person wrote down; empty when there is none."""
    rows = select(Listing.project).where(Listing.created_by_id == actor.person_id, Listing.project != "")
    return session.scalars(rows.order_by(Listing.id.desc()).limit(1)).first() or ""


def list_lapsed_demands(session: Session) -> list[int]:
    """Ids of open demands whose period is over."""
    return list(session.scalars(select(Demand.id).where(Demand.status == DemandStatus.OPEN, Demand.needed_until < clock.today())))


def list_public_ids(session: Session, most: int) -> list[int]:
    """Ids of the listings that everybody may see, newest first."""
    today = clock.today()
    rows = select(Listing.id).where(
        Listing.status == ListingStatus.PUBLISHED,
        Listing.region_from <= today,
        Listing.confirmed_on >= today - STALE_AFTER,
        (Listing.available_until.is_(None)) | (Listing.available_until >= today),
    )
    return list(session.scalars(rows.order_by(Listing.id.desc()).limit(most)))


def list_saved_searches(session: Session, actor: Actor) -> list[SavedSearch]:
    """The searches that somebody keeps, newest first."""
    require(actor, Can.OWN_ACCOUNT)
    own = select(SavedSearch).where(SavedSearch.person_id == actor.person_id)
    return list(session.scalars(own.order_by(SavedSearch.id.desc())))


def get_saved_search(session: Session, actor: Actor, search_id: int) -> SavedSearch:
    """One's own search, or Missing."""
    search = session.get(SavedSearch, search_id)
    if search is None or search.person_id != actor.person_id:
        raise Missing(_("You keep no such search. Look at your saved searches."))
    return search


def get_window_defaults(session: Session, organisation_id: int | None) -> WindowDefaults:
    """What an organisation agreed about the turns of its lots; what counts for everybody where it agreed nothing."""
    agreed = session.get(WindowDefault, organisation_id) if organisation_id is not None else None
    if agreed is None:
        return WindowDefaults()
    circle = read_circle(agreed.circle) or ()
    return WindowDefaults(circle, agreed.circle_days, agreed.region_days, agreed.partners_days, agreed.reason)
