"""What the shipped rules make of answers that leave something open, of sand and of PFAS."""

import pytest

from marketplace.materials.rules.gates import (
    Moment,
    Severity,
)
from marketplace.materials.rules.soil import Destination
from tests.ruled import ASPHALT, BEAM, CLEAN_SAND, CLEAN_SOIL, SAFE, SAND, SOIL, blocking, find, material, sentence_of


@pytest.mark.parametrize(
    ("pfas", "receiving", "function", "at"),
    [
        ("residential-industry", "agriculture-nature", "industry", "receiving_soil"),
        ("residential-industry", "industry", "agriculture-nature", "function_class"),
        ("residential-industry", "agriculture-nature", "agriculture-nature", "receiving_soil"),
        ("residential-industry", "residential", "industry", None),
        ("residential-industry", "industry", "residential", None),
        ("agriculture-nature", "agriculture-nature", "agriculture-nature", None),
    ],
)
def test_pfas_is_held_against_the_place_apart_from_the_class(pfas: str, receiving: str, function: str, at: str | None) -> None:
    answers = {
        **CLEAN_SOIL,
        "soil-class": "agriculture-nature",
        "pfas": pfas,
    }  # the cleanest class: the double test itself passes
    findings = find(SOIL, answers, hazards=SAFE, to=Destination(False, receiving, function))
    assert "soil-destination" not in findings
    assert (findings["soil-pfas-destination"].at if "soil-pfas-destination" in findings else None) == at
    assert blocking(findings, Moment.RESERVE) == ({"soil-pfas-destination"} if at else set())
    assert "soil-pfas-destination" not in find(SOIL, answers, hazards=SAFE)


@pytest.mark.parametrize(
    ("field", "value", "rule"),
    [
        ("soil-class", "unknown", "soil-class"),
        ("proof", "none", "soil-proof"),
        ("pfas", "unknown", "soil-pfas"),
        ("pfas", "above", "soil-pfas"),
    ],
)
def test_sand_is_soil(field: str, value: str, rule: str) -> None:
    assert blocking(find(SAND, {**CLEAN_SAND, field: value})) == {rule}
    assert blocking(find(SAND, CLEAN_SAND)) == set()
    place = Destination(False, "agriculture-nature", "industry")
    assert "soil-destination" in blocking(find(SAND, CLEAN_SAND, to=place), Moment.RESERVE)


@pytest.mark.parametrize(
    ("treatment", "hazard", "severity"),
    [
        ("creosote", "no", Severity.BLOCKS),
        ("none", "yes", Severity.BLOCKS),
        ("none", "unknown", None),
        ("unknown", "no", None),
    ],
)
def test_creosote_stops(treatment: str | None, hazard: str, severity: Severity | None) -> None:
    findings = find(BEAM, {"treatment": treatment} if treatment else {}, hazards={"creosoot": hazard})
    assert (findings["creosote"].severity if "creosote" in findings else None) is severity
    if severity is Severity.BLOCKS:
        assert "Afvoeren, 17 02 04*." in sentence_of(findings["creosote"]) and "creosote" in blocking(findings)


@pytest.mark.parametrize("answers", [{"treatment": "unknown"}, {}])
def test_wood_that_may_hold_creosote_is_offered_and_not_handed_over_until_somebody_knows(answers: dict[str, str]) -> None:
    findings = find(BEAM, answers, hazards={"creosoot": "unknown"})
    assert [blocking(findings, moment) for moment in Moment] == [set(), set(), {"creosote"}]
    assert sentence_of(findings["creosote"]).startswith("Creosoot: onbekend.")
    chestnut = find(material("houten-hek-kastanje", "houten-hekken"), answers)
    assert chestnut["creosote"].severity is Severity.ASKS and blocking(chestnut, Moment.HAND_OVER) == set()


def test_an_answer_that_leaves_it_open_is_no_no() -> None:
    steel = material("damwand-staal", "staal", "verf_lood_chroom6")
    for coating in ("paint-untested", "tar-epoxy", "unknown"):
        assert "onbekend" in sentence_of(find(steel, {"coating": coating})["lead-paint"]), coating
    assert find(steel, {"coating": "paint-clean"}, hazards={"verf_lood_chroom6": "unknown"}) == {}
    leaded = find(steel, {"coating": "lead"}, hazards={"verf_lood_chroom6": "no"})["lead-paint"]
    assert leaded.severity is Severity.ASKS and sentence_of(leaded).startswith("Verf met lood of chroom-6: ja.")
    plate = material("stalen-rijplaat", "staal")
    assert find(plate, {}) == {} and "lead-paint" in find(plate, {"coating": "chromium-6"})
    mix = material("menggranulaat-0-31-5", "zand-fundering", "asbest")
    assert find(mix, {"asbestos-test": "not_done"}, hazards=SAFE)["asbestos-test"].severity is Severity.ASKS


def test_treatment_and_certificate_speak_for_their_hazards() -> None:
    post = material("boompaal-naaldhout", "hout", "cca_hout")
    assert "cca-wood" in find(post, {"treatment": "cca"}) and "cca-wood" in find(post, {"treatment": "unknown"})
    assert find(post, {"treatment": "none"}, hazards={"cca_hout": "unknown"}) == {}
    swing = material("speeltoestel-staal", "speeltoestellen", "keuring_speeltoestel")
    assert list(find(swing, {"play-certificate": "no"})) == list(find(swing)) == ["play-certificate"]
    assert find(swing, {"play-certificate": "yes"}) == {}


def test_asbestos_that_was_found_stops_sand_and_stone_too() -> None:
    for lot in (material("split-grind", "zand-fundering"), SAND):
        findings = find(lot, {**CLEAN_SAND, "asbestos-test": "failed"})
        assert "asbestos-found" in blocking(findings) and "Verplaats het niet" in sentence_of(findings["asbestos-found"])
        assert "asbestos-found" not in find(lot, {**CLEAN_SAND, "asbestos-test": "not_done"})


def test_a_marker_that_points_to_tar_is_asked_about_although_the_analysis_passes() -> None:
    findings = find(ASPHALT, {"pak10-mg-per-kg": "30", "pak-marker": "positive"})
    assert findings["pak-marker"].severity is Severity.ASKS and blocking(findings) == set()
    for marker in ("negative", "not_done", "unknown"):
        assert "pak-marker" not in find(ASPHALT, {"pak10-mg-per-kg": "30", "pak-marker": marker})


def test_practice_is_not_called_a_text_that_was_read() -> None:
    findings = find(material("damwand-staal", "staal", "verf_lood_chroom6", "pak"))
    assert {rule: finding.was_read for rule, finding in findings.items()} == {"lead-paint": False, "hazard-pak": True}
