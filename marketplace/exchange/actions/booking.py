"""From a completed reservation to the rows of the ledger. Where it went, what it saved, what came back."""

from dataclasses import replace
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction

from sqlalchemy.orm import Session

from marketplace.accounts.policy import CLOCK, Actor, Can, require
from marketplace.depots.actions.movements import By
from marketplace.depots.models import Lot
from marketplace.exchange.actions.transitions import note, notify_side
from marketplace.exchange.models import Reservation
from marketplace.exchange.queries.reservations import find_reservation
from marketplace.exchange.rules.reservation import check_reason
from marketplace.exchange.rules.returns import ReturnDraft
from marketplace.exchange.rules.terms import Terms
from marketplace.impact.rules.impact import avoided_kgco2e, impact, mass_kg, net_kgco2e, rounded
from marketplace.kernel import clock
from marketplace.kernel.errors import Conflict, Missing
from marketplace.kernel.geo import Point, distance_km
from marketplace.kernel.language import _
from marketplace.kernel.units import Unit
from marketplace.ledger import actions as ledger
from marketplace.ledger.actions import append
from marketplace.ledger.actions import rebuild_month as count_again
from marketplace.ledger.models import Exchange
from marketplace.ledger.queries import entry_of, find_exchange, list_by_demand
from marketplace.ledger.rules import Cause, Entry, ReplacesPurchase, RowKind, Through
from marketplace.market.actions import counters, lots
from marketplace.market.actions.demands import need_again
from marketplace.materials.queries import get_taxonomy, taxonomy_of_version
from marketplace.materials.rules.taxonomy import Material, Taxonomy, conversion, whole
from marketplace.notices.actions.audit import record
from marketplace.notices.rules.kinds import Notice
from marketplace.passports.actions.releasing import take_out_handed_over
from marketplace.stock.actions.legs import counting_month

NOTHING = Decimal(0)


def book(session: Session, reservation: Reservation, *, lot: Lot, period: str | None = None) -> Decimal:
    """Append the transfer row of a completed reservation, by the terms that were agreed.

    Returns what it covers of its demand, in the demand's unit (zero without a demand). It counts in `period` (`YYYY-MM`), by default
    the month in which it was handed over, and in the month of the booking where the receiver's year is adopted.
    """
    listing, demand, terms = reservation.listing, reservation.demand, reservation.terms
    if terms is None:
        raise RuntimeError(f"reservation {reservation.id} was never approved")
    taxonomy = taxonomy_of_version(session, terms.factor_version)
    material = taxonomy.material_by_id(listing.material_id)
    carbon, purchase = material.carbon, purchase_cents(reservation, terms)
    price = terms.price_cents(reservation.quantity)
    figures = impact(
        mass_in_kg=mass_kg(reservation.quantity, terms.kg_per_unit),
        distance_in_km=distance_km(terms.lot, terms.destination),
        vehicle_factors=taxonomy.vehicle_factors,
        carbon_factor=carbon.kgco2e_per_kg if carbon else None,
        processing_factor=material.processing_kgco2e_per_kg,
        vehicle_class=reservation.vehicle_class,
        driven_km=reservation.driven_km,
    )
    happened_on = reservation.handed_over_on or clock.today()
    row = append(
        session,
        Entry(
            kind=RowKind.TRANSFER.value,
            reservation_id=reservation.id,
            listing_id=listing.id,
            demand_id=demand.id if demand else None,
            from_slug=reservation.owner.slug,
            from_name=reservation.owner.name,
            from_kind=reservation.owner.kind,
            to_slug=reservation.organisation.slug,
            to_name=reservation.organisation.name,
            to_kind=reservation.organisation.kind,
            material_slug=material.slug,
            group_slug=material.group.slug,
            quantity=reservation.quantity,
            unit=reservation.unit,
            kg_per_unit=terms.kg_per_unit,
            kg_basis=terms.kg_basis,
            mass_kg=figures.mass_kg,
            distance_km=figures.distance_km,
            distance_basis=terms.destination_basis,
            road_km=figures.road_km,
            road_basis=figures.road_basis.value,
            tonne_km=figures.tonne_km,
            vehicle_class=figures.vehicle_class,
            vehicle_basis=figures.vehicle_basis.value,
            vehicle_factor=figures.vehicle_factor,
            carbon_factor=figures.carbon_factor,
            transport_kgco2e=figures.transport_kgco2e,
            avoided_kgco2e=figures.avoided_kgco2e,
            net_kgco2e=figures.net_kgco2e,
            factor_version=terms.factor_version,
            price_cents=price,
            happened_on=happened_on,
            replaces_purchase=ReplacesPurchase.of(terms.replaces_purchase).value,
            processing_factor=figures.processing_factor,
            processing_kgco2e=figures.processing_kgco2e,
            origin=material.origin.value,
            period=counting_month(session, reservation.organisation.slug, period or f"{happened_on:%Y-%m}"),
            carbon_confidence=carbon.confidence or None if carbon else None,
            carbon_low=carbon.low if carbon else None,
            carbon_high=carbon.high if carbon else None,
            avoided_low_kgco2e=avoided_kgco2e(figures.mass_kg, carbon.low if carbon else None),
            avoided_high_kgco2e=avoided_kgco2e(figures.mass_kg, carbon.high if carbon else None),
            through=(Through.DIRECT if listing.depot_id is None else Through.DEPOT).value,
            purchase_cents=purchase,
            saved_cents=None if purchase is None else purchase - price,
            is_bulk=material.is_bulk,
            lot_id=lot.id,
        ),
    )
    take_out_handed_over(session, listing_id=listing.id, amount=row.quantity, seq=row.seq, day=happened_on)
    return _newly_covered(session, reservation, row)


