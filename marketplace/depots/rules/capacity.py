"""How much of each kind fits in a depot."""

from collections.abc import Mapping
from decimal import Decimal
from enum import StrEnum

from marketplace.kernel.errors import FieldError, Invalid
from marketplace.kernel.language import Text, _
from marketplace.kernel.units import LARGEST, THOUSANDTH


class CapacityKind(StrEnum):
    """What a depot has room for. Square and cubic metres of what is counted so, tonnes of everything, pallets as entered."""

    M2 = "m2"
    M3 = "m3"
    TONNE = "tonne"
    PALLET = "pallet"

    @property
    def label(self) -> Text:
        """The kind as people read it."""
        return _KIND_LABELS[self]


_KIND_LABELS = {
    CapacityKind.M2: _("m²"),
    CapacityKind.M3: _("m³"),
    CapacityKind.TONNE: _("tonnes"),
    CapacityKind.PALLET: _("pallet places"),
}


def clean_capacities(amounts: Mapping[CapacityKind, Decimal | None]) -> dict[CapacityKind, Decimal]:
    """What fits of each kind. A kind without a figure is not counted; nought or less is refused."""
    errors = [FieldError(kind.value, fault) for kind, amount in amounts.items() if (fault := _fault(kind, amount))]
    if errors:
        raise Invalid.all(errors)
    return {kind: amount for kind, amount in amounts.items() if amount is not None}


def _fault(kind: CapacityKind, amount: Decimal | None) -> Text | None:
    if amount is None:
        return None
    if not amount.is_finite() or amount <= 0:
        return _("What fits must be more than 0. Leave it empty if it need not be counted.")
    if amount > LARGEST:
        return _("What fits can be at most %(largest)s.", largest=LARGEST)
    if kind is CapacityKind.PALLET and amount != amount.to_integral_value():
        return _("Pallet places are whole. Type a whole number.")
    if amount != amount.quantize(THOUSANDTH):
        return _("What fits can have at most three decimals.")
    return None
