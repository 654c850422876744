"""A year as its municipality reports it: the table, the check, and every version."""

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug import Response

from marketplace.accounts.policy import Can
from marketplace.http.request import current_actor, current_session, one_moment, permission
from marketplace.impact.actions.reports import report_material_use
from marketplace.impact.actions.review import submit as submit_report
from marketplace.impact.queries.reports import MaterialUseYear, get_material_use
from marketplace.impact.rules.material_use import SCOPE_LABELS
from marketplace.impact.rules.reports import AT_THE_REVIEWER
from marketplace.kernel import clock
from marketplace.kernel.language import _
from marketplace.materials.queries import get_taxonomy
from marketplace.web.reports import review
from marketplace.web.reports.forms import MaterialUseForm, RemarkForm, SubmitForm, material_use_form
from marketplace.web.reports.grid import PARTS, columns_of, part_of, totals_of
from marketplace.web.reports.reading import bank_lines, sheets_of
from marketplace.web.ui.form_page import done, page, submit
from marketplace.web.ui.states import REPORT_BADGES

blueprint = Blueprint("reports", __name__)
review.register(blueprint)
ENTRY = "/beheer/materiaalgebruik/<int:year>"
METHODS = ("GET", "POST")
CHECK = "check"
YEARS_SHOWN = 4


@blueprint.route(ENTRY, methods=METHODS)
@permission(Can.EDIT_MATERIAL_USE)
def edit(year: int) -> ResponseReturnValue:
    """What the own municipality put to use in a year, one part of it in a table. Saving writes a new version."""
    session, actor = current_session(), current_actor()
    report, groups, part = (
        get_material_use(session, actor, year=year),
        get_taxonomy(session).groups,
        part_of(request.args.get("deel", "")),
    )
    if report.adoption is not None:
        return _adopted(report)
    form, unchanged = material_use_form(groups, report, part), material_use_form(groups, report, part, formdata=None)
    wanted = request.form.get("next", "")
    if form.is_submitted() and not form.says_more_than(unchanged) and (report.version or wanted not in ("", CHECK)):
        return redirect(_next(year, wanted or part.key), 303)
    if submit(form, lambda: _save(form, report)):
        return done(_("Version %(number)s is saved.", number=report.version + 1), _next(year, wanted or part.key))
    today = clock.today()
    return page(
        "reports/edit.html",
        form,
        refused=422,
        report=report,
        part=part,
        totals=totals_of(report.rows),
        columns=columns_of(part),
        bank=bank_lines(report.bank_by_origin),
        badges=REPORT_BADGES,
        waiting=next((version for version in report.versions if version.status in AT_THE_REVIEWER), None),
        answer=RemarkForm(formdata=None),
        is_over=year < today.year,
        years=range(today.year, today.year - YEARS_SHOWN, -1),
    )


def _save(form: MaterialUseForm, report: MaterialUseYear) -> None:
    """Save what the form says, beside the parts that it does not show."""
    report_material_use(
        current_session(),
        current_actor(),
        organisation_slug=current_actor().organisation_slug,
        year=report.year,
        includes_bank_kg=form.included_kg(),
        includes_bank_as_of=form.includes_bank_as_of.data,
        rows=form.rows(report.rows),
        version=form.version_read(),
        scope=form.scope.data,
        explanation=form.explanation.data or "",
    )


def _next(year: int, wanted: str) -> str:
    """Where to go after saving: the check, or the table of a part."""
    if wanted == CHECK:
        return url_for("reports.check", year=year)
    part = part_of(wanted)
    return url_for("reports.edit", year=year, deel=part.key if part is not PARTS[0] else None)


def _adopted(report: MaterialUseYear) -> Response:
    """Lead to the year as it was adopted: nothing is entered there any more."""
    return redirect(url_for("reports.show", year=report.year, slug=report.organisation.slug), 303)


@blueprint.route(f"{ENTRY}/indienen", methods=METHODS)
@permission(Can.EDIT_MATERIAL_USE)
def check(year: int) -> ResponseReturnValue:
    """What is submitted: totals, what looks odd, the explanation. And the button."""
    session, actor = current_session(), current_actor()
    report = get_material_use(session, actor, year=year)
    if report.adoption is not None:
        return _adopted(report)
    form = SubmitForm(data={"version": str(report.version)})
    if submit(
        form,
        lambda: submit_report(session, actor, organisation_slug=actor.organisation_slug, year=year, version=form.version_read()),
    ):
        return done(_("The report for %(year)s is submitted. The AO CE will look at it.", year=str(year)), _next(year, ""))
    return page(
        "reports/check.html",
        form,
        refused=422,
        report=report,
        sheets=sheets_of(get_taxonomy(session).groups, report.rows),
        scope_labels=SCOPE_LABELS,
        is_over=year < clock.today().year,
        is_waiting=report.status in AT_THE_REVIEWER,
    )


@blueprint.get(f"{ENTRY}/versies/<int:number>")
@blueprint.get("/verslagen/<int:year>/<slug>/versies/<int:number>")
@permission(Can.READ_MATERIAL_USE)
@one_moment
def version(year: int, number: int, slug: str = "") -> str:
    """A version as it was saved, with what changed since the one before it."""
    session, actor = current_session(), current_actor()
    of = slug or actor.organisation_slug
    report = get_material_use(session, actor, year=year, organisation_slug=of, version=number)
    earlier = next((version.version for version in report.earlier), None)
    before = get_material_use(session, actor, year=year, organisation_slug=of, version=earlier) if earlier else None
    sheets = sheets_of(get_taxonomy(session).groups, report.rows, before.rows if before else None)
    return render_template(
        "reports/version.html",
        report=report,
        before=before,
        sheets=sheets,
        changed=sum(sheet.changed for sheet in sheets),
        badges=REPORT_BADGES,
        scope_labels=SCOPE_LABELS,
    )
