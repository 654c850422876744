"""Recalls as people come upon them: on the broker's list, and with the way to each lot for whoever may see it."""

import re

from flask import Flask
from sqlalchemy.orm import Session

from marketplace.bench.statements import counted
from marketplace.depots.actions.movements import By, move
from marketplace.depots.rules.lots import Whereabouts
from marketplace.depots.rules.number import lot_number
from marketplace.documents.rules import PaperDraft, StoredFile
from marketplace.dossiers.actions import add_lot_paper
from marketplace.kernel import clock
from marketplace.kernel.db import Database
from marketplace.kernel.formats import NO_BREAK_SPACE, long_date
from marketplace.market.rules.listing import Condition
from marketplace.recalls.actions.block import block_lot
from marketplace.recalls.actions.release import confirm_recall, unblock_lot
from marketplace.recalls.rules import RecallDraft, ReleaseDraft
from marketplace.stock.actions.taking_in import take_in_lot
from marketplace.stock.rules.handling import ArrivalDraft, Going, Occasion
from tests.at_the_gate import handed_over, m2
from tests.factories import KEI, make_actor, seed_taxonomy
from tests.visitors import send, visit
from tests.yards import make_lot, make_yard

PFAS = RecallDraft("PFAS boven de norm")


def text_of(page: str) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", page).replace("\u00a0", " ").split())


def test_the_broker_finds_every_recall_that_still_blocks_something(app: Flask, session: Session) -> None:
    seed_taxonomy(session)
    hengelo, borne = make_actor(session, "hengelo", "coordinator"), make_actor(session, "borne")
    odt, broker = make_actor(session, "odt", kind="adviser"), make_actor(session, "regio-twente", "coordinator")
    client = visit(app, session, broker)
    assert "Geen enkele terugroeping blokkeert iets." in client.get("/makelaar").text
    yard = make_yard(session, hengelo)
    first, second = (make_lot(session, yard, borne, title=f"Grond {number}") for number in range(2))
    for lot in (first, second):
        block_lot(session, hengelo, lot_id=lot.id, draft=PFAS)
    confirm_recall(session, borne, recall_id=2)
    session.commit()
    page = client.get("/makelaar").text
    assert 'href="/recalls/1"' in page and 'href="/recalls/2"' in page and 'href="/recalls"' in page
    # told are who owns it, whose depot it is, and the adviser
    assert "Hengelo · 1 partij geblokkeerd · 0 van 3 hebben bevestigd" in text_of(page)
    assert "Hengelo · 1 partij geblokkeerd · 1 van 3 hebben bevestigd" in text_of(page)
    proof = PaperDraft("batch-inspection", clock.today(), "K-1", "Keurlab Oost")
    file = StoredFile(f"{1:064d}.pdf", "application/pdf", 900)
    paper = add_lot_paper(session, odt, lot_id=first.id, draft=proof, file=file)
    unblock_lot(session, odt, lot_id=first.id, draft=ReleaseDraft(paper.id, "Opnieuw onderzocht: schoon"))
    session.commit()
    page = client.get("/makelaar").text
    assert 'href="/recalls/1"' not in page and 'href="/recalls/2"' in page
    assert "alles is weer vrij" in text_of(client.get("/recalls").text)


def test_the_lots_of_a_recall_lead_to_their_pages_for_whoever_may_see_them(app: Flask, session: Session) -> None:
    seed_taxonomy(session)
    hengelo = make_actor(session, "hengelo", "coordinator")
    borne, losser = make_actor(session, "borne"), make_actor(session, "losser")
    yard = make_yard(session, hengelo)
    lot = make_lot(session, yard, borne, bay="A1")
    part = make_lot(session, yard, losser, parent_id=lot.id, origin_id=lot.id)
    session.commit()
    block_lot(session, hengelo, lot_id=lot.id, draft=PFAS)
    session.commit()
    for reader, seen in ((hengelo, [True, True]), (borne, [True, False]), (losser, [False, True])):
        page = visit(app, session, reader).get("/recalls/1").text
        assert [f'<a href="/lots/{stock_lot.id}">{lot_number(stock_lot.id)}</a>' in page for stock_lot in (lot, part)] == seen
        assert all(lot_number(stock_lot.id) in page for stock_lot in (lot, part))
    trace = visit(app, session, hengelo).get(f"/lots/{part.id}/herkomst").text
    assert f'— <a href="/lots/{part.id}">{lot_number(part.id)}</a>' in trace
    assert "Gemeentewerf, A1" in trace


