"""Where a transfer goes."""

from marketplace.accounts.models import Organisation
from marketplace.exchange.models import Reservation
from marketplace.kernel.geo import Point
from marketplace.market.models import Demand


def destination(reservation: Reservation, demand: Demand | None, receiver: Organisation) -> tuple[Point, str]:
    """Find where the material went and how that is known.

    The demand's place, the place given with the reservation, or the receiver's main place.
    """
    if demand is not None:
        return Point(demand.lat, demand.lon), "demand"
    if reservation.lat is not None and reservation.lon is not None:
        return Point(reservation.lat, reservation.lon), "reservation"
    return Point(receiver.main_lat, receiver.main_lon), "main_place"
