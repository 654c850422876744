"""Three depots of the demonstration, as a keeper finds them on an ordinary morning.

What lies there and since when, what was counted, what comes today, what lies too long, what is on offer, and one tree of lots that
is recalled.
"""

from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from decimal import Decimal

from marketplace.cli.demo_lots import Cast, Pictures
from marketplace.depots.actions import room
from marketplace.depots.actions.depots import create_depot, edit_depot
from marketplace.depots.models import Depot, Lot
from marketplace.depots.queries.depots import get_depot
from marketplace.depots.rules.capacity import CapacityKind
from marketplace.depots.rules.depot import DepotDetails, DepotDraft, Storers
from marketplace.depots.rules.opening import Weekday, read_spans
from marketplace.depots.rules.rates import RateDraft, RateUnit
from marketplace.kernel import clock
from marketplace.kernel.db import Session
from marketplace.kernel.geo import Point
from marketplace.kernel.units import Quantity, Unit
from marketplace.market.actions.listings import mark_published
from marketplace.market.actions.photos import add_photo
from marketplace.market.rules.listing import Answer, Condition, Location
from marketplace.places.rules import PlaceBasis
from marketplace.recalls.actions.block import block_lot
from marketplace.recalls.rules import RecallDraft
from marketplace.stock.actions.announcing import announce_arrival
from marketplace.stock.actions.changing import count_lot, take_out_lot
from marketplace.stock.actions.moving import move_lot, split_lot
from marketplace.stock.actions.offering import draft_of_lot, offer_lot
from marketplace.stock.actions.taking_in import take_in_lot
from marketplace.stock.rules.announcing import Announcement
from marketplace.stock.rules.handling import ArrivalDraft, Going, Occasion

OPENED_AGO = timedelta(days=200)  # before anything that lies there came in
HOURS = {day: read_spans("7:30-12:00 en 12:30-16:00") for day in list(Weekday)[:5]}
COLLECTING = "Reserveer eerst. Meld u bij de beheerder; laden kan met de kraan van de werf."


@dataclass(frozen=True, slots=True)
class Yard:
    """A depot with what its coordinator says of it."""

    keeper: str
    name: str
    place_name: str
    municipality: str
    point: Point
    bays: tuple[str, ...]
    room: dict[CapacityKind, Decimal | None]
    longest_stay_days: int
    storers: Storers = Storers.MUNICIPALITIES


YARDS = (
    Yard(
        *("coordinator.regio-twente", "Regiodepot Twente", "Hengelo", "hengelo", Point(52.2486, 6.7648)),
        bays=("A1", "A2", "B1", "B2", "Loods"),
        room={CapacityKind.M2: Decimal(900), CapacityKind.TONNE: Decimal(1500), CapacityKind.PALLET: Decimal(60)},
        longest_stay_days=120,
        storers=Storers.MEMBERS,
    ),
    Yard(
        *("coordinator.enschede", "Gemeentewerf Enschede", "Enschede", "enschede", Point(52.2131, 6.8772)),
        bays=("Noord", "Zuid"),
        room={CapacityKind.M3: Decimal(400)},
        longest_stay_days=90,
    ),
    Yard(
        *("coordinator.almelo", "Gemeentewerf Almelo", "Almelo", "almelo", Point(52.3478, 6.6434)),
        bays=("Vak 1", "Vak 2"),
        room={CapacityKind.M3: Decimal(500), CapacityKind.TONNE: Decimal(900)},
        longest_stay_days=180,
    ),
)
RATES = ((RateUnit.M2, "0.15"), (RateUnit.M3, "0.40"), (RateUnit.TONNE, "0.50"), (RateUnit.PIECE, "0.25"))


def open_depots(session: Session, cast: Cast) -> dict[str, Depot]:
    """Open the three depots, by their municipalities. With hours, room, keepers and prices, long enough ago."""
    with clock.frozen(datetime.combine(clock.today() - OPENED_AGO, time(9), UTC)):
        return {yard.municipality: _open(session, cast, yard) for yard in YARDS}


def _open(session: Session, cast: Cast, yard: Yard) -> Depot:
    actor = cast[yard.keeper]
    draft = DepotDraft(yard.name, yard.place_name, yard.municipality, yard.point, "point")
    number = create_depot(session, actor, draft=draft).id
    details = DepotDetails(
        *(yard.name, None, True, HOURS, "In de bouwvak alleen op afspraak", COLLECTING, (), yard.storers),
        longest_stay_days=yard.longest_stay_days,
    )
    edit_depot(session, actor, depot_id=number, details=details)
    room.set_bays(session, actor, depot_id=number, names=yard.bays)
    room.set_capacities(session, actor, depot_id=number, amounts=yard.room)
    leader = cast[yard.keeper.removeprefix("coordinator.")]
    room.set_keepers(session, actor, depot_id=number, person_ids=[keeper.person_id for keeper in (leader,) if keeper.person_id])
    for unit, price in RATES:
        room.set_rate(session, actor, depot_id=number, draft=RateDraft(unit, Decimal(price), clock.today()))
    return get_depot(session, number)


