"""Rights at their edges: whose something is, whatever its number, and which side somebody stands on, whatever the role."""

from dataclasses import replace

import pytest

from marketplace.accounts.policy import Can, may
from tests.rules.test_policy import ADVISER, BROKER, COORDINATOR, LEADER, OWN, THEIR_DEPOT, THEIRS, Thing, actor


@pytest.mark.parametrize(("holder", "does"), [("borne", True), ("almelo", False), ("hengelo", False), ("", False)])
def test_a_licensed_factor_is_read_by_the_people_of_its_holder(holder: str, *, does: bool) -> None:
    assert may(replace(LEADER, organisation_slug="borne"), Can.READ_LICENSED_FACTOR, holder) is does


@pytest.mark.parametrize("person_id", [6, 8])
def test_what_is_a_persons_own_is_nobody_elses(person_id: int) -> None:
    theirs = Thing(OWN, person_id=person_id, id=person_id)
    assert not any(may(LEADER, what, theirs) for what in (Can.READ_TASK, Can.CANCEL_TASK, Can.REVOKE_TOKENS))


def test_without_a_subject_it_is_asked_whether_there_is_any() -> None:
    assert may(LEADER, Can.KEEP_DEPOT) and may(LEADER, Can.HANDLE_LOT)
    assert not may(LEADER, Can.KEEP_DEPOT, THEIR_DEPOT)


def test_the_broker_and_an_adviser_read_every_lot_and_move_none() -> None:
    for person in (BROKER, ADVISER):
        assert may(person, Can.READ_LOT, THEIRS) and not may(person, Can.HANDLE_LOT, THEIRS)
        assert may(person, Can.READ_RECALLS)
    assert not may(COORDINATOR, Can.READ_LOT, THEIRS) and not may(COORDINATOR, Can.READ_RECALLS)


@pytest.mark.parametrize("kind", ["municipality", "partner", "adviser"])
def test_a_reviewer_knows_exact_points_wherever_they_sit(kind: str) -> None:
    assert may(actor("reviewer", 40, kind), Can.READ_POINTS, THEIRS)
    assert may(actor("coordinator", 40, kind), Can.READ_POINTS, THEIRS) is (kind == "municipality")
