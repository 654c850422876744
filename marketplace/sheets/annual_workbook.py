"""The report of a year as a workbook.

Every figure exact, a sheet for each way of adding up, and columns that add up to the totals.
"""

from collections.abc import Iterator, Sequence
from decimal import Decimal

from marketplace.impact.rules.statistics import STATISTICS, Figure, Measure
from marketplace.kernel.formats import percent
from marketplace.kernel.language import Text, _
from marketplace.ledger.models import Exchange
from marketplace.ledger.rules import Totals
from marketplace.published.queries.report import Part, Report
from marketplace.sheets.annual_report import title_of
from marketplace.sheets.restated import restated_rows, restated_title
from marketplace.sheets.workbook import Column, Sheet, workbook
from marketplace.sheets.writing import Cell

UNITS: dict[Measure, Text | str] = {
    Measure.COUNT: "",
    Measure.MASS: _("kg"),
    Measure.CARBON: _("kg CO₂e"),
    Measure.TONNE_KM: _("tonne-km"),
    Measure.CENTS: "€",
    Measure.SAVED: "€",
}
KG = Column(_("Mass"), _("kg"), 3)
SUMMED = (
    "exchanges",
    "mass_kg",
    "avoided_kgco2e",
    "avoided_replacing_kgco2e",
    "unknown_factor_mass_kg",
    "unknown_processing_mass_kg",
)
FIGURES_HEAD = (
    *(_("Figure"), Column(_("Value"), "", 3), Column(_("Low"), "", 3), Column(_("High"), "", 3), _("Unit")),
    *(Column(_("Known of"), "%", 1), _("What it is")),
)
ROW_HEAD = (_("Row of the ledger"), _("Takes back row"), _("Happened on"), _("Counts in"), _("Material"), KG)


def annual_workbook(report: Report, address: str) -> bytes:
    """Make the XLSX. The same report is the same bytes."""
    return workbook(list(_sheets(report, address)), title=title_of(report), made_at=report.made_at)


def _sheets(report: Report, address: str) -> Iterator[Sheet]:
    yield Sheet(_("Figures"), FIGURES_HEAD, _figures(report.totals), wraps=True)
    yield Sheet(_("Certainty"), [_("Confidence of the factor"), KG], _confidence(report.totals))
    yield Sheet(
        _("Goals"),
        [
            _("Goal"),
            _("Name"),
            Column(_("Asked"), "%", 3),
            _("In the year"),
            Column(_("Share"), "%", 4),
            Column(_("Renewable"), _("kg"), 3),
            _all_input(),
            _("Coverage"),
        ],
        _goals(report),
    )
    yield Sheet(
        _("Adopted"),
        [
            *(_("Municipality"), _("Inhabitants"), Column(_("Share"), "%", 4), Column(_("Renewable"), _("kg"), 3), _all_input()),
            *(Column(_("Through the bank"), _("kg"), 3), Column(_("Of which in the report"), _("kg"), 3)),
            *(_("Decided by"), _("Decided on"), _("Document"), _("Adopted on"), _("Factor version")),
        ],
        _adopted(report),
    )
    if report.is_regional:
        head: list[str | Text | Column] = [_("Receiver"), *_summed_head(), Column(_("Given"), _("kg"), 3)]
        yield Sheet(_("Municipalities"), head, ([*_summed(part), part.given_mass_kg] for part in report.by_municipality))
    yield Sheet(_("Material groups"), [_("Material group"), *_summed_head()], map(_summed, report.by_group))
    yield Sheet(_("Months"), [_("Month"), *_summed_head()], map(_summed, report.by_month))
    yield Sheet(
        _("Flows"),
        [_("From"), _("To"), _("Transfers"), KG],
        (
            [flow.giver or None, flow.receiver or str(_("Not adopted, and other organisations")), flow.exchanges, flow.mass_kg]
            for flow in report.flows
        ),
    )
    yield Sheet(_("Corrections"), ROW_HEAD, _rows(report.corrections))
    yield Sheet(_("Taken back later"), ROW_HEAD, _rows(report.taken_back_later))
    yield Sheet(_("Booked later"), ROW_HEAD, _rows(report.booked_later))
    yield Sheet(
        _("Worked out again"),
        [_("Which"), _("Figure"), Column(_("As it was booked"), _("kg CO₂e"), 3), Column(_("Worked out again"), _("kg CO₂e"), 3)],
        _restated(report),
    )
    yield Sheet(_("Where it comes from"), [_("What"), _("Which")], _origin(report, address), wraps=True)


