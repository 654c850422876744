"""Text as people type it: cleaned for storage, folded for comparing, cut into words.

Search words are made here and nowhere else, both when something is stored and when somebody searches, so SQLite's FTS5 and
PostgreSQL's `to_tsvector('simple', …)` see the same tokens: only runs of a-z or of 0-9. A Dutch word is stored with its stem and
the parts of the compound: `straatbakstenen` gives straat, bak, steen, baksteen. A query gives prefixes that must all match.
"""

import re
import threading
import unicodedata
from functools import cache, lru_cache
from pathlib import Path

import snowballstemmer

from marketplace.kernel.errors import FieldError, Invalid
from marketplace.kernel.language import _

PARTS_FILE = Path(__file__).resolve().parent.parent / "data" / "woorddelen.txt"
LONGEST_TOKEN = 40
LONGEST_QUOTED = 60  # of what was typed, in a sentence that says it back
MOST_TOKENS = 2_000
MOST_PREFIXES = 12
SHORTEST_PART = 3
_LINKS = ("", "s", "en", "e", "n")  # what stands between two parts: verkeer-s-bord, plant-en-bak
_INVISIBLE = re.compile("[\u00ad\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u206f\ufeff]")
_LINE_BREAK = re.compile("\r\n|[\r\x0b\x0c\x85\u2028\u2029]")  # what mail, calendars and browsers take for a new line
_FORBIDDEN = re.compile("[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff]")
_TOKEN = re.compile(r"[a-z]+|[0-9]+")
_DIAMETER = re.compile(r"[Øø](?=\s?[0-9])")
_FOLDED = str.maketrans({"ø": "o", "æ": "ae", "œ": "oe", "đ": "d", "ł": "l", "ð": "d", "þ": "th", "ı": "i"})
_DUTCH_STOP_WORDS = "aan bij de den der een en het in is met of om op te tot uit van voor"
_STOP_WORDS = frozenset(f"{_DUTCH_STOP_WORDS} an and at for from on the to with".split())
_KNOWN_STEMS = {"borden": "bord", "deksel": "deksel", "deksels": "deksel"}  # where the library's stem is another word
_dutch = snowballstemmer.stemmer("dutch")
_one_stem_at_a_time = threading.Lock()  # the stemmer keeps the word it works on in itself


def clean(text: str, *, lines: bool = False, longest: int | None = None, field: str | None = None) -> str:
    """Text fit to store: NFC, no blanks around it, nothing invisible. With `lines` it may have more than one line.

    Every sign that some reader takes for the end of a line is one here: CR, VT, FF, NEL, U+2028 and U+2029.
    Refused: control characters, lone surrogates, non-characters (PostgreSQL cannot store them) and more than `longest` characters.
    """
    if _FORBIDDEN.search(text) or any((ord(sign) & 0xFFFE) == 0xFFFE for sign in text):
        raise Invalid(_("The text contains a character that cannot be stored. Type the text again without it."), field)
    tidy = _LINE_BREAK.sub("\n", unicodedata.normalize("NFC", _INVISIBLE.sub("", text)))
    tidy = "\n".join(line.rstrip() for line in tidy.split("\n")) if lines else re.sub(r"[\n\t]+", " ", tidy)
    tidy = tidy.strip()
    if longest is not None and len(tidy) > longest:
        raise Invalid(_("The text has %(length)s characters. Use at most %(longest)s.", length=len(tidy), longest=longest), field)
    return tidy


def find_length_faults(field: str, text: str, longest: int) -> list[FieldError]:
    """One sentence where a text is longer than it may be, else none."""
    if len(text) <= longest:
        return []
    return [
        FieldError(field, _("This is %(length)s characters long. Use %(longest)s or fewer.", length=len(text), longest=longest))
    ]


def check_length(text: str, longest: int, field: str) -> None:
    """Refuse a text that is longer than it may be."""
    faults = find_length_faults(field, text, longest)
    if faults:
        raise Invalid.all(faults)


def quoted(typed: object) -> str:
    """What somebody typed, as a refusal says it back: of what is long the beginning."""
    text = str(typed)
    return text if len(text) <= LONGEST_QUOTED else f"{text[:LONGEST_QUOTED].rstrip()}…"


def fold(text: str) -> str:
    """Fold text for comparing and sorting. Lower case, no accents, `’s-Hertogenbosch` and `'s-hertogenbosch` alike."""
    plain = text.casefold().translate(_FOLDED)
    if plain.isascii():
        return plain.strip()
    spread = unicodedata.normalize("NFKD", plain)
    return "".join(sign for sign in spread if not unicodedata.combining(sign)).replace("’", "'").replace("‘", "'").strip()


def tokens(text: str) -> list[str]:
    """Split a folded text into its runs of letters and of digits. `Band 13/15x25` is band, 13, 15, x, 25."""
    return [item[:LONGEST_TOKEN] for item in _TOKEN.findall(fold(_DIAMETER.sub(" ", text)))]


