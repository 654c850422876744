"""What is asked when a sheet is loaded: the file, its columns, and cells of wrong rows."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from flask import request
from werkzeug.datastructures import FileStorage
from wtforms import FileField, SelectField, StringField

from marketplace.imports.models import ImportRun
from marketplace.imports.rules.columns import Column
from marketplace.imports.rules.raw import ONCE
from marketplace.imports.rules.tables import Table
from marketplace.kernel.language import Text, _
from marketplace.market.rules.listing import CERTAINTY_LABELS, CONDITION_LABELS, Certainty
from marketplace.sheets.reading import MEGABYTE, USUAL, Limits, limits_of
from marketplace.web.ui.forms import Form, IdempotencyField, Required, options

NOTATION_CHOICES = options([("nl", _("1.234,5 (comma before decimals)")), ("en", _("1,234.5 (point before decimals)"))])
EXAMPLE_LENGTH = 30
CELL = re.compile(r"cell-([0-9]{1,9})-([a-z0-9_.-]{1,80})")


class FileForm(Form):
    """One sheet."""

    idempotency_key = IdempotencyField()
    file = FileField(_("File"), [Required(_("Choose a file: XLSX or CSV."))], description=_("XLSX or CSV, at most 5 MB."))

    def content(self, limits: Limits = USUAL) -> tuple[str, bytes]:
        """The name and what is in it, one byte more than may be at most."""
        sent = self.file.data
        read = limits.file_bytes + 1
        return (str(sent.filename or ""), sent.stream.read(read)) if isinstance(sent, FileStorage) else ("", b"")


def file_form(table: Table) -> FileForm:
    """The form for a sheet of this table, with how many rows it may hold."""
    form = FileForm()
    limits = limits_of(table.name)
    megabytes, most = limits.file_bytes // MEGABYTE, table.rows_max
    form.file.description = str(
        _(
            "XLSX, CSV or GeoJSON, at most %(size)s MB and %(most)s rows. A workbook may unpack to %(unpacked)s MB.",
            size=megabytes,
            most=most,
            unpacked=limits.unpacked_bytes // MEGABYTE,
        )
        if limits.has_shapes
        else _("XLSX or CSV, at most %(size)s MB and %(most)s rows.", size=megabytes, most=most)
    )
    return form


class ColumnsForm(Form):
    """Which column of the sheet is which column of the table; its fields are made per table."""

    def places(self, table: Table) -> dict[str, int]:
        """What was chosen, by column."""
        chosen = {column.key: self[column.key].data for column in table.columns}
        return {key: int(place) for key, place in chosen.items() if place and str(place).isdigit() and len(str(place)) < 4}

    def notations(self, table: Table) -> dict[str, str]:
        """How the numbers of each column are written."""
        return {
            column.key: self[notation_name(column)].data
            for column in table.columns
            if column.is_number and self[notation_name(column)].data
        }


def notation_name(column: Column) -> str:
    """The field that says how a column writes numbers."""
    return f"{column.key}_notation"


def columns_form(table: Table, run: ImportRun, first: Sequence[str]) -> ColumnsForm:
    """The form for one sheet, with what was recognised. `first`: the cells of its first row, to tell columns by."""
    names = [(str(place), _name(place, name, first)) for place, name in enumerate(run.columns)]
    fields: dict[str, object] = {}
    values: dict[str, str] = {}
    for column in table.columns:
        fields[column.key] = SelectField(
            column.label, choices=options(names, empty=_("not in this sheet")), validate_choice=False, description=column.meaning
        )
        values[column.key] = str(run.places[column.key]) if column.key in run.places else ""
        if column.is_number:
            fields[notation_name(column)] = SelectField(_("Numbers look like"), choices=NOTATION_CHOICES, validate_choice=False)
            values[notation_name(column)] = run.notations.get(column.key, run.notation)
    made: type[ColumnsForm] = type("ColumnsOfTable", (ColumnsForm,), fields)
    return made(data=values)


def _name(place: int, name: str, first: Sequence[str]) -> Text | str:
    """What a column is called, with what stands in it first."""
    called = name or _("column %(number)s", number=place + 1)
    example = first[place][:EXAMPLE_LENGTH] if place < len(first) else ""
    return _("%(name)s (for example %(text)s)", name=called, text=example) if example else called


class GivenForm(Form):
    """What is said once for every post of a contract that does not say it itself."""

    contract = StringField(_("Number of the contract"), description=_("By it a post is known again, for example HEN-2027-14."))
    place = StringField(_("Where does it come free?"), description=_("A place or a postcode of the region."))
    earliest = StringField(_("From which day can it come free?"), description=_("For example 1 July 2028."))
    latest = StringField(_("And on which day at the latest?"), description=_("For example 31 December 2028."))
    certainty = SelectField(
        _("How certain is that?"), choices=options(CERTAINTY_LABELS.items(), empty=_("Choose")), validate_choice=False
    )
    condition = SelectField(
        _("In which condition, as far as you know?"),
        choices=options(CONDITION_LABELS.items(), empty=_("Choose")),
        validate_choice=False,
    )

    def __init__(self, **given: Any) -> None:
        """Its names begin with `once`: the columns of the sheet stand on the same page."""
        super().__init__(prefix="once", **given)

    @classmethod
    def of(cls, run: ImportRun) -> "GivenForm":
        """The form with what was said."""
        return cls(formdata=None, data={"certainty": "" if run.given else Certainty.TENDERED.value, **run.given})

    def typed_values(self) -> dict[str, str]:
        """What was typed, by column."""
        return {key: self[key].data or "" for key in ONCE}


def typed_cells(run: ImportRun) -> dict[int, dict[str, str]]:
    """What was typed in the cells of wrong rows, by row and column. What is no cell of this sheet is left out."""
    typed: dict[int, dict[str, str]] = {}
    for name, text in request.form.items():
        match = CELL.fullmatch(name)
        if match and match[2] in run.places:
            typed.setdefault(int(match[1]), {})[match[2]] = text
    return typed


def typed_codes(names: Mapping[str, str]) -> dict[str, str]:
    """The material group that was chosen for each code, of those that the page shows."""
    return {code: request.form[name] for name, code in names.items() if name in request.form}
