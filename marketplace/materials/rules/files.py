"""The reference files, read and checked, as the rows of one version.

`materials.csv`, `gevaren.csv` and `transport.csv`.

Their columns are Dutch, as their keepers know them; data/SOURCES.md says what each means and where it comes from.
"""

import csv
import hashlib
import io
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any

from marketplace.kernel.errors import Invalid
from marketplace.kernel.files import SHIPPED
from marketplace.kernel.language import _
from marketplace.kernel.units import Unit
from marketplace.materials.rules.taxonomy import TOLERANCE_PERCENT, BankOrigin

NAMES = ("materials.csv", "gevaren.csv", "transport.csv")
LARGEST_FILE_BYTES = 5_000_000
DETOUR = "omrijfactor-standaard"
_UNITS = {"stuk": Unit.PIECE, "m": Unit.M, "m2": Unit.M2, "m3": Unit.M3, "ton": Unit.TONNE}
_WEIGHTS = {Unit.PIECE: "kg_per_stuk", Unit.M: "kg_per_m", Unit.M2: "kg_per_m2", Unit.M3: "kg_per_m3"}
_KINDS = {"tkm", "brandstof", "omrijfactor"}
_CONFIDENCES = {"A", "B", "C"}
_ORIGINS = {origin.value for origin in BankOrigin}
_YES_NO = {"1", "0"}
_FACTOR_PLACES = 6


@dataclass(frozen=True, slots=True)
class Reference:
    """One thing as a version says it. `kind` is group, material, hazard or transport."""

    kind: str
    slug: str
    facts: dict[str, Any]


@dataclass(frozen=True, slots=True)
class ReferenceFiles:
    """The text of the three files."""

    materials: str
    hazards: str
    transport: str

    @property
    def digest(self) -> str:
        """SHA-256 over the three texts; the way lines end makes no difference."""
        return hashlib.sha256(f"{self.materials}\x00{self.hazards}\x00{self.transport}".encode()).hexdigest()


def read_files(source: Path = SHIPPED) -> ReferenceFiles:
    """Read the files of a folder, or a file of materials with the other two beside it.

    What is not there comes from the package.
    """
    folder, first = (source, source / NAMES[0]) if source.is_dir() else (source.parent, source)
    paths = [first, *(folder / name if (folder / name).is_file() else SHIPPED / name for name in NAMES[1:])]
    texts = []
    for path in paths:
        if not path.is_file():
            raise Invalid(_("The file %(name)s is not there. Check its name.", name=path.name))
        if path.stat().st_size > LARGEST_FILE_BYTES:
            raise Invalid(_("The file %(name)s is too large. It may be at most 5 MB.", name=path.name))
        try:
            texts.append(path.read_text(encoding="utf-8-sig"))
        except UnicodeDecodeError as error:
            raise Invalid(_("The file %(name)s is not UTF-8. Save it as CSV in UTF-8.", name=path.name)) from error
    return ReferenceFiles(*texts)


def read_reference(files: ReferenceFiles) -> list[Reference]:
    """Every row of a version, in the order of the files. Refused with file and row: what a page or a ledger could not rely on."""
    hazards = _rows(files.hazards, NAMES[1], "code", _hazard)
    transport = _rows(files.transport, NAMES[2], "slug", _transport)
    materials = _rows(files.materials, NAMES[0], "slug", _material)
    groups: dict[str, Reference] = {}
    slugs, codes = {row.slug for row in materials}, {row.slug for row in hazards}
    for number, row in enumerate(materials, start=2):
        facts = row.facts
        groups.setdefault(facts["group"], Reference("group", facts["group"], {key: facts[f"group_{key}"] for key in _BOTH}))
        _demand(set(facts["hazards"]) <= codes, NAMES[0], number, "gevaren")
        _demand(set(facts["substitutes"]) <= slugs - {row.slug}, NAMES[0], number, "substitutes")
    _demand(any(row.slug == DETOUR for row in transport), NAMES[2], 1, DETOUR)
    _demand(any(row.facts["kind"] == "tkm" for row in transport), NAMES[2], 1, "tkm")
    return [*groups.values(), *hazards, *transport, *materials]


_BOTH = ("name_nl", "name_en")


def _rows(text: str, file: str, key: str, read: Callable[["_Row"], Reference]) -> list[Reference]:
    rows: list[Reference] = []
    seen: set[str] = set()
    for number, columns in enumerate(csv.DictReader(io.StringIO(text)), start=2):
        row = _Row(file, number, columns)
        reference = read(row)
        _demand(reference.slug not in seen, file, number, key)
        seen.add(reference.slug)
        rows.append(reference)
    _demand(bool(rows), file, 1, key)
    return rows


