"""Photos: of a listing, and of a hand-over."""

from marketplace.api.fields import Choice, Integer, Line, Moment
from marketplace.api.schema import Dict, List, PageSchema, Part, Shape
from marketplace.api.shapes.organisation import OrganisationSchema
from marketplace.depots.models import LotPhoto
from marketplace.exchange.models import GatePhoto
from marketplace.exchange.rules.gate import PhotoMoment
from marketplace.market.models import Photo


def _urls(photo: Photo | GatePhoto | LotPhoto) -> dict[str, str]:
    """Where each size is, by its name: `webp480`, `webp960`, `webp1600`, `jpeg1200`."""
    return {variant: f"/media/{file['name']}" for variant, file in sorted(photo.files.items())}


class PhotoSchema(Shape):
    """A photo of a listing."""

    id = Integer()
    alt = Line()
    position = Integer()
    urls = Dict(Line(), get=_urls)


class GatePhotoSchema(Shape):
    """A photo that one side took at the gate."""

    id = Integer()
    organisation = Part(OrganisationSchema)
    moment = Choice(PhotoMoment)
    alt = Line()
    added_at = Moment(attribute="created_at")
    urls = Dict(Line(), get=_urls)


class LotPhotoSchema(Shape):
    """A photo of a lot as it lies."""

    id = Integer()
    alt = Line()
    added_at = Moment(attribute="created_at")
    urls = Dict(Line(), get=_urls)


class LotPhotosSchema(PageSchema):
    """A page of the photos of a lot."""

    items = List(Part(LotPhotoSchema))


class GatePhotosSchema(PageSchema):
    """A page of the photos of a hand-over."""

    items = List(Part(GatePhotoSchema))
