"""A coordinator looks after a depot in the browser: every form, what is typed wrong, and what stays."""

import re

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from marketplace.depots.actions.depots import create_depot
from marketplace.depots.models import Depot
from marketplace.depots.queries.depots import get_depot
from marketplace.depots.rules.depot import DepotDraft
from marketplace.kernel import clock
from marketplace.kernel.geo import Point
from tests.factories import make_actor, seed_taxonomy
from tests.visitors import send, visit


@pytest.fixture
def depot(session: Session) -> int:
    seed_taxonomy(session)
    actor = make_actor(session, "hengelo", "coordinator")
    return create_depot(session, actor, draft=DepotDraft("Werf", "Hengelo", "hengelo", Point(52.27, 6.79), "point")).id


@pytest.fixture
def coordinator(app: Flask, session: Session, depot: int) -> FlaskClient:
    return visit(app, session, make_actor(session, "hengelo", "coordinator"))


def now(session: Session, depot: int) -> Depot:
    """The depot as it is stored; nobody waits for this session."""
    session.rollback()
    session.expire_all()
    row = get_depot(session, depot)
    session.expunge_all()
    session.rollback()
    return row


def path(depot: int, page: str = "") -> str:
    return f"/beheer/depots/{depot}{page and '/' + page}"


def words(client: FlaskClient, address: str) -> str:
    text = re.sub(r"<[^>]+>", " ", client.get(address).text.split('<main id="content"')[1].split("<footer")[0])
    return " ".join(text.replace("\u00a0", " ").split())


def test_the_page_and_the_address_are_changed(coordinator: FlaskClient, session: Session, depot: int) -> None:
    fields = {"name": "Werf Noord", "address": "Havenstraat 1", "collecting": "Stenen\nen hout"}
    assert send(coordinator, path(depot, "gegevens"), fields).status_code == 303
    after = now(session, depot)
    assert (after.name, after.address, after.collecting, after.is_public) == (
        "Werf Noord",
        "Havenstraat 1",
        "Stenen\nen hout",
        False,
    )
    assert "nee, alleen voor deelnemers" in words(coordinator, path(depot))


def test_a_phone_number_on_the_public_page_is_refused_and_stays_typed(coordinator: FlaskClient, depot: int) -> None:
    answer = send(coordinator, path(depot, "gegevens"), {"name": "Werf", "collecting": "Bel 06-12345678"})
    assert answer.status_code == 422
    assert "Laat telefoonnummers en mailadressen weg" in answer.text
    assert "Bel 06-12345678" in answer.text


def test_hours_are_typed_a_line_a_day(coordinator: FlaskClient, session: Session, depot: int) -> None:
    fields = {"monday": "8-12 en 13-17", "saturday": "9:00 - 12:00", "opening_note": "In de bouwvak dicht."}
    assert send(coordinator, path(depot, "openingstijden"), fields).status_code == 303
    after = now(session, depot)
    assert after.opening == {"1": [["08:00", "12:00"], ["13:00", "17:00"]], "6": [["09:00", "12:00"]]}
    assert after.opening_note == "In de bouwvak dicht."
    assert 'value="08:00–12:00, 13:00–17:00"' in coordinator.get(path(depot, "openingstijden")).text
    assert "Maandag 08:00–12:00, 13:00–17:00 Dinsdag gesloten" in words(coordinator, path(depot))


@pytest.mark.parametrize("typed", ["25:00-26:00", "12:00-8:00", "8-12, 11-17", "op afspraak"])
def test_hours_that_cannot_be_stay_as_they_were_typed(coordinator: FlaskClient, session: Session, depot: int, typed: str) -> None:
    answer = send(coordinator, path(depot, "openingstijden"), {"tuesday": typed})
    assert answer.status_code == 422
    assert '<a href="#tuesday">' in answer.text
    assert f'value="{typed}"' in answer.text
    assert now(session, depot).opening == {}


def test_what_fits_and_the_bays_are_typed(coordinator: FlaskClient, session: Session, depot: int) -> None:
    assert send(coordinator, path(depot, "ruimte"), {"m2": "1.200,5", "pallet": "40", "bays": "A1\r\nB1\r\n"}).status_code == 303
    after = now(session, depot)
    assert {row.kind: str(row.amount) for row in after.capacities} == {"m2": "1200.500", "pallet": "40.000"}
    assert [bay.name for bay in after.bays] == ["A1", "B1"]
    assert "m² 1.200,5 palletplaatsen 40 Vakken A1, B1" in words(coordinator, path(depot))


@pytest.mark.parametrize(
    ("fields", "anchor"),
    [({"m2": "0"}, "m2"), ({"tonne": "1.5"}, "tonne"), ({"pallet": "1,5"}, "pallet"), ({"bays": "A1\nA1"}, "bays")],
)
def test_room_that_cannot_be_is_refused_at_its_field_and_nothing_is_kept(
    coordinator: FlaskClient, session: Session, depot: int, fields: dict[str, str], anchor: str
) -> None:
    answer = send(coordinator, path(depot, "ruimte"), {"m3": "10", **fields})
    assert answer.status_code == 422
    assert f'<a href="#{anchor}">' in answer.text
    assert now(session, depot).capacities == []


