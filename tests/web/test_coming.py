"""What comes into a depot on a phone: announced, called off, taken in by what was announced or by the number on a label."""

import re
from datetime import date, timedelta
from decimal import Decimal

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from marketplace.accounts.policy import Actor
from marketplace.depots.models import Arrival, Depot, DepotBay, Lot
from marketplace.depots.rules.number import lot_number
from marketplace.kernel import clock
from marketplace.ledger.models import Exchange
from tests.factories import KEI, make_actor, seed_taxonomy
from tests.visitors import send, visit
from tests.web.test_lots import do, told, words
from tests.yards import announce, make_lot, make_yard

BRINGS = {"material": KEI, "quantity": "276", "unit": "m2", "words": "Drie vrachten"}


@pytest.fixture
def keeper(session: Session) -> Actor:
    seed_taxonomy(session)
    return make_actor(session, "hengelo", "coordinator")


@pytest.fixture
def yard(session: Session, keeper: Actor) -> Depot:
    depot = make_yard(session, keeper)
    session.add_all(DepotBay(depot_id=depot.id, name=name) for name in ("A3", "B1"))
    session.flush()
    return depot


@pytest.fixture
def borne(session: Session, keeper: Actor) -> Actor:
    return make_actor(session, "borne")


def in_borne(session: Session, yard: Depot, borne: Actor) -> Lot:
    """100 m² of Borne's, in no depot, 10 km to the north of the yard."""
    place = {"depot_id": None, "in_depot_since": None, "place_name": "Borne", "lat": 52.35, "lon": 6.79}
    return make_lot(session, yard, borne, quantity=Decimal(100), **place)


def tomorrow() -> date:
    return clock.today() + timedelta(days=1)


def test_whoever_may_bring_announces_it_and_the_keeper_finds_it_filled_in(
    app: Flask, session: Session, keeper: Actor, yard: Depot, borne: Actor
) -> None:
    theirs, depot = visit(app, session, borne), f"/depots/{yard.id}"
    assert f"{depot}/aankondigen" in theirs.get(depot).text
    text = told(theirs, f"{depot}/aankondigen", {**BRINGS, "expected_on": "morgen"})
    assert "De beheerders van het depot verwachten het." in text and "276 m² Betonstraatsteen" in text
    assert "Innemen" not in text and "Komt niet" in text
    page = visit(app, session, keeper).get(depot).text
    number = session.scalars(select(Arrival.id)).one()
    assert "Drie vrachten" in page and f"{depot}/innemen?aankomst={number}" in page
    form = visit(app, session, keeper).get(f"{depot}/innemen?aankomst={number}").text
    assert 'value="276"' in form and "Borne kondigde" in form


def test_what_is_wrong_with_an_announcement_stays_typed(app: Flask, session: Session, yard: Depot, borne: Actor) -> None:
    client, address = visit(app, session, borne), f"/depots/{yard.id}/aankondigen"
    late = send(client, address, {**BRINGS, "expected_on": "1-1-2020"})
    assert late.status_code == 422 and "Deze dag is voorbij." in late.text
    assert 'value="276"' in late.text and "Drie vrachten" in late.text and 'value="1-1-2020"' in late.text
    empty = send(client, address, {**BRINGS, "expected_on": ""})
    assert empty.status_code == 422 and "Vul de dag in" in empty.text
    assert session.scalars(select(Arrival)).all() == []


def test_a_depot_that_takes_nothing_of_a_reader_offers_no_way_to_announce(
    app: Flask, session: Session, keeper: Actor, borne: Actor
) -> None:
    closed = make_yard(session, keeper, name="Dicht", is_active=False)
    own = make_yard(session, keeper, name="Eigen", storers="owner")
    client = visit(app, session, borne)
    for depot in (closed, own):
        assert "aankondigen" not in client.get(f"/depots/{depot.id}").text
        refused = send(client, f"/depots/{depot.id}/aankondigen", {**BRINGS, "expected_on": "morgen"})
        assert refused.status_code in (409, 422) and 'value="276"' in refused.text
    assert "aankondigen" not in visit(app, session, make_actor(session, "hengelo", "reviewer")).get(f"/depots/{own.id}").text


def test_whoever_announced_it_or_keeps_the_depot_calls_it_off(
    app: Flask, session: Session, keeper: Actor, yard: Depot, borne: Actor
) -> None:
    first, second = (announce(session, yard, borne, days=days) for days in (1, 20))
    listed = f"/depots/{yard.id}/aankondigingen"
    other = visit(app, session, make_actor(session, "losser"))
    assert "Er is niets aangekondigd" in words(other, listed)
    assert other.get(f"{listed}/{first.id}/afzeggen").status_code == 404
    for actor, arrival in ((borne, first), (keeper, second)):
        client, form = visit(app, session, actor), f"{listed}/{arrival.id}/afzeggen"
        assert f'href="{form}"' in client.get(listed).text and "Waarom komt het niet?" in words(client, form)
        refused = send(client, form, {"reason": ""})
        assert (refused.status_code, "De andere kant leest het" in refused.text) == (422, True)
        answer = send(client, form, {"reason": "Het werk is uitgesteld"})
        assert (answer.status_code, answer.location) == (303, listed)
        assert "Het komt niet meer" in words(client, listed)
    session.expire_all()
    assert first.ended_at is not None and second.ended_at is not None


