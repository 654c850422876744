"""Materials on their pages: figures with their sources, lists that are looked at before they count, and what a licence keeps in."""

import csv
import io
from decimal import Decimal

import pytest
from flask import Flask
from flask.testing import FlaskClient

from marketplace.kernel.db import Database
from tests.visitors import csrf_token, log_in, newcomer, send

KEI = "betonstraatsteen-kei-8cm"
HEAD = "slug;co2_nieuw_kg_per_kg;co2_laag;co2_hoog;co2_bron;co2_conf;mki_eur_per_kg;mki_source;factor_licence;factor_public"
NMD = f"{KEI};0,09;onbekend;onbekend;NMD 3.8;A;0,0123;NMD 3.8;Nationale Milieudatabase;nee"
ALL = "/beheer/materialen"


def browser(app: Flask, database: Database, slug: str, role: str = "project_leader") -> FlaskClient:
    client = app.test_client()
    log_in(client, newcomer(database, slug, role))
    return client


@pytest.fixture
def coordinator(app: Flask, database: Database) -> FlaskClient:
    return browser(app, database, "hengelo", "coordinator")


@pytest.fixture
def reviewer(app: Flask, database: Database) -> FlaskClient:
    return browser(app, database, "regio-twente", "reviewer")


def load(client: FlaskClient, *lines: str, head: str = HEAD) -> str:
    """Send a list; the address of its page."""
    content = "\r\n".join((head, *lines)).encode()
    token = csrf_token(client.get(f"{ALL}/lijst"))
    answer = client.post(f"{ALL}/lijst", data={"csrf_token": token, "file": (io.BytesIO(content), "nmd.csv")})
    assert answer.status_code == 303, answer.text
    return str(answer.location)


def refused(client: FlaskClient, content: bytes) -> str:
    """What is said of a list of which something does not fit."""
    token = csrf_token(client.get(f"{ALL}/lijst"))
    answer = client.post(f"{ALL}/lijst", data={"csrf_token": token, "file": (io.BytesIO(content), "nmd.csv")})
    assert answer.status_code == 422
    return str(answer.text)


def table(client: FlaskClient, query: str = "") -> dict[str, dict[str, str]]:
    text = io.StringIO(client.get(f"{ALL}.csv{query}").data.decode("utf-8-sig"), newline="")
    return {row["slug"]: row for row in csv.DictReader(text, delimiter=";")}


def test_every_member_reads_every_material_with_its_source(app: Flask, database: Database, client: FlaskClient) -> None:
    borne = browser(app, database, "borne")
    page = borne.get(ALL).text
    assert "Betonstraatsteen keiformaat 8 cm" in page and "0,1188" in page and "DEFRA25 (B)" in page
    assert "Lijst met factoren laden" not in page
    material_page = borne.get(f"{ALL}/{KEI}").text
    assert "185 kg per m²" in material_page and "0,081 en 0,165" in material_page and "de eerste versie" in material_page.lower()
    assert borne.get(f"{ALL}/klei").status_code == 404
    assert client.get(ALL).status_code == 303
    assert borne.get(f"{ALL}/lijst").status_code == 403


def test_a_list_is_handed_in_looked_at_and_taken_into_use(
    app: Flask, database: Database, coordinator: FlaskClient, reviewer: FlaskClient
) -> None:
    address = load(coordinator, NMD)
    page = coordinator.get(address).text
    assert "0,1188" in page and "0,09" in page and "-24,2%" in page.replace("−", "-")
    assert f"{address}/gebruiken" not in page
    assert coordinator.post(f"{address}/gebruiken", data={}).status_code in (403, 422)
    assert send(coordinator, address, to=f"{address}/indienen").status_code == 303
    assert "nmd.csv" in reviewer.get(ALL).text
    assert send(reviewer, address, to=f"{address}/gebruiken").status_code == 303
    assert "Versie 2 is in gebruik" in reviewer.get(ALL).text
    assert "Uw lijst met factoren is in gebruik als versie 2" in coordinator.get("/berichten").text
    history = coordinator.get(f"{ALL}/{KEI}").text
    assert "0,1188 → 0,09" in history and "Nationale Milieudatabase, niet doorgegeven" in history


def test_a_list_is_a_link_for_whoever_may_open_it(
    app: Flask, database: Database, coordinator: FlaskClient, reviewer: FlaskClient
) -> None:
    address = load(coordinator, NMD)
    send(coordinator, address, to=f"{address}/indienen")
    send(reviewer, address, to=f"{address}/gebruiken")
    for reader in (coordinator, reviewer, browser(app, database, "borne"), browser(app, database, "borne", "coordinator")):
        page = reader.get(ALL).text
        assert "nmd.csv" in page
        assert (f'href="{address}"' in page) == (reader.get(address).status_code == 200)
    assert f'href="{address}"' in coordinator.get(ALL).text


