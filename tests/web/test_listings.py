"""The pages with which people offer and change a lot."""

from decimal import Decimal
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from marketplace.exchange.actions.reserve import reserve
from marketplace.exchange.rules.reservation import ReservationDraft
from marketplace.kernel.units import Quantity, Unit
from marketplace.market.models import Listing, Photo
from tests.factories import KEI, make_actor, make_draft, make_listing, seed_taxonomy
from tests.visitors import hidden, picture, send, upload, visit

WOOD = "eikenhouten-damwandplank"


def typed(**changes: Any) -> dict[str, Any]:
    return {
        "material": KEI,
        "title": "Grijze keien",
        "quantity": "1.200",
        "unit": "m2",
        "quantity_basis": "measured",
        "condition": "good",
        "place": "7551 AB",
        "available_from": "12 jan 2027",
        "asbestos_suspected": "no",
        "step": "draft",
        **changes,
    }


@pytest.fixture
def hengelo(app: Flask, session: Session) -> FlaskClient:
    seed_taxonomy(session)
    return visit(app, session, make_actor(session, "hengelo"))


def only(session: Session) -> Listing:
    """The one lot that there is, as it stands now; the database is free again for the next request."""
    session.expunge_all()
    lot = session.scalars(select(Listing)).one()
    session.expunge_all()
    session.rollback()
    return lot


def test_a_lot_is_kept_as_a_draft_without_a_photo(hengelo: FlaskClient, session: Session) -> None:
    answer = send(hengelo, "/aanbod/nieuw/alles", typed())
    assert answer.status_code == 303
    lot = only(session)
    assert (lot.status, str(lot.quantity), lot.place_name, lot.place_basis) == ("draft", "1200.000", "Hengelo", "postcode")
    page = hengelo.get(answer.location).text
    assert "7551 Hengelo, midden van het postcodegebied" in page
    assert "Bewaard als concept" in page


def test_a_lot_with_a_photo_goes_on_offer_at_once(hengelo: FlaskClient, session: Session) -> None:
    answer = send(hengelo, "/aanbod/nieuw/alles", typed(step="publish", photos=[upload(picture())]))
    assert answer.status_code == 303
    assert only(session).status == "published"
    assert "Grijze keien" in hengelo.get(answer.location).text


def test_what_is_wrong_is_told_and_what_was_typed_stays(hengelo: FlaskClient, session: Session) -> None:
    answer = send(hengelo, "/aanbod/nieuw/alles", typed(quantity="twaalf", place="Nergenshuizen", title="<Keien> & meer"))
    assert answer.status_code == 422
    page = answer.text
    assert "<title>Fout: " in page
    assert 'href="#quantity"' in page and 'href="#place"' in page
    for value in ('value="twaalf"', 'value="Nergenshuizen"', 'value="&lt;Keien&gt; &amp; meer"'):
        assert value in page
    assert session.scalars(select(Listing)).all() == []


def test_a_broken_photo_stops_itself_and_not_the_others(hengelo: FlaskClient, session: Session) -> None:
    photos = [upload(picture("red")), upload(b"no picture", "stuk.jpg"), upload(picture("blue"))]
    answer = send(hengelo, "/aanbod/nieuw/alles", typed(step="publish", photos=photos))
    assert answer.status_code == 422
    assert "“stuk.jpg” is niet meegenomen" in answer.text
    carried = hidden(answer.text)
    assert len(carried["kept"]) == 2
    again = hengelo.post("/aanbod/nieuw/alles", data={**carried, **typed(step="publish")}, content_type="multipart/form-data")
    assert again.status_code == 303
    page = hengelo.get(f"/aanbod/{only(session).id}/fotos").text
    assert page.count("<img src=") == 2 + 1  # and the logo


def test_photos_arrive_although_the_form_is_not_right_yet(hengelo: FlaskClient) -> None:
    answer = send(hengelo, "/aanbod/nieuw/alles", typed(title="", photos=[upload(picture())]))
    assert answer.status_code == 422
    assert len(hidden(answer.text)["kept"]) == 1
    assert "data:image/webp;base64," in answer.text


def test_a_photo_that_was_not_signed_here_is_left_out(hengelo: FlaskClient) -> None:
    answer = send(hengelo, "/aanbod/nieuw/alles", typed(title="", kept=["eigen verzinsel"]))
    assert "kept" not in hidden(answer.text)


