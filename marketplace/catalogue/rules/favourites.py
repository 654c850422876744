"""What a person who keeps a lot is told of it: what changed between two looks."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from marketplace.kernel.units import plain
from marketplace.market.rules.listing import ListingStatus


@dataclass(frozen=True, slots=True)
class Seen:
    """How a lot stood. Its state, what was free of it, in which unit, and the price of one (None: free of charge)."""

    status: ListingStatus
    available: Decimal
    unit: str
    price_cents: int | None

    def stored(self) -> dict[str, Any]:
        """As JSON."""
        return {
            "status": self.status.value,
            "available": plain(self.available),
            "unit": self.unit,
            "price_cents": self.price_cents,
        }

    @classmethod
    def read(cls, stored: Mapping[str, Any]) -> "Seen":
        """From JSON."""
        return cls(ListingStatus(stored["status"]), Decimal(stored["available"]), stored["unit"], stored["price_cents"])


def changes(before: Seen, after: Seen) -> dict[str, Any]:
    """The facts of a notice about a lot that is still on offer. None where nothing changed that is told."""
    facts: dict[str, Any] = {}
    if (before.price_cents or 0, before.unit) != (after.price_cents or 0, after.unit):
        facts["price_before"] = {"cents": before.price_cents, "unit": before.unit}
        facts["price"] = {"cents": after.price_cents, "unit": after.unit}
    if (before.available, before.unit) != (after.available, after.unit):
        before_free = {"amount": plain(before.available), "unit": before.unit}
        if after.available:
            facts["free"] = {"amount": plain(after.available), "unit": after.unit}
            facts["free_before"] = before_free
        else:
            facts["reserved"] = before_free
    return facts


def is_gone(before: Seen, after: Seen) -> bool:
    """Whether it was on offer and is not any more."""
    return before.status is ListingStatus.PUBLISHED and after.status is not ListingStatus.PUBLISHED
