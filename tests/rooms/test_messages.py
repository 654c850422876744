"""The conversation of a transfer: who writes and reads, what is told, that nothing changes; and phone numbers."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import delete, func, select, text, update
from sqlalchemy.exc import DatabaseError
from sqlalchemy.orm import Session

from marketplace.accounts.actions.organisations import mark_closed
from marketplace.accounts.actions.people import change_details, deactivate
from marketplace.accounts.models import Person
from marketplace.accounts.policy import ANONYMOUS, Actor
from marketplace.accounts.rules.phones import DetailsDraft, PhoneShown
from marketplace.exchange.actions.decide import approve
from marketplace.exchange.actions.hand_over import confirm, hand_over
from marketplace.exchange.actions.reserve import reserve
from marketplace.exchange.queries.reservations import get_reservation, phone_shown_to
from marketplace.exchange.rules.reservation import HandoverDraft, ReceiptDraft, ReservationDraft
from marketplace.jobs.timetable import list_files_in_use
from marketplace.kernel import clock
from marketplace.kernel.errors import Forbidden, Invalid, Missing, TooMany
from marketplace.kernel.units import Quantity, Unit
from marketplace.market.rules.photos import StoredPicture
from marketplace.messages.actions import send
from marketplace.messages.models import Message, MessageFile
from marketplace.messages.queries import list_messages, list_writer_names, may_see_message_photo
from marketplace.messages.rules import MESSAGES_PER_DAY
from marketplace.notices.models import NoticeRow
from tests.factories import make_actor, make_listing, seed_taxonomy

PICTURE = StoredPicture({"webp-480": ("pallets.webp", 480, 320), "webp-1600": ("pallets-groot.webp", 1600, 1067)})
NUMBER = "+31655551234"


@dataclass
class Cast:
    """Hengelo owns, Borne asks for 800 m² of it."""

    owner: Actor
    asker: Actor
    number: int


@pytest.fixture
def cast(session: Session) -> Cast:
    seed_taxonomy(session)
    owner, asker = make_actor(session, "hengelo"), make_actor(session, "borne")
    lot = make_listing(session, owner)
    made = reserve(session, asker, listing_id=lot.id, draft=ReservationDraft(Quantity(Decimal(800), Unit.M2)))
    return Cast(owner, asker, made.id)


def told(session: Session) -> list[NoticeRow]:
    return list(session.scalars(select(NoticeRow).where(NoticeRow.kind == "message").order_by(NoticeRow.id)))


def contest(session: Session, cast: Cast) -> None:
    """Hengelo says 800, Borne counted 600."""
    approve(session, cast.owner, reservation_id=cast.number)
    hand_over(
        session, cast.owner, reservation_id=cast.number, draft=HandoverDraft(Quantity(Decimal(800), Unit.M2), clock.today())
    )
    confirm(session, cast.asker, reservation_id=cast.number, draft=ReceiptDraft(Quantity(Decimal(600), Unit.M2)))


def test_the_two_sides_write_and_each_is_told_of_the_other(session: Session, cast: Cast) -> None:
    send(session, cast.asker, reservation_id=cast.number, text="Liggen de stenen op pallets?")
    send(session, cast.owner, reservation_id=cast.number, text="Ja, 40 pallets.")
    rows = list_messages(session, cast.asker, reservation_id=cast.number)
    assert [(row.organisation.name, row.text) for row in rows] == [
        ("Borne", "Liggen de stenen op pallets?"),
        ("Hengelo", "Ja, 40 pallets."),
    ]
    first, second = told(session)
    assert (first.person_id, first.facts["organisation"], first.facts["message"]) == (
        cast.owner.person_id,
        "Borne",
        "Liggen de stenen op pallets?",
    )
    assert (second.person_id, second.organisation_id) == (cast.asker.person_id, cast.asker.organisation_id)


def test_colleagues_see_the_name_and_the_other_side_the_organisation(session: Session, cast: Cast) -> None:
    rows = [send(session, cast.asker, reservation_id=cast.number, text="Dag")]
    assert list_writer_names(session, make_actor(session, "borne"), rows) == {rows[0].id: cast.asker.name}
    assert list_writer_names(session, cast.owner, rows) == {}
    deactivate(session, make_actor(session, "borne", "coordinator"), person_id=cast.asker.person_id or 0)
    assert list_writer_names(session, make_actor(session, "borne"), rows) == {}


@pytest.mark.parametrize(("slug", "role"), [("losser", "project_leader"), ("losser", "coordinator"), ("regio-twente", "admin")])
def test_nobody_else_reads_or_writes(session: Session, cast: Cast, slug: str, role: str) -> None:
    other = make_actor(session, slug, role)
    with pytest.raises(Missing):
        list_messages(session, other, reservation_id=cast.number)
    with pytest.raises(Missing):
        send(session, other, reservation_id=cast.number, text="Dag")


@pytest.mark.parametrize("role", ["reviewer", "coordinator"])
def test_reviewer_and_broker_read_along_where_there_is_a_dispute_and_never_write(session: Session, cast: Cast, role: str) -> None:
    send(session, cast.asker, reservation_id=cast.number, text="Wij tellen er 600.", picture=PICTURE)
    judge = make_actor(session, "regio-twente", role)
    with pytest.raises(Missing):
        list_messages(session, judge, reservation_id=cast.number)
    assert not may_see_message_photo(session, judge, "pallets.webp")
    contest(session, cast)
    assert len(list_messages(session, judge, reservation_id=cast.number)) == 1
    assert may_see_message_photo(session, judge, "pallets.webp")
    with pytest.raises(Forbidden):
        send(session, judge, reservation_id=cast.number, text="Dag")


def test_a_photo_is_for_the_two_sides_and_its_files_stay(session: Session, cast: Cast) -> None:
    message = send(session, cast.owner, reservation_id=cast.number, picture=PICTURE)
    assert (message.text, message.files["webp-480"]["width"] if message.files else 0) == ("", 480)
    assert "message" not in told(session)[0].facts or told(session)[0].facts["message"] is None
    for reader, sees in ((cast.owner, True), (cast.asker, True), (make_actor(session, "losser"), False), (ANONYMOUS, False)):
        assert may_see_message_photo(session, reader, "pallets.webp") is sees
    assert not may_see_message_photo(session, cast.owner, "andere.webp")
    assert {"pallets.webp", "pallets-groot.webp"} <= list_files_in_use(session)


@pytest.mark.parametrize(
    "change",
    [
        lambda: update(Message).values(text="Anders"),
        lambda: delete(Message),
        lambda: update(MessageFile).values(name="anders.webp"),
        lambda: delete(MessageFile),
    ],
)
def test_nothing_that_was_sent_changes_or_goes(session: Session, cast: Cast, change: Callable[[], Any]) -> None:
    send(session, cast.owner, reservation_id=cast.number, text="Dag", picture=PICTURE)
    with pytest.raises(DatabaseError, match="append-only"):
        session.execute(change().execution_options(synchronize_session=False))


def test_a_table_of_messages_is_not_emptied(session: Session, cast: Cast) -> None:
    send(session, cast.owner, reservation_id=cast.number, text="Dag")
    if session.get_bind().dialect.name == "postgresql":
        with pytest.raises(DatabaseError, match="append-only"):
            session.execute(text("TRUNCATE message CASCADE"))
    else:
        with pytest.raises(DatabaseError, match="append-only"):
            session.execute(text("REPLACE INTO message SELECT * FROM message"))


def test_a_double_click_is_one_message_and_a_minute_later_it_is_another(session: Session, cast: Cast) -> None:
    first = send(session, cast.asker, reservation_id=cast.number, text="Ja")
    assert send(session, cast.asker, reservation_id=cast.number, text="Ja").id == first.id
    with clock.frozen(clock.now() + timedelta(seconds=61)):
        assert send(session, cast.asker, reservation_id=cast.number, text="Ja").id != first.id
    assert len(told(session)) == 2


@pytest.mark.slow
def test_nothing_and_too_many_are_refused(session: Session, cast: Cast) -> None:
    with pytest.raises(Invalid):
        send(session, cast.asker, reservation_id=cast.number, text=" ")
    for number in range(MESSAGES_PER_DAY):
        send(session, cast.asker, reservation_id=cast.number, text=f"Bericht {number}")
    with pytest.raises(TooMany):
        send(session, cast.asker, reservation_id=cast.number, text="Nog een")
    assert session.scalar(select(func.count()).select_from(Message)) == MESSAGES_PER_DAY


def test_within_one_organisation_the_colleague_is_told_and_never_oneself(session: Session, cast: Cast) -> None:
    lot = make_listing(session, cast.owner)
    colleague = make_actor(session, "hengelo")
    draft = ReservationDraft(Quantity(Decimal(10), Unit.M2))
    inside = reserve(session, colleague, listing_id=lot.id, draft=draft).id
    send(session, colleague, reservation_id=inside, text="Staat het klaar?")
    send(session, cast.owner, reservation_id=inside, text="Ja")
    assert [row.person_id for row in told(session)] == [cast.owner.person_id, colleague.person_id]
    alone = reserve(session, cast.owner, listing_id=lot.id, draft=draft).id
    send(session, cast.owner, reservation_id=alone, text="Voor mijzelf")
    assert len(told(session)) == 2


def shown(session: Session, actor: Actor, choice: PhoneShown | None) -> Person:
    if choice is not None:
        change_details(session, actor, draft=DetailsDraft(phone=NUMBER, phone_shown=choice))
    return session.get_one(Person, actor.person_id)


@pytest.mark.parametrize(
    ("choice", "before", "after", "to_colleague", "to_member"),
    [
        (None, False, False, False, False),
        (PhoneShown.NEVER, False, False, False, False),
        (PhoneShown.TRANSFER, False, True, True, False),
        (PhoneShown.MEMBERS, True, True, True, True),
    ],
)
def test_a_number_is_shown_to_whom_its_owner_chose(
    session: Session, cast: Cast, choice: PhoneShown | None, before: bool, after: bool, to_colleague: bool, to_member: bool
) -> None:
    person = shown(session, cast.owner, choice)

    def sees(reader: Actor) -> bool:
        return phone_shown_to(reader, person, get_reservation(session, cast.asker, cast.number)) == NUMBER

    assert sees(cast.asker) is before
    approve(session, cast.owner, reservation_id=cast.number)
    assert sees(cast.asker) is after
    assert sees(make_actor(session, "hengelo")) is to_colleague
    for other in (make_actor(session, "losser"), make_actor(session, "regio-twente", "reviewer")):
        assert sees(other) is to_member
        assert (phone_shown_to(other, person) == NUMBER) is to_member
    assert phone_shown_to(ANONYMOUS, person) is None
    assert phone_shown_to(cast.asker, None) is None


def test_a_number_of_somebody_of_neither_side_stays_unseen(session: Session, cast: Cast) -> None:
    approve(session, cast.owner, reservation_id=cast.number)
    third = shown(session, make_actor(session, "losser"), PhoneShown.TRANSFER)
    assert phone_shown_to(cast.asker, third, get_reservation(session, cast.asker, cast.number)) is None


def test_a_number_goes_when_the_account_is_switched_off(session: Session, cast: Cast) -> None:
    person = shown(session, cast.owner, PhoneShown.MEMBERS)
    deactivate(session, make_actor(session, "hengelo", "coordinator"), person_id=person.id)
    assert (person.phone, person.phone_shown) == ("", "never")


def test_numbers_go_when_their_organisation_is_closed(session: Session, cast: Cast) -> None:
    person = shown(session, make_actor(session, "sloopbedrijf", kind="partner"), PhoneShown.MEMBERS)
    other = shown(session, cast.owner, PhoneShown.MEMBERS)
    mark_closed(session, make_actor(session, "regio-twente", "admin"), slug="sloopbedrijf", version=1)
    session.expire_all()
    assert (person.phone, person.phone_shown, other.phone) == ("", "never", NUMBER)


def test_what_is_left_out_of_ones_details_stays(session: Session, cast: Cast) -> None:
    person = shown(session, cast.owner, PhoneShown.TRANSFER)
    change_details(session, cast.owner, draft=DetailsDraft(name="Anna"))
    assert (person.name, person.phone, person.phone_shown, person.locale) == ("Anna", NUMBER, "transfer", "nl")
    with pytest.raises(Invalid):
        change_details(session, cast.owner, draft=DetailsDraft(phone=""))
