"""Municipal reports: a concept, submitted, reviewed, sent back with a question, adopted."""

from flask import Response

from marketplace.accounts.policy import Can
from marketplace.api import query
from marketplace.api.bodies.nothing import NothingBody
from marketplace.api.bodies.reports import (
    AdoptBody,
    AskReportBody,
    MaterialUseBody,
    RemarkBody,
    SendBackBody,
    SubmitBody,
)
from marketplace.api.fields import ID_MAX
from marketplace.api.reading import named_as_sent, read_body, read_id, read_value
from marketplace.api.routing import ok, route
from marketplace.api.shapes.reports import MaterialUseSchema, MissingReportsSchema, ReportVersionsSchema
from marketplace.http.request import current_actor, current_session, one_moment, permission
from marketplace.impact.actions import reports as impact
from marketplace.impact.actions import review
from marketplace.impact.queries.reports import MaterialUseYear, get_material_use, get_reporting, last_year
from marketplace.impact.rules.goals import Decision
from marketplace.impact.rules.material_use import Flow, Scope, UseRow, check_year
from marketplace.kernel import clock

YEAR = "/material-use/<int:year>"
MISSING = f"{YEAR}/missing"
VERSION = query.parameter(
    "version", "of the report; absent: the adopted, else the newest", type="integer", minimum=1, maximum=ID_MAX
)


@route("GET", YEAR, gives=MaterialUseSchema, tag="figures", query=(query.OF, VERSION))
@permission(Can.READ_MATERIAL_USE)
@one_moment
def get_year(year: int) -> Response:
    """Get what your own municipality reported for a year. The reviewer names another with `organisation`."""
    check_year(year, last=clock.today().year)
    return ok(MaterialUseSchema.write(_read(year, version=read_id("version"))))


@route("GET", f"{YEAR}/versions", gives=ReportVersionsSchema, tag="figures", query=(query.OF,))
@permission(Can.READ_MATERIAL_USE)
@one_moment
def list_report_versions(year: int) -> Response:
    """List every version of a report, newest first. None is ever removed."""
    check_year(year, last=clock.today().year)
    return ok(ReportVersionsSchema.write(_read(year)))


@route("PUT", YEAR, takes=MaterialUseBody(), gives=MaterialUseSchema, tag="figures")
@permission(Can.EDIT_MATERIAL_USE)
def report_year(year: int) -> Response:
    """Store what your own municipality put to use in a year, as a new concept.

    The versions before it stay. An adopted year is refused.
    """
    values = read_body(MaterialUseBody())
    actor = current_actor()
    rows = [
        UseRow(
            row["group"],
            row["origin"].value,
            row["mass_kg"],
            (row.get("scope") or Scope.ORGANISATION).value,
            (row.get("flow") or Flow.IN).value,
        )
        for row in values["rows"]
    ]
    reported = impact.report_material_use(
        current_session(),
        actor,
        organisation_slug=actor.organisation_slug,
        year=year,
        includes_bank_kg=values["includes_bank_kg"],
        includes_bank_as_of=values.get("includes_bank_as_of"),
        rows=rows,
        version=values.get("version"),
        scope=(values.get("scope") or Scope.ORGANISATION).value,
        explanation=values.get("explanation") or "",
    )
    return ok(MaterialUseSchema.write(reported))


@route("POST", f"{YEAR}/submit", takes=SubmitBody(), gives=MaterialUseSchema, tag="figures")
@permission(Can.EDIT_MATERIAL_USE)
def submit_report(year: int) -> Response:
    """Submit the newest version of your own municipality's year, once the year is over.

    What looks odd needs an explanation. It replaces a version that was submitted before.
    """
    values, slug = read_body(SubmitBody()), current_actor().organisation_slug
    return _done(
        review.submit(current_session(), current_actor(), organisation_slug=slug, year=year, version=values.get("version"))
    )


@route("POST", f"{YEAR}/review", takes=NothingBody(), gives=MaterialUseSchema, tag="figures", query=(query.OF,))
@permission(Can.REVIEW_MATERIAL_USE)
def review_report(year: int) -> Response:
    """Say that the AO CE is looking at what a municipality submitted. Name it with `organisation`."""
    read_body(NothingBody())
    return _done(review.start_review(current_session(), current_actor(), organisation_slug=_slug(), year=year))


@route("POST", f"{YEAR}/send-back", takes=SendBackBody(), gives=MaterialUseSchema, tag="figures", query=(query.OF,))
@permission(Can.REVIEW_MATERIAL_USE)
def send_back_report(year: int) -> Response:
    """Send back what a municipality submitted, with a question. Name it with `organisation`."""
    values = read_body(SendBackBody())
    return _done(
        review.send_back(
            current_session(),
            current_actor(),
            organisation_slug=_slug(),
            year=year,
            question=values["question"],
            version=values.get("version"),
        )
    )


@route("POST", f"{YEAR}/remarks", takes=RemarkBody(), gives=MaterialUseSchema, tag="figures", query=(query.OF,))
@permission(Can.DISCUSS_MATERIAL_USE)
def discuss_report(year: int) -> Response:
    """Add a line to the thread about a report. The reviewer names the municipality with `organisation`."""
    values = read_body(RemarkBody())
    return _done(review.add_remark(current_session(), current_actor(), organisation_slug=_slug(), year=year, text=values["text"]))


@route("POST", f"{YEAR}/adopt", takes=AdoptBody(), gives=MaterialUseSchema, tag="figures", query=(query.OF,))
@permission(Can.REVIEW_MATERIAL_USE)
def adopt_report(year: int) -> Response:
    """Adopt a municipality's year for good, by a decision. Name it with `organisation`.

    The year counts in the public figures from then on, and never changes. What is booked of it later counts when it is booked.
    """
    values = read_body(AdoptBody())
    decision = Decision(values["body"], values["date"], values["document"], values.get("text") or "")
    with named_as_sent(decided_on="date"):
        adopted = review.adopt(
            current_session(),
            current_actor(),
            organisation_slug=_slug(),
            year=year,
            decision=decision,
            version=values.get("version"),
        )
    return _done(adopted)


@route("GET", MISSING, gives=MissingReportsSchema, tag="figures")
@permission(Can.ASK_FOR_REPORT)
@one_moment
def list_missing_reports(year: int) -> Response:
    """Which municipalities have not reported a year that is over, and how far the others are."""
    check_year(year, last=last_year())
    return ok(MissingReportsSchema.write(get_reporting(current_session(), current_actor(), year=year)))


@route("POST", MISSING, takes=AskReportBody(), gives=MissingReportsSchema, tag="figures")
@permission(Can.ASK_FOR_REPORT)
def ask_for_report(year: int) -> Response:
    """Ask a municipality for its report of a year. At most once in 14 days."""
    values = read_body(AskReportBody())
    reporting = impact.ask_for_report(current_session(), current_actor(), organisation_slug=values["organisation"], year=year)
    return ok(MissingReportsSchema.write(reporting))


def _slug() -> str:
    """The municipality that is named, else the own."""
    return read_value("organisation") or current_actor().organisation_slug


def _read(year: int, *, version: int | None = None) -> MaterialUseYear:
    return get_material_use(current_session(), current_actor(), year=year, organisation_slug=_slug(), version=version)


def _done(reported: MaterialUseYear) -> Response:
    return ok(MaterialUseSchema.write(reported))
