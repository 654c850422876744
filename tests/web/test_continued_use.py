"""The dossier of continued use: it says who answered what, when, and what nobody answered; and claims nothing."""

from datetime import date
from decimal import Decimal
from io import BytesIO

import pytest
from flask import Flask
from flask.testing import FlaskClient
from pypdf import PdfReader
from sqlalchemy import update
from sqlalchemy.orm import Session

from marketplace.accounts.policy import Actor
from marketplace.documents.models import GateLift, Opinion, Paper
from marketplace.exchange.actions.decide import approve, cancel
from marketplace.exchange.actions.reserve import reserve
from marketplace.exchange.rules.reservation import ReservationDraft
from marketplace.kernel import clock
from marketplace.kernel.units import Quantity, Unit
from marketplace.market.models import Listing
from marketplace.market.rules.listing import Answer as Told
from marketplace.materials.rules.soil import SoilClass
from tests.factories import make_actor, make_listing, make_token, seed_taxonomy
from tests.visitors import visit

pytestmark = [pytest.mark.postgresql, pytest.mark.slow]


PAVERS = Quantity(Decimal(800), Unit.M2)


class Transfer:
    """Borne has 800 m² of Hengelo's lot, with these answers at the request."""

    def __init__(
        self, app: Flask, session: Session, lot: dict[str, object] | None = None, amount: Quantity = PAVERS, **answers: object
    ) -> None:
        self.app, self.session = app, session
        seed_taxonomy(session)
        self.hengelo, self.borne = make_actor(session, "hengelo"), make_actor(session, "borne")
        self.listing: Listing = make_listing(session, self.hengelo, **(lot or {}))
        draft = ReservationDraft(amount, **answers)  # type: ignore[arg-type]
        self.number = reserve(session, self.borne, listing_id=self.listing.id, draft=draft).id
        self.page = f"/reserveringen/{self.number}/voortgezet-gebruik.pdf"
        session.commit()

    def approve(self) -> "Transfer":
        approve(self.session, self.hengelo, reservation_id=self.number)
        self.session.commit()
        return self

    def without_papers(self) -> "Transfer":
        self.session.execute(update(Paper).values(removed_at=clock.now()))
        self.session.commit()
        return self

    def browser(self, actor: Actor) -> FlaskClient:
        return visit(self.app, self.session, actor)

    def read(self, actor: Actor, prefix: str = "") -> str:
        answer = self.browser(actor).get(prefix + self.page)
        assert answer.status_code == 200, answer.text
        return text_of(answer.data)


def text_of(content: bytes) -> str:
    return " ".join("\n".join(page.extract_text() for page in PdfReader(BytesIO(content)).pages).replace("\u00a0", " ").split())


ANSWERED = {"project": "Stationsplein", "use": "nieuwe parkeervakken", "reused_as_is": True, "same_grade": True}


def test_what_nobody_answered_stands_there_as_not_answered(app: Flask, session: Session) -> None:
    transfer = Transfer(app, session).approve().without_papers()
    text = transfer.read(transfer.hengelo)
    assert f"Voortgezet gebruik, overdracht {transfer.number}" in text
    assert "Waarvoor het wordt gebruikt niet beantwoord –" in text
    assert "Opnieuw gebruikt zoals het is, zonder bewerking niet beantwoord –" in text
    assert "Vermoeden van asbest Onbekend" in text
    assert "Er is geen document bij de partij gezet." in text
    assert "Er is op de materialenbank geen oordeel gegeven." in text and "Dag en handtekening" in text
    assert "Elke vraag is beantwoord." not in text
    assert "nieuwe parkeervakken" not in text


def test_every_answer_says_who_gave_it_and_when(app: Flask, session: Session) -> None:
    transfer = Transfer(app, session, **ANSWERED).approve()
    text = transfer.read(transfer.borne)
    today = f"{clock.today().day} "
    assert "800 m²" in text and "Hengelo" in text
    for answer in ("Stationsplein", "nieuwe parkeervakken"):
        after = text.split(answer, 1)[1][:120]
        assert transfer.borne.name in after and "Borne" in after and today in after, answer
    approved = text.split("Goedgekeurd, en de afspraken vastgelegd", 1)[1][:200]
    assert transfer.hengelo.name in approved and "versie 1 van de afspraken" in approved
    assert "185 kg per m²" in approved


def test_an_answer_that_speaks_against_it_is_said_on_top(app: Flask, session: Session) -> None:
    transfer = Transfer(app, session, **{**ANSWERED, "same_grade": False}).approve()
    text = transfer.read(transfer.hengelo)
    assert "Er staat iets in de weg." in text
    assert "Wat in de weg staat" in text and "of een hoger niveau: nee" in text


def test_a_rule_stands_in_it_with_its_source_until_an_adviser_finds_it_good(app: Flask, session: Session) -> None:
    transfer = Transfer(app, session, **ANSWERED).approve().without_papers()
    text = transfer.read(transfer.hengelo)
    assert "Regel: Milieuverklaring" in text and "over bouwstoffen (ilent.nl), gelezen op" in text
    assert "2. Rechtmatig gebruik Er staat iets in de weg." in text
    adviser = make_actor(session, "omgevingsdienst", "coordinator", "adviser")
    session.add(
        Opinion(
            listing_id=transfer.listing.id,
            organisation_id=adviser.organisation_id,
            verdict="positive",
            rule="environmental-declaration",
            text="Niet vervuild.",
            given_at=clock.now(),
        )
    )
    session.commit()
    after = transfer.read(transfer.hengelo)
    assert "Er staat iets in de weg." not in after
    assert "Positief, over Milieuverklaring" in after and "Niet vervuild." in after


