"""A part of a passport becomes a planned lot, and what was received becomes a part."""

from decimal import Decimal

from flask import Blueprint, url_for
from flask.typing import ResponseReturnValue

from marketplace.accounts.policy import Can, require
from marketplace.http.request import current_actor, current_session, permission
from marketplace.kernel.errors import Conflict, Missing
from marketplace.kernel.language import _
from marketplace.kernel.units import Amount, Unit
from marketplace.ledger.queries import get_exchange
from marketplace.ledger.rules import RowKind
from marketplace.materials.queries import get_taxonomy
from marketplace.passports.actions.releasing import put_received, release_items
from marketplace.passports.queries.assets import get_asset, get_item, list_assets
from marketplace.passports.queries.releases import find_left_of_row, list_free
from marketplace.passports.rules.assets import AssetFilter
from marketplace.web.releases.forms import ReceiveForm, ReleaseForm
from marketplace.web.ui.form_page import attempt, done, page

blueprint = Blueprint("releases", __name__)
ASSETS_MOST = 500


@blueprint.route("/paspoorten/<int:asset_id>/onderdelen/<int:number>/vrij", methods=["GET", "POST"])
@permission(Can.KEEP_PASSPORTS)
def release(asset_id: int, number: int) -> ResponseReturnValue:
    """Make a planned lot of a part, and of others of the same material that come free with it."""
    session, actor = current_session(), current_actor()
    item = get_item(session, actor, asset_id, number)
    asset = get_asset(session, actor, asset_id)
    require(actor, Can.KEEP_PASSPORTS, asset)
    free = list_free(session, asset)
    own = next((part for part in free if part.item.number == number), None)
    if own is None:
        raise Conflict(_("Of this part nothing is left that was not released before. Look at its planned lots."))
    alike = (own.item.material_id, own.item.unit, own.item.kg_per_unit)
    others = [
        part for part in free if part is not own and (part.item.material_id, part.item.unit, part.item.kg_per_unit) == alike
    ]
    form = ReleaseForm()
    form.prepare(asset, item, own.left, others)
    made = attempt(form, lambda: release_items(session, actor, draft=form.draft(item))) if form.validate_on_submit() else None
    if made is not None:
        sentence = _("The planned lot is a draft. Look it over and publish it; the passport keeps it until it is handed over.")
        return done(sentence, url_for("listings.edit", listing_id=made.id))
    return page("releases/release.html", form, asset=asset, own=own)


@blueprint.route("/cijfers/uitwisselingen/<int:seq>/paspoort", methods=["GET", "POST"])
@permission(Can.KEEP_PASSPORTS)
def receive(seq: int) -> ResponseReturnValue:
    """Put what came by a transfer into a passport of the own organisation."""
    session, actor = current_session(), current_actor()
    row = get_exchange(session, actor, seq=seq)
    if row.kind != RowKind.TRANSFER or row.to_slug != actor.organisation_slug:
        raise Missing(_("This row of the ledger brought your organisation nothing. Name the row of a transfer to you."))
    left = max(find_left_of_row(session, row), Decimal(0))
    assets, _total = list_assets(session, actor, AssetFilter(organisation_id=actor.organisation_id, page_size=ASSETS_MOST))
    form = ReceiveForm()
    form.prepare([asset for asset in assets if asset.organisation_id == actor.organisation_id], Amount(left, Unit(row.unit)))

    def put() -> object:
        return put_received(session, actor, asset_id=form.chosen(), seq=seq, amount=form.quantity.data, details=form.details())

    if form.validate_on_submit() and attempt(form, put) is not None:
        return done(_("It is in the passport."), url_for("passports.show", asset_id=form.chosen()))
    material = get_taxonomy(session).material(row.material_slug)
    return page("releases/receive.html", form, row=row, material=material, has_assets=bool(assets), left=left)
