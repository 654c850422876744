"""What time has done to some of the demonstration.

A lot to be confirmed, one that left the catalogue, a demand to be confirmed, supply that was lost, a demand that a lot serves
but for the distance, and two drafts that would serve a demand but for their first day and their condition.
"""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

from marketplace.cli.demo_lots import Cast, Pictures, draft_of, rows, slug_of
from marketplace.kernel import clock
from marketplace.kernel.db import Session
from marketplace.kernel.geo import Point
from marketplace.kernel.units import Quantity, Unit
from marketplace.market.actions.demands import store_demand
from marketplace.market.actions.listings import close_listing, create_listing, mark_published
from marketplace.market.actions.photos import add_photo
from marketplace.market.models import Listing
from marketplace.market.rules.demand import DemandDraft
from marketplace.market.rules.freshness import Outcome
from marketplace.market.rules.listing import Condition, Location
from marketplace.matching.actions.publish import ask
from marketplace.places.rules import PlaceBasis

# row of the file whose material and owner it has, title, quantity, days since the last word
AGED = (
    ("A02", "Rode betonklinkers, restpartij Deurningerstraat", Decimal(180), 47),
    ("A15", "Teelaarde uit plantsoen Hasseler Es", Decimal(90), 63),
)
# ... and what became of it, in its owner's words
LOST = (
    ("A17", "Stelconplaten achterterrein", Decimal(14), Outcome.SOLD_ELSEWHERE, "Een aannemer kon ze de volgende dag ophalen."),
    ("A05", "Gebroken trottoirtegels", Decimal(210), Outcome.RECYCLED, "Te veel breuk om opnieuw te leggen."),
    ("A25", "Beschoeiing stadsgracht", Decimal(35), Outcome.DISPOSED, ""),
)

DRAFTS = (  # title, material, quantity, condition, days from now until its first day
    ("Trottoirtegels Lansinkesweg", "betontegel-30x30x4-5", Decimal(950), Condition.GOOD, 151),
    ("Gebakken klinkers Marktstraat", "straatbaksteen-dikformaat", Decimal(420), Condition.FAIR, 0),
)


def load_aged_rows(session: Session, cast: Cast, pictures: Pictures) -> None:
    """Everything by the real verbs, each at its moment."""
    for lot_id, title, amount, days in AGED:
        _offered(session, cast, pictures, lot_id, title, amount, days)
    for lot_id, title, amount, outcome, reason in LOST:
        listing = _offered(session, cast, pictures, lot_id, title, amount, 40)
        owner = next(actor for actor in cast.values() if actor.organisation_id == listing.organisation_id)
        with clock.frozen(clock.now() - timedelta(days=9)):
            close_listing(session, owner, listing_id=listing.id, outcome=outcome, reason=reason)
    _seek(session, cast)
    _begin(session, cast)


def _begin(session: Session, cast: Cast) -> None:
    row = next(item for item in rows("demo_aanbod.csv") if item["id"] == "A02")
    for title, material, amount, condition, days in DRAFTS:
        first, what = clock.today() + timedelta(days=days), {"title": title, "material": material, "description": ""}
        draft = draft_of(cast, row, **what, quantity=Quantity(amount, Unit.M2), condition=condition, available_from=first)
        create_listing(session, cast["hengelo"], replace(draft, available_until=None))


def _offered(session: Session, cast: Cast, pictures: Pictures, lot_id: str, title: str, amount: Decimal, days: int) -> Listing:
    row = next(item for item in rows("demo_aanbod.csv") if item["id"] == lot_id)
    owner = cast[slug_of(cast, row["gemeente"])]
    unit = draft_of(cast, row).quantity.unit
    draft = draft_of(cast, row, title=title, description="", quantity=Quantity(amount, unit), available_from=clock.today())
    with clock.frozen(clock.now() - timedelta(days=days)):
        listing = create_listing(session, owner, draft)
        add_photo(session, owner, listing_id=listing.id, picture=pictures[f"{lot_id}-2"], alt=title)
        return mark_published(session, owner, listing_id=listing.id)


def _seek(session: Session, cast: Cast) -> None:
    today = clock.today()
    with clock.frozen(clock.now() - timedelta(days=80)):
        draft = DemandDraft(
            title="Banden voor de rotonde Kuipersdijk",
            material="trottoirband-13-15x25",
            quantity=Quantity(Decimal(60), Unit.M),
            min_condition=Condition.NEW,
            needed_from=today,
            needed_until=today + timedelta(days=150),
            location=Location("Hengelo", "hengelo", Point(52.26583, 6.79306), PlaceBasis.PLACE),
        )
        store_demand(session, cast["hengelo"], draft)
    near = DemandDraft(
        title="Hekwerk rond de kinderboerderij",
        material="dubbelstaafmat-hekwerk",
        quantity=Quantity(Decimal(40), Unit.M),
        min_condition=Condition.FAIR,
        needed_from=today,
        needed_until=today + timedelta(days=300),
        location=Location("Borne", "borne", Point(52.30136, 6.7482), PlaceBasis.PLACE),
        max_distance_km=Decimal(10),
    )
    ask(session, cast["borne"], near)
