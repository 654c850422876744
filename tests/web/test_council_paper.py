"""One side A4 of a municipality for its council: the facts of its page, from adopted years only."""

import io

import pytest
from flask.testing import FlaskClient
from pypdf import PdfReader
from sqlalchemy.orm import Session

from tests.adopted import YEAR, four_years

pytestmark = [pytest.mark.postgresql, pytest.mark.slow]


@pytest.fixture
def adopted(session: Session) -> Session:
    four_years(session)
    session.commit()
    return session


def read(client: FlaskClient, path: str) -> PdfReader:
    answer = client.get(path)
    assert (answer.status_code, answer.mimetype) == (200, "application/pdf")
    return PdfReader(io.BytesIO(answer.data))


def words(reader: PdfReader) -> str:
    return " ".join(reader.pages[0].extract_text().replace("\u00a0", " ").split())


def test_everybody_gets_one_accessible_side_with_what_was_adopted(adopted: Session, client: FlaskClient) -> None:
    reader = read(client, "/gemeente/hengelo.pdf")
    assert len(reader.pages) == 1
    assert "pdfuaid:part" in reader.trailer["/Root"]["/Metadata"].get_data().decode()
    text = words(reader)
    # 2 000 of 5 000 t; 259 t came and 200 t went through the bank, and 30 t that came back
    for sentence in (
        f"Hengelo en de circulaire doelen in {YEAR}",
        "82.311 inwoners",
        "Hengelo: 40% in 2025, 10 procentpunt te gaan in 5 jaar.",
        "259 ton ontvangen van anderen",
        "Totaal 5.000 ton 100,0%",
        "31,0% circulair, over 4 van de 14 gemeenten.",
        "College van B en W, 3 februari 2026: Besluit 2026-114.",
        f"/gemeente/hengelo?jaar={YEAR}",
    ):
        assert sentence in text, (sentence, text)


def test_the_longest_name_and_english_fit_on_one_side_too(adopted: Session, client: FlaskClient) -> None:
    assert len(read(client, "/gemeente/hof-van-twente.pdf").pages) == 1
    english = read(client, f"/en/gemeente/enschede.pdf?jaar={YEAR}")
    assert len(english.pages) == 1
    assert f"Enschede and the circular goals in {YEAR}" in words(english)


def test_what_is_not_adopted_is_not_printed(adopted: Session, client: FlaskClient) -> None:
    refused = client.get("/gemeente/borne.pdf")
    assert refused.status_code == 404
    assert "nog geen jaar vastgesteld" in refused.text
    assert client.get(f"/gemeente/hengelo.pdf?jaar={YEAR - 1}").status_code == 404
    assert client.get("/gemeente/nergens.pdf").status_code == 404
    assert "hengelo.pdf" in client.get("/gemeente/hengelo").text
    assert "borne.pdf" not in client.get("/gemeente/borne").text
