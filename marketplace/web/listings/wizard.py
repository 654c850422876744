"""Offering a lot in four steps, each of which stores what was typed. Photos; what it is; where and when; check."""

from collections.abc import Mapping
from typing import Any

from flask import Blueprint, jsonify, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.wrappers import Response

from marketplace.accounts.policy import Can, require
from marketplace.depots.queries.arrivals import find_awaited
from marketplace.http.request import current_actor, current_session, database, permission, public
from marketplace.http.written import Written
from marketplace.kernel.db import Session
from marketplace.kernel.errors import Conflict, Missing, Refusal
from marketplace.kernel.language import Text, _, current_locale
from marketplace.kernel.units import Quantity, parse_number, read_unit
from marketplace.market.actions.drafts import attach_listing, discard_sketch, save_sketch, start_sketch
from marketplace.market.actions.windows import preview_windows
from marketplace.market.models import Sketch
from marketplace.market.queries.drafts import get_sketch
from marketplace.market.queries.listings import find_last_project, get_listing, list_usual_materials
from marketplace.market.rules.drafts import SketchKind
from marketplace.market.rules.listing import CERTAINTY_HINTS, find_unit_faults
from marketplace.matching.actions.offer import save_draft_listing
from marketplace.matching.actions.publish import publish as publish_listing
from marketplace.matching.queries.matches import list_demands_for_draft, list_demands_for_listing
from marketplace.materials.queries import get_taxonomy
from marketplace.stock.actions.offering import offer_again
from marketplace.web.listings import stored
from marketplace.web.listings.forms import ListingForm, PhotosForm
from marketplace.web.listings.photos import FORM_BYTES_MAX, PhotosSent, list_photos
from marketplace.web.listings.stored import announced_at, fill_choices
from marketplace.web.ui.beginnings import beginnings, tiles
from marketplace.web.ui.checked import checked_rows
from marketplace.web.ui.drafts import Answers, save_response, saved_at, seen_version, wants_saving
from marketplace.web.ui.estimates import weighed, weighed_of
from marketplace.web.ui.findings import findings_of, findings_of_draft
from marketplace.web.ui.form_page import attempt
from marketplace.web.ui.forms import Form
from marketplace.web.ui.lots import picture
from marketplace.web.ui.returned import returned
from marketplace.web.ui.windows import municipal_names, preview_rows

FOUND_MAX = 12
TYPED_MAX = 80
NEIGHBOURS_SHOWN = 3
DIGITS_MAX = 10
NAMES: tuple[Text, ...] = (_("Photos"), _("What is it?"), _("Where and when?"), _("Is this right?"))


def register(blueprint: Blueprint) -> None:
    """Add the four steps to the area of listings."""
    blueprint.route("/aanbod/nieuw", methods=("GET", "POST"))(start)
    blueprint.route("/aanbod/concept/<int:sketch_id>/stap/<int(min=1,max=4):number>", methods=("GET", "POST"))(step)
    blueprint.get("/aanbod/<int:listing_id>/geplaatst")(published)
    blueprint.post("/aanbod/<int:listing_id>/opnieuw")(again)
    blueprint.get("/materialen.json")(find_materials)
    blueprint.get("/aanbod/schatting.json")(estimate)
    blueprint.get("/aanbod/regels.json")(rules)


@permission(Can.OFFER, max_body_bytes=FORM_BYTES_MAX)
def start() -> ResponseReturnValue:
    """The first step of a new lot: photos, or an earlier lot to begin with."""
    number = request.form.get("number", 1, int)
    if request.method == "POST" and number in (2, 3):
        return _tell(None, number)
    return _photos(None)


@permission(Can.OFFER, max_body_bytes=FORM_BYTES_MAX)
def step(sketch_id: int, number: int) -> ResponseReturnValue:
    """One step of a lot that somebody is telling of. The fourth waits until the others are right."""
    if number == 1:
        return _photos(sketch_id)
    return _check(sketch_id) if number == 4 else _tell(sketch_id, number)


