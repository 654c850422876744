"""Exchanges, their totals, progress towards the goals, and municipal reports."""

from flask import Response

from marketplace.accounts.policy import Can
from marketplace.api import query
from marketplace.api.bodies.figures import MaterialUseBody
from marketplace.api.reading import asked, asked_id, read_body, read_page
from marketplace.api.routing import many, ok, route
from marketplace.api.shapes.exchange import ExchangesSchema
from marketplace.api.shapes.figures import GoalsSchema, MaterialUseSchema, PublicStatisticsSchema, StatisticsSchema
from marketplace.http.request import current_actor, current_session, permission
from marketplace.impact import actions as impact
from marketplace.impact.queries.goals import get_goals, get_material_use
from marketplace.impact.queries.statistics import get_statistics
from marketplace.impact.rules.goals import UseRow
from marketplace.ledger.queries import list_exchanges as list_visible

MATERIAL_USE = "/material-use/<int:year>"


@route("GET", "/exchanges", gives=ExchangesSchema, tag="figures", query=query.PAGE)
@permission(Can.READ_EXCHANGES)
def list_exchanges() -> Response:
    """List rows of the ledger: your own organisation's, or all for reviewer and administrator."""
    page = read_page()
    rows, total = list_visible(current_session(), current_actor(), page=page.number, page_size=page.size)
    return many(ExchangesSchema, rows, total=total, page=page)


@route("GET", "/statistics", gives=StatisticsSchema, tag="figures")
@permission(Can.READ_PUBLIC_FIGURES)
def show_statistics() -> Response:
    """The totals; with a token also by municipality, material group and month."""
    statistics = get_statistics(current_session(), current_actor())
    return ok((PublicStatisticsSchema if statistics.is_public else StatisticsSchema).write(statistics))


@route("GET", "/goals", gives=GoalsSchema, tag="figures", query=(query.YEAR,), refuses=(422,))
@permission(Can.READ_PUBLIC_FIGURES)
def show_goals() -> Response:
    """The three goals: the region, and with a token every municipality."""
    year = asked_id("year")
    return ok(GoalsSchema.write(get_goals(current_session(), current_actor(), year=year)))


@route("GET", MATERIAL_USE, gives=MaterialUseSchema, tag="figures", query=(query.OF,))
@permission(Can.READ_MATERIAL_USE)
def get_year(year: int) -> Response:
    """Get what your own municipality reported of a year. The reviewer names another with `organisation`."""
    slug = asked("organisation") or None
    reported = get_material_use(current_session(), current_actor(), year=year, organisation_slug=slug)
    return ok(MaterialUseSchema.write(reported))


@route("PUT", MATERIAL_USE, takes=MaterialUseBody(), gives=MaterialUseSchema, tag="figures", refuses=(409,))
@permission(Can.EDIT_MATERIAL_USE)
def report_year(year: int) -> Response:
    """Replace what your own municipality reported of a year."""
    values = read_body(MaterialUseBody())
    actor = current_actor()
    reported = impact.report_material_use(
        current_session(),
        actor,
        organisation_slug=actor.organisation_slug,
        year=year,
        includes_bank_kg=values["includes_bank_kg"],
        includes_bank_as_of=values.get("includes_bank_as_of"),
        rows=[UseRow(row["group"], row["origin"].value, row["mass_kg"]) for row in values["rows"]],
        version=values.get("version"),
    )
    return ok(MaterialUseSchema.write(reported))
