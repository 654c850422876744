"""Passports: what is owned, which materials it holds, and how much is owned in all."""

from flask import Response

from marketplace.accounts.policy import Can
from marketplace.accounts.queries.organisations import get_organisation_by_slug
from marketplace.api import query
from marketplace.api.bodies import asset as bodies
from marketplace.api.bodies.asset import AssetBody, AssetPatch, ItemBody, ItemChangeBody, ItemPatch, OwnedBody, ReleaseBody
from marketplace.api.fields import read_choice
from marketplace.api.reading import read_body, read_page, read_value
from marketplace.api.routes.listings import write_listing
from marketplace.api.routing import created, many, ok, require_match, route, with_current
from marketplace.api.schema import Written
from marketplace.api.shapes.asset import AssetSchema, AssetsSchema, ItemSchema, ItemsSchema, OwnedSchema
from marketplace.api.shapes.listing import ListingSchema
from marketplace.api.shapes.material import current_taxonomy
from marketplace.http.passports import passport_answer
from marketplace.http.request import current_actor, current_session, permission
from marketplace.kernel.dates import read_date
from marketplace.kernel.errors import Conflict, Invalid, Missing
from marketplace.matching.actions import replan
from marketplace.passports.actions import assets, items, owned
from marketplace.passports.actions.releasing import put_received, release_items
from marketplace.passports.models import Asset
from marketplace.passports.queries.assets import NOTHING_HELD, details_of, draft_of, get_asset, get_item, holdings_of
from marketplace.passports.queries.assets import list_assets as list_visible
from marketplace.passports.queries.assets import list_items as list_parts
from marketplace.passports.queries.owned import get_owned_year
from marketplace.passports.rules.assets import AssetFilter, AssetKind
from marketplace.passports.rules.items import ItemDetails
from marketplace.sheets.pages import MEDIA_TYPE

ORGANISATION = query.parameter("organisation", "slug of an organisation; absent: your own")
FILTERS = (
    query.parameter("organisation", "slug of an organisation that owns or maintains it"),
    query.parameter("kind", "class of asset", enum=[kind.value for kind in AssetKind]),
    query.parameter("municipality", "slug of the municipality it stands in"),
    query.parameter("material", "slug of a material that it holds"),
    query.parameter("q", "words of its name, or its number"),
    query.parameter("freeBefore", "what has come free before this day at the latest", format="date"),
    *query.PAGE,
)


@route("GET", "/assets", gives=AssetsSchema, tag="passports", query=FILTERS)
@permission(Can.READ_CATALOGUE)
def list_assets() -> Response:
    """List the assets that you may see, by name.

    Your organisation's and what it maintains; of others those that are public.
    """
    page, session, actor = read_page(), current_session(), current_actor()
    kind, material, before = read_value("kind"), read_value("material"), read_value("freeBefore")
    wanted = AssetFilter(
        organisation_id=_organisation("organisation"),
        kind=AssetKind(read_choice(kind, AssetKind, "kind")) if kind else None,
        municipality=read_value("municipality"),
        material_id=current_taxonomy().material(material).id if material else None,
        words=read_value("q"),
        free_before=read_date(before, "en", "freeBefore") if before else None,
        page=page.number,
        page_size=page.size,
    )
    rows, total = list_visible(session, actor, wanted)
    held = holdings_of(session, [row.id for row in rows])
    written = []
    for row in rows:
        holding = held.get(row.id, NOTHING_HELD)
        written.append(AssetSchema.write(row, parts=holding.parts, mass_kg=holding.mass_kg))
    return many(AssetsSchema, written, total=total, page=page)


@route("POST", "/assets", takes=AssetBody(), gives=AssetSchema, status=201, tag="passports")
@permission(Can.KEEP_PASSPORTS)
def create_asset() -> Response:
    """Record something that your organisation owns."""
    draft = bodies.new_asset()
    asset = assets.create_asset(current_session(), current_actor(), draft=draft)
    return created(write_asset(asset), "show_asset", asset_id=asset.id)


@route("GET", "/assets/<int:asset_id>", gives=AssetSchema, tag="passports")
@permission(Can.READ_CATALOGUE)
def show_asset(asset_id: int) -> Response:
    """One asset."""
    return ok(write_asset(get_asset(current_session(), current_actor(), asset_id)))


@route("GET", "/assets/<int:asset_id>/passport.pdf", gives=None, tag="passports", media_type=MEDIA_TYPE)
@permission(Can.READ_CATALOGUE)
def show_passport(asset_id: int) -> Response:
    """The passport of an asset as a paper (PDF/UA), with a code that opens its page."""
    return passport_answer(current_session(), current_actor(), asset_id)


@route("PATCH", "/assets/<int:asset_id>", takes=AssetPatch(), gives=AssetSchema, tag="passports", matched=True)
@permission(Can.KEEP_PASSPORTS)
def edit_asset(asset_id: int) -> Response:
    """Change an asset of your organisation; `version` is the one that you read.

    What is left out stays, what is null becomes empty. Lots that were planned by its days move along.
    """
    values, location = bodies.read_change()
    session, actor = current_session(), current_actor()
    before = get_asset(session, actor, asset_id)
    require_match(before, write_asset)
    draft = bodies.changed_asset(draft_of(before), values, location)
    more = {"version": values["version"], "reason": values.get("reason") or ""}
    try:
        return ok(write_asset(replan.edit_asset(session, actor, asset_id=asset_id, draft=draft, **more)))
    except Conflict as conflict:
        raise with_current(conflict, write_asset(get_asset(session, actor, asset_id))) from conflict