def _photos(sketch_id: int | None) -> ResponseReturnValue:
    """The first step. Photos are stored at once; one that is refused leaves the others be."""
    form = PhotosForm(meta={"csrf": False})
    sent = PhotosSent(form, {"sketch_id": sketch_id} if sketch_id else None)
    session, actor = current_session(), current_actor()
    if request.method != "POST":
        sketch = get_sketch(session, actor, sketch_id, SketchKind.LISTING) if sketch_id else None
        return _showing_photos(form, sketch)
    sketch = (
        get_sketch(session, actor, sketch_id, SketchKind.LISTING)
        if sketch_id
        else start_sketch(session, actor, _copied(session, request.form))
    )
    if not sent.store(session, {"sketch_id": sketch.id}):
        return sent.faults() if sent.is_by_script else _showing_photos(form, sketch if sketch_id else None)
    here = url_for("listings.step", sketch_id=sketch.id, number=1)
    if request.form.get("do") == "auto":
        return save_response(sketch, here)
    if sent.is_by_script:
        return jsonify(photos=len(list_photos(session, {"sketch_id": sketch.id})), address=here)
    if sent.did:
        return redirect(url_for("listings.step", sketch_id=sketch.id, number=1, **sent.did), 303)
    is_more = request.form.get("do") == "add"
    return redirect(here if is_more else url_for("listings.step", sketch_id=sketch.id, number=2), 303)


def _showing_photos(form: PhotosForm, sketch: Sketch | None) -> ResponseReturnValue:
    session, actor = current_session(), current_actor()
    shots = list_photos(session, {"sketch_id": sketch.id}) if sketch else []
    begun = () if sketch else beginnings(session, actor)
    copied = {name: request.values[name] for name in ("copy", "project", "material") if not sketch and name in request.values}
    _copied(session, copied)  # not there, or not theirs: said before a photo is taken
    return show(1, form, sketch=sketch, shots=shots, beginnings=() if copied else begun, copied=copied)


def _copied(session: Session, values: Mapping[str, str]) -> Answers:
    """What an earlier lot gives to a new one: all that it is, or its project and place. And a material that was chosen already."""
    for name, answers_of in (("copy", stored.again), ("project", stored.same_project)):
        number = values.get(name, "")
        if number.isdecimal() and len(number) < DIGITS_MAX:
            listing = get_listing(session, current_actor(), int(number))
            require(current_actor(), Can.EDIT_LISTING, listing)
            return answers_of(stored.of_listing(listing, get_taxonomy(session)))
    slug = values.get("material", "")
    return {"material": slug, "locale": current_locale()} if get_taxonomy(session).find_material(slug) else {}


def _tell(sketch_id: int | None, number: int) -> ResponseReturnValue:
    """The second and the third step: what was typed is stored, right or wrong."""
    if request.method != "POST":
        sketch = get_sketch(current_session(), current_actor(), sketch_id or 0, SketchKind.LISTING)
        session = current_session()
        return _asking(number, stored.in_reader_language(_answers(session, sketch), get_taxonomy(session)), sketch)
    try:
        sketch = _stored(sketch_id, number)
    except Missing:
        return _gone(number)
    if wants_saving():
        return save_response(sketch, url_for("listings.step", sketch_id=sketch.id, number=number))
    return _next(number, sketch)


def _stored(sketch_id: int | None, number: int) -> Sketch:
    with database().transaction() as saving:
        actor = current_actor()
        if sketch_id is None:
            return start_sketch(saving, actor, stored.typed(number, saving, actor, {}))
        stored_answers = _answers(saving, get_sketch(saving, actor, sketch_id, SketchKind.LISTING))
        before = stored.in_reader_language(stored_answers, get_taxonomy(saving))
        answers = {**before, **stored.typed(number, saving, actor, before)}
        return save_sketch(saving, actor, sketch_id=sketch_id, answers=answers, version=seen_version())


def _gone(number: int) -> ResponseReturnValue:
    """The draft was published or thrown away meanwhile. What was typed stays, and begins a lot."""
    refusal = Conflict(_("This draft has been published or is gone. What you typed is still here, and becomes another lot."))
    if request.form.get("do") == "auto":
        raise refusal
    answers = stored.typed(number, current_session(), current_actor(), {})
    form = stored.typed_form(answers)
    form.refusal, form.form_faults = refusal, [refusal.message]
    return _asking(number, answers, None, form)


def _answers(session: Session, sketch: Sketch) -> Answers:
    """What the sketch says; what its draft says where somebody changed that since."""
    if sketch.listing_id is not None:
        listing = get_listing(session, current_actor(), sketch.listing_id)
        if listing.version != sketch.listing_version:
            return stored.of_listing(listing, get_taxonomy(session))
    return dict(sketch.answers)


