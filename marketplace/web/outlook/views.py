"""What comes free and what is needed in the years ahead, and the same as a file."""

from flask import Blueprint, Response, render_template, request

from marketplace.accounts.policy import Can
from marketplace.accounts.queries.organisations import list_municipalities
from marketplace.http.outlook import outlook_answer
from marketplace.http.request import current_actor, current_session, one_moment, permission
from marketplace.materials.queries import get_taxonomy
from marketplace.outlook.queries import OutlookFilter, get_outlook
from marketplace.web.outlook.shown import years_of

blueprint = Blueprint("outlook", __name__)


def _wanted() -> OutlookFilter:
    """A group and a municipality that exist; anything else is all of them."""
    group, municipality = request.args.get("groep", ""), request.args.get("gemeente", "")
    slugs = {municipality.slug for municipality in list_municipalities(current_session())}
    there = get_taxonomy(current_session()).group(group) is not None
    return OutlookFilter(group if there else "", municipality if municipality in slugs else "")


@blueprint.get("/vooruitblik")
@permission(Can.READ_PUBLIC_FIGURES)
@one_moment
def show() -> str:
    """Each of the coming sixteen quarters: what comes free, what is needed, and what lacks."""
    session, wanted = current_session(), _wanted()
    ahead, taxonomy = get_outlook(session, current_actor(), wanted), get_taxonomy(session)
    return render_template(
        "outlook/show.html",
        ahead=ahead,
        wanted=wanted,
        years=years_of(ahead, taxonomy),
        groups=taxonomy.groups,
        municipalities=list_municipalities(session),
    )


@blueprint.get("/vooruitblik.csv")
@permission(Can.READ_PUBLIC_FIGURES)
@one_moment
def export() -> Response:
    """The same with a row for each quarter, group and municipality."""
    ahead = get_outlook(current_session(), current_actor(), _wanted())
    return outlook_answer(ahead, get_taxonomy(current_session()))
