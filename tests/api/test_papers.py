"""Papers of a listing over the API: what is taken, what is refused with which sentence, and who reads them."""

import io
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from pypdf import PdfReader
from werkzeug.test import TestResponse

from marketplace.kernel import clock
from tests.api.conftest import Api, add_paper, picture, published
from tests.pdfs import EVIL, WORDS, good

pytestmark = pytest.mark.slow


@pytest.fixture
def lot(hengelo: Api) -> int:
    return int(published(hengelo, is_declared=False)["id"])


def sentence(answer: TestResponse) -> str:
    [error] = answer.get_json()["errors"]
    assert error["field"] == "file"
    return str(error["message"])


def ask(client: Api, lot: int) -> int:
    return int(client.post(f"/listings/{lot}/reservations", {"quantity": 8, "unit": "m2"}).get_json()["id"])


def test_a_paper_is_added_listed_and_opened_with_its_words(hengelo: Api, lot: int) -> None:
    made = add_paper(hengelo, lot)
    assert made.status_code == 201
    paper = made.get_json()
    assert made.headers["Location"].endswith(f"/papers/{paper['id']}")
    assert (paper["kind"], paper["kindName"], paper["state"]) == ("soil-declaration", "Milieuverklaring bodemkwaliteit", "valid")
    assert (paper["number"], paper["issuer"], paper["pages"], paper["mediaType"]) == ("25-0413", "Lab Oost", 2, "application/pdf")
    [listed] = hengelo.get(f"/listings/{lot}/papers").get_json()["items"]
    assert listed == paper == hengelo.get(f"/papers/{paper['id']}").get_json()
    file = hengelo.get(f"/papers/{paper['id']}/file")
    assert [page.extract_text() for page in PdfReader(io.BytesIO(file.data)).pages] == list(WORDS)
    assert file.headers["Content-Disposition"] == 'inline; filename="milieuverklaring-bodemkwaliteit-25-0413.pdf"'
    assert file.headers["Cache-Control"] == "private, no-store"
    assert file.headers["X-Content-Type-Options"] == "nosniff"
    assert len(file.data) == paper["sizeBytes"]


def test_a_picture_is_taken_without_the_place_where_it_was_taken(hengelo: Api, lot: int) -> None:
    paper = add_paper(hengelo, lot, picture(), "foto.jpg", kind="drawing", number=None, issuer=None).get_json()
    assert (paper["mediaType"], paper["number"], paper["pages"]) == ("image/webp", "", 1)
    assert hengelo.get(f"/papers/{paper['id']}/file").data[8:12] == b"WEBP"


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("script on opening", "programma (JavaScript)"),
        ("embedded file", "andere bestanden"),
        ("locked", "versleuteld"),
        ("half", "beschadigd of onvolledig"),
    ],
)
def test_an_evil_pdf_is_refused_with_its_own_sentence(hengelo: Api, lot: int, name: str, words: str) -> None:
    refused = add_paper(hengelo, lot, EVIL[name][1]())
    assert refused.status_code == 422
    assert words in sentence(refused)
    assert hengelo.get(f"/listings/{lot}/papers").get_json()["total"] == 0


def test_a_picture_that_calls_itself_a_pdf_is_told_so(hengelo: Api, lot: int) -> None:
    assert "afbeelding, geen pdf" in sentence(add_paper(hengelo, lot, picture(), "verklaring.PDF"))
    assert "geen pdf en geen foto" in sentence(add_paper(hengelo, lot, b"PK\x03\x04" + bytes(99), "verklaring.pdf"))
    assert add_paper(hengelo, lot, good(), "foto.jpg").status_code == 201  # the content says what it is


