"""Hazards that a material asks about by a field of its own. What was answered there is not asked again."""

from collections.abc import Iterable, Mapping
from decimal import Decimal

from marketplace.kernel.errors import Invalid
from marketplace.kernel.language import _
from marketplace.materials.rules.fields import UNKNOWN
from marketplace.materials.rules.gates import NO, YES, Gate, GateKind
from marketplace.materials.rules.taxonomy import Material

_BY_FIELD = (GateKind.LIMIT, GateKind.ANSWER, GateKind.NEEDED)


def deciding_gates(gates: Iterable[Gate], material: Material) -> dict[str, Gate]:
    """The rule that decides a hazard by an answer, by the code of the hazard. Only where the material asks that field."""
    asked = {field.slug for field in material.fields}
    return {
        gate.hazard: gate
        for gate in gates
        if gate.kind in _BY_FIELD
        and gate.hazard in material.hazard_codes
        and gate.applies_to(material)
        and asked.intersection(gate.fields)
    }


def hazards_of_answers(gates: Iterable[Gate], material: Material, answers: Mapping[str, str]) -> dict[str, str]:
    """What the answers say of those hazards, yes or no, by code. Whatever they leave unknown is not there."""
    said = {code: _said(gate, answers) for code, gate in deciding_gates(gates, material).items()}
    return {code: word for code, word in said.items() if word != UNKNOWN}


def with_answers(
    gates: Iterable[Gate], material: Material, declared: Mapping[str, str], answers: Mapping[str, str], before: Mapping[str, str]
) -> dict[str, str]:
    """The hazards as declared, each that an answer decides as the answer says.

    What followed from the answers of `before` is no declaration. Refused: a yes that is declared where the answer says no.
    """
    known, followed = (hazards_of_answers(gates, material, words) for words in (answers, before))
    own = {code: UNKNOWN if followed.get(code) == word else word for code, word in declared.items()}
    for code, word in known.items():
        if word == NO and own.get(code) == YES:
            name = next(hazard for hazard in material.hazards if hazard.slug == code)
            raise Invalid(
                _("You declare “%(name)s” and answer elsewhere that it is not in it. Correct one of the two.", name=name),
                "hazards",
            )
    return {**own, **known}


def _said(gate: Gate, answers: Mapping[str, str]) -> str:
    first = answers.get(gate.fields[0], UNKNOWN)
    if gate.kind is GateKind.LIMIT:
        return UNKNOWN if first == UNKNOWN or gate.limit is None else YES if Decimal(first) > gate.limit else NO
    values = [answers.get(name, UNKNOWN) for name in gate.fields]
    if any(value in gate.values for value in values):
        return YES
    return NO if any(value != UNKNOWN for value in values) else UNKNOWN
