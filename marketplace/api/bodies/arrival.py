"""What is taken of something that is going to come to a depot."""

from marketplace.api.fields import CODE_LENGTH_MAX, Amount, Day, Line, Lines, UnitChoice, Whole
from marketplace.api.reading import read_json
from marketplace.api.schema import Body, take
from marketplace.http.rights import require_for_address
from marketplace.kernel.errors import FieldError, Invalid
from marketplace.kernel.language import _
from marketplace.kernel.units import Quantity
from marketplace.stock.rules.announcing import REASON_LENGTH_MAX, WORDS_LENGTH_MAX, Announcement, LotComing

_NEW = ("material", "quantity", "unit")


class ArrivalBody(Body):
    """What your organisation is going to bring, and about when."""

    material = Line("slug of a material, see /materials; required without lot", longest=CODE_LENGTH_MAX)
    quantity = Amount("required without lot; with it: how much of it, absent: all")
    unit = UnitChoice("required without lot")
    lot = Whole(
        "id of the lot that comes, where it has a number: one that your organisation has, or that lies in a depot that you keep"
    )
    expected_on = Day("today or later, at most a year ahead", required=True)
    words = Lines("what the keeper should know of it", longest=WORDS_LENGTH_MAX)


class CallOffBody(Body):
    """Why it does not come."""

    reason = Lines("why, in a sentence; the other side reads it", required=True, longest=REASON_LENGTH_MAX)


def new_announcement() -> Announcement | LotComing:
    """The announcement in the body, of a lot that has a number or of what has none."""
    values, errors = take(ArrivalBody(), read_json())
    faulty, lot_id = {error.field for error in errors}, values.get("lot")
    if lot_id is not None or "lot" in faulty:
        redundant = [name for name in ("material", "unit") if values.get(name) is not None]
        errors += [FieldError(name, _("The lot says this itself. Leave it out.")) for name in redundant]
    else:
        missing = [name for name in _NEW if values.get(name) is None and name not in faulty]
        errors += [FieldError(name, _("This is required. Fill it in.")) for name in missing]
    if errors:
        require_for_address()
        raise Invalid.all(errors)
    words = values.get("words") or ""
    if lot_id is not None:
        return LotComing(lot_id, values.get("quantity"), values["expected_on"], words)
    return Announcement(values["material"], Quantity(values["quantity"], values["unit"]), values["expected_on"], words)
