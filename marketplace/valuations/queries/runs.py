"""Questions about runs: what a run would do, what it found, and the statement of a year."""

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import TypeVar

from sqlalchemy import ColumnElement, Row, Select, and_, func, select
from sqlalchemy.orm import Session, joinedload

from marketplace.accounts.models import Organisation
from marketplace.accounts.policy import Actor, Can, require
from marketplace.accounts.queries.organisations import get_organisation
from marketplace.kernel import clock, tasks
from marketplace.kernel.errors import Missing
from marketplace.kernel.language import _
from marketplace.kernel.models import TaskState
from marketplace.kernel.units import Unit
from marketplace.passports.models import Asset, AssetItem, ItemChange
from marketplace.valuations.models import (
    Appraisal,
    PriceRow,
    PriceTable,
    ValuationLine,
    ValuationMedian,
    ValuationRun,
    ValuationTotals,
)
from marketplace.valuations.queries.prices import find_table_of, prices_of
from marketplace.valuations.rules.method import (
    ANY_CONDITION,
    Lack,
    Median,
    Method,
    PriceKey,
    check_as_of,
    find_lack,
    priced_unit,
)

LINES_AT_ONCE = 1_000
_WHOLE = (joinedload(ValuationRun.organisation), joinedload(ValuationRun.totals))


class RunState(StrEnum):
    """How a run stands. Only one that is done counts."""

    WAITING = "waiting"
    RUNNING = "running"
    DONE = "done"
    STOPPED = "stopped"


class LineKind(StrEnum):
    """Lines of a run that are looked at together: by method, and what left since the run before."""

    EXCHANGES = "exchanges"
    PRICE_TABLE = "price_table"
    APPRAISAL = "appraisal"
    NONE = "none"
    GONE = "gone"


@dataclass(frozen=True, slots=True)
class Lacking:
    """Parts of one material that would have no value. `exchanges`: how many with a price."""

    key: PriceKey
    parts: int
    exchanges: int

    @property
    def why(self) -> Lack:
        """The reason."""
        return find_lack(self.key.condition, self.exchanges)


@dataclass(frozen=True, slots=True)
class RunPlan:
    """What a run would do. Of how many parts, by which method, with which table, and compared with which run."""

    organisation: Organisation
    as_of: date
    parts: int
    methods: Mapping[Method, int]
    table: PriceTable | None
    base: ValuationRun | None
    lacking: tuple[Lacking, ...] = ()


@dataclass(frozen=True, slots=True)
class LineSource:
    """Where the value of a line comes from: one of the three, or none."""

    median: ValuationMedian | None = None
    price: PriceRow | None = None
    appraisal: Appraisal | None = None


@dataclass(frozen=True, slots=True)
class SourcedLine:
    """A line with its part, its asset, and its source. `few`: exchanges with a price that were too few to count."""

    line: ValuationLine
    item: AssetItem
    asset: Asset
    source: LineSource
    few: int = 0


@dataclass(frozen=True, slots=True)
class Statement:
    """What became of the value in a year. `closing` None: nothing was valued in that year."""

    organisation: Organisation
    year: int
    opening: ValuationRun | None
    closing: ValuationRun | None


def parts_of(organisation_id: int, as_of: date) -> Select[int]:
    """The numbers of the parts of what an organisation owns and what stood on that day."""
    return select(AssetItem.id).join(Asset).where(*_mine(organisation_id, as_of))


def _mine(organisation_id: int, as_of: date) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    """What an organisation owns, and what stood on that day."""
    return Asset.organisation_id == organisation_id, Asset.ended_at.is_(None) | (Asset.ended_at > clock.last_moment(as_of))


def find_first_day(session: Session, organisation_id: int) -> date | None:
    """The day on which the first part was put in; None: there is no part."""
    rows = select(func.min(ItemChange.happened_on)).join(AssetItem, AssetItem.id == ItemChange.item_id).join(Asset)
    return session.scalar(rows.where(Asset.organisation_id == organisation_id))


