"""Two years with new assets, released bridges, revaluations and losses, over HTTP: the statement is that of a script that shares no code."""

from collections.abc import Callable, Iterable
from datetime import UTC, date, datetime, time
from decimal import Decimal
from typing import Any

import pytest
from flask import Flask

from marketplace.kernel import clock
from tests import valued_example as example
from tests.api.conftest import Api, form
from tests.api.test_valuations import valued

pytestmark = pytest.mark.slow

Somebody = Callable[..., Api]
HEAD = "materiaal;kwaliteit;eenheid;laag;hoog;bron;peildatum"


def noon(day: date) -> datetime:
    return datetime.combine(day, time(11), UTC)


def prices(client: Api, year: int, day: date) -> None:
    rows = [
        f"{material};;{unit};{ends[year][0].replace('.', ',')};{ends[year][1].replace('.', ',')};Voorbeeld;{day:%d-%m-%Y}"
        for material, (unit, *ends) in example.PRICES.items()
    ]
    assert client.post("/price-tables", **form("file", "\r\n".join((HEAD, *rows)).encode())).status_code == 201


class Town:
    """The municipality that writes down what happened, each thing on its own day."""

    def __init__(self, client: Api) -> None:
        self.client = client
        self.assets: dict[str, int] = {}
        self.parts: dict[int, str] = {}

    def put_in(self, number: int, part: example.Part) -> None:
        if part.asset not in self.assets:
            made = self.client.post("/assets", {"name": part.asset, "kind": part.kind, "place": "Hengelo"})
            self.assets[part.asset] = made.get_json()["id"]
        address = f"/assets/{self.assets[part.asset]}/items"
        body = {"material": part.material, "quantity": str(part.put_in.amount), "unit": part.unit, "confirmUnusual": True}
        made = self.client.post(address, body)
        assert made.status_code == 201, made.get_json()
        self.parts[number] = f"{address}/{made.get_json()['number']}"

    def change(self, number: int, change: example.Happened) -> None:
        body = {"kind": change.kind, "quantity": str(change.amount), "reason": "Voorbeeld", "happenedOn": change.on.isoformat()}
        answer = self.client.post(f"{self.parts[number]}/changes", body)
        assert answer.status_code in (200, 201), answer.get_json()

    def appraise(self, number: int, appraisal: example.Appraised) -> None:
        body = {"valueCents": appraisal.cents, "quantity": str(appraisal.amount), "appraiser": "J. de Boer", "source": "Rapport"}
        answer = self.client.post(f"{self.parts[number]}/appraisals", body | {"valuedOn": appraisal.on.isoformat()})
        assert answer.status_code == 201, answer.get_json()


def happening(parts: list[example.Part], first: date, last: date) -> Iterable[tuple[date, str, int, Any]]:
    """Everything between two days, in order of time."""
    events: list[tuple[date, str, int, Any]] = []
    for number, part in enumerate(parts):
        events.append((part.put_in.on, "a", number, part))
        events += [(change.on, "change", number, change) for change in part.later]
        events += [(appraisal.on, "say", number, appraisal) for appraisal in part.appraised]
    return sorted((event for event in events if first <= event[0] <= last), key=lambda event: event[:3])


def play(somebody: Somebody, town: Town, parts: list[example.Part], first: date, last: date) -> None:
    month = None
    for on, what, number, event in happening(parts, first, last):
        with clock.frozen(noon(on)):
            if month != (month := (on.year, on.month)):  # a token does not live for ever
                town.client = somebody("hengelo", "coordinator")
            if what == "a":
                town.put_in(number, event)
            elif what == "change":
                town.change(number, event)
            else:
                town.appraise(number, event)


def test_the_statement_of_two_years_is_that_of_a_script_that_shares_no_code(somebody: Somebody, app: Flask) -> None:
    parts = example.parts()
    town = Town(somebody("hengelo", "coordinator"))
    play(somebody, town, parts, date(2024, 1, 1), example.FIRST)
    with clock.frozen(noon(example.FIRST)):
        prices(somebody("regio-twente", "reviewer"), 0, example.FIRST)
        keeper = somebody("hengelo", "coordinator")
        valued(keeper, app)
        first = keeper.get("/material-value?year=2024").get_json()
    play(somebody, town, parts, date(2024, 12, 21), example.SECOND)
    with clock.frozen(noon(example.SECOND)):
        prices(somebody("regio-twente", "reviewer"), 1, example.SECOND)
        keeper = somebody("hengelo", "coordinator")
        run = valued(keeper, app)["valuation"]["id"]
        second = keeper.get("/material-value?year=2025").get_json()
        lines = keeper.get(f"/valuation-runs/{run}?pageSize=100").get_json()["items"]
    statement = {name: second[f"{name}Cents"] for name in example.NAMES}
    assert first["closingCents"] == second["openingCents"] == example.first_closing(parts) > 0
    assert statement == example.statement(parts)
    happened = ("new", "price", "counted", "known", "released", "lost")
    assert min(abs(statement[name]) for name in happened) > 0
    closing = (
        statement["opening"]
        + statement["new"]
        + statement["price"]
        + statement["counted"]
        + statement["known"]
        - statement["released"]
        - statement["lost"]
    )
    assert closing == statement["closing"]
    by_part = {(line["assetName"], line["part"]): line for line in lines}
    for part in parts:
        matching = [
            line for (name, _number), line in by_part.items() if name == part.asset and line["material"]["slug"] == part.material
        ]
        worth = example.worth(part, example.SECOND, 1)
        assert any(line["valueCents"] == worth for line in matching) or (
            worth is None and not example.there(part, example.SECOND)[0]
        )
    assert Decimal(sum(line["valueCents"] or 0 for line in lines)) == statement["closing"]
