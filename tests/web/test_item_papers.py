"""The papers of a part of an asset, on its pages."""

from decimal import Decimal

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from marketplace.kernel.geo import Point
from marketplace.kernel.units import Quantity, Unit
from marketplace.passports.actions.assets import create_asset
from marketplace.passports.actions.items import add_item
from marketplace.passports.rules.assets import AssetDraft, AssetKind
from marketplace.passports.rules.items import ItemDraft
from tests.factories import make_actor, seed_taxonomy
from tests.pdfs import EVIL, good
from tests.visitors import send, upload, visit


@pytest.mark.slow
def test_a_part_gets_a_paper_and_loses_it(app: Flask, session: Session) -> None:
    seed_taxonomy(session)
    keeper = make_actor(session, "hengelo", "coordinator")
    draft = AssetDraft("Dorpsstraat", AssetKind.ROAD, Point(52.27, 6.79), "Hengelo", "hengelo", is_public=True)
    street = create_asset(session, keeper, draft=draft).id
    part = ItemDraft("betonstraatsteen-kei-8cm", Quantity(Decimal(1200), Unit.M2))
    add_item(session, keeper, asset_id=street, draft=part)
    session.commit()
    client, other = visit(app, session, keeper), visit(app, session, make_actor(session, "losser"))
    session.commit()
    own = f"/paspoorten/{street}/onderdelen/1"
    typed = {"kind": "batch-inspection", "number": "P-12", "issuer": "Lab Oost", "issued_on": "12 maart 2025"}
    refused = send(client, f"{own}/documenten/nieuw", {**typed, "file": upload(EVIL["script on opening"][1](), "a.pdf")})
    assert refused.status_code == 422 and "programma (JavaScript)" in refused.text and 'value="P-12"' in refused.text
    added = send(client, f"{own}/documenten/nieuw", {**typed, "file": upload(good(), "a.pdf")})
    assert (added.status_code, added.location) == (303, own)
    assert "P-12" in client.get(own).text and "P-12" in client.get(f"/paspoorten/{street}").text
    assert "P-12" not in other.get(f"/paspoorten/{street}").text  # the passport is public, its papers are not
    assert send(client, f"{own}/documenten/1/verwijderen", {}).status_code == 303
    assert "Er zijn nog geen documenten van dit onderdeel" in client.get(own).text
