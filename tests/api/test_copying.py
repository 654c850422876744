"""A system that keeps a copy by asking what has changed. It misses nothing, hears what is gone, and comes to an end."""

import threading
import time
from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from random import Random
from typing import Any

import pytest
from sqlalchemy.orm import Session

from marketplace.accounts.policy import Actor
from marketplace.exchange.actions.reserve import reserve
from marketplace.exchange.rules.reservation import ReservationDraft
from marketplace.kernel import clock
from marketplace.kernel.db import Database
from marketplace.kernel.units import Quantity, Unit
from marketplace.market.actions.demands import store_demand, withdraw_demand
from marketplace.market.actions.listings import mark_withdrawn
from tests.api.conftest import Api, demand_body, listing_body, published
from tests.factories import demand_draft, make_actor, make_draft, make_listing

EVER = "1970-01-01T00:00:00Z"
Copy = dict[int, dict[str, Any]]
Somebody = Callable[..., Api]


class Copier:
    """Keeps a copy of one list, as this reader sees it."""

    def __init__(self, reader: Api, path: str, size: int = 7, since: str = EVER) -> None:
        self.reader, self.path, self.size, self.cursor = reader, path, size, since
        self.copy: Copy = {}
        self.gone: list[int] = []

    def ask(self) -> bool:
        """Ask once; whether there is more."""
        sign = "&" if "?" in self.path else "?"
        answer = self.reader.get(f"{self.path}{sign}updatedSince={self.cursor}&pageSize={self.size}").get_json()
        for removal in answer["gone"]:
            assert removal["gone"] is True and removal["goneAt"]
            self.copy.pop(removal["id"], None)
            self.gone.append(removal["id"])
        self.copy.update({item["id"]: item for item in answer["items"]})
        self.cursor = answer["next"]
        return bool(answer["more"])

    def catch_up(self) -> Copy:
        """Ask until there is no more; that comes to an end while nobody writes."""
        for _page in range(200):
            if not self.ask():
                return self.copy
        raise AssertionError("it never ends")


def truth(reader: Api, path: str) -> Copy:
    """The whole list as the reader sees it now."""
    items: Copy = {}
    for number in range(1, 100):
        sign = "&" if "?" in path else "?"
        page = reader.get(f"{path}{sign}page={number}&pageSize=100").get_json()
        items |= {item["id"]: item for item in page["items"]}
        if number * 100 >= page["total"]:
            return items
    raise AssertionError("too many")


def assert_same(copier: Copier) -> None:
    assert copier.catch_up() == truth(copier.reader, copier.path)


def test_a_copy_follows_a_lot_from_its_publication_until_it_is_withdrawn(hengelo: Api, borne: Api, public: Api) -> None:
    copiers = [Copier(public, "/listings"), Copier(borne, "/listings"), Copier(hengelo, "/listings?mine=true")]
    listing = published(hengelo)
    for copier in copiers:
        assert_same(copier)
    hengelo.patch(f"/listings/{listing['id']}", {"version": listing["version"], "title": "Rode klinkers"})
    borne.post(f"/listings/{listing['id']}/reservations", {"quantity": 200, "unit": "m2"})
    for copier in copiers:
        assert copier.catch_up()[listing["id"]]["available"] == "1000"
        assert_same(copier)
    assert hengelo.post(f"/listings/{listing['id']}/withdraw", {"reason": "Toch zelf nodig"}).status_code == 200
    for copier in copiers[:2]:
        assert (copier.catch_up(), copier.gone) == ({}, [listing["id"]])
    assert copiers[2].catch_up()[listing["id"]]["status"] == "withdrawn"


def test_a_draft_is_told_to_its_own_organisation_only_and_so_is_its_end(hengelo: Api, borne: Api) -> None:
    own, others = Copier(hengelo, "/listings?mine=true"), Copier(borne, "/listings")
    draft = hengelo.post("/listings", listing_body()).get_json()["id"]
    assert (list(own.catch_up()), others.catch_up()) == ([draft], {})
    hengelo.delete(f"/listings/{draft}")
    assert (own.catch_up(), own.gone) == ({}, [draft])
    assert (others.catch_up(), others.gone) == ({}, [])


def test_what_the_calendar_brings_and_takes_is_told_on_its_day(hengelo: Api, borne: Api, public: Api) -> None:
    today = clock.today()
    later = published(hengelo, regionFrom=(today + timedelta(days=3)).isoformat())["id"]
    ends = published(hengelo, availableUntil=(today + timedelta(days=5)).isoformat())["id"]
    demand = borne.post("/demands", demand_body(neededUntil=(today + timedelta(days=5)).isoformat())).get_json()["id"]
    copiers = [Copier(public, "/listings", size=1), Copier(public, "/demands", size=1)]
    assert [list(copier.catch_up()) for copier in copiers] == [[ends], [demand]]
    for days, there in ((3, [[later, ends], [demand]]), (6, [[later], []]), (70, [[], []])):
        with clock.frozen(clock.now() + timedelta(days=days)):
            assert [sorted(copier.catch_up()) for copier in copiers] == there
            for copier in copiers:
                assert_same(copier)


