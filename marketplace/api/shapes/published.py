"""Reports that were published."""

from marketplace.api.fields import Integer, Line, Moment
from marketplace.api.schema import List, PageSchema, Part, Shape
from marketplace.api.shapes.organisation import OrganisationSchema
from marketplace.http.reports import address_of
from marketplace.published.models import PublishedReport


class _Municipality:
    """The municipality of a report, as it was."""

    def __init__(self, report: PublishedReport) -> None:
        self.slug, self.name = report.slug, report.name


class ReportSchema(Shape):
    """A report that was published. It never changes."""

    id = Integer()
    year = Integer()
    organisation = Part(
        OrganisationSchema, "null: the region", allow_none=True, get=lambda report: _Municipality(report) if report.slug else None
    )
    number = Integer("of this year and municipality: 1, 2, 3 …")
    made_at = Moment()
    address = Line("the permanent address", get=lambda report: address_of(report.year, report.slug, report.number))
    adopted_by = Integer("how many municipalities had adopted the year", attribute="adopted")
    pdf_sha256 = Line(attribute="pdf_digest")
    xlsx_sha256 = Line(attribute="xlsx_digest")
    factor_version = Integer()
    ledger_seq = Integer("the last row of the ledger at that moment")
    ledger_hash = Line()


class ReportsSchema(PageSchema):
    """Reports, the newest year first."""

    items = List(Part(ReportSchema))
