"""A field that is added to the files or left out of them, and synced, while the bank runs: everywhere at once, and nothing lost."""

import csv
import io
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from openpyxl import load_workbook
from sqlalchemy.orm import Session

from marketplace.accounts.policy import OPERATOR
from marketplace.kernel.files import SHIPPED
from marketplace.materials.actions import sync
from tests.api.conftest import Api, Specification, demand_body, listing_body
from tests.factories import KEI, make_actor, make_listing, make_token, seed_taxonomy
from tests.visitors import visit

EDGE = "paver-edge,Rand van de steen,Edge of the paver,keuze,,,round|Afgerond|Rounded;sharp|Scherp|Sharp,,,,0,1,,,PRAKTIJK,2027-01-05"
OLD = {"paver-format": "kei", "thickness-cm": "8", "whole-percent": "90.5", "colour": "unknown"}


def load(session: Session, folder: Path, *, fields: str, sets: str) -> None:
    """Load a version as somebody edited two of the files; they lie in a folder of their own."""
    (folder / "fields.csv").write_text(fields, encoding="utf-8")
    (folder / "field_sets.csv").write_text(sets, encoding="utf-8")
    assert sync(session, OPERATOR, source=folder).is_new
    session.commit()


def shipped(name: str) -> str:
    return (SHIPPED / name).read_text(encoding="utf-8")


@pytest.fixture
def hengelo(app: Flask, session: Session) -> FlaskClient:
    """Somebody of Hengelo, where a lot is on offer that was answered before."""
    seed_taxonomy(session)
    owner = make_actor(session, "hengelo")
    make_listing(session, owner, title="Keien van vroeger", fields=OLD)
    return visit(app, session, owner)


@pytest.fixture
def api(app: Flask, hengelo: FlaskClient, session: Session) -> Api:
    """The API of the same organisation, in the same process; answers are held against the document that it gives at that moment."""
    token = make_token(session, make_actor(session, "hengelo"), name="test")
    session.commit()
    return Api(app.test_client(), Specification(hengelo.get("/api/v1/openapi.json").get_json(), app), token)


def table(client: FlaskClient) -> list[dict[str, str]]:
    text = client.get("/aanbod.csv").get_data().decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(text), delimiter=";"))


def text_of(client: FlaskClient, address: str) -> str:
    return client.get(address).text.replace("\u00a0", " ")


def described(client: FlaskClient, name: str) -> dict[str, Any]:
    shape = client.get("/api/v1/openapi.json").get_json()["components"]["schemas"][name]
    return dict(shape["properties"]["fields"]["properties"])


def test_a_field_that_is_added_is_everywhere_without_a_restart(
    hengelo: FlaskClient, app: Flask, session: Session, tmp_path: Path
) -> None:
    form, search = f"/aanbod/nieuw/alles?material={KEI}", f"/aanbod?material={KEI}"
    wish = f"/gezocht/nieuw?material={KEI}"
    for address in (form, search, wish, "/aanbod/1", "/aanbod/vergelijken?lots=1"):
        assert "Rand van de steen" not in hengelo.get(address).text, address
    assert "paver-edge" not in described(hengelo, "ListingBody")

    sets = shipped("field_sets.csv").replace("paver-format;", "paver-format;paver-edge;")
    load(session, tmp_path, fields=f"{shipped('fields.csv')}{EDGE}\n", sets=sets)

    for address in (form, wish):
        assert all(word in hengelo.get(address).text for word in ("Rand van de steen", "Afgerond", "Scherp")), address
    assert described(hengelo, "ListingBody")["paver-edge"]["enum"] == ["round", "sharp", "unknown", None]
    assert list(described(hengelo, "DemandBody")["paver-edge"]["properties"]) == ["oneOf"]

    token = make_token(session, make_actor(session, "hengelo"), name="after")
    session.commit()
    api = Api(app.test_client(), Specification(hengelo.get("/api/v1/openapi.json").get_json(), app), token)
    made = api.post("/listings", listing_body(fields={"paver-edge": "sharp"})).get_json()
    assert made["fields"] == {"paver-edge": "sharp"}
    assert api.post("/demands", demand_body(fields={"paver-edge": {"oneOf": ["round"]}})).status_code == 201
    new = make_listing(session, make_actor(session, "hengelo"), title="Nieuwe keien", fields={"paver-edge": "round"})
    session.commit()

    assert "<dt>Rand van de steen</dt><dd>Afgerond</dd>" in text_of(hengelo, f"/aanbod/{new.id}")
    assert "Rand van de steen" in hengelo.get(f"/aanbod/vergelijken?lots=1&lots={new.id}").text
    assert "Rand van de steen" in hengelo.get(search).text
    chosen = hengelo.get(f"{search}&veld-paver-edge=round").text
    assert "Nieuwe keien" in chosen and "Keien van vroeger" not in chosen
    assert [item["id"] for item in api.get("/listings?field=paver-edge:round").get_json()["items"]] == [new.id]
    assert [item["id"] for item in api.get("/listings?q=afgerond&literal=true").get_json()["items"]] == [new.id]
    lots = {row["Titel"]: row for row in table(hengelo)}
    assert lots["Nieuwe keien"]["Rand van de steen"] == "Afgerond" and lots["Keien van vroeger"]["Rand van de steen"] == ""

    old = text_of(hengelo, "/aanbod/1")
    for row in ("<dt>Dikte</dt><dd>8 cm</dd>", "<dt>Aandeel heel</dt><dd>90,5 %</dd>", "<dt>Kleur</dt><dd>Onbekend</dd>"):
        assert row in old, row
    assert "Rand van de steen" not in old


