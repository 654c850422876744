"""A page with a form: what every view does after somebody pressed the button."""

from collections.abc import Callable

from flask import render_template
from werkzeug.wrappers import Response

from marketplace.kernel.errors import Conflict, Invalid
from marketplace.web.forms import Form, attach

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
