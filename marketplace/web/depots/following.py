"""A depot in one's own calendar: the address that one makes, and the calendar behind it."""

from flask import Blueprint, Response, url_for
from flask.typing import ResponseReturnValue

from marketplace.accounts.policy import Can
from marketplace.depots.actions.feeds import renew_feed, withdraw_feed
from marketplace.http.depot_calendar import feed_answer
from marketplace.http.request import current_actor, current_session, permission, public
from marketplace.kernel.language import _
from marketplace.web.ui.form_page import done

OWN = "/depots/<int:depot_id>/agenda"


def register(blueprint: Blueprint) -> None:
    """Add the pages to the blueprint of depots."""
    blueprint.add_url_rule(OWN, view_func=follow, methods=["POST"])
    blueprint.add_url_rule(f"{OWN}/intrekken", view_func=unfollow, methods=["POST"])
    blueprint.add_url_rule(f"{OWN}/<string:token>.ics", view_func=feed)


@permission(Can.FOLLOW_DEPOT)
def follow(depot_id: int) -> ResponseReturnValue:
    """Make an address for the own calendar; the one of before stops working."""
    renew_feed(current_session(), current_actor(), depot_id=depot_id)
    return done(_("The address is made. Give it to your calendar."), _section(depot_id))


@permission(Can.FOLLOW_DEPOT)
def unfollow(depot_id: int) -> ResponseReturnValue:
    """Let the address stop working."""
    withdraw_feed(current_session(), current_actor(), depot_id=depot_id)
    return done(_("The address does not work any more."), _section(depot_id))


@public
def feed(depot_id: int, token: str) -> Response:
    """What is expected in the coming weeks, for the calendar of whoever made this address."""
    return feed_answer(current_session(), depot_id, token)


def _section(depot_id: int) -> str:
    return url_for("depots.show", depot_id=depot_id, _anchor="agenda")
