"""Servers for journeys, and the databases behind them: filled with the demonstration data, or with no more than the people."""

import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta

from flask import Flask
from flask.testing import FlaskClient
from playwright.sync_api import Page
from sqlalchemy import select
from waitress import wasyncore
from waitress.server import create_server

from config import Config
from marketplace.accounts.actions.people import invite, request_reset
from marketplace.accounts.actions.sessions import start_session
from marketplace.accounts.models import Invitation, PasswordReset, Person
from marketplace.accounts.policy import ANONYMOUS, OPERATOR
from marketplace.accounts.queries.organisations import get_organisation_by_slug
from marketplace.accounts.queries.people import find_person
from marketplace.accounts.rules import links
from marketplace.accounts.rules.accounts import InvitationDraft, Role
from marketplace.cli import demo, demo_lots, reference
from marketplace.exchange.models import Reservation
from marketplace.impact.queries.adopted import list_adopted
from marketplace.jobs import tasks
from marketplace.kernel import clock
from marketplace.market.queries.listings import list_public_ids
from marketplace.notices.rules.kinds import Notice
from marketplace.notices.rules.talking import REPLY
from marketplace.published.actions import restate
from tests.databases import PASSWORD
from tests.furnished import database_of, opened
from tests.pdfs import good
from tests.visitors import hashed, picture, send, upload


@dataclass(frozen=True)
class Site:
    """A running server."""

    url: str
    app: Flask
    password: str = PASSWORD

    def log_in(self, page: Page, email: str) -> None:
        """Through the form, as a person would."""
        page.goto(f"{self.url}/inloggen")
        page.locator("input[type=email], input[name=email]").first.fill(email)
        page.locator("input[type=password]").first.fill(self.password)
        page.locator("main form button[type=submit]").first.click()
        page.wait_for_url(lambda address: "/inloggen" not in address)

    def let_in(self, page: Page, email: str) -> None:
        """Logged in before the journey begins: for journeys that are about something else."""
        page.context.add_cookies([{"name": "session", "value": self.ticket(email), "url": self.url}])

    def client(self, email: str = "") -> FlaskClient:
        """This person, or anybody, without a browser."""
        return client_of(self.app, email)

    def ticket(self, email: str) -> str:
        """What stands in the cookie of somebody who has logged in."""
        return ticket(self.app, email)


def ticket(app: Flask, email: str) -> str:
    with database_of(app).transaction() as session:
        person = find_person(session, email)
        assert person is not None
        return start_session(session, ANONYMOUS, person=person, agent="journey")


def client_of(app: Flask, email: str = "") -> FlaskClient:
    client = app.test_client()
    if email:
        client.set_cookie("session", ticket(app, email))
    return client


@contextmanager
def running(config: Config) -> Iterator[Site]:
    """An app of its own, and its server."""
    with opened(config) as app, serving(app) as site:
        yield site


@contextmanager
def serving(app: Flask) -> Iterator[Site]:
    """A server in a thread on a free port."""
    server = create_server(app, host="127.0.0.1", port=0, threads=8, ident=None)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    yield Site(f"http://127.0.0.1:{server.effective_port}", app)  # type: ignore[union-attr]

    def close() -> None:
        for channel in list(server.active_channels.values()):
            channel.handle_close()  # and the photo it was sending
        wasyncore.close_all(server._map, ignore_all=True)  # type: ignore[union-attr]

    server.trigger.pull_trigger(close)  # by its own thread: another one would take the sockets from under its feet
    thread.join(timeout=5)
    server.task_dispatcher.shutdown()


def fill_with_people(app: Flask) -> None:
    """The demonstration's people in a bank where nothing has happened yet."""
    reference.seed_reference(database_of(app))
    with database_of(app).transaction() as session:
        demo_lots.make_people(session, hashed(), demo.DOMAIN)