def test_what_it_takes_is_ticked(coordinator: FlaskClient, session: Session, depot: int) -> None:
    fields = {"storers": "members", "takes": ["hout", "bestrating"], "longest_stay_days": "182"}
    assert send(coordinator, path(depot, "opslag"), fields).status_code == 303
    after = now(session, depot)
    assert (after.storers, after.taken_groups, after.longest_stay_days) == ("members", ("bestrating", "hout"), 182)
    assert send(coordinator, path(depot, "opslag"), {"storers": "owner"}).status_code == 303
    assert (now(session, depot).taken_groups, now(session, depot).longest_stay_days) == ((), None)


@pytest.mark.parametrize(
    ("fields", "anchor"),
    [
        ({"longest_stay_days": "0"}, "longest_stay_days"),
        ({"longest_stay_days": "100000"}, "longest_stay_days"),
        ({"longest_stay_days": "1,5"}, "longest_stay_days"),
        ({"takes": ["goud"]}, "takes-0"),
        ({"storers": "iedereen"}, "storers-0"),
    ],
)
def test_what_it_cannot_take_is_refused_at_its_field(
    coordinator: FlaskClient, depot: int, fields: dict[str, str], anchor: str
) -> None:
    answer = send(coordinator, path(depot, "opslag"), {"storers": "owner", **fields})
    assert answer.status_code == 422
    assert f'<a href="#{anchor}">' in answer.text


def test_keepers_are_chosen_from_the_own_people(coordinator: FlaskClient, session: Session, depot: int) -> None:
    own, other = make_actor(session, "hengelo"), make_actor(session, "borne")
    session.commit()
    page = coordinator.get(path(depot, "beheerders")).text
    assert f'value="{own.person_id}"' in page
    assert f'value="{other.person_id}"' not in page
    assert send(coordinator, path(depot, "beheerders"), {"keepers": [str(own.person_id)]}).status_code == 303
    assert now(session, depot).keeper_ids == (own.person_id,)
    assert send(coordinator, path(depot, "beheerders"), {"keepers": [str(other.person_id)]}).status_code == 422
    assert now(session, depot).keeper_ids == (own.person_id,)


def test_a_price_is_typed_with_a_comma_and_stands_on_the_list(coordinator: FlaskClient, session: Session, depot: int) -> None:
    assert "nog geen prijs ingesteld" in words(coordinator, path(depot))
    assert (
        send(coordinator, path(depot, "prijzen"), {"euros_per_week": "0,15", "unit": "m2", "from_on": "vandaag"}).status_code
        == 303
    )
    assert (
        send(coordinator, path(depot, "prijzen"), {"euros_per_week": "0,1234", "unit": "pallet", "from_on": "morgen"}).status_code
        == 303
    )
    assert "€ 0,15 per m² per week" in words(coordinator, path(depot))
    assert "palletplaats" not in words(coordinator, path(depot)).split("Prijzen")[1]
    text = words(coordinator, path(depot, "prijzen"))
    assert "€ 0,1234 per palletplaats per week" in text
    [back] = re.findall(r'action="([^"]+/intrekken)"', coordinator.get(path(depot, "prijzen")).text)
    assert send(coordinator, path(depot, "prijzen"), to=back).status_code == 303
    assert [rate.unit for rate in now(session, depot).rates] == ["m2"]


@pytest.mark.parametrize(
    ("fields", "anchor"),
    [
        ({"euros_per_week": "0.15"}, "euros_per_week"),
        ({"euros_per_week": "-1"}, "euros_per_week"),
        ({"euros_per_week": ""}, "euros_per_week"),
        ({"from_on": "gisteren"}, "from_on"),
        ({"unit": "liter"}, "unit"),
    ],
)
def test_a_price_that_cannot_be_is_refused_at_its_field(
    coordinator: FlaskClient, session: Session, depot: int, fields: dict[str, str], anchor: str
) -> None:
    sent = {"euros_per_week": "0,15", "unit": "m2", "from_on": clock.today().isoformat(), **fields}
    answer = send(coordinator, path(depot, "prijzen"), sent)
    assert answer.status_code == 422
    assert f'<a href="#{anchor}">' in answer.text
    assert now(session, depot).rates == []


def test_it_closes_for_new_lots_and_opens_again(coordinator: FlaskClient, session: Session, depot: int) -> None:
    assert send(coordinator, path(depot), to=path(depot, "sluiten")).status_code == 303
    assert now(session, depot).is_active is False
    assert send(coordinator, path(depot), to=path(depot, "openen")).status_code == 303
    assert now(session, depot).is_active is True


@pytest.mark.parametrize("page", ["", "gegevens", "openingstijden", "ruimte", "opslag", "beheerders", "prijzen"])
def test_somebody_elses_depot_is_not_managed(app: Flask, session: Session, depot: int, page: str) -> None:
    for actor in (make_actor(session, "borne", "coordinator"), make_actor(session, "hengelo")):
        assert visit(app, session, actor).get(path(depot, page)).status_code == 403