def has_parts(session: Session, organisation_id: int, by: date | None = None) -> bool:
    """Whether an organisation owns a part, or owned one `by` a day."""
    rows = select(AssetItem.id).join(Asset).where(Asset.organisation_id == organisation_id)
    if by is not None:
        rows = rows.join(ItemChange, ItemChange.item_id == AssetItem.id).where(ItemChange.happened_on <= by)
    return session.scalar(rows.limit(1)) is not None


def check_day(session: Session, organisation_id: int, as_of: date) -> None:
    """Refuse a day to come, and one before an organisation had anything. The first day is only looked up to be named."""
    today = clock.today()
    first = as_of if as_of <= today and has_parts(session, organisation_id, as_of) else find_first_day(session, organisation_id)
    check_as_of(as_of, first, today)


def get_plan(session: Session, actor: Actor, organisation_id: int, as_of: date, medians: Mapping[PriceKey, Median]) -> RunPlan:
    """What a run as of a day would do. Refused: a day to come, and one before there was anything."""
    require(actor, Can.VALUE_ASSETS, organisation_id)
    check_day(session, organisation_id, as_of)
    table = find_table_of(session, as_of)
    prices = prices_of(session, table.id if table else None, as_of)
    appraised = AssetItem.id.in_(select(Appraisal.item_id).where(Appraisal.valued_on <= as_of)).label("appraised")
    columns = (
        AssetItem.material_id,
        func.coalesce(AssetItem.condition, ANY_CONDITION).label("condition"),
        AssetItem.unit,
        appraised,
    )
    rows = select(*columns).join(Asset).where(*_mine(organisation_id, as_of), _is_there(organisation_id, as_of)).subquery()
    counted: dict[Method, int] = dict.fromkeys(Method, 0)
    lacking: dict[PriceKey, Lacking] = {}
    for *named, is_appraised, parts in session.execute(select(*rows.c, func.count()).group_by(*rows.c)):
        key = PriceKey(named[0], named[1], priced_unit(Unit(named[2])))
        median = medians.get(key) if key.condition else None
        if median is not None and median.is_enough:
            method = Method.EXCHANGES
        elif key in prices or PriceKey(key.material_id, ANY_CONDITION, key.unit) in prices:
            method = Method.PRICE_TABLE
        else:
            method = Method.APPRAISAL if is_appraised else Method.NONE
        counted[method] += parts
        if method is Method.NONE:
            before = lacking.get(key)
            lacking[key] = Lacking(key, parts + (before.parts if before else 0), median.exchanges if median else 0)
    base = find_base(session, organisation_id, as_of)
    most_first = tuple(sorted(lacking.values(), key=lambda row: (-row.parts, row.key.material_id, row.key.condition)))
    owner = get_organisation(session, organisation_id)
    return RunPlan(owner, as_of, sum(counted.values()), counted, table, base, most_first)


def _is_there(organisation_id: int, as_of: date) -> ColumnElement[bool]:
    """The parts of which something is there on a day. Nothing happens tomorrow, so today each part knows by itself."""
    if as_of == clock.today():
        return AssetItem.quantity > 0
    rows = select(ItemChange.item_id).where(
        ItemChange.happened_on <= as_of, ItemChange.item_id.in_(parts_of(organisation_id, as_of))
    )
    return AssetItem.id.in_(rows.group_by(ItemChange.item_id).having(func.sum(ItemChange.quantity) > 0))


def finished(organisation_id: int) -> Select[ValuationRun]:
    """The runs of an organisation that count, the latest day first; of one day the newest."""
    rows = select(ValuationRun).join(ValuationTotals, ValuationTotals.run_id == ValuationRun.id)
    return rows.where(ValuationRun.organisation_id == organisation_id).order_by(ValuationRun.as_of.desc(), ValuationRun.id.desc())


def find_base(session: Session, organisation_id: int, as_of: date) -> ValuationRun | None:
    """The last run of an earlier year, with which one as of this day is compared."""
    rows = finished(organisation_id).where(ValuationRun.as_of < date(as_of.year, 1, 1))
    return session.scalars(rows.options(*_WHOLE).limit(1)).one_or_none()


