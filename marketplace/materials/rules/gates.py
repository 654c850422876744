"""What practice and law require of a lot before it is published, reserved or handed over.

Each rule is a row of `gates.csv` with its source and a date. Only a row with a citation blocks; the others ask, and say that they are
unverified. Unknown never passes for no.
"""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal, InvalidOperation
from enum import StrEnum

from marketplace.kernel.language import Named, Text, Words, _, joined
from marketplace.materials.rules.fields import UNKNOWN, error_name
from marketplace.materials.rules.soil import Destination, DoubleTest, SoilClass, find_soil_class
from marketplace.materials.rules.taxonomy import UNCITED, Hazard, LotAnswers, Material, PaperFacts, find_expired

YES, NO = "yes", "no"
ASBESTOS = "asbest"


class Severity(StrEnum):
    """What a finding does: it stops what was asked, or it asks and warns."""

    BLOCKS = "blocks"
    ASKS = "asks"


class Moment(StrEnum):
    """From when on a rule stops a lot. What stops an earlier moment stops the later ones too."""

    PUBLISH = "publish"
    RESERVE = "reserve"
    HAND_OVER = "hand_over"

    def is_by(self, other: "Moment") -> bool:
        """Whether this moment is that one or comes before it."""
        return list(Moment).index(self) <= list(Moment).index(other)


class GateKind(StrEnum):
    """What a rule looks at."""

    LIMIT = "limit"  # a number that may not be above a limit; unknown stops too
    ANSWER = "answer"  # an answer that stops
    NEEDED = "needed"  # an answer that must be there
    PAPER = "paper"  # a paper that must be there
    ASBESTOS = "asbestos"
    DESTINATION = "destination"  # the double test of soil
    PFAS = "pfas"  # what of it may lie at the place
    HAZARDS = "hazards"  # whatever the hazard table asks
    TRADABLE = "tradable"
    EXPIRED = "expired"  # a paper of which the last day is past


@dataclass(frozen=True, slots=True)
class Gate(Named):
    """One rule, as the version in use says it. `slug` is its id.

    Without field sets and materials it is about every material, or about those that hold its hazard.
    """

    kind: GateKind
    severity: Severity
    moment: Moment
    law: Words  # what the rule says, as a sentence
    advice: Words  # what to do
    source: str  # its id in SOURCES.md
    dated_on: date  # day on which that source was read
    is_verified: bool = False
    fields: tuple[str, ...] = ()  # the answer that counts, and then what only points to it
    values: tuple[str, ...] = ()  # answers that stop, or that do not count as one
    open_values: tuple[str, ...] = ()  # answers that leave it as open as unknown does
    is_silent: bool = False  # no word of unknown, but of materials that hold its hazard
    limit: Decimal | None = None
    unit: str = ""
    field_sets: tuple[str, ...] = ()
    materials: tuple[str, ...] = ()
    hazard: str = ""  # the hazard that this rule decides; the hazard table is silent about it
    paper_kinds: tuple[str, ...] = ()  # any of these is enough
    eural: str = ""  # how to dispose of what may not be passed on
    is_of_other_owner: bool = False  # only where it goes to another organisation
    is_liftable: bool = False  # a person with the right may lift it, with a paper and a reason
    takes_opinion: bool = False  # a positive opinion of an adviser is enough

    def applies_to(self, material: Material) -> bool:
        """Whether the rule is about this material."""
        if self.field_sets or self.materials:
            return material.field_set in self.field_sets or material.slug in self.materials
        return not self.hazard or self.kind is GateKind.ASBESTOS or self.hazard in material.hazard_codes

    def answer_in(self, answers: Mapping[str, str]) -> str:
        """What the answers say of it: yes where one stops, no where one is clear, else unknown."""
        values = [answers.get(name, UNKNOWN) for name in self.fields]
        if any(value in self.values for value in values):
            return YES
        return NO if any(value not in (UNKNOWN, *self.open_values) for value in values) else UNKNOWN


@dataclass(frozen=True, slots=True)
class Finding:
    """What one rule says of one lot, as a sentence with its source. `at` is the field where it can be mended."""

    rule: str
    severity: Severity
    moment: Moment
    sentence: Text
    source: str
    dated_on: date
    is_verified: bool
    at: str = ""
    paper_kinds: tuple[str, ...] = ()
    tells_of_paper: bool = False  # it names one, which not everybody may see
    is_liftable: bool = False
    is_lifted: bool = False

    @property
    def was_read(self) -> bool:
        """Whether its source is a text. Practice is none."""
        return self.source not in UNCITED

    def blocks(self, moment: Moment) -> bool:
        """Whether it stops a lot at this moment."""
        return self.severity is Severity.BLOCKS and not self.is_lifted and self.moment.is_by(moment)


