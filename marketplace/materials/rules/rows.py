"""Rows of the reference files as a version keeps them. Their columns are Dutch; data/SOURCES.md says what each means."""

import re
from decimal import Decimal

from marketplace.kernel.units import Unit
from marketplace.materials.rules.cells import FACTOR_PLACES, Reference, Row
from marketplace.materials.rules.fields import UNKNOWN, FieldKind
from marketplace.materials.rules.taxonomy import TOLERANCE_PERCENT, BankOrigin

_UNITS = {"stuk": Unit.PIECE, "m": Unit.M, "m2": Unit.M2, "m3": Unit.M3, "ton": Unit.TONNE}
_WEIGHTS = {Unit.PIECE: "kg_per_stuk", Unit.M: "kg_per_m", Unit.M2: "kg_per_m2", Unit.M3: "kg_per_m3"}
_KINDS = {"tkm", "brandstof", "omrijfactor"}
_CONFIDENCES = {"A", "B", "C"}
_ORIGINS = {origin.value for origin in BankOrigin}
_YES_NO = {"1", "0"}
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
_SLUG = re.compile(r"[a-z0-9]+([-_][a-z0-9]+)*")
_CHOICE_PARTS = 3
_MOST_PLACES = 3


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
    weights = {one.value: row.number_or_none(column) for one, column in _WEIGHTS.items()}
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
        "is_bulk": {"1": True, "0": False}[row.choice("bulk", _YES_NO)] if row.text("bulk") else None,
        "origin_of_new": row.text("herkomst_nieuw"),
        "non_renewable_share": row.number_or_none("niet_hernieuwbaar_aandeel", above_zero=False),
        "eural": row.text("eural"),
        "remark": row.text("opmerking"),
        "mki": mki,
        "mki_source": row.text("mki_source", needed=mki is not None),
        "factor_licence": row.text("factor_licence"),
        "factor_is_public": not row.text("factor_public") or row.choice("factor_public", _YES_NO) == "1",
        "imbor": row.text("imbor"),
    }
    return Reference("material", row.text("slug", needed=True), facts)


def read_field(row: Row) -> Reference:
    """A field of fields.csv. What stands in `keuzes` is slug|Dutch|English, with a semicolon between two."""
    kind = _FIELD_KINDS[row.choice("soort", set(_FIELD_KINDS))]
    choices = [[part.strip() for part in one.split("|")] for one in row.words("keuzes")]
    slugs = [parts[0] for parts in choices]
    row.demand(all(len(parts) == _CHOICE_PARTS and all(parts) and _SLUG.fullmatch(parts[0]) for parts in choices), "keuzes")
    row.demand(len(set(slugs)) == len(slugs) and UNKNOWN not in slugs and bool(choices) == (kind is FieldKind.CHOICE), "keuzes")
    minimum = row.number_or_none("minimum", above_zero=False)
    maximum = row.number_or_none("maximum")
    row.demand(kind in (FieldKind.NUMBER, FieldKind.YEAR) or minimum is None, "minimum")
    row.demand(kind in (FieldKind.NUMBER, FieldKind.YEAR) or maximum is None, "maximum")
    row.demand(minimum is None or maximum is None or Decimal(minimum) < Decimal(maximum), "maximum")
    is_searchable = row.choice("zoekbaar", _YES_NO) == "1"
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
        "needed": row.choice("nodig", _YES_NO) == "1",
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


def read_practice(kind: str, row: Row) -> Reference:
    """A row of the law or of practice.

    Its name, source and date, and the other columns as they stand.
    """
    own = {"slug", "naam_nl", "naam_en", "bron", "datum"}
    rest = {column: row.text(column) for column in row.columns if column is not None and column not in own}
    return Reference(kind, _slug(row), {**_named(row), **rest, **_sourced(row)})


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
        "geverifieerd": row.choice("geverifieerd", _YES_NO) == "1",
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
