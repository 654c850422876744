"""The page of supply and demand: what was offered, lost and asked for, worked out by hand."""

import re
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
from tests.factories import make_actor, make_demand, make_listing, make_organisation, seed_taxonomy
from tests.visitors import visit

pytestmark = pytest.mark.postgresql


@pytest.fixture
def bank(session: Session) -> Session:
    """Of 500 m² (92.5 tonnes) 240 m² were handed over on the day; two organisations asked for the lot; one demand is open."""
    seed_region(session)
    seed_taxonomy(session)
    make_organisation(session, "sloper-bv", "partner")
    owner, asker, other = (make_actor(session, slug) for slug in ("hengelo", "borne", "losser"))
    listing = make_listing(session, owner, quantity=m2("500"))
    reservation = reserve(session, asker, listing_id=listing.id, draft=ReservationDraft(m2("240")))
    reserve(session, other, listing_id=listing.id, draft=ReservationDraft(m2("100")))
    approve(session, owner, reservation_id=reservation.id)
    draft = HandoverDraft(m2("240"), clock.today(), vehicle_class="vrachtauto-zwaar-50", driven_km=Decimal("6.5"))
    hand_over(session, owner, reservation_id=reservation.id, draft=draft)
    confirm(session, asker, reservation_id=reservation.id)
    make_demand(session, asker, quantity=m2("10"))
    session.commit()
    return session


def words(client: FlaskClient, path: str) -> str:
    page = client.get(path)
    assert page.status_code == 200, path
    text = re.sub(r"<[^>]+>", " ", page.text.split('<main id="content"')[1].split("<footer")[0])
    return " ".join(text.replace("\u00a0", " ").split())


def test_offered_taken_lost_and_asked_for(bank: Session, app: Flask) -> None:
    page = words(visit(app, bank, make_actor(bank, "regio-twente", "reviewer")), "/cijfers/vraag-en-aanbod")
    assert "Aangeboden 92,5 ton 1 partij" in page
    assert "Vond een afnemer 44,4 ton 48% van wat is aangeboden" in page  # 240 of 500
    assert "Dagen van aanbieden tot overdracht 0 mediaan van 1 overdrachten" in page
    assert "Verloren 0 in deze periode ging niets verloren" in page
    assert "Nog niet gevonden 1,85 ton 1 open vraag" in page  # 10 m² of 185 kg
    assert "Gevraagd door meer dan één 1 partij van 1 gevraagde partijen, in 2 aanvragen" in page


def test_a_filter_that_does_not_apply_says_so(bank: Session, app: Flask) -> None:
    page = words(visit(app, bank, make_actor(bank, "regio-twente", "reviewer")), "/cijfers/vraag-en-aanbod?bereik=tussen")
    assert "Aangeboden –" in page and "Nog niet gevonden –" in page and "92,5 ton" not in page


def test_supply_and_demand_are_for_the_region(bank: Session, app: Flask, client: FlaskClient) -> None:
    member = visit(app, bank, make_actor(bank, "borne"))
    assert "Verloren –" in words(member, "/cijfers/vraag-en-aanbod")  # why supply was lost is for the AO CE
    assert visit(app, bank, make_actor(bank, "sloper-bv", kind="partner")).get("/cijfers/vraag-en-aanbod").status_code == 403
    assert "/inloggen" in client.get("/cijfers/vraag-en-aanbod").location
