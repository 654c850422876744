"""Concluding a memo, and making a demand of its search."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from marketplace.accounts.policy import Actor, Can, require
from marketplace.kernel import clock
from marketplace.kernel.errors import Conflict
from marketplace.kernel.language import _
from marketplace.market.models import Demand
from marketplace.matching.actions.publish import ask
from marketplace.materials.queries import get_taxonomy
from marketplace.memos.models import Memo, MemoConclusion, MemoDemand
from marketplace.memos.queries.memos import get_memo
from marketplace.memos.rules.memo import ConclusionDraft, check_conclusion, mass_of
from marketplace.memos.rules.record import read_searched
from marketplace.notices.actions import audit


def conclude(session: Session, actor: Actor, *, memo_id: int, draft: ConclusionDraft) -> Memo:
    """Say what was done after a search. From then on nothing of the memo changes any more."""
    memo = _locked(session, actor, memo_id)
    if session.get(MemoConclusion, memo_id) is not None:
        raise Conflict(_("This memo has been concluded and does not change any more. Search once more for a new one."))
    material = get_taxonomy(session).material_by_id(memo.material_id)
    searched = read_searched(memo.search)
    check_conclusion(draft, searched=searched.quantity, material=material, fitting=memo.fitting, nearly=memo.nearly)
    bought = draft.bought
    session.add(
        MemoConclusion(
            memo_id=memo_id,
            decision=draft.decision.value,
            reason=draft.reason.value if draft.reason else None,
            explanation=draft.explanation,
            purchase_reference=draft.purchase_reference,
            bought=bought.amount if bought else None,
            bought_unit=bought.unit.value if bought else None,
            bought_kg=mass_of(material, bought) if bought else None,
            concluded_at=clock.now(),
            concluded_by_id=actor.person_id,
        )
    )
    session.flush()
    audit.record(
        session,
        actor,
        action="memo.conclude",
        object_type="memo",
        object_id=memo_id,
        decision=draft.decision.value,
        reason=draft.reason.value if draft.reason else None,
    )
    session.expire(memo)
    return get_memo(session, actor, memo_id)


def ask_the_same(session: Session, actor: Actor, *, memo_id: int) -> Demand:
    """Place the demand that asks for what was searched: the bank tells when something comes.

    Once for each memo.
    """
    memo = _locked(session, actor, memo_id)
    made = session.get(MemoDemand, memo_id)
    if made is not None:
        raise Conflict(_("A demand was made of this memo already. Open that one."), demand_id=made.demand_id)
    demand = ask(session, actor, read_searched(memo.search).draft)
    session.add(MemoDemand(memo_id=memo_id, demand_id=demand.id, made_at=clock.now()))
    session.flush()
    audit.record(session, actor, action="memo.ask", object_type="memo", object_id=memo_id, demand=demand.id)
    session.expire(memo)
    return demand


def _locked(session: Session, actor: Actor, memo_id: int) -> Memo:
    """The memo, for whoever may write it. Of two clicks the second waits here."""
    memo = get_memo(session, actor, memo_id)
    require(actor, Can.CONCLUDE_MEMO, memo)
    session.execute(select(Memo.id).where(Memo.id == memo_id).with_for_update())
    return memo
