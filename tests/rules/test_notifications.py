"""Duties to report: which material, how long before, and the last day."""

from datetime import date

import pytest

from marketplace.advice.rules.notifications import Notification, Work
from marketplace.kernel.language import reading_in
from marketplace.kernel.units import Unit
from marketplace.materials.rules.taxonomy import Material, MaterialGroup

GROUP = MaterialGroup("grond", "Grond", "Soil")


def duty(days: int) -> Notification:
    return Notification(
        "grond-toepassen",
        "Grond toepassen",
        "Putting soil to use",
        work=Work.USE,
        what_nl="Welke grond.",
        what_en="Which soil.",
        to_nl="de gemeente",
        to_en="the municipality",
        where="Omgevingsloket",
        days_before=days,
        unless_nl="",
        unless_en="",
        field_sets=frozenset({"grond"}),
        materials=frozenset({"ophoogzand"}),
        law="Bal",
        source="MELD-HENGELO",
        dated_on=date(2026, 11, 28),
        is_verified=True,
    )


def material(slug: str, field_set: str) -> Material:
    return Material(slug, slug, slug, id=1, group=GROUP, default_unit=Unit.TONNE, weights_kg={}, field_set=field_set)


def test_it_is_about_materials_of_its_sets_and_those_it_names() -> None:
    assert duty(7).concerns(material("teelaarde", "grond"))
    assert duty(7).concerns(material("ophoogzand", "zand-fundering"))
    assert not duty(7).concerns(material("menggranulaat", "zand-fundering"))


@pytest.mark.parametrize(
    ("days", "begins_on", "last"),
    [
        (7, date(2027, 1, 11), date(2027, 1, 4)),
        (28, date(2027, 1, 11), date(2026, 12, 14)),
        (7, date(2028, 3, 1), date(2028, 2, 23)),
    ],
)
def test_the_last_day_lies_so_many_days_before_the_first_day_of_the_work(days: int, begins_on: date, last: date) -> None:
    assert duty(days).last_day(begins_on) == last


@pytest.mark.parametrize(
    ("days", "dutch", "english"),
    [(7, "1 week vooraf", "1 week before"), (28, "4 weken vooraf", "4 weeks before"), (10, "10 dagen vooraf", "10 days before")],
)
def test_a_term_is_in_weeks_where_it_is_whole_weeks(days: int, dutch: str, english: str) -> None:
    with reading_in("nl"):
        assert str(duty(days).term) == dutch
    with reading_in("en"):
        assert str(duty(days).term) == english
        assert (duty(days).what, duty(days).to) == ("Which soil.", "the municipality")
