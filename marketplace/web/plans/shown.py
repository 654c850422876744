"""What of a plan its page shows."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import groupby

from marketplace.accounts.policy import Actor, Can, may
from marketplace.http.request import current_session
from marketplace.kernel.formats import mass, money, money_exact, number, percent
from marketplace.kernel.language import Text, _, joined, ngettext
from marketplace.kernel.units import Amount, Unit
from marketplace.market.queries.gates import asks_destination
from marketplace.market.rules.listing import CERTAINTY_LABELS, Certainty
from marketplace.materials.queries import get_taxonomy
from marketplace.plans.models import PlanCost, PlanLine, PlanResult
from marketplace.plans.queries.lines import explain_lines
from marketplace.plans.rules.lines import STATE_LABELS, LineState

TONES = {
    LineState.OPEN: "neutral",
    LineState.ASKED: "good",
    LineState.OFFERED: "wait",
    LineState.REFUSED: "done",
    LineState.CHANGED: "stop",
}


@dataclass(frozen=True, slots=True)
class ShownLine:
    """A line as the page has it. `act`: what the reader may do with it, empty for nothing."""

    line: PlanLine
    amount: Amount
    why: Text
    way: Text | None
    state: Text
    tone: str
    act: str
    asks_soil: bool
    round_km: Decimal
    certainty: Text | None


def lines_shown(actor: Actor, lines: Sequence[PlanLine]) -> Iterator[ShownLine]:
    """These lines with their reasons and what the reader may do."""
    session = current_session()
    taxonomy = get_taxonomy(session)
    for told_line in explain_lines(session, lines):
        line = told_line.line
        yield ShownLine(
            line,
            Amount(line.quantity, Unit(line.unit)),
            told_line.sentence,
            told_line.way,
            STATE_LABELS[told_line.state],
            TONES[told_line.state],
            act := _act(actor, line) if told_line.state is LineState.OPEN else "",
            act == "ask" and asks_destination(session, taxonomy.material_by_id(line.material_id)),
            line.road_km * 2,
            _certainty(line),
        )


def _certainty(line: PlanLine) -> Text | None:
    """How sure the days of a planned lot were when the plan was made."""
    sure = line.journey.certainty if line.journey else None
    return CERTAINTY_LABELS[Certainty(sure)] if sure else None


def by_owner(lines: Iterable[ShownLine]) -> list[tuple[str, Text, list[ShownLine]]]:
    """Lines that stand by the name of their owner, under it, with how many there are."""
    groups = ((name, list(group)) for name, group in groupby(lines, lambda item: item.line.owner.name))
    return [(name, ngettext("one line", "%(num)s lines", len(group)), group) for name, group in groups]


def _act(actor: Actor, line: PlanLine) -> str:
    if actor.organisation_id == line.asker_id and may(actor, Can.EDIT_DEMAND, line.demand):
        return "ask"
    if actor.organisation_id == line.owner_id and may(actor, Can.EDIT_LISTING, line.listing):
        return "offer"
    return "point_out" if may(actor, Can.BROKER) else ""


def costs(cost: PlanCost) -> Iterator[tuple[Text, str]]:
    """What a plan costs, beside first come, first served."""
    parts = {name: money(getattr(cost, f"{name}_cents")) for name in ("transport", "handling", "storage")}
    total = _(
        "%(total)s: transport %(transport)s, handling %(handling)s, storage %(storage)s", total=money(cost.total_cents), **parts
    )
    yield _("Costs"), str(total)
    yield _("First come, first served would cost"), money(cost.base_cents)


def prices(cost: PlanCost) -> Text:
    """By which prices a plan was counted, and of how many lines storage has none."""
    facts = {"haul": money_exact(cost.euros_per_tonne_km), "transfer": money_exact(cost.euros_per_transfer)}
    return joined(
        _("Counted with %(haul)s per tonne-km and %(transfer)s per transfer; through a depot is two.", **facts),
        None if cost.is_verified else _("These prices are examples, until the AO CE adopts its own."),
        ngettext(
            "Of one line nobody knows what storage costs.",
            "Of %(num)s lines nobody knows what storage costs.",
            cost.unpriced_lines,
        )
        if cost.unpriced_lines
        else None,
    )


def figures(result: PlanResult) -> Iterator[tuple[Text, str]]:
    """What a plan came to, beside first come, first served.

    Of one without lines what it looked at.
    """
    if not result.lines and not result.base_lines:
        yield _("Lots on offer"), number(result.lots)
        yield _("Open needs"), number(result.needs)
        return
    yield _("Serves"), str(_("%(mass)s in %(lines)s transfers", mass=mass(result.mass_kg), lines=number(result.lines)))
    yield _("Drives"), _tonne_km(result.tonne_km)
    yield (
        _("First come, first served"),
        str(
            _(
                "%(mass)s in %(lines)s transfers, %(driven)s",
                mass=mass(result.base_mass_kg),
                lines=number(result.base_lines),
                driven=_tonne_km(result.base_tonne_km),
            )
        ),
    )
    saved = result.base_tonne_km - result.even_tonne_km
    share = percent(saved / result.base_tonne_km, 1) if result.base_tonne_km else percent(Decimal(0), 1)
    yield _("Saves for the same tonnes"), str(_("%(driven)s, %(share)s", driven=_tonne_km(saved), share=share))
    more = result.mass_kg - result.base_mass_kg
    if more > 0:
        yield _("Serves more"), mass(more)
    if result.tonne_km != result.unbound_tonne_km:
        yield _("What fairness costs"), _tonne_km(result.tonne_km - result.unbound_tonne_km)


def proof(result: PlanResult) -> Text:
    """How far the plan is proven."""
    if result.is_proven and result.has_fewest:
        return _("Proven: no other way serves more tonnes, or as many with less, or in fewer transfers.")
    if result.is_proven:
        return _("Proven: no other way serves more tonnes, or as many with less. Fewer transfers may be possible.")
    if not result.cost_gap_ppm:
        return _("Not proven: at most %(mass)s more could be served.", mass=mass(result.mass_bound_kg - result.mass_kg))
    return _(
        "Not proven: at most %(mass)s more could be served, or as much for %(share)s less.",
        mass=mass(result.mass_bound_kg - result.mass_kg),
        share=percent(Decimal(result.cost_gap_ppm) / 1_000_000, 2),
    )


def _tonne_km(value: Decimal) -> str:
    return str(_("%(value)s tonne-km", value=number(value, 0)))
