"""What a form asks of one material: of a lot in steps and on one page, of a demand; and where it is read back."""

import csv
import re
from html import unescape
from pathlib import Path
from shutil import copytree
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from marketplace.accounts.policy import Actor
from marketplace.market.models import Demand, Listing
from marketplace.materials.actions import SHIPPED, sync
from tests.factories import KEI, make_actor, make_demand, make_draft, make_listing, seed_taxonomy
from tests.visitors import picture, send, upload, visit

ASPHALT, SOIL = "asfaltgranulaat", "grond-schoon"
ALL, EDIT, SECOND, THIRD, FOURTH = (
    "/aanbod/nieuw/alles",
    "/aanbod/1/bewerken",
    *(f"/aanbod/concept/1/stap/{n}" for n in (2, 3, 4)),
)
WHAT = {"quantity": "100", "unit": "tonne", "quantity_basis": "measured", "condition": "good", "do": "next"}
WHERE = {"spot": "other", "place": "7551 AB", "since": "now", "till": "gone", "do": "next"}
PAGE = {"title": "Freesasfalt", "place": "7551 AB", "available_from": "12 jan 2027", "asbestos_suspected": "no", **WHAT}
PAVERS = {**PAGE, "material": KEI, "unit": "m2", "field_set": "betonstraatstenen"}
MILLED = {**PAGE, "material": ASPHALT, "field_set": "asfalt"}


@pytest.fixture
def owner(session: Session) -> Actor:
    seed_taxonomy(session)
    return make_actor(session, "hengelo")


@pytest.fixture
def hengelo(app: Flask, session: Session, owner: Actor) -> FlaskClient:
    return visit(app, session, owner)


def read(client: FlaskClient, address: str) -> str:
    return unescape(client.get(address).text).replace("\u00a0", " ")


def own_fields(page: str) -> list[str]:
    return list(dict.fromkeys(re.findall(r'name="field-([a-z0-9-]+)"', page)))


def hazards_of(page: str) -> dict[str, str]:
    return dict(re.findall(r'name="(hazard-[a-z_0-9]+)" value="([a-z]+)" checked', page))


def stored(session: Session) -> dict[str, Any]:
    session.expire_all()
    fields = session.scalars(select(Listing)).one().fields
    session.rollback()
    return dict(fields)


def test_a_material_asks_its_own_fields_and_no_other(hengelo: FlaskClient) -> None:
    page = hengelo.get(f"{ALL}?material={KEI}").text
    assert own_fields(page) == ["paver-format", "thickness-cm", "colour", "whole-percent"]
    assert "Nodig om te plaatsen" not in page
    assert own_fields(hengelo.get(ALL).text) == []


def test_what_is_needed_stands_first_and_is_marked(hengelo: FlaskClient) -> None:
    page = read(hengelo, f"{ALL}?material={ASPHALT}")
    assert own_fields(page)[0] == "pak10-mg-per-kg"
    needed, others = page.split("Nodig om te plaatsen")[1].split("Kenmerken")[:2]
    assert "PAK-10 uit de analyse" in needed and 'aria-required="true"' in needed and "Weet ik niet" in needed
    assert "Uitslag PAK-marker" in others and "Weet ik niet" not in others


def test_few_choices_are_pills_and_many_a_list_and_unknown_is_one_of_them(hengelo: FlaskClient) -> None:
    page = read(hengelo, f"{ALL}?material={KEI}")
    assert re.findall(r'name="field-paver-format" value="([a-z]+)"', page) == ["kei", "dik", "waal", "other", "unknown"]
    colours = page.split('name="field-colour"')[1].split("</select>")[0]
    assert '<option value="unknown">Onbekend' in colours and '<option value="">Niet ingevuld' in colours


