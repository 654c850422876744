"""An API client whose every answer is held against the specification."""

import json
from collections.abc import Callable
from datetime import timedelta
from functools import cache
from io import BytesIO
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from jsonschema import Draft202012Validator
from PIL import Image
from werkzeug.test import TestResponse

from marketplace.kernel import clock
from marketplace.kernel.db import Database
from tests.factories import KEI, declare_as_owner, make_actor, make_token
from tests.pdfs import good

PREFIX = "/api/v1"


class Specification:
    """The published document, ready to check answers with."""

    def __init__(self, document: dict[str, Any], app: Flask) -> None:
        self.document = document
        self.adapter = app.url_map.bind("localhost")
        self.validators: dict[int, Draft202012Validator] = {}

    def check(self, method: str, path: str, response: TestResponse) -> None:
        """Fail when the answer is not one that the specification promises."""
        assert response.status_code < 500, response.get_data(as_text=True)
        assert response.headers["API-Version"]
        operation = self._operation(method, path)
        promised = operation["responses"] if operation else {}
        assert not promised or str(response.status_code) in promised, (method, path, response.status_code, list(promised))
        if response.status_code >= 400:
            assert response.mimetype == "application/problem+json", (method, path, response.mimetype)
            schema = self.document["components"]["schemas"]["Problem"]
            assert response.get_json()["status"] == response.status_code
        else:
            if operation is None:
                return
            content = promised[str(response.status_code)].get("content")
            if content is None:
                assert not response.get_data()
                return
            if response.mimetype != "application/json":  # a file, whose kind is promised
                assert response.mimetype in content, (method, path, response.mimetype)
                return
            schema = content["application/json"]["schema"]
        errors = list(
            Draft202012Validator({**schema, "components": self.document["components"]}).iter_errors(response.get_json())
        )
        assert not errors, (method, path, [f"{list(error.path)}: {error.message}" for error in errors[:5]])

    def _operation(self, method: str, path: str) -> dict[str, Any] | None:
        written_out_first = sorted(self.document["paths"].items(), key=lambda item: "{" in item[0])
        for template, operations in written_out_first:
            template_parts, path_parts = template.split("/"), path.split("?", maxsplit=1)[0].split("/")
            if len(template_parts) == len(path_parts) and all(
                part.startswith("{") or part == other for part, other in zip(template_parts, path_parts, strict=True)
            ):
                operation: dict[str, Any] | None = operations.get(method.lower())
                return operation
        return None


class Api:
    """One client of the API, with or without a token."""

    def __init__(self, client: FlaskClient, specification: Specification, token: str | None = None) -> None:
        self.client, self.specification, self.token = client, specification, token

    def call(self, method: str, path: str, body: Any = None, **more: Any) -> TestResponse:
        """A request; a body goes as JSON."""
        headers = dict(more.pop("headers", {}))
        if self.token:
            headers.setdefault("Authorization", f"Bearer {self.token}")
        if body is not None:
            more["data"] = body if isinstance(body, bytes) else json.dumps(body)
            headers.setdefault("Content-Type", "application/json")
        response = self.client.open(PREFIX + path, method=method, headers=headers, **more)
        response.json_module = json  # numbers as any client reads them
        self.specification.check(method, path, response)
        return response

    def get(self, path: str, **more: Any) -> TestResponse:
        return self.call("GET", path, **more)

    def post(self, path: str, body: Any = None, **more: Any) -> TestResponse:
        return self.call("POST", path, body, **more)

    def patch(self, path: str, body: Any = None, **more: Any) -> TestResponse:
        return self.call("PATCH", path, body, **more)

    def put(self, path: str, body: Any = None, **more: Any) -> TestResponse:
        return self.call("PUT", path, body, **more)

    def delete(self, path: str, **more: Any) -> TestResponse:
        return self.call("DELETE", path, **more)


@cache
def published_document(app: Flask) -> dict[str, Any]:
    """What the worker's application says of itself; the same for every test."""
    document: dict[str, Any] = app.test_client().get(f"{PREFIX}/openapi.json?lang=en").get_json()
    return document


@pytest.fixture
def specification(app: Flask) -> Specification:
    return Specification(published_document(app), app)


@pytest.fixture
def public(app: Flask, specification: Specification) -> Api:
    """A client without a token."""
    return Api(app.test_client(), specification)


@pytest.fixture
def somebody(app: Flask, database: Database, specification: Specification) -> Callable[..., Api]:
    """A client with the token of a new person: `somebody("hengelo")`, `somebody("regio-twente", "reviewer")`."""

    def client_of(slug: str, role: str = "project_leader", kind: str = "") -> Api:
        with database.transaction() as session:
            token = make_token(session, make_actor(session, slug, role, kind), name="test")
        return Api(app.test_client(), specification, token)

    return client_of


@pytest.fixture
def hengelo(somebody: Callable[..., Api]) -> Api:
    """A project leader of the municipality that offers."""
    return somebody("hengelo")


