"""What somebody says that a part is worth. A name, a day, a source, and an amount for the whole of it."""

from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

from marketplace.kernel.dates import FIRST_DAY
from marketplace.kernel.errors import FieldError, Invalid
from marketplace.kernel.language import _
from marketplace.kernel.text import clean, find_length_faults

APPRAISER_LENGTH_MAX = 120
SOURCE_LENGTH_MAX = 300
CENTS_MAX = 10**12
EUROS_PER_KG_MAX = Decimal(1_000)
_CENTS_PER_KG_MAX = EUROS_PER_KG_MAX * 100


@dataclass(frozen=True, slots=True)
class AppraisalDraft:
    """An appraisal, in cents for the whole quantity. `quantity` None: all that is there now. A cost that is None is not known."""

    value_cents: int
    appraiser: str
    valued_on: date
    source: str
    quantity: Decimal | None = None
    taking_out_cents: int | None = None
    cleaning_cents: int | None = None
    transport_cents: int | None = None


def clean_appraisal(draft: AppraisalDraft, there: Decimal, today: date, *, kg_per_unit: Decimal) -> AppraisalDraft:
    """The appraisal, tidy, with its quantity. `there`: what is there now.

    Refused, each at its field: nought or less, no name, no source, a day to come or before 1990, a quantity that cannot be, and an
    amount that no material is worth or costs: a slip in it would be in every sum of its owner.
    """
    appraiser = clean(draft.appraiser, field="appraiser")
    source = clean(draft.source, lines=True, field="source")
    quantity = there if draft.quantity is None else draft.quantity
    faults = find_length_faults("appraiser", appraiser, APPRAISER_LENGTH_MAX)
    faults += find_length_faults("source", source, SOURCE_LENGTH_MAX)
    if not appraiser:
        faults.append(FieldError("appraiser", _("Fill in the name of whoever appraised it.")))
    if not source:
        faults.append(FieldError("source", _("Say where the appraisal stands, for example the name and number of the report.")))
    if draft.value_cents <= 0:
        faults.append(
            FieldError("value_cents", _("An appraisal is more than zero. What nobody knows the value of has no value."))
        )
    if draft.valued_on > today:
        faults.append(FieldError("valued_on", _("This day has not come yet. Enter the day of the appraisal.")))
    elif draft.valued_on < FIRST_DAY:
        faults.append(FieldError("valued_on", _("This day is too long ago. Check the year.")))
    if quantity <= 0:
        faults.append(FieldError("quantity", _("Of this part there is nothing left, so say of how much the appraisal is.")))
    else:
        faults += _find_dear(draft, quantity * kg_per_unit)
    if faults:
        raise Invalid.all(faults)
    return replace(draft, appraiser=appraiser, source=source, quantity=quantity)


def _find_dear(draft: AppraisalDraft, kg: Decimal) -> list[FieldError]:
    """Each amount that is more for a kilogram than any material comes to."""
    amounts = {
        "value_cents": draft.value_cents,
        "taking_out_cents": draft.taking_out_cents,
        "cleaning_cents": draft.cleaning_cents,
        "transport_cents": draft.transport_cents,
    }
    sentence = _(
        "That is more than € %(most)s for each kilogram. Check the amount, and of how much it is.", most=EUROS_PER_KG_MAX
    )
    most = min(kg * _CENTS_PER_KG_MAX, Decimal(CENTS_MAX))
    return [FieldError(name, sentence) for name, cents in amounts.items() if cents is not None and cents > most]
