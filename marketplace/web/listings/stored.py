"""A stored lot as the form shows it, and what was typed of one. Saving without typing changes nothing."""

from dataclasses import dataclass
from types import SimpleNamespace

from werkzeug.datastructures import MultiDict

from marketplace.accounts.policy import Actor, Can, may, require
from marketplace.depots.queries.arrivals import Awaited
from marketplace.depots.queries.depots import list_depots
from marketplace.depots.queries.lots import get_lot
from marketplace.depots.rules.number import lot_number
from marketplace.http.written import Written
from marketplace.kernel.db import Session
from marketplace.kernel.formats import long_date, number, quantity
from marketplace.kernel.language import Text, _
from marketplace.kernel.units import Quantity, Unit
from marketplace.market.models import Listing
from marketplace.market.queries.listings import find_last_listing, get_listing
from marketplace.market.queries.windows import get_window_defaults
from marketplace.market.rules import fields
from marketplace.market.rules.listing import TITLE_LENGTH_MAX, Answer, ListingStatus
from marketplace.market.rules.values import PLAN, plain_fields, stored_value
from marketplace.materials.queries import get_taxonomy
from marketplace.materials.rules.taxonomy import Taxonomy
from marketplace.web.listings.forms import HAZARD_PREFIX, ListingForm, WhereForm, form_value, listing_form, names_of
from marketplace.web.listings.pictures import PREVIEW
from marketplace.web.ui.comparison import compare, is_outdated
from marketplace.web.ui.day_chips import Since, Till, day_of
from marketplace.web.ui.drafts import Answers, displayed_values
from marketplace.web.ui.drafts import typed_values as typed_in
from marketplace.web.ui.material_fields import ANSWERED, SET, own_typed, typed_fields
from marketplace.web.ui.material_fields import in_reader_language as turned
from marketplace.web.ui.returned import submitted_values
from marketplace.web.ui.windows import agreed_rows, municipal_names

CIRCLE_MAX = 60  # boxes that a request may tick
PLACED = ("place_name", "municipality", "address", "place_basis", "lat", "lon")
ASBESTOS = "asbest"  # the hazard that a lot also has a field of its own for
TOLD = (2, 3, 4)  # the steps with fields: the first one has photos


def names_in(*steps: int) -> tuple[str, ...]:
    """The fields of the form that these steps ask."""
    return tuple(name for row in fields.FIELDS if row.step in steps for name in names_of(row))


def typed(number: int, session: Session, actor: Actor, before: Answers) -> Answers:
    """What this request says in a step, beside what was said before."""
    return {2: typed_what, 4: typed_title}.get(number, lambda: typed_where(session, actor, before))()


def typed_what() -> Answers:
    """What it is, how much, and in what condition. Asbestos is one of the hazards where the material may hold it."""
    values = submitted_values()
    hazards = {name.removeprefix(HAZARD_PREFIX)[:60]: value for name, value in values.items() if _is_hazard(name, value)}
    names = [name for name in names_in(2) if name != "asbestos_suspected" or name in values]
    answers = {**typed_in((*names, "unit", "group", SET)), "hazards": hazards, "fields": typed_fields(ANSWERED)}
    return {**answers, "asbestos_suspected": hazards[ASBESTOS]} if ASBESTOS in hazards else answers


def typed_title() -> Answers:
    """What the lot is called."""
    return typed_in(names_in(4))


def typed_where(session: Session, actor: Actor, before: Answers) -> Answers:
    """Where it lies and when it is there: as one of the choices, or as typed."""
    values = submitted_values()
    answers = {
        **typed_in((*names_in(3), "since", "till")),
        "circle": [slug[:60] for slug in values.getlist("circle")[:CIRCLE_MAX]],
    }
    since = answers["since"] if answers["since"] in set(Since) else Since.DAY
    answers["planned"] = "yes" if since == Since.LATER else ""
    if since == Since.LATER:
        answers |= {"available_from": "", "available_until": ""}
    elif since != Since.DAY:
        day = day_of(Since(since))
        answers["available_from"] = long_date(day).replace("\u00a0", " ") if day else ""
    if answers["till"] == Till.GONE:
        answers["available_until"] = ""
    return {**answers, "since": str(since), **_spot(session, actor, values.get("spot", ""), before)}


