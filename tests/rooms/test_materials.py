"""Versions of the taxonomy: a newer file is a new version, and a version in use never changes."""

from decimal import Decimal
from pathlib import Path

import pytest
from sqlalchemy import delete, select, update
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from marketplace.accounts.policy import ANONYMOUS, OPERATOR
from marketplace.kernel import clock
from marketplace.kernel.db import Database
from marketplace.kernel.errors import Conflict, Invalid, Missing, Unauthorised
from marketplace.kernel.files import SHIPPED
from marketplace.kernel.units import Quantity, Unit
from marketplace.materials.actions import sync
from marketplace.materials.models import MaterialRow, ReferenceRow, TaxonomyVersion
from marketplace.materials.queries import get_taxonomy, load_taxonomy
from marketplace.notices.models import AuditRow
from tests.databases import Template
from tests.factories import make_actor, make_listing


@pytest.fixture
def database_url(empty_template: Template) -> str:
    return empty_template.fresh()


def newer(folder: Path, old: str, new: str) -> Path:
    text = (SHIPPED / "materials.csv").read_text(encoding="utf-8")
    assert old in text
    file = folder / "materials.csv"
    file.write_text(text.replace(old, new), encoding="utf-8")
    return file


def test_without_a_list_of_materials_the_reader_is_told_what_to_run(session: Session) -> None:
    with pytest.raises(Missing, match="materials sync"):
        get_taxonomy(session)


@pytest.mark.slow
def test_the_shipped_files_become_version_one(session: Session) -> None:
    synced = sync(session, OPERATOR)
    taxonomy = get_taxonomy(session)
    pavers = taxonomy.material("betonstraatsteen-kei-8cm")
    assert (synced.version, synced.is_new, synced.materials, taxonomy.version) == (1, True, 152, 1)
    assert (len(taxonomy.groups), len(taxonomy.hazards), len(taxonomy.vehicles)) == (20, 24, 15)
    assert (pavers.kg_per_unit(Unit.M2), pavers.pieces_per_m2, pavers.group.slug) == (Decimal(185), Decimal(44), "bestrating")
    assert pavers.carbon is not None
    assert (pavers.carbon.kgco2e_per_kg, pavers.carbon.source, pavers.carbon.confidence) == (Decimal("0.1188"), "DEFRA25", "B")
    assert taxonomy.vehicle_factors["bestelbus-diesel"] == Decimal("0.78225")


def test_what_may_not_be_traded_says_so_and_declares_only_its_other_hazards(session: Session) -> None:
    sync(session, OPERATOR)
    tar = get_taxonomy(session).material("teerhoudend-asfaltgranulaat")
    assert not tar.is_tradable
    assert tar.hazard_codes == {"pak"}
    assert get_taxonomy(session).material("grond-schoon").hazard_codes == {"bodemklasse", "pfas", "asbest", "invasief"}


def test_the_same_files_once_more_do_nothing(session: Session) -> None:
    sync(session, OPERATOR)
    assert not sync(session, OPERATOR).is_new
    assert len(session.scalars(select(TaxonomyVersion)).all()) == 1
    assert [row.action for row in session.scalars(select(AuditRow))] == ["taxonomy.sync"]


def test_a_newer_file_is_a_new_version_and_the_old_one_stays(session: Session, tmp_path: Path) -> None:
    sync(session, OPERATOR)
    before = get_taxonomy(session).material("betonstraatsteen-kei-8cm")
    assert sync(session, OPERATOR, source=newer(tmp_path, ",4.2,,185,", ",4.2,,186,")).version == 2
    after = get_taxonomy(session).material("betonstraatsteen-kei-8cm")
    assert (before.kg_per_unit(Unit.M2), after.kg_per_unit(Unit.M2), before.id == after.id) == (Decimal(185), Decimal(186), True)
    assert load_taxonomy(session, 1).material("betonstraatsteen-kei-8cm") == before


