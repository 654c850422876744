"""The verbs of listings. Publishing with notices is matching's; withdrawing with holds is the exchange's."""

from dataclasses import replace
from decimal import Decimal
from functools import partial
from typing import Any

from sqlalchemy import delete, func, literal, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from marketplace.accounts.policy import CLOCK, Actor, Can, require
from marketplace.depots.models import Depot
from marketplace.depots.rules.depot import check_storer, check_taken
from marketplace.documents.queries import has_opinion_or_lift
from marketplace.kernel import clock
from marketplace.kernel.db import Fixed
from marketplace.kernel.errors import Conflict, Invalid
from marketplace.kernel.geo import Point
from marketplace.kernel.language import Text, _
from marketplace.kernel.text import clean
from marketplace.kernel.units import Amount, Unit, plain
from marketplace.market.actions import lots
from marketplace.market.actions.windows import (
    audit_windows,
    bump_catalogue,
    no_windows,
    note_changed_windows,
    published_windows,
    window_columns,
)
from marketplace.market.models import Demand, Listing, ObjectChange
from marketplace.market.queries.changes import changed_since, differences, version_conflict
from marketplace.market.queries.gates import check_change, check_gates, check_stays_lot, is_answered_anew
from marketplace.market.queries.listings import get_listing
from marketplace.market.rules import listing as listing_rules
from marketplace.market.rules.freshness import Outcome, is_lost
from marketplace.market.rules.listing import (
    CORRECTION_LENGTH_MAX,
    Answer,
    ListingDraft,
    ListingStatus,
    Location,
    answer_words,
    clean_external_id,
    find_part_faults,
    listing_search_text,
    taken,
)
from marketplace.market.rules.values import (
    check_listing,
    check_plan_stays,
    check_publishable,
    columns_of,
    place_columns,
    stored_values,
    values_of,
    with_answers,
)
from marketplace.materials.queries import fields_of_version, get_taxonomy
from marketplace.materials.rules.fields import StoredAnswers, find_missing, read_answers, say
from marketplace.materials.rules.gates import Moment
from marketplace.materials.rules.taxonomy import Material
from marketplace.notices.actions import audit
from marketplace.places.rules import PlaceBasis


def set_external_id(session: Session, actor: Actor, row: Listing | Demand, external_id: str | None) -> None:
    """Say what the organisation's own system calls it, or that it has no name there. It is no edit: the version stays."""
    kind = type(row)
    require(actor, Can.EDIT_LISTING if kind is Listing else Can.EDIT_DEMAND, row)
    name = clean_external_id(external_id)
    if name == row.external_id:
        return
    mine = select(kind.id).where(kind.organisation_id == row.organisation_id, kind.external_id == name)
    if name is not None and (other := session.scalar(mine)) is not None:
        raise taken(name, other)
    try:
        with session.begin_nested():
            session.execute(update(kind).where(kind.id == row.id).values(external_id=name))
    except IntegrityError as error:  # two at once: the second is refused
        raise taken(name or "", session.scalars(mine).one()) from error
    session.refresh(row, ["external_id", "updated_at"])
    audit.record(session, actor, action=f"{row.__tablename__}.external-id", object_type=row.__tablename__, object_id=row.id)


def _location(session: Session, actor: Actor, draft: ListingDraft, group: str, *, stays: bool) -> Location:
    """Where it lies. A depot that it comes into (not `stays`) is open, takes it, and of this organisation."""
    if draft.depot_id is None:
        if draft.location is None:
            raise Invalid(_("Say where the material lies: a place, a postcode, coordinates or a depot."), "place")
        return draft.location
    depot = session.get(Depot, draft.depot_id)
    if depot is None or not (depot.is_active or stays):
        raise Invalid(_("This depot does not exist. Choose one from the list."), "depot")
    if not stays:
        owner_id, kind = int(actor.organisation_id or 0), actor.organisation_kind
        check_storer(depot.storers, owner_id=owner_id, owner_kind=kind, depot_owner_id=depot.organisation_id)
        check_taken(depot.takes, group)
    return Location(
        depot.place_name, depot.municipality, Point(depot.lat, depot.lon), PlaceBasis(depot.place_basis), depot.address
    )


