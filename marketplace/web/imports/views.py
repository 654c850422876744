"""Sheets that are loaded: chosen, looked at, put right, applied, taken back. And the outflow that came of them."""

from flask import Blueprint, Response, flash, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from marketplace.accounts.policy import Can
from marketplace.http.request import current_actor, current_session, one_moment, permission
from marketplace.http.sheets import (
    LARGE_BODY_MAX,
    LargeFile,
    load_upload,
    read_file,
    read_upload,
    reading_on,
    template_answer,
    words_of,
    wrong_rows_answer,
)
from marketplace.http.wake import waking
from marketplace.impact.rules.material_use import SCOPE_LABELS
from marketplace.imports.actions.load import LoadedFile
from marketplace.imports.actions.mend import WITH_NAMES, choose_codes, mend_from_sheet, mend_rows, say_once, set_columns
from marketplace.imports.actions.take_over import take_over
from marketplace.imports.actions.undo import undo_import
from marketplace.imports.models import ImportRun
from marketplace.imports.queries.outflow import get_outflow, list_outflow_years
from marketplace.imports.queries.raw import list_estimates, total_estimates
from marketplace.imports.queries.runs import TABLES, get_import, table_of, table_of_run, table_with_fields
from marketplace.imports.queries.runs import list_imports as list_own
from marketplace.imports.rules.lot_columns import with_example
from marketplace.imports.rules.tables import ImportStatus, Table, TableName
from marketplace.jobs.tasks import start_import
from marketplace.kernel.errors import Conflict, Invalid, Missing, TooLarge
from marketplace.kernel.language import _, current_locale
from marketplace.materials.queries import get_taxonomy
from marketplace.sheets.reading import limits_of
from marketplace.web.imports import shown
from marketplace.web.imports.forms import FileForm, GivenForm, columns_form, file_form, typed_cells, typed_codes
from marketplace.web.ui.form_page import attempt, done, page
from marketplace.web.ui.forms import Form
from marketplace.web.ui.paging import PAGE_SIZE, paged

blueprint = Blueprint("imports", __name__)
SLUGS = {
    "aanbod": "listings",
    "paspoorten": "passports",
    "raw": "raw",
    "materiaalgebruik": "material_use",
    "afvalmeldingen": "outflow",
}
LOADS = permission(Can.IMPORT, max_body_bytes=LARGE_BODY_MAX)
IMPORTS = permission(Can.IMPORT)


def _name(slug: str) -> str:
    """The table of an address."""
    if slug not in SLUGS:
        raise Missing(_("There is no such table. Choose one of the tables that can be loaded."))
    return SLUGS[slug]


@blueprint.get("/invoer")
@IMPORTS
@one_moment
def list_imports() -> str:
    """What can be loaded, and what was."""
    session, actor = current_session(), current_actor()
    runs, place = paged(lambda number: list_own(session, actor, page=number, page_size=PAGE_SIZE))
    return render_template(
        "imports/list_imports.html",
        tables=[(slug, table_of(name)) for slug, name in SLUGS.items()],
        runs=runs,
        labels={name.value: table.label for name, table in TABLES.items()},
        badges=shown.BADGES,
        years=list_outflow_years(session, actor),
        **place,
    )


@blueprint.route("/invoer/<table>", methods=["GET", "POST"])
@LOADS
def load(table: str) -> ResponseReturnValue:
    """Choose a file; where it can be read, look at what it would change."""
    about = table_of(_name(table))
    form = file_form(about)

    def read() -> LoadedFile | LargeFile:
        limits = limits_of(about.name)
        return read_upload(*form.content(limits), limits)

    file = attempt(form, read) if form.validate_on_submit() else None  # before a session opens: it takes a while
    loaded = (
        None
        if file is None
        else attempt(form, lambda: load_upload(current_session(), current_actor(), kind=about.name, file=file))
    )
    if loaded is not None:
        return _judged(redirect(url_for("imports.show", import_id=loaded.id), 303), loaded)
    taxonomy = get_taxonomy(current_session())
    materials = taxonomy.materials if about.name == TableName.LISTINGS else ()
    return page("imports/load.html", form, table=about, slug=table, materials=materials)


def _judged(answer: ResponseReturnValue, run: ImportRun) -> Response:
    """The answer to a step with a sheet. A large one is read and judged by a task."""
    return reading_on(make_response(answer), current_session(), current_actor(), run)


