"""The questions that people may ask of the catalogue.

A GET form: no token, and what cannot be read is reported while the rest still searches.
"""

from collections.abc import Collection
from typing import Any

from wtforms import BooleanField, SelectField, StringField

from marketplace.catalogue.rules.query import RADII_KM
from marketplace.http.places import finder
from marketplace.kernel.errors import Invalid
from marketplace.kernel.language import _
from marketplace.places.rules import Place
from marketplace.web.ui.forms import DutchDateField, Fault, Form, attach, options
from marketplace.web.ui.suggestions import suggests

RADII = tuple(str(radius_km) for radius_km in RADII_KM)
SORTS = {"distance": _("Nearest first"), "newest": _("Newest first"), "availableFrom": _("Free soonest")}
WANTED_SORTS = {
    "fits": _("Fits you"),
    "distance": _("Nearby"),
    "neededFrom": _("Needed first"),
    "newest": _("Newest first"),
}
WORDS_LENGTH_MAX = 200


class SearchForm(Form):
    """What every search asks: the words, and the place to measure from. What has counts comes from the facets."""

    q = StringField(_("Search for material, size or project"), render_kw=suggests("materials", "places"))
    place = StringField(_("Place or postcode"), description=_("For example Hengelo or 7551"), render_kw=suggests("places"))
    radius_km = SelectField(
        _("Within"),
        choices=options([(km, _("%(km)s km", km=int(km))) for km in RADII], empty=_("No limit")),
        validate_choice=False,
        name="radiusKm",
    )

    sorts: Collection[str] = ()

    class Meta(Form.Meta):
        """Nothing changes, so nothing needs a token."""

        csrf = False

    def __init__(self, formdata: Any) -> None:
        existing = formdata.copy()
        if existing.get("radiusKm") not in RADII:
            existing.poplist("radiusKm")
        if existing.get("sort") not in self.sorts:
            existing.poplist("sort")
        existing["q"] = existing.get("q", "")[:WORDS_LENGTH_MAX]
        super().__init__(existing)


class FilterForm(SearchForm):
    """The words, the place and the period. Groups, conditions, organisations and what owners answer come from the facets."""

    free_now = BooleanField(_("Can be collected now"), name="now")
    available_from = DutchDateField(
        _("Available on or before"), description=_("For example 12 January or tomorrow"), name="availableFrom"
    )
    sort = SelectField(_("Sort by"), choices=options(SORTS.items()), validate_choice=False)

    sorts = SORTS

    def __init__(self, formdata: Any) -> None:
        self.field_faults: list[Fault] = []
        super().__init__(formdata)

    def summary(self) -> list[Fault]:
        """What is wrong in the filters by field comes last."""
        return [*super().summary(), *self.field_faults]


class WantedForm(SearchForm):
    """The words, the place and the day. What one has, groups and organisations come from the facets."""

    needed_by = DutchDateField(_("Needed on or before"), description=_("For example 12 January or tomorrow"), name="neededBy")
    sort = SelectField(_("Sort by"), choices=options(WANTED_SORTS.items()), validate_choice=False)

    sorts = WANTED_SORTS


class AssetSearchForm(Form):
    """What may be asked of the passports. What cannot be read is reported while the rest still searches."""

    q = StringField(_("Name or number"))
    kind = SelectField(_("What it is"), validate_choice=False)
    municipality = SelectField(_("Municipality"), validate_choice=False)
    material = SelectField(_("Holds the material"), validate_choice=False)
    free_before = DutchDateField(
        _("Comes free before"), description=_("For example 1 January 2030. All of it must be free by then."), name="freeBefore"
    )
    mine = BooleanField(_("Only of our organisation"))

    class Meta(Form.Meta):
        """Nothing changes, so nothing needs a token."""

        csrf = False


class PlaceForm(Form):
    """Where the lot would go to. It stands in the address, so a link keeps it."""

    place = StringField(_("Where would it go?"), description=_("A place or postcode"), render_kw=suggests("places"))

    class Meta(Form.Meta):
        """Nothing changes, so nothing needs a token."""

        csrf = False

    def find(self) -> Place | None:
        """Look up the place that was typed, before the session opens.

        A place that cannot be looked up is reported at the field.
        """
        self.validate()
        if not self.place.data:
            return None
        try:
            return finder().find(self.place.data)
        except Invalid as refusal:
            attach(self, refusal)
            return None
