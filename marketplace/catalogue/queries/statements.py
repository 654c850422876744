"""The catalogue's SQL, built once per shape of question; `search.py` fills in the figures.

One text for both databases but for the words: FTS5 on SQLite, a tsvector on PostgreSQL. On SQLite, which keeps no statistics here, the question also names
the way to the rows. Sums of squares of whole metres stay far below 2⁵³, so distances and their order are the same on both.
"""

from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from typing import Any

from sqlalchemy import (
    BindParameter,
    ColumnElement,
    Float,
    Integer,
    Select,
    String,
    bindparam,
    column,
    func,
    literal_column,
    or_,
    select,
    table,
    text,
)

from marketplace.catalogue.rules.query import Sort
from marketplace.market.models import Listing
from marketplace.market.rules.listing import ListingStatus
from marketplace.materials.models import MaterialRow

WORDS_MOST = 12
_listing = Listing.__table__  # not the class: nothing but numbers comes back
_fts = table("listing_fts", column("rowid", Integer))


class Scope(StrEnum):
    """The scope of a search: the public's catalogue, the members' catalogue, or inside. Inside, every status is included."""

    PUBLIC = "public"
    MEMBERS = "members"
    INSIDE = "inside"


class Way(StrEnum):
    """How SQLite comes to the rows. By the covering index, by one of the orders, or by the rows that hold the words."""

    COVERING = "INDEXED BY ix_listing_catalogue"
    NEWEST = "INDEXED BY ix_listing_newest"
    FREE = "INDEXED BY ix_listing_free"
    WORDS = "NOT INDEXED"
    ANY = ""


@dataclass(frozen=True, slots=True)
class Shape:
    """The conditions of a question, whose figures are bound.

    `words` is the number of search words.

    On SQLite they are asked of the full-text index once (`has_words_indexed`, or by that way), or of each row that another
    condition has selected already.
    """

    dialect: str
    scope: Scope
    way: Way
    words: int = 0
    has_words_indexed: bool = False
    is_near: bool = False
    has_materials: bool = False
    has_organisations: bool = False
    has_conditions: bool = False
    has_day: bool = False
    has_statuses: bool = False
    is_own: bool = False
    has_box: bool = False


def _float(name: str) -> BindParameter[float]:
    return bindparam(name, type_=Float)


def _several(name: str, kind: type[Integer] | type[String]) -> BindParameter[Any]:
    return bindparam(name, type_=kind(), expanding=True)


DISTANCE2: ColumnElement[Any] = sum(  # squared chord in m² to the public point
    (
        (axis - _float(name)) * (axis - _float(name))
        for axis, name in ((_listing.c.public_x_m, "x"), (_listing.c.public_y_m, "y"), (_listing.c.public_z_m, "z"))
    ),
    start=literal_column("0.0", Float),
)


def _words(shape: Shape) -> list[ColumnElement[bool]]:
    if not shape.words:
        return []
    if shape.dialect != "sqlite":
        return [text("listing.search_vector @@ to_tsquery('simple', :words)")]  # type: ignore[list-item]
    if shape.way is Way.WORDS or shape.has_words_indexed:
        return [_listing.c.id.in_(select(_fts.c.rowid).where(text("listing_fts MATCH :words")))]
    padded = literal_column("' '", String) + _listing.c.search_text + literal_column("' '", String)
    return [func.instr(padded, bindparam(f"word_{number}", type_=String)) > 0 for number in range(shape.words)]


def _visible(shape: Shape) -> list[ColumnElement[bool]]:
    if shape.scope is Scope.INSIDE:
        rows = [_listing.c.organisation_id == bindparam("own", type_=Integer)] if shape.is_own else []
        return [*rows, _listing.c.status.in_(_several("statuses", String))] if shape.has_statuses else rows
    conditions = [
        _listing.c.status == ListingStatus.PUBLISHED.value,
        _listing.c.confirmed_on >= bindparam("confirmed_since"),
        or_(_listing.c.available_until.is_(None), _listing.c.available_until >= bindparam("today")),
    ]
    if shape.scope is Scope.PUBLIC:
        conditions.append(_listing.c.region_from <= bindparam("today"))
    return conditions


