"""What is asked of a material, over the API: told by the material, said on a listing, asked by a demand."""

from pathlib import Path

from sqlalchemy.orm import Session

from marketplace.accounts.policy import OPERATOR
from marketplace.kernel.files import SHIPPED
from marketplace.materials.actions import sync
from tests.api.conftest import Api, demand_body, listing_body
from tests.factories import KEI

ANSWERS = {"paver-format": "kei", "thickness-cm": 8, "whole-percent": 90.5, "colour": "unknown"}
NEW = "paver-edge,Rand,Edge,keuze,,,round|Afgerond|Rounded;sharp|Scherp|Sharp,,,,0,1,,,PRAKTIJK,2027-01-05"


def load(session: Session, folder: Path, *, without: str = "") -> None:
    """Load a version with one field more, or one fewer, as somebody edits the files: both lie in a folder of their own."""
    fields = (SHIPPED / "fields.csv").read_text(encoding="utf-8")
    sets = (SHIPPED / "field_sets.csv").read_text(encoding="utf-8")
    if without:
        sets = sets.replace(f"{without} ", "").replace(f";{without}", "")
        fields = "".join(line for line in fields.splitlines(keepends=True) if not line.startswith(f"{without},"))
    else:
        fields, sets = f"{fields}{NEW}\n", sets.replace("paver-format;", "paver-format;paver-edge;")
    (folder / "fields.csv").write_text(fields, encoding="utf-8")
    (folder / "field_sets.csv").write_text(sets, encoding="utf-8")
    sync(session, OPERATOR, source=folder)
    session.commit()


def test_a_material_tells_what_is_asked_of_it_what_is_needed_first(public: Api) -> None:
    fields = public.get("/materials/asfaltgranulaat").get_json()["fields"]
    assert (
        [field["slug"] for field in fields if field["needed"]] == ["pak10-mg-per-kg"] == [field["slug"] for field in fields[:1]]
    )
    pak, tar = fields[0], next(field for field in fields if field["slug"] == "tar")
    assert (pak["kind"], pak["unit"], pak["minimum"], pak["maximum"], pak["source"]) == (
        *("number", "mg/kg d.s.", 0, 100000, "TAG-EURAL"),
    )
    assert tar["choices"] == [{"value": "yes", "name": "Ja"}, {"value": "no", "name": "Nee"}]
    pavers = public.get(f"/materials/{KEI}", headers={"Accept-Language": "en"}).get_json()["fields"]
    assert [(field["slug"], field["name"], field["unit"], field["needed"]) for field in pavers] == [
        ("paver-format", "Format of the paver", None, False),
        ("thickness-cm", "Thickness", "cm", False),
        ("colour", "Colour", None, False),
        ("whole-percent", "Share that is whole", "%", False),
    ]


def test_a_material_that_is_not_there_is_not_found(public: Api) -> None:
    assert public.get("/materials/goud").status_code == 404


def test_a_listing_says_its_answers_as_numbers_and_words(hengelo: Api) -> None:
    made = hengelo.post("/listings", listing_body(fields={**ANSWERS, "thickness-cm": "8.0"}))
    assert made.status_code == 201 and made.get_json()["fields"] == ANSWERS
    assert hengelo.post("/listings", listing_body()).get_json()["fields"] == {}


def test_a_change_keeps_what_it_leaves_out_and_null_is_no_longer_said(hengelo: Api) -> None:
    made = hengelo.post("/listings", listing_body(fields=ANSWERS)).get_json()
    address = f"/listings/{made['id']}"
    changed = hengelo.patch(address, {"version": 1, "fields": {"thickness-cm": 10, "colour": None}}).get_json()
    assert changed["fields"] == {"paver-format": "kei", "thickness-cm": 10, "whole-percent": 90.5} and changed["version"] == 2
    assert hengelo.patch(address, {"version": 2, "title": "Keien"}).get_json()["fields"] == changed["fields"]
    assert hengelo.patch(address, {"version": 3, "fields": {"thickness-cm": 10}}).get_json()["version"] == 3  # nothing changed
    behind = hengelo.patch(address, {"version": 1, "title": "Klinkers"}).get_json()
    assert behind["changed"] == ["fields.colour", "fields.thickness-cm", "title"]
    assert hengelo.patch(address, {"version": 3, "fields": None}).get_json()["fields"] == {}


