"""Passports in the browser: what visitors and coordinators see, every form, what is typed wrong and what stays, and the paper."""

import io
import json
import re
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pypdfium2
import pytest
import zxingcpp
from flask import Flask
from flask.testing import FlaskClient
from pypdf import PdfReader
from sqlalchemy.orm import Session

from marketplace.accounts.policy import Actor
from marketplace.kernel import clock
from marketplace.kernel.geo import Point
from marketplace.kernel.units import Quantity, Unit
from marketplace.passports.actions.assets import create_asset
from marketplace.passports.actions.items import add_item
from marketplace.passports.models import Asset
from marketplace.passports.queries.assets import get_asset, get_item
from marketplace.passports.rules.assets import AssetDraft, AssetKind
from marketplace.passports.rules.items import ItemDetails, ItemDraft, KnownBy
from tests.factories import make_actor, seed_taxonomy
from tests.visitors import send, visit

KEI, SAND = "betonstraatsteen-kei-8cm", "straatzand"
LINE = {"type": "LineString", "coordinates": [[6.79, 52.26], [6.80, 52.27], [6.81, 52.27]]}


@pytest.fixture
def keeper(session: Session) -> Actor:
    seed_taxonomy(session)
    return make_actor(session, "hengelo", "coordinator")


@pytest.fixture
def street(session: Session, keeper: Actor) -> int:
    """1 200 m² of pavers on 60 m³ of sand, public, with a score of an inspection."""
    draft = AssetDraft("Dorpsstraat", AssetKind.ROAD, Point(52.27, 6.79), "Hengelo", "hengelo", nen_2767=5, is_public=True)
    number = create_asset(session, keeper, draft=draft).id
    for material, amount, unit, layer in ((KEI, 1200, Unit.M2, 1), (SAND, 60, Unit.M3, 2)):
        details = ItemDetails(layer=layer, known_by=KnownBy.MEASURED)
        add_item(session, keeper, asset_id=number, draft=ItemDraft(material, Quantity(Decimal(amount), unit), details))
    session.commit()
    return number


@pytest.fixture
def client(app: Flask, session: Session, keeper: Actor) -> FlaskClient:
    return visit(app, session, keeper)


def words(text: str) -> str:
    body = re.sub(r"<[^>]+>", " ", text.split('<main id="content"')[1].split("<footer", maxsplit=1)[0])
    return " ".join(body.replace("\u00a0", " ").split())


def stored(session: Session, keeper: Actor, number: int) -> Asset:
    session.rollback()
    session.expire_all()
    return get_asset(session, keeper, number)


def new_street(**changes: Any) -> dict[str, Any]:
    fields = {"name": "Kerkstraat", "kind": "road", "place": "Hengelo", "maintainer": "hengelo", "certainty": "", "nen_2767": ""}
    return {**fields, **changes}


def test_a_visitor_sees_what_is_public_and_no_more(app: Flask, session: Session, keeper: Actor, street: int) -> None:
    hidden = create_asset(session, keeper, draft=AssetDraft("Geheim", AssetKind.QUAY, Point(52.27, 6.79))).id
    session.commit()
    visitor = app.test_client()
    listed = words(visitor.get("/paspoorten").text)
    assert "1 paspoort, 312 ton" in listed
    assert "Dorpsstraat" in listed
    assert "Geheim" not in listed
    assert "Nieuw paspoort" not in listed
    assert visitor.get(f"/paspoorten/{hidden}").status_code == 404
    assert visitor.get(f"/paspoorten/{hidden}/paspoort.pdf").status_code == 404
    assert visitor.get(f"/paspoorten/{street}").status_code == 200
    assert [mark["name"] for mark in visitor.get("/paspoorten/kaart.json").get_json()["clusters"]] == [
        "Dorpsstraat, 312\u00a0ton, Hengelo"
    ]


