"""Papers of lots: added, replaced and taken away; and what may never change beside them."""

from datetime import date, datetime, time, timedelta
from decimal import Decimal

import pytest
from sqlalchemy import delete, select, text, update
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session
from sqlalchemy.orm.attributes import set_committed_value

from marketplace.accounts.policy import Actor
from marketplace.depots.actions.depots import create_depot
from marketplace.depots.actions.movements import By, move
from marketplace.depots.queries.lots import lock
from marketplace.depots.rules.depot import DepotDraft
from marketplace.depots.rules.lots import Whereabouts
from marketplace.documents.actions import add_paper, remove_paper
from marketplace.documents.models import GateLift, Opinion, Paper
from marketplace.documents.queries import (
    has_opinion_or_lift,
    list_lifts_of,
    list_opinions_of,
    list_paper_files,
    list_papers,
    list_papers_of,
    list_removed_papers,
)
from marketplace.documents.rules import PaperDraft, StoredFile
from marketplace.dossiers import actions as dossiers
from marketplace.dossiers.queries import find_dossier, get_readable_paper, list_papers_to_remind
from marketplace.exchange.actions.decide import approve
from marketplace.exchange.actions.reserve import reserve
from marketplace.exchange.rules.reservation import ReservationDraft
from marketplace.jobs.timetable import list_files_in_use
from marketplace.kernel import clock
from marketplace.kernel.db import Database
from marketplace.kernel.errors import Conflict, Forbidden, Invalid, Missing
from marketplace.kernel.geo import Point
from marketplace.kernel.units import Quantity, Unit
from marketplace.market.actions import counters
from marketplace.market.actions.listings import delete_draft
from marketplace.market.models import Listing
from marketplace.notices.models import AuditRow, NoticeRow
from tests.factories import make_actor, make_draft, make_organisation, seed_taxonomy
from tests.factories import make_listing as make_declared_listing

DECLARATION = PaperDraft("soil-declaration", date(2025, 3, 14), "25-0413", "Lab Oost", date(2028, 3, 14))


@pytest.fixture
def owner(session: Session) -> Actor:
    seed_taxonomy(session)
    return make_actor(session, "hengelo")


def make_listing(session: Session, owner: Actor) -> Listing:
    """A lot on offer without any paper."""
    return make_declared_listing(session, owner, is_declared=False)


def stored(number: int = 1) -> StoredFile:
    return StoredFile(f"{number:064d}.pdf", "application/pdf", 1200, 2)


def put(session: Session, owner: Actor, listing: Listing, number: int = 1, **options: int) -> Paper:
    return add_paper(
        session,
        owner,
        listing_id=listing.id,
        organisation_id=listing.organisation_id,
        draft=DECLARATION,
        file=stored(number),
        is_proof=True,
        **options,
    )


def opine(session: Session, listing: Listing) -> Opinion:
    opinion = Opinion(
        listing_id=listing.id,
        organisation_id=make_organisation(session, "odt", "adviser").id,
        verdict="positive",
        text="Akkoord.",
        given_at=clock.now(),
    )
    session.add(opinion)
    session.flush()
    return opinion


def lift(session: Session, paper: Paper) -> GateLift:
    row = GateLift(
        listing_id=paper.listing_id,
        rule="asbestos",
        paper_id=paper.id,
        reason="Inventarisatie zonder vondst",
        organisation_id=paper.organisation_id,
        lifted_at=clock.now(),
    )
    session.add(row)
    session.flush()
    return row


