"""What municipalities report of a year, and how far each report has come."""

from collections.abc import Mapping
from decimal import Decimal
from typing import NamedTuple

from marketplace.api.fields import Choice, Day, Integer, Line, Lines, Moment, Number, Sentence, YesNo
from marketplace.api.schema import List, Part, Shape
from marketplace.api.shapes.organisation import OrganisationSchema
from marketplace.impact.models import AdoptedYear
from marketplace.impact.rules.goals import Target, thawed
from marketplace.impact.rules.material_use import ORIGINS_IN, ZERO, Flow, Origin, Scope, YearInput
from marketplace.impact.rules.plausibility import Rule
from marketplace.impact.rules.reports import RemarkKind, ReportStatus

ADDED = "what the bank adds to what is reported; absent: the report includes a part and does not say of which origin"


class _UseRowSchema(Shape):
    """What came in, stays or left of one group, of one origin."""

    group = Line(attribute="group_slug")
    origin = Choice(Origin, "unknown only of what stays or leaves")
    mass_kg = Number()
    scope = Choice(Scope)
    flow = Choice(Flow)


class _VersionSchema(Shape):
    """A version of a report. The masses are what came in, of the scope that counts."""

    version = Integer()
    status = Choice(ReportStatus)
    scope = Choice(Scope)
    reported_at = Moment()
    submitted_at = Moment("null: never", allow_none=True)
    mass_kg = Number()
    reused_mass_kg = Number(attribute="reused_kg")
    includes_bank_kg = Number()
    explanation = Lines()


class _FindingSchema(Shape):
    """What looks odd, with its figures."""

    rule = Choice(Rule)
    sentence = Sentence()


class _RemarkSchema(Shape):
    """A line of the thread. A question: with it the report was sent back."""

    version = Integer("of the report")
    kind = Choice(RemarkKind)
    organisation = Part(OrganisationSchema)
    text = Lines()
    written_at = Moment()


class _MassesSchema(Shape):
    """Kilograms by origin."""

    primary = Number()
    biobased = Number()
    reused = Number()
    recycled = Number()


class _Masses(NamedTuple):
    """Kilograms by origin."""

    primary: Decimal
    biobased: Decimal
    reused: Decimal
    recycled: Decimal

    @classmethod
    def of(cls, masses: Mapping[Origin, Decimal]) -> "_Masses":
        return cls(*(masses.get(origin, ZERO) for origin in ORIGINS_IN))


class _TargetSchema(Shape):
    """A goal that was in force, of the region or of the municipality itself."""

    number = Integer()
    percent = Number()
    year = Integer()
    version = Integer()
    is_own = YesNo()


def _added(values: YearInput) -> _Masses | None:
    return None if values.added_by_origin is None else _Masses.of(values.added_by_origin)


def _targets(adopted: AdoptedYear) -> list[Target]:
    counting = thawed(adopted.targets).values()
    return [target for in_force in counting for target in (in_force.region, in_force.own) if target is not None]


class _AdoptionSchema(Shape):
    """The year as it was adopted: the decision, and a copy of what its figures came from."""

    body = Line("who decided")
    date = Day("of the decision", attribute="decided_on")
    document = Line()
    text = Lines()
    adopted_at = Moment()
    scope = Choice(Scope)
    mass_kg = Part(_MassesSchema, get=lambda adopted: _Masses.of(adopted.as_input.by_origin))
    includes_bank_kg = Number()
    bank_mass_kg = Part(_MassesSchema, get=lambda adopted: _Masses.of(adopted.bank_by_origin))
    added_mass_kg = Part(_MassesSchema, ADDED, optional=True, get=lambda adopted: _added(adopted.as_input))
    inhabitants = Integer()
    factor_version = Integer()
    ledger_seq = Integer("the last row of the ledger at that moment")
    ledger_hash = Line()
    targets = List(Part(_TargetSchema), get=_targets)


class MaterialUseSchema(Shape):
    """A reported year, in one version; version 0 and null where nothing is reported yet."""

    organisation = Part(OrganisationSchema)
    year = Integer()
    version = Integer()
    status = Choice(ReportStatus, "null: nothing is reported yet", allow_none=True)
    scope = Choice(Scope, "whose rows count for the goals")
    includes_bank_kg = Number(
        "how much of the reused, recycled and biobased mass came through the materials bank", allow_none=True
    )
    includes_bank_as_of = Day("the day on which that was read; null: nothing is included", allow_none=True)
    rows = List(Part(_UseRowSchema))
    explanation = Lines("of what looks odd")
    findings = List(Part(_FindingSchema), "what looks odd; of a version that was submitted as it was then")
    bank_mass_kg = Number(attribute="bank_kg")
    bank_mass_by_origin = Part(_MassesSchema, get=lambda year: _Masses.of(year.bank_by_origin))
    added_mass_by_origin = Part(_MassesSchema, ADDED, optional=True, get=lambda year: _added(year.values))
    reported_at = Moment("null: nothing is reported yet", allow_none=True)
    submitted_at = Moment("null: not submitted", allow_none=True)
    remarks = List(Part(_RemarkSchema), "the thread about every version, oldest first")
    adoption = Part(_AdoptionSchema, "of whatever version", optional=True)
    earlier = List(Part(_VersionSchema), "the versions before this one, newest first")


class ReportVersionsSchema(Shape):
    """Every version of a report, newest first."""

    organisation = Part(OrganisationSchema)
    year = Integer()
    versions = List(Part(_VersionSchema))


class _MissingReportSchema(Shape):
    """A municipality that has not reported the year."""

    organisation = Part(OrganisationSchema)
    asked_on = Day("the last day on which it was asked to; null: never", allow_none=True)


class _ReportStateSchema(_MissingReportSchema):
    """How far a municipality is with the year."""

    status = Choice(ReportStatus, "null: nothing is reported", allow_none=True)
    version = Integer(
        "null: nothing is reported", allow_none=True, get=lambda state: None if state.report is None else state.report.version
    )
    submitted_at = Moment(
        "null: not submitted", allow_none=True, get=lambda state: None if state.report is None else state.report.submitted_at
    )


class MissingReportsSchema(Shape):
    """Which municipalities have not reported a year, of how many, and how far the others are."""

    year = Integer()
    municipalities = Integer()
    missing = List(Part(_MissingReportSchema))
    states = List(Part(_ReportStateSchema), "of every municipality")
