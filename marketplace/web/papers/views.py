"""Adding a paper to a lot, renewing one, taking one away, and its file."""

from typing import Any

from flask import Blueprint, Response, request, url_for
from flask.typing import ResponseReturnValue

from marketplace.accounts.policy import Can, require
from marketplace.depots.queries.lots import get_lot
from marketplace.documents.models import Paper
from marketplace.documents.queries import list_item_papers, list_papers, missing_paper
from marketplace.dossiers import actions
from marketplace.http.lot_papers import paper_file_answer
from marketplace.http.request import current_actor, current_session, database, permission
from marketplace.kernel.db import Session
from marketplace.kernel.language import _
from marketplace.market.models import Listing
from marketplace.market.queries.listings import get_listing
from marketplace.materials.queries import get_taxonomy
from marketplace.passports.queries.assets import get_item
from marketplace.web.papers.forms import ACCEPT, PaperForm
from marketplace.web.ui.form_page import attempt, done, page
from marketplace.web.ui.forms import Form, IdempotencyField
from marketplace.web.ui.papers import row_of

blueprint = Blueprint("papers", __name__)
METHODS = ("GET", "POST")
LOT = "/aanbod/<int:listing_id>/documenten"
ITEM = "/paspoorten/<int:asset_id>/onderdelen/<int:number>/documenten"
FORM_BYTES_MAX = 64_000_000  # more than a paper may be, so that the form comes back with its sentence


class RemoveForm(Form):
    """Nothing is asked but whether it is meant."""

    idempotency_key = IdempotencyField()


@blueprint.route(f"{LOT}/nieuw", methods=METHODS)
@permission(Can.EDIT_LISTING, max_body_bytes=FORM_BYTES_MAX)
def add(listing_id: int) -> ResponseReturnValue:
    """Add a paper: what it is, its file, its number and its days."""
    return _adding(listing_id, None)


@blueprint.route(f"{LOT}/<int:paper_id>/vervangen", methods=METHODS)
@permission(Can.EDIT_LISTING, max_body_bytes=FORM_BYTES_MAX)
def replace(listing_id: int, paper_id: int) -> ResponseReturnValue:
    """Put a newer paper in the place of one that runs out or was not right."""
    return _adding(listing_id, paper_id)


def _adding(listing_id: int, replaced_id: int | None) -> ResponseReturnValue:
    with database().read() as reading:
        listing = _own(reading, listing_id)
        taxonomy = get_taxonomy(reading)
        old = None if replaced_id is None else _paper(reading, listing, replaced_id)
        row = row_of(old, taxonomy) if old else None
        material = taxonomy.material_by_id(listing.material_id)
        begins = {"kind": old.kind, "issuer": old.issuer} if old else {"kind": request.args.get("kind", "")}
    form = PaperForm(data=begins)
    form.offer(taxonomy, material)
    is_valid = form.is_submitted() and form.validate()
    if is_valid and attempt(form, lambda: _add(listing_id, form, replaced_id)):
        if form.stored().was_signed:
            message = _("The paper is added. Its digital signature is not in our copy, so keep the original yourself.")
        else:
            message = _("The paper is added. Whoever asked for this lot can read it.")
        return done(message, _address(listing_id))
    return page("papers/add.html", form, listing=_own(current_session(), listing_id), old=row, accept=ACCEPT)


def _add(listing_id: int, form: PaperForm, replaced_id: int | None) -> Paper:
    return actions.add_paper(
        current_session(),
        current_actor(),
        listing_id=listing_id,
        draft=form.draft(),
        file=form.stored().file,
        replaced_id=replaced_id,
    )


@blueprint.route("/lots/<int:lot_id>/documenten/nieuw", methods=METHODS)
@permission(Can.ADD_LOT_PAPER, max_body_bytes=FORM_BYTES_MAX)
def add_to_lot(lot_id: int) -> ResponseReturnValue:
    """Add a paper to a lot itself, such as the report of a new examination."""
    with database().read() as reading:
        lot = get_lot(reading, current_actor(), lot_id)
        require(current_actor(), Can.ADD_LOT_PAPER, lot)
        taxonomy = get_taxonomy(reading)
        material = taxonomy.material_by_id(lot.material_id)
    form = PaperForm()
    form.offer(taxonomy, material)
    is_valid = form.is_submitted() and form.validate()
    session, actor = current_session(), current_actor()
    if is_valid and attempt(
        form,
        lambda: actions.add_lot_paper(session, actor, lot_id=lot_id, draft=form.draft(), file=form.stored().file),
    ):
        return done(_("The paper is added to the lot."), url_for("recalls.show_trace", lot_id=lot_id))
    return page("papers/add_to_lot.html", form, lot=get_lot(session, actor, lot_id), accept=ACCEPT)


