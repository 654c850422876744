"""Facts within bounds: on which day, how much, how far, and what silence may confirm."""

from datetime import date, timedelta
from decimal import Decimal

from marketplace.exchange.rules.reservation import REASON_LENGTH_MAX, HandoverDraft, check_reason
from marketplace.kernel.errors import Invalid
from marketplace.kernel.formats import money
from marketplace.kernel.language import _
from marketplace.kernel.text import check_length
from marketplace.kernel.units import Amount, Unit, plain
from marketplace.market.rules.listing import find_dear_faults
from marketplace.stock.rules.driving import check_drive, check_driven

PURCHASE_EURO_PER_TONNE = (1, 50_000)  # what new costs by the tonne: sand is a few euro, an installation thousands
SURPLUS_TIMES_MAX = 10  # what was listed at most holds ten times as much, unless the broker says so
LATE_WITHIN = timedelta(days=5 * 365)  # older paperwork is not booked


def check_handover(
    draft: HandoverDraft, *, unit: str, vehicle_classes: tuple[str, ...], straight_km: Decimal, today: date
) -> None:
    """Check what was measured at the hand-over, and its transport. The day is checked apart."""
    if draft.quantity.unit.value != unit:
        raise Invalid(_("Enter the quantity in the unit of the listing: %(unit)s.", unit=unit), "unit")
    if draft.handed_over_on > today:
        raise Invalid(_("This day has not come yet. Enter today or an earlier day."), "handed_over_on")
    check_drive(draft.vehicle_class, draft.driven_km, vehicle_classes)
    check_driven(draft.driven_km, straight_km=straight_km)
    check_length(draft.write_off_reason, REASON_LENGTH_MAX, "write_off_reason")


def check_day(day: date, *, approved_on: date, available_from: date) -> None:
    """A hand-over lies between the approval and today, and not before the lot is free."""
    if day < approved_on:
        raise Invalid(
            _(
                "It was approved on %(first)s. Enter that day or a later one. Was it handed over before? Then a coordinator books it "
                "as late paperwork and says why.",
                first=approved_on,
            ),
            "handed_over_on",
            approvedOn=approved_on.isoformat(),
        )
    if day < available_from:
        raise Invalid(
            _("This lot is free from %(first)s. Hand it over on that day or later.", first=available_from), "handed_over_on"
        )


def check_late_day(day: date, *, approved_on: date, today: date, reason: str) -> None:
    """Late paperwork is about a day before the approval, at most five years ago, and says why."""
    check_reason(reason)
    if day >= approved_on:
        raise Invalid(
            _("This day is not before the approval of %(first)s. Enter it as an ordinary hand-over.", first=approved_on),
            "handed_over_on",
        )
    if day < today - LATE_WITHIN:
        raise Invalid(_("Paperwork from before %(first)s is not booked any more.", first=today - LATE_WITHIN), "handed_over_on")


def is_within_tolerance(given: Decimal, received: Decimal, tolerance_percent: Decimal) -> bool:
    """Whether the receiver's figure differs from the owner's by no more than the tolerance.

    The tolerance is the material's, in percent of the owner's figure.
    """
    return abs(given - received) * 100 <= given * tolerance_percent


def is_usual(amount: Decimal, *, ordered: Decimal, tolerance_percent: Decimal) -> bool:
    """Whether it is no more than the tolerance above what was ordered."""
    return amount * 100 <= ordered * (100 + tolerance_percent)


def check_usual(figure: Amount, *, ordered: Decimal, tolerance_percent: Decimal, confirmed: bool) -> None:
    """More than the tolerance above what was ordered is asked again before it is kept."""
    if confirmed or is_usual(figure.amount, ordered=ordered, tolerance_percent=tolerance_percent):
        return
    raise Invalid(
        _(
            "Do you mean %(figure)s? %(ordered)s was ordered. If it is right, confirm it.",
            figure=figure,
            ordered=Amount(ordered, figure.unit),
        ),
        "confirm_unusual",
        ordered=plain(ordered),
    )


def check_purchase_price(cents: int | None, *, mass_kg: Decimal, confirmed: bool) -> None:
    """What new would cost is asked again where it is under 1 or above 50 000 euro for a tonne.

    Above € 10 000 for a kilogram it is refused.
    """
    if cents is None or mass_kg <= 0:
        return
    for fault in find_dear_faults("purchase_price_cents", Decimal(cents), mass_kg):
        raise Invalid(fault.message, fault.field)
    if confirmed:
        return
    euro_per_tonne = Decimal(cents) / 100 / (mass_kg / 1000)
    if PURCHASE_EURO_PER_TONNE[0] <= euro_per_tonne <= PURCHASE_EURO_PER_TONNE[1]:
        return
    raise Invalid(
        _(
            "Do you mean %(price)s for everything that you ask for? That is %(each)s for a tonne. If it is right, confirm it.",
            price=money(cents),
            each=money(int(euro_per_tonne * 100)),
        ),
        "confirm_unusual",
    )


def check_surplus(figure: Amount, *, listed: Decimal) -> None:
    """No figure is more than ten times what was listed, unless the broker enters it."""
    most = Amount(listed * SURPLUS_TIMES_MAX, figure.unit)
    if figure.amount > most.amount:
        raise Invalid(
            _(
                "%(figure)s is more than ten times the %(listed)s that was listed. Only the broker of the region can enter that.",
                figure=figure,
                listed=Amount(listed, figure.unit),
            ),
            "quantity",
            most=plain(most.amount),
        )


def does_silence_confirm(
    *,
    ordered: Decimal,
    figure: Decimal,
    tolerance_percent: Decimal,
    price_cents_per_unit: int,
    surplus: Decimal,
    has_proposal: bool = False,
) -> bool:
    """Whether 14 days without an answer count as a yes.

    Within the tolerance of what was ordered, not priced above what was agreed, no surplus, and no proposal of other terms waits.
    """
    costs_more = price_cents_per_unit > 0 and figure > ordered
    return is_within_tolerance(ordered, figure, tolerance_percent) and not (costs_more or surplus > 0 or has_proposal)


def check_demand_under_way(
    amount: Amount, *, asked_of_demand: Amount, under_way: Amount, remaining: Amount, confirmed: bool
) -> None:
    """Ask again when, with what is under way already, it is more than the demand needs."""
    if confirmed or under_way.amount <= 0 or asked_of_demand.amount + under_way.amount <= remaining.amount:
        return
    facts = {"remaining": remaining, "under_way": under_way, "asked": amount}
    left = remaining.amount - under_way.amount
    sentence = (
        _(
            "This demand still needs %(remaining)s, and %(under_way)s is on its way to it already. So you "
            "ask for %(asked)s where %(left)s is left to find. Ask for no more than that, or confirm that "
            "you want it anyway.",
            **facts,
            left=Amount(left, Unit(remaining.unit)),
        )
        if left > 0
        else _(
            "This demand still needs %(remaining)s, and %(under_way)s is on its way to it already: nothing "
            "is left to find. Confirm that you want %(asked)s anyway.",
            **facts,
        )
    )
    raise Invalid(
        sentence,
        "confirm_unusual",
        remaining=plain(remaining.amount),
        underWay=plain(under_way.amount),
        unit=Unit(remaining.unit).value,
    )
