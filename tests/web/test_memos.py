"""First the bank on pages: a search with two hits and one without, what is refused, the paper, and what the AO CE reads."""

import csv
import io
import re
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from marketplace.kernel import clock
from marketplace.market.models import Demand
from marketplace.memos.models import Memo, MemoConclusion
from tests.factories import KEI, make_actor, make_listing, seed_taxonomy
from tests.visitors import send, visit

PAGE = "/eerst-de-bank"


def typed(**changes: Any) -> dict[str, Any]:
    first, last = clock.today(), clock.today() + timedelta(days=60)
    return {
        "material": KEI,
        "title": "Stenen voor het parkeerhof",
        "quantity": "800",
        "unit": "m2",
        "min_condition": "fair",
        "place": "Borne",
        "max_distance_km": "15",
        "needed_from": f"{first:%d-%m-%Y}",
        "needed_until": f"{last:%d-%m-%Y}",
        "accepts_unknown_hazards": "y",
        **changes,
    }


@pytest.fixture
def borne(app: Flask, session: Session) -> FlaskClient:
    seed_taxonomy(session)
    return visit(app, session, make_actor(session, "borne"))


@pytest.fixture
def hits(session: Session, borne: FlaskClient) -> None:
    """Two lots that fit, one of them free in ten days, and one that is too poor."""
    owner, later = make_actor(session, "hengelo"), clock.today() + timedelta(days=10)
    make_listing(session, owner, title="Keien nu")
    make_listing(session, owner, title="Keien straks", available_from=later, available_until=None)
    session.commit()


def shown(client: FlaskClient, where: str) -> str:
    answer = client.get(where)
    assert answer.status_code == 200
    return answer.text.replace("\u00a0", " ")


def test_a_search_with_two_hits_shows_both_and_which_is_planned(borne: FlaskClient, hits: None) -> None:
    answer = send(borne, PAGE, typed())
    assert (answer.status_code, answer.location) == (303, f"{PAGE}/1")
    page = shown(borne, answer.location)
    assert "pasten 2 partijen van de materialenbank" in page
    assert "Keien nu" in page and "Keien straks" in page and page.count("Gepland") == 1
    assert "/aanbod/1/reserveren" in page
    assert "Ik neem het van de bank" in page


def test_a_search_without_a_hit_is_a_dated_memo_in_one_choice(borne: FlaskClient) -> None:
    where = send(borne, PAGE, typed()).location
    page = shown(borne, where)
    assert "Geen passend aanbod op de materialenbank op" in page
    assert "Ik neem het van de bank" not in page
    assert borne.get(f"{where}/memo.pdf").status_code == 200  # dated already, with what was not decided yet
    assert send(borne, where, {"decision": "bought_new"}, f"{where}/afronden").status_code == 303
    paper = borne.get(f"{where}/memo.pdf")
    assert (paper.status_code, paper.mimetype, paper.data[:5]) == (200, "application/pdf", b"%PDF-")
    assert f'filename="EDB-{clock.today().year}-0001.pdf"' in paper.headers["Content-Disposition"]


def test_what_is_wrong_is_told_and_what_was_typed_stays(borne: FlaskClient, session: Session) -> None:
    answer = send(borne, PAGE, typed(place="", quantity="1.5", project="N18"))
    assert answer.status_code == 422
    assert 'href="#place"' in answer.text and 'value="1.5"' in answer.text and 'value="N18"' in answer.text
    assert session.scalar(select(func.count(Memo.id))) == 0


def test_the_same_search_offers_the_memo_that_is_there(borne: FlaskClient) -> None:
    where = send(borne, PAGE, typed()).location
    again = send(borne, PAGE, typed())
    assert again.status_code == 409
    assert "U zocht vandaag al hetzelfde." in again.text and f'href="{where}"' in again.text
    assert send(borne, PAGE, typed(again="y")).location == f"{PAGE}/2"


def test_bought_new_although_something_fits_asks_why_and_keeps_what_was_typed(
    borne: FlaskClient, hits: None, session: Session
) -> None:
    where = send(borne, PAGE, typed()).location
    fields = {"decision": "bought_new", "bought": "600", "bought_unit": "m2", "purchase_reference": "INK-7"}
    refused = send(borne, where, fields, f"{where}/afronden")
    assert refused.status_code == 422
    assert "Kies waarom u toch nieuw koopt." in refused.text and 'value="INK-7"' in refused.text
    other = send(borne, where, {**fields, "reason": "other", "explanation": " - "}, f"{where}/afronden")
    assert "Zeg in één zin waarom u het nieuw koopt." in other.text
    done = send(borne, where, {**fields, "reason": "other", "explanation": "De kleur <b>past</b> niet"}, f"{where}/afronden")
    assert done.location == where
    page = shown(borne, where)
    assert "De kleur &lt;b&gt;past&lt;/b&gt; niet" in page and "600 m²" in page and "Open de memo (PDF)" in page
    assert "Afronden en document maken" not in page
    assert session.scalars(select(MemoConclusion.reason)).all() == ["other"]


def test_more_than_ten_times_what_was_searched_is_a_slip(borne: FlaskClient) -> None:
    where = send(borne, PAGE, typed(quantity="1,2")).location
    fields = {"decision": "bought_new", "bought": "12,001", "bought_unit": "m2"}
    refused = send(borne, where, fields, f"{where}/afronden")
    assert "U zocht 1,2 m² en dit is meer dan 10 keer zoveel." in refused.text.replace("\u00a0", " ")
    assert 'value="12,001"' in refused.text


