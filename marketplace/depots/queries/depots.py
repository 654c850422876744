"""Questions about storage places."""

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from marketplace.depots.models import Depot
from marketplace.kernel.errors import Missing
from marketplace.kernel.language import _


def list_depots(session: Session, *, organisation_id: int | None = None, with_closed: bool = False) -> list[Depot]:
    """List the storage places in use, by name, with their organisations.

    On request those of one organisation, or with the closed ones last.
    """
    rows = select(Depot).options(joinedload(Depot.organisation)).order_by(Depot.is_active.desc(), Depot.name, Depot.id)
    if organisation_id is not None:
        rows = rows.where(Depot.organisation_id == organisation_id)
    return list(session.scalars(rows if with_closed else rows.where(Depot.is_active)))


def get_depot(session: Session, depot_id: int) -> Depot:
    """The storage place with this id, with whose it is, or Missing."""
    rows = select(Depot).options(joinedload(Depot.organisation)).where(Depot.id == depot_id)
    row = session.scalars(rows).one_or_none()
    if row is None:
        raise Missing(_("This depot does not exist. Choose one from the list."))
    return row
