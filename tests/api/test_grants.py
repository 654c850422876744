"""The application under a role of its own in PostgreSQL, with what docs/grants.sql grants and nothing more."""

from collections.abc import Iterator

import psycopg
import pytest
from sqlalchemy import make_url

from config import PROJECT, Config
from marketplace.app import create_app
from tests.api.conftest import Api, published
from tests.databases import settings

OWN = ("exchange", "audit", "alembic_version")


@pytest.fixture
def role_url(database_url: str) -> Iterator[str]:
    if database_url.startswith("sqlite"):
        pytest.skip("SQLite has no roles")
    url = make_url(database_url)
    role = f"bank_app_{url.database}"
    with psycopg.connect(url.set(drivername="postgresql").render_as_string(hide_password=False), autocommit=True) as owner:
        owner.execute(f"DROP ROLE IF EXISTS {role}".encode())
        owner.execute(f"CREATE ROLE {role} LOGIN PASSWORD 'bank'".encode())
        owner.execute((PROJECT / "docs/grants.sql").read_text().replace("bank_app", role).encode())
    yield url.set(username=role, password="bank").render_as_string(hide_password=False)
    with psycopg.connect(url.set(drivername="postgresql").render_as_string(hide_password=False), autocommit=True) as owner:
        owner.execute(f"DROP OWNED BY {role}".encode())
        owner.execute(f"DROP ROLE {role}".encode())


def test_the_bank_works_with_the_rights_that_the_file_grants(role_url: str, config: Config, hengelo: Api, borne: Api) -> None:
    app = create_app(settings(role_url, config.instance_path))
    owner, asker = (Api(app.test_client(), client.specification, client.token) for client in (hengelo, borne))
    lot = published(owner)
    made = asker.post(f"/listings/{lot['id']}/reservations", {"quantity": "10", "unit": "m2"}).get_json()
    assert owner.post(f"/reservations/{made['id']}/approve").status_code == 200
    assert app.test_client().get("/readyz").status_code == 200
    app.extensions["database"].dispose()


def test_the_role_of_the_bank_rewrites_neither_ledger_nor_audit_nor_schema(role_url: str) -> None:
    address = make_url(role_url).set(drivername="postgresql").render_as_string(hide_password=False)
    with psycopg.connect(address, autocommit=True) as bank:
        for table in OWN:
            for statement in (f"DELETE FROM {table}", f"TRUNCATE {table}", f"DROP TABLE {table}"):
                with pytest.raises(psycopg.errors.InsufficientPrivilege):
                    bank.execute(statement.encode())
        assert bank.execute(
            "SELECT has_table_privilege('exchange', 'INSERT'), has_table_privilege('audit', 'INSERT')"
        ).fetchone() == (True, True)
