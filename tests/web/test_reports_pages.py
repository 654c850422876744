"""The pages on which a municipality reports a year, and on which the AO CE reads and adopts it."""

import re
from collections.abc import Callable
from datetime import date
from decimal import Decimal

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from marketplace.bench.statements import counted
from marketplace.impact.actions.reports import report_material_use
from marketplace.impact.queries.reports import get_material_use
from marketplace.impact.rules.material_use import UseRow
from marketplace.kernel import clock
from marketplace.kernel.db import Database
from tests.entries import append_entry
from tests.factories import make_actor, seed_taxonomy
from tests.visitors import send, visit

YEAR = clock.today().year - 1
ENTRY, REPORT = f"/beheer/materiaalgebruik/{YEAR}", f"/verslagen/{YEAR}/borne"
FILLED = {
    "version": "0",
    "scope": "organisation",
    "includes_bank_kg": "0",
    "includes_bank_as_of": f"{clock.today():%d-%m-%Y}",
    "explanation": "",
    "mass-bestrating-primary": "60.000",
    "mass-bestrating-reused": "40.000",
}
DECISION = {"body": "College van B en W", "decided_on": "1 maart", "document": "Besluit 2026-17", "text": ""}
Person = Callable[..., FlaskClient]


@pytest.fixture
def bank(session: Session) -> Session:
    """Borne received 1 000.5 kg from Hengelo; nobody has reported."""
    seed_taxonomy(session)
    append_entry(session, "hengelo", "borne", mass_kg="1000.5", happened_on=date(YEAR, 1, 3))
    return session


@pytest.fixture
def person(app: Flask, bank: Session) -> Person:
    """Somebody's browser, by organisation and role."""
    return lambda slug, role="coordinator": visit(app, bank, make_actor(bank, slug, role))


def content(page: TestResponse) -> str:
    """What a reader sees: words, without the frame around the page."""
    inside = page.text.split('<main id="content"')[1].split("<footer")[0]
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", inside).replace("\u00a0", " "))


@pytest.mark.parametrize("typed", ["9" * 30, "10000000"])
def test_more_than_any_mass_is_refused_and_stays_as_it_was_typed(person: Person, typed: str) -> None:
    """It used to end in a failure of the bank: so many figures cannot be rounded to a gram."""
    answer = send(person("borne"), ENTRY, {**FILLED, "includes_bank_kg": typed})
    assert answer.status_code == 422
    assert "Een massa is ten hoogste 9 999 999 ton." in content(answer)
    assert f'value="{typed}"' in answer.text


def saved(client: FlaskClient, **changes: str) -> TestResponse:
    """Save the table with these answers."""
    return send(client, ENTRY, {**FILLED, **changes})


def submitted(client: FlaskClient, **changes: str) -> None:
    """Save the table and submit it."""
    assert saved(client, **changes).status_code == 303
    version = re.search(r'name="version" type="hidden" value="(\d+)"', client.get(f"{ENTRY}/indienen").text)
    assert version
    assert send(client, f"{ENTRY}/indienen", {"version": version[1]}).status_code == 303


def test_a_visitor_is_asked_to_log_in(bank: Session, client: FlaskClient) -> None:
    for path in (ENTRY, "/verslagen", REPORT):
        assert "/inloggen" in client.get(path).location


def test_a_project_leader_enters_nothing_and_decides_nothing(person: Person) -> None:
    leader = person("borne", "project_leader")
    assert leader.get(ENTRY).status_code == leader.get(f"{REPORT}/vaststellen").status_code == 403
    assert "Opgaven over" in content(leader.get("/verslagen"))


