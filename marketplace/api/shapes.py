"""Rows as the API shows them. What is unknown is null; people, phones, addresses and exact points are only where `exact` is allowed."""

from collections.abc import Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any, cast

from marketplace.accounts.models import Organisation
from marketplace.accounts.policy import Actor, Can, may
from marketplace.depots.models import Depot
from marketplace.exchange.models import Reservation
from marketplace.exchange.queries.gate import may_read_gate, newest
from marketplace.exchange.queries.requests import Ranked
from marketplace.exchange.rules.gate import AppointmentStatus
from marketplace.http.errors import camel
from marketplace.http.request import current_actor
from marketplace.kernel.errors import Conflict
from marketplace.kernel.geo import Point, public_point, whole_km
from marketplace.kernel.units import Unit, plain
from marketplace.ledger.models import Exchange
from marketplace.market.models import Demand, Listing, Photo
from marketplace.matching.queries.matches import Match
from marketplace.materials.rules.taxonomy import Material, MaterialGroup, Taxonomy
from marketplace.places.rules import Place

Shape = dict[str, Any]


def number(value: Decimal | float | None) -> int | float | None:
    """A JSON number: whole where it is whole."""
    if value is None:
        return None
    return int(value) if value == int(value) else float(value)


def moment(at: datetime | None) -> str | None:
    """ISO 8601 in UTC, to the second."""
    return None if at is None else at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def day(on: date | None) -> str | None:
    """YYYY-MM-DD."""
    return None if on is None else on.isoformat()


def organisation(slug: str, name: str) -> Shape:
    """An organisation inside something else."""
    return {"slug": slug, "name": name}


def organisation_of(row: Organisation) -> Shape:
    """The same, from its row."""
    return organisation(row.slug, row.name)


def material(of: Material) -> Shape:
    """A material inside something else; the group by its slug."""
    return {"slug": of.slug, "name": of.name, "group": of.group.slug}


def group(of: MaterialGroup) -> Shape:
    """A material group."""
    return {"slug": of.slug, "name": of.name}


def full_material(of: Material) -> Shape:
    """A material with what a client needs to list it."""
    return {
        **material(of),
        "units": [unit.value for unit in of.units],
        "kgPerUnit": {unit.value: number(of.weights_kg[unit]) for unit in of.units},
        "hazards": [{"code": hazard.slug, "name": hazard.name} for hazard in of.hazards],
        "isTradable": of.is_tradable,
        "tolerancePercent": number(of.tolerance_percent),
        "avoidedKgCo2ePerKg": None if of.carbon is None else number(of.carbon.kgco2e_per_kg),
    }


def photo(row: Photo) -> Shape:
    """A picture: its sizes by name (`webp480`, `webp960`, `webp1600`, `jpeg1200`)."""
    return {
        "id": row.id,
        "alt": row.alt,
        "position": row.position,
        "urls": urls(row.files),
    }


def urls(files: dict[str, Any]) -> Shape:
    """Where each size of a picture is."""
    return {variant: f"/media/{file['name']}" for variant, file in sorted(files.items())}


def exact(row: Listing | Demand | Depot) -> Shape:
    """Give the exact location, for readers who may know it."""
    return {"lat": row.lat, "lon": row.lon, "address": row.address}


def distance_km(row: Listing, point: Point | None) -> int | None:
    """To the public point, in whole kilometres, as the catalogue shows it."""
    return None if point is None else whole_km(point, Point(row.public_lat, row.public_lon))


def with_current(conflict: Conflict, current: Shape) -> Conflict:
    """Give a conflict about the version, with the object as it is now. And the names of what differs as JSON has them."""
    if "changed" not in conflict.facts:
        return conflict
    changed = [camel(name) for name in cast(list[str], conflict.facts["changed"])]
    return Conflict(conflict.message, conflict.field, **{**conflict.facts, "current": current, "changed": changed})


