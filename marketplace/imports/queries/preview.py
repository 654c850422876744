"""What applying a sheet would change: cell by cell of a report, code by code of outflow."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from sqlalchemy.orm import Session

from marketplace.accounts.models import Organisation
from marketplace.accounts.policy import Actor, Can, require
from marketplace.impact.queries.bank import get_bank_mass
from marketplace.impact.rules.material_use import ZERO, UseRow, check_included, check_rows
from marketplace.imports.models import ImportRun
from marketplace.imports.queries.judging import Standing, get_standing
from marketplace.imports.queries.outflow import CodeTotal, TotalsOfCodes, get_codes, list_counting
from marketplace.imports.rules.material_use import UseCell, cell_of, merge
from marketplace.imports.rules.outflow import months_of
from marketplace.kernel import clock
from marketplace.kernel.errors import Refusal
from marketplace.kernel.language import Text
from marketplace.materials.queries import get_taxonomy


@dataclass(frozen=True, slots=True)
class Change:
    """One cell of a report, old and new. None: nothing stands there; `rows`: that were added up."""

    cell: UseCell
    old_kg: Decimal | None
    rows: int

    @property
    def new_kg(self) -> Decimal:
        """What it would become."""
        return self.cell.row.mass_kg

    @property
    def is_change(self) -> bool:
        """Whether anything changes."""
        return self.new_kg != (self.old_kg or ZERO)


@dataclass(frozen=True, slots=True)
class YearChange:
    """What a sheet does to the report of a year: what stays of it, and why it would be refused."""

    year: int
    version: int
    stays: int
    stays_kg: Decimal
    fault: Text | None


@dataclass(frozen=True, slots=True)
class UsePreview:
    """What a sheet of material use would change."""

    changes: tuple[Change, ...]
    years: tuple[YearChange, ...]

    @property
    def changed(self) -> tuple[Change, ...]:
        """The cells that become another."""
        return tuple(change for change in self.changes if change.is_change)

    @property
    def unchanged(self) -> int:
        """How many cells stay as they are."""
        return len(self.changes) - len(self.changed)

    @property
    def rows_added_up(self) -> int:
        """How many rows share their cell with another row."""
        return sum(change.rows for change in self.changes if change.rows > 1)


@dataclass(frozen=True, slots=True)
class Replaced:
    """Lines of an earlier sheet that would count no longer."""

    import_id: int
    lines: int
    mass_kg: Decimal


@dataclass(frozen=True, slots=True)
class OutflowPreview(TotalsOfCodes):
    """What a sheet of outflow holds by code, and what it takes the place of."""

    codes: tuple[CodeTotal, ...]
    replaced: tuple[Replaced, ...]


def get_use_preview(session: Session, actor: Actor, run: ImportRun) -> UsePreview:
    """Get what a sheet of material use would change, against the newest reports."""
    require(actor, Can.IMPORT, run, hidden=True)
    standing = get_standing(session, run.organisation_id)
    stored = {UseCell(year, row).key: row.mass_kg for year, current in standing.items() for row in current.rows}
    changes = [
        Change(cell_of(key, Decimal(kg)), stored.get(key), int(rows)) for key, (kg, rows) in run.summary.get("cells", {}).items()
    ]
    changes.sort(key=lambda change: change.cell.key)
    years = sorted({change.cell.year for change in changes})
    loaded = {year: [change.cell.row for change in changes if change.cell.year == year] for year in years}
    return UsePreview(
        tuple(changes),
        tuple(_year_change(session, run, year, standing.get(year, Standing(None)), loaded[year]) for year in years),
    )


def _year_change(session: Session, run: ImportRun, year: int, before: Standing, loaded: list[UseRow]) -> YearChange:
    named = {UseCell(year, row).key for row in loaded}
    stays = [row for row in before.rows if UseCell(year, row).key not in named]
    merged = merge(before.rows, loaded)
    return YearChange(
        year, before.version, len(stays), sum((row.mass_kg for row in stays), ZERO), _fault(session, run, year, before, merged)
    )


def _fault(session: Session, run: ImportRun, year: int, before: Standing, merged: list[UseRow]) -> Text | None:
    """Why the report of a year could not be saved so, by its own rules."""
    organisation = session.get_one(Organisation, run.organisation_id)
    included_kg, as_of = ZERO, None
    scope, explanation = "organisation", ""
    if before.report is not None:
        included_kg, as_of = before.report.includes_bank_kg, before.report.includes_bank_as_of
        scope, explanation = before.report.scope, before.report.explanation
    try:
        check_rows(merged, groups=[group.slug for group in get_taxonomy(session).groups])
        _check_included(session, organisation.slug, merged, year, included_kg, as_of, scope, is_explained=bool(explanation))
    except Refusal as refusal:
        return refusal.message
    return None


def _check_included(
    session: Session,
    slug: str,
    rows: list[UseRow],
    year: int,
    included_kg: Decimal,
    as_of: date | None,
    scope: str,
    *,
    is_explained: bool,
) -> None:
    check_included(
        rows,
        year=year,
        included_kg=included_kg,
        as_of=as_of,
        bank_kg=get_bank_mass(session, slug=slug, year=year) if included_kg else ZERO,
        today=clock.today(),
        scope=scope,
        is_explained=is_explained,
    )


def get_outflow_preview(session: Session, actor: Actor, run: ImportRun) -> OutflowPreview:
    """Get what a sheet of outflow holds, by the list of materials in use and by what was chosen."""
    require(actor, Can.IMPORT, run, hidden=True)
    codes = get_codes(session, run.codes)
    totals = []
    for eural, (kg, lines, name) in run.summary.get("codes", {}).items():
        group, certainty = codes.group_of(eural)
        totals.append(CodeTotal(eural, name, Decimal(kg), int(lines), group, certainty.value))
    totals.sort(key=lambda code: (code.group_slug is not None, -code.mass_kg, code.eural))
    return OutflowPreview(tuple(totals), _replaced(session, run))


def _replaced(session: Session, run: ImportRun) -> tuple[Replaced, ...]:
    months = {month for period in run.summary.get("periods", {}) for month in months_of(period)}
    by_import: dict[int, list[Decimal]] = {}
    for line in list_counting(session, organisation_id=run.organisation_id):
        if line.import_id != run.id and months_of(line.period) & months:
            by_import.setdefault(line.import_id, []).append(line.mass_kg)
    return tuple(Replaced(import_id, len(masses), sum(masses, ZERO)) for import_id, masses in sorted(by_import.items()))
