"""Opinions of advisers: who asks, who gives, what they do to the rules, and rules that are lifted on a paper."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select, update
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from marketplace.accounts.policy import ANONYMOUS, Actor
from marketplace.advice.actions.opinions import ask_for_opinion, give_opinion, lift_gate
from marketplace.advice.queries.findings import list_lots_to_judge
from marketplace.advice.queries.opinions import list_lifts, list_opinions, list_waiting_requests
from marketplace.advice.rules.opinions import LiftDraft, OpinionDraft
from marketplace.documents.actions import remove_paper
from marketplace.documents.models import Opinion
from marketplace.documents.rules import Verdict
from marketplace.exchange.actions.decide import withdraw
from marketplace.kernel import clock
from marketplace.kernel.errors import Conflict, Forbidden, Invalid, Missing, Unauthorised
from marketplace.market.actions.listings import create_listing, mark_published, update_listing
from marketplace.market.actions.photos import add_photo
from marketplace.market.models import Listing
from marketplace.market.queries.gates import list_findings
from marketplace.market.queries.listings import get_listing, may_see_photo, stored_draft
from marketplace.market.rules.listing import Answer, Certainty
from marketplace.market.rules.photos import StoredPicture
from marketplace.matching.actions.publish import publish
from marketplace.materials.queries import get_taxonomy
from marketplace.materials.rules.gates import Moment
from marketplace.notices.models import AuditRow, NoticeRow
from tests.factories import declare, listing_draft, make_actor, make_draft, make_listing, make_machine, seed_taxonomy

FINE = OpinionDraft(Verdict.POSITIVE, "De partijkeuring is in orde bevonden.", "environmental-declaration")
BAD = OpinionDraft(Verdict.NEGATIVE, "De partijkeuring is van een andere partij.", "environmental-declaration")
REASON = "Het asbestrapport laat zien dat er geen asbest in zit."


@pytest.fixture
def owner(session: Session) -> Actor:
    seed_taxonomy(session)
    return make_actor(session, "hengelo")


@pytest.fixture
def adviser(session: Session, owner: Actor) -> Actor:
    return make_actor(session, "omgevingsdienst", "project_leader", "adviser")


@pytest.fixture
def lot(session: Session, owner: Actor) -> Listing:
    """Pavers on offer, without a paper."""
    return make_listing(session, owner, is_declared=False)


@pytest.fixture
def suspect(session: Session, owner: Actor) -> Listing:
    """A draft of pavers that may hold asbestos."""
    return make_draft(session, owner, asbestos_suspected=Answer.YES)


def stopped(session: Session, listing: Listing, moment: Moment) -> set[str]:
    session.expire_all()
    return {finding.rule for finding in list_findings(session, session.get_one(Listing, listing.id)) if finding.blocks(moment)}


def told(session: Session, kind: str) -> list[tuple[int | None, dict[str, Any]]]:
    rows = session.scalars(select(NoticeRow).where(NoticeRow.kind == kind).order_by(NoticeRow.id))
    return [(row.organisation_id, row.facts) for row in rows]


def test_a_positive_opinion_takes_the_place_of_the_declaration_and_a_later_negative_one_of_it(
    session: Session, owner: Actor, adviser: Actor, lot: Listing
) -> None:
    assert stopped(session, lot, Moment.HAND_OVER) == {"environmental-declaration"}
    give_opinion(session, adviser, listing_id=lot.id, draft=FINE)
    assert stopped(session, lot, Moment.HAND_OVER) == set()
    give_opinion(session, adviser, listing_id=lot.id, draft=BAD)
    assert stopped(session, lot, Moment.HAND_OVER) == {"environmental-declaration"}
    opinions = list_opinions(session, owner, lot.id)
    assert [(row.opinion.verdict, row.is_current) for row in opinions] == [("negative", True), ("positive", False)]


def test_a_conditional_opinion_satisfies_nothing(session: Session, adviser: Actor, lot: Listing) -> None:
    draft = OpinionDraft(Verdict.CONDITIONAL, "Alleen als er een keuring bij komt.", "environmental-declaration")
    give_opinion(session, adviser, listing_id=lot.id, draft=draft)
    assert stopped(session, lot, Moment.HAND_OVER) == {"environmental-declaration"}


def test_the_same_opinion_twice_is_one_and_its_owner_is_told_once(
    session: Session, owner: Actor, adviser: Actor, lot: Listing
) -> None:
    first = give_opinion(session, adviser, listing_id=lot.id, draft=FINE)
    assert give_opinion(session, adviser, listing_id=lot.id, draft=FINE).id == first.id
    (only,) = told(session, "opinion_given")
    assert only[0] == owner.organisation_id
    assert (only[1]["verdict"], only[1]["message"]) == ("positive", "De partijkeuring is in orde bevonden.")
    rows = session.scalars(select(AuditRow).where(AuditRow.action == "opinion.give")).all()
    assert [(row.object_id, row.person_id, row.facts["rule"]) for row in rows] == [
        (lot.id, adviser.person_id, "environmental-declaration")
    ]


def test_an_opinion_is_never_changed_and_never_goes(session: Session, adviser: Actor, lot: Listing) -> None:
    give_opinion(session, adviser, listing_id=lot.id, draft=FINE)
    session.commit()
    with pytest.raises(DBAPIError, match="append-only"):
        session.execute(update(Opinion).values(text="Toch niet"))
    session.rollback()


def test_only_an_adviser_gives_an_opinion(session: Session, owner: Actor, lot: Listing) -> None:
    others = [owner, make_actor(session, "borne", "coordinator"), make_actor(session, "regio-twente", "reviewer")]
    others += [make_actor(session, "regio-twente", "coordinator"), make_actor(session, "bouwer", kind="partner")]
    for actor in others:
        with pytest.raises(Forbidden):
            give_opinion(session, actor, listing_id=lot.id, draft=FINE)
    with pytest.raises(Unauthorised):
        give_opinion(session, ANONYMOUS, listing_id=lot.id, draft=FINE)
    assert session.scalars(select(Opinion)).all() == []


def test_who_gave_it_is_for_the_owner_and_whoever_reads_along(
    session: Session, owner: Actor, adviser: Actor, lot: Listing
) -> None:
    give_opinion(session, adviser, listing_id=lot.id, draft=FINE)
    for reader in (
        owner,
        adviser,
        make_actor(session, "regio-twente", "reviewer"),
        make_actor(session, "regio-twente", "coordinator"),
    ):
        assert list_opinions(session, reader, lot.id)[0].person == adviser.name
    neighbour = make_actor(session, "borne")
    (read,) = list_opinions(session, neighbour, lot.id)
    assert (read.person, read.opinion.organisation.name) == (None, "Omgevingsdienst")
    with pytest.raises(Forbidden):
        list_lifts(session, neighbour, lot.id)
    with pytest.raises(Unauthorised):
        list_opinions(session, ANONYMOUS, lot.id)


def test_an_owner_asks_every_adviser_once_and_an_opinion_answers(
    session: Session, owner: Actor, adviser: Actor, lot: Listing
) -> None:
    other = make_actor(session, "laboratorium", kind="adviser")
    first = ask_for_opinion(session, owner, listing_id=lot.id, text="Het rapport komt volgende week.")
    assert ask_for_opinion(session, owner, listing_id=lot.id, text="Nog iets").id == first.id
    assert {organisation for organisation, _facts in told(session, "opinion_asked")} == {
        adviser.organisation_id,
        other.organisation_id,
    }
    (waiting,), total = list_waiting_requests(session, adviser)
    assert (total, waiting.listing.id, waiting.request.text) == (1, lot.id, "Het rapport komt volgende week.")
    give_opinion(session, adviser, listing_id=lot.id, draft=FINE)
    assert list_waiting_requests(session, adviser) == ([], 0)
    assert ask_for_opinion(session, owner, listing_id=lot.id).id != first.id


def test_only_the_owner_asks_and_only_while_the_lot_is_there(
    session: Session, owner: Actor, adviser: Actor, lot: Listing
) -> None:
    for actor in (make_actor(session, "borne"), adviser):
        with pytest.raises(Forbidden):
            ask_for_opinion(session, actor, listing_id=lot.id)
    withdraw(session, owner, listing_id=lot.id)
    for verb in (
        lambda: ask_for_opinion(session, owner, listing_id=lot.id),
        lambda: give_opinion(session, adviser, listing_id=lot.id, draft=FINE),
    ):
        with pytest.raises(Conflict):
            verb()


def test_a_draft_is_for_advisers_once_its_owner_asked(session: Session, owner: Actor, adviser: Actor, suspect: Listing) -> None:
    broker = make_actor(session, "regio-twente", "coordinator")
    for reader in (adviser, broker):
        with pytest.raises(Missing):
            get_listing(session, reader, suspect.id)
    ask_for_opinion(session, owner, listing_id=suspect.id)
    for reader in (adviser, broker):
        assert get_listing(session, reader, suspect.id).id == suspect.id
    for reader in (make_actor(session, "borne"), make_actor(session, "bouwer", kind="partner")):
        with pytest.raises(Missing):
            get_listing(session, reader, suspect.id)


def test_what_is_closed_to_others_is_for_advisers_once_its_owner_asked(
    session: Session, owner: Actor, adviser: Actor, lot: Listing
) -> None:
    """An H of a contract stood on the list of every adviser, with a link to a page that was not there for them."""
    day = clock.today()
    period = {"planned": True, "certainty": Certainty.TENDERED, "earliest": day + timedelta(20), "latest": day + timedelta(40)}
    draft = listing_draft(available_from=None, available_until=None, **period)
    shut = publish(session, owner, listing_id=create_listing(session, owner, draft).id, to_others=False)
    assert shut.is_closed_to_others
    assert [row.listing.id for row in list_lots_to_judge(session, adviser).rows] == [lot.id]
    with pytest.raises(Missing):
        get_listing(session, adviser, shut.id)
    ask_for_opinion(session, owner, listing_id=shut.id)
    assert [request.listing.id for request in list_waiting_requests(session, adviser)[0]] == [shut.id]
    assert get_listing(session, adviser, shut.id).id == shut.id
    give_opinion(session, adviser, listing_id=shut.id, draft=FINE)
    with pytest.raises(Missing):
        get_listing(session, make_actor(session, "borne"), shut.id)


def test_whoever_judges_a_draft_sees_its_photos(session: Session, owner: Actor, adviser: Actor, suspect: Listing) -> None:
    files = {"webp-480": ("gevel.webp", 480, 360)}
    add_photo(session, owner, listing_id=suspect.id, picture=StoredPicture(files))
    readers = (owner, adviser, make_actor(session, "borne"))
    assert [may_see_photo(session, reader, "gevel.webp") for reader in readers] == [True, False, False]
    ask_for_opinion(session, owner, listing_id=suspect.id)
    assert [may_see_photo(session, reader, "gevel.webp") for reader in readers] == [True, True, False]


def test_an_opinion_is_about_a_rule_of_this_lot(session: Session, adviser: Actor, lot: Listing) -> None:
    with pytest.raises(Invalid) as refused:
        give_opinion(session, adviser, listing_id=lot.id, draft=OpinionDraft(Verdict.POSITIVE, FINE.text, "creosote"))
    assert [error.field for error in refused.value.errors] == ["rule"]


def test_a_rule_is_lifted_on_a_paper_and_stands_in_the_way_again_when_the_paper_goes(
    session: Session, owner: Actor, adviser: Actor, suspect: Listing
) -> None:
    report = declare(session, owner, suspect, kind="asbestos-report")
    ask_for_opinion(session, owner, listing_id=suspect.id)
    assert "asbestos" in stopped(session, suspect, Moment.PUBLISH)
    draft = LiftDraft("asbestos", report.id, REASON)
    lift = lift_gate(session, adviser, listing_id=suspect.id, draft=draft)
    assert lift_gate(session, adviser, listing_id=suspect.id, draft=draft).id == lift.id
    assert "asbestos" not in stopped(session, suspect, Moment.PUBLISH)
    (only,) = told(session, "gate_lifted")
    assert (only[0], only[1]["reason"]) == (owner.organisation_id, REASON)
    row = session.scalars(select(AuditRow).where(AuditRow.action == "gate.lift")).one()
    assert (row.object_id, row.person_id) == (suspect.id, adviser.person_id)
    assert (row.facts["rule"], row.facts["paper_id"], row.facts["lift_id"]) == ("asbestos", report.id, lift.id)
    remove_paper(session, owner, listing_id=suspect.id, paper_id=report.id)
    assert "asbestos" in stopped(session, suspect, Moment.PUBLISH)
    (listed,) = list_lifts(session, owner, suspect.id)
    assert (listed.counts, listed.person) == (False, adviser.name)


def test_a_lift_falls_the_day_after_the_last_day_of_its_paper(
    session: Session, owner: Actor, adviser: Actor, suspect: Listing
) -> None:
    last = clock.today() + timedelta(days=5)
    report = declare(session, owner, suspect, kind="asbestos-report", valid_until=last)
    ask_for_opinion(session, owner, listing_id=suspect.id)
    lift_gate(session, adviser, listing_id=suspect.id, draft=LiftDraft("asbestos", report.id, REASON))
    for day, counts in ((last, True), (last + timedelta(days=1), False)):
        with clock.frozen(datetime.combine(day, datetime.min.time(), clock.AMSTERDAM) + timedelta(hours=9)):
            assert ("asbestos" in stopped(session, suspect, Moment.PUBLISH)) is not counts
            assert [lift.counts for lift in list_lifts(session, owner, suspect.id)] == [counts]


def change(session: Session, owner: Actor, listing: Listing, **answers: Any) -> Listing:
    session.expire_all()
    now = session.get_one(Listing, listing.id)
    draft = replace(stored_draft(now, get_taxonomy(session)), **answers)
    return update_listing(session, owner, listing_id=now.id, version=now.version, draft=draft)


def test_an_opinion_of_one_material_does_not_speak_for_another(
    session: Session, owner: Actor, adviser: Actor, lot: Listing
) -> None:
    give_opinion(session, adviser, listing_id=lot.id, draft=FINE)
    change(session, owner, lot, title="Dezelfde stenen", fields={"colour": "grey"})  # no rule looks at either
    assert stopped(session, lot, Moment.HAND_OVER) == set()
    change(session, owner, lot, material="betontegel-30x30x6", fields={})
    assert stopped(session, lot, Moment.HAND_OVER) == {"environmental-declaration"}
    (of_before,) = list_opinions(session, owner, lot.id)
    assert (of_before.is_current, of_before.is_of_before) == (False, True)
    give_opinion(session, adviser, listing_id=lot.id, draft=FINE)  # in the same words, of what it is now
    assert stopped(session, lot, Moment.HAND_OVER) == set()
    assert [row.is_current for row in list_opinions(session, owner, lot.id)] == [True, False]


def test_a_lift_is_about_what_was_answered_then(session: Session, owner: Actor, adviser: Actor) -> None:
    panels = make_draft(session, owner, material="gevelpaneel-vezelcement", year_of_construction=1980, hazards={})
    report = declare(session, owner, panels, kind="asbestos-report")
    ask_for_opinion(session, owner, listing_id=panels.id)
    draft = LiftDraft("asbestos", report.id, REASON)
    lift_gate(session, adviser, listing_id=panels.id, draft=draft)
    mark_published(session, owner, listing_id=panels.id)
    change(session, owner, panels, title="Panelen van de gymzaal", remarks="Liggen droog.")
    assert "asbestos" not in stopped(session, panels, Moment.HAND_OVER)
    with pytest.raises(Invalid) as refused:
        change(session, owner, panels, asbestos_suspected=Answer.YES)
    assert [gate["rule"] for gate in refused.value.facts["gates"]] == ["asbestos"]


def test_a_lifted_rule_stops_a_draft_again_when_its_owner_suspects_more(
    session: Session, owner: Actor, adviser: Actor, suspect: Listing
) -> None:
    report = declare(session, owner, suspect, kind="asbestos-report")
    ask_for_opinion(session, owner, listing_id=suspect.id)
    draft = LiftDraft("asbestos", report.id, REASON)
    first = lift_gate(session, adviser, listing_id=suspect.id, draft=draft)
    change(session, owner, suspect, year_of_construction=1960)
    assert "asbestos" in stopped(session, suspect, Moment.PUBLISH)
    assert [lift.counts for lift in list_lifts(session, owner, suspect.id)] == [False]
    again = lift_gate(session, adviser, listing_id=suspect.id, draft=draft)
    assert again.id != first.id and "asbestos" not in stopped(session, suspect, Moment.PUBLISH)


@pytest.mark.parametrize("who", ["owner", "neighbour", "reviewer", "admin", "partner", "machine"])
def test_whoever_has_no_right_lifts_nothing(session: Session, owner: Actor, lot: Listing, who: str) -> None:
    paper = declare(session, owner, lot, kind="other")
    actors = {
        "owner": owner,
        "neighbour": make_actor(session, "borne", "coordinator"),
        "reviewer": make_actor(session, "regio-twente", "reviewer"),
        "admin": make_actor(session, "regio-twente", "admin"),
        "partner": make_actor(session, "bouwer", "coordinator", "partner"),
    }
    actor = actors.get(who)
    if actor is None:
        person = make_machine(session, "omgevingsdienst", kind="adviser")
        actor = Actor(
            person_id=person.id,
            organisation_id=person.organisation_id,
            organisation_kind="adviser",
            role="project_leader",
            is_machine=True,
        )
    with pytest.raises(Forbidden):
        lift_gate(session, actor, listing_id=lot.id, draft=LiftDraft("environmental-declaration", paper.id, REASON))


def test_the_broker_lifts_a_rule_of_another_and_not_of_the_own_organisation(session: Session, owner: Actor, lot: Listing) -> None:
    broker = make_actor(session, "regio-twente", "coordinator")
    paper = declare(session, owner, lot, kind="other")
    lift_gate(session, broker, listing_id=lot.id, draft=LiftDraft("environmental-declaration", paper.id, REASON))
    assert stopped(session, lot, Moment.HAND_OVER) == set()
    own = make_listing(session, broker, is_declared=False)
    other = declare(session, broker, own, kind="other")
    with pytest.raises(Forbidden):
        lift_gate(session, broker, listing_id=own.id, draft=LiftDraft("environmental-declaration", other.id, REASON))


def test_a_lift_needs_a_paper_of_this_lot_that_counts_and_a_rule_that_stops_it(
    session: Session, owner: Actor, adviser: Actor, lot: Listing
) -> None:
    elsewhere = declare(session, owner, make_listing(session, owner), kind="other")
    expired = declare(session, owner, lot, kind="other", valid_until=clock.today() - timedelta(days=1))
    for paper in (elsewhere, expired):
        with pytest.raises(Invalid) as refused:
            lift_gate(session, adviser, listing_id=lot.id, draft=LiftDraft("environmental-declaration", paper.id, REASON))
        assert [error.field for error in refused.value.errors] == ["paper_id"]
    paper = declare(session, owner, lot, kind="other")
    for rule in ("asbestos", "creosote", "verzonnen"):
        with pytest.raises(Conflict, match="houdt deze partij nu niet tegen"):
            lift_gate(session, adviser, listing_id=lot.id, draft=LiftDraft(rule, paper.id, REASON))


def test_what_the_law_forbids_for_good_is_lifted_by_nobody(session: Session, owner: Actor, adviser: Actor) -> None:
    sleepers = make_draft(session, owner, material="beschoeiing-azobe", fields={"treatment": "creosote"})
    paper = declare(session, owner, sleepers, kind="other")
    ask_for_opinion(session, owner, listing_id=sleepers.id)
    assert "creosote" in stopped(session, sleepers, Moment.PUBLISH)
    with pytest.raises(Conflict, match="verbiedt dit voorgoed"):
        lift_gate(session, adviser, listing_id=sleepers.id, draft=LiftDraft("creosote", paper.id, REASON))


def test_the_list_holds_what_a_rule_stops_until_somebody_judges_newest_first(
    session: Session, owner: Actor, adviser: Actor, lot: Listing
) -> None:
    newer = make_listing(session, owner, is_declared=False)
    make_listing(session, owner)  # has its declaration
    part = list_lots_to_judge(session, adviser)
    assert [row.listing.id for row in part.rows] == [newer.id, lot.id] and part.before is None
    assert {finding.rule for finding in part.rows[0].findings} == {"environmental-declaration"}
    assert [row.listing.id for row in list_lots_to_judge(session, adviser, most=1).rows] == [newer.id]
    assert [row.listing.id for row in list_lots_to_judge(session, adviser, before=newer.id).rows] == [lot.id]
    assert list_lots_to_judge(session, adviser, rule="asbestos").rows == []
    assert list_lots_to_judge(session, adviser, group="hout").rows == []
    assert len(list_lots_to_judge(session, adviser, group="bestrating", rule="environmental-declaration").rows) == 2
    give_opinion(session, adviser, listing_id=newer.id, draft=FINE)
    assert [row.listing.id for row in list_lots_to_judge(session, adviser).rows] == [lot.id]
    with pytest.raises(Forbidden):
        list_lots_to_judge(session, owner)
