"""A recall as its page shows it, and the tree of a lot as rows."""

from collections.abc import Sequence
from dataclasses import dataclass

from flask import url_for
from markupsafe import Markup

from marketplace.accounts.policy import Actor, Can, may
from marketplace.depots.models import Lot
from marketplace.depots.rules.number import lot_number
from marketplace.documents.queries import list_lot_papers
from marketplace.http.written import Written
from marketplace.kernel.db import Session
from marketplace.kernel.formats import long_date, moment, quantity
from marketplace.kernel.language import Text, _, ngettext
from marketplace.materials.queries import get_taxonomy
from marketplace.recalls.models import Recall, RecallLot, RecallParty, RecallRelease, RecallTransfer
from marketplace.recalls.queries.recalls import (
    count_lots,
    list_lots_of,
    list_parties,
    list_releases,
    list_transfers,
    may_read_addresses,
    standing_of,
)
from marketplace.recalls.queries.traces import Trace, Unconfirmed, find_days_had
from marketplace.recalls.rules import STAYS_TAKEN_BACK, Days, PartyRole, descendants
from marketplace.sheets.recall_list import days_of, lies_at, where_of, why_of
from marketplace.web.ui.paging import PAGE_SIZE, last_page
from marketplace.web.ui.papers import PaperRow, rows_of
from marketplace.web.ui.watch import confirmed_of

Cell = Text | str
Row = list[Cell]
STEP = "— "


@dataclass(frozen=True, slots=True)
class RecallRow:
    """A recall in a list."""

    recall: Recall
    number: str
    blocked: int
    confirmed: Text


def rows_of_recalls(session: Session, recalls: Sequence[Recall]) -> list[RecallRow]:
    """Recalls in a list, each with how far it is."""
    standings = standing_of(session, recalls)
    return [
        RecallRow(recall, lot_number(recall.lot_id), standings[recall.id].blocked, confirmed_of(standings[recall.id]))
        for recall in recalls
    ]


@dataclass(frozen=True, slots=True)
class RecallPage:
    """All of a recall, for whoever reads it. `mine`: the row of the reader's own organisation."""

    recall: Recall
    number: str
    facts: list[tuple[Text, Cell]]
    lots: list[Row]
    lots_total: int
    current: int
    last: int
    parties: list[Row]
    confirmed: Text
    services: list[Text]
    transfers: list[Row]
    releases: list[Row]
    papers: list[PaperRow]
    stays: Text
    asks: bool

    @classmethod
    def of(cls, session: Session, actor: Actor, recall: Recall, page: int) -> "RecallPage":
        """Gather it for this reader."""
        total = count_lots(session, recall.id)
        last = last_page(total)
        current = min(page, last)
        lots, _total = list_lots_of(session, recall.id, page=current, page_size=PAGE_SIZE)
        parties, days = list_parties(session, recall.id), find_days_had(session, recall)
        mine = next((party for party in parties if party.organisation_id == actor.organisation_id), None)
        standing, reads = standing_of(session, [recall])[recall.id], may_read_addresses(actor, recall)
        return cls(
            recall=recall,
            number=lot_number(recall.lot_id),
            facts=[
                (_("Found in"), lot_number(recall.lot_id)),
                (_("Found on"), long_date(recall.found_on)),
                (_("Reported by"), recall.organisation.name),
                (_("Blocked at"), moment(recall.blocked_at)),
                (_("Still blocked"), ngettext("%(num)s lot", "%(num)s lots", standing.blocked)),
            ],
            lots=[_lot(actor, row) for row in lots],
            lots_total=total,
            current=current,
            last=last,
            parties=[_party(party, days.get(party.organisation_id)) for party in parties],
            confirmed=confirmed_of(standing),
            services=[_service(party, reads) for party in parties if PartyRole.ADVISER in party.as_roles],
            transfers=[_transfer(row) for row in list_transfers(session, recall.id)],
            releases=[_release(row) for row in list_releases(session, recall.id)],
            papers=rows_of(list_lot_papers(session, [recall.lot_id]), get_taxonomy(session)),
            stays=STAYS_TAKEN_BACK,
            asks=mine is not None and mine.confirmed_at is None and may(actor, Can.CONFIRM_RECALL),
        )


