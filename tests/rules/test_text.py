"""Text is stored clean, and Dutch words are found by what people type."""

import re
import sqlite3

import pytest
from hypothesis import given
from hypothesis import strategies as st

from marketplace.kernel.errors import Invalid
from marketplace.kernel.text import clean, compound_parts, fold, fts5_query, search_prefixes, search_text, tsquery


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


def test_a_compound_is_stored_with_its_parts() -> None:
    assert {"bak", "steen", "baksteen"} <= set(search_text("Baksteen").split())
    assert {"straat", "baksteen", "bak", "steen"} <= set(search_text("straatbakstenen").split())


def found(stored: str, typed: str) -> bool:
    connection = sqlite3.connect(":memory:")
    connection.execute("CREATE VIRTUAL TABLE shelf USING fts5(words, tokenize='unicode61')")
    connection.execute("INSERT INTO shelf VALUES (?)", (search_text(stored),))
    return bool(
        connection.execute("SELECT count(*) FROM shelf WHERE shelf MATCH ?", (fts5_query(search_prefixes(typed)),)).fetchone()[0]
    )


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
    assert found(stored, typed)


@pytest.mark.parametrize(
    ("stored", "typed"),
    [("Dikte 80 cm", "8"), ("Betontegel", "klinker"), ("Straatkolk", "baksteen"), ("Lichtmast", "lichtkoepel")],
)
def test_people_do_not_find_something_else(stored: str, typed: str) -> None:
    assert not found(stored, typed)


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
