"""What a keeper does on a phone: a depot and what lies there, a lot by its label, and every act with its sentence."""

import re
from datetime import timedelta
from decimal import Decimal

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from marketplace.accounts.policy import Actor
from marketplace.bench.statements import counted
from marketplace.depots.actions.movements import By, take_in
from marketplace.depots.models import Depot, DepotBay, DepotCapacity, DepotKeeper, DepotRate, Lot
from marketplace.depots.rules.lots import LotDraft, Whereabouts
from marketplace.depots.rules.number import lot_number
from marketplace.kernel import clock
from marketplace.kernel.units import Unit
from marketplace.materials.queries import get_taxonomy
from tests.at_the_gate import m2
from tests.factories import KEI, make_actor, make_listing, seed_taxonomy
from tests.rooms.test_offered_lots import edit
from tests.visitors import picture, send, upload, visit
from tests.yards import announce, make_yard
from tests.yards import come_in as brought_in


def come_in(
    session: Session, actor: Actor, depot: Depot, *, days: int = 0, quantity: str = "276", owner: Actor | None = None
) -> Lot:
    """Pavers of 185 kg a square metre that came in so many days ago, in bay A3."""
    own = int((owner or actor).organisation_id or 0)
    material = get_taxonomy(session).material(KEI).id
    at = Whereabouts(depot.id, "A3", 4)
    draft = LotDraft(material, "Grijze keien", Unit.M2, Decimal(quantity), Decimal(185), "taxonomy", "good", own, own, at)
    return take_in(session, By(actor, clock.today() - timedelta(days=days)), draft)


@pytest.fixture
def keeper(session: Session) -> Actor:
    seed_taxonomy(session)
    return make_actor(session, "hengelo", "coordinator")


@pytest.fixture
def yard(session: Session, keeper: Actor) -> Depot:
    depot = make_yard(session, keeper, longest_stay_days=30)
    session.add_all(DepotBay(depot_id=depot.id, name=name) for name in ("A3", "B1"))
    session.add(DepotCapacity(depot_id=depot.id, kind="m2", amount=Decimal(300)))
    session.add(
        DepotRate(depot_id=depot.id, unit="m2", euros_per_week=Decimal("0.15"), from_on=clock.today() - timedelta(days=400))
    )
    session.flush()
    return depot


def words(client: FlaskClient, address: str) -> str:
    """The words of a page, without its tags."""
    page = client.get(address)
    assert page.status_code == 200, address
    return " ".join(re.sub(r"<[^>]+>", " ", page.text.split("<main")[1]).replace("\u00a0", " ").split())


def do(client: FlaskClient, address: str, fields: dict[str, str], to: str = "") -> TestResponse:
    """A form of today, as it is sent."""
    return send(client, address, {"moved_on": f"{clock.today():%d-%m-%Y}", **fields}, to=to)


def told(client: FlaskClient, address: str, fields: dict[str, str]) -> str:
    """What the page after a form says came of it."""
    answer = do(client, address, fields)
    assert answer.status_code == 303, answer.text
    return words(client, answer.location)


def test_a_keeper_reads_what_lies_there_since_when_where_and_what_it_cost(
    app: Flask, session: Session, keeper: Actor, yard: Depot
) -> None:
    come_in(session, keeper, yard, days=42, quantity="176")
    come_in(session, make_actor(session, "hengelo"), yard, quantity="200", owner=make_actor(session, "borne"))
    page = words(visit(app, session, keeper), f"/depots/{yard.id}")
    assert "1 partij ligt hier langer dan 30 dagen." in page
    assert "176 m² Grijze keien" in page and "€ 158,40" in page  # 176 × 0.15 / 7 × 42
    assert "vak A3" in page and "van Borne" in page
    assert "376 van 300 m²" in page and "76 m² meer dan er past" in page
    assert page.index("176 m²") < page.index("200 m²")


