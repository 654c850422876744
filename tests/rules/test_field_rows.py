"""The files of fields and their sets: a cell that a form could not rely on is refused with its file, row and column."""

import csv
import io
from pathlib import Path

import pytest

from marketplace.kernel.errors import Invalid
from marketplace.kernel.files import SHIPPED
from marketplace.materials.rules.files import NAMES, ReferenceFiles, read_files, read_reference

FILES = read_files()


def changed(file: str, slug: str, /, **cells: str) -> ReferenceFiles:
    """The shipped files with these cells of one row changed."""
    rows = list(csv.DictReader(io.StringIO(FILES.texts[file])))
    next(row for row in rows if row["slug"] == slug).update(cells)
    text = io.StringIO()
    writer = csv.DictWriter(text, rows[0])
    writer.writeheader()
    writer.writerows(rows)
    return ReferenceFiles({**FILES.texts, file: text.getvalue()})


@pytest.mark.parametrize(
    ("slug", "cells", "column"),
    [
        ("thickness-cm", {"soort": "cijfer"}, "soort"),
        ("thickness-cm", {"minimum": "12", "maximum": "12"}, "maximum"),
        ("thickness-cm", {"minimum": "-1"}, "minimum"),
        ("thickness-cm", {"decimalen": "4"}, "decimalen"),
        ("thickness-cm", {"keuzes": "a|A|A"}, "keuzes"),
        ("thickness-cm", {"nodig": "ja"}, "nodig"),
        ("thickness-cm", {"zoekbaar": ""}, "zoekbaar"),
        ("thickness-cm", {"hint_en": ""}, "hint_en"),
        ("thickness-cm", {"bron": " "}, "bron"),
        ("thickness-cm", {"datum": "28-11-2026"}, "datum"),
        ("thickness-cm", {"datum": "2026-02-30"}, "datum"),
        ("thickness-cm", {"naam_en": ""}, "naam_en"),
        ("thickness-cm", {"naam_nl": "Kleur"}, "naam_nl"),  # a column of a table could be either
        ("thickness-cm", {"naam_en": "colour"}, "naam_en"),
        ("thickness-cm", {"slug": "Dikte in cm"}, "slug"),
        ("thickness-cm", {"slug": "colour"}, "slug"),
        ("colour", {"keuzes": ""}, "keuzes"),
        ("colour", {"keuzes": "grey|Grijs"}, "keuzes"),
        ("colour", {"keuzes": "grey|Grijs|"}, "keuzes"),
        ("colour", {"keuzes": "grey|Grijs|Grey;grey|Grauw|Grey"}, "keuzes"),
        ("colour", {"keuzes": "grey|Grijs|Grey;unknown|Onbekend|Unknown"}, "keuzes"),  # it is an answer to every field
        ("colour", {"minimum": "1"}, "minimum"),
        ("make", {"zoekbaar": "1"}, "zoekbaar"),  # a line is found by its words
    ],
)
def test_a_cell_of_a_field_that_does_not_fit_is_named(slug: str, cells: dict[str, str], column: str) -> None:
    with pytest.raises(Invalid, match=rf"fields\.csv, rij [0-9]+: {column} "):
        read_reference(changed("fields.csv", slug, **cells))


@pytest.mark.parametrize("cells", [{"velden": ""}, {"velden": "colour;colour"}, {"velden": "colour;kleur"}])
def test_a_set_names_fields_that_are_there_each_once(cells: dict[str, str]) -> None:
    with pytest.raises(Invalid, match=r"field_sets\.csv, rij [0-9]+: velden "):
        read_reference(changed("field_sets.csv", "betontegels", **cells))


def test_a_material_names_a_set_that_is_there() -> None:
    with pytest.raises(Invalid, match=r"materials\.csv, rij [0-9]+: field_set "):
        read_reference(changed("materials.csv", "bouwhek", field_set="hekken"))


def test_a_field_is_kept_with_all_that_its_row_says() -> None:
    facts = next(row.facts for row in read_reference(FILES) if (row.kind, row.slug) == ("field", "pak10-mg-per-kg"))
    assert (facts["kind"], facts["unit_nl"], facts["unit_en"], facts["minimum"], facts["maximum"], facts["places"]) == (
        *("number", "mg/kg d.s.", "mg/kg dry matter", "0", "100000", 1),
    )
    assert (facts["needed"], facts["searchable"], facts["source"], facts["dated_on"]) == (True, True, "TAG-EURAL", "2026-11-28")


def test_one_file_comes_with_those_beside_it_and_the_rest_from_the_package(tmp_path: Path) -> None:
    edited = FILES.texts["fields.csv"].replace(",Dikte,", ",Dikte van de steen,", 1)
    (tmp_path / "fields.csv").write_text(edited, encoding="utf-8")
    for source in (tmp_path, tmp_path / "fields.csv"):
        files = read_files(source)
        assert files.texts["fields.csv"] == edited
        assert all(files.texts[name] == FILES.texts[name] for name in NAMES if name != "fields.csv")
        assert files.digest != FILES.digest
    other = tmp_path / "eigen-lijst.csv"  # a file of another name is a list of materials
    other.write_text(FILES.texts["materials.csv"], encoding="utf-8")
    assert read_files(other).texts["materials.csv"] == FILES.texts["materials.csv"]
    assert read_files(other).texts["fields.csv"] == edited


def test_a_folder_with_none_of_the_files_is_refused_with_their_names(tmp_path: Path) -> None:
    with pytest.raises(Invalid, match=r"materials\.csv.*fields\.csv"):
        read_files(tmp_path)


@pytest.mark.parametrize("name", NAMES)
def test_every_file_counts_for_the_digest_and_the_ends_of_lines_do_not(name: str, tmp_path: Path) -> None:
    text = (SHIPPED / name).read_text(encoding="utf-8")
    (tmp_path / name).write_bytes(text.replace("\r\n", "\n").replace("\n", "\r\n").encode())
    assert read_files(tmp_path).digest == FILES.digest
    (tmp_path / name).write_text(text + "\n", encoding="utf-8")
    assert read_files(tmp_path).digest != FILES.digest
