"""A field is one row of the table of a listing's fields. Here every kind gets a row that nobody has heard of, and it is everywhere."""

import sys
from collections.abc import Iterator
from dataclasses import replace
from types import ModuleType
from typing import Any, NamedTuple

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

import marketplace.api
from config import Config
from marketplace.app import create_app
from marketplace.kernel.language import Text
from marketplace.market.models import Listing
from marketplace.market.rules import fields
from marketplace.market.rules.fields import Kind, ListingField, Needed
from marketplace.market.rules.listing import PACKAGING_LABELS
from tests.api.conftest import Api, Specification
from tests.compiled import COMPILED
from tests.factories import KEI, make_actor, make_token, seed_taxonomy
from tests.pages import LookingClient
from tests.visitors import picture, send, upload, visit

pytestmark = pytest.mark.slow

LABEL = "What does it say on the tin?"
PLAIN = ListingField(name="tin", kind=Kind.LINE, label=Text(LABEL), is_feature=True, is_checked=True, has_column=False)
LOT = {
    "material": KEI,
    "title": "Grijze keien",
    "quantity": "1.200",
    "unit": "m2",
    "quantity_basis": "measured",
    "condition": "good",
}
PLACE = {"place": "7551 AB", "available_from": "12 jan 2027", "asbestos_suspected": "no"}
JSON_LOT = {
    **LOT,
    "quantity": "1200",
    "place": "7551 AB",
    "availableFrom": "2027-01-12",
    "quantityBasis": "measured",
    "asbestosSuspected": "no",
}
JSON_LOT.pop("quantity_basis")


class Case(NamedTuple):
    """A kind of field: what is typed, what the API says of it, what a page says, and what cannot be."""

    kind: Kind
    typed: str
    json: Any
    words: str
    wrong: str = ""
    wrong_json: Any = ["no"]
    more: dict[str, Any] = {}


CASES = [
    Case(Kind.LINE, "Erwtensoep", "Erwtensoep", "Erwtensoep", wrong="x" * 41, more={"longest": 40}),
    Case(Kind.TEXT, "Erwtensoep", "Erwtensoep", "Erwtensoep", wrong="x" * 41, more={"longest": 40}),
    Case(Kind.NUMBER, "12,5", 12.5, "12,5 mm", wrong="veel", more={"unit": "mm"}),
    Case(Kind.AMOUNT, "40", "40", "40 m²", wrong="veel"),
    Case(Kind.CENTS, "2,50", 250, "€ 2,50", wrong="2,505", wrong_json=-1),
    Case(Kind.YEAR, "1987", 1987, "1987", wrong="3000", wrong_json=3000),
    Case(Kind.DAY, "12 jan 2027", "2027-01-12", "12 januari 2027", wrong="ooit"),
    Case(Kind.CHOICE, "pallet", "pallet", "Op pallets", wrong="kist", wrong_json="kist", more={"choices": PACKAGING_LABELS}),
    Case(Kind.YES_NO, "yes", True, "Ja", wrong="misschien"),
]
EVERY_KIND = pytest.mark.parametrize("case", CASES, ids=[str(case.kind) for case in CASES])


@pytest.fixture
def row(request: pytest.FixtureRequest) -> ListingField:
    """The made-up row: of the kind that a test is about, else a line."""
    case = request.node.callspec.params.get("case") if hasattr(request.node, "callspec") else None
    return replace(PLAIN, kind=case.kind, **case.more) if case else PLAIN


@pytest.fixture
def app(row: ListingField, config: Config, monkeypatch: pytest.MonkeyPatch) -> Iterator[Flask]:
    """An application as it starts with one row more in the table: the bodies and shapes of the API are made anew."""
    monkeypatch.setattr(fields, "FIELDS", (*fields.FIELDS, row))
    for name, module in list(vars(marketplace.api).items()):
        if isinstance(module, ModuleType):
            monkeypatch.setattr(marketplace.api, name, module)
    for name in [name for name in sys.modules if name.startswith("marketplace.api.")]:
        monkeypatch.delitem(sys.modules, name)
    made = create_app(config)
    made.jinja_env.bytecode_cache = COMPILED
    made.test_client_class = LookingClient
    yield made
    made.extensions["database"].dispose()


@pytest.fixture
def hengelo(app: Flask, session: Session) -> FlaskClient:
    seed_taxonomy(session)
    return visit(app, session, make_actor(session, "hengelo"))


@pytest.fixture
def api(app: Flask, hengelo: FlaskClient, session: Session) -> Api:
    """The API with a token of the same organisation; every answer is held against the document."""
    token = make_token(session, make_actor(session, "hengelo"), name="test")
    session.commit()
    return Api(app.test_client(), Specification(app.test_client().get("/api/v1/openapi.json").get_json(), app), token)


def saved(client: FlaskClient, step: str = "draft", **changes: Any) -> Any:
    return send(client, "/aanbod/nieuw/alles", {**LOT, **PLACE, "step": step, "photos": [upload(picture())], **changes})


