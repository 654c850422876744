"""Rows of the reference files as a version keeps them. Their columns are Dutch; data/SOURCES.md says what each means."""

import csv
import io
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

from marketplace.kernel.errors import Invalid
from marketplace.kernel.language import Words, _
from marketplace.kernel.units import Unit, format_number
from marketplace.materials.rules.fields import UNKNOWN, FieldKind
from marketplace.materials.rules.gates import Gate, GateKind, Moment, Severity
from marketplace.materials.rules.taxonomy import TOLERANCE_PERCENT, BankOrigin

FACTOR_PLACES = 6
_UNITS = {"stuk": Unit.PIECE, "m": Unit.M, "m2": Unit.M2, "m3": Unit.M3, "ton": Unit.TONNE}
_WEIGHTS = {Unit.PIECE: "kg_per_stuk", Unit.M: "kg_per_m", Unit.M2: "kg_per_m2", Unit.M3: "kg_per_m3"}
_KINDS = {"tkm", "brandstof", "omrijfactor"}
_CONFIDENCES = {"A", "B", "C"}
_ORIGINS = {origin.value for origin in BankOrigin}
_YES_NO = {"1": True, "0": False}
_WORKS = {"toepassen", "opslaan", "breken", "slopen"}
_LONGEST_TERM_DAYS = 365
_FIELD_KINDS = {
    "getal": FieldKind.NUMBER,
    "keuze": FieldKind.CHOICE,
    "ja_nee": FieldKind.ANSWER,
    "tekst": FieldKind.LINE,
    "jaar": FieldKind.YEAR,
    "dag": FieldKind.DAY,
}
_SEVERITIES = {"blokkeert": Severity.BLOCKS, "vraagt": Severity.ASKS}
_MOMENTS = {"plaatsen": Moment.PUBLISH, "reserveren": Moment.RESERVE, "overdragen": Moment.HAND_OVER}
_GATE_KINDS = {
    "grens": GateKind.LIMIT,
    "antwoord": GateKind.ANSWER,
    "nodig": GateKind.NEEDED,
    "bewijsstuk": GateKind.PAPER,
    "asbest": GateKind.ASBESTOS,
    "bestemming": GateKind.DESTINATION,
    "pfas": GateKind.PFAS,
    "gevaren": GateKind.HAZARDS,
    "verhandelbaar": GateKind.TRADABLE,
    "verlopen": GateKind.EXPIRED,
}
_GATE_WORDS = (("law", "regel"), ("advice", "doen"))
_SLUG = re.compile(r"[a-z0-9]+([-_][a-z0-9]+)*")
_CHOICE_PARTS = 3
_MOST_PLACES = 3


@dataclass(frozen=True, slots=True)
class Reference:
    """One thing as a version says it.

    `kind` is group, material, hazard, transport, field_set, field, gate, paper_kind, notification, threshold or haul_price.
    """

    kind: str
    slug: str
    facts: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Row:
    """A row of a file, by the names of its columns."""

    file: str
    number: int
    columns: dict[str, str | None]

    def text(self, column: str, *, needed: bool = False) -> str:
        """What stands in a cell, without blanks around it."""
        value = (self.columns.get(column) or "").strip()
        self.demand(bool(value) or not needed, column)
        return value

    def choice(self, column: str, choices: set[str]) -> str:
        """One of these words."""
        value = self.text(column, needed=True)
        self.demand(value in choices, column)
        return value

    def is_yes(self, column: str, *, unsaid: bool | None = None) -> bool:
        """Whether a cell says 1 and not 0. `unsaid`: what an empty cell says; None: it has to be filled."""
        is_said = unsaid is None or self.text(column)
        return _YES_NO[self.choice(column, set(_YES_NO))] if is_said else bool(unsaid)

    def words(self, column: str) -> list[str]:
        """The parts between semicolons."""
        return [word.strip() for word in self.text(column).split(";") if word.strip()]

    def day(self, column: str) -> str:
        """A day as YYYY-MM-DD."""
        value = self.text(column, needed=True)
        try:
            day = date.fromisoformat(value)
        except ValueError:
            day = None
        self.demand(day is not None and day.isoformat() == value, column)
        return value

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
        self.demand(fits and value == round(value, places), column)
        return f"{value.normalize():f}"

    def demand(self, holds: bool, column: str) -> None:
        """Refuse the row at this column where something does not hold."""
        demand(holds, self.file, self.number, column)


