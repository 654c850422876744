"""A page with a form: the next page when the verb did its work, else the same page with what was typed and why not."""

from collections.abc import Callable
from typing import Any, TypeVar

from flask import flash, redirect, render_template, request
from werkzeug.wrappers import Response

from marketplace.kernel.errors import Conflict, Invalid, TooLarge
from marketplace.kernel.language import Text
from marketplace.web.ui.forms import Form, attach

T = TypeVar("T")


def attempt(form: Form, verb: Callable[[], T]) -> T | None:
    """Run a verb. What it refuses about the input or the state is shown in the form; no right and not there are pages of their own."""
    try:
        return verb()
    except (Invalid, Conflict, TooLarge) as refusal:
        attach(form, refusal)
        form.refusal = refusal
        return None


def page(template: str, form: Form | None, **context: Any) -> tuple[str, int]:
    """The page with its form: 200 when it is asked for; sent and refused it is the refusal's status, 422 by default."""
    status = 200 if request.method in ("GET", "HEAD") or form is None else form.refusal.status if form.refusal else 422
    return render_template(template, form=form, **context), status


def done(sentence: Text, where: str) -> Response:
    """See other: what was done, told once on the page to go to."""
    flash(str(sentence), "success")
    return redirect(where, 303)


Page = Response | str | tuple[str, int]


def took(form: Form, verb: Callable[[], object]) -> bool:
    """Whether the form was sent, had the right shape, and the verb did not refuse; a refusal is shown at its field."""
    if not form.validate_on_submit():
        return False
    try:
        verb()
    except (Invalid, Conflict) as refusal:
        attach(form, refusal)
        return False
    return True


def shown(template: str, form: Form, **more: object) -> Page:
    """The page with its form: 422, and nothing kept, when something in it was refused."""
    return render_template(template, form=form, **more), 422 if form.summary() else 200
