"""What a plan leaves over, what goes together, what differs, and what following did."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from marketplace.accounts.models import Organisation
from marketplace.accounts.policy import Can
from marketplace.http.request import current_actor, current_session, one_moment, permission
from marketplace.kernel.formats import mass, number, tonne_km
from marketplace.kernel.language import Text, _
from marketplace.kernel.units import Amount, Unit
from marketplace.materials.queries import get_taxonomy
from marketplace.plans.models import PlanResult, PlanRun
from marketplace.plans.queries.effects import Deeds, Fates, FateTotal, effect_of_plans, in_order
from marketplace.plans.queries.gaps import ExplainedGap, explain_gaps, list_gap_owners, list_gaps, total_gaps
from marketplace.plans.queries.pairs import Objective
from marketplace.plans.queries.runs import get_run, list_runs
from marketplace.plans.queries.together import CHANGE_LABELS, ChangedLine, compare_runs, list_combined, list_rounds
from marketplace.plans.rules.fates import FATE_LABELS, Fate
from marketplace.plans.rules.gaps import Side
from marketplace.web.ui.paging import paged

READS = permission(Can.READ_PLAN)
SHOWN, CHOICES = 20, 50
SIDES = {"": Side.NEED, "partijen": Side.LOT}
NONE = "–"
NUMBER_MOST = 10**9  # more than nine digits are no number in an address either
OBJECTIVE_SHORT: dict[Objective, Text] = {
    Objective.KILOMETRES: _("tonne-kilometres"),
    Objective.CARBON: _("carbon saved"),
    Objective.COST: _("what it costs"),
}


@dataclass(frozen=True, slots=True)
class ShownGap:
    """A need or a lot that stays, with its amounts."""

    explained: ExplainedGap
    left: Amount
    of: Amount


@dataclass(frozen=True, slots=True)
class ShownChange:
    """A line that differs between two plans. `was`, `now`: the amounts, a dash where the plan is without."""

    line: ChangedLine
    word: Text
    was: Amount | str
    now: Amount | str


def register(blueprint: Blueprint) -> None:
    """Add these pages to the area."""
    for rule, view in (
        ("/plan/<int:plan_id>/tekorten", gaps),
        ("/plan/<int:plan_id>/samen", together),
        ("/plan/vergelijken", compare),
        ("/plan/gevolgd", followed),
    ):
        blueprint.add_url_rule(rule, view_func=view)


@READS
@one_moment
def gaps(plan_id: int) -> ResponseReturnValue:
    """What nobody can serve, and what it would take."""
    session = current_session()
    run = get_run(session, current_actor(), plan_id)
    if run.result is None:
        return redirect(url_for("plans.show", plan_id=run.id))
    kind = request.args.get("soort", "")
    side = SIDES.get(kind, Side.NEED)
    owners = list_gap_owners(session, run, side)
    chosen = _chosen(owners)
    organisation_id = chosen.id if chosen else None
    gaps, place = paged(
        lambda at: list_gaps(session, run, side, offset=(at - 1) * SHOWN, limit=SHOWN, organisation_id=organisation_id), SHOWN
    )
    return render_template(
        "plans/gaps.html",
        run=run,
        side=side,
        kinds=tuple(SIDES.items()),
        totals=total_gaps(session, run, organisation_id=organisation_id),
        owners=owners,
        chosen=chosen,
        gaps=[_show_gap(explained) for explained in explain_gaps(session, gaps)],
        materials=get_taxonomy(session),
        **place,
    )


def _show_gap(explained: ExplainedGap) -> ShownGap:
    gap = explained.gap
    return ShownGap(explained, Amount(gap.left, Unit(gap.unit)), Amount(gap.quantity, Unit(gap.unit)))


def _chosen(owners: Sequence[Organisation]) -> Organisation | None:
    slug = request.args.get("organisatie", "")
    return next((owner for owner in owners if owner.slug == slug), None)


@READS
@one_moment
def together(plan_id: int) -> ResponseReturnValue:
    """Needs that several lots serve, and loads that go each other's way in the same weeks."""
    session = current_session()
    run = get_run(session, current_actor(), plan_id)
    if run.result is None:
        return redirect(url_for("plans.show", plan_id=run.id))
    combined, place = paged(lambda at: list_combined(session, run, offset=(at - 1) * SHOWN, limit=SHOWN), SHOWN)
    rounds, count = list_rounds(session, run, offset=0, limit=SHOWN)
    return render_template(
        "plans/together.html",
        run=run,
        combined=combined,
        rounds=rounds,
        round_count=count,
        materials=get_taxonomy(session),
        **place,
    )


