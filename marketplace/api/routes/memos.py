"""First the bank: searching before something is bought, and saying what was done then."""

from flask import Response

from marketplace.accounts.policy import Can
from marketplace.api import query
from marketplace.api.bodies import drafts
from marketplace.api.bodies.memo import ConcludeMemoBody, MemoBody
from marketplace.api.bodies.nothing import NothingBody
from marketplace.api.reading import read_body, read_flag, read_page, read_value
from marketplace.api.routing import created, many, ok, route
from marketplace.api.schema import Written
from marketplace.api.shapes.demand import DemandSchema
from marketplace.api.shapes.memo import MemoSchema, MemosSchema
from marketplace.http.memos import memo_answer
from marketplace.http.request import current_actor, current_session, permission
from marketplace.market.queries.demands import find_demand_spot
from marketplace.memos.actions.conclude import ask_the_same, conclude
from marketplace.memos.actions.search import search_first
from marketplace.memos.models import Memo
from marketplace.memos.queries.memos import find_author, list_memos
from marketplace.memos.queries.memos import get_memo as get_visible

MEMO = "/memos/<int:memo_id>"


@route("POST", "/memos", takes=MemoBody(), gives=MemoSchema, status=201, tag="demands")
@permission(Can.WRITE_MEMO)
def create_memo() -> Response:
    """Search the bank for what is about to be bought, and keep what it answered.

    The same search of the same person on one day is refused (409) with `memoId`, unless `again` is true.
    """
    draft, is_again = drafts.new_search()
    memo = search_first(current_session(), current_actor(), draft, again=is_again)
    return created(_whole(memo), "get_memo", memo_id=memo.id)


@route(
    "GET",
    "/memos",
    gives=MemosSchema,
    tag="demands",
    query=(query.parameter("open", "only those that nobody has concluded yet, or only the others", type="boolean"), *query.PAGE),
)
@permission(Can.READ_MEMO)
def list_all_memos() -> Response:
    """List the memos of your own organisation, newest first; the reviewer reads those of all."""
    page, is_open = read_page(), read_flag("open") if read_value("open") else None
    memos, total = list_memos(current_session(), current_actor(), is_open=is_open, page=page.number, page_size=page.size)
    return many(MemosSchema, [MemoSchema.write(memo) for memo in memos], total=total, page=page)


@route("GET", MEMO, gives=MemoSchema, tag="demands")
@permission(Can.READ_MEMO)
def get_memo(memo_id: int) -> Response:
    """One memo, with what the bank had that day."""
    return ok(_whole(get_visible(current_session(), current_actor(), memo_id)))


@route("GET", f"{MEMO}/memo.pdf", gives=None, tag="demands", refuses=(409,), media_type="application/pdf")
@permission(Can.READ_MEMO)
def get_memo_paper(memo_id: int) -> Response:
    """Get a memo as an accessible PDF, in the language that is asked for. Where something fitted, only once it is concluded."""
    return memo_answer(current_session(), current_actor(), memo_id)


@route("POST", f"{MEMO}/conclude", takes=ConcludeMemoBody(), gives=MemoSchema, tag="demands")
@permission(Can.CONCLUDE_MEMO)
def conclude_memo(memo_id: int) -> Response:
    """Conclude a memo: say what was done after the search. From then on it does not change."""
    draft = drafts.new_conclusion()
    return ok(_whole(conclude(current_session(), current_actor(), memo_id=memo_id, draft=draft)))


@route("POST", f"{MEMO}/demand", takes=NothingBody(), gives=DemandSchema, status=201, tag="demands")
@permission(Can.CONCLUDE_MEMO)
def create_demand_of_memo(memo_id: int) -> Response:
    """Place the demand for what was searched for, once for each memo."""
    read_body(NothingBody())
    session, actor = current_session(), current_actor()
    demand = ask_the_same(session, actor, memo_id=memo_id)
    return created(DemandSchema.write(demand, exact=find_demand_spot(actor, demand)), "get_demand", demand_id=demand.id)


def _whole(memo: Memo) -> Written:
    """One memo; inside the own organisation with whoever searched."""
    return MemoSchema.write(memo, searched_by=find_author(current_session(), current_actor(), memo))
