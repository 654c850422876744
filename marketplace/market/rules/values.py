"""The values of a listing, from form to draft and columns, and what follows from them."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any, Protocol

from marketplace.kernel.dates import find_day_faults
from marketplace.kernel.errors import Conflict, FieldError, Invalid
from marketplace.kernel.geo import Point, ecef_m, public_point
from marketplace.kernel.language import _
from marketplace.kernel.text import find_length_faults, quoted
from marketplace.kernel.units import Unit
from marketplace.market.rules import fields
from marketplace.market.rules.fields import Kind, ListingField, Needed
from marketplace.market.rules.listing import (
    FIRST_YEAR,
    KG_PER_UNIT_MAX,
    LISTING_STATUS_LABELS,
    OFFER_KG_MAX,
    PLAN_YEARS_MAX,
    PRICE_CENTS_MAX,
    WEIGHED,
    WEIGHT_TIMES,
    ListingDraft,
    ListingStatus,
    Location,
    find_dear_faults,
    find_mass_faults,
    find_unit_faults,
)
from marketplace.materials.rules.fields import UNKNOWN
from marketplace.materials.rules.gates import NO, YES, Gate, GateKind
from marketplace.materials.rules.taxonomy import Material
from marketplace.places.rules import PlaceBasis


class PlanStored(Protocol):
    """What is asked of a stored listing about its plan."""

    status: Any
    lot_id: Any
    planned: Any
    earliest: Any
    latest: Any
    certainty: Any


_NO_YEAR = _("Enter a year in four digits, for example 1987.")
FREE_DAYS = ("available_from", "available_until")
PLAN = ("planned", "earliest", "latest", "certainty")
_BY_FIELD = (GateKind.LIMIT, GateKind.ANSWER, GateKind.NEEDED)  # rules that an answer decides


def plain_fields() -> tuple[ListingField, ...]:
    """The fields that are one value each, in the order of the form."""
    return tuple(row for row in fields.FIELDS if row.is_plain)


def value_of(draft: ListingDraft, row: ListingField) -> Any:
    """What a draft says in a field."""
    return getattr(draft, row.name)


def values_of(draft: ListingDraft) -> dict[str, Any]:
    """What a draft says in all fields that are one value."""
    return {row.name: value_of(draft, row) for row in plain_fields()}


def columns_of(draft: ListingDraft) -> dict[str, Any]:
    """The columns of all fields that are one value."""
    columns = {row.name: _as_column(row, value_of(draft, row)) for row in plain_fields()}
    return columns | ({"available_from": draft.earliest, "available_until": draft.latest} if draft.planned else {})


def stored_values(listing: object) -> dict[str, Any]:
    """What a stored listing says in the fields that are one value, as a draft has it."""
    return {row.name: stored_value(listing, row) for row in plain_fields()}


def stored_value(listing: object, row: ListingField) -> Any:
    """What a stored listing says in one field, as a draft has it. Of what is planned the period says when it is free."""
    if row.name in FREE_DAYS and getattr(listing, "planned", False):
        return None
    value = getattr(listing, row.name)
    return row.choice(value) if row.kind is Kind.CHOICE else value


def _as_column(row: ListingField, value: Any) -> Any:
    return value.value if row.kind is Kind.CHOICE and value is not None else value


def place_columns(location: Location) -> dict[str, Any]:
    """The columns of a place: the exact point, and the public one on the grid."""
    public = public_point(location.point)
    x, y, z = ecef_m(location.point)
    px, py, pz = ecef_m(public)
    return {
        "place_name": location.place_name,
        "municipality": location.municipality,
        "address": location.address,
        "place_basis": location.basis.value,
        "lat": location.point.lat,
        "lon": location.point.lon,
        "x_m": x,
        "y_m": y,
        "z_m": z,
        "public_lat": public.lat,
        "public_lon": public.lon,
        "public_x_m": px,
        "public_y_m": py,
        "public_z_m": pz,
    }


def columns_before(place_name: str, municipality: str, point: Point) -> dict[str, Any]:
    """The columns of what stands before a depot: at its public point.

    Its spot is the depot's to tell.
    """
    at = Location(place_name, municipality, public_point(point), PlaceBasis.PLACE)
    return {**place_columns(at), "depot_id": None}


def is_year(year: int, today: date) -> bool:
    """Whether something can have been built in that year, or will be soon."""
    return FIRST_YEAR <= year <= today.year + 5


def check_listing(
    draft: ListingDraft,
    *,
    units: tuple[Unit, ...],
    hazards: tuple[str, ...],
    today: date,
    planned_before: date | None = None,
    usual_kg: Decimal | None = None,
    also: Sequence[FieldError] = (),
) -> None:
    """Refuse a listing draft that cannot be right, every sentence at its field.

    In the order of the form. `planned_before`: the first day of its period as it is stored, which may be past by now. `usual_kg`: what one unit weighs by
    the taxonomy. `also`: faults of its parts and windows.
    """
    errors: list[FieldError] = []
    if not draft.title:
        errors.append(FieldError("title", _("Enter a title, for example “Grey concrete pavers from Dorpsstraat”.")))
    for row in fields.FIELDS:
        if row.longest is not None:
            errors += find_length_faults(row.name, value_of(draft, row), row.longest)
    errors += find_unit_faults(draft.quantity, units)
    if draft.location is None and draft.depot_id is None:
        errors.append(FieldError("place", _("Say where the material lies: a place, a postcode, coordinates or a depot.")))
    errors += find_plan_faults(draft, today, planned_before) if draft.planned else _find_period_faults(draft, today)
    weighed = find_weight_faults(draft.kg_per_unit, draft.quantity.unit, usual=usual_kg, confirmed=draft.confirm_unusual)
    errors += weighed or find_mass_faults(draft.quantity.amount, draft.kg_per_unit or usual_kg, OFFER_KG_MAX)
    errors += find_price_faults(draft.price_cents_per_unit, draft.kg_per_unit or usual_kg)
    if draft.year_of_construction is not None and not is_year(draft.year_of_construction, today):
        errors.append(FieldError("year_of_construction", _NO_YEAR))
    errors.extend(
        FieldError("hazards", _("“%(code)s” is not declared for this material. Leave it out.", code=quoted(code)))
        for code in draft.hazards
        if code not in hazards
    )
    errors.extend(also)
    if errors:
        raise Invalid.all(errors)


def _find_period_faults(draft: ListingDraft, today: date) -> list[FieldError]:
    """Find what the days of something that is there, or comes on a fixed day, cannot be."""
    errors = [
        FieldError(name, _("This belongs to what comes free later. Leave it empty, or say that this lot is not there yet."))
        for name in PLAN[1:]
        if getattr(draft, name) is not None
    ]
    if draft.available_from is None:
        return [*errors, *_missing("available_from")]
    errors += find_day_faults("available_from", draft.available_from, today)
    errors += find_day_faults("available_until", draft.available_until, today)
    if draft.available_until is not None and draft.available_until < draft.available_from:
        sentence = _("The last day lies before the first day. Enter a day on or after %(first)s.", first=draft.available_from)
        errors.append(FieldError("available_until", sentence))
    return errors


def _missing(*names: str) -> list[FieldError]:
    return [FieldError(row.name, row.missing) for row in fields.FIELDS if row.name in names and row.missing is not None]


def find_plan_faults(draft: ListingDraft, today: date, before: date | None = None) -> list[FieldError]:
    """Find what a plan cannot be.

    A plan without its two days and how sure they are, one with a first day of its own, in a depot already, in the past, or so long that it says nothing.
    A first day that was entered `before` may be past.
    """
    errors = _missing(*(name for name in PLAN[1:] if getattr(draft, name) is None))
    errors += [
        FieldError(name, _("This lot comes free later, and its period says when. Leave this empty."))
        for name in FREE_DAYS
        if getattr(draft, name) is not None
    ]
    if draft.depot_id is not None:
        errors.append(FieldError("depot", _("What is not there yet is in no depot. Say where it comes free.")))
    return [*errors, *find_period_faults(draft.earliest, draft.latest, today, before)]


def find_period_faults(earliest: date | None, latest: date | None, today: date, before: date | None = None) -> list[FieldError]:
    """Find what a period to come cannot be: past, turned round, or longer than three years."""
    errors = find_day_faults("earliest", earliest, today) + find_day_faults("latest", latest, today)
    if errors or earliest is None or latest is None:
        return errors
    if earliest < today and earliest != before:
        errors.append(
            FieldError("earliest", _("This day is past. Enter today or a later day; what is there already is not planned."))
        )
    if latest < earliest:
        sentence = _("The last day lies before the first day. Enter a day on or after %(first)s.", first=earliest)
        return [*errors, FieldError("latest", sentence)]
    if latest < today:
        return [*errors, FieldError("latest", _("This period is past. Enter a day from today on."))]
    if latest > years_after(earliest, PLAN_YEARS_MAX):
        sentence = _(
            "A period of more than three years tells nobody anything. Enter at the latest %(last)s.",
            last=years_after(earliest, PLAN_YEARS_MAX),
        )
        errors.append(FieldError("latest", sentence))
    return errors


def check_not_planned(draft: ListingDraft) -> None:
    """Refuse to offer as planned what lies in stock."""
    if draft.planned:
        raise Invalid(_("This lot is there already, so it cannot be planned."), "planned")


def check_is_there(*, planned: bool) -> None:
    """Refuse what needs the stuff itself while it is only planned."""
    if planned:
        raise Conflict(
            _(
                "This lot is not there yet. Its owner first says that it is there; then a time can be agreed and it is handed over."
            )
        )


def check_plan_stays(listing: PlanStored, draft: ListingDraft) -> None:
    """Refuse to make planned what is there, and to change the plan of what is on offer.

    Its days move by a step that asks why.
    """
    is_published = listing.status == ListingStatus.PUBLISHED
    if listing.lot_id is not None or (is_published and not listing.planned):
        check_not_planned(draft)
    if not is_published:
        return
    before = (listing.planned, listing.earliest, listing.latest, listing.certainty)
    if listing.planned and not draft.planned:
        raise Invalid(
            _("Say that it is there by the step for that: it asks how much it is, and tells whoever reserved it."), "planned"
        )
    if before != (draft.planned, draft.earliest, draft.latest, draft.certainty):
        raise Invalid(_("Move the days by the step for that: it asks why, and asks whoever reserved it again."), "earliest")


def emptied(*, before: bool, after: bool) -> dict[str, None]:
    """The fields that are empty where something becomes planned, or is planned no more."""
    return {} if before == after else dict.fromkeys(FREE_DAYS if after else PLAN[1:])


def years_after(day: date, years: int) -> date:
    """The same day so many years later; of 29 February the last day of that month."""
    last = 28 if (day.month, day.day) == (2, 29) else day.day
    return day.replace(year=day.year + years, day=last)


def find_weight_faults(kg_per_unit: Decimal | None, unit: Unit, *, usual: Decimal | None, confirmed: bool) -> list[FieldError]:
    """Find what a measured weight per unit cannot be.

    Of a tonne or a kilogram, nothing, too much, or far from the taxonomy's (`usual`) without a second yes.
    """
    if kg_per_unit is None:
        return []
    if unit in WEIGHED:
        return [FieldError("kg_per_unit", _("A tonne and a kilogram have a weight of their own. Leave this empty."))]
    if not 0 < kg_per_unit <= KG_PER_UNIT_MAX:
        sentence = _("Enter the measured weight per unit in kilograms, more than 0 and at most %(most)s.", most=KG_PER_UNIT_MAX)
        return [FieldError("kg_per_unit", sentence)]
    if confirmed or usual is None or usual / WEIGHT_TIMES <= kg_per_unit <= usual * WEIGHT_TIMES:
        return []
    sentence = _(
        "Do you mean %(given)s kg? By the list of materials it is %(usual)s kg. If it is right, confirm it.",
        given=kg_per_unit,
        usual=usual,
    )
    return [FieldError("confirm_unusual", sentence)]


def check_weight(kg_per_unit: Decimal, unit: Unit, *, usual: Decimal, confirmed: bool) -> None:
    """Refuse a weight per unit that cannot be."""
    if errors := find_weight_faults(kg_per_unit, unit, usual=usual, confirmed=confirmed):
        raise Invalid.all(errors)


def find_price_faults(price_cents_per_unit: int | None, kg_per_unit: Decimal | None) -> list[FieldError]:
    """Find what a price per unit cannot be.

    Negative, more than a million euro, or more than € 10 000 for each kilogram.
    """
    if price_cents_per_unit is None:
        return []
    if 0 <= price_cents_per_unit <= PRICE_CENTS_MAX:
        return find_dear_faults("price_cents_per_unit", Decimal(price_cents_per_unit), kg_per_unit)
    sentence = _("Enter a price of at least 0 and at most 1 million euro, or leave it empty if it is free.")
    return [FieldError("price_cents_per_unit", sentence)]


def check_price(price_cents_per_unit: int, kg_per_unit: Decimal | None) -> None:
    """Refuse a price per unit that cannot be."""
    if errors := find_price_faults(price_cents_per_unit, kg_per_unit):
        raise Invalid.all(errors)


def check_publishable(
    *,
    status: ListingStatus,
    photos: int,
    values: Mapping[str, Any] | None = None,
    unanswered: Sequence[FieldError] = (),
) -> None:
    """Refuse to publish what is no draft, or lacks a photo or whatever is required by then.

    That is an answer to what its material asks, too. What is still in the road needs no photo.
    """
    if status != ListingStatus.DRAFT:
        raise Conflict(
            _("Only a draft can be published. This listing is %(status)s.", status=LISTING_STATUS_LABELS[status]),
            current_status=status.value,
        )
    typed = values or {}
    filled = {**typed} if typed.get("planned") else {"photos": photos or None, **typed}
    missing = [
        FieldError(row.name, row.missing or _("Fill in “%(label)s”.", label=row.label))
        for row in fields.FIELDS
        if row.needed is Needed.PUBLISHED and row.name in filled and filled[row.name] in (None, "")
    ]
    missing.extend(unanswered)
    if missing:
        raise Invalid.all(missing)


def deciding_gates(gates: Iterable[Gate], material: Material) -> dict[str, Gate]:
    """The rule that decides a hazard by an answer, by the code of the hazard. Only where the material asks that field."""
    asked_fields = {field.slug for field in material.fields}
    return {
        gate.hazard: gate
        for gate in gates
        if gate.kind in _BY_FIELD
        and gate.hazard in material.hazard_codes
        and gate.applies_to(material)
        and asked_fields.intersection(gate.fields)
    }


def hazards_of_answers(gates: Iterable[Gate], material: Material, answers: Mapping[str, str]) -> dict[str, str]:
    """What the answers say of those hazards, yes or no, by code. Whatever they leave unknown is not there."""
    words = {code: _answer_to(gate, answers) for code, gate in deciding_gates(gates, material).items()}
    return {code: word for code, word in words.items() if word != UNKNOWN}


def with_answers(
    gates: Iterable[Gate], material: Material, declared: Mapping[str, str], answers: Mapping[str, str], before: Mapping[str, str]
) -> dict[str, str]:
    """The hazards as declared, each that an answer decides as the answer says.

    What followed from the answers of `before` is no declaration. Refused: a yes that is declared where the answer says no.
    """
    decided, followed = (hazards_of_answers(gates, material, words) for words in (answers, before))
    own = {code: UNKNOWN if followed.get(code) == word else word for code, word in declared.items()}
    for code, word in decided.items():
        if word == NO and own.get(code) == YES:
            name = next(hazard for hazard in material.hazards if hazard.slug == code)
            raise Invalid(
                _("You declare “%(name)s” and answer elsewhere that it is not in it. Correct one of the two.", name=name),
                "hazards",
            )
    return {**own, **decided}


def _answer_to(gate: Gate, answers: Mapping[str, str]) -> str:
    first = answers.get(gate.fields[0], UNKNOWN)
    if gate.kind is GateKind.LIMIT:
        return UNKNOWN if first == UNKNOWN or gate.limit is None else YES if Decimal(first) > gate.limit else NO
    return gate.answer_in(answers)
