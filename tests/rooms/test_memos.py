"""Memos: what a search finds and keeps, numbers without gaps, one conclusion, and that nothing of it ever changes."""

import threading
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from decimal import Decimal

import pytest
from sqlalchemy import func, select, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from marketplace.accounts.policy import Actor
from marketplace.exchange.actions.reserve import reserve
from marketplace.exchange.rules.reservation import ReservationDraft
from marketplace.kernel import clock
from marketplace.kernel.db import Database
from marketplace.kernel.errors import Conflict, Forbidden, Invalid, Missing
from marketplace.kernel.geo import Point
from marketplace.kernel.units import Amount, Quantity, Unit
from marketplace.market.models import Demand
from marketplace.market.rules.listing import Condition, Location
from marketplace.memos.actions.conclude import ask_the_same, conclude
from marketplace.memos.actions.search import search_first
from marketplace.memos.models import Memo
from marketplace.memos.queries.memos import find_author, get_memo, list_memos
from marketplace.memos.rules.memo import ConclusionDraft, Decision, WhyNew
from marketplace.memos.rules.record import read_found, read_searched, read_stock
from marketplace.places.rules import PlaceBasis
from tests.factories import demand_draft, make_actor, make_listing, seed_taxonomy

NOW = datetime(2026, 12, 15, 12, tzinfo=clock.AMSTERDAM)


@pytest.fixture
def hengelo(session: Session) -> Iterator[Actor]:
    with clock.frozen(NOW):
        seed_taxonomy(session)
        yield make_actor(session, "hengelo")


@pytest.fixture
def borne(session: Session, hengelo: Actor) -> Actor:
    return make_actor(session, "borne")


def at(lat: float, lon: float) -> Location:
    return Location("Ergens", "hengelo", Point(lat, lon), PlaceBasis.POINT)


def bought(**changes: object) -> ConclusionDraft:
    return ConclusionDraft(Decision.BOUGHT_NEW, **changes)  # type: ignore[arg-type]


def test_a_search_keeps_what_fits_what_nearly_fits_and_what_is_planned(session: Session, hengelo: Actor, borne: Actor) -> None:
    here = make_listing(session, hengelo, title="Nu vrij")
    later = make_listing(session, hengelo, title="Later vrij", available_from=date(2027, 1, 4), available_until=None)
    poor = make_listing(session, hengelo, title="Versleten", condition=Condition.POOR)
    make_listing(session, hengelo, title="Andere steen", material="asfaltgranulaat", quantity=Quantity(Decimal(10), Unit.TONNE))
    memo = search_first(session, borne, demand_draft())
    result = read_found(memo.found)
    assert (memo.name, memo.fitting, memo.nearly) == ("EDB-2026-0001", 2, 1)
    assert [(lot.listing_id, lot.is_planned) for lot in result.lots] == [(here.id, False), (later.id, True)]
    assert result.planned == 1
    assert [lot.covers for lot in result.lots] == [Amount(Decimal(800), Unit.M2)] * 2
    [miss] = result.misses
    assert (miss.listing_id, miss.title, miss.covers) == (poor.id, "Versleten", None)
    assert miss.in_the_way is not None
    assert miss.in_the_way.nl.startswith("Eén stap minder")
    assert miss.in_the_way.en.startswith("One step below")
    assert (memo.searched_on, memo.mass_kg) == (date(2026, 12, 15), Decimal(148000))  # 800 m² of 185 kg


