"""From a JSON body to the draft that web forms and spreadsheets make too.

All errors are reported at once, each sentence at its property.

Places are looked up here, so a draft is read before the session opens.
"""

from collections.abc import Mapping
from dataclasses import MISSING, dataclass, field, fields, replace
from decimal import Decimal
from typing import Any

from marketplace.accounts.models import Organisation
from marketplace.accounts.policy import Actor
from marketplace.accounts.rules.accounts import OrganisationKind
from marketplace.accounts.rules.organisations import OrganisationDraft, SubKind
from marketplace.api.bodies.demand import DemandBody, DemandPatch
from marketplace.api.bodies.depot import DepotBody
from marketplace.api.bodies.listing import ListingBody, ListingPatch
from marketplace.api.bodies.memo import ConcludeMemoBody, MemoBody
from marketplace.api.bodies.organisation import OrganisationBody, OrganisationPatch
from marketplace.api.bodies.reservation import ReservationBody, TermsBody
from marketplace.api.material_fields import changed_fields
from marketplace.api.reading import location_of, read_json
from marketplace.api.schema import take
from marketplace.depots.rules.depot import DepotDraft
from marketplace.exchange.rules.reservation import HandoverDraft, ReceiptDraft, ReservationDraft
from marketplace.exchange.rules.returns import ReturnDraft
from marketplace.exchange.rules.terms import TermsDraft
from marketplace.http.rights import require_for_address
from marketplace.kernel import clock
from marketplace.kernel.db import Session
from marketplace.kernel.errors import FieldError, Invalid
from marketplace.kernel.geo import Point
from marketplace.kernel.language import _
from marketplace.kernel.units import Quantity, Unit, check_amount
from marketplace.market.actions.listings import set_external_id
from marketplace.market.models import Demand, Listing
from marketplace.market.queries.listings import location_at
from marketplace.market.rules.demand import DemandDraft, DemandStatus
from marketplace.market.rules.listing import Condition, ListingDraft, Location
from marketplace.market.rules.values import emptied
from marketplace.materials.rules.taxonomy import Taxonomy
from marketplace.memos.rules.memo import ConclusionDraft

_OF_THE_LOT = ("material", "unit", "place", "lat", "lon", "depot", "kg_per_unit")
_WHERE = ("place", "lat", "lon")
_DESTINATION = {"place": "destination", "lat": "destination_lat", "lon": "destination_lon"}
_NO_DRAFT_FIELDS = (*_WHERE, "depot", "quantity", "unit", "version", "external_id", "correction_reason")


@dataclass(frozen=True, slots=True)
class NewListing:
    """A listing in the body: described whole, or of a lot in stock, which says the rest. `external_id`: its name elsewhere."""

    draft: ListingDraft | None
    external_id: str | None
    lot_id: int | None = None
    amount: Decimal | None = None
    details: Mapping[str, Any] = field(default_factory=dict)


def new_listing() -> NewListing:
    """The listing in the body."""
    values, errors = take(ListingBody(), read_json())
    lot_id, external_id = values.pop("lot", None), values.get("external_id")
    if lot_id is not None:
        errors += [
            FieldError(name, _("The lot says this itself. Leave it out.")) for name in _OF_THE_LOT if values.get(name) is not None
        ]
        _settle(errors)
        return NewListing(None, external_id, lot_id, values.get("quantity"), _draft_values(values))
    faulty = {error.field for error in errors}
    lacking = [name for name in ("material", "quantity", "unit") if values.get(name) is None and name not in faulty]
    errors += [FieldError(name, _("This is required. Fill it in.")) for name in lacking]
    quantity, where = _quantity(values, errors), _where(values, errors)
    _settle(errors)
    assert quantity is not None
    return NewListing(ListingDraft(**_draft_values(values), quantity=quantity, **where), external_id)


