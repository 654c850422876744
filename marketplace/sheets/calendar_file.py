"""An appointment as an iCalendar file (RFC 5545), published and cancelled as RFC 5546 says.

Each UID stays the same and the sequence grows, so a calendar that reads a newer file changes the entries that it has.
"""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum

from icalendar import Calendar, Event, vCalAddress

MEDIA_TYPE = "text/calendar; charset=utf-8"
MEETING_TAKES = timedelta(minutes=60)
PRODUCT = "-//Twentse Materialenbank//Appointment//EN"


class EventStatus(StrEnum):
    """How sure a time is: each of the times is proposed, one was agreed, or it is off."""

    TENTATIVE = "TENTATIVE"
    CONFIRMED = "CONFIRMED"
    CANCELLED = "CANCELLED"


@dataclass(frozen=True, slots=True)
class CalendarTime:
    """One time of an appointment. Whether it was proposed first, second or third tells which event of the calendar it is."""

    at: datetime
    status: EventStatus


@dataclass(frozen=True, slots=True)
class CalendarEntry:
    """What a calendar must know.

    `times`: every event that a calendar may have, also those that are off. `revision` grows with every change of the appointment;
    `uid` names the transfer, with the host of this installation; `organizer`: mail address of the bank.
    """

    uid: str
    times: tuple[CalendarTime, ...]
    revision: int
    changed_at: datetime
    summary: str
    place: str
    description: str
    address: str
    organizer: tuple[str, str]
    locale: str


def calendar_file(entry: CalendarEntry) -> bytes:
    """One event of an hour for each time, in UTC. An event keeps its UID for ever.

    A time that was not chosen is CANCELLED beside the one that was, which a published calendar may say (RFC 5546, 3.2.1). Where
    nothing is left the whole file cancels. Whatever some calendar takes for the end of a line is written as `\\n` (RFC 5545, 3.3.11).
    """
    is_off = all(time.status is EventStatus.CANCELLED for time in entry.times)
    calendar = Calendar()
    calendar.add("prodid", PRODUCT)
    calendar.add("version", "2.0")
    calendar.add("method", "CANCEL" if is_off else "PUBLISH")
    for number, time in enumerate(entry.times, start=1):
        calendar.add_component(_event(entry, number, time))
    return bytes(calendar.to_ical())


def _event(entry: CalendarEntry, number: int, time: CalendarTime) -> Event:
    name, _at, host = entry.uid.partition("@")
    start = time.at.astimezone(UTC)
    event = Event()
    event.add("uid", f"{name}@{host}" if number == 1 else f"{name}-{number}@{host}")
    event.add("sequence", entry.revision)
    event.add("dtstamp", entry.changed_at.astimezone(UTC))
    event.add("organizer", _organizer(*entry.organizer))
    event.add("dtstart", start)
    event.add("dtend", start + MEETING_TAKES)
    event.add("status", time.status.value)
    event.add("summary", " ".join(entry.summary.splitlines()), parameters={"LANGUAGE": entry.locale})
    event.add("location", " ".join(entry.place.splitlines()))
    event.add("description", "\n".join(entry.description.splitlines()))
    event.add("url", entry.address)
    return event


def _organizer(name: str, address: str) -> vCalAddress:
    organizer = vCalAddress(f"mailto:{address}")
    organizer.params["CN"] = name
    return organizer