def test_a_longer_list_of_recalls_asks_no_more_questions(app: Flask, session: Session, database: Database) -> None:
    seed_taxonomy(session)
    hengelo = make_actor(session, "hengelo", "coordinator")
    yard, client = make_yard(session, hengelo), visit(app, session, hengelo)

    def recall() -> None:
        block_lot(session, hengelo, lot_id=make_lot(session, yard, hengelo).id, draft=PFAS)
        session.commit()

    recall()
    client.get("/recalls")
    with counted(database) as few:
        client.get("/recalls")
    for _each in range(4):
        recall()
    with counted(database) as many:
        client.get("/recalls")
    assert len(many) == len(few)


def test_whoever_gave_a_lot_away_reads_where_it_went_and_recalls_it(app: Flask, session: Session) -> None:
    """Borne gave 176 m² to Losser, which has it in bay A1 with a paper. Borne comes from the label to the trace, and from there to the form."""
    seed_taxonomy(session)
    hengelo = make_actor(session, "hengelo", "coordinator")
    borne, losser, almelo = (make_actor(session, slug) for slug in ("borne", "losser", "almelo"))
    yard = make_yard(session, hengelo)
    lot = take_in_lot(
        session,
        hengelo,
        depot_id=yard.id,
        draft=ArrivalDraft(KEI, m2("176"), Condition.GOOD, owner="borne"),
        going=Going(),
        occasion=Occasion(clock.today()),
    )
    theirs = {"owner_id": losser.organisation_id, "holder_id": losser.organisation_id}
    move(session, By(losser, clock.today()), lot, Whereabouts(yard.id, "A1"), **theirs)
    file = StoredFile(f"{1:064d}.pdf", "application/pdf", 900)
    proof = PaperDraft("batch-inspection", clock.today(), "K-17", "Keurlab Oost")
    add_lot_paper(session, losser, lot_id=lot.id, draft=proof, file=file)
    session.commit()
    address, client = f"/lots/{lot.id}/herkomst", visit(app, session, borne)
    assert client.get(f"/lots/{lot.id}").headers["Location"] == address
    page = client.get(address).text
    assert "Losser" in text_of(page) and "Gemeentewerf" in page and "A1" not in text_of(page) and "K-17" not in page
    assert "Document toevoegen" not in page and f'href="/lots/{lot.id}"' not in page
    assert f'href="/lots/{lot.id}/blokkeren"' in page
    assert "Wie het bezat en had, en wanneer" in page and f"sinds {long_date(clock.today())}" in page
    owned = text_of(page).split("Wie het bezat en had, en wanneer")[-1].replace(NO_BREAK_SPACE, " ")
    assert [name for name in ("176 m² Borne", "176 m² Losser") if name in owned] == ["176 m² Borne", "176 m² Losser"]
    assert "Gemeentewerf, A1" in visit(app, session, losser).get(address).text
    assert visit(app, session, almelo).get(address).status_code == 404
    form = client.get(f"/lots/{lot.id}/blokkeren").text
    assert "A1" not in text_of(form)
    sent = send(client, f"/lots/{lot.id}/blokkeren", {"reason": "PFAS boven de norm, gevonden door Keurlab Oost"})
    assert sent.headers["Location"] == "/recalls/1"
    assert "geblokkeerd" in text_of(client.get(address).text)


def test_the_trace_shows_what_was_handed_over_and_not_confirmed(app: Flask, session: Session) -> None:
    seed_taxonomy(session)
    cast = {slug: make_actor(session, slug) for slug in ("hengelo", "borne")}
    listing, _reservation = handed_over(session, cast)  # 300 of 500 m²
    session.commit()
    for reader in cast.values():
        page = text_of(visit(app, session, reader).get(f"/lots/{listing.lot_id}/herkomst").text)
        assert (
            "1 partij, vanaf de oorsprong" in page
            and "— een deel ervan" in page
            and "300 m² Hengelo Borne bij de ontvanger overgedragen, niet bevestigd" in page
        )
        assert "Borne: 300 m², 1 partij (overgedragen, niet bevestigd)" in page and "Hengelo: 200 m², 1 partij" in page
