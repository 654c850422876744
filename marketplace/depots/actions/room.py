"""What belongs to a depot: its bays, how much fits, its keepers, its prices."""

from collections.abc import Collection, Iterable, Mapping
from decimal import Decimal
from typing import Any

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from marketplace.accounts.policy import Actor, Can, require
from marketplace.depots.models import Depot, DepotBay, DepotCapacity, DepotKeeper, DepotRate, Lot
from marketplace.depots.queries.depots import get_depot, list_possible_keepers, lock_depot
from marketplace.depots.rules.capacity import CapacityKind, clean_capacities
from marketplace.depots.rules.depot import KEEPERS_MAX, clean_bays
from marketplace.depots.rules.rates import RateDraft, check_can_withdraw, check_rate
from marketplace.kernel import clock
from marketplace.kernel.errors import Conflict, Invalid, Missing
from marketplace.kernel.language import _, ngettext
from marketplace.kernel.units import plain
from marketplace.notices.actions import audit


def set_bays(session: Session, actor: Actor, *, depot_id: int, names: Iterable[str]) -> Depot:
    """Name the bays of a depot. One that is not named any more closes, unless something lies there; one of before opens again."""
    depot = _managed(session, actor, depot_id)
    wanted = clean_bays(names)
    existing = {bay.name: bay for bay in depot.bays}
    closing = [bay.name for bay in depot.bays if bay.is_active and bay.name not in wanted]
    _check_empty(session, depot_id, closing)
    for bay in depot.bays:
        bay.is_active = bay.name in wanted
    session.add_all(DepotBay(depot_id=depot_id, name=name) for name in wanted if name not in existing)
    return _changed(
        session, actor, depot, "bays", opened=[name not in existing for name in wanted].count(True), closed=len(closing)
    )


def set_capacities(session: Session, actor: Actor, *, depot_id: int, amounts: Mapping[CapacityKind, Decimal | None]) -> Depot:
    """Say how much of each kind fits. A kind that is left out, or has no figure, is not counted."""
    depot = _managed(session, actor, depot_id)
    wanted = clean_capacities(amounts)
    before = {row.kind: plain(row.amount) for row in depot.capacities}
    session.execute(delete(DepotCapacity).where(DepotCapacity.depot_id == depot_id))
    session.add_all(DepotCapacity(depot_id=depot_id, kind=kind.value, amount=amount) for kind, amount in wanted.items())
    after = {kind.value: plain(amount) for kind, amount in wanted.items()}
    return _changed(session, actor, depot, "capacities", before=before, after=after)


def set_keepers(session: Session, actor: Actor, *, depot_id: int, person_ids: Collection[int]) -> Depot:
    """Name the keepers of a depot: people of its organisation with an account that is on."""
    depot = _managed(session, actor, depot_id)
    wanted = set(person_ids)
    if len(wanted) > KEEPERS_MAX:
        raise Invalid(_("A depot has at most %(most)s keepers. Choose fewer.", most=KEEPERS_MAX), "keepers")
    if wanted - {person.id for person in list_possible_keepers(session, depot)}:
        raise Invalid(
            _(
                "Somebody in this list does not work for %(organisation)s, or has no account there that is on. Choose from its people.",
                organisation=depot.organisation.name,
            ),
            "keepers",
        )
    before = list(depot.keeper_ids)
    session.execute(delete(DepotKeeper).where(DepotKeeper.depot_id == depot_id))
    session.add_all(DepotKeeper(depot_id=depot_id, person_id=person_id) for person_id in sorted(wanted))
    return _changed(session, actor, depot, "keepers", before=before, after=sorted(wanted))


def set_rate(session: Session, actor: Actor, *, depot_id: int, draft: RateDraft) -> Depot:
    """Set what one unit costs a week from a day on. A price of the same unit and day, which counts at its end, is replaced."""
    depot = _managed(session, actor, depot_id)
    check_rate(draft, clock.today())
    same = [rate for rate in depot.rates if rate.unit == draft.unit and rate.from_on == draft.from_on]
    was = plain(same[0].euros_per_week) if same else None
    if same:
        same[0].euros_per_week, same[0].person_id = draft.euros_per_week, actor.person_id
    else:
        session.add(
            DepotRate(
                depot_id=depot_id,
                person_id=actor.person_id,
                unit=draft.unit.value,
                euros_per_week=draft.euros_per_week,
                from_on=draft.from_on,
            )
        )
    facts = {"unit": draft.unit.value, "from_on": draft.from_on.isoformat(), "euros_per_week": plain(draft.euros_per_week)}
    return _changed(session, actor, depot, "rate", was=was, **facts)


def withdraw_rate(session: Session, actor: Actor, *, depot_id: int, rate_id: int) -> Depot:
    """Take back a price that does not count yet."""
    depot = _managed(session, actor, depot_id)
    rate = next((rate for rate in depot.rates if rate.id == rate_id), None)
    if rate is None:
        raise Missing(_("This price does not exist any more. Look at the prices of the depot."))
    check_can_withdraw(rate.from_on, clock.today())
    session.execute(delete(DepotRate).where(DepotRate.id == rate_id))
    facts = {"unit": rate.unit, "from_on": rate.from_on.isoformat(), "was": plain(rate.euros_per_week)}
    return _changed(session, actor, depot, "rate_withdrawn", **facts)


def _managed(session: Session, actor: Actor, depot_id: int) -> Depot:
    lock_depot(session, depot_id)
    depot = get_depot(session, depot_id)
    require(actor, Can.MANAGE_DEPOTS, depot)
    return depot


def _changed(session: Session, actor: Actor, depot: Depot, what: str, **facts: Any) -> Depot:
    audit.record(session, actor, action=f"depot.{what}", object_type="depot", object_id=depot.id, **facts)
    session.flush()
    session.expire(depot)
    return get_depot(session, depot.id)


def _check_empty(session: Session, depot_id: int, bays: list[str]) -> None:
    lying = select(Lot.bay, func.count()).where(Lot.depot_id == depot_id, Lot.bay.in_(bays), Lot.quantity > 0)
    for bay, count in session.execute(lying.group_by(Lot.bay).order_by(Lot.bay)):
        raise Conflict(
            ngettext(
                "%(count)s lot is still in bay “%(bay)s”. Move it first.",
                "%(count)s lots are still in bay “%(bay)s”. Move them first.",
                count,
                count=count,
                bay=bay,
            ),
            "bays",
        )
