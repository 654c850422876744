"""The document of the API for programs, and two pages for people: its text and its changes."""

from typing import Any

from flask import Response, current_app, jsonify, render_template, request
from markupsafe import Markup, escape

from marketplace.api.changes import CHANGES, DEPRECATION
from marketplace.api.document import CHANGELOG, TAGS, document, openapi_path
from marketplace.api.reading import read_value
from marketplace.api.routing import API_VERSION, OPERATIONS, PREFIX, Operation, blueprint
from marketplace.api.shapes.material import current_taxonomy
from marketplace.http.request import public
from marketplace.kernel.errors import Invalid
from marketplace.kernel.language import DEFAULT_LOCALE, LOCALES, _, current_locale, set_locale


@blueprint.get("/openapi.json")
@public
def openapi() -> Response:
    """The document, in the language of `lang`, else in that of Accept-Language."""
    if language := read_value("lang"):
        if language not in LOCALES:
            raise Invalid(_("Choose one of: %(words)s.", words=", ".join(LOCALES)), "lang")
        set_locale(language)
    response = jsonify(document(current_app.extensions["settings"], current_taxonomy()))
    response.content_language.add(current_locale())
    return response


@blueprint.get("/docs")
@public
def docs() -> str:
    """The document, to read; a page like any other, so Dutch unless it is asked for at /en."""
    _speak_as_a_page()
    described = document(current_app.extensions["settings"], current_taxonomy())
    sections: dict[str, list[dict[str, Any]]] = {}
    for operation in OPERATIONS:
        sections.setdefault(str(TAGS[operation.tag]), []).append(_described(operation, described))
    return render_template(
        "api/docs.html",
        about=[_marked(paragraph) for paragraph in described["info"]["description"].split("\n\n")],
        version=API_VERSION,
        sections=sections.items(),
        specification_url=f"{PREFIX}/openapi.json?lang={current_locale()}",
    )


@blueprint.get(CHANGELOG)
@public
def changelog() -> str:
    """What changed in each version, newest first, and how long a version stays."""
    _speak_as_a_page()
    return render_template("api/changelog.html", changes=CHANGES, deprecation=DEPRECATION)


def _speak_as_a_page() -> None:
    set_locale(request.environ.get("marketplace.locale", DEFAULT_LOCALE))


def _described(operation: Operation, described: dict[str, Any]) -> dict[str, Any]:
    """An operation as rows of text."""
    entry = described["paths"][openapi_path(operation)][operation.method.lower()]
    body = entry.get("requestBody", {}).get("content", {})
    shape: dict[str, Any] = next((item["schema"] for item in body.values()), {})
    if "$ref" in shape:
        shape = described["components"]["schemas"][shape["$ref"].rsplit("/", 1)[1]]
    required = shape.get("required", [])
    return {
        "id": entry["operationId"],
        "method": operation.method,
        "path": PREFIX + openapi_path(operation),
        "summary": _marked(entry["summary"]),
        "description": _marked(entry["description"]),
        "parameters": [
            (_code(item["name"]), _code(item["in"]), _marked(item.get("description", ""))) for item in entry["parameters"]
        ],
        "properties": [
            (
                _code(name),
                _code(_type(schema)),
                _marked("; ".join(filter(None, (str(_("required")) if name in required else "", schema.get("description", ""))))),
            )
            for name, schema in shape.get("properties", {}).items()
        ],
        "answers": list(entry["responses"]),
    }


def _marked(text: str) -> Markup:
    """A text of the document for a page: what stands between back quotes is code."""
    return Markup().join(_code(part) if odd % 2 else escape(part) for odd, part in enumerate(text.split("`")))


def _code(word: str) -> Markup:
    """A word of the API itself, which no language changes."""
    return Markup("<code>{}</code>").format(word)


def _type(shape: dict[str, Any]) -> str:
    if "enum" in shape:
        return " | ".join(str(word) for word in shape["enum"] if word is not None)
    kinds = shape.get("type", "object")
    return " | ".join(kinds) if isinstance(kinds, list) else str(kinds)
