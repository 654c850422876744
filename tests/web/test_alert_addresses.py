"""Where a recall is mailed: said by the administrator, and read on the recall by whoever may."""

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from marketplace.accounts.models import Organisation
from marketplace.recalls.actions.block import block_lot
from marketplace.recalls.rules import RecallDraft
from tests.factories import make_actor, seed_taxonomy
from tests.visitors import send, visit
from tests.yards import make_lot, make_yard

ADDRESS = "meldpunt@odt.example"


def test_the_administrator_says_it_of_an_adviser_only(app: Flask, session: Session) -> None:
    make_actor(session, "odt", kind="adviser")
    admin = visit(app, session, make_actor(session, "regio-twente", "admin"))
    path = "/beheer/organisaties/odt"
    page = admin.get(path).text
    assert 'name="alert_email"' in page and 'name="sub_kind"' not in page and 'name="code"' not in page
    assert 'name="alert_email"' not in admin.get("/beheer/organisaties/hengelo").text
    fields = {"name": "Omgevingsdienst", "place": "Odt", "email_domain": ""}
    wrong = send(admin, path, **fields, alert_email="meldpunt")
    assert wrong.status_code == 422 and 'href="#alert_email"' in wrong.text
    assert send(admin, path, **fields, alert_email=ADDRESS).status_code == 303
    assert ADDRESS in admin.get(path).text
    session.expire_all()
    assert session.scalars(select(Organisation.alert_email).where(Organisation.slug == "odt")).one() == ADDRESS


@pytest.mark.parametrize("address", [ADDRESS, None])
def test_a_recall_says_when_the_service_was_told_and_to_few_at_which_address(
    app: Flask, session: Session, address: str | None
) -> None:
    seed_taxonomy(session)
    hengelo, borne = make_actor(session, "hengelo", "coordinator"), make_actor(session, "borne")
    odt = make_actor(session, "odt", kind="adviser")
    session.get_one(Organisation, odt.organisation_id).alert_email = address
    lot = make_lot(session, make_yard(session, hengelo), borne)
    session.commit()
    block_lot(session, hengelo, lot_id=lot.id, draft=RecallDraft("PFAS boven de norm"))
    session.commit()
    channel = "via meldpunt@odt.example en in de bank" if address else "geen mailadres voor meldingen bekend"
    for reads in (hengelo, odt, make_actor(session, "regio-twente", "reviewer")):
        page = visit(app, session, reads).get("/recalls/1").text
        assert "is gewaarschuwd op" in page and channel in page, reads
    theirs = visit(app, session, borne).get("/recalls/1").text
    assert "is gewaarschuwd op" in theirs and ADDRESS not in theirs and "mailadres voor meldingen" not in theirs
