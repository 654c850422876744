"""The history of a transfer: who did what, which figure it left, and which figures do not count any more."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from marketplace.exchange.rules.history import By, Event, Mark, Record, history, last_word, settled_by

NOON = datetime(2026, 12, 7, 11, tzinfo=UTC)


def m2(amount: int | None) -> Decimal | None:
    return None if amount is None else Decimal(amount)


def events_of(*rows: tuple[str, By, int | None], with_meeting: bool = True) -> list[Event]:
    """The history of these rows, an hour apart."""
    records = [Record(NOON + timedelta(hours=number), action, by, m2(figure)) for number, (action, by, figure) in enumerate(rows)]
    return history(records, with_meeting=with_meeting)


CONTESTED = (
    ("request", By.ASKER, 800),
    ("approve", By.OWNER, 800),
    ("hand-over", By.OWNER, 790),
    ("dispute", By.ASKER, 700),
)


def test_a_contested_figure_is_replaced_once_another_counts() -> None:
    before = events_of(*CONTESTED)
    assert [event.is_replaced for event in before] == [False] * 4
    after = events_of(*CONTESTED, ("resolve", By.OWNER, 700))
    assert [(event.figure, event.mark, event.is_replaced) for event in after] == [
        (800, Mark.PLAIN, False),
        (800, Mark.PLAIN, False),
        (790, Mark.PLAIN, True),
        (700, Mark.STOP, False),
        (700, Mark.AGREED, False),
    ]


def test_what_was_asked_and_approved_is_never_struck_out() -> None:
    after = events_of(
        ("request", By.ASKER, 900), ("approve", By.OWNER, 800), ("hand-over", By.OWNER, 790), ("confirm", By.ASKER, 785)
    )
    assert [event.is_replaced for event in after] == [False, False, True, False]


def test_the_other_side_answers_to_the_last_word() -> None:
    assert last_word(events_of(*CONTESTED[:2])) is None
    assert last_word(events_of(*CONTESTED[:3])) is By.OWNER
    assert last_word(events_of(*CONTESTED)) is By.ASKER
    assert last_word(events_of(*CONTESTED, ("answer-dispute", By.OWNER, 750))) is By.OWNER
    assert last_word(events_of(*CONTESTED[:3], ("dispute", By.ASKER, None))) is By.ASKER


@pytest.mark.parametrize(
    ("action", "by", "sentence"),
    [
        ("confirm", By.ASKER, "%(who)s confirmed it"),
        ("confirm", By.CLOCK, "It counted as confirmed after 14 days"),
        ("resolve", By.BROKER, "%(who)s decided"),
        ("resolve", By.OWNER, "%(who)s agreed to it"),
    ],
)
def test_whoever_made_the_figure_count_is_named(action: str, by: By, sentence: str) -> None:
    events = events_of(*CONTESTED[:3], (action, by, 790))
    assert settled_by(events) is by
    assert events[-1].sentence.message == sentence
    assert settled_by(events[:-1]) is None


def test_reminders_and_photos_are_no_part_of_it() -> None:
    assert [
        event.action
        for event in events_of(("request", By.ASKER, 800), ("remind", By.CLOCK, 800), ("gate_photo.add", By.ASKER, None))
    ] == ["request"]


def test_when_they_meet_is_told_to_the_two_sides_only() -> None:
    records = [Record(NOON, "appointment_proposed", By.OWNER, times=(NOON, NOON + timedelta(days=1)))]
    assert history(records, with_meeting=False) == []
    (event,) = history(records, with_meeting=True)
    assert (event.time, event.figure, event.mark) == (NOON, None, Mark.PLAIN)


@pytest.mark.parametrize(
    "action", ["reject", "cancel", "agree-cancel", "no-show", "expire", "unconfirmed", "propose-cancel", "object"]
)
def test_what_stops_it_is_marked_and_has_no_figure(action: str) -> None:
    (event,) = events_of((action, By.OWNER, 800))
    assert (event.mark, event.figure) == (Mark.STOP, None)


def test_what_came_back_has_its_own_figure() -> None:
    events = events_of(*CONTESTED[:3], ("confirm", By.ASKER, 790), ("return", By.ASKER, 60))
    assert (events[-1].figure, events[-1].is_replaced) == (60, False)
    assert settled_by(events) is By.ASKER
