"""A lot for a journey that is about what comes after: on offer, with a photo that is there."""

from decimal import Decimal

from sqlalchemy import select

from marketplace.accounts.policy import Actor
from marketplace.accounts.queries.people import find_person
from marketplace.kernel.units import Quantity, Unit
from marketplace.market.models import Photo, PhotoFile
from tests.factories import make_listing
from tests.journeys.sites import Site, database_of

HENGELO = "projectleider.hengelo@materialenbank.example"


def on_offer(site: Site, title: str) -> str:
    """500 m² of Hengelo's; the path of the lot."""
    with database_of(site.app).transaction() as session:
        person = find_person(session, HENGELO)
        assert person is not None
        actor = Actor(person.id, person.name, person.organisation_id, "hengelo", "Hengelo", "municipality", person.role)
        demo_photo = session.scalars(select(Photo).order_by(Photo.id).limit(1)).one()
        lot = make_listing(session, actor, title=title, quantity=Quantity(Decimal(500), Unit.M2), available_until=None)
        photo = lot.photos[0]
        photo.files = demo_photo.files
        session.add_all(PhotoFile(name=name, photo_id=photo.id) for name in {file["name"] for file in demo_photo.files.values()})
        return f"/aanbod/{lot.id}"