def new_demand() -> tuple[DemandDraft, str | None]:
    """The demand in the body, and what the client's own system calls it."""
    values, errors = take(DemandBody(), read_json())
    quantity, location = _quantity(values, errors), _location(values, errors, required=True)
    _settle(errors)
    assert quantity is not None
    return DemandDraft(**_draft_values(values), quantity=quantity, location=location), values.get("external_id")


def new_search() -> tuple[DemandDraft, bool]:
    """The search in the body, and whether it is meant where the same was searched today."""
    values, errors = take(MemoBody(), read_json())
    quantity, location = _quantity(values, errors), _location(values, errors, required=True)
    _settle(errors)
    assert quantity is not None
    is_again = bool(values.pop("again", False))
    return DemandDraft(**{"title": "", **_draft_values(values)}, quantity=quantity, location=location), is_again


def new_conclusion() -> ConclusionDraft:
    """What the body says of what was done after a search."""
    values, errors = take(ConcludeMemoBody(), read_json())
    amount, unit = values.get("bought"), values.get("bought_unit")
    bought = None
    if (amount is None) != (unit is None):
        errors.append(FieldError("bought_unit", _("Send bought and boughtUnit together, or neither.")))
    elif amount is not None and unit is not None:
        try:
            bought = Quantity(amount, unit)
        except Invalid as refusal:
            errors += [FieldError("bought", error.message) for error in refusal.errors]
    _settle(errors)
    texts = {name: values.get(name) or "" for name in ("explanation", "purchase_reference")}
    return ConclusionDraft(values["decision"], reason=values.get("reason"), bought=bought, **texts)


@dataclass(frozen=True, slots=True)
class Change:
    """A PATCH: the version that was changed, and what is different. What is left out stays, what is null becomes empty."""

    version: int
    values: dict[str, Any]
    location: Location | None

    def listing(self, before: ListingDraft) -> ListingDraft:
        """The listing as it was, with the changes."""
        where: dict[str, Any] = {}
        if self.location is not None:
            where = {"location": self.location, "depot_id": None}
        elif self.values.get("depot") is not None:
            where = {"location": None, "depot_id": self.values["depot"]}
        changed = self._changed(before)
        changed = {**emptied(before=before.planned, after=changed.get("planned", before.planned)), **changed}
        if changed.get("material", before.material) != before.material:
            changed.setdefault("hazards", {})  # the answers were about another material
        return replace(before, **changed, quantity=self._quantity(before.quantity), **where)

    @property
    def reason(self) -> str:
        """Why the quantity is another."""
        return self.values.get("correction_reason") or ""

    def demand(self, before: DemandDraft) -> DemandDraft:
        """The demand as it was, with the changes."""
        where: dict[str, Any] = {} if self.location is None else {"location": self.location}
        return replace(before, **self._changed(before), quantity=self._quantity(before.quantity), **where)

    def name(self, session: Session, actor: Actor, row: Listing | Demand) -> None:
        """Say what the client's own system calls it, where the body says so."""
        if "external_id" in self.values:
            set_external_id(session, actor, row, self.values["external_id"])

    def _changed(self, before: ListingDraft | DemandDraft) -> dict[str, Any]:
        empty = {
            draft_field.name: draft_field.default_factory() if draft_field.default_factory is not MISSING else draft_field.default
            for draft_field in fields(before)
        }
        changed = {
            name: empty.get(name) if value is None else value
            for name, value in self.values.items()
            if name not in _NO_DRAFT_FIELDS
        }
        is_same = changed.get("material", before.material) == before.material
        if "fields" in changed:
            changed["fields"] = changed_fields(before.fields if is_same else {}, self.values["fields"])
        elif not is_same:
            changed["fields"] = {}  # what was said or asked was about another material
        return changed

    def _quantity(self, before: Quantity) -> Quantity:
        amount, unit = self.values.get("quantity", before.amount), self.values.get("unit", before.unit)
        check_amount(amount, unit)
        return Quantity(amount, unit)


