"""What several municipalities of the demonstration need at the same time.

One joint need that the bank covers in part, so that a rest is left to buy; one that it covers whole. Their other halves are rows of demo_vraag.csv:
granulate for Hof van Twente (V06), slabs for Enschede (V10).
"""

from datetime import timedelta
from decimal import Decimal

from marketplace.cli.demo_lots import Cast
from marketplace.kernel import clock
from marketplace.kernel.db import Session
from marketplace.kernel.geo import Point
from marketplace.kernel.units import Quantity, Unit
from marketplace.market.actions.demands import store_demand
from marketplace.market.rules.demand import DemandDraft
from marketplace.market.rules.listing import Condition, Location
from marketplace.places.rules import PlaceBasis

NEEDS = (  # who, title, material, quantity, unit, first day and last from today, place
    ("hengelo", "Fundering fietsroute Oelerbrug", "menggranulaat-0-31-5", 400, Unit.TONNE, (62, 137), (52.26583, 6.79306)),
    ("haaksbergen", "Fundering parkeerplaats sporthal", "menggranulaat-0-31-5", 250, Unit.TONNE, (76, 136), (52.15667, 6.73889)),
    ("borne", "Stelconplaten bouwplaats De Veste", "stelconplaat-2x2", 20, Unit.PIECE, (48, 168), (52.30136, 6.7482)),
)
NAMES = {"hengelo": "Hengelo", "haaksbergen": "Haaksbergen", "borne": "Borne"}


def load_joint_needs(session: Session, cast: Cast) -> None:
    """By the real verb, in periods that meet those of the file."""
    today = clock.today()
    for slug, title, material, amount, unit, (first, last), (lat, lon) in NEEDS:
        draft = DemandDraft(
            title=title,
            material=material,
            quantity=Quantity(Decimal(amount), unit),
            min_condition=Condition.FAIR,
            needed_from=today + timedelta(days=first),
            needed_until=today + timedelta(days=last),
            location=Location(NAMES[slug], slug, Point(lat, lon), PlaceBasis.PLACE),
        )
        store_demand(session, cast[slug], draft)
