"""Questions and conversations whole, each on a page of its own."""

from typing import Any

from flask import Blueprint, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.utils import redirect

from marketplace.accounts.policy import Can, require
from marketplace.exchange.queries.reservations import get_reservation
from marketplace.http.request import current_actor, current_session, database, permission
from marketplace.http.rights import require_for_address
from marketplace.kernel.language import _
from marketplace.messages import actions as messages
from marketplace.questions import actions as questions
from marketplace.questions.models import Question
from marketplace.questions.queries import get_question, get_subject
from marketplace.web.ui.form_page import attempt, done, page
from marketplace.web.ui.talk import questions_of, talk_of
from marketplace.web.ui.talk_forms import MESSAGE_FORM_BYTES_MAX, AnswerForm, MessageForm, QuestionForm

blueprint = Blueprint("talk", __name__)
METHODS = ("GET", "POST")


@blueprint.route("/aanbod/<int:listing_id>/vragen", methods=METHODS)
@blueprint.route("/gezocht/<int:demand_id>/vragen", methods=METHODS)
@permission(Can.READ_QUESTIONS)
def questions_about(listing_id: int | None = None, demand_id: int | None = None) -> ResponseReturnValue:
    """Every question about one lot or demand; a new one goes to its owner."""
    form = QuestionForm()
    is_valid = form.is_submitted() and form.validate()
    if form.is_submitted() and not is_valid:
        require_for_address()
    session, actor = current_session(), current_actor()
    if is_valid and attempt(
        form,
        lambda: questions.ask(session, actor, text=form.text.data or "", listing_id=listing_id, demand_id=demand_id),
    ):
        return done(_("Your question is asked. You will hear as soon as there is an answer."), _place(listing_id, demand_id))
    return _questions_page(listing_id, demand_id, form if request.method == "POST" else None)


def _questions_page(listing_id: int | None, demand_id: int | None, sent: QuestionForm | AnswerForm | None) -> ResponseReturnValue:
    session, actor = current_session(), current_actor()
    subject = get_subject(session, actor, listing_id=listing_id, demand_id=demand_id)
    questions = questions_of(session, actor, subject, sent, most=None)
    if isinstance(sent, AnswerForm) and questions is not None:
        questions.answer_forms[(request.view_args or {})["question_id"]] = sent
    return page(
        "talk/questions_about.html",
        sent,
        subject=subject,
        all_questions=questions,
        back=_place(listing_id, demand_id).partition("#")[0],
    )


def _place(listing_id: int | None, demand_id: int | None) -> str:
    if listing_id is not None:
        return url_for("catalogue.show_listing", listing_id=listing_id, _anchor="questions")
    return url_for("demands.show", demand_id=demand_id, _anchor="questions")


@blueprint.route("/vragen/<int:question_id>/antwoord", methods=METHODS)
@permission(Can.ANSWER_QUESTION)
def answer(question_id: int) -> ResponseReturnValue:
    """The one answer of the organisation whose lot or demand it is."""
    session, actor = current_session(), current_actor()
    question = get_question(session, actor, question_id)
    if request.method != "POST":
        return redirect(url_for("talk.questions_about", **_named(question)), 303)
    require(actor, Can.ANSWER_QUESTION, question.subject)
    form = AnswerForm.of(question, AnswerForm())
    if form.validate() and attempt(
        form, lambda: questions.answer(session, actor, question_id=question_id, text=form.text.data or "")
    ):
        return done(_("Your answer is there for every member to read."), _place(question.listing_id, question.demand_id))
    return _questions_page(question.listing_id, question.demand_id, form)


@blueprint.post("/vragen/<int:question_id>/intrekken")
@permission(Can.WITHDRAW_QUESTION)
def withdraw(question_id: int) -> ResponseReturnValue:
    """Take back a question that nobody answered yet."""
    gone = questions.withdraw(current_session(), current_actor(), question_id=question_id)
    return done(_("Your question is gone."), _place(gone.listing_id, gone.demand_id))


def _named(question: Question) -> dict[str, Any]:
    return {"demand_id": question.demand_id} if question.listing_id is None else {"listing_id": question.listing_id}


@blueprint.route("/reserveringen/<int:reservation_id>/gesprek", methods=METHODS)
@permission(Can.READ_TALK, max_body_bytes=MESSAGE_FORM_BYTES_MAX)
def thread(reservation_id: int) -> ResponseReturnValue:
    """All that the two sides of a transfer wrote; what one writes is never changed."""
    form = MessageForm()
    if request.method == "POST":
        with database().read() as before:  # no picture is processed for people who may not send it
            require(current_actor(), Can.TALK, get_reservation(before, current_actor(), reservation_id))
    is_valid = request.method == "POST" and bool(form.validate())
    session, actor = current_session(), current_actor()
    if is_valid:
        attempt(
            form,
            lambda: messages.send(session, actor, reservation_id=reservation_id, text=form.text.data or "", picture=form.picture),
        )
    if is_valid and form.refusal is None:
        return done(_("Your message is sent."), url_for("reservations.show", reservation_id=reservation_id, _anchor="talk"))
    reservation = get_reservation(session, actor, reservation_id)
    require(actor, Can.READ_TALK, reservation, hidden=True)
    sent = form if request.method == "POST" else None
    return page("talk/thread.html", sent, reservation=reservation, talk=talk_of(session, actor, reservation, sent, most=None))
