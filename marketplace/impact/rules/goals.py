"""The three regional goals, checkable with a pencil.

Source: domain.md, "The three goals and their indicators" (Koersdocument Circulaire Economie Twente).
"""

from dataclasses import dataclass
from decimal import Decimal

from marketplace.impact.rules.material_use import MASS_PLACES, NOTHING_KNOWN, Indicator
from marketplace.kernel.errors import Invalid
from marketplace.kernel.language import _


@dataclass(frozen=True, slots=True)
class Target:
    """What a goal asks: at least this percentage, in (goal 3: from) this year. `is_own`: a municipality set it tighter than the region."""

    number: int
    percent: Decimal
    year: int
    version: int = 1
    is_own: bool = False


REGIONAL_TARGETS = (Target(1, Decimal(100), 2050), Target(2, Decimal(50), 2030), Target(3, Decimal(50), 2035))


def valued(valued_kg: Decimal | None, owned_kg: Decimal | None) -> Indicator:
    """Work out goal 3: mass valued in the last twelve months against mass held.

    Held is owned or maintained. Unknown until there are passports.
    """
    return NOTHING_KNOWN if valued_kg is None or not owned_kg else Indicator(valued_kg, owned_kg, 1, 1)


def effective(own: Target | None, region: Target) -> Target:
    """Choose the target that counts for a municipality.

    Its own while that is at least as tight as the region's, else the region's.
    """
    return own if own is not None and not is_looser(own, region) else region


def is_looser(target: Target, than: Target) -> bool:
    """Less, or later."""
    return target.percent < than.percent or target.year > than.year


def check_tightened(current: Target, *, percent: Decimal, year: int, this_year: int) -> Target:
    """The next version of a goal. Refused: less, later, in the past, above 100 %, or the same."""
    if not percent.is_finite() or not 0 < percent <= 100 or percent != percent.quantize(MASS_PLACES):
        raise Invalid(_("A percentage must be more than 0 and at most 100, with at most three decimals."), "target_percent")
    if year < this_year:
        raise Invalid(
            _("The year %(year)s is over. Choose %(this_year)s or later.", year=str(year), this_year=str(this_year)),
            "target_year",
        )
    if percent < current.percent:
        raise Invalid(
            _(
                "A goal can only be tightened: at least %(percent)s%% instead of %(typed)s%%.",
                percent=current.percent,
                typed=percent,
            ),
            "target_percent",
        )
    if year > current.year:
        raise Invalid(
            _("A goal can only be tightened: in %(year)s or earlier, not in %(typed)s.", year=str(current.year), typed=str(year)),
            "target_year",
        )
    if (percent, year) == (current.percent, current.year):
        raise Invalid(_("This is the goal as it stands. Fill in a higher percentage or an earlier year."), "target_percent")
    return Target(current.number, percent, year)
