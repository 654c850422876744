"""In what every test differs from a bank that serves people: passwords are hashed quickly, and requests wait longer."""

from collections.abc import Iterator

import pytest
from argon2 import PasswordHasher

from marketplace.accounts.rules import passwords
from marketplace.kernel import patience

SHIPPED_WAITS_S = patience.REQUEST_WAITS_S  # as people have it


@pytest.fixture(scope="session", autouse=True)
def quick_hashes() -> Iterator[None]:
    """Passwords hashed with little memory: as it is done for people it costs a fifth of a second each time (`rules/test_passwords.py`)."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(passwords, "_hasher", PasswordHasher(time_cost=1, memory_cost=64, parallelism=1))
        yield


@pytest.fixture(scope="session", autouse=True)
def patient_requests() -> Iterator[None]:
    """Ten times as patient: while another worker keeps two hundred connections busy, one question may wait ten seconds for its turn."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(patience, "REQUEST_WAITS_S", 10 * SHIPPED_WAITS_S)
        yield
