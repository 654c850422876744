"""A session that reads cannot write, whatever the database would make of it."""

import pytest
from sqlalchemy import func, select, update

from marketplace.accounts.models import Organisation
from marketplace.kernel.db import Database
from tests.factories import make_actor


def test_a_reading_session_refuses_to_write(database: Database) -> None:
    with database.transaction() as session:
        make_actor(session, "borne")
    with database.read() as reading:
        with pytest.raises(RuntimeError):
            reading.execute(update(Organisation).values(name="Anders"))
        reading.scalars(select(Organisation)).first().name = "Anders"  # type: ignore[union-attr]
        with pytest.raises(RuntimeError):
            reading.flush()
    with database.read() as reading:
        assert reading.scalar(select(func.count()).where(Organisation.name == "Anders")) == 0
