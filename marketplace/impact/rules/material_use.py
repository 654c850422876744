"""What municipalities put to use, and the share of it that goals 1 and 2 are about.

Goals 1 and 2 share one indicator: (biobased + reused + recycled) / total input, by mass, per municipality and year. What came
through the materials bank is not primary. A report says how many kilograms of that it includes, under any origin but primary; what it leaves out
is added above and below the line alike, so every kilogram counts once. A municipality that has not reported has no share: not 0 %,
not 100 %. The region has one when those that reported hold enough of the inhabitants: half of them, or what the AO CE has set.

A report speaks of the own organisation or of the whole territory, and of what comes in, stays and leaves. The goals take what comes in,
of the scope that the report names.

Source: domain.md, "The three goals and their indicators" (Koersdocument Circulaire Economie Twente).
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_CEILING, ROUND_FLOOR, ROUND_HALF_UP, Decimal
from enum import StrEnum

from marketplace.kernel.errors import FieldError, Invalid
from marketplace.kernel.formats import KG_PER_TONNE
from marketplace.kernel.language import Text, _
from marketplace.kernel.text import quoted
from marketplace.kernel.units import Amount, Unit

SHARE_PLACES = Decimal("0.000001")
MASS_PLACES = Decimal("0.001")
FIRST_YEAR = 2015
LARGEST_KG = Decimal("9999999999.999")
ZERO = Decimal(0)
COVERAGE_MINIMUM = Decimal(50)  # percent of the inhabitants; the AO CE may set another


class Origin(StrEnum):
    """Where material that is put to use comes from. Unknown only of what stays or leaves."""

    PRIMARY = "primary"
    BIOBASED = "biobased"
    REUSED = "reused"
    RECYCLED = "recycled"
    UNKNOWN = "unknown"


class Scope(StrEnum):
    """Whose material: the municipality's own organisation, or its whole territory."""

    ORGANISATION = "organisation"
    TERRITORY = "territory"


class Flow(StrEnum):
    """What comes in, what stays, and what leaves."""

    IN = "in"
    STOCK = "stock"
    OUT = "out"


ORIGINS_IN = (Origin.PRIMARY, Origin.BIOBASED, Origin.REUSED, Origin.RECYCLED)
RENEWABLE = (Origin.BIOBASED, Origin.REUSED, Origin.RECYCLED)
ORIGIN_LABELS: dict[Origin, Text] = {
    Origin.PRIMARY: _("New, from finite sources"),
    Origin.BIOBASED: _("Biobased"),
    Origin.REUSED: _("Reused"),
    Origin.RECYCLED: _("Recycled"),
    Origin.UNKNOWN: _("Not known"),
}
SCOPE_LABELS: dict[Scope, Text] = {
    Scope.ORGANISATION: _("Own organisation"),
    Scope.TERRITORY: _("Whole territory"),
}
FLOW_LABELS: dict[Flow, Text] = {
    Flow.IN: _("Comes in"),
    Flow.STOCK: _("Stays"),
    Flow.OUT: _("Leaves"),
}


@dataclass(frozen=True, slots=True)
class UseRow:
    """How many kilograms of a group and an origin came in (or stayed, or left) in a year."""

    group_slug: str
    origin: str
    mass_kg: Decimal
    scope: str = Scope.ORGANISATION.value
    flow: str = Flow.IN.value


@dataclass(frozen=True, slots=True)
class YearInput:
    """A municipality's reported year. Kilograms by origin, and what it received through the bank in that year.

    `bank_by_origin` where that was asked for; its sum is `bank_kg`.
    """

    by_origin: Mapping[Origin, Decimal]
    includes_bank_kg: Decimal = ZERO
    bank_kg: Decimal = ZERO
    bank_by_origin: Mapping[Origin, Decimal] | None = None

    @property
    def added_kg(self) -> Decimal:
        """What the report leaves out of the bank's mass. Below zero where some of it went back after the report."""
        return self.bank_kg - self.includes_bank_kg

    @property
    def added_by_origin(self) -> Mapping[Origin, Decimal] | None:
        """The same by origin. None: unknown, for the report includes a part and does not say of which origin."""
        if not self.added_kg:
            return {}
        return None if self.includes_bank_kg else self.bank_by_origin

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
    asked_of: int = 1  # of how many
    inhabitants: int = 0  # of those that reported
    inhabitants_asked: int = 0  # of all
    minimum_percent: Decimal = COVERAGE_MINIMUM  # of the inhabitants, for a share

    @property
    def inhabitants_share(self) -> Decimal | None:
        """The part of the inhabitants in municipalities that reported; None: of one municipality."""
        return Decimal(self.inhabitants) / self.inhabitants_asked if self.inhabitants_asked else None

    @property
    def is_of_enough(self) -> bool:
        """Whether those that reported hold as much of the inhabitants as a share asks for."""
        return self.inhabitants * 100 >= self.minimum_percent * self.inhabitants_asked

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


def regional(each: Sequence[tuple[Indicator, int]], minimum_percent: Decimal = COVERAGE_MINIMUM) -> Indicator:
    """Sum the municipalities that reported, and say by how many of how many.

    Over every municipality with its inhabitants. `minimum_percent` of the inhabitants makes a share.
    """
    existing = [(item, inhabitants) for item, inhabitants in each if item.reported]
    return Indicator(
        sum((item.renewable_kg for item, _inhabitants in existing), ZERO),
        sum((item.total_kg for item, _inhabitants in existing), ZERO),
        len(existing),
        len(each),
        sum(inhabitants for _item, inhabitants in existing),
        sum(inhabitants for _item, inhabitants in each),
        minimum_percent,
    )


