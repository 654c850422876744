"""The memo of a search before something was bought, as a paper.

Everything on it comes from what was kept at the search and at the conclusion, so the same memo is the same bytes, whatever has changed
since. No names of people stand on it: it goes into a file of a purchase, which others read.
"""

from collections.abc import Iterator
from decimal import Decimal

from marketplace.kernel import clock
from marketplace.kernel.formats import km, long_date, mass, moment, number, quantity
from marketplace.kernel.language import Text, _, ngettext
from marketplace.market.rules.listing import CONDITION_LABELS
from marketplace.memos.models import Memo, MemoConclusion
from marketplace.memos.rules.memo import DECIDED_LABELS, WHY_LABELS, Decision, WhyNew
from marketplace.memos.rules.record import FoundLot, Lying, Searched, SearchResult, Stock, read_found, read_searched, read_stock
from marketplace.sheets import pages
from marketplace.sheets.pages import Block, Paper, Words


def memo_paper(memo: Memo, conclusion: MemoConclusion | None) -> bytes:
    """Make the PDF of a memo in the reader's language. Without a conclusion it says that nothing was decided yet."""
    result, searched = read_found(memo.found), read_searched(memo.search)
    title = _("First the bank: %(memo)s", memo=memo.name)
    return pages.pdf(
        Paper(
            title=title,
            description=_(
                "%(organisation)s searched the materials bank before buying: %(title)s",
                organisation=memo.organisation_name,
                title=searched.title,
            ),
            header=title,
            footer=_footer(memo, conclusion),
            made_on=clock.local(conclusion.concluded_at).date() if conclusion else memo.searched_on,
            parts=[
                pages.lead(result_of(memo)),
                pages.note(_decided(conclusion) if conclusion else _("What was done after this search is not said yet.")),
                *_search(memo, searched),
                *_on_the_bank(result),
                *_stock(read_stock(memo.stock)),
                *(_what_was_done(conclusion) if conclusion else ()),
                pages.small(_how(memo)),
            ],
        )
    )


def _footer(memo: Memo, conclusion: MemoConclusion | None) -> Text:
    searched = long_date(memo.searched_on)
    if conclusion is None:
        return _("%(memo)s, searched on %(searched)s", memo=memo.name, searched=searched)
    return _(
        "%(memo)s, searched on %(searched)s, concluded on %(concluded)s",
        memo=memo.name,
        searched=searched,
        concluded=long_date(conclusion.concluded_at),
    )


def result_of(memo: Memo) -> Text:
    """What the search found, in a sentence with its day."""
    day = long_date(memo.searched_on)
    if not memo.fitting:
        return _("No suitable supply on the materials bank on %(day)s.", day=day)
    return ngettext(
        "On %(day)s %(num)s lot on the materials bank fitted.",
        "On %(day)s %(num)s lots on the materials bank fitted.",
        memo.fitting,
        day=day,
    )


def _decided(conclusion: MemoConclusion) -> Text:
    decided = DECIDED_LABELS[Decision(conclusion.decision)]
    if conclusion.reason is None:
        return _("What was done: %(decided)s.", decided=_lowered(decided))
    return _(
        "What was done: %(decided)s. Reason: %(reason)s.",
        decided=_lowered(decided),
        reason=_lowered(WHY_LABELS[WhyNew(conclusion.reason)]),
    )


def _lowered(label: Text) -> str:
    text = str(label)
    return text[:1].lower() + text[1:]


def search_facts(searched: Searched) -> list[tuple[Words, Words]]:
    """What was searched, as facts. What was not said is left out."""
    material = str(searched.material_name)
    if searched.also:
        also = ", ".join(str(name) for name in searched.also)
        material = str(_("%(material)s; also what may replace it: %(also)s", material=material, also=also))
    farthest = _("no limit") if searched.max_distance_km is None else km(searched.max_distance_km, None)
    first, last = long_date(searched.needed_from), long_date(searched.needed_until)
    rows: list[tuple[Words, Words]] = [
        (_("What it is for"), searched.title),
        (_("Material"), material),
        (_("Material group"), str(searched.group_name)),
        (_("Quantity"), quantity(searched.quantity)),
        (_("At least in this condition"), CONDITION_LABELS[searched.min_condition]),
        *((str(wish.name), str(wish.said)) for wish in searched.wishes),
        (_("Period"), _("%(first)s to %(last)s", first=first, last=last)),
        (_("Place"), searched.place.place_name),
        (_("Maximum distance"), farthest),
        (_("Project"), searched.project),
        (_("Department"), searched.department),
    ]
    return [(label, value) for label, value in rows if value]


def _search(memo: Memo, searched: Searched) -> Iterator[Block]:
    yield pages.headline(_("What was searched"))
    rows = [(_("Organisation"), memo.organisation_name), (_("Searched at"), moment(memo.searched_at)), *search_facts(searched)]
    yield pages.table([_("What"), _("As searched")], rows, align="ll", widths=["auto", "1"])