def _columns(
    session: Session,
    actor: Actor,
    draft: ListingDraft,
    material: Material,
    stored: Listing | None = None,
    *,
    lies_in: int | None = None,
) -> dict[str, Any]:
    stays = draft.depot_id == lies_in
    is_published = stored is not None and stored.status == ListingStatus.PUBLISHED
    turns, faults = window_columns(session, actor, draft, stored if is_published else None)
    fields = before = answers_before(stored, material)
    faults = [*find_part_faults(draft.minimum_part, draft.quantity), *faults]
    try:
        fields = say(material, draft.fields, fields, get_taxonomy(session).version, partial(read_answers, today=clock.today()))
    except Invalid as refusal:
        faults += refusal.errors
    check_listing(
        draft,
        units=material.units,
        hazards=tuple(material.hazard_codes),
        today=clock.today(),
        planned_before=None if stored is None else stored.earliest,
        usual_kg=material.weights_kg.get(draft.quantity.unit),
        also=faults,
    )
    declared = {code: draft.hazards.get(code, Answer.UNKNOWN).value for code in sorted(material.hazard_codes)}
    answers = with_answers(get_taxonomy(session).gates, material, declared, fields.values, before.values)
    said_yes = sorted(code for code, answer in answers.items() if answer == Answer.YES)
    return {
        **columns_of(draft),
        "material_id": material.id,
        "quantity": draft.quantity.amount,
        "unit": draft.quantity.unit.value,
        "hazards": answers,
        "hazards_yes": f"|{'|'.join(said_yes)}|" if said_yes else "",
        "hazards_unknown": Answer.UNKNOWN in answers.values(),
        "fields": dict(fields.values),
        "fields_version": fields.version,
        **turns,
        "depot_id": draft.depot_id,
        "search_text": listing_search_text(
            draft.title,
            draft.description,
            material,
            answer_words(fields_of_version(session, fields.version), fields.values),
        ),
        **place_columns(_location(session, actor, draft, material.group.slug, stays=stays)),
    }


def answers_before(row: Listing | Demand | None, material: Material) -> StoredAnswers:
    """What a stored lot or demand says of this material's fields. Nothing where it is of another."""
    if row is None or row.material_id != material.id:
        return StoredAnswers({})
    return StoredAnswers(row.fields, row.fields_version)


def _next_number(session: Session) -> int | None:
    """A number that no lot ever had. PostgreSQL counts on; SQLite would give that of a deleted draft again."""
    if session.get_bind().dialect.name != "sqlite":
        return None
    ever = select(func.max(ObjectChange.object_id)).where(ObjectChange.kind == "listing")
    return max(session.scalar(statement) or 0 for statement in (select(func.max(Listing.id)), ever)) + 1


def create_listing(session: Session, actor: Actor, draft: ListingDraft, *, lies_in: int | None = None) -> Listing:
    """Write a draft down. Nobody outside the organisation sees it before it is published.

    `lies_in`: the depot of the lot in stock that it offers.
    """
    require(actor, Can.OFFER)
    material = get_taxonomy(session).material(draft.material)
    listing = Listing(
        id=_next_number(session),
        **_columns(session, actor, draft, material, lies_in=lies_in),
        status=ListingStatus.DRAFT.value,
        organisation_id=actor.organisation_id,
        created_by_id=actor.person_id,
        created_at=clock.now(),
        held=Decimal(0),
        transferred=Decimal(0),
    )
    session.add(listing)
    session.flush()
    audit.record(session, actor, action="listing.create", object_type="listing", object_id=listing.id)
    return get_listing(session, actor, listing.id)


