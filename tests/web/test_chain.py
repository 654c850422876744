"""What lies too long goes to the chain, from the list of a depot or the page of the lot."""

import re
from decimal import Decimal

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from marketplace.accounts.models import Organisation
from marketplace.accounts.policy import Actor
from marketplace.depots.models import Depot
from marketplace.kernel import clock
from marketplace.kernel.formats import long_date
from marketplace.kernel.units import Quantity, Unit
from tests.factories import make_actor, make_listing, seed_taxonomy
from tests.visitors import send, visit
from tests.yards import make_lot, make_yard


def text_of(page: str) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", page).replace("\u00a0", " ").split())


@pytest.fixture
def owner(session: Session) -> Actor:
    seed_taxonomy(session)
    sloper = make_actor(session, "sloper", kind="partner")
    session.get_one(Organisation, sloper.organisation_id).sub_kind = "demolition"
    return make_actor(session, "hengelo", "coordinator")


@pytest.fixture
def yard(session: Session, owner: Actor) -> Depot:
    return make_yard(session, owner, longest_stay_days=30)


def test_an_offer_goes_to_the_chain_and_every_page_of_the_lot_says_so(
    app: Flask, session: Session, owner: Actor, yard: Depot
) -> None:
    lot = make_lot(session, yard, owner, days=31)
    listing = make_listing(session, owner, quantity=Quantity(Decimal(176), Unit.M2), location=None, depot_id=yard.id)
    listing.lot_id = lot.id
    session.commit()
    client, path = visit(app, session, owner), f"/lots/{lot.id}/keten"
    for page in (f"/depots/{yard.id}", f"/lots/{lot.id}"):
        assert f'href="{path}"' in client.get(page).text
    form = text_of(client.get(path).text)
    assert "Sloper" in form and "Deze partij ligt langer in het depot dan is afgesproken." in form
    refused = send(client, path, reason=" ")
    assert refused.status_code == 422 and 'href="#reason"' in refused.text
    assert send(client, path, reason="Niemand wilde het").location.endswith(f"/lots/{lot.id}")
    lot_page = text_of(client.get(f"/lots/{lot.id}").text)
    assert f"op {long_date(clock.today())}, 1 organisatie kreeg bericht".replace("\u00a0", " ") in lot_page
    row = text_of(client.get(f"/depots/{yard.id}").text)
    assert "aangeboden aan de keten op" in row
    for page in (f"/depots/{yard.id}", f"/lots/{lot.id}"):
        assert f'href="{path}"' not in client.get(page).text
    sloper = visit(app, session, make_actor(session, "sloper", kind="partner"))
    assert "biedt “Grijze betonstraatstenen” aan de keten aan" in text_of(sloper.get("/berichten").text)
    assert "Niemand wilde het" in sloper.get(f"/aanbod/{listing.id}").text


def test_a_lot_that_is_not_on_offer_becomes_a_draft_for_the_chain(
    app: Flask, session: Session, owner: Actor, yard: Depot
) -> None:
    lot = make_lot(session, yard, owner, days=31)
    session.commit()
    client = visit(app, session, owner)
    assert "Er komt eerst een concept van het aanbod" in text_of(client.get(f"/lots/{lot.id}/keten").text)
    made = send(client, f"/lots/{lot.id}/keten", reason="Te lang")
    assert made.status_code == 303 and re.fullmatch(r"/aanbod/[0-9]+/bewerken", made.location)
    assert "concept voor de keten" in text_of(client.get(f"/depots/{yard.id}").text)
    assert "zodra het aanbod is gepubliceerd" in text_of(client.get(f"/lots/{lot.id}").text)


def test_who_does_not_own_it_or_comes_too_early_has_no_way_there(app: Flask, session: Session, owner: Actor, yard: Depot) -> None:
    theirs, early = make_lot(session, yard, make_actor(session, "borne"), days=31), make_lot(session, yard, owner, days=30)
    session.commit()
    client = visit(app, session, owner)
    for lot, status in ((theirs, 403), (early, 409)):
        assert f"/lots/{lot.id}/keten" not in client.get(f"/lots/{lot.id}").text
        token = send(client, f"/lots/{early.id}/keten", reason="Te lang") if lot is early else client.get(f"/lots/{lot.id}/keten")
        assert token.status_code == status
    assert "mag hier liggen tot en met" in text_of(token.text)


def test_an_owner_reads_in_the_own_list_what_lies_too_long_elsewhere(app: Flask, session: Session, owner: Actor) -> None:
    region = make_actor(session, "regio-twente", "coordinator")
    depot = make_yard(session, region, name="Regiodepot", longest_stay_days=30)
    late, early = make_lot(session, depot, owner, days=31), make_lot(session, depot, owner, days=30)
    session.commit()
    page = visit(app, session, owner).get("/lots").text
    assert text_of(page).count("te lang") == 1
    assert f'href="/lots/{late.id}/keten"' in page and f'href="/lots/{late.id}/aanbieden"' in page
    assert f"/lots/{early.id}/keten" not in page and "/afboeken" not in page  # its keeper writes off
