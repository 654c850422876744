"""Depots with prices, and lots that lie in them."""

from datetime import date
from decimal import Decimal

from sqlalchemy.orm import Session

from marketplace.accounts.policy import Actor
from marketplace.depots.actions.depots import create_depot
from marketplace.depots.actions.movements import By, take_in
from marketplace.depots.models import Depot, DepotRate, Lot
from marketplace.depots.rules.depot import DepotDraft
from marketplace.depots.rules.lots import LotDraft, Whereabouts
from marketplace.kernel.geo import Point
from marketplace.kernel.units import Unit
from marketplace.materials.queries import get_taxonomy
from tests.factories import KEI

FIRST = date(2026, 9, 1)
TITLE = "Grijze betonstraatstenen"


def make_yard(session: Session, keeper: Actor, name: str = "Gemeentewerf", *prices: tuple[str, str, date]) -> Depot:
    """A depot of the organisation of this coordinator, with prices: unit, euros a week, first day."""
    yard = create_depot(session, keeper, draft=DepotDraft(name, "Borne", "borne", Point(52.3, 6.75), "point", "Weg 1"))
    session.add_all(
        DepotRate(depot_id=yard.id, unit=unit, euros_per_week=Decimal(price), from_on=day) for unit, price, day in prices
    )
    session.flush()
    return yard


def make_lot(
    session: Session, owner: Actor, at: Whereabouts, quantity: str = "276", day: date = FIRST, title: str = TITLE
) -> Lot:
    """So many m² of pavers of 185 kg each that came in on this day."""
    material, mine = get_taxonomy(session).material(KEI), int(owner.organisation_id or 0)
    kind = (material.id, title, Unit.M2, Decimal(quantity), Decimal(185), "taxonomy", "good")
    return take_in(session, By(owner, day), LotDraft(*kind, mine, mine, at))
