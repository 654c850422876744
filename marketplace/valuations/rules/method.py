"""How a part gets its value. The first method that holds: exchanges, the price table, an appraisal; else it has none, never zero.

Prices are in cents for one unit, to a millionth of a cent, and a value is rounded once, to the cent, halves away from nought. Mass is
priced by the tonne: kilograms and tonnes are the only units of which one follows exactly from the other.
"""

from calendar import monthrange
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from enum import StrEnum
from fractions import Fraction
from statistics import median

from marketplace.kernel.errors import Invalid
from marketplace.kernel.language import Text, _
from marketplace.kernel.units import Unit

EXCHANGES_NEEDED = 3
MONTHS_OF_PRICES = 24
MONTHS_OF_VALUE = 12
CENT, MILLIONTH = Decimal(1), Decimal("0.000001")
KG_PER_TONNE = 1000
ANY_CONDITION = ""


class Method(StrEnum):
    """By what a part is valued, in the order in which they are tried."""

    EXCHANGES = "exchanges"
    PRICE_TABLE = "price_table"
    APPRAISAL = "appraisal"
    NONE = "none"

    @property
    def label(self) -> Text:
        """The word as people read it."""
        return _LABELS[self]


_LABELS: dict[Method, Text] = {
    Method.EXCHANGES: _("Median of exchanges in the region"),
    Method.PRICE_TABLE: _("Price table"),
    Method.APPRAISAL: _("Appraisal"),
    Method.NONE: _("No value known"),
}


class Lack(StrEnum):
    """Why a part has no value."""

    FEW_EXCHANGES = "few_exchanges"
    NOBODY_LOOKED = "nobody_looked"
    NOTHING = "nothing"

    @property
    def label(self) -> Text:
        """The reason, and with it what would help."""
        return _LACKS[self]


_LACKS: dict[Lack, Text] = {
    Lack.FEW_EXCHANGES: _("Fewer than three exchanges with a price, and no row in the price table or appraisal"),
    Lack.NOBODY_LOOKED: _(
        "Its condition was not inspected, so no exchange is comparable; and there is no row in the price table and no appraisal"
    ),
    Lack.NOTHING: _("No exchange with a price, no row in the price table and no appraisal"),
}


@dataclass(frozen=True, slots=True)
class PriceKey:
    """What a price is of. `condition` empty: of any. `unit` is never kg: mass goes by the tonne."""

    material_id: int
    condition: str
    unit: Unit


@dataclass(frozen=True, slots=True)
class PricedExchange:
    """An exchange with what is left of it after what was reversed. Its price is for the whole quantity."""

    material_id: int
    condition: str
    unit: Unit
    quantity: Decimal
    price_cents: int
    happened_on: date


@dataclass(frozen=True, slots=True)
class Median:
    """What a unit went for in the region. The middle price, the lowest and the highest, of how many exchanges and between which days."""

    unit_cents: Decimal
    low_cents: Decimal
    high_cents: Decimal
    exchanges: int
    first_on: date
    last_on: date
    number: int = 0  # as it was kept

    @property
    def is_enough(self) -> bool:
        """Whether so many exchanges make a price."""
        return self.exchanges >= EXCHANGES_NEEDED


@dataclass(frozen=True, slots=True)
class Costs:
    """What it costs to make use of it again, in cents; None: not known."""

    taking_out: Decimal | None = None
    cleaning: Decimal | None = None
    transport: Decimal | None = None

    @property
    def is_known(self) -> bool:
        """Whether any of the three is known."""
        return any(cost is not None for cost in (self.taking_out, self.cleaning, self.transport))


@dataclass(frozen=True, slots=True)
class TablePrice:
    """A row of the price table, for one unit. The value lies in the middle between low and high."""

    number: int
    low_cents: Decimal
    high_cents: Decimal
    costs: Costs = Costs()

    @property
    def unit_cents(self) -> Decimal:
        """The middle."""
        return _exact(Fraction(self.low_cents + self.high_cents) / 2)


@dataclass(frozen=True, slots=True)
class Appraised:
    """What somebody appraised a quantity of a part at, as a whole."""

    number: int
    value_cents: int
    quantity: Decimal
    costs: Costs = Costs()


@dataclass(frozen=True, slots=True)
class Valued:
    """What a part is worth, by which method and of which source. `value_cents` None: no value, which is not nought.

    The low and the high end are those of its source; an appraisal has none.
    """

    method: Method
    unit_cents: Decimal | None = None
    value_cents: int | None = None
    low_cents: int | None = None
    high_cents: int | None = None
    source: int | None = None  # number of the median, of the row of the table, or of the appraisal
    taking_out_cents: int | None = None
    cleaning_cents: int | None = None
    transport_cents: int | None = None


