"""The sums of a part of the ledger. From the roll-ups, or from the book itself."""

from typing import Any

from sqlalchemy import ColumnElement, Select, func, select
from sqlalchemy.orm import Session

from marketplace.impact.rules.cut import Between, Cut
from marketplace.ledger.models import KEYS, ROLLUP_PAIR, ROLLUP_SIDE, Exchange, book, summed
from marketplace.ledger.queries import stands_in
from marketplace.ledger.rules import Totals
from marketplace.market.queries.demands import listings_within


def find_months(session: Session) -> tuple[str, str] | None:
    """The first and the last month in which anything counts, `YYYY-MM`; None in an empty book."""
    months = ROLLUP_SIDE.c.month
    first, last = session.execute(select(func.min(months), func.max(months)).where(ROLLUP_SIDE.c.side == "")).one()
    return None if first is None else (first, last)


def sums_by(session: Session, cut: Cut, key: str) -> dict[str, Totals]:
    """The sums by month, `group_slug` or `reach`."""
    if _is_of_the_book(cut):
        return {row[0]: Totals(*row[1:]) for row in session.execute(book({key: KEYS[key]}, where=where_in_book(cut)))}
    rows = ROLLUP_SIDE.c
    statement = _summed(rows, rows[key]).where(*_of_side(cut)).group_by(rows[key])
    return {row[0]: Totals(*row[1:]) for row in session.execute(statement)}


def sums_by_reach_and_group(session: Session, cut: Cut) -> dict[tuple[str, str], Totals]:
    """The sums by reach and material group in one reading, for whoever sees both."""
    reach, group = "reach", "group_slug"
    if _is_of_the_book(cut):
        statement = book({reach: KEYS[reach], group: KEYS[group]}, where=where_in_book(cut))
    else:
        rows = ROLLUP_SIDE.c
        statement = _summed(rows, rows[reach], rows[group]).where(*_of_side(cut)).group_by(rows[reach], rows[group])
    return {(row[0], row[1]): Totals(*row[2:]) for row in session.execute(statement)}


def sums_by_pair(session: Session, cut: Cut) -> dict[tuple[str, str], Totals]:
    """The sums by giver and receiver. The one reading from which follows what each received, gave and kept."""
    if _is_of_the_book(cut):
        statement = book({name: KEYS[name] for name in ("from_slug", "to_slug")}, where=where_in_book(cut))
    else:
        months, rows = find_months(session), ROLLUP_PAIR.c
        groups = cut.groups or ("",)
        where = [
            rows.group_slug.in_(groups),
            rows.span.in_(cut.spans(*months) if months else ()),
            *_sides(cut, rows.from_slug, rows.to_slug),
            *_flags(cut, rows.through, rows.is_bulk),
        ]
        statement = _summed(rows, rows.from_slug, rows.to_slug).where(*where).group_by(rows.from_slug, rows.to_slug)
    return {(row[0], row[1]): Totals(*row[2:]) for row in session.execute(statement)}


def _of_side(cut: Cut) -> list[ColumnElement[bool]]:
    """The rows of the roll-up by side that this leaves: of one municipality, or of everybody."""
    rows = ROLLUP_SIDE.c
    side = cut.municipalities[0] if cut.municipalities else ""
    where = [
        rows.side == side,
        *_period(cut, rows.month),
        *_groups(cut, rows.group_slug),
        *_flags(cut, rows.through, rows.is_bulk),
    ]
    if cut.between is not None:
        where.append((rows.reach == "within") == (cut.between is Between.WITHIN))
    return where


def _is_of_the_book(cut: Cut) -> bool:
    """Whether no roll-up tells this part apart.

    Kinds of rows, words, a place, and what more than one municipality gave or received.
    """
    return bool(cut.kinds) or cut.is_of_rows or len(cut.municipalities) > 1


def _summed(rows: Any, *keys: Any) -> Select[Any]:
    return select(*keys, *summed(rows))


def where_in_book(cut: Cut) -> list[ColumnElement[bool]]:
    kinds = [Exchange.kind.in_(cut.kinds)] if cut.kinds else []
    return [
        *kinds,
        *_period(cut, KEYS["month"]),
        *_groups(cut, KEYS["group_slug"]),
        *_sides(cut, KEYS["from_slug"], KEYS["to_slug"]),
        *_flags(cut, KEYS["through"], KEYS["is_bulk"]),
        *([Exchange.listing_id.in_(listings_within(*cut.around))] if cut.around else []),
        *(stands_in(word, materials) for word, materials in cut.words),
    ]


def _period(cut: Cut, month: Any) -> list[ColumnElement[bool]]:
    return [*([month >= cut.first] if cut.first else []), *([month <= cut.last] if cut.last else [])]


def _groups(cut: Cut, group: Any) -> list[ColumnElement[bool]]:
    return [group.in_(cut.groups)] if cut.groups else []


def _flags(cut: Cut, through: Any, is_bulk: Any) -> list[ColumnElement[bool]]:
    return [*([through == cut.through.value] if cut.through else []), *([is_bulk.is_(False)] if cut.without_bulk else [])]


def _sides(cut: Cut, giver: Any, receiver: Any) -> list[ColumnElement[bool]]:
    conditions = [giver.in_(cut.municipalities) | receiver.in_(cut.municipalities)] if cut.municipalities else []
    if cut.between is not None:
        conditions.append(giver == receiver if cut.between is Between.WITHIN else giver != receiver)
    return conditions
