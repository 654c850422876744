"""Recalls: a lot and all that came from it is blocked at once, everybody is told once, and it is free again on a paper only."""

from datetime import timedelta
from decimal import Decimal

import pytest
from sqlalchemy import func, insert, select, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from marketplace.accounts.models import Organisation, Person
from marketplace.accounts.policy import Actor
from marketplace.depots.actions.movements import By, move, split_off
from marketplace.depots.models import Lot
from marketplace.depots.queries.lots import get_lot, list_movements
from marketplace.documents.models import Paper
from marketplace.documents.rules import PaperDraft, StoredFile
from marketplace.dossiers.actions import add_lot_paper
from marketplace.dossiers.queries import get_readable_paper
from marketplace.kernel import clock
from marketplace.kernel.errors import Conflict, Forbidden, Invalid, Missing
from marketplace.notices.models import NoticeRow
from marketplace.recalls.actions.block import block_lot
from marketplace.recalls.actions.release import confirm_recall, unblock_lot
from marketplace.recalls.models import Recall, RecallLot
from marketplace.recalls.queries.recalls import count_blocked, list_parties, list_recalls, list_releases, list_to_confirm
from marketplace.recalls.queries.traces import trace
from marketplace.recalls.rules import RecallDraft, ReleaseDraft
from marketplace.stock.actions.moving import move_lot
from marketplace.stock.rules.handling import Going, Occasion
from tests.factories import make_actor
from tests.rooms.test_movements import MAY, STREET, make_lot
from tests.yards import make_yard

PFAS = RecallDraft("PFAS boven de norm, gevonden door Keurlab Oost")
CLEAN = "Opnieuw onderzocht door Keurlab Oost: onder de norm"


@pytest.fixture
def cast(session: Session) -> dict[str, Actor]:
    made = {slug: make_actor(session, slug) for slug in ("almelo", "borne", "hengelo", "losser", "wierden")}
    made["odt"] = make_actor(session, "odt", kind="adviser")
    return made


@pytest.fixture
def tree(session: Session, cast: dict[str, Actor]) -> dict[str, Lot]:
    """A of Almelo gave B to Borne and C to Hengelo; Borne gave D to Losser."""
    a = make_lot(session, cast["almelo"], quantity="300")
    b = part(session, a, cast["almelo"], "100", cast["borne"])
    c = part(session, a, cast["almelo"], "50", cast["hengelo"])
    d = part(session, b, cast["borne"], "40", cast["losser"])
    return {"a": a, "b": b, "c": c, "d": d}


def part(session: Session, lot: Lot, by: Actor, amount: str, to: Actor) -> Lot:
    child = split_off(
        session, By(by, clock.today()), lot, Decimal(amount), owner_id=to.organisation_id, holder_id=to.organisation_id
    )
    assert child is not None
    return child


def proof(session: Session, actor: Actor, lot: Lot, *, days_ago: int = 0, kind: str = "batch-inspection") -> Paper:
    number = (session.scalar(select(func.count(Paper.id))) or 0) + 1
    draft = PaperDraft(kind, clock.today() - timedelta(days=days_ago), f"K-{number}", "Keurlab Oost")
    return add_lot_paper(
        session, actor, lot_id=lot.id, draft=draft, file=StoredFile(f"{number:064d}.pdf", "application/pdf", 900)
    )


def told(session: Session) -> list[str]:
    """Who was told of a recall, as often as they were."""
    slugs = {row.id: row.slug for row in session.scalars(select(Organisation))}
    rows = session.scalars(select(NoticeRow).where(NoticeRow.kind == "recalled"))
    return sorted(row.email or slugs[row.organisation_id or 0] for row in rows)


def blocked(session: Session, tree: dict[str, Lot]) -> str:
    session.expire_all()
    return "".join(name for name, lot in tree.items() if lot.blocked_at is not None)


