"""What comes free and what is needed in the years ahead."""

from flask import Response

from marketplace.accounts.policy import Can
from marketplace.accounts.queries.organisations import list_municipalities
from marketplace.api import query
from marketplace.api.reading import read_value
from marketplace.api.routing import ok, route
from marketplace.api.shapes.material import current_taxonomy
from marketplace.api.shapes.outlook import OutlookSchema
from marketplace.http.outlook import outlook_answer
from marketplace.http.request import current_actor, current_session, one_moment, permission
from marketplace.kernel.errors import Invalid
from marketplace.kernel.language import _
from marketplace.kernel.text import quoted
from marketplace.outlook.queries import OutlookFilter, get_outlook

CUT = (
    query.parameter("group", "slug of a group of materials; absent: all"),
    query.parameter("municipality", "slug of a municipality; absent: all"),
)


@route("GET", "/outlook", gives=OutlookSchema, tag="figures", query=CUT)
@permission(Can.READ_PUBLIC_FIGURES)
@one_moment
def show_outlook() -> Response:
    """What is there, comes free and is needed in each of the coming sixteen quarters.

    What was planned for a period counts on its last day. Members see all passports, everybody else the public ones.
    """
    return ok(OutlookSchema.write(get_outlook(current_session(), current_actor(), _wanted())))


@route("GET", "/outlook.csv", gives=None, tag="figures", query=CUT, media_type="text/csv")
@permission(Can.READ_PUBLIC_FIGURES)
@one_moment
def get_outlook_table() -> Response:
    """Get the same as a table, a row for each quarter, group and municipality."""
    return outlook_answer(get_outlook(current_session(), current_actor(), _wanted()), current_taxonomy())


def _wanted() -> OutlookFilter:
    group, municipality = read_value("group"), read_value("municipality")
    if group and current_taxonomy().group(group) is None:
        raise Invalid(_("There is no group of materials “%(slug)s”. Choose from the list.", slug=quoted(group)), "group")
    if municipality and municipality not in {organisation.slug for organisation in list_municipalities(current_session())}:
        raise Invalid(_("There is no municipality “%(slug)s”. Choose from the list.", slug=quoted(municipality)), "municipality")
    return OutlookFilter(group, municipality)
