"""Listings over the API, in the words of what clients were promised."""

from collections.abc import Callable
from io import BytesIO
from typing import Any

import pytest

from tests.api.conftest import Api, demand_body, form, listing_body, picture, published


def test_a_new_listing_is_a_draft_at_its_location(hengelo: Api) -> None:
    made = hengelo.post("/listings", listing_body())
    assert made.status_code == 201
    assert made.get_json()["status"] == "draft"
    assert made.headers["Location"] == f"/api/v1/listings/{made.get_json()['id']}"
    assert hengelo.get(f"/listings/{made.get_json()['id']}").get_json() == made.get_json()


@pytest.mark.parametrize("sent", ["1200", 1200, 1200.0, "1200.000"])
def test_a_quantity_is_taken_as_text_or_number_and_given_without_needless_zeros(hengelo: Api, sent: Any) -> None:
    listing = hengelo.post("/listings", listing_body(quantity=sent)).get_json()
    assert (listing["quantity"], listing["available"], listing["held"], listing["transferred"]) == ("1200", "1200", "0", "0")


def test_the_mass_follows_from_the_quantity(hengelo: Api) -> None:
    assert hengelo.post("/listings", listing_body()).get_json()["massKg"] == 222_000  # 1 200 m2 of 185 kg


def test_a_measured_weight_replaces_that_of_the_taxonomy(hengelo: Api) -> None:
    assert hengelo.post("/listings", listing_body(kgPerUnit=180.5)).get_json()["massKg"] == 216_600


def test_a_lot_and_a_demand_weigh_at_most_2_million_tonnes_by_the_weight_that_counts(hengelo: Api) -> None:
    """At a measured 250 kg 8 000 000 m² are 2 million tonnes; 0.001 more are a quarter of a kilogram too much."""
    for path, body, most, too_much in (
        ("/listings", listing_body(unit="tonne"), "2000000", "2000000.001"),
        ("/listings", listing_body(kgPerUnit=250), "8000000", "8000000.001"),
        ("/demands", demand_body(unit="tonne"), "2000000", "2000000.001"),
    ):
        made = hengelo.post(path, body | {"quantity": most})
        assert made.status_code == 201, made.text
        number, version = made.get_json()["id"], made.get_json()["version"]
        new = hengelo.post(path, body | {"quantity": too_much})
        for refused in (new, hengelo.patch(f"{path}/{number}", {"version": version, "quantity": too_much})):
            assert (refused.status_code, [error["field"] for error in refused.get_json()["errors"]]) == (422, ["quantity"])
            assert "2.000.000 ton" in refused.get_json()["errors"][0]["message"]


def test_everything_wrong_is_told_at_once_by_property(hengelo: Api) -> None:
    refused = hengelo.post(
        "/listings", listing_body(title=None, quantity="veel", unit="el", availableFrom="morgen", place=None, lat=12)
    )
    assert refused.status_code == 422
    assert {error["field"] for error in refused.get_json()["errors"]} == {"title", "quantity", "unit", "availableFrom", "lon"}


def test_the_rules_of_the_trade_are_told_by_property_too(hengelo: Api) -> None:
    refused = hengelo.post("/listings", listing_body(title="", availableUntil="2020-01-01", yearOfConstruction=3))
    assert [error["field"] for error in refused.get_json()["errors"]] == ["title", "availableUntil", "yearOfConstruction"]


@pytest.mark.parametrize("name", ["organisation", "status", "held", "transferred", "id", "prijs", "__proto__"])
def test_what_a_listing_does_not_take_is_refused_by_name(hengelo: Api, name: str) -> None:
    refused = hengelo.post("/listings", listing_body(**{name: "almelo"}))
    assert (refused.status_code, refused.get_json()["errors"][0]["field"]) == (422, name)


@pytest.mark.parametrize("quantity", ["0", -1, "1.2345", "1e3", "NaN", "1,5", True, [], {}, "", "9999999999", 10**400, "١٢"])
def test_what_is_no_quantity_is_refused_at_the_quantity(hengelo: Api, quantity: Any) -> None:
    refused = hengelo.post("/listings", listing_body(quantity=quantity))
    assert refused.status_code == 422
    assert refused.get_json()["errors"][0]["field"] == "quantity"


def test_pieces_are_whole(hengelo: Api) -> None:
    assert hengelo.post("/listings", listing_body(quantity="10.5", unit="piece")).status_code == 422