def test_the_stock_of_the_day_is_that_of_the_material_and_of_its_group(session: Session, hengelo: Actor, borne: Actor) -> None:
    make_listing(session, hengelo, quantity=Quantity(Decimal(100), Unit.M2), kg_per_unit=Decimal(200))
    make_listing(session, hengelo, quantity=Quantity(Decimal(40), Unit.M2), available_from=date(2027, 2, 1), available_until=None)
    make_listing(session, hengelo, material="straatbaksteen-waalformaat", quantity=Quantity(Decimal(10), Unit.TONNE))
    taken = make_listing(session, hengelo, quantity=Quantity(Decimal(50), Unit.M2))
    reserve(session, borne, listing_id=taken.id, draft=ReservationDraft(Quantity(Decimal(50), Unit.M2)))
    stock = read_stock(search_first(session, borne, demand_draft()).stock)
    assert (stock.material.lots, stock.material.planned, stock.material.unweighed) == (2, 1, 0)
    assert stock.material.mass_kg == 100 * 200 + 40 * 185
    assert (stock.group.lots, stock.group.mass_kg) == (3, Decimal(37400))
    assert stock.material.nearest_km is not None
    assert Decimal(4) < stock.material.nearest_km < Decimal(6)  # Borne to Hengelo


def test_wishes_are_compared_as_matching_does_and_what_is_not_known_is_kept_as_a_doubt(
    session: Session, hengelo: Actor, borne: Actor
) -> None:
    thick = make_listing(session, hengelo, fields={"thickness-cm": "8"})
    silent = make_listing(session, hengelo)
    thin = make_listing(session, hengelo, fields={"thickness-cm": "7"})
    memo = search_first(session, borne, demand_draft(fields={"thickness-cm": {"min": "8"}}))
    result = read_found(memo.found)
    assert [(lot.listing_id, len(lot.doubts)) for lot in result.lots] == [(thick.id, 0), (silent.id, 1)]
    assert result.lots[1].doubts[0].nl.startswith("Twijfel: dikte")
    assert result.lots[1].doubts[0].en.startswith("Doubt: thickness")
    [miss] = result.misses
    assert miss.listing_id == thin.id
    assert miss.in_the_way is not None
    assert "1\u00a0cm minder" in miss.in_the_way.nl


def test_where_nothing_lies_the_stock_says_none(session: Session, borne: Actor) -> None:
    memo = search_first(session, borne, demand_draft())
    stock = read_stock(memo.stock)
    assert (memo.fitting, memo.nearly, stock.group.lots, stock.group.nearest_km) == (0, 0, 0, None)
    assert stock.material.mass_kg == 0


def test_a_search_stores_no_demand_and_a_lot_held_by_others_without_a_demand_does_not_lower_it(
    session: Session, hengelo: Actor, borne: Actor
) -> None:
    lot = make_listing(session, hengelo)
    reserve(session, borne, listing_id=lot.id, draft=ReservationDraft(Quantity(Decimal(300), Unit.M2)))
    [memo_lot] = read_found(search_first(session, borne, demand_draft()).found).lots
    assert (memo_lot.covers, memo_lot.available) == (Amount(Decimal(800), Unit.M2), Amount(Decimal(900), Unit.M2))
    assert session.scalar(select(func.count(Demand.id))) == 0


def test_what_was_kept_reads_the_same_when_the_lot_and_the_names_have_changed(
    session: Session, hengelo: Actor, borne: Actor
) -> None:
    lot = make_listing(session, hengelo)
    memo = search_first(session, borne, demand_draft())
    before = (read_searched(memo.search), read_found(memo.found), read_stock(memo.stock))
    session.execute(text(f"UPDATE listing SET title = 'Anders', quantity = 1000, status = 'withdrawn' WHERE id = {lot.id}"))
    session.execute(text("UPDATE organisation SET name = 'Hengelo (O)'"))
    session.expire_all()
    memo = get_memo(session, borne, memo.id)
    assert (read_searched(memo.search), read_found(memo.found), read_stock(memo.stock)) == before
    assert (before[1].lots[0].organisation, memo.organisation_name) == ("Hengelo", "Borne")


