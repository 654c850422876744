"""How long one wait for the database may take."""

import pytest

from marketplace.kernel import patience
from tests.differing import SHIPPED_WAITS_S


def test_one_wait_takes_forty_seconds_ten_in_a_request_and_longer_where_a_bank_is_filled(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(patience, "REQUEST_WAITS_S", SHIPPED_WAITS_S)
    with patience.waiting() as usual:
        assert usual == 40
    with patience.patient(600), patience.waiting() as filling:
        assert filling == 600
    with patience.limited(), patience.waiting() as request:
        assert request == 10
    with patience.waiting() as afterwards:
        assert afterwards == 40
