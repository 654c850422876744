"""Rules of the gate: when to meet, how many photos, when there is a hand-over note. Pure, like `reservation.py`."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import StrEnum

from marketplace.exchange.rules.reservation import STATUS_LABELS, ReservationStatus
from marketplace.kernel import clock
from marketplace.kernel.errors import Conflict, Invalid
from marketplace.kernel.language import Text, _
from marketplace.kernel.text import check_length

TIMES_MAX = 3  # proposed times, of which the other side chooses one
PLACE_LENGTH_MAX = 200
NOTES_LENGTH_MAX = 1000
GATE_PHOTOS_MAX = 6  # of each side
_S = ReservationStatus
WITH_NOTE = (_S.APPROVED, _S.HANDED_OVER, _S.DISPUTED, _S.COMPLETED)
WITH_PHOTOS = WITH_NOTE


class PhotoMoment(StrEnum):
    """At which of the two signatures a photo was taken: the owner's or the receiver's."""

    HAND_OVER = "hand_over"
    CONFIRMATION = "confirmation"


MOMENT_LABELS: dict[PhotoMoment, Text] = {
    PhotoMoment.HAND_OVER: _("at the hand-over"),
    PhotoMoment.CONFIRMATION: _("at the confirmation"),
}


class AppointmentStatus(StrEnum):
    """Whether one of the proposed times has been chosen."""

    PROPOSED = "proposed"
    AGREED = "agreed"


@dataclass(frozen=True, slots=True)
class AppointmentDraft:
    """Up to three moments at which it can be collected, where, and what to know at the gate."""

    times: tuple[datetime, ...]
    place: str = ""
    notes: str = ""

    def tidy(self) -> "AppointmentDraft":
        """The same with its times once each, to the second, in order."""
        return replace(self, times=tuple(sorted({time.replace(microsecond=0) for time in self.times})))


@dataclass(frozen=True, slots=True)
class AtClock:
    """A moment in a sentence: the day and the time on the clock of Twente."""

    at: datetime

    def localized(self, locale: str) -> str:
        return str(_("%(day)s at %(time)s", day=clock.local(self.at).date(), time=f"{clock.local(self.at):%H:%M}"))


def check_times(times: Sequence[datetime], *, available_from: date, now: datetime) -> None:
    """One to three moments, each to come and on a day on which the lot is free."""
    if not times:
        raise Invalid(_("Propose at least one time, for example 12 January 2027 10:00."), "times")
    if len(times) > TIMES_MAX:
        raise Invalid(_("Propose at most %(most)s times.", most=TIMES_MAX), "times")
    for time in times:
        if time <= now:
            raise Invalid(_("%(moment)s is past. Propose a time that is still to come.", moment=AtClock(time)), "times")
        if clock.local(time).date() < available_from:
            raise Invalid(_("This lot is free from %(first)s. Propose that day or a later one.", first=available_from), "times")


def check_texts(draft: AppointmentDraft) -> None:
    """The place is one line, the notes a few."""
    for field, text, longest in (("place", draft.place, PLACE_LENGTH_MAX), ("notes", draft.notes, NOTES_LENGTH_MAX)):
        check_length(text, longest, field)


def check_meeting(status: ReservationStatus) -> None:
    """Refuse an appointment unless the reservation is approved.

    Before that it is uncertain whether it is collected, after that it has been.
    """
    if status is not _S.APPROVED:
        raise Conflict(
            _(
                "An appointment is made while a reservation is approved. This one is “%(status)s”.",
                status=STATUS_LABELS[status],
            ),
            currentStatus=status.value,
        )


def check_choice(time: datetime, *, proposed: Sequence[datetime], is_own: bool, now: datetime) -> None:
    """One chooses from what the other side proposed, and from what is still to come."""
    if is_own:
        raise Conflict(_("Your own organisation proposed these times. The other side chooses one of them."), "time")
    if time not in proposed:
        raise Invalid(_("Choose one of the times that were proposed, or propose others."), "time")
    if time <= now:
        raise Conflict(_("%(moment)s is past. Propose a time that is still to come.", moment=AtClock(time)), "time")


def check_gate_photo(status: ReservationStatus, *, present: int) -> None:
    """Photos from approval on, at most six of each side."""
    if status not in WITH_PHOTOS:
        raise Conflict(
            _(
                "Photos of the hand-over can be added once a reservation is approved. This reservation is “%(status)s”.",
                status=STATUS_LABELS[status],
            ),
            currentStatus=status.value,
        )
    if present >= GATE_PHOTOS_MAX:
        raise Conflict(_("Each side adds at most %(most)s photos of a hand-over.", most=GATE_PHOTOS_MAX), "photo")


def photo_moment(status: ReservationStatus, *, is_owner: bool) -> PhotoMoment:
    """Name the moment that a photo belongs to.

    The hand-over is the owner's signature; what the receiver adds after it belongs to the confirmation.
    """
    return PhotoMoment.HAND_OVER if is_owner or status is _S.APPROVED else PhotoMoment.CONFIRMATION


def check_note(status: ReservationStatus) -> None:
    """The hand-over note exists from approval on, and not of a reservation that came to nothing."""
    if status in WITH_NOTE:
        return
    if status in (_S.WAITING, _S.OFFERED, _S.REQUESTED):
        sentence = _("There is a hand-over note once the owner has approved this reservation.")
    else:
        sentence = _("This reservation is “%(status)s”, so there is no hand-over note.", status=STATUS_LABELS[status])
    raise Conflict(sentence, currentStatus=status.value)


def check_dossier(status: ReservationStatus) -> None:
    """The dossier of continued use exists as long as the note. It rests on a firm reservation."""
    if status in WITH_NOTE:
        return
    if status in (_S.WAITING, _S.OFFERED, _S.REQUESTED):
        sentence = _("There is a dossier once the owner has approved this reservation.")
    else:
        sentence = _("This reservation is “%(status)s”, so there is no dossier.", status=STATUS_LABELS[status])
    raise Conflict(sentence, currentStatus=status.value)
