"""A row of a sheet as material that was put to use, by the same rules as the form."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from functools import partial
from typing import TypeVar

from marketplace.impact.rules.material_use import (
    FLOW_LABELS,
    ORIGIN_LABELS,
    SCOPE_LABELS,
    ZERO,
    Flow,
    Origin,
    Scope,
    UseRow,
    check_rows,
    check_year,
)
from marketplace.imports.rules.columns import FAULT_SENTENCES, Column, plain_name
from marketplace.imports.rules.tables import Faults, Record, Table, TableName, fill_in
from marketplace.kernel.errors import Invalid
from marketplace.kernel.language import LOCALES, Text, _, reading_in
from marketplace.kernel.text import quoted

KG_PER_TONNE = 1000
MASS = "mass"
MASS_NAMES = ("massa", "gewicht", "hoeveelheid", "mass", "weight", "quantity", "amount", "materiaalgebruik")
TONNES = ("ton", "tonnen", "tonne", "tonnes", "t", "tonnage")
KILOGRAMS = ("kg", "kilo", "kilogram", "kilogrammen", "kilograms")

Value = TypeVar("Value", bound=StrEnum)

MATERIAL_USE = Table(
    TableName.MATERIAL_USE,
    _("Material use"),
    _(
        "What your municipality put to use, by year, material group and origin. It becomes a new draft "
        "of the report for each year."
    ),
    (
        Column(
            "year",
            _("Year"),
            _("from 2015 on"),
            ("jaar", "year", "verslagjaar", "kalenderjaar", "boekjaar"),
            True,
            examples=("2025", "2025"),
        ),
        Column(
            "scope",
            _("Whose"),
            _("organisation or territory; empty: organisation"),
            ("reikwijdte", "scope", "van wie", "whose", "bereik", "afbakening"),
            examples=("organisatie", "organisatie"),
        ),
        Column(
            "flow",
            _("Flow"),
            _("in, stock or out; empty: in"),
            ("stroom", "flow", "richting", "in of uit", "in voorraad uit"),
            examples=("in", "uit"),
        ),
        Column(
            "group",
            _("Material group"),
            _("a material group or a material of the list"),
            ("materiaalgroep", "groep", "material group", "group", "materiaal", "material", "soort materiaal"),
            True,
            examples=("Bestrating", "Asfalt"),
        ),
        Column(
            "origin",
            _("Origin"),
            _("primary, biobased, reused or recycled; unknown only of what stays or leaves"),
            ("herkomst", "origin", "oorsprong", "herkomst materiaal"),
            True,
            examples=("hergebruikt", "onbekend"),
        ),
        Column(
            "tonnes",
            _("Tonnes"),
            _("the mass in tonnes"),
            (*TONNES, "massa in ton", "massa in tonnen", "gewicht in ton", "mass in tonnes"),
            is_number=True,
            choice=MASS,
            units=TONNES,
            measures=MASS_NAMES,
            examples=(Decimal("12.5"), Decimal(80)),
        ),
        Column(
            "mass_kg",
            _("Kilograms"),
            _("the mass in kilograms, instead of in tonnes"),
            (*KILOGRAMS, "massa in kg", "gewicht in kg", "mass in kg"),
            is_number=True,
            choice=MASS,
            units=KILOGRAMS,
            measures=MASS_NAMES,
        ),
    ),
)


def words_of_labels(labels: Mapping[Value, Text], more: Mapping[Value, tuple[str, ...]]) -> dict[str, str]:
    """Everything that people may type for each value, folded."""
    words: dict[str, str] = {}
    for value, label in labels.items():
        typed = [str(value), *more.get(value, ())]
        for locale in LOCALES:
            with reading_in(locale):
                typed.append(str(label))
        words |= {plain_name(word): str(value) for word in typed}
    return words


def scope_words() -> dict[str, str]:
    """What may be typed for whose material it is."""
    more = {
        Scope.ORGANISATION: ("organisatie", "eigen organisatie", "gemeente", "gemeentelijke organisatie", "own"),
        Scope.TERRITORY: ("grondgebied", "hele grondgebied", "gebied", "territorium"),
    }
    return words_of_labels(SCOPE_LABELS, more)


def flow_words() -> dict[str, str]:
    """What may be typed for what comes in, stays and leaves."""
    more = {
        Flow.IN: ("instroom", "inkomend", "inflow", "ingaand"),
        Flow.STOCK: ("voorraad", "opslag", "blijft"),
        Flow.OUT: ("uit", "uitstroom", "uitgaand", "outflow", "afvoer"),
    }
    return words_of_labels(FLOW_LABELS, more)


def origin_words() -> dict[str, str]:
    """What may be typed for where material comes from."""
    more = {
        Origin.PRIMARY: ("primair", "nieuw", "new", "virgin"),
        Origin.BIOBASED: ("bio based", "hernieuwbaar"),
        Origin.REUSED: ("hergebruik", "hergebruikt", "reuse"),
        Origin.RECYCLED: ("gerecycled", "gerecycleerd", "recycling", "recyclaat", "secundair"),
        Origin.UNKNOWN: ("onbekend", "niet bekend"),
    }
    return words_of_labels(ORIGIN_LABELS, more)


@dataclass(frozen=True, slots=True)
class Words:
    """What may be typed in each column, folded, and the years that may be loaded."""

    groups: Mapping[str, str]
    slugs: frozenset[str]
    last_year: int
    closed: Mapping[int, Text]  # years that take nothing any more, with the sentence
    scopes: Mapping[str, str]
    flows: Mapping[str, str]
    origins: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class UseCell:
    """One cell of a year's report."""

    year: int
    row: UseRow

    @property
    def key(self) -> str:
        """The cell by its name, for sums."""
        return "|".join((str(self.year), self.row.scope, self.row.flow, self.row.group_slug, self.row.origin))


