"""Published reports: made, stored under their digest, and given back as they were made."""

from typing import cast

from flask import Response, current_app, request

from marketplace.accounts.policy import Actor, Can, require
from marketplace.http.request import database, site_address
from marketplace.kernel.files import Media
from marketplace.kernel.language import DEFAULT_LOCALE, _, reading_in
from marketplace.published.actions import Files
from marketplace.published.models import PublishedReport
from marketplace.published.queries.report import Report, get_report
from marketplace.sheets import pages, workbook
from marketplace.sheets.annual_report import annual_report
from marketplace.sheets.annual_workbook import annual_workbook

KEPT_S = 365 * 24 * 3600  # what was published never changes
TYPES = {".pdf": pages.MEDIA_TYPE, ".xlsx": workbook.MEDIA_TYPE}


def make_report(actor: Actor, *, year: int, slug: str = "") -> tuple[Report, Files]:
    """Make both files of a report, in Dutch, and store them: ready to be published.

    The bank is read as it is at one moment, and nobody waits while the files are made.
    """
    require(actor, Can.PUBLISH_REPORT)
    with database().read(one_moment=True) as reading:
        report = get_report(reading, year=year, slug=slug)
        address = address_of(report.year, report.slug, report.number)
        with reading_in(DEFAULT_LOCALE):
            made = ((".pdf", annual_report(report, address)), (".xlsx", annual_workbook(report, address)))
    store = cast(Media, current_app.extensions["media"])
    pdf, xlsx = (store.put(content, suffix) for suffix, content in made)
    return report, Files(pdf, xlsx)


def address_of(year: int, slug: str, number: int) -> str:
    """The permanent address of a report."""
    return f"{site_address()}/rapport/{year}/{f'{slug}/' if slug else ''}{number}"


def report_file_answer(report: PublishedReport, suffix: str) -> Response:
    """One of the two files, byte for byte as it was made; its name tells its SHA-256."""
    stored = report.pdf_file if suffix == ".pdf" else report.xlsx_file
    parts = (_("materials-bank-annual-report"), str(report.year), report.slug, str(report.number), stored)
    name = "-".join(str(part) for part in parts if part)
    with cast(Media, current_app.extensions["media"]).open(stored) as file:
        answer = Response(file.read(), content_type=TYPES[suffix])
    answer.headers["Content-Disposition"] = f'{"inline" if suffix == ".pdf" else "attachment"}; filename="{name}"'
    answer.set_etag(stored)
    answer.headers["Cache-Control"] = f"public, max-age={KEPT_S}, immutable"
    answer.make_conditional(request)
    return answer
