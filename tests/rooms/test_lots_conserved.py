"""Whatever is done with lots at random, every one is conserved to the thousandth: in itself, in its tree, and in every place."""

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule, run_state_machine_as_test
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from marketplace.accounts.policy import Actor
from marketplace.depots.actions.depots import create_depot
from marketplace.depots.actions.movements import By, change, move, split_off
from marketplace.depots.models import Depot, Lot, Movement
from marketplace.depots.rules.lots import MovementKind, Whereabouts
from marketplace.impact.rules.cut import Cut
from marketplace.kernel import clock
from marketplace.kernel.errors import Conflict, Forbidden, Invalid
from marketplace.kernel.units import Quantity, Unit
from marketplace.market.rules.listing import Condition
from marketplace.stock.actions.announcing import announce_lot
from marketplace.stock.actions.changing import count_lot, take_out_lot, write_off_lot
from marketplace.stock.actions.moving import move_lot, split_lot
from marketplace.stock.actions.taking_in import bring_in_lot, take_in_lot
from marketplace.stock.queries.figures import get_depot_figures
from marketplace.stock.rules.announcing import LotComing
from marketplace.stock.rules.handling import ArrivalDraft, Going, Occasion
from tests.factories import KEI, make_actor, seed_taxonomy
from tests.rooms.test_movements import STREET, YARD

pytestmark = pytest.mark.slow

EXAMPLES, STEPS = 10, 20
AMOUNTS = st.decimals(min_value=Decimal("0.001"), max_value=Decimal(400), places=3)
WHICH = st.integers(min_value=0, max_value=10_000)
KG = Decimal(185)


@dataclass
class Known:
    """A lot as the machine remembers it. `origin` is the lot at the top of its tree."""

    quantity: Decimal
    origin: int
    depot: int | None
    owner: Actor
    is_blocked: bool = False


