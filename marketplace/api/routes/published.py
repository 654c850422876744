"""Reports that were published: the list, one of them, its files, and publishing one."""

from flask import Response

from marketplace.accounts.policy import Can
from marketplace.api import query
from marketplace.api.bodies.published import PublishBody
from marketplace.api.reading import read_body, read_page
from marketplace.api.routing import created, many, ok, route
from marketplace.api.shapes.published import ReportSchema, ReportsSchema
from marketplace.http.reports import make_report, report_file_answer
from marketplace.http.request import current_actor, current_session, database, permission
from marketplace.published.actions import publish
from marketplace.published.queries.published import get_published_by_id, list_published
from marketplace.sheets import pages, workbook

REPORT = "/reports/<int:report_id>"


@route("GET", "/reports", gives=ReportsSchema, tag="figures", query=query.PAGE)
@permission(Can.READ_PUBLIC_FIGURES)
def list_reports() -> Response:
    """List the reports that were published, the newest year first."""
    page, reports = read_page(), list_published(current_session(), current_actor())
    first = (page.number - 1) * page.size
    return many(ReportsSchema, reports[first : first + page.size], total=len(reports), page=page)


@route("POST", "/reports", takes=PublishBody(), gives=ReportSchema, status=201, tag="figures")
@permission(Can.PUBLISH_REPORT)
def publish_annual_report() -> Response:
    """Publish the report of an adopted year, of the region or of one municipality. For the AO CE.

    It is made at once, everybody can read it, and it cannot be withdrawn.
    """
    values = read_body(PublishBody())
    with database().read() as reading:
        query.check_organisations(reading, filter(None, [values.get("organisation")]))
    made = make_report(current_actor(), year=values["year"], slug=values.get("organisation") or "")
    report = publish(current_session(), current_actor(), *made)
    return created(ReportSchema.write(report), "show_report", report_id=report.id)


@route("GET", REPORT, gives=ReportSchema, tag="figures")
@permission(Can.READ_PUBLIC_FIGURES)
def show_report(report_id: int) -> Response:
    """Get one report, with the SHA-256 of its files."""
    return ok(ReportSchema.write(get_published_by_id(current_session(), current_actor(), report_id)))


@route("GET", f"{REPORT}/report.pdf", gives=None, tag="figures", media_type=pages.MEDIA_TYPE)
@permission(Can.READ_PUBLIC_FIGURES)
def show_report_pdf(report_id: int) -> Response:
    """Get the PDF of a report, byte for byte as it was made. In Dutch."""
    return report_file_answer(get_published_by_id(current_session(), current_actor(), report_id), ".pdf")


@route("GET", f"{REPORT}/report.xlsx", gives=None, tag="figures", media_type=workbook.MEDIA_TYPE)
@permission(Can.READ_PUBLIC_FIGURES)
def show_report_xlsx(report_id: int) -> Response:
    """Get the figures of a report as a workbook, byte for byte as it was made. In Dutch."""
    return report_file_answer(get_published_by_id(current_session(), current_actor(), report_id), ".xlsx")
