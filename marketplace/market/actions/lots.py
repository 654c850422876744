"""The lot behind a listing.

It comes in when the listing is published, follows what its owner corrects, and stays or goes at the end.
"""

from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy.orm import Session

from marketplace.accounts.models import Organisation
from marketplace.accounts.policy import Actor
from marketplace.depots.actions import movements
from marketplace.depots.actions.movements import By, count
from marketplace.depots.actions.telling import expect_lot, tell_whoever_has
from marketplace.depots.models import Depot, Lot
from marketplace.depots.queries import lots
from marketplace.depots.queries.depots import before, check_fits, find_awaiting
from marketplace.depots.rules.lots import LotDraft, MovementKind, Whereabouts, check_unblocked
from marketplace.kernel import clock
from marketplace.kernel.errors import Conflict
from marketplace.kernel.geo import Point
from marketplace.kernel.language import _, in_default_locale
from marketplace.kernel.units import Amount, Unit, plain
from marketplace.market.actions import counters
from marketplace.market.actions.photos import copy_photos
from marketplace.market.actions.windows import no_windows
from marketplace.market.models import Listing, SupplyLoss
from marketplace.market.rules.freshness import GOES_AS, ON_THE_SPOT, OUTCOME_LABELS, Outcome, check_reason, is_lost
from marketplace.market.rules.listing import STUFF, Condition, ListingStatus, Location, check_weight_of_lot, returned_title
from marketplace.market.rules.values import columns_before, place_columns
from marketplace.materials.queries import get_taxonomy
from marketplace.notices.actions import audit
from marketplace.notices.rules.kinds import Notice

FOLLOWED = STUFF | {"quantity", "title", "condition", "kg_per_unit", "place", "depot"}


def whereabouts(listing: Listing) -> Whereabouts:
    """Where a listing says that its lot lies."""
    there = Whereabouts(place_name=listing.place_name, point=Point(listing.lat, listing.lon))
    return there if listing.depot_id is None else Whereabouts(listing.depot_id)


def _weighed(session: Session, listing: Listing) -> tuple[Decimal, str]:
    """What one unit of its lot weighs by a listing, and how that is known."""
    usual = get_taxonomy(session).material_by_id(listing.material_id).kg_per_unit(Unit(listing.unit))
    return (listing.kg_per_unit, "measured") if listing.kg_per_unit else (usual, "taxonomy")


def bring_in(session: Session, actor: Actor, listing: Listing, *, on: date | None = None) -> int:
    """The number of the lot that a listing offers from now on.

    A new one, which was there from that day `on`, or the one in stock that it is a draft of.
    """
    if listing.lot_id is None:
        if listing.depot_id is not None:  # the draft may be older than what the depot takes, and from whom
            owner, taxonomy = session.get_one(Organisation, listing.organisation_id), get_taxonomy(session)
            group = taxonomy.material_by_id(listing.material_id).group.slug
            check_fits(session.get_one(Depot, listing.depot_id), owner, group)
        awaiting = _stand_before(session, actor, listing)
        kg_per_unit, kg_basis = _weighed(session, listing)
        draft = LotDraft(
            title=listing.title,
            condition=listing.condition,
            kg_per_unit=kg_per_unit,
            kg_basis=kg_basis,
            material_id=listing.material_id,
            unit=Unit(listing.unit),
            quantity=listing.quantity,
            owner_id=listing.organisation_id,
            holder_id=listing.organisation_id,
            at=whereabouts(listing),
        )
        made = movements.take_in(session, By(actor, on or clock.today()), draft, listing_id=listing.id)
        if awaiting is not None:
            expect_lot(session, actor, awaiting, made)
        return made.id
    counters.lock(session, listing.id)
    lot = lots.lock(session, listing.lot_id)
    check_unblocked(is_blocked=lot.blocked_at is not None)
    if lot.owner_id != listing.organisation_id or lot.quantity != listing.quantity or lot.quantity <= 0:
        raise Conflict(_("The lot in stock is not what this draft says any more. Offer it again from the lot."))
    check_weight_of_lot(listing.kg_per_unit, lot.kg_per_unit, unit=lot.unit_of, is_measured=lot.kg_basis == "measured")
    _describe(listing, lot)
    return lot.id


def _describe(listing: Listing, lot: Lot) -> None:
    lot.title, lot.condition = listing.title, listing.condition


