"""Who hears of a notice by mail, and how often: from one notice to a delivery for each reader."""

from collections.abc import Iterable

from sqlalchemy import select
from sqlalchemy.orm import Session

from marketplace.accounts.queries import Recipient, list_recipients
from marketplace.notices.actions import Letter, Reader, claim, deliver, mark_dropped
from marketplace.notices.models import PreferenceRow
from marketplace.notices.rules import SECURITY, Cadence, Notice, default_cadence


def spread(session: Session, *, notice_id: int) -> int:
    """Make the deliveries of one notice, once, however often it is asked; how many. Nobody there: none."""
    notice = claim(session, notice_id=notice_id)
    if notice is None:
        return 0
    kind = Notice(notice.kind)
    if notice.email is not None:
        return deliver(session, notice.id, [Reader(None, notice.email, Cadence.AT_ONCE)])
    found = list_recipients(session, person_id=notice.person_id, organisation_id=notice.organisation_id)
    return deliver(session, notice.id, _readers(session, kind, found))


def pass_on(session: Session, *, letter: Letter) -> int:
    """A reader has left before the letter went out: it is for who looks after the organisation now. How many read it instead."""
    mark_dropped(session, letter=letter, why="the reader has left")
    made = 0
    for one in letter.along:
        found = list_recipients(session, person_id=None, organisation_id=one.organisation_id)
        made += deliver(session, one.notice_id, _readers(session, one.kind, found))
    return made


def cadences_of(session: Session, kind: Notice, people: Iterable[int]) -> dict[int, Cadence]:
    """How often each of these people wants mail of one kind."""
    wanted = list(people)
    if kind in SECURITY:
        return dict.fromkeys(wanted, Cadence.AT_ONCE)
    rows = select(PreferenceRow).where(PreferenceRow.kind == kind.value, PreferenceRow.person_id.in_(wanted))
    chosen = {row.person_id: Cadence(row.cadence) for row in session.scalars(rows)}
    return {person_id: chosen.get(person_id, default_cadence(kind)) for person_id in wanted}


def _readers(session: Session, kind: Notice, found: list[Recipient]) -> list[Reader]:
    people = [one.person_id for one in found if one.person_id is not None]
    return [Reader(person_id, None, cadence) for person_id, cadence in cadences_of(session, kind, people).items()]
