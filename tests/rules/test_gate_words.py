"""What the rules of a material say of a lot: in which order, at which field, and in which words."""

from datetime import date
from typing import Any

import pytest

from marketplace.materials.rules.fields import Field, FieldChoice, FieldKind
from marketplace.materials.rules.gates import Finding, GateKind, Moment, Severity
from marketplace.materials.rules.soil import Destination
from marketplace.materials.rules.taxonomy import Material, PaperFacts
from tests.ruled import ASPHALT, BENCH, BORNE, CLEAN_SOIL, GATES, PAVERS, PIPE, SOIL, TODAY, find, material, sentence_of


def place(receiving: str | None, function: str | None) -> Destination:
    return Destination(is_other_owner=True, receiving_soil=receiving, function_class=function)


SAID: list[tuple[Material, dict[str, str], dict[str, Any], str, str | None, str]] = [
    (ASPHALT, {}, {}, "pak-limit", "fields.pak10-mg-per-kg", "PAK-10: onbekend."),
    (ASPHALT, {"pak-marker": "negative"}, {}, "pak-limit", "fields.pak10-mg-per-kg", "sneltest"),
    (ASPHALT, {"pak10-mg-per-kg": "75.1"}, {}, "pak-limit", "fields.pak10-mg-per-kg", "75,1 mg/kg"),
    (ASPHALT, {"pak10-mg-per-kg": "75"}, {"hazards": {"pak": "yes"}}, "hazard-pak", "hazards", ""),
    (ASPHALT, {"tar": "yes"}, {}, "tar", "hazards", "Teer: ja."),
    (ASPHALT, {}, {}, "tar", "hazards", "Teer: onbekend."),
    (
        PIPE,
        {},
        {"asbestos_suspected": "unknown", "year_of_construction": None},
        "asbestos",
        "asbestos_suspected",
        "en het bouwjaar ook",
    ),
    (
        PIPE,
        {},
        {"asbestos_suspected": "unknown", "year_of_construction": 1993},
        "asbestos",
        "asbestos_suspected",
        "in 1993, voor 1994",
    ),
    (
        PIPE,
        {},
        {"asbestos_suspected": "unknown", "year_of_construction": 1900},
        "asbestos",
        "asbestos_suspected",
        "in 1900, voor 1994",
    ),
    (PIPE, {}, {"asbestos_suspected": "yes", "year_of_construction": 2020}, "asbestos", "asbestos_suspected", "Asbest: ja."),
    (PIPE, {}, {"hazards": {"asbest": "no"}, "year_of_construction": 1980}, "asbestos", "papers", "geen rapport"),
    (
        SOIL,
        CLEAN_SOIL,
        {"to": place("agriculture-nature", "residential")},
        "soil-destination",
        "receiving_soil",
        "ontvangende bodem",
    ),
    (SOIL, CLEAN_SOIL, {"to": place("residential", "agriculture-nature")}, "soil-destination", "function_class", "functieklasse"),
    (SOIL, CLEAN_SOIL, {"to": place(None, "residential")}, "soil-destination", "receiving_soil", "onbekend"),
    (SOIL, CLEAN_SOIL, {"to": place("residential", None)}, "soil-destination", "function_class", "onbekend"),
    (SOIL, CLEAN_SOIL, {}, "soil-destination", None, "wie reserveert"),
    (SOIL, {**CLEAN_SOIL, "proof": "unknown"}, {}, "soil-proof", "fields.proof", "onbekend"),
    (BENCH, {}, {"hazards": {"verf_lood_chroom6": "yes"}}, "hazard-verf-lood-chroom6", "hazards", "verf: ja."),
    (BENCH, {}, {}, "hazard-verf-lood-chroom6", "hazards", "verf: onbekend."),
]


@pytest.mark.parametrize(("lot", "fields", "facts", "rule", "at", "words"), SAID)
def test_a_finding_says_what_is_so_at_its_field(
    lot: Material, fields: dict[str, str], facts: dict[str, Any], rule: str, at: str | None, words: str
) -> None:
    findings = find(lot, fields, **facts)
    if not words:
        assert rule not in findings  # a rule of its own speaks for this hazard
        return
    assert words.casefold() in sentence_of(findings[rule]).casefold(), sentence_of(findings[rule])
    assert findings[rule].at == (at or "")


