"""How often people want mail of each kind. The inbox has everything."""

from collections.abc import Iterable

from sqlalchemy import select
from sqlalchemy.orm import Session

from marketplace.accounts.policy import Actor, Can, require
from marketplace.notices.models import PreferenceRow
from marketplace.notices.rules.kinds import CHOOSABLE, SECURITY, Cadence, Notice, default_cadence


def get_preferences(session: Session, actor: Actor) -> dict[Notice, Cadence]:
    """The actor's choice for every kind that can be chosen, the default where nothing was."""
    require(actor, Can.OWN_ACCOUNT)
    rows = session.scalars(select(PreferenceRow).where(PreferenceRow.person_id == actor.person_id))
    chosen = {row.kind: Cadence(row.cadence) for row in rows}
    return {kind: chosen.get(kind.value, default_cadence(kind)) for kind in CHOOSABLE}


def cadences_of(session: Session, kind: Notice, people: Iterable[int]) -> dict[int, Cadence]:
    """How often each of these people wants mail of one kind."""
    wanted = list(people)
    if kind in SECURITY:
        return dict.fromkeys(wanted, Cadence.AT_ONCE)
    rows = select(PreferenceRow).where(PreferenceRow.kind == kind.value, PreferenceRow.person_id.in_(wanted))
    chosen = {row.person_id: Cadence(row.cadence) for row in session.scalars(rows)}
    return {person_id: chosen.get(person_id, default_cadence(kind)) for person_id in wanted}