def find_run_of_task(session: Session, task_id: int) -> ValuationRun | None:
    """The run that a long task does."""
    return session.scalars(select(ValuationRun).where(ValuationRun.task_id == task_id).options(*_WHOLE)).one_or_none()


def get_run(session: Session, actor: Actor, run_id: int) -> ValuationRun:
    """The run with this number. Missing for whoever may not know what the material is worth."""
    row = session.scalars(
        select(ValuationRun).where(ValuationRun.id == run_id).options(*_WHOLE).execution_options(populate_existing=True)
    ).one_or_none()
    if row is None:
        raise Missing(_("There is no such valuation, or you may not see it. Choose one from the list."))
    require(actor, Can.READ_VALUE, row, hidden=True)
    return row


def list_runs(
    session: Session, actor: Actor, organisation_id: int, *, offset: int, limit: int
) -> tuple[Sequence[ValuationRun], int]:
    """List the runs of an organisation, newest first, and how many there are."""
    require(actor, Can.READ_VALUE, organisation_id)
    rows = select(ValuationRun).where(ValuationRun.organisation_id == organisation_id)
    total = session.scalar(select(func.count()).select_from(rows.subquery())) or 0
    return session.scalars(rows.options(*_WHOLE).order_by(ValuationRun.id.desc()).offset(offset).limit(limit)).all(), total


def state_of(session: Session, run: ValuationRun) -> RunState:
    """How a run stands: done once it has its totals, else as its task says."""
    if run.totals is not None:
        return RunState.DONE
    task = None if run.task_id is None else tasks.find_task(session, run.task_id)
    if task is None or task.state in (TaskState.FAILED, TaskState.CANCELLED, TaskState.DONE):
        return RunState.STOPPED
    return RunState.RUNNING if task.state == TaskState.RUNNING else RunState.WAITING


def list_lines(
    session: Session, run: ValuationRun, *, offset: int, limit: int, which: LineKind | None = None
) -> tuple[Sequence[SourcedLine], int]:
    """List the lines of a run by part. A page of them with their sources, and how many there are. `which`: of one kind alone."""
    mine = ValuationLine.run_id == run.id
    if which is not None:
        is_gone = ValuationLine.quantity == 0
        mine &= is_gone if which is LineKind.GONE else ~is_gone & (ValuationLine.method == which.value)
    total = session.scalar(select(func.count()).select_from(ValuationLine).where(mine)) or 0
    rows = (
        select(ValuationLine, AssetItem, Asset)
        .join(AssetItem, AssetItem.id == ValuationLine.item_id)
        .join(Asset, Asset.id == AssetItem.asset_id)
        .where(ValuationLine.run_id == run.id)
        .order_by(ValuationLine.item_id)
    )
    ids = select(ValuationLine.item_id).where(mine).order_by(ValuationLine.item_id).offset(offset).limit(limit)
    page = session.scalars(ids).all()  # first which, so that what is skipped is not joined
    return _explained(session, session.execute(rows.where(ValuationLine.item_id.in_(page))).all()), total


def each_line(session: Session, run: ValuationRun) -> Iterator[SourcedLine]:
    """Every line of a run by part. Some are read at a time, so memory stays the same."""
    rows = (
        select(ValuationLine, AssetItem, Asset)
        .join(AssetItem, AssetItem.id == ValuationLine.item_id)
        .join(Asset, Asset.id == AssetItem.asset_id)
        .where(ValuationLine.run_id == run.id)
        .order_by(ValuationLine.item_id)
        .limit(LINES_AT_ONCE)
    )
    after = 0
    while lines := _explained(session, session.execute(rows.where(ValuationLine.item_id > after)).all()):
        after = lines[-1].item.id
        yield from lines


