"""What the rules say of a lot that somebody is still writing: a checklist beside its form."""

from typing import NamedTuple

from marketplace.kernel.db import Session
from marketplace.market.models import Listing
from marketplace.market.queries.gates import find_draft_findings, list_findings, list_paper_facts
from marketplace.market.rules.listing import ListingDraft
from marketplace.materials.rules.gates import Finding, Moment


class SortedFindings(NamedTuple):
    """What stops a lot from being published, and what counts later or is only to be looked at."""

    now: tuple[Finding, ...]
    later: tuple[Finding, ...]


def findings_of_draft(session: Session, draft: ListingDraft, listing: Listing | None = None) -> SortedFindings:
    """What the rules say of it as it stands in the form.

    With the papers of the stored lot, and what was lifted there.
    """
    if listing is None:
        return _sorted(find_draft_findings(session, draft))
    papers = list_paper_facts(session, [listing])[listing.id]
    lifted = {finding.rule: finding for finding in list_findings(session, listing) if finding.is_lifted}
    findings = find_draft_findings(session, draft, papers=papers)
    return _sorted(tuple(lifted.get(finding.rule, finding) for finding in findings))


def findings_of(session: Session, listing: Listing) -> SortedFindings:
    """What the rules say of a stored lot."""
    return _sorted(list_findings(session, listing))


def _sorted(findings: tuple[Finding, ...]) -> SortedFindings:
    now = tuple(finding for finding in findings if finding.blocks(Moment.PUBLISH))
    return SortedFindings(now, tuple(finding for finding in findings if finding not in now))
