"""What a demand asks of the fields against what an owner said: fits, fails or in doubt, in sentences and in the order of the list."""

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from marketplace.impact.rules.impact import impact
from marketplace.kernel.language import reading_in
from marketplace.kernel.units import Amount, Unit
from marketplace.market.rules.listing import Condition
from marketplace.matching.rules.misses import Kind, near_miss
from marketplace.matching.rules.pair import cover, explain, objections, rank_key
from marketplace.matching.rules.proposal import Supply, plan, sentences
from marketplace.matching.rules.wishes import (
    Verdict,
    Wish,
    by_certainty,
    by_how_much,
    doubts,
    judge,
    judge_all,
    reasons,
    stored_wishes,
    wishes_of,
)
from marketplace.materials.rules.fields import Field, FieldChoice, FieldKind
from tests.rules.test_matching import LOT, NEED, TODAY

CM = {"unit_nl": "cm", "unit_en": "cm"}
THICKNESS = Field("thickness-cm", "Dikte", "Thickness", FieldKind.NUMBER, **CM, places=1)
WHOLE = Field("whole-percent", "Aandeel heel", "Share that is whole", FieldKind.NUMBER, unit_nl="%", unit_en="%", places=1)
COLOURS = (FieldChoice("red", "Rood", "Red"), FieldChoice("grey", "Grijs", "Grey"), FieldChoice("black", "Zwart", "Black"))
COLOUR = Field("colour", "Kleur", "Colour", FieldKind.CHOICE, choices=COLOURS)
RAL = Field("ral-colour", "RAL-kleur", "RAL colour", FieldKind.CHOICE, choices=COLOURS)
LAID = Field("year-laid", "Jaar van aanleg", "Year in which it was laid", FieldKind.YEAR)
PROVED = Field("proof-date", "Datum van het bewijs", "Date of the proof", FieldKind.DAY)
FIELDS = {field.slug: field for field in (THICKNESS, WHOLE, COLOUR, RAL, LAID, PROVED)}
ASKED = {"colour": {"oneOf": ["red", "grey"]}, "thickness-cm": {"min": "8"}}
WISHES = wishes_of(ASKED, (THICKNESS, WHOLE, COLOUR), FIELDS.get)


@pytest.mark.parametrize(
    ("wish", "answer", "verdict"),
    [
        (Wish(THICKNESS, least="8"), "8", Verdict.FITS),
        (Wish(THICKNESS, least="8"), "7.9", Verdict.FAILS),
        (Wish(THICKNESS, least="8"), "10", Verdict.FITS),  # as a number: as a text 10 comes before 8
        (Wish(THICKNESS, most="8"), "8", Verdict.FITS),
        (Wish(THICKNESS, most="8"), "8.1", Verdict.FAILS),
        (Wish(THICKNESS, "6", "8"), "7", Verdict.FITS),
        (Wish(THICKNESS, "6", "8"), "5.9", Verdict.FAILS),
        (Wish(THICKNESS, "6", "8"), "8.1", Verdict.FAILS),
        (Wish(THICKNESS, least="8"), None, Verdict.IN_DOUBT),
        (Wish(THICKNESS, least="8"), "unknown", Verdict.IN_DOUBT),
        (Wish(THICKNESS, least="8"), "dik", Verdict.IN_DOUBT),  # said when the field was a choice
        (Wish(COLOUR, one_of=("red", "grey")), "grey", Verdict.FITS),
        (Wish(COLOUR, one_of=("red", "grey")), "black", Verdict.FAILS),
        (Wish(COLOUR, one_of=("red",)), None, Verdict.IN_DOUBT),
        (Wish(COLOUR, one_of=("red",)), "unknown", Verdict.IN_DOUBT),
        (Wish(LAID, most="1994"), 1994, Verdict.FITS),
        (Wish(LAID, most="1994"), 1995, Verdict.FAILS),
        (Wish(PROVED, least="2026-01-31"), "2026-01-31", Verdict.FITS),
        (Wish(PROVED, least="2026-01-31"), "2026-01-30", Verdict.FAILS),
    ],
)
def test_an_answer_against_a_wish(wish: Wish, answer: Any, verdict: Verdict) -> None:
    assert judge(wish, answer) is verdict


def test_one_that_fails_decides_before_one_in_doubt() -> None:
    assert judge_all(WISHES, {"colour": "red", "thickness-cm": "8"}) is Verdict.FITS
    assert judge_all(WISHES, {"colour": "red"}) is Verdict.IN_DOUBT
    assert judge_all(WISHES, {"colour": "black"}) is Verdict.FAILS
    assert judge_all(WISHES, {}) is Verdict.IN_DOUBT
    assert judge_all((), {}) is Verdict.FITS


