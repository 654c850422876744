"""The shipped rules and a few materials by hand, for tests of what the rules say of a lot."""

from datetime import date
from decimal import Decimal
from typing import Any

from marketplace.kernel.language import reading_in
from marketplace.kernel.units import Unit
from marketplace.materials.rules.files import read_files, read_reference
from marketplace.materials.rules.gates import (
    Finding,
    Moment,
    find_findings,
)
from marketplace.materials.rules.rows import make_gate
from marketplace.materials.rules.soil import Destination
from marketplace.materials.rules.taxonomy import Hazard, LotAnswers, Material, MaterialGroup, PaperFacts, weights

TODAY = date(2026, 11, 28)
FRIDAY, SATURDAY = date(2026, 11, 27), date(2026, 11, 28)
FILES = read_files()
GATES = tuple(make_gate(row.slug, row.facts) for row in read_reference(FILES) if row.kind == "gate")
HAZARDS = {
    row.slug: Hazard(row.slug, **{key: row.facts[key] for key in row.facts})
    for row in read_reference(FILES)
    if row.kind == "hazard"
}
BORNE, OWN = Destination(is_other_owner=True), Destination(is_other_owner=False)


def material(
    slug: str, field_set: str = "", *hazards: str, default: Unit = Unit.TONNE, kg: dict[Unit, Decimal] | None = None, **more: Any
) -> Material:
    group = MaterialGroup("groep", "Groep", "Group")
    weights_kg = weights(kg or {Unit.M3: Decimal(1700)}, more.get("pieces_per_m2"))
    codes = tuple(HAZARDS[code] for code in hazards)
    return Material(slug, "Materiaal", "Material", 1, group, default, weights_kg, hazards=codes, field_set=field_set, **more)


ASPHALT = material("asfaltschollen", "asfalt", "pak")
PAVERS = material("betonstraatsteen-kei-8cm", "betonstraatstenen")
SOIL = material("grond-schoon", "grond", "bodemklasse", "pfas", "asbest", "invasief")
PIPE = material("betonbuis-300", "riolering", "asbest")
BEAM = material("hardhouten-balk", "hout", "creosoot")
BENCH = material("parkbank-hout-staal", "straatmeubilair", "verf_lood_chroom6")
CLEAN_SOIL = {"soil-class": "residential", "proof": "batch-inspection", "pfas": "agriculture-nature", "invasive-plants": "no"}
SAFE = {"asbest": "no"}
SAND = material("straatzand", "zand", "bodemklasse", "pfas")
CLEAN_SAND = {"soil-class": "residential", "proof": "batch-inspection", "pfas": "agriculture-nature"}


def find(
    lot: Material,
    fields: dict[str, str] | None = None,
    *papers: PaperFacts,
    to: Destination | None = None,
    on: date = TODAY,
    lifted: tuple[str, ...] = (),
    **answers: Any,
) -> dict[str, Finding]:
    """The findings by their rule; of a lot without suspicion of asbestos that was built in 2005."""
    lot_answers = LotAnswers(fields or {}, **{"asbestos_suspected": "no", "year_of_construction": 2005, **answers})
    findings = find_findings(GATES, lot, lot_answers, today=on, papers=papers, destination=to, lifted=lifted)
    assert len({finding.rule for finding in findings}) == len(findings)
    return {finding.rule: finding for finding in findings}


def blocking(findings: dict[str, Finding], moment: Moment = Moment.PUBLISH) -> set[str]:
    return {rule for rule, finding in findings.items() if finding.blocks(moment)}


def sentence_of(finding: Finding) -> str:
    with reading_in("nl"):
        return str(finding.sentence)
