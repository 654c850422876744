"""Sheets for tests: made, loaded, applied, and what stands in the report afterwards."""

import csv
import io
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from decimal import Decimal

from flask import Flask
from sqlalchemy.orm import Session

from marketplace.accounts.policy import Actor
from marketplace.http.sheets import read_file
from marketplace.impact.queries.reports import get_material_use
from marketplace.imports.actions.load import load_sheet
from marketplace.imports.models import ImportRun
from marketplace.imports.queries.runs import get_import
from marketplace.jobs import tasks
from marketplace.kernel.db import Database

HEADER = ("Jaar", "Materiaalgroep", "Herkomst", "Ton")
LMA = (
    *("Afvalstroomnummer", "Ontdoener", "Locatie van herkomst", "Verwerker", "Euralcode", "Gebruikelijke benaming"),
    *("Verwerkingsmethode", "Periode", "Hoeveelheid (kg)", "Aantal vrachten", "Contactpersoon"),
)


@contextmanager
def reading(database: Database) -> Iterator[Session]:
    """A reading session whose rows can be looked at afterwards."""
    with database.read() as session:
        yield session
        session.expunge_all()


def sheet(rows: Sequence[Sequence[object]], header: Sequence[str] = HEADER) -> bytes:
    text = io.StringIO(newline="")
    writer = csv.writer(text, delimiter=";")
    writer.writerow(header)
    writer.writerows(rows)
    return text.getvalue().encode()


def load(database: Database, actor: Actor, content: bytes, kind: str = "material_use", name: str = "gebruik.csv") -> ImportRun:
    with database.transaction() as session:
        return load_sheet(session, actor, kind=kind, file=read_file(name, content))


def apply(app: Flask, database: Database, actor: Actor, run: ImportRun, *, only_good: bool = False) -> ImportRun:
    with database.transaction() as session:
        task = tasks.start_import(session, actor, import_id=run.id, only_good=only_good)
    assert tasks.take(app, task.id)
    with reading(database) as session:
        task = tasks.get_task(session, actor, task.id)
        assert (task.state, task.error) == ("done", "")
        return get_import(session, actor, run.id)


def stands(database: Database, actor: Actor, year: int) -> tuple[int, dict[tuple[str, str, str], Decimal]]:
    """The newest version of a year's report, and its kilograms by flow, group and origin."""
    with reading(database) as session:
        report = get_material_use(session, actor, year=year)
        return report.version, {(row.flow, row.group_slug, row.origin): row.mass_kg for row in report.rows}
