"""What material is worth, in the browser: what a run will do, what it found and where each value comes from, and the statement as paper.

Figures are worked out by hand. Nothing of it is for visitors, for other organisations, or ever nought where it is not known.
"""

import csv
import io
import re
from datetime import datetime, timedelta
from decimal import Decimal

import pytest
from flask import Flask
from flask.testing import FlaskClient
from pypdf import PdfReader
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from marketplace.accounts.actions.organisations import seed_region
from marketplace.accounts.policy import Actor
from marketplace.http.sheets import read_factor_list
from marketplace.jobs import tasks
from marketplace.jobs.valuations import value_at_once
from marketplace.kernel import clock
from marketplace.kernel.db import Database
from marketplace.kernel.geo import Point
from marketplace.kernel.units import Quantity, Unit
from marketplace.market.rules.listing import Condition
from marketplace.passports.actions.assets import create_asset
from marketplace.passports.actions.items import add_item, change_item
from marketplace.passports.rules.assets import AssetDraft, AssetKind
from marketplace.passports.rules.items import ChangeDraft, ChangeKind, ItemDetails, ItemDraft
from marketplace.valuations.actions.prices import load_prices
from tests.api.test_valuations import sold
from tests.factories import make_actor, seed_taxonomy
from tests.visitors import send, upload, visit

pytestmark = pytest.mark.slow

KEI, TEGEL = "betonstraatsteen-kei-8cm", "betontegel-30x30x6"
HEAD = "materiaal;kwaliteit;eenheid;laag;hoog;bron;peildatum;uitnemen"
EXAMPLE = "Voorbeeld, geen echte prijs"
PRICES = (f"{KEI};goed;m2;3,00;5,00;{EXAMPLE};1-1-2025;0,50", f"{TEGEL};;m2;2,00;3,00;{EXAMPLE};1-1-2025;")
THEN, NOW = (datetime(year, 3, 31, 12, tzinfo=clock.AMSTERDAM) for year in (2025, 2026))
VALUE, START, TABLES = "/paspoorten/waarde", "/paspoorten/waarde/nieuw", "/paspoorten/prijzen"


@pytest.fixture
def keeper(session: Session) -> Actor:
    seed_taxonomy(session)
    seed_region(session)
    return make_actor(session, "hengelo", "coordinator")


@pytest.fixture
def client(app: Flask, session: Session, keeper: Actor) -> FlaskClient:
    return visit(app, session, keeper)


@pytest.fixture
def aoce(app: Flask, session: Session, keeper: Actor) -> FlaskClient:
    return visit(app, session, make_actor(session, "regio-twente", "reviewer"))


def words(answer: TestResponse) -> str:
    body = re.sub(r"<[^>]+>", " ", answer.text.split('<main id="content"')[1].split("<footer", maxsplit=1)[0])
    return " ".join(body.replace("\u00a0", " ").split())


def paver(session: Session, keeper: Actor, condition: Condition | None = Condition.GOOD, name: str = "Dorpsstraat") -> int:
    """1 200 m² of pavers in a street that everybody may read."""
    draft = AssetDraft(name, AssetKind.ROAD, Point(52.27, 6.79), "Hengelo", "hengelo", is_public=True)
    number = create_asset(session, keeper, draft=draft).id
    part = ItemDraft(KEI, Quantity(Decimal(1200), Unit.M2), ItemDetails(condition=condition))
    add_item(session, keeper, asset_id=number, draft=part)
    session.commit()
    return number


def loaded(client: FlaskClient, *lines: str, head: str = HEAD) -> TestResponse:
    """A file of prices as far as the page that shows what it changes."""
    return send(client, f"{TABLES}/nieuw", file=upload("\r\n".join((head, *lines)).encode(), "prijzen.csv"))


def in_use(client: FlaskClient, *lines: str, **more: str) -> TestResponse:
    answer = loaded(client, *lines)
    assert answer.status_code == 303, words(answer)
    return send(client, answer.location, more, to=f"{answer.location}/gebruiken")


def valued(client: FlaskClient, app: Flask, start: str = START) -> str:
    """The address of a valuation that is done."""
    started = send(client, start)
    assert started.status_code == 303, words(started)
    assert tasks.work_off(app) == 1
    return started.location


