"""A row of an asset system: an asset, a part of one, or both. As IMBOR, a bill of quantities or a map gives it."""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import partial
from typing import Any

from marketplace.imports.rules.columns import FAULT_SENTENCES, Column, plain_name
from marketplace.imports.rules.tables import Faults, Record, Table, TableName, fill_in
from marketplace.kernel.dates import parse_date
from marketplace.kernel.errors import Invalid
from marketplace.kernel.geo import Point
from marketplace.kernel.language import Text, _
from marketplace.kernel.rd import degrees_of, is_rd
from marketplace.kernel.text import check_length, quoted
from marketplace.kernel.units import Quantity, Unit, format_number, read_unit, round_worked_out
from marketplace.market.rules.listing import CERTAINTY_LABELS, CONDITION_LABELS, Certainty, Condition, Location
from marketplace.materials.rules.taxonomy import Material
from marketplace.passports.rules.assets import EXTERNAL_LENGTH_MAX, AssetKind, Coming
from marketplace.passports.rules.intake import find_layer, find_share, read_hazards
from marketplace.passports.rules.items import Detachability, KnownBy
from marketplace.passports.rules.shapes import clean_shape, middle_of

PASSPORT_ROWS_MAX = 120_000
KILOGRAMS, TONNES, METRES2 = ("kg", "kilogram"), ("ton", "t", "tonnes"), ("m2",)
_LABELS: dict[Any, Iterable[Text]] = {Certainty: CERTAINTY_LABELS.values(), Condition: CONDITION_LABELS.values()}
_PHASE = re.compile(r"(?:fase|phase)? *([0-9]{1,2})", re.IGNORECASE)
_THICKNESS = {"cm": Decimal(1), "mm": Decimal("0.1"), "m": Decimal(100)}
_CM = re.compile(r"(.*?)\s*(mm|cm|m)?", re.IGNORECASE)
ABOUT_ASSET = (
    "name",
    "kind",
    "place",
    "lat",
    "lon",
    "built_year",
    "earliest",
    "latest",
    "certainty",
    "nen_2767",
    "maintainer",
    "is_public",
)
_FIGURES = ("quantity", "mass_kg", "whole_kg", "percentage", "area")
_ABOUT_ITEM = ("quantity", "unit", "mass_kg", "thickness", "percentage", "element", "layer", "phase")

