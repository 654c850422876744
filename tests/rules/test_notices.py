"""Kinds of notices: how often each is mailed, and how each reads."""

import itertools
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from marketplace.kernel.language import reading_in
from marketplace.kernel.units import Unit
from marketplace.notices.rules.kinds import (
    CHOOSABLE,
    LEASE,
    SECURITY,
    TRIES_MAX,
    Cadence,
    Notice,
    back_off,
    default_cadence,
    due_at,
    end_of_day,
)
from marketplace.notices.rules.letter import Price
from marketplace.notices.rules.themes import THEMES
from marketplace.notices.rules.wording import WORDINGS, line, readable_facts, sentences, subject

FACTS: dict[str, Any] = {
    "listing_title": "Keien",
    "organisation": "Borne",
    "quantity": {"amount": "1200", "unit": "m2"},
    "until": "2026-12-15T11:00:00+00:00",
}


def test_what_waits_for_an_answer_is_mailed_at_once_and_what_may_wait_once_a_day() -> None:
    daily = {kind for kind in Notice if default_cadence(kind) is Cadence.DAILY}
    freshness = {Notice.LISTING_FRESHNESS, Notice.LISTING_STALE, Notice.DEMAND_FRESHNESS, Notice.DEMAND_STALE}
    freshness |= {Notice.PAPER_EXPIRING}
    favourites = {Notice.FAVOURITE_CHANGED, Notice.FAVOURITE_GONE}
    assert daily == {Notice.NEW_MATCH, Notice.SAVED_SEARCH, Notice.LETTER_GIVEN_UP} | freshness | favourites
    assert {default_cadence(kind) for kind in SECURITY} == {Cadence.AT_ONCE}


@pytest.mark.parametrize(
    ("now", "due"),
    [
        (datetime(2026, 11, 25, 12, tzinfo=UTC), datetime(2026, 11, 30, 6, tzinfo=UTC)),  # Wednesday
        (datetime(2026, 11, 30, 5, 59, tzinfo=UTC), datetime(2026, 11, 30, 6, tzinfo=UTC)),  # Monday, 6:59 in Twente
        (datetime(2026, 11, 30, 6, tzinfo=UTC), datetime(2026, 12, 7, 6, tzinfo=UTC)),  # Monday, 7:00 in Twente
        (datetime(2026, 6, 28, 22, 30, tzinfo=UTC), datetime(2026, 6, 29, 5, tzinfo=UTC)),  # Monday in Twente already
    ],
)
def test_a_weekly_mail_goes_on_monday_at_seven(now: datetime, due: datetime) -> None:
    assert due_at(Cadence.WEEKLY, now) == due
    assert due_at(Cadence.DAILY, now) == due_at(Cadence.AT_ONCE, now) == now


def test_a_price_of_a_fact_is_read_with_its_unit() -> None:
    values = readable_facts({"price": {"cents": 250, "unit": "m2"}, "price_before": {"cents": None, "unit": "m2"}})
    assert values["price"] == Price(250, Unit.M2) and values["price_before"] == Price(None, Unit.M2)


@pytest.mark.parametrize("name", ["since", "first", "last", "until"])
def test_a_day_of_a_fact_is_read_as_a_day(name: str) -> None:
    assert readable_facts({name: "2027-03-01"})[name] == date(2027, 3, 1)


def test_every_kind_has_its_wording_and_every_kind_to_choose_its_theme() -> None:
    assert set(WORDINGS) == set(Notice)
    assert sorted(itertools.chain(*(kinds for _heading, kinds in THEMES))) == sorted(CHOOSABLE)


def test_one_line_says_what_happened_in_the_readers_language() -> None:
    values = readable_facts(FACTS)
    for locale, sentence in (("nl", "Borne vraagt om “Keien”"), ("en", "Borne asks for “Keien”")):
        with reading_in(locale):
            assert str(line(Notice.RESERVATION_REQUESTED, values)) == sentence


@pytest.mark.parametrize(
    ("days", "sentence"),
    [
        (3, "De reservering van “Keien” loopt over 3 dagen af"),
        (1, "De reservering van “Keien” loopt over 1 dag af"),
        (0, "De reservering van “Keien” loopt vandaag af"),
    ],
)
def test_a_reservation_that_lapses_soon_says_in_how_many_days(days: int, sentence: str) -> None:
    assert str(line(Notice.RESERVATION_EXPIRING, readable_facts({**FACTS, "days": days}))) == sentence


def test_a_sentence_whose_fact_is_missing_is_left_out() -> None:
    wording = WORDINGS[Notice.RESERVATION_REJECTED]
    without = [str(sentence) for sentence in sentences(wording.before, readable_facts({**FACTS, "reason": None}))]
    assert without == ["Borne heeft uw reservering van 1.200\u00a0m² van “Keien” afgewezen."]
    given = [str(sentence) for sentence in sentences(wording.before, readable_facts({**FACTS, "reason": "Zelf nodig"}))]
    assert given == [*without, "De reden: Zelf nodig"]


def test_a_notice_without_the_facts_of_its_line_says_what_kind_it_is() -> None:
    assert str(line(Notice.RESERVATION_REQUESTED, readable_facts({}))) == "Een aanvraag voor uw aanbod"


def test_a_moment_is_told_on_the_clock_of_twente() -> None:
    offered = [str(sentence) for sentence in sentences(WORDINGS[Notice.RESERVATION_OFFERED].before, readable_facts(FACTS))]
    assert "tot 15 december 2026 om 12:00" in offered[1].replace("\u00a0", " ")