@pytest.fixture
def borne(somebody: Callable[..., Api]) -> Api:
    """A project leader of the municipality that asks."""
    return somebody("borne")


@pytest.fixture
def losser(somebody: Callable[..., Api]) -> Api:
    """A project leader of a municipality that has nothing to do with it."""
    return somebody("losser")


@pytest.fixture
def reviewer(somebody: Callable[..., Api]) -> Api:
    """The AO CE, who reads all and changes nothing."""
    return somebody("regio-twente", "reviewer")


def picture(colour: str = "grey") -> bytes:
    """A small photo."""
    stream = BytesIO()
    Image.new("RGB", (64, 48), colour).save(stream, "JPEG")
    return stream.getvalue()


def form(name: str, content: bytes) -> dict[str, Any]:
    """A request with one file in a form, written out by hand."""
    head = f'--edge\r\nContent-Disposition: form-data; name="{name}"; filename="foto.jpg"\r\nContent-Type: image/jpeg\r\n\r\n'
    return {
        "data": head.encode() + content + b"\r\n--edge--\r\n",
        "headers": {"Content-Type": "multipart/form-data; boundary=edge"},
    }


def listing_body(**changes: Any) -> dict[str, Any]:
    """1 200 m² of pavers in Hengelo, free from last week to 30 days from now; a change to None leaves out."""
    today = clock.today()
    body = {
        "title": "Grijze betonstraatstenen",
        "material": KEI,
        "quantity": "1200",
        "unit": "m2",
        "condition": "good",
        "availableFrom": (today - timedelta(days=7)).isoformat(),
        "availableUntil": (today + timedelta(days=30)).isoformat(),
        "place": "Hengelo",
    }
    return {name: value for name, value in (body | changes).items() if value is not None}


def demand_body(**changes: Any) -> dict[str, Any]:
    """800 m² within 15 km of Borne, from today for 60 days; a change to None leaves out."""
    today = clock.today()
    body = {
        "title": "Stenen voor het parkeerhof",
        "material": KEI,
        "quantity": 800,
        "unit": "m2",
        "minCondition": "fair",
        "neededFrom": today.isoformat(),
        "neededUntil": (today + timedelta(days=60)).isoformat(),
        "place": "Borne",
        "maxDistanceKm": 15,
    }
    return {name: value for name, value in (body | changes).items() if value is not None}


def add_paper(owner: Api, to: int | str, content: bytes | None = None, name: str = "a.pdf", **changes: Any) -> TestResponse:
    """A soil declaration, valid until three years from now; a change to None leaves out. `to`: a listing, or the address of a part."""
    today = clock.today()
    words = {
        "kind": "soil-declaration",
        "number": "25-0413",
        "issuer": "Lab Oost",
        "issuedOn": (today - timedelta(days=90)).isoformat(),
        "validUntil": (today + timedelta(days=1095)).isoformat(),
    }
    fields = {key: value for key, value in (words | changes).items() if value is not None}
    return owner.post(
        f"{to if isinstance(to, str) else f'/listings/{to}'}/papers", data={**fields, "file": (BytesIO(content or good()), name)}
    )


def published(owner: Api, *, is_declared: bool = True, **changes: Any) -> dict[str, Any]:
    """A listing of this owner in the catalogue, with a photo, and with what it needs to go to another owner."""
    listing_id = owner.post("/listings", listing_body(**changes)).get_json()["id"]
    added = owner.post(f"/listings/{listing_id}/photos", data={"photo": (BytesIO(picture()), "foto.jpg"), "alt": "Stapel"})
    assert added.status_code == 201
    if is_declared:
        declare_as_owner(owner.client.application.extensions["database"], listing_id)
    listing: dict[str, Any] = owner.post(f"/listings/{listing_id}/publish").get_json()
    return listing


@pytest.fixture
def exchanged(hengelo: Api, borne: Api) -> dict[str, Any]:
    """Hengelo lists 1 200 m², Borne needs 800: asked, approved, handed over, confirmed. The listing as it is then."""
    listing = published(hengelo)
    demand = borne.post("/demands", demand_body()).get_json()
    body = {"quantity": 800, "unit": "m2", "demandId": demand["id"]}
    reservation = borne.post(f"/listings/{listing['id']}/reservations", body).get_json()
    path = f"/reservations/{reservation['id']}"
    assert hengelo.post(f"{path}/approve").get_json()["status"] == "approved"
    assert hengelo.post(f"{path}/hand-over", {"quantity": "800"}).get_json()["status"] == "handed_over"
    for _twice in range(2):
        assert borne.post(f"{path}/confirm").get_json()["status"] == "completed"
    assert borne.get(f"/demands/{demand['id']}").get_json()["status"] == "fulfilled"
    after: dict[str, Any] = hengelo.get(f"/listings/{listing['id']}").get_json()
    return after