def _where(shape: Shape) -> list[ColumnElement[bool]]:
    conditions = _visible(shape)
    if shape.has_materials:
        conditions.append(_listing.c.material_id.in_(_several("materials", Integer)))
    elif (
        shape.is_near or shape.has_box
    ) and shape.way is Way.COVERING:  # every material, so that the index can go from each one to the box
        conditions.append(_listing.c.material_id.in_(select(MaterialRow.__table__.c.id)))
    if shape.has_box:
        conditions += [
            _listing.c.public_lat.between(_float("box_south"), _float("box_north")),
            _listing.c.public_lon.between(_float("box_west"), _float("box_east")),
        ]
    if shape.is_near:
        conditions += [
            _listing.c.public_lat.between(_float("south"), _float("north")),
            _listing.c.public_lon.between(_float("west"), _float("east")),
            _float("chord2") >= DISTANCE2,
        ]
    if shape.has_organisations:
        conditions.append(_listing.c.organisation_id.in_(_several("organisations", Integer)))
    if shape.has_conditions:
        conditions.append(_listing.c.condition.in_(_several("conditions", String)))
    if shape.has_day:
        day: BindParameter[Any] = bindparam("day")
        conditions += [
            _listing.c.available_from <= day,
            or_(_listing.c.available_until.is_(None), _listing.c.available_until >= day),
        ]
    return conditions + _words(shape)


def _by(statement: Any, shape: Shape) -> Select[Any]:
    hinted: Select[Any] = statement.with_hint(_listing, shape.way.value, "sqlite") if shape.way.value else statement
    return hinted


_ORDERS: dict[Sort, tuple[ColumnElement[Any], ...]] = {
    Sort.DISTANCE: (DISTANCE2, _listing.c.id.asc()),
    Sort.NEWEST: (_listing.c.published_at.desc(), _listing.c.id.desc()),
    Sort.AVAILABLE_FROM: (_listing.c.available_from.asc(), _listing.c.id.asc()),
}


@cache
def rows_statement(shape: Shape, sort: Sort, *, counted: bool = False) -> Select[Any]:
    """Build the statement for the ids of one page of listings, in order.

    `counted`: with the number of all that fit beside each.
    """
    order = _ORDERS[sort]
    if shape.scope is Scope.INSIDE and sort is Sort.NEWEST:  # drafts have no day of publication
        order = (func.coalesce(_listing.c.published_at, _listing.c.created_at).desc(), _listing.c.id.desc())
    columns = (_listing.c.id, func.count().over()) if counted else (_listing.c.id,)
    statement = (
        select(*columns)
        .where(*_where(shape))
        .order_by(*order)
        .limit(bindparam("limit", type_=Integer))
        .offset(bindparam("offset", type_=Integer))
    )
    return _by(statement, shape)


@cache
def cube_statement(shape: Shape) -> Select[Any]:
    """Build the statement that counts listings by material, condition and organisation.

    Every facet and every total is a sum over these.
    """
    by = (_listing.c.material_id, _listing.c.condition, _listing.c.organisation_id)
    return _by(select(*by, func.count()).where(*_where(shape)).group_by(*by), shape)


@cache
def spots_statement(shape: Shape) -> Select[Any]:
    """Build the statement that counts listings by public point, with the first of each.

    Some six thousand rows in Twente, however many listings there are.
    """
    by = (_listing.c.public_lat, _listing.c.public_lon)
    return _by(select(*by, func.count(), func.min(_listing.c.id)).where(*_where(shape)).group_by(*by), shape)


COUNT_WORDS = text("SELECT count(*) FROM (SELECT rowid FROM listing_fts WHERE listing_fts MATCH :words LIMIT :most)")
"""SQLite: how many listings hold the words, at most `most`."""