def fill_with_unfinished_work(app: Flask) -> None:
    """What nobody has yet in the demonstration: a lot and a need half told, a search that is kept, a program, an invitation, a forgotten password,
    a report that waits for the AO CE."""
    leader = client_of(app, f"projectleider.hengelo@{demo.DOMAIN}")
    material = {"material": "betonstraatsteen-kei-8cm", "quantity": "1.200", "unit": "m2", "condition": "good", "do": "next"}
    material |= {"field_set": "betonstraatstenen"}  # the questions of this material were on the page
    second = send(leader, "/aanbod/nieuw", {"photos": [upload(picture())], "do": "next"}).location
    third = send(leader, second, {**material, "quantity_basis": "measured"}).location
    values = {"spot": "other", "place": "7551 AB", "since": "now", "till": "gone", "do": "next"}
    assert send(leader, third, values).location.endswith("/stap/4")
    assert send(leader, "/gezocht/nieuw", {"title": "Half verteld", "quantity": "veel", "do": "auto"}).status_code == 200
    assert send(leader, "/zoekopdrachten/nieuw?q=klinkers", {"name": "Klinkers"}).status_code == 303
    own = re.search(r'href="/aanbod/([0-9]+)"', leader.get("/aanbod?q=voegmateriaal").text)
    assert own
    coming = {"material": "betonstraatsteen-kei-8cm", "quantity": "640", "unit": "m2", "expected_on": "morgen"}
    assert send(leader, "/depots/1/aankondigen", coming).status_code == 303
    paper = {"kind": "batch-inspection", "number": "PK-26", "issuer": "Lab Oost", "issued_on": "12-3-2025"}
    adding = f"/aanbod/{own[1]}/documenten/nieuw"
    assert send(leader, adding, {**paper, "file": upload(good(), "verklaring.pdf")}).status_code == 303
    with database_of(app).read() as reading:
        on_offer = list_public_ids(reading, 2)
    for number in on_offer:
        assert send(leader, f"/aanbod/{number}", {}, to=f"/aanbod/{number}/bewaren").status_code == 303
    with database_of(app).transaction() as session:
        organisation = get_organisation_by_slug(session, "hengelo")
        draft = InvitationDraft(f"nieuw.hengelo@{demo.DOMAIN}", organisation.id, Role.PROJECT_LEADER)
        invite(session, OPERATOR, draft=draft)
        request_reset(session, ANONYMOUS, email=f"projectleider.borne@{demo.DOMAIN}")
    coordinator = client_of(app, f"coordinator.hengelo@{demo.DOMAIN}")
    assert (
        send(coordinator, "/beheer/systeemaccounts/nieuw", {"name": "Voorraadsysteem", "organisation": "hengelo"}).status_code
        == 303
    )
    year = clock.today().year - 5  # nothing is said of it in the demonstration
    entry, filled = f"/beheer/materiaalgebruik/{year}", {"version": "0", "scope": "organisation", "includes_bank_kg": "0"}
    masses = {"mass-bestrating-primary": "30.000", "mass-bestrating-reused": "10.000"}
    assert send(coordinator, entry, {**filled, **masses}).status_code == 303
    assert send(coordinator, f"{entry}/indienen", {}).status_code == 303
    load_sheets(app, coordinator)
    load_contracts(app, coordinator)
    load_factors(coordinator)
    publish_reports(app, year=clock.today().year - 2)
    administrator = client_of(app, f"beheer@{demo.DOMAIN}")
    for kind, is_done in (("check", True), ("rebuild", False)):
        assert send(administrator, "/beheer/klok", {"kind": kind}, to="/taken").status_code == 303
        if is_done:
            assert tasks.work_off(app) == 1


def publish_reports(app: Flask, *, year: int) -> None:
    """Two reports of the region of one year, and one of a municipality, beside a year that was worked out again."""
    reviewer = client_of(app, f"aoce@{demo.DOMAIN}")
    with database_of(app).transaction() as session:
        restate(session, OPERATOR, year=year)
        adopted = list_adopted(session, year=year)[0].organisation_slug
    for what in (f"{year}/", f"{year}/", f"{year}/{adopted}"):
        assert send(reviewer, "/rapport", {"what": what}).status_code == 303


