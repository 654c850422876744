"""A stored lot as the form shows it, and what was typed of one. Saving without typing changes nothing."""

from types import SimpleNamespace

from werkzeug.datastructures import MultiDict

from marketplace.accounts.policy import Actor
from marketplace.depots.queries import list_depots
from marketplace.kernel.db import Session
from marketplace.kernel.language import _
from marketplace.kernel.units import Quantity, Unit
from marketplace.market.models import Listing
from marketplace.market.queries.windows import get_window_defaults
from marketplace.market.rules import fields
from marketplace.market.rules.listing import Answer
from marketplace.market.rules.values import plain_fields, stored_value
from marketplace.materials.queries import taxonomy
from marketplace.materials.rules.taxonomy import Taxonomy
from marketplace.web.listings.forms import HAZARD_PREFIX, ListingForm, listing_form, names_of, shown_value
from marketplace.web.listings.pictures import PREVIEW
from marketplace.web.ui.comparison import compare, is_outdated
from marketplace.web.ui.drafts import Answers, displayed_values
from marketplace.web.ui.drafts import in_reader_language as _turned
from marketplace.web.ui.drafts import typed_values as typed_in
from marketplace.web.ui.returned import submitted_values
from marketplace.web.ui.windows import agreed_rows, municipal_names

CIRCLE_MAX = 60  # boxes that a request may tick
PLACED = ("place_name", "municipality", "address", "place_basis", "lat", "lon")


def names_in(*steps: int) -> tuple[str, ...]:
    """The fields of the form that these steps ask."""
    return tuple(name for row in fields.FIELDS if row.step in steps for name in names_of(row))


def typed(number: int) -> Answers:
    """What this request says in a step."""
    if number == 1:
        return typed_in(names_in(1))
    hazards = {
        name.removeprefix(HAZARD_PREFIX)[:60]: value for name, value in submitted_values().items() if _is_hazard(name, value)
    }
    circle = [slug[:60] for slug in submitted_values().getlist("circle")[:CIRCLE_MAX]]
    return {**typed_in((*names_in(2), "unit")), "hazards": hazards, "circle": circle}


def _is_hazard(name: str, value: str) -> bool:
    return name.startswith(HAZARD_PREFIX) and value in set(Answer)


def typed_form(answers: Answers) -> ListingForm:
    """The form with these answers in it; nothing is checked yet."""
    names = (*names_in(1, 2), "unit")
    form = listing_form(MultiDict({name: answers[name] for name in names if answers.get(name)}), meta={"csrf": False})
    form.declared = dict(answers.get("hazards", {}))
    placed = answers.get("placed")
    if placed:
        form.place.keep(SimpleNamespace(**placed["at"]))
    return form


def check(form: ListingForm, *numbers: int) -> bool:
    """Whether the fields of these steps have the right shape; the others are left alone."""
    names = names_in(*numbers)
    checks = {name: getattr(type(form), f"validate_{name}", None) for name in names}
    verdicts = [form[name].validate(form, [checks[name]] if checks[name] else []) for name in names]
    if 2 in numbers and not (form.place.data or form.depot.data or form.place.errors):
        form.place.errors = [str(_("Say where the material lies: a place, a postcode, coordinates or a depot."))]
        verdicts.append(False)
    return all(verdicts)


def first_wrong(form: ListingForm) -> int:
    """The first step with something wrong in it; the second for what belongs to no field."""
    return 1 if any(form[name].errors for name in names_in(1)) else 2


def of_listing(listing: Listing, taxonomy: Taxonomy) -> Answers:
    """A stored lot as somebody would have typed it."""
    answers = displayed_values(stored_form(listing, taxonomy, sent=False), names_in(1, 2))
    answers |= {"unit": listing.unit, "hazards": dict(listing.hazards), "circle": list(listing.chosen_circle or ())}
    if listing.depot_id is None:
        answers["placed"] = {"text": answers["place"], "at": {name: getattr(listing, name) for name in PLACED}}
    return answers


def again(answers: Answers) -> Answers:
    """The same kind of lot once more: without how much and when."""
    left_out = {row.name for row in fields.FIELDS if not row.is_again}
    return {name: value for name, value in answers.items() if name not in left_out}


def same_project(answers: Answers) -> Answers:
    """Another lot from the same place, project and period."""
    copied = {"placed", "locale", *(row.name for row in fields.FIELDS if row.is_of_project)}
    return {name: value for name, value in answers.items() if name in copied}


def in_reader_language(answers: Answers) -> Answers:
    """What was typed in the other language, in this one."""
    return _turned(answers, typed_form, [row.name for row in fields.FIELDS if row.is_spoken])


def stored_form(listing: Listing, known: Taxonomy, *, sent: bool = True) -> ListingForm:
    """The form of a lot: with what was sent over it, or (`sent` false) only with what is stored."""
    values = {row.name: shown_value(row, stored_value(listing, row)) for row in plain_fields()}
    values |= {
        "version": listing.version,
        "material": known.material_by_id(listing.material_id).slug,
        "quantity": Quantity(listing.quantity, Unit(listing.unit)) if listing.quantity else None,
        "depot": str(listing.depot_id or ""),
        "circle": list(listing.chosen_circle or ()),
        "circle_by": "chosen" if listing.chosen_circle else "" if listing.chosen_circle is None else "none",
    }
    form = listing_form(data=values) if sent else listing_form(formdata=None, data=values)
    if listing.depot_id is None:
        form.place.keep(listing)
    form.declared = dict(listing.hazards)
    form.stored = [(photo.files[PREVIEW]["name"], photo.alt) for photo in listing.photos]
    return form


def fill_choices(form: ListingForm, session: Session, actor: Actor) -> None:
    """What there is to choose from for this organisation, and what it agreed about turns."""
    form.set_choices(taxonomy(session), list_depots(session))
    names = municipal_names(session)
    form.set_window_choices(
        actor.organisation_slug, names, agreed_rows(get_window_defaults(session, actor.organisation_id), names)
    )


def show_conflict(form: ListingForm, listing: Listing, known: Taxonomy) -> None:
    """Show what differs where somebody else was quicker. Their version counts as seen, so that saving again is a choice."""
    outran = is_outdated(form)
    if outran:
        version, changed = outran
        stored = stored_form(listing, known, sent=False)
        stored.set_choices(known, [])
        stored.depot.choices, stored.circle.choices = form.depot.choices, form.circle.choices
        form.changes = compare(stored, form, changed)
        form.version.data = str(version)
