"""What is asked of one material: how answers and wishes are read, refused and said."""

from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from marketplace.kernel.errors import Invalid
from marketplace.kernel.language import reading_in
from marketplace.materials.rules.fields import (
    YES_OR_NO,
    Field,
    FieldChoice,
    FieldKind,
    FieldSet,
    StoredAnswers,
    find_missing,
    format_answer,
    format_wish,
    read_answers,
    read_wishes,
    say,
)

TODAY = date(2027, 1, 12)
THICKNESS = Field(
    "thickness-cm", "Dikte", "Thickness", FieldKind.NUMBER, "cm", "cm", (), Decimal(6), Decimal(12), 1, is_searchable=True
)
WHOLE = Field(
    "whole-percent", "Aandeel heel", "Whole", FieldKind.NUMBER, "%", "%", (), Decimal(0), Decimal(100), 1, is_searchable=True
)
COUNT = Field("pieces", "Aantal", "Pieces", FieldKind.NUMBER, minimum=Decimal(1))
FORMAT = Field(
    "format",
    "Formaat",
    "Format",
    FieldKind.CHOICE,
    choices=(FieldChoice("kei", "Keiformaat", "Kei"), FieldChoice("dik", "Dikformaat", "Dik")),
    is_searchable=True,
)
TAR = Field("tar", "Teerhoudend", "Holds tar", FieldKind.ANSWER, choices=YES_OR_NO, is_needed=True, is_searchable=True)
MAKE = Field("make", "Merk", "Make", FieldKind.LINE)
LAID = Field("year-laid", "Jaar van aanleg", "Laid", FieldKind.YEAR, minimum=Decimal(1900), is_searchable=True)
PROVEN = Field("proof-date", "Datum van het bewijs", "Proof", FieldKind.DAY, is_searchable=True)
WEIGHT = Field("weight", "Gewicht", "Weight", FieldKind.NUMBER, "kg", "kg", maximum=Decimal(50), places=1)
ALL = (THICKNESS, WHOLE, COUNT, FORMAT, TAR, MAKE, LAID, PROVEN, WEIGHT)


@dataclass(frozen=True)
class Thing:
    fields: tuple[Field, ...] = ALL


def read(**given: Any) -> dict[str, Any]:
    return read_answers(Thing(), {name.replace("_", "-"): value for name, value in given.items()}, today=TODAY)


def refused(slug: str, value: Any) -> str:
    with pytest.raises(Invalid) as refusal:
        read_answers(Thing(), {slug: value}, today=TODAY)
    assert [error.field for error in refusal.value.errors] == [f"fields.{slug}"]
    return str(refusal.value).replace("\u00a0", " ")


@pytest.mark.parametrize(
    ("slug", "typed", "stored"),
    [
        ("thickness-cm", 8, "8"),
        ("thickness-cm", "8.50", "8.5"),
        ("thickness-cm", Decimal(6), "6"),
        ("thickness-cm", Decimal("12.0"), "12"),
        ("whole-percent", 0, "0"),
        ("whole-percent", "100", "100"),
        ("pieces", 10**9, "1000000000"),
        ("format", "kei", "kei"),
        ("tar", "no", "no"),
        ("make", "  Struyk\u200b Verwo ", "Struyk Verwo"),
        ("year-laid", 1900, 1900),
        ("proof-date", "1900-01-01", "1900-01-01"),
        ("year-laid", "2032", 2032),  # five years ahead
        ("year-laid", Decimal("1987.0"), 1987),
        ("proof-date", "2026-11-03", "2026-11-03"),
        ("proof-date", date(2026, 11, 3), "2026-11-03"),
        ("proof-date", "2027-01-12", "2027-01-12"),  # today
        *((field.slug, "unknown", "unknown") for field in ALL),
    ],
)
def test_an_answer_is_kept_in_one_form(slug: str, typed: Any, stored: Any) -> None:
    answers = read_answers(Thing(), {slug: typed}, today=TODAY)
    assert answers == {slug: stored} and type(answers[slug]) is type(stored)
    assert read_answers(Thing(), answers, today=TODAY) == answers