def listing(row: Listing, taxonomy: Taxonomy, *, shows_exact: bool, distance_km: int | None = None) -> Shape:
    """A listing."""
    of = taxonomy.material_by_id(row.material_id)
    unit = Unit(row.unit)
    measured = row.kg_per_unit
    shape: Shape = {
        "id": row.id,
        "version": row.version,
        "status": row.status,
        "organisation": organisation_of(row.organisation),
        "title": row.title,
        "description": row.description,
        "material": material(of),
        "quantity": plain(row.quantity),
        "unit": row.unit,
        "available": plain(row.available),
        "held": plain(row.held),
        "transferred": plain(row.transferred),
        "massKg": number(of.mass_kg(row.quantity, unit, measured)) if measured is not None or of.takes(unit) else None,
        "kgPerUnit": number(measured),
        "quantityBasis": row.quantity_basis,
        "condition": row.condition,
        "availableFrom": day(row.available_from),
        "availableUntil": day(row.available_until),
        "packaging": row.packaging,
        "loadingPossible": row.loading_possible,
        "priceCentsPerUnit": row.price_cents_per_unit,
        "project": row.project,
        "yearOfConstruction": row.year_of_construction,
        "asbestosSuspected": row.asbestos_suspected,
        "hazards": row.hazards,
        "remarks": row.remarks,
        "minimumPart": None if row.minimum_part is None else plain(row.minimum_part),
        "circle": None if row.chosen_circle is None else list(row.chosen_circle),
        "circleFrom": day(row.circle_from),
        "regionFrom": day(row.region_from),
        "partnersFrom": day(row.partners_from),
        "windowReason": row.window_reason,
        "placeName": row.place_name,
        "municipality": row.municipality or None,
        "lat": row.public_lat,
        "lon": row.public_lon,
        "depot": row.depot_id,
        "photos": [photo(item) for item in row.photos],
        "returnedFrom": row.parent_id,
        "createdAt": moment(row.created_at),
        "publishedAt": moment(row.published_at),
        "confirmedOn": day(row.confirmed_on),
    }
    if distance_km is not None:
        shape["distanceKm"] = distance_km
    if shows_exact:
        shape["exact"] = exact(row)
    return shape


def demand(row: Demand, taxonomy: Taxonomy, actor: Actor, *, shows_exact: bool) -> Shape:
    """A demand; the public gets title, material, quantity, period and municipality."""
    shape: Shape = {
        "id": row.id,
        "title": row.title,
        "status": row.status,
        "material": material(taxonomy.material_by_id(row.material_id)),
        "quantity": plain(row.quantity),
        "unit": row.unit,
        "neededFrom": day(row.needed_from),
        "neededUntil": day(row.needed_until),
        "organisation": organisation_of(row.organisation),
    }
    if not actor.is_member:
        return shape
    shape |= {
        "version": row.version,
        "description": row.description,
        "minCondition": row.min_condition,
        "maxDistanceKm": number(row.max_distance_km),
        "acceptsHazards": list(row.accepts_hazards),
        "acceptsUnknownHazards": row.accepts_unknown_hazards,
        "project": row.project,
        "department": row.department,
        "fulfilled": plain(row.fulfilled),
        "placeName": row.place_name,
        "municipality": row.municipality or None,
        "lat": row.public_lat,
        "lon": row.public_lon,
        "createdAt": moment(row.created_at),
        "confirmedOn": day(row.confirmed_on),
    }
    if shows_exact:
        shape["exact"] = exact(row)
    return shape


def titled(row: Listing | Demand) -> Shape:
    """A listing or demand inside something else."""
    return {"id": row.id, "title": row.title}


def match_listing(of: Match, taxonomy: Taxonomy) -> Shape:
    """A listing that serves a demand."""
    return {"listing": listing(of.listing, taxonomy, shows_exact=False), **_figures(of)}


def match_demand(of: Match, taxonomy: Taxonomy, actor: Actor) -> Shape:
    """A demand that a listing serves."""
    return {"demand": demand(of.demand, taxonomy, actor, shows_exact=False), **_figures(of)}


def _figures(of: Match) -> Shape:
    """For the part that it covers; `unit` is the demand's."""
    return {
        "distanceKm": number(of.distance_km),
        "roadKm": number(of.road_km),
        "tonneKm": number(of.tonne_km),
        "transportKgCo2e": number(of.transport_kgco2e),
        "avoidedKgCo2e": number(of.avoided_kgco2e),
        "netKgCo2e": number(of.net_kgco2e),
        "covers": plain(of.covers.amount),
        "unit": of.covers.unit.value,
        "reasons": [str(reason) for reason in of.reasons],
    }


def reservation(row: Reservation) -> Shape:
    """A reservation, for either side."""
    return {
        "id": row.id,
        "status": row.status,
        "listing": titled(row.listing),
        "demand": None if row.demand is None else titled(row.demand),
        "quantity": plain(row.quantity),
        "unit": row.unit,
        "organisation": organisation_of(row.organisation),
        "owner": organisation_of(row.owner),
        "purpose": row.purpose,
        "reason": row.reason or None,
        "placeName": row.place_name,
        "requestedAt": moment(row.requested_at),
        "approvedAt": moment(row.approved_at),
        "handedOverAt": moment(row.handed_over_at),
        "handedOverOn": day(row.handed_over_on),
        "completedAt": moment(row.completed_at),
        "endedAt": moment(row.ended_at),
        "expiresAt": moment(row.expires_at),
        "vehicleClass": row.vehicle_class,
        "drivenKm": number(row.driven_km),
        "asked": plain(row.asked),
        "ordered": _figure(row.ordered),
        "project": row.project,
        "use": row.use,
        "replacesPurchase": row.replaces_purchase,
        "purchasePriceCents": row.purchase_price_cents,
        "neededBy": day(row.needed_by),
        "offeredAt": moment(row.offered_at),
        "choiceReason": (row.choice_reason or None) if may(current_actor(), Can.READ_REQUESTS, row.listing) else None,
        "ownerQuantity": _figure(row.owner_quantity),
        "ownerMeasuredBy": row.owner_measured_by,
        "ownerCondition": row.owner_condition,
        "receiverQuantity": _figure(row.receiver_quantity),
        "receiverMeasuredBy": row.receiver_measured_by,
        "receiverCondition": row.receiver_condition,
        "disputedAt": moment(row.disputed_at),
        "disputeReason": row.dispute_reason or None,
        "settledReason": row.settled_reason or None,
        "writtenOff": plain(row.written_off),
        "writeOffReason": row.write_off_reason or None,
        "returned": plain(row.returned),
        "cancelProposedBy": _side(row, row.cancel_asked_by_id),
        "noShow": row.no_show,
        **appointment(row),
    }