def test_the_same_search_of_one_day_is_noticed_and_done_again_when_it_is_meant(session: Session, borne: Actor) -> None:
    first = search_first(session, borne, demand_draft())
    with pytest.raises(Conflict, match="EDB-2026-0001") as refused:
        search_first(session, borne, demand_draft(title="Anders genoemd", department="Wegen"))
    assert refused.value.facts == {"memo_id": first.id}
    assert search_first(session, borne, demand_draft(), again=True).name == "EDB-2026-0002"
    assert search_first(session, borne, demand_draft(max_distance_km=Decimal(16))).name == "EDB-2026-0003"
    assert search_first(session, borne, demand_draft(project="Marktplein")).name == "EDB-2026-0004"
    assert search_first(session, make_actor(session, "borne"), demand_draft()).name == "EDB-2026-0005"
    with clock.frozen(NOW + timedelta(days=1)):
        assert search_first(session, borne, demand_draft(needed_until=date(2027, 2, 13))).number == 6


def test_numbers_begin_again_each_year_by_the_clock_of_amsterdam(session: Session, borne: Actor) -> None:
    with clock.frozen(datetime(2026, 12, 31, 23, 59, tzinfo=clock.AMSTERDAM)):
        assert search_first(session, borne, demand_draft()).name == "EDB-2026-0001"
    with clock.frozen(datetime(2027, 1, 1, 0, 1, tzinfo=clock.AMSTERDAM)):
        assert search_first(session, borne, demand_draft()).name == "EDB-2027-0001"


