"""How the lines of a plan stand now, in figures and in a sentence."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from marketplace.accounts.models import Organisation
from marketplace.exchange.queries.destination import totals_under_way
from marketplace.kernel.formats import number
from marketplace.kernel.language import Text, _
from marketplace.market.models import Demand
from marketplace.market.rules.demand import DemandStatus
from marketplace.market.rules.listing import ListingStatus
from marketplace.materials.queries import taxonomy
from marketplace.plans.models import PlanAnswer, PlanLine, PlanRun
from marketplace.plans.rules.lines import Answer, LineState, Why


def state_of(session: Session, line: PlanLine) -> LineState:
    """How one line stands now."""
    return states_of(session, [line])[line.number]


def states_of(session: Session, lines: Sequence[PlanLine]) -> dict[int, LineState]:
    """How each line stands now, by its number.

    What was done with it, else whether it can still be.
    """
    under_way = totals_under_way(session, [line.demand for line in lines]) if lines else {}
    return {line.number: _state(line, under_way.get(line.demand_id, Decimal(0))) for line in lines}


def _state(line: PlanLine, under_way: Decimal) -> LineState:
    done = [Answer(one.answer) for one in line.answers]
    for answer in (Answer.ASKED, Answer.REFUSED, Answer.OFFERED):
        if answer in done:
            return LineState(answer.value)
    is_open = line.listing.status == ListingStatus.PUBLISHED and line.demand.status == DemandStatus.OPEN
    is_left = line.listing.available >= line.quantity and line.demand.remaining - under_way >= line.covers
    return LineState.OPEN if is_open and is_left else LineState.CHANGED


def count_answers(session: Session, run: PlanRun) -> Counter[Answer]:
    """With how many lines of a plan something was done, by what; a line counts once for each."""
    rows = (
        select(PlanAnswer.answer, func.count(PlanAnswer.number.distinct()))
        .where(PlanAnswer.run_id == run.id)
        .group_by(PlanAnswer.answer)
    )
    return Counter({Answer(answer): count for answer, count in session.execute(rows)})


def _why_of(session: Session, line: PlanLine, instead_of: str | None) -> Text:
    """Why a line stands there, in a sentence. `instead_of`: the name of whoever would have had this lot without a plan."""
    facts = {
        "owner": line.owner.name,
        "asker": line.asker.name,
        "material": taxonomy(session).material_by_id(line.material_id),
        "other": instead_of or "",
        "saved": number(abs(line.saved_tonne_km), 1),
        "more": number(line.more_kg / 1000, 1),
    }
    if line.why == Why.SAME:
        return _("Without a plan this would go there as well: it is the nearest that is left for whoever asked first.")
    if line.why == Why.MORE:
        return _("With the lines around it this serves %(more)s tonnes more than first come, first served.", **facts)
    if line.saved_tonne_km < 0:
        return _("%(material)s of %(owner)s goes to %(asker)s: with the lines around it more carbon is saved.", **facts)
    if line.saved_tonne_km == 0:
        return _("This is driven as far as without a plan.")
    if instead_of and instead_of != line.asker.name:
        return _("%(material)s of %(owner)s goes to %(asker)s and not to %(other)s: together %(saved)s tonne-km less.", **facts)
    return _("%(material)s of %(owner)s goes to %(asker)s: with the lines around it %(saved)s tonne-km less.", **facts)


@dataclass(frozen=True, slots=True)
class ToldLine:
    """A line with how it stands now, and why it is there."""

    line: PlanLine
    state: LineState
    sentence: Text


def tell_lines(session: Session, lines: Sequence[PlanLine]) -> list[ToldLine]:
    """These lines as a reader is told of them."""
    states, names = states_of(session, lines), _names_instead(session, lines)
    return [ToldLine(line, states[line.number], _why_of(session, line, names.get(line.instead_of_id or 0))) for line in lines]


def _names_instead(session: Session, lines: Sequence[PlanLine]) -> dict[int, str]:
    """Whose need each line's lot would have served without a plan, by the number of the need."""
    ids = {line.instead_of_id for line in lines if line.instead_of_id}
    rows = select(Demand.id, Organisation.name).join(Demand.organisation).where(Demand.id.in_(ids))
    return {row[0]: row[1] for row in session.execute(rows)} if ids else {}
