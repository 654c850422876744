"""A post of a RAW contract: what its mark makes of it, and at which column it is wrong."""

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from marketplace.imports.rules.columns import CellFault
from marketplace.imports.rules.lots import KnownLot, content_of
from marketplace.imports.rules.raw import (
    Fate,
    Post,
    RawWords,
    find_mark,
    is_contractors,
    key_of,
    named_material,
    read_once,
    read_post,
)
from marketplace.imports.rules.tables import Record
from marketplace.kernel.errors import Invalid
from marketplace.kernel.geo import Point
from marketplace.kernel.units import Amount, Quantity, Unit
from marketplace.market.rules.listing import Certainty, Condition, Location, PlaceBasis, QuantityBasis
from marketplace.materials.rules.taxonomy import Material
from tests.ruled import TODAY, material

STONE = material("kei", default=Unit.M2, kg={Unit.M2: Decimal(185)})
BORNE = Location("Borne", "borne", Point(52.3, 6.75), PlaceBasis.PLACE)
ONCE = {
    "contract": "HEN-14",
    "place": "Borne",
    "earliest": "1-7-2027",
    "latest": "31-12-2027",
    "certainty": "begroot",
    "condition": "goed",
}


def find_material(name: str) -> Material | None:
    return STONE if name == "kei" else None


def find_place(typed: str) -> Location:
    if typed != "Borne":
        raise Invalid("nergens", "place")
    return BORNE


WORDS = RawWords(
    find_material,
    {"begroot": "budgeted", "idee": "idea"},
    {"goed": "good", "matig": "poor"},
    find_place,
    {},
    {},
    frozenset(),
    ONCE,
    TODAY,
)
POST = {"number": "210310", "description": "Opbreken stenen", "unit": "m²", "quantity": "1.200", "mark": "H", "material": "kei"}
AWAY = {**POST, "mark": "R"}


def read(cells: dict[str, str], words: RawWords = WORDS, **more: Any) -> tuple[Post | None, set[str]]:
    post, faults = read_post(Record(cells, **more), words)
    return post, set(faults.sentences)


def good(cells: dict[str, str], words: RawWords = WORDS) -> Post:
    post, wrong = read(cells, words)
    assert post is not None and not wrong, wrong
    return post


def test_a_post_of_more_than_2_million_tonnes_is_a_slip() -> None:
    tonnes = {**POST, "unit": "ton"}
    assert good({**tonnes, "quantity": "2.000.000"}).draft is not None
    assert read({**tonnes, "quantity": "2.000.000,001"})[1] == {"quantity"}


def without(*keys: str) -> RawWords:
    return replace(WORDS, once={key: value for key, value in ONCE.items() if key not in keys})


@pytest.mark.parametrize(
    ("cells", "mark"),
    [
        ({"mark": "h"}, "H"),
        ({"mark": "Hergebruik"}, "H"),
        ({"mark": "recyclen"}, "R"),
        ({"mark": "V"}, None),
        ({}, None),
        ({"information": "1200 H"}, "H"),
        ({"information": "r 1.200,5"}, "R"),
        ({"information": "H"}, "H"),
        ({"information": "1200"}, None),
        ({"information": "1200 V"}, None),
        ({"information": "1200 HR"}, None),
        ({"mark": "H", "information": "1200 R"}, "H"),
        ({"mark": "x", "information": "1200 R"}, "R"),
    ],
)
def test_a_mark_stands_in_its_column_or_beside_the_quantity_for_information(cells: dict[str, str], mark: str | None) -> None:
    assert find_mark(Record(cells)) == mark


