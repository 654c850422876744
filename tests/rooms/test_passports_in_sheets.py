"""Sheets of assets and parts: judged by the rules of passports, taken in once, changed or left as somebody chose, and taken back whole."""

import json
from collections.abc import Sequence
from decimal import Decimal

import pytest
from flask import Flask
from sqlalchemy import func, select

from marketplace.accounts.policy import Actor
from marketplace.http.sheets import read_file
from marketplace.imports.actions.load import load_sheet
from marketplace.imports.actions.mend import choose_codes, mend_rows
from marketplace.imports.actions.undo import undo_import
from marketplace.imports.models import ImportRow, ImportRun
from marketplace.imports.queries.passport_preview import get_passport_preview
from marketplace.imports.queries.runs import get_import, list_rows
from marketplace.jobs import tasks
from marketplace.kernel import clock
from marketplace.kernel.db import Database
from marketplace.kernel.errors import Conflict
from marketplace.passports.actions.items import change_item
from marketplace.passports.models import Asset, AssetItem, ItemChange
from marketplace.passports.queries.invariants import find_wrong_mass, find_wrong_part
from marketplace.passports.rules.items import ChangeDraft, ChangeKind
from marketplace.sheets.reading import LARGE
from tests.factories import make_actor, seed_taxonomy
from tests.imported import reading, sheet

pytestmark = pytest.mark.postgresql
KEI = "Betonstraatsteen keiformaat 8 cm"
HEAD = (
    "Objectnummer",
    "Systeem",
    "Naam",
    "Soort",
    "Plaats",
    "Bouwjaar",
    "Materiaal",
    "Hoeveelheid",
    "Eenheid",
    "Onderdeel",
    "Laag",
)
STREET = ("W-1", "GBI", "Dorpsstraat", "Weg", "Borne", "1987")


@pytest.fixture
def borne(database: Database) -> Actor:
    with database.transaction() as session:
        seed_taxonomy(session)
        return make_actor(session, "borne", "coordinator")


def load(
    database: Database, actor: Actor, rows: Sequence[Sequence[object]], head: Sequence[str] = HEAD, name: str = "beheer.csv"
) -> ImportRun:
    with database.transaction() as session:
        return load_sheet(session, actor, kind="passports", file=read_file(name, sheet(rows, head), LARGE))


def apply(
    app: Flask, database: Database, actor: Actor, run: ImportRun, *, only_good: bool = False, overwrite: bool = False
) -> ImportRun:
    with database.transaction() as session:
        task = tasks.start_import(session, actor, import_id=run.id, only_good=only_good, overwrite=overwrite)
    assert tasks.take(app, task.id)
    with reading(database) as session:
        task = tasks.get_task(session, actor, task.id)
        assert (task.state, task.error) == ("done", "")
        return get_import(session, actor, run.id)


def said(database: Database, actor: Actor, run: ImportRun) -> dict[int, dict[str, str]]:
    with reading(database) as session:
        return {row.row_number: row.messages for row in list_rows(session, actor, run, state="error", page_size=500)[0]}


def assets(database: Database) -> list[Asset]:
    with reading(database) as session:
        return list(session.scalars(select(Asset).where(Asset.ended_at.is_(None)).order_by(Asset.id)))


def parts(database: Database) -> list[AssetItem]:
    with reading(database) as session:
        return list(session.scalars(select(AssetItem).where(AssetItem.quantity > 0).order_by(AssetItem.id)))


def holds(database: Database) -> None:
    """Every part is the sum of what happened to it, and weighs what follows from that."""
    with database.read(one_moment=True) as session:
        assert (find_wrong_part(session), find_wrong_mass(session)) == (None, None)


