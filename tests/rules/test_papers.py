"""What may be said of a paper, and when it runs out. Today is Saturday 28 November 2026."""

from dataclasses import replace
from datetime import date

import pytest

from marketplace.documents.rules import (
    PaperDraft,
    PaperState,
    check_paper,
    check_paper_count,
    find_reminder,
    find_state,
    is_picture,
)
from marketplace.kernel.errors import Conflict, Invalid

TODAY = date(2026, 11, 28)
GOOD = PaperDraft("soil-declaration", date(2025, 3, 14), "25-0413", "Lab Oost", date(2028, 3, 14))


def fields(draft: PaperDraft, *, is_proof: bool = True) -> list[str]:
    with pytest.raises(Invalid) as refused:
        check_paper(draft, TODAY, is_proof=is_proof)
    return [error.field for error in refused.value.errors]


def test_a_good_paper_is_tidied_up() -> None:
    typed = replace(GOOD, number="  25-0413 ", issuer="Lab\tOost\u200b")
    assert check_paper(typed, TODAY, is_proof=True) == GOOD


def test_a_proof_says_its_number_and_who_issued_it() -> None:
    assert fields(replace(GOOD, number=" - ", issuer="?")) == ["number", "issuer"]
    bare = replace(GOOD, number="", issuer="")
    assert check_paper(bare, TODAY, is_proof=False) == bare
    assert check_paper(replace(GOOD, number="7", issuer="SG"), TODAY, is_proof=True).number == "7"
    assert fields(replace(GOOD, issuer="S1")) == ["issuer"]


def test_it_was_issued_today_at_the_latest_and_in_1990_at_the_earliest() -> None:
    assert check_paper(replace(GOOD, issued_on=TODAY), TODAY, is_proof=True).issued_on == TODAY
    assert fields(replace(GOOD, issued_on=date(2026, 11, 29))) == ["issued_on"]
    assert check_paper(replace(GOOD, issued_on=date(1990, 1, 1), valid_until=None), TODAY, is_proof=True).issued_on.year == 1990
    assert fields(replace(GOOD, issued_on=date(1989, 12, 31), valid_until=None)) == ["issued_on"]


def test_its_last_day_is_plausible() -> None:
    same_day = replace(GOOD, valid_until=date(2025, 3, 14))
    assert check_paper(same_day, TODAY, is_proof=True) == same_day
    assert fields(replace(GOOD, valid_until=date(2025, 3, 13))) == ["valid_until"]
    assert check_paper(replace(GOOD, valid_until=date(2055, 12, 31)), TODAY, is_proof=True).valid_until == date(2055, 12, 31)
    assert fields(replace(GOOD, valid_until=date(2056, 1, 1))) == ["valid_until"]


def test_texts_have_a_longest_length() -> None:
    assert check_paper(replace(GOOD, number="x" * 80, issuer="y" * 120), TODAY, is_proof=True).issuer == "y" * 120
    assert fields(replace(GOOD, number="x" * 81, issuer="y" * 121)) == ["number", "issuer"]
    assert fields(replace(GOOD, number="x" * 81, issuer="y" * 121), is_proof=False) == ["number", "issuer"]


def test_a_lot_has_thirty_papers_at_most() -> None:
    check_paper_count(29)
    with pytest.raises(Conflict):
        check_paper_count(30)
    with pytest.raises(Conflict):
        check_paper_count(31)  # of two people at once


def test_its_last_day_still_counts() -> None:
    assert find_state(None, TODAY) is PaperState.VALID
    assert find_state(date(2026, 12, 29), TODAY) is PaperState.VALID  # 31 days
    assert find_state(date(2026, 12, 28), TODAY) is PaperState.EXPIRES_SOON  # 30 days
    assert find_state(TODAY, TODAY) is PaperState.EXPIRES_SOON
    assert find_state(date(2026, 11, 27), TODAY) is PaperState.EXPIRED


def test_a_reminder_comes_thirty_and_seven_days_before_and_each_once() -> None:
    assert find_reminder(date(2026, 12, 29), TODAY, None) is None
    assert find_reminder(date(2026, 12, 28), TODAY, None) == 30
    assert find_reminder(date(2026, 12, 28), TODAY, 30) is None
    assert find_reminder(date(2026, 12, 6), TODAY, 30) is None  # 8 days
    assert find_reminder(date(2026, 12, 5), TODAY, 30) == 7
    assert find_reminder(date(2026, 12, 5), TODAY, None) == 7
    assert find_reminder(date(2026, 12, 5), TODAY, 7) is None
    assert find_reminder(TODAY, TODAY, None) == 7
    assert find_reminder(date(2026, 11, 27), TODAY, None) is None


@pytest.mark.parametrize(
    ("content", "is_one"),
    [
        (b"\xff\xd8\xff\xe0", True),
        (b"\x89PNG\r\n", True),
        (b"\x00\x00\x00\x20ftypheic", True),
        (b"\x00\x00\x00\x20ftypheicmore", True),
        (b"ftypheic", False),
        (b"\x00\x00\x00\x00\x20ftypheic", False),
        (b"%PDF-1.7", False),
        (b"", False),
    ],
)
def test_a_picture_is_known_by_what_it_holds(content: bytes, is_one: bool) -> None:
    assert is_picture(content) is is_one
