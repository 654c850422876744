"""Recalls, papers of a lot itself, and where every part of a lot went."""

from flask import Response

from marketplace.accounts.policy import Can, may, require
from marketplace.api.bodies.nothing import NothingBody
from marketplace.api.bodies.paper import paper_draft
from marketplace.api.bodies.recall import BlockLotBody, UnblockLotBody
from marketplace.api.query import PAGE
from marketplace.api.reading import named_as_sent, read_body, read_page
from marketplace.api.routes.lot_papers import AS_SENT, UPLOAD_BYTES_MAX, read_form
from marketplace.api.routes.lots import OF_THE_OWNER, write_lot
from marketplace.api.routing import created, many, ok, route
from marketplace.api.schema import Written
from marketplace.api.shapes.lot import LotSchema, WholeLotSchema
from marketplace.api.shapes.paper import PaperSchema, PapersSchema
from marketplace.api.shapes.recall import (
    PartySchema,
    RecalledLotSchema,
    RecalledLotsSchema,
    RecallSchema,
    RecallsSchema,
    TracedLotSchema,
    TreeSchema,
    WholeRecallSchema,
)
from marketplace.depots.models import Lot
from marketplace.depots.queries.lots import get_lot
from marketplace.dossiers.actions import add_lot_paper as add
from marketplace.dossiers.queries import list_papers_of_lot
from marketplace.http.lot_papers import take_file
from marketplace.http.recalls import recall_answer
from marketplace.http.request import current_actor, current_session, database, permission
from marketplace.recalls.actions.block import block_lot as block
from marketplace.recalls.actions.release import confirm_recall as confirm
from marketplace.recalls.actions.release import unblock_lot as unblock
from marketplace.recalls.models import Recall, RecallParty
from marketplace.recalls.queries import recalls as queries
from marketplace.recalls.queries import traces
from marketplace.recalls.rules import STAYS_TAKEN_BACK, Days, RecallDraft, ReleaseDraft
from marketplace.stock.queries.events import find_offers

LOT = "/lots/<int:lot_id>"
RECALL = "/recalls/<int:recall_id>"


@route("POST", f"{LOT}/block", takes=BlockLotBody(), gives=WholeLotSchema, tag="lots")
@permission(Can.BLOCK_LOT)
def block_lot(lot_id: int) -> Response:
    """Recall a lot that you have, or once had. It and all that came from it is blocked.

    Everybody who has or had any of it is told. Open reservations end, what is on offer is withdrawn, and reuse
    figures go back in the month of the finding. Blocked already: nothing changes.
    """
    values, session, actor = read_body(BlockLotBody()), current_session(), current_actor()
    with named_as_sent(found_on="foundOn"):
        block(session, actor, lot_id=lot_id, draft=RecallDraft(values["reason"], values.get("found_on")))
    return ok(write_lot(traces.get_traced(session, actor, lot_id).lot))


@route("POST", f"{LOT}/unblock", takes=UnblockLotBody(), gives=WholeLotSchema, tag="lots")
@permission(Can.READ_LOT)
def unblock_lot(lot_id: int) -> Response:
    """Set a blocked lot free, and what came from it. For advisers, the AO CE and the broker. Without a paper it stays blocked."""
    values, session, actor = read_body(UnblockLotBody()), current_session(), current_actor()
    draft = ReleaseDraft(values.get("paper"), values.get("reason") or "", values.get("recall"))
    unblock(session, actor, lot_id=lot_id, draft=draft)
    return ok(write_lot(get_lot(session, actor, lot_id)))


@route("GET", f"{LOT}/tree", gives=TreeSchema, tag="lots")
@permission(Can.TRACE_LOT)
def show_tree(lot_id: int) -> Response:
    """Where a lot comes from and where every part of it went, to whoever has it now. For whoever has any of it, and whoever had."""
    session, actor = current_session(), current_actor()
    tree = traces.trace(session, actor, lot_id)
    offers, had = find_offers(session, [lot.id for lot in tree.lots]), tree.had_by_lot

    def write(lot: Lot) -> Written:
        given = {"listing": offers.get(lot.id)} if may(actor, Can.READ_LOT, lot) else OF_THE_OWNER
        return TracedLotSchema.write(lot, depth=tree.depths[lot.id], had=had.get(lot.id, []), **given)

    return ok(TreeSchema.write(tree, lots=[write(lot) for lot in tree.lots]))


