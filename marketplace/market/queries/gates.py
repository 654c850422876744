"""Questions about what the rules say of a lot. For a page that shows it, and for a verb."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from marketplace.accounts.policy import Actor, Can, may
from marketplace.depots.models import Lot
from marketplace.depots.queries import lots
from marketplace.depots.queries.attached import list_papers_with
from marketplace.depots.queries.lots import lots_with_parts
from marketplace.documents.models import GateLift, Opinion, Paper
from marketplace.documents.queries import list_lifts_of, list_opinions_of, list_papers_of
from marketplace.documents.rules import Verdict
from marketplace.kernel import clock
from marketplace.kernel.errors import FieldError, Invalid
from marketplace.market.models import Listing
from marketplace.market.rules.listing import STUFF, ListingDraft, ListingStatus, check_said_of_lot, check_weight_of_lot
from marketplace.materials.queries import get_taxonomy
from marketplace.materials.rules.gates import (
    Finding,
    Gate,
    GateKind,
    Moment,
    find_findings,
)
from marketplace.materials.rules.soil import Destination
from marketplace.materials.rules.taxonomy import LotAnswers, Material, PaperFacts, Taxonomy

LOOKED_AT = 500  # lots with their papers in one question


def list_findings(
    session: Session, listing: Listing, *, destination: Destination | None = None, day: date | None = None
) -> tuple[Finding, ...]:
    """All that the rules say of a lot, for a place that it goes to where that is known. `day` is that of a hand-over; by default today."""
    return list_findings_of(session, [listing], destination=destination, day=day)[listing.id]


def list_findings_of(
    session: Session, listings: Iterable[Listing], *, destination: Destination | None = None, day: date | None = None
) -> dict[int, tuple[Finding, ...]]:
    """The same of many lots, in four questions, by the lot's id."""
    rows, taxonomy, on = list(listings), get_taxonomy(session), day or clock.today()
    ids = {row.id for row in rows}
    papers, opinions, lifts = list_paper_facts(session, rows), list_opinions_of(session, ids), list_lifts_of(session, ids)
    findings_by_lot = {}
    for row in rows:
        findings_by_lot[row.id] = find_findings(
            taxonomy.gates,
            taxonomy.material_by_id(row.material_id),
            stored_answers(row),
            today=on,
            papers=papers[row.id],
            destination=destination,
            lifted=_lifted(taxonomy.gates, row, opinions[row.id], lifts[row.id], on),
        )
    return findings_by_lot


@dataclass(frozen=True, slots=True)
class StoredLot:
    """What a lot on offer says of itself, as it is stored."""

    material_id: int
    fields: str
    hazards: str
    asbestos_suspected: str
    year_of_construction: int | None


def list_refused(session: Session, lots: Mapping[int, StoredLot], destination: Destination) -> set[int]:
    """The lots, by their numbers, that nobody could reserve for this place today.

    Those that answer alike what the rules look at are looked at once; the papers of those that are stopped open some again.
    """
    taxonomy, today = get_taxonomy(session), clock.today()
    names = {name for gate in taxonomy.gates for name in gate.fields}
    alike: dict[tuple[object, ...], list[int]] = {}
    for number, lot in lots.items():
        looked_at = tuple((name, value) for name, value in json.loads(lot.fields).items() if name in names)
        key = (lot.material_id, looked_at, lot.hazards, lot.asbestos_suspected, lot.year_of_construction)
        alike.setdefault(key, []).append(number)
    ids = []
    for numbers in alike.values():
        lot = lots[numbers[0]]
        answers = LotAnswers(json.loads(lot.fields), json.loads(lot.hazards), lot.asbestos_suspected, lot.year_of_construction)
        material = taxonomy.material_by_id(lot.material_id)
        findings = find_findings(taxonomy.gates, material, answers, today=today, destination=destination)
        ids += numbers if find_blocking(findings, Moment.RESERVE) else []
    refused = set()
    for start in range(0, len(ids), LOOKED_AT):
        rows = session.scalars(select(Listing).where(Listing.id.in_(ids[start : start + LOOKED_AT]))).all()
        findings_by_lot = list_findings_of(session, rows, destination=destination)
        refused |= {number for number, papers_too in findings_by_lot.items() if find_blocking(papers_too, Moment.RESERVE)}
    return refused


def tells_owners_apart(session: Session, moment: Moment) -> bool:
    """Whether a rule that counts by this moment is only about what goes to another organisation."""
    return any(gate.is_of_other_owner and gate.moment.is_by(moment) for gate in get_taxonomy(session).gates)