@pytest.mark.parametrize(("attempts", "minutes"), [(0, 1), (1, 1), (2, 4), (3, 16), (4, 64), (5, 256), (6, 720), (9, 720)])
def test_a_letter_is_tried_again_four_times_later_each_time_and_at_least_twice_a_day(attempts: int, minutes: int) -> None:
    assert back_off(attempts) == timedelta(minutes=minutes)


def test_a_letter_is_tried_nine_times_over_about_two_days() -> None:
    waits = sum((back_off(attempts) for attempts in range(1, TRIES_MAX)), timedelta())
    assert waits == timedelta(minutes=1 + 4 + 16 + 64 + 256 + 3 * 720)  # 41 hours and 41 minutes
    assert timedelta(minutes=5) == LEASE


@pytest.mark.parametrize(
    ("now", "midnight"),
    [
        (datetime(2026, 11, 25, 12, tzinfo=UTC), datetime(2026, 11, 25, 23, tzinfo=UTC)),
        (datetime(2026, 11, 25, 22, 59, tzinfo=UTC), datetime(2026, 11, 25, 23, tzinfo=UTC)),
        (datetime(2026, 11, 25, 23, tzinfo=UTC), datetime(2026, 11, 26, 23, tzinfo=UTC)),  # midnight in Twente
        (datetime(2026, 6, 28, 12, tzinfo=UTC), datetime(2026, 6, 28, 22, tzinfo=UTC)),
    ],
)
def test_a_day_ends_at_midnight_in_twente(now: datetime, midnight: datetime) -> None:
    assert end_of_day(now) == midnight


def test_a_fact_that_is_empty_is_as_good_as_missing_and_nought_is_a_figure() -> None:
    assert readable_facts({"reason": "", "until": None, "days": 0}) == {"days": 0, "times": []}


def test_what_people_wrote_is_marked_and_figures_are_told_with_their_unit() -> None:
    values = readable_facts(
        {**FACTS, "other_quantity": {"amount": "2", "unit": "piece"}, "reason": "Zelf nodig"}, lambda words: f"«{words}»"
    )
    assert (values["title"], values["reason"]) == ("«Keien»", "«Zelf nodig»")
    assert str(values["other_quantity"]) == "2 piece"
    assert "listing_title" not in values


def test_a_day_without_a_time_stays_that_day() -> None:
    values = readable_facts({"until": "2026-12-15"})
    assert values["until"] == values["until_time"] == date(2026, 12, 15)
    assert readable_facts({"until": "2026-12-15T23:30:00+00:00"})["until"] == date(2026, 12, 16)  # half past midnight in Twente


@pytest.mark.parametrize(("days", "words"), [(3, "3 dagen"), (0, "vandaag")])
def test_what_counts_by_itself_soon_says_so(days: int, words: str) -> None:
    counts = str(line(Notice.RESERVATION_EXPIRING, readable_facts({**FACTS, "days": days, "status": "handed_over"})))
    ends = str(line(Notice.RESERVATION_EXPIRING, readable_facts({**FACTS, "days": days})))
    assert words in counts and words in ends
    assert counts != ends


@pytest.mark.parametrize(
    ("days", "words"), [(3, "over 3 dagen naar de makelaar"), (1, "over 1 dag naar"), (0, "na vandaag naar de makelaar")]
)
def test_what_counts_only_after_a_yes_never_says_that_it_counts_by_itself(days: int, words: str) -> None:
    facts = {**FACTS, "days": days, "status": "handed_over", "ordered": {"amount": "100", "unit": "m2"}}
    text = str(line(Notice.RESERVATION_EXPIRING, readable_facts(facts)))
    assert words in text and "bevestigd" not in text
    body = [str(sentence) for sentence in sentences(WORDINGS[Notice.RESERVATION_EXPIRING].before, readable_facts(facts))]
    assert "De bestelling was 100\u00a0m². Het telt pas als u het hebt bevestigd." in body


def test_the_subject_of_a_letter_is_its_one_notice_or_how_many_there_are() -> None:
    first = line(Notice.RESERVATION_REQUESTED, readable_facts(FACTS))
    assert subject([Notice.RESERVATION_REQUESTED], first) is first
    assert str(subject([Notice.NEW_MATCH] * 2, first)).startswith("2 ")
    assert str(subject([Notice.NEW_MATCH] * 2, first)) != str(subject([Notice.NEW_MATCH, Notice.DISPUTED], first))
    assert str(subject([Notice.NEW_MATCH, Notice.DISPUTED, Notice.DISPUTED], first)).startswith("3 ")
    same = str(subject([Notice.NEW_MATCH] * 3, first)).removeprefix("3 ")
    assert same != str(subject([Notice.DISPUTED, Notice.NEW_MATCH, Notice.NEW_MATCH], first)).removeprefix("3 ")
    assert same != str(subject([Notice.NEW_MATCH, Notice.DISPUTED, Notice.NEW_MATCH], first)).removeprefix("3 ")


def test_a_price_says_what_a_unit_costs_or_that_it_is_free() -> None:
    prices = [Price(cents, Unit.M2).localized("nl").replace("\xa0", " ") for cents in (250, 1, 0, None)]
    assert prices == ["€ 2,50 per m²", "€ 0,01 per m²", "gratis", "gratis"]
