"""What a keeper may say of a lot, what somebody may announce, and which links prove themselves: each limit, and one past it."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from marketplace.accounts.rules import links
from marketplace.kernel.errors import Conflict, Invalid, Missing, Refusal, TooMany
from marketplace.kernel.units import Unit
from marketplace.market.rules.listing import check_mass
from marketplace.messages import rules as messages
from marketplace.notices.rules.kinds import Notice
from marketplace.questions import rules as questions
from marketplace.stock.rules import announcing, handling
from marketplace.stock.rules.handling import Occasion, clean_occasion

TODAY = date(2026, 11, 28)
DAY = timedelta(days=1)


def refused(call: Callable[..., object], *given: Any, **named: Any) -> str | None:
    """The field at which this is refused; None where it is taken."""
    try:
        call(*given, **named)
    except Refusal as refusal:
        return refusal.field or "all"
    return None


@pytest.mark.parametrize(
    ("day", "stored", "last_on", "field"),
    [
        (TODAY, True, None, None),
        (TODAY + DAY, False, None, "moved_on"),
        (date(2016, 11, 27), False, None, None),  # ten years are 3 653 days here
        (date(2016, 11, 26), False, None, "moved_on"),
        (date(2026, 10, 1), True, None, None),
        (date(2026, 6, 30), True, None, "moved_on"),  # of a quarter that is settled
        (date(2026, 6, 30), False, None, None),
        (date(2026, 11, 1), True, date(2026, 11, 1), None),
        (date(2026, 11, 1), True, date(2026, 11, 2), "moved_on"),
        (date(2026, 11, 3), True, date(2026, 11, 2), None),
    ],
)
def test_a_day_is_lately_and_after_what_happened_last(day: date, stored: bool, last_on: date | None, field: str | None) -> None:
    assert refused(clean_occasion, Occasion(day), last_on=last_on, today=TODAY, is_stored=stored) == field


def test_a_reason_is_kept_tidy_and_asked_where_it_is_needed() -> None:
    rest: dict[str, Any] = {"last_on": None, "today": TODAY, "is_stored": False}
    assert clean_occasion(Occasion(TODAY, " nat\ngeworden "), **rest) == Occasion(TODAY, "nat\ngeworden")
    assert clean_occasion(Occasion(TODAY), **rest) == Occasion(TODAY)
    assert refused(clean_occasion, Occasion(TODAY, " "), reason_needed=True, **rest) == "reason"
    assert refused(clean_occasion, Occasion(TODAY, "nat"), reason_needed=True, **rest) is None
    assert refused(clean_occasion, Occasion(TODAY, "x" * 500), **rest) is None
    assert refused(clean_occasion, Occasion(TODAY, "x" * 501), **rest) == "reason"


def test_a_lot_without_a_title_is_called_as_its_material() -> None:
    assert handling.clean_title(" Klinkers ", otherwise="Steen") == "Klinkers"
    assert handling.clean_title(" ", otherwise="x" * 121) == "x" * 120
    assert refused(handling.clean_title, "x" * 121, otherwise="") == "title"


def test_a_bay_is_one_that_the_depot_has() -> None:
    bays = ["A1", "Vak Noord"]
    assert [handling.clean_bay(typed, bays) for typed in (" vak noord", "a1", "", None)] == ["Vak Noord", "A1", "", ""]
    with pytest.raises(Invalid, match="A1, Vak Noord"):
        handling.clean_bay("B", bays)
    with pytest.raises(Invalid, match="geen vakken"):
        handling.clean_bay("B", [])
    assert refused(handling.clean_bay, "x" * 41, ["x" * 41]) == "bay"
    assert handling.clean_bay("x" * 40, ["x" * 40]) == "x" * 40


@pytest.mark.parametrize(("pallets", "field"), [(-1, "pallets"), (0, None), (9999, None), (10_000, "pallets")])
def test_pallets_are_counted_up_to_9_999(pallets: int, field: str | None) -> None:
    assert refused(handling.check_pallets, pallets) == field


@pytest.mark.parametrize(
    ("amount", "percent", "field"),
    [("1", "0", None), ("100", "0", None), ("100.001", "0", "quantity"), ("105", "5", None), ("105.001", "5", "quantity")],
)
def test_no_more_comes_than_was_announced_but_for_what_measuring_explains(amount: str, percent: str, field: str | None) -> None:
    assert refused(handling.check_as_announced, Decimal(amount), Decimal(100), Unit.M2, Decimal(percent)) == field


def test_a_lot_weighs_at_most_100_000_tonnes() -> None:
    assert refused(check_mass, Decimal(100_000), Decimal(1000)) is None
    assert refused(check_mass, Decimal(1), Decimal(1000)) is None
    with pytest.raises(Invalid, match=r"100[.]000 ton"):
        check_mass(Decimal("100000.001"), Decimal(1000))


def test_a_part_is_something_and_a_count_may_be_nothing() -> None:
    assert [refused(handling.check_part, Decimal(amount), Unit.PIECE) for amount in ("1", "0", "1.5")] == [
        None,
        "quantity",
        "quantity",
    ]
    assert [refused(handling.check_counted, Decimal(amount), Unit.PIECE) for amount in ("1", "0", "1.5", "-1")] == [
        *(None, None),
        *("quantity", "quantity"),
    ]


def test_what_is_left_is_said() -> None:
    nothing, some = handling.too_little(Decimal(0), Unit.M2), handling.too_little(Decimal("2.5"), Unit.M2)
    assert (nothing.facts, some.facts) == ({"available": "0"}, {"available": "2.5"})
    assert "niets" in str(nothing)
    assert "2,5" in str(some)
    assert handling.promised(Decimal(3), Unit.M2).facts == {"available": "3"}


@pytest.mark.parametrize(("day", "field"), [(-1, "expected_on"), (0, None), (366, None), (367, "expected_on")])
def test_what_is_announced_comes_between_today_and_a_year(day: int, field: str | None) -> None:
    assert refused(announcing.check_expected_on, TODAY + day * DAY, TODAY) == field


def test_at_most_200_announcements_stand_open() -> None:
    assert refused(announcing.check_number, 199) is None
    for many in (200, 201):
        with pytest.raises(Conflict, match="200"):
            announcing.check_number(many)


def test_what_has_come_is_not_called_off() -> None:
    for has_ended, has_come in ((False, False), (True, False), (False, True)):
        announcing.check_still_coming(has_ended=has_ended, has_come=has_come)
    with pytest.raises(Conflict):
        announcing.check_still_coming(has_ended=True, has_come=True)


@pytest.mark.parametrize(
    ("typed", "field"),
    [("nat", None), ("na.", "reason"), ("", "reason"), ("x" * 500, None), ("x" * 501, "reason"), ("n\na\nt", None)],
)
def test_a_reason_is_more_than_a_dot(typed: str, field: str | None) -> None:
    assert refused(announcing.clean_reason, typed) == field


def test_words_for_the_keeper_have_lines_and_an_end() -> None:
    assert announcing.clean_words(" Bel\naan ") == "Bel\naan"
    assert announcing.clean_reason("te nat\nom te rijden") == "te nat\nom te rijden"
    assert refused(announcing.clean_words, "x" * 300) is None
    assert refused(announcing.clean_words, "x" * 301) == "words"


def test_messages_and_questions_have_an_end_in_a_day() -> None:
    for check, most in ((messages.check_sent_today, 100), (questions.check_asked_today, 20)):
        check(most - 1)
        for many in (most, most + 1):
            with pytest.raises(TooMany) as refusal:
                check(many)
            assert refusal.value.retry_after_s == 86_400
    assert messages.clean_message("", has_photo=True) == ""
    assert messages.clean_message("Ja\ngraag", has_photo=False) == "Ja\ngraag"
    assert refused(messages.clean_message, " ", has_photo=False) == "text"
    assert refused(messages.clean_message, "x" * 2000, has_photo=False) is None
    assert refused(messages.clean_message, "x" * 2001, has_photo=False) == "text"
    assert questions.clean_answer("Ja\ngraag") == "Ja\ngraag"
    assert refused(questions.clean_answer, "x" * 1001) == "text"
    questions.check_open(is_open=True)
    questions.check_unanswered(is_answered=False)
    assert refused(questions.check_open, is_open=False) == "all"
    assert refused(questions.check_unanswered, is_answered=True) == "all"


def test_a_notice_repeats_the_first_words_of_a_message() -> None:
    assert messages.shortened("twee woorden") == "twee woorden"
    assert messages.shortened("x" * 300) == "x" * 300
    assert messages.shortened("x" * 301) == "x" * 300 + " …"
    assert messages.shortened("een " + "x" * 297) == "een …"


def test_a_link_is_read_for_the_purpose_and_with_the_key_that_made_it() -> None:
    token = links.sign("key", links.RESET, 7, "nonce")
    assert links.read("key", links.RESET, token) == (7, "nonce")
    until = datetime(2026, 12, 1, 12, tzinfo=UTC)
    deed = links.ActionLink(3, "accept", 9, until)
    first, second, *_others = Notice
    answer, less = links.sign_action("key", deed), links.sign_less_mail("key", 3, [second, first, second])
    assert links.read_action("key", answer) == deed
    read = links.read_less_mail("key", less)
    assert (read.person_id, sorted(read.kinds)) == (3, sorted([first, second]))
    signer = links._signer("key", links.LESS_MAIL)
    assert links.read_less_mail("key", str(signer.dumps([3, ["no-such-kind"]]))).kinds == ()
    wrong: tuple[Callable[[], object], ...] = (
        lambda: links.read("other", links.RESET, token),
        lambda: links.read("key", links.INVITATION, token),
        lambda: links.read("key", links.ANSWER, answer),
        lambda: links.read_action("key", answer, links.REPLY),
        lambda: links.read_action("key", str(links._signer("key", links.ANSWER).dumps([1]))),
        lambda: links.read_less_mail("key", answer),
        lambda: links.read_less_mail("key", str(signer.dumps([1]))),
    )
    for read_it in wrong:
        with pytest.raises(Missing):
            read_it()
