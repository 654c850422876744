"""What the API gives, as JSON Schema: one shape per object, every property always there unless it is named in `sometimes`."""

from typing import Any

from marketplace.exchange.rules import ReservationStatus
from marketplace.impact.goals import Origin
from marketplace.kernel.units import Unit
from marketplace.market.rules import Answer, Condition, DemandStatus, ListingStatus, Packaging, QuantityBasis
from marketplace.notices.rules import CHOOSABLE, MAIL_ONLY, Cadence, Notice

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
        regionFrom=maybe(DAY),
        partnersFrom=maybe(DAY),
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
    "Reservation": shape(
        id=WHOLE,
        status=words(ReservationStatus),
        listing=ref("Titled"),
        demand=maybe(ref("Titled")),
        quantity=QUANTITY,
        unit=UNIT,
        organisation=ref("Organisation"),
        owner=ref("Organisation"),
        purpose=TEXT,
        reason=maybe(TEXT),
        placeName=maybe(TEXT),
        requestedAt=MOMENT,
        approvedAt=maybe(MOMENT),
        handedOverAt=maybe(MOMENT),
        handedOverOn=maybe(DAY),
        completedAt=maybe(MOMENT),
        endedAt=maybe(MOMENT),
        expiresAt=maybe(MOMENT),
        vehicleClass=maybe(TEXT),
        drivenKm=maybe(NUMBER),
    ),
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
    "Notice": shape(
        id=WHOLE,
        kind=words(kind for kind in Notice if kind not in MAIL_ONLY),
        sentence=TEXT,
        createdAt=MOMENT,
        readAt={**maybe(MOMENT), "description": "null: unread"},
        listingId=maybe(WHOLE),
        demandId=maybe(WHOLE),
        reservationId=maybe(WHOLE),
        url={**maybe(TEXT), "description": "the page that it is about"},
    ),
    "NoticePreferences": shape(
        preferences=some(shape(kind=words(CHOOSABLE), cadence=words(Cadence), isDefault=YES_NO)),
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
    "Exchanges": listed("Exchange"),
    "Notices": listed("Notice"),
    "Depots": listed("Depot"),
    "Places": listed("Place"),
}