def test_a_place_is_a_name_a_postcode_or_a_point(hengelo: Api) -> None:
    by_name = hengelo.post("/listings", listing_body(place="Hengelo")).get_json()
    by_code = hengelo.post("/listings", listing_body(place="7551")).get_json()
    by_point = hengelo.post("/listings", listing_body(place=None, lat=52.2659, lon=6.7931)).get_json()
    assert {by_name["placeName"], by_code["placeName"], by_point["placeName"]} == {"Hengelo"}
    assert by_point["exact"] == {"lat": 52.2659, "lon": 6.7931, "address": None}


def test_a_point_outside_the_netherlands_is_refused_at_both_properties(hengelo: Api) -> None:
    refused = hengelo.post("/listings", listing_body(place=None, lat=6.79, lon=52.26))
    assert [error["field"] for error in refused.get_json()["errors"]] == ["lat", "lon"]


def test_an_unknown_place_is_refused_at_place(hengelo: Api) -> None:
    assert hengelo.post("/listings", listing_body(place="Parijs")).get_json()["errors"][0]["field"] == "place"


def test_a_listing_is_published_with_a_photo_only(hengelo: Api) -> None:
    listing_id = hengelo.post("/listings", listing_body()).get_json()["id"]
    assert hengelo.post(f"/listings/{listing_id}/publish").status_code == 422
    assert published(hengelo)["status"] == "published"


def test_publishing_twice_changes_nothing(hengelo: Api) -> None:
    listing = published(hengelo)
    again = hengelo.post(f"/listings/{listing['id']}/publish")
    assert (again.status_code, again.get_json()) == (200, listing)


def test_the_public_sees_a_published_listing_without_its_exact_spot(hengelo: Api, public: Api) -> None:
    listing = published(hengelo, place=None, lat=52.2659, lon=6.7931)
    seen = public.get(f"/listings/{listing['id']}").get_json()
    assert "exact" not in seen
    assert (seen["lat"], seen["lon"]) != (52.2659, 6.7931)
    assert (seen["lat"], seen["lon"]) == (listing["lat"], listing["lon"])


def test_a_draft_is_nobody_elses(hengelo: Api, borne: Api, public: Api, reviewer: Api) -> None:
    listing_id = hengelo.post("/listings", listing_body()).get_json()["id"]
    assert borne.get(f"/listings/{listing_id}").status_code == 404
    assert public.get(f"/listings/{listing_id}").status_code == 404
    assert reviewer.get(f"/listings/{listing_id}").status_code == 200


def test_the_catalogue_finds_by_words_group_place_and_radius(hengelo: Api, public: Api) -> None:
    listing = published(hengelo)
    group = listing["material"]["group"]
    for query in (
        "",
        "?q=betonstraat",
        f"?materialGroup={group}",
        "?place=Borne&radiusKm=15",
        "?near=52.30,6.75&radiusKm=15",
        "?condition=good&condition=new",
    ):
        page = public.get(f"/listings{query}").get_json()
        assert [item["id"] for item in page["items"]] == [listing["id"]], query
    for query in (
        "?q=lantaarn",
        "?place=Almelo&radiusKm=1",
        "?condition=poor",
        "?organisation=almelo",
        "?availableFrom=2099-01-01",
    ):
        assert public.get(f"/listings{query}").get_json()["total"] == 0, query


def test_the_catalogue_counts_beside_its_filters(hengelo: Api, public: Api) -> None:
    published(hengelo)
    facets = public.get("/listings").get_json()["facets"]
    assert facets["organisation"] == [{"key": "hengelo", "name": "Hengelo", "count": 1}]
    assert [(choice["key"], choice["count"]) for choice in facets["condition"]] == [("good", 1)]


def test_a_distance_is_whole_kilometres_to_the_public_point(hengelo: Api, public: Api) -> None:
    listing = published(hengelo)
    nearest = public.get("/listings?place=Borne&sort=distance").get_json()["items"][0]
    assert nearest["distanceKm"] == 5
    assert public.get(f"/listings/{listing['id']}?place=Borne").get_json()["distanceKm"] == 5


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("radiusKm=5", "radiusKm"),
        ("place=Borne&radiusKm=-1", "radiusKm"),
        ("place=Borne&radiusKm=NaN", "radiusKm"),
        ("near=1,2", "near"),
        ("near=x", "near"),
        ("near=NaN,NaN", "near"),
        ("place=Parijs", "place"),
        ("availableFrom=31-12-2026", "availableFrom"),
        ("condition=mooi", "condition"),
        ("materialGroup=goud", "materialGroup"),
        ("material=goud", "material"),
        ("mine=ja", "mine"),
    ],
)
def test_a_filter_that_cannot_be_read_is_refused_at_its_name(public: Api, query: str, field: str) -> None:
    refused = public.get(f"/listings?{query}")
    assert refused.status_code == 422
    assert refused.get_json()["errors"][0]["field"] == field