class Yards(RuleBasedStateMachine):
    """Two depots and two receivers, and whatever keepers and transfers do with what lies there."""

    def __init__(self, session: Session, depots: list[Depot], keepers: list[Actor], takers: list[Actor], reviewer: Actor) -> None:
        super().__init__()
        self.session, self.depots, self.keepers, self.takers, self.reviewer = session, depots, keepers, takers, reviewer
        self.lots: dict[int, Known] = {}
        self.trees: dict[int, Decimal] = {}

    # what is done

    @initialize(amount=AMOUNTS)
    def begins(self, amount: Decimal) -> None:
        self._take_in(0, amount)

    @rule(where=WHICH, amount=AMOUNTS)
    def in_(self, where: int, amount: Decimal) -> None:
        self._take_in(where, amount)

    @rule(which=WHICH, amount=AMOUNTS)
    def split(self, which: int, amount: Decimal) -> None:
        number, lot = self._pick(which, lying=True)

        def act() -> None:
            child = split_lot(
                self.session, self._keeper(lot), lot_id=number, amount=amount, going=Going(), occasion=Occasion(clock.today())
            )
            self._part(number, child, amount, lot.depot, lot.owner)

        self._expect(act, refused=amount >= lot.quantity, lot_id=number)

    @rule(which=WHICH, where=WHICH, amount=st.one_of(st.none(), AMOUNTS))
    def move(self, which: int, where: int, amount: Decimal | None) -> None:
        """Within a depot its keeper moves it; into the other one it is announced, and its keeper takes it in."""
        number, lot = self._pick(which, lying=True)
        to = self.depots[where % len(self.depots)].id
        part = amount is not None and amount != lot.quantity

        def act() -> None:
            given = {"lot_id": number, "amount": amount, "occasion": Occasion(clock.today())}
            if to == lot.depot:
                moved = move_lot(self.session, self._keeper(lot), going=Going(depot_id=to), **given)
            else:
                with pytest.raises((Conflict, Forbidden)):
                    move_lot(self.session, self._keeper(lot), going=Going(depot_id=to), **given)
                coming, there = LotComing(number, amount, clock.today()), self.keepers[where % len(self.depots)]
                arrival = announce_lot(self.session, self._keeper(lot), depot_id=to, coming=coming)
                moved = bring_in_lot(self.session, there, depot_id=to, going=Going(), arrival_id=arrival.id, **given)
            if part:
                self._part(number, moved, amount or Decimal(0), to, lot.owner)
            else:
                lot.depot = to

        too_much = lot.quantity == 0 or (amount or Decimal(0)) > lot.quantity
        self._expect(act, refused=too_much, lot_id=number)

    @rule(which=WHICH, counted=st.one_of(st.just(Decimal(0)), AMOUNTS))
    def count(self, which: int, counted: Decimal) -> None:
        number, lot = self._pick(which, lying=True)

        def act() -> None:
            occasion = Occasion(clock.today(), "nageteld")
            count_lot(self.session, self._keeper(lot), lot_id=number, counted=counted, pallets=None, occasion=occasion)
            self._gain(number, counted - lot.quantity)

        self._expect(act, refused=lot.is_blocked and counted != lot.quantity, lot_id=number)

    @rule(which=WHICH, amount=AMOUNTS)
    def out(self, which: int, amount: Decimal) -> None:
        number, lot = self._pick(which, lying=True)

        def act() -> None:
            take_out_lot(
                self.session,
                self._keeper(lot),
                lot_id=number,
                amount=amount,
                pallets=None,
                occasion=Occasion(clock.today(), "eigen werk"),
            )
            self._gain(number, -amount)

        self._expect(act, refused=lot.is_blocked or amount > lot.quantity, lot_id=number)

    @rule(which=WHICH, amount=st.one_of(st.none(), AMOUNTS))
    def write_off(self, which: int, amount: Decimal | None) -> None:
        number, lot = self._pick(which, lying=True)
        gone = lot.quantity if amount is None else amount

        def act() -> None:
            write_off_lot(
                self.session,
                self._keeper(lot),
                lot_id=number,
                amount=amount,
                pallets=None,
                occasion=Occasion(clock.today(), "gebroken"),
            )
            self._gain(number, -gone)

        self._expect(act, refused=lot.quantity == 0 or gone > lot.quantity, lot_id=number)

    @precondition(lambda self: any(not lot.is_blocked for lot in self.lots.values()))
    @rule(which=WHICH)
    def block(self, which: int) -> None:
        free = [number for number, lot in self.lots.items() if not lot.is_blocked]
        number = free[which % len(free)]
        row = self.session.get_one(Lot, number)
        row.blocked_at = clock.now()
        assert change(self.session, By(self.reviewer, clock.today(), "PFAS"), row, MovementKind.BLOCK, Decimal(0))
        self.lots[number].is_blocked = True

    @rule(which=WHICH, to=WHICH, amount=AMOUNTS)
    def transfer_and_return(self, which: int, to: int, amount: Decimal) -> None:
        """A receiver takes a part, and some of it comes back into a depot. What is not there moves nothing."""
        number, lot = self._pick(which)
        taker, by = self.takers[to % len(self.takers)], By(self.takers[0], clock.today())
        sides = {"owner_id": taker.organisation_id, "holder_id": taker.organisation_id}
        row = self.session.get_one(Lot, number)
        child = split_off(self.session, by, row, amount, to=STREET, reservation_id=1, **sides)
        if amount > lot.quantity:
            assert child is None
            return
        assert child is not None
        self._part(number, child, amount, None, taker)
        if amount > 1:
            depot = self.depots[to % len(self.depots)].id
            back = split_off(
                self.session, by, child, Decimal(1), kind=MovementKind.RETURN, to=Whereabouts(depot), reservation_id=1
            )
            assert back is not None
            self._part(child.id, back, Decimal(1), depot, taker)

    @rule(which=WHICH, to=WHICH)
    def transfer_all(self, which: int, to: int) -> None:
        number, lot = self._pick(which)
        taker = self.takers[to % len(self.takers)]
        sides = {"owner_id": taker.organisation_id, "holder_id": taker.organisation_id}
        kinds = (MovementKind.OUT, MovementKind.IN)
        move(
            self.session,
            By(taker, clock.today()),
            self.session.get_one(Lot, number),
            STREET,
            kinds=kinds,
            reservation_id=1,
            **sides,
        )
        lot.depot, lot.owner = None, taker

    # what must hold

    def teardown(self) -> None:
        """Every lot, every tree and every place adds up; and so do the figures of the depots."""
        if self.lots:
            self._check_lots()
            self._check_places()
        self.session.rollback()

    def _check_lots(self) -> None:
        total = func.sum(Movement.quantity)
        sums = dict(self.session.execute(select(Movement.lot_id, total).group_by(Movement.lot_id)).all())
        rows = {row.id: row for row in self.session.scalars(select(Lot).execution_options(populate_existing=True))}
        for number, lot in self.lots.items():
            assert rows[number].quantity == sums[number] == lot.quantity, number
            assert (rows[number].depot_id, rows[number].owner_id) == (lot.depot, lot.owner.organisation_id), number
            assert (rows[number].origin_id or number) == lot.origin, number
            assert (rows[number].blocked_at is not None) == lot.is_blocked, number
        for origin, amount in self.trees.items():
            assert sum(lot.quantity for lot in self.lots.values() if lot.origin == origin) == amount, origin

    def _check_places(self) -> None:
        total = func.sum(Movement.quantity)
        by_place = dict(self.session.execute(select(Movement.depot_id, total).group_by(Movement.depot_id)).all())
        by_owner = dict(self.session.execute(select(Movement.owner_id, total).group_by(Movement.owner_id)).all())
        for place, amount in by_place.items():
            assert sum(lot.quantity for lot in self.lots.values() if lot.depot == place) == amount, place
        for owner, amount in by_owner.items():
            assert sum(lot.quantity for lot in self.lots.values() if lot.owner.organisation_id == owner) == amount, owner
        for row in get_depot_figures(self.session, self.reviewer, Cut()).rows:
            figures = row.figures
            assert figures.closing_kg == by_place[row.depot.id] * KG
            assert figures.closing_kg == figures.in_kg - figures.out_kg - figures.written_off_kg + figures.counted_kg
            assert min(figures.in_kg, figures.transferred_kg, figures.own_use_kg, figures.moved_kg, figures.written_off_kg) >= 0

    # how

    def _take_in(self, where: int, amount: Decimal) -> None:
        depot, keeper = self.depots[where % len(self.depots)], self.keepers[where % len(self.depots)]
        draft = ArrivalDraft(KEI, Quantity(amount, Unit.M2), Condition.GOOD)
        lot = take_in_lot(self.session, keeper, depot_id=depot.id, draft=draft, going=Going(), occasion=Occasion(clock.today()))
        self.lots[lot.id], self.trees[lot.id] = Known(amount, lot.id, depot.id, keeper), amount

    def _pick(self, which: int, *, lying: bool = False) -> tuple[int, Known]:
        numbers = [number for number, lot in self.lots.items() if not lying or lot.depot is not None]
        if not numbers:
            self._take_in(which, Decimal(7))
            numbers = [max(self.lots)]
        number = numbers[which % len(numbers)]
        return number, self.lots[number]

    def _keeper(self, lot: Known) -> Actor:
        return self.keepers[[depot.id for depot in self.depots].index(lot.depot or 0)]

    def _part(self, parent: int, child: Lot, amount: Decimal, depot: int | None, owner: Actor) -> None:
        was = self.lots[parent]
        was.quantity -= amount
        self.lots[child.id] = Known(amount, was.origin, depot, owner, was.is_blocked)

    def _gain(self, number: int, delta: Decimal) -> None:
        self.lots[number].quantity += delta
        self.trees[self.lots[number].origin] += delta

    def _expect(self, act: Callable[[], None], *, refused: bool, lot_id: int) -> None:
        """Do it. Where it must be refused, nothing of the lot has changed."""
        if not refused:
            act()
            return
        rows = select(func.count()).select_from(Movement)
        before = self.session.scalar(rows)
        with pytest.raises((Conflict, Forbidden, Invalid)):
            act()
        assert self.session.scalar(rows) == before
        assert self.session.scalar(select(Lot.quantity).where(Lot.id == lot_id)) == self.lots[lot_id].quantity


def test_every_lot_is_conserved_to_the_thousandth(session: Session) -> None:
    seed_taxonomy(session)
    keepers = [make_actor(session, slug, "coordinator") for slug in ("borne", "losser")]
    depots = [create_depot(session, keeper, draft=YARD) for keeper in keepers]
    takers = [make_actor(session, slug) for slug in ("hengelo", "almelo")]
    reviewer = make_actor(session, "regio-twente", "reviewer")
    session.commit()
    bounds = settings(
        max_examples=EXAMPLES,
        stateful_step_count=STEPS,
        deadline=None,
        derandomize=True,
        database=None,
        suppress_health_check=list(HealthCheck),
    )
    run_state_machine_as_test(lambda: Yards(session, depots, keepers, takers, reviewer), settings=bounds)
