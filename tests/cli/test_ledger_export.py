"""An exported ledger is checked without the bank: by the command, and by the script that an auditor reads."""

import csv
import importlib.util
import io
import json
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import fields
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import update

from marketplace.accounts.models import Organisation
from marketplace.impact.rules.impact import impact
from marketplace.kernel.db import Database, Session
from marketplace.ledger.models import Exchange
from marketplace.ledger.queries import get_head
from marketplace.ledger.rules import FIELDS_OF_VERSION, Entry
from tests.entries import LORRY_FACTOR, append_entry, append_haul, append_reversal
from tests.factories import make_organisation

SCRIPT = Path(__file__).parents[2] / "docs" / "verify_ledger.py"
NOTATIONS = [("csv", "nl"), ("csv", "en"), ("jsonl", "nl")]


def run(app: Flask, *arguments: str) -> tuple[int, str]:
    ended = app.test_cli_runner().invoke(args=["ledger", *arguments], catch_exceptions=False)
    return ended.exit_code, str(ended.output).strip()


def audit(file: Path, *arguments: str) -> tuple[int, str]:
    """What the auditor's script says, in a Python that knows nothing of the bank."""
    ended = subprocess.run(
        [sys.executable, "-I", SCRIPT, file, *arguments], capture_output=True, text=True, check=False, cwd=file.parent
    )
    assert "Traceback" not in ended.stderr
    return ended.returncode, ended.stdout + ended.stderr


def totals(output: str) -> dict[tuple[str, str, str], list[str]]:
    lines = [line.split("\t") for line in output.splitlines()[2:]]
    return {(line[0], line[1], line[2]): line[3:] for line in lines}


@pytest.fixture
def book(database: Database) -> None:
    """A transfer, one of a name like a formula, one booked late, one without a factor, half of the first back, and its way back."""
    with database.transaction() as session:
        make_organisation(session, "borne")
        session.execute(update(Organisation).where(Organisation.slug == "borne").values(name="=1+1; 'Borne'"))
        append_entry(session, "hengelo", "borne", mass_kg="1000.5", distance_km="20", happened_on=date(2026, 1, 15))
        append_entry(session, "borne", "losser", mass_kg="300", processing_factor=Decimal("0.01"))
        append_entry(session, "losser", "losser", mass_kg="7", happened_on=date(2026, 12, 31), period="2027-01")
        append_entry(session, "hengelo", "borne", mass_kg="40", carbon_factor=None, group="hout")
        append_reversal(session, seq=2, happened_on=date(2026, 3, 1))
        append_haul(session, seq=2, mass_kg="300", happened_on=date(2026, 3, 1))


@pytest.mark.parametrize(("notation", "locale"), NOTATIONS)
def test_an_export_holds_for_the_command_and_for_the_script(
    app: Flask, book: None, database: Database, tmp_path: Path, notation: str, locale: str
) -> None:
    file = tmp_path / f"ledger.{notation}"
    with database.read() as session:
        seq, digest = get_head(session)
    code, output = run(app, "export", str(file), "--locale", locale)
    assert (code, output) == (0, f"Wrote 6 rows into {file}, head {seq} {digest}")
    assert run(app, "verify", str(file), "--head", f"{seq} {digest}") == (
        0,
        f"The file holds: 6 rows, 1047.5 kg, head {seq} {digest}",
    )
    code, output = audit(file, "--head", f"{seq} {digest}")
    assert code == 0
    assert f"head {seq} {digest}" in output
    printed = totals(output)
    # 1000.5 + 300 + 40 − 300 kg; 1.0005 × 26 + 0.3 × 13 + 0.04 × 13 − 0.3 × 13 + 0.3 × 13 tonne-km; 0.1188 × 1000.5 = 118.8594 avoided;
    # by lorry 26.013 × 0.2 = 5.203, by van 0.04 × 13 × 0.8 = 0.416 and the way back 0.3 × 13 × 0.8 = 3.12; processing 3 − 3
    assert printed["2026", "all", ""] == ["3", "1040.5", "30.433", "118.859", "8.739", "0", "110.12", "40"]
    assert printed["2027", "all", ""] == ["1", "7", "0.091", "0.832", "0.073", "0", "0.759", "0"]
    assert printed["all years", "receiver", "borne"][:2] == ["2", "1040.5"]
    assert printed["all years", "giver", "losser"][:2] == ["1", "7"]
    assert printed["2026", "group", "hout"] == ["1", "40", "0.52", "0", "0.416", "0", "-0.416", "40"]


def changed(cell: str, value: str) -> Callable[[list[dict[str, str]]], None]:
    def change(rows: list[dict[str, str]]) -> None:
        rows[1][cell] = value

    return change


def deleted(rows: list[dict[str, str]]) -> None:
    del rows[1]


