"""Loaded sheets, their rows and what they would change; the outflow by Eural code."""

from typing import NamedTuple

from marketplace.api.fields import Choice, Day, Integer, Line, Moment, Number, Property, Quantity, Sentence, UnitChoice, YesNo
from marketplace.api.schema import List, PageSchema, Part, Shape
from marketplace.api.shapes.material import current_taxonomy
from marketplace.impact.rules.material_use import Flow, Origin, Scope
from marketplace.imports.models import ImportRun, OutflowEstimate
from marketplace.imports.queries.runs import is_mapped
from marketplace.imports.rules.outflow import Certainty
from marketplace.imports.rules.tables import ImportStatus, RowState, TableName
from marketplace.kernel.units import Unit
from marketplace.market.rules.listing import Certainty as LotCertainty
from marketplace.market.rules.listing import Condition

TEXTS = {"type": "object", "additionalProperties": {"type": "string"}}


class _Column(NamedTuple):
    """A column of a sheet, and what is read from it."""

    name: str
    key: str | None
    notation: str | None


class _Counts(NamedTuple):
    """Rows by state."""

    ok: int
    changed: int
    unchanged: int
    error: int
    refused: int
    ignored: int


def _columns(run: ImportRun) -> list[_Column]:
    keys = {place: key for key, place in run.places.items()}
    return [_Column(name, keys.get(place), run.notations.get(keys.get(place, ""))) for place, name in enumerate(run.columns)]


def _counts(run: ImportRun) -> _Counts:
    return _Counts(*(run.counts.get(state, 0) for state in RowState))


class _CountsSchema(Shape):
    """Rows by what they would do."""

    ok = Integer("new")
    changed = Integer("another value than stands there")
    unchanged = Integer("what stands there already")
    error = Integer("wrong")
    refused = Integer("of a contract: what becomes the contractor's")
    ignored = Integer("of a contract: neither H nor R")


class _SheetColumnSchema(Shape):
    """A column of the sheet, and which column of the table it is."""

    name = Line()
    key = Line("null: it is not read", allow_none=True)
    notation = Line("how its numbers are written: nl or en; null: it has none", allow_none=True)


class _GivenSchema(Shape):
    """What is said once for all posts of a contract. Null: not said yet."""

    contract = Line("number of the contract", allow_none=True)
    place = Line("place or postcode where it comes free", allow_none=True)
    earliest = Line("first day on which it can come free", allow_none=True)
    latest = Line("last day", allow_none=True)
    certainty = Choice(LotCertainty, allow_none=True)
    condition = Choice(Condition, allow_none=True)


class _Given(NamedTuple):
    """What was said once, by column."""

    contract: str | None = None
    place: str | None = None
    earliest: str | None = None
    latest: str | None = None
    certainty: str | None = None
    condition: str | None = None


def _given(run: ImportRun) -> _Given | None:
    return _Given(**run.given) if run.kind == TableName.RAW else None


class ImportSchema(Shape):
    """A loaded sheet: how it stands, and how many of its rows are right."""

    id = Integer()
    table = Choice(TableName, attribute="kind")
    name = Line("of the file")
    status = Choice(ImportStatus)
    columns = List(Part(_SheetColumnSchema), get=_columns)
    is_mapped = YesNo("whether every column that is needed is known", get=is_mapped)
    counts = Part(_CountsSchema, get=_counts)
    given = Part(_GivenSchema, "of a contract: what is said once; else null", get=_given, allow_none=True)
    task_id = Integer("the long task that reads or applies it; null: none yet", allow_none=True)
    result = Property("what came of it; null: it is not applied", shape={"type": "object"}, allow_none=True)
    made_at = Moment()
    applied_at = Moment(allow_none=True)
    undone_at = Moment(allow_none=True)
    same_as = Integer("the sheet that was the same file before; only of one sheet", optional=True)
    seen = Line("the versions of the reports that it speaks of, for applying; only of one sheet", optional=True)


class ImportsSchema(PageSchema):
    """A page of loaded sheets, newest first."""

    items = List(Part(ImportSchema))


class ImportRowSchema(Shape):
    """A row of a sheet by the columns of its table, and what is wrong with it."""

    row = Integer("as the spreadsheet shows it")
    state = Choice(RowState)
    values = Property("text by column", shape=TEXTS)
    messages = Property("what is wrong, by column", shape=TEXTS)
    result_id = Integer("the report, the line, the listing or the asset that it went into", allow_none=True)


class ImportRowsSchema(PageSchema):
    """A page of rows, in the order of the sheet."""

    items = List(Part(ImportRowSchema))


