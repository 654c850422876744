"""Progress towards the goals, and what was decided about them."""

from dataclasses import replace

from flask import Response

from marketplace.accounts.policy import Can
from marketplace.api import query
from marketplace.api.bodies.goals import CoverageBody, GoalBody
from marketplace.api.reading import named_as_sent, read_body, read_id, read_values
from marketplace.api.routing import created, ok, route
from marketplace.api.shapes.goals import Coverage, CoverageSchema, GoalsSchema, GoalVersionSchema, GoalVersionsSchema
from marketplace.http.request import current_actor, current_session, one_moment, permission
from marketplace.impact.actions import coverage
from marketplace.impact.actions import goals as impact
from marketplace.impact.queries.adopted import get_coverage_minimum, list_coverage_settings
from marketplace.impact.queries.goals import get_goal_history, list_goals
from marketplace.impact.queries.standings import get_goals
from marketplace.impact.rules.material_use import check_year
from marketplace.kernel.errors import Invalid
from marketplace.kernel.language import _

COVERAGE = "/goals/coverage"
MUNICIPALITY = query.parameter("municipality", "slug of a municipality; the region is there always", many=True)


@route("GET", "/goals", gives=GoalsSchema, tag="figures", query=(query.YEAR, MUNICIPALITY))
@permission(Can.READ_PUBLIC_FIGURES)
@one_moment
def show_goals() -> Response:
    """The goals: the region, and with a token every municipality.

    Without a token of adopted years only. With one also of what is reported, and each figure says whether that is adopted.
    """
    year, wanted = read_id("year"), read_values("municipality")
    query.check_organisations(current_session(), wanted, "municipality")
    goals = get_goals(current_session(), current_actor(), year=year)
    if year is not None:
        check_year(year, last=max(goals.years))
    if wanted:
        goals = replace(
            goals, municipalities=tuple(municipality for municipality in goals.municipalities if municipality.slug in wanted)
        )
    return ok(GoalsSchema.write(goals))


@route("POST", "/goals", takes=GoalBody(), gives=GoalVersionSchema, status=201, tag="figures")
@permission(Can.ADOPT_GOAL)
def adopt_goal() -> Response:
    """Record what was decided about a goal, as a new version.

    A coordinator records what the own municipality decided, looser or tighter than the region; the AO CE what the region did, and any municipality.
    """
    values, session = read_body(GoalBody()), current_session()
    if (organisation := values.get("organisation")) is not None:
        query.check_organisations(session, [organisation])
    if values["number"] not in [goal.number for goal in list_goals(session)]:
        raise Invalid(
            _("There is no goal %(number)s. Choose one from the list of goals.", number=str(values["number"])), "number"
        )
    with named_as_sent(decided_on="date"):
        decided = impact.adopt_goal(
            session,
            current_actor(),
            number=values["number"],
            organisation_slug=values.get("organisation"),
            percent=values["percent"],
            year=values["year"],
            body=values["body"],
            decided_on=values["date"],
            document=values["document"],
            text=values.get("text") or "",
            version=values.get("version"),
        )
    return created(GoalVersionSchema.write(decided), "list_goal_versions", number=decided.target.number)


@route("GET", "/goals/<int:number>/versions", gives=GoalVersionsSchema, tag="figures")
@permission(Can.READ_PUBLIC_FIGURES)
@one_moment
def list_goal_versions(number: int) -> Response:
    """What was decided about a goal, newest first.

    By the region, and with a token by every municipality.
    """
    return ok(GoalVersionsSchema.write(get_goal_history(current_session(), current_actor(), number=number)))


@route("GET", COVERAGE, gives=CoverageSchema, tag="figures")
@permission(Can.SET_COVERAGE)
@one_moment
def get_coverage() -> Response:
    """From which percentage of the inhabitants the region has a figure.

    With every earlier setting.
    """
    return _coverage()


@route("PUT", COVERAGE, takes=CoverageBody(), gives=CoverageSchema, tag="figures")
@permission(Can.SET_COVERAGE)
def set_coverage() -> Response:
    """Set that percentage, with a reason. The settings before it stay."""
    values = read_body(CoverageBody())
    coverage.set_coverage(current_session(), current_actor(), values["percent"], values["reason"])
    return _coverage()


def _coverage() -> Response:
    session = current_session()
    return ok(CoverageSchema.write(Coverage(get_coverage_minimum(session), list_coverage_settings(session))))
