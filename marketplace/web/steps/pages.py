"""How the steps look: what each page gets to show."""

from typing import Any

from flask import render_template, request

from marketplace.kernel.language import Text, _
from marketplace.market.rules.listing import BASIS_LABELS, CONDITION_LABELS, Condition, QuantityBasis
from marketplace.web.forms import Form
from marketplace.web.sketches import saved_at

NAMES: tuple[Text, ...] = (_("Material"), _("Quantity, quality and place"), _("Photos"), _("Check"))


def show(number: int, form: Form | None, *, sketch: Any = None, **context: Any) -> tuple[str, int]:
    """A step: 200 when it is asked for, the refusal's status when it was sent and is not right."""
    names = [str(name) for name in NAMES]
    states = ["done" if one < number else "now" if one == number else "todo" for one in range(1, 5)]
    asked = request.method in ("GET", "HEAD") or form is None
    status = 200 if asked else form.refusal.status if form and form.refusal else 422
    saved = saved_at(sketch.updated_at) if sketch else None
    told = {"number": number, "names": names, "rows": [(name, state, None) for name, state in zip(names, states, strict=True)]}
    return render_template(f"steps/_step_{number}.html", form=form, sketch=sketch, saved=saved, **told, **context), status


def words_of(listing: Any) -> dict[str, Text]:
    """The words for what a lot has as a code."""
    return {
        "condition": CONDITION_LABELS[Condition(listing.condition)],
        "basis": BASIS_LABELS[QuantityBasis(listing.quantity_basis)],
    }
