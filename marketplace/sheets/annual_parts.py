"""The chapters of a report: its figures, their sums, and where they came from."""

from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal

from marketplace.impact.rules.material_use import Indicator
from marketplace.impact.rules.statistics import STATISTICS, Measure, Statistic
from marketplace.kernel.formats import carbon, long_date, mass, money, month, number, percent, short_date, tonne_km, unknown
from marketplace.kernel.language import Text, _
from marketplace.ledger.models import Exchange
from marketplace.ledger.rules import Totals
from marketplace.published.queries.report import Part, Report
from marketplace.sheets import pages
from marketplace.sheets.drawings import Bar, bars, columns
from marketplace.sheets.pages import Block, Words
from marketplace.sheets.restated import restated_rows, restated_title

KG_PER_TONNE = 1000
FEW_KG = 10_000  # a table of less than this is written to the kilogram
GROUPS_DRAWN = 12
FLOWS_SHOWN = 20
ROWS_SHOWN = 30


def figures(report: Report) -> Iterator[Block]:
    yield pages.heading(_("The figures of the year"))
    yield pages.table(
        [_("Figure"), _("In %(year)s", year=str(report.year)), _("Low to high"), _("What it is")],
        [
            [item.label, _written(item.measure, item.figure(report.totals)), _range(item, report.totals), item.definition]
            for item in STATISTICS
        ],
        align="lrrl",
        widths=["2", "auto", "auto", "5"],
    )
    yield pages.section(_("How certain the factors are"))
    yield pages.table(
        [_("Confidence of the factor"), _("Mass"), _("Part")],
        [
            [label, mass(kg), percent(kg / report.totals.mass_kg) if report.totals.mass_kg else "–"]
            for label, kg in _confidence(report.totals)
        ],
        align="lrr",
    )
    avoided, totals = figure_named("avoided_kgco2e", report.totals), report.totals
    if avoided is not None:
        yield pages.section(_("From avoided to net"))
        processing = figure_named("processing_kgco2e", totals)
        steps = [
            Bar(_("Avoided"), avoided, carbon(avoided)),
            Bar(_("Transport"), totals.transport_kgco2e, carbon(totals.transport_kgco2e), takes_off=True),
            Bar(_("Processing"), processing, carbon(processing), takes_off=True),
            Bar(_("Net saved"), totals.net_kgco2e, carbon(totals.net_kgco2e), takes_off=totals.net_kgco2e < 0),
        ]
        yield pages.drawing(bars(steps), "; ".join(f"{step.name}: {step.figure}" for step in steps))
        yield pages.table(
            [_("What was avoided, by whether it took the place of a purchase"), _("kg CO₂e")],
            [
                [_("It replaces a purchase"), number(totals.avoided_replacing_kgco2e, 0)],
                [_("It replaces no purchase"), number(totals.avoided_not_replacing_kgco2e, 0)],
                [_("Not said"), number(totals.avoided_not_said_kgco2e, 0)],
                [_("Together"), number(avoided, 0)],
            ],
            align="lr",
            has_total=True,
        )


def _range(item: Statistic, totals: Totals) -> Words:
    """From the low to the high end of the factors; nothing where a figure has no ends."""
    ends = item.ends(totals)
    if ends is None or ends[0] == ends[1]:
        return "–"
    return f"{_written(item.measure, ends[0])} – {_written(item.measure, ends[1])}"


def _confidence(totals: Totals) -> list[tuple[Words, Decimal]]:
    return [
        (_("A: published or measured for this product"), totals.confidence_a_mass_kg),
        (_("B: published for this kind of material"), totals.confidence_b_mass_kg),
        (_("C: an estimate"), totals.confidence_c_mass_kg),
        (_("not known"), totals.confidence_unknown_mass_kg),
    ]


def by_municipality(report: Report) -> Iterator[Block]:
    if not report.is_regional:
        return
    yield pages.heading(_("By municipality"))
    places = _places(report.totals.mass_kg)
    rows = [
        [
            part.name or _("Not adopted, and other organisations"),
            number(part.totals.exchanges),
            in_tonnes(part.totals.mass_kg, places),
            in_tonnes(part.given_mass_kg, places),
            in_tonnes(figure_named("avoided_kgco2e", part.totals), places),
        ]
        for part in report.by_municipality
    ]
    given = sum((part.given_mass_kg for part in report.by_municipality), Decimal(0))
    rows.append([_("Together"), *_sums(report.totals, places, given)])
    yield pages.table(
        [_("Receiver"), _("Transfers"), _("Received (tonnes)"), _("Given (tonnes)"), _("Avoided (tonnes CO₂e)")],
        rows,
        align="lrrrr",
        has_total=True,
    )


