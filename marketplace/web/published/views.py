"""Reports that were published: the list, each at its permanent address, and publishing one."""

from flask import Blueprint, Response, render_template, url_for
from flask.typing import ResponseReturnValue

from marketplace.accounts.policy import Can, may
from marketplace.http.reports import make_report, report_file_answer
from marketplace.http.request import current_actor, current_session, database, one_moment, permission
from marketplace.kernel.language import _
from marketplace.published.actions import publish
from marketplace.published.models import PublishedReport
from marketplace.published.queries.published import get_published, list_publishable, list_published
from marketplace.published.queries.restatements import list_restatements
from marketplace.sheets.restated import restated_rows, restated_title
from marketplace.web.published.forms import PublishForm
from marketplace.web.ui.form_page import attempt, done, page

blueprint = Blueprint("published", __name__)


@blueprint.get("/rapport")
@permission(Can.READ_PUBLIC_FIGURES)
@one_moment
def list_reports() -> ResponseReturnValue:
    """Every report that was published, and for the AO CE the way to publish one."""
    return _listed(_form())


@blueprint.post("/rapport", endpoint="publish")
@permission(Can.PUBLISH_REPORT)
def publish_one() -> ResponseReturnValue:
    """Publish the report that was chosen, and show it."""
    form = _form() or PublishForm()
    if form.validate_on_submit():
        report = attempt(form, lambda: _publish(form))
        if report is not None:
            return done(_("The report is published. This page is its permanent address."), _address(report))
    return _listed(form)


def _publish(form: PublishForm) -> PublishedReport:
    made = make_report(current_actor(), year=form.year, slug=form.slug)
    return publish(current_session(), current_actor(), *made)


def _form() -> PublishForm | None:
    """The form for whoever may publish, where there is something to publish."""
    if not may(current_actor(), Can.PUBLISH_REPORT):
        return None
    form = PublishForm()
    with database().read() as reading:
        form.offer(list_publishable(reading, current_actor()))
    return form


def _listed(form: PublishForm | None) -> ResponseReturnValue:
    reports = list_published(current_session(), current_actor())
    years = sorted({report.year for report in reports}, reverse=True)
    return page(
        "published/list_reports.html",
        form,
        years=[(year, [report for report in reports if report.year == year]) for year in years],
        address=_address,
    )


def _address(report: PublishedReport) -> str:
    return url_for("published.show", year=report.year, slug=report.slug or None, number=report.number)


@blueprint.get("/rapport/<int:year>/<int:number>")
@blueprint.get("/rapport/<int:year>/<slug>/<int:number>")
@permission(Can.READ_PUBLIC_FIGURES)
@one_moment
def show(year: int, number: int, slug: str = "") -> str:
    """One report: its two files, the SHA-256 of each, and what it was made from."""
    session, actor = current_session(), current_actor()
    report = get_published(session, actor, year=year, slug=slug, number=number)
    same = [version for version in list_published(session, actor) if (version.year, version.slug) == (year, slug)]
    return render_template(
        "published/show.html",
        report=report,
        newest=same[0],
        address=_address,
        restatements=[
            (restated_title(restatement), restated_rows(restatement.total))
            for restatement in (list_restatements(session, year=year) if not slug else ())
        ],
    )


@blueprint.get("/rapport/<int:year>/<int:number>.<any(pdf, xlsx):suffix>", endpoint="file")
@blueprint.get("/rapport/<int:year>/<slug>/<int:number>.<any(pdf, xlsx):suffix>", endpoint="file")
@permission(Can.READ_PUBLIC_FIGURES)
def show_file(year: int, number: int, suffix: str, slug: str = "") -> Response:
    """One of the files of a report, as it was made."""
    report = get_published(current_session(), current_actor(), year=year, slug=slug, number=number)
    return report_file_answer(report, f".{suffix}")
