"""The broker's list: what the region has, needs and nearly fits. And the way to propose a lot."""

from dataclasses import dataclass

from flask import Blueprint, render_template, request, url_for
from flask.typing import ResponseReturnValue

from marketplace.accounts.policy import Actor, Can
from marketplace.exchange.queries.watch import (
    list_about_to_lapse,
    list_disputes,
    list_objections,
    list_silent,
    list_unconfirmed,
    list_unwanted,
)
from marketplace.http.request import current_actor, current_session, permission
from marketplace.kernel.db import Session
from marketplace.kernel.errors import Conflict, Missing
from marketplace.kernel.language import Text, _
from marketplace.market.models import Demand, Listing
from marketplace.market.queries.demands import get_demand
from marketplace.market.queries.listings import get_listing, load_photos
from marketplace.matching.actions.broker import propose as propose_listing
from marketplace.matching.actions.remind import remind as remind_sides
from marketplace.matching.queries.survey import survey
from marketplace.materials.queries import get_taxonomy
from marketplace.recalls.queries.recalls import list_open_recalls, standing_of
from marketplace.stock.queries.warnings import list_all_troubles
from marketplace.web.broker.forms import DIGITS_MAX, ProposalForm
from marketplace.web.ui import watch
from marketplace.web.ui.form_page import attempt, done, page
from marketplace.web.ui.jobs import Job
from marketplace.web.ui.paging import PAGE_SIZE, last_page, read_page_number

blueprint = Blueprint("broker", __name__)
FIRST = 10


@dataclass(frozen=True, slots=True)
class Section:
    """A list of the page: the first rows of how many, and what it says when it is empty."""

    id: str
    heading: Text
    hint: Text | None
    nothing: Text
    jobs: list[Job]
    total: int


@blueprint.get("/makelaar")
@permission(Can.BROKER)
def show() -> ResponseReturnValue:
    """What needs the broker's eye, most pressing first."""
    session, actor = current_session(), current_actor()
    surveyed, taxonomy = survey(session, actor), get_taxonomy(session)
    number = min(read_page_number(), max(1, last_page(len(surveyed.misses))))
    misses = surveyed.near_misses(page=number, page_size=PAGE_SIZE)
    unasked = surveyed.supply_without_demand[:FIRST]
    load_photos(session, [*(miss.listing for miss in misses), *unasked])
    troubles = list_all_troubles(session, actor)
    unwanted, unwanted_total = list_unwanted(session, actor, most=FIRST)
    gaps = (
        Section(
            "unserved",
            _("Demand without supply"),
            _("No lot serves it now. What is needed first comes first."),
            _("Every demand has a lot that serves it."),
            [watch.wanted(demand, taxonomy) for demand in surveyed.demand_without_supply[:FIRST]],
            len(surveyed.demand_without_supply),
        ),
        Section(
            "unasked",
            _("Supply without demand"),
            _("It serves no demand now. What is on offer longest comes first."),
            _("Every lot serves a demand."),
            [watch.on_offer(listing, taxonomy) for listing in unasked],
            len(surveyed.supply_without_demand),
        ),
        Section(
            "unwanted",
            _("Nobody wanted it in 30 days"),
            None,
            _("Somebody has asked for part of every lot in the last 30 days."),
            [watch.on_offer(listing, taxonomy) for listing in unwanted],
            unwanted_total,
        ),
        Section(
            "depots",
            _("Depots that need somebody"),
            _("There is more than fits, something has been there too long, or what was announced has not come."),
            _("Every depot is as it should be."),
            [watch.depot_trouble(row) for row in troubles[:FIRST]],
            len(troubles),
        ),
    )
    return render_template(
        "broker/show.html",
        survey=surveyed,
        misses=[watch.near(miss, whole=True) for miss in misses],
        current=number,
        last=last_page(len(surveyed.misses)),
        stuck=_stuck(session, actor),
        gaps=gaps,
    )


