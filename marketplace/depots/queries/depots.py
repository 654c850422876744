"""Questions about storage places."""

from collections.abc import Sequence
from functools import cache

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session, joinedload, selectinload

from marketplace.accounts.models import Organisation, Person
from marketplace.accounts.policy import Actor, Can, may
from marketplace.accounts.rules.accounts import TRADERS
from marketplace.depots.models import Depot
from marketplace.depots.rules.depot import DepotDetails, Storers, check_open, check_storer, check_taken
from marketplace.depots.rules.lots import Whereabouts
from marketplace.depots.rules.opening import hours_of
from marketplace.kernel.errors import Missing
from marketplace.kernel.geo import Point, public_point
from marketplace.kernel.language import _


@cache
def _depots() -> Select[Depot]:
    """Depots with whose they are, their keepers, bays, capacities and rates."""
    parts = (Depot.keepers, Depot.bays, Depot.capacities, Depot.rates)
    return select(Depot).options(joinedload(Depot.organisation), *(selectinload(part) for part in parts))


def _missing() -> Missing:
    return Missing(_("This depot does not exist. Choose one from the list."))


def list_depots(session: Session, *, organisation_id: int | None = None, with_closed: bool = False) -> list[Depot]:
    """List the storage places in use, by name, with their organisations.

    On request those of one organisation, or with the closed ones last.
    """
    rows = _depots().order_by(Depot.is_active.desc(), Depot.name, Depot.id)
    if organisation_id is not None:
        rows = rows.where(Depot.organisation_id == organisation_id)
    return list(session.scalars(rows if with_closed else rows.where(Depot.is_active)))


def list_visible_depots(session: Session, actor: Actor) -> list[Depot]:
    """List the depots that the actor may see, those that take nothing new last. Everybody sees those with a public page."""
    rows = list_depots(session, with_closed=True)
    return rows if may(actor, Can.READ_DEPOTS) else [row for row in rows if row.is_public]


def get_depot(session: Session, depot_id: int) -> Depot:
    """The storage place with this id and all that belongs to it, or Missing."""
    row = session.scalars(_depots().where(Depot.id == depot_id)).one_or_none()
    if row is None:
        raise _missing()
    return row


def get_visible_depot(session: Session, actor: Actor, depot_id: int) -> Depot:
    """The same for whoever may see it: everybody where it has a public page, else members. Missing for the others."""
    row = get_depot(session, depot_id)
    if not row.is_public and not may(actor, Can.READ_DEPOTS):
        raise _missing()
    return row


def find_awaiting(session: Session, actor: Actor, depot_id: int | None, *, lies_in: int | None = None) -> Depot | None:
    """The depot into which something comes, where the actor does not keep it.

    Then it waits until a keeper takes it in. None where the actor keeps it, it lies there already (`lies_in`), or it goes into no depot.
    """
    if depot_id is None or depot_id == lies_in:
        return None
    depot = get_depot(session, depot_id)
    return None if may(actor, Can.KEEP_DEPOT, depot) else depot


def check_fits(depot: Depot, owner: Organisation, group: str) -> None:
    """Refuse what this depot does not take, by the slug of its group, or not of this owner. That it is full is no reason."""
    check_open(is_active=depot.is_active)
    check_storer(depot.storers, owner_id=owner.id, owner_kind=owner.kind, depot_owner_id=depot.organisation_id)
    check_taken(depot.takes, group)


def before(depot: Depot) -> Whereabouts:
    """Where something lies that was brought to a depot, and that no keeper has taken in yet.

    At its public point: whoever only names a depot does not learn its spot.
    """
    return Whereabouts(place_name=depot.place_name, point=public_point(Point(depot.lat, depot.lon)))


def lock_depot(session: Session, depot_id: int) -> None:
    """Let nobody else change this depot until the end of the transaction."""
    session.execute(select(Depot.id).where(Depot.id == depot_id).with_for_update())


def list_possible_keepers(session: Session, depot: Depot) -> Sequence[Person]:
    """The people who may keep this depot: who work where it belongs, with an account that is on."""
    rows = select(Person).where(Person.organisation_id == depot.organisation_id, Person.is_active, ~Person.is_machine)
    return session.scalars(rows.where(Person.role.in_(TRADERS)).order_by(func.lower(Person.name), Person.id)).all()


def details_of(depot: Depot) -> DepotDetails:
    """What a depot says of itself, to change one thing of it."""
    return DepotDetails(
        name=depot.name,
        address=depot.address,
        is_public=depot.is_public,
        hours=hours_of(depot.opening),
        opening_note=depot.opening_note,
        collecting=depot.collecting,
        takes=depot.taken_groups,
        storers=Storers(depot.storers),
        longest_stay_days=depot.longest_stay_days,
    )
