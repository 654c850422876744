"""The years ahead over the API: listings, passports and demands in their quarters."""

import csv
import io
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest

from marketplace.kernel import clock
from tests.api.conftest import Api, demand_body, published
from tests.api.test_planned import planned_body

pytestmark = pytest.mark.slow

KEI = "betonstraatsteen-kei-8cm"


def quarter(day: date) -> str:
    return f"{day.year}-K{(day.month + 2) // 3}"


@pytest.fixture
def ahead(hengelo: Api, borne: Api, somebody: Callable[..., Api]) -> tuple[date, date]:
    """1 200 m² on offer, 400 m² planned, 1 100 m² in a street of which 100 m² are a listing already, 500 m² needed. A m² weighs 185 kg."""
    today = clock.today()
    comes, needed = today + timedelta(days=90), today + timedelta(days=300)
    published(hengelo)
    plan = hengelo.post("/listings", planned_body(quantity="400")).get_json()["id"]
    assert hengelo.post(f"/listings/{plan}/publish").status_code == 200
    keeper = somebody("hengelo", "coordinator")
    coming = {"earliest": today.isoformat(), "latest": needed.isoformat(), "certainty": "idea"}
    street = keeper.post("/assets", {"name": "Dorpsstraat", "kind": "road", "place": "Hengelo", **coming}).get_json()["id"]
    keeper.post(f"/assets/{street}/items", {"material": KEI, "quantity": 1100, "unit": "m2", "condition": "good"})
    assert keeper.post(f"/assets/{street}/items/1/release", {"quantity": 100}).status_code == 201
    until = (needed + timedelta(days=30)).isoformat()
    answer = borne.post("/demands", demand_body(quantity=500, neededFrom=needed.isoformat(), neededUntil=until))
    assert answer.status_code == 201, answer.get_json()
    return comes, needed


def of(rows: list[dict[str, Any]], name: str, **wanted: str) -> float:
    return sum(row[name] for row in rows if all(row[key] == value for key, value in wanted.items()))


def test_everything_stands_in_the_quarter_in_which_it_comes_or_is_needed(
    ahead: tuple[date, date], losser: Api, public: Api
) -> None:
    comes, needed = (quarter(day) for day in ahead)
    outlook = losser.get("/outlook").get_json()
    rows, totals = outlook["rows"], outlook["totals"]
    assert len(totals) == 16
    assert of(rows, "presentKg", quarter=quarter(clock.today()), municipality="hengelo") == 222_000
    assert of(rows, "plannedKg", quarter=comes, municipality="hengelo") == 74_000
    assert of(rows, "expectedKg", quarter=needed, municipality="hengelo") == 185_000
    assert of(rows, "neededKg", quarter=needed, municipality="borne") == 92_500
    assert of(totals, "gapKg") == 222_000 + 74_000 + 185_000 - 92_500
    assert [row["byCertainty"]["tendered"] for row in totals if row["quarter"] == comes] == [74_000]
    everybody = public.get("/outlook").get_json()["totals"]
    assert (of(everybody, "expectedKg"), of(everybody, "neededKg")) == (0, 92_500)


def test_a_part_of_it_is_asked_for_and_the_file_says_the_same(ahead: tuple[date, date], losser: Api) -> None:
    borne = losser.get("/outlook?municipality=borne").get_json()["totals"]
    assert (of(borne, "neededKg"), of(borne, "presentKg")) == (92_500, 0)
    assert of(losser.get("/outlook?group=hout").get_json()["totals"], "gapKg") == 0
    for wrong in ("group=goud", "municipality=atlantis"):
        assert losser.get(f"/outlook?{wrong}").status_code == 422
    text = losser.get("/outlook.csv", headers={"Accept-Language": "en"}).data.decode("utf-8-sig")
    table = list(csv.reader(io.StringIO(text)))
    column = table[0].index("Needed (kg)")
    assert sum(float(row[column]) for row in table[1:] if row[column]) == 92_500
