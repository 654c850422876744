"""Mail that was given up: an administrator has it tried again, or lets it go."""

from flask import Blueprint, render_template, url_for

from marketplace.accounts.dead_letters import drop_dead, list_dead, retry_dead
from marketplace.accounts.policy import Can
from marketplace.kernel.language import _
from marketplace.notices.wording import WORDINGS
from marketplace.web.answers import done
from marketplace.web.pages import Page
from marketplace.web.request import current_actor, current_session, permission


def join(blueprint: Blueprint) -> None:
    """Add these pages to the administration."""
    blueprint.add_url_rule("/beheer/post", view_func=post)
    blueprint.add_url_rule("/beheer/post/<int:delivery_id>/opnieuw", view_func=retry, methods=["POST"])
    blueprint.add_url_rule("/beheer/post/<int:delivery_id>/laten", view_func=let_go, methods=["POST"])


@permission(Can.READ_HEALTH)
def post() -> Page:
    """Letters that did not leave."""
    return render_template("admin/post.html", letters=list_dead(current_session(), current_actor()), wordings=WORDINGS)


@permission(Can.READ_HEALTH)
def retry(delivery_id: int) -> Page:
    """Try one again, from the start."""
    retry_dead(current_session(), current_actor(), delivery_id=delivery_id)
    return done(_("The letter is tried again within a minute."), url_for("admin.post"))


@permission(Can.READ_HEALTH)
def let_go(delivery_id: int) -> Page:
    """Do not send one any more."""
    drop_dead(current_session(), current_actor(), delivery_id=delivery_id)
    return done(_("The letter is not sent any more. Its reader finds the message in the inbox."), url_for("admin.post"))
