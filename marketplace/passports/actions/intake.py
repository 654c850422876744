"""Taking in many assets and parts at once, as a table of an asset system gives them. And taking all of it back.

Every row was judged by the rules that judge one asset and one part; here it is only written, a few statements for hundreds of rows.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import func, insert, literal, select, update
from sqlalchemy.orm import Session

from marketplace.accounts.models import Organisation
from marketplace.accounts.policy import Actor, Can, require
from marketplace.kernel import clock
from marketplace.kernel.db import insert_or
from marketplace.kernel.errors import Conflict
from marketplace.kernel.language import _, in_default_locale
from marketplace.passports.actions.assets import asset_columns
from marketplace.passports.actions.items import item_columns
from marketplace.passports.models import Asset, AssetItem, ItemChange
from marketplace.passports.queries.intake import Arrival, AssetKey, is_same_item, key_of_weighed
from marketplace.passports.rules.assets import AssetDraft
from marketplace.passports.rules.intake import Weighed
from marketplace.passports.rules.items import ITEMS_MAX, ChangeKind, mass_kg

_ITEMS = insert(AssetItem.__table__)  # type: ignore[arg-type]  # past the mapper: these are many
_CHANGES = insert(ItemChange.__table__)  # type: ignore[arg-type]
_DAYS = ("release_earliest", "release_latest")
_EXACT = ("kg_per_unit",)


@dataclass(slots=True)
class Outcome:
    """What a row went into, and how what it changed stood before."""

    asset_id: int
    before: dict[str, Any]


def take_in(session: Session, actor: Actor, arrivals: Sequence[Arrival], *, import_id: int, overwrite: bool) -> list[Outcome]:
    """Write down what the rows say, in their order. What stands there already changes only when `overwrite` says so."""
    require(actor, Can.KEEP_PASSPORTS)
    ids = _add_assets(session, actor, arrivals, import_id)
    outcomes = [Outcome(_asset_id(arrival, ids), {}) for arrival in arrivals]
    if overwrite:
        _change_assets(session, arrivals, outcomes)
        _change_items(session, actor, arrivals, outcomes, import_id)
    _add_items(session, actor, arrivals, outcomes, import_id)
    return outcomes


def _asset_id(arrival: Arrival, ids: Mapping[AssetKey, int]) -> int:
    if arrival.standing is not None:
        return arrival.standing.asset.id
    if arrival.key not in ids:
        number = arrival.key[1]
        raise Conflict(_("Asset %(number)s is gone: somebody changed its number. Load the sheet again.", number=number))
    return ids[arrival.key]


def _add_assets(session: Session, actor: Actor, arrivals: Sequence[Arrival], import_id: int) -> dict[AssetKey, int]:
    """The ids of the assets that the rows make. One that somebody made in the meantime is taken as it is."""
    drafts: dict[AssetKey, AssetDraft] = {}
    for arrival in arrivals:
        if arrival.standing is None and arrival.draft is not None:
            drafts.setdefault(arrival.key, arrival.draft)
    if not drafts:
        return {}
    owner_id, now = int(actor.organisation_id or 0), clock.now()
    slugs = {draft.maintainer for draft in drafts.values() if draft.maintainer}
    organisations = session.execute(select(Organisation.slug, Organisation.id).where(Organisation.slug.in_(slugs)))
    maintainers: dict[str, int] = {row.slug: row.id for row in organisations}
    rows = [
        {
            "organisation_id": owner_id,
            "maintainer_id": maintainers.get(draft.maintainer, owner_id),
            "created_at": now,
            "import_id": import_id,
            **asset_columns(draft),
        }
        for draft in drafts.values()
    ]
    session.execute(insert_or(session, Asset).on_conflict_do_nothing(), rows)
    numbers = [number for _system, number in drafts]
    there = select(Asset.external_system, Asset.external_id, Asset.id).where(
        Asset.organisation_id == owner_id, Asset.external_id.in_(numbers), Asset.ended_at.is_(None)
    )
    return {(system, number): asset_id for system, number, asset_id in session.execute(there)}


def _change_assets(session: Session, arrivals: Sequence[Arrival], outcomes: Sequence[Outcome]) -> None:
    """Describe assets anew, each once, and note how they stood."""
    slugs = {arrival.draft.maintainer for arrival in arrivals if arrival.draft is not None}
    organisations = session.execute(select(Organisation.slug, Organisation.id).where(Organisation.slug.in_(slugs)))
    maintainers: dict[str, int] = {row.slug: row.id for row in organisations}
    done: set[int] = set()
    for arrival, outcome in zip(arrivals, outcomes, strict=True):
        standing = arrival.standing
        if standing is None or arrival.draft is None or arrival.draft == standing.draft or standing.asset.id in done:
            continue
        asset = standing.asset
        done.add(asset.id)
        before, after = asset_columns(standing.draft), asset_columns(arrival.draft)
        before["maintainer_id"] = asset.maintainer_id
        after["maintainer_id"] = maintainers.get(arrival.draft.maintainer, asset.organisation_id)
        changed = {name: value for name, value in after.items() if before[name] != value}
        outcome.before["asset"] = _noted(asset.id, before, changed)
        written = update(Asset).where(Asset.id == asset.id).values(**changed, version=Asset.version + 1)
        session.execute(written.execution_options(synchronize_session=False))


def _noted(row_id: int, before: Mapping[str, Any], changed: Mapping[str, Any]) -> dict[str, Any]:
    """How columns of a row stood and what they became. Those that nobody touched since can be brought back."""
    became = {name: _plain(value) for name, value in changed.items()}
    return {"id": row_id, "was": {name: _plain(before[name]) for name in became}, "became": became}


def _plain(value: Any) -> Any:
    return value if isinstance(value, int | float | bool | str | dict | None) else str(value)


def _change_items(
    session: Session, actor: Actor, arrivals: Sequence[Arrival], outcomes: Sequence[Outcome], import_id: int
) -> None:
    """Let parts become what the rows say. Measured again where the quantity differs, and described anew."""
    moves: list[tuple[int, Decimal]] = []
    for arrival, outcome in zip(arrivals, outcomes, strict=True):
        item = (
            None if arrival.standing is None or arrival.item is None else arrival.standing.items.get(key_of_weighed(arrival.item))
        )
        if item is None or arrival.item is None or is_same_item(item, arrival.item):
            continue
        quantity, values = arrival.item.quantity.amount, _item_values(arrival.item)
        before = {name: getattr(item, name) for name in values}
        outcome.before["item"] = _noted(item.id, before, {name: new for name, new in values.items() if before[name] != new})
        mass = mass_kg(quantity, arrival.item.kg_per_unit)
        written = update(AssetItem).where(AssetItem.id == item.id).values(**values, quantity=quantity, mass_kg=mass)
        session.execute(written.execution_options(synchronize_session=False))
        if quantity != item.quantity:
            moves.append((item.id, quantity - item.quantity))
    _note(session, actor, moves, ChangeKind.COUNTED, import_id)


def _item_values(item: Weighed) -> dict[str, Any]:
    weight = {"kg_per_unit": item.kg_per_unit, "kg_basis": item.kg_basis, "use_count": item.use_count}
    return {**weight, **item_columns(item.details)}


def _add_items(session: Session, actor: Actor, arrivals: Sequence[Arrival], outcomes: Sequence[Outcome], import_id: int) -> None:
    """Write down the parts that do not stand there yet, numbered on from the last of theirs."""
    numbers: dict[int, int] = {}
    rows: list[dict[str, Any]] = []
    now = clock.now()
    for arrival, outcome in zip(arrivals, outcomes, strict=True):
        if arrival.item is None or (arrival.standing is not None and key_of_weighed(arrival.item) in arrival.standing.items):
            continue
        last = numbers.get(outcome.asset_id, 0 if arrival.standing is None else arrival.standing.last_number)
        if last >= ITEMS_MAX:
            raise Conflict(_("An asset has at most %(most)s parts. Divide it into more assets.", most=ITEMS_MAX))
        numbers[outcome.asset_id] = last + 1
        rows.append(
            {
                "asset_id": outcome.asset_id,
                "number": last + 1,
                "material_id": arrival.item.material.id,
                "unit": arrival.item.quantity.unit.value,
                "quantity": arrival.item.quantity.amount,
                "mass_kg": arrival.item.mass_kg,
                "import_id": import_id,
                "created_at": now,
                **_item_values(arrival.item),
            }
        )
    if not rows:
        return
    session.execute(_ITEMS, rows)
    made = select(AssetItem.asset_id, AssetItem.number, AssetItem.id).where(
        AssetItem.asset_id.in_(numbers), AssetItem.import_id == import_id
    )
    ids = {(asset_id, number): item_id for asset_id, number, item_id in session.execute(made)}
    moves = [(ids[row["asset_id"], row["number"]], row["quantity"]) for row in rows]
    _note(session, actor, moves, ChangeKind.PUT_IN, import_id)


def _note(session: Session, actor: Actor, moves: Sequence[tuple[int, Decimal]], kind: ChangeKind, import_id: int) -> None:
    """The rows of what happened to parts by a table."""
    facts = {
        "kind": kind.value,
        "happened_on": clock.today(),
        "at": clock.now(),
        "person_id": actor.person_id,
        "organisation_id": actor.organisation_id,
        "reason": in_default_locale(_("Import %(number)s", number=str(import_id))),
        "import_id": import_id,
    }
    if moves:
        session.execute(_CHANGES, [{"item_id": item_id, "quantity": delta, **facts} for item_id, delta in moves])


def take_back(session: Session, actor: Actor, *, import_id: int, befores: Iterable[Mapping[str, Any]]) -> dict[str, int]:
    """Undo what a table did. What it made comes to nought and ends, what it changed stands as before.

    All of it stays in the history."""
    require(actor, Can.KEEP_PASSPORTS)
    made = select(Asset.id).where(Asset.import_id == import_id, Asset.ended_at.is_(None))
    session.execute(made.order_by(Asset.id).with_for_update())
    parts = _empty(session, actor, made, import_id)
    restored = _bring_back_quantities(session, actor, import_id)
    for before in befores:
        _bring_back(session, before)
    ended = session.execute(
        update(Asset)
        .where(Asset.import_id == import_id, Asset.ended_at.is_(None))
        .values(ended_at=clock.now(), version=Asset.version + 1)
        .execution_options(synchronize_session=False)
    )
    session.expire_all()
    return {"assets": int(getattr(ended, "rowcount", 0)), "parts": parts + restored}


def _empty(session: Session, actor: Actor, made: Any, import_id: int) -> int:
    """Bring every part of the assets that a table made to nought. Two statements, however many there are."""
    full = (AssetItem.asset_id.in_(made), AssetItem.quantity > 0)
    rows = select(
        AssetItem.id,
        literal(ChangeKind.UNDONE.value),
        -AssetItem.quantity,
        literal(clock.today(), ItemChange.happened_on.type),
        literal(clock.now(), ItemChange.at.type),
        literal(actor.person_id, ItemChange.person_id.type),
        literal(actor.organisation_id, ItemChange.organisation_id.type),
        literal(in_default_locale(_("Import %(number)s", number=str(import_id)))),
        literal(import_id),
    ).where(*full)
    columns = ["item_id", "kind", "quantity", "happened_on", "at", "person_id", "organisation_id", "reason", "import_id"]
    session.execute(insert(ItemChange).from_select(columns, rows))
    emptied = update(AssetItem).where(*full).values(quantity=Decimal(0), mass_kg=Decimal(0))
    return int(getattr(session.execute(emptied.execution_options(synchronize_session=False)), "rowcount", 0))


def _bring_back_quantities(session: Session, actor: Actor, import_id: int) -> int:
    """Take back what a table put in, or counted, in assets that stood there before it."""
    amount = func.sum(ItemChange.quantity, type_=ItemChange.quantity.type)
    sums = (
        select(AssetItem.id, AssetItem.quantity, AssetItem.kg_per_unit, amount)
        .join(ItemChange, ItemChange.item_id == AssetItem.id)
        .join(Asset, Asset.id == AssetItem.asset_id)
        .where(ItemChange.import_id == import_id, func.coalesce(Asset.import_id, 0) != import_id)
        .group_by(AssetItem.id, AssetItem.quantity, AssetItem.kg_per_unit)
        .having(func.sum(ItemChange.quantity) != 0)
    )
    moves = [(item_id, quantity, each, delta) for item_id, quantity, each, delta in session.execute(sums)]
    if any(quantity < delta for _id, quantity, _each, delta in moves):
        raise Conflict(_("Some of what this sheet put in has left since, so it cannot be taken back."))
    for item_id, quantity, each, delta in moves:
        left = quantity - delta
        written = update(AssetItem).where(AssetItem.id == item_id).values(quantity=left, mass_kg=mass_kg(left, each))
        session.execute(written.execution_options(synchronize_session=False))
    _note(session, actor, [(item_id, -delta) for item_id, _quantity, _each, delta in moves], ChangeKind.UNDONE, import_id)
    return len(moves)


def _bring_back(session: Session, before: Mapping[str, Any]) -> None:
    """Describe an asset and a part as they were, column by column. What somebody changed since stays."""
    for model in (Asset, AssetItem):
        noted = before.get("asset" if model is Asset else "item")
        row = None if noted is None else session.get(model, noted["id"], populate_existing=True)
        if noted is None or row is None:
            continue
        for column, became in noted["became"].items():
            if _plain(getattr(row, column)) == became:
                setattr(row, column, _read(column, noted["was"][column]))
        if isinstance(row, AssetItem):
            row.mass_kg = mass_kg(row.quantity, row.kg_per_unit)
        elif isinstance(row, Asset):
            row.version += 1
    session.flush()


def _read(column: str, value: Any) -> Any:
    if value is None or column not in (*_DAYS, *_EXACT):
        return value
    return date.fromisoformat(value) if column in _DAYS else Decimal(value)
