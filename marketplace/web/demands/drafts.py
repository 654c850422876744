"""An unfinished demand: stored as it was typed, picked up again, gone once placed."""

from flask import request
from werkzeug.datastructures import MultiDict

from marketplace.http.request import current_actor, database, rollback_request
from marketplace.kernel.errors import Refusal
from marketplace.market.actions.drafts import save_sketch, start_sketch
from marketplace.market.models import Demand, Sketch
from marketplace.market.queries.demands import get_demand
from marketplace.market.queries.drafts import find_sketch_of_demand, get_sketch
from marketplace.market.rules.drafts import SketchKind
from marketplace.materials.rules.taxonomy import Taxonomy
from marketplace.web.demands.forms import DemandForm
from marketplace.web.demands.stored import form_of as demand_form
from marketplace.web.ui.drafts import Answers, displayed_values, seen_version, typed_values
from marketplace.web.ui.material_fields import SET, WISHED, own_typed, typed_fields
from marketplace.web.ui.material_fields import in_reader_language as turned

FIELDS = (
    "material", "title", "quantity", "min_condition", "place", "max_distance_km", "needed_from", "needed_until", "description", "project",
    "department",
)  # fmt: skip
SPOKEN = ["quantity", "max_distance_km", "needed_from", "needed_until"]
AGAIN_WITHOUT = ("quantity", "needed_from", "needed_until")
HAZARDS_MAX = 50


def form_of(answers: Answers, taxonomy: Taxonomy) -> DemandForm:
    """The form with these answers in it, in the reader's language; nothing is checked yet."""

    def asking(answers: Answers) -> DemandForm:
        form = _form(answers)
        form.set_choices(taxonomy)
        return form

    return _form(turned(answers, WISHED, asking, SPOKEN))


def _form(answers: Answers) -> DemandForm:
    values = {name: answer for name, answer in answers.items() if answer and name not in ("locale", "fields")}
    return DemandForm(MultiDict(values | own_typed(answers, WISHED)))


def of_demand(demand: Demand, taxonomy: Taxonomy) -> Answers:
    """A stored demand as somebody would ask it once more: without how much and when."""
    form = demand_form(demand, taxonomy, sent=False)
    form.set_choices(taxonomy)
    answers = displayed_values(form, FIELDS)
    answers |= {SET: form.field_set, "fields": form.displayed_wishes()}
    answers |= {"unit": demand.unit, "accepts_hazards": list(demand.accepts_hazards)}
    answers["accepts_unknown_hazards"] = "y" if demand.accepts_unknown_hazards else ""
    return {name: answer for name, answer in answers.items() if name not in AGAIN_WITHOUT}


def keep(*, sketch_id: int | None = None, demand_id: int | None = None) -> Sketch:
    """Store what this request says, in a transaction of its own. In the sketch, in that of the demand, or in a new one."""
    values = typed_values((*FIELDS, "unit", "accepts_unknown_hazards", "version", SET)) | {"fields": typed_fields(WISHED)}
    values["accepts_hazards"] = request.form.getlist("accepts_hazards")[:HAZARDS_MAX]
    with database().transaction() as saving:
        actor = current_actor()
        demand = get_demand(saving, actor, demand_id) if demand_id else None
        begun = get_sketch(saving, actor, sketch_id, SketchKind.DEMAND) if sketch_id else None
        begun = find_sketch_of_demand(saving, actor, demand.id) if demand else begun
        if begun is not None:
            return save_sketch(saving, actor, sketch_id=begun.id, answers=values, version=seen_version())
        return start_sketch(saving, actor, values, kind=SketchKind.DEMAND, demand=demand)


def save_refused_draft(**where: int | None) -> Sketch | None:
    """Store what was sent and is not right yet. None where that cannot be: it stands on the page all the same."""
    rollback_request()
    try:
        return keep(**where)
    except Refusal:
        return None
