"""Legs of lots on the pages of the figures: a row of their own, and on the page of the transfer all of them together."""

import re
from decimal import Decimal

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from marketplace.accounts.actions.organisations import seed_region
from tests.entries import append_entry
from tests.factories import make_actor, seed_taxonomy
from tests.rooms.test_legs import leg
from tests.rooms.test_movements import make_lot
from tests.visitors import visit

pytestmark = pytest.mark.postgresql
LIST = "/cijfers/uitwisselingen"


@pytest.fixture
def bank(session: Session) -> Session:
    """Row 1 is the leg of 800 m² over 12 km; row 2 its transfer over 13 km, 148 t."""
    seed_region(session)
    seed_taxonomy(session)
    lot = make_lot(session, make_actor(session, "losser"), quantity="800")
    leg(session, lot)
    append_entry(session, "losser", "oldenzaal", mass_kg="148000", lot_id=lot.id, processing_factor=Decimal("0.001"))
    session.commit()
    return session


@pytest.fixture
def reviewer(bank: Session, app: Flask) -> FlaskClient:
    return visit(app, bank, make_actor(bank, "regio-twente", "reviewer"))


def read(client: FlaskClient, path: str) -> str:
    answer = client.get(path)
    assert answer.status_code == 200
    return answer.text.replace("\u00a0", " ")


def section(page: str) -> str:
    return page.split('aria-labelledby="legs"')[1].split("</section>", maxsplit=1)[0]


def test_the_page_of_a_transfer_tells_every_leg_and_what_they_come_to(reviewer: FlaskClient) -> None:
    html = section(read(reviewer, f"{LIST}/2"))
    assert "In 2 ritten" in html
    cells = [re.sub(r"<[^>]+>", "", cell) for cell in re.findall(r"<td[^>]*>(.*?)</td>", html, re.DOTALL)]
    assert cells == ["12", "1.776", "461,653", "13", "1.924", "384,8", "25", "3.700", "846,453"]
    assert f'href="{LIST}/1"' in html and f'href="{LIST}/2"' not in html
    facts = [re.sub(r"<[^>]+>", "", fact) for fact in re.findall(r"<d[td][^>]*>(.*?)</d[td]>", html, re.DOTALL)]
    assert facts == [
        *("Netto bespaard, zonder bewerking", "16.735,947 kg CO₂e", "17.582,4 − 846,453"),
        *("Netto bespaard, met bewerking", "16.587,947 kg CO₂e", "17.582,4 − 846,453 − 148"),
    ]


def test_the_receiver_reads_the_legs_and_gets_no_address_that_is_refused(bank: Session, app: Flask) -> None:
    receiver = visit(app, bank, make_actor(bank, "oldenzaal"))
    assert "In 2 ritten" in section(read(receiver, f"{LIST}/2"))
    assert f'href="{LIST}/1"' not in read(receiver, f"{LIST}/2")
    assert receiver.get(f"{LIST}/1").status_code == 404


def test_a_leg_has_a_page_of_its_own_without_a_transfer_to_follow(reviewer: FlaskClient) -> None:
    page = read(reviewer, f"{LIST}/1")
    assert "Een rit naar of van een depot" in page and "Gereden, en ingevuld bij het verplaatsen." in page
    assert "148 ton × 12 km × " in page and "−461,653 kg CO₂e" in page
    assert "/reserveringen/" not in page.split("<main")[1]
    assert 'aria-labelledby="legs"' not in page


@pytest.mark.parametrize(
    "path", [LIST, f"{LIST}.csv", f"{LIST}.jsonl", "/cijfers", "/cijfers?kind=haul", "/cijfers.csv", "/cijfers.xlsx"]
)
def test_every_page_and_file_bears_a_row_without_a_reservation(reviewer: FlaskClient, path: str) -> None:
    assert reviewer.get(path).status_code == 200


def test_the_list_says_that_it_is_a_leg(reviewer: FlaskClient) -> None:
    assert "regel 1, rit naar of van een depot" in read(reviewer, LIST)
