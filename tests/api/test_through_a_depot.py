"""Stone goes through a depot, told as a client lives it: its tonnes count once, its kilometres for each leg. All by hand."""

from collections.abc import Callable
from io import BytesIO
from typing import Any

import pytest

from marketplace.kernel import clock
from tests.api.conftest import Api, add_paper, form, picture
from tests.factories import KEI

REGIODEPOT = {"name": "Regiodepot", "lat": 52.3180, "lon": 6.9900}  # De Lutte: 6.6 km from Losser, 4.2 from Oldenzaal
MASS_KG = 148000  # 800 m² × 185 kg
LEGS = ((12, 1776, 461.653), (9, 1332, 346.24))  # 148 t × km, and that × 0.25994 kg of the heavy lorry
AVOIDED = 17582.4  # 148 000 × 0.1188
TRANSPORT = 807.893  # 461.653 + 346.240
PROCESSING = 592  # 148 000 × 0.004
FACTORS = f"slug;co2_hergebruik_kg_per_kg;co2_bron\r\n{KEI};0,004;Eigen meting\r\n".encode()


@pytest.fixture
def keeper(somebody: Callable[..., Api]) -> Api:
    return somebody("regio-twente", "coordinator")


@pytest.fixture
def oldenzaal(somebody: Callable[..., Api]) -> Api:
    return somebody("oldenzaal")


def made(answer: Any, status: int = 201) -> dict[str, Any]:
    assert answer.status_code == status, answer.get_json()
    body: dict[str, Any] = answer.get_json()
    return body


def through_the_depot(losser: Api, keeper: Api, oldenzaal: Api, m2: int = 800) -> int:
    """Losser's 800 m² come in, are offered, asked, handed over and confirmed. Returns the number of the lot that came in."""
    depot = made(keeper.post("/depots", REGIODEPOT))
    pavers = {
        "material": KEI,
        "quantity": 800,
        "unit": "m2",
        "condition": "good",
        "owner": "losser",
        "place": "Losser",
        "drivenKm": 12,
    }
    lot = made(keeper.post(f"/depots/{depot['id']}/lots", pavers))
    assert (lot["owner"]["slug"], lot["massKg"], lot["kgPerUnit"]) == ("losser", MASS_KG, 185)
    body = {"lot": lot["id"], "title": "Keien", "condition": "good", "availableFrom": clock.today().isoformat()}
    listing = made(losser.post("/listings", body))
    made(losser.post(f"/listings/{listing['id']}/photos", data={"photo": (BytesIO(picture()), "foto.jpg"), "alt": "Keien"}))
    made(add_paper(losser, listing["id"], kind="quality-declaration"))
    made(losser.post(f"/listings/{listing['id']}/publish"), 200)
    wish = {"quantity": m2, "unit": "m2", "place": "Oldenzaal", "replacesPurchase": True}
    reservation = made(oldenzaal.post(f"/listings/{listing['id']}/reservations", wish))
    path = f"/reservations/{reservation['id']}"
    made(losser.post(f"{path}/approve"), 200)
    made(losser.post(f"{path}/hand-over", {"quantity": m2, "drivenKm": 9}), 200)
    assert made(oldenzaal.post(f"{path}/confirm"), 200)["status"] == "completed"
    number: int = lot["id"]
    return number


def offered(losser: Api) -> int:
    """800 m² in Losser on offer, with what stone needs."""
    body = {"title": "Keien", "material": KEI, "quantity": 800, "unit": "m2", "condition": "good", "place": "Losser"}
    listing: int = made(losser.post("/listings", body | {"availableFrom": clock.today().isoformat()}))["id"]
    made(losser.post(f"/listings/{listing}/photos", data={"photo": (BytesIO(picture()), "foto.jpg"), "alt": "Keien"}))
    made(add_paper(losser, listing, kind="quality-declaration"))
    made(losser.post(f"/listings/{listing}/publish"), 200)
    return listing


def test_losser_to_oldenzaal_through_the_depot_counts_its_tonnes_once_and_its_kilometres_twice(
    losser: Api, keeper: Api, oldenzaal: Api, reviewer: Api
) -> None:
    """No processing factor in the list of materials: the net with processing is unknown, never the other one."""
    lot_id = through_the_depot(losser, keeper, oldenzaal)
    transfer, haul = reviewer.get("/exchanges").get_json()["items"]
    assert [
        (row["kind"], row["lotId"], row["massKg"], row["roadKm"], row["tonneKm"], row["transportKgCo2e"])
        for row in (haul, transfer)
    ] == [
        ("haul", lot_id, 0, *LEGS[0]),
        ("transfer", lot_id, MASS_KG, *LEGS[1]),
    ]
    assert (haul["fromOrganisation"]["slug"], haul["toOrganisation"]["slug"], haul["cause"]) == ("losser", "losser", "depot")
    assert (transfer["fromOrganisation"]["slug"], transfer["toOrganisation"]["slug"]) == ("losser", "oldenzaal")
    assert (transfer["avoidedKgCo2e"], transfer["processingKgCo2e"], transfer["through"]) == (AVOIDED, None, "depot")
    totals = reviewer.get("/statistics").get_json()["totals"]
    assert (totals["exchanges"], totals["massKg"], totals["tonneKm"]) == (1, MASS_KG, 3108)
    assert (totals["avoidedKgCo2e"], totals["transportKgCo2e"], totals["processingKgCo2e"]) == (AVOIDED, TRANSPORT, None)
    assert (totals["netKgCo2e"], totals["unknownProcessingMassKg"]) == (16774.507, MASS_KG)
    journey = reviewer.get(f"/exchanges/{transfer['seq']}").get_json()["journey"]
    assert [(leg["seq"], leg["quantity"], leg["roadKm"], leg["tonneKm"], leg["transportKgCo2e"]) for leg in journey["legs"]] == [
        (haul["seq"], "800", *LEGS[0]),
        (transfer["seq"], "800", *LEGS[1]),
    ]
    assert (journey["roadKm"], journey["tonneKm"], journey["transportKgCo2e"]) == (21, 3108, TRANSPORT)
    assert (journey["netWithoutProcessingKgCo2e"], journey["netWithProcessingKgCo2e"]) == (16774.507, None)


