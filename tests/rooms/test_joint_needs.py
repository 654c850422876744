"""What several municipalities need at once, what the bank covers of it, and what is left to buy together."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy.orm import Session

from marketplace.accounts.policy import Actor
from marketplace.accounts.rules.accounts import Role
from marketplace.exchange.actions.reserve import reserve
from marketplace.exchange.rules.reservation import ReservationDraft
from marketplace.joint.queries.groups import list_joint_needs, list_others_who_ask
from marketplace.joint.queries.needs import JointNeed, get_joint_need
from marketplace.joint.rules.question import JointQuestion
from marketplace.joint.rules.thresholds import Contract, Standing
from marketplace.kernel import clock
from marketplace.kernel.errors import Forbidden, Invalid, Missing
from marketplace.kernel.geo import Point
from marketplace.kernel.units import Quantity, Unit
from marketplace.market.models import Demand, Listing
from marketplace.market.queries.demands import get_demand
from marketplace.market.rules.listing import Condition, Location
from marketplace.materials.rules.lists import ListFile, ListRow
from marketplace.places.rules import PlaceBasis
from marketplace.valuations.actions.prices import load_prices
from tests.factories import KEI, make_actor, make_demand, make_listing, seed_taxonomy

GRANULATE = "menggranulaat-0-31-5"


@pytest.fixture
def bank(session: Session) -> Session:
    seed_taxonomy(session)
    return session


@pytest.fixture
def leader(bank: Session) -> Actor:
    return make_actor(bank, "hengelo")


def north(kilometres: float) -> Location:
    """So many kilometres due north of one point, nearly: a degree of latitude is 111.27 km there."""
    return Location(f"Kilometer {kilometres}", "almelo", Point(52.2 + kilometres / 111.27, 6.7), PlaceBasis.POINT)


def offer(bank: Session, slug: str, tonnes: str, away: float, **more: Any) -> Listing:
    changes = {"material": GRANULATE, "quantity": Quantity(Decimal(tonnes), Unit.TONNE), "location": north(away), **more}
    return make_listing(bank, make_actor(bank, slug, kind=changes.pop("kind", "")), **changes)


def need(bank: Session, slug: str, tonnes: str, away: float = 0, **more: Any) -> Demand:
    changes = {"material": GRANULATE, "quantity": Quantity(Decimal(tonnes), Unit.TONNE), "location": north(away), **more}
    actor = make_actor(bank, slug, kind=changes.pop("kind", ""))
    return make_demand(bank, actor, **{"max_distance_km": None, **changes})


def two_needs(bank: Session) -> tuple[list[Demand], list[Listing]]:
    """Two municipalities need 120 and 80 t of the same; 150 t lie at 12 km and 100 t at 40 km."""
    demands = [need(bank, "hengelo", "120"), need(bank, "borne", "80")]
    return demands, [offer(bank, "almelo", "150", 12), offer(bank, "wierden", "100", 40)]


def price_list(*cells: str) -> ListFile:
    """A table with one price: material, condition, unit, low and high."""
    columns = ("materiaal", "kwaliteit", "eenheid", "laag", "hoog", "bron", "peildatum")
    row = dict(zip(columns, (*cells, "Offerte", clock.today().isoformat()), strict=True))
    return ListFile("prijzen.csv", "0" * 64, columns, (ListRow(2, row),))


def look(bank: Session, actor: Actor, **question: Any) -> JointNeed:
    return get_joint_need(bank, actor, GRANULATE, JointQuestion(**question))


def sums(joint_need: JointNeed) -> tuple[Decimal, Decimal, Decimal]:
    return joint_need.needed, joint_need.covered, joint_need.rest


def test_within_25_km_the_bank_covers_what_lies_there_and_the_rest_is_bought(bank: Session, leader: Actor) -> None:
    two_needs(bank)
    joint_need = look(bank, leader, within_km=25)
    assert (sums(joint_need), joint_need.unit) == ((200, 150, 50), Unit.TONNE)
    assert joint_need.mass_kg(joint_need.rest) == 50_000
    shares = {share.organisation.slug: (share.needed, share.covered, share.rest) for share in joint_need.shares}
    assert sum(covered for _needed, covered, _rest in shares.values()) == 150
    assert all(needed == covered + rest for needed, covered, rest in shares.values())
    assert [share.organisation.slug for share in joint_need.shares] == ["borne", "hengelo"]
    assert joint_need.tonne_km == 150 * Decimal("15.6")  # 12 km as the crow flies are 15.6 of road


def test_within_50_km_all_of_it_is_covered_and_nothing_is_bought(bank: Session, leader: Actor) -> None:
    two_needs(bank)
    joint_need = look(bank, leader, within_km=50)
    assert sums(joint_need) == (200, 200, 0)
    assert joint_need.tonne_km == 150 * Decimal("15.6") + 50 * Decimal("52")


def test_a_circle_tells_what_lies_within_it_and_what_that_covers(bank: Session, leader: Actor) -> None:
    """10 km: nothing. 25 km: one lot of 150 t. 40 km: the other too, 250 t, of which 200 are needed."""
    two_needs(bank)
    make_actor(bank, "sloopbedrijf", kind="partner")  # its main place lies some 13 km away
    joint_need = look(bank, leader, within_km=40)
    rows = [
        (circle.within_km, circle.lots, circle.mass_kg, circle.owners, circle.partners, circle.covered, circle.rest)
        for circle in joint_need.circles
    ]
    assert rows == [
        (10, 0, 0, 0, 0, 0, 200),
        (25, 1, 150_000, 1, 1, 150, 50),
        (40, 2, 250_000, 2, 1, 200, 0),
        (50, 2, 250_000, 2, 1, 200, 0),
    ]


def test_one_lot_is_never_counted_twice(bank: Session, leader: Actor) -> None:
    """Either need could have all of the 100 t; together they get 100."""
    for slug in ("hengelo", "borne"):
        need(bank, slug, "100")
    lot = offer(bank, "almelo", "100", 5)
    joint_need = look(bank, leader)
    assert sums(joint_need) == (200, 100, 100)
    assert sum(lot_part.part.takes for lot_part in joint_need.parts) == lot.available


def test_what_is_under_way_is_neither_needed_nor_covered_again(bank: Session, leader: Actor) -> None:
    """Of 120 t needed 30 are reserved of the lot of 150: 90 + 80 = 170 are to be found, and 120 of the lot are left."""
    demands, lots = two_needs(bank)
    reserve(bank, leader, listing_id=lots[0].id, draft=ReservationDraft(Quantity(Decimal(30), Unit.TONNE), demands[0].id))
    joint_need = look(bank, leader, within_km=25)
    assert sums(joint_need) == (170, 120, 50)
    row = next(row for row in joint_need.rows if row.demand.id == demands[0].id)
    assert (row.demand.quantity, row.under_way, row.to_find) == (120, 30, 90)


def test_a_lot_that_does_not_fit_covers_nothing(bank: Session, leader: Actor) -> None:
    for slug in ("hengelo", "borne"):
        need(bank, slug, "100", min_condition=Condition.GOOD)
    offer(bank, "almelo", "50", 5, condition=Condition.FAIR)
    offer(bank, "wierden", "50", 5, available_from=clock.today() + timedelta(days=90), available_until=None)
    later = offer(bank, "losser", "50", 5)
    later.region_from = clock.today() + timedelta(days=3)
    bank.flush()
    joint_need = look(bank, leader)
    assert sums(joint_need) == (200, 0, 200)
    assert [(circle.within_km, circle.lots, circle.later_lots) for circle in joint_need.circles] == [
        (10, 0, 1),
        (25, 0, 1),
        (50, 0, 1),
    ]


def test_a_need_that_asks_for_less_far_gets_no_more_than_it_asked(bank: Session, leader: Actor) -> None:
    """Within 25 km lies a lot, 12 km away; one of the two does not want it from farther than 10."""
    need(bank, "hengelo", "100", max_distance_km=Decimal(10))
    need(bank, "borne", "100")
    offer(bank, "almelo", "150", 12)
    joint_need = look(bank, leader, within_km=25)
    assert sums(joint_need) == (200, 100, 100)
    assert {share.organisation.slug: share.covered for share in joint_need.shares} == {"borne": 100, "hengelo": 0}
    assert [circle.lots for circle in joint_need.circles] == [0, 1, 1]


def test_units_that_convert_are_added_up(bank: Session, leader: Actor) -> None:
    """400 m2 and 17 600 pieces of 44 to the m2 are 800 m2; of the lot of 500 m2 all is used."""
    more: dict[str, Any] = {"material": KEI}
    need(bank, "hengelo", "400", quantity=Quantity(Decimal(400), Unit.M2), **more)
    need(bank, "borne", "17600", quantity=Quantity(Decimal(17_600), Unit.PIECE), **more)
    offer(bank, "almelo", "500", 5, quantity=Quantity(Decimal(500), Unit.M2), **more)
    joint_need = get_joint_need(bank, leader, KEI, JointQuestion())
    assert (sums(joint_need), joint_need.unit) == ((800, 500, 300), Unit.M2)
    assert joint_need.mass_kg(joint_need.rest) == 55_500  # 300 x 185 kg


def test_a_company_neither_buys_along_nor_reads_what_is_bought(bank: Session, leader: Actor) -> None:
    need(bank, "hengelo", "100")
    need(bank, "sloopbedrijf", "100", kind="partner")
    assert list_joint_needs(bank, leader, JointQuestion()) == ([], 0)
    assert sums(look(bank, leader)) == (100, 0, 100)  # whose need it is may look all the same
    with pytest.raises(Forbidden):
        look(bank, make_actor(bank, "sloopbedrijf", kind="partner"))


def test_others_who_want_the_same_lots_are_counted(bank: Session, leader: Actor) -> None:
    """Losser buys along until it is left out; a company wants them too, once it is its turn."""
    _demands, lots = two_needs(bank)
    need(bank, "losser", "10")
    need(bank, "sloopbedrijf", "10", kind="partner")
    assert look(bank, leader).competing == 0
    assert look(bank, leader, organisations=("hengelo", "borne")).competing == 1
    lots[0].partners_from = clock.today()
    bank.flush()
    assert look(bank, leader).competing == 1
    assert look(bank, leader, organisations=("hengelo", "borne")).competing == 2


def test_only_what_was_chosen_is_looked_at(bank: Session, leader: Actor) -> None:
    today = clock.today()
    two_needs(bank)
    need(bank, "losser", "40", needed_from=today + timedelta(days=200), needed_until=today + timedelta(days=220))
    need(bank, "wierden", "10", needed_from=today + timedelta(days=210), needed_until=today + timedelta(days=230))
    first = look(bank, leader)
    assert (first.needed, [group.amount for group in first.others]) == (200, [50])
    later = look(bank, leader, first=today + timedelta(days=100), last=today + timedelta(days=300))
    assert ({row.demand.organisation.slug for row in later.rows}, later.needed) == ({"losser", "wierden"}, 50)
    assert later.group.shared == (today + timedelta(days=210), today + timedelta(days=220))
    assert look(bank, leader, organisations=("borne",)).needed == 80
    assert {asker.slug for asker in later.askers} == {"hengelo", "borne", "losser", "wierden"}


def test_the_list_has_what_several_need_with_what_the_bank_covers(bank: Session, leader: Actor) -> None:
    two_needs(bank)
    need(bank, "losser", "300", material=KEI, quantity=Quantity(Decimal(300), Unit.M2))
    rows, total = list_joint_needs(bank, leader, JointQuestion(within_km=25))
    assert total == 1
    assert ([asker.slug for asker in rows[0].askers], rows[0].group.amount) == (["borne", "hengelo"], 200)
    assert (rows[0].covered, rows[0].rest) == (150, 50)
    need(bank, "borne", "100", material=KEI, quantity=Quantity(Decimal(100), Unit.M2))
    rows, total = list_joint_needs(bank, leader, JointQuestion())
    assert (total, {row.group.material.slug for row in rows}) == (2, {GRANULATE, KEI})
    assert list_joint_needs(bank, leader, JointQuestion(), offset=1, limit=1)[0] == rows[1:]
    assert list_joint_needs(bank, leader, JointQuestion(organisations=("borne", "losser")))[1] == 1
    assert list_joint_needs(bank, leader, JointQuestion(last=clock.today() - timedelta(days=1)))[1] == 0


def test_a_demand_names_the_others_who_need_the_same_then(bank: Session, leader: Actor) -> None:
    today = clock.today()
    demands, _lots = two_needs(bank)
    need(bank, "losser", "10", needed_from=today + timedelta(days=61), needed_until=today + timedelta(days=70))
    need(bank, "sloopbedrijf", "10", kind="partner")
    mine = get_demand(bank, leader, demands[0].id)
    assert [other.slug for other in list_others_who_ask(bank, leader, mine)] == ["borne"]
    assert list_others_who_ask(bank, make_actor(bank, "sloopbedrijf", kind="partner"), mine) == []


def test_the_rest_is_estimated_by_the_price_of_new(bank: Session, leader: Actor) -> None:
    """The rest of 50 t at 4 200 to 4 400 euro: from 210 000 to 220 000, on both sides of 216 000."""
    two_needs(bank)
    assert look(bank, leader).estimate is None
    assert {comparison.contract: comparison.standing for comparison in look(bank, leader).compared} == {
        Contract.SUPPLIES: None,
        Contract.WORKS: None,
    }
    reviewer = make_actor(bank, "regio-twente", role=Role.REVIEWER)
    load_prices(bank, reviewer, file=price_list(GRANULATE, "new", "ton", "4200", "4400"))
    joint_need = look(bank, leader)
    assert joint_need.estimate is not None and joint_need.estimate.price is not None
    assert (joint_need.estimate.low_cents, joint_need.estimate.high_cents) == (21_000_000, 22_000_000)
    assert {comparison.contract: comparison.standing for comparison in joint_need.compared} == {
        Contract.SUPPLIES: Standing.EITHER,
        Contract.WORKS: Standing.BELOW,
    }


def test_what_the_reader_says_goes_before_a_price(bank: Session, leader: Actor) -> None:
    two_needs(bank)
    joint_need = look(bank, leader, estimate_cents=21_600_000)
    assert joint_need.estimate is not None and joint_need.estimate.price is None
    assert joint_need.compared[0].standing is Standing.REACHED
    assert look(bank, leader, estimate_cents=21_599_999).compared[0].standing is Standing.BELOW


def test_what_cannot_be_asked_is_refused(bank: Session, leader: Actor) -> None:
    with pytest.raises(Missing):
        get_joint_need(bank, leader, "bestaat-niet", JointQuestion())
    with pytest.raises(Invalid):
        look(bank, leader, within_km=0)
    joint_need = look(bank, leader)
    assert (sums(joint_need), joint_need.group.wants, joint_need.circles[0].lots) == ((0, 0, 0), (), 0)
