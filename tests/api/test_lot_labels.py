"""Labels of lots over the API."""

from collections.abc import Callable
from datetime import timedelta

import pytest

from marketplace.depots.rules.lots import Whereabouts
from marketplace.kernel import clock
from marketplace.kernel.db import Database
from marketplace.kernel.geo import Point
from tests.api.conftest import Api
from tests.factories import make_actor
from tests.stored import make_lot, make_yard

pytestmark = pytest.mark.slow


@pytest.fixture
def lots(database: Database) -> list[int]:
    """Two lots of Hengelo's and one of Borne's."""
    street = Whereabouts(place_name="Hengelo", point=Point(52.26, 6.79))
    with database.transaction() as session:
        return [make_lot(session, make_actor(session, town), street).id for town in ("hengelo", "hengelo", "borne")]


def test_labels_of_the_lots_that_are_named(hengelo: Api, lots: list[int]) -> None:
    answer = hengelo.get(f"/lots/labels.pdf?ids={lots[0]},{lots[1]}")
    assert (answer.status_code, answer.mimetype) == (200, "application/pdf")
    assert answer.data.startswith(b"%PDF-")


def test_no_label_of_a_lot_that_one_may_not_see(hengelo: Api, somebody: Callable[..., Api], lots: list[int]) -> None:
    assert hengelo.get(f"/lots/labels.pdf?ids={lots[0]},{lots[2]}").status_code == 404
    assert somebody("regio-twente", "coordinator").get(f"/lots/labels.pdf?ids={lots[0]},{lots[2]}").status_code == 200
    assert somebody("regio-twente", "admin").get(f"/lots/labels.pdf?ids={lots[0]}").status_code == 403


def test_a_lot_says_its_number_and_what_it_has_cost(hengelo: Api, lots: list[int], database: Database) -> None:
    """176 m² for 42 days at € 0.15 a week: 158.40. By hand: 400 = 4 × 97 + 12, and 98 − 12 = 86."""
    came = clock.today() - timedelta(days=42)
    with database.transaction() as session:
        yard = make_yard(session, make_actor(session, "borne", "coordinator"), "Werf", ("m2", "0.15", came))
        lot = make_lot(session, make_actor(session, "hengelo"), Whereabouts(yard.id), "176", came).id
    assert lot == 4
    answer = hengelo.get(f"/lots/{lot}").get_json()
    assert (answer["number"], answer["cost"]) == ("P4-86", {"cents": 15840, "days": 42, "isKnown": True})
    assert hengelo.get(f"/lots/{lots[0]}").get_json()["cost"] == {"cents": 0, "days": 0, "isKnown": True}


@pytest.mark.parametrize("ids", ["", "x", "1;2", "0", "-1", "1,,2", ",".join(map(str, range(1, 202)))])
def test_what_names_no_lots_says_how(hengelo: Api, lots: list[int], ids: str) -> None:
    refused = hengelo.get(f"/lots/labels.pdf?ids={ids}")
    assert (refused.status_code, refused.get_json()["errors"][0]["field"]) == (422, "ids")
