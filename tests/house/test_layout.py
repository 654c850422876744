"""Rules about where things stand: the four words of a room, the areas of the site, and how many modules are together."""

import re
import tomllib
from pathlib import Path

from config import PROJECT
from tests.house.source import PACKAGE, ROOMS, name_of

WORDS = ("rules", "models", "queries", "actions")
ALONE = {"__init__", "policy"}  # a room's front door, and the one map of permissions
MODULES_MAX = 8
FILES_MAX = 6


def modules(folder: Path) -> list[Path]:
    return [path for path in sorted(folder.rglob("*.py")) if path.name != "__init__.py"]


def rooms() -> list[Path]:
    return [PACKAGE / room for room in ROOMS if (PACKAGE / room).is_dir()]


def test_readme_and_contributing_name_the_rooms_in_the_order_of_the_contract() -> None:
    contracts = tomllib.loads((PROJECT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["importlinter"]["contracts"]
    line = next(contract["layers"] for contract in contracts if contract["id"] == "line")
    lowest_first = [name for name in (layer.strip("()") for layer in reversed(line)) if name in ROOMS]
    assert sorted(lowest_first) == sorted(ROOMS)
    readme, contributing = ((PROJECT / name).read_text(encoding="utf-8") for name in ("README.md", "docs/contributing.md"))
    named = (re.findall(r"(?m)^\| `marketplace/(\w+)/`", readme), re.findall(r"`(\w+)`[,.]", contributing.split("The doors")[0]))
    assert [[name for name in names if name in ROOMS] for names in named] == [lowest_first, lowest_first]


def test_every_module_of_a_room_stands_under_one_of_the_four_words() -> None:
    outside = [
        name_of(path)
        for room in rooms()
        for path in room.rglob("*.py")
        if path.relative_to(room).parts[0].removesuffix(".py") not in {*WORDS, *ALONE}
    ]
    assert outside == []


def test_a_word_has_at_most_eight_modules_and_no_folders_of_its_own() -> None:
    for room in rooms():
        for word in WORDS:
            folder = room / word
            assert len(modules(folder)) <= MODULES_MAX, name_of(folder)
            assert [name_of(path) for path in modules(folder) if path.parent != folder] == []


def test_nothing_stands_in_the_root_of_the_site() -> None:
    assert [path.name for path in (PACKAGE / "web").glob("*.py")] == ["__init__.py"]


def test_an_area_of_the_site_has_at_most_six_files() -> None:
    areas = [path for path in (PACKAGE / "web").iterdir() if path.is_dir() and path.name != "ui" and modules(path)]
    assert {name_of(area): len(modules(area)) for area in areas if len(modules(area)) > FILES_MAX} == {}


def test_nothing_but_the_kernel_settles_a_transaction() -> None:
    settling = {
        name_of(path)
        for path in PACKAGE.rglob("*.py")
        if any(word in path.read_text(encoding="utf-8") for word in (".commit()", ".rollback()"))
    }
    assert settling <= {"marketplace/kernel/db.py"}
