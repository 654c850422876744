"""Sheets on their pages: loaded, looked at, mended without a script, applied, taken back; and the outflow of a year."""

import csv
import io
import re
from collections.abc import Iterator
from datetime import timedelta

import openpyxl
import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from marketplace.imports.models import ImportRun
from marketplace.jobs import tasks
from marketplace.kernel import clock
from marketplace.kernel.db import Database
from marketplace.market.actions.listings import create_listing, mark_published
from marketplace.market.models import Listing
from marketplace.market.rules.listing import Certainty
from marketplace.passports.models import AssetItem
from tests.factories import listing_draft, make_actor, make_listing
from tests.imported import LMA, reading, sheet
from tests.visitors import csrf_token, log_in, newcomer, send

pytestmark = pytest.mark.postgresql

GOOD = [(2024, "Hout", "primair", "1,5"), (2024, "Hout", "primair", "2")]
WRONG = [*GOOD, (2024, "Huot", "primair", "3"), (2024, "Hout", "anders", "veel")]


@pytest.fixture
def borne(client: FlaskClient, database: Database) -> FlaskClient:
    log_in(client, newcomer(database, "borne", "coordinator"))
    return client


def load(client: FlaskClient, content: bytes, table: str = "materiaalgebruik", name: str = "gebruik 2024.csv") -> str:
    """Send a file; the address of its page."""
    answer = client.post(
        f"/invoer/{table}", data={"csrf_token": csrf_token(client.get(f"/invoer/{table}")), "file": (io.BytesIO(content), name)}
    )
    assert answer.status_code == 303, answer.text
    return str(answer.location)


def refused(client: FlaskClient, content: bytes, name: str = "x.csv") -> str:
    """What is said of a file that cannot be taken."""
    token = csrf_token(client.get("/invoer/materiaalgebruik"))
    answer = client.post("/invoer/materiaalgebruik", data={"csrf_token": token, "file": (io.BytesIO(content), name)})
    assert answer.status_code in (413, 422)
    answer.close()
    return str(answer.text)


def test_a_sheet_is_loaded_mended_applied_and_taken_back(borne: FlaskClient, app: Flask, database: Database) -> None:
    page = load(borne, sheet(WRONG))
    text = borne.get(page).text
    assert "gebruik 2024.csv" in text and "nog niet toegepast" in text
    assert "2 foute regels" in text and "2 regels opgeteld" in text
    assert "Er is geen materiaalgroep “Huot”." in text and "“veel” is geen getal." in text
    assert "Neem de 2 goede regels" in text and "De 2 foute regels blijven eruit." in text
    correction = borne.post(
        f"{page}/regels", data={"csrf_token": csrf_token(borne.get(page)), "cell-4-group": "Hout", "cell-5-tonnes": "4"}
    )
    assert correction.status_code == 303
    text = borne.get(page).text
    assert "1 regel is nog fout." in text and "1 foute regel" in text and 'value="anders"' in text
    assert "Neem de 3 goede regels" in text
    assert (
        borne.post(f"{page}/regels", data={"csrf_token": csrf_token(borne.get(page)), "cell-5-origin": "Gerecycled"}).status_code
        == 303
    )
    text = borne.get(page).text
    assert "Alle regels zijn nu goed." in text and "Neem alle 4 regels" in text and "foute regel" not in text
    answer = send(borne, page, to=f"{page}/toepassen")
    answer.close()
    assert (answer.status_code, answer.location) == (303, page)
    assert "Dit bestand wordt toegepast." in borne.get(page).text
    assert "Toepassen van een bestand" in borne.get("/taken").text
    assert tasks.work_off(app) == 1
    text = borne.get(page).text
    assert "Opgave van 2024: versie 1 is gemaakt." in text and "Draai dit bestand terug" in text
    assert "4 regels van het bestand zijn toegepast." in borne.get("/taken/1").text
    assert send(borne, page, to=f"{page}/terugdraaien").status_code == 303
    assert "Dit bestand is teruggedraaid op" in borne.get(page).text
    assert borne.get("/invoer").text.count("teruggedraaid") == 1