def _on_the_bank(result: SearchResult) -> Iterator[Block]:
    yield pages.headline(_("What the bank had that fits"))
    if result.lots:
        head = [_("Lot"), _("Condition"), _("Distance"), _("Left"), _("Covers"), _("Free from")]
        rows: list[list[Words]] = [
            [
                _lot(lot),
                CONDITION_LABELS[lot.condition],
                memo_km(lot.distance_km),
                quantity(lot.available),
                _covers(lot),
                free_from(lot),
            ]
            for lot in result.lots
        ]
        yield pages.table(head, rows, align="llrrrl", widths=["1", *["auto"] * 5])
        if result.fitting > len(result.lots):
            yield pages.small(_("These are the best %(shown)s of %(total)s.", shown=len(result.lots), total=result.fitting))
    else:
        yield pages.par(_("No lot on the bank fitted what was searched."))
    if not result.misses:
        return
    yield pages.headline(_("What nearly fitted"))
    head = [_("Lot"), _("Distance"), _("Left"), _("What was in the way")]
    misses: list[list[Words]] = [
        [_lot(lot), memo_km(lot.distance_km), quantity(lot.available), str(lot.in_the_way)] for lot in result.misses
    ]
    yield pages.table(head, misses, align="lrrl", widths=["1", "auto", "auto", "1"])
    if result.nearly > len(result.misses):
        yield pages.small(_("These are the nearest %(shown)s of %(total)s.", shown=len(result.misses), total=result.nearly))


def _lot(lot: FoundLot) -> str:
    named = _(
        "%(title)s (lot %(number)s), %(organisation)s, in %(place)s",
        title=lot.title,
        number=str(lot.listing_id),
        organisation=lot.organisation,
        place=lot.place_name,
    )
    return " ".join([f"{named}.", *map(str, lot.doubts)]) if lot.doubts else str(named)


def _covers(lot: FoundLot) -> str:
    return quantity(lot.covers) if lot.covers else "–"


def free_from(lot: FoundLot) -> Text | str:
    """Since when a lot was free, or from which day it would be."""
    day = long_date(lot.available_from)
    return _("planned: %(day)s", day=day) if lot.is_planned else day


def memo_km(away: Decimal) -> str:
    """A distance as it was told: whole kilometres for whoever may know no more."""
    return km(away, 0 if away == away.to_integral_value() else 1)


def stock_rows(stock: Stock) -> list[tuple[Text, Lying]]:
    """The two rows of the stock of that day."""
    return [(_("This material and what may replace it"), stock.material), (_("The whole material group"), stock.group)]


def _stock(stock: Stock) -> Iterator[Block]:
    yield pages.headline(_("What was in the region that day"))
    rows: list[list[Words]] = [
        [label, number(lying.lots), number(lying.planned), mass(lying.mass_kg), _nearest(lying)]
        for label, lying in stock_rows(stock)
    ]
    head = [_("On offer"), _("Lots"), _("Of which not free yet"), _("Mass"), _("Nearest")]
    yield pages.table(head, rows, align="lrrrr")
    unweighed = stock.group.unweighed
    if unweighed:
        yield pages.small(
            ngettext(
                "For %(num)s lot the mass is not known; it is not in these figures.",
                "For %(num)s lots the mass is not known; they are not in these figures.",
                unweighed,
            )
        )


def _nearest(lying: Lying) -> str:
    return "–" if lying.nearest_km is None else memo_km(lying.nearest_km)


def conclusion_facts(conclusion: MemoConclusion) -> list[tuple[Text, Words]]:
    """What was done after the search, as facts. What was not said is left out."""
    rows: list[tuple[Text, Words]] = [(_("Decision"), DECIDED_LABELS[Decision(conclusion.decision)])]
    if conclusion.reason is not None:
        rows.append((_("Reason"), WHY_LABELS[WhyNew(conclusion.reason)]))
    if conclusion.explanation:
        rows.append((_("In their own words"), conclusion.explanation))
    if conclusion.bought is not None:
        rows.append((_("Bought new"), quantity(conclusion.bought, conclusion.bought_unit)))
    if conclusion.purchase_reference:
        rows.append((_("Reference of the purchase"), conclusion.purchase_reference))
    return [*rows, (_("Concluded at"), moment(conclusion.concluded_at))]


def _what_was_done(conclusion: MemoConclusion) -> Iterator[Block]:
    yield pages.headline(_("What was done"))
    yield pages.table([_("What"), _("As concluded")], conclusion_facts(conclusion), align="ll", widths=["auto", "1"])


def _how(memo: Memo) -> Text:
    return _(
        "The bank compared this search with all lots on offer by the same rules as it matches demands with: material, condition, period, distance, hazards, "
        "quantity and whose turn it is. Lots that were not free yet count from the day on which they become free. Revision of the catalogue: %(revision)s. "
        "Version of the list of materials: %(version)s. Everything on this paper was kept at that moment and does not change any more.",
        revision=str(memo.catalogue_revision),
        version=str(memo.factor_version),
    )
