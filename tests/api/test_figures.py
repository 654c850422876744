"""Scenario 1 from end to end over the API, and what the ledger, the statistics and the goals say of it afterwards."""

import hashlib
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from flask import Flask

from marketplace.kernel import clock
from tests.api.conftest import Api, listing_body
from tests.entries import append_entry
from tests.factories import make_organisation

FIGURES = (
    *("exchanges", "massKg", "tonneKm", "avoidedKgCo2e", "transportKgCo2e", "netKgCo2e", "unknownFactorMassKg"),
    "unknownProcessingMassKg",
)

PARTS = ("byMunicipality", "byMaterialGroup", "byMonth")


def test_four_hundred_are_left(exchanged: dict[str, Any]) -> None:
    assert (exchanged["available"], exchanged["held"], exchanged["transferred"]) == ("400", "0", "800")


def test_the_ledger_has_one_row_with_everything_frozen_into_it(
    exchanged: dict[str, Any], hengelo: Api, borne: Api, losser: Api
) -> None:
    rows = borne.get("/exchanges").get_json()
    assert rows == hengelo.get("/exchanges").get_json()
    assert rows["total"] == 1
    row = rows["items"][0]
    assert (row["seq"], row["fromOrganisation"]["slug"], row["toOrganisation"]["slug"]) == (1, "hengelo", "borne")
    assert (row["quantity"], row["unit"], row["massKg"], row["kgPerUnit"]) == ("800", "m2", 148_000, 185)
    assert row["roadKm"] == pytest.approx(row["distanceKm"] * 1.3, abs=0.001)
    assert row["tonneKm"] == pytest.approx(148 * row["roadKm"], abs=0.1)
    assert row["netKgCo2e"] == pytest.approx(row["avoidedKgCo2e"] - row["transportKgCo2e"], abs=0.001)
    assert (row["rowVersion"], row["kind"], row["origin"], row["replacesPurchase"]) == (4, "transfer", "reused", "not_said")
    assert (row["processingFactor"], row["processingKgCo2e"]) == (None, None)  # no factor is known for pavers
    assert (row["period"], row["happenedOn"][:7], row["bookedAt"][:10]) == (
        *[row["happenedOn"][:7]] * 2,
        clock.now().date().isoformat(),
    )
    assert losser.get("/exchanges").get_json()["total"] == 0


def test_a_row_says_how_sure_its_carbon_is_and_the_way_it_came(exchanged: dict[str, Any], borne: Api) -> None:
    """148 000 kg of concrete pavers: 0.1188 kg per kg, from 0.081 to 0.165, of quality B. Nobody said what new would cost."""
    row = borne.get("/exchanges").get_json()["items"][0]
    assert (row["carbonFactor"], row["carbonLow"], row["carbonHigh"], row["carbonConfidence"]) == (0.1188, 0.081, 0.165, "B")
    assert (row["avoidedLowKgCo2e"], row["avoidedKgCo2e"], row["avoidedHighKgCo2e"]) == (11_988, 17_582.4, 24_420)
    assert (row["through"], row["isBulk"], row["purchaseCents"], row["savedCents"]) == ("direct", False, None, None)


def test_each_figure_says_its_ends_its_coverage_and_whether_it_is_adopted(exchanged: dict[str, Any], public: Api) -> None:
    figures = public.get("/statistics").get_json()["figures"]
    not_said = {"value": 17_582.4, "low": 11_988, "high": 24_420, "coverage": 1, "adopted": False}
    assert figures["avoidedNotSaidKgCo2e"] == figures["avoidedKgCo2e"] == not_said
    assert figures["avoidedReplacingKgCo2e"] == {**not_said, "value": 0, "low": 0, "high": 0}
    assert figures["processingKgCo2e"] == {"value": None, "low": None, "high": None, "coverage": 0, "adopted": False}
    assert figures["savedCents"] == {"value": None, "low": None, "high": None, "coverage": 0, "adopted": False}
    assert (figures["massKg"]["value"], figures["massKg"]["low"], figures["massKg"]["coverage"]) == (148_000, None, 1)


