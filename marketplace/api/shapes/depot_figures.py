"""What depots save and cost. Null is unknown, never nought."""

from collections.abc import Callable
from decimal import Decimal

from marketplace.api.fields import Integer, Line, Number
from marketplace.api.schema import List, Part, Shape
from marketplace.api.shapes.organisation import OrganisationSchema
from marketplace.kernel.formats import rounded
from marketplace.stock.rules.figures import DepotFigures

PLACES = 3


def _of(figure: Callable[[DepotFigures], Decimal | None]) -> Callable[[DepotFigures], Decimal | None]:
    """The figure with three decimals, rounded half up once."""

    def get(figures: DepotFigures) -> Decimal | None:
        value = figure(figures)
        return None if value is None else rounded(value, PLACES)

    return get


class DepotFiguresSchema(Shape):
    """One depot in a period, or all together. Masses by what a unit weighs now; a tonne that lies here one day is a tonne-day."""

    opening_kg = Number("lay there before the first day")
    in_kg = Number("came in")
    transferred_kg = Number("left with a transfer")
    own_use_kg = Number("left for the owner's own work")
    moved_kg = Number("left for another place, or back to its giver")
    written_off_kg = Number()
    counted_kg = Number("what counting found; negative: less")
    closing_kg = Number("opening + in - transferred - own use - moved - written off + counted")
    tonne_days = Number("of the days that have ended", get=_of(lambda of: of.tonne_days))
    unpriced_tonne_days = Number("of which no price is known", get=_of(lambda of: of.unpriced_tonne_days))
    stay_days = Number("of the average tonne that left; null: nothing left", allow_none=True, get=_of(lambda of: of.stay_days))
    used_share = Number(
        "transferred and own use, of these and what was written off, from 0 to 1; null: none of these",
        allow_none=True,
        get=_of(lambda of: of.used_share),
    )
    routed_kg = Number("of the transfers of which the whole way is known")
    extra_tonne_km = Number(
        "of these: by the depots, less straight, each by the straight line × 1.3; null: of none",
        allow_none=True,
        get=_of(lambda of: of.extra_tonne_km),
    )
    cost_cents = Integer(
        "of the tonne-days that have a price; null: none has", allow_none=True, get=lambda of: of.known_cost_cents
    )
    cost_per_tonne_cents = Number(
        "over all that lay there; null: nothing did, or a part has no price",
        allow_none=True,
        get=_of(lambda of: of.cost_per_tonne_cents),
    )
    cost_per_tonne_week_cents = Number(
        "of what has a price; null: nothing has", allow_none=True, get=_of(lambda of: of.cost_per_tonne_week_cents)
    )
    bought_transfers = Integer("transfers of which the receiver said what buying new would have cost")
    bought_kg = Number("of these, less what came back")
    bought_per_tonne_cents = Number(
        "what new would have cost; null: nobody said", allow_none=True, get=_of(lambda of: of.bought_per_tonne_cents)
    )
    break_even_price_cents = Number(
        "for a tonne and week: up to here storing these was cheaper than buying; null: unknown",
        allow_none=True,
        get=_of(lambda of: of.break_even_price_cents),
    )
    break_even_weeks = Number(
        "how long a tonne may lie there at the present price; null: unknown",
        allow_none=True,
        get=_of(lambda of: of.break_even_weeks),
    )


class _DepotSchema(Shape):
    """Which depot it is."""

    id = Integer()
    name = Line()
    organisation = Part(OrganisationSchema)


class _RowSchema(Shape):
    """One depot."""

    depot = Part(_DepotSchema)
    figures = Part(DepotFiguresSchema)


class AllDepotFiguresSchema(Shape):
    """Every depot in which something lay, by name. What went from one to another counts in both."""

    items = List(Part(_RowSchema), get=lambda figures: figures.rows)
    total = Part(DepotFiguresSchema)
