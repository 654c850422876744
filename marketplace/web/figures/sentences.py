"""What is seen in each chart of the page of figures, in a sentence above it."""

from collections.abc import Sequence
from decimal import Decimal

from marketplace.impact.queries.statistics import Pair, StatisticsRow
from marketplace.kernel.formats import percent
from marketplace.kernel.language import Text, _
from marketplace.ledger.rules import Totals
from marketplace.web.figures.tables import KNOWN
from marketplace.web.ui.charts import Column
from marketplace.web.ui.tonnes import places_of, tonnes

ZERO = Decimal(0)


def of_net(totals: Totals) -> Text | str:
    """How much of the avoided the driving and the processing take back."""
    avoided = KNOWN["avoided_kgco2e"].figure(totals)
    if avoided is None or avoided <= 0:
        return _("What was avoided is not known.") if avoided is None else ""
    driven, made = (percent(kg / Decimal(avoided), 0) for kg in (totals.transport_kgco2e, totals.processing_kgco2e))
    if KNOWN["processing_kgco2e"].figure(totals) is None:
        return _("Driving takes back %(driven)s of what was avoided; what processing takes is not counted.", driven=driven)
    return _("Driving takes back %(driven)s of what was avoided, processing %(made)s.", driven=driven, made=made)


def of_time(bars: Sequence[Column]) -> Text | str:
    """In which month or year most was used again."""
    moved = [bar for bar in bars if bar.value > 0]
    total = sum((bar.value for bar in bars), ZERO)
    if len(moved) < 2 or total <= 0:
        return ""
    most = max(moved, key=lambda bar: bar.value)
    return _(
        "Most in %(when)s: %(mass)s, %(share)s of all.", when=most.name, mass=most.in_words, share=percent(most.value / total, 0)
    )


def of_balance(rows: Sequence[StatisticsRow]) -> Text | str:
    """Who gave most to others, and who received most from them."""
    gave, got = (max(rows, key=kg_of, default=None) for kg_of in (_given, _received))
    if gave is None or got is None or _given(gave) <= 0:
        return ""
    places = _places(max(_given(gave), _received(got)))
    return _(
        "%(giver)s gave most to others: %(given)s. %(receiver)s received most: %(received)s.",
        giver=gave.name,
        given=tonnes(_given(gave), places),
        receiver=got.name,
        received=tonnes(_received(got), places),
    )


def of_flows(pairs: Sequence[Pair]) -> Text | str:
    """The largest flow between two organisations, and its part of all such flows."""
    between = [pair for pair in pairs if not pair.is_within and pair.totals.mass_kg > 0]
    if not between:
        return ""
    largest = between[0]
    total = sum((pair.totals.mass_kg for pair in between), ZERO)
    return _(
        "The largest flow is %(mass)s from %(giver)s to %(receiver)s: %(share)s of what went between organisations.",
        mass=tonnes(largest.totals.mass_kg, _places(largest.totals.mass_kg)),
        giver=largest.giver_name,
        receiver=largest.receiver_name,
        share=percent(largest.totals.mass_kg / total, 0),
    )


def of_groups(rows: Sequence[StatisticsRow], totals: Totals) -> Text | str:
    """The heaviest group: its part of the tonnes beside its part of what was avoided."""
    if not rows or totals.mass_kg <= 0:
        return ""
    heaviest = rows[0]
    mass = percent(heaviest.totals.mass_kg / totals.mass_kg, 0)
    avoided = KNOWN["avoided_kgco2e"].figure(heaviest.totals)
    if avoided is None or totals.avoided_kgco2e <= 0:
        return _("%(name)s is %(mass)s of the tonnes.", name=heaviest.name, mass=mass)
    share = percent(Decimal(avoided) / totals.avoided_kgco2e, 0)
    return _("%(name)s is %(mass)s of the tonnes and %(share)s of what was avoided.", name=heaviest.name, mass=mass, share=share)


def _given(row: StatisticsRow) -> Decimal:
    return row.given_to_others_kg


def _received(row: StatisticsRow) -> Decimal:
    return row.received_from_others_kg


def _places(largest_kg: Decimal) -> int:
    """As in a chart: whole tonnes, unless all of it is small."""
    places = places_of(largest_kg)
    return 0 if places == 1 else places