def test_papers_stand_with_their_lot_in_the_order_in_which_they_came(session: Session, owner: Actor) -> None:
    lot, other, bare = make_listing(session, owner), make_listing(session, owner), make_listing(session, owner)
    first, second, third = put(session, owner, lot, 1), put(session, owner, lot, 2), put(session, owner, other, 3)
    assert list_papers_of(session, [lot.id, other.id, bare.id]) == {lot.id: [first, second], other.id: [third], bare.id: []}
    assert list_paper_files(session) == {f"{number:064d}.pdf" for number in (1, 2, 3)}
    assert (first.number, first.issuer, first.valid_until, first.added_by_id) == (
        "25-0413",
        "Lab Oost",
        date(2028, 3, 14),
        owner.person_id,
    )
    rows = session.scalars(select(AuditRow).where(AuditRow.object_type == "paper")).all()
    assert (rows[0].action, rows[0].object_id, rows[0].facts["listing_id"]) == ("paper.add", first.id, lot.id)
    assert rows[0].facts["file"] == f"{1:064d}.pdf"


def test_a_paper_that_is_taken_away_counts_no_more_and_stays(session: Session, owner: Actor) -> None:
    lot, other = make_listing(session, owner), make_listing(session, owner)
    paper = put(session, owner, lot)
    with pytest.raises(Missing):
        remove_paper(session, owner, listing_id=other.id, paper_id=paper.id)
    remove_paper(session, owner, listing_id=lot.id, paper_id=paper.id)
    assert list_papers(session, lot.id) == []
    assert list_removed_papers(session, lot.id) == [paper]
    assert paper.removed_by_id == owner.person_id
    assert list_paper_files(session) == {f"{1:064d}.pdf"}
    with pytest.raises(Missing):
        remove_paper(session, owner, listing_id=lot.id, paper_id=paper.id)


def test_a_new_one_takes_the_place_of_an_old_one(session: Session, owner: Actor) -> None:
    lot = make_listing(session, owner)
    old = put(session, owner, lot, 1)
    new = put(session, owner, lot, 2, replaced_id=old.id)
    assert (list_papers(session, lot.id), list_removed_papers(session, lot.id)) == ([new], [old])
    assert new.replaced_id == old.id


def test_only_the_owners_traders_add_and_remove(session: Session, owner: Actor) -> None:
    lot = make_listing(session, owner)
    paper = put(session, owner, lot)
    for actor in (
        make_actor(session, "borne"),
        make_actor(session, "regio-twente", "reviewer"),
        make_actor(session, "odt", kind="adviser"),
    ):
        with pytest.raises(Forbidden):
            put(session, actor, lot)
        with pytest.raises(Forbidden):
            remove_paper(session, actor, listing_id=lot.id, paper_id=paper.id)
    remove_paper(session, make_actor(session, "hengelo", "coordinator"), listing_id=lot.id, paper_id=paper.id)


def test_a_paper_of_another_lot_is_not_there_through_the_own_one(session: Session, owner: Actor) -> None:
    theirs = make_listing(session, make_actor(session, "borne"))
    paper = put(session, make_actor(session, "borne"), theirs)
    mine = make_listing(session, owner)
    for number in (paper.id, 10**6):  # a paper of another organisation and none at all: the same answer
        with pytest.raises(Missing):
            dossiers.remove_paper(session, owner, listing_id=mine.id, paper_id=number)
        with pytest.raises(Missing):
            dossiers.add_paper(session, owner, listing_id=mine.id, draft=DECLARATION, file=stored(2), replaced_id=number)
    assert list_papers(session, theirs.id) == [paper]


def test_what_is_refused_leaves_no_row(session: Session, owner: Actor) -> None:
    lot = make_listing(session, owner)
    with pytest.raises(Invalid):
        add_paper(
            session,
            owner,
            listing_id=lot.id,
            organisation_id=lot.organisation_id,
            draft=PaperDraft("soil-declaration", date(2025, 3, 14)),
            file=stored(),
            is_proof=True,
        )
    assert list_papers(session, lot.id) == []
    for number in range(30):
        put(session, owner, lot, number)
    with pytest.raises(Conflict):
        put(session, owner, lot, 31)


