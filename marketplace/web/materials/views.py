"""Materials with their figures and versions, and the lists that make a version."""

from collections.abc import Callable

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from marketplace.accounts.policy import Can, may
from marketplace.accounts.queries.organisations import list_organisations
from marketplace.http.request import current_actor, current_session, one_moment, permission
from marketplace.http.sheets import FILE_BODY_MAX, read_factor_list
from marketplace.http.tables import table_answer
from marketplace.kernel.errors import Conflict, Missing
from marketplace.kernel.language import Text, _
from marketplace.materials import actions
from marketplace.materials.models import FactorList
from marketplace.materials.queries import (
    facts_of_version,
    get_factor_list,
    get_taxonomy,
    get_version,
    list_factor_lists,
    list_material_versions,
    list_versions,
)
from marketplace.materials.rules.figures import FIGURES
from marketplace.materials.rules.lists import OPEN, STATE_LABELS, ListState
from marketplace.web.materials import shown
from marketplace.web.materials.forms import DeclineForm, StepForm, UseForm
from marketplace.web.ui.form_page import attempt, done, page
from marketplace.web.ui.forms import Form
from marketplace.web.ui.sheet_form import SheetForm

blueprint = Blueprint("materials", __name__)
READS = permission(Can.READ_FACTORS)
LOADS = permission(Can.LOAD_FACTORS)
MANAGES = permission(Can.MANAGE_TAXONOMY)
LISTS = "/beheer/materialen/lijst"


@blueprint.get("/beheer/materialen")
@READS
@one_moment
def list_materials() -> str:
    """Every material with its weight and factors, the versions, and the lists that were loaded."""
    session, actor = current_session(), current_actor()
    versions = list_versions(session)
    return render_template(
        "materials/list_materials.html",
        groups=shown.group_rows(get_taxonomy(session), actor),
        versions=versions,
        in_use=versions[0],
        lists=list_factor_lists(session, actor) if may(actor, Can.LOAD_FACTORS) else [],
        names=_names(),
        states=STATE_LABELS,
        badges=shown.BADGES,
        form=StepForm(),
    )


@blueprint.get("/beheer/materialen.csv")
@READS
def download() -> Response:
    """A version as a file: the one in use, or the one that is asked for."""
    session, actor = current_session(), current_actor()
    typed = request.args.get("versie", "")
    version = get_version(session, int(typed) if typed.isascii() and typed.isdigit() and len(typed) < 10 else None)
    name = _("materials-bank-factors-%(version)s", version=str(version))
    return table_answer(name, shown.HEADER, shown.file_lines(facts_of_version(session, version), actor))


@blueprint.get("/beheer/materialen/<slug>")
@READS
@one_moment
def show_material(slug: str) -> str:
    """One material: its figures, and which version said what since when."""
    session, actor = current_session(), current_actor()
    material = get_taxonomy(session).find_material(slug)
    if material is None:
        raise Missing(_("There is no such material. Choose one from the list of materials."))
    versions = list_material_versions(session, slug)
    return render_template(
        "materials/show_material.html",
        material=material,
        facts=shown.facts_of(session, material, actor),
        versions=[(version, shown.describe_changes(version, actor)) for version in versions],
        names=_names(),
    )


@blueprint.route(LISTS, methods=["GET", "POST"])
@permission(Can.LOAD_FACTORS, max_body_bytes=FILE_BODY_MAX)
def load() -> ResponseReturnValue:
    """Choose a file; where every cell fits, look at what it would change."""
    form = SheetForm()
    file = attempt(form, lambda: read_factor_list(*form.content())) if form.validate_on_submit() else None
    loaded = None
    if file is not None:
        loaded = attempt(form, lambda: actions.load_list(current_session(), current_actor(), file=file))
    if loaded is not None:
        if loaded.ignored:
            flash(str(_("These columns were not read: %(names)s.", names=", ".join(loaded.ignored))), "info")
        return redirect(url_for("materials.show_list", list_id=loaded.list.id), 303)
    return page("materials/load.html", form, figures=FIGURES)