def test_another_material_begins_anew(hengelo: Api) -> None:
    made = hengelo.post("/listings", listing_body(fields=ANSWERS)).get_json()
    other = {"version": 1, "material": "betontegel-30x30x6"}
    changed = hengelo.patch(f"/listings/{made['id']}", {**other, "fields": {"tile-size": "30x30"}}).get_json()
    assert changed["fields"] == {"tile-size": "30x30"}
    assert hengelo.patch(f"/listings/{made['id']}", {"version": 2, "material": KEI}).get_json()["fields"] == {}


def test_what_cannot_be_is_refused_at_its_field(hengelo: Api) -> None:
    wrong = {"thickness-cm": 800, "whole-percent": "90,5", "paver-format": "rond", "ral-colour": "6009"}
    refused = hengelo.post("/listings", listing_body(fields=wrong))
    assert refused.status_code == 422
    assert {error["field"] for error in refused.get_json()["errors"]} == {f"fields.{slug}" for slug in wrong}
    for not_an_object in ([], "kei", 8):
        assert hengelo.post("/listings", listing_body(fields=not_an_object)).get_json()["errors"][0]["field"] == "fields"


def test_a_demand_asks_of_the_same_fields(borne: Api, public: Api) -> None:
    wishes = {"whole-percent": {"min": 90}, "thickness-cm": {"min": 8, "max": "8.0"}, "paver-format": {"oneOf": ["kei"]}}
    made = borne.post("/demands", demand_body(fields=wishes)).get_json()
    expected = {"paver-format": {"oneOf": ["kei"]}, "thickness-cm": {"min": 8, "max": 8}, "whole-percent": {"min": 90}}
    assert made["fields"] == expected
    address = f"/demands/{made['id']}"
    changed = borne.patch(address, {"version": 1, "fields": {"whole-percent": {"max": 95}, "paver-format": None}}).get_json()
    assert changed["fields"] == {"thickness-cm": {"min": 8, "max": 8}, "whole-percent": {"max": 95}}
    assert "fields" not in public.get(address).get_json()
    refused = borne.post("/demands", demand_body(fields={"whole-percent": {"min": 90, "max": 80}, "colour": {"min": 1}}))
    assert [error["field"] for error in refused.get_json()["errors"]] == ["fields.colour", "fields.whole-percent"]


def test_a_field_that_was_synced_is_in_the_answers_and_the_document_at_once(
    hengelo: Api, public: Api, session: Session, tmp_path: Path
) -> None:
    old = hengelo.post("/listings", listing_body(fields=ANSWERS)).get_json()
    assert hengelo.post("/listings", listing_body(fields={"paver-edge": "round"})).status_code == 422
    load(session, tmp_path)
    field = public.get(f"/materials/{KEI}").get_json()["fields"][1]
    assert (field["slug"], field["name"], field["kind"]) == ("paver-edge", "Rand", "choice")
    assert field["choices"] == [{"value": "round", "name": "Afgerond"}, {"value": "sharp", "name": "Scherp"}]
    shapes = public.client.get("/api/v1/openapi.json?lang=nl").get_json()["components"]["schemas"]
    for name in ("Listing", "ListingBody", "ListingPatch"):
        edge = shapes[name]["properties"]["fields"]["properties"]["paver-edge"]
        assert (edge["description"], edge["enum"]) == ("Rand", ["round", "sharp", "unknown", None])
    assert (
        shapes["DemandBody"]["properties"]["fields"]["properties"]["paver-edge"]["properties"]["oneOf"]["items"]["enum"][0]
        == "round"
    )
    assert hengelo.get(f"/listings/{old['id']}").get_json()["fields"] == ANSWERS
    changed = hengelo.patch(f"/listings/{old['id']}", {"version": 1, "fields": {"paver-edge": "sharp"}}).get_json()
    assert changed["fields"] == {**ANSWERS, "paver-edge": "sharp"}


def test_what_is_asked_no_more_stays_said_until_somebody_changes_the_answers(
    hengelo: Api, session: Session, tmp_path: Path
) -> None:
    old = hengelo.post("/listings", listing_body(fields=ANSWERS)).get_json()
    load(session, tmp_path, without="whole-percent")
    address = f"/listings/{old['id']}"
    assert hengelo.get(address).get_json()["fields"] == ANSWERS
    assert hengelo.patch(address, {"version": 1, "title": "Grijze keien"}).get_json()["fields"] == ANSWERS
    changed = hengelo.patch(address, {"version": 2, "fields": {"colour": "grey"}}).get_json()
    assert changed["fields"] == {"paver-format": "kei", "thickness-cm": 8, "colour": "grey"}
    behind = hengelo.patch(address, {"version": 2, "title": "Keien"}).get_json()
    assert behind["changed"] == ["fields.colour", "fields.whole-percent"]
