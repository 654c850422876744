"""Every page in both languages: no sentence of the other language is left on it, refused forms, titles and hidden labels included.

Every link is followed from the pages that need nothing to be known, two addresses for each route, for a visitor of each kind.
"""

import re
from functools import cache

import pytest

from tests.house.test_language import PLACEHOLDER, entries
from tests.journeys.sentences import Words, spoken
from tests.journeys.walk import VISITORS, Walks
from tests.visitors import csrf_token

pytestmark = pytest.mark.slow

SHORTEST_INSIDE = 14  # characters: a sentence this long is also looked for inside a longer text
REFUSED_WHEN_EMPTY = {
    "anonymous": ("/inloggen", "/wachtwoord-vergeten"),
    "project-leader": ("/aanbod/nieuw/alles", "/gezocht/nieuw", "/account/wachtwoord", "/account/gegevens", "/account/tokens"),
    "coordinator": ("/beheer/uitnodigen", "/beheer/depots/nieuw", "/paspoorten/nieuw"),
    "region": (),
    "aoce": (),
    "adviser": (),
    "administrator": (),
}
ENGLISH_WORDS = {"the", "and", "with", "your", "you", "this", "that", "has", "are", "from", "not", "which", "for"}


def sentences(locale: str) -> dict[str, str]:
    """Every sentence that only the other language has: what it says there and what it should say, in reading order."""
    pairs = set()
    for _catalogue, sentence, translation in entries("nl"):
        english = (sentence,) if isinstance(sentence, str) else sentence
        dutch = (translation,) if isinstance(translation, str) else translation
        pairs |= set(zip(english, dutch, strict=True))
    mine = {pair[0 if locale == "en" else 1] for pair in pairs}
    return {
        theirs: ours for en, nl in pairs for theirs, ours in ((nl, en) if locale == "en" else (en, nl),) if theirs not in mine
    }


@cache
def foreign_to(locale: str) -> Words:
    """What no page in this language may say; made once for all journeys of a worker."""
    return Words(sentences(locale), PLACEHOLDER, SHORTEST_INSIDE)


def left_over(html: str, locale: str, foreign: Words) -> list[str]:
    """The texts of a page that are in the other language."""
    texts = []
    for text in spoken(html, locale):
        if sentence := foreign.inside(text):
            texts.append(f"{text[:90]!r} (“{sentence[:60]}”)")
        elif locale == "nl" and len(ENGLISH_WORDS & set(re.findall(r"\w+", text.lower()))) >= 2:
            texts.append(f"{text[:90]!r} is not in the catalogue")
    return texts


@pytest.mark.parametrize("locale", ["nl", "en"])
@pytest.mark.parametrize("visitor", list(VISITORS))
def test_no_page_holds_a_sentence_of_the_other_language(walks: Walks, visitor: str, locale: str) -> None:
    prefix = "" if locale == "nl" else "/en"
    foreign = foreign_to(locale)
    wrong, seen = {}, 0
    for page in walks.of("full", visitor, prefix):
        seen += 1
        if texts := left_over(page.html, locale, foreign):
            wrong[page.address] = texts
    client = walks.sites["full"].client(VISITORS[visitor])
    for address in REFUSED_WHEN_EMPTY[visitor]:
        form = client.get(prefix + address)
        answer = client.post(prefix + address, data={"csrf_token": csrf_token(form)})
        if texts := left_over(answer.text, locale, foreign):
            wrong[f"{prefix}{address}, sent empty"] = texts
    assert seen > 10
    assert not wrong, "\n".join(f"{address}: {text}" for address, texts in wrong.items() for text in texts)


@pytest.mark.parametrize(
    ("locale", "html"),
    [
        ("nl", "<p>Log in first. Then try again.</p>"),
        ("nl", '<button aria-label="Log out"></button>'),
        ("nl", "<p>This was never marked and is not with the others</p>"),
        ("en", "<title>Toegankelijkheid – Twente Materials Bank</title>"),
        ("en", "<p>Na 30 minuten zonder activiteit wordt u uitgelogd.</p>"),
        ("en", '<img alt="Inloggen om te reserveren">'),
    ],
)
def test_a_sentence_that_was_left_is_found(locale: str, html: str) -> None:
    foreign = foreign_to(locale)
    assert left_over(html, locale, foreign)
    assert left_over(f'<div lang="{"en" if locale == "nl" else "nl"}">{html}</div>', locale, foreign) == []
