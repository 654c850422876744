"""A memo as a row, and the stock of its day as a table."""

from typing import NamedTuple

from flask import url_for

from marketplace.http.written import Written
from marketplace.kernel.formats import mass, number, quantity, short_date
from marketplace.kernel.language import Text, _, ngettext
from marketplace.memos.models import Memo
from marketplace.memos.rules.memo import DECIDED_LABELS, Decision
from marketplace.memos.rules.record import Stock, read_searched
from marketplace.sheets.memo import memo_km, stock_rows
from marketplace.web.ui.states import Badge

TONES = {Decision.FROM_BANK: "good", Decision.BOUGHT_NEW: "neutral", Decision.WAITS: "wait"}


class MemoRow(NamedTuple):
    """What a list shows of a memo."""

    href: str
    title: Written
    name: str
    organisation: str
    group: str
    what: str
    day: str
    result: Text
    badge: Badge


def memo_row(memo: Memo) -> MemoRow:
    """The row of a memo."""
    searched = read_searched(memo.search)
    return MemoRow(
        href=url_for("memos.show", memo_id=memo.id),
        title=Written(searched.title),
        name=memo.name,
        organisation=memo.organisation_name,
        group=memo.group_slug,
        what=f"{quantity(searched.quantity)} {searched.material_name}",
        day=short_date(memo.searched_on),
        result=ngettext("%(num)s lot fitted", "%(num)s lots fitted", memo.fitting) if memo.fitting else _("No suitable supply"),
        badge=badge_of(memo),
    )


def badge_of(memo: Memo) -> Badge:
    """What was done, or that nobody has said yet."""
    if memo.conclusion is None:
        return _("To be concluded"), "wait"
    decision = Decision(memo.conclusion.decision)
    return DECIDED_LABELS[decision], TONES[decision]


def stock_table(stock: Stock) -> list[list[Text | str]]:
    """The stock of that day, a row for the material and one for its group."""
    return [
        [
            label,
            number(lying.lots),
            number(lying.planned),
            mass(lying.mass_kg),
            "–" if lying.nearest_km is None else memo_km(lying.nearest_km),
        ]
        for label, lying in stock_rows(stock)
    ]