@pytest.mark.parametrize(
    ("cells", "theirs"),
    [
        ({"owner": "Aannemer"}, True),
        ({"owner": "the contractor"}, True),
        ({"owner": "gemeente"}, False),
        ({"description": "De aannemer wordt eigenaar van de stenen"}, True),
        ({"description": "Vervalt aan de aannemer"}, True),
        ({"description": "The contractor becomes the owner."}, True),
        ({"description": "Aannemer voert af"}, False),
        ({"owner": "gemeente", "description": "wordt eigendom van de aannemer"}, True),
    ],
)
def test_what_becomes_the_contractors_is_not_taken(cells: dict[str, str], theirs: bool) -> None:
    assert is_contractors(Record(cells)) is theirs
    post, wrong = read({**POST, **cells})
    assert post is not None and (post.fate is Fate.REFUSED) is theirs
    assert wrong == ({"owner" if "owner" in cells else "description"} if theirs else set())


def test_a_post_is_known_by_its_contract_and_number_where_it_has_a_mark() -> None:
    assert key_of(Record(POST), ONCE) == ("HEN-14", "210310")
    assert key_of(Record({**POST, "contract": "B-2"}), ONCE) == ("B-2", "210310")
    assert key_of(Record({"mark": "H"}), {}) == ("", "")
    assert key_of(Record({**POST, "mark": ""}), ONCE) is None
    assert key_of(Record({**POST, "owner": "aannemer"}), ONCE) is None
    assert good(POST).external_id == "HEN-14/210310"


def test_a_post_names_its_material_else_its_description_does() -> None:
    assert named_material(Record(POST)) == "kei"
    assert named_material(Record({**POST, "material": ""})) == "Opbreken stenen"
    assert named_material(Record({})) == ""


def test_a_post_without_a_mark_is_passed_over_whatever_is_wrong_with_it() -> None:
    assert read({"number": "", "unit": "EUR"}, faults={"quantity": CellFault.ERROR}) == (Post(Fate.IGNORED), set())


def test_what_is_reused_becomes_a_planned_lot() -> None:
    post = good(POST)
    assert (post.fate, post.contract, post.number, post.description) == (Fate.LOT, "HEN-14", "210310", "Opbreken stenen")
    assert (post.material, post.quantity, post.mass_kg) == (STONE, Quantity(Decimal(1200), Unit.M2), Decimal(222_000))
    assert (post.earliest, post.latest) == (date(2027, 7, 1), date(2027, 12, 31))
    assert (post.lacking, post.is_known) == ((), False)
    draft = post.draft
    assert draft is not None
    assert (draft.title, draft.material, draft.planned, draft.available_from) == ("Materiaal", "kei", True, None)
    assert (draft.condition, draft.certainty, draft.location) == (Condition.GOOD, Certainty.BUDGETED, BORNE)
    assert (draft.earliest, draft.latest) == (date(2027, 7, 1), date(2027, 12, 31))
    assert (draft.quantity_basis, draft.project) == (QuantityBasis.FROM_DRAWING, "HEN-14, 210310")


def test_a_post_says_itself_what_is_said_once_for_all() -> None:
    draft = good({**POST, "contract": "B-2", "earliest": "1-8-2027", "certainty": "idee", "condition": "matig"}).draft
    assert draft is not None
    assert (draft.project, draft.earliest, draft.latest) == ("B-2, 210310", date(2027, 8, 1), date(2027, 12, 31))
    assert (draft.certainty, draft.condition) == (Certainty.IDEA, Condition.POOR)


@pytest.mark.parametrize("key", ["contract", "place", "earliest", "latest", "certainty", "condition"])
def test_what_is_still_to_be_said_once_makes_no_draft_yet(key: str) -> None:
    post = good(POST, without(key))
    assert (post.lacking, post.draft) == ((key,), None)
    assert (post.earliest, post.latest) == (
        None if key == "earliest" else date(2027, 7, 1),
        None if key == "latest" else date(2027, 12, 31),
    )


def test_nothing_said_once_is_all_still_to_be_said() -> None:
    post = good(POST, without(*ONCE))
    assert (post.lacking, post.draft, post.contract) == (tuple(ONCE), None, "")


