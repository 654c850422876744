"""What is booked when a year is over, or adopted: where it counts, and how it is shown."""

import threading
from collections.abc import Callable
from datetime import date, datetime
from decimal import Decimal

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from marketplace.accounts.actions.organisations import seed_region
from marketplace.accounts.policy import Actor
from marketplace.exchange.actions import decide, hand_over, reserve
from marketplace.exchange.actions.booking import reverse_exchange
from marketplace.exchange.models import Reservation
from marketplace.exchange.rules.reservation import HandoverDraft, ReservationDraft
from marketplace.impact.actions.goals import seed_goals
from marketplace.impact.actions.reports import report_material_use
from marketplace.impact.actions.review import adopt, submit
from marketplace.impact.models import AdoptedYear
from marketplace.impact.queries.adopted import find_adopted_breach, list_adopted, list_booked_later, list_taken_back_later
from marketplace.impact.queries.bank import get_bank_by_origin
from marketplace.impact.rules.goals import Decision
from marketplace.impact.rules.material_use import Origin, UseRow
from marketplace.kernel import clock
from marketplace.kernel.db import Database
from marketplace.ledger.models import Exchange
from tests.at_the_gate import back, m2, sound
from tests.factories import make_actor, make_listing, seed_taxonomy
from tests.rooms.test_legs import leg
from tests.rooms.test_movements import make_lot

YEAR = 2026
DECISION = Decision("College van B en W", date(2027, 1, 1), "Besluit 1")


def at(day: int, hour: int, minute: int, month: int = 12) -> datetime:
    """A moment on the wall in Twente, in December 2026 or January 2027."""
    return datetime(YEAR if month == 12 else YEAR + 1, month, day, hour, minute, tzinfo=clock.AMSTERDAM)


@pytest.fixture
def cast(session: Session) -> dict[str, Actor]:
    seed_region(session)
    seed_goals(session)
    seed_taxonomy(session)
    people = {slug: make_actor(session, slug) for slug in ("hengelo", "borne")}
    people |= {f"coordinator.{slug}": make_actor(session, slug, "coordinator") for slug in ("hengelo", "borne")}
    return people | {"reviewer": make_actor(session, "regio-twente", "reviewer")}


def handed_over(session: Session, cast: dict[str, Actor], amount: str = "200") -> Reservation:
    """Pavers from Hengelo to Borne, 185 kg/m², handed over on New Year's Eve at half past eleven."""
    with clock.frozen(at(20, 9, 0)):
        listing = make_listing(session, cast["hengelo"], quantity=m2("500"))
        reservation = reserve.reserve(session, cast["borne"], listing_id=listing.id, draft=ReservationDraft(m2(amount)))
        decide.approve(session, cast["hengelo"], reservation_id=reservation.id)
    with clock.frozen(at(31, 23, 30)):
        draft = HandoverDraft(m2(amount), clock.today())
        return hand_over.hand_over(session, cast["hengelo"], reservation_id=reservation.id, draft=draft)


def confirm(session: Session, cast: dict[str, Actor], reservation_id: int, when: datetime) -> None:
    with clock.frozen(when):
        hand_over.confirm(session, cast["borne"], reservation_id=reservation_id)


def submit_year(session: Session, cast: dict[str, Actor], slug: str, when: datetime) -> None:
    coordinator = cast[f"coordinator.{slug}"]
    with clock.frozen(when):
        rows = [UseRow("bestrating", "primary", Decimal(9_000_000))]
        report_material_use(session, coordinator, organisation_slug=slug, year=YEAR, rows=rows, explanation="Alles is geteld.")
        submit(session, coordinator, organisation_slug=slug, year=YEAR)


def adopt_year(session: Session, cast: dict[str, Actor], slug: str, when: datetime) -> None:
    with clock.frozen(when):
        adopt(session, cast["reviewer"], organisation_slug=slug, year=YEAR, decision=DECISION)


def periods(session: Session) -> list[tuple[str, str | None]]:
    return [(row.kind, row.period) for row in session.scalars(select(Exchange).order_by(Exchange.seq))]


def bank_of_borne(session: Session, year: int) -> Decimal:
    return get_bank_by_origin(session, slug="borne", year=year)[Origin.REUSED]


def test_what_is_handed_over_and_confirmed_before_midnight_counts_in_december(session: Session, cast: dict[str, Actor]) -> None:
    confirm(session, cast, handed_over(session, cast).id, at(31, 23, 45))
    assert periods(session) == [("transfer", "2026-12")]
    assert list_booked_later(session, cast["reviewer"], YEAR) == []


