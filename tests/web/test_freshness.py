"""What a page says of the last confirmation, the three answers, and what became of the rest."""

from datetime import timedelta
from decimal import Decimal

import pytest
from flask import Flask
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from marketplace.accounts.policy import Actor
from marketplace.kernel import clock
from marketplace.kernel.formats import long_date, short_date
from marketplace.kernel.units import Quantity, Unit
from marketplace.market.actions.listings import close_listing
from marketplace.market.models import Demand, Listing, SupplyLoss
from marketplace.market.rules.freshness import Outcome
from tests.factories import make_actor, make_demand, make_draft, make_listing, seed_taxonomy
from tests.visitors import send, visit


@pytest.fixture
def hengelo(session: Session) -> Actor:
    seed_taxonomy(session)
    return make_actor(session, "hengelo")


def aged(session: Session, table: type[Listing] | type[Demand], days: int) -> str:
    """Everything confirmed so many days ago; that day in words."""
    day = clock.today() - timedelta(days=days)
    session.execute(update(table).values(confirmed_on=day))
    session.commit()
    return long_date(day)


def test_everybody_reads_when_a_lot_was_last_confirmed(app: Flask, session: Session, hengelo: Actor) -> None:
    lot = make_listing(session, hengelo)
    day = aged(session, Listing, 12)
    client = app.test_client()
    assert f"Bevestigd op {day}" in client.get(f"/aanbod/{lot.id}").text
    short = short_date(clock.today() - timedelta(days=12))
    assert f"bevestigd {short}" in client.get("/aanbod").text
    assert "Klopt nog" not in client.get(f"/aanbod/{lot.id}").text


def test_a_stale_lot_says_so_to_everybody_and_asks_its_owner(app: Flask, session: Session, hengelo: Actor) -> None:
    lot = make_listing(session, hengelo, available_until=None)
    day = aged(session, Listing, 61)
    public = app.test_client().get(f"/aanbod/{lot.id}").text
    assert f"Niet bevestigd sinds {day}" in public and "tot de eigenaar dat doet" in public
    client = visit(app, session, hengelo)
    page = client.get(f"/aanbod/{lot.id}").text
    assert "Met één antwoord komt het terug" in page and "Vraag de eigenaar" not in page
    assert all(
        f'value="{answer}">{label}' in page
        for answer, label in (("still", "Klopt nog"), ("changed", "Aangepast"), ("gone", "Weg"))
    )
    answer = client.post(f"/aanbod/{lot.id}/bevestigen", data={"csrf_token": token(page), "answer": "still", "at": "lot"})
    assert (answer.status_code, answer.location) == (303, f"/aanbod/{lot.id}")
    assert f"Bevestigd op {long_date(clock.today())}" in app.test_client().get(f"/aanbod/{lot.id}").text


def token(page: str) -> str:
    return page.split('name="csrf_token" value="')[1].split('"', maxsplit=1)[0]


def test_changed_confirms_and_leads_to_the_form(app: Flask, session: Session, hengelo: Actor) -> None:
    lot = make_listing(session, hengelo)
    aged(session, Listing, 50)
    client = visit(app, session, hengelo)
    answer = send(client, "/werk", {"answer": "changed"}, to=f"/aanbod/{lot.id}/bevestigen")
    assert (answer.status_code, answer.location) == (303, f"/aanbod/{lot.id}/bewerken")
    session.expire_all()
    assert session.get_one(Listing, lot.id).confirmed_on == clock.today()


def test_gone_asks_what_became_of_it_before_it_closes(app: Flask, session: Session, hengelo: Actor) -> None:
    lot = make_listing(session, hengelo, title="Keien")
    aged(session, Listing, 50)
    client = visit(app, session, hengelo)
    address = f"/aanbod/{lot.id}/sluiten"
    answer = send(client, "/werk", {"answer": "gone"}, to=f"/aanbod/{lot.id}/bevestigen")
    assert (answer.status_code, answer.location) == (303, address)
    page = client.get(address).text.replace("\u00a0", " ")
    assert "Voor 1.200 m² is hier geen afnemer gevonden" in page
    refused = send(client, address, {"reason": "Te veel breuk"})
    assert refused.status_code == 422 and "Kies wat er met de rest is gebeurd" in refused.text and "Te veel breuk" in refused.text
    assert send(client, address, {"outcome": "recycled", "reason": "Te veel breuk"}).status_code == 303
    session.expire_all()
    [loss] = session.scalars(select(SupplyLoss)).all()
    assert (loss.outcome, loss.reason, session.get_one(Listing, lot.id).status) == ("recycled", "Te veel breuk", "closed")


