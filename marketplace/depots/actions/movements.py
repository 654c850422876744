"""The movements of lots, without any right: rooms above ask for that. Each is one conditional UPDATE and the rows that say what it was.

Whoever calls has locked the listing that offers the lot, where there is one, and then the lot (`queries.lots.lock`).
"""

from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import insert, literal, update
from sqlalchemy.orm import Session

from marketplace.accounts.policy import Actor
from marketplace.depots.models import Lot, Movement
from marketplace.depots.queries.lots import find_most
from marketplace.depots.rules.lots import LotDraft, MovementKind, Whereabouts, check_counting, check_gain
from marketplace.kernel import clock
from marketplace.kernel.db import Fixed
from marketplace.kernel.errors import Conflict
from marketplace.kernel.geo import Point
from marketplace.kernel.language import _
from marketplace.materials.queries import get_taxonomy

_ROW = insert(Movement.__table__).inline()  # type: ignore[arg-type]
_FRESH = {"synchronize_session": False, "populate_existing": True}


@dataclass(frozen=True, slots=True)
class By:
    """The person that enters a movement, the day on which it happened, and why.

    `not_before`: the first day of the quarters that are open; what comes into a depot or leaves it earlier counts on that day.
    """

    actor: Actor
    day: date
    reason: str = ""
    not_before: date | None = None


@dataclass(frozen=True, slots=True)
class About:
    """What a movement belongs to: an offer, a transfer, the lot on the other side."""

    listing_id: int | None = None
    reservation_id: int | None = None
    other_lot_id: int | None = None


def take_in(session: Session, by: By, draft: LotDraft, *, listing_id: int | None = None) -> Lot:
    """A lot that nobody had written down comes in."""
    lot = Lot(
        material_id=draft.material_id,
        title=draft.title,
        unit=draft.unit.value,
        quantity=draft.quantity,
        kg_per_unit=draft.kg_per_unit,
        kg_basis=draft.kg_basis,
        condition=draft.condition,
        owner_id=draft.owner_id,
        holder_id=draft.holder_id,
        created_at=clock.now(),
        **_lies(draft.at, by.day),
    )
    session.add(lot)
    session.flush()
    _write(session, _row(by, lot, MovementKind.IN, draft.quantity, draft.at.pallets, About(listing_id)))
    return lot


def change(
    session: Session,
    by: By,
    lot: Lot,
    kind: MovementKind,
    delta: Decimal,
    *,
    pallets: int = 0,
    listing_id: int | None = None,
    reservation_id: int | None = None,
) -> bool:
    """Let a lot gain or lose an amount, and pallet places. False when less is there, and then nothing has changed."""
    if lot.quantity + delta == 0:
        pallets = -lot.pallets
    if not _moved(session, lot, delta, pallets=Lot.pallets + pallets):
        return False
    _write(session, _row(_counted(by, lot), lot, kind, delta, pallets, About(listing_id, reservation_id)))
    return True


def count(
    session: Session,
    by: By,
    lot: Lot,
    delta: Decimal,
    *,
    pallets: int = 0,
    listing_id: int | None = None,
    reservation_id: int | None = None,
) -> None:
    """Let a locked lot be so much more or less.

    Refused for a blocked lot; and for soil and sand that would become more than measuring explains.
    """
    check_count(session, lot, delta)
    about = {"listing_id": listing_id, "reservation_id": reservation_id}
    if not change(session, by, lot, MovementKind.COUNT, delta, pallets=pallets, **about):
        raise RuntimeError(f"lot {lot.id} has less than was counted off")


def check_count(session: Session, lot: Lot, delta: Decimal) -> None:
    """Refuse what `count` refuses, before anything else is asked."""
    check_counting(delta, is_blocked=lot.blocked_at is not None)
    material = get_taxonomy(session).material_by_id(lot.material_id)
    if delta > 0 and material.is_bulk:
        most = find_most(session, lot, material.tolerance_percent)
        check_gain(lot.quantity, lot.quantity + delta, most=most, unit=lot.unit_of)


def split_off(
    session: Session,
    by: By,
    lot: Lot,
    amount: Decimal,
    *,
    kind: MovementKind = MovementKind.SPLIT,
    owner_id: int | None = None,
    holder_id: int | None = None,
    to: Whereabouts | None = None,
    listing_id: int | None = None,
    reservation_id: int | None = None,
    title: str = "",
    condition: str = "",
) -> Lot | None:
    """Make a part of a lot a lot of its own, by default of the same owner at the same place. None when less is there.

    Its pallet places come off those of the lot. A part of what is blocked is blocked.
    """
    at = to or Whereabouts(lot.depot_id, lot.bay, 0, lot.place_name, _point(lot))
    given = lot.pallets if amount == lot.quantity else min(lot.pallets, at.pallets)
    stays = lot.in_depot_since if at.depot_id == lot.depot_id else None
    by = _counted(by, lot, at)
    leaving = _row(by, lot, kind, -amount, -given, About(listing_id, reservation_id))
    if not _moved(session, lot, -amount, pallets=Lot.pallets - given):
        return None
    child = Lot(
        parent_id=lot.id,
        origin_id=lot.origin_id or lot.id,
        material_id=lot.material_id,
        title=title or lot.title,
        unit=lot.unit,
        quantity=amount,
        kg_per_unit=lot.kg_per_unit,
        kg_basis=lot.kg_basis,
        condition=condition or lot.condition,
        owner_id=owner_id or lot.owner_id,
        holder_id=holder_id or lot.holder_id,
        blocked_at=lot.blocked_at,
        created_at=clock.now(),
        **_lies(at, leaving["happened_on"], stays),
    )
    session.add(child)
    session.flush()
    coming = _row(by, child, kind, amount, at.pallets, About(listing_id, reservation_id, lot.id))
    _write(session, {**leaving, "other_lot_id": child.id}, {**coming, "happened_on": leaving["happened_on"]})
    return child