def test_what_a_licence_keeps_in_is_on_no_page_and_in_no_file_of_another(
    app: Flask, database: Database, client: FlaskClient, coordinator: FlaskClient, reviewer: FlaskClient
) -> None:
    address = load(coordinator, NMD)
    send(coordinator, address, to=f"{address}/indienen")
    send(reviewer, address, to=f"{address}/gebruiken")
    borne = browser(app, database, "borne", "coordinator")
    for reader, path in ((borne, ALL), (borne, f"{ALL}/{KEI}"), (client, "/cijfers/methode")):
        page = reader.get(path).text
        assert "0,0123" not in page
        assert "→ 0,09" not in page and ">0,09<" not in page and "0,0900" not in page
    assert "gelicentieerd aan Hengelo, en niet doorgegeven" in borne.get(f"{ALL}/{KEI}").text
    assert (table(borne)[KEI]["co2_nieuw_kg_per_kg"], table(borne)[KEI]["mki_eur_per_kg"]) == ("", "")
    assert (table(coordinator)[KEI]["co2_nieuw_kg_per_kg"], table(coordinator)[KEI]["mki_eur_per_kg"]) == ("0,09", "0,0123")
    assert table(borne, "?versie=1")[KEI]["co2_nieuw_kg_per_kg"] == "0,1188"
    public = client.get(f"/api/v1/materials/{KEI}/versions").get_json()["items"]
    assert [version["carbonFactor"] for version in public] == [None, Decimal("0.1188")]
    [listed] = [
        material for material in client.get("/api/v1/materials?q=keiformaat 8 cm").get_json()["items"] if material["slug"] == KEI
    ]
    assert listed["avoidedKgCo2ePerKg"] is None


def test_rows_that_do_not_fit_are_named_one_by_one(coordinator: FlaskClient) -> None:
    content = "\r\n".join((HEAD, NMD.replace("0,09", "veel"), "klei;1;1;1;x;A;;;y;ja")).encode()
    page = refused(coordinator, content)
    assert "Rij 2" in page and "co2_nieuw_kg_per_kg" in page and "Rij 3 (klei)" in page
    assert "nmd.csv" not in coordinator.get(ALL).text


def test_the_file_that_is_downloaded_can_be_loaded_again(reviewer: FlaskClient) -> None:
    content = reviewer.get(f"{ALL}.csv").data
    assert len(table(reviewer)) == 152
    assert "verschilt" in refused(reviewer, content)
    heavier = content.replace(b";185;", b";186;", 1)
    token = csrf_token(reviewer.get(f"{ALL}/lijst"))
    answer = reviewer.post(f"{ALL}/lijst", data={"csrf_token": token, "file": (io.BytesIO(heavier), "lijst.csv")})
    assert answer.status_code == 303
    assert "+0,5%" in reviewer.get(answer.location).text
    lines = content.decode("utf-8-sig").splitlines()
    line = next(line for line in lines if ";KBOB22;" in line and '"' not in line)
    cells = line.split(";")
    cells[lines[0].split(";").index("co2_nieuw_kg_per_kg")] = "0,123"
    assert "factor_licence" in refused(reviewer, "\n".join((lines[0], ";".join(cells))).encode())


def test_more_than_three_times_as_much_is_asked_twice(reviewer: FlaskClient) -> None:
    address = load(reviewer, NMD.replace("0,09", "0,9"))
    assert "controleer dit" in reviewer.get(address).text
    assert send(reviewer, address, to=f"{address}/gebruiken").status_code == 422
    assert "Versie 1 is in gebruik" in reviewer.get(ALL).text
    assert send(reviewer, address, to=f"{address}/gebruiken", sure="y").status_code == 303
    assert "Versie 2 is in gebruik" in reviewer.get(ALL).text


def test_former_figures_are_brought_back_after_one_look(reviewer: FlaskClient) -> None:
    address = load(reviewer, NMD)
    send(reviewer, address, to=f"{address}/gebruiken")
    made = send(reviewer, ALL, to=f"{ALL}/versies/1/terugzetten")
    assert made.status_code == 303 and "Versie 2 is in gebruik" in reviewer.get(ALL).text
    assert send(reviewer, made.location, to=f"{made.location}/gebruiken").status_code == 303
    assert "Versie 3 is in gebruik" in reviewer.get(ALL).text
    assert table(reviewer) == table(reviewer, "?versie=1")


def test_a_list_is_declined_with_a_reason(coordinator: FlaskClient, reviewer: FlaskClient) -> None:
    address = load(coordinator, NMD)
    send(coordinator, address, to=f"{address}/indienen")
    assert send(reviewer, address, to=f"{address}/afwijzen", reason="").status_code == 422
    assert send(reviewer, address, to=f"{address}/afwijzen", reason="De eenheid klopt niet.").status_code == 303
    assert "De eenheid klopt niet." in coordinator.get(address).text


def test_columns_that_are_not_read_are_told(coordinator: FlaskClient) -> None:
    address = load(coordinator, f"{KEI};EPD 12;0,1", head="slug;co2_bron;co2_laagg")
    assert "co2_laagg" in coordinator.get(address).text
