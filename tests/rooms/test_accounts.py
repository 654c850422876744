"""People come, change and leave."""

from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from marketplace.accounts.actions import organisations, people, sessions
from marketplace.accounts.actions.tokens import create_token, digest
from marketplace.accounts.models import ApiToken, Organisation, WebSession
from marketplace.accounts.policy import ANONYMOUS, OPERATOR
from marketplace.accounts.queries import organisations as organisations_queries
from marketplace.accounts.queries import people as people_queries
from marketplace.accounts.queries import sessions as sessions_queries
from marketplace.accounts.queries.tokens import find_visit_by_token, list_tokens
from marketplace.accounts.rules.accounts import InvitationDraft, Role
from marketplace.accounts.rules.tokens import TokenDraft
from marketplace.exchange.actions.decide import release_person
from marketplace.kernel import clock
from marketplace.kernel.errors import Conflict, Forbidden, Invalid, Missing
from marketplace.notices.models import AuditRow, NoticeRow
from tests.factories import make_actor, make_demand, make_listing, make_token, seed_taxonomy
from tests.visitors import hashed, settle_in


def invited(session: Session, email: str = "nieuw@borne.nl", role: Role = Role.PROJECT_LEADER) -> tuple[int, str]:
    """An invitation by the operator, as its link knows it."""
    draft = InvitationDraft(email, organisations_queries.get_organisation_by_slug(session, "borne").id, role)
    invitation = people.invite(session, OPERATOR, draft=draft)
    return invitation.id, invitation.nonce


def accept(session: Session, seat: tuple[int, str]) -> int:
    return people.accept(session, ANONYMOUS, invitation_id=seat[0], nonce=seat[1], name="Nieuw", password_hash=hashed()).id


def last_action(session: Session) -> str | None:
    return session.scalars(select(AuditRow.action).order_by(AuditRow.id.desc())).first()


def test_every_installation_has_the_fourteen_municipalities_and_the_region(session: Session) -> None:
    assert [municipality.slug for municipality in organisations_queries.list_municipalities(session)] == [
        "almelo", "borne", "dinkelland", "enschede", "haaksbergen", "hellendoorn", "hengelo", "hof-van-twente", "losser", "oldenzaal",
        "rijssen-holten", "tubbergen", "twenterand", "wierden",
    ]  # fmt: skip
    region = organisations_queries.get_organisation_by_slug(session, "regio-twente")
    assert (region.name, region.kind, region.main_place) == ("Regio Twente", "region", "Enschede")
    assert organisations_queries.is_region_seeded(session)


def test_founding_the_region_again_changes_nothing(session: Session) -> None:
    borne = organisations_queries.get_organisation_by_slug(session, "borne")
    borne.name = "Gemeente Borne"
    session.delete(organisations_queries.get_organisation_by_slug(session, "losser"))
    assert organisations.seed_region(session) == 1
    assert organisations.seed_region(session) == 0
    assert borne.name == "Gemeente Borne"
    assert len(session.scalars(select(Organisation)).all()) == 15


def test_an_invitation_becomes_a_person_once(session: Session) -> None:
    seat = invited(session)
    person_id = accept(session, seat)
    person = sessions_queries.get_actor(session, person_id)
    assert (person.organisation_slug, person.role) == ("borne", "project_leader")
    assert last_action(session) == "invitation.accept"
    with pytest.raises(Missing, match="gebruikt"):
        accept(session, seat)


def test_an_invitation_expires_after_seven_days(session: Session) -> None:
    seat = invited(session)
    with clock.frozen(clock.now() + timedelta(days=7, seconds=1)), pytest.raises(Missing, match="geldig tot"):
        accept(session, seat)


def test_inviting_again_ends_the_earlier_link(session: Session) -> None:
    first = invited(session)
    second = invited(session)
    with pytest.raises(Missing):
        accept(session, first)
    accept(session, second)


