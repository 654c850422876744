"""Filters by field: how they stand in an address, what cannot be one, and what the columns say of them. Figures by hand."""

from datetime import date
from decimal import Decimal

import numpy as np
import pytest

from marketplace.catalogue.rules.answers import Answers
from marketplace.catalogue.rules.fields import (
    FieldFilter,
    bound_of,
    describe_filter,
    figure_of,
    pair_of,
    read_pairs,
    read_terms,
    term_of,
)
from marketplace.catalogue.rules.query import CatalogueQuery
from marketplace.catalogue.rules.saved_query import read_filters, read_query
from marketplace.kernel.errors import Invalid
from marketplace.kernel.language import localize, reading_in
from marketplace.materials.rules.fields import Field, FieldChoice, FieldKind

THICKNESS = Field("thickness-cm", "Dikte", "Thickness", FieldKind.NUMBER, "cm", "cm", is_searchable=True)
COLOURS = (FieldChoice("red", "Rood", "Red"), FieldChoice("grey", "Grijs", "Grey"))
COLOUR = Field("colour", "Kleur", "Colour", FieldKind.CHOICE, choices=COLOURS, is_searchable=True)
PROVED = Field("proof-date", "Datum van het bewijs", "Date of the proof", FieldKind.DAY, is_searchable=True)
MAKE = Field("make", "Merk", "Make", FieldKind.LINE, is_searchable=True)
REPORT = Field("report", "Rapport", "Report", FieldKind.LINE)
FIELDS = {field.slug: field for field in (THICKNESS, COLOUR, PROVED, MAKE, REPORT)}


def read(*pairs: tuple[str, str], locale: str | None = "nl") -> tuple[tuple[FieldFilter, ...], dict[str, str]]:
    filters, errors = read_pairs(pairs, FIELDS.get, locale)
    with reading_in("nl"):
        return filters, {error.field: str(error.message) for error in errors}


def test_an_address_holds_choices_and_bounds() -> None:
    filters, errors = read(
        ("veld-colour", "red"),
        ("veld-colour", "grey"),
        ("veld-thickness-cm-min", "7,5"),
        ("veld-thickness-cm-max", "8"),
        ("veld-proof-date-min", "2026-01-31"),
        ("q", "klinker"),
        ("veld-colour", " "),
        ("veld-thickness-cm-min", "7,5"),
    )
    assert errors == {}
    assert read(("q", "x"), ("veld-colour", ""), ("veld-colour", "red"))[0] == (FieldFilter("colour", ("red",)),)
    for locale in ("nl", "en", None):
        assert read(("veld-proof-date-max", "2026-01-31"), locale=locale)[0][0].most == date(2026, 1, 31)
    assert read(("veld-proof-date-max", "31 januari 2026"), locale="nl")[0][0].most == date(2026, 1, 31)
    assert filters == (
        FieldFilter("colour", ("red", "grey")),
        FieldFilter("thickness-cm", (), Decimal("7.5"), Decimal(8)),
        FieldFilter("proof-date", (), date(2026, 1, 31)),
    )
    again = [pair for field_filter in filters for pair in field_filter.pairs]
    assert read(*again)[0] == filters and read(*again, locale="en")[0] == filters


def test_a_number_of_a_reader_of_the_other_language_is_read_where_it_is_clear() -> None:
    for locale, typed, figure in (("nl", "7.5", "7.5"), ("en", "7,5", "7.5"), ("nl", "1.234", "1234"), ("en", "1.234", "1.234")):
        assert read(("veld-thickness-cm-min", typed), locale=locale)[0][0].least == Decimal(figure), (locale, typed)


@pytest.mark.parametrize(("slug", "bound"), [("proof-date", date(2026, 1, 31)), ("thickness-cm", Decimal("7.5"))])
def test_a_bound_is_compared_as_a_figure_and_said_as_what_it_is(slug: str, bound: date | Decimal) -> None:
    assert bound_of(FIELDS[slug], figure_of(bound)) == bound


@pytest.mark.parametrize(("length", "end"), [(60, "”"), (61, "…”"), (200, "…”")])
def test_what_was_asked_is_repeated_up_to_sixty_signs(length: int, end: str) -> None:
    _filters, errors = read(("veld-colour", "x" * length), ("veld-" + "y" * length, "1"))
    first, second = errors.values()
    assert f"“{'x' * 60}{end}" in first and f"“{'y' * 60}{end}" in second


def test_what_cannot_be_a_filter_says_why_and_leaves_the_others() -> None:
    filters, errors = read(
        ("veld-colour", "red"),
        ("veld-colour", "paars"),
        ("veld-thickness-cm-min", "dik"),
        ("veld-thickness-cm", "8"),
        ("veld-make", "Struyk"),
        ("veld-report", "12"),
        ("veld-nergens", "1"),
    )
    assert filters == (FieldFilter("colour", ("red",)),)
    assert errors == {
        "veld-colour": "“paars” is geen keuze bij Kleur. Kies een van: Rood, Grijs.",
        "veld-thickness-cm-min": "“dik” is geen getal. Typ alleen cijfers, bijvoorbeeld 1.234,5.",
        "veld-thickness-cm": "Zoek op Dikte met een minimum of een maximum.",
        "veld-make": "Merk is een tekst. Zoek op de woorden.",
        "veld-report": "Er is geen eigenschap “report” om op te zoeken. Laat die weg.",
        "veld-nergens": "Er is geen eigenschap “nergens” om op te zoeken. Laat die weg.",
    }