def test_mine_shows_drafts_to_their_own_organisation_only(hengelo: Api, borne: Api, public: Api) -> None:
    hengelo.post("/listings", listing_body())
    assert hengelo.get("/listings?mine=true").get_json()["total"] == 1
    assert hengelo.get("/listings?status=draft").get_json()["total"] == 1
    assert hengelo.get("/listings?status=draft&status=withdrawn&mine=true").get_json()["total"] == 1
    assert hengelo.get("/listings?status=closed&status=withdrawn").get_json()["total"] == 0
    assert borne.get("/listings?mine=true").get_json()["total"] == 0
    assert borne.get("/listings?status=draft").get_json()["total"] == 0
    assert public.get("/listings?status=draft&mine=true").get_json()["total"] == 0


def test_a_draft_is_among_ones_own_listings_as_soon_as_it_is_written_and_gone_when_it_is_deleted(hengelo: Api) -> None:
    assert hengelo.get("/listings?mine=true").get_json()["total"] == 0
    draft = hengelo.post("/listings", listing_body()).get_json()
    mine = hengelo.get("/listings?mine=true").get_json()
    assert (mine["total"], [item["id"] for item in mine["items"]]) == (1, [draft["id"]])
    hengelo.delete(f"/listings/{draft['id']}")
    assert hengelo.get("/listings?mine=true").get_json()["total"] == 0


def test_a_change_sends_its_version_and_leaves_the_rest(hengelo: Api) -> None:
    before = hengelo.post("/listings", listing_body(description="Van de Dorpsstraat")).get_json()
    after = hengelo.patch(f"/listings/{before['id']}", {"version": before["version"], "quantity": "900.5"}).get_json()
    changed = {"quantity": "900.5", "available": "900.5", "massKg": 166_592.5, "version": before["version"] + 1}
    assert after == {**before, **changed, "updatedAt": after["updatedAt"]}


def test_a_change_without_its_version_is_refused(hengelo: Api) -> None:
    listing_id = hengelo.post("/listings", listing_body()).get_json()["id"]
    assert hengelo.patch(f"/listings/{listing_id}", {"title": "Anders"}).get_json()["errors"][0]["field"] == "version"


def test_null_empties_what_may_be_empty(hengelo: Api) -> None:
    before = hengelo.post("/listings", listing_body(priceCentsPerUnit=150, project="Dorpsstraat")).get_json()
    after = hengelo.patch(
        f"/listings/{before['id']}", {"version": 1, "priceCentsPerUnit": None, "availableUntil": None, "project": None}
    )
    body = after.get_json()
    assert (body["priceCentsPerUnit"], body["availableUntil"], body["project"]) == (None, None, "")


def test_the_second_of_two_editors_reads_what_changed(hengelo: Api) -> None:
    before = hengelo.post("/listings", listing_body()).get_json()
    hengelo.patch(f"/listings/{before['id']}", {"version": 1, "availableUntil": None})
    refused = hengelo.patch(f"/listings/{before['id']}", {"version": 1, "title": "Anders"})
    body = refused.get_json()
    assert refused.status_code == 409
    assert body["changed"] == ["availableUntil"]
    assert body["current"] == hengelo.get(f"/listings/{before['id']}").get_json()


def test_somebody_elses_listing_is_forbidden_when_visible(hengelo: Api, borne: Api) -> None:
    listing = published(hengelo)
    assert borne.patch(f"/listings/{listing['id']}", {"version": 1, "title": "Van mij"}).status_code == 403
    assert borne.post(f"/listings/{listing['id']}/withdraw").status_code == 403
    assert borne.delete(f"/listings/{listing['id']}").status_code == 403


