"""The filters of the pages of figures, all in the address.

The same for the figures and for the rows behind them.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from marketplace.accounts.models import Organisation
from marketplace.impact.rules.cut import Between, Cut
from marketplace.kernel.formats import month
from marketplace.kernel.language import Text, _
from marketplace.ledger.queries import ExchangeFilter
from marketplace.ledger.rules import Through
from marketplace.materials.rules.taxonomy import Taxonomy
from marketplace.web.ui.period import ALL_YEARS, EVERYTHING, MONTHS_OF_QUARTER, Period, period_of
from marketplace.web.ui.search_address import Chip

MONTHS_OFFERED = 60
THROUGH: dict[str, tuple[Through, Text]] = {
    "direct": (Through.DIRECT, _("direct")),
    "depot": (Through.DEPOT, _("through a depot")),
}
REACH: dict[str, tuple[Between, Text]] = {
    "binnen": (Between.WITHIN, _("within one organisation")),
    "tussen": (Between.BETWEEN, _("between organisations")),
}
WITHOUT_SOIL, SOIL = "nee", _("without sand and soil")


@dataclass(frozen=True, slots=True)
class Field:
    """One list of the filter bar.

    Its name in the address, its choices as value and label, and what was chosen.
    """

    name: str
    label: Text
    choices: tuple[tuple[str, str], ...]
    chosen: str


@dataclass(frozen=True, slots=True)
class Span:
    """A year or a quarter to choose, and the address that shows it."""

    label: str
    href: str
    is_current: bool


@dataclass(frozen=True, slots=True)
class Bar:
    """What the bar shows. `hidden`: what stands in the address beside its lists; `cleared`: the address without any filter."""

    fields: list[Field]
    years: list[Span]
    quarters: list[Span]
    hidden: list[tuple[str, str]]
    chips: list[Chip]
    cleared: str


@dataclass(frozen=True, slots=True)
class Filters:
    """What was chosen, each as an address names it.

    A period, a municipality on either side, a group of materials; direct or through a depot, within or between organisations, and whether sand
    and soil are left out.
    """

    period: Period = EVERYTHING
    municipality: str = ""
    group: str = ""
    through: str = ""
    reach: str = ""
    soil: str = ""

    @property
    def values(self) -> dict[str, Any]:
        """The same in an address."""
        return dict(self.period.values) | {name: value for name, value in self._others.items() if value}

    @property
    def _others(self) -> dict[str, str]:
        return {
            "gemeente": self.municipality,
            "groep": self.group,
            "weg": self.through,
            "bereik": self.reach,
            "grond": self.soil,
        }

    @property
    def slugs(self) -> list[str]:
        """The same in the name of a file."""
        soil = ["zonder-grond"] if self.soil else []
        return [slug for slug in (self.period.slug, self.municipality, self.group, self.through, self.reach, *soil) if slug]

    @property
    def cut(self) -> Cut:
        """The part of the ledger that is summed."""
        return self._cut(self.period.first, self.period.last)

    @property
    def before(self) -> Cut | None:
        """The same part a year earlier."""
        return None if self.period.before is None else self._cut(*self.period.before)

    def _cut(self, first: str, last: str) -> Cut:
        return Cut(
            first,
            last,
            _one(self.municipality),
            _one(self.group),
            through=THROUGH[self.through][0] if self.through else None,
            between=REACH[self.reach][0] if self.reach else None,
            without_bulk=bool(self.soil),
        )

    @property
    def rows(self) -> ExchangeFilter:
        """The rows of the ledger of which the figures are sums."""
        return ExchangeFilter(
            first_month=self.period.first,
            last_month=self.period.last,
            municipalities=_one(self.municipality),
            groups=_one(self.group),
            through=self.through,
            is_within=None if not self.reach else self.reach == "binnen",
            without_bulk=bool(self.soil),
        )


def filters_of(
    args: Mapping[str, str], municipalities: Sequence[Organisation], taxonomy: Taxonomy, *, today: date, default: int | None
) -> Filters:
    """What an address asks, as far as it is known: the rest is passed over."""
    group = taxonomy.group(args.get("groep", ""))
    slug = args.get("gemeente", "")
    return Filters(
        period_of(args, today=today, default=default),
        slug if slug in {municipality.slug for municipality in municipalities} else "",
        group.slug if group else "",
        args.get("weg", "") if args.get("weg") in THROUGH else "",
        args.get("bereik", "") if args.get("bereik") in REACH else "",
        WITHOUT_SOIL if args.get("grond") == WITHOUT_SOIL else "",
    )


@dataclass(frozen=True, slots=True)
class Drawer:
    """Makes the bar of a page.

    `address`: where filters lead on that page, `cleared` without `more`; `more`: what else stands in its address, with its chips.
    """

    municipalities: Sequence[Organisation]
    taxonomy: Taxonomy
    today: date
    since: str
    address: Callable[[Filters], str]
    cleared: Callable[[Filters], str]
    more: tuple[tuple[str, str], ...] = ()
    more_chips: tuple[Chip, ...] = ()

    def bar_of(self, filters: Filters) -> Bar:
        """The bar with what was chosen."""
        period = filters.period
        whole = Filters(period if period.year else EVERYTHING)
        is_whole = period.year is not None or bool(period.quarter)
        return Bar(
            self._fields(filters, is_whole=is_whole),
            self._years(filters),
            self._quarters(filters),
            [*(period.values if is_whole else (("jaar", ALL_YEARS),)), *self.more],
            [*self.more_chips, *self._chips(filters)],
            self.cleared(whole),
        )

    def _fields(self, filters: Filters, *, is_whole: bool) -> list[Field]:
        period, everything = filters.period, ("", str(_("all")))
        months = tuple((key, month(key)) for key in reversed(self._months()))
        places = tuple((municipality.slug, municipality.name) for municipality in self.municipalities)
        groups = tuple((group.slug, group.name) for group in self.taxonomy.groups)
        first, last = ("", "") if is_whole else (period.first, period.last)
        return [
            Field("vanaf", _("From month"), (("", str(_("the beginning"))), *months), first),
            Field("tot", _("Up to and including"), (("", str(_("today"))), *months), last),
            Field("gemeente", _("Municipality"), (everything, *places), filters.municipality),
            Field("groep", _("Material group"), (everything, *groups), filters.group),
            Field("weg", _("Route"), (everything, *_choices(THROUGH)), filters.through),
            Field("bereik", _("Within or between"), (everything, *_choices(REACH)), filters.reach),
            Field("grond", _("Sand and soil"), (("", str(_("with"))), (WITHOUT_SOIL, str(_("without")))), filters.soil),
        ]

    def _months(self) -> list[str]:
        """Every month of the ledger up to this one, the last five years of it."""
        args = {"vanaf": self.since, "tot": f"{self.today:%Y-%m}"}
        return period_of(args, today=self.today, default=None).months[-MONTHS_OFFERED:]

    def _years(self, filters: Filters) -> list[Span]:
        """Everything, and every year since the first exchange, newest first."""
        calendar_year = filters.period.calendar_year
        first = min(int(self.since[:4]), calendar_year or self.today.year)
        spans = [Span(str(_("All years")), self.address(replace(filters, period=EVERYTHING)), filters.period == EVERYTHING)]
        for year in range(self.today.year, first - 1, -1):
            period = period_of({"jaar": str(year)}, today=self.today, default=None)
            spans.append(Span(str(year), self.address(replace(filters, period=period)), filters.period.year == year))
        return spans

    def _quarters(self, filters: Filters) -> list[Span]:
        year = filters.period.calendar_year
        if year is None:
            return []
        spans = []
        for number in MONTHS_OF_QUARTER:
            period = period_of({"jaar": str(year), "kwartaal": number}, today=self.today, default=None)
            label, is_current = str(_("Q%(number)s", number=number)), filters.period.quarter == number
            spans.append(Span(label, self.address(replace(filters, period=period)), is_current))
        return spans

    def _chips(self, filters: Filters) -> list[Chip]:
        """What was chosen, a whole year left out: that stands in the switch of years."""
        period, chips = filters.period, list[Chip]()
        if period.words and not period.year:
            wider = period_of({"jaar": str(period.calendar_year or ALL_YEARS)}, today=self.today, default=None)
            chips.append(Chip(period.words, self.address(replace(filters, period=wider))))
        if filters.municipality:
            name = next(municipality.name for municipality in self.municipalities if municipality.slug == filters.municipality)
            chips.append(Chip(name, self.address(replace(filters, municipality=""))))
        if filters.group:
            group = self.taxonomy.group(filters.group)
            chips.append(Chip(group.name if group else filters.group, self.address(replace(filters, group=""))))
        if filters.through:
            chips.append(Chip(THROUGH[filters.through][1], self.address(replace(filters, through=""))))
        if filters.reach:
            chips.append(Chip(REACH[filters.reach][1], self.address(replace(filters, reach=""))))
        if filters.soil:
            chips.append(Chip(SOIL, self.address(replace(filters, soil=""))))
        return chips


def _choices(choices: Mapping[str, tuple[object, Text]]) -> list[tuple[str, str]]:
    return [(value, str(label)) for value, (_of, label) in choices.items()]


def _one(value: str) -> tuple[str, ...]:
    return (value,) if value else ()