def test_a_table_is_saved_in_tonnes_and_what_was_typed_stays_on_an_error(bank: Session, person: Person) -> None:
    borne = person("borne")
    wrong = saved(borne, **{"mass-bestrating-primary": "1.200,5", "mass-bestrating-reused": "-3", "includes_bank_kg": ""})
    assert wrong.status_code == 422
    assert 'value="1.200,5"' in wrong.text and 'value="-3"' in wrong.text and 'href="#includes_bank_kg"' in wrong.text
    wrong = saved(borne, **{"mass-bestrating-reused": "-3"})
    assert wrong.status_code == 422 and 'href="#mass-bestrating-reused"' in wrong.text
    answer = saved(borne, **{"mass-bestrating-primary": "1.200,5", "mass-bestrating-reused": "3"})
    assert (answer.status_code, answer.location) == (303, ENTRY)
    material_use = get_material_use(bank, make_actor(bank, "borne", "coordinator"), year=YEAR)
    assert material_use.rows == (
        UseRow("bestrating", "primary", Decimal(1_200_500)),
        UseRow("bestrating", "reused", Decimal(3000)),
    )
    bank.rollback()
    again = saved(borne, **{"mass-bestrating-reused": "4"})
    assert again.status_code == 422  # version 0 is not what stands there
    assert "intussen" in again.text and 'value="4"' in again.text


def test_another_part_is_opened_by_saving_this_one_and_each_keeps_what_the_other_says(bank: Session, person: Person) -> None:
    borne = person("borne")
    opened = saved(borne, next="territory-stock")
    assert opened.location == f"{ENTRY}?deel=territory-stock"
    there = borne.get(opened.location)
    assert "Hele grondgebied: blijft" in content(there) and "Niet bekend" in content(there)
    assert 'name="mass-bestrating-unknown"' in there.text and 'value="60.000"' not in there.text
    stored = {**FILLED, "version": "1", "mass-bestrating-primary": "", "mass-bestrating-reused": "", "mass-hout-unknown": "7"}
    assert send(borne, opened.location, {**stored, "next": "organisation-in"}).location == ENTRY
    first = borne.get(ENTRY)
    assert 'value="60.000"' in first.text and 'value="40.000"' in first.text
    assert "Eigen organisatie" in content(first) and re.search(r"Blijft 7,0 ton", content(first))
    material_use = get_material_use(bank, make_actor(bank, "borne", "coordinator"), year=YEAR)
    assert [(row.scope, row.flow, row.origin, row.mass_kg) for row in material_use.rows] == [
        ("organisation", "in", "primary", 60_000_000),
        ("organisation", "in", "reused", 40_000_000),
        ("territory", "stock", "unknown", 7000),
    ]


def test_looking_at_another_part_without_typing_makes_no_version(person: Person) -> None:
    borne = person("borne")
    nothing = {**FILLED, "includes_bank_kg": "", "mass-bestrating-primary": "", "mass-bestrating-reused": ""}
    assert send(borne, ENTRY, {**nothing, "next": "territory-in"}).location == f"{ENTRY}?deel=territory-in"
    assert "Versie" not in content(borne.get(ENTRY))
    assert saved(borne).status_code == 303
    assert saved(borne, version="1", next="organisation-out").location == f"{ENTRY}?deel=organisation-out"
    assert "Versie 1" in content(borne.get(ENTRY)) and "Versie 2" not in content(borne.get(ENTRY))


def test_less_than_the_bank_delivered_is_refused_with_the_figure_and_taken_with_an_explanation(person: Person) -> None:
    borne = person("borne")
    little = {"includes_bank_kg": "1", "includes_bank_as_of": f"31-1-{YEAR}", "mass-bestrating-reused": "0,9"}
    refused = saved(borne, **little)
    assert refused.status_code == 422 and "0,9 ton" in content(refused) and "1 ton" in content(refused)
    assert saved(borne, **little, explanation="De rest staat bij fundering.").status_code == 303
    page = content(borne.get(ENTRY))
    assert "Dit valt op" in page and "900 kg" in page and "De rest staat bij fundering." in page


def test_every_version_is_read_with_what_changed_in_it(person: Person) -> None:
    borne = person("borne")
    saved(borne)
    saved(borne, **{"version": "1", "mass-bestrating-reused": "41.000,5", "mass-hout-biobased": "2"})
    first, second = content(borne.get(f"{ENTRY}/versies/1")), content(borne.get(f"{ENTRY}/versies/2"))
    assert "De eerste versie." in first and "100.000,0" in first and "was" not in first
    assert "2 getallen zijn anders dan in versie 1." in second
    assert "was 40.000,0 41.000,5" in second and "was – 2,0" in second and "was 60.000,0" not in second
    assert borne.get(f"{ENTRY}/versies/3").status_code == 404
    assert person("hengelo").get(f"{REPORT}/versies/1").status_code == 404
    assert "100.000,0" in content(person("regio-twente", "reviewer").get(f"{REPORT}/versies/1"))


