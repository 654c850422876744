"""Up to four lots side by side: what is asked of each, and in what they differ."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from marketplace.kernel.db import Session
from marketplace.kernel.formats import carbon, long_date, mass, quantity
from marketplace.kernel.language import Text, _
from marketplace.market.models import Listing
from marketplace.materials.rules.taxonomy import Taxonomy
from marketplace.places.rules import Place
from marketplace.web.ui.cards import AVAILABLE, away
from marketplace.web.ui.lots import LotPage, lot_page, price_of
from marketplace.web.ui.plans import certainty_of, period_of
from marketplace.web.ui.search_results import whole_km_from

MOST = 4
NOT_SAID, PLACE = _("not said"), _("Place")


@dataclass(frozen=True, slots=True)
class Row:
    """One property: its name, and what it is of each lot."""

    label: Text | str
    values: tuple[str, ...]

    @property
    def differs(self) -> bool:
        """Whether the lots are not alike in it."""
        return len(set(self.values)) > 1


@dataclass(frozen=True, slots=True)
class Comparison:
    """The lots as their pages show them, and the rows."""

    lots: tuple[tuple[Listing, LotPage], ...]
    rows: tuple[Row, ...]


def comparison_of(session: Session, listings: list[Listing], taxonomy: Taxonomy, here: Place | None) -> Comparison:
    """What is asked of each lot, in the order in which one decides."""
    lots = tuple((listing, lot_page(session, listing, taxonomy)) for listing in listings)

    names = {answer.slug: answer.name for _listing, lot in reversed(lots) for answer in lot.answers}

    def row(label: Text | str, value: Callable[[Listing, LotPage], object]) -> Row:
        return Row(label, tuple(str(value(listing, lot) or NOT_SAID) for listing, lot in lots))

    rows = [
        row(_("State"), lambda listing, lot: lot.lot.state or AVAILABLE),
        row(_("Free"), lambda listing, lot: quantity(lot.free)),
        row(_("Mass"), lambda listing, lot: mass(lot.mass_kg) if lot.mass_kg else ""),
        row(_("Price"), lambda listing, lot: price_of(listing)),
        row(_("Condition"), lambda listing, lot: lot.lot.condition),
        row(_("Material"), lambda listing, lot: lot.material.name),
        *(row(name, partial(_answer, slug)) for slug, name in names.items()),
        row(PLACE, lambda listing, lot: listing.place_name),
        row(_("Comes free"), lambda listing, lot: period_of(listing) if listing.planned else ""),
        row(_("Certainty"), lambda listing, lot: certainty_of(listing)),
        row(_("From"), _first_day),
        row(_("Until"), lambda listing, lot: _last_day(listing)),
        row(_("In parts"), lambda listing, lot: _parts(listing)),
        row(_("Saves compared with new"), lambda listing, lot: carbon(lot.saves_kgco2e)),
        row(_("How the quantity is known"), lambda listing, lot: lot.basis),
        row(_("Asbestos suspected"), lambda listing, lot: lot.asbestos),
        row(_("Hazards"), lambda listing, lot: "; ".join(f"{name}: {answer}" for name, answer, _tone in lot.hazards)),
        row(_("Offered by"), lambda listing, lot: listing.organisation.name),
    ]
    if here is not None:
        far = [whole_km_from(here, listing) or 0 for listing, _lot in lots]
        at = next(number for number, row in enumerate(rows) if row.label == PLACE) + 1
        rows.insert(at, Row(_("Distance from %(place)s", place=here.name), tuple(map(away, far))))
    return Comparison(lots, tuple(row for row in rows if set(row.values) != {str(NOT_SAID)}))


def _first_day(listing: Listing, lot: LotPage) -> Text | str:
    if listing.planned:
        return ""
    return long_date(listing.available_from) if lot.lot.from_on else _("now")


def _last_day(listing: Listing) -> str:
    return long_date(listing.available_until) if listing.available_until and not listing.planned else ""


def _answer(slug: str, _listing: Listing, lot: LotPage) -> str:
    return next((answer.value for answer in lot.answers if answer.slug == slug), "")


def _parts(listing: Listing) -> Text | str:
    if not listing.minimum_part:
        return _("any part")
    return _("Parts from %(smallest)s", smallest=quantity(listing.minimum_part, listing.unit))