def _sums(totals: Totals, places: int, given: Decimal) -> list[Words]:
    return [
        number(totals.exchanges),
        in_tonnes(totals.mass_kg, places),
        in_tonnes(given, places),
        in_tonnes(figure_named("avoided_kgco2e", totals), places),
    ]


def by_group(report: Report) -> Iterator[Block]:
    yield pages.heading(_("By material group"))
    if not report.by_group:
        yield pages.par(_("Nothing changed hands in this year."))
        return
    yield mass_by_group(report.by_group[:GROUPS_DRAWN])
    yield _part_table(report, _("Material group"), report.by_group)


def mass_by_group(parts: Sequence[Part]) -> Block:
    """The groups as bars, heaviest first."""
    drawn = [Bar(part.name, part.totals.mass_kg, mass(part.totals.mass_kg)) for part in parts]
    rows = "; ".join(f"{bar.name} {bar.figure}" for bar in drawn)
    return pages.drawing(bars(drawn), _("Mass by material group: %(rows)s.", rows=rows))


def by_month(report: Report) -> Iterator[Block]:
    if not report.by_month:
        return
    yield pages.heading(_("By month"))
    drawn = [
        Bar(month(part.key).split()[0][:3], part.totals.mass_kg, in_tonnes(part.totals.mass_kg, 0)) for part in report.by_month
    ]
    yield pages.drawing(
        columns(drawn), _("Tonnes by month: %(rows)s.", rows="; ".join(f"{bar.name} {bar.figure}" for bar in drawn))
    )
    yield pages.small(
        _("Tonnes. A row counts in the month in which it happened, or in that in which it was booked where it was booked later.")
    )
    yield _part_table(report, _("Month"), report.by_month)


def _part_table(report: Report, first: Text, parts: Iterable[Part]) -> Block:
    places, totals = _places(report.totals.mass_kg), report.totals
    rows = [_part_row(month(part.key) if part.key[:4].isdigit() else part.name, part.totals, places) for part in parts]
    rows.append(_part_row(_("Together"), totals, places))
    return pages.table(
        [first, _("Transfers"), _("Mass (tonnes)"), _("Avoided (tonnes CO₂e)"), _("Without a factor (tonnes)")],
        rows,
        align="lrrrr",
        has_total=True,
    )


def _part_row(name: Words, totals: Totals, places: int) -> list[Words]:
    return [
        name,
        number(totals.exchanges),
        in_tonnes(totals.mass_kg, places),
        in_tonnes(figure_named("avoided_kgco2e", totals), places),
        in_tonnes(totals.unknown_factor_mass_kg, places),
    ]


def flows(report: Report) -> Iterator[Block]:
    if not report.flows:
        return
    yield pages.heading(_("From whom to whom"))
    places, listed = _places(report.totals.mass_kg), report.flows[:FLOWS_SHOWN]
    yield pages.table(
        [_("From"), _("To"), _("Transfers"), _("Mass (tonnes)")],
        [
            [
                flow.giver or "–",
                flow.receiver or _("Not adopted, and other organisations"),
                number(flow.exchanges),
                in_tonnes(flow.mass_kg, places),
            ]
            for flow in listed
        ],
        align="llrr",
        widths=["1", "1", "auto", "auto"],
    )
    if len(report.flows) > len(listed):
        yield pages.small(_("The other %(num)s are in the spreadsheet of this report.", num=str(len(report.flows) - len(listed))))


def unknowns(report: Report) -> Iterator[Block]:
    totals = report.totals
    yield pages.heading(_("What is not known"))
    yield pages.table(
        [_("What"), _("How much")],
        [
            [_("Mass of materials without a carbon factor"), mass(totals.unknown_factor_mass_kg)],
            [_("Mass of materials of which it is not known what processing emits"), mass(totals.unknown_processing_mass_kg)],
            [_("Avoided of which nobody said whether it replaces a purchase"), carbon(totals.avoided_not_said_kgco2e)],
            [_("Municipalities that have not adopted the year"), number(len(report.missing)) if report.is_regional else "–"],
        ],
        align="lr",
    )
    yield pages.small(_("What is not known is left out of a figure and named here. It never counts as nothing."))