def test_a_year_that_goes_on_is_entered_and_not_submitted(person: Person) -> None:
    borne, now = person("borne"), f"/beheer/materiaalgebruik/{YEAR + 1}"
    assert send(borne, now, FILLED).status_code == 303
    page = borne.get(f"{now}/indienen")
    assert f"Indienen kan vanaf 1 januari {YEAR + 2}." in content(page) and "Indienen bij het AO CE" not in content(page)
    assert send(borne, f"{now}/indienen", {"version": "1"}).status_code == 422


def test_what_stands_out_is_explained_before_it_is_submitted(bank: Session, person: Person) -> None:
    borne = person("borne")
    odd = {"mass-bestrating-primary": ""}  # nothing is new: that stands out
    saved(borne, **odd)
    page = content(borne.get(f"{ENTRY}/indienen"))
    assert "niets nieuw uit eindige bronnen" in page and "Schrijf de toelichting" in page and "Indienen bij het AO CE" not in page
    refused = send(borne, f"{ENTRY}/indienen", {"version": "1"})
    assert refused.status_code == 422 and "niets nieuw uit eindige bronnen" in content(refused)
    submitted(borne, **odd, version="1", explanation="Alleen uit ons depot.")
    report = content(person("regio-twente", "reviewer").get(REPORT))
    assert "niets nieuw uit eindige bronnen" in report and "Alleen uit ons depot." in report


def test_a_question_and_its_answer_are_read_by_both(person: Person) -> None:
    borne, reviewer = person("borne"), person("regio-twente", "reviewer")
    submitted(borne)
    assert "Versie 1 ligt bij het AO CE" in content(borne.get(ENTRY))
    assert "U bent aan zet: besluit over deze opgave" in content(reviewer.get(REPORT))
    assert send(reviewer, REPORT, {}, to=f"{REPORT}/beoordelen").status_code == 303
    assert "In beoordeling" in content(borne.get(REPORT))
    empty = send(reviewer, f"{REPORT}/terugsturen", {"version": "1", "question": ""})
    assert empty.status_code == 422
    assert send(reviewer, f"{REPORT}/terugsturen", {"version": "1", "question": "Waar is het asfalt?"}).status_code == 303
    page = content(borne.get(ENTRY))
    assert (
        page.index("U bent aan zet: het AO CE heeft een vraag")
        < page.index("Waar is het asfalt?")
        < page.index("Wat is ingevuld")
    )
    long = "a" * 2001
    refused = send(borne, f"{REPORT}/gesprek", {"text": long})
    assert refused.status_code == 422 and long in refused.text
    assert send(borne, f"{REPORT}/gesprek", {"text": "Dat kwam in januari."}).location == ENTRY
    for reader in (borne, reviewer):
        assert re.search(r"Waar is het asfalt\?.*Dat kwam in januari\.", content(reader.get(f"{REPORT}/gesprek")))
    assert person("hengelo").get(f"{REPORT}/gesprek").status_code == 404


def test_an_adopted_year_says_who_decided_and_is_entered_no_more(bank: Session, person: Person) -> None:
    borne, reviewer = person("borne"), person("regio-twente", "reviewer")
    submitted(borne)
    wrong = send(reviewer, f"{REPORT}/vaststellen", {**DECISION, "version": "1", "decided_on": f"1-3-{YEAR}"})
    assert wrong.status_code == 422 and "Besluit 2026-17" in wrong.text
    assert send(reviewer, f"{REPORT}/vaststellen", {**DECISION, "version": "1"}).status_code == 303
    for reader in (borne, reviewer, person("hengelo", "project_leader")):
        page = content(reader.get(REPORT))
        assert f"Vastgesteld op 1 maart {YEAR + 1} door College van B en W" in page and "Besluit 2026-17" in page
        assert "Biobased, hergebruikt en gerecycled 40,0%" in page  # (40 000 + 1.0005) / (100 000 + 1.0005)
        assert "Totaal 100.001,0" in page
        assert "Doel 2: 50% in 2030" in page and "Kop van het grootboek:" in page and "Versie 1" in page
        assert "Geleverd door de bank Hergebruikt 1 ton" in page and "Waarvan in deze cijfers 0 kg" in page
    assert borne.get(ENTRY).location == REPORT
    assert send(borne, f"{REPORT}/gesprek", {**FILLED, "version": "1"}, to=ENTRY).location == REPORT  # a page that was open still
    assert reviewer.get(f"{REPORT}/vaststellen").location == REPORT
    assert "1 van de" in content(reviewer.get(f"/verslagen?jaar={YEAR}"))


