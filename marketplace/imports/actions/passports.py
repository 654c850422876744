"""Taking in the assets and parts of a sheet, and taking them back as a whole."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from marketplace.accounts.policy import Actor
from marketplace.imports.models import ImportRow, ImportRun
from marketplace.imports.queries.passports import Taken
from marketplace.imports.queries.runs import ROWS_AT_ONCE
from marketplace.kernel.errors import Invalid, Refusal
from marketplace.kernel.language import Text, _, in_default_locale
from marketplace.market.rules.listing import Certainty
from marketplace.matching.actions.replan import follow_days
from marketplace.passports.actions.intake import take_back, take_in
from marketplace.passports.queries.assets import draft_of, get_asset
from marketplace.passports.queries.intake import Arrival, count_made, list_depending, list_offered
from marketplace.passports.rules.assets import Coming

_DAYS = {"release_earliest", "release_latest", "certainty"}
NAMED_MAX = 3  # of what stands in the way, so many are named


def take_passports(
    session: Session, actor: Actor, run: ImportRun, rows: Sequence[ImportRow], values: Mapping[int, Taken], *, overwrite: bool
) -> None:
    """Write down what some rows say. At each is noted what it went into and how that stood before."""
    arrivals = [values[row.row_number].arrival for row in rows]
    outcomes = take_in(session, actor, arrivals, import_id=run.id, overwrite=overwrite)
    if overwrite:
        for row, arrival in zip(rows, arrivals, strict=True):
            _move_lots(session, actor, run, row.row_number, arrival)
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


def _move_lots(session: Session, actor: Actor, run: ImportRun, row_number: int, arrival: Arrival) -> None:
    """Lots that were planned by the days of an asset move along, with the sheet as the reason. Whoever reserved them agrees again."""
    if arrival.standing is None or arrival.draft is None:
        return
    reason = in_default_locale(_("Import %(number)s: %(name)s", number=str(run.id), name=run.name))
    days = {"before": arrival.standing.draft.coming, "after": arrival.draft.coming}
    try:
        follow_days(session, actor, asset_id=arrival.standing.asset.id, **days, reason=reason)
    except Refusal as refusal:
        raise Invalid(_("Row %(row)s: %(sentence)s", row=str(row_number), sentence=refusal.message)) from refusal


def count_passports_made(session: Session, run: ImportRun) -> dict[str, Any]:
    """How many assets and parts were made."""
    assets, parts = count_made(session, run.id)
    return {"assets": assets, "parts": parts}


def take_passports_back(session: Session, actor: Actor, run: ImportRun) -> dict[str, int]:
    """End what a sheet made, and bring back what it changed. Planned lots move back with the days of their asset."""
    moved = [
        before["asset"] for before in _befores(session, run) if "asset" in before and _DAYS & before["asset"]["became"].keys()
    ]
    counts = take_back(session, actor, import_id=run.id, befores=_befores(session, run))
    reason = in_default_locale(_("Import %(number)s was taken back.", number=str(run.id)))
    for noted in moved:
        asset = get_asset(session, actor, int(noted["id"]))
        after = draft_of(asset).coming
        became = {column: noted["became"].get(column, getattr(asset, column)) for column in _DAYS}
        days = [_read_day(became[column]) for column in ("release_earliest", "release_latest")]
        sure = became["certainty"]
        before = Coming(days[0], days[1], None if sure is None else Certainty(sure))
        follow_days(session, actor, asset_id=asset.id, before=before, after=after, reason=reason)
    return counts


def _read_day(stored: date | str | None) -> date | None:
    return date.fromisoformat(stored) if isinstance(stored, str) else stored


def _befores(session: Session, run: ImportRun) -> Iterator[Mapping[str, Any]]:
    """What rows noted of how something stood, the last row first."""
    upto: int | None = None
    while True:
        rows = select(ImportRow.row_number, ImportRow.before).where(ImportRow.import_id == run.id, ImportRow.before.is_not(None))
        if upto is not None:
            rows = rows.where(ImportRow.row_number < upto)
        batch = session.execute(rows.order_by(ImportRow.row_number.desc()).limit(ROWS_AT_ONCE)).all()
        if not batch:
            return
        upto = batch[-1].row_number
        yield from (row.before for row in batch)


def why_passports_stay(session: Session, run: ImportRun) -> list[Text]:
    """Which parts became more or less since. What left or came cannot be taken back with the sheet."""
    moved = list_depending(session, run.id, most=NAMED_MAX + 1)
    offered = list_offered(session, run.id, most=NAMED_MAX + 1)
    sentences = [
        _("Of “%(name)s”, part %(part)s, something was entered since.", name=part.name, part=str(part.number))
        for part in moved[:NAMED_MAX]
    ]
    sentences += [
        _("Part %(part)s of “%(name)s” is on offer: withdraw that first.", name=part.name, part=str(part.number))
        for part in offered[:NAMED_MAX]
    ]
    return [*sentences, _("And of others.")] if max(len(moved), len(offered)) > NAMED_MAX else sentences