def test_a_lot_is_taken_in_by_its_number_with_how_it_was_driven(
    app: Flask, session: Session, keeper: Actor, yard: Depot, borne: Actor
) -> None:
    lot, arrival = in_borne(session, yard, borne), announce(session, yard, borne, days=1, quantity=Decimal(100))
    client, address = visit(app, session, keeper), f"/depots/{yard.id}/innemen/op-nummer"
    form = words(client, f"{address}?nummer={lot_number(lot.id)}")
    assert (
        "100 m²" in form
        and "Borne kondigde 100 m² Betonstraatsteen" in form
        and "In Gemeentewerf kunt u kiezen uit: A3, B1." in form
    )
    page = f"{address}?nummer={lot_number(lot.id)}"
    fields = {"quantity": "100", "bay": "Z9", "driven_km": "12,5", "vehicle_class": "vrachtauto-zwaar-50"}
    refused = do(client, page, fields)
    assert refused.status_code == 422 and 'value="12,5"' in refused.text and 'value="Z9"' in refused.text
    text = told(client, page, {**fields, "bay": "a3"})
    assert f"Partij {lot_number(lot.id)} is ingenomen, in Gemeentewerf, vak A3." in text
    session.expire_all()
    assert (lot.depot_id, lot.bay, lot.quantity, arrival.lot_id) == (yard.id, "A3", 100, lot.id)
    haul = session.scalars(select(Exchange)).one()
    assert (haul.kind, haul.road_km, haul.road_basis) == ("haul", Decimal("12.5"), "driven")
    assert haul.tonne_km == Decimal("231.25")  # 100 × 185 kg = 18.5 t, × 12.5 km


def test_a_part_of_a_lot_that_comes_in_is_a_lot_of_its_own(app: Flask, session: Session, keeper: Actor, yard: Depot) -> None:
    lot = in_borne(session, yard, keeper)
    client, page = visit(app, session, keeper), f"/depots/{yard.id}/innemen/op-nummer?nummer={lot_number(lot.id)}"
    assert f"Partij {lot_number(lot.id + 1)} is ingenomen" in told(client, page, {"quantity": "60"})
    session.expire_all()
    assert lot.quantity == 40 and session.get_one(Lot, lot.id + 1).quantity == 60
    session.commit()
    assert do(client, page, {"quantity": "41"}).status_code == 409


def test_a_number_that_nobody_announced_says_what_to_do_and_not_whether_it_exists(
    app: Flask, session: Session, keeper: Actor, yard: Depot, borne: Actor
) -> None:
    lot = in_borne(session, yard, borne)
    client, address = visit(app, session, keeper), f"/depots/{yard.id}/innemen/op-nummer?nummer="
    for number in (lot_number(lot.id), lot_number(lot.id + 1)):
        page = client.get(address + number).text
        assert "geen partij met dit nummer aangekondigd" in page and f'value="{number}"' in page and "Borne" not in page
    announce(session, yard, borne, days=1, material_id=2)  # something else
    session.commit()
    assert "geen partij met dit nummer aangekondigd" in client.get(address + lot_number(lot.id)).text
    assert "een cijfer" in client.get(f"{address}P1-96").text


def test_what_lies_in_the_depot_already_is_shown(app: Flask, session: Session, keeper: Actor, yard: Depot) -> None:
    lot = make_lot(session, yard, keeper)
    client = visit(app, session, keeper)
    answer = client.get(f"/depots/{yard.id}/innemen/op-nummer?nummer={lot_number(lot.id)}")
    assert (answer.status_code, answer.location) == (303, f"/lots/{lot.id}")
    assert "ligt al in dit depot." in words(client, answer.location)


def test_a_scan_by_the_keeper_who_expects_it_opens_taking_in(
    app: Flask, session: Session, keeper: Actor, yard: Depot, borne: Actor
) -> None:
    lot = in_borne(session, yard, borne)
    client = visit(app, session, keeper)
    assert client.get(f"/lots/{lot.id}").status_code == 404
    announce(session, yard, borne, days=1)
    session.commit()
    answer = client.get(f"/lots/{lot.id}")
    wanted = f"/depots/{yard.id}/innemen/op-nummer?nummer={lot_number(lot.id)}"
    assert (answer.status_code, answer.location) == (303, wanted)
    broker = make_actor(session, "regio-twente", "coordinator")
    assert wanted not in visit(app, session, broker).get(f"/lots/{lot.id}").text
    assert visit(app, session, make_actor(session, "losser", "coordinator")).get(f"/lots/{lot.id}").status_code == 404


