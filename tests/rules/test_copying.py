"""The cursor of a system that keeps a copy: it says again what it was given, and is refused to everybody else."""

from dataclasses import replace
from datetime import date

import pytest

from marketplace.catalogue.rules.copying import Cursor, is_cursor, read_cursor, reader_mark
from marketplace.kernel.errors import Outdated

TODAY, YESTERDAY, TOMORROW = date(2027, 1, 12), date(2027, 1, 11), date(2027, 1, 13)
READER = reader_mark(7, "reviewer")
PLAIN = Cursor(41, YESTERDAY, READER)


def read(cursor: Cursor, newest: int = 41) -> Cursor:
    return read_cursor(str(cursor), reader=READER, newest=newest, today=TODAY)


@pytest.mark.parametrize(
    "cursor",
    [
        PLAIN,
        Cursor(0, TODAY, READER),
        Cursor(41, YESTERDAY, READER, TODAY, 3),
        Cursor(41, YESTERDAY, READER, YESTERDAY, 3),
        Cursor(41, TODAY, READER, TODAY, 0),
    ],
)
def test_a_cursor_is_read_as_it_was_written(cursor: Cursor) -> None:
    assert is_cursor(str(cursor)) and read(cursor) == cursor


@pytest.mark.parametrize(
    ("cursor", "newest"),
    [
        (PLAIN, 40),  # of another bank, or of one that was restored
        (Cursor(41, TOMORROW, READER), 41),
        *((Cursor(41, YESTERDAY, reader_mark(person, "reviewer")), 41) for person in range(8, 14)),
        (Cursor(41, YESTERDAY, READER, TOMORROW, 3), 41),
        (Cursor(41, TODAY, READER, YESTERDAY, 3), 41),
    ],
)
def test_a_cursor_that_cannot_be_of_this_reader_is_refused(cursor: Cursor, newest: int) -> None:
    with pytest.raises(Outdated):
        read(cursor, newest)


def test_a_day_of_before_all_days_is_refused() -> None:
    with pytest.raises(Outdated):
        read_cursor(f"41.0...{READER}", reader=READER, newest=41, today=TODAY)


@pytest.mark.parametrize("text", ["", "41", f"41.740000..{READER}", f"-1.740000...{READER}", f"41.740000...{READER}0", "x"])
def test_what_is_no_cursor(text: str) -> None:
    assert not is_cursor(text)


def test_the_calendar_is_gone_through_in_parts() -> None:
    part = PLAIN.through_calendar(TODAY, 9)
    assert part == Cursor(41, YESTERDAY, READER, TODAY, 9)
    assert part.through_calendar(TODAY, None) == Cursor(41, TODAY, READER)


def test_a_mark_is_sixteen_figures_and_tells_readers_apart() -> None:
    """The first sixteen of SHA-256 over `7|reviewer`."""
    assert len(READER) == 16 and READER != reader_mark(7, "admin") != reader_mark(71, "dmin")


def test_the_first_day_and_the_largest_number_that_a_cursor_can_say() -> None:
    oldest = Cursor(41, date(1900, 1, 1), READER, TODAY, 2_147_483_647)
    assert read(oldest) == oldest
    for beyond in (replace(oldest, day=date(1899, 12, 31)), replace(oldest, after=2_147_483_648)):
        with pytest.raises(Outdated):
            read(beyond)
