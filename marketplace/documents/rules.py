"""What may be said of a paper, how many a lot has, and when one runs out."""

from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from marketplace.kernel.dates import FIRST_DAY
from marketplace.kernel.errors import Conflict, FieldError, Invalid
from marketplace.kernel.language import Text, _
from marketplace.kernel.text import clean, find_length_faults

PAPERS_MAX = 30
NUMBER_LENGTH_MAX = 80
ISSUER_LENGTH_MAX = 120
LONGEST_VALID_YEARS = 30
REMIND_DAYS = (30, 7)  # before the last day
SOON = timedelta(days=REMIND_DAYS[0])


PICTURE_BEGINS = (b"\x89PNG", b"\xff\xd8\xff", b"RIFF", b"GIF8", b"BM", b"II*\x00", b"MM\x00*")
PICTURE_BRANDS = (b"ftypavif", b"ftypavis", b"ftypheic", b"ftypheix", b"ftypmif1", b"ftypmsf1")


class PaperState(StrEnum):
    """Whether a paper counts today."""

    VALID = "valid"
    EXPIRES_SOON = "expires_soon"
    EXPIRED = "expired"


class Verdict(StrEnum):
    """What an adviser finds."""

    POSITIVE = "positive"
    NEGATIVE = "negative"
    CONDITIONAL = "conditional"


PAPER_STATE_LABELS: dict[PaperState, Text] = {
    PaperState.VALID: _("Valid"),
    PaperState.EXPIRES_SOON: _("Expires soon"),
    PaperState.EXPIRED: _("Expired"),
}


@dataclass(frozen=True, slots=True)
class PaperDraft:
    """A paper as somebody describes it. `valid_until` is the last day on which it counts; None: it does not expire."""

    kind: str
    issued_on: date
    number: str = ""
    issuer: str = ""
    valid_until: date | None = None


@dataclass(frozen=True, slots=True)
class StoredFile:
    """A file that was looked through and lies in the store."""

    name: str
    media_type: str
    size_bytes: int
    pages: int = 1


def is_picture(content: bytes) -> bool:
    """Whether the content says that it is a picture, whatever its name says."""
    return content.startswith(PICTURE_BEGINS) or content[4:12] in PICTURE_BRANDS


def check_paper(draft: PaperDraft, today: date, *, is_proof: bool) -> PaperDraft:
    """Tidy up a paper, or refuse it with one sentence for each fault. A proof says its number and who issued it."""
    number, issuer = clean(draft.number, field="number"), clean(draft.issuer, field="issuer")
    faults = [
        *find_length_faults("number", number, NUMBER_LENGTH_MAX),
        *find_length_faults("issuer", issuer, ISSUER_LENGTH_MAX),
        *(_find_proof_faults(number, issuer) if is_proof else ()),
        *_find_day_faults(draft.issued_on, draft.valid_until, today),
    ]
    if faults:
        raise Invalid.all(faults)
    return PaperDraft(draft.kind, draft.issued_on, number, issuer, draft.valid_until)


def _find_proof_faults(number: str, issuer: str) -> list[FieldError]:
    faults = []
    if not any(sign.isalnum() for sign in number):
        faults.append(FieldError("number", _("Type the number that is on the paper, so that it can be looked up.")))
    if sum(sign.isalpha() for sign in issuer) < 2:
        faults.append(FieldError("issuer", _("Type who issued the paper, for example the laboratory or the certifying body.")))
    return faults


def _find_day_faults(issued_on: date, valid_until: date | None, today: date) -> list[FieldError]:
    faults = []
    if issued_on > today:
        faults.append(FieldError("issued_on", _("This day is still to come. Type the day on which the paper was issued.")))
    if issued_on < FIRST_DAY:
        sentence = _("A paper from before %(first)s does not count any more. Check the year.", first=str(FIRST_DAY.year))
        faults.append(FieldError("issued_on", sentence))
    if valid_until is None:
        return faults
    if valid_until < issued_on:
        sentence = _("The paper cannot end before the day on which it was issued. Check both days.")
        faults.append(FieldError("valid_until", sentence))
    elif valid_until.year - issued_on.year > LONGEST_VALID_YEARS:
        sentence = _("No paper is valid for more than %(years)s years. Check the year.", years=LONGEST_VALID_YEARS)
        faults.append(FieldError("valid_until", sentence))
    return faults


def check_paper_count(present: int) -> None:
    """Up to 30 papers a lot."""
    if present >= PAPERS_MAX:
        raise Conflict(_("A lot has at most %(most)s papers. Remove one that is not needed any more.", most=PAPERS_MAX), "file")


def find_state(valid_until: date | None, today: date) -> PaperState:
    """Whether a paper counts on this day; its last day still does."""
    if valid_until is None or valid_until - today > SOON:
        return PaperState.VALID
    return PaperState.EXPIRES_SOON if valid_until >= today else PaperState.EXPIRED


def find_reminder(valid_until: date | None, today: date, reminded_days: int | None) -> int | None:
    """Which reminder is due: 30 or 7 days before the last day, each once; None where none is."""
    if valid_until is None:
        return None
    left = (valid_until - today).days
    due = [days for days in REMIND_DAYS if 0 <= left <= days]
    if not due or (reminded_days is not None and reminded_days <= min(due)):
        return None
    return min(due)
