"""The two charts of the figures. Tonnes per month, and what was avoided against what the driving emitted."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal

from babel.dates import format_date

from marketplace.impact.queries.statistics import STATISTICS, Figure, Statistics
from marketplace.kernel.formats import rounded
from marketplace.kernel.language import _, current_locale
from marketplace.web.ui.charts import BarChart, bar_chart, row_chart

MONTHS_SHOWN = 12
KG_PER_TONNE = 1000
AVOIDED, TRANSPORT = (next(item for item in STATISTICS if item.name == name) for name in ("avoided_kgco2e", "transport_kgco2e"))


def charts_of(statistics: Statistics, *, today: date) -> list[BarChart]:
    """Both charts; no second one where nothing was received."""
    months = _last_months(today)
    received = {row.key: row.totals.mass_kg for row in statistics.by_month}
    receivers = [row for row in statistics.by_municipality if row.totals.exchanges or row.totals.mass_kg]
    charts = [
        bar_chart(
            "tonnes-per-month",
            _("Used again in the last twelve months"),
            category=_("Month"),
            unit=_("tonnes"),
            names=[_short(month) for month in months],
            series=[(_("Used again"), _tonnes([received.get(month, Decimal(0)) for month in months]))],
        )
    ]
    if receivers:
        charts.append(
            row_chart(
                "carbon-by-municipality",
                _("Avoided, and emitted by transport, by receiver"),
                category=_("Receiver"),
                unit=_("tonnes CO₂e"),
                names=[row.name for row in receivers],
                series=[
                    (AVOIDED.label, _tonnes([AVOIDED.known(row.totals) for row in receivers])),
                    (TRANSPORT.label, _tonnes([TRANSPORT.known(row.totals) for row in receivers])),
                ],
            )
        )
    return charts


def _last_months(today: date) -> list[str]:
    """The twelve months up to and with this one, `YYYY-MM`, oldest first."""
    this = today.year * 12 + today.month - 1
    return [f"{index // 12:04d}-{index % 12 + 1:02d}" for index in range(this - MONTHS_SHOWN + 1, this + 1)]


def _short(month: str) -> str:
    """`nov 26`."""
    return format_date(date.fromisoformat(f"{month}-01"), format="MMM yy", locale=current_locale()).replace(".", "")


def _tonnes(masses_kg: Sequence[Figure | None]) -> list[Decimal | None]:
    """In tonnes, with so many decimals as the largest needs; what is unknown stays so."""
    largest = max((abs(Decimal(mass)) for mass in masses_kg if mass is not None), default=Decimal(0)) / KG_PER_TONNE
    places = 0 if largest >= 1000 else 1 if largest >= 10 else 2
    return [None if mass is None else rounded(Decimal(mass) / KG_PER_TONNE, places).normalize() for mass in masses_kg]
