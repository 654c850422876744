"""Taking the outflow of a year over into its report.

It is a sheet of its own: looked at, applied and taken back like any other."""

import hashlib
from decimal import Decimal

from sqlalchemy.orm import Session

from marketplace.accounts.policy import Actor
from marketplace.impact.rules.material_use import Flow, Origin, Scope
from marketplace.imports.actions.load import LoadedFile, load_sheet
from marketplace.imports.models import ImportRun
from marketplace.imports.queries.outflow import get_outflow
from marketplace.imports.rules.columns import SheetRow
from marketplace.imports.rules.tables import TableName
from marketplace.kernel.errors import Conflict, Invalid
from marketplace.kernel.language import _, in_default_locale
from marketplace.kernel.units import plain

COLUMNS = ("jaar", "reikwijdte", "stroom", "materiaalgroep", "herkomst", "kg")


def take_over(session: Session, actor: Actor, *, year: int, scope: str) -> ImportRun:
    """Load what left in a year, by material group, into the report of that year. What has no group stays out of it."""
    if scope not in set(Scope):
        raise Invalid(_("Choose whose material it is: organisation or territory."), "scope")
    outflow = get_outflow(session, actor, year=year)
    if not outflow.by_group:
        raise Conflict(_("Nothing for %(year)s has a material group, so there is nothing to take over.", year=str(year)))
    rows = [
        SheetRow(number, (str(year), scope, Flow.OUT.value, group, Origin.UNKNOWN.value, _written(mass_kg)))
        for number, (group, mass_kg) in enumerate(outflow.by_group.items(), 2)
    ]
    text = "\n".join(";".join(row.cells) for row in rows)
    name = in_default_locale(_("Waste notifications %(year)s", year=str(year)))
    source = {"year": year, "imports": list(outflow.import_ids)}
    file = LoadedFile(name, hashlib.sha256(text.encode()).hexdigest(), [SheetRow(1, COLUMNS), *rows], "nl", source)
    return load_sheet(session, actor, kind=TableName.MATERIAL_USE, file=file)


def _written(mass_kg: Decimal) -> str:
    return plain(mass_kg).replace(".", ",")
