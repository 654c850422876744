"""A depot in somebody's own calendar: what stands in it, for whom its address works, and until when."""

import re
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from html import unescape
from typing import Any
from urllib.parse import urlsplit

import pytest
from flask import Flask
from flask.testing import FlaskClient
from icalendar import Calendar
from sqlalchemy.orm import Session

from marketplace.accounts.models import Organisation, Person
from marketplace.accounts.policy import Actor
from marketplace.bench.statements import counted
from marketplace.depots.models import Depot, DepotKeeper
from marketplace.depots.rules.number import lot_number
from marketplace.exchange.actions.decide import approve, cancel
from marketplace.exchange.actions.gate import agree_time, propose_times
from marketplace.exchange.actions.reserve import reserve
from marketplace.exchange.rules.gate import AppointmentDraft
from marketplace.exchange.rules.reservation import ReservationDraft
from marketplace.kernel import clock
from marketplace.kernel.db import Database
from marketplace.kernel.units import Quantity, Unit
from marketplace.stock.actions.announcing import call_off_arrival
from tests.factories import make_actor, make_listing, seed_taxonomy
from tests.visitors import csrf_token, visit
from tests.yards import announce, make_lot, make_yard

NOW = datetime(2027, 3, 1, 9, tzinfo=UTC)  # a Monday


class Yard:
    """A depot of Hengelo's with a keeper, who has made an address for their calendar."""

    def __init__(self, app: Flask, session: Session) -> None:
        seed_taxonomy(session)
        self.app, self.session = app, session
        self.hengelo = make_actor(session, "hengelo", "coordinator")
        self.keeper, self.borne = make_actor(session, "hengelo"), make_actor(session, "borne")
        self.depot = make_yard(session, self.hengelo, longest_stay_days=30)
        session.add(DepotKeeper(depot_id=self.depot.id, person_id=self.keeper.person_id))
        session.commit()

    def page(self, actor: Actor) -> str:
        return visit(self.app, self.session, actor).get(f"/depots/{self.depot.id}").text

    def make(self, actor: Actor | None = None, what: str = "") -> str:
        """Press the button, and read the address from the page; what comes after the host."""
        client = visit(self.app, self.session, actor or self.keeper)
        page = client.get(f"/depots/{self.depot.id}")
        sent = client.post(f"/depots/{self.depot.id}/agenda{what}", data={"csrf_token": csrf_token(page)})
        assert sent.status_code == 303
        match = re.search(r'id="feed"[^>]*value="([^"]+)"', client.get(f"/depots/{self.depot.id}").text)
        return urlsplit(unescape(match.group(1))).path if match else ""

    def reserve(self, quantity: int = 100) -> int:
        """Borne reserves what lies here, and Hengelo approves it."""
        listing = make_listing(self.session, self.hengelo, title="Keien", quantity=Quantity(Decimal(176), Unit.M2))
        listing.lot_id, listing.depot_id = make_lot(self.session, self.depot, self.hengelo).id, self.depot.id
        self.session.flush()
        row = reserve(
            self.session, self.borne, listing_id=listing.id, draft=ReservationDraft(Quantity(Decimal(quantity), Unit.M2))
        )
        approve(self.session, self.hengelo, reservation_id=row.id)
        self.session.commit()
        return row.id


@pytest.fixture
def yard(app: Flask, session: Session) -> Any:
    with clock.frozen(NOW):
        yield Yard(app, session)


def events(client: FlaskClient, address: str) -> dict[str, Any]:
    """What stands in the calendar, by its UID without the host."""
    answer = client.get(address)
    assert answer.status_code == 200, answer.status
    return {str(event["uid"]).partition("@")[0]: event for event in Calendar.from_ical(answer.data).walk("VEVENT")}


def told(event: Any) -> tuple[str, Any, str]:
    """Its summary, its day or moment, and how sure it is."""
    return str(event["summary"]).replace("\u00a0", " "), event.decoded("dtstart"), str(event["status"])


