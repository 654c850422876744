"""The longest and the most that is taken: at the limit it is kept, one past it is refused at its field."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest

from marketplace.accounts.rules import accounts, organisations
from marketplace.accounts.rules.accounts import clean_email
from marketplace.accounts.rules.organisations import check_organisation
from marketplace.accounts.rules.phones import clean_phone
from marketplace.allocation.rules import allocation
from marketplace.depots.rules.depot import KEEPERS_MAX
from marketplace.imports.rules.columns import SheetRow, find_header
from marketplace.imports.rules.lot_columns import LOTS
from marketplace.imports.rules.outflow import OUTFLOW
from marketplace.imports.rules.passports import PASSPORTS
from marketplace.imports.rules.raw import RAW
from marketplace.imports.rules.tables import JUDGED_AT_ONCE
from marketplace.kernel.errors import Invalid
from marketplace.market.rules.listing import CORRECTION_LENGTH_MAX
from marketplace.market.rules.photos import REMOVED_KEPT
from marketplace.materials.rules.files import LARGEST_FILE_BYTES
from marketplace.materials.rules.lists import REASON_LENGTH_MAX as WITHDRAWAL_LENGTH_MAX
from marketplace.messages.rules import SAME_WITHIN
from marketplace.plans.rules.fates import OPEN_FOR
from marketplace.recalls.rules import RecallDraft, check_recall
from marketplace.valuations.rules.appraisals import CENTS_MAX, AppraisalDraft, clean_appraisal
from marketplace.valuations.rules.method import MONTHS_OF_PRICES, MONTHS_OF_VALUE
from tests.rules.test_organisations import BOARD

TODAY = date(2026, 11, 28)


def address(length: int) -> str:
    """A mail address of so many signs: 64 before the at sign, and parts of at most 63 behind it."""
    return f"{'a' * 64}@{'b' * 61}.{'c' * 61}.{'d' * (length - 64 - 1 - 62 - 62 - 3)}.nl"


def domain(length: int) -> str:
    return f"{'a' * 60}.{'b' * (length - 61 - 3)}.nl"


def recalled(length: int) -> None:
    check_recall(RecallDraft("x" * length), TODAY, first_on=None)


def appraised(length: int) -> None:
    clean_appraisal(AppraisalDraft(1, "Taxateur", TODAY, "x" * length), Decimal(1), TODAY, kg_per_unit=Decimal(1))


def appraised_by(length: int) -> None:
    clean_appraisal(AppraisalDraft(1, "x" * length, TODAY, "Rapport"), Decimal(1), TODAY, kg_per_unit=Decimal(1))


LENGTHS: dict[str, tuple[Callable[[int], object], int]] = {
    "email": (lambda length: clean_email(address(length)), 254),
    "email_domain": (lambda length: check_organisation(replace(BOARD, email_domain=domain(length))), 120),
    "phone": (lambda length: clean_phone("06" + " " * (length - 10) + "55551234"), 40),
    "reason": (recalled, 1000),
    "source": (appraised, 300),
    "appraiser": (appraised_by, 120),
}


@pytest.mark.parametrize(("field", "take", "most"), [(field, *row) for field, row in LENGTHS.items()], ids=LENGTHS)
def test_a_text_is_taken_up_to_its_limit(field: str, take: Callable[[int], object], most: int) -> None:
    take(most)
    with pytest.raises(Invalid) as refused:
        take(most + 1)
    assert [error.field for error in refused.value.errors] == [field]


@pytest.mark.parametrize(("number", "is_found"), [(20, True), (21, False)])
def test_the_names_of_columns_stand_in_the_first_twenty_rows(number: int, is_found: bool) -> None:
    rows = [SheetRow(place, ("",)) for place in range(1, number)] + [SheetRow(number, ("Euralcode", "Periode"))]
    assert (find_header(rows, OUTFLOW.columns, {}) is not None) is is_found


def test_a_name_of_a_column_is_kept_up_to_eighty_signs() -> None:
    header = find_header([SheetRow(1, ("x" * 80, "y" * 81))], OUTFLOW.columns, {})
    assert header is not None and header.names == ("x" * 80, "y" * 80)


@pytest.mark.parametrize(
    ("limit", "decided"),
    [
        (organisations.REQUESTS_OPEN_MAX, 200),
        (KEEPERS_MAX, 50),
        (PASSPORTS.rows_max, 120_000),
        (JUDGED_AT_ONCE, 2000),
        (CORRECTION_LENGTH_MAX, 500),
        (WITHDRAWAL_LENGTH_MAX, 500),
        (LARGEST_FILE_BYTES, 5_000_000),
        (SAME_WITHIN, timedelta(minutes=1)),
        (accounts.KEPT_FOR, timedelta(hours=24)),
        ((accounts.INVITED_PER_DAY, accounts.INVITES_PER_DAY), (3, 50)),
        ((LOTS.rows_max, RAW.rows_max, OUTFLOW.rows_max), (2000, 5000, 20_000)),
        (REMOVED_KEPT, timedelta(days=1)),
        (OPEN_FOR, timedelta(days=14)),
        ((MONTHS_OF_VALUE, MONTHS_OF_PRICES), (12, 24)),
        (CENTS_MAX, 10**12),
        ((allocation.SMALL, allocation.LARGE, allocation.FEW), (150, 2000, 2000)),
    ],
)
def test_limits_that_whoever_acts_holds_to_are_those_that_were_decided(limit: object, decided: object) -> None:
    assert limit == decided
