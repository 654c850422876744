"""What somebody may do with a lot, as buttons: reserve it, or, where it is theirs, change it."""

from dataclasses import dataclass

from marketplace.accounts.policy import Actor, Can, may
from marketplace.exchange.actions.reserve import check_reservable_by
from marketplace.kernel.errors import Refusal
from marketplace.kernel.language import Text, _
from marketplace.market.models import Listing
from marketplace.market.rules.listing import ListingStatus


@dataclass(frozen=True, slots=True)
class Step:
    """One button: a page to open, or with `posts` something that happens at once."""

    label: Text
    path: str
    kind: str = "second"
    posts: bool = False


@dataclass(frozen=True, slots=True)
class Taking:
    """The buttons of a lot, and why reserving is not one of them."""

    steps: tuple[Step, ...]
    why_not: Text | None = None
    asks_log_in: bool = False


def taking(actor: Actor, listing: Listing) -> Taking:
    """The steps from here for this actor."""
    at = f"/aanbod/{listing.id}"
    own = _own_steps(listing, at) if may(actor, Can.EDIT_LISTING, listing) else ()
    if not actor.is_member:
        return Taking((), asks_log_in=listing.status == ListingStatus.PUBLISHED and listing.available > 0)
    if not may(actor, Can.RESERVE, listing) or listing.status == ListingStatus.DRAFT:
        return Taking(own)
    try:
        check_reservable_by(actor, listing)
    except Refusal as refusal:
        return Taking(own, refusal.message)
    if listing.available <= 0:
        queue = Step(_("Join the waiting list"), f"{at}/reserveren") if listing.held > 0 else None
        return Taking((*own, *([queue] if queue else [])), _("Everything is reserved. Wait for it, or place a demand."))
    if own:
        return Taking((own[0], Step(_("Reserve for another department"), f"{at}/reserveren"), *own[1:]))
    return Taking((Step(_("Reserve"), f"{at}/reserveren", ""),))


def _own_steps(listing: Listing, at: str) -> tuple[Step, ...]:
    if listing.status == ListingStatus.DRAFT:
        return (
            Step(_("Continue with this draft"), f"{at}/bewerken", ""),
            Step(_("Publish"), f"{at}/publiceren", posts=True),
        )
    if listing.status == ListingStatus.PUBLISHED:
        return (
            Step(_("Change"), f"{at}/bewerken", ""),
            Step(_("Who asks for it?"), f"{at}/aanvragen"),
            Step(_("Who needs this?"), f"{at}/matches"),
            Step(_("Withdraw"), f"{at}/intrekken", "stop"),
        )
    return ()
