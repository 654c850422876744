"""Opinions and lifted rules of a lot, and the lots that wait for an opinion."""

from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session, joinedload

from marketplace.accounts.models import Person
from marketplace.accounts.policy import Actor, Can, may, require
from marketplace.advice.rules.opinions import DAY
from marketplace.documents.models import GateLift, Opinion, OpinionRequest
from marketplace.documents.queries import find_opinion_request, list_lifts_of, list_opinions_of
from marketplace.kernel import clock
from marketplace.kernel.errors import Missing
from marketplace.kernel.language import _
from marketplace.market.models import Listing
from marketplace.market.queries.gates import is_about_these_answers, paper_facts
from marketplace.market.queries.listings import get_listing, listings_with_parts
from marketplace.market.rules.listing import ListingStatus

WAITED_FOR = (ListingStatus.DRAFT.value, ListingStatus.PUBLISHED.value)


@dataclass(frozen=True, slots=True)
class Given:
    """An opinion. `is_current`: its organisation gave no later one about the same rule, and the lot says what it said then.

    `is_of_before`: it says something else since. `person`: who gave it, for whoever may know.
    """

    opinion: Opinion
    is_current: bool
    is_of_before: bool
    person: str | None


@dataclass(frozen=True, slots=True)
class Lifted:
    """A rule that was lifted. `counts`: the paper that it stands on is there and valid today, and the lot says what it said then."""

    lift: GateLift
    counts: bool
    person: str | None


@dataclass(frozen=True, slots=True)
class WaitingRequest:
    """A request for an opinion that waits, with its lot."""

    request: OpinionRequest
    listing: Listing


def list_opinions(session: Session, actor: Actor, listing_id: int) -> list[Given]:
    """What advisers found of a lot, the last one first. For members who see it."""
    listing = get_listing(session, actor, listing_id)
    require(actor, Can.READ_OPINIONS, listing)
    rows = list_opinions_of(session, [listing_id])[listing_id]
    names = _names(session, (row.person_id for row in rows)) if may(actor, Can.READ_PAPERS, listing) else {}
    newest: dict[tuple[int, str], Opinion] = {}
    for row in rows:  # the last one first
        newest.setdefault((row.organisation_id, row.rule), row)
    opinions = []
    for row in rows:
        is_last, is_of_before = newest[row.organisation_id, row.rule] is row, not is_about_these_answers(listing, row.given_at)
        opinions.append(Given(row, is_last and not is_of_before, is_of_before, names.get(row.person_id or 0)))
    return opinions


def list_lifts(session: Session, actor: Actor, listing_id: int) -> list[Lifted]:
    """The rules that were lifted for a lot, the last one first. For the owner, the reviewer, the advisers and the broker."""
    listing = get_listing(session, actor, listing_id)
    require(actor, Can.READ_PAPERS, listing)
    standing = list_lifts_of(session, [listing_id])[listing_id]
    counting = {lift.id for lift in standing if is_about_these_answers(listing, lift.lifted_at)}
    everything = select(GateLift).where(GateLift.listing_id == listing_id)
    rows = session.scalars(
        everything.options(joinedload(GateLift.paper), joinedload(GateLift.organisation)).order_by(GateLift.id.desc())
    ).all()
    names = _names(session, (row.person_id for row in rows))
    today = clock.today()
    return [
        Lifted(row, row.id in counting and paper_facts(row.paper).is_valid_on(today), names.get(row.person_id or 0))
        for row in rows
    ]


def _names(session: Session, ids: Iterable[int | None]) -> dict[int, str]:
    person_ids = {number for number in ids if number is not None}
    if not person_ids:
        return {}
    return dict(session.execute(select(Person.id, Person.name).where(Person.id.in_(person_ids))).all())


def get_request(session: Session, actor: Actor, listing_id: int) -> WaitingRequest:
    """The request for an opinion of a lot that waits, or Missing. For its owner and whoever reads along."""
    listing = get_listing(session, actor, listing_id)
    require(actor, Can.READ_PAPERS, listing)
    request = find_opinion_request(session, listing_id)
    if request is None:
        raise Missing(_("Nobody asks an opinion of this lot now."))
    return WaitingRequest(request, listing)


def list_waiting_requests(
    session: Session, actor: Actor, *, page: int = 1, page_size: int = 25
) -> tuple[list[WaitingRequest], int]:
    """The requests for an opinion that wait, oldest first, and their number. For advisers, with the lots and photos."""
    require(actor, Can.ADVISE)
    waiting = (
        select(OpinionRequest)
        .join(Listing, Listing.id == OpinionRequest.listing_id)
        .where(OpinionRequest.answered_at.is_(None), Listing.status.in_(WAITED_FOR))
    )
    total = session.scalar(select(func.count()).select_from(waiting.with_only_columns(OpinionRequest.id).subquery())) or 0
    rows = session.scalars(
        waiting.options(joinedload(OpinionRequest.organisation))
        .order_by(OpinionRequest.id)
        .limit(page_size)
        .offset((page - 1) * page_size)
    ).all()
    wanted = listings_with_parts().where(Listing.id.in_([row.listing_id for row in rows]))
    lots = {lot.id: lot for lot in session.scalars(wanted)}
    return [WaitingRequest(row, lots[row.listing_id]) for row in rows], total


def count_asked_today(session: Session, actor: Actor) -> int:
    """How many opinions the actor's organisation asked for in the last day."""
    require(actor, Can.EDIT_LISTING)
    rows = select(func.count()).where(
        OpinionRequest.organisation_id == actor.organisation_id, OpinionRequest.asked_at > clock.now() - DAY
    )
    return session.scalar(rows) or 0
