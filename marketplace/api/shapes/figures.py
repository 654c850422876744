"""Statistics. The names of the figures come from the registered list."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any, NamedTuple, cast

from marketplace.api.fields import Choice, Integer, Line, Number, Property, YesNo
from marketplace.api.schema import List, Part, Shape
from marketplace.api.shapes.organisation import OrganisationSchema
from marketplace.exchange.queries.requests import Competition
from marketplace.impact.queries.statistics import Statistics
from marketplace.impact.queries.supply import Offered, Supply
from marketplace.impact.rules.cut import NoFigure
from marketplace.impact.rules.statistics import STATISTICS, Figure, Measure, Statistic
from marketplace.kernel.units import THOUSANDTH
from marketplace.ledger.rules import Reach, Totals
from marketplace.market.rules.freshness import Outcome

WHOLE = (Measure.COUNT, Measure.CENTS, Measure.SAVED)
BESIDE = ("offered", "days", "lost", "wanted")
FOUR_PLACES = Decimal("0.0001")


def _if_known(name: str) -> Callable[[Totals], Decimal | None]:
    """A part of the avoided that is null where the avoided is unknown."""
    avoided = next(statistic for statistic in STATISTICS if statistic.name == "avoided_kgco2e")
    return lambda totals: None if avoided.figure(totals) is None else getattr(totals, name)


class _AvoidedSchema(Shape):
    """Avoided kg CO₂e by whether the transfer replaces a purchase, as was said.

    They add up to the avoided, and are null where that is.
    """

    yes = Number(allow_none=True, get=_if_known("avoided_replacing_kgco2e"))
    no = Number(allow_none=True, get=_if_known("avoided_not_replacing_kgco2e"))
    not_said = Number(allow_none=True, get=_if_known("avoided_not_said_kgco2e"))


def _average(totals: Totals) -> Decimal | None:
    return None if totals.average_km is None else totals.average_km.quantize(THOUSANDTH)


def _with_figures(shape: type[Shape], totals_of: Callable[[Any], Totals]) -> type[Shape]:
    """The shape with every figure of the list.

    Avoided carbon is of the mass whose factor is known, `unknownFactorMassKg` says how much is not; processing likewise. Where nothing of it
    is known a figure is null.
    """

    def figure(statistic: Statistic) -> Property:
        kind = Integer if statistic.measure in WHOLE else Number
        unknown: dict[str, Any] = {"meaning": "null: unknown", "allow_none": True} if statistic.may_be_unknown else {}
        return kind(get=lambda of: statistic.figure(totals_of(of)), **unknown)

    figures: dict[str, Any] = {statistic.name: figure(statistic) for statistic in STATISTICS}
    figures["average_km"] = Number(
        "transport work by all tonnes that were on the road; null: nothing was",
        allow_none=True,
        get=lambda of: _average(totals_of(of)),
    )
    figures["avoided_by_replaces_purchase"] = Part(_AvoidedSchema, get=totals_of)
    return cast(type[Shape], shape.from_dict(figures, name=shape.__name__))


def _taken(offered: Offered) -> Decimal | None:
    return None if offered.taken_share is None else offered.taken_share.quantize(FOUR_PLACES)


class _FigureSchema(Shape):
    """One figure with what it rests on."""

    value = Number("null: unknown", allow_none=True)
    low = Number("by the low end of the carbon factors; null: a figure without ends", allow_none=True)
    high = Number("by their high end", allow_none=True)
    coverage = Number(
        "of which share, from 0 to 1, is known what it rests on: of the mass, or of money saved of the exchanges; null: nothing moved",
        allow_none=True,
    )
    adopted = YesNo("whether every municipality asked for has adopted every year of the period")


class _Figure(NamedTuple):
    """A figure as it is written."""

    value: Figure | None
    low: Figure | None
    high: Figure | None
    coverage: Decimal | None
    adopted: bool


def _figure_of(statistic: Statistic) -> Callable[[Statistics], _Figure]:
    def of(statistics: Statistics) -> _Figure:
        (low, high), coverage = statistic.ends(statistics.totals) or (None, None), statistic.coverage(statistics.totals)
        covered = None if coverage is None else coverage.quantize(FOUR_PLACES)
        return _Figure(statistic.figure(statistics.totals), low, high, covered, statistics.is_adopted)

    return of


_Figures = Shape.from_dict(
    {statistic.name: Part(_FigureSchema, get=_figure_of(statistic)) for statistic in STATISTICS}, name="_FiguresSchema"
)


class _RowSchema(Shape):
    """A material group or a month."""

    key = Line()
    name = Line()


class _MunicipalitySchema(_RowSchema):
    """What it received, and beside that what it gave. What stayed within it is in both."""

    given_mass_kg = Number()
    kept_mass_kg = Number("stayed within the organisation")


class _PairSchema(Shape):
    """Who gave to whom."""

    from_organisation = Part(OrganisationSchema, get=lambda pair: _Side(pair.giver, pair.giver_name))
    to_organisation = Part(OrganisationSchema, get=lambda pair: _Side(pair.receiver, pair.receiver_name))


class _Side(NamedTuple):
    """One side of a pair, named as every organisation is."""

    slug: str
    name: str


class _ReachSchema(Shape):
    """What stayed within one organisation, within the region, or had a partner on either side."""

    key = Choice(Reach)


class _Reached(NamedTuple):
    """The sums of one reach."""

    key: Reach
    totals: Totals


_Reach = _with_figures(_ReachSchema, lambda row: row.totals)
_Totals = _with_figures(type("_TotalsSchema", (Shape,), {}), lambda totals: totals)
_Row = _with_figures(_RowSchema, lambda row: row.totals)
_Municipality = _with_figures(_MunicipalitySchema, lambda row: row.totals)
_Pair = _with_figures(_PairSchema, lambda pair: pair.totals)


class _LateSchema(Shape):
    """What counts in a later month than that in which it happened."""

    rows = Integer("rows of the ledger", attribute="late_rows")
    mass_kg = Number(attribute="late_mass_kg")


class PublicStatisticsSchema(Shape):
    """The totals."""

    totals = Part(_Totals)
    figures = Part(
        cast(type[Shape], _Figures),
        "each figure with its low and high end, coverage, and whether it is adopted",
        get=lambda of: of,
    )
    booked_late = Part(_LateSchema, get=lambda statistics: statistics.totals)


class _OfferedSchema(Shape):
    """Lots that were published in the period, as they stand now."""

    lots = Integer()
    mass_kg = Number()
    reserved_kg = Number("held for somebody now")
    taken_kg = Number("handed over")
    taken_share = Number("of which share somebody took it, from 0 to 1; null: nothing was offered", allow_none=True, get=_taken)


class _QuartilesSchema(Shape):
    """Days, by the inclusive method."""

    count = Integer("of how many transfers")
    first = Number("below which a quarter lies")
    median = Number()
    third = Number("below which three quarters lie")


class _CountedSchema(Shape):
    """So many, together so many kilograms."""

    number = Integer()
    mass_kg = Number("of those whose weight is known")
    unweighed = Integer("of how many the weight is not known")


class _LostSchema(_CountedSchema):
    """Lots that left the bank without being taken, by what became of them."""

    outcome = Choice(Outcome, "null: nobody said", allow_none=True)


class _CompetitionSchema(Shape):
    """Requests for the same lot."""

    lots = Integer("lots that were asked for in the period")
    contested = Integer("of which by more than one organisation")
    requests = Integer()


class _ReasonSchema(Shape):
    """A figure that is not told, and why."""

    figure = Line()
    reason = Line()


class Beside(NamedTuple):
    """What stands beside the ledger: of supply and demand, and of requests."""

    supply: Supply
    competition: Competition | NoFigure

    def figure(self, name: str) -> Any:
        """A figure; None where it is not told."""
        value = getattr(self.supply, name) if name != "competition" else self.competition
        return None if isinstance(value, NoFigure) else value

    @property
    def reasons(self) -> list[dict[str, str]]:
        """Which figures are not told, and why."""
        all_of_it = {**{name: getattr(self.supply, name) for name in BESIDE}, "competition": self.competition}
        return [{"figure": name, "reason": str(value.reason)} for name, value in all_of_it.items() if isinstance(value, NoFigure)]


class _Lost(NamedTuple):
    """What was lost in one way."""

    outcome: Outcome | None
    number: int
    mass_kg: Decimal
    unweighed: int


def _lost(beside: Beside) -> list[_Lost] | None:
    lost = beside.figure("lost")
    return None if lost is None else [_Lost(name, loss.number, loss.mass_kg, loss.unweighed) for name, loss in lost.items()]


class _BesideSchema(Shape):
    """What stands beside the ledger. Null: not told, and `notTold` says why; `days` is null too where nothing was handed over."""

    offered = Part(_OfferedSchema, allow_none=True, get=lambda beside: beside.figure("offered"))
    days = Part(_QuartilesSchema, "from publication to hand-over", allow_none=True, get=lambda beside: beside.figure("days"))
    lost = List(Part(_LostSchema), allow_none=True, get=_lost)
    wanted = Part(
        _CountedSchema,
        "demands placed in the period that still need something",
        allow_none=True,
        get=lambda beside: beside.figure("wanted"),
    )
    competition = Part(_CompetitionSchema, allow_none=True, get=lambda beside: beside.figure("competition"))
    not_told = List(Part(_ReasonSchema), attribute="reasons")


class StatisticsSchema(PublicStatisticsSchema):
    """The totals, and for members the ways of adding up to them."""

    by_municipality = List(Part(_Municipality), optional=True)
    by_material_group = List(Part(_Row), optional=True)
    by_month = List(Part(_Row), optional=True)
    by_reach = List(
        Part(_Reach),
        "what stayed `within` one organisation, within the `region`, or had a partner on either side (`outside`)",
        optional=True,
        get=lambda statistics: [_Reached(*item) for item in statistics.by_reach.items()],
    )
    beside = Part(_BesideSchema, "supply and demand, for the region", optional=True)
    by_pair = List(
        Part(_Pair), "for the region", optional=True, get=lambda statistics: statistics.by_pair if statistics.has_pairs else None
    )
