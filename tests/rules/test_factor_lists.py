"""A list of figures of materials: what fits, what is named, and what it changes."""

from decimal import Decimal
from typing import Any

import pytest

from marketplace.kernel.errors import Invalid
from marketplace.kernel.language import reading_in
from marketplace.materials.rules.figures import (
    BY_FACT,
    Change,
    brought_back,
    carried_over,
    figures_of,
    list_changes,
    with_figures,
)
from marketplace.materials.rules.lists import ListFile, ListRow, ReadList, read_list

KEI: dict[str, Any] = {
    "kg_per_unit": {"m2": "185", "piece": "4.2"},
    "weight_source": "DIM2300", "weight_confidence": "B",
    "carbon_factor": "0.1188", "carbon_low": "0.081", "carbon_high": "0.165", "carbon_source": "DEFRA25", "carbon_confidence": "B",
    "processing_factor": None,
}  # fmt: skip
IN_USE = {
    "kei": KEI,
    "tegel": {
        **KEI,
        "carbon_factor": None,
        "carbon_low": None,
        "carbon_high": None,
        "carbon_source": "",
        "carbon_confidence": "",
    },
}
NEW = {
    "co2_nieuw_kg_per_kg": "0,09", "co2_laag": "onbekend", "co2_hoog": "onbekend", "co2_bron": "NMD 3.8", "co2_conf": "A",
    "factor_licence": "Nationale Milieudatabase", "factor_public": "nee",
}  # fmt: skip


def read(*rows: dict[str, str], notation: str = "nl") -> ReadList:
    columns = tuple(dict.fromkeys(name for row in rows for name in ("slug", *row)))
    numbered = tuple(ListRow(number, {"slug": "kei", **row}) for number, row in enumerate(rows, 2))
    return read_list(ListFile("lijst.csv", "0" * 64, columns, numbered, notation), IN_USE, holder="hengelo")


def faults_of(*rows: dict[str, str], notation: str = "nl") -> list[tuple[int, str, str]]:
    with reading_in("en"):
        return [(fault.row, fault.column, str(fault.sentence)) for fault in read(*rows, notation=notation).faults]


def test_a_new_factor_comes_with_what_belongs_to_it() -> None:
    assert read(NEW).changes == {
        "kei": {
            "carbon_factor": "0.09", "carbon_low": None, "carbon_high": None, "carbon_source": "NMD 3.8", "carbon_confidence": "A",
            "factor_licence": "Nationale Milieudatabase", "factor_is_public": False, "licence_holder": "hengelo",
        }
    }  # fmt: skip


@pytest.mark.parametrize("missing", ["co2_laag", "co2_hoog", "co2_bron", "co2_conf", "factor_licence", "factor_public"])
def test_a_new_factor_without_what_belongs_to_it_is_named(missing: str) -> None:
    [(row, column, _sentence)] = faults_of({**NEW, missing: ""})
    assert (row, column) == (2, missing)


def test_a_new_mki_names_its_source_and_licence_and_no_range() -> None:
    assert [column for _row, column, _sentence in faults_of({"mki_eur_per_kg": "0,012"})] == [
        "mki_source",
        "factor_licence",
        "factor_public",
    ]
    changes = read({"mki_eur_per_kg": "0,012", "mki_source": "NMD 3.8", "factor_licence": "NMD", "factor_public": "ja"}).changes[
        "kei"
    ]
    assert changes == {"mki": "0.012", "mki_source": "NMD 3.8", "factor_licence": "NMD"}


def test_what_stands_there_already_changes_nothing() -> None:
    assert read({"co2_nieuw_kg_per_kg": "0,1188", "kg_per_m2": "185,000", "co2_bron": "DEFRA25"}).changes == {}


def test_an_empty_cell_leaves_a_figure_and_the_word_unknown_takes_it_away_with_what_belongs_to_it() -> None:
    assert read({"co2_nieuw_kg_per_kg": "", "co2_bron": "DEFRA 2025"}).changes == {"kei": {"carbon_source": "DEFRA 2025"}}
    gone = {"carbon_factor": None, "carbon_low": None, "carbon_high": None, "carbon_source": "", "carbon_confidence": ""}
    assert read({"co2_nieuw_kg_per_kg": "Onbekend"}).changes == {"kei": gone}