@blueprint.route(f"{ITEM}/nieuw", methods=METHODS)
@permission(Can.KEEP_PASSPORTS, max_body_bytes=FORM_BYTES_MAX)
def add_to_item(asset_id: int, number: int) -> ResponseReturnValue:
    """Add a paper to a part of an asset."""
    with database().read() as reading:
        item = get_item(reading, current_actor(), asset_id, number)
        require(current_actor(), Can.KEEP_PASSPORTS, item.asset)
        taxonomy = get_taxonomy(reading)
        material = taxonomy.material_by_id(item.material_id)
    form = PaperForm()
    form.offer(taxonomy, material)
    is_valid = form.is_submitted() and form.validate()
    session, actor = current_session(), current_actor()
    part: dict[str, Any] = {"asset_id": asset_id, "number": number}
    if is_valid and attempt(
        form, lambda: actions.add_item_paper(session, actor, **part, draft=form.draft(), file=form.stored().file)
    ):
        return done(_("The paper is added to the part."), url_for("passports.describe_item", **part))
    return page("papers/add_to_item.html", form, part=part, material=material, accept=ACCEPT)


@blueprint.route(f"{ITEM}/<int:paper_id>/verwijderen", methods=METHODS)
@permission(Can.KEEP_PASSPORTS)
def remove_from_item(asset_id: int, number: int, paper_id: int) -> ResponseReturnValue:
    """Ask once more, and take a paper away from a part."""
    session, actor = current_session(), current_actor()
    part: dict[str, Any] = {"asset_id": asset_id, "number": number}
    item = get_item(session, actor, asset_id, number)
    require(actor, Can.KEEP_PASSPORTS, item.asset)
    paper = next((paper for paper in list_item_papers(session, [item.id]).get(item.id, []) if paper.id == paper_id), None)
    if paper is None:
        raise missing_paper()
    form = RemoveForm()
    is_valid = form.is_submitted() and form.validate()
    if is_valid and attempt(form, lambda: actions.remove_item_paper(session, actor, **part, paper_id=paper_id)):
        return done(_("The paper is taken away."), url_for("passports.describe_item", **part))
    return page("papers/remove_from_item.html", form, part=part, paper=row_of(paper, get_taxonomy(session)))


@blueprint.route(f"{LOT}/<int:paper_id>/verwijderen", methods=METHODS)
@permission(Can.EDIT_LISTING)
def remove(listing_id: int, paper_id: int) -> ResponseReturnValue:
    """Ask once more, and take a paper away."""
    session, actor = current_session(), current_actor()
    listing = _own(session, listing_id)
    paper = _paper(session, listing, paper_id)
    form = RemoveForm()
    is_valid = form.is_submitted() and form.validate()
    if is_valid and attempt(form, lambda: actions.remove_paper(session, actor, listing_id=listing_id, paper_id=paper_id)):
        return done(_("The paper is removed. It no longer counts for this lot."), _address(listing_id))
    return page("papers/remove.html", form, listing=listing, paper=row_of(paper, get_taxonomy(session)))


@blueprint.get("/documenten/<int:paper_id>/document.<any(pdf, webp):suffix>")
@permission(Can.READ_PAPERS)
def show_file(paper_id: int, suffix: str) -> Response:
    """The file of a paper, for whoever may read it."""
    return paper_file_answer(current_session(), current_actor(), paper_id, f".{suffix}")


def _own(session: Session, listing_id: int) -> Listing:
    listing = get_listing(session, current_actor(), listing_id)
    require(current_actor(), Can.EDIT_LISTING, listing)
    return listing


def _paper(session: Session, listing: Listing, paper_id: int) -> Paper:
    for paper in list_papers(session, listing.id):
        if paper.id == paper_id:
            return paper
    raise missing_paper()


def _address(listing_id: int) -> str:
    return url_for("catalogue.show_listing", listing_id=listing_id, _anchor="papers")