def test_without_a_script_they_are_asked_after_the_material_is_chosen(hengelo: FlaskClient, session: Session) -> None:
    send(hengelo, "/aanbod/nieuw", {"photos": [upload(picture())], "do": "next"})
    answer = send(hengelo, SECOND, {**WHAT, "material": ASPHALT})
    assert answer.status_code == 422 and "eigen vragen" in answer.text and 'name="field-tar"' in answer.text
    assert 'value="100"' in answer.text
    missing = send(hengelo, SECOND, {**WHAT, "material": ASPHALT})
    assert missing.status_code == 422 and 'href="#field-pak10-mg-per-kg"' in missing.text
    answers = {"field-pak10-mg-per-kg": ["", "unknown"], "field-tar": "unknown", **hazards_of(answer.text)}
    assert send(hengelo, SECOND, {**WHAT, "material": ASPHALT, **answers}).location == THIRD
    assert send(hengelo, THIRD, WHERE).location == FOURTH
    assert stored(session) == {"pak10-mg-per-kg": "unknown", "tar": "unknown"}
    check = read(hengelo, FOURTH)
    assert "<dt>PAK-10 uit de analyse</dt><dd>Onbekend</dd>" in check and "Uitslag PAK-marker" not in check
    again = hengelo.get(SECOND).text
    assert 'id="field-pak10-mg-per-kg-unknown" name="field-pak10-mg-per-kg" value="unknown" checked' in again


def test_a_lot_in_steps_keeps_what_is_typed_right_or_wrong(hengelo: FlaskClient) -> None:
    send(hengelo, "/aanbod/nieuw", {"do": "next"})
    pavers = {**WHAT, "material": KEI, "unit": "m2", "field_set": "betonstraatstenen"}
    typed = {"field-thickness-cm": "7,5", "field-whole-percent": "veel", "field-paver-format": "kei"}
    send(hengelo, SECOND, {**pavers, **typed, "do": "auto"})
    page = hengelo.get(SECOND).text
    assert 'value="7,5"' in page and 'value="veel"' in page and 'name="field-paver-format" value="kei" checked' in page
    assert 'value="7.5"' in hengelo.get(f"/en{SECOND}").text  # the same number in the other language
    refused = send(hengelo, SECOND, {**pavers, **typed})
    assert refused.status_code == 422 and 'href="#field-whole-percent"' in refused.text and 'value="veel"' in refused.text


@pytest.mark.parametrize("thickness", ["40", "dik", "8,55"])
def test_what_cannot_be_is_refused_at_its_field(hengelo: FlaskClient, session: Session, thickness: str) -> None:
    page = send(hengelo, ALL, {**PAVERS, "step": "draft", "field-thickness-cm": thickness})
    assert page.status_code == 422 and 'href="#field-thickness-cm"' in page.text and f'value="{thickness}"' in page.text
    assert session.scalars(select(Listing)).all() == []


def test_a_number_and_not_known_are_not_both_said(hengelo: FlaskClient) -> None:
    both = {"field-pak10-mg-per-kg": ["12", "unknown"], "field-tar": "no"}
    page = send(hengelo, ALL, {**MILLED, "step": "draft", **both})
    assert page.status_code == 422 and "Niet allebei" in page.text and 'value="12"' in page.text


def test_a_word_for_unknown_is_that_answer(hengelo: FlaskClient, session: Session) -> None:
    assert send(hengelo, ALL, {**PAVERS, "step": "draft", "field-whole-percent": "Onbekend"}).status_code == 303
    assert stored(session) == {"whole-percent": "unknown"}
    assert 'value="onbekend"' in hengelo.get(EDIT).text


def test_one_page_stores_what_was_answered_and_shows_it_again(hengelo: FlaskClient, session: Session) -> None:
    answers = {"field-thickness-cm": "7,5", "field-paver-format": "kei", "field-colour": "", "field-whole-percent": "90"}
    assert send(hengelo, ALL, {**PAVERS, "step": "draft", **answers}).location == EDIT
    assert stored(session) == {"paver-format": "kei", "thickness-cm": "7.5", "whole-percent": "90"}
    lot = read(hengelo, "/aanbod/1")
    facts = re.findall(r"<dt>([^<]*)</dt><dd>([^<]*)</dd>", lot)
    at = [name for name, _value in facts].index("Formaat van de steen")
    assert facts[at : at + 3] == [
        ("Formaat van de steen", "Keiformaat (44 per m²)"),
        ("Dikte", "7,5 cm"),
        ("Aandeel heel", "90 %"),
    ]
    assert "Kleur" not in [name for name, _value in facts]
    page = hengelo.get(EDIT).text
    assert 'value="7,5"' in page and 'name="field-paver-format" value="kei" checked' in page
    assert send(hengelo, EDIT, {**PAVERS, "step": "draft", **answers, "field-thickness-cm": ""}).location == EDIT
    assert stored(session) == {"paver-format": "kei", "whole-percent": "90"}


