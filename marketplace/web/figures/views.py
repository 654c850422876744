"""The figures of the ledger, the goals, and what a municipality reports for them."""

from flask import Blueprint, Response, render_template, request, url_for
from flask.typing import ResponseReturnValue

from marketplace.accounts.policy import Can, may, require
from marketplace.exchange.queries.reservations import list_choices
from marketplace.http.request import current_actor, current_session, one_moment, permission
from marketplace.http.tables import ledger_answer, table_answer
from marketplace.impact.actions import report_material_use
from marketplace.impact.queries.goals import get_goals, get_material_use
from marketplace.impact.queries.statistics import get_statistics
from marketplace.impact.rules.goals import ORIGIN_LABELS, Origin
from marketplace.kernel import clock
from marketplace.kernel.language import _
from marketplace.ledger.queries import list_exchanges
from marketplace.materials.queries import taxonomy
from marketplace.web.figures import factors, losses
from marketplace.web.figures import tables as rows
from marketplace.web.figures.dashboard import charts_of
from marketplace.web.figures.forms import MaterialUseForm, material_use_form
from marketplace.web.figures.tables import facts_of, table_for, tables_of
from marketplace.web.ui.form_page import done, page, submit
from marketplace.web.ui.meters import meter_of
from marketplace.web.ui.paging import paged

blueprint = Blueprint("figures", __name__)
losses.register(blueprint)
PAGE_SIZE = 50


@blueprint.get("/cijfers")
@permission(Can.READ_PUBLIC_FIGURES)
@one_moment
def show() -> str:
    """How much, how far, what it saved: the totals for everybody, charts and tables for members."""
    statistics, today = get_statistics(current_session(), current_actor()), clock.today()
    return render_template(
        "figures/show.html",
        statistics=statistics,
        totals=statistics.totals,
        facts=facts_of(statistics.totals),
        charts=[] if statistics.is_public else charts_of(statistics, today=today),
        tables=[] if statistics.is_public else tables_of(statistics),
        today=today,
    )


@blueprint.get("/cijfers.csv")
@permission(Can.READ_PUBLIC_FIGURES)
@one_moment
def export() -> Response:
    """One table as a file."""
    key = request.args.get("table", "totals")
    if key != "totals":
        require(current_actor(), Can.READ_MEMBER_FIGURES)
    table = table_for(get_statistics(current_session(), current_actor()), key)
    return table_answer(f"materialenbank-{key}", table.header, table.lines)


@blueprint.get("/cijfers/hoe-wij-rekenen")
@permission(Can.READ_PUBLIC_FIGURES)
def method() -> str:
    """Show where every figure comes from. Formulas, weights, factors, their sources and how sure they are."""
    reference = taxonomy(current_session())
    return render_template(
        "figures/method.html",
        reference=reference,
        formulas=factors.FORMULAS,
        sources=factors.SOURCES,
        vehicle_columns=factors.VEHICLE_COLUMNS,
        vehicles=factors.vehicle_rows(reference),
        material_columns=factors.MATERIAL_COLUMNS,
        groups=factors.material_rows(reference),
    )


@blueprint.get("/cijfers/uitwisselingen")
@permission(Can.READ_EXCHANGES)
@one_moment
def exchanges() -> str:
    """The rows of the ledger that the reader may see, newest first."""
    session, actor = current_session(), current_actor()
    result, place = paged(lambda page: list_exchanges(session, actor, page=page, page_size=PAGE_SIZE), PAGE_SIZE)
    return render_template(
        "figures/exchanges.html",
        columns=rows.COLUMNS,
        cells=rows.cells(result, taxonomy(session)) if result else [],
        sees_all=may(actor, Can.READ_ALL_EXCHANGES),
        address=lambda number: url_for("figures.exchanges", page=number),
        **place,
    )


@blueprint.get("/cijfers/uitwisselingen.csv")
@permission(Can.READ_EXCHANGES)
@one_moment
def export_exchanges() -> Response:
    """The same rows as a file, oldest first, with all that their figures came from."""
    return ledger_answer(current_session(), current_actor())


@blueprint.get("/cijfers/keuzes")
@permission(Can.READ_CHOICES)
@one_moment
def choices() -> str:
    """Where an owner chose another request than the one that stood higher, and why."""
    session, actor = current_session(), current_actor()
    result, place = paged(lambda page: list_choices(session, actor, page=page, page_size=PAGE_SIZE), PAGE_SIZE)
    return render_template("figures/choices.html", choices=result, **place)


@blueprint.get("/doelen")
@permission(Can.READ_PUBLIC_FIGURES)
@one_moment
def goals() -> str:
    """How far the region is from its three goals, and for members each municipality."""
    actor = current_actor()
    overview = get_goals(current_session(), actor, year=request.args.get("jaar", type=int))
    return render_template(
        "figures/goals.html",
        overview=overview,
        meter=meter_of,
        reports=may(actor, Can.EDIT_MATERIAL_USE, actor.organisation_id),
        own=actor.organisation_slug,
    )


@blueprint.route("/beheer/materiaalgebruik/<int:year>", methods=["GET", "POST"])
@permission(Can.EDIT_MATERIAL_USE)
def material_use(year: int) -> ResponseReturnValue:
    """What the own municipality put to use in a year."""
    session, actor = current_session(), current_actor()
    existing = get_material_use(session, actor, year=year)
    form = material_use_form(taxonomy(session).groups, existing)
    if submit(form, lambda: _report(form, year)):
        return done(_("The material use of %(year)s has been saved.", year=str(year)), url_for("figures.goals", jaar=year))
    return page(
        "figures/material_use.html",
        form,
        refused=422,
        known=existing,
        origins=[(origin, ORIGIN_LABELS[origin]) for origin in Origin],
        years=range(clock.today().year, clock.today().year - 4, -1),
    )


def _report(form: MaterialUseForm, year: int) -> None:
    """Save what the form says."""
    report_material_use(
        current_session(),
        current_actor(),
        organisation_slug=current_actor().organisation_slug,
        year=year,
        includes_bank_kg=form.included_kg(),
        includes_bank_as_of=form.includes_bank_as_of.data,
        rows=form.rows(),
        version=int(form.version.data or 0) if (form.version.data or "0").isdigit() else None,
    )