@pytest.mark.parametrize(
    ("term", "key", "value"),
    [
        ("colour:red", "veld-colour", "red"),
        ("thickness-cm:min:8", "veld-thickness-cm-min", "8"),
        ("proof-date:max:2026-01-31", "veld-proof-date-max", "2026-01-31"),
        ("colour:min", "veld-colour", "min"),  # a choice of that name
        ("colour:light:red", "veld-colour", "light:red"),
    ],
)
def test_what_the_api_asks_stands_in_an_address_and_back(term: str, key: str, value: str) -> None:
    assert pair_of(term) == (key, value)
    assert term_of(key, value) == term


def test_the_api_takes_plain_figures_only_and_names_each_fault() -> None:
    assert read_terms(["colour:red", "thickness-cm:min:7.5"], FIELDS.get) == (
        FieldFilter("colour", ("red",)),
        FieldFilter("thickness-cm", (), Decimal("7.5")),
    )
    with pytest.raises(Invalid) as refused:
        read_terms(["colour:blauw", "thickness-cm:min:7,5", "dikte:8"], FIELDS.get)
    assert [error.field for error in refused.value.errors] == ["field", "field", "field"]


def test_a_filter_in_words() -> None:
    with reading_in("nl"):
        phrases = [
            localize(describe_filter(THICKNESS, FieldFilter("thickness-cm", (), least, most)))
            for least, most in ((Decimal(8), None), (None, Decimal("8.5")), (Decimal(6), Decimal(8)))
        ]
        assert phrases == ["minstens 8\u00a0cm", "hoogstens 8,5\u00a0cm", "6\u00a0cm tot en met 8\u00a0cm"]
        assert localize(describe_filter(COLOUR, FieldFilter("colour", ("grey", "red")))) == "Rood, Grijs"


def test_a_saved_search_keeps_them_and_is_over_when_one_cannot_be_read() -> None:
    saved = "q=klinker&veld-colour=red&veld-thickness-cm-min=7.5&place="
    filters = read_filters(saved)
    assert filters.fields == (("veld-colour", "red"), ("veld-thickness-cm-min", "7.5"))
    assert read_filters(filters.address()) == filters

    def nowhere(_place: str) -> None:
        raise AssertionError

    query = read_query(saved, nowhere, FIELDS.get)  # type: ignore[arg-type]
    assert isinstance(query, CatalogueQuery)
    assert query.fields == (FieldFilter("colour", ("red",)), FieldFilter("thickness-cm", (), Decimal("7.5")))
    assert read_query("veld-nergens=1", nowhere, FIELDS.get) is None  # type: ignore[arg-type]


def test_what_is_said_after_the_first_look_is_found_too() -> None:
    answers = Answers()
    red = FieldFilter("colour", ("red",))
    for count in range(1, 4):
        answers.number(f'{{"colour":"red","thickness-cm":"{count}"}}')
        assert answers.fits(red).tolist() == [False, *[True] * count]
        assert answers.fits(FieldFilter("thickness-cm", (), Decimal(2))).tolist() == [False, False, True, True][: count + 1]


def test_the_columns_hold_each_set_of_answers_once_and_what_is_not_said_passes_nothing() -> None:
    answers = Answers()
    stored = [
        '{"colour":"red","thickness-cm":"8"}',
        "{}",
        '{"colour":"grey","thickness-cm":"10"}',
        '{"colour":"unknown","thickness-cm":"unknown"}',
        '{"colour":"red","thickness-cm":"8"}',
        '{"proof-date":"2026-01-31"}',
    ]
    sets = np.array([answers.number(text) for text in stored], np.intp)
    assert sets.tolist() == [1, 0, 2, 3, 1, 4]

    def fits(field_filter: FieldFilter) -> list[bool]:
        return [bool(is_fit) for is_fit in answers.fits(field_filter)[sets]]

    assert fits(FieldFilter("colour", ("red",))) == [True, False, False, False, True, False]
    assert fits(FieldFilter("colour", ("red", "grey"))) == [True, False, True, False, True, False]
    assert fits(FieldFilter("colour", ("purple",))) == [False] * 6
    assert fits(FieldFilter("thickness-cm", (), Decimal(8))) == [True, False, True, False, True, False]
    assert fits(FieldFilter("thickness-cm", (), Decimal("8.1"))) == [False, False, True, False, False, False]
    assert fits(FieldFilter("thickness-cm", (), None, Decimal(8))) == [True, False, False, False, True, False]
    assert fits(FieldFilter("thickness-cm", (), None, Decimal("9.9"))) == [True, False, False, False, True, False]
    assert fits(FieldFilter("proof-date", (), date(2026, 1, 31))) == [False] * 5 + [True]
    assert fits(FieldFilter("proof-date", (), date(2026, 2, 1))) == [False] * 6
    assert answers.counted("colour", sets) == {"red": 2, "grey": 1}
    assert answers.counted("colour", sets[1:2]) == {}
    later = answers.number('{"colour":"purple","thickness-cm":"9"}')  # after the columns were looked at
    sets = np.append(sets, later)
    assert fits(FieldFilter("colour", ("purple",))) == [False] * 6 + [True]
    assert fits(FieldFilter("thickness-cm", (), Decimal(9))) == [False, False, True, False, False, False, True]
    assert answers.counted("colour", sets) == {"red": 2, "grey": 1, "purple": 1}
    later = answers.number('{"colour":"black"}')
    assert answers.fits(FieldFilter("colour", ("black",)))[later]
    assert answers.counted("colour", np.array([later], np.intp)) == {"black": 1}
