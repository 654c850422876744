"""What the reference files say of each other: each is refused at the row that names what is not there."""

from pathlib import Path

import pytest

from marketplace.kernel.errors import Invalid
from marketplace.materials.rules import files
from marketplace.materials.rules.files import (
    DETOUR,
    FIELD_ROWS,
    FIELD_SETS,
    GATES,
    HAUL_PRICES,
    MATERIALS,
    NAMES,
    NOTIFICATIONS,
    PAPER_KINDS,
    THRESHOLDS,
    TRANSPORT,
    ReferenceFiles,
    read_files,
    read_reference,
)
from tests.reference_cells import FULL

KINDS = {file.kind: name for name, file in files.FILES.items()}
CELLS = {KINDS[kind]: dict(columns) for kind, (_read, columns) in FULL.items()}
CELLS[MATERIALS] |= {"slug": "kei", "gevaren": "pak", "substitutes": "", "field_set": "stenen"}
CELLS[FIELD_ROWS] |= {"slug": "dikte"}
CELLS[FIELD_SETS] |= {"slug": "stenen", "velden": "dikte"}
CELLS[GATES] |= {"velden": "dikte", "veldsets": "stenen", "bewijsstukken": "rapport"}
CELLS[PAPER_KINDS] |= {"slug": "rapport"}
CELLS[NOTIFICATIONS] |= {"sets": "stenen", "materialen": "kei"}
CELLS[TRANSPORT] |= {"slug": DETOUR, "waarde": "1.3"}


def of(**changed: list[dict[str, str]]) -> ReferenceFiles:
    """Files of one row each; of those that are named, a row for each of these changes."""
    texts = {}
    for name in NAMES:
        rows = [CELLS[name] | change for change in changed.get(name.removesuffix(".csv"), [{}])]
        lines = [",".join(CELLS[name]), *(",".join(row.values()) for row in rows)]
        texts[name] = "\n".join(lines) + "\n"
    return ReferenceFiles(texts)


def refused(name: str, row: int, column: str, **changed: list[dict[str, str]]) -> None:
    with pytest.raises(Invalid, match=rf"{name}, rij {row}: {column} "):
        read_reference(of(**changed))


def test_files_that_name_what_is_there_are_taken() -> None:
    rows = read_reference(of())
    assert [row.kind for row in rows[:2]] == ["group", "hazard"]
    assert {row.kind for row in rows} == {"group", *KINDS}
    two = read_reference(of(materials=[{}, {"slug": "tegel", "substitutes": "kei"}], field_sets=[{}, {"slug": "banden"}]))
    assert [row.slug for row in two if row.kind == "material"] == ["kei", "tegel"]
    assert [row.slug for row in two if row.kind == "group"] == ["bestrating"]
    bare = of(materials=[{"gevaren": "", "field_set": ""}], gates=[{"veldsets": "", "bewijsstukken": ""}])
    assert read_reference(bare)


SECOND: list[tuple[str, str, dict[str, str]]] = [
    (MATERIALS, "gevaren", {"gevaren": "pfas", "slug": "tegel"}),
    (MATERIALS, "substitutes", {"substitutes": "hout", "slug": "tegel"}),
    (MATERIALS, "substitutes", {"substitutes": "tegel", "slug": "tegel"}),
    (MATERIALS, "field_set", {"field_set": "hout", "slug": "tegel"}),
    (GATES, "bewijsstukken", {"bewijsstukken": "foto", "slug": "anders"}),
    (GATES, "velden", {"velden": "kleur", "slug": "anders"}),
    (GATES, "veldsets", {"veldsets": "hout", "slug": "anders"}),
    (FIELD_ROWS, "naam_nl", {"naam_nl": "NAAM", "naam_en": "Other", "slug": "kleur"}),
    (FIELD_ROWS, "naam_en", {"naam_nl": "Anders", "naam_en": "NAME", "slug": "kleur"}),
    (FIELD_SETS, "velden", {"velden": "dikte;kleur", "slug": "banden"}),
    (NOTIFICATIONS, "sets", {"sets": "hout", "slug": "anders"}),
    (NOTIFICATIONS, "materialen", {"materialen": "hout", "slug": "anders"}),
    (HAUL_PRICES, "eerste_dag", {"slug": "anders"}),
]