def test_a_lot_that_was_a_mistake_is_withdrawn_without_a_loss(app: Flask, session: Session, hengelo: Actor) -> None:
    lot = make_listing(session, hengelo)
    client = visit(app, session, hengelo)
    address = f"/aanbod/{lot.id}/intrekken"
    page = client.get(address).text
    assert "Vergissing" in page and "Komt later" in page and "telt niet als verloren" in page
    assert send(client, address, {"outcome": "mistake"}).status_code == 303
    assert "telt niet als verloren" in client.get("/werk").text
    session.expire_all()
    assert session.get_one(Listing, lot.id).status == "withdrawn"
    assert session.scalars(select(SupplyLoss)).all() == []


def test_an_answer_that_is_none_is_refused(app: Flask, session: Session, hengelo: Actor) -> None:
    lot = make_listing(session, hengelo)
    aged(session, Listing, 50)
    client = visit(app, session, hengelo)
    assert send(client, "/werk", {"answer": "misschien"}, to=f"/aanbod/{lot.id}/bevestigen").status_code == 422


def test_withdrawing_asks_what_became_of_the_rest_and_a_draft_is_not_asked(app: Flask, session: Session, hengelo: Actor) -> None:
    lot, draft = make_listing(session, hengelo), make_draft(session, hengelo)
    client = visit(app, session, hengelo)
    assert send(client, f"/aanbod/{lot.id}/intrekken", {}).status_code == 422
    assert send(client, f"/aanbod/{lot.id}/intrekken", {"outcome": "own_use"}).status_code == 303
    assert "Wat is er met de rest gebeurd" not in client.get(f"/aanbod/{draft.id}/intrekken").text
    assert send(client, f"/aanbod/{draft.id}/intrekken", {}).status_code == 303
    assert [loss.outcome for loss in session.scalars(select(SupplyLoss))] == ["own_use"]


@pytest.mark.slow
def test_a_demand_is_confirmed_or_withdrawn_from_the_desk(app: Flask, session: Session, hengelo: Actor) -> None:
    far = clock.today() + timedelta(days=300)
    keep = make_demand(session, hengelo, title="Blijft", needed_until=far)
    drop = make_demand(session, hengelo, title="Weg ermee", needed_until=far)
    aged(session, Demand, 95)
    client = visit(app, session, hengelo)
    assert "Hebt u “Blijft” nog nodig?" in client.get("/werk").text
    assert "Blijft" not in app.test_client().get("/gezocht").text
    page = client.get(f"/gezocht/{keep.id}").text
    assert "Niemand heeft deze vraag de laatste 90 dagen bevestigd" in page
    assert send(client, "/werk", {"answer": "still"}, to=f"/gezocht/{keep.id}/bevestigen").status_code == 303
    assert send(client, "/werk", {"answer": "gone"}, to=f"/gezocht/{drop.id}/bevestigen").status_code == 303
    assert "nog nodig?" not in client.get("/werk").text
    public = app.test_client().get("/gezocht").text
    assert "Blijft" in public and "Weg ermee" not in public


def test_who_answers_for_the_region_reads_why_supply_was_lost(app: Flask, session: Session, hengelo: Actor) -> None:
    reviewer = make_actor(session, "regio-twente", "reviewer")
    reader = visit(app, session, reviewer)
    assert "Er is nog geen aanbod verloren gegaan" in reader.get("/cijfers/verloren-aanbod").text
    for amount, outcome in ((10, Outcome.RECYCLED), (20, None)):  # 185 kg/m²
        lot = make_listing(session, hengelo, title=f"=Lot {amount}", quantity=Quantity(Decimal(amount), Unit.M2))
        close_listing(session, hengelo, listing_id=lot.id, outcome=outcome, reason="Te veel breuk" if outcome else "")
    session.commit()
    page = reader.get("/cijfers/verloren-aanbod").text.replace("\u00a0", " ")
    assert all(words in page for words in ("Gerecycled", "Niet gezegd", "1,850", "3,700", "5,550", "Te veel breuk", "Bestrating"))
    lines = reader.get("/cijfers/verloren-aanbod.csv").get_data().decode("utf-8-sig").splitlines()
    assert lines[0].startswith("Dag;Partij;Organisatie;Materiaal;")
    assert [line.split(";")[1] for line in lines[1:]] == ["'=Lot 20", "'=Lot 10"]
    assert [line.split(";")[7] for line in lines[1:]] == ["3700", "1850"]
    assert "Verloren aanbod" in reader.get("/cijfers").text
    owner = visit(app, session, hengelo)
    assert owner.get("/cijfers/verloren-aanbod").status_code == owner.get("/cijfers/verloren-aanbod.csv").status_code == 403
    assert "Verloren aanbod" not in owner.get("/cijfers").text
