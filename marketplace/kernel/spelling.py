"""Typing errors: which known word is nearest to what was typed.

A search finds by the beginning of a word, so an error is counted against the best beginning of a known word: `klinkker` is one letter from `klinker` and so
from `klinkerbestrating`. A letter too much, too few, another one, or two that changed places, is one error.
"""

from collections.abc import Callable, Iterable

from marketplace.kernel.text import compound_cuts, tokens

SHORTEST = 4  # letters: a shorter word has too many neighbours
LONG = 6  # from so many letters on two errors are forgiven, before that one
TRIED_MOST = 4


def errors_allowed(word: str) -> int:
    """How many errors may stand in a word: none in a short one or in a number."""
    if len(word) < SHORTEST or word.isdigit():
        return 0
    return 2 if len(word) >= LONG else 1


def errors(typed: str, word: str) -> tuple[int, int]:
    """The errors in what was typed, against the best beginning of the word and against the whole word."""
    before: list[int] = []
    row = list(range(len(word) + 1))
    for place, sign in enumerate(typed):
        earlier, before, row = before, row, [place + 1]
        for at, other in enumerate(word):
            least = min(before[at] + (sign != other), before[at + 1] + 1, row[at] + 1)
            if place and at and sign == word[at - 1] and typed[place - 1] == other:
                least = min(least, earlier[at - 1] + 1)
            row.append(least)
    return min(row), row[-1]


class Vocabulary:
    """Words that people may mean, each with the letters in it."""

    def __init__(self, texts: Iterable[str] = ()) -> None:
        self._letters: dict[str, int] = {}
        for text in texts:
            self.add(text)

    def __contains__(self, word: str) -> bool:
        return word in self._letters

    def add(self, text: str) -> None:
        """Learn the words of a text."""
        for word in tokens(text):
            if len(word) >= SHORTEST and not word.isdigit() and word not in self._letters:
                self._letters[word] = _letters_of(word)

    def near(self, typed: str) -> list[tuple[int, int, str]]:
        """The words within the errors that are allowed: errors at the beginning, in the whole, and the word."""
        allowed = errors_allowed(typed)
        if not allowed:
            return []
        letters, shortest = _letters_of(typed), len(typed) - allowed
        candidates = [
            word
            for word, there in self._letters.items()
            if len(word) >= shortest and (letters & ~there).bit_count() <= allowed
        ]
        counted = ((*errors(typed, word), word) for word in candidates)
        return sorted(found for found in counted if found[0] <= allowed)


def _letters_of(word: str) -> int:
    bits = 0
    for sign in word:
        bits |= 1 << (ord(sign) - ord("a"))
    return bits


def mend(typed: str, *, is_known: Callable[[str], bool], near: Callable[[str], Iterable[str]], helps: Callable[[str], bool]) -> str | None:
    """The text with its unknown words replaced by the nearest known one that helps; None where none is replaced.

    A word that is known, or made of known parts, stays: that there is none of it is no typing error.
    """
    result = []
    for piece in typed.split():
        words = tokens(piece)
        if len(words) != 1 or is_known(words[0]) or compound_cuts(words[0]) or helps(words[0]):
            result.append(piece)
            continue
        result.append(next((word for word in list(near(words[0]))[:TRIED_MOST] if helps(word)), piece))
    mended = " ".join(result)
    return None if mended == " ".join(typed.split()) else mended


def nearest(typed: str, *vocabularies: Vocabulary) -> list[str]:
    """The words with the fewest errors, best first, each once."""
    found = sorted(row for vocabulary in vocabularies for row in vocabulary.near(typed))
    return list(dict.fromkeys(word for least, _whole, word in found if least == found[0][0]))
