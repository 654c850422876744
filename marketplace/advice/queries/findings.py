"""What the rules say of lots, for those who judge them."""

from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from marketplace.accounts.models import Organisation
from marketplace.accounts.policy import Actor, Can, require
from marketplace.market.models import Listing
from marketplace.market.queries.gates import list_findings, list_findings_of
from marketplace.market.queries.listings import is_open_to, listings_with_parts
from marketplace.market.rules.listing import ListingStatus
from marketplace.materials.queries import get_taxonomy
from marketplace.materials.rules.gates import Finding, Severity

LOOKED_AT = 100  # lots in one question
LOOKED_AT_MOST = 500  # for one page
SHOWN = 25


@dataclass(frozen=True, slots=True)
class ToJudge:
    """A lot on offer with the rules that stop it until somebody judges."""

    listing: Listing
    findings: tuple[Finding, ...]


@dataclass(frozen=True, slots=True)
class Part:
    """A part of the list, newest first. `before`: where the next part begins; None: there is no more."""

    rows: list[ToJudge]
    before: int | None


def list_rules(session: Session, listing: Listing) -> frozenset[str]:
    """Slugs of the rules that an opinion of this lot may be about.

    Those that apply to its material, and what they find now.
    """
    taxonomy = get_taxonomy(session)
    material = taxonomy.material_by_id(listing.material_id)
    applying = {gate.slug for gate in taxonomy.gates if gate.applies_to(material)}
    return frozenset(applying | {finding.rule for finding in list_findings(session, listing)})


def may_be_lifted(session: Session, finding: Finding) -> bool:
    """Whether a person with the right may lift the rule of this finding. One that an opinion alone decides is not lifted."""
    gate = next((gate for gate in get_taxonomy(session).gates if gate.slug == finding.rule), None)
    return finding.is_liftable if gate is None else gate.is_liftable


def asks_for_judgement(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """Those that stop a lot, now or later, and that an adviser can do something about."""
    return tuple(
        finding for finding in findings if finding.severity is Severity.BLOCKS and finding.is_liftable and not finding.is_lifted
    )


def list_lots_to_judge(
    session: Session, actor: Actor, *, group: str = "", rule: str = "", before: int | None = None, most: int = SHOWN
) -> Part:
    """Lots on offer that a rule stops until an adviser judges, newest first.

    Of one group and one rule where asked. What is closed to others is judged where its owner asks for it.

    At most five hundred lots are looked at for one part, so that it stays quick; `before` goes on from there.
    """
    require(actor, Can.ADVISE)
    wanted = select(Listing.id).where(Listing.status == ListingStatus.PUBLISHED, is_open_to(actor))
    wanted = wanted.join(Organisation, Organisation.id == Listing.organisation_id).where(Organisation.is_active)
    if group:
        wanted = wanted.where(Listing.material_id.in_(get_taxonomy(session).ids_of(groups=[group])))
    lots_to_judge: list[ToJudge] = []
    at = before
    for _turn in range(LOOKED_AT_MOST // LOOKED_AT):
        rows = wanted if at is None else wanted.where(Listing.id < at)
        ids = list(session.scalars(rows.order_by(Listing.id.desc()).limit(LOOKED_AT)))
        for row in _judged(session, ids):
            findings = tuple(finding for finding in row.findings if not rule or finding.rule == rule)
            if findings:
                lots_to_judge.append(ToJudge(row.listing, findings))
                if len(lots_to_judge) == most:
                    return Part(lots_to_judge, row.listing.id)
        if len(ids) < LOOKED_AT:
            return Part(lots_to_judge, None)
        at = ids[-1]
    return Part(lots_to_judge, at)


def _judged(session: Session, ids: list[int]) -> list[ToJudge]:
    lots = session.scalars(listings_with_parts().where(Listing.id.in_(ids)).order_by(Listing.id.desc())).unique().all()
    findings = list_findings_of(session, lots)
    return [ToJudge(lot, asks_for_judgement(findings[lot.id])) for lot in lots]
