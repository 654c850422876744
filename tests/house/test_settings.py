"""Rules about settings: each is in README's table with its default and meaning, and the locks are whole."""

import re
from dataclasses import fields

from config import PROJECT, Config
from tests.house.source import PACKAGE, files

ROW = re.compile(r"^\| `([A-Z_]+)` \| (.*?) \| (.*?) \|$", re.MULTILINE)
PIN = re.compile(r"^([a-z0-9-]+)(?:\[[a-z,]+\])?==(\S+)", re.MULTILINE)
IMPORTED_AS = {
    "pillow": "PIL",
    "psycopg": None,
    "gunicorn": None,
    "tzdata": None,
    "argon2-cffi": "argon2",
    "fonttools": "fontTools",
    "fontpkg-source-sans-3": None,
    "lucide": None,
    "pynacl": "nacl",
    "django-js-lib-leaflet": None,
}  # None: not by an import


def written(default: object) -> str:
    """A default as the table writes it."""
    if default in ("", None, ()):
        return "empty"
    return f"`{'no' if default is False else 'yes' if default is True else default}`"


def test_the_readme_lists_every_setting_with_its_default_and_meaning() -> None:
    listed = {
        name: (default, meaning) for name, default, meaning in ROW.findall((PROJECT / "README.md").read_text(encoding="utf-8"))
    }
    settings = {field.name.upper(): (written(field.default), field.metadata["meaning"]) for field in fields(Config)}
    assert listed == settings


def test_every_setting_is_read() -> None:
    paths = [PROJECT / "config.py", *(path for path in files(".py") if path.is_relative_to(PACKAGE))]
    source = "\n".join(path.read_text(encoding="utf-8") for path in paths)
    assert [field.name for field in fields(Config) if not re.search(rf"\.{field.name}\b", source)] == []


def test_nothing_but_config_reads_the_environment() -> None:
    allowed = {PACKAGE / "__main__.py", PACKAGE / "cli" / "quality.py", PACKAGE / "cli" / "serve.py"}
    readers = [
        path
        for path in files(".py")
        if path.is_relative_to(PACKAGE) and re.search(r"os\.(environ|getenv)", path.read_text(encoding="utf-8"))
    ]
    assert set(readers) <= allowed


def test_the_locks_name_no_index_and_agree() -> None:
    run, test = ((PROJECT / name).read_text(encoding="utf-8") for name in ("requirements.txt", "tests/requirements.txt"))
    assert "://" not in run + test
    pinned, pinned_again = set(PIN.findall(run)), set(PIN.findall(test))
    names = {name for name, _version in pinned}
    assert {pin for pin in pinned_again if pin[0] in names} <= pinned


def test_every_package_asked_for_is_locked_and_used() -> None:
    packages = [
        re.split(r"[^A-Za-z0-9_-]", line)[0].lower()
        for line in (PROJECT / "requirements.in").read_text(encoding="utf-8").splitlines()
        if line and not line.startswith("#")
    ]
    locked = {name for name, _version in PIN.findall((PROJECT / "requirements.txt").read_text(encoding="utf-8"))}
    words = {
        word
        for path in files(".py")
        if path.is_relative_to(PACKAGE)
        for word in re.findall(r"\w+", path.read_text(encoding="utf-8").lower())
    }
    modules = {name: IMPORTED_AS.get(name, name.replace("-", "_")) for name in packages}
    unused = [name for name, module in modules.items() if module and module.lower() not in words]
    assert [name for name in packages if name not in locked] == []
    assert unused == []