def change_of(body: ListingPatch | DemandPatch) -> Change:
    """The change in the body; only its version is required."""
    values, errors = take(body, read_json())
    location = None
    if values.get("depot") is None:
        location = _location(values, errors, required=False)
    else:
        _where(values, errors)
    _settle(errors)
    return Change(values["version"], values, location)


def new_reservation() -> ReservationDraft:
    """The reservation in the body."""
    values, errors = take(ReservationBody(), read_json())
    quantity, location = _quantity(values, errors), _location(values, errors, required=False)
    _settle(errors)
    assert quantity is not None
    text = {name: value for name, value in _draft_values(values).items() if name not in ("location", "depot")}
    return ReservationDraft(quantity, location=location, depot_id=values.get("depot"), **text)


def new_handover(values: Mapping[str, Any], reserved: Quantity) -> HandoverDraft:
    """What was measured; what is left out is as it was reserved, today."""
    amount, unit = values.get("quantity"), values.get("unit")
    return HandoverDraft(
        Quantity(reserved.amount if amount is None else amount, reserved.unit if unit is None else unit),
        values.get("handed_over_on") or clock.today(),
        vehicle_class=values.get("vehicle_class") or None,
        driven_km=values.get("driven_km"),
        measured_by=values.get("measured_by"),
        condition=values.get("condition"),
        write_off_reason=values.get("write_off_reason") or "",
        confirm_unusual=bool(values.get("confirm_unusual")),
    )


def new_terms() -> tuple[TermsDraft, bool]:
    """The terms that one side proposes, and whether an unusual weight is meant."""
    values, errors = take(TermsBody(), read_json())
    place = _location(values, errors, required=False)
    to = {name: values.get(f"destination_{name}") for name in ("lat", "lon")}
    try:
        destination = location_of({**to, "place": values.get("destination")}, required=False)
    except Invalid as refusal:
        destination = None
        errors += [FieldError(_DESTINATION[error.field], error.message) for error in refusal.errors]
    _settle(errors)
    names = ("price_cents_per_unit", "kg_per_unit", "available_from", "condition", "replaces_purchase")
    draft = TermsDraft(values["reason"], place=place, destination=destination, **{name: values.get(name) for name in names})
    return draft, bool(values.get("confirm_unusual"))


def measured(values: Mapping[str, Any], unit: str) -> Quantity | None:
    """Read a measured figure, in the listing's unit unless another is named. None when there is none."""
    amount = values.get("quantity")
    return None if amount is None else Quantity(amount, values.get("unit") or Unit(unit))


def new_receipt(values: Mapping[str, Any], unit: str) -> ReceiptDraft:
    """What the receiver measured."""
    return ReceiptDraft(
        measured(values, unit),
        measured_by=values.get("measured_by"),
        condition=values.get("condition"),
    )


def new_return(values: Mapping[str, Any], unit: str, location: Location | None) -> ReturnDraft:
    """What comes back."""
    return ReturnDraft(
        Quantity(values["quantity"], values.get("unit") or Unit(unit)),
        condition=values["condition"],
        returned_on=values.get("returned_on") or clock.today(),
        reason=values["reason"],
        location=location,
        depot_id=values.get("depot"),
        stays=bool(values.get("stays")),
        driven_km=values.get("driven_km"),
        vehicle_class=values.get("vehicle_class") or None,
    )


def new_depot() -> DepotDraft:
    """The depot in the body."""
    values, errors = take(DepotBody(), read_json())
    location = _location(values, errors, required=True)
    _settle(errors)
    assert location is not None
    return DepotDraft(
        name=values["name"],
        place_name=location.place_name,
        municipality=location.municipality,
        point=location.point,
        place_basis=location.basis.value,
        address=values.get("address") or location.address,
    )


