"""The lots behind what was listed before there were lots, and every movement that the bank knows of them.

A listing that was ever published gets the lot that it offered. Whoever took a part of it got a lot of their own, and whoever took all of
it got the lot itself. What came back is a lot out of what its receiver got. What a listing says was left when it ended lies there still,
unless its owner said what became of it.
"""

import json
from collections import defaultdict
from collections.abc import Iterator
from datetime import UTC, date, datetime
from decimal import ROUND_HALF_UP, Decimal
from typing import Any
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from alembic import op

revision = "0029_lots_of_listings"
down_revision = "0030_legs"
branch_labels = None
depends_on = None

AT_ONCE = 500
HERE = ZoneInfo("Europe/Amsterdam")
BULK_KG = {"tonne": 1_000_000_000, "kg": 1_000_000}  # millionths of a kg that one unit weighs, of whatever material
GOES_AS = {"sold_elsewhere": "write_off", "recycled": "write_off", "disposed": "write_off", "own_use": "out", "mistake": "count"}
WHOLE = ("listed", "corrected", "quantity", "transferred")


def table(name: str, **columns: Any) -> Any:
    """A table as this migration reads and writes it."""
    return sa.table(name, *(sa.column(key, kind) for key, kind in columns.items()))


NUMBER, WORDS, MOMENT, DAY, POINT = sa.Integer(), sa.Text(), sa.DateTime(), sa.Date(), sa.Double()
AMOUNT = sa.BigInteger()
LISTING = table(
    "listing",
    **dict.fromkeys(("id", "organisation_id", "created_by_id", "material_id", "parent_id", "depot_id", "lot_id"), NUMBER),
    **dict.fromkeys(("status", "title", "unit", "condition", "place_name"), WORDS),
    **dict.fromkeys((*WHOLE, "kg_per_unit"), AMOUNT),
    **dict.fromkeys(("lat", "lon"), POINT),
    **dict.fromkeys(("published_at", "created_at"), MOMENT),
)
RESERVATION = table(
    "reservation",
    **dict.fromkeys(("id", "listing_id", "organisation_id", "depot_id"), NUMBER),
    **dict.fromkeys(("status", "write_off_reason"), WORDS),
    **dict.fromkeys(("quantity", "surplus", "written_off", "returned", "reversed"), AMOUNT),
    handed_over_on=DAY,
    completed_at=MOMENT,
    handed_over_at=MOMENT,
)
TERMS = table(
    "terms_version",
    **dict.fromkeys(("id", "reservation_id", "number"), NUMBER),
    **dict.fromkeys(("status", "destination_name"), WORDS),
    **dict.fromkeys(("destination_lat", "destination_lon"), POINT),
)
LOSS = table("supply_loss", listing_id=NUMBER, outcome=WORDS, reason=WORDS, lost_on=DAY)
AUDIT = table("audit", id=NUMBER, action=WORDS, object_id=NUMBER, facts=WORDS, at=MOMENT)
FACTS = table("reference_row", version_id=NUMBER, kind=WORDS, slug=WORDS, facts=WORDS)
MATERIAL = table("material", id=NUMBER, slug=WORDS)
LOT = table(
    "lot",
    **dict.fromkeys(("id", "parent_id", "origin_id", "material_id", "owner_id", "holder_id", "depot_id", "pallets"), NUMBER),
    **dict.fromkeys(("title", "unit", "kg_basis", "condition", "bay", "place_name"), WORDS),
    **dict.fromkeys(("quantity", "kg_per_unit"), AMOUNT),
    **dict.fromkeys(("lat", "lon"), POINT),
    in_depot_since=DAY,
    created_at=MOMENT,
)
MOVEMENT = table(
    "movement",
    **dict.fromkeys(("lot_id", "pallets", "organisation_id", "owner_id", "holder_id", "depot_id"), NUMBER),
    **dict.fromkeys(("other_lot_id", "listing_id", "reservation_id"), NUMBER),
    **dict.fromkeys(("kind", "bay", "place_name", "reason"), WORDS),
    **dict.fromkeys(("lat", "lon"), POINT),
    quantity=AMOUNT,
    happened_on=DAY,
    at=MOMENT,
)


