"""What the posts of a RAW contract would do, and what contracts say will leave."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import cache
from typing import Any

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from marketplace.accounts.policy import Actor, Can, require
from marketplace.imports.models import ImportRun, OutflowEstimate
from marketplace.imports.queries.lots import LotTotal, list_known_lots, located
from marketplace.imports.queries.passport_preview import NameTotal, count_names
from marketplace.imports.queries.passports import MaterialNames
from marketplace.imports.rules.material_use import words_of_labels
from marketplace.imports.rules.raw import ONCE, Fate, Post, RawWords, find_mark, is_contractors, key_of, named_material, read_post
from marketplace.imports.rules.tables import Faults, ImportStatus, Record, RowState
from marketplace.kernel import clock
from marketplace.kernel.units import Amount, Unit
from marketplace.market.rules.listing import CERTAINTY_LABELS, CONDITION_LABELS, Condition
from marketplace.materials.queries import get_taxonomy
from marketplace.places.queries.gazetteer import PlaceFinder

_STATES = {Fate.REFUSED: RowState.REFUSED, Fate.IGNORED: RowState.IGNORED}


class RawJudge:
    """A contract: a post with an H is a lot, one with an R a line of outflow."""

    def __init__(self, words: RawWords, names: MaterialNames) -> None:
        self._words, self._names = words, names
        self._called = Counter[tuple[str, str, str]]()

    def meet(self, records: Sequence[Record]) -> None:
        """Which posts with a mark stand there twice."""
        counted = Counter(key for record in records if (key := key_of(record, self._words.once)) is not None)
        twice = frozenset(key for key, number in counted.items() if key[1] and number > 1)
        self._words = replace(self._words, twice=twice)
        self._called = Counter()

    def prepare(self, records: Sequence[Record]) -> None:
        """What stands there is known already."""

    def read(self, record: Record) -> tuple[Post | None, Faults]:
        """One post, and what it calls its material where that is no name of the list."""
        typed = named_material(record)
        if typed and find_mark(record) is not None and not is_contractors(record):
            material, how = self._names.look_up(typed)
            if how != "named":
                self._called[typed, "" if material is None else material.slug, how] += 1
        return read_post(record, self._words)

    def add(self, summary: dict[str, Any], values: Iterable[Post]) -> dict[str, Any]:
        """Posts by fate, lots and lines by material, and what is still to be said once."""
        fates = Counter(summary.get("fates", {}))
        sums = {fate: dict(summary.get(fate.value, {})) for fate in (Fate.LOT, Fate.OUTFLOW)}
        lacking = set(summary.get("lacking", ()))
        for post in values:
            fates["known" if post.is_known else post.fate.value] += 1
            lacking |= set(post.lacking)
            if post.fate in sums and not post.is_known and post.quantity is not None:
                key = f"{'' if post.material is None else post.material.slug}|{post.quantity.unit.value}"
                count, amount = sums[post.fate].get(key, [0, "0"])
                sums[post.fate][key] = [count + 1, str(Decimal(amount) + post.quantity.amount)]
        return {
            "fates": dict(fates),
            **{fate.value: total for fate, total in sums.items()},
            "lacking": [key for key in ONCE if key in lacking],
            "names": count_names(self._called),
            "twice": [list(key) for key in sorted(self._words.twice)],
        }

    def state_of(self, value: Post, summary: Mapping[str, Any]) -> RowState:
        """Whether something new comes of it, the same stands there, it is refused, or passed over."""
        if value.is_known:
            return RowState.UNCHANGED
        return _STATES.get(value.fate, RowState.OK)


def get_raw_judge(session: Session, run: ImportRun) -> RawJudge:
    """The judge of a contract, with the lots and lines that stand there."""
    names = MaterialNames(get_taxonomy(session), run.codes)
    return RawJudge(get_raw_words(session, run, names), names)


def get_raw_words(session: Session, run: ImportRun, names: MaterialNames | None = None) -> RawWords:
    """What may be typed in a contract, and which posts stand there."""
    finder = PlaceFinder()  # the list of the bank alone: no service is asked row by row
    lines = session.execute(
        _counting(run.organisation_id).with_only_columns(
            *(OutflowEstimate.contract, OutflowEstimate.post, OutflowEstimate.quantity, OutflowEstimate.unit)
        )
    )
    return RawWords(
        find_material=(names or MaterialNames(get_taxonomy(session), run.codes)).find,
        certainties=words_of_labels(CERTAINTY_LABELS, {}),
        conditions=words_of_labels(CONDITION_LABELS, {Condition.POOR: ("slecht",)}),
        find_place=cache(lambda text: located(finder.find(text))),
        known_lots=list_known_lots(session, run.organisation_id),
        lines={(contract, post): Amount(amount, Unit(unit)) for contract, post, amount, unit in lines},
        twice=frozenset((contract, number) for contract, number in run.summary.get("twice", ())),
        once=run.given,
        today=clock.today(),
    )


@dataclass(frozen=True, slots=True)
class RawPreview:
    """What a contract would make. `lacking`: what is still to be said once for all posts."""

    lots: int
    lines: int
    refused: int
    ignored: int
    known: int
    wrong: int
    lot_totals: tuple[LotTotal, ...]
    line_totals: tuple[LotTotal, ...]
    names: tuple[NameTotal, ...]
    lacking: tuple[str, ...]

    @property
    def posts(self) -> int:
        """All of them."""
        return self.lots + self.lines + self.refused + self.ignored + self.known + self.wrong


def get_raw_preview(session: Session, actor: Actor, run: ImportRun) -> RawPreview:
    """Get what becomes of the posts of a contract."""
    require(actor, Can.IMPORT, run, hidden=True)
    fates = run.summary.get("fates", {})
    names = [NameTotal(key, *values) for key, values in run.summary.get("names", {}).items()]
    names.sort(key=lambda name: (name.how != "unknown", -name.rows, name.key))
    return RawPreview(
        lots=fates.get(Fate.LOT, 0),
        lines=fates.get(Fate.OUTFLOW, 0),
        refused=fates.get(Fate.REFUSED, 0),
        ignored=fates.get(Fate.IGNORED, 0),
        known=fates.get("known", 0),
        wrong=run.counts.get(RowState.ERROR, 0),
        lot_totals=_totals(session, run, Fate.LOT),
        line_totals=_totals(session, run, Fate.OUTFLOW),
        names=tuple(names),
        lacking=tuple(run.summary.get("lacking", ())),
    )


def _totals(session: Session, run: ImportRun, fate: Fate) -> tuple[LotTotal, ...]:
    taxonomy, totals = get_taxonomy(session), []
    for key, (lots, amount) in run.summary.get(fate.value, {}).items():
        slug, _bar, unit = key.partition("|")
        material = taxonomy.find_material(slug)
        totals.append(LotTotal(slug, slug if material is None else material.name, int(lots), Amount(Decimal(amount), Unit(unit))))
    return tuple(sorted(totals, key=lambda total: (not total.material, total.name, total.unit)))


def _counting(organisation_id: int) -> Select[OutflowEstimate]:
    """The lines of sheets that are applied. What was taken back counts no longer."""
    return (
        select(OutflowEstimate)
        .join(ImportRun, ImportRun.id == OutflowEstimate.import_id)
        .where(OutflowEstimate.organisation_id == organisation_id, ImportRun.status == ImportStatus.APPLIED)
    )


def list_estimates(
    session: Session, actor: Actor, *, page: int = 1, page_size: int = 25
) -> tuple[Sequence[OutflowEstimate], int]:
    """What contracts of the own organisation say will leave, the earliest first. And how many lines."""
    require(actor, Can.IMPORT, actor.organisation_id)
    rows = _counting(int(actor.organisation_id or 0))
    total = session.scalar(select(func.count()).select_from(rows.with_only_columns(OutflowEstimate.id).subquery())) or 0
    order = rows.order_by(OutflowEstimate.latest, OutflowEstimate.contract, OutflowEstimate.post, OutflowEstimate.id)
    return session.scalars(order.limit(page_size).offset((page - 1) * page_size)).all(), total


@dataclass(frozen=True, slots=True)
class EstimateYear:
    """What is expected to leave in a year, by its last day."""

    year: int
    lines: int
    mass_kg: Decimal
    unweighed: int


def total_estimates(session: Session, actor: Actor) -> list[EstimateYear]:
    """The same by year, and how many lines of it cannot be weighed."""
    require(actor, Can.IMPORT, actor.organisation_id)
    by_year: dict[int, list[Decimal | None]] = {}
    columns = _counting(int(actor.organisation_id or 0)).with_only_columns(OutflowEstimate.latest, OutflowEstimate.mass_kg)
    for latest, mass_kg in session.execute(columns):
        by_year.setdefault(latest.year, []).append(mass_kg)
    return [
        EstimateYear(year, len(masses), sum((mass for mass in masses if mass is not None), Decimal(0)), masses.count(None))
        for year, masses in sorted(by_year.items())
    ]