def _asking(number: int, answers: Answers, sketch: Sketch | None, form: ListingForm | None = None) -> ResponseReturnValue:
    session, actor = current_session(), current_actor()
    if returned() is not None:
        answers = {**answers, **stored.typed(number, session, actor, answers)}
    if number == 3 and "project" not in answers:
        answers = {**answers, "project": find_last_project(session, actor)}
    form = form or stored.typed_form(answers)
    taxonomy = get_taxonomy(session)
    fill_choices(form, session, actor)
    material = taxonomy.find_material(form.material.data or "")
    if number == 2:
        for field, label in (
            (form.material, _("Material")),
            (form.quantity, _("How much?")),
            (form.quantity_basis, _("How do you know?")),
        ):
            field.label.text = label
        group = material.group.slug if material else answers.get("group", "")
        words: dict[str, Any] = {
            "material": material,
            "estimate": weighed_of(form, taxonomy),
            "tiles": tiles(session, actor, group),
            "findings": findings_of_draft(session, form.stated()),
            "lot": None,
        }
    else:
        spots = stored.spots_of(session, actor, answers)
        words = {"spots": spots, "where": stored.where_form(answers, spots), "certainty_hints": CERTAINTY_HINTS}
    return show(number, form, sketch=sketch, **words)


def _next(number: int, sketch: Sketch) -> ResponseReturnValue:
    """Check what was sent; on to the next step, or the same page with what is wrong."""
    form = stored.typed_form(sketch.answers)
    is_right = stored.check(form, *range(2, number + 1))
    session = current_session()
    fill_choices(form, session, current_actor())
    if number == 2:
        is_right = _is_told(form, sketch.answers) and is_right
    is_right = is_right and form.fields_are_right
    if not is_right or (number == 3 and not _settled(form, sketch)):
        return _asking(min(number, stored.first_wrong(form)), sketch.answers, sketch, form)
    return redirect(url_for("listings.step", sketch_id=sketch.id, number=number + 1), 303)


def _is_told(form: ListingForm, answers: Answers) -> bool:
    """Whether the unit is one of the material, and its hazards and fields were asked.

    Without scripts these are known only now.
    """
    if form.quantity.data and (faults := find_unit_faults(form.quantity.data, form.quantity.units)):
        form.quantity.errors = [str(faults[0].message)]
        return False
    if set(form.hazard_names) - set(answers.get("hazards", {})):
        form.form_faults = [_("For this material there is one more question: is something hazardous in it?")]
    if form.entries and not form.was_asked:
        form.form_faults = [_("This material has questions of its own. They are below; answer what you know, and continue.")]
        return False
    return form.check_answers() and not form.form_faults


def _settled(form: ListingForm, sketch: Sketch) -> Sketch | None:
    """Write the draft listing; None when a rule refuses, with its sentences in the form."""
    session, actor = current_session(), current_actor()
    taxonomy = get_taxonomy(session)
    made = stored.made_title(form, taxonomy)
    form.title.data = form.title.data or made
    listing = attempt(form, lambda: save_draft_listing(session, actor, form.draft(), listing_id=sketch.listing_id))
    if listing is None:
        return None
    answers = stored.of_listing(listing, taxonomy)
    if listing.title == made:
        del answers["title"]  # it follows the answers until somebody types one
    chips: Answers = {name: sketch.answers[name] for name in ("since", "till") if name in sketch.answers}
    return attach_listing(session, actor, sketch_id=sketch.id, listing=listing, answers={**answers, **chips, "spot": "kept"})


def _check(sketch_id: int) -> ResponseReturnValue:
    """The fourth step: everything at a glance, its name, and the button that publishes."""
    session, actor = current_session(), current_actor()
    sketch = get_sketch(session, actor, sketch_id, SketchKind.LISTING)
    if sketch.listing_id is None or not sketch.is_settled:
        return _back(sketch)
    listing, taxonomy = get_listing(session, actor, sketch.listing_id), get_taxonomy(session)
    answers = {**stored.of_listing(listing, taxonomy), **(stored.typed_title() if request.method == "POST" else {})}
    form, number = stored.typed_form(answers), listing.id
    fill_choices(form, session, actor)
    if request.method == "POST" and stored.check(form, *stored.TOLD):
        draft = form.draft()
        named = attempt(form, lambda: save_draft_listing(session, actor, draft, listing_id=number))
        if named is not None:
            discard_sketch(session, actor, sketch)  # comes back with the rest when publishing is refused
            if attempt(form, lambda: publish_listing(session, actor, listing_id=number)) is not None:
                return redirect(url_for("listings.published", listing_id=number), 303)
        if stored.first_wrong(form) == 2:
            return _asking(2, answers, sketch, form)
    windows = preview_windows(session, actor, listing)
    words = {
        "rows": checked_rows(session, listing, taxonomy),
        "findings": findings_of(session, listing),
        "turns": preview_rows(windows, municipal_names(session)),
        "matches": list_demands_for_draft(session, actor, listing, windows),
    }
    return show(4, form, sketch=sketch, listing=listing, shots=listing.photos, **words)


