"""The fields of the catalogue's filters: the same few things stand in them on page after page, so each is drawn once."""

from functools import lru_cache
from typing import Any

from flask import current_app
from markupsafe import Markup

from marketplace.kernel.language import current_locale
from marketplace.web.catalogue.forms import FilterForm

FIELDS_KEPT = 256


class _Filled:
    """A field that is the same as another when it looks the same: its name, what stands in it, what is wrong with it, the language."""

    def __init__(self, name: str, field: Any) -> None:
        self.name, self.field = name, field
        self._looks = (name, str(field.raw_data), str(field.data), tuple(str(one) for one in field.errors), current_locale())

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Filled) and self._looks == other._looks

    def __hash__(self) -> int:
        return hash(self._looks)


def filter_field(form: FilterForm, name: str) -> Markup:
    """One field of the filters as its macro in `catalogue/_fields.html` draws it."""
    return _drawn(_Filled(name, form[name]))


@lru_cache(maxsize=FIELDS_KEPT)
def _drawn(filled: _Filled) -> Markup:
    macros = current_app.jinja_env.get_template("catalogue/_fields.html").module
    drawn: Markup = getattr(macros, filled.name)(filled.field)
    return drawn
