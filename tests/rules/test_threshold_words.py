"""What is said of an estimate and of a threshold."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from marketplace.joint.rules.thresholds import Compared, Contract, Estimate, Standing, UnitPrice
from marketplace.joint.rules.wording import describe_estimate, describe_source, describe_threshold
from marketplace.kernel.units import Unit
from tests.rules.test_thresholds import threshold

PRICE = UnitPrice(Unit.M2, Decimal("1249.6"), Decimal("1850.5"), "Prijslijst", date(2026, 3, 1))
KNOWN = threshold(date(2026, 1, 1), date(2027, 12, 31))


def plain(text: object) -> str:
    return str(text).replace("\xa0", " ")


def test_an_estimate_says_where_it_comes_from() -> None:
    """12.496 euro is told as 12.50, and 18.505 as 18.50: a half goes to the even cent."""
    assert "niet bekend" in plain(describe_estimate(None))
    assert "eigen raming" in plain(describe_estimate(Estimate(5_000_000, 5_000_000)))
    assert "€ 50.000" in plain(describe_estimate(Estimate(5_000_000, 5_000_000)))
    sentence = plain(describe_estimate(Estimate(5_000_000, 7_500_000, PRICE)))
    for words in ("€ 12,50", "€ 18,50", "m²", "Prijslijst", "1 maart 2026", "€ 50.000", "€ 75.000"):
        assert words in sentence, sentence


@pytest.mark.parametrize(
    ("compared", "words"),
    [
        (Compared(Contract.SUPPLIES, None, None), "geen drempel"),
        (Compared(Contract.SUPPLIES, KNOWN, None), "Zonder raming"),
        (Compared(Contract.SUPPLIES, KNOWN, Standing.BELOW), "onder"),
        (Compared(Contract.SUPPLIES, KNOWN, Standing.EITHER), "beide"),
        (Compared(Contract.SUPPLIES, KNOWN, Standing.REACHED), "Europese aanbesteding"),
    ],
)
def test_how_an_estimate_stands_to_a_threshold_is_said(compared: Compared, words: str) -> None:
    sentence = plain(describe_threshold(compared))
    assert words in sentence, sentence
    assert ("216.000" in sentence) is (compared.threshold is not None)


def test_a_threshold_says_where_it_is_laid_down_and_whether_that_was_checked() -> None:
    assert describe_source(Compared(Contract.SUPPLIES, None, None)) is None
    sure = plain(describe_source(Compared(Contract.SUPPLIES, KNOWN, None)))
    doubt = plain(describe_source(Compared(Contract.SUPPLIES, replace(KNOWN, is_verified=False), None)))
    for words in ("Verordening (EU) 2025/2152", "1 januari 2026", "31 december 2027", "29 november 2026"):
        assert words in sure, sure
        assert words in doubt, doubt
    assert ("niet" in sure, "niet" in doubt) == (False, True)
