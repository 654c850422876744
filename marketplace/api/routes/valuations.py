"""What materials are worth: prices, appraisals, valuations, and the statement of a year."""

from flask import Response, request
from werkzeug.exceptions import RequestEntityTooLarge, UnsupportedMediaType

from marketplace.accounts.policy import Can
from marketplace.accounts.queries.organisations import get_organisation_by_slug
from marketplace.api import query
from marketplace.api.bodies.valuation import AppraisalBody, ValuationBody, new_appraisal
from marketplace.api.reading import read_body, read_page, read_query_day, read_value
from marketplace.api.routing import created, many, ok, route
from marketplace.api.shapes.valuation import (
    AppraisalSchema,
    AppraisalsSchema,
    MaterialValueSchema,
    PricesSchema,
    PriceTableSchema,
    PriceTablesSchema,
    ValuationPlanSchema,
    ValuationRunSchema,
    ValuationRunsSchema,
    ValuationSchema,
    write_run,
    write_statement,
)
from marketplace.http.request import current_actor, current_session, one_moment, permission
from marketplace.http.sheets import FILE_BODY_MAX, read_factor_list
from marketplace.http.wake import waking
from marketplace.jobs.tasks import start_valuation
from marketplace.jobs.valuations import plan_valuation
from marketplace.kernel import clock
from marketplace.kernel.errors import Invalid, Missing
from marketplace.kernel.language import _
from marketplace.sheets.reading import FILE_BYTES_MAX, too_large
from marketplace.valuations.actions.appraisals import appraise
from marketplace.valuations.actions.prices import load_prices
from marketplace.valuations.queries import prices, runs

ORGANISATION = query.parameter("organisation", "slug of an organisation; absent: your own")
AS_OF = query.parameter("asOf", "absent: today", format="date")
YEAR = query.parameter("year", "absent: this year", type="integer", minimum=2015, maximum=9999)
APPRAISALS = "/assets/<int:asset_id>/items/<int:number>/appraisals"


@route("POST", "/price-tables", gives=PriceTableSchema, status=201, upload="sheet", tag="passports", refuses=(413,))
@permission(Can.LOAD_PRICES, max_body_bytes=FILE_BODY_MAX)
def load_price_table() -> Response:
    """Load a table of prices, which counts from now on.

    A row that does not fit is named, and then nothing is stored. The tables before stay, and so does what was valued by them.
    """
    if request.mimetype != "multipart/form-data":
        raise UnsupportedMediaType
    try:
        sent = request.files.get("file")
        content = b"" if sent is None else sent.stream.read(FILE_BYTES_MAX + 1)
    except RequestEntityTooLarge as error:
        raise too_large() from error
    if sent is None:
        raise Invalid(_("Send a sheet in the field file."), "file")
    file = read_factor_list(sent.filename or "", content)
    table = load_prices(current_session(), current_actor(), file=file).table
    return created(PriceTableSchema.write(table), "show_price_table", table_id=table.id)


@route("GET", "/price-tables", gives=PriceTablesSchema, tag="passports", query=query.PAGE)
@permission(Can.READ_PRICES)
def list_price_tables() -> Response:
    """List the tables of prices, newest first. The newest one with a price of that day or before counts."""
    page = read_page()
    rows = prices.list_price_tables(current_session(), current_actor())
    items = [PriceTableSchema.write(row) for row in rows[page.offset : page.offset + page.size]]
    return many(PriceTablesSchema, items, total=len(rows), page=page)


@route("GET", "/price-tables/<int:table_id>", gives=PricesSchema, tag="passports", query=query.PAGE)
@permission(Can.READ_PRICES)
def show_price_table(table_id: int) -> Response:
    """One table with a page of its prices."""
    page, session = read_page(), current_session()
    table = prices.get_price_table(session, current_actor(), table_id)
    rows = prices.list_prices(session, table, offset=page.offset, limit=page.size)
    return many(PricesSchema, rows, total=table.prices, page=page, table=table)


