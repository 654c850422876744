"""First the bank over the API: a search with two hits and one without, how each is concluded, and the paper."""

import io
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta

import pytest
from pypdf import PdfReader
from sqlalchemy import text
from sqlalchemy.orm import Session

from marketplace.accounts.policy import Actor
from marketplace.kernel import clock
from marketplace.kernel.language import reading_in
from marketplace.memos.actions.conclude import conclude
from marketplace.memos.actions.search import search_first
from marketplace.memos.queries.memos import get_memo
from marketplace.memos.rules.memo import ConclusionDraft, Decision, WhyNew
from marketplace.sheets.memo import memo_paper
from tests.api.conftest import Api, demand_body, published
from tests.factories import demand_draft, make_actor, make_listing, seed_taxonomy

NOW = datetime(2026, 12, 15, 12, tzinfo=clock.AMSTERDAM)


def test_a_search_says_what_the_bank_has_and_is_kept(hengelo: Api, borne: Api) -> None:
    lots = {published(hengelo)["id"], published(hengelo)["id"]}
    answer = borne.post("/memos", demand_body())
    memo = answer.get_json()
    assert (answer.status_code, answer.headers["Location"]) == (201, f"/api/v1/memos/{memo['id']}")
    year = clock.today().year
    assert (memo["number"], memo["fitting"], memo["nearly"]) == (f"EDB-{year}-0001", 2, 0)
    assert {lot["listingId"] for lot in memo["lots"]} == lots
    assert memo["stock"]["material"]["lots"] == 2
    assert (memo["conclusion"], memo["demandId"]) == (None, None)
    assert memo["search"]["materialName"] == "Betonstraatsteen keiformaat 8 cm"
    assert (
        borne.get(f"/memos/{memo['id']}", headers={"Accept-Language": "en"})
        .get_json()["search"]["materialName"]
        .startswith("Concrete")
    )
    assert borne.get("/memos").get_json()["total"] == 1


def test_the_same_search_of_one_day_is_refused_with_the_memo_that_is_there(borne: Api) -> None:
    first = borne.post("/memos", demand_body()).get_json()
    refused = borne.post("/memos", demand_body())
    assert (refused.status_code, refused.get_json()["memoId"]) == (409, first["id"])
    assert first["number"] in refused.get_json()["detail"]
    assert borne.post("/memos", demand_body(again=True)).status_code == 201


def test_a_search_without_a_title_has_the_name_of_its_material(borne: Api) -> None:
    memo = borne.post("/memos", {name: value for name, value in demand_body().items() if name != "title"}).get_json()
    assert memo["search"]["title"] == "Betonstraatsteen keiformaat 8 cm"


def test_a_memo_is_concluded_once_and_its_paper_is_there_from_then_on(hengelo: Api, borne: Api) -> None:
    published(hengelo)
    memo_id = borne.post("/memos", demand_body()).get_json()["id"]
    assert borne.get(f"/memos/{memo_id}/memo.pdf").status_code == 409
    refused = borne.post(f"/memos/{memo_id}/conclude", {"decision": "bought_new"})
    assert (refused.status_code, refused.get_json()["errors"][0]["field"]) == (422, "reason")
    conclusion = {
        "decision": "bought_new",
        "reason": "too_far",
        "purchaseReference": "INK-7",
        "bought": "600",
        "boughtUnit": "m2",
    }
    half = borne.post(f"/memos/{memo_id}/conclude", {**conclusion, "boughtUnit": None})
    assert (half.status_code, half.get_json()["errors"][0]["field"]) == (422, "boughtUnit")
    concluded = borne.post(f"/memos/{memo_id}/conclude", conclusion).get_json()["conclusion"]
    assert (concluded["reason"], concluded["bought"], concluded["boughtKg"]) == ("too_far", "600", 111000)
    assert borne.post(f"/memos/{memo_id}/conclude", conclusion).status_code == 409
    paper = borne.get(f"/memos/{memo_id}/memo.pdf")
    assert (paper.status_code, paper.mimetype) == (200, "application/pdf")
    assert borne.get("/memos?open=true").get_json()["total"] == 0
    assert borne.get("/memos?open=false").get_json()["total"] == 1


def test_a_demand_is_made_of_a_search_once(borne: Api) -> None:
    memo_id = borne.post("/memos", demand_body()).get_json()["id"]
    demand = borne.post(f"/memos/{memo_id}/demand").get_json()
    assert (demand["status"], demand["title"]) == ("open", demand_body()["title"])
    assert borne.get(f"/memos/{memo_id}").get_json()["demandId"] == demand["id"]
    again = borne.post(f"/memos/{memo_id}/demand")
    assert (again.status_code, again.get_json()["demandId"]) == (409, demand["id"])


