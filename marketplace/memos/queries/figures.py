"""How often the bank was searched before something was bought, and what came of it.

Counted from the memos and their conclusions. For the reviewer of all organisations, for a coordinator of the own.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session, joinedload

from marketplace.accounts.models import Organisation
from marketplace.accounts.policy import Actor, Can, may, require
from marketplace.impact.rules.cut import Cut
from marketplace.memos.models import Memo, MemoConclusion
from marketplace.memos.rules.memo import Decision, WhyNew

ZERO = Decimal(0)


@dataclass(frozen=True, slots=True)
class MemoSum:
    """So many searches, and what came of them.

    `fitted`: something fitted. `despite`: bought new although something fitted;
    of `unsaid` of what was bought new nobody said how much.
    """

    searches: int = 0
    mass_kg: Decimal = ZERO
    fitted: int = 0
    open: int = 0
    from_bank: int = 0
    waits: int = 0
    bought_new: int = 0
    bought_kg: Decimal = ZERO
    despite: int = 0
    unsaid: int = 0

    @property
    def not_fitted(self) -> int:
        """Searches for which nothing fitted."""
        return self.searches - self.fitted

    def __add__(self, other: "MemoSum") -> "MemoSum":
        return MemoSum(*(getattr(self, name) + getattr(other, name) for name in self.__slots__))


@dataclass(frozen=True, slots=True)
class ReasonSum:
    """How often one reason was given, and the kilograms that were searched."""

    memos: int = 0
    mass_kg: Decimal = ZERO


@dataclass(frozen=True, slots=True)
class MemoFigures:
    """Everything that was searched, cut in ways that each add up to `total`.

    Organisations by their name; groups by their slug; `reasons` of what was bought new although something fitted.
    """

    total: MemoSum
    by_organisation: dict[str, MemoSum]
    by_group: dict[str, MemoSum]
    reasons: dict[WhyNew, ReasonSum]


@dataclass(frozen=True, slots=True)
class _Row:
    """What the database counts at once: of one organisation, one group and one conclusion."""

    organisation: str
    group: str
    is_found: bool
    decision: str | None
    reason: str | None
    memos: int
    mass_kg: Decimal
    bought_kg: Decimal
    with_amount: int

    @property
    def sum(self) -> MemoSum:
        """The row as a sum."""
        is_new = self.decision == Decision.BOUGHT_NEW
        is_despite = is_new and self.is_found
        return MemoSum(
            searches=self.memos,
            mass_kg=self.mass_kg,
            fitted=self.memos * self.is_found,
            open=self.memos * (self.decision is None),
            from_bank=self.memos * (self.decision == Decision.FROM_BANK),
            waits=self.memos * (self.decision == Decision.WAITS),
            bought_new=self.memos * is_new,
            bought_kg=self.bought_kg,
            despite=self.memos * is_despite,
            unsaid=(self.memos - self.with_amount) * is_new,
        )


def get_memo_figures(session: Session, actor: Actor, cut: Cut) -> MemoFigures:
    """Count the searches of a period, by organisation, by group of materials and by reason."""
    require(actor, Can.READ_MEMO_FIGURES)
    rows = list(_rows(session, actor, cut))
    return MemoFigures(
        total=sum((row.sum for row in rows), MemoSum()),
        by_organisation=_by(rows, lambda row: row.organisation),
        by_group=_by(rows, lambda row: row.group),
        reasons={reason: _reason(rows, reason) for reason in WhyNew},
    )


def list_memos_in(session: Session, actor: Actor, cut: Cut) -> list[Memo]:
    """List every memo of a period with its conclusion, the newest first."""
    require(actor, Can.READ_MEMO_FIGURES)
    rows = select(Memo).where(*_counting(actor, cut)).options(joinedload(Memo.organisation), joinedload(Memo.conclusion))
    return list(session.scalars(rows.order_by(Memo.id.desc())))


def list_explained_purchases(session: Session, actor: Actor, cut: Cut, *, most: int) -> list[Memo]:
    """List the newest memos that say in words why something was bought although a lot fitted."""
    require(actor, Can.READ_MEMO_FIGURES)
    rows = select(Memo).join(MemoConclusion, MemoConclusion.memo_id == Memo.id).where(*_counting(actor, cut))
    rows = rows.where(Memo.fitting > 0, MemoConclusion.decision == Decision.BOUGHT_NEW, MemoConclusion.explanation != "")
    rows = rows.options(joinedload(Memo.organisation), joinedload(Memo.conclusion))
    return list(session.scalars(rows.order_by(Memo.id.desc()).limit(most)))


def _rows(session: Session, actor: Actor, cut: Cut) -> Iterator[_Row]:
    is_found = (Memo.fitting > 0).label("is_found")
    keys = (Organisation.name, Organisation.sort_key, Memo.group_slug, is_found, MemoConclusion.decision, MemoConclusion.reason)
    counted = (func.count(), func.sum(Memo.mass_kg), func.sum(MemoConclusion.bought_kg), func.count(MemoConclusion.bought_kg))
    joined = select(*keys, *counted).join(Organisation, Organisation.id == Memo.organisation_id)
    rows = joined.outerjoin(MemoConclusion, MemoConclusion.memo_id == Memo.id).where(*_counting(actor, cut))
    for name, _key, group, fitted, decision, reason, memos, mass, bought, with_amount in session.execute(
        rows.group_by(*keys).order_by(Organisation.sort_key, Memo.group_slug)
    ):
        yield _Row(name, group, bool(fitted), decision, reason, memos, mass or ZERO, bought or ZERO, with_amount)


def _counting(actor: Actor, cut: Cut) -> list[ColumnElement[bool]]:
    """Those of the cut that the actor may count."""
    where: list[ColumnElement[bool]] = []
    if not may(actor, Can.READ_ALL_MEMOS):
        where.append(Memo.organisation_id == actor.organisation_id)
    if cut.municipalities:
        where.append(Memo.organisation_id.in_(select(Organisation.id).where(Organisation.slug.in_(cut.municipalities))))
    if cut.groups:
        where.append(Memo.group_slug.in_(cut.groups))
    if cut.first_day:
        where.append(Memo.searched_on >= cut.first_day)
    if cut.last_day:
        where.append(Memo.searched_on <= cut.last_day)
    return where


def _by(rows: Iterable[_Row], key: Callable[[_Row], str]) -> dict[str, MemoSum]:
    sums: dict[str, MemoSum] = {}
    for row in rows:
        sums[key(row)] = sums.get(key(row), MemoSum()) + row.sum
    return sums


def _reason(rows: Iterable[_Row], reason: WhyNew) -> ReasonSum:
    of = [row for row in rows if row.is_found and row.reason == reason]
    return ReasonSum(sum(row.memos for row in of), sum((row.mass_kg for row in of), ZERO))
