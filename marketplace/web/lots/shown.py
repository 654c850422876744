"""The page of one lot, as a scan of its label opens it on a phone."""

from collections.abc import Iterator
from dataclasses import dataclass

from flask import url_for

from marketplace.accounts.policy import Actor, Can, may
from marketplace.depots.models import Arrival, Lot
from marketplace.depots.queries.arrivals import find_awaited
from marketplace.depots.rules.lots import MovementKind
from marketplace.depots.rules.number import lot_number
from marketplace.http.written import Written
from marketplace.kernel import clock
from marketplace.kernel.db import Session
from marketplace.kernel.formats import long_date, mass, near_date, number, quantity
from marketplace.kernel.language import Text, _, ngettext
from marketplace.kernel.units import Amount
from marketplace.market.models import Listing
from marketplace.market.queries.losses import find_said_gone
from marketplace.market.rules.freshness import OUTCOME_LABELS, Outcome
from marketplace.market.rules.listing import CONDITION_LABELS, Condition
from marketplace.materials.queries import get_taxonomy
from marketplace.stock.models import ChainOffer
from marketplace.stock.queries.history import Event, list_events
from marketplace.stock.queries.legs import list_legs
from marketplace.stock.queries.lying import Lying, with_offers
from marketplace.stock.queries.warnings import find_expected
from marketplace.stock.rules.chain import lies_too_long
from marketplace.web.ui.driving import Driven, driven_of
from marketplace.web.ui.lots import Picture, picture
from marketplace.web.ui.lying import words_of_offer

KINDS: dict[MovementKind, Text] = {
    MovementKind.IN: _("Came in"),
    MovementKind.SPLIT: _("Split"),
    MovementKind.MOVE: _("Moved"),
    MovementKind.COUNT: _("Counted"),
    MovementKind.OUT: _("Went out"),
    MovementKind.RETURN: _("Came back"),
    MovementKind.WRITE_OFF: _("Written off"),
    MovementKind.BLOCK: _("Blocked"),
    MovementKind.UNBLOCK: _("Released"),
}
STATES = (MovementKind.BLOCK, MovementKind.UNBLOCK)


@dataclass(frozen=True, slots=True)
class Tile:
    """Something that can be done with the lot now: its icon, its word and its form."""

    icon: str
    label: Text
    href: str


@dataclass(frozen=True, slots=True)
class Line:
    """One thing that happened, with its figure at the right."""

    what: Text | str
    also: str
    figure: str
    other: tuple[str, str] | None
    stops: bool


@dataclass(frozen=True, slots=True)
class DrivenLeg:
    """A drive of the lot, with its arithmetic. `href`: its row of the ledger, for whoever may see that."""

    day: str
    driven: Driven
    href: str


@dataclass(frozen=True, slots=True)
class LotPage:
    """All of it. `place`: where it lies, in words; `tiles`: none for whoever only reads it."""

    lot: Lot
    number: str
    cover: Picture | None
    place: Text | str
    figures: list[tuple[str, Text | str]]
    notes: list[Text]
    facts: list[tuple[Text, Text | str | None]]
    tiles: list[Tile]
    listing: Listing | None
    offer: Text | None
    lines: list[Line]
    legs: list[DrivenLeg]

    @classmethod
    def of(cls, session: Session, actor: Actor, lot: Lot) -> "LotPage":
        """Gather it for this reader."""
        (seen,) = with_offers(session, [lot])
        return cls(
            lot=lot,
            number=lot_number(lot.id),
            cover=picture(seen.photo, lot.title) if seen.photo else None,
            place=place_of(lot),
            figures=_figures(lot),
            notes=list(_notes(session, actor, lot)),
            facts=_facts(session, lot, seen.chain),
            tiles=_tiles(actor, seen, find_expected(session, actor, lot.id)),
            listing=seen.listing,
            offer=words_of_offer(seen.listing, seen.chain) if seen.listing else None,
            lines=[_line(lot, event) for event in list_events(session, actor, lot)],
            legs=_legs(session, actor, lot),
        )


def place_of(lot: Lot) -> Text | str:
    """Where a lot lies, in words."""
    if lot.depot is None:
        return Written(lot.place_name)
    if lot.bay:
        return _("%(depot)s, bay %(bay)s", depot=Written(lot.depot.name), bay=Written(lot.bay))
    return Written(lot.depot.name)


def _notes(session: Session, actor: Actor, lot: Lot) -> Iterator[Text]:
    """What whoever opens the lot should know at once. Where it is announced, and for its keeper what its owner said of it."""
    if lot.quantity == 0:
        return
    if awaited := find_awaited(session, lot.id):
        day = long_date(awaited.on)
        yield _(
            "Announced to %(depot)s for %(day)s. A keeper there takes it in by its number.", depot=Written(awaited.depot), day=day
        )
    offered = (
        find_said_gone(session, lot.id) if may(actor, Can.HANDLE_LOT, lot) and lot.owner_id != actor.organisation_id else None
    )
    if offered is not None and offered.outcome is not None:
        outcome, day = OUTCOME_LABELS[Outcome(offered.outcome)], long_date(offered.lost_on)
        yield _(
            "Its owner ended the offer on %(day)s: “%(outcome)s”. Is it gone? Then book it out or write it off.",
            day=day,
            outcome=outcome,
        )


