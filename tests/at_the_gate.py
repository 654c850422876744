"""A transfer of pavers from Hengelo to Borne up to the gate, and what has to be so after every step."""

from decimal import Decimal

from sqlalchemy.orm import Session

from marketplace.exchange.actions import decide, hand_over, reserve
from marketplace.exchange.models import Reservation
from marketplace.exchange.queries.invariants import INVARIANTS
from marketplace.exchange.rules.reservation import HandoverDraft, ReservationDraft
from marketplace.exchange.rules.returns import ReturnDraft
from marketplace.kernel import clock
from marketplace.kernel.units import Quantity, Unit
from marketplace.market.models import Listing
from marketplace.market.rules.listing import Condition
from tests.factories import make_listing


def m2(amount: str) -> Quantity:
    return Quantity(Decimal(amount), Unit.M2)


def approved(
    session: Session, cast: dict, amount: str = "300", lot: Listing | None = None, **more
) -> tuple[Listing, Reservation]:
    lot = lot or make_listing(session, cast["hengelo"], quantity=m2("500"))
    draft = ReservationDraft(m2(amount), **more)
    reservation = reserve.reserve(session, cast["borne"], listing_id=lot.id, draft=draft)
    return lot, decide.approve(session, cast["hengelo"], reservation_id=reservation.id)


def handed_over(session: Session, cast: dict, given: str = "300", **more) -> tuple[Listing, Reservation]:
    lot, reservation = approved(session, cast)
    draft = HandoverDraft(m2(given), clock.today(), **more)
    return lot, hand_over.hand_over(session, cast["hengelo"], reservation_id=reservation.id, draft=draft)


def counted(session: Session, lot: Listing) -> tuple[str, ...]:
    session.refresh(lot)
    return tuple(
        f"{value:f}".rstrip("0").rstrip(".") or "0" for value in (lot.quantity, lot.held, lot.transferred, lot.available)
    )


def sound(session: Session) -> None:
    session.flush()
    assert [(name, breach) for name, question in INVARIANTS if (breach := question(session))] == []


def back(amount: str, **more) -> ReturnDraft:
    values = {"condition": Condition.POOR, "returned_on": clock.today(), "reason": "Maat past niet"}
    return ReturnDraft(m2(amount), **{**values, **more})
