"""An organisation that changes or ends, with what it offers, asks and holds."""

from dataclasses import replace

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from marketplace.accounts.actions import organisations
from marketplace.accounts.models import Organisation
from marketplace.accounts.policy import Actor, Can, require
from marketplace.accounts.queries.organisations import get_organisation_by_slug
from marketplace.accounts.rules.accounts import OrganisationKind, Role
from marketplace.accounts.rules.organisations import OrganisationDraft, check_closable
from marketplace.exchange.actions.decide import cancel, withdraw
from marketplace.exchange.models import Reservation
from marketplace.exchange.rules.reservation import BETWEEN_SIGNATURES, OPEN, ReservationStatus
from marketplace.kernel.errors import Conflict
from marketplace.kernel.language import _, in_default_locale, ngettext
from marketplace.market.actions.demands import withdraw_demand
from marketplace.market.actions.windows import bump_catalogue
from marketplace.market.models import Demand, Listing
from marketplace.market.rules.demand import DemandStatus
from marketplace.market.rules.listing import ListingStatus

RUNNING = (ReservationStatus.APPROVED, *BETWEEN_SIGNATURES)


def edit_organisation(session: Session, actor: Actor, *, slug: str, version: int, draft: OrganisationDraft) -> Organisation:
    """Describe an organisation anew; its lots show the new name."""
    organisation = organisations.describe_organisation(session, actor, slug=slug, version=version, draft=draft)
    bump_catalogue(session)
    return organisation


def close_organisation(session: Session, actor: Actor, *, slug: str, version: int) -> Organisation:
    """Close a partner or an adviser. Nobody logs in, and its lots, demands and requests are withdrawn.

    Refused while a transfer runs on either side: what is approved or under way is finished or cancelled first. Closed already:
    nothing changes.
    """
    require(actor, Can.MANAGE_ORGANISATIONS)
    organisation = get_organisation_by_slug(session, slug)
    check_closable(OrganisationKind(organisation.kind))
    if not organisation.is_active:
        return organisation
    of_it = or_(Reservation.organisation_id == organisation.id, Reservation.owner_id == organisation.id)
    running = session.scalar(select(func.count()).select_from(Reservation).where(of_it, Reservation.status.in_(RUNNING))) or 0
    if running:
        raise Conflict(
            ngettext(
                "%(count)s transfer of this organisation is under way. Let it be finished or cancelled, then close.",
                "%(count)s transfers of this organisation are under way. Let them be finished or cancelled, then close.",
                running,
                count=running,
            ),
            running=running,
        )
    organisation = organisations.mark_closed(session, actor, slug=slug, version=version)
    in_its_place = replace(
        actor,
        organisation_id=organisation.id,
        organisation_slug=organisation.slug,
        organisation_name=organisation.name,
        organisation_kind=OrganisationKind.PARTNER,
        role=Role.COORDINATOR,
    )
    _withdraw_everything(session, in_its_place)
    bump_catalogue(session)
    return organisation


def reopen_organisation(session: Session, actor: Actor, *, slug: str, version: int) -> Organisation:
    """Let the people of a closed organisation in again; what was withdrawn stays withdrawn."""
    return organisations.mark_open(session, actor, slug=slug, version=version)


def _withdraw_everything(session: Session, actor: Actor) -> None:
    """Withdraw what the organisation of this actor offers, asks and requests."""
    message = in_default_locale(_("This organisation does not take part any more."))
    lots = select(Listing.id).where(
        Listing.organisation_id == actor.organisation_id, Listing.status.in_((ListingStatus.DRAFT, ListingStatus.PUBLISHED))
    )
    for listing_id in session.scalars(lots.order_by(Listing.id)).all():
        withdraw(session, actor, listing_id=listing_id, reason=message)
    requests = select(Reservation.id).where(Reservation.organisation_id == actor.organisation_id, Reservation.status.in_(OPEN))
    for reservation_id in session.scalars(requests.order_by(Reservation.id)).all():
        cancel(session, actor, reservation_id=reservation_id, reason=message)
    demands = select(Demand.id).where(
        Demand.organisation_id == actor.organisation_id, Demand.status.in_((DemandStatus.DRAFT, DemandStatus.OPEN))
    )
    for demand_id in session.scalars(demands.order_by(Demand.id)).all():
        withdraw_demand(session, actor, demand_id=demand_id)