def test_opinions_and_lifts_stand_with_their_lot(session: Session, owner: Actor) -> None:
    lot, other = make_listing(session, owner), make_listing(session, owner)
    assert not has_opinion_or_lift(session, lot.id)
    first, second = opine(session, lot), opine(session, lot)
    assert list_opinions_of(session, [lot.id, other.id]) == {lot.id: [second, first], other.id: []}
    assert first.organisation.slug == "odt"
    paper = put(session, owner, other)
    lifted = lift(session, paper)
    assert list_lifts_of(session, [other.id]) == {other.id: [lifted]}
    assert has_opinion_or_lift(session, lot.id)
    assert has_opinion_or_lift(session, other.id)
    remove_paper(session, owner, listing_id=other.id, paper_id=paper.id)
    assert list_lifts_of(session, [other.id]) == {other.id: []}  # its paper counts no more


def test_opinions_and_lifts_never_change_and_never_go(session: Session, owner: Actor) -> None:
    lot = make_listing(session, owner)
    opinion, lifted = opine(session, lot), lift(session, put(session, owner, lot))
    statements = (
        update(Opinion).where(Opinion.id == opinion.id).values(verdict="negative"),
        delete(Opinion).where(Opinion.id == opinion.id),
        update(GateLift).where(GateLift.id == lifted.id).values(reason="Anders"),
        delete(GateLift).where(GateLift.id == lifted.id),
    )
    for statement in statements:
        with pytest.raises(DBAPIError, match="append-only"), session.begin_nested():
            session.execute(statement)
    if session.get_bind().dialect.name == "postgresql":
        for table in ("opinion", "gate_lift"):
            with pytest.raises(DBAPIError, match="append-only"), session.begin_nested():
                session.execute(text(f"TRUNCATE {table}"))


def test_a_draft_with_an_opinion_or_a_lift_is_not_deleted_and_one_with_a_paper_is(session: Session, owner: Actor) -> None:
    judged, lifted, bare = make_draft(session, owner), make_draft(session, owner), make_draft(session, owner)
    opine(session, judged)
    lift(session, put(session, owner, lifted))
    put(session, owner, bare, 7)
    for draft in (judged, lifted):
        with pytest.raises(Conflict):
            delete_draft(session, owner, listing_id=draft.id)
    delete_draft(session, owner, listing_id=bare.id)
    assert f"{7:064d}.pdf" not in list_paper_files(session)


def expires_in(session: Session, owner: Actor, listing: Listing, days: int) -> Paper:
    until = clock.today() + timedelta(days=days)
    draft = PaperDraft("soil-declaration", date(2025, 3, 14), "25-0413", "Lab Oost", until)
    return dossiers.add_paper(session, owner, listing_id=listing.id, draft=draft, file=stored(days))


def told(session: Session) -> list[tuple[int | None, str]]:
    rows = session.scalars(select(NoticeRow).where(NoticeRow.kind == "paper_expiring").order_by(NoticeRow.id))
    return [(row.organisation_id, row.facts["until"]) for row in rows]


def test_the_owner_and_who_has_it_approved_are_told_thirty_and_seven_days_before(session: Session, owner: Actor) -> None:
    lot, draft, asker = make_listing(session, owner), make_draft(session, owner), make_actor(session, "borne")
    paper = expires_in(session, owner, lot, 31)
    expires_in(session, owner, draft, 3)
    removed = expires_in(session, owner, lot, 4)
    dossiers.remove_paper(session, owner, listing_id=lot.id, paper_id=removed.id)
    assert list_papers_to_remind(session) == []
    today = clock.today()
    with clock.frozen(datetime.combine(today + timedelta(days=1), time(9))):
        assert list_papers_to_remind(session) == [paper.id]
        assert dossiers.remind(session, paper_id=paper.id)
        session.refresh(paper)
        assert list_papers_to_remind(session) == []
        assert not dossiers.remind(session, paper_id=paper.id)
    until = (today + timedelta(days=31)).isoformat()
    assert told(session) == [(owner.organisation_id, until)]
    reservation = reserve(session, asker, listing_id=lot.id, draft=ReservationDraft(Quantity(Decimal(8), Unit.M2)))
    approve(session, owner, reservation_id=reservation.id)
    with clock.frozen(datetime.combine(today + timedelta(days=24), time(9))):
        assert list_papers_to_remind(session) == [paper.id]
        assert dossiers.remind(session, paper_id=paper.id)
    assert sorted(told(session)[1:]) == sorted([(owner.organisation_id, until), (asker.organisation_id, until)])


