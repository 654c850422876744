"""What a coordinator writes down: an asset, its parts, and what happened to them."""

from flask import Blueprint, request, url_for
from flask.typing import ResponseReturnValue

from marketplace.accounts.policy import Can, require
from marketplace.accounts.queries.organisations import list_organisations
from marketplace.documents.queries import list_item_papers
from marketplace.http.request import current_actor, current_session, permission
from marketplace.kernel.language import _
from marketplace.matching.actions.replan import edit_asset
from marketplace.materials.queries import get_taxonomy
from marketplace.passports.actions import assets, items
from marketplace.passports.models import Asset, AssetItem
from marketplace.passports.queries.assets import details_of, draft_of, get_asset, get_item
from marketplace.web.passports.forms import AssetForm, ChangeForm, ItemForm, describe_form
from marketplace.web.ui.comparison import Row, compare, is_outdated
from marketplace.web.ui.form_page import attempt, done, page, submit
from marketplace.web.ui.papers import rows_of

KEPT = permission(Can.KEEP_PASSPORTS)


def register(blueprint: Blueprint) -> None:
    """Add the pages to the blueprint of passports."""
    both, own = ["GET", "POST"], "/paspoorten/<int:asset_id>"
    blueprint.add_url_rule("/paspoorten/nieuw", view_func=create, methods=both)
    blueprint.add_url_rule(f"{own}/wijzigen", view_func=edit, methods=both)
    blueprint.add_url_rule(f"{own}/onderdelen/nieuw", view_func=add_item, methods=both)
    blueprint.add_url_rule(f"{own}/onderdelen/<int:number>", view_func=describe_item, methods=both)
    blueprint.add_url_rule(f"{own}/onderdelen/<int:number>/gebeurd", view_func=change_item, methods=both)


@KEPT
def create() -> ResponseReturnValue:
    """Make a passport of something that the own organisation owns."""
    session, actor = current_session(), current_actor()
    form = AssetForm()
    form.offer(list_organisations(session), actor.organisation_slug)
    made = attempt(form, lambda: assets.create_asset(session, actor, draft=form.draft())) if form.validate_on_submit() else None
    if made is not None:
        return done(_("The passport is made. Now say what it is made of."), url_for("passports.add_item", asset_id=made.id))
    return page("passports/create.html", form)


@KEPT
def edit(asset_id: int) -> ResponseReturnValue:
    """Describe an asset anew."""
    session, actor = current_session(), current_actor()
    asset = asset_to_change(asset_id)
    form = AssetForm()
    form.fill(asset, draft_of(asset))
    form.offer(list_organisations(session), asset.organisation.slug)

    def save() -> None:
        reason = form.reason.data or ""
        edit_asset(session, actor, asset_id=asset_id, draft=form.draft(), version=form.read_version, reason=reason)

    if submit(form, save):
        return _changed(asset_id)
    return page("passports/edit.html", form, asset=asset, changes=_differences(form, asset))


def _differences(form: AssetForm, asset: Asset) -> list[Row]:
    """What differs where somebody else was quicker. Their version counts as seen, so that saving again is a choice."""
    outran = is_outdated(form)
    if not outran:
        return []
    version, changed = outran
    stored = AssetForm(formdata=None)
    stored.offer(list_organisations(current_session()), asset.organisation.slug)
    stored.fill(asset, draft_of(asset), anew=True)
    form.version.data = str(version)
    return compare(stored, form, changed)


@KEPT
def add_item(asset_id: int) -> ResponseReturnValue:
    """Write down a part: a material and how much of it."""
    session, actor = current_session(), current_actor()
    asset = asset_to_change(asset_id)
    form = ItemForm(data={"material": request.args.get("material", "")})
    form.offer(get_taxonomy(session))
    made = (
        attempt(form, lambda: items.add_item(session, actor, asset_id=asset_id, draft=form.draft()))
        if form.validate_on_submit()
        else None
    )
    if made is not None:
        return done(
            _("The part is in the passport. Say more of it here, if you know more."),
            url_for("passports.describe_item", asset_id=asset_id, number=made.number),
        )
    return page("passports/add_item.html", form, asset=asset)


@KEPT
def describe_item(asset_id: int, number: int) -> ResponseReturnValue:
    """Say more of a part, or something else."""
    session, actor = current_session(), current_actor()
    asset, item = asset_to_change(asset_id), get_item(session, actor, asset_id, number)
    material = get_taxonomy(session).material_by_id(item.material_id)
    form = describe_form(material)
    form.fill(details_of(item))
    if submit(form, lambda: items.describe_item(session, actor, asset_id=asset_id, number=number, details=form.details())):
        return _changed(asset_id)
    papers = rows_of(list_item_papers(session, [item.id]).get(item.id, []), get_taxonomy(session))
    return page("passports/describe_item.html", form, asset=asset, item=item, material=material, papers=papers)


@KEPT
def change_item(asset_id: int, number: int) -> ResponseReturnValue:
    """Say what happened to a part."""
    session, actor = current_session(), current_actor()
    asset, item = asset_to_change(asset_id), get_item(session, actor, asset_id, number)
    form = ChangeForm()
    form.prepare(item)
    if submit(form, lambda: items.change_item(session, actor, asset_id=asset_id, number=number, change=form.draft())):
        return done(_("It is in the passport."), url_for("passports.show", asset_id=asset_id, _anchor="happened"))
    return page("passports/change_item.html", form, asset=asset, item=item, material=_material(item))


def _material(item: AssetItem) -> object:
    return get_taxonomy(current_session()).material_by_id(item.material_id)


def asset_to_change(asset_id: int) -> Asset:
    """The asset, for whoever may change it."""
    asset = get_asset(current_session(), current_actor(), asset_id)
    require(current_actor(), Can.KEEP_PASSPORTS, asset)
    return asset


def _changed(asset_id: int) -> ResponseReturnValue:
    return done(_("The passport is changed."), url_for("passports.show", asset_id=asset_id))