@READS
@one_moment
def compare() -> ResponseReturnValue:
    """Two plans beside each other; without a choice the newest and the one before."""
    session, actor = current_session(), current_actor()
    runs = [run for run in list_runs(session, actor, offset=0, limit=CHOICES)[0] if run.result is not None]
    before, now = _read_run("van", runs[1:2]), _read_run("met", runs[:1])
    if before is None or now is None or before.result is None or now.result is None:
        return render_template("plans/compare.html", runs=runs, before=None, now=None)
    compared = compare_runs(session, before, now, offset=0, limit=0)
    lines, place = paged(
        lambda at: (compare_runs(session, before, now, offset=(at - 1) * SHOWN, limit=SHOWN).lines, compared.total), SHOWN
    )
    return render_template(
        "plans/compare.html",
        runs=runs,
        before=before,
        now=now,
        is_same=before.result.digest == now.result.digest,
        rows=[_chosen_by(before, now), *_beside(before.result, now.result)],
        unchanged=compared.unchanged,
        counts={change.value: count for change, count in compared.counts.items()},
        changes=[_change(line) for line in lines],
        materials=get_taxonomy(session),
        **place,
    )


def _read_run(key: str, otherwise: Sequence[PlanRun]) -> PlanRun | None:
    number = request.args.get(key, type=int)
    if number is None:
        return next(iter(otherwise), None)
    return get_run(current_session(), current_actor(), min(max(number, 0), NUMBER_MOST))  # 0 and the most are no plan


def _chosen_by(before: PlanRun, now: PlanRun) -> tuple[Text, Text, Text, str]:
    """By what each chose among the ways that serve the most."""
    was, now_is = (OBJECTIVE_SHORT[Objective(run.objective)] for run in (before, now))
    return _("Chosen by"), was, now_is, NONE


def _beside(before: PlanResult, now: PlanResult) -> Iterator[tuple[Text, str, str, str]]:
    for label, name, written in (
        (_("Transfers"), "lines", number),
        (_("Mass"), "mass_kg", mass),
        (_("Tonne-km"), "tonne_km", tonne_km),
        (_("First come, first served"), "base_tonne_km", tonne_km),
        (_("Lots on offer"), "lots", number),
        (_("Open needs"), "needs", number),
    ):
        old, new = Decimal(getattr(before, name)), Decimal(getattr(now, name))
        more = new - old
        sign = "+" if more > 0 else "−" if more < 0 else ""
        yield label, written(old), written(new), sign + written(abs(more))


def _change(changed: ChangedLine) -> ShownChange:
    was, now = (NONE if line is None else Amount(line.quantity, Unit(line.unit)) for line in (changed.before, changed.now))
    return ShownChange(changed, CHANGE_LABELS[changed.change], was, now)


@READS
@one_moment
def followed() -> ResponseReturnValue:
    """What following the plans did, and what it would have done."""
    session, actor = current_session(), current_actor()
    whole = effect_of_plans(session, actor)
    effects, place = paged(lambda at: (whole.runs[(at - 1) * SHOWN : at * SHOWN], whole.plans), SHOWN)
    return render_template(
        "plans/followed.html",
        has_lines=any(total.lines for total in whole.fates.values()),
        fates=list(_fate_rows(whole.fates)),
        done=list(_done(whole.deeds)),
        missed=_missed(whole.fates),
        effects=[(effect.run, [number(effect.fates.get(fate, FateTotal()).lines) for fate in Fate]) for effect in effects],
        fate_labels=list(FATE_LABELS.values()),
        **place,
    )


def _fate_rows(fates: Fates) -> Iterator[tuple[Text, str, str, str, str]]:
    for outcome in in_order(fates):
        total = outcome.total
        if not total.lines and outcome.fate in (Fate.OFFERED, Fate.REPEATED):
            continue
        if outcome.fate is Fate.REPEATED:
            yield FATE_LABELS[outcome.fate], number(total.lines), NONE, NONE, NONE
        else:
            saved, more = tonne_km(total.saved_tonne_km), mass(total.more_kg)
            yield FATE_LABELS[outcome.fate], number(total.lines), mass(total.mass_kg), saved, more


def _done(deeds: Deeds) -> Iterator[tuple[Text, str]]:
    yield _("Requests that came of it"), number(deeds.reservations)
    yield _("Handed over"), str(_("%(count)s, together %(mass)s", count=number(deeds.handed_over), mass=mass(deeds.mass_kg)))
    yield _("Driven for it"), tonne_km(deeds.tonne_km)
    yield _("Under way"), number(deeds.under_way)
    yield _("Ended without a hand-over"), number(deeds.ended)


def _missed(fates: Fates) -> Text | None:
    """What the lines that were refused or left lying would have saved."""
    missed = sum((fates.get(fate, FateTotal()) for fate in (Fate.REFUSED, Fate.IGNORED)), FateTotal())
    if not missed.lines:
        return None
    facts = {"mass": mass(missed.mass_kg), "saved": tonne_km(missed.saved_tonne_km), "more": mass(missed.more_kg)}
    if not missed.more_kg:
        return _("Following what was refused or left lying would have moved %(mass)s and saved %(saved)s.", **facts)
    return _(
        "Following what was refused or left lying would have moved %(mass)s, saved %(saved)s and served %(more)s more.", **facts
    )
