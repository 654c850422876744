"""What somebody appraised a part at: those there are, and another one."""

from flask import Blueprint, url_for
from flask.typing import ResponseReturnValue

from marketplace.accounts.policy import Can, may
from marketplace.http.request import current_actor, current_session, permission
from marketplace.http.written import Written
from marketplace.kernel.formats import euros, long_date, quantity
from marketplace.kernel.language import _
from marketplace.kernel.units import Amount
from marketplace.materials.queries import get_taxonomy
from marketplace.passports.models import AssetItem
from marketplace.valuations.actions.appraisals import appraise
from marketplace.valuations.models import Appraisal
from marketplace.valuations.queries.prices import list_appraisals
from marketplace.valuations.rules.method import SHADOW
from marketplace.web.ui.form_page import done, page, submit
from marketplace.web.valuations.forms import AppraisalForm


def register(blueprint: Blueprint) -> None:
    """Add the page to the blueprint of valuations."""
    blueprint.add_url_rule(
        "/paspoorten/<int:asset_id>/onderdelen/<int:number>/taxaties", view_func=appraisals, methods=["GET", "POST"]
    )


@permission(Can.READ_VALUE)
def appraisals(asset_id: int, number: int) -> ResponseReturnValue:
    """What a part was appraised at. For its keeper also the form for another appraisal."""
    session, actor = current_session(), current_actor()
    item, rows = list_appraisals(session, actor, asset_id, number)
    form = AppraisalForm()
    form.prepare(item)
    if submit(form, lambda: appraise(session, actor, asset_id=asset_id, number=number, draft=form.draft())):
        return done(
            _("The appraisal is kept. It counts in the next valuation, where no price does."),
            url_for("valuations.appraisals", asset_id=asset_id, number=number),
        )
    return page(
        "valuations/appraisals.html",
        form,
        asset=item.asset,
        item=item,
        material=get_taxonomy(session).material_by_id(item.material_id),
        rows=[_cells(row, item) for row in rows],
        keeps=may(actor, Can.KEEP_PASSPORTS, item.asset),
        shadow=SHADOW,
    )


def _cells(row: Appraisal, item: AssetItem) -> list[object]:
    costs = [cost for cost in (row.taking_out_cents, row.cleaning_cents, row.transport_cents) if cost is not None]
    return [
        long_date(row.valued_on),
        row.appraiser,
        Written(row.source),
        quantity(Amount(row.quantity, item.unit_of)),
        euros(row.value_cents),
        euros(sum(costs)) if costs else _("not known"),
    ]
