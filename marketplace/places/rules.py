"""What a place is, and how it is known."""

from dataclasses import dataclass
from enum import StrEnum

from marketplace.kernel.geo import Point
from marketplace.kernel.language import Text, _


class PlaceBasis(StrEnum):
    """How a place is known. Pointed out, an address, the middle of a postcode area, or the middle of a place."""

    POINT = "point"
    ADDRESS = "address"
    POSTCODE = "postcode"
    PLACE = "place"


@dataclass(frozen=True, slots=True)
class Place:
    """A place that was looked up.

    `name` is what everyone may see, `label` distinguishes it from its namesakes, `address` is only for those who may know it.
    """

    name: str
    municipality_slug: str | None
    point: Point
    basis: PlaceBasis
    label: str
    postcode: str | None = None
    address: str | None = None

    @property
    def status(self) -> Text:
        """How exactly the place is known, to say beside the field."""
        if self.basis is PlaceBasis.POSTCODE:
            return _("%(postcode)s %(name)s, middle of the postcode area", postcode=self.postcode, name=self.name)
        if self.basis is PlaceBasis.PLACE:
            return _("%(label)s, middle of the place", label=self.label)
        if self.basis is PlaceBasis.ADDRESS:
            return _("%(address)s, the address itself", address=self.address or self.label)
        return _("The point that you gave, near %(name)s", name=self.name)
