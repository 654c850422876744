"""A transfer in all its legs, in words."""

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from flask import url_for
from markupsafe import Markup, escape

from marketplace.accounts.policy import Actor
from marketplace.kernel.db import Session
from marketplace.kernel.formats import NO_BREAK_SPACE, number, quantity, short_date, unknown
from marketplace.kernel.language import Text, _
from marketplace.ledger.models import Exchange
from marketplace.stock.queries.legs import Journey, Leg, find_journey, sees_legs


@dataclass(frozen=True, slots=True)
class JourneyInWords:
    """All legs as rows of a table, and what is saved with and without processing."""

    journey: Journey
    rows: tuple[tuple[str, ...], ...]
    total: tuple[str, ...]
    net: tuple[tuple[Text, str, str], ...]

    @property
    def count(self) -> int:
        """How many legs."""
        return len(self.rows)


def journey_of(session: Session, actor: Actor, row: Exchange) -> JourneyInWords | None:
    """The legs of a transfer; None where it went in one."""
    journey = find_journey(session, row)
    if journey is None:
        return None
    sees = sees_legs(actor, row)
    rows = tuple((_name(place, leg, row, sees), *map(number, leg.figures)) for place, leg in enumerate(journey.legs, 1))
    total = (str(_("Together")), number(journey.road_km), number(journey.tonne_km), number(journey.transport_kgco2e))
    return JourneyInWords(journey, rows, total, tuple(_net(journey)))


def _name(place: int, leg: Leg, own: Exchange, sees: bool) -> Markup:
    """What a leg is, when it was driven and with how much. A link to its own row where the reader may see that."""
    is_own = leg.row.seq == own.seq
    label = (
        _("Leg %(number)s: to the receiver", number=place) if is_own else _("Leg %(number)s: to or from a depot", number=place)
    )
    carried = quantity(leg.quantity, own.unit)
    if leg.quantity != leg.row.quantity:
        carried = str(_("%(part)s of the %(all)s that was driven", part=carried, all=quantity(leg.row.quantity, own.unit)))
    note = Markup('<small class="mp-cell__note">{}, {}</small>').format(short_date(leg.row.happened_on), carried)
    if not sees or is_own:
        return escape(label) + note
    return Markup('<a href="{}">{}</a>').format(url_for("exchanges.show", seq=leg.row.seq), label) + note


def _net(journey: Journey) -> Iterator[tuple[Text, str, str]]:
    """What is saved, how it follows, and what comes out. Twice, for not everybody counts processing."""
    avoided, transport = journey.avoided_kgco2e, journey.transport_kgco2e
    without, processing = journey.net_without_processing, journey.processing_kgco2e
    sum_of = "" if avoided is None else f"{number(avoided)} − {number(transport)}"
    yield _("Net saved, without processing"), sum_of, _co2e(without)
    of_all = "" if avoided is None or processing is None else f"{sum_of} − {number(processing)}"
    yield _("Net saved, with processing"), of_all, _co2e(journey.net_with_processing)


def _co2e(value: Decimal | None) -> str:
    return unknown() if value is None else f"{number(value)}{NO_BREAK_SPACE}kg CO₂e"
