"""What municipalities put to use, and the share of it that goals 1 and 2 are about.

Goals 1 and 2 share one indicator: (biobased + reused + recycled) / total input, by mass, per municipality and year. What came
through the materials bank is not primary. A report says how many kilograms of that it includes, under any origin but primary; what it leaves out
is added above and below the line alike, so every kilogram counts once. A municipality that has not reported has no share: not 0 %,
not 100 %. The region has one when those that reported hold at least half the inhabitants.

Source: domain.md, "The three goals and their indicators" (Koersdocument Circulaire Economie Twente).
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from enum import StrEnum

from marketplace.kernel.errors import FieldError, Invalid
from marketplace.kernel.formats import mass
from marketplace.kernel.language import Text, _

SHARE_PLACES = Decimal("0.000001")
MASS_PLACES = Decimal("0.001")
FIRST_YEAR = 2015
LARGEST_KG = Decimal("9999999999.999")
ZERO = Decimal(0)


class Origin(StrEnum):
    """Where material that is put to use comes from."""

    PRIMARY = "primary"
    BIOBASED = "biobased"
    REUSED = "reused"
    RECYCLED = "recycled"


RENEWABLE = (Origin.BIOBASED, Origin.REUSED, Origin.RECYCLED)
ORIGIN_LABELS: dict[Origin, Text] = {
    Origin.PRIMARY: _("New, from finite sources"),
    Origin.BIOBASED: _("Biobased"),
    Origin.REUSED: _("Reused"),
    Origin.RECYCLED: _("Recycled"),
}


@dataclass(frozen=True, slots=True)
class UseRow:
    """How many kilograms of one material group, of one origin, were put to use in a year."""

    group_slug: str
    origin: str
    mass_kg: Decimal


@dataclass(frozen=True, slots=True)
class YearInput:
    """A municipality's reported year. Kilograms by origin, and what it received through the bank in that year."""

    by_origin: Mapping[Origin, Decimal]
    includes_bank_kg: Decimal = ZERO
    bank_kg: Decimal = ZERO

    @property
    def added_kg(self) -> Decimal:
        """What the report leaves out of the bank's mass. Below zero where some of it went back after the report."""
        return self.bank_kg - self.includes_bank_kg

    @property
    def renewable_kg(self) -> Decimal:
        """Biobased, reused and recycled, the bank's mass counted once."""
        return sum((self.by_origin.get(origin, ZERO) for origin in RENEWABLE), ZERO) + self.added_kg

    @property
    def total_kg(self) -> Decimal:
        """All input, the bank's mass counted once."""
        return sum(self.by_origin.values(), ZERO) + self.added_kg

    @property
    def is_reported(self) -> bool:
        """Whether there is anything in the report. An emptied report counts as none."""
        return any(self.by_origin.values())


@dataclass(frozen=True, slots=True)
class Indicator:
    """A share with its numerator and denominator in kg.

    `share` is None where nothing is known, or of too few inhabitants.
    """

    renewable_kg: Decimal = ZERO
    total_kg: Decimal = ZERO
    reported: int = 0  # by how many municipalities
    asked: int = 1  # of how many
    inhabitants: int = 0  # of those that reported
    inhabitants_asked: int = 0  # of all

    @property
    def inhabitants_share(self) -> Decimal | None:
        """The part of the inhabitants in municipalities that reported; None: of one municipality."""
        return Decimal(self.inhabitants) / self.inhabitants_asked if self.inhabitants_asked else None

    @property
    def is_of_enough(self) -> bool:
        """Whether those that reported hold at least half the inhabitants."""
        return self.inhabitants * 2 >= self.inhabitants_asked

    @property
    def share(self) -> Decimal | None:
        """From 0 to 1, to six places; None: not reported, or by too few."""
        if not self.reported or self.total_kg <= 0 or not self.is_of_enough:
            return None
        return (max(self.renewable_kg, ZERO) / self.total_kg).quantize(SHARE_PLACES, rounding=ROUND_HALF_UP)

    def has_reached(self, percent: Decimal) -> bool:
        """Whether the target is met, by the exact masses and not by the rounded share."""
        return self.share is not None and self.renewable_kg * 100 >= percent * self.total_kg


NOTHING_KNOWN = Indicator()


def indicator(year: YearInput | None) -> Indicator:
    """The share of one municipality in one year, for goals 1 and 2."""
    if year is None or not year.is_reported:
        return NOTHING_KNOWN
    return Indicator(year.renewable_kg, year.total_kg, 1, 1)