def test_soil_says_where_it_goes(app: Flask, session: Session) -> None:
    soil = {
        "material": "teelaarde",
        "quantity": Quantity(Decimal(900), Unit.M3),
        "fields": {"soil-class": "residential", "proof": "batch-inspection", "pfas": "agriculture-nature"},
        "asbestos_suspected": Told.NO,
    }
    place = {"receiving_soil": SoilClass.RESIDENTIAL, "function_class": SoilClass.INDUSTRY}
    text = (
        Transfer(app, session, soil, amount=Quantity(Decimal(800), Unit.M3), **place).approve().read(make_actor(session, "borne"))
    )
    assert "Klasse van de ontvangende bodem wonen" in text and "Functieklasse van de plek industrie" in text
    assert "Vermoeden van asbest Nee" in text


def test_papers_opinions_and_lifted_rules_stand_in_it_with_their_numbers(app: Flask, session: Session) -> None:
    transfer = Transfer(app, session, **ANSWERED).approve()
    adviser = make_actor(session, "omgevingsdienst", "coordinator", "adviser")
    now = clock.now()
    paper = Paper(
        listing_id=transfer.listing.id, kind="batch-inspection", number="PK-2026-114", issuer="Laboratorium Oost", issued_on=date(2026, 3, 1),
        valid_until=date(2026, 3, 31), file="0" * 64 + ".pdf", media_type="application/pdf", size_bytes=1, pages=1,
        organisation_id=transfer.hengelo.organisation_id, added_at=now,
    )  # fmt: skip
    session.add(paper)
    session.flush()
    session.add_all(
        (
            Opinion(listing_id=transfer.listing.id, organisation_id=adviser.organisation_id, verdict="conditional",
                    text="Alleen boven grondwater.", given_at=now),
            GateLift(listing_id=transfer.listing.id, rule="environmental-declaration", paper_id=paper.id, reason="Gekeurd in maart.",
                     organisation_id=transfer.hengelo.organisation_id, lifted_at=now),
        )
    )  # fmt: skip
    session.commit()
    text = transfer.read(adviser)
    assert "Partijkeuring PK-2026-114 Laboratorium Oost" in text and "1 maart 2026" in text and "31 maart 2026, Verlopen" in text
    assert "Alleen boven grondwater." in text and "over de partij als geheel" in text and "Dag en handtekening" not in text
    assert "Gekeurd in maart. (document PK-2026-114)" in text
    assert transfer.borne.name not in text and transfer.hengelo.name not in text  # an adviser reads organisations, no names


def test_both_sides_the_ao_ce_and_an_adviser_read_it_and_nobody_else(app: Flask, session: Session) -> None:
    transfer = Transfer(app, session).approve()
    readers = [transfer.hengelo, transfer.borne, make_actor(session, "regio-twente", "reviewer", "region")]
    readers += [make_actor(session, "raad", "coordinator", "adviser")]
    assert [transfer.browser(reader).get(transfer.page).status_code for reader in readers] == [200] * 4
    broker = make_actor(session, "regio-twente", "coordinator", "region")
    for other in (broker, make_actor(session, "losser", "coordinator")):
        assert transfer.browser(other).get(transfer.page).status_code == 404
    assert "voortgezet-gebruik.pdf" not in transfer.browser(broker).get(f"/reserveringen/{transfer.number}").text
    assert app.test_client().get(transfer.page).status_code == 303


def test_there_is_none_before_approval_and_none_of_what_came_to_nothing(app: Flask, session: Session) -> None:
    transfer = Transfer(app, session)
    owner = transfer.browser(transfer.hengelo)
    early = owner.get(transfer.page)
    assert early.status_code == 409 and "zodra de eigenaar" in early.text
    assert "voortgezet-gebruik.pdf" not in owner.get(f"/reserveringen/{transfer.number}").text
    cancel(session, transfer.borne, reservation_id=transfer.number, reason="Toch niet")
    session.commit()
    assert owner.get(transfer.page).status_code == 409


def test_the_same_state_is_the_same_bytes_in_each_language_and_at_both_doors(app: Flask, session: Session) -> None:
    transfer = Transfer(app, session, **ANSWERED).approve()
    token = make_token(session, transfer.hengelo)
    session.commit()
    owner, api = transfer.browser(transfer.hengelo), app.test_client()
    headers = {"Authorization": f"Bearer {token}", "Accept-Language": "nl"}
    first = owner.get(transfer.page)
    assert first.data == owner.get(transfer.page).data
    assert first.data == api.get(f"/api/v1/reservations/{transfer.number}/dossier.pdf", headers=headers).data
    assert first.headers["Content-Disposition"] == f'inline; filename="voortgezet-gebruik-{transfer.number}.pdf"'
    assert "voortgezet-gebruik.pdf" in owner.get(f"/reserveringen/{transfer.number}").text
    english = text_of(owner.get(f"/en{transfer.page}").data)
    assert "1. Certain use" in english and "niet beantwoord" not in english and "not answered" in english
    root = PdfReader(BytesIO(first.data)).trailer["/Root"]
    assert str(root["/Lang"]).startswith("nl") and str(root["/MarkInfo"]["/Marked"]) == "True"