def _lot(actor: Actor, row: RecallLot) -> Row:
    return [
        _numbered(actor, row.lot),
        quantity(row.quantity, row.lot.unit),
        row.lot.organisation.name,
        row.lot.holder.name,
        Written(where_of(row)),
        _("free again") if row.release_id else _("blocked"),
    ]


def _party(party: RecallParty, days: Days | None) -> Row:
    return [
        party.organisation.name,
        why_of(party),
        days_of(days),
        moment(party.confirmed_at) if party.confirmed_at else _("not confirmed yet"),
    ]


def _service(party: RecallParty, reads: bool) -> Text:
    """When the environmental service was told, and for whoever may read it at which address."""
    words: dict[str, Cell] = {"organisation": party.organisation.name, "moment": moment(party.told_at)}
    if not reads:
        return _("%(organisation)s was told on %(moment)s.", **words)
    if party.alert_email:
        return _("%(organisation)s was told on %(moment)s, at %(email)s and in the bank.", email=party.alert_email, **words)
    return _("%(organisation)s was told on %(moment)s, in the bank only: it has no known email address for alerts.", **words)


def _transfer(row: RecallTransfer) -> Row:
    sides = f"{row.reservation.owner.name} → {row.reservation.organisation.name}"
    what = _("reservation cancelled") if row.seq is None else _("reuse taken back, row %(seq)s", seq=str(row.seq))
    return [sides, quantity(row.quantity, row.reservation.unit), what]


def _release(row: RecallRelease) -> Row:
    return [
        lot_number(row.lot_id),
        row.paper.number or "–",
        Written(row.reason),
        row.organisation.name,
        long_date(row.released_at),
    ]


def _numbered(actor: Actor, lot: Lot) -> str:
    """The number of a lot, with the way to its page for whoever may see it."""
    number = lot_number(lot.id)
    if not may(actor, Can.READ_LOT, lot):
        return number
    return Markup('<a href="{}">{}</a>').format(url_for("lots.show", lot_id=lot.id), number)


def lots_below(tree: Trace, top: int) -> list[Lot]:
    """A lot of a tree and what came from it."""
    below = set(descendants({lot.id: lot.parent_id for lot in tree.lots}, top))
    return [lot for lot in tree.lots if lot.id in below]


def trace_rows(actor: Actor, tree: Trace, lots: Sequence[Lot]) -> list[Row]:
    """Lots of a tree, each below its parent, with what of it is handed over and not confirmed."""
    rows: list[Row] = []
    for lot in lots:
        rows.append(_traced(actor, lot, tree.depths[lot.id]))
        rows.extend(_unconfirmed(lot, row, tree.depths[lot.id] + 1) for row in tree.unconfirmed if row.lot_id == lot.id)
    return rows


def had_rows(actor: Actor, tree: Trace) -> list[Row]:
    """Everybody who owned or had a lot of the tree, the first ones first."""
    by_id = {lot.id: lot for lot in tree.lots}
    return [
        [
            _numbered(actor, by_id[holding.lot_id]),
            quantity(holding.quantity, by_id[holding.lot_id].unit),
            holding.owner.name,
            holding.holder.name,
            Written(holding.depot) if holding.depot else "–",
            days_of((holding.since, holding.until)),
        ]
        for holding in tree.had
    ]


def _unconfirmed(lot: Lot, row: Unconfirmed, depth: int) -> Row:
    """What was handed over of a lot and is not confirmed.

    No lot of its own yet, and no more where the lot lies.
    """
    state = _("handed over, not confirmed")
    number, having = Markup("{}{}").format(STEP * depth, _("part of it")), row.organisation.name
    return [
        number,
        lot_number(lot.id),
        quantity(row.quantity, lot.unit),
        lot.organisation.name,
        having,
        _("with the receiver"),
        state,
    ]


def _traced(actor: Actor, lot: Lot, depth: int) -> Row:
    """A lot of a tree. In which bay it stands is for whoever reads the lot."""
    where = Written(lies_at(lot, with_bay=may(actor, Can.READ_LOT, lot)))
    state = _("blocked") if lot.blocked_at else _("nothing left") if lot.quantity == 0 else _("there")
    number = Markup("{}{}").format(STEP * depth, _numbered(actor, lot))
    came = lot_number(lot.parent_id) if lot.parent_id else _("the origin")
    return [number, came, quantity(lot.quantity, lot.unit), lot.organisation.name, lot.holder.name, where, state]