def follow(session: Session, actor: Actor, listing: Listing, changed: set[str], reason: str = "") -> None:
    """Let the lot be what its owner says of the listing now. As much, of that kind, there; `reason`: why it is not what it was."""
    if listing.lot_id is None or not changed & FOLLOWED:
        return
    lot, by = lots.lock(session, listing.lot_id), By(actor, clock.today(), reason)
    if changed & STUFF:
        _replace(session, by, listing, lot)
        return
    _describe(listing, lot)
    if lot.depot_id is None and "kg_per_unit" in changed:  # what lies in a depot weighs what it weighed when it came in
        movements.weigh(session, by, lot, *_weighed(session, listing), listing_id=listing.id)
    delta = listing.quantity - listing.transferred - lot.quantity
    if delta:
        count(session, by, lot, delta, listing_id=listing.id)
    awaiting = _stand_before(session, actor, listing, lies_in=lot.depot_id)
    at = whereabouts(listing)
    point = None if lot.lat is None or lot.lon is None else Point(lot.lat, lot.lon)
    if (at.depot_id, at.place_name, at.point) != (lot.depot_id, lot.place_name, point):
        movements.move(session, by, lot, at, listing_id=listing.id)
    if awaiting is not None:
        expect_lot(session, actor, awaiting, lot)


def _stand_before(session: Session, actor: Actor, listing: Listing, *, lies_in: int | None = None) -> Depot | None:
    """Let what a listing says to lie in a depot stand before it, until a keeper takes it in. None where the actor keeps the depot."""
    awaiting = find_awaiting(session, actor, listing.depot_id, lies_in=lies_in)
    if awaiting is not None:
        for name, value in columns_before(awaiting.place_name, awaiting.municipality, Point(awaiting.lat, awaiting.lon)).items():
            setattr(listing, name, value)
    return awaiting


def _replace(session: Session, by: By, listing: Listing, lot: Lot) -> None:
    """Another material, or counted in another unit: it was never that lot. Only where nothing else is known of it."""
    rows = lots.list_movements(session, lot.id)
    is_new = lot.parent_id is None and all(row.kind in (MovementKind.IN, MovementKind.COUNT, MovementKind.MOVE) for row in rows)
    if not is_new or lot.blocked_at is not None or any(row.listing_id != listing.id for row in rows):
        raise Conflict(_("Something happened to this lot already. The material and the unit cannot change any more."), "material")
    words = in_default_locale(OUTCOME_LABELS[Outcome.MISTAKE])
    _change(session, By(by.actor, by.day, words), lot, MovementKind.COUNT, -lot.quantity, listing_id=listing.id)
    listing.lot_id = None
    listing.lot_id = bring_in(session, by.actor, listing)
    session.flush()


def _change(session: Session, by: By, lot: Lot, kind: MovementKind, delta: Decimal, **about: int) -> None:
    if not movements.change(session, by, lot, kind, delta, **about):
        raise RuntimeError(f"lot {lot.id} has less than its listing says")


def leave(session: Session, actor: Actor, listing: Listing, outcome: Outcome | None, reason: str) -> None:
    """What becomes of the rest of a lot that is offered no more. It stays in stock unless its owner says that it is gone.

    What lies in a depot, or with somebody else, stays there whatever its owner says: its keeper or holder is told, and books it out.
    """
    if listing.published_at is None or listing.lot_id is None or outcome not in GOES_AS:
        return
    lot = lots.lock(session, listing.lot_id)
    left = listing.quantity - listing.transferred
    if left <= 0:
        return
    has = lots.find_other_hands(session, actor, lot)
    if has is not None:
        amount = {"amount": plain(left), "unit": lot.unit}
        tell_whoever_has(
            session, actor, has, Notice.LOT_SAID_GONE, quantity=amount, outcome=outcome.value, reason=reason.strip() or None
        )
        return
    check_unblocked(is_blocked=lot.blocked_at is not None and outcome not in ON_THE_SPOT)
    words = reason.strip() or in_default_locale(OUTCOME_LABELS[outcome])
    _change(session, By(actor, clock.today(), words), lot, GOES_AS[outcome], -left, listing_id=listing.id)