@pytest.mark.parametrize(
    ("slug", "given", "sentence"),
    [
        ("thickness-cm", 800, "Dikte ligt tussen 6 cm en 12 cm. Controleer het getal en de eenheid."),
        ("thickness-cm", "5.9", "Dikte ligt tussen 6 cm en 12 cm. Controleer het getal en de eenheid."),
        ("thickness-cm", "12.1", "Dikte ligt tussen 6 cm en 12 cm. Controleer het getal en de eenheid."),
        ("thickness-cm", "8.25", "Dikte heeft hoogstens één cijfer achter de komma. Rond het af."),
        (
            "thickness-cm",
            "veel",
            "“veel” is geen getal voor Dikte. Vul een getal in, bijvoorbeeld 6 cm, of zeg dat het onbekend is.",
        ),
        (
            "thickness-cm",
            True,
            "“True” is geen getal voor Dikte. Vul een getal in, bijvoorbeeld 6 cm, of zeg dat het onbekend is.",
        ),
        ("pieces", "0", "Aantal is minstens 1. Controleer het getal."),
        ("weight", "veel", "“veel” is geen getal voor Gewicht. Vul een getal in, bijvoorbeeld 1 kg, of zeg"),
        ("weight", "50.1", "Gewicht ligt tussen 0 kg en 50 kg. Controleer het getal en de eenheid."),
        ("year-laid", Decimal("1999.5"), "“1999.5” is geen jaar voor Jaar van aanleg."),
        ("pieces", "1.5", "Aantal is een heel getal. Vul het in zonder cijfers achter de komma."),
        ("format", "waal", "“waal” staat niet in de lijst van Formaat. Kies uit: Keiformaat, Dikformaat, Onbekend."),
        ("format", "Keiformaat", "“Keiformaat” staat niet in de lijst van Formaat. Kies uit: Keiformaat, Dikformaat, Onbekend."),
        ("tar", "maybe", "“maybe” staat niet in de lijst van Teerhoudend. Kies uit: Ja, Nee, Onbekend."),
        ("tar", True, "“True” staat niet in de lijst van Teerhoudend. Kies uit: Ja, Nee, Onbekend."),
        ("make", 7, "Merk is een tekst. Zet het tussen aanhalingstekens."),
        ("make", "x" * 121, "Dit is 121 tekens lang. Gebruik er hoogstens 120."),
        ("year-laid", 1899, "Jaar van aanleg ligt tussen 1900 en 2032. Vul het jaar in met vier cijfers."),
        ("year-laid", 2033, "Jaar van aanleg ligt tussen 1900 en 2032. Vul het jaar in met vier cijfers."),
        ("year-laid", "87", "“87” is geen jaar voor Jaar van aanleg. Vul vier cijfers in, bijvoorbeeld 2008."),
        ("year-laid", True, "“True” is geen jaar voor Jaar van aanleg. Vul vier cijfers in, bijvoorbeeld 2008."),
        ("proof-date", "2027-02-30", "“2027-02-30” is geen dag voor Datum van het bewijs."),
        ("proof-date", "3-11-2026", "“3-11-2026” is geen dag voor Datum van het bewijs."),
        ("proof-date", "1899-12-31", "Datum van het bewijs ligt tussen 1 januari 1900 en 12 januari 2027. Controleer het jaar."),
        ("proof-date", "2027-01-13", "Datum van het bewijs ligt tussen 1 januari 1900 en 12 januari 2027. Controleer het jaar."),
        ("ral", "6009", "“ral” wordt van dit materiaal niet gevraagd. Laat het weg, of kies het andere materiaal."),
    ],
)
def test_a_wrong_answer_is_refused_at_its_field_with_what_to_do(slug: str, given: Any, sentence: str) -> None:
    assert refused(slug, given).startswith(sentence)


