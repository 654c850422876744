"""The clock for the administrator. What each job did and does next, what waits to be delivered, and what was given up."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol, cast

from flask import Blueprint, current_app, render_template, url_for
from flask.typing import ResponseReturnValue

from marketplace.accounts.actions import deliveries
from marketplace.accounts.policy import Can
from marketplace.accounts.queries import deliveries as deliveries_queries
from marketplace.http.request import current_actor, current_session, permission
from marketplace.jobs.tasks import label_of, list_kinds, list_recent_tasks
from marketplace.kernel import clock, health, runs
from marketplace.kernel.language import Text, _, ngettext
from marketplace.kernel.models import JobRun
from marketplace.notices.queries import count_waiting, find_oldest_waiting
from marketplace.notices.rules.wording import WORDINGS
from marketplace.web.ui.form_page import done
from marketplace.web.ui.states import TASK_BADGES

Verb = Callable[..., bool]
TASKS_SHOWN = 5


class Line(Protocol):
    """A line of the timetable, as this page shows it."""

    @property
    def name(self) -> str: ...
    @property
    def every(self) -> timedelta: ...
    @property
    def does(self) -> Text: ...


@dataclass(frozen=True, slots=True)
class JobRow:
    """A job on the page. `next_at` is None when its turn has come and no worker has taken it."""

    line: Line
    cadence: Text
    last: JobRun | None
    seconds: float | None
    next_at: datetime | None


def register(blueprint: Blueprint) -> None:
    """Give these pages to the area of administration."""
    blueprint.get("/beheer/klok")(show_clock)
    blueprint.post("/beheer/klok/bezorging/<int:delivery_id>/opnieuw")(retry_dead_letter)
    blueprint.post("/beheer/klok/bezorging/<int:delivery_id>/weg")(drop_dead_letter)


@permission(Can.READ_HEALTH)
def show_clock() -> ResponseReturnValue:
    """Every job with its last and next turn, the queue, and what could not be delivered."""
    session = current_session()
    last = runs.list_last_runs(session)
    lines = cast(tuple[Line, ...], current_app.extensions["timetable"])
    return render_template(
        "admin/show_clock.html",
        jobs=[describe_line(line, last.get(line.name)) for line in lines],
        failures=runs.list_failures(session),
        silent_since=health.silent_since(runs.find_last_start(session)),
        waiting=count_waiting(session),
        oldest=find_oldest_waiting(session),
        kinds=list_kinds(current_actor()),
        tasks=list_recent_tasks(session, current_actor(), most=TASKS_SHOWN),
        label_of=label_of,
        task_badges=TASK_BADGES,
        letters=deliveries_queries.list_dead_letters(session, current_actor()),
        wordings=WORDINGS,
        retention=[(extension.what, length(extension.period)) for extension in current_app.extensions["retention"]],
    )


@permission(Can.READ_HEALTH)
def retry_dead_letter(delivery_id: int) -> ResponseReturnValue:
    """Try to deliver it again."""
    return _settled(deliveries.retry_dead_letter, delivery_id, _("It is tried again within a minute."))


@permission(Can.READ_HEALTH)
def drop_dead_letter(delivery_id: int) -> ResponseReturnValue:
    """Let go of it."""
    return _settled(deliveries.drop_dead_letter, delivery_id, _("It is not sent any more."))


def _settled(verb: Verb, delivery_id: int, sentence: Text) -> ResponseReturnValue:
    where = url_for("admin.show_clock")
    if verb(current_session(), current_actor(), delivery_id=delivery_id):
        return done(sentence, where)
    return done(_("It has been dealt with already."), where, "info")


def describe_line(line: Line, last: JobRun | None) -> JobRow:
    """What the page says of a job."""
    seconds = (last.finished_at - last.started_at).total_seconds() if last and last.finished_at else None
    now = clock.now()
    next_at = runs.slot_at(last.slot, line.every) + line.every if last else None
    return JobRow(line, cadence(line.every), last, seconds, next_at if next_at and next_at > now else None)


def cadence(every: timedelta) -> Text:
    """How often, in words."""
    minutes = every // timedelta(minutes=1)
    if minutes % 1440 == 0:
        return ngettext("every day", "every %(num)s days", minutes // 1440)
    if minutes % 60 == 0:
        return ngettext("every hour", "every %(num)s hours", minutes // 60)
    return ngettext("every minute", "every %(num)s minutes", minutes)


def length(period: timedelta) -> Text:
    """How long, in words: the largest unit that leaves nothing over."""
    minutes = period // timedelta(minutes=1)
    if minutes % 1440 == 0 and minutes > 1440:
        return ngettext("%(num)s day", "%(num)s days", minutes // 1440)
    if minutes % 60 == 0:
        return ngettext("%(num)s hour", "%(num)s hours", minutes // 60)
    return ngettext("%(num)s minute", "%(num)s minutes", minutes)
