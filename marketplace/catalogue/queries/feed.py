"""The feed of a search as the public sees it: newest change first, and what has gone."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import islice

import numpy as np
from sqlalchemy import and_, or_, select
from sqlalchemy.orm import Session

from marketplace.accounts.policy import ANONYMOUS
from marketplace.catalogue.queries.memory import up_to_date
from marketplace.catalogue.queries.search import organisations_by_id, resolve_query, rows_of
from marketplace.catalogue.rules.feed import GONE_KEPT, gone_at
from marketplace.catalogue.rules.query import CatalogueQuery
from marketplace.kernel import clock
from marketplace.market.models import Listing
from marketplace.market.rules.listing import STALE_AFTER, ListingStatus
from marketplace.materials.queries import get_taxonomy

ONCE_PUBLIC = (ListingStatus.PUBLISHED.value, ListingStatus.WITHDRAWN.value, ListingStatus.CLOSED.value)
FEW = 2_000  # so many lots are asked for by number; of more the newest are walked


@dataclass(frozen=True, slots=True)
class Gone:
    """A lot that was in the catalogue, and since when it is not."""

    listing_id: int
    at: datetime


@dataclass(frozen=True, slots=True)
class Feed:
    """One page of a feed. `changed_at`: the newest change in the whole of it; None where there was none."""

    listings: tuple[Listing, ...]
    gone: tuple[Gone, ...]
    changed_at: datetime | None
    page: int
    pages: int


def feed(session: Session, query: CatalogueQuery) -> Feed:
    """One page of what fits, and of what fitted and went in the last ninety days.

    A lot that has gone is found whatever day was asked for, since its last day is why it may have gone.
    """
    places = organisations_by_id(session) if query.organisations else {}
    resolved = resolve_query(session, ANONYMOUS, replace(query, mine=False, statuses=()), get_taxonomy(session), places)
    before = replace(
        resolved,
        query=replace(resolved.query, available_from=None),
        view=replace(resolved.view, everything=True, own_id=None, statuses=ONCE_PUBLIC),
    )
    with up_to_date(session, resolved.prefixes) as columns:
        near = resolved.near(columns)
        fitting = resolved.find_all(columns, near)
        hidden = np.setdiff1d(before.find_all(columns, near), fitting)
    until = query.offset + query.limit
    newest = _newest_changes(session, set(fitting.tolist()), until)
    gone = _gone(session, set(hidden.tolist()))
    return Feed(
        listings=tuple(row.listing for row in rows_of(session, [number for number, _at in newest[query.offset :]], None)),
        gone=tuple(gone[query.offset : until]),
        changed_at=max([at for _number, at in newest[:1]] + [lot.at for lot in gone[:1]], default=None),
        page=query.offset // query.limit + 1,
        pages=max(1, -(-max(len(fitting), len(gone)) // query.limit)),
    )


def _newest_changes(session: Session, ids: set[int], most: int) -> list[tuple[int, datetime]]:
    """So many of these lots with the moment of their last change, newest first."""
    rows = select(Listing.id, Listing.updated_at).order_by(Listing.updated_at.desc(), Listing.id.desc())
    rows = rows.where(Listing.id.in_(ids) if len(ids) <= FEW else Listing.status == ListingStatus.PUBLISHED)
    return [(row.id, row.updated_at) for row in islice((row for row in session.execute(rows) if row.id in ids), most)]


def _gone(session: Session, ids: set[int]) -> list[Gone]:
    """Which of these lots went out of the public's sight lately, newest first."""
    today = clock.today()
    since, yesterday = today - GONE_KEPT, today - timedelta(days=1)
    is_over = or_(
        Listing.available_until.between(since, yesterday),
        Listing.confirmed_on.between(since - STALE_AFTER, yesterday - STALE_AFTER),
    )
    rows = select(
        Listing.id,
        Listing.status,
        Listing.updated_at,
        Listing.available_until,
        Listing.confirmed_on,
        Listing.region_from,
    ).where(
        Listing.published_at.is_not(None),
        or_(
            and_(Listing.status != ListingStatus.PUBLISHED, Listing.updated_at >= clock.now() - GONE_KEPT),
            and_(Listing.status == ListingStatus.PUBLISHED, is_over),
        ),
    )
    result = []
    for row in session.execute(rows):
        at = gone_at(
            ListingStatus(row.status),
            changed_at=row.updated_at,
            last_day=row.available_until,
            confirmed_on=row.confirmed_on,
            region_from=row.region_from,
        )
        if row.id in ids and at is not None:
            result.append(Gone(row.id, at))
    return sorted(result, key=lambda lot: (lot.at, lot.listing_id), reverse=True)
