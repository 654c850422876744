"""Which lots a recall covers, what blocks each, and what is asked of a finding and of a release."""

from datetime import date
from decimal import Decimal

import pytest

from marketplace.kernel.errors import Invalid
from marketplace.recalls.rules import (
    PartyRole,
    RecallDraft,
    ReleaseDraft,
    Step,
    blocking,
    check_recall,
    check_release,
    descendants,
    find_periods,
    in_words,
)

TODAY = date(2026, 11, 28)
FIRST = date(2026, 5, 4)
#        1
#      2   3
#     4 5
TREE: dict[int, int | None] = {1: None, 2: 1, 3: 1, 4: 2, 5: 2}


def test_a_lot_and_all_that_came_from_it_each_after_its_parent() -> None:
    assert descendants(TREE, 1) == [1, 2, 4, 5, 3]
    assert descendants(TREE, 2) == [2, 4, 5]
    assert descendants(TREE, 3) == [3]


def test_two_recalls_block_a_lot_until_both_are_released() -> None:
    rows = [(2, 7, True), (4, 7, True), (5, 7, True), (2, 8, False), (4, 8, True)]
    blocked = blocking(TREE, rows)
    assert blocked == {1: frozenset(), 2: {7}, 3: frozenset(), 4: {7, 8}, 5: {7}}


def test_what_was_split_off_after_a_recall_is_blocked_by_what_blocks_its_parent() -> None:
    assert blocking(TREE, [(2, 7, True)]) == {1: frozenset(), 2: {7}, 3: frozenset(), 4: {7}, 5: {7}}


def test_what_was_released_itself_stays_free_below_a_blocked_parent() -> None:
    assert blocking(TREE, [(2, 7, True), (4, 7, False)])[4] == frozenset()


@pytest.mark.parametrize(("reason", "found_on", "fields"), [
    ("PFAS boven de norm", None, []),
    ("PFAS\nin het zand", TODAY, []),
    ("nat", TODAY, []),
    ("na", TODAY, ["reason"]),
    ("PFAS", TODAY, []),
    (" . ", None, ["reason"]),
    ("", None, ["reason"]),
    ("PFAS", date(2026, 11, 29), ["found_on"]),
    ("PFAS", date(1989, 12, 31), ["found_on"]),
    ("PFAS", date(1980, 1, 1), ["found_on"]),
    ("PFAS", date(2026, 5, 3), ["found_on"]),
    ("PFAS", FIRST, []),
    ("", date(2026, 11, 29), ["reason", "found_on"]),
])  # fmt: skip
def test_a_finding_says_what_was_found_and_on_a_day_that_has_come(reason: str, found_on: date | None, fields: list[str]) -> None:
    draft = RecallDraft(reason, found_on)
    if not fields:
        assert check_recall(draft, TODAY, first_on=FIRST) == (reason, found_on or TODAY)
        return
    with pytest.raises(Invalid) as refused:
        check_recall(draft, TODAY, first_on=FIRST)
    assert [error.field for error in refused.value.errors] == fields


@pytest.mark.parametrize(("paper", "reason", "fields"), [
    (12, "Opnieuw onderzocht: schoon", []),
    (None, "Opnieuw onderzocht: schoon", ["paper"]),
    (None, "", ["paper", "reason"]),
    (12, "ok", ["reason"]),
])  # fmt: skip
def test_nothing_is_free_again_without_a_paper_and_a_reason(paper: int | None, reason: str, fields: list[str]) -> None:
    draft = ReleaseDraft(paper, reason)
    if not fields:
        assert check_release(draft) == (12, reason)
        return
    with pytest.raises(Invalid) as refused:
        check_release(draft)
    assert [error.field for error in refused.value.errors] == fields
    assert paper is not None or "Omgevingsdienst Twente" in str(refused.value.errors[0].message)


def test_why_an_organisation_was_told_stands_in_a_fixed_order() -> None:
    assert in_words({PartyRole.ASKER, PartyRole.OWNER}) == "|owner|asker|"


def stepped(*rows: tuple[int, str, int, str, str, int | None]) -> list[tuple[object, ...]]:
    """The periods of movements (lot, quantity, day of May, owner, holder, depot), with the days of May again."""
    number = {"almelo": 1, "borne": 2, "losser": 3}
    steps = [
        Step(lot, Decimal(amount), date(2026, 5, day), number[owner], number[holder], depot)
        for lot, amount, day, owner, holder, depot in rows
    ]
    name = {value: key for key, value in number.items()}
    return [
        (
            period.lot_id,
            str(period.quantity),
            period.since.day,
            period.until and period.until.day,
            name[period.owner_id],
            name[period.holder_id],
            period.depot_id,
        )
        for period in find_periods(steps)
    ]


def test_every_owner_and_holder_of_a_lot_stands_there_with_its_days() -> None:
    """276 came in, 100 were split off, the rest went to Borne, into a depot of which Losser is the holder, and out."""
    assert stepped(
        (7, "276", 4, "almelo", "almelo", None),
        (7, "-100", 6, "almelo", "almelo", None),
        (7, "-176", 11, "almelo", "almelo", None),
        (7, "176", 11, "borne", "borne", None),
        (7, "0", 12, "borne", "borne", None),  # blocked
        (7, "-176", 15, "borne", "borne", None),
        (7, "176", 15, "borne", "losser", 3),
        (7, "-176", 20, "borne", "losser", 3),
        (7, "0", 25, "borne", "losser", 3),  # set free: nothing is there any more
        (8, "100", 6, "losser", "losser", None),
    ) == [
        (7, "276", 4, 11, "almelo", "almelo", None),
        (7, "176", 11, 15, "borne", "borne", None),
        (7, "176", 15, 20, "borne", "losser", 3),
        (8, "100", 6, None, "losser", "losser", None),
    ]


def test_what_comes_back_to_its_owner_or_out_of_a_depot_is_a_period_of_its_own() -> None:
    assert stepped(
        (7, "5", 4, "almelo", "losser", None),
        (7, "-5", 9, "almelo", "losser", None),
        (7, "5", 9, "almelo", "almelo", None),
        (7, "-5", 12, "almelo", "almelo", None),
        (7, "5", 12, "almelo", "almelo", 3),
        (7, "-5", 14, "almelo", "almelo", 3),
        (7, "5", 14, "almelo", "almelo", 2),
    ) == [
        (7, "5", 4, 9, "almelo", "losser", None),
        (7, "5", 9, 12, "almelo", "almelo", None),
        (7, "5", 12, 14, "almelo", "almelo", 3),
        (7, "5", 14, None, "almelo", "almelo", 2),
    ]


def test_a_day_that_was_entered_late_ends_nothing_before_it_began() -> None:
    assert stepped(
        (7, "5", 9, "almelo", "almelo", None), (7, "-5", 4, "almelo", "almelo", None), (7, "5", 4, "borne", "borne", None)
    ) == [
        (7, "5", 9, 9, "almelo", "almelo", None),
        (7, "5", 4, None, "borne", "borne", None),
    ]