def test_what_is_confirmed_in_january_counts_in_december_and_is_listed_as_booked_later(
    session: Session, cast: dict[str, Actor]
) -> None:
    confirm(session, cast, handed_over(session, cast).id, at(2, 9, 0, month=1))
    assert periods(session) == [("transfer", "2026-12")]
    for reader in (cast["reviewer"], cast["borne"], cast["hengelo"]):
        assert [(booked.row.seq, booked.counts_in_its_year) for booked in list_booked_later(session, reader, YEAR)] == [(1, True)]
    assert list_booked_later(session, make_actor(session, "losser"), YEAR) == []
    assert list_booked_later(session, cast["reviewer"], YEAR + 1) == []


def test_what_is_confirmed_after_the_receivers_year_was_adopted_counts_in_january(
    session: Session, cast: dict[str, Actor]
) -> None:
    """37 000 kg before midnight stand in the copy; 18 500 kg after it count in 2027."""
    early, late = handed_over(session, cast), handed_over(session, cast, "100")
    confirm(session, cast, early.id, at(31, 23, 45))
    submit_year(session, cast, "borne", at(1, 0, 5, month=1))
    adopt_year(session, cast, "borne", at(1, 9, 0, month=1))
    confirm(session, cast, late.id, at(2, 9, 0, month=1))
    assert periods(session) == [("transfer", "2026-12"), ("transfer", "2027-01")]
    assert [(booked.row.seq, booked.counts_in_its_year) for booked in list_booked_later(session, cast["reviewer"], YEAR)] == [
        (2, False)
    ]
    [adopted] = list_adopted(session)
    assert (adopted.bank_by_origin[Origin.REUSED], adopted.ledger_seq) == (37_000, 1)
    assert adopted.ledger_hash == session.get_one(Exchange, 1).hash
    assert (bank_of_borne(session, YEAR), bank_of_borne(session, YEAR + 1)) == (37_000, 18_500)
    assert find_adopted_breach(session) is None
    sound(session)


def test_what_is_taken_back_of_an_adopted_year_counts_later_and_is_listed_with_it(
    session: Session, cast: dict[str, Actor]
) -> None:
    """37 000 kg of 2026, adopted; the AO CE takes them back in February 2027: 2026 keeps them, and both years say so."""
    confirm(session, cast, handed_over(session, cast).id, at(31, 23, 45))
    submit_year(session, cast, "borne", at(1, 0, 5, month=1))
    adopt_year(session, cast, "borne", at(1, 9, 0, month=1))
    assert list_taken_back_later(session, cast["reviewer"], YEAR) == []
    with clock.frozen(at(3, 9, 0, month=2)):
        reverse_exchange(session, cast["reviewer"], seq=1, reason="Nooit geleverd, zegt de keet.")
    assert periods(session) == [("transfer", "2026-12"), ("reversal", "2027-02")]
    for reader in (cast["reviewer"], cast["borne"], cast["hengelo"]):
        assert [(row.seq, row.reverses) for row in list_taken_back_later(session, reader, YEAR)] == [(2, 1)]
    assert list_taken_back_later(session, make_actor(session, "losser"), YEAR) == []
    assert list_taken_back_later(session, cast["reviewer"], YEAR + 1) == []
    assert list_booked_later(session, cast["reviewer"], YEAR) == []
    assert (bank_of_borne(session, YEAR), bank_of_borne(session, YEAR + 1)) == (37_000, -37_000)
    sound(session)


def test_the_givers_year_says_nothing_about_where_a_transfer_counts(session: Session, cast: dict[str, Actor]) -> None:
    reservation = handed_over(session, cast)
    submit_year(session, cast, "hengelo", at(1, 0, 5, month=1))
    adopt_year(session, cast, "hengelo", at(1, 9, 0, month=1))
    confirm(session, cast, reservation.id, at(2, 9, 0, month=1))
    assert periods(session) == [("transfer", "2026-12")]


def test_a_leg_of_a_year_that_its_owner_had_adopted_counts_in_the_month_of_its_booking(
    session: Session, cast: dict[str, Actor]
) -> None:
    reservation = handed_over(session, cast)
    confirm(session, cast, reservation.id, at(31, 23, 45))
    lot = make_lot(session, cast["borne"])
    with clock.frozen(at(31, 23, 50)):
        leg(session, lot, day=at(31, 9, 0).date())
    submit_year(session, cast, "borne", at(1, 0, 5, month=1))
    adopt_year(session, cast, "borne", at(1, 9, 0, month=1))
    with clock.frozen(at(2, 9, 0, month=1)):
        leg(session, lot, day=at(31, 9, 0).date())
    assert periods(session) == [("transfer", "2026-12"), ("haul", "2026-12"), ("haul", "2027-01")]
    assert find_adopted_breach(session) is None