def read_rows(text: str, file: str, key: str, read: Callable[[Row], Reference], *, may_be_empty: bool = False) -> list[Reference]:
    """Every row of a file, no two with the same key."""
    rows: list[Reference] = []
    seen: set[str] = set()
    for number, columns in enumerate(csv.DictReader(io.StringIO(text)), start=2):
        row = Row(file, number, columns)
        reference = read(row)
        row.demand(reference.slug not in seen, key)
        seen.add(reference.slug)
        rows.append(reference)
    demand(bool(rows) or may_be_empty, file, 1, key)
    return rows


def demand(holds: bool, file: str, row: int, column: str) -> None:
    """Refuse a file at a cell where something does not hold."""
    if not holds:
        raise Invalid(
            _(
                "%(file)s, row %(row)s: %(column)s is not valid. Correct that cell and load the file again.",
                file=file,
                row=row,
                column=column,
            )
        )


def read_hazard(row: Row) -> Reference:
    """A hazard of gevaren.csv."""
    return Reference(
        "hazard",
        row.text("code", needed=True),
        {
            "name_nl": row.text("naam_nl", needed=True),
            "name_en": row.text("naam_en", needed=True),
            "blocking": row.text("blokkerend"),
            "proof": row.text("gevraagd_bewijs"),
            "proof_en": row.text("gevraagd_bewijs_en"),
            "eural": row.text("eural_indien_gevaarlijk"),
            "source": row.text("bron"),
        },
    )


def read_transport(row: Row) -> Reference:
    """A transport factor of transport.csv."""
    value = row.number_or_none("waarde", places=FACTOR_PLACES)
    row.demand(value is not None, "waarde")
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


def read_material(row: Row) -> Reference:
    """A material of materials.csv."""
    unit = _UNITS.get(row.text("eenheid", needed=True))
    row.demand(unit is not None, "eenheid")
    weights = {unit.value: row.number_or_none(column) for unit, column in _WEIGHTS.items()}
    row.demand(unit is Unit.TONNE or bool(unit and weights[unit.value]), "kg_per_…")
    factor = row.number_or_none("co2_nieuw_kg_per_kg", places=FACTOR_PLACES, above_zero=False)
    mki = row.number_or_none("mki_eur_per_kg", places=FACTOR_PLACES, above_zero=False)
    facts = {
        "name_nl": row.text("naam_nl", needed=True),
        "name_en": row.text("naam_en", needed=True),
        "group": row.text("groep", needed=True),
        "group_name_nl": row.text("groep_nl", needed=True),
        "group_name_en": row.text("groep_en") or row.text("groep_nl"),
        "unit": unit.value if unit else "",
        "kg_per_unit": {name: weight for name, weight in weights.items() if weight},
        "pieces_per_m2": row.number_or_none("pieces_per_m2", places=FACTOR_PLACES),
        "carbon_factor": factor,
        "carbon_low": row.number_or_none("co2_laag", places=FACTOR_PLACES, above_zero=False),
        "carbon_high": row.number_or_none("co2_hoog", places=FACTOR_PLACES, above_zero=False),
        "carbon_source": row.text("co2_bron", needed=factor is not None),
        "carbon_confidence": row.choice("co2_conf", _CONFIDENCES) if factor is not None else "",
        "processing_factor": row.number_or_none("co2_hergebruik_kg_per_kg", places=FACTOR_PLACES, above_zero=False),
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
        "is_bulk": row.is_yes("bulk") if row.text("bulk") else None,
        "origin_of_new": row.text("herkomst_nieuw"),
        "non_renewable_share": row.number_or_none("niet_hernieuwbaar_aandeel", above_zero=False),
        "eural": row.text("eural"),
        "remark": row.text("opmerking"),
        "mki": mki,
        "mki_source": row.text("mki_source", needed=mki is not None),
        "factor_licence": row.text("factor_licence"),
        "factor_is_public": row.is_yes("factor_public", unsaid=True),
        "imbor": row.text("imbor"),
    }
    return Reference("material", row.text("slug", needed=True), facts)


