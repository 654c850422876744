"""What the API gives about supply that was lost, and what the broker reads."""

from marketplace.api.schema import (
    DAY,
    MOMENT,
    NUMBER,
    QUANTITY,
    TEXT,
    UNIT,
    WHOLE,
    YES_NO,
    Schema,
    listed,
    maybe,
    ref,
    shape,
    some,
    words,
)
from marketplace.exchange.rules.reservation import ReservationStatus
from marketplace.market.rules.freshness import Outcome
from marketplace.matching.rules.misses import Kind


def first(name: str) -> Schema:
    """How many there are, and the first of them."""
    return shape(total=WHOLE, items=some(ref(name)))


BROKER_SHAPES: dict[str, Schema] = {
    "LossSum": shape(lots=WHOLE, massKg=NUMBER),
    "Loss": shape(
        listing=ref("Titled"),
        organisation=TEXT,
        material=ref("Material"),
        quantity=QUANTITY,
        unit=UNIT,
        massKg=maybe(NUMBER),
        outcome={**maybe(words(Outcome)), "description": "null: nobody said"},
        reason=maybe(TEXT),
        lostOn=DAY,
    ),
    "Losses": listed(
        "Loss",
        totals=ref("LossSum"),
        byOutcome=some(shape(outcome=maybe(words(Outcome)), lots=WHOLE, massKg=NUMBER)),
        byMaterialGroup=some(shape(group=TEXT, lots=WHOLE, massKg=NUMBER)),
    ),
    "Proposal": shape(
        id=WHOLE,
        listing=ref("Titled"),
        demand=ref("Titled"),
        reason=TEXT,
        proposedAt=MOMENT,
        objections={**some(TEXT), "description": "why it does not match"},
    ),
    "Proposals": listed("Proposal"),
    "NearMiss": shape(
        listing=ref("Titled"),
        demand=ref("Titled"),
        kind=words(Kind),
        sentence=TEXT,
        distanceKm=NUMBER,
        owner=ref("Organisation"),
        organisation=ref("Organisation"),
    ),
    "NearMisses": listed("NearMiss", lookedAt=ref("LookedAt")),
    "LookedAt": shape(
        listings=WHOLE, demands=WHOLE, isAll={**YES_NO, "description": "false: there are more than are looked at in one go"}
    ),
    "BrokerReservation": shape(
        id=WHOLE,
        status=words(ReservationStatus),
        listing=ref("Titled"),
        quantity=QUANTITY,
        unit=UNIT,
        organisation=ref("Organisation"),
        owner=ref("Organisation"),
        expiresAt=maybe(MOMENT),
        disputedAt=maybe(MOMENT),
        daysOpen={**maybe(WHOLE), "description": "of a dispute"},
    ),
    "Gaps": shape(
        supplyWithoutDemand=first("Titled"),
        demandWithoutSupply=first("Titled"),
        unwanted=first("Titled"),
        lapsing=first("BrokerReservation"),
        disputes=first("BrokerReservation"),
        lookedAt=ref("LookedAt"),
    ),
}