def _spot(session: Session, actor: Actor, chosen: str, before: Answers) -> Answers:
    """The place that was chosen. That of an earlier lot, and the one that was given before, come along to the metre."""
    if chosen == "kept" and (before.get("place") or before.get("depot")):
        return {"spot": "kept", **{name: before.get(name, "") for name in ("place", "depot", "placed")}}
    if chosen.startswith("lot-") and chosen[4:].isdecimal() and len(chosen) < 14:
        listing = get_listing(session, actor, int(chosen[4:]))
        require(actor, Can.EDIT_LISTING, listing)
        return {"spot": "kept", **_place_of(of_listing(listing, get_taxonomy(session)))}
    if chosen in ("photo", "here") and (point := submitted_values().get(f"{chosen}_at", "")[:60]):
        return {"spot": "kept", "place": point, "depot": "", "placed": ""}
    return {"spot": "other", "placed": before.get("placed", "")}


def _place_of(answers: Answers) -> Answers:
    return {name: answers.get(name, "") for name in ("place", "depot", "placed")}


def _is_hazard(name: str, value: str) -> bool:
    return name.startswith(HAZARD_PREFIX) and value in set(Answer)


@dataclass(frozen=True, slots=True)
class Spot:
    """A place to choose. `is_hidden`: only a script can offer it."""

    value: str
    name: Text | str
    note: Text
    is_hidden: bool = False


def spots_of(session: Session, actor: Actor, answers: Answers) -> list[Spot]:
    """The places to choose: the one that was given or the last one; of the photo; any other."""
    rows: list[Spot] = []
    if answers.get("spot") != "other" and (name := place_words(session, answers)):
        rows.append(Spot("kept", name, _("the place of this lot")))
    elif last := find_last_listing(session, actor):
        name = place_words(session, of_listing(last, get_taxonomy(session)))
        rows.append(Spot(f"lot-{last.id}", name, _("the place of your last lot")))
    return [
        *rows,
        Spot("photo", _("The place of your photo"), _("where the photo was taken"), is_hidden=True),
        Spot("here", _("My location"), _("where you are now"), is_hidden=True),
        Spot("other", _("Another place"), _("a place, a postcode, a depot or a point on the map")),
    ]


def place_words(session: Session, answers: Answers) -> Text | str:
    """The place that was given, in words: never as coordinates."""
    if answers.get("depot"):
        return next((depot.name for depot in list_depots(session) if str(depot.id) == answers["depot"]), "")
    placed = answers.get("placed")
    if placed and placed["text"] == answers.get("place"):
        where = placed["at"]
        return str(where["address"] or where["place_name"])
    return _("The point that you chose") if answers.get("place") else ""


def where_form(answers: Answers, spots: list[Spot]) -> WhereForm:
    """The choices of the third step, with what was chosen."""
    since = answers.get("since") or (
        Since.LATER if answers.get("planned") else Since.DAY if answers.get("available_from") else Since.NOW
    )
    till = Till.DAY if answers.get("available_until") or answers.get("till") == Till.DAY else Till.GONE
    offered = {spot.value for spot in spots}
    spot = answers.get("spot", "") if answers.get("spot") in offered else spots[0].value if not spots[0].is_hidden else "other"
    return WhereForm(formdata=None, data={"spot": spot, "since": str(since), "till": str(till)}, meta={"csrf": False})


def typed_form(answers: Answers) -> ListingForm:
    """The form with these answers in it; nothing is checked yet."""
    names = (*names_in(*TOLD), "unit", SET)
    values = {name: answers[name] for name in names if answers.get(name)} | own_typed(answers, ANSWERED)
    form = listing_form(MultiDict(values), meta={"csrf": False})
    form.declared = dict(answers.get("hazards", {}))
    placed = answers.get("placed")
    if placed:
        form.place.keep(SimpleNamespace(**placed["at"]))
    return form