@dataclass(frozen=True, slots=True)
class _Row:
    file: str
    number: int
    columns: dict[str, str | None]

    def text(self, column: str, *, needed: bool = False) -> str:
        value = (self.columns.get(column) or "").strip()
        _demand(bool(value) or not needed, self.file, self.number, column)
        return value

    def choice(self, column: str, choices: set[str]) -> str:
        value = self.text(column, needed=True)
        _demand(value in choices, self.file, self.number, column)
        return value

    def words(self, column: str) -> list[str]:
        return [word.strip() for word in self.text(column).split(";") if word.strip()]

    def number_or_none(self, column: str, *, places: int = 3, above_zero: bool = True) -> str | None:
        """A decimal string without needless zeros, or None where the cell is empty: unknown."""
        text = self.text(column)
        if not text:
            return None
        try:
            value = Decimal(text)
        except InvalidOperation:
            value = Decimal("NaN")
        fits = value.is_finite() and value >= 0 and (value > 0 or not above_zero) and value < 10**9
        _demand(fits and value == round(value, places), self.file, self.number, column)
        return f"{value.normalize():f}"


def _demand(holds: bool, file: str, row: int, column: str) -> None:
    if not holds:
        raise Invalid(
            _(
                "%(file)s, row %(row)s: %(column)s is not valid. Correct that cell and load the file again.",
                file=file,
                row=row,
                column=column,
            )
        )


def _hazard(row: _Row) -> Reference:
    return Reference(
        "hazard",
        row.text("code", needed=True),
        {
            "name_nl": row.text("naam_nl", needed=True),
            "name_en": row.text("naam_en", needed=True),
            "blocking": row.text("blokkerend"),
            "proof": row.text("gevraagd_bewijs"),
            "eural": row.text("eural_indien_gevaarlijk"),
            "source": row.text("bron"),
        },
    )


def _transport(row: _Row) -> Reference:
    value = row.number_or_none("waarde", places=_FACTOR_PLACES)
    _demand(value is not None, row.file, row.number, "waarde")
    return Reference(
        "transport",
        row.text("slug", needed=True),
        {
            "kind": row.choice("soort", _KINDS),
            "name_nl": row.text("naam_nl", needed=True),
            "name_en": row.text("naam_en", needed=True),
            "value": value,
            "unit": row.text("eenheid"),
            "load": row.text("belading"),
            "source": row.text("bron"),
            "confidence": row.text("conf"),
        },
    )


def _material(row: _Row) -> Reference:
    unit = _UNITS.get(row.text("eenheid", needed=True))
    _demand(unit is not None, row.file, row.number, "eenheid")
    weights = {one.value: row.number_or_none(column) for one, column in _WEIGHTS.items()}
    _demand(unit is Unit.TONNE or bool(unit and weights[unit.value]), row.file, row.number, "kg_per_…")
    factor = row.number_or_none("co2_nieuw_kg_per_kg", places=_FACTOR_PLACES, above_zero=False)
    facts = {
        "name_nl": row.text("naam_nl", needed=True),
        "name_en": row.text("naam_en", needed=True),
        "group": row.text("groep", needed=True),
        "group_name_nl": row.text("groep_nl", needed=True),
        "group_name_en": row.text("groep_en") or row.text("groep_nl"),
        "unit": unit.value if unit else "",
        "kg_per_unit": {name: weight for name, weight in weights.items() if weight},
        "pieces_per_m2": row.number_or_none("pieces_per_m2", places=_FACTOR_PLACES),
        "carbon_factor": factor,
        "carbon_low": row.number_or_none("co2_laag", places=_FACTOR_PLACES, above_zero=False),
        "carbon_high": row.number_or_none("co2_hoog", places=_FACTOR_PLACES, above_zero=False),
        "carbon_source": row.text("co2_bron", needed=factor is not None),
        "carbon_confidence": row.choice("co2_conf", _CONFIDENCES) if factor is not None else "",
        "processing_factor": row.number_or_none("co2_hergebruik_kg_per_kg", places=_FACTOR_PLACES, above_zero=False),
        "hazards": row.words("gevaren"),
        "substitutes": row.words("substitutes"),
        "tolerance_percent": row.number_or_none("tolerance_percent", above_zero=False) or str(TOLERANCE_PERCENT),
        "field_set": row.text("field_set"),
        "synonyms_nl": row.words("synonyms_nl"),
        "synonyms_en": row.words("synonyms_en"),
        "reference_size": row.text("maat_referentie"),
        "weight_source": row.text("kg_bron"),
        "weight_confidence": row.text("kg_conf"),
        "origin": row.choice("origin", _ORIGINS) if row.text("origin") else BankOrigin.REUSED.value,
        "is_bulk": {"1": True, "0": False}[row.choice("bulk", _YES_NO)] if row.text("bulk") else None,
        "origin_of_new": row.text("herkomst_nieuw"),
        "non_renewable_share": row.number_or_none("niet_hernieuwbaar_aandeel", above_zero=False),
        "eural": row.text("eural"),
        "remark": row.text("opmerking"),
    }
    return Reference("material", row.text("slug", needed=True), facts)