def test_the_list_is_found_in_by_number_by_name_and_by_what_lies_too_long(
    app: Flask, session: Session, keeper: Actor, yard: Depot
) -> None:
    old, new = come_in(session, keeper, yard, days=42, quantity="176"), come_in(session, keeper, yard, quantity="20")
    new.title = "Rode klinkers"
    client = visit(app, session, keeper)
    assert "20 m² Rode" not in words(client, f"/depots/{yard.id}?toon=te-lang")
    assert "176 m² Grijze" not in words(client, f"/depots/{yard.id}?q=rode")
    for typed in (lot_number(old.id), lot_number(old.id).lower().replace("-", " ")):
        page = words(client, f"/depots/{yard.id}?q={typed}")
        assert "176 m² Grijze" in page and "20 m² Rode" not in page
    assert "Zo’n partij ligt hier niet." in words(client, f"/depots/{yard.id}?q=zand")


def test_who_does_not_keep_a_depot_reads_what_everybody_may(app: Flask, session: Session, keeper: Actor, yard: Depot) -> None:
    lot = come_in(session, keeper, yard)
    stranger = visit(app, session, make_actor(session, "borne", "coordinator"))
    assert "Wat hier ligt" not in words(stranger, f"/depots/{yard.id}")
    for address in (f"/lots/{lot.id}", f"/lots/{lot.id}/tellen"):
        assert stranger.get(address).status_code == 404
    assert stranger.get(f"/depots/{yard.id}/innemen").status_code == 403
    assert app.test_client().get(f"/lots/{lot.id}").status_code == 303


def test_a_page_of_a_depot_asks_the_same_however_much_lies_there(
    app: Flask, session: Session, keeper: Actor, yard: Depot
) -> None:
    def asked() -> int:
        client = visit(app, session, keeper)
        client.get(f"/depots/{yard.id}")
        with counted(app.extensions["database"]) as sent:
            assert client.get(f"/depots/{yard.id}").status_code == 200
        return len(sent)

    come_in(session, keeper, yard, days=40)
    first = asked()
    for _time in range(5):
        come_in(session, keeper, yard, days=40)
        announce(session, yard, keeper, days=1)
    assert asked() <= first + 1 <= 30  # names of what was announced


def test_a_lot_is_counted_and_a_difference_asks_a_reason(app: Flask, session: Session, keeper: Actor, yard: Depot) -> None:
    lot = come_in(session, keeper, yard, quantity="100")
    client = visit(app, session, keeper)
    address = f"/lots/{lot.id}/tellen"
    refused = do(client, address, {"quantity": "98"})
    assert refused.status_code == 422 and 'value="98"' in refused.text and "Zeg in één zin waarom" in refused.text
    assert "Dat is 2 m² minder dan de bank zei." in told(client, address, {"quantity": "98", "reason": "Twee tegels gebroken"})
    page = words(client, f"/lots/{lot.id}")
    assert "98 m² ligt hier" in page.replace("ligt hier 98 m²", "98 m² ligt hier")
    assert "−2 m²" in page and "“Twee tegels gebroken”" in page
    assert "Dat klopt." in told(client, address, {"quantity": "98"})


def test_a_part_is_split_off_moved_and_let_out(app: Flask, session: Session, keeper: Actor, yard: Depot) -> None:
    lot = come_in(session, keeper, yard)
    client = visit(app, session, keeper)
    child = lot_number(lot.id + 1)
    assert f"100 m² is nu een eigen partij: {child}." in told(
        client, f"/lots/{lot.id}/splitsen", {"quantity": "100", "bay": "b1"}
    )
    assert "176 m²" in words(client, f"/lots/{lot.id}") and "vak B1" in words(client, f"/lots/{lot.id + 1}")
    moved = told(client, f"/lots/{lot.id + 1}/verplaatsen", {"depot": str(yard.id), "bay": "A3"})
    assert f"Partij {child} ligt nu in Gemeentewerf, vak A3." in moved
    out = f"/lots/{lot.id + 1}/uitgeven"
    assert do(client, out, {"quantity": "100"}).status_code == 422
    assert "60 m² is uitgegeven. Er is nog 40 m²." in told(client, out, {"quantity": "60", "reason": "Dorpsstraat"})
    too_much = do(client, out, {"quantity": "41", "reason": "Dorpsstraat"})
    assert too_much.status_code == 409 and 'value="41"' in too_much.text and "Dorpsstraat" in too_much.text
    gone = told(client, f"/lots/{lot.id + 1}/afboeken", {"quantity": "40", "reason": "Gestolen"})
    assert "40 m² is afgeboekt. Er is nog 0 m²." in gone and "Van deze partij is niets meer over." in gone


