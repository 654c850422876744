"""What lots say of the fields of their material: found by its words, kept by what comes back, whole in the demonstration."""

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from marketplace.accounts.policy import ANONYMOUS
from marketplace.catalogue.queries.search import search
from marketplace.catalogue.rules.query import CatalogueQuery
from marketplace.cli.demo_lots import read_field_answers, rows, wished_in_demonstration
from marketplace.depots.actions.movements import By, split_off
from marketplace.depots.models import Lot
from marketplace.kernel import clock
from marketplace.kernel.errors import Invalid
from marketplace.kernel.units import Quantity, Unit
from marketplace.market.actions.listings import mark_published, update_listing
from marketplace.market.actions.lots import make_child_lot
from marketplace.market.queries.listings import stored_draft
from marketplace.market.rules.listing import Condition
from marketplace.materials.queries import get_taxonomy
from marketplace.materials.rules.fields import find_missing, read_answers, read_wishes
from marketplace.notices.models import AuditRow
from tests.factories import make_actor, make_draft, make_listing, seed_taxonomy

BENCHES = {"furniture-type": "bench", "furniture-material": "hardwood", "make": "Grijsen", "ral-colour": "unknown"}


@pytest.fixture(autouse=True)
def reference(session: Session) -> None:
    seed_taxonomy(session)


def benches(session: Session, fields: dict[str, str]) -> int:
    lot = {"title": "Uit het park", "material": "afvalbak-staal", "quantity": Quantity(Decimal(4), Unit.PIECE)}
    return make_listing(session, make_actor(session, "hengelo"), fields=fields, **lot).id


@pytest.mark.parametrize(
    ("typed", "is_found"),
    [("hardhout", True), ("hardwood", True), ("grijsen", True), ("bench", True), ("beton", False), ("RAL", False)],
)
def test_a_lot_is_found_by_what_it_says_in_both_languages(session: Session, typed: str, *, is_found: bool) -> None:
    benches(session, BENCHES)
    assert search(session, ANONYMOUS, CatalogueQuery(q=typed, is_literal=True)).total == int(is_found)


def test_a_number_is_found_with_its_unit_and_a_yes_by_what_was_asked(session: Session) -> None:
    bin_id = benches(session, {})
    owner = make_actor(session, "hengelo")
    lot = {"title": "Opslag", "material": "boom-verplantbaar", "quantity": Quantity(Decimal(4), Unit.PIECE)}
    make_listing(session, owner, fields={"girth-cm": 36, "root-ball": "ball"}, **lot)
    play = {"title": "Speelplek", "material": "speeltoestel-staal", "quantity": Quantity(Decimal(1), Unit.PIECE)}
    fields = {"play-certificate": "no", "logbook": "yes"}
    playing = make_listing(session, owner, fields=fields, **play)
    totals = {typed: search(session, ANONYMOUS, CatalogueQuery(q=typed, is_literal=True)).total for typed in ("36 cm", "37 cm")}
    assert totals == {"36 cm": 1, "37 cm": 0}
    result = search(session, ANONYMOUS, CatalogueQuery(q="logboek", is_literal=True))
    assert [row.listing.id for row in result.rows] == [playing.id] != [bin_id]
    assert search(session, ANONYMOUS, CatalogueQuery(q="keuringsrapport", is_literal=True)).total == 0


def test_a_change_changes_the_words_and_the_audit_says_which_field(session: Session) -> None:
    number = benches(session, BENCHES)
    owner = make_actor(session, "hengelo")
    taxonomy = get_taxonomy(session)
    listing = search(session, ANONYMOUS, CatalogueQuery(q="hardhout")).rows[0].listing
    draft = replace(stored_draft(listing, taxonomy), fields={**BENCHES, "furniture-material": "concrete", "foundation": "none"})
    update_listing(session, owner, listing_id=number, version=1, draft=draft)
    assert search(session, ANONYMOUS, CatalogueQuery(q="beton", is_literal=True)).total == 1
    assert search(session, ANONYMOUS, CatalogueQuery(q="hardhout", is_literal=True)).total == 0
    edit = session.scalars(select(AuditRow).where(AuditRow.action == "listing.edit")).one()
    assert edit.facts["fields"] == ["fields.foundation", "fields.furniture-material"]