def update_listing(
    session: Session, actor: Actor, *, listing_id: int, version: int, draft: ListingDraft, reason: str = ""
) -> Listing:
    """Change a draft or a published listing. Refused when somebody else changed it since `version`, with what they changed; and when less
    would be left than is held and transferred. Changed windows of a listing on offer are logged; what is reserved stays reserved.
    `reason`: why the quantity of a lot on offer is another; it stays with the lot."""
    reason = clean(reason, lines=True, longest=CORRECTION_LENGTH_MAX, field="correction_reason")
    listing = get_listing(session, actor, listing_id)
    require(actor, Can.EDIT_LISTING, listing)
    if listing.status not in (ListingStatus.DRAFT, ListingStatus.PUBLISHED):
        raise Conflict(_("A listing that is closed or withdrawn cannot be changed any more. Offer it again as a new one."))
    if version != listing.version:
        raise version_conflict(listing.version, changed_since(session, "listing", listing_id, version))
    material = get_taxonomy(session).material(draft.material)
    if (listing.kg_per_unit, listing.unit, listing.material_id) == (draft.kg_per_unit, draft.quantity.unit, material.id):
        draft = replace(draft, confirm_unusual=True)  # this weight has been confirmed before
    is_published = listing.status == ListingStatus.PUBLISHED
    check_plan_stays(listing, draft)
    columns = _columns(session, actor, draft, material, listing, lies_in=listing.depot_id)
    if is_published:
        _check_published(session, listing, columns, material, draft)
    before = audit_windows(listing)
    changed = differences(listing, columns)
    if not changed:
        return listing
    check_stays_lot(session, actor, listing, changed, draft.kg_per_unit)
    if is_answered_anew(session, listing, columns):
        columns["answered_at"] = clock.now()
    if is_published:
        columns["confirmed_on"] = clock.today()  # who changes a lot has looked at it
    enough = literal(columns["quantity"], Fixed(3))  # a sum of columns does not tell its type to the figure beside it
    outcome = session.scalar(
        update(Listing)
        .where(Listing.id == listing_id, Listing.version == version, Listing.held + Listing.transferred <= enough)
        .values(**columns, corrected=Listing.corrected + enough - Listing.quantity, version=Listing.version + 1)
        .returning(Listing.id)
        .execution_options(synchronize_session=False)
    )
    session.expire(listing)
    listing = get_listing(session, actor, listing_id)
    if outcome is None:
        if listing.version != version:
            raise version_conflict(listing.version, changed_since(session, "listing", listing_id, version))
        raise _too_little(listing)
    audit.record(
        session,
        actor,
        action="listing.edit",
        object_type="listing",
        object_id=listing_id,
        version=listing.version,
        fields=sorted(changed),
    )
    if listing.status == ListingStatus.PUBLISHED:
        lots.follow(session, actor, listing, changed, reason)
        note_changed_windows(session, actor, listing_id, before, audit_windows(listing))
        if listing.quantity == listing.transferred:  # closed means that nothing is left
            _move(session, listing, (ListingStatus.PUBLISHED,), status=ListingStatus.CLOSED.value)
        bump_catalogue(session)
    return get_listing(session, actor, listing_id)


def _too_little(listing: Listing) -> Conflict:
    used = Amount(listing.held + listing.transferred, Unit(listing.unit))
    return Conflict(
        _("%(used)s is already held or handed over. Enter that quantity or more.", used=used),
        "quantity",
        minimum=plain(used.amount),
        available=plain(listing.available),
    )


def _check_published(
    session: Session, listing: Listing, columns: dict[str, Any], material: Material, draft: ListingDraft
) -> None:
    """What may not change of a lot on offer. Claimed stone stays the same stone, and no rule stops it anew."""
    is_said_anew = (columns["fields"], columns["material_id"]) != (listing.fields, listing.material_id)
    unanswered = find_missing(material, columns["fields"]) if is_said_anew else ()
    check_publishable(status=ListingStatus.DRAFT, photos=1, values=values_of(draft), unanswered=unanswered)
    check_change(session, listing, material, columns)
    claimed = listing.held + listing.transferred > 0
    if claimed and (columns["material_id"] != listing.material_id or columns["unit"] != listing.unit):
        raise Conflict(_("Part of this listing is reserved. The material and the unit cannot change any more."), "material")


def mark_published(session: Session, actor: Actor, *, listing_id: int, to_others: bool = True) -> Listing:
    """Publish a draft: it needs a photo, and no rule that stops it. Published already: nothing changes.

    Not `to_others`: only the own organisation finds and reserves it, until it is opened.
    """
    listing = get_listing(session, actor, listing_id)
    require(actor, Can.EDIT_LISTING, listing)
    if listing.status == ListingStatus.PUBLISHED:
        return listing
    material = get_taxonomy(session).material_by_id(listing.material_id)
    check_publishable(
        status=ListingStatus(listing.status),
        photos=len(listing.photos),
        values=stored_values(listing),
        unanswered=find_missing(material, listing.fields),
    )
    check_gates(session, listing, moment=Moment.PUBLISH)
    today = clock.today()
    if listing.available_until is not None and listing.available_until < today:
        raise Invalid(_("The last day of this listing is past. Enter a later day, or leave it empty."), "available_until")
    _move(
        session,
        listing,
        (ListingStatus.DRAFT,),
        status=ListingStatus.PUBLISHED.value,
        published_at=clock.now(),
        confirmed_on=today,
        turns_told_on=today,
        lot_id=None if listing.planned else lots.bring_in(session, actor, listing),  # there is no lot before it is there
        **(published_windows(session, actor, listing) if to_others else no_windows(listing)),
    )
    action = "listing.publish" if to_others else "listing.keep"
    audit.record(session, actor, action=action, object_type="listing", object_id=listing_id)
    bump_catalogue(session)
    return get_listing(session, actor, listing_id)


