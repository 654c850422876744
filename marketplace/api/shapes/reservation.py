"""Reservations, for either side, with the appointment at the gate."""

from typing import Any

from marshmallow import missing

from marketplace.accounts.models import Organisation
from marketplace.accounts.policy import Can, may
from marketplace.api.fields import Choice, Day, Integer, Line, LineOrNull, Moment, Number, Quantity, Sentence, UnitChoice, YesNo
from marketplace.api.schema import CopySchema, List, PageSchema, Part, Shape
from marketplace.api.shapes.gates import GateSchema
from marketplace.api.shapes.listing import TitledSchema
from marketplace.api.shapes.organisation import OrganisationSchema
from marketplace.api.shapes.place import ExactSchema
from marketplace.api.shapes.warning import FullSchema
from marketplace.exchange.models import Reservation
from marketplace.exchange.queries.gate import may_read_gate, newest
from marketplace.exchange.queries.terms import may_read_terms_place
from marketplace.exchange.rules.deadlines import is_beyond_lot
from marketplace.exchange.rules.gate import AppointmentStatus
from marketplace.exchange.rules.reservation import MeasuredBy, ReservationStatus
from marketplace.exchange.rules.terms import Terms
from marketplace.http.request import current_actor, current_session
from marketplace.market.rules.listing import Condition, Spot
from marketplace.materials.rules.soil import SoilClass


class AppointmentSchema(Shape):
    """When and where the two sides meet."""

    status = Choice(
        AppointmentStatus,
        get=lambda row: AppointmentStatus.PROPOSED if row.agreed_time is None else AppointmentStatus.AGREED,
    )
    times = List(Moment(), attribute="moments")
    time = Moment(attribute="agreed_time", allow_none=True)
    place = LineOrNull()
    notes = LineOrNull()
    proposed_by = Part(OrganisationSchema)


def _appointment(row: Reservation) -> Any:
    """The latest appointment, for the two sides. For anyone else the property is absent."""
    actor = current_actor()
    if not may(actor, Can.MEET, row):
        return missing
    latest = newest(row)
    if latest is None:
        return None
    hidden = {} if may_read_gate(actor, row) else {"place": None, "notes": None}
    return AppointmentSchema.write(latest, **hidden)


class TermsSchema(Shape):
    """What was agreed on a transfer: what the note prints and the ledger books."""

    price_cents_per_unit = Integer()
    kg_per_unit = Number()
    kg_basis = Line()
    place_name = Line()
    exact = Part(ExactSchema, allow_none=True)
    available_from = Day()
    condition = Choice(Condition)
    destination_name = Line()
    destination_basis = Line()
    replaces_purchase = YesNo(allow_none=True)
    factor_version = Integer()


class ProposedTermsSchema(TermsSchema):
    """Other terms that one side proposed and the other has not answered."""

    proposed_by = Part(OrganisationSchema)
    proposed_at = Moment()
    reason = Line()


def _exact(row: Reservation, terms: Terms) -> Spot | None:
    """The lot's exact place, for those who may know it."""
    if not may_read_terms_place(current_session(), current_actor(), row):
        return None
    return Spot(terms.lot.lat, terms.lot.lon, terms.address)


def _terms(row: Reservation) -> Any:
    terms = row.terms
    return None if terms is None else TermsSchema.write(terms, exact=_exact(row, terms))


def _proposed_terms(row: Reservation) -> Any:
    version = row.proposed_terms
    if version is None:
        return None
    proposal = {"proposed_by": version.proposed_by, "proposed_at": version.created_at, "reason": version.reason}
    return ProposedTermsSchema.write(version.terms, exact=_exact(row, version.terms), **proposal)


def _is_beyond_lot(row: Reservation) -> bool:
    return row.status == ReservationStatus.APPROVED and is_beyond_lot(
        row.expires_at, None if row.listing.planned else row.listing.available_until
    )


def _choice_reason(row: Reservation) -> str | None:
    """Why another went before, for those who may read the requests."""
    return row.choice_reason if may(current_actor(), Can.READ_REQUESTS, row.listing) else None


def _cancel_proposed_by(row: Reservation) -> Organisation | None:
    sides = {row.owner_id: row.owner, row.organisation_id: row.organisation}
    return None if row.cancel_asked_by_id is None else sides.get(row.cancel_asked_by_id)