def test_1200_m2_at_the_middle_of_three_prices_are_6000_euro(
    client: FlaskClient, session: Session, keeper: Actor, app: Flask, database: Database
) -> None:
    """€ 4.00, 5.00 and 6.50, and two om niet: the middle is € 5.00."""
    sold(database, 400, 500, 650, 0, 0)
    paver(session, keeper)
    plan = words(client.get(START))
    assert "1 onderdeel krijgt een waarde" in plan and "Mediaan van uitwisselingen in de regio 1 Prijstabel 0" in plan
    page = words(client.get(valued(client, app)))
    assert "€ 6.000,00 € 4.800,00 tot € 7.800,00" in page and "3 uitwisselingen" in page
    assert "1 van 1" in page and "BBV art. 63" in page


def test_with_two_prices_the_table_counts_and_says_so(
    client: FlaskClient, aoce: FlaskClient, session: Session, keeper: Actor, app: Flask, database: Database
) -> None:
    """The middle of € 3.00 and 5.00 is € 4.00: 1 200 m² are € 4 800, less € 600 for taking out."""
    sold(database, 400, 500, 0, 0)
    paver(session, keeper)
    assert in_use(aoce, PRICES[0]).status_code == 303
    page = words(client.get(valued(client, app)))
    assert f"Prijstabel prijs van 1 jan 2025 {EXAMPLE} Er waren 2 uitwisselingen met een prijs; drie zijn nodig." in page
    assert "€ 4.800,00 € 3.600,00 tot € 6.000,00 € 600,00 € 4.200,00" in page


def test_without_any_price_there_is_no_value_which_is_not_nought(
    client: FlaskClient, session: Session, keeper: Actor, app: Flask, database: Database
) -> None:
    sold(database, 400, 500, 0, 0)
    street, unseen = paver(session, keeper), paver(session, keeper, None, "Kerkstraat")
    plan = words(client.get(START))
    assert "Geen waarde bekend 2" in plan
    assert "Minder dan drie uitwisselingen met een prijs" in plan and "De kwaliteit is niet bekeken" in plan
    run = valued(client, app)
    for page in (run, f"{run}?soort=none", f"/paspoorten/{street}", f"/paspoorten/{unseen}", VALUE):
        text = words(client.get(page))
        assert "€ 0,00" not in text.split("Van de vorige waardebepaling")[0], page
        assert "0 van" in text and "geen waarde" in text.lower(), page
    assert "Zo'n onderdeel staat niet in deze waardebepaling" in words(client.get(f"{run}?soort=exchanges")).replace("&#39;", "'")


def test_a_run_shows_how_far_it_is_without_a_script(client: FlaskClient, session: Session, keeper: Actor, app: Flask) -> None:
    paver(session, keeper)
    run = send(client, START).location
    waits = client.get(run)
    assert (waits.headers["Refresh"], "<progress" in waits.text) == ("3", True)
    assert "Refresh" not in client.get(f"{run}?stil=1").headers
    assert "is bezig: 0%" in words(client.get(VALUE)) and run in client.get(VALUE).text
    assert send(client, START).location == run  # the same work is not done twice
    colleague = visit(app, session, make_actor(session, "hengelo"))
    assert "wacht" in words(colleague.get(run)) and "Annuleren" not in words(colleague.get(run))
    cancel = re.search(r'action="([^"]+/annuleren)"', waits.text)
    assert cancel is not None
    assert send(client, run, to=cancel[1]).status_code == 303
    ended = client.get(run)
    assert "telt dus niet" in words(ended) and "Refresh" not in ended.headers
    assert client.get(f"{run}/regels.csv").status_code == 404


def test_a_day_that_cannot_be_is_refused_at_its_field(client: FlaskClient, session: Session, keeper: Actor) -> None:
    empty = client.get(START)
    assert "er is niets te waarderen" in words(empty).lower() or "nog niets" in words(empty).lower()
    paver(session, keeper)
    tomorrow = (clock.today() + timedelta(days=1)).isoformat()
    for day in ("2099-01-01", "gisteren of zo", "2001-01-01", tomorrow):
        answer = client.get(f"{START}?dag={day}")
        assert (answer.status_code, 'id="dag-error"' in answer.text) == (200, True), day
        sent = send(client, START, dag=day)
        assert (sent.status_code, 'id="dag-error"' in sent.text) == (422, True), day