def new_organisation() -> OrganisationDraft:
    """The organisation in the body."""
    values, errors = take(OrganisationBody(), read_json())
    location = _location(values, errors, required=True)
    _settle(errors)
    assert location is not None
    return OrganisationDraft(
        name=values["name"],
        kind=values["kind"],
        sub_kind=values.get("sub_kind"),
        main_place=location.place_name,
        point=location.point,
        slug=values.get("slug") or "",
        code=values.get("code") or "",
        email_domain=values.get("email_domain") or "",
        alert_email=values.get("alert_email") or "",
    )


@dataclass(frozen=True, slots=True)
class OrganisationChange:
    """A change of an organisation: what was sent, and nothing else."""

    version: int
    values: dict[str, Any]
    location: Location | None

    @property
    def is_active(self) -> bool | None:
        """Whether it should take part; None: as it is."""
        return self.values.get("is_active")

    def of(self, before: Organisation) -> OrganisationDraft:
        """The organisation as it should become."""
        texts = ("name", "code", "email_domain", "alert_email")
        sent: dict[str, Any] = {name: self.values[name] or "" for name in texts if name in self.values}
        draft = OrganisationDraft(
            name=before.name,
            kind=OrganisationKind(before.kind),
            main_place=before.main_place,
            point=Point(before.main_lat, before.main_lon),
            sub_kind=SubKind(before.sub_kind) if before.sub_kind else None,
            code=before.code or "",
            email_domain=before.email_domain or "",
            alert_email=before.alert_email or "",
        )
        if "sub_kind" in self.values:
            draft = replace(draft, sub_kind=self.values["sub_kind"])
        if self.location is not None:
            draft = replace(draft, main_place=self.location.place_name, point=self.location.point)
        return replace(draft, **sent)


def change_of_organisation() -> OrganisationChange:
    """The change in the body; only its version is required."""
    values, errors = take(OrganisationPatch(), read_json())
    location = _location(values, errors, required=False)
    _settle(errors)
    return OrganisationChange(values["version"], values, location)


def demand_before(row: Demand, taxonomy: Taxonomy) -> DemandDraft:
    """A demand as the draft that it was written from."""
    return DemandDraft(
        title=row.title,
        material=taxonomy.material_by_id(row.material_id).slug,
        quantity=Quantity(row.quantity, Unit(row.unit)),
        min_condition=Condition(row.min_condition),
        needed_from=row.needed_from,
        needed_until=row.needed_until,
        location=location_at(row),
        description=row.description,
        max_distance_km=row.max_distance_km,
        accepts_hazards=tuple(row.accepts_hazards),
        accepts_unknown_hazards=row.accepts_unknown_hazards,
        project=row.project,
        department=row.department,
        fields=row.fields,
        draft=row.status == DemandStatus.DRAFT,
    )


def _draft_values(values: Mapping[str, Any]) -> dict[str, Any]:
    """What a draft takes as it is, without what was sent as null."""
    return {name: value for name, value in values.items() if value is not None and name not in _NO_DRAFT_FIELDS}


def _quantity(values: Mapping[str, Any], errors: list[FieldError]) -> Quantity | None:
    amount, unit = values.get("quantity"), values.get("unit")
    if amount is None or unit is None:
        return None
    try:
        check_amount(amount, unit)
    except Invalid as refusal:
        errors += refusal.errors
        return None
    return Quantity(amount, unit)


def _location(values: Mapping[str, Any], errors: list[FieldError], *, required: bool) -> Location | None:
    try:
        return location_of(values, required=required)
    except Invalid as refusal:
        errors += refusal.errors
        return None


def _where(values: Mapping[str, Any], errors: list[FieldError]) -> dict[str, Any]:
    """Place or depot; not both."""
    depot_id = values.get("depot")
    if depot_id is None:
        return {"location": _location(values, errors, required=True)}
    if any(values.get(name) is not None for name in _WHERE):
        errors.append(FieldError("depot", _("Send a depot, or a place, not both.")))
    return {"depot_id": depot_id}


def _settle(errors: list[FieldError]) -> None:
    if errors:
        require_for_address()
        raise Invalid.all(errors)
