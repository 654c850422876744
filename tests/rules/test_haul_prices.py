"""Prices of hauling: dated rows of the reference data, of which the last that has begun counts."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from marketplace.kernel.errors import Invalid
from marketplace.materials.rules.files import HAUL_PRICES, ReferenceFiles, read_files, read_reference
from marketplace.plans.rules.prices import HaulPrice, PriceOf, prices_on

NOW, NEXT = date(2026, 1, 1), date(2027, 1, 1)
HAUL = HaulPrice(PriceOf.TONNE_KM, Decimal("0.15"), NOW, is_verified=False)
HANDLING = HaulPrice(PriceOf.TRANSFER, Decimal(60), NOW, is_verified=True)


def test_the_last_price_that_has_begun_counts() -> None:
    dearer = replace(HAUL, euros=Decimal("0.18"), first_on=NEXT, is_verified=True)
    before, after = (prices_on([dearer, HANDLING, HAUL], day) for day in (date(2026, 12, 31), NEXT))
    assert before is not None and (before.euros_per_tonne_km, before.is_verified) == (Decimal("0.15"), False)
    assert after is not None and (after.euros_per_tonne_km, after.euros_per_transfer, after.is_verified) == (
        Decimal("0.18"),
        60,
        True,
    )


@pytest.mark.parametrize("name", ["haul_prices.csv", "thresholds.csv", "notifications.csv"])
def test_a_bank_that_knows_none_of_these_yet_is_a_bank(name: str) -> None:
    texts = read_files().texts
    head = texts[name].partition("\n")[0] + "\n"
    kinds = {row.kind for row in read_reference(ReferenceFiles({**texts, name: head}))}
    assert "material" in kinds and name.removesuffix("s.csv") not in kinds


def test_before_both_have_begun_there_is_no_price() -> None:
    assert prices_on([HAUL, HANDLING], date(2025, 12, 31)) is None
    assert prices_on([HAUL], NOW) is None


def test_cents_are_rounded_half_up() -> None:
    """0.15 x 1 731.6 = 259.74; 0.15 x 0.1 = 0.015, which is 2 cents."""
    prices = prices_on([HAUL, HANDLING], NOW)
    assert prices is not None
    assert (prices.transport_cents(Decimal("1731.6")), prices.transport_cents(Decimal("0.1")), prices.handling_cents(2)) == (
        25_974,
        2,
        12_000,
    )


def test_the_shipped_prices_are_examples_until_others_are_adopted() -> None:
    rows = [row for row in read_reference(read_files()) if row.kind == "haul_price"]
    assert {row.facts["of"]: (row.facts["amount_eur"], row.facts["is_verified"]) for row in rows} == {
        "tonne_km": ("0.15", False),
        "transfer": ("60", False),
    }


@pytest.mark.parametrize("wrong", ["2026-01-01,SCHATTING,0,2026-11-29,", "2027-01-01,SCHATTING,2,2026-11-29,"])
def test_two_prices_from_one_day_and_a_cell_that_does_not_fit_are_refused(wrong: str) -> None:
    files = read_files()
    text = files.texts[HAUL_PRICES] + f"tonkilometer-anders,Vervoer,Transport,tonkilometer,0.20,{wrong}\n"
    with pytest.raises(Invalid, match="haul_prices.csv"):
        read_reference(replace(files, texts={**files.texts, HAUL_PRICES: text}))
