"""The size that a material's weight rests on, in the reader's language: `21 × 10,5 × 8 cm; 44 st/m²`, `21 × 10.5 × 8 cm; 44 pieces/m²`.

The taxonomy keeps one short note per material, in Dutch; its few words are translated here, the longest first. A test holds that no
word of the shipped taxonomy is left over.
"""

import re
from functools import lru_cache

WORDS = {
    "met stalen rand": "with steel edge",
    "m2 kozijnoppervlak": "m2 of frame",
    "m2 dek": "m2 of deck",
    "vers inlands loofhout": "fresh local hardwood",
    "dubbel omgezette rand": "double folded edge",
    "max. proctordichtheid": "highest Proctor density",
    "licht vochtig": "slightly moist",
    "normale sterkte": "normal strength",
    "los gestort": "loose",
    "losgestort": "loose",
    "st/m2 halfsteens": "pieces/m2, half a brick thick",
    "st/m2": "pieces/m2",
    "lichtpunthoogte": "height of the light",
    "kg/m3": "kg/m3",
    "3-lichts": "3 lights",
    "U-/Z-profiel": "U or Z profile",
    "middelzwaar": "medium weight",
    "enkelzijdig": "single-sided",
    "overspanning": "span",
    "stamomtrek": "girth of the trunk",
    "middelgroot": "medium-sized",
    "gehakseld": "chopped",
    "ingeblazen": "blown in",
    "betonput": "concrete pit",
    "verdicht": "compacted",
    "staanders": "posts",
    "inwendig": "inside",
    "in situ": "in place",
    "gerijpt": "ripened",
    "hoogte": "height",
    "klasse": "class",
    "hennep": "hemp",
    "palen": "posts",
    "plaat": "board",
    "plaats": "place",
    "kluit": "root ball",
    "droog": "dry",
    "excl.": "without",
    "incl.": "with",
    "poer": "footing",
    "wand": "wall",
    "hoog": "high",
    "kalk": "lime",
    "gem.": "on average",
    "bij": "at",
    "dik": "thick",
    "ca.": "about",
}
_DUTCH = re.compile(r"(?<![\w-])(" + "|".join(map(re.escape, sorted(WORDS, key=len, reverse=True))) + r")(?!\w)")


@lru_cache(maxsize=1024)
def size_words(note: str, locale: str) -> str:
    """The note with its signs as they should be, and in English its words and decimal points too."""
    if locale == "en":
        note = re.sub(r"(?<=[0-9]),(?=[0-9])", ".", _DUTCH.sub(lambda found: WORDS[found[1]], note))
    return re.sub(r"(?<=[0-9])x(?=[0-9])", " × ", note).replace("m2", "m²").replace("m3", "m³")
