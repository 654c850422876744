"""Units, quantities, and numbers as people type them.

A quantity is exact: a Decimal with at most three decimals, more than zero, at most 9 999 999.999, pieces whole. What is typed is read by
the strict rule of the reader's locale and never guessed: what could mean two things is refused with what to type instead.
"""

import re
from dataclasses import dataclass
from decimal import ROUND_DOWN, ROUND_HALF_UP, Decimal
from enum import StrEnum
from fractions import Fraction
from functools import cache, lru_cache

from babel.numbers import get_decimal_symbol, get_group_symbol

from marketplace.kernel.errors import Invalid
from marketplace.kernel.language import Text, _, ngettext, reading_in

LARGEST = Decimal("9999999.999")
THOUSANDTH = Decimal("0.001")
NO_BREAK_SPACE = "\u00a0"
LONGEST_NUMBER = 30
DECIMALS_MOST = 3

_BLANKS = re.compile(r"[\s\u00a0\u202f\u2007\u2009]")
_PLAIN = re.compile(r"-?[0-9]+(\.[0-9]+)?")
_MARKS = {"nl": (".", ","), "en": (",", ".")}  # grouping mark, decimal mark
_SHAPES = {
    locale: re.compile(rf"-?([0-9]+|[1-9][0-9]{{0,2}}(([{group}][0-9]{{3}})+|( [0-9]{{3}})+))([{point}][0-9]+)?")
    for locale, (group, point) in _MARKS.items()
}


class Unit(StrEnum):
    """What a quantity counts. The value is the name in the API and in storage."""

    PIECE = "piece"
    M = "m"
    M2 = "m2"
    M3 = "m3"
    TONNE = "tonne"
    KG = "kg"

    @property
    def places(self) -> int:
        """How many decimals an amount may have: none for pieces, three for the rest."""
        return 0 if self is Unit.PIECE else 3

    @property
    def label(self) -> Text:
        """The unit by itself, for a list to choose from: `stuks`, `m²`, `ton`."""
        return _LABELS[self]

    @property
    def one(self) -> Text:
        """A single one of it, for a price: `stuk`, `m²`, `ton`."""
        return _ONE.get(self, self.label)


_LABELS = {
    Unit.PIECE: _("pieces"),
    Unit.M: _("m"),
    Unit.M2: _("m²"),
    Unit.M3: _("m³"),
    Unit.TONNE: _("tonnes"),
    Unit.KG: _("kg"),
}
_ONE = {Unit.PIECE: ngettext("piece", "pieces", 1), Unit.TONNE: ngettext("tonne", "tonnes", 1)}
_SYMBOLS = {Unit.M: "m", Unit.M2: "m²", Unit.M3: "m³", Unit.KG: "kg"}
_SPELLINGS = {
    "piece": Unit.PIECE, "pieces": Unit.PIECE, "stuk": Unit.PIECE, "stuks": Unit.PIECE, "st": Unit.PIECE,
    "m": Unit.M, "m1": Unit.M, "meter": Unit.M, "metre": Unit.M,
    "m2": Unit.M2, "m²": Unit.M2, "m3": Unit.M3, "m³": Unit.M3,
    "tonne": Unit.TONNE, "tonnes": Unit.TONNE, "ton": Unit.TONNE, "kg": Unit.KG, "kilogram": Unit.KG,
}  # fmt: skip


def read_unit(value: object, field: str = "unit") -> Unit:
    """A unit by its name, or as it is written in Dutch or English (`stuks`, `m²`, `ton`)."""
    unit = _SPELLINGS.get(value.strip().lower()) if isinstance(value, str) else None
    if unit is None:
        raise Invalid(_("Choose a unit: piece, m, m2, m3, tonne or kg."), field)
    return unit


@lru_cache(maxsize=8192)
def format_number(amount: Decimal | int, locale: str) -> str:
    """At most three decimals, grouped as the locale does: 1234.5 is `1.234,5` in Dutch."""
    written = f"{Decimal(amount):,.{DECIMALS_MOST}f}".rstrip("0").rstrip(".")
    return ("0" if written == "-0" else written).translate(separators(locale))


@cache
def separators(locale: str) -> dict[int, str]:
    """The marks of a language for those that Python writes."""
    return str.maketrans({",": get_group_symbol(locale), ".": get_decimal_symbol(locale)})


def format_amount(amount: Decimal, unit: Unit, locale: str) -> str:
    """Write a number with its unit, joined by a no-break space. `1.234,5 m²`, `1 stuk`, `2 stuks`."""
    return f"{format_number(amount, locale)}{NO_BREAK_SPACE}{_symbol(amount, unit, locale)}"


def _symbol(amount: Decimal, unit: Unit, locale: str) -> str:
    if unit in _SYMBOLS:
        return _SYMBOLS[unit]
    return _word(1 if amount == 1 else 2, unit, locale)


@cache
def _word(count: int, unit: Unit, locale: str) -> str:
    with reading_in(locale):
        return str(ngettext("piece", "pieces", count) if unit is Unit.PIECE else ngettext("tonne", "tonnes", count))


def plain(amount: Decimal) -> str:
    """A decimal string without needless zeros or exponent, as the API writes it: `1200`, `0.5`."""
    text = f"{amount:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def in_every_notation(amount: Decimal) -> str:
    """A decimal string that no page takes for groups of thousands.

    `1.1250`, for a Dutch page reads `1.125` as 1125.
    """
    text = plain(amount)
    return f"{text}0" if text[-4:-3] == "." else text


