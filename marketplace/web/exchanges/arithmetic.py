"""How each figure of a row of the ledger was made, from what stands in that row."""

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from marketplace.impact.rules.impact import KG_PER_TONNE, RoadBasis, VehicleBasis
from marketplace.kernel.formats import NO_BREAK_SPACE, money, month, number, quantity, short_date, unknown
from marketplace.kernel.language import Text, _
from marketplace.ledger.models import Exchange
from marketplace.ledger.rules import ReplacesPurchase, RowKind
from marketplace.materials.rules.taxonomy import DETOUR_FACTOR, Material, Taxonomy

CO2E, TONNE_KM = "kg CO₂e", _("tonne-km")
DISTANCE_NOTES: dict[str, Text] = {
    "demand": _("The shortest line over the earth, from where the lot lay to the place of the demand."),
    "reservation": _("The shortest line over the earth, from where the lot lay to the place that the receiver named."),
    "main_place": _("The shortest line over the earth, from where the lot lay to the receiver's main place."),
    "return": _("The shortest line over the earth, from the receiver to where it lies now."),
    "depot": _("The shortest line over the earth, from where the lot lay to where it lies now."),
}
REPLACES: dict[str | None, Text] = {
    ReplacesPurchase.YES: _("The receiver said: it replaces a purchase."),
    ReplacesPurchase.NO: _("The receiver said: it replaces no purchase."),
    ReplacesPurchase.NOT_SAID: _("Nobody said whether it replaces a purchase."),
}


@dataclass(frozen=True, slots=True)
class Line:
    """One figure. What it is called, how it follows, what comes out, and where that came from; `about`: its definition."""

    label: Text
    sum: str
    result: str
    notes: tuple[Text | str, ...] = ()
    about: str = ""


def lines_of(row: Exchange, was: Exchange | None, taxonomy: Taxonomy) -> list[Line]:
    """Every figure of the row in the order in which they follow from each other.

    `was`: the row that it takes back; `reference`: the materials and vehicles of the version that the row names.
    """
    if was is not None:
        return [*_taken_back(row, was)]
    material = taxonomy.find_material(row.material_slug)
    return [*_carried(row, material), *_driven(row, taxonomy), *_carbon(row, material), _price(row), *_saved(row)]


def _carried(row: Exchange, material: Material | None) -> Iterator[Line]:
    measured = row.kg_basis == "measured"
    listed = f"{material.weight_source} ({material.weight_confidence})" if material else ""
    weight = (
        _("The giver told what one unit weighs.")
        if measured
        else _("Weight of one unit: list of materials, %(source)s.", source=listed)
    )
    weighed = f"{quantity(row.quantity, row.unit)} × {_exact(row.kg_per_unit)}{NO_BREAK_SPACE}kg"
    if row.kind == RowKind.HAUL:
        carried = _kg(row.quantity * row.kg_per_unit)
        if row.reservation_id is None:
            leg = _(
                "A leg to or from a depot: it counts kilometres and no tonnes, for those count once, when the lot is transferred."
            )
            yield Line(_("What was driven"), weighed, carried, (weight, leg))
            return
        back = _("The way back: it counts kilometres and no tonnes, for the mass was booked by another row.")
        yield Line(_("What was driven back"), weighed, carried, (weight, back))
    else:
        yield Line(_("Mass"), weighed, _kg(row.mass_kg), (weight,), "mass_kg")


