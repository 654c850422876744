"""What comes free of a passport: parts become a planned lot, and lots become parts again."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from marketplace.kernel.errors import Conflict, Invalid
from marketplace.kernel.language import _
from marketplace.kernel.units import Amount, Unit, check_amount, plain
from marketplace.market.rules.listing import Condition
from marketplace.market.rules.values import find_period_faults
from marketplace.passports.rules.assets import Coming

PIECES_MAX = 100
NEEDS_DAYS = _("A planned lot was made of this. Withdraw it first, or say the days on which it can come free.")


@dataclass(frozen=True, slots=True)
class Piece:
    """How much of which part comes free. `amount` None: all that has not been released yet."""

    asset_id: int
    number: int
    amount: Decimal | None = None


@dataclass(frozen=True, slots=True)
class ReleaseDraft:
    """A planned lot, of one part or of several parts of one project.

    `condition` None: as the parts say, where they agree. `coming`: what is left out is as the first asset says.
    """

    pieces: tuple[Piece, ...]
    title: str = ""
    condition: Condition | None = None
    coming: Coming = Coming()
    description: str = ""


@dataclass(frozen=True, slots=True)
class Part:
    """A part as it is released.

    Its material, unit, weight and condition, and how much of it is not released yet.
    """

    name: str
    material_id: int
    unit: Unit
    kg_per_unit: Decimal
    kg_basis: str
    condition: str | None
    left: Decimal


def find_amounts(pieces: Sequence[Piece], parts: Sequence[Part]) -> list[Decimal]:
    """How much of each part comes free.

    Refused: more than is left of it, a part twice, and parts that are not of one material, unit and weight: those are two lots.
    """
    if not pieces:
        raise Invalid(_("Choose at least one part that comes free."), "items")
    if len(pieces) > PIECES_MAX:
        raise Invalid(_("Choose at most %(most)s parts for one lot.", most=PIECES_MAX), "items")
    if len({(piece.asset_id, piece.number) for piece in pieces}) < len(pieces):
        raise Invalid(_("A part is there twice. Name each part once."), "items")
    if len({(part.material_id, part.unit, part.kg_per_unit) for part in parts}) > 1:
        raise Invalid(_("These parts are not one material in one unit and weight. Make a lot of each."), "items")
    amounts = []
    for piece, part in zip(pieces, parts, strict=True):
        amount = part.left if piece.amount is None else piece.amount
        if not part.left:
            raise Conflict(
                _("Of %(part)s nothing is left that was not released before.", part=part.name), "quantity", available="0"
            )
        check_amount(amount, part.unit)
        if amount > part.left:
            there = Amount(part.left, part.unit)
            sentence = _("Of %(part)s %(there)s can still come free. Enter that or less.", part=part.name, there=there)
            raise Conflict(sentence, "quantity", available=plain(part.left))
        amounts.append(amount)
    return amounts


def find_condition(given: Condition | None, parts: Sequence[Part]) -> Condition:
    """The condition of the lot: what was said of it, or of all parts alike. Refused where nobody looked."""
    conditions = {part.condition for part in parts}
    if given is not None:
        return given
    if len(conditions) == 1 and None not in conditions:
        return Condition(str(conditions.pop()))
    raise Invalid(_("Say in which condition it is: new, good, fair or poor."), "condition")


def find_coming(given: Coming, of_asset: Coming) -> Coming:
    """When it comes free: as said, else as the asset says. Refused where neither does."""
    coming = Coming(given.earliest or of_asset.earliest, given.latest or of_asset.latest, given.certainty or of_asset.certainty)
    if coming.earliest is None or coming.latest is None or coming.certainty is None:
        field = "earliest" if coming.earliest is None else "latest" if coming.latest is None else "certainty"
        raise Invalid(_("Say the first and the last day on which it can come free, and how sure that is."), field)
    return coming


def share(amount: Decimal, waiting: Sequence[Decimal], there: Sequence[Decimal]) -> list[Decimal]:
    """What leaves each part when so much is handed over.

    First what was released of each, in order; then more, as far as it is there. A surplus that no part holds leaves none.
    `waiting`: what was released and not handed over yet; `there`: what the part holds.
    """
    taken = []
    for released, holds in zip(waiting, there, strict=True):
        taken.append(min(amount, max(released, Decimal(0)), holds))
        amount -= taken[-1]
    for index, holds in enumerate(there):
        more = min(amount, holds - taken[index])
        taken[index] += more
        amount -= more
    return taken


def check_followed(coming: Coming, before: Coming, today: date) -> None:
    """Refuse days of an asset that the planned lots which follow them cannot take."""
    if coming == before:
        return
    if coming.earliest is None:
        raise Invalid(NEEDS_DAYS, "earliest")
    if faults := find_period_faults(coming.earliest, coming.latest, today, before.earliest):
        raise Invalid.all(faults)
