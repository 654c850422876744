"""That more lies in a depot than fits: it is allowed, and said."""

from collections.abc import Iterable
from decimal import Decimal
from typing import NamedTuple

from marketplace.accounts.policy import Can, may
from marketplace.api.fields import Choice, Quantity, Sentence
from marketplace.api.schema import Shape
from marketplace.depots.models import Depot
from marketplace.depots.queries.depots import get_depot
from marketplace.depots.rules.capacity import CapacityKind
from marketplace.http.request import current_actor, current_session
from marketplace.kernel.language import Text
from marketplace.stock.queries.warnings import list_over
from marketplace.stock.rules.fill import Fill, warning_of


class Full(NamedTuple):
    """More than fits, with the sentence that says so."""

    kind: CapacityKind
    taken: Decimal
    room: Decimal
    sentence: Text


class FullSchema(Shape):
    """One kind of room of which more is taken than there is."""

    kind = Choice(CapacityKind)
    taken = Quantity()
    room = Quantity()
    sentence = Sentence()


def warnings_of(depot: Depot, fills: Iterable[Fill]) -> list[Full]:
    """Of which kinds more lies in a depot than fits, each with its sentence."""
    return [Full(fill.kind, fill.taken, fill.room, warning_of(fill, depot.name)) for fill in fills]


def find_warnings(depot_id: int | None) -> list[Full] | None:
    """What is said after something came into a depot. None where it lies in none, or the reader may not read its stock."""
    if depot_id is None:
        return None
    session = current_session()
    session.flush()
    depot = get_depot(session, depot_id)
    return warnings_of(depot, list_over(session, depot)) if may(current_actor(), Can.READ_STOCK, depot) else None
