"""What materials are worth, over the API: prices, appraisals, valuations, and the statement of a year. Figures worked out by hand."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import text
from sqlalchemy.exc import DatabaseError

from marketplace.exchange.actions import decide, hand_over, reserve
from marketplace.exchange.actions.booking import reverse_exchange
from marketplace.exchange.rules.reservation import HandoverDraft, ReservationDraft
from marketplace.jobs import tasks
from marketplace.kernel import clock
from marketplace.kernel.db import Database
from marketplace.kernel.units import Quantity, Unit
from tests.api.conftest import Api, form
from tests.factories import make_actor, make_listing

Somebody = Callable[..., Api]
KEI, TEGEL, STAAL = "betonstraatsteen-kei-8cm", "betontegel-30x30x6", "stalen-profiel"
HEAD = "materiaal;kwaliteit;eenheid;laag;hoog;bron;peildatum;uitnemen;vervoer"
EXAMPLE = "Voorbeeld, geen echte prijs"
PRICES = (f"{KEI};goed;m2;4,00;6,00;{EXAMPLE};1-1-2027;0,50;", f"{TEGEL};;m2;2,00;3,00;{EXAMPLE};1-1-2027;;")
FIRST, SECOND = datetime(2027, 3, 31, 12, tzinfo=UTC), datetime(2028, 3, 31, 12, tzinfo=UTC)


@pytest.fixture
def keeper(somebody: Somebody) -> Api:
    return somebody("hengelo", "coordinator")


def asset(client: Api, name: str, kind: str = "road", **more: Any) -> str:
    made = client.post("/assets", {"name": name, "kind": kind, "place": "Hengelo"} | more)
    assert made.status_code == 201, made.get_json()
    return f"/assets/{made.get_json()['id']}"


def part(client: Api, address: str, material: str, quantity: object, unit: str = "m2", **more: Any) -> str:
    made = client.post(f"{address}/items", {"material": material, "quantity": quantity, "unit": unit} | more)
    assert made.status_code == 201, made.get_json()
    return f"{address}/items/{made.get_json()['number']}"


def loaded(client: Api, *lines: str) -> Any:
    return client.post("/price-tables", **form("file", "\r\n".join((HEAD, *lines)).encode()))


def valued(client: Api, app: Flask, **body: Any) -> dict[str, Any]:
    """A valuation that is done, with its lines."""
    started = client.post("/valuation-runs", body)
    assert started.status_code == 201, started.get_json()
    assert (started.get_json()["state"], started.get_json()["totals"]) == ("waiting", None)
    assert tasks.work_off(app) == 1
    done: dict[str, Any] = client.get(f"/valuation-runs/{started.get_json()['id']}").get_json()
    assert done["valuation"]["state"] == "done", client.get(f"/tasks/{started.get_json()['taskId']}").get_json()
    return done


def sold(database: Database, *cents: int, amount: str = "100", to: str = "borne") -> None:
    """Pavers in good condition from Almelo, one transfer for each price."""
    quantity = Quantity(Decimal(amount), Unit.M2)
    with database.transaction() as session:
        owner, asker = make_actor(session, "almelo"), make_actor(session, to)
        for price in cents:
            lot = make_listing(session, owner, quantity=quantity, price_cents_per_unit=price)
            reservation = reserve.reserve(session, asker, listing_id=lot.id, draft=ReservationDraft(quantity))
            if asker.organisation_id != owner.organisation_id:
                decide.approve(session, owner, reservation_id=reservation.id)
            given = HandoverDraft(quantity, clock.today())
            hand_over.hand_over(session, owner, reservation_id=reservation.id, draft=given)
            hand_over.confirm(session, asker, reservation_id=reservation.id)


def test_1200_m2_at_the_middle_of_three_prices_are_6000_euro(keeper: Api, app: Flask, database: Database) -> None:
    """€ 4.00, 5.00 and 6.50 and two om niet: € 5.00. What Almelo charges itself, and what was reversed, is no price."""
    sold(database, 400, 500, 650, 0, 0, 9000)
    sold(database, 8000, to="almelo")
    with database.transaction() as session:
        reverse_exchange(session, make_actor(session, "regio-twente", "reviewer"), seq=6, reason="Twee keer ingevoerd")
    part(keeper, asset(keeper, "Dorpsstraat"), KEI, 1200, condition="good")
    plan = keeper.get("/valuation-plan").get_json()
    assert (plan["parts"], plan["byExchanges"], plan["withoutValue"], plan["priceTable"]) == (1, 1, 0, None)
    done = valued(keeper, app)
    [line] = done["items"]
    assert (line["method"], line["unitCents"], line["valueCents"]) == ("exchanges", 500, 600_000)
    assert (line["source"]["exchanges"], line["lowCents"], line["highCents"]) == (3, 480_000, 780_000)
    assert (line["netCents"], done["valuation"]["totals"]["valuedParts"]) == (None, 1)
    assert "BBV" in done["valuation"]["note"]


def test_with_two_prices_the_table_counts_and_with_neither_there_is_no_value(
    keeper: Api, reviewer: Api, app: Flask, database: Database
) -> None:
    """Good pavers: € 4.00 to 6.00 of the table, 1 200 m² are € 6 000, less € 600 for taking out. Of poor ones nobody knows."""
    sold(database, 400, 500, 0, 0)
    with clock.frozen(FIRST):
        assert loaded(reviewer, *PRICES).status_code == 201
    street = asset(keeper, "Dorpsstraat")
    part(keeper, street, KEI, 1200, condition="good")
    part(keeper, street, KEI, 1200, condition="poor")
    part(keeper, street, KEI, 1200)
    with clock.frozen(FIRST):
        done = valued(keeper, app)
    good, poor, unseen = done["items"]
    assert (good["method"], good["valueCents"], good["takingOutCents"], good["transportCents"]) == (
        "price_table", 600_000, 60_000, None,
    )  # fmt: skip
    assert (good["netCents"], good["source"]["source"], good["source"]["priceRow"]) == (540_000, EXAMPLE, 2)
    assert [(line["method"], line["valueCents"], line["source"]) for line in (poor, unseen)] == [("none", None, None)] * 2
    totals = done["valuation"]["totals"]
    assert (totals["parts"], totals["valuedParts"], totals["valueCents"], totals["netCents"]) == (3, 1, 600_000, 540_000)
    assert (totals["massKg"], totals["valuedMassKg"]) == (666_000, 222_000)


def test_the_statement_of_two_years_adds_up_to_the_cent(somebody: Somebody, app: Flask) -> None:
    """First 1 200 m² at € 5 and a bridge of € 3 333.33. Then 300 m² at € 2.50 are new, the bridge goes, 50 m² are lost, € 5 becomes 6.

    Opening 9 333.33 + new 750.00 + price 1 150 × € 1 − released 3 333.33 − lost 250.00 = closing 1 150 × € 6 + 750 = 7 650.00.
    """
    with clock.frozen(FIRST):
        keeper, reviewer = somebody("hengelo", "coordinator"), somebody("regio-twente", "reviewer")
        assert loaded(reviewer, *PRICES).status_code == 201
        street, bridge = asset(keeper, "Dorpsstraat"), asset(keeper, "Brug", "bridge")
        stones, steel = part(keeper, street, KEI, 1200, condition="good"), part(keeper, bridge, STAAL, 3, "tonne")
        report = {"valueCents": 333_333, "appraiser": "J. de Boer", "source": "Taxatierapport 12"}
        assert keeper.post(f"{steel}/appraisals", report).status_code == 201
        first = valued(keeper, app)
        statement = keeper.get("/material-value?year=2027").get_json()
        assert (statement["openingRun"], statement["openingCents"], statement["newCents"]) == (None, 0, 933_333)
        assert statement["closingCents"] == 933_333
    with clock.frozen(SECOND):
        keeper, reviewer = somebody("hengelo", "coordinator"), somebody("regio-twente", "reviewer")
        newer = (PRICES[0].replace("4,00;6,00", "5,00;7,00"), PRICES[1])
        assert loaded(reviewer, *newer).status_code == 201
        part(keeper, asset(keeper, "Kerkplein"), TEGEL, 300)
        keeper.post(f"{steel}/changes", {"kind": "taken_out", "quantity": 3})
        keeper.post(f"{stones}/changes", {"kind": "lost", "quantity": 50, "reason": "Gestolen"})
        second = valued(keeper, app)
        statement = keeper.get("/material-value?organisation=hengelo&year=2028").get_json()
    names = ("opening", "new", "price", "counted", "known", "released", "lost", "closing")
    sums = [statement[f"{name}Cents"] for name in names]
    assert sums == [933_333, 75_000, 115_000, 0, 0, 333_333, 25_000, 765_000]
    assert sums[0] + sums[1] + statement["revaluedCents"] - sums[5] - sums[6] == sums[7]
    assert (statement["openingRun"]["id"], statement["closingRun"]["id"]) == (first["valuation"]["id"], second["valuation"]["id"])
    assert sum(line["valueCents"] or 0 for line in second["items"]) == 765_000
    for name in names[:-1]:
        assert sum(line["moved"][f"{name}Cents"] for line in second["items"]) == statement[f"{name}Cents"]
    gone = next(line for line in second["items"] if line["material"]["slug"] == STAAL)
    assert (gone["quantity"], gone["valueCents"], gone["method"], gone["moved"]["releasedCents"]) == ("0", None, "none", 333_333)
    with clock.frozen(SECOND):
        assert keeper.get(f"/valuation-runs/{first['valuation']['id']}").get_json()["items"] == first["items"]
        empty = keeper.get("/material-value?year=2026").get_json()
    assert (empty["closingRun"], empty["closingCents"], empty["openingCents"]) == (None, None, None)


def test_a_run_as_of_a_day_counts_what_was_there_then(somebody: Somebody, app: Flask, reviewer: Api) -> None:
    with clock.frozen(FIRST):
        keeper = somebody("hengelo", "coordinator")
        loaded(somebody("regio-twente", "reviewer"), *PRICES)
        tiles = part(keeper, asset(keeper, "Plein"), TEGEL, 100)
    with clock.frozen(datetime(2027, 6, 1, 12, tzinfo=UTC)):
        keeper.post(f"{tiles}/changes", {"kind": "put_in", "quantity": 20})
        wrong = [keeper.post("/valuation-runs", {"asOf": day}) for day in ("2027-06-02", "2027-03-30")]
        assert [(answer.status_code, answer.get_json()["errors"][0]["field"]) for answer in wrong] == [(422, "asOf")] * 2
        then, now = valued(keeper, app, asOf="2027-05-31"), valued(keeper, app)
    assert [(run["items"][0]["quantity"], run["items"][0]["valueCents"]) for run in (then, now)] == [
        ("100", 25_000),
        ("120", 30_000),
    ]
    assert [run["valuation"]["comparedWith"] for run in (then, now)] == [None, None]  # both of one year


def test_a_plan_of_today_is_that_of_the_changes_until_today(keeper: Api, reviewer: Api) -> None:
    """Today a part knows how much is left of it, of an earlier day its changes are added: 30 m² that came and went are in neither."""
    with clock.frozen(SECOND - timedelta(days=1)):
        street = asset(keeper, "Dorpsstraat")
        part(keeper, street, KEI, 1200, condition="good")
        gone = part(keeper, street, TEGEL, 30)
        keeper.post(f"{gone}/changes", {"kind": "taken_out", "quantity": 30})
        today = keeper.get("/valuation-plan").get_json()
    with clock.frozen(SECOND):
        then = keeper.get(f"/valuation-plan?asOf={(SECOND - timedelta(days=1)).date().isoformat()}").get_json()
    assert (today["parts"], today["withoutValue"]) == (then["parts"], then["withoutValue"]) == (1, 1)


def test_the_same_valuation_is_not_started_twice(keeper: Api, app: Flask) -> None:
    part(keeper, asset(keeper, "Plein"), TEGEL, 100)
    first, again = (keeper.post("/valuation-runs", {}).get_json() for _twice in range(2))
    assert first["id"] == again["id"] and tasks.work_off(app) == 1
    assert keeper.get("/valuation-runs").get_json()["total"] == 1
    assert keeper.post("/valuation-runs", {}).get_json()["id"] != first["id"]  # once it is done, another one beside it


def test_a_cancelled_valuation_counts_for_nothing(keeper: Api, app: Flask) -> None:
    part(keeper, asset(keeper, "Plein"), TEGEL, 100)
    run = keeper.post("/valuation-runs", {}).get_json()
    assert keeper.post(f"/tasks/{run['taskId']}/cancel").status_code == 200
    assert tasks.work_off(app) == 0
    answer = keeper.get(f"/valuation-runs/{run['id']}").get_json()
    assert (answer["valuation"]["state"], answer["valuation"]["totals"], answer["total"]) == ("stopped", None, 0)
    assert keeper.get("/material-value").get_json()["closingRun"] is None


def test_what_is_worth_what_is_for_the_owner_and_the_ao_ce(
    keeper: Api, reviewer: Api, borne: Api, public: Api, somebody: Somebody, app: Flask
) -> None:
    street = asset(keeper, "Plein", isPublic=True)
    tiles = part(keeper, street, TEGEL, 100)
    assert keeper.post("/valuation-runs", {"organisation": "borne"}).status_code == 403
    run = valued(keeper, app)["valuation"]["id"]
    for path in (f"/valuation-runs/{run}", "/material-value?organisation=hengelo", f"{tiles}/appraisals"):
        assert reviewer.get(path).status_code == 200, path
        assert borne.get(path).status_code == (403 if "?" in path else 404), path
        assert public.get(path).status_code == 401, path
    assert public.get(tiles).status_code == 200  # what it is may be read, not what it is worth
    assert loaded(keeper, *PRICES).status_code == 403
    assert reviewer.post("/valuation-runs", {"organisation": "hengelo"}).status_code == 201


def test_a_table_is_refused_with_a_sentence_for_each_row(reviewer: Api, keeper: Api) -> None:
    wrong = (
        f"geen-steen;;m2;1;2;{EXAMPLE};1-1-2026;;",
        f"{KEI};prima;m2;1;2;{EXAMPLE};1-1-2026;;",
        f"{KEI};;tonnen;1;2;{EXAMPLE};1-1-2026;;",
        f"{KEI};;m;1;2;{EXAMPLE};1-1-2026;;",
        f"{KEI};;m2;0;2;{EXAMPLE};1-1-2026;;",
        f"{KEI};;m2;3;2;{EXAMPLE};1-1-2026;;",
        f"{KEI};;m2;1,00001;2;{EXAMPLE};1-1-2026;;",
        f"{KEI};;m2;1;2;;1-1-2026;;",
        f"{KEI};;m2;1;2;{EXAMPLE};1-1-2099;;",
        f"{KEI};;m2;1;2;{EXAMPLE};1-1-2026;gratis;",
        f"{KEI};;m2;1;2;{EXAMPLE};1-1-2026;;",
        f"{KEI};alle;m2;1;2;{EXAMPLE};1-1-2026;;",
    )
    answer = loaded(reviewer, *wrong)
    assert answer.status_code == 422
    named = [error["field"] for error in answer.get_json()["errors"]]
    columns = ("materiaal", "kwaliteit", "eenheid", "eenheid", "laag", "hoog", "laag", "bron", "peildatum", "uitnemen")
    assert named == [f"rows[{number}].{column}" for number, column in enumerate(columns, start=2)] + ["rows[13].materiaal"]
    assert keeper.get("/price-tables").get_json()["total"] == 0


def test_tables_are_kept_and_the_newest_one_counts(reviewer: Api, keeper: Api) -> None:
    rows = [row.replace("2027", "2026") for row in PRICES]
    first = loaded(reviewer, *rows).get_json()
    assert (first["prices"], loaded(reviewer, *rows).status_code) == (2, 422)
    second = loaded(reviewer, rows[0]).get_json()
    assert [item["id"] for item in keeper.get("/price-tables").get_json()["items"]] == [second["id"], first["id"]]
    table = keeper.get(f"/price-tables/{first['id']}").get_json()
    assert [(price["material"], price["condition"], price["lowCents"], price["takingOutCents"]) for price in table["items"]] == [
        (KEI, "good", 400, 50),
        (TEGEL, None, 200, None),
    ]
    assert keeper.get("/price-tables/99").status_code == 404


def test_a_slip_in_an_appraisal_is_refused_before_it_stops_every_valuation(keeper: Api, app: Flask) -> None:
    """Ten thousand million euros for a litre of soil: what 1 000 m³ are worth by that fits in no sum. At € 1.60 it is € 1 600 000."""
    sand = part(keeper, asset(keeper, "Plein"), "grond-schoon", 1000, "m3")
    slip = {"valueCents": 10**12, "quantity": "0.001", "appraiser": "J. de Boer", "source": "Rapport"}
    answer = keeper.post(f"{sand}/appraisals", slip | {"takingOutCents": 10**12})
    assert answer.status_code == 422
    assert [error["field"] for error in answer.get_json()["errors"]] == ["valueCents", "takingOutCents"]
    assert keeper.post(f"{sand}/appraisals", slip | {"valueCents": 160}).status_code == 201
    assert valued(keeper, app)["valuation"]["totals"]["valueCents"] == 160_000_000


@pytest.mark.parametrize(
    "table",
    [
        *("price_table", "price_table_use", "price_row", "appraisal"),
        *("valuation_run", "valuation_line", "valuation_sum", "valuation_totals"),
    ],
)
def test_nothing_of_a_valuation_is_ever_written_over(
    keeper: Api, reviewer: Api, app: Flask, database: Database, table: str
) -> None:
    loaded(reviewer, PRICES[0].replace("2027", "2026"))
    stones = part(keeper, asset(keeper, "Plein"), KEI, 100, condition="good")
    keeper.post(f"{stones}/appraisals", {"valueCents": 1, "appraiser": "J. de Boer", "source": "Rapport"})
    valued(keeper, app)
    key = "run_id" if table in ("valuation_line", "valuation_sum", "valuation_totals") else "id"
    for statement in (f"UPDATE {table} SET {key} = {key}", f"DELETE FROM {table}"):
        with pytest.raises(DatabaseError), database.transaction() as session:
            session.execute(text(statement))
