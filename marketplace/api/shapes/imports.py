"""Loaded sheets, their rows and what they would change; the outflow by Eural code."""

from typing import NamedTuple

from marketplace.api.fields import Choice, Integer, Line, Moment, Number, Property, Sentence, YesNo
from marketplace.api.schema import List, PageSchema, Part, Shape
from marketplace.impact.rules.material_use import Flow, Origin, Scope
from marketplace.imports.models import ImportRun
from marketplace.imports.queries.runs import is_mapped
from marketplace.imports.rules.outflow import Certainty
from marketplace.imports.rules.tables import ImportStatus, RowState, TableName
from marketplace.kernel.units import Unit

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


class _SheetColumnSchema(Shape):
    """A column of the sheet, and which column of the table it is."""

    name = Line()
    key = Line("null: it is not read", allow_none=True)
    notation = Line("how its numbers are written: nl or en; null: it has none", allow_none=True)


class ImportSchema(Shape):
    """A loaded sheet: how it stands, and how many of its rows are right."""

    id = Integer()
    table = Choice(TableName, attribute="kind")
    name = Line("of the file")
    status = Choice(ImportStatus)
    columns = List(Part(_SheetColumnSchema), get=_columns)
    is_mapped = YesNo("whether every column that is needed is known", get=is_mapped)
    counts = Part(_CountsSchema, get=_counts)
    task_id = Integer("the long task that applies it; null: none yet", allow_none=True)
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


class _StatesSchema(Shape):
    """Assets or parts by what would become of them."""

    ok = Integer("new")
    changed = Integer("stand there and differ")
    unchanged = Integer("stand there as the sheet says")


class _NameSchema(Shape):
    """A name of a material that is not in the list as it stands."""

    name = Line()
    rows = Integer()
    material = Line("slug of what it is taken for; null: not known", get=lambda one: one.material or None, allow_none=True)
    how = Line("chosen, found by the search, or unknown")


class _PassportsSchema(Shape):
    """What a sheet of passports would make and change."""

    assets = Part(_StatesSchema)
    parts = Part(_StatesSchema)
    mass_kg = Number("of the new parts")
    estimates = Integer("new parts that are an estimate")
    names = List(Part(_NameSchema), "names of materials to be explained or checked")


class ChangesSchema(Shape):
    """What applying a sheet would change.

    Figures of reports, Eural codes, drafts of lots, or assets and their parts."""

    changes = List(Part(_ChangeSchema))
    refused = List(Sentence(), "why the report of a year could not be saved so")
    codes = List(Part(_CodeSchema))
    lots = List(Part(_LotsSchema), "the drafts that a sheet of lots makes")
    passports = Part(_PassportsSchema, "of a sheet of passports; else null", allow_none=True)


class OutflowSchema(Shape):
    """What left in a year. With a group and without add up to everything that was notified."""

    year = Integer()
    total_mass_kg = Number(attribute="total_kg")
    mapped_mass_kg = Number("with a material group", attribute="mapped_kg")
    unknown_mass_kg = Number("without one: not certain, or not known", attribute="unknown_kg")
    lines = Integer()
    codes = List(Part(_CodeSchema))
    imports = List(Integer(), "the sheets that it came from", attribute="import_ids")