@pytest.mark.parametrize(
    ("role", "sentence"),
    [("coordinator", "Begin met één straat of één gebouw"), ("project_leader", "Er zijn nog geen paspoorten")],
)
def test_an_empty_list_says_how_to_begin(app: Flask, session: Session, keeper: Actor, role: str, sentence: str) -> None:
    session.commit()
    assert sentence in words(visit(app, session, make_actor(session, "hengelo", role)).get("/paspoorten").text)
    assert "Er zijn nog geen openbare paspoorten" in words(app.test_client().get("/paspoorten").text)


@pytest.mark.parametrize(
    ("query", "is_listed"),
    [
        ("kind=road", True),
        ("kind=bridge", False),
        ("kind=nonsense", True),
        ("municipality=hengelo", True),
        ("municipality=borne", False),
        (f"material={KEI}", True),
        ("material=teelaarde", False),
        ("q=dorps", True),
        ("q=kerk", False),
        ("freeBefore=1-1-2040", False),
        ("mine=1", True),
    ],
)
def test_a_list_is_narrowed_by_what_was_chosen(client: FlaskClient, street: int, query: str, is_listed: bool) -> None:
    text = words(client.get(f"/paspoorten?{query}").text)
    assert ("Dorpsstraat" in text) is is_listed
    assert ("Niets past bij wat u koos" in text) is not is_listed
    on_map = client.get(f"/paspoorten/kaart.json?{query}").get_json()
    assert on_map["total"] == int(is_listed)


def test_a_day_that_cannot_be_read_gets_its_sentence_and_the_list_stays(client: FlaskClient, street: int) -> None:
    page = client.get("/paspoorten?freeBefore=ooit").text
    assert 'href="#freeBefore"' in page or 'href="#free_before"' in page
    assert "Dorpsstraat" in words(page)


def test_a_passport_tells_its_layers_its_parts_and_its_score_apart(client: FlaskClient, street: int) -> None:
    """1 200 × 185 kg are 222 ton; 60 m³ over 1 200 m² are 5 cm. A score of 5 makes no condition."""
    text = words(client.get(f"/paspoorten/{street}").text)
    assert "aan materiaal 312 ton" in text
    assert "1.200 m² · 222 ton" in text
    assert "60 m³ · 90 ton · ongeveer 5 cm dik" in text
    assert "5 op een schaal van 1 (uitstekend) tot 6 (zeer slecht)" in text
    assert text.count("niet bekeken") == 2
    assert "Wanneer het vrijkomt" not in text


def test_an_asset_is_made_with_what_is_needed_first(client: FlaskClient, session: Session, keeper: Actor) -> None:
    session.commit()
    answer = send(client, "/paspoorten/nieuw", new_street())
    number = int(re.findall(r"/paspoorten/(\d+)/onderdelen/nieuw", answer.location)[0])
    made = stored(session, keeper, number)
    assert (made.name, made.kind, made.municipality, made.maintainer.slug, made.is_public) == (
        "Kerkstraat",
        "road",
        "hengelo",
        "hengelo",
        False,
    )


def test_an_asset_with_a_line_stands_in_its_middle(client: FlaskClient, session: Session, keeper: Actor) -> None:
    """The corner nearest to the mean of all corners, (6.80, 52.2667). A feature around it is taken off."""
    session.commit()
    feature = {"type": "Feature", "properties": {}, "geometry": LINE}
    answer = send(client, "/paspoorten/nieuw", new_street(place="", shape=json.dumps(feature)))
    made = stored(session, keeper, int(re.findall(r"\d+", answer.location)[0]))
    assert (made.lat, made.lon, made.shape) == (52.27, 6.8, LINE)


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"name": " "}, "Vul in hoe het heet"),
        ({"kind": ""}, "Kies wat het is."),
        ({"place": ""}, "Vul in waar het is: een plaats"),
        ({"place": "Atlantis"}, "Deze plaats kennen we niet"),
        ({"shape": "{"}, "Dit is geen GeoJSON."),
        ({"shape": '{"type": "Point", "coordinates": [0, 0]}'}, "buiten Nederland"),
        ({"shape": '{"type": "FeatureCollection", "features": []}'}, "meer dan één object"),
        ({"built_year": "19877"}, "Vul een jaar in"),
        ({"built_year": "oud"}, "vier cijfers"),
        ({"earliest": "1-3-2040"}, "Vul de eerste en de laatste dag in"),
        ({"external_system": "GBI"}, "nummer"),
    ],
)
def test_what_an_asset_cannot_be_gets_its_sentence_and_what_was_typed_stays(
    client: FlaskClient, session: Session, wrong: dict[str, str], sentence: str
) -> None:
    session.commit()
    sent = new_street(**{"external_id": "", "built_year": "1987", **wrong})
    answer = send(client, "/paspoorten/nieuw", sent)
    assert answer.status_code == 422
    assert sentence in words(answer.text)
    for name in ("name", "built_year"):
        assert f'value="{sent[name].strip()}"' in answer.text