def test_what_is_in_doubt_comes_after_what_fits_and_what_fails_not_at_all() -> None:
    doubt, fits, fails = Verdict.IN_DOUBT, Verdict.FITS, Verdict.FAILS
    assert by_certainty([3, -1, 2, 5, 4], [doubt, fits, fails, fits, doubt]) == [-1, 5, 3, 4]


def test_what_a_row_holds_is_read_by_the_list_of_fields_in_use() -> None:
    stored = '{"colour":{"oneOf":["red","grey"]},"gone":{"min":"1"},"thickness-cm":{"min":"8"}}'
    assert [wish.field.slug for wish in stored_wishes(stored, FIELDS.get)] == ["colour", "thickness-cm"]
    assert stored_wishes(stored, {"colour": RAL}.get) == (Wish(RAL, one_of=("red", "grey")),)


def test_wishes_stand_in_the_order_of_the_material_and_keep_a_field_that_it_has_no_more() -> None:
    stored = {"ral-colour": {"oneOf": ["red"]}, "colour": {"oneOf": ["red"]}, "thickness-cm": {"min": "8"}, "gone": {"min": "1"}}
    wishes = wishes_of(stored, (THICKNESS, WHOLE, COLOUR), FIELDS.get)
    assert [wish.field.slug for wish in wishes] == ["thickness-cm", "colour", "ral-colour"]


def test_what_fits_says_what_was_asked() -> None:
    fits = {"thickness-cm": "8", "colour": "grey"}
    with reading_in("nl"):
        assert [str(reason) for reason in reasons(WISHES, fits)] == [
            "Dikte: 8\u00a0cm; minstens 8\u00a0cm gevraagd.",
            "Kleur: Grijs; Rood, Grijs gevraagd.",
        ]
    with reading_in("en"):
        assert str(reasons(WISHES, fits)[0]) == "Thickness: 8\u00a0cm; at least 8\u00a0cm was asked for."
    assert reasons(WISHES, {"colour": "black"}) == ()


def test_what_is_not_known_is_a_doubt_in_a_sentence() -> None:
    with reading_in("nl"):
        assert [str(doubt) for doubt in doubts(WISHES, {"colour": "unknown"})] == [
            "Twijfel: dikte niet opgegeven.",
            "Twijfel: kleur is bij de eigenaar onbekend.",
        ]
        assert str(doubts((Wish(RAL, one_of=("red",)),), {})[0]) == "Twijfel: RAL-kleur niet opgegeven."
        assert str(doubts(WISHES[:1], {"thickness-cm": "dik"})[0]) == "Twijfel: dikte is niet te vergelijken, er staat “dik”."
    with reading_in("en"):
        assert str(doubts(WISHES, {})[0]) == "Doubt: thickness not given."
    assert doubts(WISHES, {"thickness-cm": "6", "colour": "black"}) == ()


def lot(**answers: Any) -> Any:
    return replace(LOT, answers={slug.replace("_", "-"): value for slug, value in answers.items()})


def test_an_answer_that_does_not_fit_is_an_objection_and_one_that_is_not_known_is_none() -> None:
    need = replace(NEED, wishes=WISHES)
    with reading_in("nl"):
        texts = [
            str(objection)
            for objection in objections(lot(thickness_cm="6", colour="black"), need, distance_km=Decimal(5), today=TODAY)
        ]
    assert texts == [
        "Dikte: 6\u00a0cm, en minstens 8\u00a0cm is gevraagd.",
        "Kleur: Zwart, en Rood, Grijs is gevraagd.",
    ]
    for answers in ({}, {"thickness_cm": "unknown"}, {"thickness_cm": "8", "colour": "red"}):
        assert objections(lot(**answers), need, distance_km=Decimal(5), today=TODAY) == []


@pytest.mark.parametrize(
    ("wish", "answer", "sentence", "brief"),
    [
        (
            Wish(THICKNESS, least="8"),
            "6",
            "Dikte: 6\u00a0cm, dat is 2\u00a0cm minder dan gevraagd: minstens 8\u00a0cm.",
            "Dikte: 2\u00a0cm te weinig",
        ),
        (
            Wish(THICKNESS, "6", "8"),
            "10.5",
            "Dikte: 10,5\u00a0cm, dat is 2,5\u00a0cm meer dan gevraagd: 6\u00a0cm tot en met 8\u00a0cm.",
            "Dikte: 2,5\u00a0cm te veel",
        ),
        (Wish(COLOUR, one_of=("red",)), "black", "Kleur: Zwart, en Rood is gevraagd.", "Kleur: Zwart"),
        (Wish(LAID, most="1994"), 2001, "Jaar van aanleg: 2001, en hoogstens 1994 is gevraagd.", "Jaar van aanleg: 2001"),
    ],
)
def test_how_far_an_answer_is_from_what_was_asked(wish: Wish, answer: Any, sentence: str, brief: str) -> None:
    with reading_in("nl"):
        assert tuple(map(str, by_how_much(wish, answer))) == (sentence, brief)