def test_a_draft_is_deleted_and_a_published_listing_withdrawn(hengelo: Api) -> None:
    draft = hengelo.post("/listings", listing_body()).get_json()
    assert hengelo.delete(f"/listings/{draft['id']}").status_code == 200
    assert hengelo.get(f"/listings/{draft['id']}").status_code == 404
    listing = published(hengelo)
    assert hengelo.delete(f"/listings/{listing['id']}").status_code == 409
    for _twice in range(2):
        assert hengelo.post(f"/listings/{listing['id']}/withdraw").get_json()["status"] == "withdrawn"


def test_a_listing_is_closed_once_and_again_without_change(hengelo: Api) -> None:
    listing = published(hengelo)
    for _twice in range(2):
        assert hengelo.post(f"/listings/{listing['id']}/close").get_json()["status"] == "closed"


def test_a_photo_comes_out_in_every_size(hengelo: Api) -> None:
    listing = published(hengelo)
    photo = listing["photos"][0]
    assert photo["alt"] == "Stapel"
    assert set(photo["urls"]) == {"webp-480", "webp-960", "webp-1600", "jpeg-1200"}


def test_photos_are_put_in_order_and_taken_away(hengelo: Api) -> None:
    listing = published(hengelo)
    second = hengelo.post(f"/listings/{listing['id']}/photos", data={"photo": (BytesIO(picture()), "b.jpg")}).get_json()
    path = f"/listings/{listing['id']}/photos/{second['id']}"
    assert hengelo.patch(path, {"position": 1, "alt": "Vooraan"}).get_json()["alt"] == "Vooraan"
    assert hengelo.get(f"/listings/{listing['id']}").get_json()["photos"][0]["id"] == second["id"]
    assert len(hengelo.delete(path).get_json()["photos"]) == 1


def test_what_is_no_picture_is_refused_at_photo(hengelo: Api) -> None:
    listing_id = hengelo.post("/listings", listing_body()).get_json()["id"]
    for upload in (b"geen foto", b"", b"<svg xmlns='http://www.w3.org/2000/svg'/>"):
        refused = hengelo.post(f"/listings/{listing_id}/photos", data={"photo": (BytesIO(upload), "foto.jpg")})
        assert (refused.status_code, refused.get_json()["errors"][0]["field"]) == (422, "photo")


@pytest.mark.slow
def test_a_photo_of_more_than_twenty_megabytes_is_too_large(hengelo: Api) -> None:
    listing_id = hengelo.post("/listings", listing_body()).get_json()["id"]
    for size in (20 * 1024 * 1024 + 1, 22 * 1024 * 1024):
        assert hengelo.post(f"/listings/{listing_id}/photos", **form("photo", b"x" * size)).status_code == 413


def test_a_photo_is_a_form_and_the_rest_is_json(hengelo: Api) -> None:
    listing_id = hengelo.post("/listings", listing_body()).get_json()["id"]
    assert hengelo.post(f"/listings/{listing_id}/photos", {"photo": "x"}).status_code == 415
    assert hengelo.post("/listings", data={"title": "x"}).status_code == 415
    assert hengelo.post("/listings", b"{}", headers={"Content-Type": "text/plain"}).status_code == 415


DEEP, HUGE = b'{"a":' * 50_000, b'{"a": 1e99999999999999999999}'


@pytest.mark.parametrize(
    "body", [b"{", b'{"quantity": NaN}', b'{"quantity": Infinity}', b"\xff\xfe{}", b"[" * 100_000, DEEP, HUGE, b"9" * 5000]
)
def test_what_is_no_json_is_a_bad_request(hengelo: Api, body: bytes) -> None:
    assert hengelo.post("/listings", body).status_code == 400


@pytest.mark.parametrize("body", [b"[]", b'"x"', b"null", b"12"])
def test_what_is_no_object_is_refused(hengelo: Api, body: bytes) -> None:
    assert hengelo.post("/listings", body).status_code == 422


def test_a_megabyte_is_too_large(hengelo: Api) -> None:
    assert hengelo.post("/listings", b'{"title": "' + b"x" * 1_000_001 + b'"}').status_code == 413


@pytest.mark.parametrize("number", ["0", "99999999999", "-1", "abc", "1.5", str(2**63)])
def test_a_number_that_is_nobodys_is_not_found(public: Api, number: str) -> None:
    assert public.get(f"/listings/{number}").status_code == 404


