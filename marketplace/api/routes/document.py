"""The specification of the API, and a page that reads it. Both are made from the routes, and load nothing from elsewhere."""

import re
from http import HTTPStatus
from typing import Any

from apispec import APISpec
from apispec.ext.marshmallow import MarshmallowPlugin
from flask import Response, current_app, jsonify, render_template, request, url_for
from markupsafe import Markup

from marketplace.api.routing import API_VERSION, OPERATIONS, PREFIX, Operation, blueprint
from marketplace.api.shapes.problem import ProblemSchema
from marketplace.http.errors import camel
from marketplace.http.request import PATH_NUMBER_MAX, public
from marketplace.kernel.language import DEFAULT_LOCALE, Text, _, set_locale
from marketplace.market.rules.photos import ALT_LENGTH_MAX

TAGS: dict[str, Text] = {
    "listings": _("Listings and their photos"),
    "demands": _("Demands"),
    "reservations": _("Reservations"),
    "notices": _("Your messages, and how often you get mail"),
    "figures": _("Figures, goals and the ledger"),
    "searches": _("Your saved searches"),
    "people": _("People, invitations and requests to join"),
    "broker": _("The broker's list and proposals"),
    "tasks": _("Long work"),
    "reference": _("Materials, places, depots and yourself"),
}
ALWAYS = {400, 401, 422, 429, 503}
WRITE = {409, 413, 415}
ALSO: dict[str, set[int]] = {"GET": set(), "POST": WRITE, "PATCH": WRITE, "PUT": WRITE, "DELETE": {409}}
REFUSALS = (400, 401, 403, 404, 409, 412, 413, 415, 422, 429, 503)
LICENCE = {"name": "EUPL-1.2", "identifier": "EUPL-1.2"}
_PATH_PARAMETER = re.compile(r"<(int:)?([a-z_]+)>")
_VERSION: dict[str, Any] = {"API-Version": {"schema": {"type": "string"}, "description": "which version of the API answered"}}
_RETRY: dict[str, Any] = {"Retry-After": {"schema": {"type": "integer", "minimum": 0}, "description": "seconds to wait"}}
_KEY: dict[str, Any] = {
    "in": "header",
    "name": "Idempotency-Key",
    "schema": {"type": "string", "maxLength": 200},
    "description": "the same key and body: the stored answer; another body: 422",
}
_IF_MATCH: dict[str, Any] = {
    "in": "header",
    "name": "If-Match",
    "schema": {"type": "string"},
    "description": "the ETag that you read, which is the version; another one now: 412",
}
_ETAG: dict[str, Any] = {"ETag": {"schema": {"type": "string"}, "description": "its version, for If-Match"}}
_HEADERS: dict[int, dict[str, Any]] = {
    401: {"WWW-Authenticate": {"schema": {"type": "string"}, "description": "Bearer: a token is asked for"}},
    429: _RETRY,
    503: _RETRY,
}


def specification() -> dict[str, Any]:
    """OpenAPI 3.1."""
    settings = current_app.extensions["settings"]
    site = settings.base_url.rstrip("/")
    spec = APISpec(
        title="Twentse Materialenbank",
        version=API_VERSION,
        openapi_version="3.1.0",
        info={
            "description": "Everything that a page can do, by the same verbs and in the same sentences (`Accept-Language`: nl, en).",
            "contact": {"name": "Twentse Materialenbank", "url": f"{site}/contact", "email": settings.contact_email},
            "license": LICENCE,
        },
        servers=[{"url": site + PREFIX}],
        plugins=[MarshmallowPlugin(schema_name_resolver=_component)],
    )
    spec.components.security_scheme("token", {"type": "http", "scheme": "bearer"})
    for name, meaning in TAGS.items():
        spec.tag({"name": name, "description": str(meaning)})
    for status in REFUSALS:
        spec.components.response(_refusal(status), _problem(status))
    for operation in OPERATIONS:
        spec.path(path=openapi_path(operation), operations={operation.method.lower(): _operation(operation)})
    return spec.to_dict()


def _component(schema: Any) -> str:
    """`Listing` for ListingSchema. Nothing for a shape whose name begins with _: it is described in place."""
    name = str((schema if isinstance(schema, type) else type(schema)).__name__)
    return "" if name.startswith("_") else name.removesuffix("Schema")


def openapi_path(operation: Operation) -> str:
    """`/listings/{listingId}` for `/listings/<int:listing_id>`."""
    return _PATH_PARAMETER.sub(lambda found: "{" + camel(found[2]) + "}", operation.path)