class _ChangeSchema(Shape):
    """A figure of a report that becomes another. Rows of one figure are added up."""

    year = Integer(attribute="cell.year")
    scope = Choice(Scope, attribute="cell.row.scope")
    flow = Choice(Flow, attribute="cell.row.flow")
    group = Line(attribute="cell.row.group_slug")
    origin = Choice(Origin, attribute="cell.row.origin")
    old_mass_kg = Number("null: nothing stands there", attribute="old_kg", allow_none=True)
    new_mass_kg = Number(attribute="new_kg")
    rows = Integer("of the sheet")


class _CodeSchema(Shape):
    """What left under one Eural code."""

    eural = Line()
    name = Line()
    mass_kg = Number()
    lines = Integer()
    group = Line("slug of the material group; null: not known", attribute="group_slug", allow_none=True)
    certainty = Choice(Certainty)


class _LotsSchema(Shape):
    """The drafts of one material and unit that a sheet makes."""

    material = Line("slug")
    lots = Integer("drafts")
    quantity = Number()
    unit = Choice(Unit)


def _material_slug(line: OutflowEstimate) -> str | None:
    return None if line.material_id is None else current_taxonomy().material_by_id(line.material_id).slug


class _LinesSchema(Shape):
    """What leaves of one material and unit by a contract."""

    material = Line("slug; null: not certain", get=lambda row: row.material or None, allow_none=True)
    lines = Integer("posts", attribute="lots")
    quantity = Number()
    unit = Choice(Unit)


class _StatesSchema(Shape):
    """Assets or parts by what would become of them."""

    ok = Integer("new")
    changed = Integer("stand there and differ")
    unchanged = Integer("stand there as the sheet says")


class _NameSchema(Shape):
    """A name of a material that is not in the list as it stands."""

    name = Line()
    rows = Integer()
    material = Line("slug of what it is taken for; null: not known", get=lambda row: row.material or None, allow_none=True)
    how = Line("chosen, found by the search, or unknown")


class _PassportsSchema(Shape):
    """What a sheet of passports would make and change."""

    assets = Part(_StatesSchema)
    parts = Part(_StatesSchema)
    mass_kg = Number("of the new parts")
    estimates = Integer("new parts that are an estimate")
    names = List(Part(_NameSchema), "names of materials to be explained or checked")


class _PostsSchema(Shape):
    """What becomes of the posts of a contract. The six numbers add up to its posts."""

    posts = Integer()
    lots = Integer("H: planned lots, closed to others until they are opened")
    lines = Integer("R: lines of what leaves")
    refused = Integer("what becomes the contractor's")
    ignored = Integer("neither H nor R")
    known = Integer("stand there already")
    wrong = Integer()
    lot_totals = List(Part(_LotsSchema), "the lots by material and unit")
    line_totals = List(Part(_LinesSchema), "the lines by material and unit")
    names = List(Part(_NameSchema), "names of materials to be explained or checked")
    lacking = List(Line(), "what is still to be said once, see given")


class ChangesSchema(Shape):
    """What applying a sheet would change.

    Figures of reports, Eural codes, drafts of lots, assets and their parts, or posts of a contract."""

    changes = List(Part(_ChangeSchema))
    refused = List(Sentence(), "why the report of a year could not be saved so")
    codes = List(Part(_CodeSchema))
    lots = List(Part(_LotsSchema), "the drafts that a sheet of lots makes")
    passports = Part(_PassportsSchema, "of a sheet of passports; else null", allow_none=True)
    raw = Part(_PostsSchema, "of a RAW contract; else null", allow_none=True)


class OutflowEstimateSchema(Shape):
    """A post of a RAW contract that says what will be taken away (R)."""

    id = Integer()
    import_id = Integer()
    contract = Line()
    post = Line("its number")
    description = Line()
    material = Line("slug; null: not certain", get=_material_slug, allow_none=True)
    quantity = Quantity()
    unit = UnitChoice()
    mass_kg = Number("null: not known what the unit weighs", allow_none=True)
    earliest = Day()
    latest = Day()


class OutflowEstimatesSchema(PageSchema):
    """A page of what contracts say will leave, the earliest first."""

    items = List(Part(OutflowEstimateSchema))


class OutflowSchema(Shape):
    """What left in a year. With a group and without add up to everything that was notified."""

    year = Integer()
    total_mass_kg = Number(attribute="total_kg")
    mapped_mass_kg = Number("with a material group", attribute="mapped_kg")
    unknown_mass_kg = Number("without one: not certain, or not known", attribute="unknown_kg")
    lines = Integer()
    codes = List(Part(_CodeSchema))
    imports = List(Integer(), "the sheets that it came from", attribute="import_ids")
