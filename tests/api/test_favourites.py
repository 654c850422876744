"""Lots that a person keeps, over the API."""

from tests.api.conftest import Api, published


def test_a_lot_is_kept_listed_and_let_go(hengelo: Api, borne: Api, losser: Api) -> None:
    lot = published(hengelo)
    made = borne.post("/favourites", {"listingId": lot["id"]})
    assert (made.status_code, made.headers["Location"]) == (201, f"/api/v1/favourites/{lot['id']}")
    favourite = made.get_json()
    assert favourite["listing"]["id"] == lot["id"]
    assert borne.post("/favourites", {"listingId": lot["id"]}).get_json() == favourite
    assert borne.get("/favourites").get_json()["items"] == [favourite]
    assert borne.get(f"/favourites/{lot['id']}").get_json() == favourite
    assert losser.get("/favourites").get_json()["total"] == 0
    assert losser.get(f"/favourites/{lot['id']}").status_code == 404
    assert borne.delete(f"/favourites/{lot['id']}").get_json() == favourite
    assert borne.delete(f"/favourites/{lot['id']}").status_code == 404
    assert borne.get("/favourites").get_json()["total"] == 0


def test_a_draft_of_others_and_a_lot_that_is_gone_are_not_kept(hengelo: Api, borne: Api, public: Api) -> None:
    lot = published(hengelo)
    hengelo.post(f"/listings/{lot['id']}/close")
    assert borne.post("/favourites", {"listingId": lot["id"]}).status_code == 409
    assert borne.post("/favourites", {"listingId": 999}).status_code == 404
    assert borne.post("/favourites", {}).status_code == 422
    assert public.get("/favourites").status_code == 401
