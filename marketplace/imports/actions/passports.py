"""Taking in the assets and parts of a sheet, and taking them back as a whole."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from marketplace.accounts.policy import Actor
from marketplace.imports.models import ImportRow, ImportRun
from marketplace.imports.queries.passports import Taken
from marketplace.imports.queries.runs import ROWS_AT_ONCE
from marketplace.kernel.language import Text, _
from marketplace.passports.actions.intake import take_back, take_in
from marketplace.passports.queries.intake import count_made, list_depending, list_offered

NAMED_MAX = 3  # of what stands in the way, so many are named


def take_passports(
    session: Session, actor: Actor, run: ImportRun, rows: Sequence[ImportRow], values: Mapping[int, Taken], *, overwrite: bool
) -> None:
    """Write down what some rows say. At each is noted what it went into and how that stood before."""
    arrivals = [values[row.row_number].arrival for row in rows]
    outcomes = take_in(session, actor, arrivals, import_id=run.id, overwrite=overwrite)
    read = set(run.places.values())
    written = [
        {
            "import_id": run.id,
            "row_number": row.row_number,
            "result_id": outcome.asset_id,
            "before": outcome.before or row.before,
            "cells": [text if place in read else "" for place, text in enumerate(row.cells)],
        }
        for row, outcome in zip(rows, outcomes, strict=True)
    ]
    session.execute(update(ImportRow), written)


def told_passports(session: Session, run: ImportRun) -> dict[str, Any]:
    """How many assets and parts were made."""
    assets, parts = count_made(session, run.id)
    return {"assets": assets, "parts": parts}


def take_passports_back(session: Session, actor: Actor, run: ImportRun) -> dict[str, int]:
    """End what a sheet made, and bring back what it changed."""
    return take_back(session, actor, import_id=run.id, befores=_befores(session, run))


def _befores(session: Session, run: ImportRun) -> Iterator[Mapping[str, Any]]:
    """What rows noted of how something stood, the last row first."""
    upto: int | None = None
    while True:
        rows = select(ImportRow.row_number, ImportRow.before).where(ImportRow.import_id == run.id, ImportRow.before.is_not(None))
        if upto is not None:
            rows = rows.where(ImportRow.row_number < upto)
        found = session.execute(rows.order_by(ImportRow.row_number.desc()).limit(ROWS_AT_ONCE)).all()
        if not found:
            return
        upto = found[-1].row_number
        yield from (row.before for row in found)


def why_passports_stay(session: Session, run: ImportRun) -> list[Text]:
    """Which parts became more or less since. What left or came cannot be taken back with the sheet."""
    moved = list_depending(session, run.id, most=NAMED_MAX + 1)
    offered = list_offered(session, run.id, most=NAMED_MAX + 1)
    said = [
        _("Of “%(name)s”, part %(part)s, something was entered since.", name=one.name, part=str(one.number))
        for one in moved[:NAMED_MAX]
    ]
    said += [
        _("Part %(part)s of “%(name)s” is on offer: withdraw that first.", name=one.name, part=str(one.number))
        for one in offered[:NAMED_MAX]
    ]
    return [*said, _("And of others.")] if max(len(moved), len(offered)) > NAMED_MAX else said
