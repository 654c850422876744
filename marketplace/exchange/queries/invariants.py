"""Every invariant of the bank, asked of the live database. Each answers with the first thing that breaks it, or with nothing."""

from collections.abc import Callable
from decimal import Decimal

from sqlalchemy import Select, Subquery, func, literal, select
from sqlalchemy.orm import Session

from marketplace.depots.models import Lot, LotPhoto, LotPhotoFile, Movement
from marketplace.depots.queries import invariants as lot_invariants
from marketplace.depots.rules.lots import MovementKind
from marketplace.exchange.models import GatePhoto, GatePhotoFile, Reservation, TermsVersion
from marketplace.exchange.rules.gate import WITH_NOTE
from marketplace.exchange.rules.reservation import BETWEEN_SIGNATURES, HOLDING, TIMED, ReservationStatus
from marketplace.exchange.rules.terms import TermsStatus
from marketplace.impact.queries.adopted import find_adopted_breach
from marketplace.impact.rules.impact import mass_kg
from marketplace.kernel.language import Text, _
from marketplace.ledger.models import Exchange
from marketplace.ledger.queries import find_breach, find_rollup_breach
from marketplace.ledger.rules import RowKind
from marketplace.market.models import CatalogueRevision, Demand, Listing, Photo, PhotoFile
from marketplace.market.rules.demand import DemandStatus
from marketplace.market.rules.listing import ListingStatus
from marketplace.passports.queries import invariants as passport_invariants
from marketplace.valuations.queries.invariants import find_wrong_total

Question = Callable[[Session], str | None]
_ZERO = literal(Decimal(0), Listing.held.type)


def _first(session: Session, rows: Select[int] | Select[int | None], what: str) -> str | None:
    row = session.scalar(rows.limit(1))
    return None if row is None else f"{what} {row}"


def counters_in_range(session: Session) -> str | None:
    """held ≥ 0, transferred ≥ 0, held + transferred ≤ quantity."""
    bad = (Listing.held < 0) | (Listing.transferred < 0) | (Listing.held + Listing.transferred > Listing.quantity)
    return _first(session, select(Listing.id).where(bad).order_by(Listing.id), "listing")


def quantity_is_accounted_for(session: Session) -> str | None:
    """quantity is what was listed and corrected, less what is gone or came back, plus surpluses."""
    change = Reservation.surplus - Reservation.written_off - Reservation.returned - Reservation.reversed
    sums = select(Reservation.listing_id, func.sum(change).label("amount")).group_by(Reservation.listing_id).subquery()
    rows = select(Listing.id).outerjoin(sums, sums.c.listing_id == Listing.id)
    wrong = Listing.quantity != Listing.listed + Listing.corrected + func.coalesce(sums.c.amount, _ZERO)
    return _first(session, rows.where(wrong).order_by(Listing.id), "listing")


def held_is_open_reservations(session: Session) -> str | None:
    """held equals the sum of the listing's reservations that hold."""
    sums = (
        select(Reservation.listing_id, func.sum(Reservation.quantity + Reservation.kept).label("amount"))
        .where(Reservation.status.in_(HOLDING))
        .group_by(Reservation.listing_id)
        .subquery()
    )
    rows = select(Listing.id).outerjoin(sums, sums.c.listing_id == Listing.id)
    return _first(session, rows.where(Listing.held != func.coalesce(sums.c.amount, _ZERO)).order_by(Listing.id), "listing")


def transferred_is_the_ledger(session: Session) -> str | None:
    """transferred equals the net sum of the listing's ledger rows. A haul moves kilometres and no quantity."""
    moved = select(Exchange.listing_id, func.sum(Exchange.quantity).label("amount")).where(Exchange.kind != RowKind.HAUL)
    sums = moved.group_by(Exchange.listing_id).subquery()
    rows = select(Listing.id).outerjoin(sums, sums.c.listing_id == Listing.id)
    return _first(session, rows.where(Listing.transferred != func.coalesce(sums.c.amount, _ZERO)).order_by(Listing.id), "listing")


