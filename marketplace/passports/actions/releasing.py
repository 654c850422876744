"""A part of an asset becomes a planned lot, and what was received becomes a part.

What is handed over leaves the part then."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from marketplace.accounts.policy import CLOCK, Actor, Can, require
from marketplace.documents.actions import copy_item_papers
from marketplace.kernel import clock
from marketplace.kernel.errors import Conflict, Invalid, Missing
from marketplace.kernel.geo import Point
from marketplace.kernel.language import _
from marketplace.kernel.units import Amount, Quantity, Unit, check_amount, plain
from marketplace.ledger.models import Exchange
from marketplace.ledger.queries import get_exchange
from marketplace.ledger.rules import RowKind
from marketplace.market.actions.listings import create_listing
from marketplace.market.models import Listing
from marketplace.market.rules.listing import Answer, ListingDraft, Location
from marketplace.materials.queries import get_taxonomy
from marketplace.notices.actions import audit
from marketplace.passports.actions.items import apply_change, write_item
from marketplace.passports.models import AssetItem, ItemRelease
from marketplace.passports.queries.assets import draft_of, get_asset, get_item, lock_asset
from marketplace.passports.queries.releases import find_left_of_row, find_use_count, list_releases, released_of
from marketplace.passports.rules.items import ChangeDraft, ChangeKind, ItemDetails
from marketplace.passports.rules.releasing import Part, ReleaseDraft, find_amounts, find_coming, find_condition, share
from marketplace.places.rules import PlaceBasis


def release_items(session: Session, actor: Actor, *, draft: ReleaseDraft) -> Listing:
    """Make a planned lot, as a draft, of parts of assets of the own organisation. What they hold stays until it is handed over."""
    for asset_id in sorted({piece.asset_id for piece in draft.pieces}):
        lock_asset(session, asset_id)
    items = [_lock_item(session, actor, piece.asset_id, piece.number) for piece in draft.pieces]
    waiting = released_of(session, [item.id for item in items])
    taxonomy = get_taxonomy(session)
    parts = [
        Part(
            item.element or taxonomy.material_by_id(item.material_id).name_nl,
            item.material_id,
            item.unit_of,
            item.kg_per_unit,
            item.kg_basis,
            item.condition,
            item.quantity - waiting.get(item.id, Decimal(0)),
        )
        for item in items
    ]
    amounts = find_amounts(draft.pieces, parts)
    asset = get_asset(session, actor, items[0].asset_id)
    coming = find_coming(draft.coming, draft_of(asset).coming)
    first, material = parts[0], taxonomy.material_by_id(items[0].material_id)
    weighed: dict[str, Any] = {"kg_per_unit": first.kg_per_unit, "confirm_unusual": True} if first.kg_basis == "measured" else {}
    listing = create_listing(
        session,
        actor,
        ListingDraft(
            title=draft.title or f"{material.name_nl}, {asset.name}"[:120],
            material=material.slug,
            quantity=Quantity(sum(amounts, Decimal(0)), first.unit),
            condition=find_condition(draft.condition, parts),
            planned=True,
            earliest=coming.earliest,
            latest=coming.latest,
            certainty=coming.certainty,
            location=Location(asset.place_name, asset.municipality, Point(asset.lat, asset.lon), PlaceBasis.POINT),
            description=draft.description,
            year_of_construction=asset.built_year,
            hazards=_hazards(items),
            **weighed,
        ),
    )
    now = clock.now()
    session.add_all(
        ItemRelease(item_id=item.id, listing_id=listing.id, quantity=amount, released_at=now, person_id=actor.person_id)
        for item, amount in zip(items, amounts, strict=True)
    )
    session.flush()
    owner = asset.organisation_id
    copy_item_papers(session, actor, item_ids=[item.id for item in items], listing_id=listing.id, organisation_id=owner)
    for item, amount in zip(items, amounts, strict=True):
        facts: dict[str, Any] = {"item": item.number, "listing": listing.id, "quantity": plain(amount)}
        audit.record(session, actor, action="asset.release", object_type="asset", object_id=item.asset_id, **facts)
    return listing


def _hazards(items: Sequence[AssetItem]) -> dict[str, Answer]:
    """What is declared of all parts alike; where they differ, the lot asks again."""
    declared = [item.hazards for item in items]
    return {code: Answer(word) for code, word in declared[0].items() if all(hazards.get(code) == word for hazards in declared)}


def _lock_item(session: Session, actor: Actor, asset_id: int, number: int) -> AssetItem:
    lock_asset(session, asset_id)
    item = get_item(session, actor, asset_id, number)
    require(actor, Can.KEEP_PASSPORTS, item.asset)
    return item


def take_out_handed_over(session: Session, *, listing_id: int, amount: Decimal, seq: int, day: date) -> None:
    """Let what was handed over leave the parts that the listing was made of. Nothing happens to a listing of no passport."""
    releases = list_releases(session, listing_id)
    for asset_id in sorted({release.item.asset_id for release in releases}):
        lock_asset(session, asset_id)
    for release in releases:
        session.refresh(release.item)
    waiting = [release.quantity - release.handed_over for release in releases]
    leaving = share(amount, waiting, [release.item.quantity for release in releases])
    for release, gone in zip(releases, leaving, strict=True):
        if gone == 0:
            continue
        handed_over = ItemRelease.handed_over + gone
        session.execute(update(ItemRelease).where(ItemRelease.id == release.id).values(handed_over=handed_over))
        change = ChangeDraft(ChangeKind.HANDED_OVER, gone, day)
        apply_change(session, CLOCK, release.item, change, -gone, exchange_seq=seq)


def put_received(
    session: Session, actor: Actor, *, asset_id: int, seq: int, amount: Decimal | None, details: ItemDetails
) -> AssetItem:
    """Put what came by a transfer into an asset of the own organisation.

    It is a new part, used once more than before. `amount` None: all of the row that is not in an asset yet.
    """
    lock_asset(session, asset_id)
    asset = get_asset(session, actor, asset_id)
    require(actor, Can.KEEP_PASSPORTS, asset)
    row = _received(session, actor, seq)
    session.execute(select(Exchange.seq).where(Exchange.seq == seq).with_for_update())
    left, unit = find_left_of_row(session, row), Unit(row.unit)
    wanted = left if amount is None else amount
    if left <= 0:
        raise Conflict(_("All that came by this transfer is in an asset already, or was taken back."), "quantity", available="0")
    check_amount(wanted, unit)
    if wanted > left:
        raise Conflict(
            _("Of this transfer %(left)s is left. Enter that or less.", left=Amount(left, unit)),
            "quantity",
            available=plain(left),
        )
    material = get_taxonomy(session).material(row.material_slug)
    uses, before = find_use_count(session, row)
    return write_item(
        session,
        actor,
        asset,
        material=material,
        quantity=Quantity(wanted, unit),
        weight=(row.kg_per_unit, row.kg_basis),
        details=details,
        use_count=uses + 1,
        from_item_id=before,
        exchange_seq=seq,
    )


def _received(session: Session, actor: Actor, seq: int) -> Exchange:
    try:
        row = get_exchange(session, actor, seq=seq)
    except Missing as missing:
        raise Invalid(missing.message, "exchange") from missing
    if row.kind != RowKind.TRANSFER or row.to_slug != actor.organisation_slug:
        raise Invalid(
            _("This row of the ledger brought your organisation nothing. Name the row of a transfer to you."), "exchange"
        )
    return row