def record_loss(session: Session, listing: Listing, outcome: Outcome | None, reason: str) -> SupplyLoss | None:
    """Write down what was left of a lot that has just been closed or withdrawn.

    None where nothing was left, it was never on offer, or it is no loss: a mistake, or something that comes later.
    """
    check_reason(reason)
    left = listing.quantity - listing.transferred
    if listing.published_at is None or left <= 0 or not is_lost(outcome):
        return None
    material, unit = get_taxonomy(session).material_by_id(listing.material_id), Unit(listing.unit)
    is_weighed = listing.kg_per_unit is not None or material.takes(unit)
    loss = SupplyLoss(
        listing_id=listing.id,
        organisation_id=listing.organisation_id,
        material_id=listing.material_id,
        quantity=left,
        mass_kg=material.mass_kg(left, unit, listing.kg_per_unit) if is_weighed else None,
        outcome=outcome.value if outcome else None,
        reason=reason,
        lost_on=clock.today(),
    )
    session.add(loss)
    session.flush()
    return loss


_OWN = {
    "id",
    "version",
    "status",
    "created_by_id",
    "created_at",
    "quantity",
    "held",
    "transferred",
    "condition",
    "parent_id",
    "lot_id",
} | {
    *("listed", "corrected"),
    *("available_from", "available_until", "published_at", "confirmed_on", "minimum_part", "region_from", "partners_from"),
    *("circle", "circle_from", "window_reason", "freshness_reminded_on", "stale_told_on", "turns_told_on"),
}
_COLUMNS = tuple(column.name for column in Listing.__table__.columns)


def make_child_lot(
    session: Session,
    actor: Actor,
    parent: Listing,
    *,
    lot: Lot,
    quantity: Decimal,
    transferred: Decimal,
    condition: Condition,
    location: Location | None = None,
) -> Listing:
    """A published listing of the lot that came back, by default at the place of its parent.

    For everybody at once, since it has been offered before; closed to others where its parent still is. Its title says that it came
    back, and its photos are the parent's, which show it before. It takes over what the parent still counts as `transferred`.
    """
    if transferred > 0 and not counters.take_back(session, parent.id, transferred):
        raise RuntimeError(f"listing {parent.id} transferred less than came back")
    today = clock.today()
    stored = {name: getattr(parent, name) for name in _COLUMNS if name not in _OWN}
    stored["title"] = returned_title(parent.title)
    stored["kg_per_unit"] = lot.kg_per_unit if lot.kg_basis == "measured" else None
    if location is not None:
        stored |= {**place_columns(location), "depot_id": lot.depot_id}
    child = Listing(
        **stored,
        status=ListingStatus.PUBLISHED.value,
        created_by_id=parent.created_by_id,
        created_at=clock.now(),
        quantity=quantity,
        held=Decimal(0),
        transferred=Decimal(0),
        condition=condition.value,
        available_from=today,
        available_until=None,
        **(no_windows(parent) if parent.is_closed_to_others else {"region_from": today, "partners_from": today}),
        published_at=clock.now(),
        confirmed_on=today,
        parent_id=parent.id,
        lot_id=lot.id,
    )
    session.add(child)
    session.flush()
    copy_photos(session, parent, child)
    audit.record(
        session, actor, action="listing.return", object_type="listing", object_id=child.id, parent=parent.id, quantity=quantity
    )
    return child


def transfer_lot(
    session: Session,
    by: By,
    listing: Listing,
    amount: Decimal,
    *,
    receiver_id: int,
    to: Whereabouts,
    reservation_id: int,
    weight: tuple[Decimal, str],
) -> Lot:
    """Let what was transferred be the receiver's.

    Whoever takes all that was ever offered takes the lot itself along, and whoever takes a part gets a lot of its own. What goes to a
    depot is announced there, unless one of its keepers says so. With the receiver it has the `weight` of a unit that both agreed.
    """
    lot = lot_of(session, listing)
    awaiting = find_awaiting(session, by.actor, to.depot_id, lies_in=lot.depot_id)
    to = to if awaiting is None else before(awaiting)
    parties: dict[str, Any] = {"owner_id": receiver_id, "holder_id": receiver_id, "reservation_id": reservation_id}
    if listing.quantity == listing.transferred == amount:
        movements.move(session, by, lot, to, kinds=(MovementKind.OUT, MovementKind.IN), listing_id=listing.id, **parties)
    else:
        child = movements.split_off(session, by, lot, amount, to=to, listing_id=listing.id, **parties)
        if child is None:
            raise RuntimeError(f"lot {lot.id} has less than its listing says")
        lot = child
    movements.weigh(session, by, lot, *weight, listing_id=listing.id, reservation_id=reservation_id)
    if awaiting is not None:
        expect_lot(session, by.actor, awaiting, lot)
    return lot