@pytest.mark.parametrize(
    ("cells", "column", "words"),
    [
        ({"slug": "klei", "co2_bron": "x"}, "slug", "no material with this slug"),
        ({"slug": "", "co2_bron": "x"}, "slug", "names no material"),
        ({"kg_per_m2": "onbekend"}, "kg_per_m2", "cannot be taken away"),
        ({"kg_per_m2": "0", "kg_bron": "x", "kg_conf": "A"}, "kg_per_m2", "more than zero"),
        ({"kg_per_m2": "185,0001"}, "kg_per_m2", "at most 3 decimals"),
        ({"kg_per_m2": "185,0009"}, "kg_per_m2", "at most 3 decimals"),
        ({"kg_per_m2": "190"}, "kg_bron", "“kg per m²” is new"),
        ({"co2_nieuw_kg_per_kg": "0,09"}, "co2_laag", "A new factor has its own range"),
        ({"co2_nieuw_kg_per_kg": "0,09"}, "factor_public", "licence lets the figure be passed on"),
        ({"kg_per_m2": "190"}, "kg_bron", "is new"),
        ({"co2_hergebruik_kg_per_kg": "-0,1"}, "co2_hergebruik_kg_per_kg", "less than zero"),
        ({"co2_hergebruik_kg_per_kg": "1000001"}, "co2_hergebruik_kg_per_kg", "at most"),
        ({"co2_hergebruik_kg_per_kg": "veel"}, "co2_hergebruik_kg_per_kg", "not a number"),
        ({"co2_conf": "D"}, "co2_conf", "Write A"),
        ({"co2_bron": "onbekend"}, "co2_bron", "keeps its source"),
        ({"co2_laag": "0,1189"}, "co2_laag", "above the factor"),
        ({"co2_hoog": "0,1187"}, "co2_hoog", "below the factor"),
        ({"factor_public": "misschien"}, "factor_public", "ja or nee"),
        ({"factor_public": "nee"}, "factor_licence", "forbids passing"),
        ({"imbor": "imbor-12"}, "imbor", "https://"),
        ({"co2_bron": "x" * 201}, "co2_bron", "at most 200"),
    ],
)  # fmt: skip
def test_a_cell_that_does_not_fit_is_named(cells: dict[str, str], column: str, words: str) -> None:
    assert (2, column) in [(row, at) for row, at, _sentence in faults_of(cells)]
    assert any(words in sentence for _row, at, sentence in faults_of(cells) if at == column)


def test_the_ends_of_a_range_may_be_the_factor_itself() -> None:
    assert faults_of({"co2_laag": "0,1188", "co2_hoog": "0,1188"}) == []
    assert faults_of({"co2_hergebruik_kg_per_kg": "1000000"}) == []
    assert faults_of({"co2_bron": "x" * 200}) == []


def test_a_material_stands_in_a_list_once() -> None:
    assert [(row, column) for row, column, _sentence in faults_of({"co2_bron": "een"}, {"co2_bron": "twee"})] == [(3, "slug")]
    read_on = faults_of({"slug": "klei"}, {"co2_bron": "een"}, {"co2_conf": "D"}, {"slug": "tegel", "co2_conf": "D"})
    assert [(row, column) for row, column, _sentence in read_on] == [(2, "slug"), (4, "slug"), (5, "co2_conf")]


def test_a_file_without_slugs_or_figures_is_refused() -> None:
    for columns in (("naam", "co2_bron"), ("slug", "naam_nl")):
        with reading_in("en"), pytest.raises(Invalid, match="column"):
            read_list(ListFile("x.csv", "", columns, (ListRow(2, {"slug": "kei"}),)), IN_USE, holder="hengelo")


def test_columns_that_are_no_figures_are_told_and_not_read() -> None:
    assert read({"naam_nl": "Iets", "co2_bron": "nieuw"}).ignored == ("naam_nl",)


def test_numbers_are_read_as_the_file_writes_them() -> None:
    assert read({"co2_hergebruik_kg_per_kg": "0.012"}).changes["kei"]["processing_factor"] == "0.012"
    assert read({"co2_hergebruik_kg_per_kg": "0,012"}, notation="en").changes["kei"]["processing_factor"] == "0.012"
    assert read({"co2_hergebruik_kg_per_kg": "1.234"}).changes["kei"]["processing_factor"] == "1234"
    both = faults_of({"co2_hergebruik_kg_per_kg": "0.012"}, {"slug": "tegel", "co2_hergebruik_kg_per_kg": "0,012"})
    assert [(row, column) for row, column, _sentence in both] == [(2, "co2_hergebruik_kg_per_kg")]


