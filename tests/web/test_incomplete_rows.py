"""Transfers of which something is not known, and a transfer that the AO CE takes back in the ledger."""

import re
from datetime import date
from decimal import Decimal

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from marketplace.accounts.actions.organisations import seed_region
from marketplace.exchange.actions.decide import approve
from marketplace.exchange.actions.hand_over import confirm, hand_over
from marketplace.exchange.actions.reserve import reserve
from marketplace.exchange.rules.reservation import HandoverDraft, ReservationDraft
from marketplace.kernel import clock
from tests.at_the_gate import m2
from tests.entries import append_entry, append_reversal
from tests.factories import make_actor, make_listing, seed_taxonomy
from tests.visitors import send, visit

pytestmark = pytest.mark.postgresql


@pytest.fixture
def bank(session: Session) -> Session:
    """Four transfers, of which one lacks a factor, one an answer about its use, and one was taken back."""
    seed_region(session)
    seed_taxonomy(session)
    purchase = {"replaces_purchase": "yes", "purchase_cents": 1000}
    append_entry(session, "hengelo", "borne", mass_kg="1000", **purchase)
    append_entry(session, "wierden", "losser", mass_kg="400", carbon_factor=None, **purchase)
    append_entry(session, "hengelo", "losser", mass_kg="5000", happened_on=date(2026, 2, 20))
    append_entry(session, "hengelo", "losser", mass_kg="700", happened_on=date(2026, 2, 21))
    append_reversal(session, seq=4, happened_on=date(2026, 4, 1))
    session.commit()
    return session


def content(client: FlaskClient, path: str) -> str:
    page = client.get(path)
    assert page.status_code == 200
    return page.text.split('<main id="content"')[1].split("<footer")[0]


def rows(page: str) -> dict[int, str]:
    """What each row lacks, by its number."""
    matches = re.findall(r'/cijfers/uitwisselingen/(\d+)".*?<span class="mp-sums__sum">(.*?)</span>', page, re.DOTALL)
    return {int(seq): text for seq, text in matches}


def test_rows_say_what_is_not_known_of_them(bank: Session, app: Flask) -> None:
    reviewer = visit(app, bank, make_actor(bank, "regio-twente", "reviewer"))
    assert rows(content(reviewer, "/cijfers/onvolledig")) == {
        2: "geen CO₂-factor",
        3: "geen prijs van nieuw, niet gezegd of het een aankoop vervangt",
    }
    assert list(rows(content(reviewer, "/cijfers/onvolledig?mist=factor"))) == [2]
    assert list(rows(content(reviewer, "/cijfers/onvolledig?mist=use"))) == [3]
    assert "Hier ontbreekt niets" in content(reviewer, "/cijfers/onvolledig?mist=weight")
    assert len(rows(content(reviewer, "/cijfers/onvolledig?mist=niets"))) == 2


def test_a_municipality_sees_its_own_incomplete_rows(bank: Session, app: Flask, client: FlaskClient) -> None:
    assert list(rows(content(visit(app, bank, make_actor(bank, "wierden")), "/cijfers/onvolledig"))) == [2]
    assert "/inloggen" in client.get("/cijfers/onvolledig").location


@pytest.fixture
def transferred(session: Session) -> Session:
    """240 m² of pavers, 44 400 kg, from Hengelo to Borne."""
    seed_region(session)
    seed_taxonomy(session)
    owner, asker = make_actor(session, "hengelo"), make_actor(session, "borne")
    listing = make_listing(session, owner, quantity=m2("500"))
    reservation = reserve(session, asker, listing_id=listing.id, draft=ReservationDraft(m2("240")))
    approve(session, owner, reservation_id=reservation.id)
    draft = HandoverDraft(m2("240"), clock.today(), vehicle_class="vrachtauto-zwaar-50", driven_km=Decimal("6.5"))
    hand_over(session, owner, reservation_id=reservation.id, draft=draft)
    confirm(session, asker, reservation_id=reservation.id)
    session.commit()
    return session


def test_the_reviewer_takes_a_transfer_back_with_a_reason(transferred: Session, app: Flask) -> None:
    reviewer = visit(app, transferred, make_actor(transferred, "regio-twente", "reviewer"))
    row = "/cijfers/uitwisselingen/1"
    refused = send(reviewer, row, to=f"{row}/terugboeken", reason=" ")
    assert refused.status_code == 422 and 'href="#reason"' in refused.text
    answer = send(reviewer, row, to=f"{row}/terugboeken", reason="Twee keer ingevoerd")
    assert (answer.status_code, answer.location) == (303, "/cijfers/uitwisselingen/2")
    page = content(reviewer, answer.location).replace("\u00a0", " ")
    assert "Teruggenomen van regel 1." in page and "−44.400 kg" in page
    assert "De kilometers zijn gereden en blijven dus meetellen." in page
    again = content(reviewer, row)
    assert "terugboeken" not in again and 'href="/cijfers/uitwisselingen/2"' in again  # nothing is left of it


def test_nobody_else_takes_a_transfer_back(transferred: Session, app: Flask) -> None:
    for slug, role in (("hengelo", "project_leader"), ("borne", "coordinator"), ("regio-twente", "coordinator")):
        person = visit(app, transferred, make_actor(transferred, slug, role))
        page = person.get("/cijfers/uitwisselingen/1")
        assert "terugboeken" not in page.text, slug
        form = send(person, "/account", to="/cijfers/uitwisselingen/1/terugboeken", reason="Twee keer ingevoerd")
        assert form.status_code == 403, slug
