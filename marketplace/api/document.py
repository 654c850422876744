"""The OpenAPI document of the API, made of routes and schemas, in Dutch and in English."""

import re
from collections.abc import Iterator
from functools import cache, lru_cache
from typing import Any

from apispec import APISpec
from apispec.ext.marshmallow import MarshmallowPlugin
from werkzeug.http import HTTP_STATUS_CODES

from config import Config
from marketplace.api.fields import CODE_LENGTH_MAX
from marketplace.api.material_fields import described_answer, described_wish
from marketplace.api.routing import API_VERSION, OPERATIONS, PREFIX, Operation
from marketplace.api.shapes.problem import ProblemSchema
from marketplace.documents.rules import ISSUER_LENGTH_MAX, NUMBER_LENGTH_MAX
from marketplace.http.errors import camel
from marketplace.http.request import PATH_NUMBER_MAX
from marketplace.kernel.language import Text, _, current_locale, gettext
from marketplace.market.rules.photos import ALT_LENGTH_MAX
from marketplace.materials.rules.fields import Field
from marketplace.materials.rules.taxonomy import Taxonomy

NAME = "Twentse Materialenbank"
CHANGELOG = "/changelog"
KEPT = 8  # documents: of two languages and a few versions of the fields
ANSWERED = ("Listing", "ListingBody", "ListingPatch")
WISHED = ("Demand", "DemandBody", "DemandPatch")
UPLOADS: dict[str, dict[str, Any]] = {
    "photo": {
        "type": "object",
        "required": ["photo"],
        "additionalProperties": False,
        "properties": {
            "photo": {"type": "string", "format": "binary", "description": "JPEG, PNG, WebP, AVIF or HEIC, at most 20 MB"},
            "alt": {"type": "string", "maxLength": ALT_LENGTH_MAX, "description": "what the picture shows"},
        },
    },
    "paper": {
        "type": "object",
        "required": ["file", "kind", "issuedOn"],
        "additionalProperties": False,
        "properties": {
            "file": {"type": "string", "format": "binary", "description": "a PDF or a picture, at most 20 MB"},
            "kind": {"type": "string", "maxLength": CODE_LENGTH_MAX, "description": "slug of a kind, see /paper-kinds"},
            "number": {"type": "string", "maxLength": NUMBER_LENGTH_MAX, "description": "needed where the kind is a proof"},
            "issuer": {"type": "string", "maxLength": ISSUER_LENGTH_MAX, "description": "needed where the kind is a proof"},
            "issuedOn": {"type": "string", "format": "date"},
            "validUntil": {"type": "string", "format": "date", "description": "the last day; absent: it does not expire"},
            "replaces": {
                "type": "integer",
                "minimum": 1,
                "maximum": PATH_NUMBER_MAX,
                "description": "id of the paper in whose place it comes",
            },
        },
    },
    "sheet": {
        "type": "object",
        "required": ["file"],
        "additionalProperties": False,
        "properties": {
            "file": {"type": "string", "format": "binary", "description": "XLSX or CSV, at most 5 MB and 20 000 rows"}
        },
    },
}
TAGS: dict[str, Text] = {
    "listings": _("Listings and their photos"),
    "demands": _("Demands"),
    "reservations": _("Reservations"),
    "notices": _("Your messages, and how often you get mail"),
    "figures": _("Figures, goals and the ledger"),
    "lots": _("Lots: what lies where, and what happens to it"),
    "plans": _("The regional plan: which lot serves which need best"),
    "passports": _("Passports: what is owned, of which materials, and what those are worth"),
    "searches": _("Your saved searches"),
    "favourites": _("The lots that you keep"),
    "people": _("People, invitations and requests to join"),
    "broker": _("The broker's list and proposals"),
    "accounts": _("Tokens and machine accounts"),
    "imports": _("Sheets that are loaded, and the outflow that came of them"),
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


ABOUT = (
    "Everything that a page can do, by the same verbs and in the same sentences (`Accept-Language`: nl, en).",
    "This API follows the Dutch API Design Rules. Where it does not, there is a reason.",
    (
        "What can be read but not accepted is 422 and not 400. A 400 says that a program sent what is no JSON; a 422 says that a rule "
        "refuses what a person entered, and its `errors` name each property."
    ),
    (
        "Paths, properties and words are English, as in the open source code and the glossary of the bank. Every sentence, and this "
        "document too, is there in Dutch and in English (`?lang=nl`, `?lang=en`)."
    ),
    (
        "A step, such as `publish` or `hand-over`, is a POST to a path that ends in its name: it is more than the change of a property, "
        "and is refused by rules of its own."
    ),
    "Pages of other sites may read what is public, without a token. A request with a token is for programs that can keep one secret.",
)
_SENTENCES = ("summary", "description")


def document(settings: Config, taxonomy: Taxonomy) -> dict[str, Any]:
    """OpenAPI 3.1, in the language of whoever reads it. The fields of the materials are those of the version in use."""
    return _read_in(current_locale(), settings.base_url.rstrip("/"), settings.contact_email, taxonomy.fields)


@lru_cache(maxsize=KEPT)
def _read_in(locale: str, site: str, email: str, fields: tuple[Field, ...]) -> dict[str, Any]:
    translated: dict[str, Any] = _translated(_document())
    translated["info"]["contact"] = {"name": NAME, "url": f"{site}/contact", "email": email}
    translated["servers"] = [{"url": site + PREFIX}]
    translated["externalDocs"] = {**translated["externalDocs"], "url": site + PREFIX + CHANGELOG}
    for names, describe in ((ANSWERED, described_answer), (WISHED, described_wish)):
        for name in names:
            schema = translated["components"]["schemas"][name]["properties"]["fields"]
            schema["properties"] = {field.slug: describe(field) for field in fields}
    return translated


def sentences() -> Iterator[str]:
    """Every sentence of the document in English, for the catalogues of translations."""
    return _sentences(_document())


def _sentences(of: Any) -> Iterator[str]:
    if isinstance(of, dict):
        for name, value in of.items():
            if name in _SENTENCES and not isinstance(value, dict):
                yield from [value] if isinstance(value, str) else value
            else:
                yield from _sentences(value)
    elif isinstance(of, list):
        for value in of:
            yield from _sentences(value)


def _translated(of: Any) -> Any:
    if isinstance(of, dict):
        return {
            name: _in_their_language(value) if name in _SENTENCES and not isinstance(value, dict) else _translated(value)
            for name, value in of.items()
        }
    return [_translated(value) for value in of] if isinstance(of, list) else of


def _in_their_language(sentence: str | list[str]) -> str:
    """A sentence, or one paragraph for each, in the language of whoever reads it."""
    return gettext(sentence) if isinstance(sentence, str) else "\n\n".join(gettext(paragraph) for paragraph in sentence)


@cache
def _document() -> dict[str, Any]:
    """The document in English, without the addresses of the site.

    A description of several sentences is a list of them, for each is translated by itself.
    """
    spec = APISpec(
        title=NAME,
        version=API_VERSION,
        openapi_version="3.1.0",
        info={"description": list(ABOUT), "license": LICENCE},
        externalDocs={"description": "What changed in each version, and how long a version stays"},
        plugins=[MarshmallowPlugin(schema_name_resolver=_component)],
    )
    spec.components.security_scheme("token", {"type": "http", "scheme": "bearer"})
    for name, meaning in TAGS.items():
        spec.tag({"name": name, "description": meaning.message})
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
    return _PATH_PARAMETER.sub(lambda match: "{" + camel(match[2]) + "}", operation.path)


def _operation(operation: Operation) -> dict[str, Any]:
    described: dict[str, Any] = {
        "operationId": camel(operation.name),
        "summary": operation.summary,
        "description": list(operation.description),
        "tags": [operation.tag],
        "security": [{"token": []}, {}] if operation.is_public else [{"token": []}],
        "parameters": [*_path_parameters(operation), *operation.query, *_header_parameters(operation)],
        "responses": _responses(operation),
    }
    if operation.upload:
        described["requestBody"] = {"required": True, "content": {"multipart/form-data": {"schema": UPLOADS[operation.upload]}}}
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
            "schema": {"type": "integer", "minimum": 0, "maximum": PATH_NUMBER_MAX}
            if number
            else {"type": "string", "maxLength": CODE_LENGTH_MAX},
        }
        for number, name in _PATH_PARAMETER.findall(operation.path)
    ]


