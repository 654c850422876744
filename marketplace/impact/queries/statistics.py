"""The registered list of figures over the ledger, and their sums. Page, API and export all loop over this list."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from enum import StrEnum
from typing import Any

from sqlalchemy import FromClause, Select, func, select
from sqlalchemy.orm import Session

from marketplace.accounts.models import Organisation
from marketplace.accounts.policy import Actor, Can, may, require
from marketplace.accounts.queries.organisations import list_municipalities
from marketplace.kernel.language import Text, _
from marketplace.ledger.models import Exchange, MonthMaterial, MonthPair
from marketplace.ledger.queries import SUMS, Totals, grouped
from marketplace.materials.queries import taxonomy

ZERO = Decimal(0)
FEW_TRANSFERS = 5  # a sum of fewer tells how far something lay


@dataclass(frozen=True, slots=True)
class StatisticsRow:
    """One municipality, partner, material group or month with its sums.

    Of an organisation these are what it received; `given_mass_kg` is what it gave beside that, and `kept_mass_kg` what is in both
    because it stayed within the organisation.
    """

    key: str
    name: str
    totals: Totals
    given_mass_kg: Decimal = ZERO
    kept_mass_kg: Decimal = ZERO

    @property
    def given_to_others_kg(self) -> Decimal:
        """What went to another organisation."""
        return self.given_mass_kg - self.kept_mass_kg

    @property
    def received_from_others_kg(self) -> Decimal:
        """What came from another organisation."""
        return self.totals.mass_kg - self.kept_mass_kg


@dataclass(frozen=True, slots=True)
class Pair:
    """What one organisation gave to another, or moved within itself."""

    giver: str
    receiver: str
    giver_name: str
    receiver_name: str
    totals: Totals

    @property
    def is_within(self) -> bool:
        """Whether it stayed within one organisation."""
        return self.giver == self.receiver


@dataclass(frozen=True, slots=True)
class Statistics:
    """The totals, and for members the ways of adding up to them.

    `within`: the part that stayed within one organisation; `since`: the first month of the ledger, `YYYY-MM`. In `by_pair` who gave to
    whom, for the region (`has_pairs`). `in_whole_km`: the average distance of every part is, for a reader who may not know exact ones.
    """

    totals: Totals
    within: Totals
    since: str | None = None
    by_municipality: tuple[StatisticsRow, ...] = ()
    by_material_group: tuple[StatisticsRow, ...] = ()
    by_month: tuple[StatisticsRow, ...] = ()
    by_pair: tuple[Pair, ...] = ()
    is_public: bool = True
    in_whole_km: bool = True
    has_pairs: bool = False


@dataclass(frozen=True, slots=True)
class Cut:
    """A part of the ledger.

    A period of whole months, `YYYY-MM`, one side's municipality, groups of material, kinds of rows.
    """

    first: str = ""
    last: str = ""
    municipalities: tuple[str, ...] = ()
    groups: tuple[str, ...] = ()
    kinds: tuple[str, ...] = ()

    @property
    def is_all(self) -> bool:
        """Whether it leaves nothing out."""
        return self == EVERYTHING

    def of(self, table: type[MonthPair] | type[MonthMaterial]) -> FromClause:
        """What is summed: a roll-up where only months are asked for, else the book itself."""
        if not (self.municipalities or self.groups or self.kinds):
            return table.__table__
        rows = grouped(("from_slug", "to_slug", "group_slug"))
        if self.municipalities:
            rows = rows.where(Exchange.from_slug.in_(self.municipalities) | Exchange.to_slug.in_(self.municipalities))
        if self.groups:
            rows = rows.where(Exchange.group_slug.in_(self.groups))
        return (rows.where(Exchange.kind.in_(self.kinds)) if self.kinds else rows).subquery()

    def narrow(self, statement: Select[Any], rows: FromClause) -> Select[Any]:
        """The rows that count in the period."""
        if self.first:
            statement = statement.where(rows.c.month >= self.first)
        return statement.where(rows.c.month <= self.last) if self.last else statement


EVERYTHING = Cut()


def get_statistics(session: Session, actor: Actor, cut: Cut = EVERYTHING) -> Statistics:
    """The totals for everybody; by municipality, material group and month for members.

    By giver and receiver for the region. Whoever may not know exact points gets every part with an average distance in whole kilometres,
    and the total too while it is one of few transfers: parts that were exact could be subtracted until one transfer is left. A part of
    the ledger, and who gave to whom, is for members of the region: few rows tell how far something was carried.
    """
    require(actor, Can.READ_PUBLIC_FIGURES)
    exact = may(actor, Can.READ_POINTS)
    shown = _as_they_are if exact else Totals.in_whole_km
    if not cut.is_all:
        require(actor, Can.READ_PERIOD_FIGURES)
    pairs = _pairs(session, cut)
    totals = _sum(pairs.values())
    totals = totals if totals.exchanges >= FEW_TRANSFERS else shown(totals)
    within = _sum(sums for (giver, receiver), sums in pairs.items() if giver == receiver)
    since = session.scalar(select(func.min(MonthPair.month)))
    if not may(actor, Can.READ_MEMBER_FIGURES):
        return Statistics(totals, shown(within), since)
    names = {row.slug: row.name for row in session.scalars(select(Organisation).order_by(Organisation.sort_key))}
    has_pairs = may(actor, Can.READ_PERIOD_FIGURES)
    return Statistics(
        totals=totals,
        within=shown(within),
        since=since,
        by_municipality=_shown(_by_municipality(session, pairs, names), shown),
        by_material_group=_shown(_by_group(session, cut), shown),
        by_month=_shown(_by_month(session, cut), shown),
        by_pair=_by_pair(pairs, names) if has_pairs else (),
        is_public=False,
        in_whole_km=not exact,
        has_pairs=has_pairs,
    )


def get_totals(session: Session, actor: Actor, cut: Cut) -> Totals:
    """The sums of a part of the ledger alone, to set beside another part. For the region."""
    require(actor, Can.READ_PERIOD_FIGURES)
    rows = cut.of(MonthPair)
    sums = session.execute(cut.narrow(select(*(func.sum(rows.c[name]) for name in SUMS)), rows)).one()
    return Totals() if sums[0] is None else Totals.of(sums)


def _as_they_are(totals: Totals) -> Totals:
    return totals


def _shown(rows: tuple[StatisticsRow, ...], shown: Callable[[Totals], Totals]) -> tuple[StatisticsRow, ...]:
    return tuple(replace(row, totals=shown(row.totals)) for row in rows)


def _sums(session: Session, table: type[MonthPair] | type[MonthMaterial], key: str, cut: Cut) -> dict[str, Totals]:
    rows = cut.of(table)
    statement = select(rows.c[key], *(func.sum(rows.c[name]) for name in SUMS)).group_by(rows.c[key])
    return {row[0]: Totals.of(row[1:]) for row in session.execute(cut.narrow(statement, rows))}


Sums = Sequence[Any]  # as a database gives them, in the order of SUMS


def _pairs(session: Session, cut: Cut) -> dict[tuple[str, str], Sums]:
    """The sums by giver and receiver.

    The one reading from which follows what each received, gave and kept.
    """
    rows = cut.of(MonthPair)
    sides = (rows.c.from_slug, rows.c.to_slug)
    statement = select(*sides, *(func.sum(rows.c[name]) for name in SUMS)).group_by(*sides)
    return {(row[0], row[1]): row[2:] for row in session.execute(cut.narrow(statement, rows))}


def _sum(rows: Iterable[Sums]) -> Totals:
    """Column by column: there may be thousands of pairs."""
    columns = [sum(column) for column in zip(*rows, strict=True)]
    return Totals.of(columns) if columns else Totals()


def _by_pair(pairs: Mapping[tuple[str, str], Sums], names: Mapping[str, str]) -> tuple[Pair, ...]:
    """Who gave to whom, heaviest first."""
    found = [
        Pair(giver, receiver, names.get(giver, giver), names.get(receiver, receiver), Totals.of(sums))
        for (giver, receiver), sums in pairs.items()
    ]
    return tuple(sorted(found, key=lambda pair: (-pair.totals.mass_kg, pair.giver, pair.receiver)))


def _by_municipality(
    session: Session, pairs: Mapping[tuple[str, str], Sums], names: Mapping[str, str]
) -> tuple[StatisticsRow, ...]:
    """Order the sums by municipality name, then partners and the region.

    Partners and the region only where they have given or received.
    """
    mass = SUMS.index("mass_kg")
    received: dict[str, list[Sums]] = defaultdict(list)
    given: dict[str, Decimal] = defaultdict(Decimal)
    kept = {giver: sums[mass] for (giver, receiver), sums in pairs.items() if giver == receiver}
    for (giver, receiver), sums in pairs.items():
        received[receiver].append(sums)
        given[giver] += sums[mass]
    municipalities = [municipality.slug for municipality in list_municipalities(session)]
    others = [slug for slug in (*names, *sorted({*received, *given} - set(names))) if slug in {*received, *given}]
    return tuple(
        StatisticsRow(slug, names.get(slug, slug), _sum(received.get(slug, ())), given.get(slug, ZERO), kept.get(slug, ZERO))
        for slug in dict.fromkeys((*municipalities, *others))
    )


def _by_group(session: Session, cut: Cut) -> tuple[StatisticsRow, ...]:
    """The groups in which something moved, heaviest first."""
    sums = _sums(session, MonthMaterial, "group_slug", cut)
    if not sums:
        return ()
    reference = taxonomy(session)
    names = {material.group.slug: material.group.name for material in (*reference.retired, *reference.materials)}
    rows = [StatisticsRow(slug, names.get(slug, slug), totals) for slug, totals in sums.items()]
    return tuple(sorted(rows, key=lambda row: (-row.totals.mass_kg, row.key)))


def _by_month(session: Session, cut: Cut) -> tuple[StatisticsRow, ...]:
    """List every month from the first to the last with a movement, oldest first. Months without one are included."""
    sums = _sums(session, MonthPair, "month", cut)
    if not sums:
        return ()
    first, last = (int(item[:4]) * 12 + int(item[5:]) - 1 for item in (min(sums), max(sums)))
    every = [f"{index // 12:04d}-{index % 12 + 1:02d}" for index in range(first, last + 1)]
    return tuple(StatisticsRow(month, month, sums.get(month, Totals())) for month in every)


Figure = Decimal | int


class Measure(StrEnum):
    """In what a figure is counted, so that each door can write it in its own way."""

    COUNT = "count"
    MASS = "mass"
    CARBON = "carbon"
    TONNE_KM = "tonne_km"


@dataclass(frozen=True, slots=True)
class Statistic:
    """One figure over the ledger.

    Its name in code and API, what it is called, what it means, and how it follows from the sums of the ledger.

    `unknown_mass`: of how many kilograms the factor that it rests on is not known; where that is all of them the figure is unknown too.
    """

    name: str
    label: Text
    definition: Text
    measure: Measure
    of: Callable[[Totals], Figure]
    unknown_mass: Callable[[Totals], Decimal] | None = None

    @property
    def may_be_unknown(self) -> bool:
        """Whether it rests on a factor that a material may not have."""
        return self.unknown_mass is not None

    def known(self, totals: Totals) -> Figure | None:
        """The figure, or None where it is unknown.

        It is unknown when mass has moved and not one kilogram of it has the factor that the figure rests on.
        """
        nothing_known = self.unknown_mass is not None and totals.mass_kg and self.unknown_mass(totals) == totals.mass_kg
        return None if nothing_known else self.of(totals)


def _without_factor(totals: Totals) -> Decimal:
    return totals.unknown_factor_mass_kg


def _without_processing(totals: Totals) -> Decimal:
    return totals.unknown_processing_mass_kg


STATISTICS = (
    Statistic(
        "exchanges",
        _("Exchanges"),
        _("Completed transfers that both sides confirmed. A correction changes the sums, but not this number."),
        Measure.COUNT,
        lambda totals: totals.exchanges,
    ),
    Statistic(
        "mass_kg",
        _("Used again"),
        _("The mass of everything that changed hands: the measured quantity times the weight of one unit."),
        Measure.MASS,
        lambda totals: totals.mass_kg,
    ),
    Statistic(
        "tonne_km",
        _("Transport work"),
        _("Tonnes times driven kilometres. Where no kilometres were entered: the straight line times 1.3."),
        Measure.TONNE_KM,
        lambda totals: totals.tonne_km,
    ),
    Statistic(
        "avoided_kgco2e",
        _("Avoided"),
        _("What making the same mass of new product would have emitted: mass times the carbon factor of the material."),
        Measure.CARBON,
        lambda totals: totals.avoided_kgco2e,
        _without_factor,
    ),
    Statistic(
        "transport_kgco2e",
        _("Transport"),
        _("What driving emitted: tonnes times driven kilometres times the factor of the vehicle, from well to wheel."),
        Measure.CARBON,
        lambda totals: totals.transport_kgco2e,
    ),
    Statistic(
        "processing_kgco2e",
        _("Processing"),
        _("What making material fit for reuse emitted: mass times a factor of the material, as far as one is known."),
        Measure.CARBON,
        lambda totals: totals.processing_kgco2e,
        _without_processing,
    ),
    Statistic(
        "net_kgco2e",
        _("Net saved"),
        _(
            "Avoided less all transport, including that of material without a carbon factor, and less the processing that is known."
        ),
        Measure.CARBON,
        lambda totals: totals.net_kgco2e,
        _without_factor,
    ),
    Statistic(
        "unknown_factor_mass_kg",
        _("Without a carbon factor"),
        _("Mass of materials for which no carbon factor is known. It is in the tonnes but not in the avoided carbon."),
        Measure.MASS,
        _without_factor,
    ),
    Statistic(
        "unknown_processing_mass_kg",
        _("Processing not known"),
        _(
            "Mass of materials for which it is not known what processing emits. Nothing is taken off for it: the net saved is at most this."
        ),
        Measure.MASS,
        _without_processing,
    ),
)