def test_an_asset_is_described_anew_and_its_point_stays(
    client: FlaskClient, session: Session, keeper: Actor, street: int
) -> None:
    page = client.get(f"/paspoorten/{street}/wijzigen").text
    assert 'value="Dorpsstraat"' in page
    assert 'value="52.27, 6.79"' in page
    year = clock.today().year + 3
    coming = {"earliest": f"1-3-{year}", "latest": f"1-9-{year}", "certainty": "budgeted"}
    fields = new_street(name="Dorpsstraat-Zuid", place="52.27, 6.79", **coming)
    assert send(client, f"/paspoorten/{street}/wijzigen", fields).status_code == 303
    after = stored(session, keeper, street)
    assert (after.name, after.lat, after.certainty, after.nen_2767, after.is_public) == (
        "Dorpsstraat-Zuid",
        52.27,
        "budgeted",
        None,
        False,
    )
    text = words(client.get(f"/paspoorten/{street}").text)
    assert f"Tussen 1 maart {year} en 1 september {year}; het werk staat in de begroting." in text


def test_what_somebody_else_changed_in_the_meantime_is_not_overwritten(client: FlaskClient, street: int) -> None:
    page = f"/paspoorten/{street}/wijzigen"
    before = re.findall(r'name="version"[^>]*value="(\d+)"', client.get(page).text)
    assert before == ["1"]
    assert send(client, page, new_street(name="Eerst", version="1")).status_code == 303
    for version in ("1", "", "x"):
        late = send(client, page, new_street(name="Later", version=version))
        text = words(late.text)
        assert (late.status_code, "Iemand anders heeft dit intussen gewijzigd" in text) == (409, True), text
    late = send(client, page, new_street(name="Later", version="1"))
    assert "Eerst" in words(late.text) and "Later" in late.text  # what stands there beside what was typed
    assert re.findall(r'name="version"[^>]*value="(\d+)"', late.text) == ["2"]
    assert "Eerst" in words(client.get(f"/paspoorten/{street}").text)
    assert send(client, page, new_street(name="Later", version="2")).status_code == 303


def test_a_part_is_added_with_what_is_needed_first(client: FlaskClient, session: Session, keeper: Actor, street: int) -> None:
    fields = {"material": "trottoirband-13-15x25", "quantity": "820", "unit": "m", "known_by": "archive"}
    answer = send(client, f"/paspoorten/{street}/onderdelen/nieuw", fields)
    assert (answer.status_code, answer.location) == (303, f"/paspoorten/{street}/onderdelen/3")
    item = get_item(session, keeper, street, 3)
    assert (item.quantity, item.unit, item.layer, item.use_count) == (820, "m", None, 0)


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"material": ""}, "Kies een materiaal"),
        ({"quantity": "veel"}, "getal"),
        ({"unit": "m"}, "Dit materiaal wordt niet in die eenheid geteld"),
        ({"layer": "0"}, "Lagen"),
        ({"known_by": "estimate"}, "Vul in waaruit de schatting is berekend"),
    ],
)
def test_what_a_part_cannot_be_gets_its_sentence(client: FlaskClient, street: int, wrong: dict[str, str], sentence: str) -> None:
    fields = {"material": KEI, "quantity": "12", "unit": "m2", "known_by": "archive", "element": "Rijbaan", **wrong}
    answer = send(client, f"/paspoorten/{street}/onderdelen/nieuw", fields)
    assert answer.status_code == 422
    assert sentence.lower() in words(answer.text).lower()
    assert 'value="Rijbaan"' in answer.text