def test_from_the_year_of_the_ban_on_unknown_asbestos_is_not_asked_about() -> None:
    for year in (1994, 1995, 2020):
        assert "asbestos" not in find(PIPE, asbestos_suspected="unknown", year_of_construction=year)
        assert "asbestos" not in find(PIPE, asbestos_suspected="no", hazards={"asbest": "no"}, year_of_construction=year)


def test_a_choice_that_is_no_good_one_is_named_as_people_read_it() -> None:
    proof = Field("proof", "Bewijs", "Proof", FieldKind.CHOICE, choices=(FieldChoice("none", "Geen bewijs", "No proof"),))
    other = Field("ander", "Ander", "Other", FieldKind.CHOICE, choices=(FieldChoice("none", "Iets anders", "Else"),))
    last = Field("zeef", "Zeef", "Sieve", FieldKind.CHOICE, choices=(FieldChoice("none", "Nog iets anders", "Else"),))
    soil = material("grond-schoon", "grond", "bodemklasse", "pfas", fields=(last, other, proof))
    assert "Geen bewijs" in sentence_of(find(soil, {**CLEAN_SOIL, "proof": "none"})["soil-proof"])
    assert "none" in sentence_of(find(SOIL, {**CLEAN_SOIL, "proof": "none"})["soil-proof"])


def test_a_paper_that_ran_out_is_told_with_its_last_day() -> None:
    """Of two the one that was valid longest."""
    kind = next(gate.paper_kinds[0] for gate in GATES if gate.slug == "environmental-declaration")
    papers = [PaperFacts(kind, valid_until=date(2026, month, 1)) for month in (3, 9, 6)]
    assert "geldig tot en met 1 september 2026" in sentence_of(find(PAVERS, {}, *papers, to=BORNE)["environmental-declaration"])
    assert "niet aanwezig" in sentence_of(find(PAVERS, {}, to=BORNE)["environmental-declaration"])
    another = PaperFacts("foto", valid_until=TODAY)
    assert "niet aanwezig" in sentence_of(find(PAVERS, {}, another, to=BORNE)["environmental-declaration"])
    valid = PaperFacts(kind, valid_until=TODAY)
    assert "environmental-declaration" not in find(PAVERS, {}, *papers, valid, to=BORNE)


@pytest.mark.parametrize(
    ("soil_class", "words"),
    [
        ("yes", "een klasse die nergens"),
        ("zwart", "een klasse die nergens"),
        ("wonen", "een klasse die nergens"),
        ("unknown", ""),
    ],
)
def test_a_class_that_nobody_knows_is_not_an_unknown_one(soil_class: str, words: str) -> None:
    """Whatever letter it begins with."""
    findings = find(SOIL, {**CLEAN_SOIL, "soil-class": soil_class}, to=place("residential", "residential"))
    assert ("soil-destination" in findings) is bool(words)
    assert ("soil-class" in findings) is not bool(words)


def test_a_finding_of_a_paper_that_ran_out_tells_of_that_paper_and_no_other_does() -> None:
    kind = next(gate.paper_kinds[0] for gate in GATES if gate.slug == "environmental-declaration")
    findings = find(PAVERS, {}, PaperFacts(kind, valid_until=date(2026, 9, 1)), to=BORNE)
    assert {rule for rule, finding in findings.items() if finding.tells_of_paper} == {
        gate.slug for gate in GATES if gate.kind is GateKind.EXPIRED
    }


def test_what_stops_an_earlier_moment_stops_the_later_ones() -> None:
    order = (Moment.PUBLISH, Moment.RESERVE, Moment.HAND_OVER)
    assert [[moment.is_by(other) for other in order] for moment in order] == [
        [True, True, True],
        [False, True, True],
        [False, False, True],
    ]


def test_what_stops_stands_first_and_what_comes_earlier_before_what_comes_later() -> None:
    findings = list(find(ASPHALT).values())
    order = list(Moment)

    def key(finding: Finding) -> tuple[bool, bool, int]:
        return finding.severity is Severity.ASKS, finding.is_lifted, order.index(finding.moment)

    assert [key(finding) for finding in findings] == sorted(key(finding) for finding in findings)
    assert [finding.rule for finding in findings] == ["pak-limit", "environmental-declaration", "tar", "pak-report"]
    lifted = list(find(PAVERS, lifted=("environmental-declaration",)).values())
    assert [finding.is_lifted for finding in lifted] == sorted(finding.is_lifted for finding in lifted)
