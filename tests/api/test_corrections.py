"""Why a quantity of a lot on offer is another one."""

from tests.api.conftest import Api, published
from tests.api.test_lots import keeper, yard

__all__ = ["keeper", "yard"]


def test_why_a_quantity_was_corrected_stands_with_the_lot_and_may_be_left_out(keeper: Api, yard: int) -> None:
    listing = published(keeper, depot=yard, place=None)
    address, lot_id = f"/listings/{listing['id']}", keeper.get("/lots").get_json()["items"][0]["id"]
    first = keeper.patch(address, {"version": listing["version"], "quantity": 1180, "correctionReason": "Hergeteld"}).get_json()
    keeper.patch(address, {"version": first["version"], "quantity": 1170})
    counted = keeper.get(f"/lots/{lot_id}").get_json()["movements"][-2:]
    assert [(row["kind"], row["quantity"], row["reason"]) for row in counted] == [
        ("count", "-20", "Hergeteld"), ("count", "-10", None),
    ]  # fmt: skip
    long = {"version": first["version"] + 1, "quantity": 1160, "correctionReason": "x" * 501}
    assert keeper.patch(address, long).get_json()["errors"][0]["field"] == "correctionReason"
