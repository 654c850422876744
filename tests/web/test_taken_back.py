"""A transfer that counts no more says why: something came back, the AO CE corrected it, or the lot was recalled."""

import re

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from marketplace.depots.queries.lots import find_received
from marketplace.exchange.actions.booking import reverse_exchange
from marketplace.recalls.actions.block import block_lot
from marketplace.recalls.rules import RecallDraft
from tests.factories import make_actor, seed_taxonomy
from tests.rooms.test_reversals import WHY, transferred
from tests.visitors import visit


@pytest.fixture
def cast(session: Session) -> dict:
    seed_taxonomy(session)
    people = {slug: make_actor(session, slug) for slug in ("hengelo", "borne")}
    return people | {"reviewer": make_actor(session, "regio-twente", "reviewer")}


def page_of(app: Flask, session: Session, cast: dict, number: int) -> str:
    page = visit(app, session, cast["borne"]).get(f"/reserveringen/{number}")
    assert page.status_code == 200
    return " ".join(re.sub(r"<[^>]+>", " ", page.text.split("<main")[1]).replace("\u00a0", " ").split())


def correct(session: Session, cast: dict, number: int) -> None:
    reverse_exchange(session, cast["reviewer"], seq=1, reason=WHY)


def recall(session: Session, cast: dict, number: int) -> None:
    lot_id = find_received(session, number)
    assert lot_id is not None
    block_lot(session, cast["borne"], lot_id=lot_id, draft=RecallDraft("PFAS boven de norm, gevonden door Keurlab Oost"))


@pytest.mark.parametrize(
    ("step", "why"),
    [
        (correct, "Er kan niets meer van terugkomen: bij de ontvanger ligt er niets meer van"),
        (recall, "Er kan nu niets van terugkomen: de partij is geblokkeerd, omdat er een verontreiniging in is gevonden"),
    ],
)
def test_what_cannot_come_back_has_no_form_for_it_and_says_why(app: Flask, session: Session, cast: dict, step, why: str) -> None:
    number = transferred(session, cast).id
    form = f'action="/reserveringen/{number}/retour"'
    assert form in visit(app, session, cast["borne"]).get(f"/reserveringen/{number}").text
    step(session, cast, number)
    for side in ("borne", "hengelo"):
        page = visit(app, session, cast[side]).get(f"/reserveringen/{number}").text
        assert form not in page and why in page


@pytest.mark.parametrize(
    ("step", "why"),
    [(correct, "de AO CE heeft de overdracht in het grootboek teruggeboekt"), (recall, "de partij is teruggeroepen")],
)
def test_what_counts_no_more_did_not_come_back(app: Flask, session: Session, cast: dict, step, why: str) -> None:
    """240 m² of 185 kg are 44 400 kg, and × 0.1188 5 274.72 kg of carbon."""
    number = transferred(session, cast).id
    step(session, cast, number)
    page = page_of(app, session, cast, number)
    assert "Afgerond, en telt niet meer mee" in page
    assert f"{why}; daardoor gaat er 44,4 ton af, en 5,27 ton CO₂e van wat is vermeden." in page
    assert "terugkwam" not in page and "teruggekomen" not in page and "Teruggekomen" not in page
    assert "Telt niet meer mee 240 m²" in page
