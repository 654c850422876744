"""What people wrote stands on an English page as Dutch; what the site says of a material is translated."""

import re
from decimal import Decimal

import pytest
from flask import Flask
from flask.testing import FlaskClient
from markupsafe import escape
from sqlalchemy.orm import Session

from marketplace.accounts.policy import OPERATOR
from marketplace.exchange.actions.decide import reject
from marketplace.exchange.actions.reserve import reserve
from marketplace.exchange.rules.reservation import ReservationDraft
from marketplace.http.written import Written
from marketplace.kernel.language import _, reading_in
from marketplace.kernel.units import Quantity, Unit
from marketplace.materials.actions import sync
from marketplace.materials.queries import get_taxonomy
from marketplace.web.ui.lots import WORDS, size_words
from tests.factories import make_actor, make_demand, make_listing, seed_taxonomy
from tests.journeys.sentences import spoken
from tests.visitors import visit

TITLE, ASKED = "Kasseien uit de <Dorpsstraat>", "Kasseien voor het kerkplein"
DESCRIPTION, REASON, PURPOSE = "Ligt droog onder een zeil.", "Wij hebben ze zelf nodig.", "Voor het fietspad langs de vaart."
WRITTEN = (TITLE, ASKED, DESCRIPTION, REASON, PURPOSE, "Stapel stenen")
UNITS = {"cm", "m", "mm", "mm2", "m2", "m3", "kg", "h", "W", "kW", "per"}
NAMES = {"HEB200", "EPS", "T22", "D400", "Proctor", "U", "Z", "flex", "Ø8", "Ø48", "Ø76"}


def told(html: str) -> list[str]:
    """What an English page says in English, but for its title, which cannot be marked in part, and fields, whose words are the writer's."""
    body = re.sub(r"<(textarea|select)\b.*?</\1>", "", html[html.index("<body") :], flags=re.DOTALL)
    return spoken(f'<html lang="en">{body}', "en")


@pytest.mark.slow
def test_every_english_page_marks_what_people_wrote(app: Flask, client: FlaskClient, session: Session) -> None:
    seed_taxonomy(session)
    owner, asker = make_actor(session, "hengelo"), make_actor(session, "borne")
    listing = make_listing(session, owner, title=TITLE, description=DESCRIPTION)
    demand = make_demand(session, asker, title=ASKED, description=DESCRIPTION)
    draft = ReservationDraft(Quantity(Decimal(10), Unit.M2), demand_id=demand.id, purpose=PURPOSE)
    first = reserve(session, asker, listing_id=listing.id, draft=draft)
    reject(session, owner, reservation_id=first.id, reason=REASON)
    reserve(session, asker, listing_id=listing.id, draft=draft)
    session.commit()
    owned = (f"/aanbod/{listing.id}/{part}" for part in ("bewerken", "fotos", "intrekken", "matches"))
    for who, addresses in (
        (client, ("/", "/aanbod", "/aanbod?weergave=kaart", "/aanbod?place=Almelo", f"/aanbod/{listing.id}", "/gezocht", f"/gezocht/{demand.id}")),
        (visit(app, session, owner), (f"/aanbod/{listing.id}", f"/gezocht/{demand.id}", "/werk", "/werk/aanbod", "/reserveringen", *owned)),
        (visit(app, session, asker), ("/werk", f"/gezocht/{demand.id}", f"/gezocht/{demand.id}/bewerken", "/reserveringen",
                                      f"/reserveringen/{first.id}", f"/aanbod/{listing.id}/reserveren")),
    ):  # fmt: skip
        for address in addresses:
            page = who.get(f"/en{address}")
            assert page.status_code == 200, address
            assert [text for text in told(page.text) if any(written in text for written in WRITTEN)] == [], address
            assert any(str(escape(written)) in page.text for written in WRITTEN), address
            assert 'lang="nl"' not in who.get(address).text.replace('hreflang="nl"', "").replace('<html lang="nl">', ""), address


def test_words_of_people_within_a_sentence_are_escaped_and_marked() -> None:
    sentence = _("Is “%(title)s” still there?", title=Written("<b>&"))
    with reading_in("en"):
        assert sentence.__html__() == 'Is “<span lang="nl">&lt;b&gt;&amp;</span>” still there?'
        assert str(sentence) == "Is “<b>&” still there?"
    with reading_in("nl"):
        assert "<" not in sentence.__html__()
    with reading_in("en"):
        assert _("%(kg)s kg of %(what)s", kg=Decimal("1234.5"), what="<i>").__html__() == "1,234.5 kg of &lt;i&gt;"


def test_no_size_of_a_material_keeps_a_dutch_word_on_an_english_page(session: Session) -> None:
    sync(session, OPERATOR)
    english = {word for phrase in WORDS.values() for word in re.findall(r"[^\W\d]\w*", phrase)}
    notes = [material.reference_size for material in get_taxonomy(session).materials if material.reference_size]
    assert len(notes) > 100
    left = {
        (note, word)
        for note in notes
        for word in re.findall(r"[^\W\d]\w*", size_words(note, "en").replace("²", "2").replace("³", "3"))
        if word not in english | UNITS | NAMES
    }
    assert left == set()


@pytest.mark.parametrize(
    ("note", "dutch", "english"),
    [
        ("21x10,5x8 cm; 44 st/m2", "21 × 10,5 × 8 cm; 44 st/m²", "21 × 10.5 × 8 cm; 44 pieces/m²"),
        ("per m2 kozijnoppervlak", "per m² kozijnoppervlak", "per m² of frame"),
        ("ca. 20x20 cm, 1 m", "ca. 20 × 20 cm, 1 m", "about 20 × 20 cm, 1 m"),
    ],
)
def test_a_size_is_written_as_its_reader_writes(note: str, dutch: str, english: str) -> None:
    assert (size_words(note, "nl"), size_words(note, "en")) == (dutch, english)