def corrections(report: Report) -> Iterator[Block]:
    yield pages.heading(_("Corrections, and what was booked later"))
    if report.corrections:
        yield pages.section(_("Rows that take back something"))
        yield _row_table(report.corrections)
        yield from _rest(report.corrections)
    else:
        yield pages.par(_("Nothing was taken back in this year."))
    if report.taken_back_later:
        yield pages.section(_("Taken back when the year was over"))
        yield _row_table(report.taken_back_later)
        yield from _rest(report.taken_back_later)
        yield pages.small(_("It counts in the month in which it was taken back. The figures of the year stay as they are."))
    if report.booked_later:
        yield pages.section(_("Happened in the year, booked when it was over"))
        yield _row_table(report.booked_later)
        yield from _rest(report.booked_later)
    else:
        yield pages.par(_("Nothing of this year was booked when it was over."))


def _row_table(rows: tuple[Exchange, ...]) -> Block:
    return pages.table(
        [_("Row of the ledger"), _("Takes back row"), _("Happened on"), _("Counts in"), _("Mass")],
        [
            [str(row.seq), str(row.reverses or "–"), short_date(row.happened_on), month(row.month), mass(row.mass_kg)]
            for row in rows[:ROWS_SHOWN]
        ],
        align="llllr",
        widths=["1", "1", "1", "1", "auto"],
    )


def _rest(rows: tuple[Exchange, ...]) -> Iterator[Block]:
    if len(rows) > ROWS_SHOWN:
        yield pages.small(_("The other %(num)s are in the spreadsheet of this report.", num=str(len(rows) - ROWS_SHOWN)))


def worked_out_again(report: Report) -> Iterator[Block]:
    if not report.restatements:
        return
    yield pages.heading(_("Worked out again with newer factors"))
    for restatement in report.restatements:
        yield pages.section(restated_title(restatement))
        yield pages.table(
            [_("kg CO₂e"), _("As it was booked"), _("Worked out again")],
            [[label, number(before, 0), number(after, 0)] for label, before, after in restated_rows(restatement.total)],
            align="lrr",
        )
    yield pages.small(_("The adopted figures do not change. This is shown beside them, and never in their place."))


def origin(report: Report, address: str) -> Iterator[Block]:
    yield pages.heading(_("Where the figures come from"))
    yield pages.table(
        [_("What"), _("Which")],
        [
            [_("Last row of the ledger"), str(report.ledger_seq)],
            [_("Its SHA-256"), report.ledger_hash],
            [_("Factors in use when this was made"), _("version %(version)s", version=str(report.factor_version))],
            [_("Factors in use when the years were adopted"), ", ".join(_versions(report.factor_versions))],
            [_("Made on"), long_date(report.made_at)],
        ],
        align="ll",
        widths=["2", "5"],
    )
    yield pages.par(
        _(
            "Every figure is a sum over rows of the ledger that are only ever added. Each row holds its own factors, so a later factor changes "
            "nothing here. Whoever has an export of the ledger checks it without the materials bank: the script docs/verify_ledger.py redoes the "
            "chain and the arithmetic, and looks for the row named above."
        )
    )
    yield pages.link(_("How each figure is worked out:"), address.split("/rapport/", maxsplit=1)[0] + "/cijfers/hoe-wij-rekenen")


def _versions(versions: tuple[int, ...]) -> list[str]:
    return [str(_("version %(version)s", version=str(version))) for version in versions]


def figure_named(name: str, totals: Totals) -> Decimal | None:
    figure = next(item for item in STATISTICS if item.name == name).figure(totals)
    return None if figure is None else Decimal(figure)


def share_of(indicator: Indicator) -> Words:
    return unknown() if indicator.share is None else percent(indicator.share)


def _written(measure: Measure, figure: Decimal | int | None) -> Words:
    if figure is None:
        return unknown()
    match measure:
        case Measure.MASS:
            return mass(figure)
        case Measure.CARBON:
            return carbon(figure)
        case Measure.TONNE_KM:
            return tonne_km(figure)
        case Measure.CENTS | Measure.SAVED:
            return money(int(figure))
    return number(figure)


def _places(largest_kg: Decimal) -> int:
    """One decimal of a tonne, or to the kilogram where all of it is small."""
    return 1 if abs(largest_kg) >= FEW_KG else 3


def in_tonnes(kg: Decimal | None, places: int) -> Words:
    return unknown() if kg is None else number(kg / KG_PER_TONNE, places).replace("-", "−")
