"""How long one wait for the database may take."""

from marketplace.kernel import patience


def test_one_wait_takes_forty_seconds_ten_in_a_request_and_longer_where_a_bank_is_filled() -> None:
    with patience.waiting() as usual:
        assert usual == 40
    with patience.patient(600), patience.waiting() as filling:
        assert filling == 600
    with patience.limited(), patience.waiting() as request:
        assert request == 10
    with patience.waiting() as afterwards:
        assert afterwards == 40