def completed_once_in_the_ledger(session: Session) -> str | None:
    """A completed reservation has exactly one transfer row, with its quantity. No other reservation has one."""
    booked = (
        select(Exchange.reservation_id, func.count().label("rows"), func.sum(Exchange.quantity).label("amount"))
        .where(Exchange.kind == RowKind.TRANSFER)
        .group_by(Exchange.reservation_id)
        .subquery()
    )
    rows = select(Reservation.id).outerjoin(booked, booked.c.reservation_id == Reservation.id)
    completed = Reservation.status == ReservationStatus.COMPLETED
    wrong = (completed & ((func.coalesce(booked.c.rows, 0) != 1) | (booked.c.amount != Reservation.quantity))) | (
        ~completed & booked.c.rows.is_not(None)
    )
    return _first(session, rows.where(wrong).order_by(Reservation.id), "reservation")


def reservation_goes_by_its_listing(session: Session) -> str | None:
    """A reservation has its listing's unit and owner."""
    rows = select(Reservation.id).join(Listing, Listing.id == Reservation.listing_id)
    wrong = (Reservation.unit != Listing.unit) | (Reservation.owner_id != Listing.organisation_id)
    return _first(session, rows.where(wrong).order_by(Reservation.id), "reservation")


def only_timed_reservations_expire(session: Session) -> str | None:
    """The clock waits for every reservation that has a term, and for no other.

    Not for one on the waiting list, nor for a dispute, nor for what silence did not confirm.
    """
    is_open = Reservation.status.in_(TIMED) & Reservation.unconfirmed_since.is_(None)
    wrong = (is_open & Reservation.expires_at.is_(None)) | (~is_open & Reservation.expires_at.is_not(None))
    return _first(session, select(Reservation.id).where(wrong).order_by(Reservation.id), "reservation")


def missing_is_kept_until_confirmed(session: Session) -> str | None:
    """What is missing at the gate is kept between the two signatures only."""
    wrong = (Reservation.kept < 0) | ((Reservation.kept > 0) & Reservation.status.not_in(BETWEEN_SIGNATURES))
    return _first(session, select(Reservation.id).where(wrong).order_by(Reservation.id), "reservation")


def approved_has_terms(session: Session) -> str | None:
    """Whatever was approved and did not end has agreed terms. The ledger was booked by them."""
    agreed = (
        select(TermsVersion.reservation_id, func.max(TermsVersion.number).label("number"))
        .where(TermsVersion.status == TermsStatus.AGREED)
        .group_by(TermsVersion.reservation_id)
        .subquery()
    )
    rows = select(Reservation.id).outerjoin(agreed, agreed.c.reservation_id == Reservation.id)
    without = rows.where(Reservation.status.in_(WITH_NOTE), agreed.c.reservation_id.is_(None))
    booked = (
        select(Exchange.reservation_id)
        .join(agreed, agreed.c.reservation_id == Exchange.reservation_id)
        .join(TermsVersion, (TermsVersion.reservation_id == agreed.c.reservation_id) & (TermsVersion.number == agreed.c.number))
        .where(
            Exchange.kind == "transfer",
            (Exchange.kg_per_unit != TermsVersion.kg_per_unit) | (Exchange.factor_version != TermsVersion.factor_version),
        )
    )
    missing = _first(session, without.order_by(Reservation.id), "reservation")
    return missing or _first(session, booked.order_by(Exchange.reservation_id), "reservation")


def objections_are_to_no_shows(session: Session) -> str | None:
    """Only a no-show is objected to, and only an objection is decided."""
    objected = Reservation.objected_at.is_not(None)
    wrong = (objected & ~Reservation.no_show) | (~objected & Reservation.objection_upheld.is_not(None))
    return _first(session, select(Reservation.id).where(wrong).order_by(Reservation.id), "reservation")


