"""What the shipped rules say of a lot. Limits, classes and days stand here by hand, never by the rules' own figures."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from itertools import product

import pytest

from marketplace.kernel.language import reading_in
from marketplace.materials.rules.gates import (
    Moment,
    Severity,
    find_findings,
)
from marketplace.materials.rules.soil import Destination, DoubleTest, SoilClass
from marketplace.materials.rules.taxonomy import LotAnswers, Material, PaperFacts
from tests.ruled import (
    ASPHALT,
    BEAM,
    BENCH,
    BORNE,
    CLEAN_SOIL,
    FRIDAY,
    GATES,
    HAZARDS,
    OWN,
    PAVERS,
    PIPE,
    SAFE,
    SATURDAY,
    SOIL,
    TODAY,
    blocking,
    find,
    material,
    sentence_of,
)


@pytest.mark.parametrize(
    ("measured", "stops"),
    [("0", False), ("74.9", False), ("75", False), ("75.1", True), ("76", True), ("80", True), ("100000", True)],
)
def test_asphalt_passes_up_to_75_and_no_further(measured: str, stops: bool) -> None:
    findings = find(ASPHALT, {"pak10-mg-per-kg": measured, "tar": "no"})
    assert blocking(findings) == ({"pak-limit"} if stops else set())
    assert all(finding.sentence for finding in findings.values())


def test_tar_asphalt_is_told_where_to_go() -> None:
    finding = find(ASPHALT, {"pak10-mg-per-kg": "80", "tar": "no", "pak-marker": "negative"})["pak-limit"]
    assert sentence_of(finding) == (
        "PAK-10: 80 mg/kg, en de grens is 75 mg/kg. Asfalt met meer dan 75 mg/kg is teerhoudend en mag niet opnieuw worden gebruikt. "
        "Afvoeren, 17 03 01*. Regel: PAK-10. Controleer bij Omgevingsdienst Twente."
    )
    with reading_in("en"):
        assert str(finding.sentence) == (
            "PAH-10: 80 mg/kg, and the limit is 75 mg/kg. Asphalt with more than 75 mg/kg contains tar and may not be used again. "
            "Dispose of it, 17 03 01*. Rule: PAH-10. Check with Omgevingsdienst Twente."
        )
    assert (finding.source, finding.at, finding.moment) == ("TAG-EURAL", "fields.pak10-mg-per-kg", Moment.PUBLISH)


@pytest.mark.parametrize("fields", [{}, {"pak10-mg-per-kg": "unknown"}, {"pak-marker": "negative"}, {"pak-marker": "not_done"}])
def test_asphalt_without_an_analysis_is_unknown_and_stays_a_draft(fields: dict[str, str]) -> None:
    findings = find(ASPHALT, {"tar": "no", **fields})
    assert blocking(findings) == {"pak-limit"}
    assert "onbekend" in sentence_of(findings["pak-limit"])
    assert ("sneltest" in sentence_of(findings["pak-limit"])) is (fields.get("pak-marker") == "negative")


def test_tar_that_was_seen_stops_whatever_was_measured() -> None:
    findings = find(ASPHALT, {"tar": "yes", "pak10-mg-per-kg": "40"})
    assert blocking(findings) == {"tar"} and "Afvoeren, 17 03 01*." in sentence_of(findings["tar"])
    assert "tar" not in find(ASPHALT, {"tar": "unknown", "pak10-mg-per-kg": "40"})
    unknown = find(ASPHALT, {"tar": "unknown"})["tar"]
    assert unknown.severity is Severity.ASKS


def test_a_measured_value_asks_for_its_report() -> None:
    fields = {"pak10-mg-per-kg": "40", "tar": "no"}
    assert find(ASPHALT, fields)["pak-report"].severity is Severity.ASKS
    assert "ongeverifieerd" in sentence_of(find(ASPHALT, fields)["pak-report"])
    assert "pak-report" not in find(ASPHALT, fields, PaperFacts("pak-analysis"))


DECLARED = ("batch-inspection", "quality-declaration", "manufacturer-declaration")


@pytest.mark.parametrize("kind", DECLARED)
def test_stone_goes_to_another_owner_with_one_of_three_papers(kind: str) -> None:
    findings = find(PAVERS, {}, to=BORNE)
    assert set(findings) == {"environmental-declaration"}
    assert [blocking(findings, moment) for moment in Moment] == [set(), set(), {"environmental-declaration"}]
    assert find(PAVERS, {}, PaperFacts(kind), to=BORNE) == {}


def test_stone_that_stays_with_its_owner_needs_no_declaration() -> None:
    assert find(PAVERS, {}, to=OWN) == {}


def test_before_anybody_reserves_the_declaration_is_said_to_be_needed_later() -> None:
    finding = find(PAVERS)["environmental-declaration"]
    assert (finding.severity, finding.moment, finding.blocks(Moment.RESERVE)) == (Severity.BLOCKS, Moment.HAND_OVER, False)
    assert sentence_of(finding) == (
        "Milieuverklaring: niet aanwezig. Steenachtig bouwmateriaal gaat alleen met een milieuverklaring naar een "
        "andere eigenaar. Voeg een partijkeuring, een erkende kwaliteitsverklaring of een fabrikant-eigenverklaring toe, of vraag de "
        "omgevingsdienst om een oordeel. Regel: Milieuverklaring. Controleer bij Omgevingsdienst Twente."
    )


@pytest.mark.parametrize(
    "paper",
    [PaperFacts("drawing"), PaperFacts("soil-declaration"), PaperFacts("batch-inspection", valid_until=date(2026, 11, 27))],
)
def test_another_paper_or_one_that_ran_out_is_no_declaration(paper: PaperFacts) -> None:
    assert "environmental-declaration" in blocking(find(PAVERS, {}, paper, to=BORNE), Moment.HAND_OVER)


def test_an_opinion_or_a_lift_stands_for_the_declaration_and_is_still_shown() -> None:
    findings = find(PAVERS, {}, to=BORNE, lifted=("environmental-declaration",))
    assert findings["environmental-declaration"].is_lifted and blocking(findings, Moment.HAND_OVER) == set()


def test_what_the_law_forbids_is_not_lifted() -> None:
    findings = find(ASPHALT, {"pak10-mg-per-kg": "80", "tar": "yes"}, lifted=("pak-limit", "tar"))
    assert blocking(findings) == {"pak-limit", "tar"}


def test_no_wood_steel_or_bench_needs_a_declaration() -> None:
    for other in (BEAM, BENCH, material("pvc-buis-125", "riolering"), material("straatzand", "zand-fundering"), SOIL):
        assert "environmental-declaration" not in find(other, to=BORNE)
    for stony in ("betonbuis-300", "menggranulaat-0-31-5", "metselbaksteen-waalformaat", "dakpan-beton"):
        assert "environmental-declaration" in find(material(stony, "riolering"), to=BORNE)


@pytest.mark.parametrize("missing", ["soil-class", "proof", "pfas"])
@pytest.mark.parametrize("answer", [None, "unknown"])
def test_soil_needs_a_class_a_proof_and_pfas(missing: str, answer: str | None) -> None:
    fields = {slug: value for slug, value in CLEAN_SOIL.items() if slug != missing}
    findings = find(SOIL, fields | ({missing: answer} if answer else {}), hazards=SAFE)
    rule = {"soil-class": "soil-class", "proof": "soil-proof", "pfas": "soil-pfas"}[missing]
    assert blocking(findings) == {rule} and "onbekend" in sentence_of(findings[rule])


@pytest.mark.parametrize(("field", "value", "rule"), [("proof", "none", "soil-proof"), ("pfas", "above", "soil-pfas")])
def test_no_proof_and_too_much_pfas_stop_soil(field: str, value: str, rule: str) -> None:
    assert blocking(find(SOIL, {**CLEAN_SOIL, field: value}, hazards=SAFE)) == {rule}


def test_soil_with_all_its_answers_may_be_published() -> None:
    findings = find(SOIL, CLEAN_SOIL, hazards=SAFE)
    assert blocking(findings, Moment.HAND_OVER) == set()
    assert findings["soil-destination"].severity is Severity.ASKS and "wie reserveert" in sentence_of(
        findings["soil-destination"]
    )


CLASSES = ("agriculture-nature", "residential", "industry")  # the cleanest first
PASSING = {  # (lot, receiving soil, function): written out by hand
    *product(CLASSES[:1], CLASSES, CLASSES),  # 9: the cleanest may lie anywhere
    ("residential", "residential", "residential"),
    ("residential", "residential", "industry"),
    ("residential", "industry", "residential"),
    ("residential", "industry", "industry"),
    ("industry", "industry", "industry"),
}


def test_exactly_14_of_27_pass_the_double_test_and_each_refusal_names_what_failed() -> None:
    passed = set()
    for lot, receiving, function in product(CLASSES, repeat=3):
        place = Destination(is_other_owner=False, receiving_soil=receiving, function_class=function)
        findings = find(SOIL, {**CLEAN_SOIL, "soil-class": lot}, hazards=SAFE, to=place)
        if "soil-destination" not in blocking(findings, Moment.RESERVE):
            passed.add((lot, receiving, function))
            continue
        sentence = sentence_of(findings["soil-destination"])
        fails_soil = CLASSES.index(lot) > CLASSES.index(receiving)
        fails_function = CLASSES.index(lot) > CLASSES.index(function)
        named = ("de toets aan de ontvangende bodem" in sentence, "de toets aan de functieklasse" in sentence)
        assert named == (fails_soil and not fails_function, fails_function and not fails_soil)
        assert ("beide toetsen" in sentence) is (fails_soil and fails_function)
        assert "soil-destination" not in blocking(findings, Moment.PUBLISH)
    assert passed == PASSING and len(passed) == 14


@pytest.mark.parametrize("lack", [{"receiving_soil": None}, {"function_class": "unknown"}, {"receiving_soil": "weiland"}])
def test_a_place_that_is_not_known_stops_soil(lack: dict[str, str | None]) -> None:
    place = replace(Destination(True, "industry", "industry"), **lack)  # type: ignore[arg-type]
    finding = find(SOIL, CLEAN_SOIL, hazards=SAFE, to=place)["soil-destination"]
    assert finding.blocks(Moment.RESERVE) and finding.at == next(iter(lack))


def test_a_class_that_may_lie_nowhere_fits_no_place() -> None:
    place = Destination(False, "industry", "industry")
    findings = find(SOIL, {**CLEAN_SOIL, "soil-class": "heavily-polluted"}, hazards=SAFE, to=place)
    assert "soil-destination" in blocking(findings, Moment.RESERVE)


def test_the_double_test_says_the_three_classes() -> None:
    test = DoubleTest(SoilClass.INDUSTRY, SoilClass.AGRICULTURE_NATURE, SoilClass.RESIDENTIAL)
    with reading_in("nl"):
        assert [word in str(test.sentence) for word in ("industrie", "landbouw en natuur", "wonen")] == [True, True, True]


@pytest.mark.parametrize(
    ("suspected", "hazard", "year", "stops"),
    [
        ("yes", "no", 2005, True),
        ("no", "yes", 2005, True),
        ("unknown", "unknown", 1993, True),
        ("unknown", "unknown", 1994, False),
        ("unknown", "unknown", None, True),
        ("no", "unknown", 1970, True),  # unknown never passes for no
        ("unknown", "no", None, True),
        ("no", "no", 1970, False),
        ("no", "no", None, False),
    ],
)
def test_asbestos_in_what_may_hold_it(suspected: str, hazard: str, year: int | None, stops: bool) -> None:
    findings = find(PIPE, hazards={"asbest": hazard}, asbestos_suspected=suspected, year_of_construction=year)
    assert ("asbestos" in blocking(findings)) is stops
    assert stops or year is None or year >= 1994 or findings["asbestos"].severity is Severity.ASKS


def test_what_may_not_hold_asbestos_stops_only_on_a_suspicion() -> None:
    for suspected, stops in (("yes", True), ("unknown", False), ("no", False)):
        findings = find(PAVERS, asbestos_suspected=suspected, year_of_construction=None, to=OWN)
        assert ("asbestos" in blocking(findings)) is stops


def test_a_report_asks_for_its_answer_and_a_lift_goes_with_it() -> None:
    report = PaperFacts("asbestos-report")
    unknown = {"hazards": {"asbest": "unknown"}, "asbestos_suspected": "unknown", "year_of_construction": 1980}
    assert "asbestos" in blocking(find(PIPE, {}, report, **unknown))
    assert "beantwoord wat" in sentence_of(find(PIPE, {}, report, **unknown)["asbestos"])
    assert "asbestos" not in find(PIPE, {}, report, hazards=SAFE, year_of_construction=1980)
    assert "asbestos" not in blocking(find(PIPE, {}, report, lifted=("asbestos",), asbestos_suspected="yes"))


def test_crushed_stone_in_which_asbestos_was_found_stops() -> None:
    mix = material("menggranulaat-0-31-5", "zand-fundering", "asbest", "pak")
    clean = {"asbest": "no", "pak": "no"}
    assert blocking(find(mix, {"asbestos-test": "failed"}, hazards=clean)) == {"asbestos-test"}
    assert blocking(find(mix, {"asbestos-test": "passed"}, hazards=clean)) == set()


def test_invasive_plants_ask_and_never_stop() -> None:
    for answer in ("yes", "unknown"):
        finding = find(SOIL, {**CLEAN_SOIL, "invasive-plants": answer}, hazards=SAFE)["invasive-plants"]
        assert finding.severity is Severity.ASKS and "ongeverifieerd" in sentence_of(finding)
    assert "invasive-plants" not in find(SOIL, CLEAN_SOIL, hazards=SAFE)


def test_the_hazard_table_asks_without_a_citation_and_stops_with_one() -> None:
    painted = find(BENCH, hazards={"verf_lood_chroom6": "yes"})["hazard-verf-lood-chroom6"]
    assert painted.severity is Severity.ASKS and not painted.is_verified and "verfonderzoek" in sentence_of(painted)
    mat = material("kunstgrasmat", "kunstgras", "pfas", "pak")
    findings = find(mat, hazards={"pak": "yes", "pfas": "unknown"})
    assert blocking(findings) == {"hazard-pak"} and findings["hazard-pak"].source == "TAG-EURAL"
    assert findings["hazard-pfas"].severity is Severity.ASKS
    assert find(mat, hazards={"pak": "unknown", "pfas": "no"})["hazard-pak"].severity is Severity.ASKS
    assert find(mat, hazards={"pak": "no", "pfas": "no"}) == {}


def test_every_hazard_that_is_not_denied_is_spoken_of() -> None:
    for code, hazard in HAZARDS.items():
        lot = material("iets", "", code)
        for answer in ("yes", "unknown"):
            findings = find(lot, hazards={code: answer}, year_of_construction=None)
            assert any(
                hazard.name_nl in sentence_of(finding) or finding.rule in ("asbestos", "creosote", "invasive-plants")
                for finding in findings.values()
            )


def test_what_may_not_be_traded_stops() -> None:
    findings = find(material("spoorbiels-gecreosoteerd", "", is_tradable=False, eural="17 02 04*"))
    assert blocking(findings) == {"not-tradable"} and "17 02 04*" in sentence_of(findings["not-tradable"])


def test_a_paper_valid_until_friday_stops_the_hand_over_of_saturday() -> None:
    paper = PaperFacts("batch-inspection", "P-12", date(2025, 11, 1), FRIDAY)
    assert blocking(find(PAVERS, {}, paper, to=BORNE, on=FRIDAY), Moment.HAND_OVER) == set()
    findings = find(PAVERS, {}, paper, to=BORNE, on=SATURDAY)
    assert blocking(findings, Moment.HAND_OVER) == {"paper-expired", "environmental-declaration"}
    assert "27 november 2026" in sentence_of(findings["paper-expired"]) and "28 november 2026" in sentence_of(
        findings["paper-expired"]
    )
    renewed = PaperFacts("batch-inspection", "P-13", SATURDAY, date(2029, 11, 28))
    assert find(PAVERS, {}, paper, renewed, to=BORNE, on=SATURDAY) == {}


def test_an_expired_paper_stops_the_hand_over_and_nothing_before_it() -> None:
    analysis = PaperFacts("pak-analysis", "A1", valid_until=FRIDAY)
    findings = find(ASPHALT, {"pak10-mg-per-kg": "40", "tar": "no"}, analysis, to=OWN, on=SATURDAY)
    assert [blocking(findings, moment) for moment in Moment] == [set(), set(), {"paper-expired"}]


def test_an_expired_paper_that_no_rule_of_the_material_needs_only_warns() -> None:
    for kind in ("certificate", "drawing", "other", "batch-inspection"):
        findings = find(BENCH, {}, PaperFacts(kind, "C1", valid_until=FRIDAY), hazards={"verf_lood_chroom6": "no"}, on=SATURDAY)
        assert (blocking(findings, Moment.HAND_OVER), findings["paper-expired"].severity) == (set(), Severity.ASKS)
        assert sentence_of(findings["paper-expired"]) == (
            "Bewijsstuk C1 was geldig tot en met 27 november 2026, en dit gaat over 28 november 2026. Geen regel heeft het nog nodig: "
            "de overdracht kan doorgaan. Regel: Verlopen bewijsstuk. Controleer bij Omgevingsdienst Twente."
        )


def test_an_expired_declaration_only_warns_where_another_one_counts_or_none_is_needed() -> None:
    old, other = PaperFacts("batch-inspection", "P-12", None, FRIDAY), PaperFacts("quality-declaration", "KOMO-1")
    for findings in (
        find(PAVERS, {}, old, other, to=BORNE, on=SATURDAY),
        find(PAVERS, {}, old, to=OWN, on=SATURDAY),
        find(PAVERS, {}, old, to=BORNE, on=SATURDAY, lifted=("environmental-declaration",)),
    ):
        assert (blocking(findings, Moment.HAND_OVER), findings["paper-expired"].severity) == (set(), Severity.ASKS)


@pytest.mark.parametrize(
    ("lot", "year", "stops"),
    [(PIPE, 1993, True), (PIPE, None, True), (PIPE, 1994, False), (PIPE, 2005, False), (BENCH, 1980, False)],
)
def test_an_expired_asbestos_report_stops_what_is_at_risk(lot: Material, year: int | None, stops: bool) -> None:
    report = PaperFacts("asbestos-report", "R-1", valid_until=FRIDAY)
    no = {"verf_lood_chroom6": "no", "asbest": "no"}
    findings = find(lot, {}, report, to=OWN, on=SATURDAY, hazards=no, year_of_construction=year)
    assert ("paper-expired" in blocking(findings, Moment.HAND_OVER)) == stops and "paper-expired" in findings


def sentences() -> Iterator[str]:
    """Every sentence that the shipped rules have, in both languages."""
    lots = [ASPHALT, PAVERS, SOIL, PIPE, BEAM, *(material("iets", "", code) for code in HAZARDS)]
    for lot, answer, locale in product(lots, ("yes", "unknown"), ("nl", "en")):
        old = LotAnswers({}, dict.fromkeys(HAZARDS, answer), answer, 1980)
        with reading_in(locale):
            yield from (str(finding.sentence) for finding in find_findings(GATES, lot, old, today=TODAY, destination=BORNE))


def test_every_sentence_names_its_rule_and_where_to_check() -> None:
    for sentence in sentences():
        assert "Omgevingsdienst Twente." in sentence and ("Regel: " in sentence or "Rule: " in sentence)
        assert "None" not in sentence and "%(" not in sentence and "{" not in sentence and ".." not in sentence, sentence