def test_a_page_without_the_fields_leaves_what_is_stored(hengelo: FlaskClient, session: Session) -> None:
    send(hengelo, ALL, {**PAVERS, "step": "draft", "field-thickness-cm": "8"})
    page = {**PAVERS, "version": "1", "step": "draft", "title": "Keien", "field_set": ""}
    assert send(hengelo, EDIT, page).location == EDIT
    assert stored(session) == {"thickness-cm": "8"}


def test_what_is_needed_and_not_said_says_so_on_its_page(hengelo: FlaskClient) -> None:
    send(hengelo, ALL, {**MILLED, "step": "draft"})
    assert "<dt>PAK-10 uit de analyse</dt><dd>niet ingevuld</dd>" in read(hengelo, "/aanbod/1")


def test_whoever_saves_after_somebody_else_sees_both_answers(hengelo: FlaskClient) -> None:
    send(hengelo, ALL, {**PAVERS, "step": "draft", "field-thickness-cm": "8", "field-paver-format": "kei"})
    send(hengelo, EDIT, {**PAVERS, "step": "draft", "field-thickness-cm": "10", "field-paver-format": "unknown"})
    late = {**PAVERS, "version": "1", "step": "draft", "field-thickness-cm": "12", "field-paver-format": "dik"}
    page = send(hengelo, EDIT, late)
    assert page.status_code == 409
    rows = re.findall(r'<th scope="row"[^>]*>([^<]*)</th>\s*<td[^>]*>([^<]*)</td>\s*<td[^>]*>([^<]*)</td>', page.text)
    assert rows == [("Formaat van de steen", "Onbekend", "Dikformaat (68 per m²)"), ("Dikte", "10", "12")]
    assert send(hengelo, EDIT, {**late, "version": "2"}).location == EDIT