@pytest.mark.parametrize(
    ("query", "exchanges"),
    [
        ("", 1),
        ("?through=direct", 1),
        ("?through=depot", 0),
        ("?between=between", 1),
        ("?between=within", 0),
        ("?withoutBulk=true", 1),
        ("?municipality=borne&materialGroup=bestrating&through=direct", 1),
    ],
)
def test_the_figures_take_the_filters_of_the_page(exchanged: dict[str, Any], borne: Api, query: str, exchanges: int) -> None:
    statistics = borne.get(f"/statistics{query}").get_json()
    assert statistics["totals"]["exchanges"] == exchanges
    assert sum(row["exchanges"] for row in statistics["byReach"]) == exchanges
    assert borne.get("/statistics?through=boat").status_code == 422


def test_the_ao_ce_takes_back_a_row_with_a_reason(exchanged: dict[str, Any], borne: Api, reviewer: Api) -> None:
    address, why = "/exchanges/1/reverse", {"reason": "Twee keer ingevoerd"}
    assert borne.get("/exchanges?lacks=use").get_json()["total"] == 1
    assert borne.post(address, why).status_code == 403
    assert reviewer.post("/exchanges/9/reverse", why).status_code == 404
    assert reviewer.post(address, {"reason": ""}).status_code == 422
    taken_back = reviewer.post(address, why)
    assert taken_back.status_code == 200
    assert (taken_back.get_json()["kind"], taken_back.get_json()["reverses"], taken_back.get_json()["massKg"]) == (
        "reversal",
        1,
        -148_000,
    )
    assert reviewer.post(address, why).status_code == 409
    assert borne.get("/exchanges?lacks=use").get_json()["total"] == 0
    totals = borne.get("/statistics").get_json()["totals"]
    assert (totals["exchanges"], totals["massKg"], totals["avoidedKgCo2e"]) == (1, 0, 0)


def test_the_region_reads_what_stands_beside_the_ledger(exchanged: dict[str, Any], borne: Api, public: Api) -> None:
    """1 200 m² of pavers of 185 kg were offered, of which 800 went on the day they were published."""
    beside = borne.get("/statistics").get_json()["beside"]
    assert beside["offered"] == {"lots": 1, "massKg": 222_000, "reservedKg": 0, "takenKg": 148_000, "takenShare": 0.6667}
    assert (beside["days"]["count"], beside["days"]["median"]) == (1, 0)
    assert beside["competition"] == {"lots": 1, "contested": 0, "requests": 1}
    assert (beside["wanted"]["number"], beside["lost"]) == (0, None)
    assert [row["figure"] for row in beside["notTold"]] == ["lost"]
    within = borne.get("/statistics?between=within").get_json()["beside"]
    assert (within["offered"], within["competition"]) == (None, None)
    assert "beside" not in public.get("/statistics").get_json()


def test_a_client_can_compute_the_hash(exchanged: dict[str, Any], borne: Api) -> None:
    row = borne.get("/exchanges").get_json()["items"][0]
    assert row["previousHash"] == "0" * 64
    assert hashlib.sha256(f"{row['previousHash']}\n{row['canonical']}".encode()).hexdigest() == row["hash"]


def test_the_public_sees_the_totals_and_no_more(exchanged: dict[str, Any], public: Api) -> None:
    statistics = public.get("/statistics").get_json()
    assert set(statistics) == {"totals", "figures", "bookedLate"}
    assert statistics["bookedLate"] == {"rows": 0, "massKg": 0}
    assert (statistics["totals"]["exchanges"], statistics["totals"]["massKg"]) == (1, 148_000)
    avoided = statistics["totals"]["avoidedKgCo2e"]
    assert statistics["totals"]["avoidedByReplacesPurchase"] == {"yes": 0, "no": 0, "notSaid": avoided}


@pytest.mark.parametrize("part", PARTS)
def test_every_part_adds_up_to_the_totals(exchanged: dict[str, Any], borne: Api, part: str) -> None:
    statistics = borne.get("/statistics").get_json()
    for figure in FIGURES:
        assert sum(Decimal(str(row[figure])) for row in statistics[part]) == Decimal(str(statistics["totals"][figure])), figure


