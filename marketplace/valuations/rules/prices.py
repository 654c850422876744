"""Reading a table of prices. One row for a material in a condition, low and high for one unit, with its source and its day.

Every cell that does not fit is named with its row, and then nothing of the file is kept.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from marketplace.kernel.dates import FIRST_DAY, parse_date
from marketplace.kernel.errors import Invalid
from marketplace.kernel.language import Text, _, reading_in
from marketplace.kernel.units import Unit, parse_number, read_unit
from marketplace.market.rules.listing import CONDITION_LABELS, Condition, find_dear_faults
from marketplace.materials.rules.lists import Fault, ListFile, ListRow
from marketplace.materials.rules.taxonomy import Taxonomy
from marketplace.valuations.rules.method import ANY_CONDITION, PriceKey, priced_unit

NAMES: Mapping[str, tuple[str, str]] = {
    "material": ("materiaal", "material"),
    "condition": ("kwaliteit", "condition"),
    "unit": ("eenheid", "unit"),
    "low": ("laag", "low"),
    "high": ("hoog", "high"),
    "source": ("bron", "source"),
    "day": ("peildatum", "date"),
    "taking_out": ("uitnemen", "taking out"),
    "cleaning": ("schoonmaken", "cleaning"),
    "transport": ("vervoer", "transport"),
}
"""The columns, by their names in Dutch and in English."""

NEEDED = ("material", "unit", "low", "high", "source", "day")
COSTS = ("taking_out", "cleaning", "transport")
ANY_WORDS = ("", "alle", "elke", "any")
SOURCE_LENGTH_MAX = 300
EUROS_MAX = Decimal(1_000_000)
EURO_PLACES = Decimal("0.0001")
CENTS_PER_EURO = 100
_ENGLISH, _DUTCH = re.compile(r"[0-9]+\.[0-9]{1,2}"), re.compile(r"[0-9]+,[0-9]{1,2}")


@dataclass(frozen=True, slots=True)
class PriceDraft:
    """A row of a table, in cents for one unit as the file counts it. `condition` empty: any. A cost that is None is not known."""

    number: int
    material_id: int
    condition: str
    unit: Unit
    low_cents: Decimal
    high_cents: Decimal
    source: str
    priced_on: date
    costs: Mapping[str, Decimal] = field(default_factory=dict)

    @property
    def key(self) -> PriceKey:
        """What it is the price of."""
        return PriceKey(self.material_id, self.condition, priced_unit(self.unit))


@dataclass(frozen=True, slots=True)
class ReadPrices:
    """The rows of a file, its cells that do not fit, and its columns that say nothing here."""

    rows: tuple[PriceDraft, ...]
    faults: tuple[Fault, ...] = ()
    ignored: tuple[str, ...] = ()


class _Wrong(Exception):
    """A cell that does not fit."""

    def __init__(self, key: str, sentence: Text) -> None:
        super().__init__(key)
        self.key, self.sentence = key, sentence


def read_prices(file: ListFile, taxonomy: Taxonomy, today: date) -> ReadPrices:
    """Read a table. Refused as a whole: without the columns that it needs, or without a row."""
    places = {key: name for key, names in NAMES.items() for name in file.columns if name in names}
    lacking = [NAMES[key][0] for key in NEEDED if key not in places]
    if lacking:
        raise Invalid(
            _(
                "The first row has no column %(names)s. The columns are: %(all)s.",
                names=", ".join(lacking),
                all=", ".join(names[0] for names in NAMES.values()),
            ),
            "file",
        )
    if not file.rows:
        raise Invalid(_("This table has no row with a price."), "file")
    notation = _notation(file, places)
    rows: list[PriceDraft] = []
    faults: list[Fault] = []
    seen: set[PriceKey] = set()
    for row in file.rows:
        cells = {key: row.cells.get(name, "").strip() for key, name in places.items()}
        try:
            draft = _read(row, cells, taxonomy, notation, today)
            if draft.key in seen:
                raise _Wrong("material", _("This material is in the file in this condition and unit already. Keep one row."))
        except _Wrong as wrong:
            faults.append(Fault(row.number, cells["material"], places.get(wrong.key, wrong.key), wrong.sentence))
            continue
        seen.add(draft.key)
        rows.append(draft)
    used = set(places.values())
    return ReadPrices(tuple(rows), tuple(faults), tuple(name for name in file.columns if name and name not in used))


def _read(row: ListRow, cells: Mapping[str, str], taxonomy: Taxonomy, notation: str, today: date) -> PriceDraft:
    material = taxonomy.find_material(cells["material"])
    if material is None or not material.is_current:
        raise _Wrong("material", _("There is no material with this slug in the list in use. Look it up in the list."))
    condition = _condition(cells.get("condition", ""))
    try:
        unit = read_unit(cells["unit"])
    except Invalid as refusal:
        raise _Wrong("unit", refusal.message) from refusal
    if not material.takes(unit):
        units = ", ".join(str(unit.label) for unit in material.units)
        raise _Wrong("unit", _("This material is not counted in that unit. Choose one of: %(units)s.", units=units))
    low, high = (_euros(key, cells[key], notation) for key in ("low", "high"))
    if not low:
        raise _Wrong("low", _("A price is more than zero. What has no price is left out of the table."))
    if high < low:
        raise _Wrong("high", _("The high price is below the low one. Check both."))
    if not cells["source"]:
        raise _Wrong("source", _("Say where this price comes from, for example the name and year of a price list."))
    if len(cells["source"]) > SOURCE_LENGTH_MAX:
        raise _Wrong("source", _("This may have at most %(most)s characters. Shorten it.", most=SOURCE_LENGTH_MAX))
    costs = {key: _euros(key, cells[key], notation) * CENTS_PER_EURO for key in COSTS if cells.get(key)}
    for key, cents in {"high": high * CENTS_PER_EURO, **costs}.items():
        for fault in find_dear_faults(key, cents, material.weights_kg.get(unit)):
            raise _Wrong(key, fault.message)
    return PriceDraft(
        row.number,
        material.id,
        condition,
        unit,
        low * CENTS_PER_EURO,
        high * CENTS_PER_EURO,
        cells["source"],
        _day(cells["day"], notation, today),
        costs,
    )


def _condition(typed: str) -> str:
    word = typed.lower()
    if word in ANY_WORDS:
        return ANY_CONDITION
    for condition in Condition:
        if word in _words(condition):
            return condition.value
    words = ", ".join(next(_words(condition)) for condition in Condition)
    raise _Wrong("condition", _("Write one of %(words)s, or leave the cell empty for any condition.", words=words))


def _words(condition: Condition) -> Iterator[str]:
    yield condition.value
    for locale in ("nl", "en"):
        with reading_in(locale):
            word = str(CONDITION_LABELS[condition]).lower()
        yield word


def _euros(key: str, typed: str, notation: str) -> Decimal:
    if not typed:
        raise _Wrong(key, _("Fill in a price in euro for one unit, for example 4.50."))
    try:
        euros = parse_number(typed.removeprefix("€").strip(), notation)
    except Invalid as refusal:
        raise _Wrong(key, refusal.message) from refusal
    if not 0 <= euros <= EUROS_MAX:
        raise _Wrong(key, _("Write a price from 0 to %(most)s euro for one unit.", most=EUROS_MAX))
    if euros != euros.quantize(EURO_PLACES):
        raise _Wrong(key, _("This can have at most %(places)s decimals.", places=4))
    return euros


def _day(typed: str, notation: str, today: date) -> date:
    try:
        day = parse_date(typed, notation, is_past=True)
    except Invalid as refusal:
        raise _Wrong("day", refusal.message) from refusal
    if not FIRST_DAY <= day <= today:
        raise _Wrong("day", _("This day has not come yet. Write the day of which the price is."))
    return day


def _notation(file: ListFile, places: Mapping[str, str]) -> str:
    """How the numbers are written. What can be read in one way only decides, else the mark between cells does."""
    columns = [places[key] for key in ("low", "high", *COSTS) if key in places]
    cells = [row.cells.get(name, "").strip() for row in file.rows for name in columns]
    english, dutch = any(map(_ENGLISH.fullmatch, cells)), any(map(_DUTCH.fullmatch, cells))
    return file.notation if english == dutch else "en" if english else "nl"