def check_year(year: int, *, last: int) -> None:
    """A year that can have been measured: from 2015 up to and with the last."""
    if not FIRST_YEAR <= year <= last:
        raise Invalid(_("Choose a year from %(first)s to %(last)s.", first=str(FIRST_YEAR), last=str(last)), "year")


def check_rows(rows: Sequence[UseRow], *, groups: Iterable[str]) -> list[UseRow]:
    """The rows worth keeping (those above zero). Refused, each at its row: an unknown group or origin, less than zero, twice the same."""
    existing, seen, errors = set(groups), set[tuple[str, ...]](), list[FieldError]()
    for index, row in enumerate(rows):
        fault = _fault(row, existing, seen)
        if fault is not None:
            errors.append(FieldError(f"rows[{index}].{fault[0]}", fault[1]))
        seen.add(_key(row))
    if errors:
        raise Invalid.all(errors)
    return [row for row in rows if row.mass_kg]


def incoming(rows: Iterable[UseRow], *, scope: str) -> list[UseRow]:
    """What came in, of the scope that counts."""
    return [row for row in rows if row.scope == scope and row.flow == Flow.IN]


def total_by_origin(rows: Iterable[UseRow], *, scope: str) -> dict[Origin, Decimal]:
    """What came in, by origin, of the scope that counts."""
    sums = dict[Origin, Decimal]()
    for row in incoming(rows, scope=scope):
        sums[Origin(row.origin)] = sums.get(Origin(row.origin), ZERO) + row.mass_kg
    return sums


def _as_typed(mass_kg: Decimal, rounding: str) -> Amount:
    """Tonnes to the kilogram, as they are typed. So a limit that is read can be entered."""
    return Amount(mass_kg.quantize(Decimal(1), rounding) / KG_PER_TONNE, Unit.TONNE)


def check_included(
    rows: Iterable[UseRow],
    *,
    year: int,
    included_kg: Decimal,
    as_of: date | None,
    bank_kg: Decimal,
    today: date,
    scope: str = Scope.ORGANISATION,
    is_explained: bool = False,
) -> date | None:
    """The day as of which a report includes the bank's mass; None where it includes nothing.

    The bank's mass may stand under any origin but primary: granulates are reported as recycled. Refused: more than the bank brought, a
    day before the year or after today, and, where no explanation is given, more than the mass that should hold it.
    """
    if not included_kg.is_finite() or included_kg < 0:
        raise Invalid(_("A mass must be zero or more."), "includes_bank_kg")
    if included_kg > LARGEST_KG:
        raise Invalid(_("A mass can be at most 9 999 999 tonnes."), "includes_bank_kg")
    if included_kg != included_kg.quantize(MASS_PLACES):
        raise Invalid(_("A mass can have at most three decimals in kilograms."), "includes_bank_kg")
    if not included_kg:
        return None
    renewable_kg = sum((mass_kg for origin, mass_kg in total_by_origin(rows, scope=scope).items() if origin in RENEWABLE), ZERO)
    if renewable_kg < included_kg <= bank_kg and not is_explained:
        raise Invalid(
            _(
                "You report %(renewable)s reused, recycled and biobased, and say that %(included)s of the materials bank is in it. "
                "Report what you received as reused, granulates as recycled and wood as biobased, say that less is included, or explain it.",
                renewable=_as_typed(renewable_kg, ROUND_FLOOR),
                included=_as_typed(included_kg, ROUND_CEILING),
            ),
            "includes_bank_kg",
        )
    if included_kg > bank_kg:
        raise Invalid(
            _(
                "In %(year)s you received %(bank)s through the materials bank. Say that at most that much is included.",
                year=str(year),
                bank=_as_typed(bank_kg, ROUND_FLOOR),
            ),
            "includes_bank_kg",
        )
    if as_of is None or not date(year, 1, 1) <= as_of <= today:
        raise Invalid(
            _(
                "Fill in as of which day that mass is included: from 1 January %(year)s to today.",
                year=str(year),
            ),
            "includes_bank_as_of",
        )
    return as_of


def _key(row: UseRow) -> tuple[str, ...]:
    return row.scope, row.flow, row.group_slug, row.origin


def _fault(row: UseRow, groups: set[str], seen: set[tuple[str, ...]]) -> tuple[str, Text] | None:
    if row.scope not in set(Scope):
        return "scope", _("Choose whose material it is: organisation or territory.")
    if row.flow not in set(Flow):
        return "flow", _("Choose whether it came in, stays or left: in, stock or out.")
    if row.group_slug not in groups:
        return "group", _(
            "There is no material group “%(slug)s”. Choose one from the list of materials.", slug=quoted(row.group_slug)
        )
    if row.origin not in (ORIGINS_IN if row.flow == Flow.IN else set(Origin)):
        return "origin", _("Choose an origin: primary, biobased, reused or recycled.")
    if not row.mass_kg.is_finite() or row.mass_kg < 0:
        return "mass_kg", _("A mass must be zero or more.")
    if row.mass_kg > LARGEST_KG:
        return "mass_kg", _("A mass can be at most 9 999 999 tonnes.")
    if row.mass_kg != row.mass_kg.quantize(MASS_PLACES):
        return "mass_kg", _("A mass can have at most three decimals in kilograms.")
    if _key(row) in seen:
        return "group", _("This group and origin appear twice. Give one mass for them.")
    return None
