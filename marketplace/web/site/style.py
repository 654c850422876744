"""Every component in every state, on one page. For those who build the site and for the visual tests. No figure here is real."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, Literal

from babel.dates import format_date

from marketplace.kernel.errors import FieldError, Invalid
from marketplace.kernel.formats import mass
from marketplace.kernel.language import Text, _, current_locale
from marketplace.kernel.units import Amount, Quantity, Unit
from marketplace.market.rules.listing import CONDITION_HINTS, CONDITION_LABELS
from marketplace.web.site.forms import StyleForm
from marketplace.web.ui.charts import Chart, Column, Step, columns, waterfall
from marketplace.web.ui.forms import attach
from marketplace.web.ui.lots import Lot

TONES = (
    ("good", _("Available")),
    ("wait", _("Partly reserved")),
    ("stop", _("Reserved")),
    ("done", _("Completed")),
    ("neutral", _("Draft")),
)
NOTES = (
    ("success", _("The lot is on offer.")),
    ("info", _("The exact spot is shown once a reservation is approved.")),
    ("warning", _("Your session ends in three minutes.")),
    ("error", _("This has not been done yet.")),
)
TOLD = _("Fill this in, for example 12.5.")


@dataclass(frozen=True, slots=True)
class Style:
    """Everything that the page shows."""

    form: StyleForm
    refused: StyleForm
    lots: tuple[Lot, ...]
    charts: tuple[Chart, ...]
    columns: tuple[tuple[Text, str], ...]
    rows: tuple[tuple[Any, ...], ...]


def _lot(title: str, state: Text | None, tone: str, *, distance_km: int | None, from_on: date | None) -> Lot:
    return Lot(
        title=title,
        href="#cards",
        group=str(_("Paving")),
        amount=Amount(Decimal(1200), Unit.M2),
        place="Hengelo",
        distance_km=distance_km,
        from_on=from_on,
        condition=CONDITION_LABELS[next(iter(CONDITION_LABELS))],
        state=state,
        tone=tone,
        photo_url=None,
        photo_alt="",
    )


def style() -> Style:
    """The components, with a form that is fine and one in which every field was refused."""
    filled: dict[str, Any] = {
        "quantity": Quantity(Decimal("1234.5"), Unit.M2),
        "weight": Decimal("185"),
        "day": date(2027, 1, 12),
    }
    refused = StyleForm(formdata=None, prefix="refused-", data=filled)
    named = [name for name in refused.data if name not in ("csrf_token", "idempotency_key")]
    attach(refused, Invalid.all([FieldError(name, TOLD) for name in named]))
    kg_by_month = ((1, 42), (2, 38), (3, 0), (4, 61))
    months = [(_month(number), Decimal(value)) for number, value in kg_by_month]
    steps: tuple[tuple[Text, int | None, Literal["plus", "less", "sum"]], ...] = (
        (_("Avoided"), 84, "plus"),
        (_("Transport"), 6, "less"),
        (_("Processing"), None, "less"),
        (_("Net"), 78, "sum"),
    )
    return Style(
        form=StyleForm(formdata=None, data=filled),
        refused=refused,
        lots=(
            _lot(str(_("Grey pavers")), None, "good", distance_km=0, from_on=None),
            _lot(
                str(_("Grey pavers with a title that is long enough to need a second line")),
                _("Reserved"),
                "stop",
                distance_km=12,
                from_on=date(2027, 1, 12),
            ),
            _lot(str(_("Grey pavers")), _("Partly reserved"), "wait", distance_km=None, from_on=None),
        ),
        charts=(
            columns("upright", [Column(name, name, name, name[:1], kg, str(kg), mass(1000 * kg)) for name, kg in months]),
            waterfall(
                "steps",
                [
                    Step(
                        "",
                        name,
                        "",
                        None if value is None else Decimal(value),
                        kind,
                        str(value),
                        "?" if value is None else mass(1000 * value),
                    )
                    for name, value, kind in steps
                ],
            ),
        ),
        columns=((_("Municipality"), "text"), (_("Mass"), "number")),
        rows=(("Almelo", mass(1_234_500)), ("Borne", mass(400))),
    )


HINTS = {key.value: hint for key, hint in CONDITION_HINTS.items()}


def _month(number: int) -> str:
    return format_date(date(2027, number, 1), "MMM", locale=current_locale()).rstrip(".")
