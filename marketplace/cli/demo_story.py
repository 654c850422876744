"""What happened before today, and what is going on. Finished exchanges, material use, and a few open reservations."""

from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from decimal import ROUND_DOWN, ROUND_UP, Decimal
from random import Random

from marketplace.cli.demo_goals import list_decisions
from marketplace.cli.demo_lots import Cast, Pictures, draft_of, quantity_of, rows
from marketplace.cli.demo_papers import declare
from marketplace.cli.demo_reports import list_steps, run_steps
from marketplace.documents.rules import StoredFile
from marketplace.exchange.actions import decide, hand_over, reserve
from marketplace.exchange.queries.terms import terms_of
from marketplace.exchange.rules.reservation import HandoverDraft, MeasuredBy, ReceiptDraft, ReservationDraft
from marketplace.impact.rules.impact import LORRY
from marketplace.kernel import clock
from marketplace.kernel.db import Session
from marketplace.kernel.geo import distance_km
from marketplace.kernel.units import Quantity, Unit, round_down
from marketplace.market.actions.listings import create_listing, mark_published
from marketplace.market.actions.photos import add_photo
from marketplace.market.models import Demand, Listing
from marketplace.market.rules.listing import ListingDraft
from marketplace.materials.queries import get_taxonomy
from marketplace.materials.rules.soil import SoilClass
from marketplace.notices.actions.deliveries import mark_all_spread

EXCHANGES = 40
DAYS_BACK = 725
BOOKED_AFTER = timedelta(days=9)
SAID = (True, True, None, True, False)  # does it replace a purchase
CENTS = {Unit.PIECE: 1500, Unit.M2: 250, Unit.M: 200, Unit.M3: 300, Unit.TONNE: 300}  # asked for one; half of the lots are free
SOILS = ("teelaarde", "ophoogzand", "straatzand")  # what is asked with the classes of the place
MASS_KG_MAX = Decimal(400_000)


