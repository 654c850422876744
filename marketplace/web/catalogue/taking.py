"""What somebody may do with a lot, as buttons. Reserve it, or, where it is theirs, change it."""

from dataclasses import dataclass

from marketplace.accounts.policy import Actor, Can, may
from marketplace.exchange.actions.reserve import check_reservable_by
from marketplace.kernel.errors import Refusal
from marketplace.kernel.formats import carbon, long_date, quantity
from marketplace.kernel.language import Text, _
from marketplace.market.models import Listing
from marketplace.market.rules.listing import CERTAINTY_HINTS, CERTAINTY_LABELS, ListingStatus
from marketplace.materials.rules.gates import Finding, Moment
from marketplace.web.ui.lots import LotPage, price_of
from marketplace.web.ui.plans import find_certainty, period_of


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


@dataclass(frozen=True, slots=True)
class Terms:
    """How much of a lot is free, and its terms: name, value, and what is added in a softer tone."""

    how_much: Text
    facts: tuple[tuple[Text, Text | str, Text | None], ...]


def terms_of(listing: Listing, lot: LotPage) -> Terms:
    """When, in which parts, for what price, and what it saves."""
    facts: list[tuple[Text, Text | str, Text | None]] = []
    if lot.is_left:
        facts.append((_("Comes free") if listing.planned else _("Free"), _free(listing, lot), None))
    if sure := find_certainty(listing):
        facts.append((_("Certainty"), CERTAINTY_LABELS[sure], CERTAINTY_HINTS[sure]))
    if listing.minimum_part:
        smallest = quantity(listing.minimum_part, listing.unit)
        facts.append((_("In parts"), _("Parts from %(smallest)s", smallest=smallest), None))
    facts.append((_("Price"), price_of(listing), None))
    if lot.saves_kgco2e is None:
        facts.append((_("Saves compared with new"), _("unknown: this material has no carbon factor yet"), None))
    else:
        facts.append((_("Saves compared with new"), carbon(lot.saves_kgco2e), _("before transport")))
    return Terms(_how_much(lot), tuple(facts))


def _how_much(lot: LotPage) -> Text:
    if not lot.is_left:
        return _("nothing of it is free any more")
    return _("all of it free") if lot.free == lot.total else _("free of %(total)s", total=quantity(lot.total))


def _free(listing: Listing, lot: LotPage) -> Text:
    if listing.planned:
        return period_of(listing)
    first = long_date(listing.available_from)
    if listing.available_until:
        return _("from %(first)s to %(last)s", first=first, last=long_date(listing.available_until))
    return _("from %(day)s", day=first) if lot.lot.from_on else _("now")


def taking(actor: Actor, listing: Listing, findings: tuple[Finding, ...] = ()) -> Taking:
    """The steps from here for this actor. What a rule stops is not reserved: its sentence stands in the place of the button."""
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
    if stopping := [finding for finding in findings if finding.blocks(Moment.RESERVE)]:
        return Taking(own, stopping[0].sentence)
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
            *((Step(_("Only for our own organisation"), f"{at}/eigen-gebruik", posts=True),) if listing.planned else ()),
        )
    if listing.status == ListingStatus.PUBLISHED:
        return (
            *((Step(_("Open to others"), f"{at}/openstellen", posts=True),) if listing.is_closed_to_others else ()),
            *(
                (Step(_("It is there"), f"{at}/ligt-er", ""), Step(_("Move the period"), f"{at}/periode"))
                if listing.planned
                else ()
            ),
            Step(_("Change"), f"{at}/bewerken", "second" if listing.planned else ""),
            Step(_("Who is asking for it?"), f"{at}/aanvragen"),
            Step(_("Who needs this?"), f"{at}/matches"),
            Step(_("Withdraw"), f"{at}/intrekken", "stop"),
        )
    return ()