def test_a_weight_far_from_the_usual_one_is_asked_twice(
    client: FlaskClient, session: Session, keeper: Actor, street: int
) -> None:
    """185 kg is usual for a square metre; 1 850 is ten times that."""
    fields = {"material": KEI, "quantity": "12", "unit": "m2", "known_by": "measured", "kg_per_unit": "1850"}
    page = f"/paspoorten/{street}/onderdelen/nieuw"
    first = send(client, page, fields)
    assert first.status_code == 422
    assert 'name="confirm_unusual"' in first.text
    assert 'value="1850"' in first.text
    assert 'name="confirm_unusual"' not in client.get(page).text
    assert send(client, page, {**fields, "confirm_unusual": "y"}).status_code == 303
    assert get_item(session, keeper, street, 3).mass_kg == 22_200


def test_a_part_is_described_with_the_hazards_of_its_material(
    client: FlaskClient, session: Session, keeper: Actor, street: int
) -> None:
    add_item(session, keeper, asset_id=street, draft=ItemDraft("gevelpaneel-vezelcement", Quantity(Decimal(85), Unit.M2)))
    session.commit()
    page = f"/paspoorten/{street}/onderdelen/3"
    assert 'name="hazard_asbest"' in client.get(page).text
    assert 'name="hazard_asbest"' not in client.get(f"/paspoorten/{street}/onderdelen/1").text
    fields = {
        "known_by": "archive",
        "condition": "fair",
        "detachability": "screwed",
        "hazard_asbest": "unknown",
        "element": "Gevel",
    }
    assert send(client, page, fields).status_code == 303
    text = words(client.get(f"/paspoorten/{street}").text)
    assert re.search(r"Asbest[^:]*: onbekend", text)
    assert "Geschroefd of geklemd" in text
    assert 'value="unknown" selected' in client.get(page).text or 'selected value="unknown"' in client.get(page).text


def test_what_happened_to_a_part_changes_what_is_there(client: FlaskClient, session: Session, keeper: Actor, street: int) -> None:
    """1 200 less 800 taken out is 400, 74 ton."""
    page = f"/paspoorten/{street}/onderdelen/1/gebeurd"
    fields = {"kind": "taken_out", "quantity": "800", "happened_on": clock.today().isoformat(), "reason": "Voor de Kerkstraat"}
    assert send(client, page, fields).status_code == 303
    text = words(client.get(f"/paspoorten/{street}").text)
    assert "400 m² 74 ton" in text
    assert "−800 m²" in text
    assert "Voor de Kerkstraat" in text


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"quantity": "1201"}, "Van dit onderdeel is er 1.200 m²"),
        ({"kind": ""}, "Kies wat er is gebeurd."),
        ({"kind": "lost", "reason": ""}, "Schrijf in één zin waarom"),
        ({"kind": "counted", "quantity": "1200"}, "er verandert niets"),
        ({"happened_on": str(clock.today() + timedelta(days=1))}, "Deze dag moet nog komen"),
    ],
)
def test_what_cannot_have_happened_gets_its_sentence(
    client: FlaskClient, street: int, wrong: dict[str, str], sentence: str
) -> None:
    today = clock.today().isoformat()
    fields = {"kind": "taken_out", "quantity": "10", "happened_on": today, "reason": "Weg", **wrong}
    answer = send(client, f"/paspoorten/{street}/onderdelen/1/gebeurd", fields)
    assert answer.status_code == 422
    assert sentence.lower() in words(answer.text).lower()