def query_form(values: MultiDict[str, str], taxonomy: Taxonomy) -> ListingForm:
    """The form with what an address says in it. Asbestos is one of the hazards where the material may hold it."""
    hazards = {name.removeprefix(HAZARD_PREFIX): value for name, value in values.items() if _is_hazard(name, value)}
    form = listing_form(values, meta={"csrf": False})
    form.declared = hazards
    form.set_choices(taxonomy, [])
    form.asbestos_suspected.data = hazards.get(ASBESTOS, form.asbestos_suspected.data)
    return form


def check(form: ListingForm, *numbers: int) -> bool:
    """Whether the fields of these steps have the right shape; the others are left alone."""
    names = names_in(*numbers)
    checks = {name: getattr(type(form), f"validate_{name}", None) for name in names}
    verdicts = [form[name].validate(form, [checks[name]] if checks[name] else []) for name in names]
    if 3 in numbers and not (form.place.data or form.depot.data or form.place.errors):
        form.place.errors = [str(_("Say where the material lies: a place, a postcode, coordinates or a depot."))]
        verdicts.append(False)
    return all(verdicts)


def first_wrong(form: ListingForm) -> int:
    """The first step with something wrong in it; the third for what belongs to no field."""
    if not form.fields_are_right:
        return 2
    return next((number for number in TOLD if any(form[name].errors for name in names_in(number))), 3)


def of_listing(listing: Listing, taxonomy: Taxonomy) -> Answers:
    """A stored lot as somebody would have typed it."""
    form = stored_form(listing, taxonomy, sent=False)
    form.ask_about(taxonomy)
    answers = displayed_values(form, names_in(*TOLD))
    answers |= {"unit": listing.unit, "hazards": dict(listing.hazards), "circle": list(listing.chosen_circle or ())}
    answers |= {SET: form.field_set, "fields": form.displayed_answers()}
    if listing.depot_id is None:
        answers["placed"] = {"text": answers["place"], "at": {name: getattr(listing, name) for name in PLACED}}
    return answers


def made_title(form: ListingForm, taxonomy: Taxonomy) -> str:
    """A name for a lot that has none: what it is, and from which place. Never from which street."""
    material = taxonomy.find_material(form.material.data or "")
    place = form.place.location.place_name if form.place.location and not form.depot.data else ""
    if material is None or not place:
        return material.name if material else ""
    return str(_("%(material)s from %(place)s", material=material.name, place=place))[:TITLE_LENGTH_MAX]


def again(answers: Answers) -> Answers:
    """The same kind of lot once more: without how much and when."""
    left_out = {row.name for row in fields.FIELDS if not row.is_again}
    return {name: value for name, value in answers.items() if name not in left_out}


def same_project(answers: Answers) -> Answers:
    """Another lot from the same place, project and period."""
    copied = {"placed", "locale", *(row.name for row in fields.FIELDS if row.is_of_project)}
    return {name: value for name, value in answers.items() if name in copied}


def in_reader_language(answers: Answers, taxonomy: Taxonomy) -> Answers:
    """What was typed in the other language, in this one."""

    def asking(answers: Answers) -> ListingForm:
        form = typed_form(answers)
        form.ask_about(taxonomy)
        return form

    return turned(answers, ANSWERED, asking, [row.name for row in fields.FIELDS if row.is_spoken])


