"""The goals of the region, and the decisions about them, checkable with a pencil.

Source: domain.md, "The three goals and their indicators" (Koersdocument Circulaire Economie Twente).
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Any

from marketplace.impact.rules.material_use import MASS_PLACES, NOTHING_KNOWN, Indicator
from marketplace.kernel.errors import FieldError, Invalid
from marketplace.kernel.language import _
from marketplace.kernel.text import find_length_faults
from marketplace.valuations.rules.share import ValuedMass

LAST_TARGET_YEAR = 2100
FIRST_DECISION = date(2000, 1, 1)
BODY_MAX, DOCUMENT_MAX, TEXT_MAX = 120, 300, 2000


class Measured(StrEnum):
    """What a goal measures. Goals may share it."""

    RENEWABLE_SHARE = "renewable_share"
    VALUED_SHARE = "valued_share"


@dataclass(frozen=True, slots=True)
class Decision:
    """Who decided, when and in which document; None: not known. `text`: why, where that was said."""

    body: str | None = None
    decided_on: date | None = None
    document: str | None = None
    text: str = ""


@dataclass(frozen=True, slots=True)
class Target:
    """What a goal asks: at least this percentage, in (goal 3: from) this year. `is_own`: a municipality decided so for itself."""

    number: int
    percent: Decimal
    year: int
    version: int = 1
    is_own: bool = False
    decision: Decision = Decision()

    def asks_as(self, other: "Target") -> bool:
        """Whether both ask the same."""
        return (self.percent, self.year) == (other.percent, other.year)

    def frozen(self) -> dict[str, Any]:
        """What an adopted year keeps of it."""
        percent = f"{self.percent.normalize():f}"
        return {"number": self.number, "percent": percent, "year": self.year, "version": self.version, "isOwn": self.is_own}


@dataclass(frozen=True, slots=True)
class InForce:
    """What counts for one organisation. The region's target, and its own where it decided one."""

    region: Target
    own: Target | None = None

    @property
    def target(self) -> Target:
        """What counts: the own target, also when it is looser."""
        return effective(self.own, self.region)

    @property
    def deviates(self) -> bool:
        """Whether it asks something else than the region."""
        return self.own is not None and not self.own.asks_as(self.region)


def valued(valued_kg: Decimal | None, owned_kg: Decimal | None) -> Indicator:
    """Work out goal 3: mass valued in the last twelve months against mass held.

    Held is owned or maintained. Unknown until there are passports.
    """
    return NOTHING_KNOWN if valued_kg is None or not owned_kg else Indicator(valued_kg, owned_kg, 1, 1)


def valued_share(of: ValuedMass | None) -> Indicator:
    """The same of what a municipality had valued. None: nothing is known of it."""
    return NOTHING_KNOWN if of is None else valued(of.valued_kg, of.owned_kg)


def effective(own: Target | None, region: Target) -> Target:
    """Choose the target that counts for a municipality. Its own, also when it is looser, else the region's."""
    return region if own is None else own


def thawed(stored: Iterable[Mapping[str, Any]]) -> dict[int, InForce]:
    """What counted when a year was adopted, by number of the goal, out of what it keeps."""
    targets = [
        Target(
            int(target["number"]), Decimal(target["percent"]), int(target["year"]), int(target["version"]), bool(target["isOwn"])
        )
        for target in stored
    ]
    own = {target.number: target for target in targets if target.is_own}
    return {target.number: InForce(target, own.get(target.number)) for target in targets if not target.is_own}


def check_target(current: Target, *, percent: Decimal, year: int, decision: Decision, today: date) -> Target:
    """The next version of a goal, looser or tighter. Refused, each at its field.

    A percentage or a year that cannot be, what is in force already, and a decision without body, document or a day that has been.
    """
    faults = [*_target_faults(current, percent, year, today), *find_decision_faults(decision, today)]
    if faults:
        raise Invalid.all(faults)
    return Target(current.number, percent, year, decision=decision)


def _target_faults(current: Target, percent: Decimal, year: int, today: date) -> Iterable[FieldError]:
    if not percent.is_finite() or not 0 < percent <= 100 or percent != percent.quantize(MASS_PLACES):
        yield FieldError("percent", _("A percentage must be more than 0 and at most 100, with at most three decimals."))
    if not today.year <= year <= LAST_TARGET_YEAR:
        yield FieldError(
            "year",
            _("Choose a year from %(first)s to %(last)s.", first=str(today.year), last=str(LAST_TARGET_YEAR)),
        )
    if (percent, year) == (current.percent, current.year):
        yield FieldError("percent", _("This is the goal as it stands. Fill in another percentage or another year."))


def find_decision_faults(decision: Decision, today: date) -> Iterable[FieldError]:
    """What is missing in a decision, or too long, or of a day that cannot be."""
    if not decision.body:
        yield FieldError("body", _("Fill in who decided this, for example “Gemeenteraad” or “College van B en W”."))
    if decision.decided_on is None or not FIRST_DECISION <= decision.decided_on <= today:
        yield FieldError("decided_on", _("Fill in the day of the decision, from 1 January 2000 to today."))
    if not decision.document:
        yield FieldError("document", _("Fill in where the decision stands, for example the name and number of the document."))
    yield from find_length_faults("body", decision.body or "", BODY_MAX)
    yield from find_length_faults("document", decision.document or "", DOCUMENT_MAX)
    yield from find_length_faults("text", decision.text, TEXT_MAX)