@dataclass(frozen=True, slots=True)
class Case:
    """One lot, before all rules."""

    material: Material
    answers: LotAnswers
    papers: tuple[PaperFacts, ...]
    destination: Destination | None
    day: date
    decided: frozenset[str]  # hazards that a rule of their own decides
    wanted: frozenset[str] = frozenset()  # kinds of papers that a rule still asks

    def has_paper(self, kinds: Collection[str]) -> bool:
        """Whether a valid paper of one of these kinds is there."""
        return any(paper.kind in kinds and paper.is_valid_on(self.day) for paper in self.papers)


def find_findings(
    gates: Iterable[Gate],
    material: Material,
    answers: LotAnswers,
    *,
    today: date,
    papers: Iterable[PaperFacts] = (),
    destination: Destination | None = None,
    lifted: Collection[str] = (),
) -> tuple[Finding, ...]:
    """All that the rules say of a lot, what stops it first. `today` is the day for which is asked, such as that of the hand-over.

    Rules that are not about the moment (a destination that nobody said yet) are silent or say what will be asked.
    """
    applying = [gate for gate in gates if gate.applies_to(material)]
    decided = frozenset(gate.hazard for gate in applying if gate.hazard)
    case = Case(material, answers, tuple(papers), destination, today, decided)
    case = replace(case, wanted=frozenset(kind for gate in applying if _wants(gate, case, lifted) for kind in gate.paper_kinds))
    findings = [
        replace(finding, is_lifted=_is_lifted(finding, lifted)) for gate in applying for finding in _TESTS[gate.kind](gate, case)
    ]
    findings.sort(key=lambda finding: (finding.severity is Severity.ASKS, finding.is_lifted, list(Moment).index(finding.moment)))
    return tuple(findings)


def _is_lifted(finding: Finding, lifted: Collection[str]) -> bool:
    return finding.is_liftable and finding.rule in lifted


def _finding(
    gate: Gate, state: Text, *more: object, at: str = "", hazard: Hazard | None = None, severity: Severity | None = None
) -> Finding:
    """A finding: what is so, what the rule says, what to do, which rule, where to check."""
    tail = (
        _("Rule: %(rule)s. Check with Omgevingsdienst Twente.", rule=hazard or gate)
        if gate.is_verified
        else _("Rule: %(rule)s (unverified). Check with Omgevingsdienst Twente.", rule=hazard or gate)
    )
    return Finding(
        rule=f"hazard-{hazard.slug.replace('_', '-')}" if hazard else gate.slug,
        severity=severity or gate.severity,
        moment=gate.moment,
        sentence=joined(state, *more, tail),
        source=gate.source,
        dated_on=gate.dated_on,
        is_verified=gate.is_verified,
        at=at,
        paper_kinds=gate.paper_kinds,
        tells_of_paper=gate.kind is GateKind.EXPIRED,
        is_liftable=gate.is_liftable or gate.takes_opinion,
    )


def _disposed(gate: Gate) -> object:
    return _("Dispose of it, %(eural)s.", eural=gate.eural) if gate.eural else gate.advice


def _number(text: str | None) -> Decimal | None:
    try:
        return None if text is None else Decimal(text)
    except InvalidOperation:
        return None


def _limit(gate: Gate, case: Case) -> Iterator[Finding]:
    """Above the limit, or not known: what only points to the number does not replace it."""
    name, *pointers = gate.fields
    value, limit = _number(case.answers.fields.get(name)), gate.limit or Decimal(0)
    at = error_name(name)
    if value is None:
        pointed = any(case.answers.fields.get(pointer) in gate.values for pointer in pointers)
        state = (
            _("%(name)s: unknown. A quick test alone is no analysis.", name=gate)
            if pointed
            else _("%(name)s: unknown.", name=gate)
        )
        yield _finding(gate, state, gate.law, gate.advice, at=at)
    elif value > limit:
        state = _(
            "%(name)s: %(value)s %(unit)s, and the limit is %(limit)s %(unit)s.",
            name=gate,
            value=value,
            limit=limit,
            unit=gate.unit,
        )
        yield _finding(gate, state, gate.law, _disposed(gate), at=at)