def test_a_flat_sheet_makes_each_asset_once_with_its_parts(app: Flask, database: Database, borne: Actor) -> None:
    """1 200 m² of 185 kg are 222 000 kg; 240 m³ sand of 1 700 kg 408 000 kg."""
    rows = [
        (*STREET, KEI, "1.200", "m²", "Rijbaan", "1"),
        (*STREET, "Ophoogzand", "240", "m3", "Zandbed", "2"),
        ("L-7", "", "Lichtmast 7", "Lichtmast", "7621", "", "", "", "", "", ""),
    ]
    run = load(database, borne, rows)
    assert (run.status, run.counts) == ("preview", {"ok": 3})
    assert assets(database) == []  # nothing stands there yet
    with reading(database) as session:
        preview = get_passport_preview(session, borne, run)
    assert (preview.assets, preview.parts, preview.estimates) == ((2, 0, 0), (2, 0, 0), 0)
    assert [(kind.value, number) for kind, number in preview.kinds] == [("road", 1), ("street_furniture", 1)]
    applied = apply(app, database, borne, run)
    assert applied.result == {"assets": 2, "parts": 2}
    street, mast = assets(database)
    assert (street.name, street.kind, street.external_id, street.external_system, street.built_year) == (
        "Dorpsstraat",
        "road",
        "W-1",
        "GBI",
        1987,
    )
    assert (street.municipality, street.import_id, mast.place_name, mast.kind) == ("borne", run.id, "Borne", "street_furniture")
    first, second = parts(database)
    assert (first.asset_id, first.number, first.quantity, first.mass_kg, first.layer, first.element) == (
        street.id, 1, Decimal(1200), Decimal(222_000), 1, "Rijbaan",
    )  # fmt: skip
    assert (second.number, second.unit, second.quantity) == (2, "m3", Decimal(240))
    holds(database)


def test_parts_of_a_second_file_find_their_asset_by_its_number(app: Flask, database: Database, borne: Actor) -> None:
    head = ("ID", "Systeem", "Naam", "Type", "RD x", "RD y")
    apply(app, database, borne, load(database, borne, [("K-3", "BMS", "Brug over de beek", "brug", "246500", "479800")], head))
    bridge = assets(database)[0]
    assert (bridge.kind, bridge.municipality) == ("bridge", "borne")
    assert (round(bridge.lat, 3), round(bridge.lon, 3)) == (52.299, 6.729)
    items = ("ID", "Materiaal", "Aantal", "Eenheid")
    run = load(database, borne, [("K-3", "Stalen balk HEB200", "24", "m"), ("K-9", "Stalen balk HEB200", "24", "m")], items)
    assert run.counts == {"ok": 1, "error": 1}
    assert said(database, borne, run)[3]["external_id"].startswith("Er staat hier geen object met nummer “K-9”")
    assert apply(app, database, borne, run, only_good=True).result == {"assets": 0, "parts": 1}
    assert [(part.asset_id, part.quantity) for part in parts(database)] == [(bridge.id, Decimal(24))]
    holds(database)


def test_each_wrong_row_has_the_sentence_of_its_rule(database: Database, borne: Actor) -> None:
    head = (*HEAD, "NEN 2767", "Gewicht (kg)")

    def row(number: str, *changes: tuple[str, str]) -> list[str]:
        cells = dict(zip(head, (number, *STREET[1:], KEI, "10", "m²", "", "", "", ""), strict=True)) | dict(changes)
        return list(cells.values())

    rows = [
        row("", ("Naam", "Zonder nummer")),
        row("W-2", ("Soort", "Raket")),
        row("W-3", ("Plaats", "")),
        row("W-4", ("Materiaal", "Onbekendium")),
        row("W-5", ("Hoeveelheid", "")),
        row("W-6", ("NEN 2767", "9")),
        row("W-7", ("Bouwjaar", "87")),
        row("W-8", ("Eenheid", "m3")),
        row("W-9"),
        row("W-9"),
        row("W-9", ("Naam", "Kerkstraat"), ("Onderdeel", "Stoep")),
        row("W-10", ("Hoeveelheid", "999999"), ("Eenheid", "ton")),
        row("W-11", ("Materiaal", ""), ("Hoeveelheid", "3")),
    ]
    run = load(database, borne, rows, head)
    messages = said(database, borne, run)
    assert run.counts == {"ok": 1, "error": 12}
    assert {number: list(row_messages) for number, row_messages in messages.items()} == {
        2: ["external_id"],
        3: ["kind"],
        4: ["place"],
        5: ["material"],
        6: ["quantity"],
        7: ["nen_2767"],
        8: ["built_year"],
        9: ["unit"],
        11: ["element"],
        12: ["external_id"],
        13: ["quantity"],
        14: ["material"],
    }
    assert messages[3]["kind"].startswith("Kies er een uit: Weg en verharding / Brug of tunnel / ")
    assert messages[5]["material"].startswith("Het is niet zeker welk materiaal “Onbekendium” is.")
    assert messages[7]["nen_2767"].startswith("Een score volgens NEN 2767 is een heel getal van 1")
    assert messages[11]["element"].startswith("Dit onderdeel staat al in een eerdere regel")
    assert messages[13]["quantity"].startswith("Dit wijkt ver af")