class ReservationSchema(Shape):
    """A reservation."""

    id = Integer()
    status = Choice(ReservationStatus)
    listing = Part(TitledSchema)
    demand = Part(TitledSchema, allow_none=True)
    quantity = Quantity()
    unit = UnitChoice()
    organisation = Part(OrganisationSchema)
    owner = Part(OrganisationSchema)
    terms = Part(TermsSchema, allow_none=True, get=_terms)
    proposed_terms = Part(ProposedTermsSchema, allow_none=True, get=_proposed_terms)
    outlives_listing = YesNo(get=_is_beyond_lot)
    agreed_earliest = Day(
        "of what is planned: the first day that its holder agreed with; null: without a condition", allow_none=True
    )
    agreed_latest = Day("of what is planned: the last day", allow_none=True)
    confirm_until = Moment("until when its holder may agree with other days; null: nothing is asked", allow_none=True)
    dates_declined = YesNo("whether it was let go because of its days, and waits for others")
    purpose = Line()
    reason = LineOrNull()
    place_name = Line(allow_none=True)
    depot = Integer("id of the depot where it goes; null: to no depot", attribute="depot_id", allow_none=True)
    requested_at = Moment()
    updated_at = Moment("when anything in it changed")
    approved_at = Moment(allow_none=True)
    handed_over_at = Moment(allow_none=True)
    handed_over_on = Day(allow_none=True)
    completed_at = Moment(allow_none=True)
    ended_at = Moment(allow_none=True)
    expires_at = Moment(allow_none=True)
    vehicle_class = Line(allow_none=True)
    driven_km = Number(allow_none=True)
    asked = Quantity()
    ordered = Quantity(allow_none=True)
    project = Line()
    use = Line()
    reused_as_is = YesNo(allow_none=True)
    same_grade = YesNo(allow_none=True)
    replaces_purchase = YesNo(allow_none=True)
    purchase_price_cents = Integer(allow_none=True)
    receiving_soil = Choice(SoilClass, allow_none=True)
    function_class = Choice(SoilClass, allow_none=True)
    needed_by = Day(allow_none=True)
    offered_at = Moment(allow_none=True)
    choice_reason = LineOrNull(get=_choice_reason)
    kept = Quantity()
    late_reason = LineOrNull()
    unconfirmed_since = Moment(allow_none=True)
    owner_quantity = Quantity(allow_none=True)
    owner_answer = Quantity(allow_none=True)
    owner_measured_by = Choice(MeasuredBy, allow_none=True)
    owner_condition = Choice(Condition, allow_none=True)
    receiver_quantity = Quantity(allow_none=True)
    receiver_answer = Quantity(allow_none=True)
    receiver_measured_by = Choice(MeasuredBy, allow_none=True)
    receiver_condition = Choice(Condition, allow_none=True)
    disputed_at = Moment(allow_none=True)
    dispute_reason = LineOrNull()
    settled_reason = LineOrNull()
    written_off = Quantity()
    write_off_reason = LineOrNull()
    returned = Quantity()
    cancel_proposed_by = Part(OrganisationSchema, allow_none=True, get=_cancel_proposed_by)
    no_show = YesNo()
    objection = LineOrNull()
    objected_at = Moment(allow_none=True)
    objection_upheld = YesNo(allow_none=True)
    objection_answer = LineOrNull()
    appointment = Part(AppointmentSchema, allow_none=True, optional=True, get=_appointment)
    depot_warnings = List(
        Part(FullSchema), "after it came into a depot: the kinds of room of which more lies there than fits", optional=True
    )
    gates = List(Part(GateSchema), "of one reservation that is not handed over yet: what the rules say of it", optional=True)


class ReturnedSchema(ReservationSchema):
    """A reservation of which a part came back."""

    repeated = YesNo("whether this return was entered already, less than a minute ago: then nothing has changed")


class ReservationsSchema(CopySchema):
    """A page of reservations."""

    items = List(Part(ReservationSchema))


class RankedRequestSchema(ReservationSchema):
    """A request in its place among the others: the points, and a sentence for each."""

    rank = Integer()
    score = Integer()
    reasons = List(Sentence())


class RequestsSchema(PageSchema):
    """A page of the requests for a lot, best first."""

    items = List(Part(RankedRequestSchema))
