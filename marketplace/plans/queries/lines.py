"""How the lines of a plan stand now, in figures and in a sentence."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from sqlalchemy import select
from sqlalchemy.orm import Session

from marketplace.accounts.models import Organisation
from marketplace.exchange.queries.destination import totals_under_way
from marketplace.kernel.formats import money, number
from marketplace.kernel.language import Text, _, joined, ngettext
from marketplace.market.models import Demand
from marketplace.market.rules.demand import DemandStatus
from marketplace.market.rules.listing import ListingStatus
from marketplace.materials.queries import get_taxonomy
from marketplace.materials.rules.taxonomy import DETOUR_FACTOR
from marketplace.plans.models import PlanAnswer, PlanJourney, PlanLine, PlanRun
from marketplace.plans.rules.lines import Answer, LineState, Why

STRONGEST = (Answer.ASKED, Answer.REFUSED, Answer.OFFERED)  # of several answers to a line, the first of these is how it stands


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
    done = [Answer(answer.answer) for answer in line.answers]
    for answer in STRONGEST:
        if answer in done:
            return LineState(answer.value)
    is_open = line.listing.status == ListingStatus.PUBLISHED and line.demand.status == DemandStatus.OPEN
    is_left = line.listing.available >= line.quantity and line.demand.remaining - under_way >= line.covers
    return LineState.OPEN if is_open and is_left else LineState.CHANGED


def count_answers(session: Session, run: PlanRun) -> Counter[Answer]:
    """With how many lines of a plan something was done, by how each stands.

    A line counts once, whoever answered it.
    """
    rows = select(PlanAnswer.number, PlanAnswer.answer).where(PlanAnswer.run_id == run.id).distinct()
    done: dict[int, set[str]] = {}
    for number_of_line, answer in session.execute(rows):
        done.setdefault(number_of_line, set()).add(answer)
    return Counter(next(answer for answer in STRONGEST if answer in answers) for answers in done.values())


def _why_of(session: Session, line: PlanLine, instead_of: str | None) -> Text:
    """Why a line stands there, in a sentence. `instead_of`: the name of whoever would have had this lot without a plan."""
    facts = {
        "owner": line.owner.name,
        "asker": line.asker.name,
        "material": get_taxonomy(session).material_by_id(line.material_id),
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


def _way_of(line: PlanLine) -> Text | None:
    """On which day it goes, where it waits until then, and what that costs. None of a line of before, that does not say."""
    way = line.journey
    if way is None:
        return None
    if way.is_through_depot:
        return _through(way)
    if not way.waits_days:
        return _("It can be handed over at once, from %(day)s on.", day=way.handed_on)
    if way.depot is None:
        return ngettext(
            "Handed over on %(day)s: it waits one day where it is, which costs nothing.",
            "Handed over on %(day)s: it waits %(num)s days where it is, which costs nothing.",
            way.waits_days,
            day=way.handed_on,
        )
    return joined(
        ngettext(
            "Handed over on %(day)s: it waits one day in depot %(depot)s.",
            "Handed over on %(day)s: it waits %(num)s days in depot %(depot)s.",
            way.waits_days,
            day=way.handed_on,
            depot=way.depot.name,
        ),
        _storage(way),
    )


def _through(way: PlanJourney) -> Text:
    legs = {"depot": way.depot.name if way.depot else "", "first": way.handed_on, "last": way.arrives_on}
    roads = {"to": _road(way.to_depot_km), "on": _road(way.from_depot_km)}
    return joined(
        ngettext(
            "Through depot %(depot)s: brought there on %(first)s (%(to)s km by road), it stays one day, and goes on from there on %(last)s (%(on)s km).",
            "Through depot %(depot)s: brought there on %(first)s (%(to)s km by road), it stays %(num)s days, and goes on from there on %(last)s (%(on)s km).",
            way.waits_days,
            **legs,
            **roads,
        ),
        _storage(way),
    )


def _road(whole_km: int | None) -> str:
    return number(Decimal(whole_km or 0) * DETOUR_FACTOR, 1)


def _storage(way: PlanJourney) -> Text:
    if way.storage_cents is None:
        return _("What lying there costs is not known: the depot has no price for it.")
    return _("Lying there costs %(cost)s.", cost=money(way.storage_cents))


@dataclass(frozen=True, slots=True)
class ExplainedLine:
    """A line with how it stands now, why it is there, and how it goes."""

    line: PlanLine
    state: LineState
    sentence: Text
    way: Text | None


def explain_lines(session: Session, lines: Sequence[PlanLine]) -> list[ExplainedLine]:
    """These lines as a reader is told of them."""
    states, names = states_of(session, lines), _names_instead(session, lines)
    return [
        ExplainedLine(line, states[line.number], _why_of(session, line, names.get(line.instead_of_id or 0)), _way_of(line))
        for line in lines
    ]


def _names_instead(session: Session, lines: Sequence[PlanLine]) -> dict[int, str]:
    """Whose need each line's lot would have served without a plan, by the number of the need."""
    ids = {line.instead_of_id for line in lines if line.instead_of_id}
    rows = select(Demand.id, Organisation.name).join(Demand.organisation).where(Demand.id.in_(ids))
    return {row[0]: row[1] for row in session.execute(rows)} if ids else {}
