"""One field for a place: it takes a name, a postcode, an address or coordinates. It says which place that is."""

from types import SimpleNamespace
from typing import Any

from wtforms import StringField
from wtforms.validators import ValidationError

from marketplace.http.places import finder, located
from marketplace.kernel.errors import Invalid
from marketplace.kernel.geo import Point
from marketplace.kernel.language import Text, _
from marketplace.market.models import Placed
from marketplace.market.rules.listing import Location
from marketplace.places.rules import Place, PlaceBasis


def place_hint() -> Text:
    """What can be typed as a place: an address only where a service knows addresses."""
    if finder().knows_addresses:
        return _("A place, a postcode, an address or coordinates, for example Hengelo, 7551 AB or 52.2658, 6.7931.")
    return _("A place or a postcode, for example Hengelo or 7551 AB. Coordinates are fine too.")


class PlaceField(StringField):
    """What was typed, the location that it means, and how exactly it is known.

    The last is a line of text.

    The place is looked up by `validate`, so outside a transaction: the address service may take seconds. A stored place keeps its
    point to the metre as long as nothing else is typed.
    """

    location: Location | None = None
    status: Text | None = None
    _kept: tuple[str, Location, Text] | None = None

    def __init__(self, *args: Any, hinted: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **{**kwargs, **({"description": place_hint()} if hinted else {})})

    def keep(self, placed: Placed | SimpleNamespace) -> None:
        """Show the place of a stored lot or demand."""
        point, basis = Point(placed.lat, placed.lon), PlaceBasis(placed.place_basis)
        postcode = (placed.address or "").partition(" ")[0] if basis is PlaceBasis.POSTCODE else None
        label = placed.address or placed.place_name
        place = Place(placed.place_name, placed.municipality or None, point, basis, label, postcode, placed.address)
        location = Location(placed.place_name, placed.municipality, point, basis, placed.address)
        text = f"{placed.lat}, {placed.lon}" if basis is PlaceBasis.POINT else label
        self._kept = (text, location, place.status)
        if self.raw_data is None:
            self.data = text
        if self.data == text:
            self.location, self.status = location, place.status

    def post_validate(self, form: Any, validation_stopped: bool) -> None:
        """Look the place up, once."""
        typed = (self.data or "").strip()
        if validation_stopped or not typed:
            return
        if self._kept and self._kept[0] == typed:
            _text, self.location, self.status = self._kept
            return
        try:
            place = finder().find(typed, self.short_name)
        except Invalid as refusal:
            raise ValidationError(refusal.message) from refusal  # type: ignore[arg-type]
        self.location, self.status = located(place), place.status