def inserted(rows: list[dict[str, str]]) -> None:
    rows.insert(1, dict(rows[0]))


def reordered(rows: list[dict[str, str]]) -> None:
    rows[1], rows[2] = rows[2], rows[1]


def cut_off(rows: list[dict[str, str]]) -> None:
    del rows[-1]


TAMPERED: list[tuple[Callable[[list[dict[str, str]]], None], str, str]] = [
    (changed("mass_kg", "301"), "seq 2: a column differs from what was hashed", "row 2: is not what was hashed"),
    (changed("from_name", "Almelo"), "seq 2: a column differs from what was hashed", "row 2: is not what was hashed"),
    (changed("hash", "0" * 64), "seq 2: a column differs from what was hashed", "row 2: is not what was hashed"),
    (
        changed("previous_hash", "0" * 64),
        "seq 2: a column differs from what was hashed",
        "row 2: does not hold on to the row before it",
    ),
    (changed("quantity", "veel"), "seq 2: cannot be read", "cannot be read as a ledger|row 2: is not what was hashed"),
    (deleted, "seq 2: a row is missing here", "row 2: is missing"),
    (inserted, "seq 1: a row stands out of order or twice", "row 1: stands out of order or twice"),
    (reordered, "seq 2: a row is missing here", "row 2: is missing"),
    (cut_off, "seq 6: the file is shorter than the head that was kept: this row is gone", "is not in the file"),
]


@pytest.mark.slow
@pytest.mark.parametrize("notation", ["csv", "jsonl"])
def test_what_was_tampered_with_is_named(app: Flask, book: None, database: Database, tmp_path: Path, notation: str) -> None:
    whole = tmp_path / f"ledger.{notation}"
    run(app, "export", str(whole), "--locale", "en")
    with database.read() as session:
        head = "{} {}".format(*get_head(session))
    for number, (tamper, by_command, by_script) in enumerate(TAMPERED):
        file = tmp_path / f"tampered-{number}.{notation}"
        shutil.copy(whole, file)
        rewrite(file, tamper)
        code, output = run(app, "verify", str(file), "--head", head)
        assert (code, output[: len(by_command)]) == (1, by_command)
        code, output = audit(file, "--head", head)
        assert code == 1
        assert re.search(by_script, output)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("notation", "content", "reason"),
    [
        ("csv", b"\x89PNG\r\n", "utf-8"),
        ("csv", b"naam,kg\r\nBorne,3\r\n", "no column is called seq"),
        ("csv", b"seq,kind\r\n" + b"1," + b"x" * 200_000, "field larger|cannot be read"),  # reading sheets raises the limit
        ("jsonl", b"[]\n", "no column is called seq"),
        ("jsonl", b'{"seq": "1", "seq": "1"}\n', "something twice"),
    ],
)
def test_what_is_no_ledger_is_refused(app: Flask, tmp_path: Path, notation: str, content: bytes, reason: str) -> None:
    file = tmp_path / f"ledger.{notation}"
    file.write_bytes(content)
    for code, output in (run(app, "verify", str(file)), audit(file)):
        assert code == 1
        assert re.search(reason, output)


@pytest.mark.slow
def test_a_value_that_no_hash_guards_is_refused(app: Flask, book: None, tmp_path: Path) -> None:
    file = tmp_path / "ledger.jsonl"
    run(app, "export", str(file))
    file.write_text(file.read_text(encoding="utf-8").replace('"kind"', '"kindKg": "9", "kind"', 1), encoding="utf-8")
    assert run(app, "verify", str(file))[0] == 1
    code, output = audit(file)
    assert (code, "row 1: kind_kg has a value that no hash guards" in output) == (1, True)


def rewrite(file: Path, tamper: Callable[[list[dict[str, str]]], None]) -> None:
    """Change a file as a careful forger would: everything else as it was."""
    if file.suffix == ".csv":
        text = io.StringIO(file.read_text(encoding="utf-8-sig"), newline="")
        rows = list(csv.DictReader(text))
        tamper(rows)
        out = io.StringIO(newline="")
        writer = csv.DictWriter(out, rows[0], lineterminator="\r\n")
        writer.writeheader()
        writer.writerows(rows)
        file.write_text(out.getvalue(), encoding="utf-8", newline="")
        return
    camel = {"mass_kg": "massKg", "from_name": "fromName", "previous_hash": "previousHash"}
    objects = [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()]
    named = [{**row, **{snake: row[name] for snake, name in camel.items()}} for row in objects]
    tamper(named)
    lines = [{name: row[snake] for snake, name in camel.items()} for row in named]
    whole = [
        {name: value for name, value in {**row, **line}.items() if name not in camel}
        for row, line in zip(named, lines, strict=True)
    ]
    file.write_text("".join(json.dumps(row) + "\n" for row in whole), encoding="utf-8")


