"""What people wrote themselves, marked apart from what the site says.

Titles, descriptions, reasons.

In which language somebody wrote is not asked and not stored (see docs/decisions.md): it counts as the language of the bank. On a
page in another language it is marked as such, so that a screen reader pronounces it well and a translating browser knows what to
do.
"""

from flask import Flask
from markupsafe import Markup, escape

from marketplace.kernel.language import DEFAULT_LOCALE, current_locale


class Written(str):
    """Words of a person, marked on a page in another language. `<span lang="nl">` around them there; as text just the words."""

    __slots__ = ()

    def __html__(self) -> Markup:
        words = escape(str(self))
        if not words or current_locale() == DEFAULT_LOCALE:
            return words
        return Markup('<span lang="{}">{}</span>').format(DEFAULT_LOCALE, words)  # markup, else another one escapes it again


def written_lang() -> Markup:
    """Give the attribute for an element that holds nothing but such words. Or for a picture whose `alt` they are."""
    return Markup("") if current_locale() == DEFAULT_LOCALE else Markup(f' lang="{DEFAULT_LOCALE}"')  # noqa: S704 a constant


def register(app: Flask) -> None:
    """Register the filter and the function that mark a person's words.

    `{{ listing.title|as_written }}` within a text or a sentence, `<p{{ written_lang() }}>` for an element.
    """
    app.jinja_env.filters["as_written"] = Written
    app.jinja_env.globals["written_lang"] = written_lang