# fmt: off
PASSPORTS = Table(
    TableName.PASSPORTS,
    _("Passports"),
    _("Roads, bridges, buildings and the materials in them, from any asset system: assets, their parts, or both in one file. GeoJSON too."),
    (
        Column("external_id", _("Number of the asset"), _("as your asset system knows it; a part names its asset by it"), ("nummer van het object",
               "number of the asset", "objectnummer", "object id", "objectid", "id", "identificatie", "extern nummer", "external id", "externalid",
               "assetnummer", "asset id", "assetid", "imgeo id", "lokaalid", "lokaal id", "guid", "nummer"), True, examples=("W-0012", "W-0012")),
        Column("external_system", _("Asset system"), _("which system that is; empty: the numbers of your municipality"), ("beheersysteem",
               "asset system", "systeem", "external system", "bronsysteem", "bronhouder systeem"), examples=("GBI", "GBI")),
        Column("name", _("Name of the asset"), _("for an asset that is not here yet"), ("naam van het object", "name of the asset", "naam",
               "name", "objectnaam", "straatnaam", "wegvak", "titel"), examples=("Dorpsstraat, kerk tot school", "")),
        Column("kind", _("Kind of asset"), _("road, bridge, building, sewer, street furniture, quay, green space or something else"), ("soort object",
               "kind of asset", "soort", "objecttype", "type object", "type", "kind", "klasse", "assettype", "fysiek object"),
               examples=("Weg en verharding", "")),
        Column("place", _("Place"), _("a place or a postcode; not needed with coordinates or a shape"), ("plaats", "place", "woonplaats", "postcode",
               "locatie", "kern"), examples=("Borne", "")),
        Column("lat", _("Latitude or y"), _("in degrees, or in metres of the national grid (RD)"), ("lat", "breedtegraad", "latitude", "y", "rd y",
               "y coordinaat", "latitude or y", "breedtegraad of y")),
        Column("lon", _("Longitude or x"), _("in degrees, or in metres of the national grid (RD)"), ("lon", "lng", "lengtegraad", "longitude", "x",
               "rd x", "x coordinaat", "longitude or x", "lengtegraad of x")),
        Column("built_year", _("Year of construction"), _("four digits"), ("bouwjaar", "year of construction", "jaar van aanleg", "aanlegjaar",
               "built year", "jaar aanleg"), examples=("1987", "")),
        Column("earliest", _("Comes free from"), _("the first day on which it can come free, or a year"), ("komt vrij vanaf", "comes free from",
               "vroegst vrij", "earliest", "vervangingsjaar", "jaar van vervanging")),
        Column("latest", _("Comes free until"), _("the last day, or a year"), ("komt vrij tot en met", "comes free until", "laatst vrij", "latest")),
        Column("certainty", _("How sure that is"), _("idea, budgeted, tendered or in execution; empty: an idea"), ("hoe zeker dat is",
               "how sure that is", "zekerheid", "certainty")),
        Column("nen_2767", _("Score by NEN 2767"), _("a whole number from 1 to 6"), ("score nen 2767", "score by nen 2767", "nen 2767", "nen2767",
               "conditiescore")),
        Column("is_public", _("Public"), _("yes: everybody sees its passport, without value; empty: as it stands"), ("openbaar", "public", "is openbaar",
               "is public")),
        Column("maintainer", _("Maintained by"), _("an organisation of the bank; empty: your own"), ("onderhouden door", "maintained by", "beheerder",
               "onderhouder", "maintainer")),
        Column("material", _("Material"), _("of the part, by its name; a name that is not known you explain once"), ("materiaal", "material",
               "consistsof", "consists of", "bestaatuit", "bestaat uit", "materiaalsoort", "soort materiaal", "materie"),
               examples=("Betonstraatsteen keiformaat 8 cm", "Ophoogzand")),
        Column("quantity", _("Quantity"), _("how much there is of it, with its unit"), ("hoeveelheid", "quantity", "aantal", "amount"),
               is_number=True, examples=(Decimal(1200), Decimal(240))),
        Column("unit", _("Unit"), _("pieces, m, m², m³, tonnes or kg"), ("eenheid", "unit"), examples=("m²", "m³")),
        Column("mass_kg", _("Weight (kg)"), _("of this material, instead of a quantity; as IMBOR says it"), ("gewicht", "weight", "massa",
               "mass", "gewicht kg", "weight kg", "mass kg", "massa kg"), is_number=True, units=KILOGRAMS),
        Column("whole_kg", _("Weight of the whole asset (kg)"), _("with the share of this material, instead of its own weight"),
               ("gewicht van het object", "weight of the whole asset", "totaalgewicht", "gewicht object", "totaal gewicht"), is_number=True, units=KILOGRAMS),
        Column("percentage", _("Share (%)"), _("of the whole asset that this material is"), ("percentage", "aandeel", "share",
               "percent", "aandeel %"), is_number=True),
        Column("area", _("Area (m²)"), _("with a thickness, instead of a quantity: then it is an estimate"), ("oppervlakte", "area", "opp",
               "oppervlakte m2", "area m2", "oppervlakte van de vorm"), is_number=True, units=METRES2),
        Column("thickness", _("Thickness of the layer (cm)"), _("with an area; in mm or m when it says so behind the number"), ("dikte van de laag",
               "thickness of the layer", "laagdikte", "dikte", "thickness", "laagdikte cm", "dikte cm"), units=("cm",)),
        Column("phase", _("Used before"), _("how often before it came here; also as IMBOR says it: phase 0 is new"), ("eerder gebruikt",
               "used before", "materiefase", "materie fase", "use count", "aantal keer gebruikt")),
        Column("element", _("Part of the asset"), _("what it is, for example the top layer"), ("onderdeel", "part of the asset", "element",
               "laagnaam", "omschrijving laag", "bouwdeel", "onderdeel van het object"), examples=("Rijbaan", "Zandbed")),
        Column("layer", _("Layer"), _("counted from the top, 1 first"), ("laag", "layer", "laagnummer", "laagnr"), examples=("1", "2")),
        Column("kg_per_unit", _("Weight per unit (kg)"), _("as measured; empty: as the list of materials says"), ("gewicht per eenheid",
               "weight per unit", "kg per eenheid", "kg per unit"), is_number=True, units=KILOGRAMS),
        Column("known_by", _("How it is known"), _("measured, from the design, from the archive or an estimate; empty: from the archive"),
               ("hoe bekend", "how it is known", "bepaling", "known by", "herkomst gegevens")),
        Column("source", _("Source"), _("where that is from; needed of an estimate"), ("bron", "source", "bron van de hoeveelheid")),
        Column("detachability", _("How it comes loose"), _("lies loose, screwed, glued or cast in one"), ("losmaakbaarheid", "how it comes loose",
               "detachability", "hoe het loskomt")),
        Column("condition", _("Condition"), _("new, good, fair or poor; empty: nobody looked"), ("kwaliteit", "condition", "conditie", "staat")),
        Column("hazards", _("Hazardous substances"), _("each with yes, no or unknown, for example “asbestos: no; PAK: unknown”"),
               ("gevaarlijke stoffen", "hazardous substances", "gevaren", "hazards")),
    ),
    rows_max=PASSPORT_ROWS_MAX,
)
# fmt: on
AREA = PASSPORTS.column("area")