@pytest.mark.parametrize(("name", "column", "change"), SECOND)
def test_a_row_that_names_what_is_not_there_is_refused(name: str, column: str, change: dict[str, str]) -> None:
    refused(name, 3, column, **{name.removesuffix(".csv"): [{}, change]})


@pytest.mark.parametrize(
    ("first", "last", "row"),
    [
        ("2026-01-02", "2026-12-31", None),
        ("2025-01-01", "2025-12-31", None),
        ("2026-01-01", "2026-01-01", 2),
        ("2025-01-01", "2026-01-01", 2),
        ("2026-01-01", "2027-01-01", 2),
        ("2025-01-01", "2027-01-01", 2),
    ],
)
def test_of_a_day_there_is_one_threshold_of_a_kind(first: str, last: str, row: int | None) -> None:
    other = {"slug": "anders", "eerste_dag": first, "laatste_dag": last}
    read_reference(of(thresholds=[{}, {**other, "soort": "leveringen"}]))
    if row is None:
        read_reference(of(thresholds=[{}, other]))
    else:
        refused(THRESHOLDS, row, "eerste_dag", thresholds=[{}, other])


def test_from_another_day_or_of_something_else_there_may_be_another_price() -> None:
    for change in ({"slug": "anders", "eerste_dag": "2026-01-02"}, {"slug": "anders", "soort": "tonkilometer"}):
        read_reference(of(haul_prices=[{}, change]))


def test_the_detour_and_a_way_to_drive_are_there() -> None:
    refused(TRANSPORT, 1, DETOUR, transport=[{"slug": "anders"}])
    refused(TRANSPORT, 1, "tkm", transport=[{"soort": "brandstof"}])
    read_reference(of(transport=[{"soort": "omrijfactor"}, {"slug": "vrachtauto"}]))


def test_the_detour_of_the_file_is_the_one_that_is_counted_with() -> None:
    for value in ("1.3", "1.30"):
        read_reference(of(transport=[{"waarde": value}]))
    for value in ("1.299999", "1.300001", "1.25"):
        refused(TRANSPORT, 2, "waarde", transport=[{"waarde": value}])
    read_reference(of(transport=[{}, {"slug": "omrijfactor-laag", "soort": "omrijfactor", "waarde": "1.2"}]))


def test_a_file_or_a_folder_goes_before_what_is_shipped(tmp_path: Path) -> None:
    shipped = read_files()
    text = of().texts[FIELD_SETS]
    with pytest.raises(Invalid, match="materials.csv"):
        read_files(tmp_path)
    (tmp_path / FIELD_SETS).write_text("\ufeff" + text, encoding="utf-8")
    assert read_files(tmp_path).texts == {**shipped.texts, FIELD_SETS: text}
    (tmp_path / "lijst.csv").write_text("iets", encoding="utf-8")
    assert read_files(tmp_path / "lijst.csv").texts == {**shipped.texts, FIELD_SETS: text, MATERIALS: "iets"}
    assert read_files(tmp_path / FIELD_SETS).texts[FIELD_SETS] == text
    with pytest.raises(Invalid, match="niets.csv"):
        read_files(tmp_path / "niets.csv")
    assert shipped.digest == read_files().digest != read_files(tmp_path).digest


def test_a_file_is_utf_8_and_of_five_megabytes_at_most(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(files, "LARGEST_FILE_BYTES", 4)
    path = tmp_path / "lijst.csv"
    for content, words in (
        (b"1234", None),
        (b"123", None),
        (b"12345", "te groot"),
        (b"123456", "te groot"),
        (b"\xff\xfe", "UTF-8"),
    ):
        path.write_bytes(content)
        if words is None:
            assert files._read_text(path) == content.decode()
        else:
            with pytest.raises(Invalid, match=words):
                files._read_text(path)
