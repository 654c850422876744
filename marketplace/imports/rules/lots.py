"""A row of supply as a draft of a lot: its material, its place, its answers."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import partial
from typing import Any

from marketplace.imports.rules.columns import FAULT_SENTENCES, plain_name
from marketplace.imports.rules.lot_columns import FIELD_START, LOTS, is_field
from marketplace.imports.rules.tables import Faults, Record, fill_in
from marketplace.kernel.dates import parse_date, read_date
from marketplace.kernel.errors import Invalid, Refusal
from marketplace.kernel.geo import Point
from marketplace.kernel.language import _
from marketplace.kernel.text import quoted
from marketplace.kernel.units import Quantity, read_unit, whole_cents
from marketplace.market.rules.fields import FIELDS
from marketplace.market.rules.listing import (
    OFFER_KG_MAX,
    Certainty,
    Condition,
    ListingDraft,
    Location,
    QuantityBasis,
    clean_external_id,
    find_mass_faults,
    taken,
)
from marketplace.market.rules.values import check_listing
from marketplace.materials.rules.fields import NOT_KNOWN, UNKNOWN, Field, FieldKind, read_answers
from marketplace.materials.rules.taxonomy import Material, Taxonomy

_MISSING = {row.name: row.missing for row in FIELDS if row.missing is not None}


@dataclass(frozen=True, slots=True)
class KnownLot:
    """A lot that has its external id already, and what it says."""

    id: int
    content: tuple[Any, ...]
    answers: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class LotWords:
    """What may be typed, folded, and what stands there."""

    taxonomy: Taxonomy
    materials: Mapping[str, str]
    conditions: Mapping[str, str]
    bases: Mapping[str, str]
    certainties: Mapping[str, str]
    flags: Mapping[str, str]
    depots: Mapping[str, int]
    known_lots: Mapping[str, KnownLot]
    twice: frozenset[str]  # external ids that the sheet holds more than once
    find_place: Callable[[str], Location]
    place_at: Callable[[Point], Location]
    today: date


@dataclass(frozen=True, slots=True)
class Lot:
    """A good row: the draft that comes of it, and whether the same stands there."""

    draft: ListingDraft
    external_id: str | None
    is_known: bool


def read_lot(record: Record, words: LotWords) -> tuple[Lot | None, Faults]:
    """One row as a draft; what is wrong is said as the form says it."""
    faults = Faults()
    for key, fault in record.faults.items():
        faults.say(key, FAULT_SENTENCES[fault])
    is_planned = _planned(record, words, faults)
    for column in LOTS.columns:
        if column.is_required and not record.cells.get(column.key) and not (is_planned and column.key == "available_from"):
            faults.say(column.key, _MISSING.get(column.key) or fill_in(column))
    text = partial(_text, record)
    material = faults.attempt("material", lambda: _material(text("material"), words))
    quantity = _quantity(record, faults)
    condition = faults.attempt("condition", lambda: _choice(text("condition"), words.conditions, Condition, "condition"))
    days = {key: _day(record, faults, key) for key in ("available_from", "available_until", "earliest", "latest")}
    plan = _plan(record, words, faults, days, is_planned=is_planned)
    basis = faults.attempt("quantity_basis", lambda: _basis(text("quantity_basis"), words))
    year = faults.attempt("year_of_construction", lambda: _year(text("year_of_construction")))
    price = faults.attempt("price", lambda: _cents(record))
    external_id = faults.attempt("external_id", lambda: clean_external_id(text("external_id")))
    location, depot_id = _where(record, words, faults)
    first_day = days["available_from"]
    if material is None or quantity is None or condition is None or basis is None or (first_day is None and not is_planned):
        return None, faults
    draft = ListingDraft(
        title=text("title"),
        material=material.slug,
        quantity=quantity,
        condition=condition,
        available_from=first_day,
        available_until=days["available_until"],
        **plan,
        location=location,
        depot_id=depot_id,
        description=text("description"),
        remarks=text("remarks"),
        quantity_basis=basis,
        price_cents_per_unit=price,
        year_of_construction=year,
        fields=_given(record, words.taxonomy),
    )
    answers = _check(draft, material, words, faults)
    is_known = _is_stored(draft, answers, external_id, words, faults)
    if faults.sentences:
        return None, faults
    return Lot(draft, external_id, is_known), faults


def _planned(record: Record, words: LotWords, faults: Faults) -> bool:
    """Whether a row speaks of what is not there yet: it says so, or names a period."""
    typed = _text(record, "planned")
    flag = words.flags.get(plain_name(typed)) if typed else None
    if typed and flag is None:
        faults.say("planned", _("Type yes or no. Yes: it is not there yet, and comes free later."))
    return flag == "yes" or (flag is None and any(_text(record, key) for key in ("earliest", "latest", "certainty")))


def _day(record: Record, faults: Faults, key: str) -> date | None:
    typed = _text(record, key)
    day: date | None = faults.attempt(key, lambda: parse_date(typed, "nl", key)) if typed else None
    return day


def _plan(record: Record, words: LotWords, faults: Faults, days: dict[str, date | None], *, is_planned: bool) -> dict[str, Any]:
    """The period of what is planned. As it is downloaded, its first and last day stand in the columns of what is there as well."""
    for key, other in (("available_from", "earliest"), ("available_until", "latest")):
        if is_planned and days[key] == days[other]:
            days[key] = None
    typed = _text(record, "certainty")
    sure = faults.attempt("certainty", lambda: _choice(typed, words.certainties, Certainty, "certainty")) if typed else None
    return {"planned": is_planned, "earliest": days["earliest"], "latest": days["latest"], "certainty": sure}


def _text(record: Record, key: str) -> str:
    return record.cells.get(key, "")


def _quantity(record: Record, faults: Faults) -> Quantity | None:
    amount = faults.attempt("quantity", lambda: record.number("quantity"))
    unit = faults.attempt("unit", lambda: read_unit(_text(record, "unit")))
    if amount is None or unit is None:
        return None
    made: Quantity | None = faults.attempt("quantity", lambda: Quantity(amount, unit))
    return made


def _material(typed: str, words: LotWords) -> Material:
    """The material of that name. Refused as the form refuses one that is not in the list."""
    return words.taxonomy.material(words.materials.get(plain_name(typed), ""))


def _choice(typed: str, words: Mapping[str, str], kind: Any, key: str) -> Any:
    value = words.get(plain_name(typed))
    if value is None:
        row = next(row for row in FIELDS if row.name == key)
        labels = " / ".join(str(label) for label in (row.choices or {}).values())
        raise Invalid(_("Choose one out of: %(labels)s.", labels=labels), key)
    return kind(value)


def _basis(typed: str, words: LotWords) -> QuantityBasis:
    basis: QuantityBasis = _choice(typed, words.bases, QuantityBasis, "quantity_basis") if typed else QuantityBasis.ESTIMATED
    return basis


def _year(typed: str) -> int | None:
    if not typed:
        return None
    if not (typed.isascii() and typed.isdigit() and len(typed) == 4):
        raise Invalid(_("“%(typed)s” is not a year. Type four digits, for example 2025.", typed=quoted(typed)), "year")
    return int(typed)


def _cents(record: Record) -> int | None:
    if not record.cells.get("price"):
        return None
    return whole_cents(record.number("price"), "price")


def _where(record: Record, words: LotWords, faults: Faults) -> tuple[Location | None, int | None]:
    """Where it lies: a depot, a point, or a place. What is said of it stands at the first of those columns that the sheet has."""
    at = next((key for key in ("place", "depot", "lat", "lon") if key in record.cells), "title")
    depot, lat, lon, place = (_text(record, key) for key in ("depot", "lat", "lon", "place"))
    if sum(map(bool, (depot, lat or lon, place))) > 1:
        faults.say(at, _("Say where it is in one way only: a place, coordinates or a depot."))
        return None, None
    if depot:
        depot_id = words.depots.get(plain_name(depot))
        if depot_id is None:
            faults.say("depot", _("This depot does not exist. Choose one from the list."))
        return None, depot_id
    if lat or lon:
        return faults.attempt("lat" if "lat" in record.cells else "lon", lambda: words.place_at(_point(lat, lon))), None
    if place:
        return faults.attempt("place", lambda: words.find_place(place)), None
    faults.say(at, _("Say where the material lies: a place, a postcode, coordinates or a depot."))
    return None, None


def _point(lat: str, lon: str) -> Point:
    try:
        return Point(float(lat.replace(",", ".")), float(lon.replace(",", ".")))
    except ValueError as error:
        raise Invalid(_("Type the latitude and the longitude in degrees, for example 52.30 and 6.75."), "place") from error


def _given(record: Record, taxonomy: Taxonomy) -> dict[str, Any]:
    """What the row says of the fields, as an answer is given. What cannot be read stays as it was typed, for the rule to refuse."""
    given: dict[str, Any] = {}
    for key, typed in record.cells.items():
        slug = key.removeprefix(FIELD_START)
        if is_field(key) and typed and slug in taxonomy.fields_by_slug:
            given[slug] = _answer(taxonomy.fields_by_slug[slug], typed, record, key)
    return given


def _answer(field: Field, typed: str, record: Record, key: str) -> Any:
    if plain_name(typed) in {plain_name(name) for name in (UNKNOWN, NOT_KNOWN.name_nl, NOT_KNOWN.name_en)}:
        return UNKNOWN
    match field.kind:
        case FieldKind.NUMBER:
            number = record.find_number(key)
            return typed if number is None else number
        case FieldKind.DAY:
            try:
                return read_date(typed, "nl").isoformat()
            except Refusal:
                return typed
        case FieldKind.YEAR | FieldKind.LINE:
            return typed
    choices = [(choice.slug, {choice.slug, choice.name_nl, choice.name_en}) for choice in field.choices]
    exact = [slug for slug, names in choices if typed.casefold() in {name.casefold() for name in names}]
    near = [slug for slug, names in choices if plain_name(typed) in {plain_name(name) for name in names}]
    slugs = exact[:1] or near
    return slugs.pop() if len(slugs) == 1 else typed


def _check(draft: ListingDraft, material: Material, words: LotWords, faults: Faults) -> dict[str, Any]:
    """Say what the form would say of the draft; its answers as they would be kept."""
    answers: dict[str, Any] = {}
    also = find_mass_faults(draft.quantity.amount, material.weights_kg.get(draft.quantity.unit), OFFER_KG_MAX)
    try:
        answers = read_answers(material, draft.fields or {}, today=words.today)
    except Invalid as refusal:
        also += refusal.errors
    try:
        check_listing(draft, units=material.units, hazards=tuple(material.hazard_codes), today=words.today, also=also)
    except Invalid as refusal:
        for error in refusal.errors:
            key = {"price_cents_per_unit": "price"}.get(error.field or "", error.field or "title")
            if key != "place":  # said already, at a column that the sheet has
                faults.say(key, error.message)
    return answers


def _is_stored(draft: ListingDraft, answers: Mapping[str, Any], external_id: str | None, words: LotWords, faults: Faults) -> bool:
    """Whether the same lot stands there with this external id. Another with that id, or the id twice in one sheet, is wrong."""
    if external_id is None:
        return False
    if external_id in words.twice:
        faults.say("external_id", _("This number is in more than one row of the sheet. Each lot has a number of its own."))
    stored = words.known_lots.get(external_id)
    if stored is None:
        return False
    if stored.content != content_of(draft) or any(stored.answers.get(slug) != answer for slug, answer in answers.items()):
        faults.say("external_id", taken(external_id, stored.id).message)
    return True


def content_of(draft: ListingDraft) -> tuple[Any, ...]:
    """By what a lot is known to be the same."""
    return (draft.title, draft.material, draft.quantity.amount, draft.quantity.unit.value, draft.condition.value)


def add_lots(sums: Mapping[str, list[Any]], lots: Iterable[Lot]) -> dict[str, list[Any]]:
    """How many drafts, and how much, by material and unit. What stands there already is not counted."""
    totals = {key: list(value) for key, value in sums.items()}
    for lot in lots:
        if not lot.is_known:
            key = f"{lot.draft.material}|{lot.draft.quantity.unit.value}"
            count, amount = totals.get(key, [0, "0"])
            totals[key] = [count + 1, str(Decimal(amount) + lot.draft.quantity.amount)]
    return totals