def purchase_cents(reservation: Reservation, terms: Terms) -> int | None:
    """What a new purchase of what was measured would have cost, in proportion to what was asked.

    As the receiver said at the request; None where that was not said, or where both sides agreed that it replaces no purchase.
    """
    price_cents = reservation.purchase_price_cents
    if price_cents is None or terms.replaces_purchase is False:
        return None
    return int(_cents(price_cents * reservation.quantity / reservation.asked))


def _newly_covered(session: Session, reservation: Reservation, row: Exchange) -> Decimal:
    """Work out by how much the row just added changes what its demand has got.

    In the demand's unit, zero without a demand. What went to the demand is summed exactly and rounded once, so three thirds are a whole.
    """
    demand = reservation.demand
    if demand is None:
        return NOTHING
    taxonomy, unit = get_taxonomy(session), Unit(demand.unit)
    wanted = taxonomy.material_by_id(demand.material_id)
    rows = list_by_demand(session, demand.id)
    before = sum((_in_unit(other, unit, wanted, taxonomy) for other in rows if other.seq != row.seq), Fraction(0))
    return whole(before + _in_unit(row, unit, wanted, taxonomy), unit) - whole(before, unit)


def _in_unit(row: Exchange, unit: Unit, wanted: Material, taxonomy: Taxonomy) -> Fraction:
    own = taxonomy.find_material(row.material_slug)
    converting = own if own is not None and own.takes(unit) else wanted
    measured = row.kg_per_unit if row.kg_basis == "measured" else None
    return Fraction(row.quantity) * conversion(Unit(row.unit), unit, converting, measured, Unit(row.unit))


def book_return(session: Session, reservation: Reservation, draft: ReturnDraft, driven_to: Point | None) -> Decimal:
    """Append what a return takes back, and a haul for the way back where it was driven.

    Returns what the demand needs again, in its own unit. What a recall took back before is not taken back twice: of that only the way
    back is added.

    Mass, price, avoided and processing are lowered in proportion, so when all has come back the reversals take off exactly what was
    booked. The kilometres that were driven stay, and those of the way back are added as a haul.
    """
    booked = find_exchange(session, reservation_id=reservation.id)
    if booked is None:
        raise RuntimeError(f"reservation {reservation.id} is completed and has no row in the ledger")
    was = entry_of(session, booked)
    month = counting_month(session, was.to_slug, _period_of_return(draft, was))
    counted, row = min(draft.quantity.amount, reservation.quantity - reservation.taken_back), None
    if counted > 0:
        back = _taken_back(reservation, was, counted)
        back = replace(back, happened_on=draft.returned_on, period=month, reverses=booked.seq, cause=Cause.RETURN.value)
        row = append(session, back)
    if not draft.stays:
        append(session, _way_back(session, reservation, draft, was, month, driven_to))
    return NOTHING if row is None else -_newly_covered(session, reservation, row)


