"""What several municipalities need together."""

from flask import Response

from marketplace.accounts.policy import Can
from marketplace.api import query
from marketplace.api.reading import named_as_sent, read_page, read_period, read_value, read_values
from marketplace.api.routing import many, ok, route
from marketplace.api.shapes.joint import JointNeedSchema, JointRowsSchema
from marketplace.api.shapes.material import current_taxonomy
from marketplace.http.joint import joint_paper_answer, joint_table_answer
from marketplace.http.request import current_actor, current_session, one_moment, permission
from marketplace.joint.queries import groups, needs
from marketplace.joint.queries.needs import JointNeed
from marketplace.joint.rules.question import ESTIMATE_MOST_CENTS, KM_LEAST, KM_MOST, KM_USUAL, JointQuestion
from marketplace.kernel.errors import Invalid
from marketplace.kernel.language import _

WITHIN = query.parameter(
    "withinKm",
    "how far the bank is looked in, as the crow flies",
    type="integer",
    minimum=KM_LEAST,
    maximum=KM_MOST,
    default=KM_USUAL,
)
BUYERS = query.parameter("organisation", "slug of a municipality or of the region; absent: all", many=True)
ESTIMATE = query.parameter(
    "estimateCents",
    "what buying the rest is thought to cost, without VAT; absent: by the price of new",
    type="integer",
    minimum=1,
    maximum=ESTIMATE_MOST_CENTS,
)
MATERIAL = query.parameter("material", "slug of a material; absent: all")
CUT = (query.FROM, query.UNTIL, WITHIN, BUYERS)
ONE = (*CUT, ESTIMATE)
ADDRESS = "/joint-needs/<material>"
SENT = {
    "first": "from",
    "last": "until",
    "within_km": "withinKm",
    "organisations": "organisation",
    "estimate_cents": "estimateCents",
}


@route("GET", "/joint-needs", gives=JointRowsSchema, tag="demands", query=(MATERIAL, *CUT, *query.PAGE))
@permission(Can.READ_JOINT_NEEDS)
@one_moment
def list_joint_needs() -> Response:
    """List what several municipalities need at the same time, and what the bank covers of it.

    Each is covered as if it were the only one. A joint need is a stretch of time: needs that share a day, or that another joins.
    """
    page, slug = read_page(), read_value("material")
    with named_as_sent(**SENT):
        rows, total = groups.list_joint_needs(
            current_session(),
            current_actor(),
            _question(),
            material=current_taxonomy().material(slug) if slug else None,
            offset=page.offset,
            limit=page.size,
        )
    return many(JointRowsSchema, rows, total=total, page=page)


@route("GET", ADDRESS, gives=JointNeedSchema, tag="demands", query=ONE)
@permission(Can.READ_JOINT_NEEDS)
@one_moment
def show_joint_need(material: str) -> Response:
    """Show what several need of a material: what the bank covers, and what is left to buy.

    Without days the first stretch of time in which several need it. With the circles, a clause for a tender and the European thresholds of today. Empty where
    nobody needs it.
    """
    return ok(JointNeedSchema.write(_need(material)))


@route("GET", f"{ADDRESS}/paper.pdf", gives=None, tag="demands", query=ONE, media_type="application/pdf")
@permission(Can.READ_JOINT_NEEDS)
@one_moment
def get_joint_paper(material: str) -> Response:
    """Get the same as a document for the procurement file, with the clause. 404 where nobody needs it."""
    return joint_paper_answer(_need(material).if_needed(), current_taxonomy())


@route("GET", f"{ADDRESS}/needs.csv", gives=None, tag="demands", query=ONE, media_type="text/csv")
@permission(Can.READ_JOINT_NEEDS)
@one_moment
def get_joint_table(material: str) -> Response:
    """Get the needs as a table, with a row for each."""
    return joint_table_answer(_need(material).if_needed())


def _need(material: str) -> JointNeed:
    with named_as_sent(**SENT):
        return needs.get_joint_need(current_session(), current_actor(), material, _question())


def _question() -> JointQuestion:
    first, last = read_period()
    within, estimate = _whole("withinKm"), _whole("estimateCents")
    return JointQuestion(first, last, KM_USUAL if within is None else within, read_values("organisation"), estimate)


def _whole(key: str) -> int | None:
    typed = read_value(key)
    if not typed:
        return None
    if not typed.isascii() or not typed.isdigit() or len(typed) > len(str(ESTIMATE_MOST_CENTS)):
        raise Invalid(_("This must be a whole number of 0 or more, without quotes."), key)
    return int(typed)
