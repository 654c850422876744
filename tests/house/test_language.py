"""Rules about sentences: every one has Dutch in the catalogue of its package, and says the same with the same figures."""

import re
from functools import cache

import pytest
from babel.messages.catalog import Catalog

from marketplace.cli.translations import Ids, Sentence, arrange, catalogue_of, extract, missing, read, write
from marketplace.kernel.dates import read_date
from marketplace.kernel.language import CATALOGUES, TRANSLATED_TO

DAY = re.compile(r"\b\d{1,2}[-/]\d{1,2}[-/]\d{2,4}\b|\b\d{1,2} (?:[Jj]anuar[iy]|March|maart) \d{4}\b")
PLACEHOLDER = re.compile(r"%\((\w+)\)")
BY_LOCALE = pytest.mark.parametrize("locale", TRANSLATED_TO)


@cache
def source() -> list[Sentence]:
    return extract()


@cache
def catalogues(locale: str) -> dict[str, Catalog]:
    return read(CATALOGUES, locale)


def entries(locale: str) -> list[tuple[str, Ids, Ids]]:
    """Every entry of every catalogue: (catalogue, sentence, translation)."""
    return [
        (name, message.id, message.string)
        for name, catalogue in catalogues(locale).items()
        for message in catalogue
        if message.id
    ]


def key(sentence: Ids) -> str:
    return sentence if isinstance(sentence, str) else sentence[0]


@BY_LOCALE
@pytest.mark.slow
def test_every_sentence_is_translated(locale: str) -> None:
    untranslated = [f"{sentence.file}:{sentence.line}: {sentence.ids}" for sentence in missing(source(), catalogues(locale))]
    assert untranslated == []


@BY_LOCALE
@pytest.mark.slow
def test_a_sentence_stands_in_the_catalogue_of_the_first_file_that_says_it(locale: str) -> None:
    home: dict[str, str] = {}
    for sentence in source():
        home.setdefault(sentence.key, catalogue_of(sentence.file))
    astray = {f"{name}.po: {key(ids)}": home[key(ids)] for name, ids, _ in entries(locale) if home.get(key(ids), name) != name}
    assert astray == {}


@BY_LOCALE
@pytest.mark.slow
def test_no_translation_is_left_of_a_sentence_that_is_gone(locale: str) -> None:
    keys = {sentence.key for sentence in source()}
    assert [f"{name}.po: {key(ids)}" for name, ids, _ in entries(locale) if key(ids) not in keys] == []


@BY_LOCALE
@pytest.mark.slow
def test_the_command_would_leave_every_catalogue_as_it_is(locale: str) -> None:
    arranged = {name: write(catalogue) for name, catalogue in arrange(source(), catalogues(locale), locale).items()}
    lying = {path.stem: path.read_bytes() for path in (CATALOGUES / locale).glob("*.po")}
    untidy = {name for name in arranged.keys() | lying.keys() if arranged.get(name) != lying.get(name)}
    assert untidy == set(), "run `python3 -m marketplace translations`"


@BY_LOCALE
def test_a_translation_uses_the_figures_of_its_sentence_and_no_others(locale: str) -> None:
    wrong = {}
    for name, sentence, strings in entries(locale):
        allowed = set(PLACEHOLDER.findall(str(sentence))) | ({"num"} if isinstance(sentence, tuple) else set())
        needed = set(PLACEHOLDER.findall(sentence if isinstance(sentence, str) else sentence[-1]))
        last = strings if isinstance(strings, str) else strings[-1]
        if not set(PLACEHOLDER.findall(str(strings))) <= allowed or not needed <= set(PLACEHOLDER.findall(last)):
            wrong[f"{name}.po: {sentence}"] = strings
    assert wrong == {}


@BY_LOCALE
@pytest.mark.slow
def test_a_day_that_a_sentence_gives_as_an_example_is_read_on_its_own_page(locale: str) -> None:
    examples = [
        (day, language)
        for _name, ids, translation in entries(locale)
        for text, language in ((key(ids), "en"), (key(translation), locale))
        for day in DAY.findall(text)
    ]
    assert {language for _day, language in examples} == {"en", locale}
    for day, language in examples:
        assert read_date(day, language)
