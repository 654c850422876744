"""Three searches of the demonstration before something was bought.

One found two lots and is still open, one found none, and one bought new all the same.
"""

from datetime import timedelta
from decimal import Decimal

from marketplace.cli.demo_lots import Cast
from marketplace.kernel import clock
from marketplace.kernel.db import Session
from marketplace.kernel.geo import Point
from marketplace.kernel.units import Quantity, Unit
from marketplace.market.rules.demand import DemandDraft
from marketplace.market.rules.listing import Condition, Location
from marketplace.memos.actions.conclude import conclude
from marketplace.memos.actions.search import search_first
from marketplace.memos.rules.memo import ConclusionDraft, Decision, WhyNew
from marketplace.places.rules import PlaceBasis

BORNE = Location("Borne", "borne", Point(52.30136, 6.7482), PlaceBasis.PLACE)
HENGELO = Location("Hengelo", "hengelo", Point(52.26583, 6.79306), PlaceBasis.PLACE)
MONTHS = timedelta(days=150)


def load_memos(session: Session, cast: Cast) -> None:
    """Load them, after the lots."""
    search_first(
        session,
        cast["hengelo"],
        _draft(HENGELO, "Parkeervakken Stationsplein", "betonstraatsteen-kei-8cm", 320, "Stationsplein", km=5),
    )
    grass = search_first(session, cast["hengelo"], _draft(HENGELO, "Trapveldje Berflo Es", "kunstgrasmat", 800, "Berflo Es"))
    conclude(
        session,
        cast["hengelo"],
        memo_id=grass.id,
        draft=ConclusionDraft(Decision.BOUGHT_NEW, purchase_reference="INK-2026-0412", bought=Quantity(Decimal(800), Unit.M2)),
    )
    tiles = search_first(
        session, cast["borne"], _draft(BORNE, "Trottoir Grotestraat", "betontegel-30x30x4-5", 150, "Grotestraat")
    )
    conclude(
        session,
        cast["borne"],
        memo_id=tiles.id,
        draft=ConclusionDraft(
            Decision.BOUGHT_NEW,
            reason=WhyNew.QUALITY,
            explanation="In de winkelstraat vragen de ondernemers om tegels zonder slijtage.",
            purchase_reference="Bestelling 4500171",
            bought=Quantity(Decimal(150), Unit.M2),
        ),
    )


def _draft(place: Location, title: str, material: str, m2: int, project: str, km: int = 25) -> DemandDraft:
    today = clock.today()
    return DemandDraft(
        title=title,
        material=material,
        quantity=Quantity(Decimal(m2), Unit.M2),
        min_condition=Condition.FAIR,
        needed_from=today,
        needed_until=today + MONTHS,
        location=place,
        max_distance_km=Decimal(km),
        project=project,
    )
