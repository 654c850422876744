"""A stored lot as the form shows it, so that saving without typing changes nothing."""

from typing import Any

from marketplace.accounts.policy import Actor
from marketplace.depots.queries import list_depots
from marketplace.kernel.units import Quantity, Unit
from marketplace.market.queries.windows import get_window_defaults
from marketplace.materials.queries import taxonomy
from marketplace.materials.rules.taxonomy import Taxonomy
from marketplace.web.comparison import compare, outrun
from marketplace.web.listings.forms import ListingForm
from marketplace.web.listings.pictures import PREVIEW
from marketplace.web.turns import agreed_rows, municipal_names

SAME = (
    "title", "quantity_basis", "condition", "available_from", "available_until", "description", "kg_per_unit", "price_cents_per_unit",
    "project", "year_of_construction", "asbestos_suspected", "remarks",
    "minimum_part", "circle_from", "region_from", "partners_from", "window_reason", "version",
)  # fmt: skip


def form_of(listing: Any, known: Taxonomy, *, sent: bool = True) -> ListingForm:
    """The form of a lot: with what was sent over it, or (`sent` false) only with what is stored."""
    values = {name: getattr(listing, name) for name in SAME}
    values |= {
        "material": known.material_by_id(listing.material_id).slug,
        "quantity": Quantity(listing.quantity, Unit(listing.unit)) if listing.quantity else None,
        "packaging": listing.packaging or "",
        "loading_possible": {True: "yes", False: "no", None: ""}[listing.loading_possible],
        "depot": str(listing.depot_id or ""),
        "circle": list(listing.chosen_circle or ()),
        "circle_by": "chosen" if listing.chosen_circle else "" if listing.chosen_circle is None else "none",
    }
    form = ListingForm(data=values) if sent else ListingForm(formdata=None, data=values)
    if listing.depot_id is None:
        form.place.keep(listing)
    form.declared = dict(listing.hazards)
    form.stored = [(photo.files[PREVIEW]["name"], photo.alt) for photo in listing.photos]
    return form


def acquaint(form: ListingForm, session: Any, actor: Actor) -> None:
    """What there is to choose from for this organisation, and what it agreed about turns."""
    form.know(taxonomy(session), list_depots(session))
    names = municipal_names(session)
    form.know_turns(actor.organisation_slug, names, agreed_rows(get_window_defaults(session, actor.organisation_id), names))


def meet(form: ListingForm, listing: Any, known: Taxonomy) -> None:
    """Where somebody else was quicker: show what differs, and take their version as seen, so that saving again is a choice."""
    outran = outrun(form)
    if outran:
        version, changed = outran
        stored = form_of(listing, known, sent=False)
        stored.know(known, [])
        stored.depot.choices, stored.circle.choices = form.depot.choices, form.circle.choices
        form.changes = compare(stored, form, changed)
        form.version.data = str(version)
