"""What hauling costs: by the tonne-kilometre, and for each loading and unloading.

Prices have a first day, as reference data has.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from enum import StrEnum

CENT = Decimal("0.01")


class PriceOf(StrEnum):
    """What a price is of."""

    TONNE_KM = "tonne_km"
    TRANSFER = "transfer"


@dataclass(frozen=True, slots=True)
class HaulPrice:
    """A price and the day from which it counts. `is_verified`: whether a source was read for it; else it is an example."""

    of: PriceOf
    euros: Decimal
    first_on: date
    is_verified: bool


@dataclass(frozen=True, slots=True)
class HaulPrices:
    """The two prices of a day."""

    euros_per_tonne_km: Decimal
    euros_per_transfer: Decimal
    is_verified: bool

    def transport_cents(self, tonne_km: Decimal) -> int:
        """What so many tonne-kilometres cost, rounded half up."""
        return _cents(tonne_km * self.euros_per_tonne_km)

    def handling_cents(self, transfers: int) -> int:
        """What so many transfers cost. Through a depot it is two of them."""
        return _cents(transfers * self.euros_per_transfer)


def prices_on(prices: Iterable[HaulPrice], day: date) -> HaulPrices | None:
    """The last of each that counts on a day. None where one of the two is missing."""
    latest: dict[PriceOf, HaulPrice] = {}
    for price in sorted(prices, key=lambda price: price.first_on):
        if price.first_on <= day:
            latest[price.of] = price
    if len(latest) < len(PriceOf):
        return None
    haul, handling = latest[PriceOf.TONNE_KM], latest[PriceOf.TRANSFER]
    return HaulPrices(haul.euros, handling.euros, haul.is_verified and handling.is_verified)


def _cents(euros: Decimal) -> int:
    return int((euros / CENT).quantize(Decimal(1), rounding=ROUND_HALF_UP))