@blueprint.post("/invoer/<int:import_id>/opnieuw")
@IMPORTS
def read_again(import_id: int) -> ResponseReturnValue:
    """Read a large sheet again of which reading failed or was cancelled."""
    run = get_import(current_session(), current_actor(), import_id)
    return _judged(redirect(url_for("imports.show", import_id=import_id), 303), run)


def _template(table: str) -> Table:
    """The table of a template; that of lots has the columns of the material that was chosen."""
    chosen = get_taxonomy(current_session()).find_material(request.args.get("materiaal", ""))
    about = table_with_fields(current_session(), _name(table), () if chosen is None else (chosen,))
    return about if chosen is None else with_example(about, chosen)


@blueprint.get("/invoer/<table>/sjabloon.csv")
@IMPORTS
def template_csv(table: str) -> Response:
    """The template of a table as CSV."""
    return template_answer(_template(table), table, {}, "csv")


@blueprint.get("/invoer/<table>/sjabloon.xlsx")
@IMPORTS
def template_xlsx(table: str) -> Response:
    """The template of a table as a workbook."""
    about = _template(table)
    return template_answer(about, table, words_of(current_session(), about), "xlsx")


@blueprint.get("/invoer/<int:import_id>")
@IMPORTS
def show(import_id: int) -> ResponseReturnValue:
    """A loaded sheet: what is wrong with it, what it would change, and what came of it."""
    run = get_import(current_session(), current_actor(), import_id)
    return shown.show_run(run, columns_form(table_of_run(current_session(), run), run, shown.first_cells(run)))


@blueprint.post("/invoer/<int:import_id>/kolommen")
@IMPORTS
def columns(import_id: int) -> ResponseReturnValue:
    """Say which column is which."""
    session, actor = current_session(), current_actor()
    run = get_import(session, actor, import_id)
    table = table_of_run(session, run)
    form = columns_form(table, run, shown.first_cells(run))

    def set_them() -> ImportRun:
        return set_columns(session, actor, import_id=import_id, places=form.places(table), notations=form.notations(table))

    if form.validate_on_submit() and attempt(form, set_them) is not None:
        answer = done(_("The columns are kept, also for your next sheet."), url_for("imports.show", import_id=import_id))
        return _judged(answer, run)
    return shown.show_run(run, form)


@blueprint.post("/invoer/<int:import_id>/regels")
@IMPORTS
def mend(import_id: int) -> ResponseReturnValue:
    """Type cells of wrong rows again."""
    session, actor = current_session(), current_actor()
    run = get_import(session, actor, import_id)
    form = Form()

    def type_them() -> ImportRun:
        return mend_rows(session, actor, import_id=import_id, values=typed_cells(run), locale=current_locale())

    return _after_mending(form, import_id, attempt(form, type_them) if form.validate_on_submit() else None)


@blueprint.post("/invoer/<int:import_id>/bestand")
@LOADS
def mend_file(import_id: int) -> ResponseReturnValue:
    """Load the file with wrong rows again, put right."""
    form = FileForm()
    session, actor = current_session(), current_actor()
    limits = limits_of(get_import(session, actor, import_id).kind)
    file = attempt(form, lambda: read_file(*form.content(limits), limits)) if form.validate_on_submit() else None

    def take_them() -> ImportRun:
        rows, notation = (file.rows, file.notation) if file is not None else ([], "nl")
        return mend_from_sheet(session, actor, import_id=import_id, rows=rows, notation=notation)

    return _after_mending(form, import_id, attempt(form, take_them) if file is not None else None)


def _after_mending(form: Form, import_id: int, run: ImportRun | None) -> ResponseReturnValue:
    """Back to the sheet, with how many rows are still wrong, or why nothing was taken."""
    back = url_for("imports.show", import_id=import_id)
    if run is None:
        fault = next((fault.message for fault in form.summary()), _("Nothing was changed. Try again."))
        flash(str(fault), "error")
        return redirect(back, 303)
    wrong = run.counts.get("error", 0)
    if run.status == ImportStatus.READING:
        return _judged(redirect(back, 303), run)
    if not wrong:
        return done(_("Every row is right now."), back)
    return done(shown.still_wrong(wrong), f"{back}#fout", "info")


@blueprint.get("/invoer/<int:import_id>/fouten.csv")
@IMPORTS
def wrong_rows(import_id: int) -> Response:
    """The wrong rows as a file, with what is wrong with each."""
    session, actor = current_session(), current_actor()
    return wrong_rows_answer(session, actor, get_import(session, actor, import_id))