def test_a_lot_and_all_that_came_from_it_is_blocked_and_everybody_is_told_once(
    session: Session, cast: dict[str, Actor], tree: dict[str, Lot]
) -> None:
    recall = block_lot(session, cast["almelo"], lot_id=tree["a"].id, draft=PFAS)
    assert blocked(session, tree) == "abcd"
    assert told(session) == ["almelo", "borne", "hengelo", "losser", "odt"]
    assert [(row.kind, row.quantity, row.reason) for row in list_movements(session, tree["d"].id)][-1] == (
        "block",
        0,
        PFAS.reason,
    )
    assert (recall.found_on, recall.organisation_id) == (clock.today(), cast["almelo"].organisation_id)
    rows = session.execute(select(RecallLot.lot_id, RecallLot.quantity).order_by(RecallLot.lot_id)).all()
    assert [(number, int(amount)) for number, amount in rows] == [
        (tree["a"].id, 150), (tree["b"].id, 60), (tree["c"].id, 50), (tree["d"].id, 40),
    ]  # fmt: skip
    assert {row.organisation.slug: row.roles for row in list_parties(session, recall.id)} == {
        "almelo": "|owner|holder|", "borne": "|owner|holder|", "hengelo": "|owner|holder|", "losser": "|owner|holder|",
        "odt": "|adviser|",
    }  # fmt: skip


def test_a_part_is_recalled_downwards_and_whoever_had_it_before_is_told(
    session: Session, cast: dict[str, Actor], tree: dict[str, Lot]
) -> None:
    recall = block_lot(session, cast["losser"], lot_id=tree["d"].id, draft=PFAS)
    assert blocked(session, tree) == "d"
    assert told(session) == ["almelo", "borne", "losser", "odt"]  # hengelo never had any of it
    roles = {row.organisation.slug: row.roles for row in list_parties(session, recall.id)}
    assert roles == {"almelo": "|former|", "borne": "|former|", "losser": "|owner|holder|", "odt": "|adviser|"}


def test_a_second_block_of_the_same_tree_changes_nothing_and_tells_nobody(
    session: Session, cast: dict[str, Actor], tree: dict[str, Lot]
) -> None:
    first = block_lot(session, cast["almelo"], lot_id=tree["a"].id, draft=PFAS)
    before = told(session)
    assert block_lot(session, cast["borne"], lot_id=tree["b"].id, draft=RecallDraft("Ook asbest")).id == first.id
    assert block_lot(session, cast["almelo"], lot_id=tree["a"].id, draft=PFAS).id == first.id
    assert told(session) == before
    assert session.scalar(select(func.count(Recall.id))) == 1
    assert [row.kind for row in list_movements(session, tree["b"].id)].count("block") == 1


def test_a_second_recall_tells_whoever_has_or_had_what_the_first_one_blocks(
    session: Session, cast: dict[str, Actor], tree: dict[str, Lot]
) -> None:
    """Losser gave all of D to Wierden: it had it, Wierden has it, and each hears of either finding once."""
    tree["e"] = part(session, tree["d"], cast["losser"], "40", cast["wierden"])
    block_lot(session, cast["wierden"], lot_id=tree["e"].id, draft=PFAS)
    second = block_lot(session, cast["almelo"], lot_id=tree["a"].id, draft=RecallDraft("Asbest gevonden"))
    assert blocked(session, tree) == "abcde"
    assert told(session) == sorted(["almelo", "borne", "losser", "odt", "wierden"] * 2 + ["hengelo"])
    roles = {row.organisation.slug: row.roles for row in list_parties(session, second.id)}
    assert (roles["losser"], roles["wierden"]) == ("|former|", "|owner|holder|")
    assert second.id in [row.id for row in list_to_confirm(session, cast["wierden"])]
    confirm_recall(session, cast["wierden"], recall_id=second.id)
    assert [row.kind for row in list_movements(session, tree["e"].id)].count("block") == 1
    before = told(session)
    assert block_lot(session, cast["borne"], lot_id=tree["b"].id, draft=RecallDraft("Nog eens")).id == second.id
    assert told(session) == before