def test_an_owner_reads_what_a_keeper_wrote_off_and_opens_the_lot(
    app: Flask, session: Session, keeper: Actor, yard: Depot
) -> None:
    borne = make_actor(session, "borne")
    lot = come_in(session, keeper, yard, owner=borne)
    told(visit(app, session, keeper), f"/lots/{lot.id}/afboeken", {"quantity": "6", "reason": "Gebroken bij het lossen"})
    client = visit(app, session, borne)
    inbox = client.get("/berichten").text
    assert "Hengelo boekte 6 m² van “Grijze keien” af" in inbox.replace("\u00a0", " ")
    (number,) = re.findall(r'action="(/berichten/[0-9]+/openen)', inbox)
    opened = send(client, "/berichten", {}, to=number)
    assert (opened.status_code, opened.location) == (303, f"/lots/{lot.id}")
    assert "“Gebroken bij het lossen”" in words(client, opened.location)


def test_what_is_taken_in_gets_a_number_and_stands_where_it_was_put(
    app: Flask, session: Session, keeper: Actor, yard: Depot
) -> None:
    client = visit(app, session, keeper)
    address = f"/depots/{yard.id}/innemen"
    fields = {"material": KEI, "quantity": "276", "unit": "m2", "condition": "good", "owner": "hengelo", "bay": "A3"}
    refused = do(client, address, {**fields, "bay": "Z9"})
    assert refused.status_code == 422 and 'value="Z9"' in refused.text and "A3, B1" in refused.text
    assert "Ingenomen als partij P1-95, in Gemeentewerf, vak A3." in told(client, address, fields)
    assert "51,1 ton" in words(client, "/lots/1")  # 276 × 185 = 51 060 kg


def test_what_was_announced_is_filled_in_and_then_no_longer_expected(
    app: Flask, session: Session, keeper: Actor, yard: Depot
) -> None:
    arrival = announce(session, yard, keeper, days=1)
    client = visit(app, session, keeper)
    assert f"/depots/{yard.id}/innemen?aankomst={arrival.id}" in client.get(f"/depots/{yard.id}").text
    page = f"/depots/{yard.id}/innemen?aankomst={arrival.id}"
    assert 'value="5"' in client.get(page).text
    fields = {"material": KEI, "quantity": "5", "unit": "m2", "condition": "good", "owner": "hengelo", "arrival": str(arrival.id)}
    assert do(client, page, fields, to=f"/depots/{yard.id}/innemen").status_code == 303
    assert "Er is niets aangekondigd." in words(client, f"/depots/{yard.id}")


def test_a_blocked_lot_is_not_split_or_let_out(app: Flask, session: Session, keeper: Actor, yard: Depot) -> None:
    lot = come_in(session, keeper, yard)
    lot.blocked_at = clock.now()
    client = visit(app, session, keeper)
    page = client.get(f"/lots/{lot.id}").text
    assert "Deze partij is geblokkeerd." in page and "Omgevingsdienst Twente" in page
    assert f"/lots/{lot.id}/uitgeven" not in page and f"/lots/{lot.id}/verplaatsen" in page
    assert do(client, f"/lots/{lot.id}/uitgeven", {"quantity": "1", "reason": "Toch"}).status_code == 409


