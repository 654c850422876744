"""Masses in tonnes, all of one table with as many decimals."""

from decimal import Decimal

from marketplace.kernel.formats import KG_PER_TONNE, NO_BREAK_SPACE, number, rounded, unknown
from marketplace.kernel.language import plain_ngettext

FEW_KG = 10_000  # a table of less than this is written to the kilogram


def places_of(largest_kg: Decimal | int) -> int:
    """How many decimals of a tonne a whole table gets.

    One, or to the kilogram where all of it is small.
    """
    return 1 if abs(Decimal(largest_kg)) >= FEW_KG else 3


def in_tonnes(kg: Decimal | int | None, places: int) -> str:
    """A bare number of tonnes with exactly so many decimals. What would be rounded away is `< 0,1`."""
    if kg is None:
        return unknown()
    tonnes = Decimal(kg) / KG_PER_TONNE
    if kg and not rounded(tonnes, places):
        smallest = number(Decimal(1).scaleb(-places), places)
        return f"<{NO_BREAK_SPACE}{smallest}" if kg > 0 else f">{NO_BREAK_SPACE}−{smallest}"
    return number(tonnes, places).replace("-", "−")


def tonnes(kg: Decimal | int, places: int) -> str:
    """The same with its unit: `22,3 ton`."""
    return f"{in_tonnes(kg, places)}{NO_BREAK_SPACE}{plain_ngettext('tonne', 'tonnes', 1 if kg == KG_PER_TONNE else 2)}"