def test_the_wrong_rows_are_a_file_that_comes_back_mended(borne: FlaskClient) -> None:
    page = load(borne, sheet(WRONG))
    file = borne.get(f"{page}/fouten.csv")
    assert file.headers["Content-Disposition"] == f'attachment; filename="invoer-{page.rsplit("/", 1)[1]}-fouten.csv"'
    rows = list(csv.reader(io.StringIO(file.data.decode("utf-8-sig"), newline=""), delimiter=";"))
    assert rows[0] == ["Regel", "Jaar", "Materiaalgroep", "Herkomst", "Ton", "Wat er niet klopt"]
    assert [row[:5] for row in rows[1:]] == [["4", "2024", "Huot", "primair", "3"], ["5", "2024", "Hout", "anders", "veel"]]
    assert rows[1][5].startswith("Materiaalgroep: Er is geen materiaalgroep “Huot”.")
    rows[1][2], rows[2][3], rows[2][4] = "Hout", "hergebruikt", "5,25"
    text = io.StringIO(newline="")
    csv.writer(text, delimiter=";").writerows(rows)
    token = csrf_token(borne.get(page))
    mended = borne.post(
        f"{page}/bestand", data={"csrf_token": token, "file": (io.BytesIO(text.getvalue().encode()), "fouten.csv")}
    )
    assert mended.status_code == 303
    mended_page = borne.get(page).text
    assert "Alle regels zijn nu goed." in mended_page and "Neem alle 4 regels" in mended_page
    assert borne.post(f"{page}/bestand", data={"csrf_token": token, "file": (io.BytesIO(b"%PDF"), "x.pdf")}).status_code == 303
    assert "Dit is een pdf." in borne.get(page).text


def test_columns_that_are_not_recognised_are_asked_for(borne: FlaskClient) -> None:
    page = load(borne, sheet([(2024, "Hout", "primair", "1")], ("A", "B", "C", "D")))
    text = borne.get(page).text
    assert "Welke kolom is wat?" in text and "Neem" not in text
    chosen = {"csrf_token": csrf_token(borne.get(page)), "year": "0", "group": "1", "origin": "2"}
    answer = borne.post(f"{page}/kolommen", data=chosen)
    assert answer.status_code == 422 and "Kies één kolom uit: Ton / Kilogram." in answer.text
    assert '<option selected value="1">B (bijvoorbeeld Hout)</option>' in answer.text  # what was chosen stays
    assert borne.post(f"{page}/kolommen", data={**chosen, "mass_kg": "3", "mass_kg_notation": "nl"}).status_code == 303
    assert "Neem de regel" in borne.get(page).text
    assert "Welke kolom is wat?" not in borne.get(load(borne, sheet([(2025, "Hout", "primair", "1")], ("A", "B", "C", "D")))).text


def test_the_same_file_names_the_one_of_before(borne: FlaskClient) -> None:
    first = load(borne, sheet(GOOD))
    assert "eerder ingelezen" not in borne.get(first).text
    second = borne.get(load(borne, sheet(GOOD))).text
    assert "Ditzelfde bestand is eerder ingelezen:" in second and f'href="{first}"' in second


@pytest.mark.parametrize("table", ["materiaalgebruik", "afvalmeldingen", "paspoorten"])
def test_a_template_is_what_the_page_takes(borne: FlaskClient, table: str) -> None:
    text = borne.get(load(borne, borne.get(f"/invoer/{table}/sjabloon.csv").data, table)).text
    assert "Neem" in text and "foute regel" not in text
    workbook = borne.get(f"/invoer/{table}/sjabloon.xlsx").data
    names = openpyxl.load_workbook(io.BytesIO(workbook)).sheetnames
    assert len(names) == 3 and "Kolommen" in names
    assert "Neem" in borne.get(load(borne, workbook, table, "sjabloon.xlsx")).text