def load_stock(session: Session, cast: Cast, depots: dict[str, Depot], pictures: Pictures) -> None:
    """What came in, moved, was counted and left. What is on its way, what is on offer, and one recall."""
    keeper, region = cast["coordinator.regio-twente"], depots["hengelo"]
    kerbs = "trottoirband-18-20x25"
    stones = _take_in(session, cast, region, "betonstraatsteen-kei-8cm", "276", Unit.M2, 42, bay="A1", owner="hengelo")
    part = split_lot(session, keeper, lot_id=stones.id, amount=Decimal(100), going=Going(), occasion=_days_ago(20))
    move_lot(session, keeper, lot_id=part.id, amount=None, going=Going(region.id, bay="A2"), occasion=_days_ago(20))
    counted = _days_ago(6, "Twee vierkante meter was gebroken")
    count_lot(session, keeper, lot_id=part.id, counted=Decimal(98), pallets=None, occasion=counted)
    take_out_lot(session, keeper, lot_id=part.id, amount=Decimal(40), pallets=None, occasion=_days_ago(2, "Voor de Brink"))
    _take_in(session, cast, region, kerbs, "340", Unit.M, 75, bay="B1", owner="borne")
    _take_in(session, cast, region, "lichtmast-staal-6m", "24", Unit.PIECE, 160, bay="B2", owner="hengelo")
    bricks = _take_in(session, cast, region, "straatbaksteen-dikformaat", "480", Unit.M2, 12, bay="Loods", owner="hengelo")
    _offer(session, cast, bricks, pictures)
    words = "Vier vrachten, eerste om half negen"
    coming = Announcement(kerbs, Quantity(Decimal(120), Unit.M), clock.today() + timedelta(days=1), words)
    announce_arrival(session, cast["hengelo"], depot_id=region.id, draft=coming)
    _recall(session, cast, depots)


def _days_ago(days: int, reason: str = "") -> Occasion:
    return Occasion(clock.today() - timedelta(days=days), reason)


def _take_in(
    session: Session, cast: Cast, depot: Depot, material: str, amount: str, unit: Unit, days: int, *, bay: str, owner: str
) -> Lot:
    keeper = next(cast[yard.keeper] for yard in YARDS if yard.name == depot.name)
    draft = ArrivalDraft(material, Quantity(Decimal(amount), unit), Condition.GOOD, owner=owner)
    came = datetime.combine(clock.today() - timedelta(days=days), time(9), UTC)
    with clock.frozen(came):  # written down on the day itself: a quarter that is closed takes nothing new
        return take_in_lot(session, keeper, depot_id=depot.id, draft=draft, going=Going(bay=bay), occasion=_days_ago(0))


def _offer(session: Session, cast: Cast, lot: Lot, pictures: Pictures) -> None:
    owner = cast["hengelo"]
    details = {"title": "Gebakken klinkers in het Regiodepot", "condition": Condition.GOOD, "available_from": clock.today()}
    draft = draft_of_lot(session, owner, lot_id=lot.id, amount=None, **details, asbestos_suspected=Answer.NO)
    listing = offer_lot(session, owner, lot_id=lot.id, draft=draft)
    add_photo(session, owner, listing_id=listing.id, picture=pictures["A03"], alt="Gebakken klinkers op pallets")
    mark_published(session, owner, listing_id=listing.id)


def _recall(session: Session, cast: Cast, depots: dict[str, Depot]) -> None:
    """Soil of Almelo, split over two bays and a street. Then the laboratory found something in it."""
    keeper = cast["coordinator.almelo"]
    soil = _take_in(session, cast, depots["almelo"], "teelaarde", "300", Unit.M3, 50, bay="Vak 1", owner="almelo")
    moved = Going(depots["almelo"].id, bay="Vak 2")
    split_lot(session, keeper, lot_id=soil.id, amount=Decimal(120), going=moved, occasion=_days_ago(30))
    street = Location("Almelo", "almelo", Point(52.3575, 6.6600), PlaceBasis.POINT)
    move_lot(session, keeper, lot_id=soil.id, amount=Decimal(60), going=Going(location=street), occasion=_days_ago(15))
    block_lot(session, keeper, lot_id=soil.id, draft=RecallDraft("PFAS boven de norm, gevonden door het laboratorium"))
