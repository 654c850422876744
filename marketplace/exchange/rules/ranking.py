"""The order of competing requests, with every score spelled out.

Pure rules over plain values.

domain.md, "Fairness between organisations": avoids a new purchase, needed-by date, distance, quantity fit, earlier no-shows; ties
by time. The points are our own choice (docs/decisions.md): 100 at most, so that a council can redo them with a pencil.
"""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal

from marketplace.kernel.language import Text, _
from marketplace.kernel.units import Amount, Unit

PURCHASE_POINTS = 40
NEED_POINTS = 20  # needed today; none at 90 days and later
NEED_DAYS = 90
DISTANCE_POINTS = 20  # on the spot; none at 50 km and farther
DISTANCE_KM = Decimal(50)
FIT_POINTS = 20  # takes exactly what is there to give
NO_SHOW_POINTS = 10  # taken off for each
NO_SHOWS_MAX = 3
NO_SHOWS_COUNT = timedelta(days=730)  # those of the last two years


@dataclass(frozen=True, slots=True)
class Claim:
    """What of a request counts. `distance_km`: from the lot to where it goes, as the crow flies."""

    number: int
    asked_at: datetime
    amount: Decimal
    unit: Unit
    replaces_purchase: bool | None
    needed_by: date | None
    distance_km: Decimal
    no_shows: int


@dataclass(frozen=True, slots=True)
class Score:
    """The points of one claim, whole numbers, and why in sentences."""

    points: int
    reasons: tuple[Text, ...]


def score(claim: Claim, *, free: Decimal, today: date) -> Score:
    """What a claim scores. `free`: what the owner has to give, in the listing's unit: all that is not approved or handed over."""
    purchase = PURCHASE_POINTS if claim.replaces_purchase else 0
    need, need_reason = _need(claim.needed_by, today)
    distance = _points(DISTANCE_POINTS, DISTANCE_KM - min(claim.distance_km, DISTANCE_KM), DISTANCE_KM)
    fit = _points(FIT_POINTS, min(claim.amount, free), max(claim.amount, free))
    missed = min(claim.no_shows, NO_SHOWS_MAX) * NO_SHOW_POINTS
    return Score(
        purchase + need + distance + fit - missed,
        (
            _purchase(claim.replaces_purchase, purchase),
            need_reason,
            _(
                "%(distance)s km away: %(points)s of %(most)s points (none at 50 km or more).",
                distance=claim.distance_km.quantize(Decimal("0.1"), rounding=ROUND_HALF_UP),
                points=distance,
                most=DISTANCE_POINTS,
            ),
            _(
                "Asks for %(asked)s of the %(free)s available: %(points)s of %(most)s points.",
                asked=Amount(claim.amount, claim.unit),
                free=Amount(free, claim.unit),
                points=fit,
                most=FIT_POINTS,
            ),
            _no_shows(claim.no_shows, missed),
        ),
    )


def ranked(claims: list[Claim], *, free: Decimal, today: date) -> list[tuple[Claim, Score]]:
    """Best first; equal points stand in the order of asking."""
    scored = [(claim, score(claim, free=free, today=today)) for claim in claims]
    return sorted(scored, key=lambda item: (-item[1].points, item[0].asked_at, item[0].number))


def _points(most: int, part: Decimal, whole: Decimal) -> int:
    if not whole:
        return 0
    return int((most * part / whole).quantize(Decimal(1), rounding=ROUND_HALF_UP))


def _purchase(replaces: bool | None, points: int) -> Text:
    if replaces:
        return _("It replaces a new purchase: %(points)s of %(most)s points.", points=points, most=PURCHASE_POINTS)
    if replaces is None:
        return _("Whether it replaces a new purchase was not stated: 0 of %(most)s points.", most=PURCHASE_POINTS)
    return _("It replaces no new purchase: 0 of %(most)s points.", most=PURCHASE_POINTS)


def _need(needed_by: date | None, today: date) -> tuple[int, Text]:
    if needed_by is None:
        return 0, _("The date by which it is needed was not given: 0 of %(most)s points.", most=NEED_POINTS)
    days = max(0, (needed_by - today).days)
    points = _points(NEED_POINTS, Decimal(NEED_DAYS - min(days, NEED_DAYS)), Decimal(NEED_DAYS))
    return points, _(
        "Needed by %(day)s, in %(days)s days: %(points)s of %(most)s points (none at 90 days or more).",
        day=needed_by,
        days=days,
        points=points,
        most=NEED_POINTS,
    )


def _no_shows(count: int, points: int) -> Text:
    if not count:
        return _("No earlier no-shows: nothing taken off.")
    return _("Earlier no-shows in two years: %(count)s, so %(points)s points off.", count=count, points=points)
