"""The command that runs the tests: a name that is mistyped is told, and never passes for tests that passed."""

import pytest

from marketplace.cli.quality import main


@pytest.mark.parametrize("named", ["tests/rules/test_ledgre.py", "tests/rules/test_ledgre.py::test_one", "tests/rules/ledgre*"])
def test_a_file_that_is_not_there_is_told(named: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["tests/rules", named, "-q"]) == 2
    assert capsys.readouterr().out == f"There is no file {named}. Look for its name in tests/.\n"
