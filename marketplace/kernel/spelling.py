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


def errors(typed: str, word: str) -> int:
    """Count the errors between two words."""
    return _rows(typed, word, len(typed) + len(word))[-1]


def errors_at_the_beginning(typed: str, word: str, allowed: int) -> int:
    """Count the errors against the best beginning of a word. More than allowed is one more than allowed."""
    row = _rows(typed, word[: len(typed) + allowed], allowed)
    return min(allowed + 1, *row)


def _rows(typed: str, word: str, allowed: int) -> list[int]:
    """The errors between what was typed and each beginning of the word, from none of it to all.

    What is beyond hope is not counted out."""
    before: list[int] = []
    row = list(range(len(word) + 1))
    for place, sign in enumerate(typed):
        if place and min(row) > allowed and min(before) >= allowed:
            break
        earlier, before, row = before, row, [place + 1]
        left = place + 1
        for at, other in enumerate(word):
            least = before[at] if sign == other else 1 + min(before[at], before[at + 1], left)
            if place and at and sign == word[at - 1] and typed[place - 1] == other and earlier[at - 1] < least:
                least = earlier[at - 1] + 1
            row.append(least)
            left = least
    return row


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
        """The words within the errors that are allowed.

        Each with its errors at the beginning, and in the whole.
        """
        allowed = errors_allowed(typed)
        if not allowed:
            return []
        letters, shortest = _letters_of(typed), len(typed) - allowed
        first = typed[0] if len(typed) < LONG else ""  # of a short word the first letter is right: `aarde` is not `garden`
        candidates = [
            word
            for word, there in self._letters.items()
            if len(word) >= shortest and (letters & ~there).bit_count() <= allowed and word.startswith(first)
        ]
        longest = len(typed) + allowed
        least = {start: errors_at_the_beginning(typed, start, allowed) for start in {word[:longest] for word in candidates}}
        near = (word for word in candidates if least[word[:longest]] <= allowed)
        return sorted((least[word[:longest]], errors(typed, word), word) for word in near)


def _letters_of(word: str) -> int:
    bits = 0
    for sign in word:
        bits |= 1 << (ord(sign) - ord("a"))
    return bits


def mend(
    typed: str, *, is_known: Callable[[str], bool], near: Callable[[str], Iterable[str]], helps: Callable[[str], bool]
) -> str | None:
    """The text with its unknown words replaced by the nearest known one that helps.

    None where none is replaced.

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
    matches = sorted(row for vocabulary in vocabularies for row in vocabulary.near(typed))
    return list(dict.fromkeys(word for least, _whole, word in matches if least == matches[0][0]))