def test_waste_notifications_are_shown_to_the_kilogram_and_taken_over(borne: FlaskClient, app: Flask) -> None:
    rows: list[list[object]] = [
        ["s", "o", "h", "v", code, "naam", "B04", "2025-02", kg, 1, "x"]
        for code, kg in (("17 03 02", 1500), ("17 01 01", 250), ("99 99 99", 50))
    ]
    page = load(borne, sheet(rows, LMA), "afvalmeldingen")
    text = borne.get(page).text
    assert "Van 1.800 kg in dit bestand heeft 1.500 kg een materiaalgroep. Van 300 kg is die niet bekend." in text
    assert "de lijst met materialen heeft deze code niet" in text
    answer = borne.post(
        f"{page}/codes", data={"csrf_token": csrf_token(borne.get(page)), "code-170101": "bestrating", "code-999999": ""}
    )
    assert answer.status_code == 303
    assert "heeft 1.750 kg een materiaalgroep. Van 50 kg" in borne.get(page).text
    send(borne, page, to=f"{page}/toepassen").close()
    assert tasks.work_off(app) == 1
    assert "/invoer/uitstroom/2025" in borne.get(page).text and "/invoer/uitstroom/2025" in borne.get("/invoer").text
    year = borne.get("/invoer/uitstroom/2025").text
    assert "1.800 kg" in year and "1.750 kg" in year and "50 kg" in year
    over = send(borne, "/invoer/uitstroom/2025", to="/invoer/uitstroom/2025/overnemen", scope="territory").location
    text = borne.get(over).text
    assert "Afvalmeldingen 2025" in text and "Neem alle 2 regels" in text and "Hele grondgebied" in text
    assert borne.get("/invoer/uitstroom/2024").status_code == 404


def test_what_is_no_sheet_is_told_what_to_do(borne: FlaskClient) -> None:
    assert "Dit is een pdf." in refused(borne, b"%PDF-1.4")
    assert "namen van de kolommen" in refused(borne, b"alleen")
    token = csrf_token(borne.get("/invoer/materiaalgebruik"))
    assert "Kies een bestand: XLSX of CSV." in borne.post("/invoer/materiaalgebruik", data={"csrf_token": token}).text
    assert borne.get("/invoer/onzin").status_code == 404


def names() -> Iterator[str]:
    yield from ("../../etc/passwd", "map/blad.csv", "a\u202eb.csv", "x" * 500, "\x00", "<script>.csv", "")


def test_any_name_of_a_file_is_stored_as_text(borne: FlaskClient, database: Database) -> None:
    for name in names():
        if name and "\x00" not in name:
            assert "<script>.csv</h1>" not in borne.get(load(borne, sheet(GOOD), name=name)).text
    with reading(database) as session:
        stored = [run.name for run in session.query(ImportRun).order_by(ImportRun.id)]
    assert stored[:2] == ["passwd", "blad.csv"] and max(map(len, stored)) == 200


def test_only_a_coordinator_of_a_municipality_loads_and_sees_its_sheets(
    borne: FlaskClient, app: Flask, database: Database
) -> None:
    page = load(borne, sheet(GOOD))
    for slug, role, expected in (
        ("borne", "project_leader", 403),
        ("regio-twente", "reviewer", 403),
        ("hengelo", "coordinator", 404),
    ):
        other = app.test_client()
        log_in(other, newcomer(database, slug, role))
        assert other.get(page).status_code == expected
        assert other.get("/invoer").status_code == (200 if expected == 404 else 403)
        assert other.get(f"{page}/fouten.csv").status_code == expected


LOTS = ("Titel", "Materiaal", "Hoeveelheid", "Eenheid", "Kwaliteit", "Vrij vanaf", "Plaats", "Dikte (cm)")
PAVERS = ("Keien uit de Dorpsstraat", "Betonstraatsteen keiformaat 8 cm", "1.200", "m²", "Goed", "2027-03-01", "Borne", "8")