def test_what_nobody_knows_is_null_in_every_part_and_never_zero(hengelo: Api, borne: Api, public: Api, app: Flask) -> None:
    with app.extensions["database"].transaction() as session:
        append_entry(session, "hengelo", "borne", mass_kg="700", carbon_factor=None, group="grond", happened_on=date(2026, 2, 3))
        append_entry(
            session, "hengelo", "losser", mass_kg="300", processing_factor=Decimal("0.00221"), happened_on=date(2026, 3, 3)
        )
    statistics = borne.get("/statistics").get_json()
    rows = {(part, row["key"]): row for part in PARTS for row in statistics[part]}
    for key in (("byMunicipality", "borne"), ("byMaterialGroup", "grond"), ("byMonth", "2026-02")):
        figures = {name: rows[key][name] for name in ("avoidedKgCo2e", "netKgCo2e", "processingKgCo2e", "unknownFactorMassKg")}
        assert figures == {"avoidedKgCo2e": None, "netKgCo2e": None, "processingKgCo2e": None, "unknownFactorMassKg": 700}, key
    paving = rows["byMaterialGroup", "bestrating"]
    assert (paving["processingKgCo2e"], paving["unknownProcessingMassKg"]) == (0.663, 0)
    assert paving["netKgCo2e"] == pytest.approx(paving["avoidedKgCo2e"] - paving["transportKgCo2e"] - 0.663, abs=0.0005)
    assert public.get("/statistics").get_json()["totals"]["avoidedKgCo2e"] == paving["avoidedKgCo2e"]


def test_what_was_booked_in_a_later_month_is_told(public: Api, app: Flask) -> None:
    with app.extensions["database"].transaction() as session:
        append_entry(session, "hengelo", "borne", mass_kg="1500", happened_on=date(2025, 11, 3), period="2026-01")
        append_entry(session, "hengelo", "borne", mass_kg="500", happened_on=date(2026, 1, 3))
    assert public.get("/statistics").get_json()["bookedLate"] == {"rows": 1, "massKg": 1500}


def test_a_municipality_counts_what_it_received_beside_what_it_gave(exchanged: dict[str, Any], borne: Api) -> None:
    rows = {row["key"]: row for row in borne.get("/statistics").get_json()["byMunicipality"]}
    assert (rows["borne"]["massKg"], rows["borne"]["givenMassKg"]) == (148_000, 0)
    assert (rows["hengelo"]["massKg"], rows["hengelo"]["givenMassKg"]) == (0, 148_000)


def test_pairs_add_up_to_the_totals_and_tell_what_was_given_kept_and_received(
    borne: Api, public: Api, somebody: Callable[..., Api], app: Flask
) -> None:
    with app.extensions["database"].transaction() as session:
        for giver, receiver, kg, month in (
            ("hengelo", "borne", "1500", 1), ("hengelo", "borne", "500", 3), ("borne", "borne", "250", 3), ("losser", "hengelo", "70", 3),
        ):  # fmt: skip
            append_entry(session, giver, receiver, mass_kg=kg, happened_on=date(2026, month, 3))
        make_organisation(session, "sloper-bv", "partner")
    whole, march = (borne.get(f"/statistics{query}").get_json() for query in ("", "?from=2026-03&until=2026-03"))
    sides = [(row["fromOrganisation"]["slug"], row["toOrganisation"]["slug"], row["massKg"]) for row in whole["byPair"]]
    assert sides == [("hengelo", "borne", 2000), ("borne", "borne", 250), ("losser", "hengelo", 70)]
    assert [row["massKg"] for row in march["byPair"]] == [500, 250, 70]
    for figure in FIGURES:
        assert sum(Decimal(str(row[figure])) for row in whole["byPair"]) == Decimal(str(whole["totals"][figure])), figure
    own = next(row for row in whole["byMunicipality"] if row["key"] == "borne")
    assert (own["massKg"], own["givenMassKg"], own["keptMassKg"]) == (2250, 250, 250)
    assert whole["totals"]["averageKm"] == 13  # each was driven 10 × 1.3 km
    partner = somebody("sloper-bv").get("/statistics").get_json()
    assert "byMonth" in partner and "byPair" not in partner and "byPair" not in public.get("/statistics").get_json()


