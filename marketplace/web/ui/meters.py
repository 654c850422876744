"""A share against its target as a bar. Plain geometry, drawn by `templates/goals/_meter.html`."""

from dataclasses import dataclass
from decimal import Decimal

from marketplace.impact.queries.standings import Standing
from marketplace.kernel.formats import number, percent
from marketplace.kernel.language import Text, _

WIDTH = 320
EDGE = Decimal("0.2")  # words nearer to an end than this begin or stop at the mark


@dataclass(frozen=True, slots=True)
class Meter:
    """Where the bar ends and where the mark stands, in SVG units. With what it says to readers who cannot see it."""

    width: float
    target: float
    anchor: str
    caption: str
    says: Text


def meter_of(standing: Standing) -> Meter | None:
    """None where there is no share to draw."""
    share = standing.indicator.share
    if share is None:
        return None
    aim = standing.target.percent / 100
    return Meter(
        width=_at(share),
        target=_at(aim),
        anchor="end" if aim > 1 - EDGE else "start" if aim < EDGE else "middle",
        caption=str(_("target %(percent)s%%", percent=number(standing.target.percent))),
        says=_(
            "%(share)s of the material; the target is %(percent)s%%",
            share=percent(share),
            percent=number(standing.target.percent),
        ),
    )


def _at(share: Decimal) -> float:
    return round(float(min(max(share, Decimal(0)), Decimal(1))) * WIDTH, 1)