def measured(session: Session, by: By, listing: Listing, kind: MovementKind, delta: Decimal, *, reservation_id: int) -> None:
    """Let the lot be more or less, as it was measured when it was handed over."""
    lot, about = lot_of(session, listing), {"listing_id": listing.id, "reservation_id": reservation_id}
    if kind is MovementKind.COUNT:
        count(session, by, lot, delta, **about)
    else:
        _change(session, by, lot, kind, delta, **about)


def lot_of(session: Session, listing: Listing) -> Lot:
    """The lot that is on offer."""
    if listing.lot_id is None:
        raise RuntimeError(f"listing {listing.id} is on offer without a lot")
    return session.get_one(Lot, listing.lot_id)


def check_free(session: Session, listing: Listing) -> None:
    """Refuse what takes a part of a blocked lot to somebody else."""
    check_unblocked(is_blocked=is_blocked(session, listing))


def is_blocked(session: Session, listing: Listing) -> bool:
    """Whether nothing of what this listing offers may go to anybody."""
    return listing.lot_id is not None and lot_of(session, listing).blocked_at is not None


def bring_back(
    session: Session,
    by: By,
    parent: Listing,
    amount: Decimal,
    *,
    reservation_id: int,
    receiver_id: int,
    condition: Condition,
    to: Whereabouts,
    holder_id: int,
) -> Lot:
    """Make what came back a lot of its own, out of the lot that the receiver got. Refused where that much does not lie there any more."""
    lot, offer = _received(session, reservation_id)
    check_unblocked(is_blocked=lot.blocked_at is not None)
    free = _free_of(lot, offer, receiver_id)
    if free <= 0:
        raise Conflict(
            _("The receiver has nothing left of it: it was used, written off, promised or passed on to others."),
            "quantity",
            available="0",
        )
    if amount > free:
        raise Conflict(
            _(
                "Of what was transferred only %(left)s is still with the receiver: the rest was used, or went on to others. Enter that "
                "quantity or less.",
                left=Amount(free, lot.unit_of),
            ),
            "quantity",
            available=plain(free),
        )
    _lower_offer(session, offer, amount)
    child = movements.split_off(
        session,
        by,
        lot,
        amount,
        kind=MovementKind.RETURN,
        owner_id=parent.organisation_id,
        holder_id=holder_id,
        to=to,
        listing_id=parent.id,
        reservation_id=reservation_id,
        title=returned_title(parent.title),
        condition=condition.value,
    )
    if child is None:
        raise RuntimeError(f"lot {lot.id} has less than it says")
    return child


def lose_received(session: Session, by: By, amount: Decimal, *, reservation_id: int, receiver_id: int) -> None:
    """Write off what the receiver still has of an amount, and promised to nobody else."""
    lot, offer = _received(session, reservation_id)
    gone = min(amount, _free_of(lot, offer, receiver_id))
    if gone > 0:
        _lower_offer(session, offer, gone)
        _change(session, by, lot, MovementKind.WRITE_OFF, -gone, reservation_id=reservation_id)


def _received(session: Session, reservation_id: int) -> tuple[Lot, Listing | None]:
    """The lot that a transfer brought, behind the lock of the listing that offers it now."""
    number = lots.find_received(session, reservation_id)
    if number is None:
        raise RuntimeError(f"reservation {reservation_id} is completed and brought no lot")
    offer = counters.lock_offer(session, number)
    return lots.lock(session, number), offer


def _free_of(lot: Lot, offer: Listing | None, receiver_id: int) -> Decimal:
    if lot.owner_id != receiver_id:
        return Decimal(0)
    return lot.quantity if offer is None else lot.quantity - offer.held


def _lower_offer(session: Session, offer: Listing | None, amount: Decimal) -> None:
    if offer is not None and not counters.correct(session, offer.id, -amount):
        raise RuntimeError(f"listing {offer.id} holds more than its lot has")
