"""First the bank: what is about to be bought, what the bank has of it, and what was done."""

from typing import Any

from flask import Blueprint, Response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from marketplace.accounts.policy import Can, may
from marketplace.http.memos import memo_answer
from marketplace.http.request import current_actor, current_session, one_moment, permission
from marketplace.kernel.language import _
from marketplace.market.queries.listings import find_first_photos
from marketplace.materials.queries import get_taxonomy
from marketplace.memos.actions.conclude import ask_the_same, conclude
from marketplace.memos.actions.search import search_first
from marketplace.memos.models import Memo
from marketplace.memos.queries.memos import find_author, get_memo, list_memos
from marketplace.memos.rules.record import read_found, read_searched, read_stock
from marketplace.sheets.memo import conclusion_facts, memo_km, result_of, search_facts
from marketplace.web.memos import overview
from marketplace.web.memos.forms import ConcludeForm, SearchForm
from marketplace.web.memos.texts import memo_row, stock_table
from marketplace.web.ui.estimates import estimate_of
from marketplace.web.ui.form_page import attempt, done, page
from marketplace.web.ui.paging import paged

blueprint = Blueprint("memos", __name__)
overview.register(blueprint)
GIVEN = ("material", "title", "place")  # what another page may fill in
OPEN_SHOWN = 3


@blueprint.get("/eerst-de-bank")
@permission(Can.READ_MEMO)
def begin() -> ResponseReturnValue:
    """Ask what is about to be bought; whoever only reads comes to the overview."""
    if not may(current_actor(), Can.WRITE_MEMO):
        return redirect(url_for("memos.show_overview"), 303)
    return _asking(SearchForm(data={name: request.args.get(name, "") for name in GIVEN}))


@blueprint.post("/eerst-de-bank")
@permission(Can.WRITE_MEMO)
def search() -> ResponseReturnValue:
    """Search the bank and show what it has; the search is kept."""
    form = SearchForm()
    is_valid = form.validate()
    session, actor = current_session(), current_actor()
    form.set_choices(get_taxonomy(session))
    is_valid = is_valid and form.fields_are_right
    memo = attempt(form, lambda: search_first(session, actor, form.draft(), again=form.again.data)) if is_valid else None
    if memo is not None:
        return redirect(url_for("memos.show", memo_id=memo.id), 303)
    return _asking(form)


def _asking(form: SearchForm) -> ResponseReturnValue:
    session, actor = current_session(), current_actor()
    taxonomy = get_taxonomy(session)
    form.set_choices(taxonomy)
    same_id = form.refusal.facts.get("memo_id") if form.refusal else None
    waiting, waiting_total = list_memos(session, actor, is_open=True, page_size=OPEN_SHOWN)
    return page(
        "memos/begin.html",
        form,
        estimate=estimate_of(form, taxonomy),
        same=get_memo(session, actor, same_id) if isinstance(same_id, int) else None,
        waiting=[memo_row(memo) for memo in waiting],
        waiting_total=waiting_total,
    )


@blueprint.get("/eerst-de-bank/memos", endpoint="list_memos")
@permission(Can.READ_MEMO)
@one_moment
def list_all() -> str:
    """Show the memos of the own organisation, for the reviewer those of all."""
    session, actor = current_session(), current_actor()
    rows, place = paged(lambda number: list_memos(session, actor, page=number))
    return render_template("memos/list_memos.html", rows=[memo_row(memo) for memo in rows], **place)


@blueprint.get("/eerst-de-bank/<int:memo_id>")
@permission(Can.READ_MEMO)
def show(memo_id: int) -> ResponseReturnValue:
    """Show what the bank had that day, and what was done."""
    return _page(memo_id, None)


@blueprint.post("/eerst-de-bank/<int:memo_id>/afronden", endpoint="conclude")
@permission(Can.CONCLUDE_MEMO)
def say_what_was_done(memo_id: int) -> ResponseReturnValue:
    """Conclude the memo; from then on it does not change."""
    session, actor = current_session(), current_actor()
    form = ConcludeForm()
    _offer(form, get_memo(session, actor, memo_id))
    is_valid = form.validate()
    if is_valid and attempt(form, lambda: conclude(session, actor, memo_id=memo_id, draft=form.draft())):
        return done(_("The memo is concluded. The paper is ready."), url_for("memos.show", memo_id=memo_id))
    return _page(memo_id, form)


@blueprint.post("/eerst-de-bank/<int:memo_id>/vraag", endpoint="ask")
@permission(Can.CONCLUDE_MEMO)
def ask_for_it(memo_id: int) -> ResponseReturnValue:
    """Place the demand that asks for what was searched."""
    form = ConcludeForm(formdata=None)
    session, actor = current_session(), current_actor()
    demand = attempt(form, lambda: ask_the_same(session, actor, memo_id=memo_id))
    if demand is not None:
        return done(
            _("Your demand is on the bank. You hear as soon as something comes."), url_for("demands.show", demand_id=demand.id)
        )
    return _page(memo_id, form)


@blueprint.get("/eerst-de-bank/<int:memo_id>/memo.pdf")
@permission(Can.READ_MEMO)
def show_paper(memo_id: int) -> Response:
    """Give the memo as an accessible PDF."""
    return memo_answer(current_session(), current_actor(), memo_id)


def _offer(form: ConcludeForm, memo: Memo) -> None:
    material = get_taxonomy(current_session()).material_by_id(memo.material_id)
    form.offer(read_searched(memo.search), material.units, fitting=memo.fitting, nearly=memo.nearly)


def _page(memo_id: int, sent: ConcludeForm | None) -> ResponseReturnValue:
    session, actor = current_session(), current_actor()
    memo = get_memo(session, actor, memo_id)
    may_write = may(actor, Can.CONCLUDE_MEMO, memo)
    is_open = memo.conclusion is None
    form = sent or (ConcludeForm(formdata=None) if may_write and is_open else None)
    if form is not None:
        _offer(form, memo)
    findings, searched = read_found(memo.found), read_searched(memo.search)
    author = find_author(session, actor, memo)
    content: dict[str, Any] = {
        "memo": memo,
        "row": memo_row(memo),
        "result": result_of(memo),
        "findings": findings,
        "searched": searched,
        "photos": find_first_photos(session, [lot.listing_id for lot in (*findings.lots, *findings.misses)]),
        "shown_km": memo_km,
        "stock": stock_table(read_stock(memo.stock)),
        "facts": [*search_facts(searched), *([(_("Searched by"), author)] if author else [])],
        "done": conclusion_facts(memo.conclusion) if memo.conclusion else [],
        "may_write": may_write,
        "asks": may_write and is_open,
    }
    return page("memos/show.html", form, **content)
