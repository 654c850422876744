"""One process of several that do whatever people do with lots, at random. Run by `test_workload.py`, never by itself."""

import traceback
from collections import Counter
from collections.abc import Callable
from contextlib import nullcontext
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from random import Random

from sqlalchemy import select
from sqlalchemy.orm import Session

from marketplace.accounts.policy import Actor
from marketplace.accounts.rules.accounts import Role
from marketplace.exchange.actions import deadlines, decide, hand_over, reserve, terms
from marketplace.exchange.models import Reservation, TermsVersion
from marketplace.exchange.queries.reservations import list_due, list_listings_to_offer, list_waiting_to_expire
from marketplace.exchange.rules.reservation import HandoverDraft, ReceiptDraft, ReservationDraft
from marketplace.exchange.rules.returns import ReturnDraft
from marketplace.exchange.rules.terms import TermsDraft
from marketplace.kernel import clock
from marketplace.kernel.db import Database, is_unavailable
from marketplace.kernel.errors import Refusal
from marketplace.kernel.units import Quantity, Unit
from marketplace.market.models import Listing
from marketplace.market.rules.listing import Condition, ListingStatus
from tests.factories import location, make_listing

LOTS_AT_ONCE = 12
OPERATIONS = (
    *("reserve",) * 6, *("approve",) * 4, *("hand_over",) * 4, *("confirm",) * 4, *("resolve",) * 2, *("return_part",) * 2,
    *("propose_terms",) * 2, *("accept_terms",) * 2, *("hand_over_late",) * 2, *("decline_terms", "object", "decide_objection", "silence"),
    *("cancel", "reject", "accept_offer", "dispute", "agree_cancel", "no_show", "expire", "offer", "in_vain", "withdraw", "publish"),
)  # fmt: skip
FROM = {
    "approve": ("waiting", "offered", "requested"),
    "reject": ("waiting", "offered", "requested"),
    "accept_offer": ("offered",),
    "cancel": ("waiting", "offered", "requested", "approved", "handed_over", "disputed"),
    "no_show": ("approved", "expired"),
    "object": ("cancelled", "expired"),
    "decide_objection": ("cancelled", "expired"),
    "propose_terms": ("approved", "handed_over", "disputed"),
    "accept_terms": ("approved", "handed_over", "disputed"),
    "decline_terms": ("approved", "handed_over", "disputed"),
    "hand_over": ("approved",),
    "hand_over_late": ("approved",),
    "confirm": ("handed_over",),
    "dispute": ("handed_over",),
    "resolve": ("disputed", "handed_over"),
    "agree_cancel": ("handed_over", "disputed"),
    "return_part": ("completed",),
}


class Nothing(Exception):
    """There is nothing to do this to."""