def _figure(amount: Decimal | None) -> str | None:
    return None if amount is None else plain(amount)


def _side(row: Reservation, organisation_id: int | None) -> Shape | None:
    sides = {row.owner_id: row.owner, row.organisation_id: row.organisation}
    return organisation_of(sides[organisation_id]) if organisation_id in sides else None


def ranked_request(of: Ranked) -> Shape:
    """A request in its place among the others: the points, and a sentence for each."""
    return {
        **reservation(of.reservation),
        "rank": of.place,
        "score": of.score.points,
        "reasons": [str(reason) for reason in of.score.reasons],
    }


def appointment(row: Reservation) -> Shape:
    """Give the agreed time for the two sides; for anyone else the property is absent."""
    if not may(current_actor(), Can.MEET, row):
        return {}
    latest = newest(row)
    if latest is None:
        return {"appointment": None}
    is_readable = may_read_gate(current_actor(), row)
    return {
        "appointment": {
            "status": (AppointmentStatus.PROPOSED if latest.agreed_time is None else AppointmentStatus.AGREED).value,
            "times": [moment(time) for time in latest.moments],
            "time": moment(latest.agreed_time),
            "place": (latest.place or None) if is_readable else None,
            "notes": (latest.notes or None) if is_readable else None,
            "proposedBy": organisation_of(latest.proposed_by),
        }
    }


def exchange(row: Exchange, taxonomy: Taxonomy | None) -> Shape:
    """A row of the ledger, with what its hash was made over."""
    existing = taxonomy.find_material(row.material_slug) if taxonomy else None
    return {
        "seq": row.seq,
        "fromOrganisation": organisation(row.from_slug, row.from_name),
        "toOrganisation": organisation(row.to_slug, row.to_name),
        "material": {
            "slug": row.material_slug,
            "name": existing.name if existing else row.material_slug,
            "group": row.group_slug,
        },
        "listingId": row.listing_id,
        "demandId": row.demand_id,
        "reservationId": row.reservation_id,
        "quantity": plain(row.quantity),
        "unit": row.unit,
        "kgPerUnit": number(row.kg_per_unit),
        "massKg": number(row.mass_kg),
        "distanceKm": number(row.distance_km),
        "distanceBasis": row.distance_basis,
        "roadKm": number(row.road_km),
        "tonneKm": number(row.tonne_km),
        "vehicleClass": row.vehicle_class,
        "transportKgCo2e": number(row.transport_kgco2e),
        "avoidedKgCo2e": number(row.avoided_kgco2e),
        "netKgCo2e": number(row.net_kgco2e),
        "factorVersion": row.factor_version,
        "priceCents": row.price_cents,
        "happenedOn": day(row.happened_on),
        "reverses": row.reverses,
        "previousHash": row.previous_hash,
        "hash": row.hash,
        "canonical": row.canonical,
    }


def depot(row: Depot, *, shows_exact: bool) -> Shape:
    """Give a storage place: the public point, and the exact one for readers who may know it."""
    public = public_point(Point(row.lat, row.lon))
    shape: Shape = {
        "id": row.id,
        "name": row.name,
        "organisation": organisation_of(row.organisation),
        "placeName": row.place_name,
        "municipality": row.municipality or None,
        "lat": public.lat,
        "lon": public.lon,
    }
    if shows_exact:
        shape["exact"] = exact(row)
    return shape


def place(found: Place) -> Shape:
    """A place that words may mean."""
    return {
        "name": found.name,
        "label": found.label,
        "municipality": found.municipality_slug,
        "postcode": found.postcode,
        "basis": found.basis.value,
        "lat": found.point.lat,
        "lon": found.point.lon,
    }


def me(actor: Actor) -> Shape:
    """Who the token belongs to."""
    return {
        "name": actor.name,
        "role": actor.role,
        "organisation": organisation(actor.organisation_slug, actor.organisation_name),
    }


def facets(counted: Sequence[tuple[str, str, int]]) -> list[Shape]:
    """Counts of a search by one property."""
    return [{"key": key, "name": name, "count": count} for key, name, count in counted]