def stored_form(listing: Listing, taxonomy: Taxonomy, *, sent: bool = True) -> ListingForm:
    """The form of a lot: with what was sent over it, or (`sent` false) only with what is stored."""
    values = {row.name: form_value(row, stored_value(listing, row)) for row in plain_fields()}
    values |= {
        "version": listing.version,
        "material": taxonomy.material_by_id(listing.material_id).slug,
        "quantity": Quantity(listing.quantity, Unit(listing.unit)) if listing.quantity else None,
        "depot": str(listing.depot_id or ""),
        "circle": list(listing.chosen_circle or ()),
        "circle_by": "chosen" if listing.chosen_circle else "" if listing.chosen_circle is None else "none",
    }
    form = listing_form(data=values) if sent else listing_form(formdata=None, data=values)
    if listing.depot_id is None:
        form.place.keep(listing)
    form.is_closed = listing.is_closed_to_others
    form.declared, form.stored_answers = dict(listing.hazards), dict(listing.fields)
    if listing.status == ListingStatus.PUBLISHED and listing.lot_id is not None:
        form.listed = Quantity(listing.quantity, Unit(listing.unit))
    if listing.status == ListingStatus.PUBLISHED:
        form.kept_plan = {name: stored_value(listing, row) for row in plain_fields() if (name := row.name) in PLAN}
    form.stored = [(photo.files[PREVIEW]["name"], photo.alt) for photo in listing.photos]
    return form


def fill_choices(form: ListingForm, session: Session, actor: Actor, lies_in: int | None = None) -> None:
    """What there is to choose from for this organisation, and what it agreed about turns. `lies_in`: a depot that may be closed."""
    depots = list_depots(session, with_closed=True)
    form.set_choices(get_taxonomy(session), [depot for depot in depots if depot.is_active or depot.id == lies_in])
    names = municipal_names(session)
    form.set_window_choices(
        actor.organisation_slug, names, agreed_rows(get_window_defaults(session, actor.organisation_id), names)
    )


@dataclass(frozen=True, slots=True)
class Stock:
    """The lot in stock that a listing offers.

    What it says itself, as `facts` to read and as the `fixed` values that are sent along. `has`: who has it, where that is not the reader.
    """

    lot_id: int
    number: str
    has: Text | str | None
    facts: list[tuple[Text, Text | str]]
    fixed: list[tuple[str, str]]


def stock_of(session: Session, actor: Actor, listing: Listing) -> Stock | None:
    """The lot in stock of which this is a draft, or that somebody else has. None of any other listing: there the form says it."""
    if listing.lot_id is None or listing.status not in (ListingStatus.DRAFT, ListingStatus.PUBLISHED):
        return None
    lot = get_lot(session, actor, listing.lot_id)
    is_in_hand = may(actor, Can.HANDLE_LOT, lot)
    if is_in_hand and listing.status == ListingStatus.PUBLISHED:
        return None
    place = Written(lot.depot.name if lot.depot else lot.place_name)
    has = None if is_in_hand else Written(lot.depot.name if lot.depot else lot.holder.name)
    facts: list[tuple[Text, Text | str]] = [
        (_("Material"), get_taxonomy(session).material_by_id(lot.material_id).name),
        (_("Quantity"), quantity(lot.quantity, lot.unit)),
        (_("Owner"), lot.organisation.name),
        (_("Where it is"), place),
    ]
    stored = stored_form(listing, get_taxonomy(session), sent=False)
    fixed = [(name, str(stored[name].data or "")) for name in ("material", "place", "depot")]
    fixed += [("quantity", number(listing.quantity)), (stored.quantity.unit_name, listing.unit)]
    return Stock(lot.id, lot_number(lot.id), has, facts, fixed)


def announced_at(awaited: Awaited) -> Text:
    """What somebody reads whose lot stands before a depot that others keep."""
    return _(
        "Your lot is on offer. It is announced to %(depot)s; it is in the depot as soon as a keeper has taken it in.",
        depot=Written(awaited.depot),
    )


def show_conflict(form: ListingForm, listing: Listing, taxonomy: Taxonomy) -> None:
    """Show what differs where somebody else was quicker. Their version counts as seen, so that saving again is a choice."""
    outran = is_outdated(form)
    if outran:
        version, changed = outran
        stored = stored_form(listing, taxonomy, sent=False)
        stored.set_choices(taxonomy, [])
        stored.depot.choices, stored.circle.choices = form.depot.choices, form.circle.choices
        form.changes = compare(stored, form, form.inputs_named(changed))
        form.version.data = str(version)