def test_a_sheet_of_lots_is_mended_made_into_drafts_and_taken_back(borne: FlaskClient, app: Flask) -> None:
    wrong = (*PAVERS[:7], "80")
    page = load(borne, sheet([PAVERS, wrong], LOTS), "aanbod", "aanbod.csv")
    text = borne.get(page).text.replace("\u00a0", " ")
    assert "Welke concepten worden gemaakt" in text and "1.200 m²" in text
    assert "Dikte ligt tussen 6 cm en 12 cm." in text and "1 foute regel" in text
    assert "Formaat van de steen" in text and "Teerhoudend" not in text  # asked of these materials only
    data = {"csrf_token": csrf_token(borne.get(page)), "cell-3-fields.thickness-cm": "8,5"}
    assert borne.post(f"{page}/regels", data=data).status_code == 303
    assert "Neem alle 2 regels" in borne.get(page).text
    assert send(borne, page, to=f"{page}/toepassen").status_code == 303
    assert tasks.work_off(app) == 1
    text = borne.get(page).text
    assert "Er zijn 2 concepten gemaakt." in text and "Dan worden 2 concepten verwijderd." in text
    lot = "/aanbod/1"
    assert f'href="{lot}"' in text and "Keien uit de Dorpsstraat" in borne.get(lot).text
    assert "Keien uit de Dorpsstraat" in borne.get("/werk/aanbod").text
    assert send(borne, page, to=f"{page}/terugdraaien").status_code == 303
    assert "Dit bestand is teruggedraaid op" in borne.get(page).text and borne.get(lot).status_code == 404


@pytest.mark.parametrize("material", ["", "parkbank-beton", "asfaltgranulaat", "betonstraatsteen-kei-8cm"])
def test_a_template_of_a_material_is_what_the_page_of_lots_takes(borne: FlaskClient, material: str) -> None:
    for kind in ("csv", "xlsx"):
        content = borne.get(f"/invoer/aanbod/sjabloon.{kind}?materiaal={material}").data
        text = borne.get(load(borne, content, "aanbod", f"sjabloon.{kind}")).text
        assert "Neem de regel" in text and "foute regel" not in text and "Welke kolom is wat?" not in text


def test_the_supply_as_it_was_downloaded_is_read_back(borne: FlaskClient, app: Flask, database: Database) -> None:
    fields = {"thickness-cm": "8.5", "paver-format": "kei", "colour": "unknown"}
    with database.transaction() as session:
        make_listing(session, make_actor(session, "borne"), title="Keien, =gestapeld", price_cents_per_unit=250, fields=fields)
    file = borne.get("/aanbod.csv").data
    page = load(borne, file, "aanbod", "aanbod.csv")
    assert "foute regel" not in borne.get(page).text
    assert send(borne, page, to=f"{page}/toepassen").status_code == 303
    assert tasks.work_off(app) == 1
    with reading(database) as session:
        first, again = session.scalars(select(Listing).order_by(Listing.id))
    assert (first.status, again.status) == ("published", "draft")
    for name in (
        *("title", "material_id", "quantity", "unit", "condition", "available_from", "available_until", "fields"),
        *("quantity_basis", "price_cents_per_unit", "year_of_construction", "place_name", "municipality"),
    ):
        assert getattr(again, name) == getattr(first, name), name
    assert again.fields == fields