def find_draft_findings(session: Session, draft: ListingDraft, *, papers: Iterable[PaperFacts] = ()) -> tuple[Finding, ...]:
    """What the rules say of a lot that somebody is still writing. Nothing of it where the material is not chosen yet."""
    taxonomy = get_taxonomy(session)
    material = taxonomy.find_material(draft.material)
    return () if material is None else _of_draft(taxonomy, material, draft, papers)


def _of_draft(taxonomy: Taxonomy, material: Material, draft: ListingDraft, papers: Iterable[PaperFacts]) -> tuple[Finding, ...]:
    hazards = {code: answer.value for code, answer in draft.hazards.items()}
    answers = LotAnswers(draft.fields or {}, hazards, draft.asbestos_suspected.value, draft.year_of_construction)
    return find_findings(taxonomy.gates, material, answers, today=clock.today(), papers=papers)


def visible_findings(actor: Actor, listing: Listing, findings: tuple[Finding, ...]) -> tuple[Finding, ...]:
    """What this reader sees of them. Readers of its papers all of it, the public nothing.

    For other members what would stop them, and tells of no paper that they may not see.
    """
    if may(actor, Can.READ_PAPERS, listing):
        return findings
    if not actor.is_member:
        return ()
    return tuple(finding for finding in findings if finding.blocks(Moment.HAND_OVER) and not finding.tells_of_paper)


def list_visible_findings(session: Session, actor: Actor, listing: Listing) -> tuple[Finding, ...]:
    """What the rules say of a lot, as far as this reader sees it."""
    return visible_findings(actor, listing, list_findings(session, listing)) if actor.is_member else ()


def asks_destination(session: Session, material: Material) -> bool:
    """Whether somebody who reserves this material says of which classes the place is."""
    return any(gate.kind is GateKind.DESTINATION and gate.applies_to(material) for gate in get_taxonomy(session).gates)


def stored_answers(listing: Listing) -> LotAnswers:
    """What a stored lot says of itself."""
    return LotAnswers(listing.fields, listing.hazards, listing.asbestos_suspected, listing.year_of_construction)


def paper_facts(paper: Paper) -> PaperFacts:
    """A stored paper, as far as the rules look at it."""
    return PaperFacts(paper.kind, paper.number, paper.issued_on, paper.valid_until)


def list_paper_facts(session: Session, listings: Iterable[Listing]) -> dict[int, list[PaperFacts]]:
    """The papers that count for offers, by the offer's id.

    Its own, those of the offer that it came back from, and those that stand with the lot itself, as after a recall.
    """
    rows = list(listings)
    of_offers = list_papers_of(session, {row.id for row in rows} | {row.parent_id for row in rows if row.parent_id is not None})
    of_lots = list_papers_with(session, {row.lot_id for row in rows if row.lot_id is not None})
    return {
        row.id: [
            paper_facts(paper)
            for paper in (*of_offers[row.id], *of_offers.get(row.parent_id or 0, ()), *of_lots.get(row.lot_id or 0, ()))
        ]
        for row in rows
    }


def is_about_these_answers(listing: Listing, judged_at: datetime) -> bool:
    """Whether what was judged then is what the lot says now. An answer that rules look at, or the material, may have changed since."""
    return listing.answered_at is None or judged_at > listing.answered_at


def is_answered_anew(session: Session, listing: Listing, columns: Mapping[str, Any]) -> bool:
    """Whether these columns change the material, or an answer that a rule names."""
    names = {name for gate in get_taxonomy(session).gates for name in gate.fields}

    def seen(answers: LotAnswers) -> tuple[object, ...]:
        fields = {name: value for name, value in answers.fields.items() if name in names}
        return fields, answers.hazards, answers.asbestos_suspected, answers.year_of_construction

    return columns["material_id"] != listing.material_id or seen(_answers_in(columns)) != seen(stored_answers(listing))


def _answers_in(columns: Mapping[str, Any]) -> LotAnswers:
    return LotAnswers(columns["fields"], columns["hazards"], columns["asbestos_suspected"], columns["year_of_construction"])


def _lifted(gates: Iterable[Gate], listing: Listing, opinions: list[Opinion], lifts: list[GateLift], day: date) -> set[str]:
    """The rules that a person lifted on a paper that counts, or an adviser agreed to, now."""
    lifted = {
        lift.rule
        for lift in lifts
        if paper_facts(lift.paper).is_valid_on(day) and is_about_these_answers(listing, lift.lifted_at)
    }
    latest: dict[tuple[int, str], Opinion] = {}
    for opinion in opinions:  # the last one first
        latest.setdefault((opinion.organisation_id, opinion.rule), opinion)
    return lifted | {gate.slug for gate in gates if gate.takes_opinion and _is_favourable(listing, latest, gate.slug)}


