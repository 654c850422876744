"""Prices, appraisals, valuations, and the statement of a year."""

from typing import Any

from marketplace.api.fields import Choice, Day, Integer, Line, LineOrNull, Moment, Number, Quantity, Sentence, UnitChoice
from marketplace.api.schema import List, PageSchema, Part, Shape
from marketplace.api.shapes.material import MaterialSchema, current_taxonomy
from marketplace.api.shapes.organisation import OrganisationSchema
from marketplace.http.request import current_session
from marketplace.market.rules.listing import Condition
from marketplace.valuations.models import ValuationRun
from marketplace.valuations.queries.runs import RunState, Statement, state_of
from marketplace.valuations.rules.method import SHADOW, Method


def _note() -> Sentence:
    return Sentence("what kind of value this is", get=lambda _of: SHADOW)


def _cents(meaning: str, name: str) -> Integer:
    return Integer(meaning, attribute=name, allow_none=True)


def _costs(of: str = "", whole: str = "") -> tuple[Integer, Integer, Integer]:
    names = ("taking_out_cents", "cleaning_cents", "transport_cents")
    costs = ("taking it out", "cleaning it", "moving it")
    meanings = [f"cost of {cost}{whole}; null: not known" for cost in costs]
    first, second, third = (_cents(meaning, f"{of}{name}") for meaning, name in zip(meanings, names, strict=True))
    return first, second, third


class PriceTableSchema(Shape):
    """A table of prices that was loaded."""

    id = Integer("higher is newer")
    name = Line("of the file")
    prices = Integer("how many it has")
    loaded_at = Moment()


class PriceTablesSchema(PageSchema):
    """A page of tables of prices, newest first."""

    items = List(Part(PriceTableSchema))


class _PriceSchema(Shape):
    """What one unit of a material is worth, by a source on a day."""

    row = Integer("of the file", attribute="number")
    material = Line("slug", get=lambda row: current_taxonomy().material_by_id(row.material_id).slug)
    condition = Choice(Condition, "null: any", allow_none=True, get=lambda row: row.condition or None)
    unit = UnitChoice()
    low_cents = Number("for one unit", places=6)
    high_cents = Number("for one unit", places=6)
    source = Line()
    priced_on = Day()
    taking_out_cents = Number("cost of taking one unit out; null: not known", places=6, allow_none=True)
    cleaning_cents = Number("cost of cleaning one unit; null: not known", places=6, allow_none=True)
    transport_cents = Number("cost of moving one unit; null: not known", places=6, allow_none=True)


class PricesSchema(PageSchema):
    """A page of the prices of a table, in the order of its file."""

    table = Part(PriceTableSchema)
    items = List(Part(_PriceSchema))


class AppraisalSchema(Shape):
    """What somebody appraised a part at, as a whole."""

    id = Integer()
    value_cents = Integer("for the whole quantity")
    quantity = Quantity("of how much, in the unit of the part")
    appraiser = Line()
    valued_on = Day()
    source = Line()
    taking_out_cents, cleaning_cents, transport_cents = _costs(whole=", all of that quantity")
    entered_at = Moment()
    note = _note()


class AppraisalsSchema(PageSchema):
    """A page of the appraisals of a part, the newest day first."""

    items = List(Part(AppraisalSchema))


class _MovedSchema(Shape):
    """What became of the value. Opening + new + price + counted + known − released − lost make closing."""

    opening_cents = Integer("in the run before")
    new_cents = Integer("what was put in or came back")
    price_cents = Integer("what only another price or method did")
    counted_cents = Integer("what measuring again did")
    known_cents = Integer("what got a value, or has none any more")
    released_cents = Integer("what was taken out or handed over")
    lost_cents = Integer("what was lost")


class _TotalsSchema(_MovedSchema):
    """The sums of a valuation."""

    parts = Integer("of which something was there")
    valued_parts = Integer("with a value; the others have none, which is not 0")
    mass_kg = Number()
    valued_mass_kg = Number()
    value_cents = Integer("gross: without what it costs to make use of it again")
    taking_out_cents = Integer("as far as known, of parts with a value")
    cleaning_cents = Integer("as far as known, of parts with a value")
    transport_cents = Integer("as far as known, of parts with a value")
    costed_parts = Integer("with a value, and of which at least one cost is known")
    net_cents = Integer("the value less the costs that are known")
    revalued_cents = Integer("price, counted and known together")


class ValuationRunSchema(Shape):
    """Valuing all that an organisation owns, as of a day."""

    id = Integer()
    organisation = Part(OrganisationSchema)
    as_of = Day()
    state = Choice(RunState, "only one that is done counts", get=lambda run: state_of(current_session(), run))
    task_id = Integer("the long task that does it, see /tasks", allow_none=True)
    started_at = Moment()
    compared_with = Integer("the last run of an earlier year; null: there was none", attribute="base_run_id", allow_none=True)
    price_table = Integer("number of the table of prices; null: there was none", attribute="price_table_id", allow_none=True)
    totals = Part(_TotalsSchema, "null until it is done", allow_none=True)
    note = _note()


class ValuationRunsSchema(PageSchema):
    """A page of valuations, newest first."""

    items = List(Part(ValuationRunSchema))


