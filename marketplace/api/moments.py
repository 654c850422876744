"""Days and moments as they stand in JSON and in a query."""

import re
from datetime import date, datetime
from typing import Any

from marketplace.kernel.errors import Invalid
from marketplace.kernel.language import _

_ISO_MOMENT = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}[T ][0-9]{2}:[0-9]{2}(:[0-9]{2}(\.[0-9]{1,6})?)?(?P<offset>Z|[+-][0-9]{2}:?[0-9]{2})?"
)
_OFFSET = re.compile(r"Z|[+-](0[0-9]|1[0-3]):?[0-5][0-9]|[+-]14:?00")
_ISO_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_NOT_A_MOMENT = _(
    "This is not a moment. Write it as a day, a time and an offset, for example 2027-03-31T10:00+02:00 or 2027-03-31T08:00:00Z."
)
_NO_OFFSET = _("A time needs an offset from UTC. Write it, for example 2027-03-31T10:00+02:00 or 2027-03-31T08:00:00Z.")
_NOT_A_DAY = _("This is not a day. Write it as year, month and day, for example 2027-03-31.")


def read_day(value: Any, field: str | None = None) -> date:
    """A day written YYYY-MM-DD, between the years 1900 and 2200."""
    if isinstance(value, str) and _ISO_DATE.fullmatch(value):
        try:
            day = date.fromisoformat(value)
        except ValueError:
            pass
        else:
            if 1900 <= day.year <= 2200:
                return day
    raise Invalid(_NOT_A_DAY, field)


def read_moment(value: Any) -> datetime:
    """Read a moment such as `2027-01-12T10:00+01:00`, with or without seconds. Without an offset it could be several moments."""
    written = _ISO_MOMENT.fullmatch(value) if isinstance(value, str) else None
    if written is None:
        raise Invalid(_NOT_A_MOMENT)
    offset = written["offset"]
    if offset is None:
        raise Invalid(_NO_OFFSET)
    if not _OFFSET.fullmatch(offset):
        raise Invalid(
            _(
                "“%(offset)s” is no offset from UTC. Write one from -14:00 to +14:00, for example 2027-03-31T10:00+02:00.",
                offset=offset,
            )
        )
    try:
        moment = datetime.fromisoformat(value)
    except ValueError:
        raise Invalid(_NOT_A_MOMENT) from None
    if not 1900 <= moment.year <= 2200:
        raise Invalid(_NOT_A_MOMENT)
    return moment
