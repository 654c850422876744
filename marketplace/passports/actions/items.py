"""Putting parts into an asset, and what happens to them. Each is one row, and the quantity is their sum."""

from decimal import Decimal

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from marketplace.accounts.policy import Actor, Can, require
from marketplace.kernel import clock
from marketplace.kernel.errors import Conflict
from marketplace.kernel.language import _
from marketplace.kernel.units import Amount, Quantity, check_amount, plain
from marketplace.materials.queries import get_taxonomy
from marketplace.materials.rules.taxonomy import Material
from marketplace.notices.actions import audit
from marketplace.passports.models import Asset, AssetItem, ItemChange
from marketplace.passports.queries.assets import details_of, get_asset, get_item, lock_asset
from marketplace.passports.queries.releases import released_of
from marketplace.passports.rules.intake import weigh_item
from marketplace.passports.rules.items import (
    ITEMS_MAX,
    ChangeDraft,
    ChangeKind,
    ItemDetails,
    ItemDraft,
    check_left,
    clean_change,
    clean_details,
    find_delta,
    mass_kg,
)


def add_item(session: Session, actor: Actor, *, asset_id: int, draft: ItemDraft, import_id: int | None = None) -> AssetItem:
    """Write down a part of an asset: a material, how much of it, and how that is known."""
    lock_asset(session, asset_id)
    asset = get_asset(session, actor, asset_id)
    require(actor, Can.KEEP_PASSPORTS, asset)
    material = get_taxonomy(session).material(draft.material)
    weighed = weigh_item(draft, material)
    return write_item(
        session,
        actor,
        asset,
        material=material,
        quantity=weighed.quantity,
        weight=(weighed.kg_per_unit, weighed.kg_basis),
        details=weighed.details,
        use_count=weighed.use_count,
        import_id=import_id,
    )


def write_item(
    session: Session,
    actor: Actor,
    asset: Asset,
    *,
    material: Material,
    quantity: Quantity,
    weight: tuple[Decimal, str],
    details: ItemDetails,
    use_count: int,
    from_item_id: int | None = None,
    exchange_seq: int | None = None,
    import_id: int | None = None,
) -> AssetItem:
    """The row of a new part and what put it there, after everything was judged. The asset is locked."""
    last = session.scalar(select(func.max(AssetItem.number)).where(AssetItem.asset_id == asset.id)) or 0
    if last >= ITEMS_MAX:
        raise Conflict(_("An asset has at most %(most)s parts. Divide it into more assets.", most=ITEMS_MAX))
    kg_per_unit, basis = weight
    item = AssetItem(
        asset_id=asset.id,
        number=last + 1,
        material_id=material.id,
        unit=quantity.unit.value,
        quantity=quantity.amount,
        kg_per_unit=kg_per_unit,
        kg_basis=basis,
        mass_kg=mass_kg(quantity.amount, kg_per_unit),
        use_count=use_count,
        from_item_id=from_item_id,
        import_id=import_id,
        created_at=clock.now(),
        **item_columns(details),
    )
    session.add(item)
    session.flush()
    change = ChangeDraft(ChangeKind.PUT_IN, quantity.amount, clock.today())
    write_change(session, actor, item, change, quantity.amount, exchange_seq=exchange_seq)
    audit.record(
        session,
        actor,
        action="asset.item",
        object_type="asset",
        object_id=asset.id,
        item=item.number,
        quantity=plain(quantity.amount),
    )
    return get_item(session, actor, asset.id, item.number)


def describe_item(session: Session, actor: Actor, *, asset_id: int, number: int, details: ItemDetails) -> AssetItem:
    """Say something else of a part: its layer, its condition, how it is known. Its material and quantity stay."""
    lock_asset(session, asset_id)
    item = get_item(session, actor, asset_id, number)
    require(actor, Can.KEEP_PASSPORTS, item.asset)
    before, after = details_of(item), clean_details(details, _hazards(session, item))
    changed = [name for name in ItemDetails.__dataclass_fields__ if getattr(before, name) != getattr(after, name)]
    if changed:
        for name, value in item_columns(after).items():
            setattr(item, name, value)
        session.flush()
        audit.record(
            session, actor, action="asset.describe_item", object_type="asset", object_id=asset_id, item=number, changed=changed
        )
    return get_item(session, actor, asset_id, number)


