"""What comes into a depot. It is announced, called off, or taken in, with a number or without."""

from dataclasses import dataclass

from flask import Blueprint, render_template, request, url_for
from flask.typing import ResponseReturnValue

from marketplace.accounts.policy import Actor, Can, may, require
from marketplace.accounts.queries.organisations import list_organisations
from marketplace.depots.models import Arrival, Depot, Lot
from marketplace.depots.queries.arrivals import Coming, get_announced, get_coming, list_announced
from marketplace.depots.queries.depots import get_depot, get_visible_depot
from marketplace.depots.queries.lots import get_lot
from marketplace.depots.rules.number import lot_number, read_lot_number
from marketplace.http.request import current_actor, current_session, permission
from marketplace.kernel import clock
from marketplace.kernel.db import Session
from marketplace.kernel.formats import long_date, near_date
from marketplace.kernel.language import Text, _
from marketplace.kernel.units import Amount, Unit
from marketplace.materials.queries import get_taxonomy
from marketplace.stock.actions.announcing import announce_arrival, announce_lot, call_off_arrival
from marketplace.stock.actions.taking_in import bring_in_lot, take_in_lot
from marketplace.stock.queries.warnings import list_arrivals
from marketplace.web.lots.forms import AnnounceForm, AnnounceLotForm, BringInForm, CallOffForm, ComingForm, FindForm, TakeInForm
from marketplace.web.lots.shown import place_of
from marketplace.web.ui.fills import warn_of_full
from marketplace.web.ui.form_page import attempt, done, page, submit
from marketplace.web.ui.jobs import Job, facts_of, taking_in


def register(blueprint: Blueprint) -> None:
    """Add the pages to the blueprint of lots."""
    both, own = ["GET", "POST"], "/depots/<int:depot_id>"
    blueprint.add_url_rule(f"{own}/aankondigen", view_func=announce, methods=both)
    blueprint.add_url_rule(f"{own}/aankondigingen", view_func=list_coming)
    blueprint.add_url_rule(f"{own}/aankondigingen/<int:arrival_id>/afzeggen", view_func=call_off, methods=both)
    blueprint.add_url_rule(f"{own}/innemen", view_func=take_in, methods=both)
    blueprint.add_url_rule(f"{own}/innemen/op-nummer", view_func=bring_in, methods=both)


def address_of(arrival: Arrival, lot_id: int) -> str:
    """Where a keeper takes in a lot by its number."""
    return url_for("lots.bring_in", depot_id=arrival.depot_id, nummer=lot_number(lot_id))


@permission(Can.STORE)
def announce(depot_id: int) -> ResponseReturnValue:
    """Tell the keepers what somebody is going to bring, and about when. `partij`: the number of the lot, where it has one."""
    session, actor = current_session(), current_actor()
    if typed := request.args.get("partij", ""):
        return _announce_lot(session, actor, get_visible_depot(session, actor, depot_id), read_lot_number(typed))
    form = AnnounceForm()
    depot, taxonomy = get_visible_depot(session, actor, depot_id), get_taxonomy(session)
    form.offer(taxonomy, depot)
    if submit(form, lambda: announce_arrival(session, actor, depot_id=depot_id, draft=form.draft())):
        return _announced(form, url_for("lots.list_coming", depot_id=depot_id))
    return page("lots/announce.html", form, depot=depot, lot=None)


def _announced(form: ComingForm, where: str) -> ResponseReturnValue:
    assert form.expected_on.data is not None
    message = _("Announced for %(day)s. The keepers of the depot expect it.", day=long_date(form.expected_on.data))
    return done(message, where)


def _announce_lot(session: Session, actor: Actor, depot: Depot, lot_id: int) -> ResponseReturnValue:
    """A lot that stays where it is until a keeper of this depot has taken it in."""
    form, lot = AnnounceLotForm(), get_lot(session, actor, lot_id)
    require(actor, Can.HANDLE_LOT, lot)
    form.prepare(lot)
    if submit(form, lambda: announce_lot(session, actor, depot_id=depot.id, coming=form.coming(lot_id))):
        return _announced(form, url_for("lots.show", lot_id=lot_id))
    return page("lots/announce.html", form, depot=depot, lot=IncomingLot.of(session, Coming(lot, None)))


@dataclass(frozen=True, slots=True)
class Announced:
    """One thing that was announced: its row, and the address that calls it off."""

    job: Job
    call_off: str


@permission(Can.STORE)
def list_coming(depot_id: int) -> ResponseReturnValue:
    """List what was announced and has not come. All of it for keepers, for others what their organisation announced."""
    session, actor = current_session(), current_actor()
    depot = get_visible_depot(session, actor, depot_id)
    rows, keeps = list_announced(session, actor, depot_id), may(actor, Can.KEEP_DEPOT, depot)
    return render_template(
        "lots/list_coming.html", depot=depot, keeps=keeps, rows=[_row(session, row, keeps=keeps) for row in rows]
    )


def _row(session: Session, arrival: Arrival, *, keeps: bool) -> Announced:
    material = get_taxonomy(session).material_by_id(arrival.material_id).name
    is_late = arrival.expected_on < clock.today()
    job = Job(
        _("%(quantity)s %(material)s", quantity=Amount(arrival.quantity, Unit(arrival.unit)), material=material),
        taking_in(arrival) if keeps else "",
        also=facts_of(arrival),
        until=arrival.expected_on if is_late else None,
        on=arrival.expected_on,
        title=material,
    )
    return Announced(job, url_for("lots.call_off", depot_id=arrival.depot_id, arrival_id=arrival.id))


