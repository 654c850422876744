"""Figures of materials as a page and a file show them. What a licence keeps to its holder stands in neither for anybody else."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from marketplace.accounts.policy import Actor
from marketplace.accounts.queries.organisations import find_organisation
from marketplace.exchange.queries.watch import count_counting
from marketplace.kernel.db import Session
from marketplace.kernel.formats import number, percent
from marketplace.kernel.language import Text, _
from marketplace.materials.models import FactorList
from marketplace.materials.queries import MaterialVersion, changes_of, get_taxonomy, may_read_factor, may_read_figures
from marketplace.materials.rules.figures import FIGURES, HUNDRED, LICENSED, Change, Figure, FigureKind, figure_of
from marketplace.materials.rules.lists import ListState
from marketplace.materials.rules.taxonomy import Material, Taxonomy
from marketplace.sheets.writing import Cell

NOTHING = "–"
UNITS = {"piece": "stuk", "m": "m", "m2": "m2", "m3": "m3", "tonne": "ton"}
HEADER = ("slug", "naam_nl", "naam_en", "groep", "eenheid", *(figure.column for figure in FIGURES))
BADGES = {
    ListState.DRAFT: "neutral",
    ListState.WAITING: "wait",
    ListState.USED: "good",
    ListState.DECLINED: "stop",
    ListState.WITHDRAWN: "done",
}


def exact(value: str | Decimal | None) -> str:
    """A figure with every decimal that it has."""
    if value is None:
        return NOTHING
    exponent = Decimal(value).normalize().as_tuple().exponent
    return number(Decimal(value), max(0, -exponent) if isinstance(exponent, int) else 0)


def word(figure: Figure, value: Any) -> str:
    """A figure as a reader reads it."""
    if figure.is_number:
        return exact(value)
    if figure.kind is FigureKind.YES_NO:
        return str(_("yes") if value else _("no"))
    return str(value) or NOTHING


@dataclass(frozen=True, slots=True)
class Row:
    """A material in the list."""

    slug: str
    name: str
    weight: str
    factor: str
    source: str
    mki: str


def group_rows(taxonomy: Taxonomy, actor: Actor) -> list[tuple[str, list[Row]]]:
    """The materials by group."""
    return [(group.name, [_row(material, actor) for material in taxonomy.materials_in(group.slug)]) for group in taxonomy.groups]


def _row(material: Material, actor: Actor) -> Row:
    unit = str(material.default_unit.one)
    weight = _("%(kg)s kg per %(unit)s", kg=exact(material.weights_kg[material.default_unit]), unit=unit)
    carbon, may_read = material.carbon, may_read_factor(actor, material)
    source = f"{carbon.source} ({carbon.confidence})" if carbon else NOTHING
    licensed = str(_("licensed"))
    return Row(
        material.slug,
        material.name,
        str(weight),
        (exact(carbon.kgco2e_per_kg) if may_read else licensed) if carbon else NOTHING,
        source,
        (exact(material.mki_eur_per_kg) if may_read else licensed) if material.mki_eur_per_kg is not None else NOTHING,
    )


def facts_of(session: Session, material: Material, actor: Actor) -> list[tuple[Text, Text | str]]:
    """Everything that the version in use says of the figures of a material."""
    units = [unit for unit in material.units if unit.value not in ("kg", "tonne")]
    weights = [_("%(kg)s kg per %(unit)s", kg=exact(material.weights_kg[unit]), unit=unit.one) for unit in units]
    source = f"{material.weight_source} ({material.weight_confidence})" if material.weight_source else NOTHING
    return [
        (_("Group"), material.group.name),
        (_("Weight"), ", ".join(map(str, weights)) or str(_("by the tonne"))),
        (_("Source of the weight"), source),
        *_factors(session, material, actor),
        (_("IMBOR identifier"), material.imbor or _("no exact one is known")),
    ]


def _factors(session: Session, material: Material, actor: Actor) -> Iterator[tuple[Text, Text | str]]:
    carbon, unknown = material.carbon, _("unknown, never zero")
    if not may_read_factor(actor, material):
        holder = find_organisation(session, material.licence_holder)
        sentence = _("licensed to %(holder)s, and not passed on", holder=holder.name if holder else material.licence_holder)
        yield (_("kg CO₂e per kg"), sentence)
        yield (_("Licence of factor and MKI"), material.factor_licence)
        return
    yield (_("kg CO₂e per kg"), exact(carbon.kgco2e_per_kg) if carbon else unknown)
    if carbon:
        yield (_("Between"), _("%(low)s and %(high)s", low=exact(carbon.low), high=exact(carbon.high)))
        yield (_("Source of the carbon factor"), f"{carbon.source} ({carbon.confidence})")
    yield (_("kg CO₂e per kg, processing"), _factor(material.processing_kgco2e_per_kg))
    yield (_("MKI, € per kg"), _factor(material.mki_eur_per_kg))
    if material.mki_source:
        yield (_("Source of the MKI"), material.mki_source)
    passed_on = _("may be passed on") if material.is_factor_public else _("not passed on")
    licence = f"{material.factor_licence}, {passed_on}" if material.factor_licence else _("not known")
    yield (_("Licence of factor and MKI"), licence)


def _factor(value: Decimal | None) -> Text | str:
    return _("unknown, never zero") if value is None else exact(value)


def describe_changes(version: MaterialVersion, actor: Actor) -> list[str]:
    """What a version changed in a material, in words. A licensed figure is named without its value."""
    may_read = may_read_figures(actor, version.facts)
    return [
        f"{change.figure.label}: {word(change.figure, change.before)} → {word(change.figure, change.after)}"
        if may_read or change.figure.fact not in LICENSED
        else str(_("%(figure)s: licensed", figure=change.figure.label))
        for change in version.changes
    ]


@dataclass(frozen=True, slots=True)
class ChangeLine:
    """One figure that a list changes, and what will be counted with it."""

    slug: str
    material: str
    figure: Text
    before: str
    after: str
    percent: str
    is_much: bool
    lots: int
    requests: int


@dataclass(frozen=True, slots=True)
class Preview:
    """What a list changes: figures, the largest change first, then words, and what they count."""

    figures: list[ChangeLine]
    words: list[ChangeLine]
    materials: int
    lots: int
    requests: int

    @property
    def much(self) -> list[ChangeLine]:
        """Those that become more than three times as large or as small."""
        return [line for line in self.figures if line.is_much]


def preview_of(session: Session, actor: Actor, row: FactorList) -> Preview:
    """What a list changes, with what will be counted by it."""
    taxonomy, changes = get_taxonomy(session), changes_of(session, row)
    materials = {slug: taxonomy.find_material(slug) for slug in {change.slug for change in changes}}
    counted = count_counting(session, actor, [material.id for material in materials.values() if material])
    by_slug = {slug: counted[material.id] if material else (0, 0) for slug, material in materials.items()}
    lines = [(change, _line(change, materials[change.slug], by_slug[change.slug], actor)) for change in changes]
    return Preview(
        [line for change, line in lines if change.figure.is_number],
        [line for change, line in lines if not change.figure.is_number],
        len(materials),
        sum(lots for lots, _requests in by_slug.values()),
        sum(requests for _lots, requests in by_slug.values()),
    )


def _line(change: Change, material: Material | None, counted: tuple[int, int], actor: Actor) -> ChangeLine:
    """One line; of a figure that is under the licence of another only what it becomes."""
    may_read = material is None or change.figure.fact not in LICENSED or may_read_factor(actor, material)
    share = change.percent if may_read else None
    return ChangeLine(
        change.slug,
        material.name if material else change.slug,
        change.figure.label,
        word(change.figure, change.before) if may_read else str(_("licensed")),
        word(change.figure, change.after),
        NOTHING if share is None else f"{'+' if share > 0 else ''}{percent(share / HUNDRED)}".replace("-", "−"),
        change.is_much,
        *counted,
    )


def file_lines(facts: Mapping[str, Mapping[str, Any]], actor: Actor) -> Iterator[list[Cell]]:
    """A version as the rows of a file that can be loaded again. A licensed figure is an empty cell, which changes nothing."""
    for slug, row in facts.items():
        may_read = may_read_figures(actor, row)
        names: list[Cell] = [slug, row["name_nl"], row["name_en"], row["group"], UNITS[row["unit"]]]
        yield [
            *names,
            *(
                _cell(figure, figure_of(row, figure.fact)) if may_read or figure.fact not in LICENSED else None
                for figure in FIGURES
            ),
        ]


def _cell(figure: Figure, value: Any) -> Cell:
    if figure.is_number:
        return None if value is None else Decimal(value)
    if figure.kind is FigureKind.YES_NO:
        return "ja" if value else "nee"
    return str(value)
