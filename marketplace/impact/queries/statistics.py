"""The sums of the ledger by municipality, group, month, and giver and receiver."""

from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal

from sqlalchemy import select
from sqlalchemy.orm import Session

from marketplace.accounts.models import Organisation
from marketplace.accounts.policy import Actor, Can, may, require
from marketplace.accounts.queries.organisations import list_municipalities
from marketplace.impact.queries.adopted import list_adopted
from marketplace.impact.queries.sums import find_months, sums_by, sums_by_pair, sums_by_reach_and_group
from marketplace.impact.rules.cut import EVERYTHING, Cut
from marketplace.ledger.rules import Reach, Totals
from marketplace.materials.queries import get_taxonomy

ZERO = Decimal(0)
FEW_TRANSFERS = 5  # a sum of fewer tells how far something lay


@dataclass(frozen=True, slots=True)
class StatisticsRow:
    """One municipality, partner, material group or month with its sums.

    Of an organisation these are what it received; `given_mass_kg` is what it gave beside that, and `kept_mass_kg` what is in both
    because it stayed within the organisation; `given_cents` what it was to be paid for what it gave, `kept_cents` what of that by itself.
    """

    key: str
    name: str
    totals: Totals
    given_mass_kg: Decimal = ZERO
    kept_mass_kg: Decimal = ZERO
    given_cents: int = 0
    kept_cents: int = 0

    @property
    def given_to_others_kg(self) -> Decimal:
        """What went to another organisation."""
        return self.given_mass_kg - self.kept_mass_kg

    @property
    def received_from_others_kg(self) -> Decimal:
        """What came from another organisation."""
        return self.totals.mass_kg - self.kept_mass_kg

    @property
    def to_get_cents(self) -> int:
        """What other organisations are to pay. Between departments of one there is nothing to settle."""
        return self.given_cents - self.kept_cents

    @property
    def to_pay_cents(self) -> int:
        """What it is to pay to other organisations."""
        return self.totals.price_cents - self.kept_cents


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

    `by_reach`: what stayed within one organisation, went between municipalities of the region, or came from or went to a partner; `since`:
    the first month of the ledger, `YYYY-MM`. In `by_pair` who gave to whom, for the region (`has_pairs`). `is_adopted`: whether every
    municipality asked for has adopted every year of the period. `in_whole_km`: the average
    distance of every part is, for a reader who may not know exact ones.
    """

    totals: Totals
    by_reach: Mapping[Reach, Totals]
    since: str | None = None
    by_municipality: tuple[StatisticsRow, ...] = ()
    by_material_group: tuple[StatisticsRow, ...] = ()
    by_month: tuple[StatisticsRow, ...] = ()
    by_pair: tuple[Pair, ...] = ()
    is_public: bool = True
    in_whole_km: bool = True
    has_pairs: bool = False
    is_adopted: bool = False

    @property
    def within(self) -> Totals:
        """The part that stayed within one organisation."""
        return self.by_reach[Reach.WITHIN]


def get_statistics(session: Session, actor: Actor, cut: Cut = EVERYTHING) -> Statistics:
    """The totals for everybody; by municipality, material group and month for members.

    By giver and receiver for the region. Whoever may not know exact points gets every part with an average distance in whole kilometres,
    and the total too while it is one of few transfers: parts that were exact could be subtracted until one transfer is left. A part of
    the ledger, and who gave to whom, is for members of the region: few rows tell how far something was carried.
    """
    require(actor, Can.READ_PUBLIC_FIGURES)
    exact = may(actor, Can.READ_POINTS)
    rounding = _as_they_are if exact else _coarse
    if not cut.is_all:
        require(actor, Can.READ_PERIOD_FIGURES)
    is_member = may(actor, Can.READ_MEMBER_FIGURES)
    by_month = sums_by(session, cut, "month")
    by_both = sums_by_reach_and_group(session, cut) if is_member else {}
    by_reach = _folded(by_both, 0) if is_member else sums_by(session, cut, "reach")
    totals = Totals.over(by_month.values())
    months = find_months(session)
    statistics = Statistics(
        totals=totals if exact else _coarse_while_few(totals),
        by_reach={reach: rounding(by_reach.get(reach.value, Totals())) for reach in Reach},
        since=months[0] if months else None,
        is_adopted=_is_adopted(session, cut, months),
    )
    if not is_member:
        return statistics
    pairs = sums_by_pair(session, cut)
    names = {row.slug: row.name for row in session.scalars(select(Organisation).order_by(Organisation.sort_key))}
    has_pairs = may(actor, Can.READ_PERIOD_FIGURES)
    return replace(
        statistics,
        by_municipality=_with_rounding(_by_municipality(session, pairs, names), rounding),
        by_material_group=_with_rounding(_by_group(session, _folded(by_both, 1)), rounding),
        by_month=_with_rounding(_by_month(by_month), rounding),
        by_pair=_by_pair(pairs, names) if has_pairs else (),
        is_public=False,
        in_whole_km=not exact,
        has_pairs=has_pairs,
    )


def get_totals(session: Session, actor: Actor, cut: Cut) -> Totals:
    """The sums of a part of the ledger alone, to set beside another part. For the region."""
    require(actor, Can.READ_PERIOD_FIGURES)
    return Totals.over(sums_by(session, cut, "month").values())


def _folded(sums: Mapping[tuple[str, str], Totals], part: int) -> dict[str, Totals]:
    """The sums by one part of their key."""
    rows: dict[str, list[Totals]] = defaultdict(list)
    for key, totals in sums.items():
        rows[key[part]].append(totals)
    return {name: Totals.over(parts) for name, parts in rows.items()}


def _as_they_are(totals: Totals) -> Totals:
    return totals


def _coarse(totals: Totals) -> Totals:
    """An average distance in whole kilometres, and not what new would have cost."""
    return replace(totals.in_whole_km(), saved_cents=0, saved_exchanges=0)


def _coarse_while_few(totals: Totals) -> Totals:
    """The total for whoever may not know exact ones: of few transfers one could be worked back."""
    if totals.exchanges < FEW_TRANSFERS:
        return _coarse(totals)
    return totals if totals.saved_exchanges >= FEW_TRANSFERS else replace(totals, saved_cents=0, saved_exchanges=0)


def _with_rounding(rows: tuple[StatisticsRow, ...], rounding: Callable[[Totals], Totals]) -> tuple[StatisticsRow, ...]:
    return tuple(replace(row, totals=rounding(row.totals)) for row in rows)


def _is_adopted(session: Session, cut: Cut, months: tuple[str, str] | None) -> bool:
    """Whether every municipality asked for has adopted every year of the period."""
    if months is None or not cut.last:
        return False  # a period without an end goes on
    slugs = set(cut.municipalities) or {municipality.slug for municipality in list_municipalities(session)}
    years = range(int((cut.first or months[0])[:4]), int(cut.last[:4]) + 1)
    adopted = {(adoption.organisation_slug, adoption.year) for adoption in list_adopted(session)}
    return bool(years) and all((slug, year) in adopted for slug in slugs for year in years)


Pairs = Mapping[tuple[str, str], Totals]


def _by_pair(pairs: Pairs, names: Mapping[str, str]) -> tuple[Pair, ...]:
    """Who gave to whom, heaviest first."""
    rows = [
        Pair(giver, receiver, names.get(giver, giver), names.get(receiver, receiver), totals)
        for (giver, receiver), totals in pairs.items()
    ]
    return tuple(sorted(rows, key=lambda pair: (-pair.totals.mass_kg, pair.giver, pair.receiver)))


def _by_municipality(session: Session, pairs: Pairs, names: Mapping[str, str]) -> tuple[StatisticsRow, ...]:
    """Order the sums by municipality name, then partners and the region.

    Partners and the region only where they have given or received.
    """
    received: dict[str, list[Totals]] = defaultdict(list)
    given: dict[str, list[Totals]] = defaultdict(list)
    for (giver, receiver), totals in pairs.items():
        received[receiver].append(totals)
        given[giver].append(totals)
    municipalities = [municipality.slug for municipality in list_municipalities(session)]
    others = [slug for slug in (*names, *sorted({*received, *given} - set(names))) if slug in {*received, *given}]
    return tuple(
        StatisticsRow(
            slug,
            names.get(slug, slug),
            Totals.over(received.get(slug, ())),
            sum((totals.mass_kg for totals in given.get(slug, ())), ZERO),
            pairs[slug, slug].mass_kg if (slug, slug) in pairs else ZERO,
            sum(totals.price_cents for totals in given.get(slug, ())),
            pairs[slug, slug].price_cents if (slug, slug) in pairs else 0,
        )
        for slug in dict.fromkeys((*municipalities, *others))
    )


def _by_group(session: Session, sums: Mapping[str, Totals]) -> tuple[StatisticsRow, ...]:
    """The groups in which something moved, heaviest first."""
    if not sums:
        return ()
    taxonomy = get_taxonomy(session)
    names = {material.group.slug: material.group.name for material in (*taxonomy.retired, *taxonomy.materials)}
    rows = [StatisticsRow(slug, names.get(slug, slug), totals) for slug, totals in sums.items()]
    return tuple(sorted(rows, key=lambda row: (-row.totals.mass_kg, row.key)))


def _by_month(sums: Mapping[str, Totals]) -> tuple[StatisticsRow, ...]:
    """List every month from the first to the last with a movement, oldest first. Months without one are included."""
    if not sums:
        return ()
    first, last = (int(item[:4]) * 12 + int(item[5:]) - 1 for item in (min(sums), max(sums)))
    every = [f"{index // 12:04d}-{index % 12 + 1:02d}" for index in range(first, last + 1)]
    return tuple(StatisticsRow(month, month, sums.get(month, Totals())) for month in every)
