"""A restatement in words, for page, paper and workbook alike."""

from collections.abc import Callable
from decimal import Decimal

from marketplace.kernel.formats import long_date
from marketplace.kernel.language import Text, _
from marketplace.published.queries.restatements import Compared, RestatedYear
from marketplace.published.rules import Carbon


def restated_title(restatement: RestatedYear) -> Text:
    """Which factors a restatement was worked out with, and when."""
    return _(
        "Worked out again with factor version %(version)s on %(day)s",
        version=str(restatement.factor_version),
        day=long_date(restatement.made_at),
    )


def restated_rows(comparison: Compared) -> list[tuple[Text, Decimal | None, Decimal | None]]:
    """Figure by figure: as it was booked, and worked out again. None: of nothing that moved is known what the figure rests on."""
    return [
        (label, figure(comparison.mass_kg, comparison.booked), figure(comparison.mass_kg, comparison.restated))
        for label, figure in FIGURES
    ]


def _avoided(mass_kg: Decimal, carbon: Carbon) -> Decimal | None:
    return carbon.avoided_kgco2e if _is_known(mass_kg, carbon.unknown_factor_mass_kg) else None


def _processing(mass_kg: Decimal, carbon: Carbon) -> Decimal | None:
    return carbon.processing_kgco2e if _is_known(mass_kg, carbon.unknown_processing_mass_kg) else None


def _is_known(mass_kg: Decimal, unknown_kg: Decimal) -> bool:
    return unknown_kg == 0 or unknown_kg != mass_kg


FIGURES: tuple[tuple[Text, Callable[[Decimal, Carbon], Decimal | None]], ...] = (
    (_("Avoided"), _avoided),
    (_("Transport"), lambda _mass_kg, carbon: carbon.transport_kgco2e),
    (_("Processing"), _processing),
    (_("Net saved"), lambda mass_kg, carbon: None if _avoided(mass_kg, carbon) is None else carbon.net_kgco2e),
)