def change_item(session: Session, actor: Actor, *, asset_id: int, number: int, change: ChangeDraft) -> AssetItem:
    """Write down what happened to a part: put in, taken out, measured again or lost. What is there never falls below nothing."""
    lock_asset(session, asset_id)
    item = get_item(session, actor, asset_id, number)
    require(actor, Can.KEEP_PASSPORTS, item.asset)
    change = clean_change(change, clock.today())
    if change.kind is not ChangeKind.COUNTED or change.amount != 0:
        check_amount(change.amount, item.unit_of)
    delta = find_delta(change, item.quantity, item.unit_of)
    if delta > 0:
        check_left(change, item.quantity + delta, item.unit_of, item.kg_per_unit)
    if change.kind is ChangeKind.TAKEN_OUT:
        _check_unplanned(session, item, item.quantity + delta)
    apply_change(session, actor, item, change, delta)
    audit.record(
        session,
        actor,
        action=f"asset.{change.kind.value}",
        object_type="asset",
        object_id=asset_id,
        item=number,
        quantity=plain(delta),
    )
    return get_item(session, actor, asset_id, number)


def _check_unplanned(session: Session, item: AssetItem, left: Decimal) -> None:
    """Refuse to take out what listings were made of. What is counted or lost is a fact, whatever was planned."""
    planned = released_of(session, [item.id]).get(item.id, Decimal(0))
    if left < planned:
        raise Conflict(
            _(
                "%(planned)s of this part is planned as supply. Take out at most %(free)s, or withdraw that supply first.",
                planned=Amount(planned, item.unit_of),
                free=Amount(max(item.quantity - planned, Decimal(0)), item.unit_of),
            ),
            "quantity",
        )


def apply_change(
    session: Session, actor: Actor, item: AssetItem, change: ChangeDraft, delta: Decimal, *, exchange_seq: int | None = None
) -> None:
    """Let a part gain or lose an amount, and write the row that says why.

    In one conditional UPDATE; the asset is locked.
    """
    left = item.quantity + delta
    moved = (
        update(AssetItem)
        .where(AssetItem.id == item.id, AssetItem.quantity == item.quantity, AssetItem.quantity + delta >= 0)
        .values(quantity=left, mass_kg=mass_kg(left, item.kg_per_unit))
        .returning(AssetItem.id)
        .execution_options(synchronize_session=False)
    )
    if session.scalar(moved) is None:
        raise Conflict(_("Somebody changed this part in the meantime. Look at it again, and then enter it."), "quantity")
    write_change(session, actor, item, change, delta, exchange_seq=exchange_seq)
    session.expire(item)


def write_change(
    session: Session, actor: Actor, item: AssetItem, change: ChangeDraft, delta: Decimal, *, exchange_seq: int | None = None
) -> None:
    """The row of what happened."""
    session.add(
        ItemChange(
            item_id=item.id,
            kind=change.kind.value,
            quantity=delta,
            happened_on=change.happened_on,
            at=clock.now(),
            person_id=actor.person_id,
            organisation_id=actor.organisation_id,
            reason=change.reason,
            exchange_seq=exchange_seq,
        )
    )
    session.flush()


def _hazards(session: Session, item: AssetItem) -> tuple[str, ...]:
    return tuple(get_taxonomy(session).material_by_id(item.material_id).hazard_codes)


def item_columns(details: ItemDetails) -> dict[str, object]:
    """What is said of a part, as the columns of its row."""
    return {
        "element": details.element,
        "layer": details.layer,
        "known_by": details.known_by.value,
        "source": details.source,
        "detachability": None if details.detachability is None else details.detachability.value,
        "condition": None if details.condition is None else details.condition.value,
        "hazards": {code: answer.value for code, answer in details.hazards.items()},
    }
