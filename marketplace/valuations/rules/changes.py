"""What a table of prices changes against the one in use. New prices, others, and those that are no longer there."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from marketplace.valuations.rules.method import PriceKey

MUCH = 3


@dataclass(frozen=True, slots=True)
class Ends:
    """The low and high price of one unit in cents, and the known costs of its use again."""

    low_cents: Decimal
    high_cents: Decimal
    costs_cents: tuple[Decimal | None, ...] = ()

    @property
    def twice_the_middle(self) -> Decimal:
        """Low and high together."""
        return self.low_cents + self.high_cents

    @property
    def known_costs_cents(self) -> Decimal | None:
        """The costs together; None: none is known."""
        costs = [cost for cost in self.costs_cents if cost is not None]
        return sum(costs, Decimal(0)) if costs else None


@dataclass(frozen=True, slots=True)
class PriceChange:
    """A price that becomes another. `before` None: it is new; `after` None: it is no longer there."""

    key: PriceKey
    before: Ends | None
    after: Ends | None

    @property
    def share(self) -> Decimal | None:
        """By which part the middle grows, -0.5 for half; None for what is new or gone."""
        if self.before is None or self.after is None:
            return None
        return self.after.twice_the_middle / self.before.twice_the_middle - 1

    @property
    def is_much(self) -> bool:
        """Whether the middle becomes more than three times as large or as small."""
        if self.before is None or self.after is None:
            return False
        was, now = self.before.twice_the_middle, self.after.twice_the_middle
        return now > MUCH * was or was > MUCH * now


def find_changes(before: Mapping[PriceKey, Ends], after: Mapping[PriceKey, Ends]) -> list[PriceChange]:
    """Every price or cost that differs. The largest change first, then what is new, then gone."""
    keys = dict.fromkeys((*after, *before))
    changes = [PriceChange(key, before.get(key), after.get(key)) for key in keys if before.get(key) != after.get(key)]
    return sorted(changes, key=_order)


def _order(change: PriceChange) -> tuple[bool, bool, Decimal, int, str, str]:
    is_gone, is_new = change.after is None, change.before is None
    return is_gone, is_new, -abs(change.share or Decimal(0)), change.key.material_id, change.key.condition, change.key.unit.value
