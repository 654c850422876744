"""Who is my coordinator? By name for colleagues of the same organisation; everybody else gets an address that passes it on."""

from collections.abc import Sequence
from dataclasses import dataclass

from marketplace.accounts.models import Organisation, Person
from marketplace.accounts.policy import Actor, Can, may
from marketplace.accounts.queries.organisations import list_organisations
from marketplace.accounts.queries.people import list_people
from marketplace.kernel.db import Session


@dataclass(frozen=True, slots=True)
class Answer:
    """The coordinators of an organisation, as far as the reader may know their names. None: they may not."""

    organisation: Organisation
    coordinators: tuple[Person, ...] | None
    is_own: bool


def organisations_of(session: Session) -> Sequence[Organisation]:
    """Whom one may ask for: every organisation that takes part now."""
    return list_organisations(session)


def answer_of(session: Session, actor: Actor, organisations: Sequence[Organisation], slug: str) -> Answer | None:
    """The answer for the organisation that was chosen, for a member at first their own. None where none was."""
    chosen = next((item for item in organisations if item.slug == slug), None)
    if chosen is None and not slug:
        chosen = next((item for item in organisations if item.id == actor.organisation_id), None)
    if chosen is None:
        return None
    is_own = chosen.id == actor.organisation_id
    if not is_own or not may(actor, Can.READ_PEOPLE, chosen.id):
        return Answer(chosen, None, is_own)
    people = list_people(session, actor, chosen.id)
    return Answer(chosen, tuple(person for person in people if person.is_coordinator and person.is_active), is_own)
