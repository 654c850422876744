"""A loaded sheet as its page shows it."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from flask import make_response, render_template, request
from flask.typing import ResponseReturnValue

from marketplace.http.request import current_actor, current_session
from marketplace.impact.rules.material_use import FLOW_LABELS, ORIGIN_LABELS, SCOPE_LABELS, Flow, Origin, Scope
from marketplace.imports.actions.apply import as_seen
from marketplace.imports.actions.passports import count_passports_made
from marketplace.imports.actions.raw import is_as_made
from marketplace.imports.actions.undo import is_half_applied, list_dependents
from marketplace.imports.models import ImportRow, ImportRun
from marketplace.imports.queries.judging import Judge, judge_of, tell_row
from marketplace.imports.queries.lots import get_lots_preview, list_made, list_untouched
from marketplace.imports.queries.passport_preview import get_passport_preview
from marketplace.imports.queries.preview import Change, get_outflow_preview, get_use_preview
from marketplace.imports.queries.raw import get_raw_preview
from marketplace.imports.queries.runs import (
    as_sheet_row,
    count_good,
    find_same,
    find_task,
    is_mapped,
    list_rows,
    record_of,
    table_of_run,
)
from marketplace.imports.rules.columns import Column
from marketplace.imports.rules.outflow import describe_certainty, find_eural
from marketplace.imports.rules.raw import find_mark
from marketplace.imports.rules.tables import ImportStatus, RowState, Table, TableName
from marketplace.kernel.language import Text, _, ngettext
from marketplace.kernel.models import Task
from marketplace.market.models import Listing
from marketplace.materials.queries import get_taxonomy
from marketplace.web.imports.forms import ColumnsForm, FileForm, GivenForm, notation_name
from marketplace.web.ui.form_page import page
from marketplace.web.ui.paging import PAGE_SIZE, paged

CHANGES_SHOWN = 400
POSTS_SHOWN = 500
MAKE_LOTS = (TableName.LISTINGS, TableName.RAW)
COLUMNS_SHOWN = 9
KNOWN_BY = 2  # columns of a wide sheet that are always shown
RENEW_EVERY_S = 3
BADGES = {
    ImportStatus.READING.value: (_("being read"), "wait"),
    ImportStatus.PREVIEW.value: (_("not applied yet"), "wait"),
    ImportStatus.APPLIED.value: (_("applied"), "good"),
    ImportStatus.UNDONE.value: (_("taken back"), "neutral"),
}
certainty = describe_certainty


def still_wrong(wrong: int) -> Text:
    """How many rows are wrong after mending."""
    return ngettext("%(num)s row is still wrong.", "%(num)s rows are still wrong.", wrong)


def first_cells(run: ImportRun) -> list[str]:
    """The cells of the first row, by column of the sheet."""
    rows, _total = list_rows(current_session(), current_actor(), run, page_size=1)
    return rows[0].cells if rows else []


def code_name(code: str) -> str:
    """The field of a code, or of a name of a material."""
    if find_eural(code) is None:
        return f"code-{hashlib.sha256(code.encode()).hexdigest()[:16]}"
    return f"code-{code.replace(' ', '').replace('*', 'x')}"


def show_run(run: ImportRun, form: ColumnsForm, given: GivenForm | None = None) -> ResponseReturnValue:
    """The page of a sheet, with the form of its columns. While it is being applied it asks for itself again."""
    session, actor = current_session(), current_actor()
    table, task = table_of_run(session, run), find_task(session, run)
    if run.status == ImportStatus.READING:
        return _being_read(run, table, task)
    is_open = run.status == ImportStatus.PREVIEW and not (task is not None and task.is_open)
    mapped = is_mapped(run)
    wrong, place = paged(lambda number: list_rows(session, actor, run, state=RowState.ERROR, page=number, page_size=PAGE_SIZE))
    judge = judge_of(session, run) if wrong and mapped and is_open else None
    records = [(row, record_of(run, as_sheet_row(row))) for row in wrong] if mapped else []
    if judge is not None:
        judge.prepare([record for _row, record in records])
    rows = [
        (row.row_number, record.cells, tell_row(judge, row, record) if judge is not None else row.messages)
        for row, record in records
    ]
    use = get_use_preview(session, actor, run) if mapped and is_open and run.kind == TableName.MATERIAL_USE else None
    made = _list_made(run)
    answer = page(
        "imports/show.html",
        form,
        refused=None,
        run=run,
        table=table,
        badge=BADGES[run.status],
        is_open=is_open,
        is_mapped=mapped,
        task=task if run.status == ImportStatus.PREVIEW else None,
        same=find_same(session, run),
        good=count_good(run),
        wrong=run.counts.get(RowState.ERROR, 0),
        keys=_columns_shown(table, run, [wrong for _number, _cells, wrong in rows]),
        rows=rows,
        file_form=FileForm(formdata=None),
        use=use,
        seen=as_seen({version.year: version.version for version in use.years}) if use is not None else "",
        changes_shown=CHANGES_SHOWN,
        outflow=get_outflow_preview(session, actor, run) if mapped and is_open and run.kind == TableName.OUTFLOW else None,
        lots=get_lots_preview(session, actor, run) if mapped and is_open and run.kind == TableName.LISTINGS else None,
        passports=get_passport_preview(session, actor, run) if mapped and is_open and run.kind == TableName.PASSPORTS else None,
        raw=get_raw_preview(session, actor, run) if mapped and is_open and run.kind == TableName.RAW else None,
        posts=list_posts(run) if run.kind == TableName.RAW and mapped else [],
        posts_shown=POSTS_SHOWN,
        given_form=given or GivenForm.of(run) if run.kind == TableName.RAW else None,
        materials=get_taxonomy(session).materials,
        half=count_passports_made(session, run) if is_half_applied(session, run) else None,
        made=made,
        untouched=_list_untouched(run, made) if run.status == ImportStatus.APPLIED else [],
        words_of_cell=words_of_cell,
        groups=get_taxonomy(session).groups,
        certainty=certainty,
        code_name=code_name,
        notation_name=notation_name,
        amounts={year: Decimal(kg) for year, kg in (run.result or {}).get("years", {}).items()},
        dependents=list_dependents(session, run) if run.status == ImportStatus.APPLIED else [],
        renew_every_s=RENEW_EVERY_S,
        **place,
    )
    return answer


def _being_read(run: ImportRun, table: Table, task: Task | None) -> ResponseReturnValue:
    """The page of a large sheet while a task reads it. It asks for itself again, unless the reader said no."""
    renews = task is not None and task.is_open and "stil" not in request.args
    answer = make_response(
        render_template(
            "imports/_being_read.html",
            run=run,
            table=table,
            badge=BADGES[run.status],
            task=task,
            renew_every_s=RENEW_EVERY_S if renews else None,
        )
    )
    if renews:
        answer.headers["Refresh"] = str(RENEW_EVERY_S)
    return answer


def _list_made(run: ImportRun) -> list[Listing]:
    """The lots that came of a sheet; of a contract that was taken back those that stay."""
    if run.kind not in MAKE_LOTS or run.task_id is None:
        return []
    made = list_made(current_session(), run)
    if run.kind == TableName.RAW and run.status == ImportStatus.UNDONE:
        return [lot for lot in made if lot.id in (run.result or {}).get("stayed", ())]
    return made


def _list_untouched(run: ImportRun, made: Sequence[Listing]) -> list[Listing]:
    """Those of them that go when the sheet is taken back."""
    as_made = {lot.id for lot in list_untouched(current_session(), made)}
    return [lot for lot in made if lot.id in as_made or (run.kind == TableName.RAW and is_as_made(lot))]


@dataclass(frozen=True, slots=True)
class ShownPost:
    """A post with what becomes of it, and why it is refused."""

    number: str
    description: str
    quantity: str
    fate: Text
    tone: str
    why: Text | str = ""
    is_ignored: bool = False


def list_posts(run: ImportRun) -> list[ShownPost]:
    """The posts of a contract in their order, each with its fate. The wrong ones stand apart too."""
    session, actor = current_session(), current_actor()
    rows, _total = list_rows(session, actor, run, page_size=POSTS_SHOWN)
    judge = judge_of(session, run)
    return [_post(run, row, judge) for row in rows]


def _post(run: ImportRun, row: ImportRow, judge: Judge) -> ShownPost:
    record, state = record_of(run, as_sheet_row(row)), RowState(row.state)
    fate, tone = POST_FATES[state]
    if state is RowState.OK:
        fate = _("leaves (R)") if find_mark(record) == "R" else _("planned (H)")
    cells = record.cells
    return ShownPost(
        number=cells.get("number", ""),
        description=cells.get("description", ""),
        quantity=" ".join(filter(None, (cells.get("information") or cells.get("quantity", ""), cells.get("unit", "")))),
        fate=fate,
        tone=tone,
        why=next(iter(tell_row(judge, row, record).values()), "") if state is RowState.REFUSED else "",
        is_ignored=state is RowState.IGNORED,
    )


POST_FATES: dict[RowState, tuple[Text, str]] = {
    RowState.OK: (_("taken"), "good"),
    RowState.CHANGED: (_("taken"), "good"),
    RowState.UNCHANGED: (_("already there"), "neutral"),
    RowState.ERROR: (_("wrong"), "stop"),
    RowState.REFUSED: (_("refused"), "wait"),
    RowState.IGNORED: (_("passed over"), "neutral"),
}


def _columns_shown(table: Table, run: ImportRun, messages: Sequence[Mapping[str, Text | str]]) -> list[Column]:
    """The columns in which wrong rows are mended. Of a wide sheet: by which a row is known, and those that are wrong."""
    read = [column for column in table.columns if column.key in run.places]
    if len(read) <= COLUMNS_SHOWN:
        return read
    wrong = {key for cells in messages for key in cells}
    return [column for place, column in enumerate(read) if place < KNOWN_BY or column.key in wrong]


def words_of_cell(change: Change) -> dict[str, Text | str]:
    """A cell of a report in words."""
    row = change.cell.row
    group = get_taxonomy(current_session()).group(row.group_slug)
    return {
        "group": group.name if group is not None else row.group_slug,
        "origin": ORIGIN_LABELS[Origin(row.origin)],
        "flow": FLOW_LABELS[Flow(row.flow)],
        "scope": SCOPE_LABELS[Scope(row.scope)],
    }