def test_imbor_says_its_materials_by_weight_and_phase(app: Flask, database: Database, borne: Actor) -> None:
    """The example of IMBOR: a mast of 70.12 kg hardwood that was used once before and 120.55 kg of new steel."""
    head = ("identificatie", "naam", "objecttype", "plaats", "consistsOf", "percentage", "gewicht", "materiefase")
    mast = ("LM123", "Paal 123", "Lichtmast", "Borne")
    rows = [
        (*mast, "Hardhouten paal azobé 15x15 cm", "60", "70,12", "Fase 1"),
        (*mast, "Stalen balken en profielen (gemengd)", "40", "120,55", "Fase 0"),
    ]
    run = load(database, borne, rows, head)
    assert run.counts == {"ok": 2}, said(database, borne, run)
    apply(app, database, borne, run)
    wood, steel = parts(database)
    assert (wood.unit, wood.mass_kg, wood.use_count) == ("kg", Decimal("70.12"), 1)
    assert (steel.unit, steel.mass_kg, steel.use_count, steel.known_by) == ("kg", Decimal("120.55"), 0, "archive")
    shares = ("identificatie", "consistsOf", "percentage", "gewicht object (kg)", "onderdeel")
    run = load(database, borne, [("LM123", "Stalen balken en profielen (gemengd)", "12,5", "80", "Voet")], shares)
    apply(app, database, borne, run)
    foot = parts(database)[2]
    assert (foot.mass_kg, foot.known_by, foot.source) == (Decimal(10), "estimate", "12,5 % × 80 kg, beheer.csv")


def test_an_area_and_a_thickness_make_an_estimate_with_its_source(app: Flask, database: Database, borne: Actor) -> None:
    """1 200 m² × 20 cm are 240 m³ of sand; paving of 8 cm is its area; × 25 cm granulate are 300 m³."""
    head = (*HEAD[:7], "Oppervlakte (m2)", "Laagdikte (cm)", "Onderdeel", "Bron")
    rows = [
        (*STREET, KEI, "1200", "8", "Rijbaan", "BGT 2026"),
        (*STREET, "Ophoogzand", "1200", "20", "Zandbed", ""),
        (*STREET, "Ophoogzand", "1200", "0,5 m", "Dieper", ""),
        (*STREET, "Ophoogzand", "1200", "2000", "Fout", ""),
    ]
    run = load(database, borne, rows, head)
    assert run.counts == {"ok": 3, "error": 1}
    assert list(said(database, borne, run)[5]) == ["thickness"]
    with reading(database) as session:
        assert get_passport_preview(session, borne, run).estimates == 3
    apply(app, database, borne, run, only_good=True)
    paving, sand, deeper = parts(database)
    assert (paving.quantity, paving.unit, paving.known_by, paving.source) == (
        Decimal(1200),
        "m2",
        "estimate",
        "1.200 m² × 8 cm, BGT 2026",
    )
    assert (sand.quantity, sand.unit, sand.known_by, sand.source) == (
        Decimal(240),
        "m3",
        "estimate",
        "1.200 m² × 20 cm, beheer.csv",
    )
    assert (deeper.quantity, deeper.source) == (Decimal(600), "1.200 m² × 50 cm, beheer.csv")


def test_a_name_is_explained_once_and_known_in_the_next_sheet(app: Flask, database: Database, borne: Actor) -> None:
    rows = [(*STREET, "BSS kei", "10", "m²", str(number), "") for number in range(3)]
    run = load(database, borne, rows)
    assert run.counts == {"error": 3}
    with reading(database) as session:
        [name] = get_passport_preview(session, borne, run).names
    assert (name.name, name.rows, name.material, name.how) == ("BSS kei", 3, "", "unknown")
    with database.transaction() as session:
        mended = choose_codes(session, borne, import_id=run.id, codes={"BSS kei": "betonstraatsteen-kei-8cm"})
        assert mended.counts == {"ok": 3}
    again = load(database, borne, [("W-5", *STREET[1:], "bss KEI", "10", "m²", "", "")])
    assert again.counts == {"ok": 1}
    with reading(database) as session:
        assert [(name.material, name.how) for name in get_passport_preview(session, borne, again).names] == [
            ("betonstraatsteen-kei-8cm", "chosen")
        ]


