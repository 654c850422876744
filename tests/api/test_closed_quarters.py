"""A quarter of a depot closes sixty days after its end. From then on its settlement is the same file, whatever happens."""

from collections.abc import Callable
from datetime import UTC, datetime
from decimal import Decimal
from io import BytesIO
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError

from marketplace.accounts.models import Organisation
from marketplace.depots.models import Depot, DepotSettlement, Lot
from marketplace.jobs.worker import run_all
from marketplace.kernel import clock
from marketplace.kernel.db import Database
from tests.api.conftest import Api, picture
from tests.factories import KEI, declare_as_owner, make_actor
from tests.visitors import visit

LAST_OPEN, FIRST_CLOSED = datetime(2026, 11, 29, 12, tzinfo=UTC), datetime(2026, 11, 30, 12, tzinfo=UTC)
KIND = {"material": KEI, "unit": "m2", "condition": "good"}


@pytest.fixture
def keeper(somebody: Callable[..., Api]) -> Api:
    return somebody("borne", "coordinator")


@pytest.fixture
def yard(keeper: Api, database: Database) -> int:
    """70 m² at € 0.10 a week, since 1 July; 92 days of a quarter: 70 × 92 / 7 × 0.10 = 92.00."""
    with clock.frozen(datetime(2026, 7, 1, 9, tzinfo=UTC)):
        depot_id: int = keeper.post("/depots", {"name": "Werf", "place": "Borne"}).get_json()["id"]
        keeper.post(f"/depots/{depot_id}/rates", {"unit": "m2", "eurosPerWeek": "0.10", "fromOn": "2026-07-01"})
        assert keeper.post(f"/depots/{depot_id}/lots", {**KIND, "quantity": 70}).status_code == 201
    return depot_id


def download(app: Flask, database: Database, depot_id: int, kind: str = "csv", slug: str = "borne") -> bytes:
    with database.transaction() as session:
        client = visit(app, session, make_actor(session, slug, "coordinator"))
    answer = client.get(f"/depots/{depot_id}/afrekening/2026-K3.{kind}")
    assert answer.status_code == 200
    content: bytes = answer.data
    return content


def settle(app: Flask, at: datetime) -> None:
    run_all(app, at)


def fields(answer: Any) -> list[str]:
    return [error["field"] for error in answer.get_json()["errors"]]


def test_until_the_last_open_day_a_day_of_the_quarter_counts_and_after_it_it_is_refused(
    app: Flask, keeper: Api, yard: int, database: Database
) -> None:
    """7 m² more for the last 7 days of September: 7 × 7 / 7 × 0.10 = 0.70, so 92.70 in all."""
    lot = {**KIND, "quantity": 7, "movedOn": "2026-09-24"}
    with clock.frozen(LAST_OPEN):
        assert b"Borne;Totaal;;;;92;;;;92;" in download(app, database, yard)
        assert keeper.post(f"/depots/{yard}/lots", lot).status_code == 201
        first = keeper.get("/lots").get_json()["items"][-1]["id"]
    with clock.frozen(FIRST_CLOSED):
        settle(app, FIRST_CLOSED)
        before = download(app, database, yard)
        assert b"Borne;Totaal;;;;99;;;;92,7;" in before  # 92 and 7 days
        refused = keeper.post(f"/depots/{yard}/lots", lot)
        assert (refused.status_code, fields(refused)) == (422, ["movedOn"])
        assert "2026-K3 is afgesloten" in refused.get_json()["errors"][0]["message"]
        for verb, body in (
            ("out", {"quantity": 1}),
            ("write-off", {"quantity": 1, "reason": "Weg"}),
            ("count", {"quantity": 69, "reason": "Geteld"}),
            ("split", {"quantity": 1}),
            ("move", {"place": "Borne"}),
        ):
            refused = keeper.post(f"/lots/{first}/{verb}", {**body, "movedOn": "2026-09-30"})
            assert (refused.status_code, fields(refused)) == (422, ["movedOn"]), verb
        assert keeper.post(f"/lots/{first}/out", {"quantity": 1, "movedOn": "2026-10-01"}).status_code == 200
        assert download(app, database, yard) == before
        price = keeper.post(f"/depots/{yard}/rates", {"unit": "m2", "eurosPerWeek": "9", "fromOn": "2026-09-30"})
        assert (price.status_code, fields(price)) == (422, ["fromOn"])