def test_an_approval_is_told_with_the_exact_spot(hengelo: Api, somebody: Somebody) -> None:
    partner = somebody("waterschap-vechtstromen", kind="partner")
    listing_id = published(hengelo)["id"]
    lots, requests = Copier(partner, "/listings"), Copier(partner, "/reservations")
    with clock.frozen(clock.now() + timedelta(days=15)):
        wish = {"quantity": 8, "unit": "m2", "place": "Almelo"}
        reservation = partner.post(f"/listings/{listing_id}/reservations", wish).get_json()
        assert "exact" not in lots.catch_up()[listing_id]
        assert requests.catch_up()[reservation["id"]]["status"] == "requested"
        hengelo.post(f"/reservations/{reservation['id']}/approve")
        assert lots.catch_up()[listing_id]["exact"]["lat"] is not None
        assert requests.catch_up()[reservation["id"]]["status"] == "approved"
        for copier in (lots, requests):
            assert_same(copier)


def test_reservations_of_others_are_not_even_counted(hengelo: Api, borne: Api, losser: Api, reviewer: Api) -> None:
    listing_id = published(hengelo)["id"]
    borne.post(f"/listings/{listing_id}/reservations", {"quantity": 8, "unit": "m2"})
    answer = losser.get(f"/reservations?updatedSince={EVER}").get_json()
    assert (answer["items"], answer["gone"], answer["total"], answer["more"]) == ([], [], 0, False)
    assert len(Copier(reviewer, "/reservations").catch_up()) == 1


def test_a_moment_begins_a_copy_of_what_changed_from_then_on(hengelo: Api) -> None:
    before = published(hengelo)["id"]
    time.sleep(0.01)
    moment = clock.now()
    after = published(hengelo)["id"]
    since = moment.isoformat().replace("+00:00", "Z")
    assert list(Copier(hengelo, "/listings", since=since).catch_up()) == [after]
    assert sorted(Copier(hengelo, "/listings").catch_up()) == [before, after]


def test_a_cursor_is_of_one_reader_and_one_list(hengelo: Api, public: Api) -> None:
    cursor = hengelo.get(f"/listings?updatedSince={EVER}").get_json()["next"]
    for reader, path in ((public, "/listings"), (hengelo, "/demands"), (hengelo, "/listings?mine=true")):
        answer = reader.get(f"{path}{'&' if '?' in path else '?'}updatedSince={cursor}")
        assert (answer.status_code, answer.get_json()["type"]) == (409, "urn:materialenbank:problem:cursor")
    number, rest = cursor.split(".", 1)
    assert hengelo.get(f"/listings?updatedSince={int(number) + 1}.{rest}").status_code == 409  # of another bank


@pytest.mark.parametrize("query", ["updatedSince=gisteren", f"updatedSince={EVER}&q=kei", f"updatedSince={EVER}&page=2"])
def test_what_cannot_be_asked_of_a_copy_is_refused(hengelo: Api, query: str) -> None:
    assert hengelo.get(f"/listings?{query}").status_code == 422


@pytest.mark.slow
def test_nothing_is_missed_while_others_write(hengelo: Api, borne: Api, public: Api, database: Database) -> None:
    """Transactions that began early and end late, in four threads, while systems copy: in the end each copy is the truth."""
    with database.transaction() as session:
        owner, asker = make_actor(session, "hengelo"), make_actor(session, "borne")
        lots = [make_listing(session, owner).id for _lot in range(6)]
    writers = [threading.Thread(target=write, args=(database, owner, asker, lots, seed)) for seed in range(4)]
    copiers = [
        Copier(public, "/listings"),
        Copier(borne, "/listings"),
        Copier(borne, "/demands"),
        Copier(hengelo, "/reservations"),
    ]
    for writer in writers:
        writer.start()
    while any(writer.is_alive() for writer in writers):
        for copier in copiers:
            copier.ask()
    for writer in writers:
        writer.join()
    for copier in copiers:
        assert_same(copier)
    assert copiers[0].gone and copiers[2].gone and len(copiers[3].copy) > 4


def write(database: Database, owner: Actor, asker: Actor, lots: list[int], seed: int) -> None:
    """Make, ask, reserve and withdraw, each in a transaction that takes its time before it ends."""
    random = Random(seed)

    def slowly(verb: Callable[..., Any], *given: Any, **named: Any) -> Any:
        def run(session: Session) -> Any:
            result = verb(session, *given, **named)
            session.flush()
            time.sleep(random.uniform(0, 0.02))
            return result

        return database.run(run)

    wish = ReservationDraft(Quantity(Decimal(1), Unit.M2))
    for number in range(8):
        made = slowly(make_listing, owner)
        slowly(make_draft, owner)
        demand = slowly(store_demand, asker, demand_draft())
        slowly(reserve, asker, listing_id=lots[(seed + number) % len(lots)], draft=wish)
        if number % 2:
            slowly(mark_withdrawn, owner, listing_id=made.id)
            slowly(withdraw_demand, asker, demand_id=demand.id)