def _all_input() -> Column:
    return Column(_("All input"), _("kg"), 3)


def _figures(totals: Totals) -> Iterator[list[Cell | Text]]:
    for item in STATISTICS:
        low, high = item.ends(totals) or (None, None)
        coverage = item.coverage(totals)
        coverage_percent = None if coverage is None else coverage * 100
        figures = [None if value is None else _in_unit(item.measure, value) for value in (item.figure(totals), low, high)]
        yield [item.label, *figures, UNITS[item.measure] or None, coverage_percent, item.definition]


def _in_unit(measure: Measure, figure: Figure) -> Figure:
    return Decimal(figure) / 100 if measure in {Measure.CENTS, Measure.SAVED} else figure


def _confidence(totals: Totals) -> Iterator[list[Cell | Text]]:
    """The mass by how sure its carbon factor is: together all that moved."""
    yield ["A", totals.confidence_a_mass_kg]
    yield ["B", totals.confidence_b_mass_kg]
    yield ["C", totals.confidence_c_mass_kg]
    yield [_("not known"), totals.confidence_unknown_mass_kg]


def _goals(report: Report) -> Iterator[list[Cell | Text]]:
    for line in report.goals:
        indicator, share = line.indicator, line.indicator.share
        coverage = indicator.inhabitants_share
        yield [
            *(
                line.number,
                line.name,
                line.counts.target.percent,
                line.counts.target.year,
                None if share is None else share * 100,
            ),
            *((None, None) if share is None else (indicator.renewable_kg, indicator.total_kg)),
            None if coverage is None else percent(coverage),
        ]


def _adopted(report: Report) -> Iterator[list[Cell | Text]]:
    for adopted in report.adopted:
        share = adopted.indicator.share
        yield [
            *(
                adopted.name,
                adopted.inhabitants,
                None if share is None else share * 100,
                adopted.indicator.renewable_kg,
                adopted.indicator.total_kg,
            ),
            *(
                adopted.bank_kg,
                adopted.includes_bank_kg,
                adopted.body,
                adopted.decided_on,
                adopted.document,
                adopted.adopted_on,
                adopted.factor_version,
            ),
        ]
    for name in report.missing:
        yield [name, *[None] * 6, _("not adopted yet"), *[None] * 4]


def _summed_head() -> list[Column]:
    chosen = [item for item in STATISTICS if item.name in SUMMED]
    return [Column(item.label, UNITS[item.measure], 0 if item.measure is Measure.COUNT else 3) for item in chosen]


def _summed(part: Part) -> list[Cell | Text]:
    figures = [item.figure(part.totals) for item in STATISTICS if item.name in SUMMED]
    return [part.name or _("Not adopted, and other organisations"), *figures]


def _rows(rows: Sequence[Exchange]) -> Iterator[list[Cell | Text]]:
    for row in rows:
        yield [row.seq, row.reverses, row.happened_on, row.month, row.material_slug, row.mass_kg]


def _restated(report: Report) -> Iterator[list[Cell | Text]]:
    for restatement in report.restatements:
        for label, before, after in restated_rows(restatement.total):
            yield [restated_title(restatement), label, before, after]


def _origin(report: Report, address: str) -> Iterator[list[Cell | Text]]:
    yield [_("Report"), address]
    yield [_("Year"), report.year]
    yield [_("Made on"), report.made_at]
    yield [_("Last row of the ledger"), report.ledger_seq]
    yield [_("Its SHA-256"), report.ledger_hash]
    yield [_("Factors in use when this was made"), report.factor_version]
    yield [_("Factors in use when the years were adopted"), ", ".join(map(str, report.factor_versions))]
    yield [_("An empty cell"), _("is not known; it never counts as nothing.")]
    yield [_("Worked out again"), _("The adopted figures do not change. This is shown beside them, and never in their place.")]
