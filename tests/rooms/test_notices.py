"""Being told: who gets a delivery, how often, what is in the inbox, and what becomes of mail that does not leave."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from marketplace.accounts.actions.deliveries import drop_dead_letter, reassign, retry_dead_letter, spread
from marketplace.accounts.actions.inbox import mark_all_read, mark_read
from marketplace.accounts.actions.preferences import reduce_mail, set_preferences
from marketplace.accounts.models import Person
from marketplace.accounts.policy import Actor
from marketplace.accounts.queries.deliveries import list_dead_letters
from marketplace.accounts.queries.inbox import count_unread, get_message, list_inbox
from marketplace.accounts.queries.preferences import get_preferences
from marketplace.kernel import clock
from marketplace.kernel.errors import Forbidden, Invalid, Missing
from marketplace.notices.actions import deliveries
from marketplace.notices.actions.deliveries import Letter, forget_notices
from marketplace.notices.actions.notify import notify
from marketplace.notices.models import AuditRow, DeliveryRow, NoticeRow
from marketplace.notices.queries import find_oldest_waiting, list_due, list_due_deliveries
from marketplace.notices.rules.kinds import LEASE, TRIES_MAX, Cadence, Failure, Notice
from tests.factories import make_actor

NOW = datetime(2026, 11, 25, 9, tzinfo=UTC)  # a Wednesday


def tell(session: Session, kind: Notice, *, to: Actor | None = None, all_of: Actor | None = None, title: str = "Keien") -> int:
    """A notice, spread; its id."""
    notify(
        session,
        kind,
        person_id=to.person_id if to else None,
        organisation_id=all_of.organisation_id if all_of else None,
        listing_title=title,
    )
    session.flush()
    [number] = list_due(session)
    spread(session, notice_id=number)
    return number


def leased(session: Session) -> list[Letter]:
    letters = (deliveries.lease(session, delivery_id=number) for number in list_due_deliveries(session))
    return [letter for letter in letters if letter is not None]


def sent(session: Session) -> list[list[int]]:
    """Post what is due; the notices in each letter."""
    letters = leased(session)
    for letter in letters:
        deliveries.mark_sent(session, letter=letter)
    return [[item.notice_id for item in letter.along] for letter in letters]


def test_each_reader_of_an_organisation_has_a_delivery_of_their_own(session: Session) -> None:
    first, second = make_actor(session, "borne", "coordinator"), make_actor(session, "borne", "coordinator")
    make_actor(session, "losser", "coordinator")
    number = tell(session, Notice.COMPLETED, all_of=first)
    assert spread(session, notice_id=number) == 0
    rows = session.scalars(select(DeliveryRow).order_by(DeliveryRow.id)).all()
    assert [(row.notice_id, row.person_id) for row in rows] == [(number, first.person_id), (number, second.person_id)]


def test_a_reader_whose_address_fails_neither_blocks_nor_repeats_the_others(session: Session) -> None:
    make_actor(session, "borne", "coordinator")
    tell(session, Notice.COMPLETED, all_of=make_actor(session, "borne", "coordinator"))
    failing, working = leased(session)
    deliveries.mark_failed(session, letter=failing, error="451 busy", failure=Failure.MAILBOX_LATER)
    deliveries.mark_sent(session, letter=working)
    with clock.frozen(clock.now() + timedelta(minutes=2)):
        assert [letter.delivery_id for letter in leased(session)] == [failing.delivery_id]


def test_nobody_gets_mail_of_a_kind_that_they_want_never_and_the_inbox_has_it(session: Session) -> None:
    borne = make_actor(session, "borne")
    set_preferences(session, borne, chosen={Notice.COMPLETED: Cadence.NEVER})
    number = tell(session, Notice.COMPLETED, to=borne)
    assert session.scalars(select(DeliveryRow)).all() == []
    assert [message.notice.id for message in list_inbox(session, borne)[0]] == [number]


def test_what_guards_an_account_cannot_be_chosen(session: Session) -> None:
    borne = make_actor(session, "borne")
    with pytest.raises(Invalid):
        set_preferences(session, borne, chosen={Notice.PASSWORD_CHANGED: Cadence.NEVER})
    assert Notice.PASSWORD_CHANGED not in get_preferences(session, borne)
    tell(session, Notice.PASSWORD_CHANGED, to=borne)
    assert session.scalars(select(DeliveryRow.cadence)).one() == "at_once"


def test_one_digest_a_day_takes_every_kind_along_and_the_weekly_ones_on_monday(session: Session) -> None:
    borne = make_actor(session, "borne")
    set_preferences(session, borne, chosen={Notice.SAVED_SEARCH: Cadence.WEEKLY, Notice.RETURNED: Cadence.DAILY})
    with clock.frozen(NOW):
        weekly = tell(session, Notice.SAVED_SEARCH, to=borne)
        match, back = tell(session, Notice.NEW_MATCH, to=borne), tell(session, Notice.RETURNED, to=borne)
        assert sent(session) == [[match, back]]
        later = tell(session, Notice.NEW_MATCH, to=borne)
        urgent = tell(session, Notice.COMPLETED, to=borne)
        assert sent(session) == [[urgent]]
    with clock.frozen(NOW + timedelta(hours=23)):
        assert sent(session) == []
    with clock.frozen(NOW + timedelta(days=1)):
        assert sent(session) == [[later]]
    sunday = NOW + timedelta(days=4)
    with clock.frozen(sunday):
        on_sunday = tell(session, Notice.NEW_MATCH, to=borne)
        assert sent(session) == [[on_sunday]]
    with clock.frozen(datetime(2026, 11, 30, 6, 1, tzinfo=UTC)):  # Monday, a minute past seven in Twente
        on_monday = tell(session, Notice.NEW_MATCH, to=borne)
        assert sent(session) == []
    with clock.frozen(sunday + timedelta(days=1)):
        assert sent(session) == [[weekly, on_monday]]


def test_a_digest_of_a_moment_that_was_only_played_holds_up_none(session: Session) -> None:
    borne = make_actor(session, "borne")
    with clock.frozen(NOW + timedelta(days=200)):
        tell(session, Notice.NEW_MATCH, to=borne)
        assert len(sent(session)) == 1
    with clock.frozen(NOW):
        number = tell(session, Notice.NEW_MATCH, to=borne)
        assert sent(session) == [[number]]


def test_a_digest_that_was_not_sent_is_the_same_letter_again(session: Session) -> None:
    borne = make_actor(session, "borne")
    with clock.frozen(NOW):
        first, second = tell(session, Notice.NEW_MATCH, to=borne), tell(session, Notice.NEW_MATCH, to=borne)
        [letter] = leased(session)
        assert [item.notice_id for item in letter.along] == [first, second]
    with clock.frozen(NOW + LEASE + timedelta(seconds=1)):
        tell(session, Notice.NEW_MATCH, to=borne)
        [again] = leased(session)
        assert (again.digest, again.delivery_ids) == (letter.digest, letter.delivery_ids)


def test_a_new_choice_goes_for_what_waits_already(session: Session) -> None:
    borne = make_actor(session, "borne")
    with clock.frozen(NOW):
        tell(session, Notice.NEW_MATCH, to=borne)
        sent(session)
        waiting = tell(session, Notice.NEW_MATCH, to=borne)
        assert sent(session) == []
        set_preferences(session, borne, chosen={Notice.NEW_MATCH: Cadence.AT_ONCE})
        assert sent(session) == [[waiting]]
        set_preferences(session, borne, chosen={Notice.NEW_MATCH: Cadence.DAILY})
        tell(session, Notice.NEW_MATCH, to=borne)
        set_preferences(session, borne, chosen={Notice.NEW_MATCH: Cadence.NEVER})
    with clock.frozen(NOW + timedelta(days=9)):
        assert sent(session) == []


def test_less_mail_never_becomes_more(session: Session) -> None:
    borne = make_actor(session, "borne")
    set_preferences(session, borne, chosen={Notice.COMPLETED: Cadence.NEVER})
    now = reduce_mail(session, borne, kinds=[Notice.COMPLETED, Notice.DISPUTED], cadence=Cadence.DAILY)
    assert (now[Notice.COMPLETED], now[Notice.DISPUTED]) == (Cadence.NEVER, Cadence.DAILY)
    rows = session.scalars(select(AuditRow).where(AuditRow.action == "notices.prefer").order_by(AuditRow.id)).all()
    assert [row.facts["chosen"] for row in rows] == [{"completed": "never"}, {"disputed": "daily"}]


def test_a_reader_who_left_is_followed_by_the_coordinators(session: Session) -> None:
    leaving, coordinator = make_actor(session, "borne"), make_actor(session, "borne", "coordinator")
    notify(session, Notice.COMPLETED, person_id=leaving.person_id, organisation_id=leaving.organisation_id)
    session.flush()
    spread(session, notice_id=1)
    session.get_one(Person, leaving.person_id).is_active = False
    [letter] = leased(session)
    assert reassign(session, letter=letter) == 1
    assert [letter.person_id for letter in leased(session)] == [coordinator.person_id]


def test_the_inbox_holds_ones_own_and_the_organisations_newest_first(session: Session) -> None:
    leader, reviewer = make_actor(session, "borne"), make_actor(session, "borne", "reviewer")
    other = make_actor(session, "losser")
    mine, ours = tell(session, Notice.COMPLETED, to=leader), tell(session, Notice.COMPLETED, all_of=leader)
    tell(session, Notice.COMPLETED, to=other)
    assert [message.notice.id for message in list_inbox(session, leader)[0]] == [ours, mine]
    assert list_inbox(session, reviewer) == ([], 0)
    with pytest.raises(Missing):
        get_message(session, other, mine)


def test_what_is_opened_or_marked_is_read_for_that_reader_alone(session: Session) -> None:
    first, second = make_actor(session, "borne"), make_actor(session, "borne")
    older, newer = tell(session, Notice.COMPLETED, all_of=first), tell(session, Notice.COMPLETED, all_of=first)
    opened = mark_read(session, first, notice_id=older)
    assert mark_read(session, first, notice_id=older).read_at == opened.read_at
    assert (count_unread(session, first), count_unread(session, second)) == (1, 2)
    mark_all_read(session, second, until=older)
    assert [message.notice.id for message in list_inbox(session, second, unread=True)[0]] == [newer]
    mark_all_read(session, second, until=10**6)
    third = tell(session, Notice.COMPLETED, all_of=first)
    assert [message.notice.id for message in list_inbox(session, second, unread=True)[0]] == [third]
    assert [message.read_at is None for message in list_inbox(session, second)[0]] == [True, False, False]


def test_history_that_is_loaded_is_read_already_and_not_mailed(session: Session) -> None:
    borne = make_actor(session, "borne")
    notify(session, Notice.COMPLETED, person_id=borne.person_id)
    deliveries.mark_all_spread(session)
    assert (list_due(session), count_unread(session, borne)) == ([], 0)
    assert session.scalars(select(NoticeRow)).one() is list_inbox(session, borne)[0][0].notice


def test_a_secret_link_is_in_no_inbox(session: Session) -> None:
    borne = make_actor(session, "borne")
    tell(session, Notice.PASSWORD_RESET, to=borne)
    changed = tell(session, Notice.PASSWORD_CHANGED, to=borne)
    assert [message.notice.id for message in list_inbox(session, borne)[0]] == [changed]


def give_up(session: Session) -> Letter:
    at = NOW
    for _try in range(TRIES_MAX):
        with clock.frozen(at):
            [letter] = leased(session)
            deliveries.mark_failed(session, letter=letter, error="451 later", failure=Failure.MAILBOX_LATER)
        at = session.get_one(DeliveryRow, letter.delivery_id).next_try_at
    return letter


def test_an_administrator_has_a_dead_letter_tried_again_or_lets_it_go(session: Session) -> None:
    borne, admin = make_actor(session, "borne"), make_actor(session, "regio-twente", "admin")
    with clock.frozen(NOW):
        tell(session, Notice.NEW_MATCH, to=borne)
        tell(session, Notice.NEW_MATCH, to=borne)
    letter = give_up(session)
    dead = list_dead_letters(session, admin)
    assert [(dead_letter.kind, dead_letter.attempts, dead_letter.last_error) for dead_letter in dead] == [
        (Notice.NEW_MATCH, TRIES_MAX, "451 later")
    ] * 2
    with pytest.raises(Forbidden):
        retry_dead_letter(session, borne, delivery_id=letter.delivery_id)
    assert retry_dead_letter(session, admin, delivery_id=letter.delivery_id)
    assert not retry_dead_letter(session, admin, delivery_id=letter.delivery_id)
    assert list_dead_letters(session, admin) == []
    with clock.frozen(clock.now() + timedelta(seconds=1)):
        [again] = leased(session)
    assert again.delivery_ids == letter.delivery_ids
    for row in session.scalars(select(DeliveryRow)):
        row.state = "dead"
    session.flush()
    assert drop_dead_letter(session, admin, delivery_id=letter.delivery_id)
    assert (list_dead_letters(session, admin), find_oldest_waiting(session)) == ([], None)


def test_mail_that_may_wait_is_not_late(session: Session) -> None:
    borne = make_actor(session, "borne")
    set_preferences(session, borne, chosen={Notice.NEW_MATCH: Cadence.WEEKLY})
    with clock.frozen(NOW):
        tell(session, Notice.NEW_MATCH, to=borne)
        assert find_oldest_waiting(session) is None
        tell(session, Notice.COMPLETED, to=borne)
    with clock.frozen(NOW + timedelta(hours=1)):
        assert find_oldest_waiting(session) == NOW


def test_what_was_told_a_year_ago_goes_with_its_deliveries_and_what_waits_stays(session: Session) -> None:
    borne = make_actor(session, "borne")
    with clock.frozen(NOW):
        old = tell(session, Notice.COMPLETED, to=borne)
        mark_read(session, borne, notice_id=old)
        sent(session)
        waiting = tell(session, Notice.COMPLETED, to=borne)
    with clock.frozen(NOW + timedelta(days=366)):
        assert (forget_notices(session), forget_notices(session)) == (1, 0)
    assert session.scalars(select(NoticeRow.id)).all() == [waiting]
    assert session.scalars(select(DeliveryRow.notice_id)).all() == [waiting]
