"""Photos of a lot: who adds them, who sees them, and that the sweep leaves them."""

from collections.abc import Callable
from io import BytesIO

import pytest
from flask import Flask
from sqlalchemy import select, update

from marketplace.depots.models import Lot, LotPhoto
from marketplace.depots.rules.lots import Whereabouts
from marketplace.jobs.timetable import list_files_in_use
from marketplace.kernel.db import Database
from marketplace.kernel.geo import Point
from tests.api.conftest import Api, form, picture
from tests.factories import make_actor
from tests.stored import make_lot, make_yard
from tests.visitors import visit

pytestmark = pytest.mark.slow


@pytest.fixture
def lot(database: Database) -> int:
    """A lot of Hengelo's in a depot of Borne's."""
    with database.transaction() as session:
        yard = make_yard(session, make_actor(session, "borne", "coordinator"))
        return make_lot(session, make_actor(session, "hengelo"), Whereabouts(yard.id)).id


def test_the_keeper_and_the_owner_add_photos_that_both_see(
    hengelo: Api, somebody: Callable[..., Api], app: Flask, lot: int, database: Database
) -> None:
    keeper = somebody("borne", "coordinator")
    words = {"photo": (BytesIO(picture()), "vak.jpg"), "alt": "Vak A1"}
    first = keeper.call("POST", f"/lots/{lot}/photos", data=words, content_type="multipart/form-data")
    second = hengelo.post(f"/lots/{lot}/photos", **form("photo", picture()))
    assert (first.status_code, second.status_code) == (201, 201)
    assert first.headers["Location"].endswith(f"/lots/{lot}/photos")
    listed = hengelo.get(f"/lots/{lot}/photos").get_json()
    assert [(item["id"], item["alt"]) for item in listed["items"]] == [
        (second.get_json()["id"], ""),
        (first.get_json()["id"], "Vak A1"),
    ]
    address = next(iter(first.get_json()["urls"].values()))
    assert app.test_client().get(address).status_code == 404
    seen = []
    with database.transaction() as session:
        for who in (("hengelo",), ("borne", "coordinator"), ("regio-twente", "reviewer"), ("losser",)):
            with visit(app, session, make_actor(session, *who)).get(address) as response:
                seen.append(response.status_code)
    assert seen == [200, 200, 200, 404]


def test_others_neither_add_nor_see_them(somebody: Callable[..., Api], hengelo: Api, lot: int, database: Database) -> None:
    hengelo.post(f"/lots/{lot}/photos", **form("photo", picture()))
    losser = somebody("losser")
    assert losser.get(f"/lots/{lot}/photos").status_code == 404
    assert losser.post(f"/lots/{lot}/photos", **form("photo", picture())).status_code == 404
    reviewer = somebody("regio-twente", "reviewer")
    assert reviewer.get(f"/lots/{lot}/photos").status_code == 200
    assert reviewer.post(f"/lots/{lot}/photos", **form("photo", picture())).status_code == 403
    with database.read() as session:
        assert len(session.scalars(select(LotPhoto)).all()) == 1


def test_what_is_no_picture_is_refused(hengelo: Api, lot: int) -> None:
    refused = hengelo.post(f"/lots/{lot}/photos", **form("photo", b"geen foto"))
    assert (refused.status_code, refused.get_json()["errors"][0]["field"]) == (422, "photo")


def test_its_files_are_in_use(hengelo: Api, lot: int, database: Database) -> None:
    urls = hengelo.post(f"/lots/{lot}/photos", **form("photo", picture())).get_json()["urls"]
    with database.read() as session:
        used = list_files_in_use(session)
    assert {url.removeprefix("/media/") for url in urls.values()} <= used


def test_a_lot_has_at_most_24_photos(hengelo: Api, lot: int, database: Database) -> None:
    assert hengelo.post(f"/lots/{lot}/photos", **form("photo", picture())).status_code == 201
    with database.transaction() as session:
        (photo,) = session.scalars(select(LotPhoto)).all()
        copies = [LotPhoto(lot_id=lot, files=photo.files, alt="", created_at=photo.created_at) for _number in range(22)]
        session.add_all(copies)
    assert hengelo.post(f"/lots/{lot}/photos", **form("photo", picture())).status_code == 201
    refused = hengelo.post(f"/lots/{lot}/photos", **form("photo", picture()))
    assert (refused.status_code, "24" in refused.get_json()["detail"]) == (409, True)


def test_who_has_it_elsewhere_photographs_it(somebody: Callable[..., Api], database: Database, lot: int) -> None:
    """Outside a depot its holder handles it."""
    with database.transaction() as session:
        losser = make_actor(session, "losser").organisation_id
        street = Whereabouts(place_name="Losser", point=Point(52.26, 7.0))
        other = make_lot(session, make_actor(session, "hengelo"), street).id
        session.execute(update(Lot).where(Lot.id == other).values(holder_id=losser))
    holder = somebody("losser")
    assert holder.post(f"/lots/{other}/photos", **form("photo", picture())).status_code == 201
