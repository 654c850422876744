"""What a coordinator says of a depot, a form for each part of it."""

from dataclasses import replace
from decimal import Decimal

from flask import Blueprint, render_template, url_for
from flask.typing import ResponseReturnValue

from marketplace.accounts.policy import Can, may, require
from marketplace.depots.actions import depots, room
from marketplace.depots.models import Depot, DepotRate
from marketplace.depots.queries.depots import details_of, get_depot, list_depots, list_possible_keepers
from marketplace.depots.rules.capacity import CapacityKind
from marketplace.depots.rules.depot import STORER_LABELS, DepotDraft, Storers
from marketplace.depots.rules.opening import Weekday, hours_of
from marketplace.depots.rules.rates import RateUnit
from marketplace.http.places import finder
from marketplace.http.request import current_actor, current_session, permission
from marketplace.kernel import clock
from marketplace.kernel.formats import money_exact, number
from marketplace.kernel.language import Text, _
from marketplace.materials.queries import get_taxonomy
from marketplace.web.depots.forms import DepotForm, DetailsForm, HoursForm, KeepersForm, RateForm, RoomForm, StoringForm
from marketplace.web.ui.form_page import done, page, submit

MANAGED = permission(Can.MANAGE_DEPOTS)


def register(blueprint: Blueprint) -> None:
    """Add the pages to the blueprint of depots."""
    both, own = ["GET", "POST"], "/beheer/depots/<int:depot_id>"
    blueprint.add_url_rule("/beheer/depots", view_func=list_managed)
    blueprint.add_url_rule("/beheer/depots/nieuw", view_func=create, methods=both)
    blueprint.add_url_rule(own, view_func=manage)
    blueprint.add_url_rule(f"{own}/gegevens", view_func=edit_details, methods=both)
    blueprint.add_url_rule(f"{own}/openingstijden", view_func=edit_hours, methods=both)
    blueprint.add_url_rule(f"{own}/ruimte", view_func=edit_room, methods=both)
    blueprint.add_url_rule(f"{own}/opslag", view_func=edit_storing, methods=both)
    blueprint.add_url_rule(f"{own}/beheerders", view_func=edit_keepers, methods=both)
    blueprint.add_url_rule(f"{own}/prijzen", view_func=edit_rates, methods=both)
    blueprint.add_url_rule(f"{own}/prijzen/<int:rate_id>/intrekken", view_func=withdraw_rate, methods=["POST"])
    blueprint.add_url_rule(f"{own}/sluiten", view_func=close, methods=["POST"])
    blueprint.add_url_rule(f"{own}/openen", view_func=reopen, methods=["POST"])


@permission(Can.READ_DEPOTS)
def list_managed() -> ResponseReturnValue:
    """List the storage places of the region; your own can be changed."""
    session, actor = current_session(), current_actor()
    rows = list_depots(session, with_closed=True)
    return render_template("depots/list_managed.html", depots=rows, may_open=may(actor, Can.MANAGE_DEPOTS))


@MANAGED
def create() -> ResponseReturnValue:
    """Open a storage place of the own organisation."""
    form = DepotForm()
    if submit(form, lambda: open_depot(form)):
        return done(_("The depot is open. It can be chosen for new lots."), url_for("depots.list_managed"))
    return page("depots/create.html", form, refused=422)


def open_depot(form: DepotForm) -> None:
    """Look the place up, then open the depot there. The look-up is done before a transaction begins."""
    place = finder().find(form.place.data or "")
    draft = DepotDraft(
        name=form.name.data or "",
        place_name=place.name,
        municipality=place.municipality_slug or "",
        point=place.point,
        place_basis=place.basis.value,
        address=form.address.data or place.address,
    )
    depots.create_depot(current_session(), current_actor(), draft=draft)


@MANAGED
def manage(depot_id: int) -> ResponseReturnValue:
    """Everything that a depot says of itself, each with the way to change it."""
    depot = managed(depot_id)
    keepers = set(depot.keeper_ids)
    session = current_session()
    return render_template(
        "depots/manage.html",
        depot=depot,
        week=[(day.label, ", ".join(map(str, spans)) or _("closed")) for day, spans in hours_of(depot.opening).items()],
        groups=[group.name for slug in depot.taken_groups if (group := get_taxonomy(session).group(slug))],
        storers=STORER_LABELS[Storers(depot.storers)],
        capacities=[(CapacityKind(row.kind).label, number(row.amount)) for row in depot.capacities],
        bays=[bay.name for bay in depot.bays if bay.is_active],
        keepers=[person.name for person in list_possible_keepers(session, depot) if person.id in keepers],
        prices=prices_in_force(depot),
    )


def managed(depot_id: int) -> Depot:
    """The depot, for whoever may change it."""
    depot = get_depot(current_session(), depot_id)
    require(current_actor(), Can.MANAGE_DEPOTS, depot)
    return depot


def price_of(rate: DepotRate) -> Text:
    """What one unit costs a week, in words."""
    return _("%(price)s per %(unit)s per week", price=money_exact(rate.euros_per_week), unit=RateUnit(rate.unit).one)


def prices_in_force(depot: Depot) -> list[Text]:
    """What lying there costs today, one line for each unit."""
    today = clock.today()
    newest = {rate.unit: rate for rate in depot.rates if rate.from_on <= today}  # by the day from which they count
    return [price_of(newest[unit]) for unit in RateUnit if unit in newest]