def test_the_files_of_a_closed_quarter_are_the_same_bytes_whatever_changes(app: Flask, yard: int, database: Database) -> None:
    settle(app, FIRST_CLOSED)
    with clock.frozen(FIRST_CLOSED):
        before = [download(app, database, yard, kind) for kind in ("csv", "xlsx")]
    with database.transaction() as session:
        session.scalars(select(Lot)).one().title = "Heel andere keien"
        session.scalars(select(Lot)).one().kg_per_unit = Decimal(1)
        session.get_one(Depot, yard).name = "Andere werf"
        session.scalars(select(Organisation).where(Organisation.slug == "borne")).one().name = "Borne-Zuid"
    with clock.frozen(datetime(2027, 3, 1, 12, tzinfo=UTC)):
        settle(app, clock.now())
        assert [download(app, database, yard, kind) for kind in ("csv", "xlsx")] == before


def test_a_quarter_is_kept_once_and_nobody_changes_it(app: Flask, yard: int, database: Database) -> None:
    settle(app, LAST_OPEN)
    with database.read() as session:
        assert session.scalars(select(DepotSettlement)).all() == []
    for _twice in range(2):
        settle(app, FIRST_CLOSED)
    with database.read() as session:
        [settlement] = session.scalars(select(DepotSettlement))
        assert (settlement.quarter, len(settlement.rows), settlement.rows[0][-1]) == ("2026-K3", 1, 9200)
    for statement in ("UPDATE depot_settlement SET rows = '[]'", "DELETE FROM depot_settlement"):
        with pytest.raises(DBAPIError), database.transaction() as session:
            session.execute(text(statement))


def test_another_organisation_reads_its_own_rows_of_a_closed_quarter(
    app: Flask, keeper: Api, yard: int, database: Database
) -> None:
    with database.transaction() as session:
        make_actor(session, "almelo")
    with clock.frozen(LAST_OPEN):
        keeper.post(f"/depots/{yard}/lots", {**KIND, "quantity": 7, "owner": "almelo", "movedOn": "2026-09-24"})
    settle(app, FIRST_CLOSED)
    with clock.frozen(FIRST_CLOSED):
        lines = download(app, database, yard, slug="almelo").decode("utf-8-sig").splitlines()
    assert [line.split(";")[0] for line in lines[1:]] == ["Almelo", "Almelo"]


def test_a_late_hand_over_leaves_the_depot_in_a_quarter_that_is_open(
    app: Flask, keeper: Api, hengelo: Api, yard: int, database: Database
) -> None:
    """Booked on 30 November for 25 September: the ledger says September, the depot charges up to 1 October."""
    with clock.frozen(LAST_OPEN):
        lot_id = keeper.get("/lots").get_json()["items"][0]["id"]
        offer = {"lot": lot_id, "title": "Keien", "condition": "good", "availableFrom": "2026-07-01"}
        listing = keeper.post("/listings", offer).get_json()["id"]
        keeper.post(f"/listings/{listing}/photos", data={"photo": (BytesIO(picture()), "foto.jpg"), "alt": "Keien"})
        declare_as_owner(database, listing)
        assert keeper.post(f"/listings/{listing}/publish").status_code == 200
        body = {"quantity": 70, "unit": "m2", "place": "Hengelo"}
        path = f"/reservations/{hengelo.post(f'/listings/{listing}/reservations', body).get_json()['id']}"
        assert keeper.post(f"{path}/approve").status_code == 200
    settle(app, FIRST_CLOSED)
    with clock.frozen(FIRST_CLOSED):
        before = download(app, database, yard)
        late = {"quantity": 70, "handedOverOn": "2026-09-25", "reason": "De bon lag nog op de werf"}
        assert keeper.post(f"{path}/late-hand-over", late).status_code == 200
        assert hengelo.post(f"{path}/confirm").status_code == 200
        assert hengelo.get("/exchanges").get_json()["items"][0]["happenedOn"] == "2026-09-25"
        assert hengelo.get(f"/lots/{lot_id}").get_json()["movements"][-1]["movedOn"] == "2026-10-01"
        assert download(app, database, yard) == before
        assert hengelo.get(f"/lots/{lot_id}").get_json()["cost"] == {"cents": 9200, "days": 92, "isKnown": True}
