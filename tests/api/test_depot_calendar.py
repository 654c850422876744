"""The address of a depot's calendar over the API: made, made anew and withdrawn, for whoever may read what lies there."""

from collections.abc import Callable
from urllib.parse import urlsplit

import pytest

from tests.api.conftest import Api


@pytest.fixture
def keeper(somebody: Callable[..., Api]) -> Api:
    return somebody("hengelo", "coordinator")


@pytest.fixture
def address(keeper: Api) -> str:
    return f"/depots/{keeper.post('/depots', {'name': 'Werf', 'place': 'Hengelo'}).get_json()['id']}"


def follows(reader: Api, calendar: str) -> int:
    return reader.client.get(urlsplit(calendar).path).status_code


def test_an_address_is_made_read_replaced_and_withdrawn(keeper: Api, public: Api, address: str) -> None:
    assert keeper.get(address).get_json()["calendarAddress"] is None
    made = keeper.post(f"{address}/calendar")
    assert made.status_code == 201
    first = made.get_json()["calendarAddress"]
    assert keeper.get(address).get_json()["calendarAddress"] == first
    assert [depot["calendarAddress"] for depot in keeper.get("/depots").get_json()["items"]] == [first]
    second = keeper.post(f"{address}/calendar").get_json()["calendarAddress"]
    assert (follows(public, first), follows(public, second)) == (404, 200)
    assert keeper.delete(f"{address}/calendar").get_json()["calendarAddress"] is None
    assert follows(public, second) == 404


def test_it_is_the_readers_own_and_only_for_whoever_reads_the_stock(keeper: Api, borne: Api, reviewer: Api, address: str) -> None:
    mine = keeper.post(f"{address}/calendar").get_json()["calendarAddress"]
    assert "calendarAddress" not in borne.get(address).get_json()
    assert borne.post(f"{address}/calendar").status_code == 403
    assert borne.delete(f"{address}/calendar").status_code == 403
    assert reviewer.get(address).get_json()["calendarAddress"] is None
    theirs = reviewer.post(f"{address}/calendar").get_json()["calendarAddress"]
    assert theirs != mine and keeper.get(address).get_json()["calendarAddress"] == mine