def test_a_report_that_is_not_adopted_is_of_its_own_people_and_the_ao_ce(person: Person) -> None:
    saved(person("borne"))
    other = person("hengelo")
    assert other.get(REPORT).status_code == 404
    page = other.get("/verslagen")
    assert "Concept" in content(page) and f'href="{REPORT}"' not in page.text
    assert f'href="{REPORT}"' in person("regio-twente", "reviewer").get("/verslagen").text


def test_the_ao_ce_reads_a_year_beside_the_one_before_it_and_beside_the_bank(bank: Session, person: Person) -> None:
    rows = [UseRow("bestrating", "primary", Decimal(80_000_000)), UseRow("asfalt", "primary", Decimal(1_000_000))]
    report_material_use(bank, make_actor(bank, "borne", "coordinator"), organisation_slug="borne", year=YEAR - 1, rows=rows)
    saved(person("borne"))
    page = content(person("regio-twente", "reviewer").get(REPORT))
    assert "Bestrating 100.000,0 80.000,0 +25%" in page
    assert "Asfalt 0,0 1.000,0 −100%" in page
    assert "Hergebruikt 40.000,0 0,0 – 1,0" in page
    assert "Totaal 100.000,0 81.000,0 +23% 1,0" in page


def test_who_has_not_reported_is_asked_from_the_list(person: Person) -> None:
    reviewer = person("regio-twente", "reviewer")
    person("borne"), person("hengelo")
    answer = send(reviewer, "/verslagen", {"at": "list"}, to=f"/werk/opgave/hengelo/{YEAR}/vragen")
    assert answer.location == f"/verslagen?jaar={YEAR}"
    page = content(reviewer.get("/verslagen"))
    assert page.count(" gevraagd ") == 1 and page.count("Vraag om opgave") == page.count("Niet opgegeven") - 1


@pytest.mark.parametrize("path", ["/verslagen", ENTRY, REPORT, f"{REPORT}/gesprek", f"{ENTRY}/indienen", f"{ENTRY}/versies/1"])
def test_pages_ask_as_much_of_many_versions_as_of_few(database: Database, person: Person, path: str) -> None:
    borne = person("borne")
    submitted(borne)
    saved(borne, version="1", **{"mass-hout-biobased": "1"})  # with a second one it is held against the first
    borne.get(path)

    def asked() -> int:
        with counted(database) as sent:
            assert borne.get(path).status_code == 200
        return len(sent)

    few = asked()
    for number in range(2, 8):
        saved(borne, version=str(number), **{"mass-hout-biobased": str(number)})
    assert asked() <= few <= 26


@pytest.mark.parametrize("year", [0, 1900, 99999, 10**24])
def test_a_year_that_cannot_be_reported_is_an_empty_page_or_none(person: Person, year: int) -> None:
    reviewer, borne = person("regio-twente", "reviewer"), person("borne")
    for path in (f"/verslagen/{year}/borne", f"/verslagen/{year}/borne/gesprek", f"/verslagen?jaar={year}"):
        assert reviewer.get(path).status_code in (200, 404)
    for path in ("", "/indienen", "/versies/1", f"/versies/{10**24}"):
        assert borne.get(f"/beheer/materiaalgebruik/{year}{path}").status_code in (200, 404)
    assert send(borne, ENTRY, FILLED, to=f"/beheer/materiaalgebruik/{year}").status_code in (404, 422)