def test_a_withdrawn_invitation_works_no_more(session: Session) -> None:
    seat = invited(session)
    people.withdraw_invitation(session, OPERATOR, invitation_id=seat[0])
    with pytest.raises(Missing):
        accept(session, seat)


def test_an_address_with_an_account_is_not_invited(session: Session) -> None:
    settle_in(session, email="nieuw@borne.nl")
    with pytest.raises(Conflict, match="heeft al een account"):
        invited(session)


def test_a_notice_of_an_invitation_holds_no_secret(session: Session) -> None:
    _id, nonce = invited(session)
    notice = session.scalars(select(NoticeRow)).one()
    assert notice.email == "nieuw@borne.nl"
    assert nonce not in str(notice.facts)


def test_a_coordinator_invites_project_leaders_into_the_own_organisation_only(session: Session) -> None:
    coordinator = make_actor(session, "borne", "coordinator")
    borne, almelo = (organisations_queries.get_organisation_by_slug(session, slug).id for slug in ("borne", "almelo"))
    people.invite(session, coordinator, draft=InvitationDraft("a@borne.nl", borne, Role.PROJECT_LEADER))
    for draft in (
        InvitationDraft("b@borne.nl", borne, Role.COORDINATOR),
        InvitationDraft("c@almelo.nl", almelo, Role.PROJECT_LEADER),
    ):
        with pytest.raises(Forbidden):
            people.invite(session, coordinator, draft=draft)


def test_another_role_ends_the_sessions_and_nobody_changes_the_own(session: Session) -> None:
    coordinator = make_actor(session, "borne", "coordinator")
    leader = settle_in(session, email="jan@borne.nl")
    sessions.start_session(session, ANONYMOUS, person=leader, agent="")
    people.change_role(session, coordinator, person_id=leader.id, role=Role.COORDINATOR)
    assert leader.role == "coordinator"
    assert session.scalars(select(WebSession)).all() == []
    with pytest.raises(Conflict):
        people.change_role(session, coordinator, person_id=coordinator.person_id or 0, role=Role.PROJECT_LEADER)
    with pytest.raises(Forbidden):
        people.change_role(session, coordinator, person_id=leader.id, role=Role.ADMIN)


def test_a_coordinator_of_the_region_has_no_say_over_the_administrator(session: Session) -> None:
    broker = make_actor(session, "regio-twente", "coordinator")
    admin = settle_in(session, "regio-twente", "admin")
    for verb in (people.deactivate, release_person):
        with pytest.raises(Forbidden):
            verb(session, broker, person_id=admin.id)
    with pytest.raises(Forbidden):
        people.change_role(session, broker, person_id=admin.id, role=Role.PROJECT_LEADER)


def test_somebody_of_another_organisation_is_not_there(session: Session) -> None:
    coordinator = make_actor(session, "almelo", "coordinator")
    leader = settle_in(session, "borne")
    with pytest.raises(Missing):
        release_person(session, coordinator, person_id=leader.id)


def test_who_leaves_loses_sessions_and_tokens_and_the_organisation_keeps_the_work(session: Session) -> None:
    seed_taxonomy(session)
    leader = make_actor(session, "borne")
    coordinator = make_actor(session, "borne", "coordinator")
    listing, demand = make_listing(session, leader), make_demand(session, leader)
    make_token(session, leader, name="werf")
    person = people_queries.get_own(session, leader)
    sessions.start_session(session, ANONYMOUS, person=person, agent="")
    release_person(session, coordinator, person_id=person.id)
    session.flush()
    session.expire_all()
    assert (listing.created_by_id, listing.organisation_id) == (None, coordinator.organisation_id)
    assert (demand.created_by_id, demand.organisation_id) == (None, coordinator.organisation_id)
    assert session.scalars(select(WebSession)).all() == []
    assert session.scalars(select(ApiToken).where(ApiToken.revoked_at.is_(None))).all() == []
    assert not person.is_active
    assert last_action(session) == "person.release"