def load_history(session: Session, cast: Cast, pictures: Pictures, paper: StoredFile) -> None:
    """Load forty finished exchanges over the last two years, in order of time. Each through every step from listing to ledger.

    Reports are made, submitted and adopted between them, so that an adopted year holds what was booked by then.
    """
    chance, lots = Random(20261215), rows("demo_aanbod.csv")
    municipalities = [key for key, actor in cast.items() if actor.organisation_kind == "municipality" and "." not in key]
    now, booked_at = clock.now(), datetime.min.replace(tzinfo=UTC)
    steps = sorted([*list_steps(cast), *list_decisions(cast)], key=lambda step: step.at)
    for number in range(EXCHANGES):
        lot = lots[(number * 7 + number // 4) % len(lots)]
        days_ago = DAYS_BACK - number * (DAYS_BACK - 12) // EXCHANGES - chance.randint(0, 8)
        day = datetime.combine((now - timedelta(days=days_ago)).date(), time(9), UTC)
        owner = next(key for key in municipalities if cast[key].organisation_name == lot["gemeente"])
        run_steps(session, steps, until=day, since=booked_at)
        receiver = owner if number % 9 == 4 else chance.choice([key for key in municipalities if key != owner])
        _exchange(
            session,
            cast,
            lot,
            pictures,
            owner=owner,
            receiver=receiver,
            day=day,
            chance=chance,
            replaces_purchase=SAID[number % len(SAID)],
            is_paid=number % 2 == 0,
            paper=paper,
        )
        booked_at = day + BOOKED_AFTER
    mark_all_spread(session)
    run_steps(session, steps, until=now, since=booked_at)


def _part(lot: dict[str, str], session: Session, chance: Random) -> Quantity:
    whole = quantity_of(lot)
    kg_per_unit = get_taxonomy(session).material(lot["materiaal"]).kg_per_unit(whole.unit)
    share = whole.amount * Decimal(chance.randint(20, 90)) / 100
    most = min(share, MASS_KG_MAX / kg_per_unit).quantize(Decimal(1), rounding=ROUND_DOWN)
    return Quantity(round_down(max(most, Decimal(1)), whole.unit), whole.unit)


def _exchange(
    session: Session,
    cast: Cast,
    lot: dict[str, str],
    pictures: Pictures,
    *,
    owner: str,
    receiver: str,
    day: datetime,
    chance: Random,
    replaces_purchase: bool | None,
    is_paid: bool,
    paper: StoredFile,
) -> None:
    giver, taker, quantity = cast[owner], cast[receiver], _part(lot, session, chance)
    with clock.frozen(day):
        draft = draft_of(cast, lot, quantity=quantity, available_from=clock.today(), available_until=None)
        draft = replace(draft, price_cents_per_unit=CENTS.get(quantity.unit) if is_paid else None)
        listing = create_listing(session, giver, draft)
        add_photo(session, giver, listing_id=listing.id, picture=pictures[lot["id"]], alt=lot["titel"])
        declare(session, giver, listing, paper)
        mark_published(session, giver, listing_id=listing.id)
    with clock.frozen(day + timedelta(days=2)):
        reservation = reserve.reserve(session, taker, listing_id=listing.id, draft=_request(quantity, draft, replaces_purchase))
    with clock.frozen(day + timedelta(days=3)):
        reservation = decide.approve(session, giver, reservation_id=reservation.id)
    with clock.frozen(day + timedelta(days=8)):
        terms = terms_of(session, reservation)
        entered, detour = chance.random() < 0.6, Decimal(chance.randint(105, 160)) / 100
        driven = (distance_km(terms.lot, terms.destination) * detour).quantize(Decimal(1), rounding=ROUND_UP)
        handover = HandoverDraft(quantity, clock.today(), LORRY if entered else None, driven if entered else None)
        hand_over.hand_over(session, giver, reservation_id=reservation.id, draft=handover)
    with clock.frozen(day + BOOKED_AFTER):
        hand_over.confirm(session, taker, reservation_id=reservation.id)


def _request(quantity: Quantity, lot: ListingDraft, replaces_purchase: bool | None) -> ReservationDraft:
    """What the receiver asks. Where it replaces a purchase and the lot has a price, new would have cost three times that."""
    price = lot.price_cents_per_unit if replaces_purchase else None
    new_cents = None if price is None else int(price * 3 * quantity.amount)
    field = SoilClass.INDUSTRY if lot.material in SOILS else None
    draft = ReservationDraft(quantity, replaces_purchase=replaces_purchase, purchase_price_cents=new_cents)
    return replace(draft, receiving_soil=field, function_class=field)


def load_open_rows(session: Session, cast: Cast, lots: dict[str, Listing], demands: dict[str, Demand]) -> None:
    """Load the transfers under way.

    One asked for, one approved, one handed over and waiting for the receiver, one lot that two ask for, and one hand-over about
    which the figures differ.
    """
    requested = Quantity(Decimal(900), Unit.M2)
    reserve.reserve(
        session, cast["rijssen-holten"], listing_id=lots["A05"].id, draft=ReservationDraft(requested, demands["V03"].id)
    )
    granulate = ReservationDraft(Quantity(Decimal(300), Unit.TONNE), demands["V06"].id)
    held = reserve.reserve(session, cast["hof-van-twente"], listing_id=lots["A12"].id, draft=granulate)
    decide.approve(session, cast["haaksbergen"], reservation_id=held.id)
    benches = ReservationDraft(Quantity(Decimal(8), Unit.PIECE), demands["V13"].id)
    under_way = reserve.reserve(session, cast["rijssen-holten"], listing_id=lots["A29"].id, draft=benches)
    decide.approve(session, cast["haaksbergen"], reservation_id=under_way.id)
    handover = HandoverDraft(benches.quantity, clock.today(), LORRY, Decimal("47.5"))
    hand_over.hand_over(session, cast["haaksbergen"], reservation_id=under_way.id, draft=handover)
    _two_for_one_lot(session, cast, lots["A08"])
    _figures_that_differ(session, cast, lots["A21"])


def _two_for_one_lot(session: Session, cast: Cast, lot: Listing) -> None:
    first = ReservationDraft(Quantity(Decimal(60), Unit.M2), project="Marktplein", use="Rijstrook", replaces_purchase=False)
    reserve.reserve(session, cast["borne"], listing_id=lot.id, draft=first)
    second = ReservationDraft(
        Quantity(Decimal(50), Unit.M2),
        project="Rotonde Oldenzaalsestraat",
        use="Overrijdstrook",
        replaces_purchase=True,
        purchase_price_cents=425_000,
        needed_by=clock.today() + timedelta(days=30),
        join_waiting_list=True,
    )
    reserve.reserve(session, cast["losser"], listing_id=lot.id, draft=second)


def _figures_that_differ(session: Session, cast: Cast, lot: Listing) -> None:
    requested = reserve.reserve(
        session,
        cast["oldenzaal"],
        listing_id=lot.id,
        draft=ReservationDraft(Quantity(Decimal(80), Unit.M), project="Riool De Thij"),
    )
    decide.approve(session, cast["dinkelland"], reservation_id=requested.id)
    given = HandoverDraft(Quantity(Decimal(80), Unit.M), clock.today(), measured_by=MeasuredBy.ESTIMATED)
    hand_over.hand_over(session, cast["dinkelland"], reservation_id=requested.id, draft=given)
    counted = ReceiptDraft(Quantity(Decimal(70), Unit.M), measured_by=MeasuredBy.MEASURED)
    hand_over.confirm(session, cast["oldenzaal"], reservation_id=requested.id, draft=counted)