def _answer_to(gate: Gate, case: Case) -> str:
    """Field and hazard of a rule together: any yes, else any clear answer, else unknown."""
    hazard = case.answers.hazards.get(gate.hazard) if gate.hazard in case.material.hazard_codes else None
    words = (hazard, gate.answer_in(case.answers.fields))
    return next((word for word in (YES, NO) if word in words), UNKNOWN)


def _answer(gate: Gate, case: Case) -> Iterator[Finding]:
    """A yes has the severity of the rule. Unknown asks; of what the material is known for it stops the hand-over, where a yes would stop."""
    answer = _answer_to(gate, case)
    at = next((error_name(field.slug) for field in case.material.fields if field.slug in gate.fields), "hazards")
    if answer == YES:
        yield _finding(gate, _("%(name)s: yes.", name=gate), gate.law, _disposed(gate), at=at)
        return
    is_known_for = gate.hazard in case.material.hazard_codes
    if answer == UNKNOWN and (is_known_for or not gate.is_silent):
        severity = gate.severity if is_known_for else Severity.ASKS
        finding = _finding(gate, _("%(name)s: unknown.", name=gate), gate.law, gate.advice, at=at, severity=severity)
        yield replace(finding, moment=Moment.HAND_OVER) if severity is Severity.BLOCKS else finding


def _needed(gate: Gate, case: Case) -> Iterator[Finding]:
    """Not known, or an answer that is no good one."""
    name = gate.fields[0]
    value = case.answers.fields.get(name, UNKNOWN)
    if value == UNKNOWN:
        yield _finding(gate, _("%(name)s: unknown.", name=gate), gate.law, gate.advice, at=error_name(name))
    elif value in gate.values:
        choice = next((field.choice(value) for field in case.material.fields if field.slug == name), None)
        state = _("%(name)s: %(value)s.", name=gate, value=choice or value)
        yield _finding(gate, state, gate.law, gate.advice, at=error_name(name))


def _wants(gate: Gate, case: Case, lifted: Collection[str]) -> bool:
    """Whether a rule still asks a paper: none counts, and nobody decided without one."""
    is_decided = gate.slug in lifted and (gate.is_liftable or gate.takes_opinion)
    stays = gate.is_of_other_owner and case.destination is not None and not case.destination.is_other_owner
    if gate.kind is GateKind.ASBESTOS:
        stays = ASBESTOS not in case.material.hazard_codes or (case.answers.year_of_construction or 0) >= int(gate.limit or 0)
    return not is_decided and not stays and not case.has_paper(gate.paper_kinds)


def _paper(gate: Gate, case: Case) -> Iterator[Finding]:
    if not _wants(gate, case, ()):
        return
    days = [paper.valid_until for paper in case.papers if paper.kind in gate.paper_kinds and paper.valid_until is not None]
    state = _("%(name)s: valid until %(day)s.", name=gate, day=max(days)) if days else _("%(name)s: not there.", name=gate)
    yield _finding(gate, state, gate.law, gate.advice, at="papers")


def _asbestos(gate: Gate, case: Case) -> Iterator[Finding]:
    """Suspected, or unknown in what may hold it and may be from before the ban."""
    is_at_risk = ASBESTOS in case.material.hazard_codes
    answers = {case.answers.asbestos_suspected, *([case.answers.hazards.get(ASBESTOS, UNKNOWN)] if is_at_risk else [])}
    year, ban = case.answers.year_of_construction, int(gate.limit or 0)
    has_report = case.has_paper(gate.paper_kinds)
    if YES in answers:
        yield _finding(gate, _("%(name)s: yes.", name=gate), gate.law, gate.advice, at="asbestos_suspected")
    elif not is_at_risk or (year is not None and year >= ban):
        return
    elif UNKNOWN in answers:
        state = (
            _("%(name)s: unknown, and so is the year of construction.", name=gate)
            if year is None
            else _("%(name)s: unknown, and it was built in %(year)s, before %(ban)s.", name=gate, year=str(year), ban=str(ban))
        )
        advice = _("There is a report: answer what it says.") if has_report else gate.advice
        yield _finding(gate, state, gate.law, advice, at="asbestos_suspected")
    elif not has_report:
        state = _("%(name)s: no, and no report that shows it.", name=gate)
        yield _finding(gate, state, gate.advice, at="papers", severity=Severity.ASKS)


