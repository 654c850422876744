"""What left as waste: the lines that count, and how much has a material group."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from marketplace.accounts.policy import Actor, Can, require
from marketplace.imports.models import ImportRun, Outflow
from marketplace.imports.rules.outflow import Codes, groups_by_eural, months_of
from marketplace.imports.rules.tables import ImportStatus
from marketplace.materials.queries import get_taxonomy

ZERO = Decimal(0)


@dataclass(frozen=True, slots=True)
class CodeTotal:
    """What left under one Eural code, and the group that it stands for."""

    eural: str
    name: str
    mass_kg: Decimal
    lines: int
    group_slug: str | None
    certainty: str


class TotalsOfCodes:
    """What the codes of a year or a sheet come to together."""

    __slots__ = ()
    codes: tuple[CodeTotal, ...]

    @property
    def total_kg(self) -> Decimal:
        """Everything that was notified."""
        return sum((code.mass_kg for code in self.codes), ZERO)

    @property
    def mapped_kg(self) -> Decimal:
        """What has a material group."""
        return sum((code.mass_kg for code in self.codes if code.group_slug is not None), ZERO)

    @property
    def unknown_kg(self) -> Decimal:
        """What has none: not certain, or not known."""
        return self.total_kg - self.mapped_kg


@dataclass(frozen=True, slots=True)
class OutflowYear(TotalsOfCodes):
    """A year of outflow: by code, and by the sheets that it came from."""

    year: int
    codes: tuple[CodeTotal, ...]
    import_ids: tuple[int, ...]

    @property
    def lines(self) -> int:
        """How many lines."""
        return sum(code.lines for code in self.codes)

    @property
    def by_group(self) -> dict[str, Decimal]:
        """Kilograms of each material group, the largest first."""
        sums: dict[str, Decimal] = {}
        for code in self.codes:
            if code.group_slug is not None:
                sums[code.group_slug] = sums.get(code.group_slug, ZERO) + code.mass_kg
        return dict(sorted(sums.items(), key=lambda pair: -pair[1]))


def get_codes(session: Session, chosen: dict[str, str]) -> Codes:
    """What Eural codes stand for, by the list of materials in use and by choice."""
    return Codes(groups_by_eural(get_taxonomy(session).materials), chosen)


def find_counting(session: Session, *, organisation_id: int) -> dict[int, frozenset[str]]:
    """Which periods of which sheet count. A later sheet takes the place of earlier ones in the periods that it shares with them."""
    applied = (
        select(ImportRun.id, Outflow.period)
        .join(Outflow, Outflow.import_id == ImportRun.id)
        .where(ImportRun.organisation_id == organisation_id, ImportRun.status == ImportStatus.APPLIED)
        .distinct()
        .order_by(ImportRun.id.desc())
    )
    periods: dict[int, set[str]] = {}
    for import_id, period in session.execute(applied):
        periods.setdefault(import_id, set()).add(period)
    return counting_periods(periods)


def counting_periods(periods: dict[int, set[str]]) -> dict[int, frozenset[str]]:
    """The same, from the periods of each sheet: the newest first."""
    held: set[str] = set()
    counting: dict[int, frozenset[str]] = {}
    for import_id in sorted(periods, reverse=True):
        counting[import_id] = frozenset(period for period in periods[import_id] if not months_of(period) & held)
        held |= {month for period in counting[import_id] for month in months_of(period)}
    return {import_id: counted for import_id, counted in counting.items() if counted}


def list_counting(session: Session, *, organisation_id: int, year: int | None = None) -> Sequence[Outflow]:
    """The lines that count, of one year or all, in the order of their sheets."""
    counting = find_counting(session, organisation_id=organisation_id)
    lines = select(Outflow).where(Outflow.import_id.in_(counting)).order_by(Outflow.id)
    if year is not None:
        lines = lines.where(Outflow.year == year)
    return [line for line in session.scalars(lines) if line.period in counting[line.import_id]]


def list_outflow_years(session: Session, actor: Actor) -> list[int]:
    """The years of which the own organisation has outflow, newest first."""
    require(actor, Can.IMPORT, actor.organisation_id)
    counting = find_counting(session, organisation_id=int(actor.organisation_id or 0))
    return sorted({int(period[:4]) for periods in counting.values() for period in periods}, reverse=True)


def get_outflow(session: Session, actor: Actor, *, year: int) -> OutflowYear:
    """Get what left the own organisation in a year, by Eural code, the largest first."""
    require(actor, Can.IMPORT, actor.organisation_id)
    return outflow_of(session, organisation_id=int(actor.organisation_id or 0), year=year)


def outflow_of(session: Session, *, organisation_id: int, year: int) -> OutflowYear:
    """The outflow of an organisation in a year."""
    counting = find_counting(session, organisation_id=organisation_id)
    sums = (
        select(
            Outflow.import_id,
            Outflow.period,
            Outflow.eural,
            Outflow.group_slug,
            Outflow.certainty,
            func.max(Outflow.name),
            func.sum(Outflow.mass_kg),
            func.count(),
        )
        .where(Outflow.import_id.in_(counting), Outflow.year == year)
        .group_by(Outflow.import_id, Outflow.period, Outflow.eural, Outflow.group_slug, Outflow.certainty)
    )
    counted = [row for row in session.execute(sums) if row[1] in counting[row[0]]]
    return OutflowYear(year, _by_code(row[2:] for row in counted), tuple(sorted({row[0] for row in counted})))


def _by_code(rows: Iterable[Sequence[object]]) -> tuple[CodeTotal, ...]:
    totals: dict[tuple[str, str | None, str], CodeTotal] = {}
    for eural, group, certainty, name, mass_kg, lines in rows:
        key = (str(eural), None if group is None else str(group), str(certainty))
        before = totals.get(key)
        totals[key] = CodeTotal(
            key[0],
            before.name if before is not None and before.name else str(name or ""),
            (before.mass_kg if before is not None else ZERO) + Decimal(str(mass_kg)),
            (before.lines if before is not None else 0) + int(str(lines)),
            key[1],
            key[2],
        )
    return tuple(sorted(totals.values(), key=lambda code: (code.group_slug is None, -code.mass_kg, code.eural)))