def published_is_complete(session: Session) -> str | None:
    """A published listing has a photo, windows in order and a day on which it was confirmed.

    What is planned needs no photo, and what is closed to others has no day for any ring.
    """
    closed = Listing.region_from.is_(None) & Listing.partners_from.is_(None) & Listing.circle_from.is_(None)
    without = ~closed & (Listing.region_from.is_(None) | Listing.partners_from.is_(None)) | Listing.confirmed_on.is_(None)
    circle = (Listing.circle != "") & ~closed & (Listing.circle_from.is_(None) | (Listing.circle_from > Listing.region_from))
    wrong = (
        without
        | circle
        | (Listing.partners_from < Listing.region_from)
        | ~(Listing.planned | select(Photo.id).where(Photo.listing_id == Listing.id, Photo.removed_at.is_(None)).exists())
    )
    rows = select(Listing.id).where(Listing.status == ListingStatus.PUBLISHED, wrong)
    return _first(session, rows.order_by(Listing.id), "listing")


def withdrawn_holds_nothing(session: Session) -> str | None:
    """Drafts, closed and withdrawn listings hold nothing."""
    rows = select(Listing.id).where(Listing.status != ListingStatus.PUBLISHED, Listing.held > 0)
    return _first(session, rows.order_by(Listing.id), "listing")


def fulfilled_needs_nothing(session: Session) -> str | None:
    """A fulfilled demand needs nothing more, an open one something."""
    done = Demand.fulfilled >= Demand.quantity
    wrong = ((Demand.status == DemandStatus.FULFILLED) & ~done) | ((Demand.status == DemandStatus.OPEN) & done)
    return _first(session, select(Demand.id).where(wrong).order_by(Demand.id), "demand")


def photos_have_files(session: Session) -> str | None:
    """Every photo has its rows of files, of a listing, a lot and a transfer."""
    rows = select(Photo.id).where(~select(PhotoFile.name).where(PhotoFile.photo_id == Photo.id).exists())
    at_gate = select(GatePhoto.id).where(~select(GatePhotoFile.name).where(GatePhotoFile.gate_photo_id == GatePhoto.id).exists())
    of_lot = select(LotPhoto.id).where(~select(LotPhotoFile.name).where(LotPhotoFile.lot_photo_id == LotPhoto.id).exists())
    fault = _first(session, rows.order_by(Photo.id), "photo") or _first(session, at_gate.order_by(GatePhoto.id), "gate photo")
    return fault or _first(session, of_lot.order_by(LotPhoto.id), "photo of a lot")


def single_rows(session: Session) -> str | None:
    """The catalogue has one revision counter."""
    count = session.scalar(select(func.count()).select_from(CatalogueRevision))
    return None if count == 1 else f"{count} catalogue counters"


def ledger_chain(session: Session) -> str | None:
    """The chain of the ledger holds from the first row to the head."""
    breach = find_breach(session)
    return None if breach is None else f"seq {breach.seq}: {breach.reason}"


def returned_is_reversed(session: Session) -> str | None:
    """What came back of a reservation, or was taken back, is reversed in the ledger."""
    sums = (
        select(Exchange.reservation_id, func.sum(Exchange.quantity).label("amount"))
        .where(Exchange.kind == RowKind.REVERSAL)
        .group_by(Exchange.reservation_id)
        .subquery()
    )
    rows = select(Reservation.id).outerjoin(sums, sums.c.reservation_id == Reservation.id)
    wrong = Reservation.returned + Reservation.reversed != -func.coalesce(sums.c.amount, _ZERO)
    return _first(session, rows.where(wrong).order_by(Reservation.id), "reservation")


def returned_became_lots(session: Session) -> str | None:
    """What came back of a lot went to child lots. What they were first listed with adds up to it."""
    backs = (
        select(Reservation.listing_id, func.sum(Reservation.returned).label("amount"))
        .where(Reservation.returned > 0)
        .group_by(Reservation.listing_id)
        .subquery()
    )
    began = select(Listing.parent_id, func.sum(Listing.listed).label("amount")).where(Listing.parent_id.is_not(None))
    children = began.group_by(Listing.parent_id).subquery()
    rows = (
        select(Listing.id)
        .outerjoin(backs, backs.c.listing_id == Listing.id)
        .outerjoin(children, children.c.parent_id == Listing.id)
    )
    wrong = func.coalesce(backs.c.amount, _ZERO) != func.coalesce(children.c.amount, _ZERO)
    return _first(session, rows.where(wrong).order_by(Listing.id), "listing")