@pytest.fixture
def two_years(session: Session, keeper: Actor) -> tuple[str, str]:
    """First 1 200 m² at € 4. A year later 300 m² left, 50 m² are lost, € 4 became 5, and 300 m² of tiles at € 2.50 are new.

    Opening 4 800 + new 750 + price 850 × € 1 − released 300 × € 4 − lost 50 × € 4 = closing 850 × € 5 + 750 = 5 000.
    """
    with clock.frozen(THEN):
        street = paver(session, keeper)
        table_of(session, PRICES[0])
        first = run_of(session, keeper)
    with clock.frozen(NOW):
        table_of(session, PRICES[0].replace("3,00;5,00", "4,00;6,00"), PRICES[1])
        for kind, amount in ((ChangeKind.TAKEN_OUT, 300), (ChangeKind.LOST, 50)):
            change = ChangeDraft(kind, Decimal(amount), clock.today(), "Herinrichting")
            change_item(session, keeper, asset_id=street, number=1, change=change)
        add_item(session, keeper, asset_id=street, draft=ItemDraft(TEGEL, Quantity(Decimal(300), Unit.M2)))
        return first, run_of(session, keeper)


def table_of(session: Session, *lines: str) -> None:
    file = read_factor_list("prijzen.csv", "\r\n".join((HEAD, *lines)).encode())
    load_prices(session, make_actor(session, "regio-twente", "reviewer"), file=file)


def run_of(session: Session, keeper: Actor) -> str:
    """The address of a valuation as of today."""
    run = value_at_once(session, keeper, organisation_id=int(keeper.organisation_id or 0), as_of=clock.today())
    session.commit()
    return f"{VALUE}/{run.id}"


SUMS = ("€ 4.800,00", "€ 750,00", "€ 0,00", "€ −1.200,00", "€ −200,00", "€ 850,00", "€ 0,00", "€ 5.000,00")


def test_the_statement_tells_the_street_from_the_price(client: FlaskClient, two_years: tuple[str, str]) -> None:
    page = client.get(f"{VALUE}/jaar/2026")
    table = page.text.split('mp-statement"')[1].split("</table>")[0].replace("\u00a0", " ")
    assert tuple(re.findall(r'mp-cell--number">([−€][^<]+)<', table)) == SUMS
    text = words(page)
    assert text.index("Wat er buiten veranderde") < text.index("Wat alleen de prijs of onze kennis deed")
    assert "BBV art. 63" in text and "schaduwopstelling" in text
    assert "In dit jaar is geen waarde bepaald" in words(client.get(f"{VALUE}/jaar/2024"))
    assert client.get(f"{VALUE}/jaar/1999").status_code == 404


def test_the_statement_as_a_file_adds_up(client: FlaskClient, two_years: tuple[str, str]) -> None:
    text = client.get(f"{VALUE}/jaar/2026.csv").data.decode("utf-8-sig")
    head, *rows = csv.reader(io.StringIO(text), delimiter=";")
    assert [row[2] for row in rows] == ["Weg en verharding", "Alle soorten"]
    for row in rows:
        opening, *moved, closing = [Decimal(cell.replace(",", ".")) for cell in row[3:-1]]
        assert opening + sum(moved) == closing == 5000
        assert "BBV art. 63" in row[-1]
    assert len(head) == len(rows[0])


def test_the_statement_as_a_paper_says_on_every_page_which_kind_of_value_it_is(
    client: FlaskClient, two_years: tuple[str, str]
) -> None:
    answer = client.get(f"{VALUE}/jaar/2026.pdf")
    assert (answer.status_code, answer.content_type) == (200, "application/pdf")
    read = PdfReader(io.BytesIO(answer.data))
    pages = [page.extract_text().replace("\u00a0", " ") for page in read.pages]
    assert all("schaduwopstelling" in page and "BBV art. 63" in page for page in pages)
    assert all(amount in " ".join(pages) for amount in SUMS)
    assert read.xmp_metadata is not None and b"pdfuaid" in read.xmp_metadata.stream.get_data()
    assert client.get(f"{VALUE}/jaar/2024.pdf").status_code == 404


