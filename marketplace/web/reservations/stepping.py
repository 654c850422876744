"""The page of one transfer, and how a step on it is taken."""

from collections.abc import Callable
from typing import Any

from flask import redirect, request, url_for

from marketplace.exchange.queries import reservations
from marketplace.kernel.language import Text
from marketplace.materials.queries import taxonomy
from marketplace.web.answers import attempt, done, page
from marketplace.web.request import current_actor, current_session
from marketplace.web.reservations.gate import Gate
from marketplace.web.reservations.step_forms import FORMS, Sent, sheets
from marketplace.web.reservations.transfer import Transfer
from marketplace.web.returned import returned


def transfer_page(reservation_id: int, sent: Sent | None = None) -> Any:
    """Where the transfer stands, with the form of every step that the reader can take; the one that was sent as it was sent."""
    session, actor = current_session(), current_actor()
    reservation = reservations.get_reservation(session, actor, reservation_id)
    transfer = Transfer.of(session, actor, reservation)
    made = sheets(sent, reservation, taxonomy(session).vehicles)
    return page(
        "reservations/show.html",
        sent.form if sent else None,
        reservation=reservation,
        transfer=transfer,
        forms_by_step=made,
        gate=Gate.of(session, actor, reservation, sent.form if sent else None),
        sent_step=sent.step if sent else "",
        actor_name=actor.organisation_name,
        judges=actor.organisation_id not in (reservation.owner_id, reservation.organisation_id),
    )


def take_step(
    reservation_id: int, step: str, verb: Callable[..., Any], sentence: Callable[[Any], Text] | Text, **facts: str
) -> Any:
    """One step: its form, its verb, and back to the page, which tells what comes next. `facts` names for each argument of the verb the
    method of the form that gives it. Asked for without a form, it is only that page."""
    if request.method != "POST" and returned() is None:
        return redirect(url_for("reservations.show", reservation_id=reservation_id), 303)
    form = FORMS[step]()
    session, actor = current_session(), current_actor()
    reservation = reservations.get_reservation(session, actor, reservation_id)
    form.about(reservation, taxonomy(session).vehicles)
    sent = Sent(step, form)
    if returned() is not None:
        return transfer_page(reservation_id, sent)
    made = form.validate() and attempt(
        form,
        lambda: verb(
            session, actor, reservation_id=reservation_id, **{name: getattr(form, read)() for name, read in facts.items()}
        ),
    )
    if not made:
        return transfer_page(reservation_id, sent)
    told = sentence(made) if callable(sentence) and not isinstance(sentence, Text) else sentence
    return done(told, url_for("reservations.show", reservation_id=reservation_id))
