"""Typing errors: how many, of which word, and which known word is meant."""

import pytest

from marketplace.kernel.spelling import Vocabulary, errors, errors_allowed, errors_at_the_beginning, mend, nearest

WORDS = Vocabulary(["Klinkers van beton", "Dakpannen; dakplank", "trottoirband 13/15x25", "Azobé"])


@pytest.mark.parametrize(
    ("typed", "word", "counted"),
    [
        ("klinker", "klinker", (0, 0)),
        ("klinkker", "klinker", (1, 1)),  # one too many
        ("klinkker", "klinkers", (1, 2)),  # the beginning of it
        ("kliner", "klinker", (1, 1)),  # one too few
        ("klimker", "klinker", (1, 1)),  # another one
        ("klniker", "klinker", (1, 1)),  # two that changed places
        ("lkinker", "klinker", (1, 1)),
        ("klinkre", "klinkers", (1, 2)),
        ("", "dak", (0, 3)),
        ("dak", "", (3, 3)),
        ("paal", "lamp", (3, 3)),
    ],
)
def test_an_error_is_a_letter_too_much_too_few_another_or_two_that_changed_places(
    typed: str, word: str, counted: tuple[int, int]
) -> None:
    assert (errors_at_the_beginning(typed, word, 9), errors(typed, word)) == counted
    for allowed in range(3):
        assert errors_at_the_beginning(typed, word, allowed) == min(counted[0], allowed + 1)


@pytest.mark.parametrize(
    ("word", "allowed"), [("kei", 0), ("keii", 1), ("beton", 1), ("klinke", 2), ("klinkerbestrating", 2), ("1234567", 0)]
)
def test_a_longer_word_may_have_more_errors(word: str, allowed: int) -> None:
    assert errors_allowed(word) == allowed


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ("klinkker", ["klinkers"]),
        ("klimkker", ["klinkers"]),  # two errors in eight letters
        ("klimkkerr", []),  # three
        ("dakpanen", ["dakpannen"]),
        ("dakpa", ["dakpannen"]),  # no error at all: a beginning
        ("betom", ["beton"]),
        ("vetom", []),  # two errors in five letters: too many
        ("azobee", ["azobe"]),
        ("eton", []),  # of a short word the first letter is right
        ("linker", ["klinkers"]),
        ("13", []),
        ("van", []),
    ],
)
def test_the_nearest_known_words_are_found(typed: str, words: list[str]) -> None:
    assert nearest(typed, WORDS) == words


def test_the_fewest_errors_come_first_and_only_those() -> None:
    assert nearest("dakplanen", Vocabulary(["dakpannen dakplanken"])) == ["dakplanken"]
    assert nearest("stenem", Vocabulary(["stenen stelen"]), Vocabulary(["stenen"])) == ["stenen"]


def _mend(typed: str, there: str = "klinkers beton dakpannen") -> str | None:
    return mend(
        typed,
        is_known=WORDS.__contains__,
        near=lambda word: nearest(word, WORDS),
        helps=lambda word: any(known_word.startswith(word) for known_word in there.split()),
    )


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("klinkker", "klinkers"),
        ("Rode  Klinkker 8", "Rode klinkers 8"),  # what is right stays as it was typed
        ("klinkers", None),
        ("klink", None),  # a beginning finds
        ("13/15x25", None),
        ("trottoirband", None),  # known; that there is none is no error
        ("straatbaksteen", None),  # made of known parts
        ("trottoirbant", None),  # the nearest word helps nobody
        ("", None),
    ],
)
def test_only_a_word_that_is_not_known_is_mended(typed: str, meant: str | None) -> None:
    assert _mend(typed) == meant
