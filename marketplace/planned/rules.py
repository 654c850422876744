"""How the days of a planned lot move, and what is said when it is there."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from statistics import median

from marketplace.kernel.errors import Conflict, FieldError, Invalid
from marketplace.kernel.language import Text, _
from marketplace.kernel.text import find_length_faults
from marketplace.kernel.units import Amount, check_amount, plain
from marketplace.market.rules.listing import Certainty, QuantityBasis, find_mass_faults
from marketplace.market.rules.values import find_period_faults

REASON_LENGTH_MAX = 1000
TIMES_MAX = 10  # what lies there against what was planned
SAID_WITHIN = timedelta(days=60)  # a lot that has been there longer was never entered, which is no slip


@dataclass(frozen=True, slots=True)
class Plan:
    """A period, and how sure it is."""

    earliest: date
    latest: date
    certainty: Certainty

    def is_same_period(self, other: "Plan") -> bool:
        """Whether only how sure it is may differ."""
        return (self.earliest, self.latest) == (other.earliest, other.latest)


@dataclass(frozen=True, slots=True)
class DatesDraft:
    """Other days for a planned lot, and why they move."""

    plan: Plan
    reason: str


@dataclass(frozen=True, slots=True)
class ThereDraft:
    """What is said when it is there.

    How much was measured, how, from which day, and until when it can stay.
    """

    amount: Amount
    basis: QuantityBasis
    came_on: date
    available_until: date | None = None


def check_planned(*, status: str, planned: bool) -> None:
    """Only what is planned and on offer has days that move, or comes."""
    if status != "published":
        raise Conflict(_("This lot is not on offer. Only of what is on offer are the days moved by this step."))
    if not planned:
        raise Conflict(_("This lot is there already. Its first day is changed as any other thing of it."))


def check_dates(draft: DatesDraft, before: Plan, today: date) -> None:
    """Refuse days that cannot be, and days that move without a reason."""
    errors = find_period_faults(draft.plan.earliest, draft.plan.latest, today, before.earliest)
    if not draft.reason.strip():
        errors.append(FieldError("reason", _("Say why, in one sentence. Whoever reserved it reads it.")))
    errors += find_length_faults("reason", draft.reason, REASON_LENGTH_MAX)
    if errors:
        raise Invalid.all(errors)


def check_there(draft: ThereDraft, planned: Decimal, today: date, *, kg_per_unit: Decimal | None = None) -> None:
    """Refuse no quantity, far more than was planned or any lot weighs, and days that cannot be."""
    errors: list[FieldError] = []
    try:
        check_amount(draft.amount.amount, draft.amount.unit)
    except Invalid as refusal:
        errors += [FieldError("quantity", error.message) for error in refusal.errors]
    if draft.amount.amount > planned * TIMES_MAX:
        sentence = _(
            "%(planned)s was planned, and this is more than %(most)s times as much. Check the number; offer the rest as a lot of its own.",
            planned=Amount(planned, draft.amount.unit),
            most=TIMES_MAX,
        )
        errors.append(FieldError("quantity", sentence))
    else:
        errors += find_mass_faults(draft.amount.amount, kg_per_unit)
    if draft.came_on > today:
        errors.append(FieldError("came_on", _("This day is still to come. Say that it is there once it is there.")))
    elif draft.came_on < today - SAID_WITHIN:
        first = today - SAID_WITHIN
        errors.append(FieldError("came_on", _("That is more than 60 days ago. Enter %(first)s or a later day.", first=first)))
    if draft.available_until is not None and draft.available_until < today:
        errors.append(
            FieldError("available_until", _("The last day of this listing is past. Enter a later day, or leave it empty."))
        )
    if errors:
        raise Invalid.all(errors)


def check_enough(measured: Amount, firm: Decimal) -> None:
    """Refuse less than what is promised to others for certain."""
    if measured.amount < firm:
        promised = Amount(firm, measured.unit)
        raise Conflict(
            _(
                "%(promised)s is approved for others. Agree with them first that it is less, by cancelling a reservation.",
                promised=promised,
            ),
            "quantity",
            minimum=plain(firm),
        )


def check_pictured(photos: int) -> None:
    """What is there is shown."""
    if not photos:
        raise Invalid(_("Add at least one photo of it as it is there."), "photos")


def slip_days(earliest: date, latest: date, came_on: date) -> int:
    """By how many days it came after its period; negative: before it; 0 within."""
    return max((came_on - latest).days, 0) + min((came_on - earliest).days, 0)


@dataclass(frozen=True, slots=True)
class PlanOutcome:
    """What became of one plan: as it was first said, and the day on which it came. `is_over`: it was withdrawn or closed instead."""

    plan: Plan
    came_on: date | None = None
    is_over: bool = False


@dataclass(frozen=True, slots=True)
class Reliability:
    """How plans of one source turned out against what was first said.

    `due`: what came, and what should have come by now; `late` counts what is not there yet too. `withdrawn` never came, and counts in none of these.
    `median_slip_days`: of what came.
    """

    due: int
    within: int
    early: int
    late: int
    withdrawn: int
    median_slip_days: Decimal | None

    @property
    def is_known(self) -> bool:
        """Whether there is anything to tell."""
        return bool(self.due)


def reliability(rows: Iterable[PlanOutcome], today: date) -> Reliability:
    """Count how often plans came in the period that was first said. What moved counts by its first period, so moving it makes nothing punctual."""
    outcomes = list(rows)
    slips = [
        slip_days(outcome.plan.earliest, outcome.plan.latest, outcome.came_on)
        for outcome in outcomes
        if outcome.came_on is not None
    ]
    overdue = sum(outcome.came_on is None and not outcome.is_over and outcome.plan.latest < today for outcome in outcomes)
    return Reliability(
        due=len(slips) + overdue,
        within=slips.count(0),
        early=sum(slip < 0 for slip in slips),
        late=sum(slip > 0 for slip in slips) + overdue,
        withdrawn=sum(outcome.came_on is None and outcome.is_over for outcome in outcomes),
        median_slip_days=Decimal(str(median(slips))) if slips else None,
    )


def condition_of(plan: Plan) -> Text:
    """The condition on which something planned is reserved."""
    return _(
        "On condition that it comes free between %(first)s and %(last)s. When that period moves you are asked again.",
        first=plan.earliest,
        last=plan.latest,
    )