@dataclass(frozen=True, slots=True)
class PassportWords:
    """What may be typed, folded, and how names and places are found."""

    find_material: Callable[[str], Material | None]
    kinds: Mapping[str, str]
    certainties: Mapping[str, str]
    ways_known: Mapping[str, str]
    ways_loose: Mapping[str, str]
    conditions: Mapping[str, str]
    maintainers: Mapping[str, str]
    flags: Mapping[str, str]
    find_place: Callable[[str], Location]
    place_at: Callable[[Point], Location]
    file_name: str
    today: date


@dataclass(frozen=True, slots=True)
class ItemRow:
    """The part that a row speaks of. `details`: what it says of it beside its material and quantity; what is not said stays."""

    material: Material
    quantity: Quantity
    details: Mapping[str, Any]
    kg_per_unit: Decimal | None
    use_count: int


@dataclass(frozen=True, slots=True)
class PassportRow:
    """A row that can be read. `values`: what it says of its asset itself, by the names of a draft; empty: nothing."""

    external_id: str
    external_system: str
    values: Mapping[str, Any]
    item: ItemRow | None

    @property
    def key(self) -> tuple[str, str]:
        """By which an asset is known in its organisation."""
        return self.external_system, self.external_id


def read_passport(record: Record, words: PassportWords, *, repeats: bool = False) -> tuple[PassportRow | None, Faults]:
    """One row; every column that is wrong has its sentence. `repeats`: a row before said the same of the asset itself."""
    faults = Faults()
    for key, fault in record.faults.items():
        faults.say(key, FAULT_SENTENCES[fault])
    if not record.cells.get("external_id"):
        faults.say("external_id", fill_in(PASSPORTS.column("external_id")))
    number, system = (faults.attempt(key, partial(_short, record, key)) for key in ("external_id", "external_system"))
    values = {} if repeats else _read_asset(record, words, faults)
    item = _read_item(record, words, faults) if any(record.cells.get(key) for key in ("material", *_ABOUT_ITEM)) else None
    if faults.sentences:
        return None, faults
    if not values and item is None and not repeats:
        faults.say("external_id", _("This row says nothing of the asset. Fill in what it is called, or the material of a part."))
        return None, faults
    return PassportRow(str(number), str(system), values, item), faults


def _short(record: Record, key: str) -> str:
    check_length(_text(record, key), EXTERNAL_LENGTH_MAX, key)
    return _text(record, key)


def _read_asset(record: Record, words: PassportWords, faults: Faults) -> dict[str, Any]:
    """What the row says of the asset itself, as the fields of a draft."""
    text = partial(_text, record)
    values: dict[str, Any] = {}
    if text("name"):
        values["name"] = text("name")
    if text("kind"):
        values["kind"] = faults.attempt("kind", lambda: AssetKind(_word(text("kind"), words.kinds, AssetKind, "kind")))
    if text("maintainer"):
        values["maintainer"] = faults.attempt("maintainer", lambda: _maintainer(text("maintainer"), words))
    for key, read in (("built_year", _year), ("nen_2767", _whole)):
        if text(key):
            values[key] = faults.attempt(key, partial(read, text(key), key))
    if text("is_public"):
        flag = words.flags.get(plain_name(text("is_public")))
        values["is_public"] = flag == "yes"
        if flag is None:
            faults.say("is_public", _("Type yes or no."))
    if text("earliest") or text("latest"):
        values["coming"] = _coming(record, words, faults)
    return values | _read_where(record, words, faults)


