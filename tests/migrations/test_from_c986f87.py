"""The migrations make the schema of c986f87, and a database of that commit comes along."""

import json
from collections.abc import Iterator
from datetime import date, datetime
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path

import pytest
from alembic import command
from sqlalchemy import Connection, inspect, select, text

from marketplace.cli.migrations import alembic_config, is_newest, upgrade
from marketplace.exchange.queries.invariants import INVARIANTS
from marketplace.impact.queries.sums import sums_by
from marketplace.impact.rules.cut import EVERYTHING
from marketplace.kernel import health
from marketplace.kernel.db import Database
from marketplace.ledger.models import EarlierRow, Exchange
from marketplace.ledger.queries import find_breach, find_rollup_breach
from marketplace.ledger.rules import Totals
from tests.conftest import Template, settings
from tests.house.source import PROJECT
from tests.migrations.schema import describe

pytestmark = pytest.mark.slow

SAME_SCHEMA = "0010_matching"
CATALOGUE_INDEXES = {  # gone: the catalogue is answered from memory
    "ix_listing_catalogue": "status, material_id, public_lat, public_lon, public_x_m, public_y_m, public_z_m, organisation_id, condition, "
    "available_from, available_until, confirmed_on, region_from, published_at, id",
    "ix_listing_free": "status, available_from, id",
    "ix_listing_newest": "status, published_at, id",
}
ONE_REPORT = "uq_material_use_report_organisation_id_year"
KINDS = {  # of an organisation; an adviser is new
    "sqlite": "kind IN ('municipality', 'partner', 'region')",
    "postgresql": "kind= ANY ARRAY['municipality', 'partner', 'region']",
}
CHANGED: dict[str, list[str]] = {
    "sqlite": [
        "demand CREATE INDEX ix_demand_match ON demand (status, material_id, lat, lon, x_m, y_m, z_m)",
        "exchange CONSTRAINT ck_exchange_kind CHECK (kind IN ('transfer', 'reversal'))",
        *(f"listing CREATE INDEX {name} ON listing ({columns})" for name, columns in CATALOGUE_INDEXES.items()),
        f"material_use_report CONSTRAINT {ONE_REPORT} UNIQUE (organisation_id, year)",
        "material_use_report includes_bank BOOLEAN NOT NULL",
        f"organisation CONSTRAINT ck_organisation_kind CHECK ({KINDS['sqlite']})",
        "person email VARCHAR(254) NOT NULL",
    ],
    "postgresql": [
        "demand CREATE INDEX ix_demand_match ON public.demand USING btree (status, material_id, lat, lon, x_m, y_m, z_m)",
        "exchange ck_exchange_kind CHECK kind= ANY ARRAY['transfer', 'reversal']",
        "exchange kind character varying(10) NOT NULL transfer or reversal",
        "exchange quantity bigint NOT NULL negative in a reversal, as are all sums",
        "rollup_material month character varying(7) NOT NULL YYYY-MM of happened_on",
        *(
            f"listing CREATE INDEX {name} ON public.listing USING btree ({columns})"
            for name, columns in CATALOGUE_INDEXES.items()
        ),
        f"material_use_report CREATE UNIQUE INDEX {ONE_REPORT} ON public.material_use_report USING btree (organisation_id, year)",
        f"material_use_report {ONE_REPORT} UNIQUE (organisation_id, year)",
        "material_use_report includes_bank boolean NOT NULL",
        "reservation owner_quantity bigint the owner's latest figure",  # a comment
        "reservation receiver_quantity bigint the receiver's latest figure",
        f"organisation ck_organisation_kind CHECK {KINDS['postgresql']}",
        "person email character varying(254) NOT NULL lower case",
    ],
}
"""Lines of the schema of c986f87, as `describe` writes them, that read otherwise now."""
LEDGER = PROJECT / "tests" / "files" / "ledger-c986f87.json"


@pytest.fixture
def old(old_url: str) -> Iterator[Database]:
    database = Database(old_url)
    yield database
    database.dispose()


def tables(connection: Connection) -> list[str]:
    """The tables that hold rows of ours. SQLite's full text cannot be read back."""
    return [name for name in inspect(connection).get_table_names() if name != "alembic_version" and "_fts" not in name]


