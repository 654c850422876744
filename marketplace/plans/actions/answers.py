"""What people do with a line of a plan: ask for it, offer it, or say no."""

from dataclasses import dataclass

from sqlalchemy.orm import Session

from marketplace.accounts.policy import Actor, Can, may, require
from marketplace.exchange.actions.reserve import lock_listings, reserve
from marketplace.exchange.rules.reservation import ReservationDraft, check_reason
from marketplace.kernel import clock
from marketplace.kernel.errors import Conflict
from marketplace.kernel.language import _
from marketplace.kernel.units import Quantity, Unit
from marketplace.matching.actions.broker import offer_to_demand, propose
from marketplace.materials.rules.soil import SoilClass
from marketplace.notices.actions import audit
from marketplace.plans.models import PlanAnswer, PlanLine
from marketplace.plans.queries.lines import state_of
from marketplace.plans.queries.runs import get_line, get_run
from marketplace.plans.rules.lines import Answer, LineState


@dataclass(frozen=True, slots=True)
class Ground:
    """Of which classes the place is where soil goes: its soil, and its function."""

    receiving_soil: SoilClass | None = None
    function_class: SoilClass | None = None


def accept_line(
    session: Session, actor: Actor, *, run_id: int, number: int, reason: str = "", ground: Ground = Ground()
) -> PlanAnswer:
    """Act on a line of a plan.

    Whoever needs it asks for it, its owner offers it, the broker points it out with a reason. It is an ordinary reservation, offer or
    proposal, with everything that is refused there: of what was taken meanwhile nothing is held. What was done before is given again.
    Whoever asks for soil says of which classes the place is (`ground`). What goes through a depot is asked for to be brought there, before
    its owner needs the place: it waits as the asker's.
    Refused: a line that cannot be as the plan says it any more, and anybody else.
    """
    line = get_line(session, get_run(session, actor, run_id), number)
    if actor.organisation_id == line.asker_id:
        require(actor, Can.EDIT_DEMAND, line.demand)
        lock_listings(session, actor, listing_ids=[line.listing_id], demand_id=line.demand_id)
        line = get_line(session, get_run(session, actor, run_id), number)  # as whoever was first left it
    there = _find_same(line, actor)
    if there is not None:
        return there
    if actor.organisation_id == line.asker_id:
        _check_open(session, line)
        return _write(session, actor, line, Answer.ASKED, reservation_id=_ask(session, actor, line, ground))
    if may(actor, Can.BROKER) and actor.organisation_id != line.owner_id:
        check_reason(reason)
        propose(session, actor, listing_id=line.listing_id, demand_id=line.demand_id, reason=reason)
        return _write(session, actor, line, Answer.OFFERED, reason=reason)
    require(actor, Can.EDIT_LISTING, line.listing)
    offer_to_demand(session, actor, listing_id=line.listing_id, demand_id=line.demand_id)
    return _write(session, actor, line, Answer.OFFERED)


def refuse_line(session: Session, actor: Actor, *, run_id: int, number: int, reason: str) -> PlanAnswer:
    """Say that a line is not wanted, and why. Of the own lot or for the own need.

    Refused of a line that was asked for: that is answered or let go of where it was asked.
    """
    line = get_line(session, get_run(session, actor, run_id), number)
    if actor.organisation_id == line.asker_id:
        require(actor, Can.EDIT_DEMAND, line.demand)
    else:
        require(actor, Can.EDIT_LISTING, line.listing)
    check_reason(reason)
    if any(answer.answer == Answer.ASKED for answer in line.answers):
        raise Conflict(_("This line was asked for already. Go to the reservation to refuse it or let go of it."))
    return _write(session, actor, line, Answer.REFUSED, reason=reason)


def _ask(session: Session, actor: Actor, line: PlanLine, ground: Ground) -> int:
    demand, way = line.demand, line.journey
    through = way if way is not None and way.is_through_depot else None
    draft = ReservationDraft(
        quantity=Quantity(line.quantity, Unit(line.unit)),
        demand_id=line.demand_id,
        purpose=demand.title,
        project=demand.project,
        needed_by=demand.needed_until if through is None else through.handed_on,
        depot_id=None if through is None else through.depot_id,
        receiving_soil=ground.receiving_soil,
        function_class=ground.function_class,
        confirm_unusual=True,  # the plan never gives more than is needed
    )
    return reserve(session, actor, listing_id=line.listing_id, draft=draft).id


def _check_open(session: Session, line: PlanLine) -> None:
    if state_of(session, line) is LineState.CHANGED:
        raise Conflict(
            _(
                "This line cannot be as the plan says it any more. Look at what is left of the lot and of the need, or wait for a new plan."
            )
        )


def _find_same(line: PlanLine, actor: Actor) -> PlanAnswer | None:
    acted = (Answer.ASKED, Answer.OFFERED)
    return next(
        (answer for answer in line.answers if answer.organisation_id == actor.organisation_id and answer.answer in acted), None
    )


def _write(
    session: Session, actor: Actor, line: PlanLine, answer: Answer, *, reservation_id: int | None = None, reason: str = ""
) -> PlanAnswer:
    row = PlanAnswer(
        run_id=line.run_id,
        number=line.number,
        answer=answer.value,
        reservation_id=reservation_id,
        reason=reason,
        organisation_id=actor.organisation_id,
        person_id=actor.person_id,
        answered_at=clock.now(),
    )
    session.add(row)
    session.flush()
    session.expire(line, ["answers"])
    audit.record(session, actor, action=f"plan.{answer.value}", object_type="plan", object_id=line.run_id, line=line.number)
    return row
