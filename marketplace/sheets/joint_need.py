"""What several municipalities need together, as a paper for the file of a purchase.

With the arithmetic, what a farthest distance does, a clause and the European thresholds. Organisations stand on it and no people. Distances are those of
public points, so it may be passed on.
"""

from collections.abc import Iterator

from marketplace.joint.queries.effect import Circle
from marketplace.joint.queries.needs import JointNeed, NeedRow
from marketplace.joint.rules.clause import GUIDANCE, NARROW, NO_SPLITTING, Clause, is_narrow
from marketplace.joint.rules.wording import CONTRACT_LABELS, describe_estimate, describe_source, describe_threshold
from marketplace.kernel.formats import km, long_date, mass, money, number, period, quantity
from marketplace.kernel.language import Text, _
from marketplace.sheets import pages
from marketplace.sheets.pages import Block, Paper, Words


def joint_need_paper(need: JointNeed, clause: Clause) -> bytes:
    """Make the PDF in the reader's language, as it stands today."""
    title = _("Joint need: %(material)s", material=need.material)
    day = long_date(need.as_of)
    return pages.pdf(
        Paper(
            title=title,
            description=_("What several municipalities need together, what the bank covers, and what is left to buy."),
            header=title,
            footer=_("As it stood on %(day)s", day=day),
            made_on=need.as_of,
            parts=[
                pages.lead(_("%(who)s, %(period)s", who=who_needs(need), period=period_of(need))),
                pages.note(total_in_words(need)),
                *_shares(need),
                *_needs(need),
                *_lots(need),
                *_circles(need),
                *_thresholds(need),
                *_clause(need, clause),
                pages.small(how_counted(need)),
            ],
        )
    )


def who_needs(need: JointNeed) -> str:
    """The organisations, by name."""
    return ", ".join(share.organisation.name for share in need.shares)


def period_of(need: JointNeed) -> str:
    """From the first day to the last on which any of it is needed."""
    return period(need.group.first, need.group.last)


def total_in_words(need: JointNeed) -> Text:
    """The arithmetic in a sentence: needed less covered is what is left."""
    needed, covered, rest = (quantity(amount, need.unit) for amount in (need.needed, need.covered, need.rest))
    parts = " + ".join(number(row.needed) for row in need.rows)
    return _(
        "Needed: %(parts)s = %(needed)s. Less %(covered)s from the bank within %(km)s: %(rest)s to buy.",
        parts=parts,
        needed=needed,
        covered=covered,
        km=km(need.question.within_km, 0),
        rest=rest,
    )


def describe_need(row: NeedRow, need: JointNeed) -> str:
    """What is still to be found, in its own unit and in that in which all is added up."""
    own, counted = quantity(row.to_find, row.unit), quantity(row.needed, need.unit)
    return own if own == counted else f"{own} = {counted}"


def how_counted(need: JointNeed) -> Text:
    """What the figures hold and what they leave out."""
    return _(
        "Counted as the regional plan counts: what fits in material, condition, fields, hazards, period and turn, each "
        "lot once, the most tonnes first and then the fewest tonne-kilometres. Distances are whole kilometres as the "
        "crow flies between public points; the road is 1.3 times as long. What is reserved or under way counts no more. "
        "Nothing is reserved by this. %(competing)s other needs might have the same lots. Tonnes are those of the list "
        "of materials.",
        competing=number(need.competing),
    )


def _shares(need: JointNeed) -> Iterator[Block]:
    yield pages.headline(_("By municipality"))
    rows = [(share.organisation.name, share.needed, share.covered, share.rest) for share in need.shares]
    rows.append((str(_("Together")), need.needed, need.covered, need.rest))
    written: list[list[Words]] = [
        [name, *(quantity(amount, need.unit) for amount in sums), mass(need.mass_kg(sums[-1]))] for name, *sums in rows
    ]
    head = [_("Municipality"), _("Needed"), _("Bank"), _("To buy"), _("To buy, mass")]
    yield pages.table(head, written, align="lrrrr", has_total=True)


def _needs(need: JointNeed) -> Iterator[Block]:
    yield pages.headline(_("The needs"))
    rows: list[list[Words]] = [
        [
            f"{row.demand.title} ({row.demand.id})",
            row.demand.organisation.name,
            period(row.demand.needed_from, row.demand.needed_until),
            describe_need(row, need),
            quantity(row.covered, need.unit),
            quantity(row.rest, need.unit),
        ]
        for row in need.rows
    ]
    head = [_("Need"), _("Municipality"), _("Period"), _("To find"), _("Bank"), _("To buy")]
    yield pages.table(head, rows, align="lllrrr", widths=["1", *["auto"] * 5])


