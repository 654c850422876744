"""What to report to an authority: the page of help, and beside a lot and a transfer with the last day."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from marketplace.exchange.actions import decide, gate, reserve
from marketplace.exchange.rules.gate import AppointmentDraft
from marketplace.exchange.rules.reservation import ReservationDraft
from marketplace.kernel import clock
from marketplace.kernel.errors import Invalid
from marketplace.kernel.files import SHIPPED
from marketplace.kernel.units import Quantity, Unit
from marketplace.materials.rules.files import read_files, read_reference
from marketplace.materials.rules.soil import SoilClass
from tests.factories import make_actor, make_listing, seed_taxonomy
from tests.visitors import visit

SAND = {"material": "ophoogzand", "quantity": Quantity(Decimal(200), Unit.M3)}


def test_help_says_what_to_report_to_whom_and_how_long_before(client: FlaskClient, session: Session) -> None:
    seed_taxonomy(session)
    session.commit()
    page = client.get("/hulp/melden").text
    assert 'href="/hulp/melden"' in client.get("/hulp").text
    assert "Grond of baggerspecie toepassen" in page and "minstens 1 week vooraf" in page
    assert "Puin breken op de plek waar het vrijkomt" in page and "minstens 4 weken vooraf" in page
    assert (
        "Omgevingsloket" in page
        and "gemeente Hengelo, over grond afgraven en verplaatsen (hengelo.nl); RUD Drenthe" in page
        and "MELD-" not in page
    )
    assert page.count("Ongeverifieerd") == 3
    assert "at least 1 week before" in client.get("/en/hulp/melden").text


def test_a_lot_that_comes_free_later_names_the_last_day(app: Flask, session: Session) -> None:
    seed_taxonomy(session)
    first = clock.today() + timedelta(days=20)
    lot = make_listing(session, make_actor(session, "hengelo"), **SAND, available_from=first, available_until=None)
    session.commit()
    page = plain(visit(app, session, make_actor(session, "borne")).get(f"/aanbod/{lot.id}").text)
    assert "Melden voordat u het toepast" in page
    assert f"uiterlijk {said(first - timedelta(days=7))} (1 week vooraf)" in page
    assert "te laat voor die dag" in page  # four weeks before is past already


def test_a_lot_that_is_free_now_names_the_term_and_pavers_name_that_it_is_unverified(app: Flask, session: Session) -> None:
    seed_taxonomy(session)
    owner, visitor = make_actor(session, "hengelo"), make_actor(session, "borne")
    sand, pavers = make_listing(session, owner, **SAND), make_listing(session, owner)
    bench = make_listing(session, owner, material="parkbank-hout-staal", quantity=Quantity(Decimal(2), Unit.PIECE))
    session.commit()
    browser = visit(app, session, visitor)
    assert "meld het minstens 1 week vooraf" in browser.get(f"/aanbod/{sand.id}").text
    page = browser.get(f"/aanbod/{pavers.id}").text
    assert "Ongeverifieerd: vraag het aan Omgevingsdienst Twente." in page
    assert "Melden voordat u het toepast" not in browser.get(f"/aanbod/{bench.id}").text


def test_a_transfer_counts_from_the_agreed_time(app: Flask, session: Session) -> None:
    seed_taxonomy(session)
    owner, asker = make_actor(session, "hengelo"), make_actor(session, "borne")
    lot = make_listing(session, owner, **SAND)
    draft = ReservationDraft(Quantity(Decimal(50), Unit.M3), receiving_soil=SoilClass.INDUSTRY, function_class=SoilClass.INDUSTRY)
    reservation = reserve.reserve(session, asker, listing_id=lot.id, draft=draft)
    decide.approve(session, owner, reservation_id=reservation.id)
    time = datetime.combine(clock.today() + timedelta(days=9), datetime.min.time(), UTC).replace(hour=10)
    gate.propose_times(session, owner, reservation_id=reservation.id, draft=AppointmentDraft((time,)))
    gate.agree_time(session, asker, reservation_id=reservation.id, time=time)
    session.commit()
    page = plain(visit(app, session, asker).get(f"/reserveringen/{reservation.id}").text)
    assert "Melden bij de overheid" in page
    assert f"uiterlijk {said(clock.today() + timedelta(days=2))} (1 week vooraf)" in page


def plain(page: str) -> str:
    return page.replace("\N{NO-BREAK SPACE}", " ")


def said(day: date) -> str:
    months = [
        "januari",
        "februari",
        "maart",
        "april",
        "mei",
        "juni",
        "juli",
        "augustus",
        "september",
        "oktober",
        "november",
        "december",
    ]
    return f"{day.day} {months[day.month - 1]} {day.year}"


@pytest.mark.parametrize(
    ("column", "before", "after"),
    [
        ("dagen_vooraf", ",7,", ",0,"),
        ("dagen_vooraf", ",7,", ",een week,"),
        ("werk", ",toepassen,", ",gebruiken,"),
        ("sets", ",grond,ophoogzand;straatzand,", ",gronden,,"),
        ("materialen", "ophoogzand;straatzand", "ophoogzant"),
    ],
)
def test_a_duty_that_cannot_be_counted_on_is_refused_with_its_row(tmp_path: Path, column: str, before: str, after: str) -> None:
    text = (SHIPPED / "notifications.csv").read_text(encoding="utf-8")
    (tmp_path / "notifications.csv").write_text(text.replace(before, after, 1), encoding="utf-8")
    with pytest.raises(Invalid, match=rf"notifications\.csv, (row|rij) 2: {column} "):
        read_reference(read_files(tmp_path))
