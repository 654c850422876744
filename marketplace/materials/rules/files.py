"""The reference files, read and checked, as the rows of one version. One line of `FILES` per file."""

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

from marketplace.kernel.errors import Invalid
from marketplace.kernel.files import SHIPPED
from marketplace.kernel.language import _
from marketplace.materials.rules import rows
from marketplace.materials.rules.rows import Reference, Row, demand, read_rows
from marketplace.materials.rules.taxonomy import DETOUR_FACTOR

LARGEST_FILE_BYTES = 5_000_000
DETOUR = "omrijfactor-standaard"
_CONTRACTS = {"leveringen": "supplies", "werken": "works"}
_PRICES = {"tonkilometer": "tonne_km", "overdracht": "transfer"}
_BOTH = ("name_nl", "name_en")


def read_threshold(row: Row) -> Reference:
    """A European threshold of thresholds.csv. Its days count both."""
    amount, first, last = row.number_or_none("bedrag_eur", places=0), row.day("eerste_dag"), row.day("laatste_dag")
    row.demand(amount is not None, "bedrag_eur")
    row.demand(first <= last, "laatste_dag")
    needed = {"name_nl": "naam_nl", "name_en": "naam_en", "law_nl": "grondslag_nl", "law_en": "grondslag_en", "source": "bron"}
    facts = {
        **{fact: row.text(column, needed=True) for fact, column in needed.items()},
        "contract": _CONTRACTS[row.choice("soort", set(_CONTRACTS))],
        "amount_eur": amount,
        "first_on": first,
        "last_on": last,
        "is_verified": row.is_yes("geverifieerd"),
        "dated_on": row.day("datum"),
    }
    return Reference("threshold", row.text("slug", needed=True), facts)


def read_haul_price(row: Row) -> Reference:
    """A price of haul_prices.csv: what hauling costs from a day on."""
    amount = row.number_or_none("bedrag_eur", places=4)
    row.demand(amount is not None, "bedrag_eur")
    facts = {
        **{
            fact: row.text(column, needed=True)
            for fact, column in {"name_nl": "naam_nl", "name_en": "naam_en", "source": "bron"}.items()
        },
        "of": _PRICES[row.choice("soort", set(_PRICES))],
        "amount_eur": amount,
        "first_on": row.day("eerste_dag"),
        "is_verified": row.is_yes("geverifieerd"),
        "dated_on": row.day("datum"),
        "note": row.text("opmerking"),
    }
    return Reference("haul_price", row.text("slug", needed=True), facts)


@dataclass(frozen=True, slots=True)
class File:
    """A file: the kind of thing that it holds, the column that names one, and how a row is read."""

    kind: str
    key: str
    read: Callable[[Row], Reference]
    may_be_empty: bool = False


FILES: dict[str, File] = {
    "materials.csv": File("material", "slug", rows.read_material),
    "gevaren.csv": File("hazard", "code", rows.read_hazard),
    "transport.csv": File("transport", "slug", rows.read_transport),
    "field_sets.csv": File("field_set", "slug", rows.read_field_set),
    "fields.csv": File("field", "slug", rows.read_field),
    "gates.csv": File("gate", "slug", rows.read_gate),
    "paper_kinds.csv": File("paper_kind", "slug", rows.read_paper_kind),
    "notifications.csv": File("notification", "slug", rows.read_notification, may_be_empty=True),
    "thresholds.csv": File("threshold", "slug", read_threshold, may_be_empty=True),
    "haul_prices.csv": File("haul_price", "slug", read_haul_price, may_be_empty=True),
}
NAMES = tuple(FILES)
MATERIALS, HAZARDS, TRANSPORT, FIELD_SETS, FIELD_ROWS, GATES, *_PRACTICE = NAMES
PAPER_KINDS = "paper_kinds.csv"
NOTIFICATIONS = "notifications.csv"
THRESHOLDS = "thresholds.csv"
HAUL_PRICES = "haul_prices.csv"


@dataclass(frozen=True, slots=True)
class ReferenceFiles:
    """The texts of the files, by their names."""

    texts: Mapping[str, str]

    @property
    def digest(self) -> str:
        """SHA-256 over all texts; the way lines end makes no difference."""
        return hashlib.sha256("\x00".join(self.texts[name] for name in NAMES).encode()).hexdigest()


