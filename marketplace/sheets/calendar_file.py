"""An appointment as an iCalendar file (RFC 5545).

The UID stays the same, so a calendar that reads a newer file moves the entry that it has.
"""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from icalendar import Calendar, Event

MEDIA_TYPE = "text/calendar; charset=utf-8"
MEETING_TAKES = timedelta(minutes=60)
PRODUCT = "-//Twentse Materialenbank//Appointment//EN"


@dataclass(frozen=True, slots=True)
class CalendarEntry:
    """What a calendar must know. `status`: TENTATIVE (each of the times is proposed), CONFIRMED (the one time that was agreed) or
    CANCELLED; `revision` grows with every change of the appointment; `uid` names the transfer, with the host of this installation."""

    uid: str
    times: tuple[datetime, ...]
    status: str
    revision: int
    changed_at: datetime
    summary: str
    place: str
    description: str
    address: str
    locale: str


def calendar_file(entry: CalendarEntry) -> bytes:
    """One event of an hour for each time, in UTC. The first has the UID itself, so the time that is agreed takes its place.

    Whatever some calendar takes for the end of a line is written as `\\n` (RFC 5545, 3.3.11).
    """
    calendar = Calendar()
    calendar.add("prodid", PRODUCT)
    calendar.add("version", "2.0")
    calendar.add("method", "PUBLISH")
    for number, time in enumerate(entry.times, start=1):
        calendar.add_component(_event(entry, number, time))
    return bytes(calendar.to_ical())


def _event(entry: CalendarEntry, number: int, time: datetime) -> Event:
    name, _at, host = entry.uid.partition("@")
    start = time.astimezone(UTC)
    event = Event()
    event.add("uid", f"{name}@{host}" if number == 1 else f"{name}-{number}@{host}")
    event.add("sequence", entry.revision)
    event.add("dtstamp", entry.changed_at.astimezone(UTC))
    event.add("dtstart", start)
    event.add("dtend", start + MEETING_TAKES)
    event.add("status", entry.status)
    event.add("summary", " ".join(entry.summary.splitlines()), parameters={"LANGUAGE": entry.locale})
    event.add("location", " ".join(entry.place.splitlines()))
    event.add("description", "\n".join(entry.description.splitlines()))
    event.add("url", entry.address)
    return event