def test_a_form_that_does_not_ask_takes_nothing_away(session: Session) -> None:
    number = benches(session, BENCHES)
    listing = search(session, ANONYMOUS, CatalogueQuery()).rows[0].listing
    draft = replace(stored_draft(listing, get_taxonomy(session)), title="Banken", fields=None)
    changed = update_listing(session, make_actor(session, "hengelo"), listing_id=number, version=1, draft=draft)
    assert (changed.title, changed.fields) == ("Banken", BENCHES)


def test_what_comes_back_says_what_the_lot_said(session: Session) -> None:
    owner = make_actor(session, "hengelo")
    listing = make_listing(session, owner, fields={"thickness-cm": "8", "colour": "grey"})
    listing.transferred = Decimal(40)
    session.flush()
    lot = split_off(session, By(owner, clock.today()), session.get_one(Lot, listing.lot_id), Decimal(40))
    assert lot is not None
    forty = Decimal(40)
    child = make_child_lot(session, owner, listing, lot=lot, quantity=forty, transferred=forty, condition=Condition.FAIR)
    assert (child.fields, child.fields_version) == ({"thickness-cm": "8", "colour": "grey"}, get_taxonomy(session).version)


def test_the_demonstration_says_what_its_materials_are_asked(session: Session) -> None:
    taxonomy, today = get_taxonomy(session), clock.today()
    lots = {row["id"]: taxonomy.material(row["materiaal"]) for row in rows("demo_aanbod.csv")}
    answers_by_lot = read_field_answers()
    assert set(answers_by_lot) == set(lots)
    for number, material in lots.items():
        answers = read_answers(material, answers_by_lot[number], today=today)
        assert find_missing(material, answers) == [], number
    demands = {row["id"]: taxonomy.material(row["materiaal"]) for row in rows("demo_vraag.csv")}
    for number, wishes in wished_in_demonstration().items():
        assert read_wishes(demands[number], wishes, today=today), number


def test_a_lot_is_not_published_before_what_is_needed_is_answered_and_unknown_is_an_answer(session: Session) -> None:
    owner = make_actor(session, "hengelo")
    soil: dict[str, Any] = {"material": "teelaarde", "quantity": Quantity(Decimal(4), Unit.M3)}
    draft = make_draft(session, owner, fields={"proof": "none", "soil-texture": "sand"}, **soil)
    with pytest.raises(Invalid) as refusal:
        mark_published(session, owner, listing_id=draft.id)
    assert [error.field for error in refusal.value.errors] == ["fields.soil-class", "fields.pfas"]
    assert str(refusal.value) == (
        "Vul “Kwaliteitsklasse” in, of zeg dat het onbekend is. Zonder antwoord wordt een partij van dit materiaal niet gepubliceerd."
    )


def test_what_is_needed_may_not_be_taken_away_again_and_may_be_missing_where_it_was_never_asked(session: Session) -> None:
    owner = make_actor(session, "hengelo")
    listing = make_listing(session, owner, material="teelaarde", quantity=Quantity(Decimal(4), Unit.M3))
    draft = stored_draft(listing, get_taxonomy(session))
    with pytest.raises(Invalid) as refusal:
        update_listing(session, owner, listing_id=listing.id, version=1, draft=replace(draft, fields={"proof": "none"}))
    assert [error.field for error in refusal.value.errors] == ["fields.soil-class", "fields.pfas"]
    listing.fields, listing.fields_version = {}, None  # published before anything was asked
    session.flush()
    changed = update_listing(session, owner, listing_id=listing.id, version=1, draft=replace(draft, title="Aarde", fields=None))
    assert (changed.title, changed.fields, changed.status) == ("Aarde", {}, "published")


def test_every_material_is_asked_something_and_no_field_is_left_over(session: Session) -> None:
    taxonomy = get_taxonomy(session)
    assert [material.slug for material in taxonomy.materials if not material.fields] == []
    field_slugs = {field.slug for material in taxonomy.materials for field in material.fields}
    assert field_slugs == set(taxonomy.fields_by_slug)
    needed = {field.slug for field in taxonomy.fields if field.is_needed}
    assert needed == {"pak10-mg-per-kg", "soil-class", "pfas", "proof", "treatment", "play-certificate"}