@lru_cache(maxsize=20_000)
def stem(word: str) -> str:
    """The Dutch stem of a folded word: stenen and steen are one."""
    if word in _KNOWN_STEMS or len(word) < 4 or word.isdigit():
        return _KNOWN_STEMS.get(word, word)
    with _one_stem_at_a_time:
        return str(_dutch.stemWord(word)) or word


@cache
def _known_parts() -> tuple[dict[str, tuple[str, ...]], frozenset[str]]:
    """Load the known parts of compounds.

    Stem of a known part -> the smallest parts it is made of (none for most); and the parts as written.
    """
    by_stem: dict[str, tuple[str, ...]] = {}
    words = set()
    for line in PARTS_FILE.read_text(encoding="utf-8").splitlines():
        word, _sign, parts = (piece.strip() for piece in line.partition("="))
        if word and not word.startswith("#"):
            words.add(word)
            by_stem[stem(word)] = tuple(parts.split())
    return by_stem, frozenset(words)


@lru_cache(maxsize=20_000)
def compound_cuts(word: str) -> tuple[int, ...]:
    """Find where the fewest known parts that make up the word begin.

    `straatbakstenen` is (0, 6). Empty when it is not made of them.
    """
    by_stem, words = _known_parts()
    best: list[tuple[int, ...] | None] = [None] * len(word)
    for start in reversed(range(len(word))):
        options: list[tuple[int, ...]] = [(start,)] if stem(word[start:]) in by_stem or word[start:] in words else []
        for end in range(start, len(word)):
            for link in _LINKS if word[start:end] in words else ():
                following = end + len(link)
                tail = best[following] if following < len(word) and word.startswith(link, end) else None
                if tail:
                    options.append((start, *tail))
        best[start] = min(options, key=len, default=None)
    return best[0] or ()


def compound_parts(word: str) -> tuple[str, ...]:
    """Split a compound into the stems of its parts.

    `straatbakstenen` is straat, baksteen; empty when it is no compound of known parts.
    """
    words = _known_parts()[1]
    cuts = compound_cuts(word)
    if not cuts:
        return ()
    parts = []
    for start, end in zip(cuts, (*cuts[1:], len(word)), strict=True):
        piece = word[start:end]
        written = next(
            (piece.removesuffix(link) for link in _LINKS if piece.endswith(link) and piece.removesuffix(link) in words), piece
        )
        parts.append(stem(piece if end == len(word) else written))
    return tuple(parts)


def _cuts_at_the_end(word: str) -> tuple[int, ...]:
    """Find where the known parts begin at the end of a word not made of them alone. `lariksbalken` is (6,)."""
    for start in range(SHORTEST_PART, len(word)):
        cuts = compound_cuts(word[start:])
        if cuts:
            return tuple(start + cut for cut in cuts)
    return ()


@lru_cache(maxsize=20_000)
def _index_tokens(word: str) -> tuple[str, ...]:
    """List everything that a prefix of this word may begin with.

    The word, its stem, its parts, and the rest of the word from each part on.
    """
    if word.isdigit():
        return (word,)
    by_stem = _known_parts()[0]
    rows = [word, stem(word)]
    cuts = compound_cuts(word) or _cuts_at_the_end(word)
    for start in cuts:
        rows += [word[start:], stem(word[start:])]
    for part in compound_parts(word[cuts[0] :] if cuts else word):
        rows += [part, *by_stem.get(part, ())]
    return tuple(dict.fromkeys(rows))


def search_text(*texts: str) -> str:
    """Write the search words of a thing for the full-text index. Without doubles, one blank between them."""
    result: dict[str, None] = {}
    for text in texts:
        for word in tokens(text):
            if len(word) > 1 or word.isdigit():
                result.update(dict.fromkeys(_index_tokens(word)))
            if len(result) >= MOST_TOKENS:
                return " ".join(list(result)[:MOST_TOKENS])
    return " ".join(result)


def search_prefixes(query: str) -> list[str]:
    """List what must match, in the order typed: the beginning of a word, or a whole number.

    Empty when nothing to search for was typed.

    A compound that is not a known word by itself is sought by its parts, so `betonklinkers` matches `klinkers van beton`.
    """
    words = tokens(query)
    telling = [word for word in words if (len(word) > 1 or word.isdigit()) and word not in _STOP_WORDS]
    result: dict[str, None] = {}
    for word in telling or words:
        parts = compound_parts(word)
        result.update(dict.fromkeys(parts if len(parts) > 1 else (_prefix(word),)))
    return list(result)[:MOST_PREFIXES]


def _prefix(word: str) -> str:
    shortened = stem(word)
    return shortened if shortened[:2] == word[:2] else word


def fts5_query(prefixes: list[str]) -> str:
    """The MATCH expression for SQLite's FTS5. Words match by their beginning, numbers as a whole, so 8 cm is not 80 cm."""
    return " AND ".join(f'"{prefix}"' if prefix.isdigit() else f'"{prefix}"*' for prefix in prefixes)


def tsquery(prefixes: list[str]) -> str:
    """The same question for PostgreSQL: `to_tsquery('simple', :query)`."""
    return " & ".join(prefix if prefix.isdigit() else f"{prefix}:*" for prefix in prefixes)
