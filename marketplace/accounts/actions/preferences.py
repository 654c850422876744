"""Choosing how often mail comes. What guards an account is always mailed at once."""

from collections.abc import Iterable, Mapping

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from marketplace.accounts.policy import Actor
from marketplace.accounts.queries.preferences import get_preferences
from marketplace.kernel import clock
from marketplace.kernel.errors import Invalid
from marketplace.kernel.language import _
from marketplace.notices.actions import audit
from marketplace.notices.models import DeliveryRow, NoticeRow, PreferenceRow
from marketplace.notices.rules.kinds import CHOOSABLE, Cadence, Notice, State, due_at


def set_preferences(session: Session, actor: Actor, *, chosen: Mapping[Notice, Cadence]) -> dict[Notice, Cadence]:
    """Change how often some kinds are mailed to the actor; what is not named stays. What waits already follows the new choice.

    Refused: a kind that guards the account.
    """
    before = get_preferences(session, actor)
    fixed = [kind for kind in chosen if kind not in CHOOSABLE]
    if fixed:
        raise Invalid(
            _("Emails about your account itself are always sent at once: %(kind)s.", kind=fixed[0].value), "preferences"
        )
    changed = {kind: cadence for kind, cadence in chosen.items() if before[kind] is not cadence}
    for kind, cadence in changed.items():
        session.merge(PreferenceRow(person_id=actor.person_id, kind=kind.value, cadence=cadence.value))
        _reschedule(session, actor, kind, cadence)
    if changed:
        facts = {kind.value: cadence.value for kind, cadence in changed.items()}
        audit.record(session, actor, action="notices.prefer", object_type="person", object_id=actor.person_id, chosen=facts)
    session.flush()
    return {**before, **changed}


def reduce_mail(session: Session, actor: Actor, *, kinds: Iterable[Notice], cadence: Cadence) -> dict[Notice, Cadence]:
    """Less mail: these kinds at this cadence, except where the actor chose less already."""
    now = get_preferences(session, actor)
    rank = list(Cadence)
    fewer = {kind: cadence for kind in kinds if kind in now and rank.index(now[kind]) < rank.index(cadence)}
    return set_preferences(session, actor, chosen=fewer)


def _reschedule(session: Session, actor: Actor, kind: Notice, cadence: Cadence) -> None:
    """Reschedule waiting mail of this kind by the new choice.

    Mail that waits for a digest moves; what is being sent right now is left alone.
    """
    of_kind = select(NoticeRow.id).where(NoticeRow.kind == kind.value)
    waiting = (DeliveryRow.person_id == actor.person_id) & (DeliveryRow.state == State.WAITING.value)
    waiting &= DeliveryRow.digest.is_(None) & DeliveryRow.leased_until.is_(None) & DeliveryRow.notice_id.in_(of_kind)
    rows = update(DeliveryRow).where(waiting).execution_options(synchronize_session=False)
    if cadence is Cadence.NEVER:
        session.execute(rows.values(state=State.DROPPED.value, last_error="no mail of this kind is wanted"))
    else:
        due = due_at(cadence, clock.now())
        session.execute(rows.values(cadence=cadence.value, due_at=due, next_try_at=due))
