"""Physical lots: one of them, what can be done with it, one's own."""

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from marketplace.accounts.policy import Can, may, require
from marketplace.accounts.queries.organisations import list_chain
from marketplace.depots.actions.photos import add_lot_photo, require_photographing
from marketplace.depots.queries.depots import find_awaiting, get_depot, list_depots
from marketplace.depots.queries.lots import get_lot, list_lots
from marketplace.depots.rules.lots import LotFilter
from marketplace.depots.rules.number import lot_number, read_lot_number
from marketplace.http.request import current_actor, current_session, database, permission
from marketplace.kernel.errors import Missing
from marketplace.kernel.language import _
from marketplace.market.rules.listing import ListingStatus
from marketplace.materials.queries import get_taxonomy
from marketplace.recalls.queries.traces import get_traced
from marketplace.stock.actions.offering import offer_to_chain
from marketplace.stock.queries.lying import with_offers
from marketplace.stock.queries.warnings import find_expected
from marketplace.web.lots import acts, coming
from marketplace.web.lots.acts import Act
from marketplace.web.lots.forms import ChainForm, FindForm, MoveForm, SplitForm
from marketplace.web.lots.shown import LotPage
from marketplace.web.ui.fills import warn_of_full
from marketplace.web.ui.form_page import attempt, done, page
from marketplace.web.ui.lying import own_rows
from marketplace.web.ui.paging import paged
from marketplace.web.ui.photo_form import PHOTO_FORM_BYTES_MAX, PhotoForm

blueprint = Blueprint("lots", __name__)
coming.register(blueprint)
ONE = "/lots/<int:lot_id>"
METHODS = ("GET", "POST")


@blueprint.get("/lots", endpoint="list_lots")
@permission(Can.READ_LOT)
def show_list() -> ResponseReturnValue:
    """What somebody has of their own; and the way to a lot by the number on its label."""
    session, actor = current_session(), current_actor()
    form = FindForm(request.args)
    if typed := form.nummer.data:
        lot = attempt(form, lambda: get_lot(session, actor, read_lot_number(typed, "nummer")))
        if lot is not None:
            return redirect(url_for("lots.show", lot_id=lot.id), 303)
    own = None if may(actor, Can.BROKER) or not may(actor, Can.OFFER_LOT) else actor.organisation_id
    rows, place = paged(
        lambda number: list_lots(session, actor, LotFilter(owner_id=own, words=request.args.get("q", ""), page=number))
    )
    return page(
        "lots/list_lots.html",
        form,
        rows=own_rows(actor, with_offers(session, list(rows))),
        words=request.args.get("q", ""),
        is_of_all=own is None,
        **place,
    )


@blueprint.get(ONE)
@permission(Can.READ_LOT)
def show(lot_id: int) -> ResponseReturnValue:
    """One lot, as a scan of its label opens it."""
    session, actor = current_session(), current_actor()
    try:
        lot = get_lot(session, actor, lot_id)
    except Missing:  # a keeper may take in what was announced, and read it from then on
        if (arrival := find_expected(session, actor, lot_id)) is not None:
            return redirect(coming.address_of(arrival, lot_id), 303)
        get_traced(session, actor, lot_id)  # whoever had it reads where it went
        return redirect(url_for("recalls.show_trace", lot_id=lot_id), 303)
    return render_template("lots/show.html", page=LotPage.of(session, actor, lot))


@blueprint.route(f"{ONE}/verplaatsen", methods=METHODS)
@permission(Can.HANDLE_LOT)
def move(lot_id: int) -> ResponseReturnValue:
    """To another bay, another depot or another place."""
    return _act(lot_id, acts.MOVE)


@blueprint.route(f"{ONE}/splitsen", methods=METHODS)
@permission(Can.HANDLE_LOT)
def split(lot_id: int) -> ResponseReturnValue:
    """Make a part of it a lot of its own."""
    return _act(lot_id, acts.SPLIT)


@blueprint.route(f"{ONE}/tellen", methods=METHODS)
@permission(Can.HANDLE_LOT)
def count(lot_id: int) -> ResponseReturnValue:
    """Write down what was counted."""
    return _act(lot_id, acts.COUNT)


