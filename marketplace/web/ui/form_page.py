"""A page with a form. The next page when the verb did its work, else the same page with what was typed and why not."""

from collections.abc import Callable
from typing import Any, TypeVar

from flask import flash, redirect, render_template, request
from flask.typing import ResponseReturnValue

from marketplace.http.rights import require_for_address
from marketplace.kernel.errors import Conflict, Invalid, TooLarge, TooMany
from marketplace.kernel.language import Text
from marketplace.web.ui.forms import Form, attach

T = TypeVar("T")


def submit(form: Form, verb: Callable[[], object]) -> bool:
    """Check a form that was sent and run its verb; whether it did its work."""
    if not form.validate_on_submit():
        if form.is_submitted():
            require_for_address()
        return False
    attempt(form, verb)
    return form.refusal is None


def attempt(form: Form, verb: Callable[[], T]) -> T | None:
    """Run a verb whose form was checked before. What it refuses about the input or the state is shown in the form; no right and not there
    are pages of their own."""
    try:
        return verb()
    except (Invalid, Conflict, TooLarge, TooMany) as refusal:
        attach(form, form.at_fields(refusal))
        form.refusal = refusal
        return None


def page(template: str, form: Form | None, *, refused: int | None = None, **context: Any) -> ResponseReturnValue:
    """Render the page with its form.

    200 when it is asked for; sent and not right it is `refused`, else the status of the refusal, else 422. Asked too often, it says when to come back.
    """
    if request.method in ("GET", "HEAD") or form is None:
        status = 200
    else:
        status = refused or (form.refusal.status if form.refusal else 422)
    waits = {"Retry-After": str(form.refusal.retry_after_s)} if form and isinstance(form.refusal, TooMany) else {}
    return render_template(template, form=form, **context), status, waits


def done(sentence: Text, where: str, tone: str = "success") -> ResponseReturnValue:
    """Redirect (303) with a message that the next page shows once."""
    flash(str(sentence), tone)
    return redirect(where, 303)
