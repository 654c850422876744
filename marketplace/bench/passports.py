"""Twenty thousand passports: their list and map, a valuation of all, and its pages."""

import time
from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal
from functools import partial
from random import Random
from typing import Any

from flask.testing import FlaskClient
from sqlalchemy import insert, select, text
from sqlalchemy.orm import Session

from marketplace.accounts.actions.people import add_person
from marketplace.accounts.actions.sessions import start_session
from marketplace.accounts.models import Organisation, Person
from marketplace.accounts.policy import Actor
from marketplace.accounts.rules.accounts import Role
from marketplace.app import create_app
from marketplace.bench.bank import Bank
from marketplace.bench.statements import counted
from marketplace.bench.table import Row, at_most, timed
from marketplace.http.sheets import read_factor_list
from marketplace.jobs.valuations import value_at_once
from marketplace.kernel import clock
from marketplace.kernel.units import Unit
from marketplace.materials.queries import get_taxonomy
from marketplace.passports.models import Asset, AssetItem, ItemChange
from marketplace.valuations.actions.prices import load_prices

ASSETS, PARTS, BATCH, PRICED = 20_000, 5, 1_000, 30
PAGE_MS, RUN_S, STATEMENTS = 100, 60, 20
REGION, TOWN = "6.3,52.1,7.1,52.5&zoom=10", "6.7,52.2,6.8,52.3&zoom=13"
FOR_EVERYBODY = {
    "list": "/paspoorten",
    "list, free first": "/paspoorten?sort=freeFirst",
    "marks of the region": f"/paspoorten/kaart.json?bbox={REGION}",
    "marks of a town": f"/paspoorten/kaart.json?bbox={TOWN}",
}
FOR_ITS_OWNER = {
    "list": "/paspoorten",
    "what a valuation will do": "/paspoorten/waarde/nieuw",
    "newest valuation": "/paspoorten/waarde",
}


def owned(banks: list[Bank]) -> Iterator[Row]:
    """Ask the list and the map as everybody does, value everything, and ask what that found."""
    for bank in banks:
        keeper = _keeper(bank)
        with bank.database.transaction() as session:
            _fill(session, keeper)
            _prices(session, keeper)
        _settle(bank)
        began = time.perf_counter()
        with bank.database.transaction() as session:
            run = value_at_once(session, keeper, organisation_id=int(keeper.organisation_id or 0), as_of=clock.today())
            run_id = run.id
        each = f"valuation of {ASSETS * PARTS} parts, {bank.name}, in seconds"
        taken = time.perf_counter() - began
        yield Row(each, f"{taken:.1f} s", f"≤ {RUN_S} s", taken <= RUN_S)
        _settle(bank)
        app = create_app(bank.config)
        owner = _signed_in(bank, app.test_client(), keeper)
        valuation_pages = {f"page {page or 1} of the parts": f"/paspoorten/waarde/{run_id}?page={page}" for page in (1, 1_500)}
        valuation_pages["statement of the year"] = f"/paspoorten/waarde/jaar/{clock.today().year}"
        for client, pages in ((app.test_client(), FOR_EVERYBODY), (owner, FOR_ITS_OWNER | valuation_pages)):
            for name, address in pages.items():
                yield at_most(f"{name} of {ASSETS} passports, {bank.name}", timed(partial(_read, client), [address] * 5), PAGE_MS)
                with counted(app.extensions["database"]) as sent:
                    _read(client, address)
                yield Row(f"statements of it, {bank.name}", str(len(sent)), f"≤ {STATEMENTS}", len(sent) <= STATEMENTS)
        app.extensions["database"].dispose()


def _keeper(bank: Bank) -> Actor:
    """A coordinator of Borne."""
    with bank.database.transaction() as session:
        borne = session.scalars(select(Organisation).where(Organisation.slug == "borne")).one()
        details: dict[str, Any] = {"name": "Bench", "organisation_id": borne.id, "role": Role.COORDINATOR, "password_hash": "!"}
        person = add_person(session, email="bench@borne.example", **details)
        session.flush()
        return Actor(person.id, person.name, borne.id, borne.slug, borne.name, borne.kind, Role.COORDINATOR)


def _fill(session: Session, keeper: Actor) -> None:
    """Roads all over the region that everybody may see, each of five materials."""
    materials = [material.id for material in get_taxonomy(session).materials if material.takes(Unit.M2)]
    chance, now, today = Random(1), clock.now(), clock.today()
    mine = {"organisation_id": keeper.organisation_id, "maintainer_id": keeper.organisation_id, "is_public": True}
    road = {**mine, "kind": "road", "municipality": "borne", "created_at": now}
    part = {
        "unit": "m2",
        "quantity": Decimal(100),
        "kg_per_unit": Decimal(185),
        "kg_basis": "taxonomy",
        "mass_kg": Decimal(18_500),
    }
    for first in range(0, ASSETS, BATCH):
        roads = [
            {
                **road, "name": f"Weg {number}", "sort_key": f"weg {number:05}",
                "lat": 52.15 + chance.random() * 0.35, "lon": 6.4 + chance.random() * 0.6,
            }
            for number in range(first, first + BATCH)
        ]  # fmt: skip
        ids = session.scalars(insert(Asset).returning(Asset.id, sort_by_parameter_order=True), roads).all()
        parts = [
            {
                **part, "asset_id": asset_id, "number": number, "material_id": chance.choice(materials), "created_at": now,
                "known_by": "measured", "condition": chance.choice(("good", "fair", None)), "hazards": {},
            }
            for asset_id in ids
            for number in range(1, PARTS + 1)
        ]  # fmt: skip
        items = session.scalars(insert(AssetItem).returning(AssetItem.id, sort_by_parameter_order=True), parts).all()
        came = {"kind": "put_in", "quantity": Decimal(100), "happened_on": today, "at": now}
        session.execute(insert(ItemChange), [{**came, "item_id": item_id} for item_id in items])


def _prices(session: Session, keeper: Actor) -> None:
    """A price for some of the materials, so that others have no value."""
    slugs = [material.slug for material in get_taxonomy(session).materials if material.takes(Unit.M2)][:PRICED]
    rows = [f"{slug};m2;4,00;6,00;Bench;{clock.today().isoformat()}" for slug in slugs]
    file = read_factor_list("prices.csv", "\r\n".join(("materiaal;eenheid;laag;hoog;bron;peildatum", *rows)).encode())
    load_prices(session, replace(keeper, role=Role.REVIEWER), file=file)


def _settle(bank: Bank) -> None:
    """Let PostgreSQL know what came, as it would by itself within a minute."""
    if not bank.database.is_sqlite:
        with bank.database.engine.connect() as connection:
            for table in ("asset", "asset_item", "item_change", "valuation_line", "valuation_sum", "price_row"):
                connection.execute(text(f"VACUUM ANALYZE {table}"))


def _signed_in(bank: Bank, client: FlaskClient, keeper: Actor) -> FlaskClient:
    with bank.database.transaction() as session:
        secret = start_session(session, keeper, person=session.get_one(Person, keeper.person_id), agent="bench")
    client.set_cookie("session", secret)
    return client


def _read(client: FlaskClient, address: str) -> None:
    answer = client.get(address)
    assert answer.status_code == 200, answer.status_code
