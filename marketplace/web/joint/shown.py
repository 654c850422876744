"""A joint need as its page shows it: every figure written, every table in its order."""

from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import Any
from urllib.parse import urlencode

from flask import url_for
from markupsafe import Markup
from werkzeug.datastructures import MultiDict

from marketplace.http.written import Written
from marketplace.joint.queries.groups import GroupRow
from marketplace.joint.queries.needs import JointNeed, LotPart, NeedRow
from marketplace.joint.rules.clause import GUIDANCE, NARROW, NO_SPLITTING, Clause, is_narrow
from marketplace.joint.rules.gathering import Group
from marketplace.joint.rules.question import JointQuestion
from marketplace.joint.rules.wording import CONTRACT_LABELS, describe_estimate, describe_source, describe_threshold
from marketplace.kernel.formats import km, mass, money, number, period, quantity
from marketplace.kernel.language import Text, _, reading_in
from marketplace.kernel.units import Unit
from marketplace.sheets.joint_need import circle_figures, describe_need, evidence_of, total_in_words

KEYS = ("materiaal", "van", "tot", "km", "gemeente", "waarde")
LONGEST_VALUE, MOST_VALUES = 100, 40
NUMBER = "number"


def pairs_of(args: MultiDict[str, str], *without: str) -> list[tuple[str, str]]:
    """What an address asks, to carry it along."""
    return [
        (key, value.strip()[:LONGEST_VALUE])
        for key in KEYS
        if key not in without
        for value in args.getlist(key)[:MOST_VALUES]
        if value.strip()
    ]


def address_of(endpoint: str, pairs: Iterable[tuple[str, str]], **values: Any) -> str:
    """An address with this question."""
    query = urlencode(list(pairs))
    where = url_for(endpoint, **values)
    return f"{where}?{query}" if query else where


def group_address(group: Group, question: JointQuestion) -> str:
    """The page of one stretch of time, within the period that was asked for."""
    first = group.first if question.first is None else max(group.first, question.first)
    last = group.last if question.last is None else min(group.last, question.last)
    pairs = [("van", first.isoformat()), ("tot", last.isoformat()), ("km", str(question.within_km))]
    pairs += [("gemeente", slug) for slug in question.organisations]
    return address_of("joint.show", pairs, slug=group.material.slug)


def others_of(need: JointNeed) -> list[tuple[str, str]]:
    """The other stretches of time in which several need the material, each with its page."""
    return [(period(other.first, other.last), group_address(other, need.question)) for other in need.others]


def listed(rows: Sequence[GroupRow], question: JointQuestion) -> list[list[Any]]:
    """The rows of the list of joint needs."""
    return [
        [
            _link(row.group.material.name, group_address(row.group, question)),
            ", ".join(asker.name for asker in row.askers),
            period(row.group.first, row.group.last),
            quantity(row.group.amount, row.group.unit),
            quantity(row.covered, row.group.unit),
            _rest(quantity(row.rest, row.group.unit), is_nothing=not row.rest),
        ]
        for row in rows
    ]


def list_columns(within_km: int) -> list[tuple[Text | str, str]]:
    """The heads of that list."""
    return [
        (_("Material"), "text"),
        (_("Municipalities"), "text"),
        (_("Period"), "text"),
        (_("Needed"), NUMBER),
        (_("Bank within %(km)s", km=km(within_km, 0)), NUMBER),
        (_("To buy"), NUMBER),
    ]


def figures_of(need: JointNeed) -> list[tuple[Text, str, str | None]]:
    """The three figures of the page. Tonnes stand below where they are known."""
    rows = (
        (_("Needed together"), need.needed),
        (_("Covered by the bank within %(km)s", km=km(need.question.within_km, 0)), need.covered),
        (_("Left to buy together"), need.rest),
    )
    return [(label, quantity(amount, need.unit), _tonnes(need, amount)) for label, amount in rows]


def _tonnes(need: JointNeed, amount: Decimal) -> str | None:
    weight = need.mass_kg(amount)
    return None if weight is None or quantity(amount, need.unit) == mass(weight) else mass(weight)


def shares_table(need: JointNeed) -> dict[str, Any]:
    """Needed, covered and left to buy by municipality, with the total. Mass stands there where it is not the unit itself."""
    heads = (_("Needed"), _("Bank"), _("To buy"), *([_("To buy, mass")] if _has_mass(need) else []))
    return {
        "columns": [(_("Municipality"), "text"), *((head, NUMBER) for head in heads)],
        "rows": [[share.organisation.name, *_sums(need, share.needed, share.covered, share.rest)] for share in need.shares],
        "total": [_("Together"), *_sums(need, need.needed, need.covered, need.rest)],
    }


def _has_mass(need: JointNeed) -> bool:
    return need.unit is not Unit.TONNE and need.mass_kg(need.rest) is not None


def _sums(need: JointNeed, needed: Decimal, covered: Decimal, rest: Decimal) -> list[str]:
    amounts = [quantity(amount, need.unit) for amount in (needed, covered, rest)]
    return [*amounts, mass(need.mass_kg(rest))] if _has_mass(need) else amounts