def reverse_exchange(session: Session, actor: Actor, *, seq: int, reason: str) -> Exchange:
    """Take back in the ledger what is left of a transfer, with a reason. For the AO CE.

    Mass, price, avoided and processing are taken back, never kilometres: those were driven. It counts in the month of today. The lot does
    not get its quantity back, for nothing lies there again: less was transferred, and it is that much smaller. A demand needs it again.
    The reason stands in the audit, for the ledger holds no free text, and both sides are told.
    """
    require(actor, Can.REVERSE_EXCHANGE)
    booked = session.get(Exchange, seq)
    if booked is None:
        raise Missing(_("This row of the ledger does not exist, or you may not see it. Check the number."))
    check_reason(reason)
    if booked.kind != RowKind.TRANSFER or booked.listing_id is None or booked.reservation_id is None:
        raise Conflict(_("Only a transfer can be taken back. This row takes something back itself, or is a way back."))
    counters.lock(session, booked.listing_id)
    reservation = find_reservation(session, booked.reservation_id)
    left = reservation.quantity - reservation.taken_back
    if left <= 0:
        raise Conflict(_("All of this transfer has been taken back already."))
    parties = {"receiver_id": reservation.organisation_id, "reservation_id": reservation.id}
    lots.lose_received(session, By(actor, clock.today(), reason.strip()), left, **parties)
    row = _reverse_left(session, actor, reservation, booked, clock.today(), Cause.CORRECTION)
    record(session, actor, action="exchange.reverse", object_type="exchange", object_id=seq, reason=reason.strip(), row=row.seq)
    for owner in (True, False):
        notify_side(session, Notice.REVERSED, reservation, owner=owner, quantity=left, reason=reason.strip())
    return row


def reverse_recalled(session: Session, actor: Actor, reservation: Reservation, *, found_on: date, recall_id: int) -> Exchange:
    """Take back what is left of a transfer whose lot is recalled. It counts in the month of the finding.

    Whoever calls has locked the listing and tells both sides.
    """
    booked = find_exchange(session, reservation_id=reservation.id)
    if booked is None:
        raise RuntimeError(f"reservation {reservation.id} is completed and has no row in the ledger")
    return _reverse_left(session, actor, reservation, booked, found_on, Cause.RECALL, recall_id)


def _reverse_left(
    session: Session,
    actor: Actor,
    reservation: Reservation,
    booked: Exchange,
    on: date,
    cause: Cause,
    recall_id: int | None = None,
) -> Exchange:
    """Take back in the ledger all that is left of a transfer, in the month of this day. Never kilometres: those were driven."""
    left = reservation.quantity - reservation.taken_back
    if not counters.take_back(session, reservation.listing_id, left):
        raise RuntimeError(f"listing {reservation.listing_id} transferred less than is taken back")
    was = entry_of(session, booked)
    month = counting_month(session, was.to_slug, max(f"{on:%Y-%m}", was.month))
    back = replace(_taken_back(reservation, was, left), happened_on=on, period=month, reverses=booked.seq)
    row = append(session, replace(back, cause=cause.value, recall_id=recall_id))
    needed_again = -_newly_covered(session, reservation, row)
    reservation = note(session, actor, reservation, "reverse", figure=left, reversed=reservation.reversed + left)
    if reservation.demand_id is not None:
        need_again(session, reservation.demand_id, needed_again)
    return row


