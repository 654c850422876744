"""The papers of a lot as a page shows them, to whoever may read them."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from flask import url_for

from marketplace.accounts.policy import Actor, Can, may
from marketplace.documents.models import Paper
from marketplace.documents.rules import PaperState, find_state
from marketplace.dossiers.queries import find_dossier
from marketplace.kernel import clock
from marketplace.kernel.db import Session
from marketplace.kernel.language import Text, _, ngettext
from marketplace.market.models import Listing
from marketplace.market.rules.listing import ListingStatus
from marketplace.materials.queries import get_taxonomy
from marketplace.materials.rules.taxonomy import Taxonomy

TONES = {PaperState.VALID: "good", PaperState.EXPIRES_SOON: "wait", PaperState.EXPIRED: "stop"}


@dataclass(frozen=True, slots=True)
class PaperRow:
    """One paper. `pages` is none for a photo."""

    id: int
    name: str
    number: str
    issuer: str
    issued_on: date
    valid_until: date | None
    state: Text
    tone: str
    href: str
    pages: int | None
    removed_on: date | None


@dataclass(frozen=True, slots=True)
class Papers:
    """The papers of a lot for one reader. `can_add` and `can_remove`: whether the owner's buttons stand beside them."""

    listing_id: int
    rows: list[PaperRow]
    of_parent: list[PaperRow]
    removed: list[PaperRow]
    can_add: bool
    can_remove: bool


def papers_of(session: Session, actor: Actor, listing: Listing) -> Papers | None:
    """What a reader sees of the papers of a lot; None for whoever may not read them."""
    dossier = find_dossier(session, actor, listing) if actor.is_member else None
    if dossier is None:
        return None
    taxonomy, is_own = get_taxonomy(session), may(actor, Can.EDIT_LISTING, listing)
    return Papers(
        listing.id,
        rows_of(dossier.papers, taxonomy),
        rows_of(dossier.of_parent, taxonomy),
        rows_of(dossier.removed, taxonomy),
        can_add=is_own and listing.status != ListingStatus.WITHDRAWN,
        can_remove=is_own and listing.status in (ListingStatus.DRAFT, ListingStatus.PUBLISHED),
    )


def rows_of(papers: Iterable[Paper], taxonomy: Taxonomy) -> list[PaperRow]:
    """Papers in words."""
    return [row_of(paper, taxonomy) for paper in papers]


def row_of(paper: Paper, taxonomy: Taxonomy) -> PaperRow:
    """A paper in words."""
    today = clock.today()
    return PaperRow(
        paper.id,
        taxonomy.name_of_paper_kind(paper.kind),
        paper.number,
        paper.issuer,
        paper.issued_on,
        paper.valid_until,
        state_of(paper.valid_until, today),
        TONES[find_state(paper.valid_until, today)] if paper.removed_at is None else "neutral",
        url_for("papers.show_file", paper_id=paper.id, suffix=paper.suffix[1:]),
        paper.pages if paper.media_type == "application/pdf" else None,
        clock.local(paper.removed_at).date() if paper.removed_at else None,
    )


def state_of(valid_until: date | None, today: date) -> Text:
    """Whether a paper counts, and how long still where that is short."""
    if valid_until is None:
        return _("does not expire")
    match find_state(valid_until, today):
        case PaperState.EXPIRED:
            return _("expired")
        case PaperState.EXPIRES_SOON if valid_until == today:
            return _("expires today")
        case PaperState.EXPIRES_SOON:
            return ngettext("expires in %(num)s day", "expires in %(num)s days", (valid_until - today).days)
    return _("valid")