def load_sheets(app: Flask, coordinator: FlaskClient) -> None:
    """One sheet with a wrong row, one of which no column is known, and waste notifications that are applied."""
    wrong = b"Jaar;Materiaalgroep;Herkomst;Ton\n2024;Hout;primair;1,5\n2024;Huot;primair;veel\n"
    assert send(coordinator, "/invoer/materiaalgebruik", {"file": upload(wrong, "gebruik.csv")}).status_code == 303
    lots = "Titel;Materiaal;Hoeveelheid;Eenheid;Kwaliteit;Vrij vanaf;Plaats;Dikte (cm)\n"
    lots += "Keien;betonstraatsteen-kei-8cm;40;m2;Goed;2027-03-01;Borne;8\nTegels;onbekend;40;m2;Goed;2027-03-01;Borne;dik\n"
    assert send(coordinator, "/invoer/aanbod", {"file": upload(lots.encode(), "aanbod.csv")}).status_code == 303
    assert send(coordinator, "/invoer/materiaalgebruik", {"file": upload(b"A;B\n1;2\n", "onbekend.csv")}).status_code == 303
    notified = b"Euralcode;Periode;kg;Benaming\n17 03 02;2025-02;1500;asfalt\n17 01 01;2025-02;250;beton\n"
    for is_applied in (True, False):
        page = send(coordinator, "/invoer/afvalmeldingen", {"file": upload(notified, "afval.csv")}).location
        if is_applied:
            send(coordinator, page, to=f"{page}/toepassen").close()
            assert tasks.work_off(app) == 1


def load_contracts(app: Flask, coordinator: FlaskClient) -> None:
    """A RAW contract of which everything is still to be said, with a name to be explained, and one that is applied."""
    head = "postnr;Omschrijving;Eenheid;Hoeveelheid;Kenmerk;Materiaal\n"
    posts = "1;Opbreken fietsbeugels;st;4;H;Fietsbeugel (nietje) verzinkt\n2;Opbreken fundering;ton;30;R;Menggranulaat 0/31,5\n"
    posts += "3;Opbreken banden. De aannemer wordt eigenaar;m;85;H;\n4;Werkterrein;EUR;1;;\n"
    unknown = f"{head}{posts}5;Opbreken qqq;m²;12;H;qqq\n"
    assert send(coordinator, "/invoer/raw", {"file": upload(unknown.encode(), "bestek-open.csv")}).status_code == 303
    page = send(coordinator, "/invoer/raw", {"file": upload(f"{head}{posts}".encode(), "bestek.csv")}).location
    year = clock.today().year + 1
    values = {
        "once-contract": "W-1",
        "once-place": "Hengelo",
        "once-earliest": f"1-3-{year}",
        "once-latest": f"31-10-{year}",
        "once-condition": "good",
    }
    assert send(coordinator, page, {**values, "once-certainty": "tendered"}, to=f"{page}/gegevens").status_code == 303
    send(coordinator, page, to=f"{page}/toepassen").close()
    assert tasks.work_off(app) == 1


def load_factors(coordinator: FlaskClient) -> None:
    """A list of factors that waits for the AO CE, with a figure that is asked twice, and one that its coordinator still looks at."""
    head = "slug;co2_nieuw_kg_per_kg;co2_laag;co2_hoog;co2_bron;co2_conf;factor_licence;factor_public"
    row = "betonstraatsteen-kei-8cm;0,9;onbekend;onbekend;EPD 12;A;OGL v3.0;ja"
    for is_handed_in in (True, False):
        page = send(
            coordinator, "/beheer/materialen/lijst", {"file": upload(f"{head}\n{row}\n".encode(), "factoren.csv")}
        ).location
        if is_handed_in:
            assert send(coordinator, page, to=f"{page}/indienen").status_code == 303


def links_by_mail(app: Flask) -> list[str]:
    """Where an invitation, the reset of a password, an answer and less mail lead: links that stand in mails only."""
    with database_of(app).read() as session:
        invitation, reset = session.scalars(select(Invitation)).one(), session.scalars(select(PasswordReset)).one()
        secret = app.config["SECRET_KEY"]
        reservation = session.scalars(select(Reservation).where(Reservation.status == "requested").limit(1)).one()
        owners = select(Person.id).where(Person.organisation_id == reservation.owner_id, Person.role == "coordinator")
        owner_id = session.scalars(owners.limit(1)).one()
        answer = links.ActionLink(owner_id, "approve", reservation.id, clock.now() + timedelta(days=1))
        return [
            f"/antwoord/{links.sign_action(secret, answer)}",
            f"/gesprek/{links.sign_action(secret, answer._replace(word=REPLY), links.REPLY)}",
            f"/minder-mail/{links.sign_less_mail(secret, owner_id, [Notice.RESERVATION_REQUESTED])}",
            f"/uitnodiging/{links.sign(secret, links.INVITATION, invitation.id, invitation.nonce)}",
            f"/wachtwoord/{links.sign(secret, links.RESET, reset.id, reset.nonce)}",
        ]
