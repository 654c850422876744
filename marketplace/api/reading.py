"""What a client sends: the JSON body, the query, the page, and a place. The place has one of three forms."""

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from json import JSONDecodeError
from typing import Any, TypeVar, cast

from flask import current_app, request
from werkzeug.exceptions import RequestEntityTooLarge, UnsupportedMediaType

from marketplace.api.fields import ID_MAX, read_choice
from marketplace.api.moments import read_day, read_moment
from marketplace.api.schema import Body, take
from marketplace.catalogue.rules.copying import is_cursor
from marketplace.http.places import finder, located
from marketplace.http.rights import require_for_address
from marketplace.kernel.errors import FieldError, Invalid, TooLarge, Unreadable
from marketplace.kernel.geo import Point
from marketplace.kernel.language import _
from marketplace.kernel.paging import PAGE_MAX, PAGE_SIZE_MAX
from marketplace.kernel.text import clean
from marketplace.kernel.units import read_decimal
from marketplace.market.rules.listing import Location
from marketplace.places.queries.gazetteer import gazetteer

PAGE_SIZE = 20
QUERY_LENGTH_MAX = 200
NAME_LENGTH_MAX = 80  # of a name that a refusal repeats
RADIUS_KM_MAX = Decimal(1000)
_MONTH = re.compile(r"[0-9]{4}-(0[1-9]|1[0-2])")
_FIRST_MONTH, _LAST_MONTH = "2000-01", "2100-12"
Words = TypeVar("Words", bound=StrEnum)


def read_json() -> Any:
    """The body as JSON, numbers exact. No body counts as an empty object; what is no JSON is 400, another kind of content 415.

    A name that an object holds twice is refused: which of its two values was meant, nobody knows.
    """
    try:
        sent = request.get_data(cache=True)
    except RequestEntityTooLarge as error:
        raise TooLarge(_("The body is too large. Send at most 1 MB of JSON.")) from error
    if not sent and not request.mimetype:
        return {}
    if request.mimetype != "application/json":
        raise UnsupportedMediaType
    if not sent:
        return {}
    try:
        return current_app.json.loads(sent.decode("utf-8"), object_pairs_hook=_each_name_once)
    except JSONDecodeError as error:
        place = {"line": str(error.lineno), "column": str(error.colno)}
        raise Unreadable(_("This is no JSON. Look at line %(line)s, character %(column)s of what you sent.", **place)) from error
    except UnicodeDecodeError as error:
        raise Unreadable(_("This is no JSON in UTF-8. Send the text in that encoding.")) from error
    except (ValueError, ArithmeticError, RecursionError) as error:
        raise Unreadable(
            _("This JSON cannot be read. NaN and Infinity are no numbers, and a number or a nesting without end is not taken.")
        ) from error


def _each_name_once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    given: dict[str, Any] = {}
    for name, value in pairs:
        if name in given:
            cleaned = clean(name[:NAME_LENGTH_MAX])
            raise Invalid(_("“%(name)s” stands twice in the same object. Send it once.", name=cleaned), cleaned)
        given[name] = value
    return given


def read_body(body: Body) -> dict[str, Any]:
    """The properties of the body, or everything that is wrong with them at once."""
    values, errors = take(body, read_json())
    if errors:
        require_for_address()
        raise Invalid.all(errors)
    return values


@contextmanager
def named_as_sent(**names: str) -> Iterator[None]:
    """A refusal names its fields as the body does, where a rule has another name for them."""
    try:
        yield
    except Invalid as refusal:
        if not refusal.errors:
            raise
        raise Invalid.all(
            [FieldError(names.get(error.field, error.field), error.message) for error in refusal.errors]
        ) from refusal


@dataclass(frozen=True, slots=True)
class Page:
    """The part of a list that is asked for."""

    number: int
    size: int

    @property
    def offset(self) -> int:
        """How many come before it."""
        return (self.number - 1) * self.size


def read_page() -> Page:
    """`page` and `pageSize`, each with its default; what cannot be one is refused."""
    return Page(_whole("page", 1, PAGE_MAX), _whole("pageSize", PAGE_SIZE, PAGE_SIZE_MAX))


def _whole(key: str, default: int, most: int) -> int:
    typed = read_value(key)
    if not typed:
        return default
    if not typed.isascii() or not typed.isdigit() or len(typed) > 12 or not 1 <= int(typed) <= most:
        raise Invalid(_("Write a whole number from 1 to %(most)s.", most=most), key)
    return int(typed)


def read_value(key: str) -> str:
    """One value of the query, cleaned; empty when it is not there."""
    return clean(request.args.get(key, ""), longest=QUERY_LENGTH_MAX, field=key)


def read_values(key: str) -> tuple[str, ...]:
    """Every value of a repeated key: any of them will do."""
    values = (clean(value, longest=QUERY_LENGTH_MAX, field=key) for value in request.args.getlist(key))
    return tuple(dict.fromkeys(value for value in values if value))


