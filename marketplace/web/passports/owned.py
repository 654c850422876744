"""How much a municipality owns or maintains by its own estimate, and what has a passport."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from flask import Blueprint, request, url_for
from flask.typing import ResponseReturnValue

from marketplace.accounts.policy import Can, may
from marketplace.http.request import current_actor, current_session, permission
from marketplace.kernel import clock
from marketplace.kernel.formats import mass, moment
from marketplace.kernel.language import Text, _
from marketplace.passports.actions.owned import set_owned_mass
from marketplace.passports.queries.owned import (
    Estimated,
    OwnedYear,
    find_last_year,
    get_owned_year,
    list_estimates,
    passported_by_kind,
)
from marketplace.passports.rules.assets import AssetKind
from marketplace.passports.rules.owned import FIRST_YEAR
from marketplace.web.passports.forms import owned_form
from marketplace.web.ui.form_page import done, page, submit


def register(blueprint: Blueprint) -> None:
    """Add the pages to the blueprint of passports."""
    blueprint.add_url_rule("/paspoorten/bezit", view_func=owned)
    blueprint.add_url_rule("/paspoorten/bezit/schatten", view_func=estimate, methods=["GET", "POST"])


@dataclass(frozen=True, slots=True)
class OwnedRow:
    """A class of asset. How much is owned by the estimate, where that is from, and how much has a passport."""

    kind: Text
    owned: str
    source: str
    passported: str
    share: Decimal | None


@permission(Can.READ_OWNED)
def owned() -> ResponseReturnValue:
    """How much is owned by the newest estimate, and what of it has a passport. Former estimates too."""
    session, actor = current_session(), current_actor()
    organisation_id = int(actor.organisation_id or 0)
    year = read_year()
    last = find_last_year(session, organisation_id, year)
    counted = get_owned_year(session, actor, organisation_id, last or year)
    held = passported_by_kind(session, organisation_id)
    passported = sum(held.values(), Decimal(0))
    return page(
        "passports/owned.html",
        None,
        year=year,
        counted=counted,
        rows=rows_of(counted, held),
        passported_kg=passported,
        share=share_of(passported, counted.total_kg),
        estimates=[_cells(estimated) for estimated in list_estimates(session, actor, organisation_id)],
        may_estimate=may(actor, Can.ESTIMATE_OWNED),
    )


@permission(Can.ESTIMATE_OWNED)
def estimate() -> ResponseReturnValue:
    """Estimate how much is owned in a year. The estimate before stays."""
    session, actor, year = current_session(), current_actor(), read_year()
    organisation_id = int(actor.organisation_id or 0)
    last = find_last_year(session, organisation_id, year)
    form = owned_form()
    if last is not None:
        form.fill(get_owned_year(session, actor, organisation_id, last))

    def save() -> None:
        set_owned_mass(session, actor, year=year, rows=form.rows(), confirm_unusual=bool(form.confirm_unusual.data))

    if submit(form, save):
        return done(_("The estimate for %(year)s is kept.", year=str(year)), url_for("passports.owned", jaar=year))
    return page("passports/estimate.html", form, year=year, kinds=list(AssetKind))


def read_year() -> int:
    """The year in the address; this year for what is none."""
    this_year = clock.today().year
    typed = request.args.get("jaar", "")
    year = int(typed) if typed.isascii() and typed.isdigit() and len(typed) == 4 else this_year
    return min(max(year, FIRST_YEAR), this_year)


def rows_of(counted: OwnedYear, held: Mapping[AssetKind, Decimal]) -> list[OwnedRow]:
    """Every class of which something was estimated or has a passport."""
    estimated = {AssetKind(row.kind): row for row in counted.rows}
    rows = []
    for kind in AssetKind:
        row, kg = estimated.get(kind), held.get(kind, Decimal(0))
        if row is None and not kg:
            continue
        rows.append(
            OwnedRow(
                kind.label,
                mass(row.mass_kg) if row else "",
                f"{row.source}, {row.source_year}" if row else "",
                mass(kg) if kg else "",
                share_of(kg, row.mass_kg) if row else None,
            )
        )
    return rows


def share_of(kg: Decimal, whole_kg: Decimal) -> Decimal | None:
    """What part of what is owned has a passport, all of it at most. None where nothing was estimated."""
    return min(Decimal(1), kg / whole_kg) if whole_kg else None


def _cells(estimated: Estimated) -> tuple[str, str, str, str]:
    return str(estimated.year), str(estimated.version), moment(estimated.entered_at), mass(estimated.total_kg)
