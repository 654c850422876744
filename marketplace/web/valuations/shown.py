"""Valuations as their pages show them. One run beside another, and values over time."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from flask import url_for

from marketplace.accounts.models import Organisation
from marketplace.kernel.formats import euros, long_date, mass, near_date, number, percent, short_date
from marketplace.kernel.language import Text, _
from marketplace.market.rules.listing import CONDITION_LABELS, Condition
from marketplace.materials.rules.taxonomy import Taxonomy
from marketplace.passports.rules.assets import AssetKind
from marketplace.valuations.models import ValuationRun, ValuationTotals
from marketplace.valuations.queries.results import OrganisationWorth, RunResults
from marketplace.valuations.queries.runs import Lacking, LineKind, RunState
from marketplace.valuations.rules.method import Method
from marketplace.web.ui.charts import Chart
from marketplace.web.ui.value import worth_over_days

KIND_LABELS: dict[LineKind, Text] = {
    LineKind.EXCHANGES: _("Exchanges"),
    LineKind.PRICE_TABLE: _("Price table"),
    LineKind.APPRAISAL: _("Appraisal"),
    LineKind.NONE: _("No value"),
    LineKind.GONE: _("Not there any more"),
}
STATE_BADGES: dict[RunState, tuple[Text, str]] = {
    RunState.WAITING: (_("waits"), "wait"),
    RunState.RUNNING: (_("under way"), "wait"),
    RunState.DONE: (_("done"), "good"),
    RunState.STOPPED: (_("stopped, does not count"), "stop"),
}


@dataclass(frozen=True, slots=True)
class LackShown:
    """Parts that would have no value: of what, how many, and why."""

    material: str
    condition: Text
    parts: str
    why: Text
    exchanges: int


def lacks_shown(lacking: Iterable[Lacking], taxonomy: Taxonomy) -> list[LackShown]:
    """Why parts would have no value, those of which there are most first."""
    return [
        LackShown(
            taxonomy.material_by_id(lack.key.material_id).name,
            CONDITION_LABELS[Condition(lack.key.condition)] if lack.key.condition else _("not inspected"),
            number(lack.parts),
            lack.why.label,
            lack.exchanges,
        )
        for lack in lacking
    ]


@dataclass(frozen=True, slots=True)
class Beside:
    """A figure of a run beside that of another."""

    label: Text
    was: str
    now: str
    more: str


def beside(then: tuple[ValuationRun, RunResults], now: tuple[ValuationRun, RunResults]) -> list[Beside]:
    """Two runs, figure by figure."""
    before, after = then[0].totals, now[0].totals
    if before is None or after is None:
        return []
    rows = [
        _in_euros(_("Value (gross)"), *(totals.value_cents if totals.valued_parts else None for totals in (before, after))),
        _in_euros(_("Costs that are known"), before.costs_cents or None, after.costs_cents or None),
        _in_euros(
            _("Value less known costs (net)"), *(totals.net_cents if totals.costed_parts else None for totals in (before, after))
        ),
        _in_numbers(_("Parts"), before.parts, after.parts),
        _in_numbers(_("Parts with a value"), before.valued_parts, after.valued_parts),
        Beside(_("Mass with a value"), mass(before.valued_mass_kg), mass(after.valued_mass_kg), _share_moved(before, after)),
    ]
    for kind in dict.fromkeys((*then[1].by_kind, *now[1].by_kind)):
        was, is_now = (_worth_of(results, kind) for results in (then[1], now[1]))
        rows.append(_in_euros(_("Value: %(class)s", **{"class": kind.label}), was, is_now))
    return rows


def _worth_of(results: RunResults, kind: AssetKind) -> int | None:
    """What a class of asset is worth; None where no part of it has a value."""
    of = results.by_kind.get(kind)
    return None if of is None or of.parts == results.unvalued_by_kind.get(kind, 0) else of.value_cents


def _in_euros(label: Text, was: int | None, now: int | None) -> Beside:
    return Beside(label, euros(was), euros(now), "–" if was is None or now is None else signed(now - was, euros))


def _in_numbers(label: Text, was: int, now: int) -> Beside:
    return Beside(label, number(was), number(now), signed(now - was, lambda value: number(value).replace("-", "−")))


def _share_moved(before: ValuationTotals, after: ValuationTotals) -> str:
    shares = [totals.valued_mass_kg / totals.mass_kg if totals.mass_kg else None for totals in (before, after)]
    return " → ".join("–" if share is None else percent(share) for share in shares)


def signed(value: int, write: Callable[[int], str]) -> str:
    """A difference with its sign."""
    return f"+{write(value)}" if value > 0 else write(value)


def over_time(runs: Sequence[ValuationRun]) -> Chart | None:
    """What everything was worth on each day on which that was established."""
    done = [(run, run.totals) for run in reversed(runs) if run.totals is not None]
    return worth_over_days("worth", {run.as_of: totals.value_cents if totals.valued_parts else None for run, totals in done})


@dataclass(frozen=True, slots=True)
class RunRow:
    """A run in a list."""

    href: str
    as_of: str
    started: str
    badge: tuple[Text, str]
    worth: str
    valued: str


def run_rows(runs: Iterable[tuple[ValuationRun, RunState]]) -> list[RunRow]:
    """Runs, with what they found once they are done."""
    rows = []
    for run, state in runs:
        totals = run.totals
        valued = _("%(valued)s of %(parts)s", valued=number(totals.valued_parts), parts=number(totals.parts)) if totals else "–"
        rows.append(
            RunRow(
                url_for("valuations.show", valuation_id=run.id),
                long_date(run.as_of),
                near_date(run.started_at),
                STATE_BADGES[state],
                euros(totals.value_cents) if totals and totals.valued_parts else "–",
                str(valued),
            )
        )
    return rows


def standing_row(worth: OrganisationWorth) -> list[str]:
    """An organisation's newest run as cells. Day, gross, net, how much of its mass has a value."""
    totals = worth.run.totals if worth.run else None
    if worth.run is None or totals is None:
        return ["–", "–", "–", "–"]
    return [
        short_date(worth.run.as_of),
        euros(totals.value_cents) if totals.valued_parts else "–",
        euros(totals.net_cents) if totals.costed_parts else "–",
        percent(totals.valued_mass_kg / totals.mass_kg) if totals.mass_kg else "–",
    ]


def plan_rows(methods: Mapping[Method, int]) -> list[tuple[Text, str]]:
    """By which method how many parts would be valued."""
    return [(method.label, number(methods.get(method, 0))) for method in Method]


def address_of(organisation: Organisation, own: str) -> str | None:
    """What stands in an address to name an organisation; None for one's own."""
    return None if organisation.slug == own else organisation.slug