def test_a_cell_is_mended_and_the_sheet_judged_again(database: Database, borne: Actor) -> None:
    run = load(
        database, borne, [(*STREET, KEI, "veel", "m²", "", ""), ("W-1", "GBI", "", "", "", "", KEI, "5", "m²", "Stoep", "")]
    )
    assert run.counts == {"error": 2}  # the second has no asset, for the first row that makes it is wrong
    with database.transaction() as session:
        assert mend_rows(session, borne, import_id=run.id, values={2: {"quantity": "12,5"}}, locale="nl").counts == {"ok": 2}


def test_what_stands_there_is_left_or_changed_as_chosen_and_comes_back(app: Flask, database: Database, borne: Actor) -> None:
    """100 m² of 185 kg; measured again 80 m²: 14 800 kg; taken back: 100 m², 18 500 kg."""
    apply(app, database, borne, load(database, borne, [(*STREET, KEI, "100", "m²", "Rijbaan", "1")]))
    same = load(database, borne, [(*STREET, KEI, "100", "m²", "Rijbaan", "1")])
    assert same.counts == {"unchanged": 1}
    with database.transaction() as session, pytest.raises(Conflict, match="staat er al"):
        tasks.start_import(session, borne, import_id=same.id, only_good=False)
    rows = [
        ("W-1", "GBI", "Kerkstraat", "Weg", "Borne", "1990", KEI, "80", "m²", "Rijbaan", "1"),
        ("W-1", "GBI", "", "", "", "", KEI, "7", "m²", "Stoep", "1"),
    ]
    other = load(database, borne, rows)
    assert other.counts == {"changed": 1, "ok": 1}
    with reading(database) as session:
        preview = get_passport_preview(session, borne, other)
    assert (preview.assets, preview.parts, preview.differs) == ((0, 1, 0), (1, 1, 0), True)
    left = apply(app, database, borne, other)
    assert left.result == {"assets": 0, "parts": 1}
    assert [(asset.name, asset.built_year) for asset in assets(database)] == [("Dorpsstraat", 1987)]
    assert [(part.element, part.quantity) for part in parts(database)] == [("Rijbaan", Decimal(100)), ("Stoep", Decimal(7))]
    with database.transaction() as session:
        undo_import(session, borne, import_id=left.id)
    assert [part.element for part in parts(database)] == ["Rijbaan"]
    changed = apply(app, database, borne, load(database, borne, rows), overwrite=True)
    assert [(asset.name, asset.built_year) for asset in assets(database)] == [("Kerkstraat", 1990)]
    assert [(part.quantity, part.mass_kg) for part in parts(database) if part.element == "Rijbaan"] == [
        (Decimal(80), Decimal(14_800))
    ]
    holds(database)
    with database.transaction() as session:
        undo_import(session, borne, import_id=changed.id)
    assert [(asset.name, asset.built_year) for asset in assets(database)] == [("Dorpsstraat", 1987)]
    assert [(part.quantity, part.mass_kg) for part in parts(database)] == [(Decimal(100), Decimal(18_500))]
    with reading(database) as session:
        kinds = session.scalars(select(ItemChange.kind).order_by(ItemChange.id)).all()
    assert kinds == ["put_in", "put_in", "undone", "counted", "put_in", "undone", "undone"]
    holds(database)


def test_taking_back_ends_what_was_made_and_keeps_its_history(app: Flask, database: Database, borne: Actor) -> None:
    rows = [(f"W-{number}", *STREET[1:], KEI, "10", "m²", "", "") for number in range(4)]
    run = apply(app, database, borne, load(database, borne, rows))
    with database.transaction() as session:
        undone = undo_import(session, borne, import_id=run.id)
        assert (undone.status, undone.result) == ("undone", {"assets": 4, "parts": 4, "undone": {"assets": 4, "parts": 4}})
    assert (assets(database), parts(database)) == ([], [])
    with reading(database) as session:
        counted = session.execute(
            select(ItemChange.kind, func.count(), func.sum(ItemChange.quantity)).group_by(ItemChange.kind)
        ).all()
    assert sorted((kind, number) for kind, number, _sum in counted) == [("put_in", 4), ("undone", 4)]
    holds(database)
    assert load(database, borne, rows).counts == {"ok": 4}  # the numbers are free again