def cell_of(key: str, mass_kg: Decimal) -> UseCell:
    """The cell of such a name."""
    year, scope, flow, group, origin = key.split("|")
    return UseCell(int(year), UseRow(group, origin, mass_kg, scope, flow))


def read_use(record: Record, words: Words) -> tuple[UseCell | None, Faults]:
    """One row as a cell of a report; what is wrong is said as the form says it."""
    faults = Faults()
    for key, fault in record.faults.items():
        faults.say(key, FAULT_SENTENCES[fault])
    mass_key = MASS_KEYS[1] if MASS_KEYS[1] in record.cells else MASS_KEYS[0]
    for key in ("year", "group", "origin", mass_key):
        if not record.cells.get(key):
            faults.say(key, fill_in(MATERIAL_USE.column(key)))
    year = faults.attempt("year", lambda: _year(record.cells["year"], words))
    scope = _word(record.cells.get("scope", ""), words.scopes, Scope.ORGANISATION)
    flow = _word(record.cells.get("flow", ""), words.flows, Flow.IN)
    group = _word(record.cells.get("group", ""), words.groups, "")
    origin = _word(record.cells.get("origin", ""), words.origins, "")
    mass = faults.attempt(mass_key, lambda: record.number(mass_key))
    mass_kg = ZERO if mass is None else mass * (KG_PER_TONNE if mass_key == "tonnes" else 1)
    row = UseRow(group, origin, mass_kg, scope, flow)
    if not _is_valid(row, words):
        for name in ("scope", "flow", "group_slug", "origin", "mass_kg"):
            key = {"group_slug": "group", "mass_kg": mass_key}.get(name, name)
            faults.attempt(key, partial(check_rows, [_only(row, name, words)], groups=words.slugs))
    if faults.sentences or year is None:
        return None, faults
    return UseCell(year, row), faults


MASS_KEYS = ("tonnes", "mass_kg")


def _is_valid(row: UseRow, words: Words) -> bool:
    try:
        check_rows([row], groups=words.slugs)
    except Invalid:
        return False
    return True


def _only(row: UseRow, name: str, words: Words) -> UseRow:
    """A row of which only one value is the sheet's, so that each column gets its own sentence."""
    valid = UseRow(next(iter(words.slugs)), Origin.PRIMARY, ZERO)
    values = {
        "group_slug": valid.group_slug,
        "origin": valid.origin,
        "mass_kg": valid.mass_kg,
        "scope": valid.scope,
        "flow": valid.flow,
    }
    if row.flow in set(Flow):  # an origin is judged by what the material does
        values["flow"] = row.flow
    return UseRow(**{**values, name: getattr(row, name)})


def _word(typed: str, words: Mapping[str, str], otherwise: str) -> str:
    return words.get(plain_name(typed), typed) if typed else otherwise


def _year(typed: str, words: Words) -> int:
    """A year, or that of a day."""
    whole = typed.split(",", maxsplit=1)[0] if typed.endswith(",0") else typed[:4] if typed[4:5] == "-" else typed
    if not (whole.isascii() and whole.isdigit() and len(whole) <= 4):
        raise Invalid(_("“%(typed)s” is not a year. Type four digits, for example 2025.", typed=quoted(typed)), "year")
    check_year(int(whole), last=words.last_year)
    if int(whole) in words.closed:
        raise Invalid(words.closed[int(whole)], "year")
    return int(whole)


def add_up(sums: dict[str, list[str]], cells: Iterable[UseCell]) -> dict[str, list[str]]:
    """Add cells to the sums by name: kilograms as text, and of how many rows."""
    for cell in cells:
        kg, rows = sums.get(cell.key, ["0", "0"])
        sums[cell.key] = [str(Decimal(kg) + cell.row.mass_kg), str(int(rows) + 1)]
    return sums


def merge(standing: Iterable[UseRow], loaded: Iterable[UseRow]) -> list[UseRow]:
    """What stands in a report with the cells of a sheet in their place. A cell that the sheet does not name stays."""
    cells = {(row.scope, row.flow, row.group_slug, row.origin): row for row in (*standing, *loaded)}
    return list(cells.values())
