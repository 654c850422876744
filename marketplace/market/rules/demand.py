"""What may stand in a demand, and how its life goes."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Any

from marketplace.kernel.dates import find_day_faults
from marketplace.kernel.errors import FieldError, Invalid
from marketplace.kernel.language import Text, _
from marketplace.kernel.text import find_length_faults, quoted
from marketplace.kernel.units import Quantity, Unit
from marketplace.market.rules.listing import (
    DESCRIPTION_LENGTH_MAX,
    LINE_LENGTH_MAX,
    TITLE_LENGTH_MAX,
    Condition,
    Location,
    find_unit_faults,
)


class DemandStatus(StrEnum):
    """open → fulfilled, or withdrawn, lapsed; a draft takes no part in matching."""

    DRAFT = "draft"
    OPEN = "open"
    FULFILLED = "fulfilled"
    WITHDRAWN = "withdrawn"
    LAPSED = "lapsed"


DEMAND_STATUS_LABELS: dict[DemandStatus, Text] = {
    DemandStatus.DRAFT: _("Draft"),
    DemandStatus.OPEN: _("Open"),
    DemandStatus.FULFILLED: _("Fulfilled"),
    DemandStatus.WITHDRAWN: _("Withdrawn"),
    DemandStatus.LAPSED: _("Lapsed"),
}


@dataclass(frozen=True, slots=True)
class DemandDraft:
    """What a department needs. No farthest distance means no limit."""

    title: str
    material: str
    quantity: Quantity
    min_condition: Condition
    needed_from: date
    needed_until: date
    location: Location | None
    description: str = ""
    max_distance_km: Decimal | None = None
    accepts_hazards: tuple[str, ...] = ()
    accepts_unknown_hazards: bool = True
    project: str = ""
    department: str = ""
    fields: Mapping[str, Any] | None = None  # min, max or oneOf, by the slugs of the material's fields; None: as it was
    draft: bool = False


def check_demand(
    draft: DemandDraft, *, units: tuple[Unit, ...], hazards: tuple[str, ...], today: date, also: Sequence[FieldError] = ()
) -> None:
    """Refuse a demand draft that cannot be right. `also`: faults of what it asks of the material's fields."""
    errors: list[FieldError] = []
    if not draft.title:
        errors.append(FieldError("title", _("Enter a title, for example “Pavers for the car park at the sports hall”.")))
    errors += find_length_faults("title", draft.title, TITLE_LENGTH_MAX)
    errors += find_length_faults("description", draft.description, DESCRIPTION_LENGTH_MAX)
    errors += find_length_faults("project", draft.project, LINE_LENGTH_MAX)
    errors += find_length_faults("department", draft.department, LINE_LENGTH_MAX)
    errors += find_unit_faults(draft.quantity, units)
    if draft.location is None:
        errors.append(FieldError("place", _("Say where the material is needed: a place, a postcode or coordinates.")))
    errors += find_day_faults("needed_from", draft.needed_from, today) + find_day_faults(
        "needed_until", draft.needed_until, today
    )
    if draft.needed_until < draft.needed_from:
        errors.append(
            FieldError(
                "needed_until",
                _("The last day lies before the first day. Enter a day on or after %(first)s.", first=draft.needed_from),
            )
        )
    elif draft.needed_until < today:
        errors.append(FieldError("needed_until", _("This day is past. Enter today or a later day.")))
    if draft.max_distance_km is not None and not 0 < draft.max_distance_km <= 1000:
        errors.append(
            FieldError(
                "max_distance_km", _("Enter a distance of more than 0 and at most 1,000 km, or leave it empty for no limit.")
            )
        )
    errors += [
        FieldError("accepts_hazards", _("There is no hazard “%(code)s”. Leave it out.", code=quoted(code)))
        for code in draft.accepts_hazards
        if code not in hazards
    ]
    errors.extend(also)
    if errors:
        raise Invalid.all(errors)