def _driven(row: Exchange, taxonomy: Taxonomy) -> Iterator[Line]:
    carried = (row.mass_kg or row.quantity * row.kg_per_unit) / KG_PER_TONNE
    word = _("tonnes")
    tonnes = f"{_exact(carried)}{NO_BREAK_SPACE}{word}"
    distance, road = f"{_exact(row.distance_km)}{NO_BREAK_SPACE}km", f"{_exact(row.road_km)}{NO_BREAK_SPACE}km"
    yield Line(_("Distance"), "", distance, (DISTANCE_NOTES.get(row.distance_basis, row.distance_basis),))
    if row.road_basis == RoadBasis.ESTIMATED:
        estimated = _("Nobody entered the driven kilometres, so they are estimated.")
        yield Line(_("Road"), f"{distance} × {_exact(DETOUR_FACTOR)}", road, (estimated,))
    else:
        entered = (
            _("Driven, and entered at the hand-over.") if row.reservation_id else _("Driven, and entered when it was moved.")
        )
        yield Line(_("Road"), "", road, (entered,))
    yield Line(_("Transport work"), f"{tonnes} × {road}", f"{_exact(row.tonne_km)}{NO_BREAK_SPACE}{TONNE_KM}", (), "tonne_km")
    vehicle = next((vehicle for vehicle in taxonomy.vehicles if vehicle.slug == row.vehicle_class), None)
    chosen = _("entered") if row.vehicle_basis == VehicleBasis.ENTERED else _("chosen by the mass")
    source = f"{vehicle.source} ({vehicle.confidence})" if vehicle else ""
    named = _(
        "%(vehicle)s, %(chosen)s. Factor: %(source)s.",
        vehicle=vehicle.name if vehicle else row.vehicle_class,
        chosen=chosen,
        source=source,
    )
    yield Line(
        _("Transport"),
        f"{tonnes} × {road} × {_exact(row.vehicle_factor)}",
        _co2e(row.transport_kgco2e),
        (named,),
        "transport_kgco2e",
    )


def _carbon(row: Exchange, material: Material | None) -> Iterator[Line]:
    if row.kind == RowKind.HAUL:
        yield Line(_("Net saved"), f"− {_co2e(row.transport_kgco2e)}", _co2e(row.net_kgco2e), (), "net_kgco2e")
        return
    mass = _kg(row.mass_kg)
    factor = material.carbon if material else None
    if row.carbon_factor is None:
        none = _("No carbon factor is known for this material, so this is unknown and not zero.")
        yield Line(_("Avoided"), "", unknown(), (none,), "avoided_kgco2e")
    else:
        sure: Text | str = (
            _(
                "Factor of the new product: %(source)s, certainty %(confidence)s.",
                source=factor.source,
                confidence=factor.confidence,
            )
            if factor
            else ""
        )
        replaces = REPLACES.get(row.replaces_purchase, REPLACES[ReplacesPurchase.NOT_SAID])
        yield Line(
            _("Avoided"),
            f"{mass} × {_exact(row.carbon_factor)}",
            _co2e(row.avoided_kgco2e),
            tuple(filter(None, (sure, _between(row, material), replaces))),
            "avoided_kgco2e",
        )
    if row.processing_factor is None:
        not_known = _("It is not known what making it fit for reuse emits; nothing is taken off.")
        yield Line(_("Processing"), "", unknown(), (not_known,), "processing_kgco2e")
    else:
        yield Line(
            _("Processing"), f"{mass} × {_exact(row.processing_factor)}", _co2e(row.processing_kgco2e), (), "processing_kgco2e"
        )
    if row.avoided_kgco2e is None:
        yield Line(_("Net saved"), "", unknown(), (_("Unknown, because what was avoided is."),), "net_kgco2e")
        return
    terms = [row.avoided_kgco2e, row.transport_kgco2e, row.processing_kgco2e]
    yield Line(
        _("Net saved"), " − ".join(_exact(term) for term in terms if term is not None), _co2e(row.net_kgco2e), (), "net_kgco2e"
    )


def _between(row: Exchange, material: Material | None) -> Text | str:
    """What would be avoided by the lowest and the highest published factor.

    As the row froze them; a row of before those stood in it takes them from the version that it names.
    """
    factor = material.carbon if material else None
    low, high = row.carbon_low, row.carbon_high
    if low is None and high is None and factor is not None:
        low, high = factor.low, factor.high
    if low is None or high is None:
        return ""
    if row.avoided_low_kgco2e is None or row.avoided_high_kgco2e is None:
        return _("Sources say between %(low)s and %(high)s.", low=_exact(low), high=_exact(high))
    return _(
        "Sources say between %(low)s and %(high)s: from %(least)s to %(most)s.",
        low=_exact(low),
        high=_exact(high),
        least=_co2e(row.avoided_low_kgco2e),
        most=_co2e(row.avoided_high_kgco2e),
    )