def test_without_a_photo_it_does_not_go_on_offer_and_nothing_is_kept_twice(hengelo: FlaskClient, session: Session) -> None:
    answer = send(hengelo, "/aanbod/nieuw/alles", typed(step="publish"))
    assert answer.status_code == 422
    assert 'href="#photos"' in answer.text
    assert session.scalars(select(Listing)).all() == []


def test_the_hazards_of_the_chosen_material_are_asked(hengelo: FlaskClient, session: Session) -> None:
    material = "menggranulaat-0-31-5"
    assert 'name="hazard-pak"' in hengelo.get(f"/aanbod/nieuw/alles?material={material}").text
    answers = {"hazard-pak": "no", "hazard-verzonnen": "yes"}
    send(hengelo, "/aanbod/nieuw/alles", typed(material=material, unit="tonne", **answers))
    assert only(session).hazards.get("pak") == "no"


def test_what_a_field_of_the_material_asks_is_not_asked_again_as_a_hazard(hengelo: FlaskClient) -> None:
    page = hengelo.get("/aanbod/nieuw/alles?material=asfaltgranulaat").text
    assert "pak10-mg-per-kg" in page and 'name="hazard-pak"' not in page


def test_the_second_editor_sees_what_changed_and_loses_nothing(app: Flask, session: Session) -> None:
    seed_taxonomy(session)
    owner = make_actor(session, "hengelo")
    lot = make_draft(session, owner)
    first, second = visit(app, session, owner), visit(app, session, make_actor(session, "hengelo", "coordinator"))
    address = f"/aanbod/{lot.id}/bewerken"
    seen_by_second = hidden(second.get(address).text)
    assert send(first, address, typed(title="Eerste was sneller")).status_code == 303
    answer = second.post(address, data={**seen_by_second, **typed(title="Tweede typte dit")})
    assert answer.status_code == 409
    assert "Eerste was sneller" in answer.text and 'value="Tweede typte dit"' in answer.text
    again = second.post(address, data={**hidden(answer.text), **typed(title="Tweede typte dit")})
    assert again.status_code == 303
    assert only(session).title == "Tweede typte dit"


def test_a_lot_that_is_partly_reserved_can_still_be_changed(app: Flask, session: Session) -> None:
    seed_taxonomy(session)
    owner = make_actor(session, "hengelo")
    lot = make_listing(session, owner)
    reserve(session, make_actor(session, "borne"), listing_id=lot.id, draft=ReservationDraft(Quantity(Decimal(500), Unit.M2)))
    client = visit(app, session, owner)
    address = f"/aanbod/{lot.id}/bewerken"
    assert send(client, address, typed(quantity="1.000", correction_reason="Geteld")).status_code == 303
    assert only(session).quantity == 1000
    refused = send(client, address, typed(quantity="499", correction_reason="Geteld"))
    assert refused.status_code == 409 and "500" in refused.text and 'value="499"' in refused.text


def test_another_quantity_of_a_lot_on_offer_asks_why_and_the_lot_tells_it(app: Flask, session: Session) -> None:
    seed_taxonomy(session)
    owner = make_actor(session, "hengelo")
    lot = make_listing(session, owner)
    client, address = visit(app, session, owner), f"/aanbod/{lot.id}/bewerken"
    refused = send(client, address, typed(quantity="900", title="Anders"))
    assert refused.status_code == 422 and "Zeg in één zin waarom de hoeveelheid anders is" in refused.text
    assert 'value="900"' in refused.text and 'value="Anders"' in refused.text
    assert send(client, address, typed(quantity="900", correction_reason="Hergeteld")).status_code == 303
    assert "“Hergeteld”" in client.get(f"/lots/{only(session).lot_id}").text
    session.commit()
    assert "correction_reason" not in client.get(f"/aanbod/{make_draft(session, owner).id}/bewerken").text


def test_saving_without_typing_keeps_the_place_to_the_metre(app: Flask, session: Session) -> None:
    seed_taxonomy(session)
    owner = make_actor(session, "hengelo")
    lot = make_draft(session, owner)
    client = visit(app, session, owner)
    page = client.get(f"/aanbod/{lot.id}/bewerken").text
    before = (lot.lat, lot.lon)
    send(client, f"/aanbod/{lot.id}/bewerken", typed(place=f"{lot.lat}, {lot.lon}", title="Anders"))
    now = only(session)
    assert ((now.lat, now.lon), now.title) == (before, "Anders")
    assert f'value="{lot.lat}, {lot.lon}"' in page


