"""What a keeper reads of a depot: what lies there, how full it is, what lies too long, who comes."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy.orm import Session

from marketplace.depots.models import DepotCapacity, DepotKeeper, Lot
from marketplace.depots.queries.depots import get_depot
from marketplace.depots.queries.lots import list_lots
from marketplace.depots.queries.stock import sum_stock
from marketplace.depots.rules.lots import LotFilter
from marketplace.exchange.actions.decide import approve
from marketplace.exchange.actions.gate import agree_time, propose_times
from marketplace.exchange.actions.reserve import reserve
from marketplace.exchange.queries.gate import list_depot_calls
from marketplace.exchange.rules.gate import AppointmentDraft
from marketplace.exchange.rules.reservation import ReservationDraft
from marketplace.kernel import clock
from marketplace.kernel.errors import Forbidden
from marketplace.kernel.units import Quantity, Unit
from marketplace.market.actions.photos import add_photo, delete_photo
from marketplace.market.queries.listings import find_first_photos, get_listing
from marketplace.market.rules.photos import StoredPicture
from marketplace.stock.queries.lying import Show, list_lying
from marketplace.stock.queries.warnings import fills, list_all_troubles, list_kept_depots, list_troubles, trouble_of
from tests.factories import make_actor, make_listing, seed_taxonomy
from tests.yards import announce, make_lot, make_yard


def test_the_sums_of_a_depot_are_exact_and_leave_out_what_is_gone(session: Session) -> None:
    hengelo = make_actor(session, "hengelo", "coordinator")
    yard, other = make_yard(session, hengelo), make_yard(session, hengelo, name="Leeg")
    make_lot(session, yard, hengelo, pallets=4)
    make_lot(session, yard, hengelo, quantity=Decimal("0.001"), kg_per_unit=Decimal("1234567.890123"), pallets=1)
    make_lot(session, yard, hengelo, unit="m3", quantity=Decimal("9999999.999"), kg_per_unit=Decimal(1600))
    make_lot(session, yard, hengelo, unit="piece", quantity=Decimal(10), kg_per_unit=Decimal("0.000001"))
    make_lot(session, yard, hengelo, quantity=Decimal(0), pallets=7)
    sums = sum_stock(session, [yard.id, other.id])
    assert (sums[yard.id].lots, sums[yard.id].pallets) == (4, 5)
    assert sums[yard.id].by_unit == {Unit.M2: Decimal("176.001"), Unit.M3: Decimal("9999999.999")}
    # 176 × 185 = 32 560; 0.001 × 1 234 567.890123 = 1 234.567890123; 9 999 999.999 × 1 600 = 15 999 999 998.4; 10 × 0.000001
    assert sums[yard.id].mass_kg == Decimal("16000033792.967900123")
    assert (sums[other.id].lots, sums[other.id].mass_kg) == (0, Decimal(0))


def test_each_kind_of_room_has_its_own_figure_and_tonnes_are_the_mass_of_everything(session: Session) -> None:
    hengelo = make_actor(session, "hengelo", "coordinator")
    yard = make_yard(session, hengelo)
    for kind, amount in (("m2", 1000), ("m3", 25), ("pallet", 10), ("tonne", 70)):
        session.add(DepotCapacity(depot_id=yard.id, kind=kind, amount=Decimal(amount)))
    make_lot(session, yard, hengelo, pallets=9)  # 32.56 t
    make_lot(session, yard, hengelo, quantity=Decimal(100))  # 18.5 t
    make_lot(session, yard, hengelo, unit="m3", quantity=Decimal("12.5"), kg_per_unit=Decimal(1600))  # 20 t
    session.expire(yard)
    yard = get_depot(session, yard.id)
    assert [
        (fill.kind, fill.taken, fill.percent, fill.is_over) for fill in fills(yard, sum_stock(session, [yard.id])[yard.id])
    ] == [
        ("m2", Decimal(276), 28, False),
        ("m3", Decimal("12.5"), 50, False),
        ("pallet", Decimal(9), 90, False),
        ("tonne", Decimal("71.06"), 102, True),
    ]


def test_what_lies_longest_comes_first_and_pages_follow_each_other(session: Session) -> None:
    hengelo = make_actor(session, "hengelo", "coordinator")
    yard = make_yard(session, hengelo)
    lots = [make_lot(session, yard, hengelo, days=days, title=f"{days} dagen") for days in (3, 40, 0)]
    first, total = list_lying(session, hengelo, yard, page_size=2)
    second, _total = list_lying(session, hengelo, yard, page=2, page_size=2)
    assert [row.lot for row in (*first, *second)] == [lots[1], lots[0], lots[2]]
    assert total == 3 and first[0].lot.organisation.slug == "hengelo"


def test_a_lot_is_found_by_its_number_by_its_name_and_by_its_state(session: Session) -> None:
    hengelo = make_actor(session, "hengelo", "coordinator")
    yard = make_yard(session, hengelo, longest_stay_days=42)
    kei = make_lot(session, yard, hengelo, days=43)
    band = make_lot(session, yard, hengelo, days=42, title="Banden 100% recht", blocked_at=clock.now())

    def found(**wanted: Any) -> list[Lot]:
        return [row.lot for row in list_lying(session, hengelo, yard, **wanted)[0]]

    assert found(words="KEIEN") == [kei] and found(words="100%") == [band] and found(words="10_%") == []
    assert found(words=str(band.id), number=band.id) == [band]
    assert found(show=Show.TOO_LONG) == [kei] and found(show=Show.BLOCKED) == [band]
    assert found(show=Show.UNOFFERED) == [kei, band]
    yard.longest_stay_days = None
    assert found(show=Show.TOO_LONG) == []


def test_what_is_not_on_offer_is_counted_without_walking_along_all_that_lies_there(session: Session) -> None:
    """Seven lots and an empty one. A draft and an offer stand of two; of one an offer has ended; of a lot elsewhere there is one."""
    hengelo = make_actor(session, "hengelo", "coordinator")
    yard, other = make_yard(session, hengelo), make_yard(session, hengelo, name="Elders")
    lots = [make_lot(session, yard, hengelo, days=9 - number) for number in range(7)]
    empty, elsewhere = make_lot(session, yard, hengelo, quantity=Decimal(0)), make_lot(session, other, hengelo)
    for lot, status in (
        (lots[0], "draft"),
        (lots[1], "published"),
        (lots[2], "closed"),
        (empty, "draft"),
        (elsewhere, "published"),
    ):
        listing = make_listing(session, hengelo)
        listing.lot_id, listing.status = lot.id, status
    session.flush()
    lies = sum_stock(session, [yard.id])[yard.id].lots
    assert lies == 7
    for lot_count in (lies, None):
        for words, total in (("", 5), ("keien", 5), ("banden", 0)):
            rows, count = list_lying(session, hengelo, yard, show=Show.UNOFFERED, words=words, lies=lot_count, page_size=2)
            assert (count, [row.lot for row in rows]) == (total, lots[2:4] if total else [])
        assert list_lying(session, hengelo, yard, lies=lot_count)[1] == 7
        assert list_lying(session, hengelo, yard, show=Show.BLOCKED, lies=lot_count)[1] == 0


def test_what_is_offered_of_a_lot_stands_beside_it_and_lends_its_picture(session: Session) -> None:
    hengelo = make_actor(session, "hengelo", "coordinator")
    yard = make_yard(session, hengelo)
    lot, bare = make_lot(session, yard, hengelo, days=2), make_lot(session, yard, hengelo)
    listing = make_listing(session, hengelo)
    listing.lot_id = lot.id
    session.flush()
    offered, alone = list_lying(session, hengelo, yard)[0]
    assert offered.listing is listing and offered.photo is not None and offered.photo.files == listing.photos[0].files
    assert (alone.lot, alone.listing, alone.photo) == (bare, None, None)
    listing.status = "closed"
    session.flush()
    closed = list_lying(session, hengelo, yard)[0][0]
    assert closed.listing is None and closed.photo is not None


def test_who_does_not_keep_a_depot_reads_nothing_of_its_stock(session: Session) -> None:
    yard = make_yard(session, make_actor(session, "hengelo", "coordinator"))
    for somebody in (make_actor(session, "borne", "coordinator"), make_actor(session, "hengelo")):
        with pytest.raises(Forbidden):
            list_lying(session, somebody, yard)
        with pytest.raises(Forbidden):
            list_depot_calls(session, somebody, [yard])
    assert list_lying(session, make_actor(session, "regio-twente", "reviewer"), yard) == ([], 0)


def test_a_keeper_hears_of_the_own_depots_and_the_broker_of_all(session: Session) -> None:
    hengelo = make_actor(session, "hengelo", "coordinator")
    leader, broker = make_actor(session, "borne"), make_actor(session, "regio-twente", "coordinator")
    yard = make_yard(session, hengelo, longest_stay_days=30)
    quiet = make_yard(session, make_actor(session, "almelo", "coordinator"), name="Rustig", municipality="almelo")
    session.add(DepotKeeper(depot_id=yard.id, person_id=leader.person_id))
    session.add(DepotCapacity(depot_id=yard.id, kind="m2", amount=Decimal(300)))
    make_lot(session, yard, hengelo, days=31)
    make_lot(session, yard, hengelo, days=30)
    for day in (-1, 0):
        announce(session, yard, hengelo, days=day)
    session.expire(yard)
    by_keeper = [list_troubles(session, list_kept_depots(session, keeper)) for keeper in (hengelo, leader)]
    for (trouble,) in (*by_keeper, list_all_troubles(session, broker)):
        assert (trouble.depot, trouble.too_long, trouble.longest, trouble.missing) == (
            yard,
            1,
            clock.today() - timedelta(days=31),
            1,
        )
        assert [(over.kind, over.taken, over.left) for over in trouble.over] == [("m2", Decimal(352), Decimal(-52))]
    assert list_kept_depots(session, leader) == [yard] and list_kept_depots(session, make_actor(session, "wierden")) == []
    assert not trouble_of(
        session,
        list_kept_depots(session, make_actor(session, "almelo", "coordinator"))[0],
        sum_stock(session, [quiet.id])[quiet.id],
    ).is_any
    with pytest.raises(Forbidden):
        list_all_troubles(session, hengelo)


def test_approved_transfers_of_what_lies_here_come_by_their_appointment(session: Session) -> None:
    hengelo, borne = make_actor(session, "hengelo", "coordinator"), make_actor(session, "borne")
    yard = make_yard(session, hengelo)
    for number, hours in ((1, None), (2, 30), (3, 26), (4, None)):
        listing = make_listing(session, hengelo, quantity=Quantity(Decimal(176), Unit.M2))
        listing.lot_id, listing.depot_id = make_lot(session, yard, hengelo).id, yard.id
        session.flush()
        reserve(session, borne, listing_id=listing.id, draft=ReservationDraft(Quantity(Decimal(100), Unit.M2)))
        if number == 4:
            continue
        approve(session, hengelo, reservation_id=number)
        if hours:
            at = clock.now() + timedelta(hours=hours)
            propose_times(session, hengelo, reservation_id=number, draft=AppointmentDraft((at,)))
            agree_time(session, borne, reservation_id=number, time=at)
    calls = list_depot_calls(session, hengelo, [yard])
    assert [(call.reservation.id, call.is_bringing) for call in calls] == [(3, False), (2, False), (1, False)]
    assert calls[2].at is None and calls[0].reservation.organisation.slug == "borne"


@pytest.mark.parametrize("words", ["ÉÉN", "één", "partij"])
def test_a_lot_is_found_by_its_words_in_capitals_or_not(session: Session, words: str) -> None:
    hengelo = make_actor(session, "hengelo", "coordinator")
    yard = make_yard(session, hengelo)
    make_lot(session, yard, hengelo, title="ÉÉN PARTIJ STENEN")
    assert list_lots(session, hengelo, LotFilter(words=words))[1] == 1
    assert [row.lot.title for row in list_lying(session, hengelo, yard, words=words)[0]] == ["ÉÉN PARTIJ STENEN"]


def test_the_picture_of_a_lot_is_the_first_that_is_still_there(session: Session) -> None:
    seed_taxonomy(session)
    owner = make_actor(session, "hengelo")
    listing = make_listing(session, owner)
    names = ("webp-480", "webp-960", "webp-1600", "jpeg-1200")
    second = add_photo(
        session, owner, listing_id=listing.id, picture=StoredPicture(dict.fromkeys(names, ("9" * 64 + ".webp", 480, 360)))
    )
    delete_photo(session, owner, listing_id=listing.id, photo_id=get_listing(session, owner, listing.id).photos[0].id)
    assert find_first_photos(session, [listing.id])[listing.id].id == second.id
