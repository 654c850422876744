"""Writing down what is owned, and describing it anew."""

from typing import Any

from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from marketplace.accounts.policy import Actor, Can, require
from marketplace.accounts.queries.organisations import get_organisation_by_slug
from marketplace.kernel import clock
from marketplace.kernel.errors import Invalid, Missing, Taken
from marketplace.kernel.language import _
from marketplace.kernel.text import fold
from marketplace.market.queries.changes import changed_since, version_conflict
from marketplace.notices.actions import audit
from marketplace.passports.models import Asset
from marketplace.passports.queries.assets import draft_of, get_asset, lock_asset
from marketplace.passports.rules.assets import AssetDraft, check_asset
from marketplace.passports.rules.intake import tidy_asset

_NAMED_AS = {
    "point": ("place",),
    "place_name": ("place",),
    "municipality": ("place",),
    "coming": ("earliest", "latest", "certainty"),
}


def create_asset(session: Session, actor: Actor, *, draft: AssetDraft, import_id: int | None = None) -> Asset:
    """Write down an asset of the actor's own organisation, without parts yet."""
    require(actor, Can.KEEP_PASSPORTS)
    draft = tidy_asset(draft)
    check_asset(draft, None, clock.today())
    organisation_id = int(actor.organisation_id or 0)
    asset = Asset(
        organisation_id=organisation_id,
        maintainer_id=_maintainer(session, draft.maintainer, organisation_id),
        created_at=clock.now(),
        import_id=import_id,
        **asset_columns(draft),
    )
    _store(session, asset)
    audit.record(session, actor, action="asset.create", object_type="asset", object_id=asset.id)
    return get_asset(session, actor, asset.id)


def edit_asset(session: Session, actor: Actor, *, asset_id: int, draft: AssetDraft, version: int) -> Asset:
    """Describe an asset anew. `version`: the one that was read; refused when somebody changed it since, with what they changed."""
    lock_asset(session, asset_id)
    asset = get_asset(session, actor, asset_id)
    require(actor, Can.KEEP_PASSPORTS, asset)
    if version != asset.version:
        raise version_conflict(asset.version, changed_since(session, "asset", asset_id, version))
    before, draft = draft_of(asset), tidy_asset(draft)
    check_asset(draft, before, clock.today())
    changed = [name for name in AssetDraft.__dataclass_fields__ if getattr(before, name) != getattr(draft, name)]
    if changed:
        for name, value in asset_columns(draft).items():
            setattr(asset, name, value)
        asset.maintainer_id = _maintainer(session, draft.maintainer, asset.organisation_id)
        asset.version += 1
        _store(session, asset)
        facts: dict[str, Any] = {"came": _days(before), "comes": _days(draft)} if "coming" in changed else {}
        fields = sorted({name for field in changed for name in _NAMED_AS.get(field, (field,))})
        audit.record(
            session,
            actor,
            action="asset.edit",
            object_type="asset",
            object_id=asset.id,
            version=asset.version,
            fields=fields,
            **facts,
        )
    return get_asset(session, actor, asset_id)


def _days(draft: AssetDraft) -> list[str]:
    return [str(value) for value in (draft.coming.earliest, draft.coming.latest, draft.coming.certainty)]


def asset_columns(draft: AssetDraft) -> dict[str, Any]:
    """A draft as the columns of its row, but for whose it is."""
    coming = draft.coming
    return {
        "kind": draft.kind.value,
        "name": draft.name,
        "sort_key": fold(draft.name)[:120],
        "external_id": draft.external_id,
        "external_system": draft.external_system,
        "place_name": draft.place_name,
        "municipality": draft.municipality,
        "lat": draft.point.lat,
        "lon": draft.point.lon,
        "shape": None if draft.shape is None else dict(draft.shape),
        "built_year": draft.built_year,
        "release_earliest": coming.earliest,
        "release_latest": coming.latest,
        "certainty": None if coming.certainty is None else coming.certainty.value,
        "nen_2767": draft.nen_2767,
        "is_public": draft.is_public,
    }


def _maintainer(session: Session, slug: str, owner_id: int) -> int:
    if not slug:
        return owner_id
    try:
        return get_organisation_by_slug(session, slug).id
    except Missing as missing:
        raise Invalid(missing.message, "maintainer") from missing


def _store(session: Session, asset: Asset) -> None:
    """Write it. The index finds two with the same number in the same system, also when they come at once."""
    try:
        with session.begin_nested():
            session.add(asset)
            session.flush()
    except IntegrityError as error:
        if "external" not in str(error.orig):
            raise
        raise Taken(
            _("There is an asset with this number already. Open that one, or enter another number."), "external_id"
        ) from error