def _read_where(record: Record, words: PassportWords, faults: Faults) -> dict[str, Any]:
    """Where it stands: its shape, else its coordinates, else its place."""
    lat, lon, place = (_text(record, key) for key in ("lat", "lon", "place"))
    if record.shape is not None:
        shape = faults.attempt("external_id", lambda: clean_shape(record.shape))
        if shape is None:
            return {}
        location = faults.attempt("external_id", lambda: words.place_at(middle_of(shape)))
        return {"shape": None if shape["type"] == "Point" else shape, **_located(location)}
    if lat or lon:
        at = "lat" if "lat" in record.cells else "lon"
        return _located(faults.attempt(at, lambda: words.place_at(_point(lat, lon))))
    return _located(faults.attempt("place", lambda: words.find_place(place))) if place else {}


def _located(location: Location | None) -> dict[str, Any]:
    if location is None:
        return {}
    return {"point": location.point, "place_name": location.place_name, "municipality": location.municipality}


def _point(lat: str, lon: str) -> Point:
    try:
        y, x = (float(text.replace(" ", "").replace(",", ".")) for text in (lat, lon))
    except ValueError as error:
        sentence = _("Type both coordinates as figures: degrees such as 52.30 and 6.75, or metres of the national grid (RD).")
        raise Invalid(sentence, "lat") from error
    return Point(*(degrees_of(x, y) if is_rd(x, y) else (y, x)))


def _coming(record: Record, words: PassportWords, faults: Faults) -> Coming | None:
    """When it comes free. A year stands for its first and its last day."""
    first, last = _text(record, "earliest") or _text(record, "latest"), _text(record, "latest") or _text(record, "earliest")
    earliest = faults.attempt("earliest" if "earliest" in record.cells else "latest", lambda: _day(first, 1, 1))
    latest = faults.attempt("latest" if "latest" in record.cells else "earliest", lambda: _day(last, 12, 31))
    typed = _text(record, "certainty")
    sure = (
        Certainty.IDEA
        if not typed
        else faults.attempt("certainty", lambda: _word(typed, words.certainties, Certainty, "certainty"))
    )
    return None if None in (earliest, latest, sure) else Coming(earliest, latest, Certainty(sure))


def _day(typed: str, month: int, day: int) -> date:
    return date(int(typed), month, day) if re.fullmatch("[12][0-9]{3}", typed) else parse_date(typed, "nl", "earliest")


def _read_item(record: Record, words: PassportWords, faults: Faults) -> ItemRow | None:
    """The part that the row speaks of: how much there is, as it stands there or worked out."""
    text = partial(_text, record)
    if not text("material"):
        faults.say("material" if "material" in record.cells else "external_id", fill_in(PASSPORTS.column("material")))
        return None
    material = words.find_material(text("material"))
    if material is None:
        sentence = _(
            "It is not certain which material “%(name)s” is. Choose it below, once for all rows.", name=quoted(text("material"))
        )
        faults.say("material", sentence)
    details: dict[str, Any] = {"element": text("element")} if text("element") else {}
    if text("layer"):
        details["layer"] = faults.attempt("layer", lambda: _whole(text("layer"), "layer"))
    chosen = (
        ("known_by", words.ways_known, KnownBy),
        ("detachability", words.ways_loose, Detachability),
        ("condition", words.conditions, Condition),
    )
    for key, meanings, kind in chosen:
        if text(key):
            details[key] = faults.attempt(key, partial(_choose, text(key), meanings, kind, key))
    if material is not None and text("hazards"):
        details["hazards"] = faults.attempt("hazards", lambda: read_hazards(text("hazards"), material))
    phase = faults.attempt("phase", lambda: _phase(text("phase"))) if text("phase") else 0
    each = faults.attempt("kg_per_unit", lambda: record.number("kg_per_unit")) if text("kg_per_unit") else None
    quantity, worked_out = _amount(record, material, faults)
    if worked_out is not None:
        details["known_by"] = KnownBy.ESTIMATE
    source = ", ".join(part for part in (worked_out, text("source") or (words.file_name if worked_out else "")) if part)
    if source:
        details["source"] = source
    if material is None or quantity is None or faults.sentences:
        return None
    return ItemRow(material, quantity, details, each, int(phase))