def _stuck(session: Session, actor: Actor) -> tuple[Section, ...]:
    """What needs somebody: disputes, recalls, silence and objections, then what ends."""
    disputes, objections = list_disputes(session, actor, most=FIRST), list_objections(session, actor, most=FIRST)
    unconfirmed, approved = list_unconfirmed(session, actor, most=FIRST), list_silent(session, actor, most=FIRST)
    lapsing = list_about_to_lapse(session, actor, most=FIRST)
    silent = watch.silent(session, unconfirmed[0], approved[0])
    recalls, recalled = list_open_recalls(session, actor, most=FIRST)
    standing = standing_of(session, recalls)
    return (
        Section(
            "disputes",
            _("Disputes"),
            None,
            _("No two sides disagree about a hand-over."),
            [watch.dispute(row, watch.DECIDE) for row in disputes[0]],
            disputes[1],
        ),
        Section(
            "recalls",
            _("Open recalls"),
            _("A contamination was found, and something of it is still blocked. The oldest comes first."),
            _("No recall blocks anything."),
            [watch.recall(row, standing[row.id]) for row in recalls],
            recalled,
        ),
        Section(
            "silent",
            _("Silent: nobody acts"),
            _(
                "No time in 14 days after the approval, or a figure that nobody confirmed and that differs too much to count by itself."
            ),
            _("Every transfer is moving."),
            silent[:FIRST],
            unconfirmed[1] + approved[1],
        ),
        Section(
            "objections",
            _("Objections"),
            _("Somebody says that a no-show is not right. It does not count until you have decided."),
            _("Nobody objects to a no-show."),
            [watch.objection(row) for row in objections[0]],
            objections[1],
        ),
        Section(
            "lapsing",
            _("Holds about to lapse"),
            _("They end within seven days unless one of the two sides acts."),
            _("No hold ends this week."),
            [watch.lapsing(row) for row in lapsing[0]],
            lapsing[1],
        ),
    )


@blueprint.post("/makelaar/overdracht/<int:reservation_id>/herinneren")
@permission(Can.BROKER)
def remind(reservation_id: int) -> ResponseReturnValue:
    """Remind the sides of a transfer that stands still."""
    where = url_for("work.show", _anchor="silent")
    try:
        remind_sides(current_session(), current_actor(), reservation_id=reservation_id)
    except Conflict as refusal:
        return done(refusal.message, where, "warning")
    return done(_("They have been reminded."), where)


@blueprint.route("/makelaar/voorstel", methods=("GET", "POST"))
@permission(Can.BROKER)
def propose() -> ResponseReturnValue:
    """Propose a lot to an organisation that asks for something."""
    form = ProposalForm(data={"listing_id": request.args.get("lot", ""), "demand_id": request.args.get("vraag", "")})
    is_valid = form.is_submitted() and form.validate()
    session, actor = current_session(), current_actor()
    is_valid = is_valid and _are_there(form)
    if is_valid and (
        made := attempt(
            form,
            lambda: propose_listing(
                session,
                actor,
                listing_id=int(form.listing_id.data or 0),
                demand_id=int(form.demand_id.data or 0),
                reason=form.reason.data or "",
            ),
        )
    ):
        sentence = _(
            "The lot is proposed to %(organisation)s. They have been notified.", organisation=made.demand.organisation.name
        )
        return done(sentence, url_for("demands.show", demand_id=made.demand_id))
    return page("broker/propose.html", form, pair=_named(form))


def _are_there(form: ProposalForm) -> bool:
    """Whether both numbers stand for something; else the field says that it does not."""
    session, actor = current_session(), current_actor()
    for field, read in ((form.listing_id, get_listing), (form.demand_id, get_demand)):
        try:
            read(session, actor, int(field.data or 0))
        except Missing as refusal:
            field.errors = [str(refusal.message)]
    return not form.errors


def _named(form: ProposalForm) -> tuple[Listing, Demand] | None:
    """The lot and the demand that the numbers stand for; None while one of them is not there."""
    numbers = [str(field.data or "") for field in (form.listing_id, form.demand_id)]
    if not all(number.isascii() and number.isdigit() and len(number) <= DIGITS_MAX for number in numbers):
        return None
    session, actor = current_session(), current_actor()
    try:
        return get_listing(session, actor, int(numbers[0])), get_demand(session, actor, int(numbers[1]))
    except Missing:
        return None