@blueprint.post("/invoer/<int:import_id>/codes")
@IMPORTS
def codes(import_id: int) -> ResponseReturnValue:
    """Say for which material group a Eural code stands, or for which material a name."""
    session, actor = current_session(), current_actor()
    run = get_import(session, actor, import_id)
    form = Form()
    names = {shown.code_name(code): code for code in run.summary.get("names" if run.kind in WITH_NAMES else "codes", {})}
    chosen = typed_codes(names)
    if (
        form.validate_on_submit()
        and attempt(form, lambda: choose_codes(session, actor, import_id=import_id, codes=chosen)) is not None
    ):
        return done(
            _("Your choices are kept, also for your next sheet."),
            url_for("imports.show", import_id=import_id, _anchor="material-names" if run.kind in WITH_NAMES else "codes"),
        )
    return _after_mending(form, import_id, None)


@blueprint.post("/invoer/<int:import_id>/gegevens")
@IMPORTS
def given(import_id: int) -> ResponseReturnValue:
    """Say once what counts for every post of a contract."""
    session, actor = current_session(), current_actor()
    run = get_import(session, actor, import_id)
    form = GivenForm()
    if form.validate_on_submit() and attempt(
        form, lambda: say_once(session, actor, import_id=import_id, values=form.typed_values())
    ):
        back = url_for("imports.show", import_id=import_id)
        return _judged(done(_("It counts for every post that does not say it itself."), back), run)
    return shown.show_run(run, columns_form(table_of_run(session, run), run, shown.first_cells(run)), form)


@blueprint.post("/invoer/<int:import_id>/toepassen")
@IMPORTS
def apply(import_id: int) -> ResponseReturnValue:
    """Apply the good rows, as one long task."""
    session, actor = current_session(), current_actor()
    back = url_for("imports.show", import_id=import_id)
    try:
        task = start_import(
            session,
            actor,
            import_id=import_id,
            only_good="only_good" in request.form,
            seen=request.form.get("seen"),
            overwrite=request.form.get("existing") == "update",
        )
    except (Conflict, Invalid) as refusal:
        return done(refusal.message, back, "error")
    return waking(make_response(redirect(back, 303)), task.id)


@blueprint.post("/invoer/<int:import_id>/terugdraaien")
@IMPORTS
def undo(import_id: int) -> ResponseReturnValue:
    """Take an applied sheet back as a whole."""
    back = url_for("imports.show", import_id=import_id)
    try:
        undo_import(current_session(), current_actor(), import_id=import_id)
    except (Conflict, Invalid) as refusal:
        return done(refusal.message, back, "error")
    return done(_("The sheet is taken back."), back)


@blueprint.get("/invoer/uitstroom/verwacht")
@IMPORTS
@one_moment
def expected() -> str:
    """What RAW contracts say will be taken away, by year and post by post."""
    session, actor = current_session(), current_actor()
    rows, place = paged(lambda number: list_estimates(session, actor, page=number, page_size=PAGE_SIZE))
    taxonomy = get_taxonomy(session)
    return render_template(
        "imports/expected.html",
        years=total_estimates(session, actor),
        rows=[(row, None if row.material_id is None else taxonomy.material_by_id(row.material_id)) for row in rows],
        **place,
    )


@blueprint.get("/invoer/uitstroom/<int:year>")
@IMPORTS
@one_moment
def outflow(year: int) -> str:
    """What left as waste in a year, by material group and by code."""
    session, actor = current_session(), current_actor()
    outflow = get_outflow(session, actor, year=year)
    if not outflow.codes:
        raise Missing(_("There are no waste notifications for %(year)s. Load them first.", year=str(year)))
    return render_template(
        "imports/outflow.html",
        outflow=outflow,
        years=list_outflow_years(session, actor),
        group_of=get_taxonomy(session).group,
        certainty=shown.certainty,
        scopes=list(SCOPE_LABELS.items()),
    )


@blueprint.post("/invoer/uitstroom/<int:year>/overnemen")
@IMPORTS
def take_over_outflow(year: int) -> ResponseReturnValue:
    """Make a sheet of a year's outflow by group, for the report of that year. It is looked at before it is applied."""
    try:
        run = take_over(current_session(), current_actor(), year=year, scope=request.form.get("scope", ""))
    except (Conflict, Invalid, TooLarge) as refusal:
        return done(refusal.message, url_for("imports.outflow", year=year), "error")
    return redirect(url_for("imports.show", import_id=run.id), 303)