def lots_are_their_movements(session: Session) -> str | None:
    """A lot is the sum of its movements, and lies where they leave it, with those whose it is."""
    lot_id = lot_invariants.find_wrong_sum(session) or lot_invariants.find_misplaced(session)
    return None if lot_id is None else f"lot {lot_id}"


def lots_weigh_what_was_weighed(session: Session) -> str | None:
    """A lot weighs what its movements say, and another weight only from a weighing on."""
    lot_id = lot_invariants.find_unweighed(session)
    return None if lot_id is None else f"lot {lot_id}"


def parts_are_what_was_split_off(session: Session) -> str | None:
    """What a lot gained in a split or a return, the other one lost. It is of the same material, unit and tree."""
    lot_id = lot_invariants.find_one_sided(session) or lot_invariants.find_changeling(session)
    return None if lot_id is None else f"lot {lot_id}"


def soil_is_never_merged(session: Session) -> str | None:
    """Counting makes no more of soil and sand than measuring explains."""
    lot_id = lot_invariants.find_overgrown(session)
    return None if lot_id is None else f"lot {lot_id}"


def parts_are_their_changes(session: Session) -> str | None:
    """A part of an asset is the sum of what happened to it, and its mass follows from that."""
    item_id = passport_invariants.find_wrong_part(session) or passport_invariants.find_wrong_mass(session)
    return None if item_id is None else f"asset item {item_id}"


def valuations_are_their_lines(session: Session) -> str | None:
    """The totals of a valuation are the sums of its lines."""
    valuation_id = find_wrong_total(session)
    return None if valuation_id is None else f"valuation {valuation_id}"


def offers_are_their_lots(session: Session) -> str | None:
    """A published listing has a lot, and says how much lies there and what that weighs.

    So does a draft of what is in stock. What is planned has no lot yet.
    """
    rows = select(Listing.id).outerjoin(Lot, Lot.id == Listing.lot_id)
    differs = (
        Lot.id.is_(None)
        | (Lot.quantity != Listing.quantity - Listing.transferred)
        | (Lot.owner_id != Listing.organisation_id)
        | (Lot.material_id != Listing.material_id)
        | (Lot.unit != Listing.unit)
        | (func.coalesce(Lot.depot_id, 0) != func.coalesce(Listing.depot_id, 0))
        | (Listing.kg_per_unit.is_(None) & (Lot.kg_basis == "measured"))
        | (Listing.kg_per_unit.is_not(None) & (Listing.kg_per_unit != Lot.kg_per_unit))
    )
    is_draft_of_lot = (Listing.status == ListingStatus.DRAFT) & Listing.lot_id.is_not(None)
    wrong = ((Listing.status == ListingStatus.PUBLISHED) | is_draft_of_lot) & ~Listing.planned & differs
    return _first(session, rows.where(wrong).order_by(Listing.id), "listing")


def transferred_left_the_lot(session: Session) -> str | None:
    """What a completed reservation transferred came to its receiver as a lot. What came back left that again."""

    def moved(*kinds: MovementKind) -> Subquery:
        total = func.sum(Movement.quantity).label("amount")
        rows = select(Movement.reservation_id, total).where(Movement.quantity > 0, Movement.kind.in_(kinds))
        return rows.group_by(Movement.reservation_id).subquery()

    came, back = moved(MovementKind.IN, MovementKind.SPLIT), moved(MovementKind.RETURN)
    rows = (
        select(Reservation.id)
        .outerjoin(came, came.c.reservation_id == Reservation.id)
        .outerjoin(back, back.c.reservation_id == Reservation.id)
    )
    completed = Reservation.status == ReservationStatus.COMPLETED
    wrong = (
        (completed & (func.coalesce(came.c.amount, _ZERO) != Reservation.quantity))
        | (~completed & came.c.amount.is_not(None))
        | (func.coalesce(back.c.amount, _ZERO) != Reservation.returned)
    )
    return _first(session, rows.where(wrong).order_by(Reservation.id), "reservation")


