"""The command that loads the taxonomy."""

from pathlib import Path

import pytest
from flask import Flask

from marketplace.cli.reference import has_newer_files
from marketplace.kernel.db import Database
from marketplace.kernel.files import SHIPPED
from tests.databases import Template

pytestmark = pytest.mark.postgresql


@pytest.fixture
def database_url(empty_template: Template) -> str:
    return empty_template.fresh()


def test_materials_sync_loads_once_and_says_so(app: Flask) -> None:
    runner = app.test_cli_runner()
    first, second = (runner.invoke(args=["materials", "sync"]) for _ in range(2))
    assert (first.exit_code, first.output) == (0, "Loaded version 1: 152 materials, 0 left out.\n")
    assert (second.exit_code, second.output) == (0, "Version 1 is in use already: nothing to load.\n")


def test_a_bank_whose_rules_are_older_than_the_program_is_told(app: Flask, database: Database, tmp_path: Path) -> None:
    """A bank of before an upgrade would trade asphalt by the rules of the year before, and nobody would know."""
    older, text = tmp_path / "gates.csv", (SHIPPED / "gates.csv").read_text(encoding="utf-8")
    older.write_text(text.replace(",75,mg/kg,", ",80,mg/kg,"), encoding="utf-8")
    runner = app.test_cli_runner()
    assert runner.invoke(args=["materials", "sync", str(older)]).exit_code == 0
    assert has_newer_files(database)
    assert runner.invoke(args=["materials", "sync"]).exit_code == 0
    assert not has_newer_files(database)


def test_a_dry_run_keeps_nothing(app: Flask) -> None:
    runner = app.test_cli_runner()
    assert runner.invoke(args=["materials", "sync", "--dry-run"]).output == "Would load version 1: 152 materials, 0 left out.\n"
    assert runner.invoke(args=["materials", "sync"]).output.startswith("Loaded version ")  # on PostgreSQL a number is used up


def test_a_file_that_does_not_fit_ends_in_one_sentence_and_status_one(app: Flask, tmp_path: Path) -> None:
    file = tmp_path / "materials.csv"
    file.write_text(
        (SHIPPED / "materials.csv").read_text(encoding="utf-8").replace(",4.2,,185,", ",4.2,,veel,"), encoding="utf-8"
    )
    result = app.test_cli_runner().invoke(args=["materials", "sync", str(file)])
    assert result.exit_code == 1
    assert "materials.csv, rij 2: kg_per_m2" in result.output