@dataclass(frozen=True, slots=True)
class Amount:
    """What is left, held or missing, in a unit: any exact figure, zero too. It writes itself in the reader's language."""

    amount: Decimal
    unit: Unit

    def localized(self, locale: str) -> str:
        return format_amount(self.amount, self.unit, locale)

    def __str__(self) -> str:
        return f"{plain(self.amount)} {self.unit}"


@dataclass(frozen=True, slots=True)
class Quantity(Amount):
    """A quantity that people put on the bank or ask for. Refused: nothing or less, too much, too many decimals, part of a piece."""

    def __post_init__(self) -> None:
        check_amount(self.amount, self.unit)


def check_amount(amount: Decimal, unit: Unit, field: str = "quantity") -> None:
    """Refuse what cannot be a quantity, in the order in which the reader can fix it."""
    if not amount.is_finite():
        raise Invalid(_("The quantity is not a number. Type digits only, for example 40."), field)
    if amount <= 0:
        raise Invalid(_("The quantity must be more than zero."), field)
    if amount > LARGEST:
        raise Invalid(_("The quantity can be at most %(largest)s.", largest=Amount(round_down(LARGEST, unit), unit)), field)
    if unit is Unit.PIECE and amount != amount.to_integral_value():
        raise Invalid(_("Pieces are whole. Type a whole number, or choose another unit."), field)
    if amount != round_down(amount, unit):
        raise Invalid(_("The quantity can have at most three decimals."), field)


def round_down(amount: Decimal, unit: Unit) -> Decimal:
    """Down to a whole piece or a thousandth: what a conversion may promise."""
    return amount.quantize(Decimal(1) if unit is Unit.PIECE else THOUSANDTH, rounding=ROUND_DOWN)


def round_worked_out(amount: Decimal) -> Decimal:
    """A worked-out amount to the nearest thousandth, halves up.

    What is more than any quantity stays as it is, for `Quantity` to refuse: so many figures cannot be rounded.
    """
    return amount if abs(amount) > LARGEST else amount.quantize(THOUSANDTH, rounding=ROUND_HALF_UP)


def parse_number(text: str, locale: str, field: str | None = None) -> Decimal:
    """A number as typed on a screen in `nl` or `en`.

    Dutch: `1234,5`, `1.234,5`, `1 234,5` (any blank). A point groups only where it stands before exactly three digits, so `1.234` is
    1234 and a comma always starts the decimals, so `1,234` is one and 234 thousandths. English is the mirror image. Refused because it
    can be read in two ways: a mark of the other notation (`1.5` and `0.234` in Dutch, `1,5` in English). Refused because it is no number:
    letters, exponents (`1e5`), NaN, infinity, digits of other scripts.
    """
    typed = text.replace("\u2212", "-").strip()
    tidy = re.sub(r"-\s+", "-", _BLANKS.sub(" ", typed))
    group, point = _MARKS.get(locale, _MARKS["nl"])
    if len(tidy) <= LONGEST_NUMBER and _SHAPES[locale if locale in _SHAPES else "nl"].fullmatch(tidy):
        return Decimal(tidy.replace(" ", "").replace(group, "").replace(point, "."))
    digits = re.sub(r"[ .,]", "", tidy).removeprefix("-")
    if len(tidy) <= LONGEST_NUMBER and digits.isascii() and digits.isdigit() and re.search(r"[0-9][.,][0-9]", tidy):
        raise Invalid(_unsure(typed, locale), field)
    sentence = _(
        "“%(typed)s” is not a number. Type digits only, for example %(example)s.",
        typed=typed[:LONGEST_NUMBER],
        example=Decimal("1234.5"),
    )
    raise Invalid(sentence, field)


def as_typed(amount: Decimal, locale: str) -> str:
    """A number as `parse_number` reads it in this language, without groups: `1234,5` in Dutch."""
    return plain(amount).replace(".", _MARKS.get(locale, _MARKS["nl"])[1])


def _unsure(typed: str, locale: str) -> Text:
    if locale == "en":
        return _(
            "“%(typed)s” can be read in two ways. Type a point before decimals, for example 1,234.5.",
            typed=typed,
        )
    return _(
        "“%(typed)s” can be read in two ways. Type a comma before decimals, for example 1.234,5.",
        typed=typed,
    )


def read_decimal(value: object, field: str | None = None) -> Decimal:
    """A number from the API: a decimal string (`"1234.5"`), or a JSON number as int or Decimal. A float is read by its shortest form."""
    if isinstance(value, float):
        value = Decimal(repr(value))
    if isinstance(value, str) and len(value) <= LONGEST_NUMBER and _PLAIN.fullmatch(value):
        return Decimal(value)
    if isinstance(value, int) and not isinstance(value, bool) and abs(value) < 10**LONGEST_NUMBER:
        return Decimal(value)
    if isinstance(value, Decimal) and value.is_finite() and abs(value.adjusted()) < LONGEST_NUMBER:
        return value
    raise Invalid(_("This is not a number. Write it with a point and without grouping, for example 1234.5."), field)


def whole_cents(euros: Decimal, field: str | None = None) -> int:
    """An amount in euro as cents, however large. Parts of a cent are refused."""
    cents = Fraction(euros) * 100
    if cents.denominator != 1:
        raise Invalid(_("Enter a price in euro with at most two decimals, for example 2.50."), field)
    return cents.numerator
