"""Questions about what runs found. By method, by class of asset, and of every organisation."""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, fields
from decimal import Decimal
from typing import TypeVar

from sqlalchemy import func, select
from sqlalchemy.orm import Session, joinedload

from marketplace.accounts.models import Organisation
from marketplace.accounts.policy import Actor, Can, may
from marketplace.kernel import tasks
from marketplace.kernel.models import Task
from marketplace.passports.models import Asset, AssetItem
from marketplace.passports.rules.assets import AssetKind
from marketplace.valuations.models import ValuationLine, ValuationRun, ValuationSum, ValuationTotals
from marketplace.valuations.queries.runs import finished
from marketplace.valuations.rules.method import Method

_WHOLE = (joinedload(ValuationRun.organisation), joinedload(ValuationRun.totals))
_ZERO = Decimal(0)


@dataclass(frozen=True, slots=True)
class PartSums:
    """What a run found of some parts. How many, their mass and value, and what became of that."""

    parts: int = 0
    mass_kg: Decimal = _ZERO
    value_cents: int = 0
    opening_cents: int = 0
    new_cents: int = 0
    price_cents: int = 0
    counted_cents: int = 0
    known_cents: int = 0
    released_cents: int = 0
    lost_cents: int = 0

    def __add__(self, other: "PartSums") -> "PartSums":
        """The two together."""
        return PartSums(*(getattr(self, field.name) + getattr(other, field.name) for field in fields(PartSums)))


NO_SUMS = PartSums()
By = TypeVar("By")


@dataclass(frozen=True, slots=True)
class RunResults:
    """What a run found, by method and by class of asset."""

    by_method: Mapping[Method, PartSums]
    by_kind: Mapping[AssetKind, PartSums]
    unvalued_by_kind: Mapping[AssetKind, int]


@dataclass(frozen=True, slots=True)
class Worth:
    """What the parts of an asset were worth in a run. `value_cents` None: none had a value."""

    run: ValuationRun
    value_cents: int | None
    parts: int
    valued_parts: int


@dataclass(frozen=True, slots=True)
class OrganisationWorth:
    """An organisation with its newest run that is done; None: nothing of it was ever valued."""

    organisation: Organisation
    run: ValuationRun | None


def get_results(session: Session, run: ValuationRun) -> RunResults:
    """What a run found. Nothing while it has no totals."""
    rows = session.scalars(select(ValuationSum).where(ValuationSum.run_id == run.id)).all()
    by_method = _summed(rows, lambda row: Method(row.method))
    unvalued = {AssetKind(row.kind): row.parts for row in rows if row.method == Method.NONE}
    by_kind = _summed(rows, lambda row: AssetKind(row.kind))
    return RunResults(by_method, {kind: by_kind[kind] for kind in AssetKind if kind in by_kind}, unvalued)


def _summed(rows: Iterable[ValuationSum], by: Callable[[ValuationSum], By]) -> Mapping[By, PartSums]:
    sums: dict[By, PartSums] = {}
    for row in rows:
        part_sums = PartSums(*(getattr(row, field.name) for field in fields(PartSums)))
        sums[by(row)] = sums.get(by(row), NO_SUMS) + part_sums
    return sums


def list_finished(session: Session, organisation_id: int, *, most: int | None = None) -> Sequence[ValuationRun]:
    """List the runs of an organisation that are done, the latest day first. For whoever was let in to one of them."""
    return session.scalars(finished(organisation_id).options(*_WHOLE).limit(most)).all()


def find_task_of(session: Session, run: ValuationRun) -> Task | None:
    """The long task of a run, for whoever may read the run, whoever started it."""
    return None if run.task_id is None else tasks.find_task(session, run.task_id)


def find_open_run(session: Session, organisation_id: int) -> tuple[ValuationRun, Task] | None:
    """The newest run of an organisation that is under way, with its task."""
    unfinished = ~select(ValuationTotals.run_id).where(ValuationTotals.run_id == ValuationRun.id).exists()
    rows = select(ValuationRun).where(ValuationRun.organisation_id == organisation_id, unfinished).options(*_WHOLE)
    for run in session.scalars(rows.order_by(ValuationRun.id.desc()).limit(5)):
        task = find_task_of(session, run)
        if task is not None and task.is_open:
            return run, task
    return None


def worth_over_time(session: Session, asset: Asset) -> Sequence[Worth]:
    """What an asset was worth on each day, the earliest first; of one day the newest run."""
    runs = {run.id: run for run in list_finished(session, asset.organisation_id)}
    is_there = ValuationLine.quantity > 0
    rows = (
        select(
            ValuationLine.run_id,
            func.sum(ValuationLine.value_cents),
            func.count(),
            func.count(ValuationLine.value_cents),
        )
        .join(AssetItem, AssetItem.id == ValuationLine.item_id)
        .where(AssetItem.asset_id == asset.id, is_there, ValuationLine.run_id.in_(runs))
        .group_by(ValuationLine.run_id)
    )
    newest: dict[object, Worth] = {}
    for run_id, cents, parts, valued in sorted(session.execute(rows), key=lambda row: (runs[row[0]].as_of, row[0])):
        newest[runs[run_id].as_of] = Worth(runs[run_id], int(cents or 0) if valued else None, parts, valued)
    return list(newest.values())


def list_worths(session: Session, actor: Actor, organisations: Collection[Organisation]) -> Sequence[OrganisationWorth]:
    """List organisations with their newest run, as far as the actor may read what is worth what."""
    mine = [organisation for organisation in organisations if may(actor, Can.READ_VALUE, organisation.id)]
    rows = (
        select(ValuationRun)
        .join(ValuationTotals, ValuationTotals.run_id == ValuationRun.id)
        .where(ValuationRun.organisation_id.in_([organisation.id for organisation in mine]))
        .options(*_WHOLE)
        .order_by(ValuationRun.as_of, ValuationRun.id)
    )
    newest = {run.organisation_id: run for run in session.scalars(rows)}
    return [OrganisationWorth(organisation, newest.get(organisation.id)) for organisation in mine]
