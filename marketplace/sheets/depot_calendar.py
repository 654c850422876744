"""What comes to a depot and leaves it, as a calendar to subscribe to (RFC 5545).

A calendar that reads it again takes over whatever changed: each UID stays the same, and what was called off is not there any more.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from icalendar import Calendar, Event

from marketplace.sheets.calendar_file import EventStatus

PRODUCT = "-//Twentse Materialenbank//Depot//EN"
TAKES = timedelta(minutes=60)
READ_AGAIN = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Entry:
    """One thing that is expected. `at`: a moment, or a day where no time was agreed; `is_sure` false: it may be another day.

    `uid` says what it is, without the host; `changed_at`: since when it stands so.
    """

    uid: str
    at: date | datetime
    is_sure: bool
    changed_at: datetime
    summary: str
    description: str
    address: str


@dataclass(frozen=True, slots=True)
class DepotCalendar:
    """All of it. `name`: what the calendar is called; `place`: where everything happens; `host` of this installation."""

    name: str
    place: str
    host: str
    locale: str
    entries: Sequence[Entry]


def depot_calendar(calendar: DepotCalendar) -> bytes:
    """The calendar as a file. The same facts give the same bytes, so that a program is told when nothing changed."""
    file = Calendar()
    file.add("prodid", PRODUCT)
    file.add("version", "2.0")
    file.add("method", "PUBLISH")
    file.add("name", _line(calendar.name), parameters={"LANGUAGE": calendar.locale})  # RFC 7986
    file.add("x-wr-calname", _line(calendar.name))  # what programs of before read
    file.add("refresh-interval", READ_AGAIN, parameters={"VALUE": "DURATION"})
    file.add("x-published-ttl", "PT1H")
    for entry in calendar.entries:
        file.add_component(_event(calendar, entry))
    return bytes(file.to_ical())


def _event(calendar: DepotCalendar, entry: Entry) -> Event:
    event = Event()
    event.add("uid", f"{entry.uid}@{calendar.host}")
    event.add("dtstamp", entry.changed_at.astimezone(UTC))
    if isinstance(entry.at, datetime):
        start = entry.at.astimezone(UTC)
        event.add("dtstart", start)
        event.add("dtend", start + TAKES)
    else:
        event.add("dtstart", entry.at)
        event.add("dtend", entry.at + timedelta(days=1))
        event.add("transp", "TRANSPARENT")  # a day on which something comes is not a day that is taken
    event.add("status", (EventStatus.CONFIRMED if entry.is_sure else EventStatus.TENTATIVE).value)
    event.add("class", "PRIVATE")
    event.add("summary", _line(entry.summary), parameters={"LANGUAGE": calendar.locale})
    event.add("location", _line(calendar.place))
    event.add("description", "\n".join(entry.description.splitlines()))
    event.add("url", entry.address)
    return event


def _line(text: str) -> str:
    return " ".join(text.splitlines())
