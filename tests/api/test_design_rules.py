"""What the Dutch API Design Rules ask of the document and its answers: two languages, every origin, a list of changes."""

import re

import pytest

from marketplace.api.changes import CHANGES
from marketplace.api.routing import API_VERSION
from tests.api.conftest import PREFIX, Api, listing_body

DOCUMENT = f"{PREFIX}/openapi.json"
HERE, ELSEWHERE = "Access-Control-Allow-Origin", {"Origin": "https://elders.example"}


@pytest.mark.parametrize(
    ("address", "accepts", "language", "summary"),
    [
        (DOCUMENT, "nl", "nl", "Het aanbod, met aantallen bij elk filter."),
        (DOCUMENT, "en", "en", "The catalogue, with counts beside every filter."),
        (f"{DOCUMENT}?lang=en", "nl", "en", "The catalogue, with counts beside every filter."),
        (f"{DOCUMENT}?lang=nl", "en", "nl", "Het aanbod, met aantallen bij elk filter."),
    ],
)
def test_the_document_speaks_the_language_that_is_asked_for(
    public: Api, address: str, accepts: str, language: str, summary: str
) -> None:
    answer = public.client.get(address, headers={"Accept-Language": accepts})
    assert answer.headers["Content-Language"] == language
    assert answer.get_json()["paths"]["/listings"]["get"]["summary"] == summary


def test_a_language_that_is_not_there_is_refused(public: Api) -> None:
    refused = public.client.get(f"{DOCUMENT}?lang=de")
    assert (refused.status_code, refused.get_json()["errors"][0]["field"]) == (422, "lang")


def test_the_document_says_why_it_departs_from_a_rule(public: Api) -> None:
    about = public.client.get(f"{DOCUMENT}?lang=en").get_json()["info"]["description"]
    assert "422 and not 400" in about
    assert "Paths, properties and words are English" in about


def test_what_is_public_may_be_read_by_pages_of_every_site(public: Api) -> None:
    for address in (DOCUMENT, f"{PREFIX}/listings", f"{PREFIX}/statistics", f"{PREFIX}/listings/1"):
        answer = public.client.get(address, headers=ELSEWHERE)
        assert answer.headers[HERE] == "*", address
        assert "Access-Control-Allow-Credentials" not in answer.headers


def test_nothing_that_comes_with_a_token_may_be_read_by_pages_of_other_sites(hengelo: Api, public: Api) -> None:
    assert HERE not in hengelo.get("/listings", headers=ELSEWHERE).headers
    assert HERE not in hengelo.post("/listings", listing_body(), headers=ELSEWHERE).headers
    assert HERE not in public.get("/reservations", headers=ELSEWHERE).headers
    headers = {**ELSEWHERE, "Access-Control-Request-Method": "GET", "Access-Control-Request-Headers": "authorization"}
    answer = public.client.options(f"{PREFIX}/listings", headers=headers)
    assert HERE not in answer.headers and "Access-Control-Allow-Headers" not in answer.headers


def test_no_address_ends_in_a_slash(public: Api) -> None:
    assert public.client.get(f"{PREFIX}/listings/").status_code == 404


def test_the_list_of_changes_is_linked_and_begins_with_this_version(public: Api) -> None:
    linked = public.client.get(DOCUMENT).get_json()["externalDocs"]["url"]
    assert linked.endswith(f"{PREFIX}/changelog")
    assert f'href="{PREFIX}/changelog"' in public.client.get(f"{PREFIX}/docs").text
    dutch, english = (public.client.get(f"{prefix}{PREFIX}/changelog").text for prefix in ("", "/en"))
    assert '<html lang="nl"' in dutch and '<html lang="en"' in english
    numbers = re.findall(r"Versie (\d+\.\d+\.\d+)", dutch)
    assert numbers == [version.number for version in CHANGES]
    assert numbers[0] == API_VERSION == public.client.get(DOCUMENT).headers["API-Version"]
    assert "minstens een jaar" in dutch and "at least one year" in english