@MANAGED
def edit_details(depot_id: int) -> ResponseReturnValue:
    """Change the name, the address and the words on its page."""
    depot = managed(depot_id)
    form = DetailsForm(obj=depot)

    def save() -> None:
        details = replace(
            details_of(depot),
            name=form.name.data or "",
            address=form.address.data,
            is_public=form.is_public.data,
            collecting=form.collecting.data or "",
        )
        depots.edit_depot(current_session(), current_actor(), depot_id=depot_id, details=details)

    if submit(form, save):
        return _changed(depot_id)
    return page("depots/edit_details.html", form, depot=depot)


@MANAGED
def edit_hours(depot_id: int) -> ResponseReturnValue:
    """Change when it is open."""
    depot = managed(depot_id)
    form = HoursForm(obj=depot, **{day.value: spans for day, spans in hours_of(depot.opening).items()})

    def save() -> None:
        details = replace(details_of(depot), hours=form.hours, opening_note=form.opening_note.data or "")
        depots.edit_depot(current_session(), current_actor(), depot_id=depot_id, details=details)

    if submit(form, save):
        return _changed(depot_id)
    return page("depots/edit_hours.html", form, depot=depot, days=[form[day.value] for day in Weekday])


@MANAGED
def edit_room(depot_id: int) -> ResponseReturnValue:
    """Change how much fits, and the bays."""
    depot = managed(depot_id)
    amounts: dict[str, Decimal] = {row.kind: row.amount for row in depot.capacities}
    form = RoomForm(bays="\n".join(bay.name for bay in depot.bays if bay.is_active), **amounts)

    def save() -> None:
        session, actor = current_session(), current_actor()
        room.set_capacities(session, actor, depot_id=depot_id, amounts=form.amounts)
        room.set_bays(session, actor, depot_id=depot_id, names=(form.bays.data or "").splitlines())

    if submit(form, save):
        return _changed(depot_id)
    return page("depots/edit_room.html", form, depot=depot)


@MANAGED
def edit_storing(depot_id: int) -> ResponseReturnValue:
    """Change what it takes, from whom, and for how long."""
    depot = managed(depot_id)
    stay = None if depot.longest_stay_days is None else Decimal(depot.longest_stay_days)
    form = StoringForm(storers=depot.storers, takes=list(depot.taken_groups), longest_stay_days=stay)
    form.offer(get_taxonomy(current_session()))

    def save() -> None:
        details = replace(
            details_of(depot), storers=Storers(form.storers.data), takes=tuple(form.takes.data or ()), longest_stay_days=form.stay
        )
        depots.edit_depot(current_session(), current_actor(), depot_id=depot_id, details=details)

    if submit(form, save):
        return _changed(depot_id)
    return page("depots/edit_storing.html", form, depot=depot)


@MANAGED
def edit_keepers(depot_id: int) -> ResponseReturnValue:
    """Change who keeps it."""
    depot = managed(depot_id)
    form = KeepersForm(keepers=[str(number) for number in depot.keeper_ids])
    form.offer(list(list_possible_keepers(current_session(), depot)))

    def save() -> None:
        chosen = {int(number) for number in form.keepers.data or ()}
        room.set_keepers(current_session(), current_actor(), depot_id=depot_id, person_ids=chosen)

    if submit(form, save):
        return _changed(depot_id)
    return page("depots/edit_keepers.html", form, depot=depot)


@MANAGED
def edit_rates(depot_id: int) -> ResponseReturnValue:
    """Every price with the day from which it counts, and a new one."""
    depot, today = managed(depot_id), clock.today()
    form = RateForm(unit=RateUnit.M2.value, from_on=today)
    if submit(form, lambda: room.set_rate(current_session(), current_actor(), depot_id=depot_id, draft=form.draft())):
        return done(_("The price is set."), url_for("depots.edit_rates", depot_id=depot_id))
    rows = [(rate, price_of(rate), rate.from_on > today) for rate in reversed(depot.rates)]
    return page("depots/edit_rates.html", form, depot=depot, rates=rows)


@MANAGED
def withdraw_rate(depot_id: int, rate_id: int) -> ResponseReturnValue:
    """Take back a price that does not count yet."""
    room.withdraw_rate(current_session(), current_actor(), depot_id=depot_id, rate_id=rate_id)
    return done(_("The price is taken back."), url_for("depots.edit_rates", depot_id=depot_id))


@MANAGED
def close(depot_id: int) -> ResponseReturnValue:
    """No new lots go there any more."""
    depots.close_depot(current_session(), current_actor(), depot_id=depot_id)
    return done(_("The depot is closed for new lots."), url_for("depots.manage", depot_id=depot_id))


@MANAGED
def reopen(depot_id: int) -> ResponseReturnValue:
    """Let it be chosen again."""
    depots.reopen_depot(current_session(), current_actor(), depot_id=depot_id)
    return done(_("The depot is open. It can be chosen for new lots."), url_for("depots.manage", depot_id=depot_id))


def _changed(depot_id: int) -> ResponseReturnValue:
    return done(_("The depot is changed."), url_for("depots.manage", depot_id=depot_id))
