"""What the AO CE sees of reports: who reported, each beside its year before, the decisions."""

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from marketplace.accounts.policy import Can, may, require
from marketplace.accounts.queries.organisations import get_organisation_by_slug
from marketplace.http.request import current_actor, current_session, one_moment, permission
from marketplace.impact.actions import review as verbs
from marketplace.impact.models import AdoptedYear
from marketplace.impact.queries.adopted import find_adopted, get_adopted_version
from marketplace.impact.queries.reports import (
    MaterialUseYear,
    Reporting,
    ReportState,
    get_material_use,
    get_reporting,
    last_year,
    list_waiting,
)
from marketplace.impact.rules.goals import thawed
from marketplace.impact.rules.material_use import FIRST_YEAR, ORIGIN_LABELS, SCOPE_LABELS, Scope, indicator
from marketplace.impact.rules.reports import AT_THE_REVIEWER, MAY_BE_SUBMITTED, ReportStatus
from marketplace.kernel.errors import Conflict, Missing
from marketplace.kernel.formats import mass
from marketplace.kernel.language import _
from marketplace.materials.queries import get_taxonomy
from marketplace.places.queries.region import areas
from marketplace.web.reports.forms import AdoptForm, QuestionForm, RemarkForm
from marketplace.web.reports.grid import totals_of, writer
from marketplace.web.reports.reading import bank_lines, compared
from marketplace.web.ui.form_page import done, page, submit
from marketplace.web.ui.states import REPORT_BADGES

ALL = "/verslagen"
ONE = "/verslagen/<int:year>/<slug>"
METHODS = ("GET", "POST")
YEARS_SHOWN = 4


def register(blueprint: Blueprint) -> None:
    """Add the pages to the blueprint of the reports."""
    blueprint.get(ALL)(list_reports)
    blueprint.get(ONE)(show)
    blueprint.post(f"{ONE}/beoordelen")(start)
    blueprint.route(f"{ONE}/terugsturen", methods=METHODS)(send_back)
    blueprint.route(f"{ONE}/vaststellen", methods=METHODS)(adopt)
    blueprint.route(f"{ONE}/gesprek", methods=METHODS)(talk)


@dataclass(frozen=True, slots=True)
class Reported:
    """How many municipalities are so far, and which part of the inhabitants lives there."""

    number: int
    of: int
    share: Decimal

    @classmethod
    def by(cls, reporting: Reporting, *statuses: ReportStatus) -> "Reported":
        """Those whose report has one of these statuses; any, where none is named."""
        people = {area.slug: area.inhabitants for area in areas()}
        reported = [
            state for state in reporting.states if state.status is not None and (not statuses or state.status in statuses)
        ]
        inhabitants = sum(people.get(state.organisation.slug, 0) for state in reporting.states)
        lives = sum(people.get(state.organisation.slug, 0) for state in reported)
        return cls(len(reported), reporting.municipalities, Decimal(lives) / inhabitants if inhabitants else Decimal(0))


@permission(Can.READ_MEMBER_FIGURES)
@one_moment
def list_reports() -> str:
    """How far each of the municipalities is with a year."""
    session, actor = current_session(), current_actor()
    typed, newest = request.args.get("jaar", ""), last_year()
    year = int(typed) if typed.isdecimal() and len(typed) == 4 and FIRST_YEAR <= int(typed) <= newest + 1 else newest
    reporting = get_reporting(session, actor, year=year)
    return render_template(
        "reports/list_reports.html",
        reporting=reporting,
        filled=Reported.by(reporting),
        adopted=Reported.by(reporting, ReportStatus.ADOPTED),
        badges=REPORT_BADGES,
        links={state.organisation.id: _link(state, year) for state in reporting.states},
        waiting=list_waiting(session, actor) if may(actor, Can.REVIEW_MATERIAL_USE) else [],
        years=range(newest + 1, newest + 1 - YEARS_SHOWN, -1),
        is_over=year <= newest,
    )


def _link(state: ReportState, year: int) -> str:
    """Where a report is read. Nothing where there is none, or it is not for this reader."""
    organisation = state.organisation
    is_open = state.status is ReportStatus.ADOPTED or may(current_actor(), Can.READ_MATERIAL_USE, organisation.id)
    return url_for("reports.show", year=year, slug=organisation.slug) if state.status is not None and is_open else ""


@permission(Can.READ_MEMBER_FIGURES)
@one_moment
def show(year: int, slug: str) -> ResponseReturnValue:
    """A report beside the year before and what the bank delivered. For other members the year as it was adopted."""
    session, actor = current_session(), current_actor()
    organisation = get_organisation_by_slug(session, slug)
    if not may(actor, Can.READ_MATERIAL_USE, organisation.id):
        adoption = find_adopted(session, organisation_id=organisation.id, year=year)
        if adoption is None:
            raise Missing(_("This page or object does not exist, or you may not see it. Check the address."))
        return render_template("reports/_adopted.html", organisation=organisation, year=year, **_of_adoption(adoption))
    report = _current(year, slug)
    before = get_material_use(session, actor, year=year - 1, organisation_slug=slug)
    by_origin, by_group = compared(report, before, get_taxonomy(session).groups)
    reviews, enters = may(actor, Can.REVIEW_MATERIAL_USE), may(actor, Can.EDIT_MATERIAL_USE, organisation.id)
    is_with_reviewer = report.status in AT_THE_REVIEWER
    return render_template(
        "reports/show.html",
        report=report,
        before=before,
        indicators=(indicator(report.values), indicator(before.values if before.version else None)),
        by_origin=by_origin,
        by_group=by_group,
        totals=[total for total in totals_of(report.rows) if total.figure],
        scope_labels=SCOPE_LABELS,
        badges=REPORT_BADGES,
        reviews=reviews,
        discusses=may(actor, Can.DISCUSS_MATERIAL_USE, organisation.id),
        enters=enters,
        is_with_reviewer=is_with_reviewer,
        mine=reviews if is_with_reviewer else enters and report.status in MAY_BE_SUBMITTED,
        **(_of_adoption(report.adoption) if report.adoption else {}),
    )