def test_where_the_list_says_what_processing_costs_the_net_is_told_with_and_without_it(
    losser: Api, keeper: Api, oldenzaal: Api, reviewer: Api
) -> None:
    """17 582.4 − 807.893 = 16 774.507, and less 592 = 16 182.507."""
    listed = made(reviewer.post("/factor-lists", **form("file", FACTORS)))
    made(reviewer.post(f"/factor-lists/{listed['id']}/use", {"seen": listed["seen"]}), 200)
    through_the_depot(losser, keeper, oldenzaal)
    transfer = reviewer.get("/exchanges?kind=transfer").get_json()["items"][0]
    journey = reviewer.get(f"/exchanges/{transfer['seq']}").get_json()["journey"]
    assert (journey["avoidedKgCo2e"], journey["transportKgCo2e"], journey["processingKgCo2e"]) == (AVOIDED, TRANSPORT, PROCESSING)
    assert (journey["netWithoutProcessingKgCo2e"], journey["netWithProcessingKgCo2e"]) == (16774.507, 16182.507)
    totals = reviewer.get("/statistics").get_json()["totals"]
    assert (totals["processingKgCo2e"], totals["netKgCo2e"], totals["unknownProcessingMassKg"]) == (PROCESSING, 16182.507, 0)


def test_a_quarter_of_what_was_driven_carries_a_quarter_of_its_first_leg(
    losser: Api, keeper: Api, oldenzaal: Api, reviewer: Api
) -> None:
    """200 of 800 m²: 37 t × 12 = 444 of the 1 776 tonne-km, and 37 × 9 = 333. The ledger keeps all 1 776."""
    through_the_depot(losser, keeper, oldenzaal, m2=200)
    transfer, haul = reviewer.get("/exchanges").get_json()["items"]
    assert (haul["tonneKm"], transfer["tonneKm"], transfer["massKg"]) == (1776, 333, 37000)
    legs = reviewer.get(f"/exchanges/{transfer['seq']}").get_json()["journey"]["legs"]
    assert [(leg["quantity"], leg["tonneKm"]) for leg in legs] == [("200", 444), ("200", 333)]


def test_the_receiver_reads_the_legs_and_not_the_rows_of_the_giver(losser: Api, keeper: Api, oldenzaal: Api, borne: Api) -> None:
    through_the_depot(losser, keeper, oldenzaal)
    [transfer] = oldenzaal.get("/exchanges").get_json()["items"]
    first, last = oldenzaal.get(f"/exchanges/{transfer['seq']}").get_json()["journey"]["legs"]
    assert (first["seq"], first["tonneKm"], last["seq"]) == (None, 1776, transfer["seq"])
    own = losser.get(f"/exchanges/{transfer['seq']}").get_json()["journey"]["legs"][0]
    assert losser.get(f"/exchanges/{own['seq']}").get_json()["journey"] is None
    assert oldenzaal.get(f"/exchanges/{own['seq']}").status_code == 404
    assert borne.get(f"/exchanges/{transfer['seq']}").status_code == 404


def test_what_was_handed_over_to_a_depot_drives_no_metre_more_when_its_keeper_takes_it_in(
    losser: Api, keeper: Api, oldenzaal: Api, reviewer: Api
) -> None:
    """It stands before the depot, at the public point of it: 12 km there and 9 on are two rows, and 3 108 tonne-km."""
    depot = made(keeper.post("/depots", REGIODEPOT))["id"]
    listing = offered(losser)
    wish = {"quantity": 800, "unit": "m2", "depot": depot, "replacesPurchase": True}
    path = f"/reservations/{made(oldenzaal.post(f'/listings/{listing}/reservations', wish))['id']}"
    made(losser.post(f"{path}/approve"), 200)
    made(losser.post(f"{path}/hand-over", {"quantity": 800, "drivenKm": 12}), 200)
    made(oldenzaal.post(f"{path}/confirm"), 200)
    lot = oldenzaal.get("/lots").get_json()["items"][0]
    arrival = keeper.get(f"/depots/{depot}/arrivals").get_json()["items"][0]
    came = made(keeper.post(f"/depots/{depot}/lots", {"lot": lot["id"], "arrival": arrival["id"]}))
    assert (lot["depot"], came["depot"]["id"], came["massKg"]) == (None, depot, MASS_KG)
    made(keeper.post(f"/lots/{lot['id']}/move", {"place": "Oldenzaal", "drivenKm": 9}), 200)
    rows = reviewer.get("/exchanges").get_json()["items"]
    assert [(row["kind"], row["massKg"], row["roadKm"], row["tonneKm"], row["transportKgCo2e"]) for row in rows] == [
        ("haul", 0, *LEGS[1]),
        ("transfer", MASS_KG, *LEGS[0]),
    ]
    totals = reviewer.get("/statistics").get_json()["totals"]
    assert (totals["massKg"], totals["tonneKm"], totals["transportKgCo2e"]) == (MASS_KG, 3108, TRANSPORT)
