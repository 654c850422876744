"""Notices over the API: the inbox with its sentences, what is read, and how often each kind is mailed."""

from tests.api.conftest import Api, published


def asked(borne: Api, hengelo: Api) -> int:
    """A request of Borne's on a lot of Hengelo's, which tells Hengelo."""
    listing_id = published(hengelo)["id"]
    number: int = borne.post(f"/listings/{listing_id}/reservations", {"quantity": "800", "unit": "m2"}).get_json()["id"]
    return number


def test_the_owner_finds_the_request_in_the_readers_language(hengelo: Api, borne: Api) -> None:
    number = asked(borne, hengelo)
    notices = hengelo.get("/notices").get_json()
    assert (notices["total"], borne.get("/notices").get_json()["total"]) == (1, 0)
    [notice] = notices["items"]
    assert (notice["kind"], notice["reservationId"], notice["readAt"]) == ("reservation_requested", number, None)
    assert notice["sentence"] == "Borne vraagt om “Grijze betonstraatstenen”"
    assert notice["url"] == f"http://localhost/reserveringen/{number}"
    english = hengelo.get("/notices", headers={"Accept-Language": "en"}).get_json()["items"][0]
    assert english["sentence"] == "Borne asks for “Grijze betonstraatstenen”"


def test_a_notice_is_read_once_and_by_its_reader_alone(hengelo: Api, borne: Api) -> None:
    asked(borne, hengelo)
    number = hengelo.get("/notices?unread=true").get_json()["items"][0]["id"]
    first = hengelo.post(f"/notices/{number}/read").get_json()
    assert first["readAt"] and hengelo.post(f"/notices/{number}/read").get_json() == first
    assert hengelo.get("/notices?unread=true").get_json()["total"] == 0
    assert hengelo.get("/notices?unread=false").get_json()["items"] == [first]
    assert borne.post(f"/notices/{number}/read").status_code == 404


def test_notices_come_in_pages(hengelo: Api, borne: Api) -> None:
    for _number in range(3):
        asked(borne, hengelo)
    second = hengelo.get("/notices?page=2&pageSize=2").get_json()
    assert (second["total"], second["page"], len(second["items"])) == (3, 2, 1)


def test_a_choice_changes_what_it_names_and_leaves_the_rest(hengelo: Api) -> None:
    before = {row["kind"]: row for row in hengelo.get("/notice-preferences").get_json()["preferences"]}
    assert before["new_match"] == {"kind": "new_match", "cadence": "daily", "isDefault": True}
    assert "password_changed" not in before
    changed = hengelo.put("/notice-preferences", {"preferences": [{"kind": "new_match", "cadence": "never"}]})
    after = {row["kind"]: row for row in changed.get_json()["preferences"]}
    assert after.pop("new_match") == {"kind": "new_match", "cadence": "never", "isDefault": False}
    before.pop("new_match")
    assert after == before
    read_back = hengelo.get("/notice-preferences").get_json()
    assert hengelo.put("/notice-preferences", read_back).get_json() == read_back


def test_what_cannot_be_chosen_is_refused_with_the_reason(hengelo: Api) -> None:
    for row in (
        {"kind": "password_changed", "cadence": "never"},
        {"kind": "new_match", "cadence": "hourly"},
        {"kind": "gossip", "cadence": "daily"},
        {"kind": "new_match"},
        "new_match",
    ):
        refused = hengelo.put("/notice-preferences", {"preferences": [row]})
        assert (refused.status_code, refused.get_json()["errors"][0]["field"]) == (422, "preferences"), row


def test_nobody_has_no_notices(public: Api) -> None:
    assert public.get("/notices").status_code == 401
    assert public.get("/notice-preferences").status_code == 401
