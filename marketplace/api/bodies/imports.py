"""What is taken of a loaded sheet: columns, cells that are typed again, codes, and applying."""

from enum import StrEnum

from marketplace.api.fields import CODE_LENGTH_MAX, Choice, Line, Whole, YesNo
from marketplace.api.schema import Body, Rows
from marketplace.impact.rules.material_use import Scope
from marketplace.imports.rules.columns import CELL_LENGTH_MAX, NOTATIONS

COLUMNS_TAKEN_MAX = 60
ROWS_TAKEN_MAX = 500
CODES_TAKEN_MAX = 500
KEY_LENGTH_MAX = 80


class ColumnBody(Body):
    """A column of the table and where it stands in the sheet."""

    key = Line("name of the column of the table", longest=KEY_LENGTH_MAX, required=True)
    column = Whole("its place in the sheet, from 0", required=True)
    notation = Line("how its numbers are written: nl is 1.234,5 and en is 1,234.5", shape={"enum": list(NOTATIONS)})


class MappingBody(Body):
    """Which column is which. Kept for the next sheet of this organisation."""

    columns = Rows(ColumnBody(), "every column that is read", most=COLUMNS_TAKEN_MAX, required=True)


class CellBody(Body):
    """One cell that is typed again."""

    row = Whole("number of the row, as the spreadsheet shows it", required=True)
    key = Line("name of the column of the table", longest=KEY_LENGTH_MAX, required=True)
    text = Line("what stands in it; a number as the language of the request writes it", longest=CELL_LENGTH_MAX, required=True)


class CellsBody(Body):
    """Cells that are typed again."""

    cells = Rows(CellBody(), "the cells", most=ROWS_TAKEN_MAX, required=True)


class Existing(StrEnum):
    """What becomes of what stands there already and of which the sheet says something else."""

    SKIP = "skip"
    UPDATE = "update"


class CodeBody(Body):
    """A Eural code and its material group. Of a sheet of passports: a name and its material."""

    eural = Line("the code, for example 17 01 01", longest=CODE_LENGTH_MAX)
    group = Line("slug of a material group; absent: not known", longest=CODE_LENGTH_MAX)
    name = Line("what the sheet calls a material", longest=CELL_LENGTH_MAX)
    material = Line("slug of a material, see /materials; absent: not known", longest=CODE_LENGTH_MAX)


class CodesBody(Body):
    """Choices of codes. Kept for the next sheet of this organisation."""

    codes = Rows(CodeBody(), "the codes", most=CODES_TAKEN_MAX, required=True)


class GivenBody(Body):
    """What is said once for all posts of a contract that do not say it themselves. Absent: it stays; empty: it is taken away."""

    contract = Line("number of the contract", longest=CELL_LENGTH_MAX)
    place = Line("place or postcode where it comes free", longest=CELL_LENGTH_MAX)
    earliest = Line("first day on which it can come free, as 2028-07-01", longest=CELL_LENGTH_MAX)
    latest = Line("last day", longest=CELL_LENGTH_MAX)
    certainty = Line("idea, budgeted, tendered or in_execution", longest=CELL_LENGTH_MAX)
    condition = Line("new, good, fair or poor", longest=CELL_LENGTH_MAX)


class ApplyBody(Body):
    """How a sheet is applied."""

    only_good = YesNo("true: the wrong rows stay out; else a sheet with wrong rows is refused")
    existing = Choice(Existing, "of a sheet of passports, for what stands there and differs; absent: skip")
    seen = Line("`seen` of the sheet as you read it: refused when a report changed since", longest=500)


class TakeOverBody(Body):
    """Whose outflow it is."""

    scope = Choice(Scope, required=True)
