"""What the rules say of a lot that somebody is still writing: a checklist beside its form."""

from marketplace.documents.queries import list_papers
from marketplace.kernel.db import Session
from marketplace.market.models import Listing
from marketplace.market.queries.gates import find_draft_findings, list_findings, paper_facts
from marketplace.market.rules.listing import ListingDraft
from marketplace.materials.rules.gates import Finding


def findings_of_draft(session: Session, draft: ListingDraft, listing: Listing | None = None) -> tuple[Finding, ...]:
    """What the rules say of it as it stands in the form, with the papers of the stored lot and what was lifted there."""
    if listing is None:
        return find_draft_findings(session, draft)
    papers = [paper_facts(paper) for paper in list_papers(session, listing.id)]
    lifted = {one.rule: one for one in list_findings(session, listing) if one.is_lifted}
    return tuple(lifted.get(one.rule, one) for one in find_draft_findings(session, draft, papers=papers))
