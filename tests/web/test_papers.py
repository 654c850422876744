"""The pages of a lot's papers: what the form keeps when it refuses, what the lot and the transfer show, and to whom."""

import io
import re
from datetime import timedelta
from decimal import Decimal

import pytest
from flask import Flask
from flask.testing import FlaskClient
from pypdf import PdfReader
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from marketplace.accounts.policy import Actor
from marketplace.documents.models import Paper
from marketplace.documents.queries import list_papers
from marketplace.documents.rules import PaperDraft, StoredFile
from marketplace.dossiers.actions import add_paper
from marketplace.exchange.actions.reserve import reserve
from marketplace.exchange.rules.reservation import ReservationDraft
from marketplace.kernel import clock
from marketplace.kernel.units import Quantity, Unit
from marketplace.market.models import Listing
from tests.factories import make_actor, make_listing, seed_taxonomy
from tests.pdfs import EVIL, WORDS, good
from tests.visitors import csrf_token, picture, visit

TYPED = {
    "kind": "batch-inspection",
    "number": "PK-2025/17",
    "issuer": "Lab Oost",
    "issued_on": "12-3-2025",
    "valid_until": "12-3-2030",
}


@pytest.fixture
def owner(session: Session) -> Actor:
    seed_taxonomy(session)
    return make_actor(session, "hengelo")


@pytest.fixture
def lot(session: Session, owner: Actor) -> Listing:
    listing = make_listing(session, owner, is_declared=False)
    session.commit()
    return listing


@pytest.fixture
def hengelo(app: Flask, session: Session, owner: Actor, lot: Listing) -> FlaskClient:
    return visit(app, session, owner)


def papers(session: Session, lot: Listing) -> list[Paper]:
    """The papers of a lot, without holding up the writers."""
    stored = list_papers(session, lot.id)
    session.commit()
    return stored


def put(session: Session, owner: Actor, lot: Listing, days: int | None, number: str = "25-0413") -> int:
    """A stored paper that ends in so many days."""
    until = None if days is None else clock.today() + timedelta(days=days)
    draft = PaperDraft("batch-inspection", clock.today() - timedelta(days=400), number, "Lab Oost", until)
    file = StoredFile(f"{days or 0:064d}.pdf".replace("-", "f"), "application/pdf", 900, 2)
    paper = add_paper(session, owner, listing_id=lot.id, draft=draft, file=file)
    session.commit()
    return paper.id


def post(client: FlaskClient, where: str, content: bytes | None, name: str = "verklaring.pdf", **typed: str) -> TestResponse:
    """Send the form as a browser does: with a hand-made body, so that nothing large is left open."""
    words = {"csrf_token": csrf_token(client.get(where)), **TYPED, **typed}
    parts = [f'--edge\r\nContent-Disposition: form-data; name="{key}"\r\n\r\n{text}\r\n'.encode() for key, text in words.items()]
    head = f'--edge\r\nContent-Disposition: form-data; name="file"; filename="{name if content else ""}"\r\n'
    parts.append(f"{head}Content-Type: application/octet-stream\r\n\r\n".encode() + (content or b"") + b"\r\n--edge--\r\n")
    return client.post(where, data=b"".join(parts), headers={"Content-Type": "multipart/form-data; boundary=edge"})


def value(page: TestResponse, name: str) -> str:
    match = re.search(rf'<input[^>]*name="{name}"[^>]*value="([^"]*)"', page.text)
    assert match, name
    return match[1]


@pytest.mark.slow
def test_a_paper_is_added_and_opened(hengelo: FlaskClient, session: Session, lot: Listing) -> None:
    where = f"/aanbod/{lot.id}/documenten/nieuw"
    assert post(hengelo, where, good()).headers["Location"].endswith(f"/aanbod/{lot.id}#papers")
    [paper] = papers(session, lot)
    page = hengelo.get(f"/aanbod/{lot.id}")
    assert "Partijkeuring PK-2025/17" in page.text
    words = " ".join(page.text.replace("\u00a0", " ").split())
    assert "Lab Oost, afgegeven op 12 maart 2025, geldig tot en met 12 maart 2030, 2 bladzijden" in words
    file = hengelo.get(f"/documenten/{paper.id}/document.pdf")
    assert (file.status_code, file.mimetype, file.headers["Cache-Control"]) == (200, "application/pdf", "private, no-store")
    assert [page.extract_text() for page in PdfReader(io.BytesIO(file.data)).pages] == list(WORDS)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "content", "sentence", "status"),
    [
        ("a.pdf", EVIL["script on opening"][1], "programma (JavaScript)", 422),
        ("a.pdf", EVIL["embedded file"][1], "andere bestanden", 422),
        ("a.pdf", EVIL["locked"][1], "versleuteld", 422),
        ("a.pdf", picture, "afbeelding, geen pdf", 422),
        ("a.pdf", lambda: good() + bytes(21 * 1024 * 1024), "groter dan 20 MB", 413),
        ("a.pdf", lambda: b"", "Kies de pdf", 422),
    ],
)
def test_a_bad_file_is_refused_with_its_own_sentence_and_the_form_keeps_what_was_typed(
    hengelo: FlaskClient, session: Session, lot: Listing, name: str, content: object, sentence: str, status: int
) -> None:
    assert callable(content)
    page = post(hengelo, f"/aanbod/{lot.id}/documenten/nieuw", content(), name)
    assert page.status_code == status
    assert sentence in page.text
    assert (value(page, "number"), value(page, "issuer")) == ("PK-2025/17", "Lab Oost")
    assert (value(page, "issued_on"), value(page, "valid_until")) == ("12-3-2025", "12-3-2030")
    assert re.search(r'<option selected value="batch-inspection"', page.text)
    assert papers(session, lot) == []