def read_files(source: Path = SHIPPED) -> ReferenceFiles:
    """Read the files of a folder, or one file with those beside it. What is not there comes from the package.

    A file of another name is a list of materials.
    """
    folder = source if source.is_dir() else source.parent
    paths = {name: folder / name if (folder / name).is_file() else SHIPPED / name for name in NAMES}
    if source != folder:
        paths[source.name if source.name in FILES else MATERIALS] = source
    elif not any(path.parent == folder for path in paths.values()):
        raise Invalid(_("None of the files is there. Load at least one of: %(names)s.", names=", ".join(NAMES)))
    return ReferenceFiles({name: _read_text(path) for name, path in paths.items()})


def _read_text(path: Path) -> str:
    if not path.is_file():
        raise Invalid(_("The file %(name)s is not there. Check its name.", name=path.name))
    if path.stat().st_size > LARGEST_FILE_BYTES:
        raise Invalid(_("The file %(name)s is too large. It may be at most 5 MB.", name=path.name))
    try:
        return path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise Invalid(_("The file %(name)s is not UTF-8. Save it as CSV in UTF-8.", name=path.name)) from error


def read_reference(files: ReferenceFiles) -> list[Reference]:
    """Every row of a version, in the order of the files. Refused with file and row: what a page or a ledger could not rely on."""
    read = {
        name: read_rows(files.texts[name], name, file.key, file.read, may_be_empty=file.may_be_empty)
        for name, file in FILES.items()
    }
    slugs = {name: {row.slug for row in rows} for name, rows in read.items()}
    groups: dict[str, Reference] = {}
    for number, row in enumerate(read[MATERIALS], start=2):
        facts = row.facts
        groups.setdefault(facts["group"], Reference("group", facts["group"], {key: facts[f"group_{key}"] for key in _BOTH}))
        demand(set(facts["hazards"]) <= slugs[HAZARDS], MATERIALS, number, "gevaren")
        demand(set(facts["substitutes"]) <= slugs[MATERIALS] - {row.slug}, MATERIALS, number, "substitutes")
        demand(not facts["field_set"] or facts["field_set"] in slugs[FIELD_SETS], MATERIALS, number, "field_set")
    for number, row in enumerate(read[GATES], start=2):
        demand(set(row.facts["paper_kinds"]) <= slugs[PAPER_KINDS], GATES, number, "bewijsstukken")
    for name in _BOTH:  # a column of a table is known by it
        names: set[str] = set()
        for number, row in enumerate(read[FIELD_ROWS], start=2):
            demand(row.facts[name].casefold() not in names, FIELD_ROWS, number, name.replace("name", "naam"))
            names.add(row.facts[name].casefold())
    for number, row in enumerate(read[FIELD_SETS], start=2):
        demand(set(row.facts["fields"]) <= slugs[FIELD_ROWS], FIELD_SETS, number, "velden")
    for number, row in enumerate(read[NOTIFICATIONS], start=2):
        demand(set(row.facts["sets"]) <= slugs[FIELD_SETS], NOTIFICATIONS, number, "sets")
        demand(set(row.facts["materialen"]) <= slugs[MATERIALS], NOTIFICATIONS, number, "materialen")
    for number, row in enumerate(read[GATES], start=2):
        demand(set(row.facts["fields"]) <= slugs[FIELD_ROWS], GATES, number, "velden")
        demand(set(row.facts["field_sets"]) <= slugs[FIELD_SETS], GATES, number, "veldsets")
    for number, row in enumerate(read[THRESHOLDS], start=2):  # of a day there is one
        others = (
            other.facts for other in read[THRESHOLDS] if other is not row and other.facts["contract"] == row.facts["contract"]
        )
        apart = all(other["last_on"] < row.facts["first_on"] or other["first_on"] > row.facts["last_on"] for other in others)
        demand(apart, THRESHOLDS, number, "eerste_dag")
    days = set[tuple[str, str]]()
    for number, row in enumerate(read[HAUL_PRICES], start=2):  # from a day on there is one
        demand((row.facts["of"], row.facts["first_on"]) not in days, HAUL_PRICES, number, "eerste_dag")
        days.add((row.facts["of"], row.facts["first_on"]))
    demand(DETOUR in slugs[TRANSPORT], TRANSPORT, 1, DETOUR)
    for number, row in enumerate(read[TRANSPORT], start=2):  # what the program computes with
        demand(row.slug != DETOUR or Decimal(row.facts["value"]) == DETOUR_FACTOR, TRANSPORT, number, "waarde")
    demand(any(row.facts["kind"] == "tkm" for row in read[TRANSPORT]), TRANSPORT, 1, "tkm")
    return [*groups.values(), *(row for name in (HAZARDS, TRANSPORT, *_rest()) for row in read[name])]


def _rest() -> tuple[str, ...]:
    return (FIELD_ROWS, FIELD_SETS, MATERIALS, GATES, *_PRACTICE)
