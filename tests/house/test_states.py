"""Rules about states: each has one word, in its label and in every sentence about it, in both languages; so has "free of charge"."""

import re

import pytest
from babel.messages.pofile import read_po

from marketplace.exchange.rules.reservation import STATUS_LABELS
from marketplace.kernel.language import CATALOGUES, reading_in
from marketplace.market.rules.demand import DEMAND_STATUS_LABELS
from marketplace.market.rules.listing import LISTING_STATUS_LABELS

LABELS = {**STATUS_LABELS, **LISTING_STATUS_LABELS, **DEMAND_STATUS_LABELS}
TRANSFER, CLAIM = r"overdracht(?: van [^.]*)? is", r"(?:reservering|aanvraag)\b[^.]{0,60}"
OTHER_WORDS = {  # of the word that stands first, what nobody says
    "nl": {
        "Afgerond": rf"{TRANSFER} (?:klaar|compleet|voltooid|bevestigd|gereed)\b|^Bevestigd\. |\bvoltooide?\b",
        "Betwist": r"\boneens\b|\bin geschil\b",
        "Vervallen": rf"{CLAIM} (?:is )?verlopen\b",
        "Afgewezen": rf"{CLAIM} niet goedgekeurd\b|\bgeweigerde? aanvra",
        "Geannuleerd": r"\bafgezegd\b|\bafgelast\b|\bafgeblazen\b",
        "Ingetrokken": r"\bteruggetrokken\b",
        "Afgesloten": r"\b(?:partij|aanbod) is gesloten\b",
        "gratis": r"\bom niet\b|\bkosteloos\b|\bzonder kosten\b|\bvoor niets\b",
    },
    "en": {
        "Completed": r"transfer(?: of [^.]*)? is (?:complete|done|ready|confirmed)\b(?! by)|^Confirmed\. ",
        "Disputed": r"\bcontested\b",
        "Lapsed": r"(?:reservation|request|demand)\b[^.]{0,60} expired\b",
        "Rejected": r"(?:reservation|request)\b[^.]{0,60} (?:is|was) not approved\b|did not approve\b|refused your reservation",
        "Cancelled": r"\bcalled off\b|\bcanceled\b",
        "free of charge": r"\bfor free\b|\bgratis\b|\bno charge\b|\bfree of cost\b",
    },
}


def sentences(locale: str) -> list[str]:
    """Everything that the catalogues say in a language: English is what is translated."""
    all_texts = list[str]()
    for path in sorted((CATALOGUES / "nl").glob("*.po")):
        with path.open("rb") as file:
            for message in read_po(file):
                texts = message.id if locale == "en" else message.string
                all_texts += [texts] if isinstance(texts, str) else list(texts)
    return all_texts


@pytest.mark.parametrize("locale", ["nl", "en"])
def test_nobody_says_another_word_for_a_state(locale: str) -> None:
    others = {
        word: uses
        for word, pattern in OTHER_WORDS[locale].items()
        if (uses := [sentence for sentence in sentences(locale) if re.search(pattern, sentence, re.IGNORECASE)])
    }
    assert others == {}


@pytest.mark.parametrize("locale", ["nl", "en"])
def test_the_word_of_a_state_is_that_of_its_label(locale: str) -> None:
    with reading_in(locale):
        labels = {str(label) for label in LABELS.values()}
    charge = {"nl": "gratis", "en": "free of charge"}[locale]
    assert {word for word in OTHER_WORDS[locale] if word != charge} <= labels
    assert charge in sentences(locale)


def test_one_word_is_one_state_in_both_languages() -> None:
    with reading_in("nl"):
        dutch = {state: str(label) for state, label in LABELS.items()}
    with reading_in("en"):
        english = {state: str(label) for state, label in LABELS.items()}
    pairs = {(dutch[state], english[state]) for state in LABELS}
    assert len(pairs) == len({word for word, _english in pairs}) == len({word for _dutch, word in pairs})
