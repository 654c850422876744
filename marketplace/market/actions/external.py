"""The id that an organisation's own system gave to a lot or a demand, unique per kind."""

from sqlalchemy import select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from marketplace.accounts.policy import Actor, Can, require
from marketplace.market.models import Demand, Listing
from marketplace.market.rules.external import clean_external_id, taken
from marketplace.notices.actions import audit


def set_external_id(session: Session, actor: Actor, row: Listing | Demand, external_id: str | None) -> None:
    """Say what the organisation's own system calls it, or that it has no name there. It is no edit: the version stays."""
    kind = type(row)
    require(actor, Can.EDIT_LISTING if kind is Listing else Can.EDIT_DEMAND, row)
    name = clean_external_id(external_id)
    if name == row.external_id:
        return
    mine = select(kind.id).where(kind.organisation_id == row.organisation_id, kind.external_id == name)
    if name is not None and (other := session.scalar(mine)) is not None:
        raise taken(name, other)
    try:
        with session.begin_nested():
            session.execute(update(kind).where(kind.id == row.id).values(external_id=name))
    except IntegrityError as error:  # two at once: the second is refused
        raise taken(name or "", session.scalars(mine).one()) from error
    session.refresh(row, ["external_id", "updated_at"])
    audit.record(session, actor, action=f"{row.__tablename__}.external-id", object_type=row.__tablename__, object_id=row.id)