def test_a_field_that_is_left_out_is_asked_no_more_and_old_lots_still_say_it(
    hengelo: FlaskClient, api: Api, session: Session, tmp_path: Path
) -> None:
    lines = shipped("fields.csv").splitlines(keepends=True)
    fields = "".join(line for line in lines if not line.startswith(("whole-percent,", "thickness-cm,")))
    # asked in other words now
    fields += "thickness-cm,Hoogte van de steen,Height,getal,mm,,,40,140,0,0,1,,,PRAKTIJK,2027-01-05\n"
    load(session, tmp_path, fields=fields, sets=shipped("field_sets.csv").replace(";whole-percent", ""))

    form = hengelo.get(f"/aanbod/nieuw/alles?material={KEI}").text
    assert "Aandeel heel" not in form and "Hoogte van de steen" in form
    assert set(described(hengelo, "ListingBody")) & {"whole-percent", "thickness-cm"} == {"thickness-cm"}
    page = text_of(hengelo, "/aanbod/1")
    assert "<dt>Aandeel heel</dt><dd>90,5 %</dd>" in page and "<dt>Dikte</dt><dd>8 cm</dd>" in page
    assert api.get("/listings/1").get_json()["fields"] == {**OLD, "thickness-cm": 8, "whole-percent": 90.5}
    assert table(hengelo)[0]["Aandeel heel (%)"] == "90,5"


def test_the_table_has_a_column_for_every_answer_in_the_language_of_the_reader(hengelo: FlaskClient, session: Session) -> None:
    owner = make_actor(session, "hengelo")
    make_listing(session, owner, title="=Tegels", material="betontegel-30x30x6", fields={"tile-size": "30x30", "colour": "grey"})
    session.commit()
    tiles, kei = table(hengelo)
    assert (tiles["Titel"], tiles["Maat van de tegel"], tiles["Kleur"]) == ("'=Tegels", "30 x 30 cm", "Grijs")
    assert (tiles["Dikte (cm)"], kei["Dikte (cm)"], kei["Kleur"], kei["Beschikbaar"]) == ("", "8", "Onbekend", "1200")
    assert kei["Pagina"].endswith("/aanbod/1")
    english = hengelo.get("/en/aanbod.csv?q=keien").get_data().decode("utf-8-sig").splitlines()
    assert len(english) == 2 and "Share that is whole (%)" in english[0] and english[1].endswith(",90.5")
    assert "Maat van de tegel" not in hengelo.get(f"/aanbod.csv?material={KEI}").text
    sheet = load_workbook(io.BytesIO(hengelo.get("/aanbod.xlsx").data)).active
    assert sheet is not None
    rows = [
        dict(zip((cell.value for cell in sheet[1]), row, strict=True)) for row in sheet.iter_rows(min_row=2, values_only=True)
    ]
    thickness = next(head for head in rows[0] if str(head) in ("Dikte", "Dikte (cm)"))
    assert [row[thickness] for row in rows] == [None, 8]


def test_the_page_of_results_links_to_both_tables_for_members_only(app: Flask, hengelo: FlaskClient) -> None:
    page = hengelo.get(f"/aanbod?material={KEI}&weergave=lijst").text
    assert f'href="/aanbod.csv?material={KEI}"' in page and f'href="/aanbod.xlsx?material={KEI}"' in page
    visitor = app.test_client()
    page = visitor.get("/aanbod")
    assert page.status_code == 200 and "/aanbod.csv" not in page.text
    assert visitor.get("/aanbod.csv").status_code in (302, 303, 401)


def test_a_lot_tells_other_sites_what_it_says(hengelo: FlaskClient) -> None:
    page = hengelo.get("/aanbod/1").text
    assert '"propertyID": "thickness-cm"' in page and '"propertyID": "paver-format"' in page
