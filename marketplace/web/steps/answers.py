"""What was typed in the steps, as it was typed: from the request, from a stored lot, and as a form that can be checked.

Answers are kept as text, wrong or not, with the locale that they were typed in: `1.200` is a number in one language and another in the
other. Only a whole set becomes a draft listing.
"""

from types import SimpleNamespace
from typing import Any

from flask import request
from werkzeug.datastructures import MultiDict

from marketplace.kernel.language import _, current_locale, set_locale
from marketplace.market.rules import Answer
from marketplace.materials.rules import Taxonomy
from marketplace.web.listings.forms import HAZARD_PREFIX, ListingForm
from marketplace.web.listings.stored import form_of as listing_form

Answers = dict[str, Any]
LONGEST = 6_000
FIELDS: dict[int, tuple[str, ...]] = {
    1: ("material", "title", "description", "project", "year_of_construction"),
    2: (
        "quantity", "quantity_basis", "condition", "place", "depot", "available_from", "available_until", "asbestos_suspected", "packaging",
        "loading_possible", "kg_per_unit", "price_cents_per_unit", "remarks", "region_from", "partners_from",
    ),
}  # fmt: skip
SPOKEN = ("quantity", "kg_per_unit", "price_cents_per_unit", "available_from", "available_until", "region_from", "partners_from")
PLACED = ("place_name", "municipality", "address", "place_basis", "lat", "lon")
AGAIN_WITHOUT = ("quantity", "available_from", "available_until", "region_from", "partners_from")
OF_THE_PROJECT = ("place", "placed", "depot", "project", "available_from", "available_until", "locale")


def typed(number: int) -> Answers:
    """What this request says in a step."""
    said: Answers = {name: request.form.get(name, "")[:LONGEST] for name in FIELDS[number]}
    said["locale"] = current_locale()
    if number == 2:
        said["unit"] = request.form.get("unit", "")[:LONGEST]
        said["hazards"] = {
            name.removeprefix(HAZARD_PREFIX)[:60]: value for name, value in request.form.items() if _is_hazard(name, value)
        }
    return said


def _is_hazard(name: str, value: str) -> bool:
    return name.startswith(HAZARD_PREFIX) and value in set(Answer)


def form_of(answers: Answers) -> ListingForm:
    """The form with these answers in it; nothing is checked yet."""
    names = (*FIELDS[1], *FIELDS[2], "unit")
    form = ListingForm(MultiDict({name: answers[name] for name in names if answers.get(name)}), meta={"csrf": False})
    form.declared = dict(answers.get("hazards", {}))
    placed = answers.get("placed")
    if placed:
        form.place.keep(SimpleNamespace(**placed["at"]))
        if placed["text"] == answers.get("place"):
            form.place.post_validate(form, False)
    return form


def check(form: ListingForm, *numbers: int) -> bool:
    """Whether the fields of these steps have the right shape; the others are left alone."""
    names = [name for number in numbers for name in FIELDS[number]]
    checks = {name: getattr(type(form), f"validate_{name}", None) for name in names}
    verdicts = [form[name].validate(form, [checks[name]] if checks[name] else []) for name in names]
    if 2 in numbers and not (form.place.data or form.depot.data or form.place.errors):
        form.place.errors = [str(_("Say where the material lies: a place, a postcode, coordinates or a depot."))]
        verdicts.append(False)
    return all(verdicts)


def first_wrong(form: ListingForm) -> int:
    """The first step with something wrong in it; the second for what belongs to no field."""
    return 1 if any(form[name].errors for name in FIELDS[1]) else 2


def of_listing(listing: Any, taxonomy: Taxonomy) -> Answers:
    """A stored lot as somebody would have typed it."""
    form = listing_form(listing, taxonomy, sent=False)
    told = {name: _text(form[name]) for name in (*FIELDS[1], *FIELDS[2])}
    answers: Answers = {name: text for name, text in told.items() if text}
    answers |= {"unit": listing.unit, "hazards": dict(listing.hazards), "locale": current_locale()}
    if listing.depot_id is None:
        answers["placed"] = {"text": answers["place"], "at": {name: getattr(listing, name) for name in PLACED}}
    return answers


def _text(field: Any) -> str:
    shown = getattr(field, "_value", None)  # what a field of text shows; lists and radios have their value only
    return str(shown() if shown else field.data or "")


def again(answers: Answers) -> Answers:
    """The same kind of lot once more: without how much and when."""
    return {name: value for name, value in answers.items() if name not in AGAIN_WITHOUT}


def same_project(answers: Answers) -> Answers:
    """Another lot from the same place, project and period."""
    return {name: value for name, value in answers.items() if name in OF_THE_PROJECT}


def in_this_language(answers: Answers) -> Answers:
    """Numbers and dates that were typed in the other language, written in this one; what cannot be read stays as it is."""
    here, there = current_locale(), answers.get("locale", current_locale())
    if here == there:
        return answers
    set_locale(there)
    try:
        form = form_of(answers)
    finally:
        set_locale(here)
    turned = {}
    for name in SPOKEN:
        if form[name].raw_data and form[name].data is not None and not form[name].process_errors:
            form[name].raw_data = None
            turned[name] = _text(form[name])
    return {**answers, **turned, "locale": here}
