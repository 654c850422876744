"""What a memo is called, how it may be concluded, and when two searches are the same."""

import hashlib
import json
import re
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from marketplace.kernel.errors import FieldError, Invalid
from marketplace.kernel.language import Text, _
from marketplace.kernel.text import find_length_faults, fold
from marketplace.kernel.units import Amount, Quantity, Unit
from marketplace.materials.rules.taxonomy import Material
from marketplace.memos.rules.record import Searched, written

EXPLANATION_LENGTH_MAX = 300
REFERENCE_LENGTH_MAX = 200
BOUGHT_TIMES_MOST = 10  # so many times what was searched; more is nearly always a slip of the decimal mark
_A_WORD = re.compile(r"[^\W\d_]{2}")


class Decision(StrEnum):
    """What was done after the search."""

    FROM_BANK = "from_bank"
    BOUGHT_NEW = "bought_new"
    WAITS = "waits"


DECISION_LABELS: dict[Decision, Text] = {
    Decision.FROM_BANK: _("I will take it from the bank"),
    Decision.BOUGHT_NEW: _("I will buy it new"),
    Decision.WAITS: _("I will buy nothing yet"),
}
DECIDED_LABELS: dict[Decision, Text] = {
    Decision.FROM_BANK: _("Taken from the bank"),
    Decision.BOUGHT_NEW: _("Bought new"),
    Decision.WAITS: _("Nothing bought yet"),
}


class WhyNew(StrEnum):
    """Why it is bought new."""

    TOO_FAR = "too_far"
    QUALITY = "quality"
    TOO_LATE = "too_late"
    TOO_LITTLE = "too_little"
    PRICE = "price"
    PAPERS = "papers"
    OTHER = "other"


WHY_LABELS: dict[WhyNew, Text] = {
    WhyNew.TOO_FAR: _("Too far away"),
    WhyNew.QUALITY: _("The quality is not good enough"),
    WhyNew.TOO_LATE: _("It comes too late"),
    WhyNew.TOO_LITTLE: _("There is too little of it"),
    WhyNew.PRICE: _("The price"),
    WhyNew.PAPERS: _("An inspection or a certificate is missing"),
    WhyNew.OTHER: _("Another reason"),
}


@dataclass(frozen=True, slots=True)
class ConclusionDraft:
    """How somebody concludes a memo. What belongs to buying new is empty where it is not bought new."""

    decision: Decision
    reason: WhyNew | None = None
    explanation: str = ""
    purchase_reference: str = ""
    bought: Quantity | None = None


def memo_number(year: int, number: int) -> str:
    """The name of a memo on paper: `EDB-2026-0001`."""
    return f"EDB-{year}-{number:04d}"


def check_conclusion(draft: ConclusionDraft, *, searched: Quantity, material: Material, fitting: int, nearly: int) -> None:
    """Refuse a conclusion that cannot be right. `fitting`: lots that were found; `nearly`: lots with one thing in the way."""
    errors = find_length_faults("explanation", draft.explanation, EXPLANATION_LENGTH_MAX)
    errors += find_length_faults("purchase_reference", draft.purchase_reference, REFERENCE_LENGTH_MAX)
    if draft.decision is Decision.FROM_BANK and not fitting and not nearly:
        errors.append(
            FieldError("decision", _("This search found nothing on the bank to take. Choose one of the other answers."))
        )
    if draft.decision is Decision.BOUGHT_NEW:
        errors += _reason_faults(draft, fitting)
        errors += _bought_faults(draft.bought, searched, material)
    else:
        errors += [
            FieldError(name, _("This belongs to buying new. Leave it out, or choose “%(new)s”.", new=_new()))
            for name in ("reason", "explanation", "purchase_reference", "bought")
            if getattr(draft, name)
        ]
    if errors:
        raise Invalid.all(errors)


def _new() -> Text:
    return DECISION_LABELS[Decision.BOUGHT_NEW]


def _reason_faults(draft: ConclusionDraft, fitting: int) -> list[FieldError]:
    if draft.reason is None and fitting:
        return [FieldError("reason", _("There is material on the bank that fits. Choose why you buy new anyway."))]
    if draft.reason is WhyNew.OTHER and not _A_WORD.search(draft.explanation):
        return [FieldError("explanation", _("Say in one sentence why you buy it new."))]
    return []


def _bought_faults(bought: Quantity | None, searched: Quantity, material: Material) -> list[FieldError]:
    if bought is None:
        return []
    if bought.unit not in material.units:
        names = ", ".join(str(unit.label) for unit in material.units)
        return [FieldError("bought", _("This material is not measured in that unit. Choose one of: %(units)s.", units=names))]
    most = mass_of(material, searched) * BOUGHT_TIMES_MOST
    if mass_of(material, bought) <= most:
        return []
    return [
        FieldError(
            "bought",
            _(
                "You searched for %(searched)s, and this is more than %(times)s times as much. Check the number; for more than that search once more.",
                searched=Amount(searched.amount, searched.unit),
                times=BOUGHT_TIMES_MOST,
            ),
        )
    ]


def mass_of(material: Material, quantity: Quantity) -> Decimal:
    """The kilograms of a quantity, by the list of materials."""
    return material.mass_kg(quantity.amount, Unit(quantity.unit))


def search_digest(searched: Searched) -> str:
    """The SHA-256 of what makes two searches the same: what the bank compares, and the project.

    Words that only people read (the title, the department) may differ.
    """
    facts = written(searched)
    compared = {name: value for name, value in facts.items() if name not in ("title", "department", "project", "wishes", "also")}
    compared["project"] = fold(searched.project)
    text = json.dumps(compared, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()
