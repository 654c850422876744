"""Versions of a material's figures, and lists of figures that were loaded."""

from collections.abc import Callable, Iterable
from decimal import Decimal
from typing import NamedTuple

from marketplace.accounts.policy import Actor
from marketplace.api.fields import Choice, Integer, Line, LineOrNull, Moment, Number, YesNo
from marketplace.api.schema import Dict, List, PageSchema, Part, Shape
from marketplace.materials.queries import MaterialVersion, may_read_figures
from marketplace.materials.rules.figures import LICENSED, Change, figure_of
from marketplace.materials.rules.lists import ListState


class _ReadableVersion(NamedTuple):
    """A version of a material, and whether its licensed figures may be read."""

    row: MaterialVersion
    may_read: bool


def _licensed(fact: str, meaning: str) -> Number:
    def get(entry: _ReadableVersion) -> Decimal | None:
        value = figure_of(entry.row.facts, fact)
        return Decimal(value) if entry.may_read and value is not None else None

    return Number(meaning, allow_none=True, get=get)


def _line(fact: str, meaning: str = "") -> LineOrNull:
    return LineOrNull(meaning, get=lambda entry: figure_of(entry.row.facts, fact))


def _weights(entry: _ReadableVersion) -> dict[str, Decimal]:
    return {unit: Decimal(kg) for unit, kg in entry.row.facts["kg_per_unit"].items()}


class MaterialVersionSchema(Shape):
    """What a version said of a material. Only versions that changed something of it."""

    number = Integer("of the version", get=lambda entry: entry.row.version.number)
    since = Moment(get=lambda entry: entry.row.version.since)
    kg_per_unit = Dict(Number(), get=_weights)
    weight_source = _line("weight_source")
    carbon_factor = _licensed(
        "carbon_factor", "kg CO2e per kg of the new product; null: unknown, or kept to the holder of its licence"
    )
    carbon_low = _licensed("carbon_low", "the low end of the published values")
    carbon_high = _licensed("carbon_high", "the high end of the published values")
    carbon_confidence = _line("carbon_confidence", "A measured, B of the class of material, C estimated")
    factor_source = _line("carbon_source")
    processing_factor = _licensed("processing_factor", "kg CO2e per kg of making it fit for reuse; null: unknown")
    mki_eur_per_kg = _licensed("mki", "environmental cost (MKI), euro per kg of the new product; null: unknown")
    mki_source = _line("mki_source")
    factor_licence = _line("factor_licence", "of the factors and the MKI; null: not known")
    is_public = YesNo(
        "false: the licence keeps factors and MKI to its holder", get=lambda entry: figure_of(entry.row.facts, "factor_is_public")
    )
    imbor = _line("imbor", "the exact identifier in IMBOR; null: none is known")
    changed = List(
        Line(), "what this version changed, by name", get=lambda entry: [change.figure.fact for change in entry.row.changes]
    )


class MaterialVersionsSchema(PageSchema):
    """A page of the versions of one material, newest first."""

    items = List(Part(MaterialVersionSchema))


def readable_version(row: MaterialVersion, actor: Actor) -> _ReadableVersion:
    """A version as this reader may read it."""
    return _ReadableVersion(row, may_read_figures(actor, row.facts))


class _Changed(NamedTuple):
    """A change in plain text."""

    material: str
    figure: str
    before: str
    after: str
    is_much: bool


class _ChangeSchema(Shape):
    """One figure that a list changes."""

    material = Line("slug")
    figure = Line("the column of the file")
    before = LineOrNull("null: there was none, or it is under the licence of another")
    after = LineOrNull("null: there is none any more")
    is_much = YesNo("more than three times as large or as small")


def write_changes(changes: Iterable[Change], may_read: Callable[[str], bool]) -> list[_Changed]:
    """The changes of a list. `may_read`: whether the reader may know the licensed figures of a material as they are now."""
    return [
        _Changed(
            change.slug,
            change.figure.column,
            _text(change.before) if change.figure.fact not in LICENSED or may_read(change.slug) else "",
            _text(change.after),
            change.is_much,
        )
        for change in changes
    ]


def _text(value: object) -> str:
    return "" if value is None else {True: "ja", False: "nee"}[value] if isinstance(value, bool) else str(value)


class FactorListSchema(Shape):
    """A list of figures that was loaded, and how it stands."""

    id = Integer()
    name = Line("of the file")
    state = Choice(ListState)
    made_at = Moment()
    handed_in_at = Moment(allow_none=True)
    decided_at = Moment(allow_none=True)
    reason = LineOrNull("why it was declined")
    made_version = Integer("the version that it became; null: it is not in use", attribute="version_id", allow_none=True)
    restores = Integer("the version whose figures it brings back; null: it came of a file", allow_none=True)
    seen = Integer("the version that its changes are shown against, for taking it into use; only of one list", optional=True)
    changes = List(Part(_ChangeSchema), "the largest change first; only of one list", optional=True, get=lambda row: None)


class FactorListsSchema(PageSchema):
    """A page of lists of figures, newest first."""

    items = List(Part(FactorListSchema))
