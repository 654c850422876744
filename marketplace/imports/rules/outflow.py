"""A line of a waste notification as outflow: its period, its code, and its material group."""

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from marketplace.impact.rules.material_use import FIRST_YEAR, LARGEST_KG, MASS_PLACES, ZERO
from marketplace.imports.rules.columns import FAULT_SENTENCES, Column, plain_name
from marketplace.imports.rules.material_use import KG_PER_TONNE, KILOGRAMS, MASS, MASS_NAMES, TONNES
from marketplace.imports.rules.tables import Faults, Record, Table, TableName, fill_in
from marketplace.kernel.errors import Invalid
from marketplace.kernel.language import Text, _
from marketplace.kernel.text import quoted
from marketplace.materials.rules.taxonomy import Material

LOADS_MAX = 100_000
MONTHS = ("jan", "feb", "maa mrt mar", "apr", "mei may", "jun", "jul", "aug", "sep", "okt oct", "nov", "dec")
# codes of what is mixed: a material of the list that carries one does not say what a load of it was
MIXED = ("17 01 06*", "17 01 07", "17 02 04*", "17 04 07", "17 09 03*", "17 09 04", "20 03 01")
_EURAL = re.compile(r"([0-9]{2})[ .]?([0-9]{2})[ .]?([0-9]{2})\s*(\*?)\s*c?(?![0-9])", re.IGNORECASE)
_YEAR = re.compile(r"[0-9]{4}")
_MONTH = re.compile(
    r"(?:([0-9]{4})[-/. ]?([0-9]{1,2})(?:-[0-9]{1,2})?|([0-9]{1,2})[-/. ]?([0-9]{4})|[0-9]{1,2}[-/.]([0-9]{1,2})[-/.]([0-9]{4}))"
)
_QUARTER = re.compile(r"(?:([0-9]{4})[-/ ]?[qk]([1-4])|[qk]([1-4])[-/ ]?([0-9]{4}))", re.IGNORECASE)
_NAMED = re.compile(r"([a-z]{3})[a-z]*[-/. ]*([0-9]{4})")


class Certainty(StrEnum):
    """How a line got its material group: by its code, by somebody's choice, or not."""

    MAPPED = "mapped"
    CHOSEN = "chosen"
    UNCERTAIN = "uncertain"
    UNKNOWN = "unknown"


OUTFLOW = Table(
    TableName.OUTFLOW,
    _("Waste notifications (LMA)"),
    _(
        "What left your municipality as waste, as it was notified to the LMA: line by line, with its Eural code and its kilograms."
    ),
    (
        Column(
            "stream",
            _("Waste stream number"),
            _("as notified"),
            ("afvalstroomnummer", "asn", "afvalstroom", "waste stream number", "stream", "stroomnummer"),
            examples=("08A100000001",),
        ),
        Column(
            "sender",
            _("Sender"),
            _("the organisation that disposes of it"),
            ("ontdoener", "naam ontdoener", "sender", "primaire ontdoener", "ontdoener naam"),
            examples=("Gemeente Borne",),
        ),
        Column(
            "origin",
            _("Place of origin"),
            _("where it became waste"),
            (
                "locatie van herkomst",
                "herkomst",
                "locatie herkomst",
                "origin",
                "place of origin",
                "herkomstlocatie",
                "plaats van herkomst",
            ),
            examples=("7621 Borne",),
        ),
        Column(
            "processor",
            _("Processor"),
            _("the company that processes it"),
            ("verwerker", "naam verwerker", "processor", "be of verwerker", "bewerker", "ontvanger", "verwerker naam"),
            examples=("Sloop en Recycling BV",),
        ),
        Column(
            "eural",
            _("Eural code"),
            _("six digits, with * for hazardous waste"),
            ("euralcode", "eural", "eural code", "code eural", "euralcode afvalstof"),
            True,
            examples=("17 03 02",),
        ),
        Column(
            "name",
            _("Usual name"),
            _("what the waste is usually called"),
            (
                "gebruikelijke benaming",
                "benaming",
                "gebruikelijke benaming afvalstof",
                "omschrijving",
                "name",
                "usual name",
                "afvalstof",
            ),
            examples=("Asfalt zonder teer",),
        ),
        Column(
            "processing",
            _("Processing method"),
            _("the code of what is done with it"),
            (
                "verwerkingsmethode",
                "verwerkingsmethode code",
                "code verwerkingsmethode",
                "processing",
                "processing method",
                "verwerking",
            ),
            examples=("B04",),
        ),
        Column(
            "period",
            _("Period"),
            _("a month, a quarter or a year: 2025-03, Q1 2025, 2025"),
            ("periode", "meldperiode", "period", "maand", "month", "jaar", "year", "periode melding", "datum"),
            True,
            examples=("2025-03",),
        ),
        Column(
            "mass_kg",
            _("Kilograms"),
            _("the mass in kilograms"),
            (
                *KILOGRAMS,
                "totaal gewicht",
                "gewicht in kg",
                "hoeveelheid in kg",
                "totaal gewicht kg",
                "massa",
                "hoeveelheid",
                "gewicht",
            ),
            is_number=True,
            choice=MASS,
            units=KILOGRAMS,
            measures=(),
            examples=(Decimal(26_400),),
        ),
        Column(
            "tonnes",
            _("Tonnes"),
            _("the mass in tonnes, instead of in kilograms"),
            (*TONNES, "gewicht in ton", "hoeveelheid in ton"),
            is_number=True,
            choice=MASS,
            units=TONNES,
            measures=MASS_NAMES,
        ),
        Column(
            "loads",
            _("Loads"),
            _("how many loads"),
            ("aantal vrachten", "vrachten", "loads", "number of loads", "ritten", "aantal ritten"),
            is_number=True,
            examples=(Decimal(3),),
        ),
    ),
)
TEXTS = ("stream", "sender", "origin", "processor", "name", "processing")


