"""The catalogue by what owners answer: what passes, what the counts say, and that a change is seen at once and after the memory was filled."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from marketplace.accounts.policy import ANONYMOUS, Actor
from marketplace.catalogue.actions.saved_searches import notify_saved_search, save_search
from marketplace.catalogue.queries.columns import FieldFacet
from marketplace.catalogue.queries.feed import feed
from marketplace.catalogue.queries.map import search_map
from marketplace.catalogue.queries.search import browse, nearest_outside
from marketplace.catalogue.rules.fields import FieldFilter
from marketplace.catalogue.rules.query import CatalogueQuery
from marketplace.kernel import clock
from marketplace.kernel.db import Database
from marketplace.kernel.units import Quantity, Unit
from marketplace.market.actions.listings import update_listing
from marketplace.market.actions.windows import bump_catalogue
from marketplace.notices.models import NoticeRow
from marketplace.places.rules import Place
from tests.factories import KEI, listing_draft, make_actor, make_listing, seed_taxonomy

AT_LEAST_8 = FieldFilter("thickness-cm", (), Decimal(8))
RED = FieldFilter("colour", ("red",))


@pytest.fixture
def owner(session: Session) -> Iterator[Actor]:
    with clock.frozen(datetime(2026, 12, 15, 12, tzinfo=clock.AMSTERDAM)):
        seed_taxonomy(session)
        yield make_actor(session, "hengelo")


def found(session: Session, *fields: FieldFilter, **more: Any) -> list[str]:
    return sorted(row.listing.title for row in browse(session, ANONYMOUS, CatalogueQuery(fields=fields, **more)).rows)


def facets(session: Session, **query: Any) -> dict[str, FieldFacet]:
    counted = browse(session, ANONYMOUS, CatalogueQuery(**query)).facets
    assert counted is not None
    return {facet.field.slug: facet for facet in counted.fields}


@pytest.fixture
def four(session: Session, owner: Actor) -> None:
    for title, fields in (
        ("Rood, 8 cm", {"thickness-cm": "8", "colour": "red"}),
        ("Grijs, 10 cm", {"thickness-cm": "10", "colour": "grey"}),
        ("Rood, onbekend", {"thickness-cm": "unknown", "colour": "red"}),
        ("Zegt niets", {}),
    ):
        make_listing(session, owner, title=title, fields=fields)


def test_what_was_not_said_or_is_unknown_passes_no_filter(session: Session, four: None) -> None:
    assert found(session, AT_LEAST_8) == ["Grijs, 10 cm", "Rood, 8 cm"]
    assert found(session, FieldFilter("thickness-cm", (), None, Decimal(8))) == ["Rood, 8 cm"]
    assert found(session, FieldFilter("thickness-cm", (), Decimal("8.1"), Decimal(10))) == ["Grijs, 10 cm"]
    assert found(session, RED) == ["Rood, 8 cm", "Rood, onbekend"]
    assert found(session, FieldFilter("colour", ("red", "grey"))) == ["Grijs, 10 cm", "Rood, 8 cm", "Rood, onbekend"]
    assert found(session, RED, AT_LEAST_8) == ["Rood, 8 cm"]
    assert found(session, FieldFilter("nergens", ("red",))) == []


def test_each_field_is_counted_without_its_own_filter_and_says_how_many_are_silent(session: Session, four: None) -> None:
    by_field = facets(session, materials=(KEI,))
    assert list(by_field) == ["thickness-cm", "colour"]
    assert [(choice.key, choice.count) for choice in by_field["colour"].choices] == [("grey", 1), ("red", 2)]
    assert (by_field["thickness-cm"].least, by_field["thickness-cm"].most, by_field["thickness-cm"].silent) == (
        Decimal(8),
        Decimal(10),
        2,
    )
    assert by_field["colour"].silent == 1
    both = facets(session, materials=(KEI,), fields=(RED, AT_LEAST_8))
    assert [(choice.key, choice.count) for choice in both["colour"].choices] == [("grey", 1), ("red", 1)]
    assert (both["thickness-cm"].least, both["thickness-cm"].most, both["thickness-cm"].silent) == (Decimal(8), Decimal(8), 1)
    counted = browse(session, ANONYMOUS, CatalogueQuery(fields=(RED, AT_LEAST_8))).facets
    assert counted is not None and [(group.key, group.count) for group in counted.groups] == [("bestrating", 1)]


def test_fields_are_counted_where_one_material_set_or_group_is_chosen(session: Session, four: None) -> None:
    assert facets(session) == {}
    assert list(facets(session, groups=("bestrating",))) == ["thickness-cm", "colour"]
    assert facets(session, groups=("bestrating", "grond")) == {}
    assert list(facets(session, materials=(KEI, "betonstraatsteen-kei-10cm"))) == ["thickness-cm", "colour"]
    assert facets(session, materials=(KEI, "teelaarde")) == {}
    assert list(facets(session, fields=(RED,))) == ["colour"]
    none = facets(session, groups=("grond",), fields=(RED,))
    assert (none["colour"].silent, [(choice.key, choice.count) for choice in none["colour"].choices]) == (0, [("red", 0)])


def test_days_and_answers_are_filters_too(session: Session, owner: Actor) -> None:
    soil = {"material": "teelaarde", "quantity": Quantity(Decimal(20), Unit.M3)}
    law = {"soil-class": "residential", "pfas": "residential-industry", "proof": "batch-inspection"}
    make_listing(session, owner, title="Oud bewijs", **soil, fields={**law, "proof-date": "2025-12-31", "invasive-plants": "no"})
    make_listing(session, owner, title="Nieuw bewijs", **soil, fields={**law, "proof-date": "2026-01-01"})
    since = FieldFilter("proof-date", (), date(2026, 1, 1))
    assert found(session, since) == ["Nieuw bewijs"]
    assert found(session, FieldFilter("invasive-plants", ("no",))) == ["Oud bewijs"]
    by_field = facets(session, materials=("teelaarde",))
    assert (str(by_field["proof-date"].least), str(by_field["proof-date"].most)) == ("2025-12-31", "2026-01-01")


def test_map_feed_and_what_lies_nearest_know_the_filters(session: Session, four: None) -> None:
    assert search_map(session, ANONYMOUS, CatalogueQuery(fields=(RED,)), zoom=10).total == 2
    assert sorted(listing.title for listing in feed(session, CatalogueQuery(fields=(AT_LEAST_8,))).listings) == [
        "Grijs, 10 cm",
        "Rood, 8 cm",
    ]
    nothing = CatalogueQuery(fields=(FieldFilter("thickness-cm", (), Decimal(12)),))
    assert browse(session, ANONYMOUS, nothing).total == 0
    assert len(nearest_outside(session, ANONYMOUS, nothing)) == 3


def test_a_changed_answer_is_found_by_the_one_who_changed_it_and_by_everybody_after(
    database: Database, session: Session, owner: Actor
) -> None:
    listing = make_listing(session, owner, title="Eerst 6 cm", fields={"thickness-cm": "6"})
    bump_catalogue(session)
    session.commit()
    with database.read() as reader:
        assert found(reader, AT_LEAST_8) == []
    changed = listing_draft(title="Eerst 6 cm", fields={"thickness-cm": "9"})
    update_listing(session, owner, listing_id=listing.id, version=listing.version, draft=changed)
    assert found(session, AT_LEAST_8) == ["Eerst 6 cm"]
    with database.read() as reader:
        assert found(reader, AT_LEAST_8) == []
    bump_catalogue(session)
    session.commit()
    with database.read() as reader:
        assert found(reader, AT_LEAST_8) == ["Eerst 6 cm"]


def test_the_database_notes_that_only_an_answer_changed(database: Database, session: Session, owner: Actor) -> None:
    listing = make_listing(session, owner, fields={"thickness-cm": "6"})
    bump_catalogue(session)
    session.commit()
    noted = "SELECT revision FROM listing_change WHERE listing_id = :id"
    before = session.scalar(text(noted), {"id": listing.id})
    session.execute(text("""UPDATE listing SET fields = '{"thickness-cm":"9"}' WHERE id = :id"""), {"id": listing.id})
    assert session.scalar(text(noted), {"id": listing.id}) == 2_147_483_647 != before
    assert found(session, AT_LEAST_8) == [listing.title]


def test_a_word_of_an_answer_and_its_number_with_its_unit_find_the_lot(session: Session, owner: Actor) -> None:
    """The material is called 8 cm as well, so another thickness and a colour tell them apart."""
    for title, fields in (
        ("Een", {"thickness-cm": "9.5", "colour": "anthracite"}),
        ("Twee", {"thickness-cm": "11", "colour": "unknown"}),
    ):
        make_listing(session, owner, title=title, fields=fields)
    assert found(session, q="11 cm") == ["Twee"]
    assert found(session, q="9,5 cm") == ["Een"]
    assert found(session, q="antraciet") == found(session, q="anthracite") == ["Een"]
    assert found(session, q="onbekend") == []


def test_a_saved_search_tells_of_what_passes_its_filters_only(session: Session, owner: Actor) -> None:
    searcher = make_actor(session, "borne")
    saved = save_search(session, searcher, name="Dik en rood", query="veld-colour=red&veld-thickness-cm-min=8")
    with clock.frozen(clock.now() + timedelta(hours=1)):
        for fields in ({"thickness-cm": "8", "colour": "red"}, {"thickness-cm": "6", "colour": "red"}, {"colour": "red"}):
            make_listing(session, owner, fields=fields)

    def nowhere(_words: str) -> Place:
        raise AssertionError

    with clock.frozen(clock.now() + timedelta(days=2)):
        assert notify_saved_search(session, search_id=saved.id, find=nowhere)
    [notice] = session.scalars(select(NoticeRow).where(NoticeRow.kind == "saved_search"))
    assert notice.facts["count"] == 1
