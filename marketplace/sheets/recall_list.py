"""The list of a recall as a paper: its lots, where they are, and who has confirmed.

Organisations stand on it and no people: it goes into files that others read.
"""

from collections.abc import Iterator, Mapping, Sequence

from marketplace.depots.models import Lot
from marketplace.depots.rules.number import lot_number
from marketplace.kernel import clock
from marketplace.kernel.formats import long_date, moment, quantity
from marketplace.kernel.language import _, ngettext
from marketplace.recalls.models import Recall, RecallLot, RecallParty, RecallRelease, RecallTransfer
from marketplace.recalls.rules import ROLE_LABELS, STAYS_TAKEN_BACK, Days
from marketplace.sheets import pages
from marketplace.sheets.pages import Block, Paper, Words


def recall_list(
    recall: Recall,
    lots: Sequence[RecallLot],
    parties: Sequence[RecallParty],
    days: Mapping[int, Days],
    transfers: Sequence[RecallTransfer],
    releases: Sequence[RecallRelease],
) -> bytes:
    """Make the PDF in the reader's language, as the recall stands now."""
    title = _("Recall %(number)s: %(title)s", number=str(recall.id), title=recall.lot.title)
    today = clock.today()
    return pages.pdf(
        Paper(
            title=title,
            description=_("The lots of a recall, where they are, and who has confirmed."),
            header=title,
            footer=_("As it stood on %(day)s", day=long_date(today)),
            made_on=today,
            parts=[
                pages.lead(recall.finding),
                pages.note(
                    _("Do not use these lots and do not move them any further. Check with Omgevingsdienst Twente what to do.")
                ),
                *_facts(recall),
                *_lots(lots),
                *_parties(parties, days),
                *_transfers(transfers),
                *_releases(releases),
            ],
        )
    )


def _facts(recall: Recall) -> Iterator[Block]:
    rows: list[tuple[Words, Words]] = [
        (_("Found in"), lot_number(recall.lot_id)),
        (_("Found on"), long_date(recall.found_on)),
        (_("Reported by"), recall.organisation.name),
        (_("Blocked at"), moment(recall.blocked_at)),
    ]
    yield pages.table([_("What"), _("As reported")], rows, align="ll", widths=["auto", "1"])


def where_of(row: RecallLot) -> str:
    """Where a lot lies now: its depot and bay, or the place."""
    return lies_at(row.lot)


def why_of(party: RecallParty) -> str:
    """Why somebody was told: what they are of it, in one line."""
    first, *others = [str(ROLE_LABELS[role]) for role in party.as_roles] or [""]
    return ", ".join([first, *(f"{other[:1].lower()}{other[1:]}" for other in others)])


def days_of(days: Days | None) -> Words:
    """From which day until which somebody owned, had or kept it."""
    if days is None:
        return "–"
    since, until = days
    if until is None:
        return _("since %(day)s", day=long_date(since))
    return long_date(since) if since == until else _("%(since)s to %(until)s", since=long_date(since), until=long_date(until))


def lies_at(lot: Lot, *, with_bay: bool = True) -> str:
    """The depot and bay of a lot, or its place."""
    if lot.depot is None:
        return lot.place_name or "–"
    return f"{lot.depot.name}, {lot.bay}" if lot.bay and with_bay else lot.depot.name


def _lots(lots: Sequence[RecallLot]) -> Iterator[Block]:
    yield pages.headline(ngettext("%(num)s lot", "%(num)s lots", len(lots)))
    rows: list[list[Words]] = [
        [
            lot_number(row.lot_id),
            quantity(row.quantity, row.lot.unit),
            row.lot.organisation.name,
            row.lot.holder.name,
            where_of(row),
            _("free again") if row.release_id else _("blocked"),
        ]
        for row in lots
    ]
    head = [_("Lot"), _("When blocked"), _("Owner"), _("Holder"), _("Where it is"), _("Now")]
    yield pages.table(head, rows, align="lrllll", widths=["auto", "auto", "1", "1", "1", "auto"])


def _parties(parties: Sequence[RecallParty], days: Mapping[int, Days]) -> Iterator[Block]:
    yield pages.headline(_("Who was told"))
    rows: list[list[Words]] = [
        [
            party.organisation.name,
            why_of(party),
            days_of(days.get(party.organisation_id)),
            moment(party.confirmed_at) if party.confirmed_at else _("not confirmed yet"),
        ]
        for party in parties
    ]
    yield pages.table(
        [_("Organisation"), _("Why"), _("Had it"), _("Confirmed")], rows, align="llll", widths=["1", "1", "1", "auto"]
    )


def _transfers(transfers: Sequence[RecallTransfer]) -> Iterator[Block]:
    if not transfers:
        return
    yield pages.headline(_("What was cancelled or taken back"))
    rows: list[list[Words]] = [
        [
            f"{row.reservation.owner.name} → {row.reservation.organisation.name}",
            quantity(row.quantity, row.reservation.unit),
            _("reservation cancelled") if row.seq is None else _("reuse taken back, row %(seq)s", seq=str(row.seq)),
        ]
        for row in transfers
    ]
    yield pages.table([_("Transfer"), _("Quantity"), _("What happened")], rows, align="lrl", widths=["1", "auto", "1"])
    yield pages.small(_("The kilometres that were driven stay in the figures."))


def _releases(releases: Sequence[RecallRelease]) -> Iterator[Block]:
    if not releases:
        return
    yield pages.headline(_("What is free again"))
    rows: list[list[Words]] = [
        [lot_number(row.lot_id), row.paper.number or "–", row.reason, row.organisation.name, long_date(row.released_at)]
        for row in releases
    ]
    head = [_("Lot"), _("Paper"), _("Reason"), _("Organisation"), _("Day")]
    yield pages.table(head, rows, align="lllll", widths=["auto", "auto", "1", "1", "auto"])
    yield pages.small(STAYS_TAKEN_BACK)