def test_an_owner_finds_a_lot_by_the_number_on_its_label(app: Flask, session: Session, keeper: Actor, yard: Depot) -> None:
    lot = come_in(session, keeper, yard)
    leader = make_actor(session, "hengelo")
    client = visit(app, session, leader)
    assert "276 m² Grijze keien" in words(client, "/lots")
    answer = client.get(f"/lots?nummer={lot_number(lot.id)}")
    assert (answer.status_code, answer.location) == (303, f"/lots/{lot.id}")
    wrong = client.get("/lots?nummer=P1-96").text
    assert 'value="P1-96"' in wrong and "een cijfer" in wrong
    page = client.get(f"/lots/{lot.id}").text
    assert "Tellen" not in page
    session.add(DepotKeeper(depot_id=yard.id, person_id=leader.person_id))
    session.commit()
    assert "Tellen" in client.get(f"/lots/{lot.id}").text


def test_a_part_of_a_lot_is_offered_and_its_draft_is_filled_in_further(
    app: Flask, session: Session, keeper: Actor, yard: Depot
) -> None:
    lot = come_in(session, keeper, yard)
    client = visit(app, session, keeper)
    assert "Bied aan" in words(client, f"/lots/{lot.id}")
    refused = send(client, f"/lots/{lot.id}/aanbieden", {"quantity": "300"})
    assert refused.status_code == 409 and 'value="300"' in refused.text
    made = send(client, f"/lots/{lot.id}/aanbieden", {"quantity": "100"})
    assert made.status_code == 303 and re.fullmatch(r"/aanbod/[0-9]+/bewerken", made.location)
    draft = words(client, made.location)
    assert "Het concept van het aanbod staat klaar, van 100 m²." in draft
    assert "ligt hier 176 m²" in words(client, f"/lots/{lot.id}")


def test_a_draft_of_stock_says_that_the_lot_says_it(app: Flask, session: Session, keeper: Actor, yard: Depot) -> None:
    lot = come_in(session, keeper, yard)
    yard.is_active = False  # closed: what lies there still goes out
    client = visit(app, session, keeper)
    address = send(client, f"/lots/{lot.id}/aanbieden", {"quantity": "276"}).location
    page = client.get(address).text
    text = words(client, address)
    assert "U biedt een partij uit voorraad aan" in text and "276 m²" in text and "Hengelo" in text and "Gemeentewerf" in text
    assert f'href="/lots/{lot.id}"' in page
    for name in ("material", "quantity", "unit", "place", "depot"):
        (field,) = re.findall(rf'<(?:input|select|textarea)[^>]* name="{name}"[^>]*>', page)
        assert 'type="hidden"' in field, name
    fields = {
        "title": "Grijze keien uit het depot",
        "condition": "good",
        "available_from": "vandaag",
        "quantity_basis": "measured",
    }
    saved = send(client, address, {**fields, "step": "draft"})
    assert (saved.status_code, saved.location) == (303, address)
    assert "Grijze keien uit het depot" in client.get(address).text
    other = send(client, address, {**fields, "quantity": "275", "step": "draft"})
    assert other.status_code == 409 and "Tel, splits of verplaats de partij zelf" in other.text


def test_the_offer_of_a_lot_in_a_depot_is_counted_by_its_keeper(app: Flask, session: Session, keeper: Actor, yard: Depot) -> None:
    """Its owner reads what the lot says and changes the rest; the keeper has the fields."""
    owner = make_actor(session, "hengelo")
    listing = make_listing(session, owner, location=None, depot_id=yard.id)
    brought_in(session, keeper, yard, listing.lot_id)
    client, address = visit(app, session, owner), f"/aanbod/{listing.id}/bewerken"
    assert "Gemeentewerf heeft deze partij. Daar wordt zij geteld" in words(client, address)
    fields = {"title": "Rode keien", "condition": "good", "available_from": "vandaag", "quantity_basis": "measured"}
    refused = send(client, address, {**fields, "quantity": "1100", "correction_reason": "Anders geteld"})
    assert refused.status_code == 409 and "Deze partij ligt bij Gemeentewerf." in refused.text
    assert send(client, address, fields).status_code == 303
    page = visit(app, session, keeper).get(address).text
    assert "Rode keien" in page and "heeft deze partij" not in page