class Worker:
    """Somebody of every organisation, with dice."""

    def __init__(self, url: str, actors: list[Actor], broker: Actor, seed: int) -> None:
        self.broker = broker
        self.database, self.dice = Database(url, pool_size=2), Random(seed)
        self.actors = {actor.organisation_id: actor for actor in actors}
        self.done: Counter[str] = Counter()

    def run(self, operations: int) -> tuple[dict[str, int], list[str]]:
        """How often each thing was done or refused, and what went wrong in another way."""
        faults: list[str] = []
        for _number in range(operations):
            name = self.dice.choice(OPERATIONS)
            try:
                self.database.run(lambda session, name=name: self._do(session, name))
                self.done[name] += 1
            except Nothing:
                self.done["nothing"] += 1
            except Refusal as refusal:
                self.done[f"{name}: {type(refusal).__name__}"] += 1
            except Exception as error:
                if is_unavailable(error):  # a door answers 503, and people try again
                    self.done["busy"] += 1
                    continue
                faults.append(f"{name}: " + "".join(traceback.format_exception(error))[-2000:])
        self.database.dispose()
        return dict(self.done), faults

    def _amount(self, most: Decimal) -> Quantity:
        return Quantity(max(Decimal("0.001"), (most * self.dice.randint(1, 1000) / 1000).quantize(Decimal("0.001"))), Unit.M2)

    def _near(self, figure: Decimal) -> Quantity:
        """What somebody else counts: mostly the same, sometimes a little or a lot less or more."""
        percent = self.dice.choice((100, 100, 100, 98, 103, 80, 125))
        return Quantity(max(Decimal("0.001"), (figure * percent / 100).quantize(Decimal("0.001"))), Unit.M2)

    def _do(self, session: Session, name: str) -> None:
        plain: dict[str, Callable[[Session], object]] = {
            "reserve": self._reserve,
            "publish": self._publish,
            "withdraw": self._withdraw,
            "expire": lambda session: self._clock(
                session, list_due, "expire", "reservation_id", days=self.dice.choice((0, 3, 15, 32))
            ),
            "silence": lambda session: self._clock(session, self._unanswered, "expire", "reservation_id", days=15),
            "offer": lambda session: self._clock(session, list_listings_to_offer, "offer", "listing_id", days=0),
            "in_vain": lambda session: self._clock(session, list_waiting_to_expire, "expire_waiting", "reservation_id", days=0),
        }
        if name in plain:
            plain[name](session)
            return
        if name == "accept_offer":
            self._make_room(session)
        open_ones = select(Reservation).where(Reservation.status.in_(FROM[name]))
        if name in ("object", "decide_objection"):
            open_ones = open_ones.where(Reservation.no_show, Reservation.objected_at.is_(None) == (name == "object"))
        if name in ("accept_terms", "decline_terms"):
            proposed = select(TermsVersion.reservation_id).where(TermsVersion.status == "proposed")
            open_ones = open_ones.where(Reservation.id.in_(proposed))
        rows = session.scalars(open_ones.order_by(Reservation.id.desc()).limit(30))
        reservations = list(rows)
        if not reservations:
            raise Nothing
        chosen = self.dice.choice(reservations)
        owner, asker = self.actors[chosen.owner_id], self.actors[chosen.organisation_id]
        getattr(self, f"_{name}")(session, chosen, owner, asker)

    def _lot(self, session: Session) -> Listing:
        rows = select(Listing).where(Listing.status == ListingStatus.PUBLISHED).order_by(Listing.id.desc()).limit(LOTS_AT_ONCE)
        lots = list(session.scalars(rows))
        if not lots:
            raise Nothing
        return self.dice.choice(lots)

    def _make_room(self, session: Session) -> None:
        """Where nothing is offered yet: whoever stands before somebody that waits lets go, and the next in turn is offered it."""
        waiting = select(Reservation.listing_id).where(Reservation.status == "waiting")
        held = select(Reservation).where(Reservation.listing_id.in_(waiting), Reservation.status.in_(("requested", "approved")))
        for reservation in session.scalars(held.order_by(Reservation.id.desc()).limit(5)).all():
            if session.scalar(select(Reservation.id).where(Reservation.status == "offered").limit(1)):
                return
            decide.cancel(
                session, self.actors[reservation.organisation_id], reservation_id=reservation.id, reason="Plan gewijzigd"
            )

    def _reserve(self, session: Session) -> None:
        lot = self._lot(session)
        asker = self.dice.choice(list(self.actors.values()))
        draft = ReservationDraft(self._amount(lot.quantity), join_waiting_list=self.dice.random() < 0.6)
        reserve.reserve(session, asker, listing_id=lot.id, draft=draft)

    def _publish(self, session: Session) -> None:
        make_listing(session, self.dice.choice(list(self.actors.values())), quantity=self._amount(Decimal(2000)))

    def _withdraw(self, session: Session) -> None:
        lot = self._lot(session)
        decide.withdraw(session, self.actors[lot.organisation_id], listing_id=lot.id)
        self._publish(session)

    def _clock(self, session: Session, question, verb: str, name: str, *, days: int) -> None:
        with clock.frozen(clock.now() + timedelta(days=days)) if days else nullcontext():
            due = question(session)
            if not due or not getattr(deadlines, verb)(session, **{name: self.dice.choice(due)}):
                raise Nothing

    def _approve(self, session, reservation, owner, asker) -> None:
        part = self._amount(reservation.quantity).amount if self.dice.random() < 0.3 else None
        reason = "Haalt het eerder op" if self.dice.random() < 0.7 else ""
        decide.approve(session, owner, reservation_id=reservation.id, quantity=part, reason=reason)

    def _reject(self, session, reservation, owner, asker) -> None:
        decide.reject(session, owner, reservation_id=reservation.id, reason="Verkeerde maat")

    def _accept_offer(self, session, reservation, owner, asker) -> None:
        reserve.accept_offer(session, asker, reservation_id=reservation.id)

    def _cancel(self, session, reservation, owner, asker) -> None:
        decide.cancel(session, self.dice.choice((owner, asker)), reservation_id=reservation.id, reason="Plan gewijzigd")

    def _no_show(self, session, reservation, owner, asker) -> None:
        with clock.frozen(clock.now() + timedelta(days=self.dice.choice((0, 32, 32)))):
            decide.no_show(session, owner, reservation_id=reservation.id)

    def _object(self, session, reservation, owner, asker) -> None:
        decide.object_to_no_show(session, asker, reservation_id=reservation.id, reason="Wij stonden er")

    def _decide_objection(self, session, reservation, owner, asker) -> None:
        upheld = self.dice.random() < 0.5
        decide.decide_objection(session, self.broker, reservation_id=reservation.id, is_upheld=upheld, reason="Foto gezien")

    def _propose_terms(self, session, reservation, owner, asker) -> None:
        draft = TermsDraft(
            "Afgesproken aan de poort",
            price_cents_per_unit=self.dice.choice((0, 150, 300)),
            kg_per_unit=self.dice.choice((None, Decimal(190), Decimal(700))),
            available_from=self.dice.choice((None, None, clock.today() + timedelta(days=40))),
        )
        terms.propose_terms(session, self.dice.choice((owner, asker)), reservation_id=reservation.id, draft=draft)

    def _accept_terms(self, session, reservation, owner, asker) -> None:
        terms.accept_terms(session, self.dice.choice((owner, asker)), reservation_id=reservation.id)

    def _decline_terms(self, session, reservation, owner, asker) -> None:
        terms.decline_terms(session, self.dice.choice((owner, asker)), reservation_id=reservation.id)

    def _unanswered(self, session: Session) -> list[int]:
        rows = select(Reservation.id).where(Reservation.status == "handed_over", Reservation.unconfirmed_since.is_(None))
        return list(session.scalars(rows))

    def _measured(self, reservation: Reservation, day: date) -> HandoverDraft:
        gone = "Gebroken" if self.dice.random() < 0.3 else ""
        return HandoverDraft(
            self._near(reservation.quantity), day, write_off_reason=gone, confirm_unusual=self.dice.random() < 0.7
        )

    def _hand_over(self, session, reservation, owner, asker) -> None:
        hand_over.hand_over(session, owner, reservation_id=reservation.id, draft=self._measured(reservation, clock.today()))

    def _hand_over_late(self, session, reservation, owner, asker) -> None:
        draft = self._measured(reservation, clock.today() - timedelta(days=self.dice.randint(0, 60)))
        coordinator = replace(owner, role=Role.COORDINATOR)
        hand_over.hand_over_late(
            session, coordinator, reservation_id=reservation.id, draft=draft, reason="De bon lag nog op de wagen"
        )

    def _confirm(self, session, reservation, owner, asker) -> None:
        figure = self._near(reservation.quantity) if self.dice.random() < 0.7 else None
        hand_over.confirm(session, asker, reservation_id=reservation.id, draft=ReceiptDraft(figure))

    def _dispute(self, session, reservation, owner, asker) -> None:
        figure = self._near(reservation.quantity) if self.dice.random() < 0.5 else None
        hand_over.dispute(session, asker, reservation_id=reservation.id, reason="Klopt niet", quantity=figure)

    def _resolve(self, session, reservation, owner, asker) -> None:
        side = self.dice.choice((owner, asker, self.broker))
        other = reservation.receiver_figure if side is owner else reservation.owner_figure
        figure = Quantity(other, Unit.M2) if other and self.dice.random() < 0.7 else self._near(reservation.quantity)
        gone = "Gebroken" if self.dice.random() < 0.3 else ""
        hand_over.resolve(
            session,
            side,
            reservation_id=reservation.id,
            quantity=figure,
            reason="Geteld",
            write_off_reason=gone,
            confirm_unusual=True,
        )

    def _agree_cancel(self, session, reservation, owner, asker) -> None:
        decide.agree_cancel(session, self.dice.choice((owner, asker)), reservation_id=reservation.id)

    def _return_part(self, session, reservation, owner, asker) -> None:
        draft = ReturnDraft(
            self._amount(reservation.quantity),
            Condition.POOR,
            clock.today(),
            "Maat past niet",
            location=location("losser") if self.dice.random() < 0.3 else None,
            driven_km=Decimal(self.dice.randint(0, 40_000)) / 1000 if self.dice.random() < 0.5 else None,
            vehicle_class="vrachtauto-zwaar-50" if self.dice.random() < 0.5 else None,
        )
        for _twice in range(1 + (self.dice.random() < 0.2)):  # a retried request
            hand_over.return_part(session, self.dice.choice((owner, asker)), reservation_id=reservation.id, draft=draft)


def work(url: str, actors: list[Actor], broker: Actor, seed: int, operations: int) -> tuple[dict[str, int], list[str]]:
    """Do so many things at random."""
    return Worker(url, actors, broker, seed).run(operations)
