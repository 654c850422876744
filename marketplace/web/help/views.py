"""Help. How it works for each kind of reader, what people ask, what the law says, and whom to ask."""

from flask import Blueprint, current_app, render_template, request

from marketplace.advice.queries.notifications import list_notifications
from marketplace.advice.rules.notifications import WORK_LABELS
from marketplace.http.request import current_actor, current_session, public
from marketplace.market.rules.listing import CONDITION_HINTS, CONDITION_LABELS
from marketplace.web.help.people import answer_of, organisations_of
from marketplace.web.help.topics import LAWS, TOPICS, steps_of

blueprint = Blueprint("help", __name__)


@blueprint.get("/hulp")
@public
def show() -> str:
    """Where to begin, whom to ask, and what people ask most."""
    session, actor = current_session(), current_actor()
    organisations, contact = organisations_of(session), current_app.extensions["settings"].contact_email
    answer = answer_of(session, actor, organisations, request.args.get("organisation", ""))
    conditions = [(CONDITION_LABELS[condition], hint) for condition, hint in CONDITION_HINTS.items()]
    return render_template(
        "help/show.html", topics=TOPICS, organisations=organisations, answer=answer, contact=contact, conditions=conditions
    )


@blueprint.get("/hulp/<any(aanbieden, zoeken, overzicht):topic>")
@public
def topic(topic: str) -> str:
    """How it works for one kind of reader, step by step."""
    return render_template("help/topic.html", topic=TOPICS[topic], steps=steps_of(topic), topics=TOPICS)


@blueprint.get("/hulp/wet")
@public
def law() -> str:
    """What the law asks of used building material, in plain words and with its sources."""
    return render_template("help/law.html", laws=LAWS)


@blueprint.get("/hulp/melden")
@public
def reporting() -> str:
    """What must be reported before material is put to use, to whom, and how long before."""
    duties = list_notifications(current_session())
    groups = [(label, [duty for duty in duties if duty.work is work]) for work, label in WORK_LABELS.items()]
    return render_template("help/reporting.html", groups=[(label, duties) for label, duties in groups if duties])