def needs_table(need: JointNeed) -> dict[str, Any]:
    """Each need with its arithmetic."""
    heads = (_("Asked for"), _("Received or under way"), _("Still to be found"), _("Bank"), _("To buy"))
    return {
        "columns": [
            (_("Need"), "text"),
            (_("Municipality"), "text"),
            (_("Period"), "text"),
            (_("At most"), "text"),
            *((head, NUMBER) for head in heads),
        ],
        "rows": [_need_cells(row, need) for row in need.rows],
    }


def _need_cells(row: NeedRow, need: JointNeed) -> list[Any]:
    demand = row.demand
    return [
        _link(Written(demand.title), url_for("demands.show", demand_id=demand.id)),
        demand.organisation.name,
        period(demand.needed_from, demand.needed_until),
        _("no limit") if demand.max_distance_km is None else km(demand.max_distance_km, None),
        quantity(demand.quantity, row.unit),
        quantity(demand.fulfilled + row.under_way, row.unit),
        describe_need(row, need),
        quantity(row.covered, need.unit),
        _rest(quantity(row.rest, need.unit), is_nothing=not row.rest),
    ]


def lots_table(need: JointNeed) -> dict[str, Any] | None:
    """What goes from which lot to which need; None where the bank covers nothing."""
    if not need.parts:
        return None
    names = {row.demand.id: row.demand.organisation.name for row in need.rows}
    heads = (_("Takes"), _("Distance"), _("Tonne-km"))
    return {
        "columns": [(_("Lot"), "text"), (_("From, to"), "text"), *((head, NUMBER) for head in heads)],
        "rows": [
            [
                _lot(lot_part),
                f"{lot_part.listing.organisation.name} → {names[lot_part.part.demand_id]}",
                quantity(lot_part.part.takes, lot_part.listing.unit),
                km(lot_part.part.distance_km, 0),
                number(lot_part.part.tonne_km, 0),
            ]
            for lot_part in need.parts
        ],
        "total": [_("Together"), "", "", "", number(need.tonne_km, 0)],
    }


def _lot(lot_part: LotPart) -> Markup:
    link = _link(Written(lot_part.listing.title), url_for("catalogue.show_listing", listing_id=lot_part.listing.id))
    marks = [_("planned")] * lot_part.listing.planned + [_("ask first")] * lot_part.part.is_unsure
    badges = (Markup(' <span class="mp-badge mp-badge--wait">{}</span>').format(mark) for mark in marks)
    return Markup("").join((link, *badges))


def circles_table(need: JointNeed) -> dict[str, Any]:
    """What each farthest distance does."""
    return {
        "columns": [
            (_("Within"), "text"),
            (_("Fitting lots"), NUMBER),
            (_("Mass"), NUMBER),
            (_("Organisations with a lot"), NUMBER),
            (_("Partners"), NUMBER),
            (_("Covers"), NUMBER),
            (_("To buy"), NUMBER),
        ],
        "rows": [
            [km(circle.within_km, 0), _lots(circle.lots, circle.later_lots), *circle_figures(circle, need)]
            for circle in need.circles
        ],
    }


def _lots(lots: int, later: int) -> Text | str:
    return _("%(lots)s, and %(later)s later", lots=number(lots), later=number(later)) if later else number(lots)


def thresholds_table(need: JointNeed) -> dict[str, Any]:
    """The European thresholds of the day, and how the estimate stands to them."""
    return {
        "columns": [(_("Kind of contract"), "text"), (_("Threshold, without VAT"), NUMBER), (_("What that means"), "wide")],
        "rows": [
            [
                CONTRACT_LABELS[compared.contract],
                _("not known") if compared.threshold is None else money(compared.threshold.amount_cents),
                describe_threshold(compared),
            ]
            for compared in need.compared
        ],
    }


def texts_of(need: JointNeed, clause: Clause) -> dict[str, Any]:
    """The sentences of the page, the clause in both languages."""
    chosen = next(circle for circle in need.circles if circle.within_km == need.question.within_km)
    written = {}
    for locale in ("nl", "en"):
        with reading_in(locale):
            written[locale] = [str(sentence) for sentence in clause.sentences]
    return {
        "total_in_words": total_in_words(need),
        "estimate": describe_estimate(need.estimate),
        "sources": list(dict.fromkeys(str(source) for compared in need.compared if (source := describe_source(compared)))),
        "no_splitting": NO_SPLITTING,
        "guidance": GUIDANCE,
        "narrow": NARROW if is_narrow(chosen.owners, chosen.partners) else None,
        "clause": written,
        "arithmetic": clause.arithmetic,
        "evidence": evidence_of(need),
    }


def _link(label: str, href: str) -> Markup:
    return Markup('<a href="{}">{}</a>').format(href, label)


def _rest(amount: str, *, is_nothing: bool) -> Markup | str:
    badge = Markup('<span class="mp-badge mp-badge--good">{}</span>')
    return badge.format(_("all covered")) if is_nothing else amount
