"""What is refused before any rule is asked: paths, methods, media types, JSON."""

import pytest

from tests.api.conftest import Api


def test_a_path_that_does_not_exist_is_a_problem(public: Api) -> None:
    missing = public.get("/no-such-thing")
    assert missing.status_code == 404
    assert set(missing.get_json()) == {"type", "title", "status", "detail", "requestId"}


def test_a_trailing_slash_is_another_path(public: Api) -> None:
    assert public.get("/materials/").status_code == 404


def test_a_method_that_is_not_taken_names_those_that_are(public: Api) -> None:
    refused = public.call("DELETE", "/materials")
    assert refused.status_code == 405
    assert "GET" in refused.headers["Allow"].split(", ")


def test_without_a_token_the_rest_is_401(public: Api) -> None:
    refused = public.get("/me")
    assert refused.status_code == 401
    assert refused.headers["WWW-Authenticate"] == "Bearer"


def test_a_wrong_token_is_401_where_none_is_needed(public: Api) -> None:
    assert public.get("/materials", headers={"Authorization": "Bearer nonsense"}).status_code == 401


@pytest.mark.parametrize("language", ["nl", "en"])
def test_the_sentence_is_in_the_language_of_the_client(public: Api, language: str) -> None:
    detail = public.get("/materials?materialGroup=goud", headers={"Accept-Language": language}).get_json()["detail"]
    assert ("geen materiaalgroep" in detail) == (language == "nl")


@pytest.mark.parametrize(
    ("sent", "detail"),
    [
        (b"{bad", "regel 1, teken 2"),
        (b'{"title": "Keien",\n "quantity": }', "regel 2, teken 14"),
        (b"title=Keien", "regel 1, teken 1"),
        (b'{"title": "\xff"}', "UTF-8"),
        (b'{"quantity": NaN}', "NaN"),
        (b'{"quantity": ' + b"9" * 5000 + b"}", "NaN"),
        (b"[" * 100_000, "NaN"),
    ],
)
def test_what_is_no_json_is_told_where_it_ends_to_be_json(hengelo: Api, sent: bytes, detail: str) -> None:
    refused = hengelo.call("POST", "/listings", sent, headers={"Accept-Language": "nl"})
    assert (refused.status_code, refused.get_json()["type"]) == (400, "urn:materialenbank:problem:unreadable")
    assert detail in refused.get_json()["detail"] and "Ga terug" not in refused.get_json()["detail"]
    assert set(refused.get_json()) == {"type", "title", "status", "detail", "requestId"}
