"""Questions about lots and demands, and the conversation of a transfer."""

from flask import Response, current_app

from marketplace.accounts.policy import Can, require
from marketplace.api import query
from marketplace.api.bodies.talk import AnswerBody, MessageBody, QuestionBody
from marketplace.api.reading import read_body, read_page
from marketplace.api.routes.photos import UPLOAD_BYTES_MAX, read_upload
from marketplace.api.routing import created, many, ok, route
from marketplace.api.schema import Written
from marketplace.api.shapes.talk import MessageSchema, MessagesSchema, QuestionSchema, QuestionsSchema
from marketplace.exchange.queries.reservations import get_reservation
from marketplace.http.request import current_actor, current_session, database, permission
from marketplace.kernel.errors import Missing
from marketplace.kernel.language import _
from marketplace.market.actions.photos import store_picture
from marketplace.messages import actions as messages
from marketplace.messages.models import Message
from marketplace.messages.queries import get_message, list_messages, list_writer_names
from marketplace.questions import actions as questions
from marketplace.questions.models import Question
from marketplace.questions.queries import get_question, list_asker_names, list_questions

OF_LISTING, OF_DEMAND = "/listings/<int:listing_id>/questions", "/demands/<int:demand_id>/questions"
MESSAGES = "/reservations/<int:reservation_id>/messages"


@route("GET", OF_LISTING, gives=QuestionsSchema, tag="listings", query=query.PAGE)
@permission(Can.READ_QUESTIONS)
def list_listing_questions(listing_id: int) -> Response:
    """The questions that were asked about a listing, oldest first, with their answers."""
    return _many(list_questions(current_session(), current_actor(), listing_id=listing_id))


@route("POST", OF_LISTING, takes=QuestionBody(), gives=QuestionSchema, status=201, tag="listings")
@permission(Can.ASK_QUESTION)
def ask_about_listing(listing_id: int) -> Response:
    """Ask something about a listing of another organisation.

    Every member reads it; its owner is told. The same question that waits for an answer already is given back. At most twenty a day.
    """
    text, session, actor = read_body(QuestionBody())["text"], current_session(), current_actor()
    question = questions.ask(session, actor, text=text, listing_id=listing_id)
    return created(_question(question), "show_listing_question", listing_id=listing_id, question_id=question.id)


@route("GET", f"{OF_LISTING}/<int:question_id>", gives=QuestionSchema, tag="listings")
@permission(Can.READ_QUESTIONS)
def show_listing_question(listing_id: int, question_id: int) -> Response:
    """One question about a listing."""
    return ok(_question(_about(question_id, listing_id=listing_id)))


@route("POST", f"{OF_LISTING}/<int:question_id>/answer", takes=AnswerBody(), gives=QuestionSchema, tag="listings")
@permission(Can.ANSWER_QUESTION)
def answer_listing_question(listing_id: int, question_id: int) -> Response:
    """Answer a question about your own listing, once. Whoever asked is told."""
    _about(question_id, listing_id=listing_id)
    return _answered(question_id)


@route("DELETE", f"{OF_LISTING}/<int:question_id>", gives=QuestionSchema, tag="listings")
@permission(Can.WITHDRAW_QUESTION)
def withdraw_listing_question(listing_id: int, question_id: int) -> Response:
    """Withdraw a question of your own that nobody has answered yet. The answer shows it as it was."""
    _about(question_id, listing_id=listing_id)
    return _withdrawn(question_id)


@route("GET", OF_DEMAND, gives=QuestionsSchema, tag="demands", query=query.PAGE)
@permission(Can.READ_QUESTIONS)
def list_demand_questions(demand_id: int) -> Response:
    """The questions that were asked about a demand, oldest first, with their answers."""
    return _many(list_questions(current_session(), current_actor(), demand_id=demand_id))


@route("POST", OF_DEMAND, takes=QuestionBody(), gives=QuestionSchema, status=201, tag="demands")
@permission(Can.ASK_QUESTION)
def ask_about_demand(demand_id: int) -> Response:
    """Ask something about a demand of another organisation. Every member reads it; its owner is told."""
    text, session, actor = read_body(QuestionBody())["text"], current_session(), current_actor()
    question = questions.ask(session, actor, text=text, demand_id=demand_id)
    return created(_question(question), "show_demand_question", demand_id=demand_id, question_id=question.id)


@route("GET", f"{OF_DEMAND}/<int:question_id>", gives=QuestionSchema, tag="demands")
@permission(Can.READ_QUESTIONS)
def show_demand_question(demand_id: int, question_id: int) -> Response:
    """One question about a demand."""
    return ok(_question(_about(question_id, demand_id=demand_id)))


