"""How much a municipality owns or maintains, as it estimates itself. The denominator of goal 3."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from marketplace.kernel.errors import FieldError, Invalid
from marketplace.kernel.language import _
from marketplace.kernel.text import clean, find_length_faults
from marketplace.kernel.units import Amount, Unit
from marketplace.passports.rules.assets import AssetKind

SOURCE_LENGTH_MAX = 300
TONNES_MAX = Decimal(100_000_000)
FIRST_YEAR = 2015
TIMES_UNUSUAL = 3
KG_PER_TONNE = 1000


@dataclass(frozen=True, slots=True)
class OwnedDraft:
    """An estimate of one class of asset.

    The tonnes that are owned or maintained, where that is from, and of which year.
    """

    kind: AssetKind
    tonnes: Decimal
    source: str
    source_year: int


def check_year(year: int, today: date) -> None:
    """Refuse a year of which nobody can know it yet, and one before the region counted."""
    if not FIRST_YEAR <= year <= today.year:
        raise Invalid(_("Choose a year from %(first)s to %(last)s.", first=str(FIRST_YEAR), last=str(today.year)), "year")


def clean_owned(
    rows: Sequence[OwnedDraft], before: Mapping[AssetKind, Decimal], today: date, *, confirmed: bool
) -> tuple[OwnedDraft, ...]:
    """The estimates, tidy, one for each class. `before`: kilograms by class of the estimate that this one follows.

    Refused at its row, `rows[0].source`: a class twice, no source, and without a second yes more than three times as much or as little as before.
    """
    if not rows:
        raise Invalid(_("Send at least one class of asset."), "rows")
    faults: list[FieldError] = []
    cleaned: list[OwnedDraft] = []
    for number, row in enumerate(rows):
        at = f"rows[{number}]."
        source = clean(row.source, lines=True, field=f"{at}source")
        faults += find_length_faults(f"{at}source", source, SOURCE_LENGTH_MAX)
        if not source:
            faults.append(
                FieldError(f"{at}source", _("Say where %(kind)s comes from, for example: asset register.", kind=row.kind.label))
            )
        if not row.tonnes.is_finite() or not 0 <= row.tonnes <= TONNES_MAX:
            faults.append(FieldError(f"{at}tonnes", _("Enter tonnes from 0 to %(most)s.", most=TONNES_MAX)))
        if not FIRST_YEAR - 15 <= row.source_year <= today.year:
            sentence = _(
                "Enter the year of the source, from %(first)s to %(last)s.", first=str(FIRST_YEAR - 15), last=str(today.year)
            )
            faults.append(FieldError(f"{at}source_year", sentence))
        cleaned.append(OwnedDraft(row.kind, row.tonnes, source, row.source_year))
    kinds = [row.kind for row in rows]
    if twice := [kind for kind in AssetKind if kinds.count(kind) > 1]:
        faults.append(FieldError("rows", _("“%(kind)s” is there twice. Send each class once.", kind=twice[0].label)))
    if faults:
        raise Invalid.all(faults)
    if not confirmed:
        _check_usual(cleaned, before)
    return tuple(cleaned)


def _check_usual(rows: Sequence[OwnedDraft], before: Mapping[AssetKind, Decimal]) -> None:
    for row in rows:
        was, is_now = before.get(row.kind), row.tonnes * KG_PER_TONNE
        if was and not was / TIMES_UNUSUAL <= is_now <= was * TIMES_UNUSUAL:
            sentence = _(
                "%(kind)s: do you mean %(now)s? Before it was %(was)s. If it is right, confirm it.",
                kind=row.kind.label,
                now=Amount(row.tonnes, Unit.TONNE),
                was=Amount(was / KG_PER_TONNE, Unit.TONNE),
            )
            raise Invalid(sentence, "confirm_unusual")