@pytest.mark.parametrize(
    ("query", "rows"),
    [
        ("fromOrganisation=hengelo", 2), ("toOrganisation=hengelo", 1), ("fromOrganisation=hengelo&toOrganisation=borne", 1),
        ("fromMonth=2026-02", 2), ("untilMonth=2026-01", 1), ("fromMonth=2026-02&untilMonth=2026-02", 1),
    ],
)  # fmt: skip
def test_rows_are_found_by_giver_receiver_and_the_month_in_which_they_count(
    somebody: Callable[..., Api], app: Flask, query: str, rows: int
) -> None:
    with app.extensions["database"].transaction() as session:
        append_entry(session, "hengelo", "borne", mass_kg="1", happened_on=date(2026, 1, 3))
        append_entry(session, "hengelo", "losser", mass_kg="1", happened_on=date(2025, 12, 3), period="2026-02")
        append_entry(session, "borne", "hengelo", mass_kg="1", happened_on=date(2026, 3, 3))
    assert somebody("hengelo").get(f"/exchanges?{query}").get_json()["total"] == rows


@pytest.mark.parametrize(("query", "field"), [("fromOrganisation=niemand", "fromOrganisation"), ("fromMonth=2026", "fromMonth")])
def test_a_giver_or_a_month_that_is_none_is_refused(borne: Api, query: str, field: str) -> None:
    refused = borne.get(f"/exchanges?{query}")
    assert (refused.status_code, refused.get_json()["errors"][0]["field"]) == (422, field)


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("from=0001-01", "from"), ("from=0000-01", "from"), ("until=9999-12", "until"), ("until=2101-01", "until"),
        ("from=2026-02&until=2026-01", "until"),
    ],
)  # fmt: skip
def test_a_period_that_cannot_be_is_refused(borne: Api, query: str, field: str) -> None:
    refused = borne.get(f"/statistics?{query}")
    assert (refused.status_code, refused.get_json()["errors"][0]["field"]) == (422, field)
    assert borne.get("/statistics?from=2000-01&until=2100-12").status_code == 200


def test_a_municipality_reports_its_year_and_its_goal_moves(
    exchanged: dict[str, Any], somebody: Callable[..., Api], public: Api
) -> None:
    coordinator, year = somebody("borne", "coordinator"), clock.today().year
    group = exchanged["material"]["group"]
    assert coordinator.get(f"/material-use/{year}").get_json()["version"] == 0
    rows = [{"group": group, "origin": "primary", "massKg": 852_000}]
    reported = coordinator.put(f"/material-use/{year}", {"includesBankKg": 0, "rows": rows})
    assert (reported.status_code, reported.get_json()["bankMassKg"]) == (200, 148_000)
    goals = coordinator.get("/goals").get_json()
    own = next(municipality for municipality in goals["municipalities"] if municipality["organisation"]["slug"] == "borne")
    other = next(municipality for municipality in goals["municipalities"] if municipality["organisation"]["slug"] == "hengelo")
    assert own["goals"][1]["sharePercent"] == 14.8  # 148 of 852 + 148 tonnes
    assert other["goals"][1]["sharePercent"] is None  # not reported: not 0
    assert "municipalities" not in public.get("/goals").get_json()


def test_a_year_that_the_reader_does_not_see_is_refused_and_not_answered_with_another(public: Api, borne: Api) -> None:
    this_year = clock.today().year
    for who, years in ((public, (this_year, this_year + 1, 1999)), (borne, (this_year + 1, 1999))):
        for year in years:
            refused = who.get(f"/goals?year={year}")
            assert (refused.status_code, refused.get_json()["errors"][0]["field"]) == (422, "year")
    assert f"tot en met {this_year - 1}" in public.get(f"/goals?year={this_year}").get_json()["detail"]
    assert public.get(f"/goals?year={this_year - 1}").get_json()["year"] == this_year - 1
    assert borne.get(f"/goals?year={this_year}").get_json()["year"] == this_year