class _SourceSchema(Shape):
    """Where a value comes from."""

    exchanges = Integer("how many make the median", attribute="median.exchanges", allow_none=True)
    first_on = Day("of the first of those exchanges", attribute="median.first_on", allow_none=True)
    last_on = Day("of the last of those exchanges", attribute="median.last_on", allow_none=True)
    price_table = Integer("number of the table", attribute="price.table_id", allow_none=True)
    price_row = Integer("row of its file", attribute="price.number", allow_none=True)
    appraisal = Integer("number of the appraisal", attribute="appraisal.id", allow_none=True)
    appraiser = LineOrNull("who appraised it", attribute="appraisal.appraiser")
    dated_on = Day("of the price or the appraisal", allow_none=True)
    source = LineOrNull("of the price or the appraisal")


class _ValuationLineSchema(Shape):
    """A part in a valuation."""

    asset = Integer(attribute="asset.id")
    asset_name = Line(attribute="asset.name")
    part = Integer("number within its asset", attribute="item.number")
    material = Part(MaterialSchema, get=lambda entry: current_taxonomy().material_by_id(entry.item.material_id))
    condition = Choice(
        Condition, "as it was then; null: nobody looked", allow_none=True, get=lambda entry: entry.line.condition or None
    )
    quantity = Quantity("0: it left since the run before", attribute="line.quantity")
    unit = UnitChoice(attribute="item.unit")
    mass_kg = Number(attribute="line.mass_kg")
    method = Choice(Method, attribute="line.method")
    source = Part(_SourceSchema, "null: it has no value", allow_none=True, get=lambda entry: write_source(entry.source))
    unit_cents = Number(
        "for one unit, of kg for one tonne; null: it has no value", places=6, allow_none=True, attribute="line.unit_cents"
    )
    value_cents = _cents("null: it has no value, which is not 0", "line.value_cents")
    low_cents = _cents("by the lowest price; null: not known", "line.low_cents")
    high_cents = _cents("by the highest price; null: not known", "line.high_cents")
    taking_out_cents, cleaning_cents, transport_cents = _costs("line.")
    net_cents = _cents("the value less the costs that are known; null: no value, or no cost is known", "line.net_cents")
    moved = Part(_MovedSchema, attribute="line")


class ValuationSchema(PageSchema):
    """A valuation with a page of its lines, by part."""

    valuation = Part(ValuationRunSchema)
    items = List(Part(_ValuationLineSchema))


class ValuationPlanSchema(Shape):
    """What a valuation would do. Nothing happens yet."""

    organisation = Part(OrganisationSchema)
    as_of = Day()
    parts = Integer("that would get a line")
    by_exchanges = Integer(get=lambda plan: plan.methods[Method.EXCHANGES])
    by_price_table = Integer(get=lambda plan: plan.methods[Method.PRICE_TABLE])
    by_appraisal = Integer(get=lambda plan: plan.methods[Method.APPRAISAL])
    without_value = Integer(get=lambda plan: plan.methods[Method.NONE])
    price_table = Part(PriceTableSchema, "null: no table has a price of that day or before", attribute="table", allow_none=True)
    compared_with = Part(ValuationRunSchema, "the last run of an earlier year", attribute="base", allow_none=True)
    note = _note()


class MaterialValueSchema(Shape):
    """The statement of a year. Everything is null where nothing was valued in that year."""

    organisation = Part(OrganisationSchema)
    year = Integer()
    opening_run = Part(ValuationRunSchema, "null: there was no earlier one", attribute="opening", allow_none=True)
    closing_run = Part(ValuationRunSchema, "null: nothing was valued in this year", attribute="closing", allow_none=True)
    opening_cents = Integer(allow_none=True)
    new_cents = Integer("what was put in or came back", allow_none=True)
    revalued_cents = Integer("the three below together", allow_none=True)
    price_cents = Integer("what only another price or method did", allow_none=True)
    counted_cents = Integer("what measuring again did", allow_none=True)
    known_cents = Integer("what got a value, or has none any more", allow_none=True)
    released_cents = Integer("what was taken out or handed over", allow_none=True)
    lost_cents = Integer(allow_none=True)
    closing_cents = Integer("opening + new + revalued − released − lost", allow_none=True)
    note = _note()


_SUMS = ("opening", "new", "revalued", "price", "counted", "known", "released", "lost")


def write_statement(statement: Statement) -> dict[str, Any]:
    """The statement as JSON has it."""
    totals = None if statement.closing is None else statement.closing.totals
    sums = {f"{name}_cents": None if totals is None else getattr(totals, f"{name}_cents") for name in _SUMS}
    closing = None if totals is None else totals.value_cents
    return MaterialValueSchema.write(statement, **sums, closing_cents=closing)


def write_source(source: Any) -> dict[str, Any] | None:
    """Where the value of a line comes from; None where it has none."""
    if source.median is not None:
        return _written(exchanges=source.median.exchanges, first_on=source.median.first_on, last_on=source.median.last_on)
    if source.price is not None:
        row = source.price
        return _written(price_table=row.table_id, price_row=row.number, dated_on=row.priced_on, source=row.source)
    if source.appraisal is not None:
        row = source.appraisal
        return _written(appraisal=row.id, appraiser=row.appraiser, dated_on=row.valued_on, source=row.source)
    return None


_SOURCE = ("exchanges", "first_on", "last_on", "price_table", "price_row", "appraisal", "appraiser", "dated_on", "source")


def _written(**values: Any) -> dict[str, Any]:
    return _SourceSchema.write(None, **(dict.fromkeys(_SOURCE) | values))


def write_run(run: ValuationRun) -> dict[str, Any]:
    """A valuation as JSON has it."""
    return ValuationRunSchema.write(run)
