"""Years worked out once more with today's factors, beside what was booked."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from marketplace.kernel.units import plain
from marketplace.ledger.models import Exchange
from marketplace.ledger.queries import CHUNK, ExchangeFilter
from marketplace.materials.queries import get_taxonomy
from marketplace.materials.rules.taxonomy import Taxonomy
from marketplace.published.models import Restatement
from marketplace.published.rules import ZERO, Carbon, Factors, restated

FIGURES = ("avoided_kgco2e", "transport_kgco2e", "processing_kgco2e", "unknown_factor_mass_kg", "unknown_processing_mass_kg")


@dataclass(frozen=True, slots=True)
class Compared:
    """One material group, or all of them (no key), as booked and by other factors."""

    key: str
    mass_kg: Decimal
    booked: Carbon
    restated: Carbon


@dataclass(frozen=True, slots=True)
class RestatedYear:
    """A restatement with its figures: in all, and by material group, heaviest first."""

    year: int
    factor_version: int
    made_at: datetime
    ledger_seq: int
    ledger_hash: str
    total: Compared
    groups: tuple[Compared, ...]


def list_restatements(session: Session, *, year: int) -> list[RestatedYear]:
    """Every restatement of a year, newest first."""
    rows = session.scalars(select(Restatement).where(Restatement.year == year).order_by(Restatement.id.desc()))
    return [restated_year(row) for row in rows]


def restated_year(row: Restatement) -> RestatedYear:
    """The row with its figures as numbers."""
    total, *groups = [_read(stored) for stored in row.figures["rows"]]
    return RestatedYear(row.year, row.factor_version, row.made_at, row.ledger_seq, row.ledger_hash, total, tuple(groups))


def compare_year(session: Session, *, year: int) -> list[Compared]:
    """Work out every row of a year with the factors in use.

    All together first, then each group, heaviest first.
    """
    taxonomy, wanted = get_taxonomy(session), ExchangeFilter(first_month=f"{year}-01", last_month=f"{year}-12")
    by_group: dict[str, Compared] = {}
    rows, last = wanted.narrow(select(Exchange)).order_by(Exchange.seq).limit(CHUNK), 0
    while chunk := session.scalars(rows.where(Exchange.seq > last)).all():
        for row in chunk:
            for key in ("", row.group_slug):
                before = by_group.get(key, Compared(key, ZERO, Carbon(), Carbon()))
                by_group[key] = Compared(
                    key,
                    before.mass_kg + row.mass_kg,
                    before.booked + _booked(row),
                    before.restated + restated(row, _factors(row, taxonomy)),
                )
        last = chunk[-1].seq
        for row in chunk:
            session.expunge(row)
    total = by_group.pop("", Compared("", ZERO, Carbon(), Carbon()))
    return [total, *sorted(by_group.values(), key=lambda compared: (-compared.mass_kg, compared.key))]


def _booked(row: Exchange) -> Carbon:
    return Carbon(
        row.avoided_kgco2e or ZERO,
        row.transport_kgco2e,
        row.processing_kgco2e or ZERO,
        row.mass_kg if row.carbon_factor is None else ZERO,
        row.mass_kg if row.processing_kgco2e is None else ZERO,
    )


def _factors(row: Exchange, taxonomy: Taxonomy) -> Factors:
    """The factors in use. What the list does not know any more keeps those of its row."""
    material = taxonomy.find_material(row.material_slug)
    vehicle = taxonomy.vehicle_factors.get(row.vehicle_class, row.vehicle_factor)
    if material is None:
        return Factors(row.carbon_factor, row.processing_factor, vehicle)
    return Factors(material.carbon.kgco2e_per_kg if material.carbon else None, material.processing_kgco2e_per_kg, vehicle)


def written(compared: Compared) -> dict[str, Any]:
    """How a row of the figures is stored: exact, as text."""
    sides = {
        name: {figure: plain(getattr(side, figure)) for figure in FIGURES}
        for name, side in (("booked", compared.booked), ("restated", compared.restated))
    }
    return {"key": compared.key, "mass_kg": plain(compared.mass_kg), **sides}


def _read(stored: Mapping[str, Any]) -> Compared:
    """The row as numbers. An older one does not say of what processing is unknown: of all, where none was counted."""
    mass = Decimal(stored["mass_kg"])

    def side(name: str) -> Carbon:
        figures = {figure: Decimal(value) for figure, value in stored[name].items()}
        figures.setdefault("unknown_processing_mass_kg", ZERO if figures["processing_kgco2e"] else mass)
        return Carbon(**figures)

    return Compared(stored["key"], mass, side("booked"), side("restated"))
