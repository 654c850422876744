"""What the API gives, as JSON Schema: one shape per object, every property always there unless it is named in `sometimes`."""

from typing import Any

from marketplace.exchange.gate_rules import AppointmentStatus, PhotoMoment
from marketplace.exchange.rules import MeasuredBy, ReservationStatus
from marketplace.impact.goals import Origin
from marketplace.kernel.units import Unit
from marketplace.market.rules import Answer, Condition, DemandStatus, ListingStatus, Packaging, QuantityBasis

Schema = dict[str, Any]
TEXT: Schema = {"type": "string"}
WHOLE: Schema = {"type": "integer"}
NUMBER: Schema = {"type": "number"}
YES_NO: Schema = {"type": "boolean"}
DAY: Schema = {"type": "string", "format": "date"}
MOMENT: Schema = {"type": "string", "format": "date-time"}
QUANTITY: Schema = {
    "type": "string",
    "pattern": r"^-?[0-9]+(\.[0-9]{1,3})?$",
    "description": "a decimal string without needless zeros",
}
UNIT: Schema = {"type": "string", "enum": [unit.value for unit in Unit]}


def words(of: Any) -> Schema:
    """One of a few words."""
    return {"type": "string", "enum": [word.value for word in of]}


def maybe(schema: Schema) -> Schema:
    """A value, or null when it is unknown or empty."""
    known = schema.get("type")
    if "enum" in schema:
        return {**schema, "type": [known, "null"], "enum": [*schema["enum"], None]}
    return {**schema, "type": [known, "null"]} if isinstance(known, str) else {"oneOf": [schema, {"type": "null"}]}


def some(schema: Schema) -> Schema:
    """A list."""
    return {"type": "array", "items": schema}


def ref(name: str) -> Schema:
    """A shape by its name."""
    return {"$ref": f"#/components/schemas/{name}"}


def shape(sometimes: tuple[str, ...] = (), /, **properties: Schema) -> Schema:
    """An object; what is not in `sometimes` is always there, and nothing else ever is."""
    required = [name for name in properties if name not in sometimes]
    return {"type": "object", "properties": properties, "required": required, "additionalProperties": False}


def listed(name: str, **more: Schema) -> Schema:
    """A page of a list."""
    return shape(items=some(ref(name)), total=WHOLE, page=WHOLE, pageSize=WHOLE, **more)


_FIGURES: dict[str, Schema] = {
    "exchanges": WHOLE,
    "massKg": NUMBER,
    "tonneKm": NUMBER,
    "avoidedKgCo2e": NUMBER,
    "transportKgCo2e": NUMBER,
    "netKgCo2e": NUMBER,
    "unknownFactorMassKg": NUMBER,
}
_ROW: Schema = shape(key=TEXT, name=TEXT, **_FIGURES)
_PUBLIC_DEMAND: dict[str, Schema] = {
    "id": WHOLE,
    "title": TEXT,
    "status": words(DemandStatus),
    "material": ref("Material"),
    "quantity": QUANTITY,
    "unit": UNIT,
    "neededFrom": DAY,
    "neededUntil": DAY,
    "organisation": ref("Organisation"),
}
_INNER_DEMAND: dict[str, Schema] = {
    "version": WHOLE,
    "description": TEXT,
    "minCondition": words(Condition),
    "maxDistanceKm": maybe(NUMBER),
    "acceptsHazards": some(TEXT),
    "acceptsUnknownHazards": YES_NO,
    "project": TEXT,
    "department": TEXT,
    "fulfilled": QUANTITY,
    "placeName": TEXT,
    "municipality": maybe(TEXT),
    "lat": NUMBER,
    "lon": NUMBER,
    "createdAt": MOMENT,
    "exact": ref("Exact"),
}

_RESERVATION: dict[str, Schema] = {
    "id": WHOLE,
    "status": words(ReservationStatus),
    "listing": ref("Titled"),
    "demand": maybe(ref("Titled")),
    "quantity": QUANTITY,
    "unit": UNIT,
    "organisation": ref("Organisation"),
    "owner": ref("Organisation"),
    "purpose": TEXT,
    "reason": maybe(TEXT),
    "placeName": maybe(TEXT),
    "requestedAt": MOMENT,
    "approvedAt": maybe(MOMENT),
    "handedOverAt": maybe(MOMENT),
    "handedOverOn": maybe(DAY),
    "completedAt": maybe(MOMENT),
    "endedAt": maybe(MOMENT),
    "expiresAt": maybe(MOMENT),
    "vehicleClass": maybe(TEXT),
    "drivenKm": maybe(NUMBER),
    "asked": QUANTITY,
    "ordered": maybe(QUANTITY),
    "project": TEXT,
    "use": TEXT,
    "replacesPurchase": maybe(YES_NO),
    "purchasePriceCents": maybe(WHOLE),
    "neededBy": maybe(DAY),
    "offeredAt": maybe(MOMENT),
    "choiceReason": maybe(TEXT),
    "ownerQuantity": maybe(QUANTITY),
    "ownerMeasuredBy": maybe(words(MeasuredBy)),
    "ownerCondition": maybe(words(Condition)),
    "receiverQuantity": maybe(QUANTITY),
    "receiverMeasuredBy": maybe(words(MeasuredBy)),
    "receiverCondition": maybe(words(Condition)),
    "disputedAt": maybe(MOMENT),
    "disputeReason": maybe(TEXT),
    "settledReason": maybe(TEXT),
    "writtenOff": QUANTITY,
    "writeOffReason": maybe(TEXT),
    "returned": QUANTITY,
    "cancelProposedBy": maybe(ref("Organisation")),
    "noShow": YES_NO,
    "appointment": maybe(ref("Appointment")),
}