def _figures(lot: Lot) -> list[tuple[str, Text | str]]:
    figures: list[tuple[str, Text | str]] = [(quantity(lot.quantity, lot.unit), _("here now") if lot.depot_id else _("left"))]
    figures.append((mass(lot.quantity * lot.kg_per_unit), _("weight")))
    if lot.in_depot_since:
        days = (clock.today() - lot.in_depot_since).days
        figures.append(
            (str(ngettext("%(num)s day", "%(num)s days", days)), _("since %(day)s", day=near_date(lot.in_depot_since)))
        )
    return figures


def _facts(session: Session, lot: Lot, chain: ChainOffer | None) -> list[tuple[Text, Text | str | None]]:
    return [
        (_("Material"), get_taxonomy(session).material_by_id(lot.material_id).name),
        (_("Condition"), CONDITION_LABELS[Condition(lot.condition)]),
        (_("Owner"), lot.organisation.name),
        (_("Holder"), lot.holder.name if lot.holder_id != lot.owner_id else None),
        (_("Pallet places"), str(lot.pallets) if lot.pallets else None),
        (_("In this depot since"), long_date(lot.in_depot_since) if lot.in_depot_since else None),
        (_("Offered to the chain"), _chained(chain) if chain else None),
    ]


def _chained(chain: ChainOffer) -> Text:
    """When the chain was told, and how many of it."""
    if chain.told_at is None:
        return _("not yet: the chain is told when the offer is published")
    day = long_date(chain.told_at)
    return ngettext(
        "on %(day)s, %(num)s organisation was told", "on %(day)s, %(num)s organisations were told", chain.told, day=day
    )


def _tiles(actor: Actor, seen: Lying, expected: Arrival | None) -> list[Tile]:
    """What this reader can do with it now. A blocked lot goes to nobody, and so is not offered, split or let out.

    First what a keeper does most, within reach of a thumb. `expected`: what was announced to a depot of the reader's, and is this lot.
    """
    lot, is_offered = seen.lot, seen.listing is not None
    handles, owns = may(actor, Can.HANDLE_LOT, lot), may(actor, Can.OFFER_LOT, lot)
    if lot.quantity == 0 or not (handles or owns or expected):
        return []
    is_free = lot.blocked_at is None
    stay = lot.depot.longest_stay_days if lot.depot else None
    is_for_chain = seen.chain is None and lies_too_long(lot.in_depot_since, stay, clock.today())

    def own(endpoint: str) -> str:
        return url_for(endpoint, lot_id=lot.id)

    coming = url_for("lots.bring_in", depot_id=expected.depot_id, nummer=lot_number(lot.id)) if expected else ""
    rows = (
        (expected is not None, "log-in", _("Take in"), coming),
        (handles, "move-right", _("Move") if lot.depot_id else _("Into a depot"), own("lots.move")),
        (handles and is_free, "log-out", _("Book out"), own("lots.let_out")),
        (handles, "clipboard-check", _("Count"), own("lots.count")),
        (handles and is_free, "split", _("Split"), own("lots.split")),
        (handles or owns, "camera", _("Photo"), own("lots.photo")),
        (owns and is_free and not is_offered, "megaphone", _("Offer it"), own("lots.offer")),
        (owns and is_free and is_for_chain, "recycle", _("To the chain"), own("lots.offer_to_chain")),
        (handles, "archive-x", _("Write off"), own("lots.write_off")),
        (True, "printer", _("Label"), own("depot_files.label")),
    )
    return [Tile(icon, label, href) for applies, icon, label, href in rows if applies]


def _legs(session: Session, actor: Actor, lot: Lot) -> list[DrivenLeg]:
    """What was driven of it.

    Exact kilometres, so for its owner and for whoever knows exact places.
    """
    is_own = actor.organisation_id == lot.owner_id
    if not (is_own or may(actor, Can.READ_POINTS)):
        return []
    sees = may(actor, Can.READ_ALL_EXCHANGES) or (is_own and may(actor, Can.READ_EXCHANGES))
    names = {vehicle.slug: vehicle.name for vehicle in get_taxonomy(session).vehicles}
    return [
        DrivenLeg(
            near_date(row.happened_on),
            driven_of(row, names.get(row.vehicle_class, row.vehicle_class)),
            url_for("exchanges.show", seq=row.seq) if sees else "",
        )
        for row in list_legs(session, lot.id)
    ]


def _line(lot: Lot, event: Event) -> Line:
    kind = event.kind
    words: list[Text | str] = [near_date(event.on), event.by]
    if event.is_moved or kind in (MovementKind.IN, MovementKind.SPLIT):
        words.append(_("%(depot)s, bay %(bay)s", depot=event.depot, bay=event.bay) if event.depot and event.bay else event.depot)
    if event.owner != lot.organisation.name:
        words.append(_("of %(organisation)s", organisation=event.owner))
    if event.reason:
        words.append(f"“{event.reason}”")
    other = event.other_lot_id
    return Line(
        KINDS[kind] if event.weighs is None else _("Weighed"),
        " · ".join(str(word) for word in words if word),
        "" if kind in STATES else signed_quantity(event, lot),
        (lot_number(other), url_for("lots.show", lot_id=other)) if other else None,
        kind is MovementKind.BLOCK,
    )


def signed_quantity(event: Event, lot: Lot) -> str:
    """What the lot gained with a plus, what it lost with a minus. Of a move only how much, of a weighing what a unit weighs."""
    if event.weighs is not None:
        return str(_("%(kg)s kg per %(unit)s", kg=number(event.weighs), unit=lot.unit_of.one))
    written = quantity(Amount(abs(event.quantity), lot.unit_of))
    return (
        written if event.is_moved else f"+{written}" if event.quantity > 0 else f"−{written}" if event.quantity < 0 else written
    )