def test_only_its_own_coordinator_changes_a_passport(app: Flask, session: Session, street: int) -> None:
    session.commit()
    pages = ("wijzigen", "onderdelen/nieuw", "onderdelen/1", "onderdelen/1/gebeurd")
    for slug, role in (("borne", "coordinator"), ("hengelo", "project_leader")):
        somebody = visit(app, session, make_actor(session, slug, role))
        assert [somebody.get(f"/paspoorten/{street}/{page}").status_code for page in pages] == [403] * 4
        assert "wijzigen" not in somebody.get(f"/paspoorten/{street}").text


def estimated(**changes: str) -> dict[str, str]:
    fields = {"road_tonnes": "500000", "road_source": "Wegenlegger", "road_source_year": "2025"}
    return {**fields, **changes}


def test_what_is_owned_stands_beside_what_has_a_passport(client: FlaskClient, street: int) -> None:
    """312 ton of 624 is half of it."""
    assert "Tot die tijd tellen alleen de paspoorten: 312 ton" in words(client.get("/paspoorten/bezit").text)
    assert send(client, "/paspoorten/bezit/schatten", estimated(road_tonnes="624")).status_code == 303
    text = words(client.get("/paspoorten/bezit").text)
    assert "Deel van ons bezit met een paspoort 50,0%" in text
    assert "Wegenlegger, 2025" in text


def test_former_estimates_stay_and_a_leap_is_asked_twice(client: FlaskClient, street: int) -> None:
    """From 500 000 to 1 600 000 is more than three times as much."""
    page, year = "/paspoorten/bezit/schatten", clock.today().year
    assert send(client, page, estimated()).status_code == 303
    assert 'value="500.000"' in client.get(page).text
    leap = estimated(road_tonnes="1600000")
    refused = send(client, page, leap)
    assert refused.status_code == 422
    assert 'name="confirm_unusual"' in refused.text
    assert send(client, page, {**leap, "confirm_unusual": "y"}).status_code == 303
    text = words(client.get("/paspoorten/bezit").text)
    assert f"{year}, nummer 2" in text
    assert f"{year}, nummer 1" in text
    assert "1.600.000 ton" in text


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"road_source": ""}, "road_source"),
        ({"road_source_year": "1066"}, "road_source_year"),
        ({"road_tonnes": "-1"}, "road_tonnes"),
        ({"sewer_tonnes": "5", "sewer_source_year": "2025"}, "sewer_source"),
    ],
)
def test_an_estimate_that_cannot_be_is_told_at_its_own_field(
    client: FlaskClient, street: int, wrong: dict[str, str], field: str
) -> None:
    answer = send(client, "/paspoorten/bezit/schatten", estimated(**wrong))
    assert answer.status_code == 422
    assert f'href="#{field}"' in answer.text
    assert f'id="{field}-error"' in answer.text


@pytest.mark.parametrize(("prefix", "heading"), [("", "Lagen, van boven af"), ("/en", "Layers, from the top")])
def test_the_paper_is_accessible_and_its_code_opens_the_passport(
    app: Flask, session: Session, street: int, prefix: str, heading: str
) -> None:
    answer = app.test_client().get(f"{prefix}/paspoorten/{street}/paspoort.pdf")
    assert (answer.status_code, answer.content_type) == (200, "application/pdf")
    read = PdfReader(io.BytesIO(answer.data))
    text = " ".join(" ".join(page.extract_text() for page in read.pages).split()).replace("\u00a0", " ")
    assert read.metadata is not None
    assert read.metadata.title == "Dorpsstraat"
    assert b"pdfuaid" in answer.data or "pdfuaid" in str(read.xmp_metadata.stream.get_data() if read.xmp_metadata else "")
    assert heading in text
    assert "222 to" in text
    with pypdfium2.PdfDocument(answer.data) as pdf:
        [code] = zxingcpp.read_barcodes(pdf[0].render(scale=2).to_pil())
    address = code.text
    assert app.test_client().get(address.removeprefix("http://localhost")).status_code == 200
    assert address.endswith(f"/paspoorten/{street}")