def read_field(row: Row) -> Reference:
    """A field of fields.csv. What stands in `keuzes` is slug|Dutch|English, with a semicolon between two."""
    kind = _FIELD_KINDS[row.choice("soort", set(_FIELD_KINDS))]
    choices = [[part.strip() for part in choice.split("|")] for choice in row.words("keuzes")]
    slugs = [parts[0] for parts in choices]
    row.demand(all(len(parts) == _CHOICE_PARTS and all(parts) and _SLUG.fullmatch(parts[0]) for parts in choices), "keuzes")
    row.demand(len(set(slugs)) == len(slugs) and UNKNOWN not in slugs and bool(choices) == (kind is FieldKind.CHOICE), "keuzes")
    minimum = row.number_or_none("minimum", above_zero=False)
    maximum = row.number_or_none("maximum")
    row.demand(kind in (FieldKind.NUMBER, FieldKind.YEAR) or minimum is None, "minimum")
    row.demand(kind in (FieldKind.NUMBER, FieldKind.YEAR) or maximum is None, "maximum")
    row.demand(minimum is None or maximum is None or Decimal(minimum) < Decimal(maximum), "maximum")
    is_searchable = row.is_yes("zoekbaar")
    row.demand(not (is_searchable and kind is FieldKind.LINE), "zoekbaar")
    facts = {
        **_named(row),
        "kind": kind.value,
        "unit_nl": row.text("eenheid"),
        "unit_en": row.text("eenheid_en") or row.text("eenheid"),
        "choices": [dict(zip(("slug", "name_nl", "name_en"), parts, strict=True)) for parts in choices],
        "minimum": minimum,
        "maximum": maximum,
        "places": int(row.choice("decimalen", {str(places) for places in range(_MOST_PLACES + 1)}))
        if row.text("decimalen")
        else 0,
        "needed": row.is_yes("nodig"),
        "searchable": is_searchable,
        "hint_nl": row.text("hint_nl"),
        "hint_en": row.text("hint_en", needed=bool(row.text("hint_nl"))),
        **_sourced(row),
    }
    return Reference("field", _slug(row), facts)


def read_field_set(row: Row) -> Reference:
    """A set of fields of field_sets.csv, in the order in which they are asked."""
    fields = row.words("velden")
    row.demand(bool(fields) and len(set(fields)) == len(fields), "velden")
    return Reference("field_set", _slug(row), {**_named(row), "fields": fields, **_sourced(row)})


def read_paper_kind(row: Row) -> Reference:
    """A kind of paper of paper_kinds.csv: what it is, and whether it proves something."""
    facts = {
        **_named(row),
        "proof": row.is_yes("bewijs"),
        "hint_nl": row.text("uitleg_nl", needed=True),
        "hint_en": row.text("uitleg_en", needed=True),
        **_sourced(row),
    }
    return Reference("paper_kind", _slug(row), facts)


def read_gate(row: Row) -> Reference:
    """A rule of gates.csv. Only one with a citation may stop a lot."""
    severity = _SEVERITIES[row.choice("ernst", set(_SEVERITIES))]
    is_verified = row.is_yes("geverifieerd")
    row.demand(is_verified or severity is Severity.ASKS, "geverifieerd")
    kind = _GATE_KINDS[row.choice("soort", set(_GATE_KINDS))]
    fields, limit = row.words("velden"), row.number_or_none("grens")
    row.demand(bool(fields) or kind not in (GateKind.LIMIT, GateKind.NEEDED, GateKind.DESTINATION, GateKind.PFAS), "velden")
    row.demand(limit is not None or kind not in (GateKind.LIMIT, GateKind.ASBESTOS), "grens")
    row.demand(bool(row.words("bewijsstukken")) or kind is not GateKind.PAPER, "bewijsstukken")
    facts = {
        **_named(row),
        "kind": kind.value,
        "severity": severity.value,
        "moment": _MOMENTS[row.choice("moment", set(_MOMENTS))].value,
        "fields": fields,
        "values": row.words("waarden"),
        "open_values": row.words("onzeker"),
        "is_silent": row.is_yes("stil", unsaid=False),
        "limit": limit,
        "unit": row.text("eenheid"),
        "field_sets": row.words("veldsets"),
        "materials": row.words("materialen"),
        "hazard": row.text("gevaar"),
        "paper_kinds": row.words("bewijsstukken"),
        "eural": row.text("eural"),
        "is_of_other_owner": row.is_yes("andere_eigenaar", unsaid=False),
        "is_liftable": row.is_yes("opheffen", unsaid=False),
        "takes_opinion": row.is_yes("advies_telt", unsaid=False),
        "is_verified": is_verified,
        **{
            f"{part}_{language}": row.text(f"{column}_{language}", needed=True)
            for part, column in _GATE_WORDS
            for language in ("nl", "en")
        },
        **_sourced(row),
    }
    return Reference("gate", _slug(row), facts)


