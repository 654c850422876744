"""Searching the bank before something is bought, and keeping what it answered."""

from dataclasses import replace

from sqlalchemy.orm import Session

from marketplace.accounts.policy import Actor, Can, require
from marketplace.kernel import clock
from marketplace.kernel.db import insert_or
from marketplace.kernel.errors import Conflict
from marketplace.kernel.language import _
from marketplace.market.actions.demands import unsaved_demand
from marketplace.market.queries.changes import catalogue_number
from marketplace.market.rules.demand import DemandDraft
from marketplace.materials.queries import get_taxonomy
from marketplace.memos.models import Memo, MemoYear
from marketplace.memos.queries.memos import find_same, get_memo
from marketplace.memos.queries.search import count_stock, find_on_bank, searched_by
from marketplace.memos.rules.memo import mass_of, search_digest
from marketplace.memos.rules.record import written
from marketplace.notices.actions import audit


def search_first(session: Session, actor: Actor, draft: DemandDraft, *, again: bool = False) -> Memo:
    """Search the bank for what is about to be bought, and keep it with its answer as a memo.

    Without a title it has the name of the material. The same search by the same person on the same day is refused with the memo
    that is there, unless it is meant (`again`).
    """
    require(actor, Can.WRITE_MEMO)
    titled = draft if draft.title else replace(draft, title=get_taxonomy(session).material(draft.material).name)
    demand = unsaved_demand(session, actor, titled)
    taxonomy, today = get_taxonomy(session), clock.today()
    searched = searched_by(demand, taxonomy)
    digest = search_digest(searched)
    same = None if again else find_same(session, actor, digest, today)
    if same is not None:
        raise Conflict(
            _("You searched for the same today: %(memo)s. Open that one, or search once more.", memo=same.name), memo_id=same.id
        )
    result, stock = find_on_bank(session, actor, demand), count_stock(session, actor, demand)
    material = taxonomy.material_by_id(demand.material_id)
    memo = Memo(
        year=today.year,
        organisation_id=demand.organisation_id,
        organisation_name=actor.organisation_name,
        created_by_id=actor.person_id,
        searched_at=clock.now(),
        searched_on=today,
        material_id=material.id,
        group_slug=material.group.slug,
        mass_kg=mass_of(material, searched.quantity),
        fitting=result.fitting,
        nearly=result.nearly,
        catalogue_revision=catalogue_number(session),
        factor_version=taxonomy.version,
        digest=digest,
        search=written(searched),
        found=written(result),
        stock=written(stock),
        number=_next_number(session, today.year),
    )
    session.add(memo)
    session.flush()
    audit.record(session, actor, action="memo.search", object_type="memo", object_id=memo.id, fitting=memo.fitting)
    return get_memo(session, actor, memo.id)


def _next_number(session: Session, year: int) -> int:
    """The next number of the year. Whoever asks after this waits until this memo is there, or is not."""
    row = insert_or(session, MemoYear).values(year=year, last_number=1)
    raised = row.on_conflict_do_update(index_elements=["year"], set_={"last_number": MemoYear.last_number + 1})
    return int(session.execute(raised.returning(MemoYear.last_number)).scalar_one())
