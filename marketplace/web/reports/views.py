"""What the own municipality reports of a year."""

from functools import partial

from flask import Blueprint, url_for
from flask.typing import ResponseReturnValue

from marketplace.accounts.policy import Can
from marketplace.http.request import current_actor, current_session, permission
from marketplace.impact.actions.reports import report_material_use
from marketplace.impact.queries.reports import get_material_use
from marketplace.kernel import clock
from marketplace.kernel.language import _
from marketplace.materials.queries import taxonomy
from marketplace.web.reports.forms import MaterialUseForm, columns, material_use_form
from marketplace.web.ui.form_page import done, page, submit
from marketplace.web.ui.tonnes import in_tonnes, places_of

blueprint = Blueprint("reports", __name__)


@blueprint.route("/beheer/materiaalgebruik/<int:year>", methods=["GET", "POST"])
@permission(Can.EDIT_MATERIAL_USE)
def edit(year: int) -> ResponseReturnValue:
    """What the own municipality put to use in a year."""
    session, actor = current_session(), current_actor()
    existing = get_material_use(session, actor, year=year)
    form = material_use_form(taxonomy(session).groups, existing)
    if submit(form, lambda: _report(form, year)):
        return done(_("The material use of %(year)s has been saved.", year=str(year)), url_for("goals.show", jaar=year))
    return page(
        "reports/edit.html",
        form,
        refused=422,
        known=existing,
        columns=columns(),
        in_tonnes=partial(in_tonnes, places=places_of(max((one.mass_kg for one in existing.earlier), default=0))),
        years=range(clock.today().year, clock.today().year - 4, -1),
    )


def _report(form: MaterialUseForm, year: int) -> None:
    """Save what the form says."""
    report_material_use(
        current_session(),
        current_actor(),
        organisation_slug=current_actor().organisation_slug,
        year=year,
        includes_bank_kg=form.included_kg(),
        includes_bank_as_of=form.includes_bank_as_of.data,
        rows=form.rows(),
        version=int(form.version.data or 0) if (form.version.data or "0").isdigit() else None,
    )