@pytest.mark.parametrize("method", ["GET", "PATCH", "DELETE"])
def test_a_number_that_is_nobodys_is_not_found_whatever_is_asked(hengelo: Api, method: str) -> None:
    for number in (0, 999_999_999, 2**31, 2**63, 10**30):
        assert hengelo.call(method, f"/listings/{number}", None if method != "PATCH" else {"version": 1}).status_code == 404


def test_a_withdrawn_listing_cannot_be_published_and_says_how_it_stands(hengelo: Api) -> None:
    listing_id = published(hengelo)["id"]
    hengelo.post(f"/listings/{listing_id}/withdraw")
    refused = hengelo.post(f"/listings/{listing_id}/publish")
    assert (refused.status_code, refused.get_json()["currentStatus"]) == (409, "withdrawn")


def test_the_same_key_and_body_give_the_stored_answer(hengelo: Api) -> None:
    body, headers = listing_body(), {"Idempotency-Key": "een"}
    first = hengelo.post("/listings", body, headers=headers)
    second = hengelo.post("/listings", body, headers=headers)
    assert (second.status_code, second.get_json(), second.headers["Location"]) == (
        201,
        first.get_json(),
        first.headers["Location"],
    )
    assert hengelo.get("/listings?mine=true").get_json()["total"] == 1


def test_the_same_key_with_another_body_is_refused(hengelo: Api, somebody: Callable[..., Api]) -> None:
    headers = {"Idempotency-Key": "een"}
    hengelo.post("/listings", listing_body(), headers=headers)
    assert hengelo.post("/listings", listing_body(title="Iets anders"), headers=headers).status_code == 422
    assert somebody("hengelo").post("/listings", listing_body(title="Van een ander"), headers=headers).status_code == 201


def test_a_lot_in_anothers_depot_shows_its_exact_place_by_the_rule_of_the_depot(
    somebody: Callable[..., Api], hengelo: Api, borne: Api
) -> None:
    """Whoever may offer could name any depot in a draft, and read its point and house number there."""
    there = {"name": "Gemeentewerf", "lat": 52.30011, "lon": 6.74807, "address": "Industriestraat 1"}
    keeper = somebody("borne", "coordinator")
    depot = keeper.post("/depots", there).get_json()["id"]
    draft = hengelo.post("/listings", listing_body(place=None, depot=depot)).get_json()
    assert (draft["placeName"], "exact" in draft) == ("Borne", False)
    own = borne.post("/listings", listing_body(place=None, depot=depot)).get_json()
    assert own["exact"]["address"] == "Industriestraat 1"
    lot = published(hengelo, place=None, depot=depot)
    assert (lot["depot"], lot["placeName"], lot["exact"]["address"]) == (None, "Borne", None)
    [coming] = keeper.get(f"/depots/{depot}/arrivals").get_json()["items"]
    taken_in = {"lot": coming["announcedLot"], "arrival": coming["id"]}
    assert keeper.post(f"/depots/{depot}/lots", taken_in).status_code == 201
    lot = hengelo.get(f"/listings/{lot['id']}").get_json()
    assert lot["depot"] == depot
    point = {"lat": 52.30011, "lon": 6.74807, "address": None}  # what colleagues know of everything that is published
    assert hengelo.patch(f"/listings/{lot['id']}", {"version": lot["version"], "title": "Keien"}).get_json()["exact"] == point
    body = {"quantity": "10", "unit": "m2"}
    for client, sees in ((hengelo, False), (borne, True)):  # a reservation for a department of one's own tells its owner no more
        number = client.post(f"/listings/{lot['id']}/reservations", body).get_json()["id"]
        hengelo.post(f"/reservations/{number}/approve")
        for answer in (client.get(f"/listings/{lot['id']}").get_json(), client.get("/listings").get_json()["items"][0]):
            assert answer["exact"] == (point | {"address": "Industriestraat 1"} if sees else point)
        assert "Industriestraat" not in hengelo.get(f"/reservations/{number}").text
    assert hengelo.get(f"/listings/{lot['id']}").get_json()["exact"] == point


def test_words_with_a_typing_error_find_what_they_mean_unless_they_are_literal(hengelo: Api, public: Api) -> None:
    listing = published(hengelo)
    meant = public.get("/listings?q=betonklinkkers").get_json()
    assert [item["id"] for item in meant["items"]] == [listing["id"]]
    assert meant["correctedQuery"] == "betonklinker"
    literal = public.get("/listings?q=betonklinkkers&literal=true").get_json()
    assert literal["items"] == []
    assert "correctedQuery" not in literal
