"""Unfinished lots and demands as they were typed, in the reader's language.

Read from the request.

Answers are stored as text, wrong or not, with the locale that they were typed in: `1.200` is a number in one language and another
in the other.
"""

from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Any

from flask import jsonify, request, url_for
from flask.typing import ResponseReturnValue

from marketplace.kernel import clock
from marketplace.kernel.dates import is_dated, parse_date
from marketplace.kernel.errors import Invalid
from marketplace.kernel.formats import SCREEN_ZONE, long_date
from marketplace.kernel.formats import moment as told_moment
from marketplace.kernel.language import Text, _, current_locale, set_locale
from marketplace.market.models import Sketch
from marketplace.web.ui.form_page import done
from marketplace.web.ui.forms import Form
from marketplace.web.ui.returned import submitted_values

Answers = dict[str, Any]
LONGEST = 6_000
DAYS = {"available_from", "available_until", "earliest", "latest", "needed_from", "needed_until"}


def typed_values(names: Iterable[str]) -> Answers:
    """What this request says under these names. A day as a date: `morgen` is another day tomorrow."""
    typed = {name: submitted_values().get(name, "")[:LONGEST] for name in names}
    return typed | {name: _dated(typed[name]) for name in DAYS & typed.keys()} | {"locale": current_locale()}


def _dated(typed: str) -> str:
    """A day that was typed without its year, as a date in full; anything else as it is."""
    if is_dated(typed):
        return typed
    try:
        return long_date(parse_date(typed, current_locale())).replace("\u00a0", " ")
    except Invalid:
        return typed


def displayed_values(form: Form, names: Iterable[str]) -> Answers:
    """What a form with stored values shows: as somebody would have typed it."""
    values = {name: displayed_text(form[name]) for name in names}
    return {name: text for name, text in values.items() if text} | {"locale": current_locale()}


def displayed_text(field: Any) -> str:
    """What a field shows, as text."""
    shows = getattr(field, "_value", None)  # what a field of text shows; lists and radios have their value only
    return str(shows() if shows else field.data or "")


def in_reader_language(answers: Answers, form_of: Callable[[Answers], Any], names: Iterable[str]) -> Answers:
    """Rewrite numbers and dates that were typed in the other language. What cannot be read stays as it is."""
    here, there = current_locale(), answers.get("locale", current_locale())
    if here == there:
        return answers
    set_locale(there)
    try:
        form = form_of(answers)
    finally:
        set_locale(here)
    turned = {}
    for name in names:
        if form[name].raw_data and form[name].data is not None and not form[name].process_errors:
            form[name].raw_data = None
            turned[name] = displayed_text(form[name])
    return {**answers, **turned, "locale": here}


def saved_at(moment: datetime) -> Text:
    """`bewaard om 14:02`, with the day when it was not today."""
    local = moment.astimezone(SCREEN_ZONE)
    if local.date() == clock.today():
        return _("saved at %(time)s", time=f"{local:%H:%M}")
    return _("saved on %(moment)s", moment=told_moment(moment))


def wants_saving() -> bool:
    """Whether this request only wants what was typed stored.

    It comes from a script while somebody types, or from the button for later.
    """
    return request.form.get("do") in ("auto", "later")


def seen_version() -> int | None:
    """The version of the draft on a page that keeps by itself; None for a button: it is meant."""
    seen = request.form.get("draft_version", "")
    return int(seen) if request.form.get("do") == "auto" and seen.isdecimal() and len(seen) < 10 else None


def save_response(sketch: Sketch, where: str) -> ResponseReturnValue:
    """The answer to whoever only wants it kept."""
    if request.form.get("do") == "auto":
        return jsonify(saved=str(saved_at(sketch.updated_at)), address=where, version=sketch.version)
    return done(_("Your draft is saved. Continue whenever you want, on any device."), url_for("work.show"))


def demand_address(sketch: Sketch) -> str:
    """The page on which a sketch of a demand goes on."""
    if sketch.demand_id is not None:
        return url_for("demands.edit", demand_id=sketch.demand_id)
    return url_for("demands.go_on", sketch_id=sketch.id)