def test_nothing_was_found_in_a_lot_before_it_was_there(session: Session, cast: dict[str, Actor], tree: dict[str, Lot]) -> None:
    """A came in on 4 May. D was split off later, and what A was found to be on 4 May it is as well."""
    for slug, lot in (("almelo", tree["a"]), ("losser", tree["d"])):
        with pytest.raises(Invalid) as refused:
            block_lot(session, cast[slug], lot_id=lot.id, draft=RecallDraft("PFAS", MAY - timedelta(days=1)))
        assert [fault.field for fault in refused.value.errors] == ["found_on"]
    assert blocked(session, tree) == "" and told(session) == []
    assert block_lot(session, cast["losser"], lot_id=tree["d"].id, draft=RecallDraft("PFAS", MAY)).found_on == MAY


def test_a_blocked_lot_comes_into_the_depot_of_another_only_by_its_keeper(session: Session, cast: dict[str, Actor]) -> None:
    borne = make_actor(session, "borne", "coordinator")
    hengelo = make_actor(session, "hengelo", "coordinator")
    mine, theirs, fresh = make_yard(session, hengelo), make_yard(session, borne), make_lot(session, hengelo)
    block_lot(session, hengelo, lot_id=fresh.id, draft=PFAS)
    occasion = Occasion(clock.today(), "Apart leggen")
    with pytest.raises(Forbidden):
        move_lot(session, hengelo, lot_id=fresh.id, amount=None, going=Going(depot_id=theirs.id), occasion=occasion)
    with pytest.raises(Forbidden):  # nor a part of it
        move_lot(session, hengelo, lot_id=fresh.id, amount=Decimal(1), going=Going(depot_id=theirs.id), occasion=occasion)
    assert (
        move_lot(session, hengelo, lot_id=fresh.id, amount=None, going=Going(depot_id=mine.id), occasion=occasion).depot_id
        == mine.id
    )


def test_who_may_not_read_a_lot_does_not_block_it(session: Session, cast: dict[str, Actor], tree: dict[str, Lot]) -> None:
    with pytest.raises(Missing):
        block_lot(session, cast["wierden"], lot_id=tree["a"].id, draft=PFAS)
    with pytest.raises(Missing):
        block_lot(session, cast["almelo"], lot_id=999_999, draft=PFAS)
    with pytest.raises(Invalid):
        block_lot(session, cast["almelo"], lot_id=tree["a"].id, draft=RecallDraft(""))
    assert blocked(session, tree) == ""


def test_without_a_paper_the_answer_is_that_one_is_needed_before_the_right_is_asked(
    session: Session, cast: dict[str, Actor], tree: dict[str, Lot]
) -> None:
    block_lot(session, cast["almelo"], lot_id=tree["a"].id, draft=PFAS)
    for slug in ("almelo", "odt"):
        with pytest.raises(Invalid) as refused:
            unblock_lot(session, cast[slug], lot_id=tree["a"].id, draft=ReleaseDraft(None, CLEAN))
        assert refused.value.errors[0].field == "paper"
    paper = proof(session, cast["almelo"], tree["a"])
    with pytest.raises(Forbidden):
        unblock_lot(session, cast["almelo"], lot_id=tree["a"].id, draft=ReleaseDraft(paper.id, CLEAN))
    assert blocked(session, tree) == "abcd"