def _move(session: Session, listing: Listing, allowed: tuple[ListingStatus, ...], **values: Any) -> None:
    statement = (
        update(Listing).where(Listing.id == listing.id, Listing.status.in_(allowed)).values(**values).returning(Listing.id)
    )
    moved = session.scalar(statement.execution_options(synchronize_session=False))
    session.expire(listing)
    if moved is None:
        raise Conflict(_("Somebody else changed this in the meantime. Open the page again to see what it says now."))


def close_listing(
    session: Session, actor: Actor, *, listing_id: int, outcome: Outcome | None = None, reason: str = ""
) -> Listing:
    """Close a published listing of which nothing is held.

    What is left is offered no more, and what became of that is written down.
    """
    listing = get_listing(session, actor, listing_id)
    require(actor, Can.EDIT_LISTING, listing)
    if listing.status == ListingStatus.CLOSED:
        return listing
    if listing.status != ListingStatus.PUBLISHED:
        raise Conflict(_("Only a published listing can be closed. This listing is %(status)s.", status=_status(listing)))
    statement = update(Listing).where(Listing.id == listing_id, Listing.status == ListingStatus.PUBLISHED, Listing.held == 0)
    closed = session.scalar(
        statement.values(status=ListingStatus.CLOSED.value).returning(Listing.id).execution_options(synchronize_session=False)
    )
    session.expire(listing)
    if closed is None:
        raise Conflict(_("Part of this listing is reserved. Finish or cancel the reservations first, or withdraw the listing."))
    _leave(session, actor, get_listing(session, actor, listing_id), "listing.close", outcome, reason)
    return get_listing(session, actor, listing_id)


def _leave(session: Session, actor: Actor, listing: Listing, action: str, outcome: Outcome | None, reason: str) -> None:
    loss = lots.record_loss(session, listing, outcome, reason)
    lots.leave(session, actor, listing, outcome, reason)
    lost: dict[str, Any] = {} if loss is None else {"lost": plain(loss.quantity), "outcome": loss.outcome or "not_said"}
    if not is_lost(outcome):
        lost = {"outcome": outcome.value if outcome else None}
    audit.record(session, actor, action=action, object_type="listing", object_id=listing.id, **lost)
    bump_catalogue(session)


def _status(listing: Listing) -> Text:
    return listing_rules.LISTING_STATUS_LABELS[ListingStatus(listing.status)]


def mark_withdrawn(
    session: Session, actor: Actor, *, listing_id: int, outcome: Outcome | None = None, reason: str = ""
) -> Listing:
    """Withdraw a draft or published listing, once nothing of it is held.

    `exchange.actions.withdraw` sees to the holds; what became of the rest is written down.
    """
    listing = get_listing(session, actor, listing_id)
    if actor is not CLOCK:  # which takes back what was not mended in time
        require(actor, Can.EDIT_LISTING, listing)
    _move(session, listing, (ListingStatus.DRAFT, ListingStatus.PUBLISHED), status=ListingStatus.WITHDRAWN.value)
    _leave(session, actor, get_listing(session, actor, listing_id), "listing.withdraw", outcome, reason)
    return get_listing(session, actor, listing_id)


def delete_draft(session: Session, actor: Actor, *, listing_id: int) -> None:
    """Remove a draft that was never published, with its photos' rows; the sweep takes the files."""
    listing = get_listing(session, actor, listing_id)
    require(actor, Can.EDIT_LISTING, listing)
    if listing.status != ListingStatus.DRAFT:
        raise Conflict(_("Only a draft can be deleted. Withdraw or close this listing instead."))
    if has_opinion_or_lift(session, listing_id):
        raise Conflict(_("This draft has an adviser’s opinion or a lifted rule, so it stays. Withdraw it instead."))
    for photo in list(listing.photos):
        session.delete(photo)
    session.flush()
    gone = session.scalar(
        delete(Listing)
        .where(Listing.id == listing_id, Listing.status == ListingStatus.DRAFT, Listing.published_at.is_(None))
        .returning(Listing.id)
    )
    if gone is None:
        raise Conflict(_("Only a draft can be deleted. Withdraw or close this listing instead."))
    session.expunge(listing)
    audit.record(session, actor, action="listing.delete", object_type="listing", object_id=listing_id)
