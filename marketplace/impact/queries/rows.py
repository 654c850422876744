"""One row of the ledger, the others of its reservation, and where the ledger begins."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from marketplace.accounts.policy import Actor, Can, may, require
from marketplace.impact.queries.sums import find_months
from marketplace.kernel.errors import Missing
from marketplace.kernel.language import _
from marketplace.ledger.models import Exchange


def get_exchange(session: Session, actor: Actor, *, seq: int) -> Exchange:
    """The row with this number, for its two sides, the reviewer and the administrator."""
    require(actor, Can.READ_EXCHANGES)
    row = session.scalars(select(Exchange).where(Exchange.seq == seq)).one_or_none()
    if row is None or not (may(actor, Can.READ_ALL_EXCHANGES) or actor.organisation_slug in (row.from_slug, row.to_slug)):
        raise Missing(_("This row of the ledger does not exist, or you may not see it. Check the number."))
    return row


def list_of_same_reservation(session: Session, row: Exchange) -> list[Exchange]:
    """List every row that was booked of one reservation, this one among them, oldest first."""
    rows = select(Exchange).where(Exchange.reservation_id == row.reservation_id)
    return list(session.scalars(rows.order_by(Exchange.seq)))


def find_first_month(session: Session) -> str | None:
    """The first month in which anything counts, `YYYY-MM`."""
    months = find_months(session)
    return months[0] if months else None