def change(before: str | None, after: str | None) -> Change:
    return Change("kei", BY_FACT["carbon_factor"], before, after)


@pytest.mark.parametrize(
    ("before", "after", "percent", "is_much"),
    [
        ("0.1", "0.3", Decimal(200), False), ("0.1", "0.301", Decimal(201), True), ("0.3", "0.1", Decimal("-66.67"), False),
        ("0.301", "0.1", Decimal("-66.78"), True), ("0", "0.1", None, True), ("0.1", "0", Decimal(-100), True), (None, "0.1", None, False),
    ],
)  # fmt: skip
def test_how_much_a_figure_changes(before: str | None, after: str | None, percent: Decimal | None, is_much: bool) -> None:
    result = change(before, after)
    assert (result.percent if result.percent is None else round(result.percent, 2), result.is_much) == (percent, is_much)


def test_the_largest_change_comes_first_then_what_is_new_and_words_come_last() -> None:
    words = Change("kei", BY_FACT["carbon_source"], "a", "b")
    changes = [words, change("1", "2"), change("3", "1"), change(None, "1"), change("0", "1")]
    assert sorted(changes, key=lambda entry: -entry.size) == [changes[4], changes[2], changes[1], changes[3], words]
    large, small = change("10", "40"), change("0.1", "0.3")  # four times and three times as much
    assert sorted((small, large), key=lambda entry: -entry.size) == [large, small]


def test_a_figure_of_a_list_stands_until_it_is_taken_back() -> None:
    listed = with_figures(KEI, {"carbon_factor": "0.09", "kg_per_m2": "190"})
    assert (listed["carbon_factor"], listed["kg_per_unit"]) == ("0.09", {"m2": "190", "piece": "4.2"})
    assert with_figures(KEI, {"kg_per_piece": "4.5"})["kg_per_unit"] == {"m2": "185", "piece": "4.5"}
    assert KEI["kg_per_unit"]["m2"] == "185"
    newer = carried_over({**KEI, "carbon_factor": "0.2", "carbon_source": "DEFRA26"}, listed)
    assert (newer["carbon_factor"], newer["carbon_source"], newer["kg_per_unit"]["m2"]) == ("0.09", "DEFRA26", "190")
    again = with_figures(newer, {"carbon_factor": "0.2"})
    assert carried_over({**KEI, "carbon_factor": "0.3"}, again)["carbon_factor"] == "0.3"


def test_whose_licence_a_figure_has_stays_where_only_the_weight_changes() -> None:
    licensed = {"kei": {**KEI, "factor_is_public": False, "factor_licence": "NMD", "licence_holder": "borne"}}
    row = ListRow(2, {"slug": "kei", "kg_bron": "gewogen"})
    result = read_list(ListFile("lijst.csv", "", ("slug", "kg_bron"), (row,), "nl"), licensed, holder="hengelo")
    assert result.changes == {"kei": {"weight_source": "gewogen"}}
    row = ListRow(2, {"slug": "kei", "factor_licence": "Andere"})
    result = read_list(ListFile("lijst.csv", "", ("slug", "factor_licence"), (row,), "nl"), licensed, holder="almelo")
    assert result.changes == {"kei": {"factor_licence": "Andere", "licence_holder": "almelo"}}


def test_a_weight_that_came_since_stays_and_one_that_was_there_comes_back() -> None:
    light = {**KEI, "kg_per_unit": {"m2": "150"}}
    assert brought_back(light, KEI) == {"kg_per_m2": "185", "kg_per_piece": "4.2"}
    assert brought_back(KEI, light) == {"kg_per_m2": "150"}


def test_a_former_version_is_brought_back_whole() -> None:
    listed = with_figures(KEI, {"carbon_factor": "0.09", "factor_is_public": False, "licence_holder": "hengelo", "mki": "0.01"})
    back = with_figures(listed, brought_back(listed, KEI))
    assert figures_of(back) == figures_of(KEI)
    assert "filed" not in back
    assert [entry.figure.fact for entry in list_changes("kei", listed, back)] == ["carbon_factor", "mki", "factor_is_public"]
