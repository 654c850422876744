"""European thresholds: of which days, by which file, and when a value reaches one."""

from datetime import date

import pytest

from marketplace.joint.rules.thresholds import Contract, Standing, Threshold, find_threshold, standing_of
from marketplace.kernel.errors import Invalid
from marketplace.kernel.language import Words
from marketplace.materials.rules.files import ReferenceFiles, read_files, read_reference
from marketplace.materials.rules.rows import Reference

FILES = read_files()
NAME = "thresholds.csv"


def rows_of(text: str) -> list[Reference]:
    """The thresholds of the files with this one in the place of what is shipped."""
    return [row for row in read_reference(ReferenceFiles({**FILES.texts, NAME: text})) if row.kind == "threshold"]


def threshold(first: date, last: date, cents: int = 21_600_000, contract: Contract = Contract.SUPPLIES) -> Threshold:
    return Threshold(
        "leveringen",
        "Leveringen",
        "Supplies",
        contract=contract,
        amount_cents=cents,
        first_on=first,
        last_on=last,
        law=Words("Verordening (EU) 2025/2152", "Regulation (EU) 2025/2152"),
        is_verified=True,
        source="EU-DREMPEL-2026",
        dated_on=date(2026, 11, 29),
    )


def test_what_is_shipped_names_the_amounts_of_2026_and_2027() -> None:
    shipped = {
        (row.facts["contract"], row.facts["first_on"], row.facts["last_on"]): row.facts for row in rows_of(FILES.texts[NAME])
    }
    for contract, amount in (("supplies", "216000"), ("works", "5404000")):
        facts = shipped[(contract, "2026-01-01", "2027-12-31")]
        assert (facts["amount_eur"], facts["law_nl"]) == (amount, "Gedelegeerde Verordening (EU) 2025/2152")


@pytest.mark.parametrize(
    ("day", "cents"),
    [
        (date(2025, 12, 31), 22_100_000),
        (date(2026, 1, 1), 21_600_000),
        (date(2027, 12, 31), 21_600_000),
        (date(2028, 1, 1), None),
        (date(2023, 12, 31), None),
    ],
)
def test_the_threshold_of_a_day_counts_its_first_and_its_last(day: date, cents: int | None) -> None:
    thresholds = [
        threshold(date(2024, 1, 1), date(2025, 12, 31), 22_100_000),
        threshold(date(2026, 1, 1), date(2027, 12, 31)),
        threshold(date(2024, 1, 1), date(2029, 12, 31), 540_400_000, Contract.WORKS),
    ]
    in_force = find_threshold(thresholds, Contract.SUPPLIES, day)
    assert (in_force.amount_cents if in_force else None) == cents


@pytest.mark.parametrize(
    ("low", "high", "standing"),
    [
        (21_599_999, 21_599_999, Standing.BELOW),
        (21_600_000, 21_600_000, Standing.REACHED),  # from the amount on, not only above it
        (20_000_000, 21_600_000, Standing.EITHER),
        (20_000_000, 21_599_999, Standing.BELOW),
        (20_000_000, 21_600_001, Standing.EITHER),
        (21_600_000, 30_000_000, Standing.REACHED),
        (25_000_000, 30_000_000, Standing.REACHED),
    ],
)
def test_a_value_reaches_a_threshold_from_its_amount_on(low: int, high: int, standing: Standing) -> None:
    assert standing_of(threshold(date(2026, 1, 1), date(2027, 12, 31)), low, high) is standing


@pytest.mark.parametrize(
    ("old", "new", "named"),
    [
        ("werken,5404000", "werken,", "bedrag_eur"),
        ("werken,5404000", "werken,5404000.50", "bedrag_eur"),
        ("werken,5404000", "diensten,5404000", "soort"),
        ("werken,5404000,2026-01-01", "werken,5404000,2028-01-01", "laatste_dag"),
        ("werken,5404000,2026-01-01", "werken,5404000,2025-12-31", "eerste_dag"),  # a day that the years before have
        ("leveringen,216000,2026-01-01", "leveringen,216000,1-1-2026", "eerste_dag"),
        ("Delegated Regulation (EU) 2025/2152,1,EU-DREMPEL-2026", ",1,EU-DREMPEL-2026", "grondslag_en"),
        ("2025/2152,1,EU-DREMPEL-2026", "2025/2152,misschien,EU-DREMPEL-2026", "geverifieerd"),
        ("2025/2152,1,EU-DREMPEL-2026", "2025/2152,1,", "bron"),
    ],
)
def test_a_row_that_does_not_fit_is_named(old: str, new: str, named: str) -> None:
    with pytest.raises(Invalid, match=f"{NAME}, .*{named}"):
        rows_of(FILES.texts[NAME].replace(old, new, 1))


def test_a_bank_may_know_no_threshold() -> None:
    assert rows_of(FILES.texts[NAME].splitlines()[0]) == []