def test_former_runs_stay_and_stand_beside_later_ones(client: FlaskClient, two_years: tuple[str, str]) -> None:
    first, second = two_years
    page = words(client.get(second))
    assert "Waarde (bruto) € 4.800,00 € 5.000,00 +€ 200,00" in page
    then = words(client.get(first))
    assert "Waarde (bruto) € 4.800,00" in then and "niets om mee te vergelijken" not in then  # the later one can stand beside it
    back = words(client.get(f"{first}?met={second.rsplit('/', 1)[1]}"))
    assert "Waarde (bruto) € 5.000,00 € 4.800,00 € −200,00" in back
    listed = words(client.get(VALUE))
    assert "31 maart 2026" in listed and "31 maart 2025" in listed


def test_every_part_of_a_run_as_a_file_has_its_source(client: FlaskClient, two_years: tuple[str, str]) -> None:
    text = client.get(f"{two_years[1]}/regels.csv").data.decode("utf-8-sig")
    head, *rows = csv.reader(io.StringIO(text), delimiter=";")
    first = dict(zip(head, rows[0], strict=True))
    assert (first["Waarde (bruto) (€)"], first["Methode"], EXAMPLE in first["Bron"]) == ("4250", "Prijstabel", True)
    assert sum(Decimal(dict(zip(head, row, strict=True))["Waarde (bruto) (€)"].replace(",", ".")) for row in rows) == 5000


def test_value_is_for_the_owner_and_the_ao_ce_and_for_nobody_else(
    app: Flask, session: Session, keeper: Actor, client: FlaskClient, aoce: FlaskClient, two_years: tuple[str, str]
) -> None:
    street, run = "/paspoorten/1", two_years[1]
    leader, stranger = (visit(app, session, make_actor(session, slug)) for slug in ("hengelo", "borne"))
    visitor = app.test_client()
    for reader in (leader, client, aoce):
        assert "€ 4.250,00" in words(reader.get(street))
        assert reader.get(run).status_code == 200
        paper = PdfReader(io.BytesIO(reader.get(f"{street}/paspoort.pdf?waarde=ja").data))
        pages = [page.extract_text().replace("\u00a0", " ") for page in paper.pages]
        assert "€ 4.250,00" in " ".join(pages) and all("BBV art. 63" in page for page in pages)
    for reader in (stranger, visitor):
        page = reader.get(street)
        assert page.status_code == 200 and "€" not in words(page) and "waarde van het materiaal" not in words(page).lower()
        assert reader.get(f"{street}/paspoort.pdf?waarde=ja").status_code == 404
    assert stranger.get(run).status_code == 404
    assert stranger.get(f"{VALUE}?organisatie=hengelo").status_code == 403
    assert visitor.get(run).status_code == 303
    plain = PdfReader(io.BytesIO(client.get(f"{street}/paspoort.pdf").data))
    assert "€" not in " ".join(page.extract_text() for page in plain.pages)  # it is passed on
    assert leader.get(START).status_code == 403


def test_the_ao_ce_reads_all_fourteen_and_values_for_one(
    aoce: FlaskClient, session: Session, keeper: Actor, app: Flask, two_years: tuple[str, str]
) -> None:
    page = aoce.get(VALUE)
    assert page.text.count(f"{VALUE}?organisatie=") == 14
    assert "Hengelo 31 mrt 2026 € 5.000,00" in words(page)
    start = f"{START}?organisatie=hengelo"
    assert "2 onderdelen krijgen een waarde" in words(aoce.get(start))
    assert "Hengelo" in words(aoce.get(valued(aoce, app, start)))


def test_value_over_time_stands_on_the_passport_with_its_table(client: FlaskClient, two_years: tuple[str, str]) -> None:
    page = client.get("/paspoorten/1")
    assert 'aria-label="31\u00a0maart\u00a02025 €\u00a04.800,00, 31\u00a0maart\u00a02026 €\u00a05.000,00"' in page.text
    assert "31 maart 2025 € 4.800,00 31 maart 2026 € 5.000,00" in words(page)


