"""What is done with a lot itself: block it, set it free, and trace every part of it."""

from flask import Blueprint, render_template, url_for
from flask.typing import ResponseReturnValue

from marketplace.accounts.policy import Can, require
from marketplace.depots.queries.lots import get_lot
from marketplace.depots.rules.number import lot_number
from marketplace.documents.queries import list_lot_papers
from marketplace.dossiers.queries import may_read_lot_papers
from marketplace.http.request import current_actor, current_session, permission
from marketplace.kernel.formats import long_date
from marketplace.kernel.language import _
from marketplace.materials.queries import get_taxonomy
from marketplace.recalls.actions.block import block_lot
from marketplace.recalls.actions.release import unblock_lot
from marketplace.recalls.queries.recalls import find_recalls_of, recalls_of
from marketplace.recalls.queries.traces import get_traced, trace
from marketplace.web.recalls.forms import BlockForm, ReleaseForm
from marketplace.web.recalls.shown import had_rows, lots_below, trace_rows
from marketplace.web.ui.form_page import attempt, done, page
from marketplace.web.ui.papers import rows_of

LOT = "/lots/<int:lot_id>"
METHODS = ["GET", "POST"]


def register(blueprint: Blueprint) -> None:
    """Give these pages to the area of recalls."""
    blueprint.get(f"{LOT}/herkomst")(show_trace)
    blueprint.route(f"{LOT}/blokkeren", methods=METHODS)(block)
    blueprint.route(f"{LOT}/vrijgeven", methods=METHODS)(release)


@permission(Can.TRACE_LOT)
def show_trace(lot_id: int) -> str:
    """Where a lot comes from and went; with the recalls of it.

    And its papers, for whoever reads those.
    """
    session, actor = current_session(), current_actor()
    lot, traced = get_traced(session, actor, lot_id).lot, trace(session, actor, lot_id)
    reads_papers = may_read_lot_papers(session, actor, lot_id)
    return render_template(
        "recalls/show_trace.html",
        lot=lot,
        number=lot_number(lot.id),
        count=len(traced.lots),
        rows=trace_rows(actor, traced, traced.lots),
        receivers=traced.receivers,
        had=had_rows(actor, traced),
        papers=rows_of(list_lot_papers(session, [lot.id]), get_taxonomy(session)) if reads_papers else None,
        recalls=find_recalls_of(session, actor, lot_id),
    )


@permission(Can.BLOCK_LOT)
def block(lot_id: int) -> ResponseReturnValue:
    """Say what was found, and block the lot with all that came from it."""
    form = BlockForm()
    is_valid = form.is_submitted() and form.validate()
    session, actor = current_session(), current_actor()
    traced = get_traced(session, actor, lot_id)
    require(actor, Can.BLOCK_LOT, traced)
    lot = traced.lot
    recall = attempt(form, lambda: block_lot(session, actor, lot_id=lot_id, draft=form.draft())) if is_valid else None
    if recall is not None:
        message = _("The lot is blocked, with all that came from it. Everyone concerned is told.")
        return done(message, url_for("recalls.show", recall_id=recall.id))
    tree = trace(session, actor, lot_id)
    lots = lots_below(tree, lot.id)
    return page(
        "recalls/block.html",
        form,
        lot=lot,
        number=lot_number(lot.id),
        count=len(lots),
        rows=trace_rows(actor, tree, lots),
    )


@permission(Can.UNBLOCK_LOT)
def release(lot_id: int) -> ResponseReturnValue:
    """Say on which paper a lot is free again, and why."""
    form = ReleaseForm()
    session, actor = current_session(), current_actor()
    lot = get_lot(session, actor, lot_id)
    require(actor, Can.UNBLOCK_LOT, lot)
    taxonomy = get_taxonomy(session)
    blocked_by = recalls_of(session, lot)[lot.id]
    recalls = [recall for recall in find_recalls_of(session, actor, lot_id) if recall.id in blocked_by]
    papers = rows_of(list_lot_papers(session, [lot_id]), taxonomy)
    form.offer(
        [
            (recall.id, _("Recall %(number)s of %(day)s", number=str(recall.id), day=long_date(recall.found_on)))
            for recall in recalls
        ],
        [(paper.id, f"{paper.name} {paper.number}".strip()) for paper in papers],
    )
    is_valid = form.is_submitted() and form.validate()
    made = attempt(form, lambda: unblock_lot(session, actor, lot_id=lot_id, draft=form.draft())) if is_valid else None
    if made is not None:
        return done(_("The lot is free again, with what came from it."), url_for("recalls.show", recall_id=made.recall_id))
    return page("recalls/release.html", form, lot=lot, number=lot_number(lot.id), recalls=recalls, papers=papers)