def test_what_is_planned_keeps_its_plan_when_the_supply_is_read_back(borne: FlaskClient, app: Flask, database: Database) -> None:
    today = clock.today()
    plan = {"planned": True, "certainty": Certainty.BUDGETED, "available_from": None, "available_until": None}
    period = {"earliest": today + timedelta(days=40), "latest": today + timedelta(days=90)}
    with database.transaction() as session:
        owner = make_actor(session, "borne")
        made = create_listing(session, owner, listing_draft("borne", **plan, **period))
        mark_published(session, owner, listing_id=made.id)
        make_listing(session, owner, title="Wat er al ligt")
    file = borne.get("/aanbod.csv").data
    assert "Komt vrij vanaf" in file.decode("utf-8-sig")
    page = load(borne, file, "aanbod", "aanbod.csv")
    assert "foute regel" not in borne.get(page).text
    assert send(borne, page, to=f"{page}/toepassen").status_code == 303
    assert tasks.work_off(app) == 1
    with reading(database) as session:
        first, there, *again = session.scalars(select(Listing).order_by(Listing.id))
    copies = {copy.title: copy for copy in again}
    for listing in (first, there):
        copy = copies[listing.title]
        for name in ("planned", "earliest", "latest", "certainty", "available_from", "available_until", "quantity"):
            assert getattr(copy, name) == getattr(listing, name), name
        assert copy.status == "draft"
    assert (first.planned, there.planned) == (True, False)


ASSETS = ("Objectnummer", "Naam", "Soort", "Plaats", "Materiaal", "Hoeveelheid", "Eenheid")


def test_a_sheet_of_passports_is_explained_applied_changed_and_taken_back(
    borne: FlaskClient, app: Flask, database: Database
) -> None:
    rows = [
        ("W-1", "Dorpsstraat", "Weg", "Borne", "BSS kei", "1.200", "m²"),
        ("W-2", "Kerkstraat", "Weg", "Borne", "Ophoogzand", "240", "m3"),
    ]
    page = load(borne, sheet(rows, ASSETS), "paspoorten", "beheer.csv")
    text = borne.get(page).text
    assert "Namen van materialen" in text and "BSS kei" in text and "1 foute regel" in text
    field = re.search(r'name="(code-[0-9a-f]{16})"', text)
    assert field is not None
    chosen = {"csrf_token": csrf_token(borne.get(page)), field[1]: "betonstraatsteen-kei-8cm"}
    assert borne.post(f"{page}/codes", data=chosen).status_code == 303
    text = borne.get(page).text.replace("\u00a0", " ")
    assert "door u gekozen" in text and "Neem alle 2 regels" in text
    assert "2 nieuwe objecten" in text and "2 nieuwe onderdelen" in text and "1.200 m²" in text
    send(borne, page, to=f"{page}/toepassen").close()
    assert tasks.work_off(app) == 1
    assert "Er zijn 2 objecten gemaakt, met 2 onderdelen." in borne.get(page).text
    other = load(borne, sheet([(*rows[0][:5], "1.100", "m²")], ASSETS), "paspoorten", "beheer 2.csv")
    text = borne.get(other).text
    assert "Wat er al staat en anders is: 0 objecten en 1 onderdeel" in text and "Laat het zoals het is" in text
    send(borne, other, to=f"{other}/toepassen", existing="skip").close()
    assert "Alles uit dit bestand staat er al." in borne.get(other).text
    send(borne, other, to=f"{other}/toepassen", existing="update").close()
    assert tasks.work_off(app) == 1
    with reading(database) as session:
        amounts = session.scalars(select(AssetItem.quantity).order_by(AssetItem.id)).all()
    assert [int(amount) for amount in amounts] == [1100, 240]
    send(borne, page, to=f"{page}/terugdraaien").close()
    assert "is sindsdien iets ingevoerd" in borne.get(page).text  # the later sheet goes first
    for address in (other, page):
        assert send(borne, address, to=f"{address}/terugdraaien").status_code == 303
        assert "Dit bestand is teruggedraaid op" in borne.get(address).text


RAW_HEAD = ("Bestekspostnummer", "Omschrijving", "Eenheid", "Hoeveelheid", "Hoeveelheid ter inlichting", "Materiaal")
RAW_POSTS = [
    ("210110", "Opbreken betonstraatstenen", "m²", "900", "850 H", "Betonstraatsteen keiformaat 8 cm"),
    ("230010", "Opbreken fundering, afvoeren", "ton", "530", "530 R", "Menggranulaat 0/31,5"),
    ("210230", "Opbreken banden. De aannemer wordt eigenaar van de vrijgekomen materialen.", "m", "310", "310 H", ""),
    ("100010", "Inrichten werkterrein", "EUR", "1", "", ""),
]


