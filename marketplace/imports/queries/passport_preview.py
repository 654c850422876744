"""What a sheet of passports would make and change, and which names it does not explain."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, NamedTuple

from sqlalchemy.orm import Session

from marketplace.accounts.policy import Actor, Can, require
from marketplace.imports.models import ImportRun
from marketplace.imports.rules.columns import plain_name
from marketplace.imports.rules.tables import RowState
from marketplace.kernel.units import Amount, Unit
from marketplace.materials.queries import get_taxonomy
from marketplace.passports.rules.assets import AssetKind

NAMES_MAX = 300  # names of materials that a person is asked about


@dataclass(frozen=True, slots=True)
class PartTotal:
    """The new parts of one material and unit that a sheet makes."""

    name: str
    parts: int
    total: Amount


@dataclass(frozen=True, slots=True)
class NameTotal:
    """A name that is not in the list of materials. What it was taken for, and how that was found."""

    key: str
    name: str
    rows: int
    material: str
    how: str


class States(NamedTuple):
    """How many assets or parts are new, differ from what stands there, or are the same."""

    ok: int
    changed: int
    unchanged: int


@dataclass(frozen=True, slots=True)
class PassportPreview:
    """What a sheet of passports would do."""

    assets: States
    parts: States
    kinds: tuple[tuple[AssetKind, int], ...]
    totals: tuple[PartTotal, ...]
    names: tuple[NameTotal, ...]
    mass_kg: Decimal
    estimates: int

    @property
    def differs(self) -> bool:
        """Whether anything that stands there would become other than it is."""
        return bool(self.assets.changed or self.parts.changed)


def get_passport_preview(session: Session, actor: Actor, run: ImportRun) -> PassportPreview:
    """Get which assets and parts a sheet would make or change, and names to be explained."""
    require(actor, Can.IMPORT, run, hidden=True)
    taxonomy, summary, totals = get_taxonomy(session), run.summary, []
    for key, (parts, amount) in summary.get("materials", {}).items():
        slug, _bar, unit = key.partition("|")
        material = taxonomy.find_material(slug)
        totals.append(PartTotal(slug if material is None else material.name, int(parts), Amount(Decimal(amount), Unit(unit))))
    kinds = summary.get("kinds", {})
    names = [NameTotal(key, *values) for key, values in summary.get("names", {}).items()]
    names.sort(key=lambda name: (name.how != "unknown", -name.rows, name.key))
    return PassportPreview(
        assets=_states(summary.get("assets", {})),
        parts=_states(summary.get("parts", {})),
        kinds=tuple((kind, int(kinds[kind])) for kind in AssetKind if kinds.get(kind)),
        totals=tuple(sorted(totals, key=lambda total: (total.name, total.total.unit))),
        names=tuple(names),
        mass_kg=Decimal(summary.get("mass_kg", "0")),
        estimates=int(summary.get("estimates", 0)),
    )


def _states(counted: Mapping[str, int]) -> States:
    return States(*(int(counted.get(state, 0)) for state in (RowState.OK, RowState.CHANGED, RowState.UNCHANGED)))


def count_names(names: Counter[tuple[str, str, str]]) -> dict[str, list[Any]]:
    """The names that a person is asked about, the most frequent first. By what a choice is kept under."""
    totals: dict[str, list[Any]] = {}
    for (typed, slug, how), rows in names.most_common():
        key = plain_name(typed)
        if key in totals:
            totals[key][1] += rows
        elif key and len(totals) < NAMES_MAX:
            totals[key] = [typed, rows, slug, how]
    return totals