def test_withdrawing_a_lot_with_reservations_asks_first(app: Flask, session: Session) -> None:
    seed_taxonomy(session)
    owner, borne = make_actor(session, "hengelo"), make_actor(session, "borne")
    lot = make_listing(session, owner)
    draft = ReservationDraft(Quantity(lot.quantity / 3, Unit.M2))
    reserve(session, borne, listing_id=lot.id, draft=draft)
    client = visit(app, session, owner)
    page = client.get(f"/aanbod/{lot.id}/intrekken").text
    assert "Borne" in page and "400" in page
    assert send(client, f"/aanbod/{lot.id}/intrekken", {"reason": ""}).status_code == 422
    assert send(client, f"/aanbod/{lot.id}/intrekken", {"reason": "Toch zelf nodig", "outcome": "own_use"}).status_code == 303
    assert (only(session).status, only(session).held) == ("withdrawn", 0)


def test_a_lot_of_which_a_part_is_reserved_is_not_closed_and_the_page_says_why(app: Flask, session: Session) -> None:
    seed_taxonomy(session)
    owner = make_actor(session, "hengelo")
    lot = make_listing(session, owner)
    client = visit(app, session, owner)
    reserve(session, make_actor(session, "borne"), listing_id=lot.id, draft=ReservationDraft(Quantity(Decimal(500), Unit.M2)))
    session.commit()
    refused = send(client, f"/aanbod/{lot.id}/bewerken", {}, to=f"/aanbod/{lot.id}/sluiten")
    assert refused.status_code == 409
    assert "Dit is nog niet gedaan" in refused.text and "is gereserveerd" in refused.text
    assert only(session).status == "published"


def test_photos_change_places_and_words(app: Flask, session: Session) -> None:
    seed_taxonomy(session)
    owner = make_actor(session, "hengelo")
    lot = make_draft(session, owner)
    client = visit(app, session, owner)
    address = f"/aanbod/{lot.id}/fotos"
    assert send(client, address, {"photos": [upload(picture("red"))]}).status_code == 303
    first, second = [photo.id for photo in photos(session)]
    send(client, address, {f"alt-{second}": "Rode stapel", "do": f"move-{second}-1"})
    assert [(photo.id, photo.alt) for photo in photos(session)] == [(second, "Rode stapel"), (first, "Stapel stenen")]
    send(client, address, {"do": f"delete-{first}"})
    assert [photo.id for photo in photos(session) if photo.removed_at is None] == [second]


def test_photos_that_are_sent_twice_are_added_once_and_others_beside_them(app: Flask, session: Session) -> None:
    seed_taxonomy(session)
    owner = make_actor(session, "hengelo")
    lot = make_draft(session, owner)
    client = visit(app, session, owner)
    address = f"/aanbod/{lot.id}/fotos"
    key = {"idempotency_key": hidden(client.get(address).text)["idempotency_key"]}
    before = len(photos(session))
    for colour, there in (("red", 1), ("red", 1), ("blue", 2)):  # a double click; then another picture from the same page
        assert send(client, address, {**key, "photos": [upload(picture(colour))]}).status_code == 303
        assert len(photos(session)) == before + there


def photos(session: Session) -> list[Photo]:
    session.expunge_all()
    stored = list(session.scalars(select(Photo).order_by(Photo.position)))
    session.expunge_all()
    session.rollback()
    return stored


def test_somebody_of_another_organisation_cannot_change_it(app: Flask, session: Session) -> None:
    seed_taxonomy(session)
    lot = make_listing(session, make_actor(session, "hengelo"))
    client = visit(app, session, make_actor(session, "borne"))
    assert client.get(f"/aanbod/{lot.id}/bewerken").status_code == 403
    assert client.get(f"/aanbod/{lot.id}/intrekken").status_code == 403


def test_the_form_in_english_reads_english_numbers(hengelo: FlaskClient, session: Session) -> None:
    assert "Offer a lot" in hengelo.get("/en/aanbod/nieuw/alles").text
    assert send(hengelo, "/en/aanbod/nieuw/alles", typed(quantity="1,200.5")).status_code == 303
    assert str(only(session).quantity) == "1200.500"
