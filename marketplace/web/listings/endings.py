"""Whether a lot is still there, and how it goes off the bank: closed or withdrawn, and what became of the rest."""

from typing import Any

from flask import Blueprint, request, url_for

from marketplace.accounts.policy import Can, require
from marketplace.exchange.actions.decide import withdraw as withdraw_listing
from marketplace.exchange.queries.reservations import list_open_of_listing
from marketplace.kernel.language import _
from marketplace.market.actions.listings import close_listing
from marketplace.market.queries.listings import get_listing
from marketplace.market.rules.freshness import Refreshed
from marketplace.market.rules.listing import ListingStatus
from marketplace.matching.actions.publish import answer_listing
from marketplace.web.answers import attempt, done, page
from marketplace.web.confirming import answered
from marketplace.web.listings.forms import CloseForm, WithdrawForm
from marketplace.web.request import current_actor, current_session, permission
from marketplace.web.states import RESERVATION_BADGES


def register(blueprint: Blueprint) -> None:
    """Give these pages to the area of listings."""
    blueprint.route("/aanbod/<int:listing_id>/intrekken", methods=("GET", "POST"))(withdraw)
    blueprint.route("/aanbod/<int:listing_id>/sluiten", methods=("GET", "POST"))(close)
    blueprint.post("/aanbod/<int:listing_id>/bevestigen")(refresh)


@permission(Can.EDIT_LISTING)
def withdraw(listing_id: int) -> Any:
    """Take a lot away, after a look at who holds something of it."""
    session, actor = current_session(), current_actor()
    listing, held = _own(listing_id), list_open_of_listing(session, listing_id)
    form = _asking(listing, WithdrawForm() if held else CloseForm())
    if (form.is_submitted() and form.validate()) and attempt(
        form,
        lambda: withdraw_listing(session, actor, listing_id=listing_id, reason=form.said, outcome=form.chosen),
    ):
        return done(_("The lot is withdrawn. Who had reserved something has been told."), url_for("work.show"))
    return page("listings/withdraw.html", form, listing=listing, held=held, states=RESERVATION_BADGES)


@permission(Can.EDIT_LISTING)
def close(listing_id: int) -> Any:
    """Offer the rest no more, and say what became of it. While something of it is held the verb says why not."""
    session, actor = current_session(), current_actor()
    listing = _own(listing_id)
    form = _asking(listing, CloseForm())
    right = form.is_submitted() and (listing.held > 0 or form.validate())
    if right and attempt(
        form, lambda: close_listing(session, actor, listing_id=listing_id, outcome=form.chosen, reason=form.said)
    ):
        return done(_("The lot is closed. It is no longer in the catalogue."), url_for("work.listings"))
    return page("listings/close.html", form, listing=listing)


def _asking(listing: Any, form: CloseForm) -> CloseForm:
    """What became of the rest is asked where there is a rest that others could see."""
    if listing.status == ListingStatus.DRAFT or listing.quantity == listing.transferred:
        del form.outcome, form.reason
    return form


@permission(Can.EDIT_LISTING)
def refresh(listing_id: int) -> Any:
    """One of three answers: it is still there, something changed, or it is gone. The last one first asks what became of it."""
    answer = answered()
    if answer == Refreshed.GONE:
        return done(
            _("Say what became of it. After that it leaves the catalogue."), url_for("listings.close", listing_id=listing_id)
        )
    answer_listing(current_session(), current_actor(), listing_id=listing_id, answer=answer)
    if answer == Refreshed.CHANGED:
        return done(
            _("The lot is confirmed. Change here what is different now."), url_for("listings.edit", listing_id=listing_id)
        )
    where = url_for("catalogue.show_listing", listing_id=listing_id) if request.form.get("at") == "lot" else url_for("work.show")
    return done(_("Thank you. The lot stays in the catalogue for another 60 days."), where)


def _own(listing_id: int) -> Any:
    listing = get_listing(current_session(), current_actor(), listing_id)
    require(current_actor(), Can.EDIT_LISTING, listing)
    return listing
