"""The pages on which days move, a holder answers, and it is there."""

from datetime import date, timedelta
from io import BytesIO

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from marketplace.accounts.policy import Actor
from marketplace.exchange.actions.decide import approve
from marketplace.exchange.models import Reservation
from marketplace.kernel import clock
from marketplace.kernel.formats import long_date, short_date
from marketplace.market.models import Listing
from tests.factories import declare, make_actor, seed_taxonomy
from tests.rooms.test_planned import planned
from tests.rooms.test_waiting import ask, m2
from tests.visitors import picture, send, visit


@pytest.fixture
def owner(session: Session) -> Actor:
    seed_taxonomy(session)
    return make_actor(session, "hengelo")


@pytest.fixture
def asker(session: Session, owner: Actor) -> Actor:
    return make_actor(session, "borne")


@pytest.fixture
def lot(session: Session, owner: Actor) -> Listing:
    listing = planned(session, owner, quantity=m2("800"), title="Keien uit de Dorpsstraat")
    declare(session, owner, listing)
    session.commit()
    return listing


@pytest.fixture
def hengelo(app: Flask, session: Session, owner: Actor) -> FlaskClient:
    return visit(app, session, owner)


@pytest.fixture
def borne(app: Flask, session: Session, asker: Actor) -> FlaskClient:
    return visit(app, session, asker)


def ahead(days: int) -> date:
    return clock.today() + timedelta(days=days)


def later(lot: Listing, **changes: str) -> dict[str, str]:
    fields = {"earliest": ahead(100).isoformat(), "latest": ahead(130).isoformat(), "certainty": "tendered"}
    return {**fields, "reason": "De aannemer begint later", "version": str(lot.version), **changes}


def test_the_owner_finds_both_steps_on_the_page_and_others_do_not(hengelo: FlaskClient, borne: FlaskClient, lot: Listing) -> None:
    page, other = hengelo.get(f"/aanbod/{lot.id}").text, borne.get(f"/aanbod/{lot.id}").text
    for path in ("ligt-er", "periode"):
        assert f'href="/aanbod/{lot.id}/{path}"' in page and f"/aanbod/{lot.id}/{path}" not in other
        assert borne.get(f"/aanbod/{lot.id}/{path}").status_code == 403


def test_the_period_is_moved_on_its_page_and_the_lot_tells_it(
    hengelo: FlaskClient, borne: FlaskClient, lot: Listing, session: Session, asker: Actor
) -> None:
    ask(session, asker, lot, "500")
    session.commit()
    address = f"/aanbod/{lot.id}/periode"
    form = hengelo.get(address).text
    assert "1 organisatie heeft iets gereserveerd" in form and long_date(ahead(60)).replace("\u00a0", " ") in form
    refused = send(hengelo, address, later(lot, reason="", latest="ooit"))
    assert refused.status_code == 422 and 'href="#reason"' in refused.text and 'href="#latest"' in refused.text
    assert send(hengelo, address, later(lot)).location.endswith(f"/aanbod/{lot.id}")
    page = borne.get(f"/aanbod/{lot.id}").text
    assert "Hoe de periode verschoof" in page and "De aannemer begint later" in page
    assert f"werd het {short_date(ahead(100))} tot en met {short_date(ahead(130))}" in page


def test_the_asker_reads_the_condition_before_reserving(borne: FlaskClient, lot: Listing) -> None:
    page = borne.get(f"/aanbod/{lot.id}/reserveren").text
    first, last = (long_date(ahead(days)).replace("\u00a0", " ") for days in (60, 90))
    assert f"Onder voorwaarde dat het vrijkomt tussen {first} en {last}" in page


@pytest.mark.parametrize(
    ("answer", "status", "sentence"),
    [("agree", "requested", "U gaat akkoord met de nieuwe periode"), ("let-go", "waiting", "U laat het los")],
)
def test_the_holder_answers_on_the_page_of_the_reservation(
    hengelo: FlaskClient,
    borne: FlaskClient,
    lot: Listing,
    session: Session,
    asker: Actor,
    answer: str,
    status: str,
    sentence: str,
) -> None:
    reservation = ask(session, asker, lot, "500")
    session.commit()
    address = f"/reserveringen/{reservation.id}"
    assert "Het ligt er nog niet" in borne.get(address).text and "Akkoord met de nieuwe periode" not in borne.get(address).text
    send(hengelo, f"/aanbod/{lot.id}/periode", later(lot))
    assert "Akkoord met de nieuwe periode" in borne.get(address).text
    assert "De periode is verschoven" in hengelo.get(address).text and "Akkoord met" not in hengelo.get(address).text
    assert send(hengelo, f"{address}/periode", {"answer": answer}).status_code == 403
    assert send(borne, f"{address}/periode", {"answer": "misschien"}).status_code == 422
    assert send(borne, f"{address}/periode", {"answer": answer}).location.endswith(address)
    page = borne.get(address).text
    assert sentence in page and "Akkoord met de nieuwe periode</button>" not in page
    session.expire_all()
    assert session.get_one(Reservation, reservation.id).status == status