def test_what_is_offered_or_blocked_is_not_offered_again(app: Flask, session: Session, keeper: Actor, yard: Depot) -> None:
    lot = come_in(session, keeper, yard)
    client = visit(app, session, keeper)
    assert send(client, f"/lots/{lot.id}/aanbieden", {"quantity": "276"}).status_code == 303
    assert f"/lots/{lot.id}/aanbieden" not in client.get(f"/lots/{lot.id}").text
    assert send(client, f"/lots/{lot.id}/aanbieden", {"quantity": "276"}).status_code == 409
    blocked = come_in(session, keeper, yard)
    blocked.blocked_at = clock.now()
    session.commit()
    assert f"/lots/{blocked.id}/aanbieden" not in client.get(f"/lots/{blocked.id}").text
    assert send(client, f"/lots/{blocked.id}/aanbieden", {"quantity": "276"}).status_code == 409


def test_a_photo_stands_with_the_lot(app: Flask, session: Session, keeper: Actor, yard: Depot) -> None:
    lot = come_in(session, keeper, yard)
    client = visit(app, session, keeper)
    assert "<img" not in client.get(f"/lots/{lot.id}").text.split("<main")[1].split("<nav")[0]
    empty = send(client, f"/lots/{lot.id}/foto", {"alt": "Drie pallets"})
    assert empty.status_code == 422 and "Maak of kies een foto." in empty.text and 'value="Drie pallets"' in empty.text
    added = send(client, f"/lots/{lot.id}/foto", {"photo": upload(picture()), "alt": "Drie pallets"})
    assert added.status_code == 303
    page = client.get(f"/lots/{lot.id}")
    assert "De foto staat bij de partij." in page.text and 'alt="Drie pallets"' in page.text
    assert visit(app, session, make_actor(session, "borne")).get(f"/lots/{lot.id}/foto").status_code == 404


def test_whoever_takes_in_more_than_fits_reads_so(app: Flask, session: Session, keeper: Actor, yard: Depot) -> None:
    """Room for 300 m²: 276 fit, and 40 more are 16 too much. It is allowed."""
    come_in(session, keeper, yard)
    yard_id = yard.id
    session.commit()
    client = visit(app, session, keeper)
    pavers = {"material": KEI, "unit": "m2", "condition": "good", "owner": "hengelo"}
    full = told(client, f"/depots/{yard_id}/innemen", {**pavers, "quantity": "40"})
    assert "ligt meer dan er past: 316 m² van 300 m². Dat is 16 m² te veel." in full and "Ingenomen als partij" in full
    lot_id = session.scalars(select(Lot.id).order_by(Lot.id.desc())).first()
    session.rollback()
    assert "past" not in told(client, f"/lots/{lot_id}/verplaatsen", {"depot": "elders", "place": "Delden", "bay": ""})
    back = told(client, f"/lots/{lot_id}/verplaatsen", {"depot": str(yard_id), "bay": ""})
    assert "Dat is 16 m² te veel." in back
    assert "te veel" not in told(client, f"/lots/{lot_id}/verplaatsen", {"depot": str(yard_id), "bay": "A3"})


def test_a_weighing_is_one_line_with_what_a_unit_weighs(app: Flask, session: Session) -> None:
    seed_taxonomy(session)
    hengelo = make_actor(session, "hengelo", "coordinator")
    listing = make_listing(session, hengelo, quantity=m2("500"))
    edit(session, hengelo, listing, kg_per_unit=Decimal("190.5"))
    session.commit()
    page = " ".join(re.sub(r"<[^>]+>", " ", visit(app, session, hengelo).get(f"/lots/{listing.lot_id}").text).split())
    assert "Gewogen" in page and "190,5 kg per m²" in page and "Geteld" not in page