@pytest.mark.parametrize(
    ("cells", "wrong"),
    [
        ({"number": ""}, {"number"}),
        ({"description": ""}, {"description"}),
        ({"unit": ""}, {"unit"}),
        ({"unit": "emmer"}, {"unit"}),
        ({"unit": "m"}, {"unit"}),
        ({"quantity": ""}, {"quantity"}),
        ({"quantity": "veel"}, {"quantity"}),
        ({"quantity": "0"}, {"quantity"}),
        ({"information": "H"}, set()),
        ({"information": "1.300 H"}, set()),
        ({"information": "0 H"}, {"information"}),
        ({"information": "1.300 R"}, {"mark"}),
        ({"information": "ongeveer 1.300"}, {"information"}),
        ({"number": "x" * 40}, set()),
        ({"number": "x" * 41}, {"number"}),
        ({"contract": "x" * 60}, set()),
        ({"contract": "x" * 61}, {"contract"}),
        ({"material": "hout"}, {"material"}),
        ({"material": ""}, {"description"}),
        ({"place": "Rome"}, {"place"}),
        ({"earliest": "ooit"}, {"earliest"}),
        ({"earliest": "1-1-2028"}, {"number"}),  # after the last day, for which this sheet has no column
        ({"earliest": "1-1-2028", "latest": "31-12-2027"}, {"latest"}),
        ({"earliest": "27-11-2026"}, {"earliest"}),
        ({"certainty": "zeker"}, {"certainty"}),
        ({"condition": "prima"}, {"condition"}),
    ],
)
def test_a_post_that_is_wrong_is_told_at_its_column(cells: dict[str, str], wrong: set[str]) -> None:
    post, faults = read({**POST, **cells})
    assert faults == wrong
    assert (post is None) is bool(wrong)


def test_what_a_sheet_has_no_column_for_is_told_at_the_number() -> None:
    bare = {key: value for key, value in POST.items() if key not in ("quantity", "material")}
    assert read({**bare, "information": ""}) == (None, {"information", "description"})
    assert read({**bare, "description": "kei"}) == (None, {"number"})
    assert read({key: value for key, value in POST.items() if key != "unit"}) == (None, {"number"})
    assert read(POST, replace(WORDS, once={**ONCE, "place": "Rome"})) == (None, {"number"})
    assert read(POST, faults={"quantity": CellFault.ERROR}) == (None, {"quantity"})


def test_the_quantity_for_information_counts_before_that_of_the_post() -> None:
    assert good({**POST, "information": "1.300,5 H"}).quantity == Quantity(Decimal("1300.5"), Unit.M2)
    assert good({**POST, "information": "h 1.300"}).quantity == Quantity(Decimal(1300), Unit.M2)
    post, _wrong = read({**POST, "information": "1,300"}, notations={"information": "en"})
    assert post is not None and post.quantity == Quantity(Decimal(1300), Unit.M2)


def test_a_name_that_is_not_certain_is_quoted_as_far_as_it_fits() -> None:
    _post, faults = read_post(Record({**POST, "material": "x" * 61}), WORDS)
    assert "“" + "x" * 60 + "…”" in str(faults.sentences["material"])


@pytest.mark.parametrize("mark", ["H", "R"])
def test_a_post_that_stands_there_twice_is_wrong(mark: str) -> None:
    words = replace(WORDS, twice=frozenset({("HEN-14", "210310")}))
    assert read({**POST, "mark": mark}, words) == (None, {"number"})
    assert good({**POST, "mark": mark, "number": "210320"}, words).number == "210320"


def test_a_lot_of_a_post_is_known_again() -> None:
    draft = good(POST).draft
    assert draft is not None
    words = replace(WORDS, known_lots={"HEN-14/210310": KnownLot(3, content_of(draft), {})})
    assert good(POST, words).is_known
    for other in ("1.300", "1.100"):
        assert read({**POST, "quantity": other}, words) == (None, {"number"})
    assert not good({**POST, "number": "210320"}, words).is_known
    unnamed = replace(words, once=without("contract").once, known_lots={"/210310": KnownLot(3, (), {})})
    assert not good(POST, unnamed).is_known  # without a contract it is known by nothing yet