def test_another_organisation_reads_nothing_and_the_reviewer_no_name(
    hengelo: Api, borne: Api, reviewer: Api, somebody: Callable[..., Api]
) -> None:
    memo_id = borne.post("/memos", demand_body()).get_json()["id"]
    assert hengelo.get(f"/memos/{memo_id}").status_code == 404
    assert hengelo.get("/memos").get_json()["total"] == 0
    assert "searchedBy" in borne.get(f"/memos/{memo_id}").get_json()
    assert somebody("borne", "coordinator").get(f"/memos/{memo_id}").get_json()["searchedBy"]
    seen = reviewer.get(f"/memos/{memo_id}").get_json()
    assert (seen["id"], "searchedBy" in seen) == (memo_id, False)
    assert reviewer.post(f"/memos/{memo_id}/conclude", {"decision": "waits"}).status_code == 403


@pytest.fixture
def asker(session: Session) -> Iterator[Actor]:
    with clock.frozen(NOW):
        seed_taxonomy(session)
        yield make_actor(session, "borne")


def paper_of(session: Session, actor: Actor, memo_id: int, locale: str = "nl") -> bytes:
    memo = get_memo(session, actor, memo_id)
    assert memo.conclusion is not None
    with reading_in(locale):
        return memo_paper(memo, memo.conclusion)


def words_of(paper: bytes) -> str:
    return " ".join(" ".join(page.extract_text().split()) for page in PdfReader(io.BytesIO(paper)).pages)


def test_the_paper_says_what_was_searched_what_there_was_and_what_was_done(session: Session, asker: Actor) -> None:
    owner = make_actor(session, "hengelo")
    make_listing(session, owner, title="Keien van het stationsplein")
    make_listing(session, owner, title="Keien in maart", available_from=(NOW + timedelta(days=30)).date(), available_until=None)
    make_listing(session, owner, title="Keien te laat", available_from=(NOW + timedelta(days=61)).date(), available_until=None)
    memo = search_first(session, asker, demand_draft(project="Marktplein"))
    conclude(
        session,
        asker,
        memo_id=memo.id,
        draft=ConclusionDraft(
            Decision.BOUGHT_NEW, reason=WhyNew.OTHER, explanation="De kleur past niet", purchase_reference="INK-2026-114"
        ),
    )
    paper = paper_of(session, asker, memo.id)
    text = words_of(paper)
    for words in (
        "Eerst de bank: EDB-2026-0001",
        "Op 15 december 2026 pasten 2 partijen van de materialenbank.",
        "Keien van het stationsplein",
        "gepland: 14 januari 2027",
        "Keien te laat",
        "Eén dag te laat",
        "De kleur past niet",
        "INK-2026-114",
        "Marktplein",
        "3 2 666 ton",
    ):
        assert words in text.replace("\u00a0", " "), (words, text)
    assert asker.name not in text
    facts = PdfReader(io.BytesIO(paper)).trailer["/Root"]
    assert (facts["/Lang"], facts["/MarkInfo"]["/Marked"]) == ("nl-NL", True)
    assert "Too late" not in text and "First the bank" in words_of(paper_of(session, asker, memo.id, "en"))


def test_a_search_without_a_hit_is_a_memo_that_says_so(session: Session, asker: Actor) -> None:
    memo = search_first(session, asker, demand_draft())
    conclude(session, asker, memo_id=memo.id, draft=ConclusionDraft(Decision.BOUGHT_NEW))
    text = words_of(paper_of(session, asker, memo.id)).replace("\u00a0", " ")
    assert "Geen passend aanbod op de materialenbank op 15 december 2026." in text
    assert "Wat er gedaan is: nieuw gekocht." in text


def test_five_years_later_the_paper_is_the_same_to_the_byte(session: Session, asker: Actor) -> None:
    owner = make_actor(session, "hengelo")
    lot = make_listing(session, owner)
    memo = search_first(session, asker, demand_draft())
    conclude(session, asker, memo_id=memo.id, draft=ConclusionDraft(Decision.FROM_BANK))
    before = [paper_of(session, asker, memo.id, locale) for locale in ("nl", "en")]
    session.execute(text(f"UPDATE listing SET title = 'Anders', status = 'withdrawn', place_name = 'Elders' WHERE id = {lot.id}"))
    session.execute(text("UPDATE organisation SET name = name || ' (nieuw)'"))
    session.execute(text(f"UPDATE person SET name = 'Vertrokken', is_active = false WHERE id = {asker.person_id}"))
    session.expire_all()
    with clock.frozen(NOW + timedelta(days=5 * 365)):
        assert [paper_of(session, asker, memo.id, locale) for locale in ("nl", "en")] == before