def test_a_calendar_shows_what_comes_what_goes_and_what_has_lain_here_long_enough(yard: Yard, client: FlaskClient) -> None:
    session, depot = yard.session, yard.depot
    announce(session, depot, yard.borne, days=3)
    announce(session, depot, yard.borne, days=-2, quantity=Decimal(7))
    announce(session, depot, yard.borne, days=56, quantity=Decimal(8))
    announce(session, depot, yard.borne, days=57, quantity=Decimal(9))
    first, second = yard.reserve(100), yard.reserve(50)
    at = datetime(2027, 3, 4, 8, 30, tzinfo=UTC)
    propose_times(session, yard.hengelo, reservation_id=first, draft=AppointmentDraft((at,)))
    agree_time(session, yard.borne, reservation_id=first, time=at)
    lot = make_lot(session, depot, yard.hengelo, days=20)  # may lie here until 11 March
    make_lot(session, depot, yard.hengelo, days=31)  # lies too long already
    session.commit()
    calendar = events(client, yard.make())
    key = f"depot-{depot.id}"
    assert {name: told(event) for name, event in calendar.items() if "transfer" in name} == {
        f"{key}-transfer-{first}-out": ("Wordt opgehaald: 100 m² van Keien", at, "CONFIRMED"),
        f"{key}-transfer-{second}-out": ("Wordt opgehaald: 50 m² van Keien", date(2027, 3, 31), "TENTATIVE"),
    }
    material = "Betonstraatsteen keiformaat 8 cm"
    assert {name: told(event) for name, event in calendar.items() if "arrival" in name} == {
        f"{key}-arrival-1": (f"Komt binnen: 5 m² {material}", date(2027, 3, 4), "CONFIRMED"),
        f"{key}-arrival-2": (f"Te laat: 7 m² {material}", date(2027, 3, 1), "TENTATIVE"),
        f"{key}-arrival-3": (f"Komt binnen: 8 m² {material}", date(2027, 4, 26), "CONFIRMED"),
    }
    # the two lots of Borne's reservations came today: 30 days from 1 March is 31 March
    assert {name: told(event) for name, event in calendar.items() if "stay" in name} == {
        f"{key}-stay-2027-03-11": (f"Langste ligtijd eindigt: {lot_number(lot.id)} Grijze keien", date(2027, 3, 11), "CONFIRMED"),
        f"{key}-stay-2027-03-31": ("Langste ligtijd eindigt: 2 partijen", date(2027, 3, 31), "CONFIRMED"),
    }


def test_it_names_no_person_and_no_note(yard: Yard, client: FlaskClient) -> None:
    announce(yard.session, yard.depot, yard.borne, days=1, words="Bel Jan: 06 12345678", person_id=yard.borne.person_id)
    number = yard.reserve()
    at = NOW + timedelta(days=2)
    propose_times(yard.session, yard.hengelo, reservation_id=number, draft=AppointmentDraft((at,), notes="Vraag naar Piet"))
    yard.session.commit()
    text = client.get(yard.make()).text
    assert "Borne" in text
    for secret in ("Jan", "12345678", "Piet", yard.keeper.name, yard.borne.name, yard.hengelo.name, "example"):
        assert secret not in text, secret


def test_an_event_keeps_its_name_and_what_is_off_goes_away(yard: Yard, client: FlaskClient) -> None:
    arrival = announce(yard.session, yard.depot, yard.borne, days=3)
    number = yard.reserve()
    address = yard.make()
    before = set(events(client, address))
    at = NOW + timedelta(days=2)
    propose_times(yard.session, yard.hengelo, reservation_id=number, draft=AppointmentDraft((at,)))
    agree_time(yard.session, yard.borne, reservation_id=number, time=at)
    yard.session.commit()
    assert set(events(client, address)) == before
    call_off_arrival(yard.session, yard.borne, depot_id=yard.depot.id, arrival_id=arrival.id, reason="Uitgesteld")
    cancel(yard.session, yard.borne, reservation_id=number, reason="Niet meer nodig")
    yard.session.commit()
    gone = {f"depot-{yard.depot.id}-arrival-{arrival.id}", f"depot-{yard.depot.id}-transfer-{number}-out"}
    assert before - set(events(client, address)) == gone


