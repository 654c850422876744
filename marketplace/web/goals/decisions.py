"""What was decided about a goal, and recording a decision after a second look."""

from decimal import Decimal

from flask import Blueprint, render_template, request, url_for
from flask.typing import ResponseReturnValue

from marketplace.accounts.policy import Can, may
from marketplace.accounts.queries.organisations import list_municipalities
from marketplace.accounts.rules.accounts import REGION_SLUG
from marketplace.http.request import current_actor, current_session, one_moment, permission
from marketplace.impact.actions.goals import adopt_goal
from marketplace.impact.queries.goals import GoalChange, GoalDecision, get_goal_change, get_goal_history
from marketplace.impact.rules.goals import Decision
from marketplace.kernel.language import _
from marketplace.web.goals.forms import GoalForm
from marketplace.web.ui.form_page import attempt, done, page, submit

ASKED = ("organisation", "percent", "year", "body", "decided_on", "document", "text")


def register(blueprint: Blueprint) -> None:
    """Join the pages of decisions."""
    blueprint.add_url_rule("/doelen/<int:number>", "versions", versions, methods=["GET"])
    blueprint.add_url_rule("/doelen/<int:number>/vaststellen", "adopt", adopt, methods=["GET", "POST"])


@permission(Can.READ_PUBLIC_FIGURES)
@one_moment
def versions(number: int) -> str:
    """What a goal asks, who goes at another pace, and everything that was decided about it."""
    actor = current_actor()
    history = get_goal_history(current_session(), actor, number=number)
    return render_template("goals/versions.html", history=history, may_adopt=may(actor, Can.ADOPT_GOAL))


@permission(Can.ADOPT_GOAL)
def adopt(number: int) -> ResponseReturnValue:
    """Record a decision about a goal: fill it in, look at what changes, record it."""
    session, actor = current_session(), current_actor()
    history = get_goal_history(session, actor, number=number)
    form, step = _form(), request.form.get("step", "")
    if step == "record" and submit(form, lambda: _record(form, number)):
        return done(_("The decision has been recorded."), url_for("goals.versions", number=number))
    if step == "change":
        return render_template("goals/adopt.html", form=form, history=history)
    if not step and form.validate_on_submit() and (change := attempt(form, lambda: _look(form, number))):
        typed = {name: request.form.get(name, "") for name in ASKED}
        return render_template("goals/_adopt_check.html", form=form, change=change, typed=typed)
    return page("goals/adopt.html", form, history=history)


def _form() -> GoalForm:
    """The form for whom the actor may decide, by default whom the address names."""
    session, actor = current_session(), current_actor()
    offered = [municipality for municipality in list_municipalities(session) if may(actor, Can.ADOPT_GOAL, municipality.id)]
    with_region = may(actor, Can.MANAGE_GOALS)
    form = GoalForm(organisation=request.args.get("gemeente") or (REGION_SLUG if with_region else actor.organisation_slug))
    form.offer(offered, with_region=with_region)
    return form


def _look(form: GoalForm, number: int) -> GoalChange:
    """What the decision would change."""
    decision = Decision(form.body.data, form.decided_on.data, form.document.data, form.text.data or "")
    return get_goal_change(
        current_session(),
        current_actor(),
        number=number,
        organisation_slug=form.slug,
        percent=form.percent.data or Decimal(0),
        year=form.year.data or 0,
        decision=decision,
    )


def _record(form: GoalForm, number: int) -> GoalDecision:
    """Record what was looked at."""
    looked_at = form.version.data or ""
    return adopt_goal(
        current_session(),
        current_actor(),
        number=number,
        organisation_slug=form.slug,
        percent=form.percent.data or Decimal(0),
        year=form.year.data or 0,
        body=form.body.data or "",
        decided_on=form.decided_on.data,
        document=form.document.data or "",
        text=form.text.data or "",
        version=int(looked_at) if looked_at.isascii() and looked_at.isdigit() and len(looked_at) < 10 else None,
    )