def test_what_was_driven_from_a_place_counts_when_it_comes_in(app: Flask, session: Session, keeper: Actor, yard: Depot) -> None:
    fields = {"material": KEI, "quantity": "100", "unit": "m2", "condition": "good", "owner": "hengelo", "place": "52.35, 6.79"}
    text = told(visit(app, session, keeper), f"/depots/{yard.id}/innemen", fields)
    haul = session.scalars(select(Exchange)).one()
    assert haul.distance_km == pytest.approx(Decimal("10.017"), abs=Decimal("0.01"))  # 0.09° of latitude of 111.3 km
    assert (haul.road_basis, haul.road_km) == ("estimated", Decimal("13.020"))  # 10.015 × 1.3 = 13.0195
    assert "in rechte lijn" in text and "de rechte lijn maal 1,3" in text


def test_what_moves_to_another_depot_tells_how_it_was_driven_and_the_page_of_the_lot_works_it_out(
    app: Flask, session: Session, keeper: Actor, yard: Depot
) -> None:
    """100 m² × 185 kg = 18.5 t; × 12 km = 222 tonne-km; × 0.25994 kg = 57.7 kg of a heavy lorry that comes back empty."""
    other = make_yard(session, keeper, name="Regiodepot")
    other.lat = 52.35
    session.flush()
    lot = make_lot(session, yard, keeper, quantity=Decimal(100))
    client, page = visit(app, session, keeper), f"/lots/{lot.id}/verplaatsen"
    assert "In Gemeentewerf kunt u kiezen uit: A3, B1." in words(client, page)
    fields = {"depot": str(other.id), "driven_km": "1", "vehicle_class": "vrachtauto-zwaar-50"}
    refused = do(client, page, fields)
    assert refused.status_code == 422 and "hemelsbreed is het 10,0" in refused.text and 'value="1"' in refused.text
    assert re.search(r'<option selected value="vrachtauto-zwaar-50">', refused.text)
    told(client, page, {**fields, "driven_km": "12"})
    text = words(client, f"/lots/{lot.id}")
    for sentence in ("12,0 km, zoals gereden", "18,5 ton over 12,0 km: 222 tonkm", "222 tonkm × 0,25994 kg = 58 kg CO₂e"):
        assert sentence in text
    assert "Zware vrachtauto" in text and "(niet ingevuld, dus geschat)" not in text


def test_a_lot_goes_to_the_depot_of_another_by_announcing_it(
    app: Flask, session: Session, keeper: Actor, yard: Depot, borne: Actor
) -> None:
    """The form of moving leads there; the lot stays until the keeper has taken it in by its number."""
    lot_id, yard_id = in_borne(session, yard, borne).id, yard.id
    number = lot_number(lot_id)
    session.commit()
    client, place = visit(app, session, borne), f"/depots/{yard_id}/aankondigen?partij={number}"
    answer = do(client, f"/lots/{lot_id}/verplaatsen", {"depot": str(yard_id), "bay": ""})
    assert (answer.status_code, answer.location) == (303, place)
    assert "Alleen een beheerder neemt iets in bij Gemeentewerf" in words(client, place)
    text = told(client, place, {"quantity": "100", "expected_on": "morgen", "words": "Na tien uur"})
    assert "De beheerders van het depot verwachten het." in text and "Aangekondigd bij Gemeentewerf" in text
    session.expire_all()
    assert session.get_one(Lot, lot_id).depot_id is None
    session.rollback()
    keeping = visit(app, session, keeper)
    taking = f"/depots/{yard_id}/innemen/op-nummer?nummer={number}"
    assert taking in keeping.get(f"/depots/{yard_id}").text and taking in keeping.get(f"/depots/{yard_id}/aankondigingen").text
    assert "ingenomen" in told(keeping, taking, {"quantity": "100"})
    session.expire_all()
    assert session.get_one(Lot, lot_id).depot_id == yard_id
    assert "Aangekondigd bij" not in words(client, f"/lots/{lot_id}")


def test_more_than_there_is_of_a_lot_is_not_announced(app: Flask, session: Session, yard: Depot, borne: Actor) -> None:
    lot = in_borne(session, yard, borne)
    session.commit()
    place = f"/depots/{yard.id}/aankondigen?partij={lot_number(lot.id)}"
    refused = send(visit(app, session, borne), place, {"quantity": "101", "expected_on": "morgen"})
    assert refused.status_code == 409 and 'value="101"' in refused.text
    assert visit(app, session, make_actor(session, "almelo")).get(place).status_code == 404
