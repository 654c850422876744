"""Whatever is asked wrongly on the command line ends in one sentence and exit status 1 or 2, never in a traceback."""

import sys
from pathlib import Path
from types import SimpleNamespace

import pytest
from flask import Flask

from marketplace.app import create_app
from marketplace.cli.command import main
from marketplace.cli.serve import options
from tests.databases import settings


def ended(app: Flask, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str]:
    """The exit status and what was said, as a shell would see it."""
    monkeypatch.setitem(sys.modules, "wsgi", SimpleNamespace(app=app))
    monkeypatch.setattr(sys, "argv", ["marketplace", *arguments])
    with pytest.raises(SystemExit) as end:
        main()
    captured = capsys.readouterr()
    if isinstance(end.value.code, str):  # Python prints it and exits with 1
        return 1, end.value.code
    return int(end.value.code or 0), captured.out + captured.err


WRONG = [
    (("nonsense",), 2, "No such command"),
    (("people", "invite", "nietgoed", "--organisation", "almelo"), 1, "e-mailadres"),
    (("people", "invite", "a@b.nl", "--organisation", "zwolle"), 1, "zwolle"),
    (("people", "invite", "a@b.nl", "--organisation", "almelo", "--role", "baas"), 2, "baas"),
    (("people", "invite"), 2, "EMAIL"),
    (("people", "deactivate", "niemand@b.nl"), 1, "geen actieve medewerker"),
    (("tokens", "create", "niemand@b.nl"), 1, "geen actieve medewerker"),
    (("tokens", "create"), 2, "EMAIL"),
    (("materials", "sync", "/nergens.csv"), 2, "does not exist"),
    (("jobs", "run", "--at", "morgen"), 2, "use a moment such as"),
    (("jobs", "run", "--at", "0001-01-01"), 2, "use a moment such as"),
    (("jobs", "nonsense"), 2, "No such command"),
    (("ledger", "verify", "alles"), 2, "File 'alles' does not exist"),
    (("check", "alles"), 2, "unexpected extra argument"),
    (("demo", "generate", "--listings", "-1"), 2, "-1"),
    (("tokens", "revoke", "9" * 20), 2, "0<=x<=2147483647"),
    (("tokens", "create", "9" * 20), 2, "0<=x<=2147483647"),
    (("ledger", "verify", "--head", "9" * 20 + " " + "0" * 64), 2, "as `ledger head` prints them"),
    (("ledger", "export", ""), 2, "name a file"),
    (("ledger", "export", "/etc/passwd/x.csv"), 1, "Not a directory"),
    (("backup", "/etc/passwd/x"), 1, "Not a directory"),
]


@pytest.mark.parametrize(
    ("arguments", "status", "sentence"), WRONG, ids=lambda value: " ".join(value) if isinstance(value, tuple) else None
)
def test_a_wrong_argument_or_a_missing_row_is_a_sentence(
    app: Flask,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    arguments: tuple[str, ...],
    status: int,
    sentence: str,
) -> None:
    code, output = ended(app, monkeypatch, capsys, *arguments)
    assert (code, "Traceback" in output) == (status, False)
    assert sentence in output


@pytest.mark.parametrize("content", [b"a,b\n1,2\n", bytes(range(128, 256)), b""])
def test_a_file_that_is_no_taxonomy_is_refused_in_a_sentence(
    app: Flask, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path, content: bytes
) -> None:
    file = tmp_path / "materials.csv"
    file.write_bytes(content)
    code, output = ended(app, monkeypatch, capsys, "materials", "sync", str(file))
    assert (code, output.startswith("Error: ")) == (1, True)


@pytest.mark.parametrize(
    "arguments",
    [("people", "list"), ("ledger", "verify"), ("ledger", "rebuild"), ("ledger", "head"), ("check",), ("tokens", "create", "a@b.nl"),
     ("materials", "sync"), ("people", "deactivate", "a@b.nl"), ("demo", "load"), ("jobs", "run")],
)  # fmt: skip
def test_an_installation_without_tables_says_what_to_run_first(
    instance: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], arguments: tuple[str, ...]
) -> None:
    app = create_app(settings(f"sqlite:///{instance / 'new.sqlite3'}", instance))
    code, output = ended(app, monkeypatch, capsys, *arguments)
    assert (code, "python3 -m marketplace db upgrade" in output) == (1, True)
    app.extensions["database"].dispose()


def test_a_database_that_is_not_there_is_a_sentence(
    instance: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    app = create_app(settings("postgresql+psycopg://nobody:x@127.0.0.1:1/nothing", instance))
    code, output = ended(app, monkeypatch, capsys, "check")
    assert (code, "De database is niet bereikbaar" in output) == (1, True)
    app.extensions["database"].dispose()


@pytest.mark.parametrize("port", ["-1", "65536"])
def test_a_port_that_cannot_be_is_a_sentence(port: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as end:
        options(["--port", port])
    assert end.value.code == 2 and "from 0 to 65535" in capsys.readouterr().err
    assert options(["--port", "65535"]).port == 65_535