@pytest.mark.slow
def test_a_material_that_a_newer_file_leaves_out_keeps_its_name(session: Session, tmp_path: Path) -> None:
    sync(session, OPERATOR)
    old = get_taxonomy(session).material("leemsteen")
    lines = (SHIPPED / "materials.csv").read_text(encoding="utf-8").splitlines(keepends=True)
    file = tmp_path / "materials.csv"
    file.write_text("".join(line for line in lines if not line.startswith("leemsteen,")), encoding="utf-8")
    assert sync(session, OPERATOR, source=file).left_out == 1
    material = get_taxonomy(session).material_by_id(old.id)
    assert (material.name, material.is_current) == ("Leemsteen / leemstuc", False)
    with pytest.raises(Invalid):
        get_taxonomy(session).material("leemsteen")


def test_a_version_that_was_replaced_does_not_come_back(session: Session, tmp_path: Path) -> None:
    sync(session, OPERATOR)
    sync(session, OPERATOR, source=newer(tmp_path, ",4.2,,185,", ",4.2,,186,"))
    with pytest.raises(Conflict, match="versie 1"):
        sync(session, OPERATOR)


def test_a_file_that_does_not_fit_leaves_nothing_behind(session: Session, tmp_path: Path) -> None:
    with pytest.raises(Invalid, match="rij 2"):
        sync(session, OPERATOR, source=newer(tmp_path, ",4.2,,185,", ",4.2,,x,"))
    assert session.scalars(select(MaterialRow)).all() == []


def test_only_the_reviewer_the_administrator_and_the_operator_load_a_taxonomy(session: Session) -> None:
    with pytest.raises(Unauthorised):
        sync(session, ANONYMOUS)


@pytest.mark.parametrize("statement", [update(ReferenceRow).values(slug="x"), delete(ReferenceRow)])
def test_the_database_refuses_to_change_a_version(session: Session, statement: object) -> None:
    sync(session, OPERATOR)
    with pytest.raises(DBAPIError, match="append-only"):
        session.execute(statement)  # type: ignore[call-overload]


def test_a_taxonomy_is_read_once_and_then_asked_by_one_small_query(session: Session) -> None:
    sync(session, OPERATOR)
    assert get_taxonomy(session) is get_taxonomy(session)


def test_a_transaction_works_with_one_version_and_the_next_one_asks_again(
    database: Database, session: Session, tmp_path: Path
) -> None:
    sync(session, OPERATOR)
    session.commit()
    with database.read() as reader:
        assert get_taxonomy(reader).version == 1
        assert sync(session, OPERATOR, source=newer(tmp_path, ",4.2,,185,", ",4.2,,186,")).version == 2
        assert get_taxonomy(session).version == 2  # who made it works with it at once
        session.commit()
        assert get_taxonomy(reader).version == 1
    with database.read() as reader, database.transaction() as writer:
        assert (get_taxonomy(reader).version, get_taxonomy(writer).version) == (2, 2)


def test_a_version_of_before_there_were_fields_asks_nothing_and_lots_go_on(session: Session) -> None:
    sync(session, OPERATOR)
    session.add(TaxonomyVersion(id=2, digest="0" * 64, loaded_at=clock.now()))
    session.flush()
    kinds = ("group", "material", "hazard", "transport")
    rows = session.scalars(select(ReferenceRow).where(ReferenceRow.version_id == 1, ReferenceRow.kind.in_(kinds))).all()
    session.add_all(
        ReferenceRow(version_id=2, kind=row.kind, slug=row.slug, position=row.position, facts=row.facts) for row in rows
    )
    session.flush()
    early = get_taxonomy(session)
    assert (early.version, early.fields, early.field_sets) == (2, (), ())
    assert [material.slug for material in early.materials if material.fields] == []
    lot = make_listing(session, make_actor(session, "hengelo"), material="teelaarde", quantity=Quantity(Decimal(4), Unit.M3))
    assert (lot.status, lot.fields) == ("published", {})
    with pytest.raises(Invalid, match="wordt van dit materiaal niet gevraagd"):
        make_listing(session, make_actor(session, "borne"), fields={"thickness-cm": 8})