@dataclass(frozen=True, slots=True)
class OutflowLine:
    """One line that left: when, what, and how much."""

    period: str
    eural: str
    mass_kg: Decimal
    loads: int | None
    texts: Mapping[str, str]

    @property
    def year(self) -> int:
        """The year in which it counts."""
        return int(self.period[:4])

    @property
    def key(self) -> tuple[str, ...]:
        """What tells a line from another in two files of the same period."""
        return (
            self.period,
            self.eural,
            *(self.texts.get(name, "") for name in ("stream", "sender", "origin", "processor", "processing")),
        )


@dataclass(frozen=True, slots=True)
class Codes:
    """Which material groups each Eural code stands for, and which one was chosen."""

    groups: Mapping[str, tuple[str, ...]]
    chosen: Mapping[str, str]

    def group_of(self, eural: str) -> tuple[str | None, Certainty]:
        """The group of a code. None where nobody chose and the list of materials does not know it, or gives more than one.

        Of what is mixed nothing is certain either.
        """
        if eural in self.chosen:
            return self.chosen[eural], Certainty.CHOSEN
        groups = self.groups.get(eural, ())
        if not groups:
            return None, Certainty.UNKNOWN
        group, *others = groups
        return (None, Certainty.UNCERTAIN) if others or eural in MIXED else (group, Certainty.MAPPED)


def groups_by_eural(materials: Iterable[Material]) -> dict[str, tuple[str, ...]]:
    """Every code of the list of materials with its groups, in the order of the list."""
    groups_by_code: dict[str, dict[str, None]] = defaultdict(dict)
    for material in materials:
        code = find_eural(material.eural)
        if code:
            groups_by_code[code][material.group.slug] = None
    return {code: tuple(groups) for code, groups in groups_by_code.items()}


def find_eural(typed: str) -> str | None:
    """A Eural code as `17 01 01` or `17 06 05*`; None where it is none. A zero that a spreadsheet took away is put back."""
    text = typed.strip()
    match = _EURAL.match(f"0{text}" if re.fullmatch(r"[0-9]{5}\*?", text) else text)
    return f"{match[1]} {match[2]} {match[3]}{match[4]}" if match else None