def day_of(moment: datetime) -> date:
    """The day on the wall of what is stored as UTC."""
    return moment.replace(tzinfo=UTC).astimezone(HERE).date()


class Bank:
    """What was there before, and what is made of it."""

    def __init__(self, connection: sa.Connection) -> None:
        self.connection = connection
        self.next_lot = (connection.scalar(sa.select(sa.func.max(LOT.c.id))) or 0) + 1
        self.lots: dict[int, dict[str, Any]] = {}
        self.movements: list[dict[str, Any]] = []
        self.received: dict[int, dict[str, Any]] = {}  # by reservation
        self.weights = self.read_weights()
        self.transfers: dict[int, list[dict[str, Any]]] = defaultdict(list)
        for row in self.rows(sa.select(RESERVATION).order_by(RESERVATION.c.completed_at, RESERVATION.c.id)):
            if row["status"] == "completed" or row["surplus"] > 0:
                self.transfers[row["listing_id"]].append({**row, "unmatched": row["returned"]})
        agreed = sa.select(TERMS).where(TERMS.c.status == "agreed").order_by(TERMS.c.number)
        self.terms = {row["reservation_id"]: row for row in self.rows(agreed)}
        self.losses = {row["listing_id"]: dict(row) for row in self.rows(sa.select(LOSS))}
        ended = sa.select(AUDIT).where(AUDIT.c.action.in_(("listing.close", "listing.withdraw"))).order_by(AUDIT.c.id)
        self.mistakes = {
            row["object_id"]: {"outcome": "mistake", "reason": "", "lost_on": day_of(row["at"])}
            for row in self.rows(ended.where(AUDIT.c.facts.contains("mistake")))
        }

    def rows(self, statement: sa.Select[Any]) -> Iterator[Any]:
        return iter(self.connection.execute(statement).mappings().all())

    def read_weights(self) -> dict[tuple[int, str], int]:
        """What one unit of a material weighs, in millionths of a kg, by the newest version that says so."""
        joined = sa.select(MATERIAL.c.id, FACTS.c.facts).join(FACTS, FACTS.c.slug == MATERIAL.c.slug)
        found: dict[tuple[int, str], int] = {}
        for row in self.rows(joined.where(FACTS.c.kind == "material").order_by(FACTS.c.version_id)):
            facts = json.loads(row["facts"])
            said = {unit: Decimal(kg) * 1_000_000 for unit, kg in facts.get("kg_per_unit", {}).items()}
            pieces = Decimal(facts.get("pieces_per_m2") or 0)
            if pieces and "m2" in said and "piece" not in said:
                said["piece"] = said["m2"] / pieces
            if pieces and "piece" in said and "m2" not in said:
                said["m2"] = said["piece"] * pieces
            found |= {(row["id"], unit): int(kg.quantize(Decimal(1), ROUND_HALF_UP)) for unit, kg in said.items()}
        return found

    def weight_of(self, listing: Any) -> int:
        if listing["kg_per_unit"]:
            return int(listing["kg_per_unit"])
        unit = listing["unit"]
        known = self.weights.get((listing["material_id"], unit), BULK_KG.get(unit))
        if known is None:
            raise RuntimeError(f"listing {listing['id']} goes by {unit}, and no list of materials says what that weighs")
        return known

    def lot(self, listing: Any, owner: int, at: dict[str, Any], day: date, created_at: datetime, **more: Any) -> dict[str, Any]:
        """A lot of what this listing offered, of which nothing has come in yet."""
        inside = at["depot_id"] is not None
        made = {
            "id": self.next_lot,
            "parent_id": None,
            "origin_id": None,
            "material_id": listing["material_id"],
            "title": listing["title"],
            "unit": listing["unit"],
            "quantity": 0,
            "kg_per_unit": self.weight_of(listing),
            "kg_basis": "measured" if listing["kg_per_unit"] else "taxonomy",
            "condition": listing["condition"],
            "owner_id": owner,
            "holder_id": owner,
            "pallets": 0,
            "bay": "",
            "in_depot_since": day if inside else None,
            "created_at": created_at,
            **at,
            **more,
        }
        self.next_lot += 1
        self.lots[made["id"]] = made
        return made

    def moved(self, lot: dict[str, Any], kind: str, quantity: int, day: date, at: datetime, **more: Any) -> None:
        lot["quantity"] += quantity
        here = {name: lot[name] for name in ("owner_id", "holder_id", "depot_id", "place_name", "lat", "lon")}
        row = {"lot_id": lot["id"], "kind": kind, "quantity": quantity, "pallets": 0, "bay": "", "reason": "", **here}
        about = {"organisation_id": None, "other_lot_id": None, "listing_id": None, "reservation_id": None}
        since = lot["in_depot_since"]
        self.movements.append({**row, **about, "happened_on": max(day, since) if since else day, "at": at, **more})

    def follow(self, listing: Any) -> int:
        """Make the lot of a listing and all that is known to have happened to it; its number."""
        at, day = listing["published_at"], day_of(listing["published_at"])
        lot = self.began(listing, day, at)
        number = lot["id"]
        about: dict[str, Any] = {"listing_id": listing["id"]}
        if listing["corrected"]:
            self.moved(lot, "count", listing["corrected"], day, at, **about)
        transfers = self.transfers[listing["id"]]
        for row in transfers:
            self.measured(lot, row, about)
        done = [row for row in transfers if row["status"] == "completed"]
        for row in done:
            self.transferred(listing, lot, row, about, takes_all=len(done) == 1 and row["quantity"] == lot["quantity"])
        left = listing["quantity"] - listing["transferred"]
        said = self.losses.get(listing["id"]) or self.mistakes.get(listing["id"])
        if listing["status"] in ("closed", "withdrawn") and left > 0 and said and said["outcome"] in GOES_AS:
            self.moved(lot, GOES_AS[said["outcome"]], -left, said["lost_on"], at, reason=said["reason"], **about)
        return int(number)

    def began(self, listing: Any, day: date, at: datetime) -> dict[str, Any]:
        """The lot as it came in: new, or out of what a receiver gives back."""
        inside = listing["depot_id"] is not None
        place = {"depot_id": listing["depot_id"], "place_name": "" if inside else listing["place_name"]}
        place |= {name: None if inside else listing[name] for name in ("lat", "lon")}
        owner, amount = listing["organisation_id"], listing["listed"]
        source = None if listing["parent_id"] is None else self.source(listing["parent_id"], amount)
        if source is None:
            lot = self.lot(listing, owner, place, day, at)
            self.moved(lot, "in", amount, day, at, listing_id=listing["id"], organisation_id=owner)
            return lot
        source["unmatched"] -= amount
        parent, about = self.received[source["id"]], {"listing_id": listing["parent_id"], "reservation_id": source["id"]}
        root = parent["origin_id"] or parent["id"]
        lot = self.lot(listing, owner, place, day, at, parent_id=parent["id"], origin_id=root)
        self.moved(parent, "return", -amount, day, at, other_lot_id=lot["id"], **about)
        self.moved(lot, "return", amount, day, at, other_lot_id=parent["id"], **about)
        return lot

    def source(self, listing_id: int, amount: int) -> dict[str, Any] | None:
        """The transfer that this much came back from: one of which that much did."""
        rows = [row for row in self.transfers[listing_id] if row["unmatched"] >= amount]
        return next((row for row in rows if row["unmatched"] == amount), rows[0] if rows else None)

    def measured(self, lot: dict[str, Any], row: dict[str, Any], about: dict[str, Any]) -> None:
        """What a hand-over found to be more or less than was thought."""
        at = row["completed_at"] or row["handed_over_at"]
        day = row["handed_over_on"] or day_of(at)
        if row["surplus"]:
            self.moved(lot, "count", row["surplus"], day, at, reservation_id=row["id"], **about)
        if row["written_off"]:
            reason = row["write_off_reason"]
            self.moved(lot, "write_off", -row["written_off"], day, at, reservation_id=row["id"], reason=reason, **about)

    def transferred(
        self, listing: Any, lot: dict[str, Any], row: dict[str, Any], about: dict[str, Any], *, takes_all: bool
    ) -> None:
        terms, at, owner = self.terms[row["id"]], row["completed_at"], row["organisation_id"]
        day = row["handed_over_on"] or day_of(at)
        place = {"depot_id": None, "place_name": terms["destination_name"]}
        place |= {"lat": terms["destination_lat"], "lon": terms["destination_lon"]}
        about = {**about, "reservation_id": row["id"], "organisation_id": owner}
        if takes_all:
            self.moved(lot, "out", -row["quantity"], day, at, **about)
            lot |= {**place, "owner_id": owner, "holder_id": owner, "in_depot_since": None}
            self.moved(lot, "in", row["quantity"], day, at, **about)
            got = lot
        else:
            root = lot["origin_id"] or lot["id"]
            got = self.lot(listing, owner, place, day, at, parent_id=lot["id"], origin_id=root)
            self.moved(lot, "split", -row["quantity"], day, at, other_lot_id=got["id"], **about)
            self.moved(got, "split", row["quantity"], day, at, other_lot_id=lot["id"], **about)
        self.received[row["id"]] = got
        if row["reversed"]:
            self.moved(got, "write_off", -row["reversed"], day, at, **about)

    def write(self, offered: dict[int, int]) -> None:
        for made, rows in ((LOT, list(self.lots.values())), (MOVEMENT, self.movements)):
            for first in range(0, len(rows), AT_ONCE):
                self.connection.execute(sa.insert(made), rows[first : first + AT_ONCE])
        one = sa.update(LISTING).where(LISTING.c.id == sa.bindparam("number")).values(lot_id=sa.bindparam("lot"))
        pairs = [{"number": number, "lot": lot} for number, lot in offered.items()]
        for first in range(0, len(pairs), AT_ONCE):
            self.connection.execute(one, pairs[first : first + AT_ONCE])
        if pairs and self.connection.dialect.name == "postgresql":
            self.connection.execute(sa.text("SELECT setval(pg_get_serial_sequence('lot', 'id'), (SELECT max(id) FROM lot))"))