def test_more_than_twenty_megabytes_is_too_large(hengelo: Api, lot: int) -> None:
    for size in (20 * 1024 * 1024 + 1, 21 * 1024 * 1024):
        words = {"kind": "drawing", "issuedOn": "2025-01-02"}
        parts = [f'--edge\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{text}\r\n' for name, text in words.items()]
        head = '--edge\r\nContent-Disposition: form-data; name="file"; filename="a.pdf"\r\nContent-Type: application/pdf\r\n\r\n'
        content = good() + bytes(size - len(good()))
        body = "".join([*parts, head]).encode() + content + b"\r\n--edge--\r\n"
        refused = hengelo.post(
            f"/listings/{lot}/papers", data=body, headers={"Content-Type": "multipart/form-data; boundary=edge"}
        )
        assert refused.status_code == 413
        assert "20 MB" in refused.get_json()["detail"]


def test_what_is_wrong_with_the_words_is_said_at_once(hengelo: Api, lot: int) -> None:
    tomorrow = (clock.today() + timedelta(days=1)).isoformat()
    refused = add_paper(hengelo, lot, number="-", issuer=None, issuedOn=tomorrow, validUntil="2025-01-01")
    fields = {error["field"] for error in refused.get_json()["errors"]}
    assert (refused.status_code, fields) == (422, {"number", "issuer", "issuedOn", "validUntil"})
    for changes in ({"kind": "diploma"}, {"issuedOn": "gisteren"}, {"replaces": "x"}, {"color": "red"}, {"kind": None}):
        assert add_paper(hengelo, lot, **changes).status_code == 422, changes
    assert hengelo.post(f"/listings/{lot}/papers", {"kind": "drawing"}).status_code == 415


def test_the_same_request_again_adds_it_once(hengelo: Api, lot: int) -> None:
    body: Callable[[], dict[str, Any]] = lambda: {
        "data": {"kind": "drawing", "issuedOn": "2025-01-02", "file": (io.BytesIO(good()), "a.pdf")},
        "headers": {"Idempotency-Key": "een"},
    }
    first, again = (hengelo.post(f"/listings/{lot}/papers", **body()) for _twice in range(2))
    assert first.get_json()["id"] == again.get_json()["id"]
    assert hengelo.get(f"/listings/{lot}/papers").get_json()["total"] == 1


def test_who_reads_them(
    hengelo: Api, borne: Api, losser: Api, reviewer: Api, public: Api, somebody: Callable[..., Api], lot: int
) -> None:
    paper = add_paper(hengelo, lot).get_json()
    adviser = somebody("odt", "coordinator", "adviser")
    addresses = (f"/listings/{lot}/papers", f"/papers/{paper['id']}", f"/papers/{paper['id']}/file")

    def reads(client: Api) -> list[int]:
        return [client.get(address).status_code for address in addresses]

    assert reads(public) == [401, 401, 401]
    assert reads(losser) == reads(borne) == [403, 404, 404]
    for client in (hengelo, somebody("hengelo", "coordinator"), reviewer, adviser):
        assert reads(client) == [200, 200, 200]
    reservation = ask(borne, lot)
    assert reads(borne) == [200, 200, 200]
    assert reads(losser) == [403, 404, 404]
    hengelo.post(f"/reservations/{reservation}/reject", {"reason": "Daarom"})
    assert reads(borne) == [403, 404, 404]


def test_who_waits_does_not_read_them_yet(hengelo: Api, borne: Api, losser: Api, lot: int) -> None:
    paper = add_paper(hengelo, lot).get_json()
    losser.post(f"/listings/{lot}/reservations", {"quantity": 1200, "unit": "m2"})
    waits = borne.post(f"/listings/{lot}/reservations", {"quantity": 8, "unit": "m2", "joinWaitingList": True}).get_json()
    assert waits["status"] == "waiting"
    assert borne.get(f"/papers/{paper['id']}").status_code == 404
    assert losser.get(f"/papers/{paper['id']}").status_code == 200


