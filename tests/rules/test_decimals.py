"""A figure with more decimals than are kept is refused, whether it would be rounded down or up; one with as many is taken."""

from collections.abc import Callable
from datetime import date
from decimal import Decimal

import pytest

from marketplace.depots.rules.capacity import CapacityKind, clean_capacities
from marketplace.depots.rules.rates import RateDraft, RateUnit, check_rate
from marketplace.impact.rules.goals import Decision, Target, check_target
from marketplace.impact.rules.material_use import UseRow, check_included, check_rows
from marketplace.impact.rules.reports import check_percent
from marketplace.imports.rules.outflow import read_outflow
from marketplace.imports.rules.tables import Record
from marketplace.kernel.errors import Invalid
from marketplace.kernel.units import plain
from marketplace.materials.rules.fields import Field, FieldKind, read_number

TODAY = date(2026, 11, 28)
DECISION = Decision("Gemeenteraad", date(2026, 11, 3), "Besluit 12")
ROWS = [UseRow("bestrating", "recycled", Decimal(9))]


def included(kg: Decimal) -> None:
    check_included(ROWS, year=2025, included_kg=kg, as_of=date(2026, 1, 4), bank_kg=Decimal(9), today=TODAY)


def left(kg: Decimal) -> None:
    cells = {"eural": "17 03 02", "period": "2025-02", "mass_kg": plain(kg).replace(".", ","), "loads": "2", "stream": "s"}
    _line, faults = read_outflow(Record(cells), last_month="2026-11")
    if faults.sentences:
        raise Invalid(faults.sentences["mass_kg"])


FIGURES: dict[str, tuple[Callable[[Decimal], object], int]] = {
    "what fits in a depot": (lambda figure: clean_capacities({CapacityKind.TONNE: figure}), 3),
    "a price of lying": (lambda figure: check_rate(RateDraft(RateUnit.M2, figure, TODAY), TODAY), 4),
    "a goal": (
        lambda figure: check_target(Target(1, Decimal(50), 2030), percent=figure, year=2030, decision=DECISION, today=TODAY),
        3,
    ),
    "the mass of a report": (lambda figure: check_rows([UseRow("hout", "reused", figure)], groups=("hout",)), 3),
    "what the bank brought of it": (included, 3),
    "of how many inhabitants a figure asks": (check_percent, 3),
    "what left a municipality": (left, 3),
    "a number of a field": (
        lambda figure: read_number(Field("dikte", "Dikte", "Thickness", FieldKind.NUMBER, places=1), figure),
        1,
    ),
}


@pytest.mark.parametrize(("take", "places"), FIGURES.values(), ids=FIGURES)
def test_no_figure_has_more_decimals_than_are_kept(take: Callable[[Decimal], object], places: int) -> None:
    last = Decimal(1).scaleb(-places)
    take(1 + last)
    for more in (last * 4 / 10, last * 6 / 10):
        with pytest.raises(Invalid):
            take(1 + more)
