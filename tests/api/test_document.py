"""The specification promises what a good client needs, and what it promises is so."""

from collections.abc import Iterator
from typing import Any

from tests.api.conftest import Api, Specification, demand_body, listing_body

ALWAYS_REFUSED = ("400", "401", "422", "429")


def operations(document: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            yield f"{method.upper()} {path}", operation


def objects_in(value: Any) -> Iterator[dict[str, Any]]:
    if isinstance(value, dict):
        yield value
    for inner in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        yield from objects_in(inner)


def resolved(document: dict[str, Any], shape: dict[str, Any]) -> dict[str, Any]:
    if "$ref" not in shape:
        return shape
    _hash, _components, kind, name = shape["$ref"].split("/")
    component: dict[str, Any] = document["components"][kind][name]
    return component


def bodies(document: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    for name, operation in operations(document):
        for media in operation.get("requestBody", {}).get("content", {}).values():
            yield name, resolved(document, media["schema"])


def test_a_change_requires_its_version_and_nothing_else(specification: Specification) -> None:
    required = {name: body.get("required", []) for name, body in bodies(specification.document) if name.startswith("PATCH")}
    unversioned = (
        "/listings/{listingId}/photos/{photoId}",
        "/assets/{assetId}/items/{number}",
        "/depots/{depotId}",
        "/people/me",
        "/people/{personId}",
        "/saved-searches/{searchId}",
    )
    for path in unversioned:
        assert required.pop(f"PATCH {path}") == []
    assert len(required) >= 3 and all(names == ["version"] for names in required.values()), required


def test_what_may_be_null_says_so_in_its_words(specification: Specification) -> None:
    nullable = [shape for shape in objects_in(specification.document) if "enum" in shape and "null" in shape.get("type", ())]
    assert len(nullable) > 10
    assert [shape for shape in nullable if None not in shape["enum"]] == []


def test_a_body_takes_nothing_that_it_does_not_name(specification: Specification, hengelo: Api) -> None:
    assert [name for name, body in bodies(specification.document) if body.get("additionalProperties") is not False] == []
    assert hengelo.post("/listings", listing_body(colour="red")).status_code == 422


def test_every_operation_tells_how_it_may_refuse(specification: Specification) -> None:
    for name, operation in operations(specification.document):
        assert set(ALWAYS_REFUSED) <= set(operation["responses"]), name
        for status, header in (("401", "WWW-Authenticate"), ("429", "Retry-After")):
            assert header in resolved(specification.document, operation["responses"][status])["headers"], name


def test_every_operation_says_whom_it_is_for(specification: Specification) -> None:
    described = dict(operations(specification.document))
    assert [name for name, operation in described.items() if not operation["description"]] == []
    assert "without a token" in described["GET /listings"]["description"]
    assert "project_leader, coordinator;" in described["POST /listings"]["description"]


def test_the_document_names_whom_to_ask_and_its_licence(specification: Specification) -> None:
    info = specification.document["info"]
    assert info["contact"]["name"] and info["contact"]["url"].endswith("/contact") and info["license"]["name"]
    used = {tag for _name, operation in operations(specification.document) for tag in operation["tags"]}
    assert {tag["name"] for tag in specification.document["tags"] if tag["description"]} == used


def test_every_name_in_a_path_is_described(specification: Specification) -> None:
    for name, operation in operations(specification.document):
        named = {parameter["name"] for parameter in operation["parameters"] if parameter["in"] == "path"}
        assert named == {part[1:-1] for part in name.split("/") if part.startswith("{")}, name
        assert "<" not in name


def test_an_answer_is_read_only_and_a_file_has_a_type(specification: Specification) -> None:
    answers = specification.document["components"]["schemas"]
    assert answers["Listing"]["properties"]["available"]["readOnly"] is True
    note = specification.document["paths"]["/reservations/{reservationId}/note.pdf"]["get"]["responses"]["200"]
    assert note["content"] == {"application/pdf": {"schema": {"type": "string", "format": "binary"}}}


def test_a_text_of_one_character_too_many_is_refused(specification: Specification, hengelo: Api) -> None:
    shapes = specification.document["components"]["schemas"]
    tried = 0
    for address, body in (("/listings", listing_body), ("/demands", demand_body)):
        properties = shapes["ListingBody" if address == "/listings" else "DemandBody"]["properties"]
        for name, shape in properties.items():
            if "maxLength" in shape and shape["type"] != ["string", "number"]:
                refused = hengelo.post(address, body(**{name: "x" * (shape["maxLength"] + 1)}))
                assert refused.status_code == 422, (address, name)
                assert [error["field"] for error in refused.get_json()["errors"]] == [name]
                tried += 1
    assert tried >= 7


def test_a_number_out_of_bounds_is_refused(specification: Specification, hengelo: Api) -> None:
    latitude = specification.document["components"]["schemas"]["ListingBody"]["properties"]["lat"]
    assert (float(latitude["minimum"]), float(latitude["maximum"])) == (50.3, 54)
    assert hengelo.post("/listings", listing_body(place=None, lat=float(latitude["maximum"]) + 0.1, lon=6.8)).status_code == 422
    distance = specification.document["components"]["schemas"]["DemandBody"]["properties"]["maxDistanceKm"]
    refused = hengelo.post("/demands", demand_body(maxDistanceKm=distance["maximum"] + 1))
    assert [error["field"] for error in refused.get_json()["errors"]] == ["maxDistanceKm"]


def unbounded(document: dict[str, Any], shape: dict[str, Any], name: str) -> Iterator[str]:
    """What a client may send endlessly, as far as the document tells."""
    shape = resolved(document, shape)
    kinds = shape["type"] if isinstance(shape["type"], list) else [shape["type"]]
    for inner, property_shape in shape.get("properties", {}).items():
        yield from unbounded(document, property_shape, f"{name}.{inner}")
    if "array" in kinds:
        yield from [] if "maxItems" in shape else [name]
        yield from unbounded(document, shape["items"], f"{name}[]")
    if "object" in kinds and "properties" not in shape and shape.get("additionalProperties") is not False:
        yield from [] if "maxProperties" in shape else [name]
    if "string" in kinds and not {"enum", "format", "anyOf", "pattern", "maxLength"} & shape.keys():
        yield name
    if {"integer", "number"} & set(kinds) and not ("maximum" in shape and {"minimum", "exclusiveMinimum"} & shape.keys()):
        yield name


def test_every_body_and_every_query_tells_its_limits(specification: Specification) -> None:
    document = specification.document
    endless = [field for name, body in bodies(document) for field in unbounded(document, body, name)]
    for name, operation in operations(document):
        sent = [parameter for parameter in operation["parameters"] if parameter["in"] != "header"]
        endless += [
            field for parameter in sent for field in unbounded(document, parameter["schema"], f"{name} {parameter['name']}")
        ]
    assert endless == []


def test_a_limit_that_a_rule_keeps_is_the_limit_that_is_told(specification: Specification, hengelo: Api) -> None:
    bodies_told = specification.document["components"]["schemas"]
    listing_id = hengelo.post("/listings", listing_body()).get_json()["id"]
    longest = bodies_told["WithdrawBody"]["properties"]["reason"]["maxLength"]
    refused = hengelo.post(f"/listings/{listing_id}/withdraw", {"reason": "x" * (longest + 1)})
    assert [error["field"] for error in refused.get_json()["errors"]] == ["reason"]
    for name in ("priceCentsPerUnit", "kgPerUnit"):
        most = bodies_told["ListingBody"]["properties"][name]["maximum"]
        assert hengelo.post("/listings", listing_body(**{name: most, "confirmUnusual": True})).status_code == 201
        assert hengelo.post("/listings", listing_body(**{name: most + 1, "confirmUnusual": True})).status_code == 422


def test_a_parameter_that_is_repeated_too_often_is_refused(public: Api) -> None:
    words = "&".join(["condition=good"] * 101)
    assert [error["field"] for error in public.get(f"/listings?{words}").get_json()["errors"]] == ["condition"]


def test_a_version_that_is_null_is_refused_as_one_that_is_missing(hengelo: Api) -> None:
    listing = hengelo.post("/listings", listing_body()).get_json()
    for change in ({}, {"version": None}):
        refused = hengelo.patch(f"/listings/{listing['id']}", {"title": "Andere stenen", **change})
        assert [error["field"] for error in refused.get_json()["errors"]] == ["version"]
    unnamed = hengelo.patch(f"/listings/{listing['id']}", {"version": 1, "title": None})
    assert [error["field"] for error in unnamed.get_json()["errors"]] == ["title"]