def months_before(day: date, months: int) -> date:
    """The same day so many months earlier, or the last of that month where it has no such day."""
    year, month = divmod(day.year * 12 + day.month - 1 - months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def check_as_of(as_of: date, first: date | None, today: date) -> None:
    """Refuse a day to come, and one before there was anything to value. `first`: the day of the first part, None without any."""
    if first is None:
        raise Invalid(_("There is nothing to value yet: no asset of this organisation has a part."), "as_of")
    if as_of > today:
        raise Invalid(_("This day has not come yet. Choose today or an earlier day."), "as_of")
    if as_of < first:
        raise Invalid(_("The first part was put in on %(first)s. Choose that day or a later one.", first=first), "as_of")


def priced_unit(unit: Unit) -> Unit:
    """The unit that a price of it goes by."""
    return Unit.TONNE if unit is Unit.KG else unit


def priced_quantity(quantity: Decimal, unit: Unit) -> Decimal:
    """The quantity in the unit that a price goes by."""
    return quantity / KG_PER_TONNE if unit is Unit.KG else quantity


def priced_per(cents: Decimal, unit: Unit) -> Decimal:
    """A price for one unit as a price for one of the unit that prices go by."""
    return cents * KG_PER_TONNE if unit is Unit.KG else cents


def medians_of(exchanges: Iterable[PricedExchange]) -> Mapping[PriceKey, Median]:
    """The middle price of each material in each condition. "Om niet" is no price, and what was reversed is not there.

    Of an even number it is the mean of the two in the middle. Fewer than three are told too, and make no price.
    """
    prices_by_key: dict[PriceKey, list[tuple[Fraction, date]]] = {}
    for exchange in exchanges:
        if exchange.price_cents > 0 and exchange.quantity > 0:
            each = Fraction(exchange.price_cents) / Fraction(priced_quantity(exchange.quantity, exchange.unit))
            prices_by_key.setdefault(PriceKey(exchange.material_id, exchange.condition, priced_unit(exchange.unit)), []).append(
                (each, exchange.happened_on)
            )
    return {key: _median(prices) for key, prices in prices_by_key.items()}


def _median(prices: Sequence[tuple[Fraction, date]]) -> Median:
    each, days = [price for price, _day in prices], [day for _price, day in prices]
    return Median(_exact(median(each)), _exact(min(each)), _exact(max(each)), len(each), min(days), max(days))


def value_part(
    quantity: Decimal, unit: Unit, *, median: Median | None, prices: Sequence[TablePrice], appraised: Appraised | None
) -> Valued:
    """What a part is worth by the first method that holds. `prices`: rows of the table for it, that of its own condition first.

    What it costs to make use of it is known from the appraisal, else from the table, whichever the method.
    """
    amount, price = priced_quantity(quantity, unit), prices[0] if prices else None
    costs = _costs(quantity, amount, price, appraised)
    if median is not None and median.is_enough:
        ends = [_cents(amount * end) for end in (median.low_cents, median.high_cents)]
        return Valued(
            Method.EXCHANGES, median.unit_cents, _cents(amount * median.unit_cents), ends[0], ends[1], median.number, *costs
        )
    if price is not None:
        ends = [_cents(amount * end) for end in (price.low_cents, price.high_cents)]
        value = _cents(amount * price.unit_cents)
        return Valued(Method.PRICE_TABLE, price.unit_cents, value, ends[0], ends[1], price.number, *costs)
    if appraised is not None:
        each = _exact(Fraction(appraised.value_cents) / Fraction(priced_quantity(appraised.quantity, unit)))
        value = _rounded(Fraction(appraised.value_cents) * Fraction(quantity) / Fraction(appraised.quantity))
        return Valued(Method.APPRAISAL, each, value, None, None, appraised.number, *costs)
    return Valued(Method.NONE, None, None, None, None, None, *costs)


def find_lack(condition: str, exchanges: int) -> Lack:
    """Why a part in this condition has no value. `exchanges`: how many with a price there were of it in the region."""
    if exchanges:
        return Lack.FEW_EXCHANGES
    return Lack.NOTHING if condition else Lack.NOBODY_LOOKED


def _costs(
    quantity: Decimal, amount: Decimal, price: TablePrice | None, appraised: Appraised | None
) -> tuple[int | None, int | None, int | None]:
    table = price.costs if price is not None else Costs()
    appraised_costs = appraised.costs if appraised is not None else Costs()

    def cost(whole: Decimal | None, each: Decimal | None) -> int | None:
        if whole is not None and appraised is not None:
            return _rounded(Fraction(whole) * Fraction(quantity) / Fraction(appraised.quantity))
        return None if each is None else _cents(amount * each)

    return (
        cost(appraised_costs.taking_out, table.taking_out),
        cost(appraised_costs.cleaning, table.cleaning),
        cost(appraised_costs.transport, table.transport),
    )


def _cents(amount: Decimal) -> int:
    return int(amount.quantize(CENT, rounding=ROUND_HALF_UP))


def _rounded(amount: Fraction) -> int:
    """What is not below nought, to the cent, halves up; never a float in between."""
    return (2 * amount.numerator + amount.denominator) // (2 * amount.denominator)


def _exact(amount: Fraction) -> Decimal:
    """To a millionth of a cent."""
    return Decimal(_rounded(amount * 1_000_000)) * MILLIONTH


SHADOW = _(
    "This is the value of the material, not of the property, and it is not the municipality's balance, which values assets at what "
    "they cost (BBV art. 63). It is a shadow statement beside that balance."
)
"""What every page, paper and answer with a value says."""