def last_lines(session: Session, asset: Asset) -> tuple[ValuationRun | None, Sequence[SourcedLine]]:
    """The newest run of its owner in which an asset stands, and what it says of each part. For whoever may read what it is worth."""
    stands = select(ValuationLine.run_id).join(AssetItem, AssetItem.id == ValuationLine.item_id)
    stands = stands.where(AssetItem.asset_id == asset.id, ValuationLine.run_id == ValuationRun.id)
    runs = finished(asset.organisation_id).where(stands.exists()).options(*_WHOLE)
    run = session.scalars(runs.limit(1)).one_or_none()
    if run is None:
        return None, ()
    rows = (
        select(ValuationLine, AssetItem, Asset)
        .join(AssetItem, AssetItem.id == ValuationLine.item_id)
        .join(Asset, Asset.id == AssetItem.asset_id)
        .where(ValuationLine.run_id == run.id, AssetItem.asset_id == asset.id)
        .order_by(AssetItem.layer.is_(None), AssetItem.layer, AssetItem.number)
    )
    return run, _explained(session, session.execute(rows).all())


def _explained(session: Session, rows: Sequence[Row[ValuationLine, AssetItem, Asset]]) -> list[SourcedLine]:
    ids: dict[str, set[int]] = defaultdict(set)
    for line, _item, _asset in rows:
        ids[line.method].add(line.source_id or 0)
    medians = _by_id(session, ValuationMedian, ids[Method.EXCHANGES])
    prices = _by_id(session, PriceRow, ids[Method.PRICE_TABLE])
    appraisals = _by_id(session, Appraisal, ids[Method.APPRAISAL])
    few = _too_few(session, rows)
    lines = []
    for line, item, asset in rows:
        number = line.source_id or 0
        source = {
            Method.EXCHANGES: LineSource(median=medians.get(number)),
            Method.PRICE_TABLE: LineSource(price=prices.get(number)),
            Method.APPRAISAL: LineSource(appraisal=appraisals.get(number)),
            Method.NONE: LineSource(),
        }[Method(line.method)]
        lines.append(SourcedLine(line, item, asset, source, few.get((line.run_id, _key(line, item)), 0)))
    return lines


def _key(line: ValuationLine, item: AssetItem) -> PriceKey:
    return PriceKey(item.material_id, line.condition, priced_unit(Unit(item.unit)))


def _too_few(session: Session, rows: Sequence[Row[ValuationLine, AssetItem, Asset]]) -> Mapping[tuple[int, PriceKey], int]:
    """How many exchanges with a price a run found of what it did not value by them."""
    others = [(line, item) for line, item, _asset in rows if line.method != Method.EXCHANGES and line.condition and line.quantity]
    if not others:
        return {}
    medians = session.scalars(
        select(ValuationMedian).where(
            ValuationMedian.run_id.in_({line.run_id for line, _item in others}),
            ValuationMedian.material_id.in_({item.material_id for _line, item in others}),
        )
    )
    return {
        (median.run_id, PriceKey(median.material_id, median.condition, Unit(median.unit))): median.exchanges for median in medians
    }


Source = TypeVar("Source", ValuationMedian, PriceRow, Appraisal)


def _by_id(session: Session, model: type[Source], ids: Collection[int]) -> Mapping[int, Source]:
    return {row.id: row for row in session.scalars(select(model).where(model.id.in_(ids)))} if ids else {}


def get_statement(session: Session, actor: Actor, organisation_id: int, year: int) -> Statement:
    """What became of the value in a year. Its last run, compared with the last one of an earlier year."""
    require(actor, Can.READ_VALUE, organisation_id)
    within = and_(ValuationRun.as_of >= date(year, 1, 1), ValuationRun.as_of <= date(year, 12, 31))
    rows = finished(organisation_id).where(within).options(*_WHOLE).limit(1)
    closing = session.scalars(rows).one_or_none()
    base = closing.base_run_id if closing is not None else None
    opening = None if base is None else session.get(ValuationRun, base, options=_WHOLE)
    return Statement(get_organisation(session, organisation_id), year, opening, closing)
