"""Kept lots on the pages: keeping one, letting one go, comparing, sharing, and the compact list."""

from dataclasses import replace

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from marketplace.accounts.policy import Actor
from marketplace.market.actions.listings import close_listing
from marketplace.market.models import Listing
from marketplace.market.rules.listing import Condition
from marketplace.materials.rules.taxonomy import Taxonomy
from marketplace.web.catalogue import comparing
from marketplace.web.ui.lots import LotPage
from marketplace.web.ui.paging import numbers_of
from tests.factories import make_actor, make_draft, make_listing, seed_taxonomy
from tests.visitors import send, visit


@pytest.fixture
def owner(session: Session) -> Actor:
    seed_taxonomy(session)
    return make_actor(session, "hengelo")


@pytest.fixture
def lot(session: Session, owner: Actor) -> Listing:
    return make_listing(session, owner, title="Grijze keien")


def test_a_lot_is_kept_from_its_page_and_let_go_from_the_list(app: Flask, session: Session, lot: Listing) -> None:
    borne = visit(app, session, make_actor(session, "borne"))
    assert "U bewaart nog geen partijen" in borne.get("/bewaard").text
    answer = send(borne, f"/aanbod/{lot.id}", {}, to=f"/aanbod/{lot.id}/bewaren")
    assert (answer.status_code, answer.location) == (303, f"/aanbod/{lot.id}")
    page = borne.get(f"/aanbod/{lot.id}").text
    assert "De partij is bewaard" in page and f'formaction="/aanbod/{lot.id}/loslaten"' in page
    listed = borne.get("/bewaard").text
    assert "Grijze keien" in listed and "Per mail: Eén keer per dag" in listed
    gone = send(borne, "/bewaard", {"back": "kept"}, to=f"/aanbod/{lot.id}/loslaten")
    assert gone.location == "/bewaard"
    assert "U bewaart nog geen partijen" in borne.get("/bewaard").text


def test_from_a_search_one_comes_back_to_the_search(app: Flask, session: Session, lot: Listing) -> None:
    borne = visit(app, session, make_actor(session, "borne"))
    page = borne.get("/aanbod?q=keien&weergave=lijst").text
    assert 'name="back" value="?q=keien&amp;weergave=lijst"' in page
    answer = send(borne, "/aanbod", {"back": "?q=keien&weergave=lijst"}, to=f"/aanbod/{lot.id}/bewaren")
    assert answer.location == f"/aanbod?q=keien&weergave=lijst#lot-{lot.id}"
    elsewhere = send(borne, "/aanbod", {"back": "//boef.example"}, to=f"/aanbod/{lot.id}/bewaren")
    assert elsewhere.location == f"/aanbod/{lot.id}"


def test_a_lot_that_is_gone_stays_in_the_list_with_its_state(app: Flask, session: Session, owner: Actor, lot: Listing) -> None:
    borne = visit(app, session, make_actor(session, "borne"))
    send(borne, f"/aanbod/{lot.id}", {}, to=f"/aanbod/{lot.id}/bewaren")
    close_listing(session, owner, listing_id=lot.id)
    session.commit()
    assert "Afgesloten" in borne.get("/bewaard").text
    other = visit(app, session, make_actor(session, "losser"))
    assert send(other, f"/aanbod/{lot.id}", {}, to=f"/aanbod/{lot.id}/bewaren").status_code == 409
    assert f"/aanbod/{lot.id}/bewaren" not in other.get(f"/aanbod/{lot.id}").text


def test_visitors_keep_nothing_and_may_share_and_compare(client: FlaskClient, session: Session, lot: Listing) -> None:
    session.commit()
    page, search = client.get(f"/aanbod/{lot.id}").text, client.get("/aanbod").text
    assert "bewaren" not in page and "bewaren" not in search
    assert f'value="http://localhost/aanbod/{lot.id}"' in page
    assert f"mailto:?subject=Grijze%20keien&amp;body=http%3A%2F%2Flocalhost%2Faanbod%2F{lot.id}" in page
    assert f'name="lots" value="{lot.id}"' in search
    assert client.get("/bewaard").status_code == 303


def test_the_compact_list_says_the_same_in_lines_and_stays_in_the_address(
    client: FlaskClient, session: Session, owner: Actor
) -> None:
    for number in range(26):
        make_listing(session, owner, title=f"Partij {number}")
    session.commit()
    page = client.get("/aanbod?weergave=lijst").text
    assert page.count('class="mp-lot-line"') == 24 and 'class="mp-card"' not in page
    assert 'href="/aanbod?weergave=lijst&amp;page=2"' in page
    assert 'href="/aanbod?weergave=lijst&amp;sort=availableFrom"' in page


def test_lots_stand_side_by_side_and_what_differs_is_marked(
    client: FlaskClient, session: Session, owner: Actor, lot: Listing
) -> None:
    other = make_listing(session, owner, title="Rode keien", condition=Condition.POOR, price_cents_per_unit=250)
    session.commit()
    page = client.get(f"/aanbod/vergelijken?lots={lot.id}&lots={other.id}").text.replace("\u00a0", " ")
    assert "Grijze keien" in page and "Rode keien" in page and "€ 2,50 per m²" in page
    assert page.count("mp-compare__differs") == 2  # price and condition
    only = client.get(f"/aanbod/vergelijken?lots={lot.id},{other.id}&only=1").text
    assert only.count("<tr") == 1 + 2


def test_what_a_lot_saves_is_unknown_without_a_factor_and_never_not_said(
    client: FlaskClient, session: Session, owner: Actor, lot: Listing, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = make_listing(session, owner, title="Rode keien")
    session.commit()
    original = comparing.lot_page

    def without_factor(session: Session, listing: Listing, taxonomy: Taxonomy) -> LotPage:
        page = original(session, listing, taxonomy)
        return replace(page, saves_kgco2e=None) if listing.id == other.id else page

    monkeypatch.setattr(comparing, "lot_page", without_factor)
    page = client.get(f"/aanbod/vergelijken?lots={lot.id}&lots={other.id}").text
    saved = page.split("Bespaart tegenover nieuw")[1].split("</tr>")[0]
    assert "CO₂e" in saved and "onbekend" in saved and "niet gezegd" not in saved


def test_what_cannot_be_seen_is_not_compared(client: FlaskClient, session: Session, owner: Actor, lot: Listing) -> None:
    draft = make_draft(session, owner, title="Geheim")
    more = [make_listing(session, owner, title=f"Partij {number}") for number in range(5)]
    session.commit()
    page = client.get(f"/aanbod/vergelijken?lots={lot.id}&lots={draft.id}").text
    assert "Geheim" not in page and "Kies twee tot vier partijen" in page and "1 partij is er niet" in page
    many = client.get("/aanbod/vergelijken?" + "&".join(f"lots={listing.id}" for listing in more)).text
    assert "U ziet de eerste vier" in many and "Partij 3" in many and "Partij 4" not in many
    assert "Kies twee tot vier partijen" in client.get("/aanbod/vergelijken?lots=x").text


def test_numbers_are_read_from_either_way_of_writing() -> None:
    assert numbers_of(["3", "1,2", " 3 ", "x", "-1", "9" * 10, ""]) == [3, 1, 2]