def test_what_belongs_to_buying_new_is_not_dropped_in_silence(borne: FlaskClient) -> None:
    where = send(borne, PAGE, typed()).location
    refused = send(borne, where, {"decision": "waits", "purchase_reference": "INK-7"}, f"{where}/afronden")
    assert refused.status_code == 422
    assert "Dit hoort bij nieuw kopen." in refused.text and 'value="INK-7"' in refused.text


def test_one_step_makes_the_demand(borne: FlaskClient, session: Session) -> None:
    where = send(borne, PAGE, typed(project="Marktplein")).location
    made = send(borne, where, {}, f"{where}/vraag")
    demand = session.scalars(select(Demand)).one()
    assert made.location == f"/gezocht/{demand.id}"
    assert (demand.title, demand.quantity, demand.project) == ("Stenen voor het parkeerhof", 800, "Marktplein")
    number = demand.id
    session.rollback()
    assert f'href="/gezocht/{number}"' in shown(borne, where)
    assert send(borne, where, {}, f"{where}/vraag").status_code == 409


def test_wishes_are_asked_by_the_fields_of_the_material(borne: FlaskClient) -> None:
    page = shown(borne, f"{PAGE}?material={KEI}")
    assert 'name="wish-thickness-cm-min"' in page
    fields = typed(field_set=re.findall(r'name="field_set" value="([^"]+)"', page)[0], **{"wish-thickness-cm-min": "8"})
    where = send(borne, PAGE, fields).location
    assert "minstens 8 cm" in shown(borne, where)


def test_names_stay_inside_the_own_organisation(app: Flask, borne: FlaskClient, session: Session) -> None:
    where = send(borne, PAGE, typed()).location
    reviewer = visit(app, session, make_actor(session, "regio-twente", "reviewer"))
    stranger = visit(app, session, make_actor(session, "hengelo"))
    assert "project_leader Borne" in shown(borne, where).replace("Uitloggen", "")
    page = shown(reviewer, where)
    assert "project_leader Borne" not in page and "Afronden" not in page
    assert stranger.get(where).status_code == stranger.get(f"{where}/memo.pdf").status_code == 404
    assert "EDB-" not in shown(stranger, f"{PAGE}/memos")
    assert reviewer.get(PAGE).location == f"{PAGE}/overzicht"


@pytest.fixture
def counted(app: Flask, borne: FlaskClient, hits: None) -> None:
    """Three searches: bought new all the same, taken from the bank, and one that is open."""
    purchase = {
        "decision": "bought_new",
        "reason": "price",
        "explanation": "Nieuw was goedkoper",
        "bought": "500",
        "bought_unit": "m2",
    }
    for number, conclusion in enumerate((purchase, {"decision": "from_bank"}, None)):
        where = send(borne, PAGE, typed(project=str(number))).location
        if conclusion:
            assert send(borne, where, conclusion, f"{where}/afronden").status_code == 303


def test_the_ao_ce_reads_how_often_and_why(app: Flask, session: Session, counted: None) -> None:
    reviewer = visit(app, session, make_actor(session, "regio-twente", "reviewer"))
    page = shown(reviewer, f"{PAGE}/overzicht")
    assert "3 zoekvragen" in page and "Nieuw was goedkoper" in page
    cells = re.findall(r"<t[hd][^>]*>([^<]*)</t[hd]>", page)
    row = cells.index("Borne")
    assert cells[row : row + 6] == ["Borne", "3", "3", "1", "444,0", "92,5"]
    assert cells[cells.index("De prijs") :][:3] == ["De prijs", "1", "148,0"]
    last_year = shown(reviewer, f"{PAGE}/overzicht?gemeente=hengelo")
    assert "In deze periode heeft niemand gezocht" in last_year


def test_every_memo_is_a_row_of_the_file(app: Flask, session: Session, counted: None) -> None:
    reviewer = visit(app, session, make_actor(session, "regio-twente", "reviewer"))
    answer = reviewer.get(f"{PAGE}/overzicht.csv")
    assert (answer.status_code, answer.mimetype) == (200, "text/csv")
    rows = list(csv.DictReader(io.StringIO(answer.data.decode("utf-8-sig"), newline=""), delimiter=";"))
    assert [row["Wat er gedaan is"] for row in rows] == ["Nog af te ronden", "Van de bank genomen", "Nieuw gekocht"]
    assert (rows[2]["Reden"], rows[2]["Massa (kg)"], rows[2]["Nieuw gekocht (kg)"]) == ("De prijs", "148000", "92500")
    assert "project_leader" not in answer.text


def test_a_coordinator_reads_the_own_organisation_and_a_project_leader_no_overview(
    app: Flask, borne: FlaskClient, session: Session, counted: None
) -> None:
    own = visit(app, session, make_actor(session, "borne", "coordinator"))
    other = visit(app, session, make_actor(session, "hengelo", "coordinator"))
    assert "3 zoekvragen" in shown(own, f"{PAGE}/overzicht")
    assert 'name="gemeente"' not in shown(own, f"{PAGE}/overzicht")
    assert "In deze periode heeft niemand gezocht" in shown(other, f"{PAGE}/overzicht?gemeente=borne")
    assert borne.get(f"{PAGE}/overzicht").status_code == 403


def test_it_is_found_from_the_desk_the_demand_form_and_an_empty_search(borne: FlaskClient) -> None:
    for where in ("/werk", "/gezocht/nieuw", "/aanbod?q=zwembadglijbaan", "/hulp/zoeken"):
        assert PAGE in shown(borne, where), where
