"""Which rows of the ledger an address asks for.

The filters of the figures, and a giver, a receiver or either side.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from marketplace.kernel.language import _
from marketplace.ledger.queries import ExchangeFilter
from marketplace.web.ui.figure_filters import Filters

SIDES = ("van", "naar", "organisatie")


@dataclass(frozen=True, slots=True)
class ExchangeQuery:
    """The filters, and the sides by their name in the address."""

    filters: Filters
    sides: Mapping[str, str]

    @classmethod
    def of(cls, args: Mapping[str, str], filters: Filters, names: Mapping[str, str]) -> "ExchangeQuery":
        """What is asked, as far as it is known. An address that people edited is read leniently, so the rest is passed over."""
        return cls(filters, {key: slug for key in SIDES if (slug := args.get(key, "")) in names})

    @property
    def values(self) -> dict[str, Any]:
        """The same in an address."""
        return {**self.sides, **self.filters.values}

    @property
    def filter(self) -> ExchangeFilter:
        """The rows that this leaves."""
        van, naar, either = (((slug,) if (slug := self.sides.get(key)) else ()) for key in SIDES)
        return replace(self.filters.rows, givers=van, receivers=naar, organisations=either)

    def without(self, key: str) -> "ExchangeQuery":
        """The same without one side."""
        return replace(self, sides={name: slug for name, slug in self.sides.items() if name != key})


def side_in_words(key: str, name: str) -> str:
    """A side in words."""
    return {"van": str(_("from %(name)s", name=name)), "naar": str(_("to %(name)s", name=name))}.get(key, name)