def _destination(gate: Gate, case: Case) -> Iterator[Finding]:
    """The double test, as soon as it is known where the soil goes. Until then it is said that it will be asked."""
    answer = case.answers.fields.get(gate.fields[0], UNKNOWN)
    if answer == UNKNOWN:
        return  # that the class is needed is a rule of its own
    lot = find_soil_class(answer)
    if case.destination is None:
        state = _("%(name)s: whoever reserves is asked for the classes of the place.", name=gate)
        yield _finding(gate, state, gate.law, severity=Severity.ASKS)
        return
    receiving, function = find_soil_class(case.destination.receiving_soil), find_soil_class(case.destination.function_class)
    if receiving is None or function is None:
        at = "receiving_soil" if receiving is None else "function_class"
        said_how = _("Say both when you reserve this lot: they are on the soil maps of the municipality.")
        yield _finding(gate, _("%(name)s: the classes of the place are unknown.", name=gate), gate.law, said_how, at=at)
        return
    if lot is None:
        yield _finding(
            gate, _("This soil is of a class that may be used nowhere on land."), gate.law, gate.advice, at="receiving_soil"
        )
        return
    test = DoubleTest(lot, receiving, function)
    if not test.passes:
        at = "receiving_soil" if test.fails_soil else "function_class"
        yield _finding(gate, test.sentence, gate.law, gate.advice, at=at)


def _pfas(gate: Gate, case: Case) -> Iterator[Finding]:
    """The stricter of the two classes of the place decides, apart from the class of the soil."""
    to = case.destination
    if to is not None and to.is_cleanest and case.answers.fields.get(gate.fields[0]) in gate.values:
        state = _(
            "The PFAS in this soil fits residential and industry only, and one of the classes of the place is agriculture and nature."
        )
        is_soil = find_soil_class(to.receiving_soil) is SoilClass.AGRICULTURE_NATURE
        yield _finding(gate, state, gate.law, gate.advice, at="receiving_soil" if is_soil else "function_class")


def _hazards(gate: Gate, case: Case) -> Iterator[Finding]:
    """The hazard table. Yes to what has a citation and a condition stops until it is lifted; all else asks."""
    for hazard in case.material.hazards:
        answer = case.answers.hazards.get(hazard.slug, UNKNOWN)
        if hazard.slug in case.decided or answer == NO:
            continue
        cited = replace(gate, is_verified=hazard.is_cited, source=hazard.source)
        stops = answer == YES and hazard.is_cited and hazard.blocking != "nee"
        state = _("%(name)s: yes.", name=hazard) if answer == YES else _("%(name)s: unknown.", name=hazard)
        yield _finding(
            cited,
            state,
            _("Needed: %(proof)s.", proof=_proof(hazard)),
            at="hazards",
            hazard=hazard,
            severity=Severity.BLOCKS if stops else Severity.ASKS,
        )


def _proof(hazard: Hazard) -> Words:
    return Words(hazard.proof, hazard.proof_en or hazard.proof)


def _tradable(gate: Gate, case: Case) -> Iterator[Finding]:
    if not case.material.is_tradable:
        state = _("%(material)s may not be traded.", material=case.material)
        yield _finding(gate, state, _disposed(replace(gate, eural=case.material.eural)), at="material")


def _expired(gate: Gate, case: Case) -> Iterator[Finding]:
    """A paper of which the last day is past, unless another of its kind counts. What no rule needs any more is told, and stops nothing."""
    for last in find_expired(case.papers, case.day):
        state = _(
            "The paper %(number)s was valid until %(day)s, and this is about %(today)s.",
            number=last.number or last.kind,
            day=last.valid_until,
            today=case.day,
        )
        if last.kind in case.wanted:
            finding = _finding(gate, state, gate.law, gate.advice, at="papers")
        else:
            rest = _("No rule needs it any more: the hand-over can go on.")
            finding = _finding(gate, state, rest, at="papers", severity=Severity.ASKS)
        yield replace(finding, paper_kinds=(last.kind,))


_TESTS: dict[GateKind, Callable[[Gate, Case], Iterator[Finding]]] = {
    GateKind.LIMIT: _limit,
    GateKind.ANSWER: _answer,
    GateKind.NEEDED: _needed,
    GateKind.PAPER: _paper,
    GateKind.ASBESTOS: _asbestos,
    GateKind.DESTINATION: _destination,
    GateKind.PFAS: _pfas,
    GateKind.HAZARDS: _hazards,
    GateKind.TRADABLE: _tradable,
    GateKind.EXPIRED: _expired,
}