@route("POST", f"{OF_DEMAND}/<int:question_id>/answer", takes=AnswerBody(), gives=QuestionSchema, tag="demands")
@permission(Can.ANSWER_QUESTION)
def answer_demand_question(demand_id: int, question_id: int) -> Response:
    """Answer a question about your own demand, once. Whoever asked is told."""
    _about(question_id, demand_id=demand_id)
    return _answered(question_id)


@route("DELETE", f"{OF_DEMAND}/<int:question_id>", gives=QuestionSchema, tag="demands")
@permission(Can.WITHDRAW_QUESTION)
def withdraw_demand_question(demand_id: int, question_id: int) -> Response:
    """Withdraw a question of your own that nobody has answered yet. The answer shows it as it was."""
    _about(question_id, demand_id=demand_id)
    return _withdrawn(question_id)


def _about(question_id: int, *, listing_id: int | None = None, demand_id: int | None = None) -> Question:
    """The question, where it is about this listing or demand."""
    question = get_question(current_session(), current_actor(), question_id)
    if (question.listing_id, question.demand_id) != (listing_id, demand_id):
        raise Missing(_("This question does not exist any more. Open the page of the lot or the demand again."))
    return question


def _answered(question_id: int) -> Response:
    text = read_body(AnswerBody())["text"]
    return ok(_question(questions.answer(current_session(), current_actor(), question_id=question_id, text=text)))


def _withdrawn(question_id: int) -> Response:
    return ok(_question(questions.withdraw(current_session(), current_actor(), question_id=question_id)))


def _question(question: Question) -> Written:
    names = list_asker_names(current_session(), current_actor(), [question])
    return QuestionSchema.write(question, asked_by=names.get(question.id))


def _many(rows: list[Question]) -> Response:
    page = read_page()
    visible = rows[page.offset : page.offset + page.size]
    names = list_asker_names(current_session(), current_actor(), visible)
    written = [QuestionSchema.write(row, asked_by=names.get(row.id)) for row in visible]
    return many(QuestionsSchema, written, total=len(rows), page=page)


@route("GET", MESSAGES, gives=MessagesSchema, tag="reservations", query=query.PAGE)
@permission(Can.READ_TALK)
def list_reservation_messages(reservation_id: int) -> Response:
    """What the two sides of a transfer wrote to each other, oldest first.

    Only they read it; the reviewer and the broker too where the broker is asked to decide.
    """
    page, rows = read_page(), list_messages(current_session(), current_actor(), reservation_id=reservation_id)
    visible = rows[page.offset : page.offset + page.size]
    names = list_writer_names(current_session(), current_actor(), visible)
    written = [MessageSchema.write(row, written_by=names.get(row.id)) for row in visible]
    return many(MessagesSchema, written, total=len(rows), page=page)


@route("POST", MESSAGES, takes=MessageBody(), gives=MessageSchema, status=201, tag="reservations")
@permission(Can.TALK)
def send_message(reservation_id: int) -> Response:
    """Write to the other side of a transfer, which is told. What is sent stays. At most a hundred a day."""
    text, session, actor = read_body(MessageBody())["text"], current_session(), current_actor()
    message = messages.send(session, actor, reservation_id=reservation_id, text=text)
    return created(_message(message), "show_message", reservation_id=reservation_id, message_id=message.id)


@route("POST", f"{MESSAGES}/photos", gives=MessageSchema, status=201, upload="photo", tag="reservations")
@permission(Can.TALK, max_body_bytes=UPLOAD_BYTES_MAX)
def send_photo(reservation_id: int) -> Response:
    """Send a photo to the other side of a transfer; `alt` is the message with it. JPEG, PNG, WebP, AVIF or HEIC, at most 20 MB."""
    with database().read() as reading:
        require(current_actor(), Can.TALK, get_reservation(reading, current_actor(), reservation_id))
    upload, text = read_upload()
    picture = store_picture(current_app.extensions["media"], upload)
    session, actor = current_session(), current_actor()
    message = messages.send(session, actor, reservation_id=reservation_id, text=text, picture=picture)
    return created(_message(message), "show_message", reservation_id=reservation_id, message_id=message.id)


@route("GET", f"{MESSAGES}/<int:message_id>", gives=MessageSchema, tag="reservations")
@permission(Can.READ_TALK)
def show_message(reservation_id: int, message_id: int) -> Response:
    """One message of a transfer."""
    session, actor = current_session(), current_actor()
    return ok(_message(get_message(session, actor, reservation_id=reservation_id, message_id=message_id)))


def _message(message: Message) -> Written:
    names = list_writer_names(current_session(), current_actor(), [message])
    return MessageSchema.write(message, written_by=names.get(message.id))
