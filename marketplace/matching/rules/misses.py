"""Near misses: a lot that would serve a need but for one thing people can talk about. Pure rules."""

from dataclasses import dataclass
from datetime import date
from decimal import ROUND_UP, Decimal
from enum import StrEnum

from marketplace.kernel.language import Text, _, ngettext
from marketplace.market.rules.listing import CONDITION_LABELS
from marketplace.matching.rules.pair import RANKS, TENTH, Lot, Need, do_overlap, objections
from marketplace.matching.rules.wishes import by_how_much, list_failing


class Kind(StrEnum):
    """The one thing in the way: afstand, kwaliteit, periode, kenmerk."""

    DISTANCE = "distance"
    CONDITION = "condition"
    PERIOD = "period"
    FIELD = "field"


@dataclass(frozen=True, slots=True)
class Miss:
    """Which thing is in the way, and by how much: in a sentence, and in a few words."""

    kind: Kind
    sentence: Text
    brief: Text


def near_miss(lot: Lot, need: Need, *, distance_km: Decimal, today: date) -> Miss | None:
    """Find the one thing in the way. None where the lot serves, where more is in the way, and where it is something else."""
    if len(objections(lot, need, distance_km=distance_km, today=today)) != 1:
        return None
    if need.max_distance_km is not None and distance_km > need.max_distance_km:
        return Miss(Kind.DISTANCE, *_too_far(distance_km, need.max_distance_km))
    steps = RANKS[need.min_condition] - RANKS[lot.condition]
    if steps > 0:
        return Miss(Kind.CONDITION, *_too_poor(lot, need, steps))
    if not do_overlap(lot.available_from, lot.available_until, need.needed_from, need.needed_until):
        return Miss(Kind.PERIOD, *_out_of_time(lot, need))
    for wish in list_failing(need.wishes, lot.answers):
        return Miss(Kind.FIELD, *by_how_much(wish, lot.answers[wish.field.slug]))
    return None


def _too_far(distance_km: Decimal, most: Decimal) -> tuple[Text, Text]:
    """Tenths rounded up, so that what is too far never reads as 0 km too far."""
    distance = distance_km.quantize(TENTH, rounding=ROUND_UP)
    more = (distance_km - most).quantize(TENTH, rounding=ROUND_UP)
    sentence = _(
        "%(more)s km farther than asked for: %(distance)s km as the crow flies, and at most %(most)s km was asked for.",
        more=more,
        distance=distance,
        most=most,
    )
    return sentence, _("%(more)s km too far", more=more)


def _too_poor(lot: Lot, need: Need, steps: int) -> tuple[Text, Text]:
    sentence = ngettext(
        "One step below what was asked for: it is “%(condition)s”, and “%(asked)s” or better was asked for.",
        "%(num)s steps below what was asked for: it is “%(condition)s”, and “%(asked)s” or better was asked for.",
        steps,
        condition=CONDITION_LABELS[lot.condition],
        asked=CONDITION_LABELS[need.min_condition],
    )
    return sentence, ngettext("condition one step lower", "condition %(num)s steps lower", steps)


def _out_of_time(lot: Lot, need: Need) -> tuple[Text, Text]:
    if lot.available_from > need.needed_until:
        late = (lot.available_from - need.needed_until).days
        sentence = ngettext(
            "One day too late: it becomes free on %(first)s, and was needed until %(last)s.",
            "%(num)s days too late: it becomes free on %(first)s, and was needed until %(last)s.",
            late,
            first=lot.available_from,
            last=need.needed_until,
        )
        return sentence, ngettext("free one day too late", "free %(num)s days too late", late)
    last = lot.available_until or need.needed_from
    early = (need.needed_from - last).days
    sentence = ngettext(
        "One day too early: it is there until %(last)s, and is needed from %(first)s.",
        "%(num)s days too early: it is there until %(last)s, and is needed from %(first)s.",
        early,
        first=need.needed_from,
        last=last,
    )
    return sentence, ngettext("gone one day too early", "gone %(num)s days too early", early)