def test_a_file_of_one_organisation_is_checked_as_a_part(app: Flask, book: None, tmp_path: Path) -> None:
    file = tmp_path / "own.csv"
    run(app, "export", str(file), "--locale", "en")
    rewrite(file, deleted)
    assert run(app, "verify", str(file), "--part")[0] == 0
    assert audit(file, "--part")[0] == 0


def test_a_chain_made_anew_has_another_head_than_the_one_that_was_kept(
    app: Flask, book: None, database: Database, tmp_path: Path
) -> None:
    with database.read() as session:
        head = "{} {}".format(*get_head(session))
    file = tmp_path / "other.csv"
    run(app, "export", str(file))
    other = f"{head.split()[0]} {'a' * 64}"
    assert run(app, "verify", str(file), "--head", other) == (1, "seq 6: the row is another than the head that was kept")
    assert audit(file, "--head", other)[0] == 1


def test_the_script_redoes_the_arithmetic_of_every_row() -> None:
    script = load_script()
    figures = impact(
        mass_in_kg=Decimal(300), distance_in_km=Decimal(10), vehicle_factors=LORRY_FACTOR, carbon_factor=Decimal("0.1188")
    )
    row = {
        "seq": "1", "kind": "transfer", "quantity": "300", "kg_per_unit": "1", "mass_kg": "300", "distance_km": "10", "road_km": "13",
        "road_basis": "estimated", "tonne_km": "3.9", "vehicle_factor": "0.8", "carbon_factor": "0.1188", "transport_kgco2e": "3.12",
        "avoided_kgco2e": "35.64", "processing_factor": None, "processing_kgco2e": None, "net_kgco2e": "32.52",
    }  # fmt: skip
    assert figures.net_kgco2e == Decimal("32.52")
    assert list(script.computed([row])) == [row]
    for name in ("mass_kg", "road_km", "tonne_km", "transport_kgco2e", "avoided_kgco2e", "processing_kgco2e", "net_kgco2e"):
        with pytest.raises(script.Wrong, match="row 1: (.*)"):
            list(script.computed([{**row, name: "1"}]))


def load_script():  # type: ignore[no-untyped-def]
    spec = importlib.util.spec_from_file_location("verify_ledger", SCRIPT)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_script_knows_the_fields_of_every_version() -> None:
    script = load_script()
    assert {int(version): set(names) for version, names in script.FIELDS.items()} == {
        version: set(names) for version, names in FIELDS_OF_VERSION.items()
    }
    decimals = {field.name for field in fields(Entry) if "Decimal" in str(field.type)}
    assert set(script.DECIMALS) == decimals


def test_the_script_needs_nothing_but_the_standard_library() -> None:
    imported = {line.split()[1] for line in SCRIPT.read_text().splitlines() if line.startswith(("import ", "from "))}
    assert imported <= sys.stdlib_module_names


def test_a_file_that_cannot_be_written_is_named_and_nothing_else(app: Flask, tmp_path: Path) -> None:
    code, output = run(app, "export", str(tmp_path / "no-such-folder" / "ledger.csv"))
    assert code == 1
    assert "ledger.csv" in output and "Could not open file" in output and "Traceback" not in output


@pytest.mark.slow
def test_the_demonstration_is_exported_and_adds_up_to_every_total(
    demonstration: Flask, database: Database, tmp_path: Path
) -> None:
    app = demonstration
    file = tmp_path / "demo.csv"
    run(app, "export", str(file))
    assert run(app, "verify", str(file))[0] == 0
    code, output = audit(file)
    assert code == 0
    printed = totals(output)
    with database.read() as session:
        for key, column in (("receiver", Exchange.to_slug), ("giver", Exchange.from_slug), ("group", Exchange.group_slug)):
            assert {
                of: Decimal(figures[1]) for (when, by, of), figures in printed.items() if (when, by) == ("all years", key)
            } == sums(session, column)


def sums(session: Session, column) -> dict[str, Decimal]:  # type: ignore[no-untyped-def,type-arg]
    kilograms: dict[str, Decimal] = {}
    for key, mass in session.query(column, Exchange.mass_kg):
        kilograms[key] = kilograms.get(key, Decimal(0)) + mass
    return kilograms


def test_an_empty_file_is_no_export_and_no_lines_are_an_empty_ledger(app: Flask, tmp_path: Path) -> None:
    (tmp_path / "leeg.csv").touch()
    (tmp_path / "leeg.jsonl").touch()
    assert run(app, "verify", str(tmp_path / "leeg.csv")) == (
        1,
        "seq 1: the file is empty, and an export begins with its header",
    )
    assert run(app, "verify", str(tmp_path / "leeg.jsonl"))[0] == 0