def test_what_a_leaver_would_be_told_goes_to_the_coordinators(session: Session) -> None:
    leader, coordinator = settle_in(session, "borne"), settle_in(session, "borne", "coordinator")
    recipients = people_queries.list_recipients(session, person_id=leader.id, organisation_id=leader.organisation_id)
    assert [recipient.email for recipient in recipients] == [leader.email]
    leader.is_active = False
    recipients = people_queries.list_recipients(session, person_id=leader.id, organisation_id=leader.organisation_id)
    assert [recipient.email for recipient in recipients] == [coordinator.email]
    assert people_queries.list_recipients(session, person_id=leader.id, organisation_id=None) == []


def test_switching_an_account_on_again_brings_back_no_session(session: Session) -> None:
    leader = settle_in(session, "borne")
    secret = sessions.start_session(session, ANONYMOUS, person=leader, agent="")
    people.deactivate(session, OPERATOR, person_id=leader.id)
    people.reactivate(session, OPERATOR, person_id=leader.id)
    visit = sessions_queries.find_visit_by_session(
        session, sessions.digest(secret), idle=timedelta(minutes=30), lifetime=timedelta(hours=8)
    )
    assert visit is None


def test_a_reset_link_works_once_for_an_hour_and_ends_every_session(session: Session) -> None:
    leader = settle_in(session, "borne")
    sessions.start_session(session, ANONYMOUS, person=leader, agent="")
    people.request_reset(session, ANONYMOUS, email=leader.email.upper())
    notice = session.scalars(select(NoticeRow)).one()
    reset_id = int(notice.facts["reset_id"])
    nonce = people_queries.find_nonce(session, "reset", reset_id) or ""
    token = make_token(session, OPERATOR, name="voorraad", person_id=leader.id)
    people.reset_password(session, ANONYMOUS, reset_id=reset_id, nonce=nonce, password_hash="new")
    assert find_visit_by_token(session, digest(token)) is None
    assert leader.password_hash == "new"
    assert session.scalars(select(WebSession)).all() == []
    with pytest.raises(Missing):
        people.reset_password(session, ANONYMOUS, reset_id=reset_id, nonce=nonce, password_hash="newer")


def test_a_reset_link_is_dead_after_an_hour(session: Session) -> None:
    leader = settle_in(session, "borne")
    people.request_reset(session, ANONYMOUS, email=leader.email)
    reset_id = int(session.scalars(select(NoticeRow)).one().facts["reset_id"])
    nonce = people_queries.find_nonce(session, "reset", reset_id) or ""
    with clock.frozen(clock.now() + timedelta(hours=1)), pytest.raises(Missing):
        people.reset_password(session, ANONYMOUS, reset_id=reset_id, nonce=nonce, password_hash="new")


def test_nobody_is_flooded_with_reset_mail(session: Session) -> None:
    leader = settle_in(session, "borne")
    for _time in range(5):
        people.request_reset(session, ANONYMOUS, email=leader.email)
    people.request_reset(session, ANONYMOUS, email="niemand@borne.nl")
    assert len(session.scalars(select(NoticeRow)).all()) == 3


def test_names_and_addresses_are_looked_at(session: Session) -> None:
    with pytest.raises(Invalid):
        settle_in(session, email="geen adres")
    with pytest.raises(Missing):
        organisations_queries.get_organisation_by_slug(session, "zwolle")


def test_a_token_that_has_ended_takes_no_room(session: Session) -> None:
    actor = make_actor(session, "almelo")
    for number in range(20):
        create_token(session, actor, draft=TokenDraft(f"Koppeling {number}", expires_on=clock.today()))
    with pytest.raises(Conflict):
        create_token(session, actor, draft=TokenDraft("Te veel"))
    with clock.frozen(clock.now() + timedelta(days=1)):
        create_token(session, actor, draft=TokenDraft("Nieuw"))
        assert [token.token.name for token in list_tokens(session, actor)] == ["Nieuw"]
