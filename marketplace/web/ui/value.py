"""What material is worth, as pages of valuations and of passports show it.

A part with its source, and values over time.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from flask import url_for

from marketplace.http.valuations import SourceWords, source_words
from marketplace.http.written import Written
from marketplace.kernel.formats import euros, long_date, quantity, short_date, whole_euros
from marketplace.kernel.language import _
from marketplace.kernel.units import Amount, Unit
from marketplace.materials.rules.taxonomy import Taxonomy
from marketplace.valuations.queries.runs import SourcedLine
from marketplace.web.ui.charts import Chart, Column, columns

BARS_MOST = 8


@dataclass(frozen=True, slots=True)
class LineShown:
    """A part in a valuation. `worth` empty: it has no value, which is not nought. `number`: within its asset."""

    href: str
    number: int
    asset: Written
    part: str
    element: Written
    quantity: str
    source: SourceWords
    worth: str
    between: str
    costs: str
    net: str
    is_gone: bool


def lines_shown(lines: Iterable[SourcedLine], taxonomy: Taxonomy) -> list[LineShown]:
    """Some lines of a valuation."""
    return [line_shown(line, taxonomy) for line in lines]


def line_shown(valued: SourcedLine, taxonomy: Taxonomy) -> LineShown:
    """A line of a valuation."""
    line, item = valued.line, valued.item
    ends = (line.low_cents, line.high_cents)
    costs = [cost for cost in (line.taking_out_cents, line.cleaning_cents, line.transport_cents) if cost is not None]
    between = _("%(low)s to %(high)s", low=euros(ends[0]), high=euros(ends[1])) if None not in ends else ""
    return LineShown(
        href=url_for("passports.show", asset_id=valued.asset.id),
        number=item.number,
        asset=Written(valued.asset.name),
        part=taxonomy.material_by_id(item.material_id).name,
        element=Written(item.element),
        quantity=quantity(Amount(line.quantity, Unit(item.unit))),
        source=source_words(valued),
        worth="" if line.value_cents is None else euros(line.value_cents),
        between=str(between),
        costs=euros(sum(costs)) if costs else "",
        net=euros(line.net_cents) if line.net_cents is not None else "",
        is_gone=not line.quantity,
    )


def worth_over_days(id: str, cents: Mapping[date, int | None]) -> Chart | None:
    """What something was worth on each day; None: it had no value then. No chart for fewer than two days."""
    days = sorted(cents)[-BARS_MOST:]
    if len(days) < 2:
        return None
    return columns(id, [_bar(day, cents[day]) for day in days])


def _bar(day: date, cents: int | None) -> Column:
    nothing = str(_("no value"))
    return Column(
        day.isoformat(),
        long_date(day),
        short_date(day),
        str(day.year),
        Decimal(cents or 0),
        nothing if cents is None else whole_euros(cents),
        nothing if cents is None else euros(cents),
    )