def move(
    session: Session,
    by: By,
    lot: Lot,
    to: Whereabouts,
    *,
    owner_id: int | None = None,
    holder_id: int | None = None,
    kinds: tuple[MovementKind, MovementKind] = (MovementKind.MOVE, MovementKind.MOVE),
    listing_id: int | None = None,
    reservation_id: int | None = None,
) -> None:
    """Let all of a lot lie somewhere else, or be another's. It leaves where it was and comes in where it is."""
    about, by = About(listing_id, reservation_id), _counted(by, lot, to)
    leaving = _row(by, lot, kinds[0], -lot.quantity, -lot.pallets, about)
    stays = lot.in_depot_since if to.depot_id == lot.depot_id else None
    values = {"owner_id": owner_id or lot.owner_id, "holder_id": holder_id or lot.holder_id}
    values |= _lies(to, leaving["happened_on"], stays)
    if not _moved(session, lot, Decimal(0), exactly=lot.quantity, **values):
        raise Conflict(_("Somebody else changed this in the meantime. Open the page again to see what it says now."))
    coming = _row(by, lot, kinds[1], lot.quantity, to.pallets, about)
    _write(session, leaving, {**coming, "happened_on": leaving["happened_on"]})


def weigh(
    session: Session,
    by: By,
    lot: Lot,
    kg_per_unit: Decimal,
    kg_basis: str,
    *,
    listing_id: int | None = None,
    reservation_id: int | None = None,
) -> None:
    """Let all of a locked lot weigh something else.

    What is there is counted out at the old weight and in at the new one.
    """
    values = {"kg_per_unit": kg_per_unit, "kg_basis": kg_basis}
    if (lot.kg_per_unit, lot.kg_basis) == (kg_per_unit, kg_basis):
        return
    about, by, is_other = About(listing_id, reservation_id), _counted(by, lot), lot.kg_per_unit != kg_per_unit
    leaving = _row(by, lot, MovementKind.COUNT, -lot.quantity, -lot.pallets, about)
    if not _moved(session, lot, Decimal(0), exactly=lot.quantity, **values):
        raise Conflict(_("Somebody else changed this in the meantime. Open the page again to see what it says now."))
    if is_other:
        _write(session, leaving, _row(by, lot, MovementKind.COUNT, lot.quantity, lot.pallets, about))


def _moved(session: Session, lot: Lot, delta: Decimal, *, exactly: Decimal | None = None, **values: Any) -> bool:
    """Move the quantity where that much is there, and read the lot again."""
    by, least = literal(delta, Fixed(3)), literal(-delta if exactly is None else exactly, Fixed(3))
    there = Lot.quantity >= least if exactly is None else Lot.quantity == least
    statement = update(Lot).where(Lot.id == lot.id, there).values(quantity=Lot.quantity + by, **values).returning(Lot)
    session.flush()
    return session.scalars(statement, execution_options=_FRESH).one_or_none() is not None


def _lies(at: Whereabouts, day: date, since: date | None = None) -> dict[str, Any]:
    """The columns of where a lot lies; of a depot with the first day there."""
    inside = at.depot_id is not None
    return {
        "depot_id": at.depot_id,
        "bay": at.bay if inside else "",
        "pallets": at.pallets if inside else 0,
        "place_name": "" if inside else at.place_name,
        "lat": None if inside or at.point is None else at.point.lat,
        "lon": None if inside or at.point is None else at.point.lon,
        "in_depot_since": (since or day) if inside else None,
    }


def _point(lot: Lot) -> Point | None:
    return None if lot.lat is None or lot.lon is None else Point(lot.lat, lot.lon)


def _counted(by: By, lot: Lot, to: Whereabouts | None = None) -> By:
    """The same on the first day that is open, where it is of a depot and lies before that."""
    inside = lot.depot_id is not None or (to is not None and to.depot_id is not None)
    return replace(by, day=max(by.day, by.not_before)) if inside and by.not_before else by


def _row(by: By, lot: Lot, kind: MovementKind, quantity: Decimal, pallets: int, about: About) -> dict[str, Any]:
    """A movement of a lot as it stands. Nothing leaves a depot before it came there."""
    return {
        "lot_id": lot.id,
        "kind": kind.value,
        "quantity": quantity,
        "kg_per_unit": lot.kg_per_unit,
        "pallets": pallets if lot.depot_id is not None else 0,
        "happened_on": max(by.day, lot.in_depot_since or by.day),
        "at": clock.now(),
        "person_id": by.actor.person_id,
        "organisation_id": by.actor.organisation_id,
        "owner_id": lot.owner_id,
        "holder_id": lot.holder_id,
        "depot_id": lot.depot_id,
        "bay": lot.bay,
        "place_name": lot.place_name,
        "lat": lot.lat,
        "lon": lot.lon,
        "reason": by.reason,
        "other_lot_id": about.other_lot_id,
        "listing_id": about.listing_id,
        "reservation_id": about.reservation_id,
    }


def _write(session: Session, *rows: dict[str, Any]) -> None:
    session.execute(_ROW, list(rows))
