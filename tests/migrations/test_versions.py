"""The migrations go up, down and up again, and end where the models are, on both databases."""

from pathlib import Path

import pytest
from alembic import command
from alembic.config import Config as AlembicConfig
from alembic.script import ScriptDirectory
from sqlalchemy import inspect

from marketplace.cli.migrations import alembic_config
from marketplace.kernel.db import Database
from tests.house.source import PROJECT

LONGEST_NAME = 32  # what the column of Alembic's own table holds


@pytest.fixture
def alembic(database_url: str) -> AlembicConfig:
    return alembic_config(database_url)


def test_the_models_are_what_the_migrations_make(alembic: AlembicConfig) -> None:
    command.check(alembic)


@pytest.mark.slow
def test_the_migrations_go_up_down_and_up_again(alembic: AlembicConfig, database: Database) -> None:
    command.downgrade(alembic, "base")
    assert set(inspect(database.engine).get_table_names()) <= {"alembic_version"}
    command.upgrade(alembic, "head")
    command.check(alembic)


def test_the_versions_stand_in_one_line_each_with_a_number_and_named_as_their_files() -> None:
    scripts = list(ScriptDirectory(str(PROJECT / "migrations")).walk_revisions())
    line = [script.revision for script in reversed(scripts)]
    numbers = [name.split("_")[0] for name in line]
    assert len(set(numbers)) == len(line) and all(len(number) == 4 and number.isdecimal() for number in numbers)
    assert [Path(script.path).stem for script in reversed(scripts)] == line
    assert [name for name in line if len(name) > LONGEST_NAME or "_" not in name] == []


def test_a_migration_knows_nothing_of_the_house() -> None:
    versions = sorted((PROJECT / "migrations" / "versions").glob("*.py"))
    assert [path.name for path in versions if "marketplace" in path.read_text(encoding="utf-8").split('"""', 2)[-1]] == []