def test_on_a_paper_a_part_and_what_came_from_it_is_free_and_the_rest_is_not(
    session: Session, cast: dict[str, Actor], tree: dict[str, Lot]
) -> None:
    recall = block_lot(session, cast["almelo"], lot_id=tree["a"].id, draft=PFAS)
    paper = proof(session, cast["odt"], tree["b"])
    unblock_lot(session, cast["odt"], lot_id=tree["b"].id, draft=ReleaseDraft(paper.id, CLEAN))
    assert blocked(session, tree) == "ac"
    assert (count_blocked(session, recall.id), len(list_releases(session, recall.id))) == (2, 1)
    assert [row.kind for row in list_movements(session, tree["d"].id)][-1] == "unblock"
    freed = session.scalars(select(NoticeRow.organisation_id).where(NoticeRow.kind == "recall_freed"))
    assert sorted(freed) == sorted([cast["borne"].organisation_id, cast["losser"].organisation_id])
    with pytest.raises(Conflict):  # nothing blocks it any more
        unblock_lot(session, cast["odt"], lot_id=tree["b"].id, draft=ReleaseDraft(paper.id, CLEAN))


def test_a_lot_of_two_recalls_is_free_after_both_and_one_says_which(
    session: Session, cast: dict[str, Actor], tree: dict[str, Lot]
) -> None:
    first = block_lot(session, cast["losser"], lot_id=tree["d"].id, draft=PFAS)
    second = block_lot(session, cast["almelo"], lot_id=tree["a"].id, draft=RecallDraft("Asbest gevonden"))
    paper = proof(session, cast["odt"], tree["d"])
    with pytest.raises(Invalid) as refused:
        unblock_lot(session, cast["odt"], lot_id=tree["d"].id, draft=ReleaseDraft(paper.id, CLEAN))
    assert refused.value.errors[0].field == "recall"
    unblock_lot(session, cast["odt"], lot_id=tree["d"].id, draft=ReleaseDraft(paper.id, CLEAN, first.id))
    assert "d" in blocked(session, tree)
    unblock_lot(session, cast["odt"], lot_id=tree["d"].id, draft=ReleaseDraft(paper.id, CLEAN, second.id))
    assert blocked(session, tree) == "abc"


def test_what_was_split_off_a_blocked_lot_is_freed_with_it(
    session: Session, cast: dict[str, Actor], tree: dict[str, Lot]
) -> None:
    block_lot(session, cast["almelo"], lot_id=tree["a"].id, draft=PFAS)
    tree["e"] = part(session, tree["c"], cast["hengelo"], "20", cast["hengelo"])
    assert blocked(session, tree) == "abcde"
    paper = proof(session, cast["odt"], tree["c"])
    unblock_lot(session, cast["odt"], lot_id=tree["c"].id, draft=ReleaseDraft(paper.id, CLEAN))
    assert blocked(session, tree) == "abd"


@pytest.mark.parametrize("wrong", ["of another lot", "from before the finding", "stood there", "proves nothing", "taken away"])
def test_a_paper_that_does_not_show_it_sets_nothing_free(
    session: Session, cast: dict[str, Actor], tree: dict[str, Lot], wrong: str
) -> None:
    stood = proof(session, cast["odt"], tree["b"])
    recall = block_lot(session, cast["borne"], lot_id=tree["b"].id, draft=PFAS)
    if wrong == "stood there":
        paper = stood
        paper.added_at = recall.blocked_at - timedelta(seconds=1)
    elif wrong == "of another lot":
        paper = proof(session, cast["odt"], tree["c"])
    elif wrong == "from before the finding":
        paper = proof(session, cast["odt"], tree["b"], days_ago=1)
    elif wrong == "proves nothing":
        paper = proof(session, cast["odt"], tree["b"], kind="drawing")
    else:
        paper = proof(session, cast["odt"], tree["b"])
        paper.removed_at = clock.now()
    with pytest.raises(Invalid) as refused:
        unblock_lot(session, cast["odt"], lot_id=tree["b"].id, draft=ReleaseDraft(paper.id, CLEAN))
    assert refused.value.errors[0].field == "paper"
    assert blocked(session, tree) == "bd"


