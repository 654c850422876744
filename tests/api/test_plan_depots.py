"""A plan through a depot over the API: what each line says of its way, what it costs, and asking for it."""

from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from flask import Flask

from marketplace.depots.models import DepotRate
from marketplace.jobs import tasks
from marketplace.kernel import clock
from marketplace.kernel.db import Database
from marketplace.kernel.units import Quantity, Unit
from tests.api.conftest import Api
from tests.factories import make_actor, make_demand, make_listing
from tests.rooms.test_regional_plan import north
from tests.yards import make_yard

M2 = Quantity(Decimal(800), Unit.M2)


@pytest.fixture
def people(somebody: Callable[..., Api], database: Database) -> dict[str, Api]:
    """Almelo has 800 m2 for 30 days, Borne needs them 84 days later; a depot of the region 12 km along the road."""
    today = clock.today()
    with database.transaction() as session:
        make_listing(session, make_actor(session, "almelo"), quantity=M2, location=north(0))
        terms = {"needed_from": today + timedelta(days=114), "needed_until": today + timedelta(days=140), "max_distance_km": None}
        make_demand(session, make_actor(session, "borne"), quantity=M2, location=north(9), **terms)
        place = {"lat": north(12).point.lat, "lon": north(12).point.lon}
        depot = make_yard(session, make_actor(session, "regio-twente", kind="region"), name="Regiodepot", **place)
        session.add(DepotRate(depot_id=depot.id, unit="m2", euros_per_week=Decimal("0.0325"), from_on=date(2026, 1, 1)))
    return {slug: somebody(slug) for slug in ("almelo", "borne")} | {"broker": somebody("regio-twente", "coordinator", "region")}


def made(people: dict[str, Api], app: Flask, **body: Any) -> str:
    started = people["broker"].post("/plans", body)
    assert started.status_code == 201, started.get_json()
    assert tasks.work_off(app) == 1
    return f"/plans/{started.get_json()['id']}"


def test_a_line_says_through_which_depot_how_long_and_what_it_costs(people: dict[str, Api], app: Flask) -> None:
    """148 t over 19.5 km are 2 886 tonne-km at 0.15; twice 60; 800 x 0.0325 / 7 x 84 = 312, within a cent for each quarter."""
    address = made(people, app, objective="cost")
    [line] = people["borne"].get(f"{address}/lines").get_json()["items"]
    way = line["journey"]
    assert (way["depot"]["name"], way["toDepotKm"], way["fromDepotKm"], way["waitsDays"]) == ("Regiodepot", 12, 3, 84)
    assert (way["transportCents"], way["handlingCents"]) == (43_290, 12_000)
    assert abs(way["storageCents"] - 31_200) <= 1
    assert date.fromisoformat(way["arrivesOn"]) - date.fromisoformat(way["handedOn"]) == timedelta(days=84)
    assert line["way"].startswith("Via depot Regiodepot: op ") and "blijft daar 84 dagen" in line["way"]
    plan = people["borne"].get(address).get_json()
    assert (plan["objective"], plan["figures"]["proven"]) == ("cost", True)
    cost = plan["cost"]
    assert (cost["eurosPerTonneKm"], cost["eurosPerTransfer"], cost["verified"]) == (0.15, 60, False)
    assert cost["totalCents"] == 43_290 + 12_000 + cost["storageCents"] and cost["firstComeCents"] == 0


def test_asking_for_it_is_a_request_for_the_depot(people: dict[str, Api], app: Flask) -> None:
    address = made(people, app)
    answer = people["borne"].post(f"{address}/lines/1/request", {}).get_json()
    reservation = people["borne"].get(f"/reservations/{answer['reservationId']}").get_json()
    [line] = people["borne"].get(f"{address}/lines").get_json()["items"]
    assert (reservation["status"], reservation["quantity"]) == ("requested", "800")
    assert (reservation["depot"], line["state"]) == (line["journey"]["depot"]["id"], "asked")
    assert people["almelo"].get(f"/reservations/{answer['reservationId']}").status_code == 200
