"""Materials, places, the specification and its page, read by anybody."""

import re

import pytest
from openapi_spec_validator import OpenAPIV31SpecValidator

from tests.api.conftest import Api, Specification


@pytest.mark.slow
def test_the_specification_is_openapi_3_1(specification: Specification) -> None:
    assert specification.document["openapi"] == "3.1.0"
    OpenAPIV31SpecValidator(specification.document).validate()


def test_the_page_about_the_api_loads_nothing_from_elsewhere(public: Api) -> None:
    page = public.client.get("/api/v1/docs")
    assert page.status_code == 200
    assert "https://" not in page.get_data(as_text=True).replace("https://www.example", "")


def test_the_page_about_the_api_exists_in_english(public: Api) -> None:
    assert '<html lang="en">' in public.client.get("/en/api/v1/docs").get_data(as_text=True)


@pytest.mark.parametrize("page", ["/api/v1/docs", "/en/api/v1/docs"])
def test_the_page_about_the_api_links_to_a_document_that_is_there(public: Api, page: str) -> None:
    address = re.search(r'href="([^"]*/openapi\.json[^"]*)"', public.client.get(page).text)
    assert address is not None
    assert public.client.get(address[1]).get_json()["openapi"].startswith("3.1")


def test_materials_are_listed_by_page(public: Api) -> None:
    body = public.get("/materials?pageSize=5&page=2").get_json()
    assert (len(body["items"]), body["page"], body["pageSize"]) == (5, 2, 5)
    assert body["total"] > 100


def test_a_page_holds_a_hundred_at_most(public: Api) -> None:
    assert public.get("/materials?pageSize=100").get_json()["pageSize"] == 100
    assert public.get("/materials?pageSize=101").status_code == 422


def test_a_page_that_cannot_be_read_is_refused_at_its_name(public: Api) -> None:
    for typed in ("0", "-3", "abc", "1e3", "²", "9" * 50):
        for key in ("page", "pageSize"):
            refused = public.get(f"/materials?{key}={typed}")
            assert (refused.status_code, refused.get_json()["errors"][0]["field"]) == (422, key)


def test_an_unknown_material_group_is_refused_at_its_name(public: Api) -> None:
    refused = public.get("/materials?materialGroup=goud")
    assert refused.status_code == 422
    assert refused.get_json()["errors"][0]["field"] == "materialGroup"


def test_names_follow_the_language_of_the_client(public: Api) -> None:
    dutch = public.get("/materials?pageSize=1").get_json()["items"][0]["name"]
    english = public.get("/materials?pageSize=1", headers={"Accept-Language": "en"}).get_json()["items"][0]["name"]
    assert dutch != english


def test_a_place_is_found_by_the_beginning_of_its_name(public: Api) -> None:
    first = public.get("/places?q=heng").get_json()["items"][0]
    assert first["name"] == "Hengelo"
    assert 52.2 < first["lat"] < 52.3


def test_a_place_is_found_by_its_postcode(public: Api) -> None:
    assert public.get("/places?q=7551").get_json()["items"][0]["postcode"] == "7551"


def test_places_come_page_by_page_with_the_number_of_all(public: Api) -> None:
    whole = public.get("/places?q=e&pageSize=100").get_json()
    pages = [public.get(f"/places?q=e&pageSize=3&page={page}").get_json() for page in (1, 2)]
    assert [place["label"] for page in pages for place in page["items"]] == [place["label"] for place in whole["items"][:6]]
    assert pages[0]["total"] == whole["total"] > 6


def test_a_material_is_found_by_a_word_with_a_typing_error(public: Api) -> None:
    meant = public.get("/materials?q=dakpanen").get_json()
    assert meant["correctedQuery"] == "dakpan"
    assert meant["items"] == public.get("/materials?q=dakpannen").get_json()["items"] != []
    literal = public.get("/materials?q=dakpanen&literal=true").get_json()
    assert literal["items"] == []
    assert "correctedQuery" not in literal
    assert "correctedQuery" not in public.get("/materials?q=dakpan").get_json()
