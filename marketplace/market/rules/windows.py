"""Whose turn it is: rings that open one after the other, all by whole days. Reason only, over plain values.

The own organisation may reserve from the day of publication. Then come a circle of chosen municipalities (where there is one), the region's municipalities,
and the partners. What the owner says counts; what is left open follows from the defaults of the organisation, and shrinks where the period is short:

    Each ring asks for the days until the next one opens; the partners' own turn counts as 14 days. Where all of that is more than there is between the day of
    publication and the last day of the lot (both counted), every ring gets the same part of what it asked, rounded down to whole days. So the partners always
    keep at least the last day. A day that the owner chose stays; what lies between two chosen days is shared out in the same way.

By hand: published on 1 December, to be had until 14 December, no circle. Asked: 14 days for the region, 14 for the partners; there are 14. Each gets half:
the region opens on 1 December and the partners on 8 December.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from marketplace.accounts.rules.accounts import OrganisationKind
from marketplace.kernel.errors import FieldError
from marketplace.kernel.language import Text, _
from marketplace.kernel.text import find_length_faults

PARTNERS_WAIT = timedelta(days=14)  # domain.md: partners from 14 days later
CIRCLE_LEAD_DAYS = 14  # where a lot has a circle and its organisation never said how long it goes first
PARTNERS_TURN_DAYS = 14  # what the partners' turn counts for when a short period is shared out
WAIT_DAYS_MAX = 365
REASON_LENGTH_MAX = 500
NOBODY = "|"  # as stored: the owner chose that there is no circle; empty: the owner said nothing


class Ring(StrEnum):
    """The rings that have a turn, in order."""

    OWN = "own"
    CIRCLE = "circle"
    REGION = "region"
    PARTNERS = "partners"


RING_LABELS: dict[Ring, Text] = {
    Ring.OWN: _("Own organisation"),
    Ring.CIRCLE: _("Circle"),
    Ring.REGION: _("Municipalities of the region"),
    Ring.PARTNERS: _("Partners"),
}


@dataclass(frozen=True, slots=True)
class WindowDefaults:
    """What an organisation agreed for its lots.

    Which municipalities are in the circle, and how many days each ring waits for the one before it opened.
    """

    circle: tuple[str, ...] = ()
    circle_days: int = 0
    region_days: int = 0
    partners_days: int = PARTNERS_WAIT.days
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is said of one lot. None is nothing said: the defaults count; an empty circle is the choice to have none."""

    circle: tuple[str, ...] | None = None
    circle_from: date | None = None
    region_from: date | None = None
    partners_from: date | None = None
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Windows:
    """The days on which the rings of a lot open. Without a circle `circle_from` is None."""

    circle: tuple[str, ...]
    circle_from: date | None
    region_from: date
    partners_from: date
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Rings:
    """The windows of a lot as stored, and whose lot it is; days are None while it is a draft."""

    owner_id: int
    circle: tuple[str, ...]
    circle_from: date | None
    region_from: date | None
    partners_from: date | None


@dataclass(frozen=True, slots=True)
class Asker:
    """An organisation that would like to reserve."""

    organisation_id: int | None
    slug: str
    kind: str


def written(circle: Sequence[str] | None) -> str:
    """Write a circle as it is stored. `|almelo|borne|`, `|` for the choice to have none, empty for nothing said."""
    if circle is None:
        return ""
    return f"|{'|'.join(sorted(circle))}|" if circle else NOBODY


def read_circle(stored: str) -> tuple[str, ...] | None:
    """What `written` wrote."""
    return tuple(filter(None, stored.split("|"))) if stored else None


def settle(wanted: Wanted, defaults: WindowDefaults, *, opened_on: date, last_day: date | None) -> Windows:
    """Settle the days on which the rings open, for a lot published on `opened_on`. A chosen day before that means at once."""
    circle = defaults.circle if wanted.circle is None else wanted.circle
    has_own_lead = bool(defaults.circle or defaults.region_days or not circle)
    steps = [
        *([(wanted.circle_from, defaults.circle_days)] if circle else []),
        (wanted.region_from, defaults.region_days if has_own_lead else CIRCLE_LEAD_DAYS),
        (wanted.partners_from, defaults.partners_days),
    ]
    days = _spread(steps, opened_on, last_day)
    reason = wanted.reason or (defaults.reason if _is_skip_agreed(wanted, defaults, circle) else "")
    return Windows(tuple(sorted(circle)), days[0] if circle else None, days[-2], days[-1], reason)


def _is_skip_agreed(wanted: Wanted, defaults: WindowDefaults, circle: tuple[str, ...]) -> bool:
    at_once = wanted.partners_from is None and not defaults.partners_days
    return at_once or bool(circle and defaults.circle and wanted.region_from is None and not defaults.region_days)


def _spread(steps: Sequence[tuple[date | None, int]], opened_on: date, last_day: date | None) -> list[date]:
    """A day for each (chosen day, days to wait). Between two chosen days, and up to the last day, what waits shares what there is."""
    rows: list[date] = []
    at = opened_on
    waits: list[int] = []
    for chosen, wait in steps:
        waits.append(wait)
        if chosen is not None:
            opens = max(chosen, opened_on)
            rows += [*_shared(at, waits, (opens - at).days), opens]
            at, waits = opens, []
    room = None if last_day is None else (last_day - at).days + 1
    return rows + _shared(at, [*waits, PARTNERS_TURN_DAYS], room)