def contents(connection: Connection, columns: dict[str, set[str]]) -> dict[str, list[str]]:
    """Every row of these tables, as far as these columns go."""
    return {
        name: sorted(
            repr(sorted((key, value) for key, value in row.items() if key in keys))
            for row in connection.execute(text(f'SELECT * FROM "{name}"')).mappings()
        )
        for name, keys in columns.items()
    }


def stored(value: object) -> object:
    """A value of PostgreSQL as SQLite stores it."""
    if isinstance(value, datetime):
        return value.isoformat(" ", "microseconds")
    return value.isoformat() if isinstance(value, date) else value


def test_everything_that_the_seventeen_migrations_made_is_still_there(old: Database, template: Template) -> None:
    with old.engine.connect() as connection:
        before = {*describe(connection)}
    old.dispose()  # on PostgreSQL the new database takes its place
    new = Database(url := template.fresh())
    command.downgrade(alembic_config(url), "base")
    command.upgrade(alembic_config(url), SAME_SCHEMA)
    with new.engine.connect() as connection:
        assert sorted({*before} - {*describe(connection)}) == sorted(CHANGED[new.engine.dialect.name])
    new.dispose()


def test_an_old_database_gets_the_schema_of_a_new_one(old: Database, old_url: str, template: Template) -> None:
    assert health.version(old) == "0017"
    command.upgrade(alembic_config(old_url), SAME_SCHEMA)
    assert health.version(old) == SAME_SCHEMA
    command.upgrade(alembic_config(old_url), "head")  # what came after that is the same for both
    with old.engine.connect() as connection:
        bridged = describe(connection)
    old.dispose()
    new = Database(template.fresh())
    with new.engine.connect() as connection:
        assert describe(connection) == bridged
    new.dispose()


def test_every_value_of_an_old_database_stays_as_it_was(old: Database, old_url: str) -> None:
    with old.engine.connect() as connection:
        columns = {name: {column["name"] for column in inspect(connection).get_columns(name)} for name in tables(connection)}
        columns["material_use_report"].remove("includes_bank")  # is kilograms now
        before = contents(connection, columns)
    command.upgrade(alembic_config(old_url), SAME_SCHEMA)
    with old.engine.connect() as connection:
        assert contents(connection, columns) == before


def test_a_report_that_included_all_of_the_bank_includes_what_the_bank_had_brought_by_then(old: Database, old_url: str) -> None:
    with old.transaction() as session:
        received = "SELECT sum(mass_kg) FROM rollup_pair JOIN organisation ON slug = to_slug WHERE id = :organisation AND month LIKE :months"
        [(included, brought), (unlikely, _brought)] = [
            (report, session.scalar(text(received), {"organisation": organisation, "months": f"{year}-%"}))
            for report, organisation, year in session.execute(
                text("SELECT id, organisation_id, year FROM material_use_report WHERE includes_bank AND year = 2025 ORDER BY id")
            )
        ]
        session.execute(
            text("UPDATE material_use SET mass_kg = 1000 WHERE report_id = :id AND origin = 'reused'"), {"id": unlikely}
        )
        reused = session.scalar(
            text("SELECT sum(mass_kg) FROM material_use WHERE report_id = :id AND origin = 'reused'"), {"id": unlikely}
        )
    command.upgrade(alembic_config(old_url), SAME_SCHEMA)
    with old.read() as session:
        reports = session.execute(
            text("SELECT id, includes_bank_kg, includes_bank_as_of FROM material_use_report WHERE year = 2025")
        ).all()
    by_report = {row.id: (row.includes_bank_kg, str(row.includes_bank_as_of)) for row in reports if row.includes_bank_kg}
    assert by_report == {included: (brought, "2026-11-27"), unlikely: (reused, "2026-11-27")}


def test_a_change_of_a_lot_of_before_is_noted_and_numbered(old: Database, old_url: str) -> None:
    command.upgrade(alembic_config(old_url), SAME_SCHEMA)
    with old.transaction() as session:
        session.execute(text("UPDATE listing SET status = 'withdrawn' WHERE id = 1"))
        session.execute(text("UPDATE listing SET remarks = 'not held in memory' WHERE id = 2"))
        session.execute(text("UPDATE catalogue_revision SET number = 77"))
        assert session.execute(text("SELECT listing_id, revision FROM listing_change")).all() == [(1, 77)]