@route("GET", f"{LOT}/papers", gives=PapersSchema, tag="lots", query=PAGE)
@permission(Can.READ_LOT)
def list_lot_papers(lot_id: int) -> Response:
    """The papers of a lot itself. For whoever may see the lot, and whoever was told of a recall of it."""
    page, rows = read_page(), list_papers_of_lot(current_session(), current_actor(), lot_id)
    return many(PapersSchema, rows[page.offset : page.offset + page.size], total=len(rows), page=page)


@route("POST", f"{LOT}/papers", gives=PaperSchema, status=201, upload="paper", tag="lots")
@permission(Can.ADD_LOT_PAPER, max_body_bytes=UPLOAD_BYTES_MAX)
def add_lot_paper(lot_id: int) -> Response:
    """Add a paper to a lot itself, such as the report of a new examination. A PDF or a picture, at most 20 MB."""
    with database().read() as reading:
        require(current_actor(), Can.ADD_LOT_PAPER, get_lot(reading, current_actor(), lot_id))
    values, sent = read_form()
    file = take_file(sent).file
    with named_as_sent(**AS_SENT):
        paper = add(current_session(), current_actor(), lot_id=lot_id, draft=paper_draft(values), file=file)
    return created(PaperSchema.write(paper), "get_paper", paper_id=paper.id)


@route("GET", "/recalls", gives=RecallsSchema, tag="lots", query=PAGE)
@permission(Can.READ_RECALL)
def list_recalls() -> Response:
    """List the recalls that your organisation was told of, newest first. The AO CE, advisers and the broker read them all."""
    page = read_page()
    rows, total = queries.list_recalls(current_session(), current_actor(), page=page.number, page_size=page.size)
    return many(RecallsSchema, [RecallSchema.write(row) for row in rows], total=total, page=page)


@route("GET", RECALL, gives=WholeRecallSchema, tag="lots")
@permission(Can.READ_RECALL)
def show_recall(recall_id: int) -> Response:
    """One recall, with what it ended and took back, who was told and who has confirmed."""
    return ok(_whole(queries.get_recall(current_session(), current_actor(), recall_id)))


@route("GET", f"{RECALL}/lots", gives=RecalledLotsSchema, tag="lots", query=PAGE)
@permission(Can.READ_RECALL)
def list_recalled_lots(recall_id: int) -> Response:
    """The lots of a recall, with where they are now."""
    page, session = read_page(), current_session()
    recall = queries.get_recall(session, current_actor(), recall_id)
    rows, total = queries.list_lots_of(session, recall.id, page=page.number, page_size=page.size)
    offers = find_offers(session, [row.lot_id for row in rows])
    items = [RecalledLotSchema.write(row, lot=LotSchema.write(row.lot, listing=offers.get(row.lot_id))) for row in rows]
    return many(RecalledLotsSchema, items, total=total, page=page)


@route("GET", f"{RECALL}/list.pdf", gives=None, tag="lots", media_type="application/pdf")
@permission(Can.READ_RECALL)
def get_recall_list(recall_id: int) -> Response:
    """Get the list of a recall as an accessible PDF. It says who has confirmed."""
    return recall_answer(current_session(), current_actor(), recall_id)


@route("POST", f"{RECALL}/confirm", takes=NothingBody(), gives=WholeRecallSchema, tag="lots")
@permission(Can.CONFIRM_RECALL)
def confirm_recall(recall_id: int) -> Response:
    """Confirm for your organisation that it knows of a recall. Confirmed already: nothing changes."""
    read_body(NothingBody())
    return ok(_whole(confirm(current_session(), current_actor(), recall_id=recall_id)))


def _whole(recall: Recall) -> Written:
    session, reads = current_session(), queries.may_read_addresses(current_actor(), recall)
    parties, days = queries.list_parties(session, recall.id), traces.find_days_had(session, recall)
    return WholeRecallSchema.write(
        recall,
        lots=queries.count_lots(session, recall.id),
        blocked=queries.count_blocked(session, recall.id),
        parties=[_party(party, days.get(party.organisation_id), reads=reads) for party in parties],
        transfers=queries.list_transfers(session, recall.id),
        releases=queries.list_releases(session, recall.id),
        note=STAYS_TAKEN_BACK,
    )


def _party(party: RecallParty, days: Days | None, *, reads: bool) -> Written:
    since, until = days or (None, None)
    return PartySchema.write(party, alert_email=party.alert_email if reads else None, had_since=since, had_until=until)
