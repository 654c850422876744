"""Whose turn it is, in words. On the page of a lot, on the forms, and where an organisation agrees on it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from marketplace.accounts.policy import Actor
from marketplace.accounts.queries.organisations import list_municipalities
from marketplace.accounts.rules.accounts import OrganisationKind
from marketplace.kernel import clock
from marketplace.kernel.db import Session
from marketplace.kernel.formats import long_date
from marketplace.kernel.language import Text, _, ngettext
from marketplace.market.models import Listing
from marketplace.market.rules.listing import ListingStatus
from marketplace.market.rules.windows import RING_LABELS, Asker, Ring, WindowDefaults, Windows, ring_of

Names = Mapping[str, str]
Row = tuple[Text, Text | str]


@dataclass(frozen=True, slots=True)
class Turn:
    """One ring of a lot. `state`: done (open, and a later one too), now (the last that opened), next, or later."""

    ring: Ring
    who: Text | str
    when: Text
    state: str
    is_yours: bool


def municipal_names(session: Session) -> dict[str, str]:
    """The municipalities by their slugs, in the order of their names."""
    return {municipality.slug: municipality.name for municipality in list_municipalities(session)}


def turns_of(listing: Listing, actor: Actor, names: Names) -> list[Turn]:
    """The rings of a lot on offer, first to last; empty for any other lot."""
    if listing.status != ListingStatus.PUBLISHED or listing.region_from is None or listing.partners_from is None:
        return []
    today, rings = clock.today(), listing.rings
    days = _days(listing)
    opened = [ring for ring, day in days if day <= today]
    coming = [ring for ring, day in days if day > today]
    yours = (
        ring_of(rings, Asker(actor.organisation_id, actor.organisation_slug, actor.organisation_kind))
        if actor.is_member and actor.organisation_kind != OrganisationKind.ADVISER
        else None
    )
    rows = []
    for ring, day in days:
        if ring in opened:
            state = "now" if ring == opened[-1] else "done"
        else:
            state = "next" if ring == coming[0] else "later"
        rows.append(Turn(ring, _who(ring, listing, names), describe_day(day, today), state, ring == yours))
    return rows


def next_turn(listing: Listing) -> Text | None:
    """Which ring of a lot on offer opens next, and when; None when all are open."""
    today = clock.today()
    coming = [(ring, day) for ring, day in _days(listing) if day > today] if listing.status == ListingStatus.PUBLISHED else []
    if not coming:
        return None
    ring, day = coming[0]
    return _("Next: %(who)s, %(when)s", who=RING_LABELS[ring], when=countdown((day - today).days))


def _days(listing: Listing) -> list[tuple[Ring, date]]:
    opened = clock.local(listing.published_at).date() if listing.published_at else clock.today()
    days = [(Ring.OWN, opened)]
    if listing.chosen_circle:
        days.append((Ring.CIRCLE, listing.circle_from or opened))
    return [*days, (Ring.REGION, listing.region_from or opened), (Ring.PARTNERS, listing.partners_from or opened)]


def _who(ring: Ring, listing: Listing, names: Names) -> Text | str:
    if ring == Ring.OWN:
        return listing.organisation.name
    return circle_words(listing.chosen_circle or (), names) if ring == Ring.CIRCLE else RING_LABELS[ring]


def circle_words(circle: Sequence[str], names: Names) -> Text:
    """The circle by the names of its municipalities."""
    return _("Circle: %(names)s", names=", ".join(sorted(names.get(slug, slug) for slug in circle)))


def describe_day(day: date, today: date) -> Text:
    """Since when, or in how many days and on which."""
    if day == today:
        return _("from today")
    if day < today:
        return _("since %(day)s", day=long_date(day))
    return _("%(countdown)s, from %(day)s", countdown=countdown((day - today).days), day=long_date(day))


def countdown(days: int) -> Text:
    """`morgen`, `over 3 dagen`."""
    return _("tomorrow") if days == 1 else ngettext("in %(num)s day", "in %(num)s days", days)


def agreed_rows(agreed: WindowDefaults, names: Names) -> list[Row]:
    """What an organisation agreed, ring by ring."""
    rows: list[Row] = [(RING_LABELS[Ring.OWN], _("at once"))]
    if agreed.circle:
        rows.append((circle_words(agreed.circle, names), _waits(agreed.circle_days)))
    return [
        *rows,
        (RING_LABELS[Ring.REGION], _waits(agreed.region_days)),
        (RING_LABELS[Ring.PARTNERS], _waits(agreed.partners_days)),
    ]


def _waits(days: int) -> Text:
    return ngettext("%(num)s day later", "%(num)s days later", days) if days else _("at the same time")


def preview_rows(windows: Windows, names: Names) -> list[Row]:
    """The days on which the rings of a lot would open if it were published now."""
    today = clock.today()
    rows: list[Row] = [(RING_LABELS[Ring.OWN], _("from today"))]
    if windows.circle_from is not None:
        rows.append((circle_words(windows.circle, names), describe_day(windows.circle_from, today)))
    rows.append((RING_LABELS[Ring.REGION], describe_day(windows.region_from, today)))
    rows.append((RING_LABELS[Ring.PARTNERS], describe_day(windows.partners_from, today)))
    return rows