def test_the_only_answer_that_does_not_fit_is_a_near_miss_and_two_are_none() -> None:
    need = replace(NEED, wishes=WISHES)
    miss = near_miss(lot(thickness_cm="6"), need, distance_km=Decimal(5), today=TODAY)
    with reading_in("nl"):
        assert miss is not None and (miss.kind, str(miss.brief)) == (Kind.FIELD, "Dikte: 2\u00a0cm te weinig")
    assert near_miss(lot(thickness_cm="6", colour="black"), need, distance_km=Decimal(5), today=TODAY) is None
    assert near_miss(lot(thickness_cm="6"), need, distance_km=Decimal(50), today=TODAY) is None
    too_far = near_miss(lot(), need, distance_km=Decimal(20), today=TODAY)
    assert too_far is not None and too_far.kind is Kind.DISTANCE


def test_what_is_in_doubt_comes_after_all_that_is_certain_and_keeps_its_own_order() -> None:
    need = replace(NEED, wishes=WISHES)
    certain = lot(thickness_cm="8", colour="red")
    rows = {
        "far and certain": (certain, "14"),
        "near and in doubt": (lot(colour="red"), "1"),
        "near and certain, fair": (replace(certain, condition=Condition.FAIR), "2"),
        "near and certain, good": (certain, "2"),
        "farther and in doubt": (lot(), "3"),
    }
    ranked = sorted(rows, key=lambda name: rank_key(rows[name][0], need, Decimal(rows[name][1]), 1))
    assert ranked == [
        "near and certain, good",
        "near and certain, fair",
        "far and certain",
        "near and in doubt",
        "farther and in doubt",
    ]


def test_the_explanation_says_what_fits_and_what_to_ask() -> None:
    need, offer = replace(NEED, wishes=WISHES), lot(thickness_cm="8")
    covered = cover(offer, need)
    figures = impact(
        mass_in_kg=covered.mass_kg,
        distance_in_km=Decimal(5),
        vehicle_factors={"vrachtauto-zwaar-50": Decimal("0.25994")},
        carbon_factor=None,
        processing_factor=None,
    )
    with reading_in("nl"):
        explanation = [str(row) for row in explain(offer, need, covered, figures, place=2, total=3)]
        plain = [str(row) for row in explain(offer, NEED, covered, figures, place=2, total=3)]
    assert explanation[0] == (
        "Nummer 2 van 3: eerst wat zeker past, dan wat twijfel geeft; van elk eerst wat het dichtstbij ligt, dan de betere kwaliteit, "
        "dan de hoeveelheid die het beste past."
    )
    assert "Dikte: 8\u00a0cm; minstens 8\u00a0cm gevraagd." in explanation
    assert "Kleur: niet zeker bekend, en Rood, Grijs is gevraagd. Vraag het de eigenaar voor u reserveert." in explanation
    assert len(plain) == len(explanation) - 2 and plain[0].startswith("Nummer 2 van 3: eerst wat het dichtstbij")


def supply(number: int, amount: int, km: str, *, in_doubt: bool = False) -> Supply:
    given = replace(LOT, available=Amount(Decimal(amount), Unit.M2))
    return Supply(number, f"Eigenaar {number}", given, None, Decimal(km), doubts(WISHES, {}) if in_doubt else ())


def test_a_proposal_is_of_what_is_certain_where_that_is_enough_and_says_how_much_is_not() -> None:
    needed = Amount(Decimal(800), Unit.M2)
    certain = [supply(1, 500, "6"), supply(2, 300, "9")]
    alone = supply(3, 900, "2", in_doubt=True)
    proposal = plan(needed, LOT.material, [*certain, alone])
    assert [(part.supply.number, part.takes.amount) for part in proposal.parts] == [(1, 500), (2, 300)]
    short = plan(needed, LOT.material, [certain[0], supply(4, 200, "2", in_doubt=True), supply(5, 100, "3", in_doubt=True)])
    assert [(part.supply.number, part.takes.amount) for part in short.parts] == [(1, 500), (4, 200), (5, 100)]
    with reading_in("nl"):
        assert "Van 300\u00a0m² is niet zeker dat het past. Vraag het de eigenaar voor u reserveert." in [
            str(sentence) for sentence in sentences(short, Amount(Decimal(0), Unit.M2))
        ]
