"""An API client whose every answer is held against the specification."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from flask import Flask, json
from flask.testing import FlaskClient
from jsonschema import Draft202012Validator
from werkzeug.test import TestResponse

from marketplace.accounts.policy import OPERATOR
from marketplace.kernel.db import Database
from marketplace.materials.actions import sync

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
        if response.status_code >= 400:
            assert response.mimetype == "application/problem+json", (method, path, response.mimetype)
            schema = self.document["components"]["schemas"]["Problem"]
            assert response.get_json()["status"] == response.status_code
        else:
            operation = self._operation(method, path)
            if operation is None:
                return
            promised = operation["responses"]
            assert str(response.status_code) in promised, (method, path, response.status_code, list(promised))
            content = promised[str(response.status_code)].get("content")
            if content is None:
                assert not response.get_data()
                return
            assert response.mimetype == "application/json"
            schema = content["application/json"]["schema"]
        errors = list(Draft202012Validator({**schema, "components": self.document["components"]}).iter_errors(response.get_json()))
        assert not errors, (method, path, [f"{list(error.path)}: {error.message}" for error in errors[:5]])

    def _operation(self, method: str, path: str) -> dict[str, Any] | None:
        for known, operations in self.document["paths"].items():
            wanted, given = known.split("/"), path.split("?")[0].split("/")
            if len(wanted) == len(given) and all(one.startswith("{") or one == other for one, other in zip(wanted, given, strict=True)):
                found: dict[str, Any] | None = operations.get(method.lower())
                return found
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


@pytest.fixture
def taxonomy(database: Database) -> None:
    """The materials that the package ships."""
    with database.transaction() as session:
        sync(session, OPERATOR)


@pytest.fixture
def specification(app: Flask, taxonomy: None) -> Specification:
    return Specification(app.test_client().get(f"{PREFIX}/openapi.json").get_json(), app)


@pytest.fixture
def public(app: Flask, specification: Specification) -> Api:
    """A client without a token."""
    return Api(app.test_client(), specification)
