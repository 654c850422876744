"""What comes free later in the demonstration. Plans, a loaded contract, and former plans."""

from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from pathlib import Path

from marketplace.cli.demo_lots import Cast, Pictures, draft_of, rows
from marketplace.exchange.actions import decide, reserve
from marketplace.exchange.rules.reservation import ReservationDraft
from marketplace.http.sheets import read_file
from marketplace.imports.actions.load import load_sheet
from marketplace.imports.actions.mend import say_once
from marketplace.kernel import clock
from marketplace.kernel.db import Session
from marketplace.kernel.units import Amount, Quantity, Unit
from marketplace.market.actions.listings import close_listing, create_listing, mark_published
from marketplace.market.models import Listing
from marketplace.market.queries.listings import get_listing
from marketplace.market.rules.freshness import Outcome
from marketplace.market.rules.listing import Certainty, QuantityBasis
from marketplace.planned.actions.coming import come_free
from marketplace.planned.actions.dates import move_dates
from marketplace.planned.rules import DatesDraft, Plan, ThereDraft

CONTRACT = Path(__file__).parents[1] / "data" / "demo_bestek.csv"
KEI = "betonstraatsteen-kei-8cm"
OWN = "Keien uit de reconstructie van de Breemarsweg"
OTHER = "Keien uit de herinrichting van de Grotestraat"


def load_plans(session: Session, cast: Cast) -> None:
    """A plan of Hengelo, and one of Borne that moved after Hengelo had reserved of it."""
    own = _plan(session, cast, "hengelo", OWN, Decimal(1400), (120, 210), Certainty.BUDGETED)
    _move(session, cast, own, (150, 240), Certainty.TENDERED, "De aanbesteding is gegund; de aannemer begint een maand later.")
    other = _plan(session, cast, "borne", OTHER, Decimal(900), (60, 120), Certainty.TENDERED)
    draft = ReservationDraft(Quantity(Decimal(400), Unit.M2), purpose="Parkeervakken bij de sporthal")
    reservation = reserve.reserve(session, cast["hengelo"], listing_id=other.id, draft=draft)
    decide.approve(session, cast["borne"], reservation_id=reservation.id)
    _move(session, cast, other, (90, 150), Certainty.TENDERED, "De riolering wordt eerst vervangen.")


def load_contract(session: Session, cast: Cast) -> None:
    """A RAW contract of Hengelo as it was loaded and not applied yet.

    Twelve lots, five lines of what leaves, two posts of the contractor.
    """
    coordinator, year = cast["coordinator.hengelo"], clock.today().year + 1
    run = load_sheet(session, coordinator, kind="raw", file=read_file(CONTRACT.name, CONTRACT.read_bytes()))
    once = {"contract": f"HEN-{year}-14", "place": "Hengelo", "earliest": f"1-7-{year}", "latest": f"31-12-{year}"}
    say_once(session, coordinator, import_id=run.id, values={**once, "certainty": "tendered", "condition": "good"})


def _plan(
    session: Session, cast: Cast, slug: str, title: str, amount: Decimal, days: tuple[int, int], certainty: Certainty
) -> Listing:
    row = next(row for row in rows("demo_aanbod.csv") if row["gemeente"].lower() == slug)
    first, last = (clock.today() + timedelta(days=ahead) for ahead in days)
    draft = draft_of(
        cast,
        row,
        title=title,
        material=KEI,
        quantity=Quantity(amount, Unit.M2),
        quantity_basis=QuantityBasis.FROM_DRAWING,
        description="Ligt nog in de weg. De hoeveelheid komt uit de tekening.",
        packaging=None,
        available_from=None,
        available_until=None,
        planned=True,
        earliest=first,
        latest=last,
        certainty=certainty,
    )
    made = create_listing(session, cast[slug], draft)
    return mark_published(session, cast[slug], listing_id=made.id)


def _move(session: Session, cast: Cast, listing: Listing, days: tuple[int, int], certainty: Certainty, reason: str) -> None:
    owner = next(actor for key, actor in cast.items() if actor.organisation_id == listing.organisation_id and "." not in key)
    first, last = (clock.today() + timedelta(days=ahead) for ahead in days)
    now = get_listing(session, owner, listing.id)
    draft = DatesDraft(Plan(first, last, certainty), reason)
    move_dates(session, owner, listing_id=listing.id, version=now.version, draft=draft)


@dataclass(frozen=True, slots=True)
class Past:
    """A plan of before. `period` and `came`: in days from when it was made; `came` None: it never did."""

    slug: str
    title: str
    made_ago: int
    period: tuple[int, int]
    certainty: Certainty
    came: int | None
    is_withdrawn: bool = False


PAST = (
    Past("hengelo", "Keien uit de Beekstraat", 150, (40, 70), Certainty.TENDERED, 55),
    Past("hengelo", "Keien uit de Deldenerstraat", 140, (30, 60), Certainty.BUDGETED, 82),
    Past("hengelo", "Keien van het Burgemeester Jansenplein", 120, (20, 50), Certainty.TENDERED, 33),
    Past("borne", "Keien uit de Stationsstraat", 130, (45, 75), Certainty.BUDGETED, 40),
    Past("borne", "Keien uit de Azelosestraat", 110, (20, 40), Certainty.IDEA, None, is_withdrawn=True),
    Past("enschede", "Keien uit de Lipperkerkstraat", 55, (10, 35), Certainty.IDEA, None),
    Past("almelo", "Keien uit de Grotestraat-Zuid", 125, (30, 60), Certainty.IN_EXECUTION, 58),
)


def load_past_plans(session: Session, cast: Cast, pictures: Pictures) -> None:
    """Plans that came in time, early or late, did not come yet, or were called off."""
    now = clock.now()
    for past in PAST:
        made = now - timedelta(days=past.made_ago)
        with clock.frozen(made):
            listing = _plan(session, cast, past.slug, past.title, Decimal(600), past.period, past.certainty)
        owner = cast[past.slug]
        if past.is_withdrawn:
            with clock.frozen(made + timedelta(days=past.period[0])):
                reason = "Het werk gaat voorlopig niet door"
                decide.withdraw(session, owner, listing_id=listing.id, reason=reason, outcome=Outcome.LATER)
        elif past.came is not None:
            with clock.frozen(made + timedelta(days=past.came)):
                draft = ThereDraft(Amount(Decimal(600), Unit.M2), QuantityBasis.MEASURED, clock.today())
                come_free(session, owner, listing_id=listing.id, draft=draft, pictures=[pictures["A03"]])
                close_listing(session, owner, listing_id=listing.id, outcome=Outcome.LATER)
