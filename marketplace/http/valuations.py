"""What pages, papers and files of a valuation say alike.

Where a value comes from, the statement of a year, and both as files.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal

from flask import Response, make_response

from marketplace.http.tables import table_answer
from marketplace.http.written import Written
from marketplace.kernel import clock
from marketplace.kernel.db import Session
from marketplace.kernel.errors import Missing
from marketplace.kernel.formats import euros, long_date, mass, number, percent, short_date
from marketplace.kernel.language import Text, _, ngettext
from marketplace.kernel.units import Unit
from marketplace.market.rules.listing import CONDITION_LABELS, Condition
from marketplace.materials.queries import get_taxonomy
from marketplace.passports.rules.assets import AssetKind
from marketplace.sheets.pages import MEDIA_TYPE
from marketplace.sheets.value_statement import MovedLine, MovedPart, ValueStatement, statement_pdf
from marketplace.sheets.workbook import Column
from marketplace.sheets.writing import Cell
from marketplace.valuations.models import ValuationRun, ValuationTotals
from marketplace.valuations.queries.prices import find_table_with
from marketplace.valuations.queries.results import PartSums, RunResults, get_results
from marketplace.valuations.queries.runs import SourcedLine, Statement, each_line
from marketplace.valuations.rules.method import SHADOW, Method, find_lack

CENTS_PER_EURO = 100
COLUMNS: tuple[tuple[str, Text, int, MovedPart], ...] = (
    ("new", _("Put in or come back"), 1, MovedPart.PHYSICAL),
    ("counted", _("Measured again"), 1, MovedPart.PHYSICAL),
    ("released", _("Taken out or handed over"), -1, MovedPart.PHYSICAL),
    ("lost", _("Lost, broken or stolen"), -1, MovedPart.PHYSICAL),
    ("price", _("Another price or another method"), 1, MovedPart.PRICE),
    ("known", _("Got a value, or has none any more"), 1, MovedPart.PRICE),
)
"""What became of the value, in the order of the statement: its name, its words, its sign, and of which sort it is."""
KIND = _("material value: not the property, not the balance (BBV art. 63), a shadow statement")


@dataclass(frozen=True, slots=True)
class SourceWords:
    """Where a value comes from, in words. `written`: as somebody wrote it; `also`: what was found besides, and was too little."""

    method: Text
    basis: Text | None
    written: Written
    also: Text | None


def moved_cents(of: PartSums | ValuationTotals, name: str) -> int:
    """What one sort of change did to the value, with its sign."""
    sign = next(sign for key, _label, sign, _part in COLUMNS if key == name)
    return sign * int(getattr(of, f"{name}_cents"))


def moved_lines(of: PartSums | ValuationTotals) -> list[MovedLine]:
    """The statement as lines between opening and closing."""
    return [MovedLine(label, euros(moved_cents(of, name)), part) for name, label, _sign, part in COLUMNS]


def source_words(entry: SourcedLine) -> SourceWords:
    """Where the value of a line comes from, and why it has none."""
    line, source = entry.line, entry.source
    method, also = Method(line.method), _too_few(entry.few)
    if source.median is not None:
        first, last = short_date(source.median.first_on), short_date(source.median.last_on)
        exchanges = ngettext("%(num)s exchange", "%(num)s exchanges", source.median.exchanges)
        between = _("%(exchanges)s from %(first)s to %(last)s", exchanges=exchanges, first=first, last=last)
        return SourceWords(method.label, between, Written(""), None)
    if source.price is not None:
        day = _("price of %(day)s", day=short_date(source.price.priced_on))
        return SourceWords(method.label, day, Written(source.price.source), also)
    if source.appraisal is not None:
        row = source.appraisal
        named = _("%(name)s, %(day)s", name=row.appraiser, day=short_date(row.valued_on))
        return SourceWords(method.label, named, Written(row.source), also)
    if not line.quantity:
        return SourceWords(_("Not there any more"), None, Written(""), None)
    return SourceWords(method.label, find_lack(line.condition, entry.few).label, Written(""), also)


def _too_few(exchanges: int) -> Text | None:
    if not exchanges:
        return None
    return ngettext(
        "There was %(num)s exchange with a price; three are needed.",
        "There were %(num)s exchanges with a price; three are needed.",
        exchanges,
    )


LINES_HEADER: tuple[Text | Column, ...] = (
    *(_("Passport"), _("Name"), _("Part"), _("Material"), _("Condition"), _("Quantity"), _("Unit")),
    *(Column(_("Mass"), "kg", 3), _("Method"), _("Source")),
    *(Column(label, "€", 2) for label in (_("Value (gross)"), _("Low"), _("High"), _("Taking out"), _("Cleaning"))),
    *(Column(label, "€", 2) for label in (_("Transport"), _("Value less known costs (net)"), _("Opening"))),
    *(Column(label, "€", 2) for _name, label, _sign, _part in COLUMNS),
    _("What kind of value"),
)
STATEMENT_HEADER: tuple[Text | Column, ...] = (
    *(_("Organisation"), _("Year"), _("Class")),
    Column(_("Opening"), "€", 2),
    *(Column(label, "€", 2) for _name, label, _sign, _part in COLUMNS),
    *(Column(_("Closing"), "€", 2), _("What kind of value")),
)


def lines_answer(session: Session, run: ValuationRun) -> Response:
    """Every part of a valuation as a file. An empty cell has no value, which is not 0."""
    name = _("material-value-%(organisation)s-%(day)s", organisation=run.organisation.slug, day=run.as_of.isoformat())
    return table_answer(name, LINES_HEADER, _lines(session, run))


def _lines(session: Session, run: ValuationRun) -> Iterator[list[Cell]]:
    taxonomy = get_taxonomy(session)
    for entry in each_line(session, run):
        line, words = entry.line, source_words(entry)
        cents = (line.value_cents, line.low_cents, line.high_cents, line.taking_out_cents, line.cleaning_cents)
        more = (line.transport_cents, line.net_cents, line.opening_cents)
        moved = (sign * int(getattr(line, f"{name}_cents")) for name, _label, sign, _part in COLUMNS)
        yield [
            entry.asset.id,
            entry.asset.name,
            entry.item.number,
            taxonomy.material_by_id(entry.item.material_id).name,
            str(CONDITION_LABELS[Condition(line.condition)]) if line.condition else None,
            line.quantity,
            str(Unit(entry.item.unit).label),
            line.mass_kg,
            str(words.method),
            "; ".join(str(part) for part in (words.basis, words.written, words.also) if part),
            *(None if amount is None else _in_euros(amount) for amount in (*cents, *more, *moved)),
            str(KIND),
        ]


def _in_euros(cents: int) -> Decimal:
    return Decimal(cents) / CENTS_PER_EURO


def statement_answer(session: Session, statement: Statement) -> Response:
    """The statement of a year as a file. A row for each class of asset and one for all; nothing but the header where nothing was valued."""
    name = _("material-value-%(organisation)s-%(year)s", organisation=statement.organisation.slug, year=str(statement.year))
    return table_answer(name, STATEMENT_HEADER, _statement_lines(session, statement))


def _statement_lines(session: Session, statement: Statement) -> Iterator[list[Cell]]:
    run = statement.closing
    if run is None or run.totals is None:
        return
    rows: list[tuple[Text, PartSums | ValuationTotals]] = [
        (kind.label, of) for kind, of in get_results(session, run).by_kind.items()
    ]
    for label, of in [*rows, (_("All classes"), run.totals)]:
        moved = (_in_euros(moved_cents(of, name)) for name, _label, _sign, _part in COLUMNS)
        ends = _in_euros(of.opening_cents), _in_euros(of.value_cents)
        yield [statement.organisation.name, statement.year, str(label), ends[0], *moved, ends[1], str(KIND)]


def statement_paper(session: Session, statement: Statement) -> Response:
    """The statement of a year as a PDF to look at. Missing where nothing was valued in that year."""
    run = statement.closing
    if run is None or run.totals is None:
        raise Missing(_("Nothing was valued in this year. Choose another year."))
    answer = make_response(statement_pdf(_value_statement(session, statement, run, run.totals), clock.today()))
    answer.headers["Content-Type"] = MEDIA_TYPE
    name = f"{statement.organisation.slug}-{statement.year}"
    answer.headers["Content-Disposition"] = f'inline; filename="materiele-waarde-{name}.pdf"'
    answer.headers["Cache-Control"] = "private, no-store"
    return answer


def _value_statement(session: Session, statement: Statement, run: ValuationRun, totals: ValuationTotals) -> ValueStatement:
    results = get_results(session, run)
    return ValueStatement(
        organisation=statement.organisation.name,
        year=str(statement.year),
        as_of=long_date(run.as_of),
        opened_on=long_date(statement.opening.as_of) if statement.opening else "",
        opening=euros(totals.opening_cents),
        closing=closing_words(totals),
        moved=tuple(moved_lines(totals)),
        facts=tuple(total_facts(session, run, totals)),
        methods=tuple(method_rows(results)),
        classes=tuple(tuple(class_row(results, kind)) for kind in results.by_kind),
        columns=tuple(label for _name, label, _sign, _part in COLUMNS),
        note=SHADOW,
    )


def closing_words(totals: ValuationTotals) -> str:
    """What is there at the end; without any value it is not nought."""
    return euros(totals.value_cents) if totals.valued_parts or not totals.parts else str(_("no value"))


def total_facts(session: Session, run: ValuationRun, totals: ValuationTotals) -> Iterator[tuple[Text, Text | str]]:
    """The totals of a valuation in words.

    Gross, costs, net, how much of it has a value, and by which table.
    """
    yield (_("Value (gross)"), euros(totals.value_cents) if totals.valued_parts else _("no value"))
    yield (_("Costs that are known"), _costs(totals))
    if totals.costed_parts:
        yield (_("Value less known costs (net)"), euros(totals.net_cents))
    yield (
        _("Parts with a value"),
        _("%(valued)s of %(parts)s", valued=number(totals.valued_parts), parts=number(totals.parts)),
    )
    share = percent(totals.valued_mass_kg / totals.mass_kg) if totals.mass_kg else "–"
    values = {"valued": mass(totals.valued_mass_kg), "all": mass(totals.mass_kg), "share": share}
    yield (_("Mass with a value"), _("%(valued)s of %(all)s (%(share)s)", **values))
    table = find_table_with(session, run.price_table_id)
    yield (
        _("Price table"),
        _("none was loaded by then")
        if table is None
        else _("number %(number)s, loaded on %(day)s", number=str(table.id), day=long_date(table.loaded_at)),
    )


def _costs(totals: ValuationTotals) -> Text:
    if not totals.costed_parts:
        return _("of no part known")
    kinds = (
        (_("taking out"), totals.taking_out_cents),
        (_("cleaning"), totals.cleaning_cents),
        (_("transport"), totals.transport_cents),
    )
    return _(
        "%(sum)s (%(each)s), known of %(parts)s of the parts with a value",
        sum=euros(totals.costs_cents),
        each=", ".join(f"{label} {euros(cents)}" for label, cents in kinds if cents),
        parts=number(totals.costed_parts),
    )


def class_row(results: RunResults, kind: AssetKind) -> list[str]:
    """The statement of a class of asset: its name, opening, what happened, closing. What is nought or has no value is a dash."""
    of = results.by_kind[kind]
    moved = [moved_cents(of, name) for name, _label, _sign, _part in COLUMNS]
    return [str(kind.label), *(euros(cents or None) for cents in (of.opening_cents, *moved, of.value_cents))]


def worth_facts(lines: Sequence[SourcedLine]) -> Iterator[tuple[Text, Text | str]]:
    """What some parts are worth together.

    Gross, costs as far as known, net, and how many of them have a value.
    """
    valued = [entry.line for entry in lines if entry.line.value_cents is not None]
    net = [line.net_cents for line in valued if line.net_cents is not None]
    gross = sum(line.value_cents or 0 for line in valued)
    yield (_("Value (gross)"), euros(gross) if valued else _("no value"))
    if net:
        costs = sum((line.value_cents or 0) - (line.net_cents or 0) for line in valued if line.net_cents is not None)
        values = {"sum": euros(costs), "parts": number(len(net))}
        yield (_("Costs that are known"), _("%(sum)s, known of %(parts)s of the parts with a value", **values))
        yield (_("Value less known costs (net)"), euros(gross - costs))
    yield (_("Parts with a value"), _("%(valued)s of %(parts)s", valued=number(len(valued)), parts=number(len(lines))))


def method_rows(results: RunResults) -> Iterator[tuple[Text, str, str, str]]:
    """By method how many parts, their mass, and what they are worth.

    Without a value it is a dash, which is no nought.
    """
    for method in Method:
        of = results.by_method.get(method)
        parts, kg, cents = (of.parts, of.mass_kg, of.value_cents) if of is not None else (0, Decimal(0), 0)
        worth = "–" if method is Method.NONE or not parts else euros(cents)
        yield (method.label, number(parts), mass(kg) if parts else "–", worth)
