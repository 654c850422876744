"""How small a part of a lot may be: what an owner may say of it. Whether a part is given away is `rules.is_part_allowed`."""

from decimal import Decimal

from marketplace.kernel.errors import FieldError, Invalid
from marketplace.kernel.language import _
from marketplace.kernel.units import Quantity, check_amount


def find_part_faults(smallest: Decimal | None, quantity: Quantity) -> list[FieldError]:
    """What a smallest part cannot be: nothing, part of a piece, or more than there is. In the unit of the quantity; None is any part."""
    if smallest is None:
        return []
    try:
        check_amount(smallest, quantity.unit)
    except Invalid as refusal:
        return [FieldError("minimum_part", refusal.message)]
    if smallest > quantity.amount:
        return [FieldError("minimum_part", _("The smallest part is more than there is. Enter %(most)s or less.", most=quantity))]
    return []
