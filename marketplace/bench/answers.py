"""Made-up answers to the fields of made-up lots, and made-up wishes of demands."""

from functools import cache
from random import Random
from typing import Any

from marketplace.kernel.text import search_text
from marketplace.market.rules.listing import answer_words
from marketplace.materials.rules.fields import UNKNOWN, Field, FieldKind
from marketplace.materials.rules.taxonomy import Material

FIT = {
    "soil-class": "agriculture-nature",
    "pfas": "agriculture-nature",
    "proof": "batch-inspection",
    "treatment": "none",
    "tar": "no",
    "asbestos-test": "passed",
    "play-certificate": "yes",
}  # what a lot says that may go to anybody
STEPS = 20  # from the least of a number, so that few words are made again and again
SPAN = 50
_SAID, _KNOWN, _ASKED = 0.7, 0.9, 0.3


def draw_answers(random: Random, material: Material) -> dict[str, Any]:
    """What a lot says: what is needed always, of the rest most, and of that some unknown."""
    fields = (field for field in material.fields if field.is_needed or random.random() < _SAID)
    answers = {field.slug: _draw(random, field) for field in fields}
    return {slug: answer for slug, answer in answers.items() if answer is not None}


def _draw(random: Random, field: Field) -> Any:
    if field.slug in FIT:
        return FIT[field.slug]
    if not field.is_needed and random.random() > _KNOWN:
        return UNKNOWN
    match field.kind:
        case FieldKind.NUMBER:
            return _step(field, random.randrange(STEPS))
        case FieldKind.YEAR:
            return random.randint(1980, 2024)
        case FieldKind.CHOICE | FieldKind.ANSWER:
            return random.choice(field.choices).slug
    return None


def _step(field: Field, number: int) -> str:
    least = float(field.minimum or 0)
    most = min(float(field.maximum or SPAN), least + SPAN)
    return f"{round(least + (most - least) * number / (STEPS - 1), field.places):g}"


def draw_wishes(random: Random, material: Material) -> dict[str, dict[str, Any]]:
    """What a demand asks: mostly nothing, else one or two of the fields."""
    fields = [field for field in material.fields if field.is_searchable and field.kind is not FieldKind.DAY]
    if not fields or random.random() > _ASKED:
        return {}
    chosen = random.sample(fields, min(len(fields), random.choice((1, 1, 2))))
    return {field.slug: _wish(random, field) for field in chosen}


def _wish(random: Random, field: Field) -> dict[str, Any]:
    if field.kind is FieldKind.NUMBER:
        return {"min": _step(field, random.randrange(STEPS // 2))}
    if field.kind is FieldKind.YEAR:
        return {"min": str(random.randint(1980, 2010))}
    if field.slug in FIT:
        return {"oneOf": [FIT[field.slug]]}
    most = max(1, len(field.choices) // 2)
    slugs = set(random.sample([choice.slug for choice in field.choices], most))
    return {"oneOf": [choice.slug for choice in field.choices if choice.slug in slugs]}


@cache
def words_of(field: Field, value: Any) -> tuple[str, ...]:
    """The search words of one answer."""
    return tuple(search_text(*answer_words({field.slug: field}, {field.slug: value})).split())
