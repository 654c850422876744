"""A stored demand as the form shows it, so that saving without typing changes nothing."""

from marketplace.kernel.units import Quantity, Unit
from marketplace.market.models import Demand
from marketplace.materials.rules.taxonomy import Taxonomy
from marketplace.web.demands.forms import DemandForm
from marketplace.web.ui.comparison import compare, is_outdated

SAME = (
    "title", "min_condition", "needed_from", "needed_until", "description", "max_distance_km", "accepts_hazards",
    "accepts_unknown_hazards", "project", "department", "version",
)  # fmt: skip


def form_of(demand: Demand, taxonomy: Taxonomy, *, sent: bool = True) -> DemandForm:
    """Make the form of a demand. With what was sent over it, or (`sent` false) only with what is stored."""
    values = {name: getattr(demand, name) for name in SAME}
    values["material"] = taxonomy.material_by_id(demand.material_id).slug
    values["quantity"] = Quantity(demand.quantity, Unit(demand.unit))
    form = DemandForm(data=values) if sent else DemandForm(formdata=None, data=values)
    form.wished = dict(demand.fields)
    form.place.keep(demand)
    return form


def show_conflict(form: DemandForm, demand: Demand, taxonomy: Taxonomy) -> None:
    """Show what differs where somebody else was quicker. Their version counts as seen, so that saving again is a choice."""
    outran = is_outdated(form)
    if outran:
        version, changed = outran
        stored = form_of(demand, taxonomy, sent=False)
        stored.set_choices(taxonomy)
        form.changes = compare(stored, form, form.inputs_named(changed))
        form.version.data = str(version)