def read_words(key: str, words: type[Words]) -> tuple[Words, ...]:
    """Every value of a repeated key, each one of these words; another word is refused."""
    return tuple(cast(Words, read_choice(value, words, key)) for value in read_values(key))


def read_word(key: str, words: type[Words]) -> Words | None:
    """One of these words; None when it is not asked for."""
    typed = read_value(key)
    return cast(Words, read_choice(typed, words, key)) if typed else None


def read_id(key: str) -> int | None:
    """A number of something; None when it is not asked for."""
    typed = read_value(key)
    if not typed:
        return None
    if not typed.isascii() or not typed.isdigit() or len(typed) > 12 or not 0 < int(typed) <= ID_MAX:
        raise Invalid(_("This must be a whole number of 1 or more, without quotes."), key)
    return int(typed)


def read_query_day(key: str) -> date | None:
    """A day; None when it is not asked for."""
    typed = read_value(key)
    return read_day(typed, key) if typed else None


def read_period() -> tuple[date | None, date | None]:
    """`from` and `until`, each of which may be left open."""
    first, last = read_query_day("from"), read_query_day("until")
    if first is not None and last is not None and last < first:
        raise Invalid(_("The last day lies before the first day. Enter a day on or after %(first)s.", first=first), "until")
    return first, last


def read_months(first_key: str = "from", last_key: str = "until") -> tuple[str, str]:
    """`from` and `until`, or others, as months `YYYY-MM`; empty where it is left open."""
    first, last = read_value(first_key), read_value(last_key)
    for key, typed in ((first_key, first), (last_key, last)):
        if typed and not _MONTH.fullmatch(typed):
            raise Invalid(_("Write a month as year and month, for example 2027-03."), key)
        if typed and not _FIRST_MONTH <= typed <= _LAST_MONTH:
            raise Invalid(_("Write a month from 2000-01 up to and including 2100-12."), key)
    if first and last and last < first:
        raise Invalid(_("The last month lies before the first month. Write %(first)s or a later month.", first=first), last_key)
    return first, last


def read_flag(key: str) -> bool:
    """Whether the key says true."""
    typed = read_value(key).lower()
    if typed not in ("", "true", "false", "1", "0"):
        raise Invalid(_("Write true or false."), key)
    return typed in ("true", "1")


def read_since(*along: str) -> str | datetime | None:
    """Since when changes are asked for; None when they are not. Only `along` may go with it.

    A cursor, or a moment with its offset.
    """
    typed = read_value("updatedSince")
    if not typed:
        return None
    others = [key for key in request.args if key not in ("updatedSince", "pageSize", *along) and request.args.get(key)]
    if others:
        raise Invalid.all(
            [FieldError(key, _("This cannot be asked together with updatedSince. Leave it out.")) for key in others]
        )
    if is_cursor(typed):
        return typed
    try:
        return read_moment(typed)
    except Invalid as refusal:
        raise Invalid(refusal.message, "updatedSince") from refusal


def read_point() -> tuple[Point | None, Decimal | None]:
    """Read where to search around, from `near=lat,lon` or `place`. And `radiusKm`, which needs one of the two."""
    near, place, typed = read_value("near"), read_value("place"), read_value("radiusKm")
    point = _near(near) if near else finder().find(place, "place").point if place else None
    if not typed:
        return point, None
    radius_km = read_decimal(typed, "radiusKm")
    if not 0 < radius_km <= RADIUS_KM_MAX:
        raise Invalid(_("Enter a radius of more than 0 and at most %(most)s km.", most=RADIUS_KM_MAX), "radiusKm")
    if point is None:
        raise Invalid(_("A radius needs a place. Send near=lat,lon or place as well."), "radiusKm")
    return point, radius_km


def _near(typed: str) -> Point:
    lat, comma, lon = typed.partition(",")
    try:
        if not comma:
            raise Invalid(_("Write near as latitude and longitude, for example near=52.26,6.79."), "near")
        return Point(float(read_decimal(lat.strip(), "near")), float(read_decimal(lon.strip(), "near")))
    except Invalid as refusal:
        raise Invalid(refusal.message, "near") from refusal


def location_of(values: Mapping[str, Any], *, required: bool) -> Location | None:
    """Where something is, from `lat` and `lon`, which count before `place`. Asks the geocoder: call it before the session opens."""
    lat, lon, place = values.get("lat"), values.get("lon"), values.get("place")
    if (lat is None) != (lon is None):
        raise Invalid(_("Send lat and lon together."), "lon" if lon is None else "lat")
    if lat is not None and lon is not None:
        try:
            result = gazetteer().at(Point(lat, lon))
        except Invalid as refusal:
            raise Invalid.all([FieldError("lat", refusal.message), FieldError("lon", refusal.message)]) from refusal
    elif place:
        result = finder().find(place, "place")
    elif required:
        raise Invalid(_("Say where it is: a place or postcode, or lat and lon."), "place")
    else:
        return None
    return located(result)