@blueprint.get(f"{LISTS}/<int:list_id>")
@LOADS
@one_moment
def show_list(list_id: int) -> ResponseReturnValue:
    """What a list changes, and what is to be decided about it."""
    return _list_page(list_id, UseForm(data={"seen": str(get_taxonomy(current_session()).version)}))


@blueprint.post(f"{LISTS}/<int:list_id>/gebruiken")
@MANAGES
def use(list_id: int) -> ResponseReturnValue:
    """Take a list into use, as a new version."""
    form = UseForm()
    used = (
        attempt(
            form,
            lambda: actions.use_list(
                current_session(), current_actor(), list_id=list_id, seen=form.number, sure=bool(form.sure.data)
            ),
        )
        if form.validate_on_submit()
        else None
    )
    if used is None:
        return _list_page(list_id, form)
    message = _("Version %(version)s is in use. What was counted before stays as it is.", version=str(used.version_id))
    return done(message, url_for("materials.show_list", list_id=list_id))


@blueprint.post(f"{LISTS}/<int:list_id>/indienen")
@LOADS
def hand_in(list_id: int) -> ResponseReturnValue:
    """Hand a list in to the AO CE."""
    return _step(list_id, actions.hand_in_list, _("The list is handed in. You get a message when the AO CE has decided."))


@blueprint.post(f"{LISTS}/<int:list_id>/intrekken")
@LOADS
def withdraw(list_id: int) -> ResponseReturnValue:
    """Take a list back."""
    return _step(list_id, actions.withdraw_list, _("The list is withdrawn. Nothing changed."))


def _step(list_id: int, verb: Callable[..., FactorList], message: Text) -> ResponseReturnValue:
    form = StepForm()
    if not form.validate_on_submit() or attempt(form, lambda: verb(current_session(), current_actor(), list_id=list_id)) is None:
        return _list_page(list_id, form)
    return done(message, url_for("materials.show_list", list_id=list_id))


@blueprint.post(f"{LISTS}/<int:list_id>/afwijzen")
@MANAGES
def decline(list_id: int) -> ResponseReturnValue:
    """Say why a list is not taken into use."""
    form = DeclineForm()
    declined = (
        attempt(
            form,
            lambda: actions.decline_list(current_session(), current_actor(), list_id=list_id, reason=form.reason.data or ""),
        )
        if form.validate_on_submit()
        else None
    )
    if declined is None:
        return _list_page(list_id, form)
    return done(_("The list is declined, and whoever handed it in is told."), url_for("materials.show_list", list_id=list_id))


@blueprint.post("/beheer/materialen/versies/<int:version>/terugzetten")
@MANAGES
def restore(version: int) -> ResponseReturnValue:
    """Make a list of the figures of a former version, to look at first."""
    try:
        made = actions.restore_version(current_session(), current_actor(), version=version)
    except Conflict as refusal:
        return done(refusal.message, url_for("materials.list_materials"), "error")
    return redirect(url_for("materials.show_list", list_id=made.id), 303)


def _list_page(list_id: int, form: Form) -> ResponseReturnValue:
    session, actor = current_session(), current_actor()
    row = get_factor_list(session, actor, list_id)
    in_use = get_taxonomy(session).version
    use_form = form if isinstance(form, UseForm) else UseForm(formdata=None, data={"seen": str(in_use)})
    if use_form.refusal is not None:
        use_form.seen.data = str(in_use)
    return page(
        "materials/show_list.html",
        form,
        row=row,
        state=STATE_LABELS[ListState(row.state)],
        badge=shown.BADGES[ListState(row.state)],
        is_open=row.state in OPEN,
        is_own=row.organisation_id == actor.organisation_id,
        preview=shown.preview_of(session, actor, row),
        use_form=use_form,
        decline_form=form if isinstance(form, DeclineForm) else DeclineForm(formdata=None),
        step_form=form if isinstance(form, StepForm) else StepForm(formdata=None),
        in_use=in_use,
        names=_names(),
    )


def _names() -> dict[int, str]:
    """The names of the organisations that lists came from."""
    return {organisation.id: organisation.name for organisation in list_organisations(current_session())}
