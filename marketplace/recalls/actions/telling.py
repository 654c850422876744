"""Who has to know of a recall, and telling each of them once."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Select, or_, select
from sqlalchemy.orm import Session

from marketplace.accounts.models import Organisation, Person
from marketplace.accounts.queries.organisations import list_organisations
from marketplace.accounts.rules.accounts import OrganisationKind
from marketplace.depots.models import Lot, Movement
from marketplace.exchange.models import Reservation
from marketplace.exchange.rules.reservation import BETWEEN_SIGNATURES, OPEN
from marketplace.kernel import clock
from marketplace.market.models import Listing
from marketplace.notices.actions.notify import notify
from marketplace.notices.rules.kinds import Notice
from marketplace.recalls.models import Recall, RecallParty, RecallRelease, RecallTransfer
from marketplace.recalls.queries.trees import depot_owners, lots_above, lots_of
from marketplace.recalls.rules import PartyRole, in_words

Parties = Mapping[int, set[PartyRole]]


def find_parties(session: Session, recall: Recall) -> Parties:
    """Find everybody who has, had or asked for any of what this recall covers, and the advisers.

    Asked before anything is blocked or cancelled. Also of a lot that an earlier recall blocks: whoever has it reads and confirms this
    finding as well.
    """
    covered = lots_of(recall.id)
    roles: dict[int, set[PartyRole]] = {}
    now = select(Lot.owner_id, Lot.holder_id, Lot.depot_id).where(Lot.id.in_(covered), Lot.quantity > 0).distinct()
    _add(session, roles, now, (PartyRole.OWNER, PartyRole.HOLDER, PartyRole.KEEPER))
    before = or_(Movement.lot_id.in_(covered), Movement.lot_id.in_(lots_above(recall.lot_id)))
    once = select(Movement.owner_id, Movement.holder_id, Movement.depot_id).where(before).distinct()
    _add(session, roles, once, (PartyRole.FORMER,) * 3, only_new=True)
    of_lots = select(Listing.id).where(Listing.lot_id.in_(covered))
    asking = select(Reservation.organisation_id, Reservation.status)
    asking = asking.where(Reservation.listing_id.in_(of_lots), Reservation.status.in_(OPEN))
    for organisation_id, status in session.execute(asking.distinct()):
        has_it = status in BETWEEN_SIGNATURES  # it lies there, whatever is confirmed
        roles.setdefault(organisation_id, set()).add(PartyRole.HOLDER if has_it else PartyRole.ASKER)
    for adviser in list_organisations(session, kind=OrganisationKind.ADVISER):
        if adviser.is_active:
            roles.setdefault(adviser.id, set()).add(PartyRole.ADVISER)
    return roles


def _add(
    session: Session,
    roles: dict[int, set[PartyRole]],
    rows: Select[int, int, int | None],
    why: tuple[PartyRole, ...],
    *,
    only_new: bool = False,
) -> None:
    """Whose, who has it, and whose depot it is in."""
    sides = session.execute(rows).all()
    keepers = depot_owners(session, (depot for _owner, _holder, depot in sides if depot is not None))
    existing = set(roles) if only_new else set()
    for owner, holder, depot in sides:
        for organisation_id, role in zip((owner, holder, keepers.get(depot or 0)), why, strict=True):
            if organisation_id is not None and organisation_id not in existing:
                roles.setdefault(organisation_id, set()).add(role)


def tell(session: Session, recall: Recall, parties: Parties) -> None:
    """Tell every party once, and the mail address of each adviser that has one."""
    lot = session.get_one(Lot, recall.lot_id)
    facts: dict[str, Any] = {
        "recall_id": recall.id,
        "listing_title": lot.title,
        "organisation": session.get_one(Organisation, recall.organisation_id).name,
        "reason": recall.finding,
    }
    now = clock.now()
    addresses = _addresses(session, parties)
    session.add_all(
        RecallParty(
            recall_id=recall.id,
            organisation_id=number,
            roles=in_words(roles),
            told_at=now,
            alert_email=addresses.get(number),
        )
        for number, roles in parties.items()
    )
    for organisation_id in sorted(parties):
        notify(session, Notice.RECALLED, organisation_id=organisation_id, **facts)
    people = select(Person.email).where(Person.organisation_id.in_(addresses), Person.is_active)
    for email in sorted({*addresses.values()} - {*session.scalars(people)}):  # a person of theirs is told there already
        notify(session, Notice.RECALLED, email=email, **facts)


def _addresses(session: Session, parties: Parties) -> dict[int, str]:
    """The mail addresses of the advisers that have one, by the organisation."""
    advisers = [number for number, roles in parties.items() if PartyRole.ADVISER in roles]
    rows = select(Organisation.id, Organisation.alert_email).where(Organisation.id.in_(advisers))
    return {number: email for number, email in session.execute(rows) if email}


def tell_freed(session: Session, release: RecallRelease, lot: Lot, freed: Select[int]) -> None:
    """Tell whoever owns or has any of what is free again, once. Also who has it without having confirmed when it was recalled."""
    rows = session.execute(select(Lot.owner_id, Lot.holder_id).where(Lot.id.in_(freed), Lot.quantity > 0).distinct())
    ended = select(Reservation.organisation_id).join(RecallTransfer, RecallTransfer.reservation_id == Reservation.id)
    ended = ended.where(RecallTransfer.recall_id == release.recall_id, RecallTransfer.status.in_(BETWEEN_SIGNATURES))
    have = session.scalars(ended.join(Listing, Listing.id == Reservation.listing_id).where(Listing.lot_id.in_(freed)))
    for organisation_id in sorted({number for pair in rows for number in pair} | set(have)):
        notify(
            session,
            Notice.RECALL_FREED,
            organisation_id=organisation_id,
            recall_id=release.recall_id,
            listing_title=lot.title,
            organisation=session.get_one(Organisation, release.organisation_id).name,
            reason=release.reason,
        )
