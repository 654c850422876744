"""A lot at a glance before it is published: each line with the step in which it is changed. Never with coordinates."""

from dataclasses import dataclass

from marketplace.depots.models import Depot
from marketplace.kernel import clock
from marketplace.kernel.db import Session
from marketplace.kernel.formats import NO_BREAK_SPACE, mass, quantity, short_date
from marketplace.kernel.language import Text, _
from marketplace.kernel.units import Unit
from marketplace.market.models import Listing
from marketplace.market.rules.listing import (
    ANSWER_LABELS,
    BASIS_LABELS,
    CONDITION_HINTS,
    CONDITION_LABELS,
    Answer,
    Condition,
    QuantityBasis,
)
from marketplace.materials.rules.taxonomy import Taxonomy
from marketplace.web.ui.features import answers_of, checked_of
from marketplace.web.ui.lots import price_of
from marketplace.web.ui.plans import certainty_of, period_of


@dataclass(frozen=True, slots=True)
class Checked:
    """What a lot says in one thing, and in which step it was said."""

    name: Text | str
    words: Text | str
    step: int


def checked_rows(session: Session, listing: Listing, taxonomy: Taxonomy) -> list[Checked]:
    """What it is, how much, in what state, where and when; and what else is worth a look."""
    material, condition = taxonomy.material_by_id(listing.material_id), Condition(listing.condition)
    names = {hazard.slug: hazard.name for hazard in material.hazards}
    return [
        Checked(_("Material"), material.name, 2),
        Checked(_("How much"), _how_much(listing, taxonomy), 2),
        Checked(
            _("Condition"),
            _("%(condition)s: %(meaning)s", condition=CONDITION_LABELS[condition], meaning=CONDITION_HINTS[condition]),
            2,
        ),
        *(Checked(feature.name, feature.value, 2) for feature in answers_of(session, listing, taxonomy)),
        *(Checked(names[code], ANSWER_LABELS[Answer(answer)], 2) for code, answer in listing.hazards.items() if code in names),
        Checked(_("Place"), place_of(session, listing), 3),
        Checked(_("To collect"), _period(listing), 3),
        *(Checked(name, words, 3) for name, words in checked_of(listing, 3)),
        *_said(listing),
    ]


def _said(listing: Listing) -> list[Checked]:
    """The price, and the description where it was given."""
    price = Checked(_("Price"), price_of(listing), 3)
    return [price, Checked(_("Description"), listing.description, 3)] if listing.description else [price]


def place_of(session: Session, listing: Listing) -> str:
    """The place in words: the depot, the address, or the name of the place."""
    if listing.depot_id is not None and (depot := session.get(Depot, listing.depot_id)):
        return depot.name
    return listing.address or listing.place_name


def _how_much(listing: Listing, taxonomy: Taxonomy) -> Text:
    material, unit = taxonomy.material_by_id(listing.material_id), Unit(listing.unit)
    basis = str(BASIS_LABELS[QuantityBasis(listing.quantity_basis)]).lower()
    amount = quantity(listing.quantity, listing.unit)
    if listing.kg_per_unit is None and not material.takes(unit):
        return _("%(quantity)s, %(basis)s", quantity=amount, basis=basis)
    weight = mass(material.mass_kg(listing.quantity, unit, listing.kg_per_unit))
    return _("%(quantity)s, %(basis)s (%(mass)s)", quantity=amount, basis=basis, mass=weight)


def _period(listing: Listing) -> Text:
    if listing.planned:
        return _("%(period)s (%(certainty)s)", period=period_of(listing), certainty=str(certainty_of(listing)).lower())
    is_there = listing.available_from <= clock.today()
    first = str(_("from now")) if is_there else str(_("from %(day)s", day=short_date(listing.available_from)))
    if listing.available_until is None:
        return _("%(first)s, until it is gone", first=first)
    return _("%(first)s, until %(last)s", first=first, last=short_date(listing.available_until).replace(" ", NO_BREAK_SPACE))
