"""Rules about files: how long, how named, and what a room looks like from outside."""

import ast
import tomllib

import pytest

from config import PROJECT
from tests.house.source import BENCH, DOORS, PACKAGE, ROOMS, files, name_of, nodes_of, tree_of

MOST_LINES = 400
SAYING_NOTHING = {"utils", "util", "helpers", "helper", "manager", "service", "services", "data", "info", "misc", "common"}
PRODUCED = {"tests/house/routes.txt", "requirements.txt", "tests/requirements.txt"}


def test_no_file_is_longer_than_four_hundred_lines() -> None:
    written = [path for path in files(".py", ".html", ".css", ".js", ".toml", ".yaml") if name_of(path) not in PRODUCED]
    long = {name_of(path): lines for path in written if (lines := path.read_text(encoding="utf-8").count("\n")) > MOST_LINES}
    assert long == {}


def test_the_shared_fixtures_stay_small() -> None:
    assert (PROJECT / "tests" / "conftest.py").read_text(encoding="utf-8").count("\n") <= 150


@pytest.mark.slow
def test_no_module_or_class_has_a_name_that_says_nothing() -> None:
    modules = {name_of(path) for path in files(".py") if path.stem in SAYING_NOTHING}
    classes = {
        f"{name_of(path)}: {node.name}"
        for path in files(".py")
        for node in nodes_of(path)
        if isinstance(node, ast.ClassDef)
        and node.name.lower().endswith(("utils", "helper", "helpers", "manager", "service", "info"))
    }
    assert modules | classes == set()


def test_the_front_door_of_a_room_is_one_docstring() -> None:
    doors = [PACKAGE / "__init__.py", *(PACKAGE / room / "__init__.py" for room in (*ROOMS, BENCH, "kernel"))]
    talkative = {name_of(door) for door in doors if door.exists() and [type(node) for node in tree_of(door).body] != [ast.Expr]}
    assert talkative == set()


@pytest.mark.slow
def test_every_module_says_what_it_is_for() -> None:
    silent = {name_of(path) for path in files(".py") if tree_of(path).body and ast.get_docstring(tree_of(path)) is None}
    assert silent == set()


def test_every_folder_of_the_package_is_a_room_a_door_or_the_kernel() -> None:
    folders = {path.name for path in PACKAGE.iterdir() if path.is_dir() and any(path.glob("*.py"))}
    assert folders <= {*ROOMS, *DOORS, BENCH, "kernel"}


def test_the_import_contracts_name_every_room_and_door() -> None:
    contracts = tomllib.loads((PROJECT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["importlinter"]["contracts"]
    sources = {contract["id"]: " ".join(contract.get("source_modules", contract.get("layers", []))) for contract in contracts}
    assert [room for room in ROOMS if f"marketplace.{room}." not in sources["http"]] == []
    assert [door for door in DOORS if f"marketplace.{door}." not in sources["doors"]] == []
    assert [place for place in (*ROOMS, *DOORS, BENCH, "kernel") if place not in sources["line"]] == []