def test_a_program_is_told_when_nothing_changed_and_no_cache_keeps_it_for_others(yard: Yard, client: FlaskClient) -> None:
    announce(yard.session, yard.depot, yard.borne, days=3)
    yard.session.commit()
    address = yard.make()
    first = client.get(address)
    assert first.headers["Cache-Control"] == "private, no-cache"
    assert first.mimetype == "text/calendar"
    again = client.get(address, headers={"If-None-Match": first.headers["ETag"]})
    assert (again.status_code, again.data) == (304, b"")
    announce(yard.session, yard.depot, yard.borne, days=4)
    yard.session.commit()
    assert client.get(address, headers={"If-None-Match": first.headers["ETag"]}).status_code == 200


def test_a_new_address_ends_the_old_one_and_withdrawing_ends_both(yard: Yard, client: FlaskClient) -> None:
    old, new = yard.make(), yard.make()
    assert old != new
    assert [client.get(address).status_code for address in (old, new)] == [404, 200]
    assert yard.make(what="/intrekken") == ""
    assert [client.get(address).status_code for address in (old, new)] == [404, 404]


@pytest.mark.parametrize("what", ["keeper", "account", "organisation", "password", "role"])
def test_it_stops_with_the_right_of_whoever_made_it(yard: Yard, client: FlaskClient, what: str) -> None:
    address = yard.make()
    assert client.get(address).status_code == 200
    session, person = yard.session, yard.session.get_one(Person, yard.keeper.person_id)
    if what == "keeper":
        session.delete(session.get_one(DepotKeeper, (yard.depot.id, person.id)))
    elif what == "account":
        person.is_active = False
    elif what == "organisation":
        session.get_one(Organisation, person.organisation_id).is_active = False
    elif what == "role":
        person.role = "admin"
    else:
        person.password_changed_at = NOW + timedelta(seconds=1)
    session.commit()
    assert client.get(address).status_code == 404


def test_an_address_is_of_one_depot_and_one_person_and_cannot_be_made_up(yard: Yard, client: FlaskClient) -> None:
    other: Depot = make_yard(yard.session, yard.hengelo, name="Andere werf")
    yard.session.commit()
    mine, theirs = yard.make(), yard.make(yard.hengelo)
    assert mine != theirs and client.get(mine).status_code == client.get(theirs).status_code == 200
    token = mine.rpartition("/")[2]
    assert client.get(f"/depots/{other.id}/agenda/{token}").status_code == 404
    for wrong in (token.replace(".ics", "x.ics"), "x.ics", "WzEsIngiXQ.x.ics", f"{token.partition('.')[0]}.ics"):
        assert client.get(f"/depots/{yard.depot.id}/agenda/{wrong}").status_code == 404, wrong


def test_who_may_not_read_the_stock_sees_no_button_and_makes_no_address(yard: Yard, session: Session) -> None:
    borne = visit(yard.app, session, yard.borne)
    page = borne.get(f"/depots/{yard.depot.id}")
    assert "In uw eigen agenda" not in page.text
    token = csrf_token(borne.get("/mijn-account"))
    for what in ("", "/intrekken"):
        answer = borne.post(f"/depots/{yard.depot.id}/agenda{what}", data={"csrf_token": token})
        assert answer.status_code == 403
    assert "In uw eigen agenda" in yard.page(make_actor(session, "regio-twente", "reviewer"))


def test_in_english_the_calendar_is_english(yard: Yard, client: FlaskClient) -> None:
    announce(yard.session, yard.depot, yard.borne, days=3)
    yard.session.commit()
    address = yard.make()
    [event] = events(client, f"/en{address}").values()
    assert str(event["summary"]).startswith("Comes in: 5\u00a0m²")
    assert "/en/depots/" in str(event["url"])


def test_more_to_tell_asks_no_more_questions(yard: Yard, client: FlaskClient, database: Database) -> None:
    yard.reserve(10)
    announce(yard.session, yard.depot, yard.borne, days=3)
    make_lot(yard.session, yard.depot, yard.hengelo, days=20)
    yard.session.commit()
    address = yard.make()
    client.get(address)
    with counted(database) as few:
        client.get(address)
    for number in range(4):
        yard.reserve(10)
        announce(yard.session, yard.depot, yard.borne, days=number)
        make_lot(yard.session, yard.depot, yard.hengelo, days=number)
    yard.session.commit()
    with counted(database) as many:
        client.get(address)
    assert len(many) == len(few)