def test_a_contract_is_shown_post_by_post_said_once_applied_and_taken_back(
    borne: FlaskClient, app: Flask, database: Database
) -> None:
    address = load(borne, sheet(RAW_POSTS, RAW_HEAD), "raw", "bestek.csv")
    page = borne.get(address).text
    assert tallied(page) == ["1", "1", "1", "1", "0", "0"]
    assert "Dit wordt eigendom van de aannemer" in page
    assert "Vul eerst in wat voor het hele bestek geldt" in page
    assert "1 post is overgeslagen" in page
    wrong = borne.post(
        f"{address}/gegevens",
        data={"csrf_token": csrf_token(borne.get(address)), "once-contract": "BOR-7", "once-place": "Nergens"},
    )
    assert wrong.status_code == 422
    year = clock.today().year + 1
    fields = {"once-contract": "BOR-7", "once-place": "Borne", "once-earliest": f"1 juli {year}", "once-latest": f"31-12-{year}"}
    answer = send(borne, address, {**fields, "once-certainty": "tendered", "once-condition": "good"}, to=f"{address}/gegevens")
    assert answer.status_code == 303
    assert "Neem de 2 posten over" in borne.get(address).text
    assert send(borne, address, {}, to=f"{address}/toepassen").status_code == 303
    assert tasks.work_off(app) == 1
    page = borne.get(address).text
    assert tallied(page) == ["1", "1", "1", "1"]
    assert "Dan verdwijnt 1 partij" in page
    expected = borne.get("/invoer/uitstroom/verwacht").text
    assert "530\N{NO-BREAK SPACE}ton" in expected
    assert "BOR-7" in expected
    with reading(database) as session:
        [lot] = session.scalars(select(Listing)).all()
    assert (lot.status, lot.is_closed_to_others, lot.quantity) == ("published", True, 850)
    assert send(borne, address, {}, to=f"{address}/terugdraaien").status_code == 303
    with reading(database) as session:
        assert session.scalars(select(Listing.status)).all() == ["withdrawn"]
    assert "Er is nog geen bestek ingelezen" in borne.get("/invoer/uitstroom/verwacht").text


@pytest.mark.parametrize(
    ("rest", "outcome"),
    [
        (";aannemer;;;;;;", "geweigerd: van de aannemer"),
        (";;;;;;;", "overgeslagen"),
        ("H;;B-9;Hengelo;1-3-2028;31-10-2028;idee;goed", "gepland aanbod (H)"),
        (";;x;;;;;", "overgeslagen"),
    ],
)
def test_a_contract_that_leaves_nothing_to_be_said_once_is_shown(borne: FlaskClient, rest: str, outcome: str) -> None:
    """A sheet of which each post says its own days, or of which nothing comes to the bank, had no page at all."""
    head = "Bestekspostnummer;Omschrijving;Eenheid;Hoeveelheid;Materiaal;Kenmerk;Eigenaar van wat vrijkomt;Besteknummer;Plaats;"
    head += "Komt vrij vanaf;Komt vrij tot en met;Hoe zeker dat is;Kwaliteit\n"
    content = f"{head}210310;Opbreken keien;m²;1200;Betonstraatsteen keiformaat 8 cm;{rest}\n".encode()
    answer = borne.get(load(borne, content, "raw", "bestek.csv"))
    assert answer.status_code == 200
    assert outcome in answer.get_data(as_text=True)


def tallied(page: str) -> list[str]:
    """The figures at the top of the page of a sheet."""
    return re.findall(r'<span class="mp-figure">([^<]*)</span>', page)


def test_without_a_file_it_says_to_choose_one(borne: FlaskClient) -> None:
    assert "Kies een bestand: XLSX of CSV." in refused(borne, b"", name="")
    assert "Dit bestand is leeg" in refused(borne, b"", name="leeg.csv")