def make_gate(slug: str, facts: dict[str, Any]) -> Gate:
    """The rule that a row of a version is."""
    return Gate(
        slug=slug,
        name_nl=facts["name_nl"],
        name_en=facts["name_en"],
        kind=GateKind(facts["kind"]),
        severity=Severity(facts["severity"]),
        moment=Moment(facts["moment"]),
        law=_words(facts, "law"),
        advice=_words(facts, "advice"),
        source=facts["source"],
        dated_on=date.fromisoformat(facts["dated_on"]),
        is_verified=facts["is_verified"],
        fields=tuple(facts["fields"]),
        values=tuple(facts["values"]),
        open_values=tuple(facts.get("open_values", ())),
        is_silent=facts.get("is_silent", False),
        limit=None if facts["limit"] is None else Decimal(facts["limit"]),
        unit=facts["unit"],
        field_sets=tuple(facts["field_sets"]),
        materials=tuple(facts["materials"]),
        hazard=facts["hazard"],
        paper_kinds=tuple(facts["paper_kinds"]),
        eural=facts["eural"],
        is_of_other_owner=facts["is_of_other_owner"],
        is_liftable=facts["is_liftable"],
        takes_opinion=facts["takes_opinion"],
    )


def _words(facts: dict[str, Any], part: str) -> Words:
    """What a rule says in both languages, with its limit where {grens} stands."""
    limit = "" if facts["limit"] is None else facts["limit"]
    written = {
        locale: f"{format_number(Decimal(limit), locale)} {facts['unit']}".strip() if limit else "" for locale in ("nl", "en")
    }
    return Words(*(facts[f"{part}_{locale}"].replace("{grens}", written[locale]) for locale in ("nl", "en")))


def read_notification(row: Row) -> Reference:
    """A duty to report of notifications.csv."""
    days = row.choice("dagen_vooraf", {str(number) for number in range(1, _LONGEST_TERM_DAYS + 1)})
    texts = ("wat_nl", "wat_en", "aan_nl", "aan_en", "waar", "rechtsgrond")
    row.demand(bool(row.text("sets") or row.text("materialen")), "sets")
    facts = {
        **_named(row),
        "werk": row.choice("werk", _WORKS),
        **{column: row.text(column, needed=True) for column in texts},
        "dagen_vooraf": int(days),
        "uitzondering_nl": row.text("uitzondering_nl"),
        "uitzondering_en": row.text("uitzondering_en", needed=bool(row.text("uitzondering_nl"))),
        "sets": row.words("sets"),
        "materialen": row.words("materialen"),
        "geverifieerd": row.is_yes("geverifieerd"),
        **_sourced(row),
    }
    return Reference("notification", _slug(row), facts)


def _slug(row: Row) -> str:
    slug = row.text("slug", needed=True)
    row.demand(_SLUG.fullmatch(slug) is not None, "slug")
    return slug


def _named(row: Row) -> dict[str, str]:
    return {"name_nl": row.text("naam_nl", needed=True), "name_en": row.text("naam_en", needed=True)}


def _sourced(row: Row) -> dict[str, str]:
    return {"source": row.text("bron", needed=True), "dated_on": row.day("datum")}