def test_an_old_lot_shows_what_it_said_in_the_words_of_then(app: Flask, session: Session, owner: Actor, tmp_path: Path) -> None:
    make_listing(session, owner, fields={"paver-format": "kei", "thickness-cm": "8"})
    session.commit()
    folder = tmp_path / "data"
    copytree(SHIPPED, folder)
    with (folder / "fields.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.reader(file))
    for row in rows:
        if row[0] == "thickness-cm":
            row[1] = "Hoogte van de steen"
    with (folder / "fields.csv").open("w", encoding="utf-8", newline="") as out:
        csv.writer(out).writerows(rows)
    sync(session, make_actor(session, "hengelo", role="admin"), source=folder)
    session.commit()
    client = visit(app, session, owner)
    assert "<dt>Dikte</dt><dd>8 cm</dd>" in read(client, "/aanbod/1")
    assert "Hoogte van de steen" in client.get(f"{ALL}?material={KEI}").text


def test_lots_side_by_side_have_a_row_for_what_any_of_them_says(app: Flask, session: Session, owner: Actor) -> None:
    make_listing(session, owner, fields={"thickness-cm": "8", "whole-percent": "unknown"})
    make_listing(session, owner, fields={"thickness-cm": "10"})
    page = read(visit(app, session, owner), "/aanbod/vergelijken?lots=1,2")
    rows = {
        re.sub(r"\s*<span.*", "", name): re.findall(r"<td[^>]*>([^<]*)</td>", cells)
        for name, cells in re.findall(r"<th[^>]*scope=\"row\"[^>]*>(.*?)</th>(.*?)</tr>", page, re.DOTALL)
    }
    assert rows["Dikte"] == ["8 cm", "10 cm"] and rows["Aandeel heel"] == ["Onbekend", "niet gezegd"] and "Kleur" not in rows


DEMAND = {
    "material": KEI,
    "title": "Stenen voor het parkeerhof",
    "quantity": "800",
    "unit": "m2",
    "min_condition": "fair",
    "place": "Hengelo",
    "needed_from": "1-1-2030",
    "needed_until": "31 mrt 2030",
    "accepts_unknown_hazards": "y",
    "field_set": "betonstraatstenen",
}
NEW = "/gezocht/nieuw"


def test_a_demand_asks_by_the_same_fields(hengelo: FlaskClient, session: Session) -> None:
    page = hengelo.get(f"{NEW}?material={KEI}").text
    assert "Eisen aan het materiaal" in page and 'name="wish-thickness-cm-min"' in page
    wishes = {"wish-thickness-cm-min": "7,5", "wish-whole-percent-min": "90", "wish-paver-format": ["kei", "dik"]}
    answer = send(hengelo, NEW, {**DEMAND, **wishes})
    assert answer.status_code == 303
    demand = session.scalars(select(Demand)).one()
    assert demand.fields == {
        "paver-format": {"oneOf": ["kei", "dik"]},
        "thickness-cm": {"min": "7.5"},
        "whole-percent": {"min": "90"},
    }
    session.rollback()
    page = read(hengelo, answer.location)
    assert "<dt>Dikte</dt><dd>minstens 7,5 cm</dd>" in page
    assert "<dt>Formaat van de steen</dt><dd>Keiformaat (44 per m²), Dikformaat (68 per m²)</dd>" in page
    edit = hengelo.get("/gezocht/1/bewerken").text
    assert 'value="7,5"' in edit and 'name="wish-paver-format" value="dik" checked' in edit
    assert send(hengelo, "/gezocht/1/bewerken", DEMAND).status_code == 303
    session.expire_all()
    assert session.scalars(select(Demand)).one().fields == {}


@pytest.mark.parametrize(
    ("wish", "at"),
    [
        ({"wish-thickness-cm-min": "dik"}, "wish-thickness-cm-min"),
        ({"wish-thickness-cm-max": "dun"}, "wish-thickness-cm-max"),
        ({"wish-thickness-cm-min": "10", "wish-thickness-cm-max": "8"}, "wish-thickness-cm-min"),
        ({"wish-thickness-cm-min": "40"}, "wish-thickness-cm-min"),
    ],
)
def test_a_bound_that_cannot_be_is_refused_at_its_field(hengelo: FlaskClient, wish: dict[str, str], at: str) -> None:
    page = send(hengelo, NEW, {**DEMAND, **wish})
    assert page.status_code == 422 and f'href="#{at}"' in page.text
    assert all(f'value="{typed}"' in page.text for typed in wish.values())
    draft = hengelo.get("/gezocht/concept/1").text  # what is not right yet is kept too
    assert all(f'value="{typed}"' in draft for typed in wish.values())


def test_a_demand_that_is_not_finished_keeps_its_bounds_in_either_language(hengelo: FlaskClient) -> None:
    send(hengelo, NEW, {**DEMAND, "do": "auto", "wish-thickness-cm-min": "7,5", "wish-paver-format": ["kei", "waal"]})
    page = hengelo.get("/en/gezocht/concept/1").text
    assert 'value="7.5"' in page
    assert re.findall(r'name="wish-paver-format" value="([a-z]+)" checked', page) == ["kei", "waal"]


def test_what_a_demand_asks_of_the_material_is_for_members(app: Flask, session: Session, owner: Actor) -> None:
    make_demand(session, owner, fields={"thickness-cm": {"min": "8"}})
    session.commit()
    assert "minstens 8 cm" not in read(app.test_client(), "/gezocht/1")
    assert "minstens 8 cm" in read(visit(app, session, make_actor(session, "borne")), "/gezocht/1")


def test_a_second_lot_like_the_first_has_the_same_answers(app: Flask, session: Session, owner: Actor) -> None:
    make_draft(session, owner, fields={"thickness-cm": "8", "paver-format": "unknown"})
    client = visit(app, session, owner)
    assert send(client, "/werk/aanbod", {}, to="/aanbod/1/opnieuw").status_code == 303
    page = client.get(SECOND).text
    assert 'value="8"' in page and 'name="field-paver-format" value="unknown" checked' in page
