"""Reading a large sheet, and applying one, as long tasks.

Rows in chunks, what counts in one stroke."""

from functools import partial
from typing import Any

from marketplace.imports.actions.apply import apply_chunk, chunk_of, finish_apply
from marketplace.imports.actions.load import LoadedFile, finish_reading, recognise_file, store_rows, write_judged
from marketplace.imports.queries.judging import Judging
from marketplace.imports.queries.runs import ROWS_AT_ONCE, count_good, count_rows, find_file, get_import, is_mapped
from marketplace.imports.rules.columns import SheetRow
from marketplace.jobs.running import Report, TaskRun
from marketplace.kernel.db import Session
from marketplace.kernel.language import ngettext
from marketplace.kernel.models import Task
from marketplace.sheets.reading import limits_of, read_sheet

STORED_AT_ONCE = 2_000


def read_import(run: TaskRun) -> dict[str, Any]:
    """Read and judge a large sheet. Killed half-way it goes on behind the last rows that were stored, and judges again."""
    import_id = int(run.arguments["import"])
    with run.database.read() as reading:
        sheet = get_import(reading, run.actor, import_id)
        content, kind, name, digest = find_file(reading, sheet), sheet.kind, sheet.name, sheet.digest
        rows = 0 if content is not None else count_rows(reading, sheet)
    at: dict[str, Any] = run.checkpoint or {"stored": 0}
    if content is not None:
        table = read_sheet(content, limits_of(kind))
        file = LoadedFile(name, digest, table.rows, table.notation)
        rows, at = _store_file(run, at, import_id, file)
        del table, file
    return _judge_all(run, at, import_id, rows)


def _total(rows: int) -> int:
    """In how many steps a sheet is stored and judged, and one to begin and to end with."""
    return 2 + 2 * -(-rows // STORED_AT_ONCE)


def _store_file(run: TaskRun, at: dict[str, Any], import_id: int, file: LoadedFile) -> tuple[int, dict[str, Any]]:
    """Store the rows of a file, those that no earlier worker stored; how many there are."""
    total = _total(len(file.rows))

    def begin(session: Session) -> dict[str, Any]:
        return {"stored": recognise_file(session, run.actor, import_id=import_id, file=file)}

    if not at["stored"]:
        at = run.step(begin, done=1, total=total)
    for first in range(0, len(file.rows), STORED_AT_ONCE):
        some = [row for row in file.rows[first : first + STORED_AT_ONCE] if row.number > at["stored"]]
        if some:
            at = run.step(partial(_store_some, run, import_id, some), done=2 + first // STORED_AT_ONCE, total=total)
    return len(file.rows), at


def _store_some(run: TaskRun, import_id: int, rows: list[SheetRow], session: Session) -> dict[str, Any]:
    store_rows(session, run.actor, import_id=import_id, rows=rows)
    return {"stored": rows[-1].number}


def _judge_all(run: TaskRun, at: dict[str, Any], import_id: int, rows: int) -> dict[str, Any]:
    """Judge what is stored, while others may read and write."""
    total = _total(rows)
    counts: dict[str, int] = {}
    summary: dict[str, Any] = {}
    with run.database.read() as reading:
        sheet = get_import(reading, run.actor, import_id)
        if is_mapped(sheet):
            judging = Judging(reading, sheet)
            waiting: list[dict[str, Any]] = []
            for seen, changed in enumerate(judging, 1):
                waiting += changed
                if seen % (STORED_AT_ONCE // ROWS_AT_ONCE) == 0:
                    run.step(partial(_write, run, import_id, at, waiting), done=_judged(total, seen), total=total)
                    waiting = []
            run.step(partial(_write, run, import_id, at, waiting), done=total - 1, total=total)
            counts, summary = dict(judging.counts), judging.summary

    def finish(session: Session) -> dict[str, Any]:
        finish_reading(session, run.actor, import_id=import_id, counts=counts, summary=summary)
        return at

    run.step(finish, done=total, total=total)
    return {"import": import_id, "rows": rows}


def _judged(total: int, chunks: int) -> int:
    return min(total - 1, total // 2 + chunks // (STORED_AT_ONCE // ROWS_AT_ONCE))


def _write(run: TaskRun, import_id: int, at: dict[str, Any], changed: list[dict[str, Any]], session: Session) -> dict[str, Any]:
    write_judged(session, run.actor, import_id=import_id, changed=changed)
    return at


def report_read(task: Task) -> Report:
    """How many rows were read."""
    if task.result is None:
        return Report()
    rows = int(task.result["rows"])
    return Report(ngettext("%(num)s row of the sheet is read.", "%(num)s rows of the sheet are read.", rows))


def apply_import(run: TaskRun) -> dict[str, Any]:
    """Apply a sheet. Killed half-way it goes on behind the last chunk; nothing counts before the last step."""
    import_id = int(run.arguments["import"])
    with run.database.read() as reading:
        sheet = get_import(reading, run.actor, import_id)
        rows, chunk = count_good(sheet), chunk_of(sheet)
    total = -(-rows // chunk) + 1
    at: dict[str, Any] = run.checkpoint or {"after": 0, "chunks": 0, "summary": {}}
    while at["after"] is not None:
        at = run.step(partial(_take_chunk, run, at), done=min(at["chunks"] + 1, total - 1), total=total)
    if "result" not in at:
        at = run.step(partial(_finish, run, at), done=total, total=total)
    return {"import": import_id, "rows": rows, **at["result"]}


def _take_chunk(run: TaskRun, at: dict[str, Any], session: Session) -> dict[str, Any]:
    after, summary = apply_chunk(
        session,
        run.actor,
        import_id=int(run.arguments["import"]),
        after=at["after"],
        summary=at["summary"],
        overwrite=bool(run.arguments.get("overwrite")),
    )
    return {"after": after, "chunks": at["chunks"] + 1, "summary": summary}


def _finish(run: TaskRun, at: dict[str, Any], session: Session) -> dict[str, Any]:
    result = finish_apply(
        session,
        run.actor,
        import_id=int(run.arguments["import"]),
        summary=at["summary"],
        versions=run.arguments["versions"],
    )
    return {**at, "result": result}


def report_import(task: Task) -> Report:
    """How many rows were taken."""
    if task.result is None:
        return Report()
    rows = int(task.result["rows"])
    return Report(ngettext("%(num)s row of the sheet is applied.", "%(num)s rows of the sheet are applied.", rows))