def _amount(record: Record, material: Material | None, faults: Faults) -> tuple[Quantity | None, str | None]:
    """How much there is, and how that was worked out where the row does not say it itself."""
    number = {key: faults.attempt(key, partial(record.number, key)) for key in _FIGURES if _text(record, key)}
    if "quantity" in number:
        unit = faults.attempt("unit" if "unit" in record.cells else "quantity", lambda: read_unit(_text(record, "unit")))
        if unit is None or number["quantity"] is None:
            return None, None
        return faults.attempt("quantity", lambda: Quantity(number["quantity"], unit)), None
    if number.get("mass_kg") is not None:
        return faults.attempt("mass_kg", lambda: Quantity(round_worked_out(number["mass_kg"]), Unit.KG)), None
    if number.get("whole_kg") is not None and number.get("percentage") is not None:
        share, whole = number["percentage"], number["whole_kg"]
        part = faults.attempt("percentage", lambda: Quantity(find_share(whole, share), Unit.KG))
        return part, f"{_figure(share)} % × {_figure(whole)} kg"
    if number.get("area") is not None and _text(record, "thickness"):
        thickness = faults.attempt("thickness", lambda: _thickness(_text(record, "thickness"), record))
        if thickness is None or material is None:
            return None, None
        layer = faults.attempt("thickness", lambda: find_layer(number["area"], thickness, material))
        return layer, f"{_figure(number['area'])} m² × {_figure(thickness)} cm"
    if not any(key in faults.sentences for key in number):
        at = next((key for key in ("quantity", "mass_kg", "area", "material") if key in record.cells), "external_id")
        faults.say(
            at, _("Say how much there is: a quantity with its unit, a weight, or an area with the thickness of the layer.")
        )
    return None, None


def _figure(number: Decimal) -> str:
    return format_number(number, "nl")


def _text(record: Record, key: str) -> str:
    return record.cells.get(key, "")


def _word(typed: str, words: Mapping[str, str], kind: Any, key: str) -> str:
    value = words.get(plain_name(typed))
    if value is None:
        raise Invalid(_("Choose one out of: %(labels)s.", labels=_labels(kind)), key)
    return value


def _labels(kind: Any) -> Text:
    labels = list(_LABELS[kind]) if kind in _LABELS else [member.label for member in kind]
    joined = labels[0]
    for label in labels[1:]:
        joined = _("%(before)s / %(label)s", before=joined, label=label)
    return joined


def _choose(typed: str, words: Mapping[str, str], kind: Any, key: str) -> Any:
    return kind(_word(typed, words, kind, key))


def _maintainer(typed: str, words: PassportWords) -> str:
    slug = words.maintainers.get(plain_name(typed))
    if slug is None:
        raise Invalid(
            _("There is no organisation “%(name)s” in the bank. Leave this empty if it is your own.", name=quoted(typed)),
            "maintainer",
        )
    return slug


def _year(typed: str, key: str) -> int:
    if not re.fullmatch("[12][0-9]{3}", typed):
        raise Invalid(_("“%(typed)s” is not a year. Type four digits, for example 2025.", typed=quoted(typed)), key)
    return int(typed)


def _whole(typed: str, key: str) -> int:
    if not re.fullmatch("[0-9]{1,4}", typed):
        raise Invalid(_("“%(typed)s” is not a whole number. Type digits only.", typed=quoted(typed)), key)
    return int(typed)


def _phase(typed: str) -> int:
    match = _PHASE.fullmatch(typed.strip())
    if match is None:
        raise Invalid(_("Type how often it was used before: 0 is new, 1 is once. IMBOR writes: Fase 0, Fase 1."), "phase")
    return int(match[1])


def _thickness(typed: str, record: Record) -> Decimal:
    match = _CM.fullmatch(typed.strip())
    assert match is not None
    cells = {**record.cells, "thickness": match[1]}
    number = Record(cells, notations={"thickness": record.notations.get("thickness", record.notations.get("area", "nl"))})
    return number.number("thickness") * _THICKNESS[(match[2] or "cm").lower()]