@pytest.mark.parametrize(("length", "end"), [(60, "”"), (61, "…”"), (200, "…”")])
def test_a_refusal_repeats_at_most_sixty_signs(length: int, end: str) -> None:
    long = "x" * length
    for slug, value in (("thickness-cm", long), ("format", long), ("proof-date", long), ("year-laid", long)):
        assert f"“{'x' * 60}{end}" in refused(slug, value)
    with pytest.raises(Invalid) as refusal:
        read_answers(Thing(), {long: "1"}, today=TODAY)
    assert [error.field for error in refusal.value.errors] == [f"fields.{'x' * 60}"]
    assert f"“{'x' * 60}{end}" in str(refusal.value)


@pytest.mark.parametrize("given", [None, "", {}])
def test_what_was_not_said_is_not_there(given: Any) -> None:
    assert read(thickness_cm=given, format="kei") == {"format": "kei"}


def test_everything_that_is_wrong_is_told_at_once() -> None:
    with pytest.raises(Invalid) as refusal:
        read(thickness_cm=800, format="waal", ral="6009", whole_percent=90)
    assert [error.field for error in refusal.value.errors] == ["fields.ral", "fields.thickness-cm", "fields.format"]


def test_what_is_needed_stands_first_and_unknown_is_an_answer_to_it() -> None:
    assert [field.slug for field in FieldSet("alles", "Alles", "All", ALL).needed_first][:2] == ["tar", "thickness-cm"]
    assert [error.field for error in find_missing(Thing(), {"make": "unknown"})] == ["fields.tar"]
    assert find_missing(Thing(), {"tar": "unknown"}) == []


@pytest.mark.parametrize(
    ("slug", "wish", "stored"),
    [
        ("whole-percent", {"min": 90}, {"min": "90"}),
        ("thickness-cm", {"min": "8", "max": Decimal("10.5")}, {"min": "8", "max": "10.5"}),
        ("thickness-cm", {"min": 8, "max": 8}, {"min": "8", "max": "8"}),
        ("thickness-cm", {"min": None, "max": 10}, {"max": "10"}),
        ("year-laid", {"min": 2005}, {"min": "2005"}),
        ("proof-date", {"min": "2026-01-01", "max": "2026-12-31"}, {"min": "2026-01-01", "max": "2026-12-31"}),
        ("format", {"oneOf": ["dik", "kei", "dik"]}, {"oneOf": ["kei", "dik"]}),
        ("tar", {"oneOf": ["no"]}, {"oneOf": ["no"]}),
    ],
)
def test_a_demand_asks_at_least_at_most_or_one_of(slug: str, wish: Any, stored: Any) -> None:
    assert read_wishes(Thing(), {slug: wish, "format" if slug != "format" else "tar": None}, today=TODAY) == {slug: stored}


@pytest.mark.parametrize(
    ("slug", "wish", "sentence"),
    [
        ("whole-percent", {"min": 101}, "Aandeel heel ligt tussen 0 % en 100 %."),
        ("thickness-cm", {"min": 10, "max": 9}, "Voor Dikte is de bovengrens lager dan de ondergrens."),
        (
            "proof-date",
            {"min": "2026-10-01", "max": "2026-09-30"},
            "Voor Datum van het bewijs is de bovengrens lager dan de ondergrens.",
        ),
        ("thickness-cm", {"oneOf": ["8"]}, "Vraag Dikte met: min, max."),
        ("thickness-cm", {"min": None}, "Vraag Dikte met: min, max."),
        ("thickness-cm", 8, "Vraag Dikte met: min, max."),
        ("thickness-cm", {"min": "unknown"}, "Onbekend kan niet worden gevraagd. Laat Dikte weg."),
        ("format", {"min": 1}, "Vraag Formaat met: oneOf."),
        ("format", {"oneOf": []}, "Kies een of meer voor Formaat: Keiformaat, Dikformaat."),
        ("format", {"oneOf": "kei"}, "Kies een of meer voor Formaat: Keiformaat, Dikformaat."),
        ("format", {"oneOf": ["kei", "unknown"]}, "Onbekend kan niet worden gevraagd. Laat Formaat weg."),
        ("format", {"oneOf": ["waal"]}, "“waal” staat niet in de lijst van Formaat."),
        ("make", {"oneOf": ["Struyk"]}, "Merk kan niet worden gevraagd. Zet het in de omschrijving."),
        ("pieces", {"min": 4}, "Aantal kan niet worden gevraagd. Zet het in de omschrijving."),  # the row does not say searchable
    ],
)
def test_a_wish_that_cannot_be_met_is_refused(slug: str, wish: Any, sentence: str) -> None:
    with pytest.raises(Invalid) as refusal:
        read_wishes(Thing(), {slug: wish}, today=TODAY)
    assert [error.field for error in refusal.value.errors] == [f"fields.{slug}"]
    assert str(refusal.value).replace("\u00a0", " ").startswith(sentence)


