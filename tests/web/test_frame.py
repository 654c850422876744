"""What stands around every page."""

import re
from datetime import datetime
from html import unescape
from urllib.parse import parse_qsl

import pytest
from flask.testing import FlaskClient

from marketplace.kernel import clock
from marketplace.kernel.db import Database
from marketplace.web.ui.search_address import in_any_language
from tests.visitors import log_in, newcomer


@pytest.mark.parametrize("address", ["/privacy", "/toegankelijkheid", "/contact"])
def test_the_pages_about_the_site_are_there_in_both_languages(client: FlaskClient, address: str) -> None:
    assert '<html lang="nl">' in client.get(address).text
    assert '<html lang="en">' in client.get(f"/en{address}").text


def test_the_other_language_is_the_same_page_with_the_same_question(client: FlaskClient) -> None:
    dutch, english = client.get("/privacy?a=1&b=x%26y").text, client.get("/en/privacy?a=1").text
    assert 'href="/en/privacy?a=1&amp;b=x%26y"' in dutch
    assert 'href="/privacy?a=1"' in english


def switched(page: str, locale: str) -> dict[str, str]:
    """What the link to another language asks."""
    link = page.split(f'lang="{locale}" hreflang="{locale}"', maxsplit=1)[0].rsplit('href="', 1)[1].split('"', maxsplit=1)[0]
    return dict(parse_qsl(unescape(link).partition("?")[2]))


@pytest.mark.parametrize(
    ("address", "key", "dutch", "english"),
    [
        ("/aanbod", "availableFrom", "1-12-2027", "2027-12-01"),
        ("/aanbod", "veld-thickness-cm-min", "1.125", "1125"),  # eleven hundred and twenty-five
        ("/aanbod", "veld-thickness-cm-max", "1,125", "1.125"),  # little more than one
        ("/aanbod", "veld-thickness-cm-max", "dik", "dik"),
        ("/aanbod", "q", "1.125", "1.125"),
        ("/gezocht", "neededBy", "12-1-2027", "2027-01-12"),
        ("/paspoorten", "freeBefore", "1-2-2030", "2030-02-01"),
    ],
)
def test_the_other_language_reads_a_day_and_a_number_as_they_were_meant(
    client: FlaskClient, address: str, key: str, dutch: str, english: str
) -> None:
    assert switched(client.get(address, query_string={key: dutch}).text, "en") == {key: english}


def test_a_day_without_a_year_is_the_next_one_or_of_a_valuation_the_last_one() -> None:
    with clock.frozen(datetime(2026, 11, 30, 12, tzinfo=clock.AMSTERDAM)):
        assert in_any_language("neededBy", "12 januari") == "2027-01-12"
        assert in_any_language("as_of", "12 januari") == "2026-01-12"


def test_a_number_of_an_english_page_goes_back_with_a_comma(client: FlaskClient) -> None:
    page = client.get("/en/aanbod?veld-thickness-cm-min=1,125&veld-thickness-cm-max=1125.5").text
    assert switched(page, "nl") == {"veld-thickness-cm-min": "1125", "veld-thickness-cm-max": "1125,5"}


def test_search_engines_are_told_one_address_per_language(client: FlaskClient) -> None:
    page = client.get("/en/privacy?page=2").text
    assert '<link rel="canonical" href="http://localhost/en/privacy">' in page
    for locale, address in (("nl", "/privacy"), ("en", "/en/privacy"), ("x-default", "/privacy")):
        assert f'<link rel="alternate" hreflang="{locale}" href="http://localhost{address}">' in page


def test_no_page_carries_style_or_script_inside(client: FlaskClient) -> None:
    page = client.get("/privacy").text
    assert not re.search(r"<style|\sstyle=|\son[a-z]+=|javascript:", page)


def test_files_are_kept_for_ever_under_an_address_that_changes_with_their_content(client: FlaskClient) -> None:
    page = client.get("/en/privacy").text
    sheet = re.search(r'href="(/static/[0-9a-f]{12}/site\.css)"', page)
    assert sheet
    answer = client.get(sheet[1], headers={"Accept-Encoding": "br"})
    assert answer.status_code == 200
    assert "immutable" in answer.headers["Cache-Control"]
    assert answer.headers["Content-Encoding"] == "br"
    assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
    answer.close()


def test_what_is_missing_is_a_page_of_the_house(client: FlaskClient) -> None:
    answer = client.get("/bestaat-niet")
    assert answer.status_code == 404
    assert "<h1>Deze pagina is er niet</h1>" in answer.text


ROLES = {
    "project_leader": "borne",
    "coordinator": "borne",
    "reviewer": "regio-twente",
    "admin": "regio-twente",
    "coordinator of the region": "regio-twente",
}


@pytest.mark.parametrize("who", ROLES)
def test_no_tab_of_the_administration_leads_to_a_refusal(client: FlaskClient, database: Database, who: str) -> None:
    log_in(client, newcomer(database, ROLES[who], who.split(maxsplit=1)[0]))
    tabs = re.search(r'<nav class="mp-tabs".*?</nav>', client.get("/beheer").text, re.DOTALL)
    assert tabs
    addresses = re.findall(r'href="([^"]+)"', tabs[0])
    assert len(addresses) >= 3
    assert [(address, client.get(address).status_code) for address in addresses] == [(address, 200) for address in addresses]


@pytest.mark.parametrize("who", ROLES)
@pytest.mark.parametrize("path", ["/aanbod?q=zwembad", "/aanbod?weergave=kaart", "/reserveringen"])
def test_who_may_place_no_demand_is_not_asked_to(client: FlaskClient, database: Database, who: str, path: str) -> None:
    log_in(client, newcomer(database, ROLES[who], who.split(maxsplit=1)[0]))
    answer = client.get(path)
    is_linked = 'href="/gezocht/nieuw' in answer.text
    assert is_linked is (answer.status_code == 200 and client.get("/gezocht/nieuw").status_code == 200)


@pytest.mark.parametrize("path", ["/aanbod?q=zwembad", "/aanbod?weergave=kaart"])
def test_a_visitor_places_a_demand_by_way_of_logging_in(client: FlaskClient, path: str) -> None:
    assert 'href="/gezocht/nieuw' in client.get(path).text


def test_where_to_report_a_leak_is_valid_for_months(client: FlaskClient) -> None:
    lines = dict(line.split(": ", 1) for line in client.get("/.well-known/security.txt").text.splitlines())
    assert lines["Contact"].startswith("mailto:")
    assert (datetime.fromisoformat(lines["Expires"]) - clock.now()).days >= 90
