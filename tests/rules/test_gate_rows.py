"""The rows of `gates.csv`: which of them may stop a lot, what they name, and what is refused."""

from datetime import date
from decimal import Decimal

import pytest

from marketplace.kernel.errors import Invalid
from marketplace.kernel.files import SHIPPED
from marketplace.kernel.units import Unit
from marketplace.materials.rules.files import ReferenceFiles, read_files, read_reference
from marketplace.materials.rules.gates import Gate, Moment, Severity, find_findings
from marketplace.materials.rules.rows import make_gate
from marketplace.materials.rules.taxonomy import LotAnswers, Material, MaterialGroup, weights

FILES = read_files()
GATES = tuple(make_gate(row.slug, row.facts) for row in read_reference(FILES) if row.kind == "gate")
GROUP = MaterialGroup("asfalt", "Asfalt", "Asphalt")
KG = weights({Unit.M3: Decimal(1600)}, None)
ASPHALT = Material("asfaltschollen", "Asfaltschollen", "Asphalt slabs", 1, GROUP, Unit.TONNE, KG, field_set="asfalt")
TODAY = date(2026, 11, 28)


def test_only_a_rule_with_a_citation_in_sources_may_stop() -> None:
    text = (SHIPPED / "SOURCES.md").read_text(encoding="utf-8")
    for gate in GATES:
        cited = any(line.startswith("|") and gate.source in line.split("|")[1] for line in text.splitlines())
        assert cited or not gate.is_verified, gate.slug
        assert gate.is_verified or gate.severity is Severity.ASKS


def test_the_shipped_rules_name_materials_and_hazards_that_are_there() -> None:
    slugs = {kind: {row.slug for row in read_reference(FILES) if row.kind == kind} for kind in ("material", "hazard")}
    for gate in GATES:
        assert set(gate.materials) <= slugs["material"] and {gate.hazard} <= slugs["hazard"] | {""}, gate.slug


def changed(column: str, old: str, new: str, slug: str = "pak-limit") -> ReferenceFiles:
    lines = FILES.texts["gates.csv"].splitlines()
    at = next(number for number, line in enumerate(lines) if line.startswith(f"{slug},"))
    assert old in lines[at], column
    lines[at] = lines[at].replace(old, new, 1)
    return ReferenceFiles({**FILES.texts, "gates.csv": "\n".join(lines)})


@pytest.mark.parametrize(
    ("column", "old", "new"),
    [
        ("geverifieerd", ",,,,1,Asfalt", ",,,,0,Asfalt"),
        ("soort", ",grens,", ",grenzen,"),
        ("grens", ",75,", ",,"),
        ("velden", "pak10-mg-per-kg;", "pak10;"),
        ("veldsets", ",asfalt,", ",asfalten,"),
        ("moment", ",plaatsen,", ",ooit,"),
        ("datum", "2026-11-28", "28-11-2026"),
    ],
)
def test_a_row_that_cannot_be_is_refused_by_its_column(column: str, old: str, new: str) -> None:
    with pytest.raises(Invalid, match=rf"gates\.csv, r.* 2: {column}"):
        read_reference(changed(column, old, new))


def test_another_limit_is_another_row() -> None:
    stricter = tuple(
        make_gate(row.slug, row.facts) for row in read_reference(changed("grens", ",75,", ",50,")) if row.kind == "gate"
    )
    answers = LotAnswers({"pak10-mg-per-kg": "60", "tar": "no"}, {}, "no", 2005)

    def stops(gates: tuple[Gate, ...]) -> bool:
        return any(finding.blocks(Moment.PUBLISH) for finding in find_findings(gates, ASPHALT, answers, today=TODAY))

    assert stops(stricter) and not stops(GATES)
