"""What a token may be for, and until when."""

from datetime import date
from typing import Any

import pytest

from marketplace.accounts.rules.accounts import Role
from marketplace.accounts.rules.tokens import (
    MACHINES_MAX,
    TOKEN_NAME_LENGTH_MAX,
    TOKENS_MAX,
    Scope,
    check_expiry,
    check_machines,
    check_organisation,
    check_room,
)
from marketplace.kernel.errors import Conflict, Invalid

TODAY = date(2027, 1, 12)
YESTERDAY, TOMORROW = date(2027, 1, 11), date(2027, 1, 13)


@pytest.mark.parametrize(
    ("expires_on", "own", "is_refused"),
    [
        (None, None, False),
        (TODAY, None, False),
        (date(2030, 1, 1), None, False),
        (date(2020, 1, 1), None, True),
        (YESTERDAY, None, True),
        (TODAY, TODAY, False),
        (TODAY, TOMORROW, False),
        (TOMORROW, TODAY, True),
        (None, TODAY, True),
    ],
)
def test_a_token_lasts_no_longer_than_the_one_that_makes_it(
    expires_on: date | None, own: date | None, *, is_refused: bool
) -> None:
    if not is_refused:
        return check_expiry(expires_on, today=TODAY, own=own)
    with pytest.raises(Invalid) as refused:
        check_expiry(expires_on, today=TODAY, own=own)
    assert refused.value.errors[0].field == "expires_on"
    return None


@pytest.mark.parametrize(
    ("organisation_id", "own", "role", "scope", "field"),
    [
        (None, 1, Role.ADMIN, Scope.WRITE, None),
        (1, 1, Role.PROJECT_LEADER, Scope.WRITE, None),
        (2, 1, Role.PROJECT_LEADER, Scope.WRITE, "organisation"),
        (1, 2, Role.PROJECT_LEADER, Scope.WRITE, "organisation"),
        (1, 1, Role.COORDINATOR, Scope.WRITE, None),
        (2, 1, Role.COORDINATOR, Scope.READ, "organisation"),
        (2, 1, Role.REVIEWER, Scope.READ, None),
        (2, 1, Role.REVIEWER, Scope.WRITE, "scope"),
        (1, 1, Role.ADMIN, Scope.READ, "organisation"),
    ],
)
def test_a_token_is_for_an_organisation_for_which_its_owner_acts(
    organisation_id: int | None, own: int, role: Role, scope: Scope, field: str | None
) -> None:
    arguments: dict[str, Any] = {"own": own, "role": role, "scope": scope}
    if field is None:
        return check_organisation(organisation_id, **arguments)
    with pytest.raises(Invalid) as refused:
        check_organisation(organisation_id, **arguments)
    assert refused.value.errors[0].field == field
    return None


def test_twenty_of_each_and_no_more() -> None:
    assert (TOKENS_MAX, MACHINES_MAX, TOKEN_NAME_LENGTH_MAX) == (20, 20, 80)
    check_room(19, 20)
    check_machines(19)
    for many in (20, 21):
        with pytest.raises(Conflict, match=str(many)):
            check_room(many, 20)
        with pytest.raises(Conflict, match=str(many)):
            check_machines(many)