def regional(each: Sequence[tuple[Indicator, int]]) -> Indicator:
    """Sum the municipalities that reported, and say by how many of how many.

    Over every municipality with its inhabitants.
    """
    existing = [(item, inhabitants) for item, inhabitants in each if item.reported]
    return Indicator(
        sum((item.renewable_kg for item, _inhabitants in existing), ZERO),
        sum((item.total_kg for item, _inhabitants in existing), ZERO),
        len(existing),
        len(each),
        sum(inhabitants for _item, inhabitants in existing),
        sum(inhabitants for _item, inhabitants in each),
    )


def check_year(year: int, *, last: int) -> None:
    """A year that can have been measured: from 2015 up to and with the last."""
    if not FIRST_YEAR <= year <= last:
        raise Invalid(
            _("Choose a year from %(first)s up to and including %(last)s.", first=str(FIRST_YEAR), last=str(last)), "year"
        )


def check_rows(rows: Sequence[UseRow], *, groups: Iterable[str]) -> list[UseRow]:
    """The rows worth keeping (those above zero). Refused, each at its row: an unknown group or origin, less than zero, twice the same."""
    existing, seen, errors = set(groups), set[tuple[str, str]](), list[FieldError]()
    for index, row in enumerate(rows):
        fault = _fault(row, existing, seen)
        if fault is not None:
            errors.append(FieldError(f"rows[{index}].{fault[0]}", fault[1]))
        seen.add((row.group_slug, row.origin))
    if errors:
        raise Invalid.all(errors)
    return [row for row in rows if row.mass_kg]


def check_included(
    rows: Iterable[UseRow], *, year: int, included_kg: Decimal, as_of: date | None, bank_kg: Decimal, today: date
) -> date | None:
    """The day as of which a report includes the bank's mass; None where it includes nothing.

    The bank's mass may stand under any origin but primary: granulates are reported as recycled. Refused: more than the bank brought, more
    than the mass that should hold it, and a day before the year or after today.
    """
    if not included_kg.is_finite() or included_kg < 0:
        raise Invalid(_("A mass must be zero or more."), "includes_bank_kg")
    if included_kg != included_kg.quantize(MASS_PLACES):
        raise Invalid(_("A mass can have at most three decimals in kilograms."), "includes_bank_kg")
    if not included_kg:
        return None
    renewable_kg = sum((row.mass_kg for row in rows if row.origin != Origin.PRIMARY), ZERO)
    if renewable_kg < included_kg:
        raise Invalid(
            _(
                "You report %(renewable)s reused, recycled and biobased, and say that %(included)s of the materials bank is in it. "
                "Report what you received as reused, granulates as recycled and wood as biobased, or say that less is included.",
                renewable=mass(renewable_kg),
                included=mass(included_kg),
            ),
            "includes_bank_kg",
        )
    if included_kg > bank_kg:
        raise Invalid(
            _(
                "In %(year)s you received %(bank)s through the materials bank. Say that at most that much is included.",
                year=str(year),
                bank=mass(bank_kg),
            ),
            "includes_bank_kg",
        )
    if as_of is None or not date(year, 1, 1) <= as_of <= today:
        raise Invalid(
            _(
                "Fill in as of which day that mass is included: from 1 January %(year)s up to and including today.",
                year=str(year),
            ),
            "includes_bank_as_of",
        )
    return as_of


def _fault(row: UseRow, groups: set[str], seen: set[tuple[str, str]]) -> tuple[str, Text] | None:
    if row.group_slug not in groups:
        return "group", _("There is no material group “%(slug)s”. Choose one from the list of materials.", slug=row.group_slug)
    if row.origin not in set(Origin):
        return "origin", _("Choose an origin: primary, biobased, reused or recycled.")
    if not row.mass_kg.is_finite() or row.mass_kg < 0:
        return "mass_kg", _("A mass must be zero or more.")
    if row.mass_kg > LARGEST_KG:
        return "mass_kg", _("A mass can be at most 9 999 999 tonnes.")
    if row.mass_kg != row.mass_kg.quantize(MASS_PLACES):
        return "mass_kg", _("A mass can have at most three decimals in kilograms.")
    if (row.group_slug, row.origin) in seen:
        return "group", _("This group and origin appear twice. Give one mass for them.")
    return None
