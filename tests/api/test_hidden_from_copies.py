"""What a system that keeps a copy is not told: drafts, lots before their first day; and what a forged cursor gives."""

from collections.abc import Callable
from datetime import timedelta

import pytest

from marketplace.kernel import clock
from tests.api.conftest import Api, demand_body, listing_body, published
from tests.api.test_copying import EVER, Copier, assert_same

Somebody = Callable[..., Api]
CURSOR = "urn:materialenbank:problem:cursor"


@pytest.mark.parametrize("path", ["/listings", "/demands"])
@pytest.mark.parametrize("days", ["{number}.1...{mark}", "{number}.5.5.5.{mark}", "{number}.{day}.{day}.9999999999.{mark}"])
def test_a_forged_cursor_is_refused(hengelo: Api, path: str, days: str) -> None:
    published(hengelo)
    number, day, _until, _after, mark = hengelo.get(f"{path}?updatedSince={EVER}").get_json()["next"].split(".")
    answer = hengelo.get(f"{path}?updatedSince={days.format(number=number, day=day, mark=mark)}")
    assert (answer.status_code, answer.get_json()["type"]) == (409, CURSOR)


def test_the_public_hears_nothing_of_a_lot_before_its_first_day(
    somebody: Somebody, hengelo: Api, public: Api, borne: Api
) -> None:
    later = {"circle": [], "circleDays": 0, "regionDays": 10, "partnersDays": 14, "reason": "Eerst zelf gebruiken"}
    assert somebody("hengelo", "coordinator").put("/windows", later).status_code == 200
    copiers = {reader: Copier(reader, "/listings") for reader in (public, borne)}
    remaining, dropped = (published(hengelo)["id"] for _lot in range(2))
    assert (copiers[public].catch_up(), sorted(copiers[borne].catch_up())) == ({}, [remaining, dropped])
    hengelo.post(f"/listings/{dropped}/withdraw", {"reason": "Toch zelf nodig"})
    assert (copiers[borne].catch_up().keys(), copiers[borne].gone) == ({remaining}, [dropped])
    assert (copiers[public].catch_up(), copiers[public].gone) == ({}, [])
    assert public.get(f"/listings?updatedSince={EVER}").get_json()["total"] == 0
    with clock.frozen(clock.now() + timedelta(days=11)):
        assert (copiers[public].catch_up().keys(), copiers[public].gone) == ({remaining}, [])
        assert_same(copiers[public])
        assert public.get(f"/listings?updatedSince={EVER}").get_json()["gone"] == []


def test_drafts_of_others_are_not_even_counted(hengelo: Api, borne: Api, public: Api) -> None:
    for _draft in range(3):
        hengelo.post("/listings", listing_body())
        hengelo.post("/demands", demand_body(draft=True))
    for reader in (borne, public):
        for path in ("/listings", "/demands"):
            answer = reader.get(f"{path}?updatedSince={EVER}&pageSize=1").get_json()
            assert (answer["items"], answer["gone"], answer["total"], answer["more"]) == ([], [], 0, False)


def test_a_demand_that_was_withdrawn_as_a_draft_stays_with_its_own_organisation(hengelo: Api, borne: Api, public: Api) -> None:
    copiers = [Copier(reader, "/demands") for reader in (borne, public)]
    draft = hengelo.post("/demands", demand_body(draft=True)).get_json()["id"]
    hengelo.post(f"/demands/{draft}/withdraw")
    for copier in copiers:
        assert (copier.catch_up(), copier.gone) == ({}, [])
        assert copier.reader.get(f"/demands/{draft}").status_code == 404
    assert borne.get("/demands?status=withdrawn").get_json()["total"] == 0
    assert hengelo.get("/demands?status=withdrawn").get_json()["total"] == 1
    assert Copier(hengelo, "/demands?mine=true").catch_up()[draft]["status"] == "withdrawn"


def test_a_demand_that_was_open_is_gone_when_it_is_withdrawn(hengelo: Api, borne: Api, public: Api) -> None:
    demand = hengelo.post("/demands", demand_body()).get_json()["id"]
    copiers = [Copier(reader, "/demands") for reader in (borne, public)]
    assert [list(copier.catch_up()) for copier in copiers] == [[demand], [demand]]
    hengelo.post(f"/demands/{demand}/withdraw")
    assert [(copier.catch_up(), copier.gone) for copier in copiers] == [({}, [demand])] * 2


def test_an_administrator_reads_no_drafts_of_the_organisation_in_which_they_sit(somebody: Somebody) -> None:
    coordinator, admin = somebody("regio-twente", "coordinator"), somebody("regio-twente", "admin")
    lot = coordinator.post("/listings", listing_body()).get_json()["id"]
    demand = coordinator.post("/demands", demand_body(draft=True)).get_json()["id"]
    assert (admin.get(f"/listings/{lot}").status_code, admin.get(f"/demands/{demand}").status_code) == (404, 404)
    for query in ("mine=true", "status=draft", f"mine=true&updatedSince={EVER}"):
        for path in ("/listings", "/demands"):
            answer = admin.get(f"{path}?{query}").get_json()
            assert (answer["items"], answer["total"]) == ([], 0), (path, query)
    assert [coordinator.get(f"{path}?mine=true").get_json()["total"] for path in ("/listings", "/demands")] == [1, 1]