def test_what_was_taken_out_since_keeps_a_sheet_from_being_taken_back(app: Flask, database: Database, borne: Actor) -> None:
    run = apply(app, database, borne, load(database, borne, [(*STREET, KEI, "100", "m²", "", "")]))
    asset_id = assets(database)[0].id
    with database.transaction() as session:
        out = ChangeDraft(ChangeKind.TAKEN_OUT, Decimal(30), clock.today())
        change_item(session, borne, asset_id=asset_id, number=1, change=out)
    with database.transaction() as session, pytest.raises(Conflict, match="Dorpsstraat"):
        undo_import(session, borne, import_id=run.id)
    assert parts(database)[0].quantity == Decimal(70)


def test_the_same_number_of_another_organisation_or_system_is_another_asset(app: Flask, database: Database, borne: Actor) -> None:
    with database.transaction() as session:
        hengelo = make_actor(session, "hengelo", "coordinator")
    row = [*STREET, KEI, "10", "m²", "", ""]
    for actor in (borne, hengelo):
        assert apply(app, database, actor, load(database, actor, [row])).result == {"assets": 1, "parts": 1}
    other = load(database, borne, [["W-1", "BMS", *row[2:]]])
    assert other.counts == {"ok": 1}
    apply(app, database, borne, other)
    doubtful = load(database, borne, [("W-1", "", "", "", "", "", KEI, "3", "m²", "Stoep", "")])
    assert "Meer dan één systeem" in said(database, borne, doubtful)[2]["external_id"]


def test_columns_that_are_not_read_are_not_kept(app: Flask, database: Database, borne: Actor) -> None:
    rows = [(*STREET, KEI, "10", "m²", "", "", "Jan de Vries"), ("W-2", "", "", "", "", "", "", "", "", "", "", "Piet")]
    run = load(database, borne, rows, (*HEAD, "Contactpersoon"))
    apply(app, database, borne, run, only_good=True)
    with reading(database) as session:
        cells = session.scalars(select(ImportRow.cells).where(ImportRow.import_id == run.id)).all()
    assert [row[11] for row in cells] == ["", ""]


def test_a_map_of_lines_and_areas_is_read_with_its_shapes(app: Flask, database: Database, borne: Actor) -> None:
    """A square of 0.001° at 52.3° is 7 590 m²; × 20 cm of sand, 1 518 m³."""
    square = [[[6.75, 52.3], [6.751, 52.3], [6.751, 52.301], [6.75, 52.301], [6.75, 52.3]]]
    line = [[6.75, 52.3], [6.76, 52.3]]
    named = {"soort": "weg", "consistsOf": "Ophoogzand"}
    features = [
        ({"type": "Polygon", "coordinates": square}, {"id": "V-1", "naam": "Plein", "laagdikte": 20, **named}),
        (
            {"type": "LineString", "coordinates": line},
            {"id": "V-2", "naam": "Kerkstraat", "hoeveelheid": 12.5, "eenheid": "m3", **named},
        ),
        (
            {"type": "LineString", "coordinates": line[:1]},
            {"id": "V-3", "naam": "Fout", "hoeveelheid": 1, "eenheid": "m3", **named},
        ),
    ]
    content = json.dumps(
        {
            "type": "FeatureCollection",
            "features": [{"type": "Feature", "geometry": shape, "properties": properties} for shape, properties in features],
        }
    ).encode()
    with database.transaction() as session:
        run = load_sheet(session, borne, kind="passports", file=read_file("wegen.geojson", content, LARGE))
    assert run.counts == {"ok": 2, "error": 1}
    assert said(database, borne, run) == {4: {"external_id": "Een lijn heeft ten minste twee punten."}}
    apply(app, database, borne, run, only_good=True)
    square_asset, street = assets(database)
    assert square_asset.shape == {"type": "Polygon", "coordinates": square} and street.shape == {
        "type": "LineString",
        "coordinates": line,
    }
    assert (street.lat, street.lon, street.municipality) == (52.3, 6.75, "borne")
    sand, more = parts(database)
    assert float(sand.quantity) == pytest.approx(1_518, rel=0.002) and (sand.unit, sand.known_by) == ("m3", "estimate")
    assert sand.source.endswith("× 20 cm, wegen.geojson") and more.quantity == Decimal("12.5")