@route("GET", APPRAISALS, gives=AppraisalsSchema, tag="passports", query=query.PAGE)
@permission(Can.READ_VALUE)
def list_appraisals(asset_id: int, number: int) -> Response:
    """List what a part was appraised at, the newest day first."""
    page = read_page()
    _item, rows = prices.list_appraisals(current_session(), current_actor(), asset_id, number)
    return many(AppraisalsSchema, rows[page.offset : page.offset + page.size], total=len(rows), page=page)


@route("POST", APPRAISALS, takes=AppraisalBody(), gives=AppraisalSchema, status=201, tag="passports")
@permission(Can.KEEP_PASSPORTS)
def appraise_item(asset_id: int, number: int) -> Response:
    """Record what somebody appraised a part at. It counts in the next valuation, where no price does."""
    draft = new_appraisal(read_body(AppraisalBody()))
    row = appraise(current_session(), current_actor(), asset_id=asset_id, number=number, draft=draft)
    return created(AppraisalSchema.write(row), "list_appraisals", asset_id=asset_id, number=number)


@route("GET", "/valuation-plan", gives=ValuationPlanSchema, tag="passports", query=(ORGANISATION, AS_OF))
@permission(Can.VALUE_ASSETS)
@one_moment
def show_valuation_plan() -> Response:
    """Show what a valuation would do: of how many parts, and by which method. Nothing happens yet."""
    session, actor = current_session(), current_actor()
    as_of = read_query_day("asOf") or clock.today()
    plan = plan_valuation(session, actor, organisation_id=_organisation(read_value("organisation")), as_of=as_of)
    return ok(ValuationPlanSchema.write(plan))


@route("POST", "/valuation-runs", takes=ValuationBody(), gives=ValuationRunSchema, status=201, tag="passports")
@permission(Can.VALUE_ASSETS)
def value_assets() -> Response:
    """Value all that an organisation owns, as one long task.

    Ask for it again to see how far it is. Earlier valuations stay as they are.
    """
    values = read_body(ValuationBody())
    run = start_valuation(
        current_session(),
        current_actor(),
        organisation_id=_organisation(values.get("organisation") or ""),
        as_of=values.get("as_of") or clock.today(),
    )
    return waking(created(write_run(run), "show_valuation", valuation_id=run.id), run.task_id or 0)


@route("GET", "/valuation-runs", gives=ValuationRunsSchema, tag="passports", query=(ORGANISATION, *query.PAGE))
@permission(Can.READ_VALUE)
def list_valuations() -> Response:
    """List the valuations of an organisation, newest first."""
    page = read_page()
    organisation_id = _organisation(read_value("organisation"))
    rows, total = runs.list_runs(current_session(), current_actor(), organisation_id, offset=page.offset, limit=page.size)
    return many(ValuationRunsSchema, [write_run(row) for row in rows], total=total, page=page)


@route("GET", "/valuation-runs/<int:valuation_id>", gives=ValuationSchema, tag="passports", query=query.PAGE)
@permission(Can.READ_VALUE)
@one_moment
def show_valuation(valuation_id: int) -> Response:
    """One valuation, with a page of its lines: each with its method and its source."""
    page, session = read_page(), current_session()
    run = runs.get_run(session, current_actor(), valuation_id)
    lines, total = runs.list_lines(session, run, offset=page.offset, limit=page.size)
    return many(ValuationSchema, lines, total=total, page=page, valuation=write_run(run))


@route("GET", "/material-value", gives=MaterialValueSchema, tag="passports", query=(ORGANISATION, YEAR))
@permission(Can.READ_VALUE)
@one_moment
def show_material_value() -> Response:
    """Show what became of the value in a year, to the cent.

    Its last valuation is set against the last one of an earlier year.
    """
    typed = read_value("year")
    if typed and not (typed.isascii() and typed.isdigit() and 2015 <= int(typed[:5]) <= 9999):
        raise Invalid(_("Write a year, for example 2027."), "year")
    year = int(typed) if typed else clock.today().year
    statement = runs.get_statement(current_session(), current_actor(), _organisation(read_value("organisation")), year)
    return ok(write_statement(statement))


def _organisation(slug: str) -> int:
    if not slug:
        return int(current_actor().organisation_id or 0)
    try:
        return get_organisation_by_slug(current_session(), slug).id
    except Missing as missing:
        raise Invalid(missing.message, "organisation") from missing