SHAPES: dict[str, Schema] = {
    "Organisation": shape(slug=TEXT, name=TEXT),
    "Group": shape(slug=TEXT, name=TEXT),
    "Material": shape(slug=TEXT, name=TEXT, group=TEXT),
    "FullMaterial": shape(
        slug=TEXT,
        name=TEXT,
        group=TEXT,
        units=some(UNIT),
        kgPerUnit={"type": "object", "additionalProperties": NUMBER},
        hazards=some(shape(code=TEXT, name=TEXT)),
        isTradable=YES_NO,
        avoidedKgCo2ePerKg=maybe(NUMBER),
    ),
    "Titled": shape(id=WHOLE, title=TEXT),
    "Exact": shape(lat=NUMBER, lon=NUMBER, address=maybe(TEXT)),
    "Photo": shape(id=WHOLE, alt=TEXT, position=WHOLE, urls={"type": "object", "additionalProperties": TEXT}),
    "Listing": shape(
        ("distanceKm", "exact"),
        id=WHOLE,
        version=WHOLE,
        status=words(ListingStatus),
        organisation=ref("Organisation"),
        title=TEXT,
        description=TEXT,
        material=ref("Material"),
        quantity=QUANTITY,
        unit=UNIT,
        available=QUANTITY,
        held=QUANTITY,
        transferred=QUANTITY,
        massKg=maybe(NUMBER),
        kgPerUnit=maybe(NUMBER),
        quantityBasis=words(QuantityBasis),
        condition=words(Condition),
        availableFrom=DAY,
        availableUntil=maybe(DAY),
        packaging=maybe(words(Packaging)),
        loadingPossible=maybe(YES_NO),
        priceCentsPerUnit=maybe(WHOLE),
        project=TEXT,
        yearOfConstruction=maybe(WHOLE),
        asbestosSuspected=words(Answer),
        hazards={"type": "object", "additionalProperties": words(Answer)},
        remarks=TEXT,
        minimumPart=maybe(QUANTITY),
        circle=maybe(some(TEXT)),
        circleFrom=maybe(DAY),
        regionFrom=maybe(DAY),
        partnersFrom=maybe(DAY),
        windowReason=TEXT,
        placeName=TEXT,
        municipality=maybe(TEXT),
        lat=NUMBER,
        lon=NUMBER,
        depot=maybe(WHOLE),
        photos=some(ref("Photo")),
        createdAt=MOMENT,
        publishedAt=maybe(MOMENT),
        distanceKm=WHOLE,
        exact=ref("Exact"),
    ),
    "Windows": shape(circle=some(TEXT), circleDays=WHOLE, regionDays=WHOLE, partnersDays=WHOLE, reason=TEXT),
    "Demand": shape(tuple(_INNER_DEMAND), **_PUBLIC_DEMAND, **_INNER_DEMAND),
    "Match": shape(
        ("listing", "demand"),
        listing=ref("Listing"),
        demand=ref("Demand"),
        distanceKm=NUMBER,
        roadKm=NUMBER,
        tonneKm=maybe(NUMBER),
        transportKgCo2e=maybe(NUMBER),
        avoidedKgCo2e=maybe(NUMBER),
        netKgCo2e=maybe(NUMBER),
        covers=QUANTITY,
        unit=UNIT,
        reasons=some(TEXT),
    ),
    "Appointment": shape(
        status=words(AppointmentStatus),
        times=some(MOMENT),
        time=maybe(MOMENT),
        place=maybe(TEXT),
        notes=maybe(TEXT),
        proposedBy=ref("Organisation"),
    ),
    "GatePhoto": shape(
        id=WHOLE,
        organisation=ref("Organisation"),
        moment=words(PhotoMoment),
        alt=TEXT,
        addedAt=MOMENT,
        urls={"type": "object", "additionalProperties": TEXT},
    ),
    "Proposal": shape(
        needed={**QUANTITY, "description": "what is still to be found, less what is under way"},
        unit=UNIT,
        underWay={**QUANTITY, "description": "what open reservations for this demand hold"},
        covered=QUANTITY,
        surplus=QUANTITY,
        missing=QUANTITY,
        massKg=NUMBER,
        tonneKm=NUMBER,
        parts=some(
            shape(
                listing=ref("Titled"),
                quantity={**QUANTITY, "description": "what is taken, in the listing's unit"},
                unit=UNIT,
                covers={**QUANTITY, "description": "what that gives, in the demand's unit"},
                distanceKm=NUMBER,
                roadKm=NUMBER,
                tonneKm=NUMBER,
                massKg=NUMBER,
            )
        ),
        sentences=some(TEXT),
    ),
    "RequestedParts": shape(items=some(ref("Reservation"))),
    "Reservation": shape(("appointment",), **_RESERVATION),
    "RankedRequest": shape(("appointment",), **_RESERVATION, rank=WHOLE, score=WHOLE, reasons=some(TEXT)),
    "Exchange": shape(
        seq=WHOLE,
        fromOrganisation=ref("Organisation"),
        toOrganisation=ref("Organisation"),
        material=ref("Material"),
        listingId=WHOLE,
        demandId=maybe(WHOLE),
        reservationId=WHOLE,
        quantity=QUANTITY,
        unit=UNIT,
        kgPerUnit=NUMBER,
        massKg=NUMBER,
        distanceKm=NUMBER,
        distanceBasis=TEXT,
        roadKm=NUMBER,
        tonneKm=NUMBER,
        vehicleClass=TEXT,
        transportKgCo2e=NUMBER,
        avoidedKgCo2e=maybe(NUMBER),
        netKgCo2e=maybe(NUMBER),
        factorVersion=WHOLE,
        priceCents=WHOLE,
        happenedOn=DAY,
        reverses=maybe(WHOLE),
        previousHash=TEXT,
        hash=TEXT,
        canonical=TEXT,
    ),
    "Statistics": shape(
        ("byMunicipality", "byMaterialGroup", "byMonth"),
        totals=shape(**_FIGURES),
        byMunicipality=some(shape(key=TEXT, name=TEXT, givenMassKg=NUMBER, **_FIGURES)),
        byMaterialGroup=some(_ROW),
        byMonth=some(_ROW),
    ),
    "Goal": shape(
        number=WHOLE,
        targetPercent=NUMBER,
        targetYear=WHOLE,
        isOwn={**YES_NO, "description": "whether the municipality tightened it"},
        sharePercent={**maybe(NUMBER), "description": "null: not reported"},
        renewableMassKg=maybe(NUMBER),
        totalMassKg=maybe(NUMBER),
        reportedBy={**WHOLE, "description": "how many municipalities reported"},
        askedOf=WHOLE,
    ),
    "Goals": shape(
        ("municipalities",),
        year=WHOLE,
        years=some(WHOLE),
        region=shape(goals=some(ref("Goal")), bankMassKg=NUMBER),
        municipalities=some(
            shape(organisation=ref("Organisation"), includesBank=maybe(YES_NO), goals=some(ref("Goal")), bankMassKg=NUMBER)
        ),
    ),
    "MaterialUse": shape(
        organisation=ref("Organisation"),
        year=WHOLE,
        version=WHOLE,
        includesBank=maybe(YES_NO),
        rows=some(shape(group=TEXT, origin=words(Origin), massKg=NUMBER)),
        bankMassKg=NUMBER,
    ),
    "Depot": shape(
        ("exact",),
        id=WHOLE,
        name=TEXT,
        organisation=ref("Organisation"),
        placeName=TEXT,
        municipality=maybe(TEXT),
        lat=NUMBER,
        lon=NUMBER,
        exact=ref("Exact"),
    ),
    "Place": shape(name=TEXT, label=TEXT, municipality=maybe(TEXT), postcode=maybe(TEXT), basis=TEXT, lat=NUMBER, lon=NUMBER),
    "Me": shape(name=TEXT, role=TEXT, organisation=ref("Organisation")),
    "Facet": shape(key=TEXT, name=TEXT, count=WHOLE),
    "Problem": {
        **shape(
            type=TEXT,
            title=TEXT,
            status=WHOLE,
            detail=TEXT,
            errors=some(shape(field=TEXT, message=TEXT)),
            available={**QUANTITY, "description": "409 quantity: what is left"},
            current={"description": "409 version: the object as it is now"},
            changed={**some(TEXT), "description": "409 version: the properties that differ"},
        ),
        "required": ["type", "title", "status", "detail"],
        "additionalProperties": True,
    },
    "Materials": listed("FullMaterial", groups=some(ref("Group"))),
    "Listings": listed("Listing", facets={"type": "object", "additionalProperties": some(ref("Facet"))}),
    "Demands": listed("Demand"),
    "Matches": listed("Match"),
    "Reservations": listed("Reservation"),
    "Requests": listed("RankedRequest"),
    "GatePhotos": listed("GatePhoto"),
    "Exchanges": listed("Exchange"),
    "Depots": listed("Depot"),
    "Places": listed("Place"),
}
