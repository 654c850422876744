"""The Big List of Naughty Strings through every text of the API: never a failure of ours, and what is accepted comes back as it was."""

import json
from typing import Any
from urllib.parse import quote

import pytest

from config import PROJECT
from marketplace.kernel.errors import Invalid
from marketplace.kernel.text import clean
from tests.api.conftest import Api, demand_body, listing_body, published

pytestmark = pytest.mark.slow

STRINGS: list[str] = json.loads((PROJECT / "tests/corpora/strings/blns.json").read_text(encoding="utf-8"))
UNFIT = ("a\x00b", "a\ud800b", "a\ufffeb", "\x07", "\udfff")
DUTCH = ("’s-Hertogenbosch", "< 3 m", "=wit=", "Ø 160 mm – 5 m¹", "Coöperatie ‘t Gooi & zn.", "naïve ﬁlter", "6 × 4½ ″", "ĳssel")


def stored(text: str, *, lines: bool = False) -> str | None:
    """What should come back; None: refused."""
    try:
        return clean(text, lines=lines)
    except Invalid:
        return None


def test_a_listing_gives_every_text_back_or_refuses_it(hengelo: Api) -> None:
    for text in (*STRINGS, *UNFIT, *DUTCH):
        body = listing_body(title=f"a{text}"[:100], description=text, project=text, remarks=text)
        answer = hengelo.post("/listings", body)
        wanted = [
            stored(body[name], lines=name in ("description", "remarks"))
            for name in ("title", "description", "project", "remarks")
        ]
        if None in wanted or len(wanted[2] or "") > 200:
            assert answer.status_code == 422, text
        else:
            assert answer.status_code == 201, (text, answer.get_json())
            assert [answer.get_json()[name] for name in ("title", "description", "project", "remarks")] == wanted


@pytest.mark.parametrize("text", DUTCH)
def test_what_people_really_type_passes_unchanged(hengelo: Api, text: str) -> None:
    assert hengelo.post("/listings", listing_body(title=text)).get_json()["title"] == text


@pytest.mark.parametrize("text", UNFIT)
def test_what_no_database_keeps_is_refused_at_its_property(hengelo: Api, text: str) -> None:
    refused = hengelo.post("/listings", listing_body(description=text))
    assert (refused.status_code, refused.get_json()["errors"][0]["field"]) == (422, "description")


def test_no_text_breaks_a_search(hengelo: Api, public: Api) -> None:
    published(hengelo)
    for text in (*STRINGS[::4], *DUTCH):
        typed = quote(text, safe="", errors="surrogatepass")
        for path in (f"/listings?q={typed}", f"/places?q={typed}", f"/materials?q={typed}"):
            assert public.get(path).status_code in (200, 422), text
        for path in (f"/listings?place={typed}&radiusKm=5", f"/listings?near={typed}", f"/demands?material={typed}"):
            assert public.get(path).status_code in (200, 422), text


def test_no_text_breaks_a_code_a_word_or_a_number(hengelo: Api) -> None:
    names = (
        "material",
        "unit",
        "condition",
        "quantity",
        "availableFrom",
        "lat",
        "packaging",
        "hazards",
        "depot",
        "loadingPossible",
    )
    for text in STRINGS[::9]:
        for name in names:
            assert hengelo.post("/listings", listing_body(**{name: text or None})).status_code in (201, 422), (name, text)


def test_no_text_breaks_a_demand_a_reservation_or_a_reason(hengelo: Api, borne: Api) -> None:
    listing_id = published(hengelo, quantity="900000")["id"]
    for text in (*STRINGS[::6], *UNFIT):
        body = demand_body(
            title=f"a{text}"[:100], description=text, department=text[:150], project=text[:150], acceptsHazards=[text]
        )
        assert borne.post("/demands", body).status_code in (201, 422), text
        wish: dict[str, Any] = {"quantity": 1, "unit": "m2", "purpose": text[:400]}
        made = borne.post(f"/listings/{listing_id}/reservations", wish)
        assert made.status_code in (201, 422), text
        if made.status_code == 201:
            ended = borne.post(f"/reservations/{made.get_json()['id']}/cancel", {"reason": text})
            assert ended.status_code in (200, 422), text


def test_no_text_breaks_a_header(hengelo: Api) -> None:
    for text in STRINGS[::5]:
        key = "".join(sign for sign in text if sign not in "\r\n").encode("utf-8", "replace").decode("latin-1")[:300]
        answer = hengelo.post("/listings", listing_body(), headers={"Idempotency-Key": key, "Accept-Language": key})
        assert answer.status_code in (201, 422), text