def _price(row: Exchange) -> Line:
    return Line(
        _("Price"),
        "",
        str(_("free of charge")) if row.price_cents == 0 else money(row.price_cents),
        (_("For the whole quantity."),),
    )


def _saved(row: Exchange) -> Iterator[Line]:
    """What a purchase would have cost less the price, where the receiver said so."""
    if row.saved_cents is not None and row.purchase_cents is not None:
        note = _("What new would have cost, as the receiver said at the request, for what was measured.")
        yield Line(
            _("Money saved"), f"{money(row.purchase_cents)} − {money(row.price_cents)}", money(row.saved_cents), (note,), ""
        )


def _taken_back(row: Exchange, was: Exchange) -> Iterator[Line]:
    """Of a reversal each figure is its part of what was booked."""
    part = f"{quantity(row.quantity, row.unit)} ⁄ {quantity(was.quantity, was.unit)}"
    rounded = _("Rounded so that parts that come back take off exactly what was booked.")
    yield Line(_("Quantity"), "", quantity(row.quantity, row.unit), (_("Taken back of row %(seq)s.", seq=was.seq),))
    yield Line(_("Mass"), f"{_kg(was.mass_kg)} × {part}", _kg(row.mass_kg), (rounded,), "mass_kg")
    stay = _("The kilometres were driven, so they stay counted.")
    yield Line(
        _("Transport work"),
        "",
        f"{_exact(row.tonne_km)}{NO_BREAK_SPACE}{TONNE_KM}",
        (stay,) if not row.tonne_km else (),
        "tonne_km",
    )
    yield Line(_("Transport"), "", _co2e(row.transport_kgco2e), (), "transport_kgco2e")
    for label, name in ((_("Avoided"), "avoided_kgco2e"), (_("Processing"), "processing_kgco2e")):
        before, after = getattr(was, name), getattr(row, name)
        yield Line(label, "" if before is None else f"{_co2e(before)} × {part}", _co2e(after), (), name)
    terms = [row.avoided_kgco2e, row.transport_kgco2e, row.processing_kgco2e]
    sum_of = "" if row.net_kgco2e is None else " − ".join(_bracketed(term) for term in terms if term is not None)
    yield Line(_("Net saved"), sum_of, _co2e(row.net_kgco2e), (), "net_kgco2e")
    yield Line(_("Price"), "" if not was.price_cents else f"{money(was.price_cents)} × {part}", money(row.price_cents))
    if was.saved_cents is not None and row.saved_cents is not None:
        yield Line(_("Money saved"), f"{money(was.saved_cents)} × {part}", money(row.saved_cents))


def booking_of(row: Exchange) -> list[tuple[Text, str, Text | str]]:
    """When it happened, in which month it counts and by which factors, each with a note."""
    happened = f"{row.happened_on:%Y-%m}"
    late = _("It was booked later than it happened, when that month did not take rows any more.")
    same = _("The month in which it happened.")
    return [
        (_("Happened on"), short_date(row.happened_on), ""),
        (_("Counts in"), month(row.month), late if row.month > happened else same),
        (_("Booked on"), short_date(row.booked_at), ""),
        (
            _("Factors"),
            str(_("version %(number)s", number=row.factor_version)),
            _("Frozen in the row; newer factors do not change it."),
        ),
    ]


def _exact(value: Decimal | None) -> str:
    """Every decimal that there is."""
    if value is None:
        return unknown()
    exponent = value.normalize().as_tuple().exponent
    return number(value, max(0, -exponent) if isinstance(exponent, int) else 0).replace("-", "−")


def _bracketed(value: Decimal) -> str:
    return f"({_exact(value)})" if value < 0 else _exact(value)


def _kg(value: Decimal) -> str:
    return f"{_exact(value)}{NO_BREAK_SPACE}kg"


def _co2e(value: Decimal | None) -> str:
    return unknown() if value is None else f"{_exact(value)}{NO_BREAK_SPACE}{CO2E}"