def _header_parameters(operation: Operation) -> list[dict[str, Any]]:
    keyed = operation.method in ("POST", "PATCH", "PUT")
    return [*([_KEY] if keyed else []), *([_IF_MATCH] if operation.is_matched else [])]


def _responses(operation: Operation) -> dict[str, Any]:
    given: dict[str, Any] = {"description": HTTP_STATUS_CODES[operation.status]}
    has_version = operation.gives is not None and "version" in operation.gives().fields
    given["headers"] = {**_VERSION, **(_ETAG if has_version else {})}
    if operation.gives:
        given["content"] = {"application/json": {"schema": operation.gives}}
    elif operation.media_type != "application/json":
        is_text = operation.media_type.startswith("text/")
        written = {"schema": {"type": "string", **({} if is_text else {"format": "binary"})}}
        given["content"] = dict.fromkeys(operation.media_type.split(", "), written)
    if operation.status == 201:
        given["headers"]["Location"] = {"schema": {"type": "string"}, "description": "where it is"}
    refused = {*ALWAYS, *ALSO[operation.method], *operation.refuses}
    refused |= set() if operation.is_public else {403}
    refused |= {412} if operation.is_matched else set()
    refused |= {404} if "<" in operation.path else set()
    return {str(operation.status): given, **{str(status): _refusal(status) for status in sorted(refused)}}


def _refusal(status: int) -> str:
    """`NotFound`: the component that describes a refusal with this status."""
    return HTTP_STATUS_CODES[status].title().replace(" ", "")


def _problem(status: int) -> dict[str, Any]:
    return {
        "description": HTTP_STATUS_CODES[status],
        "headers": {**_VERSION, **_HEADERS.get(status, {})},
        "content": {"application/problem+json": {"schema": ProblemSchema}},
    }
