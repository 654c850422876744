"""Links in mail. Looking at one changes nothing; its button does what it says, as the person to whom the mail was sent."""

from dataclasses import replace

from flask import Blueprint, current_app, g, render_template, request, url_for
from flask.typing import ResponseReturnValue

from marketplace.accounts.actions.preferences import reduce_mail
from marketplace.accounts.policy import Actor, Can, require
from marketplace.accounts.queries.preferences import get_preferences
from marketplace.accounts.queries.sessions import find_actor
from marketplace.accounts.rules import links
from marketplace.exchange.queries.reservations import get_reservation
from marketplace.http import browser_copy
from marketplace.http.notice_text import OBJECTS, address_of
from marketplace.http.request import csrf_exempt, current_session, database, permission, public
from marketplace.http.written import Written
from marketplace.kernel import clock
from marketplace.kernel.db import Session
from marketplace.kernel.errors import Conflict, Invalid, Missing, Refusal
from marketplace.kernel.language import Text, _, current_locale
from marketplace.matching.actions.mail_actions import MAIL_ACTIONS, MailAction, Standing
from marketplace.messages.actions import send
from marketplace.notices.rules.kinds import CADENCE_LABELS, CHOOSABLE, SECURITY, Cadence
from marketplace.notices.rules.wording import WORDINGS
from marketplace.web.signed.forms import LessForm
from marketplace.web.ui.form_page import attempt, done, page
from marketplace.web.ui.talk import talk_of
from marketplace.web.ui.talk_forms import MESSAGE_FORM_BYTES_MAX, MessageForm

blueprint = Blueprint("signed", __name__)
ONE_CLICK = ("List-Unsubscribe", "One-Click")  # RFC 8058: what a mail program posts


blueprint.after_request(browser_copy.apart)


def _acting(session: Session, person_id: int) -> Actor:
    """The person of the link, as they are now: the right and the organisation of today count."""
    actor = find_actor(session, person_id, origin="mail")
    if actor is None:
        raise Missing(_("This link belongs to an account that no longer exists."))
    return replace(actor, request_id=g.get("request_id"), locale=current_locale())


@blueprint.route("/minder-mail/<string:token>", methods=("GET", "POST"))
@public
@csrf_exempt
def less(token: str) -> ResponseReturnValue:
    """Less mail of the kinds in the letter; a mail program may ask for none of it at once."""
    link = links.read_less_mail(_secret_key(), token)
    session = current_session()
    actor = _acting(session, link.person_id)
    kinds = [kind for kind in link.kinds if kind not in SECURITY] or list(CHOOSABLE)
    form = LessForm()
    is_one_click = request.method == "POST" and request.form.get(ONE_CLICK[0]) == ONE_CLICK[1]
    chosen = Cadence.NEVER if is_one_click else Cadence(form.cadence.data) if form.validate_on_submit() else None
    if chosen is not None:
        reduce_mail(session, actor, kinds=kinds, cadence=chosen)
        if not is_one_click:
            return done(_("Your choice is saved."), url_for("signed.less", token=token))
    now = get_preferences(session, actor)
    rows = [(WORDINGS[kind].label, CADENCE_LABELS[now[kind]]) for kind in kinds]
    asks = None if is_one_click else form
    return page("signed/less.html", asks, rows=rows, token=token, actor=actor, about_all=not link.kinds)


@blueprint.route("/antwoord/<string:token>", methods=("GET", "POST"))
@public
def answer(token: str) -> ResponseReturnValue:
    """Do with one button what a mail asked: approve, confirm, still there."""
    link = links.read_action(_secret_key(), token)
    answering = MAIL_ACTIONS.get(link.word)
    if answering is None:
        raise Missing(_("This link is not complete. Copy the whole link from the email, or ask for a new one."))
    session = current_session()
    actor = _acting(session, link.person_id)
    standing = answering.look(session, actor, link.object_id)
    refusal = standing.refusal
    if refusal is None and not standing.is_done and link.expires_at <= clock.now():
        refusal = Conflict(_("This link has expired. Log in to answer."))
    if request.method == "POST" and not standing.is_done:
        refusal = refusal or _done(session, actor, answering, link.object_id)
        if refusal is None:
            return done(answering.done, url_for("signed.answer", token=token))
    visible = render_template(
        "signed/answer.html",
        question=_question(answering, standing),
        answering=answering,
        is_done=standing.is_done,
        refusal=refusal,
        token=token,
        actor=actor,
        href=address_of(answering.about, {OBJECTS[answering.about][1]: link.object_id}),
    )
    return visible, refusal.status if refusal is not None and request.method == "POST" else 200


@blueprint.route("/gesprek/<string:token>", methods=("GET", "POST"))
@permission(Can.READ_CATALOGUE, max_body_bytes=MESSAGE_FORM_BYTES_MAX)
def reply(token: str) -> ResponseReturnValue:
    """Write back from a mail: the conversation of a transfer at its form."""
    link = links.read_action(_secret_key(), token, links.REPLY)
    with database().read() as before:  # no picture is processed for people who may not send it
        actor = _acting(before, link.person_id)
        require(actor, Can.TALK, get_reservation(before, actor, link.object_id))
    is_over = link.expires_at <= clock.now()
    form, session = MessageForm(), current_session()
    if request.method == "POST" and not is_over and form.validate():
        words, picture = form.text.data or "", form.picture
        if attempt(form, lambda: send(session, actor, reservation_id=link.object_id, text=words, picture=picture)):
            return done(_("Your message is sent."), url_for("signed.reply", token=token))
    reservation = get_reservation(session, actor, link.object_id)
    sent = form if request.method == "POST" else None
    href = address_of("talk", {"reservation_id": link.object_id})
    talk = talk_of(session, actor, reservation, sent)
    return page(
        "signed/reply.html", sent, reservation=reservation, talk=talk, is_over=is_over, token=token, actor=actor, href=href
    )


def _done(session: Session, actor: Actor, answering: MailAction, object_id: int) -> Refusal | None:
    """Why the verb would not do it; None when it did."""
    try:
        answering.verb(session, actor, object_id)
    except (Conflict, Invalid) as refusal:
        return refusal
    return None


def _question(answering: MailAction, standing: Standing) -> Text:
    facts = {name: Written(value) if name == "title" else value for name, value in standing.facts.items()}
    return Text(answering.question.message, params=facts)


def _secret_key() -> str:
    return str(current_app.config["SECRET_KEY"])
