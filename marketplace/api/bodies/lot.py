"""What is taken of a lot: how it comes in, where it goes, and what was counted."""

from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal
from typing import Any

from marketplace.api.bodies.place import Placed
from marketplace.api.bodies.reservation import DRIVEN
from marketplace.api.fields import CODE_LENGTH_MAX, Amount, Choice, Day, Line, Lines, Number, UnitChoice, Whole, YesNo
from marketplace.api.reading import location_of, read_json
from marketplace.api.schema import Body, take
from marketplace.http.rights import require_for_address
from marketplace.kernel import clock
from marketplace.kernel.errors import FieldError, Invalid
from marketplace.kernel.language import _
from marketplace.kernel.units import Quantity, check_amount
from marketplace.market.rules.listing import KG_PER_UNIT_MAX, TITLE_LENGTH_MAX, Condition, Location
from marketplace.stock.rules.driving import Drive
from marketplace.stock.rules.handling import BAY_LENGTH_MAX, PALLETS_MAX, REASON_LENGTH_MAX, ArrivalDraft, Going, Occasion

WEIGHT = {"exclusiveMinimum": 0, "maximum": int(KG_PER_UNIT_MAX)}
_NEW = ("material", "quantity", "unit", "condition")
_OF_THE_LOT = ("material", "unit", "condition", "title", "owner", "kg_per_unit", "place", "lat", "lon")


class Counted(Amount):
    """A quantity that may be nothing at all."""

    shape = {**{name: value for name, value in Amount.shape.items() if name != "exclusiveMinimum"}, "minimum": 0}


class _Entered(Body):
    """What is said of everything that happens to a lot."""

    pallets = Whole("how many pallet places", most=PALLETS_MAX)
    moved_on = Day("the day on which it happened, in a depot of a quarter that is open (until 60 days after it); absent: today")
    reason = Lines("why; it stays with the lot", longest=REASON_LENGTH_MAX)


class _Standing(_Entered):
    """And where it stands."""

    bay = Line("a bay of the depot, see /depots/{id}; absent: none", longest=BAY_LENGTH_MAX)


class _Driven(Body):
    """And how it was brought."""

    driven_km = Number("kilometres driven with the load; absent: 1.3 times the geodesic", shape=DRIVEN)
    vehicle_class = Line("code of a transport factor; absent: by mass", longest=CODE_LENGTH_MAX)


class OfferToChainBody(Body):
    """That the chain may have it."""

    reason = Lines("why it need not wait for the region; everybody reads it", longest=REASON_LENGTH_MAX, required=True)


class TakeInBody(_Standing, _Driven, Placed):
    """A lot that comes into a depot: a new one, or with `lot` one that the bank knows.

    The place is where a new one was driven from.
    """

    material = Line("slug of a material, see /materials; required without lot", longest=CODE_LENGTH_MAX)
    quantity = Amount("required without lot; with it: what comes in of it, absent: all; a part becomes a lot of its own")
    unit = UnitChoice("required without lot")
    condition = Choice(Condition, "required without lot")
    title = Line("absent: the name of the material", longest=TITLE_LENGTH_MAX)
    owner = Line("slug of the organisation whose it is; absent: your own", longest=CODE_LENGTH_MAX)
    kg_per_unit = Number("as measured; absent: as the list of materials says", places=6, shape=WEIGHT)
    confirm_unusual = YesNo("yes, a weight so far from the taxonomy's; absent: no")
    lot = Whole("id of a lot that the bank knows and that moves in")
    arrival = Whole("id of what was announced to this depot, which has come now")


class MoveLotBody(_Standing, _Driven, Placed):
    """Where a lot, or a part of it, goes."""

    quantity = Amount("absent: all of it; a part becomes a lot of its own")
    depot = Whole("id of the depot to which it goes, instead of a place; absent without a place: where it lies")


class SplitLotBody(_Standing):
    """A part of a lot that becomes a lot of its own."""

    quantity = Amount("less than all of it", required=True)


class CountLotBody(_Entered):
    """What was counted. A difference asks a reason."""

    quantity = Counted("all that is there", required=True)


class LeaveLotBody(_Entered):
    """What leaves a lot."""

    quantity = Amount("absent: all of it")


def occasion_of(values: Mapping[str, Any]) -> Occasion:
    """When it happened, and why."""
    return Occasion(values.get("moved_on") or clock.today(), values.get("reason") or "")


def standing(values: Mapping[str, Any]) -> Going:
    """Where it stands in the depot where it lies."""
    return Going(bay=values.get("bay"), pallets=values.get("pallets"), drive=_drive(values))


def _drive(values: Mapping[str, Any]) -> Drive:
    return Drive(values.get("driven_km"), values.get("vehicle_class") or None)


def going_to() -> tuple[Decimal | None, Going, Occasion]:
    """How much goes, where to, and when. None is all of it."""
    values, errors = take(MoveLotBody(), read_json())
    location, depot_id = _location(values, errors), values.get("depot")
    if depot_id is not None and any(values.get(name) is not None for name in ("place", "lat", "lon")):
        errors.append(FieldError("depot", _("Send a depot, or a place, not both.")))
    _settle(errors)
    return values.get("quantity"), replace(standing(values), depot_id=depot_id, location=location), occasion_of(values)


def taking_in() -> tuple[dict[str, Any], ArrivalDraft | None]:
    """What the body says, and the lot that it describes.

    None where it names a lot that the bank knows.
    """
    values, errors = take(TakeInBody(), read_json())
    if values.get("lot") is not None or any(error.field == "lot" for error in errors):
        errors += [
            FieldError(name, _("The lot says this itself. Leave it out.")) for name in _OF_THE_LOT if values.get(name) is not None
        ]
        _settle(errors)
        return values, None
    came_from = _location(values, errors)
    lacking = _("This is required. Fill it in.")
    faulty = {error.field for error in errors}
    errors += [FieldError(name, lacking) for name in _NEW if values.get(name) is None and name not in faulty]
    if values.get("quantity") is not None and values.get("unit") is not None:
        try:
            check_amount(values["quantity"], values["unit"])
        except Invalid as refusal:
            errors += refusal.errors
    _settle(errors)
    draft = ArrivalDraft(
        material=values["material"],
        quantity=Quantity(values["quantity"], values["unit"]),
        condition=values["condition"],
        title=values.get("title") or "",
        owner=values.get("owner") or "",
        came_from=came_from,
        kg_per_unit=values.get("kg_per_unit"),
        confirm_unusual=bool(values.get("confirm_unusual")),
    )
    return values, draft


def _location(values: Mapping[str, Any], errors: list[FieldError]) -> Location | None:
    try:
        return location_of(values, required=False)
    except Invalid as refusal:
        errors += refusal.errors
        return None


def _settle(errors: list[FieldError]) -> None:
    if errors:
        require_for_address()
        raise Invalid.all(errors)
