"""The figures of a material, and what one version changes in another.

A figure is a fact of a material's row. Weights stand in a table of their own there; `figure_of` and `with_figures` know where.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import Any

from marketplace.kernel.language import Text, _
from marketplace.kernel.units import Unit

WEIGHTS = "kg_per_unit"
FILED = "filed"  # what the files said of a figure that a list replaced
MUCH = Decimal(3)  # a figure that becomes more than this many times as large or as small is asked twice
FACTOR_PLACES = 6
WEIGHT_PLACES = 3
HUNDRED = Decimal(100)


class FigureKind(StrEnum):
    """How a figure is written."""

    NUMBER = "number"
    LINE = "line"
    CONFIDENCE = "confidence"
    YES_NO = "yes_no"


@dataclass(frozen=True, slots=True)
class Figure:
    """One figure: its column in a file, its fact in a row, its name and how it is written."""

    column: str
    fact: str
    label: Text
    kind: FigureKind = FigureKind.NUMBER
    weighs: Unit | None = None
    longest: int = 200

    @property
    def is_number(self) -> bool:
        """Whether it can be compared by how many times as much."""
        return self.kind is FigureKind.NUMBER

    @property
    def places(self) -> int:
        """How many decimals it may have."""
        return FACTOR_PLACES if self.weighs is None else WEIGHT_PLACES


FIGURES = (
    Figure("kg_per_stuk", "kg_per_piece", _("kg per piece"), weighs=Unit.PIECE),
    Figure("kg_per_m", "kg_per_m", _("kg per m"), weighs=Unit.M),
    Figure("kg_per_m2", "kg_per_m2", _("kg per m²"), weighs=Unit.M2),
    Figure("kg_per_m3", "kg_per_m3", _("kg per m³"), weighs=Unit.M3),
    Figure("kg_bron", "weight_source", _("Source of the weight"), FigureKind.LINE),
    Figure("kg_conf", "weight_confidence", _("How certain the weight is"), FigureKind.CONFIDENCE),
    Figure("co2_nieuw_kg_per_kg", "carbon_factor", _("kg CO₂e per kg")),
    Figure("co2_laag", "carbon_low", _("kg CO₂e per kg, low")),
    Figure("co2_hoog", "carbon_high", _("kg CO₂e per kg, high")),
    Figure("co2_bron", "carbon_source", _("Source of the carbon factor"), FigureKind.LINE),
    Figure("co2_conf", "carbon_confidence", _("How certain the carbon factor is"), FigureKind.CONFIDENCE),
    Figure("co2_hergebruik_kg_per_kg", "processing_factor", _("kg CO₂e per kg, processing")),
    Figure("mki_eur_per_kg", "mki", _("MKI, € per kg")),
    Figure("mki_source", "mki_source", _("Source of the MKI"), FigureKind.LINE),
    Figure("factor_licence", "factor_licence", _("Licence of factor and MKI"), FigureKind.LINE),
    Figure("factor_public", "factor_is_public", _("May be passed on"), FigureKind.YES_NO),
    Figure("imbor", "imbor", _("IMBOR identifier"), FigureKind.LINE),
)
BY_COLUMN = {figure.column: figure for figure in FIGURES}
BY_FACT = {figure.fact: figure for figure in FIGURES}
HOLDER = "licence_holder"  # the organisation whose licence it is; no column: it follows from whose list it was
LICENSED = ("carbon_factor", "carbon_low", "carbon_high", "processing_factor", "mki")  # what a licence may forbid to pass on
EMPTY: dict[FigureKind, Any] = {
    FigureKind.NUMBER: None,
    FigureKind.LINE: "",
    FigureKind.CONFIDENCE: "",
    FigureKind.YES_NO: True,
}


def figure_of(facts: Mapping[str, Any], fact: str) -> Any:
    """A figure of a row: a decimal string or None, a text, or yes and no. A row of an older version may not have it."""
    figure = BY_FACT.get(fact)
    if figure is None:
        return facts.get(fact, "")
    if figure.weighs is not None:
        return facts[WEIGHTS].get(figure.weighs.value)
    return facts.get(fact, EMPTY[figure.kind])


def figures_of(facts: Mapping[str, Any]) -> dict[str, Any]:
    """Every figure of a row."""
    return {fact: figure_of(facts, fact) for fact in (*BY_FACT, HOLDER)}


def with_figures(facts: Mapping[str, Any], changes: Mapping[str, Any]) -> dict[str, Any]:
    """A row with other figures, that still knows what the files said of them.

    A figure that gets the files' own value again follows the files from then on.
    """
    changed, filed = dict(facts), dict(facts.get(FILED, {}))
    for fact, value in changes.items():
        filed.setdefault(fact, figure_of(facts, fact))
        if filed[fact] == value:
            del filed[fact]
        _put(changed, fact, value)
    changed.pop(FILED, None)
    return {**changed, FILED: filed} if filed else changed


def carried_over(facts: Mapping[str, Any], in_use: Mapping[str, Any]) -> dict[str, Any]:
    """A row of newer files, with the figures that lists had put in the row in use. They stand until they are taken back."""
    loaded = {fact: figure_of(in_use, fact) for fact in in_use.get(FILED, {})}
    return with_figures(facts, loaded)


def brought_back(facts: Mapping[str, Any], former: Mapping[str, Any]) -> dict[str, Any]:
    """The figures by which a row becomes as a former version said. A weight that came since stays: lots may go by it."""
    was, now = figures_of(former), figures_of(facts)
    weights = {figure.fact for figure in FIGURES if figure.weighs is not None}
    return {fact: value for fact, value in was.items() if value != now[fact] and not (fact in weights and value is None)}


def _put(facts: dict[str, Any], fact: str, value: Any) -> None:
    figure = BY_FACT.get(fact)
    if figure is None or figure.weighs is None:
        facts[fact] = value
        return
    weights = {unit: kg for unit, kg in facts[WEIGHTS].items() if unit != figure.weighs.value}
    facts[WEIGHTS] = weights if value is None else {**weights, figure.weighs.value: value}


@dataclass(frozen=True, slots=True)
class Change:
    """One figure of one material, as it was and as it becomes."""

    slug: str
    figure: Figure
    before: Any
    after: Any

    @property
    def percent(self) -> Decimal | None:
        """By how much it changes; None where there is nothing to compare with."""
        pair = self._numbers
        return None if pair is None or not pair[0] else (pair[1] - pair[0]) / pair[0] * HUNDRED

    @property
    def is_much(self) -> bool:
        """Whether it becomes more than three times as large or as small."""
        pair = self._numbers
        if pair is None or pair[0] == pair[1]:
            return False
        least, most = sorted(pair)
        return most > MUCH * least

    @property
    def size(self) -> Decimal:
        """How large the change is, to put the largest first. What comes new or goes follows, and words come last."""
        pair = self._numbers
        if pair is None:
            return Decimal(0) if self.figure.is_number else Decimal(-1)
        least, most = sorted(pair)
        return Decimal("Infinity") if not least else most / least

    @property
    def _numbers(self) -> tuple[Decimal, Decimal] | None:
        if not self.figure.is_number or self.before is None or self.after is None:
            return None
        return Decimal(self.before), Decimal(self.after)


def list_changes(slug: str, before: Mapping[str, Any], after: Mapping[str, Any]) -> list[Change]:
    """What one row says otherwise than the other, in the order of the columns."""
    pairs = [(figure, figure_of(before, figure.fact), figure_of(after, figure.fact)) for figure in FIGURES]
    return [Change(slug, figure, was, becomes) for figure, was, becomes in pairs if was != becomes]
