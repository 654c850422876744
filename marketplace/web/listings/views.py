"""Offering and changing a lot, whether it is still there, closing and withdrawing it."""

from typing import Any

from flask import Blueprint, render_template, request, url_for
from flask.typing import ResponseReturnValue

from marketplace.accounts.policy import Can, require
from marketplace.depots.queries.arrivals import find_awaited
from marketplace.exchange.actions.decide import withdraw as withdraw_listing
from marketplace.exchange.queries.reservations import list_open_of_listing
from marketplace.http.request import current_actor, current_session, database, permission
from marketplace.kernel.db import Session
from marketplace.kernel.errors import Conflict, Invalid
from marketplace.kernel.language import Text, _
from marketplace.market.actions.listings import close_listing, delete_draft
from marketplace.market.models import Listing
from marketplace.market.queries.gates import find_other_hands
from marketplace.market.queries.listings import get_listing
from marketplace.market.rules.freshness import Refreshed, is_lost, is_said_gone
from marketplace.market.rules.listing import ListingStatus
from marketplace.matching.actions.offer import amend, offer
from marketplace.matching.actions.publish import open_to_others, refresh_listing
from marketplace.matching.actions.publish import publish as publish_listing
from marketplace.matching.queries.matches import list_demands_for_listing
from marketplace.materials.queries import get_taxonomy
from marketplace.web.listings import photos, wizard
from marketplace.web.listings.forms import CloseForm, ListingForm, WithdrawForm, listing_form
from marketplace.web.listings.stored import announced_at, fill_choices, show_conflict, stock_of, stored_form
from marketplace.web.ui.estimates import estimate_of
from marketplace.web.ui.findings import findings_of_draft
from marketplace.web.ui.form_page import attempt, done, page
from marketplace.web.ui.freshness import answered
from marketplace.web.ui.states import LISTING_BADGES, RESERVATION_BADGES

blueprint = Blueprint("listings", __name__)
photos.register(blueprint)
wizard.register(blueprint)
FORM_BYTES_MAX = 250_000_000


@blueprint.route("/aanbod/nieuw/alles", methods=("GET", "POST"))
@permission(Can.OFFER, max_body_bytes=FORM_BYTES_MAX)
def create() -> ResponseReturnValue:
    """Offer a new lot: stored as a draft, or on offer at once."""
    form = listing_form(data={"material": request.args.get("material", "")})
    is_valid = form.is_submitted() and form.validate()
    session, actor = current_session(), current_actor()
    fill_choices(form, session, current_actor())
    listing = None
    if is_valid and form.fields_are_right:
        listing = attempt(form, lambda: offer(session, actor, form.draft(), pictures=form.pictures(), publish=form.publishes))
    if listing:
        return _saved(listing)
    findings = findings_of_draft(session, form.stated())
    return page("listings/create.html", form, estimate=estimate_of(form, get_taxonomy(session)), findings=findings, lot=None)


@blueprint.route("/aanbod/<int:listing_id>/bewerken", methods=("GET", "POST"))
@permission(Can.EDIT_LISTING, max_body_bytes=FORM_BYTES_MAX)
def edit(listing_id: int) -> ResponseReturnValue:
    """Change a lot. Saving after somebody else first shows the differences."""
    with database().read() as before:
        stored = _own(before, listing_id)
        form, depot_id = stored_form(stored, get_taxonomy(before)), stored.depot_id
    is_valid = form.is_submitted() and form.validate()
    session = current_session()
    fill_choices(form, session, current_actor(), depot_id)
    if is_valid and form.fields_are_right and (listing := attempt(form, lambda: _amended(session, listing_id, form))):
        return _saved(listing)
    return _editing(session, listing_id, form)


