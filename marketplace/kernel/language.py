"""Sentences that are written in English and read in the reader's language.

The source text is English, Dutch is the default locale. Catalogues are the `.po` files of `marketplace/translations/<locale>/`, one
per package of the source, read once per process. A `Text` is lazy: it is translated when it becomes a string, so a rule can refuse without
knowing who reads.
"""

import io
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cache, lru_cache
from pathlib import Path
from typing import Protocol, runtime_checkable

from babel.dates import format_date
from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.numbers import format_decimal
from babel.support import NullTranslations, Translations
from markupsafe import escape

LOCALES = ("nl", "en")
DEFAULT_LOCALE = "nl"
SOURCE_LOCALE = "en"
SENTENCES_KEPT = 8192  # more than all of both languages
FIGURES_KEPT = 4096  # Babel reads the pattern anew for each
TRANSLATED_TO = tuple(locale for locale in LOCALES if locale != SOURCE_LOCALE)
CATALOGUES = Path(__file__).resolve().parent.parent / "translations"
_locale: ContextVar[str] = ContextVar("locale", default=DEFAULT_LOCALE)


@runtime_checkable
class Localized(Protocol):
    """A value that knows how it is written in a locale."""

    def localized(self, locale: str) -> str: ...


def current_locale() -> str:
    """Get the reader's locale: `nl` or `en`."""
    return _locale.get()


def in_words(nl: str, en: str, locale: str | None = None) -> str:
    """The Dutch or the English of something, by its reader's language or by another."""
    return en if (locale or current_locale()) == "en" else nl


def set_locale(locale: str) -> None:
    """Set the reader's locale for the rest of this context; an unknown one becomes Dutch."""
    _locale.set(locale if locale in LOCALES else DEFAULT_LOCALE)


@contextmanager
def reading_in(locale: str) -> Iterator[None]:
    """Run a block in one locale, for a mail or an export."""
    token = _locale.set(locale if locale in LOCALES else DEFAULT_LOCALE)
    try:
        yield
    finally:
        _locale.reset(token)


@cache
def _translations(locale: str) -> NullTranslations:
    merged = Catalog(locale=locale)
    for path in sorted((CATALOGUES / locale).glob("*.po")):
        with path.open("rb") as file:
            for message in read_po(file, locale=locale):
                if message.id:
                    merged[message.id] = message
    if not len(merged):
        return NullTranslations()
    compiled = io.BytesIO()
    write_mo(compiled, merged)
    compiled.seek(0)
    return Translations(compiled)


def gettext(message: str) -> str:
    """The sentence in the reader's language, or as it is where there is no translation."""
    return _translated(message, _locale.get())


@lru_cache(maxsize=SENTENCES_KEPT)
def _translated(message: str, locale: str) -> str:
    return _translations(locale).gettext(message)


def plain_ngettext(singular: str, plural: str, num: int) -> str:
    """The singular or plural sentence in the reader's language."""
    return _translations(_locale.get()).ngettext(singular, plural, num)


def localize(value: object) -> str:
    """Write a value in the reader's locale. 1234.5 is `1.234,5` in Dutch, a date is `12 januari 2027`."""
    locale = _locale.get()
    written = getattr(
        value, "localized", None
    )  # quicker than asking whether it is a Localized, and asked hundreds of times a page
    if written is not None:
        return str(written(locale))
    if isinstance(value, int | Decimal) and not isinstance(value, bool):
        return _figure(value or 0, locale)  # of nought and minus nought, which are equal, only one is kept
    if isinstance(value, date):
        return format_date(value, format="d MMMM y", locale=locale)
    return str(value)


@lru_cache(maxsize=FIGURES_KEPT)
def _figure(value: int | Decimal, locale: str) -> str:
    return format_decimal(value, format="#,##0.######", locale=locale)


class Text:
    """A sentence with named figures, translated when it becomes a string."""

    __slots__ = ("message", "plural", "num", "params")

    def __init__(self, message: str, plural: str | None = None, num: int = 0, params: dict[str, object] | None = None) -> None:
        self.message, self.plural, self.num, self.params = message, plural, num, params or {}

    def __str__(self) -> str:
        chosen = self._chosen()
        return chosen % {name: localize(value) for name, value in self.params.items()} if self.params else chosen

    def __html__(self) -> str:
        """Give the same for a page. A value with markup of its own stays markup, everything else is escaped."""
        chosen = escape(self._chosen())
        if not self.params:
            return chosen
        return chosen % {name: value if hasattr(value, "__html__") else localize(value) for name, value in self.params.items()}

    def _chosen(self) -> str:
        return gettext(self.message) if self.plural is None else plain_ngettext(self.message, self.plural, self.num)

    def __repr__(self) -> str:
        return f"Text({self.message!r}, {self.params!r})"

    def __eq__(self, other: object) -> bool:
        return str(self) == str(other) if isinstance(other, Text | str) else NotImplemented

    def __hash__(self) -> int:
        return hash((self.message, self.plural, self.num))

    def __mod__(self, params: dict[str, object]) -> str:
        return str(Text(self.message, self.plural, self.num, {**self.params, **params}))


def _(message: str, **params: object) -> Text:
    """A lazy sentence: `_("Only %(available)s is left.", available=quantity)`."""
    return Text(message, params=params)


def ngettext(singular: str, plural: str, num: int, **params: object) -> Text:
    """A lazy sentence that depends on a number; `%(num)s` is that number."""
    return Text(singular, plural, num, {"num": num, **params})


def joined(*sentences: object) -> Text:
    """Sentences after each other, each in the reader's language; what is empty is left out."""
    parts = {f"part{number}": sentence for number, sentence in enumerate(sentences) if sentence}
    return Text(" ".join(f"%({name})s" for name in parts), params=parts)


def in_default_locale(sentence: Text) -> str:
    """Give one of our sentences as it is stored among people's words.

    In Dutch, as those count (docs/decisions.md), whoever acts.
    """
    with reading_in(DEFAULT_LOCALE):
        return str(sentence)


@dataclass(frozen=True, slots=True)
class Words:
    """The same words in both languages."""

    nl: str
    en: str

    def localized(self, locale: str) -> str:
        """The words, where a sentence has them."""
        return in_words(self.nl, self.en, locale)


@dataclass(frozen=True, slots=True)
class Named:
    """Something of the taxonomy with a name in both languages; the slug never changes."""

    slug: str
    name_nl: str
    name_en: str

    @property
    def name(self) -> str:
        """The name in the reader's language."""
        return self.name_in(current_locale())

    def name_in(self, locale: str) -> str:
        return in_words(self.name_nl, self.name_en, locale)

    def localized(self, locale: str) -> str:
        """The name, where a sentence has it."""
        return self.name_in(locale)