def _back(sketch: Sketch) -> Response:
    return redirect(url_for("listings.step", sketch_id=sketch.id, number=3 if sketch.answers.get("material") else 2), 303)


@permission(Can.EDIT_LISTING)
def published(listing_id: int) -> ResponseReturnValue:
    """A lot that has just been published: who already looks for it, and what comes next."""
    session, actor = current_session(), current_actor()
    listing = get_listing(session, actor, listing_id)
    require(actor, Can.EDIT_LISTING, listing)
    matches = list_demands_for_listing(session, actor, listing, page_size=NEIGHBOURS_SHOWN)
    cover = picture(listing.photos[0], Written(listing.title)) if listing.photos else None
    awaited = find_awaited(session, listing.lot_id)
    announced = None if awaited is None else announced_at(awaited)
    return render_template("listings/published.html", listing=listing, matches=matches, cover=cover, announced=announced)


@permission(Can.EDIT_LISTING)
def again(listing_id: int) -> ResponseReturnValue:
    """A new draft after an earlier lot: the same once more, or another one of the same project.

    What is left of a lot that was withdrawn is offered as that very lot.
    """
    session, actor = current_session(), current_actor()
    of_project = request.form.get("what") == "project"
    offered = None if of_project else offer_again(session, actor, listing_id=listing_id)
    if offered is not None:  # what is left of that very lot
        return redirect(url_for("listings.edit", listing_id=offered.id), 303)
    sketch = start_sketch(session, actor, _copied(session, {"project" if of_project else "copy": str(listing_id)}))
    return redirect(url_for("listings.step", sketch_id=sketch.id, number=1), 303)


@public
def find_materials() -> ResponseReturnValue:
    """Search materials by what people call them, as JSON for the search field.

    In one group where one is chosen. The usual ones of the own organisation come first.
    """
    session, actor = current_session(), current_actor()
    words, group = request.args.get("q", "")[:TYPED_MAX], request.args.get("group", "")
    usual = list_usual_materials(session, actor) if actor.is_member else []
    result = get_taxonomy(session).search(words)
    if group:
        result = tuple(item for item in result if item.group.slug == group)
    elif not words.strip():
        result = tuple(item for item in result if item.id in usual)
    ranked = sorted(result, key=lambda item: usual.index(item.id) if item.id in usual else len(usual))
    return jsonify(
        items=[
            {"slug": item.slug, "name": item.name, "group": item.group.name, "usual": item.id in usual}
            for item in ranked[: None if group else FOUND_MAX]
        ],
        total=len(result),
    )


@public
def estimate() -> ResponseReturnValue:
    """Estimate the weight and the saving of a quantity, in words, as JSON. Empty while it cannot be stored."""
    material = get_taxonomy(current_session()).find_material(request.args.get("material", ""))
    try:
        amount = parse_number(request.args.get("quantity", "")[:TYPED_MAX], current_locale())
        result = weighed(material, Quantity(amount, read_unit(request.args.get("unit", ""))))
    except (ValueError, Refusal):
        result = None
    if result is None:
        return jsonify(sentence="")
    return jsonify(sentence=str(result.sentence), mass=result.mass, saving=str(result.saving))


@permission(Can.OFFER)
def rules() -> ResponseReturnValue:
    """What the rules say of a lot as far as it is told, as a checklist in JSON. `lot` is the one that is being changed."""
    session, actor = current_session(), current_actor()
    form = stored.query_form(request.args, get_taxonomy(session))
    listing = get_listing(session, actor, request.args.get("lot", 0, int)) if "lot" in request.args else None
    if listing is not None:
        require(actor, Can.EDIT_LISTING, listing)
    findings = findings_of_draft(session, form.stated(), listing)
    return jsonify(html=render_template("listings/_findings.html", findings=findings))


def show(number: int, form: Form, *, sketch: Sketch | None = None, **context: Any) -> tuple[str, int]:
    """A step: 200 when it is asked for, the refusal's status when it was sent and is not right."""
    status = 200 if request.method in ("GET", "HEAD") else form.refusal.status if form.refusal else 422
    saved = saved_at(sketch.updated_at) if sketch else None
    values = {"number": number, "names": NAMES, "saved": saved, "sketch": sketch}
    return render_template(f"listings/step_{number}.html", form=form, **values, **context), status