def test_each_party_confirms_once_and_no_one_else_does(session: Session, cast: dict[str, Actor], tree: dict[str, Lot]) -> None:
    recall = block_lot(session, cast["almelo"], lot_id=tree["a"].id, draft=PFAS)
    assert [row.id for row in list_to_confirm(session, cast["borne"])] == [recall.id]
    confirm_recall(session, cast["borne"], recall_id=recall.id)
    confirm_recall(session, cast["odt"], recall_id=recall.id)
    at = {row.organisation.slug: row.confirmed_at for row in list_parties(session, recall.id)}
    assert {slug for slug, moment in at.items() if moment} == {"borne", "odt"}
    confirm_recall(session, cast["borne"], recall_id=recall.id)
    assert {row.organisation.slug: row.confirmed_at for row in list_parties(session, recall.id)} == at
    assert list_to_confirm(session, cast["borne"]) == []
    with pytest.raises(Missing):
        confirm_recall(session, cast["wierden"], recall_id=recall.id)
    with pytest.raises(Forbidden):
        confirm_recall(session, make_actor(session, "regio-twente", "coordinator"), recall_id=recall.id)


def test_a_recall_is_read_by_whom_it_concerns_and_by_who_answers_for_the_region(
    session: Session, cast: dict[str, Actor], tree: dict[str, Lot]
) -> None:
    block_lot(session, cast["losser"], lot_id=tree["d"].id, draft=PFAS)
    reviewer, broker = make_actor(session, "regio-twente", "reviewer"), make_actor(session, "regio-twente", "coordinator")
    readers = {**cast, "reviewer": reviewer, "broker": broker}
    assert {name for name, actor in readers.items() if list_recalls(session, actor)[1]} == {
        "almelo", "borne", "losser", "odt", "reviewer", "broker",
    }  # fmt: skip


def test_the_trace_goes_from_the_origin_to_every_holder(session: Session, cast: dict[str, Actor], tree: dict[str, Lot]) -> None:
    lot_trace = trace(session, cast["losser"], tree["d"].id)
    assert [(lot.id, lot_trace.depths[lot.id], int(lot.quantity)) for lot in lot_trace.lots] == [
        (tree["a"].id, 0, 150), (tree["b"].id, 1, 60), (tree["d"].id, 2, 40), (tree["c"].id, 1, 50),
    ]  # fmt: skip
    assert [row.organisation.slug for row in lot_trace.receivers] == ["almelo", "borne", "hengelo", "losser"]
    with pytest.raises(Missing):
        trace(session, cast["wierden"], tree["d"].id)


def test_a_paper_of_a_lot_is_read_by_its_people_and_by_who_was_told(
    session: Session, cast: dict[str, Actor], tree: dict[str, Lot]
) -> None:
    paper = proof(session, cast["losser"], tree["d"])
    with pytest.raises(Missing):
        get_readable_paper(session, cast["borne"], paper.id)
    block_lot(session, cast["losser"], lot_id=tree["d"].id, draft=PFAS)
    for slug in ("borne", "losser", "odt"):
        assert get_readable_paper(session, cast[slug], paper.id).lot_id == tree["d"].id
    with pytest.raises(Missing):
        get_readable_paper(session, cast["wierden"], paper.id)


def test_the_address_of_an_adviser_is_told_once_unless_one_of_its_people_reads_it(
    session: Session, cast: dict[str, Actor], tree: dict[str, Lot]
) -> None:
    adviser = session.get_one(Organisation, cast["odt"].organisation_id)
    adviser.alert_email = "meldpunt@odt.example"
    session.flush()
    recall = block_lot(session, cast["almelo"], lot_id=tree["a"].id, draft=PFAS)
    assert told(session) == ["almelo", "borne", "hengelo", "losser", "meldpunt@odt.example", "odt"]
    adviser.alert_email = "elders@odt.example"  # what a recall says does not change with it
    session.flush()
    where = {party.organisation.slug: party.alert_email for party in list_parties(session, recall.id)}
    assert {slug: email for slug, email in where.items() if email} == {"odt": "meldpunt@odt.example"}
    person = session.get_one(Person, cast["odt"].person_id)
    person.email = "elders@odt.example"
    session.flush()
    lot = make_lot(session, cast["almelo"], quantity="1")
    again = block_lot(session, cast["almelo"], lot_id=lot.id, draft=PFAS)
    assert "elders@odt.example" not in told(session)
    assert [party.alert_email for party in list_parties(session, again.id)] == [None, "elders@odt.example"]


