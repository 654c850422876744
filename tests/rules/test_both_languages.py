"""What reference data says in the reader's language, and how it is looked up by its slug."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from marketplace.catalogue.rules.fields import FieldFilter, fields_to_filter
from marketplace.kernel.errors import Invalid
from marketplace.kernel.language import reading_in
from marketplace.kernel.units import Unit
from marketplace.materials.rules.fields import Field, FieldKind
from marketplace.materials.rules.taxonomy import Hazard, MaterialGroup, PaperKind, Taxonomy, conversion
from tests.ruled import material
from tests.rules.test_notifications import duty

FIELD = Field(
    "dikte", "Dikte", "Thickness", FieldKind.NUMBER, unit_nl="cm", unit_en="centimetres", hint_nl="meet", hint_en="measure"
)
PAPER = PaperKind(
    "rapport", "Rapport", "Report", is_proof=True, hint_nl="wat", hint_en="what", source="", dated_on=date(2026, 1, 1)
)
LOCALES = ("nl", "en", "de")  # one before English in the alphabet, one after it


def test_a_reader_gets_english_where_they_read_it_and_dutch_otherwise() -> None:
    report_duty = replace(duty(7), unless_nl="tenzij", unless_en="unless")
    texts = {}
    for locale in LOCALES:
        with reading_in(locale):
            texts[locale] = (FIELD.hint, PAPER.hint, report_duty.unless, report_duty.what, report_duty.to)
    assert texts["en"] == ("measure", "what", "unless", "Which soil.", "the municipality")
    assert texts["nl"] == texts["de"]
    assert texts["nl"][:4] == ("meet", "wat", "tenzij", "Welke grond.")
    assert [FIELD.unit_in(locale) for locale in LOCALES] == ["cm", "centimetres", "cm"]


SLUGS = ("a", "b", "c")
GROUPS = tuple(MaterialGroup(slug, slug, slug) for slug in SLUGS)
HAZARDS = tuple(Hazard(slug, slug, slug) for slug in SLUGS)
PAPERS = tuple(replace(PAPER, slug=slug) for slug in SLUGS)


def searchable(slug: str, kind: FieldKind = FieldKind.NUMBER) -> Field:
    return Field(slug, slug, slug, kind, is_searchable=True)


THICK, WIDE, MAKE, HIDDEN = (
    searchable("dik"),
    searchable("breed"),
    searchable("merk", FieldKind.LINE),
    replace(searchable("x"), is_searchable=False),
)
STONE = replace(material("steen", "stenen", fields=(THICK, MAKE, HIDDEN)), id=1, group=GROUPS[1])
TILE = replace(material("tegel", "stenen", fields=(THICK,)), id=2, group=GROUPS[1])
BEAM = replace(material("balk", "hout", fields=(WIDE,)), id=3, group=GROUPS[2])
KNOWN = Taxonomy(1, (STONE, TILE, BEAM), GROUPS, HAZARDS, (), fields=(THICK, WIDE, MAKE, HIDDEN), paper_kinds=PAPERS)


def test_what_is_looked_up_is_of_that_slug_and_no_other() -> None:
    for slug in SLUGS:
        assert [entry and entry.slug for entry in (KNOWN.group(slug), KNOWN.hazard(slug), KNOWN.find_paper_kind(slug))] == [
            slug
        ] * 3
    for slug in ("", "aa", "d"):
        assert (KNOWN.group(slug), KNOWN.hazard(slug), KNOWN.find_paper_kind(slug)) == (None, None, None)
    assert KNOWN.materials_in("b") == (STONE, TILE)
    assert KNOWN.materials_in("a") == ()
    assert (KNOWN.name_of_paper_kind("b"), KNOWN.name_of_paper_kind("oud")) == (PAPER.name_nl, "oud")
    assert KNOWN.paper_kind("c").slug == "c"
    with pytest.raises(Invalid) as refusal:
        KNOWN.paper_kind("oud")
    assert refusal.value.field == "kind"


def test_pieces_and_square_metres_convert_by_their_number_and_nothing_else_does() -> None:
    """25 pieces to the m², of 200 kg: a piece is 8 kg by the list, and 10 by weighing; of a tonne there are 125 pieces."""
    stone = material("steen", default=Unit.M2, kg={Unit.M2: Decimal(200)}, pieces_per_m2=Decimal(25))
    assert conversion(Unit.M2, Unit.PIECE, stone) == 25
    assert conversion(Unit.PIECE, Unit.M2, stone, Decimal(10)) * 25 == 1
    assert conversion(Unit.TONNE, Unit.PIECE, stone) == 125
    assert conversion(Unit.PIECE, Unit.TONNE, stone, Decimal(10)) * 100 == 1


def test_one_filters_by_the_fields_of_the_one_set_or_group_that_was_chosen() -> None:
    filters = [FieldFilter("breed"), FieldFilter("nergens"), FieldFilter("merk")]
    assert fields_to_filter(KNOWN, [], ["steen"]) == (THICK,)
    assert fields_to_filter(KNOWN, [], ["steen", "tegel"]) == (THICK,)
    assert fields_to_filter(KNOWN, [], ["steen", "balk"]) == ()
    assert fields_to_filter(KNOWN, ["b"], []) == (THICK,)
    assert fields_to_filter(KNOWN, ["c"], []) == (WIDE,)
    assert fields_to_filter(KNOWN, ["b", "c"], []) == ()
    assert fields_to_filter(KNOWN, ["c"], ["steen"]) == (THICK,)
    assert fields_to_filter(KNOWN, [], []) == ()
    assert fields_to_filter(KNOWN, [], ["nergens"]) == ()
    assert fields_to_filter(KNOWN, ["c", "a"], ["steen"], filters) == (THICK, WIDE)