def upgrade() -> None:
    bank = Bank(op.get_bind())
    wanted = sa.select(LISTING).where(LISTING.c.published_at.is_not(None), LISTING.c.lot_id.is_(None)).order_by(LISTING.c.id)
    bank.write({row["id"]: bank.follow(row) for row in bank.rows(wanted)})


def downgrade() -> None:
    """Every lot goes: without the listings' there is nothing of which the others are parts."""
    is_sqlite = op.get_bind().dialect.name == "sqlite"
    op.execute("UPDATE listing SET lot_id = NULL WHERE lot_id IS NOT NULL")
    op.execute("UPDATE arrival SET lot_id = NULL WHERE lot_id IS NOT NULL")
    op.execute("DROP TRIGGER movement_no_delete" if is_sqlite else "ALTER TABLE movement DISABLE TRIGGER USER")
    op.execute("DELETE FROM lot_photo_file")
    op.execute("DELETE FROM lot_photo")
    op.execute("DELETE FROM movement")
    op.execute("UPDATE lot SET parent_id = NULL, origin_id = NULL")
    op.execute("DELETE FROM lot")
    if not is_sqlite:
        op.execute("ALTER TABLE movement ENABLE TRIGGER USER")
        return
    op.execute(
        "CREATE TRIGGER movement_no_delete BEFORE DELETE ON movement BEGIN SELECT RAISE(ABORT, 'movement is append-only'); END"
    )