@permission(Can.STORE)
def call_off(depot_id: int, arrival_id: int) -> ResponseReturnValue:
    """It does not come any more, and why."""
    form, session, actor = CallOffForm(), current_session(), current_actor()
    arrival = get_announced(session, actor, depot_id, arrival_id)
    what = {"depot_id": depot_id, "arrival_id": arrival_id}
    if submit(form, lambda: call_off_arrival(session, actor, **what, reason=form.reason.data or "")):
        message = _("It does not come any more, and is no longer expected on %(day)s.", day=long_date(arrival.expected_on))
        return done(message, url_for("lots.list_coming", depot_id=depot_id))
    depot = get_visible_depot(session, actor, depot_id)
    return page("lots/call_off.html", form, depot=depot, row=_row(session, arrival, keeps=False))


@permission(Can.KEEP_DEPOT)
def take_in(depot_id: int) -> ResponseReturnValue:
    """Take in what has no number yet; what was announced is filled in. Its place is looked up before the session begins."""
    form = TakeInForm()
    is_valid = form.is_submitted() and form.validate()
    session, actor = current_session(), current_actor()
    depot = _get_own_depot(session, actor, depot_id)
    taxonomy = get_taxonomy(session)
    form.offer(taxonomy, list_organisations(session), actor.organisation_slug)
    form.offer_vehicles(taxonomy.vehicles)
    form.bay.offer(depot)
    expected = _expected(session, depot, form)
    if expected:
        form.fill(expected, taxonomy)
    made = is_valid and attempt(
        form,
        lambda: take_in_lot(
            session,
            actor,
            depot_id=depot.id,
            draft=form.draft(),
            going=form.going(),
            occasion=form.occasion(),
            arrival_id=form.announced(),
        ),
    )
    if made:
        warn_of_full(session, depot.id)
        message = _("It is taken in as lot %(number)s, in %(place)s.", number=lot_number(made.id), place=place_of(made))
        return done(message, url_for("lots.show", lot_id=made.id))
    return page("lots/take_in.html", form, depot=depot, expected=_arrival_sentence(session, expected) if expected else None)


def _expected(session: Session, depot: Depot, form: TakeInForm) -> Arrival | None:
    """What was announced, by the address or by the form that was sent."""
    number = form.announced() or request.args.get("aankomst", 0, type=int)
    return next((arrival for arrival in list_arrivals(session, depot.id) if arrival.id == number), None)


@permission(Can.KEEP_DEPOT)
def bring_in(depot_id: int) -> ResponseReturnValue:
    """Take in a lot by the number on its label.

    First the number, then what it says of itself and where it stands.
    """
    form = BringInForm()
    is_valid = form.is_submitted() and form.validate()
    session, actor = current_session(), current_actor()
    depot, finding, typed = _get_own_depot(session, actor, depot_id), FindForm(request.args), request.args.get("nummer", "")
    form.bay.offer(depot)
    coming = attempt(finding, lambda: _coming(session, actor, depot, typed)) if typed else None
    if coming is None:
        return page("lots/_find_coming.html", finding, depot=depot)
    if coming.lot.depot_id == depot.id:
        here = _("Lot %(number)s is in this depot already.", number=lot_number(coming.lot.id))
        return done(here, url_for("lots.show", lot_id=coming.lot.id), "info")
    form.prepare(coming.lot)
    form.offer_vehicles(get_taxonomy(session).vehicles)
    announced = IncomingLot.of(session, coming)
    made = is_valid and attempt(form, lambda: _bring_in(session, actor, depot, coming, form))
    if made:
        warn_of_full(session, depot.id)
        message = _("Lot %(number)s is taken in, in %(place)s.", number=lot_number(made.id), place=place_of(made))
        return done(message, url_for("lots.show", lot_id=made.id))
    return page("lots/bring_in.html", form, depot=depot, lot=announced)


@dataclass(frozen=True, slots=True)
class IncomingLot:
    """What a lot that comes in says of itself, as it was before; `expected`: what was announced."""

    number: str
    title: str
    there: Amount
    owner: str
    place: Text | str
    expected: Text | None

    @classmethod
    def of(cls, session: Session, coming: Coming) -> "IncomingLot":
        lot, arrival = coming.lot, coming.arrival
        expected = None if arrival is None else _arrival_sentence(session, arrival)
        there = Amount(lot.quantity, lot.unit_of)
        return cls(lot_number(lot.id), lot.title, there, lot.organisation.name, place_of(lot), expected)


def _bring_in(session: Session, actor: Actor, depot: Depot, coming: Coming, form: BringInForm) -> Lot:
    return bring_in_lot(
        session,
        actor,
        depot_id=depot.id,
        lot_id=coming.lot.id,
        amount=form.quantity.data,
        going=form.going(),
        occasion=form.occasion(),
        arrival_id=None if coming.arrival is None else coming.arrival.id,
    )


def _coming(session: Session, actor: Actor, depot: Depot, typed: str) -> Coming:
    return get_coming(session, actor, depot, read_lot_number(typed, "nummer"), field="nummer")


def _get_own_depot(session: Session, actor: Actor, depot_id: int) -> Depot:
    depot = get_depot(session, depot_id)
    require(actor, Can.KEEP_DEPOT, depot)
    return depot


def _arrival_sentence(session: Session, arrival: Arrival) -> Text:
    """What was announced, in a sentence."""
    material = get_taxonomy(session).material_by_id(arrival.material_id).name
    return _(
        "%(organisation)s announced %(quantity)s %(material)s for %(day)s.",
        organisation=arrival.organisation.name,
        quantity=Amount(arrival.quantity, Unit(arrival.unit)),
        material=material,
        day=near_date(arrival.expected_on),
    )