def test_the_day_that_is_said_stands_for_both() -> None:
    """Judged as the one day, though the other is still to be said."""
    assert read({**POST, "earliest": "27-11-2026"}, without("earliest", "latest")) == (None, {"earliest"})
    assert good({**POST, "earliest": "28-11-2026"}, without("earliest", "latest")).lacking == ("latest",)
    assert read({**POST, "latest": "27-11-2026"}, without("earliest", "latest")) == (None, {"latest"})
    assert good({**POST, "latest": "1-1-2031"}, without("earliest", "latest")).lacking == ("earliest",)


def test_what_goes_to_a_recycler_is_a_line_of_what_leaves() -> None:
    post = good(AWAY)
    assert (post.fate, post.contract, post.number, post.draft) == (Fate.OUTFLOW, "HEN-14", "210310", None)
    assert (post.quantity, post.mass_kg, post.is_known) == (Quantity(Decimal(1200), Unit.M2), Decimal(222_000), False)
    assert (post.earliest, post.latest, post.lacking) == (date(2027, 7, 1), date(2027, 12, 31), ())
    assert good(AWAY, without("certainty", "condition", "place")).lacking == ()
    assert good(AWAY, without("contract", "earliest", "latest")).lacking == ("contract", "earliest", "latest")
    for cells in ({"material": "onbekend"}, {"unit": "m"}):  # no kilograms where the material is not certain, or not counted so
        assert good({**AWAY, **cells}).mass_kg is None
    assert read({**AWAY, "quantity": ""}) == (None, {"quantity"})
    assert read({**AWAY, "latest": "ooit"}) == (None, {"latest"})


@pytest.mark.parametrize(
    ("stands", "wrong"),
    [
        (Amount(Decimal(1200), Unit.M2), set()),
        (Amount(Decimal(1201), Unit.M2), {"number"}),
        (Amount(Decimal(1199), Unit.M2), {"number"}),
        (Amount(Decimal(1200), Unit.TONNE), {"number"}),
    ],
)
def test_a_line_that_is_counted_already_says_the_same(stands: Amount, wrong: set[str]) -> None:
    post, faults = read(AWAY, replace(WORDS, lines={("HEN-14", "210310"): stands}))
    assert faults == wrong
    assert (post is not None and post.is_known) is not bool(wrong)


def test_what_is_said_once_is_kept_tidy_and_its_days_as_days() -> None:
    values = read_once({**ONCE, "place": " Borne ", "condition": "Matig", "other": "x"}, WORDS)
    assert values == {
        "contract": "HEN-14",
        "place": "Borne",
        "earliest": "2027-07-01",
        "latest": "2027-12-31",
        "certainty": "budgeted",
        "condition": "poor",
    }
    assert read_once({"contract": " ", "place": "Borne"}, WORDS) == {"place": "Borne"}
    assert read_once({"earliest": "28-11-2026", "latest": "28-11-2026"}, WORDS) == {
        "earliest": "2026-11-28",
        "latest": "2026-11-28",
    }


@pytest.mark.parametrize(
    ("values", "wrong"),
    [
        ({"contract": "x" * 61}, {"contract"}),
        ({"place": "Rome"}, {"place"}),
        ({"earliest": "ooit"}, {"earliest"}),
        ({"earliest": "27-11-2026"}, {"earliest"}),
        ({"earliest": "1-7-2027", "latest": "30-6-2027"}, {"latest"}),
        ({"earliest": "1-7-2027", "latest": ""}, set()),
        ({"latest": "30-6-2027"}, set()),
        ({"certainty": "zeker", "condition": "prima"}, {"certainty", "condition"}),
    ],
)
def test_what_is_said_once_and_wrong_is_told_at_its_column(values: dict[str, str], wrong: set[str]) -> None:
    if not wrong:
        assert read_once(values, WORDS)
        return
    with pytest.raises(Invalid) as refusal:
        read_once(values, WORDS)
    assert {error.field for error in refusal.value.errors} == wrong