def _is_favourable(listing: Listing, latest: Mapping[tuple[int, str], Opinion], rule: str) -> bool:
    """Whether advisers said yes to this rule or to the whole lot, and no last word is another. A yes to other answers is no word."""
    words = [opinion for (_organisation, about), opinion in latest.items() if about in (rule, "")]
    yes = Verdict.POSITIVE.value
    counting = {
        opinion.verdict for opinion in words if opinion.verdict != yes or is_about_these_answers(listing, opinion.given_at)
    }
    return counting == {yes}


def check_gates(
    session: Session,
    listing: Listing,
    *,
    moment: Moment,
    destination: Destination | None = None,
    day: date | None = None,
) -> None:
    """Refuse what the rules stop at this moment, with each rule, its source and what to do.

    Papers open a way and never close one before the hand-over: what passes without them needs no look at them.
    """
    if moment is not Moment.HAND_OVER and not find_blocking(_without_papers(session, listing, destination), moment):
        return
    refuse(find_blocking(list_findings(session, listing, destination=destination, day=day), moment))


def _without_papers(session: Session, listing: Listing, destination: Destination | None) -> tuple[Finding, ...]:
    taxonomy = get_taxonomy(session)
    material = taxonomy.material_by_id(listing.material_id)
    return find_findings(taxonomy.gates, material, stored_answers(listing), today=clock.today(), destination=destination)


def find_blocking(findings: Iterable[Finding], moment: Moment) -> list[Finding]:
    """Those that stop a lot at this moment."""
    return [finding for finding in findings if finding.blocks(moment)]


def check_change(session: Session, listing: Listing, material: Material, columns: Mapping[str, Any]) -> None:
    """Refuse a change of a lot on offer by which a rule would stop it that did not before. What stopped it already is mended step by step.

    What no rule looks at may change whatever they say.
    """
    if not is_answered_anew(session, listing, columns):
        return
    before = {finding.rule for finding in list_findings(session, listing) if finding.blocks(Moment.PUBLISH)}
    papers = list_paper_facts(session, [listing])[listing.id]
    findings = find_findings(get_taxonomy(session).gates, material, _answers_in(columns), today=clock.today(), papers=papers)
    refuse([finding for finding in find_blocking(findings, Moment.PUBLISH) if finding.rule not in before])


def refuse(findings: list[Finding]) -> None:
    """Refuse with these findings; the first one speaks for all. Nothing where there are none."""
    if not findings:
        return
    errors = [FieldError(finding.at, finding.sentence) for finding in findings]
    raise Invalid(errors[0].message, errors[0].field, errors, gates=[as_facts(finding) for finding in findings])


def as_facts(finding: Finding) -> dict[str, Any]:
    """A finding as a program reads it, in the language of whoever asks."""
    return {
        "rule": finding.rule,
        "severity": finding.severity.value,
        "moment": finding.moment.value,
        "sentence": str(finding.sentence),
        "source": finding.source,
        "date": finding.dated_on.isoformat(),
        "verified": finding.is_verified,
        "lifted": finding.is_lifted,
    }


def check_stays_lot(session: Session, actor: Actor, listing: Listing, changed: set[str], kg_per_unit: Decimal | None) -> None:
    """Refuse what a listing may not say anew of its lot.

    Of a draft: all that it offers from stock. In a depot, or with another organisation: what its keeper or holder sees to.
    """
    if listing.lot_id is None:
        return
    row = lots_with_parts().where(Lot.id == listing.lot_id).execution_options(populate_existing=True)
    lot, is_draft = session.scalars(row).unique().one(), listing.status == ListingStatus.DRAFT
    is_in_hand, is_stored = may(actor, Can.HANDLE_LOT, lot), lot.depot_id is not None
    if is_draft or not is_in_hand:
        check_said_of_lot(changed, has=None if is_in_hand else _whoever_has(lot), is_stored=is_stored)
    is_weighed_there = is_draft or is_stored or not is_in_hand
    if is_weighed_there and "kg_per_unit" in changed and not changed & STUFF:  # another material is another lot
        check_weight_of_lot(kg_per_unit, lot.kg_per_unit, unit=lot.unit_of, is_measured=lot.kg_basis == "measured")


def find_other_hands(session: Session, actor: Actor, listing: Listing) -> str | None:
    """The depot or the organisation that has the lot of a listing instead of the actor.

    What becomes of it is booked there.
    """
    lot = None if listing.lot_id is None else lots.find_other_hands(session, actor, session.get_one(Lot, listing.lot_id))
    return None if lot is None or lot.quantity == 0 else _whoever_has(lot)


def _whoever_has(lot: Lot) -> str:
    """The depot where a lot lies, or the organisation that has it, by name."""
    return lot.holder.name if lot.depot is None else lot.depot.name
