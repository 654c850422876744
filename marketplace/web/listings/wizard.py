"""Offering a lot in four steps, each of which stores what was typed. Material; quantity, quality and place; photos; check."""

from typing import Any

from flask import Blueprint, flash, jsonify, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.wrappers import Response

from marketplace.accounts.policy import Can, require
from marketplace.http.request import current_actor, current_session, database, permission, public
from marketplace.kernel.db import Session
from marketplace.kernel.errors import Refusal
from marketplace.kernel.language import Text, _, current_locale
from marketplace.kernel.units import Quantity, parse_number, read_unit
from marketplace.market.actions.drafts import attach_listing, discard_sketch, save_sketch, start_sketch
from marketplace.market.actions.windows import preview_windows
from marketplace.market.models import Listing, Sketch
from marketplace.market.queries.drafts import get_sketch
from marketplace.market.queries.listings import find_last_project, get_listing, list_usual_materials
from marketplace.market.rules.drafts import SketchKind
from marketplace.market.rules.listing import BASIS_LABELS, CONDITION_LABELS, Condition, QuantityBasis
from marketplace.matching.actions.offer import add_photos, save_draft_listing
from marketplace.matching.actions.publish import publish as publish_listing
from marketplace.materials.queries import taxonomy
from marketplace.web.listings import stored
from marketplace.web.listings.forms import ListingForm, PhotosForm
from marketplace.web.listings.stored import fill_choices
from marketplace.web.ui.drafts import Answers, save_response, saved_at, typed_values, wants_saving
from marketplace.web.ui.estimates import estimate as estimated
from marketplace.web.ui.estimates import estimate_of
from marketplace.web.ui.features import checked_of
from marketplace.web.ui.form_page import attempt, done
from marketplace.web.ui.forms import Form
from marketplace.web.ui.returned import returned
from marketplace.web.ui.windows import municipal_names, preview_rows

FORM_BYTES_MAX = 250_000_000
FOUND_MAX = 12
TYPED_MAX = 80


def register(blueprint: Blueprint) -> None:
    """Add the four steps to the area of listings."""
    blueprint.route("/aanbod/nieuw/stap/1", methods=("GET", "POST"))(start)
    blueprint.route("/aanbod/concept/<int:sketch_id>/stap/<int(min=1,max=4):number>", methods=("GET", "POST"))(step)
    blueprint.post("/aanbod/<int:listing_id>/opnieuw")(again)
    blueprint.get("/materialen.json")(find_materials)
    blueprint.get("/aanbod/schatting.json")(estimate)


@permission(Can.OFFER)
def start() -> ResponseReturnValue:
    """The first step of a new lot; the draft begins to exist when something was typed."""
    if request.method == "POST":
        with database().transaction() as saving:
            sketch = start_sketch(saving, current_actor(), stored.typed(1))
        return _kept(sketch) if wants_saving() else _next(1, sketch)
    project = find_last_project(current_session(), current_actor())
    return _asking(1, {"material": request.args.get("material", ""), "project": project}, None)


@permission(Can.OFFER, max_body_bytes=FORM_BYTES_MAX)
def step(sketch_id: int, number: int) -> ResponseReturnValue:
    """One step of a lot that somebody is telling of. The third and the fourth wait until the second is right."""
    if number > 2:
        return _photos(sketch_id) if number == 3 else _check(sketch_id)
    if request.method == "POST":
        with database().transaction() as saving:
            before = stored.in_reader_language(
                _answers(saving, get_sketch(saving, current_actor(), sketch_id, SketchKind.LISTING))
            )
            sketch = save_sketch(saving, current_actor(), sketch_id=sketch_id, answers={**before, **stored.typed(number)})
        return _kept(sketch) if wants_saving() else _next(number, sketch)
    sketch = get_sketch(current_session(), current_actor(), sketch_id, SketchKind.LISTING)
    return _asking(number, stored.in_reader_language(_answers(current_session(), sketch)), sketch)


def _answers(session: Session, sketch: Sketch) -> Answers:
    """What the sketch says; what its draft says where somebody changed that since."""
    if sketch.listing_id is not None:
        listing = get_listing(session, current_actor(), sketch.listing_id)
        if listing.version != sketch.listing_version:
            return stored.of_listing(listing, taxonomy(session))
    return dict(sketch.answers)


def _kept(sketch: Sketch) -> ResponseReturnValue:
    return save_response(sketch, url_for("listings.step", sketch_id=sketch.id, number=request.form.get("number", 1, int)))