def _shared(at: date, lengths: Sequence[int], room: int | None) -> list[date]:
    """The days on which all but the first of these rings begin. `room`: the days that there are, None for no end."""
    needed, passed, rows = sum(lengths), 0, []
    for length in lengths[:-1]:
        passed += length
        days = passed if room is None or room >= needed else passed * max(room, 0) // needed
        rows.append(at + timedelta(days=days))
    return rows


def find_faults(wanted: Wanted, settled: Windows, municipalities: Collection[str]) -> list[FieldError]:
    """Find what cannot be in the windows of a lot, each at its field. Rings open in order, and skipping one needs a reason."""
    faults = [_no_municipality(slug) for slug in wanted.circle or () if slug not in municipalities]
    if wanted.circle_from and not settled.circle:
        faults.append(FieldError("circle", _("Choose the municipalities of the circle, or leave its first day empty.")))
    faults += _disorder(wanted, settled)
    faults += find_length_faults("window_reason", wanted.reason, REASON_LENGTH_MAX)
    if not faults and not wanted.reason:
        faults += _unexplained(wanted, settled)
    return faults


def _disorder(wanted: Wanted, settled: Windows) -> list[FieldError]:
    faults = []
    circle, region = wanted.circle_from or settled.circle_from, wanted.region_from or settled.region_from
    if settled.circle and circle is not None and region < circle:
        faults.append(
            FieldError("region_from", _("The region comes after the circle. Enter %(first)s or a later day.", first=circle))
        )
    partners = wanted.partners_from or settled.partners_from
    if partners < (wanted.region_from or min(partners, region)) or settled.partners_from < settled.region_from:
        faults.append(
            FieldError("partners_from", _("Partners come after the region. Enter %(first)s or a later day.", first=region))
        )
    return faults


def _unexplained(wanted: Wanted, settled: Windows) -> list[FieldError]:
    if wanted.region_from is not None and settled.circle_from is not None and settled.region_from <= settled.circle_from:
        return [circle_skipped()]
    if wanted.partners_from is not None and settled.partners_from <= settled.region_from:
        return [
            FieldError(
                "window_reason", _("Partners do not wait for the region any more. Say why, or give the partners a later day.")
            )
        ]
    return []


def circle_skipped() -> FieldError:
    """Require a reason for skipping the circle."""
    return FieldError(
        "window_reason", _("The circle does not go before the region any more. Say why, or give the region a later day.")
    )


def find_default_faults(defaults: WindowDefaults, municipalities: Collection[str]) -> list[FieldError]:
    """What an organisation cannot agree for its lots."""
    faults = [_no_municipality(slug) for slug in defaults.circle if slug not in municipalities]
    waits = {"circle_days": defaults.circle_days, "region_days": defaults.region_days, "partners_days": defaults.partners_days}
    faults += [
        FieldError(name, _("Enter a whole number of days, from 0 to %(most)s.", most=WAIT_DAYS_MAX))
        for name, days in waits.items()
        if not 0 <= days <= WAIT_DAYS_MAX
    ]
    if defaults.circle_days and not defaults.circle:
        faults.append(FieldError("circle", _("Choose the municipalities of the circle, or let it wait 0 days.")))
    faults += find_length_faults("reason", defaults.reason, REASON_LENGTH_MAX)
    if not faults and not defaults.reason:
        if defaults.circle and not defaults.region_days:
            faults.append(
                FieldError("reason", _("The circle does not go before the region. Say why, or let the region wait some days."))
            )
        elif not defaults.partners_days:
            faults.append(
                FieldError("reason", _("Partners do not wait for the region. Say why, or let the partners wait some days."))
            )
    return faults


def _no_municipality(slug: str) -> FieldError:
    return FieldError("circle", _("“%(slug)s” is not a municipality of the region. Choose from the list.", slug=slug[:60]))


def ring_of(rings: Rings, asker: Asker) -> Ring:
    """The first ring in which an organisation stands."""
    if asker.organisation_id is not None and asker.organisation_id == rings.owner_id:
        return Ring.OWN
    if asker.kind == OrganisationKind.PARTNER:
        return Ring.PARTNERS
    return Ring.CIRCLE if asker.slug and asker.slug in rings.circle else Ring.REGION


def turn_from(rings: Rings, asker: Asker) -> date | None:
    """Find the first day on which an organisation may reserve. None where that is not known, for its own lots too."""
    ring = ring_of(rings, asker)
    days = {Ring.CIRCLE: rings.circle_from, Ring.REGION: rings.region_from, Ring.PARTNERS: rings.partners_from}
    return days.get(ring)


def has_turn(rings: Rings, asker: Asker, today: date) -> bool:
    """Whether an organisation may reserve now. Its own lots at once, everybody else from their day."""
    opens = turn_from(rings, asker)
    return ring_of(rings, asker) == Ring.OWN or (opens is not None and opens <= today)