def _editing(session: Session, listing_id: int, form: ListingForm) -> ResponseReturnValue:
    listing = _own(session, listing_id)
    show_conflict(form, listing, get_taxonomy(session))
    form.stock = stock_of(session, current_actor(), listing)
    words: dict[str, Any] = {"badge": LISTING_BADGES[listing.status], "is_draft": listing.status == ListingStatus.DRAFT}
    words |= {
        "estimate": estimate_of(form, get_taxonomy(session)),
        "findings": findings_of_draft(session, form.stated(), listing),
    }
    return page("listings/edit.html", form, listing=listing, lot=listing.id, **words)


def _own(session: Session, listing_id: int) -> Listing:
    listing = get_listing(session, current_actor(), listing_id)
    require(current_actor(), Can.EDIT_LISTING, listing)
    return listing


def _amended(session: Session, listing_id: int, form: ListingForm) -> Listing:
    return amend(
        session,
        current_actor(),
        listing_id=listing_id,
        version=form.current_version,
        draft=form.draft(),
        pictures=form.pictures(),
        publish=form.publishes,
        reason=form.correction_reason.data or "",
    )


def _saved(listing: Listing) -> ResponseReturnValue:
    if listing.status == ListingStatus.DRAFT:
        return done(
            _("Saved as a draft. Nobody outside your organisation sees it."), url_for("listings.edit", listing_id=listing.id)
        )
    where, awaited = url_for("catalogue.show_listing", listing_id=listing.id), find_awaited(current_session(), listing.lot_id)
    if awaited is not None:
        return done(announced_at(awaited), where)
    return done(_("Your lot is on offer, as you see it here."), where)


@blueprint.get("/aanbod/<int:listing_id>/matches")
@permission(Can.READ_MATCHES)
def matches(listing_id: int) -> ResponseReturnValue:
    """Show the demands that this lot serves, nearest first."""
    session, actor = current_session(), current_actor()
    listing = get_listing(session, actor, listing_id)
    result = list_demands_for_listing(session, actor, listing)
    return render_template("listings/matches.html", listing=listing, matches=result, groups=get_taxonomy(session).group_slugs)


@blueprint.post("/aanbod/<int:listing_id>/publiceren")
@permission(Can.EDIT_LISTING)
def publish(listing_id: int) -> ResponseReturnValue:
    """Put a draft on offer; what is missing is shown in its form."""
    session = current_session()
    stored = _own(session, listing_id)
    form = stored_form(stored, get_taxonomy(session), sent=False)
    fill_choices(form, session, current_actor(), stored.depot_id)
    listing = attempt(form, lambda: publish_listing(session, current_actor(), listing_id=listing_id))
    return _saved(listing) if listing else _editing(session, listing_id, form)


@blueprint.post("/aanbod/<int:listing_id>/eigen-gebruik")
@permission(Can.EDIT_LISTING)
def keep(listing_id: int) -> ResponseReturnValue:
    """Put a draft on offer within the own organisation only. What is missing is shown in its form."""
    session = current_session()
    stored = _own(session, listing_id)
    form = stored_form(stored, get_taxonomy(session), sent=False)
    fill_choices(form, session, current_actor(), stored.depot_id)
    listing = attempt(form, lambda: publish_listing(session, current_actor(), listing_id=listing_id, to_others=False))
    if listing is None:
        return _editing(session, listing_id, form)
    return done(
        _("Your own organisation finds and reserves it. Nobody else sees it before you open it."),
        url_for("catalogue.show_listing", listing_id=listing_id),
    )


@blueprint.post("/aanbod/<int:listing_id>/openstellen")
@permission(Can.EDIT_LISTING)
def open_it(listing_id: int) -> ResponseReturnValue:
    """Open to others what was for the own organisation only."""
    back = url_for("catalogue.show_listing", listing_id=listing_id)
    try:
        open_to_others(current_session(), current_actor(), listing_id=listing_id)
    except (Conflict, Invalid) as refusal:
        return done(refusal.message, back, "error")
    return done(_("It is open: others find it from today, in the order of turns that you see here."), back)