def _asking(number: int, answers: Answers, sketch: Sketch | None, form: ListingForm | None = None) -> ResponseReturnValue:
    if returned() is not None:
        answers = {**answers, **stored.typed(number)}
    form, session = form or stored.typed_form(answers), current_session()
    materials = taxonomy(session)
    fill_choices(form, session, current_actor())
    return show(
        number,
        form,
        sketch=sketch,
        estimate=estimate_of(form, materials),
        material=materials.find_material(form.material.data or ""),
    )


def _next(number: int, sketch: Sketch) -> ResponseReturnValue:
    """Check what was sent; on to the next step, or the same page with what is wrong."""
    form = stored.typed_form(sketch.answers)
    is_valid = stored.check(form, *range(1, number + 1))
    if not is_valid:
        return _asking(stored.first_wrong(form), sketch.answers, sketch, form)
    if number == 2 and not _settled(form, sketch):
        return _asking(stored.first_wrong(form), sketch.answers, sketch, form)
    return redirect(url_for("listings.step", sketch_id=sketch.id, number=number + 1), 303)


def _settled(form: ListingForm, sketch: Sketch) -> Sketch | None:
    """Write the draft listing; None when a rule refuses, with its sentences in the form."""
    session, actor = current_session(), current_actor()
    materials = taxonomy(session)
    fill_choices(form, session, current_actor())
    listing = attempt(form, lambda: save_draft_listing(session, actor, form.draft(), listing_id=sketch.listing_id))
    if listing is None:
        return None
    return attach_listing(session, actor, sketch_id=sketch.id, listing=listing, answers=stored.of_listing(listing, materials))


def _behind(session: Session, sketch_id: int) -> tuple[Sketch, Listing | None]:
    """The sketch and its draft listing, or None while there is still something to tell."""
    sketch = get_sketch(session, current_actor(), sketch_id, SketchKind.LISTING)
    if sketch.listing_id is None or not sketch.is_settled:
        return sketch, None
    return sketch, get_listing(session, current_actor(), sketch.listing_id)


def _back(sketch: Sketch) -> Response:
    return redirect(url_for("listings.step", sketch_id=sketch.id, number=2 if sketch.answers.get("material") else 1), 303)


def _photos(sketch_id: int) -> ResponseReturnValue:
    """The third step: photos go straight to the draft; one that is refused leaves the others be."""
    if request.form.get("do") == "place":
        return _where_it_was_taken(sketch_id)
    form = PhotosForm(meta={"csrf": False})
    sent = request.method == "POST" and bool(form.photos.data or request.form.getlist("kept"))
    is_valid = sent and form.validate()
    session, actor = current_session(), current_actor()
    sketch, listing = _behind(session, sketch_id)
    if listing is None:
        return _back(sketch)
    number = listing.id
    added = attempt(form, lambda: add_photos(session, actor, listing_id=number, pictures=form.pictures())) if is_valid else None
    if added:
        listing = get_listing(session, actor, number)
    elif sent:
        return show(3, form, sketch=sketch, listing=listing)
    if request.method == "POST" and request.form.get("do") == "next":
        if listing.photos:
            return redirect(url_for("listings.step", sketch_id=sketch_id, number=4), 303)
        form.photos.errors = [str(_("Add at least one photo. A listing without a photo cannot be published."))]
        return show(3, form, sketch=sketch, listing=listing)
    if request.method == "POST":
        return redirect(url_for("listings.step", sketch_id=sketch_id, number=3), 303)
    return show(3, form, sketch=sketch, listing=listing)


def _where_it_was_taken(sketch_id: int) -> ResponseReturnValue:
    """Take over the place of a photo that somebody chose for the lot. As if it had been typed in the second step."""
    with database().transaction() as saving:
        before = stored.in_reader_language(_answers(saving, get_sketch(saving, current_actor(), sketch_id, SketchKind.LISTING)))
        chosen = {**before, **typed_values(("place",)), "depot": ""}
        sketch = save_sketch(saving, current_actor(), sketch_id=sketch_id, answers=chosen)
    answer = _next(2, sketch)
    if isinstance(answer, Response):
        flash(str(_("The lot lies where the photo was taken. Step 4 shows the place.")), "success")
    return answer