@blueprint.route(f"{ONE}/uitgeven", methods=METHODS)
@permission(Can.HANDLE_LOT)
def let_out(lot_id: int) -> ResponseReturnValue:
    """Let it out for its owner's own use."""
    return _act(lot_id, acts.LET_OUT)


@blueprint.route(f"{ONE}/afboeken", methods=METHODS)
@permission(Can.HANDLE_LOT)
def write_off(lot_id: int) -> ResponseReturnValue:
    """Write off what is gone for good."""
    return _act(lot_id, acts.WRITE_OFF)


@blueprint.route(f"{ONE}/aanbieden", methods=METHODS)
@permission(Can.OFFER_LOT)
def offer(lot_id: int) -> ResponseReturnValue:
    """Offer it, or a part of it: a draft is made, to be filled in further."""
    return _act(lot_id, acts.OFFER)


@blueprint.route(f"{ONE}/foto", methods=METHODS)
@permission(Can.READ_LOT, max_body_bytes=PHOTO_FORM_BYTES_MAX)
def photo(lot_id: int) -> ResponseReturnValue:
    """Put a photo with it, as it lies."""
    form, actor = PhotoForm(), current_actor()
    with database().read() as reading:
        require_photographing(reading, actor, lot_id)
    is_valid = form.is_submitted() and form.validate()
    session = current_session()
    if is_valid and attempt(
        form, lambda: add_lot_photo(session, actor, lot_id=lot_id, files=form.stored().files, alt=form.words())
    ):
        return done(_("The photo is with the lot."), url_for("lots.show", lot_id=lot_id))
    return page("lots/photo.html", form, page=LotPage.of(session, actor, get_lot(session, actor, lot_id)))


@blueprint.route(f"{ONE}/keten", methods=METHODS, endpoint="offer_to_chain")
@permission(Can.OFFER_LOT)
def offer_chain(lot_id: int) -> ResponseReturnValue:
    """Offer what lies too long to the organisations of the chain."""
    form = ChainForm()
    is_valid = form.is_submitted() and form.validate()
    session, actor = current_session(), current_actor()
    lot = get_lot(session, actor, lot_id)
    require(actor, Can.OFFER_LOT, lot)
    form.prepare(lot)
    made = (
        attempt(form, lambda: offer_to_chain(session, actor, lot_id=lot_id, reason=form.reason.data or "")) if is_valid else None
    )
    if made is not None and made.status == ListingStatus.PUBLISHED:
        return done(_("The lot is offered to the chain."), url_for("lots.show", lot_id=lot_id))
    if made is not None:
        message = _("The draft of the offer is there. Add what is missing and publish it: then the chain is told.")
        return done(message, url_for("listings.edit", listing_id=made.id))
    current = LotPage.of(session, actor, get_lot(session, actor, lot_id))
    return page("lots/offer_to_chain.html", form, page=current, chain=list_chain(session, but=lot.owner_id))


def _act(lot_id: int, act: Act) -> ResponseReturnValue:
    """Show the form of an act, or do it. A place is looked up before the session begins."""
    form = act.form()
    is_valid = form.is_submitted() and form.validate()
    session, actor = current_session(), current_actor()
    lot = get_lot(session, actor, lot_id)
    require(actor, act.permission, lot)
    form.prepare(lot)
    if isinstance(form, MoveForm | SplitForm) and lot.depot_id is not None:
        form.bay.offer(get_depot(session, lot.depot_id))
    if isinstance(form, MoveForm):
        form.offer(lot, list_depots(session))
        form.offer_vehicles(get_taxonomy(session).vehicles)
        awaiting = find_awaiting(session, actor, form.depot_id, lies_in=lot.depot_id) if is_valid else None
        if awaiting is not None:
            message = _("Only a keeper takes something into %(depot)s. Announce the lot there.", depot=awaiting.name)
            return done(message, url_for("lots.announce", depot_id=awaiting.id, partij=lot_number(lot_id)), "info")
    before, lay_in = lot.quantity, lot.depot_id
    made = attempt(form, lambda: act.do(session, actor, lot, form)) if is_valid else None
    if made is not None:
        if made.depot_id != lay_in:
            warn_of_full(session, made.depot_id)
        return done(act.says(made, before), act.leads(session, made))
    seen = get_lot(session, actor, lot_id) if is_valid else lot  # the verb has read it again, to lock it
    return page("lots/_act.html", form, act=act, page=LotPage.of(session, actor, seen))
