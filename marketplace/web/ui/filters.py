"""The formats of figures, dates and places as filters of Jinja, and the sentences."""

from collections.abc import Callable
from functools import lru_cache

from flask import Flask
from jinja2 import pass_eval_context
from jinja2.nodes import EvalContext
from markupsafe import Markup

from marketplace.accounts.rules.phones import phone_text
from marketplace.http.sources import source_name
from marketplace.kernel.formats import (
    brief_moment,
    carbon,
    euros,
    iso,
    km,
    long_date,
    mass,
    moment,
    money,
    month,
    near_date,
    number,
    percent,
    quantity,
    short_date,
    tonne_km,
)
from marketplace.kernel.language import current_locale, gettext, plain_ngettext, reading_in

SENTENCES_KEPT = 4096  # all of both languages

FILTERS: dict[str, Callable[..., str]] = {
    "number": number,
    "quantity": quantity,
    "mass": mass,
    "carbon": carbon,
    "tonne_km": tonne_km,
    "money": money,
    "euros": euros,
    "date": long_date,
    "short_date": short_date,
    "near_date": near_date,
    "month": month,
    "datetime": moment,
    "brief_moment": brief_moment,
    "phone": phone_text,
    "source_name": source_name,
    "iso": iso,
    "km": km,
    "percent": percent,
}


def register(app: Flask) -> None:
    """Give every template these filters, and the sentences in the reader's language."""
    app.jinja_env.filters.update(FILTERS)
    app.jinja_env.add_extension("jinja2.ext.i18n")
    app.jinja_env.install_gettext_callables(gettext, plain_ngettext, newstyle=True)  # type: ignore[attr-defined]
    app.jinja_env.policies["ext.i18n.trimmed"] = True
    app.jinja_env.globals.update({"_": sentence, "gettext": sentence})


@pass_eval_context
def sentence(context: EvalContext, message: str, /, **values: object) -> str:
    """Jinja's own `gettext` with named figures, which puts together anew what has none. Pages have dozens of these."""
    if values or not context.autoescape:
        translated = gettext(message)
        return (Markup(translated) if context.autoescape else translated) % values  # noqa: S704 our own sentence
    return _without_figures(message, current_locale())


@lru_cache(maxsize=SENTENCES_KEPT)
def _without_figures(message: str, locale: str) -> Markup:
    with reading_in(locale):
        return Markup(gettext(message)) % {}  # noqa: S704 our own sentence
