"""Text is stored clean, and Dutch words are found by what people type."""

import re
import sqlite3
from contextlib import closing

import pytest
from hypothesis import given
from hypothesis import strategies as st

from marketplace.kernel.errors import Invalid
from marketplace.kernel.text import (
    MOST_TOKENS,
    clean,
    compound_cuts,
    compound_parts,
    fold,
    fts5_query,
    search_prefixes,
    search_text,
    stem,
    tokens,
    tsquery,
)


@pytest.mark.parametrize("text", ["’s-Hertogenbosch", "< 3 m", "=wit=", "Zoë & Søn", "👍 prima", "1 234"])
def test_ordinary_text_passes_as_it_is(text: str) -> None:
    assert clean(text) == text


@pytest.mark.parametrize("text", ["a\x00b", "a\x07", "\x1b[0m", "a\ud800", "\ufffe", "\ufdd0", "\U0001ffff", "a\x7f", "a\x9f"])
def test_what_a_database_cannot_hold_is_refused(text: str) -> None:
    with pytest.raises(Invalid) as refusal:
        clean(text, field="title")
    assert refusal.value.errors[0].field == "title"


def test_invisible_signs_and_blanks_around_go() -> None:
    assert clean("\u200b\u00a0 kei\u202eers\u200d\ufeff \u3000") == "keiers"
    assert clean("e\u0301") == "é"


def test_one_line_stays_one_line_and_lines_stay_lines() -> None:
    assert clean("een\r\ntwee\tdrie") == "een twee drie"
    assert clean("een  \r\ntwee\r\n", lines=True) == "een\ntwee"


@pytest.mark.parametrize("sign", ["\u2028", "\u2029", "\x85", "\x0b", "\x0c", "\r"])
def test_whatever_some_reader_takes_for_a_new_line_is_one(sign: str) -> None:
    assert clean(f"een{sign}twee") == "een twee"
    assert clean(f"een{sign}twee", lines=True) == "een\ntwee"


def test_length_is_counted_in_characters() -> None:
    assert clean("é" * 5, longest=5)
    with pytest.raises(Invalid, match="6"):
        clean("é" * 6, longest=5)


def test_folding_forgets_case_and_accents() -> None:
    assert fold(" Café ØRE Straße ") == "cafe ore strasse"
    assert fold("’s-Hertogenbosch") == fold("'s-hertogenbosch")


def test_a_compound_falls_apart_in_known_parts() -> None:
    assert compound_parts("straatbakstenen") == ("straat", "baksteen")
    assert compound_parts("verkeersborden") == ("verkeer", "bord")
    assert compound_parts("plantenbak") == ("plant", "bak")
    assert compound_parts("xyzzy") == ()
    assert [compound_cuts(word) for word in ("straatbakstenen", "verkeersborden", "plantenbak", "xyzzy", "bak", "bakx")] == [
        *((0, 6), (0, 8), (0, 7)),
        *((), (0,), ()),
    ]


def test_the_known_end_of_a_word_is_found_too_and_a_text_has_an_end() -> None:
    assert "balk" in search_text("lariksbalken").split()
    assert "larik" not in search_text("xbalken").split()
    many = search_text(" ".join(str(number) for number in range(10_000, 10_000 + MOST_TOKENS + 50))).split()
    assert (len(many), many[0], many[-1]) == (MOST_TOKENS, "10000", str(10_000 + MOST_TOKENS - 1))
    assert search_text("a b 7 x") == "7"
    assert search_text("kei kei KEI") == search_text("kei")


def test_a_compound_is_stored_with_its_parts() -> None:
    assert {"bak", "steen", "baksteen"} <= set(search_text("Baksteen").split())
    assert {"straat", "baksteen", "bak", "steen"} <= set(search_text("straatbakstenen").split())


def is_found(stored: str, typed: str) -> bool:
    with closing(sqlite3.connect(":memory:")) as connection:
        connection.execute("CREATE VIRTUAL TABLE shelf USING fts5(words, tokenize='unicode61')")
        connection.execute("INSERT INTO shelf VALUES (?)", (search_text(stored),))
        question = "SELECT count(*) FROM shelf WHERE shelf MATCH ?"
        return bool(connection.execute(question, (fts5_query(search_prefixes(typed)),)).fetchone()[0])


@pytest.mark.parametrize(
    ("stored", "typed"),
    [
        ("Straatbakstenen keiformaat", "baksteen"),
        ("Straatbakstenen keiformaat", "Bakstenen"),
        ("Straatbakstenen keiformaat", "bakst"),
        ("Straatbaksteen", "straatbakstenen"),
        ("Rode betonklinkers", "klinker"),
        ("Gele klinker", "klinkers"),
        ("Klinkers van beton", "betonklinkers"),
        ("Trottoirband 13/15x25 cm", "band 13/15"),
        ("Trottoirband 13/15x25 cm", "13/15x25"),
        ("Trottoirbanden", "trottoirband"),
        ("Lichtmast staal 6 m", "masten"),
        ("Robiniapaal", "paal"),
        ("Verkeersborden", "bord"),
        ("Betonbuis Ø300", "buizen 300"),
        ("Azobé plank", "AZOBE planken"),
        ("Tegels 30x30x4,5", "tegel 30x30"),
        ("Keien voor het plein", "kei van het plein"),
        ("Houten bank", '"hout* -'),
    ],
)
def test_people_find_what_they_expect(stored: str, typed: str) -> None:
    assert is_found(stored, typed)