def _operation(operation: Operation) -> dict[str, Any]:
    described: dict[str, Any] = {
        "operationId": camel(operation.name),
        "summary": operation.summary,
        "description": operation.description,
        "tags": [operation.tag],
        "security": [{"token": []}, {}] if operation.is_public else [{"token": []}],
        "parameters": [*_path_parameters(operation), *operation.query, *_header_parameters(operation)],
        "responses": _responses(operation),
    }
    if operation.upload:
        photo = {
            "type": "object",
            "required": ["photo"],
            "additionalProperties": False,
            "properties": {
                "photo": {"type": "string", "format": "binary", "description": "JPEG, PNG, WebP, AVIF or HEIC, at most 20 MB"},
                "alt": {"type": "string", "maxLength": ALT_LENGTH_MAX, "description": "what the picture shows"},
            },
        }
        described["requestBody"] = {"required": True, "content": {"multipart/form-data": {"schema": photo}}}
    elif operation.takes is not None:
        described["requestBody"] = {
            "required": any(field.required for field in operation.takes.fields.values()),
            "content": {"application/json": {"schema": type(operation.takes)}},
        }
    return described


def _path_parameters(operation: Operation) -> list[dict[str, Any]]:
    return [
        {
            "in": "path",
            "name": camel(name),
            "required": True,
            "schema": {"type": "integer", "minimum": 0, "maximum": PATH_NUMBER_MAX} if number else {"type": "string"},
        }
        for number, name in _PATH_PARAMETER.findall(operation.path)
    ]


def _header_parameters(operation: Operation) -> list[dict[str, Any]]:
    keyed = operation.method in ("POST", "PATCH", "PUT")
    return [*([_KEY] if keyed else []), *([_IF_MATCH] if operation.is_matched else [])]


def _responses(operation: Operation) -> dict[str, Any]:
    given: dict[str, Any] = {"description": HTTPStatus(operation.status).phrase}
    has_version = operation.gives is not None and "version" in operation.gives().fields
    given["headers"] = {**_VERSION, **(_ETAG if has_version else {})}
    if operation.gives:
        given["content"] = {"application/json": {"schema": operation.gives}}
    elif operation.media_type != "application/json":
        is_text = operation.media_type.startswith("text/")
        given["content"] = {operation.media_type: {"schema": {"type": "string", **({} if is_text else {"format": "binary"})}}}
    if operation.status == 201:
        given["headers"]["Location"] = {"schema": {"type": "string"}, "description": "where it is"}
    refused = {*ALWAYS, *ALSO[operation.method], *operation.refuses}
    refused |= set() if operation.is_public else {403}
    refused |= {412} if operation.is_matched else set()
    refused |= {404} if "<" in operation.path else set()
    return {str(operation.status): given, **{str(status): _refusal(status) for status in sorted(refused)}}


def _refusal(status: int) -> str:
    """`NotFound`: the component that describes a refusal with this status."""
    return HTTPStatus(status).phrase.title().replace(" ", "")


def _problem(status: int) -> dict[str, Any]:
    return {
        "description": HTTPStatus(status).phrase,
        "headers": {**_VERSION, **_HEADERS.get(status, {})},
        "content": {"application/problem+json": {"schema": ProblemSchema}},
    }


@blueprint.get("/openapi.json")
@public
def openapi() -> Response:
    """The specification."""
    return jsonify(specification())


@blueprint.get("/docs")
@public
def docs() -> str:
    """The specification, to read; a page like any other, so Dutch unless it is asked for at /en."""
    set_locale(request.environ.get("marketplace.locale", DEFAULT_LOCALE))
    spec = specification()
    sections: dict[str, list[dict[str, Any]]] = {}
    for operation in OPERATIONS:
        sections.setdefault(str(TAGS[operation.tag]), []).append(_shown(operation, spec))
    return render_template("api/docs.html", spec=spec, sections=sections.items(), specification_url=url_for("api.openapi"))


def _shown(operation: Operation, spec: dict[str, Any]) -> dict[str, Any]:
    """An operation as rows of text."""
    described = spec["paths"][openapi_path(operation)][operation.method.lower()]
    body = described.get("requestBody", {}).get("content", {})
    shape: dict[str, Any] = next((item["schema"] for item in body.values()), {})
    if "$ref" in shape:
        shape = spec["components"]["schemas"][shape["$ref"].rsplit("/", 1)[1]]
    required = shape.get("required", [])
    return {
        "id": described["operationId"],
        "method": operation.method,
        "path": PREFIX + openapi_path(operation),
        "summary": operation.summary,
        "description": operation.description,
        "is_public": operation.is_public,
        "parameters": [(item["name"], item["in"], _english(item.get("description", ""))) for item in described["parameters"]],
        "properties": [
            (
                name,
                _type(one),
                _english("; ".join(filter(None, ("required" if name in required else "", one.get("description", ""))))),
            )
            for name, one in shape.get("properties", {}).items()
        ],
        "answers": list(described["responses"]),
    }


def _english(text: str) -> str:
    """A text that is English on every page, said to be so to a screen reader."""
    return Markup('<span lang="en">{}</span>').format(text) if text else ""


def _type(shape: dict[str, Any]) -> str:
    if "enum" in shape:
        return " | ".join(str(word) for word in shape["enum"] if word is not None)
    kinds = shape.get("type", "object")
    return " | ".join(kinds) if isinstance(kinds, list) else str(kinds)