@EVERY_KIND
def test_it_is_asked_stored_and_shown(case: Case, hengelo: FlaskClient, api: Api) -> None:
    assert LABEL in hengelo.get("/aanbod/nieuw/alles").text
    assert saved(hengelo, step="publish", tin=case.typed).location == "/aanbod/1"
    page = hengelo.get("/aanbod/1").text.replace("\u00a0", " ")
    assert f"<dt>{LABEL}</dt><dd>{case.words}</dd>" in page
    assert api.get("/listings/1").get_json()["tin"] == case.json
    send(hengelo, "/aanbod/1/bewerken", {**LOT, **PLACE, "step": "save", "tin": ""})
    assert api.get("/listings/1").get_json()["tin"] in (None, "")
    assert LABEL not in hengelo.get("/aanbod/1").text


@EVERY_KIND
def test_what_cannot_be_is_refused_at_its_field(case: Case, hengelo: FlaskClient, api: Api, session: Session) -> None:
    page = saved(hengelo, tin=case.wrong)
    assert page.status_code == 422 and 'href="#tin"' in page.text
    answer = api.post("/listings", {**JSON_LOT, "tin": case.wrong_json})
    assert answer.status_code == 422 and [error["field"] for error in answer.get_json()["errors"]] == ["tin"]
    assert session.scalars(select(Listing)).all() == []


@EVERY_KIND
def test_the_api_takes_it_and_the_form_shows_what_it_took(case: Case, hengelo: FlaskClient, api: Api) -> None:
    made = api.post("/listings", {**JSON_LOT, "tin": case.json}).get_json()
    assert made["tin"] == case.json
    edit = f"/aanbod/{made['id']}/bewerken"
    assert send(hengelo, edit, {**LOT, **PLACE, "step": "draft", "tin": case.typed}).status_code == 303
    assert api.get(f"/listings/{made['id']}").get_json()["version"] == 1  # the same was typed as had been sent
    changed = api.patch(f"/listings/{made['id']}", {"version": 1, "tin": None}).get_json()
    assert changed["tin"] in (None, "") and changed["version"] == 2


def test_it_is_in_the_document(api: Api) -> None:
    shapes = api.specification.document["components"]["schemas"]
    assert [name for name in ("Listing", "ListingBody", "ListingPatch") if "tin" in shapes[name]["properties"]] == [
        "Listing",
        "ListingBody",
        "ListingPatch",
    ]


def test_the_steps_keep_it_and_check_it_once_more(hengelo: FlaskClient) -> None:
    send(hengelo, "/aanbod/nieuw", {"photos": [upload(picture())], "do": "next"})
    second, third = "/aanbod/concept/1/stap/2", "/aanbod/concept/1/stap/3"
    send(hengelo, second, {**LOT, "do": "next"})
    assert LABEL in hengelo.get(third).text
    send(hengelo, third, {**LOT, "tin": "Erwtensoep", "do": "auto"})
    assert 'value="Erwtensoep"' in hengelo.get(third).text
    send(hengelo, third, {**LOT, **PLACE, "tin": "Erwtensoep", "do": "next"})
    assert "Erwtensoep" in hengelo.get("/aanbod/concept/1/stap/4").text


@pytest.mark.parametrize(("is_again", "kept"), [(True, ["Erwtensoep"]), (False, [])])
def test_the_same_lot_once_more_has_it_unless_the_row_says_no(
    row: ListingField, hengelo: FlaskClient, monkeypatch: pytest.MonkeyPatch, *, is_again: bool, kept: list[str]
) -> None:
    monkeypatch.setattr(fields, "FIELDS", (*fields.FIELDS[:-1], replace(row, is_again=is_again)))
    saved(hengelo, tin="Erwtensoep")
    send(hengelo, "/aanbod/1/bewerken", to="/aanbod/1/opnieuw")
    page = hengelo.get("/aanbod/concept/1/stap/3").text
    assert [word for word in ("Erwtensoep",) if f'value="{word}"' in page] == kept


def test_what_is_needed_to_publish_may_wait_until_then(
    row: ListingField, hengelo: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fields, "FIELDS", (*fields.FIELDS[:-1], replace(row, needed=Needed.PUBLISHED)))
    assert saved(hengelo, step="draft").status_code == 303
    refused = saved(hengelo, step="publish")
    assert refused.status_code == 422 and 'href="#tin"' in refused.text
    assert saved(hengelo, step="publish", tin="Erwtensoep").status_code == 303


def test_whoever_saves_after_somebody_else_sees_what_they_typed(hengelo: FlaskClient, api: Api) -> None:
    saved(hengelo, tin="Erwtensoep")
    api.patch("/listings/1", {"version": 1, "tin": "Bruine bonen"})
    page = send(hengelo, "/aanbod/1/bewerken", {**LOT, **PLACE, "version": "1", "step": "draft", "tin": "Kikkererwten"})
    assert page.status_code == 409 and "Bruine bonen" in page.text and "Kikkererwten" in page.text