@blueprint.post("/aanbod/<int:listing_id>/verwijderen")
@permission(Can.EDIT_LISTING)
def delete(listing_id: int) -> ResponseReturnValue:
    """Throw a draft away."""
    delete_draft(current_session(), current_actor(), listing_id=listing_id)
    return done(_("The draft is deleted."), url_for("work.show"))


@blueprint.route("/aanbod/<int:listing_id>/intrekken", methods=("GET", "POST"))
@permission(Can.EDIT_LISTING)
def withdraw(listing_id: int) -> ResponseReturnValue:
    """Take a lot away, after a look at who holds something of it."""
    session, actor = current_session(), current_actor()
    listing, held = _own(current_session(), listing_id), list_open_of_listing(session, listing_id)
    has = find_other_hands(session, actor, listing)
    form = _asking(listing, WithdrawForm() if held else CloseForm())
    if (form.is_submitted() and form.validate()) and attempt(
        form,
        lambda: withdraw_listing(session, actor, listing_id=listing_id, reason=form.explanation, outcome=form.chosen),
    ):
        return done(_withdrawn(form, has), url_for("work.show"))
    return page("listings/withdraw.html", form, listing=listing, held=held, states=RESERVATION_BADGES, has=has)


def _withdrawn(form: CloseForm, has: str | None) -> Text:
    if has is not None and is_said_gone(form.chosen):
        return _("The lot is withdrawn. It is still with %(has)s, where they can read what you said about it.", has=has)
    if not is_lost(form.chosen):
        return _("The lot is withdrawn, and does not count as lost. Everyone who had reserved something has been notified.")
    return _("The lot is withdrawn. Everyone who had reserved something has been notified.")


@blueprint.route("/aanbod/<int:listing_id>/sluiten", methods=("GET", "POST"))
@permission(Can.EDIT_LISTING)
def close(listing_id: int) -> ResponseReturnValue:
    """Offer the rest no more, and say what became of it. While something of it is held the verb says why not."""
    session, actor = current_session(), current_actor()
    listing = _own(current_session(), listing_id)
    has = find_other_hands(session, actor, listing)
    form = _asking(listing, CloseForm())
    is_valid = form.is_submitted() and (listing.held > 0 or form.validate())
    if is_valid and attempt(
        form, lambda: close_listing(session, actor, listing_id=listing_id, outcome=form.chosen, reason=form.explanation)
    ):
        return done(_closed(form, has), url_for("work.listings"))
    return page("listings/close.html", form, listing=listing, has=has)


def _closed(form: CloseForm, has: str | None) -> Text:
    if has is not None and is_said_gone(form.chosen):
        return _("The lot is closed. It is still with %(has)s, where they can read what you said about it.", has=has)
    return _("The lot is closed. It is no longer in the catalogue.")


def _asking(listing: Listing, form: CloseForm) -> CloseForm:
    """What became of the rest is asked where there is a rest that others could see."""
    if listing.status == ListingStatus.DRAFT or listing.quantity == listing.transferred:
        del form.outcome, form.reason
    return form


@blueprint.post("/aanbod/<int:listing_id>/bevestigen")
@permission(Can.EDIT_LISTING)
def refresh(listing_id: int) -> ResponseReturnValue:
    """One of three answers: it is still there, something changed, or it is gone. The last one first asks what became of it."""
    answer = answered()
    if answer == Refreshed.GONE:
        return done(
            _("Say what became of it. After that it leaves the catalogue."), url_for("listings.close", listing_id=listing_id)
        )
    refresh_listing(current_session(), current_actor(), listing_id=listing_id, answer=answer)
    if answer == Refreshed.CHANGED:
        return done(
            _("The lot is confirmed. Change here what is different now."), url_for("listings.edit", listing_id=listing_id)
        )
    where = url_for("catalogue.show_listing", listing_id=listing_id) if request.form.get("at") == "lot" else url_for("work.show")
    return done(_("Thank you. The lot stays in the catalogue for another 60 days."), where)
