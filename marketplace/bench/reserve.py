"""Reserving through every layer, against the bare two statements on the same database."""

import time
from collections.abc import Callable, Iterator
from decimal import Decimal
from functools import partial

from sqlalchemy import text

from marketplace.accounts.actions.people import add_person
from marketplace.accounts.actions.tokens import create_token
from marketplace.accounts.policy import Actor
from marketplace.accounts.queries.organisations import list_organisations
from marketplace.accounts.rules.accounts import Role
from marketplace.accounts.rules.tokens import TokenDraft
from marketplace.app import create_app
from marketplace.bench.bank import Bank
from marketplace.bench.statements import counted
from marketplace.bench.table import Row, at_least
from marketplace.exchange.actions import reserve
from marketplace.exchange.rules.reservation import ReservationDraft
from marketplace.kernel.units import Quantity, Unit
from marketplace.market.queries.gates import asks_destination
from marketplace.materials.queries import get_taxonomy
from marketplace.materials.rules.soil import SoilClass

RESERVATIONS = 300
FIRST = 20  # not counted: a process writes each statement once, and a connection prepares it
UPDATE = text(
    "UPDATE listing SET held = held + 1000 WHERE id = :id AND status = 'published' AND quantity - held - transferred >= 1000"
)
INSERT = text(
    "INSERT INTO reservation (listing_id, organisation_id, owner_id, quantity, asked, unit, status, purpose, reason, requested_at, expires_at) "
    "SELECT id, :asker, organisation_id, 1000, 1000, unit, 'requested', '', '', CURRENT_TIMESTAMP, CURRENT_TIMESTAMP FROM listing WHERE id = :id"
)

LOTS = text("SELECT id, unit, material_id FROM listing WHERE id <= :last")


def rate(banks: list[Bank]) -> Iterator[Row]:
    """Reservations a second, one after the other, each of another listing."""
    for bank in banks:
        asker, last = _asker(bank), 1 + 3 * (FIRST + RESERVATIONS)
        drafts = _drafts(bank, last)
        bare = _rate(partial(_bare, bank, asker), 1)
        verb = _rate(partial(_by_verb, bank, asker, drafts), 1 + FIRST + RESERVATIONS)
        yield Row(f"bare transaction of two statements, {bank.name}", f"{bare:.0f} a second", "", None)
        yield at_least(f"reserve by the verb against that, {bank.name}", verb / bare, 0.25)
        with counted(bank.database) as sent:
            _by_verb(bank, asker, drafts, last)
        yield Row(f"statements of a reservation by the verb, {bank.name}", str(len(sent)), "", None)
        yield Row(f"reserve over HTTP against that, {bank.name}", f"{_over_http(bank, asker, drafts) / bare:.2f}", "", None)


def _bare(bank: Bank, asker: Actor, number: int) -> None:
    with bank.database.transaction() as session:
        session.execute(UPDATE, {"id": number})
        session.execute(INSERT, {"id": number, "asker": asker.organisation_id})


def _drafts(bank: Bank, last: int) -> dict[int, ReservationDraft]:
    """One of each lot; of which classes the place is where its material asks that."""
    drafts = {}
    with bank.database.read() as session:
        taxonomy = get_taxonomy(session)
        for row in session.execute(LOTS, {"last": last}):
            soil = SoilClass.INDUSTRY if asks_destination(session, taxonomy.material_by_id(row.material_id)) else None
            drafts[row.id] = ReservationDraft(Quantity(Decimal(1), Unit(row.unit)), receiving_soil=soil, function_class=soil)
    return drafts


def _by_verb(bank: Bank, asker: Actor, drafts: dict[int, ReservationDraft], number: int) -> None:
    with bank.database.transaction() as session:
        reserve.reserve(session, asker, listing_id=number, draft=drafts[number])


def _over_http(bank: Bank, asker: Actor, drafts: dict[int, ReservationDraft]) -> float:
    with bank.database.transaction() as session:
        _row, token = create_token(session, asker, draft=TokenDraft("bench"))
    app = create_app(bank.config)
    client = app.test_client()

    def ask(number: int) -> None:
        draft = drafts[number]
        body = {"quantity": "1", "unit": draft.quantity.unit.value}
        body |= {"receivingSoil": "industry", "functionClass": "industry"} if draft.receiving_soil else {}
        answer = client.post(f"/api/v1/listings/{number}/reservations", json=body, headers={"Authorization": f"Bearer {token}"})
        assert answer.status_code == 201, answer.text

    try:
        return _rate(ask, 1 + 2 * (FIRST + RESERVATIONS))
    finally:
        app.extensions["database"].dispose()


def _asker(bank: Bank) -> Actor:
    """A project leader of Borne, with a row of their own."""
    with bank.database.transaction() as session:
        borne = next(organisation for organisation in list_organisations(session) if organisation.slug == "borne")
        email = "bench@borne.example"
        person = add_person(
            session, email=email, name="Bench", organisation_id=borne.id, role=Role.PROJECT_LEADER, password_hash="!"
        )
        session.flush()
        return Actor(person.id, person.name, borne.id, borne.slug, borne.name, borne.kind, Role.PROJECT_LEADER)


def _rate(work: Callable[[int], None], start: int) -> float:
    for number in range(start, start + FIRST):
        work(number)
    began = time.perf_counter()
    for number in range(start + FIRST, start + FIRST + RESERVATIONS):
        work(number)
    return RESERVATIONS / (time.perf_counter() - began)
