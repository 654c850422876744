"""Labels of lots, read back from the page as it is drawn."""

import io

import pypdfium2
import pytest
import zxingcpp
from flask import Flask
from flask.testing import FlaskClient
from pypdf import PdfReader
from sqlalchemy.orm import Session

from marketplace.accounts.policy import Actor
from marketplace.depots.models import Depot
from marketplace.depots.rules.lots import Whereabouts
from marketplace.kernel import clock
from tests.factories import make_actor
from tests.stored import make_lot, make_yard
from tests.visitors import visit

pytestmark = pytest.mark.slow
A4 = (595, 842)


@pytest.fixture
def keeper(session: Session) -> Actor:
    return make_actor(session, "borne", "coordinator")


@pytest.fixture
def yard(session: Session, keeper: Actor) -> Depot:
    return make_yard(session, keeper)


def fill(session: Session, owner: Actor, yard: Depot, lots: int) -> list[int]:
    """Lots in bays, the last one in the first bay."""
    ids = [make_lot(session, owner, Whereabouts(yard.id, f"A{90 - number}"), f"{number + 1}").id for number in range(lots)]
    session.commit()
    return ids


def sheets_of(content: bytes) -> list[list[str]]:
    """The codes on every page, drawn as it is printed: row by row, from left to right."""
    with pypdfium2.PdfDocument(content) as pdf:
        pages = [page.render(scale=2).to_pil() for page in pdf]
    sheets = []
    for page in pages:
        corners = [(code.position.top_left, code.text) for code in zxingcpp.read_barcodes(page)]
        sheets.append([text for _at, text in sorted(corners, key=lambda item: (round(item[0].y, -2), item[0].x))])
    return sheets


def words(content: bytes) -> str:
    return " ".join(" ".join(page.extract_text() for page in PdfReader(io.BytesIO(content)).pages).split()).replace("\u00a0", " ")


def test_every_code_of_a_depot_opens_its_own_lot_eight_to_a_sheet(
    app: Flask, session: Session, keeper: Actor, yard: Depot
) -> None:
    ids = fill(session, make_actor(session, "almelo"), yard, 11)
    answer = visit(app, session, keeper).get(f"/depots/{yard.id}/etiketten.pdf")
    assert (answer.status_code, answer.mimetype) == (200, "application/pdf")
    site = app.extensions["settings"].base_url
    by_bay = [f"{site}/lots/{lot_id}" for lot_id in reversed(ids)]  # the last one lies in the first bay
    assert sheets_of(answer.data) == [by_bay[:8], by_bay[8:]]


def test_what_a_code_opens_is_the_lot_beside_whose_words_it_stands(
    app: Flask, session: Session, keeper: Actor, yard: Depot
) -> None:
    """By hand: 700 = 7 × 97 + 21, and 98 − 21 = 77; so the seventh lot is P7-77."""
    ids = fill(session, make_actor(session, "almelo"), yard, 7)
    assert ids[6] == 7
    answer = visit(app, session, keeper).get("/lots/7/etiket.pdf")
    ((code,),) = sheets_of(answer.data)
    assert code == f"{app.extensions['settings'].base_url}/lots/7"
    text = words(answer.data)
    for part in ("Grijze betonstraatstenen", "P7-77", "7 m²", "van Almelo"):
        assert part in text, text
    assert "P6" not in text and "Geblokkeerd" not in text


def test_a_label_alone_has_a_page_of_its_own_size(app: Flask, session: Session, keeper: Actor, yard: Depot) -> None:
    ids = fill(session, keeper, yard, 2)
    client = visit(app, session, keeper)
    sizes = [
        [round(float(side)) for side in PdfReader(io.BytesIO(client.get(path).data)).pages[0].mediabox[2:]]
        for path in (f"/lots/{ids[0]}/etiket.pdf", f"/depots/{yard.id}/etiketten.pdf")
    ]
    assert sizes == [[298, 210], list(A4)]  # 105 × 74 mm in points


def test_the_paper_is_accessible_and_says_what_its_codes_are(app: Flask, session: Session, keeper: Actor, yard: Depot) -> None:
    fill(session, keeper, yard, 2)
    content = visit(app, session, keeper).get(f"/depots/{yard.id}/etiketten.pdf").data
    root = PdfReader(io.BytesIO(content)).trailer["/Root"]
    assert "pdfuaid:part" in root["/Metadata"].get_data().decode()
    assert (root["/Lang"], "/StructTreeRoot" in root) == ("nl-NL", True)


def test_what_is_blocked_says_so(app: Flask, session: Session, keeper: Actor, yard: Depot) -> None:
    lot = make_lot(session, keeper, Whereabouts(yard.id))
    lot.blocked_at = clock.now()
    session.commit()
    assert "Geblokkeerd: aan niemand meegeven" in words(visit(app, session, keeper).get(f"/lots/{lot.id}/etiket.pdf").data)


def test_a_name_of_one_long_word_stays_clear_of_the_code(app: Flask, session: Session, keeper: Actor, yard: Depot) -> None:
    lot = make_lot(session, keeper, Whereabouts(yard.id), title="W" * 120)
    session.commit()
    ((code,),) = sheets_of(visit(app, session, keeper).get(f"/lots/{lot.id}/etiket.pdf").data)
    assert code.endswith(f"/lots/{lot.id}")


def test_only_some_lots_on_request_in_that_order(app: Flask, session: Session, keeper: Actor, yard: Depot) -> None:
    first, second, third = fill(session, keeper, yard, 3)
    client = visit(app, session, keeper)
    (codes,) = sheets_of(client.get(f"/depots/{yard.id}/etiketten.pdf?ids={third}&ids={first}&ids={third}").data)
    assert [code.rpartition("/")[2] for code in codes] == [str(third), str(first)]
    assert str(second) not in codes


def test_whoever_may_not_see_a_lot_gets_no_label(app: Flask, session: Session, keeper: Actor, yard: Depot) -> None:
    (mine,) = fill(session, make_actor(session, "almelo"), yard, 1)
    other = make_lot(session, keeper, Whereabouts(yard.id)).id
    session.commit()
    almelo: FlaskClient = visit(app, session, make_actor(session, "almelo"))
    assert almelo.get(f"/lots/{mine}/etiket.pdf").status_code == 200
    for path in (f"/lots/{other}/etiket.pdf", f"/depots/{yard.id}/etiketten.pdf?ids={mine}&ids={other}", "/lots/999/etiket.pdf"):
        assert almelo.get(path).status_code == 404, path
    assert almelo.get(f"/depots/{yard.id}/etiketten.pdf").status_code == 403


def test_a_depot_in_which_nothing_lies_says_so(app: Flask, session: Session, keeper: Actor, yard: Depot) -> None:
    session.commit()
    answer = visit(app, session, keeper).get(f"/depots/{yard.id}/etiketten.pdf")
    assert answer.status_code == 422
    assert "geen partij om een etiket voor te maken" in answer.text
