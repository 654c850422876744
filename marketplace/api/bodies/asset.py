"""What is taken of an asset, its parts, and what is owned in all."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from marketplace.api.bodies.lot import WEIGHT, Counted
from marketplace.api.bodies.place import Placed
from marketplace.api.fields import (
    CODE_LENGTH_MAX,
    Amount,
    Answers,
    Choice,
    Day,
    Given,
    Line,
    Lines,
    Number,
    UnitChoice,
    Whole,
    YesNo,
)
from marketplace.api.reading import location_of, read_json
from marketplace.api.schema import Body, Rows, take
from marketplace.http.rights import require_for_address
from marketplace.kernel import clock
from marketplace.kernel.errors import FieldError, Invalid
from marketplace.kernel.language import _
from marketplace.kernel.units import Quantity, check_amount
from marketplace.market.rules.listing import DESCRIPTION_LENGTH_MAX, TITLE_LENGTH_MAX, Answer, Certainty, Condition, Location
from marketplace.passports.rules.assets import (
    EXTERNAL_LENGTH_MAX,
    NAME_LENGTH_MAX,
    NEN_2767_WORST,
    AssetDraft,
    AssetKind,
    Coming,
)
from marketplace.passports.rules.items import (
    ELEMENT_LENGTH_MAX,
    ENTERED,
    ITEMS_MAX,
    REASON_LENGTH_MAX,
    SOURCE_LENGTH_MAX,
    USE_COUNT_MAX,
    ChangeDraft,
    Detachability,
    ItemDetails,
    ItemDraft,
    KnownBy,
)
from marketplace.passports.rules.owned import SOURCE_LENGTH_MAX as OWNED_SOURCE_LENGTH_MAX
from marketplace.passports.rules.owned import TONNES_MAX, OwnedDraft
from marketplace.passports.rules.releasing import PIECES_MAX, Piece, ReleaseDraft
from marketplace.passports.rules.shapes import clean_shape, middle_of
from marketplace.planned.rules import REASON_LENGTH_MAX as DATES_REASON_LENGTH_MAX

YEAR_MOST = 9999
_NOT_PLANNED = Coming()
_OF_THE_ROW = ("material", "unit", "kg_per_unit", "use_count")
_COMING = ("earliest", "latest", "certainty")
_TEXTS = ("name", "maintainer", "external_id", "external_system")
_ITEM_TEXTS = ("element", "source")


class Shaped(Given):
    """A GeoJSON geometry."""

    shape = {"type": "object", "required": ["type", "coordinates"], "maxProperties": 20}

    def read(self, value: Any) -> dict[str, Any]:
        """The geometry, its coordinates to the centimetre."""
        return clean_shape(value)


class AssetBody(Placed):
    """An asset. Where it stands is a place, a point, or else the middle of its shape."""

    name = Line(longest=NAME_LENGTH_MAX, required=True)
    kind = Choice(AssetKind, required=True)
    shape = Shaped("its line or area: a GeoJSON geometry, longitude first; null: none")
    maintainer = Line("slug of the organisation that maintains it; null: the owner", longest=CODE_LENGTH_MAX)
    external_id = Line("its number in your asset system; null: none", longest=EXTERNAL_LENGTH_MAX)
    external_system = Line("which system that is; null: not said", longest=EXTERNAL_LENGTH_MAX)
    built_year = Whole("the year in which it was built; null: not known", most=YEAR_MOST)
    earliest = Day("first day on which it can come free; null: not planned")
    latest = Day("last day on which it can come free; null: not planned")
    certainty = Choice(Certainty, "how sure that is; null: not planned")
    nen_2767 = Whole("score of an inspection by NEN 2767, 1 to 6; null: none", most=NEN_2767_WORST)
    is_public = YesNo("whether everybody may read it, without what it is worth")


class AssetPatch(AssetBody):
    """A change of an asset: what is left out stays."""

    name = Line(longest=NAME_LENGTH_MAX)
    kind = Choice(AssetKind)
    version = Whole("the version that you read", required=True)
    reason = Lines("why its days move; required where a planned lot on offer was made of it", longest=DATES_REASON_LENGTH_MAX)


class _DescribedBody(Body):
    """What is said of a part beside its material and its quantity."""

    element = Line("what it is in the asset, for example the top layer; null: not said", longest=ELEMENT_LENGTH_MAX)
    layer = Whole("counted from the top, 1 first; null: no layer", most=ITEMS_MAX)
    known_by = Choice(KnownBy, "how the quantity is known; absent: archive")
    source = Lines("where that is from; required of an estimate", longest=SOURCE_LENGTH_MAX)
    detachability = Choice(Detachability, "how it comes loose; null: not known")
    condition = Choice(Condition, "null: nobody looked")
    hazards = Answers(Answer, "hazard code of the material to yes, no or unknown")


class ItemBody(_DescribedBody):
    """A part of an asset: one material, or with `exchange` what came by a transfer to you."""

    material = Line("slug of a material, see /materials; required without exchange", longest=CODE_LENGTH_MAX)
    quantity = Amount("required without exchange; with it: absent, all that is in no asset yet")
    unit = UnitChoice("required without exchange")
    exchange = Whole("number of the ledger row that brought it; it says material, unit, weight and use count")
    kg_per_unit = Number("as measured; absent: as the list of materials says", places=6, shape=WEIGHT)
    use_count = Whole("how often it was used before it came here; absent: never", most=USE_COUNT_MAX)
    confirm_unusual = YesNo("yes, a weight or a mass so far from what is usual; absent: no")


class PieceBody(Body):
    """A part of another asset, or another part of this one, that comes free with it."""

    asset = Whole(required=True)
    item = Whole("its number within that asset", required=True)
    quantity = Amount("absent: all that was not released before")


class ReleaseBody(Body):
    """What comes free of a part, and when. Absent days and certainty are those of the asset."""

    quantity = Amount("absent: all that was not released before")
    also = Rows(PieceBody(), "more parts of the same material, for one lot", most=PIECES_MAX - 1)
    title = Line("absent: the material and the asset", longest=TITLE_LENGTH_MAX)
    description = Lines(longest=DESCRIPTION_LENGTH_MAX)
    condition = Choice(Condition, "absent: as the parts say")
    earliest = Day("first day on which it can come free")
    latest = Day("last day on which it can come free")
    certainty = Choice(Certainty, "how sure that is")


class ItemPatch(_DescribedBody):
    """A change of what is said of a part: what is left out stays. Its quantity only changes by what happens to it."""


class ItemChangeBody(Body):
    """What happened to a part."""

    kind = Choice(ENTERED, required=True)
    quantity = Counted("how much; of `counted`: how much it is now", required=True)
    happened_on = Day("absent: today")
    reason = Lines("why; required of what was lost or counted", longest=REASON_LENGTH_MAX)
    confirm_unusual = YesNo("yes, so much of one material in one asset; absent: no")


class OwnedRowBody(Body):
    """How much of one class of asset is owned or maintained."""

    kind = Choice(AssetKind, required=True)
    tonnes = Number(required=True, shape={"minimum": 0, "maximum": int(TONNES_MAX)})
    source = Lines("where that is from", required=True, longest=OWNED_SOURCE_LENGTH_MAX)
    source_year = Whole("of which year the source is", required=True, most=YEAR_MOST)


class OwnedBody(Body):
    """How much your municipality owns or maintains, all classes at once. What is left out is none."""

    rows = Rows(OwnedRowBody(), required=True, most=len(AssetKind))
    confirm_unusual = YesNo("yes, so much more or less than before; absent: no")


def new_asset() -> AssetDraft:
    """The asset in the body."""
    values, errors = take(AssetBody(), read_json())
    location = _location(
        values, errors, required=values.get("shape") is None and not any(error.field == "shape" for error in errors)
    )
    if errors:
        raise Invalid.all(errors)
    return AssetDraft(**_draft_values(values), **_where(values, location))


def changed_asset(before: AssetDraft, values: Mapping[str, Any], location: Location | None) -> AssetDraft:
    """The asset as it was, with the changes that were sent."""
    moved = _where(values, location) if location is not None or values.get("shape") is not None else {}
    changes = _draft_values(values, before.coming)
    return replace(before, **changes, **moved)


def read_change() -> tuple[dict[str, Any], Location | None]:
    """What the body changes, and where it stands now, if that is said."""
    values, errors = take(AssetPatch(), read_json())
    location = _location(values, errors, required=False)
    if errors:
        raise Invalid.all(errors)
    return values, location


def _draft_values(values: Mapping[str, Any], coming: Coming = _NOT_PLANNED) -> dict[str, Any]:
    draft_values = {name: values[name] for name in ("kind", "is_public") if values.get(name) is not None}
    draft_values |= {name: values[name] or "" for name in _TEXTS if name in values}
    draft_values |= {name: values[name] for name in ("shape", "built_year", "nen_2767") if name in values}
    if changed := {name: values[name] for name in _COMING if name in values}:
        draft_values["coming"] = replace(coming, **changed)
    return draft_values


def _location(values: Mapping[str, Any], errors: list[FieldError], *, required: bool) -> Location | None:
    if any(values.get(name) is not None for name in ("place", "lat", "lon")):
        require_for_address()
    try:
        return location_of(values, required=required)
    except Invalid as refusal:
        errors += refusal.errors
        return None


def _where(values: Mapping[str, Any], location: Location | None) -> dict[str, Any]:
    if location is None:
        middle = middle_of(values["shape"])
        location = location_of({"lat": middle.lat, "lon": middle.lon}, required=True)
        assert location is not None
    return {"point": location.point, "place_name": location.place_name, "municipality": location.municipality}


def new_item(values: Mapping[str, Any]) -> ItemDraft:
    """The part in the body."""
    lacking = [name for name in ("material", "quantity", "unit") if values.get(name) is None]
    if lacking:
        raise Invalid.all([FieldError(name, _("This is required. Fill it in.")) for name in lacking])
    check_amount(values["quantity"], values["unit"])
    return ItemDraft(
        values["material"],
        Quantity(values["quantity"], values["unit"]),
        changed_details(ItemDetails(), values),
        values.get("kg_per_unit"),
        values.get("use_count") or 0,
        bool(values.get("confirm_unusual")),
    )


def changed_details(before: ItemDetails, values: Mapping[str, Any]) -> ItemDetails:
    """What is said of a part, with the changes that were sent."""
    changes: dict[str, Any] = {name: values[name] or "" for name in _ITEM_TEXTS if name in values}
    changes |= {name: values[name] for name in ("layer", "detachability", "condition") if name in values}
    if values.get("known_by") is not None:
        changes["known_by"] = values["known_by"]
    if "hazards" in values:
        changes["hazards"] = values["hazards"] or {}
    return replace(before, **changes)


def check_received(values: Mapping[str, Any]) -> None:
    """Refuse what the row of the ledger says itself."""
    redundant = [name for name in _OF_THE_ROW if values.get(name) is not None]
    if redundant:
        raise Invalid.all([FieldError(name, _("The transfer says this itself. Leave it out.")) for name in redundant])


def new_release(values: Mapping[str, Any], asset_id: int, number: int) -> ReleaseDraft:
    """The planned lot in the body, of this part and of the others that it names."""
    others = (Piece(row["asset"], row["item"], row.get("quantity")) for row in values.get("also") or ())
    return ReleaseDraft(
        pieces=(Piece(asset_id, number, values.get("quantity")), *others),
        title=values.get("title") or "",
        description=values.get("description") or "",
        condition=values.get("condition"),
        coming=Coming(values.get("earliest"), values.get("latest"), values.get("certainty")),
    )


def new_change(values: Mapping[str, Any]) -> ChangeDraft:
    """What the body says that happened."""
    day, confirmed = values.get("happened_on") or clock.today(), bool(values.get("confirm_unusual"))
    return ChangeDraft(values["kind"], values["quantity"], day, values.get("reason") or "", confirmed)


def new_owned(values: Mapping[str, Any]) -> list[OwnedDraft]:
    """The estimates in the body."""
    return [OwnedDraft(row["kind"], row["tonnes"], row["source"], row["source_year"]) for row in values["rows"]]