def test_a_table_is_looked_at_before_it_counts(aoce: FlaskClient, client: FlaskClient, session: Session, keeper: Actor) -> None:
    paver(session, keeper)
    first = loaded(aoce, PRICES[0]).location
    assert "nog niet in gebruik" in words(aoce.get(first)) and "was er niet" in words(aoce.get(first))
    assert "Er is nog geen prijstabel" in words(client.get(TABLES))
    assert client.get(first).status_code == 404  # it counts for nothing yet
    assert send(aoce, first, to=f"{first}/gebruiken").status_code == 303
    assert f"€ 3,00 € 5,00 uitnemen € 0,50 {EXAMPLE}" in words(client.get(TABLES))
    assert loaded(aoce, PRICES[0]).status_code == 422  # the table in use
    second = loaded(aoce, PRICES[0].replace("3,00;5,00", "10,00;16,00"), PRICES[1]).location
    page = words(aoce.get(second))
    assert "controleer dit Goed m² € 3,00 – € 5,00, kosten € 0,50 € 10,00 – € 16,00, kosten € 0,50 +225,0% 1" in page
    assert send(aoce, second, to=f"{second}/gebruiken").status_code == 422  # not sure
    assert send(aoce, second, {"sure": "y"}, to=f"{second}/gebruiken").status_code == 303
    again = send(aoce, first, {"sure": "y"}, to=f"{first}/gebruiken")  # a former one comes back
    assert again.status_code == 303
    assert "In gebruik: tabel 1" in words(client.get(TABLES))
    for path, status in ((f"{TABLES}/nieuw", 403), (f"{TABLES}/1", 200), (f"{TABLES}/1.csv", 200)):
        assert client.get(path).status_code == status


def test_a_table_that_was_looked_at_beside_another_one_is_looked_at_again(aoce: FlaskClient) -> None:
    first, second = loaded(aoce, PRICES[0]).location, loaded(aoce, PRICES[1]).location
    stale = aoce.get(second)
    assert send(aoce, first, to=f"{first}/gebruiken").status_code == 303
    fields = dict(re.findall(r'name="(csrf_token|idempotency_key|seen)"[^>]*value="([^"]*)"', stale.text))
    refused = aoce.post(f"{second}/gebruiken", data=fields)
    assert refused.status_code == 409 and "Bekijk de wijzigingen opnieuw" in words(refused)
    assert "In gebruik: tabel 1" in words(aoce.get(TABLES))


def test_what_is_wrong_in_a_table_is_named_by_its_row(aoce: FlaskClient) -> None:
    refused = loaded(aoce, PRICES[0].replace("3,00;5,00", "5,00;3,00"))
    assert refused.status_code == 422 and "Rij 2" in words(refused)
    assert "Er is nog geen prijstabel" in words(aoce.get(TABLES))


def test_an_appraisal_is_kept_with_its_name_and_counts_next_time(
    client: FlaskClient, aoce: FlaskClient, session: Session, keeper: Actor, app: Flask
) -> None:
    """€ 900 for 100 m² is € 9.00 each: 1 200 m² are € 10 800."""
    page = f"/paspoorten/{paver(session, keeper)}/onderdelen/1/taxaties"
    typed = {
        "appraiser": "J. de Boer",
        "quantity": "100",
        "value_cents": "900,00",
        "valued_on": "1-3-2026",
        "source": "Rapport 12",
    }
    wrong = send(client, page, typed, value_cents="", valued_on="1-1-2099")
    assert wrong.status_code == 422 and "J. de Boer" in wrong.text
    assert 'id="value_cents-error"' in wrong.text and 'id="valued_on-error"' in wrong.text
    slips = dict.fromkeys(("value_cents", "taking_out_cents", "cleaning_cents", "transport_cents"), "9" * 30)
    refused = send(client, page, typed, **slips)
    assert refused.status_code == 422 and all(f'id="{name}-error"' in refused.text for name in slips)
    assert send(client, page, typed, taking_out_cents="50,00").status_code == 303
    assert "J. de Boer Rapport 12 100 m² € 900,00 € 50,00" in words(client.get(page))
    assert "Taxatie J. de Boer" in words(client.get(valued(client, app)))
    assert "€ 10.800,00" in words(client.get(VALUE))
    assert "Taxatie vastleggen" not in words(aoce.get(page))
    assert send(aoce, page, typed, to=page).status_code == 403