@pytest.mark.slow
def test_numbers_have_no_gaps_when_many_search_at_once_and_some_fail(session: Session, borne: Actor, database: Database) -> None:
    session.commit()
    faults: list[Exception] = []
    start = threading.Barrier(4)

    def work(worker: int) -> None:
        start.wait()
        for step in range(5):
            try:
                with clock.frozen(NOW), database.transaction() as own:
                    search_first(own, borne, demand_draft(project=f"{worker}-{step}"))
                    if step == 2:
                        raise ZeroDivisionError
            except ZeroDivisionError:
                continue
            except Exception as error:
                faults.append(error)

    workers = [threading.Thread(target=work, args=(number,)) for number in range(4)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert not faults
    with database.read() as reading:
        assert sorted(reading.scalars(select(Memo.number))) == list(range(1, 17))


def test_bought_new_although_something_fits_asks_why(session: Session, hengelo: Actor, borne: Actor) -> None:
    make_listing(session, hengelo)
    memo = search_first(session, borne, demand_draft())
    with pytest.raises(Invalid) as refused:
        conclude(session, borne, memo_id=memo.id, draft=bought())
    assert refused.value.errors[0].field == "reason"
    amount = Quantity(Decimal(600), Unit.M2)
    done = conclude(
        session, borne, memo_id=memo.id, draft=bought(reason=WhyNew.TOO_LATE, purchase_reference="INK-2026-114", bought=amount)
    )
    assert done.conclusion is not None
    assert (done.conclusion.decision, done.conclusion.reason, done.conclusion.bought_kg) == ("bought_new", "too_late", 111000)
    with pytest.raises(Conflict):
        conclude(session, borne, memo_id=memo.id, draft=ConclusionDraft(Decision.WAITS))


def test_where_nothing_fits_no_reason_is_asked(session: Session, borne: Actor) -> None:
    memo = search_first(session, borne, demand_draft())
    done = conclude(session, borne, memo_id=memo.id, draft=bought())
    assert done.conclusion is not None
    assert (done.conclusion.reason, done.conclusion.bought) == (None, None)


@pytest.mark.parametrize("change", ["UPDATE {} SET {} = {}", "DELETE FROM {}"])
@pytest.mark.parametrize(
    ("table", "column"), [("memo", "fitting"), ("memo_conclusion", "bought_kg"), ("memo_demand", "demand_id")]
)
def test_nothing_of_a_memo_is_changed_or_removed(session: Session, borne: Actor, table: str, column: str, change: str) -> None:
    memo = search_first(session, borne, demand_draft())
    conclude(session, borne, memo_id=memo.id, draft=bought())
    ask_the_same(session, borne, memo_id=memo.id)
    with pytest.raises(DBAPIError, match=f"{table} is append-only"):
        session.execute(text(change.format(table, column, 1)))


def test_one_step_makes_the_demand_of_the_same_search_once(session: Session, hengelo: Actor, borne: Actor) -> None:
    sought = demand_draft(
        fields={"thickness-cm": {"min": 8}},
        accepts_hazards=("asbest",),
        accepts_unknown_hazards=False,
        project="Marktplein",
        department="Wegen",
    )
    memo = search_first(session, borne, sought)
    demand = ask_the_same(session, borne, memo_id=memo.id)
    assert (demand.title, demand.quantity, demand.unit, demand.project) == (sought.title, 800, "m2", "Marktplein")
    assert (demand.needed_until, demand.max_distance_km, demand.accepts_hazards) == (date(2027, 2, 13), 15, ["asbest"])
    assert (demand.lat, demand.lon, demand.accepts_unknown_hazards) == (52.30136, 6.7482, False)
    assert demand.fields == {"thickness-cm": {"min": "8"}}
    [wish] = read_searched(memo.search).wishes
    assert (wish.said.nl, wish.said.en) == ("minstens 8\u00a0cm", "at least 8\u00a0cm")
    with pytest.raises(Conflict) as refused:
        ask_the_same(session, borne, memo_id=memo.id)
    assert refused.value.facts == {"demand_id": demand.id}


def test_a_demand_of_a_search_whose_period_is_over_is_refused(session: Session, borne: Actor) -> None:
    memo = search_first(session, borne, demand_draft())
    with clock.frozen(NOW + timedelta(days=90)), pytest.raises(Invalid) as refused:
        ask_the_same(session, borne, memo_id=memo.id)
    assert refused.value.errors[0].field == "needed_until"


def test_the_own_organisation_and_the_reviewer_read_a_memo(session: Session, hengelo: Actor, borne: Actor) -> None:
    memo = search_first(session, borne, demand_draft())
    reviewer = make_actor(session, "regio-twente", "reviewer")
    for reader in (borne, make_actor(session, "borne", "coordinator"), reviewer):
        assert get_memo(session, reader, memo.id).id == memo.id
        assert list_memos(session, reader)[1] == 1
    assert list_memos(session, hengelo) == ([], 0)
    with pytest.raises(Missing):
        get_memo(session, hengelo, memo.id)
    with pytest.raises(Missing):
        conclude(session, hengelo, memo_id=memo.id, draft=bought())
    with pytest.raises(Forbidden):
        conclude(session, reviewer, memo_id=memo.id, draft=bought())
    with pytest.raises(Forbidden):
        search_first(session, reviewer, demand_draft())
    assert find_author(session, borne, memo) == "project_leader Borne"
    assert find_author(session, reviewer, memo) is None


def test_open_and_concluded_memos_are_told_apart(session: Session, borne: Actor) -> None:
    first, second = search_first(session, borne, demand_draft()), search_first(session, borne, demand_draft(), again=True)
    conclude(session, borne, memo_id=first.id, draft=ConclusionDraft(Decision.WAITS))
    assert [memo.id for memo in list_memos(session, borne, is_open=True)[0]] == [second.id]
    assert [memo.id for memo in list_memos(session, borne, is_open=False)[0]] == [first.id]


def test_a_partner_searches_by_public_points_and_reads_whole_kilometres(session: Session, hengelo: Actor) -> None:
    partner = make_actor(session, "waterschap", kind="partner")
    with clock.frozen(NOW + timedelta(days=40)):
        make_listing(session, hengelo, location=at(52.2651, 6.7931))
    with clock.frozen(NOW + timedelta(days=41)):
        memo = search_first(session, partner, demand_draft(location=at(52.30136, 6.7482), needed_until=date(2027, 3, 1)))
    stock = read_stock(memo.stock)
    assert stock.material.nearest_km == 6  # 5.1 km between the exact points
    assert all(lot.distance_km == 6 for lot in (*read_found(memo.found).lots, *read_found(memo.found).misses))
