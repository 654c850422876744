"""A stored lot as the form shows it, so that saving without typing changes nothing."""

from typing import Any

from marketplace.kernel.units import Quantity, Unit
from marketplace.materials.rules import Taxonomy
from marketplace.web.comparison import compare, outrun
from marketplace.web.listings.forms import ListingForm
from marketplace.web.listings.pictures import PREVIEW

SAME = (
    "title", "quantity_basis", "condition", "available_from", "available_until", "description", "kg_per_unit", "price_cents_per_unit",
    "project", "year_of_construction", "asbestos_suspected", "remarks", "region_from", "partners_from", "version",
)  # fmt: skip


def form_of(listing: Any, taxonomy: Taxonomy, *, sent: bool = True) -> ListingForm:
    """The form of a lot: with what was sent over it, or (`sent` false) only with what is stored."""
    values = {name: getattr(listing, name) for name in SAME}
    values |= {
        "material": taxonomy.material_by_id(listing.material_id).slug,
        "quantity": Quantity(listing.quantity, Unit(listing.unit)) if listing.quantity else None,
        "packaging": listing.packaging or "",
        "loading_possible": {True: "yes", False: "no", None: ""}[listing.loading_possible],
        "depot": str(listing.depot_id or ""),
    }
    form = ListingForm(data=values) if sent else ListingForm(formdata=None, data=values)
    if listing.depot_id is None:
        form.place.keep(listing)
    form.declared = dict(listing.hazards)
    form.stored = [(photo.files[PREVIEW]["name"], photo.alt) for photo in listing.photos]
    return form


def meet(form: ListingForm, listing: Any, taxonomy: Taxonomy) -> None:
    """Where somebody else was quicker: show what differs, and take their version as seen, so that saving again is a choice."""
    outran = outrun(form)
    if outran:
        version, changed = outran
        stored = form_of(listing, taxonomy, sent=False)
        stored.know(taxonomy, [])
        stored.depot.choices = form.depot.choices
        form.changes = compare(stored, form, changed)
        form.version.data = str(version)