def _check(sketch_id: int) -> ResponseReturnValue:
    """The fourth step: everything at a glance, and the button that publishes."""
    session, actor = current_session(), current_actor()
    sketch, listing = _behind(session, sketch_id)
    if listing is None:
        return _back(sketch)
    materials = taxonomy(session)
    form = stored.typed_form(stored.of_listing(listing, materials))
    number = listing.id
    sent = request.method == "POST"
    if sent:
        discard_sketch(session, actor, sketch)  # comes back with the rest when publishing is refused
    if sent and attempt(form, lambda: publish_listing(session, actor, listing_id=number)) is not None:
        return done(_("Your lot is on offer, as you see it here."), url_for("catalogue.show_listing", listing_id=number))
    fill_choices(form, session, current_actor())
    material = materials.material_by_id(listing.material_id)
    turns = preview_rows(preview_windows(session, actor, listing), municipal_names(session))
    checked = {number: checked_of(listing, number) for number in (1, 2)}
    words = {
        "material": material,
        "checked": checked,
        "estimate": estimate_of(form, materials),
        "turns": turns,
        **words_of(listing),
    }
    return show(4, form, sketch=sketch, listing=listing, **words)


@permission(Can.EDIT_LISTING)
def again(listing_id: int) -> ResponseReturnValue:
    """A new draft after an earlier lot: the same once more, or another one of the same project."""
    session, actor = current_session(), current_actor()
    listing = get_listing(session, actor, listing_id)
    require(actor, Can.EDIT_LISTING, listing)
    answers = stored.of_listing(listing, taxonomy(session))
    of_project = request.form.get("what") == "project"
    sketch = start_sketch(session, actor, stored.same_project(answers) if of_project else stored.again(answers))
    return redirect(url_for("listings.step", sketch_id=sketch.id, number=1), 303)


@public
def find_materials() -> ResponseReturnValue:
    """Search materials by what people call them, as JSON for the search field.

    The usual ones of the own organisation come first.
    """
    session, actor = current_session(), current_actor()
    words = request.args.get("q", "")[:TYPED_MAX]
    usual = list_usual_materials(session, actor) if actor.is_member else []
    materials = taxonomy(session)
    result = materials.search(words)
    meant = None if result else materials.mend(words)
    if meant:
        result = materials.search(meant)
    elif not words.strip():
        result = tuple(item for item in result if item.id in usual)
    ranked = sorted(result, key=lambda item: usual.index(item.id) if item.id in usual else len(usual))[:FOUND_MAX]
    return jsonify(
        items=[{"slug": item.slug, "name": item.name, "group": item.group.name, "usual": item.id in usual} for item in ranked],
        total=len(result),
        meant=str(_("Nothing found for “%(typed)s”. You see “%(meant)s”.", typed=words, meant=meant)) if meant else None,
    )


@public
def estimate() -> ResponseReturnValue:
    """Estimate the weight and the saving of a quantity, in words, as JSON. Empty while it cannot be stored."""
    material = taxonomy(current_session()).find_material(request.args.get("material", ""))
    try:
        amount = parse_number(request.args.get("quantity", "")[:TYPED_MAX], current_locale())
        quantity = Quantity(amount, read_unit(request.args.get("unit", "")))
    except (ValueError, Refusal):
        return jsonify(sentence="")
    return jsonify(sentence=str(estimated(material, quantity) or ""))


NAMES: tuple[Text, ...] = (_("Material"), _("Quantity, quality and place"), _("Photos"), _("Check"))


def show(number: int, form: Form | None, *, sketch: Sketch | None = None, **context: Any) -> tuple[str, int]:
    """A step: 200 when it is asked for, the refusal's status when it was sent and is not right."""
    names = [str(name) for name in NAMES]
    states = ["done" if item < number else "now" if item == number else "todo" for item in range(1, 5)]
    requested = request.method in ("GET", "HEAD") or form is None
    status = 200 if requested else form.refusal.status if form and form.refusal else 422
    saved = saved_at(sketch.updated_at) if sketch else None
    values = {"number": number, "names": names, "rows": [(name, state, None) for name, state in zip(names, states, strict=True)]}
    return render_template(f"listings/step_{number}.html", form=form, sketch=sketch, saved=saved, **values, **context), status


def words_of(listing: Listing) -> dict[str, Text]:
    """The words for what a lot has as a code."""
    return {
        "condition": CONDITION_LABELS[Condition(listing.condition)],
        "basis": BASIS_LABELS[QuantityBasis(listing.quantity_basis)],
    }