def _taken_back(reservation: Reservation, was: Entry, amount: Decimal) -> Entry:
    """Make the row that takes back an amount of a transfer, after what was taken back before."""
    before, total = reservation.taken_back, reservation.quantity

    def part(sum_booked: Decimal) -> Decimal:
        return rounded(sum_booked * before / total) - rounded(sum_booked * (before + amount) / total)

    def part_cents(cents: int) -> int:
        return int(_cents(cents * before / total) - _cents(cents * (before + amount) / total))

    def part_or_none(sum_booked: Decimal | None) -> Decimal | None:
        return None if sum_booked is None else part(sum_booked)

    avoided, processing = part_or_none(was.avoided_kgco2e), part_or_none(was.processing_kgco2e)
    price = part_cents(was.price_cents)
    purchase = None if was.purchase_cents is None else part_cents(was.purchase_cents)
    return replace(
        was,
        kind=RowKind.REVERSAL.value,
        quantity=-amount,
        mass_kg=part(was.mass_kg),
        road_km=NOTHING,
        tonne_km=NOTHING,
        transport_kgco2e=NOTHING,
        avoided_kgco2e=avoided,
        processing_kgco2e=processing,
        net_kgco2e=net_kgco2e(avoided, NOTHING, processing),
        price_cents=price,
        avoided_low_kgco2e=part_or_none(was.avoided_low_kgco2e),
        avoided_high_kgco2e=part_or_none(was.avoided_high_kgco2e),
        purchase_cents=purchase,
        saved_cents=None if purchase is None else purchase - price,
    )


def distance_back(reservation: Reservation, driven_to: Point | None) -> Decimal:
    """The straight line from the receiver to where it lies now.

    Without a place: to where it came from.
    """
    if reservation.terms is None:
        raise RuntimeError(f"reservation {reservation.id} was never approved")
    return distance_km(reservation.terms.destination, reservation.terms.lot if driven_to is None else driven_to)


def _way_back(
    session: Session, reservation: Reservation, draft: ReturnDraft, was: Entry, month: str, driven_to: Point | None
) -> Entry:
    """Make the row of the way back, from the receiver to where it lies now.

    In the month of the reversal or later.
    Without a place it goes the way that it came. Kilometres without tonnes, and no fewer than the straight line.
    """
    distance, basis = was.distance_km, was.distance_basis
    if driven_to is not None:
        distance, basis = distance_back(reservation, driven_to), "return"
    figures = impact(
        mass_in_kg=mass_kg(draft.quantity.amount, was.kg_per_unit),
        distance_in_km=distance,
        vehicle_factors=get_taxonomy(session).vehicle_factors,
        carbon_factor=None,
        vehicle_class=draft.vehicle_class,
        driven_km=draft.driven_km,
    )
    return replace(
        was,
        kind=RowKind.HAUL.value,
        cause=Cause.RETURN.value,
        from_slug=was.to_slug,
        from_name=was.to_name,
        from_kind=was.to_kind,
        to_slug=was.from_slug,
        to_name=was.from_name,
        to_kind=was.from_kind,
        quantity=draft.quantity.amount,
        mass_kg=NOTHING,
        distance_km=figures.distance_km,
        distance_basis=basis,
        road_km=figures.road_km,
        road_basis=figures.road_basis.value,
        tonne_km=figures.tonne_km,
        vehicle_class=figures.vehicle_class,
        vehicle_basis=figures.vehicle_basis.value,
        vehicle_factor=figures.vehicle_factor,
        transport_kgco2e=figures.transport_kgco2e,
        avoided_kgco2e=NOTHING,
        processing_kgco2e=NOTHING,
        net_kgco2e=-figures.transport_kgco2e,
        factor_version=get_taxonomy(session).version,
        price_cents=0,
        avoided_low_kgco2e=None if was.avoided_low_kgco2e is None else NOTHING,
        avoided_high_kgco2e=None if was.avoided_high_kgco2e is None else NOTHING,
        purchase_cents=None,
        saved_cents=None,
        happened_on=draft.returned_on,
        period=counting_month(session, was.from_slug, month),
    )


def _period_of_return(draft: ReturnDraft, was: Entry) -> str:
    """The month of the return. Of what was booked late, no month before that booking: nothing goes back before it came."""
    return max(f"{draft.returned_on:%Y-%m}", was.month)


def _cents(amount: Decimal) -> Decimal:
    return amount.quantize(Decimal(1), rounding=ROUND_HALF_UP)


def rebuild_month(session: Session, actor: Actor, *, month: str) -> int:
    """Count one month of the ledger again into the roll-ups; how many rows it has."""
    require(actor, Can.MAINTAIN)
    rows = count_again(session, month=month)
    record(session, actor, action="rollup.rebuild", object_type="ledger", month=month, rows=rows)
    return rows


def log_head(session: Session) -> tuple[int, str]:
    """Log the last row of the ledger and its hash, so that a row that is cut off is found."""
    return ledger.log_head(session, CLOCK)
