"""`bench`: what may be asked for, without measuring anything."""

from flask import Flask

from marketplace.bench.run import PARTS
from marketplace.cli import bench


def test_what_is_no_part_is_refused_before_a_bank_is_filled(app: Flask) -> None:
    """A slip in the name filled two banks for minutes, measured nothing, and ended well."""
    result = app.test_cli_runner().invoke(args=["bench", "--only", "plans"])
    assert result.exit_code == 2
    assert (
        "'plans' is not one of 'search', 'matching', 'page', 'reserve', 'figures', 'depots', 'passports', 'plan'" in result.output
    )


def test_every_part_that_is_measured_may_be_asked_for() -> None:
    assert set(bench.PARTS) == {*PARTS, "plan"}