@route("GET", "/assets/<int:asset_id>/items", gives=ItemsSchema, tag="passports", query=query.PAGE)
@permission(Can.READ_CATALOGUE)
def list_items(asset_id: int) -> Response:
    """List the parts of an asset from the top layer down, with everything that happened to them."""
    page, session = read_page(), current_session()
    asset = get_asset(session, current_actor(), asset_id)
    rows = list_parts(session, asset, offset=page.offset, limit=page.size)
    return many(ItemsSchema, [ItemSchema.write(row) for row in rows], total=len(asset.items), page=page)


@route("POST", "/assets/<int:asset_id>/items", takes=ItemBody(), gives=ItemSchema, status=201, tag="passports")
@permission(Can.KEEP_PASSPORTS)
def add_item(asset_id: int) -> Response:
    """Record a part of an asset: a material, how much of it, and how that is known.

    Or put in what came by a transfer to you: it was used once more than before.
    """
    values, session, actor = read_body(ItemBody()), current_session(), current_actor()
    if values.get("exchange") is None:
        item = items.add_item(session, actor, asset_id=asset_id, draft=bodies.new_item(values))
    else:
        bodies.check_received(values)
        details, amount = bodies.changed_details(ItemDetails(), values), values.get("quantity")
        item = put_received(session, actor, asset_id=asset_id, seq=values["exchange"], amount=amount, details=details)
    return created(ItemSchema.write(item), "show_item", asset_id=asset_id, number=item.number)


@route("GET", "/assets/<int:asset_id>/items/<int:number>", gives=ItemSchema, tag="passports")
@permission(Can.READ_CATALOGUE)
def show_item(asset_id: int, number: int) -> Response:
    """One part of an asset, with everything that happened to it."""
    return ok(ItemSchema.write(get_item(current_session(), current_actor(), asset_id, number)))


@route("PATCH", "/assets/<int:asset_id>/items/<int:number>", takes=ItemPatch(), gives=ItemSchema, tag="passports")
@permission(Can.KEEP_PASSPORTS)
def describe_item(asset_id: int, number: int) -> Response:
    """Change the details of a part. Its material stays, and its quantity changes only by what happens to it."""
    values, session, actor = read_body(ItemPatch()), current_session(), current_actor()
    details = bodies.changed_details(details_of(get_item(session, actor, asset_id, number)), values)
    return ok(ItemSchema.write(items.describe_item(session, actor, asset_id=asset_id, number=number, details=details)))


@route(
    "POST",
    "/assets/<int:asset_id>/items/<int:number>/changes",
    takes=ItemChangeBody(),
    gives=ItemSchema,
    status=201,
    tag="passports",
)
@permission(Can.KEEP_PASSPORTS)
def change_item(asset_id: int, number: int) -> Response:
    """Record what happened to a part: put in, taken out, counted again, or lost. The answer is the part as it is now."""
    change = bodies.new_change(read_body(ItemChangeBody()))
    item = items.change_item(current_session(), current_actor(), asset_id=asset_id, number=number, change=change)
    return created(ItemSchema.write(item), "show_item", asset_id=asset_id, number=number)


@route(
    "POST",
    "/assets/<int:asset_id>/items/<int:number>/release",
    takes=ReleaseBody(),
    gives=ListingSchema,
    status=201,
    tag="passports",
)
@permission(Can.KEEP_PASSPORTS)
def release_item(asset_id: int, number: int) -> Response:
    """Make a planned lot of a part, or of several parts of one project, as a draft listing.

    The part keeps what it holds until that is handed over.
    """
    draft = bodies.new_release(read_body(ReleaseBody()), asset_id, number)
    listing = release_items(current_session(), current_actor(), draft=draft)
    return created(write_listing(listing), "get_listing", listing_id=listing.id)


@route("GET", "/owned-mass/<int:year>", gives=OwnedSchema, tag="passports", query=(ORGANISATION,))
@permission(Can.READ_OWNED)
def show_owned(year: int) -> Response:
    """How much a municipality owns or maintains, by its own newest estimate for a year."""
    organisation_id = _organisation("organisation") or int(current_actor().organisation_id or 0)
    return ok(OwnedSchema.write(get_owned_year(current_session(), current_actor(), organisation_id, year)))


@route("PUT", "/owned-mass/<int:year>", takes=OwnedBody(), gives=OwnedSchema, tag="passports")
@permission(Can.ESTIMATE_OWNED)
def set_owned(year: int) -> Response:
    """Estimate how much your municipality owns or maintains, all classes at once. The estimates before are kept."""
    values, session, actor = read_body(OwnedBody()), current_session(), current_actor()
    confirmed = bool(values.get("confirm_unusual"))
    owned.set_owned_mass(session, actor, year=year, rows=bodies.new_owned(values), confirm_unusual=confirmed)
    return ok(OwnedSchema.write(get_owned_year(session, actor, int(actor.organisation_id or 0), year)))


def write_asset(asset: Asset) -> Written:
    """An asset with how much it holds."""
    holding = holdings_of(current_session(), [asset.id]).get(asset.id, NOTHING_HELD)
    return AssetSchema.write(asset, parts=holding.parts, mass_kg=holding.mass_kg)


def _organisation(key: str) -> int | None:
    slug = read_value(key)
    if not slug:
        return None
    try:
        return get_organisation_by_slug(current_session(), slug).id
    except Missing as missing:
        raise Invalid(missing.message, key) from missing