@pytest.mark.parametrize(
    ("field", "value", "dutch", "english"),
    [
        (WHOLE, "90.5", "90,5 %", "90.5 %"),
        (COUNT, "1200", "1.200", "1,200"),
        (FORMAT, "kei", "Keiformaat", "Kei"),
        (FORMAT, "unknown", "Onbekend", "Unknown"),
        (TAR, "no", "Nee", "No"),
        (MAKE, "Struyk", "Struyk", "Struyk"),
        (LAID, 1987, "1987", "1987"),
        (PROVEN, "2026-11-03", "3 november 2026", "3 November 2026"),
    ],
)
def test_an_answer_is_said_in_the_language_of_the_reader(field: Field, value: Any, dutch: str, english: str) -> None:
    with reading_in("nl"):
        assert format_answer(field, value).replace("\u00a0", " ") == dutch
    with reading_in("en"):
        assert format_answer(field, value).replace("\u00a0", " ") == english


def test_a_wish_is_said_in_words() -> None:
    sentences = [
        format_wish(WHOLE, {"min": "90"}),
        format_wish(THICKNESS, {"max": "8"}),
        format_wish(THICKNESS, {"min": "8", "max": "10"}),
        format_wish(FORMAT, {"oneOf": ["kei", "dik"]}),
    ]
    assert [str(sentence).replace("\u00a0", " ") for sentence in sentences] == [
        "minstens 90 %",
        "hoogstens 8 cm",
        "8 cm tot en met 10 cm",
        "Keiformaat, Dikformaat",
    ]
    assert str(format_wish(THICKNESS, {"min": "8", "max": "8"})).replace("\u00a0", " ") == "8 cm"


def reader(material: Any, values: Any) -> dict[str, Any]:
    return read_answers(material, values, today=TODAY)


def test_who_changes_nothing_leaves_the_words_of_the_version_in_which_it_was_said() -> None:
    before = StoredAnswers({"old": "5", "format": "kei"}, 1)
    assert say(Thing(), None, before, 2, reader) == before
    assert say(Thing(), {"old": "5", "format": "kei"}, before, 2, reader) == before


def test_who_changes_something_says_it_in_the_words_of_the_version_in_use() -> None:
    before = StoredAnswers({"old": "5", "format": "kei"}, 1)
    assert say(Thing(), {"old": "5", "format": "dik"}, before, 2, reader) == StoredAnswers({"format": "dik"}, 2)
    with pytest.raises(Invalid):  # what is not asked any more cannot be said anew
        say(Thing(), {"old": "6", "format": "kei"}, before, 2, reader)
    for other in ("4", "6"):
        with pytest.raises(Invalid):
            say(Thing(), {"old": other}, before, 2, reader)
    fewer = Thing((replace(FORMAT, choices=FORMAT.choices[1:]), THICKNESS))
    with pytest.raises(Invalid, match="staat niet in de lijst van Formaat"):
        say(fewer, {"format": "kei", "thickness-cm": 8}, before, 2, reader)


def test_nothing_was_asked_of_what_nobody_answered() -> None:
    assert say(Thing(), None, StoredAnswers({}), 2, reader) == StoredAnswers({})
    assert say(Thing(), {}, StoredAnswers({}), 2, reader) == StoredAnswers({}, 2)