@pytest.mark.parametrize("table", ["recall", "recall_release"])
@pytest.mark.parametrize("verb", ["UPDATE {table} SET recall_id = recall_id", "DELETE FROM {table}"])
def test_what_was_written_of_a_recall_never_changes(
    session: Session, cast: dict[str, Actor], tree: dict[str, Lot], table: str, verb: str
) -> None:
    block_lot(session, cast["almelo"], lot_id=tree["a"].id, draft=PFAS)
    paper = proof(session, cast["odt"], tree["a"])
    unblock_lot(session, cast["odt"], lot_id=tree["a"].id, draft=ReleaseDraft(paper.id, CLEAN))
    column = "id" if table == "recall" else "recall_id"
    with pytest.raises(DBAPIError, match="append-only"):
        session.execute(text(verb.format(table=table).replace("recall_id", column)))


@pytest.mark.slow
def test_a_tree_of_ten_thousand_lots_is_recalled_in_a_handful_of_statements(session: Session, cast: dict[str, Actor]) -> None:
    top = make_lot(session, cast["almelo"], quantity="20000")
    like = {column.name: getattr(top, column.name) for column in Lot.__table__.columns if column.name not in ("id", "quantity")}
    rows = [
        {**like, "id": top.id + number, "quantity": Decimal(1), "parent_id": top.id + number // 3, "origin_id": top.id}
        for number in range(1, 10_000)
    ]
    session.execute(insert(Lot), rows)
    recall = block_lot(session, cast["almelo"], lot_id=top.id, draft=PFAS)
    assert count_blocked(session, recall.id) == 10_000
    assert session.scalar(select(func.count(Lot.id)).where(Lot.blocked_at.is_not(None))) == 10_000
    assert told(session) == ["almelo", "odt"]


def test_whoever_had_it_or_what_it_came_from_traces_and_recalls_it(
    session: Session, cast: dict[str, Actor], tree: dict[str, Lot]
) -> None:
    """D of Losser came from B of Borne, and that from A of Almelo. Hengelo has a part of A and never had any of D."""
    move(session, By(cast["losser"], clock.today()), tree["d"], STREET, owner_id=cast["wierden"].organisation_id)
    for slug in ("almelo", "borne", "losser", "wierden"):
        assert [lot.id for lot in trace(session, cast[slug], tree["d"].id).lots] == [tree[name].id for name in "abdc"]
    for slug in ("hengelo", "enschede"):
        with pytest.raises(Missing):
            trace(session, make_actor(session, slug), tree["d"].id)
    with pytest.raises(Missing):
        get_lot(session, cast["borne"], tree["d"].id)
    recall = block_lot(session, cast["borne"], lot_id=tree["d"].id, draft=PFAS)
    assert (blocked(session, tree), recall.organisation_id) == ("d", cast["borne"].organisation_id)


def test_whoever_held_a_lot_of_another_traces_it_afterwards(session: Session, cast: dict[str, Actor]) -> None:
    """Losser had a lot of Almelo in its yard; now Almelo has it itself."""
    lot = make_lot(session, cast["almelo"])
    for slug in ("losser", "almelo"):
        move(session, By(cast["almelo"], clock.today()), lot, STREET, holder_id=cast[slug].organisation_id)
    assert [row.holder.slug for row in trace(session, cast["losser"], lot.id).lots] == ["almelo"]
    with pytest.raises(Missing):
        block_lot(session, cast["borne"], lot_id=lot.id, draft=PFAS)
    block_lot(session, cast["losser"], lot_id=lot.id, draft=PFAS)
    assert told(session) == ["almelo", "losser", "odt"]