@pytest.mark.slow
def test_a_good_file_is_not_chosen_twice(hengelo: FlaskClient, session: Session, lot: Listing) -> None:
    where = f"/aanbod/{lot.id}/documenten/nieuw"
    refused = post(hengelo, where, good(), number="-", issued_on="morgen")
    assert refused.status_code == 422
    assert "De pdf is aangekomen" in refused.text
    assert "moet nog komen" in refused.text or "nummer in dat op het document staat" in refused.text
    token = value(refused, "kept")
    again = post(hengelo, where, None, kept=token)
    assert again.status_code == 303
    assert [paper.pages for paper in papers(session, lot)] == [2]
    assert post(hengelo, where, None, kept=token + "x").status_code == 422


@pytest.mark.slow
def test_a_word_for_a_file_is_good_for_one_person_alone(app: Flask, hengelo: FlaskClient, session: Session, lot: Listing) -> None:
    where = f"/aanbod/{lot.id}/documenten/nieuw"
    token = value(post(hengelo, where, good(), number="-"), "kept")
    colleague = visit(app, session, make_actor(session, "hengelo"))
    session.commit()
    assert "Kies de pdf" in post(colleague, where, None, kept=token).text


@pytest.mark.slow
def test_a_paper_is_renewed(hengelo: FlaskClient, session: Session, owner: Actor, lot: Listing) -> None:
    old = put(session, owner, lot, 5)
    page = hengelo.get(f"/aanbod/{lot.id}")
    assert "verloopt over 5 dagen" in page.text
    where = f"/aanbod/{lot.id}/documenten/{old}/vervangen"
    form = hengelo.get(where)
    assert "Partijkeuring 25-0413, Lab Oost" in " ".join(form.text.split())
    assert value(form, "issuer") == "Lab Oost"
    assert post(hengelo, where, good()).status_code == 303
    [new] = papers(session, lot)
    assert new.replaced_id == old
    page = hengelo.get(f"/aanbod/{lot.id}")
    assert "verloopt over 5 dagen" not in page.text.split("verwijderd document")[0]
    assert "1 verwijderd document" in page.text
    assert hengelo.get(where).status_code == 404


def test_a_paper_is_taken_away_once_it_is_meant(hengelo: FlaskClient, session: Session, owner: Actor, lot: Listing) -> None:
    paper = put(session, owner, lot, None)
    where = f"/aanbod/{lot.id}/documenten/{paper}/verwijderen"
    page = hengelo.get(where)
    assert "telt niet meer" in page.text
    assert [row.id for row in papers(session, lot)] == [paper]
    assert hengelo.post(where, data={"csrf_token": csrf_token(page)}).status_code == 303
    session.expire_all()
    assert papers(session, lot) == []


def test_the_lot_says_of_each_paper_whether_it_counts(hengelo: FlaskClient, session: Session, owner: Actor, lot: Listing) -> None:
    for days in (None, 31, 30, 1, 0, -1):
        put(session, owner, lot, days)
    text = hengelo.get(f"/aanbod/{lot.id}").text
    badges = re.findall(r'<span class="mp-badge mp-badge--(\w+)">([^<]*(?:verlo|geldig)[^<]*)</span>', text)
    assert badges == [
        ("good", "verloopt niet"),
        ("good", "geldig"),
        ("wait", "verloopt over 30 dagen"),
        ("wait", "verloopt over 1 dag"),
        ("wait", "verloopt vandaag"),
        ("stop", "verlopen"),
    ]


def test_nobody_else_sees_that_there_are_papers(
    app: Flask, client: FlaskClient, session: Session, owner: Actor, lot: Listing
) -> None:
    paper = put(session, owner, lot, 100, "GEHEIM-1")
    borne = make_actor(session, "borne")
    session.commit()
    for reader in (client, visit(app, session, borne), visit(app, session, make_actor(session, "waterschap", kind="partner"))):
        page = reader.get(f"/aanbod/{lot.id}")
        assert page.status_code == 200
        assert "GEHEIM-1" not in page.text
        assert 'id="papers"' not in page.text
    assert client.get(f"/documenten/{paper}/document.pdf").status_code in (302, 303, 401)
    other = visit(app, session, borne)
    assert other.get(f"/documenten/{paper}/document.pdf").status_code == 404
    assert other.get(f"/aanbod/{lot.id}/documenten/nieuw").status_code == 403
    reservation = reserve(session, borne, listing_id=lot.id, draft=ReservationDraft(Quantity(Decimal(8), Unit.M2)))
    session.commit()
    for where in (f"/aanbod/{lot.id}", f"/reserveringen/{reservation.id}"):
        page = other.get(where)
        assert "GEHEIM-1" in page.text
        assert "/documenten/nieuw" not in page.text
        assert "/verwijderen" not in page.text


def test_an_adviser_reads_them(app: Flask, session: Session, owner: Actor, lot: Listing) -> None:
    put(session, owner, lot, 100)
    adviser = visit(app, session, make_actor(session, "odt", "coordinator", "adviser"))
    page = adviser.get(f"/aanbod/{lot.id}").text
    assert "Partijkeuring 25-0413" in page
    assert "/documenten/nieuw" not in page
