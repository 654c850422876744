"""An opinion is asked for and given, and a rule is lifted on a paper. What stands is added to, never changed."""

from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from marketplace.accounts.policy import Actor, Can, require
from marketplace.accounts.queries.organisations import list_organisations
from marketplace.accounts.rules.accounts import OrganisationKind
from marketplace.advice.queries.findings import list_rules, may_be_lifted
from marketplace.advice.queries.opinions import count_asked_today
from marketplace.advice.rules import opinions as rules
from marketplace.advice.rules.opinions import LiftDraft, OpinionDraft
from marketplace.documents.models import GateLift, Opinion, OpinionRequest
from marketplace.documents.queries import find_opinion_request, list_lifts_of, list_papers
from marketplace.kernel import clock
from marketplace.kernel.db import insert_or
from marketplace.kernel.errors import Conflict
from marketplace.kernel.language import _
from marketplace.kernel.text import clean
from marketplace.market.actions.windows import bump_catalogue
from marketplace.market.models import Listing
from marketplace.market.queries.gates import is_about_these_answers, list_findings, paper_facts
from marketplace.market.queries.listings import get_listing
from marketplace.market.rules.listing import LISTING_STATUS_LABELS, ListingStatus
from marketplace.materials.rules.gates import Severity
from marketplace.notices.actions import audit
from marketplace.notices.actions.notify import notify
from marketplace.notices.rules.kinds import Notice


def ask_for_opinion(session: Session, actor: Actor, *, listing_id: int, text: str = "") -> OpinionRequest:
    """Ask the advisers for an opinion of an own lot, a draft too; they are told. One request waits at a time."""
    listing = get_listing(session, actor, listing_id)
    require(actor, Can.EDIT_LISTING, listing)
    _check_open(listing)
    tidy = clean(text, lines=True, longest=rules.TEXT_LENGTH_MAX, field="text")
    existing = find_opinion_request(session, listing_id)
    if existing is not None:
        return existing
    rules.check_requests_today(count_asked_today(session, actor))
    values = {
        "listing_id": listing_id,
        "organisation_id": actor.organisation_id,
        "person_id": actor.person_id,
        "text": tidy,
        "asked_at": clock.now(),
    }
    made = session.scalar(
        insert_or(session, OpinionRequest).values(**values).on_conflict_do_nothing().returning(OpinionRequest.id)
    )
    if made is not None:
        audit.record(session, actor, action="opinion.ask", object_type="listing", object_id=listing_id, request_id=made)
        for adviser in list_organisations(session, kind=OrganisationKind.ADVISER):
            _notify(session, Notice.OPINION_ASKED, listing, organisation_id=adviser.id, organisation=actor.organisation_name)
    waiting = find_opinion_request(session, listing_id)
    assert waiting is not None
    return waiting


def give_opinion(session: Session, actor: Actor, *, listing_id: int, draft: OpinionDraft) -> Opinion:
    """Give an opinion of a lot, of one rule or of all of it. It stands with the lot, and its owner is told.

    A later one of the same organisation about the same rule takes its place; the same one twice is one, until the lot says something
    else.
    """
    listing = get_listing(session, actor, listing_id)
    require(actor, Can.ADVISE, listing)
    _check_open(listing)
    tidy = rules.check_opinion(draft, list_rules(session, listing))
    last = session.scalars(
        select(Opinion)
        .where(Opinion.listing_id == listing_id, Opinion.rule == tidy.rule, Opinion.organisation_id == actor.organisation_id)
        .order_by(Opinion.id.desc())
        .limit(1)
    ).one_or_none()
    is_same = last is not None and (last.verdict, last.text) == (tidy.verdict.value, tidy.text)
    if last is not None and is_same and is_about_these_answers(listing, last.given_at):
        return last
    opinion = Opinion(
        listing_id=listing_id,
        organisation_id=actor.organisation_id,
        person_id=actor.person_id,
        verdict=tidy.verdict.value,
        rule=tidy.rule,
        text=tidy.text,
        given_at=clock.now(),
    )
    session.add(opinion)
    session.flush()
    waiting = update(OpinionRequest).where(OpinionRequest.listing_id == listing_id, OpinionRequest.answered_at.is_(None))
    session.execute(waiting.values(answered_at=clock.now()).execution_options(synchronize_session=False))
    audit.record(
        session,
        actor,
        action="opinion.give",
        object_type="listing",
        object_id=listing_id,
        opinion_id=opinion.id,
        verdict=opinion.verdict,
        rule=opinion.rule,
    )
    _notify(
        session,
        Notice.OPINION_GIVEN,
        listing,
        person_id=listing.created_by_id,
        organisation_id=listing.organisation_id,
        organisation=actor.organisation_name,
        verdict=opinion.verdict,
        message=opinion.text,
    )
    bump_catalogue(session)
    return opinion


def lift_gate(session: Session, actor: Actor, *, listing_id: int, draft: LiftDraft) -> GateLift:
    """Lift a rule that stops a lot, on a paper of that lot and with a reason; its owner is told.

    It falls when the paper is taken away or runs out, and when the lot says something else. What the law forbids for good is lifted
    by nobody.
    """
    listing = get_listing(session, actor, listing_id)
    require(actor, Can.LIFT_GATE, listing)
    _check_open(listing)
    today = clock.today()
    papers = {paper.id for paper in list_papers(session, listing_id) if paper_facts(paper).is_valid_on(today)}
    tidy = rules.check_lift(draft, papers)
    standing = [lift for lift in list_lifts_of(session, [listing_id])[listing_id] if lift.rule == tidy.rule]
    existing = [lift for lift in standing if is_about_these_answers(listing, lift.lifted_at)]
    same = next((lift for lift in existing if (lift.paper_id, lift.reason) == (tidy.paper_id, tidy.reason)), None)
    if same is not None:
        return same
    finding = next((finding for finding in list_findings(session, listing) if finding.rule == tidy.rule), None)
    rules.check_in_the_way(stops=finding is not None and finding.severity is Severity.BLOCKS and not finding.is_lifted)
    assert finding is not None
    rules.check_liftable(is_liftable=may_be_lifted(session, finding))
    lift = GateLift(
        listing_id=listing_id,
        rule=tidy.rule,
        paper_id=tidy.paper_id,
        reason=tidy.reason,
        organisation_id=actor.organisation_id,
        person_id=actor.person_id,
        lifted_at=clock.now(),
    )
    session.add(lift)
    session.flush()
    audit.record(
        session,
        actor,
        action="gate.lift",
        object_type="listing",
        object_id=listing_id,
        lift_id=lift.id,
        rule=lift.rule,
        paper_id=lift.paper_id,
    )
    _notify(
        session,
        Notice.GATE_LIFTED,
        listing,
        person_id=listing.created_by_id,
        organisation_id=listing.organisation_id,
        organisation=actor.organisation_name,
        reason=lift.reason,
    )
    bump_catalogue(session)
    return lift


def _check_open(listing: Listing) -> None:
    if listing.status not in (ListingStatus.DRAFT, ListingStatus.PUBLISHED):
        label = LISTING_STATUS_LABELS[ListingStatus(listing.status)]
        raise Conflict(_("This lot is %(status)s, so nothing of it has to be judged any more.", status=label))


def _notify(session: Session, kind: Notice, listing: Listing, **facts: Any) -> None:
    notify(session, kind, listing_id=listing.id, listing_title=listing.title, **facts)