def transferred_weighs_as_booked(session: Session) -> str | None:
    """What a transfer brought weighs with its receiver what the ledger says."""
    kinds = (MovementKind.IN, MovementKind.SPLIT, MovementKind.COUNT)
    of_transfers = Movement.reservation_id.is_not(None) & (Movement.quantity >= 0) & Movement.kind.in_(kinds)
    last = select(func.max(Movement.id).label("id")).where(of_transfers).group_by(Movement.reservation_id).subquery()
    rows = (
        select(
            Exchange.reservation_id, Exchange.quantity, Exchange.mass_kg, Exchange.lot_id, Movement.lot_id, Movement.kg_per_unit
        )
        .join(Movement, Movement.reservation_id == Exchange.reservation_id)
        .join(last, last.c.id == Movement.id)
        .where(Exchange.kind == RowKind.TRANSFER)
        .order_by(Exchange.reservation_id)
    )
    for number, quantity, booked_kg, booked_lot, lot, kg_per_unit in session.execute(rows):
        if booked_kg != mass_kg(quantity, kg_per_unit) or booked_lot not in (None, lot):
            return f"reservation {number}"
    return None


def rollups(session: Session) -> str | None:
    """The roll-ups equal the sums of the ledger."""
    return find_rollup_breach(session)


def adopted_years(session: Session) -> str | None:
    """What was adopted is the sum of its report and of the ledger in that year."""
    return find_adopted_breach(session)


INVARIANTS: tuple[tuple[Text, Question], ...] = (
    (_("held >= 0, transferred >= 0, held + transferred <= quantity"), counters_in_range),
    (_("quantity is what was listed, less what is gone or came back, plus surpluses"), quantity_is_accounted_for),
    (_("held equals the reservations that hold"), held_is_open_reservations),
    (_("transferred equals the ledger"), transferred_is_the_ledger),
    (_("a completed reservation stands in the ledger exactly once"), completed_once_in_the_ledger),
    (_("a reservation has its listing's unit and owner"), reservation_goes_by_its_listing),
    (_("the clock waits for reservations with a term only"), only_timed_reservations_expire),
    (_("what is missing is kept until the transfer is completed"), missing_is_kept_until_confirmed),
    (_("what was approved has terms, and was booked by them"), approved_has_terms),
    (_("only a no-show is objected to"), objections_are_to_no_shows),
    (_("a published listing has a photo, windows and a confirmation"), published_is_complete),
    (_("what is not published holds nothing"), withdrawn_holds_nothing),
    (_("a fulfilled demand needs nothing, an open one something"), fulfilled_needs_nothing),
    (_("every photo has its files"), photos_have_files),
    (_("one catalogue counter"), single_rows),
    (_("the ledger's chain holds"), ledger_chain),
    (_("what came back is reversed in the ledger"), returned_is_reversed),
    (_("what came back is a lot of its own"), returned_became_lots),
    (_("every lot is the sum of its movements, where it lies and whose it is"), lots_are_their_movements),
    (_("every lot weighs what was weighed"), lots_weigh_what_was_weighed),
    (_("what was split off or came back is what the other lot lost"), parts_are_what_was_split_off),
    (_("soil and sand are no more by counting than measuring explains"), soil_is_never_merged),
    (_("what is on offer is what its lot says"), offers_are_their_lots),
    (_("what was transferred came to its receiver as a lot"), transferred_left_the_lot),
    (_("what was transferred weighs what the ledger says"), transferred_weighs_as_booked),
    (_("every part of an asset is the sum of its changes, and weighs as much"), parts_are_their_changes),
    (_("every valuation is the sum of its lines"), valuations_are_their_lines),
    (_("the roll-ups equal the ledger"), rollups),
    (_("adopted years are what their reports and the ledger say"), adopted_years),
)