@pytest.mark.parametrize(
    ("stored", "typed"),
    [("Dikte 80 cm", "8"), ("Betontegel", "klinker"), ("Straatkolk", "baksteen"), ("Lichtmast", "lichtkoepel")],
)
def test_people_do_not_find_something_else(stored: str, typed: str) -> None:
    assert not is_found(stored, typed)


@pytest.mark.slow
@given(st.text(max_size=80))
def test_only_plain_letters_and_digits_become_search_words(text: str) -> None:
    assert re.fullmatch(r"([a-z]+|[0-9]+)?( ([a-z]+|[0-9]+))*", search_text(text))
    assert all(re.fullmatch(r"[a-z]+|[0-9]+", prefix) for prefix in search_prefixes(text))


@given(st.text(alphabet="abcdefghijklmnoprstuvwz ", min_size=2, max_size=30))
def test_what_is_stored_is_found_by_the_same_words(text: str) -> None:
    prefixes = search_prefixes(text)[:12]
    words = search_text(text).split()
    assert all(len(prefix) == 1 or any(word.startswith(prefix) for word in words) for prefix in prefixes)


def test_nothing_typed_asks_nothing() -> None:
    assert search_prefixes("!!! ") == []
    assert fts5_query(["kei", "8"]) == '"kei"* AND "8"'
    assert tsquery(["kei", "8"]) == "kei:* & 8"


def test_a_word_has_a_stem_from_four_letters_on() -> None:
    assert [stem(word) for word in ("oren", "ets", "stenen", "borden", "deksels", "2026")] == [
        "oor",
        "ets",
        "steen",
        "bord",
        "deksel",
        "2026",
    ]


@pytest.mark.parametrize(
    ("word", "cuts"),
    [
        ("dakbalk", (0, 3)),  # a part has at least three letters, in front
        ("betonpad", (0, 5)),  # and at the end
        ("straatbakstenen", (0, 6)),
        ("verkeersbord", (0, 8)),
        ("betonxpad", ()),  # what stands between two parts is an s, en, e or n
        ("beton", (0,)),
        ("lariks", ()),
    ],
)
def test_a_compound_is_cut_where_its_parts_begin(word: str, cuts: tuple[int, ...]) -> None:
    assert compound_cuts(word) == cuts


@pytest.mark.parametrize(
    ("word", "stored"),
    [
        ("lariksbalken", "lariksbalken lariksbalk balken balk"),  # larch is no part that is known; beams are
        ("xyzpad", "xyzpad pad"),
        ("xyzbetonpad", "xyzbetonpad betonpad beton pad"),  # from each part on
        ("xypad", "xypad"),  # two letters are no rest of a word
        ("betonpad", "betonpad pad beton"),
    ],
)
def test_a_word_is_stored_with_the_known_parts_at_its_end(word: str, stored: str) -> None:
    assert sorted(search_text(word).split()) == sorted(stored.split())


def test_a_single_letter_is_no_search_word_and_a_single_figure_is() -> None:
    assert search_text("a 7 pe") == "7 pe"
    assert search_prefixes("pe b 7 buis") == ["pe", "7", "buis"]
    assert search_prefixes("b") == ["b"]  # unless there is nothing else
    assert search_prefixes("de") == ["de"]


def test_a_thing_has_at_most_two_thousand_search_words() -> None:
    numbers = " ".join(str(number) for number in range(1000, 2999))  # 1 999 of them
    assert len(search_text(numbers).split()) == 1999
    assert len(search_text(f"{numbers} stenen paal").split()) == 2000


def test_a_question_has_at_most_twelve_words() -> None:
    assert search_prefixes(" ".join(str(number) for number in range(20, 40))) == [str(number) for number in range(20, 32)]


def test_a_search_word_has_at_most_forty_letters() -> None:
    assert tokens("x" * 41) == ["x" * 40]


@pytest.mark.parametrize(
    ("word", "prefix"), [("stenen", "steen"), ("gegoten", "gegoten"), ("gebruikt", "gebruikt"), ("oren", "oren")]
)
def test_a_word_is_sought_by_its_stem_unless_that_begins_in_another_way(word: str, prefix: str) -> None:
    assert search_prefixes(word) == [prefix]


def test_what_stands_at_the_end_has_its_own_stem_and_what_stands_before_it_that_of_the_part() -> None:
    """Of `velden` the library makes `vel`: whoever types that word finds it in a compound too."""
    assert stem("velden") == "vel" and stem("veld") == "veld"
    assert compound_parts("straatvelden") == ("straat", "vel")
    assert compound_parts("veldenpad") == ("veld", "pad")


def test_what_links_two_parts_is_no_part_of_a_stem() -> None:
    assert compound_parts("fietsrek") == compound_parts("fietsenrek") == ("fiet", "rek")