def _current(year: int, slug: str) -> MaterialUseYear:
    """The version that is spoken of. As adopted, else what lies with the AO CE, else the newest."""
    session, actor = current_session(), current_actor()
    report = get_material_use(session, actor, year=year, organisation_slug=slug)
    waiting = next((version.version for version in report.versions if version.status in AT_THE_REVIEWER), report.version)
    if report.adoption is not None or waiting == report.version:
        return report
    return get_material_use(session, actor, year=year, organisation_slug=slug, version=waiting)


def _of_adoption(adoption: AdoptedYear) -> dict[str, Any]:
    """What stands beside an adopted year: its frozen figures, and the goals that were in force."""
    values = adoption.as_input
    write = writer([values.total_kg, *values.by_origin.values()])
    masses = [
        *((ORIGIN_LABELS[origin], write(kg)) for origin, kg in values.by_origin.items()),
        (_("Added by the bank"), write(values.added_kg)),
    ]
    return {
        "adoption": adoption,
        "version": get_adopted_version(current_session(), adoption),
        "scope_label": SCOPE_LABELS[Scope(adoption.scope)],
        "masses": [*masses, (_("Total"), write(values.total_kg))],
        "delivered": ", ".join(f"{label} {kg}" for label, kg in bank_lines(adoption.bank_by_origin)) or mass(0),
        "adopted_share": indicator(values).share,
        "targets": sorted(thawed(adoption.targets).items()),
    }


@permission(Can.REVIEW_MATERIAL_USE)
def start(year: int, slug: str) -> ResponseReturnValue:
    """Say that the AO CE is looking at what was submitted."""
    return _stepped(lambda: verbs.start_review(current_session(), current_actor(), organisation_slug=slug, year=year), year, slug)


def _stepped(step: Callable[[], object], year: int, slug: str) -> ResponseReturnValue:
    """Take a step that asks nothing; where it cannot be taken any more the page says so."""
    where = url_for("reports.show", year=year, slug=slug)
    try:
        step()
    except Conflict as refusal:
        return done(refusal.message, where, "warning")
    return redirect(where, 303)


@permission(Can.REVIEW_MATERIAL_USE)
def send_back(year: int, slug: str) -> ResponseReturnValue:
    """Send a report back with a question."""
    session, actor, report = current_session(), current_actor(), _current(year, slug)
    if request.method == "GET" and report.status not in AT_THE_REVIEWER:
        return _nothing_to_decide(year, slug)
    form = QuestionForm(data={"version": str(report.version)})

    def verb() -> object:
        question = form.question.data or ""
        return verbs.send_back(session, actor, organisation_slug=slug, year=year, question=question, version=form.version_read())

    if submit(form, verb):
        return done(_("The report is sent back. %(name)s is told.", name=report.organisation.name), _show(year, slug))
    return page("reports/send_back.html", form, refused=422, report=report)


@permission(Can.REVIEW_MATERIAL_USE)
def adopt(year: int, slug: str) -> ResponseReturnValue:
    """Adopt a year for good, with the decision."""
    session, actor, report = current_session(), current_actor(), _current(year, slug)
    if request.method == "GET" and report.status not in AT_THE_REVIEWER:
        return _nothing_to_decide(year, slug)
    form = AdoptForm(data={"version": str(report.version)})

    def verb() -> object:
        return verbs.adopt(
            session, actor, organisation_slug=slug, year=year, decision=form.decision(), version=form.version_read()
        )

    if submit(form, verb):
        return done(_("%(name)s %(year)s is adopted.", name=report.organisation.name, year=str(year)), _show(year, slug))
    return page(
        "reports/adopt.html",
        form,
        refused=422,
        report=report,
        totals=[total for total in totals_of(report.rows) if total.figure],
        scope_labels=SCOPE_LABELS,
        share=indicator(report.values).share,
    )


def _nothing_to_decide(year: int, slug: str) -> ResponseReturnValue:
    return done(_("There is nothing to decide here now. This is how far the report is."), _show(year, slug), "info")


def _show(year: int, slug: str) -> str:
    return url_for("reports.show", year=year, slug=slug)


@permission(Can.DISCUSS_MATERIAL_USE)
def talk(year: int, slug: str) -> ResponseReturnValue:
    """The conversation of the AO CE and a municipality about a report. Both read all of it."""
    session, actor = current_session(), current_actor()
    report = get_material_use(session, actor, year=year, organisation_slug=slug)
    require(actor, Can.DISCUSS_MATERIAL_USE, report.organisation.id, hidden=True)
    form = RemarkForm()
    if submit(form, lambda: verbs.add_remark(session, actor, organisation_slug=slug, year=year, text=form.text.data or "")):
        enters = report.adoption is None and may(actor, Can.EDIT_MATERIAL_USE, report.organisation.id)
        where = url_for("reports.edit", year=year) if enters else url_for("reports.show", year=year, slug=slug, _anchor="talk")
        return done(_("Your message is sent."), where)
    return page("reports/talk.html", form, refused=422, report=report)