def test_a_report_that_cannot_be_right_is_refused(somebody: Callable[..., Api]) -> None:
    coordinator, year = somebody("borne", "coordinator"), clock.today().year
    for rows in (
        "x",
        [1],
        [{}],
        [{"group": "goud", "origin": "primary", "massKg": 1}],
        [{"group": "x", "origin": "gekocht", "massKg": -1}],
    ):
        assert coordinator.put(f"/material-use/{year}", {"includesBankKg": 0, "rows": rows}).status_code == 422
    assert coordinator.put("/material-use/1999", {"includesBankKg": 0, "rows": []}).status_code == 422
    assert coordinator.put(f"/material-use/{year}", {"includesBankKg": 0, "rows": [], "version": 7}).status_code == 409


def test_a_project_leader_reads_the_year_and_does_not_report_it(borne: Api, reviewer: Api, losser: Api) -> None:
    year = clock.today().year
    assert borne.get(f"/material-use/{year}").status_code == 200
    assert borne.put(f"/material-use/{year}", {"includesBankKg": 0, "rows": []}).status_code == 403
    assert reviewer.get(f"/material-use/{year}?organisation=borne").status_code == 200
    assert losser.get(f"/material-use/{year}?organisation=borne").status_code == 404


def test_a_lot_in_a_depot_lies_where_the_depot_lies(somebody: Callable[..., Api], borne: Api, public: Api) -> None:
    coordinator = somebody("borne", "coordinator")
    made = coordinator.post("/depots", {"name": "Gemeentewerf", "place": "Hengelo", "address": "Dorpsstraat 1"})
    assert made.status_code == 201
    depot = made.get_json()
    assert made.headers["Location"] == f"/api/v1/depots/{depot['id']}"
    assert coordinator.get(f"/depots/{depot['id']}").get_json() == depot
    assert borne.get(f"/depots/{depot['id'] + 1}").status_code == 404
    assert depot["exact"]["address"] == "Dorpsstraat 1"
    assert borne.post("/depots", {"name": "Werf", "place": "Borne"}).status_code == 403
    assert public.get("/depots").status_code == 401
    visible = {name: depot[name] for name in depot if name not in ("exact", "keepers", "calendarAddress")}
    assert somebody("losser").get("/depots").get_json()["items"] == [visible]
    listing = borne.post("/listings", listing_body(place=None, depot=depot["id"])).get_json()
    assert (listing["placeName"], listing["depot"], listing["lat"]) == ("Hengelo", depot["id"], depot["lat"])
    both = borne.post("/listings", listing_body(depot=depot["id"]))
    assert both.get_json()["errors"][0]["field"] == "depot"
    assert borne.post("/listings", listing_body(place=None, depot=999)).get_json()["errors"][0]["field"] == "depot"


def test_me_is_who_the_token_belongs_to(borne: Api) -> None:
    body = borne.get("/me").get_json()
    assert (body["role"], body["organisation"]) == ("project_leader", {"slug": "borne", "name": "Borne"})


def test_a_municipality_is_asked_for_its_report_once(somebody: Callable[..., Api], borne: Api, reviewer: Api) -> None:
    broker, year = somebody("regio-twente", "coordinator"), clock.today().year - 1
    address = f"/material-use/{year}/missing"
    before = reviewer.get(address).get_json()
    slugs = [row["organisation"]["slug"] for row in before["missing"]]
    assert before["year"] == year and "borne" in slugs and before["municipalities"] >= len(slugs)
    assert {row["askedOn"] for row in before["missing"]} == {None}
    after = broker.post(address, {"organisation": "borne"}).get_json()
    asked_on = {row["organisation"]["slug"]: row["askedOn"] for row in after["missing"]}
    assert asked_on["borne"] == clock.today().isoformat()
    assert broker.post(address, {"organisation": "borne"}).status_code == 409
    assert broker.post(address, {}).status_code == 422
    assert borne.get(address).status_code == 403
    assert reviewer.get(f"/material-use/{year + 1}/missing").status_code == 422
