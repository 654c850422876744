"""Rules about sentences: every one has Dutch, and says the same with the same figures."""

import re
from collections import defaultdict
from collections.abc import Iterator

import pytest
from babel.messages.extract import extract_from_file
from babel.messages.pofile import read_po

from tests.house.source import PACKAGE, TEMPLATES, name_of

MARKS = {"_": None, "gettext": None, "ngettext": (1, 2), "N_": None}
TRANSLATED_TO = ("nl",)
PLACEHOLDER = re.compile(r"%\((\w+)\)")
Sentence = str | tuple[str, ...]


def extracted() -> Iterator[tuple[Sentence, str]]:
    """Every marked sentence with the place where it stands."""
    for path in sorted(PACKAGE.rglob("*.py")):
        for line, sentence, _comments, _context in extract_from_file("python", path, keywords=MARKS):
            yield sentence, f"{name_of(path)}:{line}"
    trimmed = {"trimmed": "true", "newstyle_gettext": "true", "silent": "false", "encoding": "utf-8"}
    for path in sorted([*TEMPLATES.rglob("*.html"), *TEMPLATES.rglob("*.txt"), *TEMPLATES.rglob("*.xml")]):
        for line, sentence, _comments, _context in extract_from_file(
            "jinja2.ext:babel_extract", path, keywords=MARKS, options=trimmed
        ):
            yield sentence, f"{name_of(path)}:{line}"


def catalogue(locale: str) -> dict[str, list[tuple[Sentence, Sentence, str]]]:
    """Per source sentence what the area files make of it: (sentence, translation, file)."""
    found = defaultdict(list)
    for path in sorted((PACKAGE / "translations" / locale).glob("*.po")):
        with path.open("rb") as file:
            for message in read_po(file, locale=locale, abort_invalid=True):
                if message.id:
                    assert not message.fuzzy, f"{path.name}: a guess is no translation: {message.id!r}"
                    key = message.id if isinstance(message.id, str) else message.id[0]
                    found[key].append((message.id, message.string, path.name))
    return found


@pytest.mark.parametrize("locale", TRANSLATED_TO)
def test_every_sentence_is_translated(locale: str) -> None:
    known = catalogue(locale)
    missing = {}
    for sentence, place in extracted():
        singular = sentence if isinstance(sentence, str) else sentence[0]
        entries = [strings for _ids, strings, _file in known.get(singular, [])]
        if singular and not any(strings if isinstance(strings, str) else all(strings) for strings in entries):
            missing[place] = singular
        elif not isinstance(sentence, str) and not any(isinstance(strings, tuple) for strings in entries):
            missing[place] = f"plural of {singular}"
    assert not missing, "without a translation:\n" + "\n".join(f"{place}: {sentence}" for place, sentence in missing.items())


@pytest.mark.parametrize("locale", TRANSLATED_TO)
def test_a_sentence_has_one_translation(locale: str) -> None:
    torn = {
        key: entries for key, entries in catalogue(locale).items() if len({str(strings) for _ids, strings, _file in entries}) > 1
    }
    assert torn == {}


@pytest.mark.parametrize("locale", TRANSLATED_TO)
def test_a_translation_uses_the_figures_of_its_sentence_and_no_others(locale: str) -> None:
    wrong = {}
    for entries in catalogue(locale).values():
        for sentence, strings, file in entries:
            allowed = set(PLACEHOLDER.findall(str(sentence))) | ({"num"} if isinstance(sentence, tuple) else set())
            needed = set(PLACEHOLDER.findall(sentence if isinstance(sentence, str) else sentence[-1]))
            last = strings if isinstance(strings, str) else strings[-1]
            if not set(PLACEHOLDER.findall(str(strings))) <= allowed or not needed <= set(PLACEHOLDER.findall(last)):
                wrong[f"{file}: {sentence}"] = strings
    assert wrong == {}


@pytest.mark.parametrize("locale", TRANSLATED_TO)
def test_no_translation_is_left_of_a_sentence_that_is_gone(locale: str) -> None:
    used = {sentence if isinstance(sentence, str) else sentence[0] for sentence, _place in extracted()}
    assert sorted(set(catalogue(locale)) - used) == []