def test_it_is_there_with_a_photo(hengelo: FlaskClient, lot: Listing, session: Session) -> None:
    address = f"/aanbod/{lot.id}/ligt-er"
    form = hengelo.get(address).text
    assert 'value="800"' in form and long_date(clock.today()).replace("\u00a0", " ") in form
    fields = {"quantity": "780,5", "basis": "measured", "came_on": "vandaag", "available_until": ""}
    refused = send(hengelo, address, fields)
    assert refused.status_code == 422 and "Voeg ten minste één foto toe" in refused.text
    done = send(hengelo, address, {**fields, "photo": (BytesIO(picture()), "foto.jpg")})
    assert done.status_code == 303
    session.expire_all()
    stored = session.get_one(Listing, lot.id)
    assert (stored.planned, str(stored.quantity), stored.lot_id is not None) == (False, "780.500", True)
    page = hengelo.get(f"/aanbod/{lot.id}").text
    assert "Het ligt er. Vanaf nu is het een partij als elke andere." in page and "Gepland:" not in page
    assert hengelo.get(address).status_code == 409


def test_the_page_of_the_transfer_tells_each_time_that_its_first_day_moved(
    hengelo: FlaskClient, borne: FlaskClient, lot: Listing, session: Session, asker: Actor, owner: Actor
) -> None:
    """Once as the holder agreed to other days, once as it was there before them: nobody proposed either of the two."""
    reservation = ask(session, asker, lot, "500")
    approve(session, owner, reservation_id=reservation.id)
    session.commit()
    address = f"/reserveringen/{reservation.id}"
    send(hengelo, f"/aanbod/{lot.id}/periode", later(lot))
    send(borne, f"{address}/periode", {"answer": "agree"})
    moved, there = (f"op te halen vanaf {long_date(day)}." for day in (ahead(100), clock.today()))
    for side in (hengelo, borne):
        assert moved in side.get(address).text and there not in side.get(address).text
    fields = {"quantity": "800", "basis": "measured", "came_on": "vandaag", "photo": (BytesIO(picture()), "foto.jpg")}
    assert send(hengelo, f"/aanbod/{lot.id}/ligt-er", fields).status_code == 303
    for side in (hengelo, borne):
        assert moved in side.get(address).text and there in side.get(address).text


def test_far_more_than_was_planned_is_a_slip(hengelo: FlaskClient, lot: Listing) -> None:
    """800 m² were planned: 8 000 may lie there, a thousandth more is refused at its field."""
    fields = {"quantity": "8000,001", "basis": "measured", "came_on": "vandaag"}
    refused = send(hengelo, f"/aanbod/{lot.id}/ligt-er", {**fields, "photo": (BytesIO(picture()), "foto.jpg")})
    assert refused.status_code == 422 and 'href="#quantity"' in refused.text and "meer dan 10 keer zoveel" in refused.text
    fields |= {"quantity": "8000", "photo": (BytesIO(picture()), "foto.jpg")}  # type: ignore[dict-item]
    assert send(hengelo, f"/aanbod/{lot.id}/ligt-er", fields).status_code == 303


def test_what_is_typed_wrong_about_what_is_there_is_told_at_its_field(hengelo: FlaskClient, lot: Listing) -> None:
    fields = {"quantity": "veel", "basis": "measured", "came_on": "", "available_until": "gisteren"}
    refused = send(hengelo, f"/aanbod/{lot.id}/ligt-er", fields)
    assert refused.status_code == 422 and 'href="#quantity"' in refused.text and 'href="#came_on"' in refused.text


def test_before_it_is_there_nobody_is_asked_for_a_time(
    hengelo: FlaskClient, borne: FlaskClient, lot: Listing, session: Session, asker: Actor, owner: Actor
) -> None:
    reservation = ask(session, asker, lot, "500")
    approve(session, owner, reservation_id=reservation.id)
    session.commit()
    address = f"/reserveringen/{reservation.id}"
    for page in (hengelo.get(address).text, borne.get(address).text):
        assert "Wacht tot het er ligt" in page
        assert f'action="{address}/overdragen"' not in page and f'action="{address}/tijden"' not in page
        assert "Niet opgehaald" not in page
    send(hengelo, f"/aanbod/{lot.id}/periode", later(lot))
    assert "U bent aan zet: akkoord gaan met de nieuwe periode" in borne.get(address).text
    send(borne, f"{address}/periode", {"answer": "let-go"})
    assert "wacht op andere dagen" in hengelo.get(address).text


def test_the_lot_says_how_reliable_its_owner_has_been_and_the_figures_tell_it(
    hengelo: FlaskClient, lot: Listing, session: Session, owner: Actor
) -> None:
    assert "is nog niet bekend" in hengelo.get(f"/aanbod/{lot.id}").text
    assert "Er was nog geen planning aan de beurt" in hengelo.get("/cijfers/planning").text
    other = planned(session, owner, earliest=clock.today(), latest=ahead(3))
    session.commit()
    fields = {"quantity": "1200", "basis": "measured", "came_on": "vandaag", "photo": (BytesIO(picture()), "foto.jpg")}
    assert send(hengelo, f"/aanbod/{other.id}/ligt-er", fields).status_code == 303
    assert "kwam 1 van 1 binnen de periode" in hengelo.get(f"/aanbod/{lot.id}").text
    page = hengelo.get("/cijfers/planning").text
    assert "1 van 1" in page and "Hengelo: begroot" in page
