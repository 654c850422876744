"""What an opinion and the lifting of a rule must say, and how long an owner has to mend a lot."""

from datetime import date

import pytest

from marketplace.advice.rules.opinions import (
    LiftDraft,
    OpinionDraft,
    check_in_the_way,
    check_lift,
    check_liftable,
    check_opinion,
    check_requests_today,
    mend_until,
)
from marketplace.documents.rules import Verdict
from marketplace.kernel.errors import Conflict, Invalid, TooMany

RULES = {"environmental-declaration", "asbestos"}


def faults(refused: pytest.ExceptionInfo[Invalid]) -> list[str | None]:
    return [error.field for error in refused.value.errors]


def test_an_opinion_says_something_of_a_rule_that_there_is() -> None:
    draft = OpinionDraft(Verdict.POSITIVE, "  Het rapport klopt. ", "asbestos")
    assert check_opinion(draft, RULES) == OpinionDraft(Verdict.POSITIVE, "Het rapport klopt.", "asbestos")
    assert check_opinion(OpinionDraft(Verdict.NEGATIVE, "Tien letter"), RULES).text == "Tien letter"


@pytest.mark.parametrize("text", ["", "   ", "ok", "akkoord 1", "abcdefghi", ". . . . . . . . . . . .", "1234567890 1234567890"])
def test_an_opinion_of_fewer_than_ten_letters_is_none(text: str) -> None:
    with pytest.raises(Invalid) as refused:
        check_opinion(OpinionDraft(Verdict.POSITIVE, text), RULES)
    assert faults(refused) == ["text"]


def test_ten_letters_are_enough_and_two_thousand_signs_too() -> None:
    assert check_opinion(OpinionDraft(Verdict.POSITIVE, "abcdefghij"), RULES)
    assert check_opinion(OpinionDraft(Verdict.POSITIVE, "a" * 2000), RULES)
    with pytest.raises(Invalid) as refused:
        check_opinion(OpinionDraft(Verdict.POSITIVE, "a" * 2001), RULES)
    assert faults(refused) == ["text"]


def test_an_opinion_of_a_rule_that_there_is_not_is_refused_with_everything_else() -> None:
    with pytest.raises(Invalid) as refused:
        check_opinion(OpinionDraft(Verdict.POSITIVE, "kort", "verzonnen"), RULES)
    assert faults(refused) == ["text", "rule"]


def test_a_rule_is_lifted_on_a_paper_that_counts_and_with_twenty_letters_of_reason() -> None:
    reason = "abcdefghijklmnopqrst"
    assert check_lift(LiftDraft("asbestos", 3, f" {reason} "), {3}) == LiftDraft("asbestos", 3, reason)
    with pytest.raises(Invalid) as refused:
        check_lift(LiftDraft("asbestos", 4, reason[:-1]), {3})
    assert faults(refused) == ["reason", "paper_id"]
    with pytest.raises(Invalid) as refused:
        check_lift(LiftDraft("asbestos", 3, "a" * 2001), {3})
    assert faults(refused) == ["reason"]


def test_what_the_law_forbids_for_good_and_what_stops_nothing_is_not_lifted() -> None:
    check_liftable(is_liftable=True)
    check_in_the_way(stops=True)
    with pytest.raises(Conflict, match="verbiedt dit voorgoed"):
        check_liftable(is_liftable=False)
    with pytest.raises(Conflict, match="houdt deze partij nu niet tegen"):
        check_in_the_way(stops=False)


def test_the_twentieth_request_of_a_day_is_the_last() -> None:
    check_requests_today(19)
    for many in (20, 21):
        with pytest.raises(TooMany) as refused:
            check_requests_today(many)
        assert refused.value.retry_after_s == 24 * 60 * 60


def test_an_owner_has_thirty_days() -> None:
    assert mend_until(date(2026, 11, 28)) == date(2026, 12, 28)
    assert mend_until(date(2027, 1, 31)) == date(2027, 3, 2)