def find_period(typed: str) -> str | None:
    """A year, month or quarter as `2025`, `2025-03` or `2025-Q1`; None where it is none."""
    text = plain_name(typed) if typed[:1].isalpha() else typed.strip()
    if _YEAR.fullmatch(text):
        return text
    if match := _QUARTER.fullmatch(text):
        return f"{match[1] or match[4]}-Q{match[2] or match[3]}"
    if match := _NAMED.fullmatch(text):
        month = next((number for number, names in enumerate(MONTHS, 1) if match[1] in names.split()), 0)
        return f"{match[2]}-{month:02d}" if month else None
    if len(text) == 6 and text.isdigit() and not 1 <= int(text[4:]) <= 12:  # 012025, as the LMA writes it
        text = f"{text[2:]}-{text[:2]}"
    if match := _MONTH.fullmatch(text):
        year, month = (match[1] or match[4] or match[6]), int(match[2] or match[3] or match[5])
        return f"{year}-{month:02d}" if 1 <= month <= 12 else None
    return None


def months_of(period: str) -> frozenset[str]:
    """The months that a period holds."""
    year, _sign, part = period.partition("-")
    first, last = (
        (1, 12) if not part else (int(part[1]) * 3 - 2, int(part[1]) * 3) if part.startswith("Q") else (int(part), int(part))
    )
    return frozenset(f"{year}-{month:02d}" for month in range(first, last + 1))


def read_outflow(record: Record, *, last_month: str) -> tuple[OutflowLine | None, Faults]:
    """One row as a line of outflow; every column that is wrong has its sentence."""
    faults = Faults()
    for key, fault in record.faults.items():
        faults.say(key, FAULT_SENTENCES[fault])
    mass_key = "mass_kg" if "mass_kg" in record.cells else "tonnes"
    for key in ("eural", "period", mass_key):
        if not record.cells.get(key):
            faults.say(key, fill_in(OUTFLOW.column(key)))
    eural = faults.attempt("eural", lambda: _eural(record.cells["eural"]))
    period = faults.attempt("period", lambda: _period(record.cells["period"], last_month))
    mass = faults.attempt(
        mass_key, lambda: _mass(record.number(mass_key) * (KG_PER_TONNE if mass_key == "tonnes" else 1), mass_key)
    )
    loads = faults.attempt("loads", lambda: _loads(record.number("loads"))) if record.cells.get("loads") else None
    if faults.sentences:
        return None, faults
    return OutflowLine(period, eural, mass, loads, {key: record.cells.get(key, "") for key in TEXTS}), faults


def _eural(typed: str) -> str:
    code = find_eural(typed)
    if code is None:
        raise Invalid(_("“%(typed)s” is not a Eural code. Type six digits, for example 17 01 01.", typed=quoted(typed)), "eural")
    return code


def _period(typed: str, last_month: str) -> str:
    period = find_period(typed)
    if period is None:
        raise Invalid(
            _("“%(typed)s” is not a period. Type a month, a quarter or a year, for example 2025-03.", typed=quoted(typed)),
            "period",
        )
    if int(period[:4]) < FIRST_YEAR or min(months_of(period)) > last_month:
        sentence = _("The period lies between %(first)s and today. Check the year.", first=str(FIRST_YEAR))
        raise Invalid(sentence, "period")
    return period


def _mass(mass_kg: Decimal, key: str) -> Decimal:
    """A mass by the bounds of the report that it may be taken over into."""
    if mass_kg < ZERO:
        raise Invalid(_("A mass must be zero or more."), key)
    if mass_kg > LARGEST_KG:
        raise Invalid(_("A mass can be at most 9 999 999 tonnes."), key)
    if mass_kg != mass_kg.quantize(MASS_PLACES):
        raise Invalid(_("A mass can have at most three decimals in kilograms."), key)
    return mass_kg


def _loads(number: Decimal) -> int:
    if number != number.to_integral_value() or not 0 <= number <= LOADS_MAX:
        raise Invalid(_("Loads are a whole number from 0 to %(most)s.", most=LOADS_MAX), "loads")
    return int(number)


def describe_certainty(certainty: str) -> Text:
    """What a reader is told of how a line got its group."""
    return CERTAINTY_LABELS[Certainty(certainty)]


CERTAINTY_LABELS: dict[Certainty, Text] = {
    Certainty.MAPPED: _("by its code"),
    Certainty.CHOSEN: _("chosen by you"),
    Certainty.UNCERTAIN: _("not certain: the code stands for more than one group"),
    Certainty.UNKNOWN: _("unknown: the list of materials has no such code"),
}
