"""The way of a report: concept, submitted, in review, adopted or sent back.

Source: domain.md, "Closed periods".
"""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from enum import StrEnum

from marketplace.impact.rules.goals import Decision, find_decision_faults
from marketplace.impact.rules.material_use import UseRow, incoming
from marketplace.kernel.errors import Conflict, FieldError, Invalid
from marketplace.kernel.language import Text, _
from marketplace.kernel.text import clean

WORDS_LENGTH_MAX = 2000  # of an explanation, a question, a remark


class ReportStatus(StrEnum):
    """How far a version of a report has come. Superseded: a later version was submitted in its place."""

    CONCEPT = "concept"
    SUBMITTED = "submitted"
    IN_REVIEW = "in_review"
    SENT_BACK = "sent_back"
    ADOPTED = "adopted"
    SUPERSEDED = "superseded"


STATUS_LABELS: dict[ReportStatus, Text] = {
    ReportStatus.CONCEPT: _("Draft"),
    ReportStatus.SUBMITTED: _("Submitted"),
    ReportStatus.IN_REVIEW: _("In review"),
    ReportStatus.SENT_BACK: _("Sent back with a question"),
    ReportStatus.ADOPTED: _("Adopted"),
    ReportStatus.SUPERSEDED: _("Superseded by a later version"),
}
AT_THE_REVIEWER = (ReportStatus.SUBMITTED, ReportStatus.IN_REVIEW)
MAY_BE_SUBMITTED = (ReportStatus.CONCEPT, ReportStatus.SENT_BACK)


class RemarkKind(StrEnum):
    """A line of the thread: the question with which a report was sent back, or anything else."""

    QUESTION = "question"
    REMARK = "remark"


def check_over(year: int, *, today: date) -> None:
    """A year is submitted and adopted once it is over."""
    if year >= today.year:
        raise Invalid(
            _(
                "The year %(year)s is not over yet. Submit it from 1 January %(next)s on.",
                year=str(year),
                next=str(year + 1),
            ),
            "year",
        )


def check_decision(decision: Decision, *, year: int, today: date) -> Decision:
    """A decision about a year. Refused, each at its field: what every decision needs, and a day in the year itself."""
    faults = [*find_decision_faults(decision, today)]
    if decision.decided_on is not None and decision.decided_on.year <= year:
        faults.append(
            FieldError(
                "decided_on",
                _("The year %(year)s ends on 31 December. A decision about it is of a later day.", year=str(year)),
            )
        )
    if faults:
        raise Invalid.all(faults)
    return decision


def check_words(typed: str, *, field: str, missing: Text) -> str:
    """A question or a remark as it is kept. Refused: nothing, and more than 2 000 characters."""
    cleaned = clean(typed, lines=True, longest=WORDS_LENGTH_MAX, field=field)
    if not cleaned:
        raise Invalid(missing, field)
    return cleaned


def check_filled(rows: Sequence[UseRow], *, scope: str) -> None:
    """A report that is submitted says something of what came in, in the scope that counts."""
    if not any(row.mass_kg for row in incoming(rows, scope=scope)):
        raise Invalid(
            _("There is nothing in this report that came in. Enter at least one mass, and submit it then."),
            "rows",
        )


def refuse_step(status: str | None) -> Conflict:
    """Why a step cannot be taken from where the report is."""
    if status is None:
        return Conflict(_("There is no report of this year that was submitted. Ask the municipality for it."))
    return Conflict(
        _(
            "This cannot be done now: the report is “%(status)s”. Open the page again.",
            status=STATUS_LABELS[ReportStatus(status)],
        ),
        status=status,
    )


def check_percent(percent: Decimal) -> Decimal:
    """Check what a regional figure asks for, in percent of the inhabitants. From 0 to 100."""
    if not percent.is_finite() or not 0 <= percent <= 100 or percent != percent.quantize(Decimal("0.001")):
        raise Invalid(_("Fill in a percentage from 0 to 100, with at most three decimals."), "percent")
    return percent
