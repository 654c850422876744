"""Moving the days of a planned lot, saying that it is there, and answering other days."""

from flask import Blueprint, render_template, request, url_for
from flask.typing import ResponseReturnValue

from marketplace.accounts.policy import Can, require
from marketplace.exchange.queries.reservations import list_open_of_listing
from marketplace.http.request import current_actor, current_session, one_moment, permission, public
from marketplace.kernel.clock import today
from marketplace.kernel.db import Session
from marketplace.kernel.errors import Invalid
from marketplace.kernel.language import _
from marketplace.market.models import Listing
from marketplace.market.queries.listings import get_listing
from marketplace.market.rules.listing import CERTAINTY_LABELS
from marketplace.matching.actions.publish import come_free, move_dates
from marketplace.planned.actions.dates import confirm_dates, decline_dates
from marketplace.planned.queries import list_date_changes, list_sources
from marketplace.planned.rules import check_planned
from marketplace.web.planned.forms import DatesForm, ThereForm
from marketplace.web.ui.form_page import attempt, done, page
from marketplace.web.ui.photo_form import PHOTO_FORM_BYTES_MAX
from marketplace.web.ui.plans import changes_of

blueprint = Blueprint("planned", __name__)


@blueprint.route("/aanbod/<int:listing_id>/periode", methods=("GET", "POST"))
@permission(Can.EDIT_LISTING)
def move(listing_id: int) -> ResponseReturnValue:
    """Move the days of a planned lot, with a look at who reserved it and how they moved before."""
    session, actor = current_session(), current_actor()
    listing = _planned(session, listing_id)
    form, held = DatesForm.of(listing), list_open_of_listing(session, listing_id)
    if (form.is_submitted() and form.validate()) and attempt(
        form,
        lambda: move_dates(session, actor, listing_id=listing_id, version=form.seen_version, draft=form.draft()),
    ):
        return done(
            _("The period is moved. Whoever reserved something is asked again."),
            url_for("catalogue.show_listing", listing_id=listing_id),
        )
    changes = changes_of(list_date_changes(session, actor, listing_id))
    return page("planned/move.html", form, listing=listing, held=held, changes=changes)


@blueprint.route("/aanbod/<int:listing_id>/ligt-er", methods=("GET", "POST"))
@permission(Can.EDIT_LISTING, max_body_bytes=PHOTO_FORM_BYTES_MAX)
def there(listing_id: int) -> ResponseReturnValue:
    """Say that what was planned is there."""
    form = ThereForm()
    is_valid = form.is_submitted() and form.validate()
    session, actor = current_session(), current_actor()
    listing = _planned(session, listing_id)
    form.photo.flags.required = not listing.photos
    if is_valid and attempt(
        form,
        lambda: come_free(session, actor, listing_id=listing_id, draft=form.draft(listing.unit_of), pictures=form.pictures()),
    ):
        return done(
            _("It is there. From now on it is a lot as any other."), url_for("catalogue.show_listing", listing_id=listing_id)
        )
    if request.method == "GET":
        form.quantity.data, form.came_on.data = listing.quantity, today()
    return page("planned/there.html", form, listing=listing)


@blueprint.post("/reserveringen/<int:reservation_id>/periode")
@permission(Can.CONFIRM)
def answer(reservation_id: int) -> ResponseReturnValue:
    """Agree with other days, or let go because of them."""
    session, actor = current_session(), current_actor()
    where = url_for("reservations.show", reservation_id=reservation_id)
    match request.form.get("answer"):
        case "agree":
            confirm_dates(session, actor, reservation_id=reservation_id)
            return done(_("You agree with the new period. Your reservation stays."), where)
        case "let-go":
            decline_dates(session, actor, reservation_id=reservation_id)
            return done(_("You let it go, and keep your place on the waiting list for other days."), where)
    raise Invalid(_("Choose one of the answers."), "answer")


@blueprint.get("/cijfers/planning")
@public
@one_moment
def reliability() -> str:
    """How often plans came in the period that was first said, by organisation."""
    everybody, sources = list_sources(current_session(), current_actor())
    return render_template("planned/reliability.html", everybody=everybody, sources=sources, labels=CERTAINTY_LABELS)


def _planned(session: Session, listing_id: int) -> Listing:
    listing = get_listing(session, current_actor(), listing_id)
    require(current_actor(), Can.EDIT_LISTING, listing)
    check_planned(status=listing.status, planned=listing.planned)
    return listing