def _lots(need: JointNeed) -> Iterator[Block]:
    if not need.parts:
        return
    yield pages.headline(_("What the bank covers"))
    names = {row.demand.id: row.demand.organisation.name for row in need.rows}
    rows: list[list[Words]] = [
        [
            f"{lot_part.listing.title} ({lot_part.listing.id})",
            f"{lot_part.listing.organisation.name} → {names[lot_part.part.demand_id]}",
            quantity(lot_part.part.takes, lot_part.listing.unit),
            km(lot_part.part.distance_km, 0),
            number(lot_part.part.tonne_km, 0),
        ]
        for lot_part in need.parts
    ]
    head = [_("Lot"), _("From, to"), _("Takes"), _("Distance"), _("Tonne-km")]
    yield pages.table(head, rows, align="llrrr", widths=["1", *["auto"] * 4])
    if any(lot_part.listing.planned for lot_part in need.parts):
        yield pages.small(_("Some of it is planned and not there yet."))


def _circles(need: JointNeed) -> Iterator[Block]:
    yield pages.headline(_("What a maximum distance does"))
    rows: list[list[Words]] = [
        [km(circle.within_km, 0), number(circle.lots), *circle_figures(circle, need)] for circle in need.circles
    ]
    head = [_("Within"), _("Fitting lots"), _("Mass"), _("Organisations"), _("Partners"), _("Covers"), _("To buy")]
    yield pages.table(head, rows, align="lrrrrrr")
    yield pages.small(circles_in_words())


def circle_figures(circle: Circle, need: JointNeed) -> list[str]:
    """The mass in a circle, whose it is, the partners, what it covers, and what is left to buy."""
    return [
        mass(circle.mass_kg),
        number(circle.owners),
        number(circle.partners),
        quantity(circle.covered, need.unit),
        quantity(circle.rest, need.unit),
    ]


def circles_in_words() -> Text:
    """What a circle counts."""
    return _(
        "Counted from the places where it is needed: lots on offer that fit in everything else, the organisations that "
        "have them, and the partners of the bank with their main place within the circle, whatever they supply. No "
        "farther is covered than a need itself asks for."
    )


def evidence_of(need: JointNeed) -> Text:
    """What lay within the distance that was chosen, with its day: for the file of the purchase."""
    chosen = next(circle for circle in need.circles if circle.within_km == need.question.within_km)
    return _(
        "On %(day)s, within %(km)s of a place where it is needed: fitting lots %(lots)s (%(mass)s), organisations that "
        "have them %(owners)s, partners of the bank %(partners)s. The lots cover %(covered)s of %(needed)s.",
        day=long_date(need.as_of),
        km=km(chosen.within_km, 0),
        lots=number(chosen.lots),
        mass=mass(chosen.mass_kg),
        owners=number(chosen.owners),
        partners=number(chosen.partners),
        covered=quantity(chosen.covered, need.unit),
        needed=quantity(need.needed, need.unit),
    )


def _thresholds(need: JointNeed) -> Iterator[Block]:
    yield pages.headline(_("The European threshold"))
    yield pages.par(describe_estimate(need.estimate))
    rows: list[list[Words]] = [
        [
            CONTRACT_LABELS[comparison.contract],
            _("not known") if comparison.threshold is None else money(comparison.threshold.amount_cents),
            describe_threshold(comparison),
        ]
        for comparison in need.compared
    ]
    head = [_("Kind of contract"), _("Threshold, without VAT"), _("What that means")]
    yield pages.table(head, rows, align="lrl", widths=["auto", "auto", "1"])
    yield pages.note(NO_SPLITTING)
    for sentence in dict.fromkeys(str(source) for comparison in need.compared if (source := describe_source(comparison))):
        yield pages.small(sentence)


def _clause(need: JointNeed, clause: Clause) -> Iterator[Block]:
    yield pages.headline(_("A clause for the tender"))
    for sentence in clause.sentences:
        yield pages.par(sentence)
    yield pages.section(_("What stands behind it"))
    yield pages.par(evidence_of(need))
    yield pages.par(clause.arithmetic)
    chosen = next(circle for circle in need.circles if circle.within_km == need.question.within_km)
    if is_narrow(chosen.owners, chosen.partners):
        yield pages.note(NARROW)
    yield pages.small(GUIDANCE)
