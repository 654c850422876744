"""What makes the demonstration's regional plan differ from first come, first served. Two lots and four needs.

Borne asks first, and Hengelo's stones lie nearest: 5 km. Then Enschede would have to come to Almelo: 22 km. The plan gives Almelo's to Borne (8 km)
and Hengelo's to Enschede (9 km). A load of bricks goes from Enschede to Hengelo in the same weeks, so one round can do both. Twenterand's edgings
have to go in spring, and Enschede needs them in summer: they wait in a depot in between.
"""

from datetime import timedelta
from decimal import Decimal

from marketplace.cli.demo_lots import Cast, Pictures, draft_of, place_of, rows
from marketplace.cli.demo_papers import declare
from marketplace.documents.rules import StoredFile
from marketplace.kernel import clock
from marketplace.kernel.db import Session
from marketplace.kernel.units import Quantity, Unit
from marketplace.market.actions.demands import store_demand
from marketplace.market.actions.listings import create_listing, mark_published
from marketplace.market.actions.photos import add_photo
from marketplace.market.rules.demand import DemandDraft
from marketplace.market.rules.listing import Condition

PAVERS = "betonstraatsteen-dikformaat-8cm"
STONES = Quantity(Decimal(400), Unit.M2)  # 74 tonnes
LOTS = (("almelo", "Dikformaten uit de Wierdensestraat", "A01"), ("hengelo", "Dikformaten van het busplein", "A02"))
NEEDS = (
    ("borne", "Dikformaten voor de bushaltes", PAVERS, STONES),
    ("enschede", "Dikformaten voor het laad- en losplein", PAVERS, STONES),
    ("hengelo", "Bakstenen voor de tuinmuur van het wijkhuis", "metselbaksteen-waalformaat", Quantity(Decimal(2000), Unit.PIECE)),
)
LATER = ("enschede", "Opsluitbanden voor de parallelweg", "opsluitband-10x20", Quantity(Decimal(600), Unit.M))  # 27.6 tonnes
FREE, NEEDED, NEEDED_LATER = (30, 200), (60, 180), (205, 275)  # days from now


def load_lots_and_needs(session: Session, cast: Cast, pictures: Pictures, paper: StoredFile) -> None:
    """Two lots and four needs, each at the main place of its municipality."""
    for slug, title, picture in LOTS:
        first, last = (clock.today() + timedelta(days=ahead) for ahead in FREE)
        draft = draft_of(
            cast,
            _row_of(cast, slug),
            title=title,
            material=PAVERS,
            quantity=STONES,
            condition=Condition.GOOD,
            description="Gestapeld op pallets, klaar om op te halen.",
            available_from=first,
            available_until=last,
        )
        listing = create_listing(session, cast[slug], draft)
        add_photo(session, cast[slug], listing_id=listing.id, picture=pictures[picture], alt=title)
        declare(session, cast[slug], listing, paper)
        mark_published(session, cast[slug], listing_id=listing.id)
    for (slug, title, material, quantity), days in [*((need, NEEDED) for need in NEEDS), (LATER, NEEDED_LATER)]:
        first, last = (clock.today() + timedelta(days=ahead) for ahead in days)
        draft_of_need = DemandDraft(
            title=title,
            material=material,
            quantity=quantity,
            min_condition=Condition.FAIR,
            needed_from=first,
            needed_until=last,
            location=place_of(cast, _row_of(cast, slug)),
        )
        store_demand(session, cast[slug], draft_of_need)


def _row_of(cast: Cast, slug: str) -> dict[str, str]:
    """A row of the file that lies at the main place of a municipality."""
    name = cast[slug].organisation_name
    return next(row for row in rows("demo_aanbod.csv") if row["gemeente"] == name == row["plaats"])
