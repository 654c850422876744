"""Cards of lots, each drawn once for as long as it says the same: the same lots stand on many pages of the catalogue."""

from functools import lru_cache

from flask import current_app
from markupsafe import Markup

from marketplace.kernel.language import current_locale
from marketplace.web.catalogue.lots import Lot

CARDS_KEPT = 8192


def card(lot: Lot, *, lazy: bool = True) -> Markup:
    """The card of `macros/card.html`. `lazy`: its photo loads when it comes into view."""
    return _drawn(lot, lazy, current_locale())


@lru_cache(maxsize=CARDS_KEPT)
def _drawn(lot: Lot, lazy: bool, locale: str) -> Markup:
    macros = current_app.jinja_env.get_template("macros/card.html").module
    drawn: Markup = macros.lot(lot, lot.href, lazy=lazy)  # type: ignore[attr-defined]
    return drawn