@pytest.mark.parametrize(
    ("adopted", "reversal", "haul"),
    [("", "2026-12", "2026-12"), ("borne", "2027-01", "2027-01"), ("hengelo", "2026-12", "2027-01")],
)
def test_a_return_changes_no_adopted_year_of_whoever_it_goes_to_or_comes_from(
    session: Session, cast: dict[str, Actor], adopted: str, reversal: str, haul: str
) -> None:
    reservation = handed_over(session, cast)
    confirm(session, cast, reservation.id, at(31, 23, 45))
    if adopted:
        submit_year(session, cast, adopted, at(1, 0, 5, month=1))
        adopt_year(session, cast, adopted, at(1, 9, 0, month=1))
    with clock.frozen(at(6, 9, 0, month=1)):
        draft = back("40", returned_on=date(YEAR, 12, 31))
        hand_over.return_part(session, cast["borne"], reservation_id=reservation.id, draft=draft)
    assert periods(session)[1:] == [("reversal", reversal), ("haul", haul)]
    sound(session)


@pytest.mark.slow
def test_of_booking_and_adopting_at_once_either_the_copy_has_the_row_or_it_counts_later(
    session: Session, database: Database, cast: dict[str, Actor]
) -> None:
    """Both orders, each over two connections: whoever comes second waits for the first to commit."""
    first, second = handed_over(session, cast), handed_over(session, cast, "100")
    submit_year(session, cast, "borne", at(1, 0, 5, month=1))
    submit_year(session, cast, "hengelo", at(1, 0, 5, month=1))
    session.commit()
    booking, adopting = at(1, 9, 0, month=1), at(1, 9, 0, month=1)

    confirm(session, cast, first.id, booking)
    _waits(session, lambda: database.run(lambda other: adopt_year(other, cast, "borne", adopting)))
    assert _copies(session) == {"borne": 37_000}
    assert periods(session) == [("transfer", "2026-12")]

    confirm(session, cast, second.id, booking)
    _waits(session, lambda: database.run(lambda other: adopt_year(other, cast, "hengelo", adopting)))
    assert periods(session) == [("transfer", "2026-12"), ("transfer", "2027-01")]
    assert _copies(session) == {"borne": 37_000, "hengelo": 0}
    sound(session)


@pytest.mark.slow
def test_what_is_booked_while_a_year_is_being_adopted_waits_and_counts_later(
    session: Session, database: Database, cast: dict[str, Actor]
) -> None:
    reservation = handed_over(session, cast)
    submit_year(session, cast, "borne", at(1, 0, 5, month=1))
    session.commit()
    adopt_year(session, cast, "borne", at(1, 9, 0, month=1))
    _waits(session, lambda: database.run(lambda other: confirm(other, cast, reservation.id, at(1, 9, 0, month=1))))
    assert periods(session) == [("transfer", "2027-01")]
    assert _copies(session) == {"borne": 0}
    sound(session)


@pytest.mark.slow
def test_of_two_reviewers_who_adopt_at_once_one_decision_counts(
    session: Session, database: Database, cast: dict[str, Actor]
) -> None:
    submit_year(session, cast, "borne", at(1, 0, 5, month=1))
    session.commit()
    adopt_year(session, cast, "borne", at(1, 9, 0, month=1))
    _waits(session, lambda: database.run(lambda other: adopt_year(other, cast, "borne", at(1, 9, 1, month=1))))
    [adopted] = list_adopted(session)
    assert adopted.adopted_at == at(1, 9, 0, month=1)


def _waits(session: Session, other: Callable[[], object]) -> None:
    """Start the other while this session is not committed, see that it waits, and commit."""
    failed = list[BaseException]()

    def run() -> None:
        try:
            other()
        except BaseException as error:
            failed.append(error)

    thread = threading.Thread(target=run)
    thread.start()
    thread.join(0.3)
    assert thread.is_alive()
    session.commit()
    thread.join()
    assert failed == []


def _copies(session: Session) -> dict[str, Decimal]:
    return {adopted.organisation_slug: adopted.bank_reused_kg for adopted in session.scalars(select(AdoptedYear))}