def test_of_two_workers_one_tells(session: Session, owner: Actor) -> None:
    lot = make_listing(session, owner)
    paper = expires_in(session, owner, lot, 5)
    seen_by_the_other = paper.reminded_days
    assert dossiers.remind(session, paper_id=paper.id)
    set_committed_value(paper, "reminded_days", seen_by_the_other)  # as the other worker had read it
    with pytest.raises(Missing):
        dossiers.remind(session, paper_id=paper.id)
    assert len(told(session)) == 1


def test_whoever_has_the_lot_in_keeping_reads_its_papers(session: Session, owner: Actor) -> None:
    listing = make_listing(session, owner)
    paper = put(session, owner, listing)
    keeper, colleague = make_actor(session, "borne", "coordinator"), make_actor(session, "borne")
    for reader in (keeper, colleague):
        assert find_dossier(session, reader, listing) is None
    yard = create_depot(session, keeper, draft=DepotDraft("Gemeentewerf", "Borne", "borne", Point(52.3, 6.748), "point", ""))
    assert listing.lot_id is not None
    move(session, By(owner, clock.today()), lock(session, listing.lot_id), Whereabouts(yard.id, "A1"))
    dossier = find_dossier(session, keeper, listing)
    assert dossier is not None and dossier.papers == [paper]
    assert get_readable_paper(session, keeper, paper.id) is paper
    assert find_dossier(session, colleague, listing) is None  # keeps nothing there
    with pytest.raises(Forbidden):
        dossiers.remove_paper(session, keeper, listing_id=listing.id, paper_id=paper.id)


def test_no_paper_goes_while_a_hand_over_looks_at_it(session: Session, owner: Actor, database_url: str) -> None:
    if session.get_bind().dialect.name != "postgresql":
        pytest.skip("SQLite has one writer at a time")
    listing = make_listing(session, owner)
    paper = put(session, owner, listing)
    session.commit()
    counters.lock(session, listing.id)  # as every step of a transfer does
    other = Database(database_url, pool_size=1)

    def take_away(waiting: Session) -> None:
        waiting.execute(text("SET LOCAL lock_timeout = '200ms'"))
        dossiers.remove_paper(waiting, owner, listing_id=listing.id, paper_id=paper.id)

    try:
        with pytest.raises(DBAPIError, match="lock timeout"):
            other.run(take_away)
        session.commit()
        other.run(take_away)
    finally:
        other.dispose()
    assert list_papers(session, listing.id) == []


def test_papers_of_the_lot_that_it_came_back_from_come_along(session: Session, owner: Actor) -> None:
    lot = make_listing(session, owner)
    paper = put(session, owner, lot)
    child = make_listing(session, owner)
    child.parent_id = lot.id
    session.flush()
    dossier = find_dossier(session, owner, child)
    assert dossier is not None
    assert (dossier.papers, dossier.of_parent) == ([], [paper])
    asker = make_actor(session, "borne")
    assert find_dossier(session, asker, child) is None
    reserve(session, asker, listing_id=child.id, draft=ReservationDraft(Quantity(Decimal(8), Unit.M2)))
    seen = find_dossier(session, asker, child)
    assert seen is not None
    assert seen.of_parent == [paper]
    assert get_readable_paper(session, asker, paper.id) == paper
    with pytest.raises(Missing):
        get_readable_paper(session, make_actor(session, "losser"), paper.id)


def test_the_sweep_leaves_the_files_of_papers_alone(session: Session, owner: Actor) -> None:
    lot = make_listing(session, owner)
    put(session, owner, lot)
    assert stored().name in list_files_in_use(session)