def test_papers_of_a_draft_are_for_its_own_organisation(hengelo: Api, borne: Api, lot: int) -> None:
    draft = hengelo.post("/listings", {"title": "Grond", "material": "betontegel-30x30x6", "quantity": 3, "unit": "m2",
                                       "condition": "good", "availableFrom": "2027-01-01", "place": "Hengelo"}).get_json()  # fmt: skip
    paper = add_paper(hengelo, draft["id"]).get_json()
    assert hengelo.get(f"/listings/{draft['id']}/papers").get_json()["total"] == 1
    assert borne.get(f"/listings/{draft['id']}/papers").status_code == 404
    assert borne.get(f"/papers/{paper['id']}/file").status_code == 404


def test_a_paper_is_renewed_and_taken_away(hengelo: Api, borne: Api, lot: int) -> None:
    old = add_paper(hengelo, lot).get_json()
    new = add_paper(hengelo, lot, number="26-0001", replaces=str(old["id"])).get_json()
    assert new["replaces"] == old["id"]
    first, second = hengelo.get(f"/listings/{lot}/papers").get_json()["items"]
    assert (first["id"], first["removedAt"], second["id"]) == (new["id"], None, old["id"])
    assert second["removedAt"] is not None
    assert borne.delete(f"/listings/{lot}/papers/{new['id']}").status_code == 403
    assert hengelo.delete(f"/listings/{lot}/papers/{new['id']}").get_json()["removedAt"] is not None
    assert hengelo.delete(f"/listings/{lot}/papers/{new['id']}").status_code == 404
    assert add_paper(hengelo, lot, replaces=str(old["id"])).status_code == 404


def test_what_was_handed_over_on_a_paper_can_still_be_looked_up(hengelo: Api, borne: Api, losser: Api, lot: int) -> None:
    there = add_paper(hengelo, lot, kind="batch-inspection").get_json()
    reservation = ask(borne, lot)
    hengelo.post(f"/reservations/{reservation}/approve")
    before = add_paper(hengelo, lot, number="te vroeg weg").get_json()
    hengelo.delete(f"/listings/{lot}/papers/{before['id']}")
    assert hengelo.post(f"/reservations/{reservation}/hand-over", {"quantity": "8"}).status_code == 200
    assert borne.post(f"/reservations/{reservation}/confirm").status_code == 200
    hengelo.delete(f"/listings/{lot}/papers/{there['id']}")
    after = add_paper(hengelo, lot, number="later").get_json()
    assert [item["id"] for item in borne.get(f"/listings/{lot}/papers").get_json()["items"]] == [after["id"], there["id"]]
    assert borne.get(f"/papers/{there['id']}/file").status_code == 200
    assert borne.get(f"/papers/{before['id']}/file").status_code == 404
    assert ask(losser, lot)
    assert losser.get(f"/papers/{there['id']}/file").status_code == 404
    note = PdfReader(io.BytesIO(borne.get(f"/reservations/{reservation}/note.pdf").data))
    words = " ".join(" ".join(page.extract_text().split()) for page in note.pages)
    assert "Partijkeuring 25-0413, Lab Oost" in words
    assert "te vroeg weg" not in words
    assert "later" not in words


def test_a_lot_that_was_withdrawn_keeps_its_papers_as_they_were(hengelo: Api, lot: int) -> None:
    paper = add_paper(hengelo, lot).get_json()
    hengelo.post(f"/listings/{lot}/withdraw", {"reason": "Weg", "outcome": "recycled"})
    assert add_paper(hengelo, lot).status_code == 409
    assert hengelo.delete(f"/listings/{lot}/papers/{paper['id']}").status_code == 409
    assert hengelo.get(f"/papers/{paper['id']}/file").status_code == 200


def test_the_kinds_of_papers_are_for_everybody_to_read(public: Api) -> None:
    kinds = {kind["slug"]: kind for kind in public.get("/paper-kinds").get_json()["items"]}
    assert kinds["batch-inspection"]["name"] == "Partijkeuring"
    assert (kinds["batch-inspection"]["isProof"], kinds["drawing"]["isProof"]) == (True, False)
    assert kinds["pfas-analysis"]["source"] == "BODEMPLUS-PFAS"