def test_the_upgrade_of_every_start_takes_it_to_the_newest_version(old: Database, old_url: str, tmp_path: Path) -> None:
    upgrade(settings(old_url, tmp_path / "var"))
    assert is_newest(old_url)
    command.check(alembic_config(old_url))
    with old.read() as session:
        assert {name: breach for name, question in INVARIANTS if (breach := question(session))} == {}


def test_a_transfer_of_before_has_the_terms_that_it_was_booked_with(old: Database, old_url: str) -> None:
    command.upgrade(alembic_config(old_url), SAME_SCHEMA)
    statuses = "('approved', 'handed_over', 'disputed', 'completed')"
    with old.read() as session:
        approved = session.scalars(text(f"SELECT id FROM reservation WHERE status IN {statuses} ORDER BY id")).all()
        frozen = session.execute(text("SELECT reservation_id, kg_per_unit FROM terms_version ORDER BY reservation_id")).all()
        booked = session.execute(text("SELECT reservation_id, kg_per_unit FROM exchange WHERE kind = 'transfer'")).all()
    assert [row[0] for row in frozen] == approved
    assert {tuple(row) for row in booked} <= {tuple(row) for row in frozen}
    assert booked


def test_the_ledger_holds_with_every_column_as_it_was_exported(old: Database, old_url: str) -> None:
    exported = json.loads(LEDGER.read_text(encoding="utf-8"))
    command.upgrade(alembic_config(old_url), "head")
    with old.read() as session:
        rows = session.execute(text("SELECT * FROM exchange ORDER BY seq")).mappings()
        upgraded = [{name: stored(value) for name, value in row.items()} for row in rows]
        assert [{name: row[name] for name in was} for row, was in zip(upgraded, exported["rows"], strict=True)] == exported[
            "rows"
        ]
        head = session.execute(text("SELECT seq, hash FROM ledger_head")).mappings().one()
        assert dict(head) == exported["head"]
        assert find_breach(session) is None


def test_a_lot_of_before_is_found_by_its_words_after_an_edit(old: Database, old_url: str) -> None:
    command.upgrade(alembic_config(old_url), SAME_SCHEMA)
    words = {
        "sqlite": "SELECT rowid FROM listing_fts WHERE listing_fts MATCH 'marmerengruis'",
        "postgresql": "SELECT id FROM listing WHERE search_vector @@ to_tsquery('simple', 'marmerengruis')",
    }[old.engine.dialect.name]
    with old.transaction() as session:
        session.execute(text("UPDATE listing SET search_text = 'marmerengruis' WHERE id = 1"))
        assert session.scalars(text(words)).all() == [1]


def test_a_database_of_an_older_commit_is_told_what_to_do_and_stays_as_it_is(old: Database, old_url: str, tmp_path: Path) -> None:
    with old.transaction() as session:
        session.execute(text("UPDATE alembic_version SET version_num = '0012'"))
    with pytest.raises(SystemExit, match=r"at version 0012 .* `db upgrade` of commit c986f87"):
        upgrade(settings(old_url, tmp_path / "var"))
    assert health.version(old) == "0012"


def test_a_ledger_of_before_is_counted_with_the_low_and_the_high_end_of_the_factors_it_names(old: Database, old_url: str) -> None:
    command.upgrade(alembic_config(old_url), "head")
    with old.read() as session:
        assert find_rollup_breach(session) is None
        rows = session.execute(
            select(
                Exchange.mass_kg,
                Exchange.avoided_kgco2e,
                EarlierRow.carbon_low,
                EarlierRow.avoided_low_kgco2e,
                EarlierRow.avoided_high_kgco2e,
            )
            .join(EarlierRow, EarlierRow.seq == Exchange.seq)
            .where(EarlierRow.carbon_low.is_not(None), Exchange.mass_kg > 0)
        ).all()
        totals = Totals.over(sums_by(session, EVERYTHING, "month").values())
        assert find_breach(session) is None
    assert rows
    for mass_kg, avoided, factor, low, high in rows:
        assert low == (mass_kg * factor).quantize(Decimal("0.001"), ROUND_HALF_UP)
        assert low <= avoided <= high
    assert totals.avoided_low_kgco2e < totals.avoided_kgco2e < totals.avoided_high_kgco2e
    assert totals.confidence_a_mass_kg + totals.confidence_b_mass_kg + totals.confidence_c_mass_kg > 0
